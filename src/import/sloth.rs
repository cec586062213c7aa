//! Sloth: `prometheus/v1` and the Kubernetes resource `PrometheusServiceLevel`, which say the same in two spellings.

use super::fields::{Fields, Pair, Reader};
use super::query::{self, Measured, Query};
use super::service::{Alerts, Service, Slo, owner_of};
use super::settings::{Context, lost, percent, short};
use super::yaml::Node;
use super::{Document, merged, messages as say, resource, sloth_plugins};
use crate::promql::write::quote;
use crate::source::FileId;
use crate::syntax::leaf;
use std::collections::HashMap;
use std::rc::Rc;

/// The fields of a specification, which has them in two spellings.
struct Spelling {
    root: &'static [&'static str],
    slo: &'static [&'static str],
    raw: &'static [&'static str],
    events: &'static [&'static str],
    alerting: &'static [&'static str],
    what: &'static str,
}

const PLAIN: Spelling = Spelling {
    root: &["version", "service", "labels", "slo_plugins", "slos"],
    slo: &["name", "description", "objective", "plugins", "labels", "sli", "alerting"],
    raw: &["error_ratio_query"],
    events: &["error_query", "total_query"],
    alerting: &["name", "labels", "annotations", "page_alert", "ticket_alert"],
    what: "Sloth's prometheus/v1",
};
const RESOURCE: Spelling = Spelling {
    root: &["service", "labels", "sloPlugins", "slos"],
    slo: &["name", "description", "objective", "plugins", "labels", "sli", "alerting"],
    raw: &["errorRatioQuery"],
    events: &["errorQuery", "totalQuery"],
    alerting: &["name", "labels", "annotations", "pageAlert", "ticketAlert"],
    what: "Sloth's PrometheusServiceLevel",
};

/// The alerts that Sloth makes in a period.
#[derive(Clone)]
struct Period {
    window: String,
    alerts: Alerts,
    /// Urgency, long window in words, burn rate.
    rows: Vec<(&'static str, String, f64)>,
    note: Option<String>,
}

const DAY: u64 = 86_400_000;

impl Period {
    /// Sloth's own rows, which it has for 28 and for 30 days; at both Tabi's built-in rows are the same, but for one.
    fn built_in(window: &str) -> Period {
        let days = leaf::duration(window).unwrap_or(30 * DAY) as f64 / DAY as f64;
        let rows = [
            ("page", "1h", 0.02, 1.0),
            ("page", "6h", 0.05, 6.0),
            ("ticket", "1d", 0.1, 24.0),
            ("ticket", "3d", 0.1, 72.0),
        ];
        let rows = rows.map(|(urgency, long, share, hours)| (urgency, long.to_string(), share * days * 24.0 / hours));
        let note = (window == "28d" || window == "4w").then(|| {
            "Sloth's ticket over 3d asks for a burn rate of 0.9333, at which the budget lasts; Tabi's asks for 1"
                .to_string()
        });
        Period { window: window.to_string(), alerts: Alerts::default(), rows: rows.into(), note }
    }
}

/// Reads all documents of Sloth.
pub fn read(documents: &[Document], readers: &mut HashMap<FileId, Reader<'_>>, context: &mut Context) -> Vec<Service> {
    let mut period = Period::built_in(context.window.as_deref().unwrap_or("30d"));
    let mut services = Vec::new();
    for document in documents {
        let Some(reader) = readers.get_mut(&document.file) else { continue };
        if text_at(&document.node, "kind") == Some("AlertWindows") {
            context.read += 1;
            let Some(read) = windows(reader, &document.node) else { continue };
            if !period.alerts.lines().is_empty() {
                let message = "Sloth takes the AlertWindows of one period in a run; those that stand last hold here";
                reader.say(say::changed(reader.head(&document.node), message));
            }
            period = read;
        }
    }
    for document in documents {
        let Some(reader) = readers.get_mut(&document.file) else { continue };
        services.extend(service(reader, context, &document.node, &period));
    }
    merged(services)
}

fn text_at<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(|value| value.text())
}

