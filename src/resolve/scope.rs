//! What a file sees: its own declarations, what it `use`s, and the modules behind prefixes.

use super::Resolver;
use super::layer::Layer;
use super::messages as say;
use crate::diagnostic::did_you_mean;
use crate::model::{Audience, Named, SiteIndex};
use crate::project::{Target, Unit};
use crate::schema::Block;
use crate::schema::kind::Kind;
use crate::source::{FileId, Place, Span};
use crate::stdlib;
use crate::syntax::ast::{Item, Name, Template, Use, UsePath};
use std::collections::{HashMap, HashSet};

/// A template and the file in which it stands.
#[derive(Clone, Copy)]
pub struct Declared<'a> {
    /// Its file.
    pub file: FileId,
    /// Its text as parsed.
    pub template: &'a Template,
    /// Its name.
    pub place: Place,
    /// An index into the list of all templates.
    pub index: usize,
}

/// What a file declares itself.
#[derive(Default)]
pub struct Own<'a> {
    /// Templates by name.
    pub templates: HashMap<String, Declared<'a>>,
    /// Sites by name.
    pub sites: HashMap<String, (SiteIndex, Place)>,
    /// `defaults { … }`
    pub general: Layer,
    /// `defaults user { … }` and so on, in the order user, developer, operator.
    pub of_audience: [Layer; 3],
}

/// What a file sees.
#[derive(Default)]
pub struct Scope<'a> {
    /// Templates without prefix.
    pub templates: HashMap<String, Declared<'a>>,
    /// Sites.
    pub sites: HashMap<String, (SiteIndex, Place)>,
    /// Modules by prefix: their file, the place of the `use`, and an index into the list of all uses.
    pub modules: HashMap<String, (FileId, Place, usize)>,
    /// The files whose defaults hold here, the nearest first: itself, then the last `use` before the first.
    pub defaults: Vec<FileId>,
}

/// The index of an audience in [`Own::of_audience`].
pub fn audience_index(audience: Audience) -> usize {
    match audience {
        Audience::User => 0,
        Audience::Developer => 1,
        Audience::Operator => 2,
    }
}

/// The audience of a word.
pub fn audience_of(kind: Kind) -> Option<Audience> {
    Some(match kind {
        Kind::User => Audience::User,
        Kind::Developer => Audience::Developer,
        Kind::Operator_ => Audience::Operator,
        _ => return None,
    })
}

/// The module that ships which is meant by `http`, `std/http`, `std::http` or `"std.http"`.
pub fn module_meant(written: &str) -> Option<&'static stdlib::Module> {
    let inside = written.trim_matches(['"', '\'', '`']).trim_start_matches("./");
    let inside = inside.strip_suffix(".tabi").unwrap_or(inside);
    let parts: Vec<&str> = inside.split(['.', '/', ':']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [module] => stdlib::find(module),
        [root, module] if ["std", "tabi", "stdlib"].contains(root) || did_you_mean(root, ["std"]).is_some() => {
            stdlib::find(module)
        }
        _ => None,
    }
}

impl<'a> Resolver<'a> {
    /// A name and its place.
    pub fn named(&self, file: FileId, name: Name) -> Named {
        let place = Place { file, span: name.span };
        Named { text: self.text(place).to_string(), place }
    }

