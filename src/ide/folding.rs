//! What can be folded: blocks, comments, long PromQL.

use super::Project;
use crate::source::{FileId, Span};

/// What is folded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoldKind {
    /// A block in brackets or backticks.
    Block,
    /// Lines of comments.
    Comment,
    /// Lines of `use`.
    Uses,
}

/// What can be folded in a file; each spans more than one line.
pub fn folds(_project: &Project<'_>, _file: FileId) -> Vec<(Span, FoldKind)> {
    Vec::new()
}
