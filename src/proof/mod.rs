//! Proofs: for every alert what must happen when, over synthetic raw series, as `promtool` can check it.
//!
//! [`cast`] makes the series of each SLI from its selectors, [`stage`] moves them through time, [`simulate`] reckons from the events (not
//! from the rules) when alerts must fire and end, and [`scenes`] puts that into tests. What cannot be tested is said, never assumed.

pub mod cast;
mod central;
mod claims;
mod counted;
mod counting;
mod delivery;
mod journeys;
mod labels;
mod levels;
mod parts;
mod probes;
pub mod reduce;
mod scenes;
pub mod simulate;
mod sites;
pub mod stage;
pub mod states;
mod track;

use crate::adapt::{self, Lag};
use crate::model::{Model, address};
use crate::plan::sites::Scope;
use crate::plan::{self, Plan};
use crate::project::Options;
use crate::source::Place;
use cast::{Cast, Part};

/// An alert and how far it is proven.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its name: `SLOBudgetBurn`.
    pub name: &'static str,
    /// What it is about and which row: `checkout.pay.fast, page 13.44× in 1h`.
    pub title: String,
    /// Where its SLI or journey stands.
    pub place: Place,
    /// Why there is no proof.
    pub unproven: Option<String>,
}

/// Something that must hold at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The index of the alert.
    pub alert: usize,
    /// What is claimed, in words: `fires 12m after 20 % of all events began to fail`.
    pub words: String,
    /// When, in minutes.
    pub minute: u64,
    /// The query.
    pub expr: String,
    /// The labels of the one alert that must fire; none: nothing may.
    pub fires: Option<String>,
}

/// Synthetic series and what must follow from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What is played.
    pub name: String,
    /// The SLIs that play, by the names of step and SLI: rules of others have nothing to read. Empty: all of the journey.
    pub slis: Vec<(String, String)>,
    /// Whether recorded numbers are given to the alerts instead of raw series.
    pub given: bool,
    /// Seconds between two samples.
    pub interval: u64,
    /// The series with their values.
    pub series: Vec<(String, String)>,
    /// What must follow.
    pub claims: Vec<Claim>,
}

impl Test {
    /// Whether a rule has something to read in it: not those of a single SLI that does not play.
    pub fn needs(&self, rule: &plan::Rule) -> bool {
        let label = |name: &str| rule.labels.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
        let (step, sli) = (label("step"), label("sli"));
        self.slis.is_empty() || sli.is_empty() || self.slis.iter().any(|(a, b)| a == step && b == sli)
    }
}

/// Tests that `promtool` runs together.
#[derive(Clone, Debug, PartialEq)]
pub struct TestFile {
    /// Its name without `.test.yml`: `checkout`, `checkout.5m`, `checkout.native`.
    pub name: String,
    /// Minutes between two evaluations.
    pub step: u64,
    /// The journeys whose rules it needs.
    pub journeys: Vec<String>,
    /// The groups of these in the order of their evaluation.
    pub groups: Vec<String>,
    /// Whether it has native histograms, which `promtool` knows from 2.48 on.
    pub native: bool,
    /// The tests.
    pub tests: Vec<Test>,
}

/// All proofs of a journey.
#[derive(Clone, Debug)]
pub struct Proofs {
    /// The journey.
    pub journey: String,
    /// Where it is declared.
    pub place: Place,
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// The tests.
    pub files: Vec<TestFile>,
}

/// Where tests go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Slot {
    /// Every 5 minutes, as the slow rules run; otherwise as often as the fast ones.
    slow: bool,
    /// With native histograms.
    native: bool,
}

/// Proofs that are being collected.
struct Collector<'m> {
    plan: Plan<'m>,
    index: usize,
    /// How late the engine's rules are.
    lag: Lag,
    casts: Vec<Cast<'m>>,
    alerts: Vec<Alert>,
    tests: Vec<(Slot, Test)>,
    /// Tests that need the rules of another journey too.
    joint: Vec<(usize, Slot, Test)>,
    /// What is there of sites that do not play.
    others: Vec<central::Other>,
}

/// Proves one journey of the model.
pub fn journey(model: &Model, index: usize, options: &Options) -> Proofs {
    let plan = Plan { model, options, journey: &model.journeys[index] };
    if plan.scope() == Scope::Central {
        let seen = central::seen_from(model, 0);
        let mut collector = prove(&seen, index, options, central::others(model, 0));
        for turn in 1..central::turns(model, index) {
            let seen = central::seen_from(model, turn);
            let mut other = cast(&seen, index, options, central::others(model, turn));
            other.at_another_site(model, turn);
            collector.tests.append(&mut other.tests);
        }
        return collector.finish();
    }
    prove(model, index, options, Vec::new()).finish()
}

