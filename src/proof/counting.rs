//! The tests of what counting alone can get wrong: births, restarts, targets that return, `need`, other journeys.

use super::cast::{Cast, Part};
use super::counted::Slack;
use super::scenes::{Failing, Kind, Wanted, names, phase, up_to};
use super::simulate::State;
use super::stage::{Act, IDLE, Player, input, reach};
use super::track::series_text;
use super::{Collector, Slot, Test};
use crate::measure::Series;
use crate::model::Counters;
use crate::plan::events::count_name;
use crate::plan::minutes;
use crate::plan::windows::DAY;
use crate::promql::evaluate::Labels;
use crate::reckon::thresholds::Threshold;

/// Which counters restart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Those that count bad events.
    Bad,
    /// Those that count good events.
    Good,
}

/// A player of a test and its alerts.
type Seen<'a> = Vec<&'a Vec<Wanted>>;

impl<'m> Collector<'m> {
    /// `need - 1` bad events are too few, `need` are enough; all are the first of their series, so that births are counted.
    pub(super) fn needs(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let (mut players, mut plans, mut total) = (Vec::new(), Vec::new(), 0);
        let mut seen: Seen<'_> = Vec::new();
        for (cast, wanted) in members {
            let rows: Vec<&Wanted> = wanted.iter().filter(|w| matches!(w.kind, Kind::Row(_))).collect();
            if cast.member.1.exclude.is_some() {
                continue;
            }
            seen.push(wanted);
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            let need = f64::from(cast.member.1.alerts.need.value);
            let lead = up_to(2 * range + 2, step);
            let one = |bad: f64| Act::Flow { good: 0.0, bad };
            let settle = range + 2 * self.plan.journey.evaluate;
            let mut phases = vec![phase(lead, Act::Absent)];
            if cast.is_continuous() {
                if need > 1.0 {
                    // a good event beside them, where the share of bad ones stays high enough: only bad ones may be counted
                    let budget = cast.member.1.target.value.budget();
                    let steepest =
                        self.plan.thresholds_of(&cast.member).iter().map(|t| t.burn * budget).fold(0.0, f64::max);
                    let good = f64::from(u8::from((need - 1.0) / need > 1.05 * steepest));
                    phases.extend([phase(1, Act::Flow { good, bad: need - 1.0 }), phase(up_to(settle, step), IDLE)]);
                }
                phases.extend([phase(1, one(1.0)), phase(up_to(settle, step), IDLE)]);
            } else {
                let need = u64::from(cast.member.1.alerts.need.value) * cast.pause();
                phases.push(phase(up_to(need, step) + settle + reach(cast), one(1.0)));
            }
            total = total.max(phases.iter().map(|p| p.minutes).sum());
            // a state that someone else has is not this one's
            let strangers = (!cast.is_continuous()).then_some(true);
            players.push(Player { cast, phases, base: 0.0, strangers, stands_by: false });
            plans.push(rows);
        }
        let mut claims = Vec::new();
        for ((player, rows), wanted) in players.iter().zip(&plans).zip(seen) {
            claims.extend(self.numbers(player, rows, total, slot, &[total]));
            claims.extend(self.counted_events(player, wanted, slot, (0, total), Slack::Exact));
            let need = player.cast.member.1.alerts.need.value;
            for wanted in rows {
                let Ok(states) = self.wanted_states(player, total, slot, wanted) else { continue };
                let words = move |fires: bool, _| {
                    if fires {
                        format!("fires with {need} bad events, the first ones of their series")
                    } else {
                        "is silent".into()
                    }
                };
                let mut found = wanted.target.changes(&states, step, &words);
                found.truncate(2);
                if let Some(first) = found.first_mut() {
                    first.words = format!("is silent with {} bad events", need.saturating_sub(1));
                }
                claims.extend(found);
            }
        }
        self.add(slot, "one bad event too few, then enough, in series that are new".into(), &players, total, claims);
    }

