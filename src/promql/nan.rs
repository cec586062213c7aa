//! Where an expression may be NaN though what it reads is not: 0 / 0, a quantile of no observations.

use super::ValueType;
use super::ast::{Binary, BinaryOp, Call, Expr, MatcherValue, Selector};

/// What makes NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// `a / b` while both are 0.
    Division,
    /// `a % b` while `b` is 0.
    Remainder,
    /// A negative number to a power that is not whole.
    Power,
    /// A histogram without observations.
    Histogram,
    /// A summary without observations.
    Summary,
    /// A number that a function is not defined for.
    Domain,
    /// `scalar()` of not just one series.
    Scalar,
}

/// The part of an expression that may be NaN, and why.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// The part.
    pub expr: &'a Expr,
    /// Why.
    pub why: Why,
}

/// What may make the value of an expression NaN; `None` where nothing is known that could, or where a comparison drops it.
///
/// It goes down part by part, as the parser does, which takes no more than some hundred operators.
#[must_use]
pub fn may_be_nan(expr: &Expr) -> Option<Cause<'_>> {
    let here = |why| Some(Cause { expr, why });
    match expr {
        Expr::Paren(node) => may_be_nan(&node.expr),
        Expr::Unary(node) => may_be_nan(&node.expr),
        Expr::Subquery(node) => may_be_nan(&node.expr),
        Expr::Selector(node) if is_quantile_of_a_summary(node) => here(Why::Summary),
        Expr::Range(node) if is_quantile_of_a_summary(&node.selector) => here(Why::Summary),
        Expr::Aggregate(node) => match node.op.text.as_str() {
            "count" | "group" | "count_values" => None,
            _ => may_be_nan(&node.expr),
        },
        Expr::Call(node) => of_call(node, &here),
        Expr::Binary(node) => of_binary(node, &here),
        Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) | Expr::Selector(_) | Expr::Range(_) => None,
    }
}

type Here<'f, 'a> = &'f dyn Fn(Why) -> Option<Cause<'a>>;

fn of_call<'a>(node: &'a Call, here: Here<'_, 'a>) -> Option<Cause<'a>> {
    let first = node.args.first();
    match node.function.text.as_str() {
        "histogram_quantile" | "histogram_fraction" => {
            if node.args.last().is_some_and(is_never_zero) {
                None
            } else {
                here(Why::Histogram)
            }
        }
        "histogram_avg" | "histogram_stddev" | "histogram_stdvar" => here(Why::Histogram),
        "scalar" => first.and_then(may_be_nan).or_else(|| here(Why::Scalar)),
        "ln" | "log2" | "log10" | "sqrt" => {
            first.and_then(|arg| if is_never_negative(arg) { may_be_nan(arg) } else { here(Why::Domain) })
        }
        "acos" | "acosh" | "asin" | "atanh" => here(Why::Domain),
        // numbers whatever is in there
        "absent" | "absent_over_time" | "changes" | "count_over_time" | "histogram_count" | "histogram_sum"
        | "present_over_time" | "resets" | "time" | "timestamp" => None,
        _ => node.args.iter().find_map(may_be_nan),
    }
}

fn of_binary<'a>(node: &'a Binary, here: Here<'_, 'a>) -> Option<Cause<'a>> {
    let either = || may_be_nan(&node.left).or_else(|| may_be_nan(&node.right));
    match node.op {
        op if op.is_comparison() && (node.returns_bool || op != BinaryOp::NotEqual) => None,
        op if op.is_comparison() => may_be_nan(&node.left),
        BinaryOp::And | BinaryOp::Unless if asks_for_numbers(&node.right) => None,
        BinaryOp::And | BinaryOp::Unless => may_be_nan(&node.left),
        BinaryOp::Div => either().or_else(|| {
            if is_never_zero(&node.right) || is_never_zero(&node.left) { None } else { here(Why::Division) }
        }),
        BinaryOp::Mod => either().or_else(|| if is_never_zero(&node.right) { None } else { here(Why::Remainder) }),
        BinaryOp::Pow => either().or_else(|| {
            let is_whole = matches!(node.right.without_parens(), Expr::Number(n) if n.value.fract() == 0.0);
            if is_whole || is_never_negative(&node.left) { None } else { here(Why::Power) }
        }),
        _ => either(),
    }
}

