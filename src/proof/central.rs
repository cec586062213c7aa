//! One engine for all sites: of each SLI one site plays, as if it were one value of `by`, and of the others there is data and nothing
//! happens. All scenes are played at the first site, those that read raw series at every site, and for the journey the good events of an
//! SLI come from its first site and the bad ones from its last.

use super::cast::{Cast, Counter, Part};
use super::scenes::Wanted;
use super::stage::{self, Player};
use super::track::series_text;
use super::{Collector, Slot, Test, batches};
use crate::measure::Series;
use crate::measure::query::at_site;
use crate::model::{Model, Named, SiteIndex, Sli};
use crate::plan::members::Member;
use crate::plan::sites::labels_of;
use crate::promql::evaluate::Labels;
use std::sync::Arc;

/// An SLI at a site that does not play.
#[derive(Clone, Debug)]
pub(super) struct Other {
    journey: usize,
    /// The names of step and SLI.
    sli: (Option<String>, String),
    /// The labels of the site.
    site: Vec<(String, String)>,
    /// What is recorded of all its events.
    recorded: Labels,
}

/// The site of an SLI whose turn it is.
fn chosen(sli: &Sli, turn: usize) -> Option<SiteIndex> {
    sli.at.get(turn % sli.at.len().max(1)).copied()
}

/// At how many sites an SLI of a journey is measured at most.
pub(super) fn turns(model: &Model, journey: usize) -> usize {
    model.journeys[journey].all_slis().map(|(_, sli)| sli.at.len()).max().unwrap_or(0)
}

/// The model with one site of every SLI only, as the rules of one engine see it.
pub(super) fn seen_from(model: &Model, turn: usize) -> Model {
    let mut seen = model.clone();
    for journey in seen.journeys.iter_mut().map(Arc::make_mut) {
        let of_steps = journey.steps.iter_mut().flat_map(|step| &mut step.slis);
        of_steps.chain(&mut journey.slis).for_each(|sli| narrow(sli, model, turn));
    }
    seen
}

fn narrow(sli: &mut Sli, model: &Model, turn: usize) {
    let Some(site) = chosen(sli, turn) else { return };
    let labels = labels_of(&model.sites[site]);
    sli.counters = sli.counters_at(site);
    sli.at = vec![site];
    sli.scraped_at.clear();
    sli.measure = sli.measure.at(&labels);
    if let Some(exclude) = &mut sli.exclude {
        exclude.value = at_site(&exclude.value, &labels);
    }
    sli.by.extend(labels.into_iter().map(|(text, _)| Named { text, place: sli.place }));
}

/// The SLIs at all sites that do not play.
pub(super) fn others(model: &Model, turn: usize) -> Vec<Other> {
    let mut found = Vec::new();
    for (index, journey) in model.journeys.iter().enumerate() {
        for (step, sli) in journey.all_slis() {
            for site in sli.at.iter().filter(|site| chosen(sli, turn) != Some(**site)) {
                let mut recorded = Labels::from([
                    ("__name__".to_string(), Series::Total.name().to_string()),
                    ("audience".to_string(), journey.audience.text().to_string()),
                    ("journey".to_string(), journey.name.text.clone()),
                    ("sli".to_string(), sli.name.text.clone()),
                ]);
                let step = step.map(|s| s.name.text.clone());
                recorded.extend(step.clone().map(|s| ("step".to_string(), s)));
                let site = labels_of(&model.sites[*site]);
                recorded.extend(site.clone());
                found.push(Other { journey: index, sli: (step, sli.name.text.clone()), site, recorded });
            }
        }
    }
    found
}

/// The counters that carry its events one by one.
fn counters_of<'c>(cast: &'c Cast<'_>) -> Option<&'c Vec<Counter>> {
    match &cast.part {
        Part::Counters(counters) => Some(counters),
        _ => None,
    }
}

impl<'m> Collector<'m> {
    fn others_of<'o>(&'o self, member: &Member<'m>) -> impl Iterator<Item = &'o Other> + use<'o, 'm> {
        let own = (member.0.map(|step| step.name.text.clone()), member.1.name.text.clone());
        self.others.iter().filter(move |other| other.journey == self.index && other.sli == own)
    }

