//! What may stand at a place: keywords, settings, names, arguments, units and whole declarations. One file for each kind of place; where
//! one stands is known from the words before (`spot.rs`), so that broken text has answers like any other.

mod calls;
mod comments;
mod entries;
mod heads;
mod promql;
mod seen;
mod selectors;
mod strings;
mod values;

use super::Project;
use super::modules::Files;
use super::spot::{Frame, Holds, Inside, Next, Spot, has_bound, spot};
use crate::schema;
use crate::source::{FileId, Span};
use crate::syntax::Parsed;
use crate::syntax::ast::{Block, Entry, Item};
use crate::syntax::lexer::Token;
use seen::Seen;
use std::cell::OnceCell;
use std::collections::HashSet;

/// What kind of thing is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each variant is the thing of that name")]
pub enum CompletionKind {
    Keyword,
    Setting,
    Journey,
    Step,
    Sli,
    Site,
    Template,
    Module,
    File,
    Parameter,
    Value,
    Label,
    Metric,
    Snippet,
}

/// Something that may stand there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What is shown and, unless it is a snippet, written.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label.
    pub detail: Option<String>,
    /// Markdown.
    pub documentation: Option<String>,
    /// What is replaced: from where the word begins to the place that was asked about, or to the end of the word.
    pub span: Span,
    /// What is written.
    pub text: String,
    /// Whether `text` has tab stops (`$1`, `${2:name}`, `$0`) as snippets of editors have; else it is written as it is.
    pub snippet: bool,
    /// For clients without snippets: the text without tab stops.
    pub plain: String,
}

/// What may stand at a byte of a file, the most likely first.
pub fn completion(project: &Project<'_>, file: FileId, offset: u32) -> Vec<Completion> {
    let files = Files::of(project);
    let Some(parsed) = files.parsed(file) else { return Vec::new() };
    let text = project.text(file);
    let offset = project.sources.file(file).floor(offset);
    let spot = spot(text, &parsed.lexed, offset);
    let asked = Asked { files: &files, file, text, parsed, spot: &spot, offset, seen: OnceCell::new() };
    let mut offers = Offers { span: spot.word, list: Vec::new(), labels: HashSet::new() };
    match spot.inside {
        Inside::Comment(comment) => comments::offer(&asked, comment, &mut offers),
        Inside::Text(span) => strings::offer(&asked, span, &mut offers),
        Inside::Raw(span) => promql::offer(&asked, span, &mut offers),
        Inside::Code => code(&asked, &mut offers),
    }
    offers.list
}

/// The word that is being written is no example for itself; one that the cursor only stands before may be.
fn skipped(spot: &Spot<'_>, offset: u32) -> Span {
    match spot.inside {
        Inside::Text(span) if span.start < offset => span,
        // in backticks the word is what touches the cursor
        Inside::Raw(_) => Span { start: offset, end: offset },
        _ if spot.word.start < offset => spot.word,
        _ => Span::default(),
    }
}

/// A question with what it takes to answer it.
struct Asked<'a> {
    files: &'a Files<'a>,
    file: FileId,
    text: &'a str,
    parsed: &'a Parsed,
    spot: &'a Spot<'a>,
    offset: u32,
    /// Read when it is first asked for: most places need nothing of it.
    seen: OnceCell<Seen<'a>>,
}

