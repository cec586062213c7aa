//! What the rules of a project cost before they are deployed: rules, recorded series, samples read a minute. Reckoned from the PromQL of
//! the rules themselves, with every window full. Templates in annotations ask too, but only while an alert fires: they are left out.

pub mod expr;

use crate::adapt;
use crate::measure::Series;
use crate::model::{Journey, Model, Sli};
use crate::plan::events::count_name;
use crate::plan::sites;
use crate::plan::states::{DELIVERY, SLO_SEVERITY};
use crate::plan::{Group, Plan, Rule, RuleKind};
use crate::project::Options;
use crate::promql::ast::{Expr, MatchOp, MatcherValue, Selector};
use crate::promql::{self, regex};
use expr::{Samples, Source};
use std::collections::{BTreeMap, BTreeSet};

/// How many series there are: asked of a Prometheus, or assumed.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// Answers to some of the [`questions`]: PromQL, and its one value.
    pub answers: BTreeMap<String, u64>,
    /// Raw series of a selector without an answer.
    pub series: u64,
    /// Budgets of an SLI with `by` without an answer; never more than it has raw series.
    pub budgets: u64,
}

/// What a rule costs.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCost {
    /// The series that it records, or its alert.
    pub name: String,
    /// The step and the SLI, of a rule that is for one SLI only.
    pub sli: Option<String>,
    /// Series that it records; none for an alert.
    pub series: u64,
    /// Samples that one evaluation reads.
    pub samples: Samples,
}

/// What a group costs.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupCost {
    /// Its name.
    pub name: String,
    /// How often it runs, in minutes.
    pub interval: u64,
    /// Its rules in order.
    pub rules: Vec<RuleCost>,
}

/// What a journey costs.
#[derive(Clone, Debug, PartialEq)]
pub struct JourneyCost {
    /// Its name.
    pub journey: String,
    /// Its groups.
    pub groups: Vec<GroupCost>,
}

impl GroupCost {
    /// Samples read a minute.
    pub fn samples(&self) -> Samples {
        self.rules.iter().map(|rule| rule.samples).sum::<Samples>().times(1.0 / self.interval as f64)
    }
}

impl JourneyCost {
    /// How many rules it has.
    pub fn rules(&self) -> usize {
        self.groups.iter().map(|group| group.rules.len()).sum()
    }
    /// How many series they record.
    pub fn series(&self) -> u64 {
        self.groups.iter().flat_map(|group| &group.rules).map(|rule| rule.series).sum()
    }
    /// Samples read a minute.
    pub fn samples(&self) -> Samples {
        self.groups.iter().map(GroupCost::samples).sum()
    }
}

/// The cost of one journey of the model.
pub fn journey(model: &Model, index: usize, options: &Options, inventory: &Inventory) -> JourneyCost {
    let rules = adapt::journey(model, index, options);
    let reckoning = Reckoning::of(Plan { model, options, journey: &model.journeys[index] }, &rules.groups, inventory);
    let groups = rules.groups.iter().enumerate();
    JourneyCost {
        journey: rules.journey.clone(),
        groups: groups
            .map(|(i, group)| GroupCost {
                name: group.name.clone(),
                interval: group.interval,
                rules: group.rules.iter().map(|rule| reckoning.rule(i, rule)).collect(),
            })
            .collect(),
    }
}

/// The cost of one journey wherever it is evaluated: in one place, and at each site that measures some of it.
pub fn everywhere(model: &Model, index: usize, options: &Options, inventory: &Inventory) -> Vec<JourneyCost> {
    let at_sites =
        sites::local(model, options).into_iter().filter(|(_, journey)| *journey == index).map(|(site, _)| {
            let cost = journey(&sites::at(model, index, site), 0, &sites::options_at(options), inventory);
            JourneyCost { journey: format!("{} at {}", cost.journey, model.sites[site].name.text), ..cost }
        });
    std::iter::once(journey(model, index, options, inventory)).chain(at_sites).collect()
}

