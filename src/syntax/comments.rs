//! What comments mean: `## ` documents the declaration after it, `# tabi: allow(name) why` allows a lint there.

use super::Parsed;
use super::ast::{Entry, Item};
use crate::source::Span;

/// `# tabi: allow(name) why`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The whole comment.
    pub comment: Span,
    /// The name between the parentheses.
    pub name: Span,
    /// Whether a reason is given.
    pub reason: bool,
    /// The declaration or setting after it, in which the lint is allowed.
    pub scope: Option<Span>,
}

/// Whether a comment is a doc comment.
pub fn is_doc(text: &str) -> bool {
    text == "##" || text.starts_with("## ")
}

/// The text of the doc comment that ends right before the declaration at `start`; lines are joined as they are written.
pub fn doc(source: &str, parsed: &Parsed, start: u32) -> Option<String> {
    let comments = &parsed.lexed.comments;
    let after = comments.partition_point(|c| c.start < start);
    let last_token = last_token_before(parsed, start);
    let mut lines: Vec<&str> = Vec::new();
    for comment in comments[..after].iter().rev() {
        if comment.start < last_token {
            break;
        }
        let text = comment.of(source).trim_end();
        if is_doc(text) {
            lines.push(text[2..].trim());
        }
    }
    lines.reverse();
    let text = lines.join("\n").trim().to_string();
    (!text.is_empty()).then_some(text)
}

/// Where the last token before this byte ends.
fn last_token_before(parsed: &Parsed, start: u32) -> u32 {
    let tokens = &parsed.lexed.tokens;
    let at = tokens.partition_point(|t| t.span.start < start);
    if at == 0 { 0 } else { tokens[at - 1].span.end }
}

/// Doc comments that belong to no declaration.
pub fn stray_docs(source: &str, parsed: &Parsed) -> Vec<Span> {
    let mut declared: Vec<u32> = Vec::new();
    for item in &parsed.ast.items {
        if !matches!(item, Item::Use(_) | Item::Defaults(_)) {
            declared.push(item.span().start);
        }
        let mut blocks: Vec<&Entry> = item.body().map(|b| b.items.iter().collect()).unwrap_or_default();
        while let Some(entry) = blocks.pop() {
            if matches!(entry, Entry::Step(_) | Entry::Sli(_) | Entry::Error(_)) {
                declared.push(entry.span().start);
                blocks.extend(entry.body().map(|b| b.items.as_slice()).unwrap_or_default());
            }
        }
    }
    declared.sort_unstable();
    parsed
        .lexed
        .comments
        .iter()
        .copied()
        .filter(|c| is_doc(c.of(source).trim_end()))
        .filter(|c| {
            let tokens = &parsed.lexed.tokens;
            let next = tokens[tokens.partition_point(|t| t.span.start < c.start)].span.start;
            declared.binary_search(&next).is_err()
        })
        .collect()
}

/// All `# tabi: …` comments of a file.
pub fn allows(source: &str, parsed: &Parsed) -> Vec<Allow> {
    let mut found = Vec::new();
    for comment in &parsed.lexed.comments {
        let text = comment.of(source).trim_end();
        let body = text.trim_start_matches('#').trim_start();
        let Some(rest) = body.strip_prefix("tabi:") else { continue };
        let rest = rest.trim_start();
        let Some(inner) = rest.strip_prefix("allow") else {
            found.push(Allow { comment: *comment, name: *comment, reason: true, scope: None });
            continue;
        };
        let inner = inner.trim_start().strip_prefix('(').unwrap_or("");
        let name = inner.split(')').next().unwrap_or("").trim();
        let reason = inner.split_once(')').is_some_and(|(_, why)| !why.trim().is_empty());
        let offset = text.find('(').map_or(0, |open| open + text[open..].find(name).unwrap_or(0));
        let span = if name.is_empty() { *comment } else { comment.part(offset as u32, (offset + name.len()) as u32) };
        found.push(Allow { comment: *comment, name: span, reason, scope: scope(parsed, comment.end) });
    }
    found
}

/// The innermost declaration or entry that begins at the first token after a comment.
fn scope(parsed: &Parsed, comment_end: u32) -> Option<Span> {
    let tokens = &parsed.lexed.tokens;
    let next = tokens[tokens.partition_point(|t| t.span.start < comment_end)].span.start;
    let mut entries: Vec<&Entry> = Vec::new();
    for item in &parsed.ast.items {
        if item.span().start == next {
            return Some(item.span());
        }
        if (item.span().start..item.span().end).contains(&next) {
            entries.extend(item.body().map(|b| b.items.as_slice()).unwrap_or_default());
        }
    }
    while let Some(entry) = entries.pop() {
        if entry.span().start == next {
            return Some(entry.span());
        }
        entries.extend(entry.body().map(|b| b.items.as_slice()).unwrap_or_default());
    }
    None
}
