//! What becomes of queries.

use super::*;

fn lines(measured: &Measured) -> String {
    let mut lines: Vec<String> = measured.lines.iter().map(|(word, text)| format!("{word} {text}")).collect();
    if !measured.by.is_empty() {
        lines.push(format!("by {}", measured.by.join(", ")));
    }
    lines.join("\n")
}

fn events(bad: &str, total: &str) -> String {
    lines(&bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total)))
}

fn of_ratio(text: &str) -> String {
    lines(&ratio(&Query::read(text).expect(text), false))
}

#[test]
fn sums_of_counters_are_selectors() {
    let total = "sum(rate(x_total{job='a'}[{{.window}}]))";
    assert_eq!(
        events("sum(rate(x_total{job=\"a\",code=~`5..`}[{{ .window }}])) or vector(0)", total),
        "bad x_total{job=\"a\", code=~\"5..\"}\ntotal x_total{job=\"a\"}"
    );
    assert_eq!(
        events(
            "sum(increase(x_total{job=\"a\",e=\"1\"}[{{.window}}])) by (dest)",
            "sum by (dest) (increase(x_total{job=\"a\"}[{{.window}}])) > 0"
        ),
        "bad x_total{job=\"a\", e=\"1\"}\ntotal x_total{job=\"a\"}\nby dest"
    );
    assert_eq!(
        events(
            "(sum(rate(d_seconds_count{v!=\"W\"}[{{.window}}])) - sum(rate(d_seconds_bucket{le=\"0.4\",v!=\"W\"}[{{.window}}])))",
            "sum(rate(d_seconds_count{v!=\"W\"}[{{.window}}]))"
        ),
        "latency d_seconds{v!=\"W\"} under 400ms"
    );
    let all = "sum(rate(d_seconds_bucket{le=\"+Inf\",v!=\"W\"}[{{.window}}]))";
    assert_eq!(
        events(&format!("{all} - sum(rate(d_seconds_bucket{{le=\"0.4\",v!=\"W\"}}[{{{{.window}}}}]))"), all),
        "latency d_seconds{v!=\"W\"} under 400ms"
    );
    assert_eq!(
        of_ratio(
            "1 - (sum(rate(r_milliseconds_bucket{le=\"1000\"}[{{.window}}])) / (sum(rate(r_milliseconds_count[{{.window}}])) > 0) or on() vector(1))"
        ),
        "latency r_milliseconds under 1s"
    );
    assert_eq!(
        of_ratio(
            "1 - sum(rate(size_bytes_bucket{le=\"1000\"}[{{.window}}])) / sum(rate(size_bytes_count[{{.window}}]))"
        ),
        "good size_bytes_bucket{le=~\"1000([.]0)?\"}\ntotal size_bytes_count"
    );
    assert_eq!(of_ratio("1 - avg(avg_over_time(up{job=\"a\"}[{{.window}}]))"), "up up{job=\"a\"}");
}

#[test]
fn everything_else_stays_promql_per_second() {
    assert_eq!(
        events("sum(rate(a_total[{{.window}}])) + sum(rate(b_total[{{.window}}]))", "sum(rate(c_total[5m]))"),
        "bad `sum(rate(a_total[$window])) + sum(rate(b_total[$window]))`\ntotal `sum(rate(c_total[$window]))`"
    );
    assert_eq!(
        events(
            "sum_over_time((count(x < 0.75))[{{.window}}:]) OR on() vector(0)",
            "sum_over_time((count(x))[{{.window}}:])"
        ),
        "bad `(sum_over_time((count(x < 0.75))[$window:1m]) OR on() vector(0)) / $window`\ntotal `sum_over_time((count(x))[$window:1m]) / $window`"
    );
    assert_eq!(
        of_ratio("1 - (sum(sum_over_time(g[{{.window}}])) / sum(count_over_time(g[{{.window}}])))"),
        "good `sum(sum_over_time(g[$window])) / $window`\ntotal `sum(count_over_time(g[$window])) / $window`"
    );
    assert_eq!(
        of_ratio("avg_over_time(x:ratio[{{.window}}:1m]) or vector(1)").lines().next(),
        Some("bad `(avg_over_time(x:ratio[$window:1m])) >= 0`")
    );
}

