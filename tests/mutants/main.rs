//! Proof of the proofs: the generated rules are changed in one place after the other, and the generated tests have to notice.
//!
//! The ordinary tests try a sample; `./scripts/mutants` tries as many as it is told. A mutant is caught when a test fails that passes
//! with the rules as they are.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests run the real tools over files")]

#[path = "../common/mod.rs"]
mod common;
mod generate;

use generate::{Mutant, mutants, window_of};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tabi::plan::{JourneyRules, Rule, RuleKind};
use tabi::proof::{Claim, Proofs, Test, TestFile};

/// A mutant of a journey's rules.
struct Case {
    project: usize,
    journey: usize,
    mutant: Mutant,
}

struct Project {
    name: String,
    compiled: common::Compiled,
    options: tabi::project::Options,
    proofs: Vec<Proofs>,
}

fn projects() -> Vec<Project> {
    common::examples()
        .into_iter()
        .map(|directory| {
            let compiled = common::compile_directory(&directory);
            let options = common::options_of(&directory);
            let proofs = (0..compiled.model.journeys.len())
                .map(|i| tabi::proof::journey(&compiled.model, i, &options))
                .collect();
            let name = directory.file_name().expect("a name").to_string_lossy().into_owned();
            Project { name, compiled, options, proofs }
        })
        .collect()
}

/// Whether a claim is about what a mutant changed.
fn concerns(mutant: &Mutant, expr: &str) -> bool {
    let rule = &mutant.rule;
    let label = |name: &str| rule.labels.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    let says = |name: &str, value: &str| expr.contains(&format!("{name}=\"{value}\""));
    match &rule.kind {
        RuleKind::Alert(name) => {
            let mine = ["long", "short", "burn", "blocks"];
            says("alertname", name) && mine.iter().all(|l| label(l).is_none_or(|v| says(l, v)))
        }
        RuleKind::Record(_) => match (window_of(rule), label("sli")) {
            (Some(window), _) => {
                says("long", &window) || says("short", &window) || expr.contains(&format!("{}{{", rule.name()))
            }
            (None, Some(sli)) => says("sli", sli) && label("step").is_none_or(|step| says("step", step)),
            (None, None) => true,
        },
    }
}

/// How many evaluations a test takes.
fn cost(file: &TestFile, test: &Test) -> u64 {
    test.claims.iter().map(|c| c.minute).max().unwrap_or(0) / file.step
}

/// The tests that concern a mutant: first those that ask for what it records or fires, the cheapest first.
fn tests_for<'p>(proofs: &'p Proofs, mutant: &Mutant, native: bool) -> Vec<(&'p TestFile, &'p Test)> {
    let mut found: Vec<(&TestFile, &Test)> = proofs
        .files
        .iter()
        .filter(|f| native || !f.native)
        .flat_map(|f| f.tests.iter().map(move |t| (f, t)))
        .filter(|(_, t)| t.claims.iter().any(|c| concerns(mutant, &c.expr)))
        .collect();
    let name = mutant.rule.name();
    let asks = |test: &Test| test.claims.iter().any(|c| concerns(mutant, &c.expr) && c.expr.contains(name));
    found.sort_by_key(|(f, t)| (!asks(t), cost(f, t)));
    found
}

/// The part of a test that can notice a mutant, with the rules that part needs: whatever else the journey has costs time only.
fn part(rules: &JourneyRules, changed: &JourneyRules, mutant: &Mutant, test: &Test) -> (JourneyRules, Test) {
    let claims: Vec<Claim> = test.claims.iter().filter(|c| concerns(mutant, &c.expr)).cloned().collect();
    let test = Test { claims, ..test.clone() };
    let all = |rules: &'_ JourneyRules| -> Vec<bool> {
        let all: Vec<&Rule> = rules.groups.iter().flat_map(|g| &g.rules).collect();
        tabi::proof::reduce::read_by(&all, &test.claims)
    };
    // with the rules as they are and as they are now
    let mut read = all(rules).into_iter().zip(all(changed)).map(|(a, b)| a || b);
    let mut originals = rules.groups.iter().flat_map(|g| &g.rules);
    let mut kept = changed.clone();
    for group in &mut kept.groups {
        group.rules.retain(|_| {
            let plays = originals.next().is_some_and(|rule| test.needs(rule));
            read.next() == Some(true) && plays
        });
    }
    (kept, test)
}

