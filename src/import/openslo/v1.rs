//! `openslo/v1`: SLOs with what they refer to.

use super::super::fields::{Fields, Reader};
use super::super::messages as say;
use super::super::query::Query;
use super::super::service::{Service, Slo};
use super::super::settings::Context;
use super::super::yaml::{Node, Value};
use super::index::Index;
use super::{
    Indicator, USUAL, alerts, bare, calendar, done, empty, fitting, goal, measured, metadata, only_objective, ratio_of,
    shorthand, target, usable,
};
use crate::source::Place;
use std::rc::Rc;

pub const METADATA: &[&str] = &["name", "displayName", "labels", "annotations"];
const OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "spec"];
const SPEC: &[&str] = &[
    "description",
    "service",
    "indicator",
    "indicatorRef",
    "timeWindow",
    "budgetingMethod",
    "objectives",
    "alertPolicies",
];
const OBJECTIVE: &[&str] = &[
    "displayName",
    "op",
    "value",
    "target",
    "targetPercent",
    "timeSliceTarget",
    "timeSliceWindow",
    "indicator",
    "indicatorRef",
    "compositeWeight",
];

const METHODS: &[&str] = &["Occurrences", "Timeslices", "RatioTimeslices"];

/// An SLO: its objectives, in a service; a composite is a journey of its own.
pub fn slo(reader: &mut Reader<'_>, context: &mut Context, index: &Index, node: &Rc<Node>) -> Option<Service> {
    let fields = reader.fields(node, "an SLO", OBJECT)?;
    let meta = reader.required(&fields, "metadata", "an SLO");
    let spec = reader.required(&fields, "spec", "an SLO");
    let meta = reader.fields(&meta?, "`metadata`", METADATA)?;
    let (name, name_node) = reader.required_text(&meta, "name", "`metadata`")?;
    let spec = reader.fields(&spec?, "`spec`", SPEC)?;
    let service = reader.required_text(&spec, "service", "`spec`");
    let method = reader.text(&spec, "budgetingMethod").unwrap_or_else(|| "Occurrences".into());
    if !METHODS.contains(&method.as_str()) {
        let at = spec.get("budgetingMethod").map_or_else(|| reader.at(&name_node), |n| reader.at(n));
        reader.say(say::unknown_word(at, "budgetingMethod", &method, METHODS));
    }
    let mut notes = Vec::new();
    let window = window(reader, &spec, &name, &mut notes)?;
    let objectives = reader.list(&spec, "objectives");
    if objectives.is_empty() {
        let at = reader.head(&spec.node);
        reader.say(say::missing_field(at, "objectives", "`spec`"));
        return None;
    }
    let own = spec.get("indicator").or_else(|| spec.get("indicatorRef")).is_some();
    let title = reader.text(&meta, "displayName");
    let description = reader.text(&spec, "description");
    let policies = alerts::of(reader, context, index, &spec, window);
    let (service_name, _) = service?;
    let mut made = empty(if own { &service_name } else { &name }, window);
    if own {
        index.describe(reader, context, &mut made);
    } else {
        made.title.clone_from(&title);
        made.description.clone_from(&description);
        made.weighted = true;
        made.notes.push(format!("a composite of the service {service_name}: each objective is a step"));
    }
    let several = objectives.len() > 1;
    for (number, node) in objectives.iter().enumerate() {
        let Some(objective) = reader.fields(node, "an objective", OBJECTIVE) else { continue };
        let called = reader.text(&objective, "displayName");
        let mut slo = bare(name.clone(), reader.at(&name_node));
        slo.notes.clone_from(&notes);
        slo.title.clone_from(if several || !own { &called } else { &title });
        slo.description = description.clone().filter(|d| own && !d.trim().is_empty());
        if several || !own {
            let part = called.clone().unwrap_or_else(|| format!("{}", number + 1));
            if own {
                slo.step = Some(super::part_of(&name, called.as_deref()));
            }
            slo.name = if own { format!("{name}-{part}") } else { part };
        }
        metadata(reader, context, &meta, &mut slo);
        if !several && own {
            only_objective(reader, context, &objective, &mut slo.notes);
        }
        let mut why = Vec::new();
        let from = if own { &spec } else { &objective };
        let indicator = indicator(reader, context, index, from, &mut slo, own, &mut why);
        let goal = goal(reader, &objective, &method);
        let Some((percentage, target_node)) = target(reader, &objective) else { continue };
        if percentage.parse::<f64>().is_ok_and(|t| t >= 100.0) {
            why.push(reader.perfect(&target_node, &slo.name));
        }
        slo.target = percentage;
        weight(reader, &objective, own, &mut slo);
        slo.alerts.clone_from(&policies.0);
        slo.notes.extend(policies.1.iter().cloned());
        if let Some(indicator) = &indicator {
            fitting(reader, context, &objective, &goal, indicator, &mut slo.notes);
        }
        match indicator.map(|i| measured(&i, &goal)) {
            Some(Ok(measured)) => slo.measured = measured,
            Some(Err(reason)) => {
                let at = reader.head(node);
                reader.say(say::left_out(at, format!("{}: {reason}", slo.name)));
                why.push(reason);
            }
            None if why.is_empty() => continue, // it was said
            None => {}
        }
        match done(reader, slo, why) {
            Ok(slo) => made.slos.push(slo),
            Err(comment) => made.lost.push(comment),
        }
    }
    Some(made)
}

