//! The measure of an SLI or of a template.

use super::Resolver;
use super::layer::Layer;
use super::messages as say;
use super::params::Params;
use super::raw::Wanted;
use super::selectors::{Purpose, contradict, decides, outside};
use crate::measure::age::Age;
use crate::measure::events::Events;
use crate::measure::holds::Holds;
use crate::measure::latency::{Latency, Unit};
use crate::measure::up::Up;
use crate::measure::{Matcher, Measure, Query};
use crate::model::Named;
use crate::promql::{self, Value};
use crate::schema::kind::Kind;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{self, Entry};
use crate::syntax::leaf;

/// What of the settings a measure needs.
#[derive(Clone, Debug)]
pub struct MeasureSettings {
    /// Known bounds of the histogram, with their places.
    pub buckets: Option<Vec<(u64, Place)>>,
    /// Whether the histogram is native.
    pub native: bool,
    /// The unit, where one is said.
    pub unit: Option<Unit>,
    /// `R` in seconds.
    pub range: u64,
}

impl MeasureSettings {
    /// From layers, near ones first.
    pub fn of(near_first: &[&Layer], range: u64) -> Self {
        MeasureSettings {
            buckets: near_first.iter().find_map(|l| l.buckets.clone()),
            native: near_first.iter().find_map(|l| l.native).unwrap_or(false),
            unit: near_first.iter().find_map(|l| l.unit.as_ref().map(|u| u.value)),
            range,
        }
    }
}

