//! Every diagnostic there is: name, severity and the text behind `tabi explain`, which lies in `src/explain/NAME.md`.

use super::Severity;

/// One kind of diagnostic.
#[derive(Debug)]
pub struct Entry {
    /// Kebab-case; what `# tabi: allow(…)` and `tabi.toml` call it.
    pub name: &'static str,
    /// What it weighs unless `tabi.toml` says otherwise.
    pub severity: Severity,
    /// Whether it is a lint: it can be allowed, and `tabi.toml` may change its severity.
    pub lint: bool,
    /// Whether only `tabi import` says it: of YAML, which its examples are.
    pub import: bool,
    /// What it means, a wrong and a right example, as Markdown.
    pub text: &'static str,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.name == other.name
    }
}

const fn error(name: &'static str, text: &'static str) -> Entry {
    Entry { name, severity: Severity::Error, lint: false, import: false, text }
}

const fn lint(name: &'static str, severity: Severity, text: &'static str) -> Entry {
    Entry { name, severity, lint: true, import: false, text }
}

const fn import(name: &'static str, severity: Severity, text: &'static str) -> Entry {
    Entry { name, severity, lint: false, import: true, text }
}

/// `syntax`
pub static SYNTAX: Entry = error("syntax", include_str!("../explain/syntax.md"));
/// `unknown-name`
pub static UNKNOWN_NAME: Entry = error("unknown-name", include_str!("../explain/unknown-name.md"));
/// `duplicate-name`
pub static DUPLICATE_NAME: Entry = error("duplicate-name", include_str!("../explain/duplicate-name.md"));
/// `unknown-setting`
pub static UNKNOWN_SETTING: Entry = error("unknown-setting", include_str!("../explain/unknown-setting.md"));
/// `misplaced-setting`
pub static MISPLACED_SETTING: Entry = error("misplaced-setting", include_str!("../explain/misplaced-setting.md"));
/// `duplicate-setting`
pub static DUPLICATE_SETTING: Entry = error("duplicate-setting", include_str!("../explain/duplicate-setting.md"));
/// `cyclic-use`
pub static CYCLIC_USE: Entry = error("cyclic-use", include_str!("../explain/cyclic-use.md"));
/// `missing-file`
pub static MISSING_FILE: Entry = error("missing-file", include_str!("../explain/missing-file.md"));
/// `wrong-argument`
pub static WRONG_ARGUMENT: Entry = error("wrong-argument", include_str!("../explain/wrong-argument.md"));
/// `wrong-journey`
pub static WRONG_JOURNEY: Entry = error("wrong-journey", include_str!("../explain/wrong-journey.md"));
/// `missing-step`
pub static MISSING_STEP: Entry = error("missing-step", include_str!("../explain/missing-step.md"));
/// `missing-measure`
pub static MISSING_MEASURE: Entry = error("missing-measure", include_str!("../explain/missing-measure.md"));
/// `mixed-measures`
pub static MIXED_MEASURES: Entry = error("mixed-measures", include_str!("../explain/mixed-measures.md"));
/// `missing-target`
pub static MISSING_TARGET: Entry = error("missing-target", include_str!("../explain/missing-target.md"));
/// `bad-target`
pub static BAD_TARGET: Entry = error("bad-target", include_str!("../explain/bad-target.md"));
/// `bad-window`
pub static BAD_WINDOW: Entry = error("bad-window", include_str!("../explain/bad-window.md"));
/// `bad-promql`
pub static BAD_PROMQL: Entry = error("bad-promql", include_str!("../explain/bad-promql.md"));
/// `bad-regex`
pub static BAD_REGEX: Entry = error("bad-regex", include_str!("../explain/bad-regex.md"));
/// `missing-window`
pub static MISSING_WINDOW: Entry = error("missing-window", include_str!("../explain/missing-window.md"));
/// `reserved-label`
pub static RESERVED_LABEL: Entry = error("reserved-label", include_str!("../explain/reserved-label.md"));
/// `contradictory-matchers`
pub static CONTRADICTORY_MATCHERS: Entry =
    error("contradictory-matchers", include_str!("../explain/contradictory-matchers.md"));
