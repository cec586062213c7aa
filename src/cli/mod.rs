//! The `tabi` command: one file for each subcommand, and what they share.
//!
//! Exit codes: 0 all is well, 1 something was found (diagnostics, drift, files to format), 2 it could not be looked for (usage, files,
//! a mistake in tabi itself).

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

mod backtest;
mod build;
mod check;
mod completions;
mod cost;
mod diff;
pub mod drift;
mod explain;
mod export;
mod fmt;
mod git;
mod import;
mod init;
// `tabi std`; a module of that name would hide the standard library
mod library;
mod lsp;
mod man;
mod names;
pub mod output;
mod paths;
mod prometheus;
pub mod promtool;
mod show;
mod stale;
pub mod terminal;
mod test;
mod watch;

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use terminal::{Color, Terminal};

/// Service level objectives of user journeys and developer journeys, compiled to Prometheus rules
#[derive(Parser, Debug)]
#[command(name = "tabi", version, propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
#[command(after_long_help = "\
Examples:
  tabi init                 write a first slo.tabi and tabi.toml
  tabi check                look for mistakes in the project of this directory
  tabi build                write its Prometheus rules and their tests
  tabi test                 prove every alert with promtool
  tabi diff                 say what a branch changes for people
  tabi explain blind-spot   say what a diagnostic means

Exit codes: 0 all is well, 1 something was found, 2 it could not be looked for.")]
pub struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Check(check::Args),
    Build(build::Args),
    Test(test::Args),
    Fmt(fmt::Args),
    Show(show::Args),
    Cost(cost::Args),
    Backtest(backtest::Args),
    Diff(diff::Args),
    Explain(explain::Args),
    Std(library::Args),
    Init(init::Args),
    Import(import::Args),
    Export(export::Args),
    Lsp(lsp::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a command ended; failures are in the `Err` beside it, in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All is well: 0.
    Fine,
    /// Something was found: 1.
    Found,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    guarded(|| {
        let cli = parsed();
        let terminal = Terminal { color: cli.color };
        let outcome = match cli.command {
            Command::Check(args) => check::run(&args, terminal),
            Command::Build(args) => build::run(&args, terminal),
            Command::Test(args) => test::run(&args, terminal),
            Command::Fmt(args) => fmt::run(&args, terminal),
            Command::Show(args) => show::run(&args, terminal),
            Command::Cost(args) => cost::run(&args, terminal),
            Command::Backtest(args) => backtest::run(&args, terminal),
            Command::Diff(args) => diff::run(&args, terminal),
            Command::Std(args) => library::run(&args, terminal),
            Command::Explain(args) => explain::run(&args, terminal),
            Command::Init(args) => init::run(&args, terminal),
            Command::Import(args) => import::run(&args, terminal),
            Command::Export(args) => export::run(&args, terminal),
            Command::Lsp(args) => Ok(lsp::run(&args)),
            Command::Completions(args) => completions::run(&args, terminal),
            Command::Man(args) => man::run(&args, terminal),
        };
        match outcome {
            Ok(Outcome::Fine) => 0,
            Ok(Outcome::Found) => 1,
            Err(why) => {
                terminal.note_line(&format!("tabi: {why}"));
                2
            }
        }
    })
}

/// The command line of this process. Its own words, help and mistakes, follow `--color` as well, which has to be known before.
fn parsed() -> Cli {
    let arguments: Vec<_> = std::env::args_os().collect();
    let says = |word: &str| {
        let pairs = arguments.windows(2).any(|pair| pair[0] == "--color" && pair[1] == word);
        pairs || arguments.iter().any(|argument| *argument == *format!("--color={word}"))
    };
    let choice = match (says("never"), says("always")) {
        (true, _) => ColorChoice::Never,
        (false, true) => ColorChoice::Always,
        (false, false) => ColorChoice::Auto,
    };
    let matches = Cli::command().color(choice).try_get_matches().unwrap_or_else(|e| with_meant(e).exit());
    Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.exit())
}

/// A subcommand by the word that other tools have for it, with ours.
fn with_meant(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let meant = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) => command_meant(word),
        _ => None,
    };
    if let Some(meant) = meant {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant.to_string()]));
    }
    error
}

fn command_meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "lint" | "validate" | "verify" | "vet" => "check",
        "generate" | "gen" | "render" | "compile" => "build",
        "format" => "fmt",
        "new" | "create" => "init",
        "convert" | "migrate" => "import",
        "plan" => "diff",
        "library" | "templates" | "modules" => "std",
        "replay" | "history" => "backtest",
        "language-server" | "server" | "serve" => "lsp",
        _ => return None,
    })
}

/// Runs something; a panic becomes a message that asks for a report, and exit code 2.
fn guarded(run: impl FnOnce() -> u8) -> ExitCode {
    static PANIC: Mutex<String> = Mutex::new(String::new());
    std::panic::set_hook(Box::new(|panic| {
        let mut first = PANIC.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_empty() {
            *first = panic.to_string();
        }
    }));
    catch_unwind(AssertUnwindSafe(run)).map_or_else(
        |_| {
            let what = PANIC.lock().unwrap_or_else(PoisonError::into_inner);
            Terminal { color: Color::Never }.note(&format!(
                "tabi: internal error: {what}\n\
                 This is a mistake in tabi {}, not in the files it was given. Please report it with the lines above, the command\n\
                 and, if possible, the files.\n",
                env!("CARGO_PKG_VERSION")
            ));
            ExitCode::from(2)
        },
        ExitCode::from,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn words_of_other_tools_are_answered_with_ours() {
        let said =
            |word: &str| with_meant(Cli::command().try_get_matches_from(["tabi", word]).expect_err("none")).to_string();
        for (word, ours) in [("lint", "'check'"), ("generate", "'build'"), ("biuld", "'build'")] {
            let text = said(word);
            assert!(text.contains(&format!("a similar subcommand exists: {ours}")), "{text}");
        }
        let ours = |word: &str| command_meant(word).is_none_or(|meant| Cli::command().find_subcommand(meant).is_some());
        for word in ["lint", "gen", "format", "new", "convert", "plan", "modules", "replay", "serve", "nothing"] {
            assert!(ours(word), "{word}");
        }
    }

    #[test]
    fn every_subcommand_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("tabi {}", command.get_name())), "{}", command.get_name());
        }
    }

    #[test]
    fn a_panic_is_exit_code_2() {
        let before = std::panic::take_hook();
        assert_eq!(guarded(|| panic!("broken")), ExitCode::from(2));
        assert_eq!(guarded(|| 1), ExitCode::from(1));
        std::panic::set_hook(before);
    }
}
