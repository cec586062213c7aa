//! What holds for any two versions.

use super::kinds::{CASES, SHOP, shop};
use super::{Project, between, common, said};
use serde_json::Value;
use tabi::diff::json;

/// Every example, by its directory, as its `tabi.toml` has it.
fn examples() -> Vec<Project> {
    common::examples().iter().map(|directory| of(directory)).collect()
}

fn of(directory: &std::path::Path) -> Project {
    let mut files: Vec<(String, String)> = std::fs::read_dir(directory)
        .expect("an example")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "tabi"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("readable"))
        })
        .collect();
    files.sort();
    Project::of(&files, &std::fs::read_to_string(directory.join("tabi.toml")).unwrap_or_default())
}

#[test]
fn nothing_changes_between_a_project_and_itself() {
    for project in examples() {
        let diff = between(&project, &project);
        assert!(diff.is_empty(), "{diff:#?}");
    }
}

/// A document with its sides swapped. Names that a thing has in both versions are those of the new one: they are left out, as is what only a
/// longer window brings.
fn normal(value: &Value, swap: bool) -> Value {
    match value {
        Value::Object(map) => {
            let named = ["budgets", "with", "forgets", "mixed_minutes", "blocks", "journey"];
            let all = map.iter().filter(|(key, _)| !named.contains(&key.as_str())).map(|(key, value)| {
                let key = match key.as_str() {
                    "old" if swap => "new",
                    "new" if swap => "old",
                    key => key,
                };
                (key.to_string(), normal(value, swap))
            });
            Value::Object(all.collect())
        }
        Value::Array(all) => {
            let mut all: Vec<Value> = all
                .iter()
                .filter(|v| v["reason"] != "hourly-counts")
                .map(|v| normal(v, swap))
                .filter(|v| v["reasons"] != Value::Array(Vec::new()))
                .collect();
            all.sort_by_key(ToString::to_string);
            Value::Array(all)
        }
        other => other.clone(),
    }
}

fn document(old: &Project, new: &Project) -> Value {
    let mut document: Value = serde_json::from_str(&said(old, new, json::document)).expect("a document");
    // the names of the versions stay
    document["old"] = Value::Null;
    document["new"] = Value::Null;
    document
}

#[test]
fn swapped_sides_turn_what_came_into_what_went() {
    let mut pairs: Vec<(Project, Project)> = Vec::new();
    for project in examples() {
        pairs.push((Project::text(""), project));
    }
    let mut all = examples().into_iter();
    while let (Some(a), Some(b)) = (all.next(), all.next()) {
        pairs.push((a, b));
    }
    for (_, edits) in CASES {
        pairs.push((Project::text(SHOP), Project::text(&shop(edits))));
    }
    for (old, new) in pairs {
        let (there, back) = (document(&old, &new), document(&new, &old));
        assert_ne!(there["changes"], Value::Array(Vec::new()));
        assert_eq!(normal(&there, false), normal(&back, true));
    }
}

/// Whatever is changed in a number or a word of an example is either said or changes no rule.
#[test]
fn rules_that_differ_are_never_passed_over() {
    let project = of(&common::root().join("examples/shop"));
    let path = common::root().join("examples/shop/shop.tabi");
    let text = std::fs::read_to_string(path).expect("readable");
    let mut tried = 0;
    for (at, line) in text.lines().enumerate() {
        let changed = [
            ("99", "98"),
            ("k/day", "/day"),
            ("5..", "4.."),
            ("job", "jobs"),
            ("off", "1% in 1h"),
            ("weight", "# weight"),
        ]
        .iter()
        .find(|(from, _)| line.contains(from) && !line.trim_start().starts_with('#'))
        .map(|(from, to)| line.replacen(from, to, 1));
        let Some(changed) = changed else { continue };
        let lines: Vec<&str> =
            text.lines().enumerate().map(|(i, l)| if i == at { changed.as_str() } else { l }).collect();
        let new = lines.join("\n") + "\n";
        let (mut sources, units, found) = tabi::project::in_memory(&[("shop.tabi".to_string(), new.clone())]);
        let (_, more) = tabi::compile(&mut sources, &units, &project.options, false);
        if found.iter().chain(&more).any(|d| d.severity == tabi::diagnostic::Severity::Error) {
            continue;
        }
        tried += 1;
        let new = Project::of(&[("shop.tabi".to_string(), new)], "");
        let rules = |p: &Project| -> Vec<_> {
            (0..p.model.journeys.len()).map(|i| tabi::plan::journey(&p.model, i, &p.options).groups).collect()
        };
        let differ = rules(&project) != rules(&new);
        assert_eq!(differ, !between(&project, &new).is_empty(), "line {}: {changed}", at + 1);
    }
    assert!(tried > 10, "only {tried} lines were changed");
}
