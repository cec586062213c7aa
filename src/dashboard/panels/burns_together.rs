//! Burn against burn: users, and those who ship the fixes.

use crate::dashboard::model::Panel;
use crate::dashboard::{Page, look, make, query, text};
use crate::plan::minutes;
use serde_json::json;

/// One graph; none where no alert looks at a burn rate.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let delivering = page.delivering();
    let description = "Thick: users. Thin: delivery. Dashed: 1 ×, at which a budget lasts exactly its window. Both high at once: repair delivery \
                       first.";
    let mut panel =
        Panel::graph("burns-together", "Burn rates", description, make::burns(&[(1.0, look::YELLOW)])).size(12, 9);
    for (i, journey) in std::iter::once(page).chain(&delivering).enumerate() {
        // one window for all, where their rows allow it, so that the lines can be compared
        let Some((window, expr)) = query::burn_over(&journey.plan, query::pace_window) else { continue };
        let title = text::title(journey.plan.journey.shown());
        let whose = if i == 0 { "users" } else { "delivery" };
        if i == 0 {
            let thick = [("custom.lineWidth", json!(4)), ("color", make::value(&look::fixed(look::TEXT)))];
            panel = panel.of_query("A", &thick);
        }
        panel = panel.over_time(expr, &query::pace(&journey.plan), &format!("{whose}: {title}, {}", minutes(window)));
    }
    if panel.targets.is_empty() { Vec::new() } else { vec![panel] }
}
