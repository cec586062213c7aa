//! The loop of a session: takes messages in order, answers requests, and sends diagnostics when nothing is waiting. A panic is an error
//! of one request and never the end.

use super::modules::Modules;
use super::server::{Answer, Failure, Server, read};
use super::{
    Value, actions, commands, completion, diagnostics, folding, formatting, hints, hover, initialize, navigation,
    rename, signature, symbols, sync, tokens,
};
use gen_lsp_types as lsp;
use lsp::{LspNotificationMethod as Tells, LspRequestMethod as Asks, Notification as _, Request as _};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How far a session is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Waits for `initialize`.
    New,
    Running,
    /// Waits for `exit`.
    Down,
}

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// As the protocol wants it.
    Orderly,
    /// By `exit` without `shutdown`, or because the client is gone.
    Abrupt,
}

/// Serves one client until it says `exit` or is gone.
pub fn serve(connection: &Connection, modules: Modules) -> End {
    let mut server = Server::new(modules);
    let mut phase = Phase::New;
    let mut waiting: VecDeque<Message> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            // nothing is waiting: time to say what is wrong
            if phase == Phase::Running {
                guarded(&mut server, "diagnostics", diagnostics::publish);
                flush(&mut server, connection);
            }
            match connection.receiver.recv() {
                Ok(message) => waiting.push_back(message),
                Err(_) => return End::Abrupt,
            }
        }
        waiting.extend(connection.receiver.try_iter());
        let Some(message) = waiting.pop_front() else { continue };
        match message {
            Message::Request(request) => {
                let cancelled = cancelled(&waiting);
                let response = answer(&mut server, &mut phase, request, &cancelled);
                // what a request makes the server say comes before its answer
                flush(&mut server, connection);
                if connection.sender.send(response.into()).is_err() {
                    return End::Abrupt;
                }
            }
            Message::Notification(told) if told.method == "exit" => {
                return if phase == Phase::Down { End::Orderly } else { End::Abrupt };
            }
            Message::Notification(told) => {
                if phase == Phase::Running {
                    let method = told.method.clone();
                    guarded(&mut server, &method, |server| tell(server, told));
                }
            }
            // answers to what the server asked: nothing depends on them
            Message::Response(_) => {}
        }
        flush(&mut server, connection);
    }
}

/// The requests that are waiting and no longer wanted.
fn cancelled(waiting: &VecDeque<Message>) -> HashSet<RequestId> {
    let ids = waiting.iter().filter_map(|message| match message {
        Message::Notification(told) if told.method == "$/cancelRequest" => {
            serde_json::from_value(told.params.get("id")?.clone()).ok()
        }
        _ => None,
    });
    ids.collect()
}

fn flush(server: &mut Server, connection: &Connection) {
    for note in std::mem::take(&mut server.projects.notes) {
        server.log(note);
    }
    for message in server.outbox.drain(..) {
        // who is gone is noticed when the next message is waited for
        let _ = connection.sender.send(message);
    }
}

/// Runs something; a panic is logged and leaves the session as it is.
fn guarded<T>(server: &mut Server, what: &str, run: impl FnOnce(&mut Server) -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(|| run(server)));
    if result.is_err() {
        server.log(format!("tabi {}: internal error in {what}; please report it", env!("CARGO_PKG_VERSION")));
    }
    result.ok()
}

fn answer(server: &mut Server, phase: &mut Phase, request: Request, cancelled: &HashSet<RequestId>) -> Response {
    let Request { id, method, params } = request;
    let failed = |code: ErrorCode, message: &str| Response::new_err(id.clone(), code as i32, message.to_string());
    if cancelled.contains(&id) {
        return failed(ErrorCode::RequestCanceled, "cancelled");
    }
    match (*phase, method.as_str()) {
        (Phase::New, "initialize") => {
            *phase = Phase::Running;
            let result = guarded(server, &method, |server| initialize::initialize(server, &params));
            match result {
                Some(result) => Response::new_ok(id, result),
                None => failed(ErrorCode::InternalError, "internal error"),
            }
        }
        (Phase::New, _) => failed(ErrorCode::ServerNotInitialized, "the first request is `initialize`"),
        (Phase::Down, _) => failed(ErrorCode::InvalidRequest, "the server was shut down"),
        (Phase::Running, "initialize") => failed(ErrorCode::InvalidRequest, "`initialize` comes once"),
        (Phase::Running, "shutdown") => {
            *phase = Phase::Down;
            Response::new_ok(id, ())
        }
        (Phase::Running, _) => match guarded(server, &method, |server| ask(server, &method, params)) {
            Some(Ok(value)) => Response::new_ok(id, value),
            Some(Err(why)) => failed(why.code, &why.message),
            None => failed(ErrorCode::InternalError, "internal error; the log says more"),
        },
    }
}

