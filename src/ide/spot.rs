//! Where a byte stands, from the words before it alone: which brackets are open, which entry is being written, and what may come next. A
//! text that somebody is typing is broken most of the time; what stands behind the byte is never asked.
//!
//! It follows the parser: a keyword that begins a line and that an enclosing block wants ends what is open.

use crate::schema::kind::{Kind, Set};
use crate::schema::{self, Block, Setting, Shape};
use crate::source::Span;
use crate::syntax::lexer::{Lexed, ProblemKind, Token};

/// What a byte is in, before any meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inside {
    /// Between or in words.
    Code,
    /// A comment.
    Comment(Span),
    /// A string; the span is with its quotes.
    Text(Span),
    /// Backticks; the span is with them.
    Raw(Span),
}

/// What an open bracket holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// Entries of a block; the file itself is the outermost.
    Entries(Block),
    /// Parameters of a template.
    Params,
    /// Arguments of a call.
    Args,
    /// Matchers of a selector.
    Matchers,
    /// Pairs of this setting.
    Pairs(Kind),
    /// Nobody knows what.
    Unknown,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// What it holds.
    pub holds: Holds,
    /// The token that opens it.
    pub open: usize,
    /// The first token of the entry that it belongs to.
    pub head: usize,
    /// What comes next once it is closed.
    resume: Next,
}

impl Frame {
    fn closer(&self) -> Kind {
        if matches!(self.holds, Holds::Params | Holds::Args) { Kind::RParen } else { Kind::RBrace }
    }

    fn starts(&self) -> Set {
        match self.holds {
            Holds::Entries(block) => block.starts(),
            _ => Set::NONE,
        }
    }
}

