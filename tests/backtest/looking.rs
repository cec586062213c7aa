//! What is asked for, and what is said of selectors that match nothing.

use super::common::compile_text;
use std::collections::BTreeMap;
use tabi::backtest::ask::{self, Role, Sought};
use tabi::backtest::look::{Looked, Series, look};
use tabi::model::Model;
use tabi::plan::Plan;
use tabi::project::Options;

fn model(slis: &str) -> Model {
    compile_text(&format!("user journey shop {{\n  target 99%\n  step pay {{\n{slis}\n  }}\n}}\n")).model
}

const ALL: &str = r#"
sli answers { good pay_total{job="shop", code!="500"}
  total pay_total{job="shop"}
  target 99% }
sli refused { good `sum(rate(ok_total[$window]))`
  bad pay_total{code="500"}
  exclude `maintenance{job="cron"} == 1`
  target 99% }
sli fast { latency pay_seconds{job="shop"} under 1s
  by code
  target 99% }
sli queue { holds `max by (job) (depth{job="q"}) < 5`
  target 99% }
sli there { up up{job="shop"}
  target 99% }
"#;

#[test]
fn expressions_read_raw_series_alone() {
    let model = model(ALL);
    let options = Options::default();
    let plan = Plan { model: &model, options: &options, journey: &model.journeys[0] };
    for member in plan.journey.members() {
        let texts = ask::level_one(&plan, &member, None);
        for text in &texts {
            promql_parser::parser::parse(text).expect(text);
            assert!(!text.contains("tabi:"), "{text}");
        }
        assert_ne!(texts[0], texts[1]);
    }
    let [total, bad] = ask::level_one(&plan, &plan.journey.members()[0], None);
    assert!(!total.contains("code") && bad.contains("code"), "total comes first");
}

