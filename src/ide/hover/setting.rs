//! Settings: what they mean, what holds without them, where they may stand, how they are inherited, and for whom one holds.

use super::{At, Member, alerts, declared};
use crate::model::address;
use crate::plan::minutes;
use crate::project::Target;
use crate::promql::write::number;
use crate::schema::kind::Kind;
use crate::schema::{self, Block, Merge, Shape};
use crate::show::events;
use crate::source::{FileId, Place};
use crate::syntax::ast::{Item, Setting};
use std::fmt::Write;

/// What a setting means, here and everywhere.
pub(super) fn card(at: &At<'_, '_>, setting: &Setting) -> Option<String> {
    let known = schema::find(setting.key)?;
    let mut out = String::new();
    for line in here(at, setting) {
        let _ = write!(out, "{line}\n\n");
    }
    let _ = writeln!(out, "**{}** {}", setting.key.text(), known.doc);
    let _ = write!(out, "\n{}", after(known));
    let _ = write!(out, " Default: {}.", default(known));
    let places: Vec<&str> = known.places.iter().map(|p| p.text()).collect();
    let _ = write!(out, "\n\nStands in {}.", list(&places));
    out.push_str(match known.merge {
        Merge::Nearest => " The nearest one wins.",
        Merge::ByKey if setting.key == Kind::Alerts => " A nearer block changes only the kinds that it names.",
        Merge::ByKey => " A nearer block adds to it, key by key.",
        Merge::Own => " It holds only where it stands.",
    });
    out.push('\n');
    Some(out)
}

/// `none`, or what could be written.
fn default(known: &schema::Setting) -> String {
    match known.default {
        word @ ("none" | "unknown") => word.to_string(),
        text if text.starts_with(|c: char| c.is_ascii_digit()) || known.key == Kind::Alerts => format!("`{text}`"),
        "off" | "page" => format!("`{}`", known.default),
        text if matches!(known.shape, Shape::Word(words) if words.contains(&text)) => format!("`{text}`"),
        text => text.to_string(),
    }
}

/// What is written behind the word.
fn after(known: &schema::Setting) -> String {
    let what = match known.shape {
        Shape::One(set) => set.to_string(),
        Shape::Word(words) => {
            list(&words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>()).replace(" and ", " or ")
        }
        Shape::List(set) => format!("{set}, or several with commas"),
        Shape::Then(first, second) => format!("{first}, then {second}"),
        Shape::Rows => "rows as `2% in 1h, 5% in 6h`".to_string(),
        Shape::Alerts => "a block with `page`, `ticket`, `need`, `no_data`, `left` and `blocked`".to_string(),
        Shape::Pairs => "a block as `{ tier \"1\", region \"eu\" }`".to_string(),
    };
    let off = if known.off { ", or `off`" } else { "" };
    format!("Takes {what}{off}.")
}

