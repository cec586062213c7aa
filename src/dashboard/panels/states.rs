//! What each step asked for, and when: its severities over time, under those of the journey.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, layout, look, query, text};
use crate::plan::states::SLO_SEVERITY;

/// One timeline.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let pace = query::pace(plan);
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::severities(),
        ..Defaults::default()
    };
    let description = "Page: somebody was woken. Spent: nothing is left of a budget. Ticket: it burns slowly, or little is left. No data: \
                       nobody knows. The first row that changes is where to look.";
    let mut panel = Panel::timeline("states", "States", description, defaults)
        .size(16, layout::height(plan.journey.steps.len()))
        .over_time(query::severity(plan), &pace, "the whole journey");
    for (i, step) in plan.journey.steps.iter().enumerate().filter(|(_, s)| !s.slis.is_empty()) {
        let legend = text::title(&format!("{} {}", i + 1, step.shown()));
        let states = query::fast(SLO_SEVERITY, &query::of_step(plan, step));
        let expr = format!("max({states} > 0) or min({states})");
        panel = panel.over_time(expr, &pace, &legend);
    }
    if !plan.journey.slis.is_empty() {
        panel = panel.over_time(query::fast(SLO_SEVERITY, &format!("{},step=\"\"", query::of(plan))), &pace, "{{sli}}");
    }
    vec![panel]
}
