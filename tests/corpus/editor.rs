//! Projects as an editor has them, written as one text: `# file: NAME` begins a file, `‸` is where the cursor stands.

use super::{files, read, root};
use std::fmt::Write;
use tabi::diagnostic::{Diagnostic, Edit, Severity};
use tabi::ide::Project;
use tabi::model::Model;
use tabi::project::{Options, Unit, in_memory};
use tabi::source::{FileId, Place, Sources, Span};

/// A compiled project.
pub struct Editor {
    /// All files; the modules that are used stand last.
    pub sources: Sources,
    /// The parsed files.
    pub units: Vec<Unit>,
    /// What they mean.
    pub model: Model,
    /// What `tabi.toml` says: nothing.
    pub options: Options,
    /// What is said of them.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the cursor stands.
    pub cursor: Option<(FileId, u32)>,
    /// Names and texts.
    pub files: Vec<(String, String)>,
}

impl Editor {
    /// From a text with marks.
    pub fn new(text: &str) -> Editor {
        let mut files: Vec<(String, String)> = Vec::new();
        for line in text.trim_start_matches('\n').split_inclusive('\n') {
            if let Some(name) = line.strip_prefix("# file: ") {
                files.push((name.trim().to_string(), String::new()));
            } else {
                if files.is_empty() {
                    files.push(("x.tabi".to_string(), String::new()));
                }
                files.last_mut().expect("one").1.push_str(line);
            }
        }
        let mut cursor = None;
        for (i, (_, text)) in files.iter_mut().enumerate() {
            if let Some(at) = text.find('‸') {
                cursor = Some((FileId(i as u32), at as u32));
                text.replace_range(at..at + '‸'.len_utf8(), "");
            }
        }
        Editor { cursor, ..Editor::of(files) }
    }

    /// From files.
    pub fn of(files: Vec<(String, String)>) -> Editor {
        let (mut sources, units, mut diagnostics) = in_memory(&files);
        let broken = diagnostics.iter().any(|d| d.severity == Severity::Error);
        let options = Options::default();
        let (model, found) = tabi::compile(&mut sources, &units, &options, broken);
        diagnostics.extend(found);
        Editor { sources, units, model, options, diagnostics, cursor: None, files }
    }

    /// From files that are parsed and not compiled: what an editor has between a key and the next run of the compiler.
    pub fn parsed(files: Vec<(String, String)>) -> Editor {
        let (sources, units, diagnostics) = in_memory(&files);
        let (model, options) = (Model::default(), Options::default());
        Editor { sources, units, model, options, diagnostics, cursor: None, files }
    }

    /// Every example as a project.
    pub fn examples() -> Vec<(String, Editor)> {
        let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for path in files("examples", "tabi") {
            let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            let (folder, name) = path.rsplit_once('/').expect("in a folder");
            let file = (name.to_string(), read(&path));
            match found.last_mut().filter(|(f, _)| f == folder) {
                Some((_, files)) => files.push(file),
                None => found.push((folder.to_string(), vec![file])),
            }
        }
        assert!(found.len() > 4, "the examples were not found");
        found.into_iter().map(|(name, files)| (name, Editor::of(files))).collect()
    }

    /// What questions are asked of.
    pub fn project(&self) -> Project<'_> {
        Project {
            sources: &self.sources,
            units: &self.units,
            model: &self.model,
            options: &self.options,
            diagnostics: &self.diagnostics,
        }
    }

    /// Where the cursor stands.
    pub fn at(&self) -> (FileId, u32) {
        self.cursor.expect("a cursor ‸")
    }

    /// The names of the errors.
    pub fn errors(&self) -> Vec<&str> {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(Diagnostic::name).collect()
    }

    /// The files with `‸` at the cursor and brackets around places, and nothing of files without either, unless all are wanted.
    pub fn marked(&self, places: &[Place]) -> String {
        let mut out = String::new();
        for (file, source) in self.sources.iter() {
            let mut marks: Vec<(u32, &str)> = Vec::new();
            marks.extend(self.cursor.filter(|c| c.0 == file).map(|c| (c.1, "‸")));
            for place in places.iter().filter(|p| p.file == file) {
                marks.extend([(place.span.start, "⟦"), (place.span.end, "⟧")]);
            }
            let module = file.0 as usize >= self.units.len();
            if module && marks.is_empty() {
                continue;
            }
            marks.sort_by_key(|(at, mark)| std::cmp::Reverse((*at, *mark)));
            let mut text = source.text.clone();
            for (at, mark) in marks {
                text.insert_str(at as usize, mark);
            }
            if module {
                // of a module that ships, the lines with marks
                text = text.lines().filter(|l| l.contains(['⟦', '⟧'])).collect::<Vec<_>>().join("\n");
            }
            let _ = writeln!(out, "── {}\n{}", source.name, text.trim_end());
        }
        out
    }

    /// The files after edits.
    pub fn edited(&self, edits: &[Edit]) -> Vec<(String, String)> {
        let mut edits = edits.to_vec();
        edits.sort_by_key(|e| std::cmp::Reverse(e.place));
        let mut files = self.files.clone();
        for edit in edits {
            let Span { start, end } = edit.place.span;
            files[edit.place.file.0 as usize].1.replace_range(start as usize..end as usize, &edit.text);
        }
        files
    }
}
