//! `good X_bucket{le="0.5"}` and `total X_count`: `latency X under 500ms` counts the same, and finds the bucket in every spelling.

use super::{Check, Lint};
use crate::diagnostic::catalogue::BUCKET_BY_HAND;
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::measure::events::Events;
use crate::measure::latency::Unit;
use crate::measure::{Matcher, Measure, Query, Selector};
use crate::model::Journey;
use crate::promql::ast::MatchOp;
use crate::promql::write::{duration, quote};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &BUCKET_BY_HAND, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let Measure::Events(events) = &sli.measure else { continue };
        for selector in events.queries().into_iter().filter_map(Query::selector) {
            let Some(le) = bound(selector).filter(|le| !seen.contains(&le.place)) else { continue };
            let latency = as_latency(events, &le.value);
            let differs = is_spelled_in_two_ways(&le.value);
            if latency.is_none() && !differs {
                continue;
            }
            seen.push(le.place);
            found.push(said(le, latency, &sli.parts));
        }
    }
}

fn said(le: &Matcher, latency: Option<(Selector, u64)>, parts: &[Place]) -> Diagnostic {
    let differs = is_spelled_in_two_ways(&le.value);
    let mut d = if differs {
        let (plain, pointed) = spellings(&le.value);
        Diagnostic::new(
            &BUCKET_BY_HAND,
            format!(
                "Prometheus 3 has `le=\"{pointed}\"` where Prometheus 2 has `le=\"{plain}\"`: with the other one this finds nothing"
            ),
            le.place,
            "one spelling of two",
        )
    } else {
        Diagnostic::new(
            &BUCKET_BY_HAND,
            "`latency` counts the same from the histogram's name and a time",
            le.place,
            "picked by hand",
        )
    };
    if differs {
        d.severity = Severity::Warning;
    }
    let Some((selector, bound)) = latency else {
        let (plain, _) = spellings(&le.value);
        let both = format!("le=~\"{plain}([.]0)?\"");
        return d.help("a pattern asks for both").fix(format!("write `{both}`"), le.place, both);
    };
    let written = format!("latency {} under {}", as_people_write(&selector), duration(bound));
    d = d.help(format!("`{written}` asks for every spelling of the bucket"));
    let as_they_stand = selector.matchers.iter().all(|m| m.place.span.end - m.place.span.start == length(m));
    if let ([first, second], true) = (parts, as_they_stand) {
        let edits = vec![Edit { place: *first, text: written.clone() }, Edit { place: *second, text: String::new() }];
        d.fixes.push(Fix { title: format!("write `{written}`"), edits });
    }
    d
}

/// The matcher that picks a bucket with a bound.
fn bound(selector: &Selector) -> Option<&Matcher> {
    let le = selector.matchers.iter().find(|m| m.label == "le" && m.op == MatchOp::Equal)?;
    let finite = le.value.parse::<f64>().is_ok_and(f64::is_finite);
    (finite && selector.name.ends_with("_bucket")).then_some(le)
}

/// Whether engines write a bound in two ways: whole numbers.
fn is_spelled_in_two_ways(le: &str) -> bool {
    let digits = le.strip_suffix(".0").unwrap_or(le);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A whole number without a point, and with it.
fn spellings(le: &str) -> (&str, String) {
    let plain = le.strip_suffix(".0").unwrap_or(le);
    (plain, format!("{plain}.0"))
}

/// The histogram and the bound in milliseconds, where good and total are those of a `latency`.
fn as_latency(events: &Events, le: &str) -> Option<(Selector, u64)> {
    let Events::GoodTotal { good, total } = events else { return None };
    let (good, total) = (good.selector()?, total.selector()?);
    let base = good.name.strip_suffix("_bucket")?;
    let of_all = |m: &Matcher| m.label == "le" && m.op == MatchOp::Equal && m.value == "+Inf";
    let whole = match total.name.strip_prefix(base)? {
        "_count" => true,
        "_bucket" => total.matchers.iter().any(of_all),
        _ => false,
    };
    let others = |selector: &Selector| -> Vec<Matcher> {
        selector.matchers.iter().filter(|m| m.label != "le").cloned().collect()
    };
    let (mine, theirs) = (others(good), others(total));
    let same = |a: &Matcher, b: &Matcher| a.label == b.label && a.op == b.op && a.value == b.value;
    let equal = mine.len() == theirs.len() && mine.iter().all(|m| theirs.iter().any(|t| same(m, t)));
    let counts_time = ["_seconds", "_milliseconds", "_ms"].iter().any(|suffix| base.ends_with(suffix));
    if !whole || !equal || !counts_time {
        return None;
    }
    let milliseconds = le.parse::<f64>().ok()? * 1000.0 / Unit::of_metric(base).per_second() as f64;
    // exactly so many, for the bucket is asked for by its text
    let whole = (1..=u64::from(u32::MAX)).contains(&rounded(milliseconds)).then(|| rounded(milliseconds))?;
    let exact =
        Unit::of_metric(base).of_duration(whole).parse::<f64>().is_ok_and(|bound| Some(bound) == le.parse().ok());
    exact.then(|| (Selector { name: base.to_string(), matchers: mine, place: good.place }, whole))
}

fn rounded(milliseconds: f64) -> u64 {
    crate::reckon::whole(milliseconds)
}

/// With a blank behind each comma.
fn as_people_write(selector: &Selector) -> String {
    if selector.matchers.is_empty() {
        return selector.text();
    }
    let alone = |matchers: Vec<Matcher>| Selector { matchers, ..selector.clone() }.text();
    let name = alone(Vec::new());
    let inside = selector.matchers.iter().map(|m| {
        let text = alone(vec![m.clone()]);
        text[name.len() + 1..text.len() - 1].to_string()
    });
    format!("{name}{{{}}}", inside.collect::<Vec<_>>().join(", "))
}

/// How long a matcher is where it is written as it is meant: without a parameter, and with no other quotes.
fn length(matcher: &Matcher) -> u32 {
    let text = format!("{}{}{}", matcher.label, matcher.op.text(), quote(&matcher.value));
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
