//! `code!="5.."`: a regular expression after `=` or `!=`, which compare letter by letter.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::REGEX_AS_TEXT;
use crate::measure::{Measure, Query};
use crate::model::Journey;
use crate::promql::ast::{MatchOp, MatcherValue};
use crate::promql::write::quote;
use crate::promql::{self, regex};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &REGEX_AS_TEXT, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    let mut look = |label: &str, op: MatchOp, value: &str, place: Place| {
        if !is_text(op) || !looks_like_a_regex(value) || seen.contains(&place) {
            return;
        }
        seen.push(place);
        found.push(said(label, op, value, place));
    };
    for (_, sli) in journey.all_slis() {
        let of_queries = sli.measure.queries().into_iter().filter_map(Query::selector);
        for selector in sli.measure.counters().into_iter().chain(of_queries) {
            for matcher in &selector.matchers {
                look(&matcher.label, matcher.op, &matcher.value, matcher.place);
            }
        }
        let mut raws: Vec<(&str, Place)> = sli
            .measure
            .queries()
            .into_iter()
            .filter_map(|query| if let Query::Raw(raw) = query { Some((raw.text.as_str(), raw.place)) } else { None })
            .collect();
        if let Measure::Holds(holds) = &sli.measure {
            raws.push((&holds.expr.text, holds.expr.place));
        }
        raws.extend(sli.exclude.iter().filter_map(|e| Some((e.value.as_str(), e.place?))));
        for (text, place) in raws {
            let Ok(expr) = promql::parse(text, &|_| None) else { continue };
            for matcher in promql::selectors(&expr).into_iter().flat_map(|s| &s.matchers) {
                if let MatcherValue::Literal(value) = &matcher.value {
                    look(&matcher.label.text, matcher.op, &value.value, place);
                }
            }
        }
    }
}

fn is_text(op: MatchOp) -> bool {
    matches!(op, MatchOp::Equal | MatchOp::NotEqual)
}

/// Signs that stand in regular expressions and hardly ever in the values of labels.
fn looks_like_a_regex(value: &str) -> bool {
    const SIGNS: [&str; 11] = [".*", ".+", "..", "|", "\\d", "\\.", "[0-9", "[a-z", "[A-Z", "[^", "(?"];
    let anchored = value.starts_with('^') || (value.len() > 1 && value.ends_with('$'));
    // a path is no pattern: `../x`
    let dots_only = value.contains("../") || value.contains("...");
    let found = anchored || SIGNS.iter().any(|sign| value.contains(sign) && !(*sign == ".." && dots_only));
    found && regex::parse(value).is_ok_and(|r| r.literals().is_none_or(|all| all != [value]))
}

fn said(label: &str, op: MatchOp, value: &str, place: Place) -> Diagnostic {
    let (wanted, so) = match op {
        MatchOp::Equal => ("=~", "hardly any series has it"),
        _ => ("!~", "nothing is left out"),
    };
    let text = quote(value);
    Diagnostic::new(
        &REGEX_AS_TEXT,
        format!(
            "`{}` compares letter by letter: no value of `{label}` is likely to be just {text}, so {so}",
            op.text()
        ),
        place,
        "looks like a regular expression",
    )
    .help(format!("`{label}{wanted}{text}` matches the pattern"))
}
