//! For people: miette draws the snippets, the rest is ours.
//!
//! ```text
//! warning[target-above-steps]: the targets of checkout's steps together promise 98.41 %, its own target is 99.5 %
//!    ╭─[shop.tabi:48:3]
//! 48 │   target 99.5%
//!    ·   ──────┬─────
//!    ·         ╰── asked for here
//!    ╰────
//!   help: lower this target to 98.4 %
//! ```
//!
//! miette knows one source per diagnostic and draws everything between the first and the last label. So labels that stand near each
//! other make a *group*, each group is drawn by itself, and the group of the first label comes first.

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceFile, Sources, Span};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write as _};

/// At most so many diagnostics of one file are shown; the rest is counted.
pub const MAX_SHOWN: usize = 100;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether with colours.
    pub color: bool,
    /// Where lines of help are broken.
    pub width: usize,
}

/// How many diagnostics there are of each weight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Nothing is built.
    pub errors: usize,
    /// Lints.
    pub warnings: usize,
    /// Worth knowing.
    pub hints: usize,
}

impl Counts {
    /// Counts them.
    pub fn of<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Self {
        let mut counts = Counts::default();
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Hint => counts.hints += 1,
            }
        }
        counts
    }
}

impl fmt::Display for Counts {
    /// `2 errors, 1 warning`; nothing where there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [(self.errors, "error"), (self.warnings, "warning"), (self.hints, "hint")];
        let parts: Vec<String> = all.iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(*n, word)).collect();
        f.write_str(&parts.join(", "))
    }
}

/// `1 file`, `2 files`
pub fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

/// All diagnostics, which are sorted, and a line that sums them up; nothing where there are none.
pub fn all(sources: &Sources, diagnostics: &[Diagnostic], style: Style) -> String {
    linked(sources, diagnostics, style, None)
}

/// The same; each name leads to its page on the web, where `pages` says how these are called.
pub fn linked(sources: &Sources, diagnostics: &[Diagnostic], style: Style, pages: Option<&str>) -> String {
    let mut out = String::new();
    let mut shown: HashMap<FileId, usize> = HashMap::new();
    for diagnostic in diagnostics {
        let n = shown.entry(diagnostic.place().file).or_default();
        *n += 1;
        if *n <= MAX_SHOWN {
            drawn(&mut out, sources, diagnostic, style, pages);
            out.push('\n');
        }
    }
    let mut hidden: Vec<(FileId, usize)> = shown.into_iter().filter(|(_, n)| *n > MAX_SHOWN).collect();
    hidden.sort_unstable();
    for (file, n) in hidden {
        let _ = writeln!(out, "{}: {} more not shown", clean(&sources.file(file).name), n - MAX_SHOWN);
    }
    if let Some(heaviest) = diagnostics.iter().min_by_key(|d| std::cmp::Reverse(d.severity)) {
        let counts = Counts::of(diagnostics);
        let _ = writeln!(out, "{counts}; tabi explain {} tells more", heaviest.name());
    }
    out
}

/// One diagnostic.
pub fn one(out: &mut String, sources: &Sources, diagnostic: &Diagnostic, style: Style) {
    drawn(out, sources, diagnostic, style, None);
}

/// How a diagnostic begins, `error[bad-target]`; the name is a link where `pages` says where to.
pub(super) fn heading(diagnostic: &Diagnostic, style: Style, pages: Option<&str>) -> String {
    let (severity, name) = (diagnostic.severity.text(), diagnostic.name());
    let name = match pages {
        // what an engine refuses has none
        _ if name.is_empty() => String::new(),
        Some(pages) => format!("[\u{1b}]8;;{}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\]", clean(&diagnostic.entry.page(pages))),
        None => format!("[{name}]"),
    };
    let color = match diagnostic.severity {
        _ if !style.color => return format!("{severity}{name}"),
        Severity::Error => "\u{1b}[1;31m",
        Severity::Warning => "\u{1b}[1;33m",
        Severity::Hint => "\u{1b}[1;36m",
    };
    format!("{color}{severity}{name}\u{1b}[0m")
}

