//! A project as it was read: parsed files, what each `use` leads to, and what `tabi.toml` says to the stages.
//! Whoever reads files (the command line, a language server, a test) makes it; the stages only look at it.

use crate::diagnostic::Severity;
use crate::source::{FileId, Place, Span};
use crate::syntax::Parsed;
use std::collections::BTreeMap;

/// A parsed file of the project.
#[derive(Debug)]
pub struct Unit {
    /// Which file.
    pub file: FileId,
    /// What it says.
    pub parsed: Parsed,
    /// Whether its journeys are part of the project; a file that is only `use`d lends sites, templates and defaults.
    pub listed: bool,
    /// What each `use "…"` leads to, by the span of the string.
    pub uses: Vec<(Span, Target)>,
}

/// What the loader found behind a `use "…"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file that was read.
    File(FileId),
    /// Nothing that can be used, and why: "there is no such file", "the path leaves the project", …
    Missing(String),
}

/// What `tabi.toml` says to the stages; without one, [`Options::default`].
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Severities of lints, by name; `None` is `off`.
    pub lints: BTreeMap<String, Option<Severity>>,
    /// Labels on every page; `severity` replaces `page` in the label of that name.
    pub page_labels: BTreeMap<String, String>,
    /// Labels on every ticket.
    pub ticket_labels: BTreeMap<String, String>,
    /// A link for alerts, with `$journey`, `$step` and `$sli`.
    pub dashboard_url: Option<String>,
    /// Where the labels of `page_labels` and `ticket_labels` stand, for diagnostics, by label.
    pub label_places: BTreeMap<String, Place>,
}
