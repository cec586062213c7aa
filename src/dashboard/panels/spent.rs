//! Which step spent the budget.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, layout, look, query, text};
use crate::plan::minutes;

/// Bars, one for each step.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let window = minutes(plan.journey.window.value);
    let defaults = Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(0),
        min: Some(0.0),
        max: Some(1.0),
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::BLUE, &[(0.75, look::YELLOW), (1.0, look::RED)])),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let own = plan.has_budget();
    let description = if own {
        format!(
            "How much of the journey's budget the failures of each step took in {window}. More than 100 % is more than there was."
        )
    } else {
        format!("How much of its own budget each measure took in {window}. More than 100 % is more than there was.")
    };
    let mut panel = Panel::bars("spent", "Budget spent, by step", &description, defaults)
        .size(8, layout::height(plan.journey.steps.len()));
    if !own {
        let spent = format!("1 - {}", query::slow("tabi:slo_budget:remaining_ratio", &query::of(plan)));
        return vec![panel.now(spent, query::SLOW, "{{step}} {{sli}}")];
    }
    let counted = |step: &&crate::model::Step| step.weight.value > 0.0 && step.slis.iter().any(|s| s.counts);
    for step in plan.journey.steps.iter().filter(counted) {
        let by = plan.has_budgets(step);
        let errors = query::errors(&query::counted(plan, step), by);
        let budget = query::fast("tabi:journey_budget:ratio", &query::of(plan));
        panel = panel.now(format!("{errors} / on () {budget}"), query::SLOW, &text::title(step.shown()));
    }
    vec![panel]
}
