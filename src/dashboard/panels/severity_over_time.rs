//! What each journey asked for, and when.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{All, layout, look, query};
use crate::model::Audience;
use crate::plan::states::JOURNEY_SEVERITY;

/// With more rows than this only those journeys are shown that were not fine.
const MOST: usize = 30;

/// One timeline: users first, then developers and operators.
pub fn panels(all: &All<'_>) -> Vec<Panel> {
    let journeys = &all.model.journeys;
    let many = journeys.len() > MOST;
    let defaults = Defaults {
        color: Some(look::by_limits()),
        thresholds: Some(look::limits(look::GREY, &[])),
        mappings: look::severities(),
        ..Defaults::default()
    };
    let mut description = "User journeys above, those that deliver them below: did the way out break before or after the users' way? Page: \
                           somebody was woken. Spent: nothing is left. Ticket: slow burn, or little is left."
        .to_string();
    if many {
        description.push_str(" Only while they were not fine.");
    }
    let mut panel = Panel::timeline("severity", "States", &description, defaults)
        .size(24, layout::height(journeys.len().min(MOST).saturating_sub(1)));
    for audience in [Audience::User, Audience::Developer, Audience::Operator] {
        if journeys.iter().any(|j| j.audience == audience) {
            let matchers = all.matching(&format!("audience=\"{}\",journey=~\"$journeys\"", audience.text()));
            let fine = if many { " != 0" } else { "" };
            let expr = format!("{}{fine}", query::fast(JOURNEY_SEVERITY, &matchers));
            panel = panel.over_time(expr, "1m", "{{audience}}: {{journey}}");
        }
    }
    vec![panel]
}
