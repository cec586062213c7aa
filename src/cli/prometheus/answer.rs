//! What answers say, and what those mean that are none.

use super::{Failure, MOST, Prometheus, access};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;
use ureq::http::StatusCode;

/// What every answer of the API is wrapped in.
#[derive(Deserialize, Debug)]
pub(super) struct Envelope<T> {
    pub status: String,
    #[serde(default = "none")]
    pub data: Option<T>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default, rename = "errorType")]
    pub error_type: Option<String>,
    #[serde(default)]
    pub warnings: Option<Vec<String>>,
}

fn none<T>() -> Option<T> {
    None
}

/// Labels and one sample.
#[derive(Deserialize, Debug)]
pub(super) struct Sample {
    pub value: (f64, String),
}

/// What `query` answers for an instant vector.
#[derive(Deserialize, Debug)]
pub(super) struct Vector {
    pub result: Vec<Sample>,
}

/// A series over time.
#[derive(Deserialize, Debug)]
pub struct Row {
    /// Its labels.
    pub metric: BTreeMap<String, String>,
    /// Times in seconds and numbers as Prometheus writes them.
    #[serde(default)]
    pub values: Vec<(f64, String)>,
}

/// What `query_range` answers.
#[derive(Deserialize, Debug)]
pub struct Matrix {
    /// All series.
    pub result: Vec<Row>,
}

/// Whether it may help to ask again.
pub(super) enum Kind {
    /// It does not.
    Final(Failure),
    /// It may, after the pause that the server asks for.
    Passing(String, Option<Duration>),
}

fn failed(words: String) -> Kind {
    Kind::Final(Failure::Failed(words))
}

/// An answer that is no success.
pub(super) struct Said<'a> {
    pub path: &'a str,
    pub parameters: &'a [(&'a str, &'a str)],
    pub status: StatusCode,
    pub text: &'a str,
    pub retry_after: Option<String>,
    pub location: Option<String>,
}

/// What servers say of questions that are too large: Prometheus, Thanos, Mimir, Cortex and `VictoriaMetrics`.
const TOO_MUCH: [&str; 11] = [
    "too many samples",
    "too many points",
    "maximum resolution",
    "exceed",
    "timed out",
    "timeout",
    "deadline",
    "too long",
    "limit",
    // and how to lift it
    "more than -search.",
    "not enough memory",
];

impl Prometheus {
    /// What an answer means that is no success.
    pub(super) fn judged(&self, said: &Said<'_>) -> Kind {
        let (base, status) = (&self.base, said.status);
        let error =
            serde_json::from_str::<Envelope<serde::de::IgnoredAny>>(said.text).ok().filter(|e| e.status == "error");
        let why = error.as_ref().and_then(|e| e.error.clone()).unwrap_or_default();
        let kind = error.as_ref().and_then(|e| e.error_type.clone()).unwrap_or_default();
        let subject = said.parameters.iter().find(|(name, _)| *name == "query").map_or(said.path, |(_, query)| query);
        match status.as_u16() {
            300..=399 => {
                let to = said.location.as_deref().unwrap_or("nowhere");
                return failed(format!(
                    "{base} answers {status}, a redirect to {}, which is not followed: a token would go along\n  help: where that is \
                     a page to log in, the Prometheus behind it must be asked; where it is the same one, give its URL",
                    without_query(to)
                ));
            }
            401 | 403 => {
                let help = match self.access.said_by() {
                    _ if said.text.contains("no org id") => {
                        format!("it has several tenants: {} says which, such as `X-Scope-OrgID: shop`", access::HEADER)
                    }
                    Some(access::USER) => {
                        format!("it does not accept what {} and {} say", access::USER, access::PASSWORD)
                    }
                    Some(variable) => format!("it does not accept what {variable} says"),
                    None => format!(
                        "{} has a token, {} and {} a name and a password",
                        access::TOKEN,
                        access::USER,
                        access::PASSWORD
                    ),
                };
                return failed(format!("{base} answers {status}: it wants to know who asks\n  help: {help}"));
            }
            _ => {}
        }
        let lower = why.to_lowercase();
        let too_much = matches!(status.as_u16(), 413 | 504)
            || ["timeout", "canceled"].contains(&kind.as_str())
            || (!why.is_empty() && TOO_MUCH.iter().any(|words| lower.contains(words)) && status != 429);
        if too_much && (error.is_some() || matches!(status.as_u16(), 413 | 504)) {
            let why = if why.is_empty() { status.to_string() } else { why };
            return Kind::Final(Failure::TooMuch(format!("{base} refuses `{}`: {why}", short(subject))));
        }
        if matches!(status.as_u16(), 429 | 502 | 503) {
            let why = if why.is_empty() { "no reason given".to_string() } else { why };
            return Kind::Passing(format!("{base} answers {status}: {why}"), seconds(said.retry_after.as_deref()));
        }
        if error.is_some() {
            let why = if why.is_empty() { "no reason given" } else { &why };
            return failed(format!("{base} refuses `{}`: {why}", short(subject)));
        }
        if status.is_server_error() {
            return Kind::Passing(format!("{base} answers {status}"), seconds(said.retry_after.as_deref()));
        }
        let page = said.text.trim_start().starts_with('<');
        // what Go and nginx say
        if base.starts_with("http:") && ["HTTPS server", "HTTPS port"].iter().any(|words| said.text.contains(words)) {
            return failed(format!("{base} answers {status}: it speaks https there\n  help: write `https://`"));
        }
        failed(self.other(&if page { format!("{status}, with a page for browsers") } else { status.to_string() }))
    }

