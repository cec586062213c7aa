//! Type checks, done while the tree is built, from the leaves up.

use super::ast::{Aggregate, Binary, Call, Expr, MatchOp, Matcher, MatcherValue, Name, Selector, Unary, ValueType};
use super::functions::{Function, aggregation};
use super::{Error, ParamType, Range, regex};

/// Refuses an expression that is not of the wanted type.
fn expect_type(expr: &Expr, wanted: ValueType, place: &str) -> Result<(), Error> {
    let found = expr.value_type();
    if found == wanted {
        return Ok(());
    }
    if let Expr::Param(param) = expr {
        let fits = match wanted {
            ValueType::Scalar => "a number or a duration",
            ValueType::String => "a string",
            other => other.described(),
        };
        return Err(Error::new(
            param.span,
            format!("`${}` is {}; {fits} fits {place}", param.name, param.kind.described()),
        ));
    }
    let error = Error::new(expr.span(), format!("{} is needed {place}, not {}", wanted.described(), found.described()));
    Err(match (wanted, found, expr) {
        (ValueType::Matrix, ValueType::Vector, Expr::Selector(_)) => {
            error.with_help("a range after the selector makes it one: `[5m]`")
        }
        (ValueType::Matrix, ValueType::Vector, _) => error.with_help("a subquery makes it one: `[1h:]`"),
        (ValueType::Vector, ValueType::Scalar, _) => error.with_help("`vector(…)` makes it one"),
        (ValueType::Vector, ValueType::Matrix, _) => {
            error.with_help("a function such as `rate(…)` or `max_over_time(…)` makes it one")
        }
        (ValueType::Scalar, ValueType::Vector, _) => error.with_help("`scalar(…)` makes it one"),
        _ => error,
    })
}

