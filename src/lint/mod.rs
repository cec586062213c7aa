//! What would work, but not as people expect. One file for each lint; a new one is a file and a line in [`ALL`].

mod alert_cannot_fire;
mod alert_fires_late;
mod alert_within_budget;
pub mod allow;
mod always_the_same;
mod blind_spot;
mod bucket_by_hand;
mod chance_alert;
mod delivers_nothing;
mod different_sources;
mod duplicate_measure;
mod endless_exclude;
mod missing_owner;
mod missing_runbook;
mod not_a_condition;
mod not_a_counter;
mod not_a_number;
mod not_a_rate;
mod regex_as_text;
mod subquery_step;
mod target_above_steps;
mod too_rare;
mod unused;

use crate::adapt::times::Timing;
use crate::diagnostic::catalogue::Entry;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Alerts, Journey, Row, Sli, Step, Urgency};
use crate::project::{Options, Target, Unit};
use crate::reckon::needs::{self, Known, Needs, Way};
use crate::reckon::thresholds::four_digits;
use crate::resolve::Resolved;
use crate::source::{FileId, Place};
use crate::syntax::ast::Item;
use std::collections::{HashMap, HashSet};
use std::fmt::{Display, Formatter};

/// A lint.
pub struct Lint {
    /// Its entry in the catalogue.
    pub entry: &'static Entry,
    /// Whether it says something of the whole project: such a lint keeps silent while there are errors, which could be the cause.
    pub of_project: bool,
    /// Looks for it.
    pub check: Check,
}

/// What a lint looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// A journey by itself, but for what it delivers. So what was said of a journey that did not change holds.
    Journey(fn(&Journey, &mut Vec<Diagnostic>)),
    /// The same, with how late the engine reads what it recorded, and what chances are known already.
    Timed(fn(&Journey, Timing, &Known, &mut Vec<Diagnostic>)),
    /// The whole project.
    Project(fn(&Resolved, &mut Vec<Diagnostic>)),
}

/// What lints keep between two runs, by the stamps of the journeys.
#[derive(Debug, Default)]
pub struct Kept {
    journeys: HashMap<u64, Vec<Diagnostic>>,
    /// What `tabi.toml` said of the engines.
    engines: Option<String>,
}

/// Every lint.
pub static ALL: &[Lint] = &[
    alert_cannot_fire::LINT,
    alert_fires_late::LINT,
    alert_within_budget::LINT,
    chance_alert::LINT,
    too_rare::LINT,
    not_a_counter::LINT,
    not_a_rate::LINT,
    not_a_number::LINT,
    not_a_condition::LINT,
    always_the_same::LINT,
    different_sources::LINT,
    subquery_step::LINT,
    bucket_by_hand::LINT,
    regex_as_text::LINT,
    endless_exclude::LINT,
    target_above_steps::LINT,
    blind_spot::LINT,
    delivers_nothing::LINT,
    unused::LINT,
    missing_owner::LINT,
    missing_runbook::LINT,
    duplicate_measure::LINT,
];

/// Runs all lints; those that look at one journey only where it is another than before. Of a journey that is broken, or for which
/// something is that it may lean on, nothing is said: it is not yet what was meant.
pub fn check(resolved: &Resolved, options: &Options, broken: &Broken, kept: &mut Kept) -> Vec<Diagnostic> {
    let has_errors = broken.has_errors;
    let known = Known::default();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut before = std::mem::take(&mut kept.journeys);
    let engines =
        Some(format!("{:?}{:?}{:?}{}", options.engine, options.site_target, options.site_limits, options.central));
    if kept.engines != engines {
        before.clear();
        kept.engines = engines;
    }
    for (index, (journey, stamp)) in resolved.model.journeys.iter().zip(&resolved.stamps).enumerate() {
        let said = before
            .remove(stamp)
            .unwrap_or_else(|| of_journey(journey, Timing::of(&resolved.model, options, index), &known));
        if !broken.is_in(journey.place) {
            found.extend_from_slice(&said);
        }
        kept.journeys.insert(*stamp, said);
    }
    // what stands in defaults or a template is said once
    let mut seen = HashSet::new();
    found.retain(|d| seen.insert((d.name(), d.place())));
    // what a template that ships counts is a counter: the source of its exporter was read
    let of_names = [not_a_counter::LINT.entry.name, bucket_by_hand::LINT.entry.name];
    found.retain(|d| !of_names.contains(&d.name()) || !resolved.shipped.contains(&d.place().file));
    for lint in ALL.iter().filter(|l| !(l.of_project && has_errors)) {
        if let Check::Project(check) = lint.check {
            let before = found.len();
            check(resolved, &mut found);
            let rest = found.split_off(before);
            found.extend(rest.into_iter().filter(|d| !broken.is_in(d.place())));
        }
    }
    found
}

