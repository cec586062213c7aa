//! OpenSLO v1: each SLI as an SLO of the service that its journey is. What OpenSLO cannot say is said beside it.

use super::yaml::{Document, Map};
use crate::measure::events::Events;
use crate::measure::latency::Latency;
use crate::measure::{Measure, Query};
use crate::model::{Journey, Model, Sli, Step, Urgency, address};
use crate::promql::write::{duration, number, seconds};
use crate::reckon::thresholds::{self, Threshold};
use std::collections::{BTreeMap, BTreeSet};

/// Longer names are not names of OpenSLO.
const LONGEST_NAME: usize = 63;
/// Nor are longer descriptions.
const LONGEST_TEXT: usize = 1050;

/// All journeys as OpenSLO v1, and in words what does not fit.
pub fn file(model: &Model) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut lost = Vec::new();
    let mut taken = BTreeSet::new();
    let mut policies = Policies::default();
    for journey in &model.journeys {
        lost.extend(lost_of(journey));
        let name = name(&[&journey.name.text], &mut taken);
        push(&mut out, |map| {
            head(map, "Service", &name, journey.title.as_deref(), |_| {});
            map.map("spec", |spec| {
                description(spec, journey.doc.as_deref());
            });
        });
        for (step, sli) in journey.all_slis() {
            let alerts = policies.of(journey, sli);
            slo(&mut out, &mut taken, (&name, &alerts), journey, step, sli);
            lost.extend(lost_of_sli(journey, step, sli));
        }
    }
    policies.write(&mut out);
    lost.extend(policies.lost());
    (out, lost)
}

/// The alerts of all SLIs: each row is a policy, since a policy has one condition. SLIs with the same row share it.
#[derive(Default)]
struct Policies {
    names: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// In the order in which they are met.
    all: Vec<(String, Threshold, bool)>,
    /// What rows have that policies do not.
    no_data: bool,
    left: bool,
    need: bool,
}

/// Who gets the alerts; a policy has to name somebody.
const TARGET: &str = "alertmanager";

impl Policies {
    /// The names of the policies of an SLI.
    fn of(&mut self, journey: &Journey, sli: &Sli) -> Vec<String> {
        let alerts = &sli.alerts;
        self.no_data |= alerts.no_data.is_some();
        self.left |= alerts.left.is_some() || alerts.blocked.is_some();
        let mut untold = alerts.no_data.map(|(_, urgency)| urgency);
        let rows = thresholds::of_sli(journey, sli);
        let names = rows.into_iter().map(|row| {
            self.need |= row.need > 1;
            let no_data = untold.take_if(|urgency| *urgency == row.urgency).is_some();
            let key = format!("{} {} {} {no_data}", word(row.urgency), row.long, row.burn);
            if let Some(known) = self.names.get(&key) {
                return known.clone();
            }
            let found = name(&[word(row.urgency), &period(row.long)], &mut self.taken);
            self.names.insert(key, found.clone());
            self.all.push((found.clone(), row, no_data));
            found
        });
        names.collect()
    }

    fn write(&self, out: &mut String) {
        for (name, row, no_data) in &self.all {
            push(out, |map| {
                head(map, "AlertPolicy", name, None, |_| {});
                map.map("spec", |spec| {
                    spec.bool("alertWhenBreaching", true);
                    if *no_data {
                        spec.bool("alertWhenNoData", true);
                    }
                    spec.list("conditions", |list| list.map(|map| condition(map, name, row)));
                    spec.list("notificationTargets", |list| list.map(|map| map.string("targetRef", TARGET)));
                });
            });
        }
        if !self.all.is_empty() {
            push(out, |map| {
                head(map, "AlertNotificationTarget", TARGET, None, |_| {});
                map.map("spec", |spec| {
                    spec.string("description", "Its routes match the labels of an alert.");
                    spec.string("target", TARGET);
                });
            });
        }
    }

    /// What there is to say of all of them.
    fn lost(&self) -> Vec<String> {
        let mut lost = Vec::new();
        if !self.all.is_empty() {
            lost.push(
                "alerts: a row has a short window too, which ends it when the errors end; a condition has one window"
                    .to_string(),
            );
        }
        if self.no_data {
            lost.push("`no_data`: `alertWhenNoData` does not say after how many minutes".to_string());
        }
        for (there, what) in [(self.left, "`left` and `blocked`"), (self.need, "`need`")] {
            if there {
                lost.push(format!("alerts: {what}"));
            }
        }
        lost
    }
}

