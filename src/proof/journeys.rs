//! The tests of a journey's own alerts, and of those that say that the way out is blocked.

use super::cast::{Cast, Part};
use super::claims::{Target, Whose, row_title};
use super::probes::{Others, Probe, named};
use super::scenes::{EARLIER, Failing, phase, up_to};
use super::simulate::{Slo, State, Whole, agreed};
use super::stage::{Act, IDLE, Player, reach, union};
use super::track::series_text;
use super::{Claim, Collector, Slot, Test, in_conflict};
use crate::measure::Series;
use crate::model::Urgency;
use crate::plan::alerts::{JOURNEY_BURN, JOURNEY_LOW};
use crate::plan::minutes;
use crate::plan::windows::DAY;
use crate::promql::evaluate::{Labels, Sample, Unknown};
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeMap;

pub(super) struct Row {
    pub target: Target,
    pub threshold: Option<Threshold>,
    left: f64,
    offset: u64,
}

impl Row {
    fn is_slow(&self) -> bool {
        self.threshold.as_ref().is_none_or(|r| r.long >= DAY)
    }
}

impl<'m> Collector<'m> {
    /// The alerts of the journey's own target.
    pub(super) fn whole_journey(&mut self) {
        let journey = self.plan.journey;
        let rows = self.plan.journey_thresholds();
        let by = BTreeMap::new();
        let own = Whose { sli: None, by: &by };
        let counted: Vec<Cast<'m>> = self.counted();
        let Some(target) = &journey.target else { return };
        if counted.is_empty() {
            return;
        }
        let why = self.cannot_play(&counted);
        let mut wanted = Vec::new();
        for row in &rows {
            let title = format!("{}, {}", journey.name.text, row_title(row));
            let alert = self.alert(JOURNEY_BURN, title, journey.name.place, why.clone());
            let target = self.target(alert, JOURNEY_BURN, row.urgency, &own, &Self::row_labels(row));
            wanted.push(Row { target, threshold: Some(row.clone()), left: 0.0, offset: 0 });
        }
        if let Some((left, urgency)) = journey.alerts.left {
            let title = format!("{}, less than {} of the budget left", journey.name.text, left.text());
            let alert = self.alert(JOURNEY_LOW, title, journey.name.place, why.clone());
            let target = self.target(alert, JOURNEY_LOW, urgency, &own, &[]);
            let offset = rows.iter().map(|t| t.long).max().unwrap_or_else(|| self.plan.quiet_days());
            wanted.push(Row { target, threshold: None, left: left.share(), offset });
        }
        if why.is_none() {
            let native = counted.iter().any(|c| matches!(c.part, Part::Native(..)) && !self.is_sited(c));
            for slow in [false, true] {
                let slot = Slot { slow, native };
                let of: Vec<&Row> = wanted.iter().filter(|w| w.is_slow() == slow).collect();
                if !of.is_empty() {
                    self.journey_burns(&counted, &of, target.value.budget(), slot);
                    self.steps_fail_in_part(&counted, &of, target.value.budget(), slot);
                    self.goes_dark_midway(&counted, &of, target.value.budget(), slot);
                    self.a_site_is_dark(&counted, &of, target.value.budget(), slot);
                }
            }
            self.journey_is_dark(&counted, &wanted, target.value.budget(), Slot { slow: false, native });
            self.probe_journey(&counted, &wanted);
        }
        for row in &wanted {
            let alert = row.target.alert;
            if !self.is_shown(alert) && self.alerts[alert].unproven.is_none() {
                self.alerts[alert].unproven = Some("in the tests it never fires".into());
            }
        }
    }

