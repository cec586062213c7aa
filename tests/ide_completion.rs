//! What an editor is offered: in the middle of broken text, and at every place of the examples.

mod corpus;

use corpus::editor::{Files, Opened, open, parsed_only, projects};
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

/// Words that need not be offered where they stand, with the reason. Reviewed: nothing else may be missing. `others` are the words of
/// the project, without this one, or those before it.
fn excepted(token: Token, word: &str, others: &[(TokenKind, &str)]) -> bool {
    use TokenKind as T;
    // texts and numbers are the writer's own, and so are the names of what is declared; operators are no words
    let own = matches!(token.kind, T::String | T::Regex | T::PromQl | T::Number | T::Comment | T::Doc | T::Operator);
    // an owner, a metric or a label that stands nowhere else yet
    let new = matches!(token.kind, T::Value | T::Metric | T::Label) && !others.contains(&(token.kind, word));
    token.declares || own || new && !is_word(word)
}

/// The words that settings take.
fn is_word(text: &str) -> bool {
    ["off", "all", "weakest", "weighted", "native", "classic", "pushed", "scraped", "s", "ms", "us", "ns"]
        .contains(&text)
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
            let all: Vec<(usize, Token)> = (0..files.len())
                .flat_map(|i| tokens(&opened.project(), FileId(i as u32)).into_iter().map(move |t| (i, t)))
                .collect();
            let words = |wanted: &dyn Fn(usize, &Token) -> bool| -> Vec<(TokenKind, &str)> {
                let kept = all.iter().filter(|(i, t)| wanted(*i, t));
                kept.map(|(i, t)| (t.kind, t.span.of(&files[*i].1))).collect()
            };
            for token in all.iter().filter(|(i, t)| *i == index && !in_backticks(text, t.span)).map(|(_, t)| *t) {
                let word = token.span.of(text);
                let (start, line) = (token.span.start, text[..token.span.start as usize].matches('\n').count() + 1);
                // with the cursor in the word
                let offers = at(&opened, index, start + 1);
                let others = words(&|i, t| i != index || t.span != token.span);
                if !excepted(token, word, &others) && !offers.iter().any(|o| writes(o, word) && o.span == token.span) {
                    let _ = writeln!(missing, "{name}:{line} `{word}`, {:?}", token.kind);
                }
                let before = words(&|i, t| i != index || t.span.start < start);
                if excepted(token, word, &before) {
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

#[test]
fn zz_time() {
    let text = std::fs::read_to_string("examples/shop/shop.tabi").unwrap();
    let files: Files = (0..25).map(|i| (format!("f{i}.tabi"), text.clone())).collect();
    let opened = open(&files);
    let lines: usize = files.iter().map(|f| f.1.lines().count()).sum();
    for word in ["http_requests_total{job", "target 99.9%", "otel.http_fast"] {
        let offset = text.find(word).unwrap() as u32 + 3;
        let start = std::time::Instant::now();
        for _ in 0..20 {
            at(&opened, 0, offset);
        }
        eprintln!("{lines} lines {word}: {:?}", start.elapsed() / 20);
    }
    let start = std::time::Instant::now();
    for _ in 0..20 {
        hints::hints(&opened.project(), FileId(0), Span { start: 0, end: u32::MAX });
    }
    eprintln!("hints {:?}", start.elapsed() / 20);
    let start = std::time::Instant::now();
    for _ in 0..20 {
        tokens(&opened.project(), FileId(0));
    }
    eprintln!("tokens {:?}", start.elapsed() / 20);
}
