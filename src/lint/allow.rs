//! `# tabi: allow(name) why`, and the severities of `tabi.toml`.

use crate::diagnostic::catalogue::{self, SYNTAX, UNKNOWN_NAME, UNUSED};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::project::Options;
use crate::resolve::Resolved;
use crate::source::{Place, Sources};

/// Takes away what is allowed, sets the severities that `tabi.toml` asks for, and says which allows are wrong or allow nothing.
/// `complete` is false while errors kept some lints silent: then an allow cannot be known to be in vain.
pub fn apply(
    sources: &Sources,
    resolved: &Resolved,
    options: &Options,
    found: Vec<Diagnostic>,
    complete: bool,
) -> Vec<Diagnostic> {
    let mut kept = Vec::new();
    let mut used = vec![false; resolved.allows.len()];
    let names: Vec<&str> =
        resolved.allows.iter().map(|(file, a)| sources.text(Place { file: *file, span: a.name })).collect();
    for diagnostic in found {
        let place = diagnostic.place();
        let mut allowed = false;
        for (i, (file, allow)) in resolved.allows.iter().enumerate() {
            let inside = allow.scope.is_some_and(|s| s.start <= place.span.start && place.span.start < s.end);
            if *file == place.file && inside && names[i] == diagnostic.name() {
                used[i] = true;
                allowed = true;
            }
        }
        if !allowed {
            kept.push(diagnostic);
        }
    }
    for (i, (file, allow)) in resolved.allows.iter().enumerate() {
        let name_at = Place { file: *file, span: allow.name };
        let comment = Place { file: *file, span: allow.comment };
        let name = names[i];
        match catalogue::find(name) {
            None if allow.name == allow.comment => kept.push(
                Diagnostic::new(&SYNTAX, "a comment `# tabi:` says `allow(name) why`", comment, "not understood")
                    .help("`# tabi: allow(blind-spot) its pipeline is measured elsewhere`"),
            ),
            None => {
                let lints = catalogue::ALL.iter().filter(|e| e.lint).map(|e| e.name);
                let near = did_you_mean(name, lints);
                let d = Diagnostic::new(&UNKNOWN_NAME, format!("there is no lint `{name}`"), name_at, "not known");
                kept.push(match near {
                    Some(near) => {
                        d.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name_at, near)
                    }
                    None => d.help("`tabi explain` lists them"),
                });
            }
            Some(entry) if !entry.lint => {
                kept.push(Diagnostic::new(
                    &UNKNOWN_NAME,
                    format!("`{name}` is an error; errors cannot be allowed"),
                    name_at,
                    "no lint",
                ));
            }
            Some(_) if !allow.reason => kept.push(
                Diagnostic::new(&SYNTAX, "an allow says why", comment, "no reason")
                    .help(format!("`# tabi: allow({name})` and the reason behind it, for whoever reads it next year")),
            ),
            Some(_) if !used[i] && complete => {
                let d = Diagnostic::new(
                    &UNUSED,
                    format!("this allows nothing: no `{name}` comes up here"),
                    comment,
                    "in vain",
                );
                kept.push(d.fix("take it away", comment, ""));
            }
            Some(_) => {}
        }
    }
    kept.retain_mut(|d| match options.lints.get(d.name()).filter(|_| d.entry.lint) {
        None => true,
        Some(None) => false,
        Some(Some(severity)) => {
            d.severity = *severity;
            true
        }
    });
    kept
}
