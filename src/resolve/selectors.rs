//! Selectors: names, matchers, parameters filled in, and what can never match.

use super::Resolver;
use super::messages as say;
use super::params::Params;
use crate::measure::{Matcher, Selector};
use crate::model::Named;
use crate::promql::ast::MatchOp;
use crate::promql::regex::{self, Regex, Witness, witness_within};
use crate::promql::{ParamType, Value};
use crate::schema::kind::Kind;
use crate::source::{FileId, Place};
use crate::syntax::ast;
use crate::syntax::leaf;

/// What a selector is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// One counter or histogram: exactly one metric.
    Counter,
    /// Gauges: any set of series.
    Gauge,
}

impl Resolver<'_> {
    /// A selector with its parameters filled in; `None` where it is broken and that was said.
    pub fn selector(
        &mut self,
        file: FileId,
        selector: &ast::Selector,
        params: &Params,
        purpose: Purpose,
    ) -> Option<Selector> {
        let place = Place { file, span: selector.span };
        let mut name = selector.name.map(|n| self.text(Place { file, span: n.span }).to_string());
        let mut name_place = selector.name.map(|n| Place { file, span: n.span });
        let mut matchers: Vec<Matcher> = Vec::new();
        let mut whole = true;
        for matcher in selector.matchers.iter().flat_map(|m| &m.items) {
            let at = Place { file, span: matcher.span };
            let label_place = Place { file, span: matcher.label.span };
            let label_text = self.text(label_place);
            let quoted = matcher.label.kind == Kind::Str;
            let label = if quoted { leaf::string(label_text) } else { label_text.to_string() };
            let (Some(op), Some(value)) = (matcher.op, matcher.value) else {
                if quoted && matcher.op.is_none() {
                    whole &= self.set_name(&mut name, &mut name_place, label, at);
                } else {
                    whole = false;
                }
                continue;
            };
            let Some(value) = self.matcher_value(file, op, value, params) else {
                whole = false;
                continue;
            };
            let op = match op {
                Kind::Ne => MatchOp::NotEqual,
                Kind::Re => MatchOp::Match,
                Kind::Nre => MatchOp::NotMatch,
                _ => MatchOp::Equal,
            };
            if label == "__name__" {
                let literal = match op {
                    MatchOp::Equal => Some(value.clone()),
                    MatchOp::Match => regex::parse(&value)
                        .ok()
                        .and_then(|r| r.literals())
                        .filter(|l| l.len() == 1)
                        .map(|mut l| l.remove(0)),
                    _ => None,
                };
                if let Some(literal) = literal {
                    whole &= self.set_name(&mut name, &mut name_place, literal, at);
                    continue;
                }
                if purpose == Purpose::Counter && op == MatchOp::Match {
                    self.found.push(say::many_metrics(at));
                    whole = false;
                    continue;
                }
            }
            if op == MatchOp::Match && value == ".*" {
                continue; // a parameter that was left open; it asks for nothing
            }
            let (op, value) = plain(op, value);
            matchers.push(Matcher { label, op, value, place: at });
        }
        if !whole {
            return None;
        }
        let has_name = name.is_some() || matchers.iter().any(|m| m.label == "__name__" && m.op.is_regex());
        if !has_name {
            self.found.push(say::nameless_selector(place));
            return None;
        }
        if !self.can_match(&matchers) {
            return None;
        }
        Some(Selector { name: name.unwrap_or_default(), matchers, place })
    }

    fn set_name(&mut self, name: &mut Option<String>, place: &mut Option<Place>, new: String, at: Place) -> bool {
        if let (Some(first), Some(first_at)) = (name.as_ref(), *place)
            && *first != new
        {
            self.found.push(say::two_names(at, first_at, first, &new));
            return false;
        }
        *name = Some(new);
        *place = Some(at);
        true
    }

    fn matcher_value(&mut self, file: FileId, op: Kind, value: ast::Word, params: &Params) -> Option<String> {
        let at = Place { file, span: value.span };
        let is_regex = matches!(op, Kind::Re | Kind::Nre);
        let text = self.text(at);
        let (value, value_at) = if value.kind == Kind::Param {
            let name = &text[1..];
            let Some(bound) = params.bound.get(name) else {
                let names = params.names();
                self.found.push(say::unknown_param(at, name, &names, params.in_template));
                return None;
            };
            let fits = bound.ty == if is_regex { ParamType::Regex } else { ParamType::String };
            if !fits {
                self.found.push(say::param_in_wrong_place(at, name, bound.ty.described(), is_regex));
                return None;
            }
            match &bound.value {
                Value::String(s) | Value::Regex(s) => (s.clone(), bound.place),
                _ => return None,
            }
        } else {
            (leaf::string(text), at)
        };
        if is_regex && let Err(error) = regex::parse(&value) {
            let written = self.text(value_at);
            // positions inside are exact unless escapes or parameters stand between the two texts
            let exact = written.len() == value.len() + 2;
            let span = if exact {
                value_at
                    .span
                    .part(1 + error.at.start, (1 + error.at.end).max(2 + error.at.start).min(written.len() as u32 - 1))
            } else {
                value_at.span
            };
            self.found.push(say::bad_regex(Place { file: value_at.file, span }, &error.message));
            return None;
        }
        Some(value)
    }

    /// Whether a regular expression matches no text. To look for one takes long, and most files have the same few expressions again and
    /// again, so each is looked at once.
    fn is_in_vain(&mut self, matcher: &Matcher) -> bool {
        if let Some(known) = self.kept.in_vain.get(&matcher.value) {
            return *known;
        }
        let in_vain = parsed(matcher).is_some_and(|r| r.matches_nothing());
        self.kept.in_vain.insert(matcher.value.clone(), in_vain);
        in_vain
    }

    /// Whether some series could match; says which two matchers contradict each other.
    pub fn can_match(&mut self, matchers: &[Matcher]) -> bool {
        if let Some(matcher) = matchers.iter().find(|m| m.op.is_regex() && self.is_in_vain(m)) {
            self.found.push(say::regex_of_nothing(matcher));
            return false;
        }
        for (i, a) in matchers.iter().enumerate() {
            for b in &matchers[i + 1..] {
                if a.label == b.label && contradict(a, b) {
                    self.found.push(say::contradictory(a, b));
                    return false;
                }
            }
        }
        true
    }
}

