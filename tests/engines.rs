//! The rules for every engine: their form, that groups are cut so that nothing reads what is not there yet, and what does not fit.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;

use common::{Compiled, compile, compile_directory, compile_text, examples, options_of};
use promql_parser::parser::{Expr, VectorMatchCardinality};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tabi::adapt::{self, reads};
use tabi::engine::{Engine, Limits, Scope, Target};
use tabi::plan::{self, JourneyRules, Rule};
use tabi::project::Options;

/// Two steps, so that each kind of rule is there, and a label that begins as an expression of Azure would.
const SMALL: &str = r#"user journey shop "Shop" {
  owner   "[team]"
  runbook "https://r.example/$journey"
  step pay "Pay" {
    sli available {
      bad    http_requests_total{job="pay", code=~"5.."}
      total  http_requests_total{job="pay"}
      target 99.9%
    }
  }
  target 99%
}
"#;

fn with(target: Target) -> Options {
    Options { engine: Engine { target, ..Engine::default() }, ..Options::default() }
}

fn files(compiled: &Compiled, options: &Options) -> Vec<(String, String)> {
    (0..compiled.model.journeys.len())
        .flat_map(|i| tabi::emit::rules(&compiled.model, &compiled.sources, options, i))
        .collect()
}

/// A journey with so many SLIs, with or without labels of `by`.
fn large(slis: usize, by: &str) -> String {
    let mut text = "user journey large {\n  target 90%\n".to_string();
    for i in 0..slis {
        let _ = writeln!(
            text,
            "  step s{i} {{\n    sli ok {{\n      bad    r_total{{job=\"j{i}\", code=\"500\"}}\n      total  r_total{{job=\"j{i}\"}}\n      \
             {by}\n      target 99.9%\n    }}\n  }}"
        );
    }
    text + "}\n"
}

#[test]
fn every_target_has_its_form() {
    let compiled = compile_text(SMALL);
    for (word, target) in Target::WORDS {
        let mut options = with(target);
        options.engine.namespace = Some("monitoring".into());
        options.engine.labels = BTreeMap::from([("release".to_string(), "prometheus".to_string())]);
        options.engine.workspace =
            Some("/subscriptions/s/resourcegroups/r/providers/microsoft.monitor/accounts/a".into());
        let all: Vec<String> =
            files(&compiled, &options).iter().map(|(path, text)| format!("──── {path}\n{text}")).collect();
        insta::assert_snapshot!(word, all.join("\n"));
    }
}

/// What a rule reads of the rules of its own interval must stand before it, in its group or in an earlier one.
fn assert_in_order(name: &str, rules: &JourneyRules) {
    let all: Vec<(u64, &Rule)> =
        rules.groups.iter().flat_map(|g| g.rules.iter().map(|rule| (g.interval, rule))).collect();
    for (i, (interval, reader)) in all.iter().enumerate() {
        for read in reads::reads(&reader.expr) {
            for (other, source) in &all[i + 1..] {
                let alerts = read.name() == "ALERTS";
                assert!(
                    alerts || interval != other || !reads::may_select(&read.selector, source),
                    "{name}: {} reads {}, which comes later",
                    reader.name(),
                    source.name()
                );
            }
        }
    }
}

/// What a window is divided by must be known at the same instant: in one group, or both a whole interval ago.
fn assert_not_torn(name: &str, rules: &JourneyRules) {
    for group in &rules.groups {
        for rule in &group.rules {
            let windows: Vec<_> = reads::reads(&rule.expr)
                .into_iter()
                .filter(|r| r.range.is_some() && r.function.as_deref() != Some("last_over_time"))
                .collect();
            let recorded: BTreeSet<&str> = windows
                .iter()
                .map(reads::Read::name)
                .filter(|n| n.starts_with("tabi:slo_") && n.contains("_events:"))
                .collect();
            if recorded.len() < 2 || !matches!(rule.kind, plan::RuleKind::Record(_)) {
                continue;
            }
            for read in windows.iter().filter(|r| recorded.contains(r.name())) {
                let apart = rules.groups.iter().filter(|g| g.interval == group.interval && g.name != group.name);
                let apart = apart.flat_map(|g| &g.rules).any(|source| reads::may_select(&read.selector, source));
                assert!(!apart || read.offset >= group.interval, "{name}: {} tears {}", rule.name(), read.name());
            }
        }
    }
}

