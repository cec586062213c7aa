//! A project as it was read: parsed files, what each `use` leads to, and what `tabi.toml` says to the stages.
//! Whoever reads files (the command line, a language server, a test) makes it; the stages only look at it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{self, Engine};
use crate::source::{FileId, Place, SourceFile, Sources, Span, fnv1a};
use crate::syntax::ast::{Item, UsePath};
use crate::syntax::{self, Parsed, leaf};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A parsed file of the project.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Which file.
    pub file: FileId,
    /// What it says; shared, so that who keeps a project open parses only what changes.
    pub parsed: Arc<Parsed>,
    /// Whether its journeys are part of the project; a file that is only `use`d lends sites, templates and defaults.
    pub listed: bool,
    /// What each `use "…"` leads to, by the span of the string.
    pub uses: Vec<(Span, Target)>,
}

/// What the loader found behind a `use "…"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file that was read.
    File(FileId),
    /// Nothing that can be used, and why: "there is no such file", "the path leaves the project", …
    Missing(String),
}

/// What `tabi.toml` says to the stages; without one, [`Options::default`].
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Severities of lints, by name; `None` is `off`.
    pub lints: BTreeMap<String, Option<Severity>>,
    /// Labels on every page; `severity` replaces `page` in the label of that name.
    pub page_labels: BTreeMap<String, String>,
    /// Labels on every ticket.
    pub ticket_labels: BTreeMap<String, String>,
    /// A link for alerts, with `$journey`, `$step` and `$sli`.
    pub dashboard_url: Option<String>,
    /// How dashboards are delivered and named.
    pub grafana: Grafana,
    /// The engine that the rules are written for.
    pub engine: Engine,
    /// Whether one engine evaluates the rules of all sites, and has the raw series of all of them with their external labels.
    pub central: bool,
    /// The engine of the sites, where it is another than that of all the rest.
    pub site_target: Option<engine::Target>,
    /// What the engine of the sites allows, where the project has a word of its own on it.
    pub site_limits: engine::Limits,
    /// Where the labels of `page_labels` and `ticket_labels` stand, for diagnostics, by label.
    pub label_places: BTreeMap<String, Place>,
}

impl Options {
    /// The engine of the sites, where it is another than that of all the rest, or has other limits.
    pub fn engine_of_sites(&self) -> Option<Engine> {
        let other = self.site_target.filter(|target| *target != self.engine.target);
        match other {
            Some(target) => Some(self.engine.of_another(target, self.site_limits)),
            None if self.site_limits == engine::Limits::default() => None,
            None => {
                let limits = self.site_limits.or(self.engine.own_limits);
                Some(self.engine.of_another(self.engine.target, limits))
            }
        }
    }
}

/// In which form dashboards are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dashboards {
    /// The JSON that a file provider reads, and a provider.
    #[default]
    Json,
    /// Kubernetes `ConfigMap`s with the label that Grafana's sidecar looks for.
    ConfigMap,
    /// `GrafanaDashboard` resources of the Grafana operator.
    Operator,
    /// None.
    None,
}

