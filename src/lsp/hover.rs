//! `textDocument/hover`

use super::server::{Answer, Server};
use super::view::markup;
use crate::ide;
use gen_lsp_types as lsp;

/// What stands at a position.
pub fn hover(server: &mut Server, params: &lsp::HoverParams) -> Answer<Option<lsp::Hover>> {
    let at = &params.text_document_position_params;
    let Some(view) = server.view(&at.text_document.uri) else { return Ok(None) };
    let found = ide::hover::hover(&view.project(), view.file, view.byte(at.position));
    Ok(found.map(|hover| lsp::Hover {
        contents: markup(view.client.hover_markdown, hover.text).into(),
        range: Some(view.range(hover.span)),
    }))
}
