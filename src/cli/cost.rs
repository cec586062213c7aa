//! `tabi cost`: what the rules of a project cost before they are deployed.

use super::check::Format;
use super::prometheus::Prometheus;
use super::terminal::Terminal;
use super::{Outcome, check};
use crate::cost::{self, Inventory, JourneyCost};
use crate::show::cost::{Basis, document, table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// Say what the rules cost before they are deployed
///
/// Rules, groups, recorded series, and the samples that Prometheus reads a minute to evaluate them, by journey and in total. Samples
/// are what `stats=all` of Prometheus calls `totalQueryableSamples`, with every window full. How many raw series a selector has is
/// assumed, or asked of a real Prometheus. Queries in annotations run only while an alert fires and are left out.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi cost                                       with 20 raw series for each selector
  tabi cost slo/checkout.tabi --series 2000       of one file, and busier
  tabi cost --prometheus http://localhost:9090    with the series that there are
  tabi cost --output-format json > cost.json      for programs; docs/json.md describes it")]
pub struct Args {
    /// Files and directories whose journeys are reckoned; the whole project without one
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Raw series of each selector, `up` among them
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "prometheus")]
    series: u32,
    /// Budgets of each SLI with `by`
    #[arg(long, value_name = "N", default_value_t = 5, conflicts_with = "prometheus")]
    budgets: u32,
    /// Ask this Prometheus for the numbers of series
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// How long each question to it may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "prometheus", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Certificates of authorities to trust over https, in PEM, instead of those of the system
    #[arg(long, value_name = "FILE", requires = "prometheus")]
    ca_file: Option<PathBuf>,
    /// For people or for programs
    #[arg(long = "output-format", alias = "format", value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let Some(checked) = check::without_errors(&args.paths, terminal)? else { return Ok(Outcome::Found) };
    let (model, options) = (&checked.model, &checked.project.config.options);
    let chosen: Vec<usize> =
        (0..model.journeys.len()).filter(|i| checked.project.selects(model.journeys[*i].name.place)).collect();
    let mut inventory =
        Inventory { answers: BTreeMap::new(), series: args.series.into(), budgets: args.budgets.into() };
    if let Some(url) = &args.prometheus {
        let prometheus = Prometheus::at(url, Duration::from_secs(args.timeout), args.ca_file.as_deref())?;
        let questions: BTreeSet<String> = chosen.iter().flat_map(|i| cost::questions(model, *i, options)).collect();
        for question in questions {
            let answer = prometheus.number(&question)?;
            inventory.answers.insert(question, answer);
        }
    }
    let costs: Vec<JourneyCost> =
        chosen.iter().flat_map(|i| cost::everywhere(model, *i, options, &inventory)).collect();
    let basis = match &args.prometheus {
        Some(url) => Basis::Asked { url, answers: &inventory.answers },
        None => Basis::Assumed { series: inventory.series, budgets: inventory.budgets },
    };
    terminal.result(&match args.format {
        Format::Human => table(&costs, &basis),
        Format::Json => document(&costs, &basis),
    })?;
    Ok(Outcome::Fine)
}
