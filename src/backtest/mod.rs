//! What the rules of a project would have said of the past: budgets over time, when each alert would have fired, and which target the past
//! would have supported. Samples of level 1 go in, findings come out; who reads the samples is not known here.
//!
//! Level 1 is asked of a Prometheus with the very expressions of the rules ([`ask`]). Windows, budgets and alerts are reckoned from these
//! samples as the rules do it: `tests/backtest/truth.rs` holds the two to each other.

pub mod alerts;
pub mod ask;
pub mod budget;
mod chart;
pub mod clock;
pub mod day;
pub mod firing;
pub mod hints;
pub mod html;
pub mod journey;
pub mod json;
pub mod look;
pub mod samples;
pub mod table;
pub mod targets;
mod timeline;
pub mod waits;

pub use timeline::Point;

use alerts::Alert;
use budget::{Budget, Level1};
use clock::Clock;
use firing::Firing;
use journey::{Composed, Numbers};
use look::Looked;
use samples::{Time, Track};
use std::collections::BTreeMap;
use targets::Tried;
use waits::Waits;

use crate::adapt;
use crate::model::{Percent, SiteIndex, address};
use crate::plan::Plan;
use crate::plan::members::Member;
use crate::plan::sites;
use crate::reckon::range_of;

/// The values of an SLI's `by` labels, in order of their names.
pub type By = BTreeMap<String, String>;

/// What was read of an SLI.
pub struct Read {
    /// The site of whose series it is, where those of several are told apart.
    pub site: Option<SiteIndex>,
    /// Its selectors.
    pub looked: Vec<Looked>,
    /// The numbers of level 1 for each value of `by`.
    pub level1: BTreeMap<By, Level1>,
}

/// Events of a time.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// After this moment.
    pub from: Time,
    /// Up to this one.
    pub until: Time,
    /// All; none for a journey, whose events are those of its SLIs, and where nothing is known.
    pub events: Option<f64>,
    /// Bad ones; none where only all are known.
    pub bad: Option<f64>,
    /// The error share; none without events.
    pub errors: Option<f64>,
}

/// One budget over the past.
#[derive(Clone, Debug)]
pub struct BudgetPast {
    /// Whose it is.
    pub by: By,
    /// For which share of the time there are numbers.
    pub coverage: f64,
    /// What was counted in the time that is reported.
    pub reported: Counts,
    /// What the budget at the end is reckoned from: what the rules count in the period then.
    pub window: Counts,
    /// What is left of the budget at the end.
    pub left: Option<f64>,
    /// The least that was left in the time that is reported, and when.
    pub least: Option<(f64, Time)>,
    /// Its alerts, with what they did in the time that is reported.
    pub alerts: Vec<Alert>,
    /// How it went.
    pub timeline: Vec<Point>,
}

/// An SLI over the past.
#[derive(Clone, Debug)]
pub struct SliPast {
    /// `checkout.pay.fast`
    pub address: String,
    /// Whose it is, where several sites have it.
    pub site: Option<String>,
    /// What people call it.
    pub title: String,
    /// Its target.
    pub target: Percent,
    /// What its events are.
    pub event: &'static str,
    /// Its selectors.
    pub looked: Vec<Looked>,
    /// Its budgets.
    pub budgets: Vec<BudgetPast>,
    /// The alert for missing data.
    pub no_data: Option<Alert>,
    /// Targets over the past.
    pub tried: Vec<Tried>,
}

/// A journey over the past.
#[derive(Clone, Debug)]
pub struct JourneyPast {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Minutes of its period.
    pub period: u64,
    /// Its target.
    pub target: Option<Percent>,
    /// Whether all that makes its number was read.
    pub whole: bool,
    /// Its own number, where it has a target.
    pub budget: Option<BudgetPast>,
    /// Alerts for blocked deliveries.
    pub blocked: Vec<Alert>,
    /// Targets over the past.
    pub tried: Vec<Tried>,
    /// Its SLIs.
    pub slis: Vec<SliPast>,
    /// The times.
    pub clock: Clock,
}

impl JourneyPast {
    /// When somebody was woken for a burn.
    pub fn burn_pages(&self) -> Vec<Firing> {
        let of_slis = self.slis.iter().flat_map(|s| &s.budgets);
        let all = of_slis.chain(&self.budget).flat_map(|b| &b.alerts).filter(|a| a.is_burn_page());
        all.flat_map(|a| a.firings.iter().copied()).collect()
    }

    /// Whether something is wrong with what it reads.
    pub fn cannot_be_measured(&self) -> bool {
        self.slis.iter().any(SliPast::cannot_be_measured)
    }
}

impl SliPast {
    /// `checkout.pay.fast at tokyo`
    pub fn name(&self) -> String {
        match &self.site {
            Some(site) => format!("{} at {site}", self.address),
            None => self.address.clone(),
        }
    }

