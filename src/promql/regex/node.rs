//! The tree of a regular expression, and sets of characters.

use super::unicode::{Property, fold_variants};

/// A regular expression. Groups leave no trace.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    Set(Set),
    Assert(Assertion),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Repeat(Box<Repeat>),
}

/// A repetition.
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    pub(super) node: Node,
    pub(super) min: u32,
    /// No limit if `None`.
    pub(super) max: Option<u32>,
    /// Whether it is written with braces: only these count for the limit.
    pub(super) counted: bool,
}

/// A condition on a place between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assertion {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// Which characters may stand at a place.
#[derive(Debug, Clone)]
pub(super) enum Set {
    Char(char),
    Any,
    NotNewline,
    Class(Box<Class>),
}

/// A class in brackets, or an escape such as `\d`.
#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    pub(super) items: Vec<Item>,
    pub(super) negated: bool,
    /// Whether case is ignored.
    pub(super) fold: bool,
}

/// A part of a class.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Code points, including surrogates, which Go takes and nothing matches.
    Range(u32, u32),
    /// Everything but these.
    Except(&'static [(u8, u8)]),
    /// A Unicode property; `true` negates it.
    Property(Property, bool),
}

impl Item {
    fn has(&self, found: char) -> bool {
        let code = u32::from(found);
        match self {
            Item::Range(first, last) => (*first..=*last).contains(&code),
            Item::Except(ranges) => !in_ranges(ranges, code),
            Item::Property(property, negated) => property.has(found) != *negated,
        }
    }

    fn has_folded(&self, found: char) -> bool {
        // The variants are looked for in what the item excludes, because Go
        // folds a class before it negates it.
        match self {
            Item::Range(..) => fold_variants(found).any(|variant| self.has(variant)),
            Item::Except(ranges) => !fold_variants(found).any(|variant| in_ranges(ranges, u32::from(variant))),
            Item::Property(property, negated) => fold_variants(found).any(|variant| property.has(variant)) != *negated,
        }
    }
}

fn in_ranges(ranges: &[(u8, u8)], code: u32) -> bool {
    ranges.iter().any(|(first, last)| (u32::from(*first)..=u32::from(*last)).contains(&code))
}

impl Set {
    /// Whether the character is in the set.
    pub(super) fn has(&self, found: char) -> bool {
        match self {
            Set::Char(only) => *only == found,
            Set::Any => true,
            Set::NotNewline => found != '\n',
            Set::Class(class) => {
                let inside = if class.fold {
                    class.items.iter().any(|item| item.has_folded(found))
                } else {
                    class.items.iter().any(|item| item.has(found))
                };
                inside != class.negated
            }
        }
    }

    /// Characters that stand for all others as far as this set can tell: the ends of its ranges and their neighbours, and a member of each
    /// property.
    pub(super) fn representatives(&self, found: &mut Vec<char>) {
        let class = match self {
            Set::Char(only) => return found.push(*only),
            Set::Any | Set::NotNewline => return,
            Set::Class(class) => class,
        };
        for item in &class.items {
            match item {
                Item::Range(first, last) => {
                    let ends = [first.checked_sub(1), Some(*first), Some(*last), last.checked_add(1)];
                    let ends = ends.into_iter().flatten().filter_map(char::from_u32);
                    if class.fold { found.extend(ends.flat_map(fold_variants)) } else { found.extend(ends) }
                }
                Item::Except(ranges) => {
                    found.extend(ranges.iter().flat_map(|(first, last)| [*first, *last, last + 1]).map(char::from));
                }
                Item::Property(property, negated) => {
                    found.extend(('\u{21}'..='\u{FFFF}').find(|c| property.has(*c) != *negated));
                }
            }
        }
    }

    /// The characters of a small set that is given by its members.
    pub(super) fn members(&self, most: usize) -> Option<Vec<char>> {
        let class = match self {
            Set::Char(only) => return Some(vec![*only]),
            Set::Any | Set::NotNewline => return None,
            Set::Class(class) => class,
        };
        if class.negated {
            return None;
        }
        let mut members = Vec::new();
        for item in &class.items {
            let Item::Range(first, last) = item else {
                return None;
            };
            if (last - first) as usize >= most {
                return None;
            }
            for found in (*first..=*last).filter_map(char::from_u32) {
                // With folding the variants are members as well.
                if class.fold {
                    members.extend(fold_variants(found));
                } else {
                    members.push(found);
                }
            }
        }
        let mut seen = Vec::new();
        members.retain(|found| {
            let fresh = !seen.contains(found);
            seen.push(*found);
            fresh
        });
        (members.len() <= most).then_some(members)
    }
}
