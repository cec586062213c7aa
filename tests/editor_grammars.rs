//! What editors read of the language: the list of keywords and what is made from it. `UPDATE_GRAMMARS=1 cargo test --test editor_grammars`
//! writes anew what is generated. `scripts/test-grammars` puts the grammars themselves before the real engines.

#![allow(clippy::disallowed_methods, reason = "tests read the repository's own files")]

mod corpus;

use corpus::Sample;
use corpus::ebnf::{Expr, Grammar};
use corpus::random::{Dice, sentence, written};
use serde_json::{Value, json};
use std::fmt::Write as _;
use tabi::schema::kind::{KEYWORDS, Kind, Set};
use tabi::schema::{ALERTS, AUDIENCE, Block, ENTRIES, FILE, MEASURES, SETTINGS, Shape};
use tabi::syntax::comments::is_doc;
use tabi::syntax::lexer::{Lexed, ProblemKind, Token};

/// Compares a generated file with what it should be, or writes it.
fn generated(path: &str, right: &str) {
    let file = corpus::root().join(path);
    if std::fs::read_to_string(&file).is_ok_and(|text| text == right) {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_GRAMMARS").is_some_and(|v| !v.is_empty()),
        "{path} is not what the schema says; UPDATE_GRAMMARS=1 cargo test --test editor_grammars writes it"
    );
    std::fs::write(&file, right).unwrap_or_else(|e| panic!("{path}: {e}"));
}

/// The classes of keywords, in the order of JSON. Each keyword is in exactly one.
fn classes() -> Vec<(&'static str, Vec<&'static str>)> {
    let of = |set: Set| -> Vec<&'static str> { set.iter().map(Kind::text).collect() };
    let without = |mut set: Set, other: Set| {
        other.iter().for_each(|k| set = set.without(k));
        set
    };
    let nested = Block::Journey.starts().or(Block::Step.starts());
    let declarations = without(without(FILE.or(nested), AUDIENCE), ENTRIES);
    let known = declarations.or(AUDIENCE).or(ENTRIES).or(ALERTS).or(Set::of(&[Kind::Off]));
    vec![
        ("alerts", of(ALERTS)),
        ("audiences", of(AUDIENCE)),
        ("connectives", of(without(Set::of(KEYWORDS), known))),
        ("constants", of(Set::of(&[Kind::Off]))),
        ("declarations", of(declarations)),
        ("measures", of(MEASURES)),
        ("settings", of(without(ENTRIES, MEASURES))),
    ]
}

/// The words that are no keywords, but what some settings take.
fn values() -> Vec<&'static str> {
    let mut words: Vec<&str> = SETTINGS
        .iter()
        .flat_map(|s| if let Shape::Word(words) = s.shape { words.to_vec() } else { Vec::new() })
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The types of parameters, which only the grammar lists.
fn types() -> Vec<String> {
    let grammar = Grammar::read(&corpus::read("grammar/tabi.ebnf"));
    let mut words = Vec::new();
    Grammar::walk(&grammar.rules["type"], &mut |e| {
        if let Expr::Text(word) = e {
            words.push(word.clone());
        }
    });
    words
}

#[test]
fn the_list_of_keywords_is_the_schemas() {
    let classes = classes();
    let mut listed: Vec<&str> = classes.iter().flat_map(|(_, words)| words.iter().copied()).collect();
    listed.sort_unstable();
    let mut all: Vec<&str> = KEYWORDS.iter().map(|k| k.text()).collect();
    all.sort_unstable();
    assert_eq!(listed, all);
    let mut map: serde_json::Map<String, Value> =
        classes.iter().map(|(class, words)| ((*class).to_string(), json!(words))).collect();
    map.insert("values".into(), json!(values()));
    map.insert("types".into(), json!(types()));
    let text = serde_json::to_string_pretty(&Value::Object(map)).unwrap_or_default();
    generated("grammar/keywords.json", &format!("{text}\n"));
}

