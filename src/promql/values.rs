//! Which numbers an expression can give, as far as that is certain: whether 0 is among them.

#![allow(clippy::float_cmp, reason = "bounds are what stands in the text, and 0 is 0")]

use super::ast::{Binary, BinaryOp, Call, Expr};
use super::{ValueType, walk};

/// Whether no value of an expression is ever 0. What is false and dropped by a comparison without `bool` is no value.
#[must_use]
pub fn is_never_zero(expr: &Expr) -> bool {
    !of(expr).zero
}

/// Why there is no 0 among the values.
#[derive(Debug, Clone, Copy)]
pub enum Why<'a> {
    /// A comparison without `bool` drops what is false.
    Filter(&'a Binary),
    /// `absent` and its like give 1 or nothing.
    Absent(&'a Call),
    /// Of nothing there is no count, not 0.
    Count(&'a Expr),
    /// By its numbers.
    Numbers,
}

/// The part of an expression that is never 0 which decides that the whole is not. `except` is a part that is passed over.
#[must_use]
pub fn why_never_zero<'a>(expr: &'a Expr, except: Option<&Expr>) -> Why<'a> {
    let mut why = None;
    walk(expr, &mut |part| {
        let found = match part {
            Expr::Binary(node) if node.op.is_comparison() && !node.returns_bool => Why::Filter(node),
            Expr::Call(node) if matches!(node.function.text.as_str(), "absent" | "absent_over_time") => {
                Why::Absent(node)
            }
            Expr::Aggregate(node) if matches!(node.op.text.as_str(), "count" | "group") => Why::Count(part),
            _ => return,
        };
        if why.is_none() && !except.is_some_and(|except| std::ptr::eq(except, part)) {
            why = Some(found);
        }
    });
    why.unwrap_or(Why::Numbers)
}

/// All values lie between two numbers, which are infinite where nothing is known.
#[derive(Debug, Clone, Copy)]
struct Values {
    low: f64,
    high: f64,
    /// Whether 0 may be one.
    zero: bool,
    /// Whether NaN may be one.
    nan: bool,
}

/// Products and quotients of what is further away from 0 than this are not 0 by rounding.
const AWAY: f64 = 1e-6;

const ANY: Values = Values { low: f64::NEG_INFINITY, high: f64::INFINITY, zero: true, nan: true };
const SOME: Values = Values { low: 1.0, high: f64::INFINITY, zero: false, nan: false };
const TRUTH: Values = Values { low: 0.0, high: 1.0, zero: true, nan: false };

impl Values {
    fn exact(value: f64) -> Values {
        if value.is_nan() { ANY } else { Values { low: value, high: value, zero: value == 0.0, nan: false } }
    }

    /// Between two numbers; 0 is a value if it lies there.
    fn between(low: f64, high: f64, nan: bool) -> Values {
        if low.is_nan() || high.is_nan() {
            return ANY;
        }
        Values { low, high, zero: low <= 0.0 && 0.0 <= high, nan }
    }

    fn is_exactly(self, value: f64) -> bool {
        !self.nan && self.low == value && self.high == value
    }

    fn is_away(self) -> bool {
        self.low >= AWAY || self.high <= -AWAY
    }

    fn negative(self) -> Values {
        Values { low: -self.high, high: -self.low, ..self }
    }

    /// Of either.
    fn or(self, other: Values) -> Values {
        Values {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            zero: self.zero || other.zero,
            nan: self.nan || other.nan,
        }
    }

    fn plus(self, other: Values) -> Values {
        // ∞ - ∞
        let cancels = |a: Values, b: Values| a.high == f64::INFINITY && b.low == f64::NEG_INFINITY;
        let nan = self.nan || other.nan || cancels(self, other) || cancels(other, self);
        Values::between(self.low + other.low, self.high + other.high, nan)
    }

    fn times(self, other: Values) -> Values {
        let part = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let parts = [(self.low, other.low), (self.low, other.high), (self.high, other.low), (self.high, other.high)]
            .map(|(a, b)| part(a, b));
        // 0 × ∞
        let endless = |v: Values| v.low.is_infinite() || v.high.is_infinite();
        Values {
            low: parts.into_iter().fold(f64::INFINITY, f64::min),
            high: parts.into_iter().fold(f64::NEG_INFINITY, f64::max),
            zero: self.zero || other.zero || !self.is_away() || !other.is_away(),
            nan: self.nan || other.nan || endless(self) && other.zero || endless(other) && self.zero,
        }
    }

