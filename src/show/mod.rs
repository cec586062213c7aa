//! `tabi show`: what the compiler made of a journey, a step or an SLI: targets, budgets in events and in minutes, and for every alert
//! when it fires and when it ends. The same reckoning as in the lints and the rules.

pub mod cost;
pub mod find;
pub mod library;
pub mod table;

use crate::adapt::late;
use crate::adapt::times::Timing;
use crate::measure::Query;
use crate::model::{Audience, Compose, Journey, Model, Sli, Step, address};
use crate::plan::alerts::no_data_minutes;
use crate::plan::events::full_title;
use crate::plan::minutes;
use crate::project::Options;
use crate::promql::write::number;
use crate::reckon::needs::comes_by_chance;
use crate::reckon::thresholds::{self, Threshold, four_digits};
use crate::reckon::timing::{Late, Situation};
use crate::reckon::traffic_of;
use find::{Found, find};
use std::fmt::Write;
use table::Table;

/// The text for an address (`journey`, `journey.step`, `journey.sli`, `journey.step.sli`), or the overview without one.
///
/// # Errors
/// In words, where nothing has the address.
pub fn show(model: &Model, options: &Options, wanted: Option<&str>) -> Result<String, String> {
    let Some(wanted) = wanted else { return Ok(overview(model)) };
    let times = |journey| Timing::of_journey_in(model, options, journey);
    let (mut text, journey) = match find(model, wanted)? {
        Found::Journey(journey) => (of_journey(model, times(journey), journey), journey),
        Found::Step(journey, step) => (of_step(model, times(journey), journey, step), journey),
        Found::Sli(journey, step, sli) => (of_sli(model, times(journey), journey, step, sli), journey),
    };
    text.push_str(&on_the_way(options, journey));
    Ok(text)
}

/// What no reckoning knows of an engine that sees its own numbers late.
fn on_the_way(options: &Options, journey: &Journey) -> String {
    if !options.engine.sees_late() {
        return String::new();
    }
    let (below, above) = late::on_the_way(journey.evaluate);
    format!(
        "\n  {} sees its own numbers late: alerts may come and end up to {} later than said, those with a long\n  window of a day and more up \
         to {}, by when each group happens to run\n",
        options.engine.target.word(),
        minutes(below),
        minutes(above)
    )
}

/// A share as a percentage with four digits.
pub fn percent(share: f64) -> String {
    format!("{}%", number(four_digits(100.0 * share)))
}

/// Minutes for people: `2m`, `1h30m`, `40s`, `4d`.
pub fn time(minutes: f64) -> String {
    if minutes < 1.0 {
        return format!("{}s", number(four_digits((minutes * 60.0).max(0.0))));
    }
    let whole = crate::reckon::whole(minutes);
    if whole >= 3 * 1440 { format!("{}d", number((minutes / 144.0).round() / 10.0)) } else { self::minutes(whole) }
}

fn target_of(journey: &Journey) -> String {
    journey.target.as_ref().map_or_else(|| "none".to_string(), |t| t.value.text())
}

/// All journeys in a table for each audience.
pub fn overview(model: &Model) -> String {
    let mut out = String::new();
    for audience in [Audience::User, Audience::Developer, Audience::Operator] {
        let mut table = Table::new(&["journey", "target", "window", "steps", "slis", "owner", "delivers"]);
        for journey in model.journeys.iter().filter(|j| j.audience == audience) {
            let delivers: Vec<&str> =
                journey.delivers.iter().map(|(i, _)| model.journeys[*i].name.text.as_str()).collect();
            table.row(vec![
                journey.name.text.clone(),
                target_of(journey),
                minutes(journey.window.value),
                journey.steps.len().to_string(),
                journey.all_slis().count().to_string(),
                journey.owner.as_ref().map_or("–", |o| &o.value).to_string(),
                if delivers.is_empty() { "–".to_string() } else { delivers.join(", ") },
            ]);
        }
        if !table.is_empty() {
            let _ = write!(out, "{}{} journeys\n{table}", if out.is_empty() { "" } else { "\n" }, audience.text());
        }
    }
    if out.is_empty() { "no journeys\n".to_string() } else { out }
}

fn heading(out: &mut String, address: &str, title: &str, doc: Option<&str>) {
    let _ = writeln!(out, "{address}  {title}");
    for line in doc.into_iter().flat_map(str::lines) {
        let _ = writeln!(out, "  {line}");
    }
}

