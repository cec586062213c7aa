//! PromQL in backticks.

use super::Resolver;
use super::messages as say;
use super::params::Params;
use crate::measure::{Matcher, Raw};
use crate::promql::ast::{BinaryOp, Expr, MatcherValue};
use crate::promql::{self, Value, ValueType};
use crate::source::Place;

/// What PromQL is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// Events per second: ranges are `$window`.
    PerSecond,
    /// An instant vector.
    Vector,
    /// A comparison that yields 0 or 1.
    Comparison,
    /// Anything that yields something while it holds.
    Exclusion,
}

impl Resolver<'_> {
    /// Checks PromQL and fills in its parameters; `range` is what `$window` stands for, in seconds.
    pub fn raw(&mut self, place: Place, params: &Params, range: u64, wanted: Wanted) -> Option<Raw> {
        if self.has_syntax_problem(place) {
            return None;
        }
        let written = self.text(place);
        let inside = written.strip_prefix('`').unwrap_or(written);
        let inside = inside.strip_suffix('`').unwrap_or(inside).to_string();
        let part =
            |range: promql::Range| Place { file: place.file, span: place.span.part(1 + range.start, 1 + range.end) };
        let expr = match promql::parse(&inside, &|name| params.ty(name)) {
            Ok(expr) => expr,
            Err(error) => {
                self.found.push(say::bad_promql(part(error.at), error));
                return None;
            }
        };
        if expr.value_type() != ValueType::Vector {
            let selector = match &expr {
                Expr::Range(node) if node.selector.offset.is_none() && node.selector.at.is_none() => {
                    Some(node.selector.span.of(&inside))
                }
                _ => None,
            };
            let selector = selector.filter(|_| matches!(wanted, Wanted::PerSecond | Wanted::Vector));
            self.found.push(say::not_a_vector(place, expr.value_type().described(), selector));
            return None;
        }
        if !self.regexes_hold(&expr, &part) {
            return None;
        }
        if wanted == Wanted::PerSecond {
            let literal = promql::literal_ranges(&expr);
            for range in &literal {
                self.found.push(say::missing_window(part(*range), range.of(&inside)));
            }
            if !literal.is_empty() {
                return None;
            }
        }
        let values = |name: &str| {
            if name == "window" {
                return Some(Value::Duration(range * 1000));
            }
            params.bound.get(name).map(|b| b.value.clone())
        };
        let mut text = promql::squeeze(&promql::substitute(&inside, &expr, &values));
        let mut expr = promql::parse(&text, &|_| None).ok()?;
        if wanted == Wanted::Comparison && filters(&expr) {
            self.found.push(say::holds_filters(place));
            return None;
        }
        let written = text.clone();
        if wanted == Wanted::Comparison {
            let with_bool = promql::with_bool(&text, &expr);
            if with_bool != text {
                text = with_bool;
                expr = promql::parse(&text, &|_| None).ok()?;
            }
        }
        let simple = matches!(expr, Expr::Selector(_) | Expr::Call(_) | Expr::Aggregate(_) | Expr::Paren(_));
        Some(Raw { simple, labels: promql::aggregation_labels(&expr), text, written, inside, place })
    }

    fn regexes_hold(&mut self, expr: &Expr, part: &dyn Fn(promql::Range) -> Place) -> bool {
        let mut whole = true;
        for selector in promql::selectors(expr) {
            let mut matchers: Vec<Matcher> = Vec::new();
            for matcher in &selector.matchers {
                let MatcherValue::Literal(value) = &matcher.value else { continue };
                matchers.push(Matcher {
                    label: matcher.label.text.clone(),
                    op: matcher.op,
                    value: value.value.clone(),
                    place: part(matcher.span),
                });
                if !matcher.op.is_regex() {
                    continue;
                }
                if let Err(error) = promql::regex::parse(&value.value) {
                    self.found.push(say::bad_regex(part(value.span), &error.message));
                    whole = false;
                }
            }
            whole = whole && self.can_match(&matchers);
        }
        whole
    }
}

/// Whether the top is a set operator over comparisons without `bool`: where one is false its series is gone, and so never bad.
/// What stands behind `unless` says when not to count, and may well be such a comparison.
fn filters(expr: &Expr) -> bool {
    fn joined(expr: &Expr) -> Option<Vec<&Expr>> {
        match expr.without_parens() {
            Expr::Binary(binary) if binary.op == BinaryOp::Unless => Some(vec![&binary.left]),
            Expr::Binary(binary) if binary.op.is_set() => Some(vec![&binary.left, &binary.right]),
            _ => None,
        }
    }
    let mut below = joined(expr).unwrap_or_default();
    while let Some(expr) = below.pop() {
        if matches!(expr.without_parens(), Expr::Binary(b) if b.op.is_comparison() && !b.returns_bool) {
            return true;
        }
        below.extend(joined(expr).unwrap_or_default());
    }
    false
}
