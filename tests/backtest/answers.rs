//! Servers that answer slowly, with errors, with half of it or not at all.

use super::stub::{Reply, Request, Stub, points, well};
use super::{command, project, said};
use serde_json::{Value, json};
use std::process::Output;
use std::time::{Duration, Instant};

/// Runs it against a URL; each question may take two seconds.
fn run(url: &str, variables: &[(&str, &str)], more: &[&str]) -> Output {
    let directory = project();
    let mut command = command(directory.path(), &["--prometheus", url, "--since", "7d", "--until", "1700006400"]);
    command.args(["--timeout", "2", "--format", "json"]).args(more).envs(variables.iter().copied());
    command.output().expect("it runs")
}

/// What it says, which must have failed.
#[track_caller]
fn failure(url: &str, variables: &[(&str, &str)]) -> String {
    let start = Instant::now();
    let output = run(url, variables, &[]);
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(out.is_empty() && err.starts_with("tabi: "), "{out}{err}");
    assert!(start.elapsed() < Duration::from_secs(100), "it hangs");
    err
}

/// The document, which must be whole.
#[track_caller]
fn document(output: &Output, code: i32) -> Value {
    let (out, err) = said(output);
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let budget = &document["journeys"][0]["slis"][0]["budgets"][0];
    assert_eq!(budget["data"], 1.0, "{budget}");
    let counts = &budget["reported"];
    assert_eq!((counts["events"].as_f64(), counts["bad_events"].as_f64()), (Some(60_480_000.0), Some(42_336.0)));
    assert_eq!((counts["errors"].as_f64(), budget["left"].as_f64()), (Some(0.0007), Some(0.93)));
    document
}

fn error(status: u16, kind: &str, words: &str) -> Reply {
    Reply::With(status, "", json!({ "status": "error", "errorType": kind, "error": words }).to_string())
}

fn is_range(request: &Request) -> bool {
    request.path == "query_range" && request.parameters["query"] != "count(up)"
}

#[test]
fn a_good_answer_becomes_a_document() {
    let stub = Stub::start(|_, _| Reply::Well);
    let document = document(&run(&stub.url(), &[], &[]), 0);
    assert_eq!(document["prometheus"]["version"], "Prometheus 2.42.0");
    assert_eq!(
        (&document["from"], &document["until"]),
        (&json!("2023-11-08T00:00:00Z"), &json!("2023-11-15T00:00:00Z"))
    );
    let journey = &document["journeys"][0];
    assert_eq!(journey["best_target"], "99.9%");
    assert!(stub.seen().iter().all(|r| points(r) <= 11_000));
}

#[test]
fn what_is_too_much_is_asked_for_in_halves() {
    let stub = Stub::start(|request, _| {
        if is_range(request) && points(request) > 1000 {
            error(422, "execution", "query processing would load too many samples into memory in query execution")
        } else {
            Reply::Well
        }
    });
    document(&run(&stub.url(), &[], &[]), 0);
    let most = stub.seen().iter().filter(|r| is_range(r)).map(points).filter(|points| *points <= 1000).max();
    assert!(most > Some(500), "{most:?}");

    let stub = Stub::start(|request, _| {
        if is_range(request) { error(422, "execution", "the query exceeded a limit") } else { Reply::Well }
    });
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("the query exceeded a limit") && said.contains("less and less"), "{said}");
}

/// As others than Prometheus say it: Mimir and Thanos of a query that is too long or reads too much, `VictoriaMetrics` of samples and memory.
#[test]
fn limits_of_others_are_known_too() {
    for (status, kind, words) in [
        (
            422,
            "bad_data",
            "the query time range exceeds the limit (query length: 183h19m0s, limit: 168h0m0s) (err-mimir-max-query-length)",
        ),
        (
            422,
            "execution",
            "the query exceeded the maximum number of chunks (limit: 2000000 chunks) (err-mimir-max-chunks-per-query)",
        ),
        (400, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries"),
        (
            422,
            "422",
            "cannot select more than -search.maxSamplesPerQuery=1000000 samples; possible solutions: to reduce time range",
        ),
        (422, "422", "not enough memory for processing 64000 data points across 10 time series"),
        (504, "timeout", "upstream request timeout"),
    ] {
        let stub = Stub::start(move |request, _| {
            if is_range(request) && points(request) > 2000 { error(status, kind, words) } else { Reply::Well }
        });
        document(&run(&stub.url(), &[], &[]), 0);
        assert!(stub.seen().iter().any(|r| is_range(r) && points(r) > 2000), "{words}");
    }
}

#[test]
fn packed_answers_are_not_asked_for() {
    let stub = Stub::start(|request, _| {
        if request.headers.get("accept-encoding").is_some_and(|v| v == "identity") {
            Reply::Well
        } else {
            Reply::With(200, "content-encoding: gzip\r\n", "\u{1f}\u{8b}".to_string())
        }
    });
    document(&run(&stub.url(), &[], &[]), 0);
    let stub = Stub::start(|_, _| Reply::With(200, "content-encoding: gzip\r\n", "\u{1f}\u{8b}".to_string()));
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("packs its answers with gzip") && said.contains("ask the Prometheus itself"), "{said}");
}

