//! `tabi.toml`: what belongs to a project and how it is built (`docs/config.md`). Everything that is wrong with it is said in one run.

use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::engine::Target;
use crate::model::{PLACEHOLDERS, reserved, unknown_placeholders};
use crate::project::{Dashboards, Options};
use crate::source::{FileId, Place, SourceFile, Span};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

mod build;

/// The name of the file.
pub const FILE_NAME: &str = "tabi.toml";

/// What it says.
#[derive(Debug, Default)]
pub struct Config {
    /// Files and directories, relative to its own directory; none given is the directory itself.
    pub sources: Vec<(String, Place)>,
    /// Where `tabi build` writes, relative to its own directory.
    pub output: Option<String>,
    /// What the stages are told.
    pub options: Options,
}

/// Reads the text of a `tabi.toml`.
pub fn read(id: FileId, file: &SourceFile) -> (Config, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    let mut reader = Reader { file: id, diagnostics: Vec::new(), config: Config::default(), of_sites: Vec::new() };
    for error in errors {
        let place = reader.place(error.span().unwrap_or(0..0));
        reader.diagnostics.push(Diagnostic::new(&c::SYNTAX, error.message(), place, "not understood"));
    }
    if reader.diagnostics.is_empty() {
        reader.top(table.get_ref());
    }
    crate::diagnostic::sort(&mut reader.diagnostics);
    (reader.config, reader.diagnostics)
}

struct Reader {
    file: FileId,
    diagnostics: Vec<Diagnostic>,
    config: Config,
    /// The engine and the limits of sites, where they are given.
    of_sites: Vec<(&'static str, Place)>,
}

/// What may stand above the first table, and the tables.
const TOP: [&str; 7] = ["sources", "output", "build", "lint", "alerts", "grafana", "sites"];

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

impl Reader {
    fn place(&self, range: Range<usize>) -> Place {
        Place { file: self.file, span: Span { start: range.start as u32, end: range.end as u32 } }
    }

