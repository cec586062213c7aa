//! A total outage is noticed after more than a tenth of the budget.

use super::{Address, Check, Lint, counted, duration, percent, slis, ways_out};
use crate::adapt::times::Timing;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALERT_FIRES_LATE;
use crate::model::{Journey, Sli};
use crate::reckon::needs::{Known, Needs};
use crate::reckon::notice::{Cause, Notice};
use crate::reckon::thresholds::Threshold;
use crate::reckon::traffic_of;

pub const LINT: Lint = Lint { entry: &ALERT_FIRES_LATE, of_project: false, check: Check::Timed(check) };

fn check(journey: &Journey, timing: Timing, known: &Known, found: &mut Vec<Diagnostic>) {
    for (sli, address) in slis(journey) {
        let needs = Needs::of(journey, sli, timing.of_sli(journey, sli), known);
        let need = sli.alerts.need.value;
        let too_rare = super::too_rare::is(journey, sli);
        // where chance calls as well, `chance-alert` has said both
        if !too_rare && !needs.is_quiet(need) {
            continue;
        }
        let budget = sli.target.value.budget();
        let budget_minutes = journey.window.value as f64 * budget;
        let Some(notice) = needs.notice(need).filter(Notice::is_late) else { continue };
        let Notice { row, minutes, spent, .. } = notice;
        let Some(cause) = notice.cause else { continue };
        if minutes.is_infinite() {
            // the budget says it all where it is less than one event
            if !too_rare {
                let longest = needs.rows.iter().max_by_key(|r| r.long).unwrap_or(row);
                let d = never(sli, address, longest);
                let otherwise = "a row with a longer time, a lower target, or the alerts of a measure with more events";
                found.push(with_need(d, journey, sli, &needs, otherwise));
            }
            continue;
        }
        let why = match cause {
            Cause::Events => {
                let have = if row.need == 1 { "has" } else { "have" };
                format!("{} {have} to come first", counted(f64::from(row.need), "bad event"))
            }
            Cause::Engine => {
                format!("the engine sees what it recorded {} late", duration(needs.situation.late.fast as f64))
            }
            Cause::Evaluation => format!(
                "rules run every {}, and the whole budget is {}",
                duration(journey.evaluate as f64),
                duration(budget_minutes)
            ),
            Cause::Share => format!(
                "its fastest row asks for {} errors over {}",
                percent(row.burn * budget),
                duration(row.long as f64)
            ),
        };
        let d = Diagnostic::new(
            &ALERT_FIRES_LATE,
            format!(
                "when everything fails, {address} tells after {}, with {} of the budget spent: {why}",
                duration(minutes),
                percent(spent)
            ),
            sli.name.place,
            "noticed late",
        )
        .and(
            sli.target.place.unwrap_or(sli.place),
            format!(
                "a budget of {} of total outage in {}",
                duration(budget_minutes),
                duration(journey.window.value as f64)
            ),
        );
        found.push(match cause {
            Cause::Events => {
                // a longer time brings no event sooner
                with_need(d, journey, sli, &needs, "a lower target, or the alerts of a measure with more events")
            }
            _ => d.help("a row with a smaller share or a shorter time, or a target that can be guarded"),
        });
    }
}

/// Events are so rare that no row ever sees as many bad ones as it needs.
fn never(sli: &Sli, address: Address<'_>, row: &Threshold) -> Diagnostic {
    let d = Diagnostic::new(
        &ALERT_FIRES_LATE,
        format!(
            "when everything fails, {address} never tells: {} not come together in {}, where about {} come in all",
            if row.need == 1 { "1 bad event does".to_string() } else { format!("{} bad events do", row.need) },
            duration(row.long as f64),
            counted(traffic_of(sli).unwrap_or(0.0) * (row.long * 60) as f64, "event"),
        ),
        sli.name.place,
        "never noticed",
    );
    match sli.traffic.as_ref().and_then(|t| t.place) {
        Some(place) => d.and(place, "so few events"),
        None => d,
    }
}

/// A smaller `need`, where there is one that chance does not reach; else what does instead, or at least where to look.
fn with_need(d: Diagnostic, journey: &Journey, sli: &Sli, needs: &Needs, otherwise: &str) -> Diagnostic {
    let present = sli.alerts.need.value;
    if let Some(need) = needs.right(present) {
        let d = d.help(format!("`alerts {{ need {need} }}`"));
        return match sli.alerts.need.place {
            Some(place) => d.fix(format!("write `need {need}`"), place, format!("need {need}")),
            None => d,
        };
    }
    match ways_out(journey, sli, needs) {
        Some(ways) => d.help(format!("no smaller `need` alone: {ways}")),
        None => d.help(otherwise),
    }
}
