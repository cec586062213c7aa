//! Selectors and PromQL as measures hold them: parameters filled in, text ready to be written.

use crate::promql::ast::MatchOp;
use crate::promql::write::{label_name_is_plain, quote};
use crate::source::Place;
use std::fmt::Write;

/// What a measure reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// A selector; of counters it gets exact counting.
    Selector(Selector),
    /// PromQL in backticks, recorded as written.
    Raw(Raw),
}

/// A metric with its matchers.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// The metric's name.
    pub name: String,
    /// The matchers, without that of the name.
    pub matchers: Vec<Matcher>,
    /// Where it is written.
    pub place: Place,
}

/// `code!~"5.."`
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// The operator.
    pub op: MatchOp,
    /// The text or regular expression.
    pub value: String,
    /// Where it is written.
    pub place: Place,
}

/// PromQL, parameters filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// The text, on one line.
    pub text: String,
    /// The same before a missing `bool` was put into its comparison.
    pub written: String,
    /// What stands between the backticks, parameters and layout as they are.
    pub inside: String,
    /// Whether it can stand beside an operator without parentheses.
    pub simple: bool,
    /// The labels that are left of it, where its top is an aggregation.
    pub labels: Option<Vec<String>>,
    /// Where it is written.
    pub place: Place,
}

impl Raw {
    /// The same of one site only: every selector gets its matchers.
    pub fn at(&self, site: &[(String, String)]) -> Raw {
        Raw { text: at_site(&self.text, site), ..self.clone() }
    }
    /// Its text beside an operator.
    pub fn operand(&self) -> String {
        if self.simple { self.text.clone() } else { format!("({})", self.text) }
    }
}

impl Query {
    /// The same of one site only.
    pub fn at(&self, site: &[(String, String)]) -> Query {
        match self {
            Query::Selector(s) => Query::Selector(s.at(site)),
            Query::Raw(r) => Query::Raw(r.at(site)),
        }
    }
    /// The selector, where it is one.
    pub fn selector(&self) -> Option<&Selector> {
        match self {
            Query::Selector(s) => Some(s),
            Query::Raw(_) => None,
        }
    }
    /// Its text as it is.
    pub fn text(&self) -> String {
        match self {
            Query::Selector(s) => s.text(),
            Query::Raw(r) => r.text.clone(),
        }
    }
    /// Its text beside an operator.
    pub fn operand(&self) -> String {
        match self {
            Query::Selector(s) => s.text(),
            Query::Raw(r) => r.operand(),
        }
    }
    /// The text without regard to the order of matchers.
    pub fn canonical(&self) -> String {
        match self {
            Query::Selector(s) => s.canonical(),
            Query::Raw(r) => r.text.clone(),
        }
    }
    /// Where it is written.
    pub fn place(&self) -> Place {
        match self {
            Query::Selector(s) => s.place,
            Query::Raw(r) => r.place,
        }
    }
}

impl Matcher {
    /// Whether it admits a label's value; a label that is not there is the empty text.
    pub fn admits(&self, value: &str) -> bool {
        let parsed = || crate::promql::regex::parse(&self.value).ok();
        match self.op {
            MatchOp::Equal => self.value == value,
            MatchOp::NotEqual => self.value != value,
            MatchOp::Match => parsed().is_none_or(|r| r.matches(value)),
            MatchOp::NotMatch => parsed().is_none_or(|r| !r.matches(value)),
        }
    }

    fn write(&self, out: &mut String) {
        let label = if label_name_is_plain(&self.label) { self.label.clone() } else { quote(&self.label) };
        let _ = write!(out, "{label}{}{}", self.op.text(), quote(&self.value));
    }
}

impl Selector {
    /// As PromQL: `http_requests_total{code!~"5.."}`.
    pub fn text(&self) -> String {
        self.with_suffix("", None)
    }

    /// The same selector of the metric with a suffix (`_count`, `_bucket`) and one more matcher.
    pub fn with_suffix(&self, suffix: &str, more: Option<&str>) -> String {
        let name = format!("{}{suffix}", self.name);
        let plain = name
            .split(':')
            .all(|part| part.is_empty() || label_name_is_plain(part) || part.bytes().all(|b| b.is_ascii_digit()))
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && !is_promql_word(&name);
        let mut inside = String::new();
        if !plain {
            // a quoted name alone is for names with other characters, which only Prometheus 3 knows
            if is_promql_word(&name) {
                inside.push_str("__name__=");
            }
            inside.push_str(&quote(&name));
        }
        for matcher in &self.matchers {
            if !inside.is_empty() {
                inside.push(',');
            }
            matcher.write(&mut inside);
        }
        if let Some(more) = more {
            if !inside.is_empty() {
                inside.push(',');
            }
            inside.push_str(more);
        }
        match (plain, inside.is_empty()) {
            (true, true) => name,
            (true, false) => format!("{name}{{{inside}}}"),
            (false, _) => format!("{{{inside}}}"),
        }
    }

    /// `up` of the same job and site, so that a birth can be told from a target that returns.
    pub fn up(&self, site: &str) -> String {
        let mut inside = site.to_string();
        for matcher in self.matchers.iter().filter(|m| m.label == "job") {
            if !inside.is_empty() {
                inside.push(',');
            }
            matcher.write(&mut inside);
        }
        if inside.is_empty() { "up".to_string() } else { format!("up{{{inside}}}") }
    }

    /// Whether a matcher says which job it is of.
    pub fn names_its_job(&self) -> bool {
        self.matchers.iter().any(|m| m.label == "job" && matches!(m.op, MatchOp::Equal | MatchOp::Match))
    }

    /// The same of one site only.
    pub fn at(&self, site: &[(String, String)]) -> Selector {
        let of = |(label, value): &(String, String)| Matcher {
            label: label.clone(),
            op: MatchOp::Equal,
            value: value.clone(),
            place: self.place,
        };
        let mut selector = self.clone();
        selector.matchers.extend(site.iter().map(of));
        selector
    }

    /// The text without regard to the order of matchers.
    pub fn canonical(&self) -> String {
        let mut sorted = self.clone();
        sorted.matchers.sort_by(|a, b| (&a.label, a.op.text(), &a.value).cmp(&(&b.label, b.op.text(), &b.value)));
        sorted.text()
    }
}

/// Labels as matchers: `account="1",cluster="a"`.
pub fn matchers(labels: &[(String, String)]) -> String {
    labels.iter().map(|(label, value)| format!("{label}={}", quote(value))).collect::<Vec<_>>().join(",")
}

/// PromQL with the labels of a site in every selector.
pub fn at_site(text: &str, site: &[(String, String)]) -> String {
    match crate::promql::parse(text, &|_| None) {
        Ok(expr) => crate::promql::rewrite::with_matcher(text, &expr, &matchers(site)),
        Err(_) => text.to_string(),
    }
}

/// Whether PromQL would read a metric's name as one of its own words or numbers.
fn is_promql_word(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "inf",
        "nan",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "bool",
        "and",
        "or",
        "unless",
        "atan2",
        "offset",
        "by",
        "without",
        "start",
        "end",
    ];
    WORDS.contains(&name.to_ascii_lowercase().as_str())
}