/// What may come next.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// An entry.
    Entry,
    /// Behind words that begin no entry.
    Lost,
    /// The name of what is declared.
    Name(Block),
    /// Its title or its block.
    Title(Block),
    /// Its block.
    Body(Block),
    /// The parameters of a template.
    Params,
    /// `journey`
    Journey,
    /// A module or a file.
    Used,
    /// `.`, `as` or the next declaration.
    Path,
    /// The next name of a module's path.
    PathName,
    /// The name after `as`.
    Alias,
    /// An audience or the block of `defaults`.
    Defaults,
    /// The name of a template or of a module.
    Callee,
    /// `.` or the arguments.
    Called,
    /// What a measure reads.
    Query(Kind),
    /// Behind a metric: its matchers, or what follows a query.
    Metric(Kind),
    /// `under`, where it belongs to the measure, or the next entry.
    Queried(Kind),
    /// The bound after `under`.
    Bound(Kind),
    /// The value of a setting; the first or one behind a comma.
    Value(&'static Setting, usize),
    /// The second part of a value.
    Second(&'static Setting),
    /// Behind a value.
    Valued(&'static Setting),
    /// `in`, of a row.
    In(&'static Setting),
    /// The time of a row.
    Time(&'static Setting),
    /// An item of what is in other brackets; [`Spot::item`] says where it began.
    Item,
}

/// Where a byte stands.
#[derive(Debug)]
pub struct Spot<'t> {
    /// All tokens of the file.
    pub tokens: &'t [Token],
    /// What it is in.
    pub inside: Inside,
    /// The word that is being written, empty between words.
    pub word: Span,
    /// How many tokens stand before the word.
    pub before: usize,
    /// The open brackets, the file first.
    pub frames: Vec<Frame>,
    /// What may come next.
    pub next: Next,
    /// The first token of the entry that is being written.
    pub entry: usize,
    /// The first token of the item that is being written.
    pub item: usize,
}

/// Where a byte of a text stands.
pub fn spot<'t>(text: &str, lexed: &'t Lexed, offset: u32) -> Spot<'t> {
    let (inside, word) = place(text, lexed, offset);
    let before = lexed.tokens.partition_point(|t| t.span.start < word.start && t.kind != Kind::Eof);
    let mut spot = Spot {
        tokens: &lexed.tokens,
        inside,
        word,
        before,
        frames: vec![Frame { holds: Holds::Entries(Block::File), open: 0, head: 0, resume: Next::Entry }],
        next: Next::Entry,
        entry: 0,
        item: 0,
    };
    for at in 0..before {
        spot.take(at);
    }
    spot
}

/// What the byte is in, and the word around it. Of strings and backticks the word begins where they do.
fn place(text: &str, lexed: &Lexed, offset: u32) -> (Inside, Span) {
    let empty = Span { start: offset, end: offset };
    let comment = lexed.comments.partition_point(|c| c.start < offset).checked_sub(1).map(|i| lexed.comments[i]);
    if let Some(comment) = comment.filter(|c| offset <= c.end) {
        return (Inside::Comment(comment), empty);
    }
    let token = lexed.tokens.partition_point(|t| t.span.start < offset).checked_sub(1).map(|i| lexed.tokens[i]);
    let Some(token) = token.filter(|t| offset <= t.span.end) else { return (Inside::Code, empty) };
    let start = Span { start: token.span.start, end: token.span.start };
    let open = |wanted: &ProblemKind| lexed.problems.iter().any(|p| p.span == token.span && p.kind == *wanted);
    match token.kind {
        Kind::Str if offset < token.span.end || open(&ProblemKind::OpenString) => {
            return (Inside::Text(token.span), start);
        }
        Kind::Raw if offset < token.span.end || open(&ProblemKind::OpenRaw) => return (Inside::Raw(token.span), start),
        _ => {}
    }
    if let Some(number) = number_around(text, offset) {
        return (Inside::Code, number);
    }
    let wordlike = token.kind.is_name()
        || token.kind == Kind::Param
        || (token.kind == Kind::Unknown && token.span.of(text) == "$");
    (Inside::Code, if wordlike { token.span } else { empty })
}

/// A run that begins with a digit, also where it is no token yet: `99.`, `60/`, `60/d`.
fn number_around(text: &str, offset: u32) -> Option<Span> {
    let of_number = |b: &u8| b.is_ascii_alphanumeric() || b"./%_".contains(b);
    let (before, after) = text.as_bytes().split_at(offset as usize);
    let len = before.iter().rev().take_while(|b| of_number(b)).count();
    let more = after.iter().take_while(|b| of_number(b)).count();
    let run = &before[before.len() - len..];
    run.first()?.is_ascii_digit().then(|| Span { start: offset - len as u32, end: offset + more as u32 })
}

impl Spot<'_> {
    /// The innermost open bracket.
    pub fn frame(&self) -> &Frame {
        self.frames.last().unwrap_or_else(|| unreachable!("the file is never closed"))
    }

    /// The innermost block of entries.
    pub fn block(&self) -> (Block, &Frame) {
        let found = self.frames.iter().rev().find_map(|f| match f.holds {
            Holds::Entries(block) => Some((block, f)),
            _ => None,
        });
        found.unwrap_or((Block::File, &self.frames[0]))
    }

    /// The tokens of the item that is being written, in other brackets than those of entries.
    pub fn item_tokens(&self) -> &[Token] {
        self.tokens.get(self.item..self.before).unwrap_or_default()
    }

    /// Whether nothing stands before the word on its line.
    pub fn begins_line(&self, text: &str) -> bool {
        let before = text.get(..self.word.start as usize).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().trim().is_empty()
    }

    fn wants(&self, kind: Kind) -> bool {
        self.frames.iter().any(|f| f.starts().has(kind))
    }

    fn push(&mut self, holds: Holds, at: usize, resume: Next) {
        self.frames.push(Frame { holds, open: at, head: self.entry, resume });
        self.item = at + 1;
        self.next = if matches!(holds, Holds::Entries(_)) { Next::Entry } else { Next::Item };
    }

    fn pop(&mut self) {
        if self.frames.len() > 1
            && let Some(frame) = self.frames.pop()
        {
            self.next = frame.resume;
            self.entry = frame.head;
            // a call or a selector stands in no other item
            self.item = self.before;
        }
    }

    /// Ends what is open up to the block that wants a word.
    fn pop_to(&mut self, kind: Kind) {
        while self.frames.len() > 1 && !self.frame().starts().has(kind) {
            self.frames.pop();
        }
        self.next = Next::Entry;
    }

    fn take(&mut self, at: usize) {
        match self.frame().holds {
            Holds::Entries(_) => self.in_block(at),
            Holds::Unknown => self.in_unknown(at),
            _ => self.in_items(at),
        }
    }

    fn in_unknown(&mut self, at: usize) {
        let token = self.tokens[at];
        match token.kind {
            Kind::LBrace | Kind::LParen => self.push(Holds::Unknown, at, Next::Lost),
            Kind::RBrace | Kind::RParen => self.pop(),
            kind if token.first_on_line && schema::FILE.has(kind) => {
                self.pop_to(kind);
                self.take(at);
            }
            _ => {}
        }
    }

    fn in_items(&mut self, at: usize) {
        let token = self.tokens[at];
        let second = self.tokens.get(at + 1).map_or(Kind::Eof, |t| t.kind);
        let close = self.frame().closer();
        match token.kind {
            kind if kind == close => self.pop(),
            Kind::LBrace | Kind::RBrace if close == Kind::RParen => {
                self.pop();
                self.take(at);
            }
            Kind::LBrace | Kind::LParen => self.push(Holds::Unknown, at, Next::Item),
            Kind::Comma => self.item = at + 1,
            kind if kind.is_keyword() && self.wants(kind) && token.first_on_line && !is_label(second) => {
                self.pop_to(kind);
                self.take(at);
            }
            // the comma was forgotten
            kind if kind.is_name() && is_label(second) && at > self.item => self.item = at,
            _ => {}
        }
    }

    fn in_block(&mut self, at: usize) {
        let token = self.tokens[at];
        let begins_entry = token.kind.is_keyword() && token.first_on_line && self.wants(token.kind);
        if !begins_entry && self.goes_on(token, at) {
            return;
        }
        match token.kind {
            Kind::RBrace => self.pop(),
            Kind::RParen => {}
            Kind::LBrace | Kind::LParen => self.push(Holds::Unknown, at, Next::Lost),
            kind if self.wants(kind) => {
                self.pop_to(kind);
                self.entry = at;
                self.next = begin(kind);
            }
            _ => self.next = Next::Lost,
        }
    }

    /// Whether a token belongs to the entry that is being written; goes on behind it.
    fn goes_on(&mut self, token: Token, at: usize) -> bool {
        let kind = token.kind;
        if kind == Kind::LBrace {
            let holds = match self.next {
                Next::Name(block) | Next::Title(block) | Next::Body(block) => Holds::Entries(block),
                Next::Params => Holds::Entries(Block::Template),
                Next::Journey => Holds::Entries(Block::Journey),
                Next::Defaults => Holds::Entries(Block::Defaults),
                Next::Callee | Next::Called => Holds::Entries(Block::Call),
                Next::Query(_) | Next::Metric(_) => Holds::Matchers,
                Next::Value(setting, _) if matches!(setting.shape, Shape::Alerts) => Holds::Entries(Block::Alerts),
                Next::Value(setting, _) if matches!(setting.shape, Shape::Pairs) => Holds::Pairs(setting.key),
                _ => return false,
            };
            let resume = match self.next {
                Next::Query(key) | Next::Metric(key) => Next::Queried(key),
                _ => Next::Entry,
            };
            self.push(holds, at, resume);
            return true;
        }
        if kind == Kind::LParen {
            match self.next {
                Next::Params | Next::Name(Block::Template) => self.push(Holds::Params, at, Next::Body(Block::Template)),
                Next::Callee | Next::Called => self.push(Holds::Args, at, Next::Body(Block::Call)),
                _ => return false,
            }
            return true;
        }
        let Some(next) = after(self.next, kind) else { return false };
        self.next = next;
        true
    }
}