/// For the scanner: each keyword, the blocks in which it begins an entry, and the block that its brace opens.
#[test]
fn the_scanners_list_is_the_schemas() {
    let mut text = String::from(
        "/* Made from src/schema by `UPDATE_GRAMMARS=1 cargo test --test editor_grammars`.\n   \
         The keyword; the blocks in which it begins an entry; the block that its brace opens. */\n#define KEYWORDS(X) \\\n",
    );
    for keyword in classes().iter().flat_map(|(_, words)| words) {
        let kind = tabi::schema::kind::keyword(keyword);
        let begins: Vec<&str> = [
            ("IN_FILE", FILE),
            ("IN_BLOCK", ENTRIES),
            ("IN_JOURNEY", Block::Journey.starts()),
            ("IN_STEP", Block::Step.starts()),
            ("IN_ALERTS", ALERTS),
        ]
        .iter()
        .filter(|(_, set)| set.has(kind))
        .map(|(name, _)| *name)
        .collect();
        let opens = match kind {
            Kind::Journey => "IN_BLOCK | IN_JOURNEY",
            Kind::Step => "IN_BLOCK | IN_STEP",
            Kind::Alerts => "IN_ALERTS",
            Kind::Defaults | Kind::Site | Kind::Template | Kind::Sli => "IN_BLOCK",
            _ => "0",
        };
        let begins = if begins.is_empty() { "0".to_string() } else { begins.join(" | ") };
        let _ = writeln!(text, "  X(\"{keyword}\", {begins}, {opens}) \\");
    }
    let text = text.trim_end_matches([' ', '\\', '\n']);
    generated("grammar/tree-sitter-tabi/src/keywords.h", &format!("{text}\n"));
}

/// The `TextMate` grammar has no way to read a list: the words are put into the places that are marked so in `grammar/textmate.json`.
#[test]
fn the_textmate_grammar_has_the_words() {
    let mut text = corpus::read("grammar/textmate.json");
    text = text.replace("{{raw_end}}", RAW_END);
    let begins: Vec<&str> = FILE.or(Block::Journey.starts()).iter().map(Kind::text).collect();
    let breaks: Vec<&str> = begins.iter().copied().filter(|w| !PROMQL_WORDS.contains(w)).collect();
    text = text.replace("{{begins}}", &begins.join("|")).replace("{{breaks}}", &breaks.join("|"));
    let types = types();
    let types = types.iter().map(String::as_str).collect();
    for (class, words) in classes().into_iter().chain([("values", values()), ("types", types)]) {
        text = text.replace(&format!("{{{{{class}}}}}"), &words.join("|"));
    }
    assert!(!text.contains("{{"), "a place without words");
    generated("grammar/tabi.tmLanguage.json", &text);
}

/// PromQL whose backtick is not closed ends, for an engine that sees one line at a time, where a line begins as only an entry of ours
/// does: two words in a row are no PromQL, unless one of these is among them.
const RAW_END: &str = r#"(?=^\\s*(?:(?:{{breaks}})\\s+(?!(?:and|or|unless|offset|atan2)\\b)[\\w\"'`]|alerts\\s*\\{))"#;
/// Words of ours that begin lines of PromQL.
const PROMQL_WORDS: [&str; 2] = ["by", "up"];

/// What engines are asked: a text, whether the parser takes it, and what its tokens are.
struct Case {
    name: String,
    text: String,
    accepted: bool,
    tokens: Vec<(u32, u32, &'static str)>,
}

impl Case {
    fn of(name: String, text: &str) -> Case {
        let text = text.trim_start_matches('\u{feff}').to_string();
        let (parsed, diagnostics) = corpus::parsed(&text);
        let accepted = diagnostics.is_empty();
        let tokens = coloured(&text, &parsed.lexed, accepted);
        Case { name, text, accepted, tokens }
    }

