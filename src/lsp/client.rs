//! What the client can do, read from what it says in `initialize`. It is read leniently: an odd capability is one that is not there.

use super::Value;
use super::positions::Encoding;

/// What the client can do.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "they are what the protocol asks, one by one")]
pub struct Client {
    /// In what it counts columns.
    pub encoding: Encoding,
    /// It asks for diagnostics itself.
    pub pulls: bool,
    /// It can be told to ask for diagnostics again.
    pub refreshes_diagnostics: bool,
    /// It can be told to ask for hints again.
    pub refreshes_hints: bool,
    /// Completions may have tab stops.
    pub snippets: bool,
    /// Diagnostics may say what else takes part.
    pub related: bool,
    /// Diagnostics may have tags.
    pub tags: bool,
    /// Diagnostics may have a link.
    pub code_description: bool,
    /// Code actions may be more than commands.
    pub action_literals: bool,
    /// Edits may have versions.
    pub document_changes: bool,
    /// Definitions may say from where they lead.
    pub definition_links: bool,
    /// Declarations may say from where they lead.
    pub declaration_links: bool,
    /// Symbols may form a tree.
    pub symbol_tree: bool,
    /// Only whole lines are folded.
    pub folds_lines: bool,
    /// It watches files for the server.
    pub watches: bool,
    /// It can show a document.
    pub shows: bool,
    /// Help is shown as Markdown.
    pub hover_markdown: bool,
    /// Documentation of completions is shown as Markdown.
    pub completion_markdown: bool,
    /// Documentation of signatures is shown as Markdown.
    pub signature_markdown: bool,
    /// Places in labels of parameters are understood.
    pub label_offsets: bool,
}

impl Client {
    /// From the parameters of `initialize`.
    pub fn of(params: &Value) -> Self {
        let nothing = Value::Null;
        let all = params.get("capabilities").unwrap_or(&nothing);
        let at = |path: &str| all.pointer(path);
        let says = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let lists =
            |path: &str, word: &str| at(path).and_then(Value::as_array).is_some_and(|a| a.iter().any(|v| v == word));
        let text = |path: &str| format!("/textDocument/{path}");
        Client {
            encoding: Encoding::negotiate(all),
            pulls: at("/textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes_diagnostics: says("/workspace/diagnostics/refreshSupport"),
            refreshes_hints: says("/workspace/inlayHint/refreshSupport"),
            snippets: says(&text("completion/completionItem/snippetSupport")),
            related: says(&text("publishDiagnostics/relatedInformation"))
                || says(&text("diagnostic/relatedInformation")),
            tags: at(&text("publishDiagnostics/tagSupport")).is_some() || at(&text("diagnostic/tagSupport")).is_some(),
            code_description: says(&text("publishDiagnostics/codeDescriptionSupport"))
                || says(&text("diagnostic/codeDescriptionSupport")),
            action_literals: at(&text("codeAction/codeActionLiteralSupport")).is_some(),
            document_changes: says("/workspace/workspaceEdit/documentChanges"),
            definition_links: says(&text("definition/linkSupport")),
            declaration_links: says(&text("declaration/linkSupport")),
            symbol_tree: says(&text("documentSymbol/hierarchicalDocumentSymbolSupport")),
            folds_lines: says(&text("foldingRange/lineFoldingOnly")),
            watches: says("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            shows: says("/window/showDocument/support"),
            hover_markdown: lists(&text("hover/contentFormat"), "markdown"),
            completion_markdown: lists(&text("completion/completionItem/documentationFormat"), "markdown"),
            signature_markdown: lists(&text("signatureHelp/signatureInformation/documentationFormat"), "markdown"),
            label_offsets: says(&text("signatureHelp/signatureInformation/parameterInformation/labelOffsetSupport")),
        }
    }
}
