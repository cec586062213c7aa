//! Parsed files by id: those of the project, and the modules that ship, which are parsed once for as long as the program runs.

use super::Project;
use crate::source::{FileId, SourceFile};
use crate::stdlib;
use crate::syntax::{self, Parsed};
use std::sync::OnceLock;

static PARSED: [OnceLock<Parsed>; stdlib::ALL.len()] = [const { OnceLock::new() }; stdlib::ALL.len()];

/// A module that ships, parsed.
pub fn parsed(name: &str) -> Option<&'static Parsed> {
    let index = stdlib::ALL.iter().position(|m| m.name == name)?;
    // its text is right, so no diagnostic asks for the id
    Some(PARSED[index].get_or_init(|| syntax::parse(FileId(0), &SourceFile::new(name, stdlib::ALL[index].text)).0))
}

/// Everything of a project that can be read by file, looked up once for each question.
#[derive(Debug)]
pub struct Files<'a> {
    /// The project.
    pub project: Project<'a>,
    /// By the number of the file; `None` for `tabi.toml`.
    parsed: Vec<Option<&'a Parsed>>,
    /// The modules that are used: name and file.
    modules: Vec<(&'static str, FileId)>,
}

impl<'a> Files<'a> {
    /// Those of a project.
    pub fn of(project: &Project<'a>) -> Files<'a> {
        let mut files = Files { project: *project, parsed: Vec::new(), modules: Vec::new() };
        files.parsed = project.sources.iter().map(|_| None).collect();
        for unit in project.units {
            if let Some(slot) = files.parsed.get_mut(unit.file.0 as usize) {
                *slot = Some(&unit.parsed);
            }
        }
        for (file, source) in project.sources.iter() {
            let slot = &mut files.parsed[file.0 as usize];
            if slot.is_none()
                && let Some(module) = module_of(&source.name)
                && source.text == module.text
            {
                *slot = parsed(module.name);
                files.modules.push((module.name, file));
            }
        }
        files
    }

    /// A parsed file.
    pub fn parsed(&self, file: FileId) -> Option<&'a Parsed> {
        self.parsed.get(file.0 as usize).copied().flatten()
    }
    /// The text of a file.
    pub fn text(&self, file: FileId) -> &'a str {
        self.project.text(file)
    }
    /// The file of a module that ships, by the name after `std.`.
    pub fn module(&self, name: &str) -> Option<FileId> {
        self.modules.iter().find(|(n, _)| *n == name).map(|(_, file)| *file)
    }
    /// The name of the module that a file is.
    pub fn module_name(&self, file: FileId) -> Option<&'static str> {
        self.modules.iter().find(|(_, f)| *f == file).map(|(name, _)| *name)
    }
    /// All files that were parsed, in order.
    pub fn all(&self) -> impl Iterator<Item = FileId> + '_ {
        self.parsed.iter().enumerate().filter(|(_, p)| p.is_some()).map(|(i, _)| FileId(i as u32))
    }
}

/// `std/http.tabi`
fn module_of(name: &str) -> Option<&'static stdlib::Module> {
    stdlib::find(name.strip_prefix("std/")?.strip_suffix(".tabi")?)
}
