//! Where the numbers of sites come together: what they recorded is given with their labels, as they would send it.

use super::cast::Cast;
use super::claims::{Target, Whose};
use super::journeys::Row;
use super::probes::{Number, named};
use super::scenes::{Failing, names, phase, up_to};
use super::simulate::{Clock, Recorded, Slo, State, Whole};
use super::stage::{self, IDLE, Player, union};
use super::track::{series_text, values_text};
use super::{Claim, Collector, Slot, Test};
use crate::adapt;
use crate::measure::Series;
use crate::model::{SiteIndex, Urgency};
use crate::plan::alerts::{SLO_BURN, SLO_NO_DATA, no_data_minutes};
use crate::plan::events::count_name;
use crate::plan::sites::{Behind, Scope, behind, labels_of, options_at};
use crate::plan::windows::DAY;
use crate::plan::{LONGEST_FROM_5M, minutes};
use crate::promql::evaluate::{Labels, Sample, Unknown};
use crate::reckon::thresholds::Threshold;
use std::collections::{BTreeMap, BTreeSet};

/// Waiting longer than this is played at the pace of the slow rules.
const SHORT_HOLD: u64 = 180;

impl<'m> Collector<'m> {
    /// Whether sites measure it and send what they recorded.
    pub(super) fn is_sited(&self, cast: &Cast<'m>) -> bool {
        self.plan.alerts_elsewhere(&cast.member)
    }

    /// Whether a site sends a series.
    pub(super) fn is_of_site(&self, labels: &Labels) -> bool {
        self.plan.scope() == Scope::Global && self.plan.site_keys().iter().any(|key| labels.contains_key(*key))
    }

    fn at_site(&self, labels: &Labels, site: SiteIndex) -> Labels {
        labels.clone().into_iter().chain(labels_of(&self.plan.model.sites[site])).collect()
    }

    /// A recorded series of an SLI as it is found here: one from each of its sites.
    pub(super) fn sent(&self, cast: &Cast<'m>, name: &str) -> Vec<Labels> {
        let labels = named(&Self::recorded_labels(self.plan, cast.member), name);
        if !self.is_sited(cast) {
            return vec![labels];
        }
        cast.member.1.at.iter().map(|site| self.at_site(&labels, *site)).collect()
    }

    /// Level 1 of a player. What sites recorded is the same whoever reads it.
    pub(super) fn recorded(
        &self,
        player: &Player<'_, 'm>,
        among: &[crate::promql::evaluate::Series],
        total: u64,
        clock: Clock,
    ) -> Result<Recorded, Unknown> {
        let range = crate::reckon::range_of(self.plan.journey, player.cast.member.1);
        let clock = Clock { closed: clock.closed && !self.is_sited(player.cast), ..clock };
        player.recorded_among(among, total, clock, range)
    }

    /// How late what sites recorded is read.
    pub(super) fn behind(&self) -> Behind {
        behind(self.plan.options, self.plan.journey.evaluate)
    }

    /// The clock of the rules at the sites.
    pub(super) fn clock_of_sites(&self, clock: Clock) -> Clock {
        let late = options_at(self.plan.options).engine.sees_late();
        Clock { lag: if late { adapt::late::lag(clock.evaluate) } else { adapt::Lag::default() }, ..clock }
    }

    /// Seconds between two samples of the input: raw series have one a minute, what sites recorded has as many as there are evaluations.
    pub(super) fn pace(&self, players: &[Player<'_, 'm>], slot: Slot) -> u64 {
        if players.iter().all(|p| self.is_sited(p.cast)) { 60 * self.step(slot) } else { 60 }
    }

