//! `tabi lsp`: the language server. It turns what a client asks into questions to `ide/`, and the answers into what its client
//! understands. One thread owns all state; two more read and write messages.

mod actions;
mod client;
mod commands;
mod completion;
mod diagnostics;
mod dispatch;
pub mod documents;
mod folding;
mod formatting;
mod hints;
mod hover;
mod initialize;
mod modules;
mod navigation;
pub mod positions;
mod projects;
mod rename;
mod server;
mod signature;
mod symbols;
mod sync;
mod tokens;
mod transport;
mod view;

use serde_json::Value;

pub use dispatch::{End, serve};
pub use modules::Modules;
pub use transport::stdio;
