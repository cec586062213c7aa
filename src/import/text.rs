//! Services → Tabi, laid out by the formatter.

use super::fields::Pair;
use super::names;
use super::service::{Alerts, Service, Slo};
use crate::promql::write::{label_name_is_plain, quote};
use crate::source::{FileId, SourceFile};
use crate::syntax::format::format_checked;
use crate::syntax::names::is_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Comments are broken at this width.
const WIDTH: usize = 100;

/// A file for one service, and the name of its journey.
#[derive(Debug, Clone)]
pub struct Made {
    /// The journey, which is also the name of the file.
    pub name: String,
    /// Its text, without what stands at the beginning of a file.
    pub text: String,
    /// The modules that ship whose templates it calls.
    pub uses: BTreeSet<String>,
}

/// All services with their journeys. The names of journeys are unique among them.
pub fn of_all(services: &[Service]) -> Vec<Made> {
    let mut taken = BTreeSet::new();
    services.iter().map(|service| of_service(service, &mut taken)).collect()
}

/// The text as the formatter lays it out; as it is where it has mistakes, which then are said by whoever reads it.
pub fn formatted(text: &str) -> String {
    let file = SourceFile::new("", text);
    format_checked(FileId(0), &file).unwrap_or_else(|_| text.to_string())
}

/// A comment over as many lines as it needs.
pub fn comment(out: &mut String, mark: &str, text: &str) {
    for line in text.lines() {
        let mut written = 0;
        let words = line.split_whitespace().map(shown);
        for word in words {
            if written > 0 && written + 1 + word.chars().count() > WIDTH {
                out.push('\n');
                written = 0;
            }
            out.push_str(if written == 0 { mark } else { " " });
            if written == 0 {
                out.push(' ');
                // a comment that another tool has written must not become a word of ours
                if word == "tabi:" {
                    out.push_str("– ");
                }
            }
            written += word.chars().count() + 1;
            out.push_str(&word);
        }
        if written > 0 {
            out.push('\n');
        }
    }
}

/// Without control characters, which nobody would see.
fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).collect()
}

fn of_service(service: &Service, taken: &mut BTreeSet<String>) -> Made {
    let wanted = names::name(&service.name, "service");
    let name = names::unique(&wanted, taken);
    let mut out = String::new();
    if service.slos.is_empty() {
        for lost in &service.lost {
            comment(&mut out, "#", lost);
        }
        return Made { name, text: out, uses: BTreeSet::new() };
    }
    let calls = service.slos.iter().filter_map(|slo| slo.measured.call.as_deref());
    let uses = calls.filter_map(|call| call.split('.').next().map(str::to_string)).collect();
    if name != wanted {
        comment(&mut out, "#", &format!("check: another journey is called {wanted} already"));
    }
    for note in &service.notes {
        comment(&mut out, "#", note);
    }
    let all = std::iter::once(service.name.as_str()).chain(service.slos.iter().map(|slo| slo.name.as_str()));
    let audience = names::audience(all);
    comment(&mut out, "#", audience_note(audience));
    if let Some(description) = &service.description {
        comment(&mut out, "##", description);
    }
    let title = service.title.as_ref().map(|t| format!(" {}", quote(t))).unwrap_or_default();
    let _ = writeln!(out, "{audience} journey {name}{title} {{");
    match &service.owner {
        Some(owner) => owner_line(&mut out, owner),
        None if service.slos.iter().any(|slo| slo.owner.is_none()) => {
            comment(&mut out, "#", "owner TEAM: nobody is named in what was imported");
        }
        None => {}
    }
    let _ = writeln!(out, "window {}", service.window);
    if service.weighted {
        out.push_str("compose weighted\n");
    }
    labels(&mut out, &service.labels);
    alerts(&mut out, &service.alerts);
    out.push('\n');
    steps(&mut out, &service.slos, &name);
    for lost in &service.lost {
        comment(&mut out, "#", lost);
    }
    out.push_str("}\n");
    Made { name, text: out, uses }
}

fn audience_note(audience: &str) -> &'static str {
    match audience {
        "developer" => {
            "check: the names speak of people who change the product; `delivers` says which user journeys they ship fixes for"
        }
        "operator" => "check: the names speak of people on call; it may be a user or a developer journey",
        _ => "check: nothing says who takes this journey; it may be `developer` or `operator`",
    }
}

/// The SLOs by their steps, in the order in which each is met first.
fn steps(out: &mut String, slos: &[Slo], journey: &str) {
    let parts: Vec<(String, Option<String>)> =
        slos.iter().map(|slo| slo.step.clone().unwrap_or_else(|| names::step_and_sli(&slo.name))).collect();
    let mut order: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for (step, _) in &parts {
        if seen.insert(step.as_str()) {
            order.push(step);
        }
    }
    let mut of_step: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (step, _)) in parts.iter().enumerate() {
        of_step.entry(step).or_default().push(i);
    }
    for step in order {
        let members = of_step.get(step).cloned().unwrap_or_default();
        let _ = writeln!(out, "step {step} {{");
        if let Some(weight) = members.iter().find_map(|i| slos[*i].weight.as_ref()) {
            let _ = writeln!(out, "weight {weight}");
        }
        let mut taken = BTreeSet::new();
        let wanted: Vec<String> =
            members.iter().map(|i| parts[*i].1.clone().unwrap_or_else(|| kind_of(&slos[*i]).to_string())).collect();
        let mut alike: BTreeMap<&str, Vec<&Slo>> = BTreeMap::new();
        for (i, wanted) in members.iter().zip(&wanted) {
            alike.entry(wanted).or_default().push(&slos[*i]);
        }
        for (i, plain) in members.iter().zip(&wanted) {
            let slo = &slos[*i];
            let wanted = match alike.get(plain.as_str()).and_then(|same| told_apart(same, slo)) {
                Some(by) => format!("{plain}_{by}"),
                None => plain.clone(),
            };
            let name = names::unique(&wanted, &mut taken);
            told(out, slo, [journey, step, &name], name != wanted);
            sli(out, slo, &name);
        }
        out.push_str("}\n\n");
    }
}

