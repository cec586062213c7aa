//! When the alerts of an SLI would have fired: the expressions of `plan::alerts`, over numbers.

use super::budget::Budget;
use super::clock::Clock;
use super::firing::{Firing, firings};
use super::samples::{Time, Track};
use crate::model::{Sli, Urgency};
use crate::plan::Plan;
use crate::plan::alerts::{JOURNEY_BURN, SLO_BURN, SLO_LOW, SLO_NO_DATA, no_data_minutes};
use crate::plan::windows::DAY;
use crate::reckon::thresholds::Threshold;

/// An alert and when it would have fired.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its name, as in the rules.
    pub name: &'static str,
    /// Who is told.
    pub urgency: Urgency,
    /// The row of a burn.
    pub row: Option<Threshold>,
    /// For how many seconds its condition must hold.
    pub hold: i64,
    /// The user journey whose fixes are blocked.
    pub blocks: Option<String>,
    /// When it fired.
    pub firings: Vec<Firing>,
}

impl Alert {
    /// Whether it wakes somebody for a burn, as `DeliveryBlocked` asks.
    pub fn is_burn_page(&self) -> bool {
        self.urgency == Urgency::Page && [SLO_BURN, JOURNEY_BURN].contains(&self.name)
    }
}

/// How long a low budget must last.
const LOW_HOLD: i64 = 3600;

/// What a burn alert asks for at a time: what is left of it after the long and the short window, and bad events.
pub fn burns(row: &Threshold, budget: f64, share: impl Fn(u64) -> Option<f64>, bad: impl Fn() -> Option<f64>) -> bool {
    // `unless … <=` and not `and … >`: a short window without events is no recovery
    share(row.long).is_some_and(|s| s / budget > row.burn)
        && !share(row.short).is_some_and(|s| s / budget <= row.burn)
        && bad().is_some_and(|bad| bad > f64::from(row.need) - 0.1)
}

/// The evaluations of the group that holds a row.
pub fn evaluations(clock: Clock, row: &Threshold) -> Box<dyn Iterator<Item = Time>> {
    if row.long >= DAY { Box::new(clock.slow()) } else { Box::new(clock.fast()) }
}

/// When a row of a budget would have fired.
pub fn of_row(budget: &Budget, allowed: f64, row: &Threshold, clock: Clock) -> Vec<Firing> {
    let holds = |at: Time| {
        burns(row, allowed, |window| budget.recorded_share(at, window), || budget.own_bad_events(at, row.long))
    };
    firings(evaluations(clock, row).map(|at| (at, holds(at))), 0)
}

/// When little of a budget would have been left. The second operand keeps the first days silent.
pub fn of_low(left: &Track, below: f64, longest: u64, clock: Clock) -> Vec<Firing> {
    let offset = longest.cast_signed() * 60;
    let holds = |at: Time, now: Option<f64>| {
        now.is_some_and(|now| now < below) && left.at(at - offset, clock.lookback, clock.closed).is_some()
    };
    firings(left.iter().map(|(at, now)| (at, holds(at, now))), LOW_HOLD)
}

/// What is left of a budget, as the slow group records it.
pub fn left(clock: Clock, allowed: f64, share: impl Fn(Time) -> Option<f64>) -> Track {
    clock.slowly(|at| share(at).map(|share| 1.0 - share / allowed))
}

/// The alerts of one budget of an SLI for its burns and for what is left.
pub fn of_budget(plan: &Plan<'_>, sli: &Sli, budget: &Budget, left: &Track, clock: Clock) -> Vec<Alert> {
    let allowed = sli.target.value.budget();
    let rows = plan.thresholds_of(&(None, sli));
    let longest = rows.iter().map(|row| row.long).max();
    let mut alerts: Vec<Alert> = rows
        .into_iter()
        .map(|row| Alert {
            name: SLO_BURN,
            urgency: row.urgency,
            hold: 0,
            blocks: None,
            firings: of_row(budget, allowed, &row, clock),
            row: Some(row),
        })
        .collect();
    if let Some((below, urgency)) = sli.alerts.left {
        let longest = longest.unwrap_or(plan.quiet_days());
        alerts.push(low(SLO_LOW, urgency, of_low(left, below.share(), longest, clock)));
    }
    alerts
}

/// An alert for what is left.
pub fn low(name: &'static str, urgency: Urgency, firings: Vec<Firing>) -> Alert {
    Alert { name, urgency, row: None, hold: LOW_HOLD, blocks: None, firings }
}

/// The alert for missing data of an SLI, of all its budgets together.
pub fn no_data(sli: &Sli, budgets: &[&Budget], clock: Clock) -> Option<Alert> {
    let (after, urgency) = sli.alerts.no_data?;
    let after = no_data_minutes(after, sli.traffic.as_ref().map(|t| t.value));
    let hold = after.cast_signed() * 60;
    let missing = |at: Time| !budgets.iter().any(|b| b.is_there(at));
    let firings = firings(clock.fast().map(|at| (at, missing(at))), hold);
    Some(Alert { name: SLO_NO_DATA, urgency, row: None, hold, blocks: None, firings })
}
