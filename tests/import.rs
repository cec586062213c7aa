//! `tabi import` and `tabi export`: specifications of our own in `tests/import/`, each with what is said of it and what is made of it; bad
//! input of every kind; thresholds beside those of the tools; and the program with files. `scripts/test-import` has the tools' own examples.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read the repository's files, and run the program on files of their own"
)]

mod corpus;
#[path = "import/fields.rs"]
mod fields;

use corpus::project::compile;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tabi::diagnostic::render::{self, Style};
use tabi::diagnostic::{Diagnostic, Severity, catalogue};
use tabi::import::{self, Tool};
use tabi::model::Urgency;
use tabi::reckon::thresholds;
use tabi::source::{FileId, SourceFile, Sources};
use tabi::syntax::format::format_checked;

struct Made {
    sources: Sources,
    imported: import::Imported,
    text: String,
}

impl Made {
    fn said(&self) -> String {
        let mut notes = String::new();
        for note in &self.imported.notes {
            let _ = writeln!(notes, "note: {note}");
        }
        notes + &render::all(&self.sources, &self.imported.diagnostics, Style { color: false, width: 100 })
    }
    fn names(&self, severity: Severity) -> Vec<&'static str> {
        self.imported.diagnostics.iter().filter(|d| d.severity == severity).map(Diagnostic::name).collect()
    }
}

fn import(tool: Tool, name: &str, text: &str, window: Option<&str>) -> Made {
    let mut sources = Sources::default();
    let id = sources.add(SourceFile::new(name, text));
    let imported = import::import(tool, &sources, &[id], window);
    let text = import::files(&imported, tool, &[name], false).remove(0).1;
    Made { sources, imported, text }
}

fn tool(name: &str) -> Tool {
    match name.split('-').next() {
        Some("sloth") => Tool::Sloth,
        Some("pyrra") => Tool::Pyrra,
        _ => Tool::OpenSlo,
    }
}

fn specifications() -> Vec<(String, String)> {
    let files = corpus::files("tests/import", "yaml").into_iter();
    files
        .map(|p| {
            (p.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read_to_string(&p).expect("text"))
        })
        .collect()
}

#[test]
fn each_specification_becomes_what_people_can_read() {
    let all = specifications();
    assert!(all.len() >= 8);
    for (name, text) in all {
        let made = import(tool(&name), &name, &text, None);
        assert!(!made.imported.is_broken(), "{name}: {}", made.said());
        let file = SourceFile::new("imported.tabi", made.text.as_str());
        assert_eq!(format_checked(FileId(0), &file).ok().as_deref(), Some(made.text.as_str()), "{name}: the one style");
        let compiled = compile(&[("imported.tabi".to_string(), made.text.clone())]);
        assert!(compiled.errors().is_empty(), "{name}: {}", compiled.rendered(|d| d.severity == Severity::Error));
        let shown = format!("{text}\n──── says\n{}\n──── becomes\n{}", made.said(), made.text);
        insta::assert_snapshot!(name.trim_end_matches(".yaml").replace('-', "_"), shown);
        // a file for each service says the same
        let each = import::files(&made.imported, tool(&name), &[&name], true);
        assert!(compile(&each).errors().is_empty(), "{name} in files");
        let made_twice = import(tool(&name), &name, &text, None);
        assert_eq!(made.text, made_twice.text);
    }
}

/// The pages show a specification and what becomes of it.
#[test]
fn the_guides_show_what_is_made() {
    for (page, tool) in [("docs/coming-from-sloth.md", Tool::Sloth), ("docs/coming-from-pyrra.md", Tool::Pyrra)] {
        let blocks = corpus::markdown::blocks(&corpus::read(page));
        // those of a numbered list are indented
        let block = |language: &str| {
            let text =
                &blocks.iter().find(|b| b.language == language).unwrap_or_else(|| panic!("{page}: no {language}")).text;
            text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
        };
        let made = import(tool, "slos.yml", &block("yaml"), None);
        let shown = block("tabi");
        let journey = shown.trim();
        assert!(made.text.contains(journey), "{page} shows\n{journey}\n────\n{}", made.text);
    }
}

