//! Alert policies of OpenSLO as rows: a condition is one window with a burn rate.

use super::super::fields::{Fields, Reader};
use super::super::messages as say;
use super::super::service::Alerts;
use super::super::settings::Context;
use super::super::yaml::{Node, Value};
use super::index::Index;
use super::v1::METADATA;
use super::{described, shorthand};
use crate::promql::write::duration;
use std::rc::Rc;

const SPEC: &[&str] =
    &["description", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching", "conditions", "notificationTargets"];
const OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "spec"];

/// What the policies of an SLO say together.
#[derive(Default)]
struct Found {
    /// Pages and tickets.
    rows: [Vec<String>; 2],
    no_data: bool,
    /// A policy that tells of missing data has pages.
    no_data_pages: bool,
    /// Policies that tell of no burn rate.
    quiet: bool,
    notes: Vec<String>,
}

impl Found {
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// The alerts of an SLO, and what people should know of them.
pub fn of(
    reader: &mut Reader<'_>,
    context: &mut Context,
    index: &Index,
    spec: &Fields,
    window: u64,
) -> (Alerts, Vec<String>) {
    let policies = reader.list(spec, "alertPolicies");
    let mut found = Found::default();
    for node in &policies {
        let policy = match &node.value {
            Value::Scalar(..) => follow(reader, index, node, "AlertPolicy", &mut found),
            _ => object(reader, index, node, "alertPolicyRef", "AlertPolicy", &mut found),
        };
        let Some(policy) = policy else { continue };
        policy_rows(reader, context, index, &policy, window, &mut found);
    }
    let mut alerts = Alerts::default();
    if found.rows.iter().all(Vec::is_empty) && !found.quiet {
        if !policies.is_empty() {
            found
                .note("check: none of its alert policies has a row that Tabi can have, so Tabi's own rows hold".into());
        }
        return (alerts, found.notes);
    }
    let line = |rows: &[String]| if rows.is_empty() { "off".to_string() } else { rows.join(", ") };
    (alerts.page, alerts.ticket) = (Some(line(&found.rows[0])), Some(line(&found.rows[1])));
    if !found.no_data {
        alerts.no_data = Some("off".into());
    } else if found.no_data_pages {
        alerts.no_data = Some("15m page".into());
    }
    alerts.notes.push("the conditions of its alert policies; without these lines Tabi's own rows hold".into());
    (alerts, found.notes)
}

fn policy_rows(
    reader: &mut Reader<'_>,
    context: &mut Context,
    index: &Index,
    policy: &Rc<Node>,
    window: u64,
    found: &mut Found,
) -> Option<()> {
    let fields = reader.fields(policy, "an AlertPolicy", OBJECT)?;
    head(reader, context, &fields, "an alert policy", found);
    let spec = reader.required(&fields, "spec", "an AlertPolicy")?;
    let spec = reader.fields(&spec, "an AlertPolicy", SPEC)?;
    words(reader, context, &spec, "an alert policy", found);
    let no_data = reader.flag(&spec, "alertWhenNoData").unwrap_or(false);
    found.no_data |= no_data;
    let mut has_pages = false;
    if let Some(resolved) = reader.flag(&spec, "alertWhenResolved") {
        let message =
            format!("`alertWhenResolved: {resolved}` is `send_resolved: {resolved}` of a receiver of the Alertmanager");
        found.note(message.clone());
        hint(reader, context, &spec, "alertWhenResolved", &message);
    }
    for target in reader.list(&spec, "notificationTargets") {
        let name = target.get("targetRef").or_else(|| target.get("metadata").and_then(|m| m.get("name")));
        if let Some(name) = name.and_then(|n| n.text()) {
            index.is_used("AlertNotificationTarget", name);
            let spec = target.get("spec");
            let part = |key: &str| spec.and_then(|s| s.get(key)).and_then(|n| n.text());
            let more: Vec<&str> = ["target", "description"].into_iter().filter_map(part).collect();
            let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(": ")) };
            found.note(format!("its alerts went to {name}{more}: a route of the Alertmanager does that"));
        }
        if context.is_first(reader.id, "targets") {
            reader.say(say::lost_words(reader.head(&target), TARGETS));
        }
    }
    let breaching = reader.flag(&spec, "alertWhenBreaching").unwrap_or(true);
    let conditions = reader.list(&spec, "conditions");
    if !breaching {
        found.quiet = true;
        found.note("a policy has `alertWhenBreaching: false`: its conditions tell nobody, and are not here".into());
        let at = spec.get("alertWhenBreaching").map_or_else(|| reader.head(policy), |n| reader.at(n));
        reader.say(say::lost_words(at, "conditions that tell nobody are left out"));
    }
    for node in conditions {
        let Some(condition) = object(reader, index, &node, "conditionRef", "AlertCondition", found) else { continue };
        if breaching {
            has_pages |= condition_row(reader, context, &condition, window, found) == Some(0);
        }
    }
    found.no_data_pages |= no_data && has_pages;
    Some(())
}

