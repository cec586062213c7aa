//! The tests of a journey's number where its steps do not fail alike: each fails for a part of its own, or goes dark in the middle.

use super::cast::Cast;
use super::journeys::Row;
use super::probes::{Number, named};
use super::scenes::{phase, up_to};
use super::simulate::Whole;
use super::stage::{Act, IDLE, Phase, Player};
use super::track::series_text;
use super::{Claim, Collector, Slot, Test};
use crate::plan::minutes;
use crate::plan::windows::DAY;
use std::collections::BTreeSet;

/// So many parts of their own; beyond it they repeat.
const PARTS: usize = 7;

impl<'m> Collector<'m> {
    /// How an SLI fails in part: what can fail in any share does so all the time, the others for some minutes.
    fn part(cast: &Cast<'_>, index: usize, of: usize, before: u64, step: u64) -> Vec<Phase> {
        let part = (1 + index % PARTS) as f64 / PARTS as f64;
        if cast.is_continuous() {
            let all = 1000.0 * (1 + index % 3) as f64;
            let bad = (all * part * (1.5 / of as f64).min(0.4)).round();
            return vec![phase(before, Act::Flow { good: all - bad, bad })];
        }
        let fails = step * (1 + (index % PARTS) as u64);
        let all = |bad: f64| Act::Flow { good: 1.0 - bad, bad };
        vec![phase(before.saturating_sub(2 * fails), IDLE), phase(fails, all(1.0)), phase(fails, IDLE)]
    }