/// Nothing is proven yet.
fn cast<'m>(model: &'m Model, index: usize, options: &'m Options, others: Vec<central::Other>) -> Collector<'m> {
    let journey = &model.journeys[index];
    let plan = Plan { model, options, journey };
    let casts = journey.members().into_iter().map(|m| cast::cast(m, crate::reckon::range_of(journey, m.1))).collect();
    let lag = adapt::lag(model, index, options);
    Collector { plan, index, lag, casts, alerts: Vec::new(), tests: Vec::new(), joint: Vec::new(), others }
}

fn prove<'m>(model: &'m Model, index: usize, options: &'m Options, others: Vec<central::Other>) -> Collector<'m> {
    let mut collector = cast(model, index, options, others);
    collector.slis();
    collector.sites();
    collector.whole_journey();
    collector.delivery();
    collector
}

impl<'m> Collector<'m> {
    fn address(&self, cast: &Cast<'m>) -> String {
        address(self.plan.journey, cast.member.0, cast.member.1)
    }

    /// Registers an alert and gives its index.
    fn alert(&mut self, name: &'static str, title: String, place: Place, unproven: Option<String>) -> usize {
        self.alerts.push(Alert { name, title, place, unproven });
        self.alerts.len() - 1
    }

    fn step(&self, slot: Slot) -> u64 {
        if slot.slow { 5 } else { self.plan.journey.evaluate }
    }

    fn finish(self) -> Proofs {
        let journey = self.plan.journey;
        let name = &journey.name.text;
        let mut files: Vec<TestFile> = Vec::new();
        let rules = adapt::journey(self.plan.model, self.index, self.plan.options);
        let own: Vec<String> = rules.groups.iter().map(|g| g.name.clone()).collect();
        for (slow, native) in [(false, false), (true, false), (false, true), (true, true)] {
            let slot = Slot { slow, native };
            let tests = self.tests.iter().filter(|(s, _)| *s == slot);
            let tests: Vec<Test> = tests.map(|(_, t)| self.beside_others(t, &[self.index])).collect();
            let more = format!("{}{}", if slow { ".5m" } else { "" }, if native { ".native" } else { "" });
            let file = |name: String, journeys, groups, tests| TestFile {
                name,
                step: self.step(slot),
                journeys,
                groups,
                native,
                tests,
            };
            if !tests.is_empty() {
                files.push(file(format!("{name}{more}"), vec![name.clone()], own.clone(), tests));
            }
            let mut others: Vec<usize> = self.joint.iter().filter(|(_, s, _)| *s == slot).map(|(o, ..)| *o).collect();
            others.dedup();
            for other in others {
                let tests = self.joint.iter().filter(|(o, s, _)| *o == other && *s == slot);
                let tests = tests.map(|(_, _, t)| self.beside_others(t, &[self.index, other])).collect();
                let others = adapt::journey(self.plan.model, other, self.plan.options);
                // the other journey's alerts are read, so its rules come first
                let groups = others.groups.iter().map(|g| g.name.clone()).chain(own.iter().cloned()).collect();
                let journeys = vec![others.journey.clone(), name.clone()];
                files.push(file(format!("{name}.blocks-{}{more}", others.journey), journeys, groups, tests));
            }
        }
        Proofs { journey: name.clone(), place: journey.name.place, alerts: self.alerts, files }
    }
}

/// Whether two SLIs would read each other's series.
fn in_conflict(a: &Cast<'_>, b: &Cast<'_>) -> bool {
    let series = |cast: &Cast<'_>| -> Vec<crate::promql::evaluate::Labels> {
        let own: Vec<_> = match &cast.part {
            Part::Counters(all) => all.iter().map(|c| c.labels.clone()).collect(),
            Part::Native(labels, _) => vec![labels.clone()],
            Part::States(all) => all.iter().map(|d| d.labels.clone()).collect(),
            Part::Impossible(_) => Vec::new(),
        };
        let strangers = cast.strangers.iter().map(|(l, _)| l).chain(cast.impostors.iter().map(|d| &d.labels));
        own.into_iter().chain(strangers.cloned()).chain(cast.targets()).collect()
    };
    let reads = |cast: &Cast<'_>, all: &[crate::promql::evaluate::Labels]| {
        all.iter().any(|labels| cast.selectors.iter().any(|s| cast::selects(s, labels)))
    };
    reads(a, &series(b)) || reads(b, &series(a))
}

/// Casts that can play together, by their indexes; native ones by themselves.
fn batches(casts: &[&Cast<'_>]) -> Vec<Vec<usize>> {
    /// Larger tests would be slow to read and to run.
    const MOST: usize = 12;
    let native = |i: usize| matches!(casts[i].part, Part::Native(..));
    let mut found: Vec<Vec<usize>> = Vec::new();
    for i in 0..casts.len() {
        if matches!(casts[i].part, Part::Impossible(_)) {
            continue;
        }
        let fits = |batch: &&mut Vec<usize>| {
            batch.len() < MOST && batch.iter().all(|j| native(*j) == native(i) && !in_conflict(casts[i], casts[*j]))
        };
        match found.iter_mut().find(|batch| fits(batch)) {
            Some(batch) => batch.push(i),
            None => found.push(vec![i]),
        }
    }
    found
}
