//! What a name stands for: every place of a file that names something, and what is declared where. As in `resolve/scope.rs` a file sees
//! its own templates, then those of the files that it uses, and those of modules behind their prefix.

use super::modules::Files;
use crate::diagnostic::catalogue;
use crate::project::Target;
use crate::promql::{self, ParamType};
use crate::schema::kind::Kind;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{
    Block, Call, Entry, Item, Matcher, Measure, Name, Query, Setting, Sli, Template, Use, UsePath, Word,
};
use crate::syntax::comments;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Thing<'a> {
    /// A journey; its name is unique in the project.
    Journey(&'a str),
    /// A site; its name is unique in the project.
    Site(&'a str),
    /// A template of a file.
    Template(FileId, &'a str),
    /// A parameter of the template that begins at a byte of a file.
    Param(FileId, u32, &'a str),
    /// The prefix of a module in a file.
    Prefix(FileId, &'a str),
    /// A step, by its name's place.
    Step(Place),
    /// An SLI, by its name's place.
    Sli(Place),
    /// A file or a module.
    File(FileId),
    /// A metric of what is scraped.
    Metric(&'a str),
    /// A label of what is scraped.
    Label(&'a str),
    /// A diagnostic.
    Diagnostic(&'a str),
    /// `$journey` and the like in strings, `$window` in PromQL.
    Placeholder(&'a str),
}

/// A place that names something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence<'a> {
    /// The name, without `$` and quotes.
    pub span: Span,
    /// What it stands for.
    pub thing: Thing<'a>,
    /// The whole declaration, where the thing is declared here.
    pub declares: Option<Span>,
}

/// The name at a byte, or the one that ends there; `$` belongs to its name.
pub fn at<'a>(files: &Files<'a>, file: FileId, offset: u32) -> Option<Occurrence<'a>> {
    let all = of_file(files, file);
    let here = |o: &&Occurrence<'_>| {
        let dollar = o.span.start > 0 && files.text(file).as_bytes().get(o.span.start as usize - 1) == Some(&b'$');
        o.span.start - u32::from(dollar) <= offset && offset <= o.span.end
    };
    // at a dot two names meet: the one that begins there is meant
    all.iter().filter(here).max_by_key(|o| o.span.start).copied()
}

/// All places of a file that name something, in order.
pub fn of_file<'a>(files: &Files<'a>, file: FileId) -> Vec<Occurrence<'a>> {
    let Some(parsed) = files.parsed(file) else { return Vec::new() };
    let mut walk = Walk::of(files, file);
    parsed.ast.items.iter().for_each(|item| walk.item(item));
    for allow in comments::allows(walk.text, parsed) {
        let name = allow.name.of(walk.text);
        if catalogue::find(name).is_some() {
            walk.add(allow.name, Thing::Diagnostic(name), None);
        }
    }
    walk.found.sort_by_key(|o| o.span.start);
    walk.found
}

/// Where something is declared: the whole declaration and its name.
pub fn declarations(files: &Files<'_>, thing: Thing<'_>) -> Vec<(Place, Place)> {
    let only = match thing {
        Thing::Template(file, _) | Thing::Param(file, ..) | Thing::Prefix(file, _) => Some(file),
        Thing::Step(place) | Thing::Sli(place) => Some(place.file),
        Thing::Journey(_) | Thing::Site(_) => None,
        Thing::File(_) | Thing::Metric(_) | Thing::Label(_) | Thing::Diagnostic(_) | Thing::Placeholder(_) => {
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for file in files.all().filter(|f| only.is_none_or(|o| o == *f)) {
        let Some(parsed) = files.parsed(file) else { continue };
        let text = files.text(file);
        let names_it = |item: &Item| match (thing, item) {
            (Thing::Journey(name), Item::Journey(j)) => j.name.is_some_and(|n| n.span.of(text) == name),
            (Thing::Site(name), Item::Site(s)) => s.name.is_some_and(|n| n.span.of(text) == name),
            (Thing::Template(_, name), Item::Template(t)) => t.name.is_some_and(|n| n.span.of(text) == name),
            (Thing::Param(_, start, _), item) => item.span().start == start,
            (Thing::Step(p) | Thing::Sli(p), item) => {
                item.span().start <= p.span.start && p.span.end <= item.span().end
            }
            (Thing::Prefix(..), Item::Use(_)) => true,
            _ => false,
        };
        let mut walk = Walk::of(files, file);
        parsed.ast.items.iter().filter(|i| names_it(i)).for_each(|item| walk.item(item));
        let place = |span| Place { file, span };
        let declared = walk.found.iter().filter(|o| o.thing == thing);
        found.extend(declared.filter_map(|o| o.declares.map(|whole| (place(whole), place(o.span)))));
    }
    found
}

/// The templates that a file sees without a prefix, with their files: its own, then those of what it uses; a name may be there twice,
/// and the first is meant.
pub fn templates<'a>(files: &Files<'a>, file: FileId) -> Vec<(FileId, &'a Template)> {
    let mut seen = vec![file];
    let uses = files.project.unit(file).map_or(&[][..], |u| &u.uses);
    for (_, target) in uses {
        if let Target::File(used) = target
            && !seen.contains(used)
        {
            seen.push(*used);
        }
    }
    seen.into_iter().flat_map(|file| own_templates(files, file).map(move |t| (file, t))).collect()
}

/// The templates that a file declares.
pub fn own_templates<'a>(files: &Files<'a>, file: FileId) -> impl Iterator<Item = &'a Template> + use<'a> {
    let items = files.parsed(file).map_or(&[][..], |p| &p.ast.items);
    items.iter().filter_map(|item| if let Item::Template(t) = item { Some(t) } else { None })
}

/// The template that a call names, and its file.
pub fn template_of<'a>(files: &Files<'a>, file: FileId, call: &Call) -> Option<(FileId, &'a Template)> {
    template_among(files, file, call, &templates(files, file))
}

/// The same, where it is known what the file sees.
fn template_among<'a>(
    files: &Files<'a>,
    file: FileId,
    call: &Call,
    seen: &[(FileId, &'a Template)],
) -> Option<(FileId, &'a Template)> {
    let text = files.text(file);
    let named = |found: &(FileId, &Template), name: &Name| {
        found.1.name.is_some_and(|n| n.span.of(files.text(found.0)) == name.span.of(text))
    };
    match call.path.as_slice() {
        [name] => seen.iter().find(|t| named(t, name)).copied(),
        [prefix, name] => {
            let (_, module) =
                uses(files, file).find(|(used, _)| prefix_of(used).is_some_and(|p| same(text, p, *prefix)))?;
            let module = module?;
            own_templates(files, module).map(|t| (module, t)).find(|t| named(t, name))
        }
        _ => None,
    }
}

fn same(text: &str, a: Name, b: Name) -> bool {
    a.span.of(text) == b.span.of(text)
}

/// Every `use` of a file, with the file of its module.
pub fn uses<'a>(files: &Files<'a>, file: FileId) -> impl Iterator<Item = (&'a Use, Option<FileId>)> {
    let items = files.parsed(file).map_or(&[][..], |p| &p.ast.items);
    items.iter().filter_map(move |item| match item {
        Item::Use(used) => Some((used, module_of(files, file, used))),
        _ => None,
    })
}

/// The file of the module that a `use` names.
pub fn module_of(files: &Files<'_>, file: FileId, used: &Use) -> Option<FileId> {
    let Some(UsePath::Module(path)) = &used.what else { return None };
    let text = files.text(file);
    match path.as_slice() {
        [root, module] if root.span.of(text) == "std" => files.module(module.span.of(text)),
        _ => None,
    }
}

/// The name that stands before the templates of a module: its alias, or its own.
pub fn prefix_of(used: &Use) -> Option<Name> {
    match &used.what {
        Some(UsePath::Module(path)) => used.alias.or(path.last().filter(|_| path.len() > 1).copied()),
        _ => None,
    }
}

struct Walk<'f, 'a> {
    files: &'f Files<'a>,
    file: FileId,
    text: &'a str,
    /// The template whose parameters are meant.
    template: Option<(FileId, &'a Template)>,
    /// What the file sees without a prefix.
    seen: Vec<(FileId, &'a Template)>,
    found: Vec<Occurrence<'a>>,
}

impl<'f, 'a> Walk<'f, 'a> {
    fn of(files: &'f Files<'a>, file: FileId) -> Walk<'f, 'a> {
        let seen = templates(files, file);
        Walk { files, file, text: files.text(file), template: None, seen, found: Vec::new() }
    }

    fn add(&mut self, span: Span, thing: Thing<'a>, declares: Option<Span>) {
        self.found.push(Occurrence { span, thing, declares });
    }

    fn place(&self, name: Name) -> Place {
        Place { file: self.file, span: name.span }
    }

    fn item(&mut self, item: &'a Item) {
        match item {
            Item::Use(used) => return self.used(used),
            Item::Site(s) => {
                if let Some(name) = s.name {
                    self.add(name.span, Thing::Site(name.span.of(self.text)), Some(s.span));
                }
            }
            Item::Template(t) => {
                if let Some(name) = t.name {
                    self.add(name.span, Thing::Template(self.file, name.span.of(self.text)), Some(t.span));
                }
                for param in t.params.iter().flat_map(|p| &p.items) {
                    let thing = Thing::Param(self.file, t.span.start, param.name.span.of(self.text));
                    self.add(param.name.span, thing, Some(param.span));
                }
                self.template = Some((self.file, t));
            }
            Item::Journey(j) => {
                if let Some(name) = j.name {
                    self.add(name.span, Thing::Journey(name.span.of(self.text)), Some(j.span));
                }
            }
            Item::Defaults(_) | Item::Error(_) => {}
        }
        self.body(item.body());
        self.template = None;
    }

    fn used(&mut self, used: &'a Use) {
        match &used.what {
            Some(UsePath::Module(path)) => {
                let module = module_of(self.files, self.file, used);
                let prefix = prefix_of(used);
                for name in path.iter().filter(|n| prefix != Some(**n)) {
                    if let Some(module) = module {
                        self.add(name.span, Thing::File(module), None);
                    }
                }
                if let Some(name) = prefix {
                    self.add(name.span, Thing::Prefix(self.file, name.span.of(self.text)), Some(used.span));
                }
            }
            Some(UsePath::File(span)) => {
                let uses = self.files.project.unit(self.file).map_or(&[][..], |u| &u.uses);
                if let Some((_, Target::File(target))) = uses.iter().find(|(at, _)| at == span) {
                    self.add(inside(*span, self.text), Thing::File(*target), None);
                }
            }
            None => {}
        }
    }

    fn body(&mut self, body: Option<&'a Block<Entry>>) {
        for entry in body.iter().flat_map(|b| &b.items) {
            match entry {
                Entry::Setting(s) => self.setting(s),
                Entry::Measure(m) => self.measure(m),
                Entry::Step(s) => {
                    if let Some(name) = s.name {
                        self.add(name.span, Thing::Step(self.place(name)), Some(s.span));
                    }
                }
                Entry::Sli(s) => self.sli(s),
                Entry::Error(_) => {}
            }
            self.body(entry.body());
        }
    }

    fn sli(&mut self, sli: &'a Sli) {
        if let Some(name) = sli.name {
            self.add(name.span, Thing::Sli(self.place(name)), Some(sli.span));
        }
        let Some(call) = &sli.call else { return };
        let declared = template_among(self.files, self.file, call, &self.seen);
        if let [prefix, _] = call.path.as_slice() {
            let known = uses(self.files, self.file).filter_map(|(used, _)| prefix_of(used));
            if known.into_iter().any(|p| same(self.text, p, *prefix)) {
                self.add(prefix.span, Thing::Prefix(self.file, prefix.span.of(self.text)), None);
            }
        }
        let (Some((file, template)), Some(name)) = (declared, call.path.last()) else { return };
        self.add(name.span, Thing::Template(file, name.span.of(self.text)), None);
        for name in call.args.iter().flat_map(|a| &a.items).filter_map(|a| a.name) {
            self.add(name.span, Thing::Param(file, template.span.start, name.span.of(self.text)), None);
        }
    }

    fn setting(&mut self, setting: &'a Setting) {
        for value in &setting.values {
            let name = value.span.of(self.text);
            match (setting.key, value.kind) {
                (Kind::Delivers, _) => self.add(value.span, Thing::Journey(name), None),
                (Kind::At, _) => self.add(value.span, Thing::Site(name), None),
                (Kind::By, _) => self.add(value.span, Thing::Label(name), None),
                (Kind::Runbook, Kind::Str) => self.placeholders(value.span),
                (_, Kind::Raw) => self.raw(value.span),
                _ => {}
            }
        }
        if setting.key == Kind::Labels {
            for value in setting.pairs.iter().flat_map(|p| &p.items).filter_map(|p| p.value) {
                self.placeholders(value);
            }
        }
    }

    fn measure(&mut self, measure: &'a Measure) {
        match &measure.query {
            Some(Query::Raw(span)) => self.raw(*span),
            Some(Query::Selector(selector)) => {
                if let Some(name) = selector.name {
                    self.add(name.span, Thing::Metric(name.span.of(self.text)), None);
                }
                for matcher in selector.matchers.iter().flat_map(|m| &m.items) {
                    self.matcher(matcher);
                }
            }
            None => {}
        }
        if let Some(bound) = measure.under {
            self.param_word(bound);
        }
    }

    fn matcher(&mut self, matcher: &'a Matcher) {
        let label =
            if matcher.label.kind == Kind::Str { inside(matcher.label.span, self.text) } else { matcher.label.span };
        let name = label.of(self.text);
        match matcher.op {
            None if matcher.label.kind == Kind::Str => self.add(label, Thing::Metric(name), None),
            _ if name == "__name__" => {}
            _ => self.add(label, Thing::Label(name), None),
        }
        if let Some(value) = matcher.value {
            self.param_word(value);
        }
    }

    fn param_word(&mut self, word: Word) {
        if word.kind == Kind::Param {
            self.param(Span { start: word.span.start + 1, end: word.span.end });
        }
    }

    fn param(&mut self, name: Span) {
        let text = name.of(self.text);
        if text == "window" {
            self.add(name, Thing::Placeholder(text), None);
        } else if let Some((file, template)) = self.template {
            self.add(name, Thing::Param(file, template.span.start, text), None);
        }
    }

    /// `$limit` in backticks.
    fn raw(&mut self, span: Span) {
        let inner = inside(span, self.text);
        for range in promql::placeholders(inner.of(self.text)) {
            self.param(inner.part(range.start + 1, range.end));
        }
    }

    /// `$journey`, `$step` and `$sli` in strings.
    fn placeholders(&mut self, string: Span) {
        let text = string.of(self.text);
        for (at, _) in text.match_indices('$') {
            let rest = &text[at + 1..];
            let len = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(rest.len());
            if matches!(&rest[..len], "journey" | "step" | "sli") {
                self.add(string.part(at as u32 + 1, (at + 1 + len) as u32), Thing::Placeholder(&rest[..len]), None);
            }
        }
    }
}

/// What stands between quotes or backticks; the closing one may be missing.
pub fn inside(span: Span, text: &str) -> Span {
    let written = span.of(text);
    let Some(quote) = written.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else { return span };
    let closed = written.len() > 1 && written.ends_with(quote);
    Span { start: span.start + 1, end: span.end - u32::from(closed) }
}

/// The type of a parameter of a template, for the PromQL in it; `$window` is there everywhere.
pub fn param_type(template: Option<&Template>, text: &str, name: &str) -> Option<ParamType> {
    if name == "window" {
        return Some(ParamType::Duration);
    }
    let param = template?.params.iter().flat_map(|p| &p.items).find(|p| p.name.span.of(text) == name)?;
    Some(match param.ty?.span.of(text) {
        "string" => ParamType::String,
        "regex" => ParamType::Regex,
        "duration" => ParamType::Duration,
        "number" => ParamType::Number,
        _ => return None,
    })
}