    /// Whether a selector that must match something matches nothing.
    pub fn cannot_be_measured(&self) -> bool {
        self.looked.iter().any(Looked::is_wrong)
    }
}

/// What a budget over the past is made of.
struct Parts<'a> {
    coverage: f64,
    /// Of the time that is reported, and of the period at the end.
    reported: Counts,
    window: Counts,
    /// What is left over time.
    left: &'a Track,
    alerts: Vec<Alert>,
    timeline: Vec<Point>,
}

impl BudgetPast {
    fn of(by: By, parts: Parts<'_>, clock: Clock) -> BudgetPast {
        let Parts { coverage, reported, window, left, alerts, timeline } = parts;
        let (left, least) = (timeline::last(left), timeline::least(left, clock));
        BudgetPast { by, coverage, reported, window, left, least, alerts, timeline }
    }
}

impl Counts {
    /// Bad and all events of a time, as far as they are known.
    fn of(span: (Time, Time), (bad, events): (Option<f64>, Option<f64>)) -> Counts {
        Counts { from: span.0, until: span.1, events, bad, errors: bad.zip(events).and_then(ratio) }
    }
    /// The error share of a journey.
    fn share(span: (Time, Time), errors: Option<f64>) -> Counts {
        Counts { from: span.0, until: span.1, events: None, bad: None, errors }
    }
}

/// By how much the windows of a journey's rules end earlier than they are evaluated, for the engine of the plan and for that of a site.
fn waits_of(plan: &Plan<'_>, site: Option<SiteIndex>) -> Waits {
    let index = plan.model.journeys.iter().position(|j| std::ptr::eq(&raw const **j, plan.journey)).unwrap_or(0);
    let lag = match site {
        Some(site) if plan.scope() == sites::Scope::Global => {
            adapt::lag(&sites::at(plan.model, index, site), 0, &sites::options_at(plan.options))
        }
        _ => adapt::lag(plan.model, index, plan.options),
    };
    Waits::of_engine(lag, plan.journey.window.value)
}

/// Reckons a journey from what was read of its SLIs; those that were not chosen are left out. `pages` are the burn pages of the journeys
/// that it delivers; none where such a journey was not read.
pub fn journey(
    plan: &Plan<'_>,
    read: Vec<(Member<'_>, Read)>,
    clock: Clock,
    pages: &dyn Fn(&str) -> Option<Vec<Firing>>,
) -> JourneyPast {
    let journey = plan.journey;
    let period = journey.window.value;
    let mut looked = Vec::new();
    let mut reckoned: Vec<Reckoned<'_>> = Vec::new();
    for (member, read) in read {
        looked.push(read.looked);
        let waits = waits_of(plan, read.site);
        let budgets = read.level1.into_iter().map(|(by, level1)| (by, Budget::of(&level1, clock, period, waits)));
        reckoned.push(Reckoned { member, site: read.site, waits, budgets: budgets.collect() });
    }
    // those of one SLI at several sites follow each other
    let of_sli = reckoned.chunk_by(|a, b| std::ptr::eq(a.member.1, b.member.1));
    let numbers: Vec<Numbers<'_>> = of_sli.map(|places| Numbers::of(plan, places)).collect();
    let whole = journey.counted().iter().all(|m| reckoned.iter().any(|r| std::ptr::eq(r.member.1, m.1)));
    let composed = Composed::of(journey, &numbers, clock).filter(|_| whole);
    let (mut rest, mut slis) = (reckoned.iter().zip(looked), Vec::new());
    for numbers in &numbers {
        slis.extend(numbers.over_sites(plan, clock));
        slis.extend(rest.by_ref().take(numbers.places()).map(|(one, looked)| sli(plan, one, looked, clock)));
    }
    let mut past = JourneyPast {
        name: journey.name.text.clone(),
        title: journey.shown().to_string(),
        period,
        target: journey.target.as_ref().map(|t| t.value),
        whole,
        budget: None,
        blocked: journey::blocked(plan, &numbers, composed.as_ref(), clock, pages),
        tried: Vec::new(),
        slis,
        clock,
    };
    for alert in &mut past.blocked {
        reported(alert, clock);
    }
    if let (Some(composed), Some(target)) = (&composed, &journey.target) {
        let (budget, tried) = of_journey(plan, composed, target.value, clock);
        past.budget = Some(BudgetPast { coverage: least_coverage(&past.slis), ..budget });
        past.tried = tried;
    }
    past
}

fn least_coverage(slis: &[SliPast]) -> f64 {
    let of = |s: &SliPast| s.budgets.iter().map(|b| b.coverage).fold(0.0, f64::max);
    slis.iter().map(of).fold(1.0, f64::min)
}

/// Leaves out what was over before the time that is reported.
fn reported(alert: &mut Alert, clock: Clock) {
    alert.firings.retain(|f| f.until.is_none_or(|until| until > clock.from));
}

/// The budgets of an SLI, or of one of its sites.
pub struct Reckoned<'m> {
    /// Whose they are.
    pub member: Member<'m>,
    /// At which site.
    pub site: Option<SiteIndex>,
    /// By how much its windows end earlier.
    pub waits: Waits,
    /// One for each value of `by`.
    pub budgets: Vec<(By, Budget)>,
}

