//! What the rules must make of what the exporter did, whatever evaluates them.

use crate::common::http;
use crate::shop::{SCRAPE, Target};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where numbers are asked for: the API of Prometheus, which others have too.
#[derive(Clone, Copy)]
pub struct Numbers {
    /// Where it listens.
    pub port: u16,
    /// What its paths begin with.
    pub path: &'static str,
    /// So many seconds before an evaluation a scrape may begin and not be seen by it.
    pub races: f64,
    /// So many seconds before an evaluation windows of burn rates below a day end.
    pub late: f64,
}

impl Numbers {
    fn ask(&self, question: &str) -> Vec<Value> {
        // VictoriaMetrics would not answer with the last half minute
        let answer = http::get(self.port, &format!("{}/api/v1/{question}&nocache=1", self.path));
        answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{question}: {answer}")).clone()
    }

    /// The series that an expression yields now, with their labels.
    pub fn query(&self, expr: &str) -> Vec<Value> {
        self.ask(&format!("query?query={}", http::escape(expr)))
    }

    /// What an expression yields at several moments, in seconds.
    pub fn query_range(&self, expr: &str, from: f64, to: f64, step: f64) -> Vec<Value> {
        self.ask(&format!("query_range?start={from:.3}&end={to:.3}&step={step}&query={}", http::escape(expr)))
    }

    /// The one value of an expression, if it has one.
    pub fn find(&self, expr: &str) -> Option<f64> {
        let found = self.query(expr);
        assert!(found.len() <= 1, "{expr}: {found:?}");
        found.first()?["value"][1].as_str().and_then(|v| v.parse().ok())
    }

    /// The one value of an expression.
    pub fn value(&self, expr: &str) -> f64 {
        self.find(expr).unwrap_or_else(|| panic!("{expr} has no value"))
    }

    /// The series of a selector with their last samples, or none where nobody answers in time.
    pub fn seen(&self, selector: &str) -> Vec<Value> {
        let path = format!("{}/api/v1/query?query={}&nocache=1", self.path, http::escape(&format!("{selector}[10m]")));
        let answer = http::request(self.port, "GET", &path, "").ok();
        let answer: Value = answer.and_then(|(_, body)| serde_json::from_str(&body).ok()).unwrap_or_default();
        answer["data"]["result"].as_array().cloned().unwrap_or_default()
    }

    /// All samples of all series of a selector in the whole test, with their timestamps.
    pub fn samples(&self, selector: &str) -> Vec<Vec<(f64, f64)>> {
        self.query(&format!("{selector}[1h]")).iter().map(samples).collect()
    }
}

/// The samples of a series, with their timestamps.
pub fn samples(series: &Value) -> Vec<(f64, f64)> {
    let parse =
        |v: &Value| (v[0].as_f64().expect("a time"), v[1].as_str().and_then(|s| s.parse().ok()).expect("a number"));
    series["values"].as_array().expect("samples").iter().map(parse).collect()
}

/// How many events the recorded numbers may miss because of a race between scrapes and evaluations: none unless some scrape began shortly
/// before an evaluation; then half of what it brings. Events come for 110s, so that two evaluations at most see fresh ones.
fn slack(numbers: &Numbers, job: &str, identity: &str, per_scrape: f64) -> f64 {
    let scrapes: Vec<f64> = numbers.samples(&format!("up{{job=\"{job}\"}}")).concat().iter().map(|s| s.0).collect();
    let runs = numbers.samples(&format!("tabi:slo_total_events:rate{identity}")).concat();
    let raced = runs.iter().any(|(t, _)| scrapes.iter().any(|s| *s <= *t && *t - *s < numbers.races));
    if raced { per_scrape } else { 0.0 }
}

#[track_caller]
fn close(what: &str, got: f64, want: f64, bound: f64) {
    assert!((got - want).abs() <= bound + 1e-9 * want.abs().max(1.0), "{what}: {got}, not {want} ± {bound}");
    println!("{what}: {got:.6}, wanted {want:.6} ± {bound:.6}");
}

/// What the numbers of an SLI must be.
pub struct Expected {
    /// Its journey.
    pub journey: &'static str,
    /// Its step.
    pub step: &'static str,
    /// Matchers of the SLI and of its value of `by`.
    pub sli: &'static str,
    job: &'static str,
    total: f64,
    bad: f64,
    /// Events that one scrape brings.
    per_scrape: f64,
}

