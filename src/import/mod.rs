//! Specifications of other tools → Tabi. Each tool has a reader, which makes services with SLOs of its documents; [`text`] writes them.
//! What comes out is text, which is parsed and checked like any other. Nothing is dropped in silence: what has no counterpart is said at its
//! place in the YAML, and stands as a comment in the text.

mod counted;
mod fields;
pub mod grouped;
mod labels;
mod messages;
mod names;
mod openslo;
mod pyrra;
mod query;
mod resource;
mod sampled;
mod service;
mod settings;
mod sloth;
mod sloth_plugins;
pub mod text;
pub mod yaml;

use crate::diagnostic::catalogue::NOT_IMPORTED;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Place, Sources, Span};
use fields::{Pair, Reader};
use messages as say;
use service::{Service, Slo};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::rc::Rc;
use yaml::{Node, Value};

/// Whose specifications are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// `prometheus/v1` and `PrometheusServiceLevel`
    Sloth,
    /// `ServiceLevelObjective`
    Pyrra,
    /// `openslo/v1` and `openslo/v1alpha`
    OpenSlo,
}

impl Tool {
    /// How people call it.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Sloth => "Sloth",
            Tool::Pyrra => "Pyrra",
            Tool::OpenSlo => "OpenSLO",
        }
    }
}

/// What an import made.
#[derive(Debug, Default)]
pub struct Imported {
    /// The text of each service: one journey, or the comments of what could not be read.
    pub made: Vec<text::Made>,
    /// What there is to say of the specifications, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Documents that were passed over, in words.
    pub notes: Vec<String>,
    /// What `tabi.toml` should say, where the specifications have labels for all pages or tickets.
    pub toml: Option<String>,
}

impl Imported {
    /// Whether something keeps the text from being used: a mistake in the YAML, not what is only left out.
    pub fn is_broken(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error && *d.entry != NOT_IMPORTED)
    }
}

/// What a reader needs to know of one tool's documents.
struct Document {
    node: Rc<Node>,
    file: FileId,
}

/// Reads all documents of the files, each already among the sources. `window` is the period of the budgets where the tool's
/// specification does not say it.
pub fn import(tool: Tool, sources: &Sources, files: &[FileId], window: Option<&str>) -> Imported {
    let mut imported = Imported::default();
    let mut documents: Vec<Document> = Vec::new();
    for id in files {
        let (nodes, found) = yaml::read(*id, sources.file(*id));
        imported.diagnostics.extend(found);
        for node in nodes {
            flatten(&node, &mut |node| documents.push(Document { node, file: *id }));
        }
    }
    let mut readers: HashMap<FileId, Reader<'_>> =
        files.iter().map(|id| (*id, Reader { id: *id, sources, found: Vec::new() })).collect();
    let mut context = settings::Context::new(window);
    let mut services = match tool {
        Tool::Sloth => sloth::read(&documents, &mut readers, &mut context),
        Tool::Pyrra => pyrra::read(&documents, &mut readers, &mut context),
        Tool::OpenSlo => openslo::read(&documents, &mut readers, &mut context),
    };
    for id in files {
        if let Some(reader) = readers.get_mut(id) {
            imported.diagnostics.append(&mut reader.found);
        }
    }
    for service in &mut services {
        for slo in &mut service.slos {
            imported.diagnostics.extend(settings::checked_by(slo));
            imported.diagnostics.extend(context.own_labels(slo, &service.labels));
        }
    }
    imported.notes = context.passed_over(sources);
    let any_read = !services.is_empty() || imported.diagnostics.iter().any(|d| d.severity == Severity::Error);
    if let (false, Some(first)) = (any_read, files.first()) {
        let place = match documents.first() {
            Some(document) => readers.get(&document.file).map(|reader| reader.head(&document.node)),
            None => None,
        };
        let place = place.unwrap_or(Place { file: *first, span: Span::default() });
        imported.diagnostics.push(if context.read > 0 {
            say::no_slo(place)
        } else {
            say::nothing_to_import(place, tool.name())
        });
    }
    // broken in another way than people would think, or read as if its braces were text
    let marks = ["{{ .Values", "{{.Values", "{{ include", "{{- ", "{{ .Release", "{{.Release"];
    let templates = files.iter().map(|id| sources.file(*id)).filter(|f| marks.iter().any(|m| f.text.contains(m)));
    imported.notes.extend(templates.map(|f| {
        format!(
            "{} looks like the template of a chart: render it first (`helm template`), and import what comes out",
            f.name
        )
    }));
    imported.toml = context.toml();
    imported.made = text::of_all(&services);
    crate::diagnostic::sort(&mut imported.diagnostics);
    // what is read through an alias is read more than once
    imported.diagnostics.dedup_by(|a, b| a.labels == b.labels && a.message == b.message);
    imported
}

/// The documents in lists and in Kubernetes' `List`.
fn flatten(node: &Rc<Node>, with: &mut dyn FnMut(Rc<Node>)) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| flatten(item, with)),
        // `List`, and the lists of a kind: `ServiceLevelObjectiveList`
        Value::Map(_)
            if node.get("kind").and_then(|k| k.text()).is_some_and(|k| k.ends_with("List"))
                && node.get("items").is_some() =>
        {
            if let Some(items) = node.get("items") {
                flatten(items, with);
            }
        }
        _ if node.is_nothing() => {}
        _ => with(node.clone()),
    }
}

