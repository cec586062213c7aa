//! `textDocument/signatureHelp`

use super::server::Server;
use super::view::documentation;
use crate::ide;
use gen_lsp_types as lsp;

/// The call in which a position is.
pub fn signature(server: &mut Server, params: &lsp::SignatureHelpParams) -> Option<lsp::SignatureHelp> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let found = ide::signature::signature(&view.project(), view.file, view.byte(at.position))?;
    let label = &found.label;
    // the protocol counts here in the units of the session, or in UTF-16 where the client agreed on nothing else
    let units = |byte: u32| view.client.encoding.units(label.get(..byte as usize).unwrap_or(label));
    let parameters = found.parameters.iter().map(|span| lsp::ParameterInformation {
        label: if view.client.label_offsets {
            (units(span.start), units(span.end)).into()
        } else {
            span.of(label).to_string().into()
        },
        documentation: None,
    });
    // behind the last parameter no parameter is written; a number out of range says so to all clients
    let active = found.active.unwrap_or(found.parameters.len()) as u32;
    let signature = lsp::SignatureInformation {
        parameters: Some(parameters.collect()),
        label: found.label.clone(),
        documentation: found.documentation.map(|text| documentation(view.client.signature_markdown, text)),
        active_parameter: None,
    };
    Some(lsp::SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: Some(active.into()),
    })
}