#[test]
fn a_total_in_a_series_of_its_own_stays_promql() {
    let (bad, total) = ("sum(rate(x{code=~\"4xx|5xx\"}[5m]))", "sum(rate(x{code=\"total\"}[5m]))");
    assert_eq!(
        events(bad, total),
        "bad `sum(rate(x{code=~\"4xx|5xx\"}[$window]))`\ntotal `sum(rate(x{code=\"total\"}[$window]))`"
    );
    let inside = "sum(rate(x{code=~\"4xx|total\"}[5m]))";
    assert_eq!(events(inside, total), "bad x{code=~\"4xx|total\"}\ntotal x{code=\"total\"}");
}

#[test]
fn opaque_ratios_weigh_each_second_the_same() {
    assert_eq!(
        of_ratio("avg_over_time(errors:ratio[{{.window}}])"),
        "bad `(avg_over_time(errors:ratio[$window])) >= 0`\ntotal `(avg_over_time(errors:ratio[$window])) >= bool 0`"
    );
}

#[test]
fn what_is_no_promql_is_refused() {
    for (text, why) in [
        ("sum(rate(x[{{.window}}])", "no PromQL"),
        ("sum(rate(x{a=\"{{.window}}\"}[5m]))", "inside a text"),
        ("sum(rate(x{a=\"{{ .service }}\"}[5m]))", "is filled in by a program"),
        ("sum(rate(x[{{.window]))", "has no"),
        ("vector(1)[{{.window}}]", "PromQL"),
        ("histogram_share(0.2, x)", "PromQL"),
    ] {
        let refused = Query::read(text).expect_err(text);
        assert!(refused.why.contains(why), "{text}: {}", refused.why);
    }
}

const BY: &str = " by (cluster, app)";

/// Queries as teams write them: what is around them and changes nothing is not in the way.
#[test]
fn clamps_and_zeros_are_not_in_the_way() {
    let (all, good) =
        ("sum(rate(d_seconds_count[{{.window}}]))", "sum(rate(d_seconds_bucket{le=\"0.3\"}[{{.window}}]))");
    let fast = "latency d_seconds under 300ms";
    assert_eq!(events(&format!("clamp_min({all} - {good}, 0)"), all), fast);
    assert_eq!(of_ratio(&format!("clamp(1 - {good} / {all}, 0, 1) or vector(0)")), fast);
    assert_eq!(of_ratio(&format!("1 - clamp_max({good} / {all}, 1)")), fast);
    let noted = ratio(&Query::read(&format!("clamp_min(1 - {good} / {all}, 0)")).expect("a query"), false);
    assert_eq!(noted.notes, [CLAMPED]);
    // these change the number
    let floor = events("sum(rate(x[{{.window}}]))", "clamp_min(sum(rate(y[{{.window}}])), 1)");
    assert_eq!(floor, "bad `sum(rate(x[$window]))`\ntotal `clamp_min(sum(rate(y[$window])), 1)`");
    assert!(events(&format!("clamp_max({all} - {good}, 1)"), all).contains("clamp_max"));
    assert!(of_ratio("clamp_min(x:ratio, 0.001)").contains("clamp_min"));

    let sum = |text: &str| format!("sum(increase({text}[{{{{.window}}}}]) or on() vector(0))");
    assert_eq!(events(&sum("x{code=\"5xx\"}"), &sum("x")), "bad x{code=\"5xx\"}\ntotal x");
    assert_eq!(
        events("sum(rate(x{a=\"b\"}[5m])) or sum(rate(x[5m])) * 0", "sum(rate(x[5m])) > 0"),
        "bad x{a=\"b\"}\ntotal x"
    );
    // a sum of one more is no sum of these
    assert!(events("sum(rate(x{a=\"b\"}[5m]) or vector(1))", "sum(rate(x[5m]))").contains("vector(1)"));
}

