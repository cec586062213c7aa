//! A client in this process: it speaks with the server over a channel, and its files are in a directory of its own.

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;
use tabi::lsp::{End, Modules, serve};

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client says that it can do.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it counts columns in; nothing is UTF-16.
    pub encodings: &'static [&'static str],
    /// Whether it asks for diagnostics.
    pub pulls: bool,
    /// Whether it has the richer form of everything: trees, links, snippets, edits with versions.
    pub rich: bool,
}

/// Waits for diagnostics, and can do all that servers have asked for.
pub const RICH: Kind = Kind { encodings: &["utf-16"], pulls: false, rich: true };
/// What clients were ten years ago.
pub const PLAIN: Kind = Kind { encodings: &[], pulls: false, rich: false };

pub struct TestServer {
    connection: Connection,
    thread: Option<JoinHandle<End>>,
    root: tempfile::TempDir,
    next: i32,
    versions: BTreeMap<String, i32>,
    /// What the server told and nobody has asked for yet.
    pub told: Vec<Notification>,
    /// What the server asked.
    pub asked: Vec<Request>,
    /// What it answered to `initialize`.
    pub capabilities: Value,
}

impl TestServer {
    /// A session in a folder with these files.
    pub fn new(kind: Kind, files: &[(&str, &str)]) -> Self {
        let mut server = Self::silent(files);
        let folder = server.uri("");
        let folders = json!([{ "uri": folder.trim_end_matches('/'), "name": "ws" }]);
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities(kind), "workspaceFolders": folders });
        let result = server.request("initialize", params).expect("an answer");
        server.capabilities = result["capabilities"].clone();
        server.notify("initialized", json!({}));
        server
    }

    /// A server to which nothing was said.
    pub fn silent(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let (here, there) = Connection::memory();
        let cache = root.path().join(".cache");
        let thread = std::thread::spawn(move || serve(&there, Modules::within(&cache)));
        let server = TestServer {
            connection: here,
            thread: Some(thread),
            root,
            next: 0,
            versions: BTreeMap::new(),
            told: Vec::new(),
            asked: Vec::new(),
            capabilities: Value::Null,
        };
        for (name, text) in files {
            server.write(name, text);
        }
        server
    }

    /// The folder of the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().expect("there").join(name)
    }

    /// How the client calls a file.
    pub fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    /// Opens a document with a text.
    pub fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.versions.insert(name.to_string(), 1);
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": "tabi", "version": 1, "text": text } }),
        );
    }

    /// Opens a document with the text of its file.
    pub fn open_file(&mut self, name: &str) {
        let text = std::fs::read_to_string(self.path(name)).expect("readable");
        self.open(name, &text);
    }

    /// Changes a document.
    pub fn change(&mut self, name: &str, changes: Value) {
        let uri = self.uri(name);
        let version = self.versions.entry(name.to_string()).or_insert(1);
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Gives a document another text.
    pub fn replace(&mut self, name: &str, text: &str) {
        self.change(name, json!([{ "text": text }]));
    }

    /// Tells the server something.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(Notification { method: method.to_string(), params }.into());
    }

    fn send(&mut self, message: Message) {
        self.connection.sender.send(message).expect("the server is there");
    }

    /// Asks the server something, and does not wait.
    pub fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Request { id: id.clone(), method: method.to_string(), params }.into());
        id
    }

    /// What the server answers to what was asked.
    pub fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        loop {
            match self.connection.receiver.recv_timeout(PATIENCE).expect("an answer in time") {
                Message::Response(response) if response.id == *id => {
                    return response.response_result.map_err(|e| (e.code, e.message));
                }
                Message::Response(other) => panic!("an answer that nobody waits for: {other:?}"),
                Message::Notification(told) => self.told.push(told),
                Message::Request(asked) => {
                    let id = asked.id.clone();
                    self.asked.push(asked);
                    self.send(lsp_server::Response::new_ok(id, ()).into());
                }
            }
        }
    }

    /// Asks the server something.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.ask(method, params);
        self.answer(&id)
    }

    /// Asks about a place in a document.
    pub fn at(&mut self, method: &str, name: &str, line: u32, character: u32) -> Value {
        let params =
            json!({ "textDocument": { "uri": self.uri(name) }, "position": { "line": line, "character": character } });
        self.request(&format!("textDocument/{method}"), params).unwrap_or_else(|e| json!({ "error": e.1 }))
    }

    /// Asks about a document.
    pub fn of(&mut self, method: &str, name: &str, more: Value) -> Result<Value, (i32, String)> {
        let mut params = json!({ "textDocument": { "uri": self.uri(name) } });
        if let (Some(params), Value::Object(more)) = (params.as_object_mut(), more) {
            params.extend(more);
        }
        self.request(&format!("textDocument/{method}"), params)
    }

    /// The diagnostics that were sent for a document last, once all that was said is worked off.
    pub fn diagnostics(&mut self, name: &str) -> Vec<Value> {
        self.settle();
        let uri = self.uri(name);
        let published = self.told.iter().rev().filter(|n| n.method == "textDocument/publishDiagnostics");
        let last = published.map(|n| &n.params).find(|params| params["uri"] == uri.as_str());
        last.map(|params| params["diagnostics"].as_array().expect("a list").clone()).unwrap_or_default()
    }

    /// Waits until the server has sent what follows from all that was said. It publishes before it waits for the next message, so the
    /// second of two answers comes after it; unless answers of this side stand between them, which the server takes first.
    pub fn settle(&mut self) {
        loop {
            let asked = self.asked.len();
            for _ in 0..2 {
                self.request("workspace/symbol", json!({ "query": "no such name" })).expect("an answer");
            }
            if self.asked.len() == asked {
                return;
            }
        }
    }

    /// The messages of diagnostics.
    pub fn messages(&mut self, name: &str) -> Vec<String> {
        self.diagnostics(name).iter().map(|d| d["message"].as_str().unwrap_or_default().to_string()).collect()
    }

    /// A JSON value as text, without what differs between runs.
    pub fn show(&self, value: &Value) -> String {
        let text = serde_json::to_string_pretty(&short(value)).expect("JSON");
        self.steady(&text)
    }

    /// A text without what differs between runs.
    pub fn steady(&self, text: &str) -> String {
        text.replace(self.path("").to_str().expect("UTF-8").trim_end_matches('/'), "/ws")
    }

    /// Ends the session in order.
    pub fn shutdown(mut self) -> End {
        self.request("shutdown", Value::Null).expect("an answer");
        self.exit()
    }

    /// Says `exit`.
    pub fn exit(mut self) -> End {
        self.notify("exit", Value::Null);
        self.thread.take().expect("running").join().expect("no panic")
    }
}

