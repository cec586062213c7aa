//! What is not written but holds, shown between the words: the target and window that an SLI has, the burn rate behind `2% in 1h`.

use super::Project;
use crate::source::{FileId, Span};

/// A few words between others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The byte before which it is shown.
    pub at: u32,
    /// The words; they stand behind what is written, with a blank between.
    pub text: String,
    /// Markdown: where it comes from.
    pub tooltip: String,
}

/// The hints in a part of a file, in order.
pub fn hints(_project: &Project<'_>, _file: FileId, _range: Span) -> Vec<Hint> {
    Vec::new()
}
