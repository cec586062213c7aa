//! Numbers as people write them who know other tools: without a unit, as a fraction of a second, with a comma.

use super::{FAR, Here};
use crate::diagnostic::Diagnostic;
use crate::schema::kind::Kind;
use crate::source::{Place, Span};
use crate::syntax::lexer::Token;
use crate::syntax::lexer::number::whole_duration;

/// `99,95`: the percentage that it stands for.
pub(super) fn decimal_comma(here: &Here) -> Option<(String, Span)> {
    let [whole, comma, rest] = here.tokens.get(here.index..here.index + 3)? else { return None };
    let is_decimal = comma.kind == Kind::Comma
        && rest.kind == Kind::Number
        && (whole.span.end, comma.span.end) == (comma.span.start, rest.span.start);
    let (whole, all) = (whole.span, whole.span.to(rest.span));
    is_decimal.then(|| (format!("{}.{}%", whole.of(here.text), rest.span.of(here.text)), all))
}

/// A number where a duration belongs. Of bounds of buckets with decimals it is known that they are seconds, as Prometheus has them.
pub(super) fn unit_missing(here: &Here, d: Diagnostic) -> Diagnostic {
    let word = here.word;
    let (key, before) = (here.line()[0].kind, here.before().map(|t| t.kind));
    // that of an age is seldom in seconds
    let is_bound = key == Kind::Buckets || before == Some(Kind::Under) && key != Kind::Age;
    // the whole list at once, so that one fix is enough
    let mut list = vec![here.found];
    let mut after = here.tokens[here.index + 1..].chunks(2).take(FAR);
    while let (Kind::Buckets, Some([comma, item])) = (key, after.next()) {
        let goes_on = comma.kind == Kind::Comma && matches!(item.kind, Kind::Number | Kind::Duration);
        if !goes_on || comma.first_on_line || item.first_on_line {
            break;
        }
        list.push(*item);
    }
    let has_decimals = list.iter().any(|t| t.kind == Kind::Number && t.span.of(here.text).contains('.'));
    if !has_decimals {
        let units: &[&str] = match key {
            Kind::Window => &["d"],
            _ if before == Some(Kind::In) => &["h", "d"],
            _ if is_bound => &["ms", "s", "m"],
            _ => &["ms", "s", "m", "h", "d"],
        };
        let all = |unit: &&str| {
            let each: Vec<String> = list.iter().map(|t| with_unit(t, here.text, unit)).collect();
            format!("`{}`", each.join(", "))
        };
        let forms: Vec<String> = units.iter().map(all).collect();
        return d.help(format!("a duration has a unit: {}", forms.join(", ")));
    }
    let in_seconds = |token: &Token| match token.kind {
        Kind::Number => whole_duration(token.span.of(here.text), "s"),
        _ => Some(token.span.of(here.text).to_string()),
    };
    let written: Option<Vec<String>> = list.iter().map(in_seconds).collect();
    match (written.filter(|_| is_bound), list.last()) {
        (Some(written), Some(last)) => {
            let right = written.join(", ");
            let seconds = if list.len() > 1 { "these" } else { word };
            d.help(format!("a duration is a whole number with a unit: {seconds} seconds are `{right}`")).fix(
                format!("write `{right}`"),
                here.at(here.found.span.to(last.span)),
                right,
            )
        }
        _ if is_bound => d.help("a duration is a whole number with a unit, and the smallest is `1ms`"),
        _ => d.help("a duration is a whole number with a unit: one and a half hours are `90m`"),
    }
}

/// A number with a unit behind it; what is a duration already stays one.
fn with_unit(token: &Token, text: &str, unit: &str) -> String {
    let written = token.span.of(text);
    if token.kind == Kind::Number { format!("{written}{unit}") } else { written.to_string() }
}

/// The unit that stands behind a number as a word of its own, and the place of both: `4 weeks`.
pub(super) fn unit_behind(here: &Here<'_>) -> Option<(&'static str, Place)> {
    const WORDS: [(&str, &[&str]); 7] = [
        ("ms", &["ms", "msec", "millisecond"]),
        ("s", &["s", "sec", "second"]),
        ("m", &["m", "min", "minute"]),
        ("h", &["h", "hr", "hour"]),
        ("d", &["d", "day"]),
        ("w", &["w", "week"]),
        ("y", &["y", "yr", "year"]),
    ];
    let next = here.tokens.get(here.index + 1).filter(|token| !token.first_on_line)?;
    let word = next.span.of(here.text).to_lowercase();
    let one = word.strip_suffix('s').filter(|one| one.len() > 1).unwrap_or(&word);
    let (unit, _) = WORDS.iter().find(|(_, words)| words.contains(&one) || words.contains(&word.as_str()))?;
    Some((unit, here.at(here.found.span.to(next.span))))
}
