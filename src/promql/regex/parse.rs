//! The parser: a stack of open groups instead of recursion.

use super::RegexError;
use super::group::within;
use super::node::{Assertion, Class, Item, Node, Repeat, Set};
use super::unicode::fold_variants;

/// Bounds recursion over the tree. Go takes 1000 levels, which nobody writes.
const MOST_HEIGHT: u32 = 400;
/// Open groups; each adds up to four levels.
const MOST_GROUPS: usize = 90;
/// The largest count of a repetition, also of nested ones multiplied.
const MOST_REPEAT: u32 = 1000;
/// The number of places for characters, with repetitions written out.
const MOST_SIZE: u32 = 100_000;

#[derive(Debug, Clone, Copy)]
pub(super) struct Flags {
    pub(super) fold: bool,
    pub(super) lines: bool,
    pub(super) dot_all: bool,
}

/// A node and what limits need to know about it.
struct Piece {
    node: Node,
    height: u32,
    size: u32,
}

/// An open group, or the whole expression.
struct Group {
    /// Where its `(` is.
    start: usize,
    alternatives: Vec<Piece>,
    sequence: Vec<Piece>,
    /// The flags to return to at its end.
    flags: Flags,
}

impl Group {
    fn new(start: usize, flags: Flags) -> Group {
        Group { start, alternatives: Vec::new(), sequence: Vec::new(), flags }
    }

    fn end_alternative(&mut self) {
        let sequence = std::mem::take(&mut self.sequence);
        self.alternatives.push(joined(sequence, Node::Concat));
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) flags: Flags,
    groups: Vec<Group>,
    current: Group,
}

/// Several pieces as one.
fn joined(mut pieces: Vec<Piece>, join: fn(Vec<Node>) -> Node) -> Piece {
    if pieces.len() == 1
        && let Some(only) = pieces.pop()
    {
        return only;
    }
    let height = pieces.iter().map(|piece| piece.height).max().unwrap_or(0);
    let size = pieces.iter().fold(0_u32, |sum, piece| sum.saturating_add(piece.size));
    let node = if pieces.is_empty() { Node::Empty } else { join(pieces.into_iter().map(|piece| piece.node).collect()) };
    Piece { node, height: height + 1, size: size.max(1) }
}

