//! Where a lint speaks, and where it must not: small bodies of an SLI, each with the lints that it provokes among those that are looked at.

use tabi::project::{Options, in_memory};

/// The names of the lints that a body provokes, of those that do not speak of every small example.
fn lints(body: &str) -> Vec<&'static str> {
    let source =
        format!("user journey j {{\n  step s {{\n    sli x {{\n      {body}\n      target 99%\n    }}\n  }}\n}}\n");
    let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), source)]);
    found.extend(tabi::compile(&mut sources, &units, &Options::default(), false).1);
    let wanted = ["alert-within-budget", "not-a-rate", "regex-as-text", "endless-exclude", "chance-alert"];
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
