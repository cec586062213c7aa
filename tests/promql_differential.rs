//! Our parser of PromQL beside two others: the crate `promql-parser` and the parser of Prometheus itself, as `promtool` has it.
//!
//! `tests/data/promql.txt` holds expressions that Prometheus 2.42 accepts. They, everything that the compiler emits, and thousands of texts
//! that are made of them by small changes must be judged alike.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;

use common::{compile_directory, examples, rules, tool};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;
use tabi::promql::parse;

/// Expressions that are valid, and what the examples compile to.
fn valid() -> Vec<String> {
    let text = include_str!("data/promql.txt");
    let lines = |block: &str| block.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join("\n");
    let mut all: Vec<String> = text.split("\n\n").map(lines).filter(|e| !e.trim().is_empty()).collect();
    for example in examples() {
        for file in compile_directory(&example).rules() {
            all.extend(rules::read(&file.text).groups.into_iter().flat_map(|g| g.rules).map(|r| r.expr));
        }
    }
    all
}

fn ours(text: &str) -> Result<(), String> {
    parse(text, &|_| None).map(|_| ()).map_err(|error| error.message)
}

#[test]
fn what_is_valid_is_accepted_by_all() {
    let all = valid();
    assert!(all.len() > 600, "{}", all.len());
    let by_promtool = promtool(&all);
    let mut bad = String::new();
    for (text, promtool) in all.iter().zip(by_promtool) {
        let (ours, theirs) = (ours(text), promql_parser::parser::parse(text));
        if ours.is_err() || theirs.is_err() || !promtool {
            let _ = writeln!(bad, "{text}\n  ours {ours:?}\n  crate {:?}\n  promtool {promtool}", theirs.err());
        }
    }
    assert!(bad.is_empty(), "{bad}");
}

/// Which of the expressions `promtool` accepts, as recording rules of one file: it reports all bad rules at once, by their number.
fn promtool(all: &[String]) -> Vec<bool> {
    let rules: Vec<serde_json::Value> =
        all.iter().enumerate().map(|(i, expr)| serde_json::json!({"record": format!("r{i}"), "expr": expr})).collect();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("rules.yml");
    // JSON is YAML
    let file = serde_json::json!({"groups": [{"name": "g", "rules": rules}]});
    std::fs::write(&path, file.to_string()).expect("a written file");
    let output = Command::new(tool("promtool"))
        .args(["check", "rules", "--lint=none"])
        .arg(&path)
        .output()
        .expect("promtool runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // `group "g", rule 3, "r2": could not parse expression: …`
    let bad: BTreeSet<usize> =
        said.split("rule ").skip(1).filter_map(|part| part.split(',').next()?.trim().parse().ok()).collect();
    assert_eq!(output.status.success(), bad.is_empty(), "{}", &said[..said.len().min(2000)]);
    (1..=all.len()).map(|n| !bad.contains(&n)).collect()
}

/// A generator of numbers that is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % most.max(1)
    }
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const TOKENS: &str = "foo bar sum by ( ) [ ] { } 5m 1h : , = == != =~ !~ > < + - * / ^ % and or unless on ignoring group_left bool \
    offset @ 1 0.5 \"a\" \".*\" rate( abs( time( start end inf without topk( sum( x= 'b' foo[5m] round( vector( scalar( atan2 0x1f 08 010 \
    1e3 () -";

/// Words, and every other character by itself.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' || c == ':' {
            words.last_mut().expect("one").push(c);
        } else {
            words.push(c.to_string());
            words.push(String::new());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

/// Texts that are nearly PromQL.
fn mutants(valid: &[String], count: usize) -> Vec<String> {
    let tokens: Vec<&str> = TOKENS.split_whitespace().collect();
    let short: Vec<&str> = valid.iter().map(String::as_str).filter(|e| e.len() <= 200 && e.is_ascii()).collect();
    let mut random = Random(0xABCD_1234_5678_9876);
    let mut all = Vec::new();
    while all.len() < count {
        let mut words: Vec<String> = if random.below(3) == 0 {
            (0..=random.below(7)).map(|_| (*random.of(&tokens)).to_string()).collect()
        } else {
            words(random.of::<&str>(&short))
        };
        for _ in 0..random.below(3) {
            let at = random.below(words.len());
            match random.below(3) {
                0 if words.len() > 1 => drop(words.remove(at)),
                1 => words.insert(at, (*random.of(&tokens)).to_string()),
                _ => words.insert(at, words[at].clone()),
            }
        }
        let text = if random.below(2) == 0 { words.join(" ") } else { words.concat() };
        if !text.trim().is_empty() {
            all.push(text);
        }
    }
    all
}

#[test]
fn what_is_nearly_valid_is_judged_like_prometheus_does() {
    let all = mutants(&valid(), 12_000);
    let by_promtool = promtool(&all);
    let (mut both, mut neither) = (0, 0);
    let mut differ = BTreeSet::new();
    for (text, promtool) in all.iter().zip(by_promtool) {
        match (ours(text), promtool) {
            (Ok(()), true) => both += 1,
            (Err(_), false) => neither += 1,
            (Ok(()), false) => drop(differ.insert(format!("only here: {text}"))),
            (Err(error), true) => drop(differ.insert(format!("only promtool: {text}   ({error})"))),
        }
    }
    assert!(both > 1_500 && neither > 1_500, "both {both}, neither {neither}");
    let shown: Vec<&str> = differ.iter().map(String::as_str).take(60).collect();
    assert!(differ.is_empty(), "{} of {}:\n{}", differ.len(), all.len(), shown.join("\n"));
}
