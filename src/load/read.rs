//! Reads and parses files, on all cores where there are many. The result does not depend on which core was faster.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the loader is where the files of a project are read"
)]

use super::walk::reason;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue as c;
use crate::source::{FileId, Place, SourceFile, Span};
use crate::syntax::{self, Parsed};
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Spans are `u32`, and nobody writes so much.
const LARGEST: u64 = 64 << 20;

/// What was read, and the first byte that is not UTF-8.
#[derive(Debug)]
pub struct Text {
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
    bad: Option<Bad>,
}

#[derive(Clone, Copy, Debug)]
struct Bad {
    offset: u32,
    byte: u8,
    utf16: bool,
}

/// Reads a file.
///
/// # Errors
/// In words, without the path.
pub fn read(path: &Path) -> Result<Text, String> {
    let file = std::fs::File::open(path).map_err(|e| reason(&e))?;
    if file.metadata().is_ok_and(|m| m.len() > LARGEST) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| reason(&e))?;
    decode(bytes)
}

fn too_large() -> String {
    format!("it is larger than {} MiB", LARGEST >> 20)
}

/// Text from its bytes.
///
/// # Errors
/// In words, when there are too many.
pub fn decode(bytes: Vec<u8>) -> Result<Text, String> {
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Text { text, bad: None }),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
            let bad = Bad { offset: offset as u32, byte: bytes[offset], utf16 };
            // Each replacement is longer than what it replaces; a file of nothing else still fits into `u32`.
            Ok(Text { text: String::from_utf8_lossy(bytes).into_owned(), bad: Some(bad) })
        }
    }
}

impl Text {
    /// The text of an editor, which has no bytes that are not UTF-8.
    pub fn of_buffer(text: String) -> Self {
        Text { text, bad: None }
    }
    /// The file for [`parse`]; what was wrong with its bytes goes along.
    pub fn into_file(self, name: String) -> (SourceFile, Encoding) {
        let bom = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() as u32 } else { 0 };
        (SourceFile::new(name, self.text), Encoding(self.bad.map(|bad| (bad, bad.offset - bom))))
    }
}

/// Whether a file was UTF-8, and where it was not.
#[derive(Clone, Copy, Debug)]
pub struct Encoding(Option<(Bad, u32)>);

impl Encoding {
    /// Whether every byte was UTF-8.
    pub fn is_fine(self) -> bool {
        self.0.is_none()
    }
    /// What to say about it.
    pub fn diagnostic(self, id: FileId) -> Option<Diagnostic> {
        let (bad, at) = self.0?;
        let span = Span { start: at, end: at + '\u{fffd}'.len_utf8() as u32 };
        let message = format!("not UTF-8: byte 0x{:02X} at offset {}", bad.byte, bad.offset);
        let mut d = Diagnostic::new(&c::SYNTAX, message, Place { file: id, span }, "shown as \u{fffd}");
        if bad.utf16 {
            d = d.help("this looks like UTF-16; save the file as UTF-8");
        } else {
            d = d.help("save the file as UTF-8");
        }
        Some(d)
    }
}

/// Parses a file; of one that is not UTF-8 that is said, and not what comes of it.
pub fn parse(id: FileId, file: &SourceFile, encoding: Encoding) -> (Parsed, Vec<Diagnostic>) {
    let Some(bad) = encoding.diagnostic(id) else { return syntax::parse(id, file) };
    if encoding.0.is_some_and(|(bad, _)| bad.utf16) {
        let (parsed, _) = syntax::parse(id, &SourceFile::new("", ""));
        return (parsed, vec![bad]);
    }
    let (parsed, mut diagnostics) = syntax::parse(id, file);
    diagnostics.retain(|d| !d.labels.iter().any(|l| l.place.span.of(&file.text).contains('\u{fffd}')));
    diagnostics.insert(0, bad);
    (parsed, diagnostics)
}

/// The results of a function for all items, in their order.
pub fn on_all_cores<T: Sync, R: Send>(items: &[T], with: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// Below, starting threads takes longer than the work.
    const MANY: usize = 16;
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if items.len() < MANY || cores == 1 {
        return items.iter().map(with).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((i, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?))) {
            done.push((i, with(item)));
        }
        done
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.flat_map(|r| r.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    all.sort_unstable_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, result)| result).collect()
}
