//! Parsing of operands: literals, calls, aggregations, parentheses, and the
//! modifiers after them.

use super::ast::{
    Aggregate, At, AtTime, Expr, Grouping, Name, Number, Offset, Paren, RangeSelector, StringLiteral, Subquery,
};
use super::functions::{aggregation, function, why_unusable};
use super::functions_text::nearest;
use super::parse::{Parser, is_number_word};
use super::token::TokenKind;
use super::{Error, ParamType, Range, check, decode};

/// Words that are never metric names.
const RESERVED: [&str; 6] = ["bool", "on", "ignoring", "group_left", "group_right", "atan2"];

impl Parser<'_> {
    /// Parses an operand and the ranges and modifiers after it.
    pub(super) fn postfix(&mut self) -> Result<Expr, Error> {
        let mut expr = self.primary()?;
        loop {
            if self.kind() == TokenKind::LeftBracket {
                expr = self.bracket(expr)?;
            } else if self.is_word("offset") {
                let offset = self.offset()?;
                set_offset(&mut expr, offset)?;
            } else if self.kind() == TokenKind::At {
                let at = self.at_modifier()?;
                set_at(&mut expr, at)?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, Error> {
        let span = self.range();
        match self.kind() {
            TokenKind::Number => {
                let value = decode::number(self.word());
                self.advance();
                // The lexer has read it once, so there is a value.
                let value = value.ok_or_else(|| Error::new(span, "bad number"))?;
                Ok(Expr::Number(Number { value, span }))
            }
            TokenKind::Text => {
                let (value, span) = self.string()?;
                Ok(Expr::StringLiteral(StringLiteral { value, span }))
            }
            TokenKind::Param => Ok(Expr::Param(self.param(
                &[ParamType::Number, ParamType::Duration, ParamType::String],
                "a number, a duration or (as an argument) a string fits here",
            )?)),
            TokenKind::LeftParen => {
                self.advance();
                let expr = self.expression(0)?;
                let end = self.expect(TokenKind::RightParen, "an operator or `)`")?.range;
                Ok(Expr::Paren(Paren { expr: Box::new(expr), span: span.to(end) }))
            }
            TokenKind::LeftBrace => self.selector(None),
            TokenKind::Word => self.word_operand(),
            TokenKind::Duration => {
                let seconds = decode::duration(self.word()).map(super::write::seconds);
                let error =
                    Error::new(span, "a duration as a number is not known to every Prometheus; seconds fit here");
                Err(match seconds {
                    Ok(seconds) => error.with_replacement(seconds),
                    Err(_) => error,
                })
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn word_operand(&mut self) -> Result<Expr, Error> {
        let span = self.range();
        let text = self.word().to_owned();
        if is_number_word(&text) {
            self.advance();
            let value = if text.eq_ignore_ascii_case("inf") { f64::INFINITY } else { f64::NAN };
            return Ok(Expr::Number(Number { value, span }));
        }
        let next = self.ahead(1);
        let has_arguments = next.kind == TokenKind::LeftParen;
        if let Some((op, first)) = aggregation(&text) {
            let next_word = next.range.of(self.text);
            let clause = next.kind == TokenKind::Word
                && (next_word.eq_ignore_ascii_case("by") || next_word.eq_ignore_ascii_case("without"));
            if has_arguments || clause {
                let text = op.to_owned();
                return self.aggregate(Name { text, span }, first.is_some());
            }
        }
        if has_arguments {
            return self.call(Name { text, span });
        }
        if RESERVED.iter().any(|word| word.eq_ignore_ascii_case(&text)) {
            return Err(Error::new(span, format!("unexpected `{text}`; it is a keyword and no metric")));
        }
        self.advance();
        self.selector(Some(Name { text, span }))
    }

    fn call(&mut self, name: Name) -> Result<Expr, Error> {
        let Some(found) = function(&name.text) else {
            return Err(unknown_function(&name));
        };
        self.advance();
        let (args, end) = self.arguments()?;
        check::call(found, name, args, end)
    }

    fn arguments(&mut self) -> Result<(Vec<Expr>, Range), Error> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let mut args = Vec::new();
        if self.kind() != TokenKind::RightParen {
            loop {
                args.push(self.expression(0)?);
                if self.kind() != TokenKind::Comma {
                    break;
                }
                let comma = self.advance().range;
                if self.kind() == TokenKind::RightParen {
                    return Err(Error::new(comma, "unexpected `,` after the last argument").with_replacement(""));
                }
            }
        }
        let end = self.expect(TokenKind::RightParen, "an operator, `,` or `)`")?;
        Ok((args, end.range))
    }

    fn aggregate(&mut self, op: Name, has_param: bool) -> Result<Expr, Error> {
        self.advance();
        let mut grouping = self.grouping()?;
        let (args, mut end) = self.arguments()?;
        if grouping.is_some() {
            if self.is_word("by") || self.is_word("without") {
                return Err(Error::new(
                    self.range(),
                    format!("unexpected `{}`; `{}` has a clause already", self.word(), op.text),
                ));
            }
        } else {
            grouping = self.grouping()?;
            if let Some(grouping) = &grouping {
                end = grouping.span;
            }
        }
        let span = op.span.to(end);
        let wanted = if has_param { 2 } else { 1 };
        let found = args.len();
        let mut args = args.into_iter();
        let param = if has_param { args.next() } else { None };
        let (Some(expr), None) = (args.next(), args.next()) else {
            return Err(check::wrong_count(&op, span, wanted, wanted, found));
        };
        check::aggregate(Aggregate { op, grouping, param, expr, span })
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, Error> {
        let without = self.is_word("without");
        if !without && !self.is_word("by") {
            return Ok(None);
        }
        let start = self.advance().range;
        let (labels, end) = self.labels(if without { "without" } else { "by" })?;
        let span = start.to(end);
        Ok(Some(Grouping { without, labels, span }))
    }

    fn bracket(&mut self, expr: Expr) -> Result<Expr, Error> {
        let open = self.advance().range;
        let range = self.duration()?;
        if self.kind() == TokenKind::Colon {
            self.advance();
            let step = if self.kind() == TokenKind::RightBracket { None } else { Some(self.duration()?) };
            let end = self.expect(TokenKind::RightBracket, "`]`")?.range;
            check::subquery(&expr)?;
            let span = expr.span().to(end);
            return Ok(Expr::Subquery(Box::new(Subquery { expr, range, step, offset: None, at: None, span })));
        }
        let end = self.expect(TokenKind::RightBracket, "`:` or `]`")?.range;
        let whole = open.to(end);
        let Expr::Selector(selector) = expr else {
            let error =
                Error::new(whole, "a range fits a selector only; over another expression it is a subquery, `[1h:]`");
            return Err(if expr.value_type() == super::ValueType::Vector {
                error.with_replacement(format!("[{}:]", range.span.of(self.text)))
            } else {
                error
            });
        };
        if let Some(span) =
            (selector.offset.as_ref().map(|offset| offset.span)).or(selector.at.as_ref().map(|at| at.span))
        {
            return Err(Error::new(span, "modifiers stand after the range, not before it"));
        }
        let span = selector.span.to(end);
        Ok(Expr::Range(Box::new(RangeSelector { selector: *selector, range, span })))
    }

    fn offset(&mut self) -> Result<Offset, Error> {
        let start = self.advance().range;
        let negative = self.kind() == TokenKind::Minus;
        if negative {
            self.advance();
        }
        let duration = self.duration()?;
        let span = start.to(duration.span);
        Ok(Offset { duration, negative, span })
    }

    fn at_modifier(&mut self) -> Result<At, Error> {
        let start = self.advance().range;
        let sign = matches!(self.kind(), TokenKind::Minus | TokenKind::Plus).then(|| self.advance().kind);
        let here = self.range();
        let word = self.word().to_ascii_lowercase();
        let time = match self.kind() {
            TokenKind::Number | TokenKind::Param => match self.primary()? {
                Expr::Number(number) if sign == Some(TokenKind::Minus) => AtTime::Number(-number.value),
                Expr::Number(number) => AtTime::Number(number.value),
                Expr::Param(param) if param.kind != ParamType::String => AtTime::Param(param),
                _ => return Err(Error::new(here, "a number of seconds fits after `@`")),
            },
            TokenKind::Word if sign.is_none() && (word == "start" || word == "end") => {
                self.advance();
                self.expect(TokenKind::LeftParen, "`()`")?;
                let end = self.expect(TokenKind::RightParen, "`)`")?.range;
                let time = if word == "start" { AtTime::Start } else { AtTime::End };
                return Ok(At { time, span: start.to(end) });
            }
            TokenKind::Word if is_number_word(&word) => {
                return Err(Error::new(here, "the time after `@` must be finite"));
            }
            _ => return Err(self.unexpected("a time in seconds, `start()` or `end()`")),
        };
        // Prometheus keeps the time as milliseconds in an i64.
        if let AtTime::Number(seconds) = time
            && !(-9.0e15..=9.0e15).contains(&seconds)
        {
            return Err(Error::new(here, "the time after `@` is out of range"));
        }
        Ok(At { time, span: start.to(here) })
    }
}

fn unknown_function(name: &Name) -> Error {
    let text = &name.text;
    if let Some(why) = why_unusable(text) {
        return Error::new(name.span, format!("`{text}` {why}"));
    }
    let error = Error::new(name.span, format!("unknown function `{text}`"));
    match nearest(text) {
        Some(known) => error.with_help(format!("did you mean `{known}`?")).with_replacement(known),
        None => error,
    }
}

fn misplaced(word: &str, span: Range) -> Error {
    Error::new(span, format!("`{word}` fits after a selector or a subquery only"))
}

fn set_offset(expr: &mut Expr, offset: Offset) -> Result<(), Error> {
    let end = offset.span;
    let (place, span) = match expr {
        Expr::Selector(node) => (&mut node.offset, None),
        Expr::Range(node) => (&mut node.selector.offset, Some(&mut node.span)),
        Expr::Subquery(node) => (&mut node.offset, Some(&mut node.span)),
        _ => return Err(misplaced("offset", end)),
    };
    if place.is_some() {
        return Err(Error::new(end, "`offset` is set twice"));
    }
    *place = Some(offset);
    if let Some(span) = span {
        *span = span.to(end);
    }
    Ok(())
}

fn set_at(expr: &mut Expr, at: At) -> Result<(), Error> {
    let end = at.span;
    let (place, span) = match expr {
        Expr::Selector(node) => (&mut node.at, None),
        Expr::Range(node) => (&mut node.selector.at, Some(&mut node.span)),
        Expr::Subquery(node) => (&mut node.at, Some(&mut node.span)),
        _ => return Err(misplaced("@", end)),
    };
    if place.is_some() {
        return Err(Error::new(end, "`@` is set twice"));
    }
    *place = Some(at);
    if let Some(span) = span {
        *span = span.to(end);
    }
    Ok(())
}
