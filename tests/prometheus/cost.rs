//! `tabi cost` beside a real Prometheus: raw and recorded series of the examples are written into a TSDB, every rule is asked with
//! `stats=all`, and what Prometheus counts is compared with what the command says.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

#[path = "../common/mod.rs"]
mod common;

use common::process::Server;
use common::rules::{self, Rule};
use common::{compile_directory, http, root, tool};
use promql_parser::label::{MatchOp, Matcher};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;
use tabi::cost::Inventory;
use tabi::model::{Journey, Model};
use tabi::plan::sites;
use tabi::project::Options;

/// When every rule is asked: at an evaluation of each group, 17 seconds after five minutes that are full.
const NOW: u64 = 1_700_006_400 + 36 * 3600 + 17;
/// Raw series of each selector, at least: those of `good` are also among those of `total`.
const SERIES: usize = 6;
/// Values of each label of `by`.
const VALUES: usize = 2;

type Labels = BTreeMap<String, String>;

/// Labels that satisfy the matchers of a selector.
fn satisfying(matchers: &[Matcher]) -> Labels {
    let mut labels = Labels::new();
    for matcher in matchers {
        match &matcher.op {
            MatchOp::Equal => {
                labels.insert(matcher.name.clone(), matcher.value.clone());
            }
            MatchOp::Re(_) => {
                let regex = tabi::promql::regex::parse(&matcher.value).expect(&matcher.value);
                labels.insert(matcher.name.clone(), regex.example().found().expect(&matcher.value));
            }
            // a label that is not there escapes them
            MatchOp::NotEqual | MatchOp::NotRe(_) => {}
        }
    }
    labels
}

/// Whatever the rules of the project read that is not theirs: series for each selector.
fn raw_series(files: &[&rules::RuleFile], by: &BTreeSet<&str>) -> BTreeSet<(String, Labels)> {
    let mut found = BTreeSet::new();
    for rule in files.iter().flat_map(|f| &f.groups).flat_map(|g| &g.rules) {
        let expr = promql_parser::parser::parse(&rule.expr).expect(&rule.expr);
        for selected in rules::selectors(&expr) {
            let Some(name) = selected.name.filter(|n| !n.starts_with("tabi") && n != "ALERTS") else { continue };
            for i in 0..SERIES {
                let mut labels = satisfying(&selected.matchers);
                labels.entry("job".to_string()).or_insert_with(|| "x".to_string());
                labels.entry("instance".to_string()).or_insert_with(|| format!("host-{i}"));
                labels.insert("series".to_string(), i.to_string());
                for label in by {
                    let own: Vec<Matcher> = selected.matchers.iter().filter(|m| m.name == *label).cloned().collect();
                    let value = format!("{}{}", labels.get(*label).map_or("value-", String::as_str), i % VALUES);
                    if own.iter().all(|m| matches!(&m.op, MatchOp::Re(re) if re.is_match(&value))) {
                        labels.insert((*label).to_string(), value);
                    }
                }
                found.insert((name.clone(), labels));
            }
        }
    }
    found
}

/// What the recording rules write: the labels of each series, by its name and how often it is written.
fn recorded_series(parts: &[&Part]) -> BTreeSet<(String, Labels, u64)> {
    let mut found = BTreeSet::new();
    for part in parts {
        let journey = &part.model.journeys[part.index];
        for group in &part.file.groups {
            for rule in &group.rules {
                let Some(name) = &rule.record else { continue };
                for labels in labels_of(journey, rule, name) {
                    found.insert((name.clone(), labels, group.seconds()));
                }
            }
        }
    }
    found
}

