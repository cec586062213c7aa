//! Series for gauges and for PromQL that people wrote: values are tried until everything is good, and until everything is bad.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "minutes and seconds of a test are far below 2^62, and what is before its start is cut off"
)]

use super::cast::{Driven, Level, Part, labels_of, selects};
use crate::measure::events::Events;
use crate::measure::{Matcher, Measure, Query, Selector};
use crate::model::Sli;
use crate::promql;
use crate::promql::ast::{Expr, MatcherValue, walk};
use crate::promql::evaluate::{self, Labels, Sample, Series, Unknown, World};
use crate::source::Place;

/// More combinations are not tried.
const MOST: usize = 60_000;

/// PromQL as it is parsed again; it was checked before.
///
/// # Errors
/// What the parser says.
pub fn parsed(text: &str) -> Result<Expr, Unknown> {
    promql::parse(text, &|_| None).map_err(|e| e.message)
}

/// The selectors inside PromQL, those with the same text once.
pub fn selectors_of(text: &str, place: Place) -> Vec<Selector> {
    let Ok(expr) = parsed(text) else { return Vec::new() };
    let mut found: Vec<Selector> = Vec::new();
    for selector in promql::selectors(&expr) {
        let matchers = selector.matchers.iter().filter_map(|m| match &m.value {
            MatcherValue::Literal(value) => {
                Some(Matcher { label: m.label.text.clone(), op: m.op, value: value.value.clone(), place })
            }
            MatcherValue::Param(_) => None,
        });
        let name = selector.name.as_ref().map(|n| n.text.clone()).unwrap_or_default();
        let selector = Selector { name, matchers: matchers.collect(), place };
        if !found.contains(&selector) {
            found.push(selector);
        }
    }
    found
}

/// Reads what an SLI measures: its PromQL parsed once.
pub struct Reader<'m> {
    sli: &'m Sli,
    /// What the measure reads: one expression, or the two of its events.
    exprs: Vec<Expr>,
    exclude: Option<Expr>,
    /// The values of `by` that the tests look at.
    main: Vec<(String, Option<String>)>,
}

impl<'m> Reader<'m> {
    /// For an SLI whose level 1 looks at `range` seconds.
    ///
    /// # Errors
    /// What of its PromQL cannot be read.
    pub fn new(sli: &'m Sli, range: u64) -> Result<Reader<'m>, Unknown> {
        let counted = |s: &str| format!("({s} - {s} offset {range}s >= 0) / {range}");
        let texts: Vec<String> = match &sli.measure {
            Measure::Up(up) => vec![up.query.text()],
            Measure::Holds(holds) => vec![holds.expr.text.clone()],
            Measure::Age(age) => match &age.query {
                Query::Selector(s) => vec![format!("last_over_time({}[1d])", s.text())],
                Query::Raw(raw) => vec![raw.text.clone(), format!("last_over_time(({})[1d:5m])", raw.text)],
            },
            Measure::Events(events) => events
                .queries()
                .into_iter()
                .map(|query| match query {
                    Query::Selector(s) => counted(&s.text()),
                    Query::Raw(raw) => raw.text.clone(),
                })
                .collect(),
            Measure::Latency(_) => super::cast::selectors(sli).iter().map(|s| counted(&s.text())).collect(),
        };
        let exprs = texts.iter().map(|text| parsed(text)).collect::<Result<_, _>>()?;
        let exclude = sli.exclude.as_ref().map(|e| parsed(&format!("count_over_time(({})[{range}s:1m])", e.value)));
        let main = sli.by.iter().map(|by| (by.text.clone(), main_value(sli, &by.text))).collect();
        Ok(Reader { sli, exprs, exclude: exclude.transpose()?, main })
    }

    /// Whether labels are those of the budget that the test looks at; an aggregation may have dropped them, then there is one budget.
    fn is_main(&self, labels: &Labels) -> bool {
        self.main.iter().all(|(by, value)| labels.get(by).is_none_or(|v| Some(v) == value.as_ref()))
    }

    /// The numbers of an expression for the budget that the test looks at.
    fn read(&self, expr: usize, world: World<'_>, at: i64) -> Result<Vec<f64>, Unknown> {
        let Some(expr) = self.exprs.get(expr) else { return Ok(Vec::new()) };
        let vector = evaluate::evaluate(expr, world, at)?;
        Ok(vector.into_iter().filter(|(labels, _)| self.is_main(labels)).map(|(_, v)| v).collect())
    }

    /// All and bad events per second at a time; none where there is no data.
    ///
    /// # Errors
    /// What of its PromQL cannot be evaluated.
    pub fn measured(&self, world: World<'_>, at: i64) -> Result<Option<(f64, f64)>, Unknown> {
        let sum = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>());
        let rate = |expr: usize| Ok::<_, Unknown>(sum(self.read(expr, world, at)?));
        let found = match &self.sli.measure {
            Measure::Up(_) | Measure::Holds(_) => minutes(self.read(0, world, at)?.into_iter().map(|v| v != 0.0)),
            Measure::Age(age) => {
                let mut last = self.read(0, world, at)?;
                if last.is_empty() {
                    last = self.read(1, world, at)?;
                }
                let newest = last.into_iter().fold(None, |a: Option<f64>, v| Some(a.map_or(v, |a| a.max(v))));
                newest.and_then(|v| {
                    let old = at as f64 - v / age.unit.per_second() as f64 > age.bound as f64 / 1000.0;
                    minutes(std::iter::once(!old))
                })
            }
            Measure::Events(Events::BadTotal { .. }) => {
                let bad = rate(0)?.unwrap_or(0.0);
                rate(1)?.map(|total| (total, bad))
            }
            Measure::Events(Events::GoodTotal { .. }) | Measure::Latency(_) => {
                let good = rate(0)?.unwrap_or(0.0);
                rate(1)?.map(|total| (total, (total - good).max(0.0)))
            }
            Measure::Events(Events::GoodBad { .. }) => match (rate(0)?, rate(1)?) {
                (None, None) => None,
                (good, bad) => Some((good.unwrap_or(0.0) + bad.unwrap_or(0.0), bad.unwrap_or(0.0))),
            },
        };
        let Some((total, bad)) = found else { return Ok(None) };
        let excluded = match &self.exclude {
            Some(exclude) => !evaluate::evaluate(exclude, world, at)?.is_empty(),
            None => false,
        };
        Ok(Some(if excluded { (0.0, 0.0) } else { (total, bad) }))
    }
}