    fn top(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "sources" => self.sources(value),
                "output" => self.config.output = self.text(value).map(|(text, _)| text),
                "lint" => self.each(value, Self::lint),
                "alerts" => self.each(value, Self::alerts),
                "grafana" => self.each(value, Self::grafana),
                "sites" => self.each(value, Self::sites),
                "build" => self.each(value, Self::build),
                _ => self.unknown(key, &TOP),
            }
        }
        self.severities();
        if self.config.options.central {
            self.nothing_at_sites();
        }
    }

    /// With a central engine no rules are evaluated at sites.
    fn nothing_at_sites(&mut self) {
        for (word, place) in &self.of_sites {
            let message =
                format!("with `evaluate = \"central\"` no site evaluates rules: `{word}` of `[sites]` has no effect");
            let d = Diagnostic::new(&c::MISPLACED_SETTING, message, *place, "changes nothing");
            let instead = if *word == "limits" { "`[build.limits]`" } else { "`target` in `[build]`" };
            self.diagnostics.push(d.help(format!("what holds for the central engine is {instead}")));
        }
    }

    fn sources(&mut self, value: &Value<'_>) {
        let Some(array) = value.get_ref().as_array() else {
            return self.wrong(value, "a list of files and directories");
        };
        for item in array {
            if let Some((text, place)) = self.text(item) {
                self.config.sources.push((text, place));
            }
        }
    }

    fn lint(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let name = key.get_ref().as_ref();
        let place = self.place(key.span());
        match c::find(name) {
            Some(entry) if entry.lint => {}
            Some(_) => {
                let message = format!("`{name}` is an error: it stops every build and cannot be switched off");
                self.diagnostics.push(Diagnostic::new(&c::UNKNOWN_NAME, message, place, "not a lint"));
                return;
            }
            None => {
                let lints = c::ALL.iter().filter(|e| e.lint).map(|e| e.name);
                let mut d = Diagnostic::new(&c::UNKNOWN_NAME, format!("there is no lint `{name}`"), place, "unknown");
                if let Some(meant) = did_you_mean(name, lints) {
                    d = d.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), place, meant);
                } else {
                    d = d.help("`tabi explain` lists them");
                }
                self.diagnostics.push(d);
                return;
            }
        }
        let Some((level, at)) = self.text(value) else { return };
        let severity = match level.as_str() {
            "off" => None,
            "hint" => Some(Severity::Hint),
            "warn" => Some(Severity::Warning),
            "error" => Some(Severity::Error),
            _ => {
                let levels = ["off", "hint", "warn", "error"];
                let meant = did_you_mean(&level, levels).or((level == "warning").then_some("warn"));
                let message = format!("a lint is \"off\", \"hint\", \"warn\" or \"error\", not \"{level}\"");
                let mut d = Diagnostic::new(&c::SYNTAX, message, at, "not a severity");
                if let Some(meant) = meant {
                    d = d.fix(format!("write \"{meant}\""), at, format!("\"{meant}\""));
                }
                self.diagnostics.push(d);
                return;
            }
        };
        self.config.options.lints.insert(name.to_string(), severity);
    }

    fn alerts(&mut self, key: &Key<'_>, value: &Value<'_>) {
        match key.get_ref().as_ref() {
            "dashboard_url" => {
                let Some((url, at)) = self.text(value) else { return };
                self.placeholders(&url, at);
                self.config.options.dashboard_url = Some(url);
            }
            "page" => self.each(value, |r, key, value| r.kind(key, value, |o| &mut o.page_labels)),
            "ticket" => self.each(value, |r, key, value| r.kind(key, value, |o| &mut o.ticket_labels)),
            _ => self.unknown(key, &["dashboard_url", "page", "ticket"]),
        }
    }

    fn sites(&mut self, key: &Key<'_>, value: &Value<'_>) {
        match key.get_ref().as_ref() {
            "evaluate" => {}
            "target" => {
                self.of_sites.push(("target", self.place(key.span())));
                self.config.options.site_target = self.one_of(value, &Target::WORDS, "a target");
                return;
            }
            "limits" => {
                self.of_sites.push(("limits", self.place(key.span())));
                return self.each(value, |reader, key, value| reader.limit(key, value, |o| &mut o.site_limits));
            }
            name if value.get_ref().is_table() && did_you_mean(name, ["limits"]).is_none() => {
                let message = format!("there is no `{name}` that could stand here");
                let place = self.place(key.span());
                self.diagnostics.push(Diagnostic::new(&c::UNKNOWN_SETTING, message, place, "unknown").help(format!(
                    "a site is declared in a .tabi file: `site {name} {{ external_labels {{ region \"…\" }} }}`"
                )));
                return;
            }
            _ => return self.unknown(key, &["evaluate", "target", "limits"]),
        }
        let Some((text, at)) = self.text(value) else { return };
        match text.as_str() {
            "each" => self.config.options.central = false,
            "central" => self.config.options.central = true,
            _ => {
                let message = format!(
                    "rules of sites are evaluated by \"each\" of them or by a \"central\" engine, not by \"{text}\""
                );
                let mut d = Diagnostic::new(&c::SYNTAX, message, at, "neither of them");
                if let Some(meant) = did_you_mean(&text, ["each", "central"]) {
                    d = d.fix(format!("write \"{meant}\""), at, format!("\"{meant}\""));
                }
                self.diagnostics.push(d);
            }
        }
    }

    fn grafana(&mut self, key: &Key<'_>, value: &Value<'_>) {
        const KNOWN: [&str; 6] = ["dashboards", "folder", "tags", "uid_prefix", "datasource", "url"];
        if key.get_ref() == "tags" {
            return self.tags(value);
        }
        if !KNOWN.contains(&key.get_ref().as_ref()) {
            return self.unknown(key, &KNOWN);
        }
        let Some((text, place)) = self.text(value) else { return };
        let grafana = &mut self.config.options.grafana;
        let mut wrong = None;
        match key.get_ref().as_ref() {
            "dashboards" => match Dashboards::WORDS.iter().find(|(word, _)| *word == text) {
                Some((_, form)) => grafana.dashboards = *form,
                None => {
                    wrong =
                        Some(format!("dashboards are one of {}", Dashboards::WORDS.map(|(word, _)| word).join(", ")));
                }
            },
            "uid_prefix" => match unfit_prefix(&text) {
                Some(why) => wrong = Some(why.to_string()),
                None => grafana.uid_prefix = text,
            },
            "folder" => grafana.folder = text,
            "datasource" if text.is_empty() => {
                wrong = Some("the uid of a data source has at least one character".to_string());
            }
            "datasource" => grafana.datasource = Some(text),
            _ if text.starts_with("http://") || text.starts_with("https://") => {
                grafana.url = Some(text.trim_end_matches('/').to_string());
            }
            _ => wrong = Some("the URL of Grafana begins with http:// or https://".to_string()),
        }
        if let Some(why) = wrong {
            self.diagnostics.push(Diagnostic::new(&c::SYNTAX, why, place, "not expected here"));
        }
    }

    fn tags(&mut self, value: &Value<'_>) {
        let Some(array) = value.get_ref().as_array() else { return self.wrong(value, "a list of strings") };
        let tags: Vec<Option<(String, Place)>> = array.iter().map(|item| self.text(item)).collect();
        self.config.options.grafana.tags = tags.into_iter().flatten().map(|(text, _)| text).collect();
    }

    fn kind(
        &mut self,
        key: &Key<'_>,
        value: &Value<'_>,
        labels: impl Fn(&mut Options) -> &mut BTreeMap<String, String>,
    ) {
        if key.get_ref() != "labels" {
            return self.unknown(key, &["labels"]);
        }
        self.each(value, |reader, label, value| {
            let Some((text, _)) = reader.text(value) else { return };
            let name = label.get_ref().to_string();
            let place = reader.place(label.span());
            if let Some(why) = unfit_label(&name, &text) {
                let message = format!("the label `{name}` cannot stand here: {why}");
                reader.diagnostics.push(Diagnostic::new(&c::RESERVED_LABEL, message, place, "not this one"));
                return;
            }
            labels(&mut reader.config.options).insert(name.clone(), text);
            reader.config.options.label_places.entry(name).or_insert(place);
        });
    }

    /// Receivers tell pages and tickets apart by this label.
    fn severities(&mut self) {
        let options = &self.config.options;
        let page = options.page_labels.get("severity").map_or("page", String::as_str);
        let ticket = options.ticket_labels.get("severity").map_or("ticket", String::as_str);
        if page == ticket
            && let Some(place) = options.label_places.get("severity")
        {
            let message =
                format!("pages and tickets both have the severity \"{page}\", so nobody could tell them apart");
            let d = Diagnostic::new(&c::DUPLICATE_SETTING, message, *place, "given here");
            self.diagnostics.push(d.help("without a setting pages have \"page\" and tickets have \"ticket\""));
        }
    }

    fn each(&mut self, value: &Value<'_>, mut with: impl FnMut(&mut Self, &Key<'_>, &Value<'_>)) {
        match value.get_ref().as_table() {
            Some(table) => table.iter().for_each(|(key, value)| with(self, key, value)),
            None => self.wrong(value, "a table"),
        }
    }

    fn text(&mut self, value: &Value<'_>) -> Option<(String, Place)> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(value, "a string");
        }
        text.map(|text| (text.to_string(), self.place(value.span())))
    }

    fn wrong(&mut self, value: &Value<'_>, expected: &str) {
        let message = format!("expected {expected}, found {}", found(value.get_ref()));
        let place = self.place(value.span());
        self.diagnostics.push(Diagnostic::new(&c::SYNTAX, message, place, "not expected here"));
    }

    /// Says what in a string was likely meant as a placeholder.
    fn placeholders(&mut self, text: &str, at: Place) {
        for (inside, name) in unknown_placeholders(text) {
            let Some(near) = did_you_mean(&name, PLACEHOLDERS) else { continue };
            // between quotes, unless there are escapes
            let is_exact = (at.span.end - at.span.start) as usize == text.len() + 2;
            let part = || at.span.part(1 + inside.start as u32, 1 + inside.end as u32);
            let place = Place { span: if is_exact { part() } else { at.span }, ..at };
            let message = format!("there is no placeholder `{}`", &text[inside.clone()]);
            let mut d = Diagnostic::new(&c::UNKNOWN_NAME, message, place, "not known here")
                .help(format!("did you mean `${near}`?"));
            if is_exact {
                d = d.fix(format!("write `${near}`"), place, format!("${near}"));
            }
            self.diagnostics.push(d);
        }
    }

    fn unknown(&mut self, key: &Key<'_>, known: &[&str]) {
        let word = key.get_ref();
        let place = self.place(key.span());
        let mut d = Diagnostic::new(
            &c::UNKNOWN_SETTING,
            format!("there is no `{word}` that could stand here"),
            place,
            "unknown",
        );
        let called = called_here(word).filter(|ours| known.contains(ours));
        d = match called.or_else(|| did_you_mean(word, known.iter().copied())) {
            Some(meant) => d.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), place, meant),
            None => {
                match (table_of(word), did_you_mean(word, TOP).filter(|top| matches!(*top, "sources" | "output"))) {
                    (Some(table), _) => d.help(format!("`{word}` stands in {table}")),
                    (None, Some(top)) => d.help(format!("did you mean `{top}`? it stands above the first `[table]`")),
                    (None, None) => d.help(format!("what may stand here: {}", known.join(", "))),
                }
            }
        };
        self.diagnostics.push(d);
    }
}

