//! Place and type of an expression, and visiting all of it.

use super::ast::{Expr, Selector, ValueType};
use super::{ParamType, Range};

impl Selector {
    /// The place of the selector with its modifiers (of an instant vector
    /// selector; those of a range selector stand after the range).
    #[must_use]
    pub fn whole_span(&self) -> Range {
        let mut span = self.span;
        if let Some(offset) = &self.offset {
            span = span.to(offset.span);
        }
        if let Some(at) = &self.at {
            span = span.to(at.span);
        }
        span
    }
}

impl Expr {
    /// The place of the expression, with modifiers.
    #[must_use]
    pub fn span(&self) -> Range {
        match self {
            Expr::Number(node) => node.span,
            Expr::StringLiteral(node) => node.span,
            Expr::Param(node) => node.span,
            Expr::Selector(node) => node.whole_span(),
            Expr::Range(node) => node.span,
            Expr::Subquery(node) => node.span,
            Expr::Call(node) => node.span,
            Expr::Aggregate(node) => node.span,
            Expr::Binary(node) => node.span,
            Expr::Unary(node) => node.span,
            Expr::Paren(node) => node.span,
        }
    }

    /// What the expression evaluates to.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match self {
            Expr::Number(_) => ValueType::Scalar,
            Expr::StringLiteral(_) => ValueType::String,
            Expr::Param(node) => match node.kind {
                ParamType::String | ParamType::Regex => ValueType::String,
                ParamType::Duration | ParamType::Number => ValueType::Scalar,
            },
            Expr::Selector(_) | Expr::Aggregate(_) => ValueType::Vector,
            Expr::Range(_) | Expr::Subquery(_) => ValueType::Matrix,
            Expr::Call(node) => node.returns,
            Expr::Binary(node) => node.returns,
            Expr::Unary(node) => node.expr.value_type(),
            Expr::Paren(node) => node.expr.value_type(),
        }
    }

    /// The expression without parentheses around it.
    #[must_use]
    pub fn without_parens(&self) -> &Expr {
        let mut expr = self;
        while let Expr::Paren(paren) = expr {
            expr = &paren.expr;
        }
        expr
    }
}

/// Calls `visit` for the expression and all below it, parents first, left
/// to right.
pub fn walk<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    // A stack instead of recursion: chains of operators may be long.
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        visit(expr);
        match expr {
            Expr::Subquery(node) => open.push(&node.expr),
            Expr::Call(node) => open.extend(node.args.iter().rev()),
            Expr::Aggregate(node) => {
                open.push(&node.expr);
                open.extend(&node.param);
            }
            Expr::Binary(node) => {
                open.push(&node.right);
                open.push(&node.left);
            }
            Expr::Unary(node) => open.push(&node.expr),
            Expr::Paren(node) => open.push(&node.expr),
            Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) | Expr::Selector(_) | Expr::Range(_) => {}
        }
    }
}
