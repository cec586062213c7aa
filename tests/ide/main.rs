//! What an editor asks: each snapshot holds the files with the cursor `‸` and what is answered; and what must hold at every byte.

#[path = "../corpus/mod.rs"]
mod corpus;
mod everywhere;
mod hovers;

use corpus::editor::Editor;
use std::fmt::Write;
use tabi::ide::folding::{FoldKind, folds};
use tabi::ide::links::{LinkTarget, links};
use tabi::ide::symbols::{self, Symbol};
use tabi::ide::{definition, references, rename, selection};
use tabi::source::{FileId, Place, Span};

const SHOP: &str = r#"
# file: templates/web.tabi
## Requests that are answered without a server error.
template answered(service: string, bad: regex = "5..") {
  bad   http_requests_total{job=$service, code=~$bad}
  total http_requests_total{job=$service}
}

## Jobs that are young enough.
template young(limit: duration, queue: string) {
  holds `max by (queue) (age_seconds{queue=$queue}) < $limit`
}
# file: shop.tabi
use std.http
use std.github_actions as gha
use "./templates/web.tabi"

site tokyo "Tokyo" { external_labels { region "tokyo" } }

defaults {
  runbook "https://runbooks.example.com/$journey/$step"
}

## A buyer pays.
user journey checkout "Checkout" {
  owner  payments
  at     tokyo
  target 99%

  step pay "Pay by card" {
    sli answered = answered(service: "pay") {
      target 99.9%
      traffic 50k/day
    }
    sli fast = http.fast(job: "pay", limit: 250ms) {
      target 99%
    }
  }
}
# file: delivery.tabi
use std.github_actions as gha
use "./templates/web.tabi"

developer journey delivery {
  owner    platform
  delivers checkout
  # tabi: allow(too-rare) few jobs
  sli queue = gha.jobs_start_within(60s) { target 95% }
  sli young = young(limit: 5m, queue: "deploy") { target 95% }
}
"#;

/// The project above with a cursor before the nth time that a text stands there.
fn shop(text: &str, nth: usize) -> Editor {
    let (at, _) = SHOP.match_indices(text).nth(nth).unwrap_or_else(|| panic!("{text} {nth}"));
    let mut with = SHOP.to_string();
    with.insert(at, '‸');
    Editor::new(&with)
}

/// The line with the cursor.
fn line(editor: &Editor) -> String {
    let marked = editor.marked(&[]);
    marked.lines().find(|l| l.contains('‸')).unwrap_or("").trim().to_string()
}

/// `shop.tabi:3:5 checkout`
fn place(editor: &Editor, place: Place) -> String {
    let source = editor.sources.file(place.file);
    let at = source.line_column(place.span.start);
    let text = editor.sources.text(place).lines().next().unwrap_or("");
    format!("{}:{}:{} {text}", source.name, at.line, at.column)
}

