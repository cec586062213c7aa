//! A user journey that nothing delivers.

use super::Lint;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::BLIND_SPOT;
use crate::model::Audience;
use crate::resolve::Resolved;

pub const LINT: Lint = Lint { entry: &BLIND_SPOT, of_project: true, check };

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    let journeys = &resolved.model.journeys;
    for (i, journey) in journeys.iter().enumerate().filter(|(_, j)| j.audience == Audience::User) {
        if journeys.iter().any(|j| j.delivers.iter().any(|(user, _)| *user == i)) {
            continue;
        }
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
