//! Compiles texts as a project, as the command line does, without files on a disk.

use std::collections::HashMap;
use tabi::diagnostic::render::{self, Style};
use tabi::diagnostic::{Diagnostic, Severity};
use tabi::model::Model;
use tabi::project::{Options, Target, Unit};
use tabi::source::{FileId, SourceFile, Sources};
use tabi::syntax::ast::{Item, UsePath};
use tabi::syntax::{leaf, parse};

/// What the compiler says about a project.
pub struct Compiled {
    sources: Sources,
    model: Model,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles files, each with its name and its text; all of them are listed.
pub fn compile(files: &[(String, String)]) -> Compiled {
    let mut sources = Sources::default();
    let ids: HashMap<String, FileId> = files
        .iter()
        .map(|(name, text)| (name.clone(), sources.add(SourceFile::new(name.as_str(), text.as_str()))))
        .collect();
    let (mut units, mut diagnostics) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let file = ids[name];
        let (parsed, found) = parse(file, sources.file(file));
        diagnostics.extend(found);
        let mut uses = Vec::new();
        for item in &parsed.ast.items {
            let Item::Use(used) = item else { continue };
            let Some(UsePath::File(span)) = used.what else { continue };
            let written = leaf::string(span.of(text));
            let target = match ids.get(written.trim_start_matches("./")) {
                Some(id) => Target::File(*id),
                None => Target::Missing("there is no such file".into()),
            };
            uses.push((span, target));
        }
        units.push(Unit { file, parsed, listed: true, uses });
    }
    let broken = diagnostics.iter().any(|d| d.severity == Severity::Error);
    let (model, found) = tabi::compile(&mut sources, &units, &Options::default(), broken);
    diagnostics.extend(found);
    tabi::diagnostic::sort(&mut diagnostics);
    Compiled { sources, model, diagnostics }
}

impl Compiled {
    /// The names of the errors.
    pub fn errors(&self) -> Vec<&str> {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(Diagnostic::name).collect()
    }

    /// What `tabi show` prints for an address.
    pub fn show(&self, address: Option<&str>) -> String {
        tabi::show::show(&self.model, address).unwrap_or_else(|why| panic!("tabi show {address:?}: {why}"))
    }

    /// Whether there is a diagnostic of this name.
    pub fn says(&self, name: &str) -> bool {
        self.diagnostics.iter().any(|d| d.name() == name)
    }

    /// The diagnostics that `wanted` chooses, as people see them, without colours and without the line that sums them up.
    pub fn rendered(&self, wanted: impl Fn(&Diagnostic) -> bool) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics.iter().filter(|d| wanted(d)) {
            render::one(&mut out, &self.sources, diagnostic, Style { color: false, width: 100 });
            out.push('\n');
        }
        out.trim_end().to_string()
    }
}
