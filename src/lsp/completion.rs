//! `textDocument/completion`

use super::server::Server;
use super::view::{View, documentation};
use crate::ide::completion::{Completion, CompletionKind as Kind, completion};
use crate::source::Span;
use gen_lsp_types as lsp;
use lsp::CompletionItemKind as ItemKind;

/// What may stand at a position.
pub fn complete(server: &mut Server, params: &lsp::CompletionParams) -> Option<lsp::CompletionResponse> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let byte = view.byte(at.position);
    let found = completion(&view.project(), view.file, byte);
    let items = found.into_iter().enumerate().map(|(i, c)| item(&view, byte, i, c)).collect();
    Some(lsp::CompletionList { is_incomplete: false, items, ..lsp::CompletionList::default() }.into())
}

fn item(view: &View<'_>, byte: u32, index: usize, completion: Completion) -> lsp::CompletionItem {
    let snippet = completion.snippet && view.client.snippets;
    let new_text = if completion.snippet && !snippet { completion.plain } else { completion.text };
    // clients demand that what is replaced is on one line and has the cursor in it
    let source = view.source(view.file);
    let line = source.line_span(source.line_of(byte));
    let span =
        Span { start: completion.span.start.clamp(line.start, byte), end: completion.span.end.clamp(byte, line.end) };
    lsp::CompletionItem {
        kind: Some(kind(completion.kind)),
        detail: completion.detail,
        documentation: completion.documentation.map(|text| documentation(view.client.completion_markdown, text)),
        // clients sort by the label otherwise
        sort_text: Some(format!("{index:05}")),
        insert_text_format: snippet.then_some(lsp::InsertTextFormat::Snippet),
        text_edit: Some(lsp::TextEdit { range: view.range(span), new_text }.into()),
        label: completion.label,
        ..lsp::CompletionItem::default()
    }
}

fn kind(kind: Kind) -> ItemKind {
    match kind {
        Kind::Keyword => ItemKind::Keyword,
        Kind::Setting | Kind::Label => ItemKind::Property,
        Kind::Journey => ItemKind::Class,
        Kind::Step => ItemKind::Method,
        Kind::Sli | Kind::Parameter | Kind::Metric => ItemKind::Variable,
        Kind::Site => ItemKind::Constant,
        Kind::Template => ItemKind::Function,
        Kind::Module => ItemKind::Module,
        Kind::File => ItemKind::File,
        Kind::Value => ItemKind::Value,
        Kind::Snippet => ItemKind::Snippet,
    }
}
