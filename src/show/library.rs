//! What `tabi std` prints of the modules that ship: a list, a module, a template with its text; and a document for programs.

use crate::diagnostic::did_you_mean;
use crate::source::{FileId, SourceFile};
use crate::stdlib;
use crate::syntax::ast::{Entry, Item};
use crate::syntax::signature::{self, Parameter};
use crate::syntax::{self, comments};
use serde_json::{Value, json};
use std::fmt::Write;

/// How a line of a doc comment begins that is a paragraph of its own: what a template needs, what it counts, where that is from.
pub const PARTS: [&str; 3] = ["Needs ", "One event is ", "Source: "];

/// A module that ships.
#[derive(Debug)]
pub struct Module {
    /// `http` of `std.http`.
    pub name: &'static str,
    /// What it is for, in paragraphs.
    pub doc: Vec<String>,
    /// Its templates, in the order of the text.
    pub templates: Vec<Template>,
}

/// A template of a module.
#[derive(Debug)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub parameters: Vec<Parameter<'static>>,
    /// Its doc comment in paragraphs: what it measures, and then [`PARTS`].
    pub doc: Vec<String>,
    /// What it says beside its measure: the word, and the rest of the entry.
    pub settings: Vec<(&'static str, String)>,
    /// The declaration as it is written, with its doc comment.
    pub text: String,
}

impl Module {
    /// What it is for, in one sentence.
    pub fn summary(&self) -> &str {
        let first = self.doc.first().map_or("", String::as_str);
        first.split_inclusive(". ").next().unwrap_or(first).trim_end()
    }
}

impl Template {
    /// What it measures, in one sentence.
    pub fn summary(&self) -> &str {
        let first = self.doc.first().map_or("", String::as_str);
        first.split_inclusive(". ").next().unwrap_or(first).trim_end()
    }
    /// `http.fast(job: string, limit: duration)`
    pub fn signature(&self, module: &str) -> String {
        signature::signature(&format!("{module}.{}", self.name), &self.parameters).0
    }
    fn setting(&self, word: &str) -> Option<&str> {
        self.settings.iter().find(|(key, _)| *key == word).map(|(_, value)| value.as_str())
    }
}

/// All modules that ship, in order of their names.
pub fn modules() -> Vec<Module> {
    stdlib::ALL.iter().map(module).collect()
}

/// What a module says.
pub fn module(module: &stdlib::Module) -> Module {
    let text = module.text;
    // its text is right, so no diagnostic asks for the id
    let (parsed, _) = syntax::parse(FileId(0), &SourceFile::new(module.name, text));
    let mut templates = Vec::new();
    for item in &parsed.ast.items {
        let Item::Template(template) = item else { continue };
        let doc = comments::doc(text, &parsed, template.span.start).unwrap_or_default();
        let entries = template.body.iter().flat_map(|b| &b.items);
        let settings = entries.filter_map(|entry| {
            let Entry::Setting(setting) = entry else { return None };
            let word = setting.key_span.of(text);
            Some((word, setting.span.of(text)[word.len()..].trim().to_string()))
        });
        let begin = text[..template.span.start as usize].rfind("\n\n").map_or(0, |at| at + 2);
        templates.push(Template {
            name: template.name.map_or("", |n| n.span.of(text)),
            parameters: signature::parameters(text, template),
            doc: paragraphs(&doc),
            settings: settings.collect(),
            text: text[begin..template.span.end as usize].to_string(),
        });
    }
    Module { name: module.name, doc: paragraphs(&module.doc()), templates }
}

/// Lines as paragraphs: a blank line ends one, a line that is one of [`PARTS`] begins one.
fn paragraphs(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim) {
        match found.last_mut() {
            Some(last) if goes_on && !PARTS.iter().any(|p| line.starts_with(p)) && !line.is_empty() => {
                last.push(' ');
                last.push_str(line);
            }
            _ if !line.is_empty() => found.push(line.to_string()),
            _ => {}
        }
        goes_on = !line.is_empty();
    }
    found
}

/// What a name means.
#[derive(Debug)]
pub enum Found<'a> {
    /// `http`
    Module(&'a Module),
    /// `http.fast`
    Template(&'a Module, &'a Template),
}

