//! Changes in words, for people: the same words in the terminal and in Markdown.

use super::{
    Afresh, Alert, Budget, Burns, Change, CostChange, Diff, Kind, Numbers, Other, Part, Reason, Row, Setting, Subject,
    Thing, Times, Told, What,
};
use crate::diagnostic::render::plural;
use crate::model::{Percent, Urgency};
use crate::plan::minutes;
use crate::promql::write::number;
use crate::reckon::thresholds::four_digits;
use crate::show::{grouped, percent, time};
use crate::source::Sources;
use std::fmt::Write as _;

/// The sections, by the rank of a change.
pub const SECTIONS: [&str; 13] = [
    "Budgets that start afresh",
    "Gone",
    "New",
    "Targets and windows",
    "Alerts",
    "What counts, and what of it is bad",
    "The journey's number",
    "Deliveries",
    "Owners, links and labels",
    "Other settings",
    "Dashboards",
    "Where the rules go",
    "Rules",
];

/// One of the versions, as people call it.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// `main (1a2b3c4d)`, `the working tree`
    pub name: &'a str,
    /// Its files; `None` where it has none.
    pub sources: Option<&'a Sources>,
}

/// A diff with the names of its versions.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What changes.
    pub diff: &'a Diff,
    /// The old version.
    pub old: Version<'a>,
    /// The new version.
    pub new: Version<'a>,
}

/// One thing to say about a change. What is empty is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// `budget`, `page 1h/5m`
    pub what: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
    /// What it means.
    pub effect: String,
}

/// The lines of a change; the first sums it up.
pub fn lines(change: &Change, failing: Percent) -> Vec<Line> {
    match &change.kind {
        Kind::Afresh(afresh) => vec![of_afresh(afresh)],
        Kind::Thing { old, new } => vec![of_thing(old.as_ref().or(new.as_ref()))],
        Kind::Budget { old, new } => vec![of_budget(old.as_ref(), new.as_ref())],
        Kind::Burns(burns) => of_burns(burns, failing),
        Kind::Alert { alert, old, new } => vec![of_alert(alert, old.as_ref(), new.as_ref())],
        Kind::Measure { parts, mixed } => {
            let mut all: Vec<Line> = parts.iter().map(of_part).collect();
            if let (Some(first), Some(mixed)) = (all.first_mut(), mixed) {
                first.effect = format!("until {} have passed the budget is a mix of old and new", minutes(*mixed));
            }
            all
        }
        Kind::Setting { setting, old, new } => {
            let effect = effect_of(setting).to_string();
            vec![Line { what: setting.word(), old: old.clone(), new: new.clone(), effect }]
        }
        Kind::Delivers { old, new } => {
            let effect = "its alert says whether a fix gets through".to_string();
            let effect =
                if new.is_some() { effect } else { "no alert says any more whether a fix gets through".into() };
            vec![Line { what: "delivers".into(), old: old.clone(), new: new.clone(), effect }]
        }
        Kind::Dashboard { old, new } => {
            let effect = if new.is_some() { "" } else { "links to it lead nowhere" };
            vec![Line { what: "dashboard".into(), old: old.clone(), new: new.clone(), effect: effect.into() }]
        }
        Kind::Rules(names) => {
            const SHOWN: usize = 8;
            let more = names.len().saturating_sub(SHOWN);
            let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
            if more > 0 {
                let _ = write!(text, " and {more} more");
            }
            vec![Line { what: "rules that differ".into(), effect: text, ..Line::default() }]
        }
    }
}

/// The line that stands for a change where there is room for one.
pub fn headline(change: &Change, failing: Percent) -> Line {
    let all = lines(change, failing);
    let more = all.len().saturating_sub(1);
    let Some(mut first) = all.into_iter().next() else { return Line::default() };
    if more > 0 && matches!(change.kind, Kind::Measure { .. }) {
        let other = format!("and {}", plural(more, "other part"));
        let said = [other, first.effect].into_iter().filter(|part| !part.is_empty());
        first.effect = said.collect::<Vec<_>>().join("; ");
    }
    first
}

