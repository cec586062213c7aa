//! What the ast says about the page: where lines begin, which brackets break over lines, and where blanks stand.

use super::align::width;
use super::is_broken;
use crate::schema::kind::Kind as K;
use crate::source::Span;
use crate::syntax::Parsed;
use crate::syntax::ast::{Arg, Block, Entry, Item, Matcher, Measure, Param, Query, Setting};
use crate::syntax::lexer::Lexed;
use std::collections::{BTreeMap, BTreeSet};

/// A block that its author wrote on one line stays there if the line is not longer.
const MAX_WIDTH: usize = 100;

/// What begins at the first token of a line.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// A declaration, or an entry with a block.
    Entry,
    /// An entry of one line; its keyword has so many bytes.
    Plain {
        /// The length of the keyword.
        key: u32,
    },
    /// An item of a list that is broken over lines.
    Item,
}

/// Everything by the first byte of the token.
#[derive(Debug, Default)]
pub struct Layout {
    /// The tokens that begin a line.
    pub starts: BTreeMap<u32, Start>,
    /// The brackets that break over lines.
    pub opens: BTreeSet<u32>,
    /// Their partners; `true` where a comma stands after the last item.
    pub closes: BTreeMap<u32, bool>,
    /// Commas that are not printed.
    pub dropped: BTreeSet<u32>,
    /// Declarations that are printed as they are written, by their first token.
    pub kept: BTreeMap<u32, Span>,
    /// For each token whether a blank stands before it when it begins no line.
    pub spaced: Vec<bool>,
}

/// The walk over the ast.
struct Walk<'a> {
    text: &'a str,
    lexed: &'a Lexed,
    layout: Layout,
    /// The braces of matchers: no blanks in them.
    tight: BTreeSet<u32>,
    /// Those that stand directly behind a metric's name.
    glued: BTreeSet<u32>,
    /// The column at which each token would stand on one endless line.
    widths: Vec<usize>,
}

impl Layout {
    /// The layout of a file.
    pub fn of(text: &str, parsed: &Parsed) -> Layout {
        let lexed = &parsed.lexed;
        let mut walk = Walk {
            text,
            lexed,
            layout: Layout::default(),
            tight: BTreeSet::new(),
            glued: BTreeSet::new(),
            widths: Vec::new(),
        };
        for item in &parsed.ast.items {
            walk.brackets(item);
        }
        walk.blanks();
        for item in &parsed.ast.items {
            walk.declaration(item);
        }
        walk.layout
    }
}

