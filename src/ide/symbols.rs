//! What is declared: in a file as a tree, in the project by name.

use super::Project;
use super::modules::Files;
use crate::schema::kind::Kind;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Block, Entry, Item};
use crate::syntax::leaf;

/// What is declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each variant is the declaration of that name")]
pub enum SymbolKind {
    Defaults,
    Site,
    Template,
    Journey,
    Step,
    Sli,
}

/// A declaration with those in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// A few words: the title, the target.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole declaration.
    pub span: Span,
    /// Its name, within the span.
    pub name_span: Span,
    /// What stands in it.
    pub children: Vec<Symbol>,
}

/// The declarations of a file.
pub fn of_file(project: &Project<'_>, file: FileId) -> Vec<Symbol> {
    let files = Files::of(project);
    let Some(parsed) = files.parsed(file) else { return Vec::new() };
    let text = files.text(file);
    parsed.ast.items.iter().filter_map(|item| of_item(item, text)).collect()
}

fn of_item(item: &Item, text: &str) -> Option<Symbol> {
    let (name, detail, kind, keyword) = match item {
        Item::Use(_) | Item::Error(_) => return None,
        Item::Defaults(d) => (None, d.audience.map(|a| a.span.of(text).to_string()), SymbolKind::Defaults, "defaults"),
        Item::Site(s) => (s.name, s.title.map(|t| leaf::string(t.of(text))), SymbolKind::Site, "site"),
        Item::Template(t) => {
            let params = t.params.as_ref().map(|p| {
                let names: Vec<&str> = p.items.iter().map(|p| p.name.span.of(text)).collect();
                format!("({})", names.join(", "))
            });
            (t.name, params, SymbolKind::Template, "template")
        }
        Item::Journey(j) => (j.name, details(j.title, item.body(), text), SymbolKind::Journey, "journey"),
    };
    Some(Symbol {
        name: name.map_or(keyword, |n| n.span.of(text)).to_string(),
        detail,
        kind,
        span: item.span(),
        name_span: name.map_or_else(|| first_word(item.span(), text), |n| n.span),
        children: item.body().into_iter().flat_map(|b| &b.items).filter_map(|e| of_entry(e, text)).collect(),
    })
}

fn of_entry(entry: &Entry, text: &str) -> Option<Symbol> {
    let (name, title, kind, keyword) = match entry {
        Entry::Step(s) => (s.name, s.title, SymbolKind::Step, "step"),
        Entry::Sli(s) => (s.name, s.title, SymbolKind::Sli, "sli"),
        Entry::Setting(_) | Entry::Measure(_) | Entry::Error(_) => return None,
    };
    Some(Symbol {
        name: name.map_or(keyword, |n| n.span.of(text)).to_string(),
        detail: details(title, entry.body(), text),
        kind,
        span: entry.span(),
        name_span: name.map_or_else(|| first_word(entry.span(), text), |n| n.span),
        children: entry.body().into_iter().flat_map(|b| &b.items).filter_map(|e| of_entry(e, text)).collect(),
    })
}

/// `Pay by card, 99.9%`
fn details(title: Option<Span>, body: Option<&Block<Entry>>, text: &str) -> Option<String> {
    let target = body.into_iter().flat_map(|b| &b.items).find_map(|entry| match entry {
        Entry::Setting(s) if s.key == Kind::Target => s.values.first().map(|v| v.span.of(text).to_string()),
        _ => None,
    });
    let parts: Vec<String> = title.map(|t| leaf::string(t.of(text))).into_iter().chain(target).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What stands for a name that is missing.
fn first_word(span: Span, text: &str) -> Span {
    let len = span.of(text).find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(span.of(text).len());
    span.part(0, len as u32)
}

/// A declaration of the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its name, as an address: `checkout.pay.fast`.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// In what it stands.
    pub container: Option<String>,
    /// Where.
    pub place: Place,
}

/// The declarations whose names or titles have the letters of a query in this order; all of them for an empty one. First those of
/// that name, then those that begin so, then those that have it in one piece, then the rest; each in the order of files.
pub fn of_project(project: &Project<'_>, query: &str) -> Vec<Found> {
    let query = query.trim().to_lowercase();
    let mut found: Vec<(u8, Found)> = Vec::new();
    for unit in project.units {
        let text = project.text(unit.file);
        for symbol in unit.parsed.ast.items.iter().filter_map(|item| of_item(item, text)) {
            if symbol.kind != SymbolKind::Defaults {
                collect(&symbol, None, unit.file, &query, &mut found);
            }
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, f)| f).collect()
}

fn collect(symbol: &Symbol, container: Option<&str>, file: FileId, query: &str, found: &mut Vec<(u8, Found)>) {
    let address = container.map_or_else(|| symbol.name.clone(), |c| format!("{c}.{}", symbol.name));
    if let Some(rank) = rank(symbol, &address, query) {
        let place = Place { file, span: symbol.name_span };
        let container = container.map(str::to_string);
        found.push((rank, Found { name: address.clone(), kind: symbol.kind, container, place }));
    }
    for child in &symbol.children {
        collect(child, Some(&address), file, query, found);
    }
}

/// How well a symbol answers a query; less is better.
fn rank(symbol: &Symbol, address: &str, query: &str) -> Option<u8> {
    let detail = symbol.detail.as_deref().unwrap_or("");
    // most symbols end here
    if !subsequence(query, address) && !subsequence(query, detail) {
        return None;
    }
    if query.is_empty() {
        return Some(0);
    }
    let texts = [&symbol.name, address, detail].map(str::to_lowercase);
    let tests: [&dyn Fn(&str) -> bool; 3] = [&|t| t == query, &|t| t.starts_with(query), &|t| t.contains(query)];
    let found = (0..).zip(tests).find(|(_, holds)| texts.iter().any(|t| holds(t)));
    Some(found.map_or(3, |(rank, _)| rank))
}

/// Whether the letters of a query, which are small, stand in a text in this order.
fn subsequence(query: &str, text: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    query.chars().filter(|c| !c.is_whitespace()).all(|c| letters.any(|l| l == c))
}
