//! What the lexer and the parser say, in words.

use super::ast;
use super::cursor::Report;
use super::lexer::{Lexed, Problem, ProblemKind};
use super::names::{self, Misnamed};
use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::schema::kind::{KEYWORDS, Kind, Set};
use crate::source::{FileId, Place, Span};

/// All diagnostics of a file's text, in order.
pub fn of(file: FileId, text: &str, lexed: &Lexed, reports: &[Report], ast: &ast::File) -> Vec<Diagnostic> {
    let misnamed = names::check(text, ast);
    let owners = names::owners(ast);
    let mut all: Vec<Diagnostic> = misnamed.iter().map(|m| declared(file, text, m)).collect();
    for p in lexed.problems.iter().filter(|p| !misnamed.iter().any(|m| m.span == p.span)) {
        all.push(if p.kind == ProblemKind::Word && owners.contains(&p.span) {
            owner(file, text, p.span)
        } else {
            problem(file, text, p)
        });
    }
    // A token with a problem of its own, and what comes of it, is said once.
    let spoken = |r: &&Report| !lexed.problems.iter().any(|p| p.span.start <= r.at.start && r.at.start < p.span.end);
    all.extend(reports.iter().filter(spoken).map(|r| report(file, text, r)));
    all.sort_by_key(|d| d.place().span.start);
    all
}

/// A name that is declared in a form that no name has.
fn declared(file: FileId, text: &str, misnamed: &Misnamed) -> Diagnostic {
    let place = Place { file, span: misnamed.span };
    let written = misnamed.span.of(text);
    let label = "small letters, digits and `_`, a letter first";
    let at = |message: String| Diagnostic::new(&c::SYNTAX, message, place, label);
    match &misnamed.right {
        Some(right) => {
            at(format!("the name `{written}` is written `{right}`")).fix(format!("write `{right}`"), place, right)
        }
        None => {
            at(format!("`{written}` is no name")).help("any text may be a title: it stands in quotes after the name")
        }
    }
}

/// Owners may be any text, in quotes.
fn owner(file: FileId, text: &str, span: Span) -> Diagnostic {
    let place = Place { file, span };
    let quoted = format!("\"{}\"", span.of(text));
    let message = format!("an owner with other characters than letters, digits and `_` stands in quotes: `{quoted}`");
    Diagnostic::new(&c::SYNTAX, message, place, "quotes are missing").fix("put it in quotes", place, quoted)
}

fn problem(file: FileId, text: &str, problem: &Problem) -> Diagnostic {
    let place = Place { file, span: problem.span };
    let written = problem.span.of(text);
    let at = |message: String, label: &str| Diagnostic::new(&c::SYNTAX, message, place, label);
    match &problem.kind {
        ProblemKind::OpenString => {
            let quote = &written[..1];
            at(format!("this string is never closed; {quote} must close it on the same line"), "opened here").fix(
                format!("close it with {quote}"),
                Place { file, span: problem.span.after() },
                quote,
            )
        }
        ProblemKind::OpenRaw => at("this PromQL is never closed; a backtick must close it".into(), "opened here").fix(
            "close it with a backtick",
            Place { file, span: problem.span.after() },
            "`",
        ),
        ProblemKind::Number(Some(fix)) => at(
            format!("`{written}` is written `{fix}`"),
            "number and unit stand together, in whole units, with a point",
        )
        .fix(format!("write `{fix}`"), place, fix),
        ProblemKind::Number(None) => at(
            format!("`{written}` is no number, percentage, duration or rate"),
            "not understood",
        )
        .help(
            "numbers look like `3`, percentages like `99.9%`, durations like `300ms` or `1h30m`, rates like `60/day`",
        ),
        ProblemKind::FullWidth(ascii) => at(
            format!("full-width `{written}` is written `{ascii}`"),
            "full-width characters",
        )
        .fix(format!("write `{ascii}`"), place, ascii),
        ProblemKind::Word => {
            let d = at(format!("`{written}` is no name"), "letters, digits and `_`");
            let right = written.replace('-', "_");
            if right.is_ascii() {
                return d.help(format!("`{right}` would be one; PromQL with operators stands in backticks")).fix(
                    format!("write `{right}`"),
                    place,
                    right,
                );
            }
            d.help("any text may be a title: it stands in quotes after the name")
        }
        ProblemKind::Escape => at(format!("`{written}` is no escape that PromQL knows"), "unknown escape")
            .help("a backslash itself is written `\\\\`; regular expressions in backticks need no escapes")
            .fix(
                "double the backslash",
                Place { file, span: Span { start: problem.span.start, end: problem.span.start + 1 } },
                "\\\\",
            ),
    }
}

