//! `textDocument/hover`

use super::server::Server;
use super::view::markup;
use crate::ide;
use gen_lsp_types as lsp;

/// What stands at a position.
pub fn hover(server: &mut Server, params: &lsp::HoverParams) -> Option<lsp::Hover> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let found = ide::hover::hover(&view.project(), view.file, view.byte(at.position));
    found.map(|hover| lsp::Hover {
        contents: markup(view.client.hover_markdown, hover.text).into(),
        range: Some(view.range(hover.span)),
    })
}
