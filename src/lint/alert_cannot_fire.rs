//! A written row asks for as many errors as there are events, or more.

use super::{Check, Lint, percent, slis, ways_out};
use crate::adapt::times::Timing;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALERT_CANNOT_FIRE;
use crate::model::{Journey, Percent, Row};
use crate::promql::write::number;
use crate::reckon::needs::{Known, Needs};
use crate::reckon::thresholds::{Threshold, cap, four_digits};
use crate::reckon::traffic_of;
use crate::source::Place;
use std::fmt::Display;

pub const LINT: Lint = Lint { entry: &ALERT_CANNOT_FIRE, of_project: false, check: Check::Timed(check) };

fn check(journey: &Journey, timing: Timing, known: &Known, found: &mut Vec<Diagnostic>) {
    idle(journey, timing, known, found);
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

/// Rows that never come on, for fewer events come than they need.
fn idle(journey: &Journey, timing: Timing, known: &Known, found: &mut Vec<Diagnostic>) {
    for (sli, address) in slis(journey) {
        let Some(traffic) = traffic_of(sli).filter(|_| !super::too_rare::is(journey, sli)) else { continue };
        let needs = Needs::of(journey, sli, timing.of_sli(journey, sli), known);
        let need = sli.alerts.need.value;
        let idle: Vec<&Threshold> = needs.idle(need).collect();
        // of all rows, and where chance calls, the other two lints speak
        let Some(longest) = idle.iter().max_by_key(|row| row.long) else { continue };
        if idle.len() == needs.rows.len() || !needs.is_quiet(need) {
            continue;
        }
        if needs.notice(need).is_some_and(|notice| notice.is_late()) {
            continue;
        }
        let which: Vec<String> =
            idle.iter().map(|row| format!("{} of {}", row.urgency.text(), super::duration(row.long as f64))).collect();
        let d = Diagnostic::new(
            &ALERT_CANNOT_FIRE,
            format!(
                "{address}: its {} comes on by chance at most: {} {} more than come in {}, about {} in all",
                which.join(", its "),
                super::counted(f64::from(need), "bad event"),
                if need == 1 { "is" } else { "are" },
                super::duration(longest.long as f64),
                super::counted(traffic * (longest.long * 60) as f64, "event"),
            ),
            sli.alerts.need.place.unwrap_or(sli.name.place),
            "needs more events than come",
        );
        let d = match sli.traffic.as_ref().and_then(|t| t.place) {
            Some(place) => d.and(place, "so few events"),
            None => d,
        };
        let ways = match needs.right(need) {
            Some(need) => Some(format!("`alerts {{ need {need} }}`")),
            None => ways_out(journey, sli, &needs),
        };
        let words = "a longer time, a smaller `need`, or the alerts of a measure with more events";
        found.push(d.help(ways.unwrap_or_else(|| words.to_string())));
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
