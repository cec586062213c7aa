//! How much of the journey's budget is left.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::{Plan, minutes};

/// One tile.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let window = minutes(plan.journey.window.value);
    let (title, whose) = if plan.has_budget() {
        (format!("Budget left of {window}"), "")
    } else {
        (format!("Worst budget left of {window}"), "Of its worst measure: the journey has no target. ")
    };
    let description = format!(
        "{whose}100 % is untouched, 0 % is spent, below 0 more has failed than was promised. It recovers as old failures leave the window of \
         {window}. Under 25 %: plan less change. At 0 %: freeze features."
    );
    vec![tile("budget-left", &title, &description, plan).size(5, 4)]
}

/// A tile with what is left of a journey's budget.
pub fn tile(key: &str, title: &str, description: &str, plan: &Plan<'_>) -> Panel {
    let defaults = Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(1),
        color: Some(look::by_limits()),
        thresholds: Some(look::left()),
        mappings: look::missing(),
        ..Defaults::default()
    };
    Panel::stat(key, title, description, defaults).now(query::left(plan), query::SLOW, "left")
}
