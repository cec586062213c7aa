//! The journey's number from those of its SLIs, as `plan::composition` writes it, and its alerts.

use super::alerts::{self, Alert};
use super::budget::{self, Budget};
use super::clock::Clock;
use super::firing::firings;
use super::samples::{Time, Track};
use super::waits::Waits;
use super::{BudgetPast, By, Counts, Parts, Reckoned, SliPast, ratio, timeline};
use crate::model::{Compose, Journey, Sli, Step, Urgency, address};
use crate::plan::Plan;
use crate::plan::alerts::{DELIVERY_BLOCKED, JOURNEY_BURN, JOURNEY_LOW};
use crate::plan::events::full_title;
use crate::plan::sites::behind;
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeSet;

/// An SLI with its budgets: one, or one for each value of its `by`, at one place or at several.
pub struct Numbers<'m> {
    /// Its step.
    step: Option<&'m Step>,
    /// What it is.
    sli: &'m Sli,
    /// Its budgets at each site, or here.
    places: Vec<&'m [(By, Budget)]>,
    /// By how much what is made of its numbers ends earlier than now.
    waits: Waits,
    /// Whether it is asked of all sites together whether something burns, and not of each.
    together: bool,
}

/// Bad and all events of a budget, up to a time less what they wait.
type Sum<'a> = &'a dyn Fn(&Budget, Time, Waits) -> Option<(f64, f64)>;

/// What is known of several, added up.
fn added_up(all: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    all.fold(None, |sum: Option<(f64, f64)>, (bad, total)| {
        let (b, t) = sum.unwrap_or_default();
        Some((b + bad, t + total))
    })
}

/// Both numbers, where both are known.
fn both((bad, total): (Option<f64>, Option<f64>)) -> Option<(f64, f64)> {
    bad.zip(total)
}

/// The same the other way round.
fn apart(both: Option<(f64, f64)>) -> (Option<f64>, Option<f64>) {
    both.unzip()
}

