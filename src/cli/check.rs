//! `tabi check`: looks for mistakes and writes nothing.

use super::paths::{self, Base};
use super::terminal::Terminal;
use super::{Outcome, build, fmt, output, watch};
use crate::diagnostic::render::{Counts, plural};
use crate::diagnostic::report::Report;
use crate::diagnostic::{Diagnostic, Severity, concise, github, gitlab, json, junit, rdjson, sarif};
use crate::load::{self, Project};
use crate::model::Model;
use crate::show::find::{Found, find};
use crate::source::FileId;
use clap::ValueEnum as _;
use std::path::{Path, PathBuf};

/// Look for mistakes in a project
///
/// Reads the whole project, that is, what the nearest tabi.toml lists, or else the paths. Paths only choose which files are reported,
/// with those that they use. Paths of several projects are each checked in their own.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi check                            the project of this directory
  tabi check shop.tabi                  what concerns this file
  tabi check --whole-projects shop.tabi what the change of a file means for its whole project, for hooks
  tabi check --watch                    again whenever a file changes
  tabi check --deny-warnings            for CI: warnings fail as well
  tabi check --output-format github     annotations of a pull request
  tabi check --output-format sarif --output-file tabi.sarif

docs/output-formats.md says what each format is for, docs/json.md describes json.

Exit codes: 0 nothing that fails, 1 an error, or a warning with --deny-warnings, 2 it could not be looked for.")]
pub struct Args {
    /// Files and directories to report; the whole project without one
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For people or for programs; `TABI_OUTPUT_FORMAT` without it, or human
    #[arg(long, alias = "format", value_enum, value_name = "FORMAT")]
    output_format: Option<OutputFormat>,
    /// Write it to a file, and what people read to stderr
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Exit with 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// Report all files of the projects to which the paths belong, as hooks do: a change here may be a mistake there
    #[arg(long, conflicts_with = "watch")]
    whole_projects: bool,
    /// Check again whenever a file of the project changes; Ctrl-C ends it
    #[arg(long)]
    watch: bool,
}

/// For people or for programs, of commands that know one format for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum OutputFormat {
    /// Snippets with labels
    #[default]
    Human,
    /// A line for each, as compilers write it
    Concise,
    /// One JSON document
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality of GitLab
    Gitlab,
    /// SARIF 2.1.0, for GitHub code scanning
    Sarif,
    /// Results of tests, for Jenkins and others
    Junit,
    /// For reviewdog
    Rdjson,
}

impl OutputFormat {
    /// What the command line says, or else the environment. A variable that is empty is none.
    fn chosen(args: &Args, environment: Option<&str>) -> Result<Self, String> {
        match (args.output_format, environment.filter(|word| !word.is_empty())) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(OutputFormat::default()),
            (None, Some(word)) => OutputFormat::from_str(word, false).map_err(|_| {
                let known: Vec<_> =
                    OutputFormat::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value).collect();
                let known: Vec<&str> = known.iter().map(clap::builder::PossibleValue::get_name).collect();
                format!("TABI_OUTPUT_FORMAT is `{word}`, which is no format\n  help: it is one of {}", known.join(", "))
            }),
        }
    }

    fn is_for_people(self) -> bool {
        matches!(self, OutputFormat::Human | OutputFormat::Concise)
    }

    /// Where its paths begin.
    fn base(self) -> Base {
        match self {
            OutputFormat::Github | OutputFormat::Gitlab | OutputFormat::Sarif | OutputFormat::Junit => Base::Repository,
            // reviewdog adds the way from the root of the repository by itself; the document of json has names of the project
            OutputFormat::Human | OutputFormat::Concise | OutputFormat::Json | OutputFormat::Rdjson => Base::Here,
        }
    }
}

/// A project that went through all stages that can complain.
pub(super) struct Checked {
    pub project: Project,
    pub model: Model,
    /// Sorted, and only those that the paths chose.
    pub diagnostics: Vec<Diagnostic>,
    /// Errors in files that were not chosen.
    pub other_errors: usize,
    /// So many of the sources were read from the disk; those that follow ship with the program.
    read: usize,
}

/// Reads and compiles a project.
pub(super) fn compile(paths: &[PathBuf], terminal: Terminal) -> Result<Checked, String> {
    Ok(finish(load::load(paths).map_err(|why| why + &address_instead(paths))?, terminal))
}

/// What to write where an address stands in place of a path: `tabi test checkout.pay`.
fn address_instead(paths: &[PathBuf]) -> String {
    let is_address =
        |path: &&str| path.split('.').all(|name| crate::syntax::names::is_name(name)) && !Path::new(path).exists();
    let Some(address) = paths.iter().filter_map(|path| path.to_str()).find(is_address) else { return String::new() };
    let Ok(mut project) = load::load(&[PathBuf::from(".")]) else { return String::new() };
    let (model, _) = crate::compile(&mut project.sources, &project.units, &project.config.options, true);
    match find(&model, address) {
        Ok(Found::Journey(journey) | Found::Step(journey, _) | Found::Sli(journey, _, _)) => {
            let file = &project.sources.file(journey.name.place.file).name;
            format!(
                "\n  help: that is an address, and files stand here: `{file}` has the journey; `tabi show {address}` shows it"
            )
        }
        Err(_) => String::new(),
    }
}

