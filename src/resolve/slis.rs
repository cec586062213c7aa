//! SLIs: calls, the cascade of settings, and the measure.

use super::Resolver;
use super::layer::Layer;
use super::measures::MeasureSettings;
use super::messages as say;
use super::params::Params;
use super::scope::{Declared, Scope};
use crate::diagnostic::did_you_mean;
use crate::model::{Audience, Counters, Given, Named, SiteIndex, Sli, reserved};
use crate::project::Unit;
use crate::reckon::{level_one_range, shortest_window};
use crate::schema::Block;
use crate::schema::kind::Kind;
use crate::source::Place;
use crate::stdlib;
use crate::syntax::ast::{self, Entry};
use std::collections::BTreeMap;

/// The layers that hold somewhere, far ones first, and what of the journey everybody needs.
#[derive(Clone, Copy)]
pub struct Chain<'c> {
    /// Layers from far to near.
    pub layers: &'c [&'c Layer],
    /// Whose journey.
    pub audience: Audience,
    /// Its name.
    pub journey: &'c Named,
    /// Its window in minutes.
    pub window: u64,
}

impl Chain<'_> {
    /// The value of the nearest layer that has one.
    pub fn nearest<T>(&self, of: impl Fn(&Layer) -> Option<T>) -> Option<T> {
        self.layers.iter().rev().find_map(|l| of(l))
    }
}

/// What stands in the block of an SLI: its own measure, or that of a template.
struct Source<'a> {
    /// The template's settings, far.
    template: Option<Layer>,
    entries: &'a [Entry],
    file: crate::source::FileId,
    params: Params,
    doc: Option<String>,
}

impl<'a> Resolver<'a> {
    /// One SLI; `None` where it is broken, and that was said.
    #[allow(clippy::too_many_arguments, reason = "where it stands: unit, scope, step, chain; what it is: ast and name")]
    pub fn sli(
        &mut self,
        unit: &'a Unit,
        scope: &Scope<'a>,
        sli: &'a ast::Sli,
        name: &Named,
        step: Option<&Named>,
        chain: &Chain<'_>,
        evaluate: u64,
    ) -> Option<Sli> {
        let file = unit.file;
        let block = if sli.call.is_some() { Block::Call } else { Block::Sli };
        let entries: &[Entry] = sli.body.as_ref().map_or(&[], |b| &b.items);
        let mut own = Layer::default();
        self.read_layer(file, block, entries, &mut own);
        let source = match &sli.call {
            None => Some(Source { template: None, entries, file, params: Params::default(), doc: None }),
            Some(call) => self.called(unit, scope, call),
        };
        let whole = ast::is_whole(sli.body.as_ref());
        if whole && !own.seen.contains_key(&Kind::Target) {
            self.found.push(say::missing_target(name.place));
        }
        let source = source?;
        if !whole && sli.call.is_none() && !entries.iter().any(|e| matches!(e, Entry::Measure(_))) {
            // it may stand in what was not understood
            return None;
        }
        let template_layers: Vec<&Layer> = source.template.iter().collect();
        let layers: Vec<&Layer> = chain.layers.iter().copied().chain(template_layers).chain([&own]).collect();
        let chain = Chain { layers: &layers, ..*chain };
        let at = self.sites_of(&chain, scope);
        let sites: Vec<&Layer> = at.iter().map(|i| &self.site_layers[*i]).collect();
        // where sites differ, the longest interval holds for all of them: `$window` is one text
        let scrape =
            chain.nearest(|l| l.scrape).or_else(|| sites.iter().filter_map(|l| l.scrape).max()).unwrap_or(30_000);
        // but how counters arrive is a matter of each: a target that returns is known by its `up`
        let said = chain.nearest(|l| l.counters);
        let arrive = |site: &SiteIndex| said.or(self.site_layers[*site].counters).unwrap_or(Counters::Scraped);
        let (pushed_at, scraped_at): (Vec<SiteIndex>, Vec<SiteIndex>) =
            at.iter().partition(|site| arrive(site) == Counters::Pushed);
        let counters = said.unwrap_or(if pushed_at.is_empty() { Counters::Scraped } else { Counters::Pushed });
        let scraped_at = if pushed_at.is_empty() { Vec::new() } else { scraped_at };
        let range = level_one_range(evaluate, scrape);
        let near_first: Vec<&Layer> = layers.iter().rev().copied().collect();
        let settings = MeasureSettings::of(&near_first, range);
        let measure = self.measure(source.file, name.place, source.entries, &source.params, &settings);
        let parts = source.entries.iter().filter_map(|entry| match entry {
            Entry::Measure(part) => Some(Place { file: source.file, span: part.span }),
            _ => None,
        });
        let parts = parts.collect();
        let by = chain.nearest(|l| l.by.clone()).unwrap_or_default();
        let by = self.check_by(&by);
        let alerts =
            self.cascade_alerts(layers.iter().map(|l| &l.alerts), chain.window, shortest_window(evaluate, scrape));
        let filled =
            |text: &str| crate::model::fill(text, &chain.journey.text, step.map(|s| s.text.as_str()), Some(&name.text));
        let labels = self.labels(&chain, &filled);
        let measure = measure?;
        self.check_decides(&by, &measure);
        let own_traffic = own.traffic.as_ref().or(source.template.as_ref().and_then(|t| t.traffic.as_ref()));
        if let (Some(traffic), true) = (own_traffic, measure.counts_minutes()) {
            self.found.push(say::traffic_of_minutes(traffic.place.unwrap_or(name.place)));
        }
        let traffic = chain.nearest(|l| l.traffic.clone()).filter(|_| !measure.counts_minutes());
        Some(Sli {
            name: name.clone(),
            title: self.title(file, sli.title),
            doc: self.doc(unit, sli.span.start).or(source.doc),
            place: Place { file, span: sli.span },
            target: own.target.clone()?,
            counts: own.weight.as_ref().is_none_or(|w| w.value > 0.0),
            owner: chain.nearest(|l| l.owner.clone()),
            runbook: chain.nearest(|l| l.runbook.clone()).map(|g| Given { value: filled(&g.value), place: g.place }),
            exclude: chain.nearest(|l| l.exclude.clone()).flatten(),
            measure,
            parts,
            by,
            labels,
            traffic,
            alerts,
            counters,
            scraped_at,
            scrape,
            at,
        })
    }

