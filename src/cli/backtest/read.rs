//! Reads what a backtest needs, in pieces that the Prometheus can answer.

use super::super::prometheus::answer::Matrix;
use super::super::prometheus::{Failure, Prometheus};
use super::super::terminal::Progress;
use super::place::sites;
use crate::backtest::budget::Level1;
use crate::backtest::clock::Turns;
use crate::backtest::clock::{Clock, SLOW};
use crate::backtest::look::{Looked, Series, know_all_events, look};
use crate::backtest::samples::Time;
use crate::backtest::table::Asked;
use crate::backtest::{By, Read, ask, day};
use crate::model::{SiteIndex, address};
use crate::plan::Plan;
use crate::plan::members::Member;
use crate::show::time;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Prometheus answers at most so many points of a series.
const POINTS: i64 = 11_000;
/// Fewer than these are not asked for at a time: a question that is still too large will not become small enough.
const FEWEST: i64 = 30;
/// So many answers in a row that did not come in time are enough.
const LATE: u32 = 6;
const HOUR: i64 = 3600;
/// How much longer than a window the rules look back for it: a period is counted from copies, and ends up to two intervals of the hourly ones
/// earlier.
const COPIES: i64 = 4 * HOUR;

/// Reads from one Prometheus.
pub(super) struct Reader<'p> {
    prometheus: &'p Prometheus,
    progress: &'p Progress,
    version: Option<String>,
    closed: bool,
    lookback: i64,
    from: Time,
    until: Time,
    /// The first minute of which there is anything, where that is known.
    first: Option<Time>,
    /// How long it keeps samples, where it says so.
    keeps: Option<String>,
    /// Points a question, as far as it was learnt.
    points: Cell<i64>,
    /// SLIs that were read, and all.
    done: (usize, usize),
    notes: Vec<String>,
    /// The longest window that is not full when the past begins, in seconds, and what is to be said of it.
    filling: Option<(i64, String)>,
}

/// What a Prometheus says of itself; others do not.
#[derive(serde::Deserialize)]
struct Runtime {
    #[serde(default, rename = "storageRetention")]
    retention: Option<String>,
}

