//! A text that some regular expressions match and others do not.
//!
//! A search over all of them at once, shortest texts first: a state is the set of open steps of each. Characters that no set tells apart
//! are one character, so the search is finite: it either finds the shortest text or proves that there is none.

use super::Regex;
use std::collections::{HashMap, HashSet, VecDeque};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witness {
    /// The shortest text.
    Found(String),
    /// There is none.
    Nothing,
    /// The search was given up.
    TooHard,
}

impl Witness {
    /// The text, where one was found.
    #[must_use]
    pub fn found(self) -> Option<String> {
        match self {
            Witness::Found(text) => Some(text),
            Witness::Nothing | Witness::TooHard => None,
        }
    }
}

/// Steps after which the search is given up, some tenths of a second: with the longest repetition of RE2, 1,000, a plain regex stays below.
const MOST: usize = 50_000_000;

/// Readable characters, first choice first.
const READABLE: &str = "xabcdefghijklmnopqrstuvwyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./: \n\u{e9}";

/// The open steps of every regular expression, and the character in front.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    seeds: Vec<Vec<usize>>,
    before: Option<char>,
}

/// The shortest text that all of `wanted` and none of `unwanted` match as a whole.
#[must_use]
pub fn witness(wanted: &[&Regex], unwanted: &[&Regex]) -> Witness {
    witness_within(wanted, unwanted, MOST)
}

/// The same, given up after so many steps.
#[must_use]
pub fn witness_within(wanted: &[&Regex], unwanted: &[&Regex], most: usize) -> Witness {
    let all: Vec<&Regex> = wanted.iter().chain(unwanted).copied().collect();
    let letters = alphabet(&all);
    let mut digits_first = letters.clone();
    digits_first.sort_by_key(|c| !c.is_ascii_digit());
    let accepts = |state: &State| {
        all.iter()
            .zip(&state.seeds)
            .enumerate()
            .all(|(i, (regex, seeds))| regex.program.accepts(seeds, state.before) == (i < wanted.len()))
    };
    let start = State { seeds: vec![vec![0]; all.len()], before: None };
    if accepts(&start) {
        return Witness::Found(String::new());
    }
    // where each state was reached from
    let mut known: HashMap<State, Option<State>> = HashMap::from([(start.clone(), None)]);
    let mut open = VecDeque::from([start]);
    let steps: usize = all.iter().map(|r| r.program.len()).sum();
    let mut work = 0;
    while let Some(state) = open.pop_front() {
        let numeric = state.before.is_some_and(|c| c.is_ascii_digit());
        for next in if numeric { &digits_first } else { &letters } {
            work += steps;
            if work > most {
                return Witness::TooHard;
            }
            let seeds: Vec<Vec<usize>> =
                all.iter().zip(&state.seeds).map(|(r, seeds)| r.program.advance(seeds, state.before, *next)).collect();
            if seeds[..wanted.len()].iter().any(Vec::is_empty) {
                continue;
            }
            let reached = State { seeds, before: Some(*next) };
            if known.contains_key(&reached) {
                continue;
            }
            known.insert(reached.clone(), Some(state.clone()));
            if accepts(&reached) {
                return Witness::Found(spelled(&known, reached));
            }
            open.push_back(reached);
        }
    }
    Witness::Nothing
}

fn spelled(known: &HashMap<State, Option<State>>, last: State) -> String {
    let mut text = Vec::new();
    let mut at = Some(last);
    while let Some(state) = at {
        text.extend(state.before);
        at = known.get(&state).cloned().flatten();
    }
    text.iter().rev().collect()
}

/// One character of each kind that the sets tell apart, readable ones where there are any.
fn alphabet(all: &[&Regex]) -> Vec<char> {
    let mut candidates: Vec<char> = READABLE.chars().collect();
    for set in all.iter().flat_map(|r| r.program.sets()) {
        set.representatives(&mut candidates);
    }
    let mut kinds: HashSet<Vec<bool>> = HashSet::new();
    candidates.retain(|c| {
        let mut kind: Vec<bool> = all.iter().flat_map(|r| r.program.sets()).map(|set| set.has(*c)).collect();
        // what assertions look at, and what reads well behind what
        kind.extend([c.is_ascii_alphanumeric() || *c == '_', *c == '\n', c.is_ascii_digit()]);
        kinds.insert(kind)
    });
    candidates
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn of(wanted: &[&str], unwanted: &[&str]) -> Witness {
        let parsed = |texts: &[&str]| texts.iter().map(|t| parse(t).expect(t)).collect::<Vec<_>>();
        let (wanted, unwanted) = (parsed(wanted), parsed(unwanted));
        witness(&wanted.iter().collect::<Vec<_>>(), &unwanted.iter().collect::<Vec<_>>())
    }

    #[test]
    fn finds_the_shortest_readable_text() {
        for (wanted, unwanted, text) in [
            (&["5.."] as &[&str], &[] as &[&str], "500"),
            (&[".*"], &[""], "x"),
            (&["pay|cart"], &[], "pay"),
            (&["pay|cart"], &["pay"], "cart"),
            (&["[^a-z]+"], &[], "0"),
            (&["a.*", ".*b"], &["ab"], "axb"),
            (&["(?i)succeeded"], &[], "succeeded"),
            (&[r"\bfoo\b.*"], &["foo"], "foo-"),
            (&[r"\p{Greek}+"], &[], "\u{370}"),
            (&["[2-5].."], &["[2-4].."], "500"),
            (&["a{1000}"], &[], &"a".repeat(1000)),
        ] {
            assert_eq!(of(wanted, unwanted), Witness::Found(text.to_string()), "{wanted:?} {unwanted:?}");
        }
    }

    #[test]
    fn proves_that_there_is_none() {
        for (wanted, unwanted) in [
            (&["a^b"] as &[&str], &[] as &[&str]),
            (&[r"[^\x00-\x{10FFFF}]"], &[]),
            (&["5.."], &["5.*"]),
            (&["[a-c]"], &["a", "b", "c"]),
            (&[r"a\bb"], &[]),
            (&[".+"], &["(?s).*"]),
        ] {
            assert_eq!(of(wanted, unwanted), Witness::Nothing, "{wanted:?} {unwanted:?}");
        }
    }

    #[test]
    fn a_search_that_explodes_is_given_up() {
        assert_eq!(of(&["(.*a.{18}b){2}", "(.*b.{17}a){3}.*c.{19}d", ".*c.{16}e.{15}f"], &[]), Witness::TooHard);
    }
}
