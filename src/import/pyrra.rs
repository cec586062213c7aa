//! Pyrra: `ServiceLevelObjective`. It has no services: SLOs whose names begin with the same word become one journey.

use super::counted::{self, Counted};
use super::fields::{Fields, Pair, Reader};
use super::query::{self, Measured, Query};
use super::service::{Alerts, Service, Slo, owner_of};
use super::settings::{Context, lost, percent, short};
use super::yaml::Node;
use super::{Document, messages as say, names, resource};
use crate::promql::write::duration;
use crate::source::FileId;
use std::collections::HashMap;
use std::rc::Rc;

const MINUTE: u64 = 60_000;
const DAY: u64 = 1440 * MINUTE;
const SPEC: &[&str] = &[
    "description",
    "target",
    "window",
    "indicator",
    "alerting",
    "partial_response_strategy",
    "performanceOverAccuracy",
    "ruleOutput",
];
const ALERTING: &[&str] = &["disabled", "burnrates", "absent", "name", "absentName", "severities", "burnRateType"];
const SEVERITIES: &[&str] = &["absent", "fastBurn", "mediumBurn", "slowBurn", "longTermBurn"];

/// The rows of 28 days: name, burn rate, short and long window, and how long it waits, in minutes; and what it is by default.
const ROWS: [(&str, f64, u64, u64, u64, &str); 4] = [
    ("fastBurn", 14.0, 5, 60, 2, "page"),
    ("mediumBurn", 7.0, 30, 360, 15, "page"),
    ("slowBurn", 2.0, 120, 1440, 60, "ticket"),
    ("longTermBurn", 1.0, 360, 5760, 180, "ticket"),
];

/// One SLO, and what decides in which journey it is.
struct Read {
    slo: Result<Slo, String>,
    /// What its resource says of itself.
    resource: Option<String>,
    name: String,
    window: u64,
}

/// Reads all documents of Pyrra.
pub fn read(documents: &[Document], readers: &mut HashMap<FileId, Reader<'_>>, context: &mut Context) -> Vec<Service> {
    let mut all = Vec::new();
    for document in documents {
        let Some(reader) = readers.get_mut(&document.file) else { continue };
        all.extend(objective(reader, context, &document.node));
    }
    services(all)
}

/// SLOs with the same first word and the same window.
fn services(all: Vec<Read>) -> Vec<Service> {
    let mut groups: Vec<Vec<Read>> = Vec::new();
    let mut known: HashMap<(String, u64), usize> = HashMap::new();
    for read in all {
        let (stem, _) = names::step_and_sli(&read.name);
        let first = stem.split('_').next().unwrap_or("").to_string();
        let at = *known.entry((first, read.window)).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Vec::new());
        }
        groups[at].push(read);
    }
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut made: Vec<Service> = groups.into_iter().map(journey).collect();
    for service in &mut made {
        let others = taken.entry(service.name.clone()).or_default();
        *others += 1;
        if *others > 1 {
            let note = format!(
                "a journey has one window, so the SLOs of {} in {} are one of their own",
                service.name, service.window
            );
            service.notes.insert(0, note);
            service.name = format!("{}-{}", service.name, service.window);
        }
    }
    made
}

