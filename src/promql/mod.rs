//! `PromQL`: parsing with exact positions, type checks, questions and rewriting.
//!
//! The accepted language is that of stable Prometheus releases from 2.42 to 3;
//! what needs a feature flag or is gone in Prometheus 3 is refused with a message
//! that says so. `$name` placeholders may stand where a literal would.

#![forbid(unsafe_code)]

pub mod ask;
pub mod ast;
mod check;
mod decode;
pub mod evaluate;
mod functions;
mod functions_text;
pub mod nan;
mod operators;
mod parse;
mod parse_primary;
mod parse_selector;
pub mod pieces;
pub mod regex;
pub mod rewrite;
mod token;
pub mod values;
mod visit;
pub mod write;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_tables;

pub use ask::{aggregation_labels, has_at_or_negative_offset, has_subquery, literal_ranges, placeholders, selectors};
pub use ast::{Expr, ValueType, walk};
pub use parse::parse;
pub use rewrite::{Value, squeeze, substitute, with_bool};

/// The words and signs of a text, without the blanks and comments between them: equal lists say the same.
pub fn words(text: &str) -> Vec<&str> {
    let tokens = token::tokens(text);
    if tokens.error.is_some() {
        return vec![text];
    }
    tokens.list.iter().map(|token| token.range.of(text)).collect()
}

/// A half-open range of bytes in the parsed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Range {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Range {
    /// The range from `start` to `end`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Range {
        Range { start, end }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Range) -> Range {
        Range { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text this range covers; empty if it does not fit the text.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The range between two byte offsets. Offsets past `u32::MAX` can not
    /// occur: `parse` refuses longer texts before any range is made.
    pub(crate) fn at(start: usize, end: usize) -> Range {
        Range { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }
}

/// What kind of value a `$name` placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// Text, for `=`, `!=` and string arguments.
    String,
    /// A regular expression, for `=~` and `!~`.
    Regex,
    /// A length of time.
    Duration,
    /// A number.
    Number,
}

impl ParamType {
    /// The name of the type with its article, for messages.
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            ParamType::String => "a string",
            ParamType::Regex => "a regex",
            ParamType::Duration => "a duration",
            ParamType::Number => "a number",
        }
    }
}

/// Why a text is not usable `PromQL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The offending part of the text.
    pub at: Range,
    /// What is wrong and what would be right.
    pub message: String,
    /// A hint, such as a likely intended name.
    pub help: Option<String>,
    /// Text that would replace `at` and mend the error.
    pub replacement: Option<String>,
}

impl Error {
    pub(crate) fn new(at: Range, message: impl Into<String>) -> Error {
        Error { at, message: message.into(), help: None, replacement: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Error {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn with_replacement(mut self, replacement: impl Into<String>) -> Error {
        self.replacement = Some(replacement.into());
        self
    }
}
