//! The templates that ship, each with series as its exporter writes them: compiled, evaluated by promtool, right numbers.
//!
//! `tests/std/MODULE.yml` has the cases of a module, one or more for each template:
//!
//! ```yaml
//! - call: 'syncs_succeed(app: "shop")'   # as in a journey, without the prefix
//!   settings: by dest_server             # of the block after the call, where there are some
//!   says: Dry runs are not counted.      # what the series hold, where it does not meet the eye
//!   series:                              # a sample each 30 seconds, from 0m on, as promtool has it
//!     argocd_app_sync_total{job="argocd-metrics",instance="a",name="shop",phase="Failed",dry_run="false"}: 0x20 2x120
//!   bad: 2                               # events of the hour that ends at 65m
//!   total: 14
//! ```
//!
//! YAML takes `0x140` for a hexadecimal number: quote it. With `by`, `bad` and `total` have a number for each value: `bad: { 'dest_server="https://a"': 2 }`. Series that no rule may count belong into
//! it as well: other labels, other jobs. For the test also drops each matcher of a template, one after the other, and some case has to notice. `up` is
//! there for every `job` and `instance` of the series, unless one of them is `up` itself or the template says `counters pushed`.
//!
//! `STD=argocd cargo test --test std` tries one module.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;
mod corpus;
#[path = "std/matchers.rs"]
mod matchers;

use common::rules;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tabi::diagnostic::Severity;
use tabi::diagnostic::render::{self, Style};
use tabi::project::{Options, in_memory};
use tabi::show::library::{self, Module, PARTS, Template};

/// A case as it is written.
#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Case {
    call: String,
    #[serde(default)]
    settings: String,
    #[serde(default, rename = "says")]
    _says: String,
    series: BTreeMap<String, String>,
    bad: Numbers,
    total: Numbers,
}

/// One number, or one for each value of `by`.
#[derive(serde::Deserialize, Debug)]
#[serde(untagged)]
enum Numbers {
    One(f64),
    By(BTreeMap<String, f64>),
}

impl Numbers {
    /// By the labels of `by`.
    fn all(&self) -> BTreeMap<&str, f64> {
        match self {
            Numbers::One(number) => BTreeMap::from([("", *number)]),
            Numbers::By(all) => all.iter().map(|(labels, number)| (labels.as_str(), *number)).collect(),
        }
    }
}

impl Case {
    /// The name of the template that it calls.
    fn template(&self) -> &str {
        self.call.split('(').next().unwrap_or("").trim()
    }

    /// The case as a test of promtool, of the rules in `file`.
    fn test(&self, file: &str, pushed: bool) -> Value {
        let series = self.series.iter().map(|(series, values)| json!({"series": series, "values": values}));
        let ups = self.targets().into_iter().filter(|_| !pushed).map(|(job, instance)| {
            let labels = [("job", job), ("instance", instance)];
            let labels: Vec<String> = labels.iter().filter_map(|(k, v)| Some(format!("{k}={}", v.as_ref()?))).collect();
            json!({"series": format!("up{{{}}}", labels.join(",")), "values": "1x200"})
        });
        let samples: Vec<Value> = [("bad", &self.bad), ("total", &self.total)]
            .map(|(name, numbers)| {
                // each minute counts, and the first of them not twice: ranges of Prometheus 2 have both their ends
                let expr = format!("round(60000 * sum_over_time(tabi:slo_{name}_events:rate[3599s]))");
                let identity = "audience=\"user\",journey=\"j\",step=\"s\",sli=\"x\"";
                let samples: Vec<Value> = numbers
                    .all()
                    .iter()
                    .map(|(by, number)| {
                        let by = if by.is_empty() { String::new() } else { format!(",{by}") };
                        json!({"labels": format!("{{{identity}{by}}}"), "value": (number * 1000.0).round()})
                    })
                    .collect();
                json!({"expr": expr, "eval_time": "65m", "exp_samples": samples})
            })
            .into();
        json!({
            "rule_files": [file],
            "evaluation_interval": "1m",
            "tests": [{"interval": "30s", "input_series": series.chain(ups).collect::<Vec<_>>(), "promql_expr_test": samples}],
        })
    }

