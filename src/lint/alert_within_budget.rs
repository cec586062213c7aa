//! A written row whose burn rate is below 1: it fires while the budget lasts.

use super::{Check, Lint, about, duration, percent, slis, target};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALERT_WITHIN_BUDGET;
use crate::model::{Journey, Percent, Row};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &ALERT_WITHIN_BUDGET, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    let of_slis = slis(journey).map(|(sli, address)| (&sli.alerts, sli.target.value, address.to_string()));
    let of_journey = journey.target.iter().map(|target| (&journey.alerts, target.value, journey.name.text.clone()));
    for (alerts, asked, address) in of_slis.chain(of_journey) {
        for row in alerts.rows.iter().filter(|row| row.burn < 1.0 - 1e-9) {
            let (Some(place), Some(share)) = (row.place, row.share) else { continue };
            if seen.contains(&place) {
                continue;
            }
            seen.push(place);
            found.push(said(row, place, share, journey.window.value, asked, &address));
        }
    }
}

fn said(row: &Row, place: Place, share: Percent, window: u64, asked: Percent, address: &str) -> Diagnostic {
    let (long, period) = (duration(row.long as f64), duration(window as f64));
    let enough = (100.0 * row.long as f64 / window as f64 - 1e-9).ceil();
    let d = Diagnostic::new(
        &ALERT_WITHIN_BUDGET,
        format!(
            "{} of the budget of {address} in {long} is a burn rate of {}: {} errors are enough for it, and {} in {period} are allowed",
            target(share),
            about(row.burn),
            percent(row.burn * asked.budget()),
            percent(asked.budget()),
        ),
        place,
        "fires while the budget lasts",
    );
    let better = format!("{enough}% in {long}");
    d.help(format!(
        "a burn rate of 1 spends just the budget; `{better}` is {}",
        about(enough / 100.0 * window as f64 / row.long as f64)
    ))
    .fix(format!("write `{better}`"), place, better)
}