fn labels_of(journey: &Journey, rule: &Rule, name: &str) -> Vec<Labels> {
    let base: Labels = [("audience", journey.audience.text()), ("journey", &journey.name.text)]
        .map(|(k, v)| (k.to_string(), v.to_string()))
        .into();
    if name.starts_with("tabi_") || name == "tabi:slo_budget:ratio" {
        return vec![rule.labels.clone()];
    }
    if name.starts_with("tabi:journey") {
        return vec![base];
    }
    let mut all = Vec::new();
    for (step, sli) in journey.all_slis() {
        let step = step.map_or("", |s| &s.name.text);
        let own = |label: &str, value: &str| rule.labels.get(label).is_none_or(|v| v == value);
        if rule.labels.contains_key("sli") && !(own("sli", &sli.name.text) && own("step", step)) {
            continue;
        }
        let mut labels = base.clone();
        labels.insert("sli".to_string(), sli.name.text.clone());
        if !step.is_empty() {
            labels.insert("step".to_string(), step.to_string());
        }
        if name == "tabi:slo_severity:state" {
            all.push(labels);
            continue;
        }
        for i in 0..if sli.by.is_empty() { 1 } else { VALUES } {
            let mut labels = labels.clone();
            labels.extend(sli.by.iter().map(|by| (by.text.clone(), format!("value-{i}"))));
            all.push(labels);
        }
    }
    all
}

/// Writes the samples of a series for so many seconds up to an end.
fn write_series(out: &mut String, name: &str, labels: &Labels, length: u64, interval: u64, end: u64, value: f64) {
    let labels: Vec<String> = labels.iter().map(|(k, v)| format!("{k}={}", tabi::promql::write::quote(v))).collect();
    let labels = labels.join(",");
    for time in (0..=length / interval).rev().map(|i| end - i * interval) {
        let _ = writeln!(out, "{name}{{{labels}}} {value} {time}");
    }
}

/// How far back, in seconds, the rules read series of each name.
fn lengths(files: &[&rules::RuleFile]) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for rule in files.iter().flat_map(|f| &f.groups).flat_map(|g| &g.rules) {
        let expr = promql_parser::parser::parse(&rule.expr).expect(&rule.expr);
        let all = rules::selectors(&expr);
        // what stands in a subquery is read over its range
        let outer = all.iter().filter(|s| s.name.is_none()).filter_map(|s| s.range).max().unwrap_or_default();
        for selected in all {
            let range = (selected.range.unwrap_or_default() + selected.offset + outer).as_secs();
            let longest = found.entry(selected.name.unwrap_or_default()).or_insert(0);
            *longest = range.max(*longest);
        }
    }
    found
}

