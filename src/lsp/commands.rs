//! `workspace/executeCommand`: what comes out for a journey, as a text that the client shows.

use super::Value;
use super::server::{Answer, Failure, Server, read};
use crate::diagnostic::catalogue;
use crate::ide::generated;
use gen_lsp_types as lsp;
use serde_json::json;

/// The rules of the journey at a place: `[uri, position]`.
pub const SHOW_RULES: &str = "tabi.showRules";
/// The table of alerts of the SLI, the step or the journey at a place: `[uri, position]`.
pub const SHOW_ALERTS: &str = "tabi.showAlerts";
/// The text behind `tabi explain`: `[name]`.
pub const EXPLAIN: &str = "tabi.explain";
/// Every command.
pub const ALL: [&str; 3] = [SHOW_RULES, SHOW_ALERTS, EXPLAIN];

/// Runs a command. Each answers `{ title, language, text }`.
pub fn execute(server: &mut Server, params: lsp::ExecuteCommandParams) -> Answer<Option<Value>> {
    let arguments = params.arguments.unwrap_or_default();
    match params.command.as_str() {
        SHOW_RULES | SHOW_ALERTS => of_journey(server, &params.command, &arguments).map(Some),
        EXPLAIN => explain(server, &arguments).map(Some),
        other => Err(Failure::params(format!("there is no command `{other}`; there are {}", ALL.join(", ")))),
    }
}

fn of_journey(server: &mut Server, command: &str, arguments: &[Value]) -> Answer<Value> {
    let [uri, rest @ ..] = arguments else {
        return Err(Failure::params(format!("{command} takes a URI and a position")));
    };
    let uri: lsp::Uri = read(uri.clone())?;
    let position: lsp::Position = rest.first().map_or_else(|| Ok(lsp::Position::default()), |p| read(p.clone()))?;
    let view = server.view(&uri).ok_or_else(|| Failure::because("this file belongs to no project"))?;
    let (project, byte) = (view.project(), view.byte(position));
    let none = || Failure::because("there is no journey in this file");
    let (title, language, text) = if command == SHOW_RULES {
        let journey = generated::journey_at(&project, view.file, byte).ok_or_else(none)?;
        (format!("{journey}.rules.yaml"), "yaml", generated::rules(&project, &journey))
    } else {
        let address = generated::address_at(&project, view.file, byte).ok_or_else(none)?;
        (format!("{address}: alerts"), "plaintext", generated::alerts(&project, &address))
    };
    Ok(json!({ "title": title, "language": language, "text": text.map_err(Failure::because)? }))
}

fn explain(server: &mut Server, arguments: &[Value]) -> Answer<Value> {
    let name = arguments.first().and_then(Value::as_str).unwrap_or("");
    let entry = catalogue::find(name).ok_or_else(|| Failure::params(format!("there is no diagnostic `{name}`")))?;
    let copy = server.modules.explanation(entry.name, entry.text).filter(|_| server.client.shows);
    if let Some(uri) = copy.and_then(|path| lsp::Uri::from_file_path(path).ok()) {
        let params = lsp::ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: None };
        server.request::<lsp::ShowDocumentRequest>(params);
    }
    Ok(json!({ "title": format!("{}.md", entry.name), "language": "markdown", "text": entry.text }))
}
