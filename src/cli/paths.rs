//! How files are called in formats for programs: from the root of the repository, or from the current directory.

#![allow(clippy::disallowed_methods, reason = "the command line is where the environment is looked at")]

use crate::load::Project;
use std::path::{Component, Path, PathBuf};

/// Where paths begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Base {
    /// The root of the repository, as the sites want it that show findings beside the source.
    Repository,
    /// The current directory, as whoever started the program wants it.
    Here,
}

/// The path of each of the first `count` files of a project; those that come after them were not read from the disk.
pub(super) fn all(project: &Project, count: usize, base: Base) -> Vec<Option<String>> {
    let here = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_else(|_| project.root.clone());
    let base = match base {
        Base::Here => here,
        Base::Repository => repository(&project.root, &here),
    };
    let names = project.sources.iter().map(|(_, file)| file.name.as_str());
    names.enumerate().map(|(i, name)| (i < count).then(|| relative(&base, &project.root.join(name)))).collect()
}

/// The nearest directory with a `.git` above the project, or else above the current one; where there is no checkout, what CI says.
fn repository(root: &Path, here: &Path) -> PathBuf {
    let checkout = |dir: &Path| dir.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_path_buf);
    let of_ci = |name: &str| {
        let dir = PathBuf::from(std::env::var_os(name)?).canonicalize().ok()?;
        root.starts_with(&dir).then_some(dir)
    };
    checkout(root)
        .or_else(|| checkout(here))
        .or_else(|| of_ci("GITHUB_WORKSPACE"))
        .or_else(|| of_ci("CI_PROJECT_DIR"))
        .unwrap_or_else(|| here.to_path_buf())
}

/// A path seen from a directory, with `/`; both are absolute.
fn relative(base: &Path, path: &Path) -> String {
    let common = base.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return path.to_string_lossy().replace('\\', "/"); // another drive
    }
    let up = base.components().skip(common).map(|_| "..".into());
    let down = path.components().skip(common).filter(|part| !matches!(part, Component::CurDir));
    let parts: Vec<_> = up.chain(down.map(|part| part.as_os_str().to_string_lossy())).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_a_directory() {
        let from = |base: &str, path: &str| relative(Path::new(base), Path::new(path));
        assert_eq!(from("/srv/repo", "/srv/repo/slo/a.tabi"), "slo/a.tabi");
        assert_eq!(from("/srv/repo/slo/x", "/srv/repo/slo/a.tabi"), "../a.tabi");
        assert_eq!(from("/srv/other", "/srv/repo/a.tabi"), "../repo/a.tabi");
        assert_eq!(from("/", "/a.tabi"), "a.tabi");
    }
}
