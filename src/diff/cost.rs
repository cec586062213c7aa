//! What the rules cost before and now, with the same number of raw series for each selector.

use super::pairs::Pairs;
use super::{Assumptions, Side};
use crate::cost::{self, Inventory, JourneyCost};
use crate::reckon::whole;
use std::collections::BTreeMap;

/// What a journey, or all of them, cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Rules.
    pub rules: u64,
    /// Groups of rules.
    pub groups: u64,
    /// Series that are recorded.
    pub series: u64,
    /// Samples that are read a minute.
    pub samples: u64,
}

/// Costs that are not as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostChange {
    /// The journey as it is called now, or was; `None` is all of them.
    pub journey: Option<String>,
    /// Before.
    pub old: Option<Numbers>,
    /// Now.
    pub new: Option<Numbers>,
}

fn of(side: Side<'_>, index: usize, assumptions: &Assumptions) -> Numbers {
    let inventory = Inventory { answers: BTreeMap::new(), series: assumptions.series, budgets: assumptions.budgets };
    let costs: Vec<JourneyCost> = cost::everywhere(side.model, index, side.options, &inventory);
    sum(costs.iter().map(|cost| Numbers {
        rules: cost.rules() as u64,
        groups: cost.groups.len() as u64,
        series: cost.series(),
        samples: whole(cost.samples().all()),
    }))
}

fn sum(all: impl Iterator<Item = Numbers>) -> Numbers {
    all.fold(Numbers::default(), |a, b| Numbers {
        rules: a.rules + b.rules,
        groups: a.groups + b.groups,
        series: a.series + b.series,
        samples: a.samples + b.samples,
    })
}

/// The journeys whose costs differ, and the sum of all; nothing where all is as it was.
pub fn find(pairs: &Pairs<'_>, assumptions: &Assumptions) -> Vec<CostChange> {
    let mut all = Vec::new();
    for (i, j) in &pairs.journeys {
        let name = j.map(|j| &pairs.new.journey(j).name).or(i.map(|i| &pairs.old.journey(i).name));
        all.push(CostChange {
            journey: name.map(|n| n.text.clone()),
            old: i.map(|i| of(pairs.old, i, assumptions)),
            new: j.map(|j| of(pairs.new, j, assumptions)),
        });
    }
    let total = CostChange {
        journey: None,
        old: Some(sum(all.iter().filter_map(|c| c.old))),
        new: Some(sum(all.iter().filter_map(|c| c.new))),
    };
    all.retain(|c| c.old != c.new);
    if !all.is_empty() {
        all.push(total);
    }
    all
}
