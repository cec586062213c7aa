//! The rules of small sources, input and output together.

use tabi::project::{Options, in_memory};

/// Compiles one file and gives the rules (of all groups) whose name and labels contain one of `wanted`, as YAML.
fn rules(source: &str, wanted: &[&str]) -> String {
    let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), source.to_string())]);
    let options = Options::default();
    let (model, more) = tabi::compile(&mut sources, &units, &options, false);
    found.extend(more);
    found.retain(|d| d.severity == tabi::diagnostic::Severity::Error);
    assert!(found.is_empty(), "{found:#?}");
    let mut out = format!("{}\n────\n", source.trim());
    for i in 0..model.journeys.len() {
        let (_, text) = tabi::emit::file(&model, &sources, &options, i);
        for rule in text.split("\n      - ").skip(1) {
            let rule = rule.split("\n  #").next().unwrap_or(rule).trim_end();
            if wanted.iter().any(|w| rule.contains(w)) {
                out.push_str(&rule.replace("\n        ", "\n"));
                out.push_str("\n\n");
            }
        }
    }
    out.trim_end().to_string() + "\n"
}

/// The rules of level 1 of an SLI with this body.
fn level_one(body: &str) -> String {
    let source = format!(
        "user journey shop {{\n  step pay {{\n    sli x {{\n      {body}\n      target 99.9%\n    }}\n  }}\n}}"
    );
    rules(&source, &["_events:rate\n", "_events:rate\nexpr"])
}

macro_rules! snapshot {
    ($name:ident, $value:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $value);
        }
    };
}

snapshot!(
    measure_good_total,
    level_one("good   http_requests_total{job=\"pay\", code!~\"5..\"}\n      total  http_requests_total{job=\"pay\"}")
);
snapshot!(
    measure_bad_total_by,
    level_one("bad    x_total{code=\"500\"}\n      total  x_total\n      by     zone, dest")
);
snapshot!(measure_good_bad, level_one("good   sent_total{job=\"mail\"}\n      bad    failed_total{job=\"mail\"}"));
snapshot!(
    measure_promql,
    level_one(
        "good   `sum by (dest) (rate(ok_total[$window]))`\n      total  `rate(all_total[$window])`\n      by     dest"
    )
);
snapshot!(measure_latency, level_one("latency http_request_duration_seconds{job=\"pay\"} under 1s"));
snapshot!(
    measure_latency_milliseconds,
    level_one("latency istio_request_duration_milliseconds{reporter=\"source\"} under 300ms")
);
snapshot!(
    measure_latency_native,
    level_one("latency   http_request_duration_seconds{job=\"pay\"} under 300ms\n      histogram native")
);
snapshot!(measure_up, level_one("up     probe_success{job=\"blackbox\"}"));
snapshot!(measure_age, level_one("age    backup_timestamp_seconds under 26h"));
snapshot!(measure_holds, level_one("holds  `queue_length < 5`"));
snapshot!(pushed_counters, level_one("bad      x_total{code=\"500\"}\n      total    x_total\n      counters pushed"));
snapshot!(
    slow_scrapes_widen_the_range,
    level_one("bad    x_total{code=\"500\"}\n      total  x_total\n      scrape 5m")
);
snapshot!(exclusion, level_one("up      probe_success\n      exclude `maintenance == 1`"));

const THREE_STEPS: &str = r"user journey shop {
  compose COMPOSE

  step cart {
    weight 3

    sli a { up cart_up target 99% }
    sli b { up cart_fast target 95% weight 0 }
  }

  step pay {
    sli a { up pay_up target 99.5% }
  }

  step look {
    weight 0

    sli a { up look_up target 90% }
  }

  target 98%
}";

fn composed(how: &str) -> String {
    rules(
        &THREE_STEPS.replace("COMPOSE", how),
        &["journey_burn:rate1h\n", "journey_errors", "journey_budget:remaining"],
    )
}

snapshot!(compose_all, composed("all"));
snapshot!(compose_weakest, composed("weakest"));
snapshot!(compose_weighted, composed("weighted"));
snapshot!(
    compose_with_by,
    rules(
        "user journey shop {\n  step cart {\n    sli a { up cart_up target 99% by zone }\n  }\n\n  target 98%\n}",
        &["journey_burn:rate1h\n", "journey_burn:rate1d\n", "journey_errors"]
    )
);
snapshot!(
    windows_and_periods,
    rules(
        "user journey shop {\n  step a { sli x { up a_up target 99% } }\n}",
        &["slo_burn", "count", "slo_errors", "slo_budget:remaining"]
    )
);
snapshot!(
    periods_beyond_a_month,
    rules(
        "user journey shop {\n  window 90d\n\n  step a { sli x { up a_up target 99% } }\n}",
        &["count", "slo_errors"]
    )
);
snapshot!(
    alerts_of_one_journey,
    rules(
        "user journey shop \"Shop\" {\n  owner   payments\n  runbook \"https://r.example.com/$journey/$step\"\n  labels { tier \"1\" }\n\n  step a { sli x { up a_up target 99% } }\n\n  target 98%\n}",
        &["alert: "]
    )
);
snapshot!(
    rows_that_differ,
    rules(
        "user journey shop {\n  step a {\n    sli x { up a_up target 99% }\n    sli low { up b_up target 60% }\n  }\n\n  step b {\n    sli x { up c_up target 99% alerts { page 3% in 2h need 10 no_data 1h page left 10% page } }\n  }\n}",
        &["alert: "]
    )
);
snapshot!(
    delivery_blocked,
    rules(
        "user journey shop {\n  step a { sli x { up a_up target 99% } }\n}\n\ndeveloper journey ship {\n  delivers shop\n  alerts { page off }\n\n  step build { sli green { bad b_total{r=\"failed\"} total b_total target 90% } }\n}",
        &["DeliveryBlocked", "tabi_delivers_info", "tabi_journey_info"]
    )
);
snapshot!(
    constants,
    rules(
        "user journey shop \"買い物\" {\n  owner \"team a\"\n\n  step a \"カート\" { sli x { holds `q < 5` target 99.95% } }\n\n  target 99%\n}",
        &["vector("]
    )
);

