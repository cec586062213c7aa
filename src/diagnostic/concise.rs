//! For people and editors: one line for each diagnostic, `file:line:column: severity[name]: message`, as compilers write it.

use super::positions::{Positions, Unit};
use super::render::{Style, clean, heading};
use super::report::Report;
use std::fmt::Write as _;

/// A line for each diagnostic; nothing where there are none. Names lead to their pages where `links` says so.
pub fn text(report: &Report<'_>, style: Style, links: bool) -> String {
    let positions = Positions::new(report.sources, Unit::Characters);
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        let place = diagnostic.place();
        let start = positions.range(place).start;
        let pages = report.pages.filter(|_| links);
        let message = diagnostic.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            out,
            "{}:{}:{}: {}: {}",
            clean(report.path(place.file)),
            start.line,
            start.column,
            heading(diagnostic, style, pages),
            clean(&message)
        );
    }
    out
}
