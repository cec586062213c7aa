//! What of the one version is what of the other: by name, and where a name is gone and another one came, by what is measured.

use super::{Change, Kind, Side, Subject};
use crate::measure::{Query, Selector};
use crate::model::{Journey, Sli, Step, address};
use std::collections::{BTreeMap, BTreeSet};

/// An SLI and where it stands: indexes of its journey and of its step.
#[derive(Clone, Copy, Debug)]
pub struct Member<'m> {
    pub journey: usize,
    pub step: Option<usize>,
    pub sli: &'m Sli,
}

/// A step: indexes of its journey and of itself.
pub type StepAt = (usize, usize);

/// The two versions, and which parts belong together: indexes, or members, of the old and of the new one. `None`: there is none.
#[derive(Debug)]
pub struct Pairs<'m> {
    pub old: Side<'m>,
    pub new: Side<'m>,
    pub journeys: Vec<(Option<usize>, Option<usize>)>,
    /// Journey and step, of the journeys that are on both sides.
    pub steps: Vec<(Option<StepAt>, Option<StepAt>)>,
    pub slis: Vec<(Option<Member<'m>>, Option<Member<'m>>)>,
}

/// From here on two things are taken for one that was renamed: most of what they measure is the same, or all of the metrics and names.
const ALIKE: u32 = 50;

/// Pairs those that are alike, the most alike first; each once.
fn greedy(mut candidates: Vec<(u32, usize, usize)>) -> Vec<(usize, usize)> {
    candidates.sort_by_key(|(score, i, j)| (std::cmp::Reverse(*score), i + j, *i));
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    candidates.retain(|(_, i, j)| {
        let free = !left.contains(i) && !right.contains(j);
        if free {
            left.insert(*i);
            right.insert(*j);
        }
        free
    });
    candidates.into_iter().map(|(_, i, j)| (i, j)).collect()
}

/// How much of two lists is the same, in percent; what stands in one of them twice counts once.
fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> u32 {
    (200 * a.intersection(b).count()).checked_div(a.len() + b.len()).unwrap_or(0) as u32
}

/// What tells a journey or a step by its inside: what is measured, and the names.
struct Inside {
    measures: BTreeSet<String>,
    metrics: BTreeSet<String>,
    names: BTreeSet<String>,
    title: Option<String>,
}

impl Inside {
    fn of<'m>(slis: impl Iterator<Item = (Option<&'m Step>, &'m Sli)>, title: Option<&String>) -> Inside {
        let (mut measures, mut metrics_of, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (step, sli) in slis {
            measures.insert(sli.measure.canonical());
            metrics_of.insert(metrics(sli));
            names.insert(format!("{}.{}", step.map_or("", |s| &s.name.text), sli.name.text));
        }
        Inside { measures, metrics: metrics_of, names, title: title.cloned() }
    }
    fn of_journey(journey: &Journey) -> Inside {
        Inside::of(journey.all_slis(), journey.title.as_ref())
    }
    fn of_step(step: &Step) -> Inside {
        Inside::of(step.slis.iter().map(|sli| (None, sli)), step.title.as_ref())
    }
    fn alike(&self, other: &Inside) -> u32 {
        let title = if self.title.is_some() && self.title == other.title { 100 } else { 0 };
        let measured = 40 * overlap(&self.measures, &other.measures) + 30 * overlap(&self.metrics, &other.metrics);
        (measured + 20 * overlap(&self.names, &other.names) + 10 * title) / 100
    }
}

