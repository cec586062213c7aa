//! What a measure reads: metrics, labels, operators and values, as they were seen elsewhere; and the pairs of `labels`.

use super::seen::{Metric, Values};
use super::{Asked, CompletionKind as Offer, Offers};
use crate::schema::kind::Kind;
use crate::syntax::ast::Entry;

const OPERATORS: [(&str, &str); 4] =
    [("=", "is"), ("!=", "is not"), ("=~", "matches the regular expression"), ("!~", "does not match")];

/// What may follow the word of a measure.
pub fn query(asked: &Asked<'_>, measure: Kind, offers: &mut Offers) {
    if measure != Kind::Holds {
        // `good` and `total` mostly read the same metric
        for entry in asked.entries(asked.spot.frame()) {
            if let Entry::Measure(other) = entry
                && other.key != measure
                && let Some(query) = &other.query
            {
                let text = query.span().of(asked.text);
                if !text.contains(['\n', '`']) && query.span().start != asked.spot.word.start {
                    offers.add(text, Offer::Metric, &format!("as {}", other.key), "");
                }
            }
        }
        metrics(asked, measure, offers);
    }
    if measure != Kind::Latency {
        let doc = match measure {
            Kind::Good | Kind::Bad | Kind::Total => "A number of events per second, with `$window` as its range.",
            Kind::Holds => "A comparison: true is good.",
            _ => "An instant vector.",
        };
        let text = match measure {
            Kind::Good | Kind::Bad | Kind::Total => "`sum(rate(${1:metric}[\\$window]))`$0",
            Kind::Holds => "`${1:metric} <= ${2:1}`$0",
            _ => "`$1`$0",
        };
        offers.snippet("`…`", Offer::Snippet, "PromQL", doc, text);
    }
}

/// Metrics: those that such a measure reads first, then those of the project, then those of the modules that ship.
pub fn metrics(asked: &Asked<'_>, measure: Kind, offers: &mut Offers) {
    let kin = |m: &Metric<'_>| {
        let counts = [Kind::Good, Kind::Bad, Kind::Total];
        m.measures.contains(&measure) || (counts.contains(&measure) && counts.iter().any(|k| m.measures.contains(k)))
    };
    let mut all: Vec<(&&str, &Metric<'_>)> = asked.seen().metrics.iter().collect();
    all.sort_by_key(|(name, m)| (!kin(m), !m.own, **name));
    for (name, metric) in all {
        let from = if metric.own { "used in the project" } else { "read by a module that ships" };
        let labels: Vec<String> = metric.labels.keys().map(|l| format!("`{l}`")).collect();
        let doc = if labels.is_empty() { String::new() } else { format!("Labels: {}.", labels.join(", ")) };
        offers.add(name, Offer::Metric, from, &doc);
    }
}

/// The labels of a metric, then those of others.
pub fn labels(asked: &Asked<'_>, metric: Option<&str>, offers: &mut Offers) {
    if let Some(found) = metric.and_then(|m| asked.seen().metrics.get(m)) {
        for label in found.labels.keys() {
            offers.add(label, Offer::Label, metric.unwrap_or_default(), "");
        }
    }
    let mut others: Vec<(&str, bool)> =
        asked.seen().metrics.values().flat_map(|m| m.labels.keys().map(|l| (*l, !m.own))).collect();
    others.sort_unstable_by_key(|(label, shipped)| (*shipped, *label));
    for (label, _) in others {
        offers.add(label, Offer::Label, "", "");
    }
    if metric.is_none() {
        offers.add("__name__", Offer::Label, "the metric's name", "");
    }
}

/// The values of a label, with their quotes: those of the metric first.
pub fn values<'a>(asked: &'a Asked<'_>, metric: Option<&str>, label: &str, regex: bool) -> Vec<&'a str> {
    let of = |values: &'a Values<'_>| {
        let (first, then) = if regex { (&values.regexes, None) } else { (&values.texts, Some(&values.texts)) };
        first.iter().chain(then.into_iter().flatten()).copied()
    };
    let own = metric.and_then(|m| asked.seen().metrics.get(m)).and_then(|m| m.labels.get(label));
    let others = asked.seen().metrics.values().filter_map(|m| m.labels.get(label));
    let mut found = Vec::new();
    for value in own.into_iter().chain(others).flat_map(of) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// The metric before the braces in which the cursor is.
pub fn metric_here<'a>(asked: &Asked<'a>) -> Option<&'a str> {
    let before = asked.spot.frame().open.checked_sub(1).and_then(|i| asked.spot.tokens.get(i))?;
    // the word of the measure itself is no metric
    let first = asked.spot.frame().head + 1 == asked.spot.frame().open;
    (before.kind.is_name() && !first).then(|| before.span.of(asked.text))
}

/// What follows in the braces of a selector.
pub fn matchers(asked: &Asked<'_>, offers: &mut Offers) {
    match asked.spot.item_tokens() {
        [] => labels(asked, metric_here(asked), offers),
        [label] if label.kind.is_name() => {
            for (operator, meaning) in OPERATORS {
                offers.add(operator, Offer::Keyword, meaning, "");
            }
        }
        [label, op] if matches!(op.kind, Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre) => {
            let regex = matches!(op.kind, Kind::Re | Kind::Nre);
            asked.offer_parameters(if regex { &["regex"] } else { &["string"] }, offers);
            for value in values(asked, metric_here(asked), label.span.of(asked.text), regex) {
                offers.add(value, Offer::Value, "used elsewhere", "");
            }
            let detail = if regex { "a regular expression" } else { "a text" };
            offers.snippet("\"…\"", Offer::Snippet, detail, "", "\"$1\"$0");
        }
        _ => {}
    }
}

/// What follows in the braces of `labels` and `external_labels`.
pub fn pairs(asked: &Asked<'_>, key: Kind, offers: &mut Offers) {
    let of_key = || asked.seen().pairs.iter().filter(move |((k, _), _)| *k == key);
    match asked.spot.item_tokens() {
        [] => {
            for ((_, name), _) in of_key() {
                offers.add(name, Offer::Label, "used in the project", "");
            }
        }
        [name] if name.kind.is_name() => {
            let name = name.span.of(asked.text);
            for value in of_key().filter(|((_, n), _)| *n == name).flat_map(|(_, values)| values) {
                offers.add(value, Offer::Value, "used in the project", "");
            }
            offers.snippet("\"…\"", Offer::Snippet, "a text", "", "\"$1\"$0");
        }
        _ => {}
    }
}
