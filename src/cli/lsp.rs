//! `tabi lsp`: the language server, for editors.

use super::Outcome;
use crate::lsp::{self, Modules};

/// Serve an editor
///
/// Speaks the language server protocol on standard input and output until the editor ends it. Editors start it; docs/lsp.md says what it
/// can do.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi lsp    what an editor has to start")]
pub struct Args {
    /// Speak on standard input and output, as always; some clients say so
    #[arg(long, hide = true)]
    stdio: bool,
    /// The process of the client, which `initialize` tells too
    #[arg(long = "clientProcessId", hide = true, value_name = "N")]
    client: Option<u32>,
}

pub(super) fn run(args: &Args) -> Outcome {
    // a panic is an error of one request; what it says is for the editor's log of the server
    std::panic::set_hook(Box::new(|panic| eprintln!("tabi: internal error: {panic}")));
    let end = lsp::stdio(args.client, |connection| lsp::serve(connection, Modules::of_user()));
    if end == lsp::End::Orderly { Outcome::Fine } else { Outcome::Found }
}
