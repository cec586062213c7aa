//! Model → rules that no target format shows in: groups of recording and alerting rules for each journey, and what silences what.
//! Planning cannot fail. Names of series, labels and alerts are a public contract (`docs/rules.md`).

pub mod alerts;
pub mod annotations;
pub mod composition;
pub mod events;
pub mod inhibit;
pub mod members;
pub mod sites;
pub mod states;
pub mod windows;

use crate::model::{Journey, Model, Urgency};
use crate::project::Options;
use crate::reckon::thresholds::{self, Threshold};
use crate::reckon::timing::Late;
use crate::source::Place;

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Whether it records or alerts, and the name.
    pub kind: RuleKind,
    /// PromQL; may have several lines.
    pub expr: String,
    /// Alerts only: for how many minutes it must hold.
    pub hold: Option<u64>,
    /// Static labels in the order in which they are written.
    pub labels: Vec<(String, String)>,
    /// Alerts only: templates for people.
    pub annotations: Vec<(String, String)>,
}

/// What a rule makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// A series of this name.
    Record(String),
    /// An alert of this name.
    Alert(&'static str),
}

impl Rule {
    /// A recording rule.
    pub fn record(name: impl Into<String>, expr: impl Into<String>, labels: Vec<(String, String)>) -> Rule {
        Rule { kind: RuleKind::Record(name.into()), expr: expr.into(), hold: None, labels, annotations: Vec::new() }
    }
    /// The name of its series or alert.
    pub fn name(&self) -> &str {
        match &self.kind {
            RuleKind::Record(name) => name,
            RuleKind::Alert(name) => name,
        }
    }
}

/// Rules that are evaluated one after the other at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How often it runs, in minutes.
    pub interval: u64,
    /// The rules in order: each may read those before it.
    pub rules: Vec<Rule>,
}

/// All rules of a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct JourneyRules {
    /// The journey's name.
    pub journey: String,
    /// Where it is declared.
    pub place: Place,
    /// Its groups.
    pub groups: Vec<Group>,
}

/// The longest period that is summed from the 5m copy; beyond it an hourly copy keeps queries small.
pub const LONGEST_FROM_5M: u64 = 31 * 1440;

/// What every part of the plan of one journey needs.
#[derive(Clone, Copy)]
pub struct Plan<'m> {
    /// The whole model.
    pub model: &'m Model,
    /// What `tabi.toml` says.
    pub options: &'m Options,
    /// The journey.
    pub journey: &'m Journey,
}

impl Plan<'_> {
    /// `{journey="checkout"}`, and that it was recorded here where sites send theirs too.
    pub fn selector(&self) -> String {
        self.own(&self.anywhere())
    }
    /// The static label that every rule of a journey carries: it changes nothing in the series, but makes rules distinct.
    pub fn journey_label(&self) -> Vec<(String, String)> {
        vec![label("journey", &self.journey.name.text)]
    }
    /// Seconds between two evaluations: what turns a sum of rates into a count.
    pub fn evaluate_seconds(&self) -> u64 {
        self.journey.evaluate * 60
    }
    /// The rows of an SLI.
    pub fn thresholds_of(&self, member: &members::Member<'_>) -> Vec<Threshold> {
        thresholds::of_sli(self.journey, member.1)
    }
    /// The rows of the journey's own target.
    pub fn journey_thresholds(&self) -> Vec<Threshold> {
        thresholds::of_journey(self.journey)
    }
    /// The value of the label `severity`.
    pub fn severity(&self, urgency: Urgency) -> String {
        severity(self.options, urgency)
    }
}

/// The value of the label `severity`: `page` or `ticket`, unless `tabi.toml` has another word for it.
pub fn severity(options: &Options, urgency: Urgency) -> String {
    let labels = match urgency {
        Urgency::Page => &options.page_labels,
        Urgency::Ticket => &options.ticket_labels,
    };
    labels.get("severity").cloned().unwrap_or_else(|| urgency.text().to_string())
}

/// A label as a pair of owned strings.
pub fn label(name: &str, value: &str) -> (String, String) {
    (name.to_string(), value.to_string())
}

/// Minutes as Prometheus writes them: `5m`, `1h`, `1d`, `36h`: days only where they are whole.
pub fn minutes(minutes: u64) -> String {
    if minutes.is_multiple_of(1440) {
        format!("{}d", minutes / 1440)
    } else if minutes.is_multiple_of(60) {
        format!("{}h", minutes / 60)
    } else if minutes > 60 {
        format!("{}h{}m", minutes / 60, minutes % 60)
    } else {
        format!("{minutes}m")
    }
}

/// How late the engine of a journey's rules reads what was recorded: of its SLIs, and of its own target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lates {
    /// Of the SLIs.
    pub slis: Late,
    /// Of the journey's own target.
    pub journey: Late,
}

/// Plans one journey of the model.
pub fn journey(model: &Model, index: usize, options: &Options) -> JourneyRules {
    journey_read_late(model, index, options, Lates::default())
}

/// The same; the alerts say when they end where what was recorded is read late.
pub fn journey_read_late(model: &Model, index: usize, options: &Options, lates: Lates) -> JourneyRules {
    let journey = &model.journeys[index];
    let plan = Plan { model, options, journey };
    let name = &journey.name.text;
    let windows = plan.windows();
    let mut fast = plan.constants();
    fast.extend(plan.expected());
    fast.extend(plan.level_one());
    fast.extend(plan.sums());
    fast.extend(plan.burns(&windows, false));
    fast.extend(plan.journey_burns(false));
    fast.extend(plan.burn_alerts(false, lates));
    fast.extend(plan.no_data_alerts());
    fast.extend(plan.delivery_alerts(index));
    fast.extend(plan.severities());
    fast.extend(plan.delivery());
    fast.extend(plan.decision());
    let mut slow = plan.copies();
    slow.extend(plan.burns(&windows, true));
    slow.extend(plan.period());
    slow.extend(plan.journey_burns(true));
    slow.extend(plan.journey_period());
    slow.extend(plan.runs_out(false));
    slow.extend(plan.runs_out(true).filter(|_| plan.has_budget()));
    slow.extend(plan.burn_alerts(true, lates));
    slow.extend(plan.low_alerts());
    let mut groups = vec![
        Group { name: format!("tabi:{name}"), interval: journey.evaluate, rules: fast },
        Group { name: format!("tabi:{name}:5m"), interval: 5, rules: slow },
    ];
    let hourly = if journey.window.value > LONGEST_FROM_5M { plan.hourly_copies() } else { Vec::new() };
    if !hourly.is_empty() {
        groups.push(Group { name: format!("tabi:{name}:1h"), interval: 60, rules: hourly });
    }
    JourneyRules { journey: name.clone(), place: journey.name.place, groups }
}

#[cfg(test)]
mod tests {
    #[test]
    fn minutes_are_written_as_prometheus_does() {
        let written = [5, 60, 90, 1440, 2160, 40320].map(super::minutes);
        assert_eq!(written, ["5m", "1h", "1h30m", "1d", "36h", "28d"]);
    }
}
