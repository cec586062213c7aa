//! Projects as an editor has them open, without files on a disk; and texts with marks for the cursor.

use tabi::diagnostic::{Diagnostic, Severity};
use tabi::ide::Project;
use tabi::model::Model;
use tabi::project::{Options, Unit, in_memory};
use tabi::source::{FileId, Sources};

/// A project that was compiled, or only parsed.
pub struct Opened {
    /// Its files, then the modules that it uses.
    pub sources: Sources,
    units: Vec<Unit>,
    model: Model,
    options: Options,
    diagnostics: Vec<Diagnostic>,
}

/// Files by name, as `in_memory` takes them.
pub type Files = Vec<(String, String)>;

/// Compiles files.
pub fn open(files: &Files) -> Opened {
    let (mut sources, units, mut diagnostics) = in_memory(files);
    let broken = diagnostics.iter().any(|d| d.severity == Severity::Error);
    let options = Options::default();
    let (model, found) = tabi::compile(&mut sources, &units, &options, broken);
    diagnostics.extend(found);
    Opened { sources, units, model, options, diagnostics }
}

/// Parses files: what an editor has between a key and the next run of the compiler.
pub fn parsed_only(files: &Files) -> Opened {
    let (sources, units, diagnostics) = in_memory(files);
    Opened { sources, units, model: Model::default(), options: Options::default(), diagnostics }
}

impl Opened {
    /// What an editor asks.
    pub fn project(&self) -> Project<'_> {
        Project {
            sources: &self.sources,
            units: &self.units,
            model: &self.model,
            options: &self.options,
            diagnostics: &self.diagnostics,
        }
    }
    /// A file by its name.
    pub fn file(&self, name: &str) -> FileId {
        self.sources.iter().find(|(_, f)| f.name == name).unwrap_or_else(|| panic!("{name} is not open")).0
    }
}

/// The mark of a cursor.
pub const MARK: char = '▮';

/// A text without its mark, and where the mark was.
pub fn marked(text: &str) -> (String, u32) {
    let at = text.find(MARK).unwrap_or_else(|| panic!("no {MARK} in\n{text}"));
    (text.replacen(MARK, "", 1), at as u32)
}

/// The examples and the modules that ship, each as a project of its own: the files by name.
pub fn projects() -> Vec<Files> {
    let mut found: Vec<(String, Files)> = Vec::new();
    for sample in super::whole_files() {
        let (folder, name) = sample.name.rsplit_once('/').unwrap_or(("", &sample.name));
        let alone = folder == "src/stdlib";
        let known = found.iter_mut().find(|(f, _)| f == folder && !alone);
        let file = (name.to_string(), sample.text);
        match known {
            Some((_, files)) => files.push(file),
            None => found.push((folder.to_string(), vec![file])),
        }
    }
    found.into_iter().map(|(_, files)| files).collect()
}