/// Why a notification target is nothing of Tabi's.
pub const TARGETS: &str = "who gets an alert is the Alertmanager's business: its routes match labels";

/// Names, labels and annotations of a policy or a condition, which alerts do not have of their own.
fn head(reader: &mut Reader<'_>, context: &mut Context, fields: &Fields, what: &str, found: &mut Found) {
    let Some(node) = fields.get("metadata").cloned() else { return };
    let Some(meta) = reader.fields(&node, "`metadata`", METADATA) else { return };
    let Some(text) = described(reader, &meta) else { return };
    found.note(format!("{what} {text}"));
    if context.is_first(reader.id, what) {
        let message = format!("names, labels and annotations of {what} are a comment: a row has none of its own");
        let at = reader.head(&node);
        reader.say(say::lost_words(at, message));
    }
}

/// The description of a policy or a condition.
fn words(reader: &mut Reader<'_>, context: &mut Context, spec: &Fields, what: &str, found: &mut Found) {
    if let Some(text) = reader.text(spec, "description").filter(|t| !t.trim().is_empty()) {
        found.note(format!("{what}: {text}"));
        hint(reader, context, spec, "description", &format!("the description of {what} is a comment"));
    }
}

/// Says what only concerns words, once in a file.
fn hint(reader: &mut Reader<'_>, context: &mut Context, fields: &Fields, key: &str, message: &str) {
    if let (true, Some(at)) = (context.is_first(reader.id, message), fields.get(key).map(|n| reader.head(n))) {
        reader.say(say::lost_words(at, message));
    }
}

/// What a reference leads to; where it leads nowhere, that is said and noted.
fn follow(reader: &mut Reader<'_>, index: &Index, node: &Node, kind: &str, found: &mut Found) -> Option<Rc<Node>> {
    let led = index.follow(reader, node, kind, false);
    if let Err(why) = &led {
        found.note(format!("check: {why}"));
    }
    led.ok()
}

/// What stands inline, or what a reference leads to.
fn object(
    reader: &mut Reader<'_>,
    index: &Index,
    node: &Rc<Node>,
    reference: &str,
    kind: &str,
    found: &mut Found,
) -> Option<Rc<Node>> {
    match node.get(reference) {
        Some(name) => follow(reader, index, &name.clone(), kind, found),
        None => Some(node.clone()),
    }
}

