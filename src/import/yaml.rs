//! YAML with places: the documents of a text as trees of which each node knows its bytes. Aliases share their node, so a text that is small
//! stays small, whatever it multiplies; what reads these trees looks at known keys only.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue as c;
use crate::source::{FileId, Place, SourceFile, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};
use std::collections::HashMap;
use std::rc::Rc;

/// Nobody nests a specification so deep.
const DEEPEST: usize = 64;
/// How many characters lie between two known offsets.
const STRIDE: usize = 512;
/// So much of a value stands in a comment.
const LONGEST: usize = 200;

/// A value and where it stands.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Its bytes.
    pub span: Span,
    /// The file that has it: what a reference leads to may stand in another one.
    pub file: FileId,
}

/// What a node is.
#[derive(Debug)]
pub enum Value {
    /// Text, and whether it is without quotes, so that it may be a number, `true` or nothing.
    Scalar(String, bool),
    /// `- a`
    List(Vec<Rc<Node>>),
    /// `a: b`, in the order written
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

impl Node {
    /// The text of a scalar that is not nothing.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) if !self.is_nothing() => Some(text),
            _ => None,
        }
    }

    /// `null`, `~` or no value at all.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, true) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The value of a key; nothing in what is no map.
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        let Value::Map(pairs) = &self.value else { return None };
        pairs.iter().find(|(k, _)| matches!(&k.value, Value::Scalar(text, _) if text == key)).map(|(_, value)| value)
    }

    /// On one line, for a comment; cut off where it is long, since aliases may make much of little.
    pub fn written(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        if out.len() > LONGEST {
            let cut = out.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last().unwrap_or(0);
            out.truncate(cut);
            out.push('…');
        }
        out
    }

    fn write(&self, out: &mut String) {
        match &self.value {
            _ if out.len() > LONGEST => {}
            Value::Scalar(text, _) => out.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Value::List(items) => {
                out.push('[');
                for (i, item) in items.iter().take(LONGEST).enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Value::Map(pairs) => {
                out.push('{');
                for (i, (key, value)) in pairs.iter().take(LONGEST).enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    key.write(out);
                    out.push_str(": ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// What it is, for messages.
    pub fn described(&self) -> &'static str {
        match &self.value {
            _ if self.is_nothing() => "nothing",
            Value::Scalar(..) => "a text or number",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// The documents of a text, up to the first mistake.
pub fn read(id: FileId, file: &SourceFile) -> (Vec<Rc<Node>>, Vec<Diagnostic>) {
    let mut builder = Builder { file: id, offsets: Offsets::of(&file.text), open: Vec::new(), anchors: HashMap::new() };
    if let Some(at) = file.text.find('\0') {
        // for the parser it is the end of the text, and what follows would be lost
        let span = Span { start: at as u32, end: at as u32 + 1 };
        let place = Place { file: id, span };
        return (Vec::new(), vec![Diagnostic::new(&c::SYNTAX, "a NUL character is not YAML", place, "here")]);
    }
    let mut documents = Vec::new();
    let mut found = Vec::new();
    for event in Parser::new_from_str(&file.text) {
        let problem = match event {
            Ok((event, span)) => {
                let span = Span { start: builder.offsets.byte(&span.start), end: builder.offsets.byte(&span.end) };
                builder.event(event, span, &mut documents).err()
            }
            Err(error) => Some(broken(id, file, &builder.offsets, &error)),
        };
        if let Some(problem) = problem {
            found.push(problem);
            break;
        }
    }
    (documents, found)
}

fn broken(id: FileId, file: &SourceFile, offsets: &Offsets<'_>, error: &ScanError) -> Diagnostic {
    let at = offsets.byte(error.marker());
    let line = file.line_span(file.line_of(at));
    let written = line.of(&file.text);
    let end = line.start + written.trim_end().len() as u32;
    let start = at.min(end);
    let place = Place { file: id, span: Span { start, end: end.max(start) } };
    Diagnostic::new(&c::SYNTAX, format!("this is not YAML: {}", error.info()), place, "not understood from here")
}

/// Turns characters, as the parser counts, into bytes.
struct Offsets<'a> {
    text: &'a str,
    /// The byte of each `STRIDE`th character; nothing where all are ASCII.
    known: Vec<u32>,
}

impl<'a> Offsets<'a> {
    fn of(text: &'a str) -> Self {
        let known = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STRIDE).map(|(byte, _)| byte as u32).collect()
        };
        Offsets { text, known }
    }

    fn byte(&self, marker: &Marker) -> u32 {
        let index = marker.index();
        if self.known.is_empty() {
            return index.min(self.text.len()) as u32;
        }
        let Some(start) = self.known.get(index / STRIDE) else { return self.text.len() as u32 };
        let rest = self.text.get(*start as usize..).unwrap_or("");
        rest.char_indices().nth(index % STRIDE).map_or(self.text.len() as u32, |(byte, _)| start + byte as u32)
    }
}

/// A list or a map that is not closed yet.
struct Open {
    map: bool,
    anchor: usize,
    start: u32,
    children: Vec<Rc<Node>>,
}

struct Builder<'a> {
    file: FileId,
    offsets: Offsets<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span, documents: &mut Vec<Rc<Node>>) -> Result<(), Diagnostic> {
        let done = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none_or(|tag| tag.suffix != "str");
                // a block's span reaches into the lines after it
                let written = span.of(self.offsets.text).trim_end();
                let span = Span { start: span.start, end: span.start + written.len() as u32 };
                Some((anchor, Node { value: Value::Scalar(text.into_owned(), plain), span, file: self.file }))
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) if self.open.len() >= DEEPEST => {
                let _ = anchor;
                let place = Place { file: self.file, span: Span { start: span.start, end: span.start + 1 } };
                let message = format!("more than {DEEPEST} lists and maps inside each other");
                return Err(Diagnostic::new(&c::SYNTAX, message, place, "one too many"));
            }
            Event::SequenceStart(anchor, _) => {
                self.open.push(Open { map: false, anchor, start: span.start, children: Vec::new() });
                None
            }
            Event::MappingStart(anchor, _) => {
                self.open.push(Open { map: true, anchor, start: span.start, children: Vec::new() });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => self.open.pop().map(|open| {
                let end = open.children.last().map_or(span.end, |child| child.span.end).max(open.start);
                let value =
                    if open.map { Value::Map(merged(&open.children)) } else { Value::List(open.children.clone()) };
                (open.anchor, Node { value, span: Span { start: open.start, end }, file: self.file })
            }),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    let place = Place { file: self.file, span };
                    return Err(Diagnostic::new(
                        &c::SYNTAX,
                        "an alias stands after its anchor, in the same document",
                        place,
                        "no anchor before it",
                    ));
                };
                let node = node.clone();
                self.place(node, documents);
                None
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                None
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => None,
        };
        if let Some((anchor, node)) = done {
            let node = Rc::new(node);
            if anchor > 0 {
                self.anchors.insert(anchor, node.clone());
            }
            self.place(node, documents);
        }
        Ok(())
    }

    fn place(&mut self, node: Rc<Node>, documents: &mut Vec<Rc<Node>>) {
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => documents.push(node),
        }
    }
}

