//! Typical mistakes and the way out of them: what people write who know YAML, PromQL or another language.

mod bare;
mod elsewhere;
mod lists;
mod numbers;

use super::cursor::Report;
use super::lexer::Token;
use super::messages::describe;
use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::schema::kind::{Kind, Set};
use crate::schema::{AUDIENCE, ENTRIES, FILE};
use crate::source::{FileId, Place, Span};
use bare::bare_promql;
pub use elsewhere::called_here;
use elsewhere::{argument_in_another_form, call_in_braces, foreign_operator, rate_in_words, sign_in_pairs};
pub use lists::words_without_quotes;
use lists::{list_in_another_form, needless_word, who_is_told, without_quotes};
use numbers::{decimal_comma, unit_behind, unit_missing};

/// Nobody means what stands more tokens away; and many mistakes on one endless line must not take long.
const FAR: usize = 200;

/// A token that is not as it should be, and what is around it.
pub struct Here<'a> {
    file: FileId,
    text: &'a str,
    tokens: &'a [Token],
    index: usize,
    /// What is reported.
    pub report: &'a Report,
    /// The token.
    pub found: Token,
    /// Its text.
    pub word: &'a str,
    /// What would be right, as far as it is worth telling.
    pub expected: Set,
}

impl<'a> Here<'a> {
    /// What is around a report.
    pub fn new(file: FileId, text: &'a str, tokens: &'a [Token], report: &'a Report) -> Here<'a> {
        let index = tokens.partition_point(|t| t.span.start < report.at.start).min(tokens.len() - 1);
        let mut expected = report.expected;
        if expected.has(Kind::Under) {
            // a selector may go on, but that is not what was forgotten
            expected = expected.without(Kind::LBrace);
        }
        if expected.has(Kind::LParen) {
            expected = expected.without(Kind::Dot);
        }
        Here { file, text, tokens, index, report, found: tokens[index], word: report.at.of(text), expected }
    }
    /// A span of this file.
    pub fn at(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }
    /// The token itself.
    pub fn place(&self) -> Place {
        self.at(self.report.at)
    }
    /// The token with what belongs to it: `less than`.
    pub fn phrase(&self) -> Place {
        let after = self.after();
        let goes_on = after.span.of(self.text) == "than" && !after.first_on_line;
        self.at(if goes_on { self.found.span.to(after.span) } else { self.report.at })
    }
    /// What a word with a name and a block or a call behind it declares, by what is inside: a step has an `sli`.
    pub fn declares(&self) -> Option<Kind> {
        let rest = &self.tokens[(self.index + 1).min(self.tokens.len() - 1)..];
        let titled = usize::from(rest.get(1).is_some_and(|t| t.kind == Kind::Str));
        let (name, behind) = (rest.first()?, rest.get(1 + titled)?);
        let opens = name.kind.is_name() && !name.first_on_line && matches!(behind.kind, Kind::LBrace | Kind::Eq);
        let inside = rest.get(2 + titled).map(|t| t.kind);
        let nested = rest.get(2 + titled..5 + titled).is_some_and(|t| {
            t[0].kind == Kind::Name
                && t[1].kind.is_name()
                && !t[1].first_on_line
                && matches!(t[2].kind, Kind::LBrace | Kind::Eq)
        });
        let is_step = behind.kind == Kind::LBrace && (inside == Some(Kind::Sli) || nested);
        opens.then_some(if is_step { Kind::Step } else { Kind::Sli })
    }
    /// Whether a brace stands behind the word.
    pub fn opens(&self) -> bool {
        self.after().kind == Kind::LBrace
    }
    /// The word with a `:` or `=` behind it, and what keeps it and the value apart.
    pub fn with_sign(&self) -> (Place, &'static str) {
        let sign = self.after();
        if !matches!(sign.kind, Kind::Colon | Kind::Eq) || sign.first_on_line {
            return (self.place(), "");
        }
        let apart = self.tokens.get(self.index + 2).is_none_or(|t| t.span.start > sign.span.end);
        (self.at(self.found.span.to(sign.span)), if apart { "" } else { " " })
    }
    /// `version: "…"`, `- name: …`
    pub fn goes_on_like_yaml(&self) -> bool {
        self.after().kind == Kind::Colon
    }
    /// Right after the token before.
    pub fn missing(&self) -> Place {
        self.at(Span { start: self.report.before, end: self.report.before })
    }
    fn before(&self) -> Option<Token> {
        self.index.checked_sub(1).map(|i| self.tokens[i])
    }
    fn after(&self) -> Token {
        self.tokens[(self.index + 1).min(self.tokens.len() - 1)]
    }
    /// The tokens of the line of the token, from the first; as far as a person would read it.
    fn line(&self) -> &'a [Token] {
        let from = self.index.saturating_sub(FAR);
        let first = (from..=self.index).rev().find(|i| self.tokens[*i].first_on_line).unwrap_or(self.index);
        let rest = &self.tokens[first..self.tokens.len().min(self.index + FAR)];
        let len = rest.iter().skip(1).position(|t| t.first_on_line).map_or(rest.len(), |n| n + 1);
        &rest[..len]
    }
    /// From the token on, what stands together without a blank and without brackets.
    fn run(&self) -> Span {
        let mut run = self.found.span;
        for token in self.tokens[self.index + 1..].iter().take(FAR) {
            let ends = matches!(token.kind, Kind::LBrace | Kind::RBrace | Kind::LParen | Kind::RParen | Kind::Comma);
            if token.span.start != run.end || ends || token.kind == Kind::Eof {
                break;
            }
            run = run.to(token.span);
        }
        run
    }
}

