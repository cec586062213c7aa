//! What has a name in the files that are imported, and who refers to it.

use super::super::Document;
use super::super::fields::Reader;
use super::super::messages as say;
use super::super::service::{Service, owner_of};
use super::super::settings::Context;
use super::super::yaml::Node;
use super::v1::METADATA;
use crate::source::FileId;
use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// What SLOs refer to.
const KINDS: [&str; 6] = ["SLI", "AlertPolicy", "AlertCondition", "AlertNotificationTarget", "DataSource", "Service"];

/// Documents by kind and name.
pub struct Index {
    all: BTreeMap<(String, String), Rc<Node>>,
    /// Those of a kind and a name that another one has already.
    twice: Vec<(String, String, Rc<Node>)>,
    used: RefCell<BTreeSet<(String, String)>>,
}

impl Index {
    /// Of all documents; the first of a name counts.
    pub fn of(documents: &[Document]) -> Index {
        let mut index = Index { all: BTreeMap::new(), twice: Vec::new(), used: RefCell::default() };
        for document in documents {
            let text = |key: &str| document.node.get(key).and_then(|n| n.text());
            let name = document.node.get("metadata").and_then(|m| m.get("name")).and_then(|n| n.text());
            let ours = matches!(text("apiVersion"), Some("openslo/v1" | "openslo/v1alpha"));
            let (Some(kind), Some(name), true) = (text("kind").filter(|k| KINDS.contains(k)), name, ours) else {
                continue;
            };
            let key = (kind.to_string(), name.to_string());
            match index.all.entry(key) {
                Entry::Vacant(free) => {
                    free.insert(document.node.clone());
                }
                Entry::Occupied(taken) => {
                    let (kind, name) = taken.key().clone();
                    index.twice.push((kind, name, document.node.clone()));
                }
            }
        }
        index
    }

    /// The document of a kind and a name.
    pub fn get(&self, kind: &str, name: &str) -> Option<&Rc<Node>> {
        self.is_used(kind, name);
        self.all.get(&(kind.to_string(), name.to_string()))
    }

    /// Marks that something refers to it.
    pub fn is_used(&self, kind: &str, name: &str) {
        self.used.borrow_mut().insert((kind.to_string(), name.to_string()));
    }

    /// What a reference leads to; says where it leads nowhere, and returns that in words. `needed` is what cannot be done without.
    pub fn follow(&self, reader: &mut Reader<'_>, node: &Node, kind: &str, needed: bool) -> Result<Rc<Node>, String> {
        let Some(name) = reader.text_of(node, &format!("the name of a {kind}")) else { return Err(String::new()) };
        if let Some(found) = self.get(kind, &name) {
            return Ok(found.clone());
        }
        let known: Vec<&str> = self.all.keys().filter(|(k, _)| k == kind).map(|(_, name)| name.as_str()).collect();
        let diagnostic = say::unknown_reference(reader.at(node), kind, &name, &known, needed);
        let why = diagnostic.message.clone();
        reader.say(diagnostic);
        Err(why)
    }

    /// Title, description, labels and owner of a service.
    pub fn describe(&self, reader: &mut Reader<'_>, context: &mut Context, service: &mut Service) -> Option<()> {
        let node = self.get("Service", &service.name)?.clone();
        let fields = reader.fields(&node, "a Service", &["apiVersion", "kind", "metadata", "spec"])?;
        if let Some(spec) = fields.get("spec").cloned()
            && let Some(spec) = reader.fields(&spec, "the `spec` of a Service", &["description"])
        {
            service.description = reader.text(&spec, "description").filter(|d| !d.trim().is_empty());
        }
        let meta = fields.get("metadata")?.clone();
        let meta = reader.fields(&meta, "`metadata`", METADATA)?;
        service.title = reader.text(&meta, "displayName");
        let mut labels = reader.pairs(&meta, "labels");
        service.owner = owner_of(&mut labels);
        service.labels = reader.labels(labels, &mut service.notes);
        super::annotations(reader, context, &meta, &mut service.notes);
        Some(())
    }

    /// Says what is there twice, and what no SLO refers to.
    pub fn say_rest(&self, readers: &mut HashMap<FileId, Reader<'_>>) {
        for (kind, name, second) in &self.twice {
            let Some(first) = self.all.get(&(kind.clone(), name.clone())) else { continue };
            let Some(reader) = readers.get_mut(&second.file) else { continue };
            let (at, first) = (reader.head(second), reader.head(first));
            reader.say(say::described_twice(at, first, kind, name));
        }
        let used = self.used.borrow();
        // of targets and sources it is said already that they are nothing of Tabi's
        let said = |kind: &str| ["AlertNotificationTarget", "DataSource"].contains(&kind);
        for ((kind, name), node) in self.all.iter().filter(|(key, _)| !used.contains(*key) && !said(&key.0)) {
            let Some(reader) = readers.get_mut(&node.file) else { continue };
            let at = reader.head(node.get("metadata").unwrap_or(node));
            let message = format!("no SLO here leads to the {kind} `{name}`: nothing was made of it");
            let measures = ["SLI", "AlertPolicy", "AlertCondition"].contains(&kind.as_str());
            reader.say(if measures { say::dropped(at, message) } else { say::lost_words(at, message) });
        }
    }
}