/// Where a project is broken.
#[derive(Debug, Default)]
pub struct Broken {
    /// Whether it is, anywhere: also in files that are none of its own.
    has_errors: bool,
    /// Files with errors of syntax or outside of journeys, and those that use one.
    files: HashSet<FileId>,
    /// Journeys with errors in them.
    journeys: Vec<Place>,
}

impl Broken {
    /// From what was said of the files so far; `has_errors` where there was more.
    pub fn of(units: &[Unit], found: &[Diagnostic], has_errors: bool) -> Broken {
        let errors: Vec<Place> =
            found.iter().filter(|d| d.severity == Severity::Error).map(Diagnostic::place).collect();
        let mut broken = Broken { has_errors: has_errors || !errors.is_empty(), ..Broken::default() };
        broken.files.extend(units.iter().filter(|unit| unit.parsed.broken).map(|unit| unit.file));
        for unit in units {
            let journeys = unit.parsed.ast.items.iter().filter(|item| matches!(item, Item::Journey(_)));
            let journeys: Vec<Place> = journeys.map(|item| Place { file: unit.file, span: item.span() }).collect();
            for error in errors.iter().filter(|error| error.file == unit.file) {
                match journeys.iter().find(|journey| is_inside(*error, **journey)) {
                    Some(journey) => broken.journeys.push(*journey),
                    None => drop(broken.files.insert(unit.file)),
                }
            }
        }
        let leans = |unit: &&Unit| {
            unit.uses.iter().any(|(_, target)| matches!(target, Target::File(id) if broken.files.contains(id)))
        };
        let leaning: Vec<FileId> = units.iter().filter(leans).map(|unit| unit.file).collect();
        broken.files.extend(leaning);
        broken
    }

    fn is_in(&self, place: Place) -> bool {
        self.files.contains(&place.file) || self.journeys.iter().any(|journey| is_inside(place, *journey))
    }
}

fn is_inside(place: Place, outer: Place) -> bool {
    place.file == outer.file && outer.span.start <= place.span.start && place.span.start < outer.span.end.max(1)
}

fn of_journey(journey: &Journey, timing: Timing, known: &Known) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for lint in ALL {
        match lint.check {
            Check::Journey(check) => check(journey, &mut found),
            Check::Timed(check) => check(journey, timing, known, &mut found),
            Check::Project(_) => {}
        }
    }
    found
}

/// `28d` of minutes, for messages.
fn duration(minutes: f64) -> String {
    if minutes < 1.0 {
        return format!("{:.0}s", (minutes * 60.0).max(1.0));
    }
    crate::promql::write::duration(crate::reckon::whole(minutes) * 60_000)
}

/// A share as people say it: `1.344 %`, `55 %`, `134.4 %`.
fn percent(share: f64) -> String {
    let value = crate::reckon::thresholds::four_digits(100.0 * share);
    format!("{} %", crate::promql::write::number(value))
}

/// A number as people say it: three digits, none after the point that say nothing.
fn about(value: f64) -> String {
    let rounded = if value >= 100.0 { value.round() } else { format!("{value:.2e}").parse().unwrap_or(value) };
    crate::promql::write::number(rounded)
}

/// `1 failure`, `84 failures`, `0.56 failures`
fn counted(n: f64, word: &str) -> String {
    let number = about(n);
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {word}{plural}")
}

/// A target as people write it in a sentence: `99.9 %`.
fn target(value: crate::model::Percent) -> String {
    value.text().replace('%', " %")
}