/// What is wrong with a specification stops the import, and is said where it stands.
#[test]
fn mistakes_are_said_at_their_place() {
    let slo = "version: prometheus/v1\nservice: a\nslos:\n  - name: b\n    objective: 99\n    sli: {events: {error_query: 'sum(rate(x_total{a=\"b\"}[{{.window}}]))', total_query: 'sum(rate(x_total[{{.window}}]))'}}\n";
    let wrong = [
        (Tool::Sloth, "an unknown field", slo.replace("objective:", "objectve: 1\n    objective:")),
        (Tool::Sloth, "a field twice", slo.replace("    objective: 99\n", "    objective: 99\n    objective: 98\n")),
        (Tool::Sloth, "no service", slo.replace("service: a\n", "")),
        (Tool::Sloth, "an empty service", slo.replace("service: a\n", "service: \"\"\n")),
        (Tool::Sloth, "a list in place of a text", slo.replace("name: b", "name: [b]")),
        (Tool::Sloth, "no list", slo.replace("slos:\n  - name: b", "slos:\n    name: b")),
        (Tool::Sloth, "a target beyond all", slo.replace("99", "101")),
        (Tool::Sloth, "a target that is no number", slo.replace("99", "high")),
        (Tool::Sloth, "two SLIs", slo.replace("{events:", "{raw: {error_ratio_query: a}, events:")),
        (Tool::Sloth, "broken YAML", slo.replace("objective: 99", "objective: 99\n   odd: 1")),
        (Tool::Sloth, "a chart", slo.replace("service: a", "service: {{ .Values.service }}")),
        (Tool::Sloth, "nothing", String::new()),
        (Tool::Sloth, "only comments", "# nothing\n---\n---\n".to_string()),
        (Tool::Sloth, "another kind", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n".to_string()),
        (Tool::Sloth, "a text", "hello".to_string()),
        (Tool::Sloth, "an alias to nobody", slo.replace("objective: 99", "objective: *x")),
        (Tool::Pyrra, "an unknown field", "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {name: a}\nspec: {target: '99', windw: 4w, window: 4w, indicator: {bool_gauge: {metric: up}}}\n".into()),
        (Tool::Pyrra, "no window", "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {name: a}\nspec: {target: '99', window: often, indicator: {bool_gauge: {metric: up}}}\n".into()),
        (Tool::Pyrra, "no metadata.name", "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {}\nspec: {}\n".into()),
        (Tool::OpenSlo, "an SLI and no SLO", "apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: a}\nspec: {thresholdMetric: {metricSource: {type: Prometheus, spec: {query: up}}}}\n".into()),
        (Tool::Pyrra, "one of three", "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {name: a}\nspec: {target: '99', window: 4w, indicator: {ratio: {errors: {metric: a_total}}}, alerting: {burnRateType: dynmic}}\n".into()),
        (Tool::Pyrra, "a unit that is none", "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {name: a}\nspec: {target: '99', window: 4w, indicator: {latency: {success: {metric: 'a_bucket{le=\"1\"}'}, total: {metric: a_count}, unit: min}}}\n".into()),
        (Tool::OpenSlo, "both targets", "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a}\nspec: {service: s, indicator: {spec: {thresholdMetric: {metricSource: {spec: {query: up}}}}}, budgetingMethod: Often, objectives: [{target: 0.9, targetPercent: 90, op: le, value: 1}]}\n".into()),
    ];
    let mut shown = String::new();
    for (tool, what, text) in wrong {
        let made = import(tool, "slo.yaml", &text, None);
        assert!(made.imported.is_broken(), "{what} is let through:\n{}", made.text);
        let _ = writeln!(shown, "──── {}: {what}\n{}", tool.name(), made.said());
    }
    insta::assert_snapshot!("mistakes", shown);
}

/// A label of an SLO that its alerts have with another value is said, in the YAML and in what is made.
#[test]
fn labels_that_alerts_override_are_said() {
    let text = "version: prometheus/v1\nservice: a\nslos:\n  - name: b\n    objective: 99\n    labels: {tier: gold, area: web, same: x}\n    sli: {plugin: {id: sloth-common/prometheus/targets/availability}}\n    alerting: {labels: {tier: silver, same: x}}\n";
    let made = import(Tool::Sloth, "slo.yaml", text, None);
    let said = made.said();
    assert_eq!(made.imported.diagnostics.len(), 1, "{said}");
    let d = &made.imported.diagnostics[0];
    assert_eq!((made.sources.text(d.place()), d.severity), ("tier", Severity::Hint), "{said}");
    assert!(d.message.contains("`tier` of the alerts, \"silver\""), "{said}");
    let text = fields::squeezed(&made.text);
    assert!(
        text.contains("tier \"silver\"") && text.contains("same \"x\"") && !text.contains("tier \"gold\""),
        "{text}"
    );
    let comment = text.replace("# ", "");
    assert!(
        comment.contains("the label tier=\"gold\" of the SLO is not here: its alerts had tier=\"silver\""),
        "{text}"
    );
    // what an event is otherwise
    assert!(comment.contains("one minute of one target"), "{text}");
    let mean = text_of_mean("1 - avg_over_time(probe_success{job=\"b\"}[{{.window}}])");
    assert!(mean.contains("up probe_success{job=\"b\"}") && mean.contains("the query counted every sample"), "{mean}");
}

/// What stands in tabi.toml holds for all pages, also for those that had no labels.
#[test]
fn pages_that_get_labels_of_others_are_said() {
    let slo = |name: &str, alerting: &str| {
        format!(
            "  - name: {name}\n    objective: 99\n    sli: {{plugin: {{id: sloth-common/prometheus/targets/availability}}}}\n    alerting: {alerting}\n"
        )
    };
    let text = format!(
        "version: prometheus/v1\nservice: a\nslos:\n{}{}{}",
        slo("one", "{page_alert: {labels: {channel: pager}}}"),
        slo("two", "{page_alert: {}}"),
        slo("three", "{page_alert: {disable: true}}")
    );
    let made = import(Tool::Sloth, "slo.yaml", &text, None);
    let said = made.said();
    let [d] = made.imported.diagnostics.as_slice() else { panic!("{said}") };
    assert_eq!(made.sources.text(d.place()), "two", "{said}");
    assert!(d.message.contains("gives all pages channel=\"pager\""), "{said}");
    let comment = fields::squeezed(&made.text).replace("# ", "");
    assert!(
        comment.contains("its pages had no labels of their own; tabi.toml gives them channel=\"pager\""),
        "{comment}"
    );
}

/// A key that leads to different receivers is none of all pages; the severity that most have is.
#[test]
fn pages_do_not_get_the_receiver_of_another_team() {
    let slo = |name: &str, labels: &str| {
        format!(
            "  - name: {name}\n    objective: 99\n    sli: {{plugin: {{id: sloth-common/prometheus/targets/availability}}}}\n    alerting: {{page_alert: {{labels: {labels}}}, ticket_alert: {{disable: true}}}}\n"
        )
    };
    let text = format!(
        "version: prometheus/v1\nservice: a\nslos:\n{}{}{}",
        slo("one", "{severity: critical, route: a, zone: x}"),
        slo("two", "{severity: critical, route: b, zone: x}"),
        slo("three", "{severity: page, route: b, zone: x}")
    );
    let made = import(Tool::Sloth, "slo.yaml", &text, None);
    let toml = made.imported.toml.as_deref().unwrap_or_default();
    assert_eq!(toml, "[alerts.page]\nlabels = { severity = \"critical\", zone = \"x\" }\n", "{}", made.said());
    let comment = fields::squeezed(&made.text).replace("# ", "");
    for own in ["route=\"a\"", "route=\"b\"", "severity=\"page\", route=\"b\""] {
        assert!(comment.contains(&format!("tabi.toml can only say of all pages: {own}")), "{own}: {comment}");
    }
    assert_eq!(made.imported.diagnostics.len(), 3, "{}", made.said());
}

/// In Sloth the labels of pages and of tickets win over those of `alerting`, of the SLO and of its service; in Tabi the nearer one wins over
/// tabi.toml.
#[test]
fn pages_keep_their_receiver_where_others_are_named_around_them() {
    let made = |of_service: &str, of_slo: &str, alerting: &str, other: &str| {
        let slo = |name: &str, labels: &str, alerting: &str| {
            format!(
                "  - name: {name}\n    objective: 99\n    labels: {{{labels}}}\n    sli: {{plugin: {{id: sloth-common/prometheus/targets/availability}}}}\n    alerting: {{{alerting}}}\n"
            )
        };
        let text = format!(
            "version: prometheus/v1\nservice: a\nlabels: {{{of_service}}}\nslos:\n{}{}",
            slo("one", of_slo, alerting),
            slo("two", other, "")
        );
        import(Tool::Sloth, "slo.yaml", &text, None)
    };
    let pager = "page_alert: {labels: {channel: pager}}";
    let both = "[alerts.page]\nlabels = { channel = \"pager\" }\n\n[alerts.ticket]\nlabels = { channel = \"slo\" }\n";
    let of_alerting = format!("labels: {{channel: slo}}, {pager}");
    for (of_service, of_slo, alerting) in
        [("", "", of_alerting.as_str()), ("", "channel: slo", pager), ("channel: slo", "", pager)]
    {
        let made = made(of_service, of_slo, alerting, "channel: web");
        assert_eq!(made.imported.toml.as_deref(), Some(both), "{}", made.text);
        let text = fields::squeezed(&made.text);
        assert!(!text.contains("channel \"slo\"") && !text.contains("channel \"pager\""), "{text}");
        // the other one keeps its own, whatever tabi.toml says
        assert!(text.contains("labels { channel \"web\" }"), "{text}");
        assert!(
            text.replace("# ", "").contains("its pages had channel=\"pager\", its tickets channel=\"slo\""),
            "{text}"
        );
        let [d] = made.imported.diagnostics.as_slice() else { panic!("{}", made.said()) };
        assert_eq!((made.sources.text(d.place()), d.severity), ("channel", Severity::Warning), "{}", made.said());
    }
    // what the service said of all stands in those that have it still
    let shared = made("channel: slo", "", pager, "");
    let text = fields::squeezed(&shared.text);
    let (before, after) = text.split_once("step two").expect("two steps");
    assert!(!before.contains("channel \"") && after.contains("labels { channel \"slo\" }"), "{text}");
    // one value for all alerts is the SLI's
    for alerting in [
        "labels: {channel: slo}, page_alert: {labels: {channel: pager}}, ticket_alert: {labels: {channel: pager}}",
        "labels: {channel: slo}, page_alert: {labels: {channel: pager}}, ticket_alert: {disable: true}",
        "labels: {channel: slo}, page_alert: {disable: true}, ticket_alert: {labels: {channel: pager}}",
    ] {
        let made = made("channel: far", "", alerting, "");
        let text = fields::squeezed(&made.text);
        assert_eq!(made.imported.toml, None, "{text}");
        assert!(text.contains("labels { channel \"far\" }") && text.contains("labels { channel \"pager\" }"), "{text}");
        assert_eq!(made.names(Severity::Warning).len(), 0, "{}", made.said());
    }
}

/// A service that a chart fills in has no name; that its braces are read as text is said, though nothing else is wrong.
#[test]
fn the_template_of_a_chart_is_said_to_be_one() {
    let text = "version: prometheus/v1\nservice: \"{{ .Values.service }}\"\nslos:\n  - name: b\n    objective: 99\n    sli: {plugin: {id: sloth-common/prometheus/targets/availability}}\n";
    let made = import(Tool::Sloth, "slo.yaml", text, None);
    let [note] = made.imported.notes.as_slice() else { panic!("{:?}", made.imported.notes) };
    assert!(note.contains("looks like the template of a chart"), "{note}");
    let filled = import(Tool::Sloth, "slo.yaml", &text.replace("{{ .Values.service }}", "a"), None);
    assert!(filled.imported.notes.is_empty(), "{:?}", filled.imported.notes);
}

fn text_of_mean(query: &str) -> String {
    let text = format!(
        "version: prometheus/v1\nservice: a\nslos:\n  - name: b\n    objective: 99\n    sli: {{raw: {{error_ratio_query: '{query}'}}}}\n"
    );
    fields::squeezed(&import(Tool::Sloth, "slo.yaml", &text, None).text).replace("# ", "")
}

/// What SLOs refer to may stand in other files, and what is wrong there is said there.
#[test]
fn references_lead_from_file_to_file() {
    let slo = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: pay-availability}\nspec:\n  service: shop\n  indicatorRef: pay-ok\n  timeWindow: [{duration: 30d, isRolling: true}]\n  budgetingMethod: Occurrences\n  objectives: [{target: 0.99}]\n  alertPolicies: [{alertPolicyRef: wake-up}, tomorrow]\n";
    let sli = "apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: pay-ok}\nspec:\n  ratioMetric:\n    counter: true\n    good: {metricSource: {metricSourceRef: metrics, spec: {query: 'ok_total{job=\"pay\"}'}}}\n    total: {metricSource: {metricSourceRef: metrics, spec: {query: 'all_total{job=\"pay\"}'}}}\n";
    let policies = "- apiVersion: openslo/v1\n  kind: AlertPolicy\n  metadata: {name: wake-up}\n  spec: {conditions: [{conditionRef: fast}], notificationTargets: [{targetRef: pager}]}\n- apiVersion: openslo/v1\n  kind: AlertPolicy\n  metadata: {name: tomorrow}\n  spec: {conditions: [{conditionRef: slow}], notificationTargets: [{targetRef: pager}]}\n";
    let conditions = "- apiVersion: openslo/v1\n  kind: AlertCondition\n  metadata: {name: fast}\n  spec: {severity: page, condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h}}\n- apiVersion: openslo/v1\n  kind: AlertCondition\n  metadata: {name: slow}\n  spec: {severity: ticket, condition: {kind: burnrate, op: gt, threshold: 1, lookbackWindow: 3d}}\n- {apiVersion: openslo/v1, kind: Service, metadata: {name: shop, displayName: The shop, labels: {tier: ['1']}}, spec: {description: Where people buy.}}\n- {apiVersion: openslo/v1, kind: DataSource, metadata: {name: metrics}, spec: {type: Prometheus, connectionDetails: {url: 'https://p'}}}\n- {apiVersion: openslo/v1, kind: AlertNotificationTarget, metadata: {name: pager}, spec: {target: pagerduty}}\n";
    let of = |texts: &[(&str, &str)]| {
        let mut sources = Sources::default();
        let ids: Vec<FileId> = texts.iter().map(|(name, text)| sources.add(SourceFile::new(*name, *text))).collect();
        let imported = import::import(Tool::OpenSlo, &sources, &ids, None);
        let text = import::files(&imported, Tool::OpenSlo, &["a.yaml"], false).remove(0).1;
        Made { sources, imported, text }
    };
    let all = [("slo.yaml", slo), ("sli.yaml", sli), ("policies.yaml", policies), ("conditions.yaml", conditions)];
    for turn in 0..4 {
        let mut files = all;
        files.rotate_left(turn);
        let made = of(&files);
        assert!(made.names(Severity::Error).is_empty() && made.names(Severity::Warning).is_empty(), "{}", made.said());
        for line in [
            "user journey shop \"The shop\" {",
            "good ok_total{job=\"pay\"}",
            "page 2% in 1h",
            "ticket 10% in 3d",
            "labels { tier \"1\" }",
            "## Where people buy.",
        ] {
            assert!(fields::squeezed(&made.text).contains(line), "{line}\n{}", made.text);
        }
    }

    // what is wrong in another file is said in that one
    let wrong = sli.replace("counter: true", "cuonter: true");
    let mut files = all;
    files[1].1 = &wrong;
    let made = of(&files);
    assert!(made.said().contains("[sli.yaml:6:5]"), "{}", made.said());

    // a reference to nobody has a way out, and takes only its SLO away
    let other = slo.replace("pay-ok", "pay-okk").replace("pay-availability", "pay-latency");
    let files = [all[0], all[1], ("other.yaml", other.as_str()), ("conditions.yaml", conditions)];
    let made = of(&files);
    insta::assert_snapshot!("references", format!("{}\n──── becomes\n{}", made.said(), made.text));
    assert!(!made.imported.is_broken());
    let compiled = compile(&[("a.tabi".to_string(), made.text.clone())]);
    assert!(compiled.errors().is_empty(), "{}", compiled.rendered(|_| true));

    // a name that is there twice, and what nobody leads to
    let twice = format!("{sli}---\n{}---\n{}", sli.replace("ok_total", "other_total"), sli.replace("pay-ok", "nobody"));
    let made = of(&[all[0], ("sli.yaml", twice.as_str()), all[2], all[3]]);
    for said in ["the SLI `pay-ok` is described twice; the first holds", "no SLO here leads to the SLI `nobody`"] {
        assert!(made.said().contains(said), "{said}\n{}", made.said());
    }
    assert!(made.text.contains("ok_total") && !made.text.contains("other_total"));
}

