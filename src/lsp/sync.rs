//! What the client tells: documents that open, change and close, files that changed on the disk, folders that come and go.

use super::documents::{Document, path};
use super::server::Server;
use crate::load::config::FILE_NAME;
use crate::load::disk::Disk;
use gen_lsp_types as lsp;
use std::path::{Path, PathBuf};

/// A document is open.
pub fn opened(server: &mut Server, params: lsp::DidOpenTextDocumentParams) {
    let item = params.text_document;
    let key = server.documents.key(&item.uri);
    server.projects.edited(key.clone());
    server.documents.open(key.clone(), Document { uri: item.uri, version: item.version, text: item.text });
    touch(server, key);
}

/// A document has another text.
pub fn changed(server: &mut Server, params: lsp::DidChangeTextDocumentParams) {
    let id = params.text_document;
    let key = server.documents.key(&id.text_document_identifier.uri);
    let encoding = server.client.encoding;
    if server.documents.change(&key, &id, params.content_changes, encoding) {
        server.projects.edited(key.clone());
        touch(server, key);
    } else {
        server.log(format!("{} is changed but was not opened", id.text_document_identifier.uri));
    }
}

/// A document is saved. Clients that watch nothing tell of changes on the disk in no other way.
pub fn saved(server: &mut Server, params: &lsp::DidSaveTextDocumentParams) {
    if !server.client.watches {
        let key = server.documents.key(&params.text_document.uri);
        server.projects.reread(&key);
        touch(server, key);
    }
}

/// A document is closed: what is on the disk holds, or the text of another document of the same file.
pub fn closed(server: &mut Server, params: &lsp::DidCloseTextDocumentParams) {
    let key = server.documents.key(&params.text_document.uri);
    server.documents.close(&key, &params.text_document.uri);
    if server.documents.get(&key).is_some() {
        server.projects.edited(key.clone());
        touch(server, key);
    } else {
        server.projects.take_away(&key);
    }
    let open = server.keys();
    server.projects.forget(&open, &server.modules);
    server.changed = true;
    server.refresh = true;
}

/// Files and directories were made, changed or deleted on the disk.
pub fn watched(server: &mut Server, params: &lsp::DidChangeWatchedFilesParams) {
    let changes = params.changes.iter().map(|change| (&change.uri, change.kind));
    on_disk(server, changes);
}

/// Files and directories were made in the editor.
pub fn files_made(server: &mut Server, params: &lsp::CreateFilesParams) {
    on_disk(server, params.files.iter().map(|file| (&file.uri, lsp::FileChangeType::Created)));
}

/// Files and directories were given other names in the editor.
pub fn files_renamed(server: &mut Server, params: &lsp::RenameFilesParams) {
    let both = |file: &'_ lsp::FileRename| {
        [(file.old_uri.clone(), lsp::FileChangeType::Deleted), (file.new_uri.clone(), lsp::FileChangeType::Created)]
    };
    let all: Vec<_> = params.files.iter().flat_map(both).collect();
    on_disk(server, all.iter().map(|(uri, kind)| (uri, *kind)));
}

/// Files and directories were deleted in the editor.
pub fn files_deleted(server: &mut Server, params: &lsp::DeleteFilesParams) {
    on_disk(server, params.files.iter().map(|file| (&file.uri, lsp::FileChangeType::Deleted)));
}

/// What came, changed and went. Of a directory that comes or goes clients tell once, and nothing of the files in it.
fn on_disk<'a>(server: &mut Server, changes: impl Iterator<Item = (&'a lsp::Uri, lsp::FileChangeType)>) {
    let (mut others, mut concerned) = (Vec::new(), false);
    for (uri, kind) in changes {
        // what was deleted has no canonical path of its own any more, so none is taken from memory
        let Some(path) = path(uri) else { continue };
        let key = Disk::key(&path);
        let comes_or_goes = kind != lsp::FileChangeType::Changed;
        // a file that a project has may have another name
        if (!is_ours(&path) && (comes_or_goes || !server.projects.has(&key))) || path.is_dir() {
            others.extend(comes_or_goes.then_some(path));
            continue;
        }
        concerned = true;
        if server.documents.get(&key).is_none() || comes_or_goes {
            server.projects.reread(&key);
        }
    }
    // whether one concerns a project is not known of its name, and not each one that is built is worth a new run
    if !others.is_empty() {
        concerned |= server.projects.reread_directories(&others);
    }
    server.changed |= concerned;
    server.refresh |= concerned;
}

/// Whether a file is Tabi's by its name.
fn is_ours(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "tabi") || path.file_name().is_some_and(|name| name == FILE_NAME)
}

/// Folders come and go.
pub fn folders(server: &mut Server, params: &lsp::DidChangeWorkspaceFoldersParams) {
    let keys = |all: &[lsp::WorkspaceFolder]| -> Vec<PathBuf> {
        all.iter().filter_map(|folder| path(&folder.uri)).map(|path| Disk::key(&path)).collect()
    };
    let (gone, new) = (keys(&params.event.removed), keys(&params.event.added));
    server.projects.folders.retain(|folder| !gone.contains(folder));
    for folder in new {
        if !server.projects.folders.contains(&folder) {
            server.projects.folders.push(folder);
        }
    }
    server.projects.find_homes();
    let open = server.keys();
    server.projects.forget(&open, &server.modules);
    server.changed = true;
    server.refresh = true;
}

fn touch(server: &mut Server, key: PathBuf) {
    server.touched.push(key);
    server.changed = true;
}
