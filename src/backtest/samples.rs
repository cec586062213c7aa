//! Samples on a grid of times, and sums of windows over them, as `sum_over_time` of Prometheus gives them.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "indexes are checked before they are made, and seconds since 1970 are far below 2^62"
)]

/// A time in seconds since 1970.
pub type Time = i64;

/// Samples of one series at regular times; `None` where it has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// When the first of `values` is.
    pub first: Time,
    /// Seconds between two of them.
    pub step: i64,
    /// The samples.
    pub values: Vec<Option<f64>>,
}

impl Track {
    /// All times with what is known of them.
    pub fn iter(&self) -> impl Iterator<Item = (Time, Option<f64>)> + '_ {
        self.values.iter().enumerate().map(|(i, v)| (self.first + i as i64 * self.step, *v))
    }

    /// What an instant read sees at a time: the sample of the last evaluation before it or then, if that is not older than `lookback`. A
    /// series that had none then was marked stale, and what is older is not seen.
    pub fn at(&self, time: Time, lookback: i64, closed: bool) -> Option<f64> {
        let index = (time - self.first).div_euclid(self.step);
        if index < 0 {
            return None;
        }
        let age = time - (self.first + index * self.step);
        let value = self.values.get(index as usize).copied().flatten()?;
        (age < lookback || closed && age == lookback).then_some(value)
    }

    /// Sums of windows over it. `closed`: ranges hold their left end, as on Prometheus 2.
    pub fn sums(&self, closed: bool) -> Sums {
        let mut sums = Sums {
            first: self.first,
            step: self.step,
            closed,
            prefix: Vec::with_capacity(self.values.len() + 1),
            counts: Vec::with_capacity(self.values.len() + 1),
        };
        let (mut sum, mut counts) = (Exact::default(), Counts::default());
        sums.prefix.push(sum);
        sums.counts.push(counts);
        for value in &self.values {
            if let Some(value) = value {
                counts.samples += 1;
                if value.is_finite() { sum = sum.plus(*value) } else { counts.endless += 1 }
            }
            sums.prefix.push(sum);
            sums.counts.push(counts);
        }
        sums
    }
}

/// A sum with its rounding error: the difference of two such sums is that of what lies between them, and zeros stay zeros.
#[derive(Clone, Copy, Debug, Default)]
struct Exact {
    high: f64,
    low: f64,
}

impl Exact {
    fn plus(self, value: f64) -> Exact {
        let high = self.high + value;
        let back = high - self.high;
        let error = (self.high - (high - back)) + (value - back);
        Exact { high, low: self.low + error }
    }

    fn minus(self, other: Exact) -> f64 {
        let high = self.high - other.high;
        let back = high - self.high;
        let error = (self.high - (high - back)) - (other.high + back);
        high + (error + (self.low - other.low))
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    samples: u32,
    /// Of them, those that are infinite or NaN.
    endless: u32,
}

/// Sums of windows over a track, each in no time.
#[derive(Clone, Debug)]
pub struct Sums {
    first: Time,
    step: i64,
    closed: bool,
    prefix: Vec<Exact>,
    counts: Vec<Counts>,
}

impl Sums {
    /// The samples of a window that ends at a time, as indexes.
    fn range(&self, at: Time, window: i64) -> (usize, usize) {
        let clamp = |index: i64| index.clamp(0, self.prefix.len() as i64 - 1) as usize;
        let end = clamp((at - self.first).div_euclid(self.step) + 1);
        let left = at - window - self.first;
        // the first sample after the left end, or at it
        let begin = if self.closed { -(-left).div_euclid(self.step) } else { left.div_euclid(self.step) + 1 };
        (clamp(begin).min(end), end)
    }

    /// The sum of a window; none where it has no sample. One sample that is no number makes the sum none.
    pub fn over(&self, at: Time, window: i64) -> Option<f64> {
        let (begin, end) = self.range(at, window);
        if self.counts[end].samples == self.counts[begin].samples {
            return None;
        }
        if self.counts[end].endless > self.counts[begin].endless {
            return Some(f64::NAN);
        }
        Some(self.prefix[end].minus(self.prefix[begin]))
    }

    /// How many samples a window has.
    pub fn samples(&self, at: Time, window: i64) -> u32 {
        let (begin, end) = self.range(at, window);
        self.counts[end].samples - self.counts[begin].samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(values: &[f64]) -> Track {
        Track { first: 600, step: 60, values: values.iter().map(|v| (*v >= 0.0).then_some(*v)).collect() }
    }

    #[test]
    fn windows_hold_what_those_of_prometheus_hold() {
        let track = track(&[1.0, 2.0, -1.0, 4.0, 8.0]);
        let (open, closed) = (track.sums(false), track.sums(true));
        assert_eq!((open.over(840, 120), closed.over(840, 120)), (Some(12.0), Some(12.0)));
        assert_eq!((open.over(780, 120), closed.over(780, 120)), (Some(4.0), Some(6.0)));
        // between two samples both are the same
        assert_eq!((open.over(810, 120), closed.over(810, 120)), (Some(4.0), Some(4.0)));
        assert_eq!((open.over(720, 60), closed.over(720, 60)), (None, Some(2.0)));
        assert_eq!((open.over(599, 3600), open.over(600, 60), open.over(90_000, 3600)), (None, Some(1.0), None));
        assert_eq!((open.samples(840, 3600), closed.samples(780, 120)), (4, 2));
    }

    #[test]
    fn zeros_after_large_numbers_are_zeros() {
        let mut values = vec![0.1; 5000];
        values.extend([1e9 / 3.0; 100]);
        values.extend([0.0; 60]);
        let sums = track(&values).sums(false);
        let last = 600 + 60 * (values.len() as i64 - 1);
        assert_eq!(sums.over(last, 3600), Some(0.0));
        let all = sums.over(last, 600 * 3600).unwrap_or_default();
        assert!((all - (500.0 + 1e11 / 3.0)).abs() < 1e-4, "{all}");
    }

    #[test]
    fn one_sample_that_is_no_number_spoils_its_windows_only() {
        let mut track = track(&[1.0, 2.0, 3.0]);
        track.values[1] = Some(f64::NAN);
        let sums = track.sums(false);
        assert!(sums.over(720, 120).is_some_and(f64::is_nan));
        assert_eq!(sums.over(720, 60), Some(3.0));
    }

    #[test]
    fn an_instant_read_sees_the_last_evaluation() {
        let track = track(&[1.0, -1.0, 3.0]);
        let at = |time, closed| track.at(time, 300, closed);
        assert_eq!((at(599, true), at(630, true), at(660, true), at(725, true)), (None, Some(1.0), None, Some(3.0)));
        // after the end there is nothing that could be seen
        assert_eq!(at(790, false), None);
    }
}
