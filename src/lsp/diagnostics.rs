//! Diagnostics: sent to clients that wait for them, given to those that ask. Never both.

use super::Value;
use super::server::{Answer, Server};
use super::view::View;
use crate::diagnostic::{Diagnostic, Severity, catalogue as c};
use crate::project::fnv1a;
use gen_lsp_types as lsp;
use lsp::DiagnosticSeverity;
use std::collections::BTreeMap;

/// So many of a file are shown. More than that nobody reads, and writing them would slow down typing.
const MOST: usize = 200;
/// Where the pages are, once the project has an address.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// What is said of a file.
pub fn of_file(view: &View<'_>) -> Vec<lsp::Diagnostic> {
    if view.open.path(view.file).is_none_or(|(_, key)| view.modules.at(key).is_some()) {
        return Vec::new();
    }
    let all = view.project().diagnostics;
    let mut here = all.iter().filter(|d| d.place().file == view.file);
    let mut shown: Vec<lsp::Diagnostic> = here.by_ref().take(MOST).map(|d| one(view, d)).collect();
    let more = here.count();
    if let Some(last) = shown.last().filter(|_| more > 0) {
        shown.push(lsp::Diagnostic {
            range: last.range,
            severity: Some(DiagnosticSeverity::Information),
            source: Some("tabi".to_string()),
            message: format!("{more} more in this file; `tabi check` says all of them").into(),
            ..lsp::Diagnostic::default()
        });
    }
    shown
}

/// One diagnostic, for the client.
pub fn one(view: &View<'_>, d: &Diagnostic) -> lsp::Diagnostic {
    let mut message = d.message.clone();
    if let Some(help) = &d.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let related = || {
        let others = d.labels.iter().skip(1);
        let all = others.filter_map(|label| {
            let message = if label.text.is_empty() { "here".to_string() } else { label.text.clone() };
            Some(lsp::DiagnosticRelatedInformation { location: view.location(label.place)?, message })
        });
        Some(all.collect::<Vec<_>>()).filter(|all| !all.is_empty())
    };
    lsp::Diagnostic {
        range: view.range_in(d.place()),
        severity: Some(match d.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Hint => DiagnosticSeverity::Hint,
        }),
        code: Some(d.name().to_string().into()),
        code_description: explanation(d.name()).filter(|_| view.client.code_description),
        source: Some("tabi".to_string()),
        message: message.into(),
        tags: (view.client.tags && *d.entry == c::UNUSED).then(|| vec![lsp::DiagnosticTag::Unnecessary]),
        related_information: view.client.related.then(related).flatten(),
        data: None,
    }
}

fn explanation(name: &str) -> Option<lsp::CodeDescription> {
    let href = (!REPOSITORY.is_empty()).then(|| format!("{REPOSITORY}/blob/main/docs/diagnostics.md#{name}"))?;
    Some(lsp::CodeDescription { href: href.parse().ok()? })
}

/// Sends what changed to a client that waits for it, or asks the client to ask.
pub fn publish(server: &mut Server) {
    let (changed, refresh) = (std::mem::take(&mut server.changed), std::mem::take(&mut server.refresh));
    let touched = std::mem::take(&mut server.touched);
    if !changed {
        return;
    }
    if server.client.pulls {
        if refresh && server.client.refreshes_diagnostics {
            server.request::<lsp::DiagnosticRefreshRequest>(());
        }
        return;
    }
    let mut now: BTreeMap<String, (lsp::Uri, Option<i32>, Vec<lsp::Diagnostic>)> = BTreeMap::new();
    let keys: Vec<_> = server.documents.iter().map(|(key, _)| key.clone()).collect();
    for (uri, version, found) in of_all(server, true) {
        now.insert(uri.to_string(), (uri, version, found));
    }
    for key in keys.iter().filter(|key| touched.contains(key)) {
        if let Some(document) = server.documents.get(key) {
            let (uri, version) = (document.uri.clone(), document.version);
            now.entry(uri.to_string()).or_insert_with(|| (uri, Some(version), Vec::new()));
        }
    }
    let gone: Vec<String> = server.published.keys().filter(|uri| !now.contains_key(*uri)).cloned().collect();
    for name in gone {
        if let Some((uri, before)) = server.published.remove(&name)
            && !before.is_empty()
        {
            server.notify::<lsp::PublishDiagnosticsNotification>(lsp::PublishDiagnosticsParams {
                uri,
                version: None,
                diagnostics: Vec::new(),
            });
        }
    }
    let touched: Vec<String> =
        touched.iter().filter_map(|key| Some(server.documents.get(key)?.uri.to_string())).collect();
    for (name, (uri, version, diagnostics)) in now {
        let same = server.published.get(&name).is_some_and(|(_, before)| *before == diagnostics);
        if same && !touched.contains(&name) {
            continue;
        }
        server.published.insert(name, (uri.clone(), diagnostics.clone()));
        server.notify::<lsp::PublishDiagnosticsNotification>(lsp::PublishDiagnosticsParams {
            uri,
            version,
            diagnostics,
        });
    }
}

/// What is said of all files, or of those of which something is said; each by the project to which it belongs.
fn of_all(server: &mut Server, only_some: bool) -> Vec<(lsp::Uri, Option<i32>, Vec<lsp::Diagnostic>)> {
    let views = server.files(only_some).into_iter();
    let said = views.filter_map(|view| {
        let (_, key) = view.open.path(view.file)?;
        let version = view.documents.get(key).map(|document| document.version);
        Some((view.uri(view.file)?, version, of_file(&view)))
    });
    said.collect()
}

/// `textDocument/diagnostic`
pub fn document(server: &mut Server, params: &lsp::DocumentDiagnosticParams) -> Answer<lsp::DocumentDiagnosticReport> {
    let items = server.view(&params.text_document.uri).map(|view| of_file(&view)).unwrap_or_default();
    let result_id = Some(mark(&items));
    if result_id == params.previous_result_id {
        let unchanged = lsp::UnchangedDocumentDiagnosticReport { result_id: mark(&items) };
        return Ok(lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: unchanged,
        }
        .into());
    }
    let full_document_diagnostic_report = lsp::FullDocumentDiagnosticReport { result_id, items };
    Ok(lsp::RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report }.into())
}

/// `workspace/diagnostic`
pub fn workspace(
    server: &mut Server,
    params: &lsp::WorkspaceDiagnosticParams,
) -> Answer<lsp::WorkspaceDiagnosticReport> {
    let before: BTreeMap<&str, &str> =
        params.previous_result_ids.iter().map(|id| (id.uri.as_str(), id.value.as_str())).collect();
    let mut items = Vec::new();
    for (uri, version, found) in of_all(server, false) {
        let result_id = mark(&found);
        if before.get(uri.as_str()) == Some(&result_id.as_str()) {
            let unchanged = lsp::UnchangedDocumentDiagnosticReport { result_id };
            items.push(
                lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: unchanged,
                }
                .into(),
            );
        } else {
            let report = lsp::FullDocumentDiagnosticReport { result_id: Some(result_id), items: found };
            items.push(
                lsp::WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: report }
                    .into(),
            );
        }
    }
    Ok(lsp::WorkspaceDiagnosticReport { items })
}

/// What tells whether diagnostics are the same as before.
fn mark(items: &[lsp::Diagnostic]) -> String {
    let text = serde_json::to_value(items).unwrap_or(Value::Null).to_string();
    format!("{:016x}", fnv1a(text.as_bytes()))
}
