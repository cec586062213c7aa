//! Mutants: rules with one thing changed, each change a mistake that a person or a compiler could make.

use std::collections::BTreeSet;
use tabi::model::{Journey, Model, Site};
use tabi::plan::{JourneyRules, Rule, RuleKind, minutes};
use tabi::promql::ast::{Binary, BinaryOp, Expr, MatchOp, Matcher, MatcherValue, Selector};
use tabi::promql::write::number;
use tabi::promql::{Range, parse};
use tabi::reckon::thresholds;

/// One changed rule.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The index of the group and of the rule in it.
    pub at: (usize, usize),
    /// What was changed, in words.
    pub what: String,
    /// The rule as it is now.
    pub rule: Rule,
}

/// All mutants of a journey, and how many changes were left out because they change no result.
pub struct Mutants {
    /// The mutants.
    pub all: Vec<Mutant>,
    /// Dropped matchers of an operand that its partner in a join restricts to the same series, and labels that tell nothing apart.
    pub equivalent: usize,
}

/// Series that only people look at: no alert reads them.
fn is_for_people(rule: &Rule, read: &BTreeSet<String>) -> bool {
    matches!(&rule.kind, RuleKind::Record(name) if !read.contains(name))
}

/// The names of all series that alerts read, also through other rules.
fn read_by_alerts(rules: &JourneyRules) -> BTreeSet<String> {
    let all: Vec<&Rule> = rules.groups.iter().flat_map(|g| &g.rules).collect();
    let names = |rule: &Rule| -> Vec<String> {
        let expr = parse(&rule.expr, &|_| None).expect("a rule parses");
        // what sites record has the names of what is made of it, and is not among these rules
        let own = tabi::promql::selectors(&expr).into_iter().filter(|s| !s.matchers.iter().any(is_of_sites));
        own.filter_map(|s| s.name.as_ref().map(|n| n.text.clone())).collect()
    };
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&Rule> = all.iter().filter(|r| matches!(r.kind, RuleKind::Alert(_))).copied().collect();
    while let Some(rule) = open.pop() {
        for name in names(rule) {
            if found.insert(name.clone()) {
                open.extend(all.iter().filter(|r| r.name() == name));
            }
        }
    }
    found
}

/// `region!=""`, which chooses what sites send.
fn is_of_sites(matcher: &Matcher) -> bool {
    matcher.op == MatchOp::NotEqual && matches!(&matcher.value, MatcherValue::Literal(v) if v.value.is_empty())
}

/// All mutants of a journey's rules.
pub fn mutants(model: &Model, rules: &JourneyRules) -> Mutants {
    let mut found = Mutants { all: Vec::new(), equivalent: 0 };
    let read = read_by_alerts(rules);
    let windows: Vec<String> = {
        let names = rules.groups.iter().flat_map(|g| &g.rules).map(Rule::name);
        let mut windows: Vec<&str> = names.filter_map(|n| n.split_once("_burn:rate").map(|(_, w)| w)).collect();
        windows.dedup();
        windows.into_iter().map(str::to_string).collect()
    };
    let journey = model.journeys.iter().find(|j| j.name.text == rules.journey).expect("the journey");
    let capped: Vec<(f64, f64)> = journey
        .all_slis()
        .flat_map(|(_, sli)| thresholds::of_sli(journey, sli))
        .chain(thresholds::of_journey(journey))
        .filter(|t| t.asked > t.burn + 1e-3)
        .map(|t| (t.burn, t.asked))
        .collect();
    for (g, group) in rules.groups.iter().enumerate() {
        for (r, rule) in group.rules.iter().enumerate() {
            if is_for_people(rule, &read) {
                continue;
            }
            let mut of = OfRule {
                journey,
                sites: &model.sites,
                rule,
                at: (g, r),
                windows: &windows,
                capped: &capped,
                shadowed: Vec::new(),
                found: &mut found,
            };
            of.labels();
            of.hold();
            of.texts();
            let expr = parse(&rule.expr, &|_| None).expect("a rule parses");
            of.expr(&expr, &mut Vec::new());
        }
    }
    found
}