fn rules_of(rules: &JourneyRules) -> Vec<(String, Vec<(String, String)>)> {
    let all = rules.groups.iter().flat_map(|g| &g.rules);
    let mut all: Vec<_> = all.map(|rule| (rule.name().to_string(), rule.labels.clone())).collect();
    all.sort();
    all
}

/// What labels the series of an expression have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Labels {
    /// None: a number.
    Number,
    /// All that were on what it reads, also those that an engine adds to what it records.
    All,
    /// Those that it was summed by, or joined by.
    Named,
}

/// The labels of an expression; what is joined although one side has all labels and the other lost those of the engine is put down.
fn labels(expr: &Expr, torn: &mut Vec<String>) -> Labels {
    match expr {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Labels::Number,
        Expr::Aggregate(of) => {
            labels(&of.expr, torn);
            // those of `topk` keep theirs
            if of.op.to_string() == "topk" { Labels::All } else { Labels::Named }
        }
        Expr::Call(call) => {
            let all = call.args.args.iter().map(|argument| labels(argument, torn));
            all.fold(Labels::Number, |first, next| if first == Labels::Number { next } else { first })
        }
        Expr::Paren(of) => labels(&of.expr, torn),
        Expr::Unary(of) => labels(&of.expr, torn),
        Expr::Subquery(of) => labels(&of.expr, torn),
        Expr::Binary(of) => {
            let (left, right) = (labels(&of.lhs, torn), labels(&of.rhs, torn));
            let op = of.op.to_string();
            let on = of.modifier.as_ref().is_some_and(|m| m.matching.is_some());
            let many = of.modifier.as_ref().is_some_and(|m| matches!(m.card, VectorMatchCardinality::ManyToOne(_)));
            match (left, right) {
                (Labels::Number, other) | (other, Labels::Number) => other,
                (left, right) => {
                    let recorded = expr.to_string().contains("tabi:");
                    if left != right && !on && op != "or" && recorded {
                        torn.push(expr.to_string());
                    }
                    let is_set = ["and", "or", "unless"].contains(&op.as_str());
                    if on && !many && !is_set { Labels::Named } else { left }
                }
            }
        }
        _ => Labels::All,
    }
}

