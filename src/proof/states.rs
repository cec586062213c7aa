//! Series for gauges and for PromQL that people wrote: values are tried until everything is good, and until everything is bad.

#![allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "minutes and seconds of a test are far below 2^62, and what is before its start is cut off"
)]

use super::cast::{Driven, Level, Part, labels_of};
use super::levels;
use crate::measure::events::Events;
use crate::measure::{Matcher, Measure, Query, Selector};
use crate::model::Sli;
use crate::promql::ast::{DurationText, DurationValue, Expr, MatcherValue, Offset, walk};
use crate::promql::evaluate::{self, Labels, Sample, Series, Unknown, World};
use crate::promql::{self, Range};
use crate::source::Place;

/// A day in minutes.
const DAY: i64 = 1440;
/// More evaluations of combinations are not tried.
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
    let cast = levels::series(sli, &exprs, &texts)?;
    let plain = Sli { exclude: None, ..sli.clone() };
    let search = Search { reader: Reader::new(&plain, range)?, exprs: &exprs, range };
    let of = |levels: &dyn Fn(&Selector) -> Vec<Level>| -> Vec<(Labels, Vec<Level>)> {
        cast.iter()
            .map(|one| (one.labels.clone(), one.bucket.clone().unwrap_or_else(|| levels(&one.selector))))
            .collect()
    };
    // values that stay first; where they are not enough, timestamps that go on and series that come and go
    let steady = search.among(&of(&|selector| levels::steady(sli, selector, &exprs)));
    if steady.is_ok() || !levels::has_events(&exprs) {
        return steady;
    }
    search.among(&of(&|selector| levels::of_events(selector, &exprs, range))).or(steady)
}

/// What is tried until everything is good, and until everything is bad.
struct Search<'a> {
    reader: Reader<'a>,
    exprs: &'a [Expr],
    range: u64,
}

impl Search<'_> {
    /// The minutes at which a combination is looked at: each of these must say the same. Of what comes and goes, all of it together.
    fn looks(&self, fleeting: bool) -> Vec<Vec<i64>> {
        let every = levels::pause(self.range) as i64;
        let first = (self.exprs.iter().map(|e| reach(e, true)).max().unwrap_or(0) + 10 + every) / every * every;
        let later = first + 9 * every;
        // the test has alerts of its own: values must stay older than those
        let of_alerts = self
            .exprs
            .iter()
            .flat_map(promql::selectors)
            .any(|s| s.name.as_ref().is_some_and(|n| n.text == "ALERTS" || n.text == "ALERTS_FOR_STATE"));
        match (fleeting, levels::reads_clock(self.exprs) && !of_alerts) {
            (true, _) => vec![(first..first + every).collect(), (later..later + every).collect()],
            // what a value is by the clock of one minute says nothing of the next
            (false, true) => vec![vec![first], vec![later]],
            (false, false) => vec![vec![first]],
        }
    }

    /// The share of bad events with these series at each look and on both generations; none where there are no events.
    fn shares(&self, series: &[Series], looks: &[Vec<i64>]) -> Result<Option<Vec<f64>>, Unknown> {
        let mut shares = Vec::new();
        for (look, closed) in looks.iter().flat_map(|look| [(look, true), (look, false)]) {
            let (mut total, mut bad) = (0.0, 0.0);
            for minute in look {
                if let Some((t, b)) = self.reader.measured(World { series, closed }, minute * 60)? {
                    (total, bad) = (total + t, bad + b);
                }
            }
            if total <= 0.0 || !total.is_finite() {
                return Ok(None);
            }
            shares.push(bad / total);
        }
        Ok(Some(shares))
    }

    fn among(&self, cast: &[(Labels, Vec<Level>)]) -> Result<Part, String> {
        let combinations = cast.iter().try_fold(1_usize, |n, (_, levels)| n.checked_mul(levels.len()));
        let is_fleeting = |level: &Level| matches!(level, Level::Fleeting(..));
        let looks = self.looks(cast.iter().flat_map(|(_, levels)| levels).any(is_fleeting));
        let each: usize = looks.iter().map(Vec::len).sum();
        let Some(combinations) = combinations.filter(|n| n.saturating_mul(each) <= MOST) else {
            return Err(format!("{} series with too many possible values", cast.len()));
        };
        let minutes = looks.iter().flatten().max().copied().unwrap_or(0) as usize;
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
            let series: Vec<Series> = cast
                .iter()
                .zip(&chosen)
                .map(|((labels, _), level)| Series { labels: labels.clone(), samples: steady(*level, minutes) })
                .collect();
            let shares = match self.shares(&series, &looks) {
                Ok(Some(shares)) => shares,
                Ok(None) => continue,
                Err(why) => {
                    unknown = Some(why);
                    continue;
                }
            };
            let share = shares.iter().copied().fold(f64::INFINITY, f64::min);
            if good.is_none() && shares.iter().all(|s| *s == 0.0) {
                good = Some(chosen.clone());
            }
            if share > 0.0 && bad.as_ref().is_none_or(|(have, _)| share > *have) {
                bad = Some((share, chosen));
            }
            if good.is_some() && bad.as_ref().is_some_and(|(share, _)| *share >= 1.0) {
                break;
            }
        }
        let state = if good.is_none() { "good" } else { "bad" };
        let (Some(good), Some((_, bad))) = (good, bad) else {
            return Err(match unknown {
                Some(why) => format!("the tests cannot evaluate {why}"),
                None => format!("no values of its series were found with which everything is {state}"),
            });
        };
        let driven = cast.iter().zip(good).zip(bad);
        Ok(Part::States(
            driven.map(|(((labels, _), good), bad)| Driven { labels: labels.clone(), good, bad }).collect(),
        ))
    }
}

