//! `tabi init`: a first project, which builds.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use super::Outcome;
use super::terminal::Terminal;
use crate::load::walk::reason;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Write a first project: slo.tabi and tabi.toml
///
/// slo.tabi has a user journey and the developer journey that delivers it, with comments. Files that exist are never overwritten.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi init          into this directory
  tabi init slo      into slo/, which is made if need be")]
pub struct Args {
    /// The directory
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const FILES: [(&str, &str); 2] =
    [("slo.tabi", include_str!("init/slo.tabi")), ("tabi.toml", include_str!("init/tabi.toml"))];

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let wrong = |path: &Path, e: &std::io::Error| format!("{}: {}", path.display(), reason(e));
    for (name, _) in FILES {
        let path = args.dir.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(format!("{} exists already and is not overwritten", path.display()));
        }
    }
    std::fs::create_dir_all(&args.dir).map_err(|e| wrong(&args.dir, &e))?;
    for (name, text) in FILES {
        let path = args.dir.join(name);
        let mut open = std::fs::OpenOptions::new();
        let written = open.write(true).create_new(true).open(&path).and_then(|mut f| f.write_all(text.as_bytes()));
        written.map_err(|e| wrong(&path, &e))?;
        terminal.note_line(&format!("wrote {}", path.strip_prefix(".").unwrap_or(&path).display()));
    }
    let there = args.dir.display();
    let go = if args.dir == Path::new(".") { String::new() } else { format!("`cd {there}`, ") };
    terminal.note_line(&format!("next: {go}change slo.tabi, then `tabi check`, `tabi show` and `tabi build`"));
    Ok(Outcome::Fine)
}
