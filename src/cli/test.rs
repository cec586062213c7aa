//! `tabi test`: proves every alert with promtool.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the command line is where files are written")]

use super::promtool::{Failure, Promtool, Run};
use super::terminal::{Progress, Terminal};
use super::{Outcome, build, check};
use crate::diagnostic::Severity;
use crate::diagnostic::render::plural;
use crate::emit::promtool::{file, time};
use crate::engine::Target;
use crate::model::Model;
use crate::plan::sites;
use crate::project::Options;
use crate::proof::{self, Alert, Claim, Proofs};
use crate::source::Sources;
use crate::{adapt, emit};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Prove every alert on synthetic series
///
/// Makes series that the selectors select, lets them fail and recover, and asks promtool whether each alert fires and ends by the
/// predicted minute, and is silent below its threshold, without events, with too few bad ones, and when a target returns. The rules are
/// made anew; files of an earlier build are not read (`tabi build --check` compares those). `tabi build` writes the same tests into tests/. An alert without such a proof is never counted as proven.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi test                                the project of this directory
  tabi test shop.tabi                      the journeys of this file
  tabi test --promtool ~/bin/promtool      with another promtool than that of PATH

promtool comes with Prometheus. 2.42 or later will do; native histograms need 3.0 or later.")]
pub struct Args {
    /// Files and directories whose journeys are proven; the whole project without one
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The promtool to use; else PROMTOOL, else that of PATH
    #[arg(long, value_name = "FILE")]
    promtool: Option<PathBuf>,
    /// The engine whose rules are proven; `[build] target` of tabi.toml, or prometheus, without it
    #[arg(long, value_name = "ENGINE", value_parser = build::target)]
    target: Option<Target>,
    /// How many run at the same time; as many as there are processors without it
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Exit with 0 although some alerts have no proof; failing ones still exit with 1
    #[arg(long)]
    allow_unproven: bool,
}

/// One test of one file of one journey.
struct Job {
    proofs: usize,
    file: usize,
    test: usize,
    /// About how many evaluations it takes.
    work: u64,
}

/// What became of an alert's claims.
#[derive(Default)]
struct Found {
    met: usize,
    failed: Vec<String>,
    /// Why some were not tried.
    untried: Option<String>,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let mut checked = check::compile(&args.paths, terminal)?;
    checked.diagnostics.retain(|d| d.severity == Severity::Error);
    if checked.other_errors > 0 {
        terminal.note_line(&build::other_errors(checked.other_errors));
    }
    if checked.other_errors > 0 || !checked.diagnostics.is_empty() {
        terminal.note_diagnostics(&checked.project.sources, &checked.diagnostics);
        terminal.note_line("nothing was tested: there are errors");
        return Ok(Outcome::Found);
    }
    let promtool = Promtool::find(args.promtool.as_deref())?;
    let (model, project) = (&checked.model, &checked.project);
    let options = &build::for_target(&project.config.options, args.target);
    let chosen: Vec<usize> =
        (0..model.journeys.len()).filter(|i| project.selects(model.journeys[*i].name.place)).collect();
    let places: Vec<Place> = places(model, &chosen, options);
    let all: Vec<Proofs> = places.iter().map(|p| proof::journey(&p.model, p.index, &p.options)).collect();

    let directory = tempfile::tempdir().map_err(|e| format!("no temporary directory can be made: {e}"))?;
    let mut jobs = Vec::new();
    for (p, proofs) in all.iter().enumerate() {
        for (f, tests) in proofs.files.iter().enumerate() {
            for (t, test) in tests.tests.iter().enumerate() {
                let last = test.claims.iter().map(|c| c.minute).max().unwrap_or(0);
                jobs.push(Job { proofs: p, file: f, test: t, work: last / tests.step * tests.groups.len() as u64 });
            }
        }
    }
    // the longest first, so that none is left over at the end
    jobs.sort_by_key(|job| std::cmp::Reverse(job.work));
    let put_job = |i: usize| put_job(&directory.path().join(i.to_string()), &jobs[i], &all, &places, &project.sources);
    let runs = run_all(&jobs, &all, &promtool, args, terminal, &put_job)?;
    let found = sorted_out(&jobs, &runs, &all);
    report(&places, &all, &found, &promtool, args, terminal)
}

/// Rules that are evaluated in one place: those of a journey, and those of each site that measures some of it.
struct Place<'m> {
    model: Cow<'m, Model>,
    index: usize,
    /// What holds for its rules.
    options: Cow<'m, Options>,
    /// What is said of it after the journey's name.
    suffix: String,
}

/// The chosen journeys, each followed by what sites evaluate of it themselves.
fn places<'m>(model: &'m Model, chosen: &[usize], options: &'m Options) -> Vec<Place<'m>> {
    let local = sites::local(model, options);
    let mut found = Vec::new();
    for index in chosen {
        let suffix = if local.is_empty() { String::new() } else { ", all sites".to_string() };
        found.push(Place { model: Cow::Borrowed(model), index: *index, options: Cow::Borrowed(options), suffix });
        for (site, _) in local.iter().filter(|(_, journey)| journey == index) {
            let suffix = format!(", at {}", model.sites[*site].name.text);
            let (model, options) = (Cow::Owned(sites::at(model, *index, *site)), sites::options_at(options));
            found.push(Place { model, index: 0, options, suffix });
        }
    }
    found
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    let said = |e| format!("{}: {e}", path.display());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(said)?;
    }
    std::fs::write(path, text).map_err(said)
}

