//! What is said where a version has errors: what they are, and what there is in the other one.

use super::words::Version;
use crate::diagnostic::render::plural;
use crate::model::Model;
use crate::show;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A version whose changes cannot be reckoned, or the one beside it.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// What it is called.
    pub version: Version<'a>,
    /// Its errors: `shop.tabi:3: bad-target: a target lies between 0 and 100 %`.
    pub errors: &'a [String],
    /// What it means, where it has no errors.
    pub model: Option<&'a Model>,
}

/// Errors that are listed; the rest is counted.
const LISTED: usize = 20;

fn head(states: &[State<'_>; 2]) -> String {
    let broken: Vec<String> = states
        .iter()
        .filter(|s| !s.errors.is_empty())
        .map(|s| format!("{} has {}", s.version.name, plural(s.errors.len(), "error")))
        .collect();
    format!("what changes is not known: {}", broken.join(", and "))
}

/// For a terminal; the errors themselves are on stderr.
pub fn text(states: &[State<'_>; 2]) -> String {
    let mut out = format!("{}\n", head(states));
    for state in states.iter().filter(|s| s.errors.is_empty()) {
        let overview = state.model.map(show::overview).unwrap_or_default();
        let _ = write!(out, "\nin {}:\n\n{overview}", state.version.name);
    }
    out
}

/// For a comment.
pub fn markdown(states: &[State<'_>; 2]) -> String {
    // a fence that no line of ours can close
    let block = |text: &str| format!("\n`````text\n{}\n`````\n", text.trim_end().replace("`````", "''''' "));
    let mut out = "### What changes for people\n\n".to_string();
    let _ = writeln!(out, "This is not known, for there are errors.");
    for state in states {
        if state.errors.is_empty() {
            let overview = state.model.map(show::overview).unwrap_or_default();
            let _ = write!(
                out,
                "\n<details>\n<summary>What there is in the version without errors</summary>\n{}\n</details>\n",
                block(&overview)
            );
            continue;
        }
        let mut listed = state.errors.iter().take(LISTED).cloned().collect::<Vec<_>>();
        if state.errors.len() > LISTED {
            listed.push(format!("and {} more", state.errors.len() - LISTED));
        }
        let _ = write!(
            out,
            "{}",
            block(&format!("{}: {}\n{}", state.version.name, plural(state.errors.len(), "error"), listed.join("\n")))
        );
    }
    out
}

/// For programs: as [`super::json`], with errors and without changes.
pub fn document(states: &[State<'_>; 2]) -> String {
    let side = |state: &State<'_>| -> Value {
        let journeys: Option<Vec<&str>> = state
            .model
            .filter(|_| state.errors.is_empty())
            .map(|m| m.journeys.iter().map(|j| j.name.text.as_str()).collect());
        json!({"name": state.version.name, "errors": state.errors, "journeys": journeys})
    };
    let document =
        json!({"version": 1, "old": side(&states[0]), "new": side(&states[1]), "changes": null, "cost": null});
    format!("{document:#}\n")
}
