//! Parsing of selectors: metric name and matchers.

use super::ast::{Expr, MatchOp, Matcher, MatcherValue, Name, Selector, StringLiteral};
use super::parse::Parser;
use super::token::{Token, TokenKind};
use super::{Error, ParamType, Range, check};

impl Parser<'_> {
    /// Parses a selector whose plain name, if any, is passed already.
    pub(super) fn selector(&mut self, mut name: Option<Name>) -> Result<Expr, Error> {
        let mut matchers = Vec::new();
        let mut braces = None;
        if self.kind() == TokenKind::LeftBrace {
            let open = self.advance().range;
            while self.kind() != TokenKind::RightBrace {
                if let Some(quoted) = self.brace_item(&mut matchers)? {
                    if name.is_some() {
                        return Err(Error::new(quoted.span, "the metric name is set twice"));
                    }
                    name = Some(quoted);
                }
                if self.kind() != TokenKind::Comma {
                    break;
                }
                self.advance();
            }
            let end = self.expect(TokenKind::RightBrace, "`,` or `}`")?.range;
            braces = Some(open.to(end));
        }
        let mut span = match (&name, braces) {
            (Some(name), _) => name.span,
            (None, Some(braces)) => braces,
            (None, None) => return Err(self.unexpected("a selector")),
        };
        if let Some(braces) = braces {
            span = span.to(braces);
        }
        let selector = Selector { name, matchers, braces, offset: None, at: None, span };
        check::selector(&selector)?;
        Ok(Expr::Selector(Box::new(selector)))
    }

    /// Parses a matcher, or the quoted metric name, which it returns.
    fn brace_item(&mut self, matchers: &mut Vec<Matcher>) -> Result<Option<Name>, Error> {
        let label = match self.kind() {
            TokenKind::Word => {
                let text = self.word().to_owned();
                let span = self.advance().range;
                Name { text, span }
            }
            TokenKind::Text => {
                let (text, span) = self.string()?;
                if text.is_empty() {
                    return Err(Error::new(span, "the name is empty"));
                }
                let name = Name { text, span };
                if matches!(self.kind(), TokenKind::Comma | TokenKind::RightBrace) {
                    return Ok(Some(name));
                }
                name
            }
            TokenKind::Param => {
                return Err(Error::new(self.range(), "a parameter fits as the value of a matcher, not as a label"));
            }
            TokenKind::Comma => return Err(self.unexpected("a label")),
            _ => return Err(self.unexpected("a label or `}`")),
        };
        let (op, op_span) = self.match_operator()?;
        let value = self.matcher_value(op)?;
        let end = match &value {
            MatcherValue::Literal(literal) => literal.span,
            MatcherValue::Param(param) => param.span,
        };
        let span = label.span.to(end);
        matchers.push(Matcher { label, op, op_span, value, span });
        Ok(None)
    }

    fn match_operator(&mut self) -> Result<(MatchOp, Range), Error> {
        let Token { kind, range } = self.token();
        let op = match kind {
            TokenKind::Assign => MatchOp::Equal,
            TokenKind::NotEqual => MatchOp::NotEqual,
            TokenKind::Match => MatchOp::Match,
            TokenKind::NotMatch => MatchOp::NotMatch,
            TokenKind::Equal => {
                return Err(
                    Error::new(range, "unexpected `==`; in braces equality is written `=`").with_replacement("=")
                );
            }
            _ => return Err(self.unexpected("`=`, `!=`, `=~` or `!~`")),
        };
        self.advance();
        Ok((op, range))
    }

    fn matcher_value(&mut self, op: MatchOp) -> Result<MatcherValue, Error> {
        match self.kind() {
            TokenKind::Text => {
                let (value, span) = self.string()?;
                Ok(MatcherValue::Literal(StringLiteral { value, span }))
            }
            TokenKind::Param if op.is_regex() => {
                Ok(MatcherValue::Param(self.param(&[ParamType::Regex], "a regex fits here")?))
            }
            TokenKind::Param => Ok(MatcherValue::Param(self.param(&[ParamType::String], "a string fits here")?)),
            TokenKind::Word | TokenKind::Number => {
                let quoted = super::write::quote(self.word());
                Err(self.unexpected("a string in quotes").with_replacement(quoted))
            }
            _ => Err(self.unexpected("a string in quotes")),
        }
    }
}
