//! The tests of an SLI's alerts: what is played, and what must follow.

use super::cast::{Cast, Part};
use super::claims::{Target, Whose, row_title, share};
use super::counted::Slack;
use super::counting::Role;
use super::simulate::{Clock, Slo, State, agreed, no_data};
use super::stage::{Act, IDLE, Phase, Player, input, memory, reach, silence};
use super::{Collector, Slot, Test, batches};
use crate::plan::alerts::{SLO_BURN, SLO_LOW, SLO_NO_DATA, no_data_minutes};
use crate::plan::minutes;
use crate::plan::sites::labels_of;
use crate::plan::windows::DAY;
use crate::promql::evaluate::Unknown;
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeMap;

/// Longer tests are not run.
const LONGEST: u64 = 34 * DAY;
/// A sample is seen for so many minutes.
const LOOKBACK: u64 = 5;
/// `promtool` keeps at most 10,000 samples of a range, and there is one a minute.
const MOST_IN_A_RANGE: u64 = 9900;
/// Holds up to this long are waited for at the pace of the fast rules.
const SHORT_HOLD: u64 = 180;

/// How many SLIs play beside those of another journey.
const FEW: usize = 6;
/// How many times fewer events fail while all is well.
const TRICKLE: f64 = 1600.0;
/// How long what comes before the history of a test takes, in minutes; a multiple of every step.
pub(super) const EARLIER: u64 = 20;

/// An alert of an SLI that has to be proven.
pub(super) struct Wanted {
    pub target: Target,
    pub kind: Kind,
}

pub(super) enum Kind {
    Row(Threshold),
    Low { left: f64, offset: u64 },
    NoData { hold: u64 },
}

impl Wanted {
    /// The alert and its row, where it has one.
    pub fn row(&self) -> Option<(&Target, &Threshold)> {
        if let Kind::Row(row) = &self.kind { Some((&self.target, row)) } else { None }
    }
    pub fn is_slow(&self) -> bool {
        match &self.kind {
            Kind::Row(row) => row.long >= DAY,
            Kind::Low { .. } => true,
            Kind::NoData { hold } => *hold > SHORT_HOLD,
        }
    }
}

/// A player that fails and recovers, its minutes, how it fails, and from when until when.
type Failed<'c, 'm> = (Player<'c, 'm>, u64, Failing, (u64, u64));

/// How an SLI fails in a test.
#[derive(Clone, Copy)]
pub(super) struct Failing {
    /// Events a minute.
    pub all: f64,
    /// Of them bad ones.
    pub bad: f64,
}

impl Failing {
    /// So that this share fails, in whole events. States fail as a whole.
    pub fn share(cast: &Cast<'_>, wanted: f64) -> Failing {
        if !cast.is_continuous() {
            return Failing { all: 1.0, bad: 1.0 };
        }
        let mut all = 1000.0;
        while all * wanted < 10.0 * TRICKLE && all < 1e12 {
            all *= 10.0;
        }
        Failing { all, bad: (all * wanted).round().clamp(1.0, all) }
    }
    /// All is well: next to nothing fails, but not nothing, so that every number is more than 0.
    pub fn good(self) -> Act {
        let few = (self.bad / TRICKLE).floor();
        Act::Flow { good: self.all - few, bad: few }
    }
    /// Many events at once, as good as ever: whoever looks back too far sees them.
    fn many(self) -> Act {
        let few = (self.bad / TRICKLE).floor();
        Act::Flow { good: 50.0 * (self.all - few), bad: 50.0 * few }
    }
    /// What comes before the history of a test.
    pub fn earlier(self, cast: &Cast<'_>) -> [Phase; 2] {
        [phase(EARLIER / 2, if cast.is_continuous() { self.many() } else { self.good() }), phase(EARLIER / 2, IDLE)]
    }
    /// The share fails.
    pub fn bad(self) -> Act {
        Act::Flow { good: self.all - self.bad, bad: self.bad }
    }
    /// The failure in words.
    pub fn noun(self, cast: &Cast<'_>) -> String {
        if cast.is_continuous() {
            format!("the failure of {} of all events", share(self.bad / self.all))
        } else {
            "the failure of everything".into()
        }
    }
    /// What happens, in words.
    pub fn words(self, cast: &Cast<'_>) -> String {
        if cast.is_continuous() {
            format!("{} of all events fail", share(self.bad / self.all))
        } else {
            "everything fails".into()
        }
    }
}