/// Adds the row of a condition, and says whether it is one of pages (0) or of tickets (1).
fn condition_row(
    reader: &mut Reader<'_>,
    context: &mut Context,
    node: &Rc<Node>,
    window: u64,
    found: &mut Found,
) -> Option<usize> {
    let fields = reader.fields(node, "an AlertCondition", OBJECT)?;
    let name = node.get("metadata").and_then(|m| m.get("name")).and_then(|n| n.text());
    let name = name.unwrap_or("a condition").to_string();
    head(reader, context, &fields, "a condition", found);
    let spec = reader.required(&fields, "spec", "an AlertCondition")?;
    let spec = reader.fields(&spec, "an AlertCondition", &["description", "severity", "condition"])?;
    words(reader, context, &spec, "a condition", found);
    let condition = reader.required(&spec, "condition", "an AlertCondition")?;
    let fields =
        reader.fields(&condition, "`condition`", &["kind", "op", "threshold", "lookbackWindow", "alertAfter"])?;
    if let Some(kind) = reader.text(&fields, "kind").filter(|kind| !kind.eq_ignore_ascii_case("burnrate")) {
        let message = format!("{name}: a condition of the kind {kind} is none that is known; only burnrate is");
        found.note(format!("check: {message}"));
        reader.say(say::dropped(reader.head(&condition), message));
        return None;
    }
    let (threshold, threshold_node) = reader.required_text(&fields, "threshold", "`condition`")?;
    let (lookback, lookback_node) = reader.required_text(&fields, "lookbackWindow", "`condition`")?;
    let Some(burn) = threshold.parse::<f64>().ok().filter(|b| b.is_finite() && *b > 0.0) else {
        reader.say(say::bad_number(reader.at(&threshold_node), "threshold", &threshold, "a burn rate"));
        return None;
    };
    let Some(long) = shorthand(&lookback) else {
        reader.say(say::bad_duration(reader.at(&lookback_node), "lookbackWindow", &lookback));
        return None;
    };
    if reader.text(&fields, "op").is_some_and(|op| op.starts_with('l')) {
        let at = fields.get("op").map_or_else(|| reader.head(&condition), |n| reader.at(n));
        let message = format!(
            "{name}: an alert on a burn rate below a threshold would fire while all is well; it is read as one above it"
        );
        found.note(format!("check: {message}"));
        reader.say(say::changed(at, message));
    }
    let share = 100.0 * burn * long as f64 / window as f64;
    let share = (share * 10_000.0).round() / 10_000.0;
    if !(240_000..=window).contains(&long) || share > 100.0 || share <= 0.0 {
        let message = format!("{name}: a burn rate of {burn} over {} is no row that Tabi can have", duration(long));
        found.note(format!("check: {message}"));
        reader.say(say::dropped(reader.head(&condition), message));
        return None;
    }
    if let Some(after) = reader.text(&fields, "alertAfter") {
        found.note(format!("{name} waited for {after}; in Tabi the short window does that"));
        hint(
            reader,
            context,
            &fields,
            "alertAfter",
            "`alertAfter` has no counterpart: the short window of a row does that",
        );
    }
    let urgency = urgency(reader, &spec, &name, found);
    let row = format!("{share}% in {}", duration(long));
    if found.rows[urgency].contains(&row) {
        // two policies, or a condition for each receiver
        found.note(format!("{name} is the row {row}, as another condition: it stands there once"));
    } else {
        found.rows[urgency].push(row);
    }
    Some(urgency)
}

/// Page (0) or ticket (1), by the words that people have for it.
fn urgency(reader: &mut Reader<'_>, spec: &Fields, name: &str, found: &mut Found) -> usize {
    let severity = reader.required(spec, "severity", "an AlertCondition");
    let Some(node) = severity else { return 1 };
    let Some(word) = reader.text_of(&node, "severity") else { return 1 };
    let lower = word.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let is_page =
        has(&["page", "critical", "high", "emergency"]) || ["sev0", "sev1", "p0", "p1"].contains(&lower.as_str());
    if !is_page && !has(&["ticket", "warn", "low", "medium", "info", "minor"]) {
        let message = format!("{name}: there are pages and tickets: the severity `{word}` became a ticket");
        found.note(format!("check: {message}"));
        reader.say(say::changed(reader.at(&node), message));
    }
    usize::from(!is_page)
}
