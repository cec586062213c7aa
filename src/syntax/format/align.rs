//! Lines to text: keywords and values in columns, trailing comments in a column, two spaces a level.

use unicode_width::UnicodeWidthStr;

/// A line to be printed. Its text may hold line ends: those of PromQL in backticks.
#[derive(Debug)]
pub struct Line {
    /// How many levels it is indented.
    pub depth: usize,
    /// Whether a blank line stands before it.
    pub blank: bool,
    /// Its words.
    pub text: String,
    /// Its part in a column.
    pub role: Role,
    /// The comment behind it.
    pub comment: Option<String>,
}

/// The part of a line in columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A keyword of so many bytes and its value.
    Plain {
        /// The length of the keyword.
        key: usize,
    },
    /// An item of a list that is broken over lines.
    Item,
    /// A comment on its own line; it parts no columns.
    Comment,
    /// Anything else; it ends the columns above it.
    Other,
}

/// The text of all lines.
pub fn print(mut lines: Vec<Line>) -> String {
    let mut start = 0;
    while start < lines.len() {
        let end = end_of_group(&lines, start);
        columns(&mut lines[start..end]);
        start = end;
    }
    let mut out = String::new();
    for line in &lines {
        if line.blank {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n("  ", line.depth));
        out.push_str(&line.text);
        out.extend(line.comment.iter().map(String::as_str));
        out.push('\n');
    }
    out
}

/// How wide a line is on the screen; full-width characters take two columns.
pub fn width(text: &str) -> usize {
    text.rsplit('\n').next().unwrap_or_default().width()
}

/// A group: neighbouring lines of one kind at one level, with no blank line between them.
fn end_of_group(lines: &[Line], start: usize) -> usize {
    let kind = |line: &Line| match line.role {
        Role::Plain { .. } => Some(false),
        Role::Item => Some(true),
        Role::Comment | Role::Other => None,
    };
    let first = kind(&lines[start]);
    let joins = |line: &Line| {
        let fits = line.role == Role::Comment || (first.is_some() && kind(line) == first);
        fits && line.depth == lines[start].depth && !line.blank && !line.text.contains('\n')
    };
    if first.is_none() || lines[start].text.contains('\n') {
        return start + 1;
    }
    start + 1 + lines[start + 1..].iter().take_while(|l| joins(l)).count()
}

fn columns(group: &mut [Line]) {
    let key_of = |line: &Line| match line.role {
        Role::Plain { key } if line.text.len() > key && !line.text.contains('\n') => Some(key),
        _ => None,
    };
    let widest = group.iter().filter_map(key_of).max().unwrap_or(0);
    for line in group.iter_mut() {
        if let Some(key) = key_of(line) {
            line.text.insert_str(key, &" ".repeat(widest - key));
        }
    }
    let column = group.iter().filter(|l| l.comment.is_some()).map(|l| width(&l.text)).max().unwrap_or(0);
    for line in group {
        let gap = column.saturating_sub(width(&line.text)) + 2;
        if let Some(comment) = &mut line.comment {
            comment.insert_str(0, &" ".repeat(gap));
        }
    }
}
