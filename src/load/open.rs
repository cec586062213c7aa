//! A project that stays open in an editor: it is read once, and then follows each edit.

use super::disk::{Disk, Known};
use super::{Listing, Project, from_config, normalize, read, read_all};
use crate::project::used_files;
use crate::source::{FileId, SourceFile};
use crate::syntax::leaf;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where an open project is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Home {
    /// What a `tabi.toml` lists.
    Config(PathBuf),
    /// The files of one directory, without a `tabi.toml`; what they `use` stays below the root.
    Directory {
        /// The directory.
        directory: PathBuf,
        /// To which names of files are relative.
        root: PathBuf,
    },
    /// A file that no project lists, with what it uses.
    File {
        /// The file.
        file: PathBuf,
        /// To which names of files are relative.
        root: PathBuf,
    },
}

impl Project {
    /// Reads a project for an editor. Never fails: what cannot be read is in the notes.
    pub fn open(home: &Home, disk: &mut Disk) -> Project {
        let listing = match home {
            Home::Config(file) => from_config(file, disk).unwrap_or_else(|why| {
                let mut listing = Listing { root: parent(file), ..Listing::default() };
                listing.walk.notes.push(why);
                listing
            }),
            Home::Directory { directory, root } => {
                let mut listing = Listing { root: root.clone(), ..Listing::default() };
                listing.walk.add_flat(directory);
                disk.buffers().for_each(|file| listing.walk.add_open(directory, file, false));
                listing
            }
            Home::File { file, root } => {
                let mut listing = Listing { root: root.clone(), ..Listing::default() };
                listing.walk.add_open(&parent(file), file, false);
                listing
            }
        };
        let root = listing.root.clone();
        let mut listing = listing;
        listing.sort();
        read_all(listing, disk).unwrap_or_else(|why| Project { root, notes: vec![why], ..Project::default() })
    }

    /// The file of a canonical path.
    pub fn file_at(&self, canonical: &Path) -> Option<FileId> {
        self.paths.iter().find(|(_, found)| found.canonical == canonical).map(|(id, _)| *id)
    }

    /// Gives a file another text. False, and nothing is changed, where the project has to be opened again: the file is none of its Tabi
    /// files, or it `use`s others than before.
    pub fn edit(&mut self, canonical: &Path, text: &str, disk: &mut Disk) -> bool {
        let Some(id) = self.file_at(canonical) else { return false };
        let Some(unit) = self.units.iter_mut().find(|unit| unit.file == id) else { return false };
        let before = self.sources.file(id);
        let (source, encoding) = read::Text::of_buffer(text.to_string()).into_file(before.name.clone());
        let (parsed, diagnostics) = read::parse(id, &source, encoding);
        let mut written: Vec<_> = used_files(&parsed).collect();
        written.sort_unstable();
        let same = written.len() == unit.uses.len()
            && written.iter().zip(&unit.uses).all(|(new, (old, _))| same_path(&source, *new, before, *old));
        if !same {
            return false;
        }
        for (new, (span, _)) in written.into_iter().zip(&mut unit.uses) {
            *span = new;
        }
        let (source, parsed) = (Arc::new(source), Arc::new(parsed));
        unit.parsed = parsed.clone();
        self.sources.replace(id, source.clone());
        self.diagnostics.retain(|d| d.place().file != id);
        self.diagnostics.extend(diagnostics.iter().cloned());
        disk.remember(canonical.to_path_buf(), Known { source, parsed, diagnostics, id });
        true
    }
}

fn same_path(a: &SourceFile, at: crate::source::Span, b: &SourceFile, bt: crate::source::Span) -> bool {
    leaf::string(at.of(&a.text)) == leaf::string(bt.of(&b.text))
}

fn parent(file: &Path) -> PathBuf {
    file.parent().map_or_else(|| normalize(file), Path::to_path_buf)
}
