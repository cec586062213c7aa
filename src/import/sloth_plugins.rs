//! Plugins of Sloth: the SLIs of its common library as the measures that they stand for, and what takes the place of those that change rules.

use super::counted::duration;
use super::fields::Pair;
use super::query::{self, Measured, Query};
use crate::diagnostic::did_you_mean;
use crate::promql::ast::MatchOp;
use crate::promql::write::{self, quote};

/// What a plugin of the common library measures. `F` stands for the filter with a comma after it, `$name` for an option.
enum Shape {
    /// Bad events and all of them: a metric each, with matchers.
    BadTotal(&'static str, &'static str),
    /// A histogram with matchers; the option `bucket` is the bound.
    Latency(&'static str),
    /// A gauge that is 0 or 1.
    Up(&'static str),
    /// A ratio of errors, as Sloth evaluates it.
    Ratio(&'static str),
    /// A share of errors that burns the budget as fast as the options say.
    Fake,
    /// Nothing that could be measured.
    Nothing(&'static str),
}

use Shape::{BadTotal, Fake, Latency, Nothing, Ratio, Up};

/// Every plugin of the common library, with the options that it needs.
const LIBRARY: &[(&str, &[&str], Shape)] = &[
    (
        "coredns/availability",
        &[],
        BadTotal("coredns_dns_responses_total{F rcode=~\"$custom_rcode_regex\"}", "coredns_dns_responses_total{F}"),
    ),
    ("coredns/latency", &["bucket"], Latency("coredns_dns_request_duration_seconds{F}")),
    (
        "haproxy/frontend/availability",
        &[],
        BadTotal("haproxy_frontend_http_responses_total{F code=\"5xx\"}", "haproxy_frontend_http_responses_total{F}"),
    ),
    (
        "istio/v1/availability",
        &["service", "namespace"],
        BadTotal(
            "istio_requests_total{F destination_service_name=\"$service\", destination_service_namespace=\"$namespace\", response_code=~\"5..|429\"}",
            "istio_requests_total{F destination_service_name=\"$service\", destination_service_namespace=\"$namespace\"}",
        ),
    ),
    (
        "istio/v1/latency",
        &["service", "namespace", "bucket"],
        Latency(
            "istio_request_duration_milliseconds{F destination_service_name=\"$service\", destination_service_namespace=\"$namespace\"}",
        ),
    ),
    (
        "kubernetes/apiserver/availability",
        &[],
        BadTotal("apiserver_request_total{F code=~\"5..|429\"}", "apiserver_request_total{F}"),
    ),
    ("kubernetes/apiserver/latency", &["bucket"], Latency("apiserver_request_duration_seconds{F verb!=\"WATCH\"}")),
    (
        "kubernetes/kooper/availability",
        &["controller"],
        Ratio(
            "sum(rate(kooper_controller_processed_event_duration_seconds_count{F controller=\"$controller\", success=\"false\"}[{{.window}}])) / (sum(rate(kooper_controller_processed_event_duration_seconds_count{F controller=\"$controller\"}[{{.window}}])) - sum(rate(kooper_controller_queued_events_total{F controller=\"$controller\", requeue=\"true\"}[{{.window}}])))",
        ),
    ),
    (
        "kubernetes/kooper/latency",
        &["controller", "bucket"],
        Latency("kooper_controller_processed_event_duration_seconds{F controller=\"$controller\"}"),
    ),
    (
        "kubernetes/kooper/queue-congestion",
        &["controller", "bucket"],
        Latency("kooper_controller_event_in_queue_duration_seconds{F controller=\"$controller\"}"),
    ),
    (
        "kubernetes/nginx-ingress/availability",
        &[],
        BadTotal("nginx_ingress_controller_requests{F status=~\"5..|429\"}", "nginx_ingress_controller_requests{F}"),
    ),
    (
        "linkerd/v2/availability",
        &["filter"],
        BadTotal(
            "response_total{F classification=\"failure\", direction=\"inbound\"}",
            "response_total{F direction=\"inbound\"}",
        ),
    ),
    (
        "linkerd/v2/latency",
        &[],
        Nothing(
            "its query has a range without a function, which Prometheus refuses; Linkerd's histogram is response_latency_ms",
        ),
    ),
    ("noop", &[], Ratio("max_over_time(vector(0)[{{.window}}:1m])")),
    ("fake", &["burn_rate"], Fake),
    (
        "prometheus/rules/eval-availability",
        &[],
        BadTotal("prometheus_rule_evaluation_failures_total{F}", "prometheus_rule_evaluations_total{F}"),
    ),
    ("prometheus/targets/availability", &[], Up("up{F}")),
    (
        "slok-go-http-metrics/availability",
        &["filter"],
        BadTotal("http_request_duration_seconds_count{F code=~\"5..|429\"}", "http_request_duration_seconds_count{F}"),
    ),
    ("slok-go-http-metrics/latency", &["filter", "bucket"], Latency("http_request_duration_seconds{F}")),
    (
        "traefik/v1/availability",
        &["backend_regex"],
        BadTotal(
            "traefik_backend_requests_total{F backend=~\"$backend_regex\", code=~\"5..|429\"}",
            "traefik_backend_requests_total{F backend=~\"$backend_regex\"}",
        ),
    ),
    (
        "traefik/v1/latency",
        &["backend_regex", "bucket"],
        Latency("traefik_backend_request_duration_seconds{F backend=~\"$backend_regex\"}"),
    ),
    (
        "traefik/v2/availability",
        &["service_name_regex"],
        BadTotal(
            "traefik_service_requests_total{F service=~\"$service_name_regex\", code=~\"5..\"}",
            "traefik_service_requests_total{F service=~\"$service_name_regex\"}",
        ),
    ),
    (
        "traefik/v2/latency",
        &["service_name_regex", "bucket"],
        Latency("traefik_service_request_duration_seconds{F service=~\"$service_name_regex\"}"),
    ),
];

/// The template that ships which says nearly the same, and what it says otherwise. Where nothing is otherwise, the plugin becomes a call of it.
const NEAREST: &[(&str, &str, &str)] = &[
    (
        "istio/v1/availability",
        "istio.available",
        "asks for the whole host as destination_service, for one reporter, counts no request without an answer, and 429 is no error",
    ),
    (
        "istio/v1/latency",
        "istio.fast",
        "asks for the whole host as destination_service, for one reporter, and counts no errors",
    ),
    (
        "kubernetes/apiserver/availability",
        "control_plane.api_answers",
        "counts neither watches nor connections, and 429 is no error",
    ),
    (
        "kubernetes/apiserver/latency",
        "control_plane.api_fast",
        "reads apiserver_request_sli_duration_seconds of Kubernetes 1.27 and later, and counts neither lists nor watches nor connections",
    ),
    ("kubernetes/nginx-ingress/availability", "ingress_nginx.available", "counts no 499, and 429 is no error"),
    ("traefik/v2/availability", "traefik.available", "counts no 499"),
    ("traefik/v2/latency", "traefik.fast", "counts HTTP only, and no errors"),
];

/// What those plugins do that measure nothing.
const MADE_UP: &[(&str, &str)] = &[
    ("noop", "the plugin measures nothing: no event is bad"),
    ("fake", "the plugin makes its numbers up, to try alerts out"),
];

/// Options that may be left out, and what holds then.
const DEFAULTS: [(&str, &str); 1] = [("custom_rcode_regex", "SERVFAIL")];

/// The plugins that know `exclude_errors`.
const EXCLUDES: [&str; 4] =
    ["istio/v1/latency", "slok-go-http-metrics/latency", "traefik/v1/latency", "traefik/v2/latency"];

/// The name of a plugin within the library, in both of its spellings.
fn short(id: &str) -> &str {
    ["sloth-common/", "sloth_common/"].iter().find_map(|library| id.strip_prefix(library)).unwrap_or(id)
}

/// The options that a plugin of the library does not read.
pub fn unread<'o>(id: &str, options: &'o [Pair]) -> Vec<&'o Pair> {
    let short = short(id);
    let Some((_, needed, shape)) = LIBRARY.iter().find(|(known, _, _)| *known == short) else { return Vec::new() };
    if matches!(shape, Nothing(_)) {
        return Vec::new(); // they stand in the comment with all else
    }
    let reads = |name: &str| {
        needed.contains(&name)
            || name == "filter" && !["noop", "fake"].contains(&short)
            || name == "exclude_errors" && EXCLUDES.contains(&short)
            || name == "custom_rcode_regex" && short == "coredns/availability"
            || name == "jitter_percent" && short == "fake"
    };
    options.iter().filter(|option| !reads(&option.key)).collect()
}

/// The arguments of `haproxy.frontend_available` for a filter of the plugin: only then is the template the same.
fn haproxy(filter: &str) -> Option<String> {
    let Ok(query) = Query::read(&format!("haproxy_frontend_http_responses_total{{{filter}}}")) else { return None };
    let mut arguments: Vec<(String, String)> = Vec::new();
    for (label, op, value) in &query.selector()?.matchers {
        let known = ["proxy", "job"].contains(&label.as_str()) && !arguments.iter().any(|(l, _)| l == label);
        let text = match op {
            // nothing that would mean another thing as a regular expression
            MatchOp::Equal
                if !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "_-/:".contains(c)) =>
            {
                value
            }
            MatchOp::Match => value,
            _ => return None,
        };
        if !known {
            return None;
        }
        arguments.push((label.clone(), text.clone()));
    }
    arguments.sort_by_key(|(label, _)| label != "proxy");
    // the template has no default for it
    arguments.first().filter(|(label, _)| label == "proxy")?;
    let written: Vec<String> = arguments.iter().map(|(label, text)| format!("{label}: {}", quote(text))).collect();
    Some(format!("haproxy.frontend_available({})", written.join(", ")))
}

/// What an SLI's plugin measures, or why that is not known; `budget` is the share of errors that its objective allows.
pub fn measured(id: &str, options: &[Pair], budget: f64) -> Result<Measured, String> {
    let option = |name: &str| options.iter().find(|p| p.key == name).map(|p| p.value.trim()).filter(|v| !v.is_empty());
    if id == "getting_started_availability" {
        // the example that everybody begins with
        let job = option("job").ok_or("the option `job` is missing")?;
        let inside = format!("{}job={}", with_comma(&filter(option("filter"))), quote(job));
        let of = |more: &str| format!("http_request_duration_seconds_count{{{inside}{more}}}");
        return events(&of(", code=~\"5..|429\""), &of(""));
    }
    let short = short(id);
    let Some((_, needed, shape)) = LIBRARY.iter().find(|(known, _, _)| *known == short) else {
        if id == short {
            let why = "the plugin is a program of your own, which makes a query; write the measure that it stands for";
            return Err(why.into());
        }
        let meant = did_you_mean(short, LIBRARY.iter().map(|(known, _, _)| *known));
        let meant = meant.map_or(String::new(), |meant| format!("; did you mean `sloth-common/{meant}`?"));
        return Err(format!(
            "the library that begins with `sloth-common/` has no such plugin as far as is known here; write the measure that it stands for{meant}"
        ));
    };
    if let Some(missing) = needed.iter().find(|name| option(name).is_none()) {
        return Err(format!("the option `{missing}` is missing"));
    }
    let mut wanted = filter(option("filter"));
    if short == "haproxy/frontend/availability"
        && let Some(call) = haproxy(&wanted)
    {
        return Ok(Measured { call: Some(call), ..Measured::default() });
    }
    let excludes = EXCLUDES.contains(&short)
        && option("exclude_errors").is_some_and(|v| ["1", "t", "T", "true", "TRUE", "True"].contains(&v));
    if excludes {
        wanted = format!("{}code!~\"5..\"", with_comma(&wanted));
    }
    let filled = |text: &str| {
        let mut out = text.replace("{F}", &if wanted.is_empty() { String::new() } else { format!("{{{wanted}}}") });
        out = out.replace("{F ", &format!("{{{}", with_comma(&wanted)));
        // a name may be the beginning of another
        let mut values: Vec<(&str, &str)> =
            options.iter().map(|p| (p.key.as_str(), p.value.trim())).chain(DEFAULTS).collect();
        values.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, value) in values {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            out = out.replace(&format!("${name}"), &value);
        }
        out
    };
    let near = NEAREST.iter().find(|(known, _, _)| *known == short);
    let noted = |mut measured: Measured| {
        let made_up = MADE_UP.iter().find(|(known, _)| *known == short).map(|(_, what)| (*what).to_string());
        let nearest = near.map(|(_, template, otherwise)| format!("std.{template} is nearest: it {otherwise}"));
        let nothing = excludes && short.starts_with("istio");
        let nothing = nothing.then(|| {
            "check: `code` is no label of Istio, so nothing is excluded, as in Sloth; `response_code` has it"
                .to_string()
        });
        measured.notes.extend([made_up, nearest, nothing].into_iter().flatten());
        measured
    };
    let measured = match shape {
        BadTotal(bad, total) => events(&filled(bad), &filled(total)),
        Up(gauge) => Ok(Measured { lines: vec![("up", filled(gauge))], ..Measured::default() }.note(
            "Sloth looked at each target in every evaluation interval of Prometheus; here an event is one minute of one target, so that the share is the same and `need` counts such minutes",
        )),
        Ratio(text) => Ok(query::ratio(&read(&filled(text))?, false)),
        Fake => fake(option("burn_rate"), option("jitter_percent"), budget),
        Nothing(why) => Err((*why).to_string()),
        Latency(histogram) => {
            let bucket = option("bucket").unwrap_or_default();
            let bound: f64 = bucket.parse().map_err(|_| format!("`{bucket}` is no bound of a histogram"))?;
            let selector = filled(histogram);
            let (name, matchers) =
                selector.split_once('{').map_or((selector.as_str(), ""), |(n, m)| (n, m.trim_end_matches('}')));
            let good = format!("{name}_bucket{{{}le=\"{bucket}\"}}", with_comma(matchers));
            let total = format!("{name}_count{{{matchers}}}");
            if duration(name, bound).is_none() {
                return Err(format!("`{bucket}` is no bound in whole milliseconds"));
            }
            let sum = |text: &str| read(&format!("sum(rate({text}[{{{{.window}}}}]))"));
            Ok(query::good_and_total(&sum(&good)?, &sum(&total)?))
        }
    };
    measured.map(noted)
}

