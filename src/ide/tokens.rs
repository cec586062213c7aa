//! What the words of a file are, for colours: what only the parser knows, since no word is reserved.
//!
//! The ast says what names are; every word that it does not name is what its token says. So the broken parts of a file have colours too.

use super::Project;
use super::modules::Files;
use crate::promql::pieces::{Piece, pieces};
use crate::schema::kind::Kind;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Block, Call, Entry, Item, Matcher, Measure, Name, Query, Selector, Setting, UsePath, Word};
use crate::syntax::{Parsed, comments};
use std::collections::HashMap;

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each variant is the thing of that name")]
pub enum TokenKind {
    Keyword,
    Setting,
    Journey,
    Step,
    Sli,
    Site,
    Template,
    Module,
    Parameter,
    Type,
    Metric,
    Label,
    Operator,
    String,
    Regex,
    PromQl,
    Number,
    Value,
    Comment,
    Doc,
}

/// A coloured word; on one line only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// Where.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// Whether it is the name of what is declared here.
    pub declares: bool,
}

/// The words of a file in order; none overlaps another, none spans lines.
pub fn tokens(project: &Project<'_>, file: FileId) -> Vec<Token> {
    // `tabi.toml` has none
    Files::of(project).parsed(file).map_or_else(Vec::new, |parsed| of_parsed(project.text(file), parsed))
}

fn of_parsed(text: &str, parsed: &Parsed) -> Vec<Token> {
    let mut names = Names::default();
    for item in &parsed.ast.items {
        names.item(text, item);
    }
    let mut found = Vec::with_capacity(parsed.lexed.tokens.len() + parsed.lexed.comments.len());
    let mut remarks = parsed.lexed.comments.iter().copied().peekable();
    for token in &parsed.lexed.tokens {
        while let Some(comment) = remarks.next_if(|c| c.start < token.span.start) {
            let doc = comments::is_doc(comment.of(text).trim_end());
            lines(text, comment, if doc { TokenKind::Doc } else { TokenKind::Comment }, &mut found);
        }
        if let Some((kind, declares)) = names.known.get(&token.span.start) {
            if token.kind == Kind::Raw && *kind == TokenKind::PromQl {
                promql(text, token.span, &mut found);
            } else {
                let from = found.len();
                lines(text, token.span, *kind, &mut found);
                found[from..].iter_mut().for_each(|t| t.declares = *declares);
            }
        } else if token.kind == Kind::Raw {
            promql(text, token.span, &mut found);
        } else if let Some(kind) = by_itself(token.kind) {
            lines(text, token.span, kind, &mut found);
        }
    }
    found
}

/// What a token is where the ast does not name it.
fn by_itself(kind: Kind) -> Option<TokenKind> {
    Some(match kind {
        Kind::Str => TokenKind::String,
        Kind::Param => TokenKind::Parameter,
        Kind::Number | Kind::Percent | Kind::Duration | Kind::Rate | Kind::BadNumber => TokenKind::Number,
        Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre => TokenKind::Operator,
        Kind::Off => TokenKind::Value,
        kind if crate::schema::find(kind).is_some() => TokenKind::Setting,
        kind if kind.is_keyword() => TokenKind::Keyword,
        Kind::Name | Kind::Unknown => TokenKind::Value,
        _ => return None,
    })
}

/// A token for each line of a span that has anything on it.
fn lines(text: &str, span: Span, kind: TokenKind, found: &mut Vec<Token>) {
    let mut start = span.start;
    for line in span.of(text).split_inclusive('\n') {
        let end = start + line.len() as u32;
        let lead = (line.len() - line.trim_start().len()) as u32;
        // blanks at the ends of a token belong to it where it has one line only
        let lead = if start == span.start { 0 } else { lead };
        let whole = line.trim_end_matches(['\n', '\r']).len() as u32;
        if lead < whole {
            found.push(Token { span: Span { start: start + lead, end: start + whole }, kind, declares: false });
        }
        start = end;
    }
}

/// PromQL in backticks by its pieces; what cannot be read is PromQL as a whole.
fn promql(text: &str, span: Span, found: &mut Vec<Token>) {
    let raw = span.of(text);
    let (inner, close) = match raw.strip_prefix('`') {
        Some(inner) => (inner.strip_suffix('`').unwrap_or(inner), inner.ends_with('`')),
        None => return lines(text, span, TokenKind::PromQl, found),
    };
    let base = span.start + 1;
    found.push(Token { span: Span { start: span.start, end: base }, kind: TokenKind::PromQl, declares: false });
    let mut at = 0;
    for (range, piece) in pieces(inner) {
        at = range.end;
        let kind = match piece {
            Piece::Function => TokenKind::PromQl,
            Piece::Keyword => TokenKind::Keyword,
            Piece::Metric => TokenKind::Metric,
            Piece::Label => TokenKind::Label,
            Piece::Text => TokenKind::String,
            Piece::Regex => TokenKind::Regex,
            Piece::Number => TokenKind::Number,
            Piece::Param => TokenKind::Parameter,
            Piece::Operator => TokenKind::Operator,
            Piece::Punctuation => continue,
        };
        // a string may hold a line end, as an escape does not
        lines(text, Span { start: base + range.start, end: base + range.end }, kind, found);
    }
    let end = base + inner.len() as u32;
    let rest = Span { start: base + at, end };
    let lead = rest.of(text).len() - rest.of(text).trim_start().len();
    lines(text, Span { start: rest.start + lead as u32, end }, TokenKind::PromQl, found);
    if close {
        found.push(Token { span: Span { start: end, end: span.end }, kind: TokenKind::PromQl, declares: false });
    }
}

