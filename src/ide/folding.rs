//! What can be folded: blocks, comments, long PromQL.

use super::Project;
use super::modules::Files;
use crate::schema::kind::Kind;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::Parsed;
use crate::syntax::ast::Item;

/// What is folded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum FoldKind {
    /// A block in brackets or backticks.
    Block,
    /// Lines of comments.
    Comment,
    /// Lines of `use`.
    Uses,
}

/// What can be folded in a file, in order; each spans more than one line.
pub fn folds(project: &Project<'_>, file: FileId) -> Vec<(Span, FoldKind)> {
    let files = Files::of(project);
    let Some(parsed) = files.parsed(file) else { return Vec::new() };
    let source = project.sources.file(file);
    let mut found: Vec<(Span, FoldKind)> = Vec::new();
    found.extend(brackets(parsed).into_iter().map(|s| (s, FoldKind::Block)));
    found.extend(comments(parsed, source).into_iter().map(|s| (s, FoldKind::Comment)));
    found.extend(uses(parsed).into_iter().map(|s| (s, FoldKind::Uses)));
    found.retain(|(span, _)| source.line_of(span.start) < source.line_of(span.end));
    found.sort_unstable();
    found
}

/// Brackets with what closes them, and backticks. Tokens know them better than a broken ast does.
fn brackets(parsed: &Parsed) -> Vec<Span> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for token in &parsed.lexed.tokens {
        match token.kind {
            Kind::LBrace | Kind::LParen => open.push(token),
            Kind::RBrace | Kind::RParen => {
                // a bracket that nothing closes does not take away that of another
                if let Some(at) = open.iter().rposition(|o| o.kind.closer() == Some(token.kind)) {
                    found.push(open[at].span.to(token.span));
                    open.truncate(at);
                }
            }
            Kind::Raw => found.push(token.span),
            _ => {}
        }
    }
    found
}

/// Comments on lines of their own, one right below the other.
fn comments(parsed: &Parsed, source: &SourceFile) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for comment in &parsed.lexed.comments {
        let line = source.line_of(comment.start);
        let before = Span { start: source.line_span(line).start, end: comment.start };
        if !before.of(&source.text).trim().is_empty() {
            continue;
        }
        match runs.last_mut() {
            Some(run) if source.line_of(run.end) + 1 == line => run.end = comment.end,
            _ => runs.push(*comment),
        }
    }
    runs
}

/// `use` after `use`.
fn uses(parsed: &Parsed) -> Vec<Span> {
    let runs = parsed.ast.items.chunk_by(|a, b| matches!((a, b), (Item::Use(_), Item::Use(_))));
    let spans = runs.filter_map(|run| match run {
        [first @ Item::Use(_), .., last] => Some(first.span().to(last.span())),
        _ => None,
    });
    spans.collect()
}
