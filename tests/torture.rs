//! Broken text in every form: no panic, nothing lost, few words, in time.

mod corpus;

use corpus::parsed;
use corpus::random::Dice;
use proptest::prelude::*;
use std::fmt::Write;
use std::time::{Duration, Instant};
use tabi::schema::kind::{KEYWORDS, Kind};
use tabi::source::Span;
use tabi::syntax::format::format;
use tabi::syntax::lexer::{Lexed, Token, lex};

/// What holds for every text; how many diagnostics there are.
fn check(text: &str) -> usize {
    let text = text.trim_start_matches('\u{feff}');
    let (parsed, diagnostics) = parsed(text);
    is_lossless(text, &parsed.lexed);
    let mut last = 0;
    for d in &diagnostics {
        assert!(d.place().span.start >= last, "not in order\n{text}");
        last = d.place().span.start;
        assert!(!d.message.is_empty() && !d.message.contains("```"), "{}\n{text}", d.message);
        let edits = d.fixes.iter().flat_map(|f| &f.edits).map(|e| e.place.span);
        for span in d.labels.iter().map(|l| l.place.span).chain(edits) {
            fits(span, text);
        }
    }
    // broken text is printed without a panic, too
    let _ = format(text, &parsed);
    diagnostics.len()
}

fn fits(span: Span, text: &str) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && end <= text.len(), "{span:?} is outside\n{text}");
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?} cuts a character\n{text}");
}

/// Between tokens and comments there are only blanks.
fn is_lossless(text: &str, lexed: &Lexed) {
    let mut all: Vec<Span> = lexed.tokens.iter().map(|t| t.span).chain(lexed.comments.iter().copied()).collect();
    all.sort_by_key(|s| (s.start, s.end));
    let mut at = 0;
    for span in all {
        fits(span, text);
        assert!(span.start >= at, "tokens overlap at {span:?}\n{text}");
        let gap = Span { start: at, end: span.start }.of(text);
        assert!(gap.trim().is_empty(), "lost {gap:?}");
        at = span.end;
    }
}

/// Texts that are still valid when this token is deleted, by reason. Reviewed: nothing else may go unsaid.
fn may_be_deleted(lexed: &Lexed, index: usize) -> bool {
    let kind = |i: usize| lexed.tokens.get(i).map_or(Kind::Eof, |t| t.kind);
    let (before, token, after) = (index.checked_sub(1).map_or(Kind::Eof, kind), kind(index), kind(index + 1));
    // a title is optional, and so is the audience of defaults
    let optional = (token == Kind::Str && matches!(after, Kind::LBrace | Kind::Eq))
        || (before == Kind::Defaults && tabi::schema::AUDIENCE.has(token));
    // so is a comma before a bracket
    let comma = token == Kind::Comma && matches!(after, Kind::RBrace | Kind::RParen);
    // a selector may have no name, or no matchers that its name would miss (later stages see to it)
    let name = token.is_name() && after == Kind::LBrace && is_measure(before);
    // whether a call has all its arguments is known where its template is known
    let argument = before == Kind::LParen && after == Kind::RParen;
    optional || comma || name || argument
}

fn is_measure(kind: Kind) -> bool {
    tabi::schema::MEASURES.has(kind)
}

#[test]
fn a_token_deleted_doubled_or_the_file_cut_there() {
    let mut unsaid = String::new();
    for sample in corpus::whole_files() {
        let (text, lexed) = (&sample.text, lex(&sample.text));
        for (index, Token { span, kind, .. }) in lexed.tokens.iter().enumerate() {
            if *kind == Kind::Eof {
                break;
            }
            let (start, end) = (span.start as usize, span.end as usize);
            let deleted = format!("{} {}", &text[..start], &text[end..]);
            let doubled = format!("{} {}", &text[..end], &text[start..]);
            let line = text[..start].matches('\n').count() + 1;
            let at = format!("{}:{line} `{}`", sample.name, span.of(text));
            for (what, broken) in [("deleted", &deleted), ("doubled", &doubled), ("cut", &text[..start].to_string())] {
                let said = check(broken);
                assert!(said <= 3, "{at} {what}: {said} diagnostics: {:?}", messages(broken));
                if said == 0 && what == "deleted" && !may_be_deleted(&lexed, index) {
                    let _ = writeln!(unsaid, "{at} {what}");
                }
                if said == 0 && what == "doubled" {
                    let _ = writeln!(unsaid, "{at} {what}");
                }
            }
        }
    }
    assert!(unsaid.is_empty(), "said nothing:\n{unsaid}");
}

fn messages(text: &str) -> Vec<String> {
    parsed(text).1.into_iter().map(|d| format!("{}: {}", d.place().span.start, d.message)).collect()
}

