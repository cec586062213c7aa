//! Who plays in a test: the synthetic series of an SLI, made from its selectors, and how they carry good and bad events.

use super::labels::{Wish, satisfying};
use super::states;
use crate::measure::events::Events;
use crate::measure::latency::{Latency, bucket_matcher};
use crate::measure::{Matcher, Measure, Query, Selector};
use crate::model::{Counters, Sli};
use crate::plan::members::Member;
use crate::promql::ast::MatchOp;
use crate::promql::evaluate::Labels;

/// A counter and how many good and bad events it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    /// Its labels, with its name.
    pub labels: Labels,
    /// How far a good event moves it.
    pub good: f64,
    /// How far a bad event moves it.
    pub bad: f64,
}

/// What a series does while all is good, or while all is bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// It is not there.
    Absent,
    /// It has this value.
    Value(f64),
    /// A counter that rises by this much a minute.
    Rising(f64),
    /// A gauge that is 1 and 0 in turn.
    Toggling,
    /// A timestamp, so many seconds behind, in units of a second divided by the last number.
    Clock(f64, f64),
    /// A series that is there for one minute out of so many, each time as if it were another one: a timestamp so many seconds behind, or 1.
    Fleeting(u64, Option<f64>),
}

/// A gauge or counter that is driven by two states.
#[derive(Clone, Debug, PartialEq)]
pub struct Driven {
    /// Its labels, with its name.
    pub labels: Labels,
    /// While all is good.
    pub good: Level,
    /// While all is bad.
    pub bad: Level,
}

/// How the series of an SLI are made.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Counters that any share of events can fail in.
    Counters(Vec<Counter>),
    /// A native histogram: the labels of its one series and the bound in its unit.
    Native(Labels, f64),
    /// Series that are good or bad as a whole.
    States(Vec<Driven>),
    /// No series could be made; the reason.
    Impossible(String),
}

/// An SLI with its series.
#[derive(Clone, Debug)]
pub struct Cast<'m> {
    /// The SLI and its step.
    pub member: Member<'m>,
    /// Its series.
    pub part: Part,
    /// For counters: series that one matcher keeps out, and whether each would be taken for bad events.
    pub strangers: Vec<(Labels, bool)>,
    /// For states: series that one matcher keeps out, with what they would be taken for.
    pub impostors: Vec<Driven>,
    /// For states: other levels of its series with which all is good, or all is bad.
    pub ways: Vec<Vec<Level>>,
    /// What the rules read of it.
    pub selectors: Vec<Selector>,
}

impl Cast<'_> {
    /// Whether any share of its events can fail.
    pub fn is_continuous(&self) -> bool {
        matches!(self.part, Part::Counters(_) | Part::Native(..))
    }

    /// How many minutes pass between two of its events, where it has its events one by one.
    pub fn pause(&self) -> u64 {
        let Part::States(driven) = &self.part else { return 1 };
        let levels = driven.iter().flat_map(|d| [d.good, d.bad]);
        levels.map(|level| if let Level::Fleeting(every, _) = level { every } else { 1 }).max().unwrap_or(1)
    }

    /// The `up` of the targets that its counters are scraped from.
    pub fn targets(&self) -> Vec<Labels> {
        let series: Vec<&Labels> = match &self.part {
            Part::Counters(counters) => counters.iter().map(|c| &c.labels).collect(),
            Part::Native(labels, _) => vec![labels],
            Part::States(_) | Part::Impossible(_) => Vec::new(),
        };
        if self.member.1.counters == Counters::Pushed || self.member.1.measure.counters().is_empty() {
            return Vec::new();
        }
        let mut found: Vec<Labels> = Vec::new();
        for labels in series {
            // where one engine has all sites, the labels of the site stand on both
            let sli = self.member.1;
            let of_site = |k: &String| !sli.at.is_empty() && sli.by.iter().any(|by| by.text == *k);
            let kept = labels.iter().filter(|(k, _)| *k == "job" || *k == "instance" || of_site(k));
            let mut up: Labels = kept.map(own).collect();
            up.insert("__name__".into(), "up".into());
            if !found.contains(&up) {
                found.push(up);
            }
        }
        found
    }
}

fn own((k, v): (&String, &String)) -> (String, String) {
    (k.clone(), v.clone())
}

