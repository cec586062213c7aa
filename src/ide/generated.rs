//! What comes out at a place: the rules of its journey, and the table of alerts of its SLI, step or journey.

use super::Project;
use crate::diagnostic::Severity;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Entry, Item};
use crate::{adapt, emit, show};

/// The name of the journey in which a byte of a file stands, or the first one of the file.
pub fn journey_at(project: &Project<'_>, file: FileId, offset: u32) -> Option<String> {
    let (text, unit) = (project.text(file), project.unit(file)?);
    let named = unit.parsed.ast.items.iter().filter_map(|item| match item {
        Item::Journey(journey) => journey.name.map(|name| (journey.span, name.span.of(text))),
        _ => None,
    });
    let mut first = None;
    for (span, name) in named {
        if (span.start..=span.end).contains(&offset) {
            return Some(name.to_string());
        }
        first = first.or(Some(name));
    }
    first.map(str::to_string)
}

/// The address of what a byte stands in, as `tabi show` takes it: an SLI, a step, or else the journey of [`journey_at`].
pub fn address_at(project: &Project<'_>, file: FileId, offset: u32) -> Option<String> {
    let (text, unit) = (project.text(file), project.unit(file)?);
    let mut address = journey_at(project, file, offset)?;
    let holds = |span: Span| (span.start..=span.end).contains(&offset);
    let mut body = unit.parsed.ast.items.iter().find_map(|item| match item {
        Item::Journey(journey) if holds(journey.span) && journey.name.is_some() => journey.body.as_ref(),
        _ => None,
    });
    while let Some(block) = body {
        let inner = block.items.iter().find_map(|entry| match entry {
            Entry::Step(step) if holds(step.span) => Some((step.name?, step.body.as_ref())),
            Entry::Sli(sli) if holds(sli.span) => Some((sli.name?, None)),
            _ => None,
        });
        let Some((name, next)) = inner else { break };
        address = format!("{address}.{}", name.span.of(text));
        body = next;
    }
    Some(address)
}

/// The rules of a journey, as `tabi build` writes them.
///
/// # Errors
/// In words, where there is no such journey or the project has errors.
pub fn rules(project: &Project<'_>, journey: &str) -> Result<String, String> {
    let errors: Vec<_> = project.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    if let Some(error) = errors.first() {
        let place = project.sources.name_and_line(error.place());
        let more = match errors.len() - 1 {
            0 => String::new(),
            1 => ", and one more error".to_string(),
            n => format!(", and {n} more errors"),
        };
        return Err(format!(
            "there are no rules while the project has errors: {place}: {}{more}",
            error.message.replace('\n', " ")
        ));
    }
    let index = project.model.journeys.iter().position(|j| j.name.text == journey);
    let Some(index) = index else { return Err(none(project, journey)) };
    Ok(emit::prometheus::file(&adapt::journey(project.model, index, project.options), project.sources))
}

/// What `tabi show` prints of an address.
///
/// # Errors
/// In words, where nothing has it.
pub fn alerts(project: &Project<'_>, address: &str) -> Result<String, String> {
    let journey = address.split('.').next().unwrap_or(address);
    // a file that is only `use`d declares its journeys, but they are no part of the project
    if !project.model.journeys.iter().any(|j| j.name.text == journey) {
        return Err(none(project, journey));
    }
    show::show(project.model, project.options, Some(address))
}

fn none(project: &Project<'_>, journey: &str) -> String {
    let names: Vec<&str> = project.model.journeys.iter().map(|j| j.name.text.as_str()).collect();
    match crate::diagnostic::did_you_mean(journey, names.iter().copied()) {
        Some(near) => format!("there is no journey `{journey}` in the project; did you mean `{near}`?"),
        None if names.is_empty() => format!("there is no journey `{journey}`: the project has none without errors"),
        None => format!("there is no journey `{journey}` in the project; there are {}", names.join(", ")),
    }
}
