//! A comparison that meets NaN: it does not hold, so that a minute in which nothing happened is bad.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::NOT_A_NUMBER;
use crate::measure::events::Events;
use crate::measure::{Measure, Query, Raw};
use crate::model::{Journey, Sli};
use crate::promql::ast::{Binary, BinaryOp, Expr};
use crate::promql::nan::{Cause, Why, asks_for_numbers, may_be_nan};
use crate::promql::{self, ParamType, ValueType};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &NOT_A_NUMBER, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        for (raw, kind) in decided(sli) {
            if seen.contains(&raw.place) {
                continue;
            }
            if let Some(d) = of(raw, kind) {
                seen.push(raw.place);
                found.push(d);
            }
        }
    }
}

/// What a comparison decides of.
#[derive(Clone, Copy)]
struct Kind {
    /// Whether its top is a comparison that gets `bool`.
    compares: bool,
    /// Whether it is good where it is not 0.
    good: bool,
}

/// The PromQL of an SLI in which a comparison decides what is bad.
fn decided(sli: &Sli) -> Vec<(&Raw, Kind)> {
    fn of(query: &Query, good: bool) -> Vec<(&Raw, Kind)> {
        match query {
            Query::Raw(raw) => vec![(raw, Kind { compares: false, good })],
            Query::Selector(_) => Vec::new(),
        }
    }
    match &sli.measure {
        Measure::Holds(holds) => vec![(&holds.expr, Kind { compares: true, good: true })],
        Measure::Up(up) => of(&up.query, true),
        Measure::Events(Events::GoodTotal { good, .. }) => of(good, true),
        Measure::Events(Events::BadTotal { bad, .. } | Events::GoodBad { bad, .. }) => of(bad, false),
        Measure::Latency(_) | Measure::Age(_) => Vec::new(),
    }
}

fn of(raw: &Raw, kind: Kind) -> Option<Diagnostic> {
    let window = |name: &str| (name == "window").then_some(ParamType::Duration);
    // with parameters the text is another one than what stands there
    let as_written = promql::parse(&raw.inside, &window).ok();
    let (expr, text) = match as_written {
        Some(expr) => (expr, Some(&raw.inside)),
        None => (promql::parse(&raw.written, &|_| None).ok()?, None),
    };
    let cause = spoils(&expr, kind)?;
    let part = |range: promql::Range| Place {
        file: raw.place.file,
        span: raw.place.span.part(1 + range.start, 1 + range.end),
    };
    let span = cause.expr.span();
    let place = if text.is_some() { part(span) } else { raw.place };
    let d = Diagnostic::new(
        &NOT_A_NUMBER,
        format!("{}, and no comparison holds for NaN: it would count as bad", reason(&cause)),
        place,
        "may be NaN",
    );
    if cause.expr.value_type() != ValueType::Vector {
        return Some(
            d.help("compare series with series: `a < on () group_left () b` has no result where there is no `b`"),
        );
    }
    let written = span.of(text.unwrap_or(&raw.written));
    let short = if written.chars().count() > 40 || written.contains('\n') { "…" } else { written };
    let d = d.help(format!("`({short} >= -Inf)` drops NaN and keeps every number: what is dropped is no event"));
    let Some(text) = text else { return Some(d) };
    let around = (text.get(..span.start as usize), text.get(span.end as usize..));
    let stands_alone = matches!(around, (Some(before), Some(after)) if before.ends_with('(') && after.starts_with(')'));
    let guarded = if stands_alone { format!("{written} >= -Inf") } else { format!("({written} >= -Inf)") };
    Some(d.fix("drop NaN with `>= -Inf`", place, guarded))
}

fn reason(cause: &Cause<'_>) -> String {
    match (cause.why, cause.expr) {
        (Why::Division, _) => "0 / 0 is NaN".to_string(),
        (Why::Remainder, _) => "the remainder of a division by 0 is NaN".to_string(),
        (Why::Power, _) => "a root of a negative number is NaN".to_string(),
        (Why::Summary, _) => "a quantile of a summary without observations is NaN".to_string(),
        (Why::Scalar, _) => "`scalar` is NaN where there is not just one series".to_string(),
        (Why::Histogram, Expr::Call(call)) => {
            format!("`{}` of a histogram without observations is NaN", call.function.text)
        }
        (Why::Domain, Expr::Call(call)) => format!("`{}` of a number outside of its range is NaN", call.function.text),
        (Why::Histogram | Why::Domain, _) => "this is NaN at times".to_string(),
    }
}

/// What NaN turns into bad: a comparison that is then false where it should be true, or the other way round.
fn spoils(expr: &Expr, kind: Kind) -> Option<Cause<'_>> {
    let below = |expr, good| spoils(expr, Kind { compares: false, good });
    match expr.without_parens() {
        Expr::Binary(node) if node.op.is_comparison() => {
            if !node.returns_bool && !kind.compares {
                return None; // drops what is false, and NaN with it
            }
            if let Some(wanted) = wanted(node) {
                return below(&node.left, wanted == kind.good);
            }
            let of_nan = node.op == BinaryOp::NotEqual;
            if of_nan == kind.good {
                return None;
            }
            may_be_nan(&node.left).or_else(|| may_be_nan(&node.right))
        }
        Expr::Binary(node) => match node.op {
            BinaryOp::And | BinaryOp::Unless if asks_for_numbers(&node.right) => None,
            BinaryOp::And | BinaryOp::Unless => below(&node.left, kind.good),
            BinaryOp::Sub => below(&node.left, kind.good).or_else(|| below(&node.right, !kind.good)),
            _ => below(&node.left, kind.good).or_else(|| below(&node.right, kind.good)),
        },
        Expr::Aggregate(node) => match node.op.text.as_str() {
            "count" | "group" | "count_values" => None,
            _ => below(&node.expr, kind.good),
        },
        Expr::Call(node) => node.args.iter().find_map(|arg| below(arg, kind.good)),
        Expr::Subquery(node) => below(&node.expr, kind.good),
        _ => None,
    }
}

/// Whether a comparison asks that something holds, or that it does not: `(a < bool 1) == 0`. `None` where it asks for a number.
fn wanted(node: &Binary) -> Option<bool> {
    let Expr::Number(limit) = node.right.without_parens() else { return None };
    if !is_truth(&node.left) {
        return None;
    }
    Some(match node.op {
        BinaryOp::Greater | BinaryOp::GreaterEqual => true,
        BinaryOp::Less | BinaryOp::LessEqual => false,
        BinaryOp::NotEqual => limit.value == 0.0,
        _ => limit.value != 0.0,
    })
}

/// Whether its values are 0 and 1, or counts of what holds.
fn is_truth(expr: &Expr) -> bool {
    let below = is_truth;
    match expr.without_parens() {
        Expr::Binary(node) if node.op.is_comparison() => node.returns_bool,
        Expr::Binary(node) => match node.op {
            BinaryOp::Mul | BinaryOp::Add | BinaryOp::Sub => below(&node.left) || below(&node.right),
            BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => below(&node.left),
            _ => false,
        },
        Expr::Aggregate(node) => matches!(node.op.text.as_str(), "sum" | "avg" | "min" | "max") && below(&node.expr),
        Expr::Call(node) => node.function.text.ends_with("_over_time") && node.args.iter().any(below),
        Expr::Subquery(node) => below(&node.expr),
        _ => false,
    }
}
