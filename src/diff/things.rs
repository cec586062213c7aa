//! What came and went: journeys, steps, SLIs, sites, budgets, deliveries, dashboards; and rules that differ for no reason said elsewhere.

use super::pairs::{Member, Pairs, change};
use super::{Budget, Change, Kind, Setting, Side, Subject, Thing, What};
use crate::adapt;
use crate::model::{Journey, Urgency};
use crate::plan::{Rule, sites};
use crate::project::Dashboards;
use crate::promql;
use crate::reckon::thresholds::{self, Threshold};
use std::collections::{BTreeMap, BTreeSet};

fn rows(rows: &[Threshold]) -> (usize, usize) {
    let of = |urgency| rows.iter().filter(|t| t.urgency == urgency).count();
    (of(Urgency::Page), of(Urgency::Ticket))
}

fn journey(journey: &Journey) -> Thing {
    Thing {
        what: What::Journey(journey.audience),
        budget: Budget::of_journey(journey),
        bad: None,
        rows: rows(&thresholds::of_journey(journey)),
        slis: journey.all_slis().count(),
        counts: false,
    }
}

fn sli(side: Side<'_>, member: Member<'_>) -> Thing {
    let journey = side.journey(member.journey);
    Thing {
        what: What::Sli,
        budget: Some(Budget::of_sli(journey, member.sli)),
        bad: Some(member.sli.measure.bad_when()),
        rows: rows(&thresholds::of_sli(journey, member.sli)),
        slis: 0,
        counts: member.sli.counts && side.step_of(member).is_some_and(|step| step.weight.value > 0.0),
    }
}

fn empty(what: What, slis: usize) -> Thing {
    Thing { what, budget: None, bad: None, rows: (0, 0), slis, counts: false }
}

/// Finds what came and went, and budgets that are other ones.
pub fn find(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    for (i, j) in &pairs.journeys {
        let (old, new) = (i.map(|i| pairs.old.journey(i)), j.map(|j| pairs.new.journey(j)));
        let subject = Pairs::journey(old, new);
        let kind = match (old, new) {
            (Some(old), Some(new)) => Kind::Budget { old: Budget::of_journey(old), new: Budget::of_journey(new) },
            _ => Kind::Thing { old: old.map(journey), new: new.map(journey) },
        };
        push(subject, kind, changes);
    }
    for (i, j) in pairs.steps.iter().filter(|(i, j)| i.is_none() || j.is_none()) {
        let of = |side: Side<'_>, at: &Option<(usize, usize)>| {
            at.map(|(journey, step)| empty(What::Step, side.journey(journey).steps[step].slis.len()))
        };
        let (old, new) = (of(pairs.old, i), of(pairs.new, j));
        push(pairs.step(*i, *j), Kind::Thing { old, new }, changes);
    }
    for (old, new) in &pairs.slis {
        let kind = match (old, new) {
            (Some(a), Some(b)) => {
                let of = |side: Side<'_>, m: &Member<'_>| Some(Budget::of_sli(side.journey(m.journey), m.sli));
                let (old, new) = (of(pairs.old, a), of(pairs.new, b));
                // traffic is said by itself
                let promise = |b: &Option<Budget>| b.map(|b| (b.target.text(), b.window));
                if promise(&old) == promise(&new) {
                    continue;
                }
                Kind::Budget { old, new }
            }
            _ => Kind::Thing { old: old.map(|m| sli(pairs.old, m)), new: new.map(|m| sli(pairs.new, m)) },
        };
        push(pairs.sli(*old, *new), kind, changes);
    }
    sites(pairs, changes);
    deliveries(pairs, changes);
}

fn push(subject: Subject, kind: Kind, changes: &mut Vec<Change>) {
    if !matches!(&kind, Kind::Budget { old, new } if old == new) {
        changes.push(change(subject, kind));
    }
}

fn sites(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    let of = |side: Side<'_>| -> BTreeMap<String, crate::source::Place> {
        side.model.sites.iter().map(|s| (s.name.text.clone(), s.name.place)).collect()
    };
    let (old, new) = (of(pairs.old), of(pairs.new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let at = |side: &BTreeMap<String, crate::source::Place>| side.get(name).map(|place| (name.clone(), *place));
        let subject = Subject { old: at(&old), new: at(&new) };
        let thing = |there: bool| there.then(|| empty(What::Site, 0));
        let kind = Kind::Thing { old: thing(subject.old.is_some()), new: thing(subject.new.is_some()) };
        if subject.old.is_none() || subject.new.is_none() {
            changes.push(change(subject, kind));
        }
    }
}

/// Relations by the journeys on both ends, whatever these are called.
fn deliveries(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    for (i, j) in &pairs.journeys {
        let of = |side: Side<'_>, index: &Option<usize>| -> Vec<usize> {
            index.map(|i| side.journey(i).delivers.iter().map(|(user, _)| *user).collect()).unwrap_or_default()
        };
        let (before, after) = (of(pairs.old, i), of(pairs.new, j));
        let kept: BTreeSet<usize> = before.iter().filter_map(|user| pairs.now(*user)).collect();
        let subject = || Pairs::journey(i.map(|i| pairs.old.journey(i)), j.map(|j| pairs.new.journey(j)));
        let name = |side: Side<'_>, user: usize| Some(side.journey(user).name.text.clone());
        for user in before.iter().filter(|user| pairs.now(**user).is_none_or(|n| !after.contains(&n))) {
            changes.push(change(subject(), Kind::Delivers { old: name(pairs.old, *user), new: None }));
        }
        for user in after.iter().filter(|user| !kept.contains(user)) {
            changes.push(change(subject(), Kind::Delivers { old: None, new: name(pairs.new, *user) }));
        }
    }
}

