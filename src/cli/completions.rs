//! `tabi completions`: a script for a shell.

use super::terminal::Terminal;
use super::{Cli, Outcome};
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::fmt::Write as _;

/// Write a completion script for a shell
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi completions bash > ~/.local/share/bash-completion/completions/tabi
  tabi completions zsh > ~/.zfunc/_tabi
  tabi completions fish > ~/.config/fish/completions/tabi.fish")]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tabi", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if args.shell == Shell::Fish {
        script.push_str(&words_for_fish());
    }
    terminal.result(&script)?;
    Ok(Outcome::Fine)
}

/// What the generator leaves out for fish: the words that may follow a subcommand by themselves.
fn words_for_fish() -> String {
    let mut out = String::new();
    for command in Cli::command().get_subcommands() {
        let words: Vec<String> = command
            .get_positionals()
            .flat_map(clap::Arg::get_possible_values)
            .map(|value| value.get_name().to_string())
            .collect();
        if !words.is_empty() {
            let (name, words) = (command.get_name(), words.join(" "));
            let _ = writeln!(out, "complete -c tabi -n \"__fish_tabi_using_subcommand {name}\" -f -a \"{words}\"");
        }
    }
    out
}