/// The labels of a query part the budget, wherever its text names them.
#[test]
fn labels_are_found_below_the_top() {
    let rate = |text: &str| format!("sum(rate({text}[{{{{.window}}}}])){BY}");
    let by = |bad: &str, total: &str| bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total));
    for (bad, total) in [
        (format!("{} or clamp_min(1 - sum(up){BY}, 0)", rate("x{a=\"b\"}")), format!("{} or sum(up){BY}", rate("x"))),
        (format!("{} / 100", rate("x{a=\"b\"}")), format!("1 + {}", rate("x"))),
        (format!("{} > 10", rate("x{a=\"b\"}")), format!("{} <= 10", rate("x"))),
        (format!("{} unless on (cluster) maintenance", rate("y")), format!("{} + {}", rate("x"), rate("y"))),
        (format!("-{}", rate("y")), format!("topk(3, {})", rate("x"))),
    ] {
        let found = by(&bad, &total);
        assert_eq!(found.by, ["cluster", "app"], "{bad}");
        assert!(!found.notes.iter().any(|note| note == ALL_KEPT), "{bad}: {:?}", found.notes);
    }
    let quantile = "histogram_quantile(0.9, sum by (le, app) (rate(x_bucket[{{.window}}])))";
    assert_eq!(
        by(quantile, "label_replace(sum by (app) (rate(x[{{.window}}])), \"app\", \"$1\", \"pod\", \"(.*)\")").by,
        ["app"]
    );
    let joined = "sum by (app) (rate(x[{{.window}}])) * on (app) group_left (team) sum by (app, team) (info)";
    assert_eq!(by(joined, joined).by, ["app", "team"]);
    // the order of labels is not another set of them
    assert_eq!(
        events("sum by (b, a) (rate(x{c=\"d\"}[5m]))", "sum by (a, b) (rate(x[5m]))"),
        "bad x{c=\"d\"}\ntotal x\nby a, b"
    );
}

/// Without a `sum` each set of labels is a ratio of its own, and nothing says which of them matter.
#[test]
fn labels_that_nobody_names_are_said() {
    let of = |bad: &str, total: &str| bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total));
    let bare = of("rate(x{code=~\"5..\"}[{{.window}}])", "rate(x[{{.window}}])");
    assert_eq!(lines(&bare), "bad x{code=~\"5..\"}\ntotal x");
    assert_eq!(bare.notes, [ALL_KEPT]);
    let without = "sum without (pod) (rate(x[{{.window}}]))";
    assert_eq!(of(&without.replace("x[", "x{a=\"b\"}["), without).notes, [ALL_KEPT]);
    assert_eq!(of("sum_over_time(a[{{.window}}])", "sum_over_time(b[{{.window}}])").notes, [ALL_KEPT]);
    let mean = ratio(&Query::read("avg_over_time(x:ratio[{{.window}}])").expect("a query"), false);
    assert!(mean.notes.iter().any(|note| note == ALL_KEPT), "{mean:?}");
    // one of them sums up, the other does not: they are not two parts of one thing
    assert!(lines(&of("sum(rate(x{a=\"b\"}[5m]))", "rate(x[5m])")).starts_with("bad `"));
    for one in ["sum(rate(a[5m])) + sum(rate(b[5m]))", "absent_over_time(a[5m])", "vector(1)"] {
        assert!(!of(one, "sum(rate(b[5m])) + vector(1)").notes.iter().any(|note| note == ALL_KEPT), "{one}");
    }
}

/// All events may be written as the two parts of them, and a part as what is left of all.
#[test]
fn parts_make_a_whole() {
    let (bad, good, all) = (
        "sum by (a) (rate(failed_total[{{.window}}]))",
        "sum by (a) (rate(done_total[{{.window}}]))",
        "sum by (a) (rate(all_total[{{.window}}]))",
    );
    let both = "good done_total\nbad failed_total\nby a";
    assert_eq!(of_ratio(&format!("({bad} / ({bad} + {good})) >= 0 or vector(0)")), both);
    assert_eq!(of_ratio(&format!("1 - {good} / ({bad} + {good})")), both);
    assert_eq!(of_ratio(&format!("1 - ({all} - {bad}) / {all}")), "bad failed_total\ntotal all_total\nby a");
    // other labels, or another part
    let alone = "sum(rate(done_total[{{.window}}]))";
    assert!(of_ratio(&format!("{bad} / ({bad} + {alone})")).starts_with("bad `"));
    assert!(of_ratio(&format!("{bad} / ({all} + {good})")).starts_with("bad `"));
}

