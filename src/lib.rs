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
//! each returns its value and a list of diagnostics. Only `cli/` touches files.

#![forbid(unsafe_code)]

pub mod cli;
pub mod diagnostic;
pub mod emit;
pub mod project;
pub mod schema;
pub mod source;
pub mod stages_stub;
pub mod syntax;
