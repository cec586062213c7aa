//! What a query counts, where it only sums up one counter over a range.

use crate::promql::ast::{BinaryOp, DurationValue, Expr, MatchOp, MatcherValue, Selector};
use crate::promql::write::{label_name_is_plain, quote};
use crate::promql::{regex, write};

/// Label, operator and value.
type Matcher = (String, MatchOp, String);

/// The values that a matcher lets through, where they are few and known.
fn values((_, op, value): &Matcher) -> Option<Vec<String>> {
    match op {
        MatchOp::Equal => Some(vec![value.clone()]),
        MatchOp::Match => regex::parse(value).ok().and_then(|r| r.literals()),
        MatchOp::NotEqual | MatchOp::NotMatch => None,
    }
}

/// A counter with its matchers, and the labels that are kept.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The metric.
    pub name: String,
    /// Label, operator and value.
    pub matchers: Vec<Matcher>,
    /// The labels of `by`.
    pub by: Vec<String>,
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.by == other.by && same(&self.matchers, &other.matchers)
    }
}

fn same(a: &[Matcher], b: &[Matcher]) -> bool {
    a.len() == b.len() && a.iter().all(|m| b.contains(m))
}

/// Without what people write around a query and what Tabi does by itself: parentheses, `> 0` against a division by nothing, and
/// `or vector(0)` where there are no series.
pub fn strip(expr: &Expr) -> &Expr {
    let expr = expr.without_parens();
    let Expr::Binary(node) = expr else { return expr };
    let zero = matches!(node.right.without_parens(), Expr::Number(n) if n.value == 0.0);
    let vector = matches!(node.right.without_parens(), Expr::Call(call) if call.function.text == "vector"
        && matches!(call.args.first(), Some(Expr::Number(_))));
    let no_labels = node.matching.as_ref().is_none_or(|m| m.on && m.labels.is_empty());
    match node.op {
        BinaryOp::Greater if zero && !node.returns_bool => strip(&node.left),
        BinaryOp::Or if vector && no_labels => strip(&node.left),
        _ => expr,
    }
}

impl Counted {
    /// From a selector that Tabi can write: one metric, nothing moved in time.
    pub fn of(selector: &Selector, by: Vec<String>) -> Option<Counted> {
        if selector.offset.is_some() || selector.at.is_some() {
            return None;
        }
        let mut name = selector.name.as_ref().map(|n| n.text.clone());
        let mut matchers = Vec::new();
        for matcher in &selector.matchers {
            let MatcherValue::Literal(value) = &matcher.value else { return None };
            if matcher.label.text == "__name__" {
                if matcher.op != MatchOp::Equal || name.is_some() {
                    return None;
                }
                name = Some(value.value.clone());
                continue;
            }
            matchers.push((matcher.label.text.clone(), matcher.op, value.value.clone()));
        }
        let name = name?;
        let plain = name.split(':').all(|part| part.is_empty() || label_name_is_plain(part)) && !name.is_empty();
        plain.then_some(Counted { name, matchers, by })
    }

    /// As a total: the last bucket of a histogram holds all that its count does.
    pub fn into_total(self) -> Counted {
        let all = self.name.strip_suffix("_bucket").map(|base| format!("{base}_count"));
        let (le, others): (Vec<Matcher>, Vec<Matcher>) =
            self.matchers.iter().cloned().partition(|(label, _, _)| label == "le");
        match (all, le.as_slice()) {
            (Some(name), [(_, MatchOp::Equal, bound)]) if bound == "+Inf" => Counted { name, matchers: others, ..self },
            _ => self,
        }
    }

    /// As a selector.
    pub fn text(&self) -> String {
        written(&self.name, self.matchers.iter())
    }

    /// Whether it counts what `total` certainly does not.
    pub fn is_outside(&self, total: &Counted) -> bool {
        self.is_wider_than(total) || self.is_beside(total)
    }

    /// Whether it lacks one of the labels of `total`.
    pub fn is_wider_than(&self, total: &Counted) -> bool {
        self.name == total.name
            && total.matchers.iter().any(|matcher| {
                let known = || regex::parse(&matcher.2).ok().and_then(|r| r.literals());
                let open = matcher.1.is_regex() && known().is_none();
                !open && !self.matchers.iter().any(|(own, _, _)| *own == matcher.0)
            })
    }

