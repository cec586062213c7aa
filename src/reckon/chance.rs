//! How often an alert comes on by chance while independent failures stay within the budget.
//!
//! Bad events arrive as a Poisson process of rate `λ`. The number of them in a sliding window of length `W` comes to `k` from below when
//! an event arrives while exactly `k - 1` others are in the window: `λ · P(N = k - 1)` times a second, `N` Poisson with mean `λW`
//! (the up-crossing rate of the number of busy servers of M/D/∞, by the PASTA property). Given these, the others lie evenly in the
//! window, so that the number in the short window is binomial.

use super::thresholds::Threshold;

/// Bad events in the long window that make the row fire, for a traffic in events per second.
pub fn needed(row: &Threshold, budget: f64, traffic: f64) -> f64 {
    let events = traffic * (row.long * 60) as f64;
    ((row.burn * budget * events).floor() + 1.0).max(f64::from(row.need))
}

/// How many times in `seconds` a row comes on by chance while the share `failing` of events fails independently.
pub fn onsets(row: &Threshold, budget: f64, traffic: f64, failing: f64, seconds: f64) -> f64 {
    let rate = traffic * failing;
    let in_long = rate * (row.long * 60) as f64;
    let k = needed(row, budget, traffic);
    // the newest event is in the short window; how many of the others must be there too?
    let short_events = traffic * (row.short * 60) as f64;
    let in_short = (row.burn * budget * short_events).floor();
    let share = row.short as f64 / row.long as f64;
    rate * seconds * poisson(k - 1.0, in_long) * at_least(in_short, k - 1.0, share)
}

/// `P(N = k)` for a Poisson variable of this mean.
fn poisson(k: f64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return if k == 0.0 { 1.0 } else { 0.0 };
    }
    (k * mean.ln() - mean - ln_factorial(k)).exp()
}

/// `P(X ≥ k)` for a binomial variable of `n` trials with probability `p`.
fn at_least(k: f64, n: f64, p: f64) -> f64 {
    if k <= 0.0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    // terms fall fast on both sides of the mean; a thousand of them are all that can matter
    let mut sum = 0.0;
    let mut i = k;
    while i <= n && i < k + 1000.0 {
        let ln = ln_factorial(n) - ln_factorial(i) - ln_factorial(n - i) + i * p.ln() + (n - i) * (1.0 - p).ln();
        sum += ln.exp();
        i += 1.0;
    }
    sum.min(1.0)
}

/// `ln(n!)`: by multiplication for small `n`, by Stirling's series from 16 on (error below 1e-10).
fn ln_factorial(n: f64) -> f64 {
    if n < 16.0 {
        return (2..=super::whole(n)).map(|i| (i as f64).ln()).sum();
    }
    n * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI * n).ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Urgency;

    /// A small generator (`SplitMix64`), so that the simulation is the same everywhere.
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn distributions_sum_to_one() {
        let total: f64 = (0..200).map(|k| poisson(f64::from(k), 40.0)).sum();
        assert!((total - 1.0).abs() < 1e-9, "{total}");
        assert!((at_least(2.0, 3.0, 0.5) - 0.5).abs() < 1e-12);
    }

    /// Bad events of many quarters, thrown at random, counted as the rule counts them.
    #[test]
    fn the_formula_agrees_with_a_simulation() {
        for (per_day, target, long, burn, need) in
            [(60.0, 0.95, 1440u64, 2.8, 3), (200.0, 0.99, 360, 5.6, 3), (60.0, 0.95, 4320, 1.0, 3)]
        {
            let row = Threshold { urgency: Urgency::Ticket, long, short: long / 12, burn, need, asked: burn };
            let (budget, traffic) = (1.0 - target, per_day / 86_400.0);
            let failing = budget / 2.0;
            let years = 400.0;
            let seconds = years * 365.0 * 86_400.0;
            let expected = onsets(&row, budget, traffic, failing, seconds);
            let (mut state, mut at, mut times) = (7u64, 0.0f64, Vec::new());
            while at < seconds {
                at -= (1.0 - uniform(&mut state)).ln() / (traffic * failing);
                times.push(at);
            }
            let (k, k_short) =
                (needed(&row, budget, traffic), (burn * budget * traffic * (row.short * 60) as f64).floor() + 1.0);
            let count = |i: usize, window: u64| {
                times[..=i].iter().rev().take_while(|t| **t > times[i] - (window * 60) as f64).count() as f64
            };
            let mut found = 0.0;
            for i in 0..times.len() {
                // it comes on with this event: enough now, one too few before
                if (count(i, row.long) - k).abs() < 0.5 && count(i, row.short) >= k_short {
                    found += 1.0;
                }
            }
            let sigma = f64::max(expected, 1.0).sqrt();
            assert!(
                (found - expected).abs() < 5.0 * sigma + 0.1 * expected,
                "{per_day}/day {target}: {found} for {expected}"
            );
        }
    }
}
