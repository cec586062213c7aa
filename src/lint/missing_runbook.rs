//! An SLI whose alerts lead nowhere.

use super::{Check, Lint, counted};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::MISSING_RUNBOOK;
use crate::model::{Alerts, Journey, Urgency};

pub const LINT: Lint = Lint { entry: &MISSING_RUNBOOK, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let without = || journey.all_slis().filter(|(_, sli)| sli.runbook.is_none()).map(|(_, sli)| &sli.alerts);
    let woken = without().filter(|alerts| tells(alerts, Urgency::Page)).count();
    let tickets = without().filter(|alerts| !tells(alerts, Urgency::Page) && tells(alerts, Urgency::Ticket)).count();
    let of = |n: usize| format!("{} of {}", counted(n as f64, "sli"), journey.name.text);
    let who = match (woken, tickets) {
        (0, 0) => return,
        (0, _) => format!("whoever gets the tickets of {}", of(tickets)),
        (_, 0) => format!("whoever is woken for {}", of(woken)),
        _ => format!("whoever is woken for {}, or gets the tickets of {tickets} more,", of(woken)),
    };
    found.push(
        Diagnostic::new(&MISSING_RUNBOOK, format!("{who} is not told what to do"), journey.name.place, "no runbook")
            .help("`runbook \"https://runbooks.example.com/$journey/$step\"` in the journey, or in `defaults`"),
    );
}

/// Whether any alert of an SLI goes there.
fn tells(alerts: &Alerts, urgency: Urgency) -> bool {
    alerts.rows.iter().any(|row| row.urgency == urgency)
        || alerts.no_data.is_some_and(|(_, to)| to == urgency)
        || alerts.left.is_some_and(|(_, to)| to == urgency)
}
