//! `tabi check --watch`: checks again when a file of the project changes.
//!
//! It looks at times and sizes a few times a second rather than waiting for messages of the kernel: these do not come from network file
//! systems and from outside of containers, run out of watches in large trees, and do not see a file that is not there yet.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are looked at"
)]

use super::Outcome;
use super::check::{self, Checked};
use super::fmt;
use super::terminal::Terminal;
use crate::diagnostic::render::plural;
use crate::load::{self, Project};
use crate::source::Place;
use crate::syntax::leaf;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// How long nothing may change before a change counts as finished; editors write in several steps, `git checkout` many files.
const QUIET: Duration = Duration::from_millis(60);
/// A change that never ends is looked at after this.
const LONGEST: Duration = Duration::from_secs(2);

/// What tells one state of a file from the next; none where it cannot be looked at.
type Stamp = Option<(SystemTime, u64, u64)>;

/// What was seen of the files, by their paths.
#[derive(PartialEq, Eq, Debug)]
struct Seen {
    /// Those that the project lists.
    listed: BTreeMap<PathBuf, Stamp>,
    /// Those that the last check used, or would have used.
    used: BTreeMap<PathBuf, Stamp>,
    /// Why the project could not be listed.
    wrong: Option<String>,
}

/// Checks, and checks again after each change, until Ctrl-C or until nobody reads what is said.
pub(super) fn run(
    paths: &[PathBuf],
    terminal: Terminal,
    say: impl Fn(&Checked) -> Result<(Outcome, bool), String>,
) -> Result<Outcome, String> {
    let (send, interrupted) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = send.send(());
    })
    .map_err(|e| format!("Ctrl-C cannot be waited for: {e}"))?;
    let nothing = Seen { listed: BTreeMap::new(), used: BTreeMap::new(), wrong: None };
    let mut seen = look(paths, &nothing);
    terminal.clear();
    loop {
        match check::compile(paths, terminal) {
            Ok(checked) => {
                let known = |path: &PathBuf| seen.used.get(path).or_else(|| seen.listed.get(path)).copied();
                // what is used is known only now; that it is looked at for the first time is no change
                let used = used_files(&checked.project).into_iter();
                seen.used = used.map(|path| (path.clone(), known(&path).unwrap_or_else(|| stamp(&path)))).collect();
                let (_, heard) = say(&checked)?;
                if !heard {
                    return Ok(Outcome::Fine);
                }
            }
            // A file that vanished, a directory that cannot be read: people are in the middle of something.
            Err(why) => terminal.note_line(&format!("tabi: {why}")),
        }
        let what = match seen.all().len() {
            0 => "for a first file".to_string(),
            files => plural(files, "file"),
        };
        terminal.note_line(&format!("watching {what}; Ctrl-C ends it"));
        let Some(now) = changed(paths, &seen, &interrupted) else { return Ok(Outcome::Fine) };
        terminal.clear();
        terminal.note_line(&difference(&seen, &now));
        seen = now;
    }
}

/// Waits until something is another way than it was, and has settled. None after Ctrl-C.
fn changed(paths: &[PathBuf], seen: &Seen, interrupted: &Receiver<()>) -> Option<Seen> {
    let mut pause = PAUSE;
    loop {
        wait(interrupted, pause)?;
        let begun = Instant::now();
        let mut now = look(paths, seen);
        // in a huge tree looking takes long; it must not take more than a tenth of the time
        pause = PAUSE.max(begun.elapsed() * 10);
        if now == *seen {
            continue;
        }
        let begun = Instant::now();
        loop {
            wait(interrupted, QUIET)?;
            let next = look(paths, seen);
            let settled = next == now || begun.elapsed() > LONGEST;
            now = next;
            if settled {
                break;
            }
        }
        // an editor that writes the old file anew has changed nothing only if its time is the same, too
        if now != *seen {
            return Some(now);
        }
    }
}

fn wait(interrupted: &Receiver<()>, time: Duration) -> Option<()> {
    matches!(interrupted.recv_timeout(time), Err(RecvTimeoutError::Timeout)).then_some(())
}

/// Looks at all files that a check would read, and at those that the last one used.
fn look(paths: &[PathBuf], before: &Seen) -> Seen {
    let (listed, wrong) = match load::watched_files(paths) {
        Ok(files) => (files, None),
        // what it listed before did not change by that
        Err(why) => (before.listed.keys().cloned().collect(), Some(why)),
    };
    let listed = listed.into_iter().map(|path| (path.clone(), stamp(&path))).collect();
    Seen { listed, used: before.used.keys().map(|path| (path.clone(), stamp(path))).collect(), wrong }
}

impl Seen {
    fn all(&self) -> BTreeMap<&PathBuf, &Stamp> {
        self.listed.iter().chain(&self.used).filter(|(_, stamp)| stamp.is_some()).collect()
    }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len(), identity(&metadata)))
}

/// A file that was put in the place of another may have its time and size.
#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> u64 {
    0
}

/// Where each `use "…"` leads, whether there is such a file or not.
fn used_files(project: &Project) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for unit in &project.units {
        let path = project.root.join(&project.sources.file(unit.file).name);
        let base = path.parent().unwrap_or(&project.root);
        for (span, _) in &unit.uses {
            let written = leaf::string(project.sources.text(Place { file: unit.file, span: *span }));
            let target = base.join(written);
            files.insert(target.canonicalize().unwrap_or(target));
        }
    }
    files
}

/// What changed. By whole paths: a directory that is renamed has the same names in it.
fn difference(old: &Seen, new: &Seen) -> String {
    const SHOWN: usize = 3;
    let (old, new) = (old.all(), new.all());
    let all: BTreeSet<&PathBuf> = old.keys().chain(new.keys()).copied().collect();
    let changed = all.into_iter().filter(|path| old.get(path) != new.get(path));
    let names: Vec<String> = changed.map(|path| fmt::shown(path)).collect();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {}", plural(more, "other")) } else { String::new() };
    let names = names[..names.len().min(SHOWN)].join(", ");
    if names.is_empty() { "checking again".into() } else { format!("checking again: {names}{more} changed") }
}
