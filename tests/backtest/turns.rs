//! Groups at offsets of their own. What a Prometheus raises then is what the library reckons for these very offsets, to the minute. The command
//! does not know them and takes full minutes: a group at an offset asks the same question up to an interval later, so what begins or ends may
//! do so an evaluation apart, and a condition that comes and goes within an interval may be seen by one and not by the other. `later` has what
//! that is in minutes for each alert; how many begin or end further apart is counted, and `docs/backtest.md` says it.

use super::common::process::Server;
use super::common::{compile, root};
use super::truth::{BEGIN, Generation, Key, MINUTE, Scene, range};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tabi::backtest::budget::Level1;
use tabi::backtest::clock::{Clock, Turns};
use tabi::backtest::samples::Track;
use tabi::backtest::table::Asked;
use tabi::backtest::{By, JourneyPast, Read, ask, json};
use tabi::plan::Plan;
use tabi::project::Options;

/// By how many minutes an alert may begin or end apart: an interval of the group that raises it, and of each that this group reads. The
/// alerts of the slow group read its copies of what the fast one records, and `DeliveryBlocked` the alerts of another journey's fast group.
fn later(key: &Key) -> i64 {
    let slow = ["1d", "3d"].contains(&key.4.as_str()) || key.0.ends_with("Low");
    match (slow, key.0.as_str()) {
        (true, _) => 6,
        (false, "DeliveryBlocked") => 2,
        (false, _) => 1,
    }
}

/// For how many minutes in a row one may fire and the other not, in these worlds: what was seen, and a little more. A condition that must hold for
/// an hour is broken by a minute that only one of them sees.
fn most_apart(key: &Key) -> usize {
    if key.0.ends_with("Low") { 66 } else { 10 }
}

/// The offset of a group, in seconds, as `tests/go/prometheus/truth` has it: FNV-1a of its name, within its interval.
fn turn(group: &str, interval: u64) -> i64 {
    let hash = group.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    (hash % (interval * 1000) / 1000).cast_signed()
}

/// What the command would say if it knew when the groups run.
pub fn document(server: &Server, generation: Generation, scene: &Scene, end: i64) -> Value {
    let path = format!("tests/truth/{}.tabi", scene.name);
    let text = std::fs::read_to_string(root().join(&path)).expect("a source");
    let (options, model) = (Options::default(), compile(&[(path, text)], &Options::default()).model);
    let mut order: Vec<usize> = (0..model.journeys.len()).collect();
    order.sort_by_key(|i| model.journeys[*i].audience);
    let mut past: BTreeMap<usize, JourneyPast> = BTreeMap::new();
    for index in order {
        let plan = Plan { model: &model, options: &options, journey: &model.journeys[index] };
        let (name, evaluate) = (&plan.journey.name.text, plan.evaluate_seconds());
        let turns = Turns {
            fast: turn(&format!("tabi:{name}"), evaluate),
            slow: turn(&format!("tabi:{name}:5m"), 300),
            hourly: turn(&format!("tabi:{name}:1h"), 3600),
        };
        let closed = generation == Generation::Two;
        let evaluate = evaluate.cast_signed();
        let clock = Clock { read_from: BEGIN, from: BEGIN, until: end, evaluate, turns, closed, lookback: 300 };
        let members = plan.journey.members();
        let read = members.into_iter().map(|member| {
            let mut level1: BTreeMap<By, Level1> = BTreeMap::new();
            for (number, expr) in ask::level_one(&plan, &member, None).iter().enumerate() {
                for (labels, points) in range(server, expr, BEGIN + turns.fast, end, evaluate) {
                    let by = member.1.by.iter().map(|b| &b.text);
                    let by: By = by.map(|b| (b.clone(), labels[b].as_str().unwrap_or("").to_string())).collect();
                    let entry = level1.entry(by).or_insert_with(|| Level1::unknown(clock));
                    let track: &mut Track = if number == 0 { &mut entry.total } else { &mut entry.bad };
                    for (time, value) in points {
                        let index = usize::try_from((time - track.first) / track.step).expect("after the beginning");
                        track.values[index] = Some(value);
                    }
                }
            }
            (member, Read { site: None, looked: Vec::new(), level1 })
        });
        let read = read.collect();
        let pages = |name: &str| past.values().find(|p| p.name == name).map(JourneyPast::burn_pages);
        let one = tabi::backtest::journey(&plan, read, clock, &pages);
        past.insert(index, one);
    }
    let asked = Asked { span: (BEGIN, end), ..Asked::default() };
    let journeys: Vec<JourneyPast> = past.into_values().collect();
    serde_json::from_str(&json::document(&asked, &journeys)).expect("JSON")
}

