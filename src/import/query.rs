//! PromQL of other tools → the lines of a measure: selectors where a query only sums up a counter, PromQL in backticks else.

use super::counted::{Counted, counted, is_of_a_range, strip};
use crate::promql::ast::{BinaryOp, Expr, walk};
use crate::promql::{self, ParamType, ValueType, ast};

/// A query with `$window` where the tool has its template.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    expr: Expr,
}

/// Why a query is not read, in words, and the part of it that is to blame.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong.
    pub why: String,
    /// As it stands in the query; may be empty.
    pub part: String,
}

/// The lines of a measure.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Measured {
    /// `good` …, `total` …, each with what follows it.
    pub lines: Vec<(&'static str, String)>,
    /// The labels of `by`.
    pub by: Vec<String>,
    /// What people should know of it.
    pub notes: Vec<String>,
    /// A call of a template that ships, in place of lines: `haproxy.frontend_available(proxy: "a")`.
    pub call: Option<String>,
}

impl Measured {
    fn of(lines: Vec<(&'static str, String)>, by: Vec<String>) -> Self {
        Measured { lines, by, ..Measured::default() }
    }

    /// Another thing that people should know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// The names that dashboards and specifications have for the window of a query.
const WINDOWS: [&str; 4] = ["$__rate_interval", "$__interval", "$__range", "${window}"];

/// Puts `$window` in the place of `{{ .window }}` and of what means the same.
fn with_window(text: &str) -> Result<String, Refused> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let refused = |part: &str, why: String| Refused { why, part: part.to_string() };
        let Some(end) = after.find("}}") else {
            return Err(refused("{{", "`{{` has no `}}`".into()));
        };
        let inside = after[..end].trim_matches('-').trim();
        if inside != ".window" {
            let whole = &rest[at..at + 2 + end + 2];
            let why =
                format!("`{whole}` is filled in by a program that Tabi does not have; only `{{{{.window}}}}` is known");
            return Err(refused(whole, why));
        }
        out.push_str("$window");
        rest = &after[end + 2..];
    }
    out.push_str(rest);
    for name in WINDOWS {
        out = out.replace(name, "$window");
    }
    Ok(out)
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// In words, with the part that is to blame.
    pub fn read(text: &str) -> Result<Query, Refused> {
        let text = without_backticks(&with_window(text)?);
        let known = |name: &str| (name == "window").then_some(ParamType::Duration);
        let expr = promql::parse(&text, &known).map_err(|error| {
            let part = error.at.of(&text).replace("$window", "{{.window}}");
            let why = match &error.help {
                Some(help) => format!("{}; {help}", error.message),
                None => error.message.clone(),
            };
            Refused { why: format!("this is no PromQL: {why}"), part }
        })?;
        if let Some(found) = strings(&expr).into_iter().find(|value| value.contains("$window")) {
            let why = "the window stands inside a text, where nothing fills it in".into();
            return Err(Refused { why, part: found.replace("$window", "{{.window}}") });
        }
        let text = promql::squeeze(&text);
        let expr = promql::parse(&text, &known).map_err(|error| Refused { why: error.message, part: String::new() })?;
        if text.contains('`') {
            return Err(Refused { why: "a backtick ends PromQL in Tabi".into(), part: "`".into() });
        }
        match expr.value_type() {
            ValueType::Vector => Ok(Query { text, expr }),
            ValueType::Scalar => {
                let text = format!("vector({text})");
                let expr = promql::parse(&text, &known)
                    .map_err(|error| Refused { why: error.message, part: String::new() })?;
                Ok(Query { text, expr })
            }
            other => Err(Refused {
                why: format!("{} is needed here, not {}", ValueType::Vector.described(), other.described()),
                part: String::new(),
            }),
        }
    }

    /// A part of it.
    fn part(&self, expr: &Expr) -> Query {
        Query { text: expr.span().of(&self.text).to_string(), expr: reparsed(expr.span().of(&self.text), expr) }
    }

    /// What it counts, if it only sums up a counter.
    pub fn counted(&self) -> Option<Counted> {
        counted(&self.expr)
    }

    /// The same of what is divided by.
    pub fn counted_as_total(&self) -> Option<Counted> {
        self.counted().map(Counted::into_total)
    }

