//! The tests of a journey's own alerts, and of those that say that the way out is blocked.

use super::cast::{Cast, Part};
use super::claims::{Target, Whose, row_title};
use super::scenes::{Failing, phase, up_to};
use super::simulate::{Recorded, Slo, State, Whole, agreed};
use super::stage::{Act, IDLE, Player, input, reach, union};
use super::track::series_text;
use super::{Collector, Slot, Test, in_conflict};
use crate::model::{Audience, Urgency, address};
use crate::plan::alerts::{DELIVERY_BLOCKED, JOURNEY_BURN, JOURNEY_LOW, SLO_BURN};
use crate::plan::windows::DAY;
use crate::plan::{Plan, minutes};
use crate::promql::evaluate::Unknown;
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeMap;

struct Row {
    target: Target,
    threshold: Option<Threshold>,
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
            let native = counted.iter().any(|c| matches!(c.part, Part::Native(..)));
            for slow in [false, true] {
                let slot = Slot { slow, native };
                let of: Vec<&Row> = wanted.iter().filter(|w| w.is_slow() == slow).collect();
                if !of.is_empty() {
                    self.journey_burns(&counted, &of, target.value.budget(), slot);
                }
            }
            self.journey_is_dark(&counted, &wanted, target.value.budget(), Slot { slow: false, native });
            for slow in [false, true] {
                self.journey_needs(&counted, &wanted, target.value.budget(), Slot { slow, native });
            }
        }
        for row in &wanted {
            let alert = row.target.alert;
            let shown = self.tests.iter().any(|(_, t)| t.claims.iter().any(|c| c.alert == alert && c.fires.is_some()));
            if !shown && self.alerts[alert].unproven.is_none() {
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
    fn standing_by(casts: &[Cast<'m>]) -> Vec<bool> {
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
    fn outsiders(&self, counted: &[Cast<'m>]) -> Vec<Cast<'m>> {
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

    /// The input of these players, and of others that fail all the time.
    fn input_beside(players: &[Player<'_, 'm>], outsiders: &[Cast<'m>], total: u64) -> Vec<(String, String)> {
        let fails = Failing { all: 1000.0, bad: 1000.0 };
        let mut series = input(players, total);
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
        for other in input(&others, total) {
            if series.iter().all(|(have, _)| *have != other.0) {
                series.push(other);
            }
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
        let journey = self.plan.journey;
        let series = union(players, total);
        let [a, b] = self.clocks(slot).map(|clock| {
            let slos: Result<Vec<Slo>, Unknown> = players
                .iter()
                .map(|p| {
                    let sli = p.cast.member.1;
                    let range = crate::reckon::range_of(journey, sli);
                    let recorded: Recorded = p.recorded_among(&series, total, clock, range)?;
                    Ok(Slo::new(&recorded, clock, sli.target.value.budget()))
                })
                .collect();
            Ok::<_, Unknown>(of(&Whole::new(journey, slos?, budget)))
        });
        Ok(agreed(&a?, &b?))
    }

    fn row_states(
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
                let from = lead + before;
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
                            let mut phases = vec![
                                phase(lead, IDLE),
                                phase(before, failing.good()),
                                phase(bad, act),
                                phase(ends, failing.good()),
                            ];
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
                let name = "the journey burns and ends: all steps fail together".to_string();
                if !claims.is_empty() {
                    let series = Self::input_beside(&players, &outsiders, total);
                    self.tests.push((slot, Test { name, slis: Vec::new(), interval: 60, series, claims }));
                }
                return;
            }
        }
    }

    /// While an SLI that counts has no data the journey says nothing, whatever the others do.
    fn journey_is_dark(&mut self, casts: &[Cast<'m>], wanted: &[Row], budget: f64, slot: Slot) {
        if casts.len() < 2 {
            return;
        }
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let outsiders = self.outsiders(casts);
        for dark in (0..casts.len()).filter(|i| !by[*i]) {
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
                    let act = if i == dark { Act::Absent } else { failing.bad() };
                    Player {
                        cast,
                        phases: vec![phase(up_to(6, step), if i == dark { Act::Absent } else { IDLE }), phase(1, act)],
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
                if states.iter().all(|s| *s == State::Silent) {
                    claims.push(row.target.claim(
                        total / step * step,
                        false,
                        format!("is silent while {} has no data", self.address(&casts[dark])),
                    ));
                }
            }
            if !claims.is_empty() {
                let name = format!("{} has no data, all others fail", self.address(&casts[dark]));
                let series = Self::input_beside(&players, &outsiders, total);
                self.tests.push((slot, Test { name, slis: Vec::new(), interval: 60, series, claims }));
            }
        }
    }

    /// Too few bad events in one SLI, then more of them in another: all SLIs together make the number that `need` asks for. Those that are
    /// further back than the window are forgotten.
    fn journey_needs(&mut self, casts: &[Cast<'m>], wanted: &[Row], budget: f64, slot: Slot) {
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let need = f64::from(self.plan.journey.alerts.need.value);
        let rows: Vec<&Row> = wanted.iter().filter(|w| w.threshold.is_some() && w.is_slow() == slot.slow).collect();
        let windows = rows.iter().filter_map(|w| w.threshold.as_ref()).map(|r| r.long);
        let (Some(first), Some(last)) = (windows.clone().min(), windows.max()) else { return };
        let range =
            casts.iter().map(|c| crate::reckon::range_of(self.plan.journey, c.member.1) / 60).max().unwrap_or(2);
        let seen = (range.div_ceil(step) * self.plan.journey.evaluate) as f64 / range as f64;
        let few = ((need - 0.2) / seen).floor();
        let actors: Vec<usize> = (0..casts.len())
            .filter(|i| !by[*i] && casts[*i].is_continuous() && casts[*i].member.1.exclude.is_none())
            .collect();
        let (Some(one), Some(other)) = (actors.first(), actors.last()) else { return };
        if few < 1.0 || first <= 2 * range + 4 * step || casts.iter().any(|c| c.member.1.exclude.is_some()) {
            return;
        }
        let lead = up_to(2 * range + 2, step);
        let between = up_to(first - range - step, step);
        let bad = |bad: f64| Act::Flow { good: 0.0, bad };
        let half = up_to(between / 2, step);
        let players: Vec<Player<'_, 'm>> = casts
            .iter()
            .enumerate()
            .map(|(i, cast)| {
                // too few in one; many more in another; and much later few again
                let mut phases = vec![phase(lead, IDLE)];
                if i == *one && i == *other {
                    phases.extend([
                        phase(1, bad(few)),
                        phase(half - 1, IDLE),
                        phase(1, bad(1000.0)),
                        phase(between - 1, IDLE),
                        phase(1, bad(few)),
                    ]);
                } else if i == *one {
                    phases.extend([phase(1, bad(few)), phase(half + between - 1, IDLE), phase(1, bad(few))]);
                } else if i == *other {
                    phases.extend([phase(half, IDLE), phase(1, bad(1000.0))]);
                }
                phases.push(phase(1, IDLE));
                Player { cast, phases, base: 0.0, strangers: None, stands_by: by[i] }
            })
            .collect();
        let total = lead + up_to(half + last + range + 2 * step, step);
        let mut claims = Vec::new();
        for row in rows {
            let Ok(states) = self.row_states(row, &players, total, slot, budget) else { return };
            let words = |fires: bool, _| {
                if fires {
                    "fires with enough bad events of all its steps".into()
                } else {
                    "is silent with too few bad events".to_string()
                }
            };
            claims.extend(row.target.changes(&states, step, &words));
        }
        if !claims.is_empty() {
            let name = "too few bad events, then enough, then only the old ones are missing".to_string();
            let series = Self::input_beside(&players, &self.outsiders(casts), total);
            self.tests.push((slot, Test { name, slis: Vec::new(), interval: 60, series, claims }));
        }
    }

    /// `DeliveryBlocked`: the user journey pages, and what ships its fixes burns.
    pub(super) fn delivery(&mut self) {
        let journey = self.plan.journey;
        let Some(urgency) = journey.alerts.blocked.filter(|_| journey.audience != Audience::User) else { return };
        if self.plan.burning_now().is_empty() {
            return;
        }
        for (other, _) in &journey.delivers {
            let user = Plan { journey: &self.plan.model.journeys[*other], ..self.plan };
            if !user.pages() {
                continue;
            }
            let title = format!("{}, blocks {}", journey.name.text, user.journey.name.text);
            let alert = self.alert(DELIVERY_BLOCKED, title, journey.name.place, None);
            let by = BTreeMap::new();
            let own = [("blocks", user.journey.name.text.clone())];
            let target = self.target(alert, DELIVERY_BLOCKED, urgency, &Whose { sli: None, by: &by }, &own);
            match self.blocked(*other, user, &target) {
                Ok(tests) => self.joint.extend(tests.into_iter().map(|(slot, test)| (*other, slot, test))),
                Err(why) => self.alerts[alert].unproven = Some(why),
            }
        }
    }

    fn blocked(&self, other: usize, user: Plan<'m>, target: &Target) -> Result<Vec<(Slot, Test)>, String> {
        // an SLI of the user journey whose page comes soon, and one of the developers' that burns
        let theirs = Collector {
            plan: user,
            index: other,
            casts: Vec::new(),
            alerts: Vec::new(),
            tests: Vec::new(),
            joint: Vec::new(),
        };
        let page = |m: &crate::plan::members::Member<'m>| {
            let rows = user.thresholds_of(m).into_iter().filter(|t| t.urgency == Urgency::Page && t.long < DAY);
            rows.min_by_key(|t| t.long)
        };
        let pages: Vec<(Cast<'m>, Threshold)> = user
            .journey
            .members()
            .into_iter()
            .filter_map(|m| Some((super::cast::cast(m, crate::reckon::range_of(user.journey, m.1)), page(&m)?)))
            .collect();
        let playable = |cast: &Cast<'_>| {
            !matches!(cast.part, Part::Impossible(_) | Part::Native(..)) && cast.member.1.exclude.is_none()
        };
        let burning = self.casts.iter().filter(|c| playable(c) && !self.plan.thresholds_of(&c.member).is_empty());
        let mut why = format!("no SLI of {} that pages can be played", user.journey.name.text);
        for own in burning {
            for (paging, row) in pages.iter().filter(|(c, _)| playable(c)) {
                if in_conflict(paging, own) {
                    let address = address(user.journey, paging.member.0, paging.member.1);
                    why = format!("{address} and {} read the same series", self.address(own));
                    continue;
                }
                return self.blocked_by(&theirs, paging, row, own, target);
            }
        }
        Err(why)
    }

    fn blocked_by(
        &self,
        theirs: &Collector<'m>,
        paging: &Cast<'m>,
        row: &Threshold,
        own: &Cast<'m>,
        target: &Target,
    ) -> Result<Vec<(Slot, Test)>, String> {
        let slot = Slot { slow: false, native: false };
        let step = self.step(slot).max(theirs.step(slot));
        let failing = Failing { all: 1000.0, bad: 1000.0 };
        let lead = up_to(8 + 2 * self.plan.journey.evaluate, step);
        let player = Player {
            cast: paging,
            phases: vec![phase(lead, IDLE), phase(1, failing.bad())],
            base: 0.0,
            strangers: None,
            stands_by: false,
        };
        let horizon = up_to(lead + row.long, step);
        let states = theirs.states(&player, horizon, slot, &|slo| slo.row(row))?;
        let paged =
            states.iter().position(|s| *s == State::Firing).ok_or("its page does not fire in the tests")? as u64 * step;
        let range = crate::reckon::range_of(self.plan.journey, own.member.1) / 60;
        let slack = up_to(2 * range + reach(own) + 5, step);
        let burns = up_to(paged + 5, step);
        let rows = self.plan.thresholds_of(&own.member);
        let short = rows.iter().map(|r| r.short).max().unwrap_or(0);
        let good = Failing { all: 1000.0, bad: 1.0 };
        // nothing is known of the developers' journey before it burns, so that one failure is a burn
        let fastest = |urgency| rows.iter().filter(|t| t.urgency == urgency).min_by_key(|t| t.long);
        let limit = fastest(Urgency::Ticket).or_else(|| fastest(Urgency::Page)).map_or(1.0, |t| t.burn)
            * own.member.1.target.value.budget();
        // first a little less than its short window allows, then a little more
        let (less, more) =
            (Failing::share(own, 0.8 * limit), Failing::share(own, (1.25 * limit).min(f64::midpoint(limit, 1.0))));
        let slack = if own.is_continuous() { slack + up_to(short, step) } else { slack };
        let begin = if own.is_continuous() { less.bad() } else { Act::Absent };
        let mut phases = vec![phase(4, IDLE), phase(burns - 4, begin)];
        phases.extend([
            phase(slack, if own.is_continuous() { more.bad() } else { failing.bad() }),
            phase(short + slack, good.good()),
        ]);
        let ours = Player { cast: own, phases, base: 0.0, strangers: None, stands_by: false };
        let total = up_to(burns + 2 * slack + short + 5, step);
        let players = [player, ours];
        let claims = vec![
            target.claim(burns - step, false, "is silent while only the user journey pages"),
            target.claim(
                (burns + slack - 1) / step * step,
                true,
                format!("fires within {} of its own failure", minutes(slack)),
            ),
            target.claim(total / step * step, false, "ends when it burns no more"),
        ];
        let both = Test {
            name: "the user journey pages, then its delivery fails, then recovers".into(),
            slis: Vec::new(),
            interval: 60,
            series: input(&players, total),
            claims,
        };
        let quiet = Player {
            cast: paging,
            phases: vec![phase(lead, IDLE), phase(1, good.good())],
            base: 0.0,
            strangers: None,
            stands_by: false,
        };
        let fails = Player {
            cast: own,
            phases: vec![phase(lead, IDLE), phase(1, failing.bad())],
            base: 0.0,
            strangers: None,
            stands_by: false,
        };
        let at = up_to(lead + slack, step);
        let mut series = input(&[quiet, fails], at);
        let name = &theirs.plan.journey.name.text;
        let page = self.plan.severity(Urgency::Page);
        let other = format!("{name}-other");
        // alerts that are not this page
        for (alert, state, severity, journey) in [
            ("SomethingElse", "firing", page.as_str(), name.as_str()),
            (SLO_BURN, "pending", page.as_str(), name.as_str()),
            (SLO_BURN, "firing", "no-page", name.as_str()),
            (SLO_BURN, "firing", page.as_str(), other.as_str()),
        ] {
            let labels = [
                ("__name__", "ALERTS"),
                ("alertname", alert),
                ("alertstate", state),
                ("severity", severity),
                ("journey", journey),
            ];
            let labels = labels.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
            series.push((series_text(&labels), format!("1x{at}")));
        }
        series.sort();
        let only = Test {
            name: "delivery fails, the user journey does not page, but other alerts fire".into(),
            slis: Vec::new(),
            interval: 60,
            series,
            claims: vec![target.claim(at, false, "is silent while the user journey does not page")],
        };
        Ok(vec![(slot, both), (slot, only)])
    }
}
