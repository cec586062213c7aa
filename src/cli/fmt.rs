//! `tabi fmt`: one way to lay out a file.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use super::terminal::Terminal;
use super::{Outcome, drift, output};
use crate::diagnostic::render::{clean, plural};
use crate::load::{self, read};
use crate::source::{SourceFile, Sources};
use crate::syntax::format::format_checked;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Lay out files in the one way there is
///
/// Rewrites the files of the project, or those below the paths. A file with mistakes in its syntax is reported and left alone.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi fmt                   all files of the project
  tabi fmt slo/shop.tabi     one file
  tabi fmt --check           for CI: name the files that would change, exit with 1 if there are any
  tabi fmt --diff            show the changes instead
  tabi fmt - < shop.tabi     from stdin to stdout, for editors")]
pub struct Args {
    /// Files and directories; `-` is stdin
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    diff: bool,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    if args.paths.iter().any(|p| p == Path::new("-")) {
        if args.paths.len() > 1 {
            return Err("`-` is stdin and stands alone".into());
        }
        return stdin(args, terminal);
    }
    let (files, notes) = load::listed_files(&args.paths)?;
    for note in notes {
        terminal.note_line(&format!("note: {note}"));
    }
    let names: Vec<(String, PathBuf)> = files.into_iter().map(|f| (shown(&f.path), f.path)).collect();
    let formatted = read::on_all_cores(&names, |(name, path)| {
        read::read(path).map(|text| format(name.clone(), text)).map_err(|why| format!("{name}: {why}"))
    });
    let (mut changed, mut broken) = (0, 0);
    for ((name, path), result) in names.iter().zip(formatted) {
        match result? {
            Formatted::Broken(said) => {
                broken += 1;
                said(terminal);
            }
            Formatted::Text { old, new } if old != new => {
                changed += 1;
                if args.diff {
                    terminal.result(&drift::unified(&old, &new, name))?;
                } else if args.check {
                    terminal.result(&format!("{}\n", clean(name)))?;
                } else {
                    output::replace(path, &new)?;
                }
            }
            Formatted::Text { .. } => {}
        }
    }
    let would = if args.check || args.diff { "would be changed" } else { "changed" };
    let left = if broken > 0 { format!(", {broken} left alone") } else { String::new() };
    terminal.note_line(&format!(
        "{} {would}, {} as they should be{left}",
        plural(changed, "file"),
        names.len() - changed - broken
    ));
    let found = broken > 0 || (changed > 0 && (args.check || args.diff));
    Ok(if found { Outcome::Found } else { Outcome::Fine })
}

/// A path as people give it: from the current directory, where it lies in it.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let from_here = path.strip_prefix(&here).unwrap_or(path);
    if from_here.as_os_str().is_empty() { ".".into() } else { from_here.display().to_string() }
}

enum Formatted {
    Text {
        old: String,
        new: String,
    },
    /// Says the diagnostics.
    Broken(Box<dyn Fn(Terminal) + Send>),
}

fn format(name: String, text: read::Text) -> Formatted {
    let bom = text.text.starts_with('\u{feff}');
    let (file, encoding) = text.into_file(name);
    let mut sources = Sources::default();
    let id = sources.add(file);
    let formatted = match encoding.diagnostic(id) {
        Some(bad) => Err(vec![bad]),
        None => format_checked(id, sources.file(id)),
    };
    match formatted {
        Ok(new) => {
            let file: &SourceFile = sources.file(id);
            let mark = if bom { "\u{feff}" } else { "" };
            Formatted::Text { old: format!("{mark}{}", file.text), new }
        }
        Err(diagnostics) => {
            Formatted::Broken(Box::new(move |terminal| terminal.note_diagnostics(&sources, &diagnostics)))
        }
    }
}

fn stdin(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| format!("stdin: {e}"))?;
    let text = read::decode(bytes).map_err(|why| format!("stdin: {why}"))?;
    match format("<stdin>".into(), text) {
        Formatted::Broken(said) => {
            said(terminal);
            Ok(Outcome::Found)
        }
        Formatted::Text { old, new } => {
            if args.diff {
                terminal.result(&drift::unified(&old, &new, "stdin"))?;
            } else if !args.check {
                terminal.result(&new)?;
            }
            Ok(if (args.check || args.diff) && old != new { Outcome::Found } else { Outcome::Fine })
        }
    }
}
