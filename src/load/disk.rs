//! The disk as an editor sees it: the texts of open buffers stand before those of files, and what was parsed once is not parsed again
//! while its text is the same. Without buffers it is just the disk.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the loader is where the files of a project are read"
)]

use super::config;
use super::read::{self, Encoding, Text};
use super::walk::Found;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceFile};
use crate::syntax::Parsed;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files, and what is known of them.
#[derive(Debug, Default)]
pub struct Disk {
    /// Texts of an editor, by canonical path.
    buffers: BTreeMap<PathBuf, String>,
    /// What was parsed, by canonical path.
    known: HashMap<PathBuf, Known>,
    /// Whether to go on without what cannot be read: an editor shows what it can, a build must not leave something out.
    pub(super) patient: bool,
}

/// A file that was parsed.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) source: Arc<SourceFile>,
    pub(super) parsed: Arc<Parsed>,
    /// They say `id`, whichever file it is in the project that asks.
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) id: FileId,
}

impl Known {
    /// What was said of it, as a file of another number.
    pub(super) fn diagnostics_as(&self, id: FileId) -> Vec<Diagnostic> {
        let mut all = self.diagnostics.clone();
        if id != self.id {
            for diagnostic in &mut all {
                diagnostic.labels.iter_mut().for_each(|label| label.place.file = id);
                diagnostic.fixes.iter_mut().flat_map(|f| &mut f.edits).for_each(|edit| edit.place.file = id);
            }
        }
        all
    }
}

impl Disk {
    /// For an editor: what cannot be read is left out, and said in the notes of the project.
    pub fn patient() -> Self {
        Disk { patient: true, ..Disk::default() }
    }

    /// The path by which a file is known, whether it exists or not yet.
    pub fn key(path: &Path) -> PathBuf {
        // a file may be gone together with the directories above it
        let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        match there {
            Some((above, canonical)) => super::normalize(&canonical.join(path.strip_prefix(above).unwrap_or(path))),
            None => super::normalize(path),
        }
    }

    /// From now on this is the text of a file, by its key.
    pub fn put(&mut self, key: PathBuf, text: String) {
        self.buffers.insert(key, text);
    }

    /// From now on a file has the text that is on the disk.
    pub fn take_away(&mut self, key: &Path) {
        self.buffers.remove(key);
    }

    /// The text that an editor has for a file.
    pub fn buffer(&self, key: &Path) -> Option<&str> {
        self.buffers.get(key).map(String::as_str)
    }

    /// Whether an editor has a file open.
    pub(super) fn has(&self, key: &Path) -> bool {
        self.buffers.contains_key(key)
    }

    /// The paths of open buffers, in order.
    pub(super) fn buffers(&self) -> impl Iterator<Item = &Path> {
        self.buffers.keys().map(PathBuf::as_path)
    }

    /// The `tabi.toml` at or above a path.
    pub fn find_config(&self, canonical: &Path) -> Option<PathBuf> {
        let files = canonical.ancestors().map(|dir| dir.join(config::FILE_NAME));
        files.into_iter().find(|file| self.has(file) || file.is_file())
    }

    /// Reads a file.
    pub(super) fn read(&self, found: &Found) -> Result<Text, String> {
        match self.buffers.get(&found.canonical) {
            Some(text) => Ok(Text::of_buffer(text.clone())),
            None => read::read(&found.path),
        }
    }

    /// What is known of a file that has this text.
    pub(super) fn known(&self, canonical: &Path, file: &SourceFile, encoding: Encoding) -> Option<Known> {
        let same = |known: &&Known| known.source.text == file.text && known.source.name == file.name;
        self.known.get(canonical).filter(same).filter(|_| encoding.is_fine()).cloned()
    }

    /// Keeps what is known of a file.
    pub(super) fn remember(&mut self, canonical: PathBuf, known: Known) {
        if self.patient {
            self.known.insert(canonical, known);
        }
    }
}
