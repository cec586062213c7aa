//! What changes *for people* between two versions of a project: budgets, alerts and their times, owners, what counts as bad, and what it
//! costs. Reckoned from the two models and the rules that are planned of them, never from text: another layout is no change.
//!
//! The data structure stands here; [`words`] says it in words for [`text`] and [`markdown`], [`json`] for programs.

mod afresh;
mod alerts;
pub mod broken;
mod cost;
pub mod json;
pub mod markdown;
mod measures;
mod pairs;
mod settings;
pub mod text;
mod things;
pub mod words;

use crate::model::{Audience, Journey, Model, Percent, Sli, Urgency};
use crate::project::Options;
use crate::source::{Place, Sources};
use pairs::Pairs;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub use cost::{CostChange, Numbers};

/// One of the two versions.
#[derive(Clone, Copy, Debug)]
pub struct Side<'m> {
    /// What it means.
    pub model: &'m Model,
    /// What its `tabi.toml` says.
    pub options: &'m Options,
    /// The journeys that are looked at: indexes into the model's.
    pub chosen: &'m [usize],
    /// Where `tabi build` writes, if `tabi.toml` says it.
    pub output: Option<&'m str>,
}

/// What the reckoning takes for granted.
#[derive(Clone, Copy, Debug)]
pub struct Assumptions {
    /// The share of events that fails when alerts are timed, beside a total outage.
    pub failing: Percent,
    /// Raw series of each selector, for the cost.
    pub series: u64,
    /// Budgets of each SLI with `by`, for the cost.
    pub budgets: u64,
}

/// All changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// The heaviest first; those that are alike are one.
    pub changes: Vec<Change>,
    /// What the rules cost, where it differs: each journey, then all of them.
    pub cost: Vec<CostChange>,
    /// The share of events for which alerts are timed.
    pub failing: Percent,
}

impl Diff {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.cost.is_empty()
    }
}

/// What a change is of; without an address on both sides: the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Subject {
    /// As `tabi show` calls it, and where it is declared, in the old version.
    pub old: Option<(String, Place)>,
    /// The same in the new one.
    pub new: Option<(String, Place)>,
}

impl Subject {
    /// What it is called now, or was called.
    pub fn address(&self) -> &str {
        self.new.as_ref().or(self.old.as_ref()).map_or("", |(address, _)| address)
    }
}

/// Something that is not as it was, for one or more subjects alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whom it concerns.
    pub subjects: Vec<Subject>,
    /// What it is.
    pub kind: Kind,
}

/// What changes. `None` on one side: it was not there before, or is no more.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The series have other labels: what was lost of a budget is forgotten.
    Afresh(Afresh),
    /// A journey, a step, an SLI or a site came or went.
    Thing {
        /// What there was.
        old: Option<Thing>,
        /// What there is.
        new: Option<Thing>,
    },
    /// Target and window.
    Budget {
        /// Before.
        old: Option<Budget>,
        /// Now.
        new: Option<Budget>,
    },
    /// Rows of burn alerts.
    Burns(Burns),
    /// Another alert.
    Alert {
        /// Which.
        alert: Other,
        /// Who was told.
        old: Option<Told>,
        /// Who is told.
        new: Option<Told>,
    },
    /// What is measured, and what of it is bad.
    Measure {
        /// Its parts that differ.
        parts: Vec<Part>,
        /// The series that are recorded have the same names as before: for so many minutes, the window, the budget is a mix of both. `None`
        /// where it starts afresh.
        mixed: Option<u64>,
    },
    /// A setting with a value.
    Setting {
        /// Which.
        setting: Setting,
        /// Before.
        old: Option<String>,
        /// Now.
        new: Option<String>,
    },
    /// A journey that ships fixes for another one.
    Delivers {
        /// The user journey of before.
        old: Option<String>,
        /// The user journey of now.
        new: Option<String>,
    },
    /// A dashboard.
    Dashboard {
        /// Its uid before.
        old: Option<String>,
        /// Its uid now.
        new: Option<String>,
    },
    /// Rules that differ without any of the above, by their names.
    Rules(Vec<String>),
}