/// Which test caught a mutant, if one did.
fn caught(project: &Project, case: &Case, directory: &Path, promtool: &Path, native: bool) -> Option<String> {
    let (model, options) = (&project.compiled.model, &project.options);
    let rules: Vec<JourneyRules> = (0..model.journeys.len()).map(|i| tabi::plan::journey(model, i, options)).collect();
    let mut changed = rules[case.journey].clone();
    changed.groups[case.mutant.at.0].rules[case.mutant.at.1] = case.mutant.rule.clone();
    for (file, test) in tests_for(&project.proofs[case.journey], &case.mutant, native) {
        let alone = file.journeys.len() == 1;
        let (mine, test) = if alone {
            part(&rules[case.journey], &changed, &case.mutant, test)
        } else {
            (changed.clone(), test.clone())
        };
        for rules in &rules {
            if file.journeys.contains(&rules.journey) {
                let rules = if rules.journey == mine.journey { &mine } else { rules };
                let text = tabi::emit::prometheus::file(rules, &project.compiled.sources);
                common::write(&directory.join(format!("rules/{}.yml", rules.journey)), &text);
            }
        }
        let path = directory.join("tests/one.test.yml");
        common::write(&path, &tabi::emit::promtool::file(file, [&test], "a mutant", "../rules"));
        let output = Command::new(promtool).args(["test", "rules"]).arg(&path).output().expect("promtool runs");
        if !output.status.success() {
            return Some(test.name.clone());
        }
    }
    None
}

/// Why a mutant may live on, as far as that is known.
fn reason(project: &Project, case: &Case) -> &'static str {
    let rules = tabi::plan::journey(&project.compiled.model, case.journey, &project.options);
    let original = &rules.groups[case.mutant.at.0].rules[case.mutant.at.1];
    let at = original.expr.bytes().zip(case.mutant.rule.expr.bytes()).take_while(|(a, b)| a == b).count();
    let before = original.expr.get(..at).unwrap_or_default();
    let guard = before.rfind("unless resets(");
    if guard.is_some_and(|guard| !before[guard..].contains("\nor ")) {
        "the guard against restarts within one range: between two samples a full minute apart it is not seen"
    } else if matches!(original.kind, RuleKind::Alert(_)) && case.mutant.what.starts_with("threshold") {
        "it cannot be given numbers, and in whole minutes nothing lies between the two thresholds"
    } else {
        "a gap in the tests"
    }
}

/// A mutant in words: the example, the journey, the rule with its labels, and what was changed.
fn told(project: &Project, case: &Case) -> String {
    let rule = &case.mutant.rule;
    let labels = rule.labels.iter().filter(|(k, _)| k != "journey").map(|(k, v)| format!("{k}={v}"));
    let labels = labels.collect::<Vec<_>>().join(" ");
    let journey = &project.proofs[case.journey].journey;
    format!("{} {journey} {} {{{labels}}}: {}", project.name, rule.name(), case.mutant.what)
}

fn coprime(a: usize, b: usize) -> bool {
    if b == 0 { a == 1 } else { coprime(b, a % b) }
}