pub(super) fn parse(text: &str) -> Result<Node, RegexError> {
    let flags = Flags { fold: false, lines: false, dot_all: true };
    let mut parser = Parser { text, at: 0, flags, groups: Vec::new(), current: Group::new(0, flags) };
    parser.all()?;
    if !parser.groups.is_empty() {
        let start = parser.current.start;
        return Err(RegexError::new(start, start + 1, "`(` without `)`"));
    }
    parser.current.end_alternative();
    let alternatives = std::mem::take(&mut parser.current.alternatives);
    let piece = joined(alternatives, Node::Alternate);
    if piece.height > MOST_HEIGHT || piece.size > MOST_SIZE {
        return Err(RegexError::new(0, text.len(), "the regex is too large"));
    }
    Ok(piece.node)
}

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let found = self.rest().chars().next()?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Passes `prefix` if the rest starts with it.
    pub(super) fn pass(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    pub(super) fn error<T>(&self, start: usize, message: impl Into<String>) -> Result<T, RegexError> {
        Err(RegexError::new(start, self.at, message))
    }

    fn all(&mut self) -> Result<(), RegexError> {
        // Where a repetition ends directly before the current place.
        let mut repeated = None;
        loop {
            let start = self.at;
            let after_repeat = repeated == Some(start);
            let Some(found) = self.next() else {
                return Ok(());
            };
            match found {
                '(' => self.open(start)?,
                ')' => self.close(start)?,
                '|' => self.current.end_alternative(),
                '*' => {
                    self.repeat(start, 0, None, false, after_repeat)?;
                    repeated = Some(self.at);
                }
                '+' => {
                    self.repeat(start, 1, None, false, after_repeat)?;
                    repeated = Some(self.at);
                }
                '?' => {
                    self.repeat(start, 0, Some(1), false, after_repeat)?;
                    repeated = Some(self.at);
                }
                '{' => match self.counts(start)? {
                    Some((min, max)) => {
                        self.repeat(start, min, max, true, after_repeat)?;
                        repeated = Some(self.at);
                    }
                    None => self.push_char('{'),
                },
                '^' if self.flags.lines => self.push(Node::Assert(Assertion::LineStart)),
                '^' => self.push(Node::Assert(Assertion::TextStart)),
                '$' if self.flags.lines => self.push(Node::Assert(Assertion::LineEnd)),
                '$' => self.push(Node::Assert(Assertion::TextEnd)),
                '.' if self.flags.dot_all => self.push(Node::Set(Set::Any)),
                '.' => self.push(Node::Set(Set::NotNewline)),
                '[' => {
                    let class = self.bracket_class(start)?;
                    self.push_class(class);
                }
                '\\' => self.escape(start)?,
                other => self.push_char(other),
            }
        }
    }

    fn push(&mut self, node: Node) {
        self.current.sequence.push(Piece { node, height: 1, size: 1 });
    }

    fn push_char(&mut self, found: char) {
        if self.flags.fold && fold_variants(found).nth(1).is_some() {
            self.push_class(Class { items: vec![Item::Range(u32::from(found), u32::from(found))], ..Class::default() });
        } else {
            self.push(Node::Set(Set::Char(found)));
        }
    }

    fn push_class(&mut self, mut class: Class) {
        class.fold = self.flags.fold;
        self.push(Node::Set(Set::Class(Box::new(class))));
    }

    /// What follows a backslash outside brackets.
    fn escape(&mut self, start: usize) -> Result<(), RegexError> {
        let assertion = match self.rest().chars().next() {
            Some('A') => Assertion::TextStart,
            Some('z') => Assertion::TextEnd,
            Some('b') => Assertion::WordBoundary,
            Some('B') => Assertion::NoWordBoundary,
            Some('Q') => {
                self.at += 1;
                let rest = self.rest();
                // Go takes a `\Q` without end, but Prometheus puts the regex
                // into a group, whose `)` would be quoted as well.
                let Some(quoted) = rest.find("\\E").and_then(|end| rest.get(..end)) else {
                    self.at = self.text.len();
                    return self.error(start, "`\\Q` without `\\E`");
                };
                for found in quoted.chars() {
                    self.push_char(found);
                }
                self.at += quoted.len() + 2;
                return Ok(());
            }
            _ => {
                let mut class = Class::default();
                if self.escaped_class(start, &mut class)? {
                    self.push_class(class);
                    return Ok(());
                }
                let code = self.escaped_char(start)?;
                match char::from_u32(code) {
                    Some(found) => self.push_char(found),
                    // A surrogate: valid in Go, and never found.
                    None => self.push_class(Class::default()),
                }
                return Ok(());
            }
        };
        self.at += 1;
        self.push(Node::Assert(assertion));
        Ok(())
    }

    /// The counts of a repetition in braces; nothing if the brace is literal.
    fn counts(&mut self, start: usize) -> Result<Option<(u32, Option<u32>)>, RegexError> {
        let back = self.at;
        let counts = self.counts_inner();
        let Some((min, max)) = counts else {
            self.at = back;
            return Ok(None);
        };
        if min > MOST_REPEAT || max.is_some_and(|max| max > MOST_REPEAT) {
            return self.error(start, "a repetition counts to 1000 at most");
        }
        if max.is_some_and(|max| max < min) {
            return self.error(start, "the counts of the repetition are swapped");
        }
        Ok(Some((min, max)))
    }

    fn counts_inner(&mut self) -> Option<(u32, Option<u32>)> {
        let min = self.count()?;
        if self.pass("}") {
            return Some((min, Some(min)));
        }
        if !self.pass(",") {
            return None;
        }
        if self.pass("}") {
            return Some((min, None));
        }
        let max = self.count()?;
        self.pass("}").then_some((min, Some(max)))
    }

    fn count(&mut self) -> Option<u32> {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let digits = rest.get(..length)?;
        // Leading zeros make the brace literal.
        if digits.is_empty() || (length > 1 && digits.starts_with('0')) {
            return None;
        }
        self.at += length;
        // Too large a number is larger than any limit.
        Some(digits.parse().unwrap_or(u32::MAX))
    }

    fn repeat(
        &mut self,
        start: usize,
        min: u32,
        max: Option<u32>,
        counted: bool,
        after_repeat: bool,
    ) -> Result<(), RegexError> {
        self.pass("?");
        if after_repeat {
            return self.error(start, "a repetition can not follow a repetition");
        }
        let Some(piece) = self.current.sequence.pop() else {
            return self.error(start, "the repetition has nothing to repeat");
        };
        let copies = max.unwrap_or(min.max(1));
        let node = Node::Repeat(Box::new(Repeat { node: piece.node, min, max, counted }));
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && !within(&node, MOST_REPEAT) {
            return self.error(start, "nested repetitions count to 1000 at most, multiplied");
        }
        let height = piece.height + 1;
        let size = piece.size.saturating_mul(copies).saturating_add(1);
        if height > MOST_HEIGHT || size > MOST_SIZE {
            return self.error(start, "the regex is too large");
        }
        self.current.sequence.push(Piece { node, height, size });
        Ok(())
    }

    fn open(&mut self, start: usize) -> Result<(), RegexError> {
        let outer = self.flags;
        if self.rest().starts_with('?') {
            let named = ["?P<", "?<"].into_iter().any(|prefix| self.pass(prefix));
            if named {
                self.group_name(start)?;
            } else if self.flag_group(start)? {
                // Flags for the rest of the group around.
                return Ok(());
            }
        }
        if self.groups.len() >= MOST_GROUPS {
            return self.error(start, "the groups nest too deeply");
        }
        let group = Group::new(start, outer);
        self.groups.push(std::mem::replace(&mut self.current, group));
        Ok(())
    }

    fn close(&mut self, start: usize) -> Result<(), RegexError> {
        let Some(outer) = self.groups.pop() else {
            return self.error(start, "`)` without `(`");
        };
        let mut group = std::mem::replace(&mut self.current, outer);
        group.end_alternative();
        self.flags = group.flags;
        let piece = joined(group.alternatives, Node::Alternate);
        if piece.size > MOST_SIZE {
            return self.error(group.start, "the regex is too large");
        }
        self.current.sequence.push(Piece { height: piece.height + 1, ..piece });
        Ok(())
    }
}
