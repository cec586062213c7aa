//! Proofs, and `tabi test`: the predictions of the model against real promtool, what is said when something is wrong, and what cannot be
//! proven. Every alert of every example is proven by `scripts/prove`.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests run the real tools over files")]

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tabi::adapt::times::Timing;
use tabi::engine::Target as Engine;
use tabi::project::Options;
use tabi::proof::stage::{Act, Phase, Player, input};
use tabi::proof::{Claim, Test, TestFile, cast};
use tabi::reckon::thresholds;
use tabi::reckon::timing::Situation;

/// A shop that is small enough to be proven within seconds.
const SMALL: &str = r#"
user journey shop {
  owner me
  step pay {
    sli available {
      good   http_requests_total{job="pay", code!~"5.."}
      total  http_requests_total{job="pay"}
      target 99%
      alerts {
        page    2% in 1h
        ticket  off
        no_data off
        left    off
      }
    }
  }
}
"#;

/// Both generations, where the second one is there: `scripts/build-go-tools` says so where it is not.
fn promtools() -> Vec<(PathBuf, bool)> {
    let mut found = vec![(common::tool("promtool"), true)];
    let three = common::root().join("target/tools/promtool3");
    if three.is_file() {
        found.push((three, false));
    }
    found
}

struct Dir(tempfile::TempDir);

impl Dir {
    fn new(source: &str) -> Dir {
        let dir = Dir(tempfile::tempdir().expect("a directory"));
        common::write(&dir.0.path().join("shop.tabi"), source);
        dir
    }
    fn tabi(&self, args: &[&str], promtool: Option<&Path>) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tabi"));
        command.current_dir(self.0.path()).args(args).env_remove("PROMTOOL");
        if let Some(path) = promtool {
            command.env("PROMTOOL", path);
        }
        let Output { status, stdout, stderr } = command.output().expect("tabi runs");
        (
            status.code().unwrap_or(-1),
            format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)),
        )
    }
    /// A promtool that says something else.
    #[cfg(unix)]
    fn stub(&self, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.0.path().join("stub");
        common::write(&path, &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }
}

#[test]
fn a_small_project_is_proven_on_both_generations() {
    for (promtool, _) in promtools() {
        let (code, said) = Dir::new(SMALL).tabi(&["test"], Some(&promtool));
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("proven    SLOBudgetBurn  shop.pay.available, page 13.44× in 1h"), "{said}");
        assert!(said.contains("1 alert: 1 proven"), "{said}");
    }
}

/// A label of `tabi.toml` is for all pages; a journey or an SLI that has one of that name keeps its own, in the rules and in real alerts.
#[test]
fn a_nearer_label_holds_over_those_of_all_pages() {
    let toml = "[alerts.page]\nlabels = { channel = \"of-all\", severity = \"critical\" }\n";
    let second = SMALL[SMALL.find("    sli available").expect("an SLI")..].replace("sli available", "sli again");
    let labels = "      labels { channel \"of-one\" }\n";
    let end = SMALL.find("  }\n}\n").expect("the end of the step");
    let both = |with: &str, of_step: &str| {
        let second = second.replacen("      alerts {", &format!("{with}      alerts {{"), 1);
        format!("{}{of_step}{}", &SMALL[..end], second.trim_start_matches('\n'))
    };
    for (source, written) in [
        (both("", ""), "          channel: of-all\n"),
        (both(labels, ""), "          channel: '{{ with $labels.channel }}{{ . }}{{ else }}of-all{{ end }}'\n"),
        (both("", labels), ""),
        // one that is empty is none
        (both("      labels { channel \"\" }\n", ""), "          channel: of-all\n"),
        // the values of `by` must not become one
        (
            both("      by channel\n", ""),
            "          channel: '{{ with $labels.channel }}{{ . }}{{ else }}of-all{{ end }}'\n",
        ),
    ] {
        let dir = Dir::new(&source);
        common::write(&dir.0.path().join("tabi.toml"), toml);
        let (code, said) = dir.tabi(&["build", "-o", "out"], None);
        assert_eq!(code, 0, "{source}{said}");
        let rules = std::fs::read_to_string(dir.0.path().join("out/rules/shop.yml")).expect("rules");
        let alert = rules.split("- alert: SLOBudgetBurn").nth(1).and_then(|rest| rest.split("annotations:").next());
        let of_rule: Vec<&str> =
            alert.expect("an alert").split_inclusive('\n').filter(|l| l.contains(" channel: ")).collect();
        assert!(if written.is_empty() { of_rule.is_empty() } else { of_rule == [written] }, "{rules}");
        for (promtool, _) in promtools() {
            let (code, said) = dir.tabi(&["test"], Some(&promtool));
            assert!(code == 0 && said.contains("2 alerts: 2 proven"), "{source}{said}");
        }
    }
}

