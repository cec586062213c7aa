//! Level 2: burn rates of every window and the numbers of the period; one rule for all SLIs of a journey.

use super::events::count_name;
use super::{LONGEST_FROM_5M, Plan, Rule, minutes};
use crate::measure::Series;
use std::collections::BTreeSet;

/// What joins a series of an SLI, with or without labels of `by`, to one that has none.
pub const JOIN: &str = "on (journey, step, sli)";

/// Windows from a day on are summed from the 5m copy.
pub const DAY: u64 = 1440;

/// What joins what was added up for a journey to what is recorded of it: engines add labels of their own to what they record, such as those of a
/// Thanos ruler, and a sum has none of them.
pub const BOTH: &str = "on (audience, journey)";

/// Level 1, or the copy of it that fits a window.
fn events_name(series: Series, window: u64) -> String {
    if window < DAY { series.name().to_string() } else { count_name(series, "count5m") }
}

impl Plan<'_> {
    /// Every window that some alert of the journey uses, in minutes.
    pub fn windows(&self) -> BTreeSet<u64> {
        let of_slis = self.journey.members().into_iter().flat_map(|m| self.thresholds_of(&m));
        of_slis.chain(self.journey_thresholds()).flat_map(|t| [t.long, t.short]).collect()
    }

    /// `sum_over_time(tabi:slo_bad_events:rate{…}[1h])`, from the copy that fits the window.
    pub fn sum_over(&self, series: Series, window: u64, selector: &str) -> String {
        self.events_over(&events_name(series, window), selector, &minutes(window))
    }

    /// The same for each site by itself.
    pub fn sited_sum_over(&self, series: Series, window: u64, selector: &str) -> String {
        self.sited_events_over(&events_name(series, window), selector, &minutes(window))
    }

    /// The events of the whole period in the copy that fits it.
    pub fn period_copy(&self, series: Series) -> String {
        let copy = if self.journey.window.value > LONGEST_FROM_5M { "count1h" } else { "count5m" };
        count_name(series, copy)
    }

    /// 1 means: lasts exactly the period. No events: no sample, never NaN.
    pub fn burns(&self, windows: &BTreeSet<u64>, slow: bool) -> Vec<Rule> {
        let selector = self.selector();
        windows
            .iter()
            .filter(|w| (**w >= DAY) == slow)
            .map(|w| {
                let (bad, total) =
                    (self.sum_over(Series::Bad, *w, &selector), self.sum_over(Series::Total, *w, &selector));
                let expr = format!("{bad}\n/ ({total} > 0)\n/ {JOIN} group_left () tabi:slo_budget:ratio{selector}");
                Rule::record(format!("tabi:slo_burn:rate{}", minutes(*w)), expr, self.journey_label())
            })
            .collect()
    }

    /// Events, error ratio and what is left of the budget, over the period.
    pub fn period(&self) -> Vec<Rule> {
        let selector = self.selector();
        let period = minutes(self.journey.window.value);
        let sum = |series| self.events_over(&self.period_copy(series), &selector, &period);
        let label = || self.journey_label();
        vec![
            Rule::record("tabi:slo_events:count_period", sum(Series::Total), label()),
            Rule::record(
                "tabi:slo_errors:ratio_period",
                format!("{}\n/ {}(tabi:slo_events:count_period{selector} > 0)", sum(Series::Bad), self.on_identity()),
                label(),
            ),
            Rule::record(
                "tabi:slo_budget:remaining_ratio",
                format!(
                    "1 - tabi:slo_errors:ratio_period{selector} / {JOIN} group_left () tabi:slo_budget:ratio{selector}"
                ),
                label(),
            ),
        ]
    }
}
