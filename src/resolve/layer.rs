//! One block's settings, read and checked: a *layer* of the cascade.

use super::Resolver;
use super::alerts::AlertsLayer;
use super::messages as say;
use crate::diagnostic::did_you_mean;
use crate::measure::latency::Unit;
use crate::model::{Compose, Counters, Given, Named, PLACEHOLDERS, Percent, unknown_placeholders};
use crate::schema::kind::Kind;
use crate::schema::{self, Block, Shape};
use crate::source::{FileId, Place};
use crate::syntax::ast::{Entry, Setting};
use crate::syntax::leaf;
use std::collections::HashMap;

/// The settings of a block. What was not said, or not said rightly, is `None`.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// `owner`
    pub owner: Option<Given<String>>,
    /// `window`, in minutes
    pub window: Option<Given<u64>>,
    /// `target`
    pub target: Option<Given<Percent>>,
    /// `compose`
    pub compose: Option<Given<Compose>>,
    /// `weight`
    pub weight: Option<Given<f64>>,
    /// `delivers`, as named
    pub delivers: Vec<Named>,
    /// `at`, as named
    pub at: Option<Vec<Named>>,
    /// `by`
    pub by: Option<Vec<Named>>,
    /// `traffic`, in events per second
    pub traffic: Option<Given<f64>>,
    /// `alerts`
    pub alerts: AlertsLayer,
    /// `labels`, as written
    pub labels: Vec<(Named, Given<String>)>,
    /// `runbook`, as written
    pub runbook: Option<Given<String>>,
    /// `exclude`; `Some(None)` is `off`.
    pub exclude: Option<Option<Given<String>>>,
    /// `buckets` in milliseconds, each with its place
    pub buckets: Option<Vec<(u64, Place)>>,
    /// `histogram native`
    pub native: Option<bool>,
    /// `unit`
    pub unit: Option<Given<Unit>>,
    /// `counters`
    pub counters: Option<Counters>,
    /// `scrape`, in milliseconds
    pub scrape: Option<u64>,
    /// `evaluate`, in minutes
    pub evaluate: Option<u64>,
    /// `external_labels`
    pub external_labels: Vec<(Named, Given<String>)>,
    /// Which words were met, and where: also those whose value is broken.
    pub seen: HashMap<Kind, Place>,
}

