//! Subqueries over the window of a query. Tabi looks every minute at a window of two, so what they do is done already, or has to be done more
//! often.

use crate::promql::Range;
use crate::promql::ast::{BinaryOp, Call, DurationValue, Expr, Subquery, walk};

/// As often as the rules look.
const OFTEN: u64 = 60_000;

/// The subquery over `$window` that a function sums up, or takes the mean of.
fn of_window(call: &Call) -> Option<&Subquery> {
    let Some(Expr::Subquery(node)) = call.args.first() else { return None };
    let plain = node.offset.is_none() && node.at.is_none() && matches!(node.range.value, DurationValue::Param(_));
    let summed = matches!(call.function.text.as_str(), "sum_over_time" | "avg_over_time");
    (plain && summed).then_some(&**node)
}

/// Whether it is a number of events per second: rates of counters, summed up. What compares or divides them looks at each sample.
fn is_rate(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Call(call) => call.function.text == "rate" && matches!(call.args.as_slice(), [Expr::Range(_)]),
        Expr::Aggregate(node) => node.op.text == "sum" && is_rate(&node.expr),
        Expr::Binary(node) => {
            matches!(node.op, BinaryOp::Add | BinaryOp::Sub) && is_rate(&node.left) && is_rate(&node.right)
        }
        _ => false,
    }
}

/// A query that only sums up samples of rates over its window: the same of the rates, and how they were sampled. Rules sum up what they
/// recorded of rates anyway.
pub fn rates(text: &str, expr: &Expr) -> Option<(String, String)> {
    let mut found: Vec<(&Call, &Subquery)> = Vec::new();
    walk(expr, &mut |expr| {
        if let Expr::Call(call) = expr
            && let Some(node) = of_window(call)
            && is_rate(&node.expr)
        {
            found.push((&**call, node));
        }
    });
    let inside = |inner: Range, outer: Range| outer.start <= inner.start && inner.end <= outer.end;
    let outermost =
        |call: &Call| found.iter().all(|(other, _)| std::ptr::eq(*other, call) || !inside(call.span, other.span));
    let calls: Vec<(&Call, &Subquery)> = found.iter().copied().filter(|(call, _)| outermost(call)).collect();
    let mut all_inside = true;
    walk(expr, &mut |expr| {
        if let Expr::Selector(_) | Expr::Range(_) = expr {
            all_inside &= calls.iter().any(|(call, _)| inside(expr.span(), call.span));
        }
    });
    let step = |node: &Subquery| node.step.as_ref().map_or("evaluation", |step| step.span.of(text));
    let how = |(call, node): &(&Call, &Subquery)| format!("{} every {}", call.function.text, step(node));
    let first = how(calls.first()?);
    if !all_inside || calls.iter().any(|call| how(call) != first) {
        return None;
    }
    let mut out = text.to_string();
    let mut from_behind = calls;
    from_behind.sort_by_key(|(call, _)| std::cmp::Reverse(call.span.start));
    for (call, node) in from_behind {
        let inner = format!("({})", node.expr.span().of(text));
        out.replace_range(call.span.start as usize..call.span.end as usize, &inner);
    }
    Some((out, first))
}

/// The steps of subqueries over `$window` that are longer than a minute, or not written: most windows of two minutes would have no sample at all,
/// and how many they have would depend on how often Prometheus evaluates rules. A step that is not written is an empty range.
pub fn other_steps(text: &str, expr: &Expr) -> Vec<Range> {
    let mut found = Vec::new();
    walk(expr, &mut |expr| {
        if let Expr::Subquery(node) = expr
            && let DurationValue::Param(_) = node.range.value
        {
            if let Some(step) = &node.step {
                found.extend(matches!(step.value, DurationValue::Literal(l) if l > OFTEN).then_some(step.span));
            } else {
                let colon = text.get(node.range.span.end as usize..).and_then(|rest| rest.find(':'));
                let behind = colon.map(|at| node.range.span.end + at as u32 + 1);
                found.extend(behind.map(|at| Range::new(at, at)));
            }
        }
    });
    found
}