/// A Thanos ruler, Google's evaluator and `-external.label` of vmalert put labels on all that is recorded.
#[test]
fn labels_that_an_engine_adds_keep_nothing_apart() {
    let sites = "site tokyo { external_labels { region \"a\" } }\nsite osaka { external_labels { region \"b\" } }\n";
    let mut projects: Vec<Compiled> = examples().iter().map(|dir| compile_directory(dir)).collect();
    projects.push(compile_text(&format!("{sites}{}", SMALL.replace("  step pay", "  at tokyo, osaka\n  step pay"))));
    projects.push(compile_text(&large(2, "by zone")));
    let mut seen = 0;
    for compiled in &projects {
        let places =
            [(Target::Thanos, false), (Target::Thanos, true), (Target::VictoriaMetrics, false), (Target::Gmp, false)];
        for (target, central) in places {
            let options = Options { central, ..with(target) };
            for i in 0..compiled.model.journeys.len() {
                for rule in adapt::journey(&compiled.model, i, &options).groups.iter().flat_map(|g| &g.rules) {
                    let mut torn = Vec::new();
                    labels(&promql_parser::parser::parse(&rule.expr).expect(&rule.expr), &mut torn);
                    assert!(torn.is_empty(), "{}: {}", rule.name(), torn.join("\n"));
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 500, "{seen} rules");
    let mut torn = Vec::new();
    let expr = "sum by (journey) (tabi:slo_burn:rate5m) / tabi:journey_budget:ratio";
    labels(&promql_parser::parser::parse(expr).expect(expr), &mut torn);
    assert_eq!(torn, [expr.to_string()]);
}

#[test]
fn cuts_lose_no_rule_tear_no_number_and_read_nothing_that_comes_later() {
    let mut projects: Vec<(String, Compiled, Options)> =
        examples().iter().map(|dir| (dir.display().to_string(), compile_directory(dir), options_of(dir))).collect();
    for (slis, by) in [(1, ""), (7, ""), (8, ""), (40, ""), (5, "by zone"), (6, "by zone"), (30, "by zone")] {
        projects.push((format!("{slis} {by}"), compile_text(&large(slis, by)), Options::default()));
    }
    for (name, compiled, options) in &projects {
        for i in 0..compiled.model.journeys.len() {
            let whole = plan::journey(&compiled.model, i, options);
            for target in [Target::Mimir, Target::Azure, Target::VictoriaMetrics, Target::Gmp] {
                let mut options = options.clone();
                options.engine.target = target;
                let cut = adapt::journey(&compiled.model, i, &options);
                assert_eq!(rules_of(&cut), rules_of(&whole), "{name}");
                if let Some(most) = options.engine.limits().rules_per_group {
                    assert!(cut.groups.iter().all(|g| g.rules.len() as u64 <= most), "{name}");
                }
                let names: BTreeSet<&str> = cut.groups.iter().map(|g| g.name.as_str()).collect();
                assert_eq!(names.len(), cut.groups.len(), "{name}: groups of one name");
                assert_in_order(name, &cut);
                assert_not_torn(name, &cut);
            }
        }
    }
}

#[test]
fn a_journey_that_fits_is_not_changed() {
    let compiled = compile_text(&large(3, ""));
    for target in [Target::Prometheus, Target::Operator, Target::Thanos, Target::Amp] {
        assert_eq!(
            adapt::journey(&compiled.model, 0, &with(target)),
            plan::journey(&compiled.model, 0, &Options::default()),
            "{}",
            target.word()
        );
    }
    // only a cut through what divides each other makes numbers later
    let lag = |slis, by| adapt::lag(&compile_text(&large(slis, by)).model, 0, &with(Target::Mimir));
    assert_eq!(lag(7, ""), adapt::Lag::default());
    assert_eq!(lag(8, "").burn, 1);
    assert_eq!(lag(5, "by zone"), adapt::Lag::default());
    assert_eq!(lag(6, "by zone").burn, 1);
}

#[test]
fn one_more_sli_changes_little() {
    let expressions = |slis| {
        let compiled = compile_text(&large(slis, ""));
        let rules = adapt::journey(&compiled.model, 0, &with(Target::Mimir));
        let all = rules.groups.iter().flat_map(|g| g.rules.iter().map(|r| (g.name.clone(), format!("{r:?}"))));
        all.collect::<BTreeSet<_>>()
    };
    let (before, after) = (expressions(12), expressions(13));
    let gone = before.difference(&after).count();
    assert!(gone <= 12, "{gone} of {} rules moved or changed", before.len());
}

#[test]
fn two_thousand_slis_fit_or_it_is_said_what_to_raise() {
    let mut text = String::new();
    for i in 0..400 {
        text.push_str(&large(5, "").replace("large", &format!("j{i}")).replace("job=\"", &format!("job=\"a{i}_")));
    }
    let compiled = compile(&[("many.tabi".to_string(), text)], &Options::default());
    let mut said = String::new();
    // the others have no limits that many journeys reach
    for target in [Target::Prometheus, Target::Mimir, Target::Amp, Target::Azure, Target::Gmp] {
        let (word, mut options) = (target.word(), with(target));
        let exceeded = tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, &options);
        let _ = writeln!(said, "──── {word}\n{}", exceeded.join("\n"));
        // what is said to be raised is enough
        if !exceeded.is_empty() {
            options.engine.own_limits.groups = Some(1600).filter(|_| options.engine.limits().groups.is_some());
            options.engine.own_limits.rules = Some(23_200);
            options.engine.own_limits.bytes = Some(40 << 20);
            let exceeded = tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, &options);
            assert_eq!(exceeded, Vec::<String>::new(), "{word}");
        }
    }
    insta::assert_snapshot!("two_thousand", said);
}

#[test]
fn what_an_engine_cannot_do_is_said() {
    let native = SMALL
        .replace("bad    http_requests_total{job=\"pay\", code=~\"5..\"}", "latency r_seconds{job=\"x\"} under 1s")
        .replace("total  http_requests_total{job=\"pay\"}", "histogram native");
    let long = SMALL.replace("  target 99%\n", "  target 99%\n  window 90d\n");
    let cluster = SMALL.replace("{job=\"pay\"", "{job=\"pay\", cluster=\"a\"");
    let nameless = SMALL
        .replace(
            "bad    http_requests_total{job=\"pay\", code=~\"5..\"}",
            "bad `sum(rate({__name__=~\"e_.*\"}[$window]))`",
        )
        .replace("total  http_requests_total{job=\"pay\"}", "total `sum(rate(r_total[$window]))`");
    let mut said = String::new();
    for (word, target) in Target::WORDS {
        for (what, text) in [("native", &native), ("90d", &long), ("cluster", &cluster), ("nameless", &nameless)] {
            let compiled = compile_text(text);
            for exceeded in tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, &with(target)) {
                let _ = writeln!(said, "──── {word}, {what}\n{exceeded}");
            }
        }
    }
    insta::assert_snapshot!("cannot", said);
}

