//! One budget over time: an SLI, or one value of its `by`. From the two numbers of level 1 to all that the rules record of it.

use super::clock::{Clock, HOUR, SLOW};
use super::samples::{Sums, Time, Track};
use super::waits::Waits;
use crate::plan::LONGEST_FROM_5M;
use crate::plan::windows::DAY;

/// The two numbers of level 1.
#[derive(Clone, Debug)]
pub struct Level1 {
    /// Events per second.
    pub total: Track,
    /// Bad ones.
    pub bad: Track,
}

impl Level1 {
    /// Nothing is known of it yet.
    pub fn unknown(clock: Clock) -> Level1 {
        Level1 { total: clock.unknown(), bad: clock.unknown() }
    }
}

/// Sums of one of the numbers, and of its copies.
#[derive(Clone, Debug)]
struct Counted {
    rate: Sums,
    five: Sums,
    hour: Option<Sums>,
}

impl Counted {
    fn of(track: &Track, clock: Clock, period: u64, waits: Waits) -> Counted {
        let rate = track.sums(clock.closed);
        // `sum_over_time(…:rate[5m] offset EVALUATE) * SECONDS`
        let count = |t| rate.over(t - clock.evaluate - waits.copy, SLOW).map(|v| v * clock.evaluate as f64);
        let five = clock.slowly(count).sums(clock.closed);
        let hour =
            is_hourly(period).then(|| clock.each_hour(|t| five.over(t - SLOW - waits.hour, HOUR)).sums(clock.closed));
        Counted { rate, five, hour }
    }

    /// A sum as the rules of a window take it.
    fn over(&self, at: Time, window: u64) -> Option<f64> {
        let source = if window < DAY { &self.rate } else { &self.five };
        source.over(at, window.cast_signed() * 60)
    }
}

/// Whether a period is summed from the hourly copies.
pub(super) fn is_hourly(period: u64) -> bool {
    period > LONGEST_FROM_5M
}

/// All that is recorded of one budget. Sums end at the time that is asked for; shares are those that the rules record then, whose windows may
/// have to wait.
#[derive(Clone, Debug)]
pub struct Budget {
    clock: Clock,
    /// Minutes of the period.
    period: u64,
    waits: Waits,
    total: Counted,
    bad: Counted,
}

impl Budget {
    /// From the numbers of level 1.
    pub fn of(level1: &Level1, clock: Clock, period: u64, waits: Waits) -> Budget {
        Budget {
            clock,
            period,
            waits,
            total: Counted::of(&level1.total, clock, period, waits),
            bad: Counted::of(&level1.bad, clock, period, waits),
        }
    }

    /// Bad and all events of a window, in the unit of its source: only their ratio means something.
    pub fn sums(&self, at: Time, window: u64) -> Option<(f64, f64)> {
        Some((self.bad.over(at, window)?, self.total.over(at, window)?))
    }

    /// The error share of a window; none without events.
    pub fn share(&self, at: Time, window: u64) -> Option<f64> {
        let (bad, total) = self.sums(at - self.waits.of_window(window), window)?;
        (total > 0.0).then(|| bad / total)
    }

    /// The error share of a window as its group has recorded it last before a time, or then.
    pub fn recorded_share(&self, at: Time, window: u64) -> Option<f64> {
        let time = self.clock.recorded(at, window);
        (at - time < self.clock.lookback).then(|| self.share(time, window)).flatten()
    }

    /// Whether there is a sample of level 1 at an evaluation.
    pub fn is_there(&self, at: Time) -> bool {
        self.total.rate.samples(at, self.clock.evaluate - 1) > 0
    }

    /// Bad events of a window, from level 1.
    pub fn bad_events(&self, at: Time, window: u64) -> Option<f64> {
        self.bad.rate.over(at, window.cast_signed() * 60).map(|sum| sum * self.clock.evaluate as f64)
    }

    /// The same as its own alerts ask for it.
    pub fn own_bad_events(&self, at: Time, window: u64) -> Option<f64> {
        self.bad_events(at - self.waits.events, window)
    }

    /// Bad and all events of the period, from the copies that fit it.
    pub fn of_period(&self, at: Time) -> Option<(f64, f64)> {
        let (bad, total) = self.counts_of_period(at);
        bad.zip(total)
    }

    fn counts_of_period(&self, at: Time) -> (Option<f64>, Option<f64>) {
        let seconds = self.period.cast_signed() * 60;
        let over = |c: &Counted| c.hour.as_ref().unwrap_or(&c.five).over(at, seconds);
        (over(&self.bad), over(&self.total))
    }

    /// The same as the slow group records them.
    pub fn recorded_period(&self, at: Time) -> Option<(f64, f64)> {
        self.of_period(at - self.waits.period)
    }

    /// What the slow group counts of it: where only all events are known and not the bad ones, at least these.
    pub fn recorded_counts(&self, at: Time) -> (Option<f64>, Option<f64>) {
        self.counts_of_period(at - self.waits.period)
    }

    /// Bad and all events after a time, up to another, as far as anything is known of either. A second less than between them: the left end is
    /// not part of it, as on Prometheus 3.
    pub fn between(&self, from: Time, until: Time) -> (Option<f64>, Option<f64>) {
        let count = |c: &Counted| c.rate.over(until, until - from - 1).map(|sum| sum * self.clock.evaluate as f64);
        (count(&self.bad), count(&self.total))
    }

    /// For which share of the evaluations after a time, up to another, there are numbers.
    pub fn coverage(&self, from: Time, until: Time) -> f64 {
        let all = (until - from) / self.clock.evaluate;
        if all <= 0 {
            return 0.0;
        }
        (f64::from(self.total.rate.samples(until, until - from - 1)) / all as f64).min(1.0)
    }
}

/// Of which time the events are that the rules count in a period when they reckon the budget for the last time: after the first moment, up to the
/// second. They come from copies, so the newest are not among them yet.
pub fn counted(clock: Clock, period: u64, waits: Waits) -> (Time, Time) {
    let end = clock.slow_before(clock.until) - waits.period;
    let (last, step, five) = if is_hourly(period) {
        let hour = clock.hourly_before(end);
        (hour, HOUR, clock.slow_before(hour - SLOW - waits.hour))
    } else {
        let five = clock.slow_before(end);
        (five, SLOW, five)
    };
    let until = clock.fast_before(five - clock.evaluate - waits.copy);
    // copies after the left end of the window, or at it
    let reach = last - end + period.cast_signed() * 60;
    let copies = if clock.closed { reach.div_euclid(step) + 1 } else { (reach + step - 1).div_euclid(step) };
    // the first number that was read is of the time before it; where that is not copied yet nothing is counted
    let first = clock.fast_before(clock.read_from + clock.evaluate - 1) - clock.evaluate;
    ((until - copies * step).max(first), until.max(first))
}
