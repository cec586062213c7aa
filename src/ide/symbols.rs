//! What is declared: in a file as a tree, in the project by name.

use super::Project;
use crate::source::{FileId, Place, Span};

/// What is declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each variant is the declaration of that name")]
pub enum SymbolKind {
    Defaults,
    Site,
    Template,
    Journey,
    Step,
    Sli,
}

/// A declaration with those in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// A few words: the title, the target.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole declaration.
    pub span: Span,
    /// Its name, within the span.
    pub name_span: Span,
    /// What stands in it.
    pub children: Vec<Symbol>,
}

/// The declarations of a file.
pub fn of_file(_project: &Project<'_>, _file: FileId) -> Vec<Symbol> {
    Vec::new()
}

/// A declaration of the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its name, as an address: `checkout.pay.fast`.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// In what it stands.
    pub container: Option<String>,
    /// Where.
    pub place: Place,
}

/// The declarations whose names or titles have the letters of a query in this order; all of them for an empty one.
pub fn of_project(_project: &Project<'_>, _query: &str) -> Vec<Found> {
    Vec::new()
}