    /// The text, for a comparison or a comment.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same as a rate, where it is the bare value of a counter, summed up or not.
    #[must_use]
    pub fn as_counter(&self) -> Query {
        let (by, inner) = match strip(&self.expr) {
            Expr::Aggregate(node) if node.op.text == "sum" => (self.labels(), node.expr.without_parens()),
            inner => (Vec::new(), inner),
        };
        let Expr::Selector(_) = inner else { return self.clone() };
        let (selector, modifier) = super::counted::modifier(inner.span().of(&self.text));
        let by = if by.is_empty() { String::new() } else { format!(" by ({}) ", by.join(", ")) };
        Query::read(&format!("sum{by}(rate({selector}[$window]{modifier}))")).unwrap_or_else(|_| self.clone())
    }

    /// The labels that are left of it, where its top says so.
    pub fn kept_labels(&self) -> Vec<String> {
        self.labels()
    }

    /// Whether it is one selector, also one that Tabi cannot write.
    pub fn is_selector(&self) -> bool {
        matches!(self.expr.without_parens(), Expr::Selector(_))
    }

    /// Whether it can stand beside an operator without parentheses.
    pub fn is_simple(&self) -> bool {
        matches!(self.expr, Expr::Selector(_) | Expr::Call(_) | Expr::Aggregate(_) | Expr::Paren(_))
    }

    /// Its selector, where it is nothing else.
    pub fn selector(&self) -> Option<Counted> {
        match strip(&self.expr) {
            Expr::Selector(node) => Counted::of(node, Vec::new()),
            _ => None,
        }
    }

    /// In backticks, as events per second.
    fn raw(&self, notes: &mut Vec<String>) -> String {
        let mut text = self.text.clone();
        let mut literal = promql::literal_ranges(&self.expr);
        literal.sort_by_key(|range| std::cmp::Reverse(range.start));
        if let Some(first) = literal.last() {
            notes.push(format!(
                "the range {} of the query is Tabi's $window: each event is counted once",
                first.of(&self.text)
            ));
        }
        for range in &literal {
            text.replace_range(range.start as usize..range.end as usize, "$window");
        }
        if !is_of_a_range(&self.expr) {
            return format!("`{text}`");
        }
        let simple = matches!(self.expr, Expr::Call(_) | Expr::Aggregate(_) | Expr::Paren(_));
        if simple { format!("`{text} / $window`") } else { format!("`({text}) / $window`") }
    }

    fn labels(&self) -> Vec<String> {
        promql::aggregation_labels(strip(&self.expr)).unwrap_or_default()
    }
}

/// A part of an expression, with places of its own. A part of what was parsed parses.
fn reparsed(text: &str, expr: &Expr) -> Expr {
    let known = |name: &str| (name == "window").then_some(ParamType::Duration);
    promql::parse(text, &known).unwrap_or_else(|_| expr.clone())
}

/// All texts of an expression.
fn strings(expr: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    walk(expr, &mut |expr| {
        let selector = match expr {
            Expr::StringLiteral(node) => {
                found.push(node.value.clone());
                return;
            }
            Expr::Selector(node) => node,
            Expr::Range(node) => &node.selector,
            _ => return,
        };
        for matcher in &selector.matchers {
            if let ast::MatcherValue::Literal(literal) = &matcher.value {
                found.push(literal.value.clone());
            }
        }
    });
    found
}

/// The text with the strings in backticks, which would end it in Tabi, in double quotes.
fn without_backticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, found)) = chars.next() {
        match found {
            '`' => {
                let inside = &text[at + 1..];
                let Some(end) = inside.find('`') else {
                    out.push_str(&text[at..]);
                    return out;
                };
                out.push_str(&promql::write::quote(&inside[..end]));
                // past the backtick that ends it
                while chars.next().is_some_and(|(i, _)| i < at + 1 + end) {}
            }
            '"' | '\'' => {
                out.push(found);
                while let Some((_, next)) = chars.next() {
                    out.push(next);
                    if next == '\\' {
                        out.extend(chars.next().map(|(_, c)| c));
                    } else if next == found {
                        break;
                    }
                }
            }
            _ => out.push(found),
        }
    }
    out
}

