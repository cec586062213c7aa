//! In backticks: functions, aggregations, metrics, labels and their values, parameters.

use super::{Asked, CompletionKind as Offer, Offers, selectors};
use crate::ide::spot::Next;
use crate::promql::pieces::{Piece, callables, keywords, pieces};
use crate::schema::kind::Kind;
use crate::source::Span;

/// Where in PromQL the cursor is.
#[derive(Default)]
struct Where<'a> {
    /// The metric before the open braces.
    metric: Option<&'a str>,
    /// Whether braces are open.
    braces: bool,
    /// Whether the parentheses of `by (…)` and the like are open.
    grouping: bool,
    /// Whether brackets are open.
    brackets: bool,
    /// The label and the operator before a value.
    label: Option<&'a str>,
    operator: Option<&'a str>,
    /// Where the last piece ends.
    end: u32,
}

/// What may stand in backticks.
pub fn offer(asked: &Asked<'_>, span: Span, offers: &mut Offers) {
    let start = span.start + 1;
    let before = Span { start, end: asked.offset.max(start) }.of(asked.text);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let lead = before.trim_end_matches(|c: char| is_word(c) || c == ':');
    let lead = lead.strip_suffix('$').unwrap_or(lead);
    let closed = span.end - u32::from(span.of(asked.text).len() > 1 && span.of(asked.text).ends_with('`'));
    let behind = Span { start: asked.offset, end: closed.max(asked.offset) }.of(asked.text);
    let more = behind.len() - behind.trim_start_matches(is_word).len();
    let word = Span { start: start + lead.len() as u32, end: asked.offset + more as u32 };
    offers.span = word;
    let here = place(lead);
    let rest = lead.get(here.end as usize..).unwrap_or_default().trim_start();
    // behind what cannot be read nothing is known, but a string that is still open is one being written
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        // strings of PromQL end with their line
        if here.braces
            && !rest.contains('\n')
            && let (Some(label), Some(operator)) = (here.label, here.operator)
        {
            let inner = start + (lead.len() - rest.len()) as u32 + 1;
            let end = behind.find([quote, '\n']).map_or(word.end, |at| asked.offset + at as u32);
            offers.span = Span { start: inner, end };
            for value in selectors::values(asked, here.metric, label, operator.ends_with('~')) {
                if let Some(text) = value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote)) {
                    offers.add(text, Offer::Value, "used elsewhere", "");
                }
            }
        }
        return;
    }
    // a number or a duration is being written
    if asked.text.get(word.start as usize..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())) {
        return;
    }
    if here.brackets {
        offers.add("$window", Offer::Parameter, "the range that the rules need", "");
        return asked.offer_parameters(&["duration"], offers);
    }
    if here.braces {
        match (here.label, here.operator) {
            (Some(label), Some(operator)) => {
                let regex = operator.ends_with('~');
                asked.offer_parameters(if regex { &["regex"] } else { &["string"] }, offers);
                for value in selectors::values(asked, here.metric, label, regex) {
                    offers.add(value, Offer::Value, "used elsewhere", "");
                }
            }
            (Some(_), None) => {}
            _ => selectors::labels(asked, here.metric, offers),
        }
        return;
    }
    if here.grouping {
        return selectors::labels(asked, here.metric, offers);
    }
    let measure = if let Next::Query(measure) = asked.spot.next { measure } else { Kind::Holds };
    asked.offer_parameters(&["number", "duration"], offers);
    if asked.text.get(word.start as usize..).is_some_and(|t| t.starts_with('$')) {
        return;
    }
    selectors::metrics(asked, measure, offers);
    functions(asked, word, offers);
}

fn functions(asked: &Asked<'_>, word: Span, offers: &mut Offers) {
    let called = asked.text.get(word.end as usize..).is_some_and(|t| t.starts_with('('));
    let mut all: Vec<(&str, bool)> = callables().collect();
    all.sort_unstable_by_key(|(name, aggregates)| (!aggregates && *name != "rate", *name));
    for (name, aggregates) in all {
        let detail = if aggregates { "aggregation" } else { "function" };
        if called {
            offers.write(name, Offer::Keyword, detail, "", name);
        } else {
            let text = if name == "rate" { "rate($1[\\$window])$0".to_string() } else { format!("{name}($1)$0") };
            offers.snippet(name, Offer::Keyword, detail, "", &text);
        }
    }
    for word in keywords() {
        offers.add(word, Offer::Keyword, "PromQL", "");
    }
}

/// Reads PromQL up to the cursor.
fn place(text: &str) -> Where<'_> {
    let mut here = Where::default();
    let mut grouped = false;
    for (range, piece) in pieces(text) {
        let word = range.of(text);
        here.end = range.end;
        match (piece, word) {
            (Piece::Punctuation, "{") => here.braces = true,
            (Piece::Punctuation, "}") => {
                (here.braces, here.metric, here.label, here.operator) = (false, None, None, None);
            }
            (Piece::Punctuation, "[") => here.brackets = true,
            (Piece::Punctuation, "]") => here.brackets = false,
            (Piece::Punctuation, "(") => here.grouping = grouped,
            (Piece::Punctuation, ")") => here.grouping = false,
            (Piece::Punctuation, ",") => (here.label, here.operator) = (None, None),
            (Piece::Metric, _) => here.metric = Some(word),
            (Piece::Label, _) if here.braces => (here.label, here.operator) = (Some(word), None),
            (Piece::Operator, _) if here.braces => here.operator = Some(word),
            _ => {}
        }
        grouped = piece == Piece::Keyword
            && matches!(word, "by" | "without" | "on" | "ignoring" | "group_left" | "group_right");
    }
    here
}
