//! In strings: files behind `use`, placeholders of runbooks and labels, values of labels and arguments. Titles are the writer's own.

use super::{Asked, CompletionKind as Offer, Offers, heads, selectors};
use crate::ide::signature::{active, callee};
use crate::ide::spot::{Holds, Next};
use crate::schema::kind::Kind;
use crate::source::Span;

/// What may stand in a string.
pub fn offer(asked: &Asked<'_>, span: Span, offers: &mut Offers) {
    let whole = span.of(asked.text);
    let quote = whole.chars().next().unwrap_or('"');
    let closed = whole.len() > 1 && whole.ends_with(quote);
    let inner = Span { start: span.start + 1, end: span.end - u32::from(closed) };
    match asked.spot.frame().holds {
        Holds::Entries(_) => match asked.spot.next {
            Next::Used => {
                offers.span = inner;
                for path in heads::files(asked) {
                    offers.add(&path, Offer::File, "a file of the project", "");
                }
            }
            Next::Value(setting, _) if setting.key == Kind::Runbook => {
                placeholders(asked, inner, offers);
            }
            Next::Value(setting, _) if setting.key == Kind::Owner => {
                let owners = asked.seen().owners.keys().copied().filter(|o| o.starts_with(['"', '\'']));
                quoted(owners, quote, inner, offers);
            }
            _ => {}
        },
        Holds::Matchers => {
            if let [label, op] = asked.spot.item_tokens() {
                let regex = matches!(op.kind, Kind::Re | Kind::Nre);
                let metric = selectors::metric_here(asked);
                let values = selectors::values(asked, metric, label.span.of(asked.text), regex);
                quoted(values.into_iter(), quote, inner, offers);
            }
        }
        Holds::Pairs(key) => {
            if let [name] = asked.spot.item_tokens()
                && !(key == Kind::Labels && placeholders(asked, inner, offers))
            {
                let values = asked.seen().pairs.get(&(key, name.span.of(asked.text)));
                quoted(values.into_iter().flatten().copied(), quote, inner, offers);
            }
        }
        Holds::Args => {
            let open = asked.spot.frame().open;
            let Some(callable) = callee(asked.files, asked.file, asked.spot, open) else { return };
            let names: Vec<&str> = callable.parameters().iter().map(|p| p.name).collect();
            let Some(index) = active(asked.text, asked.spot, open, &names) else { return };
            let values = asked.seen().arguments.get(names[index]);
            quoted(values.into_iter().flatten().copied(), quote, inner, offers);
        }
        Holds::Params | Holds::Unknown => {}
    }
}

/// Values that are written in these quotes, without them.
fn quoted<'a>(values: impl Iterator<Item = &'a str>, quote: char, inner: Span, offers: &mut Offers) {
    offers.span = inner;
    for value in values {
        let text = value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote));
        if let Some(text) = text {
            offers.add(text, Offer::Value, "used elsewhere", "");
        }
    }
}

/// `$journey` and the like, where a `$` is being written; whether it is.
fn placeholders(asked: &Asked<'_>, inner: Span, offers: &mut Offers) -> bool {
    let before = Span { start: inner.start, end: asked.offset.max(inner.start) }.of(asked.text);
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let word = before.trim_end_matches(is_name);
    let dollar = word.ends_with('$');
    let start = if dollar { inner.start + word.len() as u32 - 1 } else { asked.offset };
    let behind = Span { start: asked.offset, end: inner.end }.of(asked.text);
    let more = if dollar { behind.len() - behind.trim_start_matches(is_name).len() } else { 0 };
    // in the middle of other words nobody asks for one
    if !dollar && !matches!(before.chars().last(), None | Some('/' | '-' | '=' | '?' | '&' | '#' | ' ')) {
        return false;
    }
    offers.span = Span { start, end: asked.offset + more as u32 };
    for (name, meaning) in [
        ("$journey", "the journey's name"),
        ("$step", "the step's name; nothing where there is none"),
        ("$sli", "the SLI's name; nothing where there is none"),
    ] {
        offers.add(name, Offer::Parameter, meaning, "");
    }
    dollar
}
