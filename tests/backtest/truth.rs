//! The alerts and budgets that `tabi backtest` reckons are those of a real Prometheus. `tests/go/prometheus/truth` plays worlds with outages of several
//! shapes, evaluates the rules with the real engine, alerts too, and leaves all samples as a block. A real Prometheus opens it; the command reads the
//! raw series in it, and what it says is compared with the ALERTS and budgets in it.
//!
//! Groups run at full minutes here, as the command takes it, and every minute must agree. `scripts/backtest` plays more worlds for longer, with both
//! generations, and with groups at offsets of their own: see `turns.rs`.

use super::command;
use super::common::process::Server;
use super::common::{go_tool, http, root, tool};
use super::turns::{self, Tally};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The first second of all worlds.
pub const BEGIN: i64 = 1_700_006_400;
pub const MINUTE: i64 = 60;

/// A generation of Prometheus.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Generation {
    Two,
    Three,
}

/// What is played.
pub struct Scene {
    /// The name of its file.
    pub name: &'static str,
    /// For how long.
    pub days: i64,
    /// Whether groups run at full minutes.
    pub aligned: bool,
}

/// An alert by its name and labels.
pub type Key = (String, String, String, String, String, String);

fn played(generation: Generation, scene: &Scene, directory: &Path) -> Option<Server> {
    let (truth, prometheus) = match generation {
        Generation::Two => (go_tool("truth2")?, tool("prometheus")),
        Generation::Three => (go_tool("truth3")?, go_tool("prometheus3")?),
    };
    let data = directory.join("data");
    let mut command = Command::new(truth);
    command.current_dir(root()).args(["-tabi", env!("CARGO_BIN_EXE_tabi"), "-only", scene.name, "-keep"]).arg(&data);
    command.arg(format!("-days={}", scene.days)).arg(format!("-aligned={}", scene.aligned));
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(opened(&prometheus, directory, &data))
}

fn opened(prometheus: &PathBuf, directory: &Path, data: &Path) -> Server {
    let config = directory.join("prometheus.yml");
    std::fs::write(&config, "global: {}\n").expect("a written configuration");
    let port = http::free_port();
    let mut command = Command::new(prometheus);
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", data.display()))
        .arg("--storage.tsdb.retention.time=100y")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"));
    Server::start(command, port, "/-/ready", &directory.join("prometheus.log"))
}

