//! Another name for what is declared, at all places that name it.

use super::Project;
use super::modules::Files;
use super::names::{self, Occurrence, Thing};
use super::references::references;
use crate::diagnostic::Edit;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Entry, Item, Use};
use crate::syntax::names::{corrected, is_name};

/// The name at a byte of a file that can be changed.
///
/// # Errors
/// In words, where there is none: "a module that ships keeps its names".
pub fn prepare(project: &Project<'_>, file: FileId, offset: u32) -> Result<Span, String> {
    found(&Files::of(project), file, offset).map(|at| at.span)
}

/// What people should know before: series are named after journeys, steps and SLIs.
pub fn consequence(project: &Project<'_>, file: FileId, offset: u32) -> Option<String> {
    let at = found(&Files::of(project), file, offset).ok()?;
    afresh(at.thing).map(str::to_string)
}

/// The same of what a name stands for.
pub fn afresh(thing: Thing<'_>) -> Option<&'static str> {
    match thing {
        Thing::Journey(_) => {
            Some("Another name starts all budgets of the journey afresh: its series are named after it.")
        }
        Thing::Step(_) => Some("Another name starts the budgets of the step afresh: its series are named after it."),
        Thing::Sli(_) => Some("Another name starts its budget afresh: its series are named after it."),
        _ => None,
    }
}

fn found<'a>(files: &Files<'a>, file: FileId, offset: u32) -> Result<Occurrence<'a>, String> {
    let nothing = || "nothing here has a name that can be changed".to_string();
    let at = names::at(files, file, offset).ok_or_else(nothing)?;
    let (what, name) = match at.thing {
        Thing::File(target) => {
            return Err(match files.module_name(target) {
                Some(module) => {
                    format!("`std.{module}` ships with Tabi and keeps its name; `as` gives it another one here")
                }
                None => "a file is renamed where files are".to_string(),
            });
        }
        Thing::Metric(name) => return Err(format!("`{name}` is a metric: its name comes from what is scraped")),
        Thing::Label(name) => return Err(format!("`{name}` is a label: its name comes from what is scraped")),
        Thing::Diagnostic(name) => return Err(format!("`{name}` is a diagnostic of Tabi and keeps its name")),
        Thing::Placeholder(name) => return Err(format!("`${name}` is filled in by Tabi and keeps its name")),
        Thing::Template(owner, name) | Thing::Param(owner, _, name) => {
            if let Some(module) = files.module_name(owner) {
                return Err(format!("`{name}` is of `std.{module}`, which ships with Tabi and keeps its names"));
            }
            (if matches!(at.thing, Thing::Param(..)) { "parameter" } else { "template" }, name)
        }
        Thing::Journey(name) => ("journey", name),
        Thing::Site(name) => ("site", name),
        Thing::Prefix(_, name) => ("prefix", name),
        Thing::Step(_) | Thing::Sli(_) => return Ok(at),
    };
    match names::declarations(files, at.thing).as_slice() {
        [] => Err(format!("there is no {what} `{name}`")),
        [_] => Ok(at),
        [_, (_, second), ..] => {
            let place = files.project.sources.name_and_line(*second);
            Err(format!("there are two of the name `{name}`, the second at {place}; change one of them by hand first"))
        }
    }
}

