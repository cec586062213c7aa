//! What the tests with real tools share: compiling sources with the library, finding the tools, talking to a server on the loopback.
//!
//! A tool that is missing fails the test. A test that is skipped in silence proves nothing.

#![allow(dead_code, reason = "each file of tests uses a part of this")]

pub mod backfill;
pub mod http;
pub mod process;
pub mod rules;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use tabi::diagnostic::Severity;
use tabi::model::Model;
use tabi::project::{Options, Target, Unit};
use tabi::source::{FileId, SourceFile, Sources};
use tabi::syntax::ast::{Item, UsePath};

/// A file that the compiler wrote.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// Its path relative to the output directory.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl Emitted {
    /// Whether it is JSON.
    pub fn is_json(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| e == "json")
    }
}

/// What a project compiles to.
pub struct Compiled {
    /// All files with rules.
    pub files: Vec<Emitted>,
    /// All files with dashboards.
    pub dashboards: Vec<Emitted>,
    /// The model that they were made from.
    pub model: Model,
    /// The sources, which headers name.
    pub sources: Sources,
}

impl Compiled {
    /// The rule files, one for each journey, in the order of the journeys.
    pub fn rules(&self) -> impl Iterator<Item = &Emitted> {
        self.files.iter().filter(|f| f.path.starts_with("rules/"))
    }

    /// The fragment for Alertmanager.
    pub fn inhibit(&self) -> &Emitted {
        self.files.iter().find(|f| f.path == "alertmanager/inhibit.yml").expect("a fragment for Alertmanager")
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The directories under `examples/`, in order of their names.
pub fn examples() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(root().join("examples"))
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    assert!(found.len() >= 6, "the examples are gone: {found:?}");
    found
}

/// Compiles all `.tabi` files of a directory, with the labels of its `tabi.toml`.
pub fn compile_directory(directory: &Path) -> Compiled {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap_or_else(|e| panic!("{}: {e}", directory.display()))
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "tabi"))
        .collect();
    names.sort();
    let files: Vec<(String, String)> = names
        .into_iter()
        .map(|name| {
            let text = std::fs::read_to_string(directory.join(&name)).expect("a readable file");
            (name, text)
        })
        .collect();
    compile(&files, &options_of(directory))
}

/// The labels of a directory's `tabi.toml`, if it has one.
pub fn options_of(directory: &Path) -> Options {
    std::fs::read_to_string(directory.join("tabi.toml")).map(|text| options(&text)).unwrap_or_default()
}

/// Compiles one source, without a `tabi.toml`.
pub fn compile_text(text: &str) -> Compiled {
    compile(&[("test.tabi".to_string(), text.to_string())], &Options::default())
}

/// Compiles sources. Errors fail the test, with all their messages.
pub fn compile(files: &[(String, String)], options: &Options) -> Compiled {
    let mut sources = Sources::default();
    let mut errors: Vec<String> = Vec::new();
    let mut units: Vec<Unit> = Vec::new();
    let mut ids: HashMap<&str, FileId> = HashMap::new();
    for (name, text) in files {
        let id = sources.add(SourceFile::new(name, text));
        ids.insert(name, id);
        let (parsed, found) = tabi::syntax::parse(id, sources.file(id));
        errors.extend(found.iter().filter(|d| d.severity == Severity::Error).map(|d| said(&sources, d)));
        units.push(Unit { file: id, parsed: parsed.into(), listed: true, uses: Vec::new() });
    }
    for unit in &mut units {
        let text = &sources.file(unit.file).text;
        for item in &unit.parsed.ast.items {
            if let Item::Use(item) = item
                && let Some(UsePath::File(span)) = &item.what
            {
                let name = span.of(text).trim_matches(['"', '\'']).trim_start_matches("./");
                let target = ids.get(name).map_or_else(
                    || Target::Missing("there is no such file in the test".to_string()),
                    |id| Target::File(*id),
                );
                unit.uses.push((*span, target));
            }
        }
    }
    let (resolved, found) = tabi::resolve::resolve(&mut sources, &units);
    errors.extend(found.iter().filter(|d| d.severity == Severity::Error).map(|d| said(&sources, d)));
    assert!(errors.is_empty(), "the sources have errors:\n{}", errors.join("\n"));
    let model = resolved.model;
    assert!(!model.journeys.is_empty(), "the sources declare no journey");
    let files = (0..tabi::emit::count(&model, options))
        .map(|i| {
            let (path, text) = tabi::emit::file(&model, &sources, options, i);
            Emitted { path, text }
        })
        .collect();
    let of_journeys =
        (0..model.journeys.len()).flat_map(|i| tabi::emit::grafana::journey(&model, &sources, options, i));
    let dashboards = of_journeys
        .chain(tabi::emit::grafana::overview(&model, options))
        .map(|(path, text)| Emitted { path, text })
        .collect();
    Compiled { files, dashboards, model, sources }
}

fn said(sources: &Sources, diagnostic: &tabi::diagnostic::Diagnostic) -> String {
    format!("{}: {}: {}", sources.name_and_line(diagnostic.place()), diagnostic.name(), diagnostic.message)
}

/// The labels of pages and tickets from a `tabi.toml`.
fn options(text: &str) -> Options {
    let file: toml::Table = text.parse().expect("a readable tabi.toml");
    let labels = |urgency: &str| -> BTreeMap<String, String> {
        let table = file.get("alerts").and_then(|a| a.get(urgency)?.get("labels")?.as_table());
        let text = |v: &toml::Value| v.as_str().expect("a label is a string").to_string();
        table.map(|t| t.iter().map(|(k, v)| (k.clone(), text(v))).collect()).unwrap_or_default()
    };
    Options { page_labels: labels("page"), ticket_labels: labels("ticket"), ..Options::default() }
}

/// The path of a program.
pub fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|candidate| candidate.is_file())
}

/// The path of a tool that the tests need.
pub fn tool(name: &str) -> PathBuf {
    in_path(name).unwrap_or_else(|| panic!("`{name}` is not installed. Run ./scripts/install-tools"))
}

/// A tool that `scripts/build-go-tools` builds. None only where there is no Go, which that script says.
pub fn go_tool(name: &str) -> Option<PathBuf> {
    let path = root().join("target/tools").join(name);
    if path.is_file() {
        return Some(path);
    }
    assert!(in_path("go").is_none(), "`target/tools/{name}` is not built. Run ./scripts/install-tools");
    None
}

/// `promtool` of both generations of Prometheus.
pub fn promtools() -> impl Iterator<Item = PathBuf> {
    std::iter::once(tool("promtool")).chain(go_tool("promtool3"))
}

/// Writes files under a directory.
pub fn write_files<'a>(directory: &Path, files: impl IntoIterator<Item = &'a Emitted>) -> Vec<PathBuf> {
    files
        .into_iter()
        .map(|file| {
            let path = directory.join(&file.path);
            write(&path, &file.text);
            path
        })
        .collect()
}

/// Writes a file and the directories above it.
pub fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    std::fs::write(path, text).expect("a written file");
}