/// Bad events and all events.
pub fn bad_and_total(bad: &Query, total: &Query) -> Measured {
    // total - good
    if let Expr::Binary(node) = strip(&bad.expr)
        && node.op == BinaryOp::Sub
        && node.matching.is_none()
        && let (Some(all), Some(good), Some(whole)) =
            (counted(&node.left), counted(&node.right), total.counted_as_total())
        && all.into_total() == whole
        && good.by == whole.by
    {
        return good_of(&good, &whole);
    }
    match (bad.counted(), total.counted_as_total()) {
        (Some(bad), Some(total)) if bad.by == total.by && !bad.is_outside(&total) => {
            Measured::of(vec![("bad", bad.text()), ("total", total.text())], total.by)
        }
        _ => as_promql("bad", bad, total),
    }
}

/// Good events and all events.
pub fn good_and_total(good: &Query, total: &Query) -> Measured {
    match (good.counted(), total.counted_as_total()) {
        (Some(good), Some(total)) if good.by == total.by && !good.is_outside(&total) => good_of(&good, &total),
        _ => {
            if let Some(gauge) = up_of(good, total) {
                return gauge;
            }
            as_promql("good", good, total)
        }
    }
}

/// Good and bad events.
pub fn good_and_bad(good: &Query, bad: &Query) -> Measured {
    match (good.counted(), bad.counted()) {
        (Some(good), Some(bad)) if good.by == bad.by => {
            Measured::of(vec![("good", good.text()), ("bad", bad.text())], bad.by)
        }
        _ => {
            let mut measured = as_promql("good", good, bad);
            measured.lines[1].0 = "bad";
            measured
        }
    }
}

/// Good events of a total: a latency where one is a bucket of the other.
fn good_of(good: &Counted, total: &Counted) -> Measured {
    if let Some((selector, bound)) = good.bucket_of(total) {
        return Measured::of(vec![("latency", format!("{selector} under {bound}"))], total.by.clone());
    }
    let mut measured = Measured::of(vec![("good", good.text()), ("total", total.text())], total.by.clone());
    if let Some(le) = good.in_all_spellings() {
        measured.lines[0].1 = le;
        measured = measured
            .note("the bound is asked for in both spellings: Prometheus 3 writes le=\"1.0\" where 2 wrote le=\"1\"");
    }
    measured
}

/// What is otherwise where a query took the mean of samples.
pub const SAMPLES: &str = "the query counted every sample; here an event is one minute of one series, by its last sample: what is scraped more often weighs no more, and a failure between two minutes is not seen";

/// `sum_over_time` of a gauge that is 0 or 1, over its `count_over_time`.
fn up_of(good: &Query, total: &Query) -> Option<Measured> {
    let (up, all) = (
        super::counted::over_time(&good.expr, "sum_over_time")?,
        super::counted::over_time(&total.expr, "count_over_time")?,
    );
    let known = ["up", "probe_success"].contains(&up.name.as_str());
    (up == all && known).then(|| Measured::of(vec![("up", up.text())], up.by.clone()).note(SAMPLES))
}

fn as_promql(word: &'static str, part: &Query, total: &Query) -> Measured {
    let mut notes = Vec::new();
    let lines = vec![(word, part.raw(&mut notes)), ("total", total.raw(&mut notes))];
    notes.dedup();
    let (of_part, by) = (part.labels(), total.labels());
    if !of_part.is_empty() && of_part != by {
        notes.push(format!("the two queries keep different labels: {} and {}", named(&of_part), named(&by)));
    }
    if let (Some(part), Some(total)) = (part.counted(), total.counted_as_total())
        && part.is_outside(&total)
    {
        notes.push(if part.is_wider_than(&total) {
            format!("check: `{word}` counts more than `total` does: it asks for fewer labels")
        } else {
            format!("check: `total` has none of what `{word}` counts: right where the total has a series of its own")
        });
    }
    Measured { lines, by, notes, call: None }
}

fn named(labels: &[String]) -> String {
    if labels.is_empty() { "none".into() } else { labels.join(", ") }
}

