//! The one style of a file. The words are the tokens and the comments, in order; the ast only says where lines begin and which brackets
//! break over lines. So nothing can be lost, and a new setting needs no line here.
//!
//! Only one thing is added or taken away: the comma after the last item of a list in brackets (there when the list is broken over lines,
//! not there when it stands on one line).

mod align;
mod layout;

use super::lexer::{Lexed, Token, lex};
use super::{Parsed, ast, parse};
use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, Severity};
use crate::schema::kind::Kind as K;
use crate::source::{FileId, Place, SourceFile, Span};
use align::{Line, Role};
use layout::{Layout, Start};

/// The text in the one style. Declarations with broken parts are kept as they are written.
pub fn format(text: &str, parsed: &Parsed) -> String {
    let layout = Layout::of(text, parsed);
    let mut printer = Printer::new(text, &parsed.lexed, &layout);
    for (at, word) in words(&parsed.lexed).into_iter().enumerate() {
        printer.word(at == 0, word);
    }
    align::print(printer.lines)
}

/// The text in the one style, or why the file is not touched: it has errors of syntax, or (a defect of this module) other words would stand in it.
///
/// # Errors
/// The diagnostics of the file, where it is not clean.
pub fn format_checked(file: FileId, source: &SourceFile) -> Result<String, Vec<Diagnostic>> {
    let (parsed, diagnostics) = parse(file, source);
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Err(diagnostics);
    }
    let formatted = format(&source.text, &parsed);
    let after = SourceFile::new(source.name.as_str(), formatted);
    let (reparsed, complaints) = parse(file, &after);
    if !complaints.is_empty() || !same_words(&source.text, &parsed.lexed, &after.text, &reparsed.lexed) {
        let place = Place { file, span: Span::default() };
        let message = "formatting would change what this file says; it is left as it is";
        return Err(vec![Diagnostic::new(&c::SYNTAX, message, place, "this file")]);
    }
    Ok(after.text)
}

/// Whether two texts consist of the same tokens and comments in the same order.
pub fn is_same_text(before: &str, after: &str) -> bool {
    same_words(before, &lex(before), after, &lex(after))
}

/// The same tokens, but for a comma before a closing bracket; and the same comments between the same words.
fn same_words(before: &str, lexed_before: &Lexed, after: &str, lexed_after: &Lexed) -> bool {
    let tokens = |text, lexed: &Lexed| -> Vec<(K, String)> {
        let next = lexed.tokens.iter().skip(1).map(|t| t.kind).chain([K::Eof]);
        let required = |(t, next): &(&Token, K)| t.kind != K::Comma || !matches!(next, K::RBrace | K::RParen);
        lexed.tokens.iter().zip(next).filter(required).map(|(t, _)| (t.kind, unix(t.span.of(text)))).collect()
    };
    let all = |text, lexed| -> Vec<(Option<K>, String)> {
        let kinds = words(lexed).into_iter().map(|(span, token)| (span, token.map(|t| t.kind)));
        kinds.filter(|(_, k)| *k != Some(K::Comma)).map(|(span, k)| (k, unix(span.of(text).trim_end()))).collect()
    };
    tokens(before, lexed_before) == tokens(after, lexed_after) && all(before, lexed_before) == all(after, lexed_after)
}

/// Tokens and comments in the order of the text; comments have no token.
fn words(lexed: &Lexed) -> Vec<(Span, Option<Token>)> {
    let mut all: Vec<(Span, Option<Token>)> = lexed.tokens.iter().map(|t| (t.span, Some(*t))).collect();
    all.extend(lexed.comments.iter().map(|c| (*c, None)));
    all.sort_by_key(|(span, _)| (span.start, span.end));
    all
}

/// Line ends are no content: CRLF becomes LF, in PromQL over several lines too.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

struct Printer<'a> {
    text: &'a str,
    lexed: &'a Lexed,
    layout: &'a Layout,
    lines: Vec<Line>,
    /// The index of the next token.
    token: usize,
    depth: usize,
    /// Where the last word ends.
    last: u32,
    /// The line that has the last token.
    token_line: usize,
    /// The last word was a comment, or opens a broken bracket: a new line follows.
    fresh: bool,
    /// Nothing stands yet in the bracket that was opened last.
    after_open: bool,
    /// The last line of the declaration before, and whether it was a `use`.
    declared: Option<(usize, bool)>,
    declared_use: bool,
}

impl<'a> Printer<'a> {
    fn new(text: &'a str, lexed: &'a Lexed, layout: &'a Layout) -> Self {
        Printer {
            text,
            lexed,
            layout,
            lines: Vec::new(),
            token: 0,
            depth: 0,
            last: 0,
            token_line: 0,
            fresh: true,
            after_open: false,
            declared: None,
            declared_use: false,
        }
    }

    fn word(&mut self, first: bool, (span, token): (Span, Option<Token>)) {
        // inside of what is kept as it is written
        if span.start < self.last {
            self.token += usize::from(token.is_some());
            return;
        }
        let line_ends = Span { start: self.last, end: span.start }.of(self.text).matches('\n').count();
        match token {
            Some(token) => {
                self.put_token(token, line_ends > 1);
                self.token += 1;
            }
            None => self.put_comment(span, first || line_ends > 0, line_ends > 1),
        }
        self.last = self.last.max(span.end);
    }

