//! When an alert fires and ends, reckoned from the same windows as the rules: level 1 spreads an event over `R`, a window sums what
//! level 1 recorded, a row with a long window of a day and more is evaluated every 5 minutes.
//!
//! Traffic is taken as steady. The failure begins right after an evaluation, so these are the longest times. Prometheus 2 includes the
//! left end of a range: its windows hold one sample more, and an alert may come and end an evaluation later than on Prometheus 3.

use super::thresholds::Threshold;
use super::{level_one_range, range_of, traffic_of};
use crate::model::{Journey, Sli};

/// What a prediction needs to know of an SLI.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The share that may fail.
    pub budget: f64,
    /// Minutes between two evaluations.
    pub evaluate: u64,
    /// `R` in seconds.
    pub range: u64,
    /// The period in minutes.
    pub window: u64,
    /// Events per second, where they are known.
    pub traffic: Option<f64>,
    /// Whether they may be taken as independent of one another: minutes are not.
    pub independent: bool,
    /// Whether ranges include their left end, as in Prometheus 2.
    pub closed: bool,
    /// How late what was recorded is read.
    pub late: Late,
}

/// By how many minutes windows end earlier than their evaluation, because the engine sees its own numbers late or they come from sites.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Late {
    /// Windows below a day.
    pub fast: u64,
    /// Counts of the events that `need` asks for.
    pub events: u64,
    /// Windows from a day on, beyond the one `evaluate` that they always wait.
    pub slow: u64,
}

/// What happens when a share of all events fails from now on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Minutes until it fires.
    pub fires_after: u64,
    /// The share of the budget of the period that is spent by then.
    pub spent: f64,
    /// Minutes until it ends, once nothing fails any more.
    pub resolves_after: u64,
}

/// How often the rows with long windows are evaluated, in minutes.
const SLOW: u64 = 5;
/// Long windows from which on that is so.
const DAY: u64 = 1440;

impl Situation {
    /// That of an SLI, with the later of the two generations of Prometheus.
    pub fn of_sli(journey: &Journey, sli: &Sli) -> Situation {
        Situation {
            budget: sli.target.value.budget(),
            evaluate: journey.evaluate,
            // level 1 spreads events over `R`, minutes it counts as they are
            range: if sli.measure.counts_minutes() { journey.evaluate * 60 } else { range_of(journey, sli) },
            window: journey.window.value,
            traffic: traffic_of(sli),
            independent: !sli.measure.counts_minutes(),
            closed: true,
            late: Late::default(),
        }
    }

    /// That of a journey with a target of its own.
    pub fn of_journey(journey: &Journey) -> Option<Situation> {
        let range = journey.counted_slis().map(|(_, sli)| range_of(journey, sli)).max();
        Some(Situation {
            budget: journey.target.as_ref()?.value.budget(),
            evaluate: journey.evaluate,
            range: range.unwrap_or_else(|| level_one_range(journey.evaluate, 30_000)),
            window: journey.window.value,
            traffic: None,
            independent: false,
            closed: true,
            late: Late::default(),
        })
    }

    /// Evaluations over which level 1 spreads an event.
    fn spread(&self) -> u64 {
        self.range / 60 / self.evaluate
    }

    /// What the first `k` evaluations after the onset have recorded together, in units of a fully failing evaluation.
    fn recorded(&self, k: u64) -> f64 {
        let r = self.spread();
        let ramp = k.min(r);
        (ramp * (ramp + 1)) as f64 / (2 * r) as f64 + k.saturating_sub(r) as f64
    }

    /// How many evaluations a window holds.
    fn samples(&self, minutes: u64) -> u64 {
        (minutes / self.evaluate).max(1) + u64::from(self.closed)
    }

    /// The share of a window of `minutes` that fails, `k` evaluations after everything began to fail.
    fn share(&self, minutes: u64, k: u64) -> f64 {
        let n = self.samples(minutes);
        (self.recorded(k) - self.recorded(k.saturating_sub(n))) / n as f64
    }

    /// How many of `k` evaluations a window holds already: that of a day and more reads the 5m copy, which is one behind.
    fn seen(&self, window: u64, k: u64) -> u64 {
        let Late { fast, slow, .. } = self.late;
        k.saturating_sub(if window >= DAY { 1 + self.evaluations(slow) } else { self.evaluations(fast) })
    }

    fn evaluations(&self, minutes: u64) -> u64 {
        minutes.div_ceil(self.evaluate)
    }

