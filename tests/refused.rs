//! What must be refused, or must pass, beyond the examples of the explanations: one line each.

use tabi::diagnostic::Severity;
use tabi::project::{Options, in_memory};

/// The names of the errors of one SLI with this body, in a journey with a target.
fn errors(body: &str, journey: &str) -> Vec<&'static str> {
    let source = format!("user journey j {{\n  {journey}\n  step s {{\n    sli x {{ {body} target 99% }}\n  }}\n}}\n");
    let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), source)]);
    let (_, more) = tabi::compile(&mut sources, &units, &Options::default(), !found.is_empty());
    found.extend(more);
    found.iter().filter(|d| d.severity == Severity::Error).map(tabi::diagnostic::Diagnostic::name).collect()
}

#[test]
fn comparisons_that_drop_what_is_false_cannot_hold() {
    for body in ["holds `a > 5 and b > 3`", "holds `(a > 5) or b`", "holds `(a > 5) unless b`"] {
        assert_eq!(errors(body, ""), ["bad-promql"], "{body}");
    }
    for body in [
        "holds `a > 5`",
        "holds `(a > bool 5) * (b > bool 3)`",
        "holds `(count(a) or vector(0)) >= 1`",
        "holds `a and b`",
        "holds `a > bool 5 unless on (c) d == 1`",
        "holds `a unless (b > 3 and c)`",
    ] {
        assert!(errors(body, "").is_empty(), "{body}");
    }
}

#[test]
fn a_gauge_is_not_compared() {
    for body in ["up `x == 1`", "up `(max(x) > 0)`", "up `1 == x`", "up `x == y`"] {
        assert_eq!(errors(body, ""), ["bad-promql"], "{body}");
    }
    for body in ["up `x == bool 1`", "up `max(x)`", "up `x == 1 or 0 * x`", "up `x unless y == 1`"] {
        assert!(errors(body, "").is_empty(), "{body}");
    }
}

#[test]
fn a_summary_has_no_buckets() {
    assert_eq!(errors("latency x_seconds{quantile=\"0.99\"} under 1s", ""), ["bad-promql"]);
    assert!(errors("latency x_seconds{quantiles=\"a\"} under 1s", "").is_empty());
}

/// A label of `by` does not decide what is bad; only what is certain is refused.
#[test]
fn labels_of_by_do_not_decide() {
    for body in [
        "good x_total{job=\"a\", code!~\"5..\"} total x_total{job=\"a\"} by code",
        "bad x_total{job=\"a\", code=~\"5..\"} total x_total{job=\"a\"} by code",
        "bad x_total{job=\"a\", code=~\"5..\"} total x_total{job=\"a\", code!=\"\"} by dest, code",
        "good x_total{job=\"a\", code=\"0\"} bad x_total{job=\"a\", code!=\"0\"} by code",
        "bad x_failed_total{job=\"a\", dest=\"b\"} total x_total{job=\"a\"} by dest",
        "good x_total{job=\"a\", dest=~\"b.*\", code=\"0\"} total x_total{job=\"a\"} by dest",
    ] {
        assert_eq!(errors(body, ""), ["by-decides-bad"], "{body}");
    }
    for body in [
        "good x_total{job=\"a\", code!~\"5..\"} total x_total{job=\"a\"} by dest",
        "good x_total{job=\"a\", dest=~\"b|c\", code!~\"5..\"} total x_total{job=\"a\", dest=~\"b|c\"} by dest",
        // the same values in other words
        "good x_total{job=\"a\", dest=~\"c|b\", code=\"0\"} total x_total{job=\"a\", dest=~\"b|c\"} by dest",
        "good x_total{job=\"a\", dest=~\".+\", code=\"0\"} total x_total{job=\"a\"} by dest",
        // of all others the errors count
        "bad x_total{job=\"a\", dest!=\"b\", code=~\"5..\"} total x_total{job=\"a\"} by dest",
        "bad x_failed_total{job=\"a\", dest!=\"\"} total x_total{job=\"a\"} by dest",
        "good x_total{job=\"a\", kind=\"b\"} bad y_total{job=\"a\", kind=\"b\"} by kind",
    ] {
        assert!(errors(body, "").is_empty(), "{body}");
    }
}

/// What is nearly a placeholder; anything else with `$` may be meant for others.
#[test]
fn placeholders_that_are_none() {
    for text in ["https://r/$jorney", "https://r/$step/$sil", "https://r/${journey}", "https://r/$Journey"] {
        assert_eq!(errors("up a", &format!("runbook \"{text}\"")), ["unknown-name"], "{text}");
        assert_eq!(errors("up a", &format!("labels {{ b \"{text}\" }}")), ["unknown-name"], "{text}");
    }
    for text in ["https://r/$journey/$step/$sli", "https://r/?a=$__all&b=$service", "{{ $labels.stp }}", "$1 $"] {
        assert!(errors("up a", &format!("runbook \"{text}\" labels {{ b \"{text}\" }}")).is_empty(), "{text}");
    }
}

