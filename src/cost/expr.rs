//! How many samples an expression reads, and how many series it yields, as Prometheus counts them.
//!
//! The count is that of `totalQueryableSamples` in the statistics of a query (`stats=all`, Prometheus' HTTP API): an instant selector is a
//! sample for each series; a range selector is all samples in the range; operators and functions add nothing of their own; a subquery is
//! the samples that it *yields*, whatever it read to make them. A native histogram counts as one sample here, as in Prometheus 2;
//! Prometheus 3 weighs it by its size.

use crate::promql::ast::{Aggregate, Binary, BinaryOp, Call, DurationText, DurationValue, Expr, Selector, Subquery};

/// What is known of the series behind selectors.
pub trait Source {
    /// How many series a selector matches. The text of the expression is that which the selector's places refer to.
    fn series(&self, selector: &Selector) -> f64;
    /// How many samples one of these series has in a range of so many milliseconds.
    fn samples_in(&self, selector: &Selector, range: u64) -> f64;
    /// Whether the series are raw, and not recorded by rules of ours.
    fn is_raw(&self, selector: &Selector) -> bool;
    /// How many values the labels of a `by` clause have together.
    fn values(&self) -> f64;
}

/// Samples that an evaluation reads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Samples {
    /// Of raw series.
    pub raw: f64,
    /// Of series that the rules recorded.
    pub recorded: f64,
}

impl Samples {
    /// Both together.
    pub fn all(self) -> f64 {
        self.raw + self.recorded
    }
    /// Both, so many times.
    #[must_use]
    pub fn times(self, factor: f64) -> Samples {
        Samples { raw: self.raw * factor, recorded: self.recorded * factor }
    }
}

impl std::ops::Add for Samples {
    type Output = Samples;
    fn add(self, other: Samples) -> Samples {
        Samples { raw: self.raw + other.raw, recorded: self.recorded + other.recorded }
    }
}

impl std::iter::Sum for Samples {
    fn sum<I: Iterator<Item = Samples>>(all: I) -> Samples {
        all.fold(Samples::default(), std::ops::Add::add)
    }
}

/// The samples that one evaluation of an expression reads.
pub fn samples(expr: &Expr, source: &dyn Source) -> Samples {
    let mut found = Samples::default();
    // a stack, since chains of operators may be long
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match expr {
            Expr::Selector(node) => found = found + read(node, source.series(node), source),
            Expr::Range(node) => {
                let each = source.samples_in(&node.selector, milliseconds(&node.range));
                found = found + read(&node.selector, source.series(&node.selector) * each, source);
            }
            Expr::Subquery(node) => found = found + yielded(node, source),
            Expr::Call(node) => open.extend(&node.args),
            Expr::Aggregate(node) => {
                open.push(&node.expr);
                open.extend(&node.param);
            }
            Expr::Binary(node) => open.extend([&node.left, &node.right]),
            Expr::Unary(node) => open.push(&node.expr),
            Expr::Paren(node) => open.push(&node.expr),
            Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) => {}
        }
    }
    found
}

fn read(selector: &Selector, samples: f64, source: &dyn Source) -> Samples {
    if source.is_raw(selector) {
        Samples { raw: samples, recorded: 0.0 }
    } else {
        Samples { raw: 0.0, recorded: samples }
    }
}

/// The samples of a subquery: one for each series and step.
fn yielded(node: &Subquery, source: &dyn Source) -> Samples {
    let step = node.step.as_ref().map_or(MINUTE, milliseconds).max(1);
    let samples = series(&node.expr, source) * (milliseconds(&node.range) / step) as f64;
    let mut raw = false;
    crate::promql::walk(&node.expr, &mut |expr| {
        raw |= match expr {
            Expr::Selector(node) => source.is_raw(node),
            Expr::Range(node) => source.is_raw(&node.selector),
            _ => false,
        };
    });
    if raw { Samples { raw: samples, recorded: 0.0 } } else { Samples { raw: 0.0, recorded: samples } }
}

/// The step of a subquery that names none: the default evaluation interval of Prometheus.
const MINUTE: u64 = 60_000;

/// A literal length; parameters are filled in before a rule is written.
fn milliseconds(duration: &DurationText) -> u64 {
    match duration.value {
        DurationValue::Literal(ms) => ms,
        DurationValue::Param(_) => 0,
    }
}

