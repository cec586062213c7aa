//! `tabi backtest`: what the rules of a project would have said of the past that a Prometheus has.

mod place;
mod read;
mod span;

use super::check::Format;
use super::prometheus::Prometheus;
use super::terminal::{Progress, Terminal};
use super::{Outcome, check, output};
use crate::adapt;
use crate::backtest::{self, JourneyPast, html, json, table};
use crate::model::{Journey, Model};
use crate::plan::members::Member;
use crate::plan::sites::options_at;
use crate::plan::{Plan, minutes};
use crate::show::find::{Found, find};
use read::Reader;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Say what the rules would have said of the past
///
/// Reads the raw series of a Prometheus with the expressions of the rules and reckons from them what the rules would have recorded: what
/// the budgets would have been, when each alert would have fired and for how long, which target the past would have supported, whether
/// each selector matches anything, and whether histograms have their buckets. Nothing is written to the Prometheus.
///
/// Who asks is said in the environment: `TABI_PROMETHEUS_TOKEN` is a bearer token, `TABI_PROMETHEUS_USER` and `TABI_PROMETHEUS_PASSWORD` a name
/// and a password, `TABI_PROMETHEUS_HEADER` headers such as `X-Scope-OrgID: shop`, one a line. `http_proxy`, `https_proxy` and `no_proxy` are
/// followed.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi backtest --prometheus http://localhost:9090                     the whole project, over the last 28 days
  tabi backtest --prometheus https://prom.example --since 7d checkout  one journey, over a week
  tabi backtest --prometheus http://localhost:9090 --html past.html    also as a page with timelines
  tabi backtest --prometheus http://tokyo.example:9090 --site tokyo    the rules of one of several sites
  tabi backtest --prometheus http://localhost:9090 --format json       for programs; docs/json.md describes it

