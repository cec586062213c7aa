//! Values that are there, but in another form or another order than they are written here.

use super::{FAR, Here, syntax};
use crate::diagnostic::Diagnostic;
use crate::schema::kind::{Kind, Set};
use crate::schema::{self, SEVERITY, Shape};
use crate::source::{Place, Span};
use crate::syntax::lexer::Token;

/// The setting whose values stand here, on the line of its word; with the index of the word.
fn setting(here: &Here) -> Option<(&'static schema::Setting, usize)> {
    let from = here.index.saturating_sub(FAR);
    let at = (from..here.index).rev().find(|i| {
        let begins = here.tokens[*i].first_on_line || i.checked_sub(1).is_none_or(|b| begins_an_entry(here, b));
        here.tokens[*i].kind.is_keyword() && begins
    })?;
    let same_line = here.tokens[at + 1..=here.index].iter().all(|t| !t.first_on_line);
    schema::find(here.tokens[at].kind).filter(|_| same_line).map(|setting| (setting, at))
}

/// Whether an entry can begin right after this token: a brace, or the value of an entry before.
fn begins_an_entry(here: &Here, before: usize) -> bool {
    !matches!(here.tokens[before].kind, Kind::Comma | Kind::In | Kind::Under)
}

/// `delivers a b`, `by "repo"`, `at [tokyo, osaka]`: the list as it is written here.
pub(super) fn list_in_another_form(here: &Here) -> Option<Diagnostic> {
    let (setting, key) = setting(here)?;
    let Shape::List(of) = setting.shape else { return None };
    let name = of.has(Kind::Name);
    let comma_only = here.expected.has(Kind::Comma) && of.has(here.found.kind);
    let quoted = here.found.kind == Kind::Str && name;
    let bracket = matches!(here.word, "[" | "(") && here.expected.has(if name { Kind::Name } else { Kind::Duration });
    if here.report.entry.is_some() || !(comma_only || quoted || bracket) {
        return None;
    }
    let mut items: Vec<&str> = Vec::new();
    let mut all: Option<Span> = None;
    for token in here.tokens[key + 1..].iter().take(FAR).take_while(|t| !t.first_on_line) {
        let text = token.span.of(here.text);
        match token.kind {
            Kind::Str if name => items.push(text.trim_matches(['"', '\''])),
            kind if of.has(kind) || (name && kind.is_name() && token.span.start < here.found.span.start) => {
                items.push(text);
            }
            Kind::Comma | Kind::RParen | Kind::LParen => {}
            Kind::Colon | Kind::Eq if all.is_none() => continue,
            Kind::Unknown if matches!(text, "[" | "]") => {}
            _ => break,
        }
        all = Some(all.map_or(token.span, |all| all.to(token.span)));
    }
    let right = items.join(", ");
    let at = here.at(all?);
    let word = setting.key.text();
    let what = if comma_only {
        format!("expected `,` between the values of `{word}`, found `{}`", here.word)
    } else if quoted && items.len() == 1 {
        format!("a name after `{word}` stands without quotes")
    } else {
        format!("a list after `{word}` stands without brackets and quotes")
    };
    let label = if comma_only { "a comma is missing before this" } else { "not expected here" };
    let fits = items.iter().all(|item| !name || crate::syntax::names::is_name(item));
    let d = syntax(what, here.place(), label).help(format!("`{word} {right}`"));
    Some(if fits { d.fix(format!("write `{right}`"), at, right) } else { d })
}

/// `owner team a`: words that are a text together, without quotes.
pub fn words_without_quotes(here: &Here) -> Option<Diagnostic> {
    let (setting, key) = setting(here)?;
    let Shape::One(of) = setting.shape else { return None };
    let words = &here.tokens[key + 1..];
    let len = words.iter().take(FAR).take_while(|t| !t.first_on_line && t.kind == Kind::Name).count();
    if !of.has(Kind::Str) || here.found.kind != Kind::Name || key + len < here.index || len < 2 {
        return None;
    }
    let all = here.at(words[0].span.to(words[len - 1].span));
    let quoted = format!("\"{}\"", all.span.of(here.text));
    let message = format!("more than one word after `{}` stands in quotes", setting.key.text());
    let d = syntax(message, all, "quotes are missing").help(format!("`{} {quoted}`", setting.key.text()));
    Some(d.fix("put it in quotes", all, quoted))
}

