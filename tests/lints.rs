//! Where a lint speaks, and where it must not: small bodies of an SLI, each with the lints that it provokes among those that are looked at.

#[path = "lints/few_events.rs"]
mod few_events;

use tabi::diagnostic::Diagnostic;
use tabi::engine::Target;
use tabi::project::{Options, in_memory};

/// The names of the lints that a body provokes, of those that do not speak of every small example.
fn lints(body: &str) -> Vec<&'static str> {
    let source =
        format!("user journey j {{\n  step s {{\n    sli x {{\n      {body}\n      target 99%\n    }}\n  }}\n}}\n");
    let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), source)]);
    found.extend(tabi::compile(&mut sources, &units, &Options::default(), false).1);
    let wanted = [
        "alert-within-budget",
        "not-a-rate",
        "regex-as-text",
        "endless-exclude",
        "chance-alert",
        "not-a-number",
        "bucket-by-hand",
        "not-a-condition",
        "different-sources",
        "subquery-step",
    ];
    let mut names: Vec<&str> = found.iter().map(tabi::diagnostic::Diagnostic::name).collect();
    assert!(found.iter().all(|d| d.entry.lint), "{body}: {names:?}");
    names.retain(|name| wanted.contains(name));
    names.dedup();
    names
}

fn speaks(name: &str, bodies: &[&str]) {
    for body in bodies {
        assert_eq!(lints(body), [name], "{body}");
    }
}

fn silent(bodies: &[&str]) {
    for body in bodies {
        assert!(lints(body).is_empty(), "{body}: {:?}", lints(body));
    }
}

#[test]
fn a_pattern_after_an_equals_sign() {
    speaks(
        "regex-as-text",
        &[
            "up a{code!=\"5..\"}",
            "up a{code=\"5..|4..\"}",
            "up a{path=\"/api/.*\"}",
            "up a{path=\"^/api\"}",
            "up a{code!=\"5\\\\d\\\\d\"}",
            "good `rate(a_total{code!=\"5..\"}[$window])` total `rate(a_total[$window])`",
            "holds `a{code=\"[0-9]+\"} > 0`",
            "up a exclude `b{kind=\"x.*\"} == 1`",
        ],
    );
    silent(&[
        "up a{host=\"www.example.com\"}",
        "up a{url=\"https://example.com/?q=1\"}",
        "up a{path=\"../x\"}",
        "up a{x=\"…\", y=\"a...\"}",
        "up a{x=\"$\"}",
        "up a{url=\"http://[::1]:9090/\"}",
        "up a{code!~\"5..\"}",
    ]);
}

#[test]
fn a_count_where_a_rate_is_asked_for() {
    let events = |bad: &str| format!("bad `{bad}` total `rate(all_total[$window])`");
    for bad in [
        "increase(x_total[$window])",
        "sum(increase(x_total[$window]))",
        "sum by (a) (x_total)",
        "x_count - x_bucket{le=\"1\"}",
        "clamp_min(changes(x[$window]), 0)",
        "rate(x_total[$window]) or increase(y_total[$window])",
        "sum(x_total > 0)",
    ] {
        speaks("not-a-rate", &[&events(bad)]);
    }
    for bad in [
        "rate(x_total[$window])",
        "sum(increase(x_total[$window])) / $window",
        "changes(x[$window]) / $window",
        "job:errors:rate5m",
        "sum(errors_per_second)",
        "count(x_total == 3) / 60",
        "x_total / y_total",
    ] {
        silent(&[&events(bad)]);
    }
    // of gauges a count is what is asked for
    silent(&["holds `increase(x_total[5m]) < 3`", "up `count(x_total) > bool 3`"]);
}

#[test]
fn an_exclusion_that_never_ends() {
    for exclude in
        ["m", "sum(m)", "m == bool 1", "hour()", "vector(1)", "m * 2", "m and n", "hour() < bool 4", "m or n == 1"]
    {
        speaks("endless-exclude", &[&format!("up a exclude `{exclude}`")]);
    }
    for exclude in [
        "m == 1",
        "hour() < 4",
        "m unless n",
        "absent(m)",
        "ALERTS{alertname=\"Maintenance\"}",
        "m and on () hour() < 4",
        "sum(m > 0)",
        "max_over_time((m == 1)[10m:1m])",
    ] {
        silent(&[&format!("up a exclude `{exclude}`")]);
    }
}

