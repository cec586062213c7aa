//! Budgets of each site, as a table and over time.

use crate::dashboard::make::value;
use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::minutes;
use serde_json::json;

/// A table and a graph; nothing where no site measures the journey.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let keys = plan.site_keys();
    if keys.is_empty() || !plan.journey.members().iter().any(|m| plan.is_sited(m)) {
        return Vec::new();
    }
    // what sites recorded has their labels, what was added up has none of them
    let sites = keys.iter().map(|key| format!(",{key}!=\"\"")).collect::<Vec<_>>().concat();
    let matchers = format!("{}{sites}", plan.anywhere().trim_matches(['{', '}']));
    let by: Vec<&str> = ["step", "sli"].into_iter().chain(plan.journey.by_labels()).chain(keys.clone()).collect();
    let identity = by.join(", ");
    let window = minutes(plan.journey.window.value);
    let left = query::slow("tabi:slo_budget:remaining_ratio", &matchers);
    let share = [
        ("unit", json!("percentunit")),
        ("decimals", json!(1)),
        ("thresholds", value(&look::left())),
        ("color", value(&look::by_limits())),
        ("custom.cellOptions", json!({"mode": "basic", "type": "color-background"})),
    ];
    let described = format!(
        "What is left of the budget of {window} that each site has by itself, the lowest first. A site that sends nothing is not here."
    );
    let table = Panel::table("sites", "Budgets of each site", &described)
        .size(10, 8)
        .rows(format!("max by ({identity}) ({left})"), query::SLOW)
        .rows(format!("max by ({identity}) ({})", query::slow("tabi:slo_events:count_period", &matchers)), query::SLOW)
        .then("merge", json!({}))
        .then("sortBy", json!({"fields": {}, "sort": [{"field": "Value #A"}]}))
        .then(
            "organize",
            json!({
                "excludeByName": {"Time": true},
                "indexByName": {},
                "renameByName": {"Value #A": "Budget left", "Value #B": "Events", "sli": "Measure", "step": "Step"},
            }),
        )
        .named("Budget left", &share)
        .named("Events", &[("unit", json!("short"))])
        .named("Step", &[look::none("–")]);
    let table = by[2..].iter().fold(table, |table, label| table.named(label, &[look::none("–")]));
    let defaults = Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(0),
        max: Some(1.0),
        color: Some(look::by_series()),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let legend: Vec<String> = keys.iter().map(|l| format!("{{{{{l}}}}}")).collect();
    let worst = format!("min by ({}) ({left})", keys.join(", "));
    let graph = Panel::graph(
        "sites-over-time",
        "Budget left, worst of each site",
        "The one that falls alone has a problem of its own; where a line ends, nothing arrives.",
        defaults,
    )
    .size(14, 8)
    .spanning(window)
    .over_time(worst, query::SLOW, &legend.join(" "));
    vec![table, graph]
}