/// What other tools call a word of ours.
fn called_here(word: &str) -> Option<&'static str> {
    Some(match word {
        "src" | "files" | "paths" | "include" => "sources",
        "out" | "out_dir" | "output_dir" | "out_path" => "output",
        "engine" | "format" | "backend" => "target",
        "cluster" | "clusters" => "sites",
        "max_rules" => "rules",
        _ => return None,
    })
}

/// The table of a word that stands in one place only, for those who look for it in another.
fn table_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "rules_per_group" | "groups" | "rules" | "bytes" | "range_days" => "`[build.limits]` or `[sites.limits]`",
        "partial_response_strategy" | "stateless" => "`[build.thanos]`",
        "workspace" | "location" | "cluster" | "page_action_group" | "ticket_action_group" => "`[build.azure]`",
        "scope" => "`[build.gmp]`",
        "prefix" | "namespace" => "`[build]`",
        "labels" => "`[alerts.page]`, `[alerts.ticket]` or `[build]`",
        "evaluate" => "`[sites]`",
        "dashboard_url" => "`[alerts]`",
        "dashboards" | "folder" | "tags" | "uid_prefix" | "datasource" => "`[grafana]`",
        _ => return None,
    })
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Why a label of all pages or tickets cannot be one: the rules set it themselves, or Prometheus would refuse it.
fn unfit_label(name: &str, value: &str) -> Option<&'static str> {
    let plain =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if name.is_empty() || !plain {
        Some("names of labels are made of letters, digits and `_`")
    } else if name == "severity" {
        // here and only here it may be said
        value.is_empty().then_some("without a value pages and tickets could not be told from other alerts")
    } else {
        reserved(name)
    }
}

