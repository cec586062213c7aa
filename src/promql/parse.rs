//! The parser: entry point, operators and what operands share.

use super::ast::{Binary, DurationText, DurationValue, Expr, Group, Matching, Name, Param, Unary};
use super::operators::{BinaryOp, SIGN_STRENGTH};
use super::token::{Token, TokenKind, tokens};
use super::{Error, ParamType, Range, check, decode};

/// Deeper nesting than this is refused, so that recursion stays bounded.
const MOST_NESTING: u32 = 100;

/// More binary operators than this are refused: each may deepen the tree.
const MOST_OPERATORS: u32 = 500;

/// Longer texts are refused.
const MOST_BYTES: usize = 1 << 24;

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    broken: Option<Error>,
    at: usize,
    params: &'a dyn Fn(&str) -> Option<ParamType>,
    nesting: u32,
    operators: u32,
}

/// Parses and checks one expression.
///
/// `params` tells the type of each `$name` that may be used.
///
/// # Errors
///
/// The first thing in the text that is not usable `PromQL`.
pub fn parse(text: &str, params: &dyn Fn(&str) -> Option<ParamType>) -> Result<Expr, Error> {
    if text.len() > MOST_BYTES {
        return Err(Error::new(Range::new(0, 0), "the expression is too long"));
    }
    let tokens = tokens(text);
    let mut parser =
        Parser { text, tokens: tokens.list, broken: tokens.error, at: 0, params, nesting: 0, operators: 0 };
    if parser.kind() == TokenKind::End {
        return Err(Error::new(parser.range(), "the expression is empty"));
    }
    let expr = parser.expression(0)?;
    if parser.kind() == TokenKind::End {
        return Ok(expr);
    }
    Err(parser.after_expression())
}

