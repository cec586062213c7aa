//! Which series are made for PromQL that people wrote, and which values each of them may have.

use super::cast::{Level, labels_of, selects};
use super::states::selectors_of;
use crate::measure::{Measure, Selector};
use crate::model::Sli;
use crate::promql::ast::{BinaryOp, Expr, walk};
use crate::promql::evaluate::{self, Labels, World};
use crate::promql::write::number;
use crate::promql::{self, Range};
use crate::source::Place;

/// A series that is made for a selector.
pub struct Made {
    /// Its labels, with its name.
    pub labels: Labels,
    /// What reads it.
    pub selector: Selector,
    /// What it may do where it is a bucket of a histogram.
    pub bucket: Option<Vec<Level>>,
}

/// A series for each selector; for one that reads all buckets of a histogram, three of them.
///
/// # Errors
/// In words, the matchers that no value satisfies.
pub fn series(sli: &Sli, exprs: &[Expr], texts: &[(String, Place)]) -> Result<Vec<Made>, String> {
    let mut selectors: Vec<Selector> = Vec::new();
    for selector in texts.iter().flat_map(|(text, place)| selectors_of(text, *place)) {
        if !selectors.contains(&selector) {
            selectors.push(selector);
        }
    }
    let (shared, buckets, bound) = (joined_labels(exprs), read_as_buckets(exprs), limits(exprs).first().copied());
    let mut made: Vec<Made> = Vec::new();
    for selector in &selectors {
        // a wider selector should not be taken for a narrower one
        let others: Vec<&Selector> = selectors.iter().filter(|o| *o != selector).collect();
        let mut labels = apart(selector, &others, sli)?;
        let free = |label: &str| selector.matchers.iter().all(|m| m.label != label);
        let is_bucket = buckets.contains(&selector.name) && free("le");
        for label in shared.iter().filter(|label| !(is_bucket && *label == "le")) {
            if free(label) && !labels.contains_key(label) {
                labels.insert(label.clone(), "x".into());
            }
        }
        let mut add = |labels: Labels, bucket: Option<Vec<Level>>| {
            if made.iter().all(|have| have.labels != labels) {
                made.push(Made { labels, selector: selector.clone(), bucket });
            }
        };
        if !is_bucket {
            add(labels, None);
            continue;
        }
        // on either side of the limit something is seen, and all of it is below the end of all buckets
        let bound = bound.unwrap_or(1.0);
        for le in [number(bound), number(2.0 * bound), "+Inf".to_string()] {
            let labels = labels.clone().into_iter().chain([("le".to_string(), le)]).collect();
            add(labels, Some(vec![Level::Rising(60.0), Level::Rising(0.0)]));
        }
    }
    Ok(made)
}

/// The names of buckets of which `histogram_quantile` makes a number.
fn read_as_buckets(exprs: &[Expr]) -> Vec<String> {
    let mut found = Vec::new();
    for expr in exprs {
        walk(expr, &mut |e| {
            if let Expr::Call(call) = e
                && call.function.text == "histogram_quantile"
            {
                let names = call.args.iter().flat_map(promql::selectors).filter_map(|s| s.name.as_ref());
                found.extend(names.filter(|n| n.text.ends_with("_bucket")).map(|n| n.text.clone()));
            }
        });
    }
    found
}

/// Numbers that something is compared with.
fn limits(exprs: &[Expr]) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    for expr in exprs {
        walk(expr, &mut |e| {
            if let Expr::Binary(node) = e
                && node.op.is_comparison()
            {
                let numbers = [&node.left, &node.right].into_iter().filter_map(|side| match side {
                    Expr::Number(n) if n.value > 0.0 && n.value.is_finite() => Some(n.value),
                    _ => None,
                });
                found.extend(numbers.filter(|n| !found.contains(n)).collect::<Vec<f64>>());
            }
        });
    }
    found
}

/// Labels that one selector selects and, where that can be, the others do not.
fn apart(selector: &Selector, others: &[&Selector], sli: &Sli) -> Result<Labels, String> {
    let mut labels = labels_of(selector, &[], sli)?;
    for other in others.iter().filter(|o| o.name == selector.name) {
        if !selects(other, &labels) {
            continue;
        }
        for matcher in &other.matchers {
            if let Ok(different) = labels_of(selector, &[(matcher, false)], sli)
                && !selects(other, &different)
            {
                labels = different;
                break;
            }
        }
    }
    Ok(labels)
}