/// A ratio of bad events, or of good ones: its two parts where it is a division.
pub fn ratio(query: &Query, of_good: bool) -> Measured {
    let mut pessimist = bad_without_data(&query.expr, of_good);
    let (of_good, inner) = match strip(&query.expr) {
        Expr::Binary(node) if node.op == BinaryOp::Sub && is_one(&node.left) => {
            pessimist |= bad_without_data(&node.right, !of_good);
            (!of_good, strip(&node.right))
        }
        inner => (of_good, inner),
    };
    let measured = parts(query, inner, of_good);
    if pessimist {
        return measured.note(
            "check: without data the query says that all is bad; here `no_data` tells of it, and nothing is counted",
        );
    }
    measured
}

/// Whether `or vector(…)` turns missing data into failures.
fn bad_without_data(expr: &Expr, of_good: bool) -> bool {
    let Expr::Binary(node) = expr.without_parens() else { return false };
    let Expr::Call(call) = node.right.without_parens() else { return false };
    let Some(Expr::Number(number)) = call.args.first() else { return false };
    let good = if of_good { 1.0 } else { 0.0 };
    node.op == BinaryOp::Or && call.function.text == "vector" && (number.value - good).abs() > f64::EPSILON
}

fn parts(query: &Query, inner: &Expr, of_good: bool) -> Measured {
    if let Expr::Binary(node) = inner
        && node.op == BinaryOp::Div
        && node.matching.as_ref().is_none_or(|matching| matching.group.is_none())
        && node.left.value_type() == ValueType::Vector
        && node.right.value_type() == ValueType::Vector
    {
        let (part, total) = (query.part(strip(&node.left)), query.part(strip(&node.right)));
        return if of_good { good_and_total(&part, &total) } else { bad_and_total(&part, &total) };
    }
    if of_good
        && let Some(gauge) = super::counted::average(inner)
        && ["up", "probe_success"].contains(&gauge.name.as_str())
    {
        return Measured::of(vec![("up", gauge.text())], gauge.by).note(SAMPLES);
    }
    let mut notes = Vec::new();
    let text = query.part(inner).raw(&mut notes);
    let text = text.trim_matches('`');
    // NaN is no event: a comparison drops it, and with `bool` it is 0
    let word = if of_good { "good" } else { "bad" };
    let lines = vec![(word, format!("`({text}) >= 0`")), ("total", format!("`({text}) >= bool 0`"))];
    let by = promql::aggregation_labels(strip(inner)).unwrap_or_default();
    notes.push("a ratio does not say of how many events: here every second weighs the same".into());
    Measured { lines, by, notes, call: None }
}

