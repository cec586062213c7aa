//! Every field of the types of Sloth, Pyrra and OpenSLO, one by one: it is in what is made, and where it means something else there, that is said.

#![allow(
    clippy::too_many_lines,
    clippy::items_after_statements,
    reason = "tables, each with the parts of its specification beside it"
)]

use super::{Made, import};
use std::fmt::Write as _;
use tabi::import::Tool;

/// One line, each gap one blank: as the comments are broken is no matter here.
pub fn squeezed(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches("# "));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// A field: what is put in the place of what, what is in the text then, and what is said; nothing is said of what is simply carried over.
type Field = (&'static str, [&'static str; 2], &'static str, &'static str);

fn holds(tool: Tool, base: &str, fields: &[Field]) {
    let plain = import(tool, "slo.yaml", base, None);
    assert!(plain.imported.diagnostics.is_empty() || tool == Tool::Pyrra, "{}", plain.said());
    let is_said = |made: &Made, what: &str| made.imported.diagnostics.iter().any(|d| d.message.contains(what));
    let mut wrong = String::new();
    for (field, [from, to], becomes, says) in fields {
        assert_eq!(base.matches(from).count(), 1, "{field}: {from}");
        let made = import(tool, "slo.yaml", &base.replace(from, to), None);
        let all = |made: &Made| made.imported.diagnostics.len();
        let problem = if made.imported.is_broken() {
            "is refused"
        } else if squeezed(&plain.text).contains(becomes) || !says.is_empty() && is_said(&plain, says) {
            "is not what it shows"
        } else if !squeezed(&made.text).contains(becomes) {
            "is not in the text"
        } else if !says.is_empty() && !is_said(&made, says) {
            "is not said"
        } else if says.is_empty() && all(&made) > all(&plain) {
            "is carried over and said all the same"
        } else {
            continue;
        };
        let _ = writeln!(wrong, "──── {field} {problem}: `{becomes}`, `{says}`\n{}\n{}", made.said(), made.text);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn of_pyrra_each_field_is_carried_over_or_said() {
    let base = r#"apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: a-b
spec:
  target: "99"
  window: 4w
  indicator:
    ratio:
      errors: {metric: 'e_total{job="j"}'}
      total: {metric: 't_total{job="j"}'}
  alerting: {}
"#;
    const META: &str = "  name: a-b\n";
    const RATIO: &str =
        "    ratio:\n      errors: {metric: 'e_total{job=\"j\"}'}\n      total: {metric: 't_total{job=\"j\"}'}\n";
    const ALERTING: &str = "  alerting: {}\n";
    holds(
        Tool::Pyrra,
        base,
        &[
            ("metadata.name", [META, "  name: c-d\n"], "user journey c {", ""),
            (
                "metadata.namespace",
                [META, "  name: a-b\n  namespace: ns\n"],
                "the resource had the namespace ns",
                "about the Kubernetes object",
            ),
            (
                "metadata.labels",
                [META, "  name: a-b\n  labels: {role: rules}\n"],
                "the labels role=rules",
                "about the Kubernetes object",
            ),
            (
                "metadata.annotations",
                [META, "  name: a-b\n  annotations: {sync: x}\n"],
                "the annotations sync=x",
                "about the Kubernetes object",
            ),
            ("pyrra.dev/team", [META, "  name: a-b\n  labels: {pyrra.dev/team: web}\n"], "owner web", ""),
            ("pyrra.dev/tier", [META, "  name: a-b\n  labels: {pyrra.dev/tier: '1'}\n"], "labels { tier \"1\" }", ""),
            (
                "pyrra.dev/runbook",
                [META, "  name: a-b\n  annotations: {pyrra.dev/runbook: 'https://r'}\n"],
                "runbook \"https://r\"",
                "",
            ),
            (
                "pyrra.dev/note",
                [META, "  name: a-b\n  annotations: {pyrra.dev/note: ask}\n"],
                "annotation note: ask",
                "annotations are Tabi's own",
            ),
            ("description", [ALERTING, "  description: Words.\n"], "## Words.", ""),
            ("target", ["\"99\"", "\"98\""], "target 98%", ""),
            ("window", ["4w", "2w"], "window 14d", "1m, 8m, 30m and 1h30m"),
            ("ratio.success", ["errors: {metric: 'e_total{", "success: {metric: 'e_total{"], "good e_total", ""),
            ("ratio.grouping", [ALERTING, "      grouping: [tenant]\n"], "by tenant", ""),
            (
                "latency",
                [
                    RATIO,
                    "    latency:\n      success: {metric: 'd_seconds_bucket{le=\"0.5\"}'}\n      total: {metric: d_seconds_count}\n",
                ],
                "latency d_seconds under 500ms",
                "",
            ),
            (
                "latency.unit",
                [
                    RATIO,
                    "    latency:\n      unit: ms\n      success: {metric: 'd_bucket{le=\"500\"}'}\n      total: {metric: d_count}\n",
                ],
                "latency d under 500ms unit ms",
                "",
            ),
            (
                "latency.grouping",
                [
                    RATIO,
                    "    latency:\n      success: {metric: 'd_seconds_bucket{le=\"0.5\"}'}\n      total: {metric: d_seconds_count}\n      grouping: [tenant]\n",
                ],
                "by tenant",
                "",
            ),
            (
                "latency without le",
                [
                    RATIO,
                    "    latency:\n      success: {metric: d_seconds_bucket}\n      total: {metric: d_seconds_count}\n",
                ],
                "LEFT OUT",
                "no matcher on `le`",
            ),
            (
                "latencyNative",
                [RATIO, "    latencyNative: {latency: 200ms, total: {metric: d_seconds}, grouping: [tenant]}\n"],
                "latency d_seconds under 200ms by tenant histogram native",
                "",
            ),
            ("bool_gauge", [RATIO, "    bool_gauge: {metric: up, grouping: [job]}\n"], "up up by job", ""),
            ("alerting.disabled", [ALERTING, "  alerting: {disabled: true}\n"], "page off ticket off", ""),
            ("alerting.burnrates", [ALERTING, "  alerting: {burnrates: false}\n"], "page off ticket off", ""),
            ("alerting.absent", [ALERTING, "  alerting: {absent: false}\n"], "no_data off", ""),
            (
                "alerting.name",
                [ALERTING, "  alerting: {name: Burns}\n"],
                "the alerts were called Burns",
                "Tabi names alerts itself",
            ),
            (
                "alerting.absentName",
                [ALERTING, "  alerting: {absentName: Gone}\n"],
                "the alerts were called Gone",
                "Tabi names alerts itself",
            ),
            (
                "alerting.severities.fastBurn",
                [ALERTING, "  alerting: {severities: {fastBurn: warning}}\n"],
                "ticket 2.0834% in 1h, 7.1429% in 1d",
                "",
            ),
            (
                "alerting.severities.mediumBurn",
                [ALERTING, "  alerting: {severities: {mediumBurn: warning}}\n"],
                "ticket 6.25% in 6h, 7.1429% in 1d",
                "",
            ),
            (
                "alerting.severities.slowBurn",
                [ALERTING, "  alerting: {severities: {slowBurn: critical}}\n"],
                "page 2.0834% in 1h, 6.25% in 6h, 7.1429% in 1d",
                "",
            ),
            (
                "alerting.severities.longTermBurn",
                [ALERTING, "  alerting: {severities: {longTermBurn: p3}}\n"],
                "longTermBurn had the severity p3",
                "`p3` became a ticket",
            ),
            (
                "alerting.severities.absent",
                [ALERTING, "  alerting: {severities: {absent: warning}}\n"],
                "no_data 10m ticket",
                "",
            ),
            (
                "alerting.burnRateType",
                [ALERTING, "  alerting: {burnRateType: dynamic}\n"],
                "burnRateType was dynamic",
                "thresholds do not follow the traffic",
            ),
            (
                "partial_response_strategy",
                [ALERTING, "  partial_response_strategy: warn\n"],
                "partial_response_strategy is not here",
                "no counterpart",
            ),
            (
                "performanceOverAccuracy",
                [ALERTING, "  performanceOverAccuracy: true\n"],
                "performanceOverAccuracy is not here",
                "no counterpart",
            ),
            (
                "ruleOutput",
                [ALERTING, "  ruleOutput: {shortRulesLabels: {a: b}}\n"],
                "ruleOutput is not here",
                "no counterpart",
            ),
        ],
    );
    // a list of the kind, as a client writes it
    let indented = base.replace('\n', "\n    ");
    let list = format!(
        "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjectiveList\nitems:\n  - {}\n",
        indented.trim_end()
    );
    assert!(import(Tool::Pyrra, "list.yaml", &list, None).text.contains("user journey a {"));
}

#[test]
fn of_sloth_each_field_is_carried_over_or_said() {
    let base = r#"version: prometheus/v1
service: shop
slos:
  - name: requests
    objective: 99
    sli:
      events:
        error_query: sum(rate(e_total{job="j"}[{{.window}}]))
        total_query: sum(rate(t_total{job="j"}[{{.window}}]))
    alerting: {}
"#;
    const TOP: &str = "service: shop\n";
    const SLI: &str = "      events:\n        error_query: sum(rate(e_total{job=\"j\"}[{{.window}}]))\n        total_query: sum(rate(t_total{job=\"j\"}[{{.window}}]))\n";
    const ALERTING: &str = "    alerting: {}\n";
    holds(
        Tool::Sloth,
        base,
        &[
            ("service", [TOP, "service: other\n"], "user journey other {", ""),
            (
                "labels",
                [TOP, "service: shop\nlabels: {tier: gold, owner: web}\n"],
                "owner web window 30d labels { tier \"gold\" }",
                "",
            ),
            (
                "labels that are reserved",
                [TOP, "service: shop\nlabels: {severity: x}\n"],
                "the label severity=\"x\" is not here",
                "cannot be carried over",
            ),
            (
                "slo_plugins.chain",
                [TOP, "service: shop\nslo_plugins: {chain: [{id: my/own, priority: 5, config: {a: 1}}]}\n"],
                "the plugin my/own ({a: 1}) is not here",
                "the plugin `my/own` has no counterpart",
            ),
            (
                "slo_plugins.override_previous",
                [TOP, "service: shop\nslo_plugins: {override_previous: true}\n"],
                "`override_previous` is not here",
                "takes away plugins",
            ),
            ("slos.name", ["name: requests", "name: answers-availability"], "step answers { sli availability {", ""),
            ("slos.description", [ALERTING, "    description: Words.\n"], "## Words.", ""),
            ("slos.objective", ["99", "98.5"], "target 98.5%", ""),
            ("slos.labels", [ALERTING, "    labels: {kind: a}\n"], "labels { kind \"a\" }", ""),
            (
                "slos.plugins",
                [ALERTING, "    plugins: {chain: [{id: my/own}]}\n"],
                "the plugin my/own is not here",
                "the plugin `my/own` has no counterpart",
            ),
            (
                "sli.raw",
                [
                    SLI,
                    "      raw:\n        error_ratio_query: sum(rate(e_total[{{.window}}])) / sum(rate(a_total[{{.window}}]))\n",
                ],
                "total a_total",
                "",
            ),
            (
                "sli.plugin",
                [SLI, "      plugin: {id: sloth-common/coredns/availability, options: {filter: 'job=\"d\"'}}\n"],
                "coredns_dns_responses_total{job=\"d\", rcode=~\"SERVFAIL\"}",
                "",
            ),
            (
                "sli.plugin of a template",
                [
                    SLI,
                    "      plugin: {id: sloth-common/haproxy/frontend/availability, options: {filter: 'proxy=\"web\"'}}\n",
                ],
                "use std.haproxy",
                "",
            ),
            (
                "sli.plugin.options",
                [SLI, "      plugin: {id: sloth-common/coredns/availability, options: {fliter: x}}\n"],
                "fliter",
                "has no option `fliter`",
            ),
            (
                "sli.plugin of people's own",
                [SLI, "      plugin: {id: my/own, options: {a: b}}\n"],
                "plugin my/own (a=b)",
                "is a program of your own",
            ),
            (
                "alerting.name",
                [ALERTING, "    alerting: {name: Burns}\n"],
                "the alerts were called Burns",
                "Tabi names alerts itself",
            ),
            ("alerting.labels", [ALERTING, "    alerting: {labels: {kind: a}}\n"], "labels { kind \"a\" }", ""),
            (
                "alerting.annotations",
                [ALERTING, "    alerting: {annotations: {summary: Oh}}\n"],
                "annotation summary: Oh",
                "annotations are Tabi's own",
            ),
            (
                "alerting.annotations.runbook",
                [ALERTING, "    alerting: {annotations: {runbook: 'https://r'}}\n"],
                "runbook \"https://r\"",
                "",
            ),
            (
                "alerting.page_alert.disable",
                [ALERTING, "    alerting: {page_alert: {disable: true}}\n"],
                "alerts { page off }",
                "",
            ),
            (
                "alerting.ticket_alert.disable",
                [ALERTING, "    alerting: {ticket_alert: {disable: true}}\n"],
                "alerts { ticket off }",
                "",
            ),
            (
                "alerting.page_alert.labels",
                [ALERTING, "    alerting: {page_alert: {labels: {channel: pager}}}\n"],
                "channel = \"pager\"",
                "",
            ),
            (
                "alerting.ticket_alert.annotations",
                [ALERTING, "    alerting: {ticket_alert: {annotations: {a: b}}}\n"],
                "annotation a: b",
                "annotations are Tabi's own",
            ),
        ],
    );
    let resource = "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nmetadata:\n  name: x\nspec:\n  service: shop\n  slos: [{name: a, objective: 99, sli: {raw: {errorRatioQuery: 'a:ratio'}}}]\n";
    holds(
        Tool::Sloth,
        resource,
        &[
            (
                "metadata.labels",
                ["  name: x\n", "  name: x\n  labels: {role: rules}\n"],
                "the labels role=rules",
                "about the Kubernetes object",
            ),
            (
                "spec.sloPlugins",
                [
                    "  service: shop\n",
                    "  service: shop\n  sloPlugins: {chain: [{id: my/own}], overridePrevious: true}\n",
                ],
                "`overridePrevious` is not here",
                "takes away plugins",
            ),
        ],
    );
}

#[test]
fn of_openslo_each_field_is_carried_over_or_said() {
    let base = r#"- apiVersion: openslo/v1
  kind: Service
  metadata: {name: shop}
  spec: {}
- apiVersion: openslo/v1
  kind: AlertPolicy
  metadata: {name: p}
  spec:
    conditions: [{conditionRef: c}]
    notificationTargets: []
- apiVersion: openslo/v1
  kind: AlertCondition
  metadata: {name: c}
  spec:
    severity: page
    condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h}
- apiVersion: openslo/v1
  kind: SLO
  metadata: {name: pay}
  spec:
    service: shop
    indicator:
      metadata: {name: pay}
      spec:
        ratioMetric:
          counter: true
          good: {metricSource: {type: Prometheus, spec: {query: 'ok_total{job="j"}'}}}
          total: {metricSource: {type: Prometheus, spec: {query: 'all_total{job="j"}'}}}
    timeWindow: [{duration: 30d, isRolling: true}]
    budgetingMethod: Occurrences
    objectives: [{target: 0.99}]
    alertPolicies: [p]
"#;
    const SERVICE: &str = "  metadata: {name: shop}\n  spec: {}\n";
    const POLICY: &str = "    conditions: [{conditionRef: c}]\n";
    const TARGETS: &str = "    notificationTargets: []\n";
    const CONDITION: &str = "    severity: page\n";
    const META: &str = "  kind: SLO\n  metadata: {name: pay}\n";
    const SLI: &str = "      metadata: {name: pay}\n      spec:\n";
    const OBJECTIVE: &str = "[{target: 0.99}]";
    const WINDOW: &str = "[{duration: 30d, isRolling: true}]";
    const GOOD: &str = "good: {metricSource: {type: Prometheus, spec: {query: 'ok_total{job=\"j\"}'}}}";
    const METRIC: &str = "        ratioMetric:\n          counter: true\n          good: {metricSource: {type: Prometheus, spec: {query: 'ok_total{job=\"j\"}'}}}\n          total: {metricSource: {type: Prometheus, spec: {query: 'all_total{job=\"j\"}'}}}\n";
    holds(
        Tool::OpenSlo,
        base,
        &[
            (
                "Service.displayName",
                [SERVICE, "  metadata: {name: shop, displayName: The shop}\n  spec: {}\n"],
                "user journey shop \"The shop\" {",
                "",
            ),
            (
                "Service.labels",
                [SERVICE, "  metadata: {name: shop, labels: {tier: [a, b], team: web}}\n  spec: {}\n"],
                "owner web window 30d labels { tier \"a,b\" }",
                "",
            ),
            (
                "Service.annotations",
                [SERVICE, "  metadata: {name: shop, annotations: {a: b}}\n  spec: {}\n"],
                "annotation a: b",
                "annotations are Tabi's own",
            ),
            (
                "Service.description",
                [SERVICE, "  metadata: {name: shop}\n  spec: {description: Words.}\n"],
                "## Words.",
                "",
            ),
            (
                "SLO.displayName",
                [META, "  kind: SLO\n  metadata: {name: pay, displayName: Paying}\n"],
                "sli good \"Paying\" {",
                "",
            ),
            (
                "SLO.labels",
                [META, "  kind: SLO\n  metadata: {name: pay, labels: {tier: gold}}\n"],
                "labels { tier \"gold\" }",
                "",
            ),
            (
                "SLO.annotations",
                [META, "  kind: SLO\n  metadata: {name: pay, annotations: {a: b}}\n"],
                "annotation a: b",
                "annotations are Tabi's own",
            ),
            (
                "SLO.description",
                ["    service: shop\n", "    service: shop\n    description: Words.\n"],
                "## Words.",
                "",
            ),
            (
                "SLO.budgetingMethod",
                ["Occurrences", "RatioTimeslices"],
                "RatioTimeslices averages the ratios",
                "RatioTimeslices averages the ratios",
            ),
            (
                "SLI.name",
                [SLI, "      metadata: {name: other}\n      spec:\n"],
                "its SLI was called other",
                "in Tabi SLO and SLI are one",
            ),
            (
                "SLI.displayName",
                [SLI, "      metadata: {name: pay, displayName: Paid}\n      spec:\n"],
                "sli good \"Paid\" {",
                "",
            ),
            (
                "SLI.labels",
                [SLI, "      metadata: {name: pay, labels: {tier: gold}}\n      spec:\n"],
                "labels { tier \"gold\" }",
                "",
            ),
            (
                "SLI.description",
                [SLI, "      metadata: {name: pay}\n      spec:\n        description: Words.\n"],
                "## Words.",
                "",
            ),
            ("ratioMetric.counter", ["          counter: true\n", ""], "taken as events per second", ""),
            ("ratioMetric.bad", ["good: ", "bad: "], "bad ok_total", ""),
            (
                "ratioMetric.raw",
                [
                    METRIC,
                    "        ratioMetric: {rawType: failure, raw: {metricSource: {type: Prometheus, spec: {query: 'a:ratio'}}}}\n",
                ],
                "bad `(a:ratio) >= 0`",
                "",
            ),
            (
                "thresholdMetric.value",
                [METRIC, "        thresholdMetric: {metricSource: {type: Prometheus, spec: {query: lag}}}\n"],
                "LEFT OUT",
                "needs `op` and `value`",
            ),
            (
                "metricSourceRef",
                [
                    GOOD,
                    "good: {metricSource: {metricSourceRef: m, type: Prometheus, spec: {query: 'ok_total{job=\"j\"}'}}}",
                ],
                "its metrics are in the data source m",
                "`metricSourceRef` has no counterpart",
            ),
            (
                "metricSourceRef to nobody",
                [GOOD, "good: {metricSource: {metricSourceRef: m, spec: {query: 'ok_total{job=\"j\"}'}}}"],
                "taken as PromQL",
                "no DataSource `m`",
            ),
            (
                "metricSource.type",
                [GOOD, "good: {metricSource: {type: Datadog, spec: {query: 'x'}}}"],
                "its metrics are in Datadog",
                "its metrics are in Datadog",
            ),
            (
                "metricSource.spec",
                [GOOD, "good: {metricSource: {type: Prometheus, spec: {query: 'ok_total{job=\"j\"}', region: eu}}}"],
                "region of its metric source: eu",
                "`region` beside a query",
            ),
            ("timeWindow.duration", [WINDOW, "[{duration: 1Q, isRolling: true}]"], "window 90d", ""),
            (
                "timeWindow.calendar",
                [
                    WINDOW,
                    "[{duration: 4w, isRolling: false, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}}]",
                ],
                "this one began at 2026-01-01 00:00:00 UTC",
                "a rolling one of the same length",
            ),
            (
                "timeWindow twice",
                [WINDOW, "[{duration: 4w, isRolling: true}, {duration: 7d, isRolling: true}]"],
                "the others are left out",
                "a budget has one window",
            ),
            (
                "objectives.displayName",
                [OBJECTIVE, "[{target: 0.99, displayName: Good}]"],
                "its objective was called Good",
                "the name of the only objective",
            ),
            ("objectives.targetPercent", [OBJECTIVE, "[{targetPercent: 98}]"], "target 98%", ""),
            (
                "objectives.op",
                [OBJECTIVE, "[{target: 0.99, op: gt, value: 1}]"],
                "says nothing of such an objective: op gt, value 1",
                "`op` says nothing",
            ),
            (
                "objectives.timeSliceTarget",
                [OBJECTIVE, "[{target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 1m}]"],
                "timeSliceTarget 0.9, timeSliceWindow 1m",
                "`timeSliceTarget` says nothing",
            ),
            (
                "objectives.compositeWeight",
                [OBJECTIVE, "[{target: 0.99, compositeWeight: 2}]"],
                "`compositeWeight` weighs objectives",
                "`compositeWeight` weighs objectives",
            ),
            (
                "alertPolicies to nobody",
                ["alertPolicies: [p]", "alertPolicies: [q]"],
                "none of its alert policies has a row",
                "no AlertPolicy `q`",
            ),
            (
                "AlertPolicy.description",
                [POLICY, "    description: Words.\n    conditions: [{conditionRef: c}]\n"],
                "an alert policy: Words.",
                "description of an alert policy",
            ),
            (
                "AlertPolicy.alertWhenNoData",
                [POLICY, "    alertWhenNoData: true\n    conditions: [{conditionRef: c}]\n"],
                "alerts { page 2% in 1h ticket off no_data 15m page }",
                "",
            ),
            (
                "AlertPolicy.alertWhenResolved",
                [POLICY, "    alertWhenResolved: true\n    conditions: [{conditionRef: c}]\n"],
                "`send_resolved: true`",
                "`send_resolved: true`",
            ),
            (
                "AlertPolicy.alertWhenBreaching",
                [POLICY, "    alertWhenBreaching: false\n    conditions: [{conditionRef: c}]\n"],
                "page off ticket off",
                "conditions that tell nobody",
            ),
            (
                "AlertPolicy.metadata",
                ["  metadata: {name: p}\n", "  metadata: {name: p, displayName: Wake, labels: {a: b}}\n"],
                "an alert policy p: “Wake”; labels a=b",
                "a row has none of its own",
            ),
            (
                "AlertPolicy.notificationTargets",
                [TARGETS, "    notificationTargets: [{targetRef: pager}]\n"],
                "its alerts went to pager",
                "the Alertmanager's business",
            ),
            (
                "AlertPolicy.notificationTargets inline",
                [
                    TARGETS,
                    "    notificationTargets: [{kind: AlertNotificationTarget, metadata: {name: pager}, spec: {target: slack, description: Words}}]\n",
                ],
                "its alerts went to pager (slack: Words)",
                "the Alertmanager's business",
            ),
            (
                "AlertCondition.description",
                [CONDITION, "    severity: page\n    description: Words.\n"],
                "a condition: Words.",
                "description of a condition",
            ),
            (
                "AlertCondition.severity",
                [CONDITION, "    severity: odd\n"],
                "the severity `odd` became a ticket",
                "the severity `odd` became a ticket",
            ),
            ("AlertCondition.kind", ["kind: burnrate, ", "kind: budget, "], "of the kind budget", "of the kind budget"),
            ("AlertCondition.op", ["op: gt", "op: lt"], "it is read as one above it", "it is read as one above it"),
            ("AlertCondition.threshold", ["threshold: 14.4", "threshold: 7.2"], "page 1% in 1h", ""),
            ("AlertCondition.lookbackWindow", ["lookbackWindow: 1h", "lookbackWindow: 2h"], "page 4% in 2h", ""),
            (
                "AlertCondition.alertAfter",
                ["lookbackWindow: 1h", "lookbackWindow: 1h, alertAfter: 5m"],
                "waited for 5m",
                "`alertAfter` has no counterpart",
            ),
            (
                "a row that Tabi cannot have",
                ["threshold: 14.4", "threshold: 2000"],
                "is no row that Tabi can have",
                "is no row that Tabi can have",
            ),
        ],
    );
    let slices = base
        .replace("Occurrences", "Timeslices")
        .replace(OBJECTIVE, "[{target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 5m}]");
    let made = import(Tool::OpenSlo, "slo.yaml", &slices, None);
    assert!(squeezed(&made.text).contains(">= 0.9`"), "{}", made.text);
    assert!(made.said().contains("each minute is a slice in Tabi"), "{}", made.said());
}

#[test]
fn of_openslo_v1alpha_each_field_is_carried_over_or_said() {
    let base = r#"apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: pay}
spec:
  service: shop
  timeWindows: [{unit: Day, count: 30, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - target: 0.99
      ratioMetrics:
        incremental: true
        good: {source: prometheus, queryType: promql, query: 'ok_total{job="j"}'}
        total: {source: prometheus, queryType: promql, query: 'all_total{job="j"}'}
"#;
    const GOOD: &str = "good: {source: prometheus, queryType: promql, query: 'ok_total{job=\"j\"}'}";
    holds(
        Tool::OpenSlo,
        base,
        &[
            ("displayName", ["{name: pay}", "{name: pay, displayName: Paying}"], "sli good \"Paying\" {", ""),
            ("labels", ["{name: pay}", "{name: pay, labels: {tier: gold}}"], "labels { tier \"gold\" }", ""),
            ("description", ["  service: shop\n", "  service: shop\n  description: Words.\n"], "## Words.", ""),
            ("timeWindows", ["unit: Day, count: 30", "unit: Week, count: 1"], "window 7d", ""),
            (
                "timeWindows.calendar",
                ["isRolling: true", "isRolling: false, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}"],
                "this one began at 2026-01-01 00:00:00 UTC",
                "a rolling one of the same length",
            ),
            (
                "timeWindows twice",
                ["isRolling: true}", "isRolling: true}, {unit: Day, count: 7}"],
                "the others are left out",
                "a budget has one window",
            ),
            (
                "objectives.displayName",
                ["    - target: 0.99\n", "    - target: 0.99\n      displayName: Good\n"],
                "its objective was called Good",
                "the name of the only objective",
            ),
            (
                "objectives.value",
                ["    - target: 0.99\n", "    - target: 0.99\n      value: 1\n"],
                "says nothing of such an objective: value 1",
                "`value` says nothing",
            ),
            ("ratioMetrics.incremental", ["        incremental: true\n", ""], "taken as events per second", ""),
            (
                "metadata of a metric",
                [
                    GOOD,
                    "good: {source: prometheus, queryType: promql, query: 'ok_total{job=\"j\"}', metadata: {cluster: eu}}",
                ],
                "cluster of its metric: eu",
                "`cluster` beside a query",
            ),
            (
                "source",
                [GOOD, "good: {source: datadog, queryType: query, query: x}"],
                "its metrics are in datadog",
                "its metrics are in datadog",
            ),
        ],
    );
}