#[test]
fn a_row_within_the_budget() {
    speaks("alert-within-budget", &["up a alerts { ticket 10% in 3d }", "up a alerts { page 1% in 7h }"]);
    silent(&["up a", "up a alerts { ticket 11% in 3d }", "up a alerts { page 25% in 7d }"]);
}

#[test]
fn alerts_by_chance() {
    speaks("chance-alert", &["bad b_total{job=\"x\"} total a_total{job=\"x\"} traffic 100/day alerts { need 1 }"]);
    silent(&[
        "bad b_total{job=\"x\"} total a_total{job=\"x\"} traffic 100k/day",
        "bad b_total{job=\"x\"} total a_total{job=\"x\"} traffic 1000000k/s",
        "bad b_total{job=\"x\"} total a_total{job=\"x\"} traffic 1k/day alerts { need 100 }",
    ]);
}

/// What `alert-fires-late` says where an engine evaluates.
fn late(text: &str, target: Target) -> Option<Diagnostic> {
    let mut options = Options::default();
    options.engine.target = target;
    options.engine.stateless = true;
    let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), text.to_string())]);
    found.extend(tabi::compile(&mut sources, &units, &options, false).1);
    assert!(found.iter().all(|d| d.entry.lint), "{text}: {found:?}");
    found.into_iter().find(|d| d.name() == "alert-fires-late")
}

/// Nobody wrote the built-in rows, and no row is earlier: how late an engine is alone is no word worth where they are first.
#[test]
fn built_in_rows_are_not_late_by_the_engine_alone() {
    let of = |window: &str, body: &str| {
        format!("user journey j {{\n  window {window}\n  step s {{\n    sli x {{\n      {body}\n    }}\n  }}\n}}\n")
    };
    let counted = "bad b_total{job=\"x\"}\n      total a_total{job=\"x\"}";
    for (word, target) in Target::WORDS {
        for body in [
            of("28d", &format!("{counted}\n target 95%\n alerts {{ page off }}")),
            of("28d", &format!("{counted}\n target 99.9%\n alerts {{ page off }}")),
            of("14d", &format!("{counted}\n target 95%\n alerts {{ page off }}")),
            of("28d", &format!("{counted}\n target 99.95%")),
            of("28d", "up up{job=\"x\"}\n target 99.9%"),
        ] {
            assert!(late(&body, target).is_none(), "{word}: {body}: {:?}", late(&body, target));
        }
    }
    // as many events as are needed take a tenth of the budget by themselves, on each engine, and that is the reason
    for target in [Target::Prometheus, Target::VictoriaMetrics] {
        let d = late(&of("28d", "up up{job=\"x\"}\n target 99.95%"), target).expect("a warning");
        assert!(d.message.ends_with("3 bad events have to come first"), "{}", d.message);
        assert_eq!(d.help.as_deref(), Some("`alerts { need 1 }`"));
    }
    let rare =
        |body: &str| of("14d", &format!("{counted}\n traffic 1/h\n target 99.95%\n alerts {{ page off {body} }}"));
    for text in [rare("need 1"), rare("")] {
        let d = late(&text, Target::Prometheus);
        assert!(d.iter().all(|d| !d.message.contains("1 bad event have")), "{d:?}");
        assert!(d.iter().all(|d| !d.help.as_ref().is_some_and(|h| h.contains("longer time"))), "{d:?}");
    }
}

/// A minute is a twentieth of the budget here; an engine that sees its own numbers two minutes late takes three of them.
#[test]
fn a_late_engine_counts() {
    let text = "user journey j {\n  step s {\n    sli x {\n      bad b_total{job=\"x\"}\n      total a_total{job=\"x\"}\n      target 99.95%\n      alerts { page 2% in 1h }\n    }\n  }\n}\n";
    let late = |target| late(text, target).map(|d| d.message);
    assert_eq!(late(Target::Prometheus), None);
    let said = late(Target::VictoriaMetrics).unwrap_or_default();
    assert!(said.contains("tells after 3m, with 14.88 %") && said.contains("sees what it recorded 2m late"), "{said}");
}