    /// The jobs and instances of the series; none where the case says itself what is `up`.
    fn targets(&self) -> BTreeSet<(Option<&str>, Option<&str>)> {
        if self.series.keys().any(|s| s.starts_with("up{")) {
            return BTreeSet::new();
        }
        let label = |series: &'_ str, name: &str| -> Option<std::ops::Range<usize>> {
            let at =
                [format!("{{{name}="), format!(",{name}=")].iter().find_map(|k| series.find(k).map(|i| i + k.len()))?;
            Some(at..at + 1 + series[at + 1..].find('"')? + 1)
        };
        let all = self.series.keys().map(|s| {
            let of = |name: &str| label(s, name).map(|range| &s[range]);
            (of("job"), of("instance"))
        });
        all.filter(|(job, instance)| job.is_some() || instance.is_some()).collect()
    }
}

/// The rules that count the events of a call, or what the compiler says to it.
fn rules_of(module: &str, case: &Case) -> Result<String, String> {
    let text = format!(
        "{module}\nuser journey j {{\n  step s {{\n    sli x = {} {{\n      target 50%\n      {}\n    }}\n  }}\n}}\n",
        case.call, case.settings
    );
    let (mut sources, units, mut found) = in_memory(&[("case.tabi".to_string(), text)]);
    let (model, more) = tabi::compile(&mut sources, &units, &Options::default(), !found.is_empty());
    found.extend(more);
    found.retain(|d| d.severity == Severity::Error);
    if !found.is_empty() {
        return Err(render::all(&sources, &found, Style { color: false, width: 120 }));
    }
    let (_, file) = tabi::emit::file(&model, &sources, &Options::default(), 0);
    let all = rules::read(&file).groups.into_iter().flat_map(|g| g.rules);
    let counted = all.filter(|r| r.record.as_deref().is_some_and(|r| r.ends_with("_events:rate")));
    let rules: Vec<Value> = counted.map(|r| json!({"record": r.record, "expr": r.expr, "labels": r.labels})).collect();
    assert_eq!(rules.len(), 2, "{file}");
    // JSON is YAML
    Ok(json!({"groups": [{"name": "events", "rules": rules}]}).to_string())
}

/// The modules as they stand in the repository, so that a change of one can be tried without building anew.
fn shipped() -> Vec<(&'static str, Module)> {
    let read = |path: &PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned().leak();
        let text = std::fs::read_to_string(path).expect("read").leak();
        (&*text, library::module(&tabi::stdlib::Module { name, text }))
    };
    corpus::files("src/stdlib", "tabi").iter().map(read).collect()
}

/// A run of a case: of the template as it is, or without one of its matchers.
struct Run {
    case: usize,
    without: Option<String>,
}

