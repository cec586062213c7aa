//! A developer journey that delivers no user journey.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::DELIVERS_NOTHING;
use crate::model::Audience;
use crate::resolve::Resolved;

pub const LINT: Lint = Lint { entry: &DELIVERS_NOTHING, of_project: true, check: Check::Project(check) };

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    for journey in &resolved.model.journeys {
        if journey.audience != Audience::Developer || !journey.delivers.is_empty() {
            continue;
        }
        found.push(
            Diagnostic::new(
                &DELIVERS_NOTHING,
                format!(
                    "{} delivers no user journey: nobody will see its budget beside the one that it protects",
                    journey.name.text
                ),
                journey.name.place,
                "delivers nothing",
            )
            .help("`delivers` names the user journeys whose fixes go this way"),
        );
    }
}
