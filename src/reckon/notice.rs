//! When a total outage is noticed, and how much of the budget is spent by then: the first alert of all rows.

use super::thresholds::{Threshold, same};
use super::timing::{Late, Situation};
use crate::model::Alerts;

/// The share of the budget that may be spent before somebody is told.
const MOST: f64 = 0.1 + 1e-9;
/// Of it, what rules and engine take is as little as this not worth a word: a row that asks for just a tenth is later than that in any case.
const FEW: f64 = 0.05;
/// Long windows from which on rows are evaluated every five minutes.
const DAY: u64 = 1440;

/// The first alert of a total outage.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'r> {
    /// Its row.
    pub row: &'r Threshold,
    /// After how many minutes it tells; infinite where no row ever does.
    pub minutes: f64,
    /// The share of the budget that is spent by then.
    pub spent: f64,
    /// Why too much is spent by then, where it is.
    pub cause: Option<Cause>,
}

/// What takes most of the time, where an alert is late.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// As many bad events as it needs have to come.
    Events,
    /// The row asks for a large share of errors, or over a long time.
    Share,
    /// Rules run as rarely as that.
    Evaluation,
    /// The engine sees late what it recorded.
    Engine,
}

impl Notice<'_> {
    /// Whether too much is spent by then.
    pub fn is_late(&self) -> bool {
        self.cause.is_some()
    }
}

/// The first alert of the rows of some alerts when each needs so many bad events; `None` where there is no row.
///
/// It is what the windows and `need` ask for; of rows that run with the fast group also the minutes of evaluation, which short budgets feel.
/// Those of the engine alone make no alert late whose row is built in, for nobody can write a better one, or whose row is of a day and more.
pub fn first<'r>(rows: &'r [Threshold], alerts: &Alerts, situation: &Situation, need: u32) -> Option<Notice<'r>> {
    let notices = rows.iter().map(|row| notice(row, is_written(row, alerts), situation, need));
    notices.min_by(|a, b| a.minutes.total_cmp(&b.minutes))
}

fn notice<'r>(row: &'r Threshold, written: bool, situation: &Situation, need: u32) -> Notice<'r> {
    let share = row.burn * situation.budget * row.long as f64;
    let events = events_after(situation, row, need);
    let asked = share.max(events);
    let after = |late: Late| {
        let predicted = Situation { late, ..*situation }.predict(&Threshold { need, ..row.clone() }, 1.0);
        predicted.map_or(asked, |p| p.fires_after as f64).max(asked)
    };
    // that of a day asks for so long that it does not matter when it is evaluated
    let (plain, minutes) = if row.long < DAY {
        (after(Late::default()), after(situation.late))
    } else {
        (asked, asked + situation.late.slow as f64)
    };
    let budget = situation.window as f64 * situation.budget;
    let (most, few) = (MOST * budget, FEW * budget);
    let cause = if events > share && plain > most && events >= plain - 2.0 * situation.evaluate as f64 {
        Some(Cause::Events)
    } else if asked > most {
        Some(if events > share { Cause::Events } else { Cause::Share })
    } else if plain > most && plain - asked > few {
        Some(Cause::Evaluation)
    } else if row.long < DAY && minutes > most && minutes - asked > few && written {
        Some(Cause::Engine)
    } else {
        None
    };
    Notice { row, minutes, spent: minutes / budget, cause }
}

/// Whether a file has the row.
fn is_written(row: &Threshold, alerts: &Alerts) -> bool {
    let is_it = |r: &crate::model::Row| r.urgency == row.urgency && r.long == row.long && same(r.burn, row.asked);
    alerts.rows.iter().any(|r| is_it(r) && r.share.is_some())
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
