//! What a regular expression matches, if that is little.

use super::node::{Assertion, Node};

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
