//! What something means: an alert in minutes and events, the PromQL that comes out, the doc comment of a template, a setting.

use super::Project;
use crate::source::{FileId, Span};

/// An explanation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// What is explained.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// What stands at a byte of a file, explained.
pub fn hover(_project: &Project<'_>, _file: FileId, _offset: u32) -> Option<Hover> {
    None
}
