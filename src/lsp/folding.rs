//! `textDocument/foldingRange` and `textDocument/selectionRange`

use super::server::Server;
use super::view::View;
use crate::ide::{self, folding::FoldKind};
use crate::source::Span;
use gen_lsp_types as lsp;

/// What can be folded.
pub fn folds(server: &mut Server, params: &lsp::FoldingRangeParams) -> Option<Vec<lsp::FoldingRange>> {
    let view = server.view(&params.text_document.uri)?;
    let all = ide::folding::folds(&view.project(), view.file).into_iter();
    Some(all.filter_map(|(span, kind)| fold(&view, span, kind)).collect())
}

fn fold(view: &View<'_>, span: Span, kind: FoldKind) -> Option<lsp::FoldingRange> {
    let range = view.range(span);
    let lines = view.client.folds_lines;
    // where only whole lines are folded, that of the closing bracket stays
    let end_line = range.end.line - u32::from(lines && kind == FoldKind::Block);
    (end_line > range.start.line).then(|| lsp::FoldingRange {
        start_line: range.start.line,
        start_character: (!lines).then_some(range.start.character),
        end_line,
        end_character: (!lines).then_some(range.end.character),
        kind: match kind {
            FoldKind::Block => None,
            FoldKind::Comment => Some(lsp::FoldingRangeKind::Comment),
            FoldKind::Uses => Some(lsp::FoldingRangeKind::Imports),
        },
        collapsed_text: None,
    })
}

/// What is selected when selections grow.
pub fn selections(server: &mut Server, params: &lsp::SelectionRangeParams) -> Option<Vec<lsp::SelectionRange>> {
    let view = server.view(&params.text_document.uri)?;
    let at = |position: &lsp::Position| {
        let byte = view.byte(*position);
        let spans = ide::selection::spans(&view.project(), view.file, byte);
        let chain = spans.into_iter().rev().fold(None, |parent: Option<Box<lsp::SelectionRange>>, span| {
            Some(Box::new(lsp::SelectionRange { range: view.range(span), parent }))
        });
        // each position has an answer, so that answers and positions stay together
        let nothing = || lsp::SelectionRange { range: view.range(Span { start: byte, end: byte }), parent: None };
        chain.map_or_else(nothing, |chain| *chain)
    };
    Some(params.positions.iter().map(at).collect())
}
