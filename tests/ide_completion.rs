//! What an editor is offered: in the middle of broken text, and at every place of the examples.

mod corpus;

use corpus::editor::Editor;
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

/// Files by name.
type Files = Vec<(String, String)>;

/// The examples, and each module that ships as a project of its own.
fn projects() -> Vec<Files> {
    let modules = corpus::files("src/stdlib", "tabi");
    let module = |path: &std::path::PathBuf| {
        let name = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
        let text = corpus::read(&format!("src/stdlib/{name}"));
        vec![(name, text)]
    };
    Editor::examples().into_iter().map(|(_, e)| e.files).chain(modules.iter().map(module)).collect()
}

fn with(files: &Files, index: usize, text: &str) -> Files {
    let mut files = files.clone();
    files[index].1 = text.to_string();
    files
}

fn at(opened: &Editor, index: usize, offset: u32) -> Vec<Completion> {
    completion(&opened.project(), FileId(index as u32), offset)
}

#[test]
fn what_stands_there_is_offered() {
    let mut missing = String::new();
    for files in projects() {
        let opened = Editor::of(files.clone());
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
                    let broken = Editor::parsed(with(&files, index, &text[..end as usize]));
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
        let opened = Editor::of(files.clone());
        for (index, (_, text)) in files.iter().enumerate() {
            for offset in (0..=text.len()).filter(|i| text.is_char_boundary(*i)) {
                sound(text, offset as u32, &at(&opened, index, offset as u32));
                let _ = signature(&opened.project(), FileId(index as u32), offset as u32);
            }
            for end in (0..text.len()).filter(|i| text.is_char_boundary(*i)) {
                let broken = Editor::parsed(with(&files, index, &text[..end]));
                sound(&text[..end], end as u32, &at(&broken, index, end as u32));
                let _ = signature(&broken.project(), FileId(index as u32), end as u32);
                coloured(&text[..end], &tokens(&broken.project(), FileId(index as u32)));
            }
        }
    }
}

/// Pieces of the examples deleted, doubled and put elsewhere.
#[test]
fn broken_text_has_an_answer() {
    let mut dice = corpus::random::Dice::new(7);
    let pieces =
        ["{", "}", "(", ")", "`", "\"", "#", "$", "=", "\n", "user ", "sli a = ", "alerts {", "🦀", "60/", "use std."];
    for files in projects() {
        for _ in 0..20 {
            let index = dice.roll(files.len());
            let mut text = files[index].1.clone();
            for _ in 0..=dice.roll(6) {
                let boundary = |at: usize| (at..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
                let (from, to) = (boundary(dice.roll(text.len() + 1)), boundary(dice.roll(text.len() + 1)));
                let (from, to) = (from.min(to), from.max(to));
                match dice.roll(3) {
                    0 => text.replace_range(from..to.min(boundary(from + 30)), ""),
                    1 => text.insert_str(from, dice.pick(&pieces)),
                    _ => {
                        let copy = text[from..to.min(boundary(from + 40))].to_string();
                        text.insert_str(to, &copy);
                    }
                }
            }
            let broken = Editor::of(with(&files, index, &text));
            let whole = Span { start: 0, end: text.len() as u32 };
            coloured(&text, &tokens(&broken.project(), FileId(index as u32)));
            let _ = hints::hints(&broken.project(), FileId(index as u32), whole);
            for _ in 0..40 {
                let at_any = dice.roll(text.len() + 1);
                let offset = (0..=at_any).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0) as u32;
                sound(&text, offset, &at(&broken, index, offset));
                let _ = signature(&broken.project(), FileId(index as u32), offset);
            }
        }
    }
}