/// Casts an SLI.
pub fn cast(member: Member<'_>, window: u64) -> Cast<'_> {
    let sli = member.1;
    let part = match &sli.measure {
        Measure::Events(events) => match of_events(events, sli) {
            Ok(Some(counters)) => Part::Counters(counters),
            Ok(None) => states::of(sli, window),
            Err(why) => Part::Impossible(why),
        },
        Measure::Latency(latency) => of_latency(latency, sli).unwrap_or_else(Part::Impossible),
        Measure::Up(_) | Measure::Age(_) | Measure::Holds(_) => states::of(sli, window),
    };
    let strangers = strangers(sli);
    let impostors = impostors(&part, sli);
    let ways = if let Part::States(driven) = &part { states::ways(sli, window, driven) } else { Vec::new() };
    Cast { member, part, strangers, impostors, ways, selectors: selectors(sli) }
}

/// Series like those of states, but for one label that a matcher does not admit.
fn impostors(part: &Part, sli: &Sli) -> Vec<Driven> {
    let Part::States(driven) = part else { return Vec::new() };
    let all = selectors(sli);
    let mut found: Vec<Driven> = Vec::new();
    for (selector, like) in all.iter().flat_map(|s| driven.iter().map(move |d| (s, d))) {
        for matcher in selector.matchers.iter().filter(|_| selects(selector, &like.labels)) {
            let others = selector.matchers.iter().filter(|m| *m != matcher && m.label == matcher.label);
            let wishes: Vec<Wish<'_>> = others.map(|m| (m, true)).chain([(matcher, false)]).collect();
            let Ok(other) = satisfying(&wishes) else { continue };
            let mut labels = like.labels.clone();
            labels.remove(&matcher.label);
            labels.extend(other);
            if !all.iter().any(|s| selects(s, &labels)) && found.iter().all(|have| have.labels != labels) {
                found.push(Driven { labels, ..like.clone() });
            }
        }
    }
    found
}

/// Labels that satisfy a selector, with the labels of `by` and those that a scrape adds.
///
/// # Errors
/// In words, the matchers that no value satisfies.
pub fn labels_of(selector: &Selector, wishes: &[Wish<'_>], sli: &Sli) -> Result<Labels, String> {
    let all: Vec<Wish<'_>> = selector.matchers.iter().map(|m| (m, true)).chain(wishes.iter().copied()).collect();
    let mut labels = satisfying(&all)?;
    if !selector.name.is_empty() {
        labels.insert("__name__".into(), selector.name.clone());
    }
    dress(&mut labels, sli, &all);
    Ok(labels)
}

/// Adds the labels of `by`, `job` and `instance` where no matcher speaks of them.
fn dress(labels: &mut Labels, sli: &Sli, wishes: &[Wish<'_>]) {
    let free = |name: &str| wishes.iter().all(|(m, _)| m.label != name);
    for by in sli.by.iter().map(|b| b.text.as_str()) {
        if !labels.contains_key(by) && free(by) {
            labels.insert(by.to_string(), "x".into());
        }
    }
    for (name, value) in [("job", "job"), ("instance", "a")] {
        if !labels.contains_key(name) && free(name) {
            labels.insert(name.to_string(), value.into());
        }
    }
}

/// Whether a selector selects a series.
pub fn selects(selector: &Selector, labels: &Labels) -> bool {
    let label = |name: &str| labels.get(name).map_or("", String::as_str);
    (selector.name.is_empty() || label("__name__") == selector.name)
        && selector.matchers.iter().all(|m| m.admits(label(&m.label)))
}

/// A series that one selector selects and the other does not.
fn only(inside: &Selector, outside: &Selector, sli: &Sli) -> Result<Labels, String> {
    let plain = labels_of(inside, &[], sli)?;
    if !selects(outside, &plain) {
        return Ok(plain);
    }
    let mut why = String::new();
    for matcher in &outside.matchers {
        match labels_of(inside, &[(matcher, false)], sli) {
            Ok(labels) if !selects(outside, &labels) => return Ok(labels),
            Ok(_) => {}
            Err(reason) => why = reason,
        }
    }
    Err(if why.is_empty() { format!("every series of {} is one of {}", inside.text(), outside.text()) } else { why })
}

/// A series that both select.
fn both(a: &Selector, b: &Selector, sli: &Sli) -> Option<Labels> {
    let wishes: Vec<Wish<'_>> = b.matchers.iter().map(|m| (m, true)).collect();
    let labels = labels_of(a, &wishes, sli).ok()?;
    (selects(a, &labels) && selects(b, &labels)).then_some(labels)
}

/// Counters for the events of an SLI; `None` where one side is PromQL.
fn of_events(events: &Events, sli: &Sli) -> Result<Option<Vec<Counter>>, String> {
    let queries = events.queries();
    let [Some(first), Some(second)] = [queries[0].selector(), queries[1].selector()] else { return Ok(None) };
    let counter = |labels, good, bad| Counter { labels, good, bad };
    Ok(Some(match events {
        Events::BadTotal { .. } => match both(first, second, sli) {
            Some(bad) => vec![counter(only(second, first, sli)?, 1.0, 0.0), counter(bad, 0.0, 1.0)],
            None => {
                vec![counter(labels_of(second, &[], sli)?, 1.0, 1.0), counter(labels_of(first, &[], sli)?, 0.0, 1.0)]
            }
        },
        Events::GoodTotal { .. } => match both(first, second, sli) {
            Some(good) => vec![counter(good, 1.0, 0.0), counter(only(second, first, sli)?, 0.0, 1.0)],
            None => {
                vec![counter(labels_of(first, &[], sli)?, 1.0, 0.0), counter(labels_of(second, &[], sli)?, 1.0, 1.0)]
            }
        },
        Events::GoodBad { .. } => {
            vec![counter(only(first, second, sli)?, 1.0, 0.0), counter(only(second, first, sli)?, 0.0, 1.0)]
        }
    }))
}

fn of_latency(latency: &Latency, sli: &Sli) -> Result<Part, String> {
    let bound = latency.unit.of_duration(latency.bound);
    let labels = labels_of(&latency.selector, &[], sli)?;
    if latency.native {
        return Ok(Part::Native(labels, bound.parse().map_err(|_| format!("the bound {bound}"))?));
    }
    let named = |suffix: &str, le: Option<&str>| {
        let mut labels = labels.clone();
        labels.insert("__name__".into(), format!("{}{suffix}", latency.selector.name));
        labels.extend(le.map(|le| ("le".to_string(), le.to_string())));
        labels
    };
    Ok(Part::Counters(vec![
        Counter { labels: named("_bucket", Some(&bound)), good: 1.0, bad: 0.0 },
        // what a real histogram has, and a rule must not read
        Counter { labels: named("_bucket", Some("+Inf")), good: 1.0, bad: 1.0 },
        Counter { labels: named("_count", None), good: 1.0, bad: 1.0 },
    ]))
}

/// The selectors of an SLI as the rules read them.
pub fn selectors(sli: &Sli) -> Vec<Selector> {
    match &sli.measure {
        Measure::Latency(latency) if !latency.native => {
            let named = |suffix: &str| Selector {
                name: format!("{}{suffix}", latency.selector.name),
                ..latency.selector.clone()
            };
            let mut bucket = named("_bucket");
            let le = bucket_matcher(&latency.unit.of_duration(latency.bound));
            let (op, value) = match le.strip_prefix("le=~") {
                Some(value) => (MatchOp::Match, value),
                None => (MatchOp::Equal, le.trim_start_matches("le=")),
            };
            let place = bucket.place;
            bucket.matchers.push(Matcher { label: "le".into(), op, value: value.trim_matches('"').to_string(), place });
            vec![bucket, named("_count")]
        }
        Measure::Latency(latency) => vec![latency.selector.clone()],
        measure => {
            let mut found = Vec::new();
            for query in measure.queries() {
                match query {
                    Query::Selector(s) => found.push(s.clone()),
                    Query::Raw(raw) => found.extend(states::selectors_of(&raw.text, raw.place)),
                }
            }
            if let Measure::Holds(holds) = measure {
                found.extend(states::selectors_of(&holds.expr.text, holds.expr.place));
            }
            found
        }
    }
}

/// For each matcher a series that it alone keeps out: without the matcher the numbers would be others.
fn strangers(sli: &Sli) -> Vec<(Labels, bool)> {
    if sli.measure.counters().is_empty() {
        return Vec::new();
    }
    let all = selectors(sli);
    let mut found: Vec<(Labels, bool)> = Vec::new();
    for (i, selector) in all.iter().enumerate() {
        for matcher in &selector.matchers {
            let rest = Selector {
                matchers: selector.matchers.iter().filter(|m| *m != matcher).cloned().collect(),
                ..selector.clone()
            };
            let Ok(labels) = labels_of(&rest, &[(matcher, false)], sli) else { continue };
            if all.iter().any(|s| selects(s, &labels)) || found.iter().any(|(have, _)| *have == labels) {
                continue;
            }
            // which side of the measure it would be taken for
            let bad = match &sli.measure {
                Measure::Events(Events::BadTotal { .. }) => i == 0,
                Measure::Events(Events::GoodBad { .. }) => i == 1,
                _ => i != 0,
            };
            found.push((labels, bad));
        }
    }
    found
}
