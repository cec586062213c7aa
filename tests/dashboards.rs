//! The dashboards: what no schema of Grafana catches, for every example and for what is worst.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;

use common::rules::{self, selectors};
use common::{Compiled, compile_directory, compile_text, examples};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

/// A project with its dashboards by their paths.
struct Built {
    name: String,
    compiled: Compiled,
    dashboards: BTreeMap<String, Value>,
}

fn built(name: &str, compiled: Compiled) -> Built {
    let dashboards = compiled
        .dashboards
        .iter()
        .filter(|f| f.is_json())
        .map(|f| (f.path.clone(), serde_json::from_str(&f.text).expect("JSON")))
        .collect();
    Built { name: name.to_string(), compiled, dashboards }
}

fn step(name: &str) -> String {
    format!(
        "step {name} {{ sli ok {{ bad x_total{{job=\"{name}\", code=\"500\"}} total x_total{{job=\"{name}\"}} target 99.95% }} }}\n"
    )
}

/// What is worst: many, none, long, and what means something to Grafana.
fn worst() -> Vec<(&'static str, String)> {
    let steps = |n: usize| (0..n).map(|i| step(&format!("s{i}"))).collect::<String>();
    let long = "x".repeat(199);
    let twins = format!(
        "user journey {long}a \"{title}\" {{ {} target 99% }}\nuser journey {long}b \"{title}\" {{ {} target 99% }}\n\
         developer journey {long}c {{ delivers {long}a, {long}b {} }}",
        step("a"),
        step("b"),
        step("c"),
        title = "題".repeat(300)
    );
    let odd =
        "## $name ${datasource} [[x]] <b>bold</b> \"quotes\" {{label}} 🛒\nuser journey odd \"a 'b' \\\"c\\\" $name ${x} [[datasource]] <b>d</b> {{e}} 🛒\" \
         { step one \"$datasource\" { sli ok \"<i>\" { up probe_success by instance, zone target 99.999% } } }".to_string();
    let many: String = (0..200).fold(String::new(), |all, i| all + &format!("user journey j{i} {{ {} }}\n", step("a")));
    let silent = format!("user journey quiet {{ alerts off\n {} target 99% }}", step("a"));
    vec![
        ("one step", format!("user journey j {{ {} }}", steps(1))),
        ("thirty steps", format!("user journey j {{ {} target 97% }}", steps(30))),
        ("no steps", "user journey j { sli ok { up probe_success target 99% } }".to_string()),
        ("a step without a measure", "user journey j { step a {} sli ok { up probe_success target 99% } }".to_string()),
        ("long names that collide when they are cut", twins),
        ("titles that mean something to Grafana", odd),
        ("two hundred journeys", many),
        ("no alerts", silent),
        ("a long window", format!("user journey j {{ window 90d\n {} target 99.9% }}", steps(2))),
        (
            "alerts of its own",
            format!("operator journey j {{ alerts {{ page 50% in 2d  ticket 10% in 4h }}\n {} target 99% }}", steps(2)),
        ),
    ]
}

fn all() -> Vec<Built> {
    let examples = examples();
    let of_examples =
        examples.iter().map(|directory| built(&directory.display().to_string(), compile_directory(directory)));
    of_examples.chain(worst().into_iter().map(|(name, text)| built(name, compile_text(&text)))).collect()
}

