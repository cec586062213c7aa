//! When a total outage is noticed, and how much of the budget is spent by then: the first alert of all rows.

use super::thresholds::Threshold;
use super::timing::Situation;

/// The share of the budget that may be spent before somebody is told.
const MOST: f64 = 0.1 + 1e-9;
/// Long windows from which on rows are evaluated every five minutes.
const DAY: u64 = 1440;

/// The first alert of a total outage.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'r> {
    /// Its row.
    pub row: &'r Threshold,
    /// After how many minutes of outage the row's share of errors is reached.
    pub share: f64,
    /// After how many minutes as many bad events have come as it needs.
    pub events: f64,
    /// After how many minutes it tells; infinite where no row ever does.
    pub minutes: f64,
    /// The share of the budget that is spent by then.
    pub spent: f64,
}

impl Notice<'_> {
    /// Whether too much is spent by then.
    pub fn is_late(&self) -> bool {
        self.spent > MOST
    }
}

/// The first alert of some rows when each needs so many bad events; `None` where there is no row.
///
/// It is what the windows and `need` ask for; of rows that run with the fast group also the minutes of evaluation, which short budgets feel.
pub fn first<'r>(rows: &'r [Threshold], situation: &Situation, need: u32) -> Option<Notice<'r>> {
    let of = |row: &'r Threshold| {
        let share = row.burn * situation.budget * row.long as f64;
        let events = events_after(situation, row, need);
        let ideal = share.max(events);
        let minutes = if row.long < DAY {
            let predicted = situation.predict(&Threshold { need, ..row.clone() }, 1.0);
            predicted.map_or(ideal, |p| p.fires_after as f64).max(ideal)
        } else {
            ideal + situation.late.slow as f64
        };
        Notice { row, share, events, minutes, spent: minutes / (situation.window as f64 * situation.budget) }
    };
    rows.iter().map(of).min_by(|a, b| a.minutes.total_cmp(&b.minutes))
}

/// Minutes of total outage until as many bad events have come as a row needs; infinite where so many never come together in its window.
fn events_after(situation: &Situation, row: &Threshold, need: u32) -> f64 {
    let events = situation.traffic.map_or(0.0, |rate| f64::from(need) / rate / 60.0);
    if events > row.long as f64 { f64::INFINITY } else { events }
}

/// Whether a row comes on at all when everything fails and each row needs so many bad events.
pub fn can_fire(situation: &Situation, row: &Threshold, need: u32) -> bool {
    situation.predict(&Threshold { need, ..row.clone() }, 1.0).is_some()
}
