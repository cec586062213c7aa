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
        let Some((expr, is_as_written)) = read(raw) else { continue };
        let Some(what) = decided(&expr, word) else { continue };
        seen.push(raw.place);
        let text = if is_as_written { raw.inside.trim() } else { &raw.written };
        found.push(said(raw, word, text, &expr, &what));
    }
}

/// The PromQL as it stands there, if it can be read so: with parameters it is another text.
fn read(raw: &Raw) -> Option<(Expr, bool)> {
    let window = |name: &str| (name == "window").then_some(ParamType::Duration);
    let as_written = promql::parse(&raw.inside, &window).ok();
    let is_as_written = as_written.is_some();
    let expr = as_written.or_else(|| promql::parse(&raw.written, &|_| None).ok())?;
    Some((expr, is_as_written))
}

fn decided(expr: &Expr, word: &str) -> Option<Number> {
    number(expr).filter(|_| word == "holds" || !is_a_share(expr))
}

/// Whether something is said of PromQL after a word.
pub fn speaks(raw: &Raw, word: &str) -> bool {
    read(raw).is_some_and(|(expr, _)| decided(&expr, word).is_some())
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

fn said(raw: &Raw, word: &str, text: &str, expr: &Expr, what: &Number) -> Diagnostic {
    let shown = if text.chars().count() > 60 || text.contains('\n') { "…" } else { text };
    // `and`, `or` and `unless` bind less than a comparison
    let in_parens = match expr.without_parens() {
        Expr::Binary(node) => matches!(node.op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless) && shown != "…",
        _ => false,
    };
    let shown = if in_parens && !text.starts_with('(') { format!("({shown})") } else { shown.to_string() };
    // of nothing there is no count
    let has_no_zero =
        matches!(expr.without_parens(), Expr::Aggregate(node) if node.op.text == "count" && node.grouping.is_none());
    let more = if has_no_zero { format!("({shown} or vector(0))") } else { shown.clone() };
    let compared = if word == "holds" { "compare it with a bound" } else { "`holds` takes a comparison" };
    let gauge = if word == "holds" { "" } else { "; of a gauge of 0 or 1 take `min` or `max`" };
    let (message, help) = match what.kind {
        Kind::Count => (
            "not 0 is good, however much it is",
            format!(
                "if that is meant, write `holds` and `{more} > 0`; if little is good, `{shown} < …` with the bound that is meant"
            ),
        ),
        Kind::Mean if word == "up" => {
            ("all but 0 would be good", format!("{compared}, such as `{shown} >= 0.9`{gauge}"))
        }
        Kind::Mean | Kind::Other => (
            "all but 0 would be good",
            format!("{compared}: `{shown} < …` where little is good, `{shown} > …` where much is{gauge}"),
        ),
    };
    let message = format!("`{word}` asks for 0 or 1, and {} is any number: {message}", what.text);
    Diagnostic::new(&NOT_A_CONDITION, message, raw.place, "no comparison").help(help)
}

/// What a number is, as far as that decides how to compare it.
struct Number {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// How many: that it is not 0 may be what is good, as with heartbeats.
    Count,
    /// A mean: of what is 0 or 1 a share.
    Mean,
    /// Anything else.
    Other,
}

impl Number {
    fn of(text: String, kind: Kind) -> Number {
        Number { text, kind }
    }

    /// What a function or an aggregation gives.
    fn by(name: &str) -> Number {
        let kind = match name {
            "rate" | "irate" | "increase" | "changes" | "resets" | "count" | "count_values" | "sum"
            | "count_over_time" | "sum_over_time" | "histogram_count" => Kind::Count,
            "avg" | "avg_over_time" => Kind::Mean,
            _ => Kind::Other,
        };
        Number::of(format!("`{name}`"), kind)
    }
}

/// What an expression gives where that is certainly a number and not a condition. `None` where it may well be 0 or 1: a gauge may be.
fn number(expr: &Expr) -> Option<Number> {
    match expr.without_parens() {
        Expr::Number(_) => Some(Number::of("a number".to_string(), Kind::Other)),
        Expr::Selector(node) => {
            let name = &node.name.as_ref()?.text;
            let unit = ["_total", "_count", "_sum", "_bucket", "_seconds", "_milliseconds", "_bytes", "_percent"];
            unit.iter().any(|suffix| name.ends_with(suffix)).then(|| Number::of(format!("`{name}`"), Kind::Other))
        }
        Expr::Aggregate(node) => match node.op.text.as_str() {
            name @ ("avg" | "sum" | "count" | "count_values" | "quantile" | "stddev" | "stdvar") => {
                Some(Number::by(name))
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
            | "days_in_month") => Some(Number::by(name)),
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
                Some(Number::of("a quotient".to_string(), Kind::Other)).filter(|_| node.op == BinaryOp::Div)
            }
            // 0 or 1 times a number, 1 - a gauge: both sides must be numbers to be sure
            BinaryOp::Mul | BinaryOp::Add | BinaryOp::Sub => {
                let (left, right) = (number(&node.left), number(&node.right));
                let constant = |expr: &Expr| matches!(expr.without_parens(), Expr::Number(_));
                match (constant(&node.left), constant(&node.right)) {
                    (true, false) => right,
                    (_, true) => left,
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