/// The explanation of what only an import says shows what it says.
#[test]
fn thresholds_of_what_may_be_no_number_count_numbers_only() {
    let of = |query: &str| {
        let text = format!(
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: a}}\nspec:\n  service: b\n  budgetingMethod: Occurrences\n  \
             timeWindow: [{{duration: 28d, isRolling: true}}]\n  indicator:\n    metadata: {{name: c}}\n    spec:\n      \
             thresholdMetric: {{metricSource: {{type: Prometheus, spec: {{query: '{query}'}}}}}}\n  \
             objectives: [{{op: lte, value: 5, target: 0.99}}]\n"
        );
        let made = import(Tool::OpenSlo, "a.yaml", &text, None).text;
        let line = made.lines().find_map(|line| line.trim().strip_prefix("holds ")).unwrap_or_else(|| panic!("{made}"));
        line.trim().trim_matches('`').to_string()
    };
    assert_eq!(of("max(depth)"), "max(depth) <= 5");
    assert_eq!(of("max(depth) - 2"), "max(depth) - 2 <= 5");
    assert_eq!(of("max(depth) or max(length)"), "(max(depth) or max(length)) <= 5");
    assert_eq!(of("avg(depth) / 2"), "avg(depth) / 2 <= 5");
    assert_eq!(of("max(a) / max(b)"), "(max(a) / max(b) >= -Inf) <= 5");
    assert_eq!(of("max(a) / max(b) or vector(1)"), "((max(a) / max(b) or vector(1)) >= -Inf) <= 5");
    let quantile = "histogram_quantile(0.9, sum by (le) (rate(d_seconds_bucket[5m])))";
    assert_eq!(of(quantile), format!("({quantile} >= -Inf) <= 5"));
}

