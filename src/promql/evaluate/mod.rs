//! Evaluates `PromQL` over a few synthetic series with a sample a minute, as Prometheus would.
//!
//! It serves predictions: which value PromQL that people wrote has while a test's series do this or that. It knows the common part of the
//! language and says what it does not know; a caller must not guess then. Both generations are known: Prometheus 2 reads ranges closed on
//! the left, Prometheus 3 open.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "minutes and seconds of a test are far below 2^62, and what is before its start is cut off"
)]

mod aggregate;
mod binary;
mod quantile;
mod range;
mod relabel;

use super::ast::{Call, DurationText, DurationValue, Expr, MatchOp, MatcherValue, Offset, Selector};
use super::regex;
use std::collections::BTreeMap;

/// Labels in order of their names; the metric's name is `__name__`.
pub type Labels = BTreeMap<String, String>;

/// What is known of a series at a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// Nothing was scraped.
    Missing,
    /// The series was marked stale.
    Stale,
    /// A value.
    Value(f64),
}

/// A series with a sample for every minute from 0 on.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its labels, with its name.
    pub labels: Labels,
    /// One for each minute.
    pub samples: Vec<Sample>,
}

/// What there is to read, and how it is read.
#[derive(Debug, Clone, Copy)]
pub struct World<'w> {
    /// All series.
    pub series: &'w [Series],
    /// Whether ranges include their left end, as in Prometheus 2.
    pub closed: bool,
}

/// A number for each set of labels.
pub type Vector = Vec<(Labels, f64)>;

/// What is not known here, in words.
pub type Unknown = String;

enum Value {
    Scalar(f64),
    Vector(Vector),
}

const LOOKBACK: i64 = 300;

/// What an expression yields at a time in seconds; a scalar has no labels.
///
/// # Errors
/// What of the expression is not known here.
pub fn evaluate(expr: &Expr, world: World<'_>, at: i64) -> Result<Vector, Unknown> {
    Ok(match world.value(expr, at)? {
        Value::Vector(vector) => vector,
        Value::Scalar(number) => vec![(Labels::new(), number)],
    })
}

/// Whether a selector selects a series; `None` where it has a parameter.
#[must_use]
pub fn selects(selector: &Selector, labels: &Labels) -> Option<bool> {
    if let Some(name) = &selector.name
        && labels.get("__name__").map(String::as_str) != Some(&name.text)
    {
        return Some(false);
    }
    for matcher in &selector.matchers {
        let MatcherValue::Literal(wanted) = &matcher.value else { return None };
        let have = labels.get(&matcher.label.text).map_or("", String::as_str);
        let fits = match matcher.op {
            MatchOp::Equal => have == wanted.value,
            MatchOp::NotEqual => have != wanted.value,
            MatchOp::Match => regex::parse(&wanted.value).is_ok_and(|r| r.matches(have)),
            MatchOp::NotMatch => !regex::parse(&wanted.value).is_ok_and(|r| r.matches(have)),
        };
        if !fits {
            return Some(false);
        }
    }
    Some(true)
}

fn seconds(duration: &DurationText) -> Result<i64, Unknown> {
    match &duration.value {
        DurationValue::Literal(ms) if ms.is_multiple_of(1000) => Ok((*ms / 1000) as i64),
        DurationValue::Literal(_) => Err("a duration below a second".into()),
        DurationValue::Param(name) => Err(format!("the parameter ${name}")),
    }
}

fn shifted(at: i64, offset: Option<&Offset>) -> Result<i64, Unknown> {
    let Some(offset) = offset else { return Ok(at) };
    let by = seconds(&offset.duration)?;
    Ok(if offset.negative { at + by } else { at - by })
}

fn nameless(labels: &Labels) -> Labels {
    let mut labels = labels.clone();
    labels.remove("__name__");
    labels
}

/// Maps the numbers of a vector; the names of its series go.
fn mapped(vector: Vector, with: impl Fn(f64) -> f64) -> Vector {
    vector.into_iter().map(|(labels, v)| (nameless(&labels), with(v))).collect()
}

