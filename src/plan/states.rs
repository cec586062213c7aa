//! States in one number each, so that a dashboard, an alert and a person mean the same by them: how bad it is, whether fixes get through,
//! whether to ship, and when a budget runs out.

use super::alerts::{JOURNEY_BURN, JOURNEY_LOW, SLO_BURN, SLO_LOW};
use super::windows::DAY;
use super::{Plan, Rule, minutes};
use crate::model::Urgency;
use crate::promql::write::quote;
use std::collections::BTreeSet;

/// How bad it is with an SLI: one of [`severity`].
pub const SLO_SEVERITY: &str = "tabi:slo_severity:state";
/// How bad it is with a journey: that of the worst of it.
pub const JOURNEY_SEVERITY: &str = "tabi:journey_severity:state";
/// Whether a fix gets through a journey that delivers: -1 nobody knows, 0 it does, 1 it may not.
pub const DELIVERY: &str = "tabi:journey_delivery:state";
/// Whether features of a user journey are to be shipped: -1 nobody knows, 0 ship, 1 careful, 2 freeze.
pub const DECISION: &str = "tabi:journey_ship:decision";
/// Seconds until the budget of an SLI is spent.
pub const SLO_RUNS_OUT: &str = "tabi:slo_budget:runs_out_seconds";
/// Seconds until the budget of a journey is spent.
pub const JOURNEY_RUNS_OUT: &str = "tabi:journey_budget:runs_out_seconds";

/// The values of severities, in the order in which they matter.
pub mod severity {
    /// Its numbers do not come.
    pub const NO_DATA: i8 = -1;
    /// Nothing to do.
    pub const FINE: i8 = 0;
    /// A ticket is open for its budget.
    pub const TICKET: i8 = 1;
    /// Nothing of the budget is left.
    pub const SPENT: i8 = 2;
    /// Somebody is woken for it.
    pub const PAGE: i8 = 3;
}

impl Plan<'_> {
    /// The firing alerts of some names and an urgency. Those that the 5m group may hold are looked for over a little more than its interval:
    /// an instant read falls into the gap between two evaluations now and then.
    fn firing(&self, names: &[&str], urgency: Urgency) -> String {
        let alerts = format!(
            "ALERTS{{alertname=~\"{}\",alertstate=\"firing\",journey=\"{}\",severity={}}}",
            names.join("|"),
            self.journey.name.text,
            quote(&self.severity(urgency))
        );
        match urgency {
            Urgency::Page => format!("{} * {alerts}", severity::PAGE),
            Urgency::Ticket => format!("last_over_time({alerts}[6m])"),
        }
    }

    /// How bad it is with each SLI (the worst of its `by` values) and with the journey.
    pub fn severities(&self) -> Vec<Rule> {
        let selector = self.selector();
        let spent = |of: &str| {
            // of an SLI: of all sites together, or of one of them
            let selector = if of == "slo" { self.anywhere() } else { selector.clone() };
            format!("{} + 0 * (last_over_time(tabi:{of}_budget:remaining_ratio{selector}[15m]) <= 0)", severity::SPENT)
        };
        let of_slis = [
            self.firing(&[SLO_BURN, SLO_LOW], Urgency::Page),
            self.firing(&[SLO_BURN, SLO_LOW], Urgency::Ticket),
            spent("slo"),
            format!("0 * {}", self.total_now()),
            format!("0 * tabi:slo_budget:ratio{selector} - 1"),
        ];
        let slis = format!("max by (audience, journey, step, sli) (\n  {}\n)", of_slis.join("\n  or "));
        let mut of_journey = vec![format!("{SLO_SEVERITY}{selector} > {}", severity::FINE)];
        // not `DeliveryBlocked`: that users burn makes delivery no worse
        of_journey.extend([Urgency::Page, Urgency::Ticket].map(|u| self.firing(&[JOURNEY_BURN, JOURNEY_LOW], u)));
        if self.has_budget() {
            of_journey.push(spent("journey"));
        }
        let journey = format!(
            "max by (audience, journey) (\n  {}\n)\nor min by (audience, journey) ({SLO_SEVERITY}{selector})",
            of_journey.join("\n  or ")
        );
        vec![
            Rule::record(SLO_SEVERITY, slis, self.journey_label()),
            Rule::record(JOURNEY_SEVERITY, journey, self.journey_label()),
        ]
    }

    /// Whether the journey has a number and a target for it.
    pub fn has_budget(&self) -> bool {
        self.journey.target.is_some() && self.journey.counted_slis().next().is_some()
    }

    /// Whether fixes get through a journey that delivers: asked as `DeliveryBlocked` asks, because a ticket comes hours later.
    pub fn delivery(&self) -> Option<Rule> {
        if self.journey.delivers.is_empty() {
            return None;
        }
        let known = format!("clamp_max(min by (audience, journey) ({SLO_SEVERITY}{}), 0)", self.selector());
        let burning = self.burning_now();
        let expr = if burning.is_empty() {
            known
        } else {
            format!("1 + 0 * max by (audience, journey) ({})\nor {known}", burning.join(" or "))
        };
        Some(Rule::record(DELIVERY, expr, self.journey_label()))
    }

    /// Whether features of a user journey are to be shipped. Freeze while it pages or has nothing left; careful while it has a ticket, or
    /// while not everything that delivers it is known to work.
    pub fn decision(&self) -> Option<Rule> {
        let by = self.delivering();
        if by.is_empty() {
            return None;
        }
        let own = format!("{JOURNEY_SEVERITY}{}", self.selector());
        let works = match by.as_slice() {
            [one] => format!("{DELIVERY}{} == 0", self.own(&format!("{{journey=\"{one}\"}}"))),
            all => {
                let them = self.own(&format!("{{journey=~\"{}\"}}", all.join("|")));
                format!("count({DELIVERY}{them} == 0) == {}", all.len())
            }
        };
        let expr = format!("clamp_max({own} > 0, 2)\nor ({own} == 0) + 1 unless on () {works}\nor {own}");
        Some(Rule::record(DECISION, expr, self.journey_label()))
    }

    /// The names of the journeys that deliver this user journey.
    pub fn delivering(&self) -> Vec<&str> {
        let names: BTreeSet<&str> =
            self.journey.delivered_by.iter().map(|j| self.model.journeys[*j].name.text.as_str()).collect();
        names.into_iter().collect()
    }

    /// The burn rate by which it is told when a budget runs out: over the longest window below a day, which is neither nervous nor late.
    pub fn pace(&self, of_journey: bool) -> Option<u64> {
        let windows: BTreeSet<u64> = if of_journey {
            self.journey_thresholds().iter().flat_map(|t| [t.long, t.short]).collect()
        } else {
            self.windows()
        };
        windows.range(..DAY).next_back().or(windows.first()).copied()
    }

    /// When budgets run out at the present pace: 0 when they are spent, the whole period at most.
    pub fn runs_out(&self, of_journey: bool) -> Option<Rule> {
        let pace = minutes(self.pace(of_journey)?);
        let (name, of) = if of_journey { (JOURNEY_RUNS_OUT, "journey") } else { (SLO_RUNS_OUT, "slo") };
        let (selector, period) = (self.selector(), self.journey.window.value * 60);
        let left = format!("tabi:{of}_budget:remaining_ratio{selector}");
        let expr = format!(
            "clamp_max(({left} > 0) * {period} / tabi:{of}_burn:rate{pace}{selector}, {period})\nor clamp_min({left} <= 0, 0)"
        );
        Some(Rule::record(name, expr, self.journey_label()))
    }
}