/// Why uids cannot begin with a text: Grafana takes 40 characters of a few kinds, and a name has to fit behind it.
fn unfit_prefix(text: &str) -> Option<&'static str> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (text.is_empty() || text.len() > 16 || !plain)
        .then_some("a prefix of uids has 1 to 16 letters, digits, `_` and `-`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::render;
    use crate::source::Sources;

    fn read_text(text: &str) -> (Config, String) {
        let mut sources = Sources::default();
        let id = sources.add(SourceFile::new(FILE_NAME, text));
        let (config, diagnostics) = read(id, sources.file(id));
        (config, render::all(&sources, &diagnostics, render::Style { color: false, width: 100 }))
    }

    #[test]
    fn everything_is_read() {
        let (config, said) = read_text(
            "sources = [\"slo\", \"more.tabi\"]\noutput = \"out\"\n[lint]\nblind-spot = \"off\"\nunused = \"error\"\n\
             [alerts]\ndashboard_url = \"https://x/$journey\"\n[alerts.page]\nlabels = { severity = \"critical\", a = \"b\" }\n\
             [alerts.ticket]\nlabels.severity = \"warning\"\n",
        );
        assert_eq!(said, "");
        assert_eq!(config.sources.iter().map(|s| s.0.as_str()).collect::<Vec<_>>(), ["slo", "more.tabi"]);
        assert_eq!(config.output.as_deref(), Some("out"));
        assert_eq!(config.options.lints["blind-spot"], None);
        assert_eq!(config.options.lints["unused"], Some(Severity::Error));
        assert_eq!(config.options.page_labels["severity"], "critical");
        assert_eq!(config.options.ticket_labels["severity"], "warning");
        assert_eq!(config.options.dashboard_url.as_deref(), Some("https://x/$journey"));
        assert_eq!(config.options.label_places.keys().collect::<Vec<_>>(), ["a", "severity"]);
    }

    #[test]
    fn placeholders_that_are_none_are_said() {
        let said = |url: &str| read_text(&format!("[alerts]\ndashboard_url = {url}\n")).1;
        assert!(said("\"https://x/$jorney\"").contains("did you mean `$journey`?"));
        assert!(said("\"https://\\u0078/$sil\"").contains("did you mean `$sli`?"));
        assert_eq!(said("\"https://x/$step?a=$__all&b=$service\""), "");
    }

    #[test]
    fn grafana_is_read() {
        let (config, said) = read_text(
            "[grafana]\ndashboards = \"configmap\"\nfolder = \"Teams\"\ntags = [\"a\", \"b\"]\nuid_prefix = \"shop\"\n\
             datasource = \"mimir\"\nurl = \"https://grafana.example.com/\"\n",
        );
        assert_eq!(said, "");
        let grafana = config.options.grafana;
        assert_eq!(grafana.dashboards, Dashboards::ConfigMap);
        assert_eq!((grafana.folder.as_str(), grafana.uid_prefix.as_str()), ("Teams", "shop"));
        assert_eq!(grafana.tags, ["a", "b"]);
        assert_eq!(grafana.datasource.as_deref(), Some("mimir"));
        assert_eq!(grafana.url.as_deref(), Some("https://grafana.example.com"));
        let (_, said) = read_text(
            "[grafana]\ndashboards = \"yaml\"\ntags = \"a\"\nuid_prefix = \"with blanks\"\nurl = \"grafana\"\nfolders = \"x\"\n\
             datasource = \"\"\n",
        );
        insta::assert_snapshot!("grafana_mistakes", said);
    }

    #[test]
    fn sites_have_limits_of_their_own() {
        let (config, said) = read_text(
            "[build.limits]\nrules = 3\n[sites]\ntarget = \"amp\"\n[sites.limits]\nrules = 5\nrange_days = 0\n",
        );
        assert_eq!(said, "");
        let options = config.options;
        assert_eq!((options.engine.own_limits.rules, options.site_limits.rules), (Some(3), Some(5)));
        let limits = options.engine_of_sites().expect("an engine").limits();
        assert_eq!((limits.rules, limits.range_days, limits.file_bytes), (Some(5), None, Some(1_000_000)));
        let (_, said) = read_text("[sites]\nlimit = {}\n[sites.limits]\nrule = 1\nrules_per_group = 1\n");
        assert!(said.contains("did you mean `limits`?") && said.contains("did you mean `rules`?"), "{said}");
        assert!(said.contains("a whole number from 2 on"), "{said}");
        let (_, said) = read_text("[sites.eu]\nregion = \"eu\"\n");
        assert!(said.contains("in a .tabi file: `site eu { external_labels {"), "{said}");
    }

    #[test]
    fn what_has_no_effect_is_refused() {
        let (_, said) = read_text("[sites]\nevaluate = \"central\"\ntarget = \"amp\"\n[sites.limits]\nrules = 5\n");
        assert!(
            said.contains("`target` of `[sites]` has no effect") && said.contains("`target` in `[build]`"),
            "{said}"
        );
        assert!(said.contains("`limits` of `[sites]` has no effect") && said.contains("`[build.limits]`"), "{said}");
        let (_, said) = read_text("[sites]\nevaluate = \"each\"\ntarget = \"amp\"\n");
        assert_eq!(said, "");
        let (_, said) = read_text("[build.azure]\nrange_days = 30\n");
        assert!(said.contains("`range_days` stands in `[build.limits]` or `[sites.limits]`"), "{said}");
    }

    #[test]
    fn all_mistakes_are_said_at_once() {
        let (_, said) = read_text(
            "source = []\noutput = 3\nsources = [\"a\", true]\n[lint]\nblindspot = \"off\"\nbad-target = \"off\"\nunused = \"warning\"\n\
             qqq = \"off\"\n[alerts]\npages = 1\nticket = []\n[alerts.page]\nlabels = { severity = \"ticket\", n = 1 }\ncolor = \"red\"\n",
        );
        insta::assert_snapshot!(said);
        let (_, said) = read_text("output = \"out\nsources = [\n");
        insta::assert_snapshot!("syntax", said);
    }
}
