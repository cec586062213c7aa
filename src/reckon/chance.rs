//! How often an alert comes on by chance while independent failures stay within the budget.
//!
//! Events arrive as a Poisson process, and each is bad with the same probability, independent of the others: good and bad ones are then
//! two independent Poisson processes, and the numbers of both in the short window and in the rest of the long one are four independent
//! Poisson variables. A row is on while the bad share of the long window is above the threshold, that of the short one is not at or below
//! it (nothing in the short window is neither), and `need` bad events lie in the long one.
//!
//! It comes on at moments of three kinds: a bad event arrives, a good one leaves the short window, a good one leaves the long window. By
//! Mecke's formula (Last and Penrose, *Lectures on the Poisson Process*, theorem 4.1) the rest of the events is at such a moment
//! distributed as at any other, so that the number of onsets in a time is the rate of these moments times the probability that the row is
//! off before and on after. Nothing is approximated but what lies beyond eight standard deviations, and sums over more than a hundred
//! numbers of good events are taken in small steps.
//!
//! The rules see less: they are evaluated once a minute or every five, count each event over `R`, and miss what comes on and ends in
//! between. Simulations of both are among the tests: over 600,000 events the formula agrees with what is thrown in continuous time within
//! the error of the simulation, and the rules come on as often or less, by a third at most.

use super::thresholds::Threshold;

/// Onsets of a row for every `need`.
#[derive(Debug)]
pub struct Chances {
    /// For each number of bad events in the long window, times a second: a bad event arrives and the shares are above the threshold now.
    arrivals: Vec<f64>,
    /// For so many and more: as above, where they were not above it before.
    crossings: Vec<f64>,
    /// For so many and more: a good event leaves a window, and the shares rise above the threshold.
    departures: Vec<f64>,
}

/// What is below this many times in a quarter of a year is not reckoned further.
const NEGLIGIBLE: f64 = 1e-4 / 7_900_000.0;

/// More events than this in a long window are reckoned in parcels: a standard deviation is 30 millionths of them.
const MOST_EVENTS: f64 = 1e9;

impl Chances {
    /// Of a row and a budget, for a traffic in events per second of which the share `failing` (below 1) is bad.
    pub fn of(row: &Threshold, budget: f64, traffic: f64, failing: f64) -> Chances {
        let nothing = Chances { arrivals: Vec::new(), crossings: Vec::new(), departures: Vec::new() };
        let threshold = row.burn * budget;
        let (long, short) = ((row.long * 60) as f64, (row.short * 60) as f64);
        if traffic <= 0.0 || failing <= 0.0 || 3.0 * traffic * tail(threshold, traffic * long, failing) < NEGLIGIBLE {
            return nothing;
        }
        // of so many good events the number hardly varies: fewer of them, each for many, are as good and fit into memory
        let each = (traffic * long / MOST_EVENTS).max(1.0);
        let (traffic, failing, threshold) = (traffic / each, failing * each, threshold * each);
        let (bad, good) = (traffic * failing, traffic * (1.0 - failing));
        let (bad_short, bad_rest) = (Poisson::of(bad * short), Poisson::of(bad * (long - short)));
        let (good_short, good_rest) = (Poisson::of(good * short), Poisson::of(good * (long - short)));
        let all_good = Poisson::of(good * long);
        let windows = Windows { short: good_short.bins(), good_short, good_rest, all_good };
        // as many good events as there may be beside so many bad ones; `None`: the share is at or below the threshold in any case
        let most_good = |bad: u64| (bad > 0).then(|| beside(bad, threshold)).flatten();
        let size = (bad_short.last() + bad_rest.last() + 2) as usize;
        let mut found = Chances { arrivals: vec![0.0; size], crossings: vec![0.0; size], departures: vec![0.0; size] };
        // what holds after an arrival holds before the next one
        let mut known: Vec<Option<f64>> = vec![None; bad_rest.last() as usize + 1];
        for (in_short, p_short) in bad_short.likely() {
            // an idle short window keeps nothing from firing
            let quiet = if in_short == 0 { Some(0) } else { most_good(in_short) };
            for (in_rest, p_rest) in bad_rest.likely() {
                let weight = p_short * p_rest;
                let known = &mut known[in_rest as usize];
                let before = known.take();
                if weight * traffic < NEGLIGIBLE * 1e-3 {
                    continue;
                }
                let number = in_short + in_rest;
                let before =
                    before.unwrap_or_else(|| quiet.zip(most_good(number)).map_or(0.0, |(s, l)| windows.both(s, l)));
                let after = most_good(in_short + 1).zip(most_good(number + 1)).map_or(0.0, |(s, l)| windows.both(s, l));
                *known = Some(after);
                found.arrivals[number as usize + 1] += weight * bad * after;
                found.crossings[number as usize + 1] += weight * bad * (after - before).max(0.0);
                if let (Some(s), Some(l)) = (quiet, most_good(number)) {
                    let leaves_short =
                        if l > s { windows.good_short.at(s) * windows.good_rest.up_to(l - 1 - s) } else { 0.0 };
                    found.departures[number as usize] += weight * good * (leaves_short + windows.edge(s, l));
                }
            }
        }
        for all in [&mut found.crossings, &mut found.departures] {
            for i in (1..all.len()).rev() {
                all[i - 1] += all[i];
            }
        }
        found
    }

