//! A test's timeline: what happens to each SLI minute by minute, the raw series that show it, and what level 1 makes of it.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "minutes and seconds of a test are far below 2^62, and what is before its start is cut off"
)]

use super::cast::{Cast, Counter, Level, Part, selects};
use super::simulate::{Clock, Recorded};
use super::states;
use super::track::{series_text, values_text};
use crate::measure::Measure;
use crate::promql::ast::Expr;
use crate::promql::evaluate::{Labels, Sample, Series, Unknown, World};
use std::fmt::Write as _;

/// What happens for some minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// For how long.
    pub minutes: u64,
    /// What.
    pub act: Act,
}

/// What happens to an SLI.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// Its series have never been there, its targets are up. The first events after it are births.
    Absent,
    /// Good and bad events in every minute; where only states are known, bad ones make everything bad.
    Flow {
        /// Good events a minute.
        good: f64,
        /// Bad events a minute.
        bad: f64,
    },
    /// Its targets restart: counters begin again at 0, then count these events in every minute.
    Restart {
        /// Good events a minute.
        good: f64,
        /// Bad events a minute.
        bad: f64,
    },
    /// Good events go on, and the series of bad ones are gone.
    OnlyGood {
        /// Good events a minute.
        good: f64,
    },
    /// Its series are marked stale.
    Gone,
    /// Its targets are down.
    Away,
}

/// Nothing happens: for counters no events, for states all is good.
pub const IDLE: Act = Act::Flow { good: 0.0, bad: 0.0 };

/// An SLI on the stage.
pub struct Player<'c, 'm> {
    /// The SLI and its series.
    pub cast: &'c Cast<'m>,
    /// Its phases; the last one goes on to the end.
    pub phases: Vec<Phase>,
    /// Where its counters begin.
    pub base: f64,
    /// Whether strangers are there too: those that look like bad events, or those that look like good ones.
    pub strangers: Option<bool>,
    /// Whether it only stands by: it reads series of others, so that what it records is found by looking at all series.
    pub stands_by: bool,
}

/// The act of every minute from 0 on.
fn acts(phases: &[Phase], minutes: u64) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::with_capacity(minutes as usize + 1);
    for phase in phases {
        acts.extend(std::iter::repeat_n(phase.act, phase.minutes as usize));
    }
    let last = phases.last().map_or(IDLE, |p| p.act);
    acts.resize(minutes as usize + 1, last);
    acts
}

/// A counter that good and bad events move by `good` and `bad`.
fn counter(acts: &[Act], good: f64, bad: f64, base: f64) -> Vec<Sample> {
    let mut value = base;
    let mut samples = Vec::with_capacity(acts.len());
    for (minute, act) in acts.iter().enumerate() {
        samples.push(match act {
            Act::Absent => Sample::Missing,
            Act::Gone | Act::Away => Sample::Stale,
            Act::OnlyGood { .. } if good == 0.0 => Sample::Stale,
            Act::OnlyGood { good: g } => {
                value += good * g;
                Sample::Value(value)
            }
            Act::Flow { good: g, bad: b } | Act::Restart { good: g, bad: b } => {
                if matches!(act, Act::Restart { .. }) && acts.get(minute.wrapping_sub(1)) != Some(act) {
                    value = 0.0;
                }
                if minute > 0 {
                    value += good * g + bad * b;
                }
                Sample::Value(value)
            }
        });
    }
    samples
}

fn driven(acts: &[Act], good: Level, bad: Level) -> Vec<Sample> {
    let mut last = None;
    let mut samples = Vec::with_capacity(acts.len());
    for (minute, act) in acts.iter().enumerate() {
        let level = match act {
            Act::Absent => {
                samples.push(Sample::Missing);
                continue;
            }
            Act::Gone | Act::Away => {
                samples.push(Sample::Stale);
                continue;
            }
            Act::OnlyGood { .. } => good,
            Act::Flow { bad: b, .. } | Act::Restart { bad: b, .. } => {
                if *b > 0.0 {
                    bad
                } else {
                    good
                }
            }
        };
        let sample = match states::next(level, minute as f64, last) {
            // it was there until now: a scrape without it marks it stale
            Sample::Missing if last.is_some() => Sample::Stale,
            sample => sample,
        };
        if let Sample::Value(v) = sample {
            last = Some(v);
        }
        samples.push(sample);
    }
    samples
}

