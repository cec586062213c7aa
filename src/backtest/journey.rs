//! The journey's number from those of its SLIs, as `plan::composition` writes it, and its alerts.

use super::alerts::{self, Alert};
use super::budget::Budget;
use super::clock::Clock;
use super::firing::firings;
use super::samples::{Time, Track};
use crate::model::{Compose, Journey, Sli, Step, Urgency};
use crate::plan::Plan;
use crate::plan::alerts::{DELIVERY_BLOCKED, JOURNEY_BURN, JOURNEY_LOW};
use crate::plan::windows::DAY;
use crate::reckon::thresholds::Threshold;

/// An SLI with its budgets: one, or one for each value of its `by`.
pub struct Numbers<'m> {
    /// Its step.
    pub step: Option<&'m Step>,
    /// What it is.
    pub sli: &'m Sli,
    /// Its budgets.
    pub budgets: Vec<&'m Budget>,
}

/// Bad and all events of an SLI, over its budgets together.
type Sum<'a> = &'a dyn Fn(&Budget) -> Option<(f64, f64)>;

impl Numbers<'_> {
    /// Its error share: bad over all events, summed over its budgets first.
    fn share(&self, of: Sum<'_>) -> Option<f64> {
        let (mut bad, mut total) = (0.0, 0.0);
        for (b, t) in self.budgets.iter().filter_map(|budget| of(budget)) {
            bad += b;
            total += t;
        }
        (total > 0.0).then(|| bad / total)
    }

    fn has_data(&self, of: Sum<'_>) -> bool {
        self.budgets.iter().any(|budget| of(budget).is_some())
    }
}

/// The number of a journey.
pub struct Composed<'n> {
    journey: &'n Journey,
    counted: Vec<&'n Numbers<'n>>,
    clock: Clock,
}

