//! What the rules say of what was recorded, evaluated by a real Prometheus from the files that are built: with sites whose engine sees its own
//! numbers late, and with one engine for all sites. What `tabi backtest` says of alerts and of budgets is the same at each evaluation.

use super::common::rules::{Rule, RuleFile};
use super::common::{Compiled, compile, write};
use super::places::{HOUR, LENGTH, PROJECT, Place, REGIONS, place, raw, recorded, sli};
use super::truth::{BEGIN, range};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tabi::engine::Target;
use tabi::project::Options;

/// The evaluations at which an alert holds, by the address and the site of whose it is.
type When = BTreeMap<(String, String), BTreeSet<i64>>;

/// A rule that raises an alert.
#[derive(Debug)]
pub struct Fires {
    pub severity: String,
    pub long: String,
    /// Seconds between two evaluations.
    pub step: i64,
    name: String,
    expr: String,
}

fn rules(compiled: &Compiled, path: &str) -> Vec<(i64, Rule)> {
    let file = compiled.files.iter().find(|f| f.path == path).unwrap_or_else(|| panic!("no {path}"));
    let file: RuleFile = super::common::rules::read(&file.text);
    let of_group = |group: super::common::rules::Group| {
        let step = group.seconds().cast_signed();
        group.rules.into_iter().map(move |rule| (step, rule))
    };
    file.groups.into_iter().flat_map(of_group).collect()
}

/// An expression with what it reads that is reckoned beside it in its place: what its own group records as it is, of the fast group what that
/// has recorded last.
fn inlined(all: &[(i64, Rule)], step: i64, text: &str) -> String {
    let mut text = text.to_string();
    let reckoned = |name: &str| {
        let starts =
            ["tabi:journey_burn:rate", "tabi:slo_burn:rate", "tabi:slo_errors:ratio_", "tabi:slo_events:count_period"];
        starts.iter().any(|start| name.starts_with(start)) || name == "tabi:journey_errors:ratio_period"
    };
    for (of, rule) in all {
        let Some(name) = rule.record.as_deref().filter(|name| reckoned(name)) else { continue };
        let start = format!("{name}{{");
        while let Some(at) = text.find(&start) {
            let end = at + text[at..].find('}').expect("the end of a selector") + 1;
            let expr = inlined(all, *of, &rule.expr);
            let inside = if *of == step { format!("({expr})") } else { format!("last_over_time(({expr})[59s:1m])") };
            text.replace_range(at..end, &inside);
        }
    }
    text
}

