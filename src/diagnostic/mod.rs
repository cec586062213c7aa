//! What the compiler says: one structure for people, programs and editors. The wording stands in one place per stage;
//! the catalogue behind `tabi explain` in [`catalogue`]; [`render`] draws for people; the other files write one format each, for programs.

pub mod catalogue;
pub mod concise;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
mod positions;
pub mod rdjson;
pub mod render;
pub mod report;
pub mod sarif;

use crate::source::Place;
use catalogue::Entry;

/// How much it weighs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never changes the exit code.
    Hint,
    /// A lint: the rules would work, but not as people expect.
    Warning,
    /// Nothing is built.
    Error,
}

impl Severity {
    /// The word of output and `tabi.toml`.
    pub fn text(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place that takes part, with what to say there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// A few words; may be empty.
    pub text: String,
}

/// A replacement of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced; empty where something is inserted.
    pub place: Place,
    /// What stands there then.
    pub text: String,
}

/// A change that repairs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
}

/// One thing to say.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its entry in the catalogue, which has the name.
    pub entry: &'static Entry,
    /// From the catalogue, unless `tabi.toml` says otherwise.
    pub severity: Severity,
    /// What is wrong and what would be right.
    pub message: String,
    /// The places that take part; the first is where it is shown.
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
    /// The way out as data.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic at its first place.
    pub fn new(entry: &'static Entry, message: impl Into<String>, place: Place, label: impl Into<String>) -> Self {
        Diagnostic {
            entry,
            severity: entry.severity,
            message: message.into(),
            labels: vec![Label { place, text: label.into() }],
            help: None,
            fixes: Vec::new(),
        }
    }
    /// Another place that takes part.
    #[must_use]
    pub fn and(mut self, place: Place, label: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: label.into() });
        self
    }
    /// The way out, in words.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    /// The way out, as an edit.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, place: Place, text: impl Into<String>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { place, text: text.into() }] });
        self
    }
    /// The name, as in `tabi explain NAME`.
    pub fn name(&self) -> &'static str {
        self.entry.name
    }
    /// Where it is shown.
    pub fn place(&self) -> Place {
        self.labels[0].place
    }
}

/// In the order of the text; at one place the heavier first.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        (a.place(), std::cmp::Reverse(a.severity), a.name()).cmp(&(b.place(), std::cmp::Reverse(b.severity), b.name()))
    });
}

/// The word of `candidates` that was probably meant: at most a third of its letters differ.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (distance(word, c), c))
        .filter(|(d, c)| *d <= limit && *d < c.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Edits between two words: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 8 || a.len() > 64 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near_or_absent() {
        let words = ["target", "traffic", "window", "at"];
        assert_eq!(did_you_mean("tarket", words), Some("target"));
        assert_eq!(did_you_mean("traget", words), Some("target"));
        assert_eq!(did_you_mean("widnow", words), Some("window"));
        assert_eq!(did_you_mean("zzz", words), None);
        assert_eq!(did_you_mean("", words), None);
    }
}