/// Every SLI whose counters are never reset.
pub fn expected(targets: &BTreeMap<&'static str, Target>) -> Vec<Expected> {
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
    /// Its series, where `sli` says which of its values of `by`.
    fn matchers(&self, sli: &str) -> String {
        format!("journey=\"{}\",step=\"{}\",{sli}", self.journey, self.step)
    }

    fn identity(&self) -> String {
        format!("{{{}}}", self.matchers(self.sli))
    }

    fn slack(&self, numbers: &Numbers) -> f64 {
        slack(numbers, self.job, &self.identity(), self.per_scrape)
    }

    /// Whether the numbers of the period have all of it.
    pub fn has_arrived(&self, numbers: &Numbers) -> bool {
        let left = numbers.find(&format!("last_over_time(tabi:slo_budget:remaining_ratio{}[15m])", self.identity()));
        let count = numbers.find(&format!("last_over_time(tabi:slo_events:count_period{}[15m])", self.identity()));
        left.is_some() && count.is_some_and(|count| (count - self.total).abs() <= self.slack(numbers) + 1e-6)
    }

    /// Compares all that the rules made of it.
    fn compare(&self, numbers: &Numbers) {
        let identity = self.identity();
        let (total, bad) = (self.total, self.bad);
        assert!(total > 30.0, "{identity}: the script did not run");
        let bound = self.slack(numbers);
        let events =
            |name: &str| numbers.value(&format!("60 * sum_over_time(tabi:slo_{name}_events:rate{identity}[1h])"));
        close(&format!("total of {identity}"), events("total"), total, bound);
        close(&format!("bad of {identity}"), events("bad"), bad, bound * bad / total);

        let (share, of_share) = (bad / total, 2.0 * bound / total);
        let sli = self.sli.split(',').next().expect("a part");
        let budget = numbers.value(&format!("last_over_time(tabi:slo_budget:ratio{{{}}}[15m])", self.matchers(sli)));
        let (burn, of_burn) = (share / budget, of_share / budget);
        let last = |name: &str| numbers.value(&format!("last_over_time({name}{identity}[15m])"));
        let window = shortest_burn(self.journey);
        close(&format!("{window} of {identity}"), last(&format!("tabi:slo_burn:rate{window}")), burn, of_burn);
        close(&format!("period of {identity}"), last("tabi:slo_errors:ratio_period"), share, of_share);
        close(&format!("count of {identity}"), last("tabi:slo_events:count_period"), total, bound);
        close(&format!("left of {identity}"), last("tabi:slo_budget:remaining_ratio"), 1.0 - burn, of_burn);

        if window != "1h" {
            return;
        }
        // in the minutes in which five minutes hold all events
        let events = |name: &str| numbers.samples(&format!("tabi:slo_{name}_events:rate{identity}")).concat();
        let seen: Vec<f64> = events("total").iter().filter(|(_, v)| *v > 0.0).map(|(t, _)| *t).collect();
        let (first, latest) = (seen[0], seen[seen.len() - 1]);
        let five: Vec<f64> = numbers
            .samples(&format!("tabi:slo_burn:rate5m{identity}"))
            .concat()
            .iter()
            .map(|(t, v)| (t - numbers.late, v))
            .filter(|(t, _)| *t >= latest && t - 300.0 < first)
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

/// What burns of a journey, by how much it may be off, and its budget.
struct ExpectedJourney {
    name: &'static str,
    budget: f64,
    share: f64,
    bound: f64,
}

/// Journeys, where all steps count: the probe and the queue of receipts were good all the time.
fn journeys(numbers: &Numbers, expected: &[Expected]) -> Vec<ExpectedJourney> {
    let of = |(name, budget)| {
        let mut steps: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
        for sli in expected.iter().filter(|e| e.journey == name && e.sli != "sli=\"fast\"") {
            let sum = steps.entry(sli.step).or_default();
            let slack = sli.slack(numbers);
            *sum = (sum.0 + sli.bad, sum.1 + sli.total, sum.2 + slack);
        }
        let share = 1.0 - steps.values().map(|(bad, total, _)| 1.0 - bad / total).product::<f64>();
        let bound: f64 = steps.values().map(|(_, total, slack)| 2.0 * slack / total).sum();
        ExpectedJourney { name, budget, share, bound }
    };
    [("checkout", 0.004), ("delivery", 0.16)].map(of).into()
}

/// Whether what is left of their budgets is known.
pub fn journeys_have_arrived(numbers: &Numbers, expected: &[Expected]) -> bool {
    journeys(numbers, expected).iter().all(|journey| {
        let series = format!("tabi:journey_budget:remaining_ratio{{journey=\"{}\"}}", journey.name);
        let left = numbers.find(&format!("last_over_time({series}[15m])"));
        let off = left.map(|left| (left - 1.0 + journey.share / journey.budget).abs());
        off.is_some_and(|off| off <= journey.bound / journey.budget + 1e-6)
    })
}

fn compare_journeys(numbers: &Numbers, expected: &[Expected]) {
    for ExpectedJourney { name: journey, budget, share, bound } in journeys(numbers, expected) {
        let of = |name: &str| numbers.value(&format!("last_over_time({name}{{journey=\"{journey}\"}}[15m])"));
        close(&format!("errors of {journey}"), of("tabi:journey_errors:ratio_period"), share, bound);
        let burn = format!("tabi:journey_burn:rate{}", shortest_burn(journey));
        close(&format!("burn of {journey}"), of(&burn), share / budget, bound / budget);
        let left = of("tabi:journey_budget:remaining_ratio");
        close(&format!("left of {journey}"), left, 1.0 - share / budget, bound / budget);
    }
}

/// What is measured in minutes: one at each evaluation, none bad.
fn compare_minutes(numbers: &Numbers) {
    for sli in [
        "journey=\"checkout\",step=\"login\"",
        "journey=\"checkout\",step=\"receipt\"",
        "journey=\"orders\",step=\"login\"",
    ] {
        let runs = numbers.value(&format!("count_over_time(tabi:slo_total_events:rate{{{sli}}}[1h])"));
        assert!(runs >= 6.0, "{sli}: {runs} evaluations");
        let events =
            |name: &str| numbers.value(&format!("60 * sum_over_time(tabi:slo_{name}_events:rate{{{sli}}}[1h])"));
        close(&format!("minutes of {sli}"), events("total"), runs, 0.0);
        close(&format!("bad minutes of {sli}"), events("bad"), 0.0, 0.0);
    }
}

/// A target that was replaced: what lies within two minutes of it is stretched. Two evaluations are, and each counts for half.
fn compare_restarted(numbers: &Numbers, orders: &Target) {
    assert!(orders.counted > 11, "the restart did not happen");
    let identity = "{journey=\"orders\",step=\"list\"}";
    for (name, part, per_scrape) in [("total", "", 100.0), ("bad", "500", 10.0)] {
        let truth = orders.happened(part);
        let bound = truth * SCRAPE / (120.0 - SCRAPE) + per_scrape + slack(numbers, "orders", identity, per_scrape);
        let events = numbers.value(&format!("60 * sum_over_time(tabi:slo_{name}_events:rate{identity}[1h])"));
        close(&format!("{name} of orders"), events, truth, bound);
    }
}

/// Nothing serves the native histogram of the results: the journey has no number, and somebody will be told.
fn nothing_is_known_of_results(numbers: &Numbers) {
    assert!(numbers.query("tabi:slo_total_events:rate{journey=\"search\",step=\"results\"}").is_empty());
    assert!(numbers.query("tabi:journey_burn:rate1h{journey=\"search\"}").is_empty());
    let dark = numbers.query("ALERTS{alertname=\"SLONoData\"}");
    assert_eq!(dark.len(), 1, "{dark:?}");
    assert_eq!(dark[0]["metric"]["step"], "results", "{dark:?}");
}

/// Compares all.
pub fn compare(numbers: &Numbers, targets: &BTreeMap<&'static str, Target>) {
    let expected = expected(targets);
    for sli in &expected {
        sli.compare(numbers);
    }
    compare_journeys(numbers, &expected);
    compare_minutes(numbers);
    compare_restarted(numbers, &targets["orders"]);
    nothing_is_known_of_results(numbers);
}
