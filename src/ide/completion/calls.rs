//! Calls of templates: their names, their arguments; and the types of parameters where templates are declared.

use super::{Asked, CompletionKind as Offer, Offers, escaped, values};
use crate::ide::callables::{Callable, callables, prefixes};
use crate::ide::signature::{active, callee, given};
use crate::schema::kind::Kind;
use crate::syntax::ast::{Call, Entry, Item, Query};
use std::fmt::Write;

const TYPES: [(&str, &str); 4] = [
    ("string", "for `=` and `!=`"),
    ("regex", "for `=~` and `!~`"),
    ("duration", "for `under`, ranges and offsets"),
    ("number", "in PromQL"),
];

/// What may be called: behind a prefix its templates, else everything.
pub fn callees(asked: &Asked<'_>, offers: &mut Offers) {
    let dotted = asked.back(1).is_some_and(|t| t.kind == Kind::Dot);
    let prefix = if dotted { asked.back(2).map(|t| t.span.of(asked.text)) } else { None };
    let all = callables(asked.files, asked.file);
    for callable in all.iter().filter(|c| prefix.is_none() || c.prefix == prefix) {
        let name = match callable.prefix {
            Some(of) if prefix.is_none() => format!("{of}.{}", callable.name),
            _ => callable.name.to_string(),
        };
        let (signature, _) = callable.label();
        let doc = callable.doc().unwrap_or_default();
        let detail = signature.strip_prefix(callable.name).unwrap_or_default();
        // where the call goes on, only the name is written
        if asked.behind().is_empty() || asked.behind().starts_with('}') {
            offers.snippet(&name, Offer::Template, detail, &doc, &call(&name, callable));
        } else {
            offers.write(&name, Offer::Template, detail, &doc, &name);
        }
    }
    if prefix.is_none() {
        for (prefix, module) in prefixes(asked.files, asked.file) {
            let dotted = if asked.behind().starts_with('.') { prefix.to_string() } else { format!("{prefix}.") };
            offers.write(prefix, Offer::Module, &format!("std.{}", module.name), &module.doc(), &dotted);
        }
    }
}

/// A call with the parameters that have no default, and the block with its target.
fn call(name: &str, callable: &Callable<'_>) -> String {
    let (mut text, mut stop) = (format!("{name}("), 1);
    for p in callable.parameters().iter().filter(|p| p.default.is_none()) {
        let value = match p.ty {
            "duration" => format!("${{{stop}:1s}}"),
            "number" => format!("${{{stop}:1}}"),
            _ => format!("\"${{{stop}:{}}}\"", p.name),
        };
        let comma = if stop > 1 { ", " } else { "" };
        let _ = write!(text, "{comma}{}: {value}", p.name);
        stop += 1;
    }
    let _ = write!(text, ") {{\n  target ${{{stop}:99.9%}}\n}}$0");
    text
}

/// Names of arguments that are not given yet, and values for the parameter whose turn it is.
pub fn arguments(asked: &Asked<'_>, offers: &mut Offers) {
    let frame = asked.spot.frame();
    let Some(callable) = callee(asked.files, asked.file, asked.spot, frame.open) else { return };
    let parameters = callable.parameters();
    let names: Vec<&str> = parameters.iter().map(|p| p.name).collect();
    let (position, given) = given(asked.text, asked.spot, frame.open);
    match asked.spot.item_tokens() {
        [] => {
            // the name that is written may be there already; then it is the one that is meant
            let colon = asked.behind().starts_with(':');
            let turn = parameters.get(position).filter(|_| given.is_empty() && !colon);
            if let Some(parameter) = turn {
                value(asked, &callable, parameter.name, offers);
            }
            for (index, p) in parameters.iter().enumerate() {
                let taken = given.contains(&p.name) || (given.is_empty() && index < position);
                if !taken {
                    let detail = p.default.map_or_else(|| p.ty.to_string(), |d| format!("{} = {d}", p.ty));
                    let text = if colon { p.name.to_string() } else { format!("{}: ", p.name) };
                    offers.write(p.name, Offer::Parameter, &detail, &callable.doc().unwrap_or_default(), &text);
                }
            }
        }
        [.., last] if last.kind == Kind::Colon => {
            if let Some(index) = active(asked.text, asked.spot, frame.open, &names) {
                value(asked, &callable, names[index], offers);
            }
        }
        _ => {}
    }
}

