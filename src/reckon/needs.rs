//! Which `need` keeps chance away and still tells of an outage in time, and what else does where there is none. `chance-alert`,
//! `alert-fires-late` and `alert-cannot-fire` all ask here, so that none of them offers what another complains of.

use super::chance::Chances;
use super::notice::{Notice, can_fire, first};
use super::range_of;
use super::thresholds::{Threshold, cap, four_digits, thresholds};
use super::timing::Situation;
use crate::model::{Alerts, Journey, Percent, Row, Sli};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A quarter of a year, in seconds.
const QUARTER: f64 = 365.25 / 4.0 * 86_400.0;
/// Larger ones are no way out.
const MOST_NEED: u32 = 10_000;
/// As many events in a long window, at most, are thrown for what `tabi show` says.
const MOST_BY_CHANCE: f64 = 1000.0;
/// Targets that people take, from high to low.
const TARGETS: [&str; 12] = ["99.9", "99.8", "99.5", "99", "98", "97", "95", "92", "90", "85", "80", "70"];

/// Chances that were reckoned: many SLIs have the same rows, target and traffic, and three lints ask for them.
#[derive(Debug, Default)]
pub struct Known(RefCell<HashMap<[u64; 5], Rc<Chances>>>);

impl Known {
    fn of(&self, row: &Threshold, budget: f64, traffic: f64) -> Rc<Chances> {
        let key = [row.long, row.short, row.burn.to_bits(), budget.to_bits(), traffic.to_bits()];
        let known = self.0.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let found = Rc::new(Chances::of(row, budget, traffic, budget / 2.0));
            self.0.borrow_mut().insert(key, found.clone());
            found
        })
    }
}

/// The alerts of an SLI with what decides when they come.
pub struct Needs<'k> {
    alerts: Alerts,
    /// The rows.
    pub rows: Vec<Threshold>,
    /// What a prediction needs to know.
    pub situation: Situation,
    /// Of minutes it is known that they are no independent events.
    traffic: Option<f64>,
    chances: Vec<OnceCell<Rc<Chances>>>,
    known: &'k Known,
}

impl<'k> Needs<'k> {
    /// Those of an SLI.
    pub fn of(journey: &Journey, sli: &Sli, situation: Situation, known: &'k Known) -> Needs<'k> {
        let traffic = sli.traffic.as_ref().map(|t| t.value);
        Needs::with(&sli.alerts, sli.target.value, situation, range_of(journey, sli), traffic, known)
    }

    fn with(
        alerts: &Alerts,
        target: Percent,
        situation: Situation,
        range: u64,
        traffic: Option<f64>,
        known: &'k Known,
    ) -> Needs<'k> {
        let rows = thresholds(alerts, target, range);
        let situation = Situation { budget: target.budget(), ..situation };
        let situation = if traffic.is_some() { Situation { traffic, ..situation } } else { situation };
        let chances = vec![OnceCell::new(); rows.len()];
        Needs { alerts: alerts.clone(), rows, situation, traffic, chances, known }
    }

    /// Each row with how many times a quarter it comes on by chance.
    fn onsets(&self, need: u32) -> impl Iterator<Item = (&Threshold, f64)> {
        let rows = self
            .traffic
            .into_iter()
            .flat_map(|traffic| self.rows.iter().zip(&self.chances).map(move |(r, c)| (r, c, traffic)));
        rows.map(move |(row, cell, traffic)| {
            let chances = cell.get_or_init(|| self.known.of(row, self.situation.budget, traffic));
            (row, chances.onsets(need, QUARTER))
        })
    }

    /// The row that comes on most by chance, and how many times a quarter it does.
    pub fn chance(&self, need: u32) -> Option<(&Threshold, f64)> {
        self.onsets(need).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Whether chance keeps quiet.
    pub fn is_quiet(&self, need: u32) -> bool {
        self.onsets(need).all(|(_, times)| times <= 1.0)
    }

    /// The first alert of a total outage.
    pub fn notice(&self, need: u32) -> Option<Notice<'_>> {
        first(&self.rows, &self.alerts, &self.situation, need)
    }

