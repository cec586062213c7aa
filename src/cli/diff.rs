//! `tabi diff`: what changes for people between two versions of a project.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use super::check::{self, Checked};
use super::git::Repository;
use super::terminal::Terminal;
use super::{Outcome, build};
use crate::diagnostic::Severity;
use crate::diagnostic::render;
use crate::diff::broken::{self, State};
use crate::diff::words::{Report, Version};
use crate::diff::{self, Assumptions, Side, json, markdown, text};
use crate::engine::Target;
use crate::load::{self, config};
use crate::model::{Model, Percent};
use crate::project::Options;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Say what changes for people: budgets, alerts and their times, owners, cost
///
/// Compares what two versions mean, not their text: targets and windows, which alert fires later or sooner, budgets that start afresh
/// because their series are renamed, what counts as bad, owners, deliveries, dashboards, and what the rules cost. Another layout or
/// another comment is no change. OLD and NEW are directories, files or git revisions; a name that is both is the file, and
/// refs/heads/NAME the branch.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi diff                       this branch and what is not committed, since it left the default branch
  tabi diff HEAD~1                the working tree against the commit before
  tabi diff v1.2 v1.3             two revisions
  tabi diff main...topic          what a branch changes, as in git
  tabi diff old/ new/             two directories, without git
  tabi diff --format markdown     for a comment on a pull request; docs/ci.md has whole workflows")]