/// What is wrong with the cases of a module, in words.
fn wrong(module: &Module, text: &str) -> Vec<String> {
    let name = module.name;
    let page = format!("tests/std/{name}.yml");
    let path = corpus::root().join(&page);
    let Ok(cases) = std::fs::read_to_string(&path) else {
        return vec![format!("{page} is missing: std.{name} has no cases")];
    };
    let cases: Vec<Case> = match serde_yaml::from_str(&cases) {
        Ok(cases) => cases,
        Err(error) => return vec![format!("{page}: {error}")],
    };
    let mut wrong = Vec::new();
    let of = |case: &Case| module.templates.iter().find(|t| t.name == case.template());
    for template in module.templates.iter().filter(|t| !cases.iter().any(|c| c.template() == t.name)) {
        wrong.push(format!("{page} has no case of {}", template.name));
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut runs: Vec<Run> = Vec::new();
    for (i, case) in cases.iter().enumerate() {
        let Some(template) = of(case) else {
            wrong.push(format!("{page}: std.{name} has no template `{}`", case.template()));
            continue;
        };
        let fails = |bad: &f64, total: &f64| *bad > 0.0 && bad < total;
        let (bad, total) = (case.bad.all(), case.total.all());
        if !bad.iter().any(|(by, bad)| total.get(by).is_some_and(|total| fails(bad, total))) {
            wrong.push(format!("{page}: {}: something has to be bad, and not everything", case.call));
        }
        match rules_of(text, case) {
            Ok(rules) => write_run(directory.path(), &mut runs, case, template, &rules, Run { case: i, without: None }),
            Err(said) => wrong.push(format!("{page}: {}: {said}", case.call)),
        }
    }
    if !wrong.is_empty() {
        return wrong;
    }
    let mut mutants: BTreeMap<String, bool> = BTreeMap::new();
    for template in &module.templates {
        for (without, changed) in matchers::dropped(text, template.name) {
            let without = format!("{}: {without}", template.name);
            mutants.insert(without.clone(), false);
            for (i, case) in cases.iter().enumerate().filter(|(_, c)| c.template() == template.name) {
                let run = Run { case: i, without: Some(without.clone()) };
                match rules_of(&changed, case) {
                    Ok(rules) => write_run(directory.path(), &mut runs, case, template, &rules, run),
                    // the compiler noticed
                    Err(_) => _ = mutants.insert(without.clone(), true),
                }
            }
        }
    }
    for (run, said) in runs.iter().zip(promtool(directory.path(), runs.len())) {
        match (&run.without, said) {
            (None, Err(said)) => wrong.push(format!("{page}: {}:\n{said}", cases[run.case].call)),
            (Some(without), Err(_)) => _ = mutants.insert(without.clone(), true),
            (_, Ok(())) => {}
        }
    }
    let missed = mutants.iter().filter(|(_, noticed)| !**noticed);
    wrong
        .extend(missed.map(|(without, _)| format!("{page}: no case notices when a matcher is dropped from {without}")));
    wrong
}

fn write_run(directory: &Path, runs: &mut Vec<Run>, case: &Case, template: &Template, rules: &str, run: Run) {
    let number = runs.len();
    let pushed = template.settings.iter().any(|(key, value)| *key == "counters" && value == "pushed");
    let pushed = pushed && !case.settings.contains("counters scraped");
    let file = format!("{number}.rules.yml");
    std::fs::write(directory.join(&file), rules).expect("written rules");
    std::fs::write(directory.join(format!("{number}.yml")), case.test(&file, pushed).to_string())
        .expect("a written test");
    runs.push(run);
}

/// What promtool says to each of the runs, which it does at once.
fn promtool(directory: &Path, runs: usize) -> Vec<Result<(), String>> {
    let files = (0..runs).map(|i| format!("{i}.yml"));
    // what fails is said on stderr: one file keeps it below the name of its test
    let path = directory.join("said.txt");
    let said = std::fs::File::create(&path).expect("a file");
    let mut command = Command::new(common::tool("promtool"));
    command.args(["test", "rules"]).args(files).current_dir(directory);
    let both = said.try_clone().expect("a handle");
    command.stdout(said).stderr(both).status().expect("promtool runs");
    let said = std::fs::read_to_string(&path).expect("read");
    let mut found: Vec<Result<(), String>> = Vec::new();
    // `Unit Testing:  0.yml`, and what comes of it
    for part in said.split("Unit Testing:").skip(1) {
        let (file, result) = part.split_once('\n').unwrap_or((part, ""));
        assert_eq!(file.trim(), format!("{}.yml", found.len()), "{said}");
        found.push(if result.trim() == "SUCCESS" { Ok(()) } else { Err(result.to_string()) });
    }
    assert_eq!(found.len(), runs, "{said}");
    found
}

#[test]
fn every_template_counts_right() {
    let modules = shipped();
    assert_eq!(modules.len(), tabi::stdlib::ALL.len());
    let only = std::env::var("STD").ok().filter(|name| !name.is_empty());
    let chosen: Vec<_> = modules.iter().filter(|(_, m)| only.as_deref().is_none_or(|name| m.name == name)).collect();
    assert!(!chosen.is_empty(), "there is no module {only:?}");
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((text, module)) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = wrong(module, text);
                    all.lock().expect("no panic").extend(found);
                }
            });
        }
    });
    let wrong = all.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{} things:\n{}", wrong.len(), wrong.join("\n"));
}

