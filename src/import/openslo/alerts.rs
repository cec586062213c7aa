//! Alert policies of OpenSLO as rows: a condition is one window with a burn rate.

use super::super::fields::{Fields, Reader};
use super::super::messages as say;
use super::super::service::Alerts;
use super::super::yaml::{Node, Value};
use super::shorthand;
use super::v1::{Index, METADATA};
use crate::promql::write::duration;
use std::rc::Rc;

const SPEC: &[&str] =
    &["description", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching", "conditions", "notificationTargets"];
const OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "spec"];

/// The alerts of an SLO, and what people should know of them.
pub fn of(reader: &mut Reader<'_>, index: &Index, spec: &Fields, window: u64) -> (Alerts, Vec<String>) {
    let policies = reader.list(spec, "alertPolicies");
    let mut notes = Vec::new();
    if policies.is_empty() {
        return (Alerts::default(), notes);
    }
    let mut rows: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    let mut no_data = false;
    for node in policies {
        let policy = match &node.value {
            Value::Scalar(..) => index.follow(reader, &node, "AlertPolicy"),
            _ => object(reader, index, &node, "alertPolicyRef", "AlertPolicy"),
        };
        let Some(policy) = policy else { continue };
        let Some(fields) = reader.fields(&policy, "an AlertPolicy", OBJECT) else { continue };
        let Some(spec) = reader.required(&fields, "spec", "an AlertPolicy") else { continue };
        let Some(spec) = reader.fields(&spec, "an AlertPolicy", SPEC) else { continue };
        no_data |= reader.flag(&spec, "alertWhenNoData").unwrap_or(false);
        for target in reader.list(&spec, "notificationTargets") {
            let name = target.get("targetRef").or_else(|| target.get("metadata").and_then(|m| m.get("name")));
            if let Some(name) = name.and_then(|n| n.text()) {
                let note = format!("its alerts went to {name}: a route of the Alertmanager does that");
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        for node in reader.list(&spec, "conditions") {
            if let Some(condition) = object(reader, index, &node, "conditionRef", "AlertCondition") {
                condition_row(reader, &condition, window, &mut rows, &mut notes);
            }
        }
    }
    let line = |rows: &[String]| if rows.is_empty() { "off".to_string() } else { rows.join(", ") };
    let mut alerts = Alerts::default();
    if rows.iter().all(Vec::is_empty) {
        return (alerts, notes);
    }
    (alerts.page, alerts.ticket) = (Some(line(&rows[0])), Some(line(&rows[1])));
    if !no_data {
        alerts.no_data = Some("off".into());
    }
    alerts.notes.push("the conditions of its alert policies; without these lines Tabi's own rows hold".into());
    (alerts, notes)
}

/// What stands inline, or what a reference leads to.
fn object(reader: &mut Reader<'_>, index: &Index, node: &Rc<Node>, reference: &str, kind: &str) -> Option<Rc<Node>> {
    match node.get(reference) {
        Some(name) => index.follow(reader, &name.clone(), kind),
        None => Some(node.clone()),
    }
}

fn condition_row(
    reader: &mut Reader<'_>,
    node: &Rc<Node>,
    window: u64,
    rows: &mut [Vec<String>; 2],
    notes: &mut Vec<String>,
) -> Option<()> {
    let fields = reader.fields(node, "an AlertCondition", OBJECT)?;
    let name = match fields.get("metadata").cloned() {
        Some(meta) => reader.fields(&meta, "`metadata`", METADATA).and_then(|m| reader.text(&m, "name")),
        None => None,
    };
    let name = name.unwrap_or_else(|| "a condition".into());
    let spec = reader.required(&fields, "spec", "an AlertCondition")?;
    let spec = reader.fields(&spec, "an AlertCondition", &["description", "severity", "condition"])?;
    let severity = reader.text(&spec, "severity").unwrap_or_default();
    let condition = reader.required(&spec, "condition", "an AlertCondition")?;
    let fields =
        reader.fields(&condition, "`condition`", &["kind", "op", "threshold", "lookbackWindow", "alertAfter"])?;
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
        notes.push(format!("check: {message}"));
        reader.say(say::changed(at, message));
    }
    let share = 100.0 * burn * long as f64 / window as f64;
    let share = (share * 10_000.0).round() / 10_000.0;
    if !(240_000..=window).contains(&long) || share > 100.0 || share <= 0.0 {
        let message = format!("{name}: a burn rate of {burn} over {} is no row that Tabi can have", duration(long));
        notes.push(format!("check: {message}"));
        reader.say(say::dropped(reader.head(&condition), message));
        return None;
    }
    if let Some(after) = reader.text(&fields, "alertAfter") {
        notes.push(format!("{name} waited for {after}; in Tabi the short window does that"));
    }
    let is_page =
        ["page", "critical", "high", "emergency"].iter().any(|word| severity.to_ascii_lowercase().contains(word));
    rows[usize::from(!is_page)].push(format!("{share}% in {}", duration(long)));
    Some(())
}
