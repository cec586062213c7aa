//! The fragment for Alertmanager: valid inside a whole configuration, and in a real Alertmanager it silences what it is for, and nothing else.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;

use common::process::Server;
use common::{Compiled, compile_directory, compile_text, examples, http, rules, tool};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

type Labels = BTreeMap<String, String>;

/// A whole configuration with the fragment in it.
fn configuration(directory: &Path, fragment: &str) -> PathBuf {
    let path = directory.join("alertmanager.yml");
    let head = "route: {receiver: all, group_by: ['...']}\nreceivers: [{name: all}]\n";
    std::fs::write(&path, format!("{head}{fragment}")).expect("a written configuration");
    path
}

#[test]
fn amtool_accepts_the_fragment_of_every_example() {
    for example in examples() {
        let compiled = compile_directory(&example);
        let directory = tempfile::tempdir().expect("a directory");
        let path = configuration(directory.path(), &compiled.inhibit().text);
        let output = Command::new(tool("amtool")).arg("check-config").arg(&path).output().expect("amtool runs");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}:\n{said}", example.display());
        let count = compiled.inhibit().text.matches("source_matchers").count();
        assert!(count > 0 && said.contains(&format!("{count} inhibit rules")), "{count}:\n{said}");
    }
}

/// Every matcher of both sides names our alerts and the journey, and the journey must be equal.
#[test]
fn no_inhibition_can_reach_strangers() {
    for example in examples() {
        let fragment: Value = serde_yaml::from_str(&compile_directory(&example).inhibit().text).expect("YAML");
        for rule in fragment["inhibit_rules"].as_array().expect("rules") {
            for side in ["source_matchers", "target_matchers"] {
                let matchers: Vec<&str> =
                    rule[side].as_array().expect("matchers").iter().filter_map(Value::as_str).collect();
                for start in ["alertname=", "journey=\"", "severity=\""] {
                    assert!(matchers.iter().any(|m| m.starts_with(start)), "{side} without {start}: {rule}");
                }
            }
            assert!(rule["equal"].as_array().is_some_and(|e| e.contains(&json!("journey"))), "{rule}");
        }
    }
}

const SOURCE: &str = r#"
user journey shop {
  step cart {
    sli available {
      bad    cart_total{job="a", code="500"}
      total  cart_total{job="a"}
      target 99%
    }
    sli fast {
      latency cart_seconds{job="a"} under 1s
      target  99%
    }
  }
  step sync {
    sli done {
      bad    sync_total{job="a", code="500"}
      total  sync_total{job="a"}
      by     dest
      target 99%
    }
  }
  target 98%
}
user journey search {
  step cart {
    sli available {
      bad    search_total{job="a", code="500"}
      total  search_total{job="a"}
      target 99%
    }
  }
}
"#;

/// The static labels of an alert of the rules, as they are emitted.
fn emitted(compiled: &Compiled, journey: &str, name: &str, severity: &str, long: Option<&str>) -> Labels {
    let file = compiled.rules().find(|f| f.path.ends_with(&format!("/{journey}.yml"))).expect("a file of the journey");
    let file = rules::read(&file.text);
    let found: Vec<_> = file
        .groups
        .iter()
        .flat_map(|g| &g.rules)
        .filter(|r| r.alert.as_deref() == Some(name) && r.labels["severity"] == severity)
        .filter(|r| long.is_none() || r.labels.get("long").map(String::as_str) == long)
        .collect();
    assert_eq!(found.len(), 1, "{journey}: {name} {severity} {long:?}");
    let mut labels = found[0].labels.clone();
    labels.insert("alertname".to_string(), name.to_string());
    labels
}

fn with(mut labels: Labels, more: &[(&str, &str)]) -> Labels {
    labels.extend(more.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())));
    labels
}

struct Alertmanager {
    server: Server,
    _directory: tempfile::TempDir,
    compiled: Compiled,
}

impl Alertmanager {
    fn start() -> Alertmanager {
        let compiled = compile_text(SOURCE);
        let directory = tempfile::tempdir().expect("a directory");
        let path = configuration(directory.path(), &compiled.inhibit().text);
        let port = http::free_port();
        let mut command = Command::new(tool("prometheus-alertmanager"));
        command
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.path={}", directory.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=");
        let server = Server::start(command, port, "/-/ready", &directory.path().join("alertmanager.log"));
        Alertmanager { server, _directory: directory, compiled }
    }

    fn post(&self, alerts: &[Labels], ended: bool) {
        // far from now on both sides, so that no clock is needed
        let ends = if ended { "2001-01-01T00:00:00Z" } else { "2199-01-01T00:00:00Z" };
        let body: Vec<Value> = alerts
            .iter()
            .map(|labels| json!({"labels": labels, "startsAt": "2000-01-01T00:00:00Z", "endsAt": ends}))
            .collect();
        let body = serde_json::to_string(&body).expect("JSON");
        let (status, answer) =
            http::request(self.server.port, "POST", "/api/v2/alerts", &body).expect("Alertmanager answers");
        assert_eq!(status, 200, "{answer}");
    }

    /// Lets all of these alerts fire and looks which are silent. The inhibitor hears of alerts a moment after they are posted, so it is asked
    /// until the answer is right in six looks in a row; for how long it may be wrong is bounded.
    fn check(&self, why: &str, alerts: &[Labels], silent: &[usize]) {
        let silent: BTreeSet<usize> = silent.iter().copied().collect();
        self.post(alerts, false);
        let start = Instant::now();
        let mut right = 0;
        while right < 6 {
            std::thread::sleep(Duration::from_millis(100));
            let all = http::get(self.server.port, "/api/v2/alerts");
            let all = all.as_array().expect("a list");
            let of = |labels: &Labels| {
                all.iter().find(|a| a["labels"] == json!(labels)).map(|a| {
                    let by = a["status"]["inhibitedBy"].as_array().is_some_and(|by| !by.is_empty());
                    assert_eq!(by, a["status"]["state"] == "suppressed", "{a}");
                    by
                })
            };
            let states: Option<Vec<bool>> = alerts.iter().map(of).collect();
            let found: Option<BTreeSet<usize>> =
                states.map(|s| s.into_iter().enumerate().filter(|(_, s)| *s).map(|(i, _)| i).collect());
            right = if found.as_ref() == Some(&silent) { right + 1 } else { 0 };
            assert!(start.elapsed() < Duration::from_secs(15), "{why}: silent are {found:?}, not {silent:?}");
        }
        self.post(alerts, true);
    }

    fn burn(&self, journey: &str, step: &str, sli: &str, severity: &str, long: &str) -> Labels {
        let labels = emitted(&self.compiled, journey, "SLOBudgetBurn", severity, Some(long));
        with(labels, &[("audience", "user"), ("step", step), ("sli", sli)])
    }

    fn journey(&self, severity: &str, long: &str) -> Labels {
        with(emitted(&self.compiled, "shop", "JourneyBudgetBurn", severity, Some(long)), &[("audience", "user")])
    }
}

