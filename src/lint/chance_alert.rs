//! With independent failures at half the budget a row comes on more than once a quarter by chance.

use super::{Address, Check, Lint, about, counted, duration, often, percent, slis, target};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::CHANCE_ALERT;
use crate::model::{Journey, Sli};
use crate::reckon::chance::Chances;
use crate::reckon::thresholds::{self, Threshold};

pub const LINT: Lint = Lint { entry: &CHANCE_ALERT, of_project: false, check: Check::Journey(check) };

/// A quarter of a year, in seconds.
const QUARTER: f64 = 365.25 / 4.0 * 86_400.0;

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    for (sli, address) in slis(journey) {
        let Some(traffic) = sli.traffic.as_ref().map(|t| t.value) else { continue };
        let budget = sli.target.value.budget();
        if super::too_rare::is(journey, sli) {
            continue;
        }
        let rows = thresholds::of_sli(journey, sli);
        let chances: Vec<(&Threshold, Chances)> =
            rows.iter().map(|row| (row, Chances::of(row, budget, traffic, budget / 2.0))).collect();
        let in_a_quarter = |need| chances.iter().map(move |(row, chances)| (*row, chances.onsets(need, QUARTER)));
        let worst = |need| in_a_quarter(need).max_by(|a, b| a.1.total_cmp(&b.1));
        let need = sli.alerts.need.value;
        let Some((row, times)) = worst(need).filter(|(_, times)| *times > 1.0) else { continue };
        // the smallest with which every row is quiet
        let enough = (need + 1..=MOST_NEED).find_map(|n| worst(n).filter(|(_, t)| *t <= 1.0).map(|(_, t)| (n, t)));
        found.push(said(journey, sli, address, row, times, enough));
    }
}

/// Larger ones are no way out.
const MOST_NEED: u32 = 10_000;

fn said(
    journey: &Journey,
    sli: &Sli,
    address: Address<'_>,
    row: &Threshold,
    times: f64,
    enough: Option<(u32, f64)>,
) -> Diagnostic {
    let budget = sli.target.value.budget();
    let traffic = sli.traffic.as_ref().map_or(0.0, |t| t.value);
    let allowed = traffic * (journey.window.value * 60) as f64 * budget;
    let mut d = Diagnostic::new(
        &CHANCE_ALERT,
        format!(
            "{address}: {} a day and {} allow {} in {}; at half of that, its {} of {} comes on by chance about {}",
            counted(traffic * 86_400.0, "event"),
            target(sli.target.value),
            counted(allowed, "failure"),
            duration(journey.window.value as f64),
            row.urgency.text(),
            duration(row.long as f64),
            often(times),
        ),
        sli.name.place,
        format!(
            "fires above {} errors in {}, {} of about {}",
            percent(row.burn * budget),
            duration(row.long as f64),
            about(f64::from(needed(row, budget, traffic))),
            counted(traffic * (row.long * 60) as f64, "event"),
        ),
    );
    if let Some(place) = sli.traffic.as_ref().and_then(|t| t.place) {
        d = d.and(place, "so few events");
    }
    let Some((enough, times)) = enough else {
        return d.help("a longer time, a lower target, or the alerts of a measure with more events");
    };
    let d = d.help(format!(
        "`alerts {{ need {enough} }}`: when so many bad events must come together, chance brings the worst row about {}",
        often(times)
    ));
    match sli.alerts.need.place {
        Some(place) => d.fix(format!("write `need {enough}`"), place, format!("need {enough}")),
        None => d,
    }
}

/// Bad events that make a row fire when there are as many events as expected.
fn needed(row: &Threshold, budget: f64, traffic: f64) -> u32 {
    let share = row.burn * budget * traffic * (row.long * 60) as f64;
    row.need.max(crate::reckon::whole(share.floor()) as u32 + 1)
}