    /// The template of a call, with its settings and arguments.
    fn called(&mut self, unit: &'a Unit, scope: &Scope<'a>, call: &'a ast::Call) -> Option<Source<'a>> {
        let declared = self.find_template(unit, scope, call)?;
        self.used.templates.push(declared.index);
        let template = declared.template;
        let params = self.bind(declared.file, template, unit.file, call)?;
        let body = template.body.as_ref()?;
        let mut layer = Layer::default();
        let before = self.found.len();
        self.read_layer(declared.file, Block::Template, &body.items, &mut layer);
        // its settings were checked where it is declared
        self.found.truncate(before);
        let doc = self.template_doc(declared);
        Some(Source { template: Some(layer), entries: &body.items, file: declared.file, params, doc })
    }

    /// The first paragraph of a template's doc comment.
    fn template_doc(&self, declared: Declared<'_>) -> Option<String> {
        let text = &self.sources.file(declared.file).text;
        let before = &text[..declared.template.span.start as usize];
        let mut lines: Vec<&str> = Vec::new();
        for line in before.lines().rev() {
            match line.trim().strip_prefix("##") {
                Some(doc) => lines.push(doc.trim()),
                None => break,
            }
        }
        lines.reverse();
        let first: Vec<&str> = lines.into_iter().take_while(|l| !l.is_empty()).collect();
        (!first.is_empty()).then(|| first.join(" "))
    }

    fn find_template(&mut self, unit: &'a Unit, scope: &Scope<'a>, call: &ast::Call) -> Option<Declared<'a>> {
        let path: Vec<Named> = call.path.iter().map(|n| self.named(unit.file, *n)).collect();
        match path.as_slice() {
            [name] => {
                if let Some(found) = scope.templates.get(&name.text) {
                    return Some(*found);
                }
                // `http.`, and nothing yet behind it
                if self.sources.file(unit.file).text[name.place.span.end as usize..].starts_with('.') {
                    return None;
                }
                let near = did_you_mean(&name.text, scope.templates.keys().map(String::as_str));
                let shipped = stdlib::with_template(&name.text);
                self.found.push(match near {
                    None if (1..=4).contains(&shipped.len()) => say::template_of_modules(name, &shipped),
                    near => say::unknown_name(name.place, "template", &name.text, near),
                });
                None
            }
            [prefix, name] => {
                let Some((file, _, index)) = scope.modules.get(&prefix.text).copied() else {
                    let near = did_you_mean(&prefix.text, scope.modules.keys().map(String::as_str));
                    let renamed = self.std_files.get(prefix.text.as_str()).copied().and_then(|file| {
                        scope.modules.iter().find(|(_, (f, _, _))| *f == file).map(|(alias, _)| alias.as_str())
                    });
                    self.found.push(say::unknown_prefix(prefix, renamed.or(near)));
                    return None;
                };
                self.used.modules.push(index);
                let declared = self.std_templates.get(&(file, name.text.clone())).copied();
                if declared.is_none() {
                    let names: Vec<&str> =
                        self.std_templates.keys().filter(|(f, _)| *f == file).map(|(_, n)| n.as_str()).collect();
                    let near = did_you_mean(&name.text, names.iter().copied());
                    self.found.push(say::unknown_in_module(name, &prefix.text, near, &names));
                }
                declared
            }
            _ => {
                let place = Place { file: unit.file, span: call.path.first()?.span.to(call.path.last()?.span) };
                let text = self.text(place).to_string();
                let said = self.whole_path(&path, place, &text, scope);
                self.found.push(said.unwrap_or_else(|| say::unknown_name(place, "template", &text, None)));
                None
            }
        }
    }

