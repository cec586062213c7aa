//! Which step of which delivering journey is in the way.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, layout, look, query, text};
use crate::plan::states::SLO_SEVERITY;

/// One timeline with a row for each step.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::severities(),
        ..Defaults::default()
    };
    let description = "Each step on the way of a fix. The one that is not fine is to be repaired or walked around.";
    let mut panel = Panel::timeline("delivery-steps", "The way of a fix, step by step", description, defaults);
    for other in page.delivering() {
        for step in other.plan.journey.steps.iter().filter(|s| !s.slis.is_empty()) {
            let states = query::fast(SLO_SEVERITY, &query::of_step(&other.plan, step));
            let legend = format!("{}: {}", text::title(other.plan.journey.shown()), text::title(step.shown()));
            let expr = format!("max({states} > 0) or min({states})");
            panel = panel.over_time(expr, &query::pace(&other.plan), &legend);
        }
    }
    if panel.targets.is_empty() {
        return Vec::new();
    }
    let height = layout::height(panel.targets.len() - 1);
    vec![panel.size(24, height)]
}
