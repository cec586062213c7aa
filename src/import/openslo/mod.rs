//! OpenSLO: `openslo/v1` with its references, and `openslo/v1alpha`. Both are read into the same objectives, which become measures here.

mod alerts;
mod alpha;
mod index;
mod v1;

use super::fields::{Fields, Pair, Reader};
use super::query::{self, Measured, Query};
use super::service::{Alerts, Service, Slo, owner_of};
use super::settings::{Context, lost, percent, share};
use super::yaml::Node;
use super::{Document, merged, messages as say, names};
use crate::promql::write::duration;
use crate::source::{FileId, Place};
use crate::syntax::leaf;
use std::collections::HashMap;
use std::rc::Rc;

const DAY: u64 = 86_400_000;
/// The window where a specification has none that Tabi can have.
const USUAL: u64 = 28 * DAY;

/// What an indicator says, its queries read.
enum Indicator {
    /// `ratioMetric` with counts
    Ratio { good: Option<Query>, bad: Option<Query>, total: Option<Query>, counter: bool },
    /// `ratioMetric` with a ratio
    Raw { query: Query, of_good: bool },
    /// `thresholdMetric`
    Threshold(Query),
}

/// A ratio of counts from its `good`, `bad` and `total`: `None` where one is not written, `Some(None)` where it is broken, and that was said.
#[allow(clippy::option_option, reason = "a part is not written, or broken, or read")]
fn ratio_of(
    reader: &mut Reader<'_>,
    node: &Rc<Node>,
    whose: &str,
    parts: [Option<Option<Query>>; 3],
    counter: bool,
) -> Option<Indicator> {
    if parts.iter().filter(|part| part.is_some()).count() < 2 {
        let missing = if parts[2].is_some() { "good" } else { "total" };
        reader.say(say::missing_field(reader.head(node), missing, whose));
        return None;
    }
    if parts.iter().any(|part| matches!(part, Some(None))) {
        return None;
    }
    let [good, bad, total] = parts.map(Option::flatten);
    Some(Indicator::Ratio { good, bad, total, counter })
}

/// What an objective says beside its target.
#[derive(Default)]
struct Goal {
    op: Option<String>,
    value: Option<String>,
    slice_target: Option<String>,
    slice_window: Option<u64>,
    slices: bool,
    ratio_slices: bool,
}

/// Reads all documents of `OpenSLO`.
pub fn read(documents: &[Document], readers: &mut HashMap<FileId, Reader<'_>>, context: &mut Context) -> Vec<Service> {
    let index = index::Index::of(documents);
    let mut services = Vec::new();
    for document in documents {
        let Some(reader) = readers.get_mut(&document.file) else { continue };
        let text = |key: &str| document.node.get(key).and_then(|n| n.text()).unwrap_or("").to_string();
        let (version, kind) = (text("apiVersion"), text("kind"));
        match (version.as_str(), kind.as_str()) {
            ("openslo/v1", "SLO") => {
                context.read += 1;
                services.extend(v1::slo(reader, context, &index, &document.node));
            }
            ("openslo/v1alpha", "SLO") => {
                context.read += 1;
                services.extend(alpha::slo(reader, context, &index, &document.node));
            }
            ("openslo/v1", "SLI" | "AlertPolicy" | "AlertCondition" | "Service") | ("openslo/v1alpha", "Service") => {
                context.read += 1; // read where they are named
            }
            ("openslo/v1", "AlertNotificationTarget" | "DataSource") => {
                context.read += 1;
                let (what, why) = match kind.as_str() {
                    "DataSource" => (
                        "sources",
                        "how a Prometheus is reached is not in rules: a DataSource only says whether queries are PromQL",
                    ),
                    _ => ("targets", alerts::TARGETS),
                };
                if context.is_first(document.file, what) {
                    let at = reader.head(&document.node);
                    reader.say(say::lost_words(at, why));
                }
            }
            _ => {
                let said = if kind.is_empty() { "no `kind`".to_string() } else { format!("{kind} ({version})") };
                context.pass_over(document.file, &said);
            }
        }
    }
    index.say_rest(readers);
    merged(services)
}

/// A service that has nothing yet.
fn empty(name: &str, window: u64) -> Service {
    Service {
        name: name.to_string(),
        title: None,
        description: None,
        window: duration(window),
        notes: Vec::new(),
        owner: None,
        labels: Vec::new(),
        alerts: Alerts::default(),
        weighted: false,
        slos: Vec::new(),
        lost: Vec::new(),
    }
}

