//! Texts and positions: both sides hold the same text, whatever the client counts columns in.

use crate::client::{Kind, RICH, TestServer};
use serde_json::{Value, json};
use tabi::load::disk::Disk;
use tabi::lsp::documents::{Document, Documents};
use tabi::lsp::positions::Encoding;

const ENCODINGS: [&str; 3] = ["utf-8", "utf-16", "utf-32"];

fn kind(encoding: &str) -> Kind {
    let encodings: &'static [&'static str] = match encoding {
        "utf-8" => &["utf-8"],
        "utf-32" => &["utf-32"],
        _ => &[],
    };
    Kind { encodings, ..RICH }
}

/// How many units a text has.
fn units(encoding: &str, text: &str) -> usize {
    match encoding {
        "utf-8" => text.len(),
        "utf-32" => text.chars().count(),
        _ => text.encode_utf16().count(),
    }
}

/// Where a part of a text is, as the client counts.
fn range(encoding: &str, text: &str, part: &str) -> Value {
    let at = |byte: usize| {
        let start = text[..byte].rfind('\n').map_or(0, |n| n + 1);
        json!({ "line": text[..byte].matches('\n').count(), "character": units(encoding, &text[start..byte]) })
    };
    let start = text.find(part).expect("it is there");
    json!({ "start": at(start), "end": at(start + part.len()) })
}

#[test]
fn diagnostics_stand_where_the_client_counts() {
    for end in ["\n", "\r\n"] {
        let text = ["user journey café \"é 日本語 🦀\" { ownr \"🦀🦀\" }  # é", "# 日本語", ""].join(end);
        for encoding in ENCODINGS {
            let mut server = TestServer::new(kind(encoding), &[]);
            server.open("a.tabi", &text);
            let all = server.diagnostics("a.tabi");
            let wrong =
                all.iter().find(|d| d["code"] == "unknown-setting" || d["message"].to_string().contains("ownr"));
            let wrong = wrong.unwrap_or_else(|| panic!("{all:#?}"));
            assert_eq!(wrong["range"], range(encoding, &text, "ownr"), "{encoding} {end:?}");
        }
    }
}

#[test]
fn edits_are_applied_where_the_client_counts() {
    for encoding in ENCODINGS {
        let mut server = TestServer::new(kind(encoding), &[]);
        let text = "# é日本語🦀\r\n# 🦀 x\r\n";
        server.open("a.tabi", text);
        // behind the crab of the second line
        let mut at = range(encoding, text, "x");
        at["end"] = at["start"].clone();
        server.change("a.tabi", json!([{ "range": at, "text": "\r\nuser journey q {}" }]));
        let messages = server.messages("a.tabi");
        assert!(messages.iter().any(|m| m.contains("step")), "{encoding}: {messages:?}");
        let first = &server.diagnostics("a.tabi")[0];
        assert_eq!(first["range"]["start"]["line"], 2, "{encoding}: {first:#}");
    }
}

