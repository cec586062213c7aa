//! The texts that every stage is tried on: the examples, the modules of the standard library and the blocks of the catalogue,
//! all read from the repository; and random files, made from the grammar.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "tests read the repository's own files")]

pub mod analysis;
pub mod ebnf;
pub mod editor;
pub mod markdown;
pub mod project;
pub mod random;

use std::path::{Path, PathBuf};
use tabi::diagnostic::Diagnostic;
use tabi::source::{FileId, SourceFile};
use tabi::syntax::{Parsed, parse};

/// A text and where it is from.
pub struct Sample {
    /// A path, or a path and a number.
    pub name: String,
    /// What stands there.
    pub text: String,
}

/// A file of the repository.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Where the repository is.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder whose names end so, in order.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sample(path: &Path) -> Sample {
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    Sample { name, text: std::fs::read_to_string(path).unwrap_or_default() }
}

/// The examples and the standard library.
pub fn whole_files() -> Vec<Sample> {
    ["examples", "src/stdlib"].iter().flat_map(|f| files(f, "tabi")).map(|p| sample(&p)).collect()
}

/// The blocks of code in the catalogue.
pub fn catalogue() -> Vec<Sample> {
    let mut found = Vec::new();
    for page in files("src/explain", "md").iter().map(|p| sample(p)) {
        for block in markdown::blocks(&page.text).into_iter().filter(|b| b.language == "tabi") {
            found.push(Sample { name: format!("{} {} {}", page.name, block.heading, found.len()), text: block.text });
        }
    }
    found
}

/// Everything that is valid: two pages of the catalogue show broken text on purpose, under "Wrong".
pub fn valid() -> Vec<Sample> {
    let shown_as_broken =
        |s: &Sample| ["syntax.md Wrong", "unknown-setting.md Wrong"].iter().any(|page| s.name.contains(page));
    whole_files().into_iter().chain(catalogue().into_iter().filter(|s| !shown_as_broken(s))).collect()
}

/// A parsed text and what is wrong with it.
pub fn parsed(text: &str) -> (Parsed, Vec<Diagnostic>) {
    parse(FileId(0), &SourceFile::new("x.tabi", text))
}
