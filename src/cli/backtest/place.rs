//! Whose rules are played where a project has several sites: those of one, before its own Prometheus, or all, before what has their series.

use super::read::Reader;
use crate::backtest::ask;
use crate::backtest::look::Series;
use crate::diagnostic::did_you_mean;
use crate::model::{Model, SiteIndex};
use crate::plan::Plan;
use crate::plan::members::Member;
use crate::plan::sites;
use crate::project::Options;
use crate::show::find::find;
use std::borrow::Cow;

/// The project, or what one of its sites evaluates itself.
///
/// # Errors
/// In words, where there is no such site, or none has rules of its own.
pub(super) fn played<'m>(model: &'m Model, options: &Options, site: Option<&str>) -> Result<Cow<'m, Model>, String> {
    let Some(name) = site else { return Ok(Cow::Borrowed(model)) };
    let without = "leave `--site` out";
    if !model.has_sites() {
        return Err(format!("the project has one set of rules and not several sites\n  help: {without}"));
    }
    let names = || model.sites.iter().map(|site| site.name.text.as_str());
    let Some(index) = names().position(|have| have == name) else {
        let near = did_you_mean(name, names());
        let help = near.map_or_else(
            || format!("the sites are {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(format!("there is no site `{name}`\n  help: {help}"));
    };
    if options.central {
        return Err(format!(
            "the rules of all sites are evaluated by one engine, says tabi.toml\n  help: {without}, and ask that engine"
        ));
    }
    let alone = sites::alone(model, options, index);
    if alone.journeys.is_empty() {
        return Err(format!("nothing is measured at `{name}`"));
    }
    Ok(Cow::Owned(alone))
}

/// What is wrong with an address that is one, but not at this site.
pub(super) fn elsewhere(model: &Model, site: Option<&str>, addresses: &[String]) -> Option<String> {
    let site = site?;
    // the first that is nothing at all is said as it would be without a site
    let known = addresses.iter().all(|address| find(model, address).is_ok());
    known.then(|| format!("not all of {} is measured at `{site}`", addresses.join(", ")))
}

/// The sites at which an SLI is read; one that is none where nothing tells sites apart.
pub(super) fn sites(plan: &Plan<'_>, member: &Member<'_>) -> Vec<Option<SiteIndex>> {
    if plan.is_sited(member) { member.1.at.iter().map(|site| Some(*site)).collect() } else { vec![None] }
}

/// Whether the Prometheus has series of sites at all, if any SLI is measured at one.
///
/// # Errors
/// In words: it has none, or does not answer.
pub(super) fn knows_sites<'m>(
    reader: &Reader<'_>,
    all: &mut dyn Iterator<Item = (Plan<'m>, Member<'m>)>,
) -> Result<(), String> {
    let mut looked: Vec<SiteIndex> = Vec::new();
    let mut first = None;
    for (plan, member) in all {
        for site in sites(&plan, &member).into_iter().flatten().filter(|s| !looked.contains(s)).collect::<Vec<_>>() {
            looked.push(site);
            let site = &plan.model.sites[site];
            let selector = ask::all_of(site);
            if reader.labels().any(&selector)? {
                return Ok(());
            }
            first.get_or_insert((site.name.text.clone(), selector, plan.options.central));
        }
    }
    let Some((name, selector, central)) = first else { return Ok(()) };
    let one = if central {
        "the engine that evaluates for all sites has their labels on all series".to_string()
    } else {
        format!(
            "a Prometheus does not see its own external labels: where it is that of a site, `--site {name}` plays the rules of that site; \
             without `--site` the one is asked that has what all sites sent"
        )
    };
    Err(format!("{} has no series of a site, such as `{selector}`\n  help: {one}", reader.base()))
}