    /// Reads the declarations of a file that others may use.
    pub fn declare(&mut self, unit: &'a Unit) -> Own<'a> {
        let mut own = Own::default();
        let file = unit.file;
        for item in &unit.parsed.ast.items {
            match item {
                Item::Template(template) => {
                    let Some(name) = template.name.map(|n| self.named(file, n)) else { continue };
                    if let Some(first) = own.templates.get(&name.text) {
                        let first = first.place;
                        self.found.push(say::duplicate_name(name.place, first, "template", &name.text));
                        continue;
                    }
                    let index = self.template_list.len();
                    self.template_list.push((name.clone(), false));
                    own.templates.insert(name.text.clone(), Declared { file, template, place: name.place, index });
                }
                Item::Defaults(defaults) => {
                    let audience = defaults.audience.and_then(|w| audience_of(w.kind));
                    let layer = match audience {
                        Some(audience) => &mut own.of_audience[audience_index(audience)],
                        None => &mut own.general,
                    };
                    let entries = defaults.body.as_ref().map_or(&[][..], |b| &b.items);
                    self.read_layer(file, Block::Defaults, entries, layer);
                }
                Item::Site(site) => self.declare_site(file, site, &mut own),
                Item::Use(_) | Item::Journey(_) | Item::Error(_) => {}
            }
        }
        own
    }

    /// What a file sees, from what all files declare.
    pub fn scope(&mut self, unit: &'a Unit, declared: &HashMap<FileId, Own<'a>>) -> Scope<'a> {
        let mut scope = Scope::default();
        if let Some(own) = declared.get(&unit.file) {
            scope.templates.extend(own.templates.iter().map(|(n, d)| (n.clone(), *d)));
            scope.sites.extend(own.sites.iter().map(|(n, s)| (n.clone(), *s)));
        }
        let mut used_files = Vec::new();
        for item in &unit.parsed.ast.items {
            let Item::Use(used) = item else { continue };
            match &used.what {
                Some(UsePath::Module(path)) => self.use_module(unit.file, used, path, &mut scope),
                Some(UsePath::File(span)) => {
                    let place = Place { file: unit.file, span: *span };
                    let target = unit.uses.iter().find(|(at, _)| at == span).map(|(_, target)| target.clone());
                    match target {
                        Some(Target::File(file)) if used_files.contains(&file) || file == unit.file => {}
                        Some(Target::File(file)) => {
                            used_files.push(file);
                            self.use_file(place, file, declared, &mut scope);
                        }
                        Some(Target::Missing(_)) if module_meant(self.text(place)).is_some() => {
                            let module = module_meant(self.text(place)).map_or("", |module| module.name);
                            let written = format!("{}, with quotes", self.text(place));
                            self.found.push(say::module_in_another_form(place, &written, module));
                            self.lend(unit.file, used, module, &mut scope);
                        }
                        Some(Target::Missing(reason)) => {
                            let near = self.near_files(place);
                            self.found.push(say::missing_file(place, self.text(place), &reason, &near));
                        }
                        None => {}
                    }
                }
                None => {}
            }
        }
        scope.defaults = std::iter::once(unit.file).chain(used_files.into_iter().rev()).collect();
        scope
    }

    /// The files of the project whose names are like that of a `use`, as they would be written there.
    fn near_files(&self, string: Place) -> Vec<String> {
        let written = crate::syntax::leaf::string(self.text(string));
        let wanted = written.rsplit('/').next().unwrap_or(&written);
        let own = &self.sources.file(string.file).name;
        let folder: Vec<&str> = own.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
        let mut near: Vec<String> = Vec::new();
        for (file, source) in self.sources.iter().filter(|(id, _)| !self.std_files.values().any(|std| std == id)) {
            let parts: Vec<&str> = source.name.split('/').collect();
            let last = parts.last().copied().unwrap_or_default();
            let alike = last == wanted || did_you_mean(wanted, [last]).is_some();
            if file == string.file || last.strip_suffix(".tabi").is_none() || !alike {
                continue;
            }
            let shared = folder.iter().zip(&parts).take_while(|(a, b)| a == b).count();
            let up = "../".repeat(folder.len() - shared);
            let up = if up.is_empty() { "./".to_string() } else { up };
            near.push(format!("{up}{}", parts[shared..].join("/")));
        }
        near
    }

    /// Gives the prefix of a module that was meant, so that what is called by it is known.
    fn lend(&mut self, file: FileId, used: &Use, module: &str, scope: &mut Scope<'a>) {
        let Some(module_file) = self.std_files.get(module).copied() else { return };
        let prefix = used.alias.map_or_else(|| module.to_string(), |alias| self.named(file, alias).text);
        let place = Place { file, span: used.span };
        let index = self.module_uses.len();
        self.module_uses.push((prefix.clone(), place, true));
        scope.modules.entry(prefix).or_insert((module_file, place, index));
    }