fn service(reader: &mut Reader<'_>, context: &mut Context, node: &Rc<Node>, period: &Period) -> Option<Service> {
    let group = text_at(node, "apiVersion").unwrap_or("");
    let kind = text_at(node, "kind").unwrap_or("");
    let (spelling, fields) = if group.starts_with("sloth.slok.dev/") && kind == "PrometheusServiceLevel" {
        context.read += 1;
        let known = &["apiVersion", "kind", "metadata", "spec", "status"];
        let resource = reader.fields(node, "a PrometheusServiceLevel", known)?;
        let spec = reader.required(&resource, "spec", "a PrometheusServiceLevel")?;
        (&RESOURCE, reader.fields(&spec, RESOURCE.what, RESOURCE.root)?)
    } else if text_at(node, "version") == Some("prometheus/v1") {
        context.read += 1;
        (&PLAIN, reader.fields(node, PLAIN.what, PLAIN.root)?)
    } else {
        if kind != "AlertWindows" {
            let said = match (kind, text_at(node, "version"), group) {
                ("", Some(version), _) => format!("version {version}"),
                ("", None, "") => "neither `version` nor `kind`".to_string(),
                (kind, _, group) => format!("{kind} ({group})"),
            };
            context.pass_over(reader.id, &said);
        }
        return None;
    };
    let (name, _) = reader.required_text(&fields, "service", spelling.what)?;
    let mut notes = Vec::new();
    notes.extend(resource::note(reader, context, node.get("metadata"), |_| false));
    let mut labels = reader.pairs(&fields, "labels");
    let owner = owner_of(&mut labels);
    let labels = reader.labels(labels, &mut notes);
    plugins(reader, &fields, spelling.root[spelling.root.len() - 2], &mut notes);
    notes.extend(period.note.clone());
    let mut service = Service {
        name,
        title: None,
        description: None,
        window: period.window.clone(),
        notes,
        owner,
        labels,
        alerts: period.alerts.clone(),
        weighted: false,
        slos: Vec::new(),
        lost: Vec::new(),
    };
    reader.required(&fields, "slos", spelling.what)?;
    for node in reader.list(&fields, "slos") {
        let (labels, owner) = (service.labels.clone(), service.owner.clone());
        if let Some(read) = slo(reader, context, &node, spelling, period, (&labels, owner.as_deref())) {
            match read {
                Ok(slo) => service.slos.push(slo),
                Err(comment) => service.lost.push(comment),
            }
        }
    }
    nearer_labels(&mut service);
    Some(service)
}

/// An SLO, or the comment that takes its place.
fn slo(
    reader: &mut Reader<'_>,
    context: &mut Context,
    node: &Rc<Node>,
    spelling: &Spelling,
    period: &Period,
    (of_service, owner): (&[Pair], Option<&str>),
) -> Option<Result<Slo, String>> {
    let fields = reader.fields(node, "an SLO", spelling.slo)?;
    let name = reader.required_text(&fields, "name", "an SLO");
    let objective = reader.required(&fields, "objective", "an SLO");
    let sli = reader.required(&fields, "sli", "an SLO");
    let alerting = fields.get("alerting").cloned();
    let (name, name_node) = name?;
    let objective = objective?;
    let target = objective.text().and_then(percent);
    let target = reader.target(&objective, "objective", target);
    let mut notes = Vec::new();
    let mut labels = reader.pairs(&fields, "labels");
    plugins(reader, &fields, "plugins", &mut notes);
    let mut why = Vec::new();
    let budget = target.as_ref().and_then(|t| t.parse::<f64>().ok()).map_or(0.0, |t| 1.0 - t / 100.0);
    let measured = measured(reader, &sli?, spelling, (&name, budget), &mut why);
    let target = target?;
    if target.parse::<f64>().is_ok_and(|t| t >= 100.0) {
        why.push(reader.perfect(&objective, &name));
    }
    let at = reader.at(&name_node);
    let mut slo = Slo {
        name,
        at,
        step: None,
        title: None,
        description: reader.text(&fields, "description").filter(|d| !d.trim().is_empty()),
        measured: Measured::default(),
        settings: Vec::new(),
        target,
        weight: None,
        owner: None,
        labels: Vec::new(),
        runbook: None,
        alerts: Alerts::default(),
        severity_labels: [Vec::new(), Vec::new()],
        notes,
    };
    if let Some(node) = alerting {
        alerts(reader, context, &node, spelling, &mut slo, &mut labels);
    }
    slo.owner = owner_of(&mut labels).filter(|own| Some(own.as_str()) != owner);
    slo.labels = reader.labels(labels, &mut slo.notes);
    labels_of_one_kind(reader, &mut slo, of_service);
    for of in [0, 1] {
        context.severity_labels(of, &slo.severity_labels[of]);
    }
    slo.labels.retain(|own| !of_service.iter().any(|far| far.key == own.key && far.value == own.value));
    if !why.is_empty() {
        return Some(Err(lost(&slo.name, slo.at, reader, &why)));
    }
    slo.measured = measured?;
    caps(&mut slo, period);
    Some(Ok(slo))
}