/// Up to the next multiple.
pub(super) fn up_to(minutes: u64, step: u64) -> u64 {
    minutes.div_ceil(step) * step
}

pub(super) fn phase(minutes: u64, act: Act) -> Phase {
    Phase { minutes, act }
}

impl<'m> Collector<'m> {
    pub(super) fn clocks(&self, slot: Slot) -> [Clock; 2] {
        let clock = Clock { evaluate: self.plan.journey.evaluate, step: self.step(slot), closed: false, lag: self.lag };
        [clock, Clock { closed: true, ..clock }]
    }

    /// What a player's SLI does in both generations, merged.
    pub(super) fn states(
        &self,
        player: &Player<'_, '_>,
        total: u64,
        slot: Slot,
        of: &dyn Fn(&Slo) -> Vec<State>,
    ) -> Result<Vec<State>, Unknown> {
        let sli = player.cast.member.1;
        let range = crate::reckon::range_of(self.plan.journey, sli);
        let [a, b] = self.clocks(slot).map(|clock| {
            let recorded = player.recorded(total, clock, range)?;
            Ok::<_, Unknown>(of(&Slo::new(&recorded, clock, sli.target.value.budget())))
        });
        Ok(agreed(&a?, &b?))
    }

    pub(super) fn wanted_states(
        &self,
        player: &Player<'_, '_>,
        total: u64,
        slot: Slot,
        wanted: &Wanted,
    ) -> Result<Vec<State>, Unknown> {
        match &wanted.kind {
            Kind::Row(row) => self.states(player, total, slot, &|slo| slo.row(row)),
            Kind::Low { left, offset } => {
                let period = self.plan.journey.window.value;
                self.states(player, total, slot, &|slo| slo.low(*left, *offset, period))
            }
            Kind::NoData { hold } => {
                let range = crate::reckon::range_of(self.plan.journey, player.cast.member.1);
                let [a, b] = self
                    .clocks(slot)
                    .map(|clock| Ok::<_, Unknown>(no_data(clock, &player.recorded(total, clock, range)?, *hold)));
                Ok(agreed(&a?, &b?))
            }
        }
    }

