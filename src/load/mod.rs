//! Finds a project and reads it: `tabi.toml`, the files that it lists, and what they `use`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the loader is where the files of a project are read"
)]

pub mod config;
pub mod disk;
pub mod open;
pub mod read;
pub mod walk;

use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, Label};
use crate::project::{Target, Unit, used_files};
use crate::source::{FileId, Place, Sources, Span};
use crate::syntax::ast::{Item, UsePath};
use crate::syntax::leaf;
use config::Config;
use disk::{Disk, Known};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walk::{Found, Walk, reason, unreadable};

/// A project with everything that it consists of.
#[derive(Debug, Default)]
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
    /// Where the Tabi files were found.
    pub paths: HashMap<FileId, Found>,
    /// Paths that were given, canonical, below which the project has no file.
    pub without_files: Vec<PathBuf>,
    selected: Vec<bool>,
}

impl Project {
    /// Whether the project is no more than the paths on the command line, for there is no `tabi.toml`.
    pub fn is_only_paths(&self) -> bool {
        !self.selected.is_empty() && self.sources.iter().next().is_none_or(|(_, file)| file.name != config::FILE_NAME)
    }
    /// Has all files reported, whatever the paths on the command line chose.
    pub fn select_all(&mut self) {
        self.selected.fill(true);
    }
    /// Whether something is to be reported: it concerns a file that the paths on the command line chose.
    pub fn is_selected(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.labels.iter().any(|label: &Label| self.selects(label.place))
    }
    /// Whether a file is one that the paths on the command line chose.
    pub fn selects_file(&self, file: FileId) -> bool {
        self.selected.get(file.0 as usize).is_none_or(|s| *s)
    }
    /// Whether a place is in a file that the paths on the command line chose.
    pub fn selects(&self, place: Place) -> bool {
        self.selects_file(place.file)
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

impl Listing {
    /// The order of names, which does not depend on how the files were found.
    fn sort(&mut self) {
        let root = &self.root;
        self.walk.files.sort_by_cached_key(|found| name_of(root, found));
    }
}

/// The files that a project lists, by the paths on the command line; what `tabi fmt` works on.
///
/// # Errors
/// In words: a path that does not exist or cannot be read, or no file at all.
pub fn listed_files(paths: &[PathBuf]) -> Result<(Vec<Found>, Vec<String>), String> {
    if !paths.is_empty() {
        let mut walk = Walk::default();
        walk.into_projects = true;
        paths.iter().try_for_each(|path| walk.add(path))?;
        return if walk.files.is_empty() { Err(nothing(paths, &walk)) } else { Ok((walk.files, walk.notes)) };
    }
    let listing = list(paths, &Where::here()?)?;
    if listing.walk.files.is_empty() {
        return Err(nothing(paths, &listing.walk));
    }
    Ok((listing.walk.files, listing.walk.notes))
}

/// What decides what a project is: the files that it lists, by their canonical paths, and its `tabi.toml`, or all places where one
/// could be.
///
/// # Errors
/// In words: a path that does not exist or cannot be read, or no file at all.
pub fn watched_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let place = Where::here()?;
    let first = match paths.first() {
        Some(path) => path.canonicalize().map_err(|e| unreadable(path, &e))?,
        None => place.here.clone(),
    };
    let mut files: Vec<PathBuf> = first.ancestors().map(|dir| dir.join(config::FILE_NAME)).collect();
    files.truncate(files.iter().position(|file| file.is_file()).map_or(files.len(), |found| found + 1));
    let walk = list(paths, &place)?.walk;
    if walk.files.is_empty() {
        return Err(nothing(paths, &walk));
    }
    files.extend(walk.files.into_iter().map(|found| found.canonical));
    Ok(files)
}

/// Reads the project of the paths on the command line; without a path that of the current directory.
///
/// # Errors
/// In words: a path that does not exist or cannot be read, or no file at all.
pub fn load(paths: &[PathBuf]) -> Result<Project, String> {
    let place = Where::here()?;
    let listing = list(paths, &place)?;
    // one whose `tabi.toml` is wrong may list none for that
    if listing.walk.files.is_empty() && listing.diagnostics.is_empty() {
        return Err(nothing(paths, &listing.walk));
    }
    let project = read_all(listing, &mut Disk::default())?;
    let outside = project.without_files.first().filter(|_| !project.units.is_empty());
    let other = outside.and_then(|path| place.find_config(path)).filter(|file| file.parent() != Some(&project.root));
    match (outside, other) {
        (None, _) => Ok(project),
        (Some(path), Some(file)) => Err(format!(
            "{} belongs to another project than the paths before it, to that of {}\n  help: run the command for each of them",
            path.display(),
            file.display()
        )),
        (Some(path), None) => Err(format!(
            "{} has no file of the project in {}\n  help: `sources` in its tabi.toml lists the files",
            path.display(),
            project.root.display()
        )),
    }
}

/// Reads the project of the paths as seen from a directory, as if nothing were above `top`. `None`: there is no file; where there is
/// one, paths may be without all the same.
///
/// # Errors
/// In words: a path that does not exist or cannot be read.
pub fn load_at(top: &Path, here: &Path, paths: &[PathBuf]) -> Result<Option<Project>, String> {
    let canonical = |path: &Path| path.canonicalize().map_err(|e| unreadable(path, &e));
    let place = Where { top: canonical(top)?, here: canonical(here)? };
    let listing = list(paths, &place)?;
    // one whose `tabi.toml` is wrong may list none for that
    let nothing = listing.walk.files.is_empty() && listing.diagnostics.is_empty();
    if nothing {
        return Ok(None);
    }
    let project = read_all(listing, &mut Disk::default())?;
    let none = !paths.is_empty() && project.without_files.len() == paths.len() && project.diagnostics.is_empty();
    Ok((!none).then_some(project))
}

/// The paths that a file leads to, as they are written: `sources` of a `tabi.toml`, each `use "…"` of a Tabi file.
pub fn leads_to(is_config: bool, bytes: Vec<u8>) -> Vec<String> {
    let Ok(text) = read::decode(bytes) else { return Vec::new() };
    let (file, encoding) = text.into_file(String::new());
    if is_config {
        return config::read(FileId(0), &file).0.sources.into_iter().map(|(path, _)| path).collect();
    }
    let (parsed, _) = read::parse(FileId(0), &file, encoding);
    used_files(&parsed).map(|span| leaf::string(span.of(&file.text))).collect()
}

/// Reads what is listed and what it uses.
fn read_all(listing: Listing, disk: &mut Disk) -> Result<Project, String> {
    let mut loader = Loader {
        disk,
        notes: listing.walk.notes,
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
    let (selected, without_files) = match &listing.chosen {
        None => (Vec::new(), Vec::new()),
        Some(chosen) => loader.select(chosen, first_unit),
    };
    let Loader { root, sources, units, diagnostics, notes, paths, .. } = loader;
    Ok(Project { root, config: listing.config, sources, units, diagnostics, notes, paths, without_files, selected })
}

/// The paths on the command line by the project that each belongs to, in their order; one empty list without a path, or the projects
/// below a directory that is in none. A hook is given the changed files of all projects of a repository at once.
///
/// # Errors
/// In words: a path that does not exist or cannot be read.
pub fn by_project(paths: &[PathBuf]) -> Result<Vec<Vec<PathBuf>>, String> {
    let place = Where::here()?;
    if paths.is_empty() && place.find_config(&place.here).is_none() {
        let mut walk = from_paths(&[], &[], &place.here)?.walk;
        walk.apart.sort();
        if walk.files.is_empty() && !walk.apart.is_empty() {
            let below = walk.apart.iter().map(|dir| dir.strip_prefix(&place.here).unwrap_or(dir).to_path_buf());
            return Ok(below.map(|dir| vec![dir]).collect());
        }
    }
    let mut projects: Vec<(Option<PathBuf>, Vec<PathBuf>)> = Vec::new();
    for path in paths {
        let config = place.find_config(&path.canonicalize().map_err(|e| unreadable(path, &e))?);
        match projects.iter_mut().find(|(known, _)| *known == config) {
            Some((_, of_it)) => of_it.push(path.clone()),
            None => projects.push((config, vec![path.clone()])),
        }
    }
    if projects.is_empty() { Ok(vec![Vec::new()]) } else { Ok(projects.into_iter().map(|(_, of_it)| of_it).collect()) }
}

/// From where paths are looked at. Both are canonical.
struct Where {
    /// Nothing above it is looked at.
    top: PathBuf,
    /// The current directory.
    here: PathBuf,
}

impl Where {
    fn here() -> Result<Where, String> {
        let here =
            std::env::current_dir().and_then(|d| d.canonicalize()).map_err(|e| unreadable(Path::new("."), &e))?;
        let top = here.ancestors().last().unwrap_or(&here).to_path_buf();
        Ok(Where { top, here })
    }

    /// The `tabi.toml` at or above a path.
    fn find_config(&self, canonical: &Path) -> Option<PathBuf> {
        let inside = canonical.ancestors().take_while(|dir| dir.starts_with(&self.top));
        inside.map(|dir| dir.join(config::FILE_NAME)).find(|file| file.is_file())
    }
}

fn list(paths: &[PathBuf], place: &Where) -> Result<Listing, String> {
    let here = &place.here;
    let canonical: Vec<PathBuf> =
        paths.iter().map(|p| here.join(p).canonicalize().map_err(|e| unreadable(p, &e))).collect::<Result<_, _>>()?;
    let mut listing = match place.find_config(canonical.first().unwrap_or(here)) {
        Some(file) => from_config(&file, &Disk::default())?,
        None => from_paths(paths, &canonical, here)?,
    };
    listing.sort();
    if !listing.walk.apart.is_empty() && !listing.walk.files.is_empty() {
        let apart = shown(&listing.walk.apart, ", ");
        listing.walk.notes.push(format!("left out, for they have a tabi.toml of their own: {apart}"));
    }
    listing.chosen = (!paths.is_empty()).then_some(canonical);
    Ok(listing)
}

fn nothing(paths: &[PathBuf], walk: &Walk) -> String {
    let places: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let places = if places.is_empty() { "this directory".to_string() } else { places.join(", ") };
    if walk.apart.is_empty() {
        return format!("no .tabi file in {places}\n  help: `tabi init` writes a first one");
    }
    format!("no .tabi file in {places}, but projects below it\n  help: `tabi check {}`", shown(&walk.apart, " "))
}

/// Some of these directories, as people would give them.
fn shown(directories: &[PathBuf], between: &str) -> String {
    const SHOWN: usize = 4;
    let here = std::env::current_dir().unwrap_or_default();
    let names = directories.iter().map(|dir| dir.strip_prefix(&here).unwrap_or(dir).display().to_string());
    let mut names: Vec<String> = names.collect();
    names.sort();
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push("…".into());
    }
    names.join(between)
}

fn from_config(file: &Path, disk: &Disk) -> Result<Listing, String> {
    let root = file.parent().unwrap_or(Path::new("/")).to_path_buf();
    let found = Found { path: file.to_path_buf(), canonical: file.to_path_buf() };
    let text = disk.read(&found).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut listing = Listing { root, ..Listing::default() };
    listing.walk.patient = disk.patient;
    let (source, encoding) = text.into_file(config::FILE_NAME.to_string());
    let id = listing.sources.add(source);
    if let Some(bad) = encoding.diagnostic(id) {
        listing.diagnostics.push(bad);
    } else {
        (listing.config, listing.diagnostics) = config::read(id, listing.sources.file(id));
    }
    let mut directories = Vec::new();
    for (path, place) in &listing.config.sources {
        let full = listing.root.join(path);
        let canonical = match full.canonicalize() {
            Err(_) if disk.has(&normalize(&full)) => Ok(normalize(&full)),
            other => other,
        };
        let problem = match canonical {
            Err(e) => Some(reason(&e)),
            Ok(canonical) if !canonical.starts_with(&listing.root) => Some("the path leaves the project".to_string()),
            Ok(canonical) if is_special(&canonical) => Some(SPECIAL.to_string()),
            Ok(canonical) => {
                directories.push(canonical);
                None
            }
        };
        if let Some(why) = problem {
            let message = format!("`{path}` is no source: {why}");
            listing.diagnostics.push(Diagnostic::new(&c::MISSING_FILE, message, *place, "listed here"));
        } else if !disk.has(&normalize(&full)) {
            listing.walk.add(&full)?;
        }
    }
    if listing.config.sources.is_empty() {
        directories.push(listing.root.clone());
        listing.walk.add(&listing.root)?;
    }
    for directory in directories {
        let own = |path: &&Path| directory != listing.root || disk.find_config(path).as_deref() == Some(file);
        disk.buffers().filter(own).for_each(|path| listing.walk.add_open(&directory, path, true));
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

/// Why a path that a file names is not read.
const SPECIAL: &str = "it is a pipe or a device, no file";

/// Whether reading would wait for somebody who writes. Who starts the program may want that; what a file names must not stop an editor.
fn is_special(canonical: &Path) -> bool {
    canonical.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// How people call a file: its path from the root of the project, with `/`.
fn name_of(root: &Path, found: &Found) -> String {
    let lexical = normalize(&found.path);
    let inside = lexical.strip_prefix(root).or_else(|_| found.canonical.strip_prefix(root)).unwrap_or(&lexical);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replace("//", "/")
}

/// The path without `.` and `..`, as it is written: symbolic links are not looked at.
pub fn normalize(path: &Path) -> PathBuf {
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

struct Loader<'d> {
    disk: &'d mut Disk,
    notes: Vec<String>,
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

impl Loader<'_> {
    /// Reads and parses files and returns those that they use and that are not known yet.
    fn round(&mut self, files: Vec<Found>, listed: bool) -> Result<Vec<Found>, String> {
        let disk = &*self.disk;
        let texts = read::on_all_cores(&files, |found| disk.read(found));
        let mut new = Vec::new();
        for (found, text) in files.into_iter().zip(texts) {
            match text {
                Ok(text) => {
                    let (file, encoding) = text.into_file(name_of(&self.root, &found));
                    let known = self.disk.known(&found.canonical, &file, encoding);
                    let id = self.sources.add(known.as_ref().map_or_else(|| Arc::new(file), |k| k.source.clone()));
                    self.known.insert(found.canonical.clone(), Target::File(id));
                    new.push((id, encoding, known, found.canonical.clone()));
                    self.paths.insert(id, found);
                }
                Err(why) if listed && !self.disk.patient => return Err(format!("{}: {why}", found.path.display())),
                Err(why) => {
                    if listed {
                        self.notes.push(format!("{}: {why}", found.path.display()));
                    }
                    self.known.insert(found.canonical, Target::Missing(why));
                }
            }
        }
        let sources = &self.sources;
        let parsed = read::on_all_cores(&new, |(id, encoding, known, _)| {
            if let Some(known) = known {
                return (known.parsed.clone(), known.diagnostics_as(*id));
            }
            let (parsed, diagnostics) = read::parse(*id, sources.file(*id), *encoding);
            (Arc::new(parsed), diagnostics)
        });
        let mut next = Vec::new();
        for ((id, _, known, canonical), (parsed, diagnostics)) in new.into_iter().zip(parsed) {
            if known.is_none() {
                let source = self.sources.shared(id);
                let known = Known { source, parsed: parsed.clone(), diagnostics: diagnostics.clone(), id };
                self.disk.remember(canonical, known);
            }
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
            Err(_) if self.disk.has(&normalize(&path)) => normalize(&path),
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
        if is_special(&canonical) {
            return Err(SPECIAL.into());
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

    /// Which files are reported: those below the given paths, what they use, and `tabi.toml`. And the paths that have none.
    fn select(&self, chosen: &[PathBuf], first_unit: usize) -> (Vec<bool>, Vec<PathBuf>) {
        let mut without = Vec::new();
        let mut selected = vec![false; self.sources.iter().count()];
        selected[..first_unit].fill(true);
        let unit_of: HashMap<FileId, &Unit> = self.units.iter().map(|u| (u.file, u)).collect();
        let mut todo = Vec::new();
        for path in chosen {
            let before = todo.len();
            let below = |found: &Found| found.canonical.starts_with(path);
            todo.extend(self.units.iter().map(|u| u.file).filter(|id| self.paths.get(id).is_some_and(below)));
            if todo.len() == before && path.file_name().is_none_or(|n| n != config::FILE_NAME) {
                without.push(path.clone());
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
        (selected, without)
    }
}