fn alerts(all: &[(i64, Rule)]) -> Vec<Fires> {
    let burns = all.iter().filter(|(_, r)| r.alert.as_ref().is_some_and(|name| name.ends_with("BudgetBurn")));
    burns
        .map(|(step, rule)| Fires {
            severity: rule.labels["severity"].clone(),
            long: rule.labels["long"].clone(),
            step: *step,
            name: rule.name().to_string(),
            expr: inlined(all, *step, &rule.expr),
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_string()
}

fn time(value: &Value) -> Option<i64> {
    value.as_str().and_then(tabi::backtest::day::parse)
}

/// The evaluations of a group: each minute, or 30 seconds after every fifth.
fn evaluations(step: i64) -> (i64, i64) {
    let after = if step == 60 { 0 } else { 30 };
    (BEGIN + HOUR + after, BEGIN + LENGTH - 60)
}

/// When an alert fires in a document, by the address and the site of whose it is.
fn ours(document: &Value, alert: &Fires) -> When {
    let mut found: When = BTreeMap::new();
    let (begin, end) = evaluations(alert.step);
    let step = usize::try_from(alert.step).expect("seconds");
    let journey = &document["journeys"][0];
    let of_slis = journey["slis"].as_array().expect("SLIs").iter().flat_map(|sli| {
        let budgets = sli["budgets"].as_array().expect("budgets");
        budgets.iter().map(|b| (text(&sli["sli"]), text(&sli["site"]), b))
    });
    let own = (text(&journey["journey"]), String::new(), &journey["budget"]);
    for (address, site, budget) in of_slis.chain([own]) {
        for one in budget["alerts"].as_array().into_iter().flatten() {
            if one["name"] != alert.name || one["urgency"] != alert.severity || one["long"] != alert.long {
                continue;
            }
            for firing in one["fired"].as_array().expect("firings") {
                let (from, until) = (time(&firing["from"]).expect("a time"), time(&firing["until"]).unwrap_or(end + 1));
                let when = (begin..=end).step_by(step).filter(|t| (from..until).contains(t));
                found.entry((address.clone(), site.clone())).or_default().extend(when);
            }
        }
    }
    found
}

/// The same as a Prometheus evaluates it.
fn theirs(at: &Place, alert: &Fires) -> When {
    let mut found: When = BTreeMap::new();
    let (begin, end) = evaluations(alert.step);
    for (labels, points) in range(&at.server, &alert.expr, begin, end, alert.step) {
        let address = ["journey", "step", "sli"].map(|l| labels[l].as_str().unwrap_or(""));
        let address = address.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        found
            .entry((address, text(&site_of(&labels["region"]))))
            .or_default()
            .extend(points.iter().map(|(time, _)| *time));
    }
    found
}

fn site_of(region: &Value) -> Value {
    let index = REGIONS.iter().position(|r| region == r);
    index.map_or(Value::Null, |i| json!(["tokyo", "osaka"][i]))
}

/// Compares the alerts for burns of a rule file, which a Prometheus evaluates over what was recorded, with those of a document. Says how many
/// rules were compared, and for how many minutes the rarest of them fired; each must fire, and not all the time.
#[track_caller]
pub fn fires_as_rules_do(
    compiled: &Compiled,
    path: &str,
    at: &Place,
    document: &Value,
    chosen: &dyn Fn(&Fires) -> bool,
) -> (usize, usize) {
    let all = rules(compiled, path);
    let (mut compared, mut rarest) = (0, usize::MAX);
    for alert in alerts(&all).iter().filter(|a| chosen(a)) {
        let (ours, theirs) = (ours(document, alert), theirs(at, alert));
        assert!(!theirs.is_empty() && theirs.values().all(|t| t.len() > 10 && t.len() < 1000), "{alert:?}: {theirs:?}");
        // a site's own file is evaluated over what all sites sent
        let of = |found: &When| -> When {
            let of_site = path.split('/').nth(2).filter(|_| path.starts_with("rules/sites/"));
            found
                .iter()
                .filter(|(k, _)| of_site.is_none_or(|s| k.1 == s))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect()
        };
        assert_eq!(of(&ours), of(&theirs), "{alert:?}");
        compared += 1;
        rarest = theirs.values().map(BTreeSet::len).fold(rarest, usize::min);
    }
    (compared, rarest)
}

/// Compares what is left of budgets at each evaluation of the slow group.
#[track_caller]
fn left_as_rules_say(compiled: &Compiled, path: &str, at: &Place, document: &Value) -> usize {
    let all = rules(compiled, path);
    let mut compared = 0;
    let (begin, end) = evaluations(300);
    for (_, rule) in all.iter().filter(|(_, r)| r.name().ends_with("_budget:remaining_ratio")) {
        for (labels, points) in range(&at.server, &inlined(&all, 300, &rule.expr), begin, end, 300) {
            let budget = match labels["step"].as_str() {
                Some(step) => {
                    let address = format!("checkout.{step}.{}", labels["sli"].as_str().expect("an SLI"));
                    let slis = document["journeys"][0]["slis"].as_array().expect("SLIs");
                    let of = |s: &&Value| s["sli"] == address && s["site"] == site_of(&labels["region"]);
                    // what only one site has is not said again of all
                    let alone = |s: &&Value| s["sli"] == address;
                    let found = slis.iter().find(of).or_else(|| slis.iter().find(alone));
                    &found.expect("an SLI")["budgets"][0]
                }
                None => &document["journeys"][0]["budget"],
            };
            let ours: BTreeMap<i64, Option<f64>> = budget["timeline"]
                .as_array()
                .expect("points")
                .iter()
                .filter_map(|p| Some((time(&p["at"])?, p["left"].as_f64())))
                .map(|(t, left)| (t - (t - BEGIN - 30).rem_euclid(300), left))
                .collect();
            for (time, theirs) in &points {
                let ours = ours.get(time).copied().flatten();
                assert!(
                    ours.is_some_and(|ours| (ours - theirs).abs() < 1e-9 * theirs.abs().max(1.0)),
                    "{labels} at {}: {ours:?}, not {theirs}",
                    (time - BEGIN) / 60
                );
                compared += 1;
            }
        }
    }
    compared
}

/// The project with windows below a day and one of a day, which are summed from different copies.
fn project() -> String {
    PROJECT.replace("  window 7d\n", "  window 7d\n  alerts {\n    ticket 20% in 1d\n  }\n")
}

fn compiled(options: &Options) -> Compiled {
    compile(&[("shop.tabi".to_string(), project())], options)
}

/// A place with a Prometheus and the project as `tabi.toml` says.
fn at_place(text: &str, toml: &str) -> Place {
    let at = place(text);
    write(&at.directory.path().join("project/shop.tabi"), &project());
    write(&at.directory.path().join("project/tabi.toml"), toml);
    at
}

#[test]
fn windows_of_late_sites_end_as_the_rules_let_them() {
    let raw = place(&raw(&[0, 1], true));
    let late = compiled(&Options { site_target: Some(Target::VictoriaMetrics), ..Options::default() });
    let copies = rules(&late, "rules/sites/tokyo/checkout.yml");
    let copy = copies.iter().find(|(_, r)| r.name() == "tabi:slo_bad_events:count5m").expect("a copy");
    assert!(copy.1.expr.contains("[5m] offset 2m"), "the copies of the test wait as long: {}", copy.1.expr);
    let at = at_place(&recorded(&late, &raw.server, Some(120)), "[sites]\ntarget = \"victoriametrics\"\n");
    let document = at.document(&[]);
    let late_notes = document["notes"].to_string();
    let words = "victoriametrics sees its own numbers late: alerts may begin and end up to 2m later than said here, those with a long window of a day \
                 and more up to 10m";
    assert!(late_notes.contains(words), "{late_notes}");
    let global = "rules/global/checkout.yml";
    assert_eq!(fires_as_rules_do(&late, global, &at, &document, &|_| true).0, 3, "two pages, a ticket");
    assert!(left_as_rules_say(&late, global, &at, &document) > 600);
    // of the sites' own, what is recorded and read within a minute
    let fast = |alert: &Fires| alert.step == 60;
    assert!(fires_as_rules_do(&late, "rules/sites/tokyo/checkout.yml", &at, &document, &fast).0 >= 2);

    // 23:59: the slow group runs at 23:55:30, ten minutes behind; the copies wait two more
    let window = |site: Value| {
        let window = &sli(&document, "checkout.pay.available", &site)["budgets"][0]["in_window"];
        time(&window["until"]).map(|t| (t - BEGIN) / 60)
    };
    assert_eq!((window(Value::Null), window(json!("tokyo"))), (Some(24 * 60 - 17), Some(24 * 60 - 17)));

    // sites that are not late, also where what adds them up is
    let mut options = Options { site_target: Some(Target::Prometheus), ..Options::default() };
    options.engine.target = Target::VictoriaMetrics;
    let period =
        rules(&compiled(&options), global).into_iter().find(|(_, r)| r.name() == "tabi:slo_events:count_period");
    assert!(period.is_some_and(|(_, rule)| rule.expr.contains("[7d] offset 1m)")));
    for toml in ["", "[build]\ntarget = \"victoriametrics\"\n[sites]\ntarget = \"prometheus\"\n"] {
        write(&at.directory.path().join("project/tabi.toml"), toml);
        let document = at.document(&[]);
        let window = &document["journeys"][0]["budget"]["in_window"];
        assert_eq!(document["notes"].to_string().contains("numbers late"), toml.contains("victoriametrics"), "{toml}");
        assert_eq!(time(&window["until"]).map(|t| (t - BEGIN) / 60), Some(24 * 60 - 11), "{toml}");
    }
}

#[test]
fn one_engine_for_all_sites_says_what_its_rules_do() {
    let raw = at_place(&raw(&[0, 1], true), "[sites]\nevaluate = \"central\"\n");
    let central = compiled(&Options { central: true, ..Options::default() });
    let at = place(&recorded(&central, &raw.server, Some(60)));
    let document = raw.document(&[]);
    let path = "rules/checkout.yml";
    assert!(fires_as_rules_do(&central, path, &at, &document, &|_| true).0 >= 6);
    assert!(left_as_rules_say(&central, path, &at, &document) > 900);
    // nothing is said of both together but the number of the journey
    let pay = "checkout.pay.available";
    let silent = |site: &str| sli(&document, pay, &json!(site))["no_data"]["fired"].as_array().map(Vec::len);
    assert_eq!((silent("tokyo"), silent("osaka")), (Some(0), Some(1)), "Osaka was dark");
}