impl<'w> World<'w> {
    fn value(self, expr: &Expr, at: i64) -> Result<Value, Unknown> {
        Ok(match expr {
            Expr::Number(number) => Value::Scalar(number.value),
            Expr::Paren(paren) => self.value(&paren.expr, at)?,
            Expr::Unary(unary) => match self.value(&unary.expr, at)? {
                Value::Scalar(v) => Value::Scalar(if unary.minus { -v } else { v }),
                Value::Vector(v) if unary.minus => Value::Vector(mapped(v, |v| -v)),
                vector @ Value::Vector(_) => vector,
            },
            Expr::Selector(selector) => Value::Vector(self.instant(selector, at)?),
            Expr::Call(call) => self.call(call, at)?,
            Expr::Aggregate(aggregate) => Value::Vector(self.aggregate(aggregate, at)?),
            Expr::Binary(node) => binary::apply(node, self.value(&node.left, at)?, self.value(&node.right, at)?)?,
            Expr::StringLiteral(_) => return Err("a text as a value".into()),
            Expr::Param(param) => return Err(format!("the parameter ${}", param.name)),
            Expr::Range(_) | Expr::Subquery(_) => return Err("a range that no function reads".into()),
        })
    }

    fn vector(self, expr: &Expr, at: i64) -> Result<Vector, Unknown> {
        evaluate(expr, self, at)
    }

    fn scalar(self, expr: &Expr, at: i64) -> Result<f64, Unknown> {
        match self.value(expr, at)? {
            Value::Scalar(number) => Ok(number),
            Value::Vector(_) => Err("a vector where a number belongs".into()),
        }
    }