fn fill(directory: &Path, parts: &[&Part]) {
    let by: BTreeSet<&str> = parts.iter().flat_map(|p| p.model.journeys[p.index].by_labels()).collect();
    let files: Vec<&rules::RuleFile> = parts.iter().map(|p| &p.file).collect();
    let lengths = lengths(&files);
    // what is read at once is read up to the longest window of an alert ago, or half an hour for all that rules need of it
    let length = |name: &str| {
        lengths.get(name).copied().unwrap_or(0) + if name.contains("remaining") { 4 * 86_400 } else { 1800 }
    };
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for (name, labels) in raw_series(&files, &by) {
        // the last scrape is 5 seconds old
        write_series(by_name.entry(name.clone()).or_default(), &name, &labels, length(&name), 30, NOW - 5, 1.0);
    }
    for (name, labels, seconds) in recorded_series(parts) {
        let value = if name.contains("bad") { 0.01 } else { 0.5 };
        write_series(by_name.entry(name.clone()).or_default(), &name, &labels, length(&name), seconds, NOW, value);
    }
    let mut text = String::new();
    for (name, samples) in by_name {
        let _ = write!(text, "# TYPE {name} unknown\n{samples}");
    }
    text.push_str("# EOF\n");
    std::fs::write(directory.join("all.om"), text).expect("written samples");
    let output = Command::new(tool("promtool"))
        .current_dir(directory)
        .args(["tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=1536h", "all.om", "data"])
        .output()
        .expect("promtool runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn prometheus(directory: &Path, lookback: &str) -> Server {
    let config = directory.join("prometheus.yml");
    std::fs::write(&config, "global: {}\n").expect("a written configuration");
    let port = http::free_port();
    let mut command = Command::new(tool("prometheus"));
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", directory.join("data").display()))
        .arg("--storage.tsdb.retention.time=100y")
        .arg(format!("--query.lookback-delta={lookback}"))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"));
    Server::start(command, port, "/-/ready", &directory.join("prometheus.log"))
}

/// The samples that Prometheus counts for an expression, and the series that it yields.
fn asked(server: &Server, expr: &str) -> (u64, u64) {
    let path = format!("/api/v1/query?stats=all&time={NOW}&query={}", http::escape(expr));
    let answer = http::get(server.port, &path);
    let samples = answer["data"]["stats"]["samples"]["totalQueryableSamples"].as_u64();
    let series = answer["data"]["result"].as_array().map_or(0, Vec::len);
    (samples.unwrap_or_else(|| panic!("{expr}: {answer}")), series as u64)
}

/// Rules of one journey as one Prometheus evaluates them.
struct Part {
    model: Model,
    index: usize,
    file: rules::RuleFile,
}

/// Asks a Prometheus everything about the rules of an example, and compares. What sites send is in no Prometheus here, so of a project with
/// sites their own rules are compared, each site's in a Prometheus of its own.
fn compare(example: &str) {
    let compiled = compile_directory(&root().join("examples").join(example));
    let model = &compiled.model;
    let read = |path: &str| {
        let file = compiled.rules().find(|f| f.path == path).unwrap_or_else(|| panic!("{example}: {path}"));
        rules::read(&file.text)
    };
    let mut places: BTreeMap<Option<usize>, Vec<Part>> = BTreeMap::new();
    for (site, i) in sites::local(model, &Options::default()) {
        let (place, name) = (sites::place_of(&model.sites[site]), &model.journeys[i].name.text);
        let part = Part { model: sites::at(model, i, site), index: 0, file: read(&format!("rules/{place}{name}.yml")) };
        places.entry(Some(site)).or_default().push(part);
    }
    if places.is_empty() {
        let part = |i: usize| {
            let file = read(&format!("rules/{}.yml", model.journeys[i].name.text));
            Part { model: model.clone(), index: i, file }
        };
        places.insert(None, (0..model.journeys.len()).map(part).collect());
    }
    for parts in places.values() {
        let directory = tempfile::tempdir().expect("a directory");
        fill(directory.path(), &parts.iter().collect::<Vec<_>>());
        compare_parts(example, directory.path(), parts);
    }
    let directory = tempfile::tempdir().expect("a directory");
    fill(directory.path(), &places.values().flatten().collect::<Vec<_>>());
    from_the_command_line(directory.path(), example);
}

fn compare_parts(example: &str, directory: &Path, parts: &[Part]) {
    let server = prometheus(directory, "5m");
    let options = Options::default();
    for Part { model, index, file } in parts {
        let one = |question: &String| {
            let path = format!("/api/v1/query?time={NOW}&query={}", http::escape(question));
            let answer = http::get(server.port, &path);
            let value = answer["data"]["result"][0]["value"][1].as_str().map_or(Ok(0), str::parse);
            (question.clone(), value.unwrap_or_else(|e| panic!("{question}: {e}: {answer}")))
        };
        let answers = tabi::cost::questions(model, *index, &options).iter().map(one).collect();
        let inventory = Inventory { answers, series: 0, budgets: 0 };
        let cost = tabi::cost::journey(model, *index, &options, &inventory);
        let mut counted = 0.0;
        for (group, reckoned) in file.groups.iter().zip(&cost.groups) {
            assert_eq!(group.rules.len(), reckoned.rules.len(), "{}", group.name);
            for (rule, reckoned) in group.rules.iter().zip(&reckoned.rules) {
                let (samples, series) = asked(&server, &rule.expr);
                counted += samples as f64 * 60.0 / group.seconds() as f64;
                // samples of native histograms cannot be written as text
                if rule.record.is_some() && !rule.expr.contains("histogram_count(") {
                    assert_eq!(series, reckoned.series, "series of {} {:?}: {}", rule.name(), rule.labels, rule.expr);
                }
            }
        }
        let said = cost.samples().all();
        println!(
            "{example}, {}: {said:.0} reckoned, {counted:.0} counted ({:+.1} %)",
            cost.journey,
            100.0 * (said / counted - 1.0)
        );
        assert!((said / counted - 1.0).abs() < 0.1, "{example}, {}: {said}, not {counted}", cost.journey);
    }
}

/// Runs `tabi cost` in an example; a proxy of the machine has nothing to do with it.
fn tabi_cost(example: &str, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tabi"));
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    let directory = root().join("examples").join(example);
    command.current_dir(directory).arg("cost").args(arguments).output().expect("tabi runs")
}

/// The command asks a Prometheus by itself. It asks for the present: all samples are made to last until then.
fn from_the_command_line(directory: &Path, example: &str) {
    let server = prometheus(directory, "9000d");
    let url = format!("http://127.0.0.1:{}/", server.port);
    let output = tabi_cost(example, &["--format", "json", "--prometheus", &url]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let answers = json["basis"]["answers"].as_object().expect("answers");
    assert!(answers.len() > 3, "{answers:?}");
    for (question, answer) in answers {
        assert!(answer.as_u64().is_some_and(|n| n >= 1), "{question}: {answer}");
    }
    assert!(json["total"]["samples_per_minute"]["all"].as_f64().is_some_and(|n| n > 1000.0), "{}", json["total"]);
}

#[test]
fn what_is_reckoned_is_what_prometheus_counts() {
    for example in ["shop", "github-eks", "gitlab", "data", "japanese", "on-call"] {
        compare(example);
    }
}

/// Answers every request on a port of its own with this text, for as long as the test runs; nothing at all for none.
fn stub(answer: Option<&'static str>) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            if let Some(answer) = answer {
                let _ = stream.write_all(answer.as_bytes());
            } else {
                open.push(stream);
            }
        }
    });
    port
}

