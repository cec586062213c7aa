//! Which labels the result of a query has: they part the budget, where its text says so.

use super::counted::without;
use crate::promql::ValueType;
use crate::promql::aggregation_labels;
use crate::promql::ast::{Binary, BinaryOp, Call, Expr, Name};

/// Of a query that keeps labels which it does not name.
pub const ALL_KEPT: &str = "check: the query keeps every label of its series, so each set of them had a ratio of its own; here all are summed up, unless `by` says which labels part the budget";

/// The labels of the result; `None` where it has whatever its series have.
pub fn kept(expr: &Expr) -> Option<Vec<String>> {
    match expr.without_parens() {
        Expr::Aggregate(node) if matches!(node.op.text.as_str(), "topk" | "bottomk") => kept(&node.expr),
        aggregate @ Expr::Aggregate(_) => aggregation_labels(aggregate),
        Expr::Binary(node) => of_binary(node),
        Expr::Unary(node) => kept(&node.expr),
        Expr::Call(node) => of_call(node),
        Expr::Subquery(node) => kept(&node.expr),
        Expr::Selector(_) | Expr::Range(_) => None,
        Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) | Expr::Paren(_) => Some(Vec::new()),
    }
}

fn named(labels: &[Name]) -> Vec<String> {
    labels.iter().map(|label| label.text.clone()).collect()
}

/// With the labels that are not there yet.
fn joined(mut labels: Vec<String>, more: Vec<String>) -> Vec<String> {
    for label in more {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

fn of_binary(node: &Binary) -> Option<Vec<String>> {
    if node.left.value_type() == ValueType::Scalar {
        return kept(&node.right);
    }
    if node.right.value_type() == ValueType::Scalar {
        return kept(&node.left);
    }
    match (node.op, &node.matching) {
        (BinaryOp::And | BinaryOp::Unless, _) => kept(&node.left),
        (BinaryOp::Or, _) => Some(joined(kept(&node.left)?, kept(&node.right)?)),
        (_, Some(matching)) => match &matching.group {
            Some(group) => {
                let many = if group.left { &node.left } else { &node.right };
                Some(joined(kept(many)?, named(&group.labels)))
            }
            None if matching.on => Some(named(&matching.labels)),
            None => Some(without(kept(&node.left)?, &named(&matching.labels))),
        },
        // both sides have the same labels, or there is no result
        (_, None) => kept(&node.left).or_else(|| kept(&node.right)),
    }
}

fn of_call(node: &Call) -> Option<Vec<String>> {
    let of_series = || {
        let series = |arg: &&Expr| matches!(arg.value_type(), ValueType::Vector | ValueType::Matrix);
        node.args.iter().find(series).map_or_else(|| Some(Vec::new()), kept)
    };
    match node.function.text.as_str() {
        // one series at most
        "absent" | "absent_over_time" | "scalar" | "vector" => Some(Vec::new()),
        "histogram_quantile" => Some(without(of_series()?, &["le".to_string()])),
        "label_replace" | "label_join" => {
            let Some(Expr::StringLiteral(added)) = node.args.get(1) else { return None };
            Some(joined(of_series()?, vec![added.value.clone()]))
        }
        _ => of_series(),
    }
}
