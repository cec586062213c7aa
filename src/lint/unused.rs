//! What nobody uses: templates, prefixes, sites, and doc comments that belong to nothing.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::UNUSED;
use crate::resolve::Resolved;
use crate::source::{Place, Span};

pub const LINT: Lint = Lint { entry: &UNUSED, of_project: true, check: Check::Project(check) };

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    for (name, _) in resolved.templates.iter().filter(|(_, used)| !used) {
        found.push(Diagnostic::new(
            &UNUSED,
            format!("nobody calls the template `{}`", name.text),
            name.place,
            "never called",
        ));
    }
    for (prefix, place, _) in resolved.modules.iter().filter(|(_, _, used)| !used) {
        found.push(Diagnostic::new(
            &UNUSED,
            format!("nothing of `{prefix}` is called in this file"),
            *place,
            "never called",
        ));
    }
    for (name, _) in resolved.sites.iter().filter(|(_, used)| !used) {
        found.push(Diagnostic::new(
            &UNUSED,
            format!("nothing is `at` the site `{}`", name.text),
            name.place,
            "never used",
        ));
    }
    for place in &resolved.stray_docs {
        let hashes = Place { file: place.file, span: Span { start: place.span.start, end: place.span.start + 2 } };
        found.push(
            Diagnostic::new(
                &UNUSED,
                "this doc comment belongs to nothing: no journey, step, sli, template or site follows",
                *place,
                "documents nothing",
            )
            .help("a plain comment begins with one `#`")
            .fix("make it a plain comment", hashes, "#"),
        );
    }
}
