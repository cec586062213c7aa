//! `PromQL` whose functions mean something else in `MetricsQL`.

use super::reads::{reads, with_edits};
use crate::plan::{JourneyRules, Rule, minutes};
use crate::promql::Range;

/// The rules of a journey as `VictoriaMetrics` must have them to count the same.
pub fn rules(rules: &JourneyRules) -> JourneyRules {
    let mut rules = rules.clone();
    for rule in rules.groups.iter_mut().flat_map(|group| &mut group.rules) {
        *rule = self::rule(rule);
    }
    rules
}

/// Its `increase` goes on from the last sample before the window, however old, which is right for a series that was there a moment before (a
/// scrape that was missed takes nothing away), and takes a small history for new, which is wrong for one that returns.
fn rule(rule: &Rule) -> Rule {
    let mut edits = Vec::new();
    for read in reads(&rule.expr).iter().filter(|read| read.function.as_deref() == Some("increase") && read.offset == 0)
    {
        let call = format!("increase({})", read.whole.of(&rule.expr));
        let Some(start) = (read.whole.start as usize).checked_sub("increase(".len()) else { continue };
        let end = start + call.len();
        if rule.expr.get(start..end) != Some(call.as_str()) {
            continue;
        }
        let (series, range) = (read.selector.span.of(&rule.expr), minutes(read.range.unwrap_or(0)));
        let new = format!(
            "(({call} and last_over_time({series}[{range}] offset {range})) or increase_prometheus({series}[{range}]))"
        );
        #[allow(clippy::cast_possible_truncation, reason = "places in an expression are as small as its other spans")]
        edits.push((Range::new(start as u32, end as u32), new));
    }
    Rule { expr: with_edits(&rule.expr, edits), ..rule.clone() }
}