fn report(file: FileId, text: &str, report: &Report) -> Diagnostic {
    let word = report.at.of(text);
    let place = Place { file, span: report.at };
    // An entry was expected and a word stands there: a setting that does not exist, or one that may not begin here.
    if let Some(starts) = report.entry
        && report.found.is_name()
    {
        return unknown_entry(place, word, report, starts);
    }
    let found = describe(report.found, word);
    let expected = report.expected;
    if report.found == Kind::Eof || (report.opened.is_some() && expected.len() <= 2) {
        // shown right after the last token: there it is missing
        let missing = Place { file, span: Span { start: report.before, end: report.before } };
        let mut d = Diagnostic::new(&c::SYNTAX, format!("expected {expected}, found {found}"), missing, "missing here");
        if let Some(opened) = report.opened.filter(|o| o.start < o.end) {
            d = d.and(Place { file, span: opened }, "opened here");
        }
        if let Some(closer) = expected.iter().find(|k| matches!(k, Kind::RBrace | Kind::RParen)) {
            let closer = closer.text().trim_matches('`');
            d = d.fix(format!("add `{closer}`"), missing, closer);
        }
        return d;
    }
    let mut d = Diagnostic::new(&c::SYNTAX, format!("expected {expected}, found {found}"), place, "not expected here");
    if let Some(opened) = report.opened.filter(|o| o.start < o.end) {
        d = d.and(Place { file, span: opened }, "opened here");
    }
    if expected.has(Kind::Audience) && report.found == Kind::Journey {
        return d.help("whose journey is it? Write `user journey`, `developer journey` or `operator journey`");
    }
    if let Some(keyword) = near(word, expected, report.found) {
        let fix = keyword.text();
        return d.help(format!("did `{fix}` stand here?")).fix(format!("write `{fix}`"), place, fix);
    }
    match (report.found, only(expected)) {
        (Kind::Number, Some(Kind::Percent)) => d.help(format!("a percentage ends with `%`: `{word}%`")).fix(
            "add `%`",
            Place { file, span: report.at.after() },
            "%",
        ),
        (Kind::Number, Some(Kind::Duration)) => {
            d.help(format!("a duration has a unit: `{word}s`, `{word}m`, `{word}h`, `{word}d`"))
        }
        (Kind::Number, Some(Kind::Rate)) => d.help(format!("a rate has a unit: `{word}/s`, `{word}/h`, `{word}/day`")),
        (_, Some(Kind::Raw)) => d.help("PromQL stands in backticks: `` `queue_length < 5` ``"),
        _ => d,
    }
}

fn only(set: Set) -> Option<Kind> {
    (set.len() == 1).then(|| set.iter().next()).flatten()
}

/// A keyword among what was expected that is spelled nearly like the word.
fn near(word: &str, expected: Set, found: Kind) -> Option<Kind> {
    if !found.is_name() {
        return None;
    }
    let keyword = did_you_mean(word, expected.iter().filter(|k| k.is_keyword()).map(Kind::text))?;
    KEYWORDS.iter().copied().find(|k| k.text() == keyword)
}

fn unknown_entry(place: Place, word: &str, report: &Report, starts: Set) -> Diagnostic {
    let words: Vec<&str> = starts.iter().map(Kind::text).collect();
    if report.found.is_keyword() {
        return Diagnostic::new(
            &c::SYNTAX,
            format!("expected {}, found `{word}`", report.expected),
            place,
            "does not begin anything here",
        );
    }
    let mut d =
        Diagnostic::new(&c::UNKNOWN_SETTING, format!("there is no `{word}` that could stand here"), place, "unknown");
    if let Some(meant) = did_you_mean(word, words.iter().copied()) {
        d = d.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), place, meant);
    } else if words.len() <= 8 {
        d = d.help(format!("what may stand here: {}", words.join(", ")));
    }
    d
}

fn describe(kind: Kind, word: &str) -> String {
    match kind {
        Kind::Eof => kind.text().to_string(),
        Kind::Unknown => format!("`{word}`"),
        Kind::Str | Kind::Raw if word.len() > 24 || word.contains('\n') => kind.text().to_string(),
        Kind::Name
        | Kind::Str
        | Kind::Raw
        | Kind::Param
        | Kind::Number
        | Kind::Percent
        | Kind::Duration
        | Kind::Rate
        | Kind::BadNumber => {
            format!("`{word}`")
        }
        other => other.to_string(),
    }
}
