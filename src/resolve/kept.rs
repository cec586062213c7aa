//! What resolving keeps between two runs over the same files: whoever edits one file of many gets the others as they were. A file is
//! resolved anew when its text is another, or something that it sees in others is.

use super::Resolver;
use super::scope::{Own, Scope};
use crate::diagnostic::Diagnostic;
use crate::model::{Journey, Named};
use crate::project::{Target, Unit};
use crate::source::{FileId, Place, SourceFile, Sources};
use crate::syntax::Parsed;
use crate::syntax::ast::Item;
use crate::syntax::comments::{self, Allow};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What is kept. It belongs to one set of files: when files come or go, begin with a new one.
#[derive(Debug, Default)]
pub struct Kept {
    files: HashMap<FileId, File>,
    /// Whether a regular expression matches nothing, by its text.
    pub(super) in_vain: HashMap<String, bool>,
    stamp: u64,
}

/// What a file gave.
#[derive(Debug)]
struct File {
    parsed: Arc<Parsed>,
    /// Of what others may see.
    head: u64,
    stray_docs: Vec<Place>,
    allows: Vec<Allow>,
    part: Option<Arc<Part>>,
}

/// What the templates and journeys of a file came to.
#[derive(Debug)]
pub struct Part {
    /// Of what it sees in other files.
    seen: u64,
    /// Journeys that were passed over, because others have their names.
    doubles: Vec<usize>,
    /// The others by name: what each came to, unless it is broken, the journeys that it delivers, and a number that no other has.
    pub(super) journeys: Vec<(Named, Option<Made>)>,
    /// What was said of its templates.
    pub(super) of_templates: Vec<Diagnostic>,
    /// What was said of its journeys.
    pub(super) of_journeys: Vec<Diagnostic>,
    /// What it uses.
    pub(super) used: Used,
}

/// A journey as far as it can be known from its file.
#[derive(Debug, Clone)]
pub struct Made {
    /// Itself, without what it delivers.
    pub(super) journey: Arc<Journey>,
    /// What it says that it delivers.
    pub(super) delivers: Vec<Named>,
    /// What was made of one and the same number is the same.
    pub(super) stamp: u64,
}

/// Indexes of what is used.
#[derive(Debug, Default, Clone)]
pub struct Used {
    /// Templates.
    pub(super) templates: Vec<usize>,
    /// `use`s of modules.
    pub(super) modules: Vec<usize>,
    /// Sites.
    pub(super) sites: Vec<usize>,
}

impl Kept {
    /// Looks at a file again; what it was is forgotten where it has another text.
    pub(super) fn look(&mut self, sources: &Sources, unit: &Unit) {
        if self.files.get(&unit.file).is_some_and(|file| Arc::ptr_eq(&file.parsed, &unit.parsed)) {
            return;
        }
        let source = sources.file(unit.file);
        let docs = comments::stray_docs(&source.text, &unit.parsed).into_iter();
        let file = File {
            parsed: unit.parsed.clone(),
            head: head(source, &unit.parsed),
            stray_docs: docs.map(|span| Place { file: unit.file, span }).collect(),
            allows: comments::allows(&source.text, &unit.parsed),
            part: None,
        };
        self.files.insert(unit.file, file);
    }

    /// Doc comments of a file that belong to no declaration, and its `# tabi: allow(…)`.
    pub(super) fn comments(&self, unit: &Unit) -> (Vec<Place>, Vec<(FileId, Allow)>) {
        let Some(file) = self.files.get(&unit.file) else { return (Vec::new(), Vec::new()) };
        (file.stray_docs.clone(), file.allows.iter().map(|allow| (unit.file, allow.clone())).collect())
    }

    /// What a file sees in others, as a number: `world` is what all see.
    fn seen(&self, world: u64, unit: &Unit) -> u64 {
        let mut hasher = DefaultHasher::new();
        (world, unit.listed).hash(&mut hasher);
        for (span, target) in &unit.uses {
            span.hash(&mut hasher);
            match target {
                Target::File(id) => (id, self.files.get(id).map(|file| file.head)).hash(&mut hasher),
                Target::Missing(why) => why.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

/// What others may see of a file: everything but its journeys, and where it stands.
fn head(source: &SourceFile, parsed: &Parsed) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut before = 0;
    for item in &parsed.ast.items {
        let span = item.span();
        if !matches!(item, Item::Journey(_)) {
            // with the comments above
            (span.start, source.text.get(before..span.end as usize)).hash(&mut hasher);
        }
        before = span.end as usize;
    }
    hasher.finish()
}

impl<'a> Resolver<'a> {
    /// What all files see alike, as a number: the modules, the sites, and how templates and modules are counted.
    pub(super) fn world(&self, files: &[&Unit]) -> u64 {
        let mut hasher = DefaultHasher::new();
        let mut modules: Vec<(&&str, &FileId)> = self.std_files.iter().collect();
        modules.sort_unstable();
        modules.hash(&mut hasher);
        files.iter().map(|unit| unit.file).collect::<Vec<_>>().hash(&mut hasher);
        for (name, _) in &self.template_list {
            (name.place.file, &name.text).hash(&mut hasher);
        }
        for (prefix, place, _) in &self.module_uses {
            (prefix, place.file).hash(&mut hasher);
        }
        for site in &self.sites {
            (&site.name.text, site.name.place, site.external_labels.keys().collect::<Vec<_>>()).hash(&mut hasher);
        }
        self.site_keys.hash(&mut hasher);
        hasher.finish()
    }

    /// What a file gives: as it was, or resolved anew. `doubles` are journeys whose names others have.
    pub(super) fn part(
        &mut self,
        unit: &'a Unit,
        world: u64,
        scope: Option<&Scope<'a>>,
        declared: &HashMap<FileId, Own<'a>>,
        doubles: Vec<usize>,
    ) -> Arc<Part> {
        let seen = self.kept.seen(world, unit);
        let known = self.kept.files.get(&unit.file).and_then(|file| file.part.as_ref());
        if let Some(part) = known.filter(|part| part.seen == seen && part.doubles == doubles) {
            return part.clone();
        }
        let found = std::mem::take(&mut self.found);
        self.used = Used::default();
        self.check_templates(unit);
        let of_templates = std::mem::take(&mut self.found);
        let mut journeys = Vec::new();
        if let Some(scope) = scope {
            let all = unit.parsed.ast.items.iter().enumerate();
            for (_, item) in all.filter(|(i, _)| !doubles.contains(i)) {
                let Item::Journey(journey) = item else { continue };
                let Some(name) = journey.name.map(|n| self.named(unit.file, n)) else { continue };
                let made = self.journey(unit, scope, declared, journey, &name).map(|(journey, delivers)| {
                    self.kept.stamp += 1;
                    Made { journey: Arc::new(journey), delivers, stamp: self.kept.stamp }
                });
                journeys.push((name, made));
            }
        }
        let of_journeys = std::mem::replace(&mut self.found, found);
        let used = std::mem::take(&mut self.used);
        let part = Arc::new(Part { seen, doubles, journeys, of_templates, of_journeys, used });
        if let Some(file) = self.kept.files.get_mut(&unit.file) {
            file.part = Some(part.clone());
        }
        part
    }
}
