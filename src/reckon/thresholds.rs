//! Rows of alerts as they are evaluated: with the cap, the short window and what a row asks for.

use super::range_of;
use crate::model::{Alerts, Journey, Percent, Sli, Urgency};

/// A row of an SLI or of a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Who is told.
    pub urgency: Urgency,
    /// The long window in minutes.
    pub long: u64,
    /// The short window in minutes.
    pub short: u64,
    /// The burn rate above which it fires, four significant digits.
    pub burn: f64,
    /// Bad events in the long window, at least.
    pub need: u32,
    /// The row's burn rate before the cap.
    pub asked: f64,
}

/// A row asks for at most this share of errors: halfway between what is allowed and everything failing. It is always above the budget
/// and always reachable, where `burn × budget` at or above 1 could never fire.
pub fn cap(budget: f64) -> f64 {
    f64::midpoint(1.0, budget)
}

/// Four significant digits: `13.44`, `5.6`, `1`, `0.9333`, `500.5`.
pub fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// The rows of `alerts` for a budget; `range` is `R` in seconds.
pub fn thresholds(alerts: &Alerts, target: Percent, range: u64) -> Vec<Threshold> {
    let budget = target.budget();
    let mut found: Vec<Threshold> = Vec::new();
    for row in &alerts.rows {
        let most = cap(budget) / budget;
        let threshold = Threshold {
            urgency: row.urgency,
            long: row.long,
            short: (row.long / 12).max(range / 60),
            burn: four_digits(row.burn.min(most)),
            need: alerts.need.value,
            asked: row.burn,
        };
        // after the cap two rows may have become one
        if !found
            .iter()
            .any(|t| t.urgency == threshold.urgency && t.long == threshold.long && same(t.burn, threshold.burn))
        {
            found.push(threshold);
        }
    }
    found
}

/// Whether two burn rates are the same number.
pub fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// The rows of an SLI.
pub fn of_sli(journey: &Journey, sli: &Sli) -> Vec<Threshold> {
    thresholds(&sli.alerts, sli.target.value, range_of(journey, sli))
}

/// The rows of the journey's own target, where it has one.
pub fn of_journey(journey: &Journey) -> Vec<Threshold> {
    let range = journey.counted_slis().map(|(_, sli)| range_of(journey, sli)).max();
    match (&journey.target, range) {
        (Some(target), Some(range)) => thresholds(&journey.alerts, target.value, range),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_are_between_the_budget_and_everything() {
        let percent = |text: &str| 100.0 * cap(Percent::parse(text).map_or(0.0, Percent::budget));
        assert!((percent("99.9") - 50.05).abs() < 1e-9);
        assert!((percent("90") - 55.0).abs() < 1e-9);
        assert!((percent("50") - 75.0).abs() < 1e-9);
    }

    #[test]
    fn burn_rates_have_four_digits() {
        let written = [13.44, 0.05 * 28.0 * 4.0, 0.93333, 500.5, 5.5, 1.0].map(|b| four_digits(b).to_string());
        assert_eq!(written, ["13.44", "5.6", "0.9333", "500.5", "5.5", "1"]);
    }
}
