//! `holds` of a number that is no condition: a mean, a count, a time. Whatever is not 0 would be good.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::NOT_A_CONDITION;
use crate::measure::{Measure, Query, Raw};
use crate::model::{Journey, Sli};
use crate::promql::ast::{BinaryOp, Expr};
use crate::promql::{self, ParamType};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &NOT_A_CONDITION, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let Some((raw, word)) = condition(sli) else { continue };
        if seen.contains(&raw.place) {
            continue;
        }
        let window = |name: &str| (name == "window").then_some(ParamType::Duration);
        // with parameters the text is another one than what stands there
        let as_written = promql::parse(&raw.inside, &window).ok();
        let is_as_written = as_written.is_some();
        let Some(expr) = as_written.or_else(|| promql::parse(&raw.written, &|_| None).ok()) else { continue };
        let Some(what) = number(&expr).filter(|_| word == "holds" || !is_a_share(&expr)) else { continue };
        seen.push(raw.place);
        let text = if is_as_written { raw.inside.trim() } else { &raw.written };
        found.push(said(raw, word, text, &what));
    }
}

/// The PromQL that says what is good, and the word before it.
fn condition(sli: &Sli) -> Option<(&Raw, &'static str)> {
    match &sli.measure {
        Measure::Holds(holds) => Some((&holds.expr, "holds")),
        Measure::Up(up) => match &up.query {
            Query::Raw(raw) => Some((raw, "up")),
            Query::Selector(_) => None,
        },
        Measure::Events(_) | Measure::Latency(_) | Measure::Age(_) => None,
    }
}

fn said(raw: &Raw, word: &str, text: &str, what: &str) -> Diagnostic {
    let d = Diagnostic::new(
        &NOT_A_CONDITION,
        format!("`{word}` asks for 0 or 1, and {what} is any number: all but 0 would be good"),
        raw.place,
        "no comparison",
    );
    let shown = if text.chars().count() > 60 || text.contains('\n') { "…" } else { text };
    if word == "holds" {
        d.help(format!("compare it with a bound, such as `{shown} < 50`"))
    } else {
        d.help(format!("`holds` takes a comparison, such as `{shown} < 50`; of a gauge of 0 or 1 take `min` or `max`"))
    }
}

/// What an expression gives where that is certainly a number and not a condition. `None` where it may well be 0 or 1: a gauge may be.
fn number(expr: &Expr) -> Option<String> {
    match expr.without_parens() {
        Expr::Number(_) => Some("a number".to_string()),
        Expr::Selector(node) => {
            let name = &node.name.as_ref()?.text;
            let unit = ["_total", "_count", "_sum", "_bucket", "_seconds", "_milliseconds", "_bytes", "_percent"];
            unit.iter().any(|suffix| name.ends_with(suffix)).then(|| format!("`{name}`"))
        }
        Expr::Aggregate(node) => match node.op.text.as_str() {
            name @ ("avg" | "sum" | "count" | "count_values" | "quantile" | "stddev" | "stdvar") => {
                Some(format!("`{name}`"))
            }
            "min" | "max" | "topk" | "bottomk" | "limitk" | "limit_ratio" => number(&node.expr),
            _ => None,
        },
        Expr::Call(node) => match node.function.text.as_str() {
            name @ ("rate" | "irate" | "increase" | "delta" | "idelta" | "deriv" | "predict_linear" | "changes"
            | "resets" | "avg_over_time" | "sum_over_time" | "count_over_time" | "quantile_over_time"
            | "stddev_over_time" | "stdvar_over_time" | "histogram_quantile" | "histogram_avg"
            | "histogram_count" | "histogram_sum" | "histogram_fraction" | "time" | "timestamp" | "hour"
            | "minute" | "month" | "year" | "day_of_week" | "day_of_month" | "day_of_year"
            | "days_in_month") => Some(format!("`{name}`")),
            "min_over_time" | "max_over_time" | "last_over_time" | "first_over_time" | "abs" | "label_replace"
            | "label_join" | "sort" | "sort_desc" => node.args.first().and_then(number),
            _ => None,
        },
        Expr::Range(node) => number(&Expr::Selector(Box::new(node.selector.clone()))),
        Expr::Subquery(node) => number(&node.expr),
        Expr::Unary(node) => number(&node.expr),
        Expr::Binary(node) => match node.op {
            // a comparison that drops what is false leaves the number itself; `holds` has put `bool` to the one at the top
            op if op.is_comparison() => None,
            BinaryOp::And | BinaryOp::Unless => number(&node.left),
            BinaryOp::Or => number(&node.left).or_else(|| number(&node.right)).filter(|_| !is_flag(&node.right)),
            BinaryOp::Div | BinaryOp::Mod | BinaryOp::Pow => {
                Some("a quotient".to_string()).filter(|_| node.op == BinaryOp::Div)
            }
            // 0 or 1 times a number, 1 - a gauge: both sides must be numbers to be sure
            BinaryOp::Mul | BinaryOp::Add | BinaryOp::Sub => {
                let (left, right) = (number(&node.left), number(&node.right));
                let constant = |expr: &Expr| matches!(expr.without_parens(), Expr::Number(_));
                match (constant(&node.left), constant(&node.right)) {
                    (true, true) => left,
                    (true, false) => right,
                    (false, true) => left,
                    (false, false) => left.and(right),
                }
            }
            _ => None,
        },
        Expr::StringLiteral(_) | Expr::Param(_) | Expr::Paren(_) => None,
    }
}

/// A quotient of what may be anything. After `up` it was written on purpose: nothing of something is bad.
fn is_a_share(expr: &Expr) -> bool {
    let Expr::Binary(node) = expr.without_parens() else { return false };
    node.op == BinaryOp::Div && number(&node.left).is_none() && number(&node.right).is_none()
}

/// `vector(0)`, `vector(1)`: what stands for nothing there.
fn is_flag(expr: &Expr) -> bool {
    matches!(expr.without_parens(), Expr::Call(node) if node.function.text == "vector")
}