fn measured(
    reader: &mut Reader<'_>,
    node: &Rc<Node>,
    spelling: &Spelling,
    (slo, budget): (&str, f64),
    why: &mut Vec<String>,
) -> Option<Measured> {
    let fields = reader.fields(node, "`sli`", &["raw", "events", "plugin"])?;
    let given: Vec<Rc<Node>> = ["raw", "events", "plugin"].iter().filter_map(|k| fields.get(k).cloned()).collect();
    let [only] = given.as_slice() else {
        let at = reader.head(node);
        reader.say(say::only_one(at, "`sli`", &["raw", "events", "plugin"]));
        return None;
    };
    if fields.get("raw").is_some() {
        let raw = reader.fields(only, "`raw`", spelling.raw)?;
        let node = reader.required(&raw, spelling.raw[0], "`raw`")?;
        return match reader.query(&node, spelling.raw[0], slo) {
            Ok(query) => Some(with_window(reader, query::ratio(&query, false), &[(&query, &node)])),
            Err(reason) => {
                why.push(reason);
                None
            }
        };
    }
    if fields.get("events").is_some() {
        let events = reader.fields(only, "`events`", spelling.events)?;
        let bad = reader.required(&events, spelling.events[0], "`events`");
        let total = reader.required(&events, spelling.events[1], "`events`");
        let (of_bad, of_total) = (bad?, total?);
        let bad = reader.query(&of_bad, spelling.events[0], slo);
        let total = reader.query(&of_total, spelling.events[1], slo);
        return match (bad, total) {
            (Ok(bad), Ok(total)) => {
                let measured = query::bad_and_total(&bad, &total);
                Some(with_window(reader, measured, &[(&bad, &of_bad), (&total, &of_total)]))
            }
            (bad, total) => {
                why.extend([bad.err(), total.err()].into_iter().flatten());
                None
            }
        };
    }
    let plugin = reader.fields(only, "`plugin`", &["id", "options"])?;
    let (id, id_node) = reader.required_text(&plugin, "id", "`plugin`")?;
    let options = reader.pairs(&plugin, "options");
    let unread = sloth_plugins::unread(&id, &options);
    for option in &unread {
        let message = format!("the plugin {id} has no option `{}`, and does nothing with it", option.key);
        reader.say(say::lost_words(option.at, message));
    }
    match sloth_plugins::measured(&id, &options, budget) {
        Ok(measured) => Some(unread.iter().fold(measured, |measured, option| {
            measured.note(format!("the plugin did nothing with its option {}: {}", option.key, option.value))
        })),
        Err(reason) => {
            let at = reader.at(&id_node);
            reader.say(say::left_out(at, format!("{slo}: {reason}")));
            let options: Vec<String> = options.iter().map(|p| format!("{}={}", p.key, p.value)).collect();
            why.push(format!("plugin {id} ({}): {reason}", options.join(", ")));
            None
        }
    }
}

/// Says of queries with a range of their own in place of the window that Sloth takes none such.
fn with_window(reader: &mut Reader<'_>, measured: Measured, queries: &[(&Query, &Rc<Node>)]) -> Measured {
    let mut without =
        queries.iter().filter(|(query, _)| query.text().contains('[') && !query.text().contains("$window"));
    let Some((_, node)) = without.next() else { return measured };
    let message =
        "Sloth takes no query without `{{.window}}`; Tabi looks over its own windows, whatever range stands here";
    reader.say(say::changed(reader.at(node), message));
    measured.note(format!("check: {message}"))
}