/// A native histogram of schema 0 with good observations in one bucket and bad ones in another, on either side of the bound.
fn histogram_text(acts: &[Act], bound: f64) -> String {
    // bucket i of schema 0 holds what is in (2^(i-1), 2^i]
    let below = bound.log2().floor() as i64;
    let gap = "0 ".repeat(2);
    let written = |good: f64, bad: f64| {
        format!("{{{{schema:0 count:{} sum:{} offset:{below} buckets:[{good} {gap}{bad}]}}}}", good + bad, good + bad)
    };
    let (good, bad) = (counter(acts, 1.0, 0.0, 0.0), counter(acts, 0.0, 1.0, 0.0));
    let pair = |k: usize| match (good.get(k), bad.get(k)) {
        (Some(Sample::Value(g)), Some(Sample::Value(b))) => Some((*g, *b)),
        _ => None,
    };
    let mut parts: Vec<String> = Vec::new();
    let mut i = 0;
    while i < good.len() {
        let Some((g, b)) = pair(i) else {
            let n = good[i..].iter().take_while(|s| **s == good[i]).count();
            match good[i] {
                Sample::Stale => {
                    parts.push("stale".into());
                    if n > 1 {
                        parts.push(format!("_x{}", n - 1));
                    }
                }
                _ => parts.push(format!("_x{n}")),
            }
            i += n;
            continue;
        };
        let step = pair(i + 1).map(|(g2, b2)| (g2 - g, b2 - b));
        let mut n = 1;
        if let Some((dg, db)) = step {
            #[allow(clippy::float_cmp, reason = "whole numbers")]
            while pair(i + n).is_some_and(|(g2, b2)| g2 == g + dg * n as f64 && b2 == b + db * n as f64) {
                n += 1;
            }
        }
        let mut text = written(g, b);
        if let (Some((dg, db)), true) = (step, n > 1) {
            if dg + db > 0.0 {
                let _ = write!(text, "+{}x{}", written(dg, db), n - 1);
            } else {
                let _ = write!(text, "x{}", n - 1);
            }
        }
        parts.push(text);
        i += n;
    }
    parts.join(" ")
}

/// Events within the window of level 1.
fn events(acts: &[Act], at: u64, range: u64) -> Option<(f64, f64)> {
    // before the first distance there is none
    let there = |minute: u64| {
        matches!(acts.get(minute as usize), Some(Act::Flow { .. } | Act::Restart { .. } | Act::OnlyGood { .. }))
    };
    if at == 0 || !there(at) && !there(at.saturating_sub(1)) {
        return None;
    }
    let first = (at + 1).saturating_sub(range).max(1);
    let (mut total, mut bad) = (0.0, 0.0);
    for minute in first..=at {
        match acts.get(minute as usize) {
            Some(Act::Flow { good: g, bad: b } | Act::Restart { good: g, bad: b }) => {
                total += g + b;
                bad += b;
            }
            Some(Act::OnlyGood { good }) => total += good,
            _ => {}
        }
    }
    Some((total, bad))
}

impl<'c, 'm> Player<'c, 'm> {
    /// The same once more.
    pub fn again(&self) -> Player<'c, 'm> {
        Player { phases: self.phases.clone(), ..*self }
    }
}

impl Player<'_, '_> {
    fn acts(&self, minutes: u64) -> Vec<Act> {
        acts(&self.phases, minutes)
    }