/// Good and bad series in one minute as events per second.
fn minutes(good: impl Iterator<Item = bool>) -> Option<(f64, f64)> {
    let (mut all, mut bad) = (0.0, 0.0);
    for good in good {
        all += 1.0;
        bad += f64::from(u8::from(!good));
    }
    (all > 0.0).then_some((all / 60.0, bad / 60.0))
}

/// The value of a label of `by` in the tests.
pub fn main_value(sli: &Sli, by: &str) -> Option<String> {
    super::cast::selectors(sli).first().and_then(|s| labels_of(s, &[], sli).ok()?.get(by).cloned())
}

/// What an expression reads.
fn texts(sli: &Sli) -> Vec<(String, Place)> {
    let of = |q: &Query| (q.text(), q.place());
    match &sli.measure {
        Measure::Holds(holds) => vec![(holds.expr.text.clone(), holds.expr.place)],
        measure => measure.queries().into_iter().map(of).collect(),
    }
}

/// Series with two states for an SLI.
pub fn of(sli: &Sli, window: u64) -> Part {
    search(sli, window).unwrap_or_else(Part::Impossible)
}

fn search(sli: &Sli, range: u64) -> Result<Part, String> {
    let texts = texts(sli);
    let exprs: Vec<Expr> = texts.iter().map(|(text, _)| parsed(text)).collect::<Result<_, _>>()?;
    let mut selectors: Vec<Selector> = Vec::new();
    for selector in texts.iter().flat_map(|(text, place)| selectors_of(text, *place)) {
        if !selectors.contains(&selector) {
            selectors.push(selector);
        }
    }
    let shared = joined_labels(&exprs);
    let mut cast: Vec<(Labels, Vec<Level>)> = Vec::new();
    for selector in &selectors {
        // a wider selector should not be taken for a narrower one
        let others: Vec<&Selector> = selectors.iter().filter(|o| *o != selector).collect();
        let mut labels = apart(selector, &others, sli)?;
        for label in &shared {
            let free = selector.matchers.iter().all(|m| m.label != *label);
            if free && !labels.contains_key(label) {
                labels.insert(label.clone(), "x".into());
            }
        }
        if cast.iter().all(|(have, _)| *have != labels) {
            let levels = levels(sli, selector, &exprs);
            cast.push((labels, levels));
        }
    }
    let reach = exprs.iter().map(reach).max().unwrap_or(0);
    let at = (reach + 10) * 60;
    let combinations: usize = cast.iter().map(|(_, levels)| levels.len()).product();
    if combinations > MOST {
        return Err(format!("{} series with too many possible values", cast.len()));
    }
    let plain = Sli { exclude: None, ..sli.clone() };
    let reader = Reader::new(&plain, range)?;
    let mut good: Option<Vec<Level>> = None;
    let mut bad: Option<(f64, Vec<Level>)> = None;
    let mut unknown = None;
    for i in 0..combinations {
        let mut rest = i;
        let chosen: Vec<Level> = cast
            .iter()
            .map(|(_, levels)| {
                let level = levels[rest % levels.len()];
                rest /= levels.len();
                level
            })
            .collect();
        let minutes = (at / 60) as usize;
        let series: Vec<Series> = cast
            .iter()
            .zip(&chosen)
            .map(|((labels, _), level)| Series { labels: labels.clone(), samples: steady(*level, minutes) })
            .collect();
        // alike on both generations
        let both: Result<Vec<_>, Unknown> =
            [true, false].map(|closed| reader.measured(World { series: &series, closed }, at)).into_iter().collect();
        let found = match both {
            Ok(found) => found,
            Err(why) => {
                unknown = Some(why);
                continue;
            }
        };
        let shares: Vec<Option<f64>> =
            found.iter().map(|f| f.filter(|(total, _)| *total > 0.0).map(|(total, bad)| bad / total)).collect();
        let [Some(a), Some(b)] = shares.as_slice() else { continue };
        let share = a.min(*b);
        if a.max(*b) == 0.0 && good.is_none() {
            good = Some(chosen.clone());
        }
        if share > 0.0 && bad.as_ref().is_none_or(|(have, _)| share > *have) {
            bad = Some((share, chosen));
        }
        if good.is_some() && bad.as_ref().is_some_and(|(share, _)| *share >= 1.0) {
            break;
        }
    }
    let (Some(good), Some((_, bad))) = (good.clone(), bad.clone()) else {
        let state = if good.is_none() { "good" } else { "bad" };
        return Err(match unknown {
            Some(why) => format!("the tests cannot evaluate {why}"),
            None => format!("no values of its series were found with which everything is {state}"),
        });
    };
    let driven = cast.into_iter().zip(good).zip(bad);
    Ok(Part::States(driven.map(|(((labels, _), good), bad)| Driven { labels, good, bad }).collect()))
}

