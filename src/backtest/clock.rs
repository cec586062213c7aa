//! When rules would have run. A Prometheus evaluates each group at an offset of its own, up to an interval after a full one: [`Turns`].

use super::samples::{Time, Track};
use crate::plan::windows::DAY;

/// Seconds between two evaluations of the slow group.
pub const SLOW: i64 = 300;
/// Seconds between two evaluations of the hourly group.
pub const HOUR: i64 = 3600;

/// How many seconds after a full interval each group of a journey runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turns {
    /// The fast group.
    pub fast: i64,
    /// The one that runs every five minutes.
    pub slow: i64,
    /// The hourly one.
    pub hourly: i64,
}

impl Turns {
    /// What is taken while nobody knows: the fast group at full intervals, the others never at a moment of a fast one, of which it could not
    /// be said whether it is over.
    pub const FULL: Turns = Turns { fast: 0, slow: 30, hourly: 45 };
}

/// The times of one journey.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// From when on samples are read, at a full interval of the fast group: the windows begin to fill here.
    pub read_from: Time,
    /// From when on is reported.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// Seconds between two evaluations of the fast group.
    pub evaluate: i64,
    /// When each group runs.
    pub turns: Turns,
    /// Whether ranges hold their left end, as on Prometheus 2.
    pub closed: bool,
    /// How far back an instant read looks, in seconds.
    pub lookback: i64,
}

impl Clock {
    /// The first evaluation at or after the moment from when on is read.
    fn first(self, step: i64, after: i64) -> Time {
        self.read_from + (after - self.read_from).rem_euclid(step)
    }
    fn times(self, step: i64, after: i64) -> impl Iterator<Item = Time> {
        let first = self.first(step, after);
        (0..).map(move |i| first + i * step).take_while(move |t| *t <= self.until)
    }
    /// A number at each evaluation of a group.
    fn track(self, step: i64, after: i64, value: impl Fn(Time) -> Option<f64>) -> Track {
        Track { first: self.first(step, after), step, values: self.times(step, after).map(value).collect() }
    }
    /// When the fast group runs.
    pub fn fast(self) -> impl Iterator<Item = Time> {
        self.times(self.evaluate, self.turns.fast)
    }
    /// When the slow group runs.
    pub fn slow(self) -> impl Iterator<Item = Time> {
        self.times(SLOW, self.turns.slow)
    }
    /// When the hourly group runs.
    pub fn hourly(self) -> impl Iterator<Item = Time> {
        self.times(HOUR, self.turns.hourly)
    }
    /// A number at each evaluation of the fast group, of which nothing is known yet.
    pub fn unknown(self) -> Track {
        self.track(self.evaluate, self.turns.fast, |_| None)
    }
    /// A number at each evaluation of the slow group.
    pub fn slowly(self, value: impl Fn(Time) -> Option<f64>) -> Track {
        self.track(SLOW, self.turns.slow, value)
    }
    /// A number at each evaluation of the hourly group.
    pub fn each_hour(self, value: impl Fn(Time) -> Option<f64>) -> Track {
        self.track(HOUR, self.turns.hourly, value)
    }
    /// When a window was recorded last before a time, or then.
    pub fn recorded(self, time: Time, window: u64) -> Time {
        if window < DAY { self.fast_before(time) } else { self.slow_before(time) }
    }
    /// The last evaluation of the fast group before a time, or then.
    pub fn fast_before(self, time: Time) -> Time {
        time - (time - self.turns.fast).rem_euclid(self.evaluate)
    }
    /// The last evaluation of the slow group before a time, or then.
    pub fn slow_before(self, time: Time) -> Time {
        time - (time - self.turns.slow).rem_euclid(SLOW)
    }
    /// The last evaluation of the hourly group before a time, or then.
    pub fn hourly_before(self, time: Time) -> Time {
        time - (time - self.turns.hourly).rem_euclid(HOUR)
    }
}