fn journey(group: Vec<Read>) -> Service {
    let stems: Vec<String> = group.iter().map(|read| names::step_and_sli(&read.name).0).collect();
    let mut prefix = names::common(stems.iter().map(String::as_str));
    if stems.contains(&prefix)
        && let Some((shorter, _)) = prefix.rsplit_once('_')
    {
        prefix = shorter.to_string();
    }
    let window = group.first().map_or(28 * DAY, |read| read.window);
    let mut service = Service {
        name: prefix.clone(),
        title: None,
        description: None,
        window: duration(window),
        notes: Vec::new(),
        owner: None,
        labels: Vec::new(),
        alerts: rows(window, &[]),
        weighted: false,
        slos: Vec::new(),
        lost: Vec::new(),
    };
    for read in group {
        if let Some(note) = read.resource.filter(|note| !service.notes.contains(note)) {
            service.notes.push(note);
        }
        match read.slo {
            Err(comment) => service.lost.push(comment),
            Ok(mut slo) => {
                let (stem, sli) = names::step_and_sli(&slo.name);
                let rest = stem.strip_prefix(&prefix).unwrap_or(&stem).trim_start_matches('_');
                slo.step = Some((if rest.is_empty() { "requests".into() } else { names::name(rest, "step") }, sli));
                service.slos.push(slo);
            }
        }
    }
    service.lift();
    service
}

/// Minutes, rounded as Go rounds durations: half away from zero.
fn whole_minutes(minutes: f64) -> u64 {
    #[allow(clippy::cast_sign_loss, reason = "minutes are at least 0")]
    let whole = minutes.round().max(0.0) as u64;
    whole
}

fn scaled(minutes: u64, window: u64) -> u64 {
    whole_minutes(minutes as f64 * window as f64 / (28 * DAY) as f64)
}