#[test]
fn a_range_in_place_of_the_window_is_said() {
    let said = |bad: &str, total: &str| {
        let text = format!(
            "version: prometheus/v1\nservice: a\nslos:\n  - {{name: b, objective: 99, sli: {{events: {{error_query: '{bad}', total_query: '{total}'}}}}, \
             alerting: {{page_alert: {{}}, ticket_alert: {{}}}}}}\n"
        );
        let made = import(Tool::Sloth, "a.yaml", &text, None);
        (
            made.said().contains("Sloth takes no query without"),
            made.text.contains("check: Sloth takes no query without"),
        )
    };
    let (bad, total) = ("sum(rate(e_total[{{.window}}]))", "sum(rate(t_total[{{.window}}]))");
    assert_eq!(said(bad, total), (false, false));
    assert_eq!(said(&bad.replace("{{.window}}", "5m"), total), (true, true));
    assert_eq!(said(bad, &total.replace("{{.window}}", "5m")), (true, true));
    // a number of each minute is the same over all windows
    assert_eq!(said("max(broken)", "vector(1)"), (false, false));
}

/// What all SLOs have is on the alerts of the journey too; what one of them lacks is not.
#[test]
fn labels_of_all_slos_are_those_of_the_journey() {
    let sloth = |second: &str| {
        format!(
            "version: prometheus/v1\nservice: shop\nslos:\n{}{}",
            slo_with("one", "tier: gold, area: eu, team: web"),
            slo_with("two", second)
        )
    };
    let pyrra = |second: &str| {
        let slo = |name: &str, labels: &str| {
            let labels = labels.replace(", ", "\n    pyrra.dev/");
            format!(
                "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata:\n  name: shop-{name}-errors\n  labels:\n    pyrra.dev/{labels}\nspec:\n  target: \"99\"\n  window: 4w\n  indicator: {{ratio: {{errors: {{metric: 'a_total{{c=\"5\"}}'}}, total: {{metric: a_total}}}}}}\n"
            )
        };
        slo("one", "tier: gold, area: eu, team: web") + "---\n" + &slo("two", second)
    };
    let openslo = |second: &str| {
        let slo = |name: &str, labels: &str| {
            let metric = |query: &str| format!("{{metricSource: {{type: Prometheus, spec: {{query: {query}}}}}}}");
            format!(
                "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: {name}, labels: {{{labels}}}}}\nspec:\n  service: shop\n  indicator: {{spec: {{ratioMetric: {{counter: true, bad: {}, total: {}}}}}}}\n  timeWindow: [{{duration: 28d, isRolling: true}}]\n  budgetingMethod: Occurrences\n  objectives: [{{target: 0.99}}]\n",
                metric("b_total"),
                metric("a_total")
            )
        };
        slo("one", "tier: gold, area: eu, team: web") + "---\n" + &slo("two", second)
    };
    for (tool, made) in
        [(Tool::Sloth, &sloth as &dyn Fn(&str) -> String), (Tool::Pyrra, &pyrra), (Tool::OpenSlo, &openslo)]
    {
        let parts = |second: &str| {
            let made = import(tool, "slo.yaml", &made(second), None);
            assert!(!made.imported.is_broken(), "{}", made.said());
            let text = fields::squeezed(&made.text);
            text.split("step ").map(str::to_string).collect::<Vec<_>>()
        };
        let all = parts("tier: gold, area: us, team: web");
        let [journey, one, two] = all.as_slice() else { panic!("{all:?}") };
        assert!(journey.contains("owner web") && journey.contains("labels { tier \"gold\" }"), "{journey}");
        assert!(one.contains("labels { area \"eu\" }") && two.contains("labels { area \"us\" }"), "{all:?}");
        assert!(!one.contains("owner") && !two.contains("owner"), "{all:?}");
        let all = parts("area: eu, team: shop");
        let [journey, one, two] = all.as_slice() else { panic!("{all:?}") };
        assert!(journey.contains("labels { area \"eu\" }") && !journey.contains("owner web"), "{journey}");
        assert!(one.contains("labels { tier \"gold\" }") && one.contains("owner web"), "{one}");
        assert!(!two.contains("labels") && two.contains("owner shop"), "{two}");
    }
    // a label that pages have with another value cannot be the journey's, and that is said
    let text = format!("version: prometheus/v1\nservice: a\nlabels: {{channel: web}}\nslos:\n{}", slo_with("one", ""))
        + "    alerting: {page_alert: {labels: {channel: pager}}}\n";
    let text = fields::squeezed(&import(Tool::Sloth, "slo.yaml", &text, None).text);
    assert!(
        text.contains("the label channel=\"web\" is not that of all") && !text.contains("labels { channel"),
        "{text}"
    );
}