/// Writes the rules and the test of a job, and gives the test's path. Rules that it does not read only cost time, so they are left out.
fn put_job(
    directory: &Path,
    job: &Job,
    all: &[Proofs],
    places: &[Place<'_>],
    sources: &Sources,
) -> Result<PathBuf, String> {
    let Place { model, options, .. } = &places[job.proofs];
    let proofs = &all[job.proofs];
    let (tests, test) = (&proofs.files[job.file], &proofs.files[job.file].tests[job.test]);
    let journeys = tests.journeys.iter().filter_map(|name| model.journeys.iter().position(|j| j.name.text == *name));
    let rules: Vec<_> = journeys.map(|index| adapt::journey(model, index, options)).collect();
    for rules in proof::reduce::needed(&rules, test) {
        put(&directory.join(format!("rules/{}.yml", rules.journey)), &emit::prometheus::file(&rules, sources))?;
    }
    let path = directory.join("tests/one.test.yml");
    put(&path, &file(tests, [test], &sources.file(proofs.place.file).name, "../rules"))?;
    Ok(path)
}

/// How each job ended; `None` where promtool cannot have it.
fn run_all(
    jobs: &[Job],
    all: &[Proofs],
    promtool: &Promtool,
    args: &Args,
    terminal: Terminal,
    put_job: &(dyn Fn(usize) -> Result<PathBuf, String> + Sync),
) -> Result<Vec<Option<Run>>, String> {
    let threads = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(2, usize::from), usize::from);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<Option<Run>>> = Mutex::new(vec![None; jobs.len()]);
    let failed: Mutex<Option<String>> = Mutex::new(None);
    let progress = Progress::new(terminal);
    let work = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(i) else { return };
            let tests = &all[job.proofs].files[job.file];
            if !tests.native || promtool.knows_native_histograms() {
                let run = match put_job(i) {
                    Ok(path) => promtool.test(&path),
                    Err(why) => {
                        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                        return;
                    }
                };
                results.lock().unwrap_or_else(PoisonError::into_inner)[i] = Some(run);
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress.say(|| format!("{done} of {}", plural(jobs.len(), "test")));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(jobs.len()) {
            scope.spawn(work);
        }
    });
    drop(progress);
    if let Some(why) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(why);
    }
    Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What the runs say of each alert.
fn sorted_out(jobs: &[Job], runs: &[Option<Run>], all: &[Proofs]) -> Vec<Vec<Found>> {
    let mut found: Vec<Vec<Found>> = all.iter().map(|p| p.alerts.iter().map(|_| Found::default()).collect()).collect();
    for (job, run) in jobs.iter().zip(runs) {
        let test = &all[job.proofs].files[job.file].tests[job.test];
        for claim in &test.claims {
            let of = &mut found[job.proofs][claim.alert];
            match run {
                None => of.untried = Some("its tests have native histograms, which need promtool 3".into()),
                Some(Run::Broken(why)) => of.failed.push(format!("{}: {why}", test.name)),
                Some(Run::Passed) => of.met += 1,
                Some(Run::Failed(failures)) => match failures.iter().find(|f| is(f, claim)) {
                    Some(failure) => of.failed.push(in_words(claim, failure, &test.name)),
                    None => of.met += 1,
                },
            }
        }
    }
    found
}

fn is(failure: &Failure, claim: &Claim) -> bool {
    failure.minute == claim.minute && failure.expr == claim.expr
}

fn in_words(claim: &Claim, failure: &Failure, test: &str) -> String {
    let at = time(claim.minute);
    let got = if failure.got == "nil" { "nothing fires".to_string() } else { format!("this fires: {}", failure.got) };
    let expected = match &claim.fires {
        None => "nothing fires".to_string(),
        Some(labels) => format!("this fires: {labels}"),
    };
    format!(
        "{}\n      played:   {test}\n      at:       {at}\n      expected: {expected}\n      got:      {got}",
        claim.words
    )
}

fn report(
    places: &[Place<'_>],
    all: &[Proofs],
    found: &[Vec<Found>],
    promtool: &Promtool,
    args: &Args,
    terminal: Terminal,
) -> Result<Outcome, String> {
    let mut out = String::new();
    let (mut proven, mut failing, mut unproven) = (0, 0, 0);
    for ((place, proofs), found) in places.iter().zip(all).zip(found) {
        let _ = writeln!(out, "{}{}", proofs.journey, place.suffix);
        if proofs.alerts.is_empty() {
            let _ = writeln!(out, "  no alerts");
        }
        for (alert, found) in proofs.alerts.iter().zip(found) {
            let Alert { name, title, .. } = alert;
            if !found.failed.is_empty() {
                failing += 1;
                let _ = writeln!(out, "  FAILING   {name}  {title}");
                for failure in &found.failed {
                    let _ = writeln!(out, "    {failure}");
                }
            } else if let Some(why) = alert.unproven.as_ref().or(found.untried.as_ref()) {
                unproven += 1;
                let _ = writeln!(out, "  unproven  {name}  {title}: {why}");
            } else {
                proven += 1;
                let _ = writeln!(out, "  proven    {name}  {title}  ({})", plural(found.met, "claim"));
            }
        }
    }
    terminal.result(&out)?;
    let (major, minor) = promtool.version;
    let mut said = format!("{}: {proven} proven", plural(proven + failing + unproven, "alert"));
    if failing > 0 {
        let _ = write!(said, ", {failing} failing");
    }
    if unproven > 0 {
        let _ = write!(said, ", {unproven} unproven");
    }
    terminal.note_line(&format!("{said} (promtool {major}.{minor})"));
    Ok(if failing > 0 || (unproven > 0 && !args.allow_unproven) { Outcome::Found } else { Outcome::Fine })
}
