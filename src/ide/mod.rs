//! What an editor asks of a project, as plain functions of it: one file for each question. Nothing here knows of a protocol: questions
//! and answers are in bytes of files, and the language server (`lsp/`) turns them into positions of its client.
//!
//! A file that does not parse still has answers in its good parts: broken parts of the ast are skipped, and where there is no model, the
//! ast alone answers.

pub mod callables;
pub mod completion;
pub mod cursor;
pub mod definition;
pub mod folding;
pub mod generated;
pub mod hints;
pub mod hover;
pub mod links;
pub mod modules;
pub mod names;
pub mod references;
pub mod rename;
pub mod selection;
pub mod signature;
mod spot;
pub mod symbols;
pub mod tokens;

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::project::{Options, Unit};
use crate::source::{FileId, Sources};

/// A project as it was last compiled.
#[derive(Clone, Copy, Debug)]
pub struct Project<'a> {
    /// All files; those of the modules that are used stand behind those of the project, as `std/NAME.tabi`.
    pub sources: &'a Sources,
    /// The parsed files of the project.
    pub units: &'a [Unit],
    /// What it means; without what is broken.
    pub model: &'a Model,
    /// What `tabi.toml` says.
    pub options: &'a Options,
    /// What was said of it.
    pub diagnostics: &'a [Diagnostic],
}

impl<'a> Project<'a> {
    /// The unit of a file; `None` for `tabi.toml` and modules that ship.
    pub fn unit(&self, file: FileId) -> Option<&'a Unit> {
        self.units.iter().find(|unit| unit.file == file)
    }
    /// The text of a file.
    pub fn text(&self, file: FileId) -> &'a str {
        &self.sources.file(file).text
    }
}
