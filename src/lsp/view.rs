//! A file of a project, as the client sees it: its names of files, its way to count columns.

use super::client::Client;
use super::documents::Documents;
use super::modules::Modules;
use super::projects::Open;
use crate::diagnostic::Edit;
use crate::ide;
use crate::source::{FileId, Place, SourceFile, Span};
use gen_lsp_types as lsp;
use lsp::{Location, Position, Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::BTreeMap;

/// A file of a project, and what is needed to speak of it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The project.
    pub open: &'a Open,
    /// The file.
    pub file: FileId,
    /// What the client can do.
    pub client: &'a Client,
    pub(super) documents: &'a Documents,
    pub(super) modules: &'a Modules,
}

impl<'a> View<'a> {
    /// What `ide` is asked of.
    pub fn project(&self) -> ide::Project<'a> {
        self.open.view()
    }

    /// A file of the project.
    pub fn source(&self, file: FileId) -> &'a SourceFile {
        self.project().sources.file(file)
    }

    /// The byte of a position in this file.
    pub fn byte(&self, position: Position) -> u32 {
        self.client.encoding.byte(self.source(self.file), position)
    }

    /// The span of a range in this file.
    pub fn span(&self, range: Range) -> Span {
        self.client.encoding.span(self.source(self.file), range)
    }

    /// The position of a byte in this file.
    pub fn position(&self, byte: u32) -> Position {
        self.client.encoding.position(self.source(self.file), byte)
    }

    /// The range of a span in this file.
    pub fn range(&self, span: Span) -> Range {
        self.range_in(Place { file: self.file, span })
    }

    /// The range of a place.
    pub fn range_in(&self, place: Place) -> Range {
        self.client.encoding.range(self.source(place.file), place.span)
    }

    /// How the client calls a file. Modules that ship are copied to where it can open them.
    pub fn uri(&self, file: FileId) -> Option<Uri> {
        let Some((path, key)) = self.open.path(file) else {
            return Uri::from_file_path(self.modules.copy(&self.source(file).name)?).ok();
        };
        match self.documents.get(key) {
            Some(document) => Some(document.uri.clone()),
            None => Uri::from_file_path(path).ok(),
        }
    }

    /// A place, for the client.
    pub fn location(&self, place: Place) -> Option<Location> {
        Some(Location { uri: self.uri(place.file)?, range: self.range_in(place) })
    }

    /// Edits of files, for the client.
    pub fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let mut files: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
        for edit in edits {
            let new_text = edit.text.clone();
            files.entry(edit.place.file).or_default().push(TextEdit { range: self.range_in(edit.place), new_text });
        }
        let files = files.into_iter().filter_map(|(file, edits)| Some((file, self.uri(file)?, edits)));
        if !self.client.document_changes {
            return WorkspaceEdit {
                changes: Some(files.map(|(_, uri, edits)| (uri, edits)).collect()),
                ..WorkspaceEdit::default()
            };
        }
        let change = |(file, uri, edits): (FileId, Uri, Vec<TextEdit>)| {
            let key = self.open.path(file).map(|(_, key)| key);
            let version = key.and_then(|key| self.documents.get(key)).map(|document| document.version);
            let text_document = lsp::OptionalVersionedTextDocumentIdentifier {
                version,
                text_document_identifier: lsp::TextDocumentIdentifier { uri },
            };
            let edits = edits.into_iter().map(lsp::Edit::TextEdit).collect();
            lsp::DocumentChange::TextDocumentEdit(lsp::TextDocumentEdit { text_document, edits })
        };
        WorkspaceEdit { document_changes: Some(files.map(change).collect()), ..WorkspaceEdit::default() }
    }
}

/// Text for a client that may not show Markdown.
pub fn markup(markdown: bool, value: String) -> lsp::MarkupContent {
    lsp::MarkupContent { kind: if markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText }, value }
}

/// The same beside completions and signatures, where a client that names no form gets a bare string.
pub fn documentation(markdown: bool, value: String) -> lsp::Documentation {
    if markdown { markup(true, value).into() } else { value.into() }
}
