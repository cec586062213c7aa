//! Functions over ranges and subqueries.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "minutes and seconds of a test are far below 2^62, and what is before its start is cut off"
)]

use super::super::ast::{Expr, RangeSelector, Subquery};
use super::{Labels, Sample, Unknown, Vector, World, nameless, seconds, shifted};

/// A series' samples in a range: times in seconds and values.
pub(super) type Points = Vec<(i64, f64)>;

/// The step of a subquery without one: the default evaluation interval of Prometheus.
const DEFAULT_STEP: i64 = 60;

impl World<'_> {
    pub(super) fn over_range(self, function: &str, arg: &Expr, at: i64) -> Result<Vector, Unknown> {
        if let ("last_over_time", Expr::Range(node)) = (function, arg) {
            return self.last(node, at);
        }
        let (end, length) = ends(arg, at)?;
        let mut vector = Vector::new();
        for (labels, points) in self.points_of(arg, at)? {
            // these two keep the name in no version that matters here, as all others
            if let Some(v) = reduced(function, &points, end, length)? {
                let labels = if function == "last_over_time" { labels } else { nameless(&labels) };
                vector.push((labels, v));
            }
        }
        Ok(vector)
    }

    /// The samples of each series in a range or a subquery.
    pub(super) fn points_of(self, arg: &Expr, at: i64) -> Result<Vec<(Labels, Points)>, Unknown> {
        let (end, length) = ends(arg, at)?;
        match arg {
            Expr::Range(node) => {
                let found = self.selected(&node.selector)?.into_iter();
                Ok(found.map(|s| (s.labels.clone(), self.points(&s.samples, end, length))).collect())
            }
            Expr::Subquery(node) => self.subquery(node, end, length),
            _ => Err("a range that is none".into()),
        }
    }

    /// `last_over_time` of a selector: a range of a month is not looked through for its last sample.
    fn last(self, node: &RangeSelector, at: i64) -> Result<Vector, Unknown> {
        let (end, length) = (shifted(at, node.selector.offset.as_ref())?, seconds(&node.range)?);
        let mut vector = Vector::new();
        for series in self.selected(&node.selector)? {
            let newest = end.div_euclid(60).min(series.samples.len() as i64 - 1);
            let inside = (0..=newest).rev().take_while(|minute| self.inside(minute * 60, end, length));
            let mut values = inside.filter_map(|minute| match series.samples.get(minute as usize) {
                Some(Sample::Value(v)) => Some(*v),
                _ => None,
            });
            vector.extend(values.next().map(|v| (series.labels.clone(), v)));
        }
        Ok(vector)
    }

    fn points(self, samples: &[Sample], end: i64, length: i64) -> Points {
        let first = (end - length).max(0).div_euclid(60);
        (first..=end.div_euclid(60))
            .filter(|minute| *minute >= 0 && self.inside(minute * 60, end, length))
            .filter_map(|minute| match samples.get(minute as usize) {
                Some(Sample::Value(v)) => Some((minute * 60, *v)),
                _ => None,
            })
            .collect()
    }

    fn subquery(self, node: &Subquery, end: i64, length: i64) -> Result<Vec<(Labels, Points)>, Unknown> {
        if node.at.is_some() {
            return Err("the modifier @".into());
        }
        let step = node.step.as_ref().map_or(Ok(DEFAULT_STEP), seconds)?.max(1);
        let mut found: Vec<(Labels, Points)> = Vec::new();
        let mut time = (end - length).div_euclid(step) * step;
        while time <= end {
            if self.inside(time, end, length) {
                for (labels, v) in self.vector(&node.expr, time)? {
                    match found.iter_mut().find(|(have, _)| *have == labels) {
                        Some((_, points)) => points.push((time, v)),
                        None => found.push((labels, vec![(time, v)])),
                    }
                }
            }
            time += step;
        }
        Ok(found)
    }
}