#[test]
fn alertmanager_silences_what_says_the_same_and_nothing_else() {
    let am = Alertmanager::start();
    let cart = |severity, long| am.burn("shop", "cart", "available", severity, long);
    let page = cart("page", "1h");
    let low = with(
        emitted(&am.compiled, "shop", "SLOBudgetLow", "ticket", None),
        &[("audience", "user"), ("step", "cart"), ("sli", "available")],
    );
    let check = |why: &str, alerts: &[Labels], silent: &[usize]| am.check(why, alerts, silent);

    check(
        "a page silences its slower page and its tickets",
        &[page.clone(), cart("page", "6h"), cart("ticket", "1d"), cart("ticket", "3d"), low.clone()],
        &[1, 2, 3, 4],
    );
    check("the faster of two tickets", &[cart("ticket", "1d"), cart("ticket", "3d")], &[1]);
    check("a slower row silences no faster one", &[cart("page", "6h"), cart("ticket", "1d")], &[1]);
    check("tickets silence no page", &[cart("page", "6h"), cart("ticket", "3d"), low.clone()], &[1, 2]);
    check("a low budget silences nothing", &[low, cart("ticket", "3d")], &[]);

    let journey = am.journey("page", "1h");
    check(
        "the page of an SLI silences that of its journey",
        &[page.clone(), journey.clone(), am.journey("page", "6h")],
        &[1, 2],
    );
    check("a ticket of an SLI does not", &[cart("ticket", "1d"), journey.clone()], &[]);
    check("the journey's page silences no SLI", &[journey.clone(), cart("page", "6h")], &[0]);
    check(
        "the journey's rows among themselves",
        &[journey.clone(), am.journey("page", "6h"), am.journey("ticket", "1d")],
        &[1, 2],
    );

    let fast = |severity, long| am.burn("shop", "cart", "fast", severity, long);
    check("another SLI", &[page.clone(), fast("page", "6h"), fast("ticket", "1d")], &[2]);
    let other = |severity, long| am.burn("search", "cart", "available", severity, long);
    check(
        "another journey with the same step and SLI",
        &[page.clone(), other("page", "6h"), other("ticket", "1d")],
        &[2],
    );

    let sync = |severity, long, dest: &str| with(am.burn("shop", "sync", "done", severity, long), &[("dest", dest)]);
    check(
        "every value of `by` for itself",
        &[
            sync("page", "1h", "east"),
            sync("page", "6h", "east"),
            sync("page", "6h", "west"),
            sync("ticket", "1d", "west"),
        ],
        &[1, 3],
    );
    check(
        "no data is never silenced",
        &[
            page.clone(),
            with(
                emitted(&am.compiled, "shop", "SLONoData", "ticket", None),
                &[("audience", "user"), ("step", "cart"), ("sli", "available")],
            ),
        ],
        &[],
    );

    strangers(&am, &page);
}

/// Alerts of others beside ours: with the same labels but another name, or without most labels.
fn strangers(am: &Alertmanager, page: &Labels) {
    let strange = |pairs: &[(&str, &str)]| with(Labels::new(), pairs);
    let all = [
        page.clone(),
        strange(&[("alertname", "HostDown"), ("severity", "ticket")]),
        strange(&[("alertname", "HostDown"), ("severity", "page")]),
        strange(&[("alertname", "ErrorBudgetBurn"), ("severity", "ticket"), ("long", "6h"), ("journey", "shop")]),
        with(page.clone(), &[("alertname", "SLOMetricAbsent"), ("severity", "ticket"), ("long", "6h")]),
        // a name like ours, without a journey
        strange(&[("alertname", "SLOBudgetBurn"), ("severity", "ticket"), ("long", "1d")]),
        // ours, of another audience
        with(am.burn("shop", "cart", "available", "ticket", "1d"), &[("audience", "developer")]),
    ];
    am.check("strangers are never silenced", &all, &[]);
    // and they silence none of ours
    let ours = [
        strange(&[
            ("alertname", "HostDown"),
            ("severity", "page"),
            ("journey", "shop"),
            ("audience", "user"),
            ("long", "1h"),
        ]),
        strange(&[("alertname", "SLOBudgetBurn"), ("severity", "page"), ("long", "1h")]),
        am.burn("shop", "cart", "available", "ticket", "1d"),
        am.journey("page", "6h"),
    ];
    am.check("strangers silence none of ours", &ours, &[]);
}
