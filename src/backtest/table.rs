//! The past as people read it on a terminal.

use super::alerts::Alert;
use super::clock::Clock;
use super::hints::{hints, listed, without_numbers};
use super::targets::{Tried, best};
use super::{BudgetPast, By, Counts, JourneyPast, day};
use crate::model::Percent;
use crate::plan::minutes;
use crate::promql::write::number;
use crate::show::table::Table;
use crate::show::{grouped, percent, percent_short, time};
use std::fmt::Write as _;

/// What was read, and of whom.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The Prometheus.
    pub url: String,
    /// Its version, where it says one.
    pub version: Option<String>,
    /// What it warned of.
    pub warnings: Vec<String>,
    /// What else is to be known of what was read.
    pub notes: Vec<String>,
    /// The site whose rules were played, where it is one of several.
    pub site: Option<String>,
    /// The first and the last second of what is reported.
    pub span: (i64, i64),
}

/// The whole text.
pub fn text(asked: &Asked, journeys: &[JourneyPast]) -> String {
    let version = asked.version.as_ref().map(|v| format!(" ({v})")).unwrap_or_default();
    let (from, until) = asked.span;
    let site = asked.site.as_ref().map(|site| format!(", rules of the site {site}")).unwrap_or_default();
    let mut out = format!(
        "{}{version}{site}, {} to {} UTC: {}\n",
        asked.url,
        day::minute(from),
        day::minute(until),
        minutes(u64::try_from((until - from) / 60).unwrap_or(0))
    );
    for warning in &asked.warnings {
        let _ = writeln!(out, "warning: it says: {warning}");
    }
    for note in &asked.notes {
        let _ = writeln!(out, "note: {note}");
    }
    for journey in journeys {
        of_journey(&mut out, journey);
    }
    nothing(&mut out, journeys);
    out
}

fn of_journey(out: &mut String, journey: &JourneyPast) {
    let target = journey.target.map(|t| format!("target {} in ", t.text())).unwrap_or_default();
    let _ = writeln!(out, "\n{}  {target}{}", journey.name, minutes(journey.period));
    counted(out, journey);
    budgets(out, journey);
    if !journey.whole && journey.target.is_some() {
        let _ = writeln!(out, "  only some of its SLIs were read, so its own number is not reckoned");
    }
    fired(out, journey);
    targets(out, journey);
}

/// What is said in a row of a table.
pub(super) struct Row<'p> {
    pub name: String,
    pub target: Percent,
    /// None where nothing is known of it.
    pub budget: Option<&'p BudgetPast>,
    /// How many pages and tickets its alerts sent.
    pub told: [usize; 2],
    pub tried: &'p [Tried],
}

/// All budgets: those of SLIs, then that of the journey. An SLI without numbers has a row all the same, and one with several budgets has one for
/// its alert of missing data, which is that of all of them, if it fired.
pub(super) fn rows(journey: &JourneyPast) -> Vec<Row<'_>> {
    let mut found = Vec::new();
    for sli in &journey.slis {
        let row = |name, budget, told| Row { name, target: sli.target, budget, told, tried: &sli.tried };
        let of_all = told(sli.no_data.iter());
        let alone = sli.budgets.len() == 1;
        for budget in &sli.budgets {
            let told = told(budget.alerts.iter().chain(sli.no_data.iter().filter(|_| alone)));
            found.push(row(label(&sli.name(), &budget.by), Some(budget), told));
        }
        if sli.budgets.is_empty() || !alone && of_all != [0, 0] {
            found.push(row(sli.name(), None, of_all));
        }
    }
    if let (Some(budget), Some(target)) = (&journey.budget, journey.target) {
        let told = told(budget.alerts.iter().chain(&journey.blocked));
        found.push(Row { name: journey.name.clone(), target, budget: Some(budget), told, tried: &journey.tried });
    }
    found
}

fn dash<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or("–".to_string(), text)
}

