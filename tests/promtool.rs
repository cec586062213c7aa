//! What the compiler emits, as Prometheus sees it: every file is valid and portable, and the formulas give true numbers
//! (`tests/prometheus/`, evaluated by `promtool test rules`).

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;
#[path = "prometheus/mod.rs"]
mod prometheus;

use common::rules::{self, RuleFile, selectors};
use common::{Emitted, compile_directory, examples, promtools, write_files};
use promql_parser::label::{MatchOp, Matcher};
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// The rule files of all examples with the length of their periods in days, by example.
fn emitted() -> Vec<(String, Vec<(Emitted, u64)>)> {
    examples()
        .iter()
        .map(|directory| {
            let compiled = compile_directory(directory);
            let name = directory.file_name().expect("a name").to_string_lossy().into_owned();
            let days = |file: &Emitted| {
                let of =
                    |j: &&std::sync::Arc<tabi::model::Journey>| file.path.ends_with(&format!("/{}.yml", j.name.text));
                compiled.model.journeys.iter().find(of).expect("its journey").window.value / 1440
            };
            (name, compiled.rules().map(|file| (file.clone(), days(file))).collect())
        })
        .collect()
}

/// Each rule file of the examples, parsed.
fn each(mut check: impl FnMut(&str, &RuleFile, u64)) {
    for (example, files) in emitted() {
        for (file, days) in &files {
            check(&format!("{example}/{}", file.path), &rules::read(&file.text), *days);
        }
    }
}

#[test]
fn promtool_finds_nothing_to_say_about_the_examples() {
    for (example, files) in emitted() {
        let directory = tempfile::tempdir().expect("a directory");
        let paths = write_files(directory.path(), files.iter().map(|(file, _)| file));
        for promtool in promtools() {
            let output = Command::new(&promtool)
                .args(["check", "rules", "--lint=all", "--lint-fatal"])
                .args(&paths)
                .output()
                .expect("promtool runs");
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{}: {example}:\n{said}", promtool.display());
            assert_eq!(said.matches("SUCCESS").count(), paths.len(), "{}: {example}:\n{said}", promtool.display());
        }
    }
}

#[test]
fn every_expression_is_promql_for_two_parsers() {
    let mut count = 0;
    each(|file, rules, _| {
        for rule in rules.groups.iter().flat_map(|g| &g.rules) {
            count += 1;
            if let Err(error) = promql_parser::parser::parse(&rule.expr) {
                panic!("{file}: {}: {error}\n{}", rule.name(), rule.expr);
            }
            if let Err(error) = tabi::promql::parse(&rule.expr, &|_| None) {
                panic!("{file}: {}: {}\n{}", rule.name(), error.message, rule.expr);
            }
        }
    });
    assert!(count > 400, "only {count} rules");
}

#[test]
fn rules_of_a_journey_are_distinct() {
    each(|file, rules, _| {
        let mut seen = BTreeSet::new();
        for rule in rules.groups.iter().flat_map(|g| &g.rules) {
            assert!(seen.insert((rule.name(), &rule.labels)), "{file}: {} twice with {:?}", rule.name(), rule.labels);
            assert!(rule.record.is_some() != rule.alert.is_some(), "{file}: {rule:?}");
            assert_eq!(rule.alert.is_some(), !rule.annotations.is_empty(), "{file}: {rule:?}");
        }
    });
}

#[test]
fn files_are_portable() {
    for (example, files) in emitted() {
        for (file, _) in files {
            assert!(file.text.len() < 500 * 1024, "{example}/{}: {} bytes", file.path, file.text.len());
        }
    }
    each(|file, rules, days| {
        for rule in rules.groups.iter().flat_map(|g| &g.rules) {
            let expr = promql_parser::parser::parse(&rule.expr).expect(&rule.expr);
            for selected in selectors(&expr) {
                let name = rule.name();
                assert!(!selected.out_of_time, "{file}: {name} has `@` or a negative offset:\n{}", rule.expr);
                let range = selected.range.unwrap_or_default();
                assert!(days > 31 || range <= 31 * DAY, "{file}: {name} reads {range:?}:\n{}", rule.expr);
                assert_eq!(range.as_secs() % 60, 0, "{file}: {name} reads {range:?}, no whole minutes");
            }
        }
    });
}

/// A rule reads what earlier rules of its group recorded at the same instant. Of a faster group it may read anything. Of a slower group
/// only ranges that hold many of its samples, or the last of three: an instant read would fall into the gap between two of them. Of another
/// journey only what its fast group says of its own state.
#[test]
fn a_rule_reads_only_what_is_there_when_it_runs() {
    let mut reads = 0;
    each(|file, rules, _| {
        for (g, group) in rules.groups.iter().enumerate() {
            for (r, rule) in group.rules.iter().enumerate() {
                let expr = promql_parser::parser::parse(&rule.expr).expect(&rule.expr);
                for selected in selectors(&expr) {
                    let Some(name) = selected.name.as_deref().filter(|n| n.starts_with("tabi")) else { continue };
                    reads += 1;
                    let place = format!("{file}: rule {r} of {}, {}, reads {name}", group.name, rule.name());
                    let journey = selected.matchers.iter().find(|m| m.name == "journey");
                    assert!(journey.is_some(), "{place} of all journeys");
                    // what sites send is written elsewhere
                    let sent = |m: &Matcher| m.name != "step" && m.op == MatchOp::NotEqual && m.value.is_empty();
                    if name == "tabi:journey_delivery:state" || selected.matchers.iter().any(sent) {
                        continue;
                    }
                    let mut writers = 0;
                    for (wg, writing) in rules.groups.iter().enumerate() {
                        for (w, writer) in writing.rules.iter().enumerate() {
                            if writer.record.as_deref() != Some(name) || !selected.may_read(&writer.labels) {
                                continue;
                            }
                            writers += 1;
                            if wg == g {
                                assert!(w < r, "{place} before rule {w} writes it");
                            } else if writing.seconds() > group.seconds() {
                                let samples = selected.range.unwrap_or_default().as_secs() / writing.seconds();
                                let last = rule.expr.contains(&format!("last_over_time({name}{{"));
                                assert!(
                                    samples >= 24 || last && samples == 3,
                                    "{place} of the slower group {}",
                                    writing.name
                                );
                            } else {
                                assert!(writing.seconds() < group.seconds(), "{place} of a group as fast");
                            }
                        }
                    }
                    assert!(writers > 0, "{place}, which no rule writes:\n{}", rule.expr);
                }
            }
        }
    });
    assert!(reads > 1000, "only {reads} reads");
}

/// What alerts query in their annotations must be recorded too, by the rules of some journey.
#[test]
fn annotations_query_what_is_recorded() {
    let mut queries = 0;
    for (example, files) in emitted() {
        let files: Vec<RuleFile> = files.iter().map(|(file, _)| rules::read(&file.text)).collect();
        let all = || files.iter().flat_map(|file| &file.groups).flat_map(|group| &group.rules);
        let recorded: BTreeSet<&str> = all().filter_map(|r| r.record.as_deref()).collect();
        for rule in all() {
            for (key, text) in &rule.annotations {
                for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')) {
                    if word.starts_with("tabi:") || word.starts_with("tabi_") {
                        queries += 1;
                        assert!(recorded.contains(word), "{example}: {key} of {} queries {word}", rule.name());
                    }
                }
            }
        }
    }
    assert!(queries > 100, "only {queries} queries");
}