/// The files to write: one for each service, or one for all of them. `names` are the files that were read.
pub fn files(imported: &Imported, tool: Tool, names: &[&str], each: bool) -> Vec<(String, String)> {
    let header = header(tool, names, imported.toml.as_deref());
    if each {
        let made = imported.made.iter();
        let text = |m: &text::Made| text::formatted(&format!("{header}{}{}", uses(&m.uses), m.text));
        return made.map(|m| (format!("{}.tabi", m.name), text(m))).collect();
    }
    let all: Vec<&str> = imported.made.iter().map(|m| m.text.as_str()).collect();
    let used: BTreeSet<String> = imported.made.iter().flat_map(|m| m.uses.iter().cloned()).collect();
    let text = format!("{header}{}{}", uses(&used), all.join("\n"));
    vec![("imported.tabi".to_string(), text::formatted(&text))]
}

/// The lines for modules that ship.
fn uses(modules: &BTreeSet<String>) -> String {
    let mut out = String::new();
    for module in modules {
        let _ = writeln!(out, "use std.{module}");
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// What stands at the beginning of a file that is made.
fn header(tool: Tool, names: &[&str], toml: Option<&str>) -> String {
    let mut out = String::new();
    let shown: Vec<&str> = names.iter().take(3).copied().collect();
    let more = names.len().saturating_sub(shown.len());
    let from = if more > 0 { format!("{} and {more} more files", shown.join(", ")) } else { shown.join(", ") };
    let command = tool.name().to_lowercase();
    text::comment(
        &mut out,
        "#",
        &format!(
            "Made of {from} by `tabi import {command}`. What begins with `check` is a guess: look at it, then delete the line."
        ),
    );
    let new = match tool {
        Tool::Sloth => {
            "`no_data` and `left` tell of missing data and of a budget that runs low, which Sloth does not. `alerts { no_data off  left off }` in `defaults` takes them away."
        }
        Tool::Pyrra => {
            "`left` tells of a budget that runs low, which Pyrra does not. `alerts { left off }` in `defaults` takes it away."
        }
        Tool::OpenSlo => {
            "Where nothing is said of alerts, Tabi's own hold, `left` among them. `alerts off` or `alerts { left off }` in `defaults` takes them away."
        }
    };
    text::comment(&mut out, "#", new);
    if let Some(toml) = toml {
        text::comment(&mut out, "#", "The labels of pages and tickets stand in tabi.toml:");
        for line in toml.lines() {
            let _ = writeln!(out, "#   {line}");
        }
    }
    out.push('\n');
    out
}

/// Labels of a service that hold for some SLOs of its journey only, so that they stand in them.
fn to_slos(slos: &mut [Slo], labels: &[Pair]) {
    for slo in slos {
        for label in labels.iter().rev() {
            if !slo.labels.iter().any(|own| own.key == label.key) {
                slo.labels.insert(0, label.clone());
            }
        }
    }
}

/// Puts services of the same name and window together.
fn merged(all: Vec<Service>) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    let mut windows: HashMap<String, usize> = HashMap::new();
    for mut service in all {
        let key = (service.name.clone(), service.window.clone());
        let Some(at) = known.get(&key).copied().filter(|at| !service.weighted && !services[*at].weighted) else {
            known.insert(key, services.len());
            let others = windows.entry(service.name.clone()).or_default();
            *others += 1;
            if *others > 1 && !service.weighted {
                service.notes.insert(
                    0,
                    format!(
                        "a journey has one window, so the SLOs of {} in {} are one of their own",
                        service.name, service.window
                    ),
                );
                service.name = format!("{}-{}", service.name, service.window);
            }
            services.push(service);
            continue;
        };
        let first = &mut services[at];
        let shared = |labels: &[Pair], own: &Pair| labels.iter().any(|l| l.key == own.key && l.value == own.value);
        let of_first: Vec<Pair> = first.labels.extract_if(.., |own| !shared(&service.labels, own)).collect();
        service.labels.retain(|own| !shared(&first.labels, own));
        to_slos(&mut first.slos, &of_first);
        to_slos(&mut service.slos, &service.labels);
        if first.owner != service.owner {
            let of_first = if service.owner.is_none() { first.owner.take() } else { None };
            let owners = [(&mut first.slos, of_first), (&mut service.slos, service.owner.take())];
            for (slos, owner) in owners {
                for slo in slos {
                    slo.owner = slo.owner.take().or_else(|| owner.clone());
                }
            }
        }
        if first.alerts != service.alerts {
            for slo in &mut service.slos {
                if slo.alerts.lines().is_empty() && !slo.alerts.off {
                    slo.alerts = service.alerts.clone();
                }
            }
        }
        first.title = first.title.take().or(service.title);
        first.description = first.description.take().or(service.description);
        first.notes.extend(service.notes.into_iter().filter(|n| !first.notes.contains(n)).collect::<Vec<_>>());
        first.slos.append(&mut service.slos);
        first.lost.append(&mut service.lost);
    }
    services.iter_mut().for_each(Service::lift);
    services
}
