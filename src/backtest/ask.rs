//! What to ask a Prometheus for: the two numbers of level 1 as expressions over raw series, and the selectors of a measure.

use crate::measure::query::matchers;
use crate::measure::{Frame, Matcher, Measure, Query, Raw, Selector, Series};
use crate::model::Site;
use crate::plan::Plan;
use crate::plan::members::Member;
use crate::plan::sites::labels_of;
use crate::promql::ast::{self, MatcherValue};
use crate::promql::write::quote;

/// The two numbers of an SLI over raw series alone: total, then bad, in events per second.
///
/// They are the very expressions of the rules, but that the second of them, which reads what the first has recorded, has the first in its
/// place. A label keeps it apart from raw series, as those of the recorded one do. With a site, they are those of its series among all.
pub fn level_one(plan: &Plan<'_>, member: &Member<'_>, site: Option<&Site>) -> [String; 2] {
    let (measure, frame) = framed(plan, member, site);
    let [(first, text), (_, second)] = measure.lower(&frame);
    let inside = format!("label_replace((\n{text}\n), \"sli\", {}, \"\", \"\")", quote(&member.1.name.text));
    let second = second.replace(&frame.recorded(first), &inside);
    if first == Series::Total { [text, second] } else { [second, text] }
}

fn framed(plan: &Plan<'_>, member: &Member<'_>, site: Option<&Site>) -> (Measure, Frame) {
    match site {
        Some(site) => plan.of_site(member, site),
        None => (member.1.measure.clone(), plan.frame(member)),
    }
}

/// The same two numbers as the rules of a site recorded and sent them: of what arrives twice, from two replicas, one is taken. An instant read
/// would see the last of them for five minutes more.
pub fn recorded(plan: &Plan<'_>, member: &Member<'_>, site: &Site) -> [String; 2] {
    let (_, frame) = plan.of_site(member, site);
    // one evaluation, also where ranges hold their left end
    let range = format!("{}s999ms", plan.evaluate_seconds() - 1);
    [Series::Total, Series::Bad]
        .map(|series| format!("max by ({}) (last_over_time({}[{range}]))", frame.by.join(", "), frame.recorded(series)))
}

/// The selector of all that a site has: `{region="ap-northeast-1"}`.
pub fn all_of(site: &Site) -> String {
    format!("{{{}}}", matchers(&labels_of(site)))
}

/// The selector of all events that the rules of a site recorded.
pub fn recorded_total(plan: &Plan<'_>, member: &Member<'_>, site: &Site) -> String {
    plan.of_site(member, site).1.recorded(Series::Total)
}

/// What a selector of a measure is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Good events.
    Good,
    /// Bad events.
    Bad,
    /// All events.
    Total,
    /// The number of observations of a histogram.
    Count,
    /// The bucket at the bound.
    Bucket,
    /// A native histogram.
    Native,
    /// A gauge, or what an expression reads.
    Gauge,
    /// What excludes.
    Exclude,
    /// `up` of the targets, by which new series are told from those that return.
    Up,
}

impl Role {
    /// The word.
    pub fn text(self) -> &'static str {
        match self {
            Role::Good => "good",
            Role::Bad => "bad",
            Role::Total => "total",
            Role::Count => "count",
            Role::Bucket => "bucket",
            Role::Native => "native histogram",
            Role::Gauge => "reads",
            Role::Exclude => "exclude",
            Role::Up => "up",
        }
    }
    /// Whether there is nothing to measure where it matches nothing. Where nothing ever fails there may be no series of failures, and what
    /// excludes is mostly not there.
    pub fn must_match(self) -> bool {
        !matches!(self, Role::Bad | Role::Exclude | Role::Up)
    }
}

/// A selector and what it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    /// What for.
    pub role: Role,
    /// The selector; without a name where PromQL has it among its matchers.
    pub selector: Selector,
}

impl Sought {
    fn new(role: Role, selector: Selector) -> Sought {
        Sought { role, selector }
    }
    /// The bound of a bucket.
    pub fn bound(&self) -> Option<&Matcher> {
        self.selector.matchers.last().filter(|m| self.role == Role::Bucket && m.label == "le")
    }
}

