//! What leads elsewhere: runbooks, files that are used.

use super::Project;
use super::modules::Files;
use super::names;
use crate::model::fill;
use crate::project::Target;
use crate::schema::kind::Kind;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Block, Entry, Item, Name, UsePath};
use crate::syntax::leaf;

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkTarget {
    /// A web page.
    Url(String),
    /// A file of the project or a module that ships.
    File(FileId),
}

/// The links of a file, in order.
pub fn links(project: &Project<'_>, file: FileId) -> Vec<(Span, LinkTarget)> {
    let files = Files::of(project);
    let Some(parsed) = files.parsed(file) else { return Vec::new() };
    let text = files.text(file);
    let mut found = Vec::new();
    let targets = project.unit(file).map_or(&[][..], |u| &u.uses);
    for item in &parsed.ast.items {
        match item {
            Item::Use(used) => match &used.what {
                Some(UsePath::File(span)) => {
                    if let Some((_, Target::File(target))) = targets.iter().find(|(at, _)| at == span) {
                        found.push((names::inside(*span, text), LinkTarget::File(*target)));
                    }
                }
                Some(UsePath::Module(path)) => {
                    if let (Some(module), [first, .., last]) = (names::module_of(&files, file, used), path.as_slice()) {
                        found.push((first.span.to(last.span), LinkTarget::File(module)));
                    }
                }
                None => {}
            },
            Item::Journey(j) => runbooks(item.body(), text, At { journey: j.name, ..At::default() }, &mut found),
            _ => runbooks(item.body(), text, At::default(), &mut found),
        }
    }
    found
}

/// In what a runbook is given.
#[derive(Clone, Copy, Default)]
struct At {
    journey: Option<Name>,
    step: Option<Name>,
    sli: Option<Name>,
    /// Whether an SLI stands in the journey itself.
    own: bool,
}

fn runbooks(body: Option<&Block<Entry>>, text: &str, at: At, found: &mut Vec<(Span, LinkTarget)>) {
    for entry in body.into_iter().flat_map(|b| &b.items) {
        match entry {
            Entry::Step(s) => runbooks(s.body.as_ref(), text, At { step: s.name, ..at }, found),
            Entry::Sli(s) => {
                let at = At { sli: s.name, own: at.step.is_none(), ..at };
                runbooks(s.body.as_ref(), text, at, found);
            }
            Entry::Setting(s) if s.key == Kind::Runbook => {
                let strings = s.values.iter().filter(|v| v.kind == Kind::Str);
                found.extend(strings.filter_map(|v| {
                    let url = one_answer(&leaf::string(v.span.of(text)), text, at)?;
                    Some((names::inside(v.span, text), LinkTarget::Url(url)))
                }));
            }
            Entry::Setting(_) | Entry::Measure(_) | Entry::Error(_) => {}
        }
    }
}

/// The address, where it is the same for all that it holds for.
fn one_answer(url: &str, text: &str, at: At) -> Option<String> {
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return None;
    }
    let name = |name: Option<Name>| name.map(|n| n.span.of(text));
    let asks = |word: &str| url.contains(word);
    let known = (!asks("$journey") || at.journey.is_some())
        && (!asks("$step") || at.step.is_some() || at.own)
        && (!asks("$sli") || at.sli.is_some());
    known.then(|| fill(url, name(at.journey).unwrap_or(""), name(at.step), name(at.sli)))
}
