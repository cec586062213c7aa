//! Rewriting of the text of an expression, which keeps the author's layout.

use super::ask::at_param;
use super::ast::{DurationText, DurationValue, Expr, MatcherValue, Offset, Selector, walk};
use super::{Range, write};

/// What a placeholder is replaced with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, inserted in double quotes.
    String(String),
    /// A regular expression, inserted in double quotes.
    Regex(String),
    /// Milliseconds: `1m` where a duration stands, seconds elsewhere.
    Duration(u64),
    /// The text of a number, inserted as it is.
    Number(String),
}

/// A placeholder and how its place wants it written.
struct Place<'a> {
    name: &'a str,
    span: Range,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// After `[`, `:` and `offset`.
    Duration,
    /// Anywhere else.
    Plain,
    /// Beside an operator, where a negative number needs parentheses:
    /// `$n ^ 2` with -1 is not `-1 ^ 2`.
    Operand,
}

/// The text with placeholders replaced; those without a value stay.
///
/// `expr` must be what `parse` made of `text`.
#[must_use]
pub fn substitute(text: &str, expr: &Expr, values: &dyn Fn(&str) -> Option<Value>) -> String {
    let mut places = places(expr);
    places.sort_by_key(|place| place.span.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for place in places {
        let Some(value) = values(place.name) else {
            continue;
        };
        let start = place.span.start as usize;
        let Some(between) = text.get(done..start) else {
            continue;
        };
        result.push_str(between);
        // `and$n` is two tokens, `and5` is one.
        if result.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            result.push(' ');
        }
        result.push_str(&written(&value, place.form));
        done = place.span.end as usize;
    }
    result.push_str(text.get(done..).unwrap_or(""));
    result
}

fn written(value: &Value, form: Form) -> String {
    match value {
        Value::String(text) | Value::Regex(text) => write::quote(text),
        Value::Duration(length) if form == Form::Duration => write::duration(*length),
        Value::Duration(length) => write::seconds(*length),
        Value::Number(text) if form == Form::Operand && text.starts_with(['-', '+']) => {
            format!("({text})")
        }
        Value::Number(text) => text.clone(),
    }
}

fn places(expr: &Expr) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut operands = Vec::new();
    walk(expr, &mut |expr| match expr {
        Expr::Param(param) => found.push(Place { name: &param.name, span: param.span, form: Form::Plain }),
        Expr::Selector(node) => selector_places(node, &mut found),
        Expr::Range(node) => {
            duration_place(&node.range, &mut found);
            selector_places(&node.selector, &mut found);
        }
        Expr::Subquery(node) => {
            duration_place(&node.range, &mut found);
            if let Some(step) = &node.step {
                duration_place(step, &mut found);
            }
            modifier_places(node.offset.as_ref(), node.at.as_ref(), &mut found);
        }
        Expr::Binary(node) => operands.extend([node.left.span(), node.right.span()]),
        Expr::Unary(node) => operands.push(node.expr.span()),
        _ => {}
    });
    operands.sort_by_key(|span| span.start);
    for place in &mut found {
        let at = operands.partition_point(|span| span.start < place.span.start);
        let beside =
            operands.iter().skip(at).take_while(|span| span.start == place.span.start).any(|span| *span == place.span);
        if beside && place.form == Form::Plain {
            place.form = Form::Operand;
        }
    }
    found
}

fn selector_places<'a>(selector: &'a Selector, found: &mut Vec<Place<'a>>) {
    for matcher in &selector.matchers {
        if let MatcherValue::Param(param) = &matcher.value {
            found.push(Place { name: &param.name, span: param.span, form: Form::Plain });
        }
    }
    modifier_places(selector.offset.as_ref(), selector.at.as_ref(), found);
}

fn modifier_places<'a>(offset: Option<&'a Offset>, at: Option<&'a super::ast::At>, found: &mut Vec<Place<'a>>) {
    if let Some(offset) = offset {
        duration_place(&offset.duration, found);
    }
    if let Some(param) = at_param(at) {
        found.push(Place { name: &param.name, span: param.span, form: Form::Plain });
    }
}

fn duration_place<'a>(duration: &'a DurationText, found: &mut Vec<Place<'a>>) {
    if let DurationValue::Param(name) = &duration.value {
        found.push(Place { name, span: duration.span, form: Form::Duration });
    }
}

/// The text with `bool` after the operator, if the top of the expression is
/// a comparison without it; otherwise the text as it is.
///
/// `expr` must be what `parse` made of `text`.
#[must_use]
pub fn with_bool(text: &str, expr: &Expr) -> String {
    let Expr::Binary(node) = expr.without_parens() else {
        return text.to_owned();
    };
    if !node.op.is_comparison() || node.returns_bool {
        return text.to_owned();
    }
    let Some((before, after)) = text.split_at_checked(node.op_span.end as usize) else {
        return text.to_owned();
    };
    let gap = if after.starts_with(|c: char| c.is_ascii_whitespace()) { "" } else { " " };
    format!("{before} bool{gap}{after}")
}

/// The text with a matcher put into every selector.
///
/// `expr` must be what `parse` made of `text`.
#[must_use]
pub fn with_matcher(text: &str, expr: &Expr, matcher: &str) -> String {
    let mut selectors = super::selectors(expr);
    selectors.sort_by_key(|selector| selector.span.start);
    let mut result = String::with_capacity(text.len() + 32 * selectors.len());
    let mut done = 0;
    for selector in selectors {
        // at the end of the braces, or where they would stand
        let end = selector.span.end as usize;
        let at = if selector.braces.is_some() { end.saturating_sub(1) } else { end };
        let Some(between) = text.get(done..at) else { continue };
        result.push_str(between);
        if selector.braces.is_none() {
            result.push('{');
            result.push_str(matcher);
            result.push('}');
        } else {
            // there may be a comma at the end, and nothing at all inside
            if !result.trim_end().ends_with([',', '{']) {
                result.push(',');
            }
            result.push_str(matcher);
        }
        done = at;
    }
    result.push_str(text.get(done..).unwrap_or(""));
    result
}

/// The text on one line: comments dropped, white space outside strings
/// folded to single spaces.
#[must_use]
pub fn squeeze(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut gap = false;
    let mut chars = text.chars();
    while let Some(found) = chars.next() {
        if matches!(found, ' ' | '\t' | '\n' | '\r') {
            gap = true;
            continue;
        }
        if found == '#' {
            gap = true;
            // Consumes the comment and the line break after it.
            chars.by_ref().find(|c| *c == '\n');
            continue;
        }
        if gap && !result.is_empty() {
            result.push(' ');
        }
        gap = false;
        result.push(found);
        if found == '"' || found == '\'' {
            copy_string(found, &mut chars, &mut result);
        }
    }
    result
}

fn copy_string(quote: char, chars: &mut std::str::Chars<'_>, result: &mut String) {
    while let Some(found) = chars.next() {
        result.push(found);
        if found == '\\' {
            result.extend(chars.next());
        } else if found == quote {
            return;
        }
    }
}