/// A regular expression that matches one text only is an equality: shorter, and faster for Prometheus.
fn plain(op: MatchOp, value: String) -> (MatchOp, String) {
    let equal = match op {
        MatchOp::Match => MatchOp::Equal,
        MatchOp::NotMatch => MatchOp::NotEqual,
        MatchOp::Equal | MatchOp::NotEqual => return (op, value),
    };
    match regex::parse(&value).ok().and_then(|r| r.literals()).as_deref() {
        Some([one]) => (equal, one.clone()),
        _ => (op, value),
    }
}

/// Whether no label value satisfies both.
pub fn contradict(a: &Matcher, b: &Matcher) -> bool {
    use MatchOp::{Equal, Match, NotEqual, NotMatch};
    match (a.op, b.op) {
        (Equal, _) => !b.admits(&a.value),
        (_, Equal) => !a.admits(&b.value),
        (Match, NotMatch) | (NotMatch, Match) if a.value == b.value => true,
        (Match, Match | NotEqual | NotMatch) => match literals(a) {
            Some(all) => all.iter().all(|v| !b.admits(v)),
            None => proven_apart(a, b),
        },
        (NotEqual | NotMatch, Match) => contradict(b, a),
        _ => false,
    }
}

/// Whether no text satisfies a regular expression and another matcher.
fn proven_apart(a: &Matcher, b: &Matcher) -> bool {
    if b.op == MatchOp::NotEqual {
        return false; // more than one text matches
    }
    let Some((a, other)) = parsed(a).zip(parsed(b)) else { return false };
    let none = if b.op == MatchOp::Match { quick(&[&a, &other], &[]) } else { quick(&[&a], &[&other]) };
    none == Witness::Nothing
}

/// A search that is given up soon: there are many selectors.
fn quick(wanted: &[&Regex], unwanted: &[&Regex]) -> Witness {
    witness_within(wanted, unwanted, 200_000)
}

/// Whether there are label values, none of them empty, that all matchers of `wide` admit and one of `narrow` does not. `None` where that
/// is not known.
fn leaves_out(narrow: &[&Matcher], wide: &[&Matcher]) -> Option<bool> {
    use MatchOp::{Equal, Match, NotEqual, NotMatch};
    let regex = |m: &Matcher| match m.op {
        Equal | NotEqual => regex::parse(&regex::escape(&m.value)).ok(),
        Match | NotMatch => parsed(m),
    };
    let any = regex::parse(".+").ok()?;
    let all: Option<Vec<(bool, Regex)>> =
        wide.iter().map(|m| Some((matches!(m.op, Equal | Match), regex(m)?))).collect();
    let all = all?;
    let of = |yes: bool| all.iter().filter(move |(admits, _)| *admits == yes).map(|(_, r)| r);
    for m in narrow {
        let own = regex(m)?;
        let (mut wanted, mut unwanted): (Vec<&Regex>, Vec<&Regex>) =
            (of(true).chain([&any]).collect(), of(false).collect());
        if matches!(m.op, Equal | Match) {
            unwanted.push(&own);
        } else {
            wanted.push(&own);
        }
        match quick(&wanted, &unwanted) {
            Witness::Found(_) => return Some(true),
            Witness::Nothing => {}
            Witness::TooHard => return None,
        }
    }
    Some(false)
}