/// Dashboards that came and went, by their uids: what has another uid is another one, and links to it are dead.
pub fn dashboards(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    type Found = BTreeMap<String, Option<(String, crate::source::Place)>>;
    let of = |side: Side<'_>| -> Found {
        let grafana = &side.options.grafana;
        if grafana.dashboards == Dashboards::None {
            return Found::new();
        }
        let mut found = Found::new();
        if !side.model.journeys.is_empty() {
            found.insert(grafana.overview_uid(), None);
        }
        for journey in side.chosen.iter().map(|i| side.journey(*i)) {
            let at = (journey.name.text.clone(), journey.name.place);
            found.insert(grafana.journey_uid(&journey.name.text), Some(at.clone()));
            if !journey.delivered_by.is_empty() {
                found.insert(grafana.coexistence_uid(&journey.name.text), Some(at));
            }
        }
        found
    };
    let (old, new) = (of(pairs.old), of(pairs.new));
    let gone = old.iter().filter(|(uid, _)| !new.contains_key(*uid)).map(|(uid, at)| {
        let subject = Subject { old: at.clone(), new: None };
        change(subject, Kind::Dashboard { old: Some(uid.clone()), new: None })
    });
    let came = new.iter().filter(|(uid, _)| !old.contains_key(*uid)).map(|(uid, at)| {
        let subject = Subject { old: None, new: at.clone() };
        change(subject, Kind::Dashboard { old: None, new: Some(uid.clone()) })
    });
    changes.extend(gone.chain(came));
}

/// Rules of journeys of which nothing was said, and which differ all the same: so that "nothing changes" is true.
pub fn other_rules(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    let journey_of = |address: &str| address.split('.').next().unwrap_or_default().to_string();
    // neither of these shows in a rule
    let elsewhere = |kind: &Kind| matches!(kind, Kind::Setting { setting: Setting::Doc | Setting::Output, .. });
    let subjects = || changes.iter().filter(|c| !elsewhere(&c.kind)).flat_map(|c| &c.subjects);
    let mut concerned: BTreeSet<String> = subjects().map(|s| journey_of(s.address())).collect();
    // what moves leaves rules behind where it was, whatever that is called now
    let left = subjects().filter_map(|s| s.old.as_ref()).map(|(address, _)| journey_of(address));
    let left = left.filter_map(|name| pairs.old.model.journeys.iter().position(|j| j.name.text == name));
    concerned.extend(left.filter_map(|i| pairs.now(i)).map(|j| pairs.new.journey(j).name.text.clone()));
    // who delivers and who is delivered stand in each other's rules
    for (side, journey) in [pairs.old, pairs.new].iter().flat_map(|s| s.chosen.iter().map(move |i| (s, s.journey(*i))))
    {
        if concerned.contains(&journey.name.text) {
            let near = journey.delivers.iter().map(|(i, _)| i).chain(&journey.delivered_by);
            concerned.extend(near.map(|i| side.journey(*i).name.text.clone()));
        }
    }
    // what `tabi.toml` says concerns all of them
    if concerned.contains("") {
        return;
    }
    for (i, j) in pairs.journeys.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let name = &pairs.new.journey(j).name.text;
        if concerned.contains(name) {
            continue;
        }
        let of = |side: Side<'_>, index| -> Vec<(String, u64, Rule)> {
            let mut groups = adapt::journey(side.model, index, side.options).groups;
            let at_sites = sites::local(side.model, side.options).into_iter().filter(|(_, journey)| *journey == index);
            groups.extend(
                at_sites
                    .flat_map(|(site, _)| adapt::journey(&sites::at(side.model, index, site), 0, side.options).groups),
            );
            groups.into_iter().flat_map(|g| g.rules.into_iter().map(move |r| (g.name.clone(), g.interval, r))).collect()
        };
        let (old, new) = (of(pairs.old, i), of(pairs.new, j));
        let same = |(a, b): (&(String, u64, Rule), &(String, u64, Rule))| {
            // what is bad is compared with the measures, whatever the order of its matchers
            let outside = |r: &Rule| {
                let labels = r.labels.iter().filter(|(name, _)| name != "bad_when").cloned().collect();
                Rule { expr: String::new(), labels, ..r.clone() }
            };
            (&a.0, a.1) == (&b.0, b.1) && outside(&a.2) == outside(&b.2) && words(&a.2.expr) == words(&b.2.expr)
        };
        let mut names: Vec<String> =
            old.iter().zip(&new).filter(|pair| !same(*pair)).map(|(_, b)| b.2.name().to_string()).collect();
        let (short, long) = if old.len() < new.len() { (old.len(), &new) } else { (new.len(), &old) };
        names.extend(long[short..].iter().map(|(_, _, rule)| rule.name().to_string()));
        names.sort();
        names.dedup();
        if !names.is_empty() {
            let subject = Pairs::journey(Some(pairs.old.journey(i)), Some(pairs.new.journey(j)));
            changes.push(change(subject, Kind::Rules(names)));
        }
    }
}

/// The words of an expression in their alphabetical order: matchers in another order say the same.
fn words(expr: &str) -> Vec<&str> {
    let mut words = promql::words(expr);
    words.sort_unstable();
    words
}
