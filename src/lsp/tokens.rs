//! `textDocument/semanticTokens`: what words are, in the kinds that every editor has colours for.

use super::server::Server;
use super::view::View;
use crate::ide::tokens::{TokenKind as Kind, tokens};
use crate::source::Span;
use gen_lsp_types as lsp;

/// The kinds of the protocol that are used.
const TYPES: [&str; 15] = [
    "keyword",
    "property",
    "class",
    "method",
    "variable",
    "namespace",
    "function",
    "parameter",
    "type",
    "operator",
    "string",
    "regexp",
    "number",
    "enumMember",
    "comment",
];
const MODIFIERS: [&str; 2] = ["declaration", "documentation"];

/// What the numbers of tokens mean.
pub fn legend() -> lsp::SemanticTokensLegend {
    let texts = |all: &[&str]| all.iter().map(ToString::to_string).collect();
    lsp::SemanticTokensLegend { token_types: texts(&TYPES), token_modifiers: texts(&MODIFIERS) }
}

/// `textDocument/semanticTokens/full`
pub fn full(server: &mut Server, params: &lsp::SemanticTokensParams) -> Option<lsp::SemanticTokens> {
    let view = server.view(&params.text_document.uri)?;
    let all = Span { start: 0, end: view.source(view.file).text.len() as u32 };
    Some(encode(&view, all))
}

/// `textDocument/semanticTokens/range`
pub fn range(server: &mut Server, params: &lsp::SemanticTokensRangeParams) -> Option<lsp::SemanticTokens> {
    let view = server.view(&params.text_document.uri)?;
    let range = view.span(params.range);
    Some(encode(&view, range))
}

/// Each token relative to the one before.
fn encode(view: &View<'_>, range: Span) -> lsp::SemanticTokens {
    let text = &view.source(view.file).text;
    let mut last = lsp::Position::default();
    let mut data = Vec::new();
    for token in tokens(&view.project(), view.file) {
        if token.span.end <= range.start || token.span.start >= range.end {
            continue;
        }
        let at = view.position(token.span.start);
        let delta_line = at.line - last.line;
        let (kind, documentation) = name(token.kind);
        data.push(lsp::SemanticToken {
            delta_line,
            delta_start: if delta_line == 0 { at.character - last.character } else { at.character },
            length: view.client.encoding.units(token.span.of(text)),
            token_type: TYPES.iter().position(|t| *t == kind).unwrap_or(0) as u32,
            token_modifiers_bitset: u32::from(token.declares) | (u32::from(documentation) << 1),
        });
        last = at;
    }
    lsp::SemanticTokens { result_id: None, data }
}

fn name(kind: Kind) -> (&'static str, bool) {
    let name = match kind {
        Kind::Keyword => "keyword",
        Kind::Setting | Kind::Label => "property",
        Kind::Journey => "class",
        Kind::Step => "method",
        Kind::Sli | Kind::Metric => "variable",
        Kind::Site | Kind::Module => "namespace",
        Kind::Template => "function",
        Kind::Parameter => "parameter",
        Kind::Type => "type",
        Kind::Operator => "operator",
        Kind::String | Kind::PromQl => "string",
        Kind::Regex => "regexp",
        Kind::Number => "number",
        Kind::Value => "enumMember",
        Kind::Comment | Kind::Doc => "comment",
    };
    (name, kind == Kind::Doc)
}
