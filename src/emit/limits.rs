//! What an engine allows, held against what a build would write: files that are too long become several, and what cannot fit is said
//! before anything is written, with what to raise.

use super::prometheus;
use crate::adapt::{self, reads::reads};
use crate::engine::{Engine, Limits, Scope, Target};
use crate::measure::{Measure, Query, Raw};
use crate::model::{Journey, Model, Sli};
use crate::plan::{self, Group, JourneyRules};
use crate::project::Options;
use crate::promql::ast::{MatchOp, Matcher, MatcherValue};
use crate::source::{Place, Sources};

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

/// What does not fit, with what causes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What it is, in words.
    pub message: String,
    /// What to change or to raise.
    pub help: String,
    /// The places that cause it, the first one foremost; none where it is the project as a whole.
    pub places: Vec<(Place, &'static str)>,
}

impl Refusal {
    fn new(message: String, help: impl Into<String>) -> Refusal {
        Refusal { message, help: help.into(), places: Vec::new() }
    }
    fn at(mut self, place: Place, label: &'static str) -> Refusal {
        self.places.push((place, label));
        self
    }
    /// In words only.
    pub fn text(&self, sources: &Sources) -> String {
        let place = self.places.first().map(|(place, _)| format!("{}: ", sources.name_and_line(*place)));
        format!("{}{}\n  help: {}", place.unwrap_or_default(), self.message, self.help)
    }
}

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
    /// Its journeys with their rules.
    journeys: Vec<(&'m Journey, JourneyRules)>,
}

/// All that rules are written for: each has limits of its own.
fn evaluators<'m>(model: &'m Model, options: &Options) -> Vec<Evaluator<'m>> {
    let local = plan::sites::local(model, options);
    let at_sites = plan::sites::options_at(options);
    let shared = at_sites.engine.target == options.engine.target && options.site_limits == Limits::default();
    let table = if shared { BUILD } else { SITES };
    let mut all: Vec<Evaluator<'_>> = Vec::new();
    for (i, site) in model.sites.iter().enumerate() {
        let journeys = local.iter().filter(|(at, _)| *at == i).map(|(_, journey)| *journey);
        let journeys = journeys
            .map(|journey| {
                (&*model.journeys[journey], adapt::journey(&plan::sites::at(model, journey, i), 0, &at_sites))
            })
            .collect();
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
    let journeys = model.journeys.iter().enumerate();
    let journeys = journeys.map(|(index, journey)| (&**journey, adapt::journey(model, index, options))).collect();
    let engine = if all.is_empty() { options.engine.clone() } else { options.engine.adding_up() };
    all.push(Evaluator { engine, name, table: BUILD, is_site: false, journeys });
    all
}

/// What does not fit, in words, each with a way out. What is the same at several places is said once.
pub fn exceeded(model: &Model, sources: &Sources, options: &Options) -> Vec<String> {
    refusals(model, sources, options)
        .into_iter()
        .map(|(refusal, sites)| format!("{}{}", at_sites(&sites), refusal.text(sources)))
        .collect()
}

/// `at tokyo, osaka: `, where there are several places.
pub fn at_sites(sites: &[&str]) -> String {
    if sites.is_empty() { String::new() } else { format!("at {}: ", sites.join(", ")) }
}

/// The same with places in the text, and the sites where each holds.
pub fn refusals<'m>(model: &'m Model, sources: &Sources, options: &Options) -> Vec<(Refusal, Vec<&'m str>)> {
    let has_none = |engine: &Engine| engine.limits() == Limits::default() && engine.target != Target::VictoriaMetrics;
    if has_none(&options.engine) && has_none(&plan::sites::options_at(options).engine) {
        return Vec::new();
    }
    let mut found: Vec<(Refusal, Vec<&str>)> = Vec::new();
    for evaluator in evaluators(model, options) {
        let mut here: Vec<Refusal> = Vec::new();
        for (journey, rules) in &evaluator.journeys {
            here.extend(of_journey(rules, journey, (model, options), sources, &evaluator));
        }
        if evaluator.is_site && evaluator.engine.target == Target::Gmp && evaluator.engine.scope == Scope::Global {
            let word = evaluator.engine.target.word();
            here.push(Refusal::new(
                format!("with scope = \"global\" the rules of a site count the series of all clusters that {word} has"),
                "take scope = \"cluster\" below [build.gmp] of tabi.toml; where the sites are added up it is global anyway",
            ));
        }
        here.extend(of_all(&evaluator, sources));
        for refusal in here {
            match found.iter_mut().find(|(have, _)| *have == refusal) {
                Some((_, places)) => places.extend(evaluator.name),
                None => found.push((refusal, evaluator.name.into_iter().collect())),
            }
        }
    }
    found
}

