//! A module's text without one of the matchers of a template, in selectors and in PromQL.

use crate::corpus;
use tabi::syntax::ast::{Entry, Item, Query};

/// Each matcher of a template as it is written, and the text of the module without it.
pub fn dropped(text: &str, template: &str) -> Vec<(String, String)> {
    let (parsed, _) = corpus::parsed(text);
    let mut found = Vec::new();
    for item in &parsed.ast.items {
        let Item::Template(item) = item else { continue };
        if item.name.map_or("", |n| n.span.of(text)) != template {
            continue;
        }
        for entry in item.body.iter().flat_map(|b| &b.items) {
            let Entry::Measure(measure) = entry else { continue };
            let Some(query) = &measure.query else { continue };
            let span = match query {
                Query::Selector(selector) => selector.span,
                Query::Raw(span) => *span,
            };
            let (begin, whole) = (span.start as usize, span.of(text));
            let mut all = matchers(whole);
            while let Some((start, end)) = all.first().copied() {
                let matcher = whole[start..end].trim_matches([',', ' ']);
                // PromQL joins what it selects, so a matcher that stands in all its selectors is needed in one of them only
                let same = |(start, end): &(usize, usize)| whole[*start..*end].trim_matches([',', ' ']) == matcher;
                let alike = |at: &(usize, usize)| matches!(query, Query::Raw(_)) && same(at);
                let mut without = text.to_string();
                for (start, end) in
                    all.iter().enumerate().rev().filter(|(i, at)| *i == 0 || alike(at)).map(|(_, at)| *at)
                {
                    without.replace_range(begin + start..begin + end, "");
                }
                found.push((format!("{}: {matcher}", measure.key.text().trim_matches('`')), without));
                all = all.into_iter().enumerate().filter(|(i, at)| *i > 0 && !alike(at)).map(|(_, at)| at).collect();
            }
        }
    }
    found
}

/// Where the matchers of PromQL stand, each with a comma that would be one too many without it.
fn matchers(promql: &str) -> Vec<(usize, usize)> {
    let (mut found, mut quoted, mut inside) = (Vec::new(), false, None);
    for (at, c) in promql.char_indices() {
        match (c, inside) {
            ('"', _) => quoted = !quoted,
            ('{', None) if !quoted => inside = Some(at + 1),
            (',', Some(begin)) if !quoted => {
                found.push((begin, at + 1));
                inside = Some(at + 1);
            }
            ('}', Some(begin)) if !quoted => {
                // the last one takes the comma before it
                let alone = promql[..begin].ends_with('{');
                found.push((if alone { begin } else { begin - 1 }, at));
                inside = None;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn each_matcher_is_dropped_once() {
    let text = "x{a=\"1,}\",b=~$b} / y{c=\"2\"} or z";
    let found: Vec<&str> = matchers(text).into_iter().map(|(start, end)| &text[start..end]).collect();
    assert_eq!(found, ["a=\"1,}\",", ",b=~$b", "c=\"2\""]);
}
