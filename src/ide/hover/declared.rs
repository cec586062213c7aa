//! Journeys, steps, SLIs, sites and measures: what they promise, what is allowed to fail, and the PromQL that comes out.

use super::{At, Member, alerts, code, table};
use crate::ide::names::{self, Thing};
use crate::ide::rename::afresh;
use crate::model::{Compose, Journey, address};
use crate::plan::events::full_title;
use crate::plan::minutes;
use crate::promql::write::number;
use crate::reckon::traffic_of;
use crate::schema::kind::Kind;
use crate::show::table::Table;
use crate::show::{composed, events, percent, time};
use crate::source::Place;
use crate::syntax::comments;
use std::fmt::Write;

fn doc(out: &mut String, doc: Option<&str>) {
    if let Some(doc) = doc {
        let _ = write!(out, "\n{doc}\n");
    }
}

/// What is known of a declaration without a model.
fn without_model(at: &At<'_, '_>, thing: Thing<'_>, what: &str) -> Option<String> {
    let (whole, name) = names::declarations(at.files, thing).into_iter().next()?;
    let text = at.files.text(whole.file);
    let mut out = format!("**{}** ({what})\n", name.span.of(text));
    doc(&mut out, comments::doc(text, at.files.parsed(whole.file)?, whole.span.start).as_deref());
    out.push_str("\nNo numbers: there are errors in it.\n");
    Some(out)
}

fn note(out: &mut String, thing: Thing<'_>) {
    if let Some(note) = afresh(thing) {
        let _ = write!(out, "\n{note}\n");
    }
}

pub(super) fn sli(at: &At<'_, '_>, place: Place) -> Option<String> {
    let Some(member) = at.sli_named(place) else { return without_model(at, Thing::Sli(place), "sli") };
    let (journey, step, sli) = member;
    let mut out = format!("**{}** `{}`\n", full_title(journey, &(step, sli)), address(journey, step, sli));
    let _ = write!(out, "\n{}", budget(&member));
    let _ = write!(out, "\nBad: {}.", sli.measure.bad_when());
    if !sli.by.is_empty() {
        let by: Vec<&str> = sli.by.iter().map(|b| b.text.as_str()).collect();
        let _ = write!(out, " One budget for each {}.", by.join(", "));
    }
    out.push('\n');
    doc(&mut out, sli.doc.as_deref());
    let mut facts: Vec<String> = Vec::new();
    facts.extend(sli.owner.as_ref().map(|o| format!("owner {}", o.value)));
    facts.extend(sli.runbook.as_ref().map(|r| format!("runbook {}", r.value)));
    if !sli.at.is_empty() {
        let sites: Vec<&str> = sli.at.iter().map(|i| at.project.model.sites[*i].name.text.as_str()).collect();
        facts.push(format!("at {}", sites.join(", ")));
    }
    if !facts.is_empty() {
        let _ = write!(out, "\n{}\n", facts.join(" · "));
    }
    alerts::of_sli(at, &mut out, &member);
    expressions(at, &mut out, &member);
    note(&mut out, Thing::Sli(place));
    Some(out)
}

/// `99.9% in 28d: 0.1% may fail, 40m of total outage, 1,400 of 1,400,000 events`
pub(super) fn budget(member: &Member<'_>) -> String {
    let (journey, _, sli) = member;
    let (target, window) = (sli.target.value, journey.window.value);
    let mut out = format!(
        "Target {} in {}: {} may fail, that is {} of total outage",
        target.text(),
        minutes(window),
        percent(target.budget()),
        time(window as f64 * target.budget())
    );
    if traffic_of(sli).is_some() {
        let (all, fail) = events(journey, sli);
        let _ = write!(out, " or {fail} of {all}");
    }
    out.push('.');
    out
}

/// The two recorded numbers.
fn expressions(at: &At<'_, '_>, out: &mut String, member: &Member<'_>) {
    let (journey, step, sli) = *member;
    let plan = crate::plan::Plan { model: at.project.model, options: at.project.options, journey };
    let frame = plan.frame(&(step, sli));
    let lowered = sli.measure.lower(&frame).map(|(series, expr)| format!("# {}\n{expr}", series.name()));
    out.push_str("\nRecorded, in events per second:\n");
    code(out, "promql", &lowered.join("\n\n"));
}