/// `many-metrics`
pub static MANY_METRICS: Entry = error("many-metrics", include_str!("../explain/many-metrics.md"));
/// `unit-mismatch`
pub static UNIT_MISMATCH: Entry = error("unit-mismatch", include_str!("../explain/unit-mismatch.md"));
/// `no-such-bucket`
pub static NO_SUCH_BUCKET: Entry = error("no-such-bucket", include_str!("../explain/no-such-bucket.md"));
/// `good-outside-total`
pub static GOOD_OUTSIDE_TOTAL: Entry = error("good-outside-total", include_str!("../explain/good-outside-total.md"));
/// `by-decides-bad`
pub static BY_DECIDES_BAD: Entry = error("by-decides-bad", include_str!("../explain/by-decides-bad.md"));
/// `site-labels`
pub static SITE_LABELS: Entry = error("site-labels", include_str!("../explain/site-labels.md"));

/// `alert-cannot-fire`
pub static ALERT_CANNOT_FIRE: Entry =
    lint("alert-cannot-fire", Severity::Warning, include_str!("../explain/alert-cannot-fire.md"));
/// `alert-fires-late`
pub static ALERT_FIRES_LATE: Entry =
    lint("alert-fires-late", Severity::Warning, include_str!("../explain/alert-fires-late.md"));
/// `alert-within-budget`
pub static ALERT_WITHIN_BUDGET: Entry =
    lint("alert-within-budget", Severity::Warning, include_str!("../explain/alert-within-budget.md"));
/// `chance-alert`
pub static CHANCE_ALERT: Entry = lint("chance-alert", Severity::Warning, include_str!("../explain/chance-alert.md"));
/// `too-rare`
pub static TOO_RARE: Entry = lint("too-rare", Severity::Warning, include_str!("../explain/too-rare.md"));
/// `not-a-counter`
pub static NOT_A_COUNTER: Entry = lint("not-a-counter", Severity::Hint, include_str!("../explain/not-a-counter.md"));
/// `not-a-rate`
pub static NOT_A_RATE: Entry = lint("not-a-rate", Severity::Warning, include_str!("../explain/not-a-rate.md"));
/// `not-a-number`
pub static NOT_A_NUMBER: Entry = lint("not-a-number", Severity::Warning, include_str!("../explain/not-a-number.md"));
/// `not-a-condition`
pub static NOT_A_CONDITION: Entry =
    lint("not-a-condition", Severity::Warning, include_str!("../explain/not-a-condition.md"));
/// `always-the-same`
pub static ALWAYS_THE_SAME: Entry =
    lint("always-the-same", Severity::Warning, include_str!("../explain/always-the-same.md"));
/// `different-sources`
pub static DIFFERENT_SOURCES: Entry =
    lint("different-sources", Severity::Warning, include_str!("../explain/different-sources.md"));
/// `subquery-step`
pub static SUBQUERY_STEP: Entry = lint("subquery-step", Severity::Warning, include_str!("../explain/subquery-step.md"));
/// `bucket-by-hand`
pub static BUCKET_BY_HAND: Entry = lint("bucket-by-hand", Severity::Hint, include_str!("../explain/bucket-by-hand.md"));
/// `regex-as-text`
pub static REGEX_AS_TEXT: Entry = lint("regex-as-text", Severity::Warning, include_str!("../explain/regex-as-text.md"));
/// `endless-exclude`
pub static ENDLESS_EXCLUDE: Entry =
    lint("endless-exclude", Severity::Warning, include_str!("../explain/endless-exclude.md"));
/// `target-above-steps`
pub static TARGET_ABOVE_STEPS: Entry =
    lint("target-above-steps", Severity::Warning, include_str!("../explain/target-above-steps.md"));
/// `blind-spot`
pub static BLIND_SPOT: Entry = lint("blind-spot", Severity::Warning, include_str!("../explain/blind-spot.md"));
/// `delivers-nothing`
pub static DELIVERS_NOTHING: Entry =
    lint("delivers-nothing", Severity::Warning, include_str!("../explain/delivers-nothing.md"));
/// `unused`
pub static UNUSED: Entry = lint("unused", Severity::Warning, include_str!("../explain/unused.md"));
/// `missing-owner`
pub static MISSING_OWNER: Entry = lint("missing-owner", Severity::Warning, include_str!("../explain/missing-owner.md"));
/// `missing-runbook`
pub static MISSING_RUNBOOK: Entry =
    lint("missing-runbook", Severity::Warning, include_str!("../explain/missing-runbook.md"));
/// `duplicate-measure`
pub static DUPLICATE_MEASURE: Entry =
    lint("duplicate-measure", Severity::Warning, include_str!("../explain/duplicate-measure.md"));

