//! The rules of `examples/shop` in other engines, each the real one in real time, beside each other: vmalert with `VictoriaMetrics`, a Thanos
//! ruler with a storage of its own, one that sends what it records away, and Mimir. What they record must be what the exporter did, the alerts
//! those that must fire and no others, and above all: what a rule recorded must be what it would record of the same moment today, when all
//! has arrived. How late an engine sees its own samples is measured, and held to what the rules wait for. Takes 25 to 35 minutes, nearly all of
//! it waiting; `./scripts/test-live-engines` builds the engines and runs it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

#[path = "../common/mod.rs"]
mod common;
mod numbers;
mod shop;

use common::process::Server;
use common::{Compiled, Emitted, compile, http, root, tool, write_files};
use numbers::{Numbers, samples};
use serde_json::Value;
use shop::{SCRAPE, Target as Job, serve};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tabi::adapt::{self, Lag};
use tabi::engine::{Engine, Target};
use tabi::project::Options;
use tabi::reckon::timing::Situation;

/// What must have come by then has failed.
const LIMIT: Duration = Duration::from_secs(40 * 60);
/// The page that is watched, of the orders.
const PAGE: &str = "SLOBudgetBurn page 1h orders/list/available";
/// For how long all goes well there afterwards: without any traffic a page would stay.
const WELL: u64 = 300;
/// The alerts that must fire at some time, and no others may, from how fast the jobs of `shop` burn. Builds burn exactly as fast as their budget
/// allows, so that the last digit decides, and are left out.
const FIRING: &[&str] = &[
    "DeliveryBlocked page  delivery/checkout",
    "DeliveryBlocked page  delivery/orders",
    "JourneyBudgetBurn page 6h checkout",
    "JourneyBudgetBurn ticket 1d checkout",
    "JourneyBudgetBurn ticket 3d checkout",
    "JourneyBudgetBurn ticket 3d delivery",
    "SLOBudgetBurn page 1h checkout/cart/available",
    "SLOBudgetBurn page 1h checkout/pay/available",
    "SLOBudgetBurn page 1h orders/list/available",
    "SLOBudgetBurn page 6h checkout/cart/available",
    "SLOBudgetBurn page 6h checkout/pay/available",
    "SLOBudgetBurn page 6h checkout/pay/fast",
    "SLOBudgetBurn page 6h orders/list/available",
    "SLOBudgetBurn ticket 1d checkout/cart/available",
    "SLOBudgetBurn ticket 1d checkout/pay/available",
    "SLOBudgetBurn ticket 1d checkout/pay/fast",
    "SLOBudgetBurn ticket 1d delivery/deploy/synced/west",
    "SLOBudgetBurn ticket 1d delivery/queue/prompt",
    "SLOBudgetBurn ticket 1d orders/list/available",
    "SLOBudgetBurn ticket 1d search/suggestions/fast",
    "SLOBudgetBurn ticket 3d checkout/cart/available",
    "SLOBudgetBurn ticket 3d checkout/pay/available",
    "SLOBudgetBurn ticket 3d checkout/pay/fast",
    "SLOBudgetBurn ticket 3d delivery/deploy/synced/west",
    "SLOBudgetBurn ticket 3d delivery/queue/prompt",
    "SLOBudgetBurn ticket 3d orders/list/available",
    "SLOBudgetBurn ticket 3d search/suggestions/fast",
    "SLONoData ticket 15m search/results/fast",
];

type Jobs = Arc<Mutex<BTreeMap<&'static str, Job>>>;