#[test]
fn only_what_is_proven_is_outside_of_total() {
    for good in [
        "good r_total{c=\"200\"} total r_total{job=~\".+\"}",
        "good r_total{c=\"200\"} total r_total{job=~\"a|.*\"}",
        "good r_total{c=~\"2..\"} total r_total{c!~\"4..\"}",
        // a bucket holds what every lower one does
        "good r_bucket{le=\"0.5\"} total r_bucket{le=\"+Inf\"}",
        "good r_bucket{c=\"200\", le=\"0.5\"} total r_bucket{le=\"1\"}",
        "good r_bucket{le=~\"1([.]0)?\"} total r_bucket{le=~\"2|2[.]0\"}",
        "bad r_bucket{le=\"1\"} total r_bucket{le=\"1.0\"}",
        "good r_bucket{le=\"0.5\"} total r_count",
    ] {
        assert!(errors(good, "").is_empty(), "{good}");
    }
    for good in [
        "good r_bucket{le=\"1\"} total r_bucket{le=\"0.5\"}",
        "good r_bucket total r_bucket{le=\"+Inf\"}",
        "good r_bucket{c=\"200\", le=\"0.5\"} total r_bucket{c=\"500\", le=\"+Inf\"}",
        // what is in both of two buckets would be counted twice
        "good r_bucket{le=~\"0.5|0.25\"} total r_bucket{le=\"+Inf\"}",
        "good r_total{le=\"0.5\"} total r_total{le=\"1\"}",
    ] {
        assert_eq!(errors(good, ""), ["good-outside-total"], "{good}");
    }
    for good in [
        "good r_total total r_total{c=\"200\"}",
        "good r_total{c=\"500\"} total r_total{c=~\"2..\"}",
        "good r_total{c=~\"5..\"} total r_total{c=~\"[1-4]..\"}",
        "good r_total{c=~\"5..\"} total r_total{c!~\"[3-6].*\"}",
    ] {
        assert_eq!(errors(good, ""), ["good-outside-total"], "{good}");
    }
}

#[test]
fn extremes_are_refused() {
    assert_eq!(errors("up a weight 0", "target 99%"), ["missing-step"], "a target of nothing");
    assert_eq!(errors("up a alerts { no_data 500y ticket }", ""), ["bad-window"]);
    assert_eq!(errors("up a by inf", ""), ["reserved-label"]);
    assert_eq!(errors("up a", "compose weighted target 98% window 9999999y"), ["bad-window"]);
    assert!(!errors("up a traffic 1/century", "").is_empty());
}

#[test]
fn metrics_that_promql_reads_otherwise_are_quoted() {
    for name in ["inf", "NaN", "on", "bool", "group_left", "and", "offset", "by"] {
        let source = format!(
            "user journey j {{\n  step s {{\n    sli x {{\n      up {name}{{a=\"x\"}}\n      target 99%\n    }}\n  }}\n}}\n"
        );
        let (mut sources, units, found) = in_memory(&[("test.tabi".to_string(), source)]);
        assert!(found.is_empty(), "{name}: {found:?}");
        let (model, _) = tabi::compile(&mut sources, &units, &Options::default(), false);
        let (_, text) = tabi::emit::file(&model, &sources, &Options::default(), 0);
        assert!(text.contains(&format!("count ({{__name__=\"{name}\",a=\"x\"}}) / 60")), "{name}: {text}");
    }
}

#[test]
fn promql_that_can_match_nothing_is_refused() {
    for body in [
        "holds `a{x=\"1\", x!=\"1\"} > 0`",
        "holds `a{x=~\"1|2\", x=\"3\"} > 0`",
        "good `rate(r_total{x=\"1\",x=\"2\"}[$window])` total `rate(r_total[$window])`",
        "up a{x=\"1\", x!=\"1\"}",
        "up a exclude `b{x=\"1\",x!~\"1|2\"} == 1`",
    ] {
        assert_eq!(errors(body, ""), ["contradictory-matchers"], "{body}");
    }
    for body in ["holds `a{x=~\"a^b\"} > 0`", "up a{x=~\"a$b\"}", "up a{x!~\"$a\"}"] {
        assert_eq!(errors(body, ""), ["bad-regex"], "{body}");
    }
    for body in ["holds `a{x=~\"1|2\", x!=\"2\"} > 0`", "up a{x!~\"1|2\", x!=\"3\"}"] {
        assert!(errors(body, "").is_empty(), "{body}");
    }
}

/// An argument with a name that no parameter has is said once, with what it was meant to be, and not as a missing one too.
#[test]
fn a_misspelt_argument_is_one_mistake() {
    let said = |call: &str| {
        let text = format!(
            "template t(job: string, limit: duration, code: regex = \"5..\") {{\n  latency x_seconds{{job=$job, code!~$code}} under $limit\n}}\nuser journey j {{\n  step s {{\n    sli x = t({call}) {{\n      target 99%\n    }}\n  }}\n}}\n"
        );
        let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), text)]);
        found.extend(tabi::compile(&mut sources, &units, &Options::default(), !found.is_empty()).1);
        found.retain(|d| d.severity == Severity::Error);
        let fix = |d: &tabi::diagnostic::Diagnostic| d.fixes.first().map_or(String::new(), |f| f.title.clone());
        found.iter().map(|d| format!("{}; {}", d.message, fix(d))).collect::<Vec<_>>()
    };
    assert_eq!(said("job: \"a\", limit: 1s"), [""; 0]);
    assert_eq!(said("jbo: \"a\", limit: 1s"), ["the template has no parameter `jbo`; write `job`"]);
    assert_eq!(said("jbo: \"a\", limti: 1s").len(), 2);
    // far from all names, but only one is missing
    assert_eq!(said("job: \"a\", under: 1s"), ["the template has no parameter `under`; write `limit`"]);
    assert_eq!(said("service: \"a\", under: 1s").len(), 2);
    // what is given is not meant once more, and what is missing is said
    assert_eq!(
        said("job: \"a\", jbo: \"b\""),
        ["the template has no parameter `jbo`; write `limit`", "`limit` takes a duration; "]
    );
    assert_eq!(said("job: \"a\", cod: \"4..\", limit: 1s"), ["the template has no parameter `cod`; write `code`"]);
    assert_eq!(said("job: \"a\""), ["the argument `limit` is missing; it is a duration; "]);
    // its value is looked at too
    assert_eq!(said("job: \"a\", limti: \"1s\"").len(), 2);
}
