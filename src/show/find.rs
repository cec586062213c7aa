//! Finds what an address means: `journey`, `journey.step`, `journey.sli` or `journey.step.sli`.

use crate::diagnostic::did_you_mean;
use crate::model::{Journey, Model, Sli, Step, address};

/// What an address means.
#[derive(Clone, Copy, Debug)]
pub enum Found<'m> {
    /// A journey.
    Journey(&'m Journey),
    /// A step.
    Step(&'m Journey, &'m Step),
    /// An SLI of a step or of the journey itself.
    Sli(&'m Journey, Option<&'m Step>, &'m Sli),
}

/// What has an address.
///
/// # Errors
/// In words, where nothing has it.
pub fn find<'m>(model: &'m Model, wanted: &str) -> Result<Found<'m>, String> {
    let parts: Vec<&str> = wanted.split('.').collect();
    let Some(journey) = model.journeys.iter().find(|j| j.name.text == parts[0]) else {
        if let Some(inside) = inside(model, parts[0]) {
            return Err(format!("there is no journey `{}`\n  help: did you mean `{inside}`?", parts[0]));
        }
        return Err(unknown("journey", parts[0], model.journeys.iter().map(|j| j.name.text.as_str())));
    };
    match parts.as_slice() {
        [_] => Ok(Found::Journey(journey)),
        [_, name] => {
            if let Some(step) = journey.steps.iter().find(|s| s.name.text == *name) {
                return Ok(Found::Step(journey, step));
            }
            if let Some(sli) = journey.slis.iter().find(|s| s.name.text == *name) {
                return Ok(Found::Sli(journey, None, sli));
            }
            // an SLI of a step, with the step left out
            if let Some((step, sli)) = journey.all_slis().find(|(_, sli)| sli.name.text == *name) {
                let address = address(journey, step, sli);
                return Err(format!("there is no step or sli `{wanted}`\n  help: did you mean `{address}`?"));
            }
            let names = journey.steps.iter().map(|s| &s.name).chain(journey.slis.iter().map(|s| &s.name));
            let names: Vec<String> = names.map(|n| format!("{}.{}", parts[0], n.text)).collect();
            Err(unknown("step or sli", wanted, names.iter().map(String::as_str)))
        }
        [_, step_name, name] => {
            let Some(step) = journey.steps.iter().find(|s| s.name.text == *step_name) else {
                return Err(unknown("step", step_name, journey.steps.iter().map(|s| s.name.text.as_str())));
            };
            match step.slis.iter().find(|s| s.name.text == *name) {
                Some(sli) => Ok(Found::Sli(journey, Some(step), sli)),
                None => {
                    let names: Vec<String> = step.slis.iter().map(|s| address(journey, Some(step), s)).collect();
                    Err(unknown("sli", wanted, names.iter().map(String::as_str)))
                }
            }
        }
        _ => Err(format!("`{wanted}` is no address; one is `journey`, `journey.step` or `journey.step.sli`")),
    }
}

/// The address of the first step or SLI of a name.
fn inside(model: &Model, name: &str) -> Option<String> {
    model.journeys.iter().find_map(|journey| {
        if journey.steps.iter().any(|s| s.name.text == name) {
            return Some(format!("{}.{name}", journey.name.text));
        }
        let found = journey.all_slis().find(|(_, sli)| sli.name.text == name);
        found.map(|(step, sli)| address(journey, step, sli))
    })
}

fn unknown<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let part = |name: &str, at: usize| name.split('.').rev().nth(at).unwrap_or_default().to_string();
    // only one part of an address is looked for; the others are right
    let differs = |known: &&str| (0..3).find(|at| part(known, *at) != part(name, *at));
    let near = names.iter().filter(|known| {
        differs(known).is_some_and(|at| did_you_mean(&part(name, at), [part(known, at).as_str()]).is_some())
    });
    let help = match near.min_by_key(|known| known.len().abs_diff(name.len())) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "there is none".to_string(),
        None => format!("there are {}", names.join(", ")),
    };
    format!("there is no {what} `{name}`\n  help: {help}")
}