fn sli(plan: &Plan<'_>, reckoned: &Reckoned<'_>, looked: Vec<Looked>, clock: Clock) -> SliPast {
    let Reckoned { member, site, waits, budgets } = reckoned;
    let (sli, journey, period) = (member.1, plan.journey, plan.journey.window.value);
    let allowed = sli.target.value.budget();
    let all: Vec<&Budget> = budgets.iter().map(|(_, b)| b).collect();
    // the rules would count something else: nothing can be said of them
    let wrong = looked.iter().any(Looked::is_wrong);
    let mut no_data = alerts::no_data(sli, &all, clock).filter(|_| !wrong);
    if let Some(alert) = &mut no_data {
        reported(alert, clock);
    }
    let (mut worst, mut fewest): (Option<f64>, f64) = (None, f64::INFINITY);
    let of_budgets = budgets.iter().map(|(by, budget)| {
        let share = |at: Time| budget.recorded_period(at).and_then(ratio);
        let left = alerts::left(clock, allowed, share);
        let mut alerts = alerts::of_budget(plan, sli, budget, &left, clock);
        for alert in &mut alerts {
            reported(alert, clock);
        }
        let counts = Counts::of((clock.from, clock.until), budget.between(clock.from, clock.until));
        let worst_here = targets::worst(clock, period, share);
        worst = worst_here.map(|w| worst.map_or(w, |v| v.max(w))).or(worst);
        let (from, until) = targets::span(clock, period);
        fewest = fewest.min(budget.between(from, until).1.unwrap_or(0.0));
        let pace = timeline::pace(&plan.thresholds_of(member));
        let parts = Parts {
            coverage: budget.coverage(clock.from, clock.until),
            reported: counts,
            window: Counts::of(
                budget::counted(clock, period, *waits),
                budget.recorded_counts(clock.slow_before(clock.until)),
            ),
            alerts,
            timeline: timeline::of(&left, clock, |at| budget.recorded_share(at, pace).map(|s| s / allowed)),
            left: &left,
        };
        BudgetPast::of(by.clone(), parts, clock)
    });
    let of_budgets: Vec<BudgetPast> = of_budgets.collect();
    let fires = |row: &_, allowed: f64| targets::of_budgets(&all, row, allowed, clock);
    let tried = worst.map(|worst| {
        targets::tried(sli.target.value, worst, fewest, &sli.alerts, range_of(journey, sli), &fires, clock)
    });
    SliPast {
        address: address(journey, member.0, sli),
        site: site.map(|site| plan.model.sites[site].name.text.clone()),
        title: crate::plan::events::full_title(journey, member),
        target: sli.target.value,
        event: sli.measure.event(),
        looked,
        budgets: of_budgets,
        no_data,
        tried: tried.unwrap_or_default(),
    }
}

fn of_journey(plan: &Plan<'_>, composed: &Composed<'_>, target: Percent, clock: Clock) -> (BudgetPast, Vec<Tried>) {
    let allowed = target.budget();
    let left = alerts::left(clock, allowed, |at| composed.period_share(at));
    let mut alerts = composed.alerts(plan, &left);
    for alert in &mut alerts {
        reported(alert, clock);
    }
    let (period, all) = (plan.journey.window.value, composed.share_between(clock.from, clock.until));
    let worst = targets::worst(clock, period, |at| composed.period_share(at));
    let range = plan.journey.counted_slis().map(|(_, sli)| range_of(plan.journey, sli)).max().unwrap_or(0);
    let fires = |row: &_, allowed: f64| composed.of_row(allowed, row);
    let tried = worst.map(|worst| {
        let (from, until) = targets::span(clock, period);
        let events = composed.fewest_events(from, until);
        targets::tried(target, worst, events, &plan.journey.alerts, range, &fires, clock)
    });
    let pace = timeline::pace(&plan.journey_thresholds());
    let parts = Parts {
        coverage: 0.0,
        reported: Counts::share((clock.from, clock.until), all),
        window: Counts::share(composed.counted(period), composed.period_share(clock.slow_before(clock.until))),
        alerts,
        timeline: timeline::of(&left, clock, |at| composed.recorded_share(at, pace).map(|s| s / allowed)),
        left: &left,
    };
    (BudgetPast::of(By::new(), parts, clock), tried.unwrap_or_default())
}

/// The error share of bad and all events; none without events.
fn ratio((bad, total): (f64, f64)) -> Option<f64> {
    (total > 0.0).then(|| bad / total)
}
