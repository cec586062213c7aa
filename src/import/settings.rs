//! What the readers share: targets, windows, labels, and what holds for a whole import.

use super::fields::{Pair, Reader};
use super::messages as say;
use super::query::{Query, Refused};
use super::service::Slo;
use super::yaml::Node;
use crate::diagnostic::Diagnostic;
use crate::model::reserved;
use crate::promql::write::{label_name_is_plain, number, quote};
use crate::source::{FileId, Place, Sources};
use crate::syntax::leaf;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::rc::Rc;

/// How often a set of labels is met, and how many others were before it.
#[derive(Debug, Default)]
struct Met {
    times: usize,
    before: usize,
}

/// What holds for a whole import.
#[derive(Debug, Default)]
pub struct Context {
    /// The period of the budgets that the command line names.
    pub window: Option<String>,
    /// How many documents were read.
    pub read: usize,
    /// Other documents: how many of each kind.
    passed: BTreeMap<(FileId, String), usize>,
    /// The label sets of pages and of tickets: how often each is met.
    labels: [BTreeMap<Vec<(String, String)>, Met>; 2],
    /// What is said once in a file.
    said: BTreeSet<(FileId, String)>,
    /// What is said once.
    once: BTreeSet<String>,
}

impl Context {
    /// For one import.
    pub fn new(window: Option<&str>) -> Self {
        Context { window: window.map(str::to_string), ..Context::default() }
    }

    /// A document of another kind.
    pub fn pass_over(&mut self, file: FileId, kind: &str) {
        *self.passed.entry((file, kind.to_string())).or_default() += 1;
    }

    /// The documents that were passed over, in words.
    pub fn passed_over(&self, sources: &Sources) -> Vec<String> {
        let each = self.passed.iter().map(|((file, kind), count)| {
            let documents = if *count == 1 { "1 document".to_string() } else { format!("{count} documents") };
            format!("{}: {documents} passed over: {kind}", sources.file(*file).name)
        });
        each.collect()
    }

    /// Whether something of a file is to be said for the first time.
    pub fn is_first(&mut self, file: FileId, what: &str) -> bool {
        self.said.insert((file, what.to_string()))
    }

    /// Whether something is to be said for the first time of all files.
    pub fn is_first_of_all(&mut self, what: &str) -> bool {
        self.once.insert(what.to_string())
    }

    /// Labels of pages (0) or of tickets (1), which `tabi.toml` has.
    pub fn severity_labels(&mut self, of: usize, pairs: &[Pair]) {
        if !pairs.is_empty() {
            let mut set: Vec<(String, String)> = pairs.iter().map(|p| (p.key.clone(), p.value.clone())).collect();
            set.sort();
            let before = self.labels[of].len();
            self.labels[of].entry(set).or_insert(Met { times: 0, before }).times += 1;
        }
    }