pub struct Args {
    /// A directory, a file or a git revision; where this branch left the default branch without it
    #[arg(value_name = "OLD")]
    old: Option<String>,
    /// The same; the working tree without it
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Files and directories of the project, if it is not that of this directory
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For a terminal, for a comment or for programs
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Exit with 1 when anything changes
    #[arg(long)]
    exit_code: bool,
    /// The engine that the rules are built for; `[build] target` of tabi.toml, of each version its own, without it
    #[arg(long, value_name = "ENGINE", value_parser = build::target)]
    target: Option<Target>,
    /// Beside a total outage: say when alerts fire if this share of events fails
    #[arg(long, value_name = "PERCENT", default_value = "10%", value_parser = failing)]
    failing: Percent,
    /// Raw series of each selector, for the cost
    #[arg(long, value_name = "N", default_value_t = 20)]
    series: u32,
    /// Budgets of each SLI with `by`, for the cost
    #[arg(long, value_name = "N", default_value_t = 5)]
    budgets: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Format {
    /// Sections with a line for each change
    #[default]
    Text,
    /// A short table, and all of it folded
    Markdown,
    /// One JSON document
    Json,
}

fn failing(text: &str) -> Result<Percent, String> {
    let percent = text.strip_suffix('%').unwrap_or(text);
    let is_number = !percent.is_empty() && percent.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let found = if is_number { Percent::parse(percent) } else { None };
    found.filter(|p| p.share() > 0.0 && p.share() <= 1.0).ok_or_else(|| "it is a share above 0% and up to 100%".into())
}

/// What a side is read from.
enum From {
    /// The project of this directory.
    WorkingTree,
    /// A file or a directory.
    Path(PathBuf),
    /// A commit, and what people call it.
    Commit(String, String),
}

/// A side that was read. The directory with the files of a revision goes with it.
struct Read {
    name: String,
    /// `None`: there is nothing of the project.
    checked: Option<Checked>,
    errors: Vec<String>,
    /// Whether there is anything of it.
    found: bool,
    /// For each path that was asked for, whether it has a file of the project.
    found_paths: Vec<bool>,
    _files: Option<TempDir>,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let here = std::env::current_dir()
        .and_then(|d| d.canonicalize())
        .map_err(|e| load::walk::unreadable(Path::new("."), &e))?;
    let mut repository = Lazy { here: &here, found: None };
    let (old_from, new_from) = sides(args, &mut repository, terminal)?;
    // a path beside a revision says where the project is in it
    let paths = match (&old_from, &new_from) {
        (From::Path(path), From::Commit(..)) | (From::Commit(..), From::Path(path)) => vec![path.clone()],
        _ => args.paths.clone(),
    };
    // two paths may both be below one tabi.toml, and are two projects all the same
    let alone = matches!((&old_from, &new_from), (From::Path(_), From::Path(_)));
    let old = read(&old_from, &paths, alone, &mut repository, terminal)?;
    let new = read(&new_from, &paths, alone, &mut repository, terminal)?;
    if !old.found && !new.found {
        let asked: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        let asked = if asked.is_empty() { "the project".to_string() } else { asked.join(", ") };
        return Err(format!("{asked}: there is no .tabi file in {} and in {}", old.name, new.name));
    }
    // one path that is right does not hide a mistyped one beside it
    if !matches!((&old_from, &new_from), (From::Path(_), From::WorkingTree | From::Path(_))) {
        let nowhere = |n: &usize| !old.found_paths[*n] && !new.found_paths[*n];
        let asked: Vec<String> = (0..paths.len()).filter(nowhere).map(|n| paths[n].display().to_string()).collect();
        if !asked.is_empty() {
            return Err(format!("{}: there is no .tabi file in {} and in {}", asked.join(", "), old.name, new.name));
        }
    }
    if !old.errors.is_empty() || !new.errors.is_empty() {
        return broken(args, &old, &new, terminal);
    }
    let (empty, options) = (Model::default(), [options(&old, &new, args.target), options(&new, &old, args.target)]);
    let chosen = [&old, &new].map(|side| side.checked.as_ref().map(chosen).unwrap_or_default());
    let sides =
        (side_of(&old, &new, &empty, &options[0], &chosen[0]), side_of(&new, &old, &empty, &options[1], &chosen[1]));
    let assumptions = Assumptions { failing: args.failing, series: args.series.into(), budgets: args.budgets.into() };
    let found = diff::between(sides.0, sides.1, &assumptions);
    let report = Report { diff: &found, old: old.version(), new: new.version() };
    terminal.result(&match args.format {
        Format::Text => text::text(&report),
        Format::Markdown => markdown::markdown(&report),
        Format::Json => json::document(&report),
    })?;
    Ok(if args.exit_code && !found.is_empty() { Outcome::Found } else { Outcome::Fine })
}

/// A side as the stages see it. One without files has the `tabi.toml` of the other: it says nothing of its own.
fn side_of<'m>(
    read: &'m Read,
    other: &'m Read,
    empty: &'m Model,
    options: &'m Options,
    chosen: &'m [usize],
) -> Side<'m> {
    let config = |read: &'m Read| read.checked.as_ref().map(|c| &c.project.config);
    let model = read.checked.as_ref().map_or(empty, |c| &c.model);
    let output = config(read).or(config(other)).and_then(|c| c.output.as_deref());
    Side { model, options, chosen, output }
}

/// What `tabi.toml` says, for the engine of the command line if that names one.
fn options(read: &Read, other: &Read, target: Option<Target>) -> Options {
    let of = |read: &Read| read.checked.as_ref().map(|c| c.project.config.options.clone());
    build::for_target(&of(read).or_else(|| of(other)).unwrap_or_default(), target)
}

/// The journeys that the paths choose.
fn chosen(checked: &Checked) -> Vec<usize> {
    let journeys = checked.model.journeys.iter().enumerate();
    journeys.filter(|(_, j)| checked.project.selects(j.name.place)).map(|(i, _)| i).collect()
}