/// What Google's operator refuses: a label that it adds to selectors and rules itself, unless it is asked for with the value that it will have.
#[test]
fn google_sets_the_labels_of_its_scope_itself() {
    let refused = |matcher: &str, scope, namespace: Option<&str>| {
        let compiled = compile_text(&SMALL.replace("{job=\"pay\"", &format!("{{job=\"pay\", {matcher}")));
        let mut options = with(Target::Gmp);
        options.engine.scope = scope;
        options.engine.namespace = namespace.map(String::from);
        let said = tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, &options);
        assert!(said.len() <= 1, "{said:?}");
        said.first().is_some_and(|said| said.contains("sets itself"))
    };
    for matcher in ["cluster=\"a\"", "location!=\"\"", "project_id=~\"a|b\""] {
        assert!(refused(matcher, Scope::Cluster, None), "{matcher}");
        assert!(refused(matcher, Scope::Namespace, None), "{matcher}");
        assert!(!refused(matcher, Scope::Global, None), "{matcher}");
    }
    assert!(!refused("namespace=\"shop\"", Scope::Cluster, None));
    assert!(!refused("namespace=\"shop\"", Scope::Namespace, None));
    assert!(!refused("namespace=\"shop\"", Scope::Namespace, Some("shop")));
    assert!(refused("namespace=\"shop\"", Scope::Namespace, Some("other")));
    assert!(refused("namespace=~\"shop|other\"", Scope::Namespace, Some("shop")));
    // what a rule would set
    let compiled = compile_text(SMALL);
    let mut options = with(Target::Gmp);
    options.page_labels.insert("location".to_string(), "here".to_string());
    assert!(!tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, &options).is_empty());
}

#[test]
fn files_that_are_too_long_become_several() {
    let compiled = compile_text(&large(30, ""));
    let options = with(Target::Operator);
    let rules = adapt::journey(&compiled.model, 0, &options);
    let bytes = |rules: &JourneyRules| rules.groups.iter().map(|g| g.rules.len()).sum::<usize>() * 5000;
    let parts = tabi::emit::limits::parts(&rules, &options.engine, &bytes);
    assert_eq!(parts.len(), 2);
    assert_eq!(parts.iter().flat_map(|p| p.groups.clone()).collect::<Vec<_>>(), rules.groups);
}