/// A share of errors that burns a budget at a rate, a little more and less of it where there is a jitter.
fn fake(burn_rate: Option<&str>, jitter: Option<&str>, budget: f64) -> Result<Measured, String> {
    let number = |text: Option<&str>| {
        let text = text.unwrap_or("0");
        let found = text.parse::<f64>().ok().filter(|n| n.is_finite());
        found.ok_or_else(|| format!("`{text}` is no number"))
    };
    let (rate, jitter) = (number(burn_rate)?, number(jitter)?);
    // the digits that the plugin writes
    let digits = |value: f64| write::number((value * 1e6).round() / 1e6);
    let share = digits(budget * rate);
    let even = format!("max_over_time(vector({share})[{{{{.window}}}}:1m])");
    let text = if jitter == 0.0 {
        even
    } else {
        let (jitter, twice) = (digits(jitter), digits(jitter * 2.0));
        let wave = format!("((time() * minute() * hour() * day_of_week() * month()) % {twice})");
        format!("({even}) - (({share} * ({jitter} - {wave})) / 100)")
    };
    Ok(query::ratio(&read(&text)?, false))
}

fn read(text: &str) -> Result<Query, String> {
    Query::read(text).map_err(|refused| format!("its filter makes no selector: {}", refused.why))
}

fn events(bad: &str, total: &str) -> Result<Measured, String> {
    let sum = |text: &str| read(&format!("sum(rate({text}[{{{{.window}}}}]))"));
    Ok(query::bad_and_total(&sum(bad)?, &sum(total)?))
}

