//! nom over tokens: where we are, what was expected here, and the three combinators that recover.
//!
//! The one rule: **`Err` means "this does not begin here"; it has consumed nothing and reported nothing.**
//! After its first token a production cannot fail, so nom's own `alt`, `opt` and tuples swallow nothing.
//! A `debug_assert` holds it. `many0`, `separated_list` and nom's streaming parsers stop in silence at a broken item: they are not used.

use super::ast::Block;
use super::lexer::Token;
use crate::schema::kind::{Kind, Set};
use crate::source::Span;
use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult, Mode, OutputMode, PResult, Parser};
use std::cell::{Cell, RefCell};

/// A place among the tokens.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    /// The index of the next token.
    pub at: u32,
    /// What all cursors of a file share.
    pub context: &'a Context<'a>,
}

/// What a parse shares: the tokens, and what is to be said.
pub struct Context<'a> {
    tokens: &'a [Token],
    expected: Cell<Expected>,
    wanted: Cell<Set>,
    reports: RefCell<Vec<Report>>,
}

/// Something that is not as it should be, at a token.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Report {
    /// The token.
    pub at: Span,
    /// The end of the token before it.
    pub before: u32,
    /// What would have been right.
    pub expected: Set,
    /// What stands there.
    pub found: Kind,
    /// The bracket that is still open.
    pub opened: Option<Span>,
    /// Whether an entry of a block should begin here, and which words may begin it.
    pub entry: Option<Set>,
}

/// What would have been right at a token. The farthest token wins, equals unite.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Expected {
    /// The index of the token.
    pub at: u32,
    /// The kinds.
    pub set: Set,
}

impl Expected {
    fn unite(self, other: Expected) -> Expected {
        match self.at.cmp(&other.at) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => Expected { at: self.at, set: self.set.or(other.set) },
        }
    }
}

impl ParseError<Cursor<'_>> for Expected {
    fn from_error_kind(i: Cursor, _: ErrorKind) -> Self {
        Expected { at: i.at, set: Set::NONE }
    }
    fn append(_: Cursor, _: ErrorKind, other: Self) -> Self {
        other
    }
    fn or(self, other: Self) -> Self {
        self.unite(other)
    }
}

/// The result of a production.
pub type Res<'a, T> = IResult<Cursor<'a>, T, Expected>;

/// Short for what every combinator takes and gives.
pub trait Rule<'a, T>: Parser<Cursor<'a>, Output = T, Error = Expected> {}
impl<'a, T, P: Parser<Cursor<'a>, Output = T, Error = Expected>> Rule<'a, T> for P {}

impl<'a> Context<'a> {
    /// The context of a file; `tokens` ends with the end of the file.
    pub fn new(tokens: &'a [Token]) -> Self {
        Context { tokens, expected: Cell::default(), wanted: Cell::new(Set::NONE), reports: RefCell::default() }
    }
    /// What was reported, in order.
    pub fn into_reports(self) -> Vec<Report> {
        self.reports.into_inner()
    }
}

impl<'a> Cursor<'a> {
    /// The next token.
    pub fn token(self) -> Token {
        self.context.tokens[self.at as usize]
    }
    /// Its kind.
    pub fn kind(self) -> Kind {
        self.token().kind
    }
    /// The kind of the token after it.
    pub fn second(self) -> Kind {
        self.next().kind()
    }
    /// One further; stays on the end of the file.
    #[must_use]
    pub fn next(self) -> Self {
        Cursor { at: (self.at + 1).min(self.context.tokens.len() as u32 - 1), ..self }
    }
    /// The token before.
    pub fn before(self) -> Span {
        if self.at == 0 { Span::default() } else { self.context.tokens[self.at as usize - 1].span }
    }
    /// A keyword that begins a line is that keyword, even where a name could stand.
    pub fn begins_entry(self) -> bool {
        self.kind().is_keyword() && self.token().first_on_line && self.context.wanted.get().has(self.kind())
    }
    /// `under 300ms` goes on behind a selector, also behind one whose brace is missing.
    fn is_a_bound(self) -> bool {
        self.kind() == Kind::Under && matches!(self.second(), Kind::Duration | Kind::Param)
    }
    /// `http.available(`, `available(`, and either with `use` before it: a call stands here.
    pub fn calls(self) -> bool {
        let i = if self.kind() == Kind::Use && self.second().is_name() { self.next() } else { self };
        let name = |i: Cursor| i.kind().is_name() && i.second() == Kind::LParen;
        name(i) || (i.kind().is_name() && i.second() == Kind::Dot && name(i.next().next()))
    }
    /// Whether nothing of an entry stands before this on its line.
    pub fn begins(self) -> bool {
        self.token().first_on_line || self.at == 0 || self.context.tokens[self.at as usize - 1].kind == Kind::LBrace
    }
    /// `team "shop"`, `job="shop"`: one more pair, of which only the comma before is missing.
    fn is_labelled(self) -> bool {
        let sign = matches!(self.second(), Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre | Kind::Str | Kind::Colon);
        self.kind() == Kind::Name && sign && !self.next().token().first_on_line
    }
    fn note(self, set: Set) {
        self.context.expected.set(self.context.expected.get().unite(Expected { at: self.at, set }));
    }
    /// The production does not begin here; `set` would have begun it.
    ///
    /// # Errors
    /// Always.
    pub fn not_here<T>(self, set: Set) -> Res<'a, T> {
        self.note(set);
        Err(Err::Error(Expected { at: self.at, set }))
    }
    /// Says that this token is not right; one report for each token.
    pub fn report(self, or_else: Set, opened: Option<Span>, entry: Option<Set>) {
        let mut reports = self.context.reports.borrow_mut();
        let at = self.token().span;
        if reports.last().is_some_and(|r| r.at.start >= at.start) {
            return;
        }
        let expected = self.context.expected.get();
        let expected = if expected.at == self.at { expected.set.or(or_else) } else { or_else };
        reports.push(Report { at, before: self.before().end, expected, found: self.kind(), opened, entry });
    }
    /// Over one token, or over the whole bracket that it opens. A loop: nothing nests on the stack.
    pub fn skip(self) -> Self {
        let mut depth = 0usize;
        let mut i = self;
        loop {
            match i.kind() {
                Kind::Eof => return i,
                Kind::LBrace | Kind::LParen => depth += 1,
                Kind::RBrace | Kind::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            i = i.next();
            if depth == 0 {
                return i;
            }
        }
    }
}

