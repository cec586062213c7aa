//! Matching by simulation of an automaton: all ways at once, so that no
//! regex needs more than linear time.

use super::node::{Assertion, Node, Set};

#[derive(Debug, Clone)]
enum Step {
    Take(Set),
    Check(Assertion),
    Jump(usize),
    /// Both the next step and that one.
    Fork(usize),
    Done,
}

/// A regular expression as a list of steps.
#[derive(Debug, Clone)]
pub(super) struct Program {
    steps: Vec<Step>,
}

/// The steps that are open at a place, each once, in order of discovery.
struct Open {
    list: Vec<usize>,
    seen: Vec<bool>,
    todo: Vec<usize>,
}

impl Open {
    fn new(length: usize) -> Open {
        Open { list: Vec::new(), seen: vec![false; length], todo: Vec::new() }
    }

    fn clear(&mut self) {
        for index in self.list.drain(..) {
            if let Some(seen) = self.seen.get_mut(index) {
                *seen = false;
            }
        }
    }
}

/// The characters around a place.
#[derive(Clone, Copy)]
struct Around {
    before: Option<char>,
    after: Option<char>,
}

impl Around {
    fn holds(self, assertion: Assertion) -> bool {
        let word = |found: Option<char>| found.is_some_and(|found| found.is_ascii_alphanumeric() || found == '_');
        match assertion {
            Assertion::TextStart => self.before.is_none(),
            Assertion::TextEnd => self.after.is_none(),
            Assertion::LineStart => matches!(self.before, None | Some('\n')),
            Assertion::LineEnd => matches!(self.after, None | Some('\n')),
            Assertion::WordBoundary => word(self.before) != word(self.after),
            Assertion::NoWordBoundary => word(self.before) == word(self.after),
        }
    }
}

impl Program {
    pub(super) fn of(node: &Node) -> Program {
        let mut program = Program { steps: Vec::new() };
        program.add(node);
        program.steps.push(Step::Done);
        program
    }

    fn add(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Set(set) => self.steps.push(Step::Take(set.clone())),
            Node::Assert(assertion) => self.steps.push(Step::Check(*assertion)),
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.add(node)),
            Node::Alternate(nodes) => self.add_alternatives(nodes),
            Node::Repeat(repeat) => {
                let mut last = self.steps.len();
                for _ in 0..repeat.min {
                    last = self.steps.len();
                    self.add(&repeat.node);
                }
                let Some(max) = repeat.max else {
                    if repeat.min > 0 {
                        // The last copy repeats, so that nested `+` do not
                        // double the program at each level.
                        self.steps.push(Step::Fork(last));
                        return;
                    }
                    let fork = self.placeholder();
                    self.add(&repeat.node);
                    self.steps.push(Step::Jump(fork));
                    self.set(fork, Step::Fork(self.steps.len()));
                    return;
                };
                let forks: Vec<usize> = (repeat.min..max)
                    .map(|_| {
                        let fork = self.placeholder();
                        self.add(&repeat.node);
                        fork
                    })
                    .collect();
                for fork in forks {
                    self.set(fork, Step::Fork(self.steps.len()));
                }
            }
        }
    }

    fn add_alternatives(&mut self, nodes: &[Node]) {
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.add(node);
                break;
            }
            let fork = self.placeholder();
            self.add(node);
            ends.push(self.placeholder());
            self.set(fork, Step::Fork(self.steps.len()));
        }
        for end in ends {
            self.set(end, Step::Jump(self.steps.len()));
        }
    }

    /// Adds a step that is set later; its index.
    fn placeholder(&mut self) -> usize {
        self.steps.push(Step::Done);
        self.steps.len() - 1
    }

    fn set(&mut self, index: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(index) {
            *place = step;
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let mut now = Open::new(self.steps.len());
        let mut then = Open::new(self.steps.len());
        let mut before = None;
        let mut chars = text.chars();
        let mut after = chars.next();
        self.open(0, Around { before, after }, &mut now);
        while let Some(found) = after {
            before = after;
            after = chars.next();
            let around = Around { before, after };
            for index in &now.list {
                if let Some(Step::Take(set)) = self.steps.get(*index)
                    && set.has(found)
                {
                    self.open(index + 1, around, &mut then);
                }
            }
            now.clear();
            std::mem::swap(&mut now, &mut then);
            if now.list.is_empty() {
                return false;
            }
        }
        // `Done` is the last step.
        now.seen.last().copied().unwrap_or(false)
    }

    /// How many steps it has.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The sets of all steps that take a character.
    pub(super) fn sets(&self) -> impl Iterator<Item = &Set> {
        self.steps.iter().filter_map(|step| if let Step::Take(set) = step { Some(set) } else { None })
    }

    /// The steps that are open after one more character, from those that were open before the one in front of it was known to be `before`.
    pub(super) fn advance(&self, seeds: &[usize], before: Option<char>, next: char) -> Vec<usize> {
        let open = self.opened(seeds, Around { before, after: Some(next) });
        let mut after: Vec<usize> = open
            .list
            .iter()
            .filter(|index| matches!(self.steps.get(**index), Some(Step::Take(set)) if set.has(next)))
            .map(|index| index + 1)
            .collect();
        after.sort_unstable();
        after
    }

    /// Whether the text may end here.
    pub(super) fn accepts(&self, seeds: &[usize], before: Option<char>) -> bool {
        self.opened(seeds, Around { before, after: None }).seen.last().copied().unwrap_or(false)
    }

    fn opened(&self, seeds: &[usize], around: Around) -> Open {
        let mut open = Open::new(self.steps.len());
        for seed in seeds {
            self.open(*seed, around, &mut open);
        }
        open
    }

    /// Opens a step and all that are reached from it without a character.
    fn open(&self, index: usize, around: Around, open: &mut Open) {
        open.todo.push(index);
        while let Some(index) = open.todo.pop() {
            match open.seen.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            open.list.push(index);
            match self.steps.get(index) {
                Some(Step::Jump(to)) => open.todo.push(*to),
                Some(Step::Fork(to)) => open.todo.extend([*to, index + 1]),
                Some(Step::Check(assertion)) if around.holds(*assertion) => {
                    open.todo.push(index + 1);
                }
                _ => {}
            }
        }
    }
}