/// Events of the time that is reported.
fn counted(out: &mut String, journey: &JourneyPast) {
    let mut table = Table::new(&["of", "data", "events", "bad", "errors", "pages", "tickets"]);
    for Row { name, budget, told, .. } in rows(journey) {
        table.row(vec![
            name,
            dash(budget, |b| percent_short(b.coverage)),
            dash(budget.and_then(|b| b.reported.events), grouped),
            dash(budget.and_then(|b| b.reported.bad), grouped),
            dash(budget.and_then(|b| b.reported.errors), percent),
            told[0].to_string(),
            told[1].to_string(),
        ]);
    }
    if !table.is_empty() {
        let clock = journey.clock;
        let _ = write!(out, "  {} to {}\n{table}", day::minute(clock.from), day::minute(clock.until));
    }
}

/// Budgets at the end, with the events that they are reckoned from.
fn budgets(out: &mut String, journey: &JourneyPast) {
    let rows: Vec<Row<'_>> = rows(journey).into_iter().filter(|row| row.budget.is_some()).collect();
    let Some(first) = rows.iter().find_map(|row| row.budget) else { return };
    let span = |budget: &BudgetPast| (budget.window.from, budget.window.until);
    let same = rows.iter().filter_map(|row| row.budget).all(|budget| span(budget) == span(first));
    let of = |(from, until): (i64, i64)| format!("{} to {}", day::minute(from), day::minute(until));
    let mut heading = vec!["of", "events", "bad", "errors", "target", "left", "lowest", "at"];
    heading.extend((!same).then_some("counted"));
    let mut table = Table::new(&heading);
    for Row { name, target, budget, .. } in &rows {
        let Some(budget) = budget else { continue };
        let Counts { events, bad, errors, .. } = budget.window;
        let mut row = vec![
            name.clone(),
            dash(events, grouped),
            dash(bad, grouped),
            dash(errors, percent),
            target.text(),
            dash(budget.left, left),
            dash(budget.least, |(share, _)| left(share)),
            dash(budget.least, |(_, at)| day::minute(at)),
        ];
        row.extend((!same).then(|| of(span(budget))));
        table.row(row);
    }
    let had = (first.window.until - first.window.from) / 60;
    let when = match (same, had) {
        (false, _) => String::new(),
        (true, 0) => ", of which the rules have counted nothing yet".to_string(),
        (true, _) => format!(", counted by the rules from {}", of(span(first))),
    };
    let short = if had > 0 && had + 60 < journey.period.cast_signed() {
        format!(": there are only {} of it", time(had as f64))
    } else {
        String::new()
    };
    let _ = write!(out, "\n  budgets of {}{when}{short}\n{table}", minutes(journey.period));
}

/// What is left of a budget; what is overspent is below 0.
pub fn left(share: f64) -> String {
    let percent = 100.0 * share + 0.0;
    match share.abs() {
        0.1.. => format!("{percent:.0}%"),
        0.001.. => format!("{percent:.1}%"),
        // what is a hair below 0 is 0
        0.00005.. => format!("{percent:.2}%"),
        _ => "0%".to_string(),
    }
}

/// How many pages and tickets alerts sent.
pub(super) fn told<'a>(alerts: impl Iterator<Item = &'a Alert>) -> [usize; 2] {
    let mut told = [0, 0];
    for alert in alerts {
        told[usize::from(alert.urgency == crate::model::Urgency::Ticket)] += alert.firings.len();
    }
    told
}

/// `checkout.pay.fast{site="east"}`
pub fn label(address: &str, by: &By) -> String {
    if by.is_empty() {
        return address.to_string();
    }
    let values: Vec<String> = by.iter().map(|(k, v)| format!("{k}={}", crate::promql::write::quote(v))).collect();
    format!("{address}{{{}}}", values.join(","))
}