    /// The rows that never come on, for as many events as they need do not come.
    pub fn idle(&self, need: u32) -> impl Iterator<Item = &Threshold> {
        self.rows.iter().filter(move |row| !can_fire(&self.situation, row, need))
    }

    /// The smallest `need` with which chance keeps quiet.
    pub fn enough(&self) -> Option<u32> {
        (1..=MOST_NEED).find(|need| self.is_quiet(*need))
    }

    /// Whether nothing is to be said of a `need`: quiet, in time, and every row can come on.
    fn fits(&self, need: u32) -> bool {
        self.notice(need).is_some_and(|notice| !notice.is_late())
            && self.idle(need).next().is_none()
            && self.is_quiet(need)
    }

    /// The `need` to take: the present one, or else the smallest of which nothing is to be said.
    pub fn right(&self, present: u32) -> Option<u32> {
        if self.fits(present) {
            return Some(present);
        }
        // what does not come on with one event does not with more
        if self.idle(1).next().is_some() {
            return None;
        }
        // a larger one only comes later
        self.enough().filter(|need| self.fits(*need))
    }
}

/// Whether chance brings a row on, more than once a quarter, while a share of all events fails that is steadily too small for it.
pub fn comes_by_chance(row: &Threshold, situation: &Situation, failing: f64) -> bool {
    let Some(traffic) = situation.traffic.filter(|_| situation.independent) else { return false };
    // of more events the share hardly varies, and it would take long
    let events = traffic * (row.long * 60) as f64;
    events <= MOST_BY_CHANCE && Chances::of(row, situation.budget, traffic, failing).onsets(row.need, QUARTER) > 1.0
}

/// A way out where no `need` alone is one; each with the `need` that goes with it.
pub enum Way {
    /// Fewer rows.
    Rows(Alerts, u32),
    /// A lower target.
    Target(Percent, u32),
    /// More events in one budget, per second.
    Together(f64, u32),
}

/// What leaves nothing to say, the smallest change of each kind.
pub fn ways_out(journey: &Journey, sli: &Sli, needs: &Needs<'_>) -> Vec<Way> {
    let present = sli.alerts.need.value;
    let (range, window, asked) = (range_of(journey, sli), journey.window.value, sli.target.value);
    let traffic = sli.traffic.as_ref().map(|t| t.value);
    let right = |alerts: &Alerts, target: Percent, traffic: Option<f64>| {
        // nobody is sent from one warning into another
        if !alerts.rows.iter().all(|row| row.share.is_none() || is_sound(row, target)) {
            return None;
        }
        Needs::with(alerts, target, needs.situation, range, traffic, needs.known).right(present)
    };
    // without the rows of short windows, the fewest first
    let mut lengths: Vec<u64> = sli.alerts.rows.iter().map(|row| row.long).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let of = |rows: &[Row], urgency| rows.iter().filter(|row| row.urgency == urgency).count();
    let mut fewer = lengths.into_iter().filter_map(|least| {
        let left: Vec<Row> = sli.alerts.rows.iter().filter(|row| row.long >= least).cloned().collect();
        // those of a kind that loses some are written, all of them
        let stays = |row: &Row| of(&left, row.urgency) == of(&sli.alerts.rows, row.urgency);
        let rows: Option<Vec<Row>> =
            left.iter().map(|row| if stays(row) { Some(row.clone()) } else { written(row, asked, window) }).collect();
        Some(Alerts { rows: rows?, ..sli.alerts.clone() })
    });
    let rows = fewer.find_map(|alerts| right(&alerts, asked, traffic).map(|need| Way::Rows(alerts, need)));
    let lower = TARGETS.iter().filter_map(|text| Percent::parse(text));
    let mut lower = lower.filter(|target| target.budget() > asked.budget());
    let target = lower.find_map(|target| right(&sli.alerts, target, traffic).map(|need| Way::Target(target, need)));
    let together = traffic.and_then(|rate| {
        let mut more = [2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0].into_iter().map(|times| rate * times);
        more.find_map(|rate| right(&sli.alerts, asked, Some(rate)).map(|need| Way::Together(rate, need)))
    });
    rows.into_iter().chain(target).chain(together).collect()
}