/// An SLO that has a name and nothing else.
fn bare(name: String, at: Place) -> Slo {
    Slo {
        name,
        at,
        step: None,
        title: None,
        description: None,
        measured: Measured::default(),
        settings: Vec::new(),
        target: String::new(),
        weight: None,
        owner: None,
        labels: Vec::new(),
        runbook: None,
        alerts: Alerts::default(),
        severity_labels: [Vec::new(), Vec::new()],
        notes: Vec::new(),
    }
}

/// Step and name of one of several objectives.
fn part_of(slo: &str, called: Option<&str>) -> (String, Option<String>) {
    let (step, kind) = names::step_and_sli(slo);
    (step, called.map(|title| names::name(title, "part")).or(kind))
}

/// Labels, annotations and the owner of a `metadata`.
fn metadata(reader: &mut Reader<'_>, context: &mut Context, fields: &Fields, slo: &mut Slo) {
    let mut labels = reader.pairs(fields, "labels");
    slo.owner = owner_of(&mut labels);
    slo.labels = reader.labels(labels, &mut slo.notes);
    annotations(reader, context, fields, &mut slo.notes);
}

/// Annotations, which are Tabi's own.
fn annotations(reader: &mut Reader<'_>, context: &mut Context, fields: &Fields, notes: &mut Vec<String>) {
    for Pair { key, value, at } in reader.pairs(fields, "annotations") {
        notes.push(format!("annotation {key}: {value}"));
        if context.is_first(reader.id, &format!("annotation {key}")) {
            let message = format!("annotations are Tabi's own; `{key}` is a comment in what was made");
            reader.say(say::lost_words(at, message));
        }
    }
}

/// A `metadata` in words, apart from the name alone.
fn described(reader: &mut Reader<'_>, fields: &Fields) -> Option<String> {
    let name = reader.text(fields, "name").unwrap_or_default();
    let mut parts: Vec<String> = reader.text(fields, "displayName").into_iter().map(|t| format!("“{t}”")).collect();
    for what in ["labels", "annotations"] {
        let pairs = reader.pairs(fields, what);
        let written: Vec<String> = pairs.iter().map(|p| format!("{}={}", p.key, p.value)).collect();
        if !written.is_empty() {
            parts.push(format!("{what} {}", written.join(", ")));
        }
    }
    (!parts.is_empty()).then(|| format!("{name}: {}", parts.join("; ")))
}

/// `target` or `targetPercent`, as a percentage.
fn target(reader: &mut Reader<'_>, objective: &Fields) -> Option<(String, Rc<Node>)> {
    let given: Vec<&str> = ["target", "targetPercent"].into_iter().filter(|k| objective.get(k).is_some()).collect();
    let [key] = given.as_slice() else {
        let at = reader.head(&objective.node);
        reader.say(say::only_one(at, "an objective", &["target", "targetPercent"]));
        return None;
    };
    let node = objective.get(key)?.clone();
    let percentage = if *key == "target" { node.text().and_then(share) } else { node.text().and_then(percent) };
    reader.target(&node, key, percentage).map(|t| (t, node))
}

/// `op`, `value` and the slices of an objective.
fn goal(reader: &mut Reader<'_>, objective: &Fields, method: &str) -> Goal {
    let op = reader.text(objective, "op").and_then(|op| {
        let sign = match op.as_str() {
            "lte" => "<=",
            "lt" => "<",
            "gte" => ">=",
            "gt" => ">",
            _ => {
                let at = objective.get("op").map(|n| reader.at(n));
                if let Some(at) = at {
                    reader.say(say::unknown_word(at, "op", &op, &["lte", "lt", "gte", "gt"]));
                }
                return None;
            }
        };
        Some(sign.to_string())
    });
    let number = |reader: &mut Reader<'_>, key: &str| {
        let text = reader.text(objective, key)?;
        if text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Some(text);
        }
        let at = objective.get(key).map(|n| reader.at(n))?;
        reader.say(say::bad_number(at, key, &text, "a number"));
        None
    };
    let value = number(reader, "value");
    let slice_target = number(reader, "timeSliceTarget");
    let slice_window = objective.get("timeSliceWindow").cloned().and_then(|n| {
        // a number without a unit is minutes in v1alpha
        let text = n.text().unwrap_or_default().to_string();
        match text.parse::<u64>() {
            Ok(minutes) => Some(minutes * 60_000),
            Err(_) => reader.window(&n, "timeSliceWindow"),
        }
    });
    Goal {
        op,
        value,
        slice_target,
        slice_window,
        slices: method == "Timeslices",
        ratio_slices: method == "RatioTimeslices",
    }
}

