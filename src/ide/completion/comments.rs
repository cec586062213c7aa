//! Comments: only `# tabi: allow(…)` has anything to offer.

use super::{Asked, CompletionKind, Offers};
use crate::diagnostic::catalogue;
use crate::source::Span;

/// The lints that a comment may allow.
pub fn offer(asked: &Asked<'_>, comment: Span, offers: &mut Offers) {
    let before = Span { start: comment.start, end: asked.offset }.of(asked.text);
    let Some(rest) = before.trim_start_matches('#').trim_start().strip_prefix("tabi:") else { return };
    let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
    let word = rest.len() - rest.trim_end_matches(is_name).len();
    let after = asked.text.get(asked.offset as usize..comment.end as usize).unwrap_or_default();
    let more = after.len() - after.trim_start_matches(is_name).len();
    offers.span = Span { start: asked.offset - word as u32, end: asked.offset + more as u32 };
    let rest = rest[..rest.len() - word].trim();
    if rest.is_empty() {
        let doc =
            "Allows a lint for the declaration or setting below, and in what stands in it. The reason is required.";
        offers.snippet("allow", CompletionKind::Keyword, "a lint, and why", doc, "allow(${1:lint}) ${2:why}$0");
    } else if rest.strip_prefix("allow").is_some_and(|open| open.trim() == "(") {
        for entry in catalogue::ALL.iter().filter(|e| e.lint) {
            offers.add(entry.name, CompletionKind::Value, "lint", entry.summary());
        }
    }
}
