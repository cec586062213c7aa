//! What an interrupted build has left: files that were written beside their places and never put there.
//!
//! Whoever builds holds a shared lock on the output directory, which ends with the process however it ends. So who gets it alone knows
//! that no file in there belongs to a build that runs. Where directories cannot be locked, nothing is taken away.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use std::fs::File;
use std::path::{Path, PathBuf};

/// What the name of a file that is not in its place yet begins and ends with.
pub const MARKS: (&str, &str) = (".", ".tabi-tmp");
/// The directories that builds make; in no other one anything is looked for.
const OURS: [&str; 4] = ["rules", "tests", "dashboards", "alertmanager"];

/// The file beside a place, in which its new text is written first.
pub fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.parent().unwrap_or(Path::new(".")).join(format!("{}{name}{}", MARKS.0, MARKS.1))
}

/// Begins a build in a directory that is there: takes away what interrupted ones have left, unless another one runs. The build holds
/// what it gets until it ends.
pub fn begin(dir: &Path) -> Option<File> {
    let lock = File::open(dir).ok()?;
    if lock.try_lock().is_ok() {
        sweep(dir, false);
        for name in OURS {
            sweep(&dir.join(name), true);
        }
        lock.unlock().ok()?;
    }
    // at most for as long as another one looks around
    lock.lock_shared().ok()?;
    Some(lock)
}

/// Removes what was left in a directory of ours, and below it if need be; a directory that is empty then goes too. Links are not
/// followed, and what cannot be removed stays: it is in nobody's way.
fn sweep(dir: &Path, below: bool) {
    let is_directory = dir.symlink_metadata().is_ok_and(|metadata| metadata.is_dir() || !below);
    let Some(entries) = std::fs::read_dir(dir).ok().filter(|_| is_directory) else { return };
    let mut removed = false;
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && below {
            sweep(&entry.path(), true);
            removed |= !entry.path().exists();
        } else if kind.is_file() && is_left(&entry.file_name().to_string_lossy()) {
            removed |= std::fs::remove_file(entry.path()).is_ok();
        }
    }
    if removed && below {
        let _ = std::fs::remove_dir(dir);
    }
}

/// Whether a file has a name that [`beside`] gives.
fn is_left(name: &str) -> bool {
    name.strip_prefix(MARKS.0).and_then(|rest| rest.strip_suffix(MARKS.1)).is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, read_dir, write};

    fn names(dir: &Path) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut open = vec![dir.to_path_buf()];
        while let Some(at) = open.pop() {
            for entry in read_dir(at).expect("a directory").flatten() {
                if entry.path().is_dir() {
                    open.push(entry.path());
                } else if let Ok(path) = entry.path().strip_prefix(dir) {
                    found.push(path.display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn only_what_a_build_has_left_goes() {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dir.path();
        for path in
            ["rules/sites/tokyo/.shop.yml.tabi-tmp", "tests/.a.test.yml.tabi-tmp", "..tabi-manifest.json.tabi-tmp"]
        {
            create_dir_all(dir.join(path).parent().expect("a parent")).expect("made");
            write(dir.join(path), "half").expect("written");
        }
        // names of others, and directories of others
        let stay = [".tabi-tmp", "notes.tabi-tmp", "own/.x.yml.tabi-tmp", "rules/.x.yml.tmp", "rules/shop.yml"];
        for path in stay {
            create_dir_all(dir.join(path).parent().expect("a parent")).expect("made");
            write(dir.join(path), "whole").expect("written");
        }
        let first = begin(dir).expect("locked");
        let mut left = stay.map(String::from).to_vec();
        left.sort();
        assert_eq!(names(dir), left);
        assert!(!dir.join("rules/sites").exists() && !dir.join("tests").exists());
        // while one runs, what it writes stays; when it has ended, it goes
        write(beside(&dir.join("rules/shop.yml")), "half").expect("written");
        let second = begin(dir).expect("locked");
        assert!(dir.join("rules/.shop.yml.tabi-tmp").exists());
        drop((first, second));
        drop(begin(dir).expect("locked"));
        assert!(!dir.join("rules/.shop.yml.tabi-tmp").exists());
        assert!(begin(&dir.join("nowhere")).is_none());
    }
}