/// Whether a written row asks for more than the budget and for less than everything.
fn is_sound(row: &Row, target: Percent) -> bool {
    row.burn >= 1.0 - 1e-9 && row.burn * target.budget() < 1.0
}

/// A row as a file has it, with a share of the budget: one that is built in is capped, and none may burn less than the budget lasts.
fn written(row: &Row, target: Percent, window: u64) -> Option<Row> {
    if row.share.is_some() {
        return Some(row.clone());
    }
    let budget = target.budget();
    let percent = |burn: f64| 100.0 * burn * row.long as f64 / window as f64;
    let exact = percent(row.burn.min(cap(budget) / budget));
    let rounded = four_digits(exact);
    // a burn rate of 1 stays one
    let rounded = if rounded < percent(1.0) - 1e-9 { (100.0 * exact).ceil() / 100.0 } else { rounded };
    let share = Percent::parse(&rounded.to_string()).filter(|share| share.share() <= 1.0)?;
    let burn = share.share() * window as f64 / row.long as f64;
    let row = Row { burn, share: Some(share), ..row.clone() };
    is_sound(&row, target).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::super::timing::Late;
    use super::*;
    use crate::model::Urgency;

    fn situation(budget: f64, per_day: f64) -> Situation {
        Situation {
            budget,
            evaluate: 1,
            range: 120,
            window: 28 * 1440,
            traffic: Some(per_day / 86_400.0),
            independent: true,
            closed: true,
            late: Late::default(),
        }
    }

    /// Half of some events an hour is at times three quarters of them, and hardly ever of thousands.
    #[test]
    fn few_events_vary() {
        let row = Threshold { urgency: Urgency::Page, long: 60, short: 5, burn: 1.5, need: 3, asked: 13.44 };
        let few = situation(0.5, 60.0);
        assert!(few.predict(&row, 0.5).is_none() && comes_by_chance(&row, &few, 0.5));
        assert!(!comes_by_chance(&row, &Situation { independent: false, ..few }, 0.5));
        assert!(!comes_by_chance(&row, &situation(0.5, 20_000.0), 0.5));
        assert!(!comes_by_chance(&row, &situation(0.5, 1e12), 0.5));
        // everything fails, and three of two or three an hour are needed
        assert!(few.predict(&row, 1.0).is_none() && comes_by_chance(&row, &few, 1.0));
        assert!(!comes_by_chance(&row, &situation(0.5, 1.0), 1.0));
    }

    /// What is built in becomes a share of the budget of which no lint speaks.
    #[test]
    fn rows_are_written_within_bounds() {
        let row = |long: u64, burn: f64| Row { urgency: Urgency::Page, long, burn, share: None, place: None };
        let share = |long: u64, burn: f64, target: &str, days: u64| {
            let target = Percent::parse(target).expect(target);
            let found = written(&row(long, burn), target, days * 1440)?;
            assert!(is_sound(&found, target), "{found:?}");
            found.share.map(Percent::text)
        };
        assert_eq!(share(60, 13.44, "99.9", 28).as_deref(), Some("2%"));
        // 55 % errors and not 134 %
        assert_eq!(share(60, 13.44, "90", 28).as_deref(), Some("0.8185%"));
        // 10.714 %: a burn rate of 1 or more
        assert_eq!(share(4320, 1.0, "99", 28).as_deref(), Some("10.72%"));
        assert_eq!(share(4320, 1.0, "99", 30).as_deref(), Some("10%"));
        // more than the whole budget in one row
        assert_eq!(share(7 * 1440, 5.0, "99", 28), None);
    }
}
