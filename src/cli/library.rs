//! `tabi std`: the templates that ship.

use super::Outcome;
use super::check::Format;
use super::names::Names;
use super::terminal::Terminal;
use crate::show::library::{self, Found};
use crate::stdlib;

/// Show the templates that ship
///
/// Without a name: all modules, each with a line. With that of a module: its templates, what they measure and need, what one event is
/// and how often there is one, and the buckets that their histograms have. With that of a template: its text as well.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi std                   all modules
  tabi std http              one module
  tabi std http.fast         one template with its text
  tabi std --output-format json > std.json
                             for programs; docs/json.md describes it")]
pub struct Args {
    /// `module` or `module.template`
    #[arg(value_parser = Names(names), hide_possible_values = true)]
    name: Option<String>,
    /// For people or for programs
    #[arg(long = "output-format", alias = "format", value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

fn names() -> Vec<&'static str> {
    stdlib::ALL.iter().map(|module| module.name).collect()
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let modules = library::modules();
    let found = args.name.as_deref().map(|name| library::find(&modules, name)).transpose()?;
    let width = terminal.stdout().width;
    terminal.result(&match (args.format, &found) {
        (Format::Json, found) => library::document(&modules, found.as_ref()),
        (Format::Human, None) => library::list(&modules, width),
        (Format::Human, Some(Found::Module(module))) => library::of_module(module, width),
        (Format::Human, Some(Found::Template(module, template))) => library::of_template(module, template, width),
    })?;
    Ok(Outcome::Fine)
}
