//! What an engine allows, held against what a build would write: files that are too long become several, and what cannot fit is said
//! before anything is written, with what to raise.

use super::prometheus;
use crate::adapt::{self, reads::reads};
use crate::engine::{Engine, Limits, Scope, Target};
use crate::model::Model;
use crate::plan::{self, Group, JourneyRules};
use crate::project::Options;
use crate::promql::ast::{MatchOp, Matcher, MatcherValue};
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
    /// Whether it is that of a site.
    is_site: bool,
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
        all.push(Evaluator {
            engine: at_sites.engine.clone(),
            name: Some(&site.name.text),
            table,
            is_site: true,
            journeys,
        });
    }
    all.retain(|site| !site.journeys.is_empty());
    let name = (!all.is_empty()).then_some("the global place");
    let journeys = (0..model.journeys.len()).map(|index| adapted(model, index, options)).collect();
    let engine = if all.is_empty() { options.engine.clone() } else { options.engine.adding_up() };
    all.push(Evaluator { engine, name, table: BUILD, is_site: false, journeys });
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
        if evaluator.is_site && evaluator.engine.target == Target::Gmp && evaluator.engine.scope == Scope::Global {
            let word = evaluator.engine.target.word();
            here.push(format!(
                "with scope = \"global\" the rules of a site count the series of all clusters that {word} has\n  help: take scope = \
                 \"cluster\" below [build.gmp] of tabi.toml; where the sites are added up it is global anyway"
            ));
        }
        here.extend(of_all(&evaluator, sources));
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
fn of_all(evaluator: &Evaluator<'_>, sources: &Sources) -> Vec<String> {
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
    if let Some(most) = limits.bytes {
        let bytes = two_digits(journeys.iter().map(|(_, journey)| loaded(journey, sources, engine)).sum::<u64>());
        if bytes > most {
            found.push(format!(
                "{word} keeps the rules of a cluster in one ConfigMap of {most} bytes, and these are about {bytes} with what its operator \
                 adds\n  help: set `features.config.compression: gzip` in its OperatorConfig, which makes about a tenth of them, or take a rule \
                 evaluator of your own, {}",
                own("bytes", bytes)
            ));
        }
    }
    found
}

/// A number that is reckoned roughly, with two digits that count, and not below it.
fn two_digits(number: u64) -> u64 {
    let unit = 10_u64.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    number.div_ceil(unit) * unit
}

/// How long the rules of a journey are where Google's operator keeps them: to each selector and to each rule it adds the labels of the scope,
/// of whose values only the usual length is known.
fn loaded(journey: &JourneyRules, sources: &Sources, engine: &Engine) -> u64 {
    const LABELS: usize = 100;
    let places = |group: &Group| group.rules.iter().map(|rule| 1 + reads(&rule.expr).len()).sum::<usize>();
    let added = match engine.scope {
        Scope::Global => 0,
        Scope::Cluster | Scope::Namespace => LABELS * journey.groups.iter().map(places).sum::<usize>(),
    };
    (prometheus::file(journey, sources).len() + added) as u64
}

/// The first label of a group that Google's operator would set itself. It refuses a rule that has it, and a selector that asks for another
/// value of it; of all but the namespace it does not know the value yet when it looks.
fn taken(group: &Group, engine: &Engine) -> Option<String> {
    let names: &[&str] = match (engine.target, engine.scope) {
        (Target::Gmp, Scope::Cluster) => &["project_id", "location", "cluster"],
        (Target::Gmp, Scope::Namespace) => &["project_id", "location", "cluster", "namespace"],
        _ => return None,
    };
    let own = |matcher: &Matcher| {
        let MatcherValue::Literal(text) = &matcher.value else { return false };
        let is_own = engine.namespace.as_ref().is_none_or(|own| *own == text.value);
        matcher.label.text == "namespace" && matcher.op == MatchOp::Equal && is_own
    };
    group.rules.iter().find_map(|rule| {
        let label = rule.labels.iter().find(|(name, _)| names.contains(&name.as_str()));
        label.map(|(name, _)| name.clone()).or_else(|| {
            let mut matchers = reads(&rule.expr).into_iter().flat_map(|read| read.selector.matchers);
            let matcher = matchers.find(|matcher| names.contains(&matcher.label.text.as_str()) && !own(matcher));
            matcher.map(|matcher| matcher.label.text)
        })
    })
}

fn of_journey(journey: &JourneyRules, window: u64, sources: &Sources, evaluator: &Evaluator<'_>) -> Vec<String> {
    let Evaluator { engine, table, .. } = evaluator;
    let limits = engine.limits();
    let (word, name) = (engine.target.word(), &journey.journey);
    let place = sources.name_and_line(journey.place);
    let mut found = Vec::new();
    let slow =
        limits.interval.and_then(|most| journey.groups.iter().find(|group| group.interval > most).zip(Some(most)));
    if let Some((group, most)) = slow {
        found.push(format!(
            "{place}: {name} needs a group that runs every {} minutes for its `window {}d`, and {word} runs each at least every {most}\n  \
             help: `window 28d`",
            group.interval,
            window / 1440
        ));
    }
    if let Some(label) = journey.groups.iter().find_map(|group| taken(group, engine)) {
        let scope = Scope::WORDS.iter().find(|(_, scope)| *scope == engine.scope).map_or("", |(word, _)| word);
        found.push(format!(
            "{place}: {name} names the label `{label}`, which {word} sets itself with scope = \"{scope}\"; it refuses such rules\n  help: \
             leave the label out, or take scope = \"global\" below [build.gmp] of tabi.toml"
        ));
    }
    let nameless = |group: &Group| {
        let selectors = group.rules.iter().flat_map(|rule| reads(&rule.expr)).map(|read| read.selector);
        selectors.filter(|s| s.name.is_none()).flat_map(|s| s.matchers).any(|m| m.label.text == "__name__")
    };
    if engine.target == Target::Gmp && journey.groups.iter().any(nameless) {
        found.push(format!(
            "{place}: {name} finds metrics by a pattern of `__name__`, and {word} needs the name of each\n  help: write a selector for each \
             metric, joined by `or`"
        ));
    }
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
        if let Some(days) = limits.range_days.filter(|_| slow.is_none()) {
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
