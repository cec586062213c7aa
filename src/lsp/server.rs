//! The state of a session.

use super::Value;
use super::client::Client;
use super::diagnostics::Said;
use super::documents::Documents;
use super::modules::Modules;
use super::projects::{Open, Projects};
use super::view::View;
use crate::load::open::Home;
use crate::source::FileId;
use gen_lsp_types::{Notification, Request, Uri};
use lsp_server::{ErrorCode, Message, RequestId};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything that the server knows.
#[derive(Default)]
pub struct Server {
    /// What the client can do.
    pub client: Client,
    /// What it has open.
    pub documents: Documents,
    /// The projects.
    pub projects: Projects,
    /// Where copies of modules are.
    pub modules: Modules,
    /// What is to be sent, in order.
    pub outbox: Vec<Message>,
    /// What is said of the files of each project.
    pub said: BTreeMap<Home, Said>,
    /// What was published of files, by their URI.
    pub published: BTreeMap<String, (Uri, Vec<gen_lsp_types::Diagnostic>)>,
    /// Files whose diagnostics are published even if they are the same: their documents changed.
    pub touched: Vec<PathBuf>,
    /// Whether something changed since diagnostics were published.
    pub changed: bool,
    /// Whether files other than the open ones changed, so that the client has to ask again.
    pub refresh: bool,
    asked: i32,
}

/// Why a request has no answer.
#[derive(Debug)]
pub struct Failure {
    /// The code of the protocol.
    pub code: ErrorCode,
    /// In words.
    pub message: String,
}

impl Failure {
    /// It cannot be done, and why.
    pub fn because(message: impl Into<String>) -> Self {
        Failure { code: ErrorCode::RequestFailed, message: message.into() }
    }
    /// The question makes no sense.
    pub fn params(message: impl Into<String>) -> Self {
        Failure { code: ErrorCode::InvalidParams, message: message.into() }
    }
}

/// An answer, or why there is none.
pub type Answer<T> = Result<T, Failure>;

impl Server {
    /// Before `initialize`.
    pub fn new(modules: Modules) -> Self {
        Server { modules, ..Server::default() }
    }

    /// A file, with its project as it is now; `None` where there is no such file.
    pub fn view(&mut self, uri: &Uri) -> Option<View<'_>> {
        self.projects.settle(&self.documents);
        let key = self.documents.key(uri);
        let (open, file) = self.projects.of(&key, &self.modules)?;
        Some(View { open, file, client: &self.client, documents: &self.documents, modules: &self.modules })
    }

    /// A file from which edits can be made; `None` also where what is known of it is not of the text that the client has.
    pub fn view_to_edit(&mut self, uri: &Uri) -> Option<View<'_>> {
        self.view(uri).filter(|view| !view.open.behind)
    }

    /// A view of each project that is open.
    pub fn views(&mut self) -> Vec<View<'_>> {
        self.projects.settle(&self.documents);
        let documents = self.keys();
        let open = self.projects.all(&documents, &self.modules);
        let (client, documents, modules) = (&self.client, &self.documents, &self.modules);
        open.into_iter().map(|open| View { open, file: FileId(0), client, documents, modules }).collect()
    }

    /// All files that belong to the projects that are open, as far as they are wanted.
    pub fn files(&mut self, wanted: impl Fn(&Open, FileId) -> bool) -> Vec<View<'_>> {
        self.projects.settle(&self.documents);
        let documents = self.keys();
        let files = self.projects.files(&documents, &self.modules, wanted);
        let (client, documents, modules) = (&self.client, &self.documents, &self.modules);
        files.into_iter().map(|(open, file)| View { open, file, client, documents, modules }).collect()
    }

    /// The keys of the documents that are open.
    pub fn keys(&self) -> Vec<PathBuf> {
        self.documents.keys().cloned().collect()
    }

    /// Tells the client something.
    pub fn notify<N: Notification>(&mut self, params: N::Params) {
        let method = N::METHOD.to_string();
        self.outbox.push(lsp_server::Notification::new(method, params).into());
    }

    /// Asks the client for something; what it answers is of no interest.
    pub fn request<R: Request>(&mut self, params: R::Params) {
        self.asked += 1;
        let id = RequestId::from(format!("tabi-{}", self.asked));
        self.outbox.push(lsp_server::Request::new(id, R::METHOD.to_string(), params).into());
    }

    /// A line in the client's log.
    pub fn log(&mut self, message: impl Into<String>) {
        let kind = gen_lsp_types::MessageType::Info;
        self.notify::<gen_lsp_types::LogMessageNotification>(gen_lsp_types::LogMessageParams {
            kind,
            message: message.into(),
        });
    }
}

/// Reads parameters.
pub fn read<T: serde::de::DeserializeOwned>(params: Value) -> Answer<T> {
    serde_json::from_value(params).map_err(|e| Failure::params(e.to_string()))
}
