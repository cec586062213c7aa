//! How much earlier than they are reckoned windows end: where an engine sees its own numbers late, where a group was cut, and where what sites
//! sent is added up.

use super::budget;
use crate::adapt::Lag;
use crate::plan::sites::Behind;
use crate::plan::windows::DAY;

/// Seconds by which each kind of read ends earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Waits {
    /// Windows below a day.
    pub fast: i64,
    /// Windows from a day on.
    pub slow: i64,
    /// The period.
    pub period: i64,
    /// Events that are counted by themselves.
    pub events: i64,
    /// Counts of five minutes, beyond the interval that they always wait.
    pub copy: i64,
    /// Counts of an hour, beyond the five minutes that they always wait.
    pub hour: i64,
}

fn seconds(minutes: u64) -> i64 {
    minutes.cast_signed() * 60
}

impl Waits {
    /// Those of an engine, for a journey with a period.
    pub fn of_engine(lag: Lag, period: u64) -> Waits {
        Waits {
            fast: seconds(lag.burn),
            slow: seconds(lag.slow),
            period: seconds(if budget::is_hourly(period) { lag.hourly } else { lag.period }),
            events: seconds(lag.events),
            copy: seconds(lag.copy),
            hour: seconds(lag.hour),
        }
    }

    /// Those of what adds up the copies that sites sent, whatever engine it is: only the sites say how late they come. The copies have waited as
    /// the engine of the sites does.
    pub fn of_sites(behind: Behind, period: u64, at_site: Waits) -> Waits {
        Waits {
            fast: seconds(behind.rate),
            slow: seconds(behind.five),
            period: seconds(if budget::is_hourly(period) { behind.hour } else { behind.five }),
            events: seconds(behind.rate),
            ..at_site
        }
    }

    /// Of a window in minutes.
    pub fn of_window(self, window: u64) -> i64 {
        if window < DAY { self.fast } else { self.slow }
    }
}