/// The name of an objective that has no others beside it: its SLI has that of the SLO.
fn only_objective(reader: &mut Reader<'_>, context: &mut Context, objective: &Fields, notes: &mut Vec<String>) {
    let Some(called) = reader.text(objective, "displayName") else { return };
    notes.push(format!("its objective was called {called}"));
    if let (true, Some(node)) = (context.is_first(reader.id, "objective"), objective.get("displayName")) {
        let at = reader.at(node);
        reader.say(say::lost_words(at, "the name of the only objective is a comment: the SLI has that of the SLO"));
    }
}

/// Says which fields of an objective say nothing of such an indicator, and what is counted in another way.
fn fitting(
    reader: &mut Reader<'_>,
    context: &mut Context,
    objective: &Fields,
    goal: &Goal,
    indicator: &Indicator,
    notes: &mut Vec<String>,
) {
    let threshold = matches!(indicator, Indicator::Threshold(_));
    let mut idle = Vec::new();
    if !threshold {
        idle.extend(if goal.slices { &["value"][..] } else { &["op", "value"] });
    }
    if !goal.slices {
        idle.push("timeSliceTarget");
    }
    if !goal.slices && !goal.ratio_slices {
        idle.push("timeSliceWindow");
    }
    let idle: Vec<(&str, Rc<Node>)> =
        idle.into_iter().filter_map(|key| objective.get(key).map(|n| (key, n.clone()))).collect();
    if let Some((first, _)) = idle.first() {
        let written: Vec<String> =
            idle.iter().map(|(key, node)| format!("{key} {}", node.text().unwrap_or_default())).collect();
        notes.push(format!("says nothing of such an objective: {}", written.join(", ")));
        if context.is_first(reader.id, &format!("idle {first}")) {
            let at = reader.at(&idle[0].1);
            reader.say(say::lost_words(at, format!("`{first}` says nothing of such an objective")));
        }
    }
    if !goal.slices && !goal.ratio_slices {
        return;
    }
    let (what, message) = match (goal.slices, threshold) {
        (true, true) => ("slices of a threshold", "each minute is a slice in Tabi, good while the comparison holds"),
        (true, false) => ("slices", "each minute is a slice in Tabi, judged by the time slice before it"),
        _ => ("ratios of slices", "RatioTimeslices averages the ratios of slices; Tabi counts events, each as one"),
    };
    if goal.slices && threshold {
        let window = goal.slice_window.map_or_else(String::new, |w| format!(" of {}", duration(w)));
        let target = goal.slice_target.as_ref().map_or_else(String::new, |t| format!(", good from {t} on"));
        notes.push(format!("check: {message}; these were slices{window}{target}"));
    }
    if context.is_first(reader.id, what) {
        let at = objective.get("timeSliceWindow").or(objective.get("timeSliceTarget")).unwrap_or(&objective.node);
        let at = reader.head(at);
        reader.say(say::changed(at, message));
    }
}

/// The measure of an indicator for a goal, or why there is none.
fn measured(indicator: &Indicator, goal: &Goal) -> Result<Measured, String> {
    let made = match indicator {
        Indicator::Threshold(query) => {
            let (Some(op), Some(value)) = (&goal.op, &goal.value) else {
                return Err("a threshold needs `op` and `value`".into());
            };
            let compared = if query.binds_before_comparisons() { query.text().to_string() } else { operand(query) };
            let compared = if query.may_be_nan() { number(&compared) } else { compared };
            holds(&format!("{compared} {op} {value}"), query).note("each minute in which the comparison holds is good")
        }
        Indicator::Ratio { .. } | Indicator::Raw { .. } if goal.slices => slices(indicator, goal)?,
        Indicator::Raw { query, of_good } => query::ratio(query, *of_good),
        Indicator::Ratio { good, bad, total, counter } => {
            let as_counter = |query: &Query| if *counter { query.as_counter() } else { query.clone() };
            let (good, bad, total) =
                (good.as_ref().map(as_counter), bad.as_ref().map(as_counter), total.as_ref().map(as_counter));
            let measured = match (good, bad, total) {
                (Some(good), _, Some(total)) => query::good_and_total(&good, &total),
                (None, Some(bad), Some(total)) => query::bad_and_total(&bad, &total),
                (Some(good), Some(bad), None) => query::good_and_bad(&good, &bad),
                _ => return Err("two of good, bad and total are needed".into()),
            };
            let is_raw = measured.lines.iter().any(|(_, line)| line.starts_with('`') && !line.contains("$window"));
            if is_raw {
                measured.note("check: the values of these queries are taken as events per second")
            } else {
                measured
            }
        }
    };
    if goal.ratio_slices {
        return Ok(made.note("RatioTimeslices averages the ratios of slices; Tabi counts events, each as one"));
    }
    Ok(made)
}

