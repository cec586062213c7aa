//! The numbers of the rules against the truth: a short selection of what `scripts/truth` runs.
//!
//! `tests/go/prometheus/truth` makes worlds whose events are known, evaluates the rules of `tests/truth/*.tabi` over them with the real engine, and
//! compares.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod common;

use common::{go_tool, root};
use std::path::Path;
use std::process::{Command, Output};

fn run(truth: &Path, tabi: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(truth);
    command.current_dir(root()).arg("-tabi").arg(tabi).args(["-short", "-days=1"]).args(arguments);
    command.output().expect("it runs")
}

/// One day of the worlds that are quick, with an engine.
fn a_day_is_true(tool: &str) {
    let Some(truth) = go_tool(tool) else { return };
    let output = run(&truth, Path::new(env!("CARGO_BIN_EXE_tabi")), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.matches("exact").count() >= 10, "{said}");
}

#[test]
fn a_day_is_true_on_prometheus_2() {
    a_day_is_true("truth2");
}

#[test]
fn a_day_is_true_on_prometheus_3() {
    a_day_is_true("truth3");
}

/// A battery that nothing fails proves nothing.
#[test]
#[cfg(unix)]
fn rules_that_count_wrongly_are_noticed() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(truth) = go_tool("truth3") else { return };
    let directory = tempfile::tempdir().expect("a directory");
    // no births: their term asks for a target that was down
    let tabi = directory.path().join("tabi");
    let script = format!(
        "#!/bin/sh\n\"{}\" \"$@\" || exit\n\
         while [ \"$1\" != -o ]; do shift; done\n\
         sed -i 's/offset 2m == 1$/offset 2m == 0/' \"$2\"/rules/*.yml\n",
        env!("CARGO_BIN_EXE_tabi")
    );
    std::fs::write(&tabi, script).expect("a written script");
    std::fs::set_permissions(&tabi, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let output = run(&truth, &tabi, &["-only=delivery"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "nothing was noticed");
    assert!(said.contains("series born with their first event, offsets 0: bad events: "), "{said}");
}
