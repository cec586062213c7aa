//! What alerts do, reckoned from events and not from the rules: the model that the rules are tested against.
//!
//! Level 1 is known at every evaluation of a test. Windows, copies, thresholds, `need` and the composition of journeys follow from it as
//! `docs/rules.md` says. Prometheus 2 includes the left end of a range, Prometheus 3 does not, so a window holds one sample more there;
//! what is not certain for both is not claimed.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "minutes and seconds of a test are far below 2^62, and what is before its start is cut off"
)]

use crate::adapt::Lag;
use crate::model::{Compose, Journey};
use crate::plan::LONGEST_FROM_5M;
use crate::plan::sites::Behind;
use crate::plan::windows::DAY;
use crate::reckon::thresholds::Threshold;

/// What an alert does at an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It fires, on both generations of Prometheus.
    Firing,
    /// It does not, on both.
    Silent,
    /// It depends.
    Unsure,
}

/// Level 1 of an SLI: events per second at each evaluation of a test, none where there is no data.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// All and bad.
    pub samples: Vec<Option<(f64, f64)>>,
}

/// How a test evaluates.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Minutes between two evaluations of the journey's rules in production.
    pub evaluate: u64,
    /// Minutes between two evaluations in the test.
    pub step: u64,
    /// Whether ranges include their left end.
    pub closed: bool,
    /// How much later than others the rules of this engine see what they read.
    pub lag: Lag,
}

/// Sums of a recorded series over windows.
struct Sums {
    /// Running sums of all and bad, and how many samples there are.
    before: Vec<(f64, f64, u32)>,
}

impl Sums {
    fn of(samples: impl Iterator<Item = Option<(f64, f64)>>) -> Sums {
        let mut before = vec![(0.0, 0.0, 0)];
        let mut last = (0.0, 0.0, 0);
        for sample in samples {
            if let Some((total, bad)) = sample {
                last = (last.0 + total, last.1 + bad, last.2 + 1);
            }
            before.push(last);
        }
        Sums { before }
    }

    /// All and bad at an evaluation.
    fn at(&self, k: usize) -> Option<(f64, f64)> {
        let (a, b) = (self.before.get(k)?, self.before.get(k + 1)?);
        (b.2 > a.2).then_some((b.0 - a.0, b.1 - a.1))
    }

    /// All and bad over a window in minutes that ends `offset` minutes before the evaluation `k`.
    fn over(&self, clock: Clock, k: usize, window: u64, offset: u64) -> Option<(f64, f64)> {
        self.known(clock, k, window, offset, k + 1)
    }

    /// The same while only so many samples have been recorded.
    fn known(&self, clock: Clock, k: usize, window: u64, offset: u64, known: usize) -> Option<(f64, f64)> {
        let end = (k as i64) * clock.step as i64 - offset as i64;
        let step = clock.step as i64;
        let start = end - window as i64;
        let first = if clock.closed {
            start.div_euclid(step) + i64::from(start.rem_euclid(step) != 0)
        } else {
            start.div_euclid(step) + 1
        };
        let (first, after) = (first.max(0), (end.div_euclid(step) + 1).min(known as i64));
        if after <= first {
            return None;
        }
        let (a, b) = (self.before.get(first as usize)?, self.before.get(after as usize)?);
        (b.2 > a.2).then_some((b.0 - a.0, b.1 - a.1))
    }
}

/// An SLI's recorded series as the rules see them.
pub struct Slo {
    clock: Clock,
    level_one: Sums,
    copy: Sums,
    hourly: Sums,
    budget: f64,
    len: usize,
}

/// Comparisons nearer than this to their limit are not certain: floats are added in another order elsewhere.
const MARGIN: f64 = 1e-6;

impl Slo {
    /// From level 1.
    pub fn new(recorded: &Recorded, clock: Clock, budget: f64) -> Slo {
        Slo::made(recorded, clock, clock, budget)
    }

    /// From what sites recorded, whichever generation reads it: what was made of level 1 there is given too. `clock` is that of the sites.
    pub fn of_sites(recorded: &Recorded, clock: Clock, behind: Behind, budget: f64) -> Slo {
        let (burn, slow, hourly) = (behind.rate, behind.five, behind.hour);
        let lag = Lag { burn, events: burn, slow, period: slow, hourly, ..clock.lag };
        Slo::made(recorded, Clock { lag, ..clock }, Clock { closed: false, ..clock }, budget)
    }

    fn made(recorded: &Recorded, read: Clock, clock: Clock, budget: f64) -> Slo {
        let level_one = Sums::of(recorded.samples.iter().copied());
        let len = recorded.samples.len();
        let scale = (60 * clock.evaluate) as f64;
        let scaled = |sum: Option<(f64, f64)>| sum.map(|(t, b)| (t * scale, b * scale));
        let copy = Sums::of((0..len).map(|k| scaled(level_one.over(clock, k, 5, clock.evaluate + clock.lag.copy))));
        let hourly = Sums::of((0..len).map(|k| copy.over(clock, k, 60, 5 + clock.lag.hour)));
        Slo { clock: read, level_one, copy, hourly, budget, len }
    }

