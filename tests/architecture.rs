//! The house as `ARCHITECTURE.md` draws it: who may use whom, what lives where, and what no file may have.

mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tabi::diagnostic::catalogue;

/// Uses that are known to be wrong and not yet mended: from, to. Each must still be there.
/// FIXME: `MAX_SHOWN` belongs to `diagnostic`, and `fill` (placeholders of runbooks and links) below both `resolve` and `plan`.
const KNOWN_USES: &[(&str, &str)] = &[];
/// No source file is longer.
const LONGEST: usize = 600;

struct Source {
    path: String,
    text: String,
    /// The folder or file right below `src/`.
    place: String,
}

fn sources() -> Vec<Source> {
    let paths = corpus::files("src", "rs");
    assert!(paths.len() > 50, "src/ was not found");
    let of = |path: &Path| {
        let path = path.strip_prefix(corpus::root()).expect("inside").to_string_lossy().replace('\\', "/");
        let place = path["src/".len()..].split('/').next().unwrap_or("").trim_end_matches(".rs").to_string();
        Source { text: corpus::read(&path), path, place }
    };
    paths.iter().map(|p| of(p)).collect()
}

/// The table of the house: each place with those that it may use, from the bottom to the top.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let page = corpus::read("ARCHITECTURE.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ").collect();
        let [place, _, uses] = cells.as_slice() else { return None };
        let name = |cell: &str| cell.trim_matches('`').trim_end_matches(".rs").trim_end_matches('/').to_string();
        let uses = if *uses == "–" { BTreeSet::new() } else { uses.split(", ").map(name).collect() };
        Some((name(place), uses))
    });
    rows.collect()
}

/// The places that a text names after `crate::`, one by one or in braces.
fn used(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
        match part.strip_prefix('{') {
            Some(list) => found.extend(list.split('}').next().unwrap_or("").split(',').map(|p| word(p.trim()))),
            None => {
                found.insert(word(part));
            }
        }
    }
    found
}

/// What each place uses, with a file that shows it.
fn uses() -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    let sources = sources();
    let places: BTreeSet<&str> = sources.iter().map(|s| s.place.as_str()).collect();
    for source in &sources {
        // at the top of a place `super` is the crate
        let top = source.path.matches('/').count() == 1 || source.path == format!("src/{}/mod.rs", source.place);
        let mut named = used(&source.text);
        if top {
            let supers = source.text.lines().filter_map(|l| l.strip_prefix("use super::"));
            named.extend(supers.map(|l| l.split([':', ';', '{']).next().unwrap_or("").to_string()));
        }
        for target in named.into_iter().filter(|t| *t != source.place && places.contains(t.as_str())) {
            found.entry((source.place.clone(), target)).or_insert_with(|| source.path.clone());
        }
    }
    found
}

#[test]
fn nothing_reaches_upwards() {
    let table = table();
    let places: BTreeSet<String> = sources().into_iter().map(|s| s.place).collect();
    let listed: BTreeSet<String> = table.iter().map(|(place, _)| place.clone()).collect();
    let mut expected = places.clone();
    expected.retain(|p| !["lib", "main", "explain"].contains(&p.as_str()));
    assert_eq!(listed, expected, "ARCHITECTURE.md lists the places of src/");
    for (i, (place, uses)) in table.iter().enumerate() {
        for target in uses {
            assert!(
                table[..i].iter().any(|(lower, _)| lower == target),
                "{place} uses {target}, which is not below it"
            );
        }
    }
    let allowed = |from: &str, to: &str| table.iter().any(|(place, uses)| place == from && uses.contains(to));
    let found = uses();
    for ((from, to), path) in &found {
        let known = KNOWN_USES.contains(&(from.as_str(), to.as_str()));
        assert!(
            from == "lib" || from == "main" || known || allowed(from, to),
            "{path}: {from} may not use {to}; see ARCHITECTURE.md"
        );
        assert!(!(known && allowed(from, to)), "{from} may use {to}: it is no longer known to be wrong");
    }
    for (from, to) in KNOWN_USES {
        assert!(found.contains_key(&((*from).to_string(), (*to).to_string())), "{from} uses {to} no more: forget it");
    }
    for (place, uses) in &table {
        for target in uses {
            assert!(found.contains_key(&(place.clone(), target.clone())), "{place} does not use {target}: forget it");
        }
    }
}