/// A chart quotes what it does not fill in.
#[test]
fn what_a_chart_only_quotes_is_read() {
    for text in [
        "sum(rate(x[{{ \"{{.window}}\" }}]))",
        "sum(rate(x[{{`{{.window}}`}}]))",
        "sum(rate(x[{{- `{{ .window }}` -}}]))",
        "{{`sum(rate(x[{{.window}}]))`}}",
        "sum(rate(x[{% raw %}{{.window}}{% endraw %}]))",
        "{%- raw -%} sum(rate(x[{{ .window }}])) {%- endraw -%}",
    ] {
        assert_eq!(Query::read(text).expect(text).text(), "sum(rate(x[$window]))", "{text}");
    }
    for text in [
        "sum(rate(x[{% if a %}5m{% endif %}]))",
        "sum(rate(x[{% raw",
        "sum(rate(x{a=\"{{ \"b\" | quote }}\"}[5m]))",
        "sum(rate(x{a=\"{{ include \"b\" . }}\"}[5m]))",
        "{{ \"x",
    ] {
        assert!(Query::read(text).is_err(), "{text}");
    }
}

/// A comparison without `bool` is no share of errors.
#[test]
fn what_is_compared_is_no_ratio() {
    let said = |text: &str| {
        let notes = ratio(&Query::read(text).expect(text), false).notes;
        notes.iter().any(|note| note.starts_with("check: the comparison yields"))
    };
    assert!(said("sum(rate(x[{{.window}}])) < 10"));
    assert!(said("(avg_over_time(x[{{.window}}]) > 0.8)"));
    assert!(!said("avg_over_time(x[{{.window}}]) > bool 0.8"));
    assert!(!said("avg_over_time(x[{{.window}}]) >= 0"));
    assert!(!said("avg_over_time(x[{{.window}}]) > -Inf"));
    assert!(!said("avg_over_time(x[{{.window}}])"));
}

/// What something else fills in before the tool reads it is a text like any other here.
#[test]
fn texts_that_others_fill_in_are_found() {
    let of = |text: &str| Query::read(text).expect(text).placeholder();
    assert_eq!(of("sum(rate(x{namespace=\"$namespace\"}[{{.window}}]))").as_deref(), Some("$namespace"));
    assert_eq!(of("sum(rate(x{a=~\"b-${env}-.*\"}[{{.window}}]))").as_deref(), Some("${env}"));
    assert_eq!(of("sum(rate(x{a=~\"^b$|^c$\",d=\"5$\"}[{{.window}}]))"), None);
}

/// An error query that counts what was fast is a frequent mistake, and is only asked about.
#[test]
fn what_was_fast_is_hardly_bad() {
    let of = |bad: &str, total: &str| bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total));
    let noted =
        |measured: &Measured| measured.notes.iter().any(|note| note.starts_with("check: `bad` counts what was fast"));
    let all = "sum(rate(d_seconds_count[{{.window}}]))";
    let fast = of("sum(rate(d_seconds_bucket{le=\"0.3\"}[{{.window}}]))", all);
    assert_eq!(lines(&fast), "bad d_seconds_bucket{le=\"0.3\"}\ntotal d_seconds_count");
    assert!(fast.notes[0].ends_with("`latency d_seconds under 300ms`"), "{fast:?}");
    let other =
        of("sum(rate(d_bucket{le=\"7\",a=\"b\"}[{{.window}}]))", "sum(rate(d_bucket{le=\"+Inf\"}[{{.window}}]))");
    assert!(noted(&other), "{other:?}");
    let ratio =
        ratio(&Query::read(&format!("sum(rate(d_seconds_bucket{{le=\"0.3\"}}[5m])) / {all}")).expect("a query"), false);
    assert!(noted(&ratio), "{ratio:?}");
    assert!(!noted(&of("sum(rate(d_seconds_count{code=\"500\"}[{{.window}}]))", all)));
    assert!(!noted(&of("sum(rate(e_seconds_bucket{le=\"0.3\"}[{{.window}}]))", all)));
    let quantile = of("histogram_quantile(0.9, sum by (le) (rate(d_bucket[{{.window}}]))) > 0.2", all);
    assert!(quantile.notes.iter().any(|note| note.starts_with("check: `bad` is a quantile")), "{quantile:?}");
    let same = of("increase(x[5m])", "increase(x[1h])");
    assert!(same.notes.contains(&"check: `bad` and `total` count the same".to_string()), "{same:?}");
}