fn condition(map: &mut Map<'_>, name: &str, row: &Threshold) {
    map.string("kind", "AlertCondition");
    map.map("metadata", |meta| meta.string("name", name));
    map.map("spec", |spec| {
        spec.string("severity", word(row.urgency));
        spec.map("condition", |condition| {
            condition.string("kind", "burnrate");
            condition.string("op", "gt");
            condition.number("threshold", &number(row.burn));
            condition.string("lookbackWindow", &period(row.long));
        });
    });
}

fn word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Page => "page",
        Urgency::Ticket => "ticket",
    }
}

fn push(out: &mut String, write: impl FnOnce(&mut Map<'_>)) {
    let mut document = Document::new(&[]);
    document.map(write);
    // nothing before the first document, also no comment: for some readers it would be a document of its own
    if !out.is_empty() {
        out.push_str("---\n");
    }
    out.push_str(&document.finish());
}

/// A name as DNS has them, which nothing else has yet.
fn name(parts: &[&str], taken: &mut BTreeSet<String>) -> String {
    let whole = parts.join("-").replace('_', "-");
    let whole = whole.trim_matches('-');
    let mut number = 1;
    loop {
        let tail = if number == 1 { String::new() } else { format!("-{number}") };
        let kept: String = whole.chars().take(LONGEST_NAME - tail.len()).collect();
        let found = format!("{}{tail}", kept.trim_end_matches('-'));
        if taken.insert(found.clone()) {
            return found;
        }
        number += 1;
    }
}

fn head(map: &mut Map<'_>, kind: &str, name: &str, title: Option<&str>, more: impl FnOnce(&mut Map<'_>)) {
    map.string("apiVersion", "openslo/v1");
    map.string("kind", kind);
    map.map("metadata", |meta| {
        meta.string("name", name);
        // a longer one is refused
        if let Some(title) = title.filter(|t| t.chars().count() <= LONGEST_NAME) {
            meta.string("displayName", title);
        }
        more(meta);
    });
}

fn slo(
    out: &mut String,
    taken: &mut BTreeSet<String>,
    (service, alerts): (&str, &[String]),
    journey: &Journey,
    step: Option<&Step>,
    sli: &Sli,
) {
    let parts: Vec<&str> = [Some(&journey.name.text), step.map(|s| &s.name.text), Some(&sli.name.text)]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let own = name(&parts, taken);
    push(out, |map| {
        head(map, "SLO", &own, sli.title.as_deref(), |meta| {
            let owner = sli.owner.as_ref().map(|o| ("owner", o.value.as_str()));
            let labels: Vec<(&str, &str)> =
                owner.into_iter().chain(sli.labels.iter().map(|(k, v)| (k.as_str(), v.value.as_str()))).collect();
            if !labels.is_empty() {
                meta.map("labels", |map| {
                    for (key, value) in labels {
                        map.list(key, |list| list.string(value));
                    }
                });
            }
            if let Some(runbook) = &sli.runbook {
                meta.map("annotations", |map| map.string("runbook", &runbook.value));
            }
        });
        map.map("spec", |spec| {
            description(spec, sli.doc.as_deref());
            spec.string("service", service);
            spec.map("indicator", |indicator| {
                indicator.map("metadata", |meta| meta.string("name", &own));
                indicator.map("spec", |spec| measure(spec, sli));
            });
            spec.list("timeWindow", |list| {
                list.map(|window| {
                    window.string("duration", &period(journey.window.value));
                    window.bool("isRolling", true);
                });
            });
            spec.string("budgetingMethod", "Occurrences");
            spec.list("objectives", |list| {
                list.map(|objective| {
                    let threshold = matches!(sli.measure, Measure::Up(_) | Measure::Age(_) | Measure::Holds(_));
                    if let (true, Measure::Age(age)) = (threshold, &sli.measure) {
                        objective.string("op", "lte");
                        objective.number("value", &seconds(age.bound));
                    } else if threshold {
                        objective.string("op", "gte");
                        objective.number("value", "1");
                    }
                    objective.number("targetPercent", sli.target.value.text().trim_end_matches('%'));
                });
            });
            if !alerts.is_empty() {
                spec.list("alertPolicies", |list| {
                    for policy in alerts {
                        list.map(|map| map.string("alertPolicyRef", policy));
                    }
                });
            }
        });
    });
}

/// A description; a longer one is refused.
fn description(spec: &mut Map<'_>, doc: Option<&str>) {
    if let Some(doc) = doc {
        spec.string("description", &doc.chars().take(LONGEST_TEXT).collect::<String>());
    }
}

/// The period of a budget, which OpenSLO has in one unit only.
fn period(minutes: u64) -> String {
    match minutes {
        m if m % 1440 == 0 => format!("{}d", m / 1440),
        m if m % 60 == 0 => format!("{}h", m / 60),
        m => format!("{m}m"),
    }
}

