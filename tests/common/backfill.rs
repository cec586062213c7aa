//! History without waiting for it: raw samples become blocks of a TSDB, and `promtool` evaluates recording rules over them, level by level,
//! each over what the levels before it wrote.

use super::process::Server;
use super::rules::{Rule, selectors};
use super::{http, tool};
use std::path::Path;
use std::process::Command;

/// A span of time in seconds.
#[derive(Clone, Copy)]
pub struct Span {
    /// The first second, at the edge of a block of two hours.
    pub begin: u64,
    /// How long it is.
    pub length: u64,
}

/// Runs promtool, which must succeed.
pub fn promtool(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new(tool("promtool"));
    let output = command.current_dir(directory).args(arguments).output().expect("promtool runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// A Prometheus over the blocks of a directory.
pub fn prometheus(directory: &Path) -> Server {
    let config = directory.join("prometheus.yml");
    std::fs::write(&config, "global: {}\n").expect("a written configuration");
    let port = http::free_port();
    let mut command = Command::new(tool("prometheus"));
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", directory.join("data").display()))
        .arg("--storage.tsdb.retention.time=100y")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"));
    Server::start(command, port, "/-/ready", &directory.join("prometheus.log"))
}

/// Makes blocks from raw samples, as `OpenMetrics` writes them.
pub fn samples(directory: &Path, text: &str) {
    std::fs::write(directory.join("raw.om"), text).expect("written samples");
    promtool(directory, &["tsdb", "create-blocks-from", "openmetrics", "--quiet", "raw.om", "data"]);
}

/// Evaluates the rules of a level. The groups of one journey have different names, and so different offsets: two intervals with one offset would
/// meet, and a copy would hold a sample too many. (An offset in the last second of a minute would not do either: `promtool` drops such an
/// evaluation at the end of each block.)
fn evaluate(directory: &Path, rules: &[&Rule], interval: u64, span: Span) {
    if rules.is_empty() {
        return;
    }
    let rules: Vec<serde_json::Value> =
        rules.iter().map(|r| serde_json::json!({"record": r.record, "expr": r.expr, "labels": r.labels})).collect();
    // JSON is YAML
    let file = serde_json::json!({"groups": [{"name": format!("of {interval} seconds"), "rules": rules}]});
    std::fs::write(directory.join("level.yml"), file.to_string()).expect("a written level");
    let server = prometheus(directory);
    promtool(
        directory,
        &[
            "tsdb",
            "create-blocks-from",
            "rules",
            &format!("--start={}", span.begin),
            &format!("--end={}", span.begin + span.length),
            &format!("--url=http://127.0.0.1:{}", server.port),
            "--output-dir=data",
            &format!("--eval-interval={interval}s"),
            "level.yml",
        ],
    );
}

/// Evaluates recording rules with their intervals in seconds, a level at a time: a rule is ready when all that it reads has been written.
/// Gives how many levels there were.
pub fn evaluate_all(directory: &Path, all: &[(u64, Rule)], span: Span) -> usize {
    let mut written = vec![false; all.len()];
    let mut levels = 0;
    while written.contains(&false) {
        levels += 1;
        let ready = |rule: &Rule| {
            let expr = promql_parser::parser::parse(&rule.expr).expect(&rule.expr);
            selectors(&expr).iter().all(|selected| {
                all.iter().zip(&written).all(|((_, writer), written)| {
                    *written || writer.record != selected.name || !selected.may_read(&writer.labels)
                })
            })
        };
        let next: Vec<usize> = (0..all.len()).filter(|i| !written[*i] && ready(&all[*i].1)).collect();
        assert!(!next.is_empty(), "rules read each other in a circle");
        for interval in [60, 300] {
            let level: Vec<&Rule> =
                next.iter().map(|i| &all[*i]).filter(|(s, _)| *s == interval).map(|(_, r)| r).collect();
            evaluate(directory, &level, interval, span);
        }
        for i in next {
            written[i] = true;
        }
    }
    levels
}
