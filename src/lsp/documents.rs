//! The documents that the client has open, and how they follow its edits.

use super::positions::Encoding;
use crate::load::disk::Disk;
use gen_lsp_types::{TextDocumentContentChangeEvent as Change, Uri, VersionedTextDocumentIdentifier};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A document that is open.
#[derive(Debug)]
pub struct Document {
    /// How the client calls it.
    pub uri: Uri,
    /// Its version, as the client counts.
    pub version: i32,
    /// Its text.
    pub text: String,
}

/// All documents that are open, by the key of their path. A link and the file that it leads to are two documents of one key: the one that
/// was opened or changed last, which is the last of its list, says the text.
#[derive(Debug, Default)]
pub struct Documents {
    open: BTreeMap<PathBuf, Vec<Document>>,
    /// Keys of URIs, so that the disk is asked once for each.
    keys: BTreeMap<String, PathBuf>,
}

impl Documents {
    /// The key of what a URI names. What is no file has a key that no file has.
    pub fn key(&mut self, uri: &Uri) -> PathBuf {
        if let Some(key) = self.keys.get(uri.as_str()) {
            return key.clone();
        }
        let key = path(uri).map_or_else(|| nowhere(uri), |path| Disk::key(&path));
        if self.keys.len() > 10_000 {
            self.keys.clear();
        }
        self.keys.insert(uri.to_string(), key.clone());
        key
    }

    /// The document of a key.
    pub fn get(&self, key: &Path) -> Option<&Document> {
        self.open.get(key)?.last()
    }

    /// The keys of all documents.
    pub fn keys(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    /// Opens a document.
    pub fn open(&mut self, key: PathBuf, document: Document) {
        let all = self.open.entry(key).or_default();
        all.retain(|known| known.uri != document.uri);
        all.push(document);
    }

    /// Closes a document.
    pub fn close(&mut self, key: &Path, uri: &Uri) {
        if let Some(all) = self.open.get_mut(key) {
            all.retain(|known| known.uri != *uri);
            if !all.is_empty() {
                return;
            }
        }
        self.open.remove(key);
        // it may not be on the disk, or elsewhere once it is opened again
        self.keys.retain(|_, known| known != key);
    }

    /// Changes a document. False where it is not open.
    pub fn change(
        &mut self,
        key: &Path,
        id: &VersionedTextDocumentIdentifier,
        changes: Vec<Change>,
        encoding: Encoding,
    ) -> bool {
        let Some(all) = self.open.get_mut(key) else { return false };
        let uri = &id.text_document_identifier.uri;
        let Some(at) = all.iter().position(|known| known.uri == *uri) else { return false };
        all[at..].rotate_left(1);
        let Some(document) = all.last_mut() else { return false };
        document.version = id.version;
        for change in changes {
            apply(&mut document.text, change, encoding);
        }
        true
    }
}

/// Applies one change to a text.
pub fn apply(text: &mut String, change: Change, encoding: Encoding) {
    match change {
        Change::TextDocumentContentChangePartial(part) => {
            let (a, b) = (encoding.byte_in(text, part.range.start), encoding.byte_in(text, part.range.end));
            text.replace_range(a.min(b)..a.max(b), &part.text);
        }
        Change::TextDocumentContentChangeWholeDocument(whole) => *text = whole.text,
    }
}

/// The path of a `file:` URI.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

/// A path for a document that is no file, in a directory of its own.
fn nowhere(uri: &Uri) -> PathBuf {
    let hash = crate::source::fnv1a(uri.as_str().as_bytes());
    let name = uri.path().rsplit('/').next().unwrap_or("").trim_end_matches(".tabi");
    PathBuf::from(format!("/{}:/{hash:016x}/{name}.tabi", uri.scheme()))
}
