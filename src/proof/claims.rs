//! Claims: from what an alert does at every evaluation to what a test asks at some of them.

use super::simulate::State;
use super::{Claim, Collector};
use crate::model::{Sli, Step, Urgency};
use crate::plan::minutes;
use crate::promql::write::{number, quote};
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeMap;

/// One alert as it can fire: which query finds it, and all labels that it must have.
#[derive(Clone, Debug)]
pub struct Target {
    /// The index of the alert.
    pub alert: usize,
    /// The query.
    pub expr: String,
    /// All its labels.
    pub labels: String,
    /// The labels of the query.
    find: Vec<(&'static str, String)>,
}

/// Whose alert it is.
pub struct Whose<'a, 'm> {
    /// The step and the SLI; none for the journey's own.
    pub sli: Option<(Option<&'m Step>, &'m Sli)>,
    /// The labels of `by` and their values.
    pub by: &'a BTreeMap<String, String>,
}

impl Collector<'_> {
    /// A target: the alert's labels follow from the model, not from the rules.
    pub(super) fn target(
        &self,
        alert: usize,
        name: &str,
        urgency: Urgency,
        whose: &Whose<'_, '_>,
        own: &[(&'static str, String)],
    ) -> Target {
        let journey = self.plan.journey;
        let options = self.plan.options;
        let mut find: Vec<(&'static str, String)> = vec![
            ("alertname", name.to_string()),
            ("alertstate", "firing".to_string()),
            ("journey", journey.name.text.clone()),
        ];
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        labels.insert("audience".into(), journey.audience.text().into());
        labels.extend(whose.by.clone());
        let inherited = self.inherited(whose);
        labels.extend(inherited.clone());
        if let Some((step, sli)) = whose.sli {
            find.push(("step", step.map_or(String::new(), |s| s.name.text.clone())));
            find.push(("sli", sli.name.text.clone()));
        }
        let more = match urgency {
            Urgency::Page => &options.page_labels,
            Urgency::Ticket => &options.ticket_labels,
        };
        let is_nearer = |k: &String| inherited.get(k).is_some_and(|v| !v.is_empty()) || whose.by.contains_key(k);
        labels.extend(more.iter().filter(|(k, _)| !is_nearer(k)).map(|(k, v)| (k.clone(), v.clone())));
        find.push(("severity", self.plan.severity(urgency)));
        find.extend(own.iter().cloned());
        labels.extend(find.iter().map(|(k, v)| ((*k).to_string(), v.clone())));
        labels.retain(|_, v| !v.is_empty());
        let all: Vec<String> = labels.iter().map(|(k, v)| format!("{k}={}", quote(v))).collect();
        Target { alert, expr: query(&find), labels: format!("ALERTS{{{}}}", all.join(",")), find }
    }

    /// The owner and the labels that people declared.
    pub(super) fn inherited(&self, whose: &Whose<'_, '_>) -> BTreeMap<String, String> {
        let journey = self.plan.journey;
        let (owner, declared) = match whose.sli {
            Some((_, sli)) => (&sli.owner, &sli.labels),
            None => (&journey.owner, &journey.labels),
        };
        let mut labels: BTreeMap<String, String> = declared.iter().map(|(k, v)| (k.clone(), v.value.clone())).collect();
        labels.extend(owner.iter().map(|o| ("owner".to_string(), o.value.clone())));
        labels
    }

    /// The labels by which a row is told from others.
    pub(super) fn row_labels(row: &Threshold) -> [(&'static str, String); 3] {
        [("long", minutes(row.long)), ("short", minutes(row.short)), ("burn", number(row.burn))]
    }
}

fn query(find: &[(&'static str, String)]) -> String {
    let matchers: Vec<String> = find.iter().map(|(k, v)| format!("{k}={}", quote(v))).collect();
    format!("ALERTS{{{}}}", matchers.join(","))
}

impl Target {
    /// That it fires, or that it does not, at a minute.
    pub fn claim(&self, minute: u64, fires: bool, words: impl Into<String>) -> Claim {
        Claim {
            alert: self.alert,
            words: words.into(),
            minute,
            expr: self.expr.clone(),
            fires: fires.then(|| self.labels.clone()),
        }
    }

    /// Whether another one differs in its step and its SLI only.
    pub fn is_like(&self, other: &Target) -> bool {
        let kind = |target: &Target| -> Vec<(&'static str, String)> {
            target.find.iter().filter(|(label, _)| !matches!(*label, "step" | "sli")).cloned().collect()
        };
        kind(self) == kind(other)
    }

    /// That no other SLI comes with this row at a minute.
    pub fn of_another(&self, minute: u64, (step, sli): (&str, &str), words: String) -> Claim {
        let theirs = |(label, value): &(&'static str, String)| match *label {
            "step" => ("step", step.to_string()),
            "sli" => ("sli", sli.to_string()),
            other => (other, value.clone()),
        };
        let find: Vec<(&'static str, String)> = self.find.iter().map(theirs).collect();
        Claim { expr: query(&find), ..self.claim(minute, false, words) }
    }

    /// What is certain on both sides of every change, and when it comes; at most three changes.
    pub fn changes(&self, states: &[State], step: u64, what: &dyn Fn(bool, u64) -> String) -> Vec<Claim> {
        let mut claims = Vec::new();
        let mut last: Option<(usize, State)> = None;
        let mut changes = 0;
        for (k, state) in states.iter().enumerate().filter(|(_, s)| **s != State::Unsure) {
            if let Some((before, was)) = last
                && was != *state
                && changes < 3
            {
                changes += 1;
                let fires = *state == State::Firing;
                let (a, b) = (before as u64 * step, k as u64 * step);
                let not_yet = if fires { "is silent until then" } else { "goes on until then" };
                claims.push(self.claim(a, !fires, format!("{not_yet} ({})", what(fires, b))));
                claims.push(self.claim(b, fires, what(fires, b)));
            }
            last = Some((k, *state));
        }
        claims
    }
}

/// `page 13.44× in 1h`, in titles.
pub fn row_title(row: &Threshold) -> String {
    format!("{} {}× in {}", row.urgency.text(), number(row.burn), minutes(row.long))
}

/// A share as people write it.
pub fn share(share: f64) -> String {
    format!("{} %", number((share * 1e6).round() / 1e4))
}
