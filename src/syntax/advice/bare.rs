//! PromQL where backticks are missing, or where the selector alone is enough.

use super::{Here, syntax};
use crate::diagnostic::Diagnostic;
use crate::schema::MEASURES;
use crate::schema::kind::Kind;
use crate::source::Span;
use crate::syntax::lexer::Token;

/// `good sum(rate(x[5m]))`, `holds a < 5`
pub(super) fn bare_promql(here: &Here) -> Option<Diagnostic> {
    let line = here.line();
    let (first, rest) = line.split_first()?;
    let is_selector = matches!(here.found.kind, Kind::LBrace | Kind::RBrace | Kind::Comma | Kind::Eof);
    let goes_on = here.found.kind == Kind::LParen || "[+-*/%^<>=!@".contains(here.word);
    let is_bare = goes_on || here.expected.has(Kind::Raw) && !here.expected.has(Kind::Str);
    if !MEASURES.has(first.kind) || is_selector || !is_bare || here.found.first_on_line {
        return None;
    }
    if here.expected.has(Kind::Under) && here.word.starts_with('<') {
        return None;
    }
    let end = rest.iter().position(|t| t.kind == Kind::Under).unwrap_or(rest.len());
    let all = &rest[..end];
    // `good: rate(…)`
    let sign = all.first().filter(|t| matches!(t.kind, Kind::Colon | Kind::Eq));
    let written = if sign.is_some() { &all[1..] } else { all };
    let (start, end) = (written.first()?, written.last()?);
    let query = here.at(start.span.to(end.span));
    let whole = sign.map_or(query, |sign| here.at(sign.span.to(end.span)));
    let blank = if sign.is_some() { " " } else { "" };
    let word = first.span.of(here.text);
    if let Some(range) = range_at_the_end(here, written) {
        let message = format!("the selector after `{word}` stands without a range");
        let selector = Span { start: start.span.start, end: range.start }.of(here.text).trim_end();
        return Some(
            syntax(message, here.at(range), "the rules look back themselves").help(format!("`{word} {selector}`")).fix(
                format!("remove `{}`", range.of(here.text)),
                here.at(range),
                "",
            ),
        );
    }
    let message = format!("the PromQL after `{word}` stands in backticks");
    let d = syntax(message, whole, "PromQL without backticks");
    if first.kind == Kind::Latency || !is_balanced(rest) || query.span.of(here.text).contains('`') {
        return Some(match first.kind {
            Kind::Latency => {
                d.help("`latency` reads the histogram itself: `latency x_seconds{job=\"shop\"} under 300ms`")
            }
            _ => d,
        });
    }
    if first.kind == Kind::Up && compares(here, written) {
        let holds = format!("holds `{}`", query.span.of(here.text));
        let both = here.at(first.span.to(query.span));
        return Some(
            syntax("a comparison stands after `holds`, in backticks", whole, "compares")
                .help(format!("`up` is of a gauge of 0 and 1, and this is read as `` {holds} ``"))
                .fix("write `holds`", both, holds),
        );
    }
    if !matches!(first.kind, Kind::Good | Kind::Bad | Kind::Total) {
        let quoted = format!("`{}`", query.span.of(here.text));
        return Some(d.help(format!("so it is read: {quoted}")).fix(
            "put it in backticks",
            whole,
            format!("{blank}{quoted}"),
        ));
    }
    if let Some(counter) = rated_counter(here, written) {
        return Some(
            d.help(format!("of a counter the selector is enough, and each event is counted: `{counter}`")).fix(
                "write the counter itself",
                whole,
                format!("{blank}{counter}"),
            ),
        );
    }
    let quoted = format!("`{}`", with_window(here, written, query.span));
    let d = if quoted.contains("[$window]") {
        d.help(format!("with `$window` for its ranges: {quoted}"))
    } else {
        d.help(format!("so it is read: {quoted}"))
    };
    Some(d.fix("put it in backticks", whole, format!("{blank}{quoted}")))
}

