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
    /// Whether it keeps labels that nobody names: without a `sum`, or with `without`.
    pub open: bool,
    /// The function that counts, and its range.
    over: Option<(String, DurationValue)>,
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.parts_as(other) && same(&self.matchers, &other.matchers)
    }
}

fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|m| b.contains(m))
}

/// Labels without some of them.
pub fn without(labels: Vec<String>, gone: &[String]) -> Vec<String> {
    labels.into_iter().filter(|label| !gone.contains(label)).collect()
}

/// Whether it is a number.
fn is_number(expr: &Expr, wanted: f64) -> bool {
    matches!(expr.without_parens(), Expr::Number(n) if (n.value - wanted).abs() < f64::EPSILON)
}

/// Whether it is 0 wherever there is a result: `vector(0)`, `0 * x`.
fn is_nothing(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Call(call) => call.function.text == "vector" && call.args.first().is_some_and(|n| is_number(n, 0.0)),
        Expr::Binary(node) => node.op == BinaryOp::Mul && (is_number(&node.left, 0.0) || is_number(&node.right, 0.0)),
        _ => false,
    }
}

/// Without what adds nothing to a sum: `> 0` and `or vector(0)`.
fn strip_zero(expr: &Expr) -> &Expr {
    let expr = expr.without_parens();
    let Expr::Binary(node) = expr else { return expr };
    match node.op {
        BinaryOp::Greater if is_number(&node.right, 0.0) && !node.returns_bool => strip_zero(&node.left),
        BinaryOp::Or if is_nothing(&node.right) => strip_zero(&node.left),
        _ => expr,
    }
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
        BinaryOp::Greater | BinaryOp::GreaterEqual if zero && !node.returns_bool => strip(&node.left),
        BinaryOp::Or if vector && no_labels || is_nothing(&node.right) => strip(&node.left),
        _ => expr,
    }
}

