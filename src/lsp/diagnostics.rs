//! Diagnostics: sent to clients that wait for them, given to those that ask. Never both.

use super::Value;
use super::documents::path;
use super::projects::Open;
use super::server::Server;
use super::view::View;
use crate::diagnostic::{Diagnostic, Severity, catalogue as c};
use crate::load::open::Home;
use crate::source::fnv1a;
use gen_lsp_types as lsp;
use lsp::DiagnosticSeverity;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

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
            // a hint of the protocol is in no list of problems
            Severity::Hint => DiagnosticSeverity::Information,
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
    if refresh && server.client.refreshes_hints {
        server.request::<lsp::InlayHintRefreshRequest>(());
    }
    if server.client.pulls {
        if refresh && server.client.refreshes_diagnostics {
            server.request::<lsp::DiagnosticRefreshRequest>(());
        }
        return;
    }
    speak(server);
    let mut now: BTreeMap<String, (lsp::Uri, Option<i32>, Vec<lsp::Diagnostic>)> = BTreeMap::new();
    for (key, uri, diagnostics) in server.said.values().flat_map(|said| &said.files) {
        let document = server.documents.get(key);
        let uri = document.map_or(uri, |document| &document.uri).clone();
        now.insert(uri.to_string(), (uri, document.map(|document| document.version), diagnostics.clone()));
    }
    let mut new = BTreeSet::new();
    for document in touched.iter().filter_map(|key| server.documents.get(key)) {
        let (uri, version) = (document.uri.clone(), document.version);
        new.insert(uri.to_string());
        now.entry(uri.to_string()).or_insert_with(|| (uri, Some(version), Vec::new()));
    }
    let mut gone = std::mem::take(&mut server.published);
    for (name, (uri, version, diagnostics)) in now {
        let same = gone.remove(&name).is_some_and(|(_, before)| before == diagnostics);
        if !same || new.contains(&name) {
            send(server, uri.clone(), version, diagnostics.clone());
        }
        server.published.insert(name, (uri, diagnostics));
    }
    for (uri, before) in gone.into_values() {
        if !before.is_empty() {
            send(server, uri, None, Vec::new());
        }
    }
}

fn send(server: &mut Server, uri: lsp::Uri, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) {
    server.notify::<lsp::PublishDiagnosticsNotification>(lsp::PublishDiagnosticsParams { uri, version, diagnostics });
}

/// What is said of the files of a project.
#[derive(Debug, Default)]
pub struct Said {
    /// Of which run of the compiler.
    generation: u64,
    /// By the key and the name of the file.
    files: Vec<(PathBuf, lsp::Uri, Vec<lsp::Diagnostic>)>,
}

/// Turns what projects say into what the client reads, for those that were compiled since the last time.
fn speak(server: &mut Server) {
    let mut before = std::mem::take(&mut server.said);
    let generations: BTreeMap<Home, u64> =
        server.views().iter().map(|view| (view.open.home.clone(), view.open.generation)).collect();
    before.retain(|home, said| generations.get(home) == Some(&said.generation));
    let wanted = |open: &Open, file| !before.contains_key(&open.home) && open.speaks_of(file);
    let mut now: BTreeMap<Home, Said> = BTreeMap::new();
    for view in server.files(wanted) {
        let Some(((_, key), uri)) = view.open.path(view.file).zip(view.uri(view.file)) else { continue };
        let said = now.entry(view.open.home.clone()).or_default();
        said.files.push((key.to_path_buf(), uri, of_file(&view)));
    }
    now.append(&mut before);
    for (home, generation) in generations {
        now.entry(home).or_default().generation = generation;
    }
    server.said = now;
}

/// `textDocument/diagnostic`
pub fn document(server: &mut Server, params: &lsp::DocumentDiagnosticParams) -> lsp::DocumentDiagnosticReport {
    let items = server.view(&params.text_document.uri).map(|view| of_file(&view)).unwrap_or_default();
    let result_id = Some(mark(&items));
    if result_id == params.previous_result_id {
        let unchanged = lsp::UnchangedDocumentDiagnosticReport { result_id: mark(&items) };
        return lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: unchanged,
        }
        .into();
    }
    let full_document_diagnostic_report = lsp::FullDocumentDiagnosticReport { result_id, items };
    lsp::RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report }.into()
}

/// `workspace/diagnostic`
pub fn workspace(server: &mut Server, params: &lsp::WorkspaceDiagnosticParams) -> lsp::WorkspaceDiagnosticReport {
    let mut before: BTreeMap<PathBuf, (&lsp::Uri, &str)> =
        params.previous_result_ids.iter().map(|id| (place(&id.uri), (&id.uri, id.value.as_str()))).collect();
    let views = server.files(|_, _| true).into_iter();
    let all = views.filter_map(|view| {
        let (_, key) = view.open.path(view.file)?;
        let version = view.documents.get(key).map(|document| document.version);
        Some((view.uri(view.file)?, version, of_file(&view)))
    });
    let mut items = Vec::new();
    for (uri, version, found) in all {
        let result_id = mark(&found);
        if before.remove(&place(&uri)).is_some_and(|(_, id)| id == result_id) {
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
    // a client keeps what it has of a file until it is told otherwise, also of one that is gone
    for (uri, _) in before.into_values() {
        let report = lsp::FullDocumentDiagnosticReport { result_id: None, items: Vec::new() };
        let uri = uri.clone();
        items.push(
            lsp::WorkspaceFullDocumentDiagnosticReport { uri, version: None, full_document_diagnostic_report: report }
                .into(),
        );
    }
    lsp::WorkspaceDiagnosticReport { items }
}

/// What a URI names, however the client escapes it.
fn place(uri: &lsp::Uri) -> PathBuf {
    path(uri).unwrap_or_else(|| PathBuf::from(uri.as_str()))
}

/// What tells whether diagnostics are the same as before.
fn mark(items: &[lsp::Diagnostic]) -> String {
    let text = serde_json::to_value(items).unwrap_or(Value::Null).to_string();
    format!("{:016x}", fnv1a(text.as_bytes()))
}
