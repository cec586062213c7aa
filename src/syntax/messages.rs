//! What the lexer and the parser say, in words.

use super::advice::{self, Here};
use super::ast;
use super::cursor::Report;
use super::lexer::{Lexed, Problem, ProblemKind};
use super::names::{self, Misnamed};
use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::schema::FILE;
use crate::schema::kind::{KEYWORDS, Kind, Set};
use crate::source::{FileId, Place, Span};

/// All diagnostics of a file's text, in order.
pub fn of(file: FileId, text: &str, lexed: &Lexed, reports: &[Report], ast: &ast::File) -> Vec<Diagnostic> {
    let misnamed = names::check(text, ast);
    let owners = names::owners(ast);
    let mut all: Vec<Diagnostic> = misnamed.iter().map(|m| declared(file, text, m)).collect();
    for p in lexed.problems.iter().filter(|p| misnamed.binary_search_by_key(&p.span, |m| m.span).is_err()) {
        all.push(if p.kind == ProblemKind::Word && owners.binary_search(&p.span).is_ok() {
            owner(file, text, p.span)
        } else {
            problem(file, text, p)
        });
    }
    // A token with a problem of its own, and what comes of it, is said once.
    let tokens: Vec<&Problem> = lexed.problems.iter().filter(|p| p.kind != ProblemKind::Escape).collect();
    let spoken = |r: &&Report| {
        let from = tokens.partition_point(|p| p.span.end < r.before);
        let mut near = tokens[from..].iter().take_while(|p| p.span.start <= r.at.start);
        !near.any(|p| r.at.start < p.span.end || (p.span.end == r.before && is_open(&p.kind)))
    };
    let mut told: Vec<Diagnostic> = reports.iter().filter(spoken).map(|r| report(file, text, lexed, r)).collect();
    // what says more of the same text says it for both
    let spans: Vec<Span> = told.iter().map(|d| d.place().span).collect();
    let within = |i: usize, j: Option<usize>| {
        j.and_then(|j| spans.get(j))
            .is_some_and(|outer| outer.start <= spans[i].start && spans[i].end <= outer.end && *outer != spans[i])
    };
    let mut index = 0..;
    told.retain(|_| index.next().is_some_and(|i| !within(i, Some(i + 1)) && !within(i, i.checked_sub(1))));
    told.dedup_by(|again, first| again.place() == first.place() && again.message == first.message);
    all.extend(told);
    all.sort_by_key(|d| d.place().span.start);
    // one mistake may stop the parser twice
    all.dedup_by(|b, a| (a.place(), &a.message, &a.help) == (b.place(), &b.message, &b.help));
    all
}

/// What has no end may have swallowed what is missing behind it.
fn is_open(kind: &ProblemKind) -> bool {
    matches!(kind, ProblemKind::OpenString | ProblemKind::OpenRaw)
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
            // the brace of a block is hardly part of a title
            let inner = written.strip_suffix('{').unwrap_or(written).trim_end();
            let end = place.span.part(inner.len() as u32, inner.len() as u32);
            at(format!("this string is never closed; `{quote}` must close it on the same line"), "opened here").fix(
                format!("close it with `{quote}`"),
                Place { file, span: end },
                quote,
            )
        }
        ProblemKind::OpenRaw => at("this PromQL is never closed; a backtick must close it".into(), "opened here").fix(
            "close it with a backtick",
            Place { file, span: problem.span.after() },
            "`",
        ),
        ProblemKind::Number(Some(fix)) => at(format!("`{written}` is written `{fix}`"), number_form(written)).fix(
            format!("write `{fix}`"),
            place,
            fix,
        ),
        ProblemKind::Number(None) if burn_rate(written) => at(
            format!("`{written}` is a burn rate; an alert is written by the share of the budget that burns"),
            "not a share",
        )
        .help("`page 2% in 1h, 5% in 6h`: over 28 days these are burn rates of 13.44 and 5.6"),
        ProblemKind::Number(None) => at(
            format!("`{written}` is no number, percentage, duration or rate"),
            "not understood",
        )
        .help(
            "numbers look like `3`, percentages like `99.9%`, durations like `300ms` or `1h30m`, rates like `60/day`",
        ),
        ProblemKind::FullWidth(ascii) => at(
            if ascii == "`" {
                format!("full-width `{written}` is written as a backtick")
            } else {
                format!("full-width `{written}` is written `{ascii}`")
            },
            "full-width characters",
        )
        .fix(format!("write `{ascii}`"), place, ascii),
        ProblemKind::Quotes(straight) => at(format!("strings stand in straight quotes: `{straight}`"), "other quotes")
            .fix("write straight quotes", place, straight),
        ProblemKind::RateUnit => at(format!("`{written}` has no unit that rates have"), "not understood")
            .help("the units of rates are `/s`, `/min`, `/h`, `/day` and `/week`"),
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

