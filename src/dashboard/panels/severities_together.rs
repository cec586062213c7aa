//! The states of the users' journey above those of the journeys that deliver it, on one time axis.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, layout, look, query, text};

/// One timeline.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::severities(),
        ..Defaults::default()
    };
    let delivering = page.delivering();
    let description = "Above the users' journey, below what delivers it. Where both are not fine at once, a fix had no safe way to users. \
         Each is the worst of its steps: spent, too, while one of them has nothing left.";
    let mut panel = Panel::timeline("severities", "States, one above the other", description, defaults)
        .size(24, layout::height(delivering.len()))
        .over_time(query::severity(plan), &query::pace(plan), &format!("users: {}", text::title(plan.journey.shown())));
    for other in &delivering {
        let legend = format!("delivery: {}", text::title(other.plan.journey.shown()));
        panel = panel.over_time(query::severity(&other.plan), &query::pace(&other.plan), &legend);
    }
    vec![panel]
}