/// Labels by which an expression joins or groups: every series gets them, so that they meet.
fn joined_labels(exprs: &[Expr]) -> Vec<String> {
    let mut found = Vec::new();
    for expr in exprs {
        walk(expr, &mut |e| match e {
            Expr::Aggregate(a) => {
                found.extend(a.grouping.iter().filter(|g| !g.without).flat_map(|g| &g.labels).map(|l| l.text.clone()));
            }
            Expr::Binary(b) => {
                for m in b.matching.iter().filter(|m| m.on) {
                    found.extend(m.labels.iter().map(|l| l.text.clone()));
                }
                for group in b.matching.iter().filter_map(|m| m.group.as_ref()) {
                    found.extend(group.labels.iter().map(|l| l.text.clone()));
                }
            }
            _ => {}
        });
    }
    found.sort();
    found.dedup();
    found
}

/// Whether an expression asks for the time.
pub fn reads_clock(exprs: &[Expr]) -> bool {
    exprs.iter().any(|expr| contains(expr, &|e| matches!(e, Expr::Call(call) if call.function.text == "time")))
}

/// Whether events may be in what values say: by the clock, or by series that come and go.
pub fn has_events(exprs: &[Expr]) -> bool {
    reads_clock(exprs) || !fleeting_names(exprs).is_empty()
}

fn contains(expr: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    walk(expr, &mut |e| found |= is(e));
    found
}

/// The names of series of which it counts that they are there and were not before, or the other way round: `x unless x offset 2m`.
fn fleeting_names(exprs: &[Expr]) -> Vec<String> {
    let mut found = Vec::new();
    for expr in exprs {
        walk(expr, &mut |e| {
            if let Expr::Binary(node) = e
                && node.op == BinaryOp::Unless
            {
                let right = promql::selectors(&node.right);
                for left in promql::selectors(&node.left) {
                    let shift = |s: &promql::ast::Selector| s.offset.as_ref().map(|o| o.duration.value.clone());
                    let name = left.name.as_ref().map(|n| n.text.clone()).unwrap_or_default();
                    let same = |s: &&promql::ast::Selector| s.name.as_ref().is_some_and(|n| n.text == name);
                    if right.iter().any(|s| same(s) && shift(s) != shift(left)) {
                        found.push(name);
                    }
                }
            }
        });
    }
    found
}

/// How many minutes lie between two events of series that come and go: more than what level 1 looks at twice, so that each is one of its
/// own, and such that no rhythm of evaluations misses all of them.
pub fn pause(range: u64) -> u64 {
    let least = 2 * range.div_ceil(60) + 1;
    // of any thirty numbers in a row some have none of these in them
    (least..least + 30).find(|n| [2, 3, 5].iter().all(|p| !n.is_multiple_of(*p))).unwrap_or(least)
}

