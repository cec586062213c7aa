//! `tabi diff`: what is said of each kind of change, what holds for any two versions, and revisions of real repositories.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests prepare and look at files")]

#[path = "../common/mod.rs"]
mod common;
mod kinds;
mod properties;
mod revisions;

use tabi::diff::words::{Report, Version};
use tabi::diff::{Assumptions, Diff, Side};
use tabi::load::config;
use tabi::model::{Model, Percent};
use tabi::project::{Options, in_memory};
use tabi::source::{SourceFile, Sources};

/// A version in memory.
struct Project {
    /// What it means.
    model: Model,
    /// Its files.
    sources: Sources,
    /// What its `tabi.toml` says.
    options: Options,
    /// Where it is built to.
    output: Option<String>,
    chosen: Vec<usize>,
}

impl Project {
    /// Of files; errors fail the test.
    fn of(files: &[(String, String)], toml: &str) -> Project {
        let (mut sources, units, found) = in_memory(files);
        let file = sources.add(SourceFile::new("tabi.toml", toml));
        let (config, more) = config::read(file, sources.file(file));
        assert!(found.is_empty() && more.is_empty(), "{found:?} {more:?}");
        let (model, found) = tabi::compile(&mut sources, &units, &config.options, false);
        let errors: Vec<_> = found.iter().filter(|d| d.severity == tabi::diagnostic::Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let chosen = (0..model.journeys.len()).collect();
        Project { model, sources, options: config.options, output: config.output, chosen }
    }

    /// Of one file.
    fn text(text: &str) -> Project {
        Project::of(&[("shop.tabi".to_string(), text.to_string())], "")
    }

    fn side(&self) -> Side<'_> {
        Side { model: &self.model, options: &self.options, chosen: &self.chosen, output: self.output.as_deref() }
    }
}

/// All changes from one version to another.
fn between(old: &Project, new: &Project) -> Diff {
    let failing = Percent::parse("10").expect("a percentage");
    tabi::diff::between(old.side(), new.side(), &Assumptions { failing, series: 20, budgets: 5 })
}

/// What a format makes of them.
fn said(old: &Project, new: &Project, format: fn(&Report<'_>) -> String) -> String {
    let diff = between(old, new);
    let old = Version { name: "old", sources: Some(&old.sources) };
    let new = Version { name: "new", sources: Some(&new.sources) };
    format(&Report { diff: &diff, old, new })
}
