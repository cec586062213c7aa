//! A total outage is noticed after more than a tenth of the budget.

use super::{Address, Check, Lint, counted, duration, percent, slis};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALERT_FIRES_LATE;
use crate::model::{Journey, Sli};
use crate::reckon::thresholds::Threshold;
use crate::reckon::timing::Situation;
use crate::reckon::{thresholds, traffic_of};

pub const LINT: Lint = Lint { entry: &ALERT_FIRES_LATE, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    for (sli, address) in slis(journey) {
        let budget = sli.target.value.budget();
        let budget_minutes = journey.window.value as f64 * budget;
        let rows = thresholds::of_sli(journey, sli);
        let situation = Situation::of_sli(journey, sli);
        // what the windows and `need` ask for; of rows that run with the fast group also the minutes of evaluation, which short budgets feel
        let after = |row: &thresholds::Threshold| {
            let share = row.burn * budget * row.long as f64;
            let events = traffic_of(sli).map_or(0.0, |rate| f64::from(row.need) / rate / 60.0);
            // so many never come together in its window
            let events = if events > row.long as f64 { f64::INFINITY } else { events };
            let ideal = share.max(events);
            let real = situation.predict(row, 1.0).filter(|_| row.long < 1440).map_or(ideal, |p| p.fires_after as f64);
            (share, events, real.max(ideal))
        };
        let first = rows.iter().map(|row| (row, after(row))).min_by(|a, b| a.1.2.total_cmp(&b.1.2));
        let Some((row, (share, events, minutes))) = first else { continue };
        if minutes.is_infinite() {
            // the budget says it all where it is less than one event
            if !super::too_rare::is(journey, sli) {
                let longest = rows.iter().max_by_key(|r| r.long).unwrap_or(row);
                found.push(never(sli, address, longest));
            }
            continue;
        }
        let spent = minutes / budget_minutes;
        if spent <= 0.1 + 1e-9 {
            continue;
        }
        let why = if events > share && events >= minutes - 2.0 * journey.evaluate as f64 {
            format!("{} have to come first", counted(f64::from(row.need), "bad event"))
        } else if minutes > share {
            format!(
                "rules run every {}, and the whole budget is {}",
                duration(journey.evaluate as f64),
                duration(budget_minutes)
            )
        } else {
            format!("its fastest row asks for {} errors over {}", percent(row.burn * budget), duration(row.long as f64))
        };
        found.push(
            Diagnostic::new(
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
            )
            .help("a row with a smaller share or a shorter time, a smaller `need`, or a target that can be guarded"),
        );
    }
}

/// Events are so rare that no row ever sees as many bad ones as it needs.
fn never(sli: &Sli, address: Address<'_>, row: &Threshold) -> Diagnostic {
    let d = Diagnostic::new(
        &ALERT_FIRES_LATE,
        format!(
            "when everything fails, {address} never tells: {} bad events do not come together in {}, where about {} come in all",
            row.need,
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
    .help("a smaller `need`, or a longer time")
}
