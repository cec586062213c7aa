//! What people write instead of a production: it is read as what it stands for, so that one mistake is one report and nothing behind it
//! is lost. Each keeps the one rule of [`super::cursor`]: `Err` has taken nothing and reported nothing.

use super::ast::{Arg, Block as Braces, Word};
use super::cursor::{Cursor, Res};
use super::lexer::Token;
use crate::schema::kind::{Kind as K, Set};
use crate::schema::{self, Block};
use crate::source::Span;

/// A word before `journey` that is none of the three. [`super::parse`] looks what was meant.
pub fn misspelt_audience(i: Cursor) -> Res<Word> {
    let other = i.kind().is_name() && !schema::FILE.has(i.kind());
    if !other || i.second() != K::Journey || i.next().token().first_on_line {
        return i.not_here(Set::NONE);
    }
    i.report(Set::of(&[K::Audience]), None, None);
    Ok((i.next(), Word { kind: K::Name, span: i.token().span }))
}

/// `user jorney checkout`: the name stands behind it.
pub fn misspelt_journey(i: Cursor) -> Res<Token> {
    let named = i.kind() == K::Name && i.second().is_name();
    if !named || i.token().first_on_line || i.next().token().first_on_line {
        return i.not_here(Set::of(&[K::Journey]));
    }
    i.report(Set::of(&[K::Journey]), None, None);
    Ok((i.next(), i.token()))
}

/// `slo available { … }`, `stpe pay "Pay" { … }`: what was meant of the two declarations that stand in blocks, once it is reported.
pub fn declaration_meant(i: Cursor, block: Block) -> Option<K> {
    let name = i.next();
    if i.kind() != K::Name || !name.kind().is_name() || name.token().first_on_line {
        return None;
    }
    let behind = if name.second() == K::Str { name.next().next() } else { name.next() };
    let declares = matches!(behind.kind(), K::LBrace | K::Eq) && !behind.token().first_on_line;
    if !declares || !matches!(block, Block::Journey | Block::Step) {
        return None;
    }
    // what declares something itself is a step
    let holds = behind.next();
    let inside = holds.kind() == K::Sli || declaration_form(holds);
    i.report(block.classes().or(Set::of(&[K::RBrace])), None, Some(block.starts()));
    let is_step = block == Block::Journey && behind.kind() == K::LBrace && inside;
    Some(if is_step { K::Step } else { K::Sli })
}

fn declaration_form(i: Cursor) -> bool {
    let name = i.next();
    let opens = matches!(name.second(), K::LBrace | K::Eq);
    i.kind() == K::Name && name.kind().is_name() && !name.token().first_on_line && opens
}

/// `sli x http.available(…)`
pub fn forgotten_equals(i: Cursor) -> Res<Token> {
    if i.token().first_on_line || i.kind() == K::Use || !i.calls() {
        return i.not_here(Set::of(&[K::Eq]));
    }
    i.report(Set::of(&[K::Eq]), None, None);
    Ok((i, i.token()))
}

/// `http.available{job="shop"}`: braces of PromQL around arguments. A block begins with a word that no sign follows.
pub fn matchers_for_arguments(i: Cursor) -> Res<Option<Braces<Arg>>> {
    let label = i.next();
    let matches = matches!(label.second(), K::Eq | K::Ne | K::Re | K::Nre | K::Colon);
    if i.kind() != K::LBrace || !label.kind().is_name() || !matches {
        return i.not_here(Set::of(&[K::LParen]));
    }
    i.report(Set::of(&[K::LParen]), None, None);
    Ok((i.skip(), None))
}

/// `use std/http`
pub fn slash_for_a_dot(i: Cursor) -> Res<Token> {
    let (sign, name) = (i.token().span, i.next().token().span);
    let joined = i.before().end == sign.start && sign.end == name.start && i.second().is_name();
    if i.kind() != K::Unknown || !joined {
        return i.not_here(Set::of(&[K::Dot]));
    }
    i.report(Set::of(&[K::Dot]), None, None);
    Ok((i.next(), i.token()))
}

/// `template fast(job, limit)`: parameters without types.
pub fn no_type(i: Cursor) -> Res<()> {
    if !matches!(i.kind(), K::Comma | K::RParen) {
        return i.not_here(Set::of(&[K::Colon]));
    }
    i.report(Set::of(&[K::Colon]), None, None);
    Ok((i, ()))
}

/// Whether an item of a list begins here, and only the comma before it was forgotten: that is reported.
pub fn comma_forgotten(of: Set, i: Cursor) -> bool {
    let forgotten = of.has(i.kind()) && !i.token().first_on_line;
    if forgotten {
        i.report(Set::of(&[K::Comma]), None, None);
    }
    forgotten
}

/// `delivers a b c`: the rest of a list in which commas are missing, reported once.
pub fn without_commas(of: Set, i: Cursor, mut all: Vec<Word>) -> (Cursor, Vec<Word>) {
    let mut i = i;
    if !comma_forgotten(of, i) {
        return (i, all);
    }
    while !i.token().first_on_line && (of.has(i.kind()) || i.kind() == K::Comma) {
        if i.kind() != K::Comma {
            all.push(Word { kind: i.kind(), span: i.token().span });
        }
        i = i.next();
    }
    (i, all)
}

/// `by "repo"`, `at [tokyo, osaka]`, `by (repo)`: a list with quotes or brackets, to the end of its line.
pub fn list_in_another_form(of: Set, i: Cursor) -> Res<Vec<Word>> {
    let is_item = |kind: K| of.has(kind) || (kind == K::Str && of.has(K::Name));
    let bracket = matches!(i.kind(), K::LParen | K::Unknown) && is_item(i.second());
    let begins = bracket || (i.kind() == K::Str && of.has(K::Name));
    if !begins || i.token().first_on_line || i.next().token().first_on_line && bracket {
        return i.not_here(of);
    }
    i.report(of, None, None);
    let (mut i, mut all) = (i, Vec::new());
    loop {
        let Token { kind, span, .. } = i.token();
        if is_item(kind) && (kind != K::Str || span.end - span.start > 2) {
            let span = if kind == K::Str { Span { start: span.start + 1, end: span.end - 1 } } else { span };
            all.push(Word { kind: if kind == K::Str { K::Name } else { kind }, span });
        }
        i = i.next();
        let goes_on = is_item(i.kind()) || matches!(i.kind(), K::Comma | K::Unknown | K::RParen);
        if i.token().first_on_line || !goes_on {
            return Ok((i, all));
        }
    }
}

/// `no_data ticket 15m` for `no_data 15m ticket`. Of the second alone nothing can be made; it is no entry of its own.
pub fn swapped(first: Set, second: Set, i: Cursor) -> Res<Vec<Word>> {
    if !second.has(i.kind()) || i.token().first_on_line {
        return i.not_here(Set::NONE);
    }
    let word = |i: Cursor| Word { kind: i.kind(), span: i.token().span };
    i.report(first, None, None);
    let value = i.next();
    if first.has(value.kind()) && !value.token().first_on_line {
        return Ok((value.next(), vec![word(value), word(i)]));
    }
    Ok((value, Vec::new()))
}