/// `compositeWeight`
fn weight(reader: &mut Reader<'_>, objective: &Fields, own: bool, slo: &mut Slo) {
    let Some(weight) = reader.text(objective, "compositeWeight") else { return };
    let Some(at) = objective.get("compositeWeight").map(|n| reader.at(n)) else { return };
    let fits = weight.parse::<f64>().is_ok_and(|w| w > 0.0 && w <= 1e6);
    if !fits || !weight.starts_with(|c: char| c.is_ascii_digit()) {
        reader.say(say::bad_number(at, "compositeWeight", &weight, "a number above 0"));
    } else if own {
        let message = "`compositeWeight` weighs objectives with indicators of their own; these share one";
        slo.notes.push(message.into());
        reader.say(say::dropped(at, message));
    } else {
        slo.weight = Some(weight);
    }
}

/// `timeWindow`
fn window(reader: &mut Reader<'_>, spec: &Fields, slo: &str, notes: &mut Vec<String>) -> Option<u64> {
    let all = reader.list(spec, "timeWindow");
    let Some(first) = all.first() else {
        notes.push("the specification has no window; 28d is Tabi's".into());
        return Some(USUAL);
    };
    let fields = reader.fields(first, "a time window", &["duration", "isRolling", "calendar"])?;
    let (text, node) = reader.required_text(&fields, "duration", "a time window")?;
    let calendar = calendar(reader, &fields);
    let Some(length) = shorthand(&text) else {
        reader.say(say::bad_duration(reader.at(&node), "duration", &text));
        return None;
    };
    if let Some(second) = all.get(1) {
        let message = format!("{slo}: a budget has one window; the others are left out");
        notes.push(format!("check: {message}"));
        reader.say(say::changed(reader.head(second), message));
    }
    Some(usable(reader, reader.at(&node), length, calendar, notes))
}