fn slo_with(name: &str, labels: &str) -> String {
    format!(
        "  - name: {name}\n    objective: 99\n    labels: {{{labels}}}\n    sli: {{plugin: {{id: sloth-common/prometheus/targets/availability}}}}\n"
    )
}

/// Conditions of two policies, or the quick and the slow window, may ask for the same: a row is said once.
#[test]
fn rows_that_are_the_same_stand_once() {
    let condition = |name: &str| {
        format!(
            "{{kind: AlertCondition, metadata: {{name: {name}}}, spec: {{severity: page, condition: {{kind: burnrate, op: gt, threshold: 2, lookbackWindow: 1h, alertAfter: 5m}}}}}}"
        )
    };
    let policy = |name: &str| {
        format!(
            "{{kind: AlertPolicy, metadata: {{name: {name}}}, spec: {{alertWhenBreaching: true, alertWhenNoData: {}, conditions: [{}]}}}}",
            name == "second",
            condition(name)
        )
    };
    let openslo = format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: b}}\nspec:\n  service: a\n  indicator: {{spec: {{thresholdMetric: {{metricSource: {{type: Prometheus, spec: {{query: 'max(lag)'}}}}}}}}}}\n  timeWindow: [{{duration: 1w, isRolling: true}}]\n  budgetingMethod: Occurrences\n  objectives: [{{op: lte, value: 1, target: 0.99}}]\n  alertPolicies: [{}, {}]\n",
        policy("first"),
        policy("second")
    );
    let row = "{errorBudgetPercent: 8, shortWindow: 5m, longWindow: 1h}";
    let rows = format!("{{quick: {row}, slow: {row}}}");
    let sloth = format!(
        "apiVersion: sloth.slok.dev/v1\nkind: AlertWindows\nspec: {{sloPeriod: 7d, page: {rows}, ticket: {rows}}}\n---\nversion: prometheus/v1\nservice: a\nslos:\n{}",
        slo_with("b", "")
    );
    for (tool, text, lines) in [
        (
            Tool::OpenSlo,
            openslo,
            ["page 1.1905% in 1h ticket off no_data 15m page", "second is the row 1.1905% in 1h, as another condition"],
        ),
        (Tool::Sloth, sloth, ["page 8% in 1h", "ticket 8% in 1h }"]),
    ] {
        let made = import(tool, "slo.yaml", &text, None);
        assert!(!made.imported.is_broken(), "{}", made.said());
        let compiled = compile(&[("imported.tabi".to_string(), made.text.clone())]);
        assert!(compiled.errors().is_empty(), "{}", compiled.rendered(|d| d.severity == Severity::Error));
        let text = fields::squeezed(&made.text);
        for line in lines {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}

#[test]
fn labels_of_one_document_stay_with_its_slos() {
    let document = |labels: &str, slo: &str| {
        format!(
            "version: prometheus/v1\nservice: a\nlabels: {{{labels}}}\nslos:\n  - {{name: {slo}, objective: 99, sli: {{events: {{\
             error_query: 'sum(rate({slo}_bad[{{{{.window}}}}]))', total_query: 'sum(rate({slo}[{{{{.window}}}}]))'}}}}, \
             alerting: {{page_alert: {{}}, ticket_alert: {{}}}}}}\n---\n"
        )
    };
    let text = document("team: x, tier: \"1\", zone: a", "one")
        + &document("zone: b, tier: \"1\"", "two")
        + &document("team: y, tier: \"1\", zone: a", "three");
    insta::assert_snapshot!(import(Tool::Sloth, "a.yaml", &text, None).text);
}

#[test]
fn explanations_show_what_they_explain() {
    let entries: Vec<_> = catalogue::ALL.iter().filter(|entry| entry.import).collect();
    assert!(!entries.is_empty());
    for entry in entries {
        for (heading, says) in [("Wrong", true), ("Right", false)] {
            for files in entry.examples(heading) {
                let made = import(Tool::Sloth, "slo.yaml", &files[0].1, None);
                let said = made.imported.diagnostics.iter().any(|d| d.name() == entry.name);
                assert_eq!(said, says, "{} under {heading}: {}", entry.name, made.said());
                assert!(!made.imported.is_broken());
            }
        }
    }
}

/// The rows of the first SLI: urgency, long window in minutes, burn rate.
fn rows(text: &str) -> Vec<(Urgency, u64, f64)> {
    let compiled = compile(&[("a.tabi".to_string(), text.to_string())]);
    assert!(compiled.errors().is_empty(), "{}\n{text}", compiled.rendered(|_| true));
    let journey = &compiled.model.journeys[0];
    let (_, sli) = journey.all_slis().next().expect("an SLI");
    thresholds::of_sli(journey, sli).into_iter().map(|t| (t.urgency, t.long, t.burn)).collect()
}

#[test]
fn sloths_thresholds_are_kept() {
    use Urgency::{Page, Ticket};
    let slo = |target: &str| {
        format!(
            "version: prometheus/v1\nservice: a\nslos:\n  - name: b\n    objective: {target}\n    sli: {{events: {{error_query: 'sum(rate(x_total{{a=\"b\"}}[{{{{.window}}}}]))', total_query: 'sum(rate(x_total[{{{{.window}}}}]))'}}}}\n"
        )
    };
    let of = |target: &str, window: Option<&str>| import(Tool::Sloth, "slo.yaml", &slo(target), window);
    let thirty = [(Page, 60, 14.4), (Page, 360, 6.0), (Ticket, 1440, 3.0), (Ticket, 4320, 1.0)];
    assert_eq!(rows(&of("99.9", None).text), thirty);
    assert!(!of("99.9", None).text.contains("asks for"));
    // 2 % of 28 days in an hour; the last row is the one that differs, and a comment says so
    let made = of("99.9", Some("28d"));
    assert_eq!(rows(&made.text), [(Page, 60, 13.44), (Page, 360, 5.6), (Ticket, 1440, 2.8), (Ticket, 4320, 1.0)]);
    assert!(made.text.contains("0.9333"));
    // more than all errors: a comment says so as well
    let made = of("90", None);
    assert!(
        made.text.contains("Sloth's page over 1h asks for 144 % errors, which never happens; Tabi's asks for 55 %"),
        "{}",
        made.text
    );
    assert!(made.text.contains("Sloth's page over 6h asks for 60 % errors; Tabi's asks for 55 %"));
    assert_eq!(rows(&made.text)[..2], [(Page, 60, 5.5), (Page, 360, 5.5)]);
}

#[test]
fn pyrras_burn_rates_are_kept_in_every_window() {
    let slo = |window: &str| {
        format!(
            "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {{name: a}}\nspec: {{target: '99.9', window: {window}, indicator: {{bool_gauge: {{metric: 'up{{job=\"a\"}}'}}}}}}\n"
        )
    };
    // the long windows of Pyrra, in minutes
    for (window, long) in [
        ("28d", [60, 360, 1440, 5760]),
        ("4w", [60, 360, 1440, 5760]),
        ("14d", [30, 180, 720, 2880]),
        ("7d", [15, 90, 360, 1440]),
        ("30d", [64, 386, 1543, 6171]),
        ("90d", [193, 1157, 4629, 18_514]),
    ] {
        let made = import(Tool::Pyrra, "slo.yaml", &slo(window), None);
        let rows = rows(&made.text);
        assert_eq!(rows.iter().map(|r| r.1).collect::<Vec<_>>(), long, "{window}");
        for ((_, _, burn), wanted) in rows.iter().zip([14.0, 7.0, 2.0, 1.0]) {
            // shares have four digits after the dot
            assert!((burn - wanted).abs() / wanted < 0.001 && *burn >= wanted - 0.001, "{window}: {burn} for {wanted}");
        }
    }
}

/// How long Pyrra waits before it tells of missing metrics, from its own arithmetic: seconds are cut off, minutes are rounded.
#[test]
fn pyrras_absent_alert_waits_as_long() {
    let slo = "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {name: a}\nspec: {target: 'TARGET', window: WINDOW, indicator: {bool_gauge: {metric: 'up{job=\"a\"}'}}, alerting: {ALERTING}}\n";
    let of = |target: &str, window: &str, alerting: &str| {
        let text = slo.replace("TARGET", target).replace("WINDOW", window).replace("ALERTING", alerting);
        fields::squeezed(&import(Tool::Pyrra, "slo.yaml", &text, None).text)
    };
    for (target, window, minutes) in [
        ("99", "4w", "10m"),
        ("99.9", "4w", "3m"),
        ("99", "1w", "3m"),
        ("95", "7d", "12m"),
        ("99.99", "2w", "1m"),
        ("90", "30d", "1h32m"),
    ] {
        let text = of(target, window, "");
        assert!(text.contains(&format!("no_data {minutes} page")), "{target} in {window}: {text}");
    }
    // `disabled` is about burn rates alone
    let text = of("99", "4w", "disabled: true");
    assert!(text.contains("page off ticket off no_data 10m page left off"), "{text}");
    assert!(text.contains("Pyrra still told of missing metrics"), "{text}");
    assert!(of("99", "4w", "disabled: true, absent: false").contains("alerts off"));
}

proptest! {
    // the same cases each time
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]
    /// Whatever is cut out of a specification, doubled or put elsewhere: no panic, and what is made is Tabi.
    #[test]
    fn broken_specifications_break_nothing(which in 0usize..100, from in 0usize..4000, length in 0usize..60, to in 0usize..4000) {
        let all = specifications();
        let (name, text) = &all[which % all.len()];
        let floor = |mut at: usize, text: &str| { at %= text.len() + 1; while !text.is_char_boundary(at) { at -= 1 } at };
        let start = floor(from, text);
        let end = (start..=text.len().min(start + length)).rev().find(|e| text.is_char_boundary(*e)).unwrap_or(start);
        let mut broken = format!("{}{}", &text[..start], &text[end..]);
        let at = floor(to, &broken);
        broken.insert_str(at, &text[start..end]);
        let made = import(tool(name), name, &broken, None);
        if !made.imported.is_broken() {
            let file = SourceFile::new("imported.tabi", made.text.as_str());
            prop_assert!(format_checked(FileId(0), &file).is_ok(), "{broken}\n────\n{}", made.text);
        }
        let _ = made.said();
    }
}

