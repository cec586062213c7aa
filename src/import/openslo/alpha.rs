//! `openslo/v1alpha`: an SLO has its queries in itself.

use super::super::fields::{Fields, Reader};
use super::super::messages as say;
use super::super::query::Query;
use super::super::service::{Service, Slo};
use super::super::settings::Context;
use super::super::yaml::Node;
use super::index::Index;
use super::v1;
use super::{
    DAY, Indicator, USUAL, bare, calendar, done, empty, fitting, goal, measured, metadata, only_objective, ratio_of,
    target, usable,
};
use std::rc::Rc;

const SPEC: &[&str] = &["service", "description", "indicator", "timeWindows", "budgetingMethod", "objectives"];
const OBJECTIVE: &[&str] =
    &["displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow", "ratioMetrics"];

const UNITS: &[(&str, u64)] = &[
    ("Second", 1_000),
    ("Minute", 60_000),
    ("Hour", 3_600_000),
    ("Day", DAY),
    ("Week", 7 * DAY),
    ("Month", 30 * DAY),
    ("Quarter", 90 * DAY),
    ("Year", 365 * DAY),
];

/// An SLO with its objectives.
pub fn slo(reader: &mut Reader<'_>, context: &mut Context, index: &Index, node: &Rc<Node>) -> Option<Service> {
    let fields = reader.fields(node, "an SLO", &["apiVersion", "kind", "metadata", "spec"])?;
    let meta = reader.required(&fields, "metadata", "an SLO");
    let spec = reader.required(&fields, "spec", "an SLO");
    let meta = reader.fields(&meta?, "`metadata`", v1::METADATA)?;
    let (name, name_node) = reader.required_text(&meta, "name", "`metadata`")?;
    let spec = reader.fields(&spec?, "`spec`", SPEC)?;
    let service = reader.required_text(&spec, "service", "`spec`");
    let method = reader.text(&spec, "budgetingMethod").unwrap_or_else(|| "Occurrences".into());
    let mut notes = Vec::new();
    let window = window(reader, &spec, &mut notes)?;
    let description = reader.text(&spec, "description").filter(|d| !d.trim().is_empty());
    let title = reader.text(&meta, "displayName");
    let mut threshold_why = Vec::new();
    let threshold = match spec.get("indicator").cloned() {
        Some(node) => {
            let fields = reader.fields(&node, "`indicator`", &["thresholdMetric"])?;
            let node = reader.required(&fields, "thresholdMetric", "`indicator`")?;
            metric(reader, context, &node, &name, &mut notes, &mut threshold_why)
        }
        None => None,
    };
    let (service_name, _) = service?;
    let mut made = empty(&service_name, window);
    index.describe(reader, context, &mut made);
    let objectives = reader.list(&spec, "objectives");
    let several = objectives.len() > 1;
    for (number, node) in objectives.iter().enumerate() {
        let Some(objective) = reader.fields(node, "an objective", OBJECTIVE) else { continue };
        let called = reader.text(&objective, "displayName");
        let mut slo = bare(name.clone(), reader.at(&name_node));
        slo.notes.clone_from(&notes);
        slo.title.clone_from(if several { &called } else { &title });
        slo.description.clone_from(&description);
        if several {
            slo.step = Some(super::part_of(&name, called.as_deref()));
            slo.name = format!("{name}-{}", called.unwrap_or_else(|| format!("{}", number + 1)));
        }
        metadata(reader, context, &meta, &mut slo);
        if !several {
            only_objective(reader, context, &objective, &mut slo.notes);
        }
        let mut why = threshold_why.clone();
        let indicator = match (&threshold, objective.get("ratioMetrics").cloned()) {
            (None, Some(node)) => ratio(reader, context, &node, &mut slo, &mut why),
            (Some(query), None) => Some(Indicator::Threshold(query.clone())),
            (None, None) if !why.is_empty() => None,
            _ => {
                let at = reader.head(node);
                reader.say(say::only_one(at, "an SLO", &["indicator", "ratioMetrics"]));
                continue;
            }
        };
        let goal = goal(reader, &objective, &method);
        if let Some(indicator) = &indicator {
            fitting(reader, context, &objective, &goal, indicator, &mut slo.notes);
        }
        let Some((percentage, target_node)) = target(reader, &objective) else { continue };
        if percentage.parse::<f64>().is_ok_and(|t| t >= 100.0) {
            why.push(reader.perfect(&target_node, &slo.name));
        }
        slo.target = percentage;
        match indicator.map(|i| measured(&i, &goal)) {
            Some(Ok(measured)) => slo.measured = measured,
            Some(Err(reason)) => {
                let at = reader.head(node);
                reader.say(say::left_out(at, format!("{}: {reason}", slo.name)));
                why.push(reason);
            }
            None if why.is_empty() => continue,
            None => {}
        }
        match done(reader, slo, why) {
            Ok(slo) => made.slos.push(slo),
            Err(comment) => made.lost.push(comment),
        }
    }
    Some(made)
}

