//! What a file says. `Option` where something was missing and has been reported; broken parts are `Error` nodes that later stages
//! skip. Text is a span of the source, so the ast owns nothing.

use crate::schema::kind::Kind;
use crate::source::Span;

/// A whole file.
#[derive(Debug, Default)]
pub struct File {
    /// Its declarations in order.
    pub items: Vec<Item>,
}

/// A declaration.
#[derive(Debug)]
#[allow(missing_docs, reason = "each variant is the declaration of that name")]
pub enum Item {
    Use(Use),
    Defaults(Defaults),
    Site(Site),
    Template(Template),
    Journey(Journey),
    Error(Span),
}

impl Item {
    /// The whole declaration.
    pub fn span(&self) -> Span {
        match self {
            Item::Use(x) => x.span,
            Item::Defaults(x) => x.span,
            Item::Site(x) => x.span,
            Item::Template(x) => x.span,
            Item::Journey(x) => x.span,
            Item::Error(span) => *span,
        }
    }
    /// Its block.
    pub fn body(&self) -> Option<&Block<Entry>> {
        match self {
            Item::Use(_) | Item::Error(_) => None,
            Item::Defaults(x) => x.body.as_ref(),
            Item::Site(x) => x.body.as_ref(),
            Item::Template(x) => x.body.as_ref(),
            Item::Journey(x) => x.body.as_ref(),
        }
    }
}

/// `use std.http as h`, `use "./sites.tabi"`
#[derive(Debug)]
pub struct Use {
    /// The whole declaration.
    pub span: Span,
    /// What is used.
    pub what: Option<UsePath>,
    /// The name after `as`.
    pub alias: Option<Name>,
}

/// What `use` names.
#[derive(Debug)]
pub enum UsePath {
    /// A module that ships with the program.
    Module(Vec<Name>),
    /// A file; the span is that of the string with its quotes.
    File(Span),
}

/// `defaults user { … }`
#[derive(Debug)]
pub struct Defaults {
    /// The whole declaration.
    pub span: Span,
    /// For whose journeys.
    pub audience: Option<Word>,
    /// Its settings.
    pub body: Option<Block<Entry>>,
}

/// `site tokyo "Tokyo" { … }`
#[derive(Debug)]
pub struct Site {
    /// The whole declaration.
    pub span: Span,
    /// Its name.
    pub name: Option<Name>,
    /// Its title, with quotes.
    pub title: Option<Span>,
    /// Its items.
    pub body: Option<Block<Entry>>,
}

/// `template t(limit: duration = 1s) { … }`
#[derive(Debug)]
pub struct Template {
    /// The whole declaration.
    pub span: Span,
    /// Its name.
    pub name: Option<Name>,
    /// Its parameters.
    pub params: Option<Block<Param>>,
    /// Measure and settings.
    pub body: Option<Block<Entry>>,
}

/// `limit: duration = 1s`
#[derive(Debug)]
pub struct Param {
    /// The whole parameter.
    pub span: Span,
    /// Its name.
    pub name: Name,
    /// The name of its type.
    pub ty: Option<Name>,
    /// The literal after `=`.
    pub default: Option<Word>,
}

/// `user journey checkout "Checkout" { … }`
#[derive(Debug)]
pub struct Journey {
    /// The whole declaration.
    pub span: Span,
    /// Whose journey; missing where the word was forgotten.
    pub audience: Option<Word>,
    /// Its name.
    pub name: Option<Name>,
    /// Its title, with quotes.
    pub title: Option<Span>,
    /// Steps, SLIs and settings.
    pub body: Option<Block<Entry>>,
}

/// `{ … }` or `( … )`; `close` is missing when it was not written.
#[derive(Debug)]
pub struct Block<T> {
    /// The bracket that opens it; empty where it was forgotten.
    pub open: Span,
    /// What stands in it.
    pub items: Vec<T>,
    /// The bracket that closes it.
    pub close: Option<Span>,
}

/// Whether all of a block was understood, so that what is missing in it was forgotten.
pub fn is_whole(block: Option<&Block<Entry>>) -> bool {
    block.is_some_and(|b| b.close.is_some() && !b.items.iter().any(|e| matches!(e, Entry::Error(_))))
}

/// An entry of a block in braces.
#[derive(Debug)]
#[allow(missing_docs, reason = "each variant is the entry of that name")]
pub enum Entry {
    Setting(Setting),
    Measure(Measure),
    Step(Step),
    Sli(Sli),
    Error(Span),
}