#[test]
fn azure_takes_what_its_published_limits_allow() {
    for example in examples() {
        let compiled = compile_directory(&example);
        let mut options = options_of(&example);
        options.engine.target = Target::Azure;
        if !tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, &options).is_empty() {
            continue;
        }
        let mut names = BTreeSet::new();
        for (path, text) in files(&compiled, &options) {
            let template: Value = serde_json::from_str(&text).expect("JSON");
            for resource in template["resources"].as_array().expect("resources") {
                let name = resource["name"].as_str().expect("a name");
                // the pattern of the API's description
                assert!(!name.is_empty() && !name.contains(|c| ":@/#{}%&+*<>?".contains(c)), "{name}");
                assert!(names.insert(name.to_lowercase()), "{path}: {name} is there twice");
                let properties = &resource["properties"];
                assert_eq!(properties["scopes"].as_array().map(Vec::len), Some(1));
                assert!(["PT1M", "PT5M"].contains(&properties["interval"].as_str().expect("an interval")));
                let rules = properties["rules"].as_array().expect("rules");
                assert!((1..=20).contains(&rules.len()), "{path}: {name} has {} rules", rules.len());
                for rule in rules {
                    assert!(rule["record"].is_string() != rule["alert"].is_string());
                    let expression = rule["expression"].as_str().expect("an expression");
                    assert!(!expression.starts_with('['), "{expression}");
                    promql_parser::parser::parse(expression).expect("PromQL");
                    let texts =
                        rule["annotations"].as_object().into_iter().flatten().map(|(_, v)| v.as_str().expect("text"));
                    for text in texts {
                        assert!(!text.contains("query"), "{text}");
                        assert_eq!(text.matches("{{").count(), text.matches("}}").count(), "{text}");
                    }
                    if rule["alert"].is_string() {
                        assert!((0..=4).contains(&rule["severity"].as_i64().expect("a severity")));
                        let hold = rule["for"].as_str().unwrap_or("PT1M");
                        assert!(hold.starts_with('P') && hold.ends_with(['M', 'H', 'D']), "{hold}");
                    }
                }
            }
        }
    }
}

#[test]
fn google_takes_what_its_resources_have() {
    let known = |value: &Value, keys: &[&str]| {
        for key in value.as_object().expect("a map").keys() {
            assert!(keys.contains(&key.as_str()), "{key}");
        }
    };
    for example in examples() {
        let mut options = options_of(&example);
        options.engine.target = Target::Gmp;
        for (path, text) in files(&compile_directory(&example), &options) {
            let file: Value = serde_yaml::from_str(&text).expect("YAML");
            known(&file, &["apiVersion", "kind", "metadata", "spec"]);
            assert_eq!(file["apiVersion"], "monitoring.googleapis.com/v1");
            // where sites are added up it is all of them
            let kind = if path.starts_with("rules/global/") { "GlobalRules" } else { "ClusterRules" };
            assert_eq!(file["kind"], kind, "{path}");
            known(&file["spec"], &["groups"]);
            for group in file["spec"]["groups"].as_array().expect("groups") {
                known(group, &["name", "interval", "rules"]);
                assert!(group["interval"].is_string());
                for rule in group["rules"].as_array().expect("rules") {
                    known(rule, &["record", "alert", "expr", "for", "labels", "annotations"]);
                }
            }
        }
    }
}

/// Two sites.
const SITES: &str = r#"site tokyo { external_labels { region "a" } }
site osaka { external_labels { region "b" } }

"#;

/// A journey with seven SLIs at one site, one of them also at another, and so many at neither.
fn sited(others: usize) -> String {
    let mut text = large(7 + others, "").replace("  target 90%\n", "  target 90%\n  window 90d\n");
    for (step, at) in
        [(0, "tokyo, osaka"), (1, "tokyo"), (2, "tokyo"), (3, "tokyo"), (4, "tokyo"), (5, "tokyo"), (6, "tokyo")]
    {
        text = text.replace(&format!("  step s{step} {{\n"), &format!("  step s{step} {{\n    at {at}\n"));
    }
    format!("{SITES}{text}")
}

