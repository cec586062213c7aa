//! Asts and the modules that ship → model: names, `use`, templates, the cascade of settings, units. Reports what cannot work; goes on
//! after every error, and says nothing twice.

pub mod alerts;
pub mod journeys;
pub mod kept;
pub mod layer;
pub mod measures;
pub mod messages;
pub mod params;
pub mod raw;
pub mod scope;
pub mod selectors;
pub mod sites;
pub mod slis;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue as c;
use crate::model::{Model, Named, Site};
use crate::project::{Target, Unit};
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use crate::stdlib;
use crate::syntax::{self, ast::Item, comments};
use kept::Kept;
use scope::{Own, Scope};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What resolving gives besides the model: what the lint `unused` and `# tabi: allow` need.
#[derive(Debug, Default)]
pub struct Resolved {
    /// The model: complete where there is no error.
    pub model: Model,
    /// Templates of the project, with whether somebody calls them.
    pub templates: Vec<(Named, bool)>,
    /// Prefixes of modules, their `use`, and whether somebody calls something of them.
    pub modules: Vec<(String, Place, bool)>,
    /// Sites, with whether somebody is `at` them.
    pub sites: Vec<(Named, bool)>,
    /// Doc comments that belong to no declaration.
    pub stray_docs: Vec<Place>,
    /// `# tabi: allow(…)`, by file.
    pub allows: Vec<(FileId, comments::Allow)>,
    /// A number for each journey: what was resolved to the same number is the same, but for what delivers what.
    pub stamps: Vec<u64>,
    /// The files of the modules that ship.
    pub shipped: HashSet<FileId>,
}

/// The state of one run.
pub struct Resolver<'a> {
    sources: &'a Sources,
    /// What was found so far.
    pub found: Vec<Diagnostic>,
    problems: HashMap<FileId, Vec<Span>>,
    std_files: HashMap<&'static str, FileId>,
    template_list: Vec<(Named, bool)>,
    module_uses: Vec<(String, Place, bool)>,
    sites: Vec<Site>,
    site_layers: Vec<layer::Layer>,
    site_used: Vec<bool>,
    /// The keys of all sites' external labels.
    site_keys: BTreeSet<String>,
    std_templates: HashMap<(FileId, String), scope::Declared<'a>>,
    kept: Kept,
    /// What was used since it was last looked at.
    used: kept::Used,
}

/// Resolves a project. Adds the modules that it uses to the sources.
pub fn resolve(sources: &mut Sources, units: &[Unit]) -> (Resolved, Vec<Diagnostic>) {
    resolve_again(sources, units, &mut Kept::default())
}

/// Resolves a project of which one file or another was edited since it was kept. What comes out is what [`resolve`] says.
pub fn resolve_again(sources: &mut Sources, units: &[Unit], kept: &mut Kept) -> (Resolved, Vec<Diagnostic>) {
    let std_units = load_modules(sources, units);
    let sources = &*sources;
    let std_files = std_units.iter().map(|(name, unit)| (*name, unit.file)).collect();
    let all: Vec<&Unit> = units.iter().chain(std_units.iter().map(|(_, unit)| unit)).collect();
    let problems =
        all.iter().map(|unit| (unit.file, unit.parsed.lexed.problems.iter().map(|p| p.span).collect())).collect();
    let mut resolver = Resolver {
        sources,
        found: Vec::new(),
        problems,
        std_files,
        template_list: Vec::new(),
        module_uses: Vec::new(),
        sites: Vec::new(),
        site_layers: Vec::new(),
        site_used: Vec::new(),
        site_keys: BTreeSet::new(),
        std_templates: HashMap::new(),
        // so that nothing is kept of a run that fails
        kept: std::mem::take(kept),
        used: kept::Used::default(),
    };
    let declared: HashMap<FileId, Own<'_>> = all.iter().map(|unit| (unit.file, resolver.declare(unit))).collect();
    for (_, unit) in &std_units {
        let own = declared.get(&unit.file).into_iter().flat_map(|own| &own.templates);
        resolver.std_templates.extend(own.map(|(name, template)| ((unit.file, name.clone()), *template)));
    }
    resolver.check_sites();
    resolver.cycles(&units.iter().collect::<Vec<_>>());
    let scopes: Vec<Scope<'_>> = units.iter().map(|unit| resolver.scope(unit, &declared)).collect();
    let (journeys, stamps) = resolver.journeys(&all, &scopes, &declared);
    let std_ids: HashSet<FileId> = resolver.std_files.values().copied().collect();
    let mut resolved = Resolved {
        templates: resolver.template_list.into_iter().filter(|(n, _)| !std_ids.contains(&n.place.file)).collect(),
        modules: resolver.module_uses,
        sites: resolver.sites.iter().map(|s| s.name.clone()).zip(resolver.site_used).collect(),
        model: Model { sites: resolver.sites, journeys },
        stamps,
        shipped: std_ids,
        ..Resolved::default()
    };
    *kept = resolver.kept;
    for unit in units {
        let (docs, allows) = kept.comments(unit);
        resolved.stray_docs.extend(docs);
        resolved.allows.extend(allows);
    }
    let mut found = resolver.found;
    without_repeats(&mut found);
    without_consequences(&mut found, sources, units);
    (resolved, found)
}

