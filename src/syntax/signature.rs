//! What a template asks for, as people read it: `fast(job: string, errors: regex = "5..")`.

use super::ast::Template;
use crate::source::Span;

/// A parameter of a template.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// The name of its type; empty where it is missing.
    pub ty: &'a str,
    /// What holds where no argument is given.
    pub default: Option<&'a str>,
}

/// The parameters of a template in order.
pub fn parameters<'a>(text: &'a str, template: &Template) -> Vec<Parameter<'a>> {
    let items = template.params.iter().flat_map(|p| &p.items);
    let params = items.map(|p| Parameter {
        name: p.name.span.of(text),
        ty: p.ty.map_or("", |ty| ty.span.of(text)),
        default: p.default.map(|d| d.span.of(text)),
    });
    params.collect()
}

/// A template with its parameters on one line, and where in it each of them is.
pub fn signature(name: &str, parameters: &[Parameter<'_>]) -> (String, Vec<Span>) {
    let (mut label, mut spans) = (format!("{name}("), Vec::new());
    for (i, p) in parameters.iter().enumerate() {
        if i > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        label.push_str(p.name);
        if !p.ty.is_empty() {
            label.push_str(": ");
            label.push_str(p.ty);
        }
        if let Some(default) = p.default {
            label.push_str(" = ");
            label.push_str(default);
        }
        spans.push(Span { start, end: label.len() as u32 });
    }
    label.push(')');
    (label, spans)
}