impl Resolver<'_> {
    /// Reads the settings among the entries of a block into `layer`.
    pub fn read_layer(&mut self, file: FileId, block: Block, entries: &[Entry], layer: &mut Layer) {
        for entry in entries {
            match entry {
                Entry::Setting(setting) => self.read_setting(file, block, setting, layer),
                Entry::Measure(measure) if !matches!(block, Block::Sli | Block::Template) => {
                    self.found.push(say::measure_outside(Place { file, span: measure.key_span }, measure.key, block));
                }
                _ => {}
            }
        }
    }

    fn read_setting(&mut self, file: FileId, block: Block, setting: &Setting, layer: &mut Layer) {
        let place = Place { file, span: setting.key_span };
        let Some(known) = schema::find(setting.key) else { return };
        if !known.places.contains(&block) {
            self.found.push(say::misplaced_setting(place, known, block));
            return;
        }
        if let Some(first) = layer.seen.insert(setting.key, place) {
            layer.seen.insert(setting.key, first);
            self.found.push(say::duplicate_setting(place, first, setting.key.text()));
            return;
        }
        self.read_value(file, block, setting, layer);
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each setting, in the order of the language guide")]
    fn read_value(&mut self, file: FileId, block: Block, setting: &Setting, layer: &mut Layer) {
        let whole = Place { file, span: setting.span };
        if setting.key == Kind::Alerts {
            if !matches!(block, Block::Defaults | Block::Journey) {
                self.refuse_blocked(file, setting);
            }
            self.read_alerts(file, setting, &mut layer.alerts);
            return;
        }
        if matches!(setting.key, Kind::Labels | Kind::ExternalLabels) {
            let pairs = self.read_pairs(file, setting);
            if setting.key == Kind::Labels {
                pairs.iter().filter_map(|(_, value)| value.place).for_each(|at| self.check_placeholders(at));
                layer.labels = pairs;
            } else {
                layer.external_labels = pairs;
            }
            return;
        }
        let Some(first) = setting.values.first() else { return };
        let at = Place { file, span: first.span };
        let text = self.text(at);
        match setting.key {
            Kind::Owner => {
                let owner = if first.kind == Kind::Str { leaf::string(text) } else { text.to_string() };
                layer.owner = Some(Given::at(owner, at));
            }
            Kind::Window => layer.window = self.read_window(at).map(|w| Given::at(w, at)),
            Kind::Target => layer.target = self.read_percent(at).map(|p| Given::at(p, whole)),
            Kind::Compose => {
                let words = [("all", Compose::All), ("weakest", Compose::Weakest), ("weighted", Compose::Weighted)];
                layer.compose = self.read_word(at, setting.key, &words).map(|c| Given::at(c, whole));
            }
            Kind::Weight => layer.weight = self.read_weight(at, block).map(|w| Given::at(w, whole)),
            Kind::Delivers => layer.delivers = self.names(file, setting),
            Kind::At => layer.at = Some(self.names(file, setting)),
            Kind::By => layer.by = Some(self.names(file, setting)),
            Kind::Traffic => {
                layer.traffic = leaf::rate(text).filter(|r| *r > 0.0 && *r < 1e12).map(|r| Given::at(r, whole));
                if layer.traffic.is_none() {
                    self.found.push(say::bad_rate(at, text));
                }
            }
            Kind::Runbook => {
                self.check_placeholders(at);
                layer.runbook = Some(Given::at(leaf::string(text), at));
            }
            Kind::Exclude => {
                layer.exclude = if first.kind == Kind::Off {
                    Some(None)
                } else {
                    self.read_exclude(at).map(|text| Some(Given::at(text, at)))
                };
            }
            Kind::Buckets => layer.buckets = Some(self.read_buckets(file, setting)),
            Kind::Histogram => layer.native = self.read_word(at, setting.key, &[("classic", false), ("native", true)]),
            Kind::Unit => {
                let words = [
                    ("s", Unit::Seconds),
                    ("ms", Unit::Milliseconds),
                    ("us", Unit::Microseconds),
                    ("ns", Unit::Nanoseconds),
                ];
                layer.unit = self.read_word(at, setting.key, &words).map(|u| Given::at(u, whole));
            }
            Kind::Counters => {
                let words = [("scraped", Counters::Scraped), ("pushed", Counters::Pushed)];
                layer.counters = self.read_word(at, setting.key, &words);
            }
            Kind::Scrape => {
                layer.scrape = self.read_duration(at).filter(|ms| (1_000..=300_000).contains(ms));
                if layer.scrape.is_none() {
                    self.found.push(say::out_of_bounds(at, "a scrape interval is between 1s and 5m: beyond 5m Prometheus loses sight of a series between two scrapes"));
                }
            }
            Kind::Evaluate => {
                layer.evaluate = self.read_duration(at).filter(|ms| ms % 60_000 == 0).map(|ms| ms / 60_000);
                layer.evaluate = layer.evaluate.filter(|m| (1..=5).contains(m));
                if layer.evaluate.is_none() {
                    self.found.push(say::out_of_bounds(
                        at,
                        "rules run every 1m to 5m, in whole minutes: beyond 5m Prometheus loses sight of a series between two runs",
                    ));
                }
            }
            _ => {}
        }
    }

    /// A duration in milliseconds; says so where it is none.
    pub fn read_duration(&mut self, at: Place) -> Option<u64> {
        let text = self.text(at);
        let value = leaf::duration(text).filter(|ms| *ms > 0);
        if value.is_none() && !self.has_syntax_problem(at) {
            self.found.push(say::bad_duration(at, text));
        }
        value
    }

    fn read_window(&mut self, at: Place) -> Option<u64> {
        const DAY: u64 = 86_400_000;
        let ms = self.read_duration(at)?;
        if !(DAY..=365 * DAY).contains(&ms) || ms % 60_000 != 0 {
            self.found.push(say::bad_window(at, ms));
            return None;
        }
        Some(ms / 60_000)
    }

    /// A percentage with 0 < P < 100.
    pub fn read_percent(&mut self, at: Place) -> Option<Percent> {
        let text = self.text(at);
        if self.has_syntax_problem(at) {
            return None;
        }
        let percent = text.strip_suffix('%').and_then(Percent::parse);
        if percent.is_none_or(|p| p.share() <= 0.0 || p.budget() <= 0.0) {
            self.found.push(say::bad_target(at, text));
            return None;
        }
        percent
    }

    fn read_weight(&mut self, at: Place, block: Block) -> Option<f64> {
        let weight = leaf::number(self.text(at))?;
        if weight > 1e6 {
            self.found.push(say::huge_weight(at));
            return None;
        }
        if matches!(block, Block::Sli | Block::Call) && weight != 0.0 && (weight - 1.0).abs() > f64::EPSILON {
            self.found.push(say::sli_weight(at));
            return None;
        }
        Some(weight)
    }

    fn read_word<T: Copy>(&mut self, at: Place, key: Kind, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(at);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let known: Vec<&str> = match schema::find(key).map(|s| s.shape) {
            Some(Shape::Word(words)) => words.to_vec(),
            _ => words.iter().map(|(word, _)| *word).collect(),
        };
        self.found.push(say::unknown_word(at, key, text, &known));
        None
    }

    fn names(&self, file: FileId, setting: &Setting) -> Vec<Named> {
        let named = |span| {
            let place = Place { file, span };
            Named { text: self.text(place).to_string(), place }
        };
        setting.values.iter().map(|v| named(v.span)).collect()
    }

    fn read_buckets(&mut self, file: FileId, setting: &Setting) -> Vec<(u64, Place)> {
        let mut buckets = Vec::new();
        for value in &setting.values {
            let at = Place { file, span: value.span };
            if let Some(ms) = self.read_duration(at) {
                buckets.push((ms, at));
            }
        }
        buckets
    }

    /// Says what in a string was likely meant as a placeholder.
    fn check_placeholders(&mut self, at: Place) {
        for (inside, name) in unknown_placeholders(self.text(at)) {
            let Some(near) = did_you_mean(&name, PLACEHOLDERS) else { continue };
            let place = Place { span: at.span.part(inside.start as u32, inside.end as u32), ..at };
            let written = self.text(place);
            self.found.push(say::unknown_name(place, "placeholder", written, Some(&format!("${near}"))));
        }
    }

    fn read_pairs(&mut self, file: FileId, setting: &Setting) -> Vec<(Named, Given<String>)> {
        let mut pairs: Vec<(Named, Given<String>)> = Vec::new();
        for pair in setting.pairs.iter().flat_map(|p| &p.items) {
            let Some(value) = pair.value else { continue };
            let at = Place { file, span: pair.name.span };
            let name = Named { text: self.text(at).to_string(), place: at };
            if let Some((first, _)) = pairs.iter().find(|(n, _)| n.text == name.text) {
                self.found.push(say::duplicate_setting(at, first.place, &name.text));
                continue;
            }
            if name.text.contains(':') {
                self.found.push(say::bad_label_name(at, &name.text));
                continue;
            }
            let place = Place { file, span: value };
            pairs.push((name, Given::at(leaf::string(self.text(place)), place)));
        }
        pairs
    }
}