/// The edits that change it.
///
/// # Errors
/// In words: the name is no name, or there is one of that name already.
pub fn rename(project: &Project<'_>, file: FileId, offset: u32, name: &str) -> Result<Vec<Edit>, String> {
    let files = Files::of(project);
    let at = found(&files, file, offset)?;
    if at.span.of(files.text(file)) == name {
        return Ok(Vec::new());
    }
    if !is_name(name) {
        let rule = "a name begins with a small letter and has small letters, digits and `_`";
        return Err(match corrected(name) {
            Some(right) => format!("`{name}` is no name: {rule}; `{right}` would be one"),
            None => format!("`{name}` is no name: {rule}"),
        });
    }
    if let (Thing::Param(..), "window") = (at.thing, name) {
        return Err("`$window` stands for the window of a rate and cannot be a parameter".to_string());
    }
    if let Some((what, other)) = taken(&files, at.thing, name) {
        let place = project.sources.name_and_line(other);
        return Err(format!("there is {what} `{name}` already, at {place}"));
    }
    let edit = |place, text: &str| Edit { place, text: text.to_string() };
    let mut edits: Vec<Edit> = references(project, file, offset, true).into_iter().map(|p| edit(p, name)).collect();
    if let Thing::Prefix(..) = at.thing
        && let Some(used) = names::uses(&files, file).map(|(used, _)| used).find(|u| declares(u, &at, files.text(file)))
        && let Some(prefix) = names::prefix_of(used)
        && let Some((span, text)) = alias(used, name, files.text(file))
    {
        edits.retain(|e| e.place.span != prefix.span);
        edits.push(Edit { place: Place { file, span }, text });
        edits.sort_by_key(|e| e.place);
    }
    Ok(edits)
}

fn declares(used: &Use, at: &Occurrence<'_>, text: &str) -> bool {
    names::prefix_of(used).is_some_and(|p| p.span.of(text) == at.span.of(text))
}

/// How a `use` gets another prefix: an alias is put in, or goes where the module's own name is wanted. `None`: it is just replaced.
fn alias(used: &Use, name: &str, text: &str) -> Option<(Span, String)> {
    let Some(crate::syntax::ast::UsePath::Module(path)) = &used.what else { return None };
    let module = path.last()?;
    match used.alias {
        None => Some((module.span.after(), format!(" as {name}"))),
        Some(alias) if module.span.of(text) == name => {
            Some((Span { start: module.span.end, end: alias.span.end }, String::new()))
        }
        Some(_) => None,
    }
}

/// What has the name already where this thing is named.
fn taken(files: &Files<'_>, thing: Thing<'_>, name: &str) -> Option<(&'static str, Place)> {
    let declared = |thing, what| names::declarations(files, thing).first().map(|(_, place)| (what, *place));
    match thing {
        Thing::Journey(_) => declared(Thing::Journey(name), "a journey"),
        Thing::Site(_) => declared(Thing::Site(name), "a site"),
        Thing::Param(file, start, _) => declared(Thing::Param(file, start, name), "a parameter"),
        Thing::Prefix(file, _) => declared(Thing::Prefix(file, name), "a prefix"),
        Thing::Template(owner, _) => {
            // in every file that sees it
            let seen = files.all().map(|file| (file, names::templates(files, file)));
            let sees = seen.filter(|(file, all)| *file == owner || all.iter().any(|(f, _)| *f == owner));
            let mut all = sees.flat_map(|(_, all)| all);
            all.find_map(|(file, template)| {
                let other = template.name.filter(|n| n.span.of(files.text(file)) == name)?;
                Some(("a template", Place { file, span: other.span }))
            })
        }
        Thing::Step(place) | Thing::Sli(place) => neighbour(files, place, name),
        Thing::File(_) | Thing::Metric(_) | Thing::Label(_) | Thing::Diagnostic(_) | Thing::Placeholder(_) => None,
    }
}

/// A step or SLI of this name in the same block.
fn neighbour(files: &Files<'_>, place: Place, name: &str) -> Option<(&'static str, Place)> {
    let items = &files.parsed(place.file)?.ast.items;
    let around = |span: Span| span.start <= place.span.start && place.span.end <= span.end;
    let mut block = items.iter().find(|i| around(i.span())).and_then(Item::body)?;
    loop {
        let named = block.items.iter().filter_map(|entry| match entry {
            Entry::Step(s) => Some(("a step", s.name?)),
            Entry::Sli(s) => Some(("an sli", s.name?)),
            _ => None,
        });
        let named: Vec<_> = named.collect();
        if named.iter().any(|(_, n)| n.span == place.span) {
            let other = named.into_iter().find(|(_, n)| n.span.of(files.text(place.file)) == name)?;
            return Some((other.0, Place { file: place.file, span: other.1.span }));
        }
        block = block.items.iter().find(|e| around(e.span())).and_then(Entry::body)?;
    }
}