/// A bucket and the last one of the same histogram are two series, whose events one observation makes together.
#[test]
fn buckets_that_are_counted_by_hand_are_proven() {
    let buckets = |good: &str, total: &str| {
        SMALL
            .replace("http_requests_total{job=\"pay\", code!~\"5..\"}", good)
            .replace("http_requests_total{job=\"pay\"}", total)
    };
    for (good, total) in [
        ("x_bucket{job=\"pay\", le=\"0.5\"}", "x_bucket{job=\"pay\", le=\"+Inf\"}"),
        ("x_bucket{job=\"pay\", code!~\"5..\", le=~\"1([.]0)?\"}", "x_count{job=\"pay\"}"),
    ] {
        for (promtool, _) in promtools() {
            let (code, said) = Dir::new(&buckets(good, total)).tabi(&["test"], Some(&promtool));
            assert!(code == 0 && said.contains("1 alert: 1 proven"), "{good} {total}: {said}");
        }
    }
}

/// What looks back by an `offset` says nothing until so much of its series is there, and shows a change that much later.
#[test]
fn what_an_offset_reads_is_waited_for() {
    let source = SMALL
        .replace(
            "good   http_requests_total{job=\"pay\", code!~\"5..\"}",
            "holds `x{job=\"pay\"} - x{job=\"pay\"} offset 6h - y{job=\"pay\"} offset 6h >= 0`",
        )
        .replace("      total  http_requests_total{job=\"pay\"}\n", "")
        .replace("no_data off", "no_data 15m ticket");
    for (promtool, _) in promtools() {
        let (code, said) = Dir::new(&source).tabi(&["test"], Some(&promtool));
        assert!(code == 0 && said.contains("2 alerts: 2 proven"), "{said}");
    }
}

/// Two sites, one of which ships, and an SLI that neither measures; developers of one site deliver.
const SITES: &str = r#"site tokyo { external_labels { account "1", region "a" } }
site osaka { external_labels { account "2", region "b" } }

defaults {
  owner shop
  alerts {
    page    2% in 1h
    ticket  off
    left    off
    blocked page
  }
}

user journey shop {
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
      bad    `sum(rate(lost_total[$window]))`
      total  `sum(rate(parcels_total{kind="big"}[$window]))`
      target 99%
    }
  }

  step mail {
    sli up {
      up     mail_up
      target 99%
    }
  }

  target 98%
}

developer journey build {
  at       osaka
  delivers shop

  step run {
    sli green {
      bad    builds_total{job="ci", ok="no"}
      total  builds_total{job="ci"}
      target 95%
    }
  }
}
"#;

#[test]
fn rules_of_sites_and_of_all_sites_are_proven() {
    for (promtool, _) in promtools() {
        let dir = Dir::new(SITES);
        let (code, said) = dir.tabi(&["test"], Some(&promtool));
        assert_eq!(code, 0, "{said}");
        for line in [
            "shop, all sites\n",
            "shop, at tokyo\n",
            "build, at osaka\n",
            "  proven    SLONoData  shop.pay.ok at osaka, nothing arrives for 15m",
            "  proven    SLONoData  shop.mail.up, no data for 15m",
            "  proven    JourneyBudgetBurn  shop, page 13.44× in 1h",
            "  proven    DeliveryBlocked  build, blocks shop",
        ] {
            assert!(said.contains(line), "{line}:\n{said}");
        }
        // once at each site, and not for both together
        assert_eq!(said.matches("SLOBudgetBurn  shop.pay.ok,").count(), 2, "{said}");
        common::write(&dir.0.path().join("tabi.toml"), "[sites]\nevaluate = \"central\"\n");
        let (code, said) = dir.tabi(&["test"], Some(&promtool));
        assert_eq!(code, 0, "{said}");
        assert_eq!(said.matches("SLOBudgetBurn  shop.pay.ok,").count(), 1, "{said}");
        assert!(said.contains("proven    JourneyBudgetBurn  shop, page 13.44× in 1h"), "{said}");
    }
}