    /// The sum of one or more.
    fn sum(self) -> Values {
        let bound = |value: f64, end: f64| if value == 0.0 { 0.0 } else { end };
        if self.low >= 0.0 {
            Values { high: bound(self.high, f64::INFINITY), ..self }
        } else if self.high <= 0.0 {
            Values { low: bound(self.low, f64::NEG_INFINITY), ..self }
        } else {
            ANY
        }
    }

    /// The mean of one or more.
    fn mean(self) -> Values {
        Values { zero: self.low <= 0.0 && 0.0 <= self.high && (self.zero || self.low < 0.0), ..self }
    }

    fn at_most(self, most: Values) -> Values {
        Values {
            low: self.low.min(most.low),
            high: self.high.min(most.high),
            zero: self.zero && most.high >= 0.0 || most.zero && self.high >= 0.0,
            nan: self.nan || most.nan,
        }
    }

    fn at_least(self, least: Values) -> Values {
        self.negative().at_most(least.negative()).negative()
    }
}

/// It goes down part by part, as the parser does, which takes no more than some hundred operators.
fn of(expr: &Expr) -> Values {
    match expr {
        Expr::Number(node) => Values::exact(node.value),
        Expr::Paren(node) => of(&node.expr),
        Expr::Unary(node) if node.minus => of(&node.expr).negative(),
        Expr::Unary(node) => of(&node.expr),
        Expr::Subquery(node) => of(&node.expr),
        // Prometheus writes it itself, while an alert is there
        Expr::Selector(node) if node.name.as_ref().is_some_and(|name| name.text == "ALERTS") => Values::exact(1.0),
        Expr::Aggregate(node) => match node.op.text.as_str() {
            "count" | "count_values" => SOME,
            "group" => Values::exact(1.0),
            "min" | "max" | "topk" | "bottomk" | "limitk" | "limit_ratio" => of(&node.expr),
            "sum" => of(&node.expr).sum(),
            "avg" => of(&node.expr).mean(),
            _ => ANY,
        },
        Expr::Call(node) => of_call(node),
        Expr::Binary(node) => of_binary(node),
        Expr::Selector(_) | Expr::Range(_) | Expr::StringLiteral(_) | Expr::Param(_) => ANY,
    }
}

fn of_call(node: &Call) -> Values {
    let arg = |i: usize| node.args.get(i).map_or(ANY, of);
    match node.function.text.as_str() {
        "absent" | "absent_over_time" | "present_over_time" => Values::exact(1.0),
        "count_over_time" | "time" => SOME,
        "last_over_time" | "first_over_time" | "min_over_time" | "max_over_time" | "sort" | "sort_desc"
        | "label_replace" | "label_join" | "vector" => arg(0),
        "sum_over_time" => arg(0).sum(),
        "avg_over_time" => arg(0).mean(),
        "scalar" => Values { nan: true, ..arg(0) },
        "clamp_max" => arg(0).at_most(arg(1)),
        "clamp_min" => arg(0).at_least(arg(1)),
        "clamp" => arg(0).at_most(arg(2)).at_least(arg(1)),
        "abs" if arg(0).low >= 0.0 => arg(0),
        "abs" => Values { low: 0.0, high: f64::INFINITY, ..arg(0) },
        "sgn" if arg(0).low > 0.0 => Values { nan: arg(0).nan, ..Values::exact(1.0) },
        _ => ANY,
    }
}

fn of_binary(node: &Binary) -> Values {
    let (left, right) = (of(&node.left), of(&node.right));
    match node.op {
        op if op.is_comparison() && node.returns_bool => {
            if always(op, left, right) {
                Values::exact(1.0)
            } else {
                TRUTH
            }
        }
        op if op.is_comparison() => {
            // the value of the vector is kept, on whichever side it stands
            if node.left.value_type() == ValueType::Scalar && node.right.value_type() == ValueType::Vector {
                kept(turned(op), right, left)
            } else {
                kept(op, left, right)
            }
        }
        BinaryOp::And | BinaryOp::Unless => left,
        BinaryOp::Or => left.or(right),
        BinaryOp::Add => left.plus(right),
        BinaryOp::Sub => left.plus(right.negative()),
        BinaryOp::Mul => left.times(right),
        BinaryOp::Div if right.low == right.high && right.is_away() && right.low.abs() <= 1.0 / AWAY => {
            left.times(Values::exact(1.0 / right.low))
        }
        _ => ANY,
    }
}