impl<'n> Composed<'n> {
    /// From all SLIs of a journey; none where no SLI counts.
    pub fn of(journey: &'n Journey, all: &'n [Numbers<'n>], clock: Clock) -> Option<Composed<'n>> {
        let counts = |n: &&Numbers<'_>| n.step.is_some_and(|step| step.weight.value > 0.0) && n.sli.counts;
        let counted: Vec<&Numbers<'_>> = all.iter().filter(counts).collect();
        (!counted.is_empty()).then_some(Composed { journey, counted, clock })
    }

    /// While an SLI that counts has no data there is no number: else it would look better when its worst step goes dark.
    fn composed(&self, of: Sum<'_>) -> Option<f64> {
        if self.counted.iter().any(|n| !n.has_data(of)) {
            return None;
        }
        // the worst SLI of each step; one without events counts as nothing bad
        let mut steps: Vec<(&Step, Option<f64>)> = Vec::new();
        for numbers in &self.counted {
            let Some(step) = numbers.step else { continue };
            let share = numbers.share(of);
            match steps.iter_mut().find(|(s, _)| std::ptr::eq(*s, step)) {
                Some((_, worst)) => *worst = larger(*worst, share),
                None => steps.push((step, share)),
            }
        }
        let known = || steps.iter().filter_map(|(step, share)| share.map(|share| (*step, share.min(1.0))));
        known().next()?;
        Some(match self.journey.compose.value {
            Compose::All => 1.0 - known().map(|(_, share)| (1.0 - share).ln()).sum::<f64>().exp(),
            Compose::Weakest => known().map(|(_, share)| share).fold(0.0, f64::max),
            Compose::Weighted => {
                let all: f64 = steps.iter().map(|(step, _)| step.weight.value).sum();
                known().map(|(step, share)| step.weight.value * share).sum::<f64>() / all
            }
        })
    }

    /// The error share of a window.
    pub fn share(&self, at: Time, window: u64) -> Option<f64> {
        self.composed(&|budget| budget.sums(at, window))
    }

    /// The same as its group has recorded it last.
    pub fn recorded_share(&self, at: Time, window: u64) -> Option<f64> {
        let time = if window < DAY { self.clock.fast_before(at) } else { self.clock.slow_before(at) };
        (at - time < self.clock.lookback).then(|| self.share(time, window)).flatten()
    }

    /// The error share of the period.
    pub fn period_share(&self, at: Time) -> Option<f64> {
        self.composed(&|budget| budget.of_period(at))
    }

    /// The error share between two times.
    pub fn share_between(&self, from: Time, until: Time) -> Option<f64> {
        self.composed(&|budget| Some(budget.between(from, until)))
    }

    /// The events of the SLI that had the fewest.
    pub fn fewest_events(&self, from: Time, until: Time) -> f64 {
        let of = |n: &&Numbers<'_>| n.budgets.iter().map(|b| b.between(from, until).1).sum::<f64>();
        self.counted.iter().map(of).fold(f64::INFINITY, f64::min)
    }

    /// Bad events of all its SLIs together.
    fn bad_events(&self, at: Time, window: u64) -> Option<f64> {
        let all = self.counted.iter().flat_map(|n| &n.budgets).filter_map(|b| b.bad_events(at, window));
        all.fold(None, |sum, bad| Some(sum.unwrap_or(0.0) + bad))
    }

    /// When a row of the journey's own would have fired.
    pub fn of_row(&self, allowed: f64, row: &Threshold) -> Vec<super::firing::Firing> {
        let holds = |at: Time| {
            alerts::burns(row, allowed, |window| self.recorded_share(at, window), || self.bad_events(at, row.long))
        };
        firings(alerts::evaluations(self.clock, row).map(|at| (at, holds(at))), 0)
    }

    /// The alerts of the journey's own target, where it has one.
    pub fn alerts(&self, plan: &Plan<'_>, left: &Track) -> Vec<Alert> {
        let Some(target) = &self.journey.target else { return Vec::new() };
        let allowed = target.value.budget();
        let rows = plan.journey_thresholds();
        let longest = rows.iter().map(|row| row.long).max();
        let mut found: Vec<Alert> = rows
            .into_iter()
            .map(|row| Alert {
                name: JOURNEY_BURN,
                urgency: row.urgency,
                hold: 0,
                blocks: None,
                firings: self.of_row(allowed, &row),
                row: Some(row),
            })
            .collect();
        if let Some((below, urgency)) = self.journey.alerts.left {
            let longest = longest.unwrap_or(plan.quiet_days());
            found.push(alerts::low(JOURNEY_LOW, urgency, alerts::of_low(left, below.share(), longest, self.clock)));
        }
        found
    }
}

fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

/// The row by which it is asked whether something burns now: the fastest ticket, or the fastest page where there is no ticket.
fn fastest(rows: &[Threshold]) -> Option<&Threshold> {
    let of = |urgency| rows.iter().filter(move |t| t.urgency == urgency).min_by_key(|t| t.long);
    of(Urgency::Ticket).or_else(|| of(Urgency::Page))
}

/// The alerts of a developer journey for the users' journeys that it delivers, whose burn pages are given by their names.
pub fn blocked(
    plan: &Plan<'_>,
    all: &[Numbers<'_>],
    composed: Option<&Composed<'_>>,
    clock: Clock,
    pages: &dyn Fn(&str) -> Option<Vec<super::firing::Firing>>,
) -> Vec<Alert> {
    let journey = plan.journey;
    let Some(urgency) = journey.alerts.blocked.filter(|_| journey.audience != crate::model::Audience::User) else {
        return Vec::new();
    };
    // what burns, as the rules ask: the SLIs, or the journey where they are silent
    let rows: Vec<(&Numbers<'_>, Threshold)> =
        all.iter().filter_map(|n| fastest(&plan.thresholds_of(&(n.step, n.sli))).map(|row| (n, row.clone()))).collect();
    let own = composed.zip(fastest(&plan.journey_thresholds()).cloned()).filter(|_| rows.is_empty());
    if rows.is_empty() && own.is_none() {
        return Vec::new();
    }
    let burning = |at: Time| {
        rows.iter().any(|(n, row)| {
            let allowed = n.sli.target.value.budget();
            n.budgets.iter().any(|b| b.recorded_share(at, row.short).is_some_and(|share| share / allowed > row.burn))
        }) || own.as_ref().is_some_and(|(composed, row)| {
            let allowed = journey.target.as_ref().map_or(1.0, |t| t.value.budget());
            composed.recorded_share(at, row.short).is_some_and(|share| share / allowed > row.burn)
        })
    };
    let mut found = Vec::new();
    for (user, _) in &journey.delivers {
        let name = &plan.model.journeys[*user].name.text;
        let Some(pages) = pages(name) else { continue };
        let paged = |at: Time| pages.iter().any(|f| f.from <= at && f.until.is_none_or(|until| at < until));
        found.push(Alert {
            name: DELIVERY_BLOCKED,
            urgency,
            row: None,
            hold: 0,
            blocks: Some(name.clone()),
            firings: firings(clock.fast().map(|at| (at, paged(at) && burning(at))), 0),
        });
    }
    found
}
