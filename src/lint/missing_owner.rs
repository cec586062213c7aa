//! An SLI whose alerts belong to nobody.

use super::{Check, Lint, counted};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::MISSING_OWNER;
use crate::model::Journey;

pub const LINT: Lint = Lint { entry: &MISSING_OWNER, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let without = journey.all_slis().filter(|(_, sli)| sli.owner.is_none()).count();
    if without == 0 {
        return;
    }
    found.push(
        Diagnostic::new(
            &MISSING_OWNER,
            format!(
                "nobody answers for {} in {}: its alerts have no owner",
                counted(without as f64, "sli"),
                journey.name.text
            ),
            journey.name.place,
            "no owner",
        )
        .help("`owner payments` in the journey, or in `defaults` for all of them"),
    );
}
