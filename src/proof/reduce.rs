//! What of a journey's rules a test needs: those that its claims read, directly or through other rules. All others only cost time.

use super::{Claim, Test};
use crate::adapt::reads::may_select;
use crate::plan::{JourneyRules, Rule};
use crate::promql::ast::Selector;
use crate::promql::{self, selectors};

/// The rules that a test needs, in their order.
pub fn needed(rules: &[JourneyRules], test: &Test) -> Vec<JourneyRules> {
    let all: Vec<&Rule> = rules.iter().flat_map(|r| &r.groups).flat_map(|g| &g.rules).collect();
    let mut keep = read_by(&all, &test.claims).into_iter();
    let mut found = rules.to_vec();
    for group in found.iter_mut().flat_map(|r| &mut r.groups) {
        group.rules.retain(|rule| keep.next() == Some(true) && test.needs(rule));
    }
    found
}

/// Which of these rules are read for some claims.
pub fn read_by(rules: &[&Rule], claims: &[Claim]) -> Vec<bool> {
    let mut texts: Vec<&str> = claims.iter().map(|c| c.expr.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    let mut open: Vec<Selector> = texts.into_iter().flat_map(selectors_of).collect();
    let mut read = vec![false; rules.len()];
    while let Some(selector) = open.pop() {
        for (rule, read) in rules.iter().zip(&mut read).filter(|(_, read)| !**read) {
            if may_select(&selector, rule) {
                *read = true;
                open.extend(selectors_of(&rule.expr));
            }
        }
    }
    read
}

fn selectors_of(text: &str) -> Vec<Selector> {
    promql::parse(text, &|_| None).map(|expr| selectors(&expr).into_iter().cloned().collect()).unwrap_or_default()
}
