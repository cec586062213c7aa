//! What is recorded on the way to an alert: counted events, budgets and whose they are, the numbers of the period.
//!
//! An alert asks for more or for less than a limit, so that it forgives much. These numbers stand on dashboards and in reports, and each of
//! them is compared with what the events of a test come to.

use super::cast::{Cast, Part};
use super::claims::Whose;
use super::probes::{Number, named, rounded};
use super::scenes::Wanted;
use super::simulate::Recorded;
use super::stage::{Player, reach};
use super::states::{Reader, in_turn};
use super::track::{series_text, values_text};
use super::{Claim, Collector, Slot, Test};
use crate::measure::Series;
use crate::model::address;
use crate::promql::evaluate::{self, Labels, Unknown, World};
use crate::promql::write::{duration, number, quote};
use std::collections::BTreeMap;

/// `promtool` keeps at most 10,000 samples of a query.
const MOST_SAMPLES: u64 = 9000;
/// More SLIs would make a test slow to read.
const MOST: usize = 40;

/// How far counted events may be from those of a test.
#[derive(Clone, Copy)]
pub(super) enum Slack {
    /// They are exact.
    Exact,
    /// So many more or fewer: at the edges of what is away a range guesses.
    Events(f64),
}

impl<'m> Collector<'m> {
    /// The alert that claims about an SLI are told with: its first one, or where nobody is called for it the journey's first one.
    pub(super) fn spokesman(&self, wanted: &[Wanted]) -> Option<usize> {
        wanted.first().map(|w| w.target.alert).or((!self.alerts.is_empty()).then_some(0))
    }

    /// All and bad events that level 1 counts after a minute until another one. Between slow evaluations events are missed, so that there it
    /// says nothing.
    pub(super) fn counted_events(
        &self,
        player: &Player<'_, 'm>,
        wanted: &[Wanted],
        slot: Slot,
        (from, until): (u64, u64),
        slack: Slack,
    ) -> Vec<Claim> {
        let step = self.step(slot);
        let until = until / step * step;
        let cast = player.cast;
        // an alert of others must not need native histograms for it
        let speaks = !slot.slow && until > from && (!slot.native || !wanted.is_empty());
        let Some(alert) = self.spokesman(wanted).filter(|_| speaks) else { return Vec::new() };
        if until / step > MOST_SAMPLES {
            return Vec::new();
        }
        let range = crate::reckon::range_of(self.plan.journey, cast.member.1);
        let recorded: Result<Vec<Recorded>, Unknown> =
            self.clocks(slot).into_iter().map(|clock| player.recorded(until, clock, range)).collect();
        let Ok(recorded) = recorded else { return Vec::new() };
        self.sums_of(cast, alert, &recorded, (from, until), slack)
    }

    /// The sums of what is recorded on both generations after a minute until another one.
    fn sums_of(
        &self,
        cast: &Cast<'m>,
        alert: usize,
        recorded: &[Recorded],
        (from, until): (u64, u64),
        slack: Slack,
    ) -> Vec<Claim> {
        let step = self.plan.journey.evaluate;
        let seconds = 60 * self.plan.journey.evaluate;
        let sums: Vec<Option<(f64, f64)>> = recorded
            .iter()
            .map(|recorded| {
                let within = recorded.samples.iter().zip(0..).filter(|(_, k)| k * step > from).filter_map(|(s, _)| *s);
                within.fold(None, |sum: Option<(f64, f64)>, (total, bad)| {
                    let (all, failed) = sum.unwrap_or_default();
                    Some((all + total * seconds as f64, failed + bad * seconds as f64))
                })
            })
            .collect();
        let [Some(a), Some(b)] = sums[..] else { return Vec::new() };
        let labels = Self::recorded_labels(self.plan, cast.member);
        let whose = address(self.plan.journey, cast.member.0, cast.member.1);
        // the beginning of the range lies between two evaluations, so that both generations see the same ones
        let window = duration((until - from) * 60_000 - 30_000);
        let all = a.0.max(b.0);
        let of = |series: Series, what: &str, a: f64, b: f64| {
            let middle = rounded(f64::midpoint(a, b));
            // bad events may be what is left of large numbers
            let float_noise = 1e-6 + 1e-9 * f64::midpoint(a, b).max(all);
            let more = match slack {
                Slack::Exact => 0.0,
                Slack::Events(events) => events,
            };
            let slack = rounded((a - b).abs() / 2.0 + middle.abs() / 100.0 + float_noise + more);
            let text = series_text(&labels);
            let name = series.name();
            Claim {
                alert,
                words: format!("{} {what} of {whose} are counted", number(middle.round())),
                minute: until,
                expr: format!(
                    "abs({seconds} * sum_over_time({name}{text}[{window}]) - {}) <= bool {}",
                    number(middle),
                    number(slack)
                ),
                fires: Some(text),
            }
        };
        vec![of(Series::Total, "events", a.0, b.0), of(Series::Bad, "bad events", a.1, b.1)]
    }