/// Where a text stands outside of comments.
fn lines_with<'a>(source: &'a Source, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let code = source.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter(|(_, line)| words.iter().any(|w| line.contains(w)))
        .map(|(at, line)| format!("{}:{}: {}", source.path, at + 1, line.trim()))
}

#[test]
fn each_thing_has_one_place() {
    for (words, place, why) in [
        (&["nom::"][..], &["syntax"][..], "only syntax/ parses with nom"),
        (&["gen_lsp_types", "lsp_server"], &["lsp"], "only lsp/ knows the protocol"),
        (&["miette::"], &["diagnostic"], "only diagnostic/ draws with miette"),
        (&["std::fs", "std::env"], &["load", "cli", "lsp"], "only the loader and the two faces touch the world"),
        (&["std::process", "std::net"], &["cli", "lsp"], "only the two faces touch the world"),
    ] {
        for source in sources().iter().filter(|s| !place.contains(&s.place.as_str()) && s.place != "main") {
            let found: Vec<String> = lines_with(source, words).collect();
            assert!(found.is_empty(), "{why}: {found:?}");
        }
    }
}

#[test]
fn files_have_names_and_sizes_to_be_found_and_read() {
    for source in sources() {
        let name = source.path.rsplit('/').next().unwrap_or("");
        let vague = ["utils.rs", "util.rs", "helpers.rs", "helper.rs", "common.rs", "misc.rs"];
        assert!(!vague.contains(&name), "{}: a name that says nothing", source.path);
        let lines = source.text.lines().count();
        assert!(lines <= LONGEST, "{}: {lines} lines, more than {LONGEST}", source.path);
        assert!(source.text.starts_with("//!"), "{}: the first line says what the file is for", source.path);
    }
}

#[test]
fn nothing_is_left_unfinished() {
    let words = ["todo!", "unimplemented!", "dbg!", "#[ignore"];
    for source in sources() {
        let found: Vec<String> = lines_with(&source, &words).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

/// The names of the files in a folder of `src/`, without their ends.
fn names(folder: &str, extension: &str) -> BTreeSet<String> {
    let stem = |p: std::path::PathBuf| p.file_stem().map(|s| s.to_string_lossy().into_owned());
    corpus::files(&format!("src/{folder}"), extension).into_iter().filter_map(stem).collect()
}

#[test]
fn registries_and_folders_agree() {
    let lints: BTreeSet<String> = tabi::lint::ALL.iter().map(|l| l.entry.name.replace('-', "_")).collect();
    let mut files = names("lint", "rs");
    files.retain(|f| f != "mod" && f != "allow");
    assert_eq!(files, lints, "one file in src/lint for each lint of its ALL");

    let modules: BTreeSet<String> = tabi::stdlib::ALL.iter().map(|m| m.name.to_string()).collect();
    assert_eq!(names("stdlib", "tabi"), modules, "one file in src/stdlib for each module of its ALL");

    let entries: BTreeSet<String> = catalogue::ALL.iter().map(|e| e.name.to_string()).collect();
    assert_eq!(entries.len(), catalogue::ALL.len(), "a name stands for one entry");
    assert_eq!(names("explain", "md"), entries, "one file in src/explain for each entry of the catalogue");

    let mut measures = names("measure", "rs");
    measures.retain(|f| !["mod", "counting", "query"].contains(&f.as_str()));
    assert_eq!(measures, ["age", "events", "holds", "latency", "up"].map(String::from).into());
}