/// A directory that goes when the test ends.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Dir {
        let path = std::env::temp_dir().join(format!("tabi-import-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a directory");
        Dir(path)
    }
    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, text).expect("written");
    }
    fn tabi(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tabi")).args(args).current_dir(&self.0).output().expect("tabi runs")
    }
    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.0.join(name)).ok()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_program_writes_files_and_overwrites_nothing() {
    let dir = Dir::new("files");
    dir.put("slos/shop.yaml", corpus::read("tests/import/sloth-shop.yaml"));
    dir.put("slos/sub/search.yml", corpus::read("tests/import/sloth-windows.yaml"));
    dir.put("slos/notes.txt", "no YAML: [");
    let shown = dir.tabi(&["import", "sloth", "slos"]);
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("user journey web_shop"));
    assert!(said(&shown).contains("there is no tabi.toml yet"), "{}", said(&shown));

    let written = dir.tabi(&["import", "sloth", "slos", "-o", "slo"]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    for name in ["web_shop", "ci_runners", "search"] {
        assert!(
            dir.read(&format!("slo/{name}.tabi")).is_some_and(|t| t.contains(&format!("journey {name}"))),
            "{name}"
        );
    }
    let left: Vec<String> = std::fs::read_dir(dir.0.join("slo"))
        .expect("slo")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|n| Path::new(n).extension().is_none_or(|e| e != "tabi"))
        .collect();
    assert!(left.is_empty(), "{left:?}");

    dir.put("slo/search.tabi", "# mine\n");
    let again = dir.tabi(&["import", "sloth", "slos", "-o", "slo"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("--force"), "{}", said(&again));
    assert_eq!(dir.read("slo/search.tabi").as_deref(), Some("# mine\n"));
    let forced = dir.tabi(&["import", "sloth", "slos", "-o", "slo", "--force"]);
    assert_eq!(forced.status.code(), Some(0), "{}", said(&forced));
    assert!(dir.read("slo/search.tabi").is_some_and(|t| t.contains("journey search")));

    dir.put("tabi.toml", "output = \"generated\"\n");
    let built = dir.tabi(&["build"]);
    assert_eq!(built.status.code(), Some(0), "{}", said(&built));
    let shown = dir.tabi(&["import", "sloth", "slos/shop.yaml"]);
    assert!(!said(&shown).contains("there is no tabi.toml yet"));
}

