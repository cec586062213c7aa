//! Rule files as a program reads them: with a YAML library and a parser of PromQL that are not ours.

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{Expr, Offset};
use promql_parser::util::{ExprVisitor, walk_expr};
use std::collections::BTreeMap;
use std::time::Duration;

/// A rule file.
#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Its groups.
    pub groups: Vec<Group>,
}

/// Rules that run together.
#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How often it runs.
    pub interval: String,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// A recording or alerting rule.
#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The series it writes.
    pub record: Option<String>,
    /// The alert it raises.
    pub alert: Option<String>,
    /// PromQL.
    pub expr: String,
    /// How long it must hold.
    #[serde(rename = "for")]
    pub hold: Option<String>,
    /// Static labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What people read.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl Rule {
    /// The series or the alert.
    pub fn name(&self) -> &str {
        self.record.as_deref().or(self.alert.as_deref()).expect("a rule records or alerts")
    }
}

impl Group {
    /// Seconds between two evaluations.
    pub fn seconds(&self) -> u64 {
        let (number, unit) = self.interval.split_at(self.interval.len() - 1);
        let number: u64 = number.parse().expect("a number");
        number
            * match unit {
                "m" => 60,
                "h" => 3600,
                "d" => 86400,
                other => panic!("an interval in {other:?}"),
            }
    }
}

/// Reads a rule file.
pub fn read(text: &str) -> RuleFile {
    serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// A selector of an expression.
#[derive(Debug)]
pub struct Selected {
    /// The metric.
    pub name: Option<String>,
    /// The other matchers.
    pub matchers: Vec<Matcher>,
    /// The length of its range.
    pub range: Option<Duration>,
    /// How far back it begins to read.
    pub offset: Duration,
    /// Whether it reads the future or a fixed moment.
    pub out_of_time: bool,
}

impl Selected {
    /// Whether it may read a series whose static labels are these; labels that are not known may have any value.
    pub fn may_read(&self, labels: &BTreeMap<String, String>) -> bool {
        self.matchers.iter().all(|m| match (labels.get(&m.name), &m.op) {
            (None, _) => true,
            (Some(value), MatchOp::Equal) => *value == m.value,
            (Some(value), MatchOp::NotEqual) => *value != m.value,
            (Some(value), MatchOp::Re(re)) => re.is_match(value),
            (Some(value), MatchOp::NotRe(re)) => !re.is_match(value),
        })
    }
}

/// All selectors of an expression; the longest range of a subquery as one without a name.
pub fn selectors(expr: &Expr) -> Vec<Selected> {
    struct Visitor(Vec<Selected>);
    impl ExprVisitor for Visitor {
        type Error = std::convert::Infallible;
        fn pre_visit(&mut self, expr: &Expr) -> Result<bool, Self::Error> {
            let past = |offset: &Option<Offset>| match offset {
                Some(Offset::Pos(length)) => *length,
                _ => Duration::ZERO,
            };
            let negative = |offset: &Option<Offset>| matches!(offset, Some(Offset::Neg(_)));
            let (vector, range) = match expr {
                Expr::VectorSelector(vector) => (vector, None),
                Expr::MatrixSelector(matrix) => (&matrix.vs, Some(matrix.range)),
                Expr::Subquery(sub) => {
                    self.0.push(Selected {
                        name: None,
                        matchers: Vec::new(),
                        range: Some(sub.range),
                        offset: past(&sub.offset),
                        out_of_time: sub.at.is_some() || negative(&sub.offset),
                    });
                    return Ok(true);
                }
                _ => return Ok(true),
            };
            assert!(vector.matchers.or_matchers.is_empty(), "`or` between matchers is no stable PromQL");
            self.0.push(Selected {
                name: vector.name.clone(),
                matchers: vector.matchers.matchers.clone(),
                range,
                offset: past(&vector.offset),
                out_of_time: vector.at.is_some() || negative(&vector.offset),
            });
            Ok(true)
        }
    }
    let mut visitor = Visitor(Vec::new());
    let Ok(_) = walk_expr(&mut visitor, expr);
    visitor.0
}
