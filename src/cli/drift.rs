//! What `tabi build --check` says about a file that is not what a build would write.

use crate::diagnostic::render::{clean, plural};
use serde::Deserialize;
use serde_yaml::Value;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

/// A file that a build would change.
#[derive(Debug)]
pub struct Drift {
    /// Its path in the output directory.
    pub path: String,
    /// What would happen to it.
    pub change: Change,
}

/// What a build would do to a file.
#[derive(Debug)]
pub enum Change {
    /// Write it for the first time.
    New,
    /// Remove it.
    Gone,
    /// Change its text.
    Differs {
        /// The rules that are not the same.
        rules: Option<String>,
        /// The change of the text.
        diff: String,
    },
}

impl Change {
    /// From the text on disk to the text of a build.
    pub fn differs(old: &str, new: &str, path: &str) -> Self {
        /// Lines of a diff that are shown of a file.
        const LINES: usize = 60;
        let diff = unified(old, new, path);
        let lines = diff.lines().count();
        let mut shown: String = diff.split_inclusive('\n').take(LINES).collect();
        if lines > LINES {
            let _ = writeln!(shown, "… {} more", plural(lines - LINES, "line"));
        }
        Change::Differs { rules: rules_that_differ(old, new), diff: shown }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::New => writeln!(f, "new      {}", self.path),
            Change::Gone => writeln!(f, "gone     {}", self.path),
            Change::Differs { rules, diff } => {
                writeln!(f, "differs  {}", self.path)?;
                if let Some(rules) = rules {
                    writeln!(f, "         {rules}")?;
                }
                f.write_str(diff)
            }
        }
    }
}

/// A unified diff; what could harm a terminal is replaced.
pub fn unified(old: &str, new: &str, path: &str) -> String {
    let diff = TextDiff::configure().timeout(Duration::from_secs(1)).diff_lines(old, new);
    let text = diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    // A line end of Windows is a change as well; without it, lines would look the same.
    clean(&text).into_owned()
}

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    rules: Vec<BTreeMap<String, Value>>,
}

/// What is compared: group, kind and name of a rule, with all rules of that name.
type Rules = BTreeMap<(String, String), Vec<BTreeMap<String, Value>>>;

fn rules(text: &str) -> Option<Rules> {
    let file: File = serde_yaml::from_str(text).ok()?;
    let mut all = Rules::new();
    for group in file.groups {
        for rule in group.rules {
            let name = ["record", "alert"].iter().find_map(|key| rule.get(*key)).and_then(Value::as_str);
            all.entry((group.name.clone(), name.unwrap_or("?").to_string())).or_default().push(rule);
        }
    }
    Some(all)
}

/// The rules that differ, in one line; nothing where one of the texts has no rules.
fn rules_that_differ(old: &str, new: &str) -> Option<String> {
    let (old, new) = (rules(old)?, rules(new)?);
    let changed = new.iter().filter(|(key, rule)| old.get(*key).is_some_and(|o| o != *rule)).map(|(key, _)| key);
    let added = new.keys().filter(|key| !old.contains_key(*key));
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let parts = [names("rules that differ", changed), names("new", added), names("gone", gone)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { Some("the rules are the same, the text differs".into()) } else { Some(parts.join("; ")) }
}

fn names<'a>(what: &str, keys: impl Iterator<Item = &'a (String, String)>) -> Option<String> {
    const SHOWN: usize = 8;
    let mut names: Vec<&str> = keys.map(|(_, name)| name.as_str()).collect();
    names.dedup();
    let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    names.truncate(SHOWN);
    (!names.is_empty()).then(|| format!("{what}: {}{more}", clean(&names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_differ_are_named() {
        let old =
            "groups:\n  - name: g\n    rules:\n      - record: a\n        expr: x\n      - alert: B\n        expr: y\n";
        let new = "groups:\n  - name: g\n    rules:\n      - record: a\n        expr: x2\n      - record: c\n        expr: y\n";
        let drift = Drift { path: "rules/g.yml".into(), change: Change::differs(old, new, "rules/g.yml") };
        insta::assert_snapshot!(drift.to_string());
        let said = |old: &str, new: &str| rules_that_differ(old, new);
        assert_eq!(said(old, &format!("# x\n{old}")).as_deref(), Some("the rules are the same, the text differs"));
        assert_eq!(said("[", new), None);
    }

    #[test]
    fn long_diffs_are_cut() {
        let long = (0..500).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let Change::Differs { diff, .. } = Change::differs("", &long, "x") else { panic!("it differs") };
        assert_eq!(diff.lines().count(), 61);
        assert!(diff.ends_with("… 444 lines more\n"), "{}", &diff[diff.len() - 60..]);
    }
}