/// `not-imported`
pub static NOT_IMPORTED: Entry = import("not-imported", Severity::Warning, include_str!("../explain/not-imported.md"));

/// What an engine does not take: said by `tabi build` for one engine, without a name; `docs/engines.md` says what each takes.
pub static OF_ENGINES: Entry = error("", "");

/// All of them: errors, then lints, in the order of the language guide, then what `tabi import` says.
pub static ALL: &[&Entry] = &[
    &SYNTAX,
    &UNKNOWN_NAME,
    &DUPLICATE_NAME,
    &UNKNOWN_SETTING,
    &MISPLACED_SETTING,
    &DUPLICATE_SETTING,
    &CYCLIC_USE,
    &MISSING_FILE,
    &WRONG_ARGUMENT,
    &WRONG_JOURNEY,
    &MISSING_STEP,
    &MISSING_MEASURE,
    &MIXED_MEASURES,
    &MISSING_TARGET,
    &BAD_TARGET,
    &BAD_WINDOW,
    &BAD_PROMQL,
    &BAD_REGEX,
    &MISSING_WINDOW,
    &RESERVED_LABEL,
    &CONTRADICTORY_MATCHERS,
    &MANY_METRICS,
    &UNIT_MISMATCH,
    &NO_SUCH_BUCKET,
    &GOOD_OUTSIDE_TOTAL,
    &BY_DECIDES_BAD,
    &SITE_LABELS,
    &ALERT_CANNOT_FIRE,
    &ALERT_FIRES_LATE,
    &ALERT_WITHIN_BUDGET,
    &CHANCE_ALERT,
    &TOO_RARE,
    &NOT_A_COUNTER,
    &NOT_A_RATE,
    &NOT_A_NUMBER,
    &NOT_A_CONDITION,
    &ALWAYS_THE_SAME,
    &DIFFERENT_SOURCES,
    &SUBQUERY_STEP,
    &BUCKET_BY_HAND,
    &REGEX_AS_TEXT,
    &ENDLESS_EXCLUDE,
    &TARGET_ABOVE_STEPS,
    &BLIND_SPOT,
    &DELIVERS_NOTHING,
    &UNUSED,
    &MISSING_OWNER,
    &MISSING_RUNBOOK,
    &DUPLICATE_MEASURE,
    &NOT_IMPORTED,
];

/// The entry of a name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().copied().find(|e| e.name == name)
}

/// Where the source of this program is; none while the package does not name it.
pub fn repository() -> Option<&'static str> {
    option_env!("CARGO_PKG_REPOSITORY").filter(|url| !url.is_empty())
}

/// Where the explanations of this version stand on the web, with `$name` for the name; none while the package names no repository.
pub fn pages() -> Option<String> {
    repository().map(|url| format!("{url}/blob/v{}/src/explain/$name.md", env!("CARGO_PKG_VERSION")))
}

impl Entry {
    /// The first paragraph of its text: one sentence.
    pub fn summary(&self) -> &'static str {
        self.text.split("\n\n").nth(1).unwrap_or("").trim()
    }
    /// What it means: its text between the title and the first heading, a line for each paragraph.
    pub fn description(&self) -> String {
        let text = self.text.split_once('\n').map_or("", |(_, rest)| rest);
        let text = text.split("\n## ").next().unwrap_or(text);
        let paragraphs = text.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
        paragraphs.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n")
    }
    /// Its page on the web, where `pages` says how these are called, with `$name`.
    pub fn page(&self, pages: &str) -> String {
        pages.replace("$name", self.name)
    }
    /// The examples under a heading (`Wrong`, `Right`), each as files with name and text.
    pub fn examples(&self, heading: &str) -> Vec<Vec<(String, String)>> {
        let heading = format!("## {heading}\n");
        let Some(at) = self.text.find(&heading) else { return Vec::new() };
        let section = &self.text[at + heading.len()..];
        let section = section.split("\n## ").next().unwrap_or(section);
        let fence = if self.import { "```yaml\n" } else { "```tabi\n" };
        section.split(fence).skip(1).map(|block| files(block.split("```").next().unwrap_or(block))).collect()
    }
}

/// The files of a code block: parted by lines `# file: NAME`; without one it is a single file.
fn files(block: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in block.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("# file: ") {
            files.push((name.trim().to_string(), String::new()));
        } else {
            if files.is_empty() {
                files.push(("example.tabi".to_string(), String::new()));
            }
            if let Some(file) = files.last_mut() {
                file.1.push_str(line);
            }
        }
    }
    files
}