/// Errors on one side or both: they are said, and what there is on the other.
fn broken(args: &Args, old: &Read, new: &Read, terminal: Terminal) -> Result<Outcome, String> {
    for side in [old, new] {
        let Some(checked) = &side.checked else { continue };
        if side.errors.is_empty() {
            continue;
        }
        terminal.note_line(&format!("in {}:", side.name));
        if checked.other_errors > 0 {
            terminal.note_line(&build::other_errors(checked.other_errors));
        }
        terminal.note(&render::all(&checked.project.sources, &checked.diagnostics, terminal.stderr()));
    }
    let states = [old, new].map(|side| State {
        version: side.version(),
        errors: &side.errors,
        model: side.checked.as_ref().map(|c| &c.model),
    });
    terminal.result(&match args.format {
        Format::Text => broken::text(&states),
        Format::Markdown => broken::markdown(&states),
        Format::Json => broken::document(&states),
    })?;
    // errors that are mended fail nothing
    Ok(if args.exit_code || !new.errors.is_empty() { Outcome::Found } else { Outcome::Fine })
}

/// The repository, once it is asked for.
struct Lazy<'a> {
    here: &'a Path,
    found: Option<Repository>,
}

impl Lazy<'_> {
    fn get(&mut self) -> Result<&Repository, String> {
        let repository = match self.found.take() {
            Some(repository) => repository,
            None => Repository::of(self.here)?,
        };
        Ok(self.found.insert(repository))
    }
}

/// What the two words on the command line mean.
fn sides(args: &Args, repository: &mut Lazy<'_>, terminal: Terminal) -> Result<(From, From), String> {
    let Some(old) = &args.old else { return Ok((parting(repository.get()?)?, From::WorkingTree)) };
    if args.new.is_none() && !Path::new(old).exists() {
        if let Some((a, b)) = old.split_once("...") {
            let head = |text: &str| if text.is_empty() { "HEAD".to_string() } else { text.to_string() };
            let (a, b) = (head(a), head(b));
            let repository = repository.get()?;
            let known = |name: &str| repository.commit(name)?.ok_or_else(|| repository.unknown(name));
            let (_, new) = (known(&a)?, known(&b)?);
            let base = repository.merge_base(&a, &b)?;
            return Ok((From::Commit(base, format!("{a}...{b}")), From::Commit(new, b)));
        }
        if let Some((a, b)) = old.split_once("..") {
            let head = |text: &str| if text.is_empty() { "HEAD".to_string() } else { text.to_string() };
            return Ok((side(&head(a), repository, terminal)?, side(&head(b), repository, terminal)?));
        }
    }
    let new = match &args.new {
        Some(new) => side(new, repository, terminal)?,
        None => From::WorkingTree,
    };
    Ok((side(old, repository, terminal)?, new))
}

/// Where this branch left the default branch; on that branch the last commit.
fn parting(repository: &Repository) -> Result<From, String> {
    let Some(commit) = repository.commit("HEAD")? else {
        return Err("there is no commit yet to compare with\n  help: two directories or files can be compared as well, `tabi diff OLD NEW`".into());
    };
    if let Some(branch) = repository.default_branch()? {
        return Ok(From::Commit(repository.merge_base(&branch, "HEAD")?, branch));
    }
    Ok(From::Commit(commit, "HEAD".into()))
}

fn side(word: &str, repository: &mut Lazy<'_>, terminal: Terminal) -> Result<From, String> {
    let path = PathBuf::from(word);
    if path.exists() {
        let plain = !word.contains(['/', '\\', '.']);
        if plain && matches!(repository.get().map(|r| r.commit(&format!("refs/heads/{word}"))), Ok(Ok(Some(_)))) {
            terminal.note_line(&format!("note: `{word}` is read as the path; refs/heads/{word} is the branch"));
        }
        return Ok(From::Path(path));
    }
    let repository = match repository.get() {
        Ok(repository) => repository,
        Err(why) => return Err(format!("{word}: there is no such file or directory, and no revision: {why}")),
    };
    match repository.commit(word)? {
        Some(commit) => Ok(From::Commit(commit, word.to_string())),
        None => Err(repository.unknown(word)),
    }
}