fn drawn(out: &mut String, sources: &Sources, diagnostic: &Diagnostic, style: Style, pages: Option<&str>) {
    let (bold, end) = if style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let _ = writeln!(out, "{}{bold}: {}{end}", heading(diagnostic, style, pages), clean(&diagnostic.message));
    let groups = groups(sources, diagnostic);
    let last = groups.len().saturating_sub(1);
    for (i, labels) in groups.iter().enumerate() {
        let snippet = Snippet::new(sources, diagnostic, labels, i == last);
        let mut drawn = String::new();
        // Only a writer that fails or a span outside of the source could fail here; a string takes all and spans are cut.
        let _ = handler(&snippet, style).render_report(&mut drawn, &snippet);
        // miette's own header: an icon before the message, which is empty here
        out.push_str(drawn.split_once('\n').map_or("", |(_, rest)| rest));
    }
}

/// Labels in one file whose lines are so near that they are drawn together; the first label's group first, the others in the order
/// of the text.
fn groups<'a>(sources: &Sources, diagnostic: &'a Diagnostic) -> Vec<Vec<&'a Label>> {
    const NEAR: u32 = 3;
    const NEAR_BYTES: u32 = 2000;
    let mut labels: Vec<&Label> = diagnostic.labels.iter().collect();
    labels.sort_by_key(|l| l.place);
    let mut groups: Vec<Vec<&Label>> = Vec::new();
    for label in labels {
        let file = sources.file(label.place.file);
        let line = file.line_of(label.place.span.start);
        match groups.last_mut() {
            Some(group)
                if group.last().is_some_and(|l| {
                    l.place.file == label.place.file
                        && line - file.line_of(l.place.span.start) <= NEAR
                        && label.place.span.start - l.place.span.start <= NEAR_BYTES
                }) =>
            {
                group.push(label);
            }
            _ => groups.push(vec![label]),
        }
    }
    let first = &diagnostic.labels[0];
    if let Some(at) = groups.iter().position(|g| g.iter().any(|l| std::ptr::eq(*l, first))) {
        groups[..=at].rotate_right(1);
    }
    groups
}

fn handler(snippet: &Snippet<'_>, style: Style) -> GraphicalReportHandler {
    let mut theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let main = match snippet.diagnostic.severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
        Severity::Hint => theme.styles.advice,
    };
    let other = theme.styles.advice;
    theme.styles.highlights = snippet.labels.iter().map(|l| if l.primary() { main } else { other }).collect();
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(0)
        .with_break_words(false)
        .with_urls(false)
        .without_syntax_highlighting()
}

/// A group of labels with the text below them, as miette wants it.
#[derive(Debug)]
struct Snippet<'a> {
    diagnostic: &'a Diagnostic,
    file: &'a SourceFile,
    name: String,
    labels: Vec<LabeledSpan>,
    /// Where `text` begins in the file.
    start: usize,
    /// What is shown of the file: whole lines, unless they are very long.
    text: Cow<'a, str>,
    help: Option<String>,
}