    /// All alerts of the SLIs.
    pub(super) fn slis(&mut self) {
        // what sites measure has its alerts there
        let casts: Vec<Cast<'m>> = self.casts.iter().filter(|cast| !self.is_sited(cast)).cloned().collect();
        let wanted: Vec<Vec<Wanted>> = casts.iter().map(|cast| self.wanted(cast)).collect();
        self.constants(&casts, &wanted);
        for batch in batches(&casts.iter().collect::<Vec<_>>()) {
            let native = matches!(casts[batch[0]].part, Part::Native(..));
            let members: Vec<(&Cast<'m>, &Vec<Wanted>)> = batch.iter().map(|i| (&casts[*i], &wanted[*i])).collect();
            for slow in [false, true] {
                let slot = Slot { slow, native };
                self.burns_and_ends(&members, slot);
                self.stops(&members, slot);
                self.goes_dark(&members, slot);
                self.failures_vanish(&members, slot);
                // each brings the series of another SLI of its names, so fewer of them make a test
                for few in members.chunks(FEW) {
                    self.others_burn(few, slot);
                }
            }
            let slot = Slot { slow: false, native };
            self.needs(&members, slot);
            self.successes_are_born(&members, slot);
            self.returns(&members, slot);
            self.other_ways(&members, slot);
            self.restarts(&members, slot);
            for role in [Role::Bad, Role::Good] {
                self.regrown(&members, role, slot);
            }
        }
        self.probe_slis(&casts, &wanted);
        self.say_what_is_missing(&casts, &wanted);
    }

    /// The alerts of an SLI, registered.
    pub(super) fn wanted(&mut self, cast: &Cast<'m>) -> Vec<Wanted> {
        let sli = cast.member.1;
        let address = self.address(cast);
        let impossible = match &cast.part {
            Part::Impossible(why) => Some(why.clone()),
            _ => None,
        };
        let by: BTreeMap<String, String> =
            sli.by.iter().filter_map(|b| Some((b.text.clone(), super::states::main_value(sli, &b.text)?))).collect();
        let rows = self.plan.thresholds_of(&cast.member);
        let mut found = Vec::new();
        for row in &rows {
            let title = format!("{address}, {}", row_title(row));
            let alert = self.alert(SLO_BURN, title, sli.name.place, impossible.clone());
            let whose = Whose { sli: Some(cast.member), by: &by };
            let target = self.target(alert, SLO_BURN, row.urgency, &whose, &Self::row_labels(row));
            found.push(Wanted { target, kind: Kind::Row(row.clone()) });
        }
        if let Some((after, urgency)) = sli.alerts.no_data {
            let hold = no_data_minutes(after, sli.traffic.as_ref().map(|t| t.value));
            let title = format!("{address}, no data for {}", minutes(hold));
            let alert = self.alert(SLO_NO_DATA, title, sli.name.place, impossible.clone());
            // the budgets carry no labels of `by`, but what is expected of sites has theirs
            let site = sli.at.first().filter(|_| self.plan.is_sited(&cast.member));
            let by: BTreeMap<String, String> =
                site.map(|site| labels_of(&self.plan.model.sites[*site])).into_iter().flatten().collect();
            let whose = Whose { sli: Some(cast.member), by: &by };
            let target = self.target(alert, SLO_NO_DATA, urgency, &whose, &[("long", minutes(hold))]);
            found.push(Wanted { target, kind: Kind::NoData { hold } });
        }
        if let Some((left, urgency)) = sli.alerts.left {
            let title = format!("{address}, less than {} of the budget left", left.text());
            let alert = self.alert(SLO_LOW, title, sli.name.place, impossible);
            let whose = Whose { sli: Some(cast.member), by: &by };
            let target = self.target(alert, SLO_LOW, urgency, &whose, &[]);
            let offset = rows.iter().map(|t| t.long).max().unwrap_or_else(|| self.plan.quiet_days());
            found.push(Wanted { target, kind: Kind::Low { left: left.share(), offset } });
        }
        found
    }

    pub(super) fn add(
        &mut self,
        slot: Slot,
        name: String,
        players: &[Player<'_, 'm>],
        total: u64,
        claims: Vec<super::Claim>,
    ) {
        if !claims.is_empty() {
            let slis = players.iter().map(|p| names(p.cast)).collect();
            self.tests
                .push((slot, Test { name, slis, given: false, interval: 60, series: input(players, total), claims }));
        }
    }

    /// All is good for the longest window, a share fails until every alert fires, then all is good again.
    pub(super) fn burns_and_ends(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let of = |w: &&Wanted| w.is_slow() == slot.slow && !matches!(w.kind, Kind::NoData { .. });
        let step = self.step(slot);
        let (mut players, mut claims, mut total, mut about) = (Vec::new(), Vec::new(), 0, Vec::new());
        let (mut plans, mut all) = (Vec::new(), Vec::new());
        for (cast, every) in members {
            let wanted: Vec<&Wanted> = every.iter().filter(of).collect();
            if wanted.is_empty() {
                continue;
            }
            let Ok(Some((player, minutes, failing, at))) = self.failing_player(cast, &wanted, slot) else { continue };
            total = total.max(minutes);
            about.push((*cast, failing, at));
            plans.push(wanted);
            all.push(*every);
            players.push(player);
        }
        for ((player, wanted), (cast, failing, (from, until))) in players.iter().zip(&plans).zip(&about) {
            for wanted in wanted {
                let Ok(states) = self.wanted_states(player, total, slot, wanted) else { continue };
                let words = |fires: bool, at: u64| {
                    if fires {
                        format!("fires {} after {} began", minutes(at.saturating_sub(*from)), failing.noun(cast))
                    } else if at >= *until {
                        format!("ends {} after the failure ended", minutes(at - until))
                    } else {
                        "is silent".to_string()
                    }
                };
                claims.extend(wanted.target.changes(&states, step, &words));
            }
            // soon after the failure began no two windows have the same share of it
            claims.extend(self.numbers(player, wanted, total, slot, &[from - step, from + 4 * step, *until]));
        }
        for (player, wanted) in players.iter().zip(&all) {
            claims.extend(self.counted_events(player, wanted, slot, (0, total), Slack::Exact));
        }
        let what: Vec<String> =
            about.iter().map(|(cast, failing, _)| format!("{}: {}", short_name(cast), failing.words(cast))).collect();
        let name = format!("burns and ends: {}", what.join("; "));
        self.add(slot, name, &players, total, claims);
    }

    /// The phases of an SLI that fails and recovers; its minutes, how it fails, and from when until when.
    fn failing_player<'c>(
        &self,
        cast: &'c Cast<'m>,
        wanted: &[&Wanted],
        slot: Slot,
    ) -> Result<Option<Failed<'c, 'm>>, Unknown> {
        let step = self.step(slot);
        let sli = cast.member.1;
        let budget = sli.target.value.budget();
        let range = crate::reckon::range_of(self.plan.journey, sli) / 60;
        let rows = wanted.iter().filter_map(|w| if let Kind::Row(row) = &w.kind { Some(row) } else { None });
        let rows: Vec<&Threshold> = rows.collect();
        let offset = wanted
            .iter()
            .filter_map(|w| if let Kind::Low { offset, .. } = &w.kind { Some(*offset) } else { None })
            .max();
        let longest = rows.iter().map(|r| r.long).max().max(offset.map(|o| o + 60)).unwrap_or(60);
        let short = rows.iter().map(|r| r.short).max().unwrap_or(0);
        let steepest = rows.iter().map(|r| r.burn * budget).fold(0.0, f64::max).max(budget);
        let failing = Failing::share(cast, (6.0 * steepest).min(1.0));
        let reach = reach(cast);
        // what is excluded by the clock moves the failure to another hour
        let shifts: Vec<u64> = if sli.exclude.is_some() { (0..24).map(|h| h * 60).collect() } else { vec![0] };
        for shift in shifts {
            let lead = up_to(2 * range + 2, step) + shift;
            let before = up_to(longest, step);
            let ends = up_to(short + range + reach + 10, step);
            let from = lead + EARLIER + before;
            let act = |bad: u64, flood: Option<u64>| {
                let mut phases = vec![phase(lead, IDLE)];
                phases.extend(failing.earlier(cast));
                phases.extend([phase(before, failing.good()), phase(bad, failing.bad()), phase(ends, failing.good())]);
                // many good events at last, so that the budget recovers
                phases.extend(flood.map(|m| phase(m, Act::Flow { good: failing.all * 1000.0, bad: 0.0 })));
                Player { cast, phases, base: 0.0, strangers: Some(false), stands_by: false }
            };
            let most = up_to(longest + 90, step);
            let probe = act(most, None);
            let mut last = 0;
            let mut all = true;
            for wanted in wanted {
                let states = self.wanted_states(&probe, from + most, slot, wanted)?;
                let first = states.iter().enumerate().position(|(k, s)| k as u64 * step > from && *s == State::Firing);
                match first {
                    Some(k) => last = last.max(k as u64 * step),
                    None => all = false,
                }
            }
            if !all && shift != 23 * 60 && sli.exclude.is_some() {
                continue;
            }
            let bad = if all { up_to(last + 5 - from, step) } else { most };
            let flood = (offset.is_some() && cast.is_continuous()).then_some(up_to(90, step));
            let total = from + bad + ends + flood.unwrap_or(0);
            if is_too_long(cast, total) {
                return Ok(None);
            }
            return Ok(Some((act(bad, flood), total, failing, (from, from + bad))));
        }
        Ok(None)
    }

