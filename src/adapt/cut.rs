//! Groups that are too long for an engine become several, so that no number is torn.
//!
//! Kept together: the two rules that count an SLI's events; a ratio with the two numbers whose windows it divides; and in groups that run
//! every 5 minutes all that reads each other at an instant, since such a read may fall into the gap between two evaluations. Where even
//! that does not fit, windows end one interval earlier, and instants are looked for a little longer.

use super::reads::{Read, are_one_sli, is_constant, may_select, reads, with_edits};
use crate::plan::{Group, Rule, RuleKind, minutes};
use std::collections::BTreeSet;

/// Prometheus looks back so many minutes for the sample of an instant.
const LOOKBACK: u64 = 5;

/// What became of a group.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The groups in the order in which they read each other.
    pub groups: Vec<Group>,
    /// Whether ratios of windows end one interval earlier.
    pub waits: bool,
}

/// Who reads what within a group.
struct Edge {
    reader: usize,
    source: usize,
    /// They must see the same instant.
    tight: bool,
    /// They must under all circumstances: there is no other way.
    pair: bool,
}

/// Cuts a group into groups of at most so many rules.
pub fn cut(group: &Group, limit: u64) -> Cut {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if group.rules.len() <= limit {
        return Cut { groups: vec![group.clone()], waits: false };
    }
    let all: Vec<Vec<Read>> = group.rules.iter().map(|rule| reads(&rule.expr)).collect();
    let (edges, constants) = edges(group, &all);
    let packed = pack(group, &edges, &constants, limit);
    let part_of = &packed.part_of;
    let parts = part_of.iter().max().map_or(0, |last| last + 1);
    let mut groups: Vec<Group> = (0..parts)
        .map(|part| Group { name: part_name(&group.name, part), interval: group.interval, rules: Vec::new() })
        .collect();
    let mut waits = false;
    for (i, rule) in group.rules.iter().enumerate() {
        let sources = |read: &Read, of: &dyn Fn(usize) -> bool| {
            edges.iter().any(|e| e.reader == i && of(e.source) && may_select(&read.selector, &group.rules[e.source]))
        };
        // all ratios of a unit that was taken apart wait, also those that need not: so they are all equally late
        let torn = packed.torn.contains(&i) && is_ratio(group, &all[i]);
        let mut edits = Vec::new();
        for read in &all[i] {
            let text = read.span.of(&rule.expr);
            if torn && read.range.is_some() && sources(read, &|_| true) {
                waits = true;
                edits.push((read.whole, format!("{text} offset {}", minutes(read.offset + group.interval))));
            } else if is_gap(read, group) && sources(read, &|source| part_of[source] != part_of[i]) {
                edits.push((read.whole, format!("last_over_time({text}[{}])", minutes(group.interval + 1))));
            }
        }
        let rule = Rule { expr: with_edits(&rule.expr, edits), ..rule.clone() };
        groups[part_of[i]].rules.push(rule);
    }
    Cut { groups, waits }
}

/// The first part keeps the name, so that a journey that grows keeps most of what it had.
pub fn part_name(group: &str, part: usize) -> String {
    if part == 0 { group.to_string() } else { format!("{group}:{}", part + 1) }
}

/// Whether a read may fall into the gap between two evaluations of another group.
fn is_gap(read: &Read, group: &Group) -> bool {
    read.range.is_none() && read.offset == 0 && group.interval >= LOOKBACK
}

/// Whether windows over several recorded numbers stand in one expression.
fn is_ratio(group: &Group, reads: &[Read]) -> bool {
    let recorded = |read: &&Read| group.rules.iter().any(|rule| rule.name() == read.name());
    let names: BTreeSet<&str> = reads.iter().filter(|r| r.range.is_some()).filter(recorded).map(Read::name).collect();
    names.len() > 1
}

/// Who reads whom; reads of constants apart, since they hold nothing together.
fn edges(group: &Group, all: &[Vec<Read>]) -> (Vec<Edge>, Vec<Edge>) {
    let mut found = Vec::new();
    for (reader, reads) in all.iter().enumerate() {
        let ratio = is_ratio(group, reads);
        for (source, rule) in group.rules.iter().enumerate().filter(|(source, _)| *source != reader) {
            for read in reads.iter().filter(|read| may_select(&read.selector, rule)) {
                let pair = read.range.is_none() && are_one_sli(rule, &group.rules[reader]);
                let gap = is_gap(read, group) && matches!(rule.kind, RuleKind::Record(_));
                found.push(Edge { reader, source, tight: pair || gap || (ratio && read.range.is_some()), pair });
            }
        }
    }
    found.into_iter().partition(|edge| !is_constant(&group.rules[edge.source]))
}

/// Where rules are put.
struct Packed {
    /// The part of each.
    part_of: Vec<usize>,
    /// Those that do not stand with all that they should.
    torn: BTreeSet<usize>,
}

/// What is kept together is put, in its order, into the last part while that has room; a constant comes just before the first that reads
/// it. Nothing looks back, so that a new SLI moves little.
fn pack(group: &Group, edges: &[Edge], constants: &[Edge], limit: usize) -> Packed {
    let n = group.rules.len();
    let units = joined(n, edges.iter().filter(|e| e.tight));
    // only those that are too long are taken apart
    let torn: BTreeSet<usize> = units.into_iter().filter(|unit| unit.len() > limit).flatten().collect();
    let mut units = joined(n, edges.iter().filter(|e| e.pair || (e.tight && !torn.contains(&e.reader))));
    let mut unit_of = vec![0; n];
    for unit in &units {
        for i in unit {
            unit_of[*i] = unit[0];
        }
    }
    units.sort_by_key(|unit| {
        let first = unit[0];
        if !is_constant(&group.rules[first]) {
            return (first, 1);
        }
        let readers = constants.iter().filter(|e| e.source == first).map(|e| unit_of[e.reader]);
        (readers.min().unwrap_or(n), 0)
    });
    let (mut part_of, mut part, mut room) = (vec![0; n], 0, limit);
    for unit in &units {
        if unit.len() > room && room < limit {
            part += 1;
            room = limit;
        }
        for i in unit {
            part_of[*i] = part;
        }
        room = room.saturating_sub(unit.len());
    }
    Packed { part_of, torn }
}

/// What some edges join, each in order, and all in order of their first.
fn joined<'e>(n: usize, edges: impl Iterator<Item = &'e Edge>) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..n).collect();
    let find = |root: &[usize], mut i: usize| {
        while root[i] != i {
            i = root[i];
        }
        i
    };
    for edge in edges {
        let (a, b) = (find(&root, edge.reader), find(&root, edge.source));
        root[a.max(b)] = a.min(b);
    }
    let mut units: Vec<Vec<usize>> = vec![Vec::new(); n];
    for i in 0..n {
        units[find(&root, i)].push(i);
    }
    units.retain(|unit| !unit.is_empty());
    units
}
