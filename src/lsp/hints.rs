//! `textDocument/inlayHint`

use super::server::Server;
use super::view::markup;
use crate::ide;
use gen_lsp_types as lsp;

/// The hints in a part of a file.
pub fn hints(server: &mut Server, params: &lsp::InlayHintParams) -> Option<Vec<lsp::InlayHint>> {
    let view = server.view(&params.text_document.uri)?;
    let hints = ide::hints::hints(&view.project(), view.file, view.span(params.range)).into_iter();
    let hint = |hint: ide::hints::Hint| lsp::InlayHint {
        position: view.position(hint.at),
        label: hint.text.into(),
        kind: None,
        text_edits: None,
        tooltip: Some(markup(true, hint.tooltip).into()),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Some(hints.map(hint).collect())
}