/// `indicator` or `indicatorRef` of an SLO or of an objective.
fn indicator(
    reader: &mut Reader<'_>,
    context: &mut Context,
    index: &Index,
    from: &Fields,
    slo: &mut Slo,
    own: bool,
    why: &mut Vec<String>,
) -> Option<Indicator> {
    let inline = from.get("indicator").cloned();
    let reference = from.get("indicatorRef").cloned();
    let inline = match (inline, reference) {
        (Some(inline), None) => inline,
        (None, Some(reference)) => match index.follow(reader, &reference, "SLI", true) {
            Ok(found) => found,
            Err(reason) => {
                why.push(reason);
                return None;
            }
        },
        _ => {
            let at = reader.head(&from.node);
            reader.say(say::only_one(at, "an SLO", &["indicator", "indicatorRef"]));
            return None;
        }
    };
    let fields = reader.fields(&inline, "an SLI", OBJECT)?;
    if let Some(meta) = fields.get("metadata").cloned()
        && let Some(meta) = reader.fields(&meta, "`metadata`", METADATA)
    {
        let title = reader.text(&meta, "displayName");
        let called = reader.text(&meta, "name").filter(|name| *name != slo.name && slo.name.parse::<usize>().is_err());
        let other = title.clone().filter(|t| slo.title.as_ref().is_some_and(|own| own != t));
        slo.title = slo.title.take().or(title);
        let both: Vec<String> = called.into_iter().chain(other.map(|t| format!("“{t}”"))).collect();
        if !both.is_empty() {
            slo.notes.push(format!("its SLI was called {}", both.join(", ")));
            if context.is_first(reader.id, "SLI names") {
                let at = reader.head(&meta.node);
                reader.say(say::lost_words(at, "the name of an SLI is a comment: in Tabi SLO and SLI are one"));
            }
        }
        if !own && slo.name.parse::<usize>().is_ok() {
            slo.name = reader.text(&meta, "name").unwrap_or_else(|| slo.name.clone());
        }
        let (owner, labels) = (slo.owner.take(), slo.labels.clone());
        metadata(reader, context, &meta, slo);
        // those of the SLO are nearer
        let of_sli = std::mem::replace(&mut slo.labels, labels);
        for label in of_sli {
            if !slo.labels.iter().any(|l| l.key == label.key) {
                slo.labels.push(label);
            }
        }
        slo.owner = owner.or(slo.owner.take());
    }
    let spec = reader.required(&fields, "spec", "an SLI")?;
    let spec = reader.fields(&spec, "the `spec` of an SLI", &["description", "thresholdMetric", "ratioMetric"])?;
    if slo.description.is_none() {
        slo.description = reader.text(&spec, "description").filter(|d| !d.trim().is_empty());
    }
    match (spec.get("thresholdMetric").cloned(), spec.get("ratioMetric").cloned()) {
        (Some(node), None) => Asked { index, context, slo, why }.source(reader, &node).map(Indicator::Threshold),
        (None, Some(node)) => Asked { index, context, slo, why }.ratio(reader, &node),
        _ => {
            let at = reader.head(&spec.node);
            reader.say(say::only_one(at, "an SLI", &["thresholdMetric", "ratioMetric"]));
            None
        }
    }
}

/// What the queries of an SLI are read for.
struct Asked<'a> {
    index: &'a Index,
    context: &'a mut Context,
    slo: &'a mut Slo,
    why: &'a mut Vec<String>,
}