fn each(mut with: impl FnMut(&Built, &str, &Value)) {
    for built in all() {
        assert!(built.dashboards.len() > built.compiled.model.journeys.len(), "{}", built.name);
        for (path, dashboard) in &built.dashboards {
            with(&built, &format!("{}: {path}", built.name), dashboard);
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// All panels, those inside of folded rows among them.
fn panels(dashboard: &Value) -> Vec<&Value> {
    list(&dashboard["panels"]).iter().flat_map(|p| std::iter::once(p).chain(list(&p["panels"]))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A query with the variables of its dashboard put in, as Grafana would.
fn filled(dashboard: &Value, expr: &str) -> String {
    let mut out = expr.replace("${__from:date:seconds}", "1700000000");
    for variable in list(&dashboard["templating"]["list"]) {
        let name = text(&variable["name"]);
        let value = if variable["type"] == "constant" { text(&variable["query"]) } else { ".*" };
        out = out.replace(&format!("${{{name}:regex}}"), value).replace(&format!("${name}"), value);
    }
    out
}

/// Every query of a dashboard: where it stands, and its text.
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for panel in panels(dashboard) {
        for target in list(&panel["targets"]) {
            found.push((text(&panel["title"]).to_string(), filled(dashboard, text(&target["expr"]))));
        }
    }
    for annotation in list(&dashboard["annotations"]["list"]) {
        if let Some(expr) = annotation["target"]["expr"].as_str() {
            found.push((format!("annotation {}", annotation["name"]), filled(dashboard, expr)));
        }
    }
    for variable in list(&dashboard["templating"]["list"]) {
        if let Some(inside) = text(&variable["query"]).strip_prefix("label_values(") {
            let (series, _) = inside.rsplit_once(',').expect("a series and a label");
            found.push((format!("variable {}", variable["name"]), series.to_string()));
        }
    }
    found
}

#[test]
fn panels_are_of_kinds_that_every_grafana_has() {
    let known = ["row", "stat", "timeseries", "state-timeline", "table", "bargauge", "text"];
    each(|_, place, dashboard| {
        for panel in panels(dashboard) {
            let kind = text(&panel["type"]);
            assert!(known.contains(&kind), "{place}: {kind}");
            let titled = kind == "row" || kind == "text" || !text(&panel["description"]).is_empty();
            assert!(titled && !text(&panel["title"]).is_empty(), "{place}: {} is not described", panel["title"]);
            if kind != "row" {
                assert_eq!(panel["pluginVersion"], "10.4.0", "{place}: {}", panel["title"]);
            }
            if !["row", "text"].contains(&kind) {
                assert!(!list(&panel["targets"]).is_empty(), "{place}: {} asks nothing", panel["title"]);
            }
            assert!(panel["options"]["content"].is_null() || kind == "text");
        }
        assert_eq!(dashboard["schemaVersion"], 42);
        assert_eq!(dashboard["editable"], false);
        assert!(dashboard["id"].is_null() && dashboard["version"].is_null() && dashboard["__inputs"].is_null());
    });
}

#[test]
fn identities_are_short_and_unique() {
    for built in all() {
        let (mut uids, mut titles) = (BTreeSet::new(), BTreeSet::new());
        for (path, dashboard) in &built.dashboards {
            let (uid, title) = (text(&dashboard["uid"]), text(&dashboard["title"]));
            let plain = uid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            assert!(!uid.is_empty() && uid.len() <= 40 && plain, "{path}: {uid}");
            assert!(title.chars().count() <= 180, "{path}: {title}");
            assert!(uids.insert(uid.to_string()), "{path}: {uid} twice");
            assert!(titles.insert(title.to_string()), "{path}: {title} twice");
            let mut ids = BTreeSet::new();
            for panel in panels(dashboard) {
                assert!(ids.insert(panel["id"].as_u64()), "{path}: panel {} twice", panel["id"]);
            }
        }
    }
}

#[test]
fn a_new_step_renumbers_nothing() {
    let ids = |names: &[&str]| -> BTreeMap<String, u64> {
        let steps: String = names.iter().map(|n| step(n)).collect();
        let built = built("", compile_text(&format!("user journey j {{ {steps} }}")));
        let dashboard = &built.dashboards["dashboards/journeys/j.json"];
        panels(dashboard)
            .iter()
            .map(|p| {
                (
                    text(&p["title"]).trim_start_matches(|c: char| c.is_ascii_digit()).to_string(),
                    p["id"].as_u64().expect("an id"),
                )
            })
            .collect()
    };
    let (few, more) = (ids(&["a", "b"]), ids(&["z", "a", "new", "b"]));
    for (title, id) in few {
        assert_eq!(more.get(&title), Some(&id), "{title}");
    }
}

#[test]
fn the_grid_holds_every_panel_and_no_two_at_one_place() {
    each(|_, place, dashboard| {
        let folded = panels(dashboard).into_iter().filter(|p| p["collapsed"] == true).map(|p| list(&p["panels"]));
        for group in std::iter::once(list(&dashboard["panels"])).chain(folded) {
            let mut taken = BTreeSet::new();
            for panel in group {
                let [x, y, w, h] = ["x", "y", "w", "h"].map(|k| panel["gridPos"][k].as_u64().expect("a number"));
                assert!(w >= 2 && h >= 1 && x + w <= 24, "{place}: {} at {}", panel["title"], panel["gridPos"]);
                for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                    assert!(taken.insert(cell), "{place}: {} stands on another panel", panel["title"]);
                }
            }
        }
        let open = list(&dashboard["panels"]).iter().filter(|p| p["type"] != "row").count();
        let steps = panels(dashboard).iter().filter(|p| text(&p["description"]).contains("what it asks for")).count();
        assert!(open - steps <= 25, "{place}: {open} panels ask at once");
    });
}

/// The uids that a text links to. `$1` of a table stands for the name of each journey that is short enough.
fn linked(url: &str) -> Option<&str> {
    url.strip_prefix("/d/").map(|rest| rest.split('?').next().unwrap_or(rest))
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    each(|built, place, dashboard| {
        let uids: BTreeSet<&str> = built.dashboards.values().map(|d| text(&d["uid"])).collect();
        for link in list(&dashboard["links"]) {
            let uid = linked(text(&link["url"])).unwrap_or_else(|| panic!("{place}: {link}"));
            assert!(uids.contains(uid) && dashboard["uid"] != uid, "{place}: {uid}");
            links += 1;
        }
        for panel in panels(dashboard).into_iter().filter(|p| p["type"] == "table") {
            let expr = text(&panel["targets"][0]["expr"]);
            if !expr.contains("\"to\"") {
                continue;
            }
            let overrides = panel["fieldConfig"]["overrides"].to_string();
            assert!(overrides.contains("/d/${__data.fields.to}?${__url_time_range}"), "{place}: {overrides}");
            let said: Vec<&str> = expr.split("\"to\", \"").skip(1).map(|r| r.split('"').next().unwrap_or("")).collect();
            for uid in said.iter().filter(|uid| !uid.contains("$1")) {
                assert!(uids.contains(uid), "{place}: {uid}");
                links += 1;
            }
            let named = expr.split("journey=~\"").nth(1).and_then(|r| r.split('"').next()).unwrap_or_default();
            for journey in &built.compiled.model.journeys {
                let listed = named.split('|').any(|name| name == journey.name.text);
                if !listed && !expr.contains(&format!("audience=\"{}\"", journey.audience.text())) {
                    continue;
                }
                let uid = said[0].replace("$1", &journey.name.text);
                let of_its_own = expr.contains(&format!("\"journey\", \"{}\"", journey.name.text));
                assert!(uid.len() > 40 && of_its_own || uids.contains(uid.as_str()), "{place}: {uid}");
            }
        }
    });
    assert!(links > 100, "only {links} links");
}

#[test]
fn limits_ascend_and_what_is_missing_is_said() {
    each(|_, place, dashboard| {
        for panel in panels(dashboard).into_iter().filter(|p| !p["fieldConfig"].is_null()) {
            let place = format!("{place}: {}", panel["title"]);
            let defaults = &panel["fieldConfig"]["defaults"];
            let overridden = list(&panel["fieldConfig"]["overrides"]).iter().flat_map(|o| list(&o["properties"]));
            let overridden: Vec<&Value> = overridden.collect();
            let of =
                |id: &str| overridden.iter().filter(|p| p["id"] == id).map(|p| p["value"].clone()).collect::<Vec<_>>();
            for limits in
                std::iter::once(defaults["thresholds"].clone()).chain(of("thresholds")).filter(|t| !t.is_null())
            {
                let steps = list(&limits["steps"]);
                assert!(steps[0]["value"].is_null(), "{place}: {limits}");
                let values: Vec<f64> = steps[1..].iter().map(|s| s["value"].as_f64().expect("a number")).collect();
                assert!(values.windows(2).all(|w| w[0] < w[1]), "{place}: {limits}");
            }
            // words from a label are never no number
            let of_words = |m: &Value| {
                m[0]["options"]
                    .as_object()
                    .is_some_and(|o| o.keys().any(|k| k.parse::<f64>().is_err() && k != "match" && k != "result"))
            };
            let numbers = of("mappings").into_iter().filter(|m| !of_words(m));
            for mappings in std::iter::once(defaults["mappings"].clone()).chain(numbers) {
                let special = list(&mappings).iter().find(|m| m["type"] == "special");
                let result = special.map(|m| {
                    (&m["options"]["match"], &m["options"]["result"]["text"], &m["options"]["result"]["color"])
                });
                let said =
                    result.is_some_and(|(m, text, color)| m == "null+nan" && text == "no data" && !color.is_null());
                assert!(said, "{place}: what is missing is not said: {mappings}");
            }
            for mapping in list(&defaults["mappings"]).iter().filter(|m| m["type"] == "value") {
                for (value, shown) in mapping["options"].as_object().expect("a map") {
                    assert!(!text(&shown["text"]).is_empty() && !text(&shown["color"]).is_empty(), "{place}: {value}");
                }
            }
        }
    });
}

/// Every query is PromQL for our own parser and another one, reads only what the same build records (or alerts), and has no range but the
/// last value of what is recorded every 5 minutes; what is recorded every 5 minutes is read in no other way.
#[test]
fn queries_read_what_the_same_build_records() {
    let mut reads = 0;
    each(|built, place, dashboard| {
        let mut recorded: BTreeMap<String, u64> = BTreeMap::new();
        for file in built.compiled.rules() {
            for group in rules::read(&file.text).groups {
                let seconds = group.seconds();
                recorded.extend(group.rules.into_iter().filter_map(|r| r.record).map(|name| (name, seconds)));
            }
        }
        for (at, expr) in queries(dashboard) {
            let place = format!("{place}: {at}: {expr}");
            if let Err(error) = tabi::promql::parse(&expr, &|_| None) {
                panic!("{place}: {}", error.message);
            }
            let parsed = promql_parser::parser::parse(&expr).unwrap_or_else(|e| panic!("{place}: {e}"));
            for selected in selectors(&parsed) {
                reads += 1;
                let name = selected.name.as_deref().unwrap_or_else(|| panic!("{place}: a subquery, or no name"));
                assert!(!selected.out_of_time, "{place}");
                if name == "ALERTS" {
                    assert_eq!(selected.range, None, "{place}");
                    continue;
                }
                let seconds = *recorded.get(name).unwrap_or_else(|| panic!("{place}: nothing records {name}"));
                let slow = seconds >= 300;
                let last = expr.contains(&format!("last_over_time({name}{{"));
                let variable = at.starts_with("variable");
                assert_eq!(selected.range, (slow && !variable).then_some(Duration::from_mins(15)), "{place}: {name}");
                assert!(!slow || variable || last, "{place}: {name}");
                assert!(selected.matchers.iter().any(|m| m.name == "journey"), "{place}: {name} of all projects");
            }
        }
        for panel in panels(dashboard) {
            for target in list(&panel["targets"]) {
                let instant = target["instant"] == true;
                let over_time = ["timeseries", "state-timeline"].contains(&text(&panel["type"]));
                assert!(instant != over_time && target["range"] != instant, "{place}: {}", panel["title"]);
                assert_eq!(target["format"] == "table", panel["type"] == "table", "{place}: {}", panel["title"]);
            }
        }
    });
    assert!(reads > 2000, "only {reads} reads");
}

#[test]
fn words_of_people_stay_words() {
    each(|_, place, dashboard| {
        let variables: Vec<&str> = list(&dashboard["templating"]["list"]).iter().map(|v| text(&v["name"])).collect();
        for panel in panels(dashboard) {
            let content = text(&panel["options"]["content"]);
            for part in content.split('<').skip(1) {
                let tag = part.trim_start_matches('/').split(['>', ' ']).next().unwrap_or("");
                assert!(["p", "b", "table", "tr", "th", "td", "pre", "a"].contains(&tag), "{place}: <{tag}>");
            }
            for said in [text(&panel["title"]), text(&panel["description"]), content] {
                for name in &variables {
                    for written in [format!("${name}"), format!("${{{name}"), format!("[[{name}")] {
                        assert!(!said.contains(&written), "{place}: {said}");
                    }
                }
            }
        }
    });
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let shop = || compile_directory(&common::root().join("examples/shop")).dashboards;
    let (once, again) = (shop(), shop());
    for (a, b) in once.iter().zip(&again) {
        assert!(a.path == b.path && a.text == b.text, "{}", a.path);
        assert!(a.text.ends_with("}\n") || !a.is_json(), "{}", a.path);
        let marked = a.text.starts_with(tabi::dashboard::MARKER) || a.text.starts_with("# Generated by tabi");
        assert!(marked, "{}: whose it is", a.path);
    }
}

#[test]
fn delivery_forms_carry_the_same_dashboards() {
    use tabi::project::{Dashboards, Options};
    let source = [("test.tabi".to_string(), format!("user journey a_b {{ {} }}", step("a")))];
    let files = |form| {
        let mut options = Options::default();
        options.grafana.dashboards = form;
        common::compile(&source, &options).dashboards
    };
    let json: Vec<String> =
        files(Dashboards::Json).into_iter().filter(common::Emitted::is_json).map(|f| f.text).collect();
    assert_eq!(json.len(), 2);
    for (form, kind, inside) in
        [(Dashboards::ConfigMap, "ConfigMap", "/data"), (Dashboards::Operator, "GrafanaDashboard", "/spec")]
    {
        let found = files(form);
        assert_eq!(found.len(), 2);
        for (file, json) in found.iter().zip(&json) {
            let yaml: Value = serde_yaml::from_str(&file.text).expect("YAML");
            assert_eq!(yaml["kind"], kind);
            let name = text(&yaml["metadata"]["name"]);
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
            let held = yaml.pointer(inside).and_then(Value::as_object).expect("a map");
            assert!(held.values().any(|v| v == json), "{}", file.path);
        }
    }
    assert!(files(Dashboards::None).is_empty());
}

/// A dashboard as a person reads it: places, titles, queries, without what all panels share.
fn drawn(dashboard: &Value) -> String {
    let mut out =
        format!("{} ({})\n{}\n", text(&dashboard["title"]), text(&dashboard["uid"]), text(&dashboard["description"]));
    for link in list(&dashboard["links"]) {
        let _ = writeln!(out, "link {} → {}", text(&link["title"]), text(&link["url"]));
    }
    for variable in list(&dashboard["templating"]["list"]) {
        let _ = writeln!(out, "variable {}: {}", text(&variable["name"]), text(&variable["query"]));
    }
    for panel in panels(dashboard) {
        let at = |k: &str| panel["gridPos"][k].as_u64().unwrap_or(0);
        let folded = if panel["collapsed"] == true { ", folded" } else { "" };
        let from = panel["timeFrom"].as_str().map(|t| format!(", last {t}")).unwrap_or_default();
        let _ = writeln!(
            out,
            "\n[{} {}×{} at {},{}{folded}{from}] {}",
            text(&panel["type"]),
            at("w"),
            at("h"),
            at("x"),
            at("y"),
            text(&panel["title"])
        );
        if !text(&panel["description"]).is_empty() {
            let _ = writeln!(out, "  {}", text(&panel["description"]));
        }
        for target in list(&panel["targets"]) {
            let _ = writeln!(
                out,
                "  {} {}: {}",
                text(&target["refId"]),
                text(&target["legendFormat"]),
                text(&target["expr"])
            );
        }
        if let Some(content) = panel["options"]["content"].as_str() {
            let _ = writeln!(out, "  {content}");
        }
    }
    out
}

#[test]
fn the_shop() {
    let shop = built("shop", compile_directory(&common::root().join("examples/shop")));
    for (path, dashboard) in &shop.dashboards {
        let name = path.trim_start_matches("dashboards/").trim_end_matches(".json").replace('/', "_");
        if ["overview", "journeys_checkout", "journeys_delivery", "coexistence_checkout"].contains(&name.as_str()) {
            insta::assert_snapshot!(name, drawn(dashboard));
        }
    }
    // one whole file, for the model
    let coexistence = shop.compiled.dashboards.iter().find(|f| f.path == "dashboards/coexistence/search.json");
    insta::assert_snapshot!("coexistence_search_json", coexistence.expect("a dashboard").text);
}

/// A page that somebody reads in ten seconds names no more than what fits; a long name does not blow it up.
#[test]
fn files_stay_small_enough_for_a_config_map() {
    for built in all() {
        for file in &built.compiled.dashboards {
            assert!(file.text.len() < 900 * 1024, "{}: {}: {} bytes", built.name, file.path, file.text.len());
        }
    }
}