/// What has a name: `http`, `http.fast`, or either with `std.` before it.
///
/// # Errors
/// In words, where nothing has it.
pub fn find<'a>(modules: &'a [Module], wanted: &str) -> Result<Found<'a>, String> {
    let inside = wanted.strip_prefix("std.").unwrap_or(wanted);
    let (name, rest) = inside.split_once('.').map_or((inside, None), |(name, rest)| (name, Some(rest)));
    let Some(module) = modules.iter().find(|m| m.name == name) else {
        let last = rest.unwrap_or(name);
        let of_that_name = || modules.iter().find(|m| m.templates.iter().any(|t| t.name == last));
        let help = match did_you_mean(name, modules.iter().map(|m| m.name)) {
            Some(near) => format!("did you mean `tabi std {near}`?"),
            None => of_that_name().map_or_else(
                || about(modules, name).unwrap_or_else(|| "`tabi std` lists all".to_string()),
                |module| format!("did you mean `tabi std {}.{last}`?", module.name),
            ),
        };
        return Err(format!("there is no module `{name}`\n  help: {help}"));
    };
    let Some(rest) = rest else { return Ok(Found::Module(module)) };
    let Some(template) = module.templates.iter().find(|t| t.name == rest) else {
        let help = did_you_mean(rest, module.templates.iter().map(|t| t.name)).map_or_else(
            || format!("`tabi std {name}` shows what is in it"),
            |near| format!("did you mean `tabi std {name}.{near}`?"),
        );
        return Err(format!("there is no template `{rest}` in `std.{name}`\n  help: {help}"));
    };
    Ok(Found::Template(module, template))
}

/// The module that is about a word which is no module itself: by the names of its templates, or by what it says of itself.
fn about(modules: &[Module], word: &str) -> Option<String> {
    let word = Some(word.to_lowercase()).filter(|word| !word.is_empty())?;
    let begins = |t: &&Template| t.name.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with('_'));
    if let Some(module) = modules.iter().find(|m| m.templates.iter().any(|t| begins(&t))) {
        let names: Vec<String> =
            module.templates.iter().filter(begins).map(|t| format!("{}.{}", module.name, t.name)).collect();
        return Some(format!("did you mean `tabi std {}`? it has {}", module.name, names.join(", ")));
    }
    let is_it = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part.to_lowercase() == word);
    let by = |of: fn(&Module) -> &str| modules.iter().find(|m| is_it(of(m)));
    by(|m| m.name).or_else(|| by(Module::summary)).map(|m| format!("did you mean `tabi std {}`?", m.name))
}

/// Each module with a line.
pub fn list(modules: &[Module], width: usize) -> String {
    let column = modules.iter().map(|m| m.name.len()).max().unwrap_or(0) + "std.".len() + 2;
    let mut out = String::new();
    for module in modules {
        let text = wrapped(module.summary(), width.saturating_sub(column));
        for (i, line) in text.iter().enumerate() {
            let name = if i == 0 { format!("std.{}", module.name) } else { String::new() };
            let _ = writeln!(out, "{name:column$}{line}");
        }
    }
    out.push_str("\ntabi std MODULE shows its templates, tabi std MODULE.TEMPLATE one with its text\n");
    out
}

/// A module with its templates.
pub fn of_module(module: &Module, width: usize) -> String {
    let mut out = format!("use std.{}\n", module.name);
    for paragraph in &module.doc {
        said(&mut out, paragraph, width);
    }
    for template in &module.templates {
        out.push('\n');
        out.push_str(&described(module, template, width));
    }
    out
}

/// A template with its text.
pub fn of_template(module: &Module, template: &Template, width: usize) -> String {
    let code: Vec<&str> = template.text.lines().filter(|line| !line.starts_with("##")).collect();
    format!("{}\n{}\n", described(module, template, width), code.join("\n"))
}

fn described(module: &Module, template: &Template, width: usize) -> String {
    let mut out = format!("{}\n", template.signature(module.name));
    for paragraph in &template.doc {
        said(&mut out, paragraph, width);
    }
    for (word, value) in &template.settings {
        said(&mut out, &format!("{word} {value}"), width);
    }
    out
}

