//! Regular expressions in the syntax of RE2 as Go reads it, matched against
//! whole strings, as the `=~` of Prometheus does.
//!
//! `.` matches a line break too (unless `(?-s)` is set), as in Prometheus 3.

mod class;
mod facts;
mod group;
mod node;
mod parse;
mod program;
mod unicode;
mod unicode_names;
mod witness;

#[cfg(test)]
mod tests;

pub use witness::{Witness, witness, witness_within};

use super::Range;

/// Why a regular expression is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexError {
    /// The offending part of the expression.
    pub at: Range,
    /// What is wrong.
    pub message: String,
}

impl RegexError {
    fn new(start: usize, end: usize, message: impl Into<String>) -> RegexError {
        RegexError { at: Range::at(start, end), message: message.into() }
    }
}

/// A regular expression that Prometheus accepts.
#[derive(Debug, Clone)]
pub struct Regex {
    node: node::Node,
    program: program::Program,
}

/// Reads a regular expression.
///
/// # Errors
///
/// Where and why Go would refuse it.
pub fn parse(text: &str) -> Result<Regex, RegexError> {
    let node = parse::parse(text)?;
    let program = program::Program::of(&node);
    Ok(Regex { node, program })
}

/// A regular expression that matches just this text.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !c.is_ascii_control() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Regex {
    /// Whether the expression matches the whole text. The time is linear in
    /// the length of the text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.program.matches(text)
    }

    /// All texts the expression matches, if they are at most 64.
    #[must_use]
    pub fn literals(&self) -> Option<Vec<String>> {
        facts::literals(&self.node)
    }

    /// Whether it is certain that no text matches.
    #[must_use]
    pub fn matches_nothing(&self) -> bool {
        self.example() == Witness::Nothing
    }

    /// The shortest text that matches.
    #[must_use]
    pub fn example(&self) -> Witness {
        witness(&[self], &[])
    }
}
