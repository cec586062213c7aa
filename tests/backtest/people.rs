//! What people see: a table, a page, and what is wrong with what they wrote.

use super::stub::{Reply, Stub, well};
use super::{command, project, said};
use serde_json::json;

fn args(url: &str) -> [&str; 6] {
    ["--prometheus", url, "--since", "7d", "--until", "2023-11-15"]
}

#[test]
fn a_table_says_it_all() {
    let directory = project();
    let stub = Stub::start(|_, _| Reply::Well);
    let url = stub.url();
    let output = command(directory.path(), &args(&url)).output().expect("it runs");
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    insta::assert_snapshot!(out.replace(&url, "http://localhost:9090"));
}

/// An outage of two hours three days before the end, half of all events; `--since 1d` does not see it, and the budget does.
#[test]
fn a_row_can_be_reckoned_by_hand() {
    let directory = project();
    let outage = 1_700_006_400 - 3 * 86_400;
    let stub = Stub::start(move |request, _| {
        let mut answer = well(request);
        if request.path == "query_range"
            && let Some(rows) = answer["data"]["result"].as_array_mut()
            && request.parameters["query"].contains("code=\"500\"")
        {
            for value in rows[0]["values"].as_array_mut().into_iter().flatten() {
                if value[0].as_i64().is_some_and(|t| (outage..outage + 7200).contains(&t)) {
                    value[1] = json!("50");
                }
            }
        }
        Reply::With(200, "", answer.to_string())
    });
    let url = stub.url();
    let arguments = ["--prometheus", &url, "--since", "1d", "--until", "2023-11-15"];
    let output = command(directory.path(), &arguments).output().expect("it runs");
    let (out, _) = said(&output);
    // 100 events a second, of which 0.07 fail: 8,640,000 a day, and 0.07 × 86,400 = 6,048
    let row = |from: &str, name: &str| {
        let rows = out.split_once(from).unwrap_or_else(|| panic!("{out}")).1;
        let row = rows.lines().find(|line| line.trim_start().starts_with(name)).expect("a row");
        row.split_whitespace().map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        row("  2023-11-14 00:00 to 2023-11-15 00:00\n", "shop.pay.answers"),
        ["shop.pay.answers", "100%", "8,640,000", "6,048", "0.07%", "0", "0"]
    );
    // Prometheus 2 counts five minutes more in a period of 28 days: 40,325 minutes, in 120 of which 50 a second fail. 100 × 60 × 40,325 events;
    // 0.07 × 60 × 40,205 + 50 × 60 × 120 = 168,861 + 360,000 bad ones. 528,861 / 241,950,000 = 0.2186%, of the 1% that may fail: 78% are left.
    let budget = "  budgets of 28d, counted by the rules from 2023-10-17 23:49 to 2023-11-14 23:54\n";
    let of_sli = row(budget, "shop.pay.answers");
    assert_eq!(of_sli[..6], ["shop.pay.answers", "241,950,000", "528,861", "0.2186%", "99%", "78%"]);
    assert_eq!(of_sli[6..], ["78%", "2023-11-14", "00:00"]);
    assert_eq!(row(budget, "shop ")[..6], ["shop", "–", "–", "0.2186%", "99%", "78%"]);

    let output = command(directory.path(), &arguments).args(["--format", "json"]).output().expect("it runs");
    let document: serde_json::Value = serde_json::from_str(&said(&output).0).expect("JSON");
    let budget = &document["journeys"][0]["slis"][0]["budgets"][0];
    assert_eq!(
        budget["reported"],
        json!({ "from": "2023-11-14T00:00:00Z", "until": "2023-11-15T00:00:00Z", "events": 8_640_000.0, "bad_events": 6048.0,
            "errors": 0.0007 })
    );
    let window = &budget["in_window"];
    assert_eq!((&window["from"], &window["until"]), (&json!("2023-10-17T23:49:00Z"), &json!("2023-11-14T23:54:00Z")));
    assert_eq!((&window["events"], &window["bad_events"]), (&json!(241_950_000.0), &json!(528_861.0)));
    let (errors, left) = (window["errors"].as_f64().expect("errors"), budget["left"].as_f64().expect("what is left"));
    assert!((errors - 528_861.0 / 241_950_000.0).abs() < 1e-9 && (left - (1.0 - errors / 0.01)).abs() < 1e-9);
    // the outage was in the window all day, and the window was full
    assert!((budget["lowest"]["left"].as_f64().expect("the least") - left).abs() < 1e-9, "{}", budget["lowest"]);

    let output = command(directory.path(), &arguments).args(["--html", "past.html"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let page = std::fs::read_to_string(directory.path().join("past.html")).expect("a page");
    for words in [
        "6,048 of 8,640,000 bad, 0.07% errors, data for 100% of the time",
        "counted from 2023-10-17 23:49 to 2023-11-14 23:54: 528,861 of 241,950,000 bad, 0.2186% errors, left 78%",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn what_cannot_be_measured_is_said_with_a_way_out() {
    let directory = project();
    // only the metric itself is there, of another job
    let stub = Stub::start(|request, _| {
        let list =
            |list: serde_json::Value| Reply::With(200, "", json!({ "status": "success", "data": list }).to_string());
        let selector = request.parameters.get("match[]").map_or("", String::as_str);
        match request.path.as_str() {
            "label/job/values" => list(json!(["shops", "card"])),
            _ if !request.path.starts_with("label") => Reply::Well,
            _ if selector.contains("job=") && !selector.starts_with("up") => list(json!([])),
            _ => list(json!(["pay_total"])),
        }
    });
    let output = command(directory.path(), &args(&stub.url())).output().expect("it runs");
    let (out, _) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.contains("shop.pay.answers: it cannot be measured"), "{out}");
    assert!(out.contains("did you mean `job=\"shops\"`?"), "{out}");
    // it has a row all the same
    let row = out.lines().find(|line| line.trim_start().starts_with("shop.pay.answers  ")).expect("a row");
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["shop.pay.answers", "–", "–", "–", "–", "0", "0"]);
}

/// What a Prometheus says of which no series match selectors with these words.
fn without(words: &'static [&'static str]) -> Stub {
    Stub::start(move |request, _| {
        let selector = request.parameters.get("match[]").map_or("", String::as_str);
        if request.path.starts_with("label") && words.iter().any(|w| selector.contains(w)) {
            Reply::With(200, "", json!({ "status": "success", "data": [] }).to_string())
        } else {
            Reply::Well
        }
    })
}

#[test]
fn events_of_which_none_are_known_to_be_good_have_a_row() {
    let directory = project();
    let text = super::SHOP
        .replace("bad    pay_total{job=\"shop\", code=\"500\"}", "good pay_total{job=\"shop\", code=\"OK\"}");
    super::common::write(&directory.path().join("shop.tabi"), &text);
    let stub = without(&["code="]);
    let url = stub.url();
    let output = command(directory.path(), &args(&url)).output().expect("it runs");
    let (out, _) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{out}");
    let rows: Vec<Vec<&str>> = out
        .lines()
        .filter(|line| line.trim_start().starts_with("shop.pay.answers  "))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["shop.pay.answers", "100%", "60,480,000", "–", "–", "0", "0"], "{out}");
    assert_eq!(rows[1][..4], ["shop.pay.answers", "241,950,000", "–", "–"], "{out}");
    assert!(out.contains("shop.pay.answers: it cannot be measured\n  good `pay_total"), "{out}");
    // nothing is said of alerts and targets, nor of the journey
    assert!(out.contains("no alert would have fired") && !out.contains("kept"), "{out}");

    let output = command(directory.path(), &args(&url)).args(["--format", "json"]).output().expect("it runs");
    let document: serde_json::Value = serde_json::from_str(&said(&output).0).expect("JSON");
    let sli = &document["journeys"][0]["slis"][0];
    let counts = &sli["budgets"][0]["reported"];
    assert_eq!(
        (&counts["events"], &counts["bad_events"], &counts["errors"], &sli["measurable"]),
        (&json!(60_480_000.0), &json!(null), &json!(null), &json!(false))
    );
    let output = command(directory.path(), &args(&url)).args(["--html", "past.html"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let page = std::fs::read_to_string(directory.path().join("past.html")).expect("a page");
    assert!(page.contains("60,480,000 events, and it is not known which are bad"), "{page}");
}

#[test]
fn what_many_lack_is_said_once() {
    let directory = project();
    let (before, after) = super::SHOP.split_once("    sli answers").expect("an SLI");
    let more: String = ["one", "two", "three", "four", "five", "six"]
        .map(|name| format!("    sli {name} {{\n bad pay_total{{job=\"shop\", code=\"501\"}}\n total pay_total{{job=\"shop\"}}\n target 99%\n }}\n"))
        .concat();
    super::common::write(&directory.path().join("shop.tabi"), &format!("{before}{more}    sli answers{after}"));
    let stub = without(&["up", "501"]);
    let url = stub.url();
    let output = command(directory.path(), &args(&url)).args(["--html", "past.html"]).output().expect("it runs");
    let (out, _) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{out}");
    let page = std::fs::read_to_string(directory.path().join("past.html")).expect("a page");
    for (text, of) in [(&out, "the terminal"), (&page, "the page")] {
        assert_eq!(text.matches("there is no metric `up`").count(), 1, "{of}: {text}");
        assert_eq!(text.matches("matches nothing").count(), if of == "the page" { 3 } else { 2 }, "{of}: {text}");
    }
    let six = "shop.pay.one, shop.pay.two, shop.pay.three, shop.pay.four, shop.pay.five, shop.pay.six";
    assert!(
        out.contains(&format!("\n{six}: worth a look\n  bad `pay_total{{job=\"shop\",code=\"501\"}}` matches")),
        "{out}"
    );
    assert!(
        out.contains(&format!("\n{six} and 1 more: worth a look\n  up `up{{job=\"shop\"}}` matches nothing")),
        "{out}"
    );
}

#[test]
fn a_page_needs_nothing_else() {
    let directory = project();
    let text = super::SHOP.replace("journey shop {", "journey shop \"Shop <b>&\" {");
    super::common::write(&directory.path().join("shop.tabi"), &text);
    let stub = Stub::start(|request, _| {
        // two hours of an outage
        let mut answer = well(request);
        if request.path == "query_range"
            && let Some(rows) = answer["data"]["result"].as_array_mut()
            && request.parameters["query"].contains("code=\"500\"")
        {
            for value in rows[0]["values"].as_array_mut().into_iter().flatten() {
                let since = value[0].as_i64().map_or(0, |t| 1_700_006_400 - t);
                if (7200..14_400).contains(&since) {
                    value[1] = json!("50");
                }
            }
        }
        Reply::With(200, "", answer.to_string())
    });
    let url = stub.url();
    let output = command(directory.path(), &args(&url)).args(["--html", "past.html"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let page = std::fs::read_to_string(directory.path().join("past.html")).expect("a page");
    assert!(page.contains("Shop &lt;b&gt;&amp;") && !page.contains("<b>"), "names are no markup");
    assert!(page.contains("<rect class=\"page\"") && page.contains("prefers-color-scheme"), "{page}");
    for outside in ["<script", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let left: Vec<_> = std::fs::read_dir(directory.path()).expect("files").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");

    // what is there stays where the page cannot be written
    std::fs::create_dir(directory.path().join("taken")).expect("a directory");
    let output = command(directory.path(), &args(&url)).args(["--html", "taken"]).output().expect("it runs");
    assert_eq!((output.status.code(), said(&output).1.contains("it is a directory")), (Some(2), true));
}

#[test]
fn one_sli_of_a_journey_can_be_asked_for() {
    let directory = project();
    let stub = Stub::start(|_, _| Reply::Well);
    let url = stub.url();
    for address in ["shop", "shop.pay", "shop.pay.answers"] {
        let output = command(directory.path(), &args(&url)).arg(address).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0));
        assert!(said(&output).0.contains("shop.pay.answers"));
    }
}

#[test]
fn mistakes_on_the_command_line_are_said() {
    let directory = project();
    let stub = Stub::start(|_, _| Reply::Well);
    let url = stub.url();
    let with_password = url.replace("http://", "http://me:s3cret@");
    let with_query = format!("{url}/?a=b");
    for (arguments, words) in [
        (vec!["--prometheus", &url, "shop.pya"], "did you mean `shop.pay`?"),
        (vec!["--prometheus", &url, "--since", "28"], "28d"),
        (vec!["--prometheus", &url, "--since", "0d"], "28d"),
        (vec!["--prometheus", &url, "--until", "yesterday"], "2026-11-26T12:00:00Z"),
        (vec!["--prometheus", &with_password], "TABI_PROMETHEUS_PASSWORD"),
        (vec!["--prometheus", &with_query], "goes on after the path"),
        (vec!["--prometheus", "localhost:9090"], "http://localhost:9090"),
        (vec!["--prometheus", "ftp://localhost"], "http://localhost:9090"),
        (vec![], "--prometheus"),
    ] {
        let output = command(directory.path(), &arguments).output().expect("it runs");
        let (out, err) = said(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {out}{err}");
        assert!(err.contains(words) && !err.contains("s3cret"), "{arguments:?}: {err}");
    }
    assert!(stub.seen().is_empty(), "nothing is asked before the command line is understood");
}