fn of_afresh(afresh: &Afresh) -> Line {
    let by = |old: &[String], new: &[String]| match (old.join(", "), new.join(", ")) {
        (old, new) if old.is_empty() => format!("by {new} is new"),
        (old, new) if new.is_empty() => format!("by {old} is gone"),
        (old, new) => format!("by {old} became {new}"),
    };
    let why: Vec<String> = afresh
        .reasons
        .iter()
        .map(|reason| match reason {
            Reason::Journey => "the journey has another name".to_string(),
            Reason::Step => "the step has another name".to_string(),
            Reason::Sli => "the SLI has another name".to_string(),
            Reason::Moved => "it stands elsewhere".to_string(),
            Reason::Audience(a, b) => format!("{} became {}", a.text(), b.text()),
            Reason::By(a, b) => by(a, b),
            Reason::Hourly => {
                "a window above 31d is summed from hourly counts, of which there are none yet".to_string()
            }
        })
        .collect();
    let mut effect = format!(
        "{}: {}",
        why.join(", "),
        match (&afresh.with, afresh.budgets.len()) {
            (Some(with), _) => format!("its budget is among those of {with}"),
            (None, 0) => "no budget is lost".to_string(),
            (None, 1) => "its budget starts afresh, full".to_string(),
            (None, n) => format!("{n} budgets start afresh, full"),
        }
    );
    if let Some(journey) = &afresh.forgets {
        let _ = write!(effect, "; the number of {journey} forgets what was lost here");
    }
    let renamed = afresh.old != afresh.new;
    let name = |name: &str| renamed.then(|| name.to_string());
    Line { what: "history is lost".into(), old: name(&afresh.old), new: name(&afresh.new), effect }
}

fn of_thing(thing: Option<&Thing>) -> Line {
    let Some(thing) = thing else { return Line::default() };
    let mut parts = Vec::new();
    if let Some(budget) = &thing.budget {
        parts.push(format!("{}, {}", promise(budget), outage(budget)));
    }
    if let Some(bad) = &thing.bad {
        parts.push(format!("bad is {bad}"));
    }
    if thing.slis > 0 {
        parts.push(plural(thing.slis, "SLI"));
    }
    let (pages, tickets) = thing.rows;
    let rows: Vec<String> = [(pages, "page"), (tickets, "ticket")]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| plural(*n, word))
        .collect();
    if thing.budget.is_some() {
        parts.push(if rows.is_empty() { "no burn alerts".into() } else { rows.join(" and ") });
    }
    if thing.counts {
        parts.push("part of the journey's number".into());
    }
    let what = match thing.what {
        What::Journey(audience) => format!("{} journey", audience.text()),
        What::Step => "step".into(),
        What::Sli => "SLI".into(),
        What::Site => "site".into(),
    };
    Line { what, effect: parts.join("; "), ..Line::default() }
}

/// `99.9% in 28d`
fn promise(budget: &Budget) -> String {
    format!("{} in {}", budget.target.text(), minutes(budget.window))
}

/// `40m of total outage`
fn outage(budget: &Budget) -> String {
    format!("{} of total outage", time(budget.minutes()))
}

fn events(n: f64) -> String {
    if n < 10.0 { number(four_digits(n)) } else { grouped(n.round()) }
}

fn of_budget(old: Option<&Budget>, new: Option<&Budget>) -> Line {
    let effect = match (old, new) {
        (Some(a), Some(b)) => {
            let mut parts = vec![format!("{} → {}", time(a.minutes()), outage(b))];
            if let (Some((x, _)), Some((y, what))) = (a.events, b.events) {
                parts.push(format!("{} → {} {what} may fail", events(x), events(y)));
            }
            let factor = a.target.budget() / b.target.budget();
            if a.window == b.window && (factor - 1.0).abs() > 1e-9 {
                parts.push(format!("what is lost by now weighs {}×", number(four_digits(factor))));
            }
            parts.join("; ")
        }
        (None, Some(b)) => format!("{}; it has a budget now", outage(b)),
        (Some(_), None) => "its number is recorded without a budget".to_string(),
        (None, None) => String::new(),
    };
    Line { what: "budget".into(), old: old.map(promise), new: new.map(promise), effect }
}