fn list<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_string(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What follows from the setting where it stands.
fn here(at: &At<'_, '_>, setting: &Setting) -> Vec<String> {
    let mut lines = Vec::new();
    let block = at.block();
    match (setting.key, block) {
        (Kind::Target, Some(Block::Sli | Block::Call)) => lines.extend(at.sli().map(|m| declared::budget(&m))),
        (Kind::Target, _) => lines.extend(at.journey().map(declared::target_of)),
        (Kind::Alerts | Kind::Page | Kind::Ticket, _) => lines.extend(alerts_here(at)),
        (Kind::Labels, _) => lines.extend(labels(at)),
        (Kind::Traffic, _) => lines.extend(traffic(at, setting)),
        (Kind::Runbook, Some(Block::Sli | Block::Call)) => {
            lines.extend(at.sli().and_then(|(_, _, sli)| sli.runbook.as_ref()).map(|r| r.value.clone()));
        }
        _ => {}
    }
    lines.extend(holds_for(at, setting));
    lines
}

/// The alerts of the SLI, and where they are from; of the journey, where it stands there.
fn alerts_here(at: &At<'_, '_>) -> Option<String> {
    let mut out = String::new();
    if let Some(member) = at.sli() {
        alerts::of_sli(at, &mut out, &member);
        let _ = write!(out, "\nFrom: {}.", alerts::origins(at, &member));
    } else if at.step().is_none() {
        alerts::of_journey(at, &mut out, at.journey()?);
    }
    Some(out.trim().to_string()).filter(|o| !o.is_empty())
}

/// All labels that hold here, and where they are from.
fn labels(at: &At<'_, '_>) -> Option<String> {
    let journey = at.journey()?;
    let labels = match at.sli() {
        Some((_, _, sli)) => &sli.labels,
        None if at.step().is_none() => &journey.labels,
        None => return None,
    };
    let from = |place: Option<Place>| place.map(|p| format!(" ({})", at.where_is(p))).unwrap_or_default();
    let all: Vec<String> = labels.iter().map(|(k, v)| format!("{k} `{}`{}", v.value, from(v.place))).collect();
    (!all.is_empty()).then(|| format!("{}.", all.join(", ")))
}

/// `50k/day` in seconds and in the window.
fn traffic(at: &At<'_, '_>, setting: &Setting) -> Option<String> {
    let rate = crate::syntax::leaf::rate(at.text(setting.values.first()?.span))?;
    let each = format!("{} a second", number(crate::reckon::thresholds::four_digits(rate)));
    let taken = at.slis().find(|m| place_of(m, setting.key).is_some_and(|p| within(at, setting, p)));
    Some(match taken {
        Some((journey, _, sli)) => format!("{each}, {} in {}.", events(journey, sli).0, minutes(journey.window.value)),
        None => format!("{each}."),
    })
}

/// Where an SLI has the value of a setting from; `None` where that is not known.
fn place_of(member: &Member<'_>, key: Kind) -> Option<Place> {
    let (journey, _, sli) = member;
    match key {
        Kind::Owner => sli.owner.as_ref()?.place,
        Kind::Window => journey.window.place,
        Kind::Compose => journey.compose.place,
        Kind::Traffic => sli.traffic.as_ref()?.place,
        Kind::Runbook => sli.runbook.as_ref()?.place,
        Kind::Exclude => sli.exclude.as_ref()?.place,
        Kind::Need => sli.alerts.need.place,
        Kind::Page | Kind::Ticket => {
            let mut rows = sli.alerts.rows.iter().filter(|r| r.urgency.text() == key.text());
            rows.find_map(|r| r.place)
        }
        _ => None,
    }
}

fn within(at: &At<'_, '_>, setting: &Setting, place: Place) -> bool {
    place.file == at.file && setting.span.start <= place.span.start && place.span.end <= setting.span.end
}

/// Whether the defaults of this file hold in another: it is the same, or uses it.
fn sees(at: &At<'_, '_>, other: FileId) -> bool {
    let uses = at.project.unit(other).map_or(&[][..], |u| &u.uses);
    other == at.file || uses.iter().any(|(_, target)| *target == Target::File(at.file))
}

/// For how many SLIs below its block a setting holds; nothing where it stands in an SLI.
fn holds_for(at: &At<'_, '_>, setting: &Setting) -> Option<String> {
    let keys = [
        Kind::Owner,
        Kind::Window,
        Kind::Compose,
        Kind::Traffic,
        Kind::Runbook,
        Kind::Exclude,
        Kind::Need,
        Kind::Page,
        Kind::Ticket,
    ];
    let off = setting.values.first().is_some_and(|v| v.kind == Kind::Off);
    if !keys.contains(&setting.key) || off || at.sli().is_some() {
        return None;
    }
    let step = at.step();
    let defaults =
        at.path.iter().find_map(|n| if let super::What::Item(Item::Defaults(d)) = n.what { Some(d) } else { None });
    let journey = at.journey();
    let below = |m: &Member<'_>| match (defaults, journey) {
        (Some(defaults), _) => {
            let audience = defaults.audience.map(|a| at.text(a.span));
            audience.is_none_or(|a| a == m.0.audience.text()) && sees(at, m.0.place.file)
        }
        (None, Some(journey)) => {
            std::ptr::eq(journey, m.0)
                && step.is_none_or(|s| m.1.is_some_and(|step| step.name.place == at.place(s.span)))
        }
        (None, None) => false,
    };
    let all: Vec<Member<'_>> = at.slis().filter(below).collect();
    let held: Vec<&Member<'_>> =
        all.iter().filter(|m| place_of(m, setting.key).is_some_and(|p| within(at, setting, p))).collect();
    Some(match (held.as_slice(), all.len()) {
        (_, 0) => return None,
        ([], _) => "No SLI has it from here: nearer blocks say something else.".to_string(),
        ([(journey, step, sli)], 1) => format!("Holds for `{}`.", address(journey, *step, sli)),
        (held, all) if held.len() == all => format!("Holds for all {all} SLIs that it is for."),
        (held, all) => {
            format!(
                "Holds for {} of the {all} SLIs that it is for; nearer blocks say something else for the others.",
                held.len()
            )
        }
    })
}
