//! What the files of the project and the modules that ship already say: owners, labels, metrics with their labels and values. What people
//! wrote once they mostly mean again.

use crate::ide::modules::{self, Files};
use crate::promql::pieces::{Piece, pieces};
use crate::schema::kind::Kind;
use crate::source::Span;
use crate::stdlib;
use crate::syntax::ast::{self, Block, Entry, Item, Query};
use std::collections::{BTreeMap, BTreeSet};

/// The values of labels: as text and as regular expressions, each with its quotes.
#[derive(Debug, Default)]
pub struct Values<'a> {
    /// Behind `=` and `!=`.
    pub texts: BTreeSet<&'a str>,
    /// Behind `=~` and `!~`.
    pub regexes: BTreeSet<&'a str>,
}

/// A metric that some file reads.
#[derive(Debug, Default)]
pub struct Metric<'a> {
    /// The measures that read it.
    pub measures: BTreeSet<Kind>,
    /// Its labels.
    pub labels: BTreeMap<&'a str, Values<'a>>,
    /// Whether a file of the project reads it; else a module that ships does.
    pub own: bool,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// Owners as they are written, with how often.
    pub owners: BTreeMap<&'a str, usize>,
    /// Sites: name and title.
    pub sites: BTreeMap<&'a str, Option<&'a str>>,
    /// Journeys of users: name and title.
    pub user_journeys: BTreeMap<&'a str, Option<&'a str>>,
    /// Labels of `by`.
    pub by: BTreeSet<&'a str>,
    /// Pairs of `labels` and `external_labels`.
    pub pairs: BTreeMap<(Kind, &'a str), BTreeSet<&'a str>>,
    /// Arguments by the name of their parameter.
    pub arguments: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Runbooks.
    pub runbooks: BTreeSet<&'a str>,
    /// Metrics by name.
    pub metrics: BTreeMap<&'a str, Metric<'a>>,
    /// The bytes of the file at which something is being written: it is no example for itself.
    skip: Option<Span>,
}

/// Everything that the files of the project and the modules that ship say; but not the word at `skip` of a file.
pub fn seen<'a>(files: &Files<'a>, file: crate::source::FileId, skip: Span) -> Seen<'a> {
    let mut seen = Seen::default();
    for unit in files.project.units {
        seen.skip = (unit.file == file && skip.end > 0).then_some(skip);
        let text = files.text(unit.file);
        unit.parsed.ast.items.iter().for_each(|item| seen.item(text, item, true));
    }
    seen.skip = None;
    for module in stdlib::ALL {
        let items = modules::parsed(module.name).map_or(&[][..], |p| &p.ast.items);
        for item in items {
            seen.item(module.text, item, false);
        }
    }
    seen
}

