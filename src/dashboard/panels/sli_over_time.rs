//! The share of good events of each step over time.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, make, query, text};
use crate::plan::minutes;
use serde_json::json;

/// Names of more steps than this would leave no room for their lines above them.
const MOST_BELOW: usize = 10;

/// One graph; none where nothing is measured.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let targets = || plan.journey.all_slis().map(|(_, sli)| sli.target.value);
    let Some(decimals) = targets().map(look::decimals).max() else { return Vec::new() };
    let line = plan.journey.target.as_ref().map(|t| (t.value.share(), look::YELLOW));
    let defaults = Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(decimals),
        max: Some(1.0),
        color: Some(look::by_series()),
        thresholds: Some(look::limits("transparent", line.as_slice())),
        mappings: look::missing(),
        custom: Some(make::line_with_limits()),
        ..Defaults::default()
    };
    let window = minutes(plan.journey.window.value);
    let described =
        plan.journey.target.as_ref().map(|t| format!(" Dashed: the journey's target of {}.", t.value.text()));
    let description = format!(
        "Each point is the share of the {window} before it. The lowest line is the step to work on.{}",
        described.unwrap_or_default()
    );
    let mut panel = Panel::graph("sli-over-time", "Good by step", &description, defaults).size(12, 8);
    if plan.journey.steps.len() > MOST_BELOW
        && let Some(options) = &mut panel.options
    {
        options["legend"]["placement"] = json!("right");
    }
    for step in plan.journey.steps.iter().filter(|s| !s.slis.is_empty()) {
        let by = plan.has_budgets(step);
        let expr = format!("1 - {}", query::errors(&query::counted(plan, step), by));
        panel = panel.over_time(expr, query::SLOW, &text::title(step.shown()));
    }
    if !plan.journey.slis.is_empty() {
        let of = format!("{},step=\"\"", query::of(plan));
        panel = panel.over_time(
            format!("1 - {}", query::slow("tabi:slo_errors:ratio_period", &of)),
            query::SLOW,
            "{{sli}}",
        );
    }
    vec![panel]
}