fn of_journey(model: &Model, times: Timing, journey: &Journey) -> String {
    let mut out = String::new();
    heading(
        &mut out,
        &journey.name.text,
        &format!("{} journey \"{}\"", journey.audience.text(), journey.shown()),
        journey.doc.as_deref(),
    );
    let window = minutes(journey.window.value);
    match &journey.target {
        Some(target) => {
            let budget = journey.window.value as f64 * target.value.budget();
            let _ = writeln!(out, "  target {} in {window}: {} of total outage", target.value.text(), time(budget));
        }
        None => {
            let _ = writeln!(out, "  no target: its number is recorded over {window}, without budget and alerts");
        }
    }
    let how = composed(journey.compose.value);
    let _ = writeln!(out, "  its number is {how}");
    if model.has_sites() && journey.all_slis().any(|(_, sli)| !sli.at.is_empty()) {
        let _ = writeln!(out, "  its sites are added up by the global rules");
    }
    for (user, _) in &journey.delivers {
        let _ = writeln!(out, "  delivers {}", model.journeys[*user].name.text);
    }
    for developer in &journey.delivered_by {
        let _ = writeln!(out, "  delivered by {}", model.journeys[*developer].name.text);
    }
    let mut table = Table::new(&["sli", "target", "budget", "events a window", "may fail", "counts"]);
    for (step, sli) in journey.all_slis() {
        let budget = journey.window.value as f64 * sli.target.value.budget();
        let (events, fail) = events(journey, sli);
        let weight = step.map_or(0.0, |s| s.weight.value);
        let counts = match step {
            None => "no: the journey's own".to_string(),
            Some(_) if !sli.counts || weight <= 0.0 => "no".to_string(),
            Some(_) if journey.compose.value == Compose::Weighted => format!("weight {}", number(weight)),
            Some(_) => "yes".to_string(),
        };
        table.row(vec![address(journey, step, sli), sli.target.value.text(), time(budget), events, fail, counts]);
    }
    let _ = write!(out, "\n{table}");
    if let Some(situation) = times.of_journey(journey) {
        alerts(&mut out, &thresholds::of_journey(journey), situation);
    }
    out
}

fn of_step(model: &Model, times: Timing, journey: &Journey, step: &Step) -> String {
    let mut out = String::new();
    heading(
        &mut out,
        &format!("{}.{}", journey.name.text, step.name.text),
        &format!("step \"{}\"", step.shown()),
        step.doc.as_deref(),
    );
    for sli in &step.slis {
        let _ = write!(out, "\n{}", of_sli(model, times, journey, Some(step), sli));
    }
    out
}

/// Events of a window, and how many of them may fail, where traffic is known.
pub fn events(journey: &Journey, sli: &Sli) -> (String, String) {
    let Some(rate) = traffic_of(sli) else { return ("unknown".to_string(), "unknown".to_string()) };
    let events = rate * (journey.window.value * 60) as f64;
    let round = |n: f64| if n < 10.0 { number(four_digits(n)) } else { grouped(n.round()) };
    (format!("{} {}", round(events), sli.measure.event()), round(events * sli.target.value.budget()))
}

/// `1,680,000`
pub fn grouped(n: f64) -> String {
    // a sum of nothing is -0
    let digits = format!("{:.0}", n + 0.0);
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn of_sli(model: &Model, times: Timing, journey: &Journey, step: Option<&Step>, sli: &Sli) -> String {
    let mut out = String::new();
    heading(&mut out, &address(journey, step, sli), &full_title(journey, &(step, sli)), sli.doc.as_deref());
    let budget = sli.target.value.budget();
    let window = journey.window.value;
    let _ = writeln!(out, "  target  {} in {}: {} may fail", sli.target.value.text(), minutes(window), percent(budget));
    let _ = writeln!(out, "  budget  {} of total outage", time(window as f64 * budget));
    if let (Some(_), (events, fail)) = (traffic_of(sli), events(journey, sli)) {
        let each = if sli.by.is_empty() { "" } else { ", for each value of `by`" };
        let _ = writeln!(out, "          {fail} of {events}{each}");
    }
    let _ = writeln!(out, "  bad     {}", sli.measure.bad_when());
    if !sli.by.is_empty() {
        let by: Vec<&str> = sli.by.iter().map(|b| b.text.as_str()).collect();
        let _ = writeln!(out, "  by      {}: one budget for each value", by.join(", "));
    }
    for (word, value) in [("owner", &sli.owner), ("runbook", &sli.runbook), ("exclude", &sli.exclude)] {
        if let Some(value) = value {
            let _ = writeln!(out, "  {word:<7} {}", value.value);
        }
    }
    if !sli.at.is_empty() {
        let sites: Vec<&str> = sli.at.iter().map(|i| model.sites[*i].name.text.as_str()).collect();
        let each = if model.has_sites() && sites.len() > 1 { ": a budget and alerts at each" } else { "" };
        let _ = writeln!(out, "  at      {}{each}", sites.join(", "));
    }
    notes(&mut out, sli);
    alerts(&mut out, &thresholds::of_sli(journey, sli), times.of_sli(journey, sli));
    for other in other_alerts(sli) {
        let _ = writeln!(out, "  {other}");
    }
    out
}

/// The alerts of an SLI that no row is for.
pub fn other_alerts(sli: &Sli) -> Vec<String> {
    let mut others = Vec::new();
    if let Some((after, urgency)) = sli.alerts.no_data {
        let after = no_data_minutes(after, sli.traffic.as_ref().map(|t| t.value));
        others.push(format!("{} after {} without data", urgency.text(), minutes(after)));
    }
    if let Some((left, urgency)) = sli.alerts.left {
        others.push(format!("{} below {} of the budget for 1h", urgency.text(), left.text()));
    }
    others
}

/// How steps make a journey's number.
pub fn composed(how: Compose) -> &'static str {
    match how {
        Compose::All => "the product of its steps",
        Compose::Weakest => "its weakest step",
        Compose::Weighted => "the mean of its steps by weight",
    }
}

