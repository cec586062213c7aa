//! PromQL of other tools → the lines of a measure: selectors where a query only sums up a counter, PromQL in backticks else.

use super::counted::{self, Counted, counted, is_filter, is_of_a_range, strip, unclamped};
use super::labels::{self, ALL_KEPT};
use super::sampled;
use crate::promql::ast::{BinaryOp, Expr, walk};
use crate::promql::write::number;
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
    /// What is wrong with its queries, which is also said of the SLO.
    pub wrong: Option<String>,
    /// `histogram native`.
    pub settings: Vec<(&'static str, String)>,
    /// A call of a template that ships, in place of lines: `haproxy.frontend_available(proxy: "a")`.
    pub call: Option<String>,
}

impl Measured {
    /// Lines with the labels of what is counted.
    fn of(lines: Vec<(&'static str, String)>, counted: &Counted) -> Self {
        let notes = if counted.open { vec![ALL_KEPT.to_string()] } else { Vec::new() };
        Measured { lines, by: counted.by.clone(), notes, ..Measured::default() }
    }

    /// Whether nothing of it is PromQL in backticks.
    fn is_plain(&self) -> bool {
        self.lines.iter().all(|(_, line)| !line.starts_with('`'))
    }

    /// Another thing that people should know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// In words, with the part that is to blame.
    pub fn read(text: &str) -> Result<Query, Refused> {
        let text = without_backticks(&window::with_window(text)?);
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
        let (grouping, inner) = match strip(&self.expr) {
            Expr::Aggregate(node) if node.op.text == "sum" => (node.grouping.as_ref(), node.expr.without_parens()),
            inner => (None, inner),
        };
        let Expr::Selector(_) = inner else { return self.clone() };
        let (selector, modifier) = super::counted::modifier(inner.span().of(&self.text));
        let by = grouping.map_or_else(String::new, |grouping| {
            let labels: Vec<&str> = grouping.labels.iter().map(|label| label.text.as_str()).collect();
            format!(" {} ({}) ", if grouping.without { "without" } else { "by" }, labels.join(", "))
        });
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

    /// Whether it can stand on the left of a comparison without parentheses.
    pub fn binds_before_comparisons(&self) -> bool {
        match &self.expr {
            Expr::Binary(node) => !node.op.is_comparison() && !node.op.is_set(),
            Expr::Unary(_) => true,
            _ => self.is_simple(),
        }
    }

    /// Whether its value may be no number though all that it reads is one: a quantile of nothing, 0 / 0.
    pub fn may_be_nan(&self) -> bool {
        promql::nan::may_be_nan(&self.expr).is_some()
    }

    /// A text such as `$namespace` or `${namespace}` in its matchers, which something else fills in before the tool reads the query.
    pub fn placeholder(&self) -> Option<String> {
        strings(&self.expr).iter().find_map(|text| window::placeholder(text).map(str::to_string))
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
        let (ranges, steps) = (promql::literal_ranges(&self.expr), sampled::other_steps(&self.text, &self.expr));
        if let Some(first) = ranges.first() {
            // below a subquery nothing is counted
            let counts = if promql::has_subquery(&self.expr) { "" } else { ": each event is counted once" };
            notes.push(format!("the range {} of the query is Tabi's $window{counts}", first.of(&self.text)));
        }
        if let Some(first) = steps.first() {
            let often = match first.of(&self.text) {
                "" => "as often as Prometheus evaluates rules".to_string(),
                step => format!("every {step}"),
            };
            notes.push(format!("the subquery looked {often}; here it looks every minute, since $window is short"));
        }
        let mut other: Vec<(promql::Range, &str)> = ranges.into_iter().map(|range| (range, "$window")).collect();
        other.extend(steps.into_iter().map(|step| (step, "1m")));
        other.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, written) in other {
            text.replace_range(range.start as usize..range.end as usize, written);
        }
        if !is_of_a_range(&self.expr) {
            return format!("`{text}`");
        }
        let simple = matches!(self.expr, Expr::Call(_) | Expr::Aggregate(_) | Expr::Paren(_));
        if simple { format!("`{text} / $window`") } else { format!("`({text}) / $window`") }
    }

    fn labels(&self) -> Vec<String> {
        labels::kept(strip(&self.expr)).unwrap_or_default()
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

/// The clamp of a query that changes nothing.
const CLAMPED: &str = "a clamp of the query is not here: the share of events that are counted lies between 0 and 1";

/// Bad events and all events.
pub fn bad_and_total(bad: &Query, total: &Query) -> Measured {
    let measured = bad_of_all(bad, total);
    if measured.is_plain() { filled(measured, "bad", &bad.expr) } else { measured }
}

/// Says so where a number stands for events that are missing, and is not here.
fn filled(measured: Measured, word: &str, expr: &Expr) -> Measured {
    match counted::instead(expr).filter(|value| *value != 0.0) {
        Some(value) => measured.note(format!(
            "check: without data the query takes {} a second for `{word}`; here `no_data` tells of it, and nothing is counted",
            number(value)
        )),
        None => measured,
    }
}

fn bad_of_all(bad: &Query, total: &Query) -> Measured {
    if let Some((bad, total, note)) = unsampled(bad, total) {
        return bad_of_all(&bad, &total).note(note);
    }
    if let Some(inner) = unclamped(&bad.expr, false) {
        let measured = bad_of_all(&bad.part(inner), total);
        if measured.is_plain() {
            return measured.note(CLAMPED);
        }
    }
    if let Some(whole) = total.counted_as_total()
        && let Some(good) = counted::subtracted(&bad.expr, &whole)
    {
        return good_of(&good, &whole);
    }
    if let Some(part) = bad.counted()
        && let Some(good) = counted::added(&total.expr, &part)
    {
        return good_and_its_rest(&good, &part);
    }
    if let (Some(gauge), Some(all)) = (counted::zeros(&bad.expr), counted::over_time(&total.expr, "count_over_time"))
        && gauge == all
        && is_up(&gauge)
    {
        return Measured::of(vec![("up", gauge.text())], &gauge).note(SAMPLES);
    }
    match (bad.counted(), total.counted_as_total()) {
        (Some(bad), Some(total)) if bad.parts_as(&total) && !bad.is_outside(&total) => bad_of(&bad, &total),
        _ => as_promql("bad", bad, total),
    }
}

/// Good events and all events.
pub fn good_and_total(good: &Query, total: &Query) -> Measured {
    let measured = good_of_all(good, total);
    if measured.is_plain() { filled(measured, "good", &good.expr) } else { measured }
}

fn good_of_all(good: &Query, total: &Query) -> Measured {
    if let Some((good, total, note)) = unsampled(good, total) {
        return good_of_all(&good, &total).note(note);
    }
    if let Some(whole) = total.counted_as_total()
        && let Some(bad) = counted::subtracted(&good.expr, &whole)
    {
        return bad_of(&bad, &whole);
    }
    if let Some(part) = good.counted()
        && let Some(bad) = counted::added(&total.expr, &part)
    {
        return good_and_its_rest(&part, &bad);
    }
    match (good.counted(), total.counted_as_total()) {
        (Some(good), Some(total)) if good.parts_as(&total) && !good.is_outside(&total) => good_of(&good, &total),
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
        (Some(good), Some(bad)) if good.parts_as(&bad) => good_and_its_rest(&good, &bad),
        _ => {
            let mut measured = as_promql("good", good, bad);
            measured.lines[1].0 = "bad";
            measured
        }
    }
}

fn good_and_its_rest(good: &Counted, bad: &Counted) -> Measured {
    counted_alike(Measured::of(vec![("good", good.text()), ("bad", bad.text())], bad), ("good", good), ("bad", bad))
}

/// Says so where the query counts its two parts in two ways, of which the share is another one.
fn counted_alike(measured: Measured, (word, part): (&str, &Counted), (of_all, total): (&str, &Counted)) -> Measured {
    match part.counts_otherwise(total) {
        Some((own, theirs)) => measured.note(format!(
            "check: the query has `{word}` by {own}, and `{of_all}` by {theirs}; here both are counted over the same time"
        )),
        None => measured,
    }
}

/// Both queries of the rates that they sampled, and what people should know of it.
fn unsampled(part: &Query, total: &Query) -> Option<(Query, Query, String)> {
    let ((of_part, how), (of_total, other)) =
        (sampled::rates(&part.text, &part.expr)?, sampled::rates(&total.text, &total.expr)?);
    let note = format!("the query took samples of a rate ({how}); here each event is counted");
    (how == other).then_some(()).and_then(|()| Some((Query::read(&of_part).ok()?, Query::read(&of_total).ok()?, note)))
}

/// Bad events of a total.
fn bad_of(bad: &Counted, total: &Counted) -> Measured {
    let mut measured = Measured::of(vec![("bad", bad.text()), ("total", total.text())], total);
    if bad.is_fast(total) {
        let slow = bad.bucket_of(total).map(|(selector, bound)| format!(": `latency {selector} under {bound}`"));
        measured = measured.note(format!(
            "check: `bad` counts what was fast, up to the bound, as the query does; what is slower may have been meant{}",
            slow.unwrap_or_default()
        ));
    }
    counted_alike(same_events(measured), ("bad", bad), ("total", total))
}

/// Says so where all events are bad, or all are good.
fn same_events(measured: Measured) -> Measured {
    match measured.lines.as_slice() {
        [(word, part), (_, total)] if part == total => {
            let note = format!("check: `{word}` and `total` count the same");
            measured.note(note)
        }
        _ => measured,
    }
}

/// Good events of a total: a latency where one is a bucket of the other.
fn good_of(good: &Counted, total: &Counted) -> Measured {
    if let Some((selector, bound)) = good.bucket_of(total) {
        let latency = Measured::of(vec![("latency", format!("{selector} under {bound}"))], total);
        return counted_alike(latency, ("good", good), ("total", total));
    }
    let mut measured = Measured::of(vec![("good", good.text()), ("total", total.text())], total);
    if let Some(le) = good.in_all_spellings() {
        measured.lines[0].1 = le;
        measured = measured
            .note("the bound is asked for in both spellings: Prometheus 3 writes le=\"1.0\" where 2 wrote le=\"1\"");
    }
    counted_alike(same_events(measured), ("good", good), ("total", total))
}

/// What is otherwise where a query took the mean of samples.
pub const SAMPLES: &str = "the query counted every sample; here an event is one minute of one series, by its last sample: what is scraped more often weighs no more, and a failure between two minutes is not seen";

/// A gauge that is certainly 0 or 1.
fn is_up(gauge: &Counted) -> bool {
    ["up", "probe_success"].contains(&gauge.name.as_str())
}

/// `sum_over_time` of a gauge that is 0 or 1, over its `count_over_time`.
fn up_of(good: &Query, total: &Query) -> Option<Measured> {
    let (up, all) =
        (counted::over_time(&good.expr, "sum_over_time")?, counted::over_time(&total.expr, "count_over_time")?);
    (up == all && is_up(&up)).then(|| Measured::of(vec![("up", up.text())], &up).note(SAMPLES))
}

fn as_promql(word: &'static str, part: &Query, total: &Query) -> Measured {
    let mut notes = Vec::new();
    let lines = vec![(word, part.raw(&mut notes)), ("total", total.raw(&mut notes))];
    notes.dedup();
    let (of_part, of_total) = (labels::kept(strip(&part.expr)), labels::kept(strip(&total.expr)));
    let (mut by, mut wrong) = (of_total.clone().unwrap_or_default(), None);
    match (&of_part, &of_total) {
        (Some(of_part), Some(of_total)) => {
            let same = of_part.len() == of_total.len() && of_part.iter().all(|label| of_total.contains(label));
            // a number alone has no labels, and counts for all
            if has_series(&part.expr) && !same {
                // of a label that only the total has nothing would ever be bad
                by.retain(|label| of_part.contains(label));
                let (of_part, of_total) = (named(of_part), named(of_total));
                let said = format!("the two queries keep different labels: {of_part} and {of_total}");
                notes.push(format!("check: {said}; here `by` has those of both"));
                wrong = Some(format!("{said}, so that their division has no result; `by` has those of both"));
            }
        }
        _ => notes.push(ALL_KEPT.to_string()),
    }
    if counted::is_quantile(&part.expr) {
        notes.push(format!("check: `{word}` is a quantile, not a number of events; `holds` compares one with a bound"));
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
    same_events(Measured { lines, by, notes, wrong, ..Measured::default() })
}

/// Whether it looks at series.
fn has_series(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |expr| found |= matches!(expr, Expr::Selector(_) | Expr::Range(_)));
    found
}

fn named(labels: &[String]) -> String {
    if labels.is_empty() { "none".into() } else { labels.join(", ") }
}

/// A ratio of bad events, or of good ones: its two parts where it is a division.
pub fn ratio(query: &Query, of_good: bool) -> Measured {
    let mut pessimist = bad_without_data(&query.expr, of_good);
    let known = |expr| {
        let mut pessimist = None;
        let (of_good, inner) = complement(expr, of_good, &mut pessimist);
        let found = parts(query, inner, of_good)
            .or_else(|| Some(parts(query, strip(unclamped(inner, true)?), of_good)?.note(CLAMPED)));
        Some((found?, pessimist))
    };
    let found = known(&query.expr).or_else(|| {
        let (measured, pessimist) = known(unclamped(&query.expr, true)?)?;
        Some((measured.note(CLAMPED), pessimist))
    });
    let measured = if let Some((measured, inside)) = found {
        pessimist = pessimist.or(inside);
        measured
    } else {
        let (of_good, inner) = complement(&query.expr, of_good, &mut pessimist);
        opaque(query, inner, of_good)
    };
    let Some(share) = pessimist else { return measured };
    let bad = if share >= 1.0 { "all is bad".to_string() } else { format!("{} % are bad", number(share * 100.0)) };
    measured.note(format!(
        "check: without data the query says that {bad}; here `no_data` tells of it, and nothing is counted"
    ))
}

/// Of `1 - x` what is subtracted, which is of good events where the whole is of bad ones.
fn complement<'e>(expr: &'e Expr, of_good: bool, pessimist: &mut Option<f64>) -> (bool, &'e Expr) {
    match strip(expr) {
        Expr::Binary(node) if node.op == BinaryOp::Sub && is_one(&node.left) => {
            *pessimist = pessimist.or(bad_without_data(&node.right, !of_good));
            (!of_good, strip(&node.right))
        }
        inner => (of_good, inner),
    }
}

/// The share that is bad where data is missing, which `or vector(…)` says; `None` where nothing is.
fn bad_without_data(expr: &Expr, of_good: bool) -> Option<f64> {
    let value = counted::instead(expr)?;
    let share = if of_good { 1.0 - value } else { value };
    (share.abs() > f64::EPSILON).then_some(share)
}

fn parts(query: &Query, inner: &Expr, of_good: bool) -> Option<Measured> {
    if let Expr::Binary(node) = inner
        && node.op == BinaryOp::Div
        && node.matching.as_ref().is_none_or(|matching| matching.group.is_none())
        && node.left.value_type() == ValueType::Vector
        && node.right.value_type() == ValueType::Vector
    {
        let (part, total) = (query.part(strip(&node.left)), query.part(strip(&node.right)));
        let (word, measured) =
            if of_good { ("good", good_and_total(&part, &total)) } else { ("bad", bad_and_total(&part, &total)) };
        return Some(filled(measured, word, &node.left));
    }
    if of_good && let Some(gauge) = counted::average(inner).filter(is_up) {
        return Some(Measured::of(vec![("up", gauge.text())], &gauge).note(SAMPLES));
    }
    let (histogram, bound, is_fast) = counted::fraction(inner)?;
    let mut measured = Measured::of(vec![("latency", format!("{} under {bound}", histogram.text()))], &histogram);
    measured.settings.push(("histogram", "native".to_string()));
    (is_fast == of_good).then_some(measured)
}

/// A ratio that says nothing of its parts.
fn opaque(query: &Query, inner: &Expr, of_good: bool) -> Measured {
    let mut notes = Vec::new();
    let text = query.part(inner).raw(&mut notes);
    let text = text.trim_matches('`');
    // NaN is no event: a comparison drops it, and with `bool` it is 0
    let word = if of_good { "good" } else { "bad" };
    let lines = vec![(word, format!("`({text}) >= 0`")), ("total", format!("`({text}) >= bool 0`"))];
    let by = labels::kept(inner);
    if is_filter(inner) {
        notes.push(
            "check: the comparison yields the number that it compares, not a share; with `bool` it would be 0 or 1"
                .into(),
        );
    }
    notes.push("a ratio does not say of how many events: here every second weighs the same".into());
    if by.is_none() {
        notes.push(ALL_KEPT.into());
    }
    Measured { lines, by: by.unwrap_or_default(), notes, ..Measured::default() }
}

fn is_one(expr: &Expr) -> bool {
    matches!(expr.without_parens(), Expr::Number(number) if (number.value - 1.0).abs() < f64::EPSILON)
}

#[cfg(test)]
mod tests;
mod window;
