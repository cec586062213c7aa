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
mod recover;
pub mod signature;

use crate::diagnostic::Diagnostic;
use crate::schema::kind::Kind;
use crate::source::{FileId, SourceFile};
use lexer::Lexed;

/// A parsed file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Its tokens and comments.
    pub lexed: Lexed,
    /// Its declarations.
    pub ast: ast::File,
    /// Whether something is wrong with its text, so that it may mean another thing than was meant.
    pub broken: bool,
}

/// Lexes and parses a file. Always gives an ast; what is wrong with the text is in the list, in order.
pub fn parse(id: FileId, file: &SourceFile) -> (Parsed, Vec<Diagnostic>) {
    let lexed = lexer::lex(&file.text);
    let (mut ast, reports) = parser::parse(&lexed);
    for item in &mut ast.items {
        if let ast::Item::Journey(ast::Journey { audience: Some(word), .. }) = item
            && word.kind == Kind::Name
        {
            // what follows is read as what was meant
            word.kind = advice::audience_meant(word.span.of(&file.text)).unwrap_or(Kind::Name);
        }
    }
    let diagnostics = messages::of(id, &file.text, &lexed, &reports, &ast);
    let broken = !diagnostics.is_empty();
    (Parsed { lexed, ast, broken }, diagnostics)
}
