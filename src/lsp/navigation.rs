//! Where things are: definitions and declarations (which are the same here), references, highlights, links.

use super::server::Server;
use super::view::View;
use crate::ide::{self, links::LinkTarget};
use gen_lsp_types as lsp;

/// `textDocument/definition`
pub fn definition(server: &mut Server, params: &lsp::DefinitionParams) -> Option<lsp::DefinitionResponse> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let links = found(&view, at.position);
    Some(if view.client.definition_links {
        links.into()
    } else {
        lsp::Definition::LocationList(links.into_iter().map(location).collect()).into()
    })
}

/// `textDocument/declaration`
pub fn declaration(server: &mut Server, params: &lsp::DeclarationParams) -> Option<lsp::DeclarationResponse> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let links = found(&view, at.position);
    Some(if view.client.declaration_links {
        links.into()
    } else {
        lsp::Declaration::LocationList(links.into_iter().map(location).collect()).into()
    })
}

fn found(view: &View<'_>, position: lsp::Position) -> Vec<lsp::LocationLink> {
    let all = ide::definition::definition(&view.project(), view.file, view.byte(position)).into_iter();
    let links = all.filter_map(|definition| {
        Some(lsp::LocationLink {
            origin_selection_range: Some(view.range(definition.from)),
            target_uri: view.uri(definition.whole.file)?,
            target_range: view.range_in(definition.whole),
            target_selection_range: view.range_in(definition.name),
        })
    });
    links.collect()
}

fn location(link: lsp::LocationLink) -> lsp::Location {
    lsp::Location { uri: link.target_uri, range: link.target_selection_range }
}

/// `textDocument/references`
pub fn references(server: &mut Server, params: &lsp::ReferenceParams) -> Option<Vec<lsp::Location>> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let declared = params.context.include_declaration;
    let places = ide::references::references(&view.project(), view.file, view.byte(at.position), declared);
    Some(places.into_iter().filter_map(|place| view.location(place)).collect())
}

/// `textDocument/documentHighlight`
pub fn highlights(server: &mut Server, params: &lsp::DocumentHighlightParams) -> Option<Vec<lsp::DocumentHighlight>> {
    let at = &params.text_document_position_params;
    let view = server.view(&at.text_document.uri)?;
    let spans = ide::references::highlights(&view.project(), view.file, view.byte(at.position)).into_iter();
    Some(spans.map(|span| lsp::DocumentHighlight { range: view.range(span), kind: None }).collect())
}

/// `textDocument/documentLink`
pub fn links(server: &mut Server, params: &lsp::DocumentLinkParams) -> Option<Vec<lsp::DocumentLink>> {
    let view = server.view(&params.text_document.uri)?;
    let links = ide::links::links(&view.project(), view.file).into_iter().filter_map(|(span, target)| {
        let target = match target {
            LinkTarget::Url(url) => url.parse().ok()?,
            LinkTarget::File(file) => view.uri(file)?,
        };
        Some(lsp::DocumentLink { range: view.range(span), target: Some(target), ..lsp::DocumentLink::default() })
    });
    Some(links.collect())
}