/// The first label of `by` that decides what is bad: with the matcher of `part` on it that `whole` has not.
///
/// Either `part` counts some values only, so that of all others every event is bad or none; or it leaves some out, and differs from
/// `whole` by nothing else.
pub fn decides<'b, 's>(by: &'b [Named], part: &'s Selector, whole: &Selector) -> Option<(&'b Named, &'s Matcher)> {
    fn of<'m>(selector: &'m Selector, label: &str) -> Vec<&'m Matcher> {
        selector.matchers.iter().filter(|m| m.label == label).collect()
    }
    let same = |a: &Matcher, b: &Matcher| (a.op, &a.value) == (b.op, &b.value);
    let differs = |label: &str| {
        let (a, b) = (of(part, label), of(whole, label));
        a.len() != b.len() || !a.iter().all(|m| b.iter().any(|other| same(m, other)))
    };
    let in_by = |label: &str| by.iter().any(|b| b.text == label);
    let both = part.matchers.iter().chain(&whole.matchers);
    let by_alone = part.name == whole.name && both.clone().all(|m| in_by(&m.label) || !differs(&m.label));
    by.iter().filter(|label| differs(&label.text)).find_map(|label| {
        let own = of(part, &label.text);
        let chosen = own.iter().find(|m| by_alone || matches!(m.op, MatchOp::Equal | MatchOp::Match))?;
        (leaves_out(&own, &of(whole, &label.text)) == Some(true)).then_some((label, *chosen))
    })
}

fn literals(matcher: &Matcher) -> Option<Vec<String>> {
    parsed(matcher).and_then(|r| r.literals())
}

fn parsed(matcher: &Matcher) -> Option<Regex> {
    regex::parse(&matcher.value).ok()
}

/// The bound of the one bucket that a selector asks for, in whatever spellings.
fn bucket(selector: &Selector) -> Option<f64> {
    let mut of_le = selector.matchers.iter().filter(|m| m.label == "le");
    let (only, more) = (of_le.next()?, of_le.next());
    let spellings = match only.op {
        MatchOp::Equal => vec![only.value.clone()],
        MatchOp::Match => literals(only)?,
        MatchOp::NotEqual | MatchOp::NotMatch => return None,
    };
    let bounds: Option<Vec<f64>> = spellings.iter().map(|text| text.parse().ok()).collect();
    let bounds = bounds.filter(|_| more.is_none())?;
    let first = *bounds.first()?;
    // two buckets would count what is in both of them twice
    (!first.is_nan() && bounds.iter().all(|bound| bound.total_cmp(&first).is_eq())).then_some(first)
}

/// The matchers of `inner` that let through what `outer` does not: proof that `inner` is not a part of `outer`.
/// `None` where nothing is proven.
pub fn outside<'s>(inner: &'s Selector, outer: &'s Selector) -> Option<(Option<&'s Matcher>, &'s Matcher)> {
    if inner.name != outer.name || inner.name.is_empty() {
        return None;
    }
    let one_bucket = bucket(inner).zip(bucket(outer)).filter(|_| inner.name.ends_with("_bucket"));
    for wanted in &outer.matchers {
        let same_label: Vec<&Matcher> = inner.matchers.iter().filter(|m| m.label == wanted.label).collect();
        // a bucket holds what every lower one does
        if wanted.label == "le" && one_bucket.is_some_and(|(low, high)| low <= high) {
            continue;
        }
        if let Some(contrary) = same_label.iter().find(|m| contradict(m, wanted)) {
            return Some((Some(contrary), wanted));
        }
        // without a matcher of its own on that label it is wider, unless `wanted` lets everything through
        // or may: `job=~".+"` holds for every series that was scraped
        let open = wanted.op.is_regex() && literals(wanted).is_none();
        if same_label.is_empty() && !open {
            return Some((None, wanted));
        }
    }
    None
}
