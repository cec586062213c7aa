//! Settings with one value: who answers, what is called how, what counts, how steps make a number.

use super::measures::same;
use super::pairs::{Pairs, change};
use super::{Change, Kind, Setting, Side, Subject};
use crate::engine::{Engine, Scope, Target};
use crate::model::{Compose, Counters, Given, Journey, Site, Sli, Urgency};
use crate::plan::minutes;
use crate::project::Options;
use crate::promql::write::number;
use crate::reckon::range_of;
use crate::reckon::thresholds::four_digits;
use std::collections::{BTreeMap, BTreeSet};

/// A setting and its value on each side.
type Pair = (Setting, Option<String>, Option<String>);

/// Finds all settings that differ.
pub fn find(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    let mut say = |subject: &Subject, all: Vec<Pair>| {
        for (setting, old, new) in all {
            let equal = if setting == Setting::Exclude { same(old.as_deref(), new.as_deref()) } else { old == new };
            if !equal {
                changes.push(change(subject.clone(), Kind::Setting { setting, old, new }));
            }
        }
    };
    for (old, new) in pairs.both_journeys() {
        let mut all = both(of_journey(pairs.old, old), of_journey(pairs.new, new));
        all.extend(labels(&old.labels, &new.labels));
        all.extend(order(old, new));
        say(&Pairs::journey(Some(old), Some(new)), all);
    }
    for (i, j) in pairs.steps.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let (old, new) = (pairs.old.journey(i.0), pairs.new.journey(j.0));
        let (before, now) = (&old.steps[i.1], &new.steps[j.1]);
        let mut all = vec![
            (Setting::Title, before.title.clone(), now.title.clone()),
            (Setting::Doc, before.doc.clone(), now.doc.clone()),
        ];
        let (a, b) = (before.weight.value, now.weight.value);
        let weighted = [old, new].iter().any(|j| j.compose.value == Compose::Weighted);
        // but for a mean it only matters whether a step counts
        if weighted || (a > 0.0) != (b > 0.0) {
            all.push((Setting::Weight, Some(number(a)), Some(number(b))));
        }
        say(&pairs.step(Some(i), Some(j)), all);
    }
    for (old, new) in pairs.both_slis() {
        let values = |side: Side<'_>, m: super::pairs::Member<'_>| of_sli(side, side.journey(m.journey), m.sli);
        let mut all = both(values(pairs.old, old), values(pairs.new, new));
        all.extend(labels(&old.sli.labels, &new.sli.labels));
        if old.step.is_some() && new.step.is_some() {
            let word = |counts: bool| Some(if counts { "counts" } else { "does not count" }.to_string());
            all.push((Setting::Counts, word(old.sli.counts), word(new.sli.counts)));
        }
        say(&pairs.sli(Some(old), Some(new)), all);
    }
    for new in &pairs.new.model.sites {
        let Some(old) = pairs.old.model.sites.iter().find(|old| old.name.text == new.name.text) else { continue };
        let at = |site: &Site| Some((site.name.text.clone(), site.name.place));
        let mut all = vec![(Setting::Title, old.title.clone(), new.title.clone())];
        let labels = labels(&old.external_labels, &new.external_labels).into_iter();
        all.extend(labels.map(|(setting, old, new)| match setting {
            Setting::Label(key) => (Setting::ExternalLabel(key), old, new),
            other => (other, old, new),
        }));
        say(&Subject { old: at(old), new: at(new) }, all);
    }
    let mut all = of_options(pairs.old.options, pairs.new.options);
    all.extend(of_engines(&pairs.old.options.engine, &pairs.new.options.engine));
    if [pairs.old, pairs.new].iter().any(|side| side.model.has_sites()) {
        let word = |side: Side<'_>| Some(if side.options.central { "central" } else { "each" }.to_string());
        all.push((Setting::Evaluator, word(pairs.old), word(pairs.new)));
    }
    // `./out/` is `out`
    let whole = |path: &str| path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_string).collect();
    let parts = |side: Side<'_>| -> Option<(bool, Vec<String>)> { side.output.map(|p| (p.starts_with('/'), whole(p))) };
    if parts(pairs.old) != parts(pairs.new) {
        let text = |side: Side<'_>| side.output.map(str::to_string);
        all.push((Setting::Output, text(pairs.old), text(pairs.new)));
    }
    say(&Subject::default(), all);
}

/// What of `[build]` shows in the rules of the target; of another target that it is another one.
fn of_engines(old: &Engine, new: &Engine) -> Vec<Pair> {
    if old.target != new.target {
        let word = |engine: &Engine| Some(engine.target.word().to_string());
        return vec![(Setting::Build("target"), word(old), word(new))];
    }
    let (old, new) = (of_engine(old), of_engine(new));
    let keys: BTreeSet<&'static str> = old.keys().chain(new.keys()).copied().collect();
    keys.into_iter().map(|key| (Setting::Build(key), old.get(key).cloned(), new.get(key).cloned())).collect()
}

