//! The language server, in this process and over a channel: a client says what clients say, and what it is answered is looked at.

#![allow(clippy::disallowed_methods, reason = "tests write the files that they ask about")]

mod corpus;
#[path = "lsp/client.rs"]
mod client;
#[path = "lsp/session.rs"]
mod session;
#[path = "lsp/projects.rs"]
mod projects;
#[path = "lsp/text.rs"]
mod text;
