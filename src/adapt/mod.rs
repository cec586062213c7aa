//! Rules → rules as an engine takes them: groups below its limits, and reads that can wait where it sees its own numbers late.
//!
//! Rules of one group run one after the other at one instant. Groups run beside each other: what one reads of another is up to an
//! interval old, and while the other is still at work one of its numbers is new and the next is not. So a cut keeps together what must
//! see one instant, and where that does not fit, a window ends before the other group began ([`late`]).

pub mod cut;
pub mod late;
pub mod metricsql;
pub mod reads;
pub mod times;

use crate::model::Model;
use crate::plan::{self, JourneyRules};
use crate::project::Options;

/// How many minutes the reads of a journey's rules lag behind what [`plan::journey`] says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lag {
    /// Windows of burn rates below a day.
    pub burn: u64,
    /// Events that are looked for or counted by themselves.
    pub events: u64,
    /// Counts of five minutes, beyond the one `evaluate` that they always wait.
    pub copy: u64,
    /// Windows of burn rates from a day on.
    pub slow: u64,
    /// Windows over counts of five minutes of the period.
    pub period: u64,
    /// Counts of an hour, beyond the five minutes that they always wait.
    pub hour: u64,
    /// Windows over counts of an hour.
    pub hourly: u64,
}

/// The rules of a journey for the engine of the project.
pub fn journey(model: &Model, index: usize, options: &Options) -> JourneyRules {
    adapted(model, index, options)
}

/// How late they are.
pub fn lag(model: &Model, index: usize, options: &Options) -> Lag {
    // only a cut has to be made to know it
    let engine = &options.engine;
    match (engine.sees_late(), engine.limits().rules_per_group) {
        (true, _) => late::lag(model.journeys[index].evaluate),
        (false, None) => Lag::default(),
        (false, Some(limit)) => cut_up(plan::journey(model, index, options), limit).1,
    }
}

fn adapted(model: &Model, index: usize, options: &Options) -> JourneyRules {
    let lates = times::Timing::of(model, options, index).lates();
    let mut rules = plan::journey_read_late(model, index, options, lates);
    if options.engine.sees_late() {
        rules.groups = late::groups(&rules.groups);
        return rules;
    }
    match options.engine.limits().rules_per_group {
        Some(limit) => cut_up(rules, limit).0,
        None => rules,
    }
}

/// Groups below a limit, and how late they read what others recorded.
fn cut_up(mut rules: JourneyRules, limit: u64) -> (JourneyRules, Lag) {
    let mut lag = Lag::default();
    let mut groups = Vec::new();
    for group in &rules.groups {
        let cut = cut::cut(group, limit);
        if cut.waits && group.name.ends_with(":5m") {
            lag.slow = group.interval;
        } else if cut.waits {
            lag.burn = group.interval;
        }
        groups.extend(cut.groups);
    }
    rules.groups = groups;
    (rules, lag)
}
