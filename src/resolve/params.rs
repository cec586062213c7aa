//! Parameters of templates and the arguments of calls.

use super::Resolver;
use super::messages as say;
use crate::diagnostic::did_you_mean;
use crate::promql::{ParamType, Value};
use crate::schema::kind::Kind;
use crate::source::{FileId, Place};
use crate::syntax::ast::{Arg, Call, Template, Word};
use crate::syntax::leaf;
use std::collections::BTreeMap;

/// A parameter with its value.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Its type.
    pub ty: ParamType,
    /// Its value.
    pub value: Value,
    /// Where the value stands: the argument, or the default.
    pub place: Place,
}

/// The parameters in force where a measure is read; empty outside templates.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// By name.
    pub bound: BTreeMap<String, Bound>,
    /// Whether the measure stands in a template.
    pub in_template: bool,
}

impl Params {
    /// The type of a name, for the PromQL parser.
    pub fn ty(&self, name: &str) -> Option<ParamType> {
        if name == "window" {
            return Some(ParamType::Duration);
        }
        self.bound.get(name).map(|b| b.ty)
    }
    /// The names that exist.
    pub fn names(&self) -> Vec<&str> {
        self.bound.keys().map(String::as_str).collect()
    }
}

fn ty_of(name: &str) -> Option<ParamType> {
    Some(match name {
        "string" => ParamType::String,
        "regex" => ParamType::Regex,
        "duration" => ParamType::Duration,
        "number" => ParamType::Number,
        _ => return None,
    })
}

