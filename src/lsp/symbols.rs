//! `textDocument/documentSymbol` and `workspace/symbol`

use super::server::Server;
use super::view::View;
use crate::ide::symbols::{self, Symbol, SymbolKind as Kind};
use crate::source::Place;
use gen_lsp_types as lsp;
use std::collections::BTreeSet;
use std::path::Path;

/// What a file declares: a tree, or a list for clients that know no trees.
pub fn of_file(server: &mut Server, params: &lsp::DocumentSymbolParams) -> Option<lsp::DocumentSymbolResponse> {
    let view = server.view(&params.text_document.uri)?;
    let symbols = symbols::of_file(&view.project(), view.file);
    if view.client.symbol_tree {
        return Some(symbols.into_iter().map(|s| tree(&view, s)).collect::<Vec<_>>().into());
    }
    let mut list = Vec::new();
    flat(&view, None, &symbols, &mut list);
    Some(list.into())
}

#[allow(deprecated, reason = "the type has a field that the protocol no longer wants")]
fn tree(view: &View<'_>, symbol: Symbol) -> lsp::DocumentSymbol {
    let children: Vec<_> = symbol.children.into_iter().map(|child| tree(view, child)).collect();
    lsp::DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: view.range(symbol.span),
        selection_range: view.range(symbol.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}

fn flat(view: &View<'_>, container: Option<&str>, symbols: &[Symbol], list: &mut Vec<lsp::SymbolInformation>) {
    for symbol in symbols {
        let place = Place { file: view.file, span: symbol.span };
        list.extend(information(view, symbol.name.clone(), symbol.kind, container.map(String::from), place));
        flat(view, Some(&symbol.name), &symbol.children, list);
    }
}

#[allow(deprecated, reason = "the type has a field that the protocol no longer wants")]
fn information(
    view: &View<'_>,
    name: String,
    symbol: Kind,
    container_name: Option<String>,
    place: Place,
) -> Option<lsp::SymbolInformation> {
    let base_symbol_information = lsp::BaseSymbolInformation { name, kind: kind(symbol), tags: None, container_name };
    Some(lsp::SymbolInformation { deprecated: None, location: view.location(place)?, base_symbol_information })
}

/// What the projects declare.
pub fn of_workspace(server: &mut Server, params: &lsp::WorkspaceSymbolParams) -> lsp::WorkspaceSymbolResponse {
    let mut list: Vec<lsp::SymbolInformation> = Vec::new();
    let mut known = BTreeSet::new();
    for view in server.views() {
        for s in symbols::of_project(&view.project(), &params.query) {
            let Place { file, span } = s.place;
            let path = view.open.path(file).map_or_else(|| Path::new(&view.source(file).name), |(_, key)| key);
            // a file may be in two projects, by two names
            if known.insert((path.to_path_buf(), span.start, span.end, s.name.clone())) {
                list.extend(information(&view, s.name, s.kind, s.container, s.place));
            }
        }
    }
    list.into()
}

fn kind(kind: Kind) -> lsp::SymbolKind {
    match kind {
        Kind::Defaults => lsp::SymbolKind::Object,
        Kind::Site => lsp::SymbolKind::Constant,
        Kind::Template => lsp::SymbolKind::Function,
        Kind::Journey => lsp::SymbolKind::Class,
        Kind::Step => lsp::SymbolKind::Method,
        Kind::Sli => lsp::SymbolKind::Variable,
    }
}
