//! Labels that matchers admit, or that just one of them refuses.

use crate::measure::Matcher;
use crate::promql::ast::MatchOp;
use crate::promql::evaluate::Labels;
use crate::promql::regex::{self, Regex, Witness};

/// What is wanted of a label: that a matcher admits it, or that it does not.
pub type Wish<'m> = (&'m Matcher, bool);

/// The shortest labels that satisfy every wish. A label that nobody asks for is not there.
///
/// # Errors
/// In words, the matchers that no value satisfies.
pub fn satisfying(wishes: &[Wish<'_>]) -> Result<Labels, String> {
    let mut labels = Labels::new();
    for (matcher, _) in wishes {
        if labels.contains_key(&matcher.label) {
            continue;
        }
        let same: Vec<Wish<'_>> = wishes.iter().filter(|(m, _)| m.label == matcher.label).copied().collect();
        labels.insert(matcher.label.clone(), value(&same)?);
    }
    labels.retain(|_, v| !v.is_empty());
    Ok(labels)
}

/// Whether all wishes hold for a value.
fn pleases(wishes: &[Wish<'_>], value: &str) -> bool {
    wishes.iter().all(|(m, wanted)| m.admits(value) == *wanted)
}

/// A value that reads well where the label's name says what it is.
fn likely(label: &str) -> &'static [&'static str] {
    if label.contains("code") || label.contains("status") { &["200", "500"] } else { &[] }
}

fn value(wishes: &[Wish<'_>]) -> Result<String, String> {
    let Some((first, _)) = wishes.first() else { return Ok(String::new()) };
    let literal = wishes.iter().find_map(|(m, wanted)| {
        let equal = matches!((m.op, wanted), (MatchOp::Equal, true) | (MatchOp::NotEqual, false));
        equal.then(|| m.value.clone())
    });
    if let Some(literal) = literal {
        return if pleases(wishes, &literal) { Ok(literal) } else { Err(none(wishes)) };
    }
    if let Some(good) = likely(&first.label).iter().find(|v| pleases(wishes, v)) {
        return Ok((*good).to_string());
    }
    let (mut wanted, mut unwanted): (Vec<Regex>, Vec<Regex>) = (Vec::new(), Vec::new());
    for (matcher, admitted) in wishes {
        let text = if matcher.op.is_regex() { matcher.value.clone() } else { regex::escape(&matcher.value) };
        let Ok(regex) = regex::parse(&text) else { return Err(format!("the regex {text:?} cannot be read")) };
        if matches!(matcher.op, MatchOp::Equal | MatchOp::Match) == *admitted {
            wanted.push(regex);
        } else {
            unwanted.push(regex);
        }
    }
    // a label that is there reads better than one that is not
    if let Ok(empty) = regex::parse("") {
        unwanted.push(empty);
    }
    let search =
        |unwanted: &[Regex]| regex::witness(&wanted.iter().collect::<Vec<_>>(), &unwanted.iter().collect::<Vec<_>>());
    match search(&unwanted) {
        Witness::Found(text) => Ok(text),
        Witness::Nothing => match search(&unwanted[..unwanted.len().saturating_sub(1)]) {
            Witness::Found(text) => Ok(text),
            Witness::Nothing => Err(none(wishes)),
            Witness::TooHard => Err(hard(wishes)),
        },
        Witness::TooHard => Err(hard(wishes)),
    }
}

fn listed(wishes: &[Wish<'_>]) -> String {
    let written: Vec<String> = wishes
        .iter()
        .map(|(m, wanted)| format!("{}{}{}{:?}", if *wanted { "" } else { "not " }, m.label, m.op.text(), m.value))
        .collect();
    written.join(" and ")
}

fn none(wishes: &[Wish<'_>]) -> String {
    format!("no value satisfies {}", listed(wishes))
}

fn hard(wishes: &[Wish<'_>]) -> String {
    format!("no value was found in time for {}", listed(wishes))
}
