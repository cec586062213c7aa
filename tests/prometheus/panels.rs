//! The dashboards of the shop in a real Prometheus: hours of raw metrics with an outage of payments and of the pipeline in them, all rules
//! evaluated over them, and then every query of every panel. Each answers with data, or shows the state that it should; and none reads more
//! than a few samples for each series and step.
//!
//! `promtool` writes no alerts, so they stand here as recorded series, without their `for`.
//!
//! With `TABI_ANSWERS=FILE` the answers are written down for the pictures (`scripts/draw-dashboards`), with `TABI_DAYS=N` over so many days, which
//! are the window of the budgets, too.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod answers;
#[path = "../common/mod.rs"]
mod common;

use common::backfill::{self, Span};
use common::process::Server;
use common::rules::{self, Rule};
use common::{Compiled, compile, http};
use serde_json::Value;
use std::fmt::Write as _;

/// The history is six hours long, or some days for the pictures.
fn span(days: Option<u64>) -> Span {
    // at the edge of a block of two hours
    Span { begin: 1_700_006_400, length: days.map_or(6 * 3600, |days| days * 86_400) }
}

/// Whether something fails at a second: in the last hour; in a history of days for a while in its middle, too, and the pipeline a little for long.
fn fails(at: u64, length: u64, labels: &str) -> bool {
    let long = length > 86_400;
    let middle = length / 2..length / 2 + 1500;
    let weak = length / 2..length * 9 / 10;
    at >= length - 3600
        || long && middle.contains(&at)
        || long && labels.contains("gha") && weak.contains(&at) && (at / 30).is_multiple_of(7)
}

/// Counters and gauges of all that the shop measures, but the native histogram of its search, which no text format has.
fn metrics(span: Span) -> String {
    let mut out = String::new();
    let mut family = |name: &str, kind: &str, series: &[(&str, &str, u64, u64)]| {
        let _ = writeln!(out, "# TYPE {name} {kind}");
        for (suffix, labels, before, after) in series {
            let mut value = 0;
            for time in (0..=span.length).step_by(30) {
                let now = if fails(time, span.length, labels) { *after } else { *before };
                value += now;
                let shown = if kind == "gauge" { now } else { value };
                let _ = writeln!(out, "{name}{suffix}{{{labels}}} {shown} {}", span.begin + time + 13);
            }
        }
    };
    let jobs = ["cart", "shop/pay", "suggest", "orders", "argocd-metrics", "gha"];
    let ups: Vec<String> = jobs.iter().map(|job| format!("job=\"{job}\",instance=\"a\"")).collect();
    let ups: Vec<(&str, &str, u64, u64)> = ups.iter().map(|labels| ("", labels.as_str(), 1, 1)).collect();
    family("up", "gauge", &ups);
    family("probe_success", "gauge", &[("", "job=\"blackbox\",instance=\"https://shop.example.com/login\"", 1, 1)]);
    family(
        "aws_sqs_approximate_age_of_oldest_message_maximum",
        "gauge",
        &[("", "dimension_QueueName=\"receipts\"", 20, 40)],
    );
    family(
        "http_requests",
        "counter",
        &[
            ("_total", "job=\"cart\",instance=\"a\",code=\"200\"", 200, 200),
            ("_total", "job=\"cart\",instance=\"a\",code=\"503\"", 0, 0),
            ("_total", "job=\"orders\",instance=\"a\",code=\"200\"", 50, 50),
            ("_total", "job=\"orders\",instance=\"a\",code=\"500\"", 0, 0),
        ],
    );
    let pay = |more: &str| format!("job=\"shop/pay\",instance=\"a\"{more}");
    let (ok, failed, fast) = (
        pay(",http_response_status_code=\"200\""),
        pay(",http_response_status_code=\"500\""),
        pay(",http_response_status_code=\"200\",le=\"0.5\""),
    );
    family("http_server_request_duration_seconds_count", "unknown", &[("", &ok, 100, 60), ("", &failed, 0, 40)]);
    family("http_server_request_duration_seconds_bucket", "unknown", &[("", &fast, 100, 60)]);
    let suggest = "job=\"suggest\",instance=\"a\",code=\"200\"";
    family("http_request_duration_seconds_count", "unknown", &[("", suggest, 300, 300)]);
    family("http_request_duration_seconds_bucket", "unknown", &[("", &format!("{suggest},le=\"0.1\""), 299, 299)]);
    let job = "job=\"gha\",instance=\"a\",pod=\"p\"";
    family("gha_job_startup_duration_seconds_count", "unknown", &[("", job, 3, 3)]);
    family("gha_job_startup_duration_seconds_bucket", "unknown", &[("", &format!("{job},le=\"60\""), 3, 3)]);
    let build = |result: &str| format!("{job},repository=\"shop\",job_name=\"build\",job_result=\"{result}\"");
    family(
        "gha_completed_jobs",
        "counter",
        &[("_total", &build("succeeded"), 4, 1), ("_total", &build("failed"), 0, 3)],
    );
    let sync = |dest: &str, phase: &str| {
        format!("job=\"argocd-metrics\",instance=\"a\",dest_server=\"{dest}\",phase=\"{phase}\"")
    };
    family(
        "argocd_app_sync",
        "counter",
        &[
            ("_total", &sync("east", "Succeeded"), 2, 2),
            ("_total", &sync("east", "Failed"), 0, 0),
            ("_total", &sync("west", "Succeeded"), 2, 2),
            ("_total", &sync("west", "Failed"), 0, 0),
        ],
    );
    out.push_str("# EOF\n");
    out
}