fn plural(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

/// The error for a wrong number of arguments.
pub(super) fn wrong_count(name: &Name, span: Range, least: usize, most: usize, found: usize) -> Error {
    let wanted = if least == most {
        plural(least)
    } else if found < least {
        format!("at least {}", plural(least))
    } else {
        format!("at most {}", plural(most))
    };
    Error::new(span, format!("`{}` takes {wanted}, not {found}", name.text))
}

pub(super) fn call(function: &'static Function, name: Name, args: Vec<Expr>, end: Range) -> Result<Expr, Error> {
    let span = name.span.to(end);
    if args.len() < function.least || args.len() > function.most {
        return Err(wrong_count(&name, span, function.least, function.most, args.len()));
    }
    for (index, arg) in args.iter().enumerate() {
        if let Some(wanted) = function.args.get(index).or(function.args.last()) {
            expect_argument(arg, *wanted, &name)?;
        }
    }
    Ok(Expr::Call(Box::new(Call { function: name, returns: function.returns, args, span })))
}

/// As `expect_type`, with the message made only when it is needed.
fn expect_argument(arg: &Expr, wanted: ValueType, name: &Name) -> Result<(), Error> {
    if arg.value_type() == wanted {
        return Ok(());
    }
    expect_type(arg, wanted, &format!("as argument of `{}`", name.text))
}

pub(super) fn aggregate(node: Aggregate) -> Result<Expr, Error> {
    if let Some(param) = &node.param
        && let Some((_, Some(wanted))) = aggregation(&node.op.text)
    {
        expect_argument(param, wanted, &node.op)?;
    }
    expect_argument(&node.expr, ValueType::Vector, &node.op)?;
    Ok(Expr::Aggregate(Box::new(node)))
}

pub(super) fn unary(node: Unary) -> Result<Expr, Error> {
    match node.expr.value_type() {
        ValueType::Scalar | ValueType::Vector => Ok(Expr::Unary(node)),
        _ => Err(expect_either(&node.expr, "after a sign")),
    }
}

/// The error for an operand that is neither scalar nor instant vector.
fn expect_either(expr: &Expr, place: &str) -> Error {
    if let Expr::Param(param) = expr {
        return Error::new(
            param.span,
            format!("`${}` is {}; a number or a duration fits {place}", param.name, param.kind.described()),
        );
    }
    let found = expr.value_type();
    let error =
        Error::new(expr.span(), format!("a scalar or an instant vector is needed {place}, not {}", found.described()));
    if found == ValueType::Matrix {
        error.with_help("a function such as `rate(…)` or `max_over_time(…)` makes it one")
    } else {
        error
    }
}

pub(super) fn subquery(expr: &Expr) -> Result<(), Error> {
    expect_type(expr, ValueType::Vector, "before the range of a subquery")
}

pub(super) fn binary(mut node: Binary) -> Result<Expr, Error> {
    let op = node.op.text();
    for side in [&node.left, &node.right] {
        if !matches!(side.value_type(), ValueType::Scalar | ValueType::Vector) {
            return Err(expect_either(side, &format!("beside `{op}`")));
        }
    }
    let left_vector = node.left.value_type() == ValueType::Vector;
    let right_vector = node.right.value_type() == ValueType::Vector;
    if node.op.is_set() && !(left_vector && right_vector) {
        let side = if left_vector { &node.right } else { &node.left };
        return Err(Error::new(side.span(), format!("`{op}` needs an instant vector on both sides, not a scalar"))
            .with_help("`vector(…)` makes a scalar one"));
    }
    if node.op.is_comparison() && !node.returns_bool && !left_vector && !right_vector {
        return Err(Error::new(node.op_span, format!("a comparison of two scalars needs `bool`: `{op} bool`"))
            .with_replacement(format!("{op} bool")));
    }
    matching(&node, left_vector && right_vector)?;
    node.returns = if left_vector || right_vector { ValueType::Vector } else { ValueType::Scalar };
    Ok(Expr::Binary(Box::new(node)))
}

fn matching(node: &Binary, both_vectors: bool) -> Result<(), Error> {
    let Some(matching) = &node.matching else {
        return Ok(());
    };
    if !both_vectors && !matching.labels.is_empty() {
        let word = if matching.on { "on" } else { "ignoring" };
        return Err(Error::new(matching.span, format!("`{word}` fits between two instant vectors only")));
    }
    let Some(group) = &matching.group else {
        return Ok(());
    };
    let word = if group.left { "group_left" } else { "group_right" };
    if node.op.is_set() {
        return Err(Error::new(group.span, format!("`{word}` does not fit `{}`", node.op.text())));
    }
    if matching.on {
        for label in &group.labels {
            if matching.labels.iter().any(|other| other.text == label.text) {
                return Err(Error::new(
                    label.span,
                    format!("the label `{}` stands in `on` and in `{word}`", label.text),
                ));
            }
        }
    }
    Ok(())
}

/// Refuses bad regexes, a second name and selectors of everything.
pub(super) fn selector(selector: &Selector) -> Result<(), Error> {
    let mut selects = selector.name.is_some();
    for matcher in &selector.matchers {
        if selector.name.is_some() && matcher.label.text == "__name__" {
            return Err(Error::new(matcher.span, "the metric name is set twice"));
        }
        // Evaluated for each, because it also refuses bad regexes.
        selects |= refuses_empty(matcher)?;
    }
    if selects {
        return Ok(());
    }
    Err(Error::new(selector.span, "the selector needs a metric name or a matcher that does not match the empty string"))
}

/// Whether a missing label fails the matcher. A parameter counts as such a
/// matcher: its value is not known here.
fn refuses_empty(matcher: &Matcher) -> Result<bool, Error> {
    let literal = match &matcher.value {
        MatcherValue::Literal(literal) => literal,
        MatcherValue::Param(param) => {
            return Ok(matches!(param.kind, ParamType::String | ParamType::Regex));
        }
    };
    if !matcher.op.is_regex() {
        let empty = literal.value.is_empty();
        return Ok(empty == (matcher.op == MatchOp::NotEqual));
    }
    let parsed = regex::parse(&literal.value).map_err(|error| {
        // Without escapes the positions in value and literal agree.
        let length = literal.span.end.saturating_sub(literal.span.start) as usize;
        let at = if length == literal.value.len() + 2 {
            let start = literal.span.start + 1;
            Range::new(start + error.at.start, start + error.at.end)
        } else {
            literal.span
        };
        Error::new(at, format!("bad regex: {}", error.message))
    })?;
    Ok(parsed.matches("") == (matcher.op == MatchOp::NotMatch))
}