/// Where one engine evaluates for all sites a mistake in the rules of one of them is noticed, whichever it is, and so is one in what adds them up.
#[test]
fn mistakes_at_any_site_of_one_engine_are_noticed() {
    let source = SITES.replace("      by     zone\n", "");
    let dir = Dir::new(&source);
    common::write(&dir.0.path().join("tabi.toml"), "[sites]\nevaluate = \"central\"\n");
    let (code, said) = dir.tabi(&["build", "-o", "generated"], None);
    assert_eq!(code, 0, "{said}");
    let rules = dir.0.path().join("generated/rules/shop.yml");
    let tests = dir.0.path().join("generated/tests/shop.test.yml");
    // those that play at the other site, and the journey at both
    let mut all: serde_yaml::Value =
        serde_yaml::from_str(&std::fs::read_to_string(&tests).expect("tests")).expect("YAML");
    let name = |test: &serde_yaml::Value| test["name"].as_str().expect("a name").to_string();
    let chosen = |test: &serde_yaml::Value| {
        let name = name(test);
        name.ends_with("; site 2 of each") || name.starts_with("the journey burns and ends")
    };
    all["tests"].as_sequence_mut().expect("tests").retain(chosen);
    assert!(all["tests"].as_sequence().is_some_and(|tests| (4..8).contains(&tests.len())), "{all:?}");
    common::write(&tests, &serde_yaml::to_string(&all).expect("YAML"));
    let passes = |text: &str| {
        common::write(&rules, text);
        let output =
            Command::new(common::tool("promtool")).args(["test", "rules"]).arg(&tests).output().expect("it runs");
        output.status.success()
    };
    let right = std::fs::read_to_string(&rules).expect("rules");
    assert!(passes(&right));
    let osaka = "account=\"2\",region=\"b\"";
    let tokyo = "account=\"1\",region=\"a\"";
    for (from, to) in [
        // failures of a site are those of the other
        (format!("code!~\"5..\",{osaka}"), format!("code!~\"5..\",{tokyo}")),
        // or are not told from successes
        (format!("code!~\"5..\",{osaka}"), osaka.to_string()),
        // targets of a site are those of the other
        (format!("up{{{osaka}"), format!("up{{{tokyo}")),
        // the journey sees one site only
        ("sli=\"ok\"".to_string(), format!("sli=\"ok\",{tokyo}")),
        // no data of a site
        ("account: '2'\n          region: b".to_string(), "account: '2'\n          region: c".to_string()),
    ] {
        let wrong = right.replace(&from, &to);
        assert_ne!(wrong, right, "{from}");
        assert!(!passes(&wrong), "{from} is {to}, and nobody noticed");
    }
}

#[test]
fn the_tests_of_a_small_project() {
    let compiled = common::compile_text(SMALL);
    let proofs = tabi::proof::journey(&compiled.model, 0, &tabi::project::Options::default());
    let mut text = format!("{SMALL}\n");
    for (path, file) in tabi::emit::tests(&proofs, &compiled.sources, tabi::engine::Target::Prometheus, "") {
        let _ = write!(text, "== {path}\n{file}");
    }
    insta::assert_snapshot!(text);
}

