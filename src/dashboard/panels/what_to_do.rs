//! What to do now, in words: from how bad it is with users and whether fixes get through.

use super::fix::delivery;
use crate::dashboard::model::{Defaults, Mapping, Panel, Shown};
use crate::dashboard::{Page, look, query};
use crate::plan::states::severity;
use serde_json::json;

/// One wide tile.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let mut mappings = look::missing();
    let mut texts = std::collections::BTreeMap::new();
    for users in [severity::NO_DATA, severity::FINE, severity::TICKET, severity::SPENT, severity::PAGE] {
        for way in [-1, 0, 1] {
            let (text, color) = advice(users, way);
            let index = texts.len() + 1;
            texts.insert((10 * users + way).to_string(), Shown { text: text.to_string(), color, index });
        }
    }
    mappings.insert(0, Mapping::Value(texts));
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings,
        ..Defaults::default()
    };
    let description = "The reason behind the decision: the state of the users' journey and whether what delivers it works now. Which step of it \
         burns is shown below, in the way of a fix.";
    let users = query::severity(plan);
    let way = delivery(page);
    let expr = format!("10 * max({users}) + (max({way} > 0) or min({way}) or vector(-1))");
    let mut panel = Panel::stat("what-to-do", "What to do now, and why", description, defaults).size(24, 4).now(
        expr,
        &query::pace(plan),
        "",
    );
    if let Some(options) = &mut panel.options {
        options["textMode"] = json!("value");
        options["text"] = json!({"valueSize": 26});
    }
    vec![panel]
}

/// What to do, and the colour of the decision.
fn advice(users: i8, way: i8) -> (&'static str, &'static str) {
    match (users, way) {
        (severity::NO_DATA, _) => {
            ("Nobody knows how users fare: bring their numbers back before you ship.", look::GREY)
        }
        (severity::FINE, 0) => ("Ship: users are fine, and fixes get through.", look::BLUE),
        (severity::FINE, 1) => {
            ("Repair delivery; features may wait. Users are fine, but a fix might not get through.", look::YELLOW)
        }
        (severity::FINE, _) => {
            ("Find out about delivery: users are fine, but nobody knows if a fix would get through.", look::YELLOW)
        }
        (severity::TICKET, 0) => ("Small changes only: users lose budget. Fixes get through.", look::YELLOW),
        (severity::TICKET, 1) => ("Repair delivery, then what users lose: fixes may not get through.", look::YELLOW),
        (severity::TICKET, _) => {
            ("Users lose budget, and nobody knows if a fix gets through: find out first.", look::YELLOW)
        }
        (severity::SPENT, 0) => ("Freeze features: users' budget is spent. Fixes get through: ship those.", look::RED),
        (severity::SPENT, 1) => {
            ("Freeze features, repair delivery: users' budget is spent, and fixes may not get through.", look::RED)
        }
        (severity::SPENT, _) => ("Freeze features: users' budget is spent. Find out if fixes get through.", look::RED),
        (_, 0) => ("Freeze features. Roll back or ship the fix: it gets through.", look::RED),
        (_, 1) => ("Freeze features. Repair delivery first or ship by hand: a fix may not get through.", look::RED),
        _ => ("Freeze features. Nobody knows if a fix gets through: find out, or ship by hand.", look::RED),
    }
}
