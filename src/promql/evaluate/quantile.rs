//! Quantiles: of values, and of the buckets of classic histograms.

use super::{Labels, Vector, nameless};
use std::collections::BTreeMap;

/// Between the two values next to it, as Prometheus does.
pub fn of_values(quantile: f64, mut values: Vec<f64>) -> f64 {
    if values.is_empty() || quantile.is_nan() {
        return f64::NAN;
    }
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    values.sort_by(f64::total_cmp);
    let rank = quantile * (values.len() - 1) as f64;
    let (low, part) = (rank.floor(), rank - rank.floor());
    let at = |i: f64| values[(i as usize).min(values.len() - 1)];
    at(low) * (1.0 - part) + at(low + 1.0) * part
}

/// `histogram_quantile` over buckets of classic histograms.
pub fn of_buckets(quantile: f64, vector: Vector) -> Vector {
    let mut histograms: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
    for (labels, count) in vector {
        let mut labels = nameless(&labels);
        let Some(bound) = labels.remove("le").and_then(|le| le.parse::<f64>().ok()) else { continue };
        histograms.entry(labels).or_default().push((bound, count));
    }
    histograms.into_iter().map(|(labels, buckets)| (labels, of_histogram(quantile, buckets))).collect()
}

fn of_histogram(quantile: f64, mut buckets: Vec<(f64, f64)>) -> f64 {
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    // counts of a bucket include those of all below it
    let mut most = f64::NEG_INFINITY;
    for (_, count) in &mut buckets {
        most = most.max(*count);
        *count = most;
    }
    let Some((last, below)) = buckets.split_last() else { return f64::NAN };
    let (Some(highest), true, true) = (below.last(), last.0.is_infinite(), last.1 > 0.0) else { return f64::NAN };
    if quantile.is_nan() {
        return f64::NAN;
    }
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    let rank = quantile * last.1;
    let Some(at) = below.iter().position(|(_, count)| *count >= rank) else { return highest.0 };
    let (bound, count) = below[at];
    let (from, before) = match at.checked_sub(1) {
        Some(before) => below[before],
        None if bound <= 0.0 => return bound,
        None => (0.0, 0.0),
    };
    from + (bound - from) * (rank - before) / (count - before)
}