/// What the ast says of the tokens, by their first byte.
#[derive(Default)]
struct Names {
    known: HashMap<u32, (TokenKind, bool)>,
}

impl Names {
    fn put(&mut self, span: Span, kind: TokenKind) {
        self.known.insert(span.start, (kind, false));
    }

    fn declare(&mut self, name: Option<Name>, kind: TokenKind) {
        if let Some(name) = name {
            self.known.insert(name.span.start, (kind, true));
        }
    }

    fn item(&mut self, text: &str, item: &Item) {
        match item {
            Item::Use(used) => {
                if let Some(UsePath::Module(path)) = &used.what {
                    for name in path {
                        self.put(name.span, TokenKind::Module);
                    }
                }
                self.declare(used.alias, TokenKind::Module);
            }
            Item::Site(site) => self.declare(site.name, TokenKind::Site),
            Item::Journey(journey) => self.declare(journey.name, TokenKind::Journey),
            Item::Template(template) => {
                self.declare(template.name, TokenKind::Template);
                for param in template.params.iter().flat_map(|p| &p.items) {
                    self.declare(Some(param.name), TokenKind::Parameter);
                    if let Some(ty) = param.ty {
                        self.put(ty.span, TokenKind::Type);
                    }
                    if let Some(default) = param.default {
                        let regex = param.ty.is_some_and(|ty| ty.span.of(text) == "regex");
                        self.literal(default, regex);
                    }
                }
            }
            Item::Defaults(_) | Item::Error(_) => {}
        }
        self.block(item.body());
    }

    fn literal(&mut self, word: Word, regex: bool) {
        if regex && word.kind == Kind::Str {
            self.put(word.span, TokenKind::Regex);
        }
    }

    fn block(&mut self, body: Option<&Block<Entry>>) {
        for entry in body.into_iter().flat_map(|b| &b.items) {
            match entry {
                Entry::Setting(setting) => self.setting(setting),
                Entry::Measure(measure) => self.measure(measure),
                Entry::Step(step) => self.declare(step.name, TokenKind::Step),
                Entry::Sli(sli) => {
                    self.declare(sli.name, TokenKind::Sli);
                    if let Some(call) = &sli.call {
                        self.call(call);
                    }
                }
                Entry::Error(_) => {}
            }
            self.block(entry.body());
        }
    }

    fn call(&mut self, call: &Call) {
        if let Some((name, prefix)) = call.path.split_last() {
            for module in prefix {
                self.put(module.span, TokenKind::Module);
            }
            self.put(name.span, TokenKind::Template);
        }
        for name in call.args.iter().flat_map(|a| &a.items).filter_map(|arg| arg.name) {
            self.put(name.span, TokenKind::Parameter);
        }
    }

    fn setting(&mut self, setting: &Setting) {
        for value in &setting.values {
            let kind = match (setting.key, value.kind) {
                (Kind::At, _) => TokenKind::Site,
                (Kind::Delivers, _) => TokenKind::Journey,
                (Kind::By, _) => TokenKind::Label,
                (_, kind) if kind.is_name() => TokenKind::Value,
                _ => continue,
            };
            self.put(value.span, kind);
        }
        for pair in setting.pairs.iter().flat_map(|p| &p.items) {
            self.put(pair.name.span, TokenKind::Label);
        }
    }

    fn measure(&mut self, measure: &Measure) {
        self.known.insert(measure.key_span.start, (TokenKind::Keyword, false));
        match &measure.query {
            Some(Query::Selector(selector)) => self.selector(selector),
            Some(Query::Raw(span)) => self.put(*span, TokenKind::PromQl),
            None => {}
        }
    }

    fn selector(&mut self, selector: &Selector) {
        if let Some(name) = selector.name {
            self.put(name.span, TokenKind::Metric);
        }
        for matcher in selector.matchers.iter().flat_map(|m| &m.items) {
            self.matcher(matcher);
        }
    }

    fn matcher(&mut self, matcher: &Matcher) {
        // a string alone is the metric's name
        let label = matcher.op.is_some() || matcher.label.kind != Kind::Str;
        self.put(matcher.label.span, if label { TokenKind::Label } else { TokenKind::Metric });
        let Some(value) = matcher.value.filter(|v| v.kind != Kind::Param) else { return };
        let regex = matches!(matcher.op, Some(Kind::Re | Kind::Nre));
        self.put(value.span, if regex { TokenKind::Regex } else { TokenKind::String });
    }
}
