//! `textDocument/formatting` and `textDocument/rangeFormatting`: the one style, as edits of the lines that differ, so that cursors and
//! marks stay where they are.

use super::server::Server;
use super::view::View;
use crate::source::{SourceFile, Span};
use crate::syntax::format::format_checked;
use gen_lsp_types as lsp;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The whole document.
pub fn document(server: &mut Server, params: &lsp::DocumentFormattingParams) -> Option<Vec<lsp::TextEdit>> {
    let view = server.view_to_edit(&params.text_document.uri)?;
    edits(&view, None)
}

/// What differs in these lines. Where the style goes over more lines, so does the edit.
pub fn range(server: &mut Server, params: &lsp::DocumentRangeFormattingParams) -> Option<Vec<lsp::TextEdit>> {
    let view = server.view_to_edit(&params.text_document.uri)?;
    let range = view.span(params.range);
    edits(&view, Some(range))
}

fn edits(view: &View<'_>, range: Option<Span>) -> Option<Vec<lsp::TextEdit>> {
    let project = view.project();
    // only what was parsed has a style
    project.unit(view.file)?;
    let source = view.source(view.file);
    // what is broken is left as it is; the diagnostics say where, and an error on each save would say no more
    let Ok(mut formatted) = format_checked(view.file, source) else { return None };
    if source.text.contains("\r\n") {
        // the line ends of a document are its editor's matter
        formatted = formatted.replace('\n', "\r\n");
    }
    Some(
        differences(source, &formatted, range)
            .into_iter()
            .map(|(span, new_text)| lsp::TextEdit { range: view.range(span), new_text })
            .collect(),
    )
}

/// What has to be replaced in a text, line by line.
fn differences(source: &SourceFile, formatted: &str, range: Option<Span>) -> Vec<(Span, String)> {
    /// Comparing more lines than this takes longer than people wait.
    const MANY: usize = 1 << 20;
    if source.text == formatted {
        return Vec::new();
    }
    if source.text.len() > MANY {
        let all = Span { start: 0, end: source.text.len() as u32 };
        return vec![(all, formatted.to_string())];
    }
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (before, after) = (lines(source.text.as_str()), lines(formatted));
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    let changes = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })).map(|op| {
        let old = op.old_range();
        let start = source.line_span(old.start as u32).start;
        let end = if old.is_empty() { start } else { source.line_span(old.end as u32 - 1).end };
        (Span { start, end }, after[op.new_range()].concat())
    });
    changes.filter(|(span, _)| range.is_none_or(|r| span.start <= r.end && r.start <= span.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_replaced() {
        let source = SourceFile::new("a", "one\n two\nthree\n\n\nfour");
        let formatted = "one\ntwo\nthree\n\nfour\n";
        let all = differences(&source, formatted, None);
        let mut text = source.text.clone();
        for (span, new) in all.iter().rev() {
            text.replace_range(span.start as usize..span.end as usize, new);
        }
        assert_eq!(text, formatted);
        assert_eq!(all[0], (Span { start: 4, end: 9 }, "two\n".to_string()));
        let first = differences(&source, formatted, Some(Span { start: 5, end: 6 }));
        assert_eq!(first, all[..1]);
    }
}
