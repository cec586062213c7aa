//! Whether a selector matches anything at all, and if not, which of its matchers is to blame and what is near it.

use super::ask::{Role, Sought};
use crate::diagnostic::did_you_mean;
use crate::measure::{Matcher, Selector};
use crate::promql::ast::MatchOp;
use crate::promql::write::{number, quote};

/// What is known of the series of a Prometheus, in the time that is read.
pub trait Series {
    /// Whether anything matches a selector.
    ///
    /// # Errors
    /// In words, where it does not answer.
    fn any(&self, selector: &str) -> Result<bool, String>;
    /// The values of a label, of the series that match a selector or of all.
    ///
    /// # Errors
    /// The same.
    fn values(&self, label: &str, selector: Option<&str>) -> Result<Vec<String>, String>;
    /// The labels of the series that match a selector.
    ///
    /// # Errors
    /// The same.
    fn labels(&self, selector: &str) -> Result<Vec<String>, String>;
    /// How many series match a selector at the end.
    ///
    /// # Errors
    /// The same.
    fn count(&self, selector: &str) -> Result<u64, String>;
}

/// What was found of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// What it is for.
    pub role: Role,
    /// As PromQL.
    pub selector: String,
    /// Whether it matches anything in the time that was read.
    pub matches: bool,
    /// How many series it matches at the end.
    pub series: u64,
    /// What empties it.
    pub why: Option<String>,
    /// What may be meant.
    pub help: Option<String>,
}

impl Looked {
    /// Whether nothing can be measured for it.
    pub fn is_wrong(&self) -> bool {
        !self.matches && self.role.must_match()
    }
}

/// Whether it is known how many events there are, though perhaps not which of them are good: that all selectors match but those of good ones.
pub fn know_all_events(looked: &[Looked]) -> bool {
    looked.iter().any(|l| l.matches && matches!(l.role, Role::Total | Role::Count))
        && looked.iter().all(|l| !l.is_wrong() || matches!(l.role, Role::Good | Role::Bucket))
}

/// So many values are named.
const NAMED: usize = 12;

/// Looks for a selector.
///
/// # Errors
/// In words, where there is no answer.
pub fn look(sought: &Sought, series: &dyn Series) -> Result<Looked, String> {
    let selector = sought.selector.text();
    let matches = series.any(&selector)?;
    let count = if matches { series.count(&selector)? } else { 0 };
    let mut looked = Looked { role: sought.role, selector, matches, series: count, why: None, help: None };
    if !matches {
        let (why, help) = to_blame(sought, series)?;
        (looked.why, looked.help) = (Some(why), help);
    }
    Ok(looked)
}

type Blame = (String, Option<String>);

fn to_blame(sought: &Sought, series: &dyn Series) -> Result<Blame, String> {
    let selector = &sought.selector;
    let alone = Selector { matchers: Vec::new(), ..selector.clone() };
    if !selector.name.is_empty() && !series.any(&alone.text())? {
        return no_metric(sought, series);
    }
    for matcher in &selector.matchers {
        let with = Selector { matchers: vec![matcher.clone()], ..selector.clone() };
        if !series.any(&with.text())? {
            return no_value(sought, matcher, &alone, series);
        }
    }
    if let Some(bound) = sought.bound() {
        let rest = Selector {
            matchers: selector.matchers.iter().filter(|m| *m != bound).cloned().collect(),
            ..selector.clone()
        };
        if series.any(&rest.text())? {
            return no_bucket(bound, &rest, series);
        }
    }
    for (i, matcher) in selector.matchers.iter().enumerate() {
        let mut without = selector.clone();
        without.matchers.remove(i);
        if series.any(&without.text())? {
            let values = series.values(&matcher.label, Some(&without.text()))?;
            return Ok((
                format!("no series has all of it, but some do without `{}`", shown(matcher)),
                Some(format!("`{}` is {} there", matcher.label, named(&values))),
            ));
        }
    }
    Ok(("each of its matchers matches something, but not all together".to_string(), None))
}