/// Why budgets lose their history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The journey has another name.
    Journey,
    /// The step has another name.
    Step,
    /// The SLI has another name.
    Sli,
    /// The SLI stands elsewhere.
    Moved,
    /// Another audience.
    Audience(Audience, Audience),
    /// Other labels in `by`.
    By(Vec<String>, Vec<String>),
    /// The window is now summed from hourly counts, which were not recorded before.
    Hourly,
}

/// Budgets that lose their history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Afresh {
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it was called.
    pub old: String,
    /// What it is called.
    pub new: String,
    /// Whose budgets start afresh. Each stands in one place, however many reasons there are.
    pub budgets: Vec<String>,
    /// Where all of them stand already: the journey or step in which this is.
    pub with: Option<String>,
    /// The journey that keeps its own budget and forgets what these have lost of it.
    pub forgets: Option<String>,
}

/// Something that came or went.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// What it is.
    pub what: What,
    /// Its budget, where it has one.
    pub budget: Option<Budget>,
    /// What of it is bad: an SLI only.
    pub bad: Option<String>,
    /// How many rows page, and how many make a ticket.
    pub rows: (usize, usize),
    /// How many SLIs it has: a journey or step.
    pub slis: usize,
    /// Whether it is part of a journey's number.
    pub counts: bool,
}

/// The kinds of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A journey.
    Journey(Audience),
    /// A step.
    Step,
    /// An SLI.
    Sli,
    /// A site.
    Site,
}

/// What may fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// The share that must be good.
    pub target: Percent,
    /// The period in minutes.
    pub window: u64,
    /// How many events may fail, and what they are, where the traffic is known.
    pub events: Option<(f64, &'static str)>,
}

impl Budget {
    /// Minutes of total outage.
    pub fn minutes(&self) -> f64 {
        self.window as f64 * self.target.budget()
    }
    fn of_sli(journey: &Journey, sli: &Sli) -> Budget {
        let (target, window) = (sli.target.value, journey.window.value);
        let events = crate::reckon::traffic_of(sli)
            .map(|rate| (rate * (window * 60) as f64 * target.budget(), sli.measure.event()));
        Budget { target, window, events }
    }
    fn of_journey(journey: &Journey) -> Option<Budget> {
        // without a step that counts the target promises nothing, and nothing is recorded
        journey.counted_slis().next()?;
        let target = journey.target.as_ref()?.value;
        Some(Budget { target, window: journey.window.value, events: None })
    }
}

/// One row of burn alerts, as it is evaluated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// Who is told.
    pub urgency: Urgency,
    /// The long window in minutes.
    pub long: u64,
    /// The short window in minutes.
    pub short: u64,
    /// The burn rate above which it fires.
    pub burn: f64,
    /// The share of errors above which it fires.
    pub errors: f64,
    /// Bad events in the long window, at least.
    pub need: u32,
    /// Minutes until it fires: in a total outage, and when the share in question fails.
    pub after: Times,
}

/// Minutes until something fires: in a total outage, and when the share in question fails. `None`: never.
pub type Times = [Option<u64>; 2];

/// A row before and now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Before.
    pub old: Option<Alert>,
    /// Now.
    pub new: Option<Alert>,
}

/// The rows of an SLI or of a journey that differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Burns {
    /// Only those that differ.
    pub rows: Vec<Row>,
    /// When the first page comes, of all rows.
    pub page: (Times, Times),
    /// When the first ticket comes, of all rows.
    pub ticket: (Times, Times),
}

/// Alerts that are no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Other {
    /// The numbers stop coming.
    NoData,
    /// Little is left.
    Low,
    /// A fix may not get through to this user journey.
    Blocked(String),
}

/// Who is told when.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Who.
    pub urgency: Urgency,
    /// When: `after 15m`, `below 25% of the budget`.
    pub when: String,
}

/// A part of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The word before it: `good`, `under`, …
    pub word: &'static str,
    /// Before.
    pub old: Option<String>,
    /// Now.
    pub new: Option<String>,
}