/// Every kind is the parser of that token.
impl<'a> Parser<Cursor<'a>> for Kind {
    type Output = Token;
    type Error = Expected;
    fn process<OM: OutputMode>(&mut self, i: Cursor<'a>) -> PResult<OM, Cursor<'a>, Token, Expected> {
        if i.kind() == *self {
            return Ok((i.next(), OM::Output::bind(|| i.token())));
        }
        let set = Set::of(&[*self]);
        i.note(set);
        Err(Err::Error(OM::Error::bind(|| Expected { at: i.at, set })))
    }
}

/// The one rule, held by every test that runs: a production that fails after its first token forgot a `must`.
fn nothing_taken(i: Cursor, e: &Err<Expected>) {
    if let Err::Error(e) | Err::Failure(e) = e {
        debug_assert!(e.at == i.at, "`must` is missing: began at {:?}, failed at {:?}", i.at, e);
    }
}

/// Whatever `rule` would expect is called `class` in messages.
pub fn class<'a, T>(class: Set, mut rule: impl Rule<'a, T>) -> impl Rule<'a, T> {
    move |i: Cursor<'a>| -> Res<'a, T> {
        let before = i.context.expected.get();
        rule.parse(i).or_else(|e| {
            nothing_taken(i, &e);
            i.context.expected.set(before);
            i.not_here(class)
        })
    }
}

/// What comes after the first token of a production. Absent: report, take nothing (or one stray token), go on.
pub fn must<'a, T>(mut rule: impl Rule<'a, T>) -> impl Rule<'a, Option<T>> {
    move |i: Cursor<'a>| -> Res<'a, Option<T>> {
        match rule.parse(i) {
            Ok((rest, found)) => return Ok((rest, Some(found))),
            Err(e) => nothing_taken(i, &e),
        }
        i.report(Set::NONE, None, None);
        let stray = i.token();
        let bracket = matches!(stray.kind, Kind::LBrace | Kind::RBrace | Kind::LParen | Kind::RParen | Kind::Eof);
        if !stray.first_on_line && !bracket && !i.next().token().first_on_line {
            let before = i.context.expected.get();
            if let Ok((rest, found)) = rule.parse(i.next()) {
                return Ok((rest, Some(found)));
            }
            i.context.expected.set(before);
        }
        Ok((i, None))
    }
}

/// The value of a rule and the span of all its tokens.
pub fn spanned<'a, T>(mut rule: impl Rule<'a, T>) -> impl Rule<'a, (T, Span)> {
    move |i: Cursor<'a>| -> Res<'a, (T, Span)> {
        let (rest, value) = rule.parse(i)?;
        Ok((rest, (value, i.token().span.to(rest.before()))))
    }
}

/// `item { "," item }`
pub fn commas<'a, T>(mut item: impl Rule<'a, T>) -> impl Rule<'a, Vec<T>> {
    move |i: Cursor<'a>| -> Res<'a, Vec<T>> {
        let (mut i, first) = item.parse(i)?;
        let mut all = vec![first];
        while i.kind() == Kind::Comma {
            if let Ok((rest, one)) = item.parse(i.next()) {
                all.push(one);
                i = rest;
            } else {
                let after = i.next();
                after.report(Set::NONE, None, None);
                return Ok((after, all));
            }
        }
        i.note(Set::of(&[Kind::Comma]));
        Ok((i, all))
    }
}

/// How a [`group`] is written.
#[derive(Clone, Copy)]
pub struct Brackets {
    /// The bracket that opens it.
    pub open: Kind,
    /// What begins an item.
    pub starts: Set,
    /// What an item is, in few words; empty where the items tell by themselves.
    pub classes: Set,
    /// Whether commas stand between the items.
    pub separated: bool,
}