/// Whether it only yields what a comparison lets through: `… and b > 0`.
#[must_use]
pub fn asks_for_numbers(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Binary(node) if node.op.is_comparison() => !node.returns_bool,
        Expr::Binary(node) if node.op.is_set() => asks_for_numbers(&node.left) || asks_for_numbers(&node.right),
        Expr::Aggregate(node) => asks_for_numbers(&node.expr),
        _ => false,
    }
}

/// `x{quantile="0.99"}`
fn is_quantile_of_a_summary(selector: &Selector) -> bool {
    let is_number =
        |value: &MatcherValue| matches!(value, MatcherValue::Literal(text) if text.value.parse::<f64>().is_ok());
    selector.matchers.iter().any(|m| m.label.text == "quantile" && is_number(&m.value))
}

fn number(expr: &Expr) -> Option<f64> {
    match expr.without_parens() {
        Expr::Number(node) => Some(node.value),
        Expr::Unary(node) => number(&node.expr).map(|n| if node.minus { -n } else { n }),
        _ => None,
    }
}

/// Whether 0 is none of its values.
fn is_never_zero(expr: &Expr) -> bool {
    if let Some(number) = number(expr) {
        return number != 0.0 && !number.is_nan();
    }
    match expr.without_parens() {
        Expr::Param(_) => true,
        Expr::Unary(node) => is_never_zero(&node.expr),
        Expr::Selector(node) => is_of_a_machine(node),
        Expr::Aggregate(node) => match node.op.text.as_str() {
            "count" | "group" => true,
            "stddev" | "stdvar" | "quantile" | "count_values" => false,
            _ => is_never_zero(&node.expr),
        },
        Expr::Call(node) => match node.function.text.as_str() {
            "time" | "pi" | "timestamp" | "exp" | "count_over_time" | "present_over_time" | "year" | "month"
            | "day_of_month" | "days_in_month" | "absent" => true,
            "clamp_min" | "clamp" => node.args.get(1).and_then(number).is_some_and(|least| least > 0.0),
            "vector" | "abs" | "last_over_time" | "max_over_time" | "min_over_time" | "avg_over_time"
            | "label_replace" | "label_join" | "sort" | "sort_desc" => node.args.first().is_some_and(is_never_zero),
            _ => false,
        },
        Expr::Range(node) => is_of_a_machine(&node.selector),
        Expr::Subquery(node) => is_never_zero(&node.expr),
        Expr::Binary(node) => match node.op {
            op if op.is_comparison() => !node.returns_bool && drops_zero(node),
            BinaryOp::And | BinaryOp::Unless => is_never_zero(&node.left) || asks_for_numbers(&node.right),
            BinaryOp::Or | BinaryOp::Mul => is_never_zero(&node.left) && is_never_zero(&node.right),
            BinaryOp::Div => is_never_zero(&node.left),
            BinaryOp::Add => {
                let (least, most) = (is_never_negative(&node.left), is_never_negative(&node.right));
                least && most && (is_never_zero(&node.left) || is_never_zero(&node.right))
            }
            _ => false,
        },
        _ => false,
    }
}

/// What a machine has in all is not 0.
fn is_of_a_machine(selector: &Selector) -> bool {
    let name = selector.name.as_ref().map_or("", |name| name.text.as_str());
    ["MemTotal", "size_bytes", "capacity", "allocatable"].iter().any(|word| name.contains(word))
}

fn drops_zero(node: &Binary) -> bool {
    let (op, limit, value) = match (number(&node.left), number(&node.right)) {
        (None, Some(limit)) => (node.op, limit, &node.left),
        (Some(limit), None) => (mirrored(node.op), limit, &node.right),
        // beside another series; it may be anything
        _ => return is_never_zero(&node.left),
    };
    let zero_goes = match op {
        BinaryOp::Greater => limit >= 0.0,
        BinaryOp::GreaterEqual => limit > 0.0,
        BinaryOp::Less => limit <= 0.0,
        BinaryOp::LessEqual => limit < 0.0,
        BinaryOp::Equal => limit != 0.0,
        _ => limit == 0.0,
    };
    zero_goes || is_never_zero(value)
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        other => other,
    }
}