    /// States that are good or bad in other ways than in all other tests: each of these for some minutes, and what is counted of all.
    pub(super) fn other_ways(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let (mut series, mut claims, mut slis) = (Vec::new(), Vec::new(), Vec::new());
        for (cast, wanted) in members.iter().filter(|(c, _)| !c.ways.is_empty() && c.member.1.exclude.is_none()) {
            let Part::States(driven) = &cast.part else { continue };
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1);
            let Ok(reader) = Reader::new(cast.member.1, range) else { continue };
            let minutes = 10 + reach(cast).min(60);
            let own: Vec<evaluate::Series> = driven
                .iter()
                .enumerate()
                .map(|(i, d)| {
                    let levels: Vec<_> =
                        [d.good].into_iter().chain(cast.ways.iter().map(|way| way[i])).chain([d.good]).collect();
                    let samples = in_turn(&levels, usize::try_from(minutes).unwrap_or(0));
                    evaluate::Series { labels: d.labels.clone(), samples }
                })
                .collect();
            let until = (minutes * (2 + cast.ways.len() as u64) - 1) / self.step(slot) * self.step(slot);
            let recorded: Result<Vec<Recorded>, Unknown> = self
                .clocks(slot)
                .into_iter()
                .map(|clock| {
                    let world = World { series: &own, closed: clock.closed };
                    let times = (0..=until).step_by(usize::try_from(clock.step).unwrap_or(1));
                    let samples = times.map(|at| reader.measured(world, i64::try_from(at).unwrap_or(0) * 60));
                    Ok(Recorded { samples: samples.collect::<Result<_, _>>()? })
                })
                .collect();
            let (Ok(recorded), Some(alert)) = (recorded, self.spokesman(wanted)) else { continue };
            claims.extend(self.sums_of(cast, alert, &recorded, (0, until), Slack::Exact));
            series.extend(own.into_iter().map(|s| (series_text(&s.labels), values_text(&s.samples))));
            slis.push(super::scenes::names(cast));
        }
        series.sort();
        if !claims.is_empty() {
            let name = "good and bad in other ways: one series after the other is not there".to_string();
            self.tests.push((slot, Test { name, slis, given: false, interval: 60, series, claims }));
        }
    }

    /// That so many bad events and no others are counted between two minutes, within bounds: a range in which something begins is an estimate.
    pub(super) fn counted_between(
        &self,
        cast: &Cast<'m>,
        wanted: &[Wanted],
        minutes: (u64, u64),
        events: [f64; 2],
    ) -> Vec<Claim> {
        self.counted_between_each(cast, wanted, minutes, events, events)
    }

    /// The same with bounds for all events and for bad ones.
    pub(super) fn counted_between_each(
        &self,
        cast: &Cast<'m>,
        wanted: &[Wanted],
        (from, until): (u64, u64),
        all: [f64; 2],
        bad: [f64; 2],
    ) -> Vec<Claim> {
        let Some(alert) = self.spokesman(wanted) else { return Vec::new() };
        let text = series_text(&Self::recorded_labels(self.plan, cast.member));
        let whose = address(self.plan.journey, cast.member.0, cast.member.1);
        let seconds = 60 * self.plan.journey.evaluate;
        let window = duration((until - from) * 60_000 - 30_000);
        let of = |series: Series, what: &str, [least, most]: [f64; 2]| {
            let middle = f64::midpoint(least, most);
            Claim {
                alert,
                words: format!("about {} {what} of {whose} are counted", number(middle.round())),
                minute: until,
                expr: format!(
                    "abs({seconds} * sum_over_time({}{text}[{window}]) - {}) <= bool {}",
                    series.name(),
                    number(rounded(middle)),
                    number(rounded(0.05 + (most - least) / 2.0))
                ),
                fires: Some(text.clone()),
            }
        };
        vec![of(Series::Total, "events", all), of(Series::Bad, "bad events", bad)]
    }

    /// Events and the share of bad ones over the period, as alerts on what is left read them.
    pub(super) fn period_numbers(
        &self,
        alert: usize,
        labels: &Labels,
        slot: Slot,
        minute: u64,
        [a, b]: [Option<(f64, f64)>; 2],
    ) -> Vec<Claim> {
        let minute = minute / self.step(slot) * self.step(slot);
        let claim =
            |name: &str, what: &str, values| Number { series: named(labels, name), minute, values }.claim(alert, what);
        let share = |period: Option<(f64, f64)>| period.filter(|p| p.0 > 0.0).map(|(total, bad)| bad / total);
        let events = claim(
            "tabi:slo_events:count_period",
            "the number of events of the period",
            [a.map(|p| p.0), b.map(|p| p.0)],
        );
        let errors =
            claim("tabi:slo_errors:ratio_period", "the share of bad events of the period", [share(a), share(b)]);
        events.into_iter().chain(errors).collect()
    }

    /// Budgets, and whose they are: they do not depend on what happens.
    pub(super) fn constants(&mut self, casts: &[Cast<'m>], wanted: &[Vec<Wanted>]) {
        let slot = Slot { slow: false, native: false };
        let minute = 2 * self.step(slot);
        let all: Vec<(&Cast<'m>, &Vec<Wanted>)> = casts.iter().zip(wanted).collect();
        for chunk in all.chunks(MOST) {
            let mut claims = Vec::new();
            for (cast, wanted) in chunk {
                let Some(alert) = self.spokesman(wanted) else { continue };
                let sli = cast.member.1;
                let whose = address(self.plan.journey, cast.member.0, sli);
                // the budgets carry no labels of `by`
                let mut labels = Self::recorded_labels(self.plan, cast.member);
                labels.retain(|name, _| !sli.by.iter().any(|by| by.text == *name));
                let budget = Some(sli.target.value.budget());
                let series = named(&labels, "tabi:slo_budget:ratio");
                claims.extend(
                    Number { series, minute, values: [budget; 2] }.claim(alert, &format!("the budget of {whose}")),
                );
                let by = BTreeMap::new();
                let own = self.inherited(&Whose { sli: Some(cast.member), by: &by });
                claims.push(Self::info_claim(alert, minute, "tabi_slo_info", &labels, &own, &whose));
            }
            let slis = chunk.iter().map(|(cast, _)| super::scenes::names(cast)).collect();
            let name = "nothing happened yet: budgets, and whose they are".to_string();
            if !claims.is_empty() {
                self.tests.push((slot, Test { name, slis, given: false, interval: 60, series: Vec::new(), claims }));
            }
        }
    }

    /// That an info series carries these labels.
    pub(super) fn info_claim(
        alert: usize,
        minute: u64,
        name: &str,
        identity: &Labels,
        own: &BTreeMap<String, String>,
        whose: &str,
    ) -> Claim {
        let mut all: BTreeMap<&str, &str> = identity.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        all.extend(own.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        all.retain(|_, v| !v.is_empty());
        let names: Vec<&str> = all.keys().copied().collect();
        let labels: Vec<String> = all.iter().map(|(k, v)| format!("{k}={}", quote(v))).collect();
        Claim {
            alert,
            words: format!("{whose} has its owner and its labels"),
            minute,
            expr: format!("max by ({}) ({name}{})", names.join(", "), series_text(identity)),
            fires: Some(format!("{{{}}}", labels.join(","))),
        }
    }
}
