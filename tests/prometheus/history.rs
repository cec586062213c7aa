//! The rules over hours of history in a real TSDB, without waiting for them: raw samples become blocks, and `promtool` evaluates the recording rules
//! over them, level by level, each over what the levels before it wrote. Unlike in `promtool test rules`, groups run at intervals and offsets of
//! their own here: the offset comes from the names of group and file, so it is the same in every run.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

#[path = "../common/mod.rs"]
mod common;

use common::backfill::{self, Span};
use common::process::Server;
use common::rules::{self, Rule};
use common::{compile_text, http};
use std::fmt::Write as _;
use std::path::Path;

const SOURCE: &str = r#"
user journey shop {
  target 95%

  step cart {
    sli available {
      bad    cart_total{job="shop", code="500"}
      total  cart_total{job="shop"}
      target 99%
    }
  }

  step pay {
    sli fast {
      latency pay_seconds{job="shop"} under 300ms
      target  98%
    }
  }

  step mail {
    sli sent {
      good   mail_sent_total{job="shop"}
      bad    mail_failed_total{job="shop"}
      target 97%
    }
  }
}
"#;

/// The first second of the history, at the edge of a block of two hours.
const BEGIN: u64 = 1_700_006_400;
/// How long it is.
const LENGTH: u64 = 5 * 3600;
/// Nothing happens this long at both ends.
const REST: u64 = 1800;
/// A counter: when it was scraped and what it said.
#[derive(Default)]
struct Counter(Vec<(u64, u64)>);

impl Counter {
    /// What was last seen at a time.
    fn at(&self, time: f64) -> f64 {
        self.0.iter().rev().find(|(t, _)| *t as f64 <= time).map_or(0, |(_, v)| *v) as f64
    }

    fn total(&self) -> f64 {
        self.0.last().map_or(0, |(_, v)| *v) as f64
    }

    /// What an hour of evaluations that ends at one of them counts: each difference over two minutes for half, so that all but the ends cancel
    /// out. On Prometheus 2 a range holds its left end.
    fn hour(&self, end: f64) -> f64 {
        let begin = end - 3600.0;
        (self.at(end) + self.at(end - 60.0) - self.at(begin - 60.0) - self.at(begin - 120.0)) / 2.0
    }
}

/// All counters of the shop: day and night, and failures that come in waves.
struct World {
    cart: Counter,
    cart_bad: Counter,
    pay: Counter,
    pay_fast: Counter,
    mail: Counter,
    mail_bad: Counter,
}

impl World {
    fn new() -> World {
        let mut counters: [Counter; 6] = std::array::from_fn(|_| Counter::default());
        let mut values = [0_u64; 6];
        let mut random = 5_u64;
        let mut below = |most: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % most
        };
        for time in (0..=LENGTH).step_by(30) {
            if (REST..LENGTH - REST).contains(&time) {
                let busy = if time / 3600 % 2 == 0 { 40 } else { 3 };
                let wave = time / 900 % 3 == 0;
                values[0] += below(busy);
                values[1] += if wave { below(3) } else { 0 };
                let paid = below(busy);
                values[2] += paid;
                values[3] += if wave { paid - below(paid + 1) } else { paid };
                values[4] += below(5);
                values[5] += u64::from(wave && below(9) == 0);
            }
            for (counter, value) in counters.iter_mut().zip(values) {
                counter.0.push((BEGIN + time + 13, value));
            }
        }
        let [cart, cart_bad, pay, pay_fast, mail, mail_bad] = counters;
        World { cart, cart_bad, pay, pay_fast, mail, mail_bad }
    }

    /// As `promtool` reads samples. What counts failures is born with the first of them; at times with more than one.
    fn text(&self) -> String {
        let series = |out: &mut String, name: &str, labels: &str, counter: &Counter, born: bool| {
            for (time, value) in counter.0.iter().filter(|(_, v)| !born || *v > 0) {
                let _ = writeln!(out, "{name}{{job=\"shop\",instance=\"a\"{labels}}} {value} {time}");
            }
        };
        let mut out = String::from("# TYPE up gauge\n");
        for (time, _) in &self.cart.0 {
            let _ = writeln!(out, "up{{job=\"shop\",instance=\"a\"}} 1 {time}");
        }
        out.push_str("# TYPE cart counter\n");
        series(&mut out, "cart_total", ",code=\"200\"", &self.cart, false);
        series(&mut out, "cart_total", ",code=\"500\"", &self.cart_bad, true);
        out.push_str("# TYPE mail_sent counter\n");
        series(&mut out, "mail_sent_total", "", &self.mail, false);
        out.push_str("# TYPE mail_failed counter\n");
        series(&mut out, "mail_failed_total", "", &self.mail_bad, true);
        out.push_str("# TYPE pay_seconds_bucket unknown\n");
        series(&mut out, "pay_seconds_bucket", ",le=\"0.3\"", &self.pay_fast, false);
        out.push_str("# TYPE pay_seconds_count unknown\n");
        series(&mut out, "pay_seconds_count", "", &self.pay, false);
        out.push_str("# EOF\n");
        out
    }

    /// The SLIs with total and bad.
    fn slis(&self) -> [(&'static str, f64, f64, f64); 3] {
        let (cart, pay, mail) = (self.cart.total(), self.pay.total(), self.mail.total());
        let bad = [self.cart_bad.total(), pay - self.pay_fast.total(), self.mail_bad.total()];
        [("cart", 0.01, cart + bad[0], bad[0]), ("pay", 0.02, pay, bad[1]), ("mail", 0.03, mail + bad[2], bad[2])]
    }
}