impl<'a> Asked<'a> {
    /// What the project already says.
    fn seen(&self) -> &Seen<'a> {
        self.seen.get_or_init(|| seen::seen(self.files, self.file, skipped(self.spot, self.offset)))
    }

    /// The word up to the cursor.
    fn typed(&self) -> &'a str {
        Span { start: self.spot.word.start, end: self.offset.max(self.spot.word.start) }.of(self.text)
    }

    /// What stands behind the word on its line.
    fn behind(&self) -> &'a str {
        let rest = self.text.get(self.spot.word.end as usize..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim_start()
    }

    /// A token before the word: 1 is the last one.
    fn back(&self, n: usize) -> Option<Token> {
        self.spot.before.checked_sub(n).map(|i| self.spot.tokens[i])
    }

    /// What was parsed of an open block.
    fn entries(&self, frame: &Frame) -> &'a [Entry] {
        let open = self.spot.tokens.get(frame.open).map_or(0, |t| t.span.start);
        let mut blocks: Vec<&Block<Entry>> = self.parsed.ast.items.iter().filter_map(Item::body).collect();
        while let Some(block) = blocks.pop() {
            if block.open.start == open {
                return &block.items;
            }
            let inner = block.items.iter().filter(|e| (e.span().start..=e.span().end).contains(&open));
            blocks.extend(inner.filter_map(Entry::body));
        }
        &[]
    }

    /// The template in which the cursor stands, as its parameters: name and type.
    fn parameters(&self) -> Vec<(&'a str, &'a str)> {
        let Some(frame) = self.spot.frames.iter().find(|f| f.holds == Holds::Entries(schema::Block::Template)) else {
            return Vec::new();
        };
        let head = self.spot.tokens.get(frame.head).map_or(0, |t| t.span.start);
        let template = self.parsed.ast.items.iter().find_map(|item| match item {
            Item::Template(template) if template.span.start == head => Some(template),
            _ => None,
        });
        let params = template.and_then(|t| t.params.as_ref()).map_or(&[][..], |p| &p.items);
        params.iter().map(|p| (p.name.span.of(self.text), p.ty.map_or("", |ty| ty.span.of(self.text)))).collect()
    }

    /// The parameters of these types, as `$name`.
    fn offer_parameters(&self, types: &[&str], offers: &mut Offers) {
        for (name, ty) in self.parameters() {
            if types.contains(&ty) {
                offers.add(&format!("${name}"), CompletionKind::Parameter, ty, "");
            }
        }
    }
}

fn code(asked: &Asked<'_>, offers: &mut Offers) {
    match asked.spot.frame().holds {
        Holds::Entries(block) => {
            heads::offer(asked, offers);
            let begins = asked.spot.begins_line(asked.text);
            let whole = match asked.spot.next {
                Next::Entry | Next::Valued(_) => true,
                Next::Metric(measure) | Next::Queried(measure) => begins || !has_bound(measure),
                _ => begins,
            };
            if whole {
                entries::offer(asked, block, offers);
            }
        }
        Holds::Params => calls::types(asked, offers),
        Holds::Args => calls::arguments(asked, offers),
        Holds::Matchers => selectors::matchers(asked, offers),
        Holds::Pairs(key) => selectors::pairs(asked, key, offers),
        Holds::Unknown => {}
    }
}

/// What is offered, each label once.
struct Offers {
    span: Span,
    list: Vec<Completion>,
    labels: HashSet<String>,
}

impl Offers {
    fn push(&mut self, label: &str, kind: CompletionKind, detail: &str, doc: &str, text: String, snippet: bool) {
        if label.is_empty() || !self.labels.insert(label.to_string()) {
            return;
        }
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let plain = if snippet { without_stops(&text) } else { text.clone() };
        self.list.push(Completion {
            label: label.to_string(),
            kind,
            detail: some(detail),
            documentation: some(doc),
            span: self.span,
            text,
            snippet,
            plain,
        });
    }

    /// A word that is written as it is.
    fn add(&mut self, label: &str, kind: CompletionKind, detail: &str, doc: &str) {
        self.push(label, kind, detail, doc, label.to_string(), false);
    }

    /// A word that something else is written for.
    fn write(&mut self, label: &str, kind: CompletionKind, detail: &str, doc: &str, text: &str) {
        self.push(label, kind, detail, doc, text.to_string(), false);
    }

    /// A text with tab stops.
    fn snippet(&mut self, label: &str, kind: CompletionKind, detail: &str, doc: &str, text: &str) {
        self.push(label, kind, detail, doc, text.to_string(), true);
    }
}

/// A snippet without its tab stops: `${1:name}` is `name`, `$1` is nothing, `\$` is `$`.
fn without_stops(snippet: &str) -> String {
    let mut out = String::with_capacity(snippet.len());
    let mut depth = 0usize;
    let mut chars = snippet.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '$' if chars.peek() == Some(&'{') => {
                chars.next();
                depth += 1;
                while chars.peek().is_some_and(char::is_ascii_digit) {
                    chars.next();
                }
                chars.next_if_eq(&':');
            }
            '$' if chars.peek().is_some_and(char::is_ascii_digit) => {
                while chars.peek().is_some_and(char::is_ascii_digit) {
                    chars.next();
                }
            }
            '}' if depth > 0 => depth -= 1,
            c => out.push(c),
        }
    }
    out
}

/// A text as it stands in a snippet.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_lose_their_stops() {
        assert_eq!(
            without_stops("sli ${1:name} {\n  $2\n  target ${3:99.9%}\n}$0"),
            "sli name {\n  \n  target 99.9%\n}"
        );
        assert_eq!(without_stops(&escaped("a$b\\c}")), "a$b\\c}");
    }
}
