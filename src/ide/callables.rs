//! The templates that a file may call, with how each is written there: own ones and those of used files by their name, those of modules
//! behind their prefix.

use super::modules::{self, Files};
use super::names;
use crate::source::{FileId, Span};
use crate::stdlib;
use crate::syntax::ast::{Template, UsePath};
use crate::syntax::signature::{self, Parameter};
use crate::syntax::{Parsed, comments};

/// A template that may be called.
#[derive(Clone, Copy, Debug)]
pub struct Callable<'a> {
    /// The prefix of its module.
    pub prefix: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// Its declaration.
    pub template: &'a Template,
    /// The text of its file.
    pub text: &'a str,
    parsed: &'a Parsed,
}

impl<'a> Callable<'a> {
    /// Its parameters in order.
    pub fn parameters(&self) -> Vec<Parameter<'a>> {
        signature::parameters(self.text, self.template)
    }

    /// Its doc comment.
    pub fn doc(&self) -> Option<String> {
        comments::doc(self.text, self.parsed, self.template.span.start)
    }

    /// `fast(job: string, errors: regex = "5..")`, and where in it the parameters are.
    pub fn label(&self) -> (String, Vec<Span>) {
        signature::signature(self.name, &self.parameters())
    }
}

/// The templates that a file may call: its own first, each name once.
pub fn callables<'a>(files: &Files<'a>, file: FileId) -> Vec<Callable<'a>> {
    let mut found: Vec<Callable<'a>> = Vec::new();
    for (declared, template) in names::templates(files, file) {
        if let (Some(parsed), Some(name)) = (files.parsed(declared), template.name) {
            let text = files.text(declared);
            let name = name.span.of(text);
            if !found.iter().any(|c| c.name == name) {
                found.push(Callable { prefix: None, name, template, text, parsed });
            }
        }
    }
    for (prefix, module) in prefixes(files, file) {
        let Some(parsed) = modules::parsed(module.name) else { continue };
        for item in &parsed.ast.items {
            let crate::syntax::ast::Item::Template(template) = item else { continue };
            let Some(name) = template.name else { continue };
            let name = name.span.of(module.text);
            found.push(Callable { prefix: Some(prefix), name, template, text: module.text, parsed });
        }
    }
    found
}

/// The prefixes of a file with their modules. The text says which: a `use` that was just written has no file yet.
pub fn prefixes<'a>(files: &Files<'a>, file: FileId) -> Vec<(&'a str, &'static stdlib::Module)> {
    let text = files.text(file);
    let of = |used: &crate::syntax::ast::Use| {
        let Some(UsePath::Module(path)) = &used.what else { return None };
        let [root, name] = path.as_slice() else { return None };
        let module = stdlib::find(name.span.of(text)).filter(|_| root.span.of(text) == "std")?;
        Some((names::prefix_of(used)?.span.of(text), module))
    };
    names::uses(files, file).filter_map(|(used, _)| of(used)).collect()
}