fn at(minutes_until: Option<u64>) -> String {
    minutes_until.map_or("never".to_string(), minutes)
}

/// `2m → 3m, 1m later`; nothing where it is the same.
fn moved(old: Option<u64>, new: Option<u64>) -> Option<String> {
    let by = match (old, new) {
        (a, b) if a == b => return None,
        (Some(a), Some(b)) if b > a => format!(", {} later", minutes(b - a)),
        (Some(a), Some(b)) => format!(", {} sooner", minutes(a - b)),
        _ => String::new(),
    };
    Some(format!("{} → {}{by}", at(old), at(new)))
}

fn cases(failing: Percent) -> [String; 2] {
    ["total outage".to_string(), format!("{} fail", failing.text())]
}

fn moved_times(old: Times, new: Times, failing: Percent) -> Vec<String> {
    let names = cases(failing);
    [0, 1].into_iter().filter_map(|i| Some(format!("{}: {}", names[i], moved(old[i], new[i])?))).collect()
}

/// `page 1h/5m`
pub fn row_name(alert: &Alert) -> String {
    format!("{} {}/{}", alert.urgency.text(), minutes(alert.long), minutes(alert.short))
}

/// `13.44×, above 1.344% errors`
fn threshold(alert: &Alert) -> String {
    format!("{}×, above {} errors", number(alert.burn), percent(alert.errors))
}

fn of_row(row: &Row, failing: Percent) -> Line {
    let fires = |alert: &Alert| {
        let names = cases(failing);
        format!("fires after {} of {}, {} if {}", at(alert.after[0]), names[0], at(alert.after[1]), names[1])
    };
    match (&row.old, &row.new) {
        (Some(a), Some(b)) => {
            let mut parts = moved_times(a.after, b.after, failing);
            if a.need != b.need {
                parts.push(format!("needs {} → {} bad events", a.need, b.need));
            }
            if parts.is_empty() {
                parts.push(format!("as soon as before, if {} or all fail", failing.text()));
            }
            let renamed = row_name(a) != row_name(b);
            let say = |alert: &Alert| {
                if renamed { format!("{} {}", row_name(alert), threshold(alert)) } else { threshold(alert) }
            };
            let (old, new) = (say(a), say(b));
            let (old, new) = if old == new { (None, None) } else { (Some(old), Some(new)) };
            Line { what: row_name(b), old, new, effect: parts.join("; ") }
        }
        (Some(a), None) => Line { what: row_name(a), old: Some(threshold(a)), new: None, effect: "gone".into() },
        (None, Some(b)) => Line { what: row_name(b), old: None, new: Some(threshold(b)), effect: fires(b) },
        (None, None) => Line::default(),
    }
}

fn of_burns(burns: &Burns, failing: Percent) -> Vec<Line> {
    let mut all = Vec::new();
    for (urgency, (old, new)) in [(Urgency::Page, burns.page), (Urgency::Ticket, burns.ticket)] {
        let what = format!("first {}", urgency.text());
        match (old, new) {
            (a, b) if a == b => {}
            (_, [None, None]) => all.push(Line { what, effect: "never comes".into(), ..Line::default() }),
            (a, b) => all.push(Line { what, effect: moved_times(a, b, failing).join("; "), ..Line::default() }),
        }
    }
    if all.is_empty() {
        let effect = format!("{}; the first page and the first ticket come as before", plural(burns.rows.len(), "row"));
        all.push(Line { what: "burn alerts".into(), effect, ..Line::default() });
    }
    all.extend(burns.rows.iter().map(|row| of_row(row, failing)));
    all
}

fn of_alert(alert: &Other, old: Option<&Told>, new: Option<&Told>) -> Line {
    let what = match alert {
        Other::NoData => "alert without data".to_string(),
        Other::Low => "alert for a low budget".to_string(),
        Other::Blocked(user) => format!("alert that a fix for {user} may not get through"),
    };
    let say = |told: &Told| format!("{} {}", told.urgency.text(), told.when);
    let effect = if new.is_none() { "gone" } else { "" };
    Line { what, old: old.map(say), new: new.map(say), effect: effect.into() }
}

