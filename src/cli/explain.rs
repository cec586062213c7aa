//! `tabi explain`: what a diagnostic means.

use super::Outcome;
use super::names::Names;
use super::terminal::Terminal;
use crate::diagnostic::catalogue::{self, Entry};
use crate::diagnostic::did_you_mean;
use crate::diagnostic::render::Style;
use std::fmt::Write as _;

/// Say what a diagnostic means, with an example
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi explain               all diagnostics, each in one line
  tabi explain blind-spot    one of them: what it means, what is wrong, what is right")]
pub struct Args {
    /// The name in the brackets of a message: `warning[blind-spot]`
    #[arg(value_parser = Names(names), hide_possible_values = true)]
    name: Option<String>,
}

fn names() -> Vec<&'static str> {
    catalogue::ALL.iter().map(|entry| entry.name).collect()
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let style = terminal.stdout();
    let Some(name) = &args.name else {
        terminal.result(&list(style))?;
        return Ok(Outcome::Fine);
    };
    let Some(entry) = catalogue::find(name) else {
        let meant = did_you_mean(name, catalogue::ALL.iter().map(|e| e.name));
        let help = meant.map_or("`tabi explain` lists all".into(), |m| format!("did you mean `tabi explain {m}`?"));
        return Err(format!("there is no diagnostic `{name}`\n  help: {help}"));
    };
    terminal.result(&page(entry, style))?;
    Ok(Outcome::Fine)
}

fn list(style: Style) -> String {
    let width = catalogue::ALL.iter().map(|e| e.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for entry in catalogue::ALL {
        let summary = inline(&entry.summary().split_whitespace().collect::<Vec<_>>().join(" "), style);
        let line = format!("{:width$}  {:7}  {summary}", entry.name, entry.severity.text());
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn page(entry: &Entry, style: Style) -> String {
    let mut out = markdown(entry.text, style);
    let lint = if entry.lint {
        format!(
            "Severity: {}. tabi.toml can change it, `[lint] {} = \"off\"`, and `# tabi: allow({}) why` above a declaration\n\
             or setting allows it there.\n",
            entry.severity.text(),
            entry.name,
            entry.name
        )
    } else {
        "Severity: error. It stops every build.\n".to_string()
    };
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&lint);
    out
}

/// The little Markdown that the catalogue uses: headings, paragraphs, lists and code.
fn markdown(text: &str, style: Style) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            flush(&mut out, &mut paragraph, style);
            code = !code;
        } else if code {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        } else if line.starts_with('#') {
            flush(&mut out, &mut paragraph, style);
            let title = line.trim_start_matches('#').trim();
            let (begin, end) = if style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
            let _ = writeln!(out, "{begin}{title}{end}");
        } else if line.trim().is_empty() {
            flush(&mut out, &mut paragraph, style);
            out.push('\n');
        } else {
            if line.starts_with("- ") {
                flush(&mut out, &mut paragraph, style);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut out, &mut paragraph, style);
    out
}

/// Breaks a paragraph into lines.
fn flush(out: &mut String, paragraph: &mut String, style: Style) {
    let indent = if paragraph.starts_with("- ") { "  " } else { "" };
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > style.width {
            let _ = writeln!(out, "{}", inline(&line, style));
            line = indent.to_string();
        }
        if !line.trim().is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        let _ = writeln!(out, "{}", inline(&line, style));
    }
    paragraph.clear();
}

/// Code in a line: coloured where there are colours, in backticks where there are none.
fn inline(line: &str, style: Style) -> String {
    if !style.color || !line.matches('`').count().is_multiple_of(2) {
        return line.to_string();
    }
    let parts = line.split('`').enumerate();
    parts.map(|(i, part)| if i % 2 == 1 { format!("\u{1b}[36m{part}\u{1b}[0m") } else { part.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_laid_out_for_a_terminal() {
        let text = "# bad-target\n\nA target lies between 0 and 100 %, and `100%` leaves\nno budget.\n\n- one\n- two words that are broken\n\n\
                    ## Wrong\n\n```tabi\nstep a {\n\n  target 100%\n}\n```\n";
        insta::assert_snapshot!(markdown(text, Style { color: false, width: 24 }));
        let colored = markdown(text, Style { color: true, width: 80 });
        assert!(colored.starts_with("\u{1b}[1mbad-target\u{1b}[0m\n"));
        assert!(colored.contains("\u{1b}[36m100%\u{1b}[0m"));
    }

    #[test]
    fn every_diagnostic_is_listed() {
        let list = list(Style { color: false, width: 100 });
        assert_eq!(list.lines().count(), catalogue::ALL.len());
    }
}
