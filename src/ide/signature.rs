//! The parameters of the template that is being called.

use super::Project;
use super::callables::{Callable, callables};
use super::modules::Files;
use super::spot::{Holds, Inside, Spot, spot};
use crate::schema::kind::Kind;
use crate::source::{FileId, Span};

/// A call and where in it the cursor is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// `jobs_start_within(limit: duration, listener: regex = ".+")`
    pub label: String,
    /// The parameters, as bytes of the label.
    pub parameters: Vec<Span>,
    /// The parameter that is written; `None` behind the last.
    pub active: Option<usize>,
    /// Markdown: the doc comment of the template.
    pub documentation: Option<String>,
}

/// The call whose arguments stand at a byte of a file.
pub fn signature(project: &Project<'_>, file: FileId, offset: u32) -> Option<Signature> {
    let files = Files::of(project);
    let (text, parsed) = (project.text(file), files.parsed(file)?);
    let spot = spot(text, &parsed.lexed, project.sources.file(file).floor(offset));
    if matches!(spot.inside, Inside::Comment(_)) {
        return None;
    }
    let frame = spot.frames.iter().rev().find(|f| f.holds == Holds::Args)?;
    let callable = callee(&files, file, &spot, frame.open)?;
    let (label, parameters) = callable.label();
    let names: Vec<&str> = callable.parameters().iter().map(|p| p.name).collect();
    let active = active(text, &spot, frame.open, &names);
    Some(Signature { label, parameters, active, documentation: callable.doc() })
}

/// The template that is named before a parenthesis.
pub fn callee<'a>(files: &Files<'a>, file: FileId, spot: &Spot<'_>, open: usize) -> Option<Callable<'a>> {
    let text = files.text(file);
    let token = |back: usize| open.checked_sub(back).map(|i| spot.tokens[i]);
    let name = token(1).filter(|t| t.kind.is_name())?;
    let dotted = token(2).is_some_and(|t| t.kind == Kind::Dot);
    let prefix = if dotted { Some(token(3)?.span.of(text)) } else { None };
    callables(files, file).into_iter().find(|c| c.prefix == prefix && c.name == name.span.of(text))
}

/// The arguments before the one that is written: how many there are, and which names they have.
pub fn given<'t>(text: &'t str, spot: &Spot<'_>, open: usize) -> (usize, Vec<&'t str>) {
    let before = spot.tokens.get(open + 1..spot.item.min(spot.before)).unwrap_or_default();
    let commas = before.iter().filter(|t| t.kind == Kind::Comma).count();
    let named = before.windows(2).filter(|pair| pair[0].kind.is_name() && pair[1].kind == Kind::Colon);
    (commas, named.map(|pair| pair[0].span.of(text)).collect())
}

/// The parameter that is written: by its name where the argument has one, else by its position.
pub fn active(text: &str, spot: &Spot<'_>, open: usize, names: &[&str]) -> Option<usize> {
    let (position, _) = given(text, spot, open);
    // also where the cursor stands in the name itself
    let item = spot.tokens.get(spot.item..).unwrap_or_default();
    match item {
        [name, colon, ..] if name.kind.is_name() && colon.kind == Kind::Colon => {
            names.iter().position(|n| *n == name.span.of(text))
        }
        _ => (position < names.len()).then_some(position),
    }
}
