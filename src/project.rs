//! A project as it was read: parsed files, what each `use` leads to, and what `tabi.toml` says to the stages.
//! Whoever reads files (the command line, a language server, a test) makes it; the stages only look at it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use crate::syntax::ast::{Item, UsePath};
use crate::syntax::{self, Parsed, leaf};
use std::collections::{BTreeMap, HashMap};

/// A parsed file of the project.
#[derive(Debug)]
pub struct Unit {
    /// Which file.
    pub file: FileId,
    /// What it says.
    pub parsed: Parsed,
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
    /// Where the labels of `page_labels` and `ticket_labels` stand, for diagnostics, by label.
    pub label_places: BTreeMap<String, Place>,
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
        units.push(Unit { file, parsed, listed: true, uses: Vec::new() });
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
    fn files_find_each_other() {
        let file = |name: &str, text: &str| (name.to_string(), text.to_string());
        let files = [file("a/x.tabi", "use \"../b/y.tabi\"\nuse \"../../z.tabi\""), file("b/y.tabi", "")];
        let (_, units, found) = in_memory(&files);
        assert!(found.is_empty());
        assert_eq!(units[0].uses[0].1, Target::File(FileId(1)));
        assert!(matches!(units[0].uses[1].1, Target::Missing(_)));
    }
}
