//! `tabi show`: what the compiler made of a project, in words.

#![allow(clippy::disallowed_methods, reason = "the command line is where the disk is looked at")]

use super::terminal::Terminal;
use super::{Outcome, check};
use std::path::{Path, PathBuf};

/// Show what a journey, a step or an SLI amounts to
///
/// Without an address: all journeys. With one: targets, budgets in events and in minutes, and for each alert its threshold, when it
/// fires if everything, a half or a tenth fails, how much of the budget is spent by then, and when it ends.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi show                       all journeys
  tabi show checkout              one journey
  tabi show checkout.pay.fast     one SLI
  tabi show checkout --path slo   of the project in slo/")]
pub struct Args {
    /// `journey`, `journey.step` or `journey.step.sli`
    address: Option<String>,
    /// Files and directories of the project, if it is not that of this directory
    #[arg(long = "path", value_name = "PATH", num_args = 1..)]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let Some(checked) = check::without_errors(&args.paths, terminal)? else { return Ok(Outcome::Found) };
    let shown = crate::show::show(&checked.model, &checked.project.config.options, args.address.as_deref());
    terminal.result(
        &shown.map_err(|why| args.address.as_deref().map_or_else(|| why.clone(), |a| path_instead(a, &why)))?,
    )?;
    Ok(Outcome::Fine)
}

/// What to write where a path stands in place of an address: `tabi show slo`.
fn path_instead(address: &str, why: &str) -> String {
    if !Path::new(address).exists() {
        return why.to_string();
    }
    format!(
        "`{address}` is a path, and the address of a journey stands here\n  help: `tabi show --path {address}` shows all that is in it"
    )
}