#[test]
fn every_selector_is_looked_for() {
    let model = model(ALL);
    let options = Options::default();
    let plan = Plan { model: &model, options: &options, journey: &model.journeys[0] };
    let shown: Vec<Vec<String>> = model.journeys[0]
        .members()
        .iter()
        .map(|m| {
            ask::selectors(&plan, m, None).iter().map(|s| format!("{} {}", s.role.text(), s.selector.text())).collect()
        })
        .collect();
    let up = r#"up up{job="shop"}"#;
    assert_eq!(shown[0], [r#"good pay_total{job="shop",code!="500"}"#, r#"total pay_total{job="shop"}"#, up]);
    assert_eq!(
        shown[1],
        ["good ok_total", r#"bad pay_total{code="500"}"#, "up up", r#"exclude maintenance{job="cron"}"#]
    );
    let bucket = r#"bucket pay_seconds_bucket{job="shop",le=~"1([.]0)?"}"#;
    assert_eq!(shown[2], [r#"count pay_seconds_count{job="shop"}"#, bucket, up]);
    assert_eq!(shown[3], [r#"reads depth{job="q"}"#]);
    assert_eq!(shown[4], [r#"reads up{job="shop"}"#]);
}

/// Series as a Prometheus has them.
struct Known(Vec<BTreeMap<String, String>>);

impl Known {
    /// `pay_total job=shop code=200`
    fn of(lines: &[&str]) -> Known {
        let of = |line: &&str| {
            let (name, labels) = line.split_once(' ').unwrap_or((line, ""));
            let pairs = labels.split(' ').filter_map(|pair| pair.split_once('='));
            let mut series: BTreeMap<String, String> = pairs.map(|(k, v)| (k.to_string(), v.to_string())).collect();
            series.insert("__name__".to_string(), name.to_string());
            series
        };
        Known(lines.iter().map(of).collect())
    }

    fn matching(&self, selector: Option<&str>) -> Vec<&BTreeMap<String, String>> {
        let Some(selector) = selector else { return self.0.iter().collect() };
        let promql_parser::parser::Expr::VectorSelector(wanted) =
            promql_parser::parser::parse(selector).expect(selector)
        else {
            panic!("{selector}");
        };
        let fits = |series: &&BTreeMap<String, String>| {
            let value = |name: &str| series.get(name).map_or("", String::as_str);
            wanted.name.as_ref().is_none_or(|name| name == value("__name__"))
                && wanted.matchers.matchers.iter().all(|m| m.is_match(value(&m.name)))
        };
        self.0.iter().filter(fits).collect()
    }
}

impl Series for Known {
    fn any(&self, selector: &str) -> Result<bool, String> {
        Ok(!self.matching(Some(selector)).is_empty())
    }
    fn values(&self, label: &str, selector: Option<&str>) -> Result<Vec<String>, String> {
        let found: std::collections::BTreeSet<String> =
            self.matching(selector).iter().filter_map(|s| s.get(label).cloned()).collect();
        Ok(found.into_iter().collect())
    }
    fn labels(&self, selector: &str) -> Result<Vec<String>, String> {
        let found: std::collections::BTreeSet<String> =
            self.matching(Some(selector)).iter().flat_map(|s| s.keys().cloned()).collect();
        Ok(found.into_iter().collect())
    }
    fn count(&self, selector: &str) -> Result<u64, String> {
        Ok(self.matching(Some(selector)).len() as u64)
    }
}

fn sought(sli: &str, role: Role) -> Sought {
    let model = model(&format!("sli x {{ {sli}\n  target 99% }}"));
    let options = Options::default();
    let plan = Plan { model: &model, options: &options, journey: &model.journeys[0] };
    let all = ask::selectors(&plan, &model.journeys[0].members()[0], None);
    all.into_iter().find(|s| s.role == role).expect("a selector")
}

fn found(sli: &str, role: Role, series: &[&str]) -> Looked {
    look(&sought(sli, role), &Known::of(series)).expect("an answer")
}

const PAY: [&str; 3] =
    ["pay_total job=shop code=200 instance=a", "pay_total job=shop code=500 instance=b", "pay_total job=card code=200"];

#[track_caller]
fn blames(selector: &str, series: &[&str], why: &str, help: &str) {
    let looked = found(&format!("total {selector}\n  bad x_total"), Role::Total, series);
    assert!(!looked.matches && looked.is_wrong());
    assert_eq!((looked.why.as_deref().unwrap_or(""), looked.help.as_deref().unwrap_or("")), (why, help));
}

#[test]
fn the_matcher_that_empties_a_selector_is_named() {
    let matches = found("total pay_total{job=\"shop\"}\n  bad x_total", Role::Total, &PAY);
    assert_eq!((matches.matches, matches.series, matches.why), (true, 2, None));

    blames("pays_total", &PAY, "there is no metric `pays_total`", "did you mean `pay_total`?");
    blames("pay", &PAY, "there is no metric `pay`", "did you mean `pay_total`?");
    blames("nothing_near", &PAY, "there is no metric `nothing_near`", "");
    blames(
        r#"pay_total{job="shpo"}"#,
        &PAY,
        r#"no series of `pay_total` has `job="shpo"`"#,
        r#"did you mean `job="shop"`?"#,
    );
    blames(
        r#"pay_total{job="shop", code=~"4.."}"#,
        &PAY,
        r#"no series of `pay_total` has `code=~"4.."`"#,
        r#"`code` is "200", "500" there"#,
    );
    blames(r#"pay_total{cod="200"}"#, &PAY, "no series of `pay_total` has the label `cod`", "did you mean `code`?");
    blames(
        r#"pay_total{region="eu"}"#,
        &PAY,
        "no series of `pay_total` has the label `region`",
        r#"its labels are "code", "instance", "job""#,
    );
    blames(
        r#"pay_total{job="card", code="500"}"#,
        &PAY,
        r#"no series has all of it, but some do without `job="card"`"#,
        r#"`job` is "shop" there"#,
    );
}

#[test]
fn failures_that_never_happened_are_no_mistake() {
    let looked = found("bad pay_total{code=\"503\"}\n  total pay_total", Role::Bad, &PAY);
    assert!(!looked.matches && !looked.is_wrong());
    // without `up` new series count as new, and what is there can be measured
    let looked = found("bad pay_total{code=\"500\"}\n  total pay_total", Role::Up, &PAY);
    assert!(!looked.matches && !looked.is_wrong());
}

#[test]
fn the_nearest_buckets_are_named() {
    let classic = [
        "pay_seconds_count job=shop",
        "pay_seconds_bucket job=shop le=0.1",
        "pay_seconds_bucket job=shop le=0.25",
        "pay_seconds_bucket job=shop le=0.5",
        "pay_seconds_bucket job=shop le=1.0",
        "pay_seconds_bucket job=shop le=+Inf",
        "pay_seconds_bucket job=other le=0.3",
    ];
    let at = |bound: &str| found(&format!("latency pay_seconds{{job=\"shop\"}} under {bound}"), Role::Bucket, &classic);
    assert!(at("250ms").matches && at("1s").matches);
    let said = |looked: Looked| (looked.why.unwrap_or_default(), looked.help.unwrap_or_default());
    assert_eq!(
        said(at("300ms")),
        (
            "the histogram has no bucket at 0.3".to_string(),
            "the nearest are 0.25 and 0.5; it has 0.1, 0.25, 0.5, 1".to_string()
        )
    );
    assert!(said(at("2s")).1.starts_with("the nearest is 1;"));
    assert!(at("300ms").is_wrong());

    let native = ["pay_seconds job=shop"];
    let looked = found("latency pay_seconds{job=\"shop\"} under 1s", Role::Bucket, &native);
    assert!(said(looked).1.contains("`histogram native`"));
    let looked = found("histogram native\n  latency pay_seconds{job=\"shop\"} under 1s", Role::Native, &classic);
    assert!(said(looked).1.contains("a classic histogram"));
}