/// What whoever relies on the numbers should know.
fn notes(out: &mut String, sli: &Sli) {
    if sli.measure.queries().iter().any(|q| matches!(q, Query::Raw(_))) && !sli.measure.counts_minutes() {
        let _ =
            writeln!(out, "  note    PromQL is recorded as written: the first event of a new series is not counted");
    }
    let scraped = sli.counters == crate::model::Counters::Scraped || !sli.scraped_at.is_empty();
    if scraped && sli.measure.counters().iter().any(|s| !s.names_its_job()) {
        let _ = writeln!(
            out,
            "  note    no matcher on `job`: all of `up` is read to tell new series from targets that return"
        );
    }
}

fn alerts(out: &mut String, rows: &[Threshold], situation: Situation) {
    if rows.is_empty() {
        let _ = writeln!(out, "\n  no burn alerts");
        return;
    }
    let mut table = Table::new(&["alert", "above", "100% fail", "50% fail", "10% fail", "ends after"]);
    let mut notes = String::new();
    for row in rows {
        table.row(alert(row, situation).into());
        if situation.predict(row, 1.0).is_none() {
            let _ = writeln!(
                notes,
                "  {} {}: with so few events {} bad ones come together by chance at most",
                row.urgency.text(),
                minutes(row.long),
                row.need
            );
        }
    }
    let _ = writeln!(out, "\n  fires after (budget spent by then), if of all events");
    let _ = write!(out, "{table}");
    if let Some(row) = rows.first() {
        let _ = writeln!(out, "  each needs {} bad events in its long window", row.need);
    }
    out.push_str(&notes);
    out.push_str(&lateness(situation.late));
    for row in rows.iter().filter(|r| r.asked > r.burn + 1e-3) {
        let _ = writeln!(
            out,
            "  {} {}: {}× would be {} errors; capped halfway between the budget and everything",
            row.urgency.text(),
            minutes(row.long),
            number(four_digits(row.asked)),
            percent(row.asked * situation.budget)
        );
    }
}

/// What the times hold of an engine that sees its own numbers late, and of sites.
fn lateness(late: Late) -> String {
    let Late { fast, slow, .. } = late;
    match (fast, slow) {
        (0, 0) => String::new(),
        (fast, slow) if fast == slow => {
            format!("  windows end {} earlier, when all they hold has arrived\n", minutes(fast))
        }
        (fast, slow) => format!(
            "  windows end {} earlier, those of a day and more {}, when all they hold has arrived\n",
            minutes(fast),
            minutes(slow)
        ),
    }
}

/// A row as people read it: what it is, the share of errors above which it fires, when it does so if everything, half or a tenth of all
/// events fail, and when it ends.
pub fn alert(row: &Threshold, situation: Situation) -> [String; 6] {
    let total = situation.predict(row, 1.0);
    let [all, half, tenth] = [1.0, 0.5, 0.1].map(|failing| match situation.predict(row, failing) {
        Some(p) => format!("{} ({})", minutes(p.fires_after), percent_short(p.spent)),
        None => not_steadily(row, &situation, failing).to_string(),
    });
    [
        format!("{} {}/{} {}×", row.urgency.text(), minutes(row.long), minutes(row.short), number(row.burn)),
        format!("{} errors", percent(row.burn * situation.budget)),
        all,
        half,
        tenth,
        total.map_or("–".to_string(), |p| minutes(p.resolves_after)),
    ]
}

/// When a row fires for which too little fails, were it as steady as it is reckoned: never, or by chance.
pub fn not_steadily(row: &Threshold, situation: &Situation, failing: f64) -> &'static str {
    if comes_by_chance(row, situation, failing) { "by chance" } else { "never" }
}

/// `2.4%`
pub fn percent_short(share: f64) -> String {
    if share >= 0.1 { format!("{:.0}%", 100.0 * share) } else { format!("{:.1}%", 100.0 * share) }
}