    fn over(&self, k: usize, window: u64) -> Option<(f64, f64)> {
        if window < DAY {
            self.level_one.over(self.clock, k, window, self.clock.lag.burn)
        } else {
            self.copy.over(self.clock, k, window, self.clock.lag.slow)
        }
    }

    /// The copy of five minutes at an evaluation.
    pub fn copied(&self, k: usize) -> Option<(f64, f64)> {
        self.copy.at(k)
    }

    /// The copy of an hour at an evaluation.
    pub fn copied_hourly(&self, k: usize) -> Option<(f64, f64)> {
        self.hourly.at(k)
    }

    /// Whether nothing is known of a window, as a journey asks whose shares come from burn rates.
    fn is_dark(&self, k: usize, window: u64) -> bool {
        let (of, lag) =
            if window < DAY { (&self.level_one, self.clock.lag.events) } else { (&self.copy, self.clock.lag.period) };
        of.over(self.clock, k, window, lag).is_none()
    }

    /// The share of events that are bad, where there are events.
    fn share(&self, k: usize, window: u64) -> Option<f64> {
        self.over(k, window).filter(|(total, _)| *total > 0.0).map(|(total, bad)| bad / total)
    }

    /// All and bad over the period. The hourly group comes last, so that its sample of this moment is not there yet.
    pub fn period(&self, k: usize, period: u64) -> Option<(f64, f64)> {
        if period > LONGEST_FROM_5M {
            self.hourly.known(self.clock, k, period, self.clock.lag.hourly, k)
        } else {
            self.copy.over(self.clock, k, period, self.clock.lag.period)
        }
    }

    fn period_share(&self, k: usize, period: u64) -> Option<f64> {
        self.period(k, period).filter(|(total, _)| *total > 0.0).map(|(total, bad)| bad / total)
    }

    /// Bad events in a window.
    fn bad_events(&self, k: usize, window: u64) -> f64 {
        let scale = (60 * self.clock.evaluate) as f64;
        let lag = self.clock.lag.events;
        self.level_one.over(self.clock, k, window, lag).map_or(0.0, |(_, bad)| bad * scale)
    }

    /// The burn rate over a window at an evaluation, where there are events.
    pub fn burn(&self, k: usize, window: u64) -> Option<f64> {
        self.share(k, window).map(|s| s / self.budget)
    }

    /// What is left of the budget of a period at an evaluation, where there are events.
    pub fn remaining(&self, k: usize, period: u64) -> Option<f64> {
        self.period_share(k, period).map(|s| 1.0 - s / self.budget)
    }

    /// What a row does at every evaluation.
    pub fn row(&self, row: &Threshold) -> Vec<State> {
        (0..self.len)
            .map(|k| {
                let burn = |window| self.burn(k, window);
                certain(|slack| fires(row, burn(row.long), burn(row.short), self.bad_events(k, row.long), slack))
            })
            .collect()
    }

    /// What `SLOBudgetLow` does: below `left` now, and a number `offset` minutes ago, for an hour.
    pub fn low(&self, left: f64, offset: u64, period: u64) -> Vec<State> {
        let remaining: Vec<Option<f64>> = (0..self.len).map(|k| self.remaining(k, period)).collect();
        low(self.clock, &remaining, left, offset)
    }
}

/// The same with every limit a hair lower and a hair higher.
fn certain(holds: impl Fn(f64) -> bool) -> State {
    match (holds(-MARGIN), holds(MARGIN)) {
        (true, true) => State::Firing,
        (false, false) => State::Silent,
        _ => State::Unsure,
    }
}

fn fires(row: &Threshold, long: Option<f64>, short: Option<f64>, bad: f64, slack: f64) -> bool {
    let limit = row.burn * (1.0 + slack);
    long.is_some_and(|b| b > limit) && short.is_none_or(|b| b > limit) && bad > f64::from(row.need) - 0.1 + slack
}

/// What holds for `minutes` in a row.
fn held(clock: Clock, holds: &[bool], minutes: u64) -> Vec<bool> {
    let mut since = None;
    holds
        .iter()
        .enumerate()
        .map(|(k, now)| {
            since = if *now { since.or(Some(k)) } else { None };
            since.is_some_and(|from| (k - from) as u64 * clock.step >= minutes)
        })
        .collect()
}

fn low(clock: Clock, remaining: &[Option<f64>], left: f64, offset: u64) -> Vec<State> {
    let back = (offset / clock.step) as usize;
    let with = |slack: f64| {
        let holds: Vec<bool> = remaining
            .iter()
            .enumerate()
            .map(|(k, now)| now.is_some_and(|r| r < left - slack) && k >= back && remaining[k - back].is_some())
            .collect();
        held(clock, &holds, 60)
    };
    with(-MARGIN).into_iter().zip(with(MARGIN)).map(|(a, b)| merged_bool(a, b)).collect()
}