/// Envoy's counters do not end with `_total`. A hint in a text that ships would ask people to change what they cannot.
#[test]
fn counters_of_templates_that_ship() {
    let found = |head: &str, sli: &str| {
        let text = format!("{head}\nuser journey j {{\n  step s {{\n    sli x {sli}\n  }}\n}}\n");
        let (mut sources, units, _) = in_memory(&[("test.tabi".to_string(), text)]);
        let found = tabi::compile(&mut sources, &units, &Options::default(), false).1;
        found.iter().filter(|d| d.name() == "not-a-counter").count()
    };
    let called = "= envoy.upstream_available(cluster: \"pay\") {\n target 99%\n}";
    assert_eq!(found("use std.envoy", called), 0);
    let written = "{\n bad envoy_cluster_upstream_rq_xx{c=\"5\"}\n total envoy_cluster_upstream_rq_xx\n target 99%\n}";
    assert_eq!(found("", written), 2);
}

#[test]
fn a_comparison_that_meets_nan() {
    let quantile = "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))";
    for body in [
        format!("holds `{quantile} < 0.5`"),
        format!("holds `0.5 > {quantile}`"),
        "holds `sum(rate(e_total[5m])) / sum(rate(a_total[5m])) < 0.01`".to_string(),
        "holds `a / b > bool 3`".to_string(),
        "holds `(a / b < bool 3) * (c < bool 4)`".to_string(),
        "holds `(a / b < bool 3) + (c < bool 4) > 0`".to_string(),
        "holds `x{quantile=\"0.99\"} <= 1`".to_string(),
        "holds `a < scalar(b)`".to_string(),
        "up `max(a / b < bool 3)`".to_string(),
        "good `sum(a / b < bool 3)` total `count(a)`".to_string(),
        "bad `sum((a / b < bool 3) == bool 0)` total `count(a)`".to_string(),
    ] {
        speaks("not-a-number", &[&body]);
    }
    for body in [
        format!("holds `({quantile} >= 0) < 0.5`"),
        format!("holds `({quantile} >= -Inf) < 0.5`"),
        // NaN is then good
        format!("holds `({quantile} > bool 0.5) == 0`"),
        format!("holds `{quantile} != 3`"),
        "holds `a / (b > 0) < 0.01`".to_string(),
        "holds `(a / b and b > 0) < 0.01`".to_string(),
        "holds `(a / b < bool 0.01) unless b == 0`".to_string(),
        "holds `a / 1000 <= 3`".to_string(),
        "holds `a < b`".to_string(),
        "up `a / b`".to_string(),
        "bad `sum(a / b > bool 3)` total `count(a)`".to_string(),
    ] {
        silent(&[&body]);
    }
}

#[test]
fn a_step_that_the_server_chooses() {
    speaks(
        "subquery-step",
        &[
            "holds `max_over_time(queue[10m:]) < 50`",
            "holds `max_over_time((queue > 5)[10m : ] offset 5m) < 50`",
            "up `min_over_time(ready[10m:])`",
            "bad `sum(sum_over_time(failed[$window:]))`\ntotal `sum(sum_over_time(ran[$window:1m]))`",
        ],
    );
    silent(&["holds `max_over_time(queue[10m:1m]) < 50`", "holds `max_over_time(queue[10m]) < 50`"]);
}

#[test]
fn a_number_where_a_condition_is_asked_for() {
    speaks(
        "not-a-condition",
        &[
            "holds `avg(queue)`",
            "holds `queue_wait_seconds`",
            "holds `max(queue_wait_seconds)`",
            "holds `sum by (a) (queue)`",
            "holds `(count(queue > 0))`",
            "holds `time() - max(done_timestamp_seconds)`",
            "holds `increase(x_total[5m])`",
            "holds `histogram_quantile(0.9, x) unless y`",
            "holds `max_over_time(queue_bytes[5m])`",
            "holds `count(x) / (count(y) > 0)`",
            "holds `100 * avg(x)`",
            "holds `avg(x) or vector(5) + 1`",
            "holds `a / b`",
            "up `avg(probe_success)`",
            "up `count(probe_success == 1)`",
        ],
    );
    silent(&[
        "holds `avg(queue) < 50`",
        "holds `ready`",
        "holds `max(ready)`",
        "holds `min_over_time(ready[5m])`",
        "holds `1 - broken`",
        "holds `ready * (queue < bool 50)`",
        "holds `(avg(queue) < bool 50) * (count(x) > bool 3)`",
        "holds `(a > bool 1) + 0 * count(x)`",
        "holds `absent(x) or vector(0)`",
        "holds `count(x) or vector(0)`",
        "holds `group(x)`",
        "holds `sgn(x)`",
        "holds `clamp_max(x, 1)`",
        "holds `a and b`",
        "up `max(probe_success)`",
        "up `probe_success or on (job) 0 * up`",
        "up `count(x) > bool 3`",
        // a selector says nothing of what it is
        "up queue_wait_seconds",
    ]);
}

