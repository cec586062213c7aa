//! Where something is declared: journeys, sites, templates, parameters, modules and files.

use super::Project;
use crate::source::{FileId, Place, Span};

/// A declaration that was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Definition {
    /// The words that lead there.
    pub from: Span,
    /// The whole declaration, or the whole file.
    pub whole: Place,
    /// Its name.
    pub name: Place,
}

/// The declarations of what stands at a byte of a file; of a name that is declared, itself.
pub fn definition(_project: &Project<'_>, _file: FileId, _offset: u32) -> Vec<Definition> {
    Vec::new()
}
