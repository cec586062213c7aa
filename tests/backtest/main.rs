//! `tabi backtest`: against what a real Prometheus raised, against servers that answer in every way but the right one, and what it says to people.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only the stages of the compiler are kept from files and the environment"
)]

mod answers;
#[path = "../common/mod.rs"]
mod common;
mod composed;
mod counts;
mod engines;
mod looking;
mod page;
mod past;
mod people;
mod places;
mod stub;
mod tls;
mod truth;
mod turns;

use std::path::Path;
use std::process::{Command, Output};

/// Runs the command in a directory, without anything of the environment that says who asks or which way.
fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tabi"));
    command.current_dir(directory).arg("backtest").args(arguments);
    for name in ["TABI_PROMETHEUS_TOKEN", "TABI_PROMETHEUS_USER", "TABI_PROMETHEUS_PASSWORD", "TABI_PROMETHEUS_HEADER"]
    {
        command.env_remove(name);
    }
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

/// What a command said on both streams.
fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A directory with a project of one SLI.
fn project() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    common::write(&directory.path().join("shop.tabi"), SHOP);
    directory
}

const SHOP: &str = r#"
user journey shop {
  target 99%

  step pay {
    sli answers {
      bad    pay_total{job="shop", code="500"}
      total  pay_total{job="shop"}
      target 99%
    }
  }
}
"#;