impl<'a> Snippet<'a> {
    /// Labels are those of one group, in the order of the text.
    fn new(sources: &'a Sources, diagnostic: &'a Diagnostic, group: &[&'a Label], with_help: bool) -> Self {
        /// So much of a line is shown before and after the labels; also the most lines of a label.
        const AROUND: u32 = 160;
        const LINES: u32 = 8;
        let file = sources.file(group[0].place.file);
        let cut = |span: Span| {
            let start = file.floor(span.start);
            let end = file.floor(span.end.max(start));
            let long = file.line_of(end) - file.line_of(start) > LINES || end - start > 4 * AROUND;
            let line_end = file.line_span(file.line_of(start)).end;
            Span { start, end: if long { file.floor(line_end.min(start + 2 * AROUND)) } else { end } }
        };
        let spans: Vec<Span> = group.iter().map(|l| cut(l.place.span)).collect();
        let first = spans.first().copied().unwrap_or_default();
        let last = spans.iter().map(|s| s.end).max().unwrap_or_default();
        let line = file.line_span(file.line_of(first.start));
        let start = if first.start - line.start > AROUND { file.floor(first.start - AROUND / 2) } else { line.start };
        let line_end = file.line_span(file.line_of(last)).end;
        let end = if line_end - last > AROUND { file.floor(last + AROUND / 2) } else { line_end };
        let text = Span { start, end }.of(&file.text);
        let mut text = same_length(text);
        if !text.ends_with('\n') {
            text.to_mut().push('\n'); // a place at the end of the text is seen only before a line end
        }
        let labels = group.iter().zip(&spans).map(|(label, span)| {
            let words = (!label.text.is_empty()).then(|| clean(&label.text).into_owned());
            let range = span.start as usize..span.end as usize;
            if std::ptr::eq(*label, &raw const diagnostic.labels[0]) {
                LabeledSpan::new_primary_with_span(words, range)
            } else {
                LabeledSpan::new_with_span(words, range)
            }
        });
        let labels = labels.collect();
        let help = if with_help { diagnostic.help.as_deref().map(|h| clean(h).into_owned()) } else { None };
        let name = clean(&file.name).into_owned();
        Snippet { diagnostic, file, name, labels, start: start as usize, text, help }
    }
}

impl fmt::Display for Snippet<'_> {
    /// Nothing: the header line is written above the first snippet.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet<'_> {}

impl miette::Diagnostic for Snippet<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Hint => miette::Severity::Advice,
        })
    }
    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl SourceCode for Snippet<'_> {
    /// Always the whole snippet, at the line and column of the span.
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let at = self.file.line_column(span.offset() as u32);
        Ok(Box::new(Contents {
            snippet: self,
            span: SourceSpan::from((self.start, self.text.len())),
            line: at.line as usize - 1,
            column: at.column as usize - 1,
        }))
    }
}

struct Contents<'a> {
    snippet: &'a Snippet<'a>,
    span: SourceSpan,
    line: usize,
    column: usize,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.snippet.text.as_bytes()
    }
    fn span(&self) -> &SourceSpan {
        &self.span
    }
    fn name(&self) -> Option<&str> {
        Some(&self.snippet.name)
    }
    fn line(&self) -> usize {
        self.line
    }
    fn column(&self) -> usize {
        self.column
    }
    /// Only asked to learn whether two labels can be drawn together: they always are, a group is made for that.
    fn line_count(&self) -> usize {
        usize::MAX / 2
    }
}