    /// Whether it asks for other values of a label, as where the total has a series of its own.
    fn is_beside(&self, total: &Counted) -> bool {
        let differ = |own: &Matcher, other: &Matcher| {
            own.0 == other.0 && values(own).zip(values(other)).is_some_and(|(a, b)| !a.iter().any(|v| b.contains(v)))
        };
        self.name == total.name && total.matchers.iter().any(|other| self.matchers.iter().any(|own| differ(own, other)))
    }

    /// The histogram and the bound, where this is a bucket of what `total` counts: selector and duration.
    pub fn bucket_of(&self, total: &Counted) -> Option<(String, String)> {
        let base = self.name.strip_suffix("_bucket")?;
        if total.name.strip_suffix("_count")? != base {
            return None;
        }
        let (le, others): (Vec<_>, Vec<_>) = self.matchers.iter().cloned().partition(|(label, _, _)| label == "le");
        let [(_, op, value)] = le.as_slice() else { return None };
        if !same(&others, &total.matchers) {
            return None;
        }
        let bound = duration(base, bound(*op, value)?)?;
        Some((written(base, others.iter()), bound))
    }

    /// The same in a unit that is known, where the name of the histogram does not end in one.
    pub fn bucket_in(&self, total: &Counted, unit: &str) -> Option<(String, String)> {
        let suffix = if unit == "ms" { "_ms" } else { "_seconds" };
        let base = self.name.strip_suffix("_bucket")?;
        let named = |counted: &Counted, end: &str| Counted { name: format!("{base}{suffix}{end}"), ..counted.clone() };
        if total.name.strip_suffix("_count")? != base {
            return None;
        }
        let (selector, bound) = named(self, "_bucket").bucket_of(&named(total, "_count"))?;
        Some((selector.replacen(&format!("{base}{suffix}"), base, 1), bound))
    }

    /// The selector with its `le` in both spellings, where only one of them is asked for and there are two.
    pub fn in_all_spellings(&self) -> Option<String> {
        let at = self.matchers.iter().position(|(label, op, _)| label == "le" && *op == MatchOp::Equal)?;
        let bound: f64 = self.matchers[at].2.parse().ok()?;
        if !bound.is_finite() || bound.fract() != 0.0 || bound.abs() >= 1e6 {
            return None;
        }
        let mut all = self.clone();
        all.matchers[at].1 = MatchOp::Match;
        all.matchers[at].2 = format!("{bound}([.]0)?");
        Some(all.text())
    }
}

/// The bound that a matcher on `le` asks for.
pub fn bound(op: MatchOp, value: &str) -> Option<f64> {
    let spellings = match op {
        MatchOp::Equal => vec![value.to_string()],
        // both spellings are asked for in many ways: `1|1.0`, `1([.]0)?`, `1(\\.0)?`
        MatchOp::Match => value
            .split('|')
            .map(|s| {
                ["([.]0)?", "(\\.0)?", "(.0)?"]
                    .iter()
                    .find_map(|tail| s.strip_suffix(tail))
                    .unwrap_or(s)
                    .replace("\\.", ".")
            })
            .collect(),
        MatchOp::NotEqual | MatchOp::NotMatch => return None,
    };
    let bounds: Vec<f64> = spellings.iter().map(|s| s.parse().ok()).collect::<Option<_>>()?;
    let first = *bounds.first()?;
    (first.is_finite() && first > 0.0 && bounds.iter().all(|b| (b - first).abs() < f64::EPSILON)).then_some(first)
}

/// A bound of a histogram as a duration, where it is one in whole milliseconds and the name says in which unit.
pub fn duration(histogram: &str, bound: f64) -> Option<String> {
    let milliseconds = if histogram.ends_with("_milliseconds") || histogram.ends_with("_ms") {
        bound
    } else if histogram.ends_with("_seconds") {
        bound * 1000.0
    } else {
        return None;
    };
    let whole = milliseconds.round();
    let near = (milliseconds - whole).abs() < 1e-6 && (1.0..1e12).contains(&whole);
    #[allow(clippy::cast_sign_loss, reason = "between 1 and 1e12")]
    let whole = whole as u64;
    near.then(|| write::duration(whole))
}