fn syntax(message: impl Into<String>, place: Place, label: &str) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, message, place, label)
}

/// A mistake that has a message of its own.
pub fn known_mistake(here: &Here) -> Option<Diagnostic> {
    sign_after_a_keyword(here)
        .or_else(|| separator(here))
        .or_else(|| foreign_comment(here))
        .or_else(|| comma_at_the_end(here))
        .or_else(|| double_equals(here))
        .or_else(|| foreign_operator(here))
        .or_else(|| sign_in_pairs(here))
        .or_else(|| argument_in_another_form(here))
        .or_else(|| call_in_braces(here))
        .or_else(|| list_in_another_form(here))
        .or_else(|| who_is_told(here))
        .or_else(|| bare_promql(here))
        .or_else(|| whose_journey(here))
        .or_else(|| closes_nothing(here))
        .or_else(|| name_of_a_file(here))
        .or_else(|| value_on_the_next_line(here))
}

/// `target = 99%`, `target: 99%`
fn sign_after_a_keyword(here: &Here) -> Option<Diagnostic> {
    let before = here.before()?;
    let sign = matches!(here.found.kind, Kind::Eq | Kind::Colon);
    // of labels and of arguments something else is said
    let is_label = here.expected.has(Kind::Operator) || here.expected.has(Kind::Colon);
    let begins = before.first_on_line || (crate::schema::find(before.kind).is_some() && !is_label);
    if !sign || here.expected.has(here.found.kind) || !begins {
        return None;
    }
    let keyword = before.span.of(here.text);
    if !ENTRIES.has(before.kind) && !crate::schema::ALERTS.has(before.kind) {
        // YAML
        let message = format!("no `{}` stands after `{keyword}`", here.word);
        let known = FILE.has(before.kind) || matches!(before.kind, Kind::Step | Kind::Sli);
        return known.then(|| {
            syntax(message, here.place(), "not expected here")
                .help("a declaration is written `user journey checkout { … }`, a setting `target 99.9%`")
        });
    }
    let message = format!("the value follows `{keyword}` without `{}`", here.word);
    let gap = here.at(Span { start: before.span.end, end: here.after().span.start });
    let text = if here.after().first_on_line { "" } else { " " };
    let gap = if text.is_empty() { here.place() } else { gap };
    Some(syntax(message, here.place(), "not expected here").fix(format!("remove `{}`", here.word), gap, text))
}

/// `;` or `,` between entries
fn separator(here: &Here) -> Option<Diagnostic> {
    let is_sign = here.found.kind == Kind::Comma || here.word == ";";
    (here.report.entry.is_some() && is_sign).then(|| {
        syntax(format!("no `{}` stands between entries", here.word), here.place(), "the end of the line is enough").fix(
            format!("remove `{}`", here.word),
            here.place(),
            "",
        )
    })
}

