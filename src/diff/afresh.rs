//! Budgets that lose their history: the labels that tell their series apart are new, so that what was recorded is of a series that is no more.

use super::pairs::{Member, Pairs, change};
use super::{Afresh, Budget, Change, Kind, Reason};
use crate::plan::LONGEST_FROM_5M;
use std::collections::{BTreeMap, BTreeSet};

/// Finds all of them: by journey, by step, by SLI, each reason where it is.
pub fn find(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    let mut counted = Counted::default();
    let addresses = |keep: &dyn Fn(&Member<'_>) -> bool| -> Vec<String> {
        pairs.both_slis().filter(|(_, new)| keep(new)).map(|(_, new)| pairs.new.address(new)).collect()
    };
    for (i, j) in pairs.journeys.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let (old, new) = (pairs.old.journey(i), pairs.new.journey(j));
        let mut reasons = Vec::new();
        if old.name.text != new.name.text {
            reasons.push(Reason::Journey);
        }
        if old.audience != new.audience {
            reasons.push(Reason::Audience(old.audience, new.audience));
        }
        if old.window.value <= LONGEST_FROM_5M && new.window.value > LONGEST_FROM_5M {
            reasons.push(Reason::Hourly);
        }
        if reasons.is_empty() {
            continue;
        }
        let own = Budget::of_journey(new).is_some() && Budget::of_journey(old).is_some();
        let mut budgets: Vec<String> = own.then(|| new.name.text.clone()).into_iter().collect();
        budgets.extend(addresses(&|m| m.journey == j));
        let subject = Pairs::journey(Some(old), Some(new));
        changes.push(afresh(subject, reasons, counted.once(&new.name.text, budgets), None));
    }
    for (i, j) in pairs.steps.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let subject = pairs.step(Some(i), Some(j));
        let (old, new) = (&pairs.old.journey(i.0).steps[i.1], &pairs.new.journey(j.0).steps[j.1]);
        if old.name.text == new.name.text {
            continue;
        }
        let counts = new.weight.value > 0.0 && new.slis.iter().any(|sli| sli.counts);
        let forgets = counts.then(|| pairs.new.journey(j.0).name.text.clone());
        let budgets = addresses(&|m| (m.journey, m.step) == (j.0, Some(j.1)));
        let budgets = counted.once(subject.address(), budgets);
        changes.push(afresh(subject, vec![Reason::Step], budgets, forgets));
    }
    let homes: BTreeSet<_> = pairs.steps.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))).collect();
    for (old, new) in pairs.both_slis() {
        let mut reasons = Vec::new();
        let home = match (old.step, new.step) {
            (Some(a), Some(b)) => homes.contains(&((old.journey, a), (new.journey, b))),
            (None, None) => pairs.journeys.contains(&(Some(old.journey), Some(new.journey))),
            _ => false,
        };
        if !home {
            reasons.push(Reason::Moved);
        }
        if old.sli.name.text != new.sli.name.text {
            reasons.push(Reason::Sli);
        }
        let labels = |m: &Member<'_>| m.sli.by.iter().map(|label| label.text.clone()).collect::<BTreeSet<_>>();
        let (before, now) = (labels(&old), labels(&new));
        if before != now {
            reasons.push(Reason::By(before.into_iter().collect(), now.into_iter().collect()));
        }
        if reasons.is_empty() {
            continue;
        }
        let counts = new.sli.counts && pairs.new.step_of(new).is_some_and(|step| step.weight.value > 0.0);
        let forgets = counts.then(|| pairs.new.journey(new.journey).name.text.clone());
        let subject = pairs.sli(Some(old), Some(new));
        let budgets = counted.once(subject.address(), vec![pairs.new.address(new)]);
        changes.push(afresh(subject, reasons, budgets, forgets));
    }
    // what starts afresh with the budget of the journey takes nothing more from it
    for change in changes.iter_mut() {
        if let Kind::Afresh(found) = &mut change.kind {
            found.forgets = found.forgets.take().filter(|journey| !counted.0.contains_key(journey));
        }
    }
}

/// The budgets that were said to start afresh, each with the entry that says it: by journeys, by steps, by SLIs.
#[derive(Default)]
struct Counted(BTreeMap<String, String>);

impl Counted {
    /// Those that no entry before has; and where all of them are in one before, that one.
    fn once(&mut self, entry: &str, mut budgets: Vec<String>) -> (Vec<String>, Option<String>) {
        let before = budgets.iter().find_map(|budget| self.0.get(budget).cloned());
        budgets.retain(|budget| !self.0.contains_key(budget));
        self.0.extend(budgets.iter().map(|budget| (budget.clone(), entry.to_string())));
        let with = before.filter(|_| budgets.is_empty());
        (budgets, with)
    }
}

fn afresh(
    subject: super::Subject,
    reasons: Vec<Reason>,
    (budgets, with): (Vec<String>, Option<String>),
    forgets: Option<String>,
) -> Change {
    let name =
        |side: &Option<(String, crate::source::Place)>| side.as_ref().map(|(a, _)| a.clone()).unwrap_or_default();
    let (old, new) = (name(&subject.old), name(&subject.new));
    change(subject, Kind::Afresh(Afresh { reasons, old, new, budgets, with, forgets }))
}
