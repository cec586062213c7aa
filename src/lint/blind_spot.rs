//! A user journey that nothing delivers.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::BLIND_SPOT;
use crate::model::Audience;
use crate::resolve::Resolved;

pub const LINT: Lint = Lint { entry: &BLIND_SPOT, of_project: true, check: Check::Project(check) };

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    let users = resolved.model.journeys.iter().filter(|j| j.audience == Audience::User);
    for journey in users.filter(|j| j.delivered_by.is_empty()) {
        let name = &journey.name.text;
        found.push(
            Diagnostic::new(
                &BLIND_SPOT,
                format!("nothing delivers {name}: when its pipeline breaks, nobody sees it until a fix has to go out"),
                journey.name.place,
                "no developer journey delivers this",
            )
            .help(format!("`delivers {name}` in the developer journey that ships it")),
        );
    }
}