/// `alerting`: what can be carried over goes into the SLO and its labels.
fn alerts(
    reader: &mut Reader<'_>,
    context: &mut Context,
    node: &Rc<Node>,
    spelling: &Spelling,
    slo: &mut Slo,
    labels: &mut Vec<Pair>,
) {
    let Some(fields) = reader.fields(node, "`alerting`", spelling.alerting) else { return };
    if let Some(name) = reader.text(&fields, "name").filter(|n| !n.is_empty()) {
        slo.notes.push(format!("the alerts were called {name}"));
        if let (true, Some(node)) = (context.is_first(reader.id, "alert names"), fields.get("name").cloned()) {
            let message = "Tabi names alerts itself: routes and silences that match `alertname` need the new names";
            reader.say(say::lost_words(reader.at(&node), message));
        }
    }
    let own = reader.pairs(&fields, "labels");
    overridden(reader, labels, &own, slo);
    merge(labels, own);
    let pairs = reader.pairs(&fields, "annotations");
    annotations(reader, context, pairs, slo);
    let mut disabled = [false, false];
    for (of, key) in spelling.alerting[3..].iter().enumerate() {
        let Some(node) = fields.get(key).cloned() else { continue };
        let Some(alert) = reader.fields(&node, &format!("`{key}`"), &["disable", "labels", "annotations"]) else {
            continue;
        };
        disabled[of] = reader.flag(&alert, "disable").unwrap_or(false);
        let pairs = reader.pairs(&alert, "annotations");
        annotations(reader, context, pairs, slo);
        let pairs = reader.pairs(&alert, "labels");
        if !disabled[of] {
            slo.severity_labels[of] = pairs;
        }
    }
    match disabled {
        [true, true] => slo.alerts.off = true,
        [true, false] => slo.alerts.page = Some("off".into()),
        [false, true] => slo.alerts.ticket = Some("off".into()),
        [false, false] => {}
    }
}

/// Labels of an SLO that its alerts have with another value: in Sloth both were somewhere, here only that of the alerts.
fn overridden(reader: &mut Reader<'_>, labels: &[Pair], nearer: &[Pair], slo: &mut Slo) {
    for far in labels {
        let Some(near) = nearer.iter().find(|near| near.key == far.key && near.value != far.value) else { continue };
        let (key, near, value) = (&far.key, quote(&near.value), quote(&far.value));
        slo.notes.push(format!("the label {key}={value} of the SLO is not here: its alerts had {key}={near}"));
        let message = format!(
            "the label `{key}` of the alerts, {near}, is in place of this one: in Tabi an SLI has one, on its alerts and on its info series"
        );
        reader.say(say::lost_words(far.at, message));
    }
}

/// Labels of pages or of tickets that the SLO or its service has too. In Sloth those of the alert win; in Tabi the nearer one wins over
/// tabi.toml. So one value for all alerts goes into the labels of the SLI, and two of them into those of pages and of tickets alone.
fn labels_of_one_kind(reader: &mut Reader<'_>, slo: &mut Slo, of_service: &[Pair]) {
    let mut of_alerts: Vec<Pair> = Vec::new();
    for pair in slo.severity_labels.iter().flatten() {
        if !of_alerts.iter().any(|known| known.key == pair.key) {
            of_alerts.push(pair.clone());
        }
    }
    for Pair { key, .. } in of_alerts {
        let Some(far) = slo.labels.iter().chain(of_service).find(|far| far.key == key).cloned() else { continue };
        let [page, ticket] = [0, 1].map(|of| {
            let own = slo.severity_labels[of].iter().find(|pair| pair.key == key).unwrap_or(&far);
            slo.alerts.tells(of).then(|| own.clone())
        });
        slo.severity_labels.iter_mut().for_each(|pairs| pairs.retain(|pair| pair.key != key));
        match (page, ticket) {
            (Some(page), Some(ticket)) if page.value != ticket.value => {
                let (of_page, of_ticket) = (quote(&page.value), quote(&ticket.value));
                slo.labels.retain(|pair| pair.key != key);
                slo.notes.push(format!(
                    "check: the label {key}={} is not here: its pages had {key}={of_page}, its tickets {key}={of_ticket}, which tabi.toml says of all pages and tickets",
                    quote(&far.value)
                ));
                let message = format!(
                    "pages have the label `{key}` with {of_page}, tickets with {of_ticket}: in Tabi both have that of their SLI, so it is in tabi.toml alone"
                );
                reader.say(say::dropped(far.at, message));
                slo.severity_labels[0].push(page);
                slo.severity_labels[1].push(ticket);
            }
            (Some(own), _) | (_, Some(own)) => {
                let (labels, nearer) = (slo.labels.clone(), [own]);
                overridden(reader, &labels, &nearer, slo);
                merge(&mut slo.labels, nearer.into());
            }
            (None, None) => {}
        }
    }
}