/// The same of many files is said once on a terminal, with their number; what is made has all of it.
#[test]
fn the_same_of_many_files_is_said_once() {
    let dir = Dir::new("many");
    for i in 0..12 {
        let slo = "objective: 99, alerting: {annotations: {summary: broken}}, sli: {events: {error_query: 'sum(rate(x_total{a=\"b\"}[{{.window}}]))', total_query: 'sum(rate(x_total[{{.window}}]))'}}";
        dir.put(
            &format!("slos/{i:02}.yml"),
            format!("version: prometheus/v1\nservice: s{i}\nslos:\n  - {{name: b, {slo}}}\n"),
        );
    }
    let count = |text: &str| text.matches("`summary` is a comment").count();
    let once = dir.tabi(&["import", "sloth", "slos"]);
    assert_eq!(count(&said(&once)), 1, "{}", said(&once));
    let places = "the same at 11 other places: slos/01.yml:4, slos/02.yml:4, slos/03.yml:4 and 8 more";
    let flat = said(&once).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(places), "{}", said(&once));
    assert_eq!(String::from_utf8_lossy(&once.stdout).matches("annotation summary: broken").count(), 12);
    let each = dir.tabi(&["import", "sloth", "--each", "slos"]);
    assert_eq!(count(&said(&each)), 12, "{}", said(&each));
    assert_eq!(each.stdout, once.stdout);
}