/// `open { item [ separator ] } close`. Opened or not, closed or not: it always succeeds when its first token is there, and goes on
/// at the first token that an enclosing group wants. `broken` makes an item of what was not understood.
pub fn group<'a, T>(
    how: Brackets,
    broken: fn(Span) -> Option<T>,
    mut item: impl Rule<'a, T>,
) -> impl Rule<'a, Block<T>> {
    let Brackets { open, starts, classes, separated } = how;
    let close = open.closer().unwrap_or(open);
    let mut opener = open;
    let entry = (!separated).then_some(starts);
    move |i: Cursor<'a>| -> Res<'a, Block<T>> {
        let context = i.context;
        let (mut i, opened) = match opener.parse(i) {
            Ok((rest, token)) => (rest, token.span),
            // `{` was forgotten, but its content is here
            Err(e) => {
                if !starts.has(i.kind()) {
                    return Err(e);
                }
                i.report(Set::NONE, None, None);
                (i, i.before().after())
            }
        };
        let outer = context.wanted.replace(context.wanted.get().or(starts));
        let mut items = Vec::new();
        let mut lost: Option<Span> = None;
        let closed = loop {
            let kind = i.kind();
            if kind == close {
                let span = i.token().span;
                i = i.next();
                break Some(span);
            }
            let ours = starts.has(kind) || !kind.is_keyword();
            let is_label = separated
                && (!i.token().first_on_line
                    || matches!(i.second(), Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre | Kind::Str | Kind::Colon));
            // only a call goes on so behind `use`
            let is_call = !separated && i.calls();
            let outers = (outer.has(kind) && !ours && !is_label && !is_call)
                || (close == Kind::RParen && matches!(kind, Kind::LBrace | Kind::RBrace))
                || (separated && i.is_a_bound());
            if kind == Kind::Eof || outers {
                i.report(Set::of(&[close]), Some(opened), None);
                break None;
            }
            let may_start = lost.is_none() || starts.has(kind) || i.token().first_on_line;
            match if may_start { item.parse(i) } else { i.not_here(Set::NONE) } {
                Ok((rest, found)) => {
                    debug_assert!(rest.at > i.at, "a rule that takes nothing");
                    items.extend(lost.take().and_then(broken));
                    items.push(found);
                    i = rest;
                    if !separated {
                        continue;
                    }
                    if i.kind() == Kind::Comma {
                        i = i.next();
                    } else if i.kind() != close {
                        i.report(Set::of(&[Kind::Comma, close]), Some(opened), None);
                        while !i.token().first_on_line
                            && !i.is_a_bound()
                            && !matches!(i.kind(), Kind::Comma | Kind::RBrace | Kind::RParen | Kind::Eof)
                            && (close, i.kind()) != (Kind::RParen, Kind::LBrace)
                        {
                            i = i.skip();
                        }
                        if i.kind() == Kind::Comma {
                            i = i.next();
                        } else if i.kind() != close && !i.is_labelled() {
                            break None;
                        }
                    }
                }
                Err(e) => {
                    nothing_taken(i, &e);
                    if lost.is_none() || (i.token().first_on_line && kind.is_name()) {
                        i.report(classes.or(Set::of(&[close])), None, entry);
                    }
                    let is_line = lost.is_none() && kind.is_name() && matches!(i.second(), Kind::Eq | Kind::Colon);
                    let mut next = i.skip();
                    // `expr: up == 1`: no word of such a line begins an entry
                    while is_line
                        && !next.token().first_on_line
                        && !matches!(next.kind(), Kind::RBrace | Kind::RParen | Kind::Eof)
                    {
                        next = next.skip();
                    }
                    lost = Some(lost.unwrap_or(i.token().span).to(next.before()));
                    i = next;
                }
            }
        };
        items.extend(lost.take().and_then(broken));
        context.wanted.set(outer);
        Ok((i, Block { open: opened, items, close: closed }))
    }
}

/// The items of a whole file. What begins none is skipped up to what does.
pub fn to_the_end<'a, T>(i: Cursor<'a>, starts: Set, broken: fn(Span) -> T, mut item: impl Rule<'a, T>) -> Vec<T> {
    let mut i = i;
    i.context.wanted.set(starts);
    let mut items = Vec::new();
    let mut lost = false;
    while i.kind() != Kind::Eof {
        let may_start = !lost || (starts.has(i.kind()) && i.token().first_on_line);
        match if may_start { item.parse(i) } else { i.not_here(Set::NONE) } {
            Ok((rest, found)) => {
                items.push(found);
                lost = rest.at == i.at;
                i = if lost { i.skip() } else { rest };
            }
            Err(e) => {
                nothing_taken(i, &e);
                if !lost {
                    i.report(Set::of(&[Kind::Declaration]), None, Some(starts));
                }
                let next = i.skip();
                items.push(broken(i.token().span.to(next.before())));
                (lost, i) = (true, next);
            }
        }
    }
    items
}
