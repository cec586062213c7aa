//! Where something that is declared is used.

use super::Project;
use crate::source::{FileId, Place, Span};

/// All places that name what stands at a byte of a file, in order; with its declaration where that is wanted.
pub fn references(_project: &Project<'_>, _file: FileId, _offset: u32, _with_declaration: bool) -> Vec<Place> {
    Vec::new()
}

/// The places in the same file.
pub fn highlights(project: &Project<'_>, file: FileId, offset: u32) -> Vec<Span> {
    references(project, file, offset, true).into_iter().filter(|p| p.file == file).map(|p| p.span).collect()
}
