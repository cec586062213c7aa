//! The two streams: results go to stdout, notes to stderr. Colours and width are decided here.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use crate::diagnostic::render::{Style, clean};
use std::io::{ErrorKind, IsTerminal, Write as _};

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
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
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(format!("the result cannot be written: {e}")),
            _ => Ok(()),
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

    /// Shows how far something is, on a line that the next one replaces; an empty text clears it. Nothing where stderr is no terminal.
    pub fn progress(self, text: &str) {
        if std::io::stderr().is_terminal() {
            self.note(&format!("\r\u{1b}[K{}", clean(text)));
        }
    }

    /// How to draw on stdout.
    pub fn stdout(self) -> Style {
        self.style(std::io::stdout().is_terminal())
    }

    /// How to draw on stderr.
    pub fn stderr(self) -> Style {
        self.style(std::io::stderr().is_terminal())
    }

    fn style(self, is_terminal: bool) -> Style {
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && set("NO_COLOR").is_none() && set("TERM").is_none_or(|t| t != "dumb"),
        };
        let width = if is_terminal { terminal_size::terminal_size() } else { None };
        Style { color, width: width.map_or(100, |(width, _)| usize::from(width.0).clamp(40, 160)) }
    }
}
