//! Finds `.tabi` files in directories: sorted, each once, without hidden directories, `target` and `node_modules`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the loader is where the files of a project are read"
)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A file that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The path on which it was found.
    pub path: PathBuf,
    /// The path without symbolic links, which tells whether two are the same file.
    pub canonical: PathBuf,
}

/// What a walk collects.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files in the order in which they were found.
    pub files: Vec<Found>,
    /// What people should know, such as symbolic links that lead in a circle.
    pub notes: Vec<String>,
    seen: HashSet<PathBuf>,
    /// Directories with a `tabi.toml` of their own, which are left out: they are projects of their own.
    pub apart: Vec<PathBuf>,
    /// Whether to look into these, too.
    pub into_projects: bool,
    /// Whether to go on without what cannot be read, which is then in the notes.
    pub patient: bool,
}

impl Walk {
    /// Adds a file, whatever its name is, or the `.tabi` files of a directory.
    ///
    /// # Errors
    /// In words: there is no such path, or it cannot be read.
    pub fn add(&mut self, path: &Path) -> Result<(), String> {
        let canonical = path.canonicalize().map_err(|e| unreadable(path, &e))?;
        if canonical.is_dir() {
            return self.directory(path.to_path_buf(), canonical);
        }
        self.file(path.to_path_buf(), canonical);
        Ok(())
    }

    /// Adds the `.tabi` files of a directory, without those of the directories in it.
    pub fn add_flat(&mut self, path: &Path) {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|e| e == "tabi") && file.is_file());
        files.sort_unstable();
        for file in files {
            if let Err(why) = self.add(&file) {
                self.notes.push(why);
            }
        }
    }

    /// Adds a file that need not be on the disk, if it would be found in a directory.
    pub fn add_open(&mut self, directory: &Path, file: &Path, deep: bool) {
        let Ok(inside) = file.strip_prefix(directory) else { return };
        let mut directories: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        directories.pop();
        let passed_over = directories.iter().any(|name| is_passed_over(name)) || (!deep && !directories.is_empty());
        if !passed_over && file.extension().is_some_and(|e| e == "tabi") {
            self.file(file.to_path_buf(), file.to_path_buf());
        }
    }

    /// What to do with something that cannot be read.
    fn failed(&mut self, why: String) -> Result<(), String> {
        if !self.patient {
            return Err(why);
        }
        self.notes.push(why);
        Ok(())
    }

    fn file(&mut self, path: PathBuf, canonical: PathBuf) {
        if self.seen.insert(canonical.clone()) {
            self.files.push(Found { path, canonical });
        }
    }

    /// No recursion: directories may be nested deeper than a stack is.
    fn directory(&mut self, path: PathBuf, canonical: PathBuf) -> Result<(), String> {
        let mut todo = vec![(path, canonical)];
        let mut first = true;
        while let Some((path, canonical)) = todo.pop() {
            if !self.seen.insert(canonical) {
                continue;
            }
            let outermost = std::mem::take(&mut first);
            let listed = std::fs::read_dir(&path).and_then(|all| all.map(|e| e.map(|e| e.file_name())).collect());
            let mut entries: Vec<std::ffi::OsString> = match listed {
                Ok(entries) => entries,
                // it was there a moment ago
                Err(e) if e.kind() == std::io::ErrorKind::NotFound && !outermost => continue,
                Err(e) => {
                    self.failed(unreadable(&path, &e))?;
                    continue;
                }
            };
            if !outermost && !self.into_projects && entries.iter().any(|name| name == super::config::FILE_NAME) {
                self.apart.push(path);
                continue;
            }
            entries.sort_unstable();
            let mut directories = Vec::new();
            for name in entries {
                let child = if path.as_os_str() == "." { PathBuf::from(&name) } else { path.join(&name) };
                let text = name.to_string_lossy();
                let is_source = Path::new(&name).extension().is_some_and(|e| e == "tabi");
                let metadata = match std::fs::metadata(&child) {
                    Ok(metadata) => metadata,
                    Err(e) => {
                        // A broken or circular link, or a file that has just gone; only a source must not be passed over in silence.
                        let gone = e.kind() == std::io::ErrorKind::NotFound && !child.is_symlink();
                        if is_source && !gone {
                            self.failed(unreadable(&child, &e))?;
                        }
                        continue;
                    }
                };
                let passed_over = metadata.is_dir() && is_passed_over(&text);
                if passed_over || !(metadata.is_dir() || is_source) {
                    continue;
                }
                let canonical = match child.canonicalize() {
                    Ok(canonical) => canonical,
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(e) => {
                        self.failed(unreadable(&child, &e))?;
                        continue;
                    }
                };
                if metadata.is_dir() {
                    if leads_back(&child, &canonical) {
                        self.notes
                            .push(format!("{} leads back to a directory above it; it is left out", child.display()));
                    } else {
                        directories.push((child, canonical));
                    }
                } else if metadata.is_file() {
                    self.file(child, canonical);
                }
            }
            todo.extend(directories.into_iter().rev());
        }
        Ok(())
    }
}

