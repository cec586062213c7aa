//! The formulas, proven with `promtool test rules`: a source of a few lines is compiled, raw series are put in, numbers and alerts
//! come out. Groups run in the order in which they are emitted; `promtool` would take a random one.

mod alerts;
mod journeys;
mod level_one;
mod states;

use crate::common::{self, Emitted};
use serde_json::{Value, json};
use std::process::Command;

/// Total events per second.
pub const TOTAL: &str = "tabi:slo_total_events:rate";
/// Bad events per second.
pub const BAD: &str = "tabi:slo_bad_events:rate";

/// A `promtool` test that is being put together.
pub struct Case {
    files: Vec<Emitted>,
    groups: Vec<String>,
    evaluate: &'static str,
    series: Vec<Value>,
    samples: Vec<Value>,
    alerts: Vec<Value>,
}

/// A test of what a source compiles to.
pub fn case(source: &str) -> Case {
    let files: Vec<Emitted> = common::compile_text(source).rules().cloned().collect();
    let groups =
        files.iter().flat_map(|f| common::rules::read(&f.text).groups.into_iter().map(|group| group.name)).collect();
    Case { files, groups, evaluate: "1m", series: Vec::new(), samples: Vec::new(), alerts: Vec::new() }
}

impl Case {
    /// Every group runs so often; `promtool` does not look at the interval of a group.
    pub fn evaluated_every(mut self, interval: &'static str) -> Case {
        self.evaluate = interval;
        self
    }

    /// A raw series with a sample every 30 seconds, in the notation of `promtool`.
    pub fn series(mut self, series: &str, values: &str) -> Case {
        self.series.push(json!({"series": series, "values": values}));
        self
    }

    /// A target of a job that is up.
    pub fn up(self, job: &str) -> Case {
        self.series(&format!("up{{job=\"{job}\",instance=\"a\"}}"), "1x12000")
    }

    /// What an expression yields at a time, to a millionth.
    pub fn gives<S: AsRef<str>>(mut self, expr: &str, at: &str, samples: &[(S, f64)]) -> Case {
        let samples: Vec<Value> =
            samples.iter().map(|(labels, v)| json!({"labels": labels.as_ref(), "value": (v * 1e6).round()})).collect();
        self.samples.push(json!({"expr": format!("round(({expr}) * 1e6)"), "eval_time": at, "exp_samples": samples}));
        self
    }

    /// That an expression yields nothing.
    pub fn gives_nothing(self, expr: &str, at: &str) -> Case {
        self.gives::<&str>(expr, at, &[])
    }

    /// How many alerts with these matchers are firing at a minute.
    pub fn firing(self, matchers: &str, minute: u32, count: u32) -> Case {
        let expr = format!("count(ALERTS{{alertstate=\"firing\",{matchers}}}) or vector(0)");
        self.gives(&expr, &format!("{minute}m"), &[("{}", f64::from(count))])
    }

    /// That an alert is firing from a minute on and not before, and until another one and not after.
    pub fn fires(self, matchers: &str, from: u32, until: u32) -> Case {
        self.firing(matchers, from - 1, 0)
            .firing(matchers, from, 1)
            .firing(matchers, until - 1, 1)
            .firing(matchers, until, 0)
    }

    /// Every alert of a name that fires at a time, with all its labels and annotations.
    pub fn alerts(mut self, name: &str, at: &str, alerts: &[(Value, Value)]) -> Case {
        let alerts: Vec<Value> =
            alerts.iter().map(|(labels, text)| json!({"exp_labels": labels, "exp_annotations": text})).collect();
        self.alerts.push(json!({"alertname": name, "eval_time": at, "exp_alerts": alerts}));
        self
    }

    /// Runs it with both generations of Prometheus.
    pub fn run(self) {
        self.run_on(&[2, 3]);
    }

    /// Runs it with one of them, where they differ: 2 reads a range with both its ends, 3 without its left one, so an hour of a minute each holds
    /// 61 samples or 60.
    pub fn run_on(self, generations: &[usize]) {
        let directory = tempfile::tempdir().expect("a directory");
        common::write_files(directory.path(), &self.files);
        let test = json!({
            "rule_files": self.files.iter().map(|f| f.path.clone()).collect::<Vec<_>>(),
            "evaluation_interval": self.evaluate,
            "group_eval_order": self.groups,
            "tests": [{
                "interval": "30s",
                "input_series": self.series,
                "promql_expr_test": self.samples,
                "alert_rule_test": self.alerts,
            }],
        });
        // JSON is YAML
        let path = directory.path().join("test.yml");
        std::fs::write(&path, serde_json::to_string_pretty(&test).expect("JSON")).expect("a written test");
        for (promtool, generation) in common::promtools().zip(2..) {
            if !generations.contains(&generation) {
                continue;
            }
            let output = Command::new(&promtool).args(["test", "rules"]).arg(&path).output().expect("promtool runs");
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success() && said.contains("SUCCESS"), "{}: {said}", promtool.display());
        }
    }
}

/// The labels of an SLI of the user journey `j`.
pub fn id(step: &str, sli: &str) -> String {
    id_by(step, sli, "")
}

/// The same with one of its values of `by`, as `,dest="a"`.
pub fn id_by(step: &str, sli: &str, by: &str) -> String {
    let step = if step.is_empty() { String::new() } else { format!(",step=\"{step}\"") };
    format!("{{audience=\"user\",journey=\"j\"{step},sli=\"{sli}\"{by}}}")
}

/// The labels of the user journey `j`.
pub const JOURNEY: &str = "{audience=\"user\",journey=\"j\"}";

/// How many events a recorded number was over a range.
pub fn events(name: &str, range: &str) -> String {
    format!("60 * sum_over_time({name}[{range}])")
}
