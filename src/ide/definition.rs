//! Where something is declared: journeys, sites, templates, parameters, modules and files.

use super::Project;
use super::modules::Files;
use super::names::{self, Thing};
use crate::source::{FileId, Place, Span};

/// A declaration that was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Definition {
    /// The words that lead there.
    pub from: Span,
    /// The whole declaration, or the whole file.
    pub whole: Place,
    /// Its name.
    pub name: Place,
}

/// The declarations of what stands at a byte of a file; of a name that is declared, itself.
pub fn definition(project: &Project<'_>, file: FileId, offset: u32) -> Vec<Definition> {
    let files = Files::of(project);
    let Some(at) = names::at(&files, file, offset) else { return Vec::new() };
    let from = at.span;
    let to_file = |target: FileId| {
        let end = files.text(target).len() as u32;
        let place = |end| Place { file: target, span: Span { start: 0, end } };
        vec![Definition { from, whole: place(end), name: place(0) }]
    };
    if let Thing::File(target) = at.thing {
        return to_file(target);
    }
    // of a prefix that is declared people want to see what is behind it
    if let (Thing::Prefix(..), Some(_)) = (at.thing, at.declares)
        && let Some(target) = names::uses(&files, file)
            .find_map(|(used, module)| module.filter(|_| names::prefix_of(used).is_some_and(|p| p.span == from)))
    {
        return to_file(target);
    }
    let declared = names::declarations(&files, at.thing);
    declared.into_iter().map(|(whole, name)| Definition { from, whole, name }).collect()
}
