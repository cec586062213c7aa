//! What is left of the users' budget beside what is left of the lowest of those that deliver.

use super::budget_left::tile;
use crate::dashboard::model::Panel;
use crate::dashboard::{Page, query};
use crate::plan::minutes;

/// Two tiles.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let title = format!("Users' budget left of {}", minutes(plan.journey.window.value));
    let users = tile("left/users", &title, "How much more may fail for users before the promise is broken.", plan);
    let delivering = page.delivering();
    let mut lowest = tile(
        "left/delivery",
        "Delivery's budget left",
        "The lowest of the journeys that deliver. Below 0 % it fails more often than was promised: repair it before it is needed.",
        plan,
    );
    lowest.targets.clear();
    let all: Vec<String> = delivering.iter().map(|p| query::left(&p.plan)).collect();
    let expr = match all.as_slice() {
        [one] => one.clone(),
        // the names of their journeys keep them apart
        all => format!("min({})", all.join(" or ")),
    };
    vec![users.size(6, 5), lowest.size(6, 5).now(expr, query::SLOW, "left")]
}