/// Values for a parameter: buckets where it is the bound of a latency, its default, and what other calls say.
fn value(asked: &Asked<'_>, callable: &Callable<'_>, name: &str, offers: &mut Offers) {
    let parameters = callable.parameters();
    let Some(parameter) = parameters.iter().find(|p| p.name == name) else { return };
    if let Some(default) = parameter.default {
        offers.add(default, Offer::Value, "default", "");
    }
    let fits = |value: &str| match parameter.ty {
        "string" | "regex" => value.starts_with(['"', '\'']),
        "duration" => crate::syntax::leaf::duration(value).is_some(),
        _ => crate::syntax::leaf::number(value).is_some(),
    };
    let entries = callable.template.body.as_ref().map_or(&[][..], |b| &b.items);
    let bounds = entries.iter().any(|entry| match entry {
        Entry::Measure(m) => m.under.is_some_and(|w| w.span.of(callable.text).strip_prefix('$') == Some(name)),
        _ => false,
    });
    let buckets = values::buckets(entries, callable.text);
    let mut strict = false;
    if bounds {
        strict = !buckets.is_empty();
        for bucket in buckets {
            offers.add(bucket, Offer::Value, "a bucket", "");
        }
    }
    for value in asked.seen().arguments.get(name).into_iter().flatten().filter(|v| fits(v)) {
        offers.add(value, Offer::Value, "used in the project", "");
    }
    match parameter.ty {
        // `buckets` of the template may be replaced by the caller, so that other bounds are no mistake
        "duration" if !strict => values::duration_argument(asked, offers),
        "string" | "regex" => {
            let detail = match queries(entries).find_map(|q| label_of(callable.text, q, name)) {
                Some(label) => format!("{} for the label `{label}`", parameter.ty),
                None => parameter.ty.to_string(),
            };
            offers.snippet("\"…\"", Offer::Snippet, &detail, "", &format!("\"${{1:{}}}\"$0", escaped(name)));
        }
        _ => {}
    }
}

fn queries(entries: &[Entry]) -> impl Iterator<Item = &Query> {
    entries.iter().filter_map(|entry| match entry {
        Entry::Measure(measure) => measure.query.as_ref(),
        _ => None,
    })
}

/// The label that a parameter is matched against.
fn label_of<'a>(text: &'a str, query: &Query, name: &str) -> Option<&'a str> {
    let Query::Selector(selector) = query else { return None };
    let mut matchers = selector.matchers.iter().flat_map(|m| &m.items);
    let found = matchers.find(|m| m.value.is_some_and(|v| v.span.of(text).strip_prefix('$') == Some(name)));
    found.map(|m| m.label.span.of(text))
}

/// The template that the SLI which begins at a byte calls.
pub fn called<'a>(asked: &Asked<'a>, start: u32) -> Option<Callable<'a>> {
    let mut blocks: Vec<&Entry> = asked.parsed.ast.items.iter().filter_map(Item::body).flat_map(|b| &b.items).collect();
    let mut call: Option<&Call> = None;
    while let Some(entry) = blocks.pop() {
        match entry {
            Entry::Sli(sli) if sli.span.start == start => call = sli.call.as_ref(),
            Entry::Step(step) => blocks.extend(step.body.iter().flat_map(|b| &b.items)),
            _ => {}
        }
    }
    let of = |span: crate::source::Span| span.of(asked.text);
    let (name, prefix) = call?.path.split_last()?;
    let prefix = prefix.last().map(|n| of(n.span));
    callables(asked.files, asked.file).into_iter().find(|c| c.prefix == prefix && c.name == of(name.span))
}

/// What may follow in the parameters of a template: a type, and a default of that type.
pub fn types(asked: &Asked<'_>, offers: &mut Offers) {
    match asked.spot.item_tokens() {
        [.., colon] if colon.kind == Kind::Colon => {
            for (word, meaning) in TYPES {
                offers.add(word, Offer::Value, meaning, "The type of the parameter.");
            }
        }
        [.., ty, equals] if equals.kind == Kind::Eq => match ty.span.of(asked.text) {
            "duration" => values::duration_argument(asked, offers),
            "regex" => offers.add("\".+\"", Offer::Value, "anything", ""),
            "string" => offers.snippet("\"…\"", Offer::Snippet, "string", "", "\"$1\"$0"),
            "number" => offers.add("1", Offer::Value, "number", ""),
            _ => {}
        },
        _ => {}
    }
}