#[test]
fn each_place_has_limits_of_its_own() {
    let compiled = compile_text(&sited(2));
    let exceeded = |options: &Options| tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, options);
    let count = |rules: &JourneyRules| rules.groups.len() as u64;
    let mut options = with(Target::Mimir);
    let at = |site: usize| count(&adapt::journey(&plan::sites::at(&compiled.model, 0, site), 0, &with(Target::Mimir)));
    let (tokyo, osaka) = (at(0), at(1));
    let all = count(&adapt::journey(&compiled.model, 0, &options));
    assert!(osaka < tokyo && osaka < all, "{osaka} {tokyo} {all}");
    // what fits at each fits, though it is more together
    options.engine.own_limits.groups = Some(tokyo.max(all));
    assert_eq!(exceeded(&options), [""; 0]);
    options.engine.own_limits.groups = Some(osaka);
    let said = exceeded(&options);
    assert_eq!(said.len(), if tokyo == all { 1 } else { 2 }, "{said:?}");
    assert!(said[0].starts_with("at tokyo"), "{said:?}");
    assert!(said[0].contains(&format!("this project has {tokyo}")), "{said:?}");
    assert!(
        said.iter().all(|s| !s.contains("osaka")) && said.iter().any(|s| s.contains("the global place")),
        "{said:?}"
    );
    // limits of the sites are theirs alone, beside those that hold for all
    options.site_limits.groups = Some(tokyo);
    let said = exceeded(&options);
    assert!(said.len() == 1 && said[0].starts_with("at the global place"), "{said:?}");
    assert!(said[0].contains("[build.limits]"), "{said:?}");
    options.engine.own_limits.groups = Some(tokyo.max(all));
    options.site_limits.groups = Some(osaka);
    let said = exceeded(&options);
    assert!(said.len() == 1 && said[0].starts_with("at tokyo: mimir takes"), "{said:?}");
    assert!(said[0].contains(&format!("[sites.limits]\n    groups = {tokyo}")), "{said:?}");
    // also where they have an engine of their own, of which the others say nothing
    options.site_target = Some(Target::Amp);
    options.engine.own_limits = Limits { range_days: Some(95), ..Limits::default() };
    options.engine.target = Target::Prometheus;
    options.site_limits = Limits::default();
    let said = exceeded(&options);
    assert!(said.len() == 1 && said[0].contains("range_days below [sites.limits]"), "{said:?}");
    options.site_limits.range_days = Some(95);
    assert_eq!(exceeded(&options), [""; 0]);
    // the same everywhere is said once
    let said = exceeded(&with(Target::Amp));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("at tokyo, osaka, the global place: test.tabi:"), "{said:?}");
    // one engine for all is one place
    let mut options = with(Target::Mimir);
    options.central = true;
    options.engine.own_limits.groups = Some(1);
    let said = exceeded(&options);
    assert!(said.len() == 1 && said[0].starts_with("mimir takes 1 groups"), "{said:?}");
}

/// Google's rules see one cluster at a site, and all where the sites are added up.
#[test]
fn google_sees_each_site_alone_and_all_together() {
    let compiled = compile_text(&sited(1).replace("region", "cluster").replace("window 90d", "window 28d"));
    let exceeded = |options: &Options| tabi::emit::limits::exceeded(&compiled.model, &compiled.sources, options);
    let mut options = with(Target::Gmp);
    assert_eq!(exceeded(&options), [""; 0]);
    let all: BTreeMap<String, String> = (0..tabi::emit::count(&compiled.model, &options))
        .flat_map(|i| tabi::emit::rules(&compiled.model, &compiled.sources, &options, i))
        .collect();
    assert!(all["rules/sites/tokyo/large.yml"].contains("kind: ClusterRules"));
    assert!(all["rules/global/large.yml"].contains("kind: GlobalRules"));
    options.engine.scope = Scope::Global;
    let said = exceeded(&options);
    assert!(said.len() == 1 && said[0].starts_with("at tokyo, osaka: with scope = \"global\""), "{said:?}");
    options.central = true;
    assert_eq!(exceeded(&options), [""; 0]);
}

