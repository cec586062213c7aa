//! The rules of `examples/shop` in a real Prometheus, which scrapes an exporter that follows a script: what the rules record is what
//! the exporter put in. Takes ten to thirteen minutes, nearly all of it waiting.
//!
//! Every counter is at rest for the first two minutes and after the fourth, so that all windows hold all events, and the numbers can be
//! compared to the event:
//!
//! - An event first seen by the scrape at `s` is counted by the evaluations in `[s, s + 2m)`. With one evaluation a minute these are
//!   exactly two, and each takes half of it: nothing is lost and nothing is counted twice.
//! - The one exception is a race: a scrape that begins just before an evaluation may not be written when it runs, and half of its events are
//!   lost. Both happen at fixed offsets, so this is known from the timestamps (`slack`); most runs have none.
//! - A counter that is reset is estimated with `increase`, which stretches the samples of two minutes to the ends of the range: by one scrape
//!   interval of 5s in 120s at most, and what came in that interval may be missing.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

#[path = "../common/mod.rs"]
mod common;

#[allow(dead_code, reason = "what is asked of other engines is more")]
mod numbers;
mod shop;

use common::process::Server;
use common::{compile_directory, http, root, tool, write_files};
use numbers::Numbers;
use serde_json::Value;
use shop::{END, SCRAPE, SETTLED, serve, shop};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A Prometheus under test.
struct Prometheus {
    server: Server,
    numbers: Numbers,
    start: Instant,
}

impl Prometheus {
    fn start(directory: &std::path::Path, exporter: u16, jobs: &[&'static str]) -> Prometheus {
        let mut config =
            format!("global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s, evaluation_interval: 1m}}\n");
        config.push_str("rule_files: [rules/*.yml]\n");
        config.push_str(&shop::scraped(jobs, exporter));
        let path = directory.join("prometheus.yml");
        std::fs::write(&path, config).expect("a written configuration");
        let port = http::free_port();
        let mut command = Command::new(tool("prometheus"));
        command
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.tsdb.path={}", directory.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let server = Server::start(command, port, "/-/ready", &directory.join("prometheus.log"));
        let numbers = Numbers { port, path: "", races: 0.3, late: 0.0 };
        Prometheus { server, numbers, start: Instant::now() }
    }

    fn groups(&self) -> Vec<Value> {
        let answer = http::get(self.server.port, "/api/v1/rules");
        answer["data"]["groups"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Seconds since the start after which every group has run, the least of all.
    fn all_ran_after(&self) -> f64 {
        let now = self.numbers.value("vector(time())");
        let started = now - self.start.elapsed().as_secs_f64();
        self.groups()
            .iter()
            .map(|group| {
                let ran = group["lastEvaluation"].as_str().map_or(0.0, seconds);
                ran - started
            })
            .fold(f64::INFINITY, f64::min)
    }
}

/// Seconds since 1970 of `2026-01-02T03:04:05.678+09:00`; 0 for the time zero of Go.
fn seconds(time: &str) -> f64 {
    let number = |range: std::ops::Range<usize>| time.get(range).and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    if year < 1970 {
        return 0.0;
    }
    // days from civil, after Howard Hinnant
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let clock = number(11..13) * 3600 + number(14..16) * 60 + number(17..19);
    let rest = time.get(19..).unwrap_or("");
    let zone = match rest.rfind(['+', '-']) {
        Some(at) => {
            let sign = if rest[at..].starts_with('-') { -1 } else { 1 };
            let part = |r: std::ops::Range<usize>| rest.get(r).and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
            sign * (part(at + 1..at + 3) * 3600 + part(at + 4..at + 6) * 60)
        }
        None => 0,
    };
    (days * 86_400 + clock - zone) as f64
}

#[test]
fn the_rules_of_the_shop_count_what_the_exporter_did() {
    let directory = tempfile::tempdir().expect("a directory");
    write_files(directory.path(), compile_directory(&root().join("examples/shop")).rules());
    let targets = Arc::new(Mutex::new(shop()));
    let jobs: Vec<&'static str> = targets.lock().expect("no panic").keys().copied().collect();
    let exporter = serve(Arc::clone(&targets));
    let prometheus = Prometheus::start(directory.path(), exporter, &jobs);

    // the slow groups copy events with an offset of a minute
    let wanted = (SETTLED + 60) as f64;
    let mut paged = Vec::new();
    while prometheus.all_ran_after() < wanted {
        let waited = prometheus.start.elapsed();
        assert!(waited < Duration::from_secs(15 * 60), "some group has not run:\n{}", prometheus.server.output());
        if paged.is_empty() && waited > Duration::from_secs(END + 60) {
            paged = prometheus.numbers.query("ALERTS{alertname=\"SLOBudgetBurn\",alertstate=\"firing\",severity=\"page\",journey=\"checkout\",step=\"cart\",long=\"1h\"}");
            if !paged.is_empty() {
                alerts_are_readable(&prometheus);
            }
        }
        std::thread::sleep(Duration::from_secs(5));
    }
    every_rule_is_healthy(&prometheus);
    assert_eq!(paged.len(), 1, "3 % bad of a budget of 0.1 % did not page: {paged:?}");
    assert_eq!(paged[0]["metric"]["owner"], "payments", "{paged:?}");

    let targets = targets.lock().expect("no panic");
    numbers::compare(&prometheus.numbers, &targets);
}

/// Every rule was evaluated without an error.
fn every_rule_is_healthy(prometheus: &Prometheus) {
    let groups = prometheus.groups();
    assert_eq!(groups.len(), 8, "four journeys with two groups each: {groups:?}");
    let mut rules = 0;
    for rule in groups.iter().flat_map(|g| g["rules"].as_array().expect("rules")) {
        rules += 1;
        assert_eq!(rule["health"], "ok", "{rule}");
        assert!(rule.get("lastError").is_none_or(|e| e == ""), "{rule}");
        assert!(rule["lastEvaluation"].as_str().is_some_and(|t| seconds(t) > 0.0), "{rule}");
    }
    assert!(rules > 150, "{rules} rules");
    let log = prometheus.server.output();
    assert!(!log.lines().any(|l| l.contains("level=warn") && l.contains("rule manager")), "{log}");
}

/// Alerts that are active have all their templates filled in.
fn alerts_are_readable(prometheus: &Prometheus) {
    let answer = http::get(prometheus.server.port, "/api/v1/alerts");
    let alerts = answer["data"]["alerts"].as_array().expect("alerts");
    assert!(!alerts.is_empty());
    for alert in alerts {
        for (key, text) in alert["annotations"].as_object().expect("annotations") {
            let text = text.as_str().expect("a text");
            assert!(
                !text.is_empty() && !text.contains("{{") && !text.contains("<error") && !text.contains("<no value>"),
                "{key}: {text}"
            );
        }
        println!("{}: {}\n  {}", alert["state"], alert["annotations"]["summary"], alert["annotations"]["description"]);
    }
}
