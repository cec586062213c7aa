//! `tabi export`: a project as specifications of other tools.

use super::terminal::Terminal;
use super::{Outcome, check, output};
use crate::diagnostic::render::plural;
use crate::emit;
use std::path::PathBuf;

/// How many things that do not fit are said one by one.
const SHOWN: usize = 20;

/// Write a project as specifications of another tool
///
/// Each SLI becomes an SLO of `OpenSLO` v1, each journey a service. What OpenSLO cannot say is said on stderr. Nothing is written while there
/// is an error anywhere in the project.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi export openslo                    the project of this directory, to stdout
  tabi export openslo -o openslo.yaml    into a file
  tabi export openslo slo/               of the project in slo/")]
pub struct Args {
    /// Which specification
    #[arg(value_enum, value_name = "FORMAT")]
    format: Format,
    /// Files and directories of the project, if it is not that of this directory
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The file to write; stdout without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Format {
    /// OpenSLO v1
    Openslo,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let Format::Openslo = args.format;
    let Some(checked) = check::without_errors(&args.paths, terminal)? else { return Ok(Outcome::Found) };
    let (text, lost) = emit::openslo::file(&checked.model);
    match &args.output {
        Some(path) => output::put(path, &text)?,
        None => terminal.result(&text)?,
    }
    for line in lost.iter().take(SHOWN) {
        terminal.note_line(&format!("not in OpenSLO: {line}"));
    }
    if lost.len() > SHOWN {
        terminal.note_line(&format!("and {} more", plural(lost.len() - SHOWN, "line")));
    }
    Ok(Outcome::Fine)
}
