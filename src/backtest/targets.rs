//! Which target the past would have supported: for each usual figure whether it would have been kept, and what its alerts would have cost.

use super::alerts;
use super::budget::Budget;
use super::clock::Clock;
use super::firing::Firing;
use super::samples::Time;
use crate::model::{Alerts, Percent, Urgency};
use crate::reckon::thresholds::{Threshold, thresholds};

/// The figures that people promise.
const USUAL: [&str; 12] = ["99.999", "99.99", "99.95", "99.9", "99.8", "99.5", "99", "98", "95", "90", "80", "50"];

/// A target over the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The target.
    pub target: Percent,
    /// The share of the budget that would have been spent, in the worst period.
    pub spent: f64,
    /// How many pages its burns would have sent.
    pub pages: usize,
    /// How many tickets.
    pub tickets: usize,
    /// Whether so few events came that it would have allowed none to fail.
    pub too_fine: bool,
}

impl Tried {
    /// Whether it would have been kept.
    pub fn kept(&self) -> bool {
        self.spent <= 1.0
    }
}

/// The worst error share of a period: of all that lie within what was read, or, where none does, of what there is of the one at the end. None
/// without events.
pub fn worst(clock: Clock, period: u64, of_period: impl Fn(Time) -> Option<f64>) -> Option<f64> {
    let whole = clock.slow().filter(|at| *at > clock.from && at - period.cast_signed() * 60 >= clock.read_from);
    let worst = whole
        .filter_map(&of_period)
        .fold(None, |worst: Option<f64>, share| Some(worst.map_or(share, |w| w.max(share))));
    worst.or_else(|| of_period(clock.slow_before(clock.until)))
}

/// In which time the events must have come that a target is to be told by: a period, or what there is of it.
pub fn span(clock: Clock, period: u64) -> (Time, Time) {
    ((clock.until - period.cast_signed() * 60).max(clock.read_from), clock.until)
}

/// The usual figures, from the strictest on, down to the strictest that was kept, and the target that there is.
pub fn tried(
    own: Percent,
    worst: f64,
    events: f64,
    alerts: &Alerts,
    range: u64,
    fires: &dyn Fn(&Threshold, f64) -> Vec<Firing>,
    clock: Clock,
) -> Vec<Tried> {
    let mut figures: Vec<Percent> = USUAL.iter().filter_map(|text| Percent::parse(text)).collect();
    figures.push(own);
    figures.sort_by(|a, b| a.budget().total_cmp(&b.budget()));
    figures.dedup_by(|a, b| a.text() == b.text());
    let too_fine = |target: &Percent| target.budget() * events < 1.0;
    let kept = |target: &Percent| worst <= target.budget() && !too_fine(target);
    let best = figures.iter().position(kept).unwrap_or(figures.len().saturating_sub(1));
    let near = best.saturating_sub(2)..=best + 1;
    figures
        .iter()
        .enumerate()
        .filter(|(i, target)| near.contains(i) || **target == own)
        .map(|(_, target)| {
            let allowed = target.budget();
            let count = |urgency| {
                let rows = thresholds(alerts, *target, range);
                let of = rows.iter().filter(|row| row.urgency == urgency);
                of.flat_map(|row| fires(row, allowed))
                    .filter(|f| f.until.is_none_or(|until| until > clock.from))
                    .count()
            };
            Tried {
                target: *target,
                spent: worst / allowed,
                pages: count(Urgency::Page),
                tickets: count(Urgency::Ticket),
                too_fine: too_fine(target),
            }
        })
        .collect()
}

/// The best of them: the strictest that was kept and could be told.
pub fn best(tried: &[Tried]) -> Option<&Tried> {
    tried.iter().find(|t| t.kept() && !t.too_fine)
}

/// When a row of one of several budgets fires.
pub fn of_budgets(budgets: &[&Budget], row: &Threshold, allowed: f64, clock: Clock) -> Vec<Firing> {
    budgets.iter().flat_map(|budget| alerts::of_row(budget, allowed, row, clock)).collect()
}
