//! Much of everything: every prefix of every example, a file of 10 MB.

use crate::client::{Kind, RICH, TestServer};
use crate::corpus;
use serde_json::json;

#[test]
fn every_prefix_of_every_example_answers_completion() {
    let examples: Vec<_> = corpus::whole_files().into_iter().filter(|s| s.name.starts_with("examples/")).collect();
    assert!(examples.len() > 5);
    std::thread::scope(|scope| {
        for example in &examples {
            scope.spawn(|| {
                let mut server = TestServer::new(Kind { encodings: &["utf-8"], pulls: true, ..RICH }, &[]);
                server.open("a.tabi", "");
                let (mut line, mut character) = (0, 0);
                for c in example.text.chars() {
                    let at = json!({ "line": line, "character": character });
                    server.change("a.tabi", json!([{ "range": { "start": at, "end": at }, "text": c.to_string() }]));
                    if c == '\n' {
                        (line, character) = (line + 1, 0);
                    } else {
                        character += c.len_utf8() as u32;
                    }
                    let answer = server.at("completion", "a.tabi", line, character);
                    assert!(answer["items"].is_array(), "{} {line}:{character}: {answer}", example.name);
                }
                // what was typed is what stands in the file
                let whole =
                    server.of("formatting", "a.tabi", json!({ "options": { "tabSize": 2, "insertSpaces": true } }));
                assert_eq!(whole.expect("an answer"), json!([]), "{}", example.name);
            });
        }
    });
}

#[test]
fn a_file_of_10_megabytes_is_an_ordinary_file() {
    let journey = "user journey a \"A\" {\n  step b {\n    sli c { up x target 99,9% }\n  }\n}\n";
    let text = format!("{}{journey}", "# a line of a comment with 日本語 in it, which is long\n".repeat(190_000));
    assert!(text.len() > 10 << 20);
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("big.tabi", &text)]);
    server.open("big.tabi", &text);
    let messages = server.messages("big.tabi");
    assert!(messages.iter().any(|m| m.contains("99.9%")), "{messages:?}");
    let at = json!({ "line": 189_999, "character": 2 });
    server.change("big.tabi", json!([{ "range": { "start": at, "end": at }, "text": "🦀" }]));
    assert!(server.at("hover", "big.tabi", 190_000, 6).get("error").is_none());
    assert_eq!(server.messages("big.tabi"), messages);
}
