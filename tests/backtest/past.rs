//! How much of the past there is: a Prometheus that is young, keeps little, or was dark for a while.

use super::stub::{Reply, Request, Stub, well};
use super::{command, project, said};
use serde_json::{Value, json};

const END: i64 = 1_700_006_400;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What a Prometheus says that has numbers only at some times, and of `up` as well or not at all.
fn partly(request: &Request, has: impl Fn(i64) -> bool, up: bool) -> Reply {
    let mut answer = well(request);
    if request.path == "query_range" {
        let is_up = request.parameters["query"] == "count(up)";
        if let Some(rows) = answer["data"]["result"].as_array_mut() {
            for row in rows.iter_mut() {
                if let Some(values) = row["values"].as_array_mut() {
                    values.retain(|v| v[0].as_i64().is_some_and(&has) && (up || !is_up));
                }
            }
            rows.retain(|row| row["values"].as_array().is_some_and(|values| !values.is_empty()));
        }
    }
    Reply::With(200, "", answer.to_string())
}

fn run(stub: &Stub, more: &[&str]) -> String {
    run_until(stub, END, more)
}

fn run_until(stub: &Stub, until: i64, more: &[&str]) -> String {
    let directory = project();
    let (url, until) = (stub.url(), until.to_string());
    let output = command(directory.path(), &["--prometheus", &url, "--until", &until])
        .args(if more.contains(&"--since") { &[][..] } else { &["--since", "7d"] })
        .args(more)
        .output()
        .expect("it runs");
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    out
}

fn document(stub: &Stub) -> Value {
    serde_json::from_str(&run(stub, &["--format", "json"])).expect("JSON")
}

#[test]
fn what_was_before_the_past_is_no_missing_data() {
    // with `up`, and with nothing but what is read
    for up in [true, false] {
        let stub = Stub::start(move |request, _| partly(request, |t| t >= END - 2 * DAY, up));
        let document = document(&stub);
        let notes = document["notes"].to_string();
        assert!(notes.contains("of the 7d that are asked for it has the last 2d"), "{notes}");
        let journey = &document["journeys"][0];
        assert_eq!(journey["read_from"], "2023-11-13T00:00:00Z");
        let sli = &journey["slis"][0];
        assert_eq!(sli["no_data"]["fired"], json!([]), "up: {up}");
        let budget = &sli["budgets"][0];
        assert_eq!((&budget["data"], &budget["reported"]["from"]), (&json!(1.0), &json!("2023-11-13T00:00:00Z")));
        // two days less the six minutes of the copies, and the minute before the first number
        assert_eq!(budget["in_window"]["events"], json!(100.0 * (2 * DAY - 5 * 60) as f64));
        let text = run(&stub, &[]);
        assert!(
            text.contains(
                "counted by the rules from 2023-11-12 23:59 to 2023-11-14 23:54: there are only 47h55m of it"
            ),
            "{text}"
        );
    }
}

#[test]
fn a_young_one_reaches_back_to_its_first_minute_and_not_further() {
    // also where neither end is at five minutes
    let until = END + 17 * 60;
    for minutes in [1, 3, 7, 16, 17, 18, 59] {
        let first = until - minutes * 60;
        let stub = Stub::start(move |request, _| partly(request, |t| t >= first, true));
        let document: Value = serde_json::from_str(&run_until(&stub, until, &["--format", "json"])).expect("JSON");
        let begins = tabi::backtest::day::iso(first);
        let note = format!(
            "of the 7d that are asked for it has the last {minutes}m: nothing is before {} UTC",
            tabi::backtest::day::minute(first)
        );
        assert!(document["notes"].to_string().contains(&note), "{note}: {}", document["notes"]);
        let journey = &document["journeys"][0];
        let budget = &journey["slis"][0]["budgets"][0];
        assert_eq!(
            (&journey["read_from"], &budget["reported"]["from"], &budget["data"]),
            (&json!(begins), &json!(begins), &json!(1.0))
        );
        assert_eq!(budget["reported"]["events"], json!(100.0 * (minutes * 60) as f64), "{minutes}");
        // the minute before the first number is that of its events
        let time = |end: &str| budget["in_window"][end].as_str().and_then(tabi::backtest::day::parse).expect("a time");
        assert!(time("from") == first - 60 && (time("from")..until).contains(&time("until")), "{budget}");
        let text = run_until(&stub, until, &[]);
        assert_eq!(
            text.contains("of which the rules have counted nothing yet"),
            time("from") == time("until"),
            "{text}"
        );
    }
    let stub = Stub::start(move |request, _| partly(request, |t| t >= until, true));
    let directory = project();
    let (url, until) = (stub.url(), until.to_string());
    let output = command(directory.path(), &["--prometheus", &url, "--until", &until]).output().expect("it runs");
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("has no past before 2023-11-15 00:17 UTC") && err.contains("ask again"), "{err}");
}

