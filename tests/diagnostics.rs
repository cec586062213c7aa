//! What people see for each diagnostic: the wrong example of its explanation, rendered as on a terminal, input and output together.

use std::fmt::Write;
use tabi::diagnostic::catalogue;
use tabi::diagnostic::render::{self, Style};
use tabi::project::{Options, in_memory};

#[test]
fn each_diagnostic_reads_well() {
    // what `tabi import` says is in `tests/import.rs`
    for entry in catalogue::ALL.iter().filter(|entry| !entry.import) {
        let mut text = String::new();
        for files in entry.examples("Wrong") {
            let (mut sources, units, mut found) = in_memory(&files);
            let broken = found.iter().any(|d| d.severity == tabi::diagnostic::Severity::Error);
            let (_, more) = tabi::compile(&mut sources, &units, &Options::default(), broken);
            found.extend(more);
            // lints that any small example provokes would drown what is meant
            found.retain(|d| d.name() == entry.name || !d.entry.lint);
            tabi::diagnostic::sort(&mut found);
            for (name, source) in &files {
                let _ = writeln!(text, "── {name}\n{}", source.trim_end());
            }
            let _ = writeln!(text, "────\n{}", render::all(&sources, &found, Style { color: false, width: 100 }));
        }
        insta::assert_snapshot!(entry.name.replace('-', "_"), text);
    }
}
