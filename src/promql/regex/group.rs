//! What stands after `(?`, and the limit for nested repetitions.

use super::RegexError;
use super::node::Node;
use super::parse::Parser;

impl Parser<'_> {
    pub(super) fn group_name(&mut self, start: usize) -> Result<(), RegexError> {
        let rest = self.rest();
        if rest.starts_with(['=', '!']) {
            self.at += 1;
            return self.error(start, "lookbehind is not supported");
        }
        let Some(end) = rest.find('>') else {
            self.at = self.text.len();
            return self.error(start, "the name of the group has no `>`");
        };
        let name = rest.get(..end).unwrap_or("");
        self.at += end + 1;
        if name.is_empty() || !name.bytes().all(super::super::token::continues_name) {
            return self.error(start, "bad name of a group");
        }
        Ok(())
    }

    /// Reads `?flags)` or `?flags:`; whether it was the former.
    pub(super) fn flag_group(&mut self, start: usize) -> Result<bool, RegexError> {
        self.pass("?");
        let mut flags = self.flags;
        let mut value = true;
        let mut any = false;
        while let Some(found) = self.next() {
            match found {
                'i' => flags.fold = value,
                'm' => flags.lines = value,
                's' => flags.dot_all = value,
                // Greediness does not matter for whole matches.
                'U' => {}
                '-' if value => {
                    value = false;
                    any = false;
                    continue;
                }
                ':' | ')' if value || any => {
                    self.flags = flags;
                    return Ok(found == ')');
                }
                '=' | '!' => return self.error(start, "lookahead is not supported"),
                _ => break,
            }
            any = true;
        }
        self.error(start, "bad flags of a group")
    }
}

/// Whether counted repetitions, multiplied along each path, stay within the
/// limit, with the rounding Go uses.
pub(super) fn within(node: &Node, limit: u32) -> bool {
    match node {
        Node::Empty | Node::Set(_) | Node::Assert(_) => true,
        Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().all(|node| within(node, limit)),
        Node::Repeat(repeat) if repeat.counted => {
            if repeat.max == Some(0) {
                return true;
            }
            let count = repeat.max.unwrap_or(repeat.min);
            count <= limit && within(&repeat.node, limit.checked_div(count).unwrap_or(limit))
        }
        Node::Repeat(repeat) => within(&repeat.node, limit),
    }
}