/// Without the clamps around a number of events or a share of them, which change nothing there; `None` where there is none.
pub fn unclamped(expr: &Expr, is_share: bool) -> Option<&Expr> {
    let Expr::Call(call) = strip(expr) else { return None };
    let argument = |i: usize, wanted: f64| call.args.get(i).is_some_and(|n| is_number(n, wanted));
    let changes_nothing = match call.function.text.as_str() {
        "clamp_min" => argument(1, 0.0),
        "clamp_max" => is_share && argument(1, 1.0),
        "clamp" => is_share && argument(1, 0.0) && argument(2, 1.0),
        _ => false,
    };
    let inner = call.args.first().filter(|_| changes_nothing)?;
    Some(unclamped(inner, is_share).unwrap_or(inner))
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
        plain.then_some(Counted { name, matchers, by, open: false, over: None })
    }

    /// Whether it has the labels of another.
    pub fn parts_as(&self, other: &Self) -> bool {
        self.open == other.open && same(&self.by, &other.by)
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

    /// How each of the two counts, in words, where the query counts one over another time than the other, or in another unit.
    pub fn counts_otherwise(&self, other: &Self) -> Option<(String, String)> {
        let words = |(function, range): &(String, DurationValue)| match range {
            DurationValue::Literal(ms) => format!("{function} over {}", write::duration(*ms)),
            DurationValue::Param(_) => format!("{function} over the window"),
        };
        let (own, theirs) = (self.over.as_ref()?, other.over.as_ref()?);
        (own != theirs).then(|| (words(own), words(theirs)))
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

    /// Whether it counts what was fast, up to a bound: a bucket of a histogram, of which `total` has all.
    pub fn is_fast(&self, total: &Counted) -> bool {
        let base = |name: &str| ["_bucket", "_count"].iter().find_map(|end| name.strip_suffix(end)).map(str::to_string);
        let bounded = |m: &Matcher| m.0 == "le" && bound(m.1, &m.2).is_some();
        self.name.ends_with("_bucket") && base(&self.name) == base(&total.name) && self.matchers.iter().any(bounded)
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

/// What a `sum` is made of, or what stands without one: its labels, whether it keeps others too, and what is summed up.
fn summed(expr: &Expr) -> Option<(Vec<String>, bool, &Expr)> {
    match strip(expr) {
        Expr::Aggregate(node) if node.op.text == "sum" => {
            let by = kept(node);
            Some((by.clone().unwrap_or_default(), by.is_none(), strip_zero(&node.expr)))
        }
        Expr::Aggregate(_) => None,
        inner => Some((Vec::new(), true, inner)),
    }
}

/// `sum(rate(x[$window]))`, `sum by (a) (increase(x[5m]))`, `rate(x[$window])`: the counter behind it.
pub fn counted(expr: &Expr) -> Option<Counted> {
    let (by, open, inner) = summed(expr)?;
    let Expr::Call(call) = inner else { return None };
    if !matches!(call.function.text.as_str(), "rate" | "increase") {
        return None;
    }
    let range = call.args.first()?;
    let Expr::Range(node) = range else { return None };
    let over = Some((call.function.text.clone(), node.range.value.clone()));
    of_range(range, by, open).map(|counted| Counted { over, ..counted })
}

fn of_range(expr: &Expr, by: Vec<String>, open: bool) -> Option<Counted> {
    let Expr::Range(node) = expr else { return None };
    match &node.range.value {
        DurationValue::Param(_) | DurationValue::Literal(_) => Counted::of(&node.selector, by),
    }
    .map(|counted| Counted { open, ..counted })
}

/// `sum(FUNCTION(x[$window]))`, `FUNCTION(x[$window])`: what it looks at.
pub fn over_time(expr: &Expr, function: &str) -> Option<Counted> {
    let (by, open, inner) = summed(expr)?;
    let Expr::Call(call) = inner else { return None };
    if call.function.text == function { of_range(call.args.first()?, by, open) } else { None }
}

/// `count_over_time(x[$window]) - sum_over_time(x[$window])`, summed up or not: how often a gauge was 0 that is 0 or 1.
pub fn zeros(expr: &Expr) -> Option<Counted> {
    let difference = |expr: &Expr| {
        let Expr::Binary(node) = strip(expr) else { return None };
        let all = over_time(&node.left, "count_over_time").filter(|_| node.op == BinaryOp::Sub)?;
        over_time(&node.right, "sum_over_time").filter(|ones| *ones == all)
    };
    let (by, open, inner) = summed(expr)?;
    // `sum(count - sum)` has the labels of the outer `sum`
    let is_summed = matches!(strip(expr), Expr::Aggregate(_));
    let found = difference(inner)?;
    if is_summed { found.open.then_some(Counted { by, open, ..found }) } else { Some(found) }
}

/// `avg(avg_over_time(x[$window]))` or `avg_over_time(x[$window])`: what it looks at.
pub fn average(expr: &Expr) -> Option<Counted> {
    let (by, open, inner) = match strip(expr) {
        Expr::Aggregate(node) if node.op.text == "avg" => {
            let by = kept(node);
            (by.clone().unwrap_or_default(), by.is_none(), node.expr.without_parens())
        }
        inner => (Vec::new(), true, inner),
    };
    let Expr::Call(call) = inner else { return None };
    if call.function.text == "avg_over_time" { of_range(call.args.first()?, by, open) } else { None }
}

/// `histogram_fraction(0, 0.3, sum(rate(x[$window])))`, or that of what is slower, up to `+Inf`: the histogram, the bound, and whether it is
/// the fast part.
pub fn fraction(expr: &Expr) -> Option<(Counted, String, bool)> {
    let Expr::Call(call) = strip(expr) else { return None };
    let [from, to, histogram] = call.args.as_slice() else { return None };
    if call.function.text != "histogram_fraction" {
        return None;
    }
    let number = |expr: &Expr| match expr.without_parens() {
        Expr::Number(n) => Some(n.value),
        Expr::Unary(node) if !node.minus => match node.expr.without_parens() {
            Expr::Number(n) => Some(n.value),
            _ => None,
        },
        _ => None,
    };
    let (from, to) = (number(from)?, number(to)?);
    let (value, is_fast) = match (is_zero(from), to.is_infinite()) {
        (true, false) => (to, true),
        (false, true) => (from, false),
        _ => return None,
    };
    let histogram = counted(histogram)?;
    let bound = duration(&histogram.name, value)?;
    Some((histogram, bound, is_fast))
}

fn is_zero(value: f64) -> bool {
    value.abs() < f64::EPSILON
}

/// What is subtracted from all events: `all - x`.
pub fn subtracted(expr: &Expr, all: &Counted) -> Option<Counted> {
    let Expr::Binary(node) = strip(expr) else { return None };
    let is_difference = node.op == BinaryOp::Sub && node.matching.is_none();
    let is_of_all = is_difference && counted(&node.left)?.into_total() == *all;
    counted(&node.right).filter(|part| is_of_all && part.parts_as(all))
}

/// The other of two that make all events together: `part + x`.
pub fn added(expr: &Expr, part: &Counted) -> Option<Counted> {
    let Expr::Binary(node) = strip(expr) else { return None };
    if node.op != BinaryOp::Add || node.matching.is_some() {
        return None;
    }
    let (left, right) = (counted(&node.left)?, counted(&node.right)?);
    let other = if left == *part { Some(right) } else { (right == *part).then_some(left) };
    other.filter(|other| other.parts_as(part))
}

/// Whether it is a quantile of a histogram, or those that compare with something.
pub fn is_quantile(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Call(call) => call.function.text == "histogram_quantile",
        Expr::Binary(node) if node.op.is_comparison() && !node.returns_bool => is_quantile(&node.left),
        _ => false,
    }
}

/// The number that stands for what is missing: `or vector(1)`.
pub fn instead(expr: &Expr) -> Option<f64> {
    let Expr::Binary(node) = expr.without_parens() else { return None };
    let Expr::Call(call) = node.right.without_parens() else { return None };
    let Expr::Number(number) = call.args.first()?.without_parens() else { return None };
    (node.op == BinaryOp::Or && call.function.text == "vector").then_some(number.value)
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

/// Whether it is a comparison without `bool`, other than those that only drop NaN and what is negative.
pub fn is_filter(expr: &Expr) -> bool {
    let Expr::Binary(node) = expr.without_parens() else { return false };
    let floor = match node.right.without_parens() {
        Expr::Number(number) => number.value <= 0.0,
        Expr::Unary(_) => true,
        _ => false,
    };
    let keeps_shares = floor && matches!(node.op, BinaryOp::Greater | BinaryOp::GreaterEqual);
    node.op.is_comparison() && !node.returns_bool && !keeps_shares
}