/// `// …`
fn foreign_comment(here: &Here) -> Option<Diagnostic> {
    let next = here.after();
    let is_slashes = here.word == "/" && next.span.of(here.text) == "/" && next.span.start == here.found.span.end;
    is_slashes.then(|| {
        let slashes = here.at(here.found.span.to(next.span));
        syntax("a comment begins with `#`", slashes, "no comment here").fix("write `#`", slashes, "#")
    })
}

/// `use "./file.tabi" as other`
fn name_of_a_file(here: &Here) -> Option<Diagnostic> {
    let file = here.before().filter(|t| t.kind == Kind::Str)?;
    let used = here.index.checked_sub(2).is_some_and(|i| here.tokens[i].kind == Kind::Use);
    (here.found.kind == Kind::As && used).then(|| {
        let name = here.after();
        let end = if name.kind.is_name() && !name.first_on_line { name.span.end } else { here.found.span.end };
        let all = here.at(Span { start: file.span.end, end });
        syntax("a file gets no other name: what it lends is used by its own", here.place(), "not expected here").fix(
            "remove it",
            all,
            "",
        )
    })
}

/// `at tokyo, osaka,` and the line ends
fn comma_at_the_end(here: &Here) -> Option<Diagnostic> {
    let comma = here.before().filter(|t| t.kind == Kind::Comma)?;
    let ends = here.found.first_on_line || matches!(here.found.kind, Kind::RBrace | Kind::RParen | Kind::Eof);
    (ends && !here.expected.is_empty() && here.report.opened.is_none()).then(|| {
        syntax(
            format!("expected {} after `,`, found {}", here.expected, describe(here.found.kind, here.word)),
            here.at(comma.span),
            "this list ends without a comma",
        )
        .fix("remove `,`", here.at(comma.span), "")
    })
}

/// `a=="1"`
fn double_equals(here: &Here) -> Option<Diagnostic> {
    let before = here.before()?;
    let doubled = here.found.kind == Kind::Eq && before.kind == Kind::Eq && before.span.end == here.found.span.start;
    doubled.then(|| {
        let both = here.at(before.span.to(here.found.span));
        syntax("`==` is written `=`, as in PromQL's selectors", both, "one sign is enough").fix("write `=`", both, "=")
    })
}

/// The audience that a misspelt word before `journey` stands for: `usr`, `dev`, `ops`.
pub fn audience_meant(word: &str) -> Option<Kind> {
    let all = || AUDIENCE.iter();
    let short = word.strip_suffix('s').unwrap_or(word);
    let begun = all().find(|kind| short.len() >= 2 && kind.text().starts_with(short));
    begun.or_else(|| {
        let near = did_you_mean(word, all().map(Kind::text))?;
        all().find(|kind| kind.text() == near)
    })
}

/// `journey checkout { … }`, `usr journey checkout { … }`
fn whose_journey(here: &Here) -> Option<Diagnostic> {
    let misspelt = here.found.kind.is_name() && here.after().kind == Kind::Journey && here.report.entry.is_none();
    if misspelt && here.expected.has(Kind::Audience) {
        let message = format!("expected `user`, `developer` or `operator` before `journey`, found `{}`", here.word);
        let d = syntax(message, here.place(), "whose journey?");
        let meant = audience_meant(here.word);
        let d = match meant {
            Some(kind) => d.help(format!("did you mean `{}`?", kind.text())),
            None => d,
        };
        let offered = AUDIENCE.iter().filter(|kind| meant.is_none_or(|meant| meant == *kind));
        return Some(offered.fold(d, |d, kind| d.fix(format!("write `{}`", kind.text()), here.place(), kind.text())));
    }
    (here.found.kind == Kind::Journey && here.expected.has(Kind::Audience)).then(|| {
        let place = Place { span: Span { end: here.report.at.start, ..here.report.at }, ..here.place() };
        let d = syntax("expected `user`, `developer` or `operator` before `journey`", here.place(), "whose journey?");
        ["user", "developer", "operator"]
            .iter()
            .fold(d, |d, whose| d.fix(format!("write `{whose} journey`"), place, format!("{whose} ")))
    })
}

