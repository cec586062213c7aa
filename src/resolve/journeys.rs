//! Journeys and steps.

use super::Resolver;
use super::kept::Used;
use super::layer::Layer;
use super::messages as say;
use super::scope::{Own, Scope, audience_index, audience_of};
use super::slis::Chain;
use crate::diagnostic::Diagnostic;
use crate::model::{Audience, Compose, Given, Journey, Named, SiteIndex, Sli, Step};
use crate::project::Unit;
use crate::reckon::shortest_window;
use crate::schema::Block;
use crate::schema::kind::Kind;
use crate::source::{FileId, Place};
use crate::syntax::ast::{self, Entry, Item};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The period of budgets where nobody says one: 28 days, in minutes.
const WINDOW: u64 = 28 * 1440;

impl<'a> Resolver<'a> {
    /// All journeys of the listed files, in order, with their stamps. Says what is wrong with any file's templates and journeys.
    pub fn journeys(
        &mut self,
        units: &[&'a Unit],
        scopes: &[Scope<'a>],
        declared: &HashMap<FileId, Own<'a>>,
    ) -> (Vec<Arc<Journey>>, Vec<u64>) {
        for unit in units {
            self.kept.look(self.sources, unit);
        }
        let world = self.world(units);
        let mut journeys: Vec<Arc<Journey>> = Vec::new();
        let mut delivers: Vec<Vec<Named>> = Vec::new();
        let mut stamps: Vec<u64> = Vec::new();
        let mut names: HashMap<String, (Place, Option<usize>)> = HashMap::new();
        let mut said: Vec<Diagnostic> = Vec::new();
        for (index, unit) in units.iter().enumerate() {
            // the modules that ship have none
            let scope = scopes.get(index).filter(|_| unit.listed);
            let doubles = if scope.is_some() { self.doubles(unit, &mut names) } else { Vec::new() };
            let part = self.part(unit, world, scope, declared, doubles);
            self.found.extend_from_slice(&part.of_templates);
            said.extend_from_slice(&part.of_journeys);
            self.mark(&part.used);
            for (name, made) in &part.journeys {
                let Some(made) = made else { continue };
                if let Some((_, index)) = names.get_mut(&name.text) {
                    *index = Some(journeys.len());
                }
                journeys.push(made.journey.clone());
                delivers.push(made.delivers.clone());
                stamps.push(made.stamp);
            }
        }
        self.found.extend(said);
        self.deliveries(&mut journeys, &delivers, &names);
        (journeys, stamps)
    }

    /// Notes the names of a file's journeys, and says which of them others have already: their places among the declarations.
    fn doubles(&mut self, unit: &Unit, names: &mut HashMap<String, (Place, Option<usize>)>) -> Vec<usize> {
        let mut doubles = Vec::new();
        for (i, item) in unit.parsed.ast.items.iter().enumerate() {
            let Item::Journey(journey) = item else { continue };
            let Some(name) = journey.name.map(|n| self.named(unit.file, n)) else { continue };
            if let Some((first, _)) = names.get(&name.text) {
                self.found.push(say::duplicate_name(name.place, *first, "journey", &name.text));
                doubles.push(i);
            } else {
                names.insert(name.text, (name.place, None));
            }
        }
        doubles
    }

    fn mark(&mut self, used: &Used) {
        used.templates.iter().for_each(|i| self.template_list[*i].1 = true);
        used.modules.iter().for_each(|i| self.module_uses[*i].2 = true);
        used.sites.iter().for_each(|i| self.site_used[*i] = true);
    }

    fn deliveries(
        &mut self,
        journeys: &mut [Arc<Journey>],
        delivers: &[Vec<Named>],
        names: &HashMap<String, (Place, Option<usize>)>,
    ) {
        for (i, wanted) in delivers.iter().enumerate() {
            let mut found: Vec<(usize, Place)> = Vec::new();
            for name in wanted {
                match names.get(&name.text) {
                    None => {
                        let users = journeys.iter().filter(|j| j.audience == Audience::User);
                        let users: Vec<&str> = users.map(|j| j.name.text.as_str()).collect();
                        self.found.push(say::unknown_user_journey(name, &users));
                    }
                    Some((_, Some(index))) if journeys[*index].audience != Audience::User => {
                        let other = &journeys[*index];
                        self.found.push(say::wrong_journey(name, other.name.place, other.audience.text()));
                    }
                    Some((_, Some(index))) => {
                        if let Some((_, first)) = found.iter().find(|(f, _)| f == index) {
                            self.found.push(say::duplicate_setting(name.place, *first, &name.text));
                        } else {
                            found.push((*index, name.place));
                        }
                    }
                    // it is broken, and that was said
                    Some((_, None)) => {}
                }
            }
            for (user, _) in &found {
                Arc::make_mut(&mut journeys[*user]).delivered_by.push(i);
            }
            if !found.is_empty() {
                Arc::make_mut(&mut journeys[i]).delivers = found;
            }
        }
    }

    pub(super) fn journey(
        &mut self,
        unit: &'a Unit,
        scope: &Scope<'a>,
        declared: &HashMap<FileId, Own<'a>>,
        journey: &'a ast::Journey,
        name: &Named,
    ) -> Option<(Journey, Vec<Named>)> {
        let file = unit.file;
        let place = Place { file, span: journey.span };
        let entries: &[Entry] = journey.body.as_ref().map_or(&[], |b| &b.items);
        let mut own = Layer::default();
        self.read_layer(file, Block::Journey, entries, &mut own);
        let known = journey.audience.and_then(|w| audience_of(w.kind));
        if let (Some(Audience::User), Some(at)) = (known, own.seen.get(&Kind::Delivers)) {
            self.found.push(say::user_delivers(*at, name.place));
        }
        // whose it is was asked for; what is in it is looked at all the same
        let audience = known.unwrap_or(Audience::User);
        // far to near; the site's layers come in front once `at` is known
        let mut layers: Vec<&Layer> = Vec::new();
        for file in scope.defaults.iter().rev() {
            if let Some(own) = declared.get(file) {
                layers.extend([&own.general, &own.of_audience[audience_index(audience)]]);
            }
        }
        layers.push(&own);
        let chain = Chain { layers: &layers, audience, journey: name, window: WINDOW };
        let at = self.sites_of(&chain, scope);
        let window = chain.nearest(|l| l.window.clone()).unwrap_or(Given::built_in(WINDOW));
        let chain = Chain { window: window.value, ..chain };
        let sites = at.iter().copied().chain(self.sites_within(file, scope, entries));
        let site_evaluate = sites.filter_map(|site| self.site_layers[site].evaluate).max();
        let evaluate = chain.nearest(|l| l.evaluate).or(site_evaluate).unwrap_or(1);

        let (steps, slis, whole) = self.parts(unit, scope, entries, &chain, evaluate);
        if steps.is_empty() && slis.is_empty() && whole {
            self.found.push(say::missing_step(name.place));
            return None;
        }
        let counted = steps.iter().any(|s| s.weight.value > 0.0 && s.slis.iter().any(|sli| sli.counts));
        if !counted
            && whole
            && let Some(target) = &own.target
        {
            self.found.push(say::target_without_steps(target.place.unwrap_or(name.place), name.place));
        }
        for step in &steps {
            if step.slis.is_empty() && slis.is_empty() && whole {
                self.found.push(say::step_without_sli(step.name.place));
            }
        }
        self.check_label_clashes(&steps, &slis);
        let own_scrape = chain.nearest(|l| l.scrape).unwrap_or(30_000);
        let scrape = steps.iter().flat_map(|s| &s.slis).map(|sli| sli.scrape).max().unwrap_or(0).max(own_scrape);
        let shortest = shortest_window(evaluate, scrape);
        let alerts = self.cascade_alerts(layers.iter().map(|l| &l.alerts), window.value, shortest);
        let filled = |text: &str| crate::model::fill(text, &name.text, None, None);
        let journey = Journey {
            audience: known?,
            title: self.title(file, journey.title),
            doc: self.doc(unit, journey.span.start),
            place,
            window,
            target: own.target.clone(),
            compose: chain.nearest(|l| l.compose.clone()).unwrap_or(Given::built_in(Compose::All)),
            delivers: Vec::new(),
            delivered_by: Vec::new(),
            owner: chain.nearest(|l| l.owner.clone()),
            labels: self.labels(&chain, &filled),
            runbook: chain.nearest(|l| l.runbook.clone()).map(|g| Given { value: filled(&g.value), place: g.place }),
            alerts,
            evaluate,
            at,
            steps,
            slis,
            name: name.clone(),
        };
        // of a user journey that was said
        let delivers = if audience == Audience::User { Vec::new() } else { own.delivers };
        Some((journey, delivers))
    }

    /// The sites that steps and SLIs name by themselves: the rules of a journey run equally often at all of its sites.
    fn sites_within(&self, file: FileId, scope: &Scope<'_>, entries: &[Entry]) -> Vec<SiteIndex> {
        let mut found = Vec::new();
        for entry in entries {
            match entry {
                Entry::Setting(setting) if setting.key == Kind::At => {
                    let text = |word: &ast::Word| self.text(Place { file, span: word.span });
                    found.extend(setting.values.iter().filter_map(|w| scope.sites.get(text(w)).map(|(site, _)| *site)));
                }
                Entry::Step(_) | Entry::Sli(_) => {
                    found.extend(self.sites_within(file, scope, entry.body().map_or(&[], |b| &b.items)));
                }
                _ => {}
            }
        }
        found
    }

    /// Steps and own SLIs of a journey; whether nothing of them is broken.
    fn parts(
        &mut self,
        unit: &'a Unit,
        scope: &Scope<'a>,
        entries: &'a [Entry],
        chain: &Chain<'_>,
        evaluate: u64,
    ) -> (Vec<Step>, Vec<Sli>, bool) {
        let (mut steps, mut slis, mut whole) = (Vec::new(), Vec::new(), true);
        let mut names: BTreeMap<String, (Place, &'static str)> = BTreeMap::new();
        for entry in entries {
            match entry {
                Entry::Step(step) => {
                    let Some(name) = step.name.map(|n| self.named(unit.file, n)) else {
                        whole = false;
                        continue;
                    };
                    if let Some((first, what)) = names.insert(name.text.clone(), (name.place, "step")) {
                        self.found.push(say::duplicate_name(name.place, first, what, &name.text));
                        continue;
                    }
                    let (step, complete) = self.step(unit, scope, step, name, chain, evaluate);
                    whole &= complete;
                    steps.push(step);
                }
                Entry::Sli(sli) => {
                    let Some(name) = sli.name.map(|n| self.named(unit.file, n)) else {
                        whole = false;
                        continue;
                    };
                    if let Some((first, what)) = names.insert(name.text.clone(), (name.place, "sli")) {
                        self.found.push(say::duplicate_name(name.place, first, what, &name.text));
                        continue;
                    }
                    match self.sli(unit, scope, sli, &name, None, chain, evaluate) {
                        Some(sli) => slis.push(sli),
                        None => whole = false,
                    }
                }
                Entry::Error(_) => whole = false,
                Entry::Setting(_) | Entry::Measure(_) => {}
            }
        }
        (steps, slis, whole)
    }

    fn step(
        &mut self,
        unit: &'a Unit,
        scope: &Scope<'a>,
        step: &'a ast::Step,
        name: Named,
        chain: &Chain<'_>,
        evaluate: u64,
    ) -> (Step, bool) {
        let entries: &[Entry] = step.body.as_ref().map_or(&[], |b| &b.items);
        let mut own = Layer::default();
        self.read_layer(unit.file, Block::Step, entries, &mut own);
        let layers: Vec<&Layer> = chain.layers.iter().copied().chain([&own]).collect();
        let chain = Chain { layers: &layers, ..*chain };
        let (mut slis, mut whole): (Vec<Sli>, bool) = (Vec::new(), step.body.is_some());
        let mut names: BTreeMap<String, Place> = BTreeMap::new();
        for entry in entries {
            let Entry::Sli(sli) = entry else {
                whole &= !matches!(entry, Entry::Error(_));
                continue;
            };
            let Some(sli_name) = sli.name.map(|n| self.named(unit.file, n)) else {
                whole = false;
                continue;
            };
            if let Some(first) = names.insert(sli_name.text.clone(), sli_name.place) {
                self.found.push(say::duplicate_name(sli_name.place, first, "sli", &sli_name.text));
                continue;
            }
            match self.sli(unit, scope, sli, &sli_name, Some(&name), &chain, evaluate) {
                Some(sli) => slis.push(sli),
                None => whole = false,
            }
        }
        let step = Step {
            title: self.title(unit.file, step.title),
            doc: self.doc(unit, step.span.start),
            place: Place { file: unit.file, span: step.span },
            weight: own.weight.clone().unwrap_or(Given::built_in(1.0)),
            slis,
            name,
        };
        (step, whole)
    }

    /// A label of `by` and a key of `labels` with the same name would meet on one alert.
    fn check_label_clashes(&mut self, steps: &[Step], slis: &[Sli]) {
        let all: Vec<&Sli> = steps.iter().flat_map(|s| &s.slis).chain(slis).collect();
        let mut keys: BTreeMap<&str, Place> = BTreeMap::new();
        for sli in &all {
            for (key, value) in &sli.labels {
                if let Some(place) = value.place {
                    keys.entry(key).or_insert(place);
                }
            }
        }
        let clashes: Vec<_> =
            all.iter().flat_map(|s| &s.by).filter_map(|by| keys.get(by.text.as_str()).map(|p| (by, *p))).collect();
        for (by, place) in clashes {
            self.found.push(say::by_and_labels(by, place));
        }
    }
}