/// What does not fit of all journeys together.
fn of_all(evaluator: &Evaluator<'_>, sources: &Sources) -> Vec<Refusal> {
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
        found.push(Refusal::new(
            format!("{word} takes {most} groups, and this project has {groups}{larger}"),
            format!("{raise}, {}", own("groups", groups)),
        ));
    }
    if let Some(most) = limits.rules.filter(|most| rules > *most) {
        let raise = match engine.target {
            Target::Amp => format!("ask AWS for {rules} or more with the quota L-3D15CDB4, rules per workspace"),
            _ => format!("raise the limit of the engine to {rules} or more"),
        };
        found.push(Refusal::new(
            format!("{word} takes {most} rules, and this project has {rules}"),
            format!("{raise}, {}", own("rules", rules)),
        ));
    }
    if let Some(most) = limits.bytes {
        let bytes = two_digits(journeys.iter().map(|(_, journey)| loaded(journey, sources, engine)).sum::<u64>());
        if bytes > most {
            found.push(Refusal::new(
                format!(
                    "{word} keeps the rules of a cluster in one ConfigMap of {most} bytes, and these are about {bytes} with what its \
                     operator adds"
                ),
                format!(
                    "set `features.config.compression: gzip` in its OperatorConfig, which makes about a tenth of them, or take a rule \
                     evaluator of your own, {}",
                    own("bytes", bytes)
                ),
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

/// Where a label is named that Google's operator would set itself: a matcher, a label of alerts or of `by`, else the journey.
fn place_of_label(journey: &Journey, model: &Model, options: &Options, label: &str) -> Place {
    let in_measure = |sli: &Sli| {
        let queries = sli.measure.queries();
        let selectors = sli.measure.counters().into_iter().chain(queries.iter().filter_map(|query| query.selector()));
        let matcher = selectors.flat_map(|s| &s.matchers).find(|m| m.label == label).map(|m| m.place);
        matcher.or_else(|| raws(sli).into_iter().find(|raw| names(&raw.text, label)).map(|raw| raw.place))
    };
    let of_sli = |sli: &Sli| {
        let by = sli.by.iter().find(|by| by.text == label).map(|by| by.place);
        in_measure(sli).or(by).or_else(|| sli.labels.get(label)?.place)
    };
    let own = journey.all_slis().find_map(|(_, sli)| of_sli(sli));
    let of_sites = || model.sites.iter().find_map(|site| site.external_labels.get(label)?.place);
    own.or_else(|| journey.labels.get(label)?.place)
        .or_else(of_sites)
        .or_else(|| options.label_places.get(label).copied())
        .unwrap_or(journey.name.place)
}

/// The PromQL in backticks of an SLI.
fn raws(sli: &Sli) -> Vec<&Raw> {
    let queries = sli.measure.queries().into_iter();
    let mut found: Vec<&Raw> =
        queries.filter_map(|query| if let Query::Raw(raw) = query { Some(raw) } else { None }).collect();
    if let Measure::Holds(holds) = &sli.measure {
        found.push(&holds.expr);
    }
    found
}

/// Whether a matcher of PromQL names a label.
fn names(text: &str, label: &str) -> bool {
    crate::promql::parse(text, &|_| None).is_ok_and(|expr| {
        crate::promql::selectors(&expr).into_iter().flat_map(|s| &s.matchers).any(|m| m.label.text == label)
    })
}

/// Where metrics are found by a pattern of their names, else the journey.
fn place_of_pattern(journey: &Journey) -> Place {
    let of_sli = |sli: &Sli| {
        let queries = sli.measure.queries();
        let selector = queries.iter().filter_map(|query| query.selector()).find(|s| s.name.is_empty());
        let raw = || raws(sli).into_iter().find(|raw| names(&raw.text, "__name__")).map(|raw| raw.place);
        selector.map(|s| s.place).or_else(raw)
    };
    journey.all_slis().find_map(|(_, sli)| of_sli(sli)).unwrap_or(journey.name.place)
}

fn of_journey(
    rules: &JourneyRules,
    journey: &Journey,
    (model, options): (&Model, &Options),
    sources: &Sources,
    evaluator: &Evaluator<'_>,
) -> Vec<Refusal> {
    let Evaluator { engine, table, .. } = evaluator;
    let limits = engine.limits();
    let (word, name) = (engine.target.word(), &rules.journey);
    let window = journey.window.value;
    let window_at = journey.window.place.unwrap_or(journey.name.place);
    let mut found = Vec::new();
    let slow = limits.interval.and_then(|most| rules.groups.iter().find(|group| group.interval > most).zip(Some(most)));
    if let Some((group, most)) = slow {
        let message = format!(
            "{name} needs a group that runs every {} minutes for its `window {}d`, and {word} runs each at least every {most}",
            group.interval,
            window / 1440
        );
        found.push(Refusal::new(message, "`window 28d`").at(window_at, "so long"));
    }
    if let Some(label) = rules.groups.iter().find_map(|group| taken(group, engine)) {
        let scope = Scope::WORDS.iter().find(|(_, scope)| *scope == engine.scope).map_or("", |(word, _)| word);
        let message = format!(
            "{name} names the label `{label}`, which {word} sets itself with scope = \"{scope}\"; it refuses such rules"
        );
        let help = "leave the label out, or take scope = \"global\" below [build.gmp] of tabi.toml";
        found.push(Refusal::new(message, help).at(place_of_label(journey, model, options, &label), "named here"));
    }
    let nameless = |group: &Group| {
        let selectors = group.rules.iter().flat_map(|rule| reads(&rule.expr)).map(|read| read.selector);
        selectors.filter(|s| s.name.is_none()).flat_map(|s| s.matchers).any(|m| m.label.text == "__name__")
    };
    if engine.target == Target::Gmp && rules.groups.iter().any(nameless) {
        let message = format!("{name} finds metrics by a pattern of `__name__`, and {word} needs the name of each");
        let help = "write a selector for each metric, joined by `or`";
        found.push(Refusal::new(message, help).at(place_of_pattern(journey), "a pattern of names"));
    }
    for group in &rules.groups {
        if let Some(most) = limits.rules_per_group.filter(|most| group.rules.len() as u64 > *most) {
            let message =
                format!("{} rules of {name} must stay in one group, and {word} takes {most}", group.rules.len());
            let help = format!("rules_per_group below {table} of tabi.toml must be 2 or more");
            found.push(Refusal::new(message, help).at(journey.name.place, "cannot be cut further"));
        }
        if let Some(most) = limits.file_bytes {
            let alone = JourneyRules { groups: vec![group.clone()], ..rules.clone() };
            let bytes = prometheus::file(&alone, sources).len() as u64;
            if bytes > most {
                let message = format!(
                    "the group {} of {name} is {bytes} bytes long, and {word} takes files of {most}",
                    group.name
                );
                let refusal = Refusal::new(message, "make two journeys of it");
                found.push(refusal.at(journey.name.place, "too long for one file"));
            }
        }
        if engine.target == Target::VictoriaMetrics
            && group.rules.iter().any(|rule| rule.expr.contains("histogram_count("))
        {
            let is_native = |sli: &&Sli| matches!(&sli.measure, Measure::Latency(latency) if latency.native);
            let of = journey.all_slis().map(|(_, sli)| sli).find(is_native);
            let at = of.and_then(|sli| sli.parts.first().copied()).unwrap_or(journey.name.place);
            let message = format!("{name} reads native histograms, and {word} has no functions for them");
            let help = "count with the classic histogram, without `histogram native`";
            found.push(Refusal::new(message, help).at(at, "a native histogram"));
        }
        if let Some(days) = limits.range_days.filter(|_| slow.is_none()) {
            let ranges = group.rules.iter().flat_map(|rule| reads(&rule.expr)).filter_map(|read| read.range);
            let longest = ranges.max().unwrap_or(0);
            if longest > days * 1440 {
                let message = format!(
                    "{name} looks back {} days for its `window {}d`, and {word} takes queries of {days} days",
                    longest / 1440,
                    window / 1440
                );
                let help = format!("`window 28d`, or range_days below {table} of tabi.toml where yours takes more");
                found.push(Refusal::new(message, help).at(window_at, "so long"));
            }
        }
    }
    found
}