    /// What `tabi.toml` says of all pages or tickets: the labels whose value is the same wherever they stand, and the severity that most have. A
    /// key that leads to different receivers is nobody's here: a page that reaches another team is worse than one for the default receiver.
    fn of_all(&self, of: usize) -> BTreeMap<&str, &str> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (key, value) in self.labels[of].keys().flatten() {
            values.entry(key).or_default().insert(value);
        }
        let most = self.labels[of].iter().max_by_key(|(_, met)| (met.times, std::cmp::Reverse(met.before)));
        let severity = most.and_then(|(set, _)| set.iter().find(|(key, _)| key == "severity"));
        let mut agreed: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, values) in values {
            match (key, severity) {
                ("severity", Some((_, value))) => drop(agreed.insert(key, value)),
                _ if values.len() == 1 => agreed.extend(values.first().map(|value| (key, *value))),
                _ => {}
            }
        }
        agreed
    }

    /// Says of an SLO that its pages or tickets have other labels than `tabi.toml` can say of all. What the SLO or its service says wins over
    /// that.
    pub fn own_labels(&self, slo: &mut Slo, of_service: &[Pair]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (of, name) in [(0, "pages"), (1, "tickets")] {
            let pairs = &slo.severity_labels[of];
            let of_all = self.of_all(of);
            let mut missing = of_all.clone();
            let near = || pairs.iter().chain(&slo.labels).chain(of_service);
            missing.retain(|key, _| !near().any(|p| p.key == *key));
            let own: Vec<&Pair> =
                pairs.iter().filter(|p| of_all.get(p.key.as_str()).is_none_or(|v| **v != p.value)).collect();
            if !missing.is_empty() && slo.alerts.tells(of) {
                let written: Vec<String> = missing.iter().map(|(k, v)| format!("{k}={}", quote(v))).collect();
                let written = written.join(", ");
                let had = if pairs.is_empty() { "no labels of their own" } else { "no such label" };
                slo.notes.push(format!("its {name} had {had}; tabi.toml gives them {written}"));
                let message = format!(
                    "its {name} had {had}, and tabi.toml gives all {name} {written}: routes may lead elsewhere"
                );
                let help =
                    "labels of pages and of tickets are one set for a whole project; a route can match the SLI itself";
                found.push(say::changed(slo.at, message).help(help));
            }
            let Some(first) = own.first() else { continue };
            let written: Vec<String> = own.iter().map(|p| format!("{}={}", p.key, quote(&p.value))).collect();
            slo.notes.push(format!(
                "check: labels of its {name} alone, which tabi.toml can only say of all {name}: {}",
                written.join(", ")
            ));
            let keys: BTreeSet<&str> = own.iter().map(|p| p.key.as_str()).collect();
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let (have, differ) = if keys.len() == 1 {
                ("has", "it is a comment where it differs")
            } else {
                ("have", "they are comments where they differ")
            };
            let message = format!(
                "{} of {name} {have} several values, and labels of {name} alone are one set for a whole project: {differ}",
                say::and(&keys)
            );
            let help = "route by `journey` or `owner`, which all alerts have, or write it into `labels` of the journey, where its pages and its tickets have it";
            found.push(say::dropped(first.at, message).help(help));
        }
        found
    }

    /// What `tabi.toml` should say.
    pub fn toml(&self) -> Option<String> {
        let mut out = String::new();
        let mut severities = Vec::new();
        for (of, name) in [(0, "page"), (1, "ticket")] {
            let set = self.of_all(of);
            let kept: Vec<String> = set
                .iter()
                .filter(|(key, _)| label_name_is_plain(key) && (**key == "severity" || reserved(key).is_none()))
                .filter(|(key, value)| **key != "severity" || !severities.contains(*value))
                .map(|(key, value)| format!("{key} = {}", quote(value)))
                .collect();
            severities.extend(set.iter().filter(|(key, _)| **key == "severity").map(|(_, value)| *value));
            if !kept.is_empty() {
                let gap = if out.is_empty() { "" } else { "\n" };
                let _ = writeln!(out, "{gap}[alerts.{name}]\nlabels = {{ {} }}", kept.join(", "));
            }
        }
        (!out.is_empty()).then_some(out)
    }
}

/// A number for people, with two digits after the dot at most.
pub fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Takes out of `by` what cannot stand there, and says what is wrong with the queries.
pub fn checked_by(slo: &mut Slo) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let (at, notes) = (slo.at, &mut slo.notes);
    found.extend(slo.measured.wrong.take().map(|message| say::changed(at, message)));
    slo.measured.by.retain(|label| {
        let plain = label_name_is_plain(label);
        let Some(reason) = reserved(label).or((!plain).then_some("Tabi cannot write this name")) else { return true };
        let message = format!("`{label}` cannot part a budget: {reason}");
        notes.push(format!("check: {message}"));
        found.push(say::dropped(at, message));
        false
    });
    found
}

