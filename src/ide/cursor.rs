//! Which nodes of the ast stand at a byte, and which token.

use crate::schema;
use crate::source::Span;
use crate::syntax::Parsed;
use crate::syntax::ast::{
    Arg, Block, Call, Entry, File, Item, Matcher, Measure, Name, Pair, Param, Query, Selector, Setting, Sli, Use,
    UsePath, Word,
};
use crate::syntax::lexer::Token;

/// A node that stands at a byte.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// A declaration.
    Item(&'a Item),
    /// An entry of a block.
    Entry(&'a Entry),
    /// A block in braces, and which one it is.
    Body(&'a Block<Entry>, schema::Block),
    /// The parameters of a template, with their parentheses.
    Params(&'a Block<Param>),
    /// One of them.
    Param(&'a Param),
    /// The call of a template.
    Call(&'a Call),
    /// Its arguments, with their parentheses.
    Args(&'a Block<Arg>),
    /// One of them.
    Arg(&'a Arg),
    /// A selector.
    Selector(&'a Selector),
    /// Its matchers, with their braces.
    Matchers(&'a Block<Matcher>),
    /// One of them.
    Matcher(&'a Matcher),
    /// The pairs of `labels`, with their braces.
    Pairs(&'a Block<Pair>),
    /// One of them.
    Pair(&'a Pair),
    /// PromQL in backticks.
    Raw,
    /// A row of `page` or `ticket`: its share and its time.
    Row(Word, Option<Word>),
    /// A name.
    Name,
    /// A value.
    Word(Word),
    /// A string that is no value: a title, a path, the value of a label.
    Text,
}

/// A node with the bytes that it covers.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub what: What<'a>,
}

/// The nodes at a byte, from the declaration down to the leaf. A byte right behind a node still belongs to it, unless another begins there.
pub fn path(file: &File, offset: u32) -> Vec<Node<'_>> {
    let mut walk = Walk { offset, path: Vec::new() };
    if let Some(item) = walk.pick(&file.items, Item::span) {
        walk.item(item);
    }
    walk.path
}

/// The token at a byte: a word rather than a bracket beside it, else the one that begins there.
pub fn token(parsed: &Parsed, offset: u32) -> Option<Token> {
    let tokens = &parsed.lexed.tokens;
    let next = tokens.partition_point(|t| t.span.start <= offset);
    let begins = next.checked_sub(1).map(|i| tokens[i]);
    let here = begins.filter(|t| t.span.start <= offset && offset <= t.span.end && t.span.start < t.span.end);
    let ends = next.checked_sub(2).map(|i| tokens[i]).filter(|t| t.span.end == offset);
    let is_word = |t: &Token| t.kind.is_name() || t.kind > schema::kind::Kind::Unknown && t.kind < WORDS_END;
    here.filter(is_word).or(ends.filter(is_word)).or(here).or(ends)
}

/// The leaves stand in the table of kinds before the brackets.
const WORDS_END: schema::kind::Kind = schema::kind::Kind::LBrace;

/// The last block in braces of a path.
pub fn block(path: &[Node<'_>]) -> Option<schema::Block> {
    path.iter().rev().find_map(|n| if let What::Body(_, block) = n.what { Some(block) } else { None })
}

/// Whether a byte is in a span or right behind it.
pub fn touches(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

struct Walk<'a> {
    offset: u32,
    path: Vec<Node<'a>>,
}

impl<'a> Walk<'a> {
    /// The node among its neighbours in which the byte is, or which ends there.
    fn pick<T>(&self, nodes: &'a [T], span: impl Fn(&T) -> Span) -> Option<&'a T> {
        // they stand in order
        let next = nodes.partition_point(|n| span(n).start <= self.offset);
        let at = |i: Option<usize>| i.and_then(|i| nodes.get(i)).filter(|n| touches(span(n), self.offset));
        at(next.checked_sub(1)).or_else(|| at(next.checked_sub(2)))
    }

    fn push(&mut self, span: Span, what: What<'a>) -> bool {
        let here = touches(span, self.offset);
        if here {
            self.path.push(Node { span, what });
        }
        here
    }

    fn name(&mut self, name: Option<Name>) {
        if let Some(name) = name {
            self.push(name.span, What::Name);
        }
    }

    fn text(&mut self, span: Option<Span>) {
        if let Some(span) = span {
            self.push(span, What::Text);
        }
    }

    fn word(&mut self, word: Option<Word>) {
        if let Some(word) = word {
            self.push(word.span, What::Word(word));
        }
    }

    /// A block in brackets; one that is not closed ends where what it stands in ends.
    fn group<T>(&mut self, block: &'a Block<T>, end: u32, what: What<'a>, span: impl Fn(&T) -> Span) -> Option<&'a T> {
        let close = block.close.map_or(end, |c| c.end);
        if !self.push(Span { start: block.open.start, end: close.max(block.open.end) }, what) {
            return None;
        }
        self.pick(&block.items, span)
    }

    fn item(&mut self, item: &'a Item) {
        self.push(item.span(), What::Item(item));
        let block = match item {
            Item::Use(used) => return self.used(used),
            Item::Error(_) => return,
            Item::Defaults(d) => {
                self.word(d.audience);
                schema::Block::Defaults
            }
            Item::Site(s) => {
                self.name(s.name);
                self.text(s.title);
                schema::Block::Site
            }
            Item::Template(t) => {
                self.name(t.name);
                let end = t.body.as_ref().map_or(t.span.end, |b| b.open.start);
                if let Some(params) = &t.params
                    && let Some(param) = self.group(params, end, What::Params(params), |p| p.span)
                {
                    self.push(param.span, What::Param(param));
                    self.word(param.default);
                    self.name(param.ty);
                    self.name(Some(param.name));
                }
                schema::Block::Template
            }
            Item::Journey(j) => {
                self.word(j.audience);
                self.name(j.name);
                self.text(j.title);
                schema::Block::Journey
            }
        };
        self.body(item.body(), item.span().end, block);
    }

    fn used(&mut self, used: &'a Use) {
        match &used.what {
            Some(UsePath::Module(path)) => path.iter().for_each(|n| self.name(Some(*n))),
            Some(UsePath::File(span)) => self.text(Some(*span)),
            None => {}
        }
        self.name(used.alias);
    }

    fn body(&mut self, body: Option<&'a Block<Entry>>, end: u32, block: schema::Block) {
        let Some(body) = body else { return };
        if let Some(entry) = self.group(body, end, What::Body(body, block), Entry::span) {
            self.push(entry.span(), What::Entry(entry));
            match entry {
                Entry::Setting(s) => self.setting(s),
                Entry::Measure(m) => self.measure(m),
                Entry::Step(s) => {
                    self.name(s.name);
                    self.text(s.title);
                    self.body(s.body.as_ref(), s.span.end, schema::Block::Step);
                }
                Entry::Sli(s) => self.sli(s),
                Entry::Error(_) => {}
            }
        }
    }

    fn sli(&mut self, sli: &'a Sli) {
        self.name(sli.name);
        self.text(sli.title);
        let end = sli.body.as_ref().map_or(sli.span.end, |b| b.open.start);
        let block = match &sli.call {
            Some(call) => {
                self.call(call, end);
                schema::Block::Call
            }
            None => schema::Block::Sli,
        };
        self.body(sli.body.as_ref(), sli.span.end, block);
    }

    fn call(&mut self, call: &'a Call, end: u32) {
        let Some(first) = call.path.first() else { return };
        let last = call.path.last().map_or(first.span.end, |n| n.span.end);
        let end = call.args.as_ref().map_or(last, |a| a.close.map_or(end, |c| c.end));
        if !self.push(Span { start: first.span.start, end }, What::Call(call)) {
            return;
        }
        call.path.iter().for_each(|n| self.name(Some(*n)));
        if let Some(args) = &call.args
            && let Some(arg) = self.group(args, end, What::Args(args), |a| a.span)
        {
            self.push(arg.span, What::Arg(arg));
            self.name(arg.name);
            self.word(arg.value);
        }
    }

    fn setting(&mut self, setting: &'a Setting) {
        let rows = matches!(schema::find(setting.key).map(|s| s.shape), Some(schema::Shape::Rows));
        if rows {
            let off = |w: &Word| w.kind == schema::kind::Kind::Off;
            for row in setting.values.chunks(2).filter(|r| !off(&r[0])) {
                let span = row[0].span.to(row[row.len() - 1].span);
                self.push(span, What::Row(row[0], row.get(1).copied()));
            }
        }
        if let Some(word) = self.pick(&setting.values, |v| v.span) {
            self.word(Some(*word));
            if word.kind == schema::kind::Kind::Raw {
                self.push(word.span, What::Raw);
            }
        }
        self.body(setting.body.as_ref(), setting.span.end, schema::Block::Alerts);
        let whole = |p: &Pair| p.value.map_or(p.name.span, |v| p.name.span.to(v));
        if let Some(pairs) = &setting.pairs
            && let Some(pair) = self.group(pairs, setting.span.end, What::Pairs(pairs), whole)
        {
            self.push(whole(pair), What::Pair(pair));
            self.name(Some(pair.name));
            self.text(pair.value);
        }
    }

    fn measure(&mut self, measure: &'a Measure) {
        match &measure.query {
            Some(Query::Raw(span)) => {
                self.push(*span, What::Raw);
            }
            Some(Query::Selector(selector)) if self.push(selector.span, What::Selector(selector)) => {
                self.name(selector.name);
                if let Some(matchers) = &selector.matchers
                    && let Some(matcher) = self.group(matchers, selector.span.end, What::Matchers(matchers), |m| m.span)
                {
                    self.push(matcher.span, What::Matcher(matcher));
                    self.word(Some(matcher.label));
                    self.word(matcher.value);
                }
            }
            _ => {}
        }
        self.word(measure.under);
    }
}
