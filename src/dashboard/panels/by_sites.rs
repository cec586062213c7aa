//! Budgets of each site, as a table and over time.

use super::by_labels;
use crate::dashboard::model::Panel;
use crate::dashboard::{Page, query};
use crate::plan::minutes;

/// A table and a graph; nothing where no site measures the journey.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let keys = plan.site_keys();
    if keys.is_empty() || !plan.journey.members().iter().any(|m| plan.is_sited(m)) {
        return Vec::new();
    }
    // what sites recorded has their labels, what was added up has none of them
    let sites = keys.iter().map(|key| format!(",{key}!=\"\"")).collect::<Vec<_>>().concat();
    let matchers = format!("{}{sites}", plan.anywhere().trim_matches(['{', '}']));
    let labels: Vec<&str> = plan.journey.by_labels().into_iter().chain(keys.clone()).collect();
    let window = minutes(plan.journey.window.value);
    let left = query::slow("tabi:slo_budget:remaining_ratio", &matchers);
    let described = format!(
        "What is left of the budget of {window} that each site has by itself, the lowest first. A site that sends nothing is not here."
    );
    let table = by_labels::table(Panel::table("sites", "Budgets of each site", &described), &labels, &matchers);
    let legend: Vec<String> = keys.iter().map(|l| format!("{{{{{l}}}}}")).collect();
    let worst = format!("min by ({}) ({left})", keys.join(", "));
    let graph = Panel::graph(
        "sites-over-time",
        "Budget left, worst of each site",
        "The one that falls alone has a problem of its own; where a line ends, nothing arrives.",
        by_labels::over_time(),
    )
    .size(14, 8)
    .spanning(window)
    .over_time(worst, query::SLOW, &legend.join(" "));
    vec![table, graph]
}
