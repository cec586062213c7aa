//! Good and bad events per second: how much there is at all, and how much of it fails.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, make, query};
use crate::measure::Series;
use serde_json::json;

/// One graph.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let mut custom = make::line();
    custom["drawStyle"] = json!("bars");
    custom["fillOpacity"] = json!(80);
    custom["lineWidth"] = json!(0);
    custom["stacking"] = json!({"group": "A", "mode": "normal"});
    let defaults = Defaults {
        unit: Some("suffix:/s".into()),
        min: Some(0.0),
        color: Some(look::by_series()),
        mappings: look::missing(),
        custom: Some(custom),
        ..Defaults::default()
    };
    let description = "Of all measures together: a walk counts at each step that it takes. No traffic is no recovery: a burn rate that falls \
                       while this falls says little.";
    let color = |color| [("color", make::value(&look::fixed(color)))];
    let of = query::of(plan);
    vec![
        Panel::graph("event-rates", "Events per second", description, defaults)
            .size(12, 8)
            .over_time(query::events(Series::Bad, &of), &query::pace(plan), "bad")
            .over_time(query::events(Series::Total, &of), &query::pace(plan), "good")
            .of_query("A", &color(look::RED))
            .of_query("B", &color(look::BLUE)),
    ]
}
