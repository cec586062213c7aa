//! PromQL for `good`, `bad` or `total` that counts events, where events per second are asked for.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::NOT_A_RATE;
use crate::measure::{Measure, Query, Raw};
use crate::model::Journey;
use crate::promql::ast::{BinaryOp, Expr};
use crate::promql::{self, ValueType};
use crate::reckon::range_of;
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &NOT_A_RATE, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let Measure::Events(events) = &sli.measure else { continue };
        for query in events.queries() {
            let Query::Raw(raw) = query else { continue };
            let Ok(expr) = promql::parse(&raw.text, &|_| None) else { continue };
            if seen.contains(&raw.place) {
                continue;
            }
            let Some(counted) = counted(&expr) else { continue };
            seen.push(raw.place);
            found.push(said(raw, &counted, range_of(journey, sli)));
        }
    }
}

/// What an expression counts, if it certainly counts.
enum Counted {
    /// The events of a range, by this function.
    Range(String),
    /// All events since a process began: the value of this counter.
    Ever(String),
}

fn said(raw: &Raw, counted: &Counted, range: u64) -> Diagnostic {
    let d = |why: String| Diagnostic::new(&NOT_A_RATE, why, raw.place, "not per second");
    match counted {
        Counted::Range(function) => d(format!(
            "events per second are asked for, and `{function}` counts those of {range}s: the number is {range} times too high"
        ))
        .help("`rate`, or divide by `$window`, which is a number of seconds outside of brackets"),
        Counted::Ever(name) => d(format!(
            "events per second are asked for, and the value of `{name}` counts all since its process began"
        ))
        .help(format!("`rate({name}[$window])`, or just the selector without backticks, which is counted to the event")),
    }
}

/// What an expression counts; `None` where it may well be a rate.
fn counted(expr: &Expr) -> Option<Counted> {
    match expr.without_parens() {
        Expr::Selector(node) => {
            let name = &node.name.as_ref()?.text;
            let counter = ["_total", "_count", "_bucket"].iter().any(|suffix| name.ends_with(suffix));
            counter.then(|| Counted::Ever(name.clone()))
        }
        Expr::Call(node) => match node.function.text.as_str() {
            name @ ("increase" | "delta" | "changes" | "resets" | "count_over_time") => {
                Some(Counted::Range(name.to_string()))
            }
            "abs" | "ceil" | "clamp" | "clamp_max" | "clamp_min" | "floor" | "label_join" | "label_replace"
            | "round" | "sort" | "sort_desc" => counted(node.args.first()?),
            _ => None,
        },
        Expr::Aggregate(node)
            if matches!(node.op.text.as_str(), "sum" | "min" | "max" | "avg" | "topk" | "bottomk") =>
        {
            counted(&node.expr)
        }
        Expr::Unary(node) => counted(&node.expr),
        Expr::Binary(node) => match node.op {
            BinaryOp::Or | BinaryOp::Add | BinaryOp::Sub => counted(&node.left).or_else(|| counted(&node.right)),
            BinaryOp::And | BinaryOp::Unless => counted(&node.left),
            op if op.is_comparison() && !node.returns_bool && node.right.value_type() == ValueType::Scalar => {
                counted(&node.left)
            }
            _ => None,
        },
        _ => None,
    }
}