fn operand(query: &Query) -> String {
    if query.is_simple() { query.text().to_string() } else { format!("({})", query.text()) }
}

/// Without what is no number: a quantile of nothing and 0 / 0 are no events, and no comparison holds for them.
fn number(text: &str) -> String {
    format!("({text} >= -Inf)")
}

/// A comparison of each minute, in backticks.
fn holds(comparison: &str, query: &Query) -> Measured {
    let by = query.kept_labels();
    Measured { lines: vec![("holds", format!("`{comparison}`"))], by, ..Measured::default() }
}

/// A slice is good while its ratio is at or above `timeSliceTarget`.
fn slices(indicator: &Indicator, goal: &Goal) -> Result<Measured, String> {
    let Some(target) = &goal.slice_target else { return Err("Timeslices need `timeSliceTarget`".into()) };
    let window = goal.slice_window.unwrap_or(60_000);
    let length = duration(window.max(120_000));
    let text = |query: &Query, counter: bool| {
        let query = if counter { query.as_counter() } else { query.clone() };
        operand(&query).replace("$window", &length)
    };
    let (ratio, query) = match indicator {
        Indicator::Raw { query, of_good: true } => (text(query, false), query),
        Indicator::Raw { query, of_good: false } => (format!("(1 - {})", text(query, false)), query),
        Indicator::Ratio { good: Some(good), total: Some(total), counter, .. } => {
            (format!("{} / {}", text(good, *counter), text(total, *counter)), total)
        }
        Indicator::Ratio { bad: Some(bad), total: Some(total), counter, .. } => {
            (format!("1 - {} / {}", text(bad, *counter), text(total, *counter)), total)
        }
        _ => return Err("a ratio of slices needs `total`".into()),
    };
    let op = goal.op.as_deref().filter(|op| op.starts_with('>')).unwrap_or(">=");
    let measured = holds(&format!("{} {op} {target}", number(&ratio)), query);
    Ok(measured.note(format!(
        "Timeslices: each minute is good or bad as a whole, by the {length} before it; a minute without events is none"
    )))
}

/// An SLO that is done, or the comment in its place.
fn done(reader: &mut Reader<'_>, slo: Slo, mut why: Vec<String>) -> Result<Slo, String> {
    why.dedup();
    let why = why.as_slice();
    if why.is_empty() { Ok(slo) } else { Err(lost(&slo.name, slo.at, reader, why)) }
}

/// A window in days as Tabi can have it; a calendar becomes a rolling window.
fn usable(reader: &mut Reader<'_>, at: Place, window: u64, calendar: Option<String>, notes: &mut Vec<String>) -> u64 {
    if let Some(calendar) = calendar {
        let message = "a window of the calendar is a rolling one of the same length in Tabi";
        notes.push(format!("check: {message}{calendar}"));
        reader.say(say::changed(at, message));
    }
    if (DAY..=365 * DAY).contains(&window) {
        return window;
    }
    let message = format!(
        "a window is between 1d and 365d in Tabi; {} was put in the place of {}",
        duration(USUAL),
        duration(window)
    );
    notes.push(format!("check: {message}"));
    reader.say(say::changed(at, message));
    USUAL
}

/// Whether a time window follows the calendar, and where it begins, in words.
fn calendar(reader: &mut Reader<'_>, window: &Fields) -> Option<String> {
    let rolling = reader.flag(window, "isRolling");
    let node = window.get("calendar").cloned();
    if rolling.unwrap_or(node.is_none()) {
        return None;
    }
    let fields = node.and_then(|n| reader.fields(&n, "`calendar`", &["startTime", "timeZone"]));
    let mut part = |key: &str| fields.as_ref().and_then(|f| reader.text(f, key));
    let parts: Vec<String> = [part("startTime"), part("timeZone")].into_iter().flatten().collect();
    Some(if parts.is_empty() { String::new() } else { format!("; this one began at {}", parts.join(" ")) })
}

/// `28d`, `4w`, `1M`, `1Q`, `1Y`: a month is 30 days, as the SDK has it.
fn shorthand(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let days = match unit {
        "M" => 30,
        "Q" => 90,
        "Y" => 365,
        _ => return leaf::duration(text).filter(|ms| *ms > 0),
    };
    number.parse::<u64>().ok()?.checked_mul(days * DAY).filter(|ms| *ms > 0)
}