fn no_metric(sought: &Sought, series: &dyn Series) -> Result<Blame, String> {
    let name = &sought.selector.name;
    let why = format!("there is no metric `{name}`");
    if sought.role == Role::Up {
        return Ok((
            why,
            Some(
                "without it new series cannot be told from targets that return, and their first events are not counted"
                    .to_string(),
            ),
        ));
    }
    if sought.role == Role::Native {
        let classic = format!("{name}_count");
        if series.any(&classic)? {
            let help = format!("there is `{classic}`: it is a classic histogram, so `histogram native` is not for it");
            return Ok((why, Some(help)));
        }
    }
    if matches!(sought.role, Role::Count | Role::Bucket) {
        let base = name.trim_end_matches("_count").trim_end_matches("_bucket");
        if series.any(base)? {
            return Ok((why, Some(format!("there is `{base}`: if it is a native histogram, say `histogram native`"))));
        }
    }
    let names = series.values("__name__", None)?;
    let with_total = format!("{name}_total");
    let near = [with_total.as_str(), name.trim_end_matches("_total")]
        .into_iter()
        .find(|n| *n != name && names.iter().any(|have| have == n))
        .or_else(|| did_you_mean(name, names.iter().map(String::as_str)));
    Ok((why, near.map(|near| format!("did you mean `{near}`?"))))
}

fn no_value(sought: &Sought, matcher: &Matcher, alone: &Selector, series: &dyn Series) -> Result<Blame, String> {
    let label = &matcher.label;
    let of = if sought.selector.name.is_empty() { None } else { Some(alone.text()) };
    let what = of.as_deref().map_or_else(|| "no series".to_string(), |name| format!("no series of `{name}`"));
    let values = series.values(label, of.as_deref())?;
    if values.is_empty() {
        let labels = match &of {
            Some(of) => series.labels(of)?,
            None => Vec::new(),
        };
        let labels: Vec<String> = labels.into_iter().filter(|l| l != "__name__").collect();
        let help = match did_you_mean(label, labels.iter().map(String::as_str)) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if labels.is_empty() => None,
            None => Some(format!("its labels are {}", named(&labels))),
        };
        return Ok((format!("{what} has the label `{label}`"), help));
    }
    if sought.bound() == Some(matcher) {
        return no_bucket(matcher, alone, series);
    }
    let near = match matcher.op {
        MatchOp::Equal => did_you_mean(&matcher.value, values.iter().map(String::as_str)),
        _ => None,
    };
    let help = match near {
        Some(near) => format!("did you mean `{label}={}`?", quote(near)),
        None => format!("`{label}` is {} there", named(&values)),
    };
    Ok((format!("{what} has `{}`", shown(matcher)), Some(help)))
}

/// The bucket is not there, but others of the histogram are.
fn no_bucket(bound: &Matcher, rest: &Selector, series: &dyn Series) -> Result<Blame, String> {
    let wanted = bound.value.split(['(', '|']).next().unwrap_or("").replace("[.]", ".");
    let why = format!("the histogram has no bucket at {wanted}");
    let mut have: Vec<f64> = series
        .values("le", Some(&rest.text()))?
        .iter()
        .filter_map(|v| v.parse::<f64>().ok())
        .filter(|v| v.is_finite())
        .collect();
    have.sort_by(f64::total_cmp);
    have.dedup();
    let Ok(at) = wanted.parse::<f64>() else { return Ok((why, None)) };
    let below = have.iter().rev().find(|b| **b < at).map(|b| number(*b));
    let above = have.iter().find(|b| **b > at).map(|b| number(*b));
    let near = match (below, above) {
        (Some(below), Some(above)) => format!("the nearest are {below} and {above}"),
        (Some(one), None) | (None, Some(one)) => format!("the nearest is {one}"),
        (None, None) => return Ok((why, None)),
    };
    let all: Vec<String> = have.iter().map(|b| number(*b)).collect();
    Ok((why, Some(format!("{near}; it has {}", listed(&all)))))
}

fn shown(matcher: &Matcher) -> String {
    format!("{}{}{}", matcher.label, matcher.op.text(), quote(&matcher.value))
}

fn named(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|v| quote(v)).collect();
    listed(&quoted)
}

fn listed(values: &[String]) -> String {
    let more = values.len().saturating_sub(NAMED);
    let first = values.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}
