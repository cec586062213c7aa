//! What an engine allows, held against what a build would write: files that are too long become several, and what cannot fit is said
//! before anything is written, with what to raise.

use super::prometheus;
use crate::adapt::{self, reads::reads};
use crate::engine::{Engine, Limits, Target};
use crate::model::Model;
use crate::plan::JourneyRules;
use crate::project::Options;
use crate::source::Sources;

/// The groups of a journey in as many files as it takes, each with as many groups as fit.
pub fn parts(rules: &JourneyRules, engine: &Engine, bytes: &dyn Fn(&JourneyRules) -> usize) -> Vec<JourneyRules> {
    let fits = |rules: &JourneyRules| {
        engine.limits().file_bytes.is_none_or(|most| u64::try_from(bytes(rules)).is_ok_and(|bytes| bytes <= most))
    };
    if fits(rules) {
        return vec![rules.clone()];
    }
    let mut parts: Vec<JourneyRules> = Vec::new();
    for group in &rules.groups {
        if let Some(last) = parts.last_mut() {
            last.groups.push(group.clone());
            if fits(last) {
                continue;
            }
            last.groups.pop();
        }
        parts.push(JourneyRules { groups: vec![group.clone()], ..rules.clone() });
    }
    parts
}

/// What does not fit, in words, each with a way out.
pub fn exceeded(model: &Model, sources: &Sources, options: &Options) -> Vec<String> {
    let engine = &options.engine;
    let limits = engine.limits();
    let mut found = Vec::new();
    if limits == Limits::default() && engine.target != Target::VictoriaMetrics {
        return found;
    }
    let (mut groups, mut rules) = (0, 0);
    for index in 0..model.journeys.len() {
        let journey = adapt::journey(model, index, options);
        groups += journey.groups.len() as u64;
        rules += journey.groups.iter().map(|group| group.rules.len() as u64).sum::<u64>();
        found.extend(of_journey(&journey, model.journeys[index].window.value, sources, engine));
    }
    let own = |key: &str, needed: u64| format!("and say so in tabi.toml:\n    [build.limits]\n    {key} = {needed}");
    let word = engine.target.word();
    if let Some(most) = limits.groups.filter(|most| groups > *most) {
        let raise = match engine.target {
            Target::Mimir => format!(
                "raise -ruler.max-rule-groups-per-tenant (in the limits of the tenant: ruler_max_rule_groups_per_tenant) to {groups} or more"
            ),
            Target::Azure => {
                format!("ask for {groups} rule groups or more for the workspace in a support request to Azure")
            }
            _ => format!("raise the limit of the engine to {groups} or more"),
        };
        let larger = match engine.target {
            Target::Mimir => {
                "; with a larger -ruler.max-rules-per-rule-group, and rules_per_group beside it, there are fewer"
            }
            _ => "",
        };
        found.push(format!(
            "{word} takes {most} groups, and this project has {groups}{larger}\n  help: {raise}, {}",
            own("groups", groups)
        ));
    }
    if let Some(most) = limits.rules.filter(|most| rules > *most) {
        let raise = match engine.target {
            Target::Amp => format!("ask AWS for {rules} or more with the quota L-3D15CDB4, rules per workspace"),
            _ => format!("raise the limit of the engine to {rules} or more"),
        };
        found.push(format!(
            "{word} takes {most} rules, and this project has {rules}\n  help: {raise}, {}",
            own("rules", rules)
        ));
    }
    found
}

fn of_journey(journey: &JourneyRules, window: u64, sources: &Sources, engine: &Engine) -> Vec<String> {
    let limits = engine.limits();
    let (word, name) = (engine.target.word(), &journey.journey);
    let place = sources.name_and_line(journey.place);
    let mut found = Vec::new();
    for group in &journey.groups {
        if let Some(most) = limits.rules_per_group.filter(|most| group.rules.len() as u64 > *most) {
            found.push(format!(
                "{place}: {} rules of {name} must stay in one group, and {word} takes {most}\n  help: rules_per_group of tabi.toml \
                 must be 2 or more",
                group.rules.len()
            ));
        }
        if let Some(most) = limits.file_bytes {
            let alone = JourneyRules { groups: vec![group.clone()], ..journey.clone() };
            let bytes = prometheus::file(&alone, sources).len() as u64;
            if bytes > most {
                found.push(format!(
                    "{place}: the group {} of {name} is {bytes} bytes long, and {word} takes files of {most}\n  help: make two \
                     journeys of it",
                    group.name
                ));
            }
        }
        if engine.target == Target::VictoriaMetrics
            && group.rules.iter().any(|rule| rule.expr.contains("histogram_count("))
        {
            found.push(format!(
                "{place}: {name} reads native histograms, and {word} has no functions for them\n  help: count with the classic \
                 histogram, without `histogram native`"
            ));
        }
        if let Some(days) = limits.range_days {
            let ranges = group.rules.iter().flat_map(|rule| reads(&rule.expr)).filter_map(|read| read.range);
            let longest = ranges.max().unwrap_or(0);
            if longest > days * 1440 {
                found.push(format!(
                    "{place}: {name} looks back {} days for its `window {}d`, and {word} takes queries of {days} days\n  help: \
                     `window 28d`, or range_days below [build.limits] of tabi.toml where yours takes more",
                    longest / 1440,
                    window / 1440
                ));
            }
        }
    }
    found
}