/// Other levels with which everything is good or everything is bad: one of the series is not there. Where PromQL names two ways, joined by
/// `or`, the first of them hides the second one.
pub fn ways(sli: &Sli, range: u64, driven: &[Driven]) -> Vec<Vec<Level>> {
    let plain = Sli { exclude: None, ..sli.clone() };
    let Ok(reader) = Reader::new(&plain, range) else { return Vec::new() };
    let exprs: Vec<Expr> = texts(sli).iter().filter_map(|(text, _)| parsed(text).ok()).collect();
    let search = Search { reader, exprs: &exprs, range };
    let looks = search.looks(driven.iter().any(|d| matches!(d.good, Level::Fleeting(..))));
    let minutes = looks.iter().flatten().max().copied().unwrap_or(0) as usize;
    let mut found: Vec<Vec<Level>> = Vec::new();
    for of in [|d: &Driven| d.good, |d: &Driven| d.bad] {
        for gone in 0..driven.len() {
            let levels: Vec<Level> =
                driven.iter().enumerate().map(|(i, d)| if i == gone { Level::Absent } else { of(d) }).collect();
            let series: Vec<Series> = driven
                .iter()
                .zip(&levels)
                .map(|(d, level)| Series { labels: d.labels.clone(), samples: steady(*level, minutes) })
                .collect();
            let known = driven.iter().map(|d| d.good).eq(levels.iter().copied())
                || driven.iter().map(|d| d.bad).eq(levels.iter().copied())
                || found.contains(&levels);
            if !known && matches!(search.shares(&series, &looks), Ok(Some(_))) {
                found.push(levels);
            }
        }
    }
    found
}

/// For how many minutes the last sample of a series is seen.
const SEEN: i64 = 5;

/// How far an expression looks back, in minutes, until what has changed shows. What only asks for the last sample shows it at once; that
/// series are gone is not waited for longer than a day, and not where none of them goes.
pub fn reach(expr: &Expr, goes: bool) -> i64 {
    let mut of_last = Vec::new();
    walk(expr, &mut |e| match e {
        Expr::Call(call) if call.function.text == "last_over_time" => {
            of_last.extend(call.args.first().map(Expr::span));
        }
        _ => {}
    });
    let most = if goes { DAY } else { 0 };
    furthest(expr, &|span, minutes| if of_last.contains(&span) { minutes.min(most) } else { minutes })
}

/// How far an expression looks back at all, in minutes: for so long it knows what is gone.
pub fn memory(expr: &Expr) -> i64 {
    furthest(expr, &|_, minutes| minutes)
}

/// How long it says nothing after its series began, in minutes: what an `offset` reads is not there yet.
pub fn silence(expr: &Expr) -> i64 {
    furthest(expr, &|_, _| 0) - SEEN
}

fn furthest(expr: &Expr, length: &dyn Fn(Range, i64) -> i64) -> i64 {
    let literal = |text: &DurationText| match text.value {
        DurationValue::Literal(ms) => (ms / 60_000) as i64,
        DurationValue::Param(_) => 0,
    };
    let back = |offset: &Option<Offset>| offset.as_ref().filter(|o| !o.negative).map_or(0, |o| literal(&o.duration));
    let mut reach = SEEN;
    walk(expr, &mut |e| {
        let (range, offset) = match e {
            Expr::Selector(selector) => (0, back(&selector.offset)),
            Expr::Range(node) => (literal(&node.range), back(&node.selector.offset)),
            Expr::Subquery(node) => (literal(&node.range), back(&node.offset)),
            _ => return,
        };
        if range + offset > 0 {
            reach = reach.max(length(e.span(), range) + offset + SEEN);
        }
    });
    reach
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
    in_turn(&[level], minutes + 1)
}

/// The sample of a level at a minute, after a last value.
pub fn next(level: Level, minute: f64, last: Option<f64>) -> Sample {
    match level {
        Level::Absent => Sample::Missing,
        Level::Value(v) => Sample::Value(v),
        Level::Rising(by) => Sample::Value(last.map_or(0.0, |v| v + by)),
        Level::Toggling => Sample::Value(if last == Some(0.0) { 1.0 } else { 0.0 }),
        Level::Clock(behind, unit) => Sample::Value((minute * 60.0 - behind) * unit),
        Level::Fleeting(every, _) if !(minute as u64).is_multiple_of(every) => Sample::Missing,
        Level::Fleeting(_, behind) => Sample::Value(behind.map_or(1.0, |behind| minute * 60.0 - behind)),
    }
}
