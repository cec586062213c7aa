//! When the alerts of a journey come: the reckoning of [`crate::reckon::timing`], as late as the engine of what evaluates them reads what was
//! recorded, and as late as sites are read.

use super::Lag;
use crate::model::{Journey, Model, Sli};
use crate::plan::{Lates, sites};
use crate::project::Options;
use crate::reckon::timing::{Late, Situation};

/// How late the alerts of a journey are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// Of what is not evaluated by sites.
    own: Late,
    /// Of an SLI that sites evaluate themselves.
    at_sites: Late,
    /// Of the journey's own target.
    journey: Late,
    /// Whether sites evaluate.
    sited: bool,
}

impl Timing {
    /// Those of a journey of a project.
    pub fn of(model: &Model, options: &Options, index: usize) -> Timing {
        let journey = &model.journeys[index];
        let own = late(super::lag(model, index, options));
        let here = sites::local(model, options).into_iter().filter(|(_, at)| *at == index);
        let lags: Vec<Lag> =
            here.map(|(site, _)| super::lag(&sites::at(model, index, site), 0, &sites::options_at(options))).collect();
        let at_sites = lags.iter().fold(Late::default(), |most, lag| later(most, late(*lag)));
        let sited = !lags.is_empty();
        let behind = sites::behind(options, journey.evaluate);
        // what adds sites up reads their counts of five minutes, which are as late as their engine makes them
        let copy = lags.iter().map(|lag| lag.copy).max().unwrap_or(0);
        let added = Late { fast: behind.rate, events: behind.rate, slow: behind.five + copy };
        Timing { own, at_sites, journey: if sited { later(own, added) } else { own }, sited }
    }

    /// What the rules themselves must know, which say when alerts end.
    pub fn lates(&self) -> Lates {
        Lates { slis: self.own, journey: self.journey }
    }

    /// Those of a journey of a model, which must be one of it.
    pub fn of_journey_in(model: &Model, options: &Options, journey: &Journey) -> Timing {
        let index = model.journeys.iter().position(|j| j.name.text == journey.name.text);
        index.map_or(
            Timing { own: Late::default(), at_sites: Late::default(), journey: Late::default(), sited: false },
            |i| Timing::of(model, options, i),
        )
    }

    /// What a prediction needs to know of an SLI of the journey.
    pub fn of_sli(&self, journey: &Journey, sli: &Sli) -> Situation {
        let late = if self.sited && !sli.at.is_empty() { self.at_sites } else { self.own };
        Situation { late, ..Situation::of_sli(journey, sli) }
    }

    /// What a prediction needs to know of the journey, if it has a target of its own.
    pub fn of_journey(&self, journey: &Journey) -> Option<Situation> {
        Some(Situation { late: self.journey, ..Situation::of_journey(journey)? })
    }
}

fn late(lag: Lag) -> Late {
    Late { fast: lag.burn, events: lag.events, slow: lag.copy + lag.slow }
}

fn later(a: Late, b: Late) -> Late {
    Late { fast: a.fast.max(b.fast), events: a.events.max(b.events), slow: a.slow.max(b.slow) }
}
