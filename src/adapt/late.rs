//! Engines that send what a rule records to a storage and ask that storage again: the next rule does not see it yet.
//!
//! The two rules of an SLI then cannot read each other, so one has the other inside. Windows end two intervals earlier, when all that
//! belongs into them has arrived. An instant is looked for a little longer than the interval. What reads each other stands in groups of
//! its own, the source first.

use super::Lag;
use super::cut::part_name;
use super::reads::{Read, are_one_sli, is_constant, may_select, reads, with_edits};
use crate::measure::indent;
use crate::plan::{Group, Rule, RuleKind, minutes};

/// How long windows wait: a sample is sent up to one interval after its time, and is there a moment later.
const INTERVALS: u64 = 2;
/// An instant is looked for over so many minutes.
const LOOKBACK: u64 = 5;

/// How late the numbers of a journey are.
pub fn lag(evaluate: u64) -> Lag {
    let fast = INTERVALS * evaluate;
    Lag {
        burn: fast,
        events: fast,
        copy: fast - evaluate,
        slow: INTERVALS * 5,
        period: INTERVALS * 5,
        hour: INTERVALS * 5 - 5,
        hourly: INTERVALS * 60,
    }
}

/// By how many minutes alerts may come later than windows that wait make them, at most: those with a long window below a day, and the others.
/// Two groups on the way, burn rates of the journey and the alert itself, may each see an interval late what the group before recorded.
pub fn on_the_way(evaluate: u64) -> (u64, u64) {
    (2 * evaluate, 2 * 5)
}

/// The groups of a journey with reads that can wait.
pub fn groups(groups: &[Group]) -> Vec<Group> {
    let all: Vec<(&Rule, u64)> = groups.iter().flat_map(|g| g.rules.iter().map(|rule| (rule, g.interval))).collect();
    groups
        .iter()
        .flat_map(|group| {
            let rules: Vec<Rule> = group.rules.iter().map(|rule| waiting(rule, &all)).collect();
            levels(&Group { rules, ..group.clone() })
        })
        .collect()
}

/// A rule whose reads can wait.
fn waiting(rule: &Rule, all: &[(&Rule, u64)]) -> Rule {
    let mut edits = Vec::new();
    for read in reads(&rule.expr) {
        let sources = all.iter().filter(|(source, _)| !is_constant(source) && !is(source, rule));
        let mut sources = sources.filter(|(source, _)| may_select(&read.selector, source));
        let Some((source, interval)) = sources.next() else { continue };
        if let Some(new) = changed(rule, &read, source, *interval) {
            edits.push((read.whole, new));
        }
    }
    Rule { expr: with_edits(&rule.expr, edits), ..rule.clone() }
}

fn is(a: &Rule, b: &Rule) -> bool {
    std::ptr::eq(a, b)
}

fn changed(rule: &Rule, read: &Read, source: &Rule, interval: u64) -> Option<String> {
    let text = read.span.of(&rule.expr);
    let recorded = matches!(source.kind, RuleKind::Record(_));
    let reach = INTERVALS * interval;
    match read.range {
        None if read.offset > 0 => None,
        // a label of its own, so that it cannot be taken for a raw series that has no more labels than it
        None if recorded && are_one_sli(source, rule) => {
            Some(format!("label_replace(\n{},\n  \"sli\", \"-\", \"\", \"\"\n)", indent(&source.expr)))
        }
        None if recorded && reach >= LOOKBACK => {
            let whole = inside(rule, read, source, interval);
            Some(whole.unwrap_or_else(|| format!("last_over_time({text}[{}])", minutes(reach + 1))))
        }
        None => None,
        // what is looked for over a while need not wait, but must be long enough
        Some(range) if read.function.as_deref() == Some("last_over_time") => {
            let series = read.selector.span.of(&rule.expr);
            (reach >= LOOKBACK && range <= reach).then(|| format!("{series}[{}]", minutes(reach + 1)))
        }
        Some(_) => Some(format!("{text} offset {}", minutes(read.offset.max(reach)))),
    }
}

/// The source itself in place of its name, where it is one window over the very same series: so the parts of a ratio stay of one moment.
fn inside(rule: &Rule, read: &Read, source: &Rule, interval: u64) -> Option<String> {
    let of = reads(&source.expr);
    let [one] = of.as_slice() else { return None };
    let matchers = |read: &Read, text| read.selector.braces.map_or("", |braces| braces.of(text)).to_string();
    let text = one.span.of(&source.expr);
    let is_sum = source.expr == format!("sum_over_time({})", one.whole.of(&source.expr));
    (is_sum && matchers(read, &rule.expr) == matchers(one, &source.expr))
        .then(|| format!("sum_over_time({text} offset {})", minutes(one.offset.max(INTERVALS * interval))))
}

/// A group for each step of the way from raw series to alerts; a rule stands behind all that it reads at an instant or over a window.
fn levels(group: &Group) -> Vec<Group> {
    let mut level: Vec<usize> = Vec::with_capacity(group.rules.len());
    for rule in &group.rules {
        let reads = reads(&rule.expr);
        let before =
            group.rules.iter().zip(&level).filter(|(source, _)| {
                !is_constant(source) && reads.iter().any(|read| may_select(&read.selector, source))
            });
        let deepest = before.map(|(_, level)| level + 1).max().unwrap_or(0);
        level.push(deepest);
    }
    let last = level.iter().max().copied().unwrap_or(0);
    (0..=last)
        .map(|part| {
            let rules = group.rules.iter().zip(&level).filter(|(_, l)| **l == part).map(|(rule, _)| rule.clone());
            Group { name: part_name(&group.name, part), interval: group.interval, rules: rules.collect() }
        })
        .filter(|group| !group.rules.is_empty())
        .collect()
}
