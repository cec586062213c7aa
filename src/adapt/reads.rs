//! What the rules of a journey read of each other.

use crate::plan::{Rule, RuleKind};
use crate::promql::ast::{DurationValue, Expr, MatchOp, Matcher, MatcherValue, Offset, Selector, walk};
use crate::promql::evaluate::{Labels, selects};
use crate::promql::{self, Range};

/// A place where an expression reads series.
#[derive(Clone, Debug)]
pub struct Read {
    /// Which ones.
    pub selector: Selector,
    /// Over how many minutes; none is one instant.
    pub range: Option<u64>,
    /// How many minutes ago.
    pub offset: u64,
    /// The function that a range is given to.
    pub function: Option<String>,
    /// The place of name, braces and range, without modifiers.
    pub span: Range,
    /// The place of all of it.
    pub whole: Range,
}

impl Read {
    /// The name of what it reads.
    pub fn name(&self) -> &str {
        self.selector.name.as_ref().map_or("", |name| name.text.as_str())
    }
}

fn minutes(value: &DurationValue) -> u64 {
    match value {
        DurationValue::Literal(milliseconds) => milliseconds / 60_000,
        DurationValue::Param(_) => 0,
    }
}

fn end_of(offset: Option<&Offset>, span: Range) -> Range {
    offset.map_or(span, |offset| span.to(offset.span))
}

/// All reads of an expression in their order.
pub fn reads(text: &str) -> Vec<Read> {
    let Ok(expr) = promql::parse(text, &|_| None) else { return Vec::new() };
    let mut found: Vec<Read> = Vec::new();
    let ago = |selector: &Selector| selector.offset.as_ref().map_or(0, |offset| minutes(&offset.duration.value));
    walk(&expr, &mut |expr| match expr {
        Expr::Selector(node) => found.push(Read {
            selector: (**node).clone(),
            range: None,
            offset: ago(node),
            function: None,
            span: node.span,
            whole: end_of(node.offset.as_ref(), node.span),
        }),
        Expr::Call(call) => {
            for argument in &call.args {
                if let Expr::Range(node) = argument {
                    found.push(Read {
                        selector: node.selector.clone(),
                        range: Some(minutes(&node.range.value)),
                        offset: ago(&node.selector),
                        function: Some(call.function.text.clone()),
                        // behind the length of the range stands a bracket
                        span: Range::new(node.selector.span.start, node.range.span.end + 1),
                        whole: node.span,
                    });
                }
            }
        }
        _ => {}
    });
    found.sort_by_key(|read| read.span.start);
    found
}

/// Whether a selector may select what a rule makes. Labels that the rule takes over from its input are not known here, but no rule takes over
/// that of a site: where they come together `region!=""` is what they sent.
pub fn may_select(selector: &Selector, rule: &Rule) -> bool {
    // most pairs of rules have nothing to do with each other, and each is asked of
    let series = if matches!(rule.kind, RuleKind::Alert(_)) { "ALERTS" } else { rule.name() };
    if selector.name.as_ref().is_some_and(|name| name.text != series) {
        return false;
    }
    let of_site = |m: &Matcher| {
        let names_no_site = ["audience", "journey", "step", "sli"].contains(&m.label.text.as_str());
        let empty = matches!(&m.value, MatcherValue::Literal(text) if text.value.is_empty());
        m.op == MatchOp::NotEqual && empty && !names_no_site
    };
    if selector.matchers.iter().any(|m| of_site(m) && rule.labels.iter().all(|(k, _)| *k != m.label.text)) {
        return false;
    }
    let mut labels: Labels = rule.labels.iter().cloned().collect();
    match &rule.kind {
        RuleKind::Record(name) => labels.insert("__name__".into(), name.clone()),
        RuleKind::Alert(name) => {
            labels.insert("alertname".into(), (*name).to_string());
            labels.insert("__name__".into(), "ALERTS".into())
        }
    };
    let known = selector.matchers.iter().filter(|m| labels.contains_key(&m.label.text)).cloned().collect();
    let known = Selector { matchers: known, ..selector.clone() };
    selects(&known, &labels) != Some(false)
}

/// Whether a rule says the same at any time, so that it does not matter when it is read.
pub fn is_constant(rule: &Rule) -> bool {
    rule.expr.starts_with("vector(")
}

/// Whether two rules count the events of one SLI: they must see the same moment.
pub fn are_one_sli(a: &Rule, b: &Rule) -> bool {
    let own = |rule: &Rule| {
        let label = |name: &str| rule.labels.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
        label("sli").map(|sli| (label("step"), sli))
    };
    own(a).is_some() && own(a) == own(b)
}

/// An expression with other text in some places.
pub fn with_edits(text: &str, mut edits: Vec<(Range, String)>) -> String {
    edits.sort_by_key(|(span, _)| span.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (span, new) in edits {
        out.push_str(text.get(done..span.start as usize).unwrap_or(""));
        out.push_str(&new);
        done = span.end as usize;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_know_their_place() {
        let text = "sum_over_time(a{x=\"]\"}[5m] offset 1m) / (b offset 3d > 0) and last_over_time(c[ 15m ])";
        let found: Vec<String> = reads(text)
            .iter()
            .map(|r| format!("{} {:?} {} {} | {}", r.name(), r.range, r.offset, r.span.of(text), r.whole.of(text)))
            .collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        a Some(5) 1 a{x="]"}[5m] | a{x="]"}[5m] offset 1m
        b None 4320 b | b offset 3d
        c Some(15) 0 c[ 15m  | c[ 15m ]
        "#);
    }
}