fn of_engine(engine: &Engine) -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::new();
    let resources = matches!(engine.target, Target::Operator | Target::Gmp);
    if resources || matches!(engine.target, Target::Mimir | Target::Azure) {
        all.insert("prefix", engine.prefix.clone());
    }
    if resources {
        all.extend(engine.namespace.clone().map(|namespace| ("namespace", namespace)));
        let labels: Vec<String> = engine.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        all.extend((!labels.is_empty()).then(|| ("labels", labels.join(", "))));
    }
    match engine.target {
        Target::Thanos => {
            all.insert("thanos.partial_response_strategy", if engine.partial { "warn" } else { "abort" }.to_string());
            all.insert("thanos.stateless", engine.stateless.to_string());
        }
        Target::Gmp => {
            let word = Scope::WORDS.iter().find(|(_, scope)| *scope == engine.scope).map(|(word, _)| *word);
            all.extend(word.map(|word| ("gmp.scope", word.to_string())));
        }
        Target::Azure => {
            let of_azure = [
                ("azure.workspace", &engine.workspace),
                ("azure.location", &engine.location),
                ("azure.cluster", &engine.cluster),
                ("azure.page_action_group", &engine.page_action),
                ("azure.ticket_action_group", &engine.ticket_action),
            ];
            all.extend(of_azure.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))));
        }
        Target::Prometheus | Target::Operator | Target::Mimir | Target::VictoriaMetrics | Target::Amp => {}
    }
    all
}

fn both(old: Vec<(Setting, Option<String>)>, new: Vec<(Setting, Option<String>)>) -> Vec<Pair> {
    old.into_iter().zip(new).map(|((setting, old), (_, new))| (setting, old, new)).collect()
}

fn given(value: Option<&Given<String>>) -> Option<String> {
    value.map(|v| v.value.clone())
}

fn sites(side: Side<'_>, at: &[usize]) -> Option<String> {
    let names: Vec<&str> = at.iter().map(|i| side.model.sites[*i].name.text.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn of_journey(side: Side<'_>, journey: &Journey) -> Vec<(Setting, Option<String>)> {
    let compose = match journey.compose.value {
        Compose::All => "all",
        Compose::Weakest => "weakest",
        Compose::Weighted => "weighted",
    };
    // a number needs steps
    let compose = journey.counted_slis().next().map(|_| compose.to_string());
    vec![
        (Setting::Compose, compose),
        (Setting::Owner, given(journey.owner.as_ref())),
        (Setting::Runbook, given(journey.runbook.as_ref())),
        (Setting::Title, journey.title.clone()),
        (Setting::Doc, journey.doc.clone()),
        (Setting::Evaluate, Some(minutes(journey.evaluate))),
        (Setting::At, sites(side, &journey.at)),
    ]
}

fn of_sli(side: Side<'_>, journey: &Journey, sli: &Sli) -> Vec<(Setting, Option<String>)> {
    let counters = match sli.counters {
        Counters::Scraped => "scraped".to_string(),
        Counters::Pushed => match sites(side, &sli.scraped_at) {
            Some(scraped) => format!("pushed, scraped at {scraped}"),
            None => "pushed".to_string(),
        },
    };
    // what reads no counters has no use for it
    let counted = !sli.measure.counters().is_empty();
    let range = crate::promql::write::duration(range_of(journey, sli) * 1000);
    let traffic = sli.traffic.as_ref().map(|t| format!("{}/day", number(four_digits(t.value * 86_400.0))));
    vec![
        (Setting::Exclude, given(sli.exclude.as_ref())),
        (Setting::Counters, counted.then_some(counters)),
        (Setting::Range, counted.then_some(range)),
        (Setting::Owner, given(sli.owner.as_ref())),
        (Setting::Runbook, given(sli.runbook.as_ref())),
        (Setting::Title, sli.title.clone()),
        (Setting::Doc, sli.doc.clone()),
        (Setting::Traffic, traffic),
        (Setting::At, sites(side, &sli.at)),
    ]
}

fn labels(old: &BTreeMap<String, Given<String>>, new: &BTreeMap<String, Given<String>>) -> Vec<Pair> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().map(|key| (Setting::Label(key.clone()), given(old.get(key)), given(new.get(key)))).collect()
}

/// The order of the steps that are on both sides.
fn order(old: &Journey, new: &Journey) -> Option<Pair> {
    let names = |journey: &Journey, other: &Journey| -> Vec<String> {
        let is_there = |name: &&str| other.steps.iter().any(|s| s.name.text == **name);
        journey.steps.iter().map(|s| s.name.text.as_str()).filter(is_there).map(str::to_string).collect()
    };
    let (before, now) = (names(old, new), names(new, old));
    (before != now).then(|| (Setting::Steps, Some(before.join(", ")), Some(now.join(", "))))
}

fn of_options(old: &Options, new: &Options) -> Vec<Pair> {
    let mut all = Vec::new();
    for (urgency, before, now) in
        [(Urgency::Page, &old.page_labels, &new.page_labels), (Urgency::Ticket, &old.ticket_labels, &new.ticket_labels)]
    {
        let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        for key in keys {
            let value = |labels: &BTreeMap<String, String>| {
                let built_in = || (key == "severity").then(|| urgency.text().to_string());
                labels.get(key).cloned().or_else(built_in)
            };
            all.push((Setting::UrgencyLabel(urgency, key.clone()), value(before), value(now)));
        }
    }
    all.push((Setting::Link("alerts.dashboard_url"), old.dashboard_url.clone(), new.dashboard_url.clone()));
    let (a, b) = (&old.grafana, &new.grafana);
    all.push((Setting::Link("grafana.url"), a.url.clone(), b.url.clone()));
    all.push((Setting::Grafana("folder"), Some(a.folder.clone()), Some(b.folder.clone())));
    all.push((Setting::Grafana("tags"), Some(a.tags.join(", ")), Some(b.tags.join(", "))));
    all.push((Setting::Grafana("datasource"), a.datasource.clone(), b.datasource.clone()));
    all
}