/// The end of a range or a subquery and its length, in seconds.
fn ends(arg: &Expr, at: i64) -> Result<(i64, i64), Unknown> {
    match arg {
        Expr::Range(node) => Ok((shifted(at, node.selector.offset.as_ref())?, seconds(&node.range)?)),
        Expr::Subquery(node) => Ok((shifted(at, node.offset.as_ref())?, seconds(&node.range)?)),
        _ => Err("a range that is none".into()),
    }
}

fn reduced(function: &str, points: &[(i64, f64)], end: i64, length: i64) -> Result<Option<f64>, Unknown> {
    let values = || points.iter().map(|(_, v)| *v);
    let Some((last_time, last)) = points.last().copied() else { return Ok(None) };
    let n = points.len() as f64;
    #[allow(clippy::float_cmp, reason = "PromQL compares exactly")]
    Ok(match function {
        "sum_over_time" => Some(values().sum()),
        "avg_over_time" => Some(values().sum::<f64>() / n),
        "min_over_time" => Some(values().fold(f64::NAN, f64::min)),
        "max_over_time" => Some(values().fold(f64::NAN, f64::max)),
        "count_over_time" => Some(n),
        "last_over_time" => Some(last),
        "present_over_time" => Some(1.0),
        "changes" => Some(points.windows(2).filter(|p| p[0].1 != p[1].1).count() as f64),
        "resets" => Some(points.windows(2).filter(|p| p[1].1 < p[0].1).count() as f64),
        "rate" => extrapolated(points, end, length, true).map(|v| v / length as f64),
        "increase" => extrapolated(points, end, length, true),
        "delta" => extrapolated(points, end, length, false),
        "deriv" => line(points, end).map(|(slope, _)| slope),
        "irate" | "idelta" => points.len().checked_sub(2).map(|i| {
            let (time, before) = points[i];
            let change = if function == "irate" && last < before { last } else { last - before };
            if function == "irate" { change / (last_time - time) as f64 } else { change }
        }),
        other => return Err(format!("{other}()")),
    })
}

/// The change over a range, stretched to its ends as Prometheus does (`extrapolatedRate` of its documentation of `rate` and `increase`):
/// to the range's end where the samples come near it, else by half of their distance; a counter never below zero.
fn extrapolated(points: &[(i64, f64)], end: i64, length: i64, counter: bool) -> Option<f64> {
    let ((first_time, first), (last_time, last)) = (*points.first()?, *points.last()?);
    if points.len() < 2 {
        return None;
    }
    let mut change = last - first;
    if counter {
        change += points.windows(2).filter(|p| p[1].1 < p[0].1).map(|p| p[0].1).sum::<f64>();
    }
    let sampled = (last_time - first_time) as f64;
    let between = sampled / (points.len() - 1) as f64;
    let reach = |distance: f64| if distance < between * 1.1 { distance } else { between / 2.0 };
    let mut to_start = reach((first_time - (end - length)) as f64);
    if counter && change > 0.0 && first >= 0.0 {
        to_start = to_start.min(sampled * first / change);
    }
    Some(change * (sampled + to_start + reach((end - last_time) as f64)) / sampled)
}

/// The line through points by least squares: its slope a second, and where it is at a time. Two points are the least.
pub(super) fn line(points: &[(i64, f64)], at: i64) -> Option<(f64, f64)> {
    if points.len() < 2 {
        return None;
    }
    let count = points.len() as f64;
    let seconds = |time: i64| (time - at) as f64;
    let mean_time = points.iter().map(|(time, _)| seconds(*time)).sum::<f64>() / count;
    let mean_value = points.iter().map(|(_, v)| v).sum::<f64>() / count;
    let (mut both, mut squares) = (0.0, 0.0);
    for (time, value) in points {
        let away = seconds(*time) - mean_time;
        both += away * (value - mean_value);
        squares += away * away;
    }
    let slope = both / squares;
    Some((slope, mean_value - slope * mean_time))
}