/// What to ask a Prometheus for the costs of a journey: PromQL, each with one value. Nothing at all means 0.
pub fn questions(model: &Model, index: usize, options: &Options) -> BTreeSet<String> {
    let at_sites = sites::local(model, options).into_iter().filter(|(_, journey)| *journey == index);
    let at_sites =
        at_sites.flat_map(|(site, _)| questions_of(&sites::at(model, index, site), 0, &sites::options_at(options)));
    questions_of(model, index, options).into_iter().chain(at_sites).collect()
}

fn questions_of(model: &Model, index: usize, options: &Options) -> BTreeSet<String> {
    let rules = adapt::journey(model, index, options);
    let journey = &model.journeys[index];
    let nothing = Inventory { answers: BTreeMap::new(), series: 0, budgets: 0 };
    let reckoning = Reckoning::of(Plan { model, options, journey }, &rules.groups, &nothing);
    let mut found: BTreeSet<String> =
        journey.all_slis().filter_map(|(step, sli)| budgets_question(&rules.groups, step_name(step), sli)).collect();
    for rule in rules.groups.iter().flat_map(|group| &group.rules) {
        let Some(expr) = parse(&rule.expr) else { continue };
        let raw = promql::selectors(&expr).into_iter().filter(|s| reckoning.is_raw(s));
        found.extend(raw.map(|s| series_question(&rule.expr, s)));
    }
    found
}

/// `count(http_requests_total{job="pay"})`
fn series_question(text: &str, selector: &Selector) -> String {
    format!("count({})", selector.span.of(text))
}

/// The number of budgets of an SLI with `by`: how many values its labels have in the first selector of its total.
fn budgets_question(groups: &[Group], step: &str, sli: &Sli) -> Option<String> {
    if sli.by.is_empty() {
        return None;
    }
    let of_sli = |rule: &&Rule| static_label(rule, "sli") == sli.name.text && static_label(rule, "step") == step;
    let mut rules = groups.iter().flat_map(|group| &group.rules).filter(of_sli);
    // of `good` and `bad` the total reads bad events as they were recorded, and the good ones first
    let total = rules.find(|rule| rule.name() == Series::Total.name())?;
    let expr = parse(&total.expr)?;
    let first = *promql::selectors(&expr).iter().find(|s| !metric(s).starts_with("tabi:"))?;
    let labels: Vec<&str> = sli.by.iter().map(|label| label.text.as_str()).collect();
    Some(format!("count(count by ({}) ({}))", labels.join(", "), first.span.of(&total.expr)))
}

fn parse(text: &str) -> Option<Expr> {
    promql::parse(text, &|_| None).ok()
}

fn step_name(step: Option<&crate::model::Step>) -> &str {
    step.map_or("", |s| s.name.text.as_str())
}

fn static_label<'r>(rule: &'r Rule, name: &str) -> &'r str {
    rule.labels.iter().find(|(label, _)| label == name).map_or("", |(_, value)| value)
}

fn metric(selector: &Selector) -> &str {
    selector.name.as_ref().map_or("", |name| name.text.as_str())
}

/// `ALERTS` has series only while something fires. [`DELIVERY`] is read from the journeys that deliver, and has one series for each.
fn is_alerts(selector: &Selector) -> bool {
    metric(selector) == "ALERTS"
}

/// Series of one SLI, or of a journey, that a rule records.
struct Written {
    name: String,
    step: String,
    sli: String,
    series: u64,
    /// Whether sites send them, and nothing here records them.
    of_sites: bool,
    /// The group, by its number, and how often it runs in minutes.
    group: usize,
    interval: u64,
}

/// What is known of the series that a journey's rules write.
struct Reckoning<'a> {
    journey: &'a Journey,
    inventory: &'a Inventory,
    groups: &'a [Group],
    written: Vec<Written>,
    /// The labels that tell sites apart.
    keys: Vec<&'a str>,
}