/// Pyrra's rows as Tabi's: shares of the budget that have the same burn rates. `severities` are those that are not the default.
fn rows(window: u64, severities: &[(String, &'static str)]) -> Alerts {
    let mut alerts = Alerts::default();
    let mut lines: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    let (mut other, mut longer) = (Vec::new(), Vec::new());
    for (name, burn, short, long, _, default) in ROWS {
        let minutes = scaled(long, window).max(4);
        if minutes != scaled(long, window) {
            longer.push(format!("{} (Pyrra: {}m)", duration(minutes * MINUTE), scaled(long, window)));
        }
        let share = 100.0 * burn * (minutes * MINUTE) as f64 / window as f64;
        // a burn rate of 1, rounded down, would fire while the budget lasts
        let share = (share * 10_000.0).ceil() / 10_000.0;
        let urgency = severities.iter().find(|(of, _)| of == name).map_or(default, |(_, urgency)| *urgency);
        let line = format!("{share}% in {}", duration(minutes * MINUTE));
        lines[usize::from(urgency == "ticket")].push(line);
        let (had, has) = (scaled(short, window), (minutes / 12).max(2));
        if had.abs_diff(has) > has / 10 {
            let long = duration(minutes * MINUTE);
            other.push(format!("{} beside {long} (Pyrra: {})", duration(has * MINUTE), duration(had * MINUTE)));
        }
    }
    let [page, ticket] = lines.map(|l| if l.is_empty() { "off".to_string() } else { l.join(", ") });
    (alerts.page, alerts.ticket) = (Some(page), Some(ticket));
    alerts.notes.push("Pyrra's burn rates of 14, 7, 2 and 1; without these lines Tabi's own rows hold".into());
    alerts.notes.push(format!(
        "Pyrra waited another {} before each told (`for`); here each tells once both of its windows burn",
        waits(window)
    ));
    if !longer.is_empty() {
        alerts.notes.push(format!("no window is shorter than 4m: {}", longer.join(", ")));
    }
    if !other.is_empty() {
        alerts.notes.push(format!("the short windows are a twelfth of the long ones: {}", other.join(", ")));
    }
    alerts
}

/// How long Pyrra's rows wait, in words.
fn waits(window: u64) -> String {
    let all: Vec<String> = ROWS.iter().map(|row| duration(scaled(row.4, window) * MINUTE)).collect();
    say::and(&all)
}

fn objective(reader: &mut Reader<'_>, context: &mut Context, node: &Rc<Node>) -> Option<Read> {
    let text_at = |key: &str| node.get(key).and_then(|value| value.text()).unwrap_or("");
    let (group, kind) = (text_at("apiVersion"), text_at("kind"));
    if !(group.starts_with("pyrra.dev/") && kind == "ServiceLevelObjective") {
        let said = if kind.is_empty() { "no `kind`".to_string() } else { format!("{kind} ({group})") };
        context.pass_over(reader.id, &said);
        return None;
    }
    context.read += 1;
    let what = "a ServiceLevelObjective";
    let fields = reader.fields(node, what, &["apiVersion", "kind", "metadata", "spec", "status"])?;
    let metadata = reader.required(&fields, "metadata", what);
    let spec = reader.required(&fields, "spec", what);
    // what else stands there is Kubernetes' own: when it was made, and by whom
    let name_node = metadata?.get("name").cloned();
    let resource = resource::note(reader, context, node.get("metadata"), |key| key.starts_with("pyrra.dev/"));
    let Some((name_node, name)) = name_node.and_then(|n| n.text().map(str::to_string).map(|t| (n, t))) else {
        let at = reader.head(node);
        reader.say(say::missing_field(at, "metadata.name", what));
        return None;
    };
    let spec = reader.fields(&spec?, "`spec`", SPEC)?;
    let target_node = reader.required(&spec, "target", "`spec`");
    let window_node = reader.required(&spec, "window", "`spec`");
    let indicator = reader.required(&spec, "indicator", "`spec`");
    let (target_node, window_node, indicator) = (target_node?, window_node?, indicator?);
    let target = target_node.text().and_then(percent);
    let target = reader.target(&target_node, "target", target);
    let window = reader.window(&window_node, "window");
    let mut notes = Vec::new();
    let mut labels = carried(node, "labels", reader);
    let annotations = carried(node, "annotations", reader);
    let mut why = Vec::new();
    let (measured, settings) = measured(reader, &indicator, &name, &mut why).unwrap_or_default();
    let (target, mut window) = (target?, window?);
    let percentage: f64 = target.parse().unwrap_or(0.0);
    if percentage >= 100.0 {
        why.push(reader.perfect(&target_node, &name));
    } else if percentage <= 1.0 {
        let message = format!("a target of {target} % is nearly nothing; was {} % meant?", percentage * 100.0);
        notes.push(format!("check: {message}"));
        reader.say(say::changed(reader.at(&target_node), message));
    }
    if !(DAY..=365 * DAY).contains(&window) || window % MINUTE != 0 {
        let message = "a window is between 1d and 365d in Tabi; 28d was put there";
        notes.push(format!("check: {message}, the specification has {}", duration(window)));
        reader.say(say::changed(reader.at(&window_node), message));
        window = 28 * DAY;
    }
    let owner = owner_of(&mut labels);
    let labels = reader.labels(labels, &mut notes);
    let at = reader.at(&name_node);
    let mut slo = Slo {
        at,
        step: None,
        title: None,
        description: reader.text(&spec, "description").filter(|d| !d.trim().is_empty()),
        measured,
        settings,
        target,
        weight: None,
        owner,
        labels,
        runbook: None,
        alerts: Alerts::default(),
        severity_labels: [Vec::new(), Vec::new()],
        notes,
        name: name.clone(),
    };
    for pair in annotations {
        if ["runbook", "runbook_url"].contains(&pair.key.as_str()) && !pair.value.contains("{{") {
            slo.runbook = Some(pair.value);
        } else {
            slo.notes.push(format!("annotation {}: {}", pair.key, pair.value));
            let message = format!("annotations are Tabi's own; `{}` is a comment in what was made", pair.key);
            reader.say(say::lost_words(pair.at, message));
        }
    }
    alerts(reader, context, &spec, window, &mut slo);
    caps(&mut slo);
    rest(reader, &spec, &mut slo);
    let slo = if why.is_empty() { Ok(slo) } else { Err(lost(&name, at, reader, &why)) };
    Some(Read { slo, resource, name, window })
}

/// The labels or annotations that Pyrra puts on its rules: those whose names begin with `pyrra.dev/`.
fn carried(node: &Rc<Node>, of: &str, reader: &Reader<'_>) -> Vec<Pair> {
    let Some(super::yaml::Value::Map(pairs)) = node.get("metadata").and_then(|m| m.get(of)).map(|n| &n.value) else {
        return Vec::new();
    };
    let ours = pairs.iter().filter_map(|(key, value)| {
        let name = key.text()?.strip_prefix("pyrra.dev/")?;
        Some(Pair { key: name.to_string(), value: value.text()?.to_string(), at: reader.at(key) })
    });
    ours.collect()
}

type Settings = Vec<(&'static str, String)>;

fn measured(
    reader: &mut Reader<'_>,
    node: &Rc<Node>,
    slo: &str,
    why: &mut Vec<String>,
) -> Option<(Measured, Settings)> {
    const KINDS: &[&str] = &["ratio", "latency", "latencyNative", "bool_gauge"];
    let fields = reader.fields(node, "`indicator`", KINDS)?;
    let given: Vec<&str> = KINDS.iter().copied().filter(|k| fields.get(k).is_some()).collect();
    let [kind] = given.as_slice() else {
        let at = reader.head(node);
        reader.say(say::only_one(at, "`indicator`", KINDS));
        why.push(String::new());
        return None;
    };
    let node = fields.get(kind)?.clone();
    let mut settings = Vec::new();
    let (fields, measured) = match *kind {
        "ratio" => {
            let fields = reader.fields(&node, "`ratio`", &["errors", "success", "total", "grouping"])?;
            let measured = ratio(reader, &fields, slo, why);
            (fields, measured)
        }
        "latency" => {
            let fields = reader.fields(&node, "`latency`", &["success", "total", "grouping", "unit"])?;
            let measured = latency(reader, &fields, slo, why, &mut settings);
            (fields, measured)
        }
        "latencyNative" => {
            let fields = reader.fields(&node, "`latencyNative`", &["latency", "total", "grouping"])?;
            let bound =
                reader.required(&fields, "latency", "`latencyNative`").and_then(|n| reader.window(&n, "latency"));
            let total = metric(reader, &fields, "total", slo, why);
            let measured = bound.zip(total.and_then(|t| t.counted())).map(|(bound, histogram)| {
                if !histogram.name.ends_with("_seconds") {
                    settings.push(("unit", "s".to_string()));
                }
                settings.push(("histogram", "native".to_string()));
                let lines = vec![("latency", format!("{} under {}", histogram.text(), duration(bound)))];
                Measured { lines, ..Measured::default() }
            });
            (fields, measured)
        }
        _ => {
            let fields = reader.fields(&node, "`bool_gauge`", &["metric", "grouping"])?;
            let gauge = reader.required(&fields, "metric", "`bool_gauge`");
            let gauge = gauge.and_then(|n| single(reader, &n, slo, why));
            let measured = gauge.map(|(text, selector)| {
                let line = selector.map_or_else(|| format!("`{text}`"), |s| s.text());
                Measured { lines: vec![("up", line)], ..Measured::default() }.note(query::SAMPLES)
            });
            (fields, measured)
        }
    };
    if measured.is_none() && why.is_empty() {
        why.push(String::new());
    }
    let mut measured = measured?;
    by(reader, &fields, &mut measured);
    Some((measured, settings))
}

/// `ratio`: two of errors, success and total.
fn ratio(reader: &mut Reader<'_>, fields: &Fields, slo: &str, why: &mut Vec<String>) -> Option<Measured> {
    let parts = ["errors", "success", "total"];
    if parts.iter().filter(|key| fields.get(key).is_some()).count() != 2 {
        let at = reader.head(&fields.node);
        reader.say(say::two_of(at, "`ratio`", &parts));
        return None;
    }
    let [bad, good, total] = parts.map(|key| fields.get(key).map(|_| metric(reader, fields, key, slo, why)));
    match (bad, good, total) {
        (Some(bad), None, Some(total)) => Some(query::bad_and_total(&bad?, &total?)),
        (None, Some(good), Some(total)) => Some(query::good_and_total(&good?, &total?)),
        (Some(bad), Some(good), None) => Some(query::good_and_bad(&good?, &bad?)),
        _ => None,
    }
}

/// `latency`: a bucket of a histogram and its count.
fn latency(
    reader: &mut Reader<'_>,
    fields: &Fields,
    slo: &str,
    why: &mut Vec<String>,
    settings: &mut Settings,
) -> Option<Measured> {
    let unit = reader.text(fields, "unit").filter(|u| !u.is_empty());
    if let (Some(word), Some(node)) = (unit.as_deref().filter(|u| !["s", "ms"].contains(u)), fields.get("unit")) {
        let at = reader.at(node);
        reader.say(say::unknown_word(at, "unit", word, &["s", "ms"]));
    }
    let (good, total) = (metric(reader, fields, "success", slo, why), metric(reader, fields, "total", slo, why));
    let (good, total) = (good?, total?);
    if let Some(counted) = good.counted().filter(|c| c.name.ends_with("_bucket"))
        && !counted.matchers.iter().any(|(label, _, _)| label == "le")
    {
        let reason = "`success` has no matcher on `le`, so it counts each observation once for every bucket";
        let node = fields.get("success").and_then(|n| n.get("metric")).unwrap_or(&fields.node);
        let at = reader.at(node);
        reader.say(say::left_out(at, format!("{slo}: {reason}")));
        why.push(reason.into());
        return None;
    }
    let measured = query::good_and_total(&good, &total);
    let is_latency = measured.lines.first().is_some_and(|(word, _)| *word == "latency");
    if let (false, Some(unit), Some(good), Some(total)) = (is_latency, &unit, good.counted(), total.counted_as_total())
        && let Some((selector, bound)) = good.bucket_in(&total, unit)
    {
        settings.push(("unit", unit.clone()));
        return Some(Measured { lines: vec![("latency", format!("{selector} under {bound}"))], ..Measured::default() });
    }
    Some(measured)
}

/// `grouping`
fn by(reader: &mut Reader<'_>, fields: &Fields, measured: &mut Measured) {
    for node in reader.list(fields, "grouping") {
        let Some(label) = reader.text_of(&node, "grouping") else { continue };
        if !measured.by.contains(&label) {
            measured.by.push(label);
        }
    }
    // PromQL in backticks has to keep these labels
    let by = measured.by.join(", ");
    if !by.is_empty() {
        for (_, line) in measured.lines.iter_mut().filter(|(_, line)| line.starts_with("`sum(")) {
            *line = line.replacen("`sum(", &format!("`sum by ({by}) ("), 1);
        }
    }
}

/// A field that is one vector selector, as what it is counted with.
fn metric(reader: &mut Reader<'_>, fields: &Fields, key: &str, slo: &str, why: &mut Vec<String>) -> Option<Query> {
    let node = reader.required(fields, key, "the indicator")?;
    let inner = reader.fields(&node, &format!("`{key}`"), &["metric"])?;
    let node = reader.required(&inner, "metric", &format!("`{key}`"))?;
    let (text, _) = single(reader, &node, slo, why)?;
    // a modifier stands after the range
    let (selector, modifier) = counted::modifier(&text);
    let counted = format!("sum(rate({selector}[{{{{.window}}}}]{modifier}))");
    Query::read(&counted).ok()
}

/// The text of a selector, and the selector where Tabi can write it.
fn single(
    reader: &mut Reader<'_>,
    node: &Rc<Node>,
    slo: &str,
    why: &mut Vec<String>,
) -> Option<(String, Option<Counted>)> {
    match reader.query(node, "metric", slo) {
        Ok(query) if query.is_selector() => Some((query.text().to_string(), query.selector())),
        Ok(query) => {
            let reason = "a metric is one selector in Pyrra, not an expression";
            reader.say(say::left_out(reader.at(node), format!("{slo}: {reason}")));
            why.push(format!("{}: {reason}", query.text()));
            None
        }
        Err(reason) => {
            why.push(reason);
            None
        }
    }
}

fn alerts(reader: &mut Reader<'_>, context: &mut Context, spec: &Fields, window: u64, slo: &mut Slo) {
    let fields = match spec.get("alerting").cloned() {
        Some(node) => reader.fields(&node, "`alerting`", ALERTING),
        None => None,
    };
    let flag = |reader: &mut Reader<'_>, name: &str| fields.as_ref().and_then(|f| reader.flag(f, name));
    let disabled = flag(reader, "disabled").unwrap_or(false);
    let burns = flag(reader, "burnrates").unwrap_or(true) && !disabled;
    let absent = flag(reader, "absent").unwrap_or(true);
    if disabled && absent {
        slo.notes
            .push("`disabled` is about burn rates: Pyrra still told of missing metrics, and so does `no_data`".into());
    }
    if burns
        && let (true, Some(at)) =
            (context.is_first_of_all(&format!("for {window}")), spec.get("window").map(|n| reader.at(n)))
    {
        let message = format!(
            "Pyrra's rows wait for another {} before they tell (`for`); Tabi's tell once both of their windows burn",
            waits(window)
        );
        reader.say(say::lost_words(at, message));
    }
    let mut severities: Vec<(String, &'static str)> = Vec::new();
    if let Some(fields) = &fields {
        for key in ["name", "absentName"] {
            if let Some(name) = reader.text(fields, key) {
                slo.notes.push(format!("the alerts were called {name}"));
                let node = fields.get(key).cloned();
                let message = "Tabi names alerts itself: routes and silences that match `alertname` need the new names";
                if let Some(node) = node {
                    reader.say(say::lost_words(reader.at(&node), message));
                }
            }
        }
        if let Some(node) = fields.get("severities").cloned() {
            severities = read_severities(reader, &node, slo);
        }
        if burns {
            burn_rate_type(reader, fields, slo);
        }
    }
    if !burns && !absent {
        slo.alerts.off = true;
        return;
    }
    if !burns {
        (slo.alerts.page, slo.alerts.ticket, slo.alerts.left) =
            (Some("off".into()), Some("off".into()), Some("off".into()));
    } else if severities.iter().any(|(name, urgency)| ROWS.iter().any(|row| row.0 == name && row.5 != *urgency)) {
        let own = rows(window, &severities);
        (slo.alerts.page, slo.alerts.ticket) = (own.page, own.ticket);
    }
    let native = slo.settings.iter().any(|(word, _)| *word == "histogram");
    if !absent {
        slo.alerts.no_data = Some("off".into());
    } else if native {
        slo.notes.push("`no_data` is Tabi's own: Pyrra tells nothing when a native histogram is away".into());
    } else {
        let budget = 1.0 - slo.target.parse::<f64>().unwrap_or(0.0) / 100.0;
        let (fast, waits) = (scaled(ROWS[0].3, window), scaled(ROWS[0].4, window));
        // in whole seconds at first, as Go has it
        let seconds = (14.0 * budget * (fast * 60) as f64).trunc() + (waits * 60) as f64;
        let minutes = whole_minutes(seconds / 60.0).max(1);
        let urgency = severities.iter().find(|(name, _)| name == "absent").map_or("page", |(_, urgency)| *urgency);
        slo.alerts.no_data = Some(format!("{} {urgency}", duration(minutes * MINUTE)));
    }
}

/// `burnRateType`: whether thresholds follow the traffic.
fn burn_rate_type(reader: &mut Reader<'_>, fields: &Fields, slo: &mut Slo) {
    const TYPES: &[&str] = &["static", "dynamic"];
    let Some(kind) = reader.text(fields, "burnRateType").filter(|k| !k.is_empty() && k != "static") else { return };
    let Some(at) = fields.get("burnRateType").map(|n| reader.at(n)) else { return };
    if kind != "dynamic" {
        reader.say(say::unknown_word(at, "burnRateType", &kind, TYPES));
        return;
    }
    let message = "thresholds do not follow the traffic in Tabi: the burn rates of a static SLO are here, and `traffic` says how many events to expect";
    slo.notes.push(format!("check: burnRateType was dynamic; {message}"));
    reader.say(say::changed(at, message));
}

/// Who is told, by the words that people have for it.
fn read_severities(reader: &mut Reader<'_>, node: &Rc<Node>, slo: &mut Slo) -> Vec<(String, &'static str)> {
    let Some(fields) = reader.fields(node, "`severities`", SEVERITIES) else { return Vec::new() };
    let mut found = Vec::new();
    for name in SEVERITIES {
        let Some(word) = reader.text(&fields, name).filter(|w| !w.is_empty()) else { continue };
        let urgency = match word.to_ascii_lowercase().as_str() {
            "critical" | "page" | "pager" | "emergency" | "high" | "p1" | "sev1" => "page",
            _ => "ticket",
        };
        if !["critical", "page", "warning", "ticket"].contains(&word.as_str()) {
            slo.notes.push(format!(
                "check: {name} had the severity {word}, it is a {urgency} here; tabi.toml says how these are called"
            ));
            let at = fields.get(name).map_or_else(|| reader.at(node), |n| reader.at(n));
            reader.say(say::changed(at, format!("there are pages and tickets: `{word}` became a {urgency}")));
        }
        found.push(((*name).to_string(), urgency));
    }
    found
}

/// Says in a comment where Pyrra's row asked for more errors than there can be, or nearly so.
fn caps(slo: &mut Slo) {
    if slo.alerts.off || slo.alerts.page.as_deref() == Some("off") && slo.alerts.ticket.as_deref() == Some("off") {
        return;
    }
    let budget = 1.0 - slo.target.parse::<f64>().unwrap_or(0.0) / 100.0;
    let cap = f64::midpoint(1.0, budget);
    let high: Vec<String> = ROWS
        .iter()
        .filter(|row| row.1 * budget > cap)
        .map(|row| format!("{}× would be {:.0} %", row.1, row.1 * budget * 100.0))
        .collect();
    if !high.is_empty() {
        slo.notes.push(format!("a row asks for at most {} % errors in Tabi: {}", short(cap * 100.0), high.join(", ")));
        // these rows were written, and Tabi would warn of each that could never fire
        if high.len() < ROWS.len() && ROWS[0].1 * budget >= 1.0 {
            slo.notes.push("`tabi check` warns of it: alert-cannot-fire".into());
        }
    }
}

/// What only concerns how Pyrra's own rules look.
fn rest(reader: &mut Reader<'_>, spec: &Fields, slo: &mut Slo) {
    for (key, instead) in [
        ("partial_response_strategy", "it is a field of Thanos' rule files"),
        ("performanceOverAccuracy", "Tabi sums up recorded counts, which is both"),
        ("ruleOutput", "it says how Pyrra's own rules are labelled"),
    ] {
        if let Some(node) = spec.get(key).cloned() {
            // what the API server fills in where nothing is said
            let usual = matches!(&node.value, super::yaml::Value::Map(pairs) if pairs.is_empty());
            if usual || node.text().is_some_and(|t| t.is_empty() || t == "false" || t == "abort") {
                continue;
            }
            slo.notes.push(format!("{key} is not here: {instead}"));
            let at = spec.key(key).map_or_else(|| reader.at(&node), |k| reader.at(k));
            reader.say(say::lost_words(at, format!("`{key}` has no counterpart: {instead}")));
        }
    }
}