/// The comparison with its sides changed.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        op => op,
    }
}

/// What a comparison without `bool` leaves of its left side.
fn kept(op: BinaryOp, left: Values, right: Values) -> Values {
    let nan = left.nan && op == BinaryOp::NotEqual;
    let (low, high) = match op {
        BinaryOp::Equal => (left.low.max(right.low), left.high.min(right.high)),
        BinaryOp::Less | BinaryOp::LessEqual => (left.low, left.high.min(right.high)),
        BinaryOp::Greater | BinaryOp::GreaterEqual => (left.low.max(right.low), left.high),
        _ => (left.low, left.high),
    };
    let zero = match op {
        BinaryOp::Equal => right.zero,
        BinaryOp::NotEqual => !right.is_exactly(0.0),
        BinaryOp::Less => right.high > 0.0,
        BinaryOp::LessEqual => right.high >= 0.0,
        BinaryOp::Greater => right.low < 0.0,
        _ => right.low <= 0.0,
    };
    Values { low, high, zero: left.zero && zero, nan }
}

/// Whether a comparison certainly holds.
fn always(op: BinaryOp, left: Values, right: Values) -> bool {
    let numbers = !left.nan && !right.nan;
    match op {
        BinaryOp::Less => numbers && left.high < right.low,
        BinaryOp::LessEqual => numbers && left.high <= right.low,
        BinaryOp::Greater => numbers && left.low > right.high,
        BinaryOp::GreaterEqual => numbers && left.low >= right.high,
        BinaryOp::Equal => numbers && left.low == left.high && right.is_exactly(left.low),
        _ => left.high < right.low || left.low > right.high || right.is_exactly(0.0) && !left.zero,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::parse;

    fn never(text: &str) -> bool {
        is_never_zero(&parse(text, &|_| None).expect(text))
    }

    #[test]
    fn what_is_never_zero() {
        for text in [
            "x == 1",
            "1 == x",
            "x > 0",
            "0 < x",
            "x >= 0.5",
            "x != 0",
            "min(x == 1)",
            "max by (a) (x > 0.5)",
            "avg(x > 0)",
            "sum(x == 1)",
            "clamp_max(x == 1, 1)",
            "clamp_min(x, 1)",
            "absent(x)",
            "max(absent_over_time(x[5m]))",
            "count(x == 0)",
            "count(x == 0) > bool 0",
            "count(x) >= bool 1",
            "count(x) != bool 0",
            "group(x)",
            "ALERTS{alertname=\"x\"}",
            "vector(1)",
            "x == 1 or vector(1)",
            "(x == 1) and y",
            "(x == 1) unless y",
            "min_over_time((x == 1)[5m:1m])",
            "last_over_time((x > 0)[5m:1m])",
            "count_over_time(x[5m])",
            "100 * (x == 1)",
            "(x == 2) / 2",
            "(x == 1) + 1",
            "x == (y == 1)",
            "-(x == 1)",
        ] {
            assert!(never(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_zero() {
        for text in [
            "x",
            "x == 0",
            "x >= 0",
            "x < 5",
            "x <= 0",
            "x != 1",
            "x > -1",
            "x == bool 1",
            "x >= -Inf",
            "x == y",
            "0 * (x == 1)",
            "min(x)",
            "min(x == bool 1)",
            "absent(x) or vector(0)",
            "count(x) or vector(0)",
            "(count(x) or vector(0)) > bool 0",
            "count(x) > bool 1",
            "count(x) > bool 0 == bool 0",
            "(x == 1) - 1",
            "(x > 0) - (y > 0)",
            "sum(x)",
            "sum(x >= 0)",
            "avg(x >= -1 < 1)",
            "clamp_max(x == 1, 0)",
            "clamp_max(x, 1)",
            "clamp_min(x, 0)",
            "x == 1 or 0 * y",
            "(x > 0) * (y > 0)",
            "(x > 0) / 2",
            "floor(x > 0)",
            "scalar(count(x)) * y",
            "rate(x[5m]) > bool 0",
            "vector(1) > bool scalar(x)",
            "quantile(0.5, x == 1)",
            "year() > bool 2000",
            "ready",
            "1 - (x == 1)",
        ] {
            assert!(!never(text), "{text}");
        }
    }
}
