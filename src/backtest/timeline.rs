//! How a budget went, in few enough points to be drawn.

use super::clock::{Clock, SLOW};
use super::samples::{Time, Track};
use crate::plan::windows::DAY;
use crate::reckon::thresholds::Threshold;

/// A part of the past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When it ends.
    pub at: Time,
    /// What is left of the budget at its end.
    pub left: Option<f64>,
    /// The highest burn rate in it.
    pub burn: Option<f64>,
}

/// How many points there are at most.
const POINTS: i64 = 480;

/// The window of the burn rate that is drawn, in minutes: the long one of the fastest row, an hour without rows.
pub fn pace(rows: &[Threshold]) -> u64 {
    rows.iter().map(|row| row.long).min().filter(|long| *long < DAY).unwrap_or(60)
}

/// The last known value.
pub fn last(left: &Track) -> Option<f64> {
    left.values.last().copied().flatten()
}

/// The least value in what is reported, and when it was reached.
pub fn least(left: &Track, clock: Clock) -> Option<(f64, Time)> {
    let all = left.iter().filter(|(at, _)| *at > clock.from).filter_map(|(at, v)| Some((v?, at)));
    // the noise of floats is no new low
    all.fold(None, |least: Option<(f64, Time)>, now| least.filter(|l| now.0 > l.0 - 1e-9).or(Some(now)))
}

/// Points for what is reported, each a multiple of the slow interval.
pub fn of(left: &Track, clock: Clock, burn: impl Fn(Time) -> Option<f64>) -> Vec<Point> {
    let length = clock.until - clock.from;
    let width = (length.max(1) + POINTS * SLOW - 1) / (POINTS * SLOW) * SLOW;
    let mut points: Vec<Point> = Vec::new();
    let mut end = clock.from + width;
    while end - width < clock.until {
        let at = end.min(clock.until);
        points.push(Point { at, left: left.at(at, clock.lookback, clock.closed), burn: None });
        end += width;
    }
    for at in clock.fast().filter(|at| *at > clock.from) {
        let index = usize::try_from((at - clock.from - 1) / width).unwrap_or(0);
        if let (Some(point), Some(burn)) = (points.get_mut(index), burn(at)) {
            point.burn = Some(point.burn.map_or(burn, |b| b.max(burn)));
        }
    }
    points
}