#[test]
fn cuts_of_sites_lose_no_rule_and_read_nothing_that_comes_later() {
    let compiled = compile_text(&sited(0));
    for central in [false, true] {
        for target in [Target::Mimir, Target::Azure, Target::VictoriaMetrics, Target::Gmp] {
            for most in [6, 20] {
                let mut options = Options { central, ..with(target) };
                options.engine.own_limits.rules_per_group = Some(most);
                let sites = (0..2).map(|site| plan::sites::at(&compiled.model, 0, site));
                let models = std::iter::once(compiled.model.clone()).chain(sites.filter(|_| !central));
                for (i, model) in models.enumerate() {
                    let name = format!("{} {i} central {central}", target.word());
                    let (whole, cut) = (plan::journey(&model, 0, &options), adapt::journey(&model, 0, &options));
                    assert_eq!(rules_of(&cut), rules_of(&whole), "{name}");
                    assert_in_order(&name, &cut);
                    assert_not_torn(&name, &cut);
                }
            }
        }
    }
}

/// What an engine of the sites is: files in its form, no limits of the global place, and counts that are read as late as they come.
#[test]
fn sites_may_have_an_engine_of_their_own() {
    let compiled = compile_text(&sited(2).replace("window 90d", "window 28d"));
    let mut options = with(Target::Mimir);
    options.engine.own_limits.rules_per_group = Some(8);
    options.site_target = Some(Target::Prometheus);
    let all = (0..tabi::emit::chunks(&compiled.model, &options))
        .flat_map(|i| tabi::emit::chunk(&compiled.model, &compiled.sources, &options, i));
    let all: BTreeMap<String, String> = all.collect();
    let text = |path: &str| all.get(path).unwrap_or_else(|| panic!("no {path}: {:?}", all.keys())).as_str();
    assert!(text("rules/global/large.yml").contains("namespace: "));
    assert!(!text("rules/sites/tokyo/large.yml").contains("namespace: "));
    // tests read the files themselves where promtool can
    assert!(text("tests/global/large.test.yml").contains("../rules/global/large.yml"));
    assert!(text("tests/rules/global/large.yml").contains("groups:"));
    assert!(text("tests/sites/tokyo/large.test.yml").contains("../../../rules/sites/tokyo/large.yml"));
    assert!(!all.contains_key("tests/rules/sites/tokyo/large.yml"), "{:?}", all.keys());
    // only the global rules are cut
    assert!(text("rules/global/large.yml").contains("name: tabi:large:2"));
    assert!(!text("rules/sites/tokyo/large.yml").contains("name: tabi:large:2"));

    let offsets = |of_sites: Target, target: Target| {
        let mut options = with(target);
        options.site_target = Some(of_sites);
        let rules = adapt::journey(&compiled.model, 0, &options);
        let all = rules.groups.iter().flat_map(|g| &g.rules).flat_map(|rule| reads::reads(&rule.expr));
        let of_sites =
            |read: &reads::Read| read.selector.matchers.iter().any(|m| m.label.text == "region" && m.op.text() == "!=");
        let sent = all.filter(|read| read.range.is_some() && of_sites(read));
        sent.map(|read| (read.name().rsplit(':').next().unwrap_or("").to_string(), read.offset))
            .collect::<BTreeSet<_>>()
    };
    let sent = |rate, five| BTreeSet::from([("count5m".to_string(), five), ("rate".to_string(), rate)]);
    assert_eq!(offsets(Target::Prometheus, Target::Prometheus), sent(1, 1));
    assert_eq!(offsets(Target::VictoriaMetrics, Target::Prometheus), sent(2, 10));
    // what comes in time is not read later because an engine sees its own numbers late
    for engine in [Target::VictoriaMetrics, Target::Gmp] {
        assert_eq!(offsets(Target::Prometheus, engine), sent(1, 1));
    }
}
