//! What a regular expression matches: all of it, or an example.

use super::node::{Assertion, Node, Set};

/// More texts are no list but a pattern.
const MOST: usize = 64;

/// Longer texts are not worth listing.
const LONGEST: usize = 1024;

/// All texts a regular expression matches, if they are few.
pub(super) fn literals(node: &Node) -> Option<Vec<String>> {
    list(node, true, true)
}

/// `first` and `last` tell whether the node stands at the start and the end
/// of the text, where `^` and `$` hold.
fn list(node: &Node, first: bool, last: bool) -> Option<Vec<String>> {
    let found = match node {
        Node::Empty => vec![String::new()],
        Node::Set(set) => set.members(MOST)?.into_iter().map(String::from).collect(),
        Node::Assert(Assertion::TextStart) if first => vec![String::new()],
        Node::Assert(Assertion::TextEnd) if last => vec![String::new()],
        Node::Assert(_) => return None,
        Node::Concat(nodes) => {
            let mut found = vec![String::new()];
            let count = nodes.len();
            for (index, node) in nodes.iter().enumerate() {
                let parts = list(node, first && index == 0, last && index + 1 == count)?;
                found = products(&found, &parts)?;
            }
            found
        }
        Node::Alternate(nodes) => {
            let mut found = Vec::new();
            for node in nodes {
                found.extend(list(node, first, last)?);
                if found.len() > MOST * 4 {
                    return None;
                }
            }
            found
        }
        Node::Repeat(repeat) => {
            let parts = list(&repeat.node, false, false)?;
            let max = match repeat.max {
                Some(max) => max,
                // Endless, unless what repeats is empty or impossible.
                None if parts.iter().all(String::is_empty) => repeat.min,
                None => return None,
            };
            let mut power = vec![String::new()];
            let mut found = Vec::new();
            for count in 0..=max {
                if count >= repeat.min {
                    found.extend(power.iter().cloned());
                }
                if found.len() > MOST * 4 {
                    return None;
                }
                if count < max {
                    power = products(&power, &parts)?;
                }
            }
            found
        }
    };
    unique(found)
}

fn products(left: &[String], right: &[String]) -> Option<Vec<String>> {
    if left.len() * right.len() > MOST {
        return None;
    }
    let mut found = Vec::with_capacity(left.len() * right.len());
    for start in left {
        for end in right {
            if start.len() + end.len() > LONGEST {
                return None;
            }
            found.push(format!("{start}{end}"));
        }
    }
    Some(found)
}

fn unique(texts: Vec<String>) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    (found.len() <= MOST).then_some(found)
}

/// Whether a node certainly matches nothing, with at least so many characters before and after it.
pub(super) fn never(node: &Node, before: u32, after: u32) -> bool {
    match node {
        Node::Set(set) => set.members(MOST).is_some_and(|all| all.is_empty()),
        Node::Assert(Assertion::TextStart) => before > 0,
        Node::Assert(Assertion::TextEnd) => after > 0,
        Node::Empty | Node::Assert(_) => false,
        Node::Concat(nodes) => {
            let mut left = before;
            let mut right: u32 = after.saturating_add(nodes.iter().map(least).fold(0, u32::saturating_add));
            nodes.iter().any(|node| {
                right = right.saturating_sub(least(node));
                let found = never(node, left, right);
                left = left.saturating_add(least(node));
                found
            })
        }
        Node::Alternate(nodes) => nodes.iter().all(|node| never(node, before, after)),
        Node::Repeat(repeat) => repeat.min > 0 && never(&repeat.node, before, after),
    }
}

/// How many characters a node takes at least.
fn least(node: &Node) -> u32 {
    match node {
        Node::Empty | Node::Assert(_) => 0,
        Node::Set(_) => 1,
        Node::Concat(nodes) => nodes.iter().map(least).fold(0, u32::saturating_add),
        Node::Alternate(nodes) => nodes.iter().map(least).min().unwrap_or(0),
        Node::Repeat(repeat) => least(&repeat.node).saturating_mul(repeat.min),
    }
}

/// Texts that are likely to match, the plainest first. Assertions may refuse
/// them, so the caller has to try.
pub(super) fn examples(node: &Node) -> impl Iterator<Item = String> {
    (0..16_usize).map(|choice| {
        let mut text = String::new();
        // Optional parts are left out at first, and put in later.
        write(node, choice % 8, choice >= 8, &mut text);
        text
    })
}

fn write(node: &Node, choice: usize, more: bool, text: &mut String) {
    if text.len() > LONGEST {
        return;
    }
    match node {
        Node::Empty | Node::Assert(_) => {}
        Node::Set(set) => text.extend(member(set)),
        Node::Concat(nodes) => nodes.iter().for_each(|node| write(node, choice, more, text)),
        Node::Alternate(nodes) => {
            let index = choice.checked_rem(nodes.len()).unwrap_or(0);
            if let Some(node) = nodes.get(index) {
                write(node, choice, more, text);
            }
        }
        Node::Repeat(repeat) => {
            let optional = more && repeat.min == 0 && repeat.max != Some(0);
            for _ in 0..repeat.min.max(u32::from(optional)) {
                if text.len() > LONGEST {
                    return;
                }
                write(&repeat.node, choice, more, text);
            }
        }
    }
}

/// A readable character of a set.
fn member(set: &Set) -> Option<char> {
    if let Set::Char(only) = set {
        return Some(*only);
    }
    if matches!(set, Set::Any | Set::NotNewline) {
        return Some('x');
    }
    let readable = "abcdefghijklmnopqrstuvwxyz1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./: ";
    readable
        .chars()
        .chain('!'..='~')
        .chain('\u{A1}'..='\u{3000}')
        .find(|found| set.has(*found))
        .or_else(|| set.members(MOST).and_then(|members| members.first().copied()))
}