/// An engine with its rules, and what was seen of it.
struct Running {
    name: &'static str,
    /// Where its numbers are.
    numbers: Numbers,
    /// Where its rules and alerts are told.
    ruler: (u16, &'static str),
    jobs: Jobs,
    rules: Rules,
    /// Seconds between the moment of an evaluation and the time at which it runs, the least and the most.
    delay: (f64, f64),
    /// For the numbers of every minute and those of every five: the newest, and how late each was there.
    fast: Seen,
    slow: Seen,
    /// When the page of the orders was seen first.
    paged: Option<f64>,
    /// All that was as it must be.
    done: bool,
    _servers: Vec<Server>,
}

/// What tells a series from others here.
type Labels = Vec<String>;

/// When the samples of some series came.
#[derive(Default)]
struct Seen {
    series: BTreeMap<Labels, Arrivals>,
    /// When it was looked last.
    asked: Option<f64>,
}

#[derive(Default)]
struct Arrivals {
    newest: f64,
    /// Moments of samples, and so many seconds after each its sample was not there yet.
    late: Vec<(f64, f64)>,
}

impl Arrivals {
    /// The moments whose samples were not there in time.
    fn later_than(&self, seconds: f64) -> impl Iterator<Item = f64> {
        self.late.iter().filter(move |(_, late)| *late > seconds).map(|(moment, _)| *moment)
    }
}

impl Seen {
    fn look(&mut self, numbers: &Numbers, name: &str) {
        let before = now();
        for series in numbers.seen(name) {
            let of = self.series.entry(labels(&series)).or_default();
            for (moment, _) in samples(&series) {
                if moment > of.newest {
                    of.late.extend(self.asked.map(|asked| (moment, asked - moment)));
                    of.newest = moment;
                }
            }
        }
        self.asked = Some(before);
    }
}

fn now() -> f64 {
    seconds(SystemTime::now())
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

fn program(name: &str) -> PathBuf {
    let path = root().join("target/tools-live").join(name);
    assert!(path.is_file(), "`{}` is not built. Run ./scripts/test-live-engines", path.display());
    path
}

/// The rules of the shop for an engine, in the form that it reads.
struct Rules {
    compiled: Compiled,
    files: Vec<Emitted>,
    lag: Lag,
}

fn rules(engine: Engine) -> Rules {
    let mut text = std::fs::read_to_string(root().join("examples/shop/shop.tabi")).expect("the shop");
    if engine.target == Target::VictoriaMetrics {
        // it has none, and this is the only SLI that needs them
        text = text.replace("histogram native", "");
    }
    let options = Options { engine, ..Options::default() };
    let compiled = compile(&[("shop.tabi".to_string(), text)], &options);
    let journeys = 0..compiled.model.journeys.len();
    let files = journeys.clone().flat_map(|i| tabi::emit::rules(&compiled.model, &compiled.sources, &options, i));
    let files = files.map(|(path, text)| Emitted { path, text }).collect();
    let lags = journeys.map(|i| adapt::lag(&compiled.model, i, &options));
    let lag = lags.max_by_key(|lag| lag.burn).expect("a journey");
    Rules { compiled, files, lag }
}

fn jobs() -> (Jobs, String) {
    let mut shop = shop::shop();
    shop.get_mut("orders").expect("orders").recovers = Some((WELL, "http_requests_total{code=\"200\"}", 90.0));
    let jobs = Arc::new(Mutex::new(shop));
    let exporter = serve(Arc::clone(&jobs));
    let names: Vec<&'static str> = jobs.lock().expect("no panic").keys().copied().collect();
    (jobs, shop::scraped(&names, exporter))
}

fn server(here: &Path, name: &str, port: u16, ready: &str, program: &Path, arguments: &[String]) -> Server {
    let mut command = Command::new(program);
    command.current_dir(here).args(arguments);
    Server::start(command, port, ready, &here.join(format!("{name}.log")))
}

fn prometheus(here: &Path, name: &str, program: &Path, config: &str) -> Server {
    let global = format!(
        "global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s, external_labels: {{prometheus: shop}}}}\n"
    );
    common::write(&here.join(format!("{name}.yml")), &format!("{global}{config}"));
    let port = http::free_port();
    let arguments = [
        format!("--config.file={name}.yml"),
        format!("--storage.tsdb.path=data-{name}"),
        format!("--web.listen-address=127.0.0.1:{port}"),
        "--web.enable-remote-write-receiver".to_string(),
    ];
    server(here, name, port, "/-/ready", program, &arguments)
}

/// Where vmalert evaluates a group: so many seconds after the moment of it. It spreads groups over their interval by their names.
fn after(file: &str, group: &str, interval: (&str, f64)) -> f64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in file.bytes().chain([0xff]).chain(group.bytes()).chain("prometheus".bytes()).chain(interval.0.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let phase = interval.1 * (hash as f64 / 2f64.powi(64));
    (phase - 30.0).rem_euclid(interval.1) + 30.0
}

/// A directory whose name makes it hard: what counts the events of the checkout runs as late as can be, and what reads that as early. What follows
/// every 5 minutes runs in the order in which it reads, so that the test need not wait for more than it is about.
fn unlucky() -> String {
    let (minute, five) = (("1m0s", 60.0), ("5m0s", 300.0));
    let is_unlucky = |name: &String| {
        let of = |journey: &str, group: &str, interval| {
            after(&format!("{name}/{journey}.yml"), &format!("tabi:{journey}{group}"), interval)
        };
        of("checkout", "", minute) > 84.0
            && of("checkout", ":2", minute) < 36.0
            && of("checkout", ":5m", five) < 36.0
            && ["checkout", "search", "orders", "delivery"].iter().all(|journey| {
                let [two, three, four] = [":5m:2", ":5m:3", ":5m:4"].map(|group| of(journey, group, five));
                two + 10.0 < three && three + 10.0 < four
            })
    };
    (0..500_000_000).map(|i| format!("rules-{i}")).find(is_unlucky).expect("an unlucky name")
}

fn victoria(here: &Path) -> Running {
    let here = &here.join("victoria");
    let rules = rules(Engine { target: Target::VictoriaMetrics, ..Engine::default() });
    let name = unlucky();
    write_files(&here.join("all"), &rules.files);
    std::fs::rename(here.join("all/rules"), here.join(&name)).expect("moved rules");
    let (jobs, scraped) = jobs();
    common::write(
        &here.join("scrape.yml"),
        &format!("global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s}}\n{scraped}"),
    );
    let (storage, ruler) = (http::free_port(), http::free_port());
    let arguments = [
        format!("-httpListenAddr=127.0.0.1:{storage}"),
        "-storageDataPath=data".to_string(),
        "-promscrape.config=scrape.yml".to_string(),
        "-memory.allowedPercent=10".to_string(),
    ];
    let storage_server = server(here, "storage", storage, "/health", &program("victoria-metrics"), &arguments);
    let arguments = [
        format!("-httpListenAddr=127.0.0.1:{ruler}"),
        format!("-rule={name}/*.yml"),
        format!("-datasource.url=http://127.0.0.1:{storage}"),
        format!("-remoteWrite.url=http://127.0.0.1:{storage}"),
        format!("-remoteRead.url=http://127.0.0.1:{storage}"),
        "-notifier.blackhole".to_string(),
    ];
    let vmalert = common::go_tool("vmalert").expect("Go, which built the others");
    let ruler_server = server(here, "vmalert", ruler, "/health", &vmalert, &arguments);
    let numbers = Numbers { port: storage, path: "", races: 0.0, late: 60.0 * rules.lag.burn as f64 };
    // evalDelay, and what is left of the interval
    let delay = (30.0, 90.0);
    running("vmalert", numbers, (ruler, ""), jobs, rules, delay, vec![storage_server, ruler_server])
}

fn running(
    name: &'static str,
    numbers: Numbers,
    ruler: (u16, &'static str),
    jobs: Jobs,
    rules: Rules,
    delay: (f64, f64),
    servers: Vec<Server>,
) -> Running {
    Running {
        name,
        numbers,
        ruler,
        jobs,
        rules,
        delay,
        fast: Seen::default(),
        slow: Seen::default(),
        paged: None,
        done: false,
        _servers: servers,
    }
}

/// A Prometheus with a sidecar, and a querier that knows it and the ruler.
fn thanos(here: &Path) -> Running {
    let here = &here.join("thanos");
    let rules = rules(Engine { target: Target::Thanos, ..Engine::default() });
    write_files(here, &rules.files);
    let (jobs, scraped) = jobs();
    let thanos = program("thanos");
    let prometheus = prometheus(here, "prometheus", &tool("prometheus"), &scraped);
    let ports: [u16; 6] = std::array::from_fn(|_| http::free_port());
    let start = |name: &str, ports: &[u16], arguments: &[String]| {
        let mut all = vec![
            name.to_string(),
            format!("--http-address=127.0.0.1:{}", ports[0]),
            format!("--grpc-address=127.0.0.1:{}", ports[1]),
        ];
        all.extend_from_slice(arguments);
        server(here, name, ports[0], "/-/ready", &thanos, &all)
    };
    let sidecar = start(
        "sidecar",
        &ports[0..2],
        &["--tsdb.path=data-prometheus".into(), format!("--prometheus.url=http://127.0.0.1:{}", prometheus.port)],
    );
    let querier = start(
        "query",
        &ports[2..4],
        &[format!("--endpoint=127.0.0.1:{}", ports[1]), format!("--endpoint=127.0.0.1:{}", ports[5])],
    );
    let ruler = start(
        "rule",
        &ports[4..6],
        &[
            format!("--query=http://127.0.0.1:{}", ports[2]),
            "--rule-file=rules/*.yml".into(),
            "--data-dir=data-rule".into(),
            "--label=ruler=\"one\"".into(),
        ],
    );
    let numbers = Numbers { port: ports[2], path: "", races: 1.0, late: 60.0 * rules.lag.burn as f64 };
    let servers = vec![prometheus, sidecar, querier, ruler];
    running("thanos", numbers, (ports[4], ""), jobs, rules, (0.0, 0.0), servers)
}

/// A ruler without a storage of its own: it writes into the Prometheus that it asks.
fn stateless(here: &Path) -> Running {
    let here = &here.join("stateless");
    let rules = rules(Engine { target: Target::Thanos, stateless: true, ..Engine::default() });
    write_files(here, &rules.files);
    let (jobs, scraped) = jobs();
    let newest = common::go_tool("prometheus3").expect("Go, which built the others");
    let prometheus = prometheus(here, "prometheus", &newest, &scraped);
    let ports = [http::free_port(), http::free_port()];
    let arguments = [
        "rule".to_string(),
        format!("--http-address=127.0.0.1:{}", ports[0]),
        format!("--grpc-address=127.0.0.1:{}", ports[1]),
        format!("--query=http://127.0.0.1:{}", prometheus.port),
        "--rule-file=rules/*.yml".into(),
        "--data-dir=data-rule".into(),
        "--label=ruler=\"one\"".into(),
        format!(
            "--remote-write.config={{remote_write: [{{url: 'http://127.0.0.1:{}/api/v1/write'}}]}}",
            prometheus.port
        ),
    ];
    let ruler = server(here, "rule", ports[0], "/-/ready", &program("thanos"), &arguments);
    let numbers = Numbers { port: prometheus.port, path: "", races: 1.0, late: 60.0 * rules.lag.burn as f64 };
    running("thanos, stateless", numbers, (ports[0], ""), jobs, rules, (0.0, 0.0), vec![prometheus, ruler])
}

/// A Mimir that is written to, with its rules pushed by its API as `mimirtool` does.
fn mimir(here: &Path) -> Running {
    let here = &here.join("mimir");
    let rules = rules(Engine { target: Target::Mimir, ..Engine::default() });
    let (jobs, scraped) = jobs();
    let port = http::free_port();
    common::write(&here.join("mimir.yml"), &mimir_config(port));
    let arguments = ["-config.file=mimir.yml".to_string()];
    let mimir = server(here, "mimir", port, "/ready", &program("mimir"), &arguments);
    let config = format!("remote_write: [{{url: 'http://127.0.0.1:{port}/api/v1/push'}}]\n{scraped}");
    let prometheus = prometheus(here, "prometheus", &tool("prometheus"), &config);
    for file in &rules.files {
        let file: serde_yaml::Value = serde_yaml::from_str(&file.text).expect("YAML");
        let namespace = file["namespace"].as_str().expect("a namespace");
        for group in file["groups"].as_sequence().expect("groups") {
            let body = serde_yaml::to_string(group).expect("YAML");
            let path = format!("/prometheus/config/v1/rules/{namespace}");
            let answer = http::request(port, "POST", &path, &body).expect("an answer");
            assert_eq!(answer.0, 202, "{answer:?}: {body}");
        }
    }
    let numbers = Numbers { port, path: "/prometheus", races: 0.0, late: 60.0 * rules.lag.burn as f64 };
    // -ruler.evaluation-delay-duration
    let servers = vec![mimir, prometheus];
    running("mimir", numbers, (port, "/prometheus"), jobs, rules, (60.0, 60.0), servers)
}

/// One Mimir for all, as it is built but for where it keeps things.
fn mimir_config(port: u16) -> String {
    let ring = "kvstore: {store: inmemory}, instance_addr: 127.0.0.1";
    format!(
        "multitenancy_enabled: false
usage_stats: {{enabled: false}}
server: {{http_listen_address: 127.0.0.1, http_listen_port: {port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: {}}}
memberlist: {{bind_addr: [127.0.0.1], bind_port: {}}}
blocks_storage:
  backend: filesystem
  filesystem: {{dir: blocks}}
  tsdb: {{dir: tsdb}}
  bucket_store: {{sync_dir: sync}}
distributor: {{ring: {{{ring}}}}}
ingester: {{ring: {{{ring}, replication_factor: 1}}}}
compactor: {{data_dir: compactor, sharding_ring: {{{ring}}}}}
store_gateway: {{sharding_ring: {{{ring}, replication_factor: 1}}}}
ruler: {{rule_path: ruler, ring: {{{ring}}}}}
query_scheduler: {{ring: {{{ring}}}}}
frontend: {{address: 127.0.0.1}}
ruler_storage: {{backend: filesystem, filesystem: {{dir: rules}}}}
activity_tracker: {{filepath: activity.log}}
",
        http::free_port(),
        http::free_port()
    )
}

/// An alert as this file says it.
fn words(labels: &Value) -> String {
    let text = |name: &str| labels[name].as_str().unwrap_or("");
    let of = ["journey", "step", "sli", "dest_server", "blocks"].map(text);
    let of: Vec<&str> = of.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {} {} {}", text("alertname"), text("severity"), text("long"), of.join("/"))
}

impl Running {
    fn look(&mut self) {
        self.fast.look(&self.numbers, "tabi:slo_total_events:rate");
        self.slow.look(&self.numbers, "tabi:slo_total_events:count5m");
        if self.paged.is_none() {
            let answer = http::request(self.ruler.0, "GET", &format!("{}/api/v1/alerts", self.ruler.1), "");
            let answer: Value = answer.ok().and_then(|(_, body)| serde_json::from_str(&body).ok()).unwrap_or_default();
            // Thanos writes it large
            let alerts = ["alerts", "Alerts"].into_iter().filter_map(|name| answer["data"][name].as_array()).flatten();
            if alerts.filter(|a| a["state"] == "firing").any(|a| words(&a["labels"]) == PAGE) {
                self.paged = Some(now());
            }
        }
    }

    /// The alerts that have fired, with the first and the last moment.
    fn fired(&self) -> BTreeMap<String, (f64, f64)> {
        let mut all = BTreeMap::new();
        for series in self.numbers.query("ALERTS{alertstate=\"firing\"}[1h]") {
            if series["metric"]["step"] == "build" {
                continue;
            }
            let of = samples(&series);
            let (first, last) = (of[0].0, of[of.len() - 1].0);
            let times = all.entry(words(&series["metric"])).or_insert((first, last));
            *times = (times.0.min(first), times.1.max(last));
        }
        all
    }

    /// Whether all that takes long has come.
    fn is_done(&self) -> bool {
        let jobs = self.jobs.lock().expect("no panic");
        if jobs.values().any(|job| job.ended.is_none_or(|end| now() - seconds(end) < 300.0)) {
            return false;
        }
        let fired = self.fired();
        let page_ended = fired.get(PAGE).is_some_and(|(_, last)| now() - last > 240.0);
        page_ended
            && FIRING.iter().all(|alert| fired.contains_key(*alert))
            && numbers::expected(&jobs).iter().all(|sli| sli.has_arrived(&self.numbers))
            && numbers::journeys_have_arrived(&self.numbers, &numbers::expected(&jobs))
    }

    /// Every rule was evaluated without an error.
    fn every_rule_is_healthy(&self) {
        let answer = http::get(self.ruler.0, &format!("{}/api/v1/rules", self.ruler.1));
        let groups = answer["data"]["groups"].as_array().unwrap_or_else(|| panic!("{}: {answer}", self.name));
        let mut told = 0;
        for rule in groups.iter().flat_map(|g| g["rules"].as_array().expect("rules")) {
            told += 1;
            assert_eq!(rule["health"], "ok", "{}: {rule}", self.name);
            assert!(rule.get("lastError").is_none_or(|e| e == ""), "{}: {rule}", self.name);
        }
        let all = self.rules.files.iter().flat_map(|file| file.text.lines());
        let all = all.filter(|l| l.contains("- record: ") || l.contains("- alert: ")).count();
        assert_eq!(told, all, "{}: rules", self.name);
    }

    /// Numbers that are windows over what other rules recorded are what they would be today for the same moment: nothing came too late. But
    /// a machine that stands still for a minute makes one sample late that was not late before; it proves nothing of the rules.
    fn nothing_came_too_late(&self, started: f64) {
        let (mut compared, mut excused) = (0, 0);
        let mut wrong = Vec::new();
        for file in &self.rules.files {
            let file: Value = serde_yaml::from_str(&file.text).expect("YAML");
            for group in file["groups"].as_array().expect("groups") {
                let interval = if group["interval"] == "5m" { 300.0 } else { 60.0 };
                for rule in group["rules"].as_array().expect("rules") {
                    let Some(record) = rule["record"].as_str().filter(|name| is_window(name)) else { continue };
                    let (right, late, more) = self.recorded_again(record, rule, interval, started);
                    compared += right;
                    excused += late;
                    wrong.extend(more);
                }
            }
        }
        println!(
            "{}: {compared} recorded numbers are what they would be today, {} are not, {excused} read what came late for once",
            self.name,
            wrong.len()
        );
        assert!(wrong.is_empty(), "{}: came too late:\n{}", self.name, wrong.join("\n"));
        assert!(compared > 300, "{}: {compared} numbers were compared", self.name);
    }

    /// How many samples of a rule are right, how many could not be, and which are wrong.
    fn recorded_again(&self, record: &str, rule: &Value, interval: f64, started: f64) -> (usize, usize, Vec<String>) {
        let journey = rule["labels"]["journey"].as_str().expect("a journey");
        let stored = by_labels(&self.numbers.query(&format!("{record}{{journey=\"{journey}\"}}[1h]")));
        let times: BTreeSet<i64> = stored.values().flat_map(BTreeMap::keys).copied().collect();
        let (Some(first), Some(last)) = (times.first(), times.last()) else { return (0, 0, Vec::new()) };
        let (first, last) = (*first as f64 / 1000.0, *last as f64 / 1000.0);
        let expr = rule["expr"].as_str().expect("an expression");
        let again = by_labels(&self.numbers.query_range(expr, first - interval, last, interval));
        let (mut right, mut late) = (0, 0);
        let mut wrong = Vec::new();
        for (labels, values) in &again {
            for (time, value) in values {
                // what it needs of others is not there when it begins; and an evaluation that was missed wrote nothing
                let was_evaluated = times.contains(time) || (*time as f64) < first * 1000.0;
                if (*time as f64) / 1000.0 < started + 200.0 || !was_evaluated {
                    continue;
                }
                let then = stored.get(labels).and_then(|values| values.get(time));
                if then.is_some_and(|then| (then - value).abs() <= 1e-6 * value.abs().max(1e-6)) {
                    right += 1;
                } else if self.came_late(labels, *time as f64 / 1000.0) {
                    late += 1;
                } else {
                    wrong.push(format!("{record} {labels:?} at {time}: {then:?}, today {value}"));
                }
            }
        }
        (right, late, wrong)
    }

    /// Whether a sample that the rules at a moment read was seen to be missing when the first of them can have run.
    fn came_late(&self, labels: &Labels, time: f64) -> bool {
        let reads_until = time - 60.0 * self.rules.lag.events as f64;
        let moments = self.fast.series.get(labels).into_iter().flat_map(|of| &of.late);
        moments.filter(|(moment, _)| *moment <= reads_until).any(|(moment, late)| moment + late > time + self.delay.0)
    }

    /// Samples were there as soon as the rules that read them assume; all but one in twenty, as machines stand still now and then.
    fn samples_are_as_late_as_assumed(&self) {
        for (what, seen, wait) in
            [("a minute", &self.fast, self.rules.lag.events), ("five minutes", &self.slow, self.rules.lag.period)]
        {
            // who reads them looks back so far, and runs no sooner than that after the moment
            let allowed = 60.0 * wait as f64 + self.delay.0;
            let mut all: Vec<f64> = seen.series.values().flat_map(|of| &of.late).map(|(_, late)| *late).collect();
            all.sort_by(f64::total_cmp);
            let (Some(least), Some(most)) = (all.first(), all.last()) else {
                panic!("{}: no numbers of {what} were seen", self.name)
            };
            let over = all.iter().filter(|late| **late > allowed).count();
            println!(
                "{}: numbers of {what} came {least:.1}s to {most:.1}s after their moment, {over} of {} after {allowed}s",
                self.name,
                all.len()
            );
            for (labels, of) in seen.series.iter().filter(|_| wait > 0) {
                let over: Vec<f64> = of.later_than(allowed).collect();
                assert!(
                    over.len() <= of.late.len().div_ceil(20),
                    "{}: {what}: {labels:?} came later than {allowed}s at {over:?}, of {} samples",
                    self.name,
                    of.late.len()
                );
            }
        }
    }

    /// The page of the orders comes and ends by the minutes that were predicted.
    fn pages_in_time(&self, fired: &BTreeMap<String, (f64, f64)>) {
        let journey = self.rules.compiled.model.journeys.iter().find(|j| j.name.text == "orders").expect("orders");
        let (_, sli) = journey.counted_slis().find(|(step, _)| step.name.text == "list").expect("the list");
        let situation = Situation::of_sli(journey, sli);
        let row =
            tabi::reckon::thresholds::of_sli(journey, sli).into_iter().find(|row| row.long == 60).expect("a page");
        // nothing came before, so that all that is in the windows burns at once, as if all had failed
        let predicted = situation.predict(&row, 1.0).expect("it fires");
        // as `tabi show` says it: each group on the way may see an interval late what the one before has recorded
        let way = if self.rules.lag.events > 0 { 2 } else { 0 };
        let late = (self.rules.lag.burn + way) as f64;
        let jobs = self.jobs.lock().expect("no panic");
        let began = seconds(jobs["orders"].began.expect("it began"));
        let ended = seconds(jobs["orders"].ended.expect("it ended"));
        let paged = self.paged.expect("a page");
        let (first, last) = fired[PAGE];
        println!(
            "{}: the page came {:.0}s after the first bad event ({:.0}s at its own clock), and ended {:.0}s after the last; predicted {}m and {}m, and {late}m for the engine",
            self.name,
            paged - began,
            first - began,
            last - ended,
            predicted.fires_after,
            predicted.resolves_after,
        );
        let by = 60.0 * (predicted.fires_after as f64 + late);
        assert!(first - began <= by, "{}: the page came after {:.0}s", self.name, first - began);
        // what is sent and asked takes its time on a busy machine
        assert!(
            paged - began <= by + self.delay.1 + 20.0,
            "{}: the page was there after {:.0}s",
            self.name,
            paged - began
        );
        let by = 60.0 * (predicted.resolves_after as f64 + late);
        assert!(last - ended <= by, "{}: the page ended after {:.0}s", self.name, last - ended);
    }
}

/// Rules that read recorded numbers over windows only, but for what is constant.
fn is_window(record: &str) -> bool {
    record.starts_with("tabi:slo_burn:")
        || [
            "tabi:slo_total_events:count5m",
            "tabi:slo_bad_events:count5m",
            "tabi:slo_events:count_period",
            "tabi:slo_errors:ratio_period",
        ]
        .contains(&record)
}

/// What tells a series of these rules from others.
fn labels(series: &Value) -> Labels {
    let labels = series["metric"].as_object().expect("labels").iter();
    let labels = labels.filter(|(name, _)| ["journey", "step", "sli", "dest_server"].contains(&name.as_str()));
    labels.map(|(name, value)| format!("{name}={value}")).collect()
}

/// The samples of series by their labels and by their time in milliseconds.
fn by_labels(series: &[Value]) -> BTreeMap<Labels, BTreeMap<i64, f64>> {
    let in_ms = |(time, value): (f64, f64)| ((time * 1000.0).round() as i64, value);
    series.iter().map(|one| (labels(one), samples(one).into_iter().map(in_ms).collect())).collect()
}

#[test]
fn the_rules_of_the_shop_count_the_same_in_other_engines() {
    if common::go_tool("vmalert").is_none() {
        // there is no Go, which `scripts/build-go-tools` says
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let mut engines = vec![victoria(here), thanos(here), stateless(here), mimir(here)];
    let start = Instant::now();
    let started = now();
    while engines.iter().any(|engine| !engine.done) && start.elapsed() < LIMIT {
        for engine in &mut engines {
            engine.look();
        }
        if start.elapsed().as_secs() % 10 < 2 {
            for engine in engines.iter_mut().filter(|engine| !engine.done) {
                engine.done = engine.is_done();
                if engine.done {
                    println!("{:4}s {} has all", start.elapsed().as_secs(), engine.name);
                }
            }
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    for engine in &engines {
        println!("\n{}", engine.name);
        let fired = engine.fired();
        for (alert, (first, last)) in &fired {
            println!("  {alert}: {:.0}s to {:.0}s", first - started, last - started);
        }
    }
    for engine in &engines {
        engine.every_rule_is_healthy();
        engine.samples_are_as_late_as_assumed();
        engine.nothing_came_too_late(started);
        numbers::compare(&engine.numbers, &engine.jobs.lock().expect("no panic"));
        let fired = engine.fired();
        engine.pages_in_time(&fired);
        let fired: Vec<&str> = fired.keys().map(String::as_str).collect();
        assert_eq!(fired, FIRING, "{}", engine.name);
    }
}
