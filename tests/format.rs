//! The formatter's proof: what it prints is stable, says the same, and has every comment in its place.

mod corpus;

use corpus::ebnf::Grammar;
use corpus::parsed;
use corpus::random::{Dice, sentence, written};
use tabi::source::{FileId, SourceFile};
use tabi::syntax::dump::dump;
use tabi::syntax::format::{format, format_checked, is_same_text};

/// Formats a valid text and proves it.
fn proven(name: &str, text: &str) -> String {
    let (before, complaints) = parsed(text);
    let said: Vec<_> = complaints.iter().map(|d| &d.message).collect();
    assert!(said.is_empty(), "{name} is broken: {said:?}\n{text}");
    let once = format(text, &before);
    let (after, complaints) = parsed(&once);
    let said: Vec<_> = complaints.iter().map(|d| &d.message).collect();
    assert!(said.is_empty(), "{name}: the formatter broke it: {said:?}\n{text}\n----\n{once}");
    assert_eq!(dump(text, &before.ast), dump(&once, &after.ast), "{name}: not the same ast\n{text}\n----\n{once}");
    let comments = |text: &str, lexed: &tabi::syntax::lexer::Lexed| -> Vec<String> {
        lexed.comments.iter().map(|c| c.of(text).trim_end().to_string()).collect()
    };
    assert_eq!(comments(text, &before.lexed), comments(&once, &after.lexed), "{name}: comments\n{text}\n----\n{once}");
    let twice = format(&once, &after);
    assert_eq!(once, twice, "{name}: not stable\n{text}");
    assert!(once.is_empty() || (once.ends_with('\n') && !once.ends_with("\n\n")), "{name}: {once:?}");
    assert!(!once.contains("\n\n\n") || text.contains('`'), "{name}: two blank lines\n{once}");
    assert!(is_same_text(text, &once), "{name}");
    once
}

#[test]
fn the_repository_is_formatted_safely() {
    for sample in corpus::valid() {
        let once = proven(&sample.name, &sample.text);
        let dos = proven(&sample.name, &sample.text.replace('\n', "\r\n"));
        assert_eq!(once, dos, "{}: CRLF", sample.name);
        let checked = format_checked(FileId(0), &SourceFile::new(sample.name.as_str(), sample.text.as_str()));
        assert_eq!(checked.ok(), Some(once));
    }
}

#[test]
fn random_files_are_formatted_safely() {
    let grammar = Grammar::read(&corpus::read("grammar/tabi.ebnf"));
    for seed in 0..1500 {
        let mut dice = Dice::new(seed);
        let tokens = sentence(&grammar, &mut dice);
        let text = written(&tokens, true, &mut dice);
        // misformed escapes and the like are no matter of grammar
        if parsed(&text).0.lexed.problems.is_empty() {
            proven(&format!("seed {seed}"), &text);
        }
    }
}
