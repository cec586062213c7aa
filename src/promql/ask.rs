//! Questions about an expression.

use super::Range;
use super::ast::{AtTime, DurationText, DurationValue, Expr, Offset, Selector, walk};
use super::token::{TokenKind, tokens};

/// The places of the lengths of range selectors that are literals, not
/// parameters. Those of subqueries are left out.
#[must_use]
pub fn literal_ranges(expr: &Expr) -> Vec<Range> {
    let mut found = Vec::new();
    walk(expr, &mut |expr| {
        if let Expr::Range(node) = expr {
            found.extend(literal(&node.range));
        }
    });
    found
}

fn literal(duration: &DurationText) -> Option<Range> {
    match duration.value {
        DurationValue::Literal(_) => Some(duration.span),
        DurationValue::Param(_) => None,
    }
}

/// The placeholders of a text, each with its `$`; of one that cannot be read, those before what is wrong.
#[must_use]
pub fn placeholders(text: &str) -> Vec<Range> {
    tokens(text).list.into_iter().filter(|t| t.kind == TokenKind::Param).map(|t| t.range).collect()
}

/// All selectors, also those of range selectors and in subqueries.
#[must_use]
pub fn selectors(expr: &Expr) -> Vec<&Selector> {
    let mut found: Vec<&Selector> = Vec::new();
    walk(expr, &mut |expr| match expr {
        Expr::Selector(node) => found.push(node),
        Expr::Range(node) => found.push(&node.selector),
        _ => {}
    });
    found
}

/// The labels the result has, if the top of the expression is an aggregation
/// that says so: those of `by`, none without a clause. `None` for `without`,
/// for anything else, and for `topk` and `bottomk`, which keep all labels;
/// the label `count_values` adds is included if it is a literal.
#[must_use]
pub fn aggregation_labels(expr: &Expr) -> Option<Vec<String>> {
    let Expr::Aggregate(node) = expr.without_parens() else {
        return None;
    };
    if matches!(node.op.text.as_str(), "topk" | "bottomk") {
        return None;
    }
    let mut labels = match &node.grouping {
        None => Vec::new(),
        Some(grouping) if grouping.without => return None,
        Some(grouping) => grouping.labels.iter().map(|l| l.text.clone()).collect(),
    };
    if node.op.text == "count_values" {
        let Some(Expr::StringLiteral(label)) = node.param.as_ref().map(Expr::without_parens) else {
            return None;
        };
        labels.push(label.value.clone());
    }
    Some(labels)
}

/// Whether there is a subquery anywhere.
#[must_use]
pub fn has_subquery(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |expr| found |= matches!(expr, Expr::Subquery(_)));
    found
}

/// Whether there is an `@` modifier or an `offset` into the future anywhere.
#[must_use]
pub fn has_at_or_negative_offset(expr: &Expr) -> bool {
    let negative = |offset: &Option<Offset>| offset.as_ref().is_some_and(|offset| offset.negative);
    let mut found = false;
    walk(expr, &mut |expr| {
        found |= match expr {
            Expr::Selector(node) => node.at.is_some() || negative(&node.offset),
            Expr::Range(node) => node.selector.at.is_some() || negative(&node.selector.offset),
            Expr::Subquery(node) => node.at.is_some() || negative(&node.offset),
            _ => false,
        };
    });
    found
}

/// The placeholder of an `@` modifier, if it has one.
pub(super) fn at_param(at: Option<&super::ast::At>) -> Option<&super::ast::Param> {
    match at.map(|at| &at.time) {
        Some(AtTime::Param(param)) => Some(param),
        _ => None,
    }
}
