//! What an engine allows, held against what a build would write: files that are too long become several, and what cannot fit is said
//! before anything is written, with what to raise.

use super::prometheus;
use crate::adapt::{self, reads::reads};
use crate::engine::{Engine, Limits, Target};
use crate::model::Model;
use crate::plan::{self, JourneyRules};
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

/// Where `tabi.toml` has limits: those of all engines, and those of sites only.
const BUILD: &str = "[build.limits]";
const SITES: &str = "[sites.limits]";

/// What one engine evaluates: the rules of a site, or all that no site evaluates by itself.
struct Evaluator<'m> {
    /// The engine.
    engine: Engine,
    /// Its name, where there are several.
    name: Option<&'m str>,
    /// The table of `tabi.toml` that has its limits.
    table: &'static str,
    /// Its journeys with their windows.
    journeys: Vec<(u64, JourneyRules)>,
}

/// All that rules are written for: each has limits of its own.
fn evaluators<'m>(model: &'m Model, options: &Options) -> Vec<Evaluator<'m>> {
    let local = plan::sites::local(model, options);
    let adapted = |model: &Model, index: usize, options: &Options| {
        (model.journeys[index].window.value, adapt::journey(model, index, options))
    };
    let at_sites = plan::sites::options_at(options);
    let shared = at_sites.engine.target == options.engine.target && options.site_limits == Limits::default();
    let table = if shared { BUILD } else { SITES };
    let mut all: Vec<Evaluator<'_>> = Vec::new();
    for (i, site) in model.sites.iter().enumerate() {
        let journeys = local.iter().filter(|(at, _)| *at == i).map(|(_, journey)| *journey);
        let journeys = journeys.map(|journey| adapted(&plan::sites::at(model, journey, i), 0, &at_sites)).collect();
        all.push(Evaluator { engine: at_sites.engine.clone(), name: Some(&site.name.text), table, journeys });
    }
    all.retain(|site| !site.journeys.is_empty());
    let name = (!all.is_empty()).then_some("the global place");
    let journeys = (0..model.journeys.len()).map(|index| adapted(model, index, options)).collect();
    all.push(Evaluator { engine: options.engine.clone(), name, table: BUILD, journeys });
    all
}

/// What does not fit, in words, each with a way out. What is the same at several places is said once.
pub fn exceeded(model: &Model, sources: &Sources, options: &Options) -> Vec<String> {
    let has_none = |engine: &Engine| engine.limits() == Limits::default() && engine.target != Target::VictoriaMetrics;
    if has_none(&options.engine) && has_none(&plan::sites::options_at(options).engine) {
        return Vec::new();
    }
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for evaluator in evaluators(model, options) {
        let mut here: Vec<String> = Vec::new();
        for (window, journey) in &evaluator.journeys {
            here.extend(of_journey(journey, *window, sources, &evaluator));
        }
        here.extend(of_all(&evaluator));
        for text in here {
            match found.iter_mut().find(|(have, _)| *have == text) {
                Some((_, places)) => places.extend(evaluator.name),
                None => found.push((text, evaluator.name.into_iter().collect())),
            }
        }
    }
    let said = |(text, places): (String, Vec<&str>)| {
        if places.is_empty() { text } else { format!("at {}: {text}", places.join(", ")) }
    };
    found.into_iter().map(said).collect()
}

/// What does not fit of all journeys together.
fn of_all(evaluator: &Evaluator<'_>) -> Vec<String> {
    let Evaluator { engine, table, journeys, .. } = evaluator;
    let limits = engine.limits();
    let mut found = Vec::new();
    let all = || journeys.iter().flat_map(|(_, journey)| &journey.groups);
    let groups = all().count() as u64;
    let rules = all().map(|group| group.rules.len() as u64).sum::<u64>();
    let own = |key: &str, needed: u64| format!("and say so in tabi.toml:\n    {table}\n    {key} = {needed}");
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

fn of_journey(journey: &JourneyRules, window: u64, sources: &Sources, evaluator: &Evaluator<'_>) -> Vec<String> {
    let Evaluator { engine, table, .. } = evaluator;
    let limits = engine.limits();
    let (word, name) = (engine.target.word(), &journey.journey);
    let place = sources.name_and_line(journey.place);
    let mut found = Vec::new();
    for group in &journey.groups {
        if let Some(most) = limits.rules_per_group.filter(|most| group.rules.len() as u64 > *most) {
            found.push(format!(
                "{place}: {} rules of {name} must stay in one group, and {word} takes {most}\n  help: rules_per_group below {table} of \
                 tabi.toml must be 2 or more",
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
                     `window 28d`, or range_days below {table} of tabi.toml where yours takes more",
                    longest / 1440,
                    window / 1440
                ));
            }
        }
    }
    found
}