    /// How many times in `seconds` the row comes on with this `need`.
    pub fn onsets(&self, need: u32, seconds: f64) -> f64 {
        let need = (need as usize).max(1);
        let at = |all: &[f64], index: usize| all.get(index).copied().unwrap_or(0.0);
        seconds * (at(&self.arrivals, need) + at(&self.crossings, need + 1) + at(&self.departures, need))
    }
}

/// The most good events beside so many bad ones that leave the share of bad ones above a threshold.
fn beside(bad: u64, threshold: f64) -> Option<u64> {
    let most = (bad as f64 * (1.0 - threshold) / threshold - 1e-9).ceil() - 1.0;
    (most >= 0.0).then(|| super::whole(most))
}

/// An upper bound of the probability that the share of bad events in a window is above the threshold, by Chernoff's inequality: the
/// smallest `E[exp(s (bad - r good))]` over `s`, where `bad > r good` says the same.
fn tail(threshold: f64, events: f64, failing: f64) -> f64 {
    if threshold >= 1.0 {
        return 0.0;
    }
    let r = threshold / (1.0 - threshold);
    let exponent = |s: f64| events * (failing * (s.exp() - 1.0) + (1.0 - failing) * ((-r * s).exp() - 1.0));
    // convex in `s`: the smallest value by thirds
    let (mut low, mut high) = (0.0, 60.0);
    for _ in 0..100 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if exponent(a) < exponent(b) { high = b } else { low = a }
    }
    exponent(low).min(0.0).exp()
}

/// The numbers of good events in the two parts of the long window.
struct Windows {
    good_short: Poisson,
    good_rest: Poisson,
    all_good: Poisson,
    short: Vec<Bin>,
}

/// Some neighbouring values of a variable.
struct Bin {
    first: u64,
    size: u64,
    mass: f64,
}

impl Bin {
    /// How much of it lies at or below a value, and the middle of that part.
    fn up_to(&self, most: u64) -> Option<(f64, u64)> {
        let inside = (most + 1).checked_sub(self.first)?.min(self.size);
        (inside > 0).then(|| (self.mass * inside as f64 / self.size as f64, self.first + (inside - 1) / 2))
    }
}

impl Windows {
    /// At most `short` good events in the short window and at most `long` in the long one.
    fn both(&self, short: u64, long: u64) -> f64 {
        if short >= long || short >= self.good_short.last() {
            return self.all_good.up_to(long);
        }
        let parts = self.short.iter().map_while(|bin| bin.up_to(short)).filter(|(_, middle)| *middle <= long);
        parts.map(|(mass, middle)| mass * self.good_rest.up_to(long - middle)).sum()
    }

    /// At most `short` good events in the short window and exactly `long` in the long one.
    fn edge(&self, short: u64, long: u64) -> f64 {
        if short >= long || short >= self.good_short.last() {
            return self.all_good.at(long);
        }
        let parts = self.short.iter().map_while(|bin| bin.up_to(short)).filter(|(_, middle)| *middle <= long);
        parts.map(|(mass, middle)| mass * self.good_rest.at(long - middle)).sum()
    }
}

/// A Poisson variable: its probabilities within eight standard deviations.
struct Poisson {
    first: u64,
    at: Vec<f64>,
    up_to: Vec<f64>,
}

impl Poisson {
    fn of(mean: f64) -> Poisson {
        let reach = 8.0 * mean.sqrt() + 12.0;
        let first = super::whole((mean - reach).floor());
        let last = super::whole((mean + reach).ceil());
        let at: Vec<f64> =
            (first..=last).map(|k| (k as f64 * mean.max(1e-300).ln() - mean - ln_factorial(k)).exp()).collect();
        let up_to = at.iter().scan(0.0, |sum, p| {
            *sum += p;
            Some(f64::min(*sum, 1.0))
        });
        Poisson { first, up_to: up_to.collect(), at }
    }
    /// The last value that is likely at all.
    fn last(&self) -> u64 {
        self.first + self.at.len() as u64 - 1
    }
    /// All likely values with their probabilities.
    fn likely(&self) -> impl Iterator<Item = (u64, f64)> {
        self.at.iter().enumerate().map(|(i, p)| (self.first + i as u64, *p))
    }
    fn at(&self, k: u64) -> f64 {
        k.checked_sub(self.first).and_then(|i| self.at.get(i as usize)).copied().unwrap_or(0.0)
    }
    fn up_to(&self, k: u64) -> f64 {
        match k.checked_sub(self.first) {
            None => 0.0,
            Some(i) => self.up_to.get(i as usize).copied().unwrap_or(1.0),
        }
    }
    /// Its values in at most some hundred bins: steps of a sixteenth of a standard deviation or less.
    fn bins(&self) -> Vec<Bin> {
        let size = (self.at.len() / 200).max(1);
        let chunks = self.at.chunks(size).enumerate();
        let bin = |(i, all): (usize, &[f64])| Bin {
            first: self.first + (i * size) as u64,
            size: all.len() as u64,
            mass: all.iter().sum(),
        };
        chunks.map(bin).collect()
    }
}

/// `ln(k!)`: by multiplication for small `k`, by Stirling's series from 16 on (error below 1e-10; Abramowitz and Stegun, 6.1.41).
fn ln_factorial(k: u64) -> f64 {
    if k < 16 {
        return (2..=k).map(|i| (i as f64).ln()).sum();
    }
    let n = k as f64;
    n * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI * n).ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n * n * n)
}

#[cfg(test)]
#[path = "chance_tests.rs"]
mod tests;