/// Two sites, of which one ships, and an SLI that neither measures.
const SITES: &str = r#"site tokyo { external_labels { account "1", region "a" } }
site osaka { external_labels { account "2", region "b" } }

user journey shop {
  alerts {
    page    2% in 1h
    ticket  off
    left    off
  }

  step pay {
    at tokyo, osaka

    sli ok {
      good   http_requests_total{job="pay", code!~"5.."}
      total  http_requests_total{job="pay"}
      by     zone
      target 99.9%
    }
  }

  step ship {
    at tokyo

    sli sent {
      bad     `sum(rate(lost_total[$window]))`
      total   `sum(rate(parcels_total{kind="big"}[$window]))`
      exclude `holiday == 1`
      target  99%
    }
  }

  step mail {
    sli up {
      up     mail_up
      target 99%
    }
  }

  target 98%
}"#;

/// Every rule file of a project with sites, without titles and annotations.
fn of_sites(central: bool) -> String {
    rules_of_sites(SITES, central)
}

fn rules_of_sites(source: &str, central: bool) -> String {
    let (mut sources, units, found) = in_memory(&[("test.tabi".to_string(), source.to_string())]);
    let options = Options { central, ..Options::default() };
    let (model, _) = tabi::compile(&mut sources, &units, &options, !found.is_empty());
    let mut out = format!("{source}\n────\n");
    for i in 0..tabi::emit::count(&model, &options) {
        let (path, text) = tabi::emit::file(&model, &sources, &options, i);
        out.push_str("── ");
        out.push_str(&path);
        out.push('\n');
        for rule in text.split("\n      - ").skip(1).filter(|r| !r.starts_with("record: tabi_slo_info")) {
            let rule =
                rule.split("\n  #").next().unwrap_or(rule).split("\n        annotations:").next().unwrap_or(rule);
            out.push_str(&rule.trim_end().replace("\n        ", "\n"));
            out.push_str("\n\n");
        }
    }
    out
}

snapshot!(sites_each, of_sites(false));
snapshot!(sites_central, of_sites(true));

/// What is sent every five minutes may be older than that when it is looked for, at every evaluation: a site that lives would be missed for ever.
#[test]
fn what_sites_send_rarely_is_looked_for_longer() {
    let at = |evaluate: &str| rules_of_sites(&format!("defaults {{ evaluate {evaluate} }}\n{SITES}"), false);
    let longer = "last_over_time(tabi:slo_budget:ratio{journey=\"shop\",account!=\"\",region!=\"\"}[7m])";
    assert!(at("5m").contains(longer));
    assert!(!at("4m").contains("last_over_time(tabi:slo_budget:ratio"));
}

/// What tells sites apart is not there when it is empty, and alerts may not all have the same.
#[test]
fn labels_of_sites_stand_for_themselves() {
    let said = |source: &str, label: Option<&str>| -> Vec<String> {
        let (mut sources, units, _) = in_memory(&[("test.tabi".to_string(), source.to_string())]);
        let place =
            tabi::source::Place { file: tabi::source::FileId(0), span: tabi::source::Span { start: 0, end: 1 } };
        let label_places = label.map(|l| (l.to_string(), place)).into_iter().collect();
        let options = Options { label_places, ..Options::default() };
        let (_, found) = tabi::compile(&mut sources, &units, &options, false);
        let errors = found.iter().filter(|d| d.severity == tabi::diagnostic::Severity::Error);
        errors.map(|d| format!("{}: {}", d.name(), d.message)).collect()
    };
    assert_eq!(said(SITES, Some("team")), [""; 0]);
    assert_eq!(
        said(SITES, Some("region")),
        ["reserved-label: the label `region` cannot be declared: it tells the sites apart"]
    );
    assert_eq!(
        said(&SITES.replace("\"b\"", "\"\""), None),
        ["site-labels: `region` of `osaka` is empty: to Prometheus a label without a value is not there"]
    );
}

#[test]
fn inhibition_names_one_journey_each() {
    let source = "user journey shop {\n  step a { sli x { up a_up target 99% by zone } }\n\n  target 98%\n}";
    let (mut sources, units, _) = in_memory(&[("test.tabi".to_string(), source.to_string())]);
    let options = Options::default();
    let (model, _) = tabi::compile(&mut sources, &units, &options, false);
    let (_, text) = tabi::emit::file(&model, &sources, &options, 1);
    insta::assert_snapshot!("inhibition", format!("{source}\n────\n{text}"));
}
