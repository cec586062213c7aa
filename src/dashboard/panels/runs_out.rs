//! When the budget is spent, at the present pace.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, query};
use crate::plan::minutes;

/// One tile; none where no alert looks at a burn rate.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let Some(expr) = query::runs_out(plan) else { return Vec::new() };
    let window = minutes(plan.journey.window.value);
    let pace = plan.pace(plan.has_budget()).map(minutes).unwrap_or_default();
    let defaults = Defaults {
        unit: Some("s".into()),
        decimals: Some(1),
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::RED, &[(86_400.0, look::YELLOW), (7.0 * 86_400.0, look::BLUE)])),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let description = format!(
        "If it goes on as in the last {pace}. {window} is the most that is shown: such a pace spends nothing. 0 s: it is spent. No data also \
         means: nothing happened for {pace}."
    );
    vec![Panel::stat("runs-out", "Runs out in", &description, defaults).size(5, 4).now(
        expr,
        query::SLOW,
        "runs out in",
    )]
}
