//! `tabi completions`: a script for a shell.

use super::terminal::Terminal;
use super::{Cli, Outcome};
use clap::CommandFactory as _;

/// Write a completion script for a shell
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi completions bash > ~/.local/share/bash-completion/completions/tabi
  tabi completions zsh > ~/.zfunc/_tabi
  tabi completions fish > ~/.config/fish/completions/tabi.fish")]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tabi", &mut script);
    terminal.result(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}