#[test]
fn definitions_lead_over_files() {
    let mut out = SHOP.to_string();
    for (text, nth) in [
        ("checkout\n", 0),
        ("checkout \"", 0),
        ("tokyo\n", 0),
        ("answered(service: \"pay", 0),
        ("service: \"pay", 0),
        ("$service", 0),
        ("bad}", 0),
        ("$limit", 0),
        ("limit: 5m", 0),
        ("gha.jobs", 0),
        ("jobs_start", 0),
        ("http.fast", 0),
        ("fast(job", 0),
        ("limit: 250ms", 0),
        ("gha\n", 0),
        ("github_actions", 0),
        ("std.http", 0),
        ("./templates", 1),
        ("pay \"Pay", 0),
        ("fast =", 0),
        ("owner", 0),
        ("http_requests_total", 0),
    ] {
        let editor = shop(text, nth);
        let (file, offset) = editor.at();
        let _ = writeln!(out, "\n{}", line(&editor));
        let found = definition::definition(&editor.project(), file, offset);
        for d in &found {
            let from = Place { file, span: d.from };
            let whole = editor.sources.name_and_line(d.whole);
            let _ = writeln!(out, "  `{}` → {} of {whole}", editor.sources.text(from), place(&editor, d.name));
        }
        if found.is_empty() {
            out.push_str("  nowhere\n");
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_file_sees_its_own_templates_first_and_then_those_of_what_it_uses() {
    let template = "template t() { up a }\n";
    let call = "user journey j { sli x = ‸t() { target 99% } }\n";
    let leads = |files: &str| {
        let editor = Editor::new(files);
        let (file, offset) = editor.at();
        let found = definition::definition(&editor.project(), file, offset);
        found.iter().map(|d| editor.sources.name_and_line(d.name)).collect::<Vec<_>>()
    };
    let uses = "use \"./a.tabi\"\nuse \"./b.tabi\"\n";
    let others = format!("# file: b.tabi\n{template}# file: a.tabi\n{template}");
    assert_eq!(leads(&format!("# file: x.tabi\n{uses}{template}{call}{others}")), ["x.tabi:3"]);
    assert_eq!(leads(&format!("# file: x.tabi\n{uses}{call}{others}")), ["a.tabi:1"]);
    assert!(leads(&format!("# file: x.tabi\n{call}{others}")).is_empty());
    // what a used file uses is not seen
    let chain = format!("# file: x.tabi\nuse \"./c.tabi\"\n{call}# file: c.tabi\n{uses}{others}");
    assert!(leads(&chain).is_empty());
}

#[test]
fn references_are_found_over_files() {
    let mut out = SHOP.to_string();
    for (text, nth) in [
        ("checkout\n", 0),
        ("tokyo\n", 0),
        ("answered(", 0),
        ("service:", 0),
        ("$limit", 0),
        ("gha\n", 0),
        ("fast(job", 0),
        ("pay \"Pay", 0),
        ("http_requests_total", 0),
        ("code", 0),
        ("too-rare", 0),
    ] {
        let editor = shop(text, nth);
        let (file, offset) = editor.at();
        let _ = writeln!(out, "\n{}", line(&editor));
        let all = references::references(&editor.project(), file, offset, true);
        let uses = references::references(&editor.project(), file, offset, false);
        for found in all {
            let what = if uses.contains(&found) { "" } else { ", declared" };
            let _ = writeln!(out, "  {}{what}", place(&editor, found));
        }
    }
    insta::assert_snapshot!(out);
}

/// What a rename makes of the lines that it touches.
fn renamed(editor: &Editor, name: &str) -> String {
    let (file, offset) = editor.at();
    let mut out = format!("\n{} → {name}\n", line(editor));
    match rename::rename(&editor.project(), file, offset, name) {
        Err(why) => {
            let _ = writeln!(out, "  error: {why}");
        }
        Ok(edits) => {
            for (before, after) in editor.files.iter().zip(editor.edited(&edits)) {
                for (a, b) in before.1.lines().zip(after.1.lines()).filter(|(a, b)| a != b) {
                    let _ = writeln!(out, "  {}\n  - {}\n  + {}", before.0, a.trim(), b.trim());
                }
            }
            if let Some(note) = rename::consequence(&editor.project(), file, offset) {
                let _ = writeln!(out, "  note: {note}");
            }
        }
    }
    out
}

#[test]
fn renames_reach_everything() {
    let mut out = SHOP.to_string();
    for (text, nth, name) in [
        ("checkout\n", 0, "till"),
        ("tokyo\n", 0, "osaka"),
        ("answered(service: \"pay", 0, "ok"),
        ("$service", 0, "job"),
        ("$limit", 0, "bound"),
        ("gha.jobs", 0, "actions"),
        ("gha.jobs", 0, "github_actions"),
        ("http.fast", 0, "web"),
        ("pay \"Pay", 0, "card"),
        ("fast =", 0, "quick"),
    ] {
        out.push_str(&renamed(&shop(text, nth), name));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let mut out = String::new();
    for (text, nth, name) in [
        ("checkout\n", 0, "Check-Out"),
        ("checkout\n", 0, "予約"),
        ("checkout\n", 0, "delivery"),
        ("answered(service: \"pay", 0, "young"),
        ("service: string", 0, "bad"),
        ("$limit", 0, "window"),
        ("gha\n", 0, "http"),
        ("fast =", 0, "answered"),
        ("queue =", 0, "young"),
        ("fast(job", 0, "x"),
        ("limit: 250ms", 0, "x"),
        ("http_requests_total", 0, "x"),
        ("code", 0, "x"),
        ("$journey", 0, "x"),
        ("too-rare", 0, "x"),
        ("./templates", 1, "x"),
        ("github_actions", 0, "x"),
        ("owner", 0, "x"),
    ] {
        out.push_str(&renamed(&shop(text, nth), name));
    }
    let twice = "user journey a‸ { target 99% }\nuser journey a { target 99% }\n";
    out.push_str(&renamed(&Editor::new(twice), "b"));
    out.push_str(&renamed(&Editor::new("developer journey a { delivers nobody‸ }\n"), "b"));
    insta::assert_snapshot!(out);
}

#[test]
fn files_that_are_broken_elsewhere_still_answer() {
    let editor = Editor::new(
        "template t(limit: duration {\n  age a under $limit\n}\nuser journey ‸a {\n  step {\n  sli b = t(limit: ) {\n  step c \"C\" { delivers a target }\n",
    );
    let mut out = editor.marked(&[]);
    let (file, offset) = editor.at();
    let project = editor.project();
    let all = references::references(&project, file, offset, true);
    let _ = writeln!(out, "a: {:?}", all.iter().map(|p| place(&editor, *p)).collect::<Vec<_>>());
    let at = |text: &str| editor.files[0].1.find(text).expect("there") as u32 + 1;
    for text in ["$limit", "limit: )", "t(limit: )"] {
        let found = definition::definition(&project, file, at(text));
        let _ = writeln!(out, "{text}: {:?}", found.iter().map(|d| place(&editor, d.name)).collect::<Vec<_>>());
    }
    tree(&mut out, &editor, file, &symbols::of_file(&project, file), 0);
    insta::assert_snapshot!(out);
}

fn tree(out: &mut String, editor: &Editor, file: FileId, all: &[Symbol], depth: usize) {
    for symbol in all {
        let lines = |span: Span| {
            let source = editor.sources.file(file);
            format!("{}–{}", source.line_of(span.start) + 1, source.line_of(span.end) + 1)
        };
        let detail = symbol.detail.as_deref().map(|d| format!(" ({d})")).unwrap_or_default();
        let indent = "  ".repeat(depth);
        let _ = writeln!(out, "{indent}{:?} {}{detail} {}", symbol.kind, symbol.name, lines(symbol.span));
        tree(out, editor, file, &symbol.children, depth + 1);
    }
}

#[test]
fn symbols_of_files_and_of_the_project() {
    let editor = shop("owner", 0);
    let project = editor.project();
    let mut out = String::new();
    for unit in &editor.units {
        let _ = writeln!(out, "── {}", editor.sources.file(unit.file).name);
        tree(&mut out, &editor, unit.file, &symbols::of_file(&project, unit.file), 0);
    }
    for query in ["", "checkout", "pay", "CHP", "card", "young", "zz"] {
        let _ = writeln!(out, "── {query:?}");
        for found in symbols::of_project(&project, query) {
            let _ = writeln!(out, "{:?} {}: {}", found.kind, found.name, place(&editor, found.place));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn selections_grow() {
    let mut out = String::new();
    for (text, nth) in [("\"Pay by", 0), ("by card", 0), ("queue)", 0), ("service}", 0), ("5m,", 0), ("few jobs", 0)] {
        let editor = shop(text, nth);
        let (file, offset) = editor.at();
        let _ = writeln!(out, "── {}", line(&editor));
        for span in selection::spans(&editor.project(), file, offset) {
            let text = editor.sources.text(Place { file, span }).lines().collect::<Vec<_>>();
            let lines = if text.len() > 1 {
                format!(" … {} ({} lines)", text[text.len() - 1], text.len())
            } else {
                String::new()
            };
            let _ = writeln!(out, "{}{lines}", text.first().unwrap_or(&""));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn folds_and_links() {
    let text = "# one\n# two\n\n# alone\nuse std.http\nuse std.probe as p # here\n# and\nuse \"./none.tabi\"\n\
        # file: y.tabi\nuse \"./x.tabi\"\ndefaults {\n  runbook \"https://r.example.com/$journey\"\n}\ndefaults developer { runbook \"https://dev.example.com\" }\n\
        user journey a {\n  runbook \"https://r.example.com/$journey\"\n  step b {\n    runbook \"https://r.example.com/$journey/$step/$sli\"\n    \
        sli c {\n      runbook \"https://r.example.com/$journey/$step/$sli\"\n      holds `a\n        < 1`\n      target 99%\n    }\n  }\n  \
        sli d { runbook \"http://r.example.com/$journey/$step/$sli\" up a target 99% }\n  sli e { runbook \"see the wiki\" up b{\n    job=\"x\"\n  } target 99%\n";
    let editor = Editor::new(text);
    let mut out = editor.marked(&[]);
    for unit in &editor.units {
        let source = editor.sources.file(unit.file);
        let _ = writeln!(out, "── {}", source.name);
        for (span, kind) in folds(&editor.project(), unit.file) {
            let what = match kind {
                FoldKind::Block => "block",
                FoldKind::Comment => "comment",
                FoldKind::Uses => "uses",
            };
            let _ = writeln!(out, "{what} {}–{}", source.line_of(span.start) + 1, source.line_of(span.end) + 1);
        }
        for (span, target) in links(&editor.project(), unit.file) {
            let to = match target {
                LinkTarget::Url(url) => url,
                LinkTarget::File(file) => editor.sources.file(file).name.clone(),
            };
            let _ = writeln!(out, "{} → {to}", place(&editor, Place { file: unit.file, span }));
        }
    }
    insta::assert_snapshot!(out);
}
