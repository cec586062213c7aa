//! Labels that functions write.

use super::super::ast::{Call, Expr, MatchOp, MatcherValue};
use super::super::regex;
use super::{Labels, Unknown, Vector};

fn text(call: &Call, i: usize) -> Result<&str, Unknown> {
    match call.args.get(i) {
        Some(Expr::StringLiteral(literal)) => Ok(&literal.value),
        _ => Err(format!("{}() without a text", call.function.text)),
    }
}

fn with(mut labels: Labels, name: &str, value: String) -> Labels {
    if value.is_empty() {
        labels.remove(name)
    } else {
        labels.insert(name.to_string(), value)
    };
    labels
}

/// `label_replace`. What a group of the expression holds is known where the group is all of it.
pub fn replaced(call: &Call, vector: Vector) -> Result<Vector, Unknown> {
    let (to, by, from, pattern) = (text(call, 1)?, text(call, 2)?, text(call, 3)?, text(call, 4)?);
    let regex = regex::parse(pattern).map_err(|_| format!("the regex {pattern:?}"))?;
    let whole = matches!(pattern, "(.*)" | "(.+)");
    let mut found = Vector::new();
    for (labels, v) in vector {
        let have = labels.get(from).cloned().unwrap_or_default();
        if !regex.matches(&have) {
            found.push((labels, v));
            continue;
        }
        let value = match by {
            "$1" | "${1}" if whole => have,
            by if !by.contains('$') => by.to_string(),
            _ => return Err(format!("label_replace() with {by:?} and {pattern:?}")),
        };
        found.push((with(labels, to, value), v));
    }
    Ok(found)
}

/// `label_join`
pub fn joined(call: &Call, vector: Vector) -> Result<Vector, Unknown> {
    let (to, between) = (text(call, 1)?, text(call, 2)?);
    let from = (3..call.args.len()).map(|i| text(call, i)).collect::<Result<Vec<&str>, Unknown>>()?;
    let of = |labels: &Labels| {
        let values: Vec<&str> = from.iter().map(|name| labels.get(*name).map_or("", String::as_str)).collect();
        values.join(between)
    };
    Ok(vector
        .into_iter()
        .map(|(labels, v)| {
            let value = of(&labels);
            (with(labels, to, value), v)
        })
        .collect())
}

/// The labels of `absent`: those that the matchers of a selector give one value.
pub fn of_absent(arg: &Expr) -> Labels {
    let selector = match arg {
        Expr::Selector(selector) => selector,
        Expr::Range(range) => &range.selector,
        _ => return Labels::new(),
    };
    let mut labels = Labels::new();
    for matcher in &selector.matchers {
        let once = selector.matchers.iter().filter(|m| m.label.text == matcher.label.text).count() == 1;
        if let (MatchOp::Equal, MatcherValue::Literal(value), true) = (matcher.op, &matcher.value, once) {
            labels = with(labels, &matcher.label.text, value.value.clone());
        }
    }
    labels.remove("__name__");
    labels
}
