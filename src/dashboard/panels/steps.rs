//! The journey as its steps, from left to right: how bad it is now, and the share of good events over the window.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{Page, look, make, query, text};
use crate::model::{Percent, Step};
use crate::plan::minutes;
use crate::plan::states::SLO_SEVERITY;
use serde_json::json;

/// More would not be readable side by side.
const MOST_IN_A_LINE: usize = 8;

/// One tile for each step.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let steps = &page.plan.journey.steps;
    let in_a_line = u32::try_from(steps.len().clamp(1, MOST_IN_A_LINE)).unwrap_or(1);
    steps.iter().enumerate().map(|(i, step)| tile(page, step, i + 1).size(24 / in_a_line, 5)).collect()
}

/// The strictest target of the SLIs that count.
fn target(step: &Step) -> Option<Percent> {
    let counted = step.slis.iter().filter(|s| s.counts);
    let strict = |a: &Percent, b: &Percent| a.share().total_cmp(&b.share());
    counted.map(|s| s.target.value).max_by(strict).or_else(|| step.slis.iter().map(|s| s.target.value).max_by(strict))
}

fn tile(page: &Page<'_>, step: &Step, number: usize) -> Panel {
    let plan = &page.plan;
    let key = format!("step/{}", step.name.text);
    let title = text::title(&format!("{number} {}", step.shown()));
    let doc = step.doc.as_deref().map(|d| format!("{} ", text::plain(d))).unwrap_or_default();
    let mut defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::severities(),
        ..Defaults::default()
    };
    let Some(target) = target(step) else {
        defaults.mappings = look::states(&[(-1, "not measured", look::GREY)]);
        let description = format!("{doc}Nothing measures this step.");
        return Panel::stat(&key, &title, &description, defaults).now("vector(-1)", query::SLOW, "now");
    };
    let window = minutes(plan.journey.window.value);
    let description = format!(
        "{doc}Above: what it asks for now (fine, ticket, spent budget, page, no data). Below: the share of good events in {window}, target \
         {}.",
        target.text()
    );
    let by = plan.has_budgets(step);
    let severity = query::worst(&query::fast(SLO_SEVERITY, &query::of_step(plan, step)));
    let good = format!("1 - {}", query::errors(&query::counted(plan, step), by));
    let share = [
        ("unit", json!("percentunit")),
        ("decimals", json!(look::decimals(target))),
        ("mappings", make::value(&look::missing())),
        ("thresholds", make::value(&look::target(target))),
    ];
    let mut panel = Panel::stat(&key, &title, &description, defaults)
        .now(severity, &query::pace(plan), "now")
        .now(good, query::SLOW, &window)
        .of_query("B", &share);
    if let Some(options) = &mut panel.options {
        options["textMode"] = json!("value_and_name");
        options["orientation"] = json!("horizontal");
    }
    panel
}
