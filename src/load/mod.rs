//! Finds a project and reads it: `tabi.toml`, the files that it lists, and what they `use`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the loader is where the files of a project are read"
)]

pub mod config;
pub mod read;
pub mod walk;

use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, Label};
use crate::project::{Target, Unit};
use crate::source::{FileId, Place, Sources, Span};
use crate::syntax::ast::{Item, UsePath};
use crate::syntax::leaf;
use config::Config;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use walk::{Found, Walk, reason, unreadable};

/// A project with everything that it consists of.
#[derive(Debug)]
pub struct Project {
    /// The directory to which names of files are relative.
    pub root: PathBuf,
    /// What `tabi.toml` says.
    pub config: Config,
    /// All files that were read, `tabi.toml` first.
    pub sources: Sources,
    /// The Tabi files.
    pub units: Vec<Unit>,
    /// What is wrong with `tabi.toml` and with the syntax of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// What people should know, for stderr.
    pub notes: Vec<String>,
    selected: Vec<bool>,
}

impl Project {
    /// Whether a `tabi.toml` says what the project is; else it is only what the paths on the command line name.
    pub fn has_config(&self) -> bool {
        self.sources.iter().next().is_some_and(|(_, file)| file.name == config::FILE_NAME)
    }
    /// Whether something is to be reported: it concerns a file that the paths on the command line chose.
    pub fn is_selected(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.labels.iter().any(|label: &Label| self.selects(label.place))
    }
    /// Whether a place is in a file that the paths on the command line chose.
    pub fn selects(&self, place: Place) -> bool {
        self.selected.get(place.file.0 as usize).is_none_or(|s| *s)
    }
}

/// Where a project is and which files it lists.
#[derive(Debug, Default)]
struct Listing {
    root: PathBuf,
    config: Config,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    walk: Walk,
    /// Canonical paths that choose what is reported; `None` is all.
    chosen: Option<Vec<PathBuf>>,
}

/// The files that a project lists, by the paths on the command line; what `tabi fmt` works on.
///
/// # Errors
/// In words: a path that does not exist or cannot be read, or no file at all.
pub fn listed_files(paths: &[PathBuf]) -> Result<(Vec<Found>, Vec<String>), String> {
    if !paths.is_empty() {
        let mut walk = Walk::default();
        paths.iter().try_for_each(|path| walk.add(path))?;
        return if walk.files.is_empty() { Err(nothing(paths)) } else { Ok((walk.files, walk.notes)) };
    }
    let listing = list(paths)?;
    Ok((listing.walk.files, listing.walk.notes))
}

/// Reads the project of the paths on the command line; without a path that of the current directory.
///
/// # Errors
/// In words: a path that does not exist or cannot be read, or no file at all.
pub fn load(paths: &[PathBuf]) -> Result<Project, String> {
    let listing = list(paths)?;
    let mut loader = Loader {
        root: listing.root,
        sources: listing.sources,
        units: Vec::new(),
        diagnostics: listing.diagnostics,
        known: HashMap::new(),
        paths: HashMap::new(),
        pending: Vec::new(),
    };
    let first_unit = loader.sources.iter().count();
    let mut round = listing.walk.files;
    let mut listed = true;
    while !round.is_empty() {
        round = loader.round(round, listed)?;
        listed = false;
    }
    loader.link();
    let selected = match &listing.chosen {
        None => Vec::new(),
        Some(chosen) => loader.select(chosen, first_unit)?,
    };
    let Loader { root, sources, units, diagnostics, .. } = loader;
    Ok(Project { root, config: listing.config, sources, units, diagnostics, notes: listing.walk.notes, selected })
}

/// The paths on the command line by the project that each belongs to, in their order; one empty list without a path. A hook is given
/// the changed files of all projects of a repository at once.
///
/// # Errors
/// In words: a path that does not exist or cannot be read.
pub fn by_project(paths: &[PathBuf]) -> Result<Vec<Vec<PathBuf>>, String> {
    let mut projects: Vec<(Option<PathBuf>, Vec<PathBuf>)> = Vec::new();
    for path in paths {
        let config = find_config(&path.canonicalize().map_err(|e| unreadable(path, &e))?);
        match projects.iter_mut().find(|(known, _)| *known == config) {
            Some((_, of_it)) => of_it.push(path.clone()),
            None => projects.push((config, vec![path.clone()])),
        }
    }
    if projects.is_empty() { Ok(vec![Vec::new()]) } else { Ok(projects.into_iter().map(|(_, of_it)| of_it).collect()) }
}

