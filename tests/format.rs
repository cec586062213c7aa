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

/// The files that people read first are in the one style.
#[test]
fn the_repository_is_in_the_one_style() {
    for sample in corpus::whole_files() {
        assert_eq!(format(&sample.text, &parsed(&sample.text).0), sample.text, "{}", sample.name);
    }
}

#[test]
fn random_files_are_formatted_safely() {
    let grammar = Grammar::read(&corpus::read("grammar/tabi.ebnf"));
    for seed in 0..6000 {
        let mut dice = Dice::new(seed);
        let tokens = sentence(&grammar, &mut dice);
        let text = written(&tokens, true, &mut dice);
        // misformed escapes and the like are no matter of grammar
        if parsed(&text).0.lexed.problems.is_empty() {
            proven(&format!("seed {seed}"), &text);
        }
    }
}

#[test]
fn what_is_broken_is_refused_and_printed_as_it_is() {
    for text in [
        "user journey a {\n   tarket 99%\n}\n",
        "user journey a {\n   target   99%\n",
        "}",
        "use  std.http  @\n",
        "defaults {  target 99,9% }",
    ] {
        let checked = format_checked(FileId(0), &SourceFile::new("x.tabi", text));
        assert!(checked.is_err_and(|d| !d.is_empty()), "{text}");
    }
    let text = "use   std.http\n\n\n\nuser journey a {\n   tarket   99% # so\n}";
    assert_eq!(format(text, &parsed(text).0), "use std.http\n\nuser journey a {\n   tarket   99% # so\n}\n");
}

#[test]
fn other_words_are_noticed() {
    assert!(is_same_text("t(a,)", "t( a )"));
    assert!(is_same_text("a, # b\n", "a # b\n,"));
    assert!(!is_same_text("a # b\nc", "a c # b"));
    assert!(!is_same_text("a, b", "a b"));
    assert!(!is_same_text("`a  b`", "`a b`"));
    assert!(!is_same_text("a # b", "a"));
}

macro_rules! cases {
    ($($name:ident $text:literal)*) => {$(
        #[test]
        fn $name() {
            let text = $text;
            insta::assert_snapshot!(format!("{text}\n---- becomes ----\n{}", proven(stringify!($name), text)));
        }
    )*};
}

cases! {
    empty ""
    only_comments "\n\n# one   \n\n\n\n#two\n"
    declarations "use std.http\n\nuse   std.otel   as o # traces\nuse std.probe # outside\n# comes from the team\nsite tokyo{}\n\n\n\n# about osaka\n\nsite osaka  \"大阪\"  {\n\n}\ndefaults   user { }\n# the end"
    columns "defaults {\n  window 28d\n owner   payments\n  # does not part the columns\n  labels {tier \"1\",team \"pay\"}\n\n  runbook \"https://example.com\"\n  alerts { page off }\n  at tokyo,osaka ,nagoya\n  external_labels { a \"b\" }\n}"
    comments_behind "user journey a { # of a\n\n  # above\n  target 99.3% # every step\n  owner payments     # who\n  traffic 1/s\n\n  window 28d # alone\n  step b { sli c = t() { target 9% } } # not in a column\n  # at the end\n} # after a"
    comments_within "user journey # whose?\n  a {\n  at tokyo, # first\n     # second\n     osaka\n  sli b = t( # no argument\n  ) { target 9% }\n}"
    one_line_blocks "user journey a {\n  step queue  { sli prompt = gha.jobs_start_within(60s)  { target 95% } }\n  step a { sli b { good requests_total{service=\"checkout\",code=~\"2..\"} total requests_total{service=\"checkout\"} target 99% } }\n  step c { sli d = std.template_with_a_long_name(service: \"checkout\", limit: 300ms, objective: 1) { target 99.5% owner \"someone\" } }\n}"
    selectors "template t(service : string,limit:duration=300ms,) {\n good http_requests_total { service = $service , code !~ \"5..\", }\n total {__name__=\"x\" ,\"quoted.label\" =~`a|b`}\n bad {\"x\"}\n up up{}\n latency a:b:c{\n\n  x=\"1\", # one\n\n  y=\"2\"} under   $limit\n}"
    broken_lists "template t(\n  user: string, step: regex = \".+\"\n) { up x }\nuser journey a {\n  sli b = t(user: \"a\",\n    step: \"b\") { target 99% }\n  labels {\n    tier \"1\", # one\n    team_name \"payments\" # two\n  }\n}"
    promql_over_lines "template t() {\n    holds    `\n      a\n        <   5   # no comment\n    `   # a comment\n    by   b\n  age `max(x)` under 5m\n}"
    japanese "user journey reserve   \"宿を予約する\" {\n  ## 説明\n  runbook \"手順書\" # 旅\n  owner \"予約\" # 担当\n  window 28d # 期間\n}"
    alerts "defaults {\n alerts {\n page 2%   in 1h,5% in 6h # budget\n   ticket 10% in 1d\n need 3 # events\n\n no_data 15m ticket\n  left off }\n}"
    windows_line_ends "# a\r\nuser journey a {\r\n\r\n\r\n  target 99% # b\r\n  exclude `a\r\n  b`\r\n\r\n}\r\n"
}
