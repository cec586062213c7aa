//! Changes for programs: one JSON document, which `docs/json.md` describes. `old` and `new` stand wherever there are two sides, and null is
//! "there is none": with the versions swapped the document is the same but for these words.

use super::words::{Report, Version};
use super::{
    Afresh, Alert, Budget, Burns, Change, CostChange, Kind, Numbers, Other, Reason, Row, Setting, Subject, Thing,
    Times, Told, What,
};
use serde_json::{Map, Value, json};

/// The document, with a newline at its end.
pub fn document(report: &Report<'_>) -> String {
    let changes: Vec<Value> = report.diff.changes.iter().map(|c| change(report, c)).collect();
    let cost: Vec<Value> = report.diff.cost.iter().map(cost).collect();
    let document = json!({
        "version": 1,
        "old": {"name": report.old.name},
        "new": {"name": report.new.name},
        "failing": report.diff.failing.share(),
        "changes": changes,
        "cost": cost,
    });
    format!("{document:#}\n")
}

fn change(report: &Report<'_>, change: &Change) -> Value {
    let subjects: Vec<Value> = change.subjects.iter().map(|s| subject(report, s)).collect();
    let mut all = Map::new();
    let (kind, more) = kind(&change.kind);
    all.insert("kind".into(), kind.into());
    all.insert("subjects".into(), subjects.into());
    if let Value::Object(more) = more {
        all.extend(more);
    }
    Value::Object(all)
}

fn subject(report: &Report<'_>, subject: &Subject) -> Value {
    let of = |version: &Version<'_>, at: &Option<(String, crate::source::Place)>| {
        at.as_ref().map(|(address, place)| {
            let at = version.sources.map(|sources| super::place(sources, *place));
            let (file, line) = at.unzip();
            json!({"address": address, "file": file, "line": line})
        })
    };
    json!({"old": of(&report.old, &subject.old), "new": of(&report.new, &subject.new)})
}

fn kind(kind: &Kind) -> (&'static str, Value) {
    match kind {
        Kind::Afresh(x) => ("afresh", afresh(x)),
        Kind::Thing { old, new } => {
            let what = match old.as_ref().or(new.as_ref()).map(|t| t.what) {
                Some(What::Step) => "step",
                Some(What::Sli) => "sli",
                Some(What::Site) => "site",
                _ => "journey",
            };
            (what, json!({"old": old.as_ref().map(thing), "new": new.as_ref().map(thing)}))
        }
        Kind::Budget { old, new } => {
            ("budget", json!({"old": old.as_ref().map(budget), "new": new.as_ref().map(budget)}))
        }
        Kind::Burns(x) => ("burn-alerts", burns(x)),
        Kind::Alert { alert, old, new } => {
            let (name, more) = match alert {
                Other::NoData => ("no-data-alert", None),
                Other::Low => ("low-budget-alert", None),
                Other::Blocked(user) => ("blocked-alert", Some(user)),
            };
            (name, json!({"blocks": more, "old": old.as_ref().map(told), "new": new.as_ref().map(told)}))
        }
        Kind::Measure { parts, mixed } => {
            let parts: Vec<Value> = parts.iter().map(|p| json!({"part": p.word, "old": p.old, "new": p.new})).collect();
            ("measure", json!({"parts": parts, "mixed_minutes": mixed}))
        }
        Kind::Setting { setting, old, new } => ("setting", json!({"setting": word(setting), "old": old, "new": new})),
        Kind::Delivers { old, new } => ("delivers", json!({"old": old, "new": new})),
        Kind::Dashboard { old, new } => ("dashboard", json!({"old": old, "new": new})),
        Kind::Rules(names) => ("rules", json!({"names": names})),
    }
}

/// A name for programs: that of the setting where it has one.
fn word(setting: &Setting) -> String {
    match setting {
        Setting::Range => "range".into(),
        Setting::Counts => "counts".into(),
        Setting::Label(key) => format!("labels.{key}"),
        Setting::Doc => "doc".into(),
        Setting::ExternalLabel(key) => format!("external_labels.{key}"),
        Setting::UrgencyLabel(urgency, key) => format!("alerts.{}.labels.{key}", urgency.text()),
        Setting::Steps => "steps".into(),
        other => other.word(),
    }
}

fn afresh(afresh: &Afresh) -> Value {
    let reasons: Vec<Value> = afresh
        .reasons
        .iter()
        .map(|reason| match reason {
            Reason::Journey => json!({"reason": "journey-renamed"}),
            Reason::Step => json!({"reason": "step-renamed"}),
            Reason::Sli => json!({"reason": "sli-renamed"}),
            Reason::Moved => json!({"reason": "moved"}),
            Reason::Audience(a, b) => json!({"reason": "audience", "old": a.text(), "new": b.text()}),
            Reason::By(a, b) => json!({"reason": "by", "old": a, "new": b}),
            Reason::Hourly => json!({"reason": "hourly-counts"}),
        })
        .collect();
    json!({"old": afresh.old, "new": afresh.new, "reasons": reasons, "budgets": afresh.budgets, "with": afresh.with, "forgets": afresh.forgets})
}

fn thing(thing: &Thing) -> Value {
    let audience = match thing.what {
        What::Journey(audience) => Some(audience.text()),
        _ => None,
    };
    json!({
        "audience": audience,
        "budget": thing.budget.as_ref().map(budget),
        "bad": thing.bad,
        "pages": thing.rows.0,
        "tickets": thing.rows.1,
        "slis": thing.slis,
        "counts": thing.counts,
    })
}

fn budget(budget: &Budget) -> Value {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "target": budget.target.text(),
        "window_minutes": budget.window,
        "outage_minutes": tenth(budget.minutes()),
        "events": budget.events.map(|(n, what)| json!({"may_fail": tenth(n), "what": what})),
    })
}

fn times(times: Times) -> Value {
    json!({"total_outage": times[0], "failing": times[1]})
}

fn burns(burns: &Burns) -> Value {
    let rows: Vec<Value> = burns
        .rows
        .iter()
        .map(|Row { old, new }| json!({"old": old.as_ref().map(alert), "new": new.as_ref().map(alert)}))
        .collect();
    let first = |(old, new): (Times, Times)| json!({"old": times(old), "new": times(new)});
    json!({"rows": rows, "first_page_minutes": first(burns.page), "first_ticket_minutes": first(burns.ticket)})
}

fn alert(alert: &Alert) -> Value {
    json!({
        "urgency": alert.urgency.text(),
        "long_minutes": alert.long,
        "short_minutes": alert.short,
        "burn": alert.burn,
        "errors": crate::reckon::thresholds::four_digits(alert.errors),
        "need": alert.need,
        "fires_after_minutes": times(alert.after),
    })
}

fn told(told: &Told) -> Value {
    json!({"urgency": told.urgency.text(), "when": told.when})
}

fn cost(change: &CostChange) -> Value {
    let of = |n: &Numbers| json!({"rules": n.rules, "groups": n.groups, "series": n.series, "samples_per_minute": n.samples});
    json!({"journey": change.journey, "old": change.old.as_ref().map(of), "new": change.new.as_ref().map(of)})
}
