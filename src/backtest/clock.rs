//! When rules would have run. A Prometheus evaluates each group at an offset of its own; here the fast groups run at full multiples of
//! `evaluate`, and the slow ones half a minute after each five. In reality each may be up to an interval later.

use super::samples::Time;

/// Seconds between two evaluations of the slow group.
pub const SLOW: i64 = 300;
/// How long after a full interval the slow group runs: never at a moment of a fast one, of which it could not be said whether it is over.
pub const AFTER: i64 = 30;
/// The same of the hourly group.
pub const AFTER_HOUR: i64 = 45;
const HOUR: i64 = 3600;

/// The times of one journey.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// From when on samples are read, at a full hour: the windows begin to fill here.
    pub read_from: Time,
    /// From when on is reported.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// Seconds between two evaluations of the fast group.
    pub evaluate: i64,
    /// Whether ranges hold their left end, as on Prometheus 2.
    pub closed: bool,
    /// How far back an instant read looks, in seconds.
    pub lookback: i64,
}

impl Clock {
    fn times(self, step: i64, after: i64) -> impl Iterator<Item = Time> {
        let first = self.read_from + after;
        (0..).map(move |i| first + i * step).take_while(move |t| *t <= self.until)
    }
    /// When the fast group runs.
    pub fn fast(self) -> impl Iterator<Item = Time> {
        self.times(self.evaluate, 0)
    }
    /// When the slow group runs.
    pub fn slow(self) -> impl Iterator<Item = Time> {
        self.times(SLOW, AFTER)
    }
    /// When the hourly group runs.
    pub fn hourly(self) -> impl Iterator<Item = Time> {
        self.times(HOUR, AFTER_HOUR)
    }
    /// How many samples a series has that is there all the time.
    pub fn count(self) -> usize {
        self.fast().count()
    }
    /// The last evaluation of the fast group before a time, or then.
    pub fn fast_before(self, time: Time) -> Time {
        time - (time - self.read_from).rem_euclid(self.evaluate)
    }
    /// The last evaluation of the slow group before a time, or then.
    pub fn slow_before(self, time: Time) -> Time {
        time - (time - self.read_from - AFTER).rem_euclid(SLOW)
    }
}