impl<'a> Seen<'a> {
    fn of(&self, text: &'a str, span: Span) -> Option<&'a str> {
        let skipped = self.skip.is_some_and(|s| s.start < s.end && s.start <= span.start && span.end <= s.end);
        Some(span.of(text)).filter(|t| !skipped && !t.is_empty())
    }

    fn item(&mut self, text: &'a str, item: &'a Item, own: bool) {
        let title = |span: Option<Span>| span.map(|s| s.of(text));
        match item {
            Item::Site(site) => {
                if let Some(name) = site.name {
                    self.sites.insert(name.span.of(text), title(site.title));
                }
            }
            Item::Journey(journey) => {
                if let Some(name) = journey.name
                    && journey.audience.is_some_and(|a| a.kind == Kind::User)
                {
                    self.user_journeys.insert(name.span.of(text), title(journey.title));
                }
            }
            Item::Use(_) | Item::Defaults(_) | Item::Template(_) | Item::Error(_) => {}
        }
        self.block(text, item.body(), own);
    }

    fn block(&mut self, text: &'a str, body: Option<&'a Block<Entry>>, own: bool) {
        for entry in body.into_iter().flat_map(|b| &b.items) {
            match entry {
                Entry::Setting(setting) => self.setting(text, setting),
                Entry::Measure(measure) => match &measure.query {
                    Some(Query::Selector(selector)) => self.selector(text, selector, measure.key, own),
                    Some(Query::Raw(span)) => self.promql(text, *span, measure.key, own),
                    None => {}
                },
                Entry::Sli(sli) => {
                    for arg in sli.call.iter().flat_map(|c| &c.args).flat_map(|a| &a.items) {
                        if let (Some(name), Some(value)) = (arg.name, arg.value)
                            && let Some(value) = self.of(text, value.span)
                        {
                            self.arguments.entry(name.span.of(text)).or_default().insert(value);
                        }
                    }
                }
                Entry::Step(_) | Entry::Error(_) => {}
            }
            self.block(text, entry.body(), own);
        }
    }

    fn setting(&mut self, text: &'a str, setting: &'a ast::Setting) {
        for value in &setting.values {
            let Some(value) = self.of(text, value.span) else { continue };
            match setting.key {
                Kind::Owner => *self.owners.entry(value).or_default() += 1,
                Kind::Runbook => _ = self.runbooks.insert(value),
                Kind::By => _ = self.by.insert(value),
                _ => {}
            }
        }
        for pair in setting.pairs.iter().flat_map(|p| &p.items) {
            if let Some(name) = self.of(text, pair.name.span) {
                let value = pair.value.and_then(|v| self.of(text, v));
                self.pairs.entry((setting.key, name)).or_default().extend(value);
            }
        }
    }

    fn metric(&mut self, name: &'a str, measure: Kind, own: bool) -> &mut Metric<'a> {
        let metric = self.metrics.entry(name).or_default();
        metric.own |= own;
        metric.measures.insert(measure);
        metric
    }

    fn selector(&mut self, text: &'a str, selector: &'a ast::Selector, measure: Kind, own: bool) {
        let Some(name) = selector.name.and_then(|n| self.of(text, n.span)) else { return };
        self.metric(name, measure, own);
        for matcher in selector.matchers.iter().flat_map(|m| &m.items) {
            let Some(label) = self.of(text, matcher.label.span).filter(|_| matcher.label.kind != Kind::Str) else {
                continue;
            };
            let value = matcher.value.filter(|v| v.kind == Kind::Str).and_then(|v| self.of(text, v.span));
            let values = self.metric(name, measure, own).labels.entry(label).or_default();
            match matcher.op {
                Some(Kind::Re | Kind::Nre) => values.regexes.extend(value),
                _ => values.texts.extend(value),
            }
        }
    }

    /// The metrics of PromQL in backticks, with the labels in the braces behind them.
    fn promql(&mut self, text: &'a str, span: Span, measure: Kind, own: bool) {
        if self.of(text, span).is_none() {
            return;
        }
        let raw = span.of(text).trim_matches('`');
        let (mut metric, mut label, mut braces) = (None, None, false);
        // of a word in backticks only where the cursor touches it is known
        let cursor = self.skip.filter(|s| s.start == s.end).map(|s| s.start);
        let base = span.start + 1;
        for (range, piece) in pieces(raw) {
            let word = range.of(raw);
            if cursor.is_some_and(|at| (base + range.start..=base + range.end).contains(&at))
                && piece != Piece::Punctuation
            {
                continue;
            }
            match (piece, metric) {
                (Piece::Metric, _) => {
                    metric = Some(word);
                    self.metric(word, measure, own);
                }
                (Piece::Punctuation, _) if word == "{" => braces = true,
                (Piece::Punctuation, _) if word == "}" => (braces, metric, label) = (false, None, None),
                (Piece::Label, Some(name)) if braces => {
                    label = Some(word);
                    self.metric(name, measure, own).labels.entry(word).or_default();
                }
                (Piece::Text | Piece::Regex, Some(name)) => {
                    if let Some(label) = label.take() {
                        let values = self.metric(name, measure, own).labels.entry(label).or_default();
                        if piece == Piece::Regex {
                            values.regexes.insert(word)
                        } else {
                            values.texts.insert(word)
                        };
                    }
                }
                _ => {}
            }
        }
    }
}