/// All rules with the seconds between two evaluations; alerts as recorded series.
fn all_rules(files: &[String]) -> Vec<(u64, Rule)> {
    let mut all = Vec::new();
    for group in files.iter().flat_map(|text| rules::read(text).groups) {
        let seconds = group.seconds();
        for mut rule in group.rules {
            if let Some(alert) = rule.alert.take() {
                rule.record = Some("ALERTS".to_string());
                rule.expr = format!("1 + 0 * ({})", rule.expr);
                // a rule that reads alerts waits for them, but `DeliveryBlocked` does not wait for itself
                rule.labels
                    .extend([("alertname".to_string(), alert), ("alertstate".to_string(), "firing".to_string())]);
            }
            all.push((seconds, rule));
        }
    }
    all
}

struct Asked<'s> {
    server: &'s Server,
    now: u64,
}

/// What a query yields, and how many samples Prometheus read for it.
struct Answer {
    series: Vec<Value>,
    samples: u64,
}

impl Asked<'_> {
    fn now(&self, expr: &str) -> Answer {
        self.ask(&format!("/api/v1/query?stats=all&time={}&query={}", self.now, http::escape(expr)), expr)
    }

    fn over_time(&self, expr: &str, step: u64) -> Answer {
        let (start, end) = (self.now - 4 * 3600, self.now);
        let path =
            format!("/api/v1/query_range?stats=all&start={start}&end={end}&step={step}&query={}", http::escape(expr));
        self.ask(&path, expr)
    }

    fn ask(&self, path: &str, expr: &str) -> Answer {
        let answer = http::get(self.server.port, path);
        assert_eq!(answer["status"], "success", "{expr}: {answer}");
        Answer {
            series: answer["data"]["result"].as_array().expect("a list").clone(),
            samples: answer["data"]["stats"]["samples"]["totalQueryableSamples"].as_u64().expect("a number"),
        }
    }

    /// The one value of an expression.
    fn value(&self, expr: &str) -> f64 {
        let answer = self.now(expr);
        assert_eq!(answer.series.len(), 1, "{expr}: {:?}", answer.series);
        answer.series[0]["value"][1].as_str().and_then(|v| v.parse().ok()).expect("a number")
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// All panels, those inside of folded rows among them.
fn panels(dashboard: &Value) -> Vec<&Value> {
    list(&dashboard["panels"]).iter().flat_map(|p| std::iter::once(p).chain(list(&p["panels"]))).collect()
}

/// A query with the variables put in, as Grafana would. `from` is the left edge of the panel.
fn filled(expr: &str, from: u64) -> String {
    expr.replace("$journeys", "checkout|delivery|orders|search")
        .replace("${dest_server:regex}", ".*")
        .replace("${__from:date:seconds}", &from.to_string())
}

/// The shop, with another window where the history is of days.
fn shop(days: Option<u64>) -> Compiled {
    let path = common::root().join("examples/shop/shop.tabi");
    let mut text = std::fs::read_to_string(path).expect("the shop");
    if let Some(days) = days {
        text = text.replacen("window  28d", &format!("window  {days}d"), 1);
    }
    compile(&[("shop.tabi".to_string(), text)], &tabi::project::Options::default())
}

/// The journey of search has no data: its native histogram is not there, so what shows it says so.
fn may_be_empty(path: &str, expr: &str) -> bool {
    expr.contains("journey=\"search\"") && path.contains("search") || expr.contains("step=\"results\"")
}

/// How many series the selectors of an expression find at a time within the last 15 minutes, each for itself.
fn series_read(asked: &Asked<'_>, expr: &str) -> u64 {
    let parsed = tabi::promql::parse(expr, &|_| None).expect("PromQL");
    let selectors = tabi::promql::selectors(&parsed);
    let counts = selectors.iter().map(|selector| {
        let text = selector.span.of(expr);
        let found = asked.now(&format!("count(last_over_time({text}[4h]))")).series;
        found.first().and_then(|s| s["value"][1].as_str()?.parse::<u64>().ok()).unwrap_or(0)
    });
    counts.sum()
}

#[test]
fn every_panel_answers() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    let days = std::env::var("TABI_DAYS").ok().map(|days| days.parse().expect("TABI_DAYS is a number"));
    let (span, shop) = (span(days), shop(days));
    backfill::samples(directory, &metrics(span));
    let files: Vec<String> = shop.rules().map(|f| f.text.clone()).collect();
    backfill::evaluate_all(directory, &all_rules(&files), span);

    let server = backfill::prometheus(directory);
    let asked = Asked { server: &server, now: span.begin + span.length };

    // what must have happened: payments page, the pipeline burns, and search is not measured; a budget of days is spent since the outage before
    for (expr, value) in [
        ("tabi:journey_severity:state{journey=\"checkout\"}", 3.0),
        ("tabi:journey_severity:state{journey=\"search\"}", -1.0),
        ("tabi:journey_severity:state{journey=\"orders\"}", 0.0),
        ("tabi:slo_severity:state{journey=\"checkout\",step=\"cart\"}", 0.0),
        ("tabi:journey_delivery:state", 1.0),
        ("tabi:journey_ship:decision{journey=\"checkout\"}", 2.0),
        ("tabi:journey_ship:decision{journey=\"orders\"}", 1.0),
        ("tabi:journey_ship:decision{journey=\"search\"}", -1.0),
        ("tabi:journey_ship:decision{journey=\"checkout\"} offset 3h", if days.is_some() { 2.0 } else { 0.0 }),
    ] {
        assert!((asked.value(expr) - value).abs() < 1e-9, "{expr}: {}, not {value}", asked.value(expr));
    }

    let (mut queries, mut empty, mut answers) = (0, Vec::new(), Vec::new());
    for file in shop.dashboards.iter().filter(|f| f.is_json()) {
        let dashboard: Value = serde_json::from_str(&file.text).expect("JSON");
        for panel in panels(&dashboard) {
            for target in list(&panel["targets"]) {
                queries += 1;
                let expr = target["expr"].as_str().expect("a query");
                let filled = filled(expr, span.begin);
                let step = 300;
                let (answer, steps) = if target["instant"] == true {
                    (asked.now(&filled), 1)
                } else {
                    (asked.over_time(&filled, step), 4 * 3600 / step + 1)
                };
                let place = format!("{}: {}: {filled}", file.path, panel["title"]);
                let no_number = answer.series.iter().filter(|s| s["value"][1] == "NaN").count();
                assert_eq!(no_number, 0, "{place} shows NaN");
                let series = series_read(&asked, &filled);
                assert!(answer.samples < 5 * series.max(1) * steps, "{place} reads {} of {series}", answer.samples);
                if answer.series.is_empty() && !may_be_empty(&file.path, expr) {
                    empty.push(place);
                }
            }
        }
        answers.push(answers::of(server.port, span, &file.path, &dashboard));
    }
    if let Ok(file) = std::env::var("TABI_ANSWERS") {
        std::fs::write(file, Value::Array(answers).to_string()).expect("written answers");
    }
    assert!(queries > 150, "only {queries} queries");
    assert!(empty.is_empty(), "{} of {queries} have no data:\n{}", empty.len(), empty.join("\n"));
}