/// The modules that some file uses, parsed.
fn load_modules(sources: &mut Sources, units: &[Unit]) -> Vec<(&'static str, Unit)> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for unit in units {
        let text = &sources.file(unit.file).text;
        for item in &unit.parsed.ast.items {
            let Item::Use(used) = item else { continue };
            // also those that are meant by another form, which is said
            let written = match &used.what {
                Some(syntax::ast::UsePath::Module(path)) => {
                    let parts: Vec<&str> = path.iter().map(|name| name.span.of(text)).collect();
                    parts.join(".")
                }
                Some(syntax::ast::UsePath::File(span)) => {
                    let missing = |(at, target): &(Span, Target)| at == span && matches!(target, Target::Missing(_));
                    if !unit.uses.iter().any(missing) {
                        continue;
                    }
                    span.of(text).to_string()
                }
                None => continue,
            };
            names.extend(scope::module_meant(&written).map(|module| module.name));
        }
    }
    let mut loaded = Vec::new();
    for module in names.into_iter().filter_map(stdlib::find) {
        let (source, parsed) = parsed_module(module);
        let file = sources.add(source);
        loaded.push((module.name, Unit { file, parsed, listed: false, uses: Vec::new() }));
    }
    loaded
}

/// A module that ships; parsed once in the life of the process, since its text never changes.
fn parsed_module(module: &'static stdlib::Module) -> (Arc<SourceFile>, Arc<syntax::Parsed>) {
    type Parsed = (Arc<SourceFile>, Arc<syntax::Parsed>);
    static KNOWN: Mutex<BTreeMap<&str, Parsed>> = Mutex::new(BTreeMap::new());
    let parse = || {
        let source = SourceFile::new(format!("std/{}.tabi", module.name), module.text);
        let (parsed, problems) = syntax::parse(FileId(0), &source);
        debug_assert!(problems.is_empty(), "std.{}: {problems:?}", module.name);
        (Arc::new(source), Arc::new(parsed))
    };
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).entry(module.name).or_insert_with(parse).clone()
}

/// What comes of text that could not be read: a value that is none in the form that was reported, and a name that may be declared in it.
fn without_consequences(found: &mut Vec<Diagnostic>, sources: &Sources, units: &[Unit]) {
    let broken = |unit: &&Unit| unit.parsed.broken;
    let problems: HashSet<Place> = units
        .iter()
        .filter(broken)
        .flat_map(|unit| unit.parsed.lexed.problems.iter().map(|p| Place { file: unit.file, span: p.span }))
        .collect();
    let mut names: HashSet<String> = HashSet::new();
    for unit in units.iter().filter(broken) {
        let text = &sources.file(unit.file).text;
        names.extend(syntax::names::check(text, &unit.parsed.ast).into_iter().filter_map(|misnamed| misnamed.right));
        for item in &unit.parsed.ast.items {
            let Item::Error(span) = item else { continue };
            let tokens = &unit.parsed.lexed.tokens;
            let from = tokens.partition_point(|t| t.span.start < span.start);
            let inside = tokens[from..].iter().take_while(|t| t.span.end <= span.end);
            names.extend(inside.filter(|t| t.kind.is_name()).map(|t| t.span.of(text).to_string()));
        }
    }
    let is_value = |d: &Diagnostic| [c::SYNTAX.name, c::BAD_WINDOW.name, c::BAD_TARGET.name].contains(&d.name());
    found.retain(|d| {
        let unreadable = is_value(d) && problems.contains(&d.place());
        let declared = d.name() == c::UNKNOWN_NAME.name && names.contains(sources.text(d.place()));
        !unreadable && !declared
    });
}

/// A template that is wrong is wrong in every call: it is said once.
fn without_repeats(found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    found.retain(|d| seen.insert((d.name(), d.place(), d.message.clone())));
}

impl<'a> Resolver<'a> {
    /// The text under a place.
    pub fn text(&self, place: Place) -> &'a str {
        self.sources.text(place)
    }

    /// Whether the lexer has said something about this place already.
    pub fn has_syntax_problem(&self, place: Place) -> bool {
        self.problems
            .get(&place.file)
            .is_some_and(|all| all.iter().any(|p| p.start < place.span.end && place.span.start < p.end))
    }

    /// A title: the text between the quotes.
    pub fn title(&self, file: FileId, title: Option<Span>) -> Option<String> {
        title.map(|span| syntax::leaf::string(self.text(Place { file, span }))).filter(|t| !t.trim().is_empty())
    }

    /// The doc comment of a declaration.
    pub fn doc(&self, unit: &Unit, start: u32) -> Option<String> {
        comments::doc(&self.sources.file(unit.file).text, &unit.parsed, start)
    }

    /// Checks every template of a file where it stands, also those that nobody calls.
    fn check_templates(&mut self, unit: &Unit) {
        for item in &unit.parsed.ast.items {
            let Item::Template(template) = item else { continue };
            let params = self.declared_params(unit.file, template);
            let Some(body) = &template.body else { continue };
            let mut layer = layer::Layer::default();
            self.read_layer(unit.file, crate::schema::Block::Template, &body.items, &mut layer);
            let settings = measures::MeasureSettings { buckets: None, native: false, unit: None, range: 120 };
            let name = template.name.map_or(template.span, |n| n.span);
            let place = Place { file: unit.file, span: name };
            self.check_by(layer.by.as_deref().unwrap_or_default());
            self.measure(unit.file, place, &body.items, &params, &settings);
        }
    }
}