    /// The input of players: raw series, or what sites recorded of them.
    pub(super) fn input(&self, players: &[Player<'_, 'm>], total: u64, slot: Slot) -> Vec<(String, String)> {
        if !players.iter().any(|p| self.is_sited(p.cast)) {
            return stage::input(players, total);
        }
        let own: Vec<Player<'_, 'm>> = players.iter().filter(|p| !self.is_sited(p.cast)).map(Player::again).collect();
        let mut found = stage::input(&own, total);
        let (among, [clock, _]) = (union(players, total), self.clocks(slot));
        let gap = (self.step(slot) * 60 / self.pace(players, slot)).saturating_sub(1);
        for player in players.iter().filter(|p| self.is_sited(p.cast)) {
            let Ok(recorded) = self.recorded(player, &among, total, clock) else { continue };
            let slo = Slo::new(&recorded, self.clock_of_sites(clock), 1.0);
            let mut levels = vec![("rate", recorded.samples.clone())];
            let len = recorded.samples.len();
            levels.push(("count5m", (0..len).map(|k| slo.copied(k)).collect()));
            if self.plan.journey.window.value > LONGEST_FROM_5M {
                levels.push(("count1h", (0..len).map(|k| slo.copied_hourly(k)).collect()));
            }
            for (level, samples) in levels {
                for series in [Series::Total, Series::Bad] {
                    let all = self.sent(player.cast, &count_name(series, level));
                    let parts = parts(all.len(), series);
                    for (labels, part) in all.into_iter().zip(parts) {
                        let value = |sample: &Option<(f64, f64)>| match (sample, series) {
                            (None, _) => Sample::Missing,
                            (Some((total, _)), Series::Total) => Sample::Value(total * part),
                            (Some((_, bad)), Series::Bad) => Sample::Value(bad * part),
                        };
                        let values: Vec<Sample> = samples
                            .iter()
                            .flat_map(|s| std::iter::once(value(s)).chain((0..gap).map(|_| Sample::Missing)))
                            .collect();
                        found.push((series_text(&labels), values_text(&values)));
                    }
                }
            }
        }
        found.sort();
        found
    }