/// How often, from times in a quarter of a year: `8 times a quarter`, `once in 5 months`, `once in 2 years`.
fn often(in_a_quarter: f64) -> String {
    let two_digits =
        |value: f64| format!("{value:.1e}").parse().map_or(value, |v: f64| if v >= 10.0 { v.round() } else { v });
    let months = 3.0 / in_a_quarter;
    if in_a_quarter >= 1.5 {
        format!("{} times a quarter", crate::promql::write::number(two_digits(in_a_quarter)))
    } else if months < 3.5 {
        "once a quarter".to_string()
    } else if months < 17.5 {
        format!("once in {months:.0} months")
    } else if months < 12_000.0 {
        format!("once in {:.0} years", months / 12.0)
    } else {
        "never".to_string()
    }
}

/// Ways out where no `need` alone is one, each as it is written; `None` where none was found.
fn ways_out(journey: &Journey, sli: &Sli, needs: &Needs<'_>) -> Option<String> {
    let written = |alerts: &Alerts, need: u32| {
        let count = |alerts: &Alerts, urgency| alerts.rows.iter().filter(|row| row.urgency == urgency).count();
        let mut words: Vec<String> = [Urgency::Page, Urgency::Ticket]
            .into_iter()
            // what is off stays so where this is copied
            .filter(|urgency| count(alerts, *urgency) < count(&sli.alerts, *urgency).max(1))
            .map(|urgency| rows_of(alerts, urgency, journey.window.value))
            .collect();
        words.extend((need != sli.alerts.need.value).then(|| format!("need {need}")));
        (!words.is_empty()).then(|| format!("`alerts {{ {} }}`", words.join(" ")))
    };
    let with = |need| written(&sli.alerts, need).map_or(String::new(), |words| format!(" with {words}"));
    let ways = needs::ways_out(journey, sli, needs).into_iter().filter_map(|way| match way {
        Way::Rows(alerts, need) => written(&alerts, need),
        Way::Target(target, need) => Some(format!("`target {}`{}", target.text(), with(need))),
        Way::Together(rate, need) => Some(format!(
            "one budget for several of them together, from {} a day on{}",
            counted(rate * 86_400.0, "event"),
            with(need)
        )),
    });
    let ways: Vec<String> = ways.collect();
    (!ways.is_empty()).then(|| ways.join(", or "))
}

/// The rows of a kind as they are written: `page 5% in 6h`.
fn rows_of(alerts: &Alerts, urgency: Urgency, window: u64) -> String {
    use crate::promql::write::number;
    let share = |row: &Row| match row.share {
        Some(share) => share.text(),
        None => format!("{}%", number(four_digits(100.0 * row.burn * row.long as f64 / window as f64))),
    };
    let rows = alerts.rows.iter().filter(|row| row.urgency == urgency);
    let rows: Vec<String> = rows.map(|row| format!("{} in {}", share(row), duration(row.long as f64))).collect();
    let rows = if rows.is_empty() { "off".to_string() } else { rows.join(", ") };
    format!("{} {rows}", urgency.text())
}

/// How people call an SLI.
#[derive(Clone, Copy)]
struct Address<'a> {
    journey: &'a Journey,
    step: Option<&'a Step>,
    sli: &'a Sli,
}

impl Display for Address<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::model::address(self.journey, self.step, self.sli))
    }
}

/// Each SLI with its address.
fn slis(journey: &Journey) -> impl Iterator<Item = (&Sli, Address<'_>)> {
    journey.all_slis().map(move |(step, sli)| (sli, Address { journey, step, sli }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        let times = [8.04, 1.2, 0.9, 0.5, 0.2, 0.125, 1e-9].map(often);
        let wanted = [
            "8 times a quarter",
            "once a quarter",
            "once a quarter",
            "once in 6 months",
            "once in 15 months",
            "once in 2 years",
            "never",
        ];
        assert_eq!(times, wanted);
        assert_eq!([1.0, 0.56, 84.0].map(|n| counted(n, "failure")), ["1 failure", "0.56 failures", "84 failures"]);
    }

    #[test]
    fn every_lint_of_the_catalogue_is_here_once() {
        let mut names: Vec<&str> = ALL.iter().map(|l| l.entry.name).collect();
        let mut listed: Vec<&str> =
            crate::diagnostic::catalogue::ALL.iter().filter(|e| e.lint).map(|e| e.name).collect();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(names, listed);
    }
}
