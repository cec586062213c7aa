//! The tests of the alerts that say that the way out is blocked.

use super::cast::{Cast, Part};
use super::claims::{Target, Whose};
use super::scenes::{Failing, phase, up_to};
use super::simulate::State;
use super::stage::{Act, IDLE, Player, reach};
use super::track::series_text;
use super::{Collector, Slot, Test, in_conflict};
use crate::model::{Audience, Urgency, address};
use crate::plan::alerts::{DELIVERY_BLOCKED, SLO_BURN};
use crate::plan::windows::DAY;
use crate::plan::{Plan, minutes};
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeMap;

/// Adds series that are not there yet.
fn merge(series: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for one in more {
        if series.iter().all(|(have, _)| *have != one.0) {
            series.push(one);
        }
    }
}

impl<'m> Collector<'m> {
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
            lag: crate::adapt::lag(self.plan.model, other, self.plan.options),
            casts: Vec::new(),
            alerts: Vec::new(),
            tests: Vec::new(),
            joint: Vec::new(),
            others: Vec::new(),
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
        let first =
            states.iter().position(|s| *s == State::Firing).ok_or("its page does not fire in the tests")? as u64;
        // the page of a site is only seen here, once it is sent
        let elsewhere = theirs.is_sited(paging);
        let paged = if elsewhere { lead } else { first * step };
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
        let mut series = if elsewhere { Vec::new() } else { theirs.input(&[player], total, slot) };
        merge(&mut series, self.input(&[ours], total, slot));
        if elsewhere {
            let page = theirs.page_of_site(paging);
            series.push((series_text(&page), format!("_x{} 1x{total}", paged.saturating_sub(1))));
        }
        series.sort();
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
            given: false,
            interval: 60,
            series,
            claims,
        };
        let only = self.not_blocked(theirs, paging, own, target, lead, up_to(lead + slack, step));
        Ok(vec![(slot, both), (slot, only)])
    }

    /// Delivery fails, the user journey does not page, but other alerts fire.
    fn not_blocked(
        &self,
        theirs: &Collector<'m>,
        paging: &Cast<'m>,
        own: &Cast<'m>,
        target: &Target,
        lead: u64,
        at: u64,
    ) -> Test {
        let slot = Slot { slow: false, native: false };
        let (failing, good) = (Failing { all: 1000.0, bad: 1000.0 }, Failing { all: 1000.0, bad: 1.0 });
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
        let mut series = if theirs.is_sited(paging) { Vec::new() } else { theirs.input(&[quiet], at, slot) };
        merge(&mut series, self.input(&[fails], at, slot));
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
        Test {
            name: "delivery fails, the user journey does not page, but other alerts fire".into(),
            slis: Vec::new(),
            given: false,
            interval: 60,
            series,
            claims: vec![target.claim(at, false, "is silent while the user journey does not page")],
        }
    }
}
