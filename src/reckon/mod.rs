//! What follows from the model in numbers, before any rule is written: windows, thresholds, times, chances. Read by lints, by the plan
//! of the rules and by `tabi show`, so that all three say the same.

pub mod chance;
pub mod needs;
pub mod notice;
pub mod thresholds;
pub mod timing;

use crate::model::{Journey, Sli};

/// A non-negative float as a whole number, the nearest; what is below 0 is 0.
#[allow(clippy::cast_sign_loss, reason = "`as` saturates, and 0 is what a negative time or count means")]
pub fn whole(value: f64) -> u64 {
    value.round() as u64
}

/// The window of level 1 in seconds, `R` of the design: twice `evaluate`, never below twice the scrape interval, a whole number of
/// evaluations, so that every event is counted the same number of times.
pub fn level_one_range(evaluate: u64, scrape_ms: u64) -> u64 {
    let evaluate = evaluate * 60;
    let twice_scrape = (2 * scrape_ms).div_ceil(1000);
    evaluate * twice_scrape.div_ceil(evaluate).max(2)
}

/// The shortest long window of an alert in minutes: its short window, at least `R`, is shorter than the long one.
pub fn shortest_window(evaluate: u64, scrape_ms: u64) -> u64 {
    2 * level_one_range(evaluate, scrape_ms) / 60
}

/// `R` of an SLI in seconds.
pub fn range_of(journey: &Journey, sli: &Sli) -> u64 {
    level_one_range(journey.evaluate, sli.scrape)
}

/// Events per second, where they are known: said by `traffic`, or one a minute.
pub fn traffic_of(sli: &Sli) -> Option<f64> {
    if sli.measure.counts_minutes() { Some(1.0 / 60.0) } else { sli.traffic.as_ref().map(|t| t.value) }
}
