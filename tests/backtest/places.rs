//! Projects with several sites, before the Prometheus of one, before one that has the raw series of all, and before one that has what they
//! recorded: the same numbers and alerts from each, and for the journey over all sites those of the global rules.

use super::common::backfill::{prometheus, samples};
use super::common::process::Server;
use super::common::{Compiled, compile_text, write};
use super::engines::{Fires, fires_as_rules_do};
use super::truth::{BEGIN, range};
use super::{command, said};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;
use tabi::backtest::ask;
use tabi::plan::Plan;
use tabi::project::Options;

pub const PROJECT: &str = r#"
site tokyo "Tokyo" { external_labels { region "ap-northeast-1" } }
site osaka "Osaka" { external_labels { region "ap-northeast-3" } }

user journey checkout {
  at tokyo, osaka
  window 7d
  target 95%

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
}
"#;

pub const REGIONS: [&str; 2] = ["ap-northeast-1", "ap-northeast-3"];
pub const HOUR: i64 = 3600;
pub const LENGTH: i64 = 24 * HOUR;

/// A day of two sites: Tokyo fails for two hours, Osaka is dark for two and fails for three. `region` is what each series carries.
pub fn raw(sites: &[usize], region: bool) -> String {
    let mut series: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    for site in sites {
        let more = if region { format!(",region=\"{}\"", REGIONS[*site]) } else { String::new() };
        let mut counters = BTreeMap::new();
        for at in (BEGIN + 15..BEGIN + LENGTH).step_by(30) {
            let since = at - BEGIN;
            let fails = if *site == 0 { 4 * HOUR..6 * HOUR } else { 14 * HOUR..17 * HOUR }.contains(&since);
            let events = if *site == 0 { 100.0 } else { 300.0 };
            let bad = if fails { 0.9 * events } else { 0.0 };
            let mut steps =
                vec![("http_requests_total|code=\"200\"", events - bad), ("http_requests_total|code=\"500\"", bad)];
            if *site == 0 {
                steps.extend([("parcels_total|state=\"sent\"", 999.0), ("parcels_total|state=\"lost\"", 1.0)]);
            }
            for (name, step) in steps {
                *counters.entry(name).or_insert(1e6) += step;
            }
            if *site == 1 && (10 * HOUR..12 * HOUR).contains(&since) {
                continue;
            }
            for (name, value) in &counters {
                let (name, label) = name.split_once('|').expect("a label");
                let name = format!("{name}{{job=\"pay\",instance=\"a\",{label}{more}}}");
                series.entry(name).or_default().push((at, *value));
            }
            series.entry(format!("up{{job=\"pay\",instance=\"a\"{more}}}")).or_default().push((at, 1.0));
        }
    }
    openmetrics(&series)
}

fn openmetrics(series: &BTreeMap<String, Vec<(i64, f64)>>) -> String {
    let mut text = String::new();
    for (name, points) in series {
        for (at, value) in points {
            let _ = writeln!(text, "{name} {value} {at}");
        }
    }
    text + "# EOF\n"
}

pub struct Place {
    pub directory: tempfile::TempDir,
    pub server: Server,
}

pub fn place(text: &str) -> Place {
    let directory = tempfile::tempdir().expect("a directory");
    samples(directory.path(), text);
    let server = prometheus(directory.path());
    write(&directory.path().join("project/shop.tabi"), PROJECT);
    Place { directory, server }
}

impl Place {
    fn run(&self, more: &[&str]) -> Output {
        let (url, until) = (format!("http://127.0.0.1:{}", self.server.port), (BEGIN + LENGTH - 60).to_string());
        let arguments = ["--prometheus", &url, "--since", "23h", "--until", &until];
        command(&self.directory.path().join("project"), &arguments).args(more).output().expect("it runs")
    }

