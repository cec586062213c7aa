//! Text ⇄ ast. The only place that uses nom.

mod advice;
pub mod ast;
pub mod comments;
pub mod cursor;
pub mod dump;
pub mod format;
pub mod leaf;
pub mod lexer;
pub mod messages;
pub mod names;
pub mod parser;
pub mod signature;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceFile};
use lexer::Lexed;

/// A parsed file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Its tokens and comments.
    pub lexed: Lexed,
    /// Its declarations.
    pub ast: ast::File,
}

/// Lexes and parses a file. Always gives an ast; what is wrong with the text is in the list, in order.
pub fn parse(id: FileId, file: &SourceFile) -> (Parsed, Vec<Diagnostic>) {
    let lexed = lexer::lex(&file.text);
    let (ast, reports) = parser::parse(&lexed);
    let diagnostics = messages::of(id, &file.text, &lexed, &reports, &ast);
    (Parsed { lexed, ast }, diagnostics)
}
