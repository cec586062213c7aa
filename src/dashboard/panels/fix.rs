//! Whether a fix gets through to users now.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{All, Page, look, query};
use crate::plan::states::DELIVERY;

/// One tile.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::deliveries(),
        ..Defaults::default()
    };
    let description = "Yes: nothing that delivers this journey burns its budget at the moment. Maybe not: something does, so a fix may be late or \
                       lost on its way; the states below show where. Unknown: it is not measured.";
    vec![Panel::stat("fix", "Does a fix get through?", description, defaults).size(6, 5).now(
        query::worst(&delivery(page)),
        &query::pace(&page.plan),
        "delivery",
    )]
}

/// Whether fixes get through each of the journeys that deliver this one.
pub fn delivery(page: &Page<'_>) -> String {
    query::fast(DELIVERY, &delivering(page))
}

/// `journey=~"build|deploy"`
pub fn delivering(page: &Page<'_>) -> String {
    let them = match page.plan.delivering().as_slice() {
        [one] => format!("journey=\"{one}\""),
        all => format!("journey=~\"{}\"", all.join("|")),
    };
    All { model: page.plan.model, options: page.plan.options }.matching(&them)
}