    /// Whether the row fires `k` evaluations after the share `failing` began to fail.
    fn fires(&self, row: &Threshold, failing: f64, k: u64) -> bool {
        let limit = row.burn * self.budget;
        let long = failing * self.share(row.long, self.seen(row.long, k));
        let short = failing * self.share(row.short, self.seen(row.short, k));
        let enough = self.traffic.is_none_or(|rate| {
            let (n, k) = (self.samples(row.long), k.saturating_sub(self.evaluations(self.late.events)));
            let bad =
                failing * rate * (self.evaluate * 60) as f64 * (self.recorded(k) - self.recorded(k.saturating_sub(n)));
            bad > f64::from(row.need) - 0.1
        });
        long > limit && short > limit && enough
    }

    /// The first `k` at which `holds` is true; it must stay true after it became so.
    fn first(most: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
        if !holds(most) {
            return None;
        }
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = u64::midpoint(low, high);
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        Some(low)
    }

    fn minutes(&self, row: &Threshold, evaluations: u64) -> u64 {
        let minutes = evaluations * self.evaluate;
        if row.long >= DAY { minutes.div_ceil(SLOW) * SLOW } else { minutes }
    }

    /// What a row does when the share `failing` (0 to 1) fails; `None`: it never fires.
    pub fn predict(&self, row: &Threshold, failing: f64) -> Option<Prediction> {
        let late = self.evaluations(self.late.fast.max(self.late.slow).max(self.late.events));
        let most = self.samples(row.long) + self.spread() + 2 + late;
        let k = Self::first(most, |k| self.fires(row, failing, k))?;
        let fires_after = self.minutes(row, k);
        let limit = row.burn * self.budget;
        let longest = self.samples(row.short) + self.spread() + late;
        let short = |k| self.share(row.short, self.seen(row.short, k));
        let resolved = Self::first(longest, |k| failing * (1.0 - short(k)) <= limit);
        let resolves_after = self.minutes(row, resolved.unwrap_or(longest));
        let spent = failing * fires_after as f64 / (self.window as f64 * self.budget);
        Some(Prediction { fires_after, spent, resolves_after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Urgency;

    fn row(long: u64, burn: f64) -> Threshold {
        Threshold { urgency: Urgency::Page, long, short: (long / 12).max(2), burn, need: 3, asked: burn }
    }

    fn at(target: f64) -> Situation {
        Situation {
            budget: 1.0 - target,
            evaluate: 1,
            range: 120,
            window: 28 * 1440,
            traffic: None,
            independent: false,
            closed: false,
            late: Late::default(),
        }
    }

    #[test]
    fn a_total_outage_is_noticed_in_a_minute_or_two() {
        let found = at(0.999).predict(&row(60, 13.44), 1.0).map(|p| (p.fires_after, p.resolves_after));
        // 1.344 % of an hour is 48 s of failing minutes: half a minute after one evaluation, one and a half after two
        assert_eq!(found, Some((2, 6)));
    }

    #[test]
    fn what_is_below_the_threshold_never_fires() {
        assert_eq!(at(0.999).predict(&row(60, 13.44), 0.0134), None);
        assert!(at(0.999).predict(&row(60, 13.44), 0.0135).is_some());
    }

    #[test]
    fn a_ticket_of_a_developer_journey_comes_after_a_tenth_of_the_budget() {
        let found = at(0.95).predict(&row(1440, 2.8), 1.0);
        // 14 % of a day, one evaluation and the spread of level 1 later, at a multiple of 5 minutes
        assert_eq!(found.map(|p| p.fires_after), Some(205));
    }

    #[test]
    fn what_is_seen_late_fires_and_ends_later() {
        let (now, late) = (at(0.999), Situation { late: Late { fast: 2, events: 2, slow: 11 }, ..at(0.999) });
        let times = |situation: Situation, long| {
            situation.predict(&row(long, 13.44), 1.0).map(|p| (p.fires_after, p.resolves_after))
        };
        assert_eq!((times(now, 60), times(late, 60)), (Some((2, 6)), Some((4, 8))));
        // both at a multiple of 5 minutes; the short window of two hours is fast
        assert_eq!((times(now, 1440), times(late, 1440)), (Some((25, 120)), Some((35, 125))));
    }

    #[test]
    fn sparse_events_wait_for_what_is_needed() {
        let sparse = Situation { traffic: Some(60.0 / 86_400.0), ..at(0.9) };
        let found = sparse.predict(&row(360, 5.5), 1.0).map(|p| p.fires_after);
        assert_eq!(found, Some(199));
    }
}