/// Tabi's window is two minutes: a subquery that looks every five would have nothing in most of them.
#[test]
fn samples_are_taken_often_enough() {
    let sampled = |text: &str, step: &str| format!("sum_over_time((sum(rate({text}[5m])))[{{{{.window}}}}:{step}])");
    let (all, good) = (sampled("d_seconds_count", "5m"), sampled("d_seconds_bucket{le=\"0.3\"}", "5m"));
    assert_eq!(events(&format!("{all} - {good}"), &format!("{all} > 0")), "latency d_seconds under 300ms");
    assert_eq!(of_ratio(&format!("1 - {good} / {all}")), "latency d_seconds under 300ms");
    // rates that are sampled otherwise are no two parts of one thing
    let other = sampled("d_seconds_count", "10m");
    assert_eq!(
        events(&good, &other).lines().nth(1),
        Some("total `sum_over_time((sum(rate(d_seconds_count[$window])))[$window:1m]) / $window`")
    );
    // a gauge is looked at, not counted
    assert_eq!(
        events("sum(sum_over_time((x > bool 1)[{{.window}}:5m]))", "sum(count_over_time(x[{{.window}}:5m]))"),
        "bad `sum(sum_over_time((x > bool 1)[$window:1m])) / $window`\ntotal `sum(count_over_time(x[$window:1m])) / $window`"
    );
    let kept = "bad `sum(sum_over_time(x[$window:30s])) / $window`";
    assert_eq!(events("sum(sum_over_time(x[{{.window}}:30s]))", "sum(y)").lines().next(), Some(kept));
    assert!(of_ratio("avg_over_time((a / b)[{{.window}}:1h])").contains("[$window:1m]"));
    // a step that is not written depends on the server
    assert!(of_ratio("avg_over_time((a / b)[ {{.window}} : ])").contains("[ $window :1m ]"));
    assert!(of_ratio("avg_over_time((a / b)[1h:])").contains("[1h:]"));
}

#[test]
fn a_gauge_that_was_0_is_up() {
    let over = |function: &str| format!("{function}_over_time(up{{job=\"a\"}}[{{{{.window}}}}])");
    let (count, sum) = (over("count"), over("sum"));
    assert_eq!(events(&format!("{count} - ({sum})"), &count), "up up{job=\"a\"}");
    assert_eq!(
        events(&format!("sum({count} - {sum}) by (app)"), &format!("sum({count}) by (app)")),
        "up up{job=\"a\"}\nby app"
    );
    assert_eq!(
        events(&format!("sum by (app) ({count}) - sum by (app) ({sum})"), &format!("sum by (app) ({count})")),
        "up up{job=\"a\"}\nby app"
    );
    // not the same labels, or another gauge
    assert!(events(&format!("sum({count} - {sum})"), &count).starts_with("bad `"));
    assert!(
        events("sum(count_over_time(q[5m]) - sum_over_time(q[5m]))", "sum(count_over_time(q[5m]))")
            .starts_with("bad `")
    );
}

#[test]
fn native_histograms_are_latencies() {
    let of = |text: &str| ratio(&Query::read(text).expect(text), false);
    let fast = of("1 - histogram_fraction(0, 0.3, sum by (app) (rate(d_seconds{job=\"a\"}[{{.window}}])))");
    assert_eq!(lines(&fast), "latency d_seconds{job=\"a\"} under 300ms\nby app");
    assert_eq!(fast.settings, [("histogram", "native".to_string())]);
    let slow = of("histogram_fraction(0.3, +Inf, sum(rate(d_seconds[{{.window}}])))");
    assert_eq!((lines(&slow).as_str(), slow.settings.len()), ("latency d_seconds under 300ms", 1));
    // the fast ones are not the bad ones, a part in between is neither, and sizes are no times
    for other in [
        "histogram_fraction(0, 0.3, sum(rate(d_seconds[5m])))",
        "1 - histogram_fraction(0.1, 0.3, sum(rate(d_seconds[5m])))",
        "1 - histogram_fraction(0, 3, sum(rate(d_bytes[5m])))",
    ] {
        assert!(lines(&of(other)).contains("histogram_fraction"), "{other}");
    }
}