pub(super) fn step(at: &At<'_, '_>, place: Place) -> Option<String> {
    let mut steps = at.project.model.journeys.iter().flat_map(|j| j.steps.iter().map(move |s| (j, s)));
    let Some((journey, step)) = steps.find(|(_, s)| s.name.place == place) else {
        return without_model(at, Thing::Step(place), "step");
    };
    let mut out = format!("**{} / {}** `{}.{}`\n", journey.shown(), step.shown(), journey.name.text, step.name.text);
    if step.weight.value <= 0.0 {
        out.push_str("\nWeight 0: it is no part of the journey's number.\n");
    } else if journey.compose.value == Compose::Weighted {
        let _ = write!(out, "\nWeight {} in the journey's mean.\n", number(step.weight.value));
    }
    doc(&mut out, step.doc.as_deref());
    slis(&mut out, journey, |s| s.is_some_and(|s| s.name.place == place));
    note(&mut out, Thing::Step(place));
    Some(out)
}

/// Those of a journey or step as a table.
fn slis(out: &mut String, journey: &Journey, wanted: impl Fn(Option<&crate::model::Step>) -> bool) {
    let mut found = Table::new(&["sli", "target", "budget", "may fail"]);
    for (step, sli) in journey.all_slis().filter(|(step, _)| wanted(*step)) {
        let budget = journey.window.value as f64 * sli.target.value.budget();
        let fail = match traffic_of(sli) {
            Some(_) => format!("{} {}", events(journey, sli).1, sli.measure.event()),
            None => "–".to_string(),
        };
        found.row(vec![address(journey, step, sli), sli.target.value.text(), time(budget), fail]);
    }
    if !found.is_empty() {
        table(out, &found);
    }
}

pub(super) fn journey(at: &At<'_, '_>, name: &str) -> Option<String> {
    let model = at.project.model;
    let Some(journey) = model.journeys.iter().find(|j| j.name.text == name) else {
        return without_model(at, Thing::Journey(name), "journey");
    };
    let mut out = format!("**{}** {} journey `{name}`\n", journey.shown(), journey.audience.text());
    let _ = write!(out, "\n{}\n", target_of(journey));
    doc(&mut out, journey.doc.as_deref());
    let mut facts: Vec<String> = Vec::new();
    facts.extend(journey.owner.as_ref().map(|o| format!("owner {}", o.value)));
    let names = |all: &mut dyn Iterator<Item = usize>| {
        all.map(|i| model.journeys[i].name.text.as_str()).collect::<Vec<_>>().join(", ")
    };
    if !journey.delivers.is_empty() {
        facts.push(format!("delivers {}", names(&mut journey.delivers.iter().map(|d| d.0))));
    }
    if !journey.delivered_by.is_empty() {
        facts.push(format!("delivered by {}", names(&mut journey.delivered_by.iter().copied())));
    }
    if !facts.is_empty() {
        let _ = write!(out, "\n{}\n", facts.join(" · "));
    }
    slis(&mut out, journey, |_| true);
    alerts::of_journey(at, &mut out, journey);
    note(&mut out, Thing::Journey(name));
    Some(out)
}

/// What a journey promises, and how its number is made.
pub(super) fn target_of(journey: &Journey) -> String {
    let window = minutes(journey.window.value);
    let how = composed(journey.compose.value);
    match &journey.target {
        Some(target) => {
            let budget = target.value.budget();
            format!(
                "Target {} in {window}: {} may fail, that is {} of total outage. Its number is {how}.",
                target.value.text(),
                percent(budget),
                time(journey.window.value as f64 * budget)
            )
        }
        None => format!("No target: its number, {how}, is recorded over {window}, without budget and alerts."),
    }
}

pub(super) fn site(at: &At<'_, '_>, name: &str) -> Option<String> {
    let model = at.project.model;
    let Some(index) = model.sites.iter().position(|s| s.name.text == name) else {
        return without_model(at, Thing::Site(name), "site");
    };
    let site = &model.sites[index];
    let mut out = format!("**{}** site `{name}`\n", site.title.as_deref().unwrap_or(name));
    let labels: Vec<String> = site.external_labels.iter().map(|(k, v)| format!("{k}=\"{}\"", v.value)).collect();
    if !labels.is_empty() {
        let _ = write!(out, "\nIts Prometheus adds `{}` to what it sends away.\n", labels.join(", "));
    }
    let measured = at.slis().filter(|(_, _, sli)| sli.at.contains(&index)).count();
    let plural = if measured == 1 { "" } else { "s" };
    let _ = write!(out, "\n{measured} SLI{plural} measured here. Declared at {}.\n", at.where_is(site.name.place));
    Some(out)
}

/// A word of a measure, or what it reads.
pub(super) fn measure(at: &At<'_, '_>, word: Option<Kind>) -> Option<String> {
    let mut out = String::new();
    if let Some(word) = word {
        let _ = writeln!(out, "{}", super::words::keyword(word, word.text())?);
    }
    if let Some(member) = at.sli() {
        let _ = writeln!(out, "{}Bad: {}.", if out.is_empty() { "" } else { "\n" }, member.2.measure.bad_when());
        expressions(at, &mut out, &member);
    }
    (!out.is_empty()).then_some(out)
}
