//! Compiles texts as a project, as the command line does, without files on a disk.

use tabi::diagnostic::render::{self, Style};
use tabi::diagnostic::{Diagnostic, Severity};
use tabi::model::Model;
use tabi::project::{Options, in_memory};
use tabi::source::Sources;

/// What the compiler says about a project.
pub struct Compiled {
    sources: Sources,
    /// What they mean.
    pub model: Model,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles files, each with its name and its text; all of them are listed.
pub fn compile(files: &[(String, String)]) -> Compiled {
    let (mut sources, units, mut diagnostics) = in_memory(files);
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
        tabi::show::show(&self.model, &Options::default(), address)
            .unwrap_or_else(|why| panic!("tabi show {address:?}: {why}"))
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
