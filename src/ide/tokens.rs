//! What the words of a file are, for colours: what only the parser knows, since no word is reserved.

use super::Project;
use crate::source::{FileId, Span};

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
pub fn tokens(_project: &Project<'_>, _file: FileId) -> Vec<Token> {
    Vec::new()
}
