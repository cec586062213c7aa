//! `initialize`: what the server can do, and the folders of the workspace.

use super::Value;
use super::client::Client;
use super::commands;
use super::documents::path;
use super::server::Server;
use super::tokens;
use crate::load::disk::Disk;
use gen_lsp_types as lsp;
use std::path::PathBuf;

/// Learns what the client can do, and says what the server can.
pub fn initialize(server: &mut Server, params: &Value) -> lsp::InitializeResult {
    server.client = Client::of(params);
    server.projects.folders = folders(params);
    lsp::InitializeResult {
        capabilities: capabilities(&server.client),
        server_info: Some(lsp::ServerInfo {
            name: "tabi".to_string(),
            version: Some(env!("CARGO_PKG_VERSION").to_string()),
        }),
    }
}

/// The client is ready: what lies in its folders is opened, and it is asked to watch them.
pub fn initialized(server: &mut Server) {
    server.projects.find_homes();
    server.changed = true;
    if server.client.watches {
        // clients tell nothing of the files of a directory that comes or goes as a whole, and its name may be any
        const COMES_AND_GOES: u32 = 1 | 4;
        let watchers = [("**/*.tabi", None), ("**/tabi.toml", None), ("**/*", Some(COMES_AND_GOES))];
        let watchers = watchers.map(|(glob, kind)| match kind {
            None => serde_json::json!({ "globPattern": glob }),
            Some(kind) => serde_json::json!({ "globPattern": glob, "kind": kind }),
        });
        let registration = lsp::Registration {
            id: "tabi-files".to_string(),
            method: "workspace/didChangeWatchedFiles".to_string(),
            register_options: Some(serde_json::json!({ "watchers": watchers })),
        };
        server.request::<lsp::RegistrationRequest>(lsp::RegistrationParams { registrations: vec![registration] });
    }
}

/// The folders that a client names, in one of the three ways that the protocol has had for it.
fn folders(params: &Value) -> Vec<PathBuf> {
    let listed = params.get("workspaceFolders").and_then(Value::as_array);
    let uris = listed.map(|all| all.iter().filter_map(|folder| folder.get("uri")?.as_str()).collect::<Vec<_>>());
    let uris = uris.or_else(|| Some(vec![params.get("rootUri")?.as_str()?])).unwrap_or_default();
    let mut paths: Vec<PathBuf> = uris.iter().filter_map(|uri| path(&uri.parse().ok()?)).collect();
    if uris.is_empty() {
        paths.extend(params.get("rootPath").and_then(Value::as_str).map(PathBuf::from));
    }
    paths.iter().map(|path| Disk::key(path)).collect()
}

fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    let diagnostics = lsp::DiagnosticOptions {
        identifier: Some("tabi".to_string()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..lsp::DiagnosticOptions::default()
    };
    let folders = lsp::WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(lsp::ChangeNotifications::Bool(true)),
    };
    let actions = lsp::CodeActionOptions {
        code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, super::actions::fix_all_kind()]),
        ..lsp::CodeActionOptions::default()
    };
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding.name().to_string().into()),
        text_document_sync: Some(
            lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::Incremental),
                save: Some(lsp::SaveOptions::default().into()),
                ..lsp::TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some([".", "(", "\"", ":", "{"].map(String::from).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_string(), ",".to_string()]),
            ..lsp::SignatureHelpOptions::default()
        }),
        declaration_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        rename_provider: Some(
            lsp::RenameOptions { prepare_provider: Some(true), ..lsp::RenameOptions::default() }.into(),
        ),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: commands::ALL.map(String::from).to_vec(),
            ..lsp::ExecuteCommandOptions::default()
        }),
        semantic_tokens_provider: Some(
            lsp::SemanticTokensOptions {
                legend: tokens::legend(),
                range: Some(true.into()),
                full: Some(true.into()),
                ..lsp::SemanticTokensOptions::default()
            }
            .into(),
        ),
        inlay_hint_provider: Some(true.into()),
        diagnostic_provider: client.pulls.then(|| diagnostics.into()),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(folders),
            file_operations: Some(operations()),
            ..lsp::WorkspaceOptions::default()
        }),
        ..lsp::ServerCapabilities::default()
    }
}

/// What is done with files in the editor itself: a client that watches no files may tell of these.
fn operations() -> lsp::FileOperationOptions {
    use lsp::FileOperationPatternKind::{File, Folder};
    let filters = [("**/*.tabi", File), ("**/tabi.toml", File), ("**", Folder)].map(|(glob, kind)| {
        let pattern = lsp::FileOperationPattern { glob: glob.to_string(), matches: Some(kind), options: None };
        lsp::FileOperationFilter { scheme: Some("file".to_string()), pattern }
    });
    let all = Some(lsp::FileOperationRegistrationOptions { filters: filters.to_vec() });
    lsp::FileOperationOptions {
        did_create: all.clone(),
        did_rename: all.clone(),
        did_delete: all,
        ..lsp::FileOperationOptions::default()
    }
}
