//! What a real Prometheus answers to the panels of dashboards, written down for `tests/grafana/draw.mjs`, which draws them.

use crate::backfill::Span;
use crate::common::http;
use crate::{filled, list, panels};
use serde_json::{Map, Value, json};

/// How many points a graph has at most.
const POINTS: u64 = 300;

/// The seconds of `28d` and the like.
fn seconds(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "d" => 86_400,
        "h" => 3600,
        "m" => 60,
        _ => panic!("{text} has an unknown unit"),
    };
    number.parse::<u64>().expect("a number") * unit
}

/// A dashboard with the answers to all queries of its open panels, and the span of time of each graph. What a dashboard shows by itself is no
/// longer than the history, as if somebody had chosen so.
pub fn of(port: u16, span: Span, path: &str, dashboard: &Value) -> Value {
    let now = span.begin + span.length;
    let chosen = seconds(dashboard["time"]["from"].as_str().and_then(|t| t.strip_prefix("now-")).expect("a span"));
    let (mut answers, mut spans) = (Map::new(), Map::new());
    for panel in panels(dashboard).into_iter().filter(|p| !list(&p["targets"]).is_empty()) {
        let length = panel["timeFrom"].as_str().map_or(chosen.min(span.length), seconds);
        let targets = list(&panel["targets"]);
        let smallest =
            targets.iter().map(|t| seconds(t["interval"].as_str().expect("an interval"))).max().unwrap_or(60);
        let step = (length / POINTS).next_multiple_of(60).max(smallest);
        let begin = now - length / step * step;
        let mut of_panel = Map::new();
        for target in targets {
            let expr = filled(target["expr"].as_str().expect("a query"), now - length);
            let query = http::escape(&expr);
            let path = if target["instant"] == true {
                format!("/api/v1/query?time={now}&query={query}")
            } else {
                format!("/api/v1/query_range?start={begin}&end={now}&step={step}&query={query}")
            };
            let answer = http::get(port, &path);
            assert_eq!(answer["status"], "success", "{expr}: {answer}");
            of_panel.insert(target["refId"].as_str().expect("a letter").to_string(), answer["data"]["result"].clone());
        }
        let id = panel["id"].to_string();
        if targets.iter().any(|t| t["range"] == true) {
            let of_span = json!({"from": begin * 1000, "to": now * 1000, "step": step * 1000});
            spans.insert(id.clone(), of_span);
        }
        answers.insert(id, Value::Object(of_panel));
    }
    json!({"path": path, "dashboard": dashboard, "answers": answers, "spans": spans})
}
