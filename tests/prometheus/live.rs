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

use common::process::Server;
use common::{compile_directory, http, root, tool, write_files};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Seconds between two scrapes.
const SCRAPE: f64 = 5.0;
/// When events begin, in seconds after the first scrape of their target.
const BEGIN: u64 = 130;
/// When they end.
const END: u64 = 240;
/// When all of them are in the numbers of the fast groups: the window of level 1, one evaluation, and a reserve.
const SETTLED: u64 = END + 120 + 60 + 10;

/// The value of every series of a target, by its name with labels.
type Page = BTreeMap<String, f64>;

/// A target: counters that move by the same amounts at every scrape between [`BEGIN`] and [`END`].
struct Target {
    first: Option<Instant>,
    page: Page,
    steps: Vec<(&'static str, f64)>,
    /// A series that is born with this value at the scrape of this number of those that count, and moves on from there.
    born: Option<(u64, &'static str, f64)>,
    /// The process is replaced after the scrape of this number: all counters begin again, nothing is lost in between.
    restart: Option<u64>,
    /// How many scrapes have counted.
    counted: u64,
    /// What has happened, by series: the truth.
    truth: Page,
}

impl Target {
    fn new(series: &[(&'static str, f64, f64)]) -> Target {
        Target {
            first: None,
            page: series.iter().map(|(name, start, _)| ((*name).to_string(), *start)).collect(),
            steps: series.iter().filter(|(_, _, step)| *step > 0.0).map(|(name, _, step)| (*name, *step)).collect(),
            born: None,
            restart: None,
            counted: 0,
            truth: Page::new(),
        }
    }

    /// What a scrape sees.
    fn scrape(&mut self) -> String {
        let first = *self.first.get_or_insert_with(Instant::now);
        let mut restart = false;
        if (BEGIN..END).contains(&first.elapsed().as_secs()) {
            self.counted += 1;
            for (name, step) in &self.steps {
                *self.page.entry((*name).to_string()).or_default() += step;
                *self.truth.entry((*name).to_string()).or_default() += step;
            }
            if let Some((at, name, value)) = self.born
                && self.counted >= at
            {
                *self.page.entry(name.to_string()).or_default() += value;
                *self.truth.entry(name.to_string()).or_default() += value;
            }
            restart = self.restart == Some(self.counted);
        }
        let mut text = String::new();
        for (name, value) in &self.page {
            let _ = writeln!(text, "{name} {value}");
        }
        if restart {
            self.page.values_mut().for_each(|v| *v = 0.0);
        }
        text
    }

    fn happened(&self, part: &str) -> f64 {
        self.truth.iter().filter(|(name, _)| name.contains(part)).map(|(_, v)| v).sum()
    }
}

/// The jobs of the shop with what each exposes: series, value at the start, step.
fn shop() -> BTreeMap<&'static str, Target> {
    let mut argocd = Target::new(&[
        ("argocd_app_sync_total{phase=\"Succeeded\",dest_server=\"east\"}", 900.0, 3.0),
        ("argocd_app_sync_total{phase=\"Succeeded\",dest_server=\"west\"}", 800.0, 2.0),
    ]);
    argocd.born = Some((8, "argocd_app_sync_total{phase=\"Error\",dest_server=\"west\"}", 1.0));
    let mut orders = Target::new(&[
        ("http_requests_total{code=\"200\"}", 1e6, 90.0),
        ("http_requests_total{code=\"500\"}", 5e3, 10.0),
    ]);
    orders.restart = Some(11);
    BTreeMap::from([
        ("blackbox", Target::new(&[("probe_success", 1.0, 0.0)])),
        (
            "cart",
            Target::new(&[
                // what was before the first scrape must not count
                ("http_requests_total{code=\"200\"}", 5e6, 97.0),
                ("http_requests_total{code=\"503\"}", 7e5, 3.0),
            ]),
        ),
        (
            "shop/pay",
            // pushed counters have no `up`: what a new Prometheus sees first is new
            Target::new(&[
                (
                    "http_server_request_duration_seconds_count{http_route=\"/pay\",http_response_status_code=\"200\"}",
                    0.0,
                    40.0,
                ),
                (
                    "http_server_request_duration_seconds_count{http_route=\"/pay\",http_response_status_code=\"502\"}",
                    0.0,
                    1.0,
                ),
                (
                    "http_server_request_duration_seconds_bucket{le=\"0.5\",http_route=\"/pay\",http_response_status_code=\"200\"}",
                    0.0,
                    35.0,
                ),
                (
                    "http_server_request_duration_seconds_bucket{le=\"+Inf\",http_route=\"/pay\",http_response_status_code=\"200\"}",
                    0.0,
                    40.0,
                ),
            ]),
        ),
        (
            "cloudwatch",
            Target::new(&[(
                "aws_sqs_approximate_age_of_oldest_message_maximum{dimension_QueueName=\"receipts\"}",
                7.0,
                0.0,
            )]),
        ),
        (
            "suggest",
            Target::new(&[
                ("http_request_duration_seconds_count{code=\"200\"}", 100.0, 50.0),
                ("http_request_duration_seconds_bucket{code=\"200\",le=\"0.1\"}", 90.0, 47.0),
                ("http_request_duration_seconds_bucket{code=\"200\",le=\"+Inf\"}", 100.0, 50.0),
            ]),
        ),
        ("orders", orders),
        (
            "gha",
            Target::new(&[
                ("gha_job_startup_duration_seconds_count{pod=\"linux-1\"}", 500.0, 5.0),
                ("gha_job_startup_duration_seconds_bucket{pod=\"linux-1\",le=\"60\"}", 400.0, 4.0),
                ("gha_job_startup_duration_seconds_bucket{pod=\"linux-1\",le=\"+Inf\"}", 500.0, 5.0),
                (
                    "gha_completed_jobs_total{pod=\"linux-1\",repository=\"shop\",job_name=\"build\",job_result=\"Succeeded\"}",
                    50.0,
                    9.0,
                ),
                (
                    "gha_completed_jobs_total{pod=\"linux-1\",repository=\"shop\",job_name=\"build\",job_result=\"Failed\"}",
                    5.0,
                    1.0,
                ),
                (
                    "gha_completed_jobs_total{pod=\"linux-1\",repository=\"shop\",job_name=\"build\",job_result=\"Cancelled\"}",
                    5.0,
                    7.0,
                ),
            ]),
        ),
        ("argocd-metrics", argocd),
    ])
}

/// The exporter: one address, a path for each job. It ends with the process.
fn serve(targets: Arc<Mutex<BTreeMap<&'static str, Target>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("the stream twice"));
            if reader.read_line(&mut line).is_err() {
                continue;
            }
            let mut header = String::new();
            while reader.read_line(&mut header).is_ok_and(|n| n > 2) {
                header.clear();
            }
            let job = line.split(' ').nth(1).unwrap_or("").trim_start_matches('/').to_string();
            let body = targets.lock().expect("no panic elsewhere").get_mut(job.as_str()).map(Target::scrape);
            let answer = match body {
                Some(body) => format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                ),
                None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_string(),
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

/// A Prometheus under test.
struct Prometheus {
    server: Server,
    start: Instant,
}

impl Prometheus {
    fn start(directory: &std::path::Path, exporter: u16, jobs: &[&str]) -> Prometheus {
        let mut config =
            format!("global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s, evaluation_interval: 1m}}\n");
        config.push_str("rule_files: [rules/*.yml]\nscrape_configs:\n");
        for job in jobs {
            let labels = if *job == "blackbox" { ", labels: {instance: 'https://shop.example.com/login'}" } else { "" };
            let _ = writeln!(
                config,
                "- {{job_name: '{job}', metrics_path: '/{job}', static_configs: [{{targets: ['127.0.0.1:{exporter}']{labels}}}]}}"
            );
        }
        let path = directory.join("prometheus.yml");
        std::fs::write(&path, config).expect("a written configuration");
        let port = http::free_port();
        let mut command = Command::new(tool("prometheus"));
        command
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.tsdb.path={}", directory.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let server = Server::start(command, port, "/-/ready", &directory.join("prometheus.log"));
        Prometheus { server, start: Instant::now() }
    }

    /// The series that an expression yields now, with their labels.
    fn query(&self, expr: &str) -> Vec<Value> {
        let answer = http::get(self.server.port, &format!("/api/v1/query?query={}", http::escape(expr)));
        answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{expr}: {answer}")).clone()
    }

    /// The one value of an expression.
    fn value(&self, expr: &str) -> f64 {
        let found = self.query(expr);
        assert_eq!(found.len(), 1, "{expr}: {found:?}");
        found[0]["value"][1].as_str().and_then(|v| v.parse().ok()).unwrap_or_else(|| panic!("{expr}: {found:?}"))
    }

    /// All samples of all series of a selector in the whole test, with their timestamps.
    fn samples(&self, selector: &str) -> Vec<Vec<(f64, f64)>> {
        let parse =
            |v: &Value| (v[0].as_f64().expect("a time"), v[1].as_str().and_then(|s| s.parse().ok()).expect("a number"));
        let series = self.query(&format!("{selector}[1h]"));
        series.iter().map(|s| s["values"].as_array().expect("samples").iter().map(parse).collect()).collect()
    }

    fn groups(&self) -> Vec<Value> {
        let answer = http::get(self.server.port, "/api/v1/rules");
        answer["data"]["groups"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Seconds since the start after which every group has run, the least of all.
    fn all_ran_after(&self) -> f64 {
        let now = self.value("vector(time())");
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

/// How many events the recorded numbers may miss because of a race between scrapes and evaluations: none unless some scrape began less than
/// 0.3s before an evaluation; then half of what it brings. Events come for 110s, so that two evaluations at most see fresh ones.
fn slack(prometheus: &Prometheus, job: &str, identity: &str, per_scrape: f64) -> f64 {
    let scrapes: Vec<f64> = prometheus.samples(&format!("up{{job=\"{job}\"}}")).concat().iter().map(|s| s.0).collect();
    let runs = prometheus.samples(&format!("tabi:slo_total_events:rate{identity}")).concat();
    let raced = runs.iter().any(|(t, _)| scrapes.iter().any(|s| *s <= *t && *t - *s < 0.3));
    if raced { per_scrape } else { 0.0 }
}

#[track_caller]
fn close(what: &str, got: f64, want: f64, bound: f64) {
    assert!((got - want).abs() <= bound + 1e-9 * want.abs().max(1.0), "{what}: {got}, not {want} ± {bound}");
    println!("{what}: {got:.6}, wanted {want:.6} ± {bound:.6}");
}

#[test]
fn the_rules_of_the_shop_count_what_the_exporter_did() {
    let directory = tempfile::tempdir().expect("a directory");
    write_files(directory.path(), compile_directory(&root().join("examples/shop")).rules());
    let targets = Arc::new(Mutex::new(shop()));
    let jobs: Vec<&str> = targets.lock().expect("no panic").keys().copied().collect();
    let exporter = serve(Arc::clone(&targets));
    let prometheus = Prometheus::start(directory.path(), exporter, &jobs);

    // the slow groups copy events with an offset of a minute
    let wanted = (SETTLED + 60) as f64;
    let mut paged = Vec::new();
    while prometheus.all_ran_after() < wanted {
        let waited = prometheus.start.elapsed();
        assert!(waited < Duration::from_secs(15 * 60), "some group has not run:\n{}", prometheus.server.output());
        if paged.is_empty() && waited > Duration::from_secs(END + 60) {
            paged = prometheus.query("ALERTS{alertname=\"SLOBudgetBurn\",alertstate=\"firing\",severity=\"page\",journey=\"checkout\",step=\"cart\",long=\"1h\"}");
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
    let expected = expected(&targets);
    for sli in &expected {
        sli.compare(&prometheus);
    }
    compare_journeys(&prometheus, &expected);
    compare_minutes(&prometheus);
    compare_restarted(&prometheus, &targets["orders"]);
    nothing_is_known_of_results(&prometheus);
}

/// What the numbers of an SLI must be.
struct Expected {
    journey: &'static str,
    step: &'static str,
    /// Matchers of the SLI and of its value of `by`.
    sli: &'static str,
    job: &'static str,
    total: f64,
    bad: f64,
    /// Events that one scrape brings.
    per_scrape: f64,
}

/// Every SLI whose counters are never reset.
fn expected(targets: &BTreeMap<&'static str, Target>) -> Vec<Expected> {
    let happened = |job: &str, part: &str| targets[job].happened(part);
    let sli = |journey, step, sli, job, [total, bad, per_scrape]: [f64; 3]| Expected {
        journey,
        step,
        sli,
        job,
        total,
        bad,
        per_scrape,
    };
    let cart = [happened("cart", ""), happened("cart", "503"), 100.0];
    let count = "http_server_request_duration_seconds_count";
    let good = happened("shop/pay", &format!("{count}{{http_route=\"/pay\",http_response_status_code=\"200"));
    let paid = [happened("shop/pay", count), happened("shop/pay", count) - good, 41.0];
    let paid_fast = [good, good - happened("shop/pay", "le=\"0.5\""), 40.0];
    let suggested = happened("suggest", "_count");
    let suggested = [suggested, suggested - happened("suggest", "le=\"0.1\""), 50.0];
    let queued = happened("gha", "gha_job_startup_duration_seconds_count");
    let queued = [queued, queued - happened("gha", "le=\"60\""), 5.0];
    let red = happened("gha", "\"Failed\"");
    let built = [happened("gha", "\"Succeeded\"") + red, red, 10.0];
    let west = [happened("argocd-metrics", "west"), happened("argocd-metrics", "Error"), 3.0];
    let east = [happened("argocd-metrics", "east"), 0.0, 3.0];
    vec![
        sli("checkout", "cart", "sli=\"available\"", "cart", cart),
        sli("checkout", "pay", "sli=\"available\"", "shop/pay", paid),
        sli("checkout", "pay", "sli=\"fast\"", "shop/pay", paid_fast),
        sli("search", "suggestions", "sli=\"fast\"", "suggest", suggested),
        sli("delivery", "queue", "sli=\"prompt\"", "gha", queued),
        sli("delivery", "build", "sli=\"green\"", "gha", built),
        sli("delivery", "deploy", "sli=\"synced\",dest_server=\"east\"", "argocd-metrics", east),
        sli("delivery", "deploy", "sli=\"synced\",dest_server=\"west\"", "argocd-metrics", west),
    ]
}

impl Expected {
    fn compare(&self, prometheus: &Prometheus) {
        let of_sli = format!("journey=\"{}\",step=\"{}\"", self.journey, self.step);
        let identity = format!("{{{of_sli},{}}}", self.sli);
        let (total, bad) = (self.total, self.bad);
        assert!(total > 30.0, "{identity}: the script did not run");
        let bound = slack(prometheus, self.job, &identity, self.per_scrape);
        let events =
            |name: &str| prometheus.value(&format!("60 * sum_over_time(tabi:slo_{name}_events:rate{identity}[1h])"));
        close(&format!("total of {identity}"), events("total"), total, bound);
        close(&format!("bad of {identity}"), events("bad"), bad, bound * bad / total);

        let (share, of_share) = (bad / total, 2.0 * bound / total);
        let sli = self.sli.split(',').next().expect("a part");
        let budget = prometheus.value(&format!("tabi:slo_budget:ratio{{{of_sli},{sli}}}"));
        let (burn, of_burn) = (share / budget, of_share / budget);
        let last = |name: &str| prometheus.value(&format!("last_over_time({name}{identity}[15m])"));
        let window = shortest_burn(self.journey);
        close(&format!("{window} of {identity}"), last(&format!("tabi:slo_burn:rate{window}")), burn, of_burn);
        close(&format!("period of {identity}"), last("tabi:slo_errors:ratio_period"), share, of_share);
        close(&format!("count of {identity}"), last("tabi:slo_events:count_period"), total, bound);
        close(&format!("left of {identity}"), last("tabi:slo_budget:remaining_ratio"), 1.0 - burn, of_burn);

        if window != "1h" {
            return;
        }
        // in the minutes in which five minutes hold all events
        let events = |name: &str| prometheus.samples(&format!("tabi:slo_{name}_events:rate{identity}")).concat();
        let seen: Vec<f64> = events("total").iter().filter(|(_, v)| *v > 0.0).map(|(t, _)| *t).collect();
        let (first, latest) = (seen[0], seen[seen.len() - 1]);
        let five: Vec<f64> = prometheus
            .samples(&format!("tabi:slo_burn:rate5m{identity}"))
            .concat()
            .iter()
            .filter(|(t, _)| *t >= latest && t - 300.0 <= first)
            .map(|(_, v)| *v)
            .collect();
        assert!(!five.is_empty(), "five minutes never held all events of {identity}: {seen:?}");
        for burn_of_five in five {
            close(&format!("5m of {identity}"), burn_of_five, burn, of_burn);
        }
    }
}

/// The shortest window of the journey's alerts that holds the whole test: without pages there is none of an hour.
fn shortest_burn(journey: &str) -> &'static str {
    if journey == "delivery" { "2h" } else { "1h" }
}

/// Journeys, where all steps count: the probe and the queue of receipts were good all the time.
fn compare_journeys(prometheus: &Prometheus, expected: &[Expected]) {
    for (journey, budget) in [("checkout", 0.004), ("delivery", 0.16)] {
        let mut steps: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
        for sli in expected.iter().filter(|e| e.journey == journey && e.sli != "sli=\"fast\"") {
            let identity = format!("{{journey=\"{journey}\",step=\"{}\",{}}}", sli.step, sli.sli);
            let sum = steps.entry(sli.step).or_default();
            let slack = slack(prometheus, sli.job, &identity, sli.per_scrape);
            *sum = (sum.0 + sli.bad, sum.1 + sli.total, sum.2 + slack);
        }
        let share = 1.0 - steps.values().map(|(bad, total, _)| 1.0 - bad / total).product::<f64>();
        let bound: f64 = steps.values().map(|(_, total, slack)| 2.0 * slack / total).sum();
        let of = |name: &str| prometheus.value(&format!("last_over_time({name}{{journey=\"{journey}\"}}[15m])"));
        close(&format!("errors of {journey}"), of("tabi:journey_errors:ratio_period"), share, bound);
        let burn = format!("tabi:journey_burn:rate{}", shortest_burn(journey));
        close(&format!("burn of {journey}"), of(&burn), share / budget, bound / budget);
        let left = of("tabi:journey_budget:remaining_ratio");
        close(&format!("left of {journey}"), left, 1.0 - share / budget, bound / budget);
    }
}

/// What is measured in minutes: one at each evaluation, none bad.
fn compare_minutes(prometheus: &Prometheus) {
    for sli in [
        "journey=\"checkout\",step=\"login\"",
        "journey=\"checkout\",step=\"receipt\"",
        "journey=\"orders\",step=\"login\"",
    ] {
        let runs = prometheus.value(&format!("count_over_time(tabi:slo_total_events:rate{{{sli}}}[1h])"));
        assert!(runs >= 6.0, "{sli}: {runs} evaluations");
        let events =
            |name: &str| prometheus.value(&format!("60 * sum_over_time(tabi:slo_{name}_events:rate{{{sli}}}[1h])"));
        close(&format!("minutes of {sli}"), events("total"), runs, 0.0);
        close(&format!("bad minutes of {sli}"), events("bad"), 0.0, 0.0);
    }
}

/// A target that was replaced: what lies within two minutes of it is stretched. Two evaluations are, and each counts for half.
fn compare_restarted(prometheus: &Prometheus, orders: &Target) {
    assert!(orders.counted > 11, "the restart did not happen");
    let identity = "{journey=\"orders\",step=\"list\"}";
    for (name, part, per_scrape) in [("total", "", 100.0), ("bad", "500", 10.0)] {
        let truth = orders.happened(part);
        let bound = truth * SCRAPE / (120.0 - SCRAPE) + per_scrape + slack(prometheus, "orders", identity, per_scrape);
        let events = prometheus.value(&format!("60 * sum_over_time(tabi:slo_{name}_events:rate{identity}[1h])"));
        close(&format!("{name} of orders"), events, truth, bound);
    }
}

/// Nothing serves the native histogram of the results: the journey has no number, and somebody will be told.
fn nothing_is_known_of_results(prometheus: &Prometheus) {
    assert!(prometheus.query("tabi:slo_total_events:rate{journey=\"search\",step=\"results\"}").is_empty());
    assert!(prometheus.query("tabi:journey_burn:rate1h{journey=\"search\"}").is_empty());
    let dark = prometheus.query("ALERTS{alertname=\"SLONoData\"}");
    assert_eq!(dark.len(), 1, "{dark:?}");
    assert_eq!(dark[0]["metric"]["step"], "results", "{dark:?}");
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
