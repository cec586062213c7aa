//! How much was counted at all: a share of few events says little.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::minutes;

/// One tile.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let window = minutes(plan.journey.window.value);
    let defaults = Defaults {
        unit: Some("short".into()),
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[(1.0, look::BLUE)])),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let description = format!(
        "Events of the busiest measure in {window}: requests, jobs, or minutes, as it is defined. With few events a single failure weighs \
         much; with none the shares say nothing."
    );
    let expr = format!("max(sum by (step, sli) ({}))", query::slow("tabi:slo_events:count_period", &query::of(plan)));
    let title = format!("Events in {window}");
    vec![Panel::stat("events", &title, &description, defaults).size(5, 4).now(expr, query::SLOW, "events")]
}