/// Text for a terminal: what could move the cursor or turn the direction of writing is replaced.
pub fn clean(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c == '\r' || is_harmful(c);
    if text.contains(harmful) { Cow::Owned(text.replace(harmful, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The same for a source text, where each replacement is as long as what it replaces, so that spans stay true.
fn same_length(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c == '\r' || is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let harmful = is_harmful(c) || (c == '\r' && chars.peek() != Some(&'\n'));
        out.push(match c.len_utf8() {
            _ if !harmful => c,
            1 => '?',
            2 => '¿',
            _ => '\u{fffd}',
        });
    }
    Cow::Owned(out)
}

fn is_harmful(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}'
        | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::catalogue as c;
    use crate::source::Place;

    const PLAIN: Style = Style { color: false, width: 100 };

    fn place(sources: &Sources, file: u32, word: &str) -> Place {
        let file = FileId(file);
        let start = sources.file(file).text.find(word).expect("the word stands there") as u32;
        Place { file, span: Span { start, end: start + word.len() as u32 } }
    }

    fn plain(sources: &Sources, diagnostic: Diagnostic) -> String {
        all(sources, &[diagnostic], PLAIN)
    }

    #[test]
    fn labels_far_apart_and_in_other_files_get_snippets_of_their_own() {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("shop.tabi", format!("one 1%\n{}target 99.5%\nnear 2\n", "\n".repeat(40))));
        sources.add(SourceFile::new("sites.tabi", "site tokyo {}\n"));
        let d = Diagnostic::new(
            &c::TARGET_ABOVE_STEPS,
            "more than its steps",
            place(&sources, 0, "99.5%"),
            "asked for here",
        )
        .and(place(&sources, 0, "1%"), "step pay allows the most failures")
        .and(place(&sources, 0, "near"), "")
        .and(place(&sources, 1, "tokyo"), "this site too")
        .help(format!("lower it, {}", "or raise the others ".repeat(8)));
        insta::assert_snapshot!(plain(&sources, d));
    }

    #[test]
    fn wide_characters_tabs_and_several_lines_are_aligned() {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("予約.tabi", "\tstep 予約受付 \"旅の予約\" x\r\nholds `a\n  < b`\n"));
        let d = Diagnostic::new(&c::BAD_PROMQL, "「予約」が正しくない", place(&sources, 0, "\"旅の予約\""), "題")
            .and(place(&sources, 0, "予約受付"), "名")
            .and(place(&sources, 0, "`a\n  < b`"), "two lines");
        insta::assert_snapshot!(plain(&sources, d));
    }

    #[test]
    fn the_end_of_a_file_is_visible() {
        let mut out = String::new();
        for (text, at) in [("user {", 6), ("user {\n", 7), ("", 0), ("x\r\n", 1), ("a", 99)] {
            let mut sources = Sources::default();
            let file = sources.add(SourceFile::new("a.tabi", text));
            let place = Place { file, span: Span { start: at, end: at } };
            out.push_str(&plain(&sources, Diagnostic::new(&c::SYNTAX, "expected `}`", place, "missing here")));
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn controls_do_not_reach_the_terminal_and_long_lines_are_cut() {
        let mut sources = Sources::default();
        let text = format!(
            "a \u{1b}[31mred\u{9b}1m\rback\u{202e} bad {}\n{}far{}",
            "x".repeat(99_999),
            "é".repeat(5000),
            "ü".repeat(5000)
        );
        sources.add(SourceFile::new("a\u{1b}.tabi", text));
        let d = Diagnostic::new(&c::SYNTAX, "no \u{1b}[2J", place(&sources, 0, "bad"), "\u{7}")
            .and(place(&sources, 0, "far"), "here");
        let drawn = plain(&sources, d);
        assert!(!drawn.contains(|c: char| c.is_control() && c != '\n'), "{drawn:?}");
        assert!(!drawn.contains('\u{202e}'));
        insta::assert_snapshot!(drawn);
    }

    #[test]
    fn colours_follow_the_severity() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.tabi", "window\n"));
        let place = Place { file, span: Span { start: 0, end: 6 } };
        let d = Diagnostic::new(&c::BAD_WINDOW, "m", place, "l");
        let drawn = all(&sources, &[d], Style { color: true, width: 80 });
        assert!(drawn.starts_with("\u{1b}[1;31merror[bad-window]\u{1b}[0m\u{1b}[1m: m\u{1b}[0m\n"), "{drawn:?}");
    }

    #[test]
    fn a_file_shows_a_hundred_diagnostics_and_counts_the_rest() {
        let mut sources = Sources::default();
        let mut diagnostics = Vec::new();
        for _ in 0..20 {
            let file = sources.add(SourceFile::new("a.tabi", "  target 99.5% # a target\n".repeat(5000)));
            for n in 0..101 {
                let start = n * 26 * 49 + 2;
                let place = Place { file, span: Span { start, end: start + 6 } };
                diagnostics.push(Diagnostic::new(&c::BAD_TARGET, "bad", place, "here").and(place, "and here"));
            }
        }
        let drawn = all(&sources, &diagnostics, PLAIN);
        assert_eq!(drawn.matches("error[bad-target]").count(), 2000);
        assert!(
            drawn.contains("a.tabi: 1 more not shown\n")
                && drawn.ends_with("2020 errors; tabi explain bad-target tells more\n")
        );
    }
}