    /// A test with what is there of sites that do not play.
    pub(super) fn beside_others(&self, test: &Test, journeys: &[usize]) -> Test {
        let mut test = test.clone();
        let last = test.claims.iter().map(|c| c.minute).max().unwrap_or(0);
        let samples = last * 60 / test.interval.max(1) + 2;
        let mut more: Vec<(String, String)> = Vec::new();
        for other in self.others.iter().filter(|other| journeys.contains(&other.journey)) {
            let text = series_text(&other.recorded);
            let plays = |text: &String| test.series.iter().any(|(have, _)| have == text);
            if !plays(&text) && !self.raw_at(other).iter().any(plays) {
                more.push((text, format!("0x{samples}")));
            }
        }
        if !more.is_empty() {
            test.series.extend(more);
            test.series.sort();
        }
        test
    }

    /// The raw series of an SLI at a site that does not play, where they are known.
    fn raw_at(&self, other: &Other) -> Vec<String> {
        let is = |cast: &&Cast<'m>| {
            other.journey == self.index
                && cast.member.0.map(|step| &step.name.text) == other.sli.0.as_ref()
                && cast.member.1.name.text == other.sli.1
        };
        let Some(cast) = self.casts.iter().find(is) else { return Vec::new() };
        let all: Vec<&Labels> = match &cast.part {
            Part::Counters(counters) => counters.iter().map(|c| &c.labels).collect(),
            Part::Native(labels, _) => vec![labels],
            Part::States(states) => states.iter().map(|state| &state.labels).collect(),
            Part::Impossible(_) => Vec::new(),
        };
        let there = |labels: &Labels| labels.clone().into_iter().chain(other.site.clone()).collect::<Labels>();
        all.into_iter().map(|labels| series_text(&there(labels))).collect()
    }

    /// The input of a journey's players, spread over their sites: all good events happen at the first of them and all bad ones at the last.
    /// What all sites count together is the same.
    pub(super) fn spread(&self, players: &[Player<'_, 'm>], total: u64) -> Vec<(String, String)> {
        let mut casts: Vec<(usize, Cast<'m>)> = Vec::new();
        for (i, player) in players.iter().enumerate() {
            let others: Vec<&Other> = self.others_of(&player.cast.member).collect();
            let Some(counters) = counters_of(player.cast).filter(|_| !others.is_empty() && !player.stands_by) else {
                casts.push((i, player.cast.clone()));
                continue;
            };
            let own = std::iter::once(None).chain(others.iter().map(Some));
            for (place, other) in own.enumerate() {
                let share = |here: bool| if here { 1.0 } else { 0.0 };
                let (good, bad) = (share(place == 0), share(place == others.len()));
                let at = |counter: &Counter| Counter {
                    labels: counter
                        .labels
                        .clone()
                        .into_iter()
                        .chain(other.into_iter().flat_map(|o| o.site.clone()))
                        .collect(),
                    good: counter.good * good,
                    bad: counter.bad * bad,
                };
                let part = Part::Counters(counters.iter().map(at).collect());
                casts.push((i, Cast { part, ..player.cast.clone() }));
            }
        }
        let all: Vec<Player<'_, 'm>> =
            casts.iter().map(|(i, cast)| Player { cast, phases: players[*i].phases.clone(), ..players[*i] }).collect();
        stage::input(&all, total)
    }

    /// The scenes that read raw series, at another site of each SLI that has so many. Alerts are those of the first site.
    pub(super) fn at_another_site(&mut self, model: &'m Model, turn: usize) {
        let journey = &model.journeys[self.index];
        let has = |member: &Member<'_>| {
            let step = member.0.map(|step| &step.name.text);
            let is = |(s, sli): &(Option<&crate::model::Step>, &Sli)| {
                s.map(|s| &s.name.text) == step && sli.name.text == member.1.name.text
            };
            journey.all_slis().find(is).is_some_and(|(_, sli)| sli.at.len() > turn)
        };
        let casts = self.casts.clone();
        let wanted: Vec<Vec<Wanted>> = casts.iter().map(|cast| self.wanted(cast)).collect();
        for batch in batches(&casts.iter().collect::<Vec<_>>()) {
            let native = matches!(casts[batch[0]].part, Part::Native(..));
            let members: Vec<(&Cast<'m>, &Vec<Wanted>)> =
                batch.iter().map(|i| (&casts[*i], &wanted[*i])).filter(|(cast, _)| has(&cast.member)).collect();
            let slot = Slot { slow: false, native };
            self.burns_and_ends(&members, slot);
            self.goes_dark(&members, slot);
            self.successes_are_born(&members, slot);
            self.returns(&members, slot);
        }
        let all = std::mem::take(&mut self.tests);
        for (slot, test) in all {
            let mut test = self.beside_others(&test, &[self.index]);
            test.name = format!("{}; site {} of each", test.name, turn + 1);
            self.tests.push((slot, test));
        }
    }
}
