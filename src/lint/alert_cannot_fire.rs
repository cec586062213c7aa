//! A written row asks for as many errors as there are events, or more.

use super::{Lint, percent, slis};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALERT_CANNOT_FIRE;
use crate::model::{Journey, Percent, Row};
use crate::reckon::thresholds::cap;
use crate::resolve::Resolved;
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &ALERT_CANNOT_FIRE, of_project: false, check };

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    let mut rows = |journey: &Journey, rows: &[Row], target: Percent, target_at: Place, whose: &str| {
        for row in rows {
            let Some(place) = row.place else { continue };
            let asked = row.burn * target.budget();
            if asked < 1.0 || seen.contains(&place) {
                continue;
            }
            seen.push(place);
            let share = row.share.map(Percent::text).unwrap_or_default();
            found.push(
                Diagnostic::new(
                    &ALERT_CANNOT_FIRE,
                    format!(
                        "{share} of the budget of {whose} in {} means {} errors, more than there can be; {} is used instead",
                        super::duration(row.long as f64),
                        percent(asked),
                        percent(cap(target.budget())),
                    ),
                    place,
                    "asks for more than everything",
                )
                .and(target_at, format!("lets {} fail in {}", percent(target.budget()), super::duration(journey.window.value as f64)))
                .help("ask for a smaller share, or for a longer time"),
            );
        }
    };
    for (journey, sli, address) in slis(&resolved.model) {
        let at = sli.target.place.unwrap_or(sli.place);
        rows(journey, &sli.alerts.rows, sli.target.value, at, &address);
    }
    for journey in &resolved.model.journeys {
        if let Some(target) = &journey.target {
            let at = target.place.unwrap_or(journey.place);
            rows(journey, &journey.alerts.rows, target.value, at, &journey.name.text);
        }
    }
}
