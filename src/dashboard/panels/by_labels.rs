//! Budgets of each value of the labels of `by`, as a table and over time.

use crate::dashboard::make::value;
use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::minutes;
use serde_json::json;

/// A table and a graph; nothing where no SLI has `by`.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let labels = plan.journey.by_labels();
    if labels.is_empty() {
        return Vec::new();
    }
    let slis = plan.journey.all_slis().filter(|(_, sli)| !sli.by.is_empty()).map(|(_, sli)| sli.name.text.as_str());
    let mut names: Vec<&str> = slis.collect();
    names.sort_unstable();
    names.dedup();
    // an SLI without this label has the empty one, and is to be seen whatever is chosen
    let chosen: Vec<String> = labels.iter().map(|l| format!("{l}=~\"(${{{l}:regex}}|)\"")).collect();
    let matchers = format!("{},sli=~\"{}\",{}", query::of(plan), names.join("|"), chosen.join(","));
    let window = minutes(plan.journey.window.value);
    let left = query::slow("tabi:slo_budget:remaining_ratio", &matchers);
    let described = format!("One budget of {window} for each, the lowest first. Choose some at the top of the page.");
    let labels: Vec<&str> = labels.into_iter().collect();
    let table = table(Panel::table("by", "Budgets", &described), &labels, &matchers);
    let legend: Vec<String> = labels.iter().map(|l| format!("{{{{{l}}}}}")).collect();
    let graph = Panel::graph(
        "by-over-time",
        "Budget left, of each",
        "The one that falls alone has a problem of its own.",
        over_time(),
    )
    .size(14, 8)
    .spanning(window)
    .over_time(left, query::SLOW, &format!("{{{{step}}}} {}", legend.join(" ")));
    vec![table, graph]
}

/// The table of budgets that these labels tell apart beside step and SLI, the lowest first.
pub fn table(panel: Panel, labels: &[&str], matchers: &str) -> Panel {
    let identity = format!("step, sli, {}", labels.join(", "));
    let rows = |name| format!("max by ({identity}) ({})", query::slow(name, matchers));
    let share = [
        ("unit", json!("percentunit")),
        ("decimals", json!(1)),
        ("thresholds", value(&look::left())),
        ("color", value(&look::by_limits())),
        ("custom.cellOptions", json!({"mode": "basic", "type": "color-background"})),
    ];
    let table = panel
        .size(10, 8)
        .rows(rows("tabi:slo_budget:remaining_ratio"), query::SLOW)
        .rows(rows("tabi:slo_events:count_period"), query::SLOW)
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
    labels.iter().fold(table, |table, label| table.named(label, &[look::none("–")]))
}

/// How what is left of several budgets looks over time.
pub fn over_time() -> Defaults {
    Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(0),
        max: Some(1.0),
        color: Some(look::by_series()),
        mappings: look::missing(),
        ..Defaults::default()
    }
}
