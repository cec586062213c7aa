//! `tabi lsp`: the language server. It turns what a client asks into questions to `ide/`, and the answers into what its client
//! understands. One thread owns all state; two more read and write messages.

pub mod actions;
pub mod client;
pub mod commands;
pub mod completion;
pub mod diagnostics;
pub mod dispatch;
pub mod documents;
pub mod folding;
pub mod formatting;
pub mod hints;
pub mod hover;
pub mod initialize;
pub mod modules;
pub mod navigation;
pub mod positions;
pub mod projects;
pub mod rename;
pub mod server;
pub mod signature;
pub mod symbols;
pub mod sync;
pub mod tokens;
pub mod transport;
pub mod view;

use serde_json::Value;

pub use dispatch::{End, serve};
pub use modules::Modules;
pub use transport::stdio;
