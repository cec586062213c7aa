//! A written row asks for as many errors as there are events, or more.

use super::{Check, Lint, percent, slis};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALERT_CANNOT_FIRE;
use crate::model::{Journey, Percent, Row};
use crate::promql::write::number;
use crate::reckon::thresholds::{cap, four_digits};
use crate::source::Place;
use std::fmt::Display;

pub const LINT: Lint = Lint { entry: &ALERT_CANNOT_FIRE, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    let mut rows = |rows: &[Row], target: Percent, target_at: Place, whose: &dyn Display| {
        for row in rows {
            let Some(place) = row.place else { continue };
            let asked = row.burn * target.budget();
            if asked < 1.0 || seen.contains(&place) {
                continue;
            }
            seen.push(place);
            let share = row.share.map(super::target).unwrap_or_default();
            found.push(
                Diagnostic::new(
                    &ALERT_CANNOT_FIRE,
                    format!(
                        "{share} of the budget of {whose} in {} is a burn rate of {}: {} × {} is {} errors, more than there can be; {} is used instead",
                        super::duration(row.long as f64),
                        number(four_digits(row.burn)),
                        number(four_digits(row.burn)),
                        percent(target.budget()),
                        percent(asked),
                        percent(cap(target.budget())),
                    ),
                    place,
                    "asks for more than everything",
                )
                .and(target_at, format!("lets {} fail in {}", percent(target.budget()), super::duration(journey.window.value as f64)))
                .help(help(target.budget(), row, journey.window.value)),
            );
        }
    };
    for (sli, address) in slis(journey) {
        let at = sli.target.place.unwrap_or(sli.place);
        rows(&sli.alerts.rows, sli.target.value, at, &address);
    }
    if let Some(target) = &journey.target {
        let at = target.place.unwrap_or(journey.place);
        rows(&journey.alerts.rows, target.value, at, &journey.name.text);
    }
}

/// The largest share that fits into the row's time, and the shortest time that fits the share.
fn help(budget: f64, row: &Row, window: u64) -> String {
    // one error less than all: a burn rate below 1 / budget
    let share = (100.0 * row.long as f64 / (window as f64 * budget)).ceil() - 1.0;
    let hours = (row.share.map_or(0.0, Percent::share) * window as f64 * budget / 60.0).floor() + 1.0;
    let long = super::duration(row.long as f64);
    let written = row.share.map(Percent::text).unwrap_or_default();
    let longer = super::duration(hours * 60.0);
    if share < 1.0 {
        return format!("a longer time: from `{written} in {longer}` on it can be reached");
    }
    format!("a smaller share, `{share}% in {long}` at most, or a longer time, `{written} in {longer}` at least")
}