Exit codes: 0 all could be measured, 1 something cannot be, or the answers are not whole, 2 it could not be asked.")]
pub struct Args {
    /// `journey`, `journey.step` or `journey.step.sli`; all journeys without one
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// The Prometheus, or what speaks its API
    #[arg(long, value_name = "URL")]
    prometheus: String,
    /// The site of the Prometheus, where the project has several: its own rules are played
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// How far back, such as 28d, 36h or 90m
    #[arg(long, value_name = "TIME", default_value = "28d", value_parser = span::length)]
    since: u64,
    /// The end of the past, such as 2026-11-26T12:00:00Z; now without it
    #[arg(long, value_name = "TIME", value_parser = span::moment)]
    until: Option<i64>,
    /// Files and directories of the project, if it is not that of this directory
    #[arg(long = "path", value_name = "PATH", num_args = 1..)]
    paths: Vec<PathBuf>,
    /// For people or for programs
    #[arg(long = "output-format", alias = "format", value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Also write a page with timelines
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How long each question may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Certificates of authorities to trust over https, in PEM, instead of those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    if let Some(file) = &args.html {
        directory_of(file)?;
    }
    let Some(checked) = check::without_errors(&args.paths, terminal)? else { return Ok(Outcome::Found) };
    let options = &checked.project.config.options;
    let model = &place::played(&checked.model, options, args.site.as_deref())?;
    // the sites may have an engine of their own
    let options = &*if args.site.is_some() { options_at(options) } else { Cow::Borrowed(options) };
    let chosen = chosen(model, &args.addresses)
        .map_err(|why| place::elsewhere(&checked.model, args.site.as_deref(), &args.addresses).unwrap_or(why))?;
    if chosen.is_empty() {
        return Err("the project has no journeys\n  help: `tabi init` writes a first one".into());
    }
    let prometheus = Prometheus::at(&args.prometheus, Duration::from_secs(args.timeout), args.ca_file.as_deref())?;
    let progress = Progress::new(terminal);
    let mut reader = Reader::new(&prometheus, &progress, args.until, args.since)?;
    let plan = |index: usize| Plan { model, options, journey: &model.journeys[index] };
    let all = || chosen.iter().flat_map(|(index, members)| members.iter().map(|m| (plan(*index), *m)));
    reader.expect(all().map(|(plan, member)| place::sites(&plan, &member).len()).sum());
    reader.begin(&all().collect::<Vec<_>>())?;
    place::knows_sites(&reader, &mut all())?;
    if let Some(site) = &args.site {
        reader.note(format!("the journeys as a whole are a matter of all sites, and not of {site} alone"));
    }
    let mut past: BTreeMap<usize, JourneyPast> = BTreeMap::new();
    // users' journeys first: a developer journey asks for their pages
    let mut order: Vec<&(usize, Vec<Member<'_>>)> = chosen.iter().collect();
    order.sort_by_key(|(index, _)| (model.journeys[*index].audience, *index));
    for (index, members) in order {
        let plan = plan(*index);
        let journey = plan.journey;
        let clock = reader.clock(&plan);
        for note in late(&plan) {
            reader.note(note);
        }
        let mut read = Vec::new();
        for member in members {
            for site in place::sites(&plan, member) {
                read.push((*member, reader.read(&plan, member, site, clock)?));
            }
        }
        let pages = |name: &str| past.values().find(|p| p.name == name).map(JourneyPast::burn_pages);
        let one = backtest::journey(&plan, read, clock, &pages);
        for (user, _) in &journey.delivers {
            let name = &model.journeys[*user].name.text;
            if !past.contains_key(user) && journey.alerts.blocked.is_some() {
                reader.note(format!(
                    "`{name}` was not read, so it is not known when {} would have blocked it",
                    journey.name.text
                ));
            }
        }
        past.insert(*index, one);
    }
    let asked = reader.asked(args.site.clone());
    drop(progress);
    let journeys: Vec<JourneyPast> = past.into_values().collect();
    if let Some(file) = &args.html {
        output::put(file, &html::page(&asked, &journeys))?;
    }
    terminal.result(&match args.format {
        Format::Human => table::text(&asked, &journeys),
        Format::Json => json::document(&asked, &journeys),
    })?;
    let wrong = !asked.warnings.is_empty() || journeys.iter().any(JourneyPast::cannot_be_measured);
    Ok(if wrong { Outcome::Found } else { Outcome::Fine })
}

/// The page is written last: that it has no place is said before anything is asked.
fn directory_of(file: &Path) -> Result<(), String> {
    let shown = file.display();
    if file.is_dir() {
        return Err(format!("{shown}: it is a directory\n  help: `--html {}`", file.join("past.html").display()));
    }
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    match directory.filter(|directory| !directory.is_dir()) {
        None => Ok(()),
        Some(missing) => {
            let missing = missing.display();
            Err(format!(
                "{shown} cannot be written: there is no directory {missing}\n  help: `mkdir -p {missing}` makes it"
            ))
        }
    }
}

/// What no reckoning knows of engines that see their own numbers late: that of the rules, and that of the sites.
fn late(plan: &Plan<'_>) -> Vec<String> {
    let (below, above) = adapt::late::on_the_way(plan.journey.evaluate);
    let of_sites = options_at(plan.options);
    let mut engines = vec![&plan.options.engine];
    engines.extend(plan.model.has_sites().then_some(&of_sites.engine));
    let late = engines.into_iter().filter(|engine| engine.sees_late()).map(|engine| {
        format!(
            "{} sees its own numbers late: alerts may begin and end up to {} later than said here, those with a long window of a day \
             and more up to {}, by when each group happens to run",
            engine.target.word(),
            minutes(below),
            minutes(above)
        )
    });
    late.collect()
}

/// The journeys that addresses choose, each with those of its SLIs that they choose.
fn chosen<'m>(model: &'m Model, addresses: &[String]) -> Result<Vec<(usize, Vec<Member<'m>>)>, String> {
    let all = || model.journeys.iter().map(|journey| -> &'m Journey { journey });
    let index = |journey: &Journey| all().position(|j| std::ptr::eq(j, journey)).unwrap_or(0);
    let mut wanted: Vec<(usize, Member<'m>)> = Vec::new();
    for address in addresses {
        match find(model, address)? {
            Found::Journey(journey) => wanted.extend(journey.members().into_iter().map(|m| (index(journey), m))),
            Found::Step(journey, step) => {
                wanted.extend(step.slis.iter().map(|sli| (index(journey), (Some(step), sli))));
            }
            Found::Sli(journey, step, sli) => wanted.push((index(journey), (step, sli))),
        }
    }
    let is_wanted = |i: usize, member: &Member<'_>| {
        addresses.is_empty() || wanted.iter().any(|(w, m)| *w == i && std::ptr::eq(m.1, member.1))
    };
    let of = |(i, journey): (usize, &'m Journey)| {
        let members: Vec<Member<'m>> = journey.members().into_iter().filter(|m| is_wanted(i, m)).collect();
        (i, members)
    };
    Ok(all().enumerate().map(of).filter(|(_, members)| !members.is_empty()).collect())
}