    /// New series of successes are no failures.
    pub(super) fn successes_are_born(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let (mut players, mut plans, mut total) = (Vec::new(), Vec::new(), 0);
        let mut seen: Seen<'_> = Vec::new();
        for (cast, wanted) in members.iter().filter(|(cast, _)| cast.is_continuous()) {
            seen.push(wanted);
            let rows: Vec<&Wanted> = wanted.iter().filter(|w| matches!(w.kind, Kind::Row(_))).collect();
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            let lead = up_to(2 * range + 2, step);
            let phases = vec![phase(lead, Act::Absent), phase(1, Act::Flow { good: 1000.0, bad: 0.0 }), phase(1, IDLE)];
            total = total.max(lead + up_to(range + 3, step));
            players.push(Player { cast, phases, base: 0.0, strangers: None, stands_by: false });
            plans.push(rows);
        }
        let mut claims = Vec::new();
        for rows in &plans {
            for wanted in rows {
                for at in [total - up_to(2 * step, step), total] {
                    claims.push(wanted.target.claim(
                        at / step * step,
                        false,
                        "is silent when series of successes are new",
                    ));
                }
            }
        }
        for (player, wanted) in players.iter().zip(seen) {
            claims.extend(self.counted_events(player, wanted, slot, (0, total), Slack::Exact));
        }
        self.add(slot, "successes in series that are new".into(), &players, total, claims);
    }

    /// A target that was away brings its history back, and nothing of it is counted.
    pub(super) fn returns(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let (mut players, mut plans, mut total, mut back) = (Vec::new(), Vec::new(), 0, 0);
        // what is pushed has no `up`: at its very first evaluation its history is new, and alerts may fire for that
        let scraped = |cast: &Cast<'_>| cast.member.1.counters == Counters::Scraped;
        let mut seen: Seen<'_> = Vec::new();
        for (cast, wanted) in members.iter().filter(|(c, _)| matches!(c.part, Part::Counters(_))) {
            let rows: Vec<&Wanted> =
                wanted.iter().filter(|w| matches!(w.kind, Kind::Row(_)) && scraped(cast)).collect();
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            let lead = up_to(2 * range + 2, step);
            let good = Act::Flow { good: 100.0, bad: 0.0 };
            let away = up_to(10 + range, step);
            let phases = vec![phase(lead, IDLE), phase(10 * step, good), phase(away, Act::Away), phase(1, good)];
            back = back.max(lead + 10 * step + away);
            total = total.max(back + up_to(range + 3, step));
            let strangers = scraped(cast).then_some(true);
            players.push(Player { cast, phases, base: 1_000_000.0, strangers, stands_by: false });
            plans.push(rows);
            seen.push(wanted);
        }
        let mut claims = Vec::new();
        for rows in &plans {
            for wanted in rows {
                for at in [up_to(back, step), up_to(back, step) + step, total] {
                    claims.push(wanted.target.claim(
                        at / step * step,
                        false,
                        "is silent when a target returns with its history",
                    ));
                }
            }
        }
        let returned = seen.clone();
        for (player, wanted) in players.iter().zip(seen) {
            let range = crate::reckon::range_of(self.plan.journey, player.cast.member.1) / 60;
            // a range that begins or ends with what is away guesses some minutes
            let slack = Slack::Events(200.0 * (range + 2 * step) as f64);
            claims.extend(self.counted_events(player, wanted, slot, (2 * range, total), slack));
        }
        claims.dedup();
        if claims.is_empty() {
            return;
        }
        // other instances of the job were up all the time, which says nothing of this one
        let mut others: Vec<Labels> = players.iter().flat_map(|p| p.cast.targets()).collect();
        for up in &mut others {
            up.entry("instance".into()).and_modify(|v| v.push_str("-other"));
        }
        let mut series = input(&players, total);
        series.extend(others.iter().map(|up| (series_text(up), format!("1x{total}"))));
        series.sort();
        series.dedup();
        let name = "a target is away and returns with its history".to_string();
        let slis: Vec<(String, String)> = players.iter().map(|p| names(p.cast)).collect();
        self.tests.push((slot, Test { name, slis: slis.clone(), given: false, interval: 60, series, claims }));

        // a history of good events that is counted would hide the failures right after it
        if step != 1 {
            return;
        }
        let mut claims = Vec::new();
        for (player, wanted) in players.iter_mut().zip(&returned) {
            let range = crate::reckon::range_of(self.plan.journey, player.cast.member.1) / 60;
            if player.cast.member.1.exclude.is_some() {
                continue;
            }
            player.strangers = None;
            player.phases.pop();
            let from = player.phases.iter().map(|p| p.minutes).sum();
            player.phases.extend([phase(range, Act::Flow { good: 0.0, bad: 1000.0 }), phase(1, IDLE)]);
            // what happened before its first sample is nobody's, and the first range with two samples is an estimate
            let (least, most) = (1000.0 * (range - 1) as f64, 1000.0 * (range + 1) as f64);
            claims.extend(self.counted_between(player.cast, wanted, (from, from + 2 * range + 1), [least, most]));
        }
        let until = claims.iter().map(|c| c.minute).max().unwrap_or(0);
        let mut series = input(&players, until);
        series.extend(others.iter().map(|up| (series_text(up), format!("1x{until}"))));
        series.sort();
        series.dedup();
        let name = "a target is away and returns with its history, and all fails".to_string();
        self.tests.push((slot, Test { name, slis, given: false, interval: 60, series, claims }));
    }