/// With ranges as people write them: `12:4-12:9`, both from 0.
fn short(value: &Value) -> Value {
    let at = |position: &Value| Some(format!("{}:{}", position.get("line")?, position.get("character")?));
    if let Some(range) = at(&value["start"]).zip(at(&value["end"])) {
        return format!("{}-{}", range.0, range.1).into();
    }
    if let Some(position) = at(value) {
        return position.into();
    }
    match value {
        Value::Array(all) => all.iter().map(short).collect(),
        Value::Object(all) => all.iter().map(|(key, value)| (key.clone(), short(value))).collect(),
        other => other.clone(),
    }
}

fn capabilities(kind: Kind) -> Value {
    let mut all = json!({});
    if kind.rich {
        all = json!({
            "workspace": {
                "workspaceEdit": { "documentChanges": true },
                "didChangeWatchedFiles": { "dynamicRegistration": true },
                "diagnostics": { "refreshSupport": true },
            },
            "window": { "showDocument": { "support": true } },
            "textDocument": {
                "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true, "tagSupport": { "valueSet": [1, 2] } },
                "completion": { "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown", "plaintext"] } },
                "hover": { "contentFormat": ["markdown"] },
                "signatureHelp": {
                    "signatureInformation": {
                        "documentationFormat": ["markdown"],
                        "parameterInformation": { "labelOffsetSupport": true }
                    }
                },
                "definition": { "linkSupport": true },
                "declaration": { "linkSupport": true },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
                "foldingRange": { "lineFoldingOnly": true },
            }
        });
    }
    if kind.pulls {
        all["textDocument"]["diagnostic"] = json!({ "relatedDocumentSupport": false });
    }
    if !kind.encodings.is_empty() {
        all["general"]["positionEncodings"] = json!(kind.encodings);
    }
    all
}
