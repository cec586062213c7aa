//! Tables of journeys, the worst first, one for each audience.

use super::totals::capitalized;
use crate::dashboard::make::value;
use crate::dashboard::model::Panel;
use crate::dashboard::{All, look, path, query};
use crate::model::{Audience, Journey, Model};
use crate::plan::Plan;
use crate::plan::states::{JOURNEY_RUNS_OUT, JOURNEY_SEVERITY, SLO_RUNS_OUT};
use crate::project::{LONGEST_UID, Options};
use crate::promql::write::quote;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Side by side.
pub fn panels(all: &All<'_>) -> Vec<Panel> {
    let of = |audience| -> Vec<&Journey> {
        all.model.journeys.iter().map(AsRef::as_ref).filter(|j: &&Journey| j.audience == audience).collect()
    };
    let tables: Vec<(Audience, Vec<&Journey>)> = [Audience::User, Audience::Developer, Audience::Operator]
        .map(|audience| (audience, of(audience)))
        .into_iter()
        .filter(|(_, journeys)| !journeys.is_empty())
        .collect();
    let width = if tables.len() == 1 { 24 } else { 12 };
    let most = tables.iter().map(|(_, journeys)| journeys.len()).max().unwrap_or(0);
    let height = u32::try_from(most).unwrap_or(u32::MAX).clamp(2, 12) + 4;
    tables
        .iter()
        .map(|(audience, journeys)| {
            let word = audience.text();
            let matchers = all.matching(&format!("audience=\"{word}\",journey=~\"$journeys\""));
            let description =
                "The worst first: by what they ask for, then by what is left. A click on the name opens the journey.";
            let title = format!("{} journeys", capitalized(word));
            table(&format!("journeys/{word}"), &title, description, &matchers, journeys, all.options)
                .size(width, height)
        })
        .collect()
}

/// A table of some journeys. `matchers` choose them.
pub fn table(
    key: &str,
    title: &str,
    description: &str,
    matchers: &str,
    journeys: &[&Journey],
    options: &Options,
) -> Panel {
    let by = |inside: &str| format!("max by (journey) ({inside})");
    let state = query::fast(JOURNEY_SEVERITY, matchers);
    let model = Model::default();
    let plans: Vec<Plan<'_>> = journeys.iter().map(|journey| Plan { model: &model, options, journey }).collect();
    let left = left(&plans, matchers);
    let rank = format!("10 * abs({state}) - clamp({left}, -5, 5) or 10 * abs({state})");
    let colored = |thresholds| {
        vec![
            ("color", value(&look::by_limits())),
            ("custom.cellOptions", json!({"mode": "basic", "type": "color-background"})),
            ("thresholds", value(&thresholds)),
        ]
    };
    let mut share = colored(look::left());
    share.extend([("unit", json!("percentunit")), ("decimals", json!(1))]);
    let mut states = colored(look::limits(look::GREY, &[]));
    states.push(("mappings", value(&look::severities())));
    let to = json!([{"title": "Open the journey", "url": path("${__data.fields.to}"), "targetBlank": false}]);
    let mut renamed = BTreeMap::from([
        ("title", "Journey"),
        ("target", "Target"),
        ("Value #B", "State"),
        ("Value #C", "Budget left"),
    ]);
    let mut order = vec!["title", "Value #B", "Value #C"];
    let mut panel = Panel::table(key, title, description)
        .rows(info(matchers, journeys, options), query::SLOW)
        .rows(by(&state), "1m")
        .rows(by(&left), query::SLOW)
        .rows(by(&rank), query::SLOW);
    let more = [(burn(&plans, matchers), "1m", "Burn"), (runs_out(&plans, matchers), query::SLOW, "Runs out in")];
    let mut names = ["Value #E", "Value #F"].into_iter();
    for (expr, interval, title) in more {
        let (Some(expr), Some(name)) = (expr, names.next()) else { continue };
        panel = panel.rows(by(&expr), interval);
        renamed.insert(name, title);
        order.push(name);
    }
    order.push("target");
    let excluded = BTreeMap::from(["Time", "journey", "Value #A", "Value #D"].map(|name| (name, true)));
    let index: BTreeMap<&str, usize> = order.iter().enumerate().map(|(i, name)| (*name, i)).collect();
    panel
        .then("merge", json!({}))
        .then("sortBy", json!({"fields": {}, "sort": [{"desc": true, "field": "Value #D"}]}))
        .then("organize", json!({"excludeByName": excluded, "indexByName": index, "renameByName": renamed}))
        .named("Journey", &[("links", to), ("custom.minWidth", json!(160))])
        .named("State", &states)
        .named("Budget left", &share)
        .named("Burn", &[("unit", json!("suffix:×")), ("decimals", json!(1))])
        .named("Target", &[look::none("none")])
        .named("Runs out in", &[("unit", json!("s")), ("decimals", json!(1))])
        .named("to", &[("custom.hidden", json!(true))])
}

