//! The rules as `vmalert` reads them: all that it can read at all.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;

use common::{compile_directory, examples, go_tool, write_files};
use std::path::Path;
use std::process::Command;

/// What `vmalert -dryRun` has against a rule file, if anything.
fn refused(vmalert: &Path, file: &Path) -> Option<String> {
    let output =
        Command::new(vmalert).arg("-dryRun").arg(format!("-rule={}", file.display())).output().expect("vmalert runs");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn vmalert_takes_the_rules_of_all_examples() {
    let Some(vmalert) = go_tool("vmalert") else { return };
    let mut native = 0;
    for example in examples() {
        let directory = tempfile::tempdir().expect("a directory");
        let compiled = compile_directory(&example);
        let files: Vec<_> = compiled.rules().collect();
        for (path, file) in write_files(directory.path(), files.iter().copied()).iter().zip(&files) {
            let said = refused(&vmalert, path);
            if file.text.contains("histogram_count(") {
                // FIXME: it has no native histograms, and takes nothing of a group that has one such rule.
                native += 1;
                assert!(said.is_some_and(|s| s.contains("unsupported function")), "{}", path.display());
            } else {
                assert_eq!(said, None, "{}", path.display());
            }
        }
    }
    assert_eq!(native, 1, "journeys with a native histogram");
}