    /// No events first; then everything fails, and in the middle of it traffic stops: that is no recovery.
    fn stops(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let of = |w: &&Wanted| w.is_slow() == slot.slow && !matches!(w.kind, Kind::NoData { .. });
        let step = self.step(slot);
        let (mut players, mut plans, mut total) = (Vec::new(), Vec::new(), 0);
        for (cast, wanted) in members {
            let wanted: Vec<&Wanted> = wanted.iter().filter(of).collect();
            let rows = wanted.iter().filter_map(|w| if let Kind::Row(row) = &w.kind { Some(row) } else { None });
            let Some(short) = rows.map(|r| r.short).max() else { continue };
            let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
            let lead = up_to(2 * range + 8, step);
            let failing = Failing { all: 1000.0, bad: 1000.0 };
            // states fail as a whole, a minute at a time
            let need = u64::from(cast.member.1.alerts.need.value) * cast.pause() + 5;
            let bad = up_to(if cast.is_continuous() { range + 5 } else { need.max(range + 5) + reach(cast) }, step);
            let (first, last) = if cast.is_continuous() { (IDLE, IDLE) } else { (IDLE, Act::Gone) };
            let still = up_to(short + range + 5, step);
            let phases = vec![phase(lead, first), phase(bad, failing.bad()), phase(still, last)];
            total = total.max(lead + bad + still);
            players.push(Player { cast, phases, base: 0.0, strangers: None, stands_by: false });
            plans.push((wanted, lead, lead + bad));
        }
        let mut claims = Vec::new();
        for (player, (wanted, from, until)) in players.iter().zip(&plans) {
            for wanted in wanted {
                let Ok(states) = self.wanted_states(player, total, slot, wanted) else { continue };
                let last = (total / step) as usize;
                if player.cast.is_continuous() && states.get((from / step) as usize) == Some(&State::Silent) {
                    claims.push(wanted.target.claim(from / step * step, false, "is silent without events"));
                }
                match states.get(last) {
                    Some(State::Firing) => {
                        let words = format!(
                            "still fires {} after traffic stopped in the middle of a failure",
                            minutes(total - until)
                        );
                        claims.push(wanted.target.claim(total / step * step, true, words));
                    }
                    Some(State::Silent) if matches!(wanted.kind, Kind::Low { .. }) => {
                        let words = "is silent in the first days, which say nothing";
                        claims.push(wanted.target.claim(total / step * step, false, words));
                    }
                    _ => {}
                }
            }
        }
        let name = "no events, then only failures, then traffic stops".to_string();
        self.add(slot, name, &players, total, claims);
    }