/// Whether no value of it is below 0.
fn is_never_negative(expr: &Expr) -> bool {
    if let Some(number) = number(expr) {
        return number >= 0.0;
    }
    match expr.without_parens() {
        Expr::Param(_) => true,
        Expr::Selector(node) => node.name.as_ref().is_some_and(|name| counts(&name.text)),
        Expr::Range(node) => node.selector.name.as_ref().is_some_and(|name| counts(&name.text)),
        Expr::Subquery(node) => is_never_negative(&node.expr),
        Expr::Aggregate(node) => match node.op.text.as_str() {
            "count" | "group" | "stddev" | "stdvar" => true,
            _ => is_never_negative(&node.expr),
        },
        Expr::Call(node) => match node.function.text.as_str() {
            "abs" | "absent" | "changes" | "count_over_time" | "exp" | "histogram_count" | "increase" | "irate"
            | "present_over_time" | "rate" | "resets" | "sqrt" | "stddev_over_time" | "stdvar_over_time" | "time"
            | "timestamp" | "pi" | "hour" | "minute" | "month" | "year" => true,
            "clamp_min" | "clamp" => node.args.get(1).and_then(number).is_some_and(|least| least >= 0.0),
            "delta" | "deriv" | "idelta" | "predict_linear" => false,
            _ => {
                let values = || node.args.iter().filter(|arg| arg.value_type() != ValueType::String);
                values().count() > 0 && values().all(is_never_negative)
            }
        },
        Expr::Binary(node) => match node.op {
            BinaryOp::Add | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Or => {
                is_never_negative(&node.left) && is_never_negative(&node.right)
            }
            BinaryOp::Pow | BinaryOp::And | BinaryOp::Unless => is_never_negative(&node.left),
            BinaryOp::Greater | BinaryOp::GreaterEqual => {
                node.returns_bool
                    || number(&node.right).is_some_and(|limit| limit >= 0.0)
                    || is_never_negative(&node.left)
            }
            op if op.is_comparison() => node.returns_bool || is_never_negative(&node.left),
            _ => false,
        },
        _ => false,
    }
}

/// Names of counters and of lengths of time and space.
fn counts(name: &str) -> bool {
    ["_total", "_count", "_bucket", "_sum", "_seconds", "_bytes"].iter().any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> Option<(Why, String)> {
        let expr = crate::promql::parse(text, &|_| None).expect(text);
        may_be_nan(&expr).map(|cause| (cause.why, cause.expr.span().of(text).to_string()))
    }

    #[test]
    fn what_may_be_nan_is_found_where_it_stands() {
        let found = [
            ("a / b", Why::Division, "a / b"),
            (
                "1 - sum(rate(a_total[5m])) / sum(rate(b_total[5m]))",
                Why::Division,
                "sum(rate(a_total[5m])) / sum(rate(b_total[5m]))",
            ),
            ("a % b", Why::Remainder, "a % b"),
            ("a ^ 0.5", Why::Power, "a ^ 0.5"),
            (
                "max(histogram_quantile(0.9, rate(x_bucket[5m])))",
                Why::Histogram,
                "histogram_quantile(0.9, rate(x_bucket[5m]))",
            ),
            ("histogram_avg(rate(x[5m]))", Why::Histogram, "histogram_avg(rate(x[5m]))"),
            ("ln(a - b)", Why::Domain, "ln(a - b)"),
            ("2 * scalar(a)", Why::Scalar, "scalar(a)"),
            ("avg_over_time(x{quantile=\"0.9\"}[5m])", Why::Summary, "x{quantile=\"0.9\"}[5m]"),
            ("a / b != 0", Why::Division, "a / b"),
            ("a / (b >= 0)", Why::Division, "a / (b >= 0)"),
            ("c or a / b", Why::Division, "a / b"),
        ];
        for (text, reason, part) in found {
            assert_eq!(why(text), Some((reason, part.to_string())), "{text}");
        }
    }

    #[test]
    fn numbers_and_guards_are_not() {
        for text in [
            "a",
            "a / 1000",
            "a / -2",
            "1 / a",
            "a / (b > 0)",
            "a / (b != 0)",
            "a / (0 < b)",
            "a / clamp_min(b, 1)",
            "sum(a) / count(a)",
            "a / (1 + rate(b_total[5m]))",
            "(a / b) >= -Inf",
            "a / b == 3",
            "a / b and b > 0",
            "a / b unless b == 0",
            "a / b and on () sum(b) > 0",
            "count(a / b)",
            "histogram_quantile(0.9, rate(x_bucket[5m])) > 0",
            "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])) > 0)",
            "sqrt(rate(x_total[5m]))",
            "a ^ 2",
            "2 ^ a",
            "time() - x",
            "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
            "a / b < bool 3",
        ] {
            assert_eq!(why(text), None, "{text}");
        }
    }
}
