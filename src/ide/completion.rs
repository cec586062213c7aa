//! What may stand at a place: keywords, settings, names, arguments, units and whole declarations.

use super::Project;
use crate::source::{FileId, Span};

/// What kind of thing is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each variant is the thing of that name")]
pub enum CompletionKind {
    Keyword,
    Setting,
    Journey,
    Step,
    Sli,
    Site,
    Template,
    Module,
    File,
    Parameter,
    Value,
    Label,
    Metric,
    Snippet,
}

/// Something that may stand there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What is shown and, unless it is a snippet, written.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label.
    pub detail: Option<String>,
    /// Markdown.
    pub documentation: Option<String>,
    /// What is replaced: from where the word begins to the place that was asked about, or to the end of the word.
    pub span: Span,
    /// What is written.
    pub text: String,
    /// Whether `text` has tab stops (`$1`, `${2:name}`, `$0`) as snippets of editors have; else it is written as it is.
    pub snippet: bool,
    /// For clients without snippets: the text without tab stops.
    pub plain: String,
}

/// What may stand at a byte of a file, the most likely first.
pub fn completion(_project: &Project<'_>, _file: FileId, _offset: u32) -> Vec<Completion> {
    Vec::new()
}
