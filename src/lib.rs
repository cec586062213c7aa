//! Tabi: service level objectives of user journeys and developer journeys, compiled to Prometheus rules.
//!
//! ```text
//! text ─lex→ tokens + comments ─parse→ ast ─resolve→ model ─plan→ rules ─emit→ files
//!                                  │                    └─lint→ diagnostics
//!                                  └─format→ text
//! ```
//!
//! Verbs mean one thing: *lex* and *parse* read text, *resolve* gives names and settings their meaning, *lint* looks for what people
//! will regret, *plan* decides on rules, *emit* writes them as text. Every stage is a plain function of its input; up to the model
//! each returns its value and a list of diagnostics. Only `load/` and the two faces, `cli/` and `lsp/`, touch files.

#![forbid(unsafe_code)]

pub mod adapt;
pub mod backtest;
pub mod cli;
pub mod cost;
pub mod dashboard;
pub mod diagnostic;
pub mod diff;
pub mod emit;
pub mod engine;
pub mod ide;
pub mod import;
pub mod lint;
pub mod load;
pub mod lsp;
pub mod measure;
pub mod model;
pub mod plan;
pub mod project;
pub mod promql;
pub mod proof;
pub mod reckon;
pub mod resolve;
pub mod schema;
pub mod show;
pub mod source;
pub mod stdlib;
pub mod syntax;

use diagnostic::{Diagnostic, Severity};
use model::Model;
use project::{Options, Unit};
use source::Sources;

/// Everything between syntax and rules: resolves a project and lints it. The diagnostics are those of these two stages; `syntax_errors`
/// says whether there were some before, so that what may follow from them is not said.
pub fn compile(
    sources: &mut Sources,
    units: &[Unit],
    options: &Options,
    syntax_errors: bool,
) -> (Model, Vec<Diagnostic>) {
    compile_again(sources, units, options, syntax_errors, &mut Kept::default())
}

/// What stages keep between two runs over the same files, so that an edit of one costs no more than that one.
#[derive(Debug, Default)]
pub struct Kept {
    resolve: resolve::kept::Kept,
    lint: lint::Kept,
}

/// Compiles a project of which a file was edited since the last time. What comes out is what [`compile`] says.
pub fn compile_again(
    sources: &mut Sources,
    units: &[Unit],
    options: &Options,
    syntax_errors: bool,
    kept: &mut Kept,
) -> (Model, Vec<Diagnostic>) {
    let (resolved, mut found) = resolve::resolve_again(sources, units, &mut kept.resolve);
    found.extend(resolve::sites::check_alert_labels(&resolved.model, options));
    let has_errors = syntax_errors || found.iter().any(|d| d.severity == Severity::Error);
    let broken = lint::Broken::of(units, &found, has_errors);
    let lints = lint::check(&resolved, options, &broken, &mut kept.lint);
    found.extend(lint::allow::apply(sources, &resolved, options, lints, !has_errors));
    (resolved.model, found)
}
