//! Text to tokens. Total: every text lexes, nothing is lost. What looks like a token but is not quite one (`99,9%`, `300 ms`,
//! `｛`, an open string) becomes the token that was meant, with a [`Problem`] beside it: one error, and no others behind it.

pub(super) mod number;

use crate::schema::kind::{Kind, keyword};
use crate::source::Span;
use nom::branch::alt;
use nom::bytes::complete::{take_till, take_while1};
use nom::character::complete::{anychar, char};
use nom::combinator::{recognize, value};
use nom::{IResult, Parser};

/// A token: its kind and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Whether nothing but blanks stands before it on its line.
    pub first_on_line: bool,
    /// Where it stands.
    pub span: Span,
}

/// Why a token is not quite what it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// A string without its closing quote on the line.
    OpenString,
    /// A backtick that is never closed.
    OpenRaw,
    /// A number with a unit in a form that is not the language's; with the right form, where there is one.
    Number(Option<String>),
    /// Full-width characters; with the ASCII ones.
    FullWidth(String),
    /// A string in other quotes than straight ones; with straight ones.
    Quotes(String),
    /// A rate for each of something that no rate is for (`60/month`).
    RateUnit,
    /// An escape that PromQL does not know.
    Escape,
    /// A word with characters that no name has (`checkout-flow`, `café`).
    Word,
}

/// A lexical problem; the parser goes on as if the token were right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// A lexed file.
#[derive(Debug, Default)]
pub struct Lexed {
    /// The tokens; the last is the end of the file.
    pub tokens: Vec<Token>,
    /// The comments, in order, each without its line end.
    pub comments: Vec<Span>,
    /// What is not quite right, in order.
    pub problems: Vec<Problem>,
}

type Lex<'a, T> = IResult<&'a str, T, ()>;

/// A token's kind, or `None` for a comment; with what is wrong with it.
type Found = (Option<Kind>, Option<ProblemKind>);

/// Lexes a whole file.
pub fn lex(source: &str) -> Lexed {
    let mut lexed = Lexed { tokens: Vec::with_capacity(source.len() / 6 + 1), ..Lexed::default() };
    let (mut rest, mut first_on_line, mut in_parens) = (source, true, false);
    loop {
        let gap = rest.len();
        // U+3000, the blank of Japanese keyboards, is white space too.
        rest = rest.trim_start();
        let start = source.len() - rest.len();
        first_on_line |= source.as_bytes()[source.len() - gap..start].contains(&b'\n');
        if rest.is_empty() {
            break;
        }
        let (after, (kind, problem)) = token(rest, in_parens);
        let span = Span { start: start as u32, end: (source.len() - after.len()) as u32 };
        rest = after;
        if let Some(kind_of_problem) = problem {
            lexed.problems.push(Problem { span, kind: kind_of_problem });
        }
        let Some(kind) = kind else {
            lexed.comments.push(span);
            continue;
        };
        in_parens = match kind {
            Kind::LParen => true,
            Kind::RParen | Kind::LBrace | Kind::RBrace => false,
            _ => in_parens,
        };
        if kind == Kind::Str && source[start..].starts_with(['"', '\'']) {
            escapes(source, span, &mut lexed.problems);
        }
        lexed.tokens.push(Token { kind, first_on_line, span });
        first_on_line = false;
    }
    let end = source.len() as u32;
    lexed.tokens.push(Token { kind: Kind::Eof, first_on_line: true, span: Span { start: end, end } });
    lexed
}

/// One token, or a comment. The first byte decides.
fn token(i: &str, in_parens: bool) -> (&str, Found) {
    let plain = |len: usize, kind: Kind| (&i[len..], (Some(kind), None));
    match i.as_bytes()[0] {
        b'#' => {
            let (rest, text) = split(i, take_till(|c| c == '\n').parse(i));
            // the carriage return of a CRLF belongs to the line end
            let trailing = text.len() - text.trim_end_matches('\r').len();
            (&i[i.len() - rest.len() - trailing..], (None, None))
        }
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
            misspelt(i).unwrap_or_else(|| known(i, &if in_parens { word(i) } else { metric_name(i) }))
        }
        b'0'..=b'9' => number::number(i),
        b'"' => string(i, '"'),
        b'\'' => string(i, '\''),
        b'`' => raw(i),
        b'$' => known(i, &value(Kind::Param, (char('$'), take_while1(is_word))).parse(i)),
        b'{' => plain(1, Kind::LBrace),
        b'}' => plain(1, Kind::RBrace),
        b'(' => plain(1, Kind::LParen),
        b')' => plain(1, Kind::RParen),
        b',' => plain(1, Kind::Comma),
        b'.' => plain(1, Kind::Dot),
        b':' => plain(1, Kind::Colon),
        b'=' if i.starts_with("=~") => plain(2, Kind::Re),
        b'=' => plain(1, Kind::Eq),
        b'!' if i.starts_with("!=") => plain(2, Kind::Ne),
        b'!' if i.starts_with("!~") => plain(2, Kind::Nre),
        _ => unknown(i),
    }
}

fn split<'a>(i: &'a str, result: Lex<'a, &'a str>) -> (&'a str, &'a str) {
    result.unwrap_or(("", i))
}

