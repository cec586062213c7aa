//! Where something that is declared is used.

use super::Project;
use super::modules::Files;
use super::names::{self, Thing};
use crate::source::{FileId, Place, Span};

/// All places that name what stands at a byte of a file, in order; with its declaration where that is wanted. Metrics and labels are
/// declared nowhere: all places that read them.
pub fn references(project: &Project<'_>, file: FileId, offset: u32, with_declaration: bool) -> Vec<Place> {
    let files = Files::of(project);
    let Some(at) = names::at(&files, file, offset) else { return Vec::new() };
    let only = match at.thing {
        // known in their file only
        Thing::Prefix(file, _) => Some(file),
        Thing::Step(place) | Thing::Sli(place) => Some(place.file),
        _ => None,
    };
    // a file that has not the word names nothing so; a path is written in other words elsewhere
    let word = if let Thing::File(_) = at.thing { "" } else { at.span.of(files.text(file)) };
    let mut found = Vec::new();
    for file in files.all().filter(|f| only.is_none_or(|o| o == *f) && files.text(*f).contains(word)) {
        let same = names::of_file(&files, file).into_iter().filter(|o| o.thing == at.thing);
        let wanted = same.filter(|o| with_declaration || o.declares.is_none());
        found.extend(wanted.map(|o| Place { file, span: o.span }));
    }
    found
}

/// The places in the same file.
pub fn highlights(project: &Project<'_>, file: FileId, offset: u32) -> Vec<Span> {
    let files = Files::of(project);
    let Some(at) = names::at(&files, file, offset) else { return Vec::new() };
    names::of_file(&files, file).into_iter().filter(|o| o.thing == at.thing).map(|o| o.span).collect()
}
