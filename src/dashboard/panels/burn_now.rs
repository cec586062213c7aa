//! How fast the journey's budget burns now.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::model::Urgency;
use crate::plan::minutes;
use crate::promql::write::number;

/// One tile; none where no alert looks at a burn rate.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let Some((window, expr)) = query::burn_over(plan, query::window_now) else { return Vec::new() };
    let page_at =
        plan.journey_thresholds().iter().filter(|t| t.urgency == Urgency::Page).map(|t| t.burn).reduce(f64::max);
    let mut limits = vec![(1.0, look::YELLOW)];
    limits.extend(page_at.map(|burn| (burn, look::RED)));
    let said = page_at.map(|burn| format!(" From {} on somebody is paged.", number(burn))).unwrap_or_default();
    let defaults = Defaults {
        unit: Some("suffix:×".into()),
        decimals: Some(1),
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::BLUE, &limits)),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let description = format!(
        "At 1 × the budget lasts exactly its window; at 10 × a tenth of it.{said} No data also means: nothing happened for {}.",
        minutes(window)
    );
    let title = format!("Burn over {}", minutes(window));
    vec![Panel::stat("burn-now", &title, &description, defaults).size(4, 4).now(expr, &query::pace(plan), "burn")]
}
