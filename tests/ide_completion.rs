//! What an editor is offered: in the middle of broken text, and at every place of the examples.

mod corpus;

use corpus::editor::{Files, Opened, marked, open, parsed_only, projects};
use std::collections::BTreeSet;
use std::fmt::Write;
use tabi::ide::completion::{Completion, completion};
use tabi::ide::signature::signature;
use tabi::ide::tokens::{Token, TokenKind, tokens};
use tabi::ide::{generated, hints};
use tabi::source::{FileId, Span};

/// Whether an offer writes this word, maybe with more behind it.
fn writes(offer: &Completion, word: &str) -> bool {
    let rest = offer.plain.strip_prefix(word);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// Words that need not be offered where they stand, with the reason. Reviewed: nothing else may be missing.
fn excepted(token: Token, word: &str, cut: bool) -> bool {
    let own = token.declares
        // the texts and numbers are the writer's
        || matches!(token.kind, TokenKind::String | TokenKind::Regex | TokenKind::Number | TokenKind::PromQl)
        || matches!(token.kind, TokenKind::Comment | TokenKind::Doc);
    // an owner, a metric or a label that stands nowhere else yet
    let first = cut && matches!(token.kind, TokenKind::Value | TokenKind::Metric | TokenKind::Label) && !is_word(word);
    own || first || token.kind == TokenKind::Operator
}

/// The words that settings take.
fn is_word(text: &str) -> bool {
    ["off", "all", "weakest", "weighted", "native", "classic", "pushed", "scraped", "s", "ms", "us", "ns"].contains(&text)
}

/// What holds for every answer.
fn sound(text: &str, offset: u32, offers: &[Completion]) {
    let mut labels = BTreeSet::new();
    for offer in offers {
        assert!(labels.insert(&offer.label), "{} is offered twice", offer.label);
        let span = offer.span;
        assert!(span.start <= offset && offset <= span.end, "{span:?} is not at {offset}");
        assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize));
        assert!(!span.of(text).contains('\n'), "{} replaces more than a line", offer.label);
        assert!(offer.snippet || offer.text == offer.plain, "{}", offer.label);
        assert!(!offer.plain.contains("${"), "{}", offer.plain);
    }
}

fn with(files: &Files, index: usize, text: &str) -> Files {
    let mut files = files.clone();
    files[index].1 = text.to_string();
    files
}

fn at(opened: &Opened, index: usize, offset: u32) -> Vec<Completion> {
    completion(&opened.project(), FileId(index as u32), offset)
}

#[test]
fn what_stands_there_is_offered() {
    let mut missing = String::new();
    for files in projects() {
        let opened = open(&files);
        for (index, (name, text)) in files.iter().enumerate() {
            let all = tokens(&opened.project(), FileId(index as u32));
            for token in all.into_iter().filter(|t| !in_backticks(text, t.span)) {
                let word = token.span.of(text);
                let (start, line) = (token.span.start, text[..token.span.start as usize].matches('\n').count() + 1);
                if !excepted(token, word, false) && !at(&opened, index, start).iter().any(|o| writes(o, word)) {
                    let _ = writeln!(missing, "{name}:{line} `{word}`, {:?}", token.kind);
                }
                if excepted(token, word, true) {
                    continue;
                }
                // nothing yet, a letter, the whole word: and nothing behind it
                for end in [start, start + 1, token.span.end] {
                    let broken = parsed_only(&with(&files, index, &text[..end as usize]));
                    let offers = at(&broken, index, end);
                    sound(&text[..end as usize], end, &offers);
                    let found = offers.iter().any(|o| writes(o, word) && o.span.start == start);
                    if !found {
                        let _ = writeln!(missing, "{name}:{line} `{word}` cut at {}, {:?}", end - start, token.kind);
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "not offered:\n{missing}");
}

fn in_backticks(text: &str, span: Span) -> bool {
    text[..span.start as usize].matches('`').count() % 2 == 1
}

#[test]
fn every_byte_and_every_prefix_has_an_answer() {
    for files in projects() {
        let opened = open(&files);
        for (index, (_, text)) in files.iter().enumerate() {
            for offset in (0..=text.len()).filter(|i| text.is_char_boundary(*i)) {
                sound(text, offset as u32, &at(&opened, index, offset as u32));
                let _ = signature(&opened.project(), FileId(index as u32), offset as u32);
            }
            for end in (0..text.len()).filter(|i| text.is_char_boundary(*i)) {
                let broken = parsed_only(&with(&files, index, &text[..end]));
                sound(&text[..end], end as u32, &at(&broken, index, end as u32));
                let _ = signature(&broken.project(), FileId(index as u32), end as u32);
                coloured(&text[..end], &tokens(&broken.project(), FileId(index as u32)));
            }
        }
    }
}

/// In order, none over another, none over lines.
fn coloured(text: &str, all: &[Token]) {
    let mut last = 0;
    for token in all {
        assert!(token.span.start >= last && token.span.start < token.span.end, "{token:?} in\n{text}");
        assert!(!token.span.of(text).is_empty() && !token.span.of(text).contains('\n'), "{token:?} in\n{text}");
        last = token.span.end;
    }
}