/// Other levels with which everything is good or everything is bad: one of the series is not there. Where PromQL names two ways, joined by
/// `or`, the first of them hides the second one.
pub fn ways(sli: &Sli, range: u64, driven: &[Driven]) -> Vec<Vec<Level>> {
    let plain = Sli { exclude: None, ..sli.clone() };
    let Ok(reader) = Reader::new(&plain, range) else { return Vec::new() };
    let exprs: Vec<Expr> = texts(sli).iter().filter_map(|(text, _)| parsed(text).ok()).collect();
    let minutes = exprs.iter().map(reach).max().unwrap_or(0) + 10;
    let mut found: Vec<Vec<Level>> = Vec::new();
    for of in [|d: &Driven| d.good, |d: &Driven| d.bad] {
        for gone in 0..driven.len() {
            let levels: Vec<Level> =
                driven.iter().enumerate().map(|(i, d)| if i == gone { Level::Absent } else { of(d) }).collect();
            let series: Vec<Series> = driven
                .iter()
                .zip(&levels)
                .map(|(d, level)| Series { labels: d.labels.clone(), samples: steady(*level, minutes as usize) })
                .collect();
            let known = driven.iter().map(|d| d.good).eq(levels.iter().copied())
                || driven.iter().map(|d| d.bad).eq(levels.iter().copied())
                || found.contains(&levels);
            let measured = reader.measured(World { series: &series, closed: false }, minutes * 60);
            if let (Ok(Some((total, _))), false) = (measured, known)
                && total > 0.0
            {
                found.push(levels);
            }
        }
    }
    found
}

/// Labels that one selector selects and, where that can be, the others do not.
fn apart(selector: &Selector, others: &[&Selector], sli: &Sli) -> Result<Labels, String> {
    let mut labels = labels_of(selector, &[], sli)?;
    for other in others.iter().filter(|o| o.name == selector.name) {
        if !selects(other, &labels) {
            continue;
        }
        for matcher in &other.matchers {
            if let Ok(different) = labels_of(selector, &[(matcher, false)], sli)
                && !selects(other, &different)
            {
                labels = different;
                break;
            }
        }
    }
    Ok(labels)
}