/// The `tabi.toml` files at and below a directory, and the directories with `.tabi` files. Looks at so many directories and no more: a
/// folder of an editor may be a whole disk.
pub fn projects(directory: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    const MOST: usize = 20_000;
    let (mut configs, mut directories) = (Vec::new(), Vec::new());
    let mut todo = std::collections::VecDeque::from([directory.to_path_buf()]);
    let mut seen = 0;
    while let Some(directory) = todo.pop_front().filter(|_| seen < MOST) {
        seen += 1;
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        let mut has_sources = false;
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            // symbolic links are not followed: where they lead is found there
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !is_passed_over(&name.to_string_lossy()) => todo.push_back(entry.path()),
                Ok(kind) if kind.is_file() && name == super::config::FILE_NAME => configs.push(entry.path()),
                Ok(kind) if kind.is_file() => has_sources |= Path::new(&name).extension().is_some_and(|e| e == "tabi"),
                _ => {}
            }
        }
        if has_sources {
            directories.push(directory);
        }
    }
    (configs, directories)
}

/// Whether a directory is not looked into.
pub fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name == "target" || name == "node_modules"
}

/// Whether a directory is one of those in which it stands.
fn leads_back(path: &Path, canonical: &Path) -> bool {
    path.parent()
        .and_then(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p }.canonicalize().ok())
        .is_some_and(|parent| parent.starts_with(canonical))
}

/// Why a path cannot be read, with its name.
pub fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {}", path.display(), reason(error))
}

/// What an error of the operating system means, without its number.
pub fn reason(error: &std::io::Error) -> String {
    /// "Too many levels of symbolic links" on Linux, and on macOS and the BSDs.
    const LOOPS: [i32; 2] = [40, 62];
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or directory".into(),
        std::io::ErrorKind::PermissionDenied => "reading it is not permitted".into(),
        std::io::ErrorKind::NotADirectory => "a part of the path is a file, not a directory".into(),
        std::io::ErrorKind::IsADirectory => "it is a directory".into(),
        _ if error.raw_os_error().is_some_and(|n| LOOPS.contains(&n)) => "its symbolic links lead in a circle".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_walked_in_order_and_each_file_is_found_once() {
        let root = tempfile::tempdir().expect("a directory");
        for name in
            ["b.tabi", "a/z.tabi", "a/b/c.tabi", ".git/no.tabi", "target/no.tabi", "a/node_modules/no.tabi", "a/x.txt"]
        {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        let mut walk = Walk::default();
        walk.add(root.path()).expect("readable");
        walk.add(&root.path().join("a")).expect("readable");
        walk.add(&root.path().join("a/x.txt")).expect("readable");
        let names: Vec<String> = walk
            .files
            .iter()
            .map(|f| f.path.strip_prefix(root.path()).expect("inside").display().to_string())
            .collect();
        assert_eq!(names, ["b.tabi", "a/z.tabi", "a/b/c.tabi", "a/x.txt"]);
        assert!(
            walk.add(&root.path().join("none")).is_err_and(|e| e.ends_with("none: there is no such file or directory"))
        );
    }

    #[test]
    fn a_directory_with_a_project_of_its_own_is_left_out() {
        let root = tempfile::tempdir().expect("a directory");
        for name in ["tabi.toml", "a.tabi", "ci/tabi.toml", "ci/b.tabi", "ci/deep/c.tabi", "d/e.tabi"] {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        let found = |mut walk: Walk, path: &Path| {
            walk.add(path).expect("readable");
            (walk.files.len(), walk.apart.len())
        };
        assert_eq!(found(Walk::default(), root.path()), (2, 1));
        assert_eq!(found(Walk::default(), &root.path().join("ci")), (2, 0));
        assert_eq!(found(Walk { into_projects: true, ..Walk::default() }, root.path()), (4, 0));
    }

    #[test]
    fn what_goes_while_it_is_walked_is_no_error() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let root = tempfile::tempdir().expect("a directory");
        std::fs::write(root.path().join("a.tabi"), "").expect("written");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    for n in 0..20 {
                        let inner = root.path().join(format!("d{n}/e"));
                        std::fs::create_dir_all(&inner).expect("made");
                        std::fs::write(inner.join("b.tabi"), "").expect("written");
                    }
                    for n in 0..20 {
                        std::fs::remove_dir_all(root.path().join(format!("d{n}"))).expect("removed");
                    }
                }
            });
            let all: Vec<Result<(), String>> = (0..300).map(|_| Walk::default().add(root.path())).collect();
            done.store(true, Ordering::Relaxed);
            assert_eq!(all.into_iter().find(Result::is_err), None);
        });
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_in_a_circle_are_said() {
        let root = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(root.path().join("a")).expect("made");
        std::fs::write(root.path().join("a/x.tabi"), "").expect("written");
        std::os::unix::fs::symlink("..", root.path().join("a/loop")).expect("linked");
        std::os::unix::fs::symlink("a", root.path().join("again")).expect("linked");
        let mut walk = Walk::default();
        walk.add(root.path()).expect("readable");
        assert_eq!(walk.files.len(), 1);
        assert_eq!(walk.notes.len(), 1, "{:?}", walk.notes);
        std::os::unix::fs::symlink("self.tabi", root.path().join("self.tabi")).expect("linked");
        assert!(Walk::default().add(root.path()).is_err_and(|e| e.contains("lead in a circle")));
    }
}