    fn selected(self, selector: &Selector) -> Result<Vec<&'w Series>, Unknown> {
        if selector.at.is_some() {
            return Err("the modifier @".into());
        }
        let mut found = Vec::new();
        for series in self.series {
            match selects(selector, &series.labels) {
                Some(true) => found.push(series),
                Some(false) => {}
                None => return Err("a parameter in a selector".into()),
            }
        }
        Ok(found)
    }

    /// Whether a sample is inside a window that ends at `at`.
    fn inside(self, time: i64, at: i64, length: i64) -> bool {
        time <= at && (time > at - length || self.closed && time == at - length)
    }

    fn instant(self, selector: &Selector, at: i64) -> Result<Vector, Unknown> {
        Ok(self.seen(selector, at)?.into_iter().map(|(labels, _, v)| (labels, v)).collect())
    }

    /// What a selector sees of each series: its last sample and the second of it.
    fn seen(self, selector: &Selector, at: i64) -> Result<Vec<(Labels, i64, f64)>, Unknown> {
        let at = shifted(at, selector.offset.as_ref())?;
        let mut found = Vec::new();
        for series in self.selected(selector)? {
            let mut minute = at.div_euclid(60);
            while minute >= 0 && self.inside(minute * 60, at, LOOKBACK) {
                match series.samples.get(minute as usize).copied().unwrap_or(Sample::Missing) {
                    Sample::Missing => {}
                    Sample::Stale => break,
                    Sample::Value(v) => {
                        found.push((series.labels.clone(), minute * 60, v));
                        break;
                    }
                }
                minute -= 1;
            }
        }
        Ok(found)
    }

    fn call(self, call: &Call, at: i64) -> Result<Value, Unknown> {
        let arg = |i: usize| call.args.get(i).ok_or_else(|| "a missing argument".to_string());
        let name = call.function.text.as_str();
        let math = |f: fn(f64) -> f64| Ok(Value::Vector(mapped(self.vector(arg(0)?, at)?, f)));
        match name {
            "time" => Ok(Value::Scalar(at as f64)),
            "vector" => Ok(Value::Vector(vec![(Labels::new(), self.scalar(arg(0)?, at)?)])),
            "scalar" => {
                let vector = self.vector(arg(0)?, at)?;
                Ok(Value::Scalar(if let [(_, one)] = vector.as_slice() { *one } else { f64::NAN }))
            }
            "absent" => {
                let some = !self.vector(arg(0)?, at)?.is_empty();
                Ok(Value::Vector(if some { Vec::new() } else { vec![(relabel::of_absent(arg(0)?), 1.0)] }))
            }
            "abs" => math(f64::abs),
            "ceil" => math(f64::ceil),
            "floor" => math(f64::floor),
            "exp" => math(f64::exp),
            "ln" => math(f64::ln),
            "sqrt" => math(f64::sqrt),
            "sgn" => math(|v| if v > 0.0 { 1.0 } else { -f64::from(v < 0.0) }),
            "round" if call.args.len() == 1 => math(|v| (v + 0.5).floor()),
            "sort" | "sort_desc" => Ok(Value::Vector(self.vector(arg(0)?, at)?)),
            "label_replace" => Ok(Value::Vector(relabel::replaced(call, self.vector(arg(0)?, at)?)?)),
            "label_join" => Ok(Value::Vector(relabel::joined(call, self.vector(arg(0)?, at)?)?)),
            "histogram_quantile" => {
                let quantile = self.scalar(arg(0)?, at)?;
                Ok(Value::Vector(quantile::of_buckets(quantile, self.vector(arg(1)?, at)?)))
            }
            "quantile_over_time" => {
                let quantile = self.scalar(arg(0)?, at)?;
                let of_each = self.points_of(arg(1)?, at)?.into_iter().filter(|(_, points)| !points.is_empty());
                let values = |points: Vec<(i64, f64)>| points.into_iter().map(|(_, v)| v).collect();
                Ok(Value::Vector(
                    of_each.map(|(labels, p)| (nameless(&labels), quantile::of_values(quantile, values(p)))).collect(),
                ))
            }
            "predict_linear" => {
                let ahead = self.scalar(arg(1)?, at)?;
                let of_each = self.points_of(arg(0)?, at)?;
                let lines = of_each.iter().filter_map(|(labels, points)| {
                    let (slope, now) = range::line(points, at)?;
                    Some((nameless(labels), now + slope * ahead))
                });
                Ok(Value::Vector(lines.collect()))
            }
            "absent_over_time" => {
                let some = self.points_of(arg(0)?, at)?.iter().any(|(_, points)| !points.is_empty());
                Ok(Value::Vector(if some { Vec::new() } else { vec![(relabel::of_absent(arg(0)?), 1.0)] }))
            }
            "clamp" | "clamp_min" | "clamp_max" => {
                let one = self.scalar(arg(1)?, at)?;
                let (low, high) = match name {
                    "clamp_min" => (one, f64::INFINITY),
                    "clamp_max" => (f64::NEG_INFINITY, one),
                    _ => (one, self.scalar(arg(2)?, at)?),
                };
                Ok(Value::Vector(mapped(self.vector(arg(0)?, at)?, |v| v.min(high).max(low))))
            }
            "hour" | "minute" | "day_of_week" => {
                let times = match call.args.first() {
                    Some(arg) => self.vector(arg, at)?,
                    None => vec![(Labels::new(), at as f64)],
                };
                // 1970 began on a Thursday
                let part = |v: f64| match name {
                    "hour" => (v / 3600.0).floor().rem_euclid(24.0),
                    "minute" => (v / 60.0).floor().rem_euclid(60.0),
                    _ => ((v / 86_400.0).floor() + 4.0).rem_euclid(7.0),
                };
                Ok(Value::Vector(mapped(times, part)))
            }
            "timestamp" => Ok(Value::Vector(match arg(0)? {
                Expr::Selector(selector) => {
                    self.seen(selector, at)?.iter().map(|(labels, time, _)| (nameless(labels), *time as f64)).collect()
                }
                other => mapped(self.vector(other, at)?, |_| at as f64),
            })),
            _ => match call.args.as_slice() {
                [arg @ (Expr::Range(_) | Expr::Subquery(_))] => Ok(Value::Vector(self.over_range(name, arg, at)?)),
                _ => Err(format!("{name}()")),
            },
        }
    }
}