/// Evaluates all recording rules.
fn evaluate_all(directory: &Path) {
    let compiled = compile_text(SOURCE);
    let file = rules::read(&compiled.rules().next().expect("a journey").text);
    let of_group = |g: rules::Group| {
        let seconds = g.seconds();
        g.rules.into_iter().filter(|r| r.record.is_some()).map(move |r| (seconds, r))
    };
    let all: Vec<(u64, Rule)> = file.groups.into_iter().flat_map(of_group).collect();
    let levels = backfill::evaluate_all(directory, &all, Span { begin: BEGIN, length: LENGTH });
    assert!((5..=10).contains(&levels), "{levels} levels");
}

fn query(server: &Server, expr: &str, time: f64) -> serde_json::Value {
    let answer = http::get(server.port, &format!("/api/v1/query?time={time}&query={}", http::escape(expr)));
    let found = answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{expr}: {answer}"));
    assert_eq!(found.len(), 1, "{expr}: {answer}");
    found[0].clone()
}

/// The one value of an expression at a time.
fn value(server: &Server, expr: &str, time: f64) -> f64 {
    let found = query(server, expr, time);
    found["value"][1].as_str().and_then(|v| v.parse().ok()).unwrap_or_else(|| panic!("{expr}: {found}"))
}

/// When a series has samples: at every turn and as many as there should be. `promtool` would say nothing of one that it dropped.
#[track_caller]
fn evaluations(server: &Server, series: &str, interval: u64) -> Vec<f64> {
    let found = query(server, &format!("{series}[6h]"), (BEGIN + LENGTH) as f64);
    let times: Vec<f64> =
        found["values"].as_array().expect("samples").iter().map(|v| v[0].as_f64().expect("a time")).collect();
    assert!(times.len() as u64 + 2 > LENGTH / interval, "{} evaluations of {series}", times.len());
    for pair in times.windows(2) {
        assert!((pair[1] - pair[0] - interval as f64).abs() < 0.01, "{series}: nothing between {pair:?}");
    }
    times
}

#[track_caller]
fn equal(what: &str, got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{what}: {got}, not {want}");
}

#[test]
fn hours_of_history_are_counted_to_the_event() {
    let directory = tempfile::tempdir().expect("a directory");
    let world = World::new();
    backfill::samples(directory.path(), &world.text());
    evaluate_all(directory.path());

    let server = backfill::prometheus(directory.path());
    let end = (BEGIN + LENGTH) as f64;
    let mut journey = 1.0;
    for (step, budget, total, bad) in world.slis() {
        assert!(total > 500.0 && bad > 10.0, "{step}: {bad} of {total}: nothing to count");
        let of = format!("{{journey=\"shop\",step=\"{step}\"}}");
        for series in ["total", "bad"] {
            evaluations(&server, &format!("tabi:slo_{series}_events:rate{of}"), 60);
            evaluations(&server, &format!("tabi:slo_{series}_events:count5m{of}"), 300);
        }
        for (series, truth) in [("total", total), ("bad", bad)] {
            let sum =
                |name: &str| value(&server, &format!("sum_over_time(tabi:slo_{series}_events:{name}{of}[6h])"), end);
            equal(&format!("{series} of {step}"), 60.0 * sum("rate"), truth);
            equal(&format!("{series} of {step}, copied"), sum("count5m"), truth);
        }
        let last = |name: &str| value(&server, &format!("last_over_time({name}{of}[15m])"), end);
        equal("count of the period", last("tabi:slo_events:count_period"), total);
        equal("errors of the period", last("tabi:slo_errors:ratio_period"), bad / total);
        equal("left", last("tabi:slo_budget:remaining_ratio"), 1.0 - bad / total / budget);
        equal("burn of a day", last("tabi:slo_burn:rate1d"), bad / total / budget);
        equal("burn of six hours", last("tabi:slo_burn:rate6h"), bad / total / budget);
        journey *= 1.0 - bad / total;
    }
    let of_journey = |name: &str| value(&server, &format!("last_over_time({name}{{journey=\"shop\"}}[15m])"), end);
    equal("journey", of_journey("tabi:journey_errors:ratio_period"), 1.0 - journey);
    equal("journey of a day", of_journey("tabi:journey_burn:rate1d"), (1.0 - journey) / 0.05);
    equal("left of the journey", of_journey("tabi:journey_budget:remaining_ratio"), 1.0 - (1.0 - journey) / 0.05);

    // an hour, at many moments
    let times = evaluations(&server, "tabi:slo_total_events:rate{step=\"cart\"}", 60);
    for time in times.iter().skip(100).take(170).step_by(10) {
        let burn = |step: &str| value(&server, &format!("tabi:slo_burn:rate1h{{step=\"{step}\"}}"), *time);
        let (cart, bad) = (world.cart.hour(*time), world.cart_bad.hour(*time));
        equal(&format!("cart at {time}"), burn("cart"), bad / (cart + bad) / 0.01);
        let (pay, fast) = (world.pay.hour(*time), world.pay_fast.hour(*time));
        equal(&format!("pay at {time}"), burn("pay"), (pay - fast) / pay / 0.02);
    }
}
