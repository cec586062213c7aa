//! With independent failures at half the budget a row comes on more than once a quarter by chance.

use super::{Address, Check, Lint, about, counted, duration, often, percent, slis, target, ways_out};
use crate::adapt::times::Timing;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::CHANCE_ALERT;
use crate::model::{Journey, Sli};
use crate::reckon::needs::{Known, Needs};
use crate::reckon::thresholds::Threshold;

pub const LINT: Lint = Lint { entry: &CHANCE_ALERT, of_project: false, check: Check::Timed(check) };

fn check(journey: &Journey, timing: Timing, known: &Known, found: &mut Vec<Diagnostic>) {
    for (sli, address) in slis(journey) {
        if sli.traffic.is_none() || super::too_rare::is(journey, sli) {
            continue;
        }
        let needs = Needs::of(journey, sli, timing.of_sli(journey, sli), known);
        let need = sli.alerts.need.value;
        let Some((row, times)) = needs.chance(need).filter(|(_, times)| *times > 1.0) else { continue };
        let d = said(journey, sli, address, row, times);
        found.push(match needs.right(need) {
            Some(enough) => with_need(d, sli, enough, needs.chance(enough).map_or(0.0, |(_, times)| times)),
            None => without_need(d, journey, sli, &needs),
        });
    }
}

/// A larger `need` is all that it takes.
fn with_need(d: Diagnostic, sli: &Sli, enough: u32, times: f64) -> Diagnostic {
    let d = d.help(format!(
        "`alerts {{ need {enough} }}`: when so many bad events must come together, chance brings the worst row about {}",
        often(times)
    ));
    match sli.alerts.need.place {
        Some(place) => d.fix(format!("write `need {enough}`"), place, format!("need {enough}")),
        None => d,
    }
}

/// With every `need` either chance calls, or an outage is told late: this says both, and `alert-fires-late` is silent.
fn without_need(d: Diagnostic, journey: &Journey, sli: &Sli, needs: &Needs<'_>) -> Diagnostic {
    let Some(enough) = needs.enough() else {
        return d.help("a longer time, a lower target, or the alerts of a measure with more events");
    };
    let cost = match needs.notice(enough) {
        Some(notice) if notice.minutes.is_infinite() => "an outage is never told".to_string(),
        Some(notice) if notice.is_late() => format!(
            "an outage is told after {}, with {} of the budget spent",
            duration(notice.minutes),
            percent(notice.spent)
        ),
        _ => {
            let idle: Vec<String> = needs.idle(enough).map(|row| duration(row.long as f64)).collect();
            format!("so many do not come together in {}", idle.join(" and "))
        }
    };
    let d = Diagnostic { message: format!("{}; with `need {enough}`, which stops that, {cost}", d.message), ..d };
    match ways_out(journey, sli, needs) {
        Some(ways) => d.help(format!("no `need` does both: {ways}")),
        None => d.help("no `need` does both; a lower target, or the alerts of a measure with more events"),
    }
}

fn said(journey: &Journey, sli: &Sli, address: Address<'_>, row: &Threshold, times: f64) -> Diagnostic {
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
    d
}

/// Bad events that make a row fire when there are as many events as expected.
fn needed(row: &Threshold, budget: f64, traffic: f64) -> u32 {
    let share = row.burn * budget * traffic * (row.long * 60) as f64;
    row.need.max(crate::reckon::whole(share.floor()) as u32 + 1)
}