/// How many series an expression yields, at most: comparisons may drop some of them.
pub fn series(expr: &Expr, source: &dyn Source) -> f64 {
    match expr {
        Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) => 1.0,
        Expr::Selector(node) => source.series(node),
        Expr::Range(node) => source.series(&node.selector),
        Expr::Subquery(node) => series(&node.expr, source),
        Expr::Call(node) => of_call(node, source),
        Expr::Aggregate(node) => of_aggregate(node, source),
        Expr::Binary(node) => of_binary(node, source),
        Expr::Unary(node) => series(&node.expr, source),
        Expr::Paren(node) => series(&node.expr, source),
    }
}

fn of_call(node: &Call, source: &dyn Source) -> f64 {
    if matches!(node.function.text.as_str(), "absent" | "absent_over_time" | "scalar" | "vector") {
        return 1.0;
    }
    node.args.iter().map(|arg| series(arg, source)).fold(1.0, f64::max)
}

fn of_aggregate(node: &Aggregate, source: &dyn Source) -> f64 {
    let inside = series(&node.expr, source);
    match &node.grouping {
        _ if matches!(node.op.text.as_str(), "topk" | "bottomk" | "count_values") => inside,
        Some(grouping) if grouping.without => inside,
        Some(grouping) if !grouping.labels.is_empty() => inside.min(source.values()),
        _ => inside.min(1.0),
    }
}

fn of_binary(node: &Binary, source: &dyn Source) -> f64 {
    let (left, right) = (series(&node.left, source), series(&node.right, source));
    let is_scalar = |expr: &Expr| expr.value_type() == crate::promql::ValueType::Scalar;
    match node.op {
        BinaryOp::Or => left + right,
        BinaryOp::And | BinaryOp::Unless => left,
        _ if is_scalar(&node.left) => right,
        _ if is_scalar(&node.right) => left,
        _ => match node.matching.as_ref().and_then(|m| m.group.as_ref()) {
            Some(group) if group.left => left,
            Some(_) => right,
            None => left.min(right),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three raw series of every metric, each with a sample every 30 seconds.
    struct Three;

    impl Source for Three {
        fn series(&self, _: &Selector) -> f64 {
            3.0
        }
        fn samples_in(&self, _: &Selector, range: u64) -> f64 {
            (range / 30_000) as f64
        }
        fn is_raw(&self, _: &Selector) -> bool {
            true
        }
        fn values(&self) -> f64 {
            2.0
        }
    }

    /// The numbers are those of Prometheus 2.42 over three series with a sample every 30 seconds.
    #[test]
    fn samples_are_counted_as_prometheus_counts_them() {
        for (text, expected) in [
            ("x", 3.0),
            ("sum(x)", 3.0),
            ("x + x", 6.0),
            ("x unless x offset 2m", 6.0),
            ("rate(x[2m])", 12.0),
            ("count_over_time((x > 0)[2m:1m])", 6.0),
            ("count_over_time(x[2m:30s])", 12.0),
            ("count_over_time((sum(x)>0)[10m:1m])", 10.0),
            ("absent(count_over_time((hour()<24)[2m:1m]))", 2.0),
            ("timestamp(x)", 3.0),
            ("topk by (i) (1, x)", 3.0),
            ("vector(1)", 0.0),
            ("scalar(x)", 3.0),
            ("last_over_time((x offset 1m)[5m:1m])", 15.0),
        ] {
            let expr = crate::promql::parse(text, &|_| None).expect(text);
            assert!((samples(&expr, &Three).all() - expected).abs() < 1e-9, "{text}: {:?}", samples(&expr, &Three));
        }
    }

    #[test]
    fn series_follow_operators_and_aggregations() {
        for (text, expected) in [
            ("sum(x)", 1.0),
            ("sum by (a) (x)", 2.0),
            ("sum without (a) (x)", 3.0),
            ("x or y", 6.0),
            ("x and y", 3.0),
            ("1 - x", 3.0),
            ("sum(x) * on () group_right () x", 3.0),
            ("x * on (a) group_left () sum by (a) (x)", 3.0),
            ("scalar(x)", 1.0),
        ] {
            let expr = crate::promql::parse(text, &|_| None).expect(text);
            assert!((series(&expr, &Three) - expected).abs() < 1e-9, "{text}: {}", series(&expr, &Three));
        }
    }
}