impl Dashboards {
    /// The words for them, in `tabi.toml` and on the command line.
    pub const WORDS: [(&'static str, Dashboards); 4] = [
        ("json", Dashboards::Json),
        ("configmap", Dashboards::ConfigMap),
        ("grafana-operator", Dashboards::Operator),
        ("none", Dashboards::None),
    ];
}

/// What `tabi.toml` says of Grafana.
#[derive(Clone, Debug)]
pub struct Grafana {
    /// In which form dashboards are written.
    pub dashboards: Dashboards,
    /// The folder that they are put in.
    pub folder: String,
    /// Tags of every dashboard.
    pub tags: Vec<String>,
    /// What every uid begins with.
    pub uid_prefix: String,
    /// The data source that is chosen at first: its uid.
    pub datasource: Option<String>,
    /// Where Grafana is, for links in alerts.
    pub url: Option<String>,
}

impl Default for Grafana {
    fn default() -> Self {
        Grafana {
            dashboards: Dashboards::default(),
            folder: "SLO".to_string(),
            tags: vec!["slo".to_string()],
            uid_prefix: "tabi".to_string(),
            datasource: None,
            url: None,
        }
    }
}

/// Grafana takes no uid that is longer; the dashboard would just be missing.
pub const LONGEST_UID: usize = 40;

impl Grafana {
    /// The uid of the dashboard with all journeys.
    pub fn overview_uid(&self) -> String {
        format!("{}-overview", self.uid_prefix)
    }
    /// The uid of a journey's dashboard.
    pub fn journey_uid(&self, journey: &str) -> String {
        self.uid("j", journey)
    }
    /// The uid of the dashboard of a user journey beside those that deliver it.
    pub fn coexistence_uid(&self, journey: &str) -> String {
        self.uid("ship", journey)
    }
    /// From the name, so that a change of the title breaks no link. What is too long is cut, and a hash keeps it apart from others; names
    /// of journeys have no `-`, so that none looks like one that was cut.
    fn uid(&self, kind: &str, journey: &str) -> String {
        let whole = format!("{}-{kind}-{journey}", self.uid_prefix);
        if whole.len() <= LONGEST_UID {
            return whole;
        }
        let cut: String = whole.chars().take(LONGEST_UID - 13).collect();
        format!("{cut}-{:012x}", fnv1a(whole.as_bytes()) & 0xffff_ffff_ffff)
    }
}

/// A project that never was on a disk: files by name, all of them listed. A `use` finds what is among them.
pub fn in_memory(files: &[(String, String)]) -> (Sources, Vec<Unit>, Vec<Diagnostic>) {
    let (mut sources, mut units, mut found) = (Sources::default(), Vec::new(), Vec::new());
    let mut ids: HashMap<String, FileId> = HashMap::new();
    for (name, text) in files {
        let file = sources.add(SourceFile::new(name, text));
        ids.insert(name.clone(), file);
        let (parsed, diagnostics) = syntax::parse(file, sources.file(file));
        found.extend(diagnostics);
        units.push(Unit { file, parsed: Arc::new(parsed), listed: true, uses: Vec::new() });
    }
    for unit in &mut units {
        let file = sources.file(unit.file);
        unit.uses = used_files(&unit.parsed)
            .map(|span| {
                let wanted = leaf::string(span.of(&file.text));
                let target = beside(&file.name, &wanted).and_then(|path| ids.get(&path).copied());
                (span, target.map_or_else(|| Target::Missing("there is no such file".to_string()), Target::File))
            })
            .collect();
    }
    (sources, units, found)
}

/// The strings of every `use "…"` of a file.
pub fn used_files(parsed: &Parsed) -> impl Iterator<Item = Span> {
    parsed.ast.items.iter().filter_map(|item| match item {
        Item::Use(used) => match used.what {
            Some(UsePath::File(span)) => Some(span),
            _ => None,
        },
        _ => None,
    })
}

/// A path relative to that of a file, without `.` and `..`; `None` where it leaves the root.
fn beside(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_short_and_their_own() {
        let grafana = Grafana::default();
        assert_eq!(grafana.journey_uid("checkout"), "tabi-j-checkout");
        assert_eq!(grafana.coexistence_uid("checkout"), "tabi-ship-checkout");
        let long = |last: char| grafana.journey_uid(&format!("{}{last}", "long".repeat(50)));
        assert_eq!(long('a').len(), LONGEST_UID);
        assert_ne!(long('a'), long('b'));
        assert_eq!(long('a'), "tabi-j-longlonglonglonglong-ca6191088a36");
    }

    #[test]
    fn files_find_each_other() {
        let file = |name: &str, text: &str| (name.to_string(), text.to_string());
        let files = [file("a/x.tabi", "use \"../b/y.tabi\"\nuse \"../../z.tabi\""), file("b/y.tabi", "")];
        let (_, units, found) = in_memory(&files);
        assert!(found.is_empty());
        assert_eq!(units[0].uses[0].1, Target::File(FileId(1)));
        assert!(matches!(units[0].uses[1].1, Target::Missing(_)));
    }
}
