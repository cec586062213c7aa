//! An exclusion that lasts as long as its series is there, whatever the value.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ENDLESS_EXCLUDE;
use crate::model::Journey;
use crate::promql::ast::{BinaryOp, Expr, Selector};
use crate::promql::{self, ValueType};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &ENDLESS_EXCLUDE, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let Some(exclude) = &sli.exclude else { continue };
        let Some(place) = exclude.place.filter(|place| !seen.contains(place)) else { continue };
        seen.push(place);
        let Ok(expr) = promql::parse(&exclude.value, &|_| None) else { continue };
        if !lasts(&expr) {
            continue;
        }
        let name = promql::selectors(&expr).into_iter().find_map(|s| Some(s.name.as_ref()?.text.clone()));
        let (why, better) = match name {
            Some(name) => (
                format!(
                    "this yields something for as long as there is `{name}`, also while it is 0: nothing would be counted"
                ),
                format!("a comparison ends it: `` exclude `{name} == 1` ``"),
            ),
            None => (
                "this yields something at any time: nothing would ever be counted".to_string(),
                "a comparison without `bool` drops what does not hold, as in `hour() < 4`".to_string(),
            ),
        };
        found.push(Diagnostic::new(&ENDLESS_EXCLUDE, why, place, "never ends by a value").help(better));
    }
}

/// Whether an expression yields something whenever its series are there. Series that come and go by themselves end an exclusion too:
/// `ALERTS`, and whatever asks for a state.
fn lasts(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) => true,
        Expr::Selector(node) => stays(node),
        Expr::Range(node) => stays(&node.selector),
        Expr::Subquery(node) => lasts(&node.expr),
        Expr::Unary(node) => lasts(&node.expr),
        Expr::Paren(node) => lasts(&node.expr),
        Expr::Aggregate(node) => lasts(&node.expr),
        Expr::Call(node) if node.function.text.starts_with("absent") => false,
        Expr::Call(node) => node.args.iter().filter(|arg| arg.value_type() != ValueType::Scalar).all(lasts),
        Expr::Binary(node) => match node.op {
            BinaryOp::Unless => false,
            BinaryOp::Or => lasts(&node.left) || lasts(&node.right),
            op if op.is_comparison() && !node.returns_bool => false,
            _ => lasts(&node.left) && lasts(&node.right),
        },
    }
}

fn stays(selector: &Selector) -> bool {
    selector.name.as_ref().is_none_or(|name| !name.text.starts_with("ALERTS"))
}
