//! The modules that ship as files that every editor can open: read-only copies in the cache directory, one for each version of the
//! program.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a copy of a module is a file, and where caches are stands in the environment"
)]

use crate::stdlib;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where the copies are.
#[derive(Debug, Default)]
pub struct Modules {
    directory: Option<PathBuf>,
}

impl Modules {
    /// In the cache directory of this user.
    pub fn of_user() -> Self {
        Modules { directory: cache(|name| std::env::var_os(name)).map(|dir| canonical(&dir)) }
    }

    /// In a directory.
    pub fn within(directory: &Path) -> Self {
        Modules { directory: Some(canonical(directory)) }
    }

    /// The module of which a path is the copy.
    pub fn at(&self, path: &Path) -> Option<&'static stdlib::Module> {
        let inside = path.strip_prefix(self.directory.as_ref()?).ok()?;
        let file = inside.strip_prefix("std").ok()?;
        stdlib::find(file.to_str()?.strip_suffix(".tabi")?)
    }

    /// The copy of `std/NAME.tabi`; `None` where there is no such module, or it cannot be written.
    pub fn copy(&self, name: &str) -> Option<PathBuf> {
        let module = stdlib::find(name.strip_prefix("std/")?.strip_suffix(".tabi")?)?;
        self.write(name, module.text)
    }

    /// The copy of the text behind `tabi explain NAME`.
    pub fn explanation(&self, name: &str, text: &str) -> Option<PathBuf> {
        self.write(&format!("explain/{name}.md"), text)
    }

    /// Writes beside, then renames: two servers may do so at once, and nobody reads half a file.
    fn write(&self, name: &str, text: &str) -> Option<PathBuf> {
        let path = self.directory.as_ref()?.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
            return Some(path);
        }
        let directory = path.parent()?;
        std::fs::create_dir_all(directory).ok()?;
        let mut file = tempfile::NamedTempFile::new_in(directory).ok()?;
        file.write_all(text.as_bytes()).ok()?;
        let mut permissions = file.as_file().metadata().ok()?.permissions();
        permissions.set_readonly(true);
        file.as_file().set_permissions(permissions).ok()?;
        file.persist(&path).ok()?;
        Some(path)
    }
}

/// `tabi/VERSION` where caches of this user are.
fn cache(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set =
        |name: &str| variable(name).filter(|v| !v.is_empty()).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| {
        let home = set("HOME")?;
        Some(if cfg!(target_os = "macos") { home.join("Library/Caches") } else { home.join(".cache") })
    })?;
    Some(base.join("tabi").join(env!("CARGO_PKG_VERSION")))
}

/// Without symbolic links, as far as it exists.
fn canonical(directory: &Path) -> PathBuf {
    let known = directory.ancestors().find_map(|dir| Some((dir, dir.canonicalize().ok()?)));
    known.map_or_else(
        || directory.to_path_buf(),
        |(dir, real)| directory.strip_prefix(dir).map_or_else(|_| directory.to_path_buf(), |rest| real.join(rest)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_written_once_and_known_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let modules = Modules::within(&dir.path().join("new/tabi"));
        let path = modules.copy("std/http.tabi").expect("written");
        assert!(std::fs::metadata(&path).expect("there").permissions().readonly());
        assert_eq!(modules.copy("std/http.tabi"), Some(path.clone()));
        assert_eq!(modules.at(&path).map(|m| m.name), Some("http"));
        assert_eq!(modules.copy("std/none.tabi"), None);
        assert_eq!(modules.copy("../http.tabi"), None);
        assert!(modules.at(&dir.path().join("std/http.tabi")).is_none());
    }

    #[test]
    fn caches_are_where_the_user_has_them() {
        let of = |given: &[(&str, &str)]| {
            cache(|name| given.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v)))
        };
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(of(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]), Some(format!("/c/tabi/{version}").into()));
        assert_eq!(of(&[("XDG_CACHE_HOME", "")]), None);
        assert_eq!(of(&[]), None);
    }
}