/// Alerts of templates that `tabi test` cannot prove, and what it says of them; `docs/std.md` says the same.
const UNPROVEN: [(&str, &str, &str); 7] = [
    ("dora.changes_hold", "SLONoData", "looks back 30d"),
    ("dora.deployed_lately", "SLONoData", "looks back 30d"),
    ("dora.lead_time_within", "SLONoData", "looks back 30d"),
    ("dora.restored_within", "SLONoData", "looks back 30d"),
    ("on_call.no_page_lasts", "SLONoData", "there is still data"),
    ("on_call.pages_few", "SLONoData", "there is still data"),
    ("on_call.restored_within", "SLONoData", "there is still data"),
];

/// A journey with the first case of each template of a module.
fn journey_of(text: &str, cases: &[Case]) -> String {
    let mut journey = format!("{text}\nuser journey j {{\n  owner me\n");
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for case in cases.iter().filter(|case| known.insert(case.template())) {
        let (name, call, settings) = (case.template(), &case.call, &case.settings);
        let alerts = "alerts {\n        page 2% in 1h\n        ticket off\n        left off\n      }";
        let _ = writeln!(
            journey,
            "  step {name} {{\n    sli x = {call} {{\n      target 95%\n      {settings}\n      {alerts}\n    }}\n  }}"
        );
    }
    journey + "}\n"
}

#[test]
fn alerts_of_templates_are_proven_or_known_not_to_be() {
    let page = corpus::read("docs/std.md");
    let head = page.split("| module |").next().expect("a head");
    let mut wrong = String::new();
    let mut listed: BTreeSet<(String, String)> = BTreeSet::new();
    for (text, module) in shipped() {
        let cases = std::fs::read_to_string(corpus::root().join(format!("tests/std/{}.yml", module.name)));
        let cases: Vec<Case> = serde_yaml::from_str(&cases.expect("cases")).expect("cases");
        let (mut sources, units, found) = in_memory(&[("all.tabi".to_string(), journey_of(text, &cases))]);
        assert!(found.is_empty(), "{}", render::all(&sources, &found, Style { color: false, width: 120 }));
        let (model, found) = tabi::compile(&mut sources, &units, &Options::default(), false);
        // and no minute is bad for nothing
        let errors: Vec<_> =
            found.into_iter().filter(|d| d.severity == Severity::Error || d.name() == "not-a-number").collect();
        assert!(errors.is_empty(), "{}", render::all(&sources, &errors, Style { color: false, width: 120 }));
        for alert in tabi::proof::journey(&model, 0, &Options::default()).alerts {
            let name = format!("{}.{}", module.name, alert.title.split('.').nth(1).unwrap_or_default());
            let known = UNPROVEN.iter().find(|(template, of, _)| *template == name && *of == alert.name);
            match (alert.unproven, known) {
                (None, None) => {}
                (Some(why), Some((_, _, reason))) if why.contains(reason) => {
                    listed.insert((name.clone(), alert.name.to_string()));
                    if !head.contains(&format!("`{name}`")) {
                        let _ = writeln!(wrong, "docs/std.md does not name {name}");
                    }
                }
                (why, _) => {
                    let _ = writeln!(wrong, "{name} {}: {}", alert.name, why.as_deref().unwrap_or("proven"));
                }
            }
        }
    }
    assert!(wrong.is_empty() && listed.len() == UNPROVEN.len(), "{wrong}{listed:?}");
}

/// What it measures, what it needs, what one event is and how often there is one, and where that is from.
#[test]
fn every_template_says_what_people_must_know() {
    let mut missing = String::new();
    for (_, module) in shipped() {
        assert!(!module.doc.is_empty(), "std.{} says nothing of itself", module.name);
        for template in &module.templates {
            for part in PARTS {
                if template.doc.iter().filter(|p| p.starts_with(part)).count() != 1 {
                    let _ = writeln!(missing, "std.{}.{}: {part:?}", module.name, template.name);
                }
            }
        }
    }
    assert!(missing.is_empty(), "a line of the doc comment begins with each of them, once:\n{missing}");
}

#[test]
fn no_cases_are_of_a_module_that_is_gone() {
    for path in corpus::files("tests/std", "yml") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(tabi::stdlib::find(&name).is_some(), "{}", path.display());
    }
}
