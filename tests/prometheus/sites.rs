//! Two sites and what adds them up: a Prometheus for each site, which scrapes an exporter and evaluates its own rules; one that both write to,
//! with the global rules; and one that federates both. The way from one site to the third is cut before anything happens, and mended when
//! that was noticed. Takes twelve to twenty minutes, nearly all of it waiting.
//!
//! Events come for [`LENGTH`], and never within some seconds of an evaluation, so that no scrape races with one and the numbers can be compared
//! to the event. After that all is at rest, so that all windows hold all of it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

#[path = "../common/mod.rs"]
mod common;

use common::process::Server;
use common::{compile_text, go_tool, http, tool, write_files};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds between two scrapes.
const SCRAPE: u32 = 5;
/// For how many seconds events come.
const LENGTH: u64 = 140;
/// When all of them are in the numbers of the fast groups: the window of level 1, one evaluation, and a reserve.
const SETTLED: u64 = LENGTH + 120 + 60 + 20;
/// Seconds around an evaluation without events: a scrape later than it, and one before it.
const QUIET: f64 = 7.0;
/// What must have come by then has failed.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// Osaka has three quarters of all payments, and all of them fail; goods are shipped from Tokyo only.
const PROJECT: &str = r#"
site tokyo "Tokyo" { external_labels { region "ap-northeast-1" } }
site osaka "Osaka" { external_labels { region "ap-northeast-3" } }

user journey checkout {
  at tokyo, osaka
  owner shop
  alerts {
    page    2% in 1h
    ticket  off
    left    off
    no_data 2m ticket
  }

  step pay {
    sli available {
      good   http_requests_total{job="pay", code!~"5.."}
      total  http_requests_total{job="pay"}
      target 99%
    }
  }

  step ship {
    at tokyo

    sli sent {
      bad    parcels_total{job="pay", state="lost"}
      total  parcels_total{job="pay"}
      target 98%
    }
  }

  target 95%
}
"#;

/// Series and how much each scrape adds while there are events. The metrics have a label of their own that is called like that of the site.
const TOKYO: &[(&str, f64)] = &[
    ("http_requests_total{code=\"200\",region=\"here\"}", 100.0),
    ("http_requests_total{code=\"500\",region=\"here\"}", 0.0),
    ("parcels_total{state=\"sent\"}", 999.0),
    ("parcels_total{state=\"lost\"}", 1.0),
];
const OSAKA: &[(&str, f64)] = &[
    ("http_requests_total{code=\"200\",region=\"there\"}", 0.0),
    ("http_requests_total{code=\"500\",region=\"there\"}", 300.0),
];

/// Counters of one site.
struct Exporter {
    /// When events begin, once that is known.
    begin: Option<Instant>,
    page: BTreeMap<&'static str, f64>,
    steps: &'static [(&'static str, f64)],
    /// When the rules of the site run, in seconds of a minute.
    evaluated: f64,
    /// How many scrapes have counted.
    counted: f64,
}

impl Exporter {
    fn scrape(&mut self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
        let after = (now - self.evaluated).rem_euclid(60.0);
        let comes = self.begin.is_some_and(|begin| begin.elapsed().as_secs() < LENGTH);
        if comes && (QUIET..=60.0 - QUIET).contains(&after) {
            self.counted += 1.0;
            for (series, step) in self.steps {
                *self.page.entry(series).or_default() += step;
            }
        }
        let mut text = String::new();
        for (name, value) in &self.page {
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }
}

/// Serves both exporters, each under its name.
fn serve(exporters: BTreeMap<&'static str, Arc<Mutex<Exporter>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let exporters = exporters.clone();
            // each on its own: one site does not wait for the other's scrape
            std::thread::spawn(move || answer(stream, &exporters));
        }
    });
    port
}