/// What was compared in a scene.
#[derive(Debug, Default)]
pub struct Tally {
    /// Alerts that fired, by their labels.
    alerts: usize,
    /// How often.
    firings: usize,
    /// For how many minutes, all together.
    minutes: usize,
    /// Points of budgets.
    pub budgets: usize,
    /// Of the firings, those that begin and end no further apart than the intervals of the groups in what the command says.
    near: usize,
    /// Firings of the command that are near none.
    more: usize,
    /// Minutes at which one fires and the other does not.
    apart: usize,
    /// The most of them in a row.
    longest: usize,
    /// Those that are more than was ever seen, in words.
    unlike: Vec<String>,
    /// The firings that are near none of the command's, in words.
    far: Vec<String>,
}

/// Runs of minutes that follow each other.
fn runs(minutes: &BTreeSet<i64>) -> Vec<(i64, i64)> {
    let mut found: Vec<(i64, i64)> = Vec::new();
    for time in minutes {
        match found.last_mut().filter(|(_, end)| *end == *time) {
            Some((_, end)) => *end += MINUTE,
            None => found.push((*time, time + MINUTE)),
        }
    }
    found
}

impl Tally {
    /// Of what a Prometheus raised and of what the command says.
    pub fn of(theirs: &BTreeMap<Key, BTreeSet<i64>>, ours: &BTreeMap<Key, (BTreeSet<i64>, usize)>) -> Tally {
        let mut tally = Tally { alerts: theirs.len(), ..Tally::default() };
        let keys: BTreeSet<&Key> = theirs.keys().chain(ours.keys()).collect();
        for key in keys {
            let none = BTreeSet::new();
            let minutes = (theirs.get(key).unwrap_or(&none), ours.get(key).map_or(&none, |(minutes, _)| minutes));
            let apart: BTreeSet<i64> = minutes.0.symmetric_difference(minutes.1).copied().collect();
            let theirs = theirs.get(key).map(runs).unwrap_or_default();
            let ours = ours.get(key).map(|(minutes, _)| runs(minutes)).unwrap_or_default();
            for (from, until) in runs(&apart) {
                let minutes = usize::try_from((until - from) / MINUTE).unwrap_or(0);
                tally.apart += minutes;
                tally.longest = tally.longest.max(minutes);
                if minutes > most_apart(key) {
                    tally.unlike.push(format!("{key:?}: {minutes} minutes from {}", (from - BEGIN) / MINUTE));
                }
            }
            let most = later(key) * MINUTE;
            let near = |a: &(i64, i64), b: &(i64, i64)| (a.0 - b.0).abs() <= most && (a.1 - b.1).abs() <= most;
            tally.firings += theirs.len();
            tally.minutes +=
                theirs.iter().map(|(from, until)| usize::try_from((until - from) / MINUTE).unwrap_or(0)).sum::<usize>();
            let minute = |t: i64| (t - BEGIN) / MINUTE;
            for (from, until) in theirs.iter().filter(|a| !ours.iter().any(|b| near(a, b))) {
                let nearest = ours.iter().min_by_key(|b| (b.0 - from).abs()).map(|b| (minute(b.0), minute(b.1)));
                tally.far.push(format!("{key:?}: {} to {}, nearest {nearest:?}", minute(*from), minute(*until)));
            }
            tally.near += theirs.iter().filter(|a| ours.iter().any(|b| near(a, b))).count();
            tally.more += ours.iter().filter(|a| !theirs.iter().any(|b| near(a, b))).count();
        }
        tally
    }

    /// What differs by more than it ever did.
    pub fn unlike(&self) -> &[String] {
        &self.unlike
    }

    /// A row of the table.
    pub fn row(&self, generation: &str, scene: &Scene) -> String {
        let Tally { alerts, firings, minutes, budgets, near, more, apart, longest, .. } = self;
        let generation = if generation == "Two" { "2.42" } else { "3" };
        let groups = if scene.aligned { "at full minutes" } else { "at offsets" };
        let (near, apart) = if scene.aligned {
            ("all".to_string(), "none".to_string())
        } else {
            (format!("{near}, {} not, {more} more", firings - near), format!("{apart}, {longest} in a row"))
        };
        format!(
            "| {} | {} | {generation} | {groups} | {alerts} | {firings} | {minutes} | {budgets} | {near} | {apart} |",
            scene.name, scene.days
        )
    }
}

/// The table of the whole run stands in the documentation; `UPDATE_DOCS=1` writes it there.
pub fn table_is_documented(rows: &[String]) {
    let path = root().join("docs/backtest.md");
    let text = std::fs::read_to_string(&path).expect("the page");
    let head = "|---|---|---|---|---|---|---|---|---|---|\n";
    let (before, rest) = text.split_once(head).expect("the table");
    let after = &rest[rest.find("\n\n").expect("its end")..];
    let written = format!("{before}{head}{}{after}", rows.join("\n"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, written).expect("a written page");
    } else {
        assert_eq!(
            text, written,
            "the table of docs/backtest.md says something else: UPDATE_DOCS=1 ./scripts/backtest writes it"
        );
    }
}
