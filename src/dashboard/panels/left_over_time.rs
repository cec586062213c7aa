//! Budgets of user journeys beside those of the journeys of developers and operators.

use super::journeys::left;
use crate::dashboard::model::Panel;
use crate::dashboard::{All, make, query};
use crate::model::Audience;
use crate::plan::{Plan, minutes};

/// More lines than this cannot be told apart.
const MOST: usize = 10;

/// Two graphs side by side.
pub fn panels(all: &All<'_>) -> Vec<Panel> {
    let users: Vec<Plan<'_>> = plans(all, |audience| audience == Audience::User);
    let others: Vec<Plan<'_>> = plans(all, |audience| audience != Audience::User);
    let width = if users.is_empty() || others.is_empty() { 24 } else { 12 };
    [("user", "user journeys", users), ("others", "developer and operator journeys", others)]
        .into_iter()
        .filter(|(_, _, plans)| !plans.is_empty())
        .map(|(key, whose, plans)| graph(all, key, whose, &plans).size(width, 8))
        .collect()
}

fn plans<'m>(all: &All<'m>, of: impl Fn(Audience) -> bool) -> Vec<Plan<'m>> {
    let journeys = all.model.journeys.iter().filter(|j| of(j.audience));
    journeys.map(|journey| Plan { model: all.model, options: all.options, journey }).collect()
}

fn graph(all: &All<'_>, key: &str, whose: &str, plans: &[Plan<'_>]) -> Panel {
    let longest = plans.iter().map(|p| p.journey.window.value).max().unwrap_or(0);
    let matchers = format!("audience{}\"user\",journey=~\"$journeys\"", if key == "user" { "=" } else { "!=" });
    let matchers = all.matching(&matchers);
    let mut expr = left(plans, &matchers);
    let mut description =
        "Below 0 % more has failed than was promised. Where a journey has no target, that of its worst measure."
            .to_string();
    if plans.len() > MOST {
        expr = format!("bottomk({MOST}, {expr})");
        description = format!("The {MOST} lowest at each time. {description}");
    }
    Panel::graph(&format!("left/{key}"), &format!("Budget left, {whose}"), &description, make::budgets())
        .spanning(minutes(longest))
        .over_time(expr, query::SLOW, "{{journey}}")
}