#[test]
fn positions_that_do_not_exist_have_answers() {
    let text = "user journey a \"🦀é\" {\r\n}\r\n";
    for encoding in ENCODINGS {
        let mut server = TestServer::new(kind(encoding), &[("a.tabi", text)]);
        server.open_file("a.tabi");
        for (line, character) in [(0, 17), (0, 18), (0, 999), (1, 1), (7, 0), (u32::MAX, u32::MAX)] {
            for method in ["hover", "completion", "definition", "documentHighlight", "signatureHelp", "declaration"] {
                let answer = server.at(method, "a.tabi", line, character);
                assert!(answer.get("error").is_none(), "{encoding} {method} {line}:{character}: {answer}");
            }
            let edit = json!([{ "range": { "start": { "line": line, "character": character }, "end": { "line": line, "character": 0 } }, "text": "" }]);
            server.change("a.tabi", edit);
        }
        server.settle();
    }
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// A part of a text between characters, never between those of a line end.
fn part(dice: &mut Dice, text: &str) -> std::ops::Range<usize> {
    let mut place = || {
        let mut at = dice.roll(text.len() + 1);
        while !text.is_char_boundary(at) || (text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
            at -= 1;
        }
        at
    };
    let (a, b) = (place(), place());
    // small parts mostly, or nothing would be left after a while
    let (a, b) = (a.min(b), a.max(b));
    if b - a > 40 { b..b } else { a..b }
}

const PIECES: [&str; 16] = [
    "x",
    "é",
    "日本語",
    "🦀",
    "\n",
    "\r\n",
    "\n\n",
    "{",
    "}",
    "\"",
    "`",
    "user journey a {\n  step b {\n",
    "target 99.9%",
    " ",
    "# c",
    "use std.http\n",
];

#[test]
fn after_10_000_edits_both_sides_hold_the_same_text() {
    for (seed, encoding) in [(1, Encoding::Utf8), (2, Encoding::Utf16), (3, Encoding::Utf32)] {
        let mut dice = Dice(seed);
        let mut text = String::from("user journey a \"A\" {\r\n}\n");
        let mut documents = Documents::default();
        let uri: gen_lsp_types::Uri = "file:///nowhere/a.tabi".parse().expect("a URI");
        let key = Disk::key(std::path::Path::new("/nowhere/a.tabi"));
        documents.open(key.clone(), Document { uri, version: 0, text: text.clone() });
        let position = |text: &str, byte: usize| {
            let line = text[..byte].matches('\n').count();
            let start = text[..byte].rfind('\n').map_or(0, |n| n + 1);
            json!({ "line": line, "character": units(encoding.name(), &text[start..byte]) })
        };
        for step in 0..10_000 {
            // up to three changes at once, each of the text after the one before
            let changes: Vec<Value> = (0..=dice.roll(3))
                .map(|_| {
                    let part = part(&mut dice, &text);
                    let new = PIECES[dice.roll(PIECES.len())];
                    let range = json!({ "start": position(&text, part.start), "end": position(&text, part.end) });
                    text.replace_range(part, new);
                    // a line end must not come about from two halves: no client sends that
                    if text.contains("\r\n") && text.len() > 4000 {
                        text.clear();
                        return json!({ "text": "" });
                    }
                    json!({ "range": range, "text": new })
                })
                .collect();
            let changes = serde_json::from_value(json!(changes)).expect("changes");
            let id =
                serde_json::from_value(json!({ "uri": "file:///nowhere/a.tabi", "version": step })).expect("an id");
            assert!(documents.change(&key, &id, changes, encoding));
            assert_eq!(documents.get(&key).expect("open").text, text, "{encoding:?}, edit {step}");
        }
    }
}

#[test]
fn a_server_follows_many_edits_as_one_that_reads_the_last_text() {
    let mut dice = Dice(7);
    let mut server = TestServer::new(kind("utf-8"), &[]);
    let mut text = String::from("user journey a \"A\" {\n}\n");
    server.open("a.tabi", &text);
    for step in 0..400 {
        let part = part(&mut dice, &text);
        let new = PIECES[dice.roll(PIECES.len())];
        let range = json!({
            "start": { "line": text[..part.start].matches('\n').count(), "character": part.start - text[..part.start].rfind('\n').map_or(0, |n| n + 1) },
            "end": { "line": text[..part.end].matches('\n').count(), "character": part.end - text[..part.end].rfind('\n').map_or(0, |n| n + 1) },
        });
        text.replace_range(part, new);
        server.change("a.tabi", json!([{ "range": range, "text": new }]));
        if step % 40 == 39 {
            let mut other = TestServer::new(kind("utf-8"), &[]);
            other.open("a.tabi", &text);
            assert_eq!(server.messages("a.tabi"), other.messages("a.tabi"), "{text}");
        }
    }
}
