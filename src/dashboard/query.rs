//! Queries of panels: recorded series only, and no ranges but the last value of what is recorded every 5 minutes, which an instant read
//! would miss now and then.

use crate::measure::Series;
use crate::model::Step;
use crate::plan::states::JOURNEY_SEVERITY;
use crate::plan::windows::DAY;
use crate::plan::{Plan, minutes};

/// The smallest step of what is recorded every 5 minutes.
pub const SLOW: &str = "5m";

/// A series of the fast group.
pub fn fast(name: &str, matchers: &str) -> String {
    format!("{name}{{{matchers}}}")
}

/// A series of the 5m group.
pub fn slow(name: &str, matchers: &str) -> String {
    format!("last_over_time({name}{{{matchers}}}[15m])")
}

/// `journey="checkout"`, and that it is recorded here where sites send theirs too.
pub fn of(plan: &Plan<'_>) -> String {
    plan.selector().trim_matches(['{', '}']).to_string()
}

/// `journey="checkout",step="pay"`
pub fn of_step(plan: &Plan<'_>, step: &Step) -> String {
    format!("{},step=\"{}\"", of(plan), step.name.text)
}

/// The smallest step of what is recorded by the fast group.
pub fn pace(plan: &Plan<'_>) -> String {
    minutes(plan.journey.evaluate)
}

/// A burn rate over a window in minutes.
pub fn burn(level: &str, window: u64, matchers: &str) -> String {
    let name = format!("tabi:{level}_burn:rate{}", minutes(window));
    if window < DAY { fast(&name, matchers) } else { slow(&name, matchers) }
}

/// What is left of the journey's budget; of its worst SLI where it has no budget of its own.
pub fn left(plan: &Plan<'_>) -> String {
    if plan.has_budget() {
        slow("tabi:journey_budget:remaining_ratio", &of(plan))
    } else {
        format!("min({})", slow("tabi:slo_budget:remaining_ratio", &of(plan)))
    }
}

/// When the journey's budget runs out; that of the SLI that is spent first where it has no budget of its own.
pub fn runs_out(plan: &Plan<'_>) -> Option<String> {
    let own = plan.has_budget();
    plan.pace(own)?;
    Some(if own {
        slow("tabi:journey_budget:runs_out_seconds", &of(plan))
    } else {
        format!("min({})", slow("tabi:slo_budget:runs_out_seconds", &of(plan)))
    })
}

/// The window over which it is told how fast a budget burns now: the long one of the fastest row, or a shorter one where that is days long.
pub fn window_now(plan: &Plan<'_>, of_journey: bool) -> Option<u64> {
    let rows = if of_journey {
        plan.journey_thresholds()
    } else {
        plan.journey.members().iter().flat_map(|m| plan.thresholds_of(m)).collect()
    };
    rows.iter().map(|t| t.long).min().filter(|long| *long < DAY).or_else(|| plan.pace(of_journey))
}

/// The window by which it is told when a budget runs out.
pub fn pace_window(plan: &Plan<'_>, of_journey: bool) -> Option<u64> {
    plan.pace(of_journey)
}

/// The burn rate of the journey over a window; of its worst SLI where the journey has no rows of its own.
pub fn burn_over(plan: &Plan<'_>, window: impl Fn(&Plan<'_>, bool) -> Option<u64>) -> Option<(u64, String)> {
    if !plan.journey_thresholds().is_empty() {
        let window = window(plan, true)?;
        return Some((window, burn("journey", window, &of(plan))));
    }
    let window = window(plan, false)?;
    Some((window, format!("max({})", burn("slo", window, &of(plan)))))
}

/// The share of bad events over the period, summed over values of `by` before the worst is taken.
pub fn errors(matchers: &str, by: bool) -> String {
    let ratio = slow("tabi:slo_errors:ratio_period", matchers);
    if !by {
        return format!("max({ratio})");
    }
    let count = slow("tabi:slo_events:count_period", matchers);
    format!("max(sum by (step, sli) ({ratio} * {count}) / (sum by (step, sli) ({count}) > 0))")
}

/// Matchers of the SLIs of a step that make the journey's number; of all where none does.
pub fn counted(plan: &Plan<'_>, step: &Step) -> String {
    let names: Vec<&str> = step.slis.iter().filter(|s| s.counts).map(|s| s.name.text.as_str()).collect();
    let base = of_step(plan, step);
    if names.is_empty() || names.len() == step.slis.len() {
        return base;
    }
    match names.as_slice() {
        [one] => format!("{base},sli=\"{one}\""),
        all => format!("{base},sli=~\"{}\"", all.join("|")),
    }
}

/// The worst of some states, where nothing known counts only when nothing is wrong: -1 where there is nothing.
pub fn worst(states: &str) -> String {
    format!("max({states} > 0) or min({states}) or vector(-1)")
}

/// How bad it is with the journey.
pub fn severity(plan: &Plan<'_>) -> String {
    fast(JOURNEY_SEVERITY, &of(plan))
}

/// Good or bad events per second of the whole journey.
pub fn events(series: Series, matchers: &str) -> String {
    let name = series.name();
    match series {
        Series::Bad => format!("sum({name}{{{matchers}}})"),
        Series::Total => format!("sum({name}{{{matchers}}}) - sum({}{{{matchers}}})", Series::Bad.name()),
    }
}
