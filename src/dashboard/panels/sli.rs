//! The share of good walks over the window, beside the target.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::minutes;

/// One tile; none where the journey has no number.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    if plan.journey.counted_slis().next().is_none() {
        return Vec::new();
    }
    let window = minutes(plan.journey.window.value);
    let target = plan.journey.target.as_ref().map(|t| t.value);
    let (title, what) = match target {
        Some(target) => (
            format!("Good in {window}, target {}", target.text()),
            format!("Blue: at or above the target of {}. Red: below it.", target.text()),
        ),
        None => (format!("Good in {window}, no target"), "It has no target: nobody is called for it.".to_string()),
    };
    let defaults = Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(target.map_or(2, look::decimals)),
        color: Some(look::by_limits()),
        thresholds: Some(target.map_or_else(|| look::limits(look::BLUE, &[]), look::target)),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let description = format!("The share of walks that got through the journey in {window}. {what}");
    let expr = format!("1 - {}", query::slow("tabi:journey_errors:ratio_period", &query::of(plan)));
    vec![Panel::stat("sli", &title, &description, defaults).size(5, 4).now(expr, query::SLOW, "good")]
}