fn filter(option: Option<&str>) -> String {
    option.unwrap_or_default().trim_matches(['{', '}', ',', ' ']).to_string()
}

fn with_comma(filter: &str) -> String {
    if filter.trim().is_empty() { String::new() } else { format!("{filter}, ") }
}

/// What takes the place of a plugin that changes rules; `None` where it changes nothing.
pub fn of_slo(id: &str) -> Option<&'static str> {
    let Some(name) = id.strip_prefix("sloth.dev/") else {
        return Some("it is a program of your own");
    };
    Some(match name {
        "core/noop/v1"
        | "core/debug/v1"
        | "core/validate/v1"
        | "core/sli_rules/v1"
        | "core/metadata_rules/v1"
        | "core/alert_rules/v1" => {
            return None;
        }
        "contrib/denominator_corrected_rules/v1" => "Tabi counts events, so every window weighs them by traffic anyway",
        "contrib/error_budget_exhausted_alert/v1" => "`left` in `alerts` tells when little of the budget is left",
        "contrib/info_labels/v1" => "`labels` stand on the alerts and on the info series",
        "contrib/remove_labels/v1" => "labels of people are not on recorded numbers in Tabi",
        "contrib/rule_intervals/v1" => "`evaluate` in `defaults` says how often the rules run",
        "contrib/validate_victoria_metrics/v1" => "queries are PromQL, which VictoriaMetrics understands too",
        _ => "it changes Sloth's rules, and Tabi's are others",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place, Span};
    use std::fmt::Write as _;

    fn options(pairs: &[(&str, &str)]) -> Vec<Pair> {
        let at = Place { file: FileId(0), span: Span::default() };
        pairs.iter().map(|(key, value)| Pair { key: (*key).into(), value: (*value).into(), at }).collect()
    }

    #[test]
    fn every_plugin_of_the_library_is_a_measure() {
        let all = options(&[
            ("filter", "{job=\"a\",}"),
            ("bucket", "0.5"),
            ("service", "shop"),
            ("namespace", "web"),
            ("controller", "c"),
            ("backend_regex", "shop.*"),
            ("service_name_regex", "shop.*"),
            ("burn_rate", "14.4"),
        ]);
        let mut text = String::new();
        for (id, _, shape) in LIBRARY {
            let found = measured(&format!("sloth-common/{id}"), &all, 0.001);
            let all = match (shape, found) {
                (Nothing(_), found) => {
                    assert!(found.is_err(), "{id}");
                    continue;
                }
                // a bound of half a millisecond is none that Tabi can write
                (_, Err(why)) if id.starts_with("istio") => {
                    assert!(why.contains("milliseconds"), "{id}: {why}");
                    continue;
                }
                (_, found) => found.unwrap_or_else(|why| panic!("{id}: {why}")),
            };
            for (word, line) in all.lines {
                let _ = writeln!(text, "{id}: {word} {line}");
            }
            for note in all.notes {
                let _ = writeln!(text, "  # {note}");
            }
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_template_takes_the_place_of_what_says_the_same() {
        let of = |filter: &str| {
            let filter = [("filter", filter)];
            let filter = options(if filter[0].1.is_empty() { &[] } else { &filter });
            measured("sloth-common/haproxy/frontend/availability", &filter, 0.001).expect("a measure").call
        };
        assert_eq!(
            of("job=\"lb\",proxy=~\"shop|web\"").as_deref(),
            Some("haproxy.frontend_available(proxy: \"shop|web\", job: \"lb\")")
        );
        assert_eq!(of("proxy=\"shop\"").as_deref(), Some("haproxy.frontend_available(proxy: \"shop\")"));
        // the template cannot say these
        for filter in [
            "",
            "job=\"lb\"",
            "proxy=\"a.b\"",
            "proxy!=\"stats\"",
            "proxy=\"a\", code=\"2xx\"",
            "proxy=~\"a\", proxy=~\"b\"",
        ] {
            assert_eq!(of(filter), None, "{filter}");
        }
    }

    #[test]
    fn options_that_a_plugin_does_not_read_are_known() {
        let all = options(&[("filter", "a=\"b\""), ("bucket", "1"), ("exclude_errors", "true"), ("fliter", "x")]);
        let of = |id: &str| unread(id, &all).iter().map(|p| p.key.as_str()).collect::<Vec<_>>();
        assert_eq!(of("sloth-common/coredns/latency"), ["exclude_errors", "fliter"]);
        assert_eq!(of("sloth-common/traefik/v1/latency"), ["fliter"]);
        assert!(of("my/own").is_empty());
        let found = measured("sloth-common/coredns/latency", &all, 0.001).expect("a measure");
        assert!(!found.lines[0].1.contains("code"), "{found:?}");
    }

    #[test]
    fn what_is_missing_or_foreign_is_said() {
        let missing = measured("sloth-common/istio/v1/latency", &options(&[("service", "a")]), 0.001);
        assert_eq!(missing, Err("the option `namespace` is missing".into()));
        assert!(measured("my/own", &[], 0.001).is_err());
        let filter = options(&[("filter", "job=")]);
        assert!(measured("sloth-common/prometheus/rules/eval-availability", &filter, 0.001).is_err());
        let unknown = measured("sloth-common/traefik/v1/latencies", &filter, 0.001).expect_err("no such plugin");
        assert!(unknown.ends_with("did you mean `sloth-common/traefik/v1/latency`?"), "{unknown}");
        assert!(measured("acme/latency", &filter, 0.001).expect_err("unknown").contains("a program of your own"));
    }

    #[test]
    fn numbers_that_are_made_up_stay_so() {
        let of = |id: &str, given: &[(&str, &str)], budget| measured(id, &options(given), budget);
        let lines = |found: Result<Measured, String>| found.expect("a measure").lines;
        // 100 % - 99.9 % is not quite 0.1 % for a machine
        let even = lines(of("sloth-common/fake", &[("burn_rate", "1")], 1.0 - 99.9 / 100.0));
        assert_eq!(even[0], ("bad", "`(max_over_time(vector(0.001)[$window:1m])) >= 0`".to_string()));
        let jitter = lines(of("sloth-common/fake", &[("burn_rate", "1000"), ("jitter_percent", "10")], 0.01));
        assert!(jitter[0].1.contains("vector(10)") && jitter[0].1.contains("% 20"), "{jitter:?}");
        // the library has this one with another hyphen
        let nothing = of("sloth_common/noop", &[], 0.01).expect("a measure");
        assert!(nothing.notes.contains(&"the plugin measures nothing: no event is bad".to_string()), "{nothing:?}");
        assert_eq!(lines(Ok(nothing))[0].1, "`(max_over_time(vector(0)[$window:1m])) >= 0`");
        assert!(of("sloth-common/fake", &[("burn_rate", "much")], 0.01).is_err());
        assert!(of("sloth-common/fake", &[], 0.01).is_err());
    }

    #[test]
    fn what_excludes_nothing_is_said() {
        let mut given = vec![("service", "a"), ("namespace", "b"), ("bucket", "300")];
        let noted = |given: &[(&str, &str)], id: &str| {
            let found = measured(id, &options(given), 0.01).expect("a measure");
            found.notes.iter().any(|note| note.contains("`response_code` has it"))
        };
        assert!(!noted(&given, "sloth-common/istio/v1/latency"));
        given.push(("exclude_errors", "true"));
        assert!(noted(&given, "sloth-common/istio/v1/latency"));
        given.push(("service_name_regex", "a"));
        assert!(!noted(&given, "sloth-common/traefik/v2/latency"));
    }
}
