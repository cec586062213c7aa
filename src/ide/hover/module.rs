//! Templates and their parameters, files and modules: what they are for, what they take, where they are from.

use super::{At, What, code};
use crate::ide::names::{self, own_templates};
use crate::source::FileId;
use crate::syntax::ast::{Arg, Param, Template};
use crate::syntax::comments;
use std::fmt::Write;

/// `fast(job: string, limit: duration, errors: regex = "5..")`
fn signature(text: &str, name: &str, template: &Template) -> String {
    let params = template.params.iter().flat_map(|p| &p.items);
    let params: Vec<&str> = params.map(|p| p.span.of(text)).collect();
    format!("{name}({})", params.join(", "))
}

fn find<'a>(at: &At<'_, 'a>, file: FileId, name: &str) -> Option<&'a Template> {
    own_templates(at.files, file).find(|t| t.name.is_some_and(|n| n.span.of(at.files.text(file)) == name))
}

fn doc(at: &At<'_, '_>, file: FileId, template: &Template) -> Option<String> {
    comments::doc(at.files.text(file), at.files.parsed(file)?, template.span.start)
}

/// `std.http`, or the file and line.
fn from(at: &At<'_, '_>, file: FileId, template: &Template) -> String {
    match at.files.module_name(file) {
        Some(module) => format!("`std.{module}`"),
        None => at.where_is(crate::source::Place { file, span: template.span }),
    }
}

pub(super) fn template(at: &At<'_, '_>, file: FileId, name: &str) -> Option<String> {
    let template = find(at, file, name)?;
    let text = at.files.text(file);
    let mut out = String::new();
    code(&mut out, "tabi", &format!("template {}", signature(text, name, template)));
    let mut out = out.trim_start().to_string();
    if let Some(doc) = doc(at, file, template) {
        // the first line is what an event is, the others are details
        let (first, rest) = doc.split_once('\n').unwrap_or((&doc, ""));
        let _ = write!(out, "\n{first}\n");
        if !rest.is_empty() {
            let _ = write!(out, "\n{rest}\n");
        }
    }
    let _ = write!(out, "\nFrom {}.\n", from(at, file, template));
    Some(out)
}

/// The card of a parameter.
pub(super) fn param(at: &At<'_, '_>, file: FileId, start: u32, name: &str) -> Option<String> {
    let template = own_templates(at.files, file).find(|t| t.span.start == start)?;
    let text = at.files.text(file);
    let param = template.params.iter().flat_map(|p| &p.items).find(|p| p.name.span.of(text) == name)?;
    Some(of_param(at, file, template, param))
}

fn of_param(at: &At<'_, '_>, file: FileId, template: &Template, param: &Param) -> String {
    let text = at.files.text(file);
    let mut out = format!("**{}**", param.name.span.of(text));
    if let Some(ty) = param.ty {
        let ty = ty.span.of(text);
        let _ = write!(out, " {ty}");
        let how = match ty {
            "string" => "a text in quotes, matched as it is",
            "regex" => "a regular expression in quotes, matched against the whole value",
            "duration" => "a duration as `300ms` or `1h30m`",
            "number" => "a number",
            _ => "",
        };
        if !how.is_empty() {
            let _ = write!(out, ": {how}");
        }
    }
    match param.default {
        Some(default) => {
            let _ = write!(out, "\n\nDefault: `{}`.", default.span.of(text));
        }
        None => out.push_str("\n\nEvery call says it."),
    }
    let name = template.name.map_or("", |n| n.span.of(text));
    let _ = writeln!(out, " A parameter of `{name}`, from {}.", from(at, file, template));
    out
}

/// The parameter that an argument is for.
pub(super) fn argument(at: &At<'_, '_>, arg: &Arg) -> Option<String> {
    let call = at.path.iter().rev().find_map(|n| if let What::Call(call) = n.what { Some(call) } else { None })?;
    let (file, template) = names::template_of(at.files, at.file, call)?;
    let text = at.files.text(file);
    let params = template.params.as_ref()?.items.as_slice();
    let param = match arg.name {
        Some(name) => params.iter().find(|p| p.name.span.of(text) == at.text(name.span))?,
        None => params.get(call.args.as_ref()?.items.iter().position(|a| a.span == arg.span)?)?,
    };
    Some(of_param(at, file, template, param))
}

/// The comment at the beginning of a file, and its templates.
pub(super) fn file(at: &At<'_, '_>, file: FileId) -> Option<String> {
    let parsed = at.files.parsed(file)?;
    let text = at.files.text(file);
    let mut out = match at.files.module_name(file) {
        Some(module) => format!("**std.{module}** a module that ships with Tabi\n"),
        None => format!("**{}**\n", at.project.sources.file(file).name),
    };
    let mut header: Vec<&str> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix('#').filter(|l| !l.starts_with('#') && !l.trim_start().starts_with("tabi:")) {
            Some(line) => header.push(line.trim()),
            None => break,
        }
    }
    if !header.is_empty() {
        let _ = write!(out, "\n{}\n", header.join("\n"));
    }
    let templates: Vec<String> = parsed
        .ast
        .items
        .iter()
        .filter_map(|item| match item {
            crate::syntax::ast::Item::Template(t) => Some(signature(text, t.name?.span.of(text), t)),
            _ => None,
        })
        .collect();
    if !templates.is_empty() {
        code(&mut out, "tabi", &templates.join("\n"));
    }
    Some(out)
}
