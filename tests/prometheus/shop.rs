//! The jobs of `examples/shop` as an exporter that follows a script and keeps count of what happened.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime};

/// Seconds between two scrapes.
pub const SCRAPE: f64 = 5.0;
/// When events begin, in seconds after the first scrape of their target.
pub const BEGIN: u64 = 130;
/// When they end.
pub const END: u64 = 240;
/// When all of them are in the numbers of the fast groups: the window of level 1, one evaluation, and a reserve.
#[allow(dead_code, reason = "other engines are waited for in another way")]
pub const SETTLED: u64 = END + 120 + 60 + 10;

/// The value of every series of a target, by its name with labels.
pub type Page = BTreeMap<String, f64>;

/// A target: counters that move by the same amounts at every scrape between [`BEGIN`] and [`END`].
pub struct Target {
    first: Option<Instant>,
    page: Page,
    steps: Vec<(&'static str, f64)>,
    /// A series that is born with this value at the scrape of this number of those that count, and moves on from there.
    born: Option<(u64, &'static str, f64)>,
    /// The process is replaced after the scrape of this number: all counters begin again, nothing is lost in between.
    restart: Option<u64>,
    /// A series that goes on by itself for so many seconds after [`END`], by so much a scrape: what failed works again.
    pub recovers: Option<(u64, &'static str, f64)>,
    /// How many scrapes have counted.
    pub counted: u64,
    /// When the first of them came.
    pub began: Option<SystemTime>,
    /// When the last of them came.
    pub ended: Option<SystemTime>,
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
            recovers: None,
            counted: 0,
            began: None,
            ended: None,
            truth: Page::new(),
        }
    }

    /// What a scrape sees.
    fn scrape(&mut self) -> String {
        let first = *self.first.get_or_insert_with(Instant::now);
        let mut restart = false;
        if (BEGIN..END).contains(&first.elapsed().as_secs()) {
            self.counted += 1;
            let now = SystemTime::now();
            self.began.get_or_insert(now);
            self.ended = Some(now);
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
        if let Some((length, name, step)) = self.recovers
            && (END..END + length).contains(&first.elapsed().as_secs())
        {
            *self.page.entry(name.to_string()).or_default() += step;
            *self.truth.entry(name.to_string()).or_default() += step;
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

    /// How many events there were of the series whose name has this part.
    pub fn happened(&self, part: &str) -> f64 {
        self.truth.iter().filter(|(name, _)| name.contains(part)).map(|(_, v)| v).sum()
    }
}

/// The jobs of the shop with what each exposes: series, value at the start, step.
pub fn shop() -> BTreeMap<&'static str, Target> {
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
pub fn serve(targets: Arc<Mutex<BTreeMap<&'static str, Target>>>) -> u16 {
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

/// The part of a configuration that makes a Prometheus, or what reads its configurations, scrape the exporter.
pub fn scraped<'a>(jobs: impl IntoIterator<Item = &'a &'static str>, exporter: u16) -> String {
    let mut config = "scrape_configs:\n".to_string();
    for job in jobs {
        let labels = if *job == "blackbox" { ", labels: {instance: 'https://shop.example.com/login'}" } else { "" };
        let _ = writeln!(
            config,
            "- {{job_name: '{job}', metrics_path: '/{job}', static_configs: [{{targets: ['127.0.0.1:{exporter}']{labels}}}]}}"
        );
    }
    config
}