/// What matches nothing, and what matches and has no numbers all the same.
fn nothing(out: &mut String, journeys: &[JourneyPast]) {
    let without = without_numbers(journeys);
    if !without.is_empty() {
        let _ = writeln!(out, "\n{}: selectors match series, but there are no numbers", listed(&without));
    }
    let hints = hints(journeys);
    for of in hints.chunk_by(|a, b| (&a.names, a.looked.is_wrong()) == (&b.names, b.looked.is_wrong())) {
        let _ = writeln!(out, "\n{}: {}", listed(&of[0].names), of[0].verdict());
        for hint in of {
            let _ = writeln!(out, "  {} `{}` matches nothing", hint.looked.role.text(), hint.looked.selector);
            if let Some(why) = &hint.looked.why {
                let _ = writeln!(out, "    {why}");
            }
            if let Some(help) = &hint.looked.help {
                let _ = writeln!(out, "    help: {help}");
            }
            if hint.may_be_well() {
                let _ = writeln!(out, "    where that never happened there is no series of it, and all is well");
            }
        }
    }
}

/// `page 1h/5m 13.44×`
pub fn alert_name(alert: &Alert) -> String {
    let what = match (&alert.row, alert.name, &alert.blocks) {
        (Some(row), ..) => format!("{}/{} {}×", minutes(row.long), minutes(row.short), number(row.burn)),
        (_, _, Some(blocks)) => format!("blocks {blocks}"),
        (_, crate::plan::alerts::SLO_NO_DATA, _) => "no data".to_string(),
        _ => "little left".to_string(),
    };
    format!("{} {what}", alert.urgency.text())
}

/// How many firings of an alert are listed.
const LISTED: usize = 8;

fn fired(out: &mut String, journey: &JourneyPast) {
    let mut table = Table::new(&["alert", "of", "fired", "for"]);
    let mut more = Vec::new();
    let mut add = |alert: &Alert, of: &str, clock: Clock| {
        for firing in alert.firings.iter().take(LISTED) {
            let length = time(firing.length(clock.until) as f64 / 60.0);
            let end = if firing.until.is_none() { format!("{length}, still") } else { length };
            table.row(vec![alert_name(alert), of.to_string(), day::minute(firing.from), end]);
        }
        if alert.firings.len() > LISTED {
            more.push(format!("{} of {of}: {} more", alert_name(alert), alert.firings.len() - LISTED));
        }
    };
    for sli in &journey.slis {
        for budget in &sli.budgets {
            budget.alerts.iter().for_each(|a| add(a, &label(&sli.name(), &budget.by), journey.clock));
        }
        sli.no_data.iter().for_each(|a| add(a, &sli.name(), journey.clock));
    }
    for alert in journey.budget.iter().flat_map(|b| &b.alerts).chain(&journey.blocked) {
        add(alert, &journey.name, journey.clock);
    }
    if table.is_empty() {
        let _ = writeln!(out, "\n  no alert would have fired");
        return;
    }
    let _ = write!(out, "\n{table}");
    for line in more {
        let _ = writeln!(out, "  {line}");
    }
}

fn targets(out: &mut String, journey: &JourneyPast) {
    let mut table = Table::new(&["target", "of", "spent", "pages", "tickets", ""]);
    let slis = journey.slis.iter().map(|s| (s.name(), s.target, &s.tried));
    let own = journey.target.map(|t| (journey.name.clone(), t, &journey.tried));
    for (name, target, tried) in slis.chain(own) {
        let best = best(tried);
        for one in tried {
            let verdict = match (best == Some(one), one.target == target) {
                (true, true) => "the strictest that was kept, and what is promised",
                (true, false) => "the strictest that was kept",
                (false, true) if one.kept() => "promised, and kept",
                (false, true) => "promised",
                _ if one.too_fine => "fewer events than it takes for one to fail",
                _ => "",
            };
            table.row(vec![
                one.target.text(),
                name.clone(),
                percent_short(one.spent),
                one.pages.to_string(),
                one.tickets.to_string(),
                verdict.to_string(),
            ]);
        }
    }
    if !table.is_empty() {
        let _ = write!(out, "\n{table}");
    }
}