    fn counted(&self) -> Vec<Cast<'m>> {
        let counted = self.plan.journey.counted();
        let is = |cast: &&Cast<'m>| counted.iter().any(|m| std::ptr::eq(m.1, cast.member.1));
        self.casts.iter().filter(is).cloned().collect()
    }

    /// Why these SLIs cannot be played.
    fn cannot_play(&self, casts: &[Cast<'m>]) -> Option<String> {
        casts.iter().find_map(|cast| match &cast.part {
            Part::Impossible(why) => Some(format!("{}: {why}", self.address(cast))),
            _ => None,
        })
    }

    /// Which SLIs play; those that read the series of one that plays stand by, and nothing happens to them.
    pub(super) fn standing_by(casts: &[Cast<'m>]) -> Vec<bool> {
        let mut by = vec![true; casts.len()];
        // any share of these can fail, so they come first
        for continuous in [true, false] {
            for i in (0..casts.len()).filter(|i| casts[*i].is_continuous() == continuous) {
                by[i] = (0..casts.len()).any(|j| j != i && !by[j] && in_conflict(&casts[i], &casts[j]));
            }
        }
        by
    }

    /// SLIs that do not count: whatever they do, the journey's number must not feel it.
    pub(super) fn outsiders(&self, counted: &[Cast<'m>]) -> Vec<Cast<'m>> {
        let mut found: Vec<Cast<'m>> = Vec::new();
        let native = |c: &Cast<'_>| matches!(c.part, Part::Native(..));
        for cast in &self.casts {
            let is_counted = counted.iter().any(|c| std::ptr::eq(c.member.1, cast.member.1));
            let playable =
                !matches!(cast.part, Part::Impossible(_)) && !native(cast) && cast.member.1.exclude.is_none();
            if !is_counted && playable && counted.iter().chain(&found).all(|c| !in_conflict(c, cast)) {
                found.push(cast.clone());
            }
        }
        found
    }

    /// The input of these players, of SLIs that do not count and fail all the time, and of another journey with the same names.
    pub(super) fn input_beside(
        &self,
        players: &[Player<'_, 'm>],
        outsiders: &[Cast<'m>],
        rows: &[&Row],
        total: u64,
        slot: Slot,
    ) -> Vec<(String, String)> {
        let fails = Failing { all: 1000.0, bad: 1000.0 };
        let mut series = self.input(players, total, slot);
        let others: Vec<Player<'_, 'm>> = outsiders
            .iter()
            .map(|cast| Player {
                cast,
                phases: vec![phase(2, IDLE), phase(1, fails.bad())],
                base: 0.0,
                strangers: None,
                stands_by: false,
            })
            .collect();
        for other in self.input(&others, total, slot) {
            if series.iter().all(|(have, _)| *have != other.0) {
                series.push(other);
            }
        }
        let rows: Vec<&Threshold> = rows.iter().filter_map(|row| row.threshold.as_ref()).collect();
        for player in players {
            let strangers = self.stranger_series(player.cast, &rows).into_iter();
            series.extend(strangers.map(|(labels, value)| (series_text(&labels), format!("{value}x{total}"))));
            let of_sites = self.what_sites_send(player.cast, &rows).into_iter();
            series.extend(of_sites.map(|(labels, value)| (series_text(&labels), format!("{value}x{total}"))));
        }
        series.sort();
        series
    }

    /// What the journey does, in both generations, merged.
    fn journey_states(
        &self,
        players: &[Player<'_, 'm>],
        total: u64,
        slot: Slot,
        budget: f64,
        of: &dyn Fn(&Whole<'_>) -> Vec<State>,
    ) -> Result<Vec<State>, Unknown> {
        let [a, b] = self.wholes(players, total, slot, budget)?;
        Ok(agreed(&of(&a), &of(&b)))
    }

    /// The journey as both generations see it.
    pub(super) fn wholes(
        &self,
        players: &[Player<'_, 'm>],
        total: u64,
        slot: Slot,
        budget: f64,
    ) -> Result<[Whole<'m>; 2], Unknown> {
        let journey = self.plan.journey;
        let series = union(players, total);
        let [a, b] = self.clocks(slot).map(|clock| {
            let slos: Result<Vec<Slo>, Unknown> = players
                .iter()
                .map(|p| {
                    let budget = p.cast.member.1.target.value.budget();
                    let recorded = self.recorded(p, &series, total, clock)?;
                    Ok(if self.is_sited(p.cast) {
                        Slo::of_sites(&recorded, self.clock_of_sites(clock), self.behind(), budget)
                    } else {
                        Slo::new(&recorded, clock, budget)
                    })
                })
                .collect();
            Ok::<_, Unknown>(Whole::new(journey, slos?, budget))
        });
        Ok([a?, b?])
    }

    pub(super) fn row_states(
        &self,
        row: &Row,
        players: &[Player<'_, 'm>],
        total: u64,
        slot: Slot,
        budget: f64,
    ) -> Result<Vec<State>, Unknown> {
        let period = self.plan.journey.window.value;
        self.journey_states(players, total, slot, budget, &|whole| match &row.threshold {
            Some(row) => whole.row(row),
            None => whole.low(row.left, row.offset, period),
        })
    }

    /// How each SLI fails, so that the journey burns some times as fast as its steepest row allows.
    fn failing(&self, casts: &[Cast<'m>], wanted: &[&Row], budget: f64) -> Vec<Failing> {
        let steepest =
            wanted.iter().filter_map(|w| w.threshold.as_ref()).map(|r| r.burn * budget).fold(budget, f64::max);
        let wanted = (6.0 * steepest).min(0.9);
        // with all failing alike the share of each is at most that of the journey; a part of it is enough to see every SLI
        let n = casts.len() as f64;
        let each = match self.plan.journey.compose.value {
            crate::model::Compose::All => 1.0 - (1.0 - wanted).powf(1.0 / n),
            _ => wanted,
        };
        casts.iter().map(|cast| Failing::share(cast, each)).collect()
    }

    fn journey_burns(&mut self, casts: &[Cast<'m>], wanted: &[&Row], budget: f64, slot: Slot) {
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let outsiders = self.outsiders(casts);
        let continuous = casts.iter().any(Cast::is_continuous);
        let failing = self.failing(casts, wanted, budget);
        let range =
            casts.iter().map(|c| crate::reckon::range_of(self.plan.journey, c.member.1) / 60).max().unwrap_or(2);
        let longest = wanted.iter().map(|w| w.threshold.as_ref().map_or(w.offset + 60, |r| r.long)).max().unwrap_or(60);
        let short = wanted.iter().filter_map(|w| w.threshold.as_ref()).map(|r| r.short).max().unwrap_or(0);
        let reach = casts.iter().map(reach).max().unwrap_or(0);
        let excluded = casts.iter().any(|c| c.member.1.exclude.is_some());
        let flood = (wanted.iter().any(|w| w.threshold.is_none()) && casts.iter().all(Cast::is_continuous))
            .then_some(up_to(90, step));
        // first all that can fail in part; where that is not enough, everything
        for everything in [false, true] {
            for shift in if excluded { (0..24).map(|h| h * 60).collect() } else { vec![0] } {
                let lead = up_to(2 * range + 2, step) + shift;
                let (before, ends) = (up_to(longest, step), up_to(short + range + reach + 10, step));
                let from = lead + EARLIER + before;
                let build = |bad: u64, flood: Option<u64>| -> Vec<Player<'_, 'm>> {
                    casts
                        .iter()
                        .zip(&failing)
                        .zip(&by)
                        .map(|((cast, failing), stands_by)| {
                            if *stands_by {
                                let phases = vec![phase(lead, IDLE)];
                                return Player { cast, phases, base: 0.0, strangers: None, stands_by: true };
                            }
                            let fails = everything || cast.is_continuous() || !continuous;
                            let all = Failing { bad: failing.all, ..*failing };
                            let act = if !fails {
                                failing.good()
                            } else if everything {
                                all.bad()
                            } else {
                                failing.bad()
                            };
                            let mut phases = vec![phase(lead, IDLE)];
                            phases.extend(failing.earlier(cast));
                            phases.extend([
                                phase(before, failing.good()),
                                phase(bad, act),
                                phase(ends, failing.good()),
                            ]);
                            phases.extend(flood.map(|m| phase(m, Act::Flow { good: failing.all * 1000.0, bad: 0.0 })));
                            Player { cast, phases, base: 0.0, strangers: None, stands_by: false }
                        })
                        .collect()
                };
                let most = up_to(longest + 90, step);
                let probe = build(most, None);
                let mut last = 0;
                let mut all = true;
                for row in wanted {
                    let Ok(states) = self.row_states(row, &probe, from + most, slot, budget) else { return };
                    match states.iter().enumerate().position(|(k, s)| k as u64 * step > from && *s == State::Firing) {
                        Some(k) => last = last.max(k as u64 * step),
                        None => all = false,
                    }
                }
                if !all && (!everything || excluded && shift < 23 * 60) {
                    continue;
                }
                let bad = if all { up_to(last + 5 - from, step) } else { most };
                let total = from + bad + ends + flood.unwrap_or(0);
                let players = build(bad, flood);
                let until = from + bad;
                let mut claims = Vec::new();
                for row in wanted {
                    let Ok(states) = self.row_states(row, &players, total, slot, budget) else { continue };
                    let words = |fires: bool, at: u64| {
                        if fires {
                            format!("fires {} after the steps began to fail", minutes(at.saturating_sub(from)))
                        } else if at >= until {
                            format!("ends {} after the failure ended", minutes(at - until))
                        } else {
                            "is silent".to_string()
                        }
                    };
                    claims.extend(row.target.changes(&states, step, &words));
                }
                if let Ok(wholes) = self.wholes(&players, total, slot, budget) {
                    // soon after the failure began no two windows have the same share of it
                    claims.extend(self.journey_numbers(&wholes, wanted, slot, &[from - step, from + 4 * step, until]));
                }
                let name = "the journey burns and ends: all steps fail together".to_string();
                if !claims.is_empty() {
                    let mut series = self.input_beside(&players, &outsiders, wanted, total, slot);
                    if !self.others.is_empty() {
                        let spread = self.spread(&players, total);
                        series.retain(|(have, _)| spread.iter().all(|(text, _)| text != have));
                        series.extend(spread);
                        series.sort();
                    }
                    let interval = self.pace(&players, slot);
                    self.tests.push((slot, Test { name, slis: Vec::new(), given: false, interval, series, claims }));
                }
                return;
            }
        }
    }

    /// The journey's recorded numbers before and in the middle of a failure.
    pub(super) fn journey_numbers(
        &self,
        [a, b]: &[Whole<'m>; 2],
        wanted: &[&Row],
        slot: Slot,
        at: &[u64],
    ) -> Vec<Claim> {
        let rows: Vec<(&Target, &Threshold)> =
            wanted.iter().filter_map(|w| Some((&w.target, w.threshold.as_ref()?))).collect();
        let labels = self.own_labels();
        let burn = |k, window| [a.burn(k, window), b.burn(k, window)];
        let mut claims = self.burns_at(&rows, "tabi:journey_burn:rate", &labels, slot, at, &burn);
        let period = self.plan.journey.window.value;
        let remaining = |k| [a.remaining(k, period), b.remaining(k, period)];
        for row in wanted.iter().filter(|w| w.threshold.is_none()) {
            let series = named(&labels, "tabi:journey_budget:remaining_ratio");
            claims.extend(at.last().and_then(|at| self.left_at(&row.target, series, slot, *at, &remaining)));
        }
        claims
    }

    /// While an SLI that counts has no data the journey says nothing, whatever the others do.
    fn journey_is_dark(&mut self, casts: &[Cast<'m>], wanted: &[Row], budget: f64, slot: Slot) {
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let outsiders = self.outsiders(casts);
        // at last none of them, but all that do not count
        let each = (0..casts.len()).filter(|i| !by[*i] && casts.len() > 1).map(Some);
        for dark in each.chain([None]) {
            let players: Vec<Player<'_, 'm>> = casts
                .iter()
                .enumerate()
                .map(|(i, cast)| {
                    if by[i] {
                        return Player {
                            cast,
                            phases: vec![phase(1, IDLE)],
                            base: 0.0,
                            strangers: None,
                            stands_by: true,
                        };
                    }
                    let failing = Failing { all: 1000.0, bad: 1000.0 };
                    let is_dark = dark == Some(i);
                    let act = if is_dark { Act::Absent } else { failing.bad() };
                    Player {
                        cast,
                        phases: vec![phase(up_to(6, step), if is_dark { Act::Absent } else { IDLE }), phase(1, act)],
                        base: 0.0,
                        strangers: None,
                        stands_by: false,
                    }
                })
                .collect();
            let total = up_to(20, step);
            let mut claims = Vec::new();
            for row in wanted.iter().filter(|w| w.threshold.is_some()) {
                // SLIs that are there in any case cannot be dark
                let Ok(states) = self.row_states(row, &players, total, slot, budget) else { return };
                let at = total / step * step;
                match dark {
                    Some(dark) if states.iter().all(|s| *s == State::Silent) => {
                        let words = format!("is silent while {} has no data", self.address(&casts[dark]));
                        claims.push(row.target.claim(at, false, words));
                    }
                    None if states.last() == Some(&State::Firing) => {
                        claims.push(row.target.claim(at, true, "fires while SLIs that do not count have no data"));
                    }
                    _ => {}
                }
            }
            if let Ok(wholes) = self.wholes(&players, total, slot, budget) {
                claims.extend(self.period_while_dark(
                    &wholes,
                    wanted,
                    dark.map(|dark| &casts[dark]),
                    total / step * step,
                    slot,
                ));
            }
            if !claims.is_empty() {
                let (name, beside) = match dark {
                    Some(dark) => {
                        (format!("{} has no data, all others fail", self.address(&casts[dark])), &outsiders[..])
                    }
                    None => ("all that count fail, the others have no data".to_string(), &[][..]),
                };
                let rows: Vec<&Row> = wanted.iter().collect();
                let mut series = self.input_beside(&players, beside, &rows, total, slot);
                if let Some(dark) = dark {
                    let on: Vec<&Cast<'m>> =
                        casts.iter().enumerate().filter(|(i, _)| *i != dark).map(|(_, c)| c).chain(beside).collect();
                    series.extend(self.given_twins(&casts[dark], &on, total));
                    series.sort();
                }
                let interval = self.pace(&players, slot);
                self.tests.push((slot, Test { name, slis: Vec::new(), given: false, interval, series, claims }));
            }
        }
    }

    /// That the journey has no number for the period while one of its SLIs never had data, and has one while it is none of its own.
    fn period_while_dark(
        &self,
        wholes: &[Whole<'m>; 2],
        wanted: &[Row],
        dark: Option<&Cast<'m>>,
        minute: u64,
        slot: Slot,
    ) -> Option<Claim> {
        // who reads it
        let low = wanted.iter().find(|row| row.threshold.is_none())?;
        let period = self.plan.journey.window.value;
        let k = usize::try_from(minute / self.step(slot)).ok()?;
        let has = wholes.each_ref().map(|whole| whole.period_share(k, period).is_some());
        let labels = series_text(&self.own_labels());
        let (words, fires) = match (dark, has) {
            (Some(dark), [false, false]) => {
                (format!("there is no number for the period while {} has no data", self.address(dark)), None)
            }
            (None, [true, true]) => ("there is a number for the period".to_string(), Some(labels.clone())),
            _ => return None,
        };
        let expr = format!("count by (audience, journey) (tabi:journey_errors:ratio_period{labels})");
        Some(Claim { alert: low.target.alert, words, minute, expr, fires })
    }

    /// SLIs that do not play and would be dark too, because they read the same series: as long as nothing is recorded of them, what would be
    /// recorded is given. That they have data says nothing of the one that is dark.
    fn given_twins(&self, dark: &Cast<'m>, on: &[&Cast<'m>], total: u64) -> Vec<(String, String)> {
        let plays = |cast: &Cast<'m>| {
            let same = |other: &Cast<'m>| std::ptr::eq(other.member.1, cast.member.1);
            same(dark) || on.iter().any(|c| same(c) || in_conflict(c, cast))
        };
        let twins = self.casts.iter().filter(|cast| !plays(cast) && in_conflict(dark, cast) && self.is_quiet(cast));
        twins
            .flat_map(|cast| self.sent(cast, Series::Total.name()))
            .map(|labels| (series_text(&labels), format!("1x{total}")))
            .collect()
    }

    /// The labels of what is recorded of the journey itself.
    pub(super) fn own_labels(&self) -> Labels {
        let journey = self.plan.journey;
        Labels::from([
            ("audience".to_string(), journey.audience.text().to_string()),
            ("journey".to_string(), journey.name.text.clone()),
        ])
    }

    /// Whether an SLI that always has data reads alerts of this journey. Some fire in a test that goes on for long: for lack of data, too.
    fn reads_alerts(&self) -> bool {
        let labels = |name: &str, urgency: Urgency| {
            Labels::from([
                ("__name__".to_string(), name.to_string()),
                ("alertname".to_string(), JOURNEY_BURN.to_string()),
                ("alertstate".to_string(), "firing".to_string()),
                ("severity".to_string(), self.plan.severity(urgency)),
            ])
        };
        let all: Vec<Labels> = [Urgency::Page, Urgency::Ticket]
            .into_iter()
            .flat_map(|urgency| ["ALERTS", "ALERTS_FOR_STATE"].map(|name| labels(name, urgency)))
            .collect();
        let reads = |cast: &Cast<'m>| cast.selectors.iter().any(|s| all.iter().any(|l| super::cast::selects(s, l)));
        self.casts.iter().filter(|cast| !self.is_quiet(cast)).any(reads)
    }

    /// Raw series with which all is well with the SLIs that always have data, as long as nothing of it moves.
    fn idle_beside(&self, casts: &[Cast<'m>]) -> Option<Vec<(Labels, f64)>> {
        const LONG: u64 = 60;
        let mut found = Vec::new();
        for cast in casts.iter().filter(|cast| !self.is_quiet(cast)) {
            let player = Player { cast, phases: vec![phase(1, IDLE)], base: 0.0, strangers: None, stands_by: false };
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1);
            let [clock, _] = self.clocks(Slot { slow: false, native: false });
            let recorded = player.recorded(LONG, clock, range).ok()?;
            if recorded.samples.iter().flatten().any(|(_, bad)| *bad > 0.0) {
                return None;
            }
            for series in player.samples(LONG) {
                match series.samples.first() {
                    Some(Sample::Missing) if series.samples.iter().all(|s| *s == Sample::Missing) => {}
                    Some(Sample::Value(v)) if series.samples.iter().all(|s| *s == Sample::Value(*v)) => {
                        found.push((series.labels, *v));
                    }
                    _ => return None,
                }
            }
        }
        Some(found)
    }

    /// The journey's numbers are given: rows at their limits, with bad events of its first and its last SLI, beside those that do not count.
    fn probe_journey(&mut self, casts: &[Cast<'m>], wanted: &[Row]) {
        // one that has no data without its series keeps the journey's own rules silent, so that numbers can be given instead
        let quiet: Vec<&Cast<'m>> = casts.iter().filter(|cast| self.is_quiet(cast)).collect();
        if quiet.is_empty() {
            return;
        }
        // the others are there, and all is well with them
        let idle = self.idle_beside(casts);
        let only_given = quiet.len() == casts.len() || idle.is_some();
        let raw = idle.unwrap_or_default();
        let bad = |cast: &Cast<'m>| {
            // at the last of its sites, if it has some
            self.sent(cast, Series::Bad.name()).pop().unwrap_or_default()
        };
        let apart: Vec<Labels> = self
            .casts
            .iter()
            .filter(|cast| !casts.iter().any(|c| std::ptr::eq(c.member.1, cast.member.1)) && self.is_quiet(cast))
            .map(bad)
            .collect();
        let burn = self.own_labels();
        let all: Vec<Labels> = quiet.iter().map(|cast| bad(cast)).collect();
        for row in wanted {
            let slot = Slot { slow: row.is_slow(), native: false };
            let Some(threshold) = &row.threshold else {
                let mut left = burn.clone();
                left.insert("__name__".into(), "tabi:journey_budget:remaining_ratio".into());
                self.lows(&[(&row.target, row.left, row.offset, left)], &[]);
                continue;
            };
            let probe = Probe {
                target: &row.target,
                row: threshold,
                burn: burn.clone(),
                name: "tabi:journey_burn:rate",
                bad: all.clone(),
            };
            let others = Others { rows: &[], apart: &apart, only_given, raw: &raw };
            self.edges(std::slice::from_ref(&probe), &others, &[], slot);
            // an alert that fires for long may be what one of the others is about
            let only_given = only_given && !self.reads_alerts();
            let others = Others { only_given, ..others };
            self.forgotten(std::slice::from_ref(&probe), &others, &[], slot);
        }
    }
}
