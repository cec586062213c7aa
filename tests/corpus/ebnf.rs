//! Reads `grammar/tabi.ebnf`: `name = … ;` with "text", 'text', names, `{ }`, `[ ]`, `( )`, `|` and `? said in words ?`.

use std::collections::BTreeMap;

/// The right side of a production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// One after the other.
    Seq(Vec<Expr>),
    /// One of these.
    Alt(Vec<Expr>),
    /// This or nothing.
    Opt(Box<Expr>),
    /// This any number of times.
    Rep(Box<Expr>),
    /// A production.
    Ref(String),
    /// This text.
    Text(String),
    /// Said in words.
    Said(String),
}

/// The productions by name.
#[derive(Debug)]
pub struct Grammar {
    /// Small letters: over tokens; capitals: over characters.
    pub rules: BTreeMap<String, Expr>,
    /// In the order of the file.
    pub order: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Name(String),
    Text(String),
    Said(String),
    Sign(char),
}

impl Grammar {
    /// Reads the text of a grammar.
    pub fn read(text: &str) -> Grammar {
        let pieces = pieces(text);
        let (mut at, mut rules, mut order) = (0, BTreeMap::new(), Vec::new());
        while at < pieces.len() {
            let Piece::Name(name) = &pieces[at] else {
                panic!("a production begins with a name, not {:?}", pieces[at])
            };
            assert_eq!(pieces[at + 1], Piece::Sign('='), "after {name}");
            at += 2;
            let expr = alternatives(&pieces, &mut at);
            assert_eq!(pieces[at], Piece::Sign(';'), "at the end of {name}");
            at += 1;
            assert!(rules.insert(name.clone(), expr).is_none(), "{name} twice");
            order.push(name.clone());
        }
        Grammar { rules, order }
    }

    /// Whether a production is made of tokens.
    pub fn is_phrase(name: &str) -> bool {
        name.starts_with(|c: char| c.is_ascii_lowercase())
    }

    /// Calls `f` with every part of an expression.
    pub fn walk(expr: &Expr, f: &mut impl FnMut(&Expr)) {
        f(expr);
        match expr {
            Expr::Seq(all) | Expr::Alt(all) => all.iter().for_each(|e| Self::walk(e, f)),
            Expr::Opt(e) | Expr::Rep(e) => Self::walk(e, f),
            Expr::Ref(_) | Expr::Text(_) | Expr::Said(_) => {}
        }
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let (mut all, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let until = |end: &str, from: usize| from + rest[from..].find(end).expect("what begins must end");
        let len = match first {
            '(' if rest.starts_with("(*") => until("*)", 2) + 2,
            '"' | '\'' | '?' => {
                let end = until(&first.to_string(), 1);
                let inner = rest[1..end].to_string();
                all.push(if first == '?' { Piece::Said(inner.trim().into()) } else { Piece::Text(inner) });
                end + 1
            }
            c if c.is_ascii_alphabetic() => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                all.push(Piece::Name(rest[..end].into()));
                end
            }
            c => {
                all.push(Piece::Sign(c));
                c.len_utf8()
            }
        };
        rest = rest[len..].trim_start();
    }
    all
}

fn alternatives(pieces: &[Piece], at: &mut usize) -> Expr {
    let mut all = vec![sequence(pieces, at)];
    while pieces[*at] == Piece::Sign('|') {
        *at += 1;
        all.push(sequence(pieces, at));
    }
    if all.len() == 1 { all.remove(0) } else { Expr::Alt(all) }
}

fn sequence(pieces: &[Piece], at: &mut usize) -> Expr {
    let mut all = Vec::new();
    loop {
        let piece = &pieces[*at];
        if matches!(piece, Piece::Sign('|' | ';' | ')' | ']' | '}')) {
            return if all.len() == 1 { all.remove(0) } else { Expr::Seq(all) };
        }
        *at += 1;
        all.push(match piece {
            Piece::Name(name) => Expr::Ref(name.clone()),
            Piece::Text(text) => Expr::Text(text.clone()),
            Piece::Said(words) => Expr::Said(words.clone()),
            Piece::Sign(open) => {
                let inner = alternatives(pieces, at);
                *at += 1;
                match open {
                    '(' => inner,
                    '[' => Expr::Opt(Box::new(inner)),
                    '{' => Expr::Rep(Box::new(inner)),
                    other => panic!("unexpected {other}"),
                }
            }
        });
    }
}