    /// `std.http.available`: what to write instead.
    fn whole_path(
        &self,
        path: &[Named],
        place: Place,
        text: &str,
        scope: &Scope<'_>,
    ) -> Option<crate::diagnostic::Diagnostic> {
        let [root, module, name] = path else { return None };
        let names = || stdlib::ALL.iter().map(|m| m.name);
        let known = stdlib::find(&module.text).or_else(|| stdlib::find(did_you_mean(&module.text, names())?))?;
        if root.text != "std" {
            return None;
        }
        let file = self.std_files.get(known.name).copied();
        let mut prefixes =
            scope.modules.iter().filter(|(_, (of, _, _))| Some(*of) == file).map(|(prefix, _)| prefix.as_str());
        let templates = stdlib::templates(known);
        let near = templates.iter().copied().find(|have| *have == name.text);
        let near = near.or_else(|| did_you_mean(&name.text, templates));
        Some(say::whole_path(place, text, known.name, prefixes.next(), near))
    }

    /// The sites of `at`.
    pub fn sites_of(&mut self, chain: &Chain<'_>, scope: &Scope<'_>) -> Vec<SiteIndex> {
        let names = chain.nearest(|l| l.at.clone()).unwrap_or_default();
        let mut sites: Vec<SiteIndex> = Vec::new();
        for name in names {
            match scope.sites.get(&name.text) {
                Some((index, _)) if sites.contains(index) => {
                    self.found.push(say::duplicate_setting(name.place, name.place, &name.text));
                }
                Some((index, _)) => {
                    self.used.sites.push(*index);
                    sites.push(*index);
                }
                None => {
                    let elsewhere = self.sites.iter().find(|s| s.name.text == name.text).map(|s| s.name.place);
                    let elsewhere = elsewhere.map(|place| (place, self.sources.file(place.file).name.as_str()));
                    let mut known: Vec<&str> = scope.sites.keys().map(String::as_str).collect();
                    known.sort_unstable();
                    self.found.push(say::unknown_site(&name, &known, elsewhere));
                }
            }
        }
        sites
    }

    /// The labels of `by` without those that may not be there.
    pub fn check_by(&mut self, by: &[Named]) -> Vec<Named> {
        let mut kept: Vec<Named> = Vec::new();
        for label in by {
            if let Some(reason) = self.reserved_reason(&label.text) {
                self.found.push(say::reserved_label(label, reason));
            } else if label.text.contains(':') {
                self.found.push(say::bad_label_name(label.place, &label.text));
            } else if let Some(first) = kept.iter().find(|k| k.text == label.text) {
                self.found.push(say::duplicate_setting(label.place, first.place, &label.text));
            } else {
                kept.push(label.clone());
            }
        }
        kept
    }

    fn reserved_reason(&self, label: &str) -> Option<&'static str> {
        reserved(label).or_else(|| self.site_keys.contains(label).then_some("it tells the sites apart"))
    }

    /// The labels of all layers, key by key, with their placeholders filled.
    pub fn labels(&mut self, chain: &Chain<'_>, filled: &dyn Fn(&str) -> String) -> BTreeMap<String, Given<String>> {
        let mut labels = BTreeMap::new();
        for (key, value) in chain.layers.iter().flat_map(|l| &l.labels) {
            if let Some(reason) = self.reserved_reason(&key.text) {
                self.found.push(say::reserved_label(key, reason));
                continue;
            }
            labels.insert(key.text.clone(), Given { value: filled(&value.value), place: Some(key.place) });
        }
        labels
    }
}
