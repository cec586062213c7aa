//! An SLI whose alerts lead nowhere.

use super::{Check, Lint, counted};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::MISSING_RUNBOOK;
use crate::model::Journey;

pub const LINT: Lint = Lint { entry: &MISSING_RUNBOOK, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let without = journey.all_slis().filter(|(_, sli)| sli.runbook.is_none() && !sli.alerts.all_off).count();
    if without == 0 {
        return;
    }
    found.push(
        Diagnostic::new(
            &MISSING_RUNBOOK,
            format!(
                "whoever is woken for {} of {} is not told what to do",
                counted(without as f64, "sli"),
                journey.name.text
            ),
            journey.name.place,
            "no runbook",
        )
        .help("`runbook \"https://runbooks.example.com/$journey/$step\"` in the journey, or in `defaults`"),
    );
}
