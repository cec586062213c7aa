//! The past as one JSON document; `docs/json.md` describes it.

use super::alerts::Alert;
use super::table::Asked;
use super::targets::{Tried, best};
use super::{BudgetPast, Counts, JourneyPast, SliPast, day};
use crate::plan::minutes;
use crate::promql::write::number;
use serde_json::{Value, json};

/// The document.
pub fn document(asked: &Asked, journeys: &[JourneyPast]) -> String {
    let document = json!({
        "version": 1,
        "prometheus": { "url": asked.url, "version": asked.version },
        "site": asked.site,
        "from": day::iso(asked.span.0),
        "until": day::iso(asked.span.1),
        "warnings": asked.warnings,
        "notes": asked.notes,
        "journeys": journeys.iter().map(of_journey).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

/// A number as people would write it: no noise of floats.
fn rounded(value: f64) -> Value {
    number(value).parse::<f64>().ok().filter(|v| v.is_finite()).map_or(Value::Null, |v| json!(v))
}

fn maybe(value: Option<f64>) -> Value {
    value.map_or(Value::Null, rounded)
}

fn of_journey(journey: &JourneyPast) -> Value {
    let mut value = json!({
        "journey": journey.name,
        "window": minutes(journey.period),
        "target": journey.target.map(super::Percent::text),
        "read_from": day::iso(journey.clock.read_from),
        "budget": Value::Null,
        "best_target": best(&journey.tried).map(|t| t.target.text()),
        "targets": targets(&journey.tried),
        "slis": journey.slis.iter().map(of_sli).collect::<Vec<_>>(),
    });
    if let Some(budget) = &journey.budget {
        value["budget"] = of_budget(budget, budget.alerts.iter().chain(&journey.blocked));
        if let Some(budget) = value["budget"].as_object_mut() {
            budget.remove("by");
        }
    } else {
        value["blocked"] = journey.blocked.iter().map(of_alert).collect();
    }
    value
}

fn of_sli(sli: &SliPast) -> Value {
    let selectors: Vec<Value> = sli
        .looked
        .iter()
        .map(|l| {
            json!({
                "for": l.role.text(), "selector": l.selector, "matches": l.matches, "needed": l.role.must_match(),
                "series": l.series, "why": l.why, "help": l.help,
            })
        })
        .collect();
    json!({
        "sli": sli.address,
        "site": sli.site,
        "target": sli.target.text(),
        "event": sli.event,
        "measurable": !sli.cannot_be_measured(),
        "selectors": selectors,
        "budgets": sli.budgets.iter().map(|b| of_budget(b, b.alerts.iter())).collect::<Vec<_>>(),
        "no_data": sli.no_data.as_ref().map(of_alert),
        "best_target": best(&sli.tried).map(|t| t.target.text()),
        "targets": targets(&sli.tried),
    })
}

fn of_budget<'a>(budget: &BudgetPast, alerts: impl Iterator<Item = &'a Alert>) -> Value {
    json!({
        "by": budget.by,
        "data": rounded(budget.coverage),
        "reported": of_counts(budget.reported),
        "in_window": of_counts(budget.window),
        "left": maybe(budget.left),
        "lowest": budget.least.map(|(left, at)| json!({ "left": rounded(left), "at": day::iso(at) })),
        "alerts": alerts.map(of_alert).collect::<Vec<_>>(),
        "timeline": budget.timeline.iter().map(|p| {
            json!({ "at": day::iso(p.at), "left": maybe(p.left), "burn": maybe(p.burn) })
        }).collect::<Vec<_>>(),
    })
}

fn of_counts(counts: Counts) -> Value {
    json!({
        "from": day::iso(counts.from),
        "until": day::iso(counts.until),
        "events": maybe(counts.events),
        "bad_events": maybe(counts.bad),
        "errors": maybe(counts.errors),
    })
}

fn of_alert(alert: &Alert) -> Value {
    let row = alert.row.as_ref();
    json!({
        "name": alert.name,
        "urgency": alert.urgency.text(),
        "long": row.map(|r| minutes(r.long)),
        "short": row.map(|r| minutes(r.short)),
        "burn": row.map(|r| r.burn),
        "blocks": alert.blocks,
        "fired": alert.firings.iter().map(|f| {
            json!({ "since": day::iso(f.since), "from": day::iso(f.from), "until": f.until.map(day::iso) })
        }).collect::<Vec<_>>(),
    })
}

fn targets(tried: &[Tried]) -> Vec<Value> {
    tried
        .iter()
        .map(|t| {
            json!({
                "target": t.target.text(), "kept": t.kept(), "enough_events": !t.too_fine, "spent": rounded(t.spent),
                "pages": t.pages, "tickets": t.tickets,
            })
        })
        .collect()
}