fn ask(server: &mut Server, method: &str, params: Value) -> Answer<Value> {
    /// One request: its type, and the function that answers it.
    fn to<R: lsp::Request>(
        server: &mut Server,
        params: Value,
        with: impl FnOnce(&mut Server, R::Params) -> Answer<R::Result>,
    ) -> Answer<Value> {
        let answer = with(server, read(params)?)?;
        serde_json::to_value(answer).map_err(|e| Failure { code: ErrorCode::InternalError, message: e.to_string() })
    }
    let p = params;
    match Asks::from(method) {
        lsp::HoverRequest::METHOD => to::<lsp::HoverRequest>(server, p, |s, p| Ok(hover::hover(s, &p))),
        lsp::CompletionRequest::METHOD => {
            to::<lsp::CompletionRequest>(server, p, |s, p| Ok(completion::complete(s, &p)))
        }
        lsp::DefinitionRequest::METHOD => {
            to::<lsp::DefinitionRequest>(server, p, |s, p| Ok(navigation::definition(s, &p)))
        }
        lsp::DeclarationRequest::METHOD => {
            to::<lsp::DeclarationRequest>(server, p, |s, p| Ok(navigation::declaration(s, &p)))
        }
        lsp::ReferencesRequest::METHOD => {
            to::<lsp::ReferencesRequest>(server, p, |s, p| Ok(navigation::references(s, &p)))
        }
        lsp::DocumentHighlightRequest::METHOD => {
            to::<lsp::DocumentHighlightRequest>(server, p, |s, p| Ok(navigation::highlights(s, &p)))
        }
        lsp::DocumentLinkRequest::METHOD => {
            to::<lsp::DocumentLinkRequest>(server, p, |s, p| Ok(navigation::links(s, &p)))
        }
        lsp::PrepareRenameRequest::METHOD => to::<lsp::PrepareRenameRequest>(server, p, |s, p| rename::prepare(s, &p)),
        lsp::RenameRequest::METHOD => to::<lsp::RenameRequest>(server, p, |s, p| rename::rename(s, &p)),
        lsp::DocumentSymbolRequest::METHOD => {
            to::<lsp::DocumentSymbolRequest>(server, p, |s, p| Ok(symbols::of_file(s, &p)))
        }
        lsp::WorkspaceSymbolRequest::METHOD => {
            to::<lsp::WorkspaceSymbolRequest>(server, p, |s, p| Ok(Some(symbols::of_workspace(s, &p))))
        }
        lsp::SemanticTokensRequest::METHOD => {
            to::<lsp::SemanticTokensRequest>(server, p, |s, p| Ok(tokens::full(s, &p)))
        }
        lsp::SemanticTokensRangeRequest::METHOD => {
            to::<lsp::SemanticTokensRangeRequest>(server, p, |s, p| Ok(tokens::range(s, &p)))
        }
        lsp::FoldingRangeRequest::METHOD => to::<lsp::FoldingRangeRequest>(server, p, |s, p| Ok(folding::folds(s, &p))),
        lsp::SelectionRangeRequest::METHOD => {
            to::<lsp::SelectionRangeRequest>(server, p, |s, p| Ok(folding::selections(s, &p)))
        }
        lsp::DocumentFormattingRequest::METHOD => {
            to::<lsp::DocumentFormattingRequest>(server, p, |s, p| Ok(formatting::document(s, &p)))
        }
        lsp::DocumentRangeFormattingRequest::METHOD => {
            to::<lsp::DocumentRangeFormattingRequest>(server, p, |s, p| Ok(formatting::range(s, &p)))
        }
        lsp::CodeActionRequest::METHOD => to::<lsp::CodeActionRequest>(server, p, |s, p| Ok(actions::actions(s, &p))),
        lsp::InlayHintRequest::METHOD => to::<lsp::InlayHintRequest>(server, p, |s, p| Ok(hints::hints(s, &p))),
        lsp::SignatureHelpRequest::METHOD => {
            to::<lsp::SignatureHelpRequest>(server, p, |s, p| Ok(signature::signature(s, &p)))
        }
        lsp::DocumentDiagnosticRequest::METHOD => {
            to::<lsp::DocumentDiagnosticRequest>(server, p, |s, p| Ok(diagnostics::document(s, &p)))
        }
        lsp::WorkspaceDiagnosticRequest::METHOD => {
            to::<lsp::WorkspaceDiagnosticRequest>(server, p, |s, p| Ok(diagnostics::workspace(s, &p)))
        }
        lsp::ExecuteCommandRequest::METHOD => to::<lsp::ExecuteCommandRequest>(server, p, commands::execute),
        _ => Err(Failure { code: ErrorCode::MethodNotFound, message: format!("there is no request `{method}` here") }),
    }
}

fn tell(server: &mut Server, told: Notification) {
    let Notification { method, params } = told;
    let p = params;
    let result = match Tells::from(method.as_str()) {
        lsp::InitializedNotification::METHOD => {
            initialize::initialized(server);
            Ok(())
        }
        lsp::DidOpenTextDocumentNotification::METHOD => read(p).map(|p| sync::opened(server, p)),
        lsp::DidChangeTextDocumentNotification::METHOD => read(p).map(|p| sync::changed(server, p)),
        lsp::DidSaveTextDocumentNotification::METHOD => read(p).map(|p| sync::saved(server, &p)),
        lsp::DidCloseTextDocumentNotification::METHOD => read(p).map(|p| sync::closed(server, &p)),
        lsp::DidChangeWatchedFilesNotification::METHOD => read(p).map(|p| sync::watched(server, &p)),
        lsp::DidCreateFilesNotification::METHOD => read(p).map(|p| sync::files_made(server, &p)),
        lsp::DidRenameFilesNotification::METHOD => read(p).map(|p| sync::files_renamed(server, &p)),
        lsp::DidDeleteFilesNotification::METHOD => read(p).map(|p| sync::files_deleted(server, &p)),
        lsp::DidChangeWorkspaceFoldersNotification::METHOD => read(p).map(|p| sync::folders(server, &p)),
        // all others are for servers that have use for them
        _ => Ok(()),
    };
    if let Err(why) = result {
        server.log(format!("{method}: {}", why.message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_one_request_and_not_the_session() {
        let mut server = Server::default();
        assert_eq!(guarded::<()>(&mut server, "a request", |_| panic!("broken on purpose")), None);
        assert_eq!(guarded(&mut server, "a request", |_| 1), Some(1));
        assert_eq!(server.outbox.len(), 1, "it is in the log");
    }
}
