//! The lexer. It never fails: at the first piece it can not read it emits a
//! `Broken` token, so that the parser reports whichever error comes first.

use super::{Error, Range};

/// The kind of a token; its text is the range of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    Duration,
    Text,
    Param,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    Assign,
    Equal,
    NotEqual,
    Match,
    NotMatch,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    At,
    /// The end of the text.
    End,
    /// Something unreadable; `Tokens::error` says what.
    Broken,
}

/// One token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range,
}

/// All tokens of a text; the last is `End` or `Broken`.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) error: Option<Error>,
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    in_braces: bool,
    in_brackets: bool,
}

/// Splits a text into tokens.
pub(super) fn tokens(text: &str) -> Tokens {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, in_braces: false, in_brackets: false };
    let mut list = Vec::with_capacity(text.len() / 4 + 4);
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        match lexer.next() {
            Ok(kind) => {
                let range = Range::at(start, lexer.at);
                list.push(Token { kind, range });
                if kind == TokenKind::End {
                    return Tokens { list, error: None };
                }
            }
            Err(error) => {
                list.push(Token { kind: TokenKind::Broken, range: error.at });
                return Tokens { list, error: Some(error) };
            }
        }
    }
}

/// Whether a byte may start a name.
pub(super) fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether a byte may continue a name.
pub(super) fn continues_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blank(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => {
                    while self.at < self.bytes.len() && self.peek(0) != b'\n' {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    fn next(&mut self) -> Result<TokenKind, Error> {
        let first = self.peek(0);
        let second = self.peek(1);
        if self.at >= self.bytes.len() {
            return Ok(TokenKind::End);
        }
        if starts_name(first) || (first == b':' && !self.in_braces && !self.in_brackets) {
            return Ok(self.word());
        }
        if first.is_ascii_digit() || (first == b'.' && second.is_ascii_digit()) {
            return self.number();
        }
        Ok(match first {
            b'"' | b'\'' => return self.string(first),
            b'$' => return self.param(),
            b'(' => self.take(1, TokenKind::LeftParen),
            b')' => self.take(1, TokenKind::RightParen),
            b'{' => {
                self.in_braces = true;
                self.take(1, TokenKind::LeftBrace)
            }
            b'}' => {
                self.in_braces = false;
                self.take(1, TokenKind::RightBrace)
            }
            b'[' => {
                self.in_brackets = true;
                self.take(1, TokenKind::LeftBracket)
            }
            b']' => {
                self.in_brackets = false;
                self.take(1, TokenKind::RightBracket)
            }
            b',' => self.take(1, TokenKind::Comma),
            b':' => self.take(1, TokenKind::Colon),
            b'=' if second == b'=' => self.take(2, TokenKind::Equal),
            b'=' if second == b'~' => self.take(2, TokenKind::Match),
            b'=' => self.take(1, TokenKind::Assign),
            b'!' if second == b'=' => self.take(2, TokenKind::NotEqual),
            b'!' if second == b'~' => self.take(2, TokenKind::NotMatch),
            b'<' if second == b'=' => self.take(2, TokenKind::LessEqual),
            b'<' => self.take(1, TokenKind::Less),
            b'>' if second == b'=' => self.take(2, TokenKind::GreaterEqual),
            b'>' => self.take(1, TokenKind::Greater),
            b'+' => self.take(1, TokenKind::Plus),
            b'-' => self.take(1, TokenKind::Minus),
            b'*' => self.take(1, TokenKind::Star),
            b'/' => self.take(1, TokenKind::Slash),
            b'%' => self.take(1, TokenKind::Percent),
            b'^' => self.take(1, TokenKind::Caret),
            b'@' => self.take(1, TokenKind::At),
            _ => return Err(self.strange()),
        })
    }

    /// An error for a character that starts no token.
    fn strange(&self) -> Error {
        let Some(found) = self.text.get(self.at..).and_then(|t| t.chars().next()) else {
            return Error::new(Range::at(self.at, self.at), "unexpected end");
        };
        let range = Range::at(self.at, self.at + found.len_utf8());
        match found {
            '!' => Error::new(range, "`!` stands alone; `!=` and `!~` are operators"),
            '&' => Error::new(range, "unexpected `&`; the operator is `and`"),
            '|' => Error::new(range, "unexpected `|`; the operator is `or`"),
            '`' => Error::new(range, "a backtick can not occur here; strings stand in quotes"),
            _ => Error::new(range, format!("unexpected character `{found}`")),
        }
    }

    fn word(&mut self) -> TokenKind {
        let colons = !self.in_braces && !self.in_brackets;
        while continues_name(self.peek(0)) || (colons && self.peek(0) == b':') {
            self.at += 1;
        }
        TokenKind::Word
    }

    fn param(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        self.at += 1;
        if !starts_name(self.peek(0)) {
            return Err(Error::new(Range::at(start, self.at), "`$` stands alone; a parameter is written `$name`"));
        }
        while continues_name(self.peek(0)) {
            self.at += 1;
        }
        Ok(TokenKind::Param)
    }

    /// Numbers and durations: one maximal run of what belongs to either,
    /// classified afterwards, so that errors cover the whole run.
    fn number(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        let hex = self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X');
        while continues_name(self.peek(0)) || self.peek(0) == b'.' {
            let exponent = matches!(self.peek(0), b'e' | b'E') && !hex;
            self.at += 1;
            if exponent && matches!(self.peek(0), b'+' | b'-') && self.peek(1).is_ascii_digit() {
                self.at += 1;
            }
        }
        let range = Range::at(start, self.at);
        let run = range.of(self.text);
        if super::decode::number(run).is_some() {
            return Ok(TokenKind::Number);
        }
        match super::decode::duration(run) {
            Ok(_) => Ok(TokenKind::Duration),
            Err(why) => Err(Error::new(range, why)),
        }
    }

    fn string(&mut self, quote: u8) -> Result<TokenKind, Error> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                b'\\' if self.at + 1 < self.bytes.len() => self.at += 2,
                b'\n' => break,
                byte if byte == quote => {
                    self.at += 1;
                    return Ok(TokenKind::Text);
                }
                _ if self.at >= self.bytes.len() => break,
                _ => self.at += 1,
            }
        }
        Err(Error::new(
            Range::at(start, self.at),
            format!("the string has no closing `{}` on its line", char::from(quote)),
        ))
    }
}
