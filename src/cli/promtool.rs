//! Finding promtool, running it, and reading what it says.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the command line is where programs are run")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A promtool that answers.
#[derive(Clone, Debug)]
pub struct Promtool {
    /// The program.
    pub program: PathBuf,
    /// Its version: major and minor.
    pub version: (u32, u32),
}

/// A test may take so long; the largest take seconds.
const PATIENCE: Duration = Duration::from_secs(600);

/// The oldest version that the rules are tested with.
const OLDEST: (u32, u32) = (2, 42);

/// An expectation that was not met, as promtool reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The query.
    pub expr: String,
    /// When, in minutes.
    pub minute: u64,
    /// What came out: `nil`, or series with values.
    pub got: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// All expectations were met.
    Passed,
    /// Some were not.
    Failed(Vec<Failure>),
    /// It could not be run to its end; why.
    Broken(String),
}

impl Promtool {
    /// From `--promtool`, the environment variable `PROMTOOL`, or `PATH`.
    ///
    /// # Errors
    /// In words: there is none, it does not answer, or it is too old.
    pub fn find(given: Option<&Path>) -> Result<Promtool, String> {
        let (program, from) = match given {
            Some(path) => (path.to_path_buf(), "--promtool"),
            None => match std::env::var_os("PROMTOOL").filter(|v| !v.is_empty()) {
                Some(path) => (PathBuf::from(path), "PROMTOOL"),
                None => (PathBuf::from("promtool"), "PATH"),
            },
        };
        let shown = program.display();
        let output = Command::new(&program).arg("--version").stdin(Stdio::null()).output().map_err(|e| {
            if from == "PATH" {
                "promtool was not found in PATH\n  help: it comes with Prometheus: `apt install prometheus`, `brew install prometheus`, or \
                 from prometheus.io/download; `--promtool` and PROMTOOL name another one"
                    .to_string()
            } else {
                format!("promtool cannot be run: {shown} (from {from}): {e}")
            }
        })?;
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let version = version(&text)
            .filter(|_| output.status.success())
            .ok_or_else(|| format!("{shown} (from {from}) does not answer `--version` as promtool does"))?;
        if version < OLDEST {
            return Err(format!(
                "{shown} is promtool {}.{}; the tests need {}.{} or later",
                version.0, version.1, OLDEST.0, OLDEST.1
            ));
        }
        Ok(Promtool { program, version })
    }

    /// Whether its tests can have native histograms.
    pub fn knows_native_histograms(&self) -> bool {
        self.version.0 >= 3
    }

    /// Runs a file of tests.
    pub fn test(&self, file: &Path) -> Run {
        let spawned = Command::new(&self.program)
            .args(["test", "rules"])
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(e) => return Run::Broken(format!("promtool cannot be run: {e}")),
        };
        // both are read all the time, so that neither fills up
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (text, status) = std::thread::scope(|scope| {
            let out = scope.spawn(move || read(out));
            let err = scope.spawn(move || read(err));
            let begun = Instant::now();
            let status = loop {
                match child.try_wait() {
                    Ok(Some(status)) => break Some(status),
                    Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(10)),
                    _ => {
                        let _ = child.kill();
                        let _ = child.wait();
                        break None;
                    }
                }
            };
            (format!("{}{}", out.join().unwrap_or_default(), err.join().unwrap_or_default()), status)
        });
        match status {
            // something else than promtool may end well, too
            Some(status) if status.success() && text.contains("SUCCESS") => Run::Passed,
            Some(status) => {
                let found = failures(&text);
                if found.is_empty() {
                    let said = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.contains("Unit Testing:"));
                    let said: Vec<&str> = said.take(3).collect();
                    Run::Broken(format!("promtool ended with {status}: {}", said.join(" ")))
                } else {
                    Run::Failed(found)
                }
            }
            None => Run::Broken(format!("promtool did not end within {} minutes", PATIENCE.as_secs() / 60)),
        }
    }
}

fn read(stream: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        let _ = stream.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `promtool, version 2.42.0+ds (branch: …)`
fn version(text: &str) -> Option<(u32, u32)> {
    let text = text.split_once("promtool, version ")?.1;
    let mut parts = text.split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The lines `expr: "…", time: 28m,`, `exp: …`, `got: …`.
fn failures(text: &str) -> Vec<Failure> {
    let mut found: Vec<Failure> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("expr: ")
            && let Some((expr, time)) = rest.rsplit_once(", time: ")
            && let (Ok(expr), Some(minute)) = (serde_json::from_str(expr), minutes(time))
        {
            found.push(Failure { expr, minute, got: "nil".into() });
        } else if let (Some(got), Some(last)) = (line.strip_prefix("got: "), found.last_mut()) {
            last.got = got.to_string();
        }
    }
    found
}

/// A duration as Go's client library writes it: `1w2d3h4m`.
fn minutes(text: &str) -> Option<u64> {
    let (mut minutes, mut number) = (0, String::new());
    for c in text.chars().take_while(|c| *c != ',') {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            'y' => 365 * 1440,
            'w' => 7 * 1440,
            'd' => 1440,
            'h' => 60,
            'm' => 1,
            's' => 0,
            _ => return None,
        };
        minutes += number.parse::<u64>().ok()? * unit;
        number.clear();
    }
    Some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_and_failures() {
        assert_eq!(version("promtool, version 2.42.0+ds (branch: x)"), Some((2, 42)));
        assert_eq!(version("amtool, version 0.25"), None);
        let text = "Unit Testing:  x\n  FAILED:\n    name: n,\n    expr: \"ALERTS{a=\\\"b\\\"}\", time: 1w2h28m,\n        exp: nil\n        \
                    got: {a=\"b\"} 1E+00\n\n    expr: \"up\", time: 5m,\n        exp: {} 1\n        got: nil\n";
        assert_eq!(
            failures(text),
            [
                Failure { expr: "ALERTS{a=\"b\"}".into(), minute: 7 * 1440 + 148, got: "{a=\"b\"} 1E+00".into() },
                Failure { expr: "up".into(), minute: 5, got: "nil".into() },
            ]
        );
    }
}
