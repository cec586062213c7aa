//! What `tabi cost` prints: a table for people, a document for programs.

use super::grouped;
use super::table::Table;
use crate::cost::JourneyCost;
use crate::cost::expr::Samples;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Where the numbers of raw series come from.
#[derive(Debug)]
pub enum Basis<'a> {
    /// The same for all.
    Assumed {
        /// Raw series of each selector.
        series: u64,
        /// Budgets of each SLI with `by`.
        budgets: u64,
    },
    /// Each was asked of a Prometheus.
    Asked {
        /// Its URL.
        url: &'a str,
        /// PromQL and its value.
        answers: &'a BTreeMap<String, u64>,
    },
}

/// `1 series` and `20 series` are the same word; other words take an s.
fn counted(n: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(n as f64), if n == 1 || word == "raw series" { "" } else { "s" })
}

fn row(name: &str, costs: &[&JourneyCost]) -> Vec<String> {
    let sum = |of: &dyn Fn(&JourneyCost) -> f64| grouped(costs.iter().map(|c| of(c)).sum::<f64>().round());
    vec![
        name.to_string(),
        sum(&|c| c.rules() as f64),
        sum(&|c| c.groups.len() as f64),
        sum(&|c| c.series() as f64),
        sum(&|c| c.samples().all()),
        sum(&|c| c.samples().raw),
        sum(&|c| c.samples().recorded),
    ]
}

/// The selectors that match nothing.
fn empty(answers: &BTreeMap<String, u64>) -> impl Iterator<Item = &str> {
    let zero = answers.iter().filter(|(_, n)| **n == 0);
    zero.filter_map(|(question, _)| question.strip_prefix("count(")?.strip_suffix(')'))
        .filter(|inside| !inside.starts_with("count by ("))
}

/// How many empty selectors are named, so that a project that is not deployed yet does not fill the screen.
const NAMED: usize = 20;

/// For people.
pub fn table(costs: &[JourneyCost], basis: &Basis<'_>) -> String {
    let mut table = Table::new(&[
        "journey",
        "rules",
        "groups",
        "series",
        "samples a minute",
        "of raw series",
        "of recorded series",
    ]);
    for cost in costs {
        table.row(row(&cost.journey, &[cost]));
    }
    if costs.len() != 1 {
        table.row(row("total", &costs.iter().collect::<Vec<_>>()));
    }
    let mut out = format!("{table}\n");
    match basis {
        Basis::Assumed { series, budgets } => {
            let _ = writeln!(
                out,
                "assumed: {} for each selector, {} for each SLI with `by`, every window full",
                counted(*series, "raw series"),
                counted(*budgets, "budget")
            );
            out.push_str("         `--series` and `--budgets` say otherwise, `--prometheus URL` asks\n");
        }
        Basis::Asked { url, answers } => {
            let _ = writeln!(out, "series as {url} has them, every window full");
            let empty: Vec<&str> = empty(answers).collect();
            if !empty.is_empty() {
                let _ = writeln!(out, "no series there for {}:", counted(empty.len() as u64, "selector"));
            }
            for selector in empty.iter().take(NAMED) {
                let _ = writeln!(out, "  {selector}");
            }
            if empty.len() > NAMED {
                let _ = writeln!(out, "  and {} more", empty.len() - NAMED);
            }
        }
    }
    out.push_str("left out: queries in annotations, which run only while an alert fires\n");
    out
}

fn samples(samples: Samples) -> Value {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    json!({"all": tenth(samples.all()), "raw": tenth(samples.raw), "recorded": tenth(samples.recorded)})
}

/// For programs; `docs/json.md` describes it.
pub fn document(costs: &[JourneyCost], basis: &Basis<'_>) -> String {
    let journeys: Vec<Value> = costs
        .iter()
        .map(|cost| {
            let groups: Vec<Value> = cost
                .groups
                .iter()
                .map(|group| {
                    let rules: Vec<Value> = group
                        .rules
                        .iter()
                        .map(|rule| {
                            json!({"name": rule.name, "sli": rule.sli, "series": rule.series,
                                "samples_per_evaluation": samples(rule.samples)})
                        })
                        .collect();
                    json!({"name": group.name, "interval_minutes": group.interval,
                        "samples_per_minute": samples(group.samples()), "rules": rules})
                })
                .collect();
            json!({"journey": cost.journey, "rules": cost.rules(), "series": cost.series(),
                "samples_per_minute": samples(cost.samples()), "groups": groups})
        })
        .collect();
    let basis = match basis {
        Basis::Assumed { series, budgets } => json!({"assumed": {"series": series, "budgets": budgets}}),
        Basis::Asked { url, answers } => json!({"prometheus": url, "answers": answers}),
    };
    let total = json!({
        "rules": costs.iter().map(JourneyCost::rules).sum::<usize>(),
        "groups": costs.iter().map(|c| c.groups.len()).sum::<usize>(),
        "series": costs.iter().map(JourneyCost::series).sum::<u64>(),
        "samples_per_minute": samples(costs.iter().map(JourneyCost::samples).sum()),
    });
    let document = json!({"version": 1, "basis": basis, "journeys": journeys, "total": total});
    format!("{document:#}\n")
}
