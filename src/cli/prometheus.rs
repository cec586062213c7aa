//! Asks a Prometheus over HTTP for one number at a time.

use std::time::Duration;

/// A Prometheus, or what speaks its API.
#[derive(Debug)]
pub struct Prometheus {
    agent: ureq::Agent,
    base: String,
    timeout: Duration,
}

/// An answer with one number is small; whatever sends more than this is something else.
const MOST: u64 = 1 << 20;

/// What is said where a URL is, or leads to, one with TLS.
fn no_tls(url: &str) -> String {
    format!(
        "`{url}` cannot be asked over https: TLS is not built in yet\n  help: forward a local port to it, as with \
         `kubectl port-forward` or `ssh -L`, and ask that over http"
    )
}

impl Prometheus {
    /// The one at a URL such as `http://localhost:9090` or `http://host/prometheus`; each question may take as long as `timeout`.
    ///
    /// # Errors
    /// In words, where that is no URL that can be asked.
    pub fn at(url: &str, timeout: Duration) -> Result<Prometheus, String> {
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http") if url.len() > "http://".len() => {}
            Some("https") => {
                return Err(no_tls(url));
            }
            _ => return Err(format!("`{url}` is no URL of a Prometheus\n  help: write it as `http://localhost:9090`")),
        }
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .user_agent(concat!("tabi/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Prometheus { agent: config.into(), base: url.trim_end_matches('/').to_string(), timeout })
    }

    /// The one value of an expression, as a whole number; 0 where it yields nothing.
    ///
    /// # Errors
    /// In words: not reachable, not in time, not allowed, not a Prometheus, or not an expression that it takes.
    pub fn number(&self, expr: &str) -> Result<u64, String> {
        let mut answer = self
            .agent
            .get(format!("{}/api/v1/query", self.base))
            .query("query", expr)
            .call()
            .map_err(|e| self.failed(&e))?;
        let status = answer.status();
        if matches!(status.as_u16(), 401 | 403) {
            return Err(format!(
                "{} answers {status}: it wants to know who asks, and tabi cannot say so yet\n  help: forward a local port \
                 to the Prometheus behind it and ask that",
                self.base
            ));
        }
        let text = answer.body_mut().with_config().limit(MOST).read_to_string().map_err(|e| self.failed(&e))?;
        let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else {
            return Err(self.other(&status.to_string()));
        };
        if json["status"] == "error" {
            let why = json["error"].as_str().unwrap_or("no reason");
            return Err(format!("{} refuses `{expr}`: {why}", self.base));
        }
        let Some(found) = json["data"]["result"].as_array().filter(|_| json["data"]["resultType"] == "vector") else {
            return Err(self.other(&status.to_string()));
        };
        let Some(first) = found.first() else { return Ok(0) };
        let value = first["value"][1].as_str().and_then(|v| v.parse::<f64>().ok());
        value.filter(|v| v.is_finite()).map(crate::reckon::whole).ok_or_else(|| self.other(&status.to_string()))
    }

    fn other(&self, status: &str) -> String {
        format!(
            "what answers at {} ({status}) does not speak the API of Prometheus\n  help: the URL is that of Prometheus itself, \
             with its path prefix where it has one",
            self.base
        )
    }

    fn failed(&self, error: &ureq::Error) -> String {
        let base = &self.base;
        match error {
            ureq::Error::Timeout(_) => format!(
                "{base} does not answer within {}s\n  help: `--timeout` gives it more time",
                self.timeout.as_secs()
            ),
            ureq::Error::TlsRequired => no_tls(base),
            ureq::Error::HostNotFound => format!("{base} cannot be reached: there is no host of that name"),
            ureq::Error::BodyExceedsLimit(_) => self.other("more than 1 MiB"),
            ureq::Error::BadUri(why) => format!("`{base}` is no URL of a Prometheus: {why}"),
            ureq::Error::Protocol(_) | ureq::Error::Http(_) => self.other("no HTTP"),
            ureq::Error::Io(why) => format!("{base} cannot be reached: {why}"),
            other => format!("{base} cannot be reached: {other}"),
        }
    }
}