fn is_one(expr: &Expr) -> bool {
    matches!(expr.without_parens(), Expr::Number(number) if (number.value - 1.0).abs() < f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(measured: &Measured) -> String {
        let mut lines: Vec<String> = measured.lines.iter().map(|(word, text)| format!("{word} {text}")).collect();
        if !measured.by.is_empty() {
            lines.push(format!("by {}", measured.by.join(", ")));
        }
        lines.join("\n")
    }

    fn events(bad: &str, total: &str) -> String {
        lines(&bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total)))
    }

    fn of_ratio(text: &str) -> String {
        lines(&ratio(&Query::read(text).expect(text), false))
    }

    #[test]
    fn sums_of_counters_are_selectors() {
        let total = "sum(rate(x_total{job='a'}[{{.window}}]))";
        assert_eq!(
            events("sum(rate(x_total{job=\"a\",code=~`5..`}[{{ .window }}])) or vector(0)", total),
            "bad x_total{job=\"a\", code=~\"5..\"}\ntotal x_total{job=\"a\"}"
        );
        assert_eq!(
            events(
                "sum(increase(x_total{job=\"a\",e=\"1\"}[{{.window}}])) by (dest)",
                "sum by (dest) (increase(x_total{job=\"a\"}[{{.window}}])) > 0"
            ),
            "bad x_total{job=\"a\", e=\"1\"}\ntotal x_total{job=\"a\"}\nby dest"
        );
        assert_eq!(
            events(
                "(sum(rate(d_seconds_count{v!=\"W\"}[{{.window}}])) - sum(rate(d_seconds_bucket{le=\"0.4\",v!=\"W\"}[{{.window}}])))",
                "sum(rate(d_seconds_count{v!=\"W\"}[{{.window}}]))"
            ),
            "latency d_seconds{v!=\"W\"} under 400ms"
        );
        let all = "sum(rate(d_seconds_bucket{le=\"+Inf\",v!=\"W\"}[{{.window}}]))";
        assert_eq!(
            events(&format!("{all} - sum(rate(d_seconds_bucket{{le=\"0.4\",v!=\"W\"}}[{{{{.window}}}}]))"), all),
            "latency d_seconds{v!=\"W\"} under 400ms"
        );
        assert_eq!(
            of_ratio(
                "1 - (sum(rate(r_milliseconds_bucket{le=\"1000\"}[{{.window}}])) / (sum(rate(r_milliseconds_count[{{.window}}])) > 0) or on() vector(1))"
            ),
            "latency r_milliseconds under 1s"
        );
        assert_eq!(
            of_ratio(
                "1 - sum(rate(size_bytes_bucket{le=\"1000\"}[{{.window}}])) / sum(rate(size_bytes_count[{{.window}}]))"
            ),
            "good size_bytes_bucket{le=~\"1000([.]0)?\"}\ntotal size_bytes_count"
        );
        assert_eq!(of_ratio("1 - avg(avg_over_time(up{job=\"a\"}[{{.window}}]))"), "up up{job=\"a\"}");
    }

    #[test]
    fn everything_else_stays_promql_per_second() {
        assert_eq!(
            events("sum(rate(a_total[{{.window}}])) + sum(rate(b_total[{{.window}}]))", "sum(rate(c_total[5m]))"),
            "bad `sum(rate(a_total[$window])) + sum(rate(b_total[$window]))`\ntotal `sum(rate(c_total[$window]))`"
        );
        assert_eq!(
            events(
                "sum_over_time((count(x < 0.75))[{{.window}}:]) OR on() vector(0)",
                "sum_over_time((count(x))[{{.window}}:])"
            ),
            "bad `(sum_over_time((count(x < 0.75))[$window:]) OR on() vector(0)) / $window`\ntotal `sum_over_time((count(x))[$window:]) / $window`"
        );
        assert_eq!(
            of_ratio("1 - (sum(sum_over_time(g[{{.window}}])) / sum(count_over_time(g[{{.window}}])))"),
            "good `sum(sum_over_time(g[$window])) / $window`\ntotal `sum(count_over_time(g[$window])) / $window`"
        );
        assert_eq!(
            of_ratio("avg_over_time(x:ratio[{{.window}}:1m]) or vector(1)").lines().next(),
            Some("bad `(avg_over_time(x:ratio[$window:1m])) >= 0`")
        );
    }

    #[test]
    fn a_total_in_a_series_of_its_own_stays_promql() {
        let (bad, total) = ("sum(rate(x{code=~\"4xx|5xx\"}[5m]))", "sum(rate(x{code=\"total\"}[5m]))");
        assert_eq!(
            events(bad, total),
            "bad `sum(rate(x{code=~\"4xx|5xx\"}[$window]))`\ntotal `sum(rate(x{code=\"total\"}[$window]))`"
        );
        let inside = "sum(rate(x{code=~\"4xx|total\"}[5m]))";
        assert_eq!(events(inside, total), "bad x{code=~\"4xx|total\"}\ntotal x{code=\"total\"}");
    }

    #[test]
    fn opaque_ratios_weigh_each_second_the_same() {
        assert_eq!(
            of_ratio("avg_over_time(errors:ratio[{{.window}}])"),
            "bad `(avg_over_time(errors:ratio[$window])) >= 0`\ntotal `(avg_over_time(errors:ratio[$window])) >= bool 0`"
        );
    }

    #[test]
    fn what_is_no_promql_is_refused() {
        for (text, why) in [
            ("sum(rate(x[{{.window}}])", "no PromQL"),
            ("sum(rate(x{a=\"{{.window}}\"}[5m]))", "inside a text"),
            ("sum(rate(x{a=\"{{ .service }}\"}[5m]))", "is filled in by a program"),
            ("sum(rate(x[{{.window]))", "has no"),
            ("vector(1)[{{.window}}]", "PromQL"),
            ("histogram_share(0.2, x)", "PromQL"),
        ] {
            let refused = Query::read(text).expect_err(text);
            assert!(refused.why.contains(why), "{text}: {}", refused.why);
        }
    }
}