impl<'a> Reckoning<'a> {
    fn of(plan: Plan<'a>, groups: &'a [Group], inventory: &'a Inventory) -> Reckoning<'a> {
        let (journey, keys) = (plan.journey, plan.site_keys());
        let mut reckoning = Reckoning { journey, inventory, groups, written: Vec::new(), keys };
        let mut written = reckoning.sent_by_sites(&plan);
        for (i, group) in groups.iter().enumerate() {
            for rule in &group.rules {
                let RuleKind::Record(name) = &rule.kind else { continue };
                let all = reckoning.records(name, rule).into_iter();
                written.extend(all.map(|(step, sli, series)| Written {
                    name: name.clone(),
                    step,
                    sli,
                    series,
                    of_sites: name == sites::EXPECTED,
                    group: i,
                    interval: group.interval,
                }));
            }
        }
        reckoning.written = written;
        reckoning
    }

    /// What the rules of a journey read of its sites.
    fn sent_by_sites(&self, plan: &Plan<'_>) -> Vec<Written> {
        let both = [Series::Total, Series::Bad];
        let level_one = both.map(|s| (s.name().to_string(), self.journey.evaluate, true));
        let copies = both.into_iter().flat_map(|s| {
            [("count5m", 5), ("count1h", 60)].map(|(copy, interval)| (count_name(s, copy), interval, true))
        });
        let own = [
            ("tabi:slo_budget:ratio".to_string(), self.journey.evaluate, false),
            ("tabi:slo_budget:remaining_ratio".to_string(), 5, true),
        ];
        let names: Vec<(String, u64, bool)> = level_one.into_iter().chain(copies).chain(own).collect();
        let sited = self.journey.members().into_iter().filter(|m| plan.alerts_elsewhere(m));
        sited
            .flat_map(|(step, sli)| names.iter().map(move |name| (step_name(step), sli, name)))
            .map(|(step, sli, (name, interval, by))| Written {
                name: name.clone(),
                step: step.to_string(),
                sli: sli.name.text.clone(),
                series: sli.at.len() as u64 * if *by { self.budgets(step, sli) } else { 1 },
                of_sites: true,
                group: usize::MAX,
                interval: *interval,
            })
            .collect()
    }

    /// What a rule records: step, SLI and how many series. Names and labels of recorded series are a contract (`docs/rules.md`): what
    /// is not for one SLI is for all of them, or for the journey.
    fn records(&self, name: &str, rule: &Rule) -> Vec<(String, String, u64)> {
        let (step, own) = (static_label(rule, "step"), static_label(rule, "sli"));
        let of_slis = name.starts_with("tabi:slo_") && name != "tabi:slo_budget:ratio";
        // a state is that of the worst value of `by`
        let by_events = of_slis && name != SLO_SEVERITY;
        if name == sites::EXPECTED {
            let sited = self.journey.all_slis().filter(|(_, sli)| !sli.at.is_empty());
            return sited.map(|(s, sli)| (step_name(s).to_string(), sli.name.text.clone(), 1)).collect();
        }
        if own.is_empty() && !of_slis {
            return vec![(String::new(), String::new(), 1)];
        }
        let slis = self.journey.all_slis();
        slis.filter(|(s, sli)| own.is_empty() || (sli.name.text == own && step_name(*s) == step))
            .map(|(s, sli)| {
                let series = if by_events { self.budgets(step_name(s), sli) } else { 1 };
                (step_name(s).to_string(), sli.name.text.clone(), series)
            })
            .collect()
    }

    /// How many budgets an SLI has: one for each value of its labels of `by`.
    fn budgets(&self, step: &str, sli: &Sli) -> u64 {
        match budgets_question(self.groups, step, sli) {
            None => 1,
            Some(question) => {
                let assumed = self.inventory.budgets.min(self.inventory.series);
                self.inventory.answers.get(&question).copied().unwrap_or(assumed)
            }
        }
    }

    /// Whether a selector reads raw series.
    fn is_raw(&self, selector: &Selector) -> bool {
        !is_alerts(selector) && metric(selector) != DELIVERY && self.written(selector).is_none()
    }

    /// The series of ours that a selector reads; `None` if their name is none of ours.
    fn written(&self, selector: &Selector) -> Option<Vec<&Written>> {
        let name = metric(selector);
        let all: Vec<&Written> = self.written.iter().filter(|w| w.name == name).collect();
        if all.is_empty() {
            return None;
        }
        let site = |m: &&crate::promql::ast::Matcher| self.keys.contains(&m.label.text.as_str());
        let of_sites = selector.matchers.iter().find(site).map(|m| m.op == MatchOp::NotEqual);
        let fits = |w: &&Written| {
            of_sites.is_none_or(|of_sites| of_sites == w.of_sites || self.keys.is_empty())
                && selector.matchers.iter().all(|matcher| {
                    let value = match matcher.label.text.as_str() {
                        "journey" => self.journey.name.text.as_str(),
                        "step" => &w.step,
                        "sli" => &w.sli,
                        _ => return true,
                    };
                    let MatcherValue::Literal(wanted) = &matcher.value else { return true };
                    let equal = value == wanted.value;
                    let matches = || regex::parse(&wanted.value).is_ok_and(|r| r.matches(value));
                    match matcher.op {
                        MatchOp::Equal => equal,
                        MatchOp::NotEqual => !equal,
                        MatchOp::Match => matches(),
                        MatchOp::NotMatch => !matches(),
                    }
                })
        };
        Some(all.into_iter().filter(fits).collect())
    }

    fn rule(&self, group: usize, rule: &Rule) -> RuleCost {
        let (step, sli) = (static_label(rule, "step"), static_label(rule, "sli"));
        let own = self.journey.all_slis().find(|(s, x)| x.name.text == sli && step_name(*s) == step);
        let scrape = own.map_or(DEFAULT_SCRAPE, |(_, sli)| sli.scrape);
        let budgets = own.map_or(1, |(_, sli)| self.budgets(step, sli));
        let context = Context { all: self, text: &rule.expr, group, scrape, budgets };
        let samples = parse(&rule.expr).map_or_else(Samples::default, |expr| expr::samples(&expr, &context));
        let series = match &rule.kind {
            RuleKind::Record(name) => self.records(name, rule).iter().map(|(_, _, n)| n).sum(),
            RuleKind::Alert(_) => 0,
        };
        let of_one = [step, sli].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(".");
        let of_one = Some(of_one).filter(|s| !s.is_empty());
        RuleCost { name: rule.name().to_string(), sli: of_one, series, samples }
    }
}

/// The scrape interval of raw series that belong to no SLI, in milliseconds.
const DEFAULT_SCRAPE: u64 = 30_000;

/// A rule whose selectors are asked about.
struct Context<'a> {
    all: &'a Reckoning<'a>,
    text: &'a str,
    /// The number of the rule's group.
    group: usize,
    /// Milliseconds between two samples of raw series.
    scrape: u64,
    /// Budgets of the rule's SLI.
    budgets: u64,
}