/// Takes labels from a service whose pages or tickets have values of their own, and leaves them to its other SLOs.
fn nearer_labels(service: &mut Service) {
    let has = |pairs: &[Pair], key: &str| pairs.iter().any(|pair| pair.key == key);
    let apart =
        |slo: &Slo, key: &str| slo.severity_labels.iter().any(|pairs| has(pairs, key)) && !has(&slo.labels, key);
    for far in std::mem::take(&mut service.labels) {
        if !service.slos.iter().any(|slo| apart(slo, &far.key)) {
            service.labels.push(far);
            continue;
        }
        let others = service.slos.iter_mut().filter(|slo| !apart(slo, &far.key) && !has(&slo.labels, &far.key));
        others.for_each(|slo| slo.labels.push(far.clone()));
        service.notes.push(format!(
            "check: the label {}={} is not that of all: pages or tickets of an SLI have another, so the alerts of the journey itself have what tabi.toml says",
            far.key,
            quote(&far.value)
        ));
    }
}

fn merge(labels: &mut Vec<Pair>, nearer: Vec<Pair>) {
    for pair in nearer {
        labels.retain(|far| far.key != pair.key);
        labels.push(pair);
    }
}

/// Of annotations only a link to a runbook has a counterpart.
fn annotations(reader: &mut Reader<'_>, context: &mut Context, pairs: Vec<Pair>, slo: &mut Slo) {
    for pair in pairs {
        let is_runbook = ["runbook", "runbook_url"].contains(&pair.key.as_str()) && !pair.value.contains("{{");
        if is_runbook && slo.runbook.as_ref().is_none_or(|known| *known == pair.value) {
            slo.runbook = Some(pair.value);
            continue;
        }
        slo.notes.push(format!("annotation {}: {}", pair.key, pair.value));
        if context.is_first(reader.id, &format!("annotation {}", pair.key)) {
            let message = format!("annotations are Tabi's own; `{}` is a comment in what was made", pair.key);
            reader.say(say::lost_words(pair.at, message));
        }
    }
}

/// Plugins that change Sloth's rules.
fn plugins(reader: &mut Reader<'_>, fields: &Fields, key: &str, notes: &mut Vec<String>) {
    let Some(node) = fields.get(key).cloned() else { return };
    let both: &'static [&'static str] = &["overridePrevious", "override_previous", "chain"];
    let Some(plugins) = reader.fields(&node, &format!("`{key}`"), both) else { return };
    for key in ["overridePrevious", "override_previous"] {
        if reader.flag(&plugins, key) == Some(true) {
            notes.push(format!("`{key}` is not here: it takes away plugins that change Sloth's rules"));
            let at = plugins.get(key).map_or_else(|| reader.head(&node), |n| reader.at(n));
            reader.say(say::lost_words(at, "it takes away plugins that change Sloth's rules, of which Tabi has none"));
        }
    }
    for node in reader.list(&plugins, "chain") {
        let Some(fields) = reader.fields(&node, "a plugin", &["id", "config", "priority"]) else { continue };
        let Some((id, id_node)) = reader.required_text(&fields, "id", "a plugin") else { continue };
        let Some(instead) = sloth_plugins::of_slo(&id) else { continue };
        let config = fields.get("config").map_or_else(String::new, |n| format!(" ({})", n.written()));
        notes.push(format!("the plugin {id}{config} is not here: {instead}"));
        let at = reader.at(&id_node);
        reader.say(say::dropped(at, format!("the plugin `{id}` has no counterpart: {instead}")));
    }
}