/// What comes to the same whatever happens: only what is proven.
#[test]
fn a_measure_that_says_nothing() {
    let said = |body: &str| {
        let text =
            format!("user journey j {{\n  step s {{\n    sli x {{\n      {body}\n      target 99%\n    }}\n  }}\n}}\n");
        let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), text)]);
        found.extend(tabi::compile(&mut sources, &units, &Options::default(), false).1);
        assert!(found.iter().all(|d| d.entry.lint), "{body}: {found:?}");
        found.iter().any(|d| d.name() == "always-the-same")
    };
    for body in [
        "holds `min(x == 1)`",
        "up `min(x == 1)`",
        "up `(x == 1) and y`",
        "holds `absent(q)`",
        "holds `clamp_max(x == 1, 1)`",
        "holds `count(x == 0) > 0`",
        "holds `group(x)`",
        "good x_total{job=\"a\"} total x_total{job=\"a\"}",
        "bad x_total{job=\"a\", code=~\".*\"} total x_total{job=\"a\"}",
        "good x_total{job=\"a\", b=\"c\"} bad x_total{b=\"c\", job=\"a\"}",
        "bad `sum(rate(x_total[$window]))` total `sum(rate(x_total[$window]))`",
        "age `time() - max(x_timestamp_seconds)` under 5m",
        "age backup_age_seconds under 5m",
    ] {
        assert!(said(body), "{body}");
    }
    for body in [
        "holds `x == 1`",
        "holds `min(x) == 1`",
        "holds `min(x == bool 1)`",
        "holds `(count(q) or vector(0)) == 0`",
        "holds `max(x >= 0) <= 300`",
        "holds `sum(x > 0) < 5`",
        "up `max(x)`",
        "up `x == 1 or 0 * x`",
        "up `x unless y == 1`",
        "bad x_total{job=\"a\", code=~\".+\"} total x_total{job=\"a\"}",
        // of an age a time is made
        "age `time() - backup_age_seconds` under 5m",
        "age `time() - x` under 5m",
        "age image_page under 5m",
    ] {
        assert!(!said(body), "{body}");
    }
    let same = |body: &str| mended("always-the-same", body);
    assert_eq!(same("holds `min(x==1)`"), "holds `min(x== bool 1)`");
    assert_eq!(same("up `max by (a) (x > 0.5)`"), "up `max by (a) (x > bool 0.5)`");
    assert_eq!(
        same("age `time() - x_timestamp_seconds{a=\"b\"}` under 5m"),
        "age x_timestamp_seconds{a=\"b\"} under 5m"
    );
    assert_eq!(same("age `time() - max(x_created)` under 5m"), "age `max(x_created)` under 5m");
}

/// A bound that is made up, or on the wrong side, would make a dead heartbeat good.
#[test]
fn advice_for_numbers_makes_no_bound_up() {
    let help = |body: &str| {
        let text =
            format!("user journey j {{\n  step s {{\n    sli x {{\n      {body}\n      target 99%\n    }}\n  }}\n}}\n");
        let (mut sources, units, _) = in_memory(&[("test.tabi".to_string(), text)]);
        let found = tabi::compile(&mut sources, &units, &Options::default(), false).1;
        let d = found.into_iter().find(|d| d.name() == "not-a-condition").expect("a warning");
        assert!(!d.message.contains("50"), "{}", d.message);
        (d.message, d.help.unwrap_or_default())
    };
    for (body, bound) in [
        ("holds `increase(heartbeat_total[10m])`", "`increase(heartbeat_total[10m]) > 0`"),
        ("holds `sum(leader_election_master_status)`", "`sum(leader_election_master_status) > 0`"),
        ("holds `changes(x[10m])`", "`changes(x[10m]) > 0`"),
        // of nothing there is no count
        ("up `count(probe_success == 1)`", "`(count(probe_success == 1) or vector(0)) > 0`"),
    ] {
        let (message, help) = help(body);
        assert!(message.ends_with("not 0 is good, however much it is"), "{message}");
        assert!(help.contains(bound) && help.starts_with("if that is meant"), "{body}: {help}");
    }
    let (_, up) = help("up `avg by (cluster) (up)`");
    assert!(up.contains("`avg by (cluster) (up) >= 0.9`") && up.contains("`min` or `max`"), "{up}");
    let (_, mean) = help("holds `avg(queue)`");
    assert_eq!(mean, "compare it with a bound: `avg(queue) < …` where little is good, `avg(queue) > …` where much is");
    let (_, or) = help("holds `avg(x) or vector(5) + 1`");
    assert!(or.contains("`(avg(x) or vector(5) + 1) < …`"), "{or}");
}