/// What the command says, which must have failed.
fn failure(url: &str) -> String {
    let output = tabi_cost("shop", &["--timeout", "1", "--prometheus", url]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{url}: {said}");
    assert!(output.stdout.is_empty() && said.starts_with("tabi: "), "{url}: {said}");
    said
}

#[test]
fn what_cannot_be_asked_is_said_in_words() {
    let http = |answer| format!("http://127.0.0.1:{}", stub(answer));
    let elsewhere =
        format!("HTTP/1.1 301 Moved\r\nlocation: https://127.0.0.1:{}/\r\ncontent-length: 0\r\n\r\n", stub(Some("")));
    for (url, words) in [
        (format!("http://127.0.0.1:{}", http::free_port()), "cannot be reached"),
        // at once or, where names are looked up slowly, after a second
        ("http://no-such-host.invalid:9090".to_string(), "http://no-such-host.invalid:9090 "),
        (http(Some(elsewhere.leak())), "a redirect to https://127.0.0.1:"),
        (http(None), "does not answer within 1s"),
        (http(Some("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")), "answers 401 Unauthorized"),
        (http(Some("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>")), "does not speak the API of Prometheus"),
        (http(Some("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}")), "does not speak the API of Prometheus"),
        (http(Some("SSH-2.0-OpenSSH_9.6\r\n")), "does not speak the API of Prometheus"),
        (
            http(Some(
                "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"too slow\"}",
            )),
            "refuses `count(",
        ),
        ("ftp://prometheus.example.com".to_string(), "is no URL of a Prometheus"),
        ("localhost:9090".to_string(), "is no URL of a Prometheus"),
        ("http://".to_string(), "is no URL of a Prometheus"),
    ] {
        let said = failure(&url);
        assert!(said.contains(words), "{url}: {said}");
    }
}

#[test]
fn people_get_a_table() {
    let output = tabi_cost("japanese", &["--series", "200"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}
