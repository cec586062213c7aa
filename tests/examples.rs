//! One corpus, every stage: each example and each module that ships goes through the whole pipeline. (Formatting is held by
//! `format.rs`, broken variants by `torture.rs`, Prometheus by `promtool.rs`.)

#![allow(clippy::disallowed_methods, reason = "the examples are read from the disk")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tabi::diagnostic::render::{self, Style};
use tabi::project::{Options, in_memory};
use tabi::syntax::ast::Item;

/// The directories below `examples/`, in order of their names.
fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the examples")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.is_dir())
        .collect();
    found.sort();
    found
}

/// The `.tabi` files of a directory.
fn files(directory: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = std::fs::read_dir(directory)
        .expect("an example")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "tabi"))
        .map(|p| {
            let name = p.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&p).expect("a readable file"))
        })
        .collect();
    found.sort();
    found
}

/// They are written for Prometheus; what an engine does by itself is nothing to warn of.
#[test]
fn examples_say_nothing_on_any_engine() {
    for directory in examples() {
        let files = files(&directory);
        for (word, target) in tabi::engine::Target::WORDS {
            for stateless in [false, true] {
                let (mut sources, units, _) = in_memory(&files);
                let mut options = Options::default();
                (options.engine.target, options.engine.stateless) = (target, stateless);
                let mut found = tabi::compile(&mut sources, &units, &options, false).1;
                found.retain(|d| d.entry.lint);
                assert!(found.is_empty(), "{}: {word}: {found:?}", directory.display());
            }
        }
    }
}

#[test]
fn examples_say_nothing_and_their_rules_are_known() {
    let all = examples();
    assert!(all.len() >= 6, "{all:?}");
    for directory in all {
        let name = directory.file_name().expect("a name").to_string_lossy().replace('-', "_");
        let files = files(&directory);
        let (mut sources, units, mut found) = in_memory(&files);
        let options = Options::default();
        let (model, more) = tabi::compile(&mut sources, &units, &options, !found.is_empty());
        found.extend(more);
        assert!(found.is_empty(), "{}", render::all(&sources, &found, Style { color: false, width: 100 }));
        let mut text = String::new();
        for (name, source) in &files {
            let _ = writeln!(text, "── {name}\n{source}");
        }
        for i in 0..tabi::emit::count(&model, &options) {
            let (path, emitted) = tabi::emit::file(&model, &sources, &options, i);
            let _ = writeln!(text, "── {path}\n{emitted}");
        }
        insta::assert_snapshot!(format!("example_{name}"), text);
        let mut shown = tabi::show::overview(&model);
        for journey in &model.journeys {
            let _ =
                write!(shown, "\n{}", tabi::show::show(&model, &options, Some(&journey.name.text)).expect("a journey"));
            for (step, sli) in journey.all_slis() {
                let address = tabi::model::address(journey, step, sli);
                let _ = write!(shown, "\n{}", tabi::show::show(&model, &options, Some(&address)).expect("an sli"));
            }
        }
        insta::assert_snapshot!(format!("show_{name}"), shown);
    }
}

/// Each template of each module compiles when it is called with the plainest arguments.
#[test]
fn every_template_that_ships_can_be_called() {
    for module in tabi::stdlib::ALL {
        let (sources, units, found) = in_memory(&[(format!("{}.tabi", module.name), module.text.to_string())]);
        assert!(found.is_empty(), "std.{}: {found:?}", module.name);
        let text = &sources.file(units[0].file).text;
        let mut file = format!("use std.{}\n\nuser journey j {{\n  step s {{\n", module.name);
        let mut templates = 0;
        for item in &units[0].parsed.ast.items {
            let Item::Template(template) = item else { continue };
            let buckets = template.body.iter().flat_map(|b| &b.items).find_map(|e| match e {
                tabi::syntax::ast::Entry::Setting(s) if s.key == tabi::schema::kind::Kind::Buckets => s.values.first(),
                _ => None,
            });
            let bound = buckets.map_or("1m", |b| b.span.of(text));
            let params = template.params.iter().flat_map(|p| &p.items).filter(|p| p.default.is_none());
            let args: Vec<String> = params
                .map(|p| match p.ty.map(|t| t.span.of(text)) {
                    Some("duration") => bound.to_string(),
                    Some("number") => "3".to_string(),
                    _ => "\"x\"".to_string(),
                })
                .collect();
            let name = template.name.expect("a name").span.of(text);
            let _ = writeln!(file, "    sli {name} = {}.{name}({}) {{ target 99% }}", module.name, args.join(", "));
            templates += 1;
        }
        file.push_str("  }\n}\n");
        assert!(templates > 0, "std.{} has no templates", module.name);
        let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), file)]);
        let (model, more) = tabi::compile(&mut sources, &units, &Options::default(), false);
        found.extend(more);
        // nor does a lint speak of its text, which nobody could change
        let shipped = |d: &tabi::diagnostic::Diagnostic| sources.file(d.place().file).name.starts_with("std/");
        found.retain(|d| d.severity == tabi::diagnostic::Severity::Error || shipped(d));
        assert!(found.is_empty(), "{}", render::all(&sources, &found, Style { color: false, width: 100 }));
        assert_eq!(model.journeys[0].steps[0].slis.len(), templates);
    }
}