fn known<'a>(i: &'a str, result: &Lex<'a, Kind>) -> (&'a str, Found) {
    match result {
        Ok((rest, kind)) => (rest, (Some(*kind), None)),
        Err(_) => unknown(i),
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn word(i: &str) -> Lex<'_, Kind> {
    take_while1(is_word).map(keyword).parse(i)
}

/// Colons belong to a metric's name, unless nothing of a name follows them.
fn metric_name(i: &str) -> Lex<'_, Kind> {
    let (mut rest, text) = take_while1(is_word).parse(i)?;
    let mut kind = keyword(text);
    while let Ok((after, _)) = (take_while1::<_, _, ()>(|c| c == ':'), take_while1(is_word)).parse(rest) {
        (rest, kind) = (after, Kind::Name);
    }
    Ok((rest, kind))
}

/// A word that goes on with a hyphen or letters of another script: one token, one problem.
fn misspelt(i: &str) -> Option<(&str, Found)> {
    let rest = i.trim_start_matches(is_word);
    let foreign = |c: char| !c.is_ascii() && c.is_alphanumeric();
    let goes_on = rest.starts_with(foreign) || rest.strip_prefix('-').is_some_and(|r| r.starts_with(is_word));
    if !goes_on {
        return None;
    }
    let len = i.find(|c: char| !is_word(c) && c != '-' && !foreign(c)).unwrap_or(i.len());
    let word = i[..len].trim_end_matches('-');
    Some((&i[word.len()..], (Some(Kind::Name), Some(ProblemKind::Word))))
}

/// Strings end at the line's end, closed or not.
fn string(i: &str, quote: char) -> (&str, Found) {
    let mut chars = i.char_indices().skip(1);
    let mut end = i.len();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' => {
                end = at;
                break;
            }
            '\\' if !i[at + 1..].starts_with('\n') => {
                chars.next();
            }
            c if c == quote => return (&i[at + 1..], (Some(Kind::Str), None)),
            _ => {}
        }
    }
    let end = i[..end].trim_end_matches('\r').len();
    (&i[end..], (Some(Kind::Str), Some(ProblemKind::OpenString)))
}

/// Backticks may span lines; one that is never closed ends with its line.
fn raw(i: &str) -> (&str, Found) {
    let closed: Lex<&str> = recognize((char('`'), take_till(|c| c == '`'), char('`'))).parse(i);
    if let Ok((rest, _)) = closed {
        return (rest, (Some(Kind::Raw), None));
    }
    let (_, line) = split(i, take_till::<_, _, ()>(|c| c == '\n').parse(i));
    (&i[line.trim_end_matches('\r').len()..], (Some(Kind::Raw), Some(ProblemKind::OpenRaw)))
}

/// The ASCII form of a full-width character (U+FF01 … U+FF5E).
fn half_width(c: char) -> Option<char> {
    ('\u{ff01}'..='\u{ff5e}').contains(&c).then(|| char::from_u32(c as u32 - 0xfee0)).flatten()
}

/// A string in typographic or Japanese quotes.
fn quoted(i: &str) -> Option<(&str, Found)> {
    let opener = i.chars().next()?;
    // an apostrophe ends no string that double quotes have begun
    let closers: &[char] = match opener {
        '“' | '”' | '„' | '＂' => &['“', '”', '＂', '"', '\n'],
        '«' => &['»', '"', '\n'],
        '‘' | '’' => &['’', '‘', '\'', '\n'],
        '「' | '『' => &['」', '』', '\n'],
        _ => return None,
    };
    let inner = &i[opener.len_utf8()..];
    let end = inner.find(closers)?;
    let closer = inner[end..].chars().next().filter(|c| *c != '\n')?;
    let straight = format!("\"{}\"", inner[..end].replace('\\', "\\\\").replace('"', "\\\""));
    Some((&inner[end + closer.len_utf8()..], (Some(Kind::Str), Some(ProblemKind::Quotes(straight)))))
}

/// A run of letters of other scripts is one token, so it is one diagnostic. Full-width forms are read as what they stand for.
fn unknown(i: &str) -> (&str, Found) {
    if let Some(found) = quoted(i) {
        return found;
    }
    let first = i.chars().next().and_then(half_width);
    if let Some(c) = first {
        let wordlike = is_word(c);
        let len = if wordlike {
            i.find(|c: char| {
                !half_width(c).is_some_and(|h| is_word(h) || "%./".contains(h)) && !is_word(c) && !"%./".contains(c)
            })
            .unwrap_or(i.len())
        } else {
            c.len_utf8().max(3)
        };
        let ascii: String = i[..len].chars().map(|c| half_width(c).unwrap_or(c)).collect();
        let (rest, (kind, _)) = token(&ascii, false);
        let kind = if rest.is_empty() { kind.unwrap_or(Kind::Unknown) } else { Kind::Unknown };
        return (&i[len..], (Some(kind), Some(ProblemKind::FullWidth(ascii))));
    }
    let run: Lex<&str> =
        alt((take_while1(|c: char| !c.is_ascii() && c.is_alphanumeric()), recognize(anychar))).parse(i);
    (run.map_or("", |(rest, _)| rest), (Some(Kind::Unknown), None))
}

/// Escapes in a string that PromQL does not know, one problem each.
fn escapes(source: &str, span: Span, problems: &mut Vec<Problem>) {
    let text = span.of(source);
    if !text.contains('\\') {
        return;
    }
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        let start = at + found;
        let len = super::leaf::escape(&text[start..]).map(|(len, _)| len);
        if len.is_none() {
            let width = text[start + 1..].chars().next().map_or(1, |c| 1 + c.len_utf8());
            problems.push(Problem { span: span.part(start as u32, (start + width) as u32), kind: ProblemKind::Escape });
        }
        at = start + len.unwrap_or(2).max(1);
        while !text.is_char_boundary(at.min(text.len())) {
            at += 1;
        }
        if at >= text.len() {
            break;
        }
    }
}
