//! `tabi man`: the manual pages.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use super::terminal::Terminal;
use super::{Cli, Outcome};
use clap::CommandFactory as _;
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
    if let Some(dir) = &args.dir {
        let wrong = |e: std::io::Error| format!("{}: {e}", dir.display());
        std::fs::create_dir_all(dir).map_err(wrong)?;
        clap_mangen::generate_to(Cli::command(), dir).map_err(wrong)?;
        return Ok(Outcome::Fine);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|e| e.to_string())?;
    terminal.result(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Fine)
}
