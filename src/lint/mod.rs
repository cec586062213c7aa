//! What would work, but not as people expect. One file for each lint; a new one is a file and a line in [`ALL`].

mod alert_cannot_fire;
mod alert_fires_late;
pub mod allow;
mod blind_spot;
mod chance_alert;
mod delivers_nothing;
mod duplicate_measure;
mod missing_owner;
mod missing_runbook;
mod not_a_counter;
mod target_above_steps;
mod too_rare;
mod unused;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::Entry;
use crate::model::Model;
use crate::resolve::Resolved;

/// A lint.
pub struct Lint {
    /// Its entry in the catalogue.
    pub entry: &'static Entry,
    /// Whether it says something of the whole project: such a lint keeps silent while there are errors, which could be the cause.
    pub of_project: bool,
    /// Looks for it.
    pub check: fn(&Resolved, &mut Vec<Diagnostic>),
}

/// Every lint.
pub static ALL: &[Lint] = &[
    alert_cannot_fire::LINT,
    alert_fires_late::LINT,
    chance_alert::LINT,
    too_rare::LINT,
    not_a_counter::LINT,
    target_above_steps::LINT,
    blind_spot::LINT,
    delivers_nothing::LINT,
    unused::LINT,
    missing_owner::LINT,
    missing_runbook::LINT,
    duplicate_measure::LINT,
];

/// Runs all lints.
pub fn check(resolved: &Resolved, has_errors: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for lint in ALL.iter().filter(|l| !(l.of_project && has_errors)) {
        (lint.check)(resolved, &mut found);
    }
    found
}

/// `28d` of minutes, for messages.
fn duration(minutes: f64) -> String {
    if minutes < 1.0 {
        return format!("{:.0}s", (minutes * 60.0).max(1.0));
    }
    crate::promql::write::duration(crate::reckon::whole(minutes) * 60_000)
}

/// A share as people say it: `1.344 %`, `55 %`, `134.4 %`.
fn percent(share: f64) -> String {
    let value = crate::reckon::thresholds::four_digits(100.0 * share);
    format!("{} %", crate::promql::write::number(value))
}

/// A number as people say it: three digits, none after the point that say nothing.
fn about(value: f64) -> String {
    let rounded = if value >= 100.0 { value.round() } else { format!("{value:.2e}").parse().unwrap_or(value) };
    crate::promql::write::number(rounded)
}

/// Each SLI with its journey and address.
fn slis(model: &Model) -> impl Iterator<Item = (&crate::model::Journey, &crate::model::Sli, String)> {
    model.journeys.iter().flat_map(|journey| {
        journey.all_slis().map(move |(step, sli)| (journey, sli, crate::model::address(journey, step, sli)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_of_the_catalogue_is_here_once() {
        let mut names: Vec<&str> = ALL.iter().map(|l| l.entry.name).collect();
        let mut listed: Vec<&str> =
            crate::diagnostic::catalogue::ALL.iter().filter(|e| e.lint).map(|e| e.name).collect();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(names, listed);
    }
}