/// What is said of journeys, with the uid of each one's dashboard. `topk`: for five minutes after a title changed there are two.
fn info(matchers: &str, journeys: &[&Journey], options: &Options) -> String {
    let grafana = &options.grafana;
    let mut expr = format!(
        "label_replace(max by (journey, title, target) (topk by (journey) (1, tabi_journey_info{{{matchers}}})), \"to\", {}, \"journey\", \"(.*)\")",
        quote(&grafana.journey_uid("$1"))
    );
    let long = |name: &str| grafana.uid_prefix.len() + "-j-".len() + name.len() > LONGEST_UID;
    for journey in journeys.iter().filter(|j| long(&j.name.text)) {
        let name = &journey.name.text;
        expr = format!("label_replace({expr}, \"to\", \"{}\", \"journey\", \"{name}\")", grafana.journey_uid(name));
    }
    expr
}

/// The journeys' own numbers, or those of their worst SLIs where they have none: of what at least one of them has.
fn own_or_worst(some_have: bool, some_have_not: bool, own: &str, slis: &str, matchers: &str) -> String {
    let own = query::slow(own, matchers);
    let worst = format!("min by (audience, journey) ({})", query::slow(slis, matchers));
    match (some_have, some_have_not) {
        (true, true) => format!("({own} or {worst})"),
        (true, false) => own,
        (false, _) => worst,
    }
}

/// What is left of the budgets of some journeys.
pub fn left(plans: &[Plan<'_>], matchers: &str) -> String {
    let (own, slis) = ("tabi:journey_budget:remaining_ratio", "tabi:slo_budget:remaining_ratio");
    own_or_worst(plans.iter().any(Plan::has_budget), !plans.iter().all(Plan::has_budget), own, slis, matchers)
}

fn runs_out(plans: &[Plan<'_>], matchers: &str) -> Option<String> {
    let own = plans.iter().any(|p| p.has_budget() && p.pace(true).is_some());
    let slis = plans.iter().any(|p| !(p.has_budget() && p.pace(true).is_some()) && p.pace(false).is_some());
    (own || slis).then(|| own_or_worst(own, slis, JOURNEY_RUNS_OUT, SLO_RUNS_OUT, matchers))
}

/// How fast they burn now: of each over its own window, the shortest first.
fn burn(plans: &[Plan<'_>], matchers: &str) -> Option<String> {
    let (own, slis): (Vec<&Plan<'_>>, Vec<&Plan<'_>>) = plans.iter().partition(|p| !p.journey_thresholds().is_empty());
    let own: BTreeSet<u64> = own.iter().filter_map(|p| query::window_now(p, true)).collect();
    let slis: BTreeSet<u64> = slis.iter().filter_map(|p| query::window_now(p, false)).collect();
    let mut parts: Vec<String> = own.iter().map(|w| query::burn("journey", *w, matchers)).collect();
    parts.extend(slis.iter().map(|w| format!("max by (audience, journey) ({})", query::burn("slo", *w, matchers))));
    (!parts.is_empty()).then(|| parts.join(" or "))
}
