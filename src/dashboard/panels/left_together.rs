//! The users' budget against those of the journeys that deliver it, on one time axis.

use crate::dashboard::model::Panel;
use crate::dashboard::{Page, look, make, query, text};
use crate::plan::minutes;
use serde_json::json;

/// One graph.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let delivering = page.delivering();
    let longest = delivering.iter().map(|p| p.plan.journey.window.value).chain([plan.journey.window.value]).max();
    let description = "Thick: users. Thin: delivery. Delivery that falls while users still look fine is the early warning: the next outage will \
                       have no quick fix.";
    let mut panel = Panel::graph("left-together", "Budget left", description, make::budgets())
        .size(12, 9)
        .spanning(minutes(longest.unwrap_or(0)))
        .over_time(query::left(plan), query::SLOW, &format!("users: {}", text::title(plan.journey.shown())))
        .of_query("A", &[("custom.lineWidth", json!(4)), ("color", make::value(&look::fixed(look::TEXT)))]);
    for other in &delivering {
        let legend = format!("delivery: {}", text::title(other.plan.journey.shown()));
        panel = panel.over_time(query::left(&other.plan), query::SLOW, &legend);
    }
    vec![panel]
}
