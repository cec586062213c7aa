//! The projects that are open: which file belongs to which, and what each was compiled to. Edits are collected and take effect when
//! somebody asks, so that a burst of them costs one run.

use super::documents::Documents;
use super::modules::Modules;
use crate::Kept;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::ide;
use crate::load::disk::Disk;
use crate::load::open::Home;
use crate::load::{self, config};
use crate::model::Model;
use crate::project::Unit;
use crate::source::{FileId, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// A project that is open.
#[derive(Debug)]
pub struct Open {
    /// Where it is.
    pub home: Home,
    /// As it was read, with the edits since.
    project: load::Project,
    /// Its units as they were compiled.
    units: Vec<Unit>,
    /// All files, with the modules that ship behind those of the project.
    sources: Sources,
    model: Model,
    diagnostics: Vec<Diagnostic>,
    /// The files of which something is said.
    spoken_of: BTreeSet<FileId>,
    /// What the compiler keeps for its next run.
    kept: Kept,
    state: State,
    /// Whether the compiler failed on its text, so that answers are those of a text before. No edit can be made from that.
    pub behind: bool,
    /// Which run of the compiler it is of: what was made of one and the same number is the same.
    pub generation: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum State {
    Fresh,
    /// A file has another text.
    Edited,
    /// Files may have come and gone.
    Changed,
}

impl Open {
    fn new(home: &Home) -> Self {
        Open {
            home: home.clone(),
            project: load::Project::default(),
            units: Vec::new(),
            sources: Sources::default(),
            model: Model::default(),
            diagnostics: Vec::new(),
            spoken_of: BTreeSet::new(),
            kept: Kept::default(),
            state: State::Changed,
            behind: false,
            generation: 0,
        }
    }

    /// What the questions of an editor are asked of.
    pub fn view(&self) -> ide::Project<'_> {
        ide::Project {
            sources: &self.sources,
            units: &self.units,
            model: &self.model,
            options: &self.project.config.options,
            diagnostics: &self.diagnostics,
        }
    }

    /// The file of a key.
    pub fn file(&self, key: &Path) -> Option<FileId> {
        match &self.home {
            Home::Config(file) if file == key => self.sources.iter().next().map(|(id, _)| id),
            _ => self.project.file_at(key),
        }
    }

    /// The path and the key of a file; `None` for modules that ship.
    pub fn path(&self, file: FileId) -> Option<(&Path, &Path)> {
        match &self.home {
            Home::Config(config) if file.0 == 0 => Some((config, config)),
            _ => self.project.paths.get(&file).map(|found| (found.path.as_path(), found.canonical.as_path())),
        }
    }

    /// Whether something is said of a file.
    pub fn speaks_of(&self, file: FileId) -> bool {
        self.spoken_of.contains(&file)
    }

    /// Whether a file is, or would be, somewhere in this project.
    fn could_have(&self, key: &Path) -> bool {
        match &self.home {
            Home::Config(_) => key.starts_with(&self.project.root),
            Home::Directory { root, .. } | Home::File { root, .. } => key.starts_with(root),
        }
    }

    /// Makes an edit; where the project cannot follow it, or fails to, it has to be read again.
    fn follow(&mut self, edit: impl FnOnce(&mut load::Project) -> bool) {
        self.state = State::Changed;
        if edit(&mut self.project) {
            self.state = State::Edited;
        }
    }

    fn compile(&mut self) {
        let mut sources = self.project.sources.clone();
        let mut all = self.project.diagnostics.clone();
        let broken = all.iter().any(|d| d.severity == Severity::Error);
        let (units, options) = (&self.project.units, &self.project.config.options);
        let (model, found) = crate::compile_again(&mut sources, units, options, broken, &mut self.kept);
        all.extend(found);
        diagnostic::sort(&mut all);
        self.spoken_of = all.iter().map(|d| d.place().file).collect();
        (self.sources, self.model, self.diagnostics) = (sources, model, all);
        self.units.clone_from(&self.project.units);
    }
}

/// All projects.
#[derive(Debug)]
pub struct Projects {
    disk: Disk,
    open: BTreeMap<Home, Open>,
    /// Where a file belongs.
    homes: BTreeMap<PathBuf, Home>,
    /// Files whose text changed since the last run.
    edited: BTreeSet<PathBuf>,
    /// How often something was compiled. A project that is forgotten and opened again has none of its old numbers.
    runs: u64,
    /// The folders of the workspace.
    pub folders: Vec<PathBuf>,
    /// What the folders have; these stay open without a document.
    kept: BTreeSet<Home>,
    /// What people should know, for the log; each once.
    pub notes: Vec<String>,
    noted: BTreeSet<String>,
}

impl Default for Projects {
    fn default() -> Self {
        Projects {
            disk: Disk::patient(),
            open: BTreeMap::new(),
            homes: BTreeMap::new(),
            edited: BTreeSet::new(),
            runs: 0,
            folders: Vec::new(),
            kept: BTreeSet::new(),
            notes: Vec::new(),
            noted: BTreeSet::new(),
        }
    }
}

impl Projects {
    /// A document was opened or edited, and its text stands before that of the file. It is asked for when somebody wants to know.
    pub fn edited(&mut self, key: PathBuf) {
        self.edited.insert(key);
    }

    /// A document is closed, so its file holds.
    pub fn take_away(&mut self, key: &Path) {
        self.disk.take_away(key);
        self.reread(key);
    }

    /// A file was made, changed or taken away: whoever could have it is read again.
    pub fn reread(&mut self, key: &Path) {
        if key.file_name().is_some_and(|name| name == config::FILE_NAME) {
            // it may begin or end a project, and so move files from one to another
            self.homes.clear();
            let home = Home::Config(key.to_path_buf());
            let known = self.open.get_mut(&home).filter(|_| self.disk.find_config(key).as_deref() == Some(key));
            if let Some(open) = known {
                open.state = State::Changed;
            } else {
                self.find_homes();
                self.open.values_mut().for_each(|open| open.state = State::Changed);
            }
            return;
        }
        self.homes.remove(key);
        // a link may lead out of the root
        for open in self.open.values_mut().filter(|open| open.could_have(key) || open.file(key).is_some()) {
            open.state = State::Changed;
        }
    }

    /// Whether a file is one of a project that is open.
    pub fn has(&self, key: &Path) -> bool {
        self.open.values().any(|open| open.file(key).is_some())
    }

    /// Directories came or went with all that is in them, or links to them, or files of names that are not ours. False where no project is
    /// concerned.
    pub fn reread_directories(&mut self, paths: &[PathBuf]) -> bool {
        let files = self.open.values().flat_map(|open| open.project.paths.values());
        let configs = self.open.keys().chain(&self.kept).filter_map(|home| match home {
            Home::Config(file) => Some(file),
            _ => None,
        });
        let known = files.flat_map(|found| [&found.path, &found.canonical]).chain(configs).chain(self.homes.keys());
        let known: BTreeSet<&Path> = known.flat_map(|file| file.ancestors()).collect();
        let is_known = |path: &Path| known.contains(path) || known.contains(Disk::key(path).as_path());
        let concerned = paths.iter().any(|path| is_known(path) || self.could_open(path));
        if concerned {
            self.homes.clear();
            self.find_homes();
            self.open.values_mut().for_each(|open| open.state = State::Changed);
        }
        concerned
    }

    /// Whether a directory is one of the workspace and has projects.
    fn could_open(&self, path: &Path) -> bool {
        let key = Disk::key(path);
        let is_seen = |inside: &Path| !inside.iter().any(|part| load::walk::is_passed_over(&part.to_string_lossy()));
        self.folders.iter().filter_map(|folder| key.strip_prefix(folder).ok()).any(is_seen)
            && load::walk::projects(path) != (Vec::new(), Vec::new())
    }

    /// Opens what the folders of the workspace have.
    pub fn find_homes(&mut self) {
        self.kept.clear();
        for folder in self.folders.clone() {
            let (configs, directories) = load::walk::projects(&folder);
            let above = self.disk.find_config(&folder);
            let mut configs: Vec<PathBuf> = configs.into_iter().chain(above).collect();
            configs.sort_unstable();
            configs.dedup();
            self.kept.extend(configs.into_iter().map(Home::Config));
            for directory in directories {
                if self.disk.find_config(&directory).is_none() {
                    let root = self.root(&directory);
                    self.kept.insert(Home::Directory { directory, root });
                }
            }
        }
    }

    /// Forgets projects that are in no folder and have no open document.
    pub fn forget(&mut self, documents: &[PathBuf], modules: &Modules) {
        let homes: BTreeSet<Home> = documents.iter().map(|key| self.home(key, modules)).collect();
        let kept = &self.kept;
        self.open.retain(|home, _| kept.contains(home) || homes.contains(home));
    }

    /// The folder of the workspace in which a directory is, or itself.
    fn root(&self, directory: &Path) -> PathBuf {
        let folders = self.folders.iter().filter(|folder| directory.starts_with(folder));
        folders.max_by_key(|folder| folder.as_os_str().len()).map_or_else(|| directory.to_path_buf(), Clone::clone)
    }

    /// The project to which a file belongs: that of the nearest `tabi.toml`, if it lists or uses it.
    pub fn home(&mut self, key: &Path, modules: &Modules) -> Home {
        if let Some(home) = self.homes.get(key) {
            return home.clone();
        }
        let directory = key.parent().unwrap_or(key).to_path_buf();
        let home = if modules.at(key).is_some() {
            Home::File { file: key.to_path_buf(), root: directory }
        } else if let Some(file) = self.disk.find_config(key) {
            let home = Home::Config(file);
            if home == Home::Config(key.to_path_buf()) || self.fresh(&home).file(key).is_some() {
                home
            } else {
                Home::File { file: key.to_path_buf(), root: self.root(&directory) }
            }
        } else {
            let root = self.root(&directory);
            Home::Directory { directory, root }
        };
        self.homes.insert(key.to_path_buf(), home.clone());
        home
    }

    /// The project to which a file belongs now: that of before may have left it when it was read again.
    fn home_now(&mut self, key: &Path, modules: &Modules) -> Home {
        let home = self.home(key, modules);
        if self.fresh(&home).file(key).is_some() { home } else { self.home(key, modules) }
    }

    /// The project of a file as it is now, and the file in it.
    pub fn of(&mut self, key: &Path, modules: &Modules) -> Option<(&Open, FileId)> {
        let home = self.home_now(key, modules);
        let open = self.fresh(&home);
        let file = open.file(key)?;
        Some((open, file))
    }

    /// All projects that are kept or have an open document, as they are now.
    pub fn all(&mut self, documents: &[PathBuf], modules: &Modules) -> Vec<&Open> {
        let mut homes = self.kept.clone();
        homes.extend(documents.iter().map(|key| self.home_now(key, modules)));
        for home in &homes {
            self.fresh(home);
        }
        self.open.values().filter(|open| homes.contains(&open.home)).collect()
    }

    /// All files that belong to these projects and are wanted, by the project and the file.
    pub fn files(
        &mut self,
        documents: &[PathBuf],
        modules: &Modules,
        wanted: impl Fn(&Open, FileId) -> bool,
    ) -> Vec<(&Open, FileId)> {
        let mut found: Vec<(Home, PathBuf, FileId)> = Vec::new();
        for open in self.all(documents, modules) {
            let ids = open.project.sources.iter().map(|(id, _)| id).filter(|id| wanted(open, *id));
            let paths = ids.filter_map(|id| Some((id, open.path(id)?.1.to_path_buf())));
            found.extend(paths.map(|(id, key)| (open.home.clone(), key, id)));
        }
        found.retain(|(home, key, _)| self.home(key, modules) == *home);
        found.iter().filter_map(|(home, _, id)| Some((self.open.get(home)?, *id))).collect()
    }

    /// Tells the projects of the edits that were collected.
    pub fn settle(&mut self, documents: &Documents) {
        // one by one: what fails on one text loses no other
        while let Some(key) = self.edited.pop_first() {
            if let Some(document) = documents.get(&key) {
                self.disk.put(key.clone(), document.text.clone());
            }
            let is_config = key.file_name().is_some_and(|name| name == config::FILE_NAME);
            if is_config || !self.has(&key) {
                self.reread(&key);
                continue;
            }
            let Some(text) = self.disk.buffer(&key).map(ToString::to_string) else { continue };
            for open in self.open.values_mut().filter(|open| open.state < State::Changed) {
                let Some(file) = open.file(&key) else { continue };
                if open.project.sources.file(file).text == text {
                    continue;
                }
                open.follow(|project| project.edit(&key, &text, &mut self.disk));
            }
        }
    }

    /// A project as it is now.
    fn fresh(&mut self, home: &Home) -> &Open {
        let (disk, notes) = (&mut self.disk, &mut self.notes);
        let open = self.open.entry(home.clone()).or_insert_with(|| Open::new(home));
        if open.state == State::Changed {
            open.project = load::Project::open(home, disk);
            open.kept = Kept::default();
            let noted = &mut self.noted;
            notes.extend(open.project.notes.iter().filter(|note| noted.insert((*note).clone())).cloned());
            // what no project listed may be used by this one now, and what it used may be no part of it any more
            self.homes.retain(|_, known| !matches!(known, Home::File { .. }) && known != home);
        }
        if open.state > State::Fresh {
            // a mistake of the compiler must not take the editor's answers away: those of the text before stay
            open.behind = catch_unwind(AssertUnwindSafe(|| open.compile())).is_err();
            if open.behind {
                notes.push("the compiler failed on this text; answers are those of the text before".to_string());
            } else {
                self.runs += 1;
                open.generation = self.runs;
            }
            open.state = State::Fresh;
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::super::server::{Server, read};
    use super::super::{actions, formatting, rename, sync};
    use super::*;
    use serde_json::json;

    #[test]
    fn an_edit_that_fails_is_not_lost() {
        let mut open = Open::new(&Home::Config(PathBuf::from("/ws/tabi.toml")));
        open.state = State::Fresh;
        let failed = catch_unwind(AssertUnwindSafe(|| open.follow(|_| panic!("broken on purpose"))));
        assert!(failed.is_err() && open.state == State::Changed);
        open.follow(|_| true);
        assert_eq!(open.state, State::Edited);
    }

    #[test]
    fn no_edit_is_made_from_a_text_of_before() {
        fn asked(server: &mut Server) -> (bool, bool, bool) {
            let at = json!({
                "textDocument": { "uri": "untitled:a" },
                "position": { "line": 0, "character": 7 },
                "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } },
                "options": { "tabSize": 2, "insertSpaces": true },
                "context": { "diagnostics": [] },
                "newName": "b",
            });
            let edits = formatting::document(server, &read(at.clone()).expect("parameters")).is_some();
            let fixes = actions::actions(server, &read(at.clone()).expect("parameters"));
            let name = rename::rename(server, &read(at).expect("parameters"));
            (edits, fixes.is_some_and(|all| !all.is_empty()), name.is_ok_and(|edit| edit.is_some()))
        }
        let mut server = Server::default();
        server.client.action_literals = true;
        let text = "site   a \"A\" { }\nuser journey b \"B\" { }\n";
        let item = json!({ "uri": "untitled:a", "languageId": "tabi", "version": 1, "text": text });
        sync::opened(&mut server, read(json!({ "textDocument": item })).expect("parameters"));
        assert_eq!(asked(&mut server), (true, true, true));
        server.projects.open.values_mut().for_each(|open| open.behind = true);
        assert_eq!(asked(&mut server), (false, false, false));
    }
}