/// Pairs items by their names, then what is left by what is in it.
fn paired<'m>(
    old: &[(usize, &'m str)],
    new: &[(usize, &'m str)],
    inside: impl Fn(bool, usize) -> Inside,
) -> Vec<(Option<usize>, Option<usize>)> {
    let by_name: BTreeMap<&str, usize> = old.iter().map(|(i, name)| (*name, *i)).collect();
    let mut partner: BTreeMap<usize, usize> = BTreeMap::new();
    partner.extend(new.iter().filter_map(|(j, name)| by_name.get(name).map(|i| (*j, *i))));
    let taken: BTreeSet<usize> = partner.values().copied().collect();
    let left: Vec<(usize, Inside)> =
        old.iter().filter(|(i, _)| !taken.contains(i)).map(|(i, _)| (*i, inside(false, *i))).collect();
    let right: Vec<(usize, Inside)> =
        new.iter().filter(|(j, _)| !partner.contains_key(j)).map(|(j, _)| (*j, inside(true, *j))).collect();
    let mut candidates = Vec::new();
    for (i, a) in &left {
        candidates.extend(right.iter().map(|(j, b)| (a.alike(b), *i, *j)).filter(|(score, ..)| *score >= ALIKE));
    }
    partner.extend(greedy(candidates).into_iter().map(|(i, j)| (j, i)));
    let taken: BTreeSet<usize> = partner.values().copied().collect();
    let mut all: Vec<(Option<usize>, Option<usize>)> =
        new.iter().map(|(j, _)| (partner.get(j).copied(), Some(*j))).collect();
    all.extend(old.iter().filter(|(i, _)| !taken.contains(i)).map(|(i, _)| (Some(*i), None)));
    all
}

/// What two versions of one measure have in common: its kind, the metrics and the jobs that it reads.
fn metrics(sli: &Sli) -> String {
    let canonical = sli.measure.canonical();
    let kind = canonical.split(' ').next().unwrap_or_default();
    let of_selector = |s: &Selector| {
        let jobs = s.matchers.iter().filter(|m| m.label == "job").map(|m| m.value.as_str());
        std::iter::once(s.name.as_str()).chain(jobs).collect::<Vec<_>>().join(" ")
    };
    let queries = sli.measure.queries();
    let of_queries = queries.iter().map(|q| match q {
        Query::Selector(s) => of_selector(s),
        Query::Raw(raw) => raw.text.clone(),
    });
    let mut all: Vec<String> = of_queries.chain(sli.measure.counters().iter().map(|s| of_selector(s))).collect();
    all.sort();
    all.dedup();
    if all.is_empty() { canonical } else { format!("{kind} {}", all.join(" ")) }
}

impl<'m> Pairs<'m> {
    /// Finds what belongs together.
    pub fn of(old: Side<'m>, new: Side<'m>) -> Pairs<'m> {
        let names = |side: Side<'m>| -> Vec<(usize, &'m str)> {
            side.chosen.iter().map(|i| (*i, side.model.journeys[*i].name.text.as_str())).collect()
        };
        let side = |is_new: bool| if is_new { new } else { old };
        let journeys =
            paired(&names(old), &names(new), |is_new, i| Inside::of_journey(&side(is_new).model.journeys[i]));
        let mut steps = Vec::new();
        for (i, j) in journeys.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
            let of = |journey: &'m Journey| -> Vec<(usize, &'m str)> {
                journey.steps.iter().enumerate().map(|(n, s)| (n, s.name.text.as_str())).collect()
            };
            let (a, b) = (&old.model.journeys[i], &new.model.journeys[j]);
            let found = paired(&of(a), &of(b), |is_new, n| Inside::of_step(&if is_new { b } else { a }.steps[n]));
            steps.extend(found.into_iter().map(|(m, n)| (m.map(|m| (i, m)), n.map(|n| (j, n)))));
        }
        let mut pairs = Pairs { old, new, journeys, steps, slis: Vec::new() };
        pairs.slis = pairs.pair_slis();
        pairs
    }

    fn pair_slis(&self) -> Vec<(Option<Member<'m>>, Option<Member<'m>>)> {
        let (old, new) = (members(self.old), members(self.new));
        // where each old journey and step is now
        let journeys: BTreeMap<usize, usize> = self.journeys.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))).collect();
        let steps: BTreeMap<(usize, usize), (usize, usize)> =
            self.steps.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))).collect();
        let parent = |m: &Member<'m>| match m.step {
            None => journeys.get(&m.journey).map(|j| (*j, None)),
            Some(step) => steps.get(&(m.journey, step)).map(|(j, step)| (*j, Some(*step))),
        };
        let mut by_name: BTreeMap<(usize, Option<usize>, &str), usize> = BTreeMap::new();
        by_name.extend(new.iter().enumerate().map(|(n, m)| ((m.journey, m.step, m.sli.name.text.as_str()), n)));
        let mut partner: BTreeMap<usize, usize> = BTreeMap::new();
        for (i, m) in old.iter().enumerate() {
            let found = parent(m).and_then(|(j, step)| by_name.get(&(j, step, m.sli.name.text.as_str())));
            partner.extend(found.map(|n| (*n, i)));
        }
        let taken: BTreeSet<usize> = partner.values().copied().collect();
        let free: Vec<usize> = (0..new.len()).filter(|n| !partner.contains_key(n)).collect();
        let (mut same, mut near): (BTreeMap<String, Vec<usize>>, BTreeMap<_, Vec<usize>>) = Default::default();
        for n in free {
            let m = &new[n];
            same.entry(m.sli.measure.canonical()).or_default().push(n);
            near.entry((m.journey, m.step, metrics(m.sli))).or_default().push(n);
        }
        let mut candidates = Vec::new();
        for (i, m) in old.iter().enumerate().filter(|(i, _)| !taken.contains(i)) {
            let home = parent(m);
            for n in same.get(&m.sli.measure.canonical()).into_iter().flatten() {
                let other = &new[*n];
                let score = 10
                    + 4 * u32::from(home == Some((other.journey, other.step)))
                    + 2 * u32::from(journeys.get(&m.journey) == Some(&other.journey))
                    + u32::from(other.sli.name.text == m.sli.name.text);
                candidates.push((score, i, *n));
            }
            if let Some((journey, step)) = home {
                let found = near.get(&(journey, step, metrics(m.sli)));
                candidates.extend(found.into_iter().flatten().map(|n| (5, i, *n)));
            }
        }
        partner.extend(greedy(candidates).into_iter().map(|(i, n)| (n, i)));
        let taken: BTreeSet<usize> = partner.values().copied().collect();
        let of_new = new.iter().enumerate().map(|(n, m)| (partner.get(&n).map(|i| old[*i]), Some(*m)));
        let gone = old.iter().enumerate().filter(|(i, _)| !taken.contains(i)).map(|(_, m)| (Some(*m), None));
        of_new.chain(gone).collect()
    }

    /// The journeys that are on both sides.
    pub fn both_journeys(&self) -> impl Iterator<Item = (&'m Journey, &'m Journey)> {
        let of = |(i, j): &(Option<usize>, Option<usize>)| Some((self.old.journey((*i)?), self.new.journey((*j)?)));
        self.journeys.iter().filter_map(of)
    }

    /// The SLIs that are on both sides.
    pub fn both_slis(&self) -> impl Iterator<Item = (Member<'m>, Member<'m>)> {
        self.slis.iter().filter_map(|(a, b)| Some(((*a)?, (*b)?)))
    }

    /// Where an old journey is now. One that is not looked at is the one of the same name.
    pub fn now(&self, old: usize) -> Option<usize> {
        if self.old.chosen.contains(&old) {
            return self.journeys.iter().find(|(i, _)| *i == Some(old))?.1;
        }
        let name = &self.old.journey(old).name.text;
        self.new.model.journeys.iter().position(|j| j.name.text == *name)
    }

    /// A journey as a subject.
    pub fn journey(old: Option<&Journey>, new: Option<&Journey>) -> Subject {
        let of = |journey: &Journey| (journey.name.text.clone(), journey.name.place);
        Subject { old: old.map(of), new: new.map(of) }
    }

    /// A step as a subject.
    pub fn step(&self, old: Option<(usize, usize)>, new: Option<(usize, usize)>) -> Subject {
        let of = |side: Side<'_>, (journey, step): (usize, usize)| {
            let journey = side.journey(journey);
            let name = &journey.steps[step].name;
            (format!("{}.{}", journey.name.text, name.text), name.place)
        };
        Subject { old: old.map(|x| of(self.old, x)), new: new.map(|x| of(self.new, x)) }
    }

    /// An SLI as a subject.
    pub fn sli(&self, old: Option<Member<'_>>, new: Option<Member<'_>>) -> Subject {
        let of = |side: Side<'_>, m: Member<'_>| (side.address(m), m.sli.name.place);
        Subject { old: old.map(|m| of(self.old, m)), new: new.map(|m| of(self.new, m)) }
    }
}

impl<'m> Side<'m> {
    /// A journey of it.
    pub fn journey(self, index: usize) -> &'m Journey {
        &self.model.journeys[index]
    }
    /// The step of an SLI.
    pub fn step_of(self, member: Member<'_>) -> Option<&'m Step> {
        member.step.map(|step| &self.journey(member.journey).steps[step])
    }
    /// `checkout.pay.fast`
    pub fn address(self, member: Member<'_>) -> String {
        address(self.journey(member.journey), self.step_of(member), member.sli)
    }
}

/// All SLIs of the journeys that are looked at.
fn members(side: Side<'_>) -> Vec<Member<'_>> {
    let mut all = Vec::new();
    for index in side.chosen {
        let journey = side.journey(*index);
        for (n, step) in journey.steps.iter().enumerate() {
            all.extend(step.slis.iter().map(|sli| Member { journey: *index, step: Some(n), sli }));
        }
        all.extend(journey.slis.iter().map(|sli| Member { journey: *index, step: None, sli }));
    }
    all
}

/// A change of one subject.
pub fn change(subject: Subject, kind: Kind) -> Change {
    Change { subjects: vec![subject], kind }
}