    /// Counters begin again at 0, and the failures since then count.
    pub(super) fn restarts(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let (mut players, mut plans, mut total) = (Vec::new(), Vec::new(), 0);
        // what is pushed counts its history at the very first evaluation, and alerts fire for that
        let scraped = |cast: &Cast<'_>| cast.member.1.counters == Counters::Scraped;
        let mut seen: Seen<'_> = Vec::new();
        let plays = |cast: &Cast<'_>| matches!(cast.part, Part::Counters(_)) && cast.member.1.exclude.is_none();
        for (cast, wanted) in members.iter().filter(|(c, _)| plays(c)) {
            let rows: Vec<&Wanted> =
                wanted.iter().filter(|w| matches!(w.kind, Kind::Row(_)) && scraped(cast)).collect();
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            let bad = f64::from(cast.member.1.alerts.need.value) + 2.0;
            let lead = up_to(2 * range + 2, step);
            let phases = vec![phase(lead, IDLE), phase(1, Act::Restart { good: 0.0, bad }), phase(1, IDLE)];
            total = total.max(lead + up_to(2 * range + 2 + self.lag.copy + self.lag.slow, step));
            players.push(Player { cast, phases, base: 1_000_000.0, strangers: None, stands_by: false });
            plans.push((rows, lead));
            seen.push(wanted);
        }
        let mut claims = Vec::new();
        for (player, (rows, _)) in players.iter().zip(&plans) {
            claims.extend(self.numbers(player, rows, total, slot, &[total]));
        }
        claims.extend(self.after_restarts(&players, &seen, total, slot, 1.0));
        for (rows, lead) in &plans {
            for wanted in rows {
                claims.push(wanted.target.claim(lead / step * step - step, false, "is silent without events"));
                claims.push(wanted.target.claim(
                    total / step * step,
                    true,
                    "fires with failures right after a restart",
                ));
            }
        }
        self.add(slot, "targets restart, and their first events are failures".into(), &players, total, claims);
        for player in &mut players {
            player.phases[1] = phase(1, Act::Restart { good: 1000.0, bad: 0.0 });
        }
        let mut claims = self.after_restarts(&players, &seen, total, slot, 400.0);
        for (rows, lead) in &plans {
            for wanted in rows {
                for at in [lead / step * step, total / step * step] {
                    claims.push(wanted.target.claim(
                        at,
                        false,
                        "is silent when the first events after a restart are successes",
                    ));
                }
            }
        }
        self.add(slot, "targets restart, and their first events are successes".into(), &players, total, claims);
    }

    /// What is counted from shortly before a restart on.
    fn after_restarts(
        &self,
        players: &[Player<'_, 'm>],
        seen: &[&Vec<Wanted>],
        total: u64,
        slot: Slot,
        events: f64,
    ) -> Vec<super::Claim> {
        // of a range with a restart slow evaluations see parts
        let slack = if self.step(slot) == 1 { Slack::Exact } else { Slack::Events(events) };
        let of = |(player, wanted): (&Player<'_, 'm>, &&Vec<Wanted>)| {
            let range = crate::reckon::range_of(self.plan.journey, player.cast.member.1) / 60;
            self.counted_events(player, wanted, slot, (range + 1, total), slack)
        };
        players.iter().zip(seen).flat_map(of).collect()
    }