    /// Each step fails in a part of its own: the journey's number is made of all of them, as its kind of composition says.
    pub(super) fn steps_fail_in_part(&mut self, casts: &[Cast<'m>], wanted: &[&Row], budget: f64, slot: Slot) {
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let outsiders = self.outsiders(casts);
        let lead = self.awake(casts) + up_to(8, step);
        let before = up_to(60 + 2 * step * PARTS as u64, step);
        let players: Vec<Player<'_, 'm>> = casts
            .iter()
            .enumerate()
            .map(|(i, cast)| {
                let mut phases = vec![phase(lead, IDLE)];
                if !by[i] {
                    phases.extend(Self::part(cast, i, casts.len(), before, step));
                }
                Player { cast, phases, base: 0.0, strangers: None, stands_by: by[i] }
            })
            .collect();
        let total = lead + before;
        let Ok(wholes) = self.wholes(&players, total, slot, budget) else { return };
        // when it has begun, while some still fail, and at the end
        let mut claims = self.journey_numbers(&wholes, wanted, slot, &[lead + 3 * step, total - 3 * step, total]);
        if let (true, Some(first)) = (slot.slow, wanted.first()) {
            let period = self.plan.journey.window.value;
            let k = usize::try_from(total / step).unwrap_or(usize::MAX);
            let values = wholes.each_ref().map(|whole| whole.period_share(k, period));
            let series = named(&self.own_labels(), "tabi:journey_errors:ratio_period");
            let what = "the journey's share of bad walks over the period";
            claims.extend(Number { series, minute: total, values }.claim(first.target.alert, what));
        }
        claims.extend(self.summed_burns(&wholes, wanted, casts, slot, total));
        self.add_beside(slot, "each step fails in a part of its own", &players, &outsiders, wanted, total, claims);
    }

    /// A step goes dark while others fail: the journey has a number for as long as a window remembers the step, and no longer.
    pub(super) fn goes_dark_midway(&mut self, casts: &[Cast<'m>], wanted: &[&Row], budget: f64, slot: Slot) {
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let outsiders = self.outsiders(casts);
        let windows: BTreeSet<(u64, usize)> = wanted
            .iter()
            .filter_map(|w| Some((w.threshold.as_ref()?, w.target.alert)))
            .flat_map(|(row, alert)| [(row.long, alert), (row.short, alert)])
            .collect();
        let of_slot = |window: u64| (window >= DAY) == slot.slow;
        let Some(longest) = windows.iter().map(|(window, _)| *window).filter(|w| of_slot(*w)).max() else { return };
        // what others read too does not end with it, and the last one may be where a list of them ends
        let Some(dark) = (0..casts.len()).rev().find(|i| !by[*i] && self.is_quiet(&casts[*i])) else { return };
        let range =
            casts.iter().map(|c| crate::reckon::range_of(self.plan.journey, c.member.1) / 60).max().unwrap_or(2);
        let lead = self.awake(casts) + up_to(8, step);
        let known = match casts[dark].member.1.measure {
            // a timestamp is known for a day after its exporter is gone
            crate::measure::Measure::Age(_) => DAY,
            _ => super::stage::reach(&casts[dark]),
        };
        let (before, margin) = (up_to(20, step), up_to(range + 2 * step, step));
        let players: Vec<Player<'_, 'm>> = casts
            .iter()
            .enumerate()
            .map(|(i, cast)| {
                let flows = Act::Flow { good: 900.0, bad: if cast.is_continuous() { 100.0 } else { 0.0 } };
                let last = if i == dark { Act::Gone } else { flows };
                let phases = if by[i] {
                    vec![phase(lead, IDLE)]
                } else {
                    vec![phase(lead, IDLE), phase(before, flows), phase(1, last)]
                };
                Player { cast, phases, base: 0.0, strangers: None, stands_by: by[i] }
            })
            .collect();
        let total = lead + before + up_to(known + longest, step) + 3 * margin;
        let Ok(wholes) = self.wholes(&players, total, slot, budget) else { return };
        let mut claims: Vec<Claim> = Vec::new();
        let whose = self.address(&casts[dark]);
        let labels = series_text(&self.own_labels());
        for (window, alert) in windows.into_iter().filter(|(window, _)| of_slot(*window)) {
            let has = |k: u64| -> [bool; 2] {
                let k = usize::try_from(k).unwrap_or(usize::MAX);
                wholes.each_ref().map(|whole: &Whole<'m>| whole.burn(k, window).is_some())
            };
            let all = total / step;
            let begins = (lead + before) / step;
            let Some(last) = (begins..=all).rev().find(|k| has(*k) == [true; 2]) else { continue };
            let Some(none) = (begins..=all).rev().take_while(|k| has(*k) == [false; 2]).last() else { continue };
            // how long a series that ends is still seen depends on the ends of ranges
            let (still, over) = ((last * step).saturating_sub(margin), none * step + margin);
            let name = format!("tabi:journey_burn:rate{}", minutes(window));
            let claim = |minute: u64, expr: String, words: String, fires| Claim { alert, words, minute, expr, fires };
            let what = format!("the burn rate over {}", minutes(window));
            if has(still / step) == [true; 2] {
                claims.push(claim(
                    still,
                    format!("count by (audience, journey) ({name}{labels})"),
                    format!("{what} still has a number: its window remembers {whose}"),
                    Some(labels.clone()),
                ));
            }
            if over <= total {
                claims.push(claim(
                    over,
                    format!("{name}{labels}"),
                    format!("{what} has no number while {whose} has had no data for all of it"),
                    None,
                ));
            }
        }
        let mut seen = std::collections::HashSet::new();
        claims.retain(|c| seen.insert((c.minute, c.expr.clone())));
        let name = format!("{whose} goes dark in the middle, all others go on");
        self.add_beside(slot, &name, &players, &outsiders, wanted, total, claims);
    }

    /// Minutes until the clock excludes nothing of these SLIs for three hours.
    fn awake(&self, casts: &[Cast<'m>]) -> u64 {
        let excluded: Vec<&Cast<'m>> = casts.iter().filter(|c| c.member.1.exclude.is_some()).collect();
        let slot = Slot { slow: false, native: false };
        let step = self.step(slot);
        let hours = |cast: &Cast<'m>| -> Vec<bool> {
            let flows = Act::Flow { good: 1.0, bad: 0.0 };
            let player = Player { cast, phases: vec![phase(1, flows)], base: 0.0, strangers: None, stands_by: false };
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1);
            let [clock, _] = self.clocks(slot);
            let Ok(recorded) = player.recorded(2 * DAY, clock, range) else { return Vec::new() };
            let counts = |hour: u64| {
                let within = recorded.samples.iter().zip(0..).filter(|(_, k)| (k * step) / 60 == hour && k * step > 5);
                within.map(|(sample, _)| *sample).all(|sample| sample.is_none_or(|(total, _)| total > 0.0))
            };
            (0..48).map(counts).collect()
        };
        let all: Vec<Vec<bool>> = excluded.into_iter().map(hours).collect();
        let free = |hour: usize| all.iter().all(|h| h.iter().skip(hour).take(3).all(|counts| *counts));
        (0..24).find(|hour| free(*hour)).map_or(0, |hour| 60 * hour as u64)
    }

    #[allow(clippy::too_many_arguments, reason = "a test has so many parts")]
    fn add_beside(
        &mut self,
        slot: Slot,
        name: &str,
        players: &[Player<'_, 'm>],
        outsiders: &[Cast<'m>],
        wanted: &[&Row],
        total: u64,
        claims: Vec<Claim>,
    ) {
        if claims.is_empty() {
            return;
        }
        let series = self.input_beside(players, outsiders, wanted, total, slot);
        let interval = self.pace(players, slot);
        self.tests
            .push((slot, Test { name: name.to_string(), slis: Vec::new(), given: false, interval, series, claims }));
    }
}
