//! The language server, in this process and over a channel: a client says what clients say, and what it is answered is looked at.

#![allow(clippy::disallowed_methods, reason = "tests write the files that they ask about")]
#![allow(clippy::needless_pass_by_value, reason = "what `json!` makes is given away at once")]
#![allow(clippy::format_push_string, reason = "snapshots are put together from parts, and no test is slow for it")]

#[path = "lsp/bounds.rs"]
mod bounds;
#[path = "lsp/client.rs"]
mod client;
mod corpus;
#[path = "lsp/projects.rs"]
mod projects;
#[path = "lsp/requests.rs"]
mod requests;
#[path = "lsp/session.rs"]
mod session;
#[path = "lsp/text.rs"]
mod text;
