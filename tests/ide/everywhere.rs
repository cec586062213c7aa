//! What must hold at every byte of every example, whole or cut off.

use super::corpus::editor::Editor;
use super::{SHOP, place};
use tabi::diagnostic::Edit;
use tabi::ide::folding::folds;
use tabi::ide::links::links;
use tabi::ide::symbols::{self, Symbol};
use tabi::ide::{definition, hover, references, rename, selection};
use tabi::source::{FileId, Place, Span};

fn nest(symbols: &[Symbol], within: Span, last: &mut u32) {
    for symbol in symbols {
        let inside = |a: Span, b: Span| b.start <= a.start && a.end <= b.end;
        assert!(inside(symbol.span, within) && inside(symbol.name_span, symbol.span), "{symbol:?}");
        assert!(symbol.span.start >= *last, "in order: {symbol:?}");
        nest(&symbol.children, symbol.span, &mut symbol.span.start.clone());
        *last = symbol.span.end;
    }
}

/// Asks everything at a byte; what is answered must fit together.
fn ask(editor: &Editor, file: FileId, offset: u32) {
    let project = editor.project();
    let _ = hover::hover(&project, file, offset);
    let spans = selection::spans(&project, file, offset);
    for pair in spans.windows(2) {
        assert!(pair[1].start <= pair[0].start && pair[0].end <= pair[1].end && pair[0] != pair[1], "{pair:?}");
    }
    let found = definition::definition(&project, file, offset);
    let prepared = rename::prepare(&project, file, offset);
    let Some(first) = found.first() else { return };
    assert!(prepared.is_err() || prepared.as_ref().is_ok_and(|s| *s == first.from), "{prepared:?}");
    let highlights = references::highlights(&project, file, offset);
    assert!(highlights.contains(&first.from), "{} {offset}: {highlights:?}", editor.sources.file(file).name);
}

#[test]
fn every_byte_of_every_example_is_answered() {
    for (name, editor) in Editor::examples() {
        assert!(editor.errors().is_empty(), "{name}");
        let all: Vec<FileId> = editor.sources.iter().map(|(file, _)| file).collect();
        for file in all {
            let len = editor.sources.file(file).text.len() as u32;
            // also beyond the end, where an editor may be for a moment
            for offset in (0..=len + 2).chain([u32::MAX]) {
                ask(&editor, file, offset);
            }
            let found = symbols::of_file(&editor.project(), file);
            nest(&found, Span { start: 0, end: len }, &mut 0);
            for (span, _) in folds(&editor.project(), file) {
                assert!(span.end <= len);
            }
            for (span, _) in links(&editor.project(), file) {
                assert!(span.end <= len);
            }
        }
    }
}

#[test]
fn references_of_a_declaration_lead_back_to_it() {
    for (_, editor) in Editor::examples() {
        let project = editor.project();
        for unit in &editor.units {
            for token in &unit.parsed.lexed.tokens {
                let from = token.span.start;
                let Some(to) = definition::definition(&project, unit.file, from).first().copied() else { continue };
                if to.name.span.start == to.name.span.end {
                    continue; // a file
                }
                let here = Place { file: unit.file, span: to.from };
                let all = references::references(&project, to.name.file, to.name.span.start, true);
                assert!(all.contains(&to.name) && all.contains(&here), "{}", place(&editor, here));
                assert_eq!(all, references::references(&project, unit.file, from, true), "{}", place(&editor, here));
            }
        }
    }
}

#[test]
fn a_rename_there_and_back_changes_nothing() {
    let names = |editor: &Editor| {
        let of = |j: &tabi::model::Journey| {
            let slis: Vec<String> = j.all_slis().map(|(step, sli)| tabi::model::address(j, step, sli)).collect();
            (j.name.text.clone(), j.delivers.len(), slis)
        };
        editor.model.journeys.iter().map(|j| of(j)).collect::<Vec<_>>()
    };
    let mut count = 0;
    let mut projects = Editor::examples();
    projects.push(("the shop of these tests".to_string(), Editor::new(SHOP)));
    for (name, editor) in projects {
        for unit in &editor.units {
            let mut done: Vec<Span> = Vec::new();
            for token in &unit.parsed.lexed.tokens {
                let Ok(span) = rename::prepare(&editor.project(), unit.file, token.span.end) else { continue };
                if done.contains(&span) || span.end != token.span.end {
                    continue;
                }
                done.push(span);
                let old = editor.sources.text(Place { file: unit.file, span }).to_string();
                let edits: Vec<Edit> =
                    rename::rename(&editor.project(), unit.file, span.start, "zz_other").expect("a free name");
                assert!(!edits.is_empty());
                let other = Editor::of(editor.edited(&edits));
                assert_eq!(other.errors(), Vec::<&str>::new(), "{name}: {old}");
                // where the name went: edits before it in its file have moved it, and an alias stands behind what it was
                let here = edits.iter().filter(|e| e.place.file == unit.file);
                let inserted = here.clone().any(|e| e.place.span == span.after());
                let (mut longer, mut shorter) = (0, 0);
                for edit in here.filter(|e| e.place.span.start < span.start) {
                    longer += edit.text.len();
                    shorter += (edit.place.span.end - edit.place.span.start) as usize;
                }
                let behind = if inserted { old.len() + " as ".len() } else { 0 };
                let at = span.start as usize + longer - shorter + behind;
                let back = rename::rename(&other.project(), unit.file, at as u32, &old);
                let back = back.unwrap_or_else(|why| panic!("{name}: {old}: {why}"));
                let again = Editor::of(other.edited(&back));
                assert!(again.files == editor.files, "{name}: {old}\n{edits:?}\n{back:?}");
                assert_eq!(names(&again), names(&editor));
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count} names were changed");
}

#[test]
fn files_that_end_anywhere_are_answered() {
    for (_, whole) in Editor::examples() {
        for (i, unit) in whole.units.iter().enumerate() {
            for token in &unit.parsed.lexed.tokens {
                let mut files = whole.files.clone();
                files[i].1.truncate(token.span.end as usize);
                let editor = Editor::of(files);
                let end = token.span.end;
                for offset in [end, token.span.start, end.saturating_sub(40), end / 2] {
                    ask(&editor, unit.file, offset);
                }
                nest(&symbols::of_file(&editor.project(), unit.file), Span { start: 0, end }, &mut 0);
                let _ = (folds(&editor.project(), unit.file), links(&editor.project(), unit.file));
            }
        }
    }
}
