//! Budgets that lose their history: the labels that tell their series apart are new, so that what was recorded is of a series that is no more.

use super::pairs::{Member, Pairs, change};
use super::{Afresh, Budget, Change, Kind, Reason};
use crate::plan::LONGEST_FROM_5M;
use std::collections::BTreeSet;

/// Finds all of them: by journey, by step, by SLI, each reason where it is.
pub fn find(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
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
        changes.push(afresh(subject, reasons, budgets, None));
    }
    for (i, j) in pairs.steps.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let subject = pairs.step(Some(i), Some(j));
        let (old, new) = (&pairs.old.journey(i.0).steps[i.1], &pairs.new.journey(j.0).steps[j.1]);
        if old.name.text == new.name.text {
            continue;
        }
        let counts = new.weight.value > 0.0 && new.slis.iter().any(|sli| sli.counts);
        let forgets = counts.then(|| pairs.new.journey(j.0).name.text.clone());
        changes.push(afresh(
            subject,
            vec![Reason::Step],
            addresses(&|m| (m.journey, m.step) == (j.0, Some(j.1))),
            forgets,
        ));
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
        changes.push(afresh(pairs.sli(Some(old), Some(new)), reasons, vec![pairs.new.address(new)], forgets));
    }
}

fn afresh(subject: super::Subject, reasons: Vec<Reason>, budgets: Vec<String>, forgets: Option<String>) -> Change {
    let name =
        |side: &Option<(String, crate::source::Place)>| side.as_ref().map(|(a, _)| a.clone()).unwrap_or_default();
    let (old, new) = (name(&subject.old), name(&subject.new));
    change(subject, Kind::Afresh(Afresh { reasons, old, new, budgets, forgets }))
}
