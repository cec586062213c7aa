//! Whether features are to be shipped.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::states::DECISION;

/// One tile.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::decisions(),
        ..Defaults::default()
    };
    let description = "FREEZE while the users' journey pages or nothing is left of its budget: ship fixes only. CAREFUL while it has a ticket, or \
                       while delivery burns or is not measured: small changes, one at a time. SHIP: both are fine.";
    let expr = format!("max({}) or vector(-1)", query::fast(DECISION, &query::of(plan)));
    vec![Panel::stat("decision", "Ship features?", description, defaults).size(6, 5).now(
        expr,
        &query::pace(plan),
        "decision",
    )]
}