/// The `tabi.toml` at or above a path.
fn find_config(canonical: &Path) -> Option<PathBuf> {
    canonical.ancestors().map(|dir| dir.join(config::FILE_NAME)).find(|file| file.is_file())
}

fn list(paths: &[PathBuf]) -> Result<Listing, String> {
    let here = std::env::current_dir().and_then(|d| d.canonicalize()).map_err(|e| unreadable(Path::new("."), &e))?;
    let canonical: Vec<PathBuf> =
        paths.iter().map(|p| p.canonicalize().map_err(|e| unreadable(p, &e))).collect::<Result<_, _>>()?;
    let mut listing = match find_config(canonical.first().unwrap_or(&here)) {
        Some(file) => from_config(&file)?,
        None => from_paths(paths, &canonical, &here)?,
    };
    if listing.walk.files.is_empty() {
        return Err(nothing(paths));
    }
    let root = listing.root.clone();
    listing.walk.files.sort_by_cached_key(|found| name_of(&root, found));
    listing.chosen = (!paths.is_empty()).then_some(canonical);
    Ok(listing)
}

fn nothing(paths: &[PathBuf]) -> String {
    let places: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let places = if places.is_empty() { "this directory".to_string() } else { places.join(", ") };
    format!("no .tabi file in {places}\n  help: `tabi init` writes a first one")
}

fn from_config(file: &Path) -> Result<Listing, String> {
    let root = file.parent().unwrap_or(Path::new("/")).to_path_buf();
    let text = read::read(file).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut listing = Listing { root, ..Listing::default() };
    let (source, encoding) = text.into_file(config::FILE_NAME.to_string());
    let id = listing.sources.add(source);
    if let Some(bad) = encoding.diagnostic(id) {
        listing.diagnostics.push(bad);
    } else {
        (listing.config, listing.diagnostics) = config::read(id, listing.sources.file(id));
    }
    for (path, place) in &listing.config.sources {
        let full = listing.root.join(path);
        let problem = match full.canonicalize() {
            Err(e) => Some(reason(&e)),
            Ok(canonical) if !canonical.starts_with(&listing.root) => Some("the path leaves the project".to_string()),
            Ok(_) => None,
        };
        if let Some(why) = problem {
            let message = format!("`{path}` is no source: {why}");
            listing.diagnostics.push(Diagnostic::new(&c::MISSING_FILE, message, *place, "listed here"));
        } else {
            listing.walk.add(&full)?;
        }
    }
    if listing.config.sources.is_empty() {
        listing.walk.add(&listing.root)?;
    }
    Ok(listing)
}

fn from_paths(paths: &[PathBuf], canonical: &[PathBuf], here: &Path) -> Result<Listing, String> {
    let mut listing = Listing { root: here.to_path_buf(), ..Listing::default() };
    if paths.is_empty() {
        listing.walk.add(here)?;
        return Ok(listing);
    }
    for path in paths {
        listing.walk.add(&here.join(path))?;
    }
    if !canonical.iter().all(|p| p.starts_with(here)) {
        let inside = |dir: &&Path| dir.is_dir() && canonical.iter().all(|p| p.starts_with(dir));
        listing.root = canonical[0].ancestors().find(inside).unwrap_or(Path::new("/")).to_path_buf();
    }
    Ok(listing)
}

/// How people call a file: its path from the root of the project, with `/`.
fn name_of(root: &Path, found: &Found) -> String {
    let lexical = normalize(&found.path);
    let inside = lexical.strip_prefix(root).or_else(|_| found.canonical.strip_prefix(root)).unwrap_or(&lexical);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replace("//", "/")
}

/// The path without `.` and `..`, as it is written: symbolic links are not looked at.
fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

struct Loader {
    root: PathBuf,
    sources: Sources,
    units: Vec<Unit>,
    diagnostics: Vec<Diagnostic>,
    /// What became of a file, by its canonical path.
    known: HashMap<PathBuf, Target>,
    /// Where a file was found: the base of its `use` paths, and its canonical path.
    paths: HashMap<FileId, Found>,
    /// A `use` that leads to a file, until all files are read: unit, string, canonical path.
    pending: Vec<(usize, Span, PathBuf)>,
}

