//! Probes: alerts over recorded numbers that are given to them, a hair above and a hair below what they ask for.
//!
//! From raw series a number comes near its limit only in passing, and never where an SLI fails in whole minutes. Here what alerts read is
//! put before them as it would have been recorded: burn rates, bad events, what is left of a budget. That these numbers are recorded from
//! raw series as they should be is claimed on its own.

use super::cast::Cast;
use super::claims::Target;
use super::scenes::{Kind, Wanted, names};
use super::simulate::Slo;
use super::stage::Player;
use super::states::{Reader, main_value};
use super::track::{series_text, values_text};
use super::{Claim, Collector, Slot, Test};
use crate::measure::Series;
use crate::plan::members::Member;
use crate::plan::windows::DAY;
use crate::plan::{Plan, minutes};
use crate::promql::evaluate::{Labels, Sample, Unknown, World};
use crate::promql::write::number;
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeMap;

/// More SLIs would make a test slow to read.
const MOST: usize = 12;
/// The most evaluations of a test in which one SLI after the other is dark.
const LONGEST_DARK: u64 = 8000;
/// How long what is left is looked at on each side of its limit, in minutes; the alert waits for an hour.
const LOOK: u64 = 70;

/// A row and the series that it reads.
pub(super) struct Probe<'a> {
    /// The alert.
    pub target: &'a Target,
    /// Its row.
    pub row: &'a Threshold,
    /// The labels of its burn rates.
    pub burn: Labels,
    /// The name of its burn rates without the window.
    pub name: &'static str,
    /// Series of bad events that are counted together: the first and the last of them are given at the limits, all of them grow old.
    pub bad: Vec<Labels>,
}

/// Other SLIs beside those that are probed.
pub(super) struct Others<'a> {
    /// SLIs by the labels of what is recorded of them, with their rows: those without a row must not come with it.
    pub rows: &'a [(Labels, Vec<&'a Threshold>)],
    /// Bad events that do not count for the probed rows.
    pub apart: &'a [Labels],
    /// Whether no bad events count but those that are given.
    pub only_given: bool,
    /// Raw series of SLIs that always have data.
    pub raw: &'a [(Labels, f64)],
}

/// An SLI that has no data for a while.
struct Dark<'a> {
    /// Its alert and how long that waits.
    alert: Option<(&'a Target, u64)>,
    /// What is recorded of all its events.
    total: Labels,
    /// The names of its step and its own.
    sli: &'a (String, String),
}

impl Probe<'_> {
    fn burn_over(&self, window: u64) -> Labels {
        named(&self.burn, format!("{}{}", self.name, minutes(window)))
    }
}

pub(super) fn named(labels: &Labels, name: impl Into<String>) -> Labels {
    let mut labels = labels.clone();
    labels.insert("__name__".into(), name.into());
    labels
}

/// A value at each evaluation and one between them; the last one stays.
fn lasting(values: &[f64], evaluations: u64) -> Vec<Sample> {
    let at = |k: u64| values.get(usize::try_from(k).unwrap_or(usize::MAX)).or(values.last());
    (0..evaluations).flat_map(|k| [at(k).map_or(Sample::Missing, |v| Sample::Value(*v)); 2]).collect()
}

/// Numbers of events between two evaluations, each before the evaluation of its number. Ranges see them; a rule that looks at one instant
/// does not, so that nothing else is recorded of them.
fn between(events: &[(usize, f64)], scale: f64) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (before, number) in events.iter().filter(|(_, number)| *number > 0.0) {
        samples.resize(2 * before - 1, Sample::Missing);
        samples.extend([Sample::Value(rounded(number / scale)), Sample::Stale]);
    }
    samples
}

impl<'m> Collector<'m> {
    /// The labels of what is recorded of an SLI.
    pub(super) fn recorded_labels(plan: Plan<'m>, member: Member<'m>) -> Labels {
        let mut labels = Labels::from([
            ("audience".to_string(), plan.journey.audience.text().to_string()),
            ("journey".to_string(), plan.journey.name.text.clone()),
            ("sli".to_string(), member.1.name.text.clone()),
        ]);
        labels.extend(member.0.map(|s| ("step".to_string(), s.name.text.clone())));
        let by = member.1.by.iter();
        labels.extend(by.filter_map(|b| Some((b.text.clone(), main_value(member.1, &b.text)?))));
        labels
    }

