//! The syntax tree. Every node knows its place in the text.

use super::{ParamType, Range};

/// What an expression evaluates to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// One number.
    Scalar,
    /// One sample per series.
    Vector,
    /// A range of samples per series.
    Matrix,
    /// Text.
    String,
}

impl ValueType {
    /// The name of the type with its article, for messages.
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            ValueType::Scalar => "a scalar",
            ValueType::Vector => "an instant vector",
            ValueType::Matrix => "a range vector",
            ValueType::String => "a string",
        }
    }
}

/// An expression. The larger kinds are boxed: expressions are moved a lot while
/// they are parsed, also on the stack.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A number literal.
    Number(Number),
    /// A string literal.
    StringLiteral(StringLiteral),
    /// A placeholder that stands for a value.
    Param(Param),
    /// An instant vector selector.
    Selector(Box<Selector>),
    /// A range vector selector.
    Range(Box<RangeSelector>),
    /// A subquery.
    Subquery(Box<Subquery>),
    /// A function call.
    Call(Box<Call>),
    /// An aggregation.
    Aggregate(Box<Aggregate>),
    /// A binary operation.
    Binary(Box<Binary>),
    /// A sign before an expression.
    Unary(Unary),
    /// An expression in parentheses.
    Paren(Paren),
}

/// A number literal; its sign, if any, is a `Unary` around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The value.
    pub value: f64,
    /// Its place.
    pub span: Range,
}

/// A string literal.
#[derive(Debug, Clone, PartialEq)]
pub struct StringLiteral {
    /// The text it stands for.
    pub value: String,
    /// Its place, with the quotes.
    pub span: Range,
}

/// A placeholder.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name without `$`.
    pub name: String,
    /// What it stands for.
    pub kind: ParamType,
    /// Its place, with the `$`.
    pub span: Range,
}

/// A name and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name, without quotes or escapes.
    pub text: String,
    /// Its place, with quotes if it has some.
    pub span: Range,
}

/// An instant vector selector, or the part of a range selector before `[`.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// The metric name, if it is not given by a `__name__` matcher.
    pub name: Option<Name>,
    /// The matchers in braces, without a name given there.
    pub matchers: Vec<Matcher>,
    /// The place of the braces, if there are any.
    pub braces: Option<Range>,
    /// The `offset` modifier; for a range selector it stands after `]`.
    pub offset: Option<Offset>,
    /// The `@` modifier; for a range selector it stands after `]`.
    pub at: Option<At>,
    /// The place of name and braces, without modifiers.
    pub span: Range,
}

/// The operator of a matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Match,
    /// `!~`
    NotMatch,
}

impl MatchOp {
    /// The operator as it is written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Match => "=~",
            MatchOp::NotMatch => "!~",
        }
    }

    /// Whether the value is a regular expression.
    #[must_use]
    pub fn is_regex(self) -> bool {
        matches!(self, MatchOp::Match | MatchOp::NotMatch)
    }
}

/// A label matcher.
#[derive(Debug, Clone, PartialEq)]
pub struct Matcher {
    /// The label.
    pub label: Name,
    /// The operator.
    pub op: MatchOp,
    /// The place of the operator.
    pub op_span: Range,
    /// What the label is compared with.
    pub value: MatcherValue,
    /// The place of the whole matcher.
    pub span: Range,
}

/// The right side of a matcher.
#[derive(Debug, Clone, PartialEq)]
pub enum MatcherValue {
    /// A string.
    Literal(StringLiteral),
    /// A placeholder.
    Param(Param),
}

/// The length of a range, step or offset.
#[derive(Debug, Clone, PartialEq)]
pub struct DurationText {
    /// The length.
    pub value: DurationValue,
    /// Its place.
    pub span: Range,
}

/// The value of a length.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationValue {
    /// Milliseconds of a literal.
    Literal(u64),
    /// The name of a placeholder.
    Param(String),
}

/// An `offset` modifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Offset {
    /// How far.
    pub duration: DurationText,
    /// Whether it looks into the future.
    pub negative: bool,
    /// Its place, from the word `offset` on.
    pub span: Range,
}

/// An `@` modifier.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// The time.
    pub time: AtTime,
    /// Its place, from the `@` on.
    pub span: Range,
}

/// The time of an `@` modifier.
#[derive(Debug, Clone, PartialEq)]
pub enum AtTime {
    /// Seconds since 1970.
    Number(f64),
    /// A placeholder.
    Param(Param),
    /// `start()`
    Start,
    /// `end()`
    End,
}

/// A range vector selector.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeSelector {
    /// The series, with the modifiers that stand after the `]`.
    pub selector: Selector,
    /// The length of the range.
    pub range: DurationText,
    /// The place of everything, with modifiers.
    pub span: Range,
}

/// A subquery.
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// What is evaluated repeatedly.
    pub expr: Expr,
    /// Over which time.
    pub range: DurationText,
    /// How often.
    pub step: Option<DurationText>,
    /// The `offset` modifier.
    pub offset: Option<Offset>,
    /// The `@` modifier.
    pub at: Option<At>,
    /// The place of everything, with modifiers.
    pub span: Range,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function.
    pub function: Name,
    /// What the function returns.
    pub returns: ValueType,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// The place of the call.
    pub span: Range,
}

/// The labels of a `by` or `without` clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// Whether it is `without`.
    pub without: bool,
    /// The labels.
    pub labels: Vec<Name>,
    /// The place of the clause, from the word on.
    pub span: Range,
}

/// An aggregation.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The operator, in lower case.
    pub op: Name,
    /// The clause, if there is one.
    pub grouping: Option<Grouping>,
    /// The first argument of `topk`, `quantile`, `count_values` ….
    pub param: Option<Expr>,
    /// What is aggregated.
    pub expr: Expr,
    /// The place of the aggregation.
    pub span: Range,
}

pub use super::operators::BinaryOp;
pub use super::visit::walk;

/// How the series of two sides are matched.
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// Whether it is `on` (otherwise `ignoring`).
    pub on: bool,
    /// The labels of `on` or `ignoring`.
    pub labels: Vec<Name>,
    /// `group_left` or `group_right`.
    pub group: Option<Group>,
    /// The place of the clauses.
    pub span: Range,
}

/// A `group_left` or `group_right` clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Whether it is `group_left`.
    pub left: bool,
    /// The labels taken over.
    pub labels: Vec<Name>,
    /// The place of the clause.
    pub span: Range,
}

/// A binary operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// The place of the operator, without `bool` and clauses.
    pub op_span: Range,
    /// Whether `bool` stands after the operator.
    pub returns_bool: bool,
    /// The matching clauses, if there are any.
    pub matching: Option<Matching>,
    /// The left side.
    pub left: Expr,
    /// The right side.
    pub right: Expr,
    /// What the operation evaluates to (kept, so that long chains of
    /// operators need no repeated descent).
    pub returns: ValueType,
    /// The place of the operation.
    pub span: Range,
}

/// A sign before an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    /// Whether it is `-`.
    pub minus: bool,
    /// The expression.
    pub expr: Box<Expr>,
    /// The place of both.
    pub span: Range,
}

/// An expression in parentheses.
#[derive(Debug, Clone, PartialEq)]
pub struct Paren {
    /// The expression.
    pub expr: Box<Expr>,
    /// The place of the parentheses.
    pub span: Range,
}