/// How far behind the clock a timestamp may be, in seconds: before, between and after the times that it is compared with, and with each of
/// the limits on top.
fn behind(exprs: &[Expr]) -> Vec<f64> {
    let mut times: Vec<f64> = exprs.iter().flat_map(times_of).filter(|t| *t > 0.0 && t.is_finite()).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut found = vec![0.0];
    let mut last = 0.0;
    for time in times {
        found.push(f64::midpoint(last, time).floor());
        last = time;
    }
    if last > 0.0 {
        found.push(last + 60.0);
    }
    let late: Vec<f64> = limits(exprs).iter().flat_map(|limit| found.iter().map(move |b| b + limit + 60.0)).collect();
    for one in late {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// `time() - 180`: how far behind the clock it is.
fn times_of(expr: &Expr) -> Vec<f64> {
    let only_clock = |e: &Expr| {
        let known = |e: &Expr| match e {
            Expr::Call(call) => call.function.text == "time",
            Expr::Number(_) | Expr::Paren(_) | Expr::Unary(_) => true,
            Expr::Binary(node) => !node.op.is_comparison() && !node.op.is_set(),
            _ => false,
        };
        reads_clock(std::slice::from_ref(e)) && !contains(e, &|e| !known(e))
    };
    let mut spans: Vec<Range> = Vec::new();
    let mut found = Vec::new();
    walk(expr, &mut |e| {
        let inside = |outer: &Range| outer.start <= e.span().start && e.span().end <= outer.end;
        if only_clock(e) && !spans.iter().any(inside) {
            spans.push(e.span());
            if let Ok([(_, v)]) = evaluate::evaluate(e, World { series: &[], closed: false }, 0).as_deref() {
                found.push(-v);
            }
        }
    });
    found
}

/// What a series may do where events are in its values: timestamps that go on with the clock, series that come and go.
pub fn of_events(selector: &Selector, exprs: &[Expr], range: u64) -> Vec<Level> {
    let behind = if reads_clock(exprs) { behind(exprs) } else { Vec::new() };
    let mut found: Vec<Level> = Vec::new();
    if fleeting_names(exprs).contains(&selector.name) {
        found.push(Level::Fleeting(pause(range), None));
        found.extend(behind.iter().map(|b| Level::Fleeting(pause(range), Some(*b))));
    }
    found.extend(behind.into_iter().map(|b| Level::Clock(b, 1.0)));
    found.extend([Level::Value(1.0), Level::Value(0.0), Level::Absent]);
    found
}

/// Limits in the unit of a series that is brought to another one: `milliseconds / 1000 <= 60`. Twice of each.
fn scaled(exprs: &[Expr]) -> Vec<f64> {
    let mut found = Vec::new();
    for expr in exprs {
        walk(expr, &mut |e| {
            if let Expr::Binary(node) = e
                && let Expr::Number(by) = &node.right
            {
                let of = |limit: f64| match node.op {
                    BinaryOp::Div => Some(2.0 * limit * by.value),
                    BinaryOp::Mul => Some(2.0 * limit / by.value),
                    _ => None,
                };
                found.extend(limits(exprs).into_iter().filter_map(of));
            }
        });
    }
    found
}

/// The levels that a series may have where its value stays, or rises.
pub fn steady(sli: &Sli, selector: &Selector, exprs: &[Expr]) -> Vec<Level> {
    if let Measure::Age(age) = &sli.measure {
        let unit = age.unit.per_second() as f64;
        let behind = age.bound as f64 / 1000.0;
        return vec![Level::Clock(0.0, unit), Level::Clock(behind + 60.0, unit), Level::Absent];
    }
    if matches!(sli.measure, Measure::Up(_)) {
        return vec![Level::Value(1.0), Level::Value(0.0)];
    }
    let (mut counted, mut changes, mut numbers) = (false, false, vec![1.0, 0.0]);
    for expr in exprs {
        walk(expr, &mut |e| match e {
            Expr::Number(n) => numbers.extend([n.value, n.value + 1.0, n.value - 1.0, 2.0 * n.value]),
            Expr::Call(call) => {
                let over_this = |e: &Expr| matches!(e, Expr::Range(r) if selector_is(&r.selector, selector));
                if call.args.iter().any(over_this) {
                    match call.function.text.as_str() {
                        "rate" | "increase" | "irate" => counted = true,
                        "changes" | "resets" => changes = true,
                        _ => {}
                    }
                }
                if call.function.text == "time" {
                    numbers.extend([1e9, -1e9]);
                }
            }
            _ => {}
        });
    }
    numbers.extend(scaled(exprs));
    if counted {
        return vec![Level::Rising(0.0), Level::Rising(0.25), Level::Rising(1.0), Level::Rising(60.0), Level::Absent];
    }
    if changes {
        return vec![Level::Value(0.0), Level::Toggling, Level::Absent];
    }
    let mut found: Vec<Level> = Vec::new();
    for number in numbers.into_iter().filter(|n| n.is_finite()) {
        if !found.contains(&Level::Value(number)) {
            found.push(Level::Value(number));
        }
    }
    found.push(Level::Absent);
    found
}

fn selector_is(a: &promql::ast::Selector, b: &Selector) -> bool {
    a.name.as_ref().map_or("", |n| n.text.as_str()) == b.name && a.matchers.len() == b.matchers.len()
}
