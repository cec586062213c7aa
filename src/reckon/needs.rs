//! Which `need` keeps chance away and still tells of an outage in time, and what else does where there is none. `chance-alert`,
//! `alert-fires-late` and `alert-cannot-fire` all ask here, so that none of them offers what another complains of.

use super::chance::Chances;
use super::notice::{Notice, can_fire, first};
use super::range_of;
use super::thresholds::{Threshold, thresholds};
use super::timing::Situation;
use crate::model::{Alerts, Journey, Percent, Row, Sli};

/// A quarter of a year, in seconds.
const QUARTER: f64 = 365.25 / 4.0 * 86_400.0;
/// Larger ones are no way out.
const MOST_NEED: u32 = 10_000;
/// Targets that people take, from high to low.
const TARGETS: [&str; 12] = ["99.9", "99.8", "99.5", "99", "98", "97", "95", "92", "90", "85", "80", "70"];

/// The alerts of an SLI with what decides when they come.
pub struct Needs {
    alerts: Alerts,
    /// The rows.
    pub rows: Vec<Threshold>,
    /// What a prediction needs to know.
    pub situation: Situation,
    chances: Vec<Chances>,
}

impl Needs {
    /// Those of an SLI.
    pub fn of(journey: &Journey, sli: &Sli, situation: Situation) -> Needs {
        Needs::with(
            &sli.alerts,
            sli.target.value,
            situation,
            range_of(journey, sli),
            sli.traffic.as_ref().map(|t| t.value),
        )
    }

    fn with(alerts: &Alerts, target: Percent, situation: Situation, range: u64, traffic: Option<f64>) -> Needs {
        let rows = thresholds(alerts, target, range);
        let budget = target.budget();
        // of minutes it is known that they are no independent events
        let chances = traffic.map_or_else(Vec::new, |traffic| {
            rows.iter().map(|row| Chances::of(row, budget, traffic, budget / 2.0)).collect()
        });
        let situation = Situation { budget, ..situation };
        let situation = if traffic.is_some() { Situation { traffic, ..situation } } else { situation };
        Needs { alerts: alerts.clone(), rows, situation, chances }
    }

    /// The row that comes on most by chance, and how many times a quarter it does.
    pub fn chance(&self, need: u32) -> Option<(&Threshold, f64)> {
        let each = self.rows.iter().zip(&self.chances).map(|(row, chances)| (row, chances.onsets(need, QUARTER)));
        each.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Whether chance keeps quiet.
    pub fn is_quiet(&self, need: u32) -> bool {
        self.chance(need).is_none_or(|(_, times)| times <= 1.0)
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
        self.is_quiet(need)
            && self.notice(need).is_some_and(|notice| !notice.is_late())
            && self.idle(need).next().is_none()
    }

    /// The `need` to take: the present one, or else the smallest of which nothing is to be said.
    pub fn right(&self, present: u32) -> Option<u32> {
        if self.fits(present) {
            return Some(present);
        }
        // a larger one only comes later
        self.enough().filter(|need| self.fits(*need))
    }
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
pub fn ways_out(journey: &Journey, sli: &Sli, situation: Situation) -> Vec<Way> {
    let present = sli.alerts.need.value;
    let range = range_of(journey, sli);
    let traffic = sli.traffic.as_ref().map(|t| t.value);
    let right = |alerts: &Alerts, target: Percent, traffic: Option<f64>| {
        Needs::with(alerts, target, situation, range, traffic).right(present)
    };
    // without the rows of short windows, the fewest first
    let mut lengths: Vec<u64> = sli.alerts.rows.iter().map(|row| row.long).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut fewer = lengths.into_iter().map(|least| {
        let rows: Vec<Row> = sli.alerts.rows.iter().filter(|row| row.long >= least).cloned().collect();
        Alerts { rows, ..sli.alerts.clone() }
    });
    let rows = fewer.find_map(|alerts| right(&alerts, sli.target.value, traffic).map(|need| Way::Rows(alerts, need)));
    let lower = TARGETS.iter().filter_map(|text| Percent::parse(text));
    let mut lower = lower.filter(|target| target.budget() > sli.target.value.budget());
    let target = lower.find_map(|target| right(&sli.alerts, target, traffic).map(|need| Way::Target(target, need)));
    let together = traffic.and_then(|rate| {
        let mut more = [2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0].into_iter().map(|times| rate * times);
        more.find_map(|rate| right(&sli.alerts, sli.target.value, Some(rate)).map(|need| Way::Together(rate, need)))
    });
    rows.into_iter().chain(target).chain(together).collect()
}