fn of_part(part: &Part) -> Line {
    Line { what: part.word.into(), old: part.old.clone(), new: part.new.clone(), effect: String::new() }
}

impl Setting {
    /// What people call it: the word of the language where there is one.
    pub fn word(&self) -> String {
        match self {
            Setting::Exclude => "exclude".into(),
            Setting::Counters => "counters".into(),
            Setting::Range => "counted over".into(),
            Setting::Compose => "compose".into(),
            Setting::Weight => "weight".into(),
            Setting::Counts => "part of the journey's number".into(),
            Setting::Owner => "owner".into(),
            Setting::Runbook => "runbook".into(),
            Setting::Label(key) => format!("label {key}"),
            Setting::Title => "title".into(),
            Setting::Doc => "documentation".into(),
            Setting::ExternalLabel(key) => format!("external label {key}"),
            Setting::UrgencyLabel(urgency, key) => format!("label {key} of every {}", urgency.text()),
            Setting::Link(key) => (*key).into(),
            Setting::Traffic => "traffic".into(),
            Setting::Evaluate => "evaluate".into(),
            Setting::At => "at".into(),
            Setting::Steps => "order of the steps".into(),
            Setting::Grafana(key) => format!("grafana.{key}"),
            Setting::Build(key) => format!("build.{key}"),
            Setting::Evaluator => "sites.evaluate".into(),
            Setting::Output => "output".into(),
        }
    }
}

fn effect_of(setting: &Setting) -> &'static str {
    match setting {
        Setting::Compose | Setting::Weight | Setting::Counts => {
            "the journey's number moves at once, also that of the past"
        }
        Setting::UrgencyLabel(..) => "routes of Alertmanager may go by it",
        Setting::ExternalLabel(_) => {
            "all alerts of the site carry it, and routes of Alertmanager may go by it; series that it has sent so far keep the old one"
        }
        Setting::Exclude => "what was counted so far stays as it is, until the window has passed",
        Setting::Build("target") => {
            "the files have another form; budgets keep their history only where the new engine reads what was recorded"
        }
        Setting::Build("prefix" | "namespace" | "gmp.scope") => {
            "what was loaded under the old name stays until it is deleted"
        }
        Setting::Build("azure.page_action_group") => "other people are paged",
        Setting::Build("azure.ticket_action_group") => "other people get the tickets",
        Setting::Evaluator => "others evaluate the rules; what was recorded stays where it was",
        Setting::Output => "what is loaded from the old directory stays as it is; remove it, or load the new one",
        _ => "",
    }
}

/// Where a subject is declared: in the new version where it is there.
pub fn place(report: &Report<'_>, subject: &Subject) -> Option<String> {
    let (sources, (_, place)) = match (&subject.new, &subject.old) {
        (Some(new), _) => (report.new.sources?, new),
        (None, Some(old)) => (report.old.sources?, old),
        (None, None) => return None,
    };
    let (file, line) = super::place(sources, *place);
    Some(format!("{file}:{line}"))
}

/// `58 → 60`
pub fn arrow(old: u64, new: u64) -> String {
    if old == new { grouped(new as f64) } else { format!("{} → {}", grouped(old as f64), grouped(new as f64)) }
}

/// The four numbers of a cost.
pub fn cost(change: &CostChange) -> [String; 4] {
    let (old, new) = (change.old.unwrap_or_default(), change.new.unwrap_or_default());
    let of: [fn(&Numbers) -> u64; 4] = [|n| n.rules, |n| n.groups, |n| n.series, |n| n.samples];
    of.map(|of| arrow(of(&old), of(&new)))
}

/// `3 changes`, `nothing changes for people`
pub fn sum(diff: &Diff) -> String {
    match (diff.changes.len(), diff.cost.is_empty()) {
        (0, true) => "nothing changes for people".to_string(),
        (0, false) => "only the cost of the rules changes".to_string(),
        (n, _) => plural(n, "change"),
    }
}