/// Whether what follows a word makes it a label or a parameter, whatever it is spelled like.
fn is_label(second: Kind) -> bool {
    matches!(second, Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre | Kind::Str | Kind::Colon)
}

/// What follows the first word of an entry.
fn begin(kind: Kind) -> Next {
    match kind {
        Kind::Use => Next::Used,
        Kind::Defaults => Next::Defaults,
        Kind::Site => Next::Name(Block::Site),
        Kind::Template => Next::Name(Block::Template),
        Kind::User | Kind::Developer | Kind::Operator_ => Next::Journey,
        Kind::Journey => Next::Name(Block::Journey),
        Kind::Step => Next::Name(Block::Step),
        Kind::Sli => Next::Name(Block::Sli),
        kind if schema::MEASURES.has(kind) => Next::Query(kind),
        kind => schema::find(kind).map_or(Next::Lost, |setting| Next::Value(setting, 0)),
    }
}

/// What follows a token where it may stand.
fn after(next: Next, kind: Kind) -> Option<Next> {
    let name = kind.is_name();
    Some(match next {
        Next::Name(Block::Template) if name => Next::Params,
        Next::Name(block) if name => Next::Title(block),
        Next::Title(block) if kind == Kind::Str => Next::Body(block),
        Next::Title(Block::Sli) | Next::Body(Block::Sli) if kind == Kind::Eq => Next::Callee,
        Next::Journey if kind == Kind::Journey => Next::Name(Block::Journey),
        Next::Used if kind == Kind::Str => Next::Entry,
        Next::Used | Next::PathName if name => Next::Path,
        Next::Path if kind == Kind::Dot => Next::PathName,
        Next::Path if kind == Kind::As => Next::Alias,
        Next::Alias if name => Next::Entry,
        Next::Defaults if schema::AUDIENCE.has(kind) => Next::Body(Block::Defaults),
        Next::Callee if name => Next::Called,
        Next::Called if kind == Kind::Dot => Next::Callee,
        Next::Query(key) if kind == Kind::Raw => Next::Queried(key),
        Next::Query(key) if name && key != Kind::Holds => Next::Metric(key),
        Next::Metric(key) | Next::Queried(key) if kind == Kind::Under && has_bound(key) => Next::Bound(key),
        Next::Bound(_) if matches!(kind, Kind::Duration | Kind::Param) => Next::Entry,
        Next::Value(setting, _) => return value(setting, kind),
        Next::Second(setting) if matches!(setting.shape, Shape::Then(_, second) if second.has(kind)) => Next::Entry,
        Next::In(setting) if kind == Kind::In => Next::Time(setting),
        Next::Time(setting) if kind == Kind::Duration => Next::Valued(setting),
        Next::Valued(setting) if kind == Kind::Comma => Next::Value(setting, 1),
        _ => return None,
    })
}

/// Whether `under` belongs to a measure.
pub fn has_bound(measure: Kind) -> bool {
    matches!(measure, Kind::Latency | Kind::Age)
}

fn value(setting: &'static Setting, kind: Kind) -> Option<Next> {
    if setting.off && kind == Kind::Off {
        return Some(Next::Entry);
    }
    let fits = |of: Set| of.has(kind) || (of.has(Kind::Name) && kind.is_name());
    let number = matches!(kind, Kind::Number | Kind::BadNumber);
    match setting.shape {
        // a number without its unit is the value all the same
        Shape::One(of) if fits(of) || (number && !of.has(Kind::Name)) => Some(Next::Entry),
        Shape::Word(_) if kind.is_name() => Some(Next::Entry),
        Shape::List(of) if fits(of) => Some(Next::Valued(setting)),
        Shape::Then(first, _) if fits(first) => Some(Next::Second(setting)),
        Shape::Rows if kind == Kind::Percent => Some(Next::In(setting)),
        _ => None,
    }
}