#[test]
fn counters_of_different_sources() {
    speaks(
        "different-sources",
        &[
            "good x_total{job=\"a\", code=\"200\"} total x_total",
            "good x_total{job=\"a\", code=\"200\"} total x_total{code!=\"400\"}",
            "bad x_total{namespace=\"a\", code=\"500\"} total x_total{code!=\"400\"}",
            "bad x_failed_total{job=\"a\"} total x_total",
            "bad x_failed_total total x_total{job=\"a\"}",
            "good x_done_total{cluster=\"a\"} bad x_failed_total",
            "good x_done_total{job=\"a\"} total x_total{job=\"b\"}",
            "bad x_failed_total{job=\"a\", app=\"b\"} total x_total{job=\"a\"}",
        ],
    );
    silent(&[
        "good x_total{job=\"a\", code=\"200\"} total x_total{job=\"a\"}",
        // what became of an event
        "bad x_total{job=\"a\", code=\"500\", result=\"failed\", service=\"b\"} total x_total{job=\"a\"}",
        // another pattern may say the same
        "bad x_total{job=\"a\", code=\"500\"} total x_total{job=~\"a\"}",
        "bad x_total{job=\"a\", code=\"500\"} total x_total{job=~\"a|b\"}",
        "bad x_total{job=~\"a|b\"} total y_total",
        "bad x_failed_total{job=\"\"} total x_total",
        "bad x_failed_total{namespace=\"a\"} total x_total{namespace=\"b\"}",
        "bad `rate(x_failed_total{job=\"a\"}[$window])` total x_total{job=\"b\"}",
        // one label in two spellings
        "bad payments_failed_total{environment=\"prod\"} total gateway_requests_total{env=\"prod\"}",
        "bad x_failed_total{application=\"a\"} total x_total{app=\"a\"}",
        "bad x_failed_total{exported_namespace=\"etl\"} total y_total{namespace=\"etl\"}",
        "bad x_failed_total{namespace=\"etl\"} total y_total{exported_namespace=\"etl\"}",
        // another program, of which the same is chosen by the label that it has
        "bad app_errors_total{job=\"app\"} total nginx_ingress_controller_requests{exported_service=\"app\"}",
    ]);
}

#[test]
fn a_bucket_that_is_picked_by_hand() {
    let inf = "total x_seconds_bucket{job=\"a\", le=\"+Inf\"}";
    speaks(
        "bucket-by-hand",
        &[
            &format!("good x_seconds_bucket{{job=\"a\", le=\"0.5\"}} {inf}"),
            "good x_seconds_bucket{job=\"a\", le=\"0.5\"} total x_seconds_count{job=\"a\"}",
            // with the other spelling nothing is found
            "good x_bytes_bucket{job=\"a\", le=\"1000\"} total x_bytes_count{job=\"a\"}",
            "bad x_seconds_bucket{job=\"a\", le=\"1.0\"} total x_seconds_count{job=\"a\"}",
        ],
    );
    silent(&[
        // what no `latency` counts
        &format!("good x_seconds_bucket{{job=\"a\", code=\"200\", le=\"0.5\"}} {inf}"),
        "good x_bytes_bucket{job=\"a\", le=\"0.5\"} total x_bytes_count{job=\"a\"}",
        "good x_seconds_bucket{job=\"a\", le=\"0.0005\"} total x_seconds_count{job=\"a\"}",
        "good x_bytes_bucket{job=\"a\", le=~\"1000([.]0)?\"} total x_bytes_count{job=\"a\"}",
        "latency x_seconds{job=\"a\"} under 500ms",
    ]);
}

