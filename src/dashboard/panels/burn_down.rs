//! What is left of the budget over its whole window, with the line of a budget that is spent evenly.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, make, query};
use crate::plan::minutes;
use serde_json::json;

/// One graph.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let (minutes_, window) = (plan.journey.window.value, minutes(plan.journey.window.value));
    let defaults = Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(0),
        max: Some(1.0),
        color: Some(look::fixed(look::BLUE)),
        thresholds: Some(look::limits("transparent", &[(0.0, look::RED), (0.000_001, "transparent")])),
        mappings: look::missing(),
        custom: Some(make::line_with_limits()),
        ..Defaults::default()
    };
    let description = format!(
        "The last {window}. Dashed: even spending, from all at the left edge to nothing at the right. A steep fall is an outage; below 0 % more \
         has failed than was promised. It rises when old failures leave the window."
    );
    // the picture of even spending needs the left edge; where Grafana gives that of the dashboard it is a level line for a while
    let even = format!("clamp(vector(1 - (time() - ${{__from:date:seconds}}) / {}), 0, 1)", minutes_ * 60);
    let dashed = [
        ("color", make::value(&look::fixed(look::GREY))),
        ("custom.lineStyle", json!({"dash": [8, 8], "fill": "dash"})),
        ("custom.lineWidth", json!(1)),
    ];
    vec![
        Panel::graph("burn-down", "Budget left", &description, defaults)
            .size(12, 8)
            .spanning(window)
            .over_time(query::left(plan), query::SLOW, "left")
            .over_time(even, query::SLOW, "even spending")
            .of_query("B", &dashed),
    ]
}