    /// A counter that restarts and is at its old value again half a minute later: the difference is 0, and all of it is new.
    pub(super) fn regrown(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], role: Role, slot: Slot) {
        if self.plan.journey.evaluate != 1 {
            return;
        }
        let range = |cast: &Cast<'_>| crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
        let plays = |cast: &Cast<'_>| matches!(cast.part, Part::Counters(_)) && cast.member.1.exclude.is_none();
        let members: Vec<_> = members.iter().filter(|(cast, _)| plays(cast)).collect();
        let longest = members.iter().map(|(cast, _)| range(cast)).max().unwrap_or(2);
        let (lead, total) = (2 * longest + 4, 3 * longest + 6 + self.lag.copy + self.lag.slow);
        let (mut claims, mut series) = (Vec::new(), Vec::new());
        for (cast, wanted) in &members {
            let sli = cast.member.1;
            let need = f64::from(sli.alerts.need.value);
            let Part::Counters(counters) = &cast.part else { continue };
            // more than is needed, and half of it less
            let v = need + 1.0;
            for counter in counters {
                let moved = if role == Role::Bad { counter.bad } else { counter.good };
                let values = if moved > 0.0 {
                    format!("{v}x{} 0 {v}x{}", 2 * lead - 1, 2 * (total - lead))
                } else {
                    format!("0x{}", 2 * total)
                };
                series.push((series_text(&counter.labels), values));
            }
            series.extend(cast.targets().iter().map(|up| (series_text(up), format!("1x{}", 2 * total))));
            let bad = if role == Role::Bad { v } else { 0.0 };
            let about = |events: f64| [0.87 * events, 1.37 * events];
            claims.extend(self.counted_between_each(cast, wanted, (lead - 1, total), about(v), about(bad)));
            let sees_restarts = sli.counters == Counters::Scraped && range(cast) == 2;
            for wanted in wanted.iter().filter(|w| matches!(w.kind, Kind::Row(_))) {
                if role == Role::Bad && need >= 2.0 && sees_restarts {
                    claims.push(wanted.target.claim(
                        total,
                        true,
                        "fires with failures between a restart and the next look",
                    ));
                }
            }
        }
        series.sort();
        series.dedup();
        if !claims.is_empty() {
            let what = if role == Role::Bad { "failures" } else { "successes" };
            let name = format!("targets restart, and their {what} are as many as before within half a minute");
            let slis = members.iter().map(|(cast, _)| names(cast)).collect();
            self.tests.push((slot, Test { name, slis, given: false, interval: 30, series, claims }));
        }
    }

    /// After a failure the series of bad events are gone, and good events go on: that is an end.
    pub(super) fn failures_vanish(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let (mut players, mut plans, mut total) = (Vec::new(), Vec::new(), 0);
        for (cast, wanted) in members.iter().filter(|(c, _)| c.member.1.exclude.is_none()) {
            let Part::Counters(counters) = &cast.part else { continue };
            let of = |w: &&Wanted| w.row().is_some_and(|(_, row)| (row.long >= DAY) == slot.slow);
            let rows: Vec<&Wanted> = wanted.iter().filter(of).collect();
            let short = rows.iter().filter_map(|w| w.row()).map(|(_, row)| row.short).max();
            let (Some(short), true) = (short, counters.iter().any(|c| c.good == 0.0)) else { continue };
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            let (lead, bad) = (up_to(2 * range + 2, step), up_to(range + 5, step));
            let good = Act::OnlyGood { good: 1000.0 };
            let phases = vec![phase(lead, IDLE), phase(bad, Act::Flow { good: 0.0, bad: 1000.0 }), phase(1, good)];
            total = total.max(lead + bad + up_to(short + 2 * range + 2, step));
            players.push(Player { cast, phases, base: 0.0, strangers: None, stands_by: false });
            plans.push((rows, lead + bad));
        }
        let mut claims = Vec::new();
        for (player, (rows, until)) in players.iter().zip(&plans) {
            for wanted in rows {
                let Ok(states) = self.wanted_states(player, total, slot, wanted) else { continue };
                let words = |fires: bool, at: u64| {
                    if fires {
                        "fires".to_string()
                    } else {
                        format!("ends {} after the series of failures are gone", minutes(at.saturating_sub(*until)))
                    }
                };
                let mut found = wanted.target.changes(&states, step, &words);
                // how long a series that ends is still seen depends on the range's ends, and between slow evaluations much can be missed
                if let Some(last) = found.last_mut().filter(|c| c.fires.is_none()) {
                    let end = total / step * step;
                    last.minute = if slot.slow { end } else { (last.minute + 2 * step).min(end) };
                }
                found.retain(|c| c.fires.is_none() && c.minute > *until);
                claims.extend(found);
            }
        }
        self.add(slot, "everything fails, then the series of failures are gone".into(), &players, total, claims);
    }

    /// Another journey with the same names of steps and SLIs burns: nothing of it may be taken for this one's, nor hide it.
    pub(super) fn others_burn(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let (mut players, mut others, mut total, mut fails) = (Vec::new(), Vec::new(), 0, 0);
        for (cast, wanted) in members.iter().filter(|(cast, _)| cast.member.1.exclude.is_none()) {
            let of_slot = |w: &&Wanted| w.is_slow() == slot.slow;
            let rows: Vec<&Threshold> = wanted.iter().filter(of_slot).filter_map(|w| w.row()).map(|(_, r)| r).collect();
            // fast evaluations count its events, whether anybody is called for it or not
            if slot.slow && !wanted.iter().any(|w| w.is_slow() && !matches!(w.kind, Kind::NoData { .. })) {
                continue;
            }
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            fails = fails.max(up_to(2 * range + 12, step));
            let need = u64::from(cast.member.1.alerts.need.value) * cast.pause();
            total =
                total.max(fails + up_to(if cast.is_continuous() { 0 } else { need } + range + reach(cast) + 8, step));
            others.extend(self.stranger_series(cast, &rows));
            players.push((cast, wanted));
        }
        let fail = Failing { all: 1000.0, bad: 1000.0 };
        let players: Vec<(Player<'_, 'm>, &Vec<Wanted>)> = players
            .into_iter()
            .map(|(cast, wanted)| {
                let phases =
                    vec![phase(4, IDLE), phase(fails - 4, Act::Flow { good: 1.0, bad: 0.0 }), phase(1, fail.bad())];
                (Player { cast, phases, base: 0.0, strangers: None, stands_by: false }, *wanted)
            })
            .collect();
        let mut claims = Vec::new();
        for (player, wanted) in &players {
            claims.extend(self.counted_events(player, wanted, slot, (0, total), Slack::Exact));
            let of_slot = |w: &&Wanted| w.is_slow() == slot.slow && matches!(w.kind, Kind::Row(_));
            let of_slow = |w: &&Wanted| w.is_slow() == slot.slow && !matches!(w.kind, Kind::NoData { .. });
            let all: Vec<&Wanted> = wanted.iter().filter(of_slow).collect();
            claims.extend(self.numbers(player, &all, total, slot, &[total]));
            for wanted in wanted.iter().filter(of_slot) {
                let Ok(states) = self.wanted_states(player, total, slot, wanted) else { continue };
                let before = fails - step;
                let state = |at: u64| states.get((at / step) as usize).copied();
                if state(before) == Some(State::Silent) {
                    claims.push(wanted.target.claim(
                        before,
                        false,
                        "is silent while another journey with the same names burns",
                    ));
                }
                if state(total) == Some(State::Firing) {
                    claims.push(wanted.target.claim(
                        total,
                        true,
                        "fires while another journey with the same names burns",
                    ));
                }
            }
        }
        if claims.is_empty() {
            return;
        }
        let on_stage: Vec<Player<'_, 'm>> = players.into_iter().map(|(player, _)| player).collect();
        let mut series = input(&on_stage, total);
        series.extend(others.into_iter().map(|(labels, value)| (series_text(&labels), format!("{value}x{total}"))));
        series.sort();
        let name = "another journey with the same names burns, then this one".to_string();
        let slis = on_stage.iter().map(|p| names(p.cast)).collect();
        self.tests.push((slot, Test { name, slis, given: false, interval: 60, series, claims }));
    }

    /// What the rules of another journey would have recorded of an SLI of these names.
    pub(super) fn stranger_series(&self, cast: &Cast<'m>, rows: &[&Threshold]) -> Vec<(Labels, &'static str)> {
        let journey = self.plan.journey;
        let labels = |name: String| -> Labels {
            let mut labels = Labels::from([
                ("__name__".to_string(), name),
                ("audience".to_string(), journey.audience.text().to_string()),
                ("journey".to_string(), format!("{}-other", journey.name.text)),
                ("sli".to_string(), cast.member.1.name.text.clone()),
            ]);
            labels.extend(cast.member.0.map(|s| ("step".to_string(), s.name.text.clone())));
            labels
        };
        let mut found = vec![
            (labels(Series::Total.name().into()), "10"),
            (labels(Series::Bad.name().into()), "10"),
            (labels("tabi:slo_budget:ratio".into()), "0.001"),
            (labels("tabi:slo_errors:ratio_period".into()), "1"),
            (labels("tabi:slo_events:count_period".into()), "1000"),
            (labels("tabi_slo_info".into()), "1"),
        ];
        for copy in ["count5m", "count1h"] {
            found.extend([Series::Total, Series::Bad].map(|series| (labels(count_name(series, copy)), "3000")));
        }
        let windows: std::collections::BTreeSet<u64> = rows.iter().flat_map(|r| [r.long, r.short]).collect();
        found.extend(windows.into_iter().map(|w| (labels(format!("tabi:slo_burn:rate{}", minutes(w))), "1000")));
        if self.is_sited(cast) {
            // sites send theirs too
            let sent = |(labels, value): &(Labels, &'static str)| {
                let site = self.plan.model.sites.get(*cast.member.1.at.first()?)?;
                Some((labels.clone().into_iter().chain(crate::plan::sites::labels_of(site)).collect(), *value))
            };
            found.extend(found.iter().filter_map(sent).collect::<Vec<(Labels, &'static str)>>());
        }
        found
    }
}
