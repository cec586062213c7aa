//! `tabi build`: writes the rules of a project, or says what it would write.

use super::terminal::{Progress, Terminal};
use super::{Outcome, check, output};
use crate::diagnostic::render::{Counts, plural};
use crate::diagnostic::{Diagnostic, catalogue};
use crate::emit;
use crate::emit::limits::{Refusal, at_sites};
use crate::engine::Target;
use crate::project::{Dashboards, Options};
use crate::source::Sources;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Write the Prometheus rules, their tests and the Grafana dashboards of a project
///
/// Writes one file for each journey and the rules of Alertmanager that go with them, tests for promtool, and dashboards. Nothing is written while there is an error
/// anywhere in the project. Files that are as they should be are not touched, files of journeys that are gone are removed, and files
/// that tabi did not write are never overwritten.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi build             into the directory that tabi.toml names: output = \"generated\"
  tabi build -o out      into another one
  tabi build --check     for CI: exit with 1 and show the difference if the files are not up to date
  tabi build --target mimir              rules for another engine than that of tabi.toml
  tabi build --dashboards configmap      dashboards as ConfigMaps for the sidecar of Grafana's chart")]
pub struct Args {
    /// Files and directories whose diagnostics are shown; the whole project is built in any case
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The directory to write to; `output` of tabi.toml without it
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write nothing; show what differs
    #[arg(long)]
    check: bool,
    /// The engine that the rules are for; `[build] target` of tabi.toml, or prometheus, without it
    #[arg(long, value_name = "ENGINE", value_parser = target)]
    target: Option<Target>,
    /// In which form dashboards of Grafana are written; `[grafana] dashboards` of tabi.toml, or json, without it
    #[arg(long, value_name = "FORM", value_parser = dashboards)]
    dashboards: Option<Dashboards>,
}

/// One of the forms of dashboards, by its word.
fn dashboards(word: &str) -> Result<Dashboards, String> {
    let found = Dashboards::WORDS.iter().find(|(known, _)| *known == word);
    found.map(|(_, form)| *form).ok_or_else(|| format!("it is one of {}", Dashboards::WORDS.map(|(w, _)| w).join(", ")))
}

/// One of the engines, by its word.
pub(super) fn target(word: &str) -> Result<Target, String> {
    let found = Target::WORDS.iter().find(|(known, _)| *known == word);
    found.map(|(_, target)| *target).ok_or_else(|| format!("it is one of {}", Target::WORDS.map(|(w, _)| w).join(", ")))
}

/// The options of a project for another engine, if one is named.
pub(super) fn for_target(options: &Options, target: Option<Target>) -> Options {
    let mut options = options.clone();
    options.engine.target = target.unwrap_or(options.engine.target);
    options
}

/// A note on errors that are not shown.
pub(super) fn other_errors(n: usize) -> String {
    format!("note: {} in other files of the project; `tabi check` without a path shows all", plural(n, "error"))
}

/// The same command without `--check`: it may have been run from the root of a repository, for one project of it.
fn command(args: &Args) -> String {
    let quoted = |path: &Path| {
        let path = path.display().to_string();
        let plain = path.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
        if plain { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
    };
    let mut words = vec!["tabi build".to_string()];
    words.extend(args.output.iter().map(|dir| format!("-o {}", quoted(dir))));
    words.extend(args.target.iter().map(|target| format!("--target {}", target.word())));
    words.extend(args.paths.iter().map(|path| quoted(path)));
    words.join(" ")
}

/// What an engine does not take, where it stands; it has no name, for each engine's page says more.
fn say_refused(refusal: &Refusal, sites: &[&str], sources: &Sources, terminal: Terminal) {
    let message = format!("{}{}", at_sites(sites), refusal.message);
    let Some(((first, label), others)) = refusal.places.split_first() else {
        return terminal.note_line(&format!("error: {message}\n  help: {}", refusal.help));
    };
    let d = Diagnostic::new(&catalogue::OF_ENGINES, message, *first, *label).help(refusal.help.clone());
    let d = others.iter().fold(d, |d, (place, label)| d.and(*place, *label));
    terminal.note_diagnostic(sources, &d);
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let checked = check::compile(&args.paths, terminal)?;
    let project = &checked.project;
    terminal.note_diagnostics(&project.sources, &checked.diagnostics);
    if checked.other_errors > 0 {
        terminal.note_line(&other_errors(checked.other_errors));
    }
    if checked.other_errors > 0 || Counts::of(&checked.diagnostics).errors > 0 {
        terminal.note_line("nothing was written: there are errors");
        return Ok(Outcome::Found);
    }
    let dir = match (&args.output, &project.config.output) {
        (Some(dir), _) => dir.clone(),
        (None, Some(dir)) => project.root.join(dir),
        (None, None) => {
            return Err(
                "where should the rules go?\n  help: give a directory, `tabi build -o generated`, or write it into \
                tabi.toml: output = \"generated\""
                    .into(),
            );
        }
    };
    let mut options = for_target(&project.config.options, args.target);
    options.grafana.dashboards = args.dashboards.unwrap_or(options.grafana.dashboards);
    let refusals = emit::limits::refusals(&checked.model, &project.sources, &options);
    if !refusals.is_empty() {
        for (refusal, sites) in &refusals {
            say_refused(refusal, sites, &project.sources, terminal);
        }
        terminal.note_line(&format!("nothing was written: the rules do not fit {}", options.engine.target.word()));
        return Ok(Outcome::Found);
    }
    let count = emit::chunks(&checked.model, &options);
    let (progress, done) = (Progress::new(terminal), AtomicUsize::new(0));
    let produce = |i: usize| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress.say(|| format!("{done} of {}", plural(count, "part")));
        emit::chunk(&checked.model, &project.sources, &options, i)
    };
    if args.check {
        let (drift, files) = output::compare(&dir, count, &produce)?;
        drop(progress);
        let mut said = String::new();
        for file in &drift {
            let _ = write!(said, "{file}");
        }
        terminal.result(&said)?;
        if drift.is_empty() {
            terminal.note_line(&format!("{} up to date", plural(files, "file")));
            return Ok(Outcome::Fine);
        }
        terminal.note_line(&format!("{} not up to date; run `{}`", plural(drift.len(), "file"), command(args)));
        return Ok(Outcome::Found);
    }
    let built = output::write(&dir, count, &produce)?;
    drop(progress);
    let dir = dir.display();
    terminal.note_line(&format!(
        "{dir}: {} written, {} unchanged, {} removed",
        built.written, built.unchanged, built.removed
    ));
    Ok(Outcome::Fine)
}