/// Labels by which an expression joins or groups: every series gets them, so that they meet.
fn joined_labels(exprs: &[Expr]) -> Vec<String> {
    let mut found = Vec::new();
    for expr in exprs {
        walk(expr, &mut |e| match e {
            Expr::Aggregate(a) => {
                found.extend(a.grouping.iter().filter(|g| !g.without).flat_map(|g| &g.labels).map(|l| l.text.clone()));
            }
            Expr::Binary(b) => {
                for m in b.matching.iter().filter(|m| m.on) {
                    found.extend(m.labels.iter().map(|l| l.text.clone()));
                }
                for group in b.matching.iter().filter_map(|m| m.group.as_ref()) {
                    found.extend(group.labels.iter().map(|l| l.text.clone()));
                }
            }
            _ => {}
        });
    }
    found.sort();
    found.dedup();
    found
}

/// How far an expression looks back, in minutes.
pub fn reach(expr: &Expr) -> i64 {
    let mut reach = 5;
    walk(expr, &mut |e| {
        let length = match e {
            Expr::Range(node) => Some(&node.range),
            Expr::Subquery(node) => Some(&node.range),
            _ => None,
        };
        if let Some(promql::ast::DurationValue::Literal(ms)) = length.map(|l| &l.value) {
            reach = reach.max((*ms / 60_000) as i64 + 5);
        }
    });
    reach
}

/// The levels that a series may have.
fn levels(sli: &Sli, selector: &Selector, exprs: &[Expr]) -> Vec<Level> {
    if let Measure::Age(age) = &sli.measure {
        let unit = age.unit.per_second() as f64;
        let behind = age.bound as f64 / 1000.0;
        return vec![Level::Clock(0.0, unit), Level::Clock(behind + 60.0, unit), Level::Absent];
    }
    if matches!(sli.measure, Measure::Up(_)) {
        return vec![Level::Value(1.0), Level::Value(0.0)];
    }
    let (mut counted, mut changes, mut numbers) = (false, false, vec![1.0, 0.0]);
    for expr in exprs {
        walk(expr, &mut |e| match e {
            Expr::Number(n) => numbers.extend([n.value, n.value + 1.0, n.value - 1.0, 2.0 * n.value]),
            Expr::Call(call) => {
                let over_this = |e: &Expr| matches!(e, Expr::Range(r) if selector_is(&r.selector, selector));
                if call.args.iter().any(over_this) {
                    match call.function.text.as_str() {
                        "rate" | "increase" | "irate" => counted = true,
                        "changes" | "resets" => changes = true,
                        _ => {}
                    }
                }
                if call.function.text == "time" {
                    numbers.extend([1e9, -1e9]);
                }
            }
            _ => {}
        });
    }
    if counted {
        return vec![Level::Rising(0.0), Level::Rising(0.25), Level::Rising(1.0), Level::Rising(60.0), Level::Absent];
    }
    if changes {
        return vec![Level::Value(0.0), Level::Toggling, Level::Absent];
    }
    let mut found: Vec<Level> = Vec::new();
    for number in numbers.into_iter().filter(|n| n.is_finite()) {
        if !found.contains(&Level::Value(number)) {
            found.push(Level::Value(number));
        }
    }
    found.push(Level::Absent);
    found
}

fn selector_is(a: &promql::ast::Selector, b: &Selector) -> bool {
    a.name.as_ref().map_or("", |n| n.text.as_str()) == b.name && a.matchers.len() == b.matchers.len()
}

/// A series that has one level after the other, each for so long.
pub fn in_turn(levels: &[Level], minutes: usize) -> Vec<Sample> {
    let mut samples = Vec::with_capacity(levels.len() * minutes);
    let mut last = None;
    for level in levels {
        for _ in 0..minutes {
            let sample = match next(*level, samples.len() as f64, last) {
                // it was there until now: a scrape without it marks it stale
                Sample::Missing if last.is_some() => Sample::Stale,
                sample => sample,
            };
            if let Sample::Value(v) = sample {
                last = Some(v);
            }
            samples.push(sample);
        }
    }
    samples
}

/// A series that has had one level for so long.
fn steady(level: Level, minutes: usize) -> Vec<Sample> {
    let mut samples = Vec::with_capacity(minutes + 1);
    let mut last = None;
    for minute in 0..=minutes {
        let sample = next(level, minute as f64, last);
        if let Sample::Value(v) = sample {
            last = Some(v);
        }
        samples.push(sample);
    }
    samples
}

/// The sample of a level at a minute, after a last value.
pub fn next(level: Level, minute: f64, last: Option<f64>) -> Sample {
    match level {
        Level::Absent => Sample::Missing,
        Level::Value(v) => Sample::Value(v),
        Level::Rising(by) => Sample::Value(last.map_or(0.0, |v| v + by)),
        Level::Toggling => Sample::Value(if last == Some(0.0) { 1.0 } else { 0.0 }),
        Level::Clock(behind, unit) => Sample::Value((minute * 60.0 - behind) * unit),
    }
}