impl Walk<'_> {
    /// Which braces are those of selectors.
    fn brackets(&mut self, item: &Item) {
        let mut blocks: Vec<&Block<Entry>> = item.body().into_iter().collect();
        while let Some(block) = blocks.pop() {
            for entry in &block.items {
                blocks.extend(entry.body());
                if let Entry::Measure(Measure { query: Some(Query::Selector(selector)), .. }) = entry
                    && let Some(matchers) = &selector.matchers
                {
                    self.tight.insert(matchers.open.start);
                    self.tight.extend(matchers.close.map(|c| c.start));
                    if selector.name.is_some() {
                        self.glued.insert(matchers.open.start);
                    }
                }
            }
        }
    }

    /// Where blanks stand, and how wide the tokens are with them.
    fn blanks(&mut self) {
        let tokens = &self.lexed.tokens;
        let mut in_matchers = false;
        let mut sum = 0;
        for (at, token) in tokens.iter().enumerate() {
            let before = if at == 0 { K::Eof } else { tokens[at - 1].kind };
            let tight = self.tight.contains(&token.span.start);
            let after_tight = at > 0 && self.tight.contains(&tokens[at - 1].span.start);
            let spaced = match (before, token.kind) {
                (K::Eof, _) if at == 0 => false,
                (_, K::Comma | K::Dot | K::Colon | K::LParen | K::RParen)
                | (K::Dot | K::LParen, _)
                | (K::LBrace, K::RBrace) => false,
                (_, K::Eq | K::Ne | K::Re | K::Nre) | (K::Eq | K::Ne | K::Re | K::Nre, _) => !in_matchers,
                (_, K::LBrace) => !self.glued.contains(&token.span.start),
                (_, K::RBrace) => !tight,
                (K::LBrace, _) => !after_tight,
                _ => true,
            };
            in_matchers = if tight { token.kind == K::LBrace } else { in_matchers };
            self.layout.spaced.push(spaced);
            sum += usize::from(spaced);
            self.widths.push(sum);
            sum += width(token.span.of(self.text));
        }
    }

    fn index(&self, start: u32) -> usize {
        self.lexed.tokens.partition_point(|t| t.span.start < start)
    }

    fn has_line_end(&self, open: Span, close: Span) -> bool {
        open.to(close).of(self.text).contains('\n')
    }

    fn has_comment(&self, open: Span, close: Span) -> bool {
        let comments = &self.lexed.comments;
        let at = comments.partition_point(|c| c.start < open.start);
        comments.get(at).is_some_and(|c| c.start < close.start)
    }

    fn declaration(&mut self, item: &Item) {
        let span = item.span();
        let start = if matches!(item, Item::Use(_)) { Start::Plain { key: 3 } } else { Start::Entry };
        self.layout.starts.insert(span.start, start);
        if is_broken(item) {
            self.layout.kept.insert(span.start, span);
            return;
        }
        let mut line = span.start;
        if let Item::Template(template) = item
            && let Some(params) = &template.params
        {
            line = self.list(params, |p: &Param| p.span.start).unwrap_or(line);
        }
        if let Some(body) = item.body() {
            self.block(line, 0, body);
        }
    }

    /// A block whose line begins at the token `line`.
    fn block(&mut self, line: u32, depth: usize, block: &Block<Entry>) {
        let Some(close) = block.close else { return };
        if block.items.is_empty() && !self.has_comment(block.open, close) {
            return;
        }
        let (first, last) = (self.index(line), self.index(close.start));
        let flat = self.widths[last] + 1 - self.widths[first] + 2 * depth;
        let broken = self.has_line_end(block.open, close) || flat > MAX_WIDTH;
        if broken {
            self.layout.opens.insert(block.open.start);
            self.layout.closes.insert(close.start, false);
        }
        for entry in &block.items {
            self.entry(entry, depth + 1, broken);
        }
    }

    fn entry(&mut self, entry: &Entry, depth: usize, broken: bool) {
        let span = entry.span();
        let mut line = span.start;
        let mut start = Start::Entry;
        match entry {
            Entry::Setting(Setting { key_span, pairs, body, .. }) => {
                if body.is_none() {
                    start = Start::Plain { key: key_span.end - key_span.start };
                }
                if let Some(pairs) = pairs {
                    self.list(pairs, |p| p.name.span.start);
                }
            }
            Entry::Measure(Measure { key_span, query, .. }) => {
                start = Start::Plain { key: key_span.end - key_span.start };
                if let Some(Query::Selector(selector)) = query
                    && let Some(matchers) = &selector.matchers
                {
                    self.list(matchers, |m: &Matcher| m.span.start);
                }
            }
            Entry::Sli(sli) => {
                if let Some(args) = sli.call.as_ref().and_then(|c| c.args.as_ref()) {
                    line = self.list(args, |a: &Arg| a.span.start).unwrap_or(line);
                }
            }
            Entry::Step(_) | Entry::Error(_) => {}
        }
        if broken {
            self.layout.starts.insert(span.start, start);
        }
        if let Some(body) = entry.body() {
            self.block(line, depth, body);
        }
    }

    /// A list in brackets that its author broke over lines stays so, one item a line; where it ends, if it is.
    fn list<T>(&mut self, list: &Block<T>, start_of: impl Fn(&T) -> u32) -> Option<u32> {
        let close = list.close?;
        let last = self.index(close.start).checked_sub(1)?;
        let inner = self.index(list.open.start)..=last;
        let tokens = &self.lexed.tokens;
        let breaks = |at: usize| {
            Span { start: tokens[at].span.end, end: tokens[at + 1].span.start }.of(self.text).contains('\n')
        };
        let broken = inner.into_iter().any(breaks);
        if (list.items.is_empty() && !self.has_comment(list.open, close)) || !broken {
            if tokens[last].kind == K::Comma {
                self.layout.dropped.insert(tokens[last].span.start);
            }
            return None;
        }
        self.layout.opens.insert(list.open.start);
        self.layout.closes.insert(close.start, !list.items.is_empty());
        for item in &list.items {
            self.layout.starts.insert(start_of(item), Start::Item);
        }
        Some(close.start)
    }
}