/// All selectors of an SLI, each once for what it is for; with a site, those of its series among all.
pub fn selectors(plan: &Plan<'_>, member: &Member<'_>, site: Option<&Site>) -> Vec<Sought> {
    let sli = member.1;
    let (measure, frame) = framed(plan, member, site);
    let of_site = site.map(labels_of).unwrap_or_default();
    let mut found: Vec<Sought> = Vec::new();
    match &measure {
        Measure::Events(events) => {
            use crate::measure::events::Events;
            let [a, b] = match events {
                Events::GoodTotal { good, total } => [(Role::Good, good), (Role::Total, total)],
                Events::BadTotal { bad, total } => [(Role::Bad, bad), (Role::Total, total)],
                Events::GoodBad { good, bad } => [(Role::Good, good), (Role::Bad, bad)],
            };
            found.extend(of_query(a.0, a.1));
            found.extend(of_query(b.0, b.1));
        }
        Measure::Latency(latency) if latency.native => found.push(Sought::new(Role::Native, latency.selector.clone())),
        Measure::Latency(latency) => {
            found.push(Sought::new(Role::Count, suffixed(&latency.selector, "_count")));
            let mut bucket = suffixed(&latency.selector, "_bucket");
            let bound = latency.unit.of_duration(latency.bound);
            let written = crate::measure::latency::bucket_matcher(&bound);
            let value = written.split('"').nth(1).unwrap_or(&bound).to_string();
            let op = if written.starts_with("le=~") { ast::MatchOp::Match } else { ast::MatchOp::Equal };
            bucket.matchers.push(Matcher { label: "le".to_string(), op, value, place: latency.selector.place });
            found.push(Sought::new(Role::Bucket, bucket));
        }
        Measure::Up(up) => found.extend(of_query(Role::Gauge, &up.query)),
        Measure::Age(age) => found.extend(of_query(Role::Gauge, &age.query)),
        Measure::Holds(holds) => found.extend(of_raw(Role::Gauge, &holds.expr)),
    }
    if !frame.pushed {
        for selector in measure.counters() {
            let mut up = selector.clone();
            up.name = "up".to_string();
            up.matchers.retain(|m| m.label == "job" || of_site.iter().any(|(label, _)| *label == m.label));
            found.push(Sought::new(Role::Up, up));
        }
    }
    if let Some(exclude) = &frame.exclude {
        found.extend(of_text(Role::Exclude, exclude, sli));
    }
    let mut kept: Vec<Sought> = Vec::new();
    for sought in found {
        if !kept.iter().any(|k| k.role == sought.role && k.selector.text() == sought.selector.text()) {
            kept.push(sought);
        }
    }
    kept
}

fn suffixed(selector: &Selector, suffix: &str) -> Selector {
    Selector { name: format!("{}{suffix}", selector.name), ..selector.clone() }
}

fn of_query(role: Role, query: &Query) -> Vec<Sought> {
    match query {
        Query::Selector(selector) => vec![Sought::new(role, selector.clone())],
        Query::Raw(raw) => of_raw(role, raw),
    }
}

fn of_raw(role: Role, raw: &Raw) -> Vec<Sought> {
    let Ok(expr) = crate::promql::parse(&raw.text, &|_| None) else { return Vec::new() };
    crate::promql::selectors(&expr).into_iter().map(|s| Sought::new(role, of_ast(s, raw.place))).collect()
}

fn of_text(role: Role, text: &str, sli: &crate::model::Sli) -> Vec<Sought> {
    let Ok(expr) = crate::promql::parse(text, &|_| None) else { return Vec::new() };
    crate::promql::selectors(&expr).into_iter().map(|s| Sought::new(role, of_ast(s, sli.place))).collect()
}

fn of_ast(selector: &ast::Selector, place: crate::source::Place) -> Selector {
    let matchers = selector.matchers.iter().filter_map(|m| match &m.value {
        MatcherValue::Literal(text) => {
            Some(Matcher { label: m.label.text.clone(), op: m.op, value: text.value.clone(), place })
        }
        MatcherValue::Param(_) => None,
    });
    let name = selector.name.as_ref().map(|n| n.text.clone()).unwrap_or_default();
    Selector { name, matchers: matchers.collect(), place }
}
