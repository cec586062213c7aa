//! `[build]`: the engine that rules are for, and what of it is not as it comes.

use super::{Key, Reader, Value};
use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::{Engine, Limits, Scope, Target};
use crate::project::Options;
use crate::source::Place;

impl Reader {
    fn engine(&mut self) -> &mut Engine {
        &mut self.config.options.engine
    }

    pub(super) fn build(&mut self, key: &Key<'_>, value: &Value<'_>) {
        const KNOWN: [&str; 8] = ["target", "prefix", "namespace", "labels", "limits", "thanos", "azure", "gmp"];
        match key.get_ref().as_ref() {
            "target" => {
                if let Some(target) = self.one_of(value, &Target::WORDS, "a target") {
                    self.engine().target = target;
                }
            }
            "prefix" => {
                if let Some(prefix) = self.fitting(value, 40, "a prefix") {
                    self.engine().prefix = prefix;
                }
            }
            "namespace" => self.engine().namespace = self.fitting(value, 63, "a namespace"),
            "labels" => self.each(value, |reader, key, value| {
                if let Some((text, _)) = reader.text(value) {
                    reader.engine().labels.insert(key.get_ref().to_string(), text);
                }
            }),
            "limits" => self.each(value, |reader, key, value| reader.limit(key, value, |o| &mut o.engine.own_limits)),
            "thanos" => self.each(value, Self::thanos),
            "azure" => self.each(value, Self::azure),
            "gmp" => self.each(value, |reader, key, value| {
                if key.get_ref() != "scope" {
                    return reader.unknown(key, &["scope"]);
                }
                if let Some(scope) = reader.one_of(value, &Scope::WORDS, "a scope") {
                    reader.engine().scope = scope;
                }
            }),
            _ => self.unknown(key, &KNOWN),
        }
    }

    /// One of the limits of an engine.
    pub(super) fn limit(&mut self, key: &Key<'_>, value: &Value<'_>, of: impl Fn(&mut Options) -> &mut Limits) {
        let own: fn(&mut Limits) -> &mut Option<u64> = match key.get_ref().as_ref() {
            "rules_per_group" => |limits| &mut limits.rules_per_group,
            "groups" => |limits| &mut limits.groups,
            "rules" => |limits| &mut limits.rules,
            "bytes" => |limits| &mut limits.bytes,
            "range_days" => |limits| &mut limits.range_days,
            _ => return self.unknown(key, &["rules_per_group", "groups", "rules", "bytes", "range_days"]),
        };
        // the two rules that count an SLI's events cannot be parted
        let least = if key.get_ref() == "rules_per_group" { 2 } else { 1 };
        let number = value.get_ref().as_integer().and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        match number {
            Some(number) if number == 0 || number >= least => {
                *own(of(&mut self.config.options)) = Some(number);
            }
            _ => self.wrong(value, &format!("a whole number from {least} on, or 0 for no limit")),
        }
    }

    fn thanos(&mut self, key: &Key<'_>, value: &Value<'_>) {
        match key.get_ref().as_ref() {
            "partial_response_strategy" => {
                let words = [("abort", false), ("warn", true)];
                if let Some(partial) = self.one_of(value, &words, "a strategy") {
                    self.engine().partial = partial;
                }
            }
            "stateless" => match value.get_ref().as_bool() {
                Some(stateless) => self.engine().stateless = stateless,
                None => self.wrong(value, "true or false"),
            },
            _ => self.unknown(key, &["partial_response_strategy", "stateless"]),
        }
    }

    fn azure(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let own: fn(&mut Engine) -> &mut Option<String> = match key.get_ref().as_ref() {
            "workspace" => |engine| &mut engine.workspace,
            "location" => |engine| &mut engine.location,
            "cluster" => |engine| &mut engine.cluster,
            "page_action_group" => |engine| &mut engine.page_action,
            "ticket_action_group" => |engine| &mut engine.ticket_action,
            _ => {
                let known = ["workspace", "location", "cluster", "page_action_group", "ticket_action_group"];
                return self.unknown(key, &known);
            }
        };
        *own(self.engine()) = self.text(value).map(|(text, _)| text);
    }

    /// One of some words.
    pub(super) fn one_of<T: Copy>(&mut self, value: &Value<'_>, words: &[(&'static str, T)], what: &str) -> Option<T> {
        let (text, place) = self.text(value)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meant)| *meant);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("{what} is one of {}, not \"{text}\"", known.join(", "));
            let mut d = Diagnostic::new(&c::SYNTAX, message, place, "not expected here");
            let engine = known.contains(&"victoriametrics").then(|| engine_of(&text)).flatten();
            if let Some(meant) = engine.or_else(|| did_you_mean(&text, known.iter().copied())) {
                d = d.help(format!("did you mean \"{meant}\"?")).fix(
                    format!("write \"{meant}\""),
                    place,
                    format!("\"{meant}\""),
                );
            }
            self.diagnostics.push(d);
        }
        found
    }

    /// A text that may stand in names of resources.
    fn fitting(&mut self, value: &Value<'_>, most: usize, what: &str) -> Option<String> {
        let (text, place): (String, Place) = self.text(value)?;
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if text.is_empty() || text.len() > most || !plain || text.starts_with('-') || text.ends_with('-') {
            let message = format!("{what} has 1 to {most} small letters, digits and `-`, and no `-` at its ends");
            self.diagnostics.push(Diagnostic::new(&c::SYNTAX, message, place, "not expected here"));
            return None;
        }
        Some(text)
    }
}

/// The word for an engine that people call by the name of its parts or of its maker.
fn engine_of(text: &str) -> Option<&'static str> {
    Some(match text.to_lowercase().as_str() {
        "vmalert" | "vm" | "vmrule" | "victoria-metrics" | "victoria" => "victoriametrics",
        "operator" | "prometheusrule" | "kube-prometheus" | "kubernetes" => "prometheus-operator",
        "thanos-ruler" | "thanos-rule" => "thanos",
        "cortex" | "grafana-cloud" | "grafana" => "mimir",
        "aws" | "amazon" | "managed-prometheus" => "amp",
        "google" | "gcp" | "gke" => "gmp",
        "microsoft" | "aks" | "azure-monitor" => "azure",
        _ => return None,
    })
}
