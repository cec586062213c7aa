//! What something means: an alert in minutes and events, the PromQL that comes out, the doc comment of a template, a setting.
//! One file for each kind of thing; numbers are those of `tabi show`.

mod alerts;
mod declared;
mod module;
mod setting;
mod words;

use super::Project;
use super::cursor::{self, Node, What};
use super::modules::Files;
use super::names::{self, Thing};
use crate::diagnostic::catalogue;
use crate::model::{Journey, Sli, Step};
use crate::schema;
use crate::schema::kind::Kind;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Entry, Item, Name};
use std::fmt::Write;

/// An explanation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// What is explained.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// What stands at a byte of a file, explained.
pub fn hover(project: &Project<'_>, file: FileId, offset: u32) -> Option<Hover> {
    let files = Files::of(project);
    let parsed = files.parsed(file)?;
    let path = cursor::path(&parsed.ast, offset);
    let at = At { project, files: &files, file, path: &path };
    if let Some(name) = names::at(&files, file, offset)
        && let Some(text) = at.thing(name.thing)
    {
        return Some(Hover { span: name.span, text });
    }
    at.node(offset)
}

/// Where something is asked for.
#[derive(Clone, Copy)]
struct At<'s, 'a> {
    project: &'s Project<'a>,
    files: &'s Files<'a>,
    file: FileId,
    /// The nodes around the cursor.
    path: &'s [Node<'a>],
}

/// An SLI of the model with what it stands in.
type Member<'a> = (&'a Journey, Option<&'a Step>, &'a Sli);

