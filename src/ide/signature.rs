//! The parameters of the template that is being called.

use super::Project;
use crate::source::{FileId, Span};

/// A call and where in it the cursor is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// `jobs_start_within(limit: duration, listener: regex = ".+")`
    pub label: String,
    /// The parameters, as bytes of the label.
    pub parameters: Vec<Span>,
    /// The parameter that is written; `None` behind the last.
    pub active: Option<usize>,
    /// Markdown: the doc comment of the template.
    pub documentation: Option<String>,
}

/// The call whose arguments stand at a byte of a file.
pub fn signature(_project: &Project<'_>, _file: FileId, _offset: u32) -> Option<Signature> {
    None
}
