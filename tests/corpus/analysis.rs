//! First and follow sets, and a recogniser that looks at one token: what LL(1) means, done as the textbooks say.

use super::ebnf::{Expr, Grammar};
use std::collections::{BTreeMap, BTreeSet};

/// Terminals.
pub type Terminals = BTreeSet<String>;

/// A grammar with what may begin and follow each production.
pub struct Analysis<'a> {
    grammar: &'a Grammar,
    first: BTreeMap<String, (Terminals, bool)>,
    follow: BTreeMap<String, Terminals>,
    /// Places where one token does not decide.
    pub conflicts: Vec<String>,
}

/// One terminal for names: whether a word has small letters only is checked after parsing. The same for whole numbers.
pub fn terminal(name: &str) -> String {
    match name {
        "NAME" => "IDENT".into(),
        "INT" => "NUMBER".into(),
        other => other.into(),
    }
}

impl<'a> Analysis<'a> {
    /// Analyses the productions over tokens.
    pub fn of(grammar: &'a Grammar) -> Analysis<'a> {
        let mut a = Analysis { grammar, first: BTreeMap::new(), follow: BTreeMap::new(), conflicts: Vec::new() };
        let phrases: Vec<&String> = grammar.order.iter().filter(|n| Grammar::is_phrase(n)).collect();
        loop {
            let before = a.first.clone();
            for name in &phrases {
                let found = a.first(&grammar.rules[*name]);
                a.first.insert((*name).clone(), found);
            }
            if a.first == before {
                break;
            }
        }
        loop {
            let before = a.follow.clone();
            for name in &phrases {
                let after = a.follow.get(*name).cloned().unwrap_or_default();
                a.pass(name, &grammar.rules[*name], &after, false);
            }
            if a.follow == before {
                break;
            }
        }
        for name in &phrases {
            let after = a.follow.get(*name).cloned().unwrap_or_default();
            a.pass(name, &grammar.rules[*name], &after, true);
        }
        a
    }

    /// What may begin an expression, and whether it may be nothing.
    pub fn first(&self, expr: &Expr) -> (Terminals, bool) {
        match expr {
            Expr::Seq(all) => {
                let mut set = Terminals::new();
                for part in all {
                    let (first, empty) = self.first(part);
                    set.extend(first);
                    if !empty {
                        return (set, false);
                    }
                }
                (set, true)
            }
            Expr::Alt(all) => {
                all.iter().map(|e| self.first(e)).fold((Terminals::new(), false), |mut sum, (set, empty)| {
                    sum.0.extend(set);
                    (sum.0, sum.1 || empty)
                })
            }
            Expr::Opt(e) | Expr::Rep(e) => (self.first(e).0, true),
            Expr::Ref(name) if Grammar::is_phrase(name) => self.first.get(name).cloned().unwrap_or_default(),
            Expr::Ref(name) => ([terminal(name)].into(), false),
            Expr::Text(text) => ([text.clone()].into(), false),
            Expr::Said(words) => panic!("said in words: {words}"),
        }
    }

    /// Hands on what may follow; in the last pass notes where two ways begin alike.
    fn pass(&mut self, name: &str, expr: &Expr, after: &Terminals, check: bool) {
        let mut found = Vec::new();
        let mut conflict = |a: &Terminals, b: &Terminals| {
            let both: Vec<&String> = a.intersection(b).collect();
            if check && !both.is_empty() {
                found.push(format!("{name}: {both:?}"));
            }
        };
        match expr {
            Expr::Seq(all) => {
                for (at, part) in all.iter().enumerate() {
                    let (mut next, empty) = self.first(&Expr::Seq(all[at + 1..].to_vec()));
                    if empty {
                        next.extend(after.iter().cloned());
                    }
                    self.pass(name, part, &next, check);
                }
            }
            Expr::Alt(all) => {
                for (at, one) in all.iter().enumerate() {
                    for other in &all[at + 1..] {
                        conflict(&self.first(one).0, &self.first(other).0);
                    }
                    if self.first(one).1 {
                        conflict(&self.first(one).0, after);
                    }
                }
                for one in all {
                    self.pass(name, one, after, check);
                }
            }
            Expr::Opt(e) => {
                conflict(&self.first(e).0, after);
                self.pass(name, e, after, check);
            }
            Expr::Rep(e) => {
                conflict(&self.first(e).0, after);
                let mut again = self.first(e).0;
                again.extend(after.iter().cloned());
                self.pass(name, e, &again, check);
            }
            Expr::Ref(other) if Grammar::is_phrase(other) => {
                self.follow.entry(other.clone()).or_default().extend(after.iter().cloned());
            }
            Expr::Ref(_) | Expr::Text(_) | Expr::Said(_) => {}
        }
        self.conflicts.extend(found);
    }

    /// Where an expression ends that begins at a token, looking at one token at a time. A token is all the terminals that it may be.
    pub fn recognise(&self, expr: &Expr, tokens: &[Terminals], at: usize) -> Option<usize> {
        let begins = |e: &Expr, at: usize| tokens.get(at).is_some_and(|t| !self.first(e).0.is_disjoint(t));
        match expr {
            Expr::Seq(all) => all.iter().try_fold(at, |at, e| self.recognise(e, tokens, at)),
            Expr::Alt(all) => {
                // a keyword before a name
                let by_word = |e: &&Expr| begins(e, at) && !self.first(e).0.contains("IDENT");
                let one = all.iter().find(by_word).or_else(|| all.iter().find(|e| begins(e, at)));
                self.recognise(one.or_else(|| all.iter().find(|e| self.first(e).1))?, tokens, at)
            }
            Expr::Opt(e) => {
                if begins(e, at) {
                    self.recognise(e, tokens, at)
                } else {
                    Some(at)
                }
            }
            Expr::Rep(e) => {
                let mut at = at;
                while begins(e, at) {
                    at = self.recognise(e, tokens, at)?;
                }
                Some(at)
            }
            Expr::Ref(name) if Grammar::is_phrase(name) => self.recognise(&self.grammar.rules[name], tokens, at),
            Expr::Ref(name) => tokens.get(at)?.contains(&terminal(name)).then_some(at + 1),
            Expr::Text(text) => tokens.get(at)?.contains(text).then_some(at + 1),
            Expr::Said(_) => None,
        }
    }
}