/// Comparisons of sampled rates count samples, not events.
#[test]
fn slices_of_time_stay_samples() {
    let slices = |compared: &str| {
        format!("sum(sum_over_time((sum(rate(e_total[5m])) / sum(rate(t_total[5m])) {compared})[{{{{.window}}}}:1m]))")
    };
    let found = events(&slices("> bool 0.05"), &slices(">= bool 0"));
    assert_eq!(found.matches("[$window:1m])) / $window`").count(), 2, "{found}");
    let quantile = "avg_over_time(histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))[{{.window}}:1m])";
    assert!(events(quantile, quantile).contains("[$window:1m]"));
    let both = "sum_over_time((sum(rate(a[5m])) + sum(rate(b[5m])))[{{.window}}:1m])";
    assert!(!events(both, both).contains(":1m]"));
}

/// A label that only the total has would have no bad events.
#[test]
fn by_has_the_labels_of_both() {
    let of = |bad: &str, total: &str| bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total));
    let bad = "sum(rate(a{code=~\"5..\"}[{{.window}}]))";
    for (bad, total, by) in [
        (bad, "sum by (region) (rate(a[{{.window}}]))", ""),
        ("sum by (x) (rate(a{c=\"d\"}[5m]))", "sum by (x, y) (rate(a[5m]))", "x"),
    ] {
        let found = of(bad, total);
        assert_eq!(found.by.join(","), by, "{found:?}");
        assert!(found.wrong.is_some() && found.notes.iter().any(|n| n.contains("different labels")), "{found:?}");
    }
    let number = of("vector(0)", "sum by (region) (rate(a[5m]))");
    assert_eq!((number.by.join(","), number.wrong), ("region".to_string(), None));
}

#[test]
fn counters_keep_what_is_grouped() {
    let of = |text: &str| Query::read(text).expect(text).as_counter();
    assert_eq!(
        of("sum without (instance, pod) (a_total)").text(),
        "sum without (instance, pod) (rate(a_total[$window]))"
    );
    assert_eq!(of("sum by (app) (a_total)").text(), "sum by (app) (rate(a_total[$window]))");
    let found = good_and_total(&of("sum without (pod) (ok_total)"), &of("sum without (pod) (all_total)"));
    assert_eq!(found.notes, [ALL_KEPT]);
}

/// What is counted in two ways, or filled in where it is missing, has another share.
#[test]
fn counts_of_two_kinds_are_said() {
    let of = |bad: &str, total: &str| bad_and_total(&Query::read(bad).expect(bad), &Query::read(total).expect(total));
    let noted = |measured: &Measured, text: &str| measured.notes.iter().any(|note| note.contains(text));
    let bad = "sum(increase(a{code=\"500\"}[5m]))";
    assert!(noted(&of(bad, "sum(increase(a[1h]))"), "`bad` by increase over 5m, and `total` by increase over 1h"));
    assert!(noted(&of(bad, "sum(rate(a[5m]))"), "increase over 5m, and `total` by rate over 5m"));
    assert!(of(bad, "sum(increase(a[5m]))").notes.is_empty());
    let filled = of("sum(rate(a{code=\"500\"}[5m])) or vector(1)", "sum(rate(a[5m])) or vector(1)");
    assert!(noted(&filled, "takes 1 a second for `bad`"), "{filled:?}");
    let inside =
        ratio(&Query::read("(sum(rate(a{b=\"c\"}[5m])) or vector(1)) / sum(rate(a[5m]))").expect("a query"), false);
    assert!(noted(&inside, "takes 1 a second for `bad`"), "{inside:?}");
    let half =
        ratio(&Query::read("sum(rate(a{b=\"c\"}[5m])) / sum(rate(a[5m])) or vector(0.5)").expect("a query"), false);
    assert!(noted(&half, "50 % are bad") && !noted(&half, "all is bad"), "{half:?}");
}