/// Pairs from keys and values in turn; the keys of `<<` come after the map's own, which win.
fn merged(children: &[Rc<Node>]) -> Vec<(Rc<Node>, Rc<Node>)> {
    let mut own = Vec::new();
    let mut taken: Vec<(Rc<Node>, Rc<Node>)> = Vec::new();
    for pair in children.chunks_exact(2) {
        let (key, value) = (&pair[0], &pair[1]);
        let is_merge = matches!(&key.value, Value::Scalar(text, true) if text == "<<");
        match &value.value {
            Value::Map(pairs) if is_merge => taken.extend(pairs.iter().cloned()),
            Value::List(all) if is_merge => {
                taken.extend(
                    all.iter()
                        .filter_map(|n| if let Value::Map(p) = &n.value { Some(p) } else { None })
                        .flatten()
                        .cloned(),
                );
            }
            _ => own.push((key.clone(), value.clone())),
        }
    }
    for (key, value) in taken {
        let name = key.text();
        if !own.iter().any(|(k, _): &(Rc<Node>, Rc<Node>)| k.text() == name) {
            own.push((key, value));
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn read_text(text: &str) -> (SourceFile, Vec<Rc<Node>>, Vec<Diagnostic>) {
        let file = SourceFile::new("a.yaml", text);
        let (documents, found) = read(FileId(0), &file);
        (file, documents, found)
    }

    #[test]
    fn every_value_knows_its_bytes() {
        let (file, documents, found) = read_text("日本: é\n---\nlist:\n  - |\n    a\n    b\n\n  - 'x'\nlast: ~\n");
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(documents.len(), 2);
        let first = documents[0].get("日本").expect("the key");
        assert_eq!((first.text(), first.span.of(&file.text)), (Some("é"), "é"));
        let list = documents[1].get("list").expect("the list");
        let Value::List(items) = &list.value else { panic!("no list") };
        assert_eq!(items[0].text(), Some("a\nb\n"));
        assert!(items[0].span.of(&file.text).ends_with("    b"), "{:?}", items[0].span.of(&file.text));
        assert_eq!(items[1].span.of(&file.text), "'x'");
        assert!(documents[1].get("last").is_some_and(|n| n.is_nothing()));
    }

    #[test]
    fn aliases_and_merges_share_and_do_not_multiply() {
        let (_, documents, found) = read_text("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\nc: *a\n");
        assert!(found.is_empty());
        let b = documents[0].get("b").expect("b");
        assert_eq!(b.get("x").and_then(|n| n.text()), Some("3"));
        assert_eq!(b.get("y").and_then(|n| n.text()), Some("2"));
        assert_eq!(documents[0].get("c").and_then(|c| c.get("x")).and_then(|n| n.text()), Some("1"));

        let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..60 {
            let before = format!("*a{}, ", i - 1).repeat(10);
            let _ = writeln!(laughs, "a{i}: &a{i} [{}]", before.trim_end_matches(", "));
        }
        let (_, documents, found) = read_text(&laughs);
        assert!(found.is_empty());
        let last = documents[0].get("a59").expect("the last");
        assert!(last.written().starts_with("[[[[") && last.written().len() < 400, "{}", last.written());
        assert_eq!(documents[0].get("a0").map(|a| a.written()).as_deref(), Some("[x, x, x, x, x, x, x, x, x, x]"));
    }

    #[test]
    fn what_is_broken_is_said_once_with_its_place() {
        for (text, said) in [
            ("a: [1, 2\n", "this is not YAML"),
            ("a: 1\n b: 2\n", "this is not YAML"),
            ("a: \"open\n", "this is not YAML"),
            ("a: 1\0b: 2\n", "NUL"),
            ("a: &a [*a]\n", "alias"),
            ("a: *nobody\n", "this is not YAML"),
        ] {
            let (_, _, found) = read_text(text);
            assert_eq!(found.len(), 1, "{text:?}");
            assert!(found[0].message.contains(said), "{}", found[0].message);
        }
        let (_, _, found) = read_text(&"- ".repeat(100_000));
        assert_eq!(found.len(), 1);
        let (_, _, found) = read_text(&"[".repeat(100_000));
        assert_eq!(found.len(), 1);
    }
}