    fn put_comment(&mut self, span: Span, own_line: bool, blank: bool) {
        let comment = unix(span.of(self.text).trim_end());
        // not behind another comment: a comma between the two has gone before the first
        let is_free = self.token_line + 1 == self.lines.len() && self.lines[self.token_line].comment.is_none();
        if !own_line
            && is_free
            && let Some(line) = self.lines.last_mut()
        {
            line.comment = Some(comment);
            self.fresh = true;
            return;
        }
        // a comma does not follow a comment: it goes before it
        let next = self.lexed.tokens[self.token + usize::from(self.comma_moves())];
        let between = self.begins_line(next) || next.kind == K::Eof;
        if !between {
            self.lines.iter_mut().skip(self.token_line).for_each(|l| l.role = Role::Other);
        }
        let line = Line {
            depth: self.depth + usize::from(!between),
            blank: blank && between && !self.after_open && !self.lines.is_empty(),
            text: comment,
            role: if between { Role::Comment } else { Role::Other },
            comment: None,
        };
        self.lines.push(line);
        self.fresh = true;
        self.after_open = false;
    }

    /// The next token is a comma that goes before the comments above it. Not one that keeps a name that is spelled like a keyword
    /// from beginning a line.
    fn comma_moves(&self) -> bool {
        let tokens = &self.lexed.tokens;
        let [comma, next, ..] = tokens[self.token..] else { return false };
        comma.kind == K::Comma && (!next.kind.is_keyword() || next.first_on_line || self.begins_line(next))
    }

    fn begins_line(&self, token: Token) -> bool {
        self.layout.starts.contains_key(&token.span.start) || self.layout.closes.contains_key(&token.span.start)
    }

    fn put_token(&mut self, token: Token, blank: bool) {
        if token.kind == K::Eof {
            return;
        }
        let start = token.span.start;
        if self.layout.dropped.contains(&start) {
            return;
        }
        let closes = self.layout.closes.get(&start);
        if let Some(listed) = closes {
            self.depth = self.depth.saturating_sub(1);
            if let Some(line) = self.lines.get_mut(self.token_line)
                && *listed
                && !line.text.ends_with(',')
            {
                line.text.push(',');
            }
        }
        if self.fresh
            && self.comma_moves()
            && let Some(line) = self.lines.get_mut(self.token_line)
        {
            // never at the start of a line: it goes before the comment
            line.text.push(',');
            return;
        }
        let begins = self.layout.starts.get(&start);
        if closes.is_some() || begins.is_some() || self.fresh {
            self.new_line(begins, closes.is_some(), blank, start);
        } else if self.layout.spaced[self.token]
            && let Some(line) = self.lines.last_mut()
        {
            line.text.push(' ');
        }
        let kept = self.layout.kept.get(&start).copied();
        let written = unix(kept.unwrap_or(token.span).of(self.text));
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(&written);
        }
        self.last = kept.map_or(self.last, |k| k.end);
        self.token_line = self.lines.len() - 1;
        self.fresh = false;
        self.after_open = false;
        if self.layout.opens.contains(&start) {
            self.depth += 1;
            self.fresh = true;
            self.after_open = true;
            self.lines[self.token_line].role = Role::Other;
        }
        if self.depth == 0 {
            self.declared = Some((self.token_line, self.declared_use));
        }
    }

    fn new_line(&mut self, begins: Option<&Start>, closes: bool, blank: bool, start: u32) {
        let continued = begins.is_none() && !closes && !self.after_open;
        if continued && let Some(line) = self.lines.get_mut(self.token_line) {
            line.role = Role::Other;
        }
        let role = match begins {
            Some(Start::Plain { key }) => Role::Plain { key: *key as usize },
            Some(Start::Item) => Role::Item,
            _ => Role::Other,
        };
        let blank = blank && begins.is_some() && !self.after_open && !self.lines.is_empty();
        let depth = self.depth + usize::from(continued);
        self.lines.push(Line { depth, blank, text: String::new(), role, comment: None });
        if self.depth == 0 && begins.is_some() {
            self.part_declarations(start);
        }
    }

    /// One blank line between declarations, before the comments of the second; between two `use` as it is written.
    fn part_declarations(&mut self, start: u32) {
        let is_use = self.lexed.tokens[self.token].kind == K::Use && self.lexed.tokens[self.token].span.start == start;
        if let Some((before, was_use)) = self.declared
            && !(is_use && was_use)
            && !self.lines[before + 1..].iter().any(|l| l.blank)
        {
            self.lines[before + 1].blank = true;
        }
        self.declared_use = is_use;
    }
}

/// Whether a part of a declaration is missing or was not understood.
fn is_broken(item: &ast::Item) -> bool {
    let mut open: Vec<&ast::Block<ast::Entry>> = item.body().into_iter().collect();
    let unclosed = |b: &ast::Block<ast::Entry>| b.close.is_none() || b.open.start == b.open.end;
    if matches!(item, ast::Item::Error(_)) || (item.body().is_none() && !matches!(item, ast::Item::Use(_))) {
        return true;
    }
    while let Some(block) = open.pop() {
        if unclosed(block) || block.items.iter().any(|e| matches!(e, ast::Entry::Error(_))) {
            return true;
        }
        open.extend(block.items.iter().filter_map(ast::Entry::body));
    }
    false
}
