//! What is selected when a selection grows: the word, what it stands in, and so on to the file.

use super::Project;
use super::cursor::{self, What};
use super::modules::Files;
use super::names::{inside, param_type};
use crate::promql;
use crate::schema::kind::Kind;
use crate::source::{FileId, Span};
use crate::syntax::ast::Item;

/// The spans around a byte of a file, the smallest first; each lies within the next.
pub fn spans(project: &Project<'_>, file: FileId, offset: u32) -> Vec<Span> {
    let files = Files::of(project);
    let Some(parsed) = files.parsed(file) else { return Vec::new() };
    let text = files.text(file);
    let offset = project.sources.file(file).floor(offset);
    let mut all = vec![word(text, offset)];
    if let Some(token) = cursor::token(parsed, offset) {
        all.push(token.span);
        if matches!(token.kind, Kind::Str | Kind::Raw) {
            all.extend([inside(token.span, text), trimmed(inside(token.span, text), text)]);
        }
    }
    all.extend(parsed.lexed.comments.iter().filter(|c| cursor::touches(**c, offset)));
    let path = cursor::path(&parsed.ast, offset);
    for node in &path {
        all.push(node.span);
        match node.what {
            What::Raw => {
                let template = path.iter().find_map(|n| match n.what {
                    What::Item(Item::Template(t)) => Some(t),
                    _ => None,
                });
                let inner = inside(node.span, text);
                if let Ok(expr) = promql::parse(inner.of(text), &|name| param_type(template, text, name)) {
                    promql::walk(&expr, &mut |e| all.push(inner.part(e.span().start, e.span().end)));
                }
            }
            What::Body(block, _) => all.push(within(node.span, block.open, block.close, text)),
            What::Params(block) => all.push(within(node.span, block.open, block.close, text)),
            What::Args(block) => all.push(within(node.span, block.open, block.close, text)),
            What::Matchers(block) => all.push(within(node.span, block.open, block.close, text)),
            What::Pairs(block) => all.push(within(node.span, block.open, block.close, text)),
            _ => {}
        }
    }
    all.push(Span { start: 0, end: text.len() as u32 });
    all.retain(|s| cursor::touches(*s, offset) && s.start < s.end);
    all.sort_by_key(|s| (s.end - s.start, s.start));
    let mut kept: Vec<Span> = Vec::new();
    for span in all {
        // of two neighbours that meet at the byte only one can grow
        if kept.last().is_none_or(|last| span != *last && span.start <= last.start && last.end <= span.end) {
            kept.push(span);
        }
    }
    kept
}

/// What stands between brackets, without the blanks around it.
fn within(whole: Span, open: Span, close: Option<Span>, text: &str) -> Span {
    trimmed(Span { start: open.end, end: close.map_or(whole.end, |c| c.start).max(open.end) }, text)
}

fn trimmed(span: Span, text: &str) -> Span {
    let written = span.of(text);
    let start = written.len() - written.trim_start().len();
    span.part(start as u32, (start + written.trim().len()) as u32)
}

/// The letters, digits and `_` around a byte.
fn word(text: &str, offset: u32) -> Span {
    let (before, after) = text.split_at(offset as usize);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = before.trim_end_matches(is_word).len();
    let end = text.len() - after.trim_start_matches(is_word).len();
    Span { start: start as u32, end: end as u32 }
}
