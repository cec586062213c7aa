//! What a format is made of, and what several of them say alike.

use super::Diagnostic;
use super::catalogue::Entry;
use super::positions::Positions;
use super::render::Counts;
use crate::source::{FileId, Place, Sources};
use std::borrow::Cow;
use std::fmt::Write as _;

/// What was found, and how it is called where it goes to.
#[derive(Debug)]
pub struct Report<'a> {
    /// All files.
    pub sources: &'a Sources,
    /// What was found, sorted.
    pub diagnostics: &'a [Diagnostic],
    /// The files that were looked at.
    pub files: &'a [FileId],
    /// The path of each file as the reader of the format wants it, with `/`; none for those that ship with the program.
    pub paths: &'a [Option<String>],
    /// Where the explanations stand on the web, with `$name`.
    pub pages: Option<&'a str>,
    /// Whether warnings fail as errors do.
    pub deny_warnings: bool,
}

impl<'a> Report<'a> {
    /// The path of a file; its own name where it ships with the program.
    pub fn path(&self, file: FileId) -> &'a str {
        self.own_path(file).unwrap_or(&self.sources.file(file).name)
    }

    /// The path of a file, unless it ships with the program.
    pub fn own_path(&self, file: FileId) -> Option<&'a str> {
        self.paths.get(file.0 as usize)?.as_deref()
    }

    /// Whether a diagnostic fails the run.
    pub fn fails(&self, diagnostic: &Diagnostic) -> bool {
        let counts = Counts::of([diagnostic]);
        counts.errors > 0 || (self.deny_warnings && counts.warnings > 0)
    }

    /// The page of a diagnostic on the web.
    pub fn page(&self, entry: &Entry) -> Option<String> {
        self.pages.map(|pages| entry.page(pages))
    }

    /// Everything that is said below the message, in lines: labels with their places, the way out, where there is more.
    pub fn words(&self, positions: &Positions<'_>, diagnostic: &Diagnostic) -> String {
        let mut out = String::new();
        for label in diagnostic.labels.iter().filter(|l| !l.text.is_empty()) {
            let start = positions.range(label.place).start;
            let _ = writeln!(out, "{}:{}:{}: {}", self.path(label.place.file), start.line, start.column, label.text);
        }
        if let Some(way_out) = way_out(diagnostic) {
            let _ = writeln!(out, "help: {way_out}");
        }
        let _ = write!(out, "tabi explain {}", diagnostic.name());
        out
    }

    /// The text of a place, cut where it is long.
    pub(super) fn beginning(&self, place: Place) -> &'a str {
        const LONGEST: u32 = 200;
        let file = self.sources.file(place.file);
        let end = file.floor(place.span.end.min(place.span.start.saturating_add(LONGEST)));
        file.text.get(place.span.start as usize..end as usize).unwrap_or("")
    }
}

/// The way out in words: the help, or what the fixes would do.
pub(super) fn way_out(diagnostic: &Diagnostic) -> Option<Cow<'_, str>> {
    if let Some(help) = &diagnostic.help {
        return Some(Cow::Borrowed(help));
    }
    let titles: Vec<&str> = diagnostic.fixes.iter().map(|fix| fix.title.as_str()).collect();
    (!titles.is_empty()).then(|| Cow::Owned(titles.join(", or ")))
}

/// JSON with a newline at its end.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    // Only a map whose keys are no strings, or a `Serialize` that fails, could fail here; there is neither.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