    pub(super) fn other(&self, what: &str) -> String {
        // copied from a browser, or from what describes the API
        let page = ["/api/v1", "/graph", "/query", "/targets", "/alerts", "/rules"]
            .iter()
            .find_map(|page| self.base.find(page));
        let help = match page {
            Some(at) => format!("is it `{}`?", &self.base[..at]),
            None => "the URL is that of Prometheus itself, with its path prefix where it has one, and not of a page to log in".into(),
        };
        format!("what answers at {} ({what}) does not speak the API of Prometheus\n  help: {help}", self.base)
    }

    /// What a failure below HTTP means.
    pub(super) fn failed(&self, error: &ureq::Error) -> Kind {
        let base = &self.base;
        failed(match error {
            ureq::Error::Timeout(_) => {
                return Kind::Final(Failure::TooMuch(format!(
                    "{base} does not answer within {}s\n  help: `--timeout` gives it more time",
                    self.timeout.as_secs()
                )));
            }
            ureq::Error::HostNotFound => format!("{base} cannot be reached: there is no host of that name"),
            ureq::Error::BodyExceedsLimit(_) => {
                return Kind::Final(Failure::TooMuch(self.other(&format!("more than {} MiB", MOST >> 20))));
            }
            ureq::Error::BadUri(why) => format!("`{base}` is no URL of a Prometheus: {why}"),
            ureq::Error::Protocol(_) | ureq::Error::Http(_) => self.other("no HTTP"),
            ureq::Error::ConnectProxyFailed(why) => format!("the proxy does not let {base} be reached: {why}"),
            ureq::Error::Io(why) => return self.failed_io(why),
            other if other.to_string().contains("certificate") => self.not_trusted(&other.to_string()),
            other => format!("{base} cannot be reached: {other}"),
        })
    }

    fn failed_io(&self, error: &std::io::Error) -> Kind {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        let (base, why) = (&self.base, error.to_string());
        if why.contains("certificate") {
            return failed(self.not_trusted(&why));
        }
        if why.contains("UTF-8") {
            return failed(self.other("no text"));
        }
        if base.starts_with("https") && error.kind() == std::io::ErrorKind::InvalidData {
            return failed(format!("{base} does not speak TLS as this program does: {why}\n  help: is it http?"));
        }
        if why.contains("lookup address") {
            return failed(format!("{base} cannot be reached: there is no host of that name"));
        }
        match error.kind() {
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => {
                Kind::Passing(format!("{base} ends the connection in the middle of an answer: {why}"), None)
            }
            _ => failed(format!("{base} cannot be reached: {why}")),
        }
    }

    fn not_trusted(&self, why: &str) -> String {
        let why = why.trim_start_matches("invalid peer certificate: ");
        // the name of the reason, without those of the types around it
        let why = why.trim_start_matches("Other(OtherError(").trim_end_matches("))");
        let help = if why.contains("CaUsedAsEndEntity") {
            "it says that it is an authority, which no server may show as its own; one that was made with \
             `openssl req -x509 -addext basicConstraints=critical,CA:FALSE …` can be named with `--ca-file`"
        } else if ["UnknownIssuer", "BadSignature"].iter().any(|w| why.contains(w)) {
            "`--ca-file` names a file with the certificate of the authority that signed it"
        } else {
            "the certificate must be mended where the server is"
        };
        format!("{} has a certificate that is not to be trusted: {why}\n  help: {help}", self.base)
    }
}

/// A URL without what may hold secrets.
fn without_query(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    url[..end].to_string()
}

/// The first line of an expression, as far as it can be read at a glance.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 120 { line } else { format!("{}…", line.chars().take(119).collect::<String>()) }
}

/// `Retry-After` in seconds; a date is left to our own pauses.
fn seconds(header: Option<&str>) -> Option<Duration> {
    header.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs)
}