#[test]
fn a_tenant_that_is_missing_is_asked_for() {
    let stub = Stub::start(|_, _| Reply::With(401, "", "no org id\n".to_string()));
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("TABI_PROMETHEUS_HEADER") && said.contains("X-Scope-OrgID"), "{said}");
    // whoever is known and may not, is told that it is not accepted
    let stub = Stub::start(|_, _| Reply::With(403, "", "<html>Forbidden</html>".to_string()));
    let said = failure(&stub.url(), &[("TABI_PROMETHEUS_TOKEN", "t0ken")]);
    assert!(said.contains("403") && said.contains("does not accept what TABI_PROMETHEUS_TOKEN says"), "{said}");
    assert!(!said.contains("t0ken"), "{said}");
}

#[test]
fn what_passes_is_waited_for() {
    for (status, headers) in
        [(429, "retry-after: 0\r\n"), (503, ""), (502, "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n")]
    {
        let stub =
            Stub::start(
                move |_, before| {
                    if before % 7 == 0 { Reply::With(status, headers, "later".to_string()) } else { Reply::Well }
                },
            );
        document(&run(&stub.url(), &[], &[]), 0);
    }
    let stub = Stub::start(|_, _| Reply::With(503, "retry-after: 0\r\n", "no healthy upstream".to_string()));
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("answers 503") && said.contains("asked 4 times"), "{said}");
    assert_eq!(stub.seen().len(), 4);
}

#[test]
fn a_server_that_does_not_answer_is_no_hang() {
    let stub = Stub::start(|_, _| Reply::Never);
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("does not answer within 2s") && said.contains("--timeout"), "{said}");
    // the beginning of an answer is none
    let stub =
        Stub::start(|_, _| Reply::Stuck("HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"status\":".to_string()));
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("does not answer within 2s"), "{said}");
    // of range questions, less is asked for; not for ever
    let stub = Stub::start(|request, _| if is_range(request) { Reply::Never } else { Reply::Well });
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("does not answer within 2s") && said.contains("less and less"), "{said}");
}

#[test]
fn answers_that_break_off_are_none() {
    let cut = |request: &Request| {
        let body = well(request).to_string();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", body.len(), &body[..body.len() / 2])
    };
    let stub = Stub::start(move |request, _| if is_range(request) { Reply::Raw(cut(request)) } else { Reply::Well });
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("in the middle of an answer"), "{said}");
    // the length is that of the half
    let stub = Stub::start(|request, _| {
        let body = well(request).to_string();
        if is_range(request) { Reply::With(200, "", body[..body.len() / 2].to_string()) } else { Reply::Well }
    });
    let said = failure(&stub.url(), &[]);
    assert!(said.contains("breaks off"), "{said}");
    // once only
    let stub = Stub::start(move |request, before| if before % 5 == 4 { Reply::Raw(cut(request)) } else { Reply::Well });
    document(&run(&stub.url(), &[], &[]), 0);
}