impl Resolver<'_> {
    /// The measure among the entries of a block. `None` where there is none or it is broken; both were said.
    pub fn measure(
        &mut self,
        file: FileId,
        name: Place,
        entries: &[Entry],
        params: &Params,
        settings: &MeasureSettings,
    ) -> Option<Measure> {
        let mut parts: Vec<&ast::Measure> = Vec::new();
        for entry in entries {
            let Entry::Measure(part) = entry else { continue };
            let at = Place { file, span: part.key_span };
            if let Some(first) = parts.iter().find(|p| p.key == part.key) {
                self.found.push(say::duplicate_setting(at, Place { file, span: first.key_span }, part.key.text()));
            } else {
                parts.push(part);
            }
        }
        let keys: Vec<Kind> = parts.iter().map(|p| p.key).collect();
        let has = |key| keys.contains(&key);
        let events = keys.iter().filter(|k| matches!(k, Kind::Good | Kind::Bad | Kind::Total)).count();
        let others = keys.len() - events;
        if keys.is_empty() {
            if !entries.iter().any(|e| matches!(e, Entry::Error(_))) {
                self.found.push(say::missing_measure(name));
            }
            return None;
        }
        if others > 1 || (others == 1 && events > 0) || events > 2 {
            let places = parts.iter().map(|p| Place { file, span: p.key_span }).collect::<Vec<_>>();
            self.found.push(say::mixed_measures(&places, &keys));
            return None;
        }
        if events == 1 {
            let at = Place { file, span: parts[0].key_span };
            self.found.push(say::half_a_measure(at, keys[0]));
            return None;
        }
        if events == 2 {
            let mut query = |key: Kind| {
                let part = parts.iter().find(|p| p.key == key)?;
                self.query(file, part.query.as_ref()?, params, settings.range, Purpose::Counter, Wanted::PerSecond)
            };
            let (good, bad, total) = (query(Kind::Good), query(Kind::Bad), query(Kind::Total));
            let events = match (good, bad, total) {
                (Some(good), None, Some(total)) if !has(Kind::Bad) => Events::GoodTotal { good, total },
                (None, Some(bad), Some(total)) if !has(Kind::Good) => Events::BadTotal { bad, total },
                (Some(good), Some(bad), None) if !has(Kind::Total) => Events::GoodBad { good, bad },
                _ => return None,
            };
            return self.inside_total(&events).then_some(Measure::Events(events));
        }
        let part = *parts.first()?;
        match part.key {
            Kind::Latency => self.latency(file, part, params, settings),
            Kind::Age => self.age(file, part, params, settings),
            Kind::Up => {
                let query =
                    self.query(file, part.query.as_ref()?, params, settings.range, Purpose::Gauge, Wanted::Vector)?;
                if let Query::Raw(raw) = &query
                    && promql::with_bool(&raw.text, &promql::parse(&raw.text, &|_| None).ok()?) != raw.text
                {
                    let word = Place { file, span: part.key_span };
                    self.found.push(say::up_compares(raw.place, word, &raw.inside));
                    return None;
                }
                Some(Measure::Up(Up { query }))
            }
            Kind::Holds => {
                let Some(ast::Query::Raw(span)) = part.query else { return None };
                let place = Place { file, span };
                let expr = self.raw(place, params, settings.range, Wanted::Comparison)?;
                Some(Measure::Holds(Holds { expr }))
            }
            _ => None,
        }
    }

    fn query(
        &mut self,
        file: FileId,
        query: &ast::Query,
        params: &Params,
        range: u64,
        purpose: Purpose,
        wanted: Wanted,
    ) -> Option<Query> {
        match query {
            ast::Query::Selector(selector) => self.selector(file, selector, params, purpose).map(Query::Selector),
            ast::Query::Raw(span) => self.raw(Place { file, span: *span }, params, range, wanted).map(Query::Raw),
        }
    }

    /// Says where good or bad events are provably no part of all events.
    fn inside_total(&mut self, events: &Events) -> bool {
        let (part, word, total) = match events {
            Events::GoodTotal { good, total } => (good, "good", total),
            Events::BadTotal { bad, total } => (bad, "bad", total),
            Events::GoodBad { .. } => return true,
        };
        let (Query::Selector(part), Query::Selector(total)) = (part, total) else { return true };
        let Some((own, wanted)) = outside(part, total) else { return true };
        self.found.push(say::outside_total(word, part.place, own, wanted));
        false
    }

    /// Says where a label of `by` decides by itself what is bad.
    pub fn check_decides(&mut self, by: &[Named], measure: &Measure) {
        let Measure::Events(events) = measure else { return };
        let (a, word, b, other) = match events {
            Events::GoodTotal { good, total } => (good, "good", total, "total"),
            Events::BadTotal { bad, total } => (bad, "bad", total, "total"),
            Events::GoodBad { good, bad } => (bad, "bad", good, "good"),
        };
        let (Query::Selector(a), Query::Selector(b)) = (a, b) else { return };
        let decided = if other == "total" {
            decides(by, a, b)
        } else {
            let is_apart = |m: &Matcher| b.matchers.iter().any(|o| o.label == m.label && contradict(m, o));
            by.iter().find_map(|label| {
                let apart = a.matchers.iter().find(|m| m.label == label.text && is_apart(m))?;
                Some((label, apart))
            })
        };
        if let Some((label, matcher)) = decided {
            self.found.push(say::by_decides_bad(label, matcher, word, other));
        }
    }

    /// The bound after `under`, in milliseconds, with the place of its literal.
    fn bound(&mut self, file: FileId, word: Option<ast::Word>, params: &Params) -> Option<(u64, Place)> {
        let word = word?;
        let at = Place { file, span: word.span };
        let text = self.text(at);
        if word.kind != Kind::Param {
            if self.has_syntax_problem(at) {
                return None;
            }
            let bound = leaf::duration(text).filter(|ms| *ms > 0);
            if bound.is_none() {
                self.found.push(say::bad_duration(at, text));
            }
            return bound.map(|ms| (ms, at));
        }
        let name = &text[1..];
        let Some(bound) = params.bound.get(name) else {
            let names = params.names();
            self.found.push(say::unknown_param(at, name, &names, params.in_template));
            return None;
        };
        if let Value::Duration(ms) = &bound.value {
            return Some((*ms, bound.place));
        }
        self.found.push(say::param_is_no_duration(at, name, bound.ty.described()));
        None
    }

    fn latency(
        &mut self,
        file: FileId,
        part: &ast::Measure,
        params: &Params,
        settings: &MeasureSettings,
    ) -> Option<Measure> {
        let Some(ast::Query::Selector(written)) = part.query.as_ref() else { return None };
        let name_place = written.name.map(|n| Place { file, span: n.span });
        let selector = self.selector(file, written, params, Purpose::Counter);
        let bound = self.bound(file, part.under, params);
        let (selector, (bound, bound_at)) = selector.zip(bound)?;
        let name_at = name_place.unwrap_or(selector.place);
        let les: Vec<&Matcher> = selector.matchers.iter().filter(|m| m.label == "le").collect();
        let suffix = ["_bucket", "_count", "_sum"].into_iter().find(|s| selector.name.ends_with(s));
        if let Some(suffix) = suffix {
            let base = &selector.name[..selector.name.len() - suffix.len()];
            self.found.push(say::histogram_with_suffix(name_at, suffix, base));
        }
        for le in &les {
            let whole = Self::with_its_comma(written, le.place);
            self.found.push(say::le_in_latency(le.place, whole));
        }
        if suffix.is_some() || !les.is_empty() {
            return None;
        }
        let unit = settings.unit.unwrap_or_else(|| Unit::of_metric(&selector.name));
        if let Some(quantile) = selector.matchers.iter().find(|m| m.label == "quantile") {
            let better = format!("({} >= 0) <= {}", selector.text(), unit.of_duration(bound));
            self.found.push(say::summary_in_latency(quantile.place, &better));
            return None;
        }
        if !self.has_time_unit(&selector.name, name_at, bound_at) {
            return None;
        }
        if let Some(buckets) = settings.buckets.as_ref().filter(|b| !settings.native && !b.is_empty())
            && !buckets.iter().any(|(b, _)| *b == bound)
        {
            let written = self.text(bound_at);
            self.found.push(say::no_such_bucket(bound_at, bound, written, buckets));
            return None;
        }
        Some(Measure::Latency(Latency { selector, bound, unit, native: settings.native }))
    }

    /// The place of a matcher with the comma that goes with it; with the braces, where it is alone in them.
    fn with_its_comma(selector: &ast::Selector, matcher: Place) -> Place {
        let place = |start: u32, end: u32| Place { span: Span { start, end }, ..matcher };
        let Some(list) = &selector.matchers else { return matcher };
        let items = list.items.as_slice();
        match (items, items.iter().position(|item| item.span == matcher.span)) {
            (_, None) => matcher,
            ([_], _) => Place { span: list.open.to(list.close.unwrap_or(matcher.span)), ..matcher },
            // what stands between two matchers is the comma, and comments, which go with the one before
            (_, Some(0)) => place(matcher.span.start, items[1].span.start),
            (_, Some(i)) => place(items[i - 1].span.end, matcher.span.end),
        }
    }

    fn age(
        &mut self,
        file: FileId,
        part: &ast::Measure,
        params: &Params,
        settings: &MeasureSettings,
    ) -> Option<Measure> {
        let query = self.query(file, part.query.as_ref()?, params, settings.range, Purpose::Gauge, Wanted::Vector);
        let bound = self.bound(file, part.under, params);
        let (query, (bound, bound_at)) = query.zip(bound)?;
        let mut unit = Unit::Seconds;
        if let Query::Selector(selector) = &query {
            if !self.has_time_unit(&selector.name, selector.place, bound_at) {
                return None;
            }
            unit = Unit::of_metric(&selector.name);
        }
        Some(Measure::Age(Age { query, bound, unit: settings.unit.unwrap_or(unit) }))
    }

    fn has_time_unit(&mut self, name: &str, name_at: Place, bound_at: Place) -> bool {
        let suffix = ["_bytes", "_ratio", "_total", "_percent", "_celsius"].into_iter().find(|s| name.ends_with(s));
        if let Some(suffix) = suffix {
            self.found.push(say::unit_mismatch(bound_at, name_at, suffix));
        }
        suffix.is_none()
    }

    /// The exclusion of a block.
    pub fn read_exclude(&mut self, at: Place) -> Option<String> {
        self.raw(at, &Params::default(), 120, Wanted::Exclusion).map(|raw| raw.text)
    }
}
