//! The `metadata` of a Kubernetes resource. It is about the object that has the rules, not about them, so it becomes a note; what the API server
//! writes there is nobody's.

use super::fields::Reader;
use super::messages as say;
use super::settings::Context;
use super::yaml::{Node, Value};
use std::rc::Rc;

/// What clients and servers leave behind, which no author wrote.
const MARKS: [&str; 1] = ["kubectl.kubernetes.io/last-applied-configuration"];

/// Namespace, labels and annotations of a resource in words, apart from those that are `carried` over.
pub fn note(
    reader: &mut Reader<'_>,
    context: &mut Context,
    metadata: Option<&Rc<Node>>,
    carried: impl Fn(&str) -> bool,
) -> Option<String> {
    let metadata = metadata?;
    let mut parts = Vec::new();
    let mut first = None;
    if let Some(namespace) = metadata.get("namespace")
        && let Some(text) = namespace.text()
    {
        first = Some(reader.at(namespace));
        parts.push(format!("the namespace {text}"));
    }
    for what in ["labels", "annotations"] {
        let Some(Value::Map(pairs)) = metadata.get(what).map(|n| &n.value) else { continue };
        let mut written = Vec::new();
        for (key, value) in pairs {
            let Some(name) = key.text().filter(|k| !carried(k) && !MARKS.contains(k)) else { continue };
            first = first.or_else(|| Some(reader.at(key)));
            written.push(format!("{name}={}", value.text().unwrap_or_default()));
        }
        if !written.is_empty() {
            parts.push(format!("the {what} {}", written.join(", ")));
        }
    }
    let first = first?;
    if context.is_first_of_all("resource") {
        let message = "this is about the Kubernetes object: with `target = \"prometheus-operator\"`, `namespace` and `labels` of [build] in tabi.toml say it for the rules";
        reader.say(say::lost_words(first, message));
    }
    Some(format!(
        "the resource had {}; `namespace` and `labels` of [build] in tabi.toml are those of the rules",
        say::and(&parts)
    ))
}