/// `}` at the end of the file, once too often
fn closes_nothing(here: &Here) -> Option<Diagnostic> {
    let is_file = here.report.entry == Some(FILE);
    (is_file && matches!(here.found.kind, Kind::RBrace | Kind::RParen)).then(|| {
        syntax(format!("this `{}` closes nothing", here.word), here.place(), "one too many").fix(
            format!("remove `{}`", here.word),
            here.place(),
            "",
        )
    })
}

/// `owner`, and nothing on its line
fn value_on_the_next_line(here: &Here) -> Option<Diagnostic> {
    let before = here.before()?;
    let value = here.expected.has(Kind::Name) || here.expected.has(Kind::Str) || here.expected.has(Kind::Percent);
    let on_next =
        here.found.first_on_line && here.found.kind.is_keyword() && before.kind.is_keyword() && before.first_on_line;
    (value && on_next && here.report.opened.is_none() && here.report.entry.is_none()).then(|| {
        let word = before.span.of(here.text);
        let d = syntax(
            format!("expected {} after `{word}`, found `{}` on the next line", here.expected, here.word),
            here.missing(),
            "missing here",
        );
        if here.expected.has(Kind::Name) {
            d.help(format!("a name that is spelled like a keyword stands on the line of `{word}`"))
        } else {
            d
        }
    })
}

/// Help and fix for "expected …, found …".
pub fn way_out(here: &Here, d: Diagnostic) -> Diagnostic {
    let (expected, found, word) = (here.expected, here.found.kind, here.word);
    let has = |kind| expected.has(kind);
    let insert = |text: &str| (format!("add `{}`", text.trim()), here.missing(), text.to_string());
    let (title, place, text) = match found {
        Kind::Duration | Kind::Param if has(Kind::Under) => insert(" under"),
        _ if has(Kind::Under) && matches!(word, "<" | "=") => {
            let after = here.after();
            let sign = if after.span.of(here.text) == "=" { here.found.span.to(after.span) } else { here.found.span };
            ("write `under`".into(), here.at(sign), "under".into())
        }
        Kind::Duration if has(Kind::In) => insert(" in"),
        Kind::LBrace if has(Kind::LParen) => insert("()"),
        Kind::Eq if has(Kind::Colon) => return type_of_a_parameter(here, d),
        Kind::Comma | Kind::RParen if has(Kind::Colon) => {
            let name = here.before().map_or("", |t| t.span.of(here.text));
            return d.help(format!("a parameter has a type: `{name}: string`, or `regex`, `duration` or `number`"));
        }
        Kind::Unknown if has(Kind::Dot) && matches!(word, "/" | ":") => ("write `.`".into(), here.place(), ".".into()),
        Kind::Percent if has(Kind::Comma) && here.report.opened.is_none() => insert(","),
        Kind::Str => match without_quotes(here) {
            Some((right, help)) => return d.help(help).fix(format!("write `{right}`"), here.place(), right),
            None => return brackets(here, d),
        },
        _ if has(Kind::Eq) && found.is_name() && matches!(here.after().kind, Kind::Dot | Kind::LParen) => insert(" ="),
        _ if has(Kind::Journey)
            && expected.len() == 1
            && found.is_name()
            && here.before().is_some_and(|t| AUDIENCE.has(t.kind)) =>
        {
            if here.after().kind.is_name() {
                ("write `journey`".into(), here.place(), "journey".into())
            } else {
                insert(" journey")
            }
        }
        Kind::Number if has(Kind::Percent) => {
            // a share between 0 and 1, as other tools write it: two digits further left it is a percentage
            if let Some(share) = word.strip_prefix("0.").filter(|digits| digits.len() >= 2) {
                let (whole, rest) = share.split_at(2);
                let whole = whole.trim_start_matches('0');
                let whole = if whole.is_empty() { "0" } else { whole };
                let percent = if rest.is_empty() { format!("{whole}%") } else { format!("{whole}.{rest}%") };
                let at = here.at(here.report.at);
                return d.help(format!("shares are written as percentages: `{percent}`")).fix(
                    format!("write `{percent}`"),
                    at,
                    percent,
                );
            }
            if let Some((percent, at)) = decimal_comma(here) {
                return syntax(
                    format!("`{}` is written `{percent}`", at.of(here.text)),
                    here.at(at),
                    "decimals follow a point, and a percentage ends with `%`",
                )
                .fix(format!("write `{percent}`"), here.at(at), percent);
            }
            let end = here.at(here.report.at.after());
            return d.help(format!("a percentage ends with `%`: `{word}%`")).fix("add `%`", end, "%");
        }
        Kind::Number if has(Kind::Duration) && !has(Kind::Number) => {
            if let Some((unit, at)) = unit_behind(here) {
                let right = format!("{word}{unit}");
                return d.help(format!("a duration is one word: `{right}`")).fix(format!("write `{right}`"), at, right);
            }
            return unit_missing(here, d);
        }
        Kind::Number if has(Kind::Rate) => {
            if let Some((rate, all)) = rate_in_words(here) {
                let d = d.help(format!("a rate is one word: `{rate}`"));
                return d.fix(format!("write `{rate}`"), here.at(all), rate);
            }
            return d.help(format!("a rate has a unit: `{word}/s`, `{word}/h`, `{word}/day`"));
        }
        Kind::Unknown if has(Kind::Name) => {
            return d.help(
                "a name is made of small letters, digits and `_`; any text may be a title, in quotes after the name",
            );
        }
        _ => {
            return match needless_word(here, d) {
                Ok(d) => d,
                Err(d) => brackets(here, d),
            };
        }
    };
    let d = if text == "under" { d.help("did you mean `under`?") } else { d };
    d.fix(title, place, text)
}