#[derive(serde::Deserialize)]
struct Build {
    #[serde(default)]
    version: String,
    #[serde(default)]
    application: Option<String>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(
        prometheus: &'p Prometheus,
        progress: &'p Progress,
        until: Option<i64>,
        since: u64,
    ) -> Result<Self, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed());
        let until = until.unwrap_or(now);
        // some clocks are a little ahead of others
        if until > now + 300 {
            return Err(format!(
                "{} UTC is no past\n  help: leave `--until` out for the time until now",
                day::minute(until)
            ));
        }
        let until = until - until.rem_euclid(60);
        let from = until - since.cast_signed();
        let mut reader = Reader {
            prometheus,
            progress,
            version: None,
            closed: false,
            lookback: SLOW,
            from,
            until,
            first: None,
            keeps: None,
            points: Cell::new(POINTS),
            done: (0, 0),
            notes: Vec::new(),
            filling: None,
        };
        progress.say(|| "asking the Prometheus".into());
        // the first question says whether there is one at all
        reader.prometheus.ask::<serde_json::Value>("query", &[("query", "vector(1)")]).map_err(Failure::words)?;
        match reader.prometheus.ask::<Build>("status/buildinfo", &[]) {
            Ok(build) if !build.version.is_empty() => {
                let application = build.application.unwrap_or_else(|| "Prometheus".to_string());
                reader.closed = application == "Prometheus" && build.version.starts_with("2.");
                reader.version = Some(format!("{application} {}", build.version.trim_start_matches('v')));
            }
            _ => reader.note("it does not say its version; ranges are taken as those of Prometheus 3".to_string()),
        }
        let flags = reader.prometheus.ask::<BTreeMap<String, String>>("status/flags", &[]).unwrap_or_default();
        if let Some(lookback) = flags.get("query.lookback-delta").and_then(|text| seconds(text)) {
            reader.lookback = lookback;
        }
        let runtime = reader.prometheus.ask::<Runtime>("status/runtimeinfo", &[]).ok();
        reader.keeps = runtime.and_then(|r| r.retention).filter(|text| !text.is_empty());
        if reader.is_empty()? {
            let keeps = reader.keeps();
            return Err(format!(
                "{} has no samples between {} and {} UTC{keeps}\n  help: `--since` and `--until` say of which time is asked",
                prometheus.base(),
                day::minute(from),
                day::minute(until)
            ));
        }
        Ok(reader)
    }

    /// `; it keeps 15d`, where that is less than is asked for.
    fn keeps(&self) -> String {
        let less = |text: &&String| seconds(text).is_none_or(|keeps| keeps <= self.until - self.from);
        self.keeps.as_ref().filter(less).map(|text| format!("; it keeps {text}")).unwrap_or_default()
    }

    /// Finds where the past begins: by `up`, and where there is none, by what is to be read.
    pub(super) fn begin(&mut self, all: &[(Plan<'_>, Member<'_>)]) -> Result<(), String> {
        // the longest window of a burn is no longer than the period, or below this
        let periods = all.iter().map(|(plan, _)| plan.journey.window.value.cast_signed() * 60);
        let begin = self.from - periods.max().unwrap_or(0).max(90 * 24 * HOUR) - COPIES;
        self.first = self.beginning("count(up)", begin)?;
        if let Some(first) = self.first {
            return self.is_old_enough(first);
        }
        for (plan, member) in all {
            for site in sites(plan, member) {
                let site = site.map(|site| &plan.model.sites[site]);
                let needed = ask::selectors(plan, member, site).into_iter().filter(|s| s.role.must_match());
                let needed =
                    needed.map(|s| s.selector.text()).chain(site.map(|s| ask::recorded_total(plan, member, s)));
                for selector in needed {
                    let first = self.beginning(&format!("count({selector})"), begin)?;
                    self.first = [self.first, first].into_iter().flatten().min();
                }
            }
        }
        self.first.map_or(Ok(()), |first| self.is_old_enough(first))
    }

    /// Whether there is a past at all after the first minute.
    fn is_old_enough(&self, first: Time) -> Result<(), String> {
        if first < self.until {
            return Ok(());
        }
        Err(format!(
            "{} has no past before {} UTC, where what is asked for ends\n  help: ask again in some minutes, or for a later `--until`",
            self.base(),
            day::minute(first)
        ))
    }

    /// The minute in which an expression yields something for the first time: what was before a Prometheus had any targets is no missing
    /// data. None where it never does.
    fn beginning(&self, expr: &str, begin: Time) -> Result<Option<Time>, String> {
        let first = |begin: Time, end: Time, step: i64| -> Result<Option<Time>, String> {
            let rows = self.pieces(expr, begin - begin.rem_euclid(step), end, step, &|_| ())?;
            Ok(rows.values().flatten().map(|(time, _)| *time).min())
        };
        let hour = first(begin, self.until, HOUR)?.unwrap_or(self.until);
        first(hour - HOUR, hour, 60)
    }

    /// Whether there is no series at all in the time that is asked for.
    fn is_empty(&self) -> Result<bool, String> {
        let (start, end) = (self.from.to_string(), self.until.to_string());
        let names: Vec<String> = self
            .prometheus
            .ask("label/__name__/values", &[("start", &start), ("end", &end), ("limit", "1")])
            .map_err(Failure::words)?;
        Ok(names.is_empty())
    }

    pub(super) fn expect(&mut self, slis: usize) {
        self.done = (0, slis);
    }

    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// When the rules of a journey would have run. Reading begins earlier than what is reported, by the period and by the longest window of an
    /// alert, so that both are full when it begins; but not before there was anything.
    pub(super) fn clock(&mut self, plan: &Plan<'_>) -> Clock {
        let longest = plan.windows().into_iter().max().unwrap_or(0).cast_signed() * 60;
        let full = self.from - longest;
        let wanted = full.min(self.from - plan.journey.window.value.cast_signed() * 60 - COPIES);
        let evaluate = plan.evaluate_seconds().cast_signed();
        let down = |time: Time| time - time.rem_euclid(evaluate);
        let first = self.first.map_or(wanted, |first| down(first + evaluate - 1).min(down(self.until)));
        let read_from = down(wanted).max(first);
        let keeps = self.keeps();
        let length = |seconds: i64| time(seconds as f64 / 60.0);
        // what is missing is worth a word where it changes the answer
        if (read_from - self.from) * 20 > self.until - self.from {
            self.note(format!(
                "of the {} that are asked for it has the last {}: nothing is before {} UTC{keeps}",
                length(self.until - self.from),
                length(self.until - read_from),
                day::minute(read_from)
            ));
        } else if read_from > down(full) && self.first.is_some_and(|first| first > full) {
            let full = if read_from + longest < self.until {
                format!("full from {} UTC on", day::minute(read_from + longest))
            } else {
                "never full in this time".to_string()
            };
            let (first, seconds, longest) = (day::minute(read_from), longest, length(longest));
            let note = format!("nothing is before {first} UTC{keeps}: windows of {longest} are {full}");
            // of several journeys, that with the longest says enough
            if self.filling.as_ref().is_none_or(|(of, _)| seconds > *of) {
                self.filling = Some((seconds, note));
            }
        }
        Clock {
            read_from,
            from: self.from.max(read_from),
            until: self.until,
            evaluate,
            turns: Turns::FULL,
            closed: self.closed,
            lookback: self.lookback,
        }
    }

    /// Reads an SLI, or what one of its sites has of it.
    pub(super) fn read(
        &mut self,
        plan: &Plan<'_>,
        member: &Member<'_>,
        at: Option<SiteIndex>,
        clock: Clock,
    ) -> Result<Read, String> {
        let name = address(plan.journey, member.0, member.1);
        let site = at.map(|site| &plan.model.sites[site]);
        let (done, all) = self.done;
        self.show(done * 100 / all.max(1), &name);
        let mut looked = Vec::new();
        let series = Labels { reader: self, from: clock.read_from };
        for sought in ask::selectors(plan, member, site) {
            looked.push(look(&sought, &series)?);
        }
        let mut level1: BTreeMap<By, Level1> = BTreeMap::new();
        // what matches nothing has no numbers, and those of the rest would be wrong, but for all events
        let mut wrong = looked.iter().any(Looked::is_wrong);
        let mut exprs = ask::level_one(plan, member, site);
        if let Some(site) = site.filter(|_| wrong)
            && series.any(&ask::recorded_total(plan, member, site))?
        {
            exprs = ask::recorded(plan, member, site);
            (wrong, looked) = (false, Vec::new());
            self.note(
                "raw series of sites are not here: their numbers are those that their rules recorded and sent".into(),
            );
        }
        let known = if wrong { usize::from(know_all_events(&looked)) } else { 2 };
        for (number, expr) in exprs.iter().enumerate().take(known) {
            let share = |part: f64| (done as f64 + f64::midpoint(number as f64, part)) / all.max(1) as f64;
            let rows =
                self.range(expr, clock, &|part| self.show(crate::reckon::whole(100.0 * share(part)) as usize, &name))?;
            for (labels, points) in rows {
                let by = member.1.by.iter().filter_map(|b| labels.get_key_value(&b.text));
                let by: By = by.map(|(k, v)| (k.clone(), v.clone())).collect();
                let entry = level1.entry(by).or_insert_with(|| Level1::unknown(clock));
                let track = if number == 0 { &mut entry.total } else { &mut entry.bad };
                for (time, value) in points {
                    let index = usize::try_from((time - clock.read_from) / clock.evaluate).unwrap_or(usize::MAX);
                    if let Some(slot) = track.values.get_mut(index) {
                        *slot = Some(value);
                    }
                }
            }
        }
        self.done.0 += 1;
        Ok(Read { site: at, looked, level1 })
    }

    fn show(&self, percent: usize, name: &str) {
        self.progress.say(|| {
            let full = percent * 24 / 100;
            format!("{}{} {percent:3} %  {name}", "█".repeat(full), "░".repeat(24 - full.min(24)))
        });
    }

    /// An expression at all evaluations of the fast group.
    fn range(&self, expr: &str, clock: Clock, show: &dyn Fn(f64)) -> Result<Rows, String> {
        let last = clock.fast().last().unwrap_or(clock.read_from);
        self.pieces(expr, clock.read_from, last, clock.evaluate, show)
    }

    /// Asks for pieces; what is too much is asked for in halves from then on.
    fn pieces(&self, expr: &str, begin: Time, end: Time, step: i64, show: &dyn Fn(f64)) -> Result<Rows, String> {
        let mut rows: Rows = BTreeMap::new();
        let (mut at, mut late) = (begin, 0);
        while at <= end {
            show((at - begin) as f64 / (end - begin).max(1) as f64);
            let points = self.points.get();
            let until = (at + (points - 1) * step).min(end);
            let begun = Instant::now();
            match self.piece(expr, at, until, step) {
                Ok(matrix) => {
                    late = 0;
                    for row in matrix.result {
                        let points = rows.entry(row.metric).or_default();
                        points.extend(
                            row.values.iter().filter_map(|(time, value)| Some((rounded(*time), number(value)?))),
                        );
                    }
                    at = until + step;
                }
                Err(Failure::Failed(why)) => return Err(why),
                Err(Failure::TooMuch(why)) => {
                    // a server that refuses at once may be asked on
                    late += u32::from(begun.elapsed() > Duration::from_secs(1));
                    if points / 2 < FEWEST || late >= LATE {
                        return Err(format!(
                            "{why}\n  note: it was asked for less and less, down to {points} points at a time"
                        ));
                    }
                    self.points.set(points.min((until - at) / step + 1) / 2);
                }
            }
        }
        Ok(rows)
    }

    fn piece(&self, expr: &str, begin: Time, end: Time, step: i64) -> Result<Matrix, Failure> {
        let (begin, end, step) = (begin.to_string(), end.to_string(), step.to_string());
        // so that it does not go on with what nobody waits for any more
        let timeout = format!("{}s", self.prometheus.timeout().as_secs());
        self.prometheus.ask(
            "query_range",
            &[("query", expr), ("start", &begin), ("end", &end), ("step", &step), ("timeout", &timeout)],
        )
    }

    /// Its URL.
    pub(super) fn base(&self) -> &str {
        self.prometheus.base()
    }

    /// The series in the time that is asked for.
    pub(super) fn labels(&self) -> Labels<'_, 'p> {
        Labels { reader: self, from: self.from }
    }

    /// What was asked, of all or of one site.
    pub(super) fn asked(self, site: Option<String>) -> Asked {
        Asked {
            url: self.prometheus.base().to_string(),
            version: self.version,
            warnings: self.prometheus.warnings(),
            notes: self.notes.into_iter().chain(self.filling.map(|(_, note)| note)).collect(),
            site,
            span: (self.from, self.until),
        }
    }
}

