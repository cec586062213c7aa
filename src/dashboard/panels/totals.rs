//! How many journeys are well, and how many are not: totals stay readable however many there are.

use crate::dashboard::model::{Defaults, Panel};
use crate::dashboard::{All, look, query};
use crate::model::Audience;
use crate::plan::states::{JOURNEY_SEVERITY, severity};
use serde_json::json;

/// Six tiles, seven where there are operators.
pub fn panels(all: &All<'_>) -> Vec<Panel> {
    let count = |audience| all.model.journeys.iter().filter(|j| j.audience == audience).count();
    let audiences: Vec<(Audience, usize)> = [Audience::User, Audience::Developer, Audience::Operator]
        .into_iter()
        .map(|audience| (audience, count(audience)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let mut panels: Vec<Panel> = audiences.iter().map(|(audience, count)| fine(all, *audience, *count)).collect();
    panels.push(worst(
        all,
        "pages",
        "Paging",
        "Somebody is woken for these. Open the first one of the tables below.",
        severity::PAGE,
        look::RED,
    ));
    panels.push(spent(all));
    panels.push(worst(
        all,
        "tickets",
        "Ticket",
        "These burn slowly, or little is left of their budget: somebody should work on them this week.",
        severity::TICKET,
        look::YELLOW,
    ));
    panels.push(no_data(all));
    let width = 24 / u32::try_from(panels.len()).unwrap_or(24).max(1);
    panels.into_iter().map(|panel| panel.size(width, 4)).collect()
}

fn counting(
    key: &str,
    title: &str,
    description: &str,
    unit: String,
    limits: crate::dashboard::model::Thresholds,
) -> Panel {
    let defaults = Defaults {
        unit: Some(unit),
        decimals: Some(0),
        color: Some(look::by_limits()),
        thresholds: Some(limits),
        mappings: look::missing(),
        ..Defaults::default()
    };
    let mut panel = Panel::stat(key, title, description, defaults);
    if let Some(options) = &mut panel.options {
        options["textMode"] = json!("value");
    }
    panel
}

fn fine(all: &All<'_>, audience: Audience, count: usize) -> Panel {
    let word = audience.text();
    let title = format!("Fine for {word}s");
    let description = format!(
        "{} journeys without an alert for a budget, with something left of each, and with data. Of {count}.",
        capitalized(word)
    );
    let limits = look::limits(look::YELLOW, &[(count as f64, look::BLUE)]);
    let matchers = all.matching(&format!("audience=\"{word}\",journey=~\"$journeys\""));
    let expr = format!("count({} == {}) or vector(0)", query::fast(JOURNEY_SEVERITY, &matchers), severity::FINE);
    counting(&format!("fine/{word}"), &title, &description, format!("suffix:of {count}"), limits)
        .now(expr, "1m", "fine")
}

fn worst(all: &All<'_>, key: &str, title: &str, description: &str, state: i8, color: &'static str) -> Panel {
    let states = query::fast(JOURNEY_SEVERITY, &all.matching("journey=~\"$journeys\""));
    let expr = format!("count({states} == {state}) or vector(0)");
    counting(key, title, description, "none".into(), look::limits(look::BLUE, &[(1.0, color)]))
        .now(expr, "1m", "journeys")
}

/// Spent is spent, also while somebody is paged for it.
fn spent(all: &All<'_>) -> Panel {
    let description = "More has failed than was promised, of a step or of the whole: freeze features of these.";
    let journeys = &all.model.journeys;
    // only what is recorded can be asked for
    let some = [
        ("slo", journeys.iter().any(|j| j.all_slis().next().is_some())),
        ("journey", journeys.iter().any(|j| j.target.is_some() && j.counted_slis().next().is_some())),
    ];
    let left: Vec<String> = some
        .iter()
        .filter(|(_, recorded)| *recorded)
        .map(|(of, _)| {
            let name = format!("tabi:{of}_budget:remaining_ratio");
            format!("{} <= 0", query::slow(&name, "journey=~\"$journeys\""))
        })
        .collect();
    let expr = if left.is_empty() {
        "vector(0)".to_string()
    } else {
        format!("count(count by (journey) ({})) or vector(0)", left.join(" or "))
    };
    let limits = look::limits(look::BLUE, &[(1.0, look::DARK_RED)]);
    counting("spent", "Budget spent", description, "none".into(), limits).now(expr, "5m", "journeys")
}

/// A journey without any sample has no data either, so they are counted from the other side.
fn no_data(all: &All<'_>) -> Panel {
    let description = "Something of these is not measured at the moment, so nobody would be told of an outage.";
    let states = query::fast(JOURNEY_SEVERITY, &all.matching("journey=~\"$journeys\""));
    let journeys = all.model.journeys.len();
    let expr = format!("{journeys} - (count({states} >= {}) or vector(0))", severity::FINE);
    counting("no-data", "No data", description, "none".into(), look::limits(look::BLUE, &[(1.0, look::GREY)]))
        .now(expr, "1m", "journeys")
}

/// `User`
pub fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