/// `template t(limit = 1s)`: the literal tells the type.
fn type_of_a_parameter(here: &Here, d: Diagnostic) -> Diagnostic {
    let ty = match here.after().kind {
        Kind::Str => "string",
        Kind::Duration => "duration",
        Kind::Number => "number",
        _ => return d.help("a parameter has a type: `string`, `regex`, `duration` or `number`"),
    };
    d.help("a parameter has a type: `string`, `regex`, `duration` or `number`").fix(
        format!("add `: {ty}`"),
        here.missing(),
        format!(": {ty}"),
    )
}

/// Brackets, commas and quotes that are missing.
fn brackets(here: &Here, d: Diagnostic) -> Diagnostic {
    let (expected, found) = (here.expected, here.found);
    let closer = expected.iter().find(|k| matches!(k, Kind::RBrace | Kind::RParen));
    if let (Some(opened), Some(closer)) = (here.report.opened, closer) {
        let item =
            found.kind.is_name() || matches!(found.kind, Kind::Str | Kind::Number | Kind::Duration | Kind::Param);
        // behind it goes on what stands outside of the bracket
        let goes_on = found.kind == Kind::Under && matches!(here.after().kind, Kind::Duration | Kind::Param);
        if expected.has(Kind::Comma) && item && !goes_on && !(found.first_on_line && found.kind.is_keyword()) {
            return d.fix("add `,`", here.missing(), ",");
        }
        let closer = closer.text().trim_matches('`');
        // a block over several lines is closed on a line of its own
        let inside = Span { start: opened.start, end: here.report.before };
        let own_line = inside.end - inside.start > 2000 || inside.of(here.text).contains('\n');
        let text = if own_line && closer == "}" { "\n}" } else { closer };
        let d = d.fix(format!("add `{closer}`"), here.missing(), text);
        return match found.kind {
            Kind::Step => d.help("a step stands in a journey, not in another step"),
            k if FILE.has(k) => d.help("a declaration stands in the file itself, not in a block"),
            _ => d,
        };
    }
    if (expected.has(Kind::Str) || expected.has(Kind::Title)) && !found.first_on_line {
        let run = here.run();
        let text = run.of(here.text);
        let quotable = found.kind.is_name() || matches!(found.kind, Kind::Dot | Kind::Unknown | Kind::BadNumber);
        if quotable && !text.contains(['"', '\\', '\'']) {
            return d.help("a string stands in quotes").fix(
                format!("write `\"{text}\"`"),
                here.at(run),
                format!("\"{text}\""),
            );
        }
    }
    if expected.has(Kind::LBrace) && here.report.entry.is_none() {
        if found.kind == Kind::RBrace {
            return d.help("the target and other settings stand in braces: `{ target 99% }`");
        }
        if found.first_on_line || found.kind.is_keyword() {
            return d.fix("add `{`", here.missing(), " {");
        }
    }
    d
}