/// `sum by (a, b) (…)`
fn sum(sli: &Sli, inside: &str) -> String {
    let by: Vec<&str> = sli.by.iter().map(|l| l.text.as_str()).collect();
    if by.is_empty() { format!("sum({inside})") } else { format!("sum by ({}) ({inside})", by.join(", ")) }
}

fn measure(spec: &mut Map<'_>, sli: &Sli) {
    let query = |query: &Query| match query {
        Query::Selector(selector) => sum(sli, &selector.text()),
        Query::Raw(raw) => {
            let by: Vec<&str> = sli.by.iter().map(|l| l.text.as_str()).collect();
            let kept = raw.labels.as_ref().is_some_and(|have| have.iter().map(String::as_str).eq(by));
            if kept { raw.text.clone() } else { sum(sli, &raw.text) }
        }
    };
    match &sli.measure {
        Measure::Events(events) => {
            let counter = events.queries().iter().all(|q| q.selector().is_some());
            let parts = match events {
                Events::GoodTotal { good, total } => [("good", query(good)), ("total", query(total))],
                Events::BadTotal { bad, total } => [("bad", query(bad)), ("total", query(total))],
                Events::GoodBad { good, bad } => {
                    [("good", query(good)), ("total", format!("{} + {}", query(good), query(bad)))]
                }
            };
            ratio(spec, counter, &parts);
        }
        Measure::Latency(latency) if latency.native => {
            let bound = latency.unit.of_duration(latency.bound);
            let rate = sum(sli, &format!("rate({}[5m])", latency.selector.text()));
            spec.map("ratioMetric", |map| {
                map.map("raw", |raw| source(raw, &format!("histogram_fraction(0, {bound}, {rate})")));
                map.string("rawType", "success");
            });
        }
        Measure::Latency(latency) => ratio(spec, true, &buckets(sli, latency)),
        Measure::Up(up) => spec.map("thresholdMetric", |map| source(map, &up.query.text())),
        Measure::Age(age) => {
            let newest = match age.unit.per_second() {
                1 => age.query.operand(),
                per_second => format!("{} / {per_second}", age.query.operand()),
            };
            let by: Vec<&str> = sli.by.iter().map(|l| l.text.as_str()).collect();
            let max = if by.is_empty() { "max".to_string() } else { format!("max by ({})", by.join(", ")) };
            spec.map("thresholdMetric", |map| source(map, &format!("time() - {max} ({newest})")));
        }
        Measure::Holds(holds) => spec.map("thresholdMetric", |map| source(map, &holds.expr.text)),
    }
}

/// The bucket at the bound, and all observations.
fn buckets(sli: &Sli, latency: &Latency) -> [(&'static str, String); 2] {
    let le = crate::measure::latency::bucket_matcher(&latency.unit.of_duration(latency.bound));
    [
        ("good", sum(sli, &latency.selector.with_suffix("_bucket", Some(&le)))),
        ("total", sum(sli, &latency.selector.with_suffix("_count", None))),
    ]
}

fn ratio(spec: &mut Map<'_>, counter: bool, parts: &[(&'static str, String)]) {
    spec.map("ratioMetric", |map| {
        map.bool("counter", counter);
        for (word, query) in parts {
            map.map(word, |metric| source(metric, query));
        }
    });
}

fn source(map: &mut Map<'_>, query: &str) {
    map.map("metricSource", |source| {
        source.string("type", "Prometheus");
        source.map("spec", |spec| spec.string("query", query));
    });
}

/// What a journey has and OpenSLO does not.
fn lost_of(journey: &Journey) -> Vec<String> {
    let name = &journey.name.text;
    let mut lost = Vec::new();
    if journey.steps.len() > 1 || journey.target.is_some() {
        lost.push(format!("{name}: the number that its steps make together, and a target for it with its alerts"));
    }
    if !journey.delivers.is_empty() {
        lost.push(format!("{name}: `delivers`"));
    }
    lost
}

/// What an SLI has and OpenSLO does not.
fn lost_of_sli(journey: &Journey, step: Option<&Step>, sli: &Sli) -> Vec<String> {
    let address = address(journey, step, sli);
    let mut words = Vec::new();
    if sli.exclude.is_some() {
        words.push("`exclude`".to_string());
    }
    if sli.traffic.is_some() {
        words.push("`traffic`".to_string());
    }
    if !sli.by.is_empty() {
        words.push("`by`: its queries keep the labels, and whoever reads them decides".to_string());
    }
    if let Measure::Age(age) = &sli.measure {
        words
            .push(format!("a timestamp that is away counts as its last value in Tabi (under {})", duration(age.bound)));
    }
    if words.is_empty() { Vec::new() } else { vec![format!("{address}: {}", words.join("; "))] }
}
