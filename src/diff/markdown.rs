//! Changes as Markdown, for a comment or a summary in GitHub and GitLab: a short table first, all of it folded below.

use super::Change;
use super::words::{self, Line, Report, SECTIONS};
use crate::diagnostic::render::{clean, plural};
use std::fmt::Write as _;

/// Rows of the table at the top.
const SHORT: usize = 20;
/// Subjects of a change that are named in it.
const SUBJECTS: usize = 3;
/// Subjects of a change that are named below.
const MANY: usize = 20;
/// Rows of a folded table.
const LONG: usize = 150;
/// GitHub takes comments of 65,536 characters.
const WHOLE: usize = 60_000;
/// Characters of a value that are shown.
const VALUE: usize = 300;

/// The Markdown; it never is empty.
pub fn markdown(report: &Report<'_>) -> String {
    let diff = report.diff;
    let mut out = format!(
        "### What changes for people\n\n{} → {}: **{}**\n",
        code(report.old.name),
        code(report.new.name),
        words::sum(diff)
    );
    if !diff.changes.is_empty() {
        out.push_str("\n| where | what | before | now | meaning |\n|---|---|---|---|---|\n");
        for change in diff.changes.iter().take(SHORT) {
            let line = words::headline(change, diff.failing);
            let some: Vec<String> = change.subjects.iter().take(SUBJECTS).map(|s| named(s.address())).collect();
            let mut whom = some.join(", ");
            if change.subjects.len() > SUBJECTS {
                let _ = write!(whom, " and {} more", change.subjects.len() - SUBJECTS);
            }
            out.push_str(&row(&whom, &line));
        }
        if diff.changes.len() > SHORT {
            let _ = writeln!(out, "\n{} more below.", plural(diff.changes.len() - SHORT, "change"));
        }
    }
    let mut blocks: Vec<String> = Vec::new();
    for (rank, title) in SECTIONS.iter().enumerate() {
        let changes: Vec<&Change> = diff.changes.iter().filter(|c| c.kind.rank() == rank).collect();
        if !changes.is_empty() {
            blocks.push(section(report, title, &changes));
        }
    }
    if !diff.cost.is_empty() {
        blocks.push(cost(report));
    }
    let mut left_out = 0;
    for block in blocks {
        if out.chars().count() + block.chars().count() > WHOLE {
            left_out += 1;
        } else {
            out.push_str(&block);
        }
    }
    if left_out > 0 {
        let _ =
            writeln!(out, "\n{} left out, for it is too long here: `tabi diff` says all.", plural(left_out, "section"));
    }
    clean(&out).into_owned()
}

fn section(report: &Report<'_>, title: &str, changes: &[&Change]) -> String {
    let mut out = format!(
        "\n<details>\n<summary>{title} ({})</summary>\n\n| where | what | before | now | meaning |\n|---|---|---|---|---|\n",
        changes.len()
    );
    let mut rows = 0;
    let mut more = 0;
    for change in changes {
        let mut whom: Vec<String> = change
            .subjects
            .iter()
            .take(MANY)
            .map(|s| match words::place(report, s) {
                Some(place) => format!("{} {}", named(s.address()), cell(&place)),
                None => named(s.address()),
            })
            .collect();
        if change.subjects.len() > MANY {
            whom.push(format!("and {} more", change.subjects.len() - MANY));
        }
        let mut whom = whom.join("<br>");
        for line in words::lines(change, report.diff.failing) {
            if rows == LONG {
                more += 1;
                continue;
            }
            rows += 1;
            out.push_str(&row(&whom, &line));
            // said once
            whom.clear();
        }
    }
    if more > 0 {
        let _ = writeln!(out, "\n{} more: `tabi diff` says all.", plural(more, "row"));
    }
    out.push_str("\n</details>\n");
    out
}

fn cost(report: &Report<'_>) -> String {
    let mut out = "\n<details>\n<summary>Cost of the rules</summary>\n\n| journey | rules | groups | recorded series | samples a minute |\n|---|--:|--:|--:|--:|\n".to_string();
    let (last, first) = report.diff.cost.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
    for change in first.iter().take(LONG).chain(last) {
        let name = change.journey.as_deref().map_or("all journeys".to_string(), code);
        let _ = writeln!(out, "| {name} | {} |", words::cost(change).join(" | "));
    }
    if first.len() > LONG {
        let _ = writeln!(out, "\n{} more: `tabi diff` says all.", plural(first.len() - LONG, "journey"));
    }
    out.push_str("\n</details>\n");
    out
}

fn row(whom: &str, line: &Line) -> String {
    let value = |v: &Option<String>| v.as_deref().map_or("–".to_string(), code);
    let (old, new) = match (&line.old, &line.new) {
        (None, None) => (String::new(), String::new()),
        (old, new) => (value(old), value(new)),
    };
    format!("| {whom} | {} | {old} | {new} | {} |\n", cell(&line.what), cell(&line.effect))
}

fn named(address: &str) -> String {
    if address.is_empty() { "the project".to_string() } else { code(address) }
}

/// A value between backticks, so that nothing in it is Markdown, a mention or HTML.
fn code(text: &str) -> String {
    let mut text: String = text.replace(['\n', '\r'], " ");
    if text.chars().count() > VALUE {
        text = text.chars().take(VALUE).collect::<String>() + "…";
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", text.replace('|', "\\|"))
}

/// Words of ours in a cell, with what people wrote in them.
fn cell(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    for c in chars.by_ref().take(VALUE) {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '<' | '>' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '$' | '&' | '`' => {
                out.push('\\');
                out.push(c);
            }
            // no mention of people
            '@' => out.push_str("@\u{200b}"),
            c => out.push(c),
        }
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{cell, code};

    #[test]
    fn what_people_wrote_is_no_markdown() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b``"), "``` a`b`` ```");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(cell("<b>@all|*x*"), "\\<b\\>@\u{200b}all\\|\\*x\\*");
        assert_eq!(code(&"x".repeat(400)).chars().count(), 303);
    }
}
