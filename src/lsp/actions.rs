//! `textDocument/codeAction`: a quick fix for each way out that a diagnostic knows, a comment that allows a lint, the text that explains
//! it, and all sure fixes of a file at once.

use super::commands;
use super::diagnostics;
use super::server::Server;
use super::view::View;
use crate::diagnostic::{Diagnostic, Edit, Fix, catalogue as c};
use crate::project::Unit;
use crate::source::{Place, Span};
use crate::syntax::ast::Entry;
use gen_lsp_types as lsp;
use lsp::{CodeAction, CodeActionKind, CodeActionResponse, Command};

/// What applies all sure fixes of a file.
pub fn fix_all_kind() -> CodeActionKind {
    CodeActionKind::from("source.fixAll.tabi".to_string())
}

/// What can be done about a range.
pub fn actions(server: &mut Server, params: &lsp::CodeActionParams) -> Option<Vec<CodeActionResponse>> {
    let view = server.view_to_edit(&params.text_document.uri)?;
    let wanted = |kind: &CodeActionKind| match &params.context.only {
        None => *kind == CodeActionKind::QuickFix,
        Some(only) => only.iter().any(|o| includes(o, kind)),
    };
    let range = view.span(params.range);
    let mut found = Vec::new();
    if wanted(&CodeActionKind::QuickFix) {
        let project = view.project();
        let here = project.diagnostics.iter().filter(|d| d.place().file == view.file);
        for d in here.filter(|d| d.place().span.start <= range.end && range.start <= d.place().span.end) {
            quick_fixes(&view, d, &mut found);
        }
    }
    if wanted(&fix_all_kind()) {
        found.extend(fix_all(&view));
    }
    Some(found)
}

/// Whether a kind that was asked for is this one or one above it.
fn includes(asked: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let (asked, kind) = (asked.to_string(), kind.to_string());
    asked.is_empty() || kind == asked || kind.strip_prefix(&asked).is_some_and(|rest| rest.starts_with('.'))
}

fn quick_fixes(view: &View<'_>, d: &Diagnostic, found: &mut Vec<CodeActionResponse>) {
    let explain = Command {
        title: format!("explain `{}`", d.name()),
        tooltip: None,
        command: commands::EXPLAIN.to_string(),
        arguments: Some(vec![d.name().into()]),
    };
    if !view.client.action_literals {
        // such a client knows only commands, and an edit is none
        found.push(explain.into());
        return;
    }
    let shown = diagnostics::one(view, d);
    let action = |title: &str, preferred: bool, edits: &[Edit]| CodeAction {
        title: title.to_string(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![shown.clone()]),
        is_preferred: preferred.then_some(true),
        edit: Some(view.workspace_edit(edits)),
        ..CodeAction::default()
    };
    for fix in &d.fixes {
        found.push(action(&fix.title, d.fixes.len() == 1, &fix.edits).into());
    }
    if let Some(fix) = allow(view, d) {
        found.push(action(&fix.title, false, &fix.edits).into());
    }
    let explained = CodeAction {
        title: explain.title.clone(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![shown.clone()]),
        command: Some(explain),
        ..CodeAction::default()
    };
    found.push(explained.into());
}

/// A comment above the declaration, which allows a lint in it. Why it is allowed is for people to say.
fn allow(view: &View<'_>, d: &Diagnostic) -> Option<Fix> {
    if !d.entry.lint {
        return None;
    }
    let unit = view.project().unit(view.file)?;
    let source = view.source(view.file);
    let at = d.place().span.start;
    let start = declarations(unit, at).into_iter().rev().find_map(|span| {
        let line = source.line_span(source.line_of(span.start));
        let before = Span { start: line.start, end: span.start };
        before.of(&source.text).trim().is_empty().then_some(before)
    })?;
    let indent = start.of(&source.text);
    let end = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
    let text = format!("{indent}# tabi: allow({}) because …{end}", d.name());
    let span = Span { start: start.start, end: start.start };
    let edits = vec![Edit { place: Place { file: view.file, span }, text }];
    Some(Fix { title: format!("allow `{}` here, and say why", d.name()), edits })
}

/// The declarations in which a byte is, the outermost first.
fn declarations(unit: &Unit, at: u32) -> Vec<Span> {
    let has = |span: Span| span.start <= at && at < span.end;
    let Some(item) = unit.parsed.ast.items.iter().find(|item| has(item.span())) else { return Vec::new() };
    let mut found = vec![item.span()];
    let mut body = item.body();
    while let Some(entry) = body.and_then(|b| b.items.iter().find(|entry| has(entry.span()))) {
        if matches!(entry, Entry::Step(_) | Entry::Sli(_)) {
            found.push(entry.span());
        }
        body = entry.body();
    }
    found
}

/// All sure fixes of a file, as far as they do not touch each other.
fn fix_all(view: &View<'_>) -> Option<CodeActionResponse> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut fixed = 0;
    for d in view.project().diagnostics.iter().filter(|d| d.place().file == view.file && is_sure(d)) {
        let new = &d.fixes[0].edits;
        let apart = |a: &Edit| {
            let (a, file) = (a.place.span, a.place.file);
            file == view.file && edits.iter().all(|b| a.end < b.place.span.start || b.place.span.end < a.start)
        };
        if new.iter().all(apart) {
            edits.extend(new.iter().cloned());
            fixed += 1;
        }
    }
    (fixed > 0).then(|| {
        CodeAction {
            title: if fixed == 1 { "apply 1 sure fix".to_string() } else { format!("apply {fixed} sure fixes") },
            kind: Some(fix_all_kind()),
            edit: Some(view.workspace_edit(&edits)),
            ..CodeAction::default()
        }
        .into()
    })
}

/// Whether a fix may be applied without being looked at: the text says what is meant, only in a form that Tabi does not have. What was
/// meant by a name, and which number is right, people decide.
fn is_sure(d: &Diagnostic) -> bool {
    let guessed = d.help.as_deref().is_some_and(|help| help.starts_with("did "));
    *d.entry == c::SYNTAX && d.fixes.len() == 1 && !guessed
}
