//! The journey's number from its steps: the share of an SLI is bad / total, summed over its `by` values first; a step's is that of its
//! worst SLI; the journey's is the product, the maximum or the mean by weight.

use super::members::{Member, selectors, union};
use super::sites::Scope;
use super::windows::{BOTH, DAY, JOIN};
use super::{Plan, Rule, minutes};
use crate::measure::{Series, indent};
use crate::model::{Compose, Step};
use crate::promql::write::number;
use std::collections::BTreeMap;

impl Plan<'_> {
    /// What all series of counted SLIs share: a step, so that the journey's own SLIs stay outside.
    fn steps_base(&self) -> String {
        format!("journey=\"{}\",step!=\"\"", self.journey.name.text)
    }

    /// Selectors of the SLIs that count, out of those of all steps, recorded here.
    pub fn counted_selectors(&self, members: &[Member<'_>]) -> Vec<String> {
        self.counted_anywhere(members).iter().map(|s| self.own(s)).collect()
    }

    /// The same wherever it was recorded.
    pub fn counted_anywhere(&self, members: &[Member<'_>]) -> Vec<String> {
        let of_steps: Vec<Member<'_>> = self.journey.members().into_iter().filter(|m| m.0.is_some()).collect();
        let found = selectors(&self.steps_base(), members, &of_steps);
        // a step by its name is not the empty one
        found.into_iter().map(|s| s.replace(",step!=\"\",step=", ",step=")).collect()
    }

    /// Whether an SLI that counts has several budgets: one for each value of `by`, or for each site.
    fn has_by(&self) -> bool {
        self.journey.counted().iter().any(|m| self.has_several_budgets(m))
    }

    fn has_several_budgets(&self, member: &Member<'_>) -> bool {
        !member.1.by.is_empty() || self.scope() == Scope::Central && self.is_sited(member)
    }

    /// The same of an SLI of this step.
    pub fn has_budgets(&self, step: &Step) -> bool {
        step.slis.iter().any(|sli| self.has_several_budgets(&(Some(step), sli)))
    }

    /// The error shares of some SLIs over a window.
    fn shares(&self, window: u64, members: &[Member<'_>]) -> String {
        let selectors = self.counted_selectors(members);
        if !self.has_by() {
            let burn = union(&selectors, |s| format!("tabi:slo_burn:rate{}{s}", minutes(window)));
            return format!("{burn} * {JOIN} group_left () tabi:slo_budget:ratio{}", self.selector());
        }
        let sum = |series| {
            let inside = selectors.iter().map(|s| self.sum_over(series, window, s)).collect::<Vec<_>>().join(" or ");
            format!("sum by (audience, journey, step, sli) ({inside})")
        };
        format!("{}\n/ ({} > 0)", sum(Series::Bad), sum(Series::Total))
    }

    /// The error shares of some SLIs over the period.
    fn period_shares(&self, members: &[Member<'_>]) -> String {
        let selectors = self.counted_selectors(members);
        let ratio = union(&selectors, |s| format!("tabi:slo_errors:ratio_period{s}"));
        if !self.has_by() {
            return ratio;
        }
        let count = union(&selectors, |s| format!("tabi:slo_events:count_period{s}"));
        let sum = "sum by (audience, journey, step, sli)";
        format!("{sum} ({ratio} * {count})\n/ ({sum} ({count}) > 0)")
    }

    /// The journey's error share from those of its SLIs. A step without events counts as nothing bad: it is missing from the product,
    /// never the maximum, and in the mean its weight stands in the divisor only. `clamp_max` is needed: one share a hair above 1 would
    /// make the whole journey NaN.
    fn compose(&self, shares: &dyn Fn(&[Member<'_>]) -> String) -> String {
        let counted = self.journey.counted();
        let worst = |members: &[Member<'_>]| {
            format!("clamp_max(max by (audience, journey, step) (\n{}\n), 1)", indent(&shares(members)))
        };
        match self.journey.compose.value {
            Compose::All => format!("1 - exp(sum by (audience, journey) (ln(1 - {})))", worst(&counted)),
            Compose::Weakest => format!("clamp_max(max by (audience, journey) (\n{}\n), 1)", indent(&shares(&counted))),
            Compose::Weighted => {
                // steps of one weight stand together; weights in milli-units order exactly
                let mut by_weight: BTreeMap<u64, (f64, Vec<Member<'_>>)> = BTreeMap::new();
                let mut all = 0.0;
                for step in
                    self.journey.steps.iter().filter(|s| s.weight.value > 0.0 && s.slis.iter().any(|sli| sli.counts))
                {
                    let weight = step.weight.value;
                    all += weight;
                    let members = step.slis.iter().filter(|sli| sli.counts).map(|sli| (Some(step), sli));
                    by_weight.entry(weight.to_bits()).or_insert((weight, Vec::new())).1.extend(members);
                }
                let parts: Vec<String> = by_weight
                    .values()
                    .rev()
                    .map(|(weight, members)| match number(*weight).as_str() {
                        "1" => worst(members),
                        weight => format!("{weight} * {}", worst(members)),
                    })
                    .collect();
                format!("sum by (audience, journey) (\n{}\n) / {}", indent(&parts.join("\nor ")), number(all))
            }
        }
    }

    /// While an SLI that counts has no data the journey has no sample: else it looks better when its worst step goes dark.
    /// A site without data is no better than a step. `of_sites` is the data of each site by itself.
    fn unless_dark(&self, data: &str, of_sites: &str) -> String {
        let (sited, own): (Vec<Member<'_>>, Vec<Member<'_>>) =
            self.journey.counted().into_iter().partition(|m| self.is_sited(m));
        let mut dark = Vec::new();
        if !own.is_empty() {
            let budgets = union(&self.counted_selectors(&own), |s| format!("tabi:slo_budget:ratio{s}"));
            dark.push(format!("{budgets} unless {JOIN} {data}"));
        }
        if !sited.is_empty() {
            dark.push(self.dark_sites(&self.counted_selectors(&sited), of_sites));
        }
        format!("unless on (journey) ({})", dark.join(" or "))
    }

    /// The journey's burn rate over every window of its alerts.
    pub fn journey_burns(&self, slow: bool) -> Vec<Rule> {
        let selector = self.selector();
        let mut windows: Vec<u64> = self.journey_thresholds().iter().flat_map(|t| [t.long, t.short]).collect();
        windows.sort_unstable();
        windows.dedup();
        windows
            .into_iter()
            .filter(|w| (*w >= DAY) == slow)
            .map(|w| {
                let share = self.compose(&|members| self.shares(w, members));
                let dark = self.unless_dark(
                    &self.sum_over(Series::Total, w, &selector),
                    &self.sited_sum_over(Series::Total, w, &selector),
                );
                let expr = format!("(\n{}\n) / {BOTH} tabi:journey_budget:ratio{selector}\n{dark}", indent(&share));
                Rule::record(format!("tabi:journey_burn:rate{}", minutes(w)), expr, self.journey_label())
            })
            .collect()
    }

    /// The journey's error ratio over the period, and what is left of its budget where it has a target.
    pub fn journey_period(&self) -> Vec<Rule> {
        if self.journey.counted_slis().next().is_none() {
            return Vec::new();
        }
        let selector = self.selector();
        let share = self.compose(&|members| self.period_shares(members));
        let copy = self.period_copy(Series::Total);
        let of_sites = self.sited_events_over(&copy, &selector, &minutes(self.journey.window.value));
        let dark = self.unless_dark(&format!("tabi:slo_events:count_period{selector}"), &of_sites);
        let mut rules =
            vec![Rule::record("tabi:journey_errors:ratio_period", format!("{share}\n{dark}"), self.journey_label())];
        if self.journey.target.is_some() {
            let expr = format!("1 - tabi:journey_errors:ratio_period{selector} / tabi:journey_budget:ratio{selector}");
            rules.push(Rule::record("tabi:journey_budget:remaining_ratio", expr, self.journey_label()));
        }
        rules
    }
}
