//! The alerts that fire now.

use crate::dashboard::make::value;
use crate::dashboard::model::Panel;
use crate::dashboard::{All, look};
use crate::model::Urgency;
use crate::plan::{Plan, severity};
use crate::promql::write::quote;
use serde_json::json;

/// A table.
pub fn panels(all: &All<'_>) -> Vec<Panel> {
    let page = severity(all.options, Urgency::Page);
    let ticket = severity(all.options, Urgency::Ticket);
    let plan = |journey| Plan { model: all.model, options: all.options, journey };
    let sites = all.model.journeys.first().map(|journey| plan(journey).site_keys()).unwrap_or_default();
    let columns = ["journey", "step", "sli", "alertname", "severity", "long"].into_iter().chain(sites.clone());
    let columns = columns.collect::<Vec<_>>().join(", ");
    let mappings = json!([
        {"type": "value", "options": {
            page.as_str(): {"color": look::RED, "index": 0, "text": page},
            ticket.as_str(): {"color": look::YELLOW, "index": 1, "text": ticket},
        }},
    ]);
    let order = ["severity", "journey", "step", "sli", "alertname", "long"];
    let index: serde_json::Map<String, serde_json::Value> =
        order.iter().enumerate().map(|(i, name)| ((*name).to_string(), json!(i))).collect();
    let description = "Pages first. Empty: nothing fires. `long` is the window over which it burns. The alert itself says what is bad, since when, and has \
                       the runbook.";
    let firing = |more: &str| {
        format!("count by ({columns}) (ALERTS{{alertstate=\"firing\",journey=~\"$journeys\",audience!=\"\"{more}}})")
    };
    // pages have a 2, and so stand above the rest
    let pages = firing(&format!(",severity={}", quote(&page)));
    let panel = Panel::table("firing", "Firing alerts", description)
        .size(24, 7)
        .rows(format!("2 * {pages} or {}", firing("")), "1m")
        .then("sortBy", json!({"fields": {}, "sort": [{"desc": true, "field": "Value"}]}))
        .then(
            "organize",
            json!({
                "excludeByName": {"Time": true, "Value": true},
                "indexByName": index,
                "renameByName": {
                    "alertname": "Alert", "journey": "Journey", "long": "Long window", "severity": "Severity", "sli": "Measure",
                    "step": "Step",
                },
            }),
        )
        .named(
            "Severity",
            &[
                ("mappings", mappings),
                ("color", value(&look::by_limits())),
                ("thresholds", value(&look::limits(look::GREY, &[]))),
                ("custom.cellOptions", json!({"mode": "basic", "type": "color-background"})),
            ],
        );
    // alerts of journeys have no step; `no data` would be wrong
    vec![
        ["Step", "Measure", "Long window"]
            .into_iter()
            .chain(sites)
            .fold(panel, |panel, name| panel.named(name, &[look::none("–")])),
    ]
}
