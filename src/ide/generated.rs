//! What comes out for the journey at a place: its rules, and its table of alerts.

use super::Project;
use crate::source::FileId;

/// The name of the journey in which a byte of a file stands, or the first one of the file.
pub fn journey_at(_project: &Project<'_>, _file: FileId, _offset: u32) -> Option<String> {
    None
}

/// The rules of a journey, as `tabi build` writes them.
///
/// # Errors
/// In words, where there is no such journey or the project has errors.
pub fn rules(_project: &Project<'_>, journey: &str) -> Result<String, String> {
    Err(format!("there is no journey `{journey}`"))
}

/// What `tabi show` prints of a journey.
///
/// # Errors
/// In words, where there is no such journey.
pub fn alerts(_project: &Project<'_>, journey: &str) -> Result<String, String> {
    Err(format!("there is no journey `{journey}`"))
}