/// Compiles a project that was read.
pub(super) fn finish(mut project: Project, terminal: Terminal) -> Checked {
    for note in &project.notes {
        terminal.note_line(&format!("note: {note}"));
    }
    let read = project.sources.iter().count();
    let mut all = std::mem::take(&mut project.diagnostics);
    let broken = Counts::of(&all).errors > 0;
    let (model, found) = crate::compile(&mut project.sources, &project.units, &project.config.options, broken);
    all.extend(found);
    let (mut diagnostics, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| project.is_selected(d));
    crate::diagnostic::sort(&mut diagnostics);
    let other_errors = Counts::of(&others).errors;
    Checked { project, model, diagnostics, other_errors, read }
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
    terminal.note_diagnostics(&checked.project.sources, &checked.diagnostics);
    Ok(None)
}

#[allow(clippy::disallowed_methods, reason = "the command line is where the environment is looked at")]
pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let format = OutputFormat::chosen(args, std::env::var("TABI_OUTPUT_FORMAT").ok().as_deref())?;
    let target = args.output_file.as_deref().filter(|file| *file != Path::new("-"));
    let projects = load::by_project(&args.paths).map_err(|why| why + &address_instead(&args.paths))?;
    let many = projects.len() > 1;
    if many && (args.watch || target.is_some() || !format.is_for_people()) {
        return Err(format!(
            "the paths belong to {}, and --watch and a document are about one\n  help: run `tabi check` for each of them",
            plural(projects.len(), "project")
        ));
    }
    if !args.watch {
        let mut all = Outcome::Fine;
        for paths in &projects {
            let mut project = load::load(paths).map_err(|why| why + &address_instead(paths))?;
            if args.whole_projects {
                project.select_all();
            }
            let checked = finish(project, terminal);
            if many && !checked.diagnostics.is_empty() {
                terminal.result(&format!("{}:\n", fmt::shown(&checked.project.root)))?;
            }
            if say(&checked, format, target, args.deny_warnings, terminal)?.0 == Outcome::Found {
                all = Outcome::Found;
            }
        }
        return Ok(all);
    }
    if target.is_none() && !format.is_for_people() {
        return Err("--watch writes many documents, which nothing could read from one stream\n  \
             help: with --output-file FILE each replaces the one before"
            .into());
    }
    watch::run(&args.paths, terminal, |checked| say(checked, format, target, args.deny_warnings, terminal))
}

/// Writes what was found. Also says whether there is still somebody who reads it.
fn say(
    checked: &Checked,
    format: OutputFormat,
    target: Option<&Path>,
    deny_warnings: bool,
    terminal: Terminal,
) -> Result<(Outcome, bool), String> {
    let (project, diagnostics) = (&checked.project, checked.diagnostics.as_slice());
    let pages = terminal.pages();
    let files: Vec<FileId> = (0..checked.read as u32).map(FileId).filter(|file| project.selects_file(*file)).collect();
    let report = Report {
        sources: &project.sources,
        diagnostics,
        files: &files,
        paths: &paths::all(project, checked.read, format.base()),
        pages: pages.as_deref(),
        deny_warnings,
    };
    let text = match format {
        OutputFormat::Human if target.is_some() => terminal.plain(&project.sources, diagnostics),
        OutputFormat::Human => terminal.drawn(&project.sources, diagnostics),
        OutputFormat::Concise if target.is_some() => concise::text(&report, terminal.file(), false),
        OutputFormat::Concise => concise::text(&report, terminal.stdout(), terminal.has_links()),
        OutputFormat::Json => json::document(&project.sources, diagnostics),
        OutputFormat::Github => github::text(&report),
        OutputFormat::Gitlab => gitlab::document(&report),
        OutputFormat::Sarif => sarif::document(&report),
        OutputFormat::Junit => junit::document(&report),
        OutputFormat::Rdjson => rdjson::document(&report),
    };
    let mut heard = true;
    if let Some(file) = target {
        output::put(file, &text)?;
        terminal.note_diagnostics(&project.sources, diagnostics);
    } else {
        heard = terminal.result_is_read(&text)?;
    }
    let counts = Counts::of(diagnostics);
    if diagnostics.is_empty() {
        if checked.model.journeys.is_empty() {
            terminal.note_line("note: there is no journey in these files, so nothing would be built from them");
        }
        if target.is_some() || format.is_for_people() {
            terminal.note_line(&format!("{} read, nothing to say", plural(project.units.len(), "file")));
        }
    } else if target.is_none() && format != OutputFormat::Human {
        terminal.note_line(&counts.to_string());
    }
    if checked.other_errors > 0 {
        terminal.note_line(&build::other_errors(checked.other_errors));
    }
    if counts.errors > 0 && project.is_only_paths() {
        terminal.note_line(
            "note: there is no tabi.toml, so only the paths were read, with what they use; with one, which may be empty, the whole \
             project is",
        );
    }
    let found = counts.errors > 0 || (deny_warnings && counts.warnings > 0);
    Ok((if found { Outcome::Found } else { Outcome::Fine }, heard))
}