#[cfg(unix)]
#[test]
fn a_promtool_that_is_missing_old_or_broken_is_named() {
    let dir = Dir::new(SMALL);
    let said = |script: &str| dir.tabi(&["test"], Some(&dir.stub(script)));
    let version = "[ \"$1\" = --version ] && echo 'promtool, version 2.53.1 (branch: x)' && exit 0\n";

    let (code, text) = dir.tabi(&["test", "--promtool", "./nowhere"], None);
    assert!(code == 2 && text.contains("./nowhere (from --promtool)"), "{text}");
    let mut bare = Command::new(env!("CARGO_BIN_EXE_tabi"));
    let output =
        bare.current_dir(dir.0.path()).arg("test").env_remove("PROMTOOL").env("PATH", "").output().expect("tabi runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && text.contains("apt install prometheus"), "{text}");

    let (code, text) = said("echo 'promtool, version 2.30.0 (branch: x)'");
    assert!(code == 2 && text.contains("is promtool 2.30; the tests need 2.42 or later"), "{text}");
    let (code, text) = said("exit 3");
    assert!(code == 2 && text.contains("does not answer `--version`"), "{text}");
    let (code, text) = said(&format!("{version}kill -SEGV $$"));
    assert!(code == 1 && text.contains("FAILING") && text.contains("promtool ended with signal"), "{text}");
    let (code, text) = said(&format!("{version}echo 'yaml: line 3: no'; exit 1"));
    assert!(code == 1 && text.contains("yaml: line 3: no"), "{text}");
    // something that ends well and has tested nothing
    let (code, text) = said(&format!("{version}exit 0"));
    assert!(code == 1 && text.contains("FAILING"), "{text}");
}

/// A failing claim is told in words: what was played, when, what was expected and what came.
#[cfg(unix)]
#[test]
fn a_failing_claim_is_told_in_words() {
    let dir = Dir::new(SMALL);
    // the real promtool, over rules whose threshold somebody changed
    let promtool = common::tool("promtool");
    let script = format!(
        "if [ \"$1\" = test ]; then for f in rules; do sed -i 's/> 13.44/> 90/' \"$(dirname \"$3\")/../rules/shop.yml\"; done; fi\n\
         exec '{}' \"$@\"",
        promtool.display()
    );
    let (code, said) = dir.tabi(&["test", "-j", "1"], Some(&dir.stub(&script)));
    assert_eq!(code, 1, "{said}");
    for part in [
        "FAILING   SLOBudgetBurn  shop.pay.available",
        "played:   burns and ends",
        "expected: this fires",
        "got:      nothing fires",
        "1 failing",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_cannot_be_played_is_unproven_and_never_proven() {
    let holds = |expr: &str| {
        SMALL.replace(
            "good   http_requests_total{job=\"pay\", code!~\"5..\"}\n      total  http_requests_total{job=\"pay\"}",
            &format!("holds `{expr}`"),
        )
    };
    for (expr, why) in [
        ("lag{job=\"a\"} @ 0 <= 3", "the modifier @"),
        ("count_values(\"v\", lag{job=\"a\"}) <= 3", "count_values"),
        ("lag{job=\"a\"} >= 0 or lag{job=\"a\"} < 0", "everything is bad"),
    ] {
        let (code, said) = Dir::new(&holds(expr)).tabi(&["test"], Some(&common::tool("promtool")));
        if said.contains("error[") {
            // the compiler refuses it already, which is better still
            continue;
        }
        assert!(code == 1 && said.contains("unproven  SLOBudgetBurn") && said.contains(why), "{expr}: {said}");
        assert!(said.contains("1 unproven") && !said.contains("  proven"), "{said}");
    }
    // numbers that are given to an alert prove nothing of one that nothing comes to
    for exclude in ["vector(1)", "hour() < 24"] {
        let source = SMALL.replace("target 99%", &format!("exclude `{exclude}`\n      target 99%"));
        let (code, said) = Dir::new(&source).tabi(&["test"], Some(&common::tool("promtool")));
        assert!(
            code == 1 && said.contains("unproven  SLOBudgetBurn") && !said.contains("  proven"),
            "{exclude}: {said}"
        );
    }
    // subqueries and joins are played
    for expr in ["max_over_time(lag{job=\"a\"}[10m:1m]) <= 3", "lag{job=\"a\"} / on (instance) size{job=\"a\"} < 0.5"] {
        let (code, said) = Dir::new(&holds(expr)).tabi(&["test"], Some(&common::tool("promtool")));
        assert_eq!(code, 0, "{expr}: {said}");
    }
}

/// PromQL as people write it. What is proven was run by promtool: the small evaluator that makes the series agrees with it.
#[test]
fn promql_of_many_kinds_is_played() {
    let exprs = [
        "histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket{job=\"a\"}[5m]))) < 0.3",
        "clamp_max(lag{job=\"a\"}, 100) <= 3",
        "(label_replace(lag{job=\"a\"}, \"to\", \"$1\", \"job\", \"(.*)\")) <= 3",
        "(label_join(lag{job=\"a\"}, \"to\", \"-\", \"job\", \"instance\")) <= 3",
        "(sum(lag{job=\"a\"}) or vector(0)) <= 3",
        "max by (queue) (lag{job=\"a\"}) <= 3",
        "(max(absent(watchdog{job=\"a\"})) or vector(0)) == 0",
        "(max(absent_over_time(watchdog{job=\"a\"}[10m])) or vector(0)) == 0",
        "lag{job=\"a\"} / on () group_left () max(size{job=\"a\"}) < 0.5",
        "lag{job=\"a\"} * on (pod) group_left (node) info{job=\"a\"} <= 3",
        "quantile(0.9, lag{job=\"a\"}) <= 3",
        "max(topk(3, lag{job=\"a\"})) <= 3",
        "quantile_over_time(0.9, lag{job=\"a\"}[10m]) <= 3",
        "predict_linear(free{job=\"a\"}[1h], 14400) > 0",
        "lag{job=\"a\"} + 0 * timestamp(lag{job=\"a\"}) <= 3",
        "time() - max(last_success{job=\"a\"}) < 3600",
        "sum(rate(errors_total{job=\"a\"}[5m])) / sum(rate(all_total{job=\"a\"}[5m])) < 0.01",
    ];
    let mut source = String::from(
        "user journey shop {\n  owner me\n  alerts {\n    page   2% in 1h\n    ticket off\n    left   off\n    no_data off\n  }\n",
    );
    for (i, expr) in exprs.iter().enumerate() {
        // each has series of its own
        let expr = expr.replace("job=\"a\"", &format!("job=\"j{i}\""));
        let _ = write!(source, "  step s{i} {{\n    sli x {{\n      holds `{expr}`\n      target 95%\n    }}\n  }}\n");
    }
    // one event after the other, as timestamps and as series that come and go
    for (name, call) in [
        ("jobs", "kubernetes.jobs_end_within(10m, namespace: \"ci\")"),
        ("ready", "environments.ready_within(10m, namespaces: \"pr-.+\")"),
        ("lead", "dora.lead_time_within(1d, app: \"shop\")"),
        ("changes", "dora.changes_hold(app: \"web\")"),
        ("restored", "on_call.restored_within(1h, severity: \"critical\")"),
    ] {
        let _ = write!(source, "  step {name} {{\n    sli x = {call} {{\n      target 95%\n    }}\n  }}\n");
    }
    let source = format!("use std.dora\nuse std.environments\nuse std.kubernetes\nuse std.on_call\n\n{source}}}\n");
    for (promtool, _) in promtools() {
        let (code, said) = Dir::new(&source).tabi(&["test"], Some(&promtool));
        assert_eq!(code, 0, "{said}");
    }
}

/// Large projects stay usable: every alert gets its claims, and the tests stay small enough to run side by side.
#[test]
fn five_hundred_slis_get_their_proofs() {
    let mut source = "user journey shop {\n  owner me\n".to_string();
    for i in 0..500 {
        let _ = write!(
            source,
            "  step s{i} {{\n    sli x {{\n      bad    m{i}_total{{job=\"a\", code=~\"5..\"}}\n      total  m{i}_total{{job=\"a\"}}\n      target 99%\n    }}\n  }}\n"
        );
    }
    source.push('}');
    let compiled = common::compile_text(&source);
    let proofs = tabi::proof::journey(&compiled.model, 0, &tabi::project::Options::default());
    assert!(proofs.alerts.len() >= 3000, "{}", proofs.alerts.len());
    assert!(proofs.alerts.iter().all(|a| a.unproven.is_none()));
    let claimed: std::collections::HashSet<usize> = proofs
        .files
        .iter()
        .flat_map(|f| &f.tests)
        .flat_map(|t| &t.claims)
        .filter(|c| c.fires.is_some())
        .map(|c| c.alert)
        .collect();
    assert_eq!(claimed.len(), proofs.alerts.len());
    // those of the journey itself need all of its SLIs; the others play in small companies
    let small = proofs.files.iter().flat_map(|f| &f.tests).filter(|t| !t.slis.is_empty());
    assert!(small.inspect(|t| assert!(t.series.len() <= 100, "{}", t.name)).count() > 100);
}

/// A small generator (`SplitMix64`), so that the cases are the same everywhere.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % below
}

/// For random targets, windows, thresholds and traffic: `tabi show` says the minute in which promtool sees the alert come.
#[test]
fn predictions_agree_with_promtool_to_the_minute() {
    predictions(Engine::Prometheus);
}

/// Also where an engine sees its own numbers late.
#[test]
fn predictions_agree_for_engines_that_are_late() {
    predictions(Engine::Gmp);
}

/// Also where groups are cut so small that windows have to wait.
#[test]
fn predictions_agree_for_groups_that_are_cut() {
    predictions(Engine::Mimir);
}

fn predictions(target: Engine) {
    const CASES: usize = 40;
    let mut state = 42;
    let mut source = String::from("user journey j {\n  owner me\n");
    for i in 0..CASES {
        let target = ["99.9", "99.5", "99", "97", "95", "90", "80", "60"][random(&mut state, 8) as usize];
        let long = [30, 45, 60, 90, 120, 180, 240][random(&mut state, 7) as usize];
        let share = 1 + random(&mut state, 20);
        let need = 1 + random(&mut state, 5);
        let _ = write!(
            source,
            "  step s{i} {{\n    sli x {{\n      bad    m{i}_total{{job=\"a\", code=~\"5..\"}}\n      total  m{i}_total{{job=\"a\"}}\n      \
             target {target}%\n      alerts {{\n        page {share}% in {long}m\n        ticket off\n        no_data off\n        left off\n        \
             need {need}\n      }}\n    }}\n  }}\n"
        );
    }
    source.push('}');
    let mut options = Options::default();
    options.engine.target = target;
    let compiled = common::compile(&[("test.tabi".to_string(), source)], &options);
    let journey = &compiled.model.journeys[0];
    let rules = tabi::adapt::journey(&compiled.model, 0, &options);
    let times = Timing::of(&compiled.model, &options, 0);
    let casts: Vec<_> = journey.members().into_iter().map(|m| cast::cast(m, 120)).collect();
    for (promtool, closed) in promtools() {
        let (mut players, mut claims) = (Vec::new(), Vec::new());
        let mut seed = 7;
        let begins = 300;
        for cast in &casts {
            let sli = cast.member.1;
            let row = &thresholds::of_sli(journey, sli)[0];
            let limit = row.burn * sli.target.value.budget();
            // a share above the threshold, and few or many events a minute
            let failing = limit + (1.0 - limit) * (0.05 + 0.9 * random(&mut seed, 1000) as f64 / 1000.0);
            let all = [1.0, 10.0, 1000.0, 100_000.0][random(&mut seed, 4) as usize];
            let bad = (all * failing).ceil();
            let failing = bad / all;
            let situation = Situation {
                budget: sli.target.value.budget(),
                evaluate: 1,
                range: 120,
                window: journey.window.value,
                traffic: Some(all / 60.0),
                independent: false,
                closed,
                late: times.of_sli(journey, sli).late,
            };
            let prediction = situation.predict(row, failing).expect("it fires");
            let phase = |minutes, good, bad| Phase { minutes, act: Act::Flow { good, bad } };
            let phases = vec![phase(6, 0.0, 0.0), phase(begins - 6 + 1, all, 0.0), phase(1, all - bad, bad)];
            players.push(Player { cast, phases, base: 0.0, strangers: None, stands_by: false });
            let step = &cast.member.0.expect("a step").name.text;
            for (minute, fires) in [(prediction.fires_after - 1, 0), (prediction.fires_after, 1)] {
                claims.push(Claim {
                    alert: 0,
                    words: format!("{step}: {failing} of {all} a minute fail, {limit} is the limit in {}m", row.long),
                    minute: begins + minute,
                    expr: format!("count(ALERTS{{alertstate=\"firing\",step=\"{step}\"}}) or vector(0)"),
                    fires: Some(format!("{fires}")),
                });
            }
        }
        let total = claims.iter().map(|c| c.minute).max().expect("claims") + 1;
        let test = Test {
            name: "predictions".into(),
            slis: Vec::new(),
            given: false,
            interval: 60,
            series: input(&players, total),
            claims,
        };
        let file = TestFile {
            name: "predictions".into(),
            step: 1,
            journeys: vec!["j".into()],
            groups: rules.groups.iter().map(|group| group.name.clone()).collect(),
            native: false,
            tests: vec![test],
        };
        let directory = tempfile::tempdir().expect("a directory");
        // in the form that promtool reads, whatever the engine's own is
        common::write(&directory.path().join("rules/j.yml"), &tabi::emit::prometheus::file(&rules, &compiled.sources));
        // a claim of this test is a count: its value stands where the labels are
        let text = tabi::emit::promtool::file(&file, &file.tests, "a test", "../rules");
        let text = text
            .replace("- labels: '0'\n            value: 1", "- labels: '{}'\n            value: 0")
            .replace("- labels: '1'\n            value: 1", "- labels: '{}'\n            value: 1");
        let path = directory.path().join("tests/predictions.test.yml");
        common::write(&path, &text);
        let output = Command::new(&promtool).args(["test", "rules"]).arg(&path).output().expect("promtool runs");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}: {said}\n{text}", promtool.display());
    }
}