fn backtest(server: &Server, scene: &Scene, end: i64) -> Value {
    let source = root().join(format!("tests/truth/{}.tabi", scene.name));
    let (since, until) = (format!("{}d", scene.days), end.to_string());
    let url = format!("http://127.0.0.1:{}", server.port);
    let mut command =
        command(root(), &["--prometheus", &url, "--since", &since, "--until", &until, "--format", "json"]);
    let output = command.arg("--path").arg(&source).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// Answers of a range query: labels, times and values.
pub fn range(server: &Server, expr: &str, begin: i64, end: i64, step: i64) -> Vec<(Value, Vec<(i64, f64)>)> {
    let mut found: Vec<(Value, Vec<(i64, f64)>)> = Vec::new();
    let mut at = begin;
    while at <= end {
        let until = (at + 10_000 * step).min(end);
        let path = format!("/api/v1/query_range?start={at}&end={until}&step={step}&query={}", http::escape(expr));
        for row in list(&http::get(server.port, &path)["data"]["result"]) {
            let points = list(&row["values"]).iter().map(|v| {
                let time = v[0].as_f64().expect("a time").round();
                (time as i64, v[1].as_str().and_then(|v| v.parse().ok()).expect("a number"))
            });
            let points: Vec<(i64, f64)> = points.collect();
            match found.iter_mut().find(|(labels, _)| *labels == row["metric"]) {
                Some((_, all)) => all.extend(points),
                None => found.push((row["metric"].clone(), points)),
            }
        }
        at = until + step;
    }
    found
}

/// The minutes at which each alert fired.
fn raised(server: &Server, end: i64) -> BTreeMap<Key, BTreeSet<i64>> {
    let mut found: BTreeMap<Key, BTreeSet<i64>> = BTreeMap::new();
    for (labels, points) in range(server, "ALERTS{alertstate=\"firing\"}", BEGIN, end, MINUTE) {
        let of = |name: &str| text(&labels[name]);
        let address: Vec<String> = ["journey", "step", "sli"].map(of).into_iter().filter(|t| !t.is_empty()).collect();
        let long = if of("alertname") == "SLONoData" { String::new() } else { of("long") };
        let key = (of("alertname"), address.join("."), of("site"), of("severity"), long, of("blocks"));
        found.entry(key).or_default().extend(points.iter().map(|(time, _)| *time));
    }
    found
}

/// The same as the command says, and how many firings there are.
fn reckoned(document: &Value, end: i64) -> BTreeMap<Key, (BTreeSet<i64>, usize)> {
    let mut found: BTreeMap<Key, (BTreeSet<i64>, usize)> = BTreeMap::new();
    let mut add = |address: &Value, site: &Value, alert: &Value| {
        let of = |name: &str| text(&alert[name]);
        let key = (of("name"), text(address), text(site), of("urgency"), of("long"), of("blocks"));
        let time = |value: &Value| value.as_str().and_then(tabi::backtest::day::parse);
        let (minutes, count) = found.entry(key).or_default();
        for firing in list(&alert["fired"]) {
            let from = time(&firing["from"]).expect("a time");
            let until = time(&firing["until"]).unwrap_or(end + MINUTE);
            let first = from + (BEGIN - from).rem_euclid(MINUTE);
            minutes.extend((first..until).step_by(60));
            *count += 1;
        }
    };
    for journey in list(&document["journeys"]) {
        for sli in list(&journey["slis"]) {
            for budget in list(&sli["budgets"]) {
                for alert in list(&budget["alerts"]) {
                    add(&sli["sli"], &budget["by"]["site"], alert);
                }
            }
            add(&sli["sli"], &Value::Null, &sli["no_data"]);
        }
        for alert in list(&journey["budget"]["alerts"]).iter().chain(list(&journey["blocked"])) {
            add(&journey["journey"], &Value::Null, alert);
        }
    }
    found.retain(|_, (_, count)| *count > 0);
    found
}

/// Compares all alerts, minute by minute.
fn alerts_agree(theirs: &BTreeMap<Key, BTreeSet<i64>>, ours: &BTreeMap<Key, (BTreeSet<i64>, usize)>) {
    let mut wrong = Vec::new();
    let keys: BTreeSet<&Key> = theirs.keys().chain(ours.keys()).collect();
    for key in keys {
        let ours = ours.get(key).map(|(minutes, _)| minutes.clone()).unwrap_or_default();
        let theirs = theirs.get(key).cloned().unwrap_or_default();
        let differ: Vec<i64> = theirs.symmetric_difference(&ours).map(|t| (t - BEGIN) / MINUTE).collect();
        if !differ.is_empty() {
            let first = &differ[..differ.len().min(20)];
            wrong.push(format!("{key:?}: {} minutes differ: {first:?}", differ.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compares what is left of each budget over time.
fn budgets_agree(server: &Server, document: &Value) -> usize {
    let time = |value: &Value| value.as_str().and_then(tabi::backtest::day::parse).expect("a time");
    let mut compared = 0;
    for journey in list(&document["journeys"]) {
        let name = text(&journey["journey"]);
        let mut all: Vec<(String, &Value)> = Vec::new();
        for sli in list(&journey["slis"]) {
            let address = text(&sli["sli"]);
            let mut parts = address.split('.').skip(1);
            let (step, sli_name) = (parts.next().expect("a step"), parts.next().expect("a name"));
            for budget in list(&sli["budgets"]) {
                let site = text(&budget["by"]["site"]);
                let of = format!(
                    "tabi:slo_budget:remaining_ratio{{journey=\"{name}\",step=\"{step}\",sli=\"{sli_name}\",site=\"{site}\"}}"
                );
                all.push((of, budget));
            }
        }
        if journey["budget"].is_object() {
            all.push((format!("tabi:journey_budget:remaining_ratio{{journey=\"{name}\"}}"), &journey["budget"]));
        }
        for (expr, budget) in all {
            let points = list(&budget["timeline"]);
            let (first, step) = (time(&points[0]["at"]), time(&points[1]["at"]) - time(&points[0]["at"]));
            let theirs = range(server, &expr, first, time(&points[points.len() - 1]["at"]), step);
            let theirs: BTreeMap<i64, f64> = theirs.into_iter().flat_map(|(_, points)| points).collect();
            // the last point stands at the end, not at a step
            for point in &points[..points.len() - 1] {
                let (ours, theirs) = (point["left"].as_f64(), theirs.get(&time(&point["at"])).copied());
                let agree = match (ours, theirs) {
                    (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0),
                    (ours, theirs) => ours.is_none() && theirs.is_none(),
                };
                assert!(agree, "{expr} at {}: {ours:?}, not {theirs:?}", point["at"]);
                compared += usize::from(ours.is_some());
            }
        }
    }
    assert!(compared > 200, "{compared} points were compared");
    compared
}

/// Plays a scene and compares. Where groups run at full minutes, what the command says is that of Prometheus to the minute. Where each
/// group runs at an offset of its own, it is so if these offsets are known; what the command says without knowing them is counted.
fn agrees(generation: Generation, scene: &Scene) -> Tally {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(server) = played(generation, scene, directory.path()) else { return Tally::default() };
    let end = BEGIN + scene.days * 86_400 - MINUTE;
    let document = backtest(&server, scene, end);
    let (theirs, ours) = (raised(&server, end), reckoned(&document, end));
    if scene.name == "outages" {
        let names: BTreeSet<&str> = theirs.keys().map(|k| k.0.as_str()).collect();
        let all =
            ["DeliveryBlocked", "JourneyBudgetBurn", "JourneyBudgetLow", "SLOBudgetBurn", "SLOBudgetLow", "SLONoData"];
        assert_eq!(names, BTreeSet::from(all), "the worlds must raise every alert");
        assert!(theirs.len() > 30, "{} alerts", theirs.len());
    }
    let mut tally = Tally::of(&theirs, &ours);
    if scene.aligned {
        alerts_agree(&theirs, &ours);
        tally.budgets = budgets_agree(&server, &document);
    } else {
        let known = turns::document(&server, generation, scene, end);
        alerts_agree(&theirs, &reckoned(&known, end));
        tally.budgets = budgets_agree(&server, &known);
    }
    assert!(tally.unlike().is_empty(), "{}", tally.unlike().join("\n"));
    tally
}

#[test]
fn alerts_and_budgets_are_those_of_prometheus() {
    agrees(Generation::Three, &Scene { name: "outages", days: 1, aligned: true });
}

/// All that is slow: nothing happens here unless `scripts/backtest` asks for it. What was compared stands in `docs/backtest.md`.
#[test]
fn alerts_and_budgets_of_all_worlds_are_those_of_prometheus() {
    let Some(at_a_time) = std::env::var("TABI_ALL_WORLDS").ok().and_then(|text| text.parse::<usize>().ok()) else {
        return;
    };
    let worlds = [("outages", 3), ("delivery", 3), ("shop", 2), ("shift", 2)];
    let scenes: Vec<(Generation, Scene)> = [Generation::Two, Generation::Three]
        .into_iter()
        .flat_map(|g| worlds.iter().flat_map(move |w| [true, false].map(|aligned| (g, *w, aligned))))
        .map(|(g, (name, days), aligned)| (g, Scene { name, days, aligned }))
        .collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let play = || {
        while let Some((i, (generation, scene))) =
            Some(next.fetch_add(1, Ordering::SeqCst)).and_then(|i| Some((i, scenes.get(i)?)))
        {
            let said =
                format!("Prometheus {generation:?}, {}, {} days, aligned {}", scene.name, scene.days, scene.aligned);
            // one that differs keeps no other from being compared
            let tally = std::panic::catch_unwind(|| agrees(*generation, scene));
            eprintln!("{said}: {}", tally.as_ref().map_or("DIFFERS".to_string(), |t| format!("agrees, {t:?}")));
            done.lock().expect("no panic here").insert(i, tally.ok());
        }
    };
    std::thread::scope(|scope| (0..at_a_time).for_each(|_| drop(scope.spawn(play))));
    let done = done.into_inner().expect("no panic here");
    assert!(done.len() == scenes.len() && done.values().all(Option::is_some), "some worlds differ, see above");
    let rows = scenes.iter().zip(done.into_values().flatten());
    let rows: Vec<String> = rows.map(|((g, scene), tally)| tally.row(&format!("{g:?}"), scene)).collect();
    turns::table_is_documented(&rows);
}