fn written<'a>(name: &str, matchers: impl Iterator<Item = &'a Matcher>) -> String {
    let inside: Vec<String> = matchers
        .map(|(label, op, value)| {
            let label = if label_name_is_plain(label) { label.clone() } else { quote(label) };
            format!("{label}{}{}", op.text(), quote(value))
        })
        .collect();
    if inside.is_empty() { name.to_string() } else { format!("{name}{{{}}}", inside.join(", ")) }
}

/// The labels that `sum`, or another aggregation, keeps; `None` for `without`.
fn kept(node: &crate::promql::ast::Aggregate) -> Option<Vec<String>> {
    match &node.grouping {
        None => Some(Vec::new()),
        Some(grouping) if grouping.without => None,
        Some(grouping) => Some(grouping.labels.iter().map(|l| l.text.clone()).collect()),
    }
}

/// `sum(rate(x[$window]))`, `sum by (a) (increase(x[5m]))`: the counter behind it.
pub fn counted(expr: &Expr) -> Option<Counted> {
    let Expr::Aggregate(node) = strip(expr) else { return None };
    if node.op.text != "sum" {
        return None;
    }
    let by = kept(node)?;
    let Expr::Call(call) = node.expr.without_parens() else { return None };
    if !matches!(call.function.text.as_str(), "rate" | "increase") {
        return None;
    }
    of_range(call.args.first()?, by)
}

fn of_range(expr: &Expr, by: Vec<String>) -> Option<Counted> {
    let Expr::Range(node) = expr else { return None };
    match &node.range.value {
        DurationValue::Param(_) | DurationValue::Literal(_) => Counted::of(&node.selector, by),
    }
}

/// `sum(FUNCTION(x[$window]))`: what it looks at.
pub fn over_time(expr: &Expr, function: &str) -> Option<Counted> {
    let Expr::Aggregate(node) = strip(expr) else { return None };
    let Expr::Call(call) = node.expr.without_parens() else { return None };
    let fits = node.op.text == "sum" && call.function.text == function;
    if fits { of_range(call.args.first()?, kept(node)?) } else { None }
}

/// `avg(avg_over_time(x[$window]))` or `avg_over_time(x[$window])`: what it looks at.
pub fn average(expr: &Expr) -> Option<Counted> {
    let (by, inner) = match strip(expr) {
        Expr::Aggregate(node) if node.op.text == "avg" => (kept(node)?, node.expr.without_parens()),
        inner => (Vec::new(), inner),
    };
    let Expr::Call(call) = inner else { return None };
    if call.function.text == "avg_over_time" { of_range(call.args.first()?, by) } else { None }
}

/// Whether its value counts what a range holds, so that it is divided by the range to be per second.
pub fn is_of_a_range(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Call(node) => match node.function.text.as_str() {
            "increase" | "delta" | "changes" | "resets" | "count_over_time" | "sum_over_time" => true,
            "abs" | "ceil" | "clamp" | "clamp_max" | "clamp_min" | "floor" | "label_join" | "label_replace"
            | "round" => node.args.iter().any(is_of_a_range),
            _ => false,
        },
        Expr::Aggregate(node) => {
            matches!(node.op.text.as_str(), "sum" | "min" | "max" | "avg") && is_of_a_range(&node.expr)
        }
        Expr::Unary(node) => is_of_a_range(&node.expr),
        Expr::Binary(node) => match node.op {
            BinaryOp::Or | BinaryOp::Add | BinaryOp::Sub => is_of_a_range(&node.left) || is_of_a_range(&node.right),
            BinaryOp::And | BinaryOp::Unless => is_of_a_range(&node.left),
            BinaryOp::Mul => is_of_a_range(&node.left) != is_of_a_range(&node.right),
            BinaryOp::Div => is_of_a_range(&node.left) && !is_of_a_range(&node.right),
            op if op.is_comparison() && !node.returns_bool => is_of_a_range(&node.left),
            _ => false,
        },
        _ => false,
    }
}

/// A selector and what stands after it, which belongs behind a range: `offset 5m`, `@ end()`.
pub fn modifier(text: &str) -> (&str, String) {
    let Ok(expr) = crate::promql::parse(text, &|_| None) else { return (text, String::new()) };
    let Expr::Selector(node) = expr.without_parens() else { return (text, String::new()) };
    let end = node.span.end as usize;
    let rest = text.get(end..).unwrap_or("").trim().trim_end_matches(')').trim();
    let modifier = if rest.is_empty() { String::new() } else { format!(" {rest}") };
    (node.span.of(text), modifier)
}