#[test]
fn what_is_no_prometheus_is_said_so() {
    for (status, body, words) in [
        (200, "<!doctype html><title>Log in</title>", "a page for browsers"),
        (200, "{\"status\": success}", "does not speak the API"),
        (200, "{\"status\":\"success\"}", "does not speak the API"),
        (200, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no such tenant\"}", "no such tenant"),
        (200, "{\"status\":\"success\",\"data\":{\"result\":\"none\"}}", "does not speak the API"),
        (200, "[]", "does not speak the API"),
        (404, "404 page not found", "does not speak the API"),
        (400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}", "refuses `"),
        (500, "{\"status\":\"error\",\"errorType\":\"internal\",\"error\":\"disk\"}", "disk"),
    ] {
        let stub = Stub::start(
            move |request, _| {
                if is_range(request) { Reply::With(status, "", body.to_string()) } else { Reply::Well }
            },
        );
        let said = failure(&stub.url(), &[]);
        assert!(said.contains(words), "{status} {body}: {said}");
    }
    // copied from a browser
    let stub = Stub::start(|_, _| Reply::With(404, "", "404 page not found".to_string()));
    for page in ["/graph", "/api/v1/query"] {
        assert!(failure(&format!("{}{page}", stub.url()), &[]).contains(&format!("is it `{}`?", stub.url())));
    }
    let words = "Client sent an HTTP request to an HTTPS server.\n";
    let stub = Stub::start(move |_, _| Reply::With(400, "", words.to_string()));
    assert!(failure(&stub.url(), &[]).contains("write `https://`"));
    let stub = Stub::start(|_, _| Reply::Raw("SSH-2.0-OpenSSH_9.6\r\n".to_string()));
    assert!(failure(&stub.url(), &[]).contains("does not speak the API"));
    let stub = Stub::start(|_, _| Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n\xff\xfe{"));
    assert!(failure(&stub.url(), &[]).contains("(no text) does not speak the API"));
    let nobody = super::common::http::free_port();
    assert!(failure(&format!("http://127.0.0.1:{nobody}"), &[]).contains("cannot be reached"));
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Stub::start(|_, _| Reply::Well);
    let headers = format!("location: {}/login?state=s3cret\r\n", elsewhere.url());
    let headers: &'static str = headers.leak();
    let stub = Stub::start(move |_, _| Reply::With(302, headers, String::new()));
    let said = failure(&stub.url(), &[("TABI_PROMETHEUS_TOKEN", "t0ken")]);
    assert!(said.contains("a redirect to") && said.contains("/login"), "{said}");
    assert!(!said.contains("s3cret") && !said.contains("t0ken"), "{said}");
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn warnings_of_partial_data_are_said() {
    let stub = Stub::start(|request, _| {
        let mut answer = well(request);
        if is_range(request) {
            answer["warnings"] = json!(["No StoreAPIs matched for this query"]);
        }
        Reply::With(200, "", answer.to_string())
    });
    let document = document(&run(&stub.url(), &[], &[]), 1);
    assert_eq!(document["warnings"], json!(["No StoreAPIs matched for this query"]));
}

#[test]
fn who_asks_is_said_and_never_shown() {
    for (variables, header, value) in [
        (&[("TABI_PROMETHEUS_TOKEN", "s3cret")][..], "authorization", "Bearer s3cret"),
        (
            &[("TABI_PROMETHEUS_USER", "me"), ("TABI_PROMETHEUS_PASSWORD", "s3cret")],
            "authorization",
            "Basic bWU6czNjcmV0",
        ),
        (&[("TABI_PROMETHEUS_HEADER", "X-Scope-OrgID: s3cret")], "x-scope-orgid", "s3cret"),
    ] {
        let stub = Stub::start(move |request, _| {
            if request.headers.get(header).is_some_and(|v| v == value) {
                Reply::Well
            } else {
                Reply::With(401, "", "who?".to_string())
            }
        });
        let output = run(&stub.url(), variables, &[]);
        document(&output, 0);
        let (out, err) = said(&output);
        assert!(!out.contains("s3cret") && !err.contains("s3cret"));
        let without = failure(&stub.url(), &[]);
        assert!(without.contains("401") && without.contains("TABI_PROMETHEUS_TOKEN"), "{without}");
        let wrong = failure(&stub.url(), &[("TABI_PROMETHEUS_TOKEN", "0ther")]);
        assert!(wrong.contains("TABI_PROMETHEUS_TOKEN") && !wrong.contains("0ther"), "{wrong}");
    }
}

#[test]
fn proxies_that_let_nothing_be_written_are_read_from() {
    for status in [403, 405] {
        let stub = Stub::start(move |request, _| {
            if request.method == "POST" { Reply::With(status, "", "read only".to_string()) } else { Reply::Well }
        });
        document(&run(&stub.url(), &[], &[]), 0);
        assert_eq!(stub.seen().iter().filter(|r| r.method == "POST").count(), 1);
    }
}

#[test]
fn the_proxy_of_the_environment_is_used() {
    let proxy = Stub::start(|_, _| Reply::Well);
    let url = "http://prometheus.invalid:9090";
    document(&run(url, &[("http_proxy", &proxy.url())], &[]), 0);
    assert!(!proxy.seen().is_empty());
}