impl<'m> Numbers<'m> {
    /// From what was reckoned of an SLI at each of its places.
    pub fn of(plan: &Plan<'_>, places: &'m [Reckoned<'m>]) -> Numbers<'m> {
        let member = places[0].member;
        let together = plan.alerts_elsewhere(&member);
        let (period, own) = (plan.journey.window.value, places[0].waits);
        let behind = || behind(plan.options, plan.journey.evaluate);
        Numbers {
            step: member.0,
            sli: member.1,
            places: places.iter().map(|place| place.budgets.as_slice()).collect(),
            waits: if together { Waits::of_sites(behind(), period, own) } else { own },
            together,
        }
    }

    /// At how many sites it is measured.
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// What several sites have together: no alert is raised for that, so there are only its numbers.
    pub fn over_sites(&self, plan: &Plan<'_>, clock: Clock) -> Option<SliPast> {
        let (member, target) = ((self.step, self.sli), self.sli.target.value);
        let all: BTreeSet<&By> = self.budgets().map(|(by, _)| by).collect();
        let pace = timeline::pace(&plan.thresholds_of(&member));
        let of_by = |by: &By| {
            let of = || self.budgets().filter(|(b, _)| b == by).map(|(_, budget)| budget);
            let sums = |at: Time| added_up(of().filter_map(|b| b.of_period(at - self.waits.period)));
            let paced = |at: Time| {
                let time = clock.recorded(at, pace) - self.waits.of_window(pace);
                added_up(of().filter_map(|b| b.sums(time, pace))).and_then(ratio)
            };
            let left = alerts::left(clock, target.budget(), |at| sums(at).and_then(ratio));
            let parts = Parts {
                // a place that has nothing at all has no part of the time
                coverage: if self.places.iter().any(|place| place.is_empty()) {
                    0.0
                } else {
                    of().map(|b| b.coverage(clock.from, clock.until)).fold(1.0, f64::min)
                },
                reported: Counts::of(
                    (clock.from, clock.until),
                    apart(added_up(of().filter_map(|b| both(b.between(clock.from, clock.until))))),
                ),
                window: Counts::of(
                    budget::counted(clock, plan.journey.window.value, self.waits),
                    apart(sums(clock.slow_before(clock.until))),
                ),
                left: &left,
                alerts: Vec::new(),
                timeline: timeline::of(&left, clock, |at| paced(at).map(|share| share / target.budget())),
            };
            BudgetPast::of(by.clone(), parts, clock)
        };
        (self.places() > 1 && !all.is_empty()).then(|| SliPast {
            address: address(plan.journey, self.step, self.sli),
            site: None,
            title: full_title(plan.journey, &member),
            target,
            event: self.sli.measure.event(),
            looked: Vec::new(),
            budgets: all.into_iter().map(of_by).collect(),
            no_data: None,
            tried: Vec::new(),
        })
    }

    fn budgets(&self) -> impl Iterator<Item = &'m (By, Budget)> {
        self.places.iter().flat_map(|place| *place)
    }

    /// Its error share: bad over all events, summed over its budgets first.
    fn share(&self, at: Time, of: Sum<'_>) -> Option<f64> {
        added_up(self.budgets().filter_map(|(_, budget)| of(budget, at, self.waits))).and_then(ratio)
    }

    /// Whether each of its places has data: one that is dark is no better than a step that is.
    fn has_data(&self, at: Time, of: Sum<'_>) -> bool {
        self.places.iter().all(|place| place.iter().any(|(_, budget)| of(budget, at, self.waits).is_some()))
    }

    /// Whether it burns over the short window of a row: one of its budgets, or one value of `by` over all sites.
    fn burns(&self, at: Time, row: &Threshold, clock: Clock) -> bool {
        let over = |share: f64| share / self.sli.target.value.budget() > row.burn;
        if !self.together {
            return self.budgets().any(|(_, budget)| budget.recorded_share(at, row.short).is_some_and(over));
        }
        let time = clock.recorded(at, row.short);
        let share = |by: &By| {
            let of = self.budgets().filter(|(b, _)| b == by);
            added_up(of.filter_map(|(_, b)| b.sums(time - self.waits.of_window(row.short), row.short))).and_then(ratio)
        };
        self.budgets().any(|(by, _)| share(by).is_some_and(over))
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
    fn composed(&self, at: Time, of: Sum<'_>) -> Option<f64> {
        if self.counted.iter().any(|n| !n.has_data(at, of)) {
            return None;
        }
        // the worst SLI of each step; one without events counts as nothing bad
        let mut steps: Vec<(&Step, Option<f64>)> = Vec::new();
        for numbers in &self.counted {
            let Some(step) = numbers.step else { continue };
            let share = numbers.share(at, of);
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
        self.composed(at, &|budget, at, waits| budget.sums(at - waits.of_window(window), window))
    }

    /// The same as its group has recorded it last.
    pub fn recorded_share(&self, at: Time, window: u64) -> Option<f64> {
        let time = self.clock.recorded(at, window);
        (at - time < self.clock.lookback).then(|| self.share(time, window)).flatten()
    }

    /// The error share of the period.
    pub fn period_share(&self, at: Time) -> Option<f64> {
        self.composed(at, &|budget, at, waits| budget.of_period(at - waits.period))
    }

    /// The error share between two times.
    pub fn share_between(&self, from: Time, until: Time) -> Option<f64> {
        self.composed(until, &|budget, _, _| both(budget.between(from, until)))
    }

    /// Of which time the events are that its number over the period is made of at the end, as far as all its SLIs have them.
    pub fn counted(&self, period: u64) -> (Time, Time) {
        let of_each = self.counted.iter().map(|n| budget::counted(self.clock, period, n.waits));
        of_each.min_by_key(|(_, until)| *until).unwrap_or((self.clock.from, self.clock.from))
    }

    /// The events of the SLI that had the fewest.
    pub fn fewest_events(&self, from: Time, until: Time) -> f64 {
        let of = |n: &&Numbers<'_>| n.budgets().map(|(_, b)| b.between(from, until).1.unwrap_or(0.0)).sum::<f64>();
        self.counted.iter().map(of).fold(f64::INFINITY, f64::min)
    }

    /// Bad events of all its SLIs together.
    fn bad_events(&self, at: Time, window: u64) -> Option<f64> {
        let all = self.counted.iter().flat_map(|n| n.budgets().map(|(_, b)| (n.waits.events, b)));
        let all = all.filter_map(|(wait, budget)| budget.bad_events(at - wait, window));
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
        rows.iter().any(|(n, row)| n.burns(at, row, clock))
            || own.as_ref().is_some_and(|(composed, row)| {
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
