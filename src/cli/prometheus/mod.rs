//! Asks a Prometheus over HTTP, or what speaks its API.
//!
//! It never hangs: each question has a time, and there are only so many attempts. Each way of failing has words of its own.

pub mod access;
pub mod answer;
mod tls;

use access::Access;
use answer::{Envelope, Kind};
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// A Prometheus, or what speaks its API.
#[derive(Debug)]
pub struct Prometheus {
    agent: ureq::Agent,
    base: String,
    timeout: Duration,
    access: Access,
    /// Whether questions with bodies are refused, by a proxy that lets nothing be written for example.
    only_get: Cell<bool>,
    warnings: RefCell<BTreeSet<String>>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It asks for too much at a time, or takes too long: a smaller question may be answered.
    TooMuch(String),
    /// In words.
    Failed(String),
}

impl Failure {
    /// The words.
    pub fn words(self) -> String {
        match self {
            Failure::TooMuch(why) | Failure::Failed(why) => why,
        }
    }
}

/// The longest answer that is read; what sends more is asked for less.
const MOST: u64 = 256 << 20;
/// How often a question is asked before it is given up.
const ATTEMPTS: u32 = 4;
/// The longest pause between two attempts, also where the server asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

impl Prometheus {
    /// The one at a URL such as `http://localhost:9090` or `https://host/prometheus`; each question may take as long as `timeout`.
    ///
    /// # Errors
    /// In words, where that is no URL that can be asked, or no certificate is trusted.
    pub fn at(url: &str, timeout: Duration, ca_file: Option<&Path>) -> Result<Prometheus, String> {
        let example = "write it as `http://localhost:9090`";
        let Some((scheme, rest)) = url.split_once("://").filter(|(_, rest)| !rest.is_empty()) else {
            return Err(format!("`{url}` is no URL of a Prometheus\n  help: {example}"));
        };
        if rest.split('/').next().is_some_and(|host| host.contains('@')) {
            // not even in this message
            return Err(format!(
                "the URL of the Prometheus has a name or a password in it, which others on this machine could read\n  help: put them \
                 into {} and {}",
                access::USER,
                access::PASSWORD
            ));
        }
        if rest.contains(['?', '#']) {
            return Err(format!("`{url}` is no URL of a Prometheus: it goes on after the path\n  help: {example}"));
        }
        let mut config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            // a redirect would take the token elsewhere, and most lead to a page that asks who one is
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("tabi/", env!("CARGO_PKG_VERSION")));
        match scheme.to_ascii_lowercase().as_str() {
            "https" => config = config.tls_config(tls::config(ca_file)?),
            "http" if ca_file.is_some() => {
                return Err(format!(
                    "`{url}` is http, which has no certificates\n  help: leave `--ca-file` out, or ask over https"
                ));
            }
            "http" => {}
            _ => return Err(format!("`{url}` is no URL of a Prometheus\n  help: {example}")),
        }
        Ok(Prometheus {
            agent: config.build().into(),
            base: url.trim_end_matches('/').to_string(),
            timeout,
            access: Access::from(&|name| std::env::var(name).ok())?,
            only_get: Cell::new(false),
            warnings: RefCell::default(),
        })
    }

    /// What it warned of so far, each once.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().iter().cloned().collect()
    }

    /// Its URL.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// How long a question may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The one value of an expression, as a whole number; 0 where it yields nothing.
    ///
    /// # Errors
    /// In words: not reachable, not in time, not allowed, not a Prometheus, or not an expression that it takes.
    pub fn number(&self, expr: &str) -> Result<u64, String> {
        self.whole(&[("query", expr)])
    }

    /// The same at a time in seconds since 1970.
    ///
    /// # Errors
    /// The same.
    pub fn number_at(&self, expr: &str, time: &str) -> Result<u64, String> {
        self.whole(&[("query", expr), ("time", time)])
    }

    fn whole(&self, parameters: &[(&str, &str)]) -> Result<u64, String> {
        let data: answer::Vector = self.ask("query", parameters).map_err(Failure::words)?;
        let Some(first) = data.result.first() else { return Ok(0) };
        let value = first.value.1.parse::<f64>().ok();
        value.filter(|v| v.is_finite()).map(crate::reckon::whole).ok_or_else(|| self.other("no number"))
    }

    /// What a path below `/api/v1/` answers. What may pass is asked again, after a pause that grows.
    ///
    /// # Errors
    /// That it is too much, or in words.
    pub fn ask<T: DeserializeOwned>(&self, path: &str, parameters: &[(&str, &str)]) -> Result<T, Failure> {
        let mut pause = Duration::from_millis(300);
        let mut attempt = 1;
        loop {
            let (why, wait) = match self.once(path, parameters) {
                Ok(data) => return Ok(data),
                Err(Kind::Final(failure)) => return Err(failure),
                Err(Kind::Passing(why, wait)) => (why, wait),
            };
            if attempt == ATTEMPTS {
                return Err(Failure::Failed(format!("{why}\n  note: it was asked {ATTEMPTS} times")));
            }
            std::thread::sleep(wait.unwrap_or(pause).min(LONGEST_PAUSE));
            attempt += 1;
            pause *= 3;
        }
    }

    fn once<T: DeserializeOwned>(&self, path: &str, parameters: &[(&str, &str)]) -> Result<T, Kind> {
        let url = format!("{}/api/v1/{path}", self.base);
        // long expressions go into a body; only these paths take one everywhere
        let in_body = !self.only_get.get() && matches!(path, "query" | "query_range");
        let sent = if in_body {
            let mut request = self.agent.post(&url).header("accept-encoding", "identity");
            for (name, value) in self.access.headers() {
                request = request.header(name, value);
            }
            request.send_form(parameters.iter().copied())
        } else {
            let mut request = self.agent.get(&url).header("accept-encoding", "identity");
            for (name, value) in self.access.headers() {
                request = request.header(name, value);
            }
            request.query_pairs(parameters.iter().copied()).call()
        };
        let mut response = sent.map_err(|e| self.failed(&e))?;
        let status = response.status();
        if in_body && matches!(status.as_u16(), 403 | 404 | 405 | 501) {
            self.only_get.set(true);
            return self.once(path, parameters);
        }
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_string);
        let (retry_after, location) = (header("retry-after"), header("location"));
        if let Some(encoding) = header("content-encoding").filter(|e| !e.is_empty() && e != "identity") {
            return Err(Kind::Final(Failure::Failed(format!(
                "{} packs its answers with {encoding}, though it is asked not to\n  help: ask the Prometheus itself, or let what stands \
                 before it follow `Accept-Encoding: identity`",
                self.base
            ))));
        }
        let text = response.body_mut().with_config().limit(MOST).read_to_string().map_err(|e| self.failed(&e))?;
        let said = answer::Said { path, parameters, status, text: &text, retry_after, location };
        match serde_json::from_str::<Envelope<T>>(&text) {
            Ok(Envelope { status: word, data: Some(data), warnings, .. })
                if status.is_success() && word == "success" =>
            {
                // that there is more than was asked for is no news
                let limited = parameters.iter().any(|(name, _)| *name == "limit");
                let news =
                    warnings.into_iter().flatten().filter(|w| !(limited && w.contains("truncated due to limit")));
                self.warnings.borrow_mut().extend(news);
                Ok(data)
            }
            Err(e) if status.is_success() && e.is_eof() => {
                Err(Kind::Passing(format!("the answer of {} breaks off after {} bytes", self.base, text.len()), None))
            }
            _ => Err(self.judged(&said)),
        }
    }
}
