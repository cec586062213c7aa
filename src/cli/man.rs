//! `tabi man`: the manual pages.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use super::terminal::Terminal;
use super::{Cli, Outcome};
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use std::path::PathBuf;

/// Write the manual pages
///
/// Without a directory: the main page, to stdout.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi man | man -l -                   read the main page
  tabi man ~/.local/share/man/man1      write all pages")]
pub struct Args {
    /// Where all pages go
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    // `tabi help` has no options of its own, and its pages are those of the commands
    let mut main = Cli::command().disable_help_subcommand(true);
    main.build();
    let Some(dir) = &args.dir else {
        terminal.result(&page(&main)?)?;
        return Ok(Outcome::Fine);
    };
    std::fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    for command in std::iter::once(&main).chain(main.get_subcommands().filter(|c| !c.is_hide_set())) {
        let file = dir.join(format!("{}.1", name(command)));
        std::fs::write(&file, page(command)?).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(Outcome::Fine)
}

/// `tabi`, or `tabi-check`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

/// The manual page of a command, as `man` and `mandoc -Tlint` want it.
fn page(command: &Command) -> Result<String, String> {
    let mut drawn = Vec::new();
    Man::new(command.clone()).render(&mut drawn).map_err(|e| e.to_string())?;
    // a paragraph, in one request
    let drawn = String::from_utf8_lossy(&drawn).replace("\n.br\n\n.br\n", "\n.sp\n");
    let mut page = String::new();
    for line in drawn.lines().map(str::trim_end) {
        let line = match line {
            // no date, for a page is the same whenever it is written
            line if line.starts_with(".TH ") => {
                &format!(".TH {} 1 \"\" \"tabi {}\" \"Tabi\"", name(command).to_uppercase(), env!("CARGO_PKG_VERSION"))
            }
            // the lines of examples stay lines
            ".SH EXTRA" => ".SH EXAMPLES\n.nf",
            ".SH VERSION" if page.contains("\n.nf\n") => ".fi\n.SH VERSION",
            "Examples:" => continue,
            "" => ".sp",
            line => line,
        };
        page.push_str(line);
        page.push('\n');
    }
    Ok(page)
}