fn merged_bool(a: bool, b: bool) -> State {
    match (a, b) {
        (true, true) => State::Firing,
        (false, false) => State::Silent,
        _ => State::Unsure,
    }
}

/// What both say; what they do not agree on is not certain.
pub fn agreed(a: &[State], b: &[State]) -> Vec<State> {
    a.iter().zip(b).map(|(a, b)| if a == b { *a } else { State::Unsure }).collect()
}

/// What `SLONoData` does: no data for `hold` minutes.
pub fn no_data(clock: Clock, recorded: &Recorded, hold: u64) -> Vec<State> {
    let holds: Vec<bool> = recorded.samples.iter().map(Option::is_none).collect();
    held(clock, &holds, hold).into_iter().map(|fires| merged_bool(fires, fires)).collect()
}

/// A journey of SLIs that count, in the order of [`Journey::counted_slis`].
pub struct Whole<'m> {
    journey: &'m Journey,
    slos: Vec<Slo>,
    budget: f64,
}

impl<'m> Whole<'m> {
    /// From the SLIs that count.
    pub fn new(journey: &'m Journey, slos: Vec<Slo>, budget: f64) -> Whole<'m> {
        Whole { journey, slos, budget }
    }

    /// Its SLIs.
    pub fn slos(&self) -> &[Slo] {
        &self.slos
    }

    fn len(&self) -> usize {
        self.slos.first().map_or(0, |s| s.len)
    }

    /// The journey's share of failed walks from those of its SLIs; none while one of them is dark.
    fn composed(&self, share: impl Fn(&Slo) -> Option<f64>, dark: impl Fn(&Slo) -> bool) -> Option<f64> {
        if self.slos.iter().any(dark) {
            return None;
        }
        let mut of_steps: Vec<(f64, Option<f64>)> = Vec::new();
        let mut slos = self.slos.iter();
        for step in self.journey.steps.iter().filter(|s| s.weight.value > 0.0) {
            let shares: Vec<Option<f64>> =
                step.slis.iter().filter(|s| s.counts).map(|_| slos.next().and_then(&share)).collect();
            if shares.is_empty() {
                continue;
            }
            let worst =
                shares.into_iter().flatten().fold(None, |worst: Option<f64>, s| Some(worst.map_or(s, |w| w.max(s))));
            of_steps.push((step.weight.value, worst.map(|s| s.min(1.0))));
        }
        let known: Vec<(f64, f64)> = of_steps.iter().filter_map(|(w, s)| s.map(|s| (*w, s))).collect();
        if known.is_empty() {
            return None;
        }
        Some(match self.journey.compose.value {
            Compose::All => 1.0 - known.iter().map(|(_, s)| 1.0 - s).product::<f64>(),
            Compose::Weakest => known.iter().map(|(_, s)| *s).fold(0.0, f64::max),
            Compose::Weighted => {
                known.iter().map(|(w, s)| w * s).sum::<f64>() / of_steps.iter().map(|(w, _)| w).sum::<f64>()
            }
        })
    }

    /// The journey's burn rate over a window at an evaluation, where it has one.
    pub fn burn(&self, k: usize, window: u64) -> Option<f64> {
        let has_by = self.journey.counted_slis().any(|(_, sli)| !sli.by.is_empty());
        let dark = |slo: &Slo| if has_by { slo.over(k, window).is_none() } else { slo.is_dark(k, window) };
        self.composed(|slo| slo.share(k, window), dark).map(|s| s / self.budget)
    }

    /// The journey's share of failed walks in a period at an evaluation, where it has a number.
    pub fn period_share(&self, k: usize, period: u64) -> Option<f64> {
        self.composed(|slo| slo.period_share(k, period), |slo| slo.period(k, period).is_none())
    }

    /// What is left of the journey's budget of a period at an evaluation, where it has a number.
    pub fn remaining(&self, k: usize, period: u64) -> Option<f64> {
        self.period_share(k, period).map(|s| 1.0 - s / self.budget)
    }

    /// What a row of the journey does at every evaluation.
    pub fn row(&self, row: &Threshold) -> Vec<State> {
        (0..self.len())
            .map(|k| {
                let burn = |window| self.burn(k, window);
                let bad = self.slos.iter().map(|slo| slo.bad_events(k, row.long)).sum();
                certain(|slack| fires(row, burn(row.long), burn(row.short), bad, slack))
            })
            .collect()
    }

    /// What `JourneyBudgetLow` does.
    pub fn low(&self, left: f64, offset: u64, period: u64) -> Vec<State> {
        let Some(clock) = self.slos.first().map(|s| s.clock) else { return Vec::new() };
        let remaining: Vec<Option<f64>> = (0..self.len()).map(|k| self.remaining(k, period)).collect();
        low(clock, &remaining, left, offset)
    }
}