impl Source for Context<'_> {
    fn series(&self, selector: &Selector) -> f64 {
        if is_alerts(selector) {
            return 0.0;
        }
        if let Some(ours) = self.all.written(selector) {
            return ours.iter().map(|w| w.series).sum::<u64>() as f64;
        }
        if metric(selector) == DELIVERY {
            return self.all.journey.delivered_by.iter().collect::<BTreeSet<_>>().len() as f64;
        }
        let inventory = self.all.inventory;
        let question = series_question(self.text, selector);
        inventory.answers.get(&question).copied().unwrap_or(inventory.series) as f64
    }

    /// A range that ends at a sample holds the one at its beginning too, on Prometheus 2; on 3 it is one sample less. Rules of one
    /// group are evaluated at one instant, so this is so when they read each other.
    fn samples_in(&self, selector: &Selector, range: u64) -> f64 {
        let ours = self.all.written(selector);
        match ours.as_deref().and_then(<[_]>::first) {
            Some(w) => {
                let interval = w.interval * 60_000;
                let both_ends = w.group == self.group && range.is_multiple_of(interval);
                range as f64 / interval as f64 + f64::from(u8::from(both_ends))
            }
            None => range as f64 / self.scrape.max(1) as f64,
        }
    }

    fn is_raw(&self, selector: &Selector) -> bool {
        self.all.is_raw(selector)
    }

    fn values(&self) -> f64 {
        self.budgets as f64
    }
}