#[test]
fn minutes_can_be_asked_for() {
    let stub = Stub::start(|_, _| Reply::Well);
    let text = run_until(&stub, END, &["--since", "1h30m"]);
    assert!(text.contains("2023-11-14 22:30 to 2023-11-15 00:00 UTC: 1h30m"), "{text}");
    assert!(text.contains("shop.pay.answers  100%  540,000 "), "{text}");
}

#[test]
fn a_dark_time_is_no_part_of_the_data() {
    let dark = END - 3 * DAY..END - 3 * DAY + 42 * HOUR;
    let stub = Stub::start(move |request, _| {
        let is_up = request.parameters.get("query").is_some_and(|q| q == "count(up)");
        partly(request, |t| is_up || !dark.contains(&t), true)
    });
    let document = document(&stub);
    let sli = &document["journeys"][0]["slis"][0];
    assert_eq!(sli["budgets"][0]["data"], json!(0.75));
    // it must last 15 minutes
    let fired = &sli["no_data"]["fired"];
    assert_eq!(
        fired,
        &json!([{ "since": "2023-11-12T00:00:00Z", "from": "2023-11-12T00:15:00Z", "until": "2023-11-13T18:00:00Z" }])
    );
    // the journey has no number while its only SLI has none, and the data of it are no more
    assert_eq!(document["journeys"][0]["budget"]["data"], json!(0.75));
}

#[test]
fn targets_are_told_by_full_windows() {
    // half of all events fail in a day that the window of 28 days has left before the end
    let stub = Stub::start(|request, _| {
        let mut answer = well(request);
        if request.path == "query_range" && request.parameters["query"].contains("code=\"500\"") {
            for value in answer["data"]["result"][0]["values"].as_array_mut().into_iter().flatten() {
                if value[0].as_i64().is_some_and(|t| (END - 30 * DAY..END - 29 * DAY).contains(&t)) {
                    value[1] = json!("50");
                }
            }
        }
        Reply::With(200, "", answer.to_string())
    });
    let document = document(&stub);
    let journey = &document["journeys"][0];
    let sli = &journey["slis"][0];
    let own =
        sli["targets"].as_array().expect("targets").iter().find(|t| t["target"] == "99%").expect("the promised one");
    let spent = own["spent"].as_f64().expect("a share");
    // a day of half of all, and 27 of 0.07%: 1.853% of 1%
    assert!((spent - (0.5 + 27.0 * 0.0007) / 28.0 / 0.01).abs() < 0.01, "{spent}");
    let left = sli["budgets"][0]["left"].as_f64().expect("a share");
    assert!((left - 0.93).abs() < 1e-3, "{left}");
    let lowest = sli["budgets"][0]["lowest"]["left"].as_f64().expect("a share");
    assert!((1.0 - lowest - spent).abs() < 1e-6, "{lowest} {spent}");
    assert_eq!((&own["kept"], &sli["best_target"]), (&json!(false), &json!("98%")));
}