    /// Its raw series with their values.
    pub fn series(&self, minutes: u64) -> Vec<(Labels, String)> {
        let acts = self.acts(minutes);
        let mut found: Vec<(Labels, String)> = Vec::new();
        for mut up in self.cast.targets() {
            let samples: Vec<Sample> =
                acts.iter().map(|act| Sample::Value(if *act == Act::Away { 0.0 } else { 1.0 })).collect();
            up.insert("__name__".into(), "up".into());
            found.push((up, values_text(&samples)));
        }
        match &self.cast.part {
            Part::Counters(counters) => {
                for c in counters {
                    found.push((
                        c.labels.clone(),
                        values_text(&counter(&acts, c.good, c.bad, self.base * (c.good + c.bad))),
                    ));
                }
            }
            Part::Native(labels, bound) => found.push((labels.clone(), histogram_text(&acts, *bound))),
            Part::States(_) => {
                found.extend(self.states(minutes).into_iter().map(|s| (s.labels, values_text(&s.samples))));
            }
            Part::Impossible(_) => {}
        }
        if let Some(bad) = self.strangers {
            for (labels, _) in self.cast.strangers.iter().filter(|(_, looks_bad)| *looks_bad == bad) {
                let heavy = Act::Flow { good: STRANGERS, bad: 0.0 };
                found.push((labels.clone(), values_text(&counter(&vec![heavy; acts.len()], 1.0, 0.0, 0.0))));
            }
            for impostor in &self.cast.impostors {
                let level = if bad { impostor.bad } else { impostor.good };
                let samples = driven(&vec![IDLE; acts.len()], level, level);
                found.push((impostor.labels.clone(), values_text(&samples)));
            }
        }
        found
    }

    fn states(&self, minutes: u64) -> Vec<Series> {
        let Part::States(all) = &self.cast.part else { return Vec::new() };
        let acts = self.acts(minutes);
        all.iter().map(|d| Series { labels: d.labels.clone(), samples: driven(&acts, d.good, d.bad) }).collect()
    }

    /// What level 1 records of it.
    ///
    /// # Errors
    /// What of its PromQL cannot be evaluated here.
    pub fn recorded(&self, minutes: u64, clock: Clock, range: u64) -> Result<Recorded, Unknown> {
        let states = if self.cast.is_continuous() { Vec::new() } else { self.states(minutes) };
        self.recorded_among(&states, minutes, clock, range)
    }

    /// The same among all series of a stage.
    ///
    /// # Errors
    /// As [`Player::recorded`].
    pub fn recorded_among(
        &self,
        series: &[Series],
        minutes: u64,
        clock: Clock,
        range: u64,
    ) -> Result<Recorded, Unknown> {
        let sli = self.cast.member.1;
        let times = (0..=minutes).step_by(clock.step as usize);
        let mut samples = Vec::new();
        if self.cast.is_continuous() && !self.stands_by {
            let acts = self.acts(minutes);
            let excluded = Excluded::of(sli.exclude.as_ref().map(|e| e.value.as_str()), range)?;
            for at in times {
                let sum = events(&acts, at, range / 60);
                let masked = excluded.at(at as i64 * 60, clock.closed)?;
                samples.push(sum.map(|(t, b)| if masked { (0.0, 0.0) } else { (t / range as f64, b / range as f64) }));
            }
        } else {
            let reader = states::Reader::new(sli, range)?;
            let world = World { series, closed: clock.closed };
            for at in times {
                samples.push(reader.measured(world, at as i64 * 60)?);
            }
        }
        Ok(Recorded { samples })
    }

    /// Its series, sample by sample; native histograms have none that could be looked at here.
    pub fn samples(&self, minutes: u64) -> Vec<Series> {
        let Part::Counters(counters) = &self.cast.part else { return self.states(minutes) };
        let acts = self.acts(minutes);
        let series =
            |c: &Counter| Series { labels: c.labels.clone(), samples: counter(&acts, c.good, c.bad, self.base) };
        counters.iter().map(series).collect()
    }
}

