//! The two streams: results go to stdout, notes to stderr. Colours, links, width and progress are decided here.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use crate::diagnostic::render::{self, Style, clean};
use crate::diagnostic::{Diagnostic, catalogue};
use crate::source::Sources;
use std::io::{ErrorKind, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`; elsewhere if `CLICOLOR_FORCE` is set
    #[default]
    Auto,
    /// Even into files and pipes
    Always,
    /// Nowhere
    Never,
}

/// Where a command writes to.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// What `--color` says.
    pub color: Color,
}

impl Terminal {
    /// Writes a result to stdout. A reader that has gone (`tabi explain | head -1`) is no failure.
    ///
    /// # Errors
    /// In words, when it cannot be written.
    pub fn result(self, text: &str) -> Result<(), String> {
        self.result_is_read(text).map(|_| ())
    }

    /// The same; says whether the reader is still there.
    ///
    /// # Errors
    /// In words, when it cannot be written.
    pub fn result_is_read(self, text: &str) -> Result<bool, String> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(e) => Err(format!("the result cannot be written: {e}")),
        }
    }

    /// Writes to stderr.
    pub fn note(self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Writes a line to stderr.
    pub fn note_line(self, text: &str) {
        self.note(&format!("{}\n", clean(text)));
    }

    /// Draws diagnostics on stderr.
    pub fn note_diagnostics(self, sources: &Sources, diagnostics: &[Diagnostic]) {
        let pages = self.pages().filter(|_| links(self.stderr(), std::io::stderr().is_terminal()));
        self.note(&render::linked(sources, diagnostics, self.stderr(), pages.as_deref()));
    }

    /// One diagnostic on stderr, without a line that sums up.
    pub fn note_diagnostic(self, sources: &Sources, diagnostic: &Diagnostic) {
        let mut text = String::new();
        render::one(&mut text, sources, diagnostic, self.stderr());
        text.push('\n');
        self.note(&text);
    }

    /// Diagnostics as they are drawn on stdout.
    pub fn drawn(self, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        let pages = self.pages().filter(|_| self.has_links());
        render::linked(sources, diagnostics, self.stdout(), pages.as_deref())
    }

    /// Diagnostics as they are drawn into a file.
    pub fn plain(self, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        render::all(sources, diagnostics, self.file())
    }

    /// Where explanations stand on the web, with `$name`.
    pub fn pages(self) -> Option<String> {
        variable("TABI_EXPLAIN_URL").or_else(catalogue::pages)
    }

    /// Whether stdout shows links.
    pub fn has_links(self) -> bool {
        links(self.stdout(), std::io::stdout().is_terminal())
    }

    /// How to draw on stdout.
    pub fn stdout(self) -> Style {
        self.style(std::io::stdout().is_terminal())
    }

    /// How to draw on stderr.
    pub fn stderr(self) -> Style {
        self.style(std::io::stderr().is_terminal())
    }

    /// How to draw into a file.
    pub fn file(self) -> Style {
        Style { color: self.color == Color::Always, width: 100 }
    }

    fn style(self, is_terminal: bool) -> Style {
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => wants_color(is_terminal, &variable),
        };
        let width = if is_terminal { terminal_size::terminal_size() } else { None };
        Style { color, width: width.map_or(100, |(width, _)| usize::from(width.0).clamp(40, 160)) }
    }

    /// Empties the screen before something that replaces what stands there; nothing where stdout is no terminal that can do it.
    pub fn clear(self) {
        if std::io::stdout().is_terminal() && moves_cursor() {
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(b"\x1b[2J\x1b[H").and_then(|()| out.flush());
        }
    }
}

/// A variable of the environment that says something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// By what people and their tools have agreed on: `NO_COLOR` first, then `CLICOLOR_FORCE`, then whether there is a terminal.
fn wants_color(is_terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> bool {
    if variable("NO_COLOR").is_some() {
        return false;
    }
    if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && variable("CLICOLOR").is_none_or(|v| v != "0") && variable("TERM").is_none_or(|term| term != "dumb")
}

/// Links are for terminals that are known to show them. The log of a CI is none, although some give it a terminal; `FORCE_HYPERLINK`
/// says otherwise.
fn links(style: Style, is_terminal: bool) -> bool {
    let forced = variable("FORCE_HYPERLINK").is_some();
    let in_log = variable("CI").is_some_and(|value| value != "false");
    (forced || (is_terminal && style.color && !in_log)) && supports_hyperlinks::supports_hyperlinks()
}

fn moves_cursor() -> bool {
    variable("TERM").is_none_or(|term| term != "dumb")
}

/// How far something is, on a line of stderr that the next one replaces: only on a terminal, and only after half a second.
#[derive(Debug)]
pub struct Progress {
    terminal: Terminal,
    begun: Instant,
    visible: bool,
    shown: AtomicBool,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new(terminal: Terminal) -> Self {
        let visible = std::io::stderr().is_terminal() && moves_cursor();
        Progress { terminal, begun: Instant::now(), visible, shown: AtomicBool::new(false) }
    }

    /// Shows a line, if it is time for one.
    pub fn say(&self, text: impl FnOnce() -> String) {
        if self.visible && self.begun.elapsed() > Duration::from_millis(500) {
            self.shown.store(true, Ordering::Relaxed);
            self.terminal.note(&format!("\r\u{1b}[K{}", clean(&text())));
        }
    }
}

impl Drop for Progress {
    /// Takes the line away.
    fn drop(&mut self) {
        if self.shown.load(Ordering::Relaxed) {
            self.terminal.note("\r\u{1b}[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_decide_on_colours_where_nobody_says() {
        let wants = |is_terminal, variables: &[(&str, &str)]| {
            let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_string());
            wants_color(is_terminal, &get)
        };
        assert!(wants(true, &[]) && wants(true, &[("TERM", "xterm")]) && !wants(false, &[]));
        assert!(
            !wants(true, &[("NO_COLOR", "1")])
                && !wants(true, &[("TERM", "dumb")])
                && !wants(true, &[("CLICOLOR", "0")])
        );
        assert!(
            wants(false, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]) && !wants(false, &[("CLICOLOR_FORCE", "0")])
        );
        assert!(!wants(true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }
}
