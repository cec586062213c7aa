//! What the client tells: documents that open, change and close, files that changed on the disk, folders that come and go.

use super::documents::{Document, path};
use super::server::Server;
use crate::load::disk::Disk;
use gen_lsp_types as lsp;
use std::path::PathBuf;

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

/// Files were made, changed or deleted on the disk.
pub fn watched(server: &mut Server, params: &lsp::DidChangeWatchedFilesParams) {
    for change in &params.changes {
        // what was deleted has no canonical path of its own any more, so none is taken from memory
        let Some(path) = path(&change.uri) else { continue };
        let key = Disk::key(&path);
        if server.documents.get(&key).is_none() || change.kind != lsp::FileChangeType::Changed {
            server.projects.reread(&key);
        }
    }
    server.changed = true;
    server.refresh = true;
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