/// A percentage as Tabi writes it; `None` where it is none.
pub fn percent(text: &str) -> Option<String> {
    let text = text.trim();
    let value: f64 = text.parse().ok().filter(|v: &f64| v.is_finite())?;
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && !text.starts_with('.')
        && !text.ends_with('.');
    Some(if plain { text.to_string() } else { number(value) })
}

/// A share between 0 and 1 as a percentage, exactly where it is written as a decimal.
pub fn share(text: &str) -> Option<String> {
    let value: f64 = text.trim().parse().ok().filter(|v: &f64| v.is_finite())?;
    Some(number(value * 100.0))
}

impl Reader<'_> {
    /// A target that Tabi can have, from a percentage; says so where it has none.
    pub fn target(&mut self, node: &Node, key: &str, percentage: Option<String>) -> Option<String> {
        let text = node.text().unwrap_or_default().to_string();
        let Some(percentage) = percentage else {
            self.say(say::bad_number(self.at(node), key, &text, "a percentage"));
            return None;
        };
        let value: f64 = percentage.parse().unwrap_or(0.0);
        if !(value > 0.0 && value <= 100.0) {
            self.say(say::bad_number(self.at(node), key, &text, "above 0 and below 100 percent"));
            return None;
        }
        Some(percentage)
    }

    /// A duration that Tabi can have as a window; says so where it is none.
    pub fn window(&mut self, node: &Node, key: &str) -> Option<u64> {
        let text = node.text().unwrap_or_default();
        let found = leaf::duration(text).filter(|ms| *ms > 0);
        if found.is_none() {
            let text = text.to_string();
            self.say(say::bad_duration(self.at(node), key, &text));
        }
        found
    }

    /// Labels that Tabi's alerts can have. What cannot be there is said, and noted for a comment.
    pub fn labels(&mut self, pairs: Vec<Pair>, notes: &mut Vec<String>) -> Vec<Pair> {
        let mut kept: Vec<Pair> = Vec::new();
        for mut pair in pairs {
            if !label_name_is_plain(&pair.key) {
                let name: String = pair.key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                pair.key = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name };
            }
            if let Some(reason) = reserved(&pair.key) {
                let message = format!("the label `{}` cannot be carried over: {reason}", pair.key);
                notes.push(format!("the label {}={} is not here: {reason}", pair.key, quote(&pair.value)));
                self.say(say::dropped(pair.at, message));
            } else if pair.value.is_empty() {
                // for Prometheus this is no label
            } else {
                kept.retain(|before| before.key != pair.key);
                kept.push(pair);
            }
        }
        kept
    }

    /// A query; says why it is none, and for which SLO that is left out.
    pub fn query(&mut self, node: &Rc<Node>, key: &str, slo: &str) -> Result<Query, String> {
        let Some(text) = self.text_of(node, key) else { return Err(String::new()) };
        let query = Query::read(&text);
        if let Some(found) = query.as_ref().ok().and_then(Query::placeholder) {
            let at = self.part(node, &found);
            self.say(say::changed(at, format!("`{found}` is filled in by something else; here it is that text")));
        }
        query.map_err(|Refused { why, part }| {
            let at = self.part(node, &part);
            self.say(say::left_out(at, format!("{slo}: {why}")));
            format!("{key} {}: {why}", text.split_whitespace().collect::<Vec<_>>().join(" "))
        })
    }

    /// A target of 100 %, which has no budget.
    pub fn perfect(&mut self, node: &Node, slo: &str) -> String {
        let why = "a target of 100% has no budget: the first bad event is infinitely too fast";
        self.say(say::left_out(self.at(node), format!("{slo}: {why}")));
        why.to_string()
    }
}

/// The comment that takes the place of an SLO that is left out.
pub fn lost(slo: &str, at: Place, reader: &Reader<'_>, why: &[String]) -> String {
    let why: Vec<&str> = why.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
    let mut text = format!("LEFT OUT: {slo} ({})", reader.sources.name_and_line(at));
    for reason in why {
        text.push('\n');
        text.push_str(reason);
    }
    text
}