#[test]
fn strange_characters() {
    for text in [
        "",
        "\r",
        "\r\r\n",
        "\0",
        "\u{feff}",
        "\u{feff}user journey a {}",
        "🦀",
        "user journey 🦀 {\r\r}",
        "\u{3000}use\u{3000}std.http",
        "\"",
        "'",
        "`",
        "$",
        "$1",
        "!",
        "=",
        "\\",
        "\"\\",
        "'\\\r\n",
        "##",
        "#\r",
        "# a\rb\r\n",
        "user journey a \"\0\" {",
        "1",
        "1.",
        "1..2",
        "99,",
        "0x1f",
        "1e9%",
        "９",
        "９９，９％",
        "ａ－ｂ",
        "“",
        "“a",
        "「",
        "a-",
        "a--b",
        "é",
        "aé-",
        "a\u{301}",
        "template t(",
        "template t(a",
        "template t(a:",
        "template t(a: duration =",
        "sli = t() {",
        "user journey a { sli b = t(c: {",
        "good {",
        "user journey a { sli b { good x{",
        "user journey a { sli b { good x{a=",
        "site a { external_labels {",
        "defaults { alerts { page",
    ] {
        check(text);
    }
}

#[test]
fn every_cut_of_a_string_and_every_byte_deleted() {
    let text =
        "## 旅\nuser journey a \"A\\u65e5\" {\n  sli b { good x:y{z=~`1`, \"q\"!='\\''} total z target 99,9 % }\n}\n";
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        check(&text[..at]);
        check(&text[at..]);
        let width = text[at..].chars().next().map_or(0, char::len_utf8);
        check(&format!("{}{}", &text[..at], &text[at + width..]));
    }
}

/// A guard against hanging, not a measurement: what is quadratic takes minutes here.
fn in_time(what: &str, text: &str) {
    let start = Instant::now();
    check(text);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(60), "{what}: {took:?}");
}

#[test]
fn deep_and_long() {
    let deep = 100_000;
    for open in [
        "{",
        "(",
        "step a {",
        "sli a = b(",
        "user journey a {",
        "labels {",
        "alerts {",
        "good x{",
        "}",
        ")",
        "`",
        "\"\n",
        "a-",
        "“",
    ] {
        in_time(open, &open.repeat(deep));
        in_time(open, &format!("user journey a {{ step b {{ sli c {{ {}", open.repeat(deep)));
    }
    let line = "  step pay \"Pay\" { sli fast = otel.fast(service: \"pay\", limit: 300ms) { target 99.5% } } # 払う\n";
    in_time("10 MB", &format!("user journey a {{\n{}}}\n", line.repeat(10_000_000 / line.len())));
    in_time("2 MB of words", &"words ".repeat(2_000_000 / 6));
    in_time("10 MB of problems", &"99,9 % \"\\d\" ｛ 1 ms\n".repeat(2_000_000 / 20));
    in_time("one line", &format!("use std.http # {}", "日本".repeat(1_000_000)));
    in_time("one number", &"1".repeat(5_000_000));
    in_time("numbers", &"1 ".repeat(200_000));
    in_time("a list", &format!("defaults {{ at {} a }}", "a, ".repeat(200_000)));
    in_time("lines of a list", &format!("defaults {{\n  at\n{}    a }}", "    a, # b\n".repeat(100_000)));
}

/// A random word of the language, or nearly one.
fn soup(dice: &mut Dice) -> String {
    let words = [
        "{",
        "}",
        "(",
        ")",
        ",",
        ".",
        ":",
        "=",
        "!=",
        "=~",
        "!~",
        "\n",
        "\n",
        "\n  ",
        "name",
        "x_total",
        "$limit",
        "\"text\"",
        "'it'",
        "`up == 1`",
        "3",
        "99.9%",
        "300ms",
        "60/day",
        "99,9%",
        "300 ms",
        "1..2",
        "# comment\n",
        "## doc\n",
        "｛",
        "日本",
        "\"open",
        "`",
        "@",
        "page off",
        "user journey a {",
        "sli b = t(",
        "step c {",
        "-",
        "x-y",
        "std.http",
        "\r\n",
        "“a”",
        "//",
    ];
    if dice.roll(2) == 0 {
        dice.pick(&words).to_string()
    } else {
        KEYWORDS[dice.roll(KEYWORDS.len())].text().to_string()
    }
}

#[test]
fn soup_of_tokens() {
    for seed in 0..20_000 {
        let mut dice = Dice::new(seed);
        let mut text = String::new();
        for _ in 0..dice.roll(60) {
            text.push_str(&soup(&mut dice));
            text.push_str(dice.pick(&["", " ", " ", " "]));
        }
        check(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_text(text in "(?s).{0,200}") {
        check(&text);
    }

    #[test]
    fn nearly_words(text in "([a-z]{1,4}|[0-9.,%/ ]{1,5}|[{}()\"'`$=!~:\\\\\r\n#-]|[ａ-ｚ０-９％]|user journey|sli|target|good){0,80}") {
        check(&text);
    }
}