/// Settings that people see in alerts, routes, numbers or dashboards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// While it yields anything nothing counts.
    Exclude,
    /// How counters arrive.
    Counters,
    /// Over how long events are counted each time.
    Range,
    /// How steps make the journey's number.
    Compose,
    /// The weight of a step.
    Weight,
    /// Whether an SLI is part of the journey's number.
    Counts,
    /// Who answers for it.
    Owner,
    /// The link for those who are called.
    Runbook,
    /// A label of alerts.
    Label(String),
    /// What people call it.
    Title,
    /// The comment before it that says what it is.
    Doc,
    /// A label that a site adds to what it sends.
    ExternalLabel(String),
    /// A label of all alerts of an urgency.
    UrgencyLabel(Urgency, String),
    /// The links in alerts.
    Link(&'static str),
    /// The expected events.
    Traffic,
    /// How often rules run.
    Evaluate,
    /// Where it is measured.
    At,
    /// The order of a journey's steps.
    Steps,
    /// What `tabi.toml` says of Grafana.
    Grafana(&'static str),
    /// What `tabi.toml` says of the engine: its target, and what matters there.
    Build(&'static str),
    /// Who evaluates the rules of sites.
    Evaluator,
    /// Where the rules are written.
    Output,
}

/// All changes from one version to the other.
pub fn between(old: Side<'_>, new: Side<'_>, assumptions: &Assumptions) -> Diff {
    let pairs = Pairs::of(old, new);
    let mut changes = Vec::new();
    afresh::find(&pairs, &mut changes);
    things::find(&pairs, &mut changes);
    things::dashboards(&pairs, &mut changes);
    alerts::find(&pairs, assumptions.failing, &mut changes);
    measures::find(&pairs, &mut changes);
    settings::find(&pairs, &mut changes);
    things::other_rules(&pairs, &mut changes);
    let mut changes = merged(changes);
    // a stable sort: journeys, steps and SLIs stay in their order
    changes.sort_by_key(|change| change.kind.rank());
    Diff { changes, cost: cost::find(&pairs, assumptions), failing: assumptions.failing }
}

/// What is the same for several subjects is said once.
fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    // numbers with fractions have no order, so the text of a kind stands for it
    let mut known: HashMap<String, usize> = HashMap::new();
    for change in changes {
        if matches!(change.kind, Kind::Afresh(_)) {
            all.push(change);
            continue;
        }
        match known.entry(format!("{:?}", change.kind)) {
            Entry::Occupied(at) => all[*at.get()].subjects.extend(change.subjects),
            Entry::Vacant(free) => {
                free.insert(all.len());
                all.push(change);
            }
        }
    }
    all
}

/// Where something is, from the root of its version: `slo/shop.tabi:12`.
fn place(sources: &Sources, place: Place) -> (String, u32) {
    let file = sources.file(place.file);
    (file.name.clone(), file.line_column(place.span.start).line)
}

impl Kind {
    /// The section that it stands in, by its number in [`words::SECTIONS`].
    fn rank(&self) -> usize {
        match self {
            Kind::Afresh(_) => 0,
            Kind::Thing { new: None, .. } => 1,
            Kind::Thing { .. } => 2,
            Kind::Budget { .. } => 3,
            Kind::Burns(_) | Kind::Alert { .. } => 4,
            Kind::Measure { .. } => 5,
            Kind::Setting { setting, .. } => match setting {
                Setting::Exclude | Setting::Counters | Setting::Range => 5,
                Setting::Compose | Setting::Weight | Setting::Counts => 6,
                Setting::Owner
                | Setting::Runbook
                | Setting::Label(_)
                | Setting::Title
                | Setting::Doc
                | Setting::ExternalLabel(_)
                | Setting::UrgencyLabel(..)
                | Setting::Link(_) => 8,
                Setting::Traffic | Setting::Evaluate | Setting::At | Setting::Steps => 9,
                Setting::Grafana(_) => 10,
                Setting::Build(_) | Setting::Evaluator | Setting::Output => 11,
            },
            Kind::Delivers { .. } => 7,
            Kind::Dashboard { .. } => 10,
            Kind::Rules(_) => 12,
        }
    }
}