/// What a fix makes of a body, and the lints that are left.
fn mended(name: &str, body: &str) -> String {
    let text = format!("user journey j {{\n  step s {{\n    sli x {{\n{body}\n      target 99%\n    }}\n  }}\n}}\n");
    let compiled = |text: &str| {
        let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), text.to_string())]);
        found.extend(tabi::compile(&mut sources, &units, &Options::default(), !found.is_empty()).1);
        found
    };
    let found = compiled(&text);
    let d = found.iter().find(|d| d.name() == name).unwrap_or_else(|| panic!("{body}: {found:?}"));
    let mut edits = d.fixes.first().unwrap_or_else(|| panic!("{body}: no fix")).edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span.start));
    let mut text = text;
    for edit in edits {
        text.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
    }
    let left = compiled(&text);
    assert!(left.iter().all(|d| d.entry.lint && d.name() != name), "{text}: {left:?}");
    text.lines().skip(3).take_while(|line| !line.contains("target")).map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn fixes_of_lints_leave_nothing_to_say() {
    let nan = |body: &str| mended("not-a-number", body);
    assert_eq!(nan("holds `a / b < 3`"), "holds `(a / b >= -Inf) < 3`");
    assert_eq!(nan("holds `1 - (a / b) > 0.9`"), "holds `1 - (a / b >= -Inf) > 0.9`");
    assert_eq!(nan("holds `\n  max(a\n / b)\n  < 3\n`"), "holds ` max(a / b >= -Inf) < 3 `");
    assert_eq!(nan("holds `increase(a[$window]) / b < 3`"), "holds `(increase(a[$window]) / b >= -Inf) < 3`");
    let bucket = |body: &str| mended("bucket-by-hand", body);
    assert_eq!(
        bucket(
            "good x_seconds_bucket{job=\"a\", z!~\"b.*\", le=\"0.5\"}\ntotal x_seconds_count{z!~\"b.*\", job=\"a\"}"
        ),
        "latency x_seconds{job=\"a\", z!~\"b.*\"} under 500ms "
    );
    assert_eq!(bucket("total x_ms_bucket{le=\"+Inf\"}\ngood x_ms_bucket{le=\"250\"}"), "latency x_ms under 250ms ");
    assert_eq!(
        bucket("good x_bytes_bucket{le=\"10.0\"}\ntotal x_bytes_count"),
        "good x_bytes_bucket{le=~\"10([.]0)?\"} total x_bytes_count"
    );
}

/// Lints of what is broken would be of something that nobody meant: a file with errors of syntax, a journey with any error, and what
/// leans on a broken file. All others have theirs.
#[test]
fn what_is_broken_has_no_lints() {
    let journey = |name: &str, target: &str| {
        format!(
            "user journey {name} {{\n  step s {{\n    sli x {{\n      up a{{x=\"5..\"}}\n      target {target}\n    }}\n  }}\n}}\n"
        )
    };
    let lints = |files: &[(&str, String)]| {
        let files: Vec<(String, String)> = files.iter().map(|(n, t)| ((*n).to_string(), t.clone())).collect();
        let (mut sources, units, syntax) = in_memory(&files);
        let found = tabi::compile(&mut sources, &units, &Options::default(), !syntax.is_empty()).1;
        let names = found.iter().filter(|d| d.name() == "regex-as-text");
        let mut names: Vec<String> = names.map(|d| sources.name_and_line(d.place())).collect();
        names.sort();
        names
    };
    let good = || ("good.tabi", journey("good", "99%"));
    assert_eq!(lints(&[good(), ("b.tabi", journey("b", "99%"))]), ["b.tabi:4", "good.tabi:4"]);
    // broken text, anywhere in the file
    let broken = format!("{}user journey c {{\n  target\n}}\n", journey("b", "99%"));
    assert_eq!(lints(&[good(), ("b.tabi", broken)]), ["good.tabi:4"]);
    // an error in one journey of two
    let one = format!("{}{}", journey("b", "100%"), journey("c", "99%"));
    assert_eq!(lints(&[good(), ("b.tabi", one)]), ["b.tabi:12", "good.tabi:4"]);
    // an error outside of journeys, and who uses that
    let defaults = ("d.tabi", "defaults {\n  window 1m\n}\n".to_string());
    let using = ("u.tabi", format!("use \"./d.tabi\"\n{}", journey("u", "99%")));
    assert_eq!(lints(&[good(), defaults, using]), ["good.tabi:4"]);
    // whose journey it is may be misspelt: then it is read as what was meant
    let misspelt = ("m.tabi", journey("m", "100%").replace("user", "usr"));
    let files = [("m.tabi".to_string(), misspelt.1)];
    let (mut sources, units, syntax) = in_memory(&files);
    let found = tabi::compile(&mut sources, &units, &Options::default(), true).1;
    let names: Vec<&str> = syntax.iter().chain(&found).map(tabi::diagnostic::Diagnostic::name).collect();
    assert_eq!(names, ["syntax", "bad-target"]);
}