/// Nesting that nobody writes: neither the stack nor the time grows beyond it.
#[test]
fn deep_brackets_have_an_answer() {
    for piece in ["{", "(", "user journey a { step b { ", "sli c = d(", "x{", "`", "alerts { "] {
        let text = piece.repeat(20_000);
        let broken = Editor::parsed(vec![("x.tabi".to_string(), text.clone())]);
        sound(&text, text.len() as u32, &at(&broken, 0, text.len() as u32));
        coloured(&text, &tokens(&broken.project(), FileId(0)));
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

/// The offers as they are shown, the first of them with what is written.
fn shown(offers: &[Completion], text: &str) -> String {
    let mut out = String::new();
    for offer in offers.iter().take(12) {
        let detail = offer.detail.as_ref().map_or(String::new(), |d| format!(" · {d}"));
        let written = if offer.text == offer.label { String::new() } else { format!(" → {:?}", offer.text) };
        let _ = writeln!(out, "{:?} {}{detail}{written}", offer.kind, offer.label);
    }
    if offers.len() > 12 {
        // how many depends on the whole library
        out.push_str("… and more\n");
    }
    match offers.first() {
        Some(first) if first.span.start < first.span.end => {
            let _ = writeln!(out, "instead of {:?}", first.span.of(text));
        }
        Some(_) => {}
        None => out.push_str("nothing\n"),
    }
    out
}

/// Texts with a cursor, one below the other, each with what is offered there.
fn answered(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        let editor = Editor::new(text);
        let (file, offset) = editor.at();
        let offers = completion(&editor.project(), file, offset);
        sound(editor.project().text(file), offset, &offers);
        let _ = writeln!(out, "────\n{}\n──\n{}", text.trim(), shown(&offers, editor.project().text(file)));
    }
    out
}

#[test]
fn declarations() {
    insta::assert_snapshot!(answered(&[
        "‸",
        "us‸",
        "user ‸",
        "use ‸\n# file: sites.tabi\nsite a {}",
        "use std.‸",
        "use std.github_actions ‸",
        "use \"./‸\n# file: a/sites.tabi\nsite a {}",
        "defaults ‸",
        "user journey a {}\n\nte‸",
    ]));
}

#[test]
fn entries_of_blocks() {
    insta::assert_snapshot!(answered(&[
        "user journey a {\n  ‸\n}",
        "developer journey a {\n  owner x\n  d‸",
        "user journey a {\n  step b {\n    ‸",
        "user journey a {\n  step b {\n    sli c {\n      ‸\n    }\n  }\n  target 99%\n}",
        "user journey a {\n  step b {\n    sli c {\n      good x_total\n      t‸\n  }\n  target 99%\n}",
        "user journey a {\n  step b {\n    sli c {\n      good x_total\n      total y_total\n      ‸",
        "user journey a { step b { sli c = t() { ‸ } } }",
        "user journey a { alerts { ‸ } }",
        "user journey a { step b { alerts {\n page off\n bl‸ } } }",
        "site a { ‸",
        "template t(x: string) { ‸",
    ]));
}

#[test]
fn values_of_settings() {
    let within = |setting: &str| {
        format!("user journey a {{\n  {setting}\n}}\nsite tokyo \"Tokyo\" {{}}\nuser journey b \"B\" {{ owner shop }}")
    };
    let texts: Vec<String> = [
        "owner ‸",
        "window ‸",
        "window 2‸",
        "target 99.‸",
        "compose ‸",
        "at ‸",
        "traffic 60/‸",
        "alerts ‸",
        "alerts { page ‸ }",
        "alerts { page 2% ‸ }",
        "alerts { page 2% in ‸ }",
        "alerts { no_data 15m ‸ }",
        "runbook \"https://x/$jo‸\"",
        "target\n  wi‸",
        "labels { ‸",
        "exclude ‸",
        "step x { weight ‸ }",
    ]
    .iter()
    .map(|s| within(s))
    .chain(["developer journey d { delivers b, ‸ }\nuser journey a \"A\" {}\nuser journey b {}".to_string()])
    .collect();
    insta::assert_snapshot!(answered(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn selectors_and_promql() {
    const SEEN: &str = "\n# file: seen.tabi\nuser journey z { sli y { bad jobs_total{queue=\"mail\", state=~\"lost|late\"} total jobs_total by queue } }";
    let within = |measure: &str| format!("user journey a {{ step b {{ sli c {{\n  {measure}\n}} }} }}{SEEN}");
    let texts: Vec<String> = [
        "total ‸",
        "good jobs‸",
        "bad jobs_total{‸}",
        "bad jobs_total{qu‸",
        "bad jobs_total{queue‸ =",
        "bad jobs_total{queue ‸",
        "bad jobs_total{queue=‸",
        "bad jobs_total{state=~\"‸\"}",
        "good jobs_total{queue=\"mail\"}\n  total ‸",
        "latency x_seconds ‸",
        "latency x_seconds under ‸",
        "latency x_seconds under ‸\n  buckets 1s, 2s",
        "by ‸\n  total jobs_total",
        "holds `su‸`",
        "holds `sum by (‸",
        "holds `sum(jobs_total{‸",
        "holds `sum(jobs_total{state=~\"‸",
        "good `rate(jobs_total[‸",
    ]
    .iter()
    .map(|m| within(m))
    .chain([
        "template t(limit: duration, q: regex, s: string) { latency x{a=~‸ } under $limit }".to_string(),
        "template t(limit: duration, q: regex, s: string) { latency x under $‸ }".to_string(),
        "template t(limit: ‸) {}".to_string(),
    ])
    .collect();
    insta::assert_snapshot!(answered(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn calls() {
    const HEAD: &str =
        "use std.github_actions as gha\nuse std.http\n## Mine.\ntemplate own(x: string) { up u{a=$x} }\n";
    let within = |call: &str| format!("{HEAD}user journey a {{ step b {{ sli c {call}\n}} }}");
    let texts: Vec<String> = [
        "‸",
        "= ‸",
        "= gha.‸",
        "= gha.jobs‸(60s) {}",
        "= gha.jobs_start_within(‸",
        "= gha.jobs_start_within(1m, ‸) {}",
        "= gha.jobs_start_within(1m, listener: ‸) {}",
        "= gha.jobs_start_within(listener: \"x\", li‸",
        "= gha.jobs_start_within(1m) ‸",
        "= http.fast(job: \"x\") { ‸",
    ]
    .iter()
    .map(|c| within(c))
    .collect();
    insta::assert_snapshot!(answered(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn comments_and_titles() {
    insta::assert_snapshot!(answered(&[
        "# ‸",
        "# tabi: ‸",
        "# tabi: allow(too-r‸) why",
        "user journey a \"‸\" {}",
        "user journey ‸",
        "user journey a { owner x # ‸\n}",
        "jurney a { ‸ }",
    ]));
}

/// Texts with a cursor, each with the call around it.
#[test]
fn signatures() {
    const HEAD: &str = "## Mine.\ntemplate own(x: string, y: duration = 1s) { latency u{a=$x} under $y }\n";
    let mut out = String::new();
    for call in [
        "own(‸",
        "own(\"a\", ‸) {}",
        "own(y: 2s‸, x: \"a\") {}",
        "own(y: 2s, x‸: \"a\") {}",
        "own(\"a\", 1s, ‸)",
        "own‸()",
        "no(‸)",
    ] {
        let editor = Editor::new(&format!("{HEAD}user journey a {{ step b {{ sli c = {call}\n}} }}"));
        let (file, offset) = editor.at();
        let found = signature(&editor.project(), file, offset).map(|s| {
            let active = s.active.map_or("none", |i| s.parameters[i].of(&s.label));
            format!("{} · active: {active} · {:?}", s.label, s.documentation.as_deref().unwrap_or_default())
        });
        let _ = writeln!(out, "{call}\n  {}", found.as_deref().unwrap_or("nothing"));
    }
    insta::assert_snapshot!(out);
}

/// The examples with their hints between the words, only lines that have any.
#[test]
fn hints_stand_behind_what_is_written() {
    let mut out = String::new();
    let written = Editor::new(
        "defaults { window 7d }\nuser journey a {\n  owner x\n  alerts {\n    page 2% in 1h, 50% in 1h\n  }\n  step b {\n    sli slow {\n      latency x_milliseconds under 300ms\n      target 90%\n      traffic 60/min\n    }\n  }\n}\nuser journey c { window 30d\n step d { sli e { up u target 99% } } target 98% }\n",
    );
    let all = std::iter::once(("written".to_string(), written)).chain(Editor::examples());
    for (name, editor) in all {
        for (index, (file, text)) in editor.files.iter().enumerate() {
            let whole = Span { start: 0, end: text.len() as u32 };
            let found = hints::hints(&editor.project(), FileId(index as u32), whole);
            let _ = writeln!(out, "── {name}/{file}");
            for line in text.split_inclusive('\n').scan(0, |at, line| {
                let from = *at;
                *at += line.len();
                Some((from, line))
            }) {
                let (from, line) = (line.0 as u32, line.1);
                let here: Vec<_> = found.iter().filter(|h| (from..from + line.len() as u32).contains(&h.at)).collect();
                if !here.is_empty() {
                    let mut marked = line.trim_end().to_string();
                    here.iter()
                        .rev()
                        .for_each(|h| marked.insert_str((h.at - from) as usize, &format!(" ⟦{}⟧", h.text)));
                    let _ = writeln!(out, "{}", marked.trim_start());
                    here.iter().filter(|_| name == "written").for_each(|h| {
                        let _ = writeln!(out, "    {}", h.tooltip.replace('\n', " "));
                    });
                }
            }
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn words_have_colours_by_their_place() {
    let text = "## Doc.\nuse std.http as total\nsite at \"At\" {}\ntemplate page(sli: regex = \".+\") {\n  bad total{in=~$sli, \"step\"=\"x\"}\n  total `sum by (a) (rate(step{b=~\"c\"}[$window]))\n    / 2`\n}\nuser journey owner \"Title\" {\n  owner owner # why\n  at at\n  delivers owner\n  compose all\n  labels { tier \"1\" }\n  step step {\n    sli sli = total.fast(job: \"x\", limit: 1s) {\n      target 99%\n      alerts { page 2% in 1h }\n    }\n  }\n  broken ( here \"x\" 5%\n}\n";
    let editor = Editor::new(text);
    let mut out = String::new();
    let all = tokens(&editor.project(), FileId(0));
    coloured(text, &all);
    for token in &all {
        let line = text[..token.span.start as usize].matches('\n').count() + 1;
        let declares = if token.declares { " declares" } else { "" };
        let _ = writeln!(out, "{line:>3} {:?}{declares} {}", token.kind, token.span.of(text));
    }
    insta::assert_snapshot!(format!("{text}────\n{out}"));
}

/// Every token but brackets, commas, dots and colons has a colour, in every example.
#[test]
fn nothing_stays_without_colour() {
    for files in projects() {
        let editor = Editor::of(files);
        for (index, (name, text)) in editor.files.iter().enumerate() {
            let all = tokens(&editor.project(), FileId(index as u32));
            coloured(text, &all);
            let lexed = tabi::syntax::lexer::lex(text);
            let words = lexed.tokens.iter().map(|t| t.span).chain(lexed.comments.iter().copied());
            for span in words.filter(|s| !["", "{", "}", "(", ")", ",", ".", ":"].contains(&s.of(text))) {
                assert!(all.iter().any(|t| t.span.start == span.start), "{name}: {:?}", span.of(text));
            }
        }
    }
}

#[test]
fn the_journey_at_a_place_is_generated() {
    let editor = Editor::new(
        "user journey a { owner x step s { sli u { up g target 99% } } }\n\nuser journey b {\n  ‸owner x step s { sli u { up h target 99% } } }\n",
    );
    let (project, (file, offset)) = (editor.project(), editor.at());
    let name = |at: u32| generated::journey_at(&project, file, at).expect("a journey");
    assert_eq!((name(offset).as_str(), name(3).as_str(), name(64).as_str()), ("b", "a", "a"));
    let rules = generated::rules(&project, "b").expect("rules");
    assert!(rules.contains("groups:") && rules.contains("journey: b") && !rules.contains("journey: a"), "{rules}");
    let address = |what: &str| {
        let at = project.text(file).rfind(what).expect("there");
        generated::address_at(&project, file, u32::try_from(at).expect("small"))
    };
    assert_eq!(
        [address("owner"), address("s {"), address("target")],
        ["b", "b.s", "b.s.u"].map(|address| Some(address.to_string()))
    );
    let shown = generated::alerts(&project, "b").expect("a table");
    assert_eq!(shown, tabi::show::show(project.model, project.options, Some("b")).expect("a table"));
    assert!(generated::alerts(&project, "b.s.u").expect("a table").contains("page 1h/5m"));
    assert!(generated::rules(&project, "c").expect_err("none").contains("no journey `c`"));
    let broken = Editor::new("user journey a { owner x step s { sli u { up g target 99 } } }");
    let why = generated::rules(&broken.project(), "a").expect_err("it has an error");
    assert!(why.contains("x.tabi:1"), "{why}");
    assert!(generated::journey_at(&Editor::new("# nothing").project(), FileId(0), 0).is_none());
}

/// What is in a journey is offered where it is misspelt whose it is.
#[test]
fn a_misspelt_audience_hides_nothing() {
    let offers = |text: &str| {
        let editor = Editor::new(text);
        let (file, offset) = editor.at();
        let offers = completion(&editor.project(), file, offset);
        offers.iter().map(|offer| offer.label.clone()).collect::<BTreeSet<_>>()
    };
    let right = offers("user journey a {\n  ‸\n}\n");
    let wrong = offers("usr journey a {\n  ‸\n}\n");
    assert!(right.contains("step") && right.is_subset(&wrong), "{right:?} {wrong:?}");
    let step =
        |whose: &str| offers(&format!("{whose} journey a {{\n  step b {{\n    sli c {{\n      ‸\n    }}\n  }}\n}}\n"));
    assert_eq!(step("develper"), step("developer"));
}