    fn use_module(&mut self, file: FileId, used: &Use, path: &[Name], scope: &mut Scope<'a>) {
        let place = Place { file, span: used.span };
        let parts: Vec<Named> = path.iter().map(|n| self.named(file, *n)).collect();
        let whole = path.iter().map(|n| n.span).reduce(Span::to).unwrap_or(used.span);
        let written = self.text(Place { file, span: whole });
        if let Some(meant) = module_meant(written)
            && (parts.len() != 2 || parts[0].text != "std")
        {
            let written = format!("`{written}`");
            self.found.push(say::module_in_another_form(Place { file, span: whole }, &written, meant.name));
            self.lend(file, used, meant.name, scope);
            return;
        }
        let [root, module] = parts.as_slice() else {
            self.found.push(say::unknown_module(Place { file, span: used.span }, &parts, None));
            return;
        };
        let found = (root.text == "std").then(|| self.std_files.get(module.text.as_str()).copied()).flatten();
        let Some(module_file) = found else {
            let near = did_you_mean(&module.text, stdlib::ALL.iter().map(|m| m.name));
            self.found.push(say::unknown_module(module.place, &parts, near));
            return;
        };
        let prefix = used.alias.map_or_else(|| module.clone(), |alias| self.named(file, alias));
        if let Some((_, first, _)) = scope.modules.get(&prefix.text) {
            let first = *first;
            self.found.push(say::duplicate_name(prefix.place, first, "prefix", &prefix.text));
            return;
        }
        let index = self.module_uses.len();
        self.module_uses.push((prefix.text.clone(), place, false));
        scope.modules.insert(prefix.text, (module_file, prefix.place, index));
    }

    fn use_file(&mut self, place: Place, file: FileId, declared: &HashMap<FileId, Own<'a>>, scope: &mut Scope<'a>) {
        let Some(own) = declared.get(&file) else { return };
        let mut templates: Vec<_> = own.templates.iter().collect();
        templates.sort_by_key(|(_, d)| d.place);
        for (name, template) in templates {
            if let Some(first) = scope.templates.insert(name.clone(), *template) {
                self.found.push(say::met_twice(place, first.place, template.place, "template", name));
                scope.templates.insert(name.clone(), first);
            }
        }
        let mut sites: Vec<_> = own.sites.iter().collect();
        sites.sort_by_key(|(_, (_, p))| *p);
        for (name, site) in sites {
            // a site declared twice in the project was said where it is declared
            scope.sites.entry(name.clone()).or_insert(*site);
        }
    }

    /// Says each loop of `use` once, at the `use` that closes it.
    pub fn cycles(&mut self, units: &[&'a Unit]) {
        let edges: HashMap<FileId, Vec<(FileId, Place)>> = units
            .iter()
            .map(|unit| {
                let targets = unit.uses.iter().filter_map(|(span, target)| match target {
                    Target::File(file) => Some((*file, Place { file: unit.file, span: *span })),
                    Target::Missing(_) => None,
                });
                (unit.file, targets.collect())
            })
            .collect();
        let mut done: HashSet<FileId> = HashSet::new();
        for unit in units {
            if done.contains(&unit.file) {
                continue;
            }
            // an explicit stack: a chain of 10,000 files must not overflow
            let mut path: Vec<(FileId, usize, Option<Place>)> = vec![(unit.file, 0, None)];
            while let Some((file, next, _)) = path.last().copied() {
                let Some((target, place)) = edges.get(&file).and_then(|e| e.get(next)).copied() else {
                    done.insert(file);
                    path.pop();
                    continue;
                };
                if let Some(top) = path.last_mut() {
                    top.1 += 1;
                }
                if let Some(start) = path.iter().position(|(f, _, _)| *f == target) {
                    let others = path[start + 1..].iter().filter_map(|(_, _, p)| *p).collect::<Vec<_>>();
                    self.found.push(say::cyclic_use(place, &others));
                } else if !done.contains(&target) {
                    path.push((target, 0, Some(place)));
                }
            }
        }
    }
}
