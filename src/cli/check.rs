//! `tabi check`: looks for mistakes and writes nothing.

use super::terminal::Terminal;
use super::{Outcome, build, fmt};
use crate::diagnostic::render::{self, Counts, plural};
use crate::diagnostic::{Diagnostic, Severity, json};
use crate::load::{self, Project};
use crate::model::Model;
use std::path::PathBuf;

/// Look for mistakes in a project
///
/// Reads the whole project, that is, what the nearest tabi.toml lists, or else the paths. Paths only choose which files are reported,
/// with those that they use. Paths of several projects are each checked in their own.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi check                            the project of this directory
  tabi check shop.tabi                  what concerns this file
  tabi check --deny-warnings            for CI: warnings fail as well
  tabi check --format json > tabi.json  for programs; docs/json.md describes it")]
pub struct Args {
    /// Files and directories to report; the whole project without one
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Exit with 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// Snippets with labels
    #[default]
    Human,
    /// One JSON document
    Json,
}

/// A project that went through all stages that can complain.
pub(super) struct Checked {
    pub project: Project,
    pub model: Model,
    /// Sorted, and only those that the paths chose.
    pub diagnostics: Vec<Diagnostic>,
    /// Errors in files that were not chosen.
    pub other_errors: usize,
}

/// Reads and compiles a project.
pub(super) fn compile(paths: &[PathBuf], terminal: Terminal) -> Result<Checked, String> {
    let mut project = load::load(paths)?;
    for note in &project.notes {
        terminal.note_line(&format!("note: {note}"));
    }
    let mut all = std::mem::take(&mut project.diagnostics);
    let broken = Counts::of(&all).errors > 0;
    let (model, found) = crate::compile(&mut project.sources, &project.units, &project.config.options, broken);
    all.extend(found);
    let (mut diagnostics, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| project.is_selected(d));
    crate::diagnostic::sort(&mut diagnostics);
    let other_errors = Counts::of(&others).errors;
    Ok(Checked { project, model, diagnostics, other_errors })
}

/// Reads and compiles a project that something is to be said of. `None` where it has errors, which are then said on stderr.
pub(super) fn without_errors(paths: &[PathBuf], terminal: Terminal) -> Result<Option<Checked>, String> {
    let mut checked = compile(paths, terminal)?;
    checked.diagnostics.retain(|d| d.severity == Severity::Error);
    if checked.other_errors == 0 && checked.diagnostics.is_empty() {
        return Ok(Some(checked));
    }
    if checked.other_errors > 0 {
        terminal.note_line(&build::other_errors(checked.other_errors));
    }
    terminal.note(&render::all(&checked.project.sources, &checked.diagnostics, terminal.stderr()));
    Ok(None)
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let projects = load::by_project(&args.paths)?;
    if projects.len() > 1 && args.format != Format::Human {
        return Err(format!(
            "the paths belong to {}, and a document is about one\n  help: run `tabi check` for each of them",
            plural(projects.len(), "project")
        ));
    }
    let mut outcome = Outcome::Fine;
    for paths in &projects {
        if one(args, paths, projects.len() > 1, terminal)? == Outcome::Found {
            outcome = Outcome::Found;
        }
    }
    Ok(outcome)
}

/// Checks one project; beside others with its directory before what is said.
fn one(args: &Args, paths: &[PathBuf], beside_others: bool, terminal: Terminal) -> Result<Outcome, String> {
    let checked = compile(paths, terminal)?;
    let counts = Counts::of(&checked.diagnostics);
    let sources = &checked.project.sources;
    if beside_others && !checked.diagnostics.is_empty() {
        terminal.result(&format!("{}:\n", fmt::shown(&checked.project.root)))?;
    }
    match args.format {
        Format::Json => terminal.result(&json::document(sources, &checked.diagnostics))?,
        Format::Human => terminal.result(&render::all(sources, &checked.diagnostics, terminal.stdout()))?,
    }
    if args.format == Format::Human && checked.diagnostics.is_empty() {
        terminal.note_line(&format!("{} read, nothing to say", plural(checked.project.units.len(), "file")));
    }
    if checked.other_errors > 0 {
        terminal.note_line(&build::other_errors(checked.other_errors));
    }
    if counts.errors > 0 && !paths.is_empty() && !checked.project.has_config() {
        terminal.note_line(
            "note: there is no tabi.toml, so only the paths were read, with what they use; with one, which may be empty, the whole \
             project is",
        );
    }
    let found = counts.errors > 0 || (args.deny_warnings && counts.warnings > 0);
    Ok(if found { Outcome::Found } else { Outcome::Fine })
}