/// Answers one scrape.
fn answer(mut stream: TcpStream, exporters: &BTreeMap<&'static str, Arc<Mutex<Exporter>>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("the stream twice"));
    let (mut line, mut header) = (String::new(), String::new());
    if reader.read_line(&mut line).is_err() {
        return;
    }
    while reader.read_line(&mut header).is_ok_and(|n| n > 2) {
        header.clear();
    }
    let name = line.split(' ').nth(1).unwrap_or("").trim_start_matches('/').to_string();
    let Some(exporter) = exporters.get(name.as_str()) else { return };
    let body = exporter.lock().expect("no panic elsewhere").scrape();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n";
    let _ = stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
}

/// A way over the loopback that can be cut.
struct Way {
    port: u16,
    open: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Way {
    fn to(target: u16) -> Way {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (open, streams) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Vec::new())));
        let way = Way { port, open: Arc::clone(&open), streams: Arc::clone(&streams) };
        std::thread::spawn(move || {
            for from in listener.incoming().filter_map(Result::ok) {
                let Ok(to) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                let mut all = streams.lock().expect("no panic elsewhere");
                if !open.load(Ordering::SeqCst) {
                    continue;
                }
                let twice = |s: &TcpStream| s.try_clone().expect("the stream twice");
                all.extend([twice(&from), twice(&to)]);
                for (mut a, mut b) in [(twice(&from), twice(&to)), (to, from)] {
                    std::thread::spawn(move || {
                        let mut buffer = vec![0; 65_536];
                        while let Ok(n @ 1..) = a.read(&mut buffer) {
                            if b.write_all(&buffer[..n]).is_err() {
                                break;
                            }
                        }
                        let _ = b.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        way
    }

    fn cut(&self) {
        self.open.store(false, Ordering::SeqCst);
        for stream in self.streams.lock().expect("no panic elsewhere").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

/// A Prometheus under test.
struct Prometheus {
    server: Server,
}

impl Prometheus {
    fn start(directory: &Path, name: &str, program: &Path, port: u16, config: &str, rules: &str) -> Prometheus {
        let path = directory.join(format!("{name}.yml"));
        let global =
            format!("global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s, evaluation_interval: 1m");
        let labels = match name {
            "tokyo" => ", external_labels: {region: ap-northeast-1}",
            "osaka" => ", external_labels: {region: ap-northeast-3}",
            _ => "",
        };
        std::fs::write(&path, format!("{global}{labels}}}\nrule_files: ['rules/{rules}/*.yml']\n{config}"))
            .expect("a written configuration");
        let mut command = Command::new(program);
        command
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.tsdb.path={}", directory.join(format!("data-{name}")).display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--web.enable-remote-write-receiver");
        let log = directory.join(format!("{name}.log"));
        Prometheus { server: Server::start(command, port, "/-/ready", &log) }
    }

    fn query(&self, expr: &str) -> Vec<Value> {
        let answer = http::get(self.server.port, &format!("/api/v1/query?query={}", http::escape(expr)));
        answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{expr}: {answer}")).clone()
    }

    /// The one value of an expression, if it has one.
    fn value(&self, expr: &str) -> Option<f64> {
        let found = self.query(expr);
        assert!(found.len() <= 1, "{expr}: {found:?}");
        found.first()?["value"][1].as_str().and_then(|v| v.parse().ok())
    }

    /// What fires by its own rules, as `SLONoData pay/available ap-northeast-3`.
    fn firing(&self) -> Vec<String> {
        let answer = http::get(self.server.port, "/api/v1/alerts");
        let alerts = answer["data"]["alerts"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let text = |alert: &Value, name: &str| alert["labels"][name].as_str().unwrap_or("-").to_string();
        let mut all: Vec<String> = alerts
            .iter()
            .filter(|a| a["state"] == "firing")
            .map(|a| format!("{} {}/{} {}", text(a, "alertname"), text(a, "step"), text(a, "sli"), text(a, "region")))
            .collect();
        all.sort();
        all
    }

    /// When its fast rules of the checkout run, in seconds of a minute, once they have.
    fn phase(&self) -> Option<f64> {
        let answer = http::get(self.server.port, "/api/v1/rules");
        let groups = answer["data"]["groups"].as_array()?;
        let ran = groups.iter().find(|g| g["name"] == "tabi:checkout")?["lastEvaluation"].as_str()?.to_string();
        // 2026-01-02T03:04:05.678Z
        if ran.starts_with("0001") {
            return None;
        }
        let seconds: String = ran.get(17..)?.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        seconds.parse().ok()
    }

    /// How many events of a step the rules of a site have recorded, given how many each scrape counted. It is all of them, unless
    /// the site could not scrape or evaluate in time, on a machine that is busy elsewhere: a scrape that failed may take its own events away,
    /// and an evaluation that was missed those of its minute, a tenth of all at most. Then what it recorded is what has to arrive.
    fn recorded(&self, name: &str, step: &str, each: f64, scrapes: f64) -> f64 {
        let sum = self.value(&format!("60 * sum(sum_over_time(tabi:slo_total_events:rate{{step=\"{step}\"}}[1h]))"));
        let sum = sum.unwrap_or_else(|| panic!("{name}: no events of {step}"));
        let failed = self.value("sum(count_over_time(up[1h]) - sum_over_time(up[1h]))").unwrap_or(0.0);
        let (_, page) = http::request(self.server.port, "GET", "/metrics", "").expect("its own metrics");
        let missed: f64 = page
            .lines()
            .filter(|l| l.starts_with("prometheus_rule_group_iterations_missed_total"))
            .filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        let lost = each * (failed + missed * 60.0 / f64::from(SCRAPE));
        let counted = each * scrapes;
        println!(
            "      {name}: {sum} events of {step} of {counted}; {failed} scrapes failed, {missed} evaluations were missed"
        );
        assert!(
            (sum - counted).abs() <= (0.001 * counted + lost).min(0.1 * counted),
            "{name}: {sum} events of {step}, not {counted} ({lost} may be lost)"
        );
        if lost > 0.0 { sum } else { counted }
    }

    fn every_rule_is_healthy(&self, name: &str) {
        let answer = http::get(self.server.port, "/api/v1/rules");
        for group in answer["data"]["groups"].as_array().expect("groups") {
            for rule in group["rules"].as_array().expect("rules") {
                assert_eq!(rule["health"], "ok", "{name}: {rule}");
            }
        }
    }
}

/// Waits until something holds.
#[track_caller]
fn wait(what: &str, start: Instant, holds: impl Fn() -> Result<(), String>) {
    loop {
        let Err(why) = holds() else {
            println!("{:4}s {what}", start.elapsed().as_secs());
            return;
        };
        assert!(start.elapsed() < LIMIT, "{what}: {why}");
        std::thread::sleep(Duration::from_secs(3));
    }
}

fn equal(what: &str, got: Option<f64>, want: f64) -> Result<(), String> {
    match got {
        Some(got) if (got - want).abs() <= 0.01 * want.abs() => Ok(()),
        got => Err(format!("{what}: {got:?}, not {want} within 1 %")),
    }
}

/// What happened.
#[derive(Debug)]
struct Truth {
    tokyo: f64,
    osaka: f64,
    parcels: f64,
}

impl Truth {
    /// Waits until it is known where the numbers of both sites come together.
    fn arrives(&self, name: &str, third: &Prometheus, start: Instant) {
        let (all, share, lost) = (self.tokyo + self.osaka, self.osaka / (self.tokyo + self.osaka), 0.001);
        let journey = 1.0 - (1.0 - share) * (1.0 - lost);
        wait(&format!("{name}: the events of both sites"), start, || {
            let sum = |series: &str, more: &str| {
                third
                    .value(&format!("60 * sum(sum_over_time(tabi:slo_{series}_events:rate{{region!=\"\"{more}}}[1h]))"))
            };
            let of = |more: &str, series: &str, want| equal(&format!("{series} {more}"), sum(series, more), want);
            of(",step=\"pay\",region=\"ap-northeast-1\"", "total", self.tokyo)?;
            of(",step=\"pay\",region=\"ap-northeast-3\"", "total", self.osaka)?;
            of(",step=\"pay\"", "total", all)?;
            of(",step=\"pay\"", "bad", self.osaka)?;
            of(",step=\"ship\"", "total", self.parcels)?;
            of(",step=\"ship\"", "bad", self.parcels * lost)
        });
        wait(&format!("{name}: burn rates of all sites"), start, || {
            let burn = |what: &str| third.value(&format!("tabi:{what}"));
            equal("pay", burn("slo_burn:rate1h{region=\"\",step=\"pay\"}"), share / 0.01)?;
            equal("ship", burn("slo_burn:rate1h{region=\"\",step=\"ship\"}"), lost / 0.02)?;
            equal("the journey", burn("journey_burn:rate1h{region=\"\"}"), journey / 0.05)
        });
        wait(&format!("{name}: the journey pages, and nothing else fires"), start, || {
            let firing = third.firing();
            if firing == ["JourneyBudgetBurn -/- -"] { Ok(()) } else { Err(format!("{firing:?}")) }
        });
        wait(&format!("{name}: the page of Osaka is seen, once"), start, || {
            let pages = third.query("ALERTS{alertname=\"SLOBudgetBurn\",alertstate=\"firing\"}");
            let from: Vec<&str> = pages.iter().filter_map(|p| p["metric"]["region"].as_str()).collect();
            if from == ["ap-northeast-3"] { Ok(()) } else { Err(format!("{pages:?}")) }
        });
        wait(&format!("{name}: the numbers of the period"), start, || {
            let number = |what: &str| third.value(&format!("last_over_time(tabi:{what}[15m])"));
            equal("events", number("slo_events:count_period{region=\"\",step=\"pay\"}"), all)?;
            equal("share", number("slo_errors:ratio_period{region=\"\",step=\"pay\"}"), share)?;
            equal("the journey", number("journey_errors:ratio_period{region=\"\"}"), journey)?;
            equal("left", number("journey_budget:remaining_ratio{region=\"\"}"), 1.0 - journey / 0.05)
        });
    }
}

#[test]
fn two_sites_are_added_up_and_one_that_is_cut_off_is_missed() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    write_files(here, compile_text(PROJECT).rules());
    let start = Instant::now();
    let exporter = |steps: &'static [(&'static str, f64)]| {
        // what was before the first scrape does not count
        let page = steps.iter().map(|(name, _)| (*name, 1e6)).collect();
        Arc::new(Mutex::new(Exporter { begin: None, page, steps, evaluated: 0.0, counted: 0.0 }))
    };
    let exporters = BTreeMap::from([("tokyo", exporter(TOKYO)), ("osaka", exporter(OSAKA))]);
    let port = serve(exporters.clone());
    let two = tool("prometheus");
    let newest = go_tool("prometheus3").unwrap_or_else(|| two.clone());

    let global = Prometheus::start(here, "global", &two, http::free_port(), "", "global");
    let ways = BTreeMap::from(["tokyo", "osaka"].map(|name| (name, Way::to(global.server.port))));
    let site = |name: &str, program: &Path| {
        let config = format!(
            "remote_write: [{{url: 'http://127.0.0.1:{}/api/v1/write', remote_timeout: 5s, queue_config: {{batch_send_deadline: 1s, max_backoff: 5s}}, \
             write_relabel_configs: [{{source_labels: [__name__], regex: 'tabi[:_].+|ALERTS', action: keep}}]}}]\n\
             scrape_configs: [{{job_name: pay, metrics_path: '/{name}', static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n",
            ways[name].port
        );
        Prometheus::start(here, name, program, http::free_port(), &config, &format!("sites/{name}"))
    };
    let (tokyo, osaka) = (site("tokyo", &two), site("osaka", &newest));
    let federation = format!(
        "scrape_configs: [{{job_name: federation, honor_labels: true, metrics_path: /federate, scrape_interval: 15s, \
         params: {{'match[]': ['{{__name__=~\"tabi[:_].+|ALERTS\"}}']}}, static_configs: [{{targets: ['127.0.0.1:{}', '127.0.0.1:{}']}}]}}]\n",
        tokyo.server.port, osaka.server.port
    );
    let federated = Prometheus::start(here, "federated", &newest, http::free_port(), &federation, "global");

    wait("the rules of both sites have run", start, || {
        for (name, site) in [("tokyo", &tokyo), ("osaka", &osaka)] {
            let phase = site.phase().ok_or_else(|| format!("{name} has not"))?;
            exporters[name].lock().expect("no panic elsewhere").evaluated = phase;
        }
        Ok(())
    });
    wait("what they record has arrived", start, || {
        let sites = global.query("group by (region) (tabi:slo_total_events:rate{region!=\"\"})");
        if sites.len() == 2 { Ok(()) } else { Err(format!("{sites:?}")) }
    });
    // what comes before a series is two minutes old is reckoned from fewer samples, and is not exact
    wait("both sites have a past", start, || {
        for (name, site) in [("tokyo", &tokyo), ("osaka", &osaka)] {
            site.value("min(up offset 3m)").ok_or_else(|| format!("{name} has none"))?;
        }
        Ok(())
    });
    ways["osaka"].cut();
    let begin = Instant::now();
    for exporter in exporters.values() {
        exporter.lock().expect("no panic elsewhere").begin = Some(begin);
    }

    // osaka cannot be reached, and pages by itself
    let missed = ["SLONoData pay/available ap-northeast-3"];
    let pages = ["SLOBudgetBurn pay/available -"];
    wait("Osaka pages by itself", start, || {
        assert!(global.firing().iter().all(|a| *a == missed[0]), "{:?}", global.firing());
        if osaka.firing() == pages { Ok(()) } else { Err(format!("{:?}", osaka.firing())) }
    });
    wait("Osaka is missed", start, || {
        let firing = global.firing();
        if firing == missed { Ok(()) } else { Err(format!("{firing:?}")) }
    });
    assert_eq!(tokyo.firing(), [""; 0]);
    // the journey is not good because its worse half is not seen: it has no number
    wait("the journey has no number over 5m", start, || {
        let burn = global.value("tabi:journey_burn:rate5m{region=\"\"}");
        if burn.is_none() { Ok(()) } else { Err(format!("{burn:?}")) }
    });
    assert_eq!(global.value("tabi:journey_severity:state{region=\"\"}"), Some(-1.0));
    assert_eq!(global.value("tabi:slo_severity:state{region=\"\",step=\"ship\"}"), Some(0.0));
    wait("all that happened is counted at the sites", start, || {
        if begin.elapsed().as_secs() >= SETTLED { Ok(()) } else { Err(String::new()) }
    });
    assert_eq!(global.firing(), missed);
    ways["osaka"].mend();

    // what was recorded in the meantime arrives, and all is as if nothing had been
    let counted = |name: &str| exporters[name].lock().expect("no panic elsewhere").counted;
    let truth = Truth {
        tokyo: tokyo.recorded("tokyo", "pay", 100.0, counted("tokyo")),
        osaka: osaka.recorded("osaka", "pay", 300.0, counted("osaka")),
        parcels: tokyo.recorded("tokyo", "ship", 1000.0, counted("tokyo")),
    };
    assert!(truth.tokyo > 1000.0 && truth.osaka > 3000.0, "few events: {truth:?}");
    truth.arrives("written to", &global, start);
    truth.arrives("federated", &federated, start);
    assert_eq!(tokyo.firing(), [""; 0]);
    for (name, one) in [("tokyo", &tokyo), ("osaka", &osaka), ("global", &global), ("federated", &federated)] {
        one.every_rule_is_healthy(name);
    }
}