/// So many SLOs of one name are told apart by their labels; more of them have numbers.
const MANY: usize = 100;

/// The values of the labels that tell an SLO from those that want the same name, where they do.
fn told_apart(same: &[&Slo], slo: &Slo) -> Option<String> {
    if !(2..=MANY).contains(&same.len()) {
        return None;
    }
    let value = |slo: &Slo, key: &str| slo.labels.iter().find(|pair| pair.key == key).map(|pair| pair.value.clone());
    let differs = |key: &str| same.iter().any(|other| value(other, key) != value(slo, key));
    let keys: Vec<&str> = slo.labels.iter().map(|pair| pair.key.as_str()).filter(|key| differs(key)).collect();
    let values = |slo: &Slo| keys.iter().map(|key| value(slo, key)).collect::<Option<Vec<String>>>();
    let own = values(slo).filter(|own| !own.is_empty())?;
    let alike = same.iter().filter(|other| values(other).is_none_or(|theirs| theirs == own)).count();
    (alike == 1).then(|| names::name(&own.join("_"), "other"))
}

/// What an SLI is called whose SLO does not say it.
fn kind_of(slo: &Slo) -> &'static str {
    match slo.measured.lines.first().map(|(word, _)| *word) {
        Some("latency") => "fast",
        Some("up") => "answers",
        Some("holds") => "holds",
        _ => "good",
    }
}

/// The comments above an SLI.
fn told(out: &mut String, slo: &Slo, [journey, step, name]: [&str; 3], numbered: bool) {
    let plain = [
        format!("{step}_{name}"),
        step.to_string(),
        format!("{journey}_{step}_{name}"),
        format!("{journey}_{step}"),
        format!("{journey}_{name}"),
    ];
    if numbered || !plain.contains(&names::name(&slo.name, "slo")) {
        comment(out, "#", &format!("was {}", slo.name));
    }
    if numbered {
        comment(out, "#", "check: another SLI of this step wants the same name");
    }
    for note in slo.notes.iter().chain(&slo.measured.notes) {
        comment(out, "#", note);
    }
    if let Some(description) = &slo.description {
        comment(out, "##", description);
    }
}

fn sli(out: &mut String, slo: &Slo, name: &str) {
    let title = slo.title.as_ref().map(|t| format!(" {}", quote(t))).unwrap_or_default();
    let call = slo.measured.call.as_ref().map(|call| format!(" = {call}")).unwrap_or_default();
    let _ = writeln!(out, "sli {name}{title}{call} {{");
    for (word, text) in &slo.measured.lines {
        let _ = writeln!(out, "{word} {text}");
    }
    if !slo.measured.by.is_empty() {
        let _ = writeln!(out, "by {}", slo.measured.by.join(", "));
    }
    for (word, text) in slo.measured.settings.iter().chain(&slo.settings) {
        let _ = writeln!(out, "{word} {text}");
    }
    let _ = writeln!(out, "target {}%", slo.target);
    if let Some(owner) = &slo.owner {
        owner_line(out, owner);
    }
    labels(out, &slo.labels);
    if let Some(runbook) = &slo.runbook {
        let _ = writeln!(out, "runbook {}", quote(runbook));
    }
    alerts(out, &slo.alerts);
    out.push_str("}\n\n");
}

fn owner_line(out: &mut String, owner: &str) {
    let owner = if is_name(owner) { owner.to_string() } else { quote(owner) };
    let _ = writeln!(out, "owner {owner}");
}

fn labels(out: &mut String, pairs: &[Pair]) {
    let written: Vec<String> = pairs
        .iter()
        .filter(|pair| label_name_is_plain(&pair.key))
        .map(|pair| format!("{} {}", pair.key, quote(&pair.value)))
        .collect();
    if !written.is_empty() {
        let _ = writeln!(out, "labels {{ {} }}", written.join(", "));
    }
}

fn alerts(out: &mut String, alerts: &Alerts) {
    if alerts.off {
        for note in &alerts.notes {
            comment(out, "#", note);
        }
        out.push_str("alerts off\n");
        return;
    }
    let lines = alerts.lines();
    for note in &alerts.notes {
        comment(out, "#", note);
    }
    if lines.is_empty() {
        return;
    }
    if let [(word, text)] = lines.as_slice() {
        let _ = writeln!(out, "alerts {{ {word} {text} }}");
        return;
    }
    out.push_str("alerts {\n");
    for (word, text) in lines {
        let _ = writeln!(out, "{word} {text}");
    }
    out.push_str("}\n");
}