    /// Whether nothing is recorded of an SLI while none of its series is there, so that numbers can be given instead.
    pub(super) fn is_quiet(&self, cast: &Cast<'m>) -> bool {
        if self.is_sited(cast) {
            return true;
        }
        let range = crate::reckon::range_of(self.plan.journey, cast.member.1);
        let empty = |closed| World { series: &[], closed };
        cast.is_continuous()
            || Reader::new(cast.member.1, range).is_ok_and(|reader| {
                [false, true].into_iter().all(|closed| matches!(reader.measured(empty(closed), 6000), Ok(None)))
            })
    }

    /// The alerts of all SLIs.
    pub(super) fn probe_slis(&mut self, casts: &[Cast<'m>], wanted: &[Vec<Wanted>]) {
        let quiet: Vec<(&Cast<'m>, &Vec<Wanted>)> =
            casts.iter().zip(wanted).filter(|(cast, _)| self.is_quiet(cast)).collect();
        for chunk in quiet.chunks(MOST) {
            let slis: Vec<(String, String)> = chunk.iter().map(|(cast, _)| names(cast)).collect();
            let labels: Vec<Labels> =
                chunk.iter().map(|(cast, _)| Self::recorded_labels(self.plan, cast.member)).collect();
            for slow in [false, true] {
                let all: Vec<(Labels, Vec<&Threshold>)> = chunk
                    .iter()
                    .zip(&labels)
                    .map(|((_, wanted), labels)| {
                        (labels.clone(), wanted.iter().filter_map(Wanted::row).map(|(_, row)| row).collect())
                    })
                    .collect();
                let others = Others { rows: &all, apart: &[], only_given: true, raw: &[] };
                let rows: Vec<Vec<(&Target, &Threshold)>> = chunk
                    .iter()
                    .map(|(_, wanted)| {
                        let row = |w: &'_ Wanted| matches!(&w.kind, Kind::Row(row) if (row.long >= DAY) == slow);
                        wanted.iter().filter(|w| row(w)).filter_map(Wanted::row).collect()
                    })
                    .collect();
                // rows of one SLI may share a window, so they take turns
                for turn in 0..rows.iter().map(Vec::len).max().unwrap_or(0) {
                    let probes: Vec<Probe<'_>> = rows
                        .iter()
                        .zip(&labels)
                        .filter_map(|(rows, labels)| {
                            let (target, row) = *rows.get(turn)?;
                            let bad = named(labels, Series::Bad.name());
                            let name = "tabi:slo_burn:rate";
                            Some(Probe { target, row, burn: labels.clone(), name, bad: vec![bad] })
                        })
                        .collect();
                    let slot = Slot { slow, native: false };
                    self.edges(&probes, &others, &slis, slot);
                    self.forgotten(&probes, &others, &slis, slot);
                }
            }
            let lows: Vec<(&Target, f64, u64, Labels)> = chunk
                .iter()
                .zip(&labels)
                .flat_map(|((_, wanted), labels)| wanted.iter().map(move |w| (w, labels)))
                .filter_map(|(w, labels)| match w.kind {
                    Kind::Low { left, offset } => {
                        Some((&w.target, left, offset, named(labels, "tabi:slo_budget:remaining_ratio")))
                    }
                    _ => None,
                })
                .collect();
            self.lows(&lows, &slis);
            let dark: Vec<Dark<'_>> = chunk
                .iter()
                .zip(&labels)
                .zip(&slis)
                .map(|(((_, wanted), labels), sli)| {
                    let alert = wanted.iter().find_map(|w| match w.kind {
                        Kind::NoData { hold } => Some((&w.target, hold)),
                        _ => None,
                    });
                    Dark { alert, total: named(labels, Series::Total.name()), sli }
                })
                .collect();
            self.dark_alone(&dark, &slis);
        }
    }

    /// One after the other has no data while all others have: that others of a step or of a name have some says nothing of it, and it comes
    /// with no alert but its own.
    fn dark_alone(&mut self, dark: &[Dark<'_>], slis: &[(String, String)]) {
        let Some(longest) = dark.iter().filter_map(|d| d.alert).map(|(_, hold)| hold).max() else { return };
        let slot = Slot { slow: longest > DAY / 2, native: false };
        let step = self.step(slot);
        let evaluations = |minutes: u64| usize::try_from(2 * minutes / step).unwrap_or(usize::MAX);
        let minutes = (longest + 4 * step).div_ceil(step) * step;
        let total = 2 * step + minutes * dark.len() as u64;
        if dark.len() < 2 || total > LONGEST_DARK * step {
            return;
        }
        // one alert of each kind
        let mut kinds: Vec<&Target> = Vec::new();
        for (target, _) in dark.iter().filter_map(|d| d.alert) {
            if !kinds.iter().any(|kind| kind.is_like(target)) {
                kinds.push(target);
            }
        }
        let (mut inputs, mut claims, mut from) = (BTreeMap::new(), Vec::new(), 2 * step);
        for one in dark {
            let mut samples = vec![Sample::Value(1.0); evaluations(from)];
            samples.resize(evaluations(from + minutes), Sample::Stale);
            samples.resize(evaluations(total) + 8, Sample::Value(1.0));
            inputs.insert(series_text(&one.total), samples);
            let at = from + minutes - step;
            if let Some((target, _)) = one.alert {
                claims.push(target.claim(from - step, false, "is silent while it has data"));
                claims.push(target.claim(at, true, "fires while all others have data"));
            }
            let (step_name, sli) = one.sli;
            for kind in &kinds {
                if one.alert.is_none_or(|(own, _)| !own.is_like(kind)) {
                    let words = format!("is not for {sli}, which has no such alert");
                    claims.push(kind.of_another(at, (step_name, sli), words));
                }
            }
            from += minutes;
        }
        self.probe("one after the other has no data", inputs, slis, slot, step, claims);
    }

    /// A row's numbers a hair above and a hair below: all of them together fire, each of them alone does not.
    pub(super) fn edges(&mut self, probes: &[Probe<'_>], others: &Others<'_>, slis: &[(String, String)], slot: Slot) {
        let step = self.step(slot);
        let scale = (60 * self.plan.journey.evaluate) as f64;
        let mut inputs: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let mut claims = Vec::new();
        // what is looked at, and whether it fires: 2 to 7 are the numbers of the evaluations
        let mut looks = vec![
            (2, false, "is silent with one bad event too few"),
            (3, true, "fires just above its limits"),
            (4, false, "is silent while the long window is just below its limit"),
            (5, false, "is silent while the short window is just below its limit"),
            (6, true, "fires while the short window has no events: that is no recovery"),
            (7, false, "is silent while the long window has no events"),
        ];
        looks.truncate(looks.len() - self.unseen(slot));
        // burn rates are given later where an alert sees bad events late
        let late = self.late_for(probes, slot);
        let later = |mut samples: Vec<Sample>| {
            samples.splice(0..0, vec![Sample::Missing; 2 * usize::try_from(late).unwrap_or(0)]);
            samples
        };
        let evaluations = 8;
        for probe in probes {
            let (burn, need) = (probe.row.burn, f64::from(probe.row.need));
            let (above, below, far) = (rounded(burn * 1.02), rounded(burn * 0.98), burn * 1000.0);
            let mut long = lasting(&[above, above, above, above, below, above, far], evaluations);
            let mut short = lasting(&[above, above, above, above, above, below, far], evaluations);
            long[14..].fill(Sample::Stale);
            short[12..14].fill(Sample::Stale);
            inputs.insert(series_text(&probe.burn_over(probe.row.long)), later(long));
            inputs.insert(series_text(&probe.burn_over(probe.row.short)), later(short));
            let (Some(first), Some(last)) = (probe.bad.first(), probe.bad.last()) else { continue };
            // what is read later comes sooner
            let own = if self.is_of_site(last) { seen_after(self.behind().rate, step) } else { self.late(slot) };
            let at = usize::try_from(3 + late - own).unwrap_or(3);
            let [first, last] = [first, last].map(series_text);
            if first == last {
                inputs.insert(first, between(&[(1, need - 1.0), (at, 1.0)], scale));
            } else {
                inputs.insert(first, between(&[(1, need - 1.0)], scale));
                inputs.insert(last, between(&[(at, 1.0)], scale));
            }
            for (at, fires, words) in looks.iter().skip(usize::from(!others.only_given)) {
                claims.push(probe.target.claim((at + late) * step, *fires, *words));
            }
        }
        for (labels, value) in others.raw {
            inputs.insert(series_text(labels), lasting(&[*value], evaluations + late));
        }
        let many = between(&[(1, 1000.0 * scale)], scale);
        for labels in others.apart {
            inputs.insert(series_text(labels), many.clone());
        }
        for probe in probes {
            let same = |row: &&Threshold| {
                Collector::row_labels(row) == Collector::row_labels(probe.row) && row.urgency == probe.row.urgency
            };
            for (other, _) in others.rows.iter().filter(|(_, rows)| !rows.iter().any(&same)) {
                let burn = named(other, format!("{}{}", probe.name, minutes(probe.row.long)));
                let far = lasting(&[probe.row.burn * 1000.0], evaluations + late);
                inputs.entry(series_text(&burn)).or_insert(far);
                inputs.entry(series_text(&named(other, Series::Bad.name()))).or_insert_with(|| many.clone());
                let name = |label: &str| other.get(label).map_or("", String::as_str);
                claims.push(probe.target.of_another(
                    (6 + late) * step,
                    (name("step"), name("sli")),
                    format!("is not for {}, which has no such row", name("sli")),
                ));
            }
        }
        claims.sort_by_key(|c| c.alert);
        let mut seen = std::collections::HashSet::new();
        claims.retain(|c| seen.insert((c.minute, c.expr.clone())));
        self.probe("numbers a hair above and a hair below the limits", inputs, slis, slot, step, claims);
    }

    /// Bad events that are a little younger than the long window count, older ones do not.
    pub(super) fn forgotten(
        &mut self,
        probes: &[Probe<'_>],
        others: &Others<'_>,
        slis: &[(String, String)],
        slot: Slot,
    ) {
        // those of several SLIs: just enough of all together, so that each is missed; then many of each, so that each is seen
        let looks: &[(bool, bool)] =
            if probes.iter().all(|p| p.bad.len() == 1) { &[(true, true)] } else { &[(true, false), (false, true)] };
        for (young, old) in looks {
            self.grown(probes, others, slis, slot, (*young, *old && others.only_given));
        }
    }

    fn grown(
        &mut self,
        probes: &[Probe<'_>],
        others: &Others<'_>,
        slis: &[(String, String)],
        slot: Slot,
        (look_young, look_old): (bool, bool),
    ) {
        let step = self.step(slot);
        let mut inputs: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let mut claims = Vec::new();
        let longest = probes.iter().map(|p| p.row.long).max().unwrap_or(0);
        let late = self.late_for(probes, slot);
        let evaluations = longest / step + 4 + late;
        for (labels, value) in others.raw {
            inputs.insert(series_text(labels), lasting(&[*value], evaluations));
        }
        for probe in probes {
            for window in [probe.row.long, probe.row.short] {
                let burns = lasting(&[probe.row.burn * 2.0], evaluations);
                inputs.insert(series_text(&probe.burn_over(window)), burns);
            }
            let need = f64::from(probe.row.need);
            let (each, scale) = if look_old || probe.bad.len() == 1 {
                (need + 1.0, 1.0)
            } else {
                (need / probe.bad.len() as f64, (60 * self.plan.journey.evaluate) as f64)
            };
            for bad in &probe.bad {
                inputs.insert(series_text(bad), between(&[(1, each)], scale));
            }
            let (young, old) = (probe.row.long - 2 * step, probe.row.long + (2 + late) * step);
            let words = "fires while its bad events are a little younger than its long window";
            claims.extend(look_young.then(|| probe.target.claim(young, true, words)));
            let words = "is silent once its bad events are older than its long window";
            claims.extend(look_old.then(|| probe.target.claim(old, false, words)));
        }
        self.probe("bad events grow old", inputs, slis, slot, step, claims);
    }

    /// What is left of a budget, a hair above and a hair below the limit, and in the first days.
    pub(super) fn lows(&mut self, lows: &[(&Target, f64, u64, Labels)], slis: &[(String, String)]) {
        let slot = Slot { slow: true, native: false };
        let step = self.step(slot);
        let mut inputs: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let mut claims = Vec::new();
        for (target, left, offset, labels) in lows {
            let evaluations = |minutes: u64| usize::try_from(2 * minutes / step).unwrap_or(usize::MAX);
            let (above, below) = (Sample::Value(rounded(left * 1.02)), Sample::Value(rounded(left * 0.98)));
            let early = 3 * LOOK;
            let mut samples = vec![below; evaluations(early)];
            samples.resize(evaluations(*offset), Sample::Missing);
            samples.resize(samples.len() + evaluations(LOOK), above);
            samples.resize(samples.len() + evaluations(LOOK) + 2, below);
            inputs.insert(series_text(labels), samples);
            claims.push(target.claim(early - LOOK, false, "is silent in the first days"));
            claims.push(target.claim(offset + LOOK - step, false, "is silent while just enough is left"));
            claims.push(target.claim(
                offset + LOOK + 60 - step,
                false,
                "is silent until an hour of too little is over",
            ));
            claims.push(target.claim(offset + LOOK + 60, true, "fires after an hour of too little"));
        }
        self.probe("just enough and just too little is left", inputs, slis, slot, step, claims);
    }

    /// How many evaluations later an alert sees what was recorded of events half an evaluation before.
    fn late(&self, slot: Slot) -> u64 {
        seen_after(self.lag.events, self.step(slot))
    }

    /// The same for some rows, where the counts of sites may be later still; one evaluation of that is in the times of all tests.
    fn late_for(&self, probes: &[Probe<'_>], slot: Slot) -> u64 {
        let sited = probes.iter().any(|probe| probe.bad.last().is_some_and(|bad| self.is_of_site(bad)));
        let of_sites = if sited { seen_after(self.behind().rate, self.step(slot)) } else { 0 };
        self.late(slot).max(of_sites.saturating_sub(1))
    }

    /// How many of the last looks an engine cannot have: where recorded numbers are looked for over a while, that there are none is seen later.
    fn unseen(&self, slot: Slot) -> usize {
        match self.lag.events {
            0 => 0,
            lag if lag >= 5 => 2,
            _ => usize::from(slot.slow),
        }
    }

    fn probe(
        &mut self,
        name: &str,
        inputs: BTreeMap<String, Vec<Sample>>,
        slis: &[(String, String)],
        slot: Slot,
        step: u64,
        claims: Vec<Claim>,
    ) {
        if claims.is_empty() {
            return;
        }
        let series = inputs.into_iter().map(|(labels, samples)| (labels, values_text(&samples))).collect();
        let name = format!("recorded numbers are given: {name}");
        self.tests.push((slot, Test { name, slis: slis.to_vec(), given: true, interval: 30 * step, series, claims }));
    }
}

/// A recorded number in both generations at a minute, if there is one.
pub(super) struct Number {
    /// Its series.
    pub series: Labels,
    /// When.
    pub minute: u64,
    /// What Prometheus 3 and 2 record.
    pub values: [Option<f64>; 2],
}

impl Number {
    /// That this number is recorded, within one per cent.
    pub fn claim(&self, alert: usize, what: &str) -> Option<Claim> {
        let [Some(a), Some(b)] = self.values else { return None };
        let middle = rounded(f64::midpoint(a, b));
        let slack = rounded((a - b).abs() / 2.0 + middle.abs().max(1e-9) / 100.0);
        let mut labels = self.series.clone();
        let name = labels.remove("__name__").unwrap_or_default();
        let text = series_text(&labels);
        let expr = format!("abs({name}{text} - {}) <= bool {}", number(middle), number(slack));
        let words = format!("{what} is {}", number(crate::reckon::thresholds::four_digits(middle)));
        Some(Claim { alert, words, minute: self.minute, expr, fires: Some(text) })
    }
}

/// Six digits are enough for a number that is compared with some slack.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

impl<'m> Collector<'m> {
    /// The burn rates that rows of an SLI read at some minutes.
    pub(super) fn numbers(
        &self,
        player: &Player<'_, 'm>,
        wanted: &[&Wanted],
        total: u64,
        slot: Slot,
        minutes_at: &[u64],
    ) -> Vec<Claim> {
        let sli = player.cast.member.1;
        let range = crate::reckon::range_of(self.plan.journey, sli);
        let slos: Result<Vec<Slo>, Unknown> = self
            .clocks(slot)
            .into_iter()
            .map(|clock| Ok(Slo::new(&player.recorded(total, clock, range)?, clock, sli.target.value.budget())))
            .collect();
        let Ok([a, b]) = slos.as_deref() else { return Vec::new() };
        let labels = Self::recorded_labels(self.plan, player.cast.member);
        let rows: Vec<(&Target, &Threshold)> = wanted.iter().filter_map(|w| w.row()).collect();
        let mut claims = self.burns_at(&rows, "tabi:slo_burn:rate", &labels, slot, minutes_at, &|k, window| {
            [a.burn(k, window), b.burn(k, window)]
        });
        let period = self.plan.journey.window.value;
        if let (true, Some(first)) = (slot.slow, wanted.first()) {
            for minute in minutes_at {
                let at = usize::try_from(minute / self.step(slot)).unwrap_or(usize::MAX);
                let periods = [a.period(at, period), b.period(at, period)];
                claims.extend(self.period_numbers(first.target.alert, &labels, slot, *minute, periods));
            }
        }
        for wanted in wanted.iter().filter(|w| matches!(w.kind, Kind::Low { .. })) {
            let remaining = |k| [a.remaining(k, period), b.remaining(k, period)];
            for minute in minutes_at {
                let series = named(&labels, "tabi:slo_budget:remaining_ratio");
                claims.extend(self.left_at(&wanted.target, series, slot, *minute, &remaining));
            }
        }
        claims
    }

    /// What is left of a budget at a minute.
    pub(super) fn left_at(
        &self,
        target: &Target,
        series: Labels,
        slot: Slot,
        minute: u64,
        remaining: &dyn Fn(usize) -> [Option<f64>; 2],
    ) -> Option<Claim> {
        let step = self.step(slot);
        let minute = minute / step * step;
        let values = remaining(usize::try_from(minute / step).unwrap_or(usize::MAX));
        Number { series, minute, values }.claim(target.alert, "what is left of the budget")
    }

    /// The burn rates that rows read at some minutes.
    pub(super) fn burns_at(
        &self,
        rows: &[(&Target, &Threshold)],
        name: &str,
        labels: &Labels,
        slot: Slot,
        minutes_at: &[u64],
        burn: &dyn Fn(usize, u64) -> [Option<f64>; 2],
    ) -> Vec<Claim> {
        let step = self.step(slot);
        let mut claims: Vec<Claim> = Vec::new();
        for (target, row) in rows {
            for minute in minutes_at.iter().map(|at| at / step * step) {
                for window in [row.long, row.short] {
                    let series = named(labels, format!("{name}{}", minutes(window)));
                    let values = burn(usize::try_from(minute / step).unwrap_or(usize::MAX), window);
                    let what = format!("the burn rate over {}", minutes(window));
                    let claim = Number { series, minute, values }.claim(target.alert, &what);
                    claims.extend(
                        claim.filter(|c| !claims.iter().any(|have| have.minute == c.minute && have.expr == c.expr)),
                    );
                }
            }
        }
        claims
    }
}

/// How many evaluations later what was recorded of events half an evaluation before is seen by who reads so many minutes behind.
fn seen_after(behind: u64, step: u64) -> u64 {
    (2 * behind).saturating_sub(step).div_ceil(2 * step)
}