/// Says in a comment where Sloth's row asked for more errors than there can be, or nearly so.
fn caps(slo: &mut Slo, period: &Period) {
    let budget = 1.0 - slo.target.parse::<f64>().unwrap_or(0.0) / 100.0;
    let cap = f64::midpoint(1.0, budget);
    for (urgency, long, burn) in &period.rows {
        let off = match *urgency {
            "page" => slo.alerts.page.is_some(),
            _ => slo.alerts.ticket.is_some(),
        };
        let asked = burn * budget;
        if asked <= cap || off || slo.alerts.off {
            continue;
        }
        let never = if asked >= 1.0 { ", which never happens" } else { "" };
        slo.notes.push(format!(
            "Sloth's {urgency} over {long} asks for {} % errors{never}; Tabi's asks for {} %",
            short(asked * 100.0),
            short(cap * 100.0)
        ));
    }
}

/// `AlertWindows`: a period of one's own with its rows.
fn windows(reader: &mut Reader<'_>, node: &Rc<Node>) -> Option<Period> {
    let known = &["apiVersion", "kind", "metadata", "spec"];
    let fields = reader.fields(node, "AlertWindows", known)?;
    let spec = reader.required(&fields, "spec", "AlertWindows")?;
    let spec = reader.fields(&spec, "AlertWindows", &["sloPeriod", "page", "ticket"])?;
    let period = reader.required(&spec, "sloPeriod", "AlertWindows")?;
    let milliseconds = reader.window(&period, "sloPeriod")?;
    let window = period.text().unwrap_or_default().to_string();
    if !(DAY..=365 * DAY).contains(&milliseconds) {
        reader.say(say::bad_duration(reader.at(&period), "sloPeriod", &window));
        return None;
    }
    let mut found = Period { window, alerts: Alerts::default(), rows: Vec::new(), note: None };
    let mut written: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    let mut shorter = Vec::new();
    for (of, urgency) in ["page", "ticket"].into_iter().enumerate() {
        let node = reader.required(&spec, urgency, "AlertWindows")?;
        let rows = reader.fields(&node, &format!("`{urgency}`"), &["quick", "slow"])?;
        for speed in ["quick", "slow"] {
            let node = reader.required(&rows, speed, &format!("`{urgency}`"))?;
            let row =
                reader.fields(&node, &format!("`{speed}`"), &["errorBudgetPercent", "shortWindow", "longWindow"])?;
            let share = reader.required(&row, "errorBudgetPercent", "a row")?;
            let percentage = share.text().and_then(percent);
            let percentage = reader.target(&share, "errorBudgetPercent", percentage)?;
            let long_node = reader.required(&row, "longWindow", "a row")?;
            let short_node = reader.required(&row, "shortWindow", "a row")?;
            let long = reader.window(&long_node, "longWindow")?;
            let short = reader.window(&short_node, "shortWindow")?;
            let text = crate::promql::write::duration(long);
            let burn = percentage.parse::<f64>().unwrap_or(0.0) / 100.0 * milliseconds as f64 / long as f64;
            if long.abs_diff(short * 12) > long / 10 {
                shorter.push(format!("{text} and {}", crate::promql::write::duration(short)));
            }
            let line = format!("{percentage}% in {text}");
            if !written[of].contains(&line) {
                written[of].push(line);
            }
            found.rows.push((urgency, text, burn));
        }
    }
    found.alerts.page = Some(written[0].join(", "));
    found.alerts.ticket = Some(written[1].join(", "));
    found.note = (!shorter.is_empty()).then(|| {
        format!("the short window is a twelfth of the long one in Tabi; in Sloth it was {}", shorter.join(", "))
    });
    Some(found)
}