struct OfRule<'a> {
    journey: &'a Journey,
    sites: &'a [Site],
    rule: &'a Rule,
    at: (usize, usize),
    windows: &'a [String],
    capped: &'a [(f64, f64)],
    /// SLIs that the left side of an `or` selects already.
    shadowed: Vec<(String, String)>,
    found: &'a mut Mutants,
}

/// The info series' labels that end up in annotations only.
const ONLY_IN_TEXTS: [&str; 5] = ["title", "target", "window", "bad_when", "runbook"];

impl OfRule<'_> {
    fn add(&mut self, what: impl Into<String>, rule: Rule) {
        assert_ne!(rule, *self.rule, "a mutant differs");
        self.found.all.push(Mutant { at: self.at, what: what.into(), rule });
    }

    /// With a part of the expression replaced.
    fn replace(&mut self, what: impl Into<String>, at: Range, by: &str) {
        if self.in_guard_of_a_short_window(at) {
            self.found.equivalent += 1;
            return;
        }
        let text = &self.rule.expr;
        let expr = format!("{}{by}{}", &text[..at.start as usize], &text[at.end as usize..]);
        if parse(&expr, &|_| None).is_ok() {
            self.add(what, Rule { expr, ..self.rule.clone() });
        }
    }

    fn is_alert(&self) -> bool {
        matches!(self.rule.kind, RuleKind::Alert(_))
    }

    fn labels(&mut self) {
        for (i, (name, _)) in self.rule.labels.iter().enumerate() {
            // what every series of the rule has anyhow changes nothing, nor does what only people read
            let given = name == "journey" && self.rule.labels.len() == 1
                || name == "audience" && self.rule.name().ends_with("_info");
            if ONLY_IN_TEXTS.contains(&name.as_str()) || given || self.is_alert() && name == "journey" {
                continue;
            }
            let mut rule = self.rule.clone();
            rule.labels[i].0 = format!("{name}_x");
            self.add(format!("label {name} renamed"), rule);
        }
    }

    fn hold(&mut self) {
        if let Some(hold) = self.rule.hold {
            self.add("`for` doubled", Rule { hold: Some(hold * 2), ..self.rule.clone() });
            self.add("`for` halved", Rule { hold: Some(hold / 2), ..self.rule.clone() });
        }
    }

    /// Changes that are easier seen in the text: windows in names, bad and total.
    fn texts(&mut self) {
        let text = self.rule.expr.clone();
        // ranges of level 1 are R, or what people wrote
        let level_one = self.rule.name().ends_with("_events:rate");
        for (i, window) in self.windows.iter().enumerate() {
            let neighbour = self.windows.get(i + 1).or_else(|| i.checked_sub(1).and_then(|i| self.windows.get(i)));
            let Some(neighbour) = neighbour.cloned().filter(|_| !level_one) else { continue };
            for pattern in [format!("_burn:rate{window}{{"), format!("[{window}]")] {
                for (at, _) in text.match_indices(&pattern) {
                    let range = Range::new(at as u32, (at + pattern.len()) as u32);
                    let by = pattern.replace(window.as_str(), &neighbour);
                    // who remembers for longer keeps silent less
                    if self.in_guard_of_one(range) && self.length(&neighbour) > self.length(window) {
                        self.found.equivalent += 1;
                        continue;
                    }
                    self.replace(format!("window {window} became {neighbour}"), range, &by);
                }
            }
        }
        for (a, b) in [("slo_bad_events", "slo_total_events"), ("slo_total_events", "slo_bad_events")] {
            for (at, _) in text.match_indices(a) {
                let range = Range::new(at as u32, (at + a.len()) as u32);
                // whether there are bad or all events is the same question
                let line = text[..at].rsplit('\n').next().unwrap_or_default();
                if line.starts_with("unless on (journey) (") || self.rule.name() == "SLONoData" {
                    self.found.equivalent += 1;
                } else {
                    self.replace(format!("{a} became {b}"), range, b);
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr, partners: &mut Vec<Vec<String>>) {
        match expr {
            Expr::Selector(selector) => self.selector(selector, partners),
            Expr::Range(range) => self.selector(&range.selector, partners),
            Expr::Binary(binary) => self.binary(binary, partners),
            Expr::Aggregate(aggregate) => {
                let labels = aggregate.grouping.iter().flat_map(|g| &g.labels).map(|l| (l.span, l.text.clone()));
                let topk = aggregate.op.text == "topk";
                for (span, label) in labels.collect::<Vec<_>>() {
                    // the static label of the rule is the journey's in any case
                    // and the labels that PromQL of people keeps for itself are theirs
                    let theirs = self.rule.name().ends_with("_events:rate")
                        && !self.journey.all_slis().any(|(_, sli)| sli.by.iter().any(|by| by.text == label));
                    if label == "journey"
                        || theirs
                        || self.sites_differ_without(&label)
                        || topk && self.tells_nothing(&label, false)
                    {
                        self.found.equivalent += 1;
                        continue;
                    }
                    self.replace(format!("label {label} of `by` renamed"), span, &format!("{label}_x"));
                }
                self.expr(&aggregate.expr, partners);
            }
            Expr::Call(call) => call.args.iter().for_each(|arg| self.expr(arg, partners)),
            Expr::Paren(paren) => self.expr(&paren.expr, partners),
            Expr::Unary(unary) => self.expr(&unary.expr, partners),
            // subqueries stand in what people wrote; that is theirs
            Expr::Subquery(_) | Expr::Number(_) | Expr::StringLiteral(_) | Expr::Param(_) => {}
        }
    }

    fn selector(&mut self, selector: &Selector, partners: &[Vec<String>]) {
        for (i, matcher) in selector.matchers.iter().enumerate() {
            let text = matcher.span.of(&self.rule.expr).to_string();
            // zeros for other SLIs beside one's own numbers add nothing
            let zeros = self.rule.name() == "tabi:slo_bad_events:rate"
                && selector.name.as_ref().is_some_and(|n| n.text.starts_with("tabi"))
                && self.rule.expr[..selector.span.start as usize].ends_with("0 * ");
            // a series has all labels of a site or none
            let twin = selector.matchers.iter().any(|m| {
                m.label.text != matcher.label.text
                    && self.is_of_a_site(&m.label.text)
                    && self.is_of_a_site(&matcher.label.text)
                    && m.op == matcher.op
            });
            let held = zeros || twin || partners.iter().any(|all| all.contains(&text));
            if held || self.selects_the_same_without(selector, i) {
                self.found.equivalent += 1;
            } else {
                let last = i + 1 == selector.matchers.len();
                let (start, end) = match (i, last) {
                    (0, true) => (matcher.span.start, matcher.span.end),
                    (_, true) => (selector.matchers[i - 1].span.end, matcher.span.end),
                    _ => (matcher.span.start, selector.matchers[i + 1].span.start),
                };
                self.everywhere(selector, format!("matcher {text} dropped"), Range::new(start, end), "");
            }
            let negated = match matcher.op {
                MatchOp::Equal => "!=",
                MatchOp::NotEqual => "=",
                MatchOp::Match => "!~",
                MatchOp::NotMatch => "=~",
            };
            // budgets of other journeys, which `on (journey)` does not find
            let others = matcher.label.text == "journey"
                && selector.name.as_ref().is_some_and(|n| n.text == "tabi:slo_budget:ratio");
            if others && self.in_guard_of_one(selector.span) {
                self.found.equivalent += 1;
                continue;
            }
            self.everywhere(selector, format!("matcher {text} negated"), matcher.op_span, negated);
        }
    }

    /// Changes a selector of raw series wherever the rule has it: level 1 names each several times.
    fn everywhere(&mut self, selector: &Selector, what: String, at: Range, by: &str) {
        if self.in_guard_of_a_short_window(at) {
            self.found.equivalent += 1;
            return;
        }
        let recorded = selector.name.as_ref().is_some_and(|n| n.text.starts_with("tabi"));
        if recorded {
            return self.replace(what, at, by);
        }
        let old = selector.span.of(&self.rule.expr).to_string();
        let (start, end) = ((at.start - selector.span.start) as usize, (at.end - selector.span.start) as usize);
        let new = format!("{}{by}{}", &old[..start], &old[end..]);
        let expr = self.rule.expr.replace(&old, &new);
        let known = self.found.all.iter().any(|m| m.at == self.at && m.what == what && m.rule.expr == expr);
        if !known && parse(&expr, &|_| None).is_ok() {
            self.add(what, Rule { expr, ..self.rule.clone() });
        }
    }

    /// Whether a place is in the part that keeps a journey silent while an SLI is dark, for a window that is the long one of no row: there
    /// the long window keeps it silent in any case.
    fn in_guard_of_a_short_window(&self, at: Range) -> bool {
        let Some((_, window)) = self.rule.name().split_once("journey_burn:rate") else { return false };
        let long = thresholds::of_journey(self.journey).iter().any(|t| minutes(t.long) == window);
        let guard = self.rule.expr.rfind("unless on (journey) (");
        !long && guard.is_some_and(|guard| at.start as usize >= guard)
    }

    /// Whether a place is in the part that keeps a journey silent while an SLI is dark, of a journey with one SLI that counts. That part says
    /// nothing there: the share before it is divided by the events of the same window `> 0`, so that it has a sample only where the SLI has
    /// data. A change after which that part keeps silent no more than before changes no result.
    fn in_guard_of_one(&self, at: Range) -> bool {
        let name = self.rule.name();
        let guarded = name.contains("journey_burn:rate") || name == "tabi:journey_errors:ratio_period";
        let guard = self.rule.expr.rfind("unless on (journey) (");
        guarded && self.journey.counted_slis().count() == 1 && guard.is_some_and(|guard| at.start as usize >= guard)
    }

    /// How long a window of some row is, in minutes.
    fn length(&self, window: &str) -> Option<u64> {
        let of_slis = self.journey.all_slis().flat_map(|(_, sli)| thresholds::of_sli(self.journey, sli));
        let all = of_slis.chain(thresholds::of_journey(self.journey)).flat_map(|t| [t.long, t.short]);
        all.into_iter().find(|w| minutes(*w) == window)
    }

    /// Whether the same SLIs of the journey are selected without a matcher on a step or an SLI.
    fn selects_the_same_without(&self, selector: &Selector, dropped: usize) -> bool {
        let recorded = selector.name.as_ref().is_some_and(|n| n.text.starts_with("tabi"));
        if !recorded || selector.matchers[dropped].label.text == "journey" {
            return false;
        }
        let (before, after) = (self.selected(selector, None), self.selected(selector, Some(dropped)));
        // parts of a composition joined by `or`: what has the step of a series on the left is left out on the right, and a step has a series
        // there as soon as one of its SLIs has
        after.iter().all(|one| before.contains(one) || self.shadowed.contains(one))
    }

    /// The SLIs of the journey that a selector selects, also without one of its matchers.
    fn selected(&self, selector: &Selector, without: Option<usize>) -> Vec<(String, String)> {
        let admits = |m: &Matcher, value: &str| {
            let MatcherValue::Literal(wanted) = &m.value else { return true };
            let regex = || tabi::promql::regex::parse(&wanted.value).is_ok_and(|r| r.matches(value));
            match m.op {
                MatchOp::Equal => wanted.value == value,
                MatchOp::NotEqual => wanted.value != value,
                MatchOp::Match => regex(),
                MatchOp::NotMatch => !regex(),
            }
        };
        self.journey
            .all_slis()
            .map(|(step, sli)| (step.map_or(String::new(), |s| s.name.text.clone()), sli.name.text.clone()))
            .filter(|(step, sli)| {
                selector.matchers.iter().enumerate().filter(|(i, _)| Some(*i) != without).all(|(_, m)| {
                    match m.label.text.as_str() {
                        "step" => admits(m, step),
                        "sli" => admits(m, sli),
                        _ => true,
                    }
                })
            })
            .collect()
    }

    /// Whether a label is one that sites have.
    fn is_of_a_site(&self, label: &str) -> bool {
        self.sites.iter().any(|site| site.external_labels.contains_key(label))
    }

    /// Whether a label is one of sites that their other labels tell apart as well.
    fn sites_differ_without(&self, label: &str) -> bool {
        let others = |site: &Site| -> Vec<(String, String)> {
            let others = site.external_labels.iter().filter(|(key, _)| *key != label);
            others.map(|(key, value)| (key.clone(), value.value.clone())).collect()
        };
        let different: BTreeSet<_> = self.sites.iter().map(others).collect();
        self.is_of_a_site(label) && different.len() == self.sites.len()
    }

    /// Whether a label tells nothing apart in a join: there is one journey in it, and its steps or SLIs are told apart without it.
    fn tells_nothing(&self, label: &str, on_counters: bool) -> bool {
        let unique = |names: Vec<String>| names.len() == names.iter().collect::<BTreeSet<_>>().len();
        let names = |with: fn(&str, &str) -> String| {
            let all = self.journey.all_slis();
            all.map(|(step, sli)| with(step.map_or("", |s| s.name.text.as_str()), &sli.name.text)).collect::<Vec<_>>()
        };
        match label {
            "journey" => true,
            "step" => unique(names(|_, sli| sli.to_string())),
            "sli" => unique(names(|step, _| step.to_string())),
            // `up` is selected by its job already
            "job" => on_counters && self.rule.expr.contains("up{job"),
            _ => false,
        }
    }

    /// Whether a declared label that an alert takes from the info series is that of SLIs which never come with this alert.
    fn nobody_has(&self, label: &str) -> bool {
        let of_rule = |name: &str| self.rule.labels.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
        let (Some(long), Some(burn)) = (of_rule("long"), of_rule("burn")) else { return false };
        let declared = |sli: &tabi::model::Sli| sli.labels.contains_key(label);
        let comes = |sli: &tabi::model::Sli| {
            thresholds::of_sli(self.journey, sli).iter().any(|t| minutes(t.long) == long && number(t.burn) == burn)
        };
        self.journey.all_slis().any(|(_, sli)| declared(sli))
            && !self.journey.all_slis().any(|(_, sli)| declared(sli) && comes(sli))
    }

    fn binary(&mut self, node: &Binary, partners: &mut Vec<Vec<String>>) {
        let op = node.op;
        if op.is_comparison() {
            let flipped = match op {
                BinaryOp::Less | BinaryOp::LessEqual => ">",
                BinaryOp::Greater | BinaryOp::GreaterEqual => "<",
                BinaryOp::Equal => "!=",
                _ => "==",
            };
            // how many series there are does not depend on what is asked of them
            let counted = node.returns_bool && self.rule.name() == "tabi:slo_total_events:rate";
            if counted {
                self.found.equivalent += 1;
            } else {
                self.replace(format!("{} became {flipped}", op.text()), node.op_span, flipped);
            }
            if let (true, Expr::Number(limit)) = (self.is_alert(), &node.right) {
                self.limit(limit.value, limit.span);
            }
        }
        let swapped = match op {
            BinaryOp::And => Some("or"),
            BinaryOp::Or | BinaryOp::Unless => Some("and"),
            _ => None,
        };
        if let Some(other) = swapped {
            self.replace(format!("{} became {other}", op.text()), node.op_span, other);
        }
        if op == BinaryOp::Or && contains_birth(&node.left) && !contains_birth_below(&node.left) {
            let at = Range::new(node.left.span().start, node.right.span().start);
            self.replace("the births dropped", at, "");
        }
        if op == BinaryOp::And && is_birth(&node.left) {
            self.replace("the guard of births dropped", Range::new(node.left.span().end, node.span.end), "");
        }
        if let Some(m) = &node.matching {
            let labels = m.labels.iter().chain(m.group.iter().flat_map(|g| &g.labels));
            for (span, label) in labels.map(|l| (l.span, l.text.clone())).collect::<Vec<_>>() {
                if self.tells_nothing(&label, true) || self.sites_differ_without(&label) || self.nobody_has(&label) {
                    self.found.equivalent += 1;
                } else {
                    self.replace(format!("label {label} of a join renamed"), span, &format!("{label}_x"));
                }
            }
        }
        // a join restricts each side to what the other has
        let restricts = |other: &Expr| -> Vec<String> {
            let keeps =
                |label: &str| node.matching.as_ref().is_none_or(|m| m.on == m.labels.iter().any(|l| l.text == label));
            tabi::promql::selectors(other)
                .into_iter()
                .flat_map(|s| &s.matchers)
                .filter(|m| keeps(&m.label.text))
                .map(|m| m.span.of(&self.rule.expr).to_string())
                .collect()
        };
        let (left, right) = match op {
            BinaryOp::Or => (Vec::new(), Vec::new()),
            BinaryOp::Unless => (Vec::new(), restricts(&node.left)),
            _ => (restricts(&node.right), restricts(&node.left)),
        };
        partners.push(left);
        self.expr(&node.left, partners);
        partners.pop();
        partners.push(right);
        let shadowed = self.shadowed.len();
        if op == BinaryOp::Or && self.rule.name().starts_with("tabi:journey_") {
            for selector in tabi::promql::selectors(&node.left) {
                self.shadowed.extend(self.selected(selector, None));
            }
        }
        self.expr(&node.right, partners);
        self.shadowed.truncate(shadowed);
        partners.pop();
    }

    /// A threshold, or how many bad events are needed.
    fn limit(&mut self, value: f64, span: Range) {
        let is_need = (value.fract() - 0.9).abs() < 1e-9 && span.of(&self.rule.expr).ends_with(".9");
        if is_need {
            self.replace("need one more", span, &number(value + 1.0));
            self.replace("need one less", span, &number(value - 1.0));
            return;
        }
        self.replace("threshold × 1.5", span, &number(value * 1.5));
        self.replace("threshold ÷ 1.5", span, &number(value / 1.5));
        let asked = self.capped.iter().find(|(burn, _)| (burn - value).abs() < 1e-9).map(|(_, asked)| *asked);
        if let Some(asked) = asked {
            self.replace("the cap dropped", span, &number(asked));
        }
    }
}

/// `x unless x offset 2m`
fn is_birth(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(b) if b.op == BinaryOp::Unless
        && tabi::promql::selectors(&b.left).iter().all(|s| s.name.as_ref().is_none_or(|n| !n.text.contains(':'))))
}

fn contains_birth(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(b) => {
            is_birth(expr)
                || b.op == BinaryOp::And && is_birth(&b.left)
                || b.op == BinaryOp::Or && contains_birth(&b.left)
        }
        _ => false,
    }
}

/// Whether the births stand further down on the left side.
fn contains_birth_below(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(b) if b.op == BinaryOp::Or && contains_birth(&b.left))
}

/// The window in a rule's name, as alerts carry it in `long` and `short`.
pub fn window_of(rule: &Rule) -> Option<String> {
    rule.name().split_once("_burn:rate").map(|(_, w)| w.to_string())
}