/// The buckets that a histogram needs beside the counters of others that it reads, so that what others count is fast.
fn echoes(players: &[Player<'_, '_>], minutes: u64) -> Vec<Series> {
    let mut found = Vec::new();
    for reader in players.iter().filter(|p| p.stands_by) {
        let [bucket, count] = match reader.cast.selectors.as_slice() {
            [bucket, count] if matches!(reader.cast.member.1.measure, Measure::Latency(_)) => [bucket, count],
            _ => continue,
        };
        let Part::Counters(own) = &reader.cast.part else { continue };
        let Some(le) = own.first().and_then(|c| c.labels.get("le")) else { continue };
        for player in players.iter().filter(|p| !p.stands_by) {
            for mut series in player.samples(minutes).into_iter().filter(|s| selects(count, &s.labels)) {
                series.labels.insert("__name__".into(), bucket.name.clone());
                series.labels.insert("le".into(), le.clone());
                found.push(series);
            }
        }
    }
    found
}

/// All series of a stage, each once: those of players before those that stand by.
pub fn union(players: &[Player<'_, '_>], minutes: u64) -> Vec<Series> {
    let mut found: Vec<Series> = Vec::new();
    let (by, on): (Vec<_>, Vec<_>) = players.iter().partition(|p| p.stands_by);
    let all = on.iter().chain(&by).flat_map(|p| p.samples(minutes)).chain(echoes(players, minutes));
    for series in all {
        if found.iter().all(|have| have.labels != series.labels) {
            found.push(series);
        }
    }
    found
}

/// Events a minute on series that a matcher keeps out.
const STRANGERS: f64 = 1e6;

/// How far a measure looks back beyond level 1, in minutes, until what has changed shows.
pub fn reach(cast: &Cast<'_>) -> u64 {
    let goes = match &cast.part {
        Part::States(driven) => driven.iter().any(|d| [d.good, d.bad].contains(&Level::Absent)),
        _ => false,
    };
    furthest(cast, &|expr| states::reach(expr, goes))
}

/// For how many minutes a measure knows of series that are gone.
pub fn memory(cast: &Cast<'_>) -> u64 {
    match cast.member.1.measure {
        // a timestamp is known for a day after its exporter is gone
        Measure::Age(_) => 24 * 60,
        _ => furthest(cast, &states::memory),
    }
}

/// For how many minutes a measure says nothing after its series began.
pub fn silence(cast: &Cast<'_>) -> u64 {
    furthest(cast, &states::silence)
}

fn furthest(cast: &Cast<'_>, of: &dyn Fn(&Expr) -> i64) -> u64 {
    let of = |text: &str| states::parsed(text).map_or(5, |expr| of(&expr) as u64);
    match &cast.member.1.measure {
        Measure::Holds(holds) => of(&holds.expr.text),
        Measure::Events(events) if !cast.is_continuous() => {
            events.queries().into_iter().map(|q| of(&q.text())).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// When nothing counts.
struct Excluded(Option<Expr>);

impl Excluded {
    fn of(text: Option<&str>, range: u64) -> Result<Excluded, Unknown> {
        Ok(Excluded(match text {
            Some(text) => Some(states::parsed(&format!("count_over_time(({text})[{range}s:1m])"))?),
            None => None,
        }))
    }
    fn at(&self, time: i64, closed: bool) -> Result<bool, Unknown> {
        let Some(expr) = &self.0 else { return Ok(false) };
        // nothing of what it reads is there in the tests, only the clock is
        let world = World { series: &[], closed };
        Ok(!crate::promql::evaluate::evaluate(expr, world, time)?.is_empty())
    }
}

/// All series of a stage as `promtool` reads them, sorted, each once: those of players before those that stand by.
pub fn input(players: &[Player<'_, '_>], minutes: u64) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let (by, on): (Vec<_>, Vec<_>) = players.iter().partition(|p| p.stands_by);
    let echoes = echoes(players, minutes).into_iter().map(|s| (s.labels, values_text(&s.samples)));
    for (labels, values) in on.iter().chain(&by).flat_map(|p| p.series(minutes)).chain(echoes) {
        let text = series_text(&labels);
        if found.iter().all(|(have, _)| *have != text) {
            found.push((text, values));
        }
    }
    found.sort();
    found
}
