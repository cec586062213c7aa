//! The fields of a specification: each is known or reported, none is passed over.

use super::messages as say;
use super::yaml::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Place, Sources, Span};
use std::rc::Rc;

/// A document that is being read, and what was said of it.
pub struct Reader<'a> {
    /// The file that has it.
    pub id: FileId,
    /// All texts, also those that references lead to.
    pub sources: &'a Sources,
    /// What was said.
    pub found: Vec<Diagnostic>,
}

/// A map whose keys are all known.
pub struct Fields {
    /// The node of the map.
    pub node: Rc<Node>,
    /// The known name of each field that is there, with its key and its value.
    fields: Vec<(&'static str, Rc<Node>, Rc<Node>)>,
}

impl Fields {
    /// The value of a field; `null` is none.
    pub fn get(&self, name: &str) -> Option<&Rc<Node>> {
        self.fields.iter().find(|(known, _, value)| *known == name && !value.is_nothing()).map(|(_, _, value)| value)
    }
    /// The key of a field.
    pub fn key(&self, name: &str) -> Option<&Rc<Node>> {
        self.fields.iter().find(|(known, _, _)| *known == name).map(|(_, key, _)| key)
    }
}

/// Without regard to capitals and `_`: `pageAlert` and `page_alert` are one.
fn flat(key: &str) -> String {
    key.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

impl Reader<'_> {
    /// The place of a node.
    #[allow(clippy::unused_self, reason = "it is asked beside `head` and `part`, which read the text")]
    pub fn at(&self, node: &Node) -> Place {
        Place { file: node.file, span: node.span }
    }

    /// The first line of a node: what is enough to find a whole map.
    pub fn head(&self, node: &Node) -> Place {
        let text = self.sources.text(self.at(node));
        let first = text.split('\n').next().unwrap_or("").trim_end();
        Place { file: node.file, span: Span { start: node.span.start, end: node.span.start + first.len() as u32 } }
    }

    /// A part of a text that stands in the YAML just once, or else the whole text.
    pub fn part(&self, node: &Node, part: &str) -> Place {
        let written = self.sources.text(self.at(node));
        match written.find(part) {
            Some(at) if !part.is_empty() && written.rfind(part) == Some(at) => {
                Place { file: node.file, span: node.span.part(at as u32, (at + part.len()) as u32) }
            }
            _ => self.at(node),
        }
    }

    /// Says something.
    pub fn say(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// The fields of a map. What is unknown or there twice is said; what is only spelled as in another format of the tool is read.
    pub fn fields(&mut self, node: &Rc<Node>, what: &str, known: &'static [&'static str]) -> Option<Fields> {
        let Value::Map(pairs) = &node.value else {
            self.say(say::wrong_kind(self.head(node), what, "a map", node.described()));
            return None;
        };
        let mut fields: Vec<(&'static str, Rc<Node>, Rc<Node>)> = Vec::new();
        for (key, value) in pairs {
            let at = self.at(key);
            let Some(text) = key.text() else {
                self.say(say::wrong_kind(self.head(key), "a key", "a text", key.described()));
                continue;
            };
            let exact = known.iter().find(|k| **k == text);
            let found = exact.or_else(|| known.iter().find(|k| flat(k) == flat(text)));
            let Some(name) = found.copied() else {
                self.say(say::unknown_field(at, text, what, known));
                continue;
            };
            if let Some((_, first, _)) = fields.iter().find(|(n, _, _)| *n == name) {
                let first = self.at(first);
                self.say(say::duplicate_field(at, first, name));
                continue;
            }
            if exact.is_none() {
                self.say(say::other_spelling(at, text, name, what));
            }
            fields.push((name, key.clone(), value.clone()));
        }
        Some(Fields { node: node.clone(), fields })
    }

    /// A field that has to be there.
    pub fn required(&mut self, fields: &Fields, name: &str, what: &str) -> Option<Rc<Node>> {
        let found = fields.get(name).cloned();
        if found.is_none() {
            let at = fields.key(name).map_or_else(|| self.head(&fields.node), |key| self.at(key));
            self.say(say::missing_field(at, name, what));
        }
        found
    }

    /// The text of a field, if it is there.
    pub fn text(&mut self, fields: &Fields, name: &str) -> Option<String> {
        let node = fields.get(name)?.clone();
        self.text_of(&node, name)
    }

    /// The text of a scalar.
    pub fn text_of(&mut self, node: &Node, name: &str) -> Option<String> {
        let text = node.text().map(str::to_string);
        if text.is_none() {
            self.say(say::wrong_kind(self.head(node), name, "a text", node.described()));
        }
        text
    }

    /// The text of a field that has to be there and not to be empty.
    pub fn required_text(&mut self, fields: &Fields, name: &str, what: &str) -> Option<(String, Rc<Node>)> {
        let node = self.required(fields, name, what)?;
        let text = self.text_of(&node, name)?;
        if text.trim().is_empty() {
            self.say(say::missing_field(self.at(&node), name, what));
            return None;
        }
        Some((text, node))
    }

    /// A field that is `true` or `false`.
    pub fn flag(&mut self, fields: &Fields, name: &str) -> Option<bool> {
        let node = fields.get(name)?.clone();
        match &node.value {
            Value::Scalar(text, true) if text == "true" => Some(true),
            Value::Scalar(text, true) if text == "false" => Some(false),
            _ => {
                self.say(say::wrong_kind(self.head(&node), name, "`true` or `false`", "something else"));
                None
            }
        }
    }

    /// The items of a list; none where there is no such field.
    pub fn list(&mut self, fields: &Fields, name: &str) -> Vec<Rc<Node>> {
        let Some(node) = fields.get(name).cloned() else { return Vec::new() };
        if let Value::List(items) = &node.value {
            return items.clone();
        }
        self.say(say::wrong_kind(self.head(&node), name, "a list", node.described()));
        Vec::new()
    }

    /// Keys and texts of a map of people's own, in the order written; none where there is no such field.
    pub fn pairs(&mut self, fields: &Fields, name: &str) -> Vec<Pair> {
        let Some(node) = fields.get(name).cloned() else { return Vec::new() };
        let Value::Map(pairs) = &node.value else {
            self.say(say::wrong_kind(self.head(&node), name, "a map", node.described()));
            return Vec::new();
        };
        let mut read: Vec<Pair> = Vec::new();
        for (key, value) in pairs {
            let at = self.at(key);
            let Some(text) = key.text().map(str::to_string) else {
                self.say(say::wrong_kind(at, "a key", "a text", key.described()));
                continue;
            };
            if let Some(first) = read.iter().find(|p| p.key == text) {
                let first = first.at;
                self.say(say::duplicate_field(at, first, &text));
                continue;
            }
            let value = match &value.value {
                Value::Scalar(text, _) => text.clone(),
                // OpenSLO's labels may have several values
                Value::List(items) if items.iter().all(|i| i.text().is_some()) => {
                    items.iter().filter_map(|i| i.text()).collect::<Vec<_>>().join(",")
                }
                _ => {
                    self.say(say::wrong_kind(self.head(value), &text, "a text", value.described()));
                    continue;
                }
            };
            read.push(Pair { key: text, value, at });
        }
        read
    }
}

/// A label or an annotation.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where the key stands.
    pub at: Place,
}
