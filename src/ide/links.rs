//! What leads elsewhere: runbooks, files that are used.

use super::Project;
use crate::source::{FileId, Span};

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkTarget {
    /// A web page.
    Url(String),
    /// A file of the project or a module that ships.
    File(FileId),
}

/// The links of a file, in order.
pub fn links(_project: &Project<'_>, _file: FileId) -> Vec<(Span, LinkTarget)> {
    Vec::new()
}