impl<'a> At<'_, 'a> {
    fn text(&self, span: Span) -> &'a str {
        span.of(self.files.text(self.file))
    }

    /// What a name stands for.
    fn thing(&self, thing: Thing<'a>) -> Option<String> {
        match thing {
            Thing::Journey(name) => declared::journey(self, name),
            Thing::Step(place) => declared::step(self, place),
            Thing::Sli(place) => declared::sli(self, place),
            Thing::Site(name) => declared::site(self, name),
            Thing::Template(file, name) => module::template(self, file, name),
            Thing::Param(file, start, name) => module::param(self, file, start, name),
            Thing::Prefix(_, _) => {
                let uses = names::uses(self.files, self.file);
                let mut named = uses.filter(|(used, _)| {
                    names::prefix_of(used).is_some_and(|p| Thing::Prefix(self.file, self.text(p.span)) == thing)
                });
                module::file(self, named.next()?.1?)
            }
            Thing::File(file) => module::file(self, file),
            Thing::Diagnostic(name) => diagnostic(name),
            Thing::Placeholder(name) => Some(words::placeholder(name).to_string()),
            Thing::Metric(_) | Thing::Label(_) => None,
        }
    }

    /// What stands there that is no name.
    fn node(&self, offset: u32) -> Option<Hover> {
        let parsed = self.files.parsed(self.file)?;
        let token = cursor::token(parsed, offset).filter(|t| cursor::touches(t.span, offset))?;
        let said = |span: Span, text: Option<String>| text.map(|text| Hover { span, text });
        for node in self.path.iter().rev() {
            match node.what {
                What::Row(share, Some(long)) => return said(node.span, alerts::row(self, node.span, share, long)),
                What::Arg(arg) => return said(node.span, module::argument(self, arg)),
                What::Text => {
                    if let Some(text) = self.titled(node.span) {
                        return said(node.span, Some(text));
                    }
                }
                What::Entry(Entry::Measure(measure)) => {
                    let word = (token.span == measure.key_span || token.kind == Kind::Under).then_some(token.kind);
                    let span = if word.is_some() {
                        token.span
                    } else {
                        measure.query.as_ref().map_or(node.span, crate::syntax::ast::Query::span)
                    };
                    let in_query = word.is_some() || cursor::touches(span, offset);
                    return said(if in_query { span } else { node.span }, declared::measure(self, word));
                }
                What::Entry(Entry::Setting(setting)) => {
                    return said(
                        if token.span == setting.key_span { token.span } else { node.span },
                        setting::card(self, setting),
                    );
                }
                What::Body(..) | What::Params(_) | What::Item(_) | What::Entry(_) => break,
                _ => {}
            }
        }
        // a word of the language in front of what it declares, or the type of a parameter
        let plain = match self.path {
            [.., parent, last] if matches!(last.what, What::Name) => matches!(parent.what, What::Param(_)),
            [.., last] => matches!(last.what, What::Item(_) | What::Entry(_) | What::Word(_)),
            [] => false,
        };
        let text = words::keyword(token.kind, self.text(token.span)).filter(|_| plain)?;
        Some(Hover { span: token.span, text: text.to_string() })
    }

    /// The declaration whose title this is.
    fn titled(&self, title: Span) -> Option<String> {
        self.path.iter().rev().find_map(|n| match n.what {
            What::Item(Item::Journey(j)) if j.title == Some(title) => declared::journey(self, self.text(j.name?.span)),
            What::Item(Item::Site(s)) if s.title == Some(title) => declared::site(self, self.text(s.name?.span)),
            What::Entry(Entry::Step(s)) if s.title == Some(title) => declared::step(self, self.place(s.name?.span)),
            What::Entry(Entry::Sli(s)) if s.title == Some(title) => declared::sli(self, self.place(s.name?.span)),
            _ => None,
        })
    }

    fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// All SLIs of the model.
    fn slis(&self) -> impl Iterator<Item = Member<'a>> + use<'a> {
        self.project
            .model
            .journeys
            .iter()
            .map(AsRef::as_ref)
            .flat_map(|j: &Journey| j.all_slis().map(move |(step, sli)| (j, step, sli)))
    }

    /// The SLI around the cursor, if the model has it.
    fn sli(&self) -> Option<Member<'a>> {
        let name = self.path.iter().rev().find_map(|n| match n.what {
            What::Entry(Entry::Sli(s)) => s.name,
            _ => None,
        })?;
        self.sli_named(self.place(name.span))
    }

    /// The name of the step around the cursor.
    fn step(&self) -> Option<Name> {
        self.path.iter().find_map(|n| match n.what {
            What::Entry(Entry::Step(s)) => s.name,
            _ => None,
        })
    }

    fn sli_named(&self, place: Place) -> Option<Member<'a>> {
        self.slis().find(|(_, _, sli)| sli.name.place == place)
    }

    /// The journey around the cursor, if the model has it.
    fn journey(&self) -> Option<&'a Journey> {
        let name = self.path.iter().find_map(|n| match n.what {
            What::Item(Item::Journey(j)) => j.name,
            _ => None,
        })?;
        let place = self.place(name.span);
        self.project.model.journeys.iter().map(AsRef::as_ref).find(|j: &&Journey| j.name.place == place)
    }

    /// `shop.tabi:12`
    fn where_is(&self, place: Place) -> String {
        self.project.sources.name_and_line(place)
    }

    /// The last block around the cursor.
    fn block(&self) -> Option<schema::Block> {
        cursor::block(self.path)
    }
}

fn diagnostic(name: &str) -> Option<String> {
    let entry = catalogue::find(name)?;
    Some(format!("**{name}** ({})\n\n{}\n\n`tabi explain {name}` says more.", entry.severity.text(), entry.summary()))
}

/// Lines that stand as they are.
fn code(out: &mut String, language: &str, text: &str) {
    let _ = write!(out, "\n```{language}\n{}\n```\n", text.trim_end());
}

/// A table without the blanks before it.
fn table(out: &mut String, table: &crate::show::table::Table) {
    let text = table.to_string();
    let lines: Vec<&str> = text.lines().map(|l| l.strip_prefix("  ").unwrap_or(l)).collect();
    code(out, "text", &lines.join("\n"));
}