fn report(file: FileId, text: &str, lexed: &Lexed, report: &Report) -> Diagnostic {
    let here = Here::new(file, text, &lexed.tokens, report);
    if let Some(known) = advice::known_mistake(&here) {
        return known;
    }
    // An entry was expected and a word stands there: a setting that does not exist, or one that may not begin here.
    if let Some(starts) = report.entry
        && report.found.is_name()
    {
        return unknown_entry(&here, starts);
    }
    let message = format!("expected {}, found {}", here.expected, describe(report.found, here.word));
    let is_missing =
        report.found == Kind::Eof || (report.opened.is_some_and(|o| o.start < o.end) && here.expected.len() <= 2);
    let mut d = if is_missing {
        // shown right after the last token: there it is missing
        Diagnostic::new(&c::SYNTAX, message, here.missing(), "missing here")
    } else {
        Diagnostic::new(&c::SYNTAX, message, here.place(), "not expected here")
    };
    if let Some(opened) = report.opened.filter(|o| o.start < o.end) {
        d = d.and(here.at(opened), "opened here");
    }
    if let Some(keyword) = near(here.word, here.expected, report.found) {
        let fix = keyword.text();
        return d.help(format!("did `{fix}` stand here?")).fix(format!("write `{fix}`"), here.phrase(), fix);
    }
    advice::way_out(&here, d)
}

/// A keyword among what was expected that is spelled nearly like the word.
fn near(word: &str, expected: Set, found: Kind) -> Option<Kind> {
    if !found.is_name() {
        return None;
    }
    advice::called_here(word, expected).or_else(|| {
        let keyword = did_you_mean(word, expected.iter().filter(|k| k.is_keyword()).map(Kind::text))?;
        KEYWORDS.iter().copied().find(|k| k.text() == keyword)
    })
}

fn unknown_entry(here: &Here, starts: Set) -> Diagnostic {
    let (word, place) = (here.word, here.place());
    let expected = here.expected.without(Kind::RBrace);
    let message = format!("expected {expected}, found `{word}`");
    if let Some(quotes) = advice::words_without_quotes(here) {
        return quotes;
    }
    if here.found.kind.is_keyword() {
        return Diagnostic::new(&c::SYNTAX, message, place, "begins nothing that may stand here");
    }
    let d = Diagnostic::new(&c::UNKNOWN_SETTING, message, place, "no such word");
    // with a name and a block behind it the word declares something, and else it sets something
    let declaring = Set::of(&[Kind::Step, Kind::Sli]);
    let among = match here.declares() {
        None if here.opens() => starts.iter().collect::<Vec<_>>(),
        None => starts.iter().filter(|kind| !declaring.has(*kind)).collect(),
        Some(_) => starts.iter().filter(|kind| declaring.has(*kind) || FILE.has(*kind)).collect(),
    };
    let set = Set::of(&among);
    let near = || {
        let near = did_you_mean(word, among.iter().map(|kind| kind.text()))?;
        among.iter().copied().find(|kind| kind.text() == near)
    };
    let meant = advice::called_here(word, set).or_else(near).or_else(|| here.declares().filter(|kind| set.has(*kind)));
    if let Some(meant) = meant {
        let meant = if meant == Kind::Journey { "user journey" } else { meant.text() };
        let d = d.help(format!("did you mean `{meant}`?"));
        // `objective: 99.9%`
        let (at, gap) = here.with_sign();
        return d.fix(format!("write `{meant}`"), at, format!("{meant}{gap}"));
    }
    if starts.has(Kind::Journey) && here.goes_on_like_yaml() {
        return d.help("YAML is not read; `tabi import` makes Tabi of what was written for Sloth, Pyrra or OpenSLO");
    }
    let words: Vec<&str> = starts.iter().map(Kind::text).collect();
    if words.len() <= 8 { d.help(format!("what may stand here: {}", words.join(", "))) } else { d }
}

pub(super) fn describe(kind: Kind, word: &str) -> String {
    match kind {
        Kind::Eof => kind.text().to_string(),
        Kind::Unknown if word == "`" => "a backtick".to_string(),
        Kind::Unknown => format!("`{word}`"),
        Kind::Str | Kind::Raw if word.len() > 24 || word.contains('\n') => kind.text().to_string(),
        // it has its backticks already
        Kind::Raw => word.to_string(),
        Kind::Name
        | Kind::Str
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

/// `14.4x`
fn burn_rate(written: &str) -> bool {
    written.strip_suffix('x').is_some_and(|number| number.parse::<f64>().is_ok())
}

/// What is not as it should be about the form of a number.
fn number_form(written: &str) -> &'static str {
    if written.contains(',') {
        "decimals follow a point"
    } else if written.contains([' ', '\t']) {
        "number and unit stand together"
    } else if written.contains('.') {
        "durations count in whole units"
    } else {
        "the unit has another name"
    }
}