#[test]
fn exit_codes_say_how_it_went() {
    let dir = Dir::new("codes");
    dir.put("out.yaml", corpus::read("tests/import/sloth-left-out.yaml"));
    dir.put("broken.yaml", "version: prometheus/v1\nservice: [\n");
    dir.put("latin.yaml", b"version: prometheus/v1\nservice: caf\xe9\n");
    dir.put("utf16.yaml", b"\xff\xfev\0e\0r\0");
    dir.put("empty/a.txt", "");
    let code = |args: &[&str]| {
        let output = dir.tabi(args);
        (output.status.code(), said(&output), output.stdout.len())
    };
    // left out, but the rest is made
    let (left, text, size) = code(&["import", "sloth", "out.yaml"]);
    assert!(left == Some(1) && size > 0, "{text}");
    for broken in ["broken.yaml", "latin.yaml", "utf16.yaml"] {
        let (found, text, size) = code(&["import", "sloth", broken]);
        assert!(found == Some(1) && size == 0 && text.contains("nothing was written"), "{broken}: {text}");
    }
    for wrong in [
        &["import", "sloth", "nowhere.yaml"][..],
        &["import", "sloth", "empty"],
        &["import", "sloth", "out.yaml", "--window", "1h"],
        &["import", "pyrra", "out.yaml", "--window", "28d"],
        &["import", "nobody", "out.yaml"],
        &["import", "sloth"],
        &["import", "sloth", "out.yaml", "--force"],
    ] {
        let (found, text, size) = code(wrong);
        assert!(found == Some(2) && size == 0 && !text.is_empty(), "{wrong:?}: {text}");
    }
}

#[test]
fn what_is_exported_can_be_imported() {
    let dir = Dir::new("export");
    dir.put(
        "shop.tabi",
        "## A buyer pays.\nuser journey checkout \"Checkout\" {\n  owner shop\n  labels { tier \"gold\" }\n  runbook \"https://r.example.com/$journey\"\n\n  step pay {\n    ## Answers without an error.\n    sli available \"Available\" {\n      bad http_requests_total{job=\"pay\", code=~\"5..\"}\n      total http_requests_total{job=\"pay\"}\n      traffic 5/s\n      target 99.9%\n    }\n    sli fast {\n      latency http_request_duration_seconds{job=\"pay\"} under 1s\n      exclude `maintenance == 1`\n      target 99%\n    }\n  }\n  target 98%\n}\n\ndeveloper journey delivery {\n  delivers checkout\n  sli green {\n    good ci_runs_total{result=\"ok\"}\n    total ci_runs_total\n    target 90%\n  }\n}\n",
    );
    dir.put("more.tabi", "user journey more {\n  step a {\n    sli age {\n      age last_success_timestamp_seconds{job=\"a\"} under 26h\n      target 98%\n    }\n    sli raw {\n      good `sum(rate(a_total[$window]))`\n      bad  `sum(rate(b_total[$window]))`\n      target 99.95%\n    }\n    sli holds {\n      holds `max by (q) (age) <= 300`\n      by q\n      target 99%\n    }\n    sli native {\n      latency x_seconds{job=\"a\"} under 300ms\n      histogram native\n      target 99%\n    }\n    sli up {\n      up probe_success{job=\"p\"}\n      target 99%\n    }\n  }\n}\n");
    let exported = dir.tabi(&["export", "openslo", "."]);
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    let text = String::from_utf8(exported.stdout.clone()).expect("UTF-8");
    insta::assert_snapshot!("exported", format!("{text}\n──── says\n{}", said(&exported)));
    let made = import(Tool::OpenSlo, "openslo.yaml", &text, None);
    assert!(!made.imported.is_broken(), "{}", made.said());
    assert!(made.names(Severity::Error).is_empty(), "{}", made.said());
    let compiled = compile(&[("a.tabi".to_string(), made.text.clone())]);
    assert!(compiled.errors().is_empty(), "{}\n{}", compiled.rendered(|_| true), made.text);
    let slos = |text: &str| text.matches("sli ").count();
    assert!(slos(&made.text) >= 7, "{}", made.text);
}