impl Entry {
    /// The whole entry.
    pub fn span(&self) -> Span {
        match self {
            Entry::Setting(x) => x.span,
            Entry::Measure(x) => x.span,
            Entry::Step(x) => x.span,
            Entry::Sli(x) => x.span,
            Entry::Error(span) => *span,
        }
    }
    /// Its block, where it has one.
    pub fn body(&self) -> Option<&Block<Entry>> {
        match self {
            Entry::Setting(x) => x.body.as_ref(),
            Entry::Step(x) => x.body.as_ref(),
            Entry::Sli(x) => x.body.as_ref(),
            Entry::Measure(_) | Entry::Error(_) => None,
        }
    }
}

/// `step pay "Pay by card" { … }`
#[derive(Debug)]
pub struct Step {
    /// The whole entry.
    pub span: Span,
    /// Its name.
    pub name: Option<Name>,
    /// Its title, with quotes.
    pub title: Option<Span>,
    /// SLIs and settings.
    pub body: Option<Block<Entry>>,
}

/// `sli fast { … }` or `sli fast = t(1s) { … }`
#[derive(Debug)]
pub struct Sli {
    /// The whole entry.
    pub span: Span,
    /// Its name.
    pub name: Option<Name>,
    /// Its title, with quotes.
    pub title: Option<Span>,
    /// The call after `=`.
    pub call: Option<Call>,
    /// Measure and settings, or the settings after the call.
    pub body: Option<Block<Entry>>,
}

/// `gha.jobs_start_within(60s)`
#[derive(Debug)]
pub struct Call {
    /// The prefix and the template's name.
    pub path: Vec<Name>,
    /// Its arguments.
    pub args: Option<Block<Arg>>,
}

/// `service: "pay"` or `60s`
#[derive(Debug)]
pub struct Arg {
    /// The whole argument.
    pub span: Span,
    /// The parameter's name, where it is given.
    pub name: Option<Name>,
    /// The literal.
    pub value: Option<Word>,
}

/// A setting: its word and what follows it.
#[derive(Debug)]
pub struct Setting {
    /// The whole entry.
    pub span: Span,
    /// Its word.
    pub key: Kind,
    /// Where the word stands.
    pub key_span: Span,
    /// The leaves in order; rows are flattened to percentage and duration by turns.
    pub values: Vec<Word>,
    /// The block of `alerts`.
    pub body: Option<Block<Entry>>,
    /// The pairs of `labels` and `external_labels`.
    pub pairs: Option<Block<Pair>>,
}

/// `tier "1"`
#[derive(Debug)]
pub struct Pair {
    /// The label.
    pub name: Name,
    /// Its value, a string with its quotes.
    pub value: Option<Span>,
}

/// A measure: its word, its query and its bound.
#[derive(Debug)]
pub struct Measure {
    /// The whole entry.
    pub span: Span,
    /// Its word.
    pub key: Kind,
    /// Where the word stands.
    pub key_span: Span,
    /// The selector or PromQL.
    pub query: Option<Query>,
    /// The bound after `under`: a duration or a parameter.
    pub under: Option<Word>,
}

/// What a measure reads.
#[derive(Debug)]
pub enum Query {
    /// A selector as in PromQL.
    Selector(Selector),
    /// PromQL in backticks; the span is with the backticks.
    Raw(Span),
}

impl Query {
    /// The whole query.
    pub fn span(&self) -> Span {
        match self {
            Query::Selector(s) => s.span,
            Query::Raw(span) => *span,
        }
    }
}

/// `http_requests_total{code!~"5.."}`
#[derive(Debug)]
pub struct Selector {
    /// The whole selector.
    pub span: Span,
    /// The metric's name.
    pub name: Option<Name>,
    /// Its matchers.
    pub matchers: Option<Block<Matcher>>,
}

/// `code!~"5.."`, or `"name"`
#[derive(Debug)]
pub struct Matcher {
    /// The whole matcher.
    pub span: Span,
    /// The label; a string where the name is quoted.
    pub label: Word,
    /// The operator.
    pub op: Option<Kind>,
    /// A string, a raw string or a parameter.
    pub value: Option<Word>,
}

/// A name as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// Where.
    pub span: Span,
}

/// A leaf: a token with its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// What kind of token it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}