fn read(
    from: &From,
    paths: &[PathBuf],
    alone: bool,
    repository: &mut Lazy<'_>,
    terminal: Terminal,
) -> Result<Read, String> {
    let here = repository.here;
    let top = here.ancestors().last().unwrap_or(here);
    match from {
        From::WorkingTree => finish("the working tree".into(), top, here, paths, None, terminal),
        From::Path(path) if alone => {
            finish(path.display().to_string(), &here.join(path), here, std::slice::from_ref(path), None, terminal)
        }
        From::Path(path) => finish(path.display().to_string(), top, here, std::slice::from_ref(path), None, terminal),
        From::Commit(commit, word) => {
            let repository = repository.get()?;
            let files = tempfile::tempdir().map_err(|e| format!("a temporary directory cannot be made: {e}"))?;
            let root = files.path().canonicalize().map_err(|e| format!("{}: {e}", files.path().display()))?;
            let notes = repository.extract(commit, &root, paths)?;
            let short: String = commit.chars().take(8).collect();
            let name =
                if word.len() >= 7 && commit.starts_with(word.as_str()) { short } else { format!("{word} ({short})") };
            for note in notes {
                terminal.note_line(&format!("note: {name}: {note}"));
            }
            // the same directory as here, and the same paths from it
            let base = if paths.is_empty() { project_root(here, &repository.top) } else { here.to_path_buf() };
            let inside = |path: &Path| path.strip_prefix(&repository.top).map(Path::to_path_buf).ok();
            let there = root.join(inside(&base).unwrap_or_default());
            std::fs::create_dir_all(&there).map_err(|e| format!("{}: {e}", there.display()))?;
            let mut wanted = Vec::new();
            for path in paths {
                let whole = load::normalize(&here.join(path));
                let Some(relative) = inside(&whole).or_else(|| whole.canonicalize().ok().and_then(|p| inside(&p)))
                else {
                    return Err(format!(
                        "{} is not in the repository of {name}, {}",
                        path.display(),
                        repository.top.display()
                    ));
                };
                wanted.push(root.join(relative));
            }
            finish(name, &root, &there, &wanted, Some(files), terminal)
        }
    }
}

/// The directory of the `tabi.toml` at or above this one, within the repository; this one without.
fn project_root(here: &Path, top: &Path) -> PathBuf {
    let inside = here.ancestors().take_while(|dir| dir.starts_with(top));
    inside.into_iter().find(|dir| dir.join(config::FILE_NAME).is_file()).unwrap_or(here).to_path_buf()
}

fn finish(
    name: String,
    top: &Path,
    here: &Path,
    paths: &[PathBuf],
    files: Option<TempDir>,
    terminal: Terminal,
) -> Result<Read, String> {
    let there: Vec<PathBuf> = paths.iter().filter(|p| here.join(p).exists()).cloned().collect();
    let nothing = !paths.is_empty() && there.is_empty();
    let project = if nothing { None } else { load::load_at(top, here, &there)? };
    let Some(project) = project else {
        return Ok(Read {
            name: format!("{name} (nothing there)"),
            checked: None,
            errors: Vec::new(),
            found: false,
            found_paths: vec![false; paths.len()],
            _files: files,
        });
    };
    let has_files = |path: &PathBuf| here.join(path).canonicalize().is_ok_and(|p| !project.without_files.contains(&p));
    let found_paths = paths.iter().map(has_files).collect();
    let mut checked = check::finish(project, terminal);
    checked.diagnostics.retain(|d| d.severity == Severity::Error);
    let sources = &checked.project.sources;
    let mut errors: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|d| format!("{}: {}: {}", sources.name_and_line(d.place()), d.name(), d.message))
        .collect();
    if checked.other_errors > 0 && errors.is_empty() {
        errors.push(build::other_errors(checked.other_errors));
    }
    Ok(Read { name, checked: Some(checked), errors, found: true, found_paths, _files: files })
}

impl Read {
    fn version(&self) -> Version<'_> {
        Version { name: &self.name, sources: self.checked.as_ref().map(|c| &c.project.sources) }
    }
}