fn window(reader: &mut Reader<'_>, spec: &Fields, notes: &mut Vec<String>) -> Option<u64> {
    let all = reader.list(spec, "timeWindows");
    let Some(first) = all.first() else {
        notes.push("the specification has no window; 28d is Tabi's".into());
        return Some(USUAL);
    };
    let fields = reader.fields(first, "a time window", &["unit", "count", "isRolling", "calendar"])?;
    let (unit, unit_node) = reader.required_text(&fields, "unit", "a time window")?;
    let (count, count_node) = reader.required_text(&fields, "count", "a time window")?;
    let calendar = calendar(reader, &fields);
    let Some((_, length)) = UNITS.iter().find(|(word, _)| *word == unit) else {
        let words: Vec<&str> = UNITS.iter().map(|(word, _)| *word).collect();
        reader.say(say::unknown_word(reader.at(&unit_node), "unit", &unit, &words));
        return None;
    };
    let Some(whole) = count.parse::<u64>().ok().and_then(|n| n.checked_mul(*length)) else {
        reader.say(say::bad_duration(reader.at(&count_node), "count", &count));
        return None;
    };
    if let Some(second) = all.get(1) {
        let message = "a budget has one window; the others are left out";
        notes.push(format!("check: {message}"));
        reader.say(say::changed(reader.head(second), message));
    }
    Some(usable(reader, reader.at(&unit_node), whole, calendar, notes))
}

fn ratio(
    reader: &mut Reader<'_>,
    context: &mut Context,
    node: &Rc<Node>,
    slo: &mut Slo,
    why: &mut Vec<String>,
) -> Option<Indicator> {
    let fields = reader.fields(node, "`ratioMetrics`", &["good", "bad", "total", "incremental", "counter"])?;
    let counter = reader.flag(&fields, "incremental").or_else(|| reader.flag(&fields, "counter")).unwrap_or(false);
    let mut notes = Vec::new();
    let mut part =
        |key: &str| fields.get(key).cloned().map(|node| metric(reader, context, &node, &slo.name, &mut notes, why));
    let parts = [part("good"), part("bad"), part("total")];
    slo.notes.extend(notes);
    ratio_of(reader, node, "`ratioMetrics`", parts, counter)
}

fn metric(
    reader: &mut Reader<'_>,
    context: &mut Context,
    node: &Rc<Node>,
    slo: &str,
    notes: &mut Vec<String>,
    why: &mut Vec<String>,
) -> Option<Query> {
    let fields = reader.fields(node, "a metric", &["source", "queryType", "query", "metadata"])?;
    for pair in reader.pairs(&fields, "metadata") {
        let note = format!("{} of its metric: {}", pair.key, pair.value);
        if !notes.contains(&note) {
            notes.push(note);
        }
        if context.is_first(reader.id, &format!("metadata.{}", pair.key)) {
            let message = format!("`{}` beside a query means nothing to Prometheus; it is a comment", pair.key);
            reader.say(say::lost_words(pair.at, message));
        }
    }
    let source = reader.text(&fields, "source").unwrap_or_default();
    let kind = reader.text(&fields, "queryType").unwrap_or_default();
    if !source.is_empty() && !v1::speaks_promql(&source) && !v1::speaks_promql(&kind) {
        let at = fields.get("source").map_or_else(|| reader.head(node), |n| reader.at(n));
        return v1::foreign(reader, at, slo, &source, why);
    }
    let query = reader.required(&fields, "query", "a metric")?;
    match reader.query(&query, "query", slo) {
        Ok(query) => Some(query),
        Err(reason) => {
            why.push(reason);
            None
        }
    }
}