    fn json(&self) -> Value {
        let utf16 = |at: u32| self.text[..at as usize].encode_utf16().count();
        let tokens: Vec<Value> = self.tokens.iter().map(|(a, b, class)| json!([utf16(*a), utf16(*b), class])).collect();
        json!({ "name": self.name, "text": self.text, "tokens": tokens })
    }
}

/// What each token should be coloured as. Of a broken text only where strings, PromQL and comments begin and end: what a word
/// is there, nobody knows.
fn coloured(text: &str, lexed: &Lexed, accepted: bool) -> Vec<(u32, u32, &'static str)> {
    let mut all: Vec<(u32, u32, &str)> = Vec::new();
    let names = names(&lexed.tokens);
    // A setting's word is a name at the start of a line where no setting may stand. An engine that sees one line cannot know that, if
    // no sign behind it tells; what comes behind is another text for it, which is not judged.
    let is_before_a_sign = |at: usize| {
        let signs = Set::of(&[Kind::Eq, Kind::Ne, Kind::Re, Kind::Nre, Kind::Colon]);
        lexed.tokens.get(at + 1).is_some_and(|t| signs.has(t.kind))
    };
    for (at, token) in lexed.tokens.iter().enumerate().filter(|(_, t)| t.kind != Kind::Eof) {
        let class = match token.kind {
            Kind::Str => "string",
            Kind::Raw => "raw",
            _ if !accepted => "code",
            Kind::Param => "param",
            Kind::Number => "number",
            Kind::Percent => "percent",
            Kind::Duration => "duration",
            Kind::Rate => "rate",
            k if names[at] && token.first_on_line && Block::Journey.starts().has(k) && !is_before_a_sign(at) => break,
            k if k.is_name() && names[at] => "name",
            k if k.is_name() => "keyword",
            _ => "sign",
        };
        all.push((token.span.start, token.span.end, class));
    }
    let until = all.last().map_or(u32::MAX, |t| t.1);
    let whole = all.len() + 1 == lexed.tokens.len();
    for comment in lexed.comments.iter().filter(|c| whole || c.end <= until) {
        all.push((comment.start, comment.end, if is_doc(comment.of(text).trim_end()) { "doc" } else { "comment" }));
    }
    all.sort_unstable();
    if !accepted {
        leave_out_what_is_not_judged(text, lexed, &mut all);
    }
    all
}

/// Of broken texts, reviewed: a string in other quotes than straight ones and full-width text is understood by the compiler, to say what was meant,
/// and is no string for an editor. PromQL that has no end, or has the end of another, is left at the next entry by an engine that sees
/// one line at a time; what comes behind is another text for it.
fn leave_out_what_is_not_judged(text: &str, lexed: &Lexed, all: &mut Vec<(u32, u32, &'static str)>) {
    for problem in &lexed.problems {
        if matches!(problem.kind, ProblemKind::Quotes(_) | ProblemKind::FullWidth(_)) {
            all.retain(|t| t.1 <= problem.span.start || t.0 >= problem.span.end);
        }
    }
    let open = lexed.problems.iter().find(|p| p.kind == ProblemKind::OpenRaw).map(|p| p.span.end);
    let swallowed =
        lexed.tokens.iter().find(|t| t.kind == Kind::Raw && t.span.of(text).contains('\n')).map(|t| t.span.start);
    if let Some(until) = swallowed {
        all.retain(|t| t.1 <= until);
    }
    if let Some(end) = open {
        let line = text[end as usize..].find('\n').map_or(text.len(), |n| end as usize + n);
        let tokens = &lexed.tokens;
        let goes_on = tokens.iter().enumerate().find(|(at, t)| {
            t.span.start as usize > line
                && t.first_on_line
                && t.kind.is_keyword()
                && FILE.or(Block::Journey.starts()).has(t.kind)
                && !PROMQL_WORDS.contains(&t.kind.text())
                && tokens.get(at + 1).is_some_and(|n| {
                    let word = n.span.of(text);
                    !n.first_on_line
                        && word.starts_with(|c: char| c.is_ascii_alphanumeric() || "_\"'`".contains(c))
                        && text[t.span.end as usize..].starts_with([' ', '\t'])
                        && !["and", "or", "unless", "offset", "atan2"].contains(&word)
                })
        });
        let from = goes_on.map_or(text.len() as u32, |(_, t)| t.span.start);
        all.retain(|t| t.1 <= end || t.0 >= from);
    }
}

/// Which words of a valid text are names, told from the words before and behind them: not from a parser, but from the grammar's being LL(1).
fn names(tokens: &[Token]) -> Vec<bool> {
    const BEFORE_A_NAME: Set = Set::of(&[
        Kind::Use,
        Kind::As,
        Kind::Site,
        Kind::Template,
        Kind::Journey,
        Kind::Step,
        Kind::Sli,
        Kind::Owner,
        Kind::Delivers,
        Kind::At,
        Kind::By,
        Kind::Good,
        Kind::Bad,
        Kind::Total,
        Kind::Latency,
        Kind::Up,
        Kind::Age,
        Kind::Compose,
        Kind::Histogram,
        Kind::Unit,
        Kind::Counters,
    ]);
    let mut names = vec![false; tokens.len()];
    // the keyword that the line before the next comma began with, and what opened each bracket
    let (mut key, mut brackets) = (Kind::Eof, Vec::new());
    for at in 0..tokens.len() {
        let kind = tokens[at].kind;
        let before = at.checked_sub(1).map(|b| tokens[b]);
        let after = tokens.get(at + 1).map_or(Kind::Eof, |t| t.kind);
        let inside = brackets.last().copied().unwrap_or(Kind::Eof);
        match kind {
            Kind::LBrace | Kind::LParen => brackets.push(if kind == Kind::LParen { kind } else { key }),
            Kind::RBrace | Kind::RParen => drop(brackets.pop()),
            _ => {}
        }
        if matches!(kind, Kind::LBrace | Kind::RBrace) {
            key = Kind::Eof;
        }
        if !kind.is_name() {
            continue;
        }
        let follows = before.is_some_and(|b| {
            let is_key = b.kind.is_keyword() && !names[at - 1];
            (is_key && BEFORE_A_NAME.has(b.kind))
                || matches!(b.kind, Kind::Dot | Kind::Eq)
                || (b.kind == Kind::Colon && inside == Kind::LParen)
                || (b.kind == Kind::Comma && matches!(key, Kind::At | Kind::By | Kind::Delivers))
        });
        let is_label = matches!(after, Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre)
            || (inside == Kind::LParen && after == Kind::Colon);
        let is_pair = after == Kind::Str && matches!(inside, Kind::Labels | Kind::ExternalLabels);
        names[at] = follows || is_label || is_pair || kind == Kind::Name;
        if !names[at] {
            key = kind;
        }
    }
    names
}

/// Every text of the repository.
fn texts() -> Vec<Sample> {
    let mut all = corpus::whole_files();
    all.extend(corpus::catalogue());
    for path in corpus::files("tests/truth", "tabi") {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        all.push(Sample { name: path.display().to_string(), text });
    }
    for page in corpus::files("docs", "md").into_iter().chain([corpus::root().join("README.md")]) {
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        for block in corpus::markdown::blocks(&text).into_iter().filter(|b| b.language == "tabi") {
            all.push(Sample { name: format!("{}:{}", page.display(), block.line), text: block.text });
        }
    }
    for sample in &mut all {
        sample.name = sample.name.replace(&format!("{}/", corpus::root().display()), "");
    }
    all
}

/// A text with a token deleted, doubled, put on a line of its own or joined to the line before, or cut, or with a character deleted.
fn mutated(text: &str, dice: &mut Dice) -> String {
    let lexed = tabi::syntax::lexer::lex(text);
    let count = lexed.tokens.len() - 1;
    if count == 0 {
        return text.to_string();
    }
    let index = dice.roll(count);
    let span = lexed.tokens[index].span;
    let (before, token, after) = (&text[..span.start as usize], span.of(text), &text[span.end as usize..]);
    match dice.roll(7) {
        0 => format!("{before}{after}"),
        1 => format!("{before}{token} {token}{after}"),
        2 => format!("{before}\n{token}{after}"),
        3 => format!("{} {token}{after}", before.trim_end()),
        4 => before.to_string(),
        5 => format!("{before}{}{after}", lexed.tokens[dice.roll(count)].span.of(text)),
        _ => {
            let at = text.char_indices().map(|(at, _)| at).nth(dice.roll(text.chars().count())).unwrap_or(0);
            let width = text[at..].chars().next().map_or(0, char::len_utf8);
            format!("{}{}", &text[..at], &text[at + width..])
        }
    }
}

fn cases() -> Vec<Case> {
    let grammar = Grammar::read(&corpus::read("grammar/tabi.ebnf"));
    let texts = texts();
    let mut all: Vec<Case> = texts.iter().map(|s| Case::of(s.name.clone(), &s.text)).collect();
    let mut dice = Dice::new(1);
    for sample in &texts {
        let count = 8 + sample.text.len() / 60;
        all.extend(
            (0..count).map(|n| Case::of(format!("{} mutated {n}", sample.name), &mutated(&sample.text, &mut dice))),
        );
    }
    for seed in 0..1500 {
        let mut dice = Dice::new(seed);
        let text = written(&sentence(&grammar, &mut dice), true, &mut dice);
        all.push(Case::of(format!("sentence {seed}"), &text));
        for n in 0..2 {
            all.push(Case::of(format!("sentence {seed} mutated {n}"), &mutated(&text, &mut dice)));
        }
    }
    for (at, text) in HARD.iter().enumerate() {
        all.push(Case::of(format!("hard {at}"), text));
    }
    all
}

/// Where words, line ends and brackets decide; each is judged by the parser.
const HARD: &[&str] = &[
    "",
    "\u{feff}use std.http\n",
    "use\nstep",
    "use\nsite",
    "use page",
    "use a as\nuse b",
    "use as as as",
    "defaults\nuser { owner\npage }",
    "defaults { owner\nstep }",
    "user journey a { owner\nstep b { } }",
    "defaults { owner\n target 9% }",
    "defaults { owner target\n target 9% }",
    "defaults { at a,\n by b }",
    "defaults { alerts { blocked page } }",
    "defaults { alerts { blocked\npage } }",
    "defaults { alerts { no_data 1m ticket\nticket off } }",
    "defaults { alerts { no_data 1m\nticket off } }",
    "defaults { alerts\noff }",
    "defaults { labels { page \"x\",\ntarget\n\"y\" } }",
    "defaults { labels { target\n \"x\", } }",
    "defaults { exclude `a\nb` }",
    "defaults { exclude ` }",
    "defaults { exclude `` }",
    "defaults { runbook \"a\\x41\\u65e5\\U0001F980\\101\\n\\'\" }",
    "defaults { runbook \"\\ud800\" }",
    "defaults { runbook \"\\U00110000\" }",
    "defaults { runbook \"\\777\" }",
    "defaults { runbook \"\\d\" }",
    "defaults { runbook \"a }\n",
    "defaults { runbook '日本語 \"🦀\"' }",
    "defaults { window 1h30m scrape 5mx }",
    "defaults { window 1h30 }",
    "defaults { window 1.5h }",
    "defaults { window 300 ms }",
    "defaults { window\u{3000}28d }",
    "defaults { window 28d } # comment\r\n\r\n## doc\r\n",
    "site a { external_labels { user \"x\" } }",
    "template t(page: string = \"a\", target\n: duration,) { good x{a=$page} total x }",
    "template t(a:string) { latency x{} under $a }",
    "template T() { }",
    "template t(A: string) { }",
    "user journey a { sli b = c.d.e(F: 1, 2s, \"x\",) { target 9% } }",
    "user journey a { sli b = c(f:1) }",
    "user journey a { sli b { good x:y::z{\ntarget=\"a\", \"q\", 'r'!~`s`} total {__name__=~$x} } }",
    "user journey a { sli b { good x{\ntarget\n# c\n=\"a\"} } }",
    "user journey a { sli b { good x{\ntarget 9% } }",
    "user journey a { sli b { good x: } }",
    "user journey a-b { }",
    "user journey caf\u{e9} { }",
    "developer journey a { traffic 1.5k/day weight 0 need 1 }",
    "developer journey a { traffic 60/month }",
    "developer journey a { target 99.9%5 }",
    "developer journey a { target 99 % }",
    "developer journey a { compose Foo }",
    "journey a { }",
    "user journey a { step b { step c { } } }",
    "user journey a { step b { sli c { sli d { } } } }",
    "} user journey a { }",
    "user journey a { } }",
    "user journey a { alerts { target 9% } }",
    "user journey a { page off }",
    "$x",
    "\u{0}",
    "a\u{0}b",
    "use \u{ff41}",
];

/// The cases for the engines; `scripts/test-grammars` names the folder that they are written into.
#[test]
fn the_cases_are_many_and_of_both_kinds() {
    let cases = cases();
    let accepted = cases.iter().filter(|c| c.accepted).count();
    assert!(accepted > 2000 && cases.len() - accepted > 2000, "{accepted} of {}", cases.len());
    let Some(folder) = std::env::var_os("TABI_GRAMMAR_CASES").map(std::path::PathBuf::from) else { return };
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    };
    for kind in ["accepted", "refused"] {
        let _ = std::fs::create_dir_all(folder.join(kind));
    }
    for (at, case) in cases.iter().enumerate() {
        write(&format!("{}/{at}.tabi", if case.accepted { "accepted" } else { "refused" }), &case.text);
    }
    let all: Vec<Value> = cases.iter().map(Case::json).collect();
    write("cases.json", &serde_json::to_string(&all).unwrap_or_default());
}