type Rows = BTreeMap<BTreeMap<String, String>, Vec<(Time, f64)>>;

/// Times of aligned questions are whole seconds.
#[allow(clippy::cast_possible_truncation, reason = "seconds since 1970 are far below 2^52")]
fn rounded(time: f64) -> Time {
    time.round() as Time
}

/// A number as Prometheus writes it.
fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

/// Seconds of a flag such as `5m` or `1m30s`.
fn seconds(text: &str) -> Option<i64> {
    let (mut all, mut number) = (0, String::new());
    for sign in text.chars() {
        if sign.is_ascii_digit() {
            number.push(sign);
            continue;
        }
        let of = match sign {
            'y' => 365 * 86_400,
            'w' => 7 * 86_400,
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        all += number.parse::<i64>().ok()?.checked_mul(of)?;
        number.clear();
    }
    (number.is_empty() && all > 0).then_some(all)
}

/// The series of a Prometheus from a time on.
pub(super) struct Labels<'r, 'p> {
    reader: &'r Reader<'p>,
    from: Time,
}

impl Labels<'_, '_> {
    fn list(&self, path: &str, selector: Option<&str>, limit: Option<&str>) -> Result<Vec<String>, String> {
        let (start, end) = (self.from.to_string(), self.reader.until.to_string());
        let mut parameters = vec![("start", start.as_str()), ("end", end.as_str())];
        parameters.extend(selector.map(|s| ("match[]", s)));
        // older servers do not know it and answer all
        parameters.extend(limit.map(|l| ("limit", l)));
        self.reader.prometheus.ask(path, &parameters).map_err(Failure::words)
    }
}

impl Series for Labels<'_, '_> {
    fn any(&self, selector: &str) -> Result<bool, String> {
        Ok(!self.list("label/__name__/values", Some(selector), Some("1"))?.is_empty())
    }
    fn values(&self, label: &str, selector: Option<&str>) -> Result<Vec<String>, String> {
        self.list(&format!("label/{label}/values"), selector, None)
    }
    fn labels(&self, selector: &str) -> Result<Vec<String>, String> {
        self.list("labels", Some(selector), None)
    }
    fn count(&self, selector: &str) -> Result<u64, String> {
        let time = self.reader.until.to_string();
        self.reader.prometheus.number_at(&format!("count({selector})"), &time)
    }
}
