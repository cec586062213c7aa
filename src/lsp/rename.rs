//! `textDocument/prepareRename` and `textDocument/rename`

use super::server::{Answer, Failure, Server};
use crate::ide;
use gen_lsp_types as lsp;

/// Whether what stands at a position can have another name.
pub fn prepare(server: &mut Server, params: &lsp::PrepareRenameParams) -> Answer<Option<lsp::PrepareRenameResult>> {
    let at = &params.text_document_position_params;
    let Some(view) = server.view_to_edit(&at.text_document.uri) else { return Ok(None) };
    let span = ide::rename::prepare(&view.project(), view.file, view.byte(at.position)).map_err(Failure::because)?;
    let placeholder = span.of(&view.source(view.file).text).to_string();
    Ok(Some(lsp::PrepareRenamePlaceholder { range: view.range(span), placeholder }.into()))
}

/// Gives it another name.
pub fn rename(server: &mut Server, params: &lsp::RenameParams) -> Answer<Option<lsp::WorkspaceEdit>> {
    let at = &params.text_document_position_params;
    let Some(view) = server.view_to_edit(&at.text_document.uri) else { return Ok(None) };
    let edits = ide::rename::rename(&view.project(), view.file, view.byte(at.position), &params.new_name);
    Ok(Some(view.workspace_edit(&edits.map_err(Failure::because)?)))
}