    pub fn document(&self, more: &[&str]) -> Value {
        let output = self.run(&[&["--format", "json"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    #[track_caller]
    fn fails(&self, more: &[&str], words: &str) {
        let output = self.run(more);
        let (out, err) = said(&output);
        assert_eq!(output.status.code(), Some(2), "{out}{err}");
        assert!(err.contains(words), "{err}");
    }
}

pub fn sli<'d>(document: &'d Value, address: &str, site: &Value) -> &'d Value {
    let slis = document["journeys"][0]["slis"].as_array().expect("SLIs");
    slis.iter()
        .find(|s| s["sli"] == address && s["site"] == *site)
        .unwrap_or_else(|| panic!("no {address} at {site}: {slis:?}"))
}

/// What the rules of both sites recorded of the raw series, and the constants that the global rules read. `wait` is how many seconds the counts
/// of five minutes wait, where there are any.
pub fn recorded(compiled: &Compiled, raw: &Server, wait: Option<i64>) -> String {
    let (options, model) = (Options::default(), &compiled.model);
    let plan = Plan { model, options: &options, journey: &model.journeys[0] };
    let mut series: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    let all: Vec<i64> = (BEGIN..BEGIN + LENGTH).step_by(60).collect();
    for member in plan.journey.members() {
        let (step, name) = (&member.0.expect("a step").name.text, &member.1.name.text);
        let identity = format!("audience=\"user\",journey=\"checkout\",step=\"{step}\",sli=\"{name}\"");
        let budget = member.1.target.value.budget();
        series.insert(format!("tabi:slo_budget:ratio{{{identity}}}"), all.iter().map(|t| (*t, budget)).collect());
        series.insert(format!("tabi_slo_info{{{identity}}}"), all.iter().map(|t| (*t, 1.0)).collect());
        for site in member.1.at.iter().map(|site| &model.sites[*site]) {
            let region = &site.external_labels["region"].value;
            let identity = format!("{identity},region=\"{region}\"");
            series.insert(format!("tabi_slo_site_info{{{identity}}}"), all.iter().map(|t| (*t, 1.0)).collect());
            for (number, expr) in ask::level_one(&plan, &member, Some(site)).iter().enumerate() {
                let name = ["tabi:slo_total_events", "tabi:slo_bad_events"][number];
                // from where on the command reads
                for (_, points) in range(raw, expr, BEGIN + 60, BEGIN + LENGTH - 60, 60) {
                    if let Some(wait) = wait {
                        series.insert(format!("{name}:count5m{{{identity}}}"), copies(&points, wait));
                    }
                    series.insert(format!("{name}:rate{{{identity}}}"), points);
                }
            }
        }
    }
    let budget = "tabi:journey_budget:ratio{audience=\"user\",journey=\"checkout\"}".to_string();
    series.insert(budget, all.iter().map(|t| (*t, 0.05)).collect());
    openmetrics(&series)
}

/// Counts of five minutes, 30 seconds after each, of what had been recorded until so many seconds before.
fn copies(points: &[(i64, f64)], wait: i64) -> Vec<(i64, f64)> {
    let times = (BEGIN + 30..BEGIN + LENGTH).step_by(300);
    let of = |time: i64| {
        let inside = points.iter().filter(|(at, _)| *at > time - wait - 300 && *at <= time - wait);
        inside.map(|(_, rate)| 60.0 * rate).reduce(|a, b| a + b).map(|sum| (time, sum))
    };
    times.filter_map(of).collect()
}

#[test]
fn each_place_says_the_same_of_the_sites() {
    let all = place(&raw(&[0, 1], true));
    let document = all.document(&[]);
    let pay = "checkout.pay.available";
    let (tokyo, osaka) = (sli(&document, pay, &json!("tokyo")), sli(&document, pay, &json!("osaka")));
    let events = |sli: &Value| sli["budgets"][0]["reported"]["events"].as_f64().expect("events");
    let sum = sli(&document, pay, &Value::Null);
    assert!((events(sum) - events(tokyo) - events(osaka)).abs() < 1.0 && events(osaka) > 2.0 * events(tokyo), "{sum}");
    let silent = |sli: &Value| sli["no_data"]["fired"].as_array().map_or(0, Vec::len);
    assert_eq!((silent(tokyo), silent(osaka)), (0, 1), "Osaka was dark");
    let fired = |alerts: &Value| alerts.as_array().expect("alerts").iter().filter(|a| a["fired"] != json!([])).count();
    assert!(fired(&tokyo["budgets"][0]["alerts"]) > 1 && fired(&osaka["budgets"][0]["alerts"]) > 1);
    assert_eq!(sum["budgets"][0]["alerts"], json!([]), "no alert is raised over all sites");

    // each site by itself
    for (index, name) in ["tokyo", "osaka"].into_iter().enumerate() {
        let one = place(&raw(&[index], false));
        let alone = one.document(&["--site", name]);
        assert_eq!((&alone["site"], &alone["journeys"][0]["target"]), (&json!(name), &Value::Null));
        let addresses: &[&str] = if index == 0 { &[pay, "checkout.ship.sent"] } else { &[pay] };
        for address in addresses {
            let (at, here) = (sli(&document, address, &json!(name)), sli(&alone, address, &Value::Null));
            for member in ["budgets", "no_data", "targets"] {
                assert_eq!(at[member], here[member], "{address} {member}");
            }
        }
        if index == 1 {
            one.fails(&["--site", "osaka", "checkout.ship"], "is measured at `osaka`");
            one.fails(&["--site", "osak"], "did you mean `osaka`?");
            one.fails(&[], "`--site tokyo`");
        }
    }

    // what both recorded
    let compiled = compile_text(PROJECT);
    let third = place(&recorded(&compiled, &all.server, None));
    let sent = third.document(&[]);
    assert!(sent["notes"].to_string().contains("recorded and sent"), "{}", sent["notes"]);
    for (theirs, ours) in
        document["journeys"][0]["slis"].as_array().iter().zip(sent["journeys"][0]["slis"].as_array().iter())
    {
        for (theirs, ours) in theirs.iter().zip(ours.iter()) {
            assert_eq!(
                (&theirs["budgets"], &theirs["no_data"]),
                (&ours["budgets"], &ours["no_data"]),
                "{}",
                ours["sli"]
            );
        }
    }
    assert_eq!(sent["journeys"][0]["budget"], document["journeys"][0]["budget"]);

    // the journey pages when the global rules do
    let pages = |alert: &Fires| alert.severity == "page";
    let (compared, rarest) = fires_as_rules_do(&compiled, "rules/global/checkout.yml", &third, &sent, &pages);
    assert!(compared == 2 && rarest > 60, "{compared} rules, {rarest} minutes");
}

#[test]
fn a_site_is_one_of_several() {
    let directory = super::project();
    let run = |directory: &Path, site: &str| {
        let output =
            command(directory, &["--prometheus", "http://127.0.0.1:1", "--site", site]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2));
        said(&output).1
    };
    assert!(run(directory.path(), "tokyo").contains("leave `--site` out"));
    write(&directory.path().join("shop.tabi"), PROJECT);
    assert!(run(directory.path(), "tokio").contains("did you mean `tokyo`?"));
    assert!(run(directory.path(), "nagasaki").contains("the sites are tokyo, osaka"));
    write(&directory.path().join("tabi.toml"), "[sites]\nevaluate = \"central\"\n");
    assert!(run(directory.path(), "tokyo").contains("evaluated by one engine"));
}
