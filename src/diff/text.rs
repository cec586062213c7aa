//! Changes for a terminal.

use super::words::{self, Line, Report, SECTIONS};
use crate::diagnostic::render::clean;
use crate::show::table::Table;
use std::fmt::Write as _;

/// The text; it never is empty.
pub fn text(report: &Report<'_>) -> String {
    let diff = report.diff;
    let mut out = format!("{} → {}: {}\n", report.old.name, report.new.name, words::sum(diff));
    let mut section = None;
    for change in &diff.changes {
        let rank = change.kind.rank();
        if section != Some(rank) {
            section = Some(rank);
            let _ = writeln!(out, "\n{}", SECTIONS[rank]);
        }
        for subject in &change.subjects {
            let address = if subject.address().is_empty() { "the project" } else { subject.address() };
            let place = words::place(report, subject).map(|p| format!("  {p}")).unwrap_or_default();
            let _ = writeln!(out, "  {address}{place}");
        }
        for line in words::lines(change, diff.failing) {
            let _ = writeln!(out, "    {}", one(&line));
        }
    }
    if !diff.cost.is_empty() {
        let mut table = Table::new(&["journey", "rules", "groups", "series", "samples a minute"]);
        for change in &diff.cost {
            let [rules, groups, series, samples] = words::cost(change);
            let name = change.journey.clone().unwrap_or_else(|| "all journeys".to_string());
            table.row(vec![name, rules, groups, series, samples]);
        }
        let _ = write!(out, "\nCost\n{table}");
    }
    clean(&out).into_owned()
}

/// `budget: 99.9% in 28d → 99.5% in 28d; 40m → 3h22m of total outage`
fn one(line: &Line) -> String {
    let value = match (&line.old, &line.new) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("{old} → –"),
        (None, Some(new)) => format!("– → {new}"),
        (None, None) => String::new(),
    };
    let said: Vec<String> = [value, line.effect.clone()].into_iter().filter(|s| !s.is_empty()).collect();
    let text = if said.is_empty() { line.what.clone() } else { format!("{}: {}", line.what, said.join("; ")) };
    text.replace('\n', " ")
}
