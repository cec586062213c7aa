//! Burn rates of all windows, with the limits of the alerts.

use crate::dashboard::model::Panel;
use crate::dashboard::{Page, look, make, query};
use crate::model::Urgency;
use crate::plan::minutes;
use crate::reckon::thresholds::Threshold;
use serde_json::json;
use std::collections::BTreeSet;

/// One graph; none where no alert looks at a burn rate.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let own = plan.journey_thresholds();
    let of_journey = !own.is_empty();
    let rows: Vec<Threshold> =
        if of_journey { own } else { plan.journey.members().iter().flat_map(|m| plan.thresholds_of(m)).collect() };
    let windows: BTreeSet<u64> = rows.iter().flat_map(|t| [t.long, t.short]).collect();
    if windows.is_empty() {
        return Vec::new();
    }
    let color = |t: &Threshold| if t.urgency == Urgency::Page { look::RED } else { look::YELLOW };
    let limits: Vec<(f64, &'static str)> = rows.iter().map(|t| (t.burn, color(t))).collect();
    let mut defaults = make::burns(&limits);
    if let Some(custom) = &mut defaults.custom {
        custom["lineWidth"] = json!(1);
    }
    let whose = if of_journey { "of the journey" } else { "of its worst measure" };
    let description = format!(
        "How fast the budget {whose} burns, over each window of its alerts; 1 × lasts exactly its own. Dashed: the limits, red of pages, \
         yellow of tickets. An alert fires while its long and its short window are above its line."
    );
    let mut panel = Panel::graph("burn-rates", "Burn rates", &description, defaults).size(12, 8);
    for window in windows {
        let expr = if of_journey {
            query::burn("journey", window, &query::of(plan))
        } else {
            format!("max({})", query::burn("slo", window, &query::of(plan)))
        };
        panel = panel.over_time(expr, &query::pace(plan), &minutes(window));
    }
    vec![panel]
}