impl Parser<'_> {
    /// The current token. The last one, `End` or `Broken`, is never left.
    pub(super) fn token(&self) -> Token {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, count: usize) -> Token {
        self.tokens
            .get(self.at + count)
            .or(self.tokens.last())
            .copied()
            .unwrap_or(Token { kind: TokenKind::End, range: Range::default() })
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.token().kind
    }

    pub(super) fn range(&self) -> Range {
        self.token().range
    }

    /// The text of the current token.
    pub(super) fn word(&self) -> &str {
        self.range().of(self.text)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind() == TokenKind::Word && self.word().eq_ignore_ascii_case(word)
    }

    /// Goes one token on; returns the one passed.
    pub(super) fn advance(&mut self) -> Token {
        let token = self.token();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    /// Passes a token of that kind, or says what was expected.
    pub(super) fn expect(&mut self, kind: TokenKind, expected: &str) -> Result<Token, Error> {
        if self.kind() == kind { Ok(self.advance()) } else { Err(self.unexpected(expected)) }
    }

    /// An error at the current token.
    pub(super) fn unexpected(&self, expected: &str) -> Error {
        if self.kind() == TokenKind::Broken
            && let Some(error) = &self.broken
        {
            return error.clone();
        }
        if self.kind() == TokenKind::End {
            return Error::new(self.range(), format!("unexpected end; expected {expected}"));
        }
        Error::new(self.range(), format!("unexpected `{}`; expected {expected}", self.word()))
    }

    /// An error at a token after a whole expression.
    fn after_expression(&self) -> Error {
        let range = self.range();
        match self.kind() {
            TokenKind::RightParen => Error::new(range, "`)` without `(`"),
            TokenKind::Assign => {
                Error::new(range, "unexpected `=`; a comparison is written `==`").with_replacement("==")
            }
            TokenKind::Match | TokenKind::NotMatch => {
                Error::new(range, format!("unexpected `{}`; it fits in the braces of a selector only", self.word()))
            }
            TokenKind::Word if self.is_word("by") || self.is_word("without") => {
                Error::new(range, format!("unexpected `{}`; it fits beside an aggregation only", self.word()))
            }
            _ => self.unexpected("an operator or the end"),
        }
    }

    /// Counts a level of nesting.
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        self.nesting += 1;
        if self.nesting > MOST_NESTING {
            return Err(Error::new(self.range(), format!("the expression nests more than {MOST_NESTING} levels deep")));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.nesting = self.nesting.saturating_sub(1);
    }

    /// Parses operators that bind at least as strongly as `least`.
    pub(super) fn expression(&mut self, least: u8) -> Result<Expr, Error> {
        self.enter()?;
        let mut left = self.signed()?;
        while let Some(op) = self.operator()
            && op.strength() >= least
        {
            left = self.binary(left, op)?;
        }
        self.leave();
        Ok(left)
    }

    fn operator(&self) -> Option<BinaryOp> {
        BinaryOp::of(self.kind(), self.word())
    }

    fn binary(&mut self, left: Expr, op: BinaryOp) -> Result<Expr, Error> {
        self.operators += 1;
        if self.operators > MOST_OPERATORS {
            return Err(Error::new(self.range(), format!("the expression has more than {MOST_OPERATORS} operators")));
        }
        let op_span = self.advance().range;
        let returns_bool = self.is_word("bool");
        if returns_bool {
            let span = self.advance().range;
            if !op.is_comparison() {
                return Err(Error::new(span, format!("`bool` fits comparisons only, not `{}`", op.text())));
            }
        }
        let matching = self.matching()?;
        // All operators group to the left except the power.
        let least = if op == BinaryOp::Pow { op.strength() } else { op.strength() + 1 };
        let right = self.expression(least)?;
        check::binary(Binary {
            op,
            op_span,
            returns_bool,
            matching,
            returns: left.value_type(),
            span: left.span().to(right.span()),
            left,
            right,
        })
    }

    fn matching(&mut self) -> Result<Option<Matching>, Error> {
        let on = self.is_word("on");
        if !on && !self.is_word("ignoring") {
            if self.is_word("group_left") || self.is_word("group_right") {
                return Err(Error::new(
                    self.range(),
                    format!("`{}` fits after `on (…)` or `ignoring (…)` only", self.word()),
                ));
            }
            return Ok(None);
        }
        let start = self.advance().range;
        let (labels, mut span) = self.labels(if on { "on" } else { "ignoring" })?;
        let left = self.is_word("group_left");
        let mut group = None;
        if left || self.is_word("group_right") {
            let word = self.advance().range;
            let (labels, end) =
                if self.kind() == TokenKind::LeftParen { self.labels("group_left")? } else { (Vec::new(), word) };
            span = end;
            let span = word.to(end);
            group = Some(Group { left, labels, span });
        }
        let span = start.to(span);
        Ok(Some(Matching { on, labels, group, span }))
    }

    /// Parses labels in parentheses.
    pub(super) fn labels(&mut self, after: &str) -> Result<(Vec<Name>, Range), Error> {
        let expected = format!("`(` and labels after `{after}`");
        let start = self.expect(TokenKind::LeftParen, &expected)?.range;
        let mut labels = Vec::new();
        while self.kind() != TokenKind::RightParen {
            labels.push(self.grouping_label()?);
            if self.kind() != TokenKind::Comma {
                break;
            }
            self.advance();
        }
        let end = self.expect(TokenKind::RightParen, "`,` or `)`")?.range;
        Ok((labels, start.to(end)))
    }

    fn grouping_label(&mut self) -> Result<Name, Error> {
        let span = self.range();
        match self.kind() {
            TokenKind::Word => {
                let text = self.word().to_owned();
                if text.contains(':') {
                    return Err(Error::new(span, format!("`{text}` is no label: labels have no `:`")));
                }
                if is_number_word(&text) {
                    return Err(Error::new(span, format!("`{text}` is a number here; a label is needed")));
                }
                // of all its words the one that Prometheus takes for no label
                if text.eq_ignore_ascii_case("without") {
                    return Err(Error::new(span, format!("`{text}` is a word of PromQL; a label is needed")));
                }
                self.advance();
                Ok(Name { text, span })
            }
            TokenKind::Text => {
                let (text, span) = self.string()?;
                Ok(Name { text, span })
            }
            _ => Err(self.unexpected("a label or `)`")),
        }
    }

    fn signed(&mut self) -> Result<Expr, Error> {
        let minus = self.kind() == TokenKind::Minus;
        if !minus && self.kind() != TokenKind::Plus {
            return self.postfix();
        }
        let sign = self.advance().range;
        let expr = self.expression(SIGN_STRENGTH + 1)?;
        let span = sign.to(expr.span());
        check::unary(Unary { minus, expr: Box::new(expr), span })
    }

    /// Passes a string token; its value and place.
    pub(super) fn string(&mut self) -> Result<(String, Range), Error> {
        let range = self.expect(TokenKind::Text, "a string")?.range;
        let value = decode::string(range.of(self.text)).map_err(|(at, why)| {
            let at = Range::new(range.start + at.start, range.start + at.end);
            Error::new(at, why)
        })?;
        Ok((value, range))
    }

    /// Passes a parameter; `fits` says which types the place takes.
    pub(super) fn param(&mut self, fits: &[ParamType], place: &str) -> Result<Param, Error> {
        let span = self.expect(TokenKind::Param, "a parameter")?.range;
        let name = span.of(self.text).trim_start_matches('$').to_owned();
        match (self.params)(&name) {
            None => Err(Error::new(span, format!("unknown parameter `${name}`; {place}"))),
            Some(kind) if !fits.contains(&kind) => {
                Err(Error::new(span, format!("`${name}` is {}; {place}", kind.described())))
            }
            Some(kind) => Ok(Param { name, kind, span }),
        }
    }

    /// A placeholder of another tool where a range stands.
    fn foreign_window(&self, at: Range) -> Error {
        let error = Error::new(at, format!("nothing fills in `{}` here", at.of(self.text)));
        if (self.params)("window").is_none() {
            return error;
        }
        error.with_help("`$window` is the window in which the rules count").with_replacement("$window")
    }

    /// Passes a duration.
    pub(super) fn duration(&mut self) -> Result<DurationText, Error> {
        let span = self.range();
        match self.kind() {
            TokenKind::Duration => {
                let length = decode::duration(self.word()).map_err(|why| Error::new(span, why))?;
                if length == 0 {
                    return Err(Error::new(span, "the duration must be greater than 0"));
                }
                self.advance();
                Ok(DurationText { value: DurationValue::Literal(length), span })
            }
            // as dashboards and other tools have their placeholders
            TokenKind::Param if self.word().starts_with("$__") => Err(self.foreign_window(span)),
            TokenKind::LeftBrace
                if span.start as usize + 1 < self.text.len() && self.text[span.start as usize..].starts_with("{{") =>
            {
                let end = self.text[span.start as usize..]
                    .find("}}")
                    .map_or(span.end as usize, |at| span.start as usize + at + 2);
                Err(self.foreign_window(Range::at(span.start as usize, end)))
            }
            TokenKind::Param => {
                let param = self.param(&[ParamType::Duration], "a duration fits here")?;
                Ok(DurationText { value: DurationValue::Param(param.name), span })
            }
            TokenKind::Number => {
                let error =
                    Error::new(span, format!("`{}` has no unit; a duration such as `5m` fits here", self.word()));
                let seconds = self.word().bytes().all(|byte| byte.is_ascii_digit());
                Err(if seconds {
                    let seconds = format!("{}s", self.word());
                    error.with_replacement(seconds)
                } else {
                    error
                })
            }
            _ => Err(self.unexpected("a duration such as `5m`")),
        }
    }
}

/// Whether a word is a number.
pub(super) fn is_number_word(word: &str) -> bool {
    word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("nan")
}