impl Asked<'_> {
    fn ratio(&mut self, reader: &mut Reader<'_>, node: &Rc<Node>) -> Option<Indicator> {
        let known = &["counter", "good", "bad", "total", "raw", "rawType"];
        let fields = reader.fields(node, "`ratioMetric`", known)?;
        let counter = reader.flag(&fields, "counter").unwrap_or(false);
        if let Some(raw) = fields.get("raw").cloned() {
            let kind = reader.text(&fields, "rawType").unwrap_or_else(|| "success".into());
            if !["success", "failure"].contains(&kind.as_str()) {
                let at = fields.get("rawType").map_or_else(|| reader.head(node), |n| reader.at(n));
                reader.say(say::unknown_word(at, "rawType", &kind, &["success", "failure"]));
            }
            let query = self.source(reader, &raw)?;
            return Some(Indicator::Raw { query, of_good: kind == "success" });
        }
        let mut part = |key: &str| fields.get(key).cloned().map(|node| self.source(reader, &node));
        let parts = [part("good"), part("bad"), part("total")];
        ratio_of(reader, node, "`ratioMetric`", parts, counter)
    }

    /// The query of a `metricSource`.
    fn source(&mut self, reader: &mut Reader<'_>, node: &Rc<Node>) -> Option<Query> {
        let outer = reader.fields(node, "a metric", &["metricSource"])?;
        let node = reader.required(&outer, "metricSource", "a metric")?;
        let fields = reader.fields(&node, "`metricSource`", &["metricSourceRef", "type", "spec"])?;
        let mut kind = reader.text(&fields, "type");
        if let Some(reference) = fields.get("metricSourceRef").cloned()
            && let Some(name) = reader.text_of(&reference, "metricSourceRef")
        {
            // a source that is described elsewhere may well be a Prometheus
            let named = self.index.get("DataSource", &name);
            let typed = named.and_then(|n| n.get("spec")).and_then(|s| s.get("type")).and_then(|n| n.text());
            if let (None, None) = (&kind, typed) {
                let message = format!(
                    "no DataSource `{name}` is in the files that are imported: its queries are taken as PromQL"
                );
                self.note(format!("check: {message}"));
                reader.say(say::changed(reader.at(&reference), message));
            }
            kind = kind.or_else(|| typed.map(str::to_string));
            self.note(format!("its metrics are in the data source {name}"));
            if self.context.is_first(reader.id, "metricSourceRef") {
                let message = "a rule reads the Prometheus that evaluates it: `metricSourceRef` has no counterpart";
                reader.say(say::lost_words(reader.at(&reference), message));
            }
        }
        let at = fields
            .get("type")
            .or_else(|| fields.get("metricSourceRef"))
            .map_or_else(|| reader.head(&node), |n| reader.at(n));
        if let Some(kind) = &kind
            && !speaks_promql(kind)
        {
            return foreign(reader, at, &self.slo.name, kind, self.why);
        }
        let spec = reader.required(&fields, "spec", "`metricSource`")?;
        // how the query is called there is not laid down
        let found =
            ["query", "promql", "expr", "metric"].iter().find_map(|key| spec.get(key).map(|n| (*key, n.clone())));
        let Some((key, query)) = found else {
            let at = reader.head(&spec);
            reader.say(say::missing_field(at, "query", "the `spec` of a metric source"));
            return None;
        };
        if let Value::Map(pairs) = &spec.value {
            for (other, value) in pairs.iter().filter(|(k, _)| k.text().is_some_and(|k| k != key)) {
                let name = other.text().unwrap_or_default();
                self.note(format!("{name} of its metric source: {}", value.written()));
                if self.context.is_first(reader.id, &format!("spec.{name}")) {
                    let message = format!("`{name}` beside a query means nothing to Prometheus; it is a comment");
                    reader.say(say::lost_words(reader.at(other), message));
                }
            }
        }
        match reader.query(&query, key, &self.slo.name) {
            Ok(query) => Some(query),
            Err(reason) => {
                self.why.push(reason);
                None
            }
        }
    }

    fn note(&mut self, note: String) {
        if !self.slo.notes.contains(&note) {
            self.slo.notes.push(note);
        }
    }
}

/// Whether a source of this type is asked in PromQL.
pub fn speaks_promql(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    ["prometheus", "thanos", "mimir", "cortex", "victoria", "sloth", "promql", "amp"].iter().any(|k| kind.contains(k))
}

/// Says that a metric is not in Prometheus.
pub fn foreign(reader: &mut Reader<'_>, at: Place, slo: &str, kind: &str, why: &mut Vec<String>) -> Option<Query> {
    let reason = format!("its metrics are in {kind}, and Tabi reads Prometheus");
    reader.say(say::left_out(at, format!("{slo}: {reason}")));
    why.push(reason);
    None
}