impl Resolver<'_> {
    /// The parameters of a template with the arguments of a call. A missing or wrong argument is reported and left out.
    pub fn bind(
        &mut self,
        template_file: FileId,
        template: &Template,
        call_file: FileId,
        call: &Call,
    ) -> Option<Params> {
        let mut params = Params { in_template: true, ..Params::default() };
        let declared: Vec<_> = template.params.iter().flat_map(|p| &p.items).collect();
        let names: Vec<String> =
            declared.iter().map(|p| self.text(Place { file: template_file, span: p.name.span }).to_string()).collect();
        let args: &[Arg] = call.args.as_ref().map_or(&[], |a| &a.items);
        let call_place = Place { file: call_file, span: call.path.first().map_or_else(Default::default, |n| n.span) };
        let mut given: Vec<Option<&Arg>> = vec![None; names.len()];
        let mut misnamed: Vec<(&Arg, Place, String)> = Vec::new();
        // what is not closed may go on
        let mut whole = call.args.as_ref().is_some_and(|args| args.close.is_some());
        let complete = whole;
        let mut surplus: Option<Place> = None;
        for (position, arg) in args.iter().enumerate() {
            let place = Place { file: call_file, span: arg.span };
            let index = match arg.name {
                Some(name) => {
                    let name_place = Place { file: call_file, span: name.span };
                    let text = self.text(name_place).to_string();
                    let index = names.iter().position(|n| *n == text);
                    if index.is_none() {
                        misnamed.push((arg, name_place, text));
                        whole = false;
                        continue;
                    }
                    index
                }
                None => (position < names.len()).then_some(position),
            };
            match index {
                None => {
                    let first = surplus.map_or(place.span, |surplus| surplus.span);
                    surplus = Some(Place { span: first.to(place.span), ..place });
                    whole = false;
                }
                Some(index) if given[index].is_some() => {
                    self.found.push(say::argument_twice(place, &names[index]));
                    whole = false;
                }
                Some(index) => given[index] = Some(arg),
            }
        }
        if let Some(surplus) = surplus {
            self.found.push(say::too_many_arguments(surplus, &names, args.len()));
        }
        // an argument with a name that no parameter has is one of those that are missing
        let mut unnamed = 0;
        for (arg, place, text) in misnamed {
            let free = |i: &usize| given[*i].is_none();
            let names_left: Vec<&str> = (0..names.len()).filter(free).map(|i| names[i].as_str()).collect();
            let needed: Vec<&str> = (0..names.len())
                .filter(|i| free(i) && declared[*i].default.is_none())
                .map(|i| names[i].as_str())
                .collect();
            let near = did_you_mean(&text, names_left.iter().copied());
            let meant = near.or(if let [only] = needed.as_slice() { Some(*only) } else { None });
            self.found.push(say::no_such_parameter(place, &text, &names, meant, near.is_none()));
            match names.iter().position(|name| Some(name.as_str()) == meant) {
                Some(index) => given[index] = Some(arg),
                None => unnamed += 1,
            }
        }
        for ((param, name), arg) in declared.iter().zip(&names).zip(given) {
            let Some(ty) = param.ty.and_then(|t| ty_of(self.text(Place { file: template_file, span: t.span }))) else {
                whole = false;
                continue;
            };
            let (word, file) = match (arg, &param.default) {
                (Some(arg), _) => (arg.value, call_file),
                (None, Some(default)) => (Some(*default), template_file),
                (None, None) => {
                    if unnamed > 0 {
                        unnamed -= 1; // said with the name that it was given
                    } else if complete {
                        let declared_at = Place { file: template_file, span: param.span };
                        self.found.push(say::missing_argument(call_place, name, ty.described(), declared_at));
                    }
                    whole = false;
                    continue;
                }
            };
            let Some(word) = word else {
                whole = false;
                continue;
            };
            if let Some(bound) = self.value(ty, word, file) {
                params.bound.insert(name.clone(), bound);
                continue;
            }
            whole = false;
            // a wrong default was said where it is declared
            if file == call_file {
                let place = Place { file, span: word.span };
                let declared_at = Place { file: template_file, span: param.span };
                self.found.push(say::wrong_argument(place, name, ty.described(), declared_at));
            }
        }
        whole.then_some(params)
    }

    fn value(&self, ty: ParamType, word: Word, file: FileId) -> Option<Bound> {
        let place = Place { file, span: word.span };
        let text = self.text(place);
        let value = match (ty, word.kind) {
            (ParamType::String, Kind::Str) => Value::String(leaf::string(text)),
            (ParamType::Regex, Kind::Str) => Value::Regex(leaf::string(text)),
            (ParamType::Duration, Kind::Duration) => Value::Duration(leaf::duration(text)?),
            (ParamType::Number, Kind::Number) => Value::Number(text.to_string()),
            _ => return None,
        };
        Some(Bound { ty, value, place })
    }

    /// Checks a template where it is declared: types, defaults, twice the same name. Gives parameters with stand-ins for
    /// what has no default, so that the measure can be checked without a call.
    pub fn declared_params(&mut self, file: FileId, template: &Template) -> Params {
        let mut params = Params { in_template: true, ..Params::default() };
        for param in template.params.iter().flat_map(|p| &p.items) {
            let name_place = Place { file, span: param.name.span };
            let name = self.text(name_place).to_string();
            let Some(ty_name) = param.ty else { continue };
            let ty_place = Place { file, span: ty_name.span };
            let text = self.text(ty_place).to_string();
            if ty_of(&text).is_none() {
                self.found.push(say::unknown_word(
                    ty_place,
                    Kind::Param,
                    &text,
                    &["string", "regex", "duration", "number"],
                ));
            }
            // with a type that was meant its uses can be looked at
            let ty = ty_of(say::word_meant(&text).unwrap_or(&text)).unwrap_or(ParamType::String);
            if let Some(first) = params.bound.get(&name) {
                let first = first.place;
                self.found.push(say::duplicate_name(name_place, first, "parameter", &name));
                continue;
            }
            let mut value = match ty {
                ParamType::String | ParamType::Regex => Value::String(String::new()),
                ParamType::Duration => Value::Duration(60_000),
                ParamType::Number => Value::Number("1".to_string()),
            };
            if let Some(default) = param.default {
                match self.value(ty, default, file) {
                    Some(bound) => value = bound.value,
                    None if self.has_syntax_problem(Place { file, span: default.span }) => {}
                    None => {
                        let place = Place { file, span: default.span };
                        self.found.push(say::wrong_argument(place, &name, ty.described(), name_place));
                    }
                }
            }
            params.bound.insert(name, Bound { ty, value, place: name_place });
        }
        params
    }
}