    /// Idle is data; series that are gone are not.
    pub(super) fn goes_dark(&mut self, members: &[(&Cast<'m>, &Vec<Wanted>)], slot: Slot) {
        let step = self.step(slot);
        let mut by_hold: BTreeMap<u64, Vec<(&Cast<'m>, &Wanted)>> = BTreeMap::new();
        for (cast, wanted) in members {
            for wanted in wanted.iter().filter(|w| w.is_slow() == slot.slow) {
                if let Kind::NoData { hold } = &wanted.kind {
                    by_hold.entry(*hold).or_default().push((cast, wanted));
                }
            }
        }
        for (hold, all) in by_hold {
            let (mut players, mut total) = (Vec::new(), 0);
            let before = all.iter().map(|(cast, _)| silence(cast)).max().unwrap_or(0);
            let idle = up_to(before + hold + 30, step);
            let lasts = |cast: &Cast<'_>| {
                let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
                idle + up_to(hold + memory(cast) + 2 * range + 20, step)
            };
            let all: Vec<(&Cast<'m>, &Wanted)> =
                all.into_iter().filter(|(cast, _)| !is_too_long(cast, lasts(cast))).collect();
            for (cast, _) in &all {
                total = total.max(lasts(cast));
                players.push(Player {
                    cast,
                    phases: vec![phase(idle, IDLE), phase(1, Act::Gone)],
                    base: 0.0,
                    strangers: Some(false),
                    stands_by: false,
                });
            }
            let mut claims = Vec::new();
            for (player, (cast, wanted)) in players.iter().zip(&all) {
                let range = crate::reckon::range_of(self.plan.journey, cast.member.1) / 60;
                let Ok(states) = self.wanted_states(player, total, slot, wanted) else { continue };
                // how long a series that ends is still seen depends on the range's ends
                let unsure = (range / step + 1) as usize;
                let mut sure = states.clone();
                for k in 0..states.len() {
                    let near = &states[k.saturating_sub(unsure)..(k + unsure + 1).min(states.len())];
                    if near.iter().any(|s| *s != states[k]) {
                        sure[k] = State::Unsure;
                    }
                }
                let words = |fires: bool, at: u64| {
                    if fires {
                        format!("fires {} after the series ended", minutes(at - idle))
                    } else {
                        "is silent".into()
                    }
                };
                // what is not there at the very start says nothing
                let from = (idle / step) as usize;
                for state in &mut sure[..from.min(states.len())] {
                    *state = State::Unsure;
                }
                claims.push(wanted.target.claim(
                    idle - step,
                    false,
                    format!("is silent when nothing happens for {}", minutes(hold)),
                ));
                claims.extend(wanted.target.changes(&sure, step, &words));
            }
            self.add(
                slot,
                format!("nothing happens, then the series end: no data for {}", minutes(hold)),
                &players,
                total,
                claims,
            );
        }
    }

    /// Whether some test shows that an alert fires over raw series. That it fires over numbers that are given says nothing of where they come
    /// from.
    pub(super) fn is_shown(&self, alert: usize) -> bool {
        let fires = |c: &super::Claim| c.alert == alert && c.fires.is_some() && c.expr.starts_with("ALERTS{");
        self.tests.iter().any(|(_, t)| !t.given && t.claims.iter().any(fires))
    }

    /// An alert of which no test shows that it fires is not proven.
    fn say_what_is_missing(&mut self, casts: &[Cast<'m>], wanted: &[Vec<Wanted>]) {
        for (cast, wanted) in casts.iter().zip(wanted).flat_map(|(cast, all)| all.iter().map(move |w| (cast, w))) {
            let alert = wanted.target.alert;
            if self.is_shown(alert) || self.alerts[alert].unproven.is_some() {
                continue;
            }
            self.alerts[alert].unproven = Some(match &wanted.kind {
                Kind::NoData { .. } if is_too_long(cast, memory(cast)) => {
                    let back = minutes(memory(cast).saturating_sub(LOOKBACK));
                    format!("its PromQL looks back {back}, which is longer than a test may last")
                }
                Kind::NoData { .. } => "its series end in the tests, and there is still data".to_string(),
                _ => "in the tests it never fires".to_string(),
            });
        }
    }
}

/// Whether a test of so many minutes cannot be run: it is too long, or a range in it has more samples than `promtool` keeps.
fn is_too_long(cast: &Cast<'_>, total: u64) -> bool {
    total > LONGEST || memory(cast).min(total) > MOST_IN_A_RANGE
}

/// `pay.fast`
fn short_name(cast: &Cast<'_>) -> String {
    let sli = &cast.member.1.name.text;
    cast.member.0.map_or(sli.clone(), |s| format!("{}.{sli}", s.name.text))
}

/// The names of the step and the SLI.
pub(super) fn names(cast: &Cast<'_>) -> (String, String) {
    (cast.member.0.map_or(String::new(), |s| s.name.text.clone()), cast.member.1.name.text.clone())
}
