//! `tabi show`: what the compiler made of a project, in words.

use super::terminal::Terminal;
use super::{Outcome, check};
use crate::adapt;
use crate::model::Journey;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

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
    let address = args.address.as_deref();
    let mut text = crate::show::show(&checked.model, address)?;
    let engine = &checked.project.config.options.engine;
    let named = |journey: &&Arc<Journey>| address.is_some_and(|a| a.split('.').next() == Some(&journey.name.text));
    if engine.sees_late()
        && text.contains("\n  fires after ")
        && let Some(journey) = checked.model.journeys.iter().find(named)
    {
        let (below, above) = adapt::late::alerts_later(journey.evaluate);
        let target = engine.target.word();
        let _ = write!(
            text,
            "\n  these are the times of Prometheus: {target} sees its own numbers late, and alerts come and end up to {below}m later,\n  \
             those with a long window of a day or more up to {above}m\n"
        );
    }
    terminal.result(&text)?;
    Ok(Outcome::Fine)
}