impl Loader {
    /// Reads and parses files and returns those that they use and that are not known yet.
    fn round(&mut self, files: Vec<Found>, listed: bool) -> Result<Vec<Found>, String> {
        let texts = read::on_all_cores(&files, |found| read::read(&found.path));
        let mut new = Vec::new();
        for (found, text) in files.into_iter().zip(texts) {
            match text {
                Ok(text) => {
                    let (file, encoding) = text.into_file(name_of(&self.root, &found));
                    let id = self.sources.add(file);
                    self.known.insert(found.canonical.clone(), Target::File(id));
                    self.paths.insert(id, found);
                    new.push((id, encoding));
                }
                Err(why) if listed => return Err(format!("{}: {why}", found.path.display())),
                Err(why) => {
                    self.known.insert(found.canonical, Target::Missing(why));
                }
            }
        }
        let sources = &self.sources;
        let parsed = read::on_all_cores(&new, |(id, encoding)| read::parse(*id, sources.file(*id), *encoding));
        let mut next = Vec::new();
        for ((id, _), (parsed, diagnostics)) in new.into_iter().zip(parsed) {
            self.diagnostics.extend(diagnostics);
            let mut unit = Unit { file: id, parsed, listed, uses: Vec::new() };
            for item in &unit.parsed.ast.items {
                let Item::Use(used) = item else { continue };
                let Some(UsePath::File(span)) = used.what else { continue };
                match self.target(id, span) {
                    Err(why) => unit.uses.push((span, Target::Missing(why))),
                    Ok(found) => {
                        self.pending.push((self.units.len(), span, found.canonical.clone()));
                        if !self.known.contains_key(&found.canonical) {
                            // until it is read; so it is read once
                            self.known.insert(found.canonical.clone(), Target::Missing(String::new()));
                            next.push(found);
                        }
                    }
                }
            }
            self.units.push(unit);
        }
        Ok(next)
    }

    /// The file to which a `use "…"` leads.
    fn target(&self, from: FileId, string: Span) -> Result<Found, String> {
        const LEAVES: &str = "the path leaves the project";
        let written = leaf::string(string.of(&self.sources.file(from).text));
        if written.is_empty() || written.contains('\0') {
            return Err("the path is empty or has a NUL in it".into());
        }
        let base = self.paths.get(&from).and_then(|f| f.path.parent()).unwrap_or(&self.root);
        let path = base.join(&written);
        let canonical = match path.canonicalize() {
            Ok(canonical) => canonical,
            Err(_) if !normalize(&path).starts_with(&self.root) => return Err(LEAVES.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err("there is no such file".into()),
            Err(error) => return Err(reason(&error)),
        };
        if !canonical.starts_with(&self.root) && !self.known.contains_key(&canonical) {
            return Err(LEAVES.into());
        }
        if canonical.is_dir() {
            return Err("it is a directory".into());
        }
        Ok(Found { path, canonical })
    }

    /// Writes into the units where each `use` leads to.
    fn link(&mut self) {
        for (unit, span, canonical) in std::mem::take(&mut self.pending) {
            let target = self.known.get(&canonical).cloned();
            let target = target.unwrap_or_else(|| Target::Missing("there is no such file".into()));
            self.units[unit].uses.push((span, target));
        }
        for unit in &mut self.units {
            unit.uses.sort_by_key(|(span, _)| *span);
        }
    }

    /// Which files are reported: those below the given paths, what they use, and `tabi.toml`.
    fn select(&self, chosen: &[PathBuf], first_unit: usize) -> Result<Vec<bool>, String> {
        let mut selected = vec![false; self.sources.iter().count()];
        selected[..first_unit].fill(true);
        let unit_of: HashMap<FileId, &Unit> = self.units.iter().map(|u| (u.file, u)).collect();
        let mut todo = Vec::new();
        for path in chosen {
            let before = todo.len();
            let below = |found: &Found| found.canonical.starts_with(path);
            todo.extend(self.units.iter().map(|u| u.file).filter(|id| self.paths.get(id).is_some_and(below)));
            if todo.len() == before && path.file_name().is_none_or(|n| n != config::FILE_NAME) {
                let root = self.root.display();
                return Err(format!(
                    "{} has no file of the project in {root}\n  help: `sources` in its tabi.toml lists the files",
                    path.display()
                ));
            }
        }
        while let Some(id) = todo.pop() {
            if std::mem::replace(&mut selected[id.0 as usize], true) {
                continue;
            }
            if let Some(unit) = unit_of.get(&id) {
                todo.extend(
                    unit.uses.iter().filter_map(|(_, t)| if let Target::File(id) = t { Some(*id) } else { None }),
                );
            }
        }
        Ok(selected)
    }
}