/// Whether the last that is done is a comparison without `bool`.
fn compares(here: &Here, tokens: &[Token]) -> bool {
    let mut depth = 0i32;
    let mut found = false;
    for (i, token) in tokens.iter().enumerate() {
        let word = token.span.of(here.text);
        match token.kind {
            Kind::LBrace | Kind::LParen => depth += 1,
            Kind::RBrace | Kind::RParen => depth -= 1,
            // these bind less than a comparison
            _ if depth == 0 && ["and", "or", "unless", "bool"].contains(&word) => return false,
            _ if depth == 0 => {
                let is_doubled = token.kind == Kind::Eq && tokens.get(i + 1).is_some_and(|t| t.kind == Kind::Eq);
                found |= is_doubled || token.kind == Kind::Ne || ["<", ">"].contains(&word);
            }
            _ => {}
        }
    }
    found
}

/// `[5m]`, `[$__rate_interval]`, `[{{.window}}]` from an index on: what stands inside, and the index behind it.
fn range_of(here: &Here, tokens: &[Token], at: usize) -> Option<(Span, usize)> {
    let is = |i: usize, sign: &str| tokens.get(i).is_some_and(|t| t.span.of(here.text) == sign);
    let len = (1..=8).find(|len| is(at + len, "]"))?;
    let inside = tokens.get(at + 1..at + len)?;
    let (first, last) = (inside.first()?, inside.last()?);
    let is_range = match inside {
        [one] => matches!(one.kind, Kind::Duration | Kind::Param),
        _ => is(at + 1, "{") && is(at + 2, "{") && last.kind == Kind::RBrace,
    };
    (is(at, "[") && is_range).then(|| (first.span.to(last.span), at + len + 1))
}

/// `x_total{job="a"}[5m]`: the place of the range of a selector by itself.
fn range_at_the_end(here: &Here, tokens: &[Token]) -> Option<Span> {
    let at = selector_before(tokens, 0)?;
    let (_, behind) = range_of(here, tokens, at)?;
    (behind == tokens.len()).then(|| tokens[at].span.to(tokens[behind - 1].span))
}

/// Where a selector that begins at an index ends.
fn selector_before(tokens: &[Token], from: usize) -> Option<usize> {
    let named = tokens.get(from)?.kind.is_name();
    let mut at = from + usize::from(named);
    while named && tokens.get(at).is_some_and(|t| t.kind == Kind::Colon) && tokens.get(at + 1)?.kind.is_name() {
        at += 2;
    }
    if tokens.get(at).is_some_and(|t| t.kind == Kind::LBrace) {
        return Some(at + 1 + tokens[at..].iter().position(|t| t.kind == Kind::RBrace)?);
    }
    named.then_some(at)
}

/// The selector in `sum(rate(x_total{job="a"}[5m]))`, which by itself says the same.
fn rated_counter<'a>(here: &Here<'a>, tokens: &[Token]) -> Option<&'a str> {
    let is_call = |at: usize, words: &[&str]| {
        tokens.get(at).is_some_and(|t| words.contains(&t.span.of(here.text)))
            && tokens.get(at + 1).is_some_and(|t| t.kind == Kind::LParen)
    };
    let depth = usize::from(is_call(0, &["sum"]));
    let from = 2 * depth;
    if !is_call(from, &["rate", "irate", "increase"]) {
        return None;
    }
    let end = selector_before(tokens, from + 2)?;
    let (_, behind) = range_of(here, tokens, end)?;
    let closing = tokens.get(behind..)?;
    let closes = closing.len() == depth + 1 && closing.iter().all(|t| t.kind == Kind::RParen);
    closes.then(|| tokens[from + 2].span.to(tokens[end - 1].span).of(here.text))
}

/// The text of tokens with `$window` for the lengths of their ranges.
fn with_window(here: &Here, tokens: &[Token], all: Span) -> String {
    let mut text = all.of(here.text).to_string();
    for (length, _) in (0..tokens.len()).rev().filter_map(|at| range_of(here, tokens, at)) {
        let at = |offset: u32| (offset - all.start) as usize;
        text.replace_range(at(length.start)..at(length.end), "$window");
    }
    text
}

fn is_balanced(tokens: &[Token]) -> bool {
    let mut depth = 0i32;
    for token in tokens {
        depth += match token.kind {
            Kind::LBrace | Kind::LParen => 1,
            Kind::RBrace | Kind::RParen => -1,
            _ => 0,
        };
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}