fn said(out: &mut String, paragraph: &str, width: usize) {
    for line in wrapped(paragraph, width.saturating_sub(2)) {
        let _ = writeln!(out, "  {line}");
    }
}

/// A paragraph in lines of at most this width, where its words allow it.
fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// For programs; `docs/json.md` describes it. The same shape for everything: modules with the templates that were asked for.
pub fn document(modules: &[Module], found: Option<&Found<'_>>) -> String {
    let all: Vec<Value> = match found {
        None => modules.iter().map(|m| as_json(m, m.templates.iter())).collect(),
        Some(Found::Module(m)) => vec![as_json(m, m.templates.iter())],
        Some(Found::Template(m, t)) => vec![as_json(m, std::iter::once(*t))],
    };
    format!("{:#}\n", json!({"version": 1, "modules": all}))
}

fn as_json<'a>(module: &Module, templates: impl Iterator<Item = &'a Template>) -> Value {
    let templates: Vec<Value> = templates
        .map(|t| {
            let parameters: Vec<Value> = t
                .parameters
                .iter()
                .map(|p| json!({"name": p.name, "type": p.ty, "default": p.default}))
                .collect();
            let buckets: Option<Vec<&str>> = t.setting("buckets").map(|b| b.split(", ").collect());
            json!({
                "name": t.name, "signature": t.signature(module.name), "summary": t.summary(), "doc": t.doc,
                "parameters": parameters, "buckets": buckets, "unit": t.setting("unit"), "counters": t.setting("counters"),
                "text": t.text,
            })
        })
        .collect();
    json!({"name": module.name, "use": format!("std.{}", module.name), "doc": module.doc, "templates": templates})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_has_its_parts() {
        let found =
            paragraphs("What it is,\nand more.\nNeeds x_total.\nA trap.\n\nMore.\nOne event is one x.\nSource: x 1.0.");
        assert_eq!(
            found,
            ["What it is, and more.", "Needs x_total. A trap.", "More.", "One event is one x.", "Source: x 1.0."]
        );
    }

    #[test]
    fn names_are_found_and_others_are_answered_with_the_nearest() {
        let modules = modules();
        let said = |name: &str| find(&modules, name).map(|_| ()).expect_err("there is none");
        assert!(matches!(find(&modules, "std.http.fast"), Ok(Found::Template(_, t)) if t.name == "fast"));
        assert!(matches!(find(&modules, "http"), Ok(Found::Module(_))));
        assert_eq!(said("htp"), "there is no module `htp`\n  help: did you mean `tabi std http`?");
        assert_eq!(
            said("http.fsat"),
            "there is no template `fsat` in `std.http`\n  help: did you mean `tabi std http.fast`?"
        );
        assert_eq!(
            said("apps_synced"),
            "there is no module `apps_synced`\n  help: did you mean `tabi std argocd.apps_synced`?"
        );
        for word in ["lambda", "sqs", "alb", "yace", "cloudwatch", "CloudWatch"] {
            assert!(said(word).contains("did you mean `tabi std aws`?"), "{}", said(word));
        }
        assert!(said("sqs").contains("it has aws.sqs_"), "{}", said("sqs"));
        assert_eq!(said(""), "there is no module ``\n  help: `tabi std` lists all");
        assert!(said("http.").contains("`tabi std http` shows what is in it"));
    }

    #[test]
    fn a_text_of_a_template_is_whole() {
        let modules = modules();
        let Ok(Found::Template(module, template)) = find(&modules, "http.fast") else { panic!("it ships") };
        assert!(template.text.starts_with("## Requests that are answered in time"), "{}", template.text);
        let shown = of_template(module, template, 100);
        assert!(
            shown.starts_with("http.fast(job: string, limit: duration, errors: regex = \"5..\")\n  Requests"),
            "{shown}"
        );
        assert!(
            shown.ends_with("  buckets 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2500ms, 5s, 10s\n}\n"),
            "{shown}"
        );
        assert!(shown.lines().all(|l| l.chars().count() <= 130), "{shown}");
    }
}