/// `no_data ticket 15m`, `left 10%`: when, and then who is told.
pub(super) fn who_is_told(here: &Here) -> Option<Diagnostic> {
    let all_in = |set: Set| !here.expected.is_empty() && here.expected.iter().all(|kind| set.has(kind));
    let before = here.before()?;
    if all_in(SEVERITY) && matches!(before.kind, Kind::Percent | Kind::Duration) {
        return Some(urgency_missing(here, before.span));
    }
    let value = [Kind::Duration, Kind::Percent].into_iter().find(|kind| here.expected.has(*kind))?;
    let Shape::Then(first, _) = schema::find(before.kind)?.shape else { return None };
    if !SEVERITY.has(here.found.kind) || !first.has(value) || here.found.first_on_line {
        return None;
    }
    let (key, word) = (before.span.of(here.text), here.word);
    let after = here.after();
    let (time, at): (&str, Place) = if after.kind == value && !after.first_on_line {
        (after.span.of(here.text), here.at(here.found.span.to(after.span)))
    } else {
        (if value == Kind::Duration { "15m" } else { "25%" }, here.place())
    };
    let right = format!("{time} {word}");
    let what = if value == Kind::Duration { "the time" } else { "the share" };
    let d = syntax(format!("after `{key}` stands {what}, and then who is told"), at, "in another order");
    Some(d.help(format!("`{key} {right}`")).fix(format!("write `{right}`"), at, right))
}

fn urgency_missing(here: &Here, value: Span) -> Diagnostic {
    let written = value.of(here.text);
    let from = here.index.saturating_sub(FAR);
    let is_key = |t: &&Token| schema::find(t.kind).is_some_and(|known| matches!(known.shape, Shape::Then(..)));
    let key = here.tokens[from..here.index].iter().rfind(is_key).map_or("", |t| t.kind.text());
    if written.trim_end_matches('%').parse::<f64>() == Ok(0.0) {
        let d = syntax(format!("less than {written} is never left, so nobody would be told"), here.at(value), "never");
        return d.help(format!("`{key} off`")).fix("write `off`", here.at(value), "off");
    }
    let found = super::describe(here.found.kind, here.word);
    let d = syntax(format!("expected `page` or `ticket`, found {found}"), here.missing(), "missing here");
    let d = d.help(format!("who is told stands behind it: `{key} {written} ticket` or `{key} {written} page`"));
    d.fix("add `ticket`", here.missing(), " ticket").fix("add `page`", here.missing(), " page")
}

/// `target "99%"`, `user journey "checkout"`: what stands there without quotes, and how it is said.
pub(super) fn without_quotes(here: &Here) -> Option<(String, String)> {
    let inside = crate::syntax::leaf::string(here.word);
    if here.expected.has(Kind::Name) {
        let name = crate::syntax::names::corrected(&inside)?;
        let declares = here.before().is_some_and(|t| matches!(t.kind, Kind::Journey | Kind::Step | Kind::Sli));
        let titled = declares && here.after().kind == Kind::LBrace && name != inside;
        let right = if titled { format!("{name} {}", here.word) } else { name };
        let words = if titled { "a title stands behind the name" } else { "a name stands without quotes" };
        return Some((right.clone(), format!("{words}: `{right}`")));
    }
    let lexed = crate::syntax::lexer::lex(&inside);
    let fits = lexed.tokens.len() == 2 && here.expected.has(lexed.tokens[0].kind) && lexed.problems.is_empty();
    fits.then(|| (inside.clone(), format!("it stands without quotes: `{inside}`")))
}

/// `no_data for 15m`: a word before the value that is not needed.
pub(super) fn needless_word(here: &Here, d: Diagnostic) -> Result<Diagnostic, Diagnostic> {
    let after = here.after();
    let value = matches!(after.kind, Kind::Percent | Kind::Duration | Kind::Number | Kind::Rate);
    let needless = value && here.expected.has(after.kind) && here.found.kind.is_name();
    if !needless || here.found.first_on_line || after.first_on_line || here.report.entry.is_some() {
        return Err(d);
    }
    let at = here.at(Span { start: here.found.span.start, end: after.span.start });
    Ok(d.help(format!("the value follows without `{}`", here.word)).fix(format!("remove `{}`", here.word), at, ""))
}