    /// What sites send beside it: numbers of their own, which must not be taken for those of all of them.
    pub(super) fn what_sites_send(&self, cast: &Cast<'m>, rows: &[&Threshold]) -> Vec<(Labels, &'static str)> {
        if !self.is_sited(cast) {
            return Vec::new();
        }
        let windows: BTreeSet<u64> = rows.iter().flat_map(|r| [r.long, r.short]).collect();
        let mut own: Vec<(String, &'static str)> =
            windows.into_iter().map(|w| (format!("tabi:slo_burn:rate{}", minutes(w)), "1000")).collect();
        own.extend(
            [
                ("tabi:slo_budget:ratio", "0.5"),
                ("tabi:slo_errors:ratio_period", "1"),
                ("tabi:slo_events:count_period", "9e9"),
            ]
            .map(|(name, value)| (name.to_string(), value)),
        );
        own.into_iter().flat_map(|(name, value)| self.sent(cast, &name).into_iter().map(move |l| (l, value))).collect()
    }

    /// The page of an SLI as its first site sends it.
    pub(super) fn page_of_site(&self, cast: &Cast<'m>) -> Labels {
        let mut labels = self.sent(cast, "ALERTS").swap_remove(0);
        let more = [
            ("alertname", SLO_BURN.to_string()),
            ("alertstate", "firing".to_string()),
            ("severity", self.plan.severity(Urgency::Page)),
        ];
        labels.extend(more.map(|(k, v)| (k.to_string(), v)));
        labels
    }

    /// The burn rates of all sites together at the end of a test.
    pub(super) fn summed_burns(
        &self,
        [a, b]: &[Whole<'m>; 2],
        wanted: &[&Row],
        casts: &[Cast<'m>],
        slot: Slot,
        minute: u64,
    ) -> Vec<Claim> {
        let k = usize::try_from(minute / self.step(slot)).unwrap_or(usize::MAX);
        let mut claims = Vec::new();
        for ((cast, a), b) in casts.iter().zip(a.slos()).zip(b.slos()).filter(|((cast, _), _)| self.is_sited(cast)) {
            let labels = Self::recorded_labels(self.plan, cast.member);
            let rows = wanted.iter().filter_map(|w| Some((w.target.alert, w.threshold.as_ref()?)));
            for (alert, window) in rows.flat_map(|(alert, row)| [(alert, row.long), (alert, row.short)]) {
                let values = [a.burn(k, window), b.burn(k, window)];
                let series = named(&labels, format!("tabi:slo_burn:rate{}", minutes(window)));
                let what = format!("the burn rate over {} of all sites", minutes(window));
                claims.extend(self.here(Number { series, minute, values }.claim(alert, &what)));
            }
            if let (true, Some(first)) = (slot.slow, wanted.first()) {
                let period = self.plan.journey.window.value;
                let values = [a, b].map(|slo| slo.remaining(k, period));
                let series = named(&labels, "tabi:slo_budget:remaining_ratio");
                let what = "what is left of the budget of all sites";
                claims.extend(self.here(Number { series, minute, values }.claim(first.target.alert, what)));
            }
        }
        let mut seen = BTreeSet::new();
        claims.retain(|c| seen.insert(c.expr.clone()));
        claims
    }

    /// A claim about a series that is recorded here and not by a site.
    fn here(&self, claim: Option<Claim>) -> Option<Claim> {
        let claim = claim?;
        let labels = claim.fires.as_ref()?;
        let expr = claim.expr.replace(labels.as_str(), &self.plan.own(labels));
        Some(Claim { expr, ..claim })
    }

    /// While one site sends nothing the journey says nothing, whatever the others do.
    pub(super) fn a_site_is_dark(&mut self, casts: &[Cast<'m>], wanted: &[&Row], budget: f64, slot: Slot) {
        let sites: BTreeSet<SiteIndex> =
            casts.iter().filter(|c| self.is_sited(c)).flat_map(|c| c.member.1.at.clone()).collect();
        let step = self.step(slot);
        let by = Self::standing_by(casts);
        let fails = Failing { all: 1000.0, bad: 1000.0 };
        for site in sites {
            let phases = vec![phase(up_to(6, step), IDLE), phase(1, fails.bad())];
            let players: Vec<Player<'_, 'm>> = casts
                .iter()
                .zip(&by)
                .map(|(cast, by)| Player {
                    cast,
                    phases: if *by { vec![phase(1, IDLE)] } else { phases.clone() },
                    base: 0.0,
                    strangers: None,
                    stands_by: *by,
                })
                .collect();
            let total = up_to(20, step);
            let mut claims = Vec::new();
            let name = self.plan.model.sites[site].name.text.clone();
            for row in wanted.iter().filter(|w| w.threshold.is_some()) {
                let Ok(states) = self.row_states(row, &players, total, slot, budget) else { return };
                if states.last() == Some(&State::Firing) {
                    let words = format!("is silent while {name} sends nothing");
                    claims.push(row.target.claim(total / step * step, false, words));
                }
            }
            if claims.is_empty() {
                continue;
            }
            let labels: Vec<String> = labels_of(&self.plan.model.sites[site])
                .into_iter()
                .map(|label| series_text(&Labels::from([label])).trim_matches(['{', '}']).to_string())
                .collect();
            let mut series = self.input_beside(&players, &[], wanted, total, slot);
            series.retain(|(text, _)| !labels.iter().all(|label| text.contains(label.as_str())));
            let interval = self.pace(&players, slot);
            let name = format!("{name} sends nothing, all others fail");
            self.tests.push((slot, Test { name, slis: Vec::new(), given: false, interval, series, claims }));
        }
    }

    /// What is missed where the numbers of sites come together: a site of which nothing arrives.
    pub(super) fn sites(&mut self) {
        let casts: Vec<Cast<'m>> = self.casts.iter().filter(|c| self.is_sited(c)).cloned().collect();
        let sites: BTreeSet<SiteIndex> = casts.iter().flat_map(|c| c.member.1.at.clone()).collect();
        for site in sites {
            let mut of_slot: BTreeMap<bool, Vec<(Target, u64)>> = BTreeMap::new();
            let mut constants = Vec::new();
            let name = self.plan.model.sites[site].name.text.clone();
            let by: BTreeMap<String, String> = labels_of(&self.plan.model.sites[site]).into_iter().collect();
            for cast in casts.iter().filter(|c| c.member.1.at.contains(&site)) {
                let sli = cast.member.1;
                let Some((after, urgency)) = sli.alerts.no_data else { continue };
                let hold = no_data_minutes(after, sli.traffic.as_ref().map(|t| t.value));
                let title = format!("{} at {name}, nothing arrives for {}", self.address(cast), minutes(hold));
                let alert = self.alert(SLO_NO_DATA, title, sli.name.place, None);
                let whose = Whose { sli: Some(cast.member), by: &by };
                let target = self.target(alert, SLO_NO_DATA, urgency, &whose, &[("long", minutes(hold))]);
                of_slot.entry(hold > SHORT_HOLD).or_default().push((target, hold));
                constants.extend(self.constants_of(cast, alert));
            }
            if !constants.is_empty() {
                let slot = Slot { slow: false, native: false };
                let test = format!("nothing has come from {name} yet: budgets, and whose they are");
                let slis = casts.iter().map(names).collect();
                self.tests.push((
                    slot,
                    Test { name: test, slis, given: false, interval: 60, series: Vec::new(), claims: constants },
                ));
            }
            for (slow, wanted) in of_slot {
                self.goes_silent(&casts, site, &name, Slot { slow, native: false }, &wanted);
            }
        }
    }

    fn constants_of(&self, cast: &Cast<'m>, alert: usize) -> Vec<Claim> {
        let minute = 2 * self.step(Slot { slow: false, native: false });
        let sli = cast.member.1;
        let whose = self.address(cast);
        let mut labels = Self::recorded_labels(self.plan, cast.member);
        labels.retain(|name, _| !sli.by.iter().any(|by| by.text == *name));
        let series = named(&labels, "tabi:slo_budget:ratio");
        let budget = Some(sli.target.value.budget());
        let budget = Number { series, minute, values: [budget; 2] }.claim(alert, &format!("the budget of {whose}"));
        let by = BTreeMap::new();
        let own = self.inherited(&Whose { sli: Some(cast.member), by: &by });
        budget.into_iter().chain([Self::info_claim(alert, minute, "tabi_slo_info", &labels, &own, &whose)]).collect()
    }

    /// A site sends nothing for a while, and then again.
    fn goes_silent(&mut self, casts: &[Cast<'m>], site: SiteIndex, name: &str, slot: Slot, wanted: &[(Target, u64)]) {
        let step = self.step(slot);
        let longest = wanted.iter().map(|(_, hold)| *hold).max().unwrap_or(0);
        let until = up_to(10, step);
        let found = self.plan.found_for();
        let again = up_to(until + found + longest + 3 * step, step);
        let total = again + 2 * step;
        if total > 30 * DAY {
            return;
        }
        let mut series = Vec::new();
        for cast in casts {
            let mut labels = named(&Self::recorded_labels(self.plan, cast.member), "tabi:slo_budget:ratio");
            labels.retain(|name, _| !cast.member.1.by.iter().any(|by| by.text == *name));
            for at in &cast.member.1.at {
                let sample = |minute: u64| {
                    let gone = *at == site && minute > until && minute < again;
                    if gone { Sample::Missing } else { Sample::Value(0.5) }
                };
                let values: Vec<Sample> = (0..=total).map(sample).collect();
                series.push((series_text(&self.at_site(&labels, *at)), values_text(&values)));
            }
        }
        series.sort();
        let mut claims = Vec::new();
        for (target, hold) in wanted {
            let first = up_to(until + found + 1, step) + hold;
            claims.push(target.claim(until, false, format!("is silent while {name} sends")));
            claims.push(target.claim((until + hold) / step * step, false, "is silent until its time is over"));
            let words = format!("fires {} after the last that {name} sent", minutes(up_to(first, step) - until));
            claims.push(target.claim(up_to(first, step), true, words));
            claims.push(target.claim(again + step, false, format!("ends when {name} sends again")));
        }
        let slis = casts.iter().map(names).collect();
        let name = format!("{name} sends nothing for a while, the others do");
        self.tests.push((slot, Test { name, slis, given: false, interval: 60, series, claims }));
    }
}

/// How events are spread over sites: bad ones otherwise than all, so that a mean of shares is not what is asked for.
fn parts(sites: usize, series: Series) -> Vec<f64> {
    let all = (sites * (sites + 1) / 2) as f64;
    let part = |i: usize| (i + 1) as f64 / all;
    match series {
        Series::Total => (0..sites).map(part).collect(),
        Series::Bad => (0..sites).rev().map(part).collect(),
    }
}
