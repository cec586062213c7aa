//! With independent failures at half the budget a row comes on more than once a quarter by chance.

use super::{Lint, about, duration, percent, slis};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::CHANCE_ALERT;
use crate::model::Sli;
use crate::reckon::chance::onsets;
use crate::reckon::thresholds::{self, Threshold};
use crate::resolve::Resolved;

pub const LINT: Lint = Lint { entry: &CHANCE_ALERT, of_project: false, check };

/// A quarter of a year, in seconds.
const QUARTER: f64 = 365.25 / 4.0 * 86_400.0;

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    for (journey, sli, address) in slis(&resolved.model) {
        let Some(traffic) = sli.traffic.as_ref().map(|t| t.value) else { continue };
        let budget = sli.target.value.budget();
        if super::too_rare::is(journey, sli) {
            continue;
        }
        let in_a_quarter = |row: &Threshold| onsets(row, budget, traffic, budget / 2.0, QUARTER);
        let rows = thresholds::of_sli(journey, sli);
        let worst = rows.iter().map(|row| (row, in_a_quarter(row))).max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((row, times)) = worst.filter(|(_, times)| *times > 1.0) else { continue };
        let enough = smallest_need(&rows, &in_a_quarter);
        found.push(said(journey.window.value, sli, &address, row, times, enough));
    }
}

/// The smallest `need` with which every row is quiet.
fn smallest_need(rows: &[Threshold], in_a_quarter: &dyn Fn(&Threshold) -> f64) -> Option<u32> {
    let quiet = |need: u32| rows.iter().all(|row| in_a_quarter(&Threshold { need, ..row.clone() }) <= 1.0);
    let now = rows.first()?.need;
    (now + 1..=10_000).find(|need| quiet(*need))
}

fn said(window: u64, sli: &Sli, address: &str, row: &Threshold, times: f64, enough: Option<u32>) -> Diagnostic {
    let budget = sli.target.value.budget();
    let traffic = sli.traffic.as_ref().map_or(0.0, |t| t.value);
    let allowed = traffic * (window * 60) as f64 * budget;
    let mut d = Diagnostic::new(
        &CHANCE_ALERT,
        format!(
            "{address}: {} events a day and {} allow {} failures in {}; at half of that, the {} of {} comes on by chance about {} times a quarter",
            about(traffic * 86_400.0),
            sli.target.value.text(),
            about(allowed),
            duration(window as f64),
            row.urgency.text(),
            duration(row.long as f64),
            about(times),
        ),
        sli.name.place,
        format!("fires above {} errors in {}", percent(row.burn * budget), duration(row.long as f64)),
    );
    if let Some(place) = sli.traffic.as_ref().and_then(|t| t.place) {
        d = d.and(place, "so few events");
    }
    let Some(enough) = enough else {
        return d.help("a longer time, a lower target, or the alerts of a measure with more events");
    };
    let d = d.help(format!(
        "`alerts {{ need {enough} }}` keeps chance below once a quarter: that many bad events must come together"
    ));
    match sli.alerts.need.place {
        Some(place) => d.fix(format!("write `need {enough}`"), place, format!("need {enough}")),
        None => d,
    }
}