/// Tries mutants, `sample` of them or all, and gives how many there were, how many were caught, and the survivors.
fn run(sample: Option<usize>, only_fast: bool) -> (usize, usize, Vec<String>, usize) {
    // promtool 3 knows native histograms too
    let newest = || common::go_tool("promtool3").unwrap_or_else(|| common::tool("promtool"));
    let promtool = std::env::var_os("PROMTOOL").map_or_else(newest, Into::into);
    let version = Command::new(&promtool).arg("--version").output().expect("promtool answers");
    let version = format!("{}{}", String::from_utf8_lossy(&version.stdout), String::from_utf8_lossy(&version.stderr));
    let native = version.contains("version 3.");
    let projects = projects();
    let mut equivalent = 0;
    let mut cases: Vec<Case> = Vec::new();
    for (p, project) in projects.iter().enumerate() {
        for j in 0..project.compiled.model.journeys.len() {
            let rules = tabi::plan::journey(&project.compiled.model, j, &project.options);
            let found = mutants(&project.compiled.model, &rules);
            equivalent += found.equivalent;
            cases.extend(found.all.into_iter().map(|mutant| Case { project: p, journey: j, mutant }));
        }
    }
    let mut untried = 0;
    let only = std::env::var("TABI_MUTANTS_ONLY").unwrap_or_default();
    let only: Vec<&str> = only.split_terminator(';').collect();
    cases.retain(|case| {
        let told = told(&projects[case.project], case);
        if !only.iter().all(|part| told.contains(part)) {
            return false;
        }
        let tests = tests_for(&projects[case.project].proofs[case.journey], &case.mutant, true);
        if !native && tests.iter().any(|(file, _)| file.native) {
            untried += 1;
            return false;
        }
        let cheap = tests.iter().any(|(file, test)| cost(file, test) <= 120);
        !only_fast || cheap
    });
    let all = cases.len();
    if let Some(sample) = sample {
        // evenly over all of them, always the same ones
        let mut kept = 0;
        let mut seen = 0;
        cases.retain(|_| {
            seen += 1;
            let keep = seen * sample / all > kept;
            kept += usize::from(keep);
            keep
        });
    }
    // in an order in which any beginning of the run is a sample of all of it
    let stride = (0..=cases.len()).map(|k| cases.len() * 5 / 8 + k).find(|s| coprime(*s, cases.len())).unwrap_or(1);
    let (next, good) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let survivors: Mutex<Vec<String>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let directory = tempfile::tempdir().expect("a directory");
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= cases.len() {
                        break;
                    }
                    let case = &cases[at * stride % cases.len()];
                    if at > 0 && at % 25 == 0 {
                        println!("{at} of {} begun, {} caught", cases.len(), good.load(Ordering::Relaxed));
                    }
                    let project = &projects[case.project];
                    if let Some(test) = caught(project, case, directory.path(), &promtool, native) {
                        good.fetch_add(1, Ordering::Relaxed);
                        if !only.is_empty() {
                            println!("caught: {} ({test})", told(project, case));
                        }
                    } else {
                        let line = format!("{} ({})", told(project, case), reason(project, case));
                        println!("survives: {line}");
                        survivors.lock().expect("a lock").push(line);
                    }
                }
            });
        }
    });
    let mut survivors = survivors.into_inner().expect("a lock");
    survivors.sort();
    println!(
        "{all} mutants in all, {equivalent} more change no result (a join restricts what a dropped matcher lets in)"
    );
    if untried > 0 {
        println!("{untried} more need promtool 3 for native histograms");
    }
    (cases.len(), good.into_inner(), survivors, all)
}

/// A sample in the ordinary tests, of those that cheap tests catch; `TABI_MUTANTS=400` or `TABI_MUTANTS=all` for more.
/// `TABI_MUTANTS_ONLY='shop checkout;renamed'` tries only those whose line has each of these parts, and says what catches them.
#[test]
fn changed_rules_are_noticed() {
    let wanted = std::env::var("TABI_MUTANTS").ok();
    let (sample, only_fast) = match wanted.as_deref() {
        None => (Some(60), true),
        Some("all") => (None, false),
        Some(number) => (Some(number.parse().expect("TABI_MUTANTS is a number or `all`")), false),
    };
    let (tried, caught, survivors, _) = run(sample, only_fast);
    let share = 100.0 * caught as f64 / tried as f64;
    println!("{tried} tried, {caught} caught: {share:.1} %");
    assert!(share >= 95.0, "only {share:.1} % of the mutants were caught; these survive:\n{}", survivors.join("\n"));
}
