//! The documentation says what the program does. `UPDATE_DOCS=1 cargo test --test docs` writes anew what is generated: the pictures of
//! diagnostics, the output of `tabi show`, the table of diagnostics and the library. Read the difference before it is committed.

#![allow(clippy::disallowed_methods, reason = "these tests read, and on demand write, the repository's own pages")]

mod corpus;

use clap::CommandFactory as _;
use corpus::markdown::{Block, blocks, files};
use corpus::project::{Compiled, compile};
use std::fmt::Write as _;
use std::path::PathBuf;
use tabi::diagnostic::catalogue;
use tabi::schema::{MEASURES, SETTINGS};
use tabi::show::library::{self, PARTS};
use tabi::source::{FileId, SourceFile};
use tabi::syntax::format::format_checked;

/// What a block without a name of its own is called in the pictures.
const NAME: &str = "shop.tabi";

fn pages() -> Vec<String> {
    let mut pages: Vec<String> = corpus::files("docs", "md").iter().map(|p| relative(p)).collect();
    pages.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "editors/vscode/README.md"]
            .map(String::from),
    );
    pages
}

fn relative(path: &std::path::Path) -> String {
    path.strip_prefix(corpus::root()).expect("inside").to_string_lossy().replace('\\', "/")
}

fn path(page: &str) -> PathBuf {
    corpus::root().join(page)
}

/// Whether generated parts are written and not compared.
fn update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|v| !v.is_empty())
}

/// Compares a generated part of a page with what stands there, or writes it.
fn generated(page: &str, old: &str, new: &str, wrong: &mut Vec<String>, line: usize) {
    if old == new {
        return;
    }
    if update() {
        let text = corpus::read(page).replacen(&format!("\n{old}"), &format!("\n{new}"), 1);
        // at once, for the other tests read it
        let beside = path(&format!("{page}.new"));
        std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path(page))).expect("written");
    } else {
        wrong.push(format!("{page}:{line} should be\n{new}"));
    }
}

/// What the program says to a block: the diagnostics that are named in it, or the output of `$ tabi show …`.
fn said(compiled: &Compiled, block: &Block) -> Option<String> {
    if let Some(rest) = block.text.strip_prefix("$ tabi show") {
        let address = rest.lines().next().unwrap_or("").trim();
        let shown = compiled.show((!address.is_empty()).then_some(address));
        return Some(format!(
            "$ tabi show{}{address}\n{}\n",
            if address.is_empty() { "" } else { " " },
            shown.trim_end()
        ));
    }
    let is_picture = ["error[", "warning[", "hint["].iter().any(|w| block.text.starts_with(w));
    let named = |d: &tabi::diagnostic::Diagnostic| block.text.contains(&format!("{}[{}]", d.severity.text(), d.name()));
    is_picture.then(|| format!("{}\n", compiled.rendered(named)))
}

#[test]
fn examples_compile_and_pictures_are_what_the_program_says() {
    let mut wrong = Vec::new();
    for page in pages() {
        let mut compiled: Option<Compiled> = None;
        let all = blocks(&corpus::read(&page));
        for (i, block) in all.iter().enumerate() {
            let at = format!("{page}:{}", block.line);
            if block.language == "tabi" {
                let own = compile(&files(&block.text, NAME));
                let pictured = all.get(i + 1).and_then(|next| said(&own, next)).unwrap_or_default();
                let quiet = own.errors().into_iter().find(|name| !pictured.contains(&format!("error[{name}]")));
                if let Some(name) = quiet {
                    wrong.push(format!("{at}: {name}\n{}", own.rendered(|_| true)));
                }
                compiled = Some(own);
            } else if let Some(compiled) = &compiled
                && let Some(new) = said(compiled, block)
            {
                generated(&page, &block.text, &new, &mut wrong, block.line);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn examples_are_in_the_one_style() {
    let mut wrong = Vec::new();
    for page in pages() {
        for block in blocks(&corpus::read(&page)).into_iter().filter(|b| b.language == "tabi") {
            let file = SourceFile::new(NAME, block.text.as_str());
            // what is broken stands before the picture of its error
            let Ok(formatted) = format_checked(FileId(0), &file) else { continue };
            if formatted != block.text {
                wrong.push(format!("{page}:{} should be\n{formatted}", block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_guide_has_every_word() {
    let guide = corpus::read("docs/guide.md");
    let in_code = |word: &str| guide.contains(&format!("`{word}`"));
    let settings = SETTINGS.iter().map(|s| s.key.text().trim_matches('`').to_string());
    let measures = MEASURES.iter().map(|k| k.text().trim_matches('`').to_string());
    let names = catalogue::ALL.iter().map(|e| e.name.to_string());
    let missing: Vec<String> = settings.chain(measures).chain(names).filter(|w| !in_code(w)).collect();
    assert!(missing.is_empty(), "the guide does not mention {missing:?}");
}

/// `docs/std.md`, from its table on, is made from the doc comments of the modules that ship.
#[test]
fn the_library_is_described_as_it_describes_itself() {
    let modules = library::modules();
    let mut new = "| module | |\n|---|---|\n".to_string();
    for module in &modules {
        let _ = writeln!(new, "| [std.{0}](#std{0}) | {1} |", module.name, module.summary());
    }
    for module in &modules {
        let _ = writeln!(new, "\n## std.{}\n\n{}", module.name, module.doc.join("\n\n"));
        for template in &module.templates {
            let _ = writeln!(new, "\n### {}.{}\n", module.name, template.name);
            let _ = writeln!(new, "```text\n{}\n```\n", template.signature(module.name));
            for (i, paragraph) in template.doc.iter().enumerate() {
                let part = PARTS.iter().any(|p| paragraph.starts_with(p));
                let before = if part && !PARTS.iter().any(|p| template.doc[i - 1].starts_with(p)) { "\n" } else { "" };
                let _ = writeln!(new, "{before}{}{paragraph}", if part { "- " } else { "" });
            }
            for (word, value) in &template.settings {
                let _ = writeln!(new, "- `{word} {value}`");
            }
        }
    }
    let page = corpus::read("docs/std.md");
    let (by_hand, old) = page.split_at(page.find("| module |").expect("the table"));
    let known =
        |name: &str| modules.iter().any(|m| m.templates.iter().any(|t| format!("{}.{}", m.name, t.name) == name));
    for row in by_hand.lines().filter(|l| l.starts_with("| ")) {
        for name in row.split('`').skip(1).step_by(2).filter(|name| name.contains('.')) {
            assert!(known(name), "docs/std.md: there is no template {name}");
        }
    }
    let mut wrong = Vec::new();
    generated("docs/std.md", old, &new, &mut wrong, 1);
    assert!(wrong.is_empty(), "UPDATE_DOCS=1 cargo test --test docs writes it: {}", wrong.join("\n"));
}

#[test]
fn the_table_of_diagnostics_is_that_of_the_catalogue() {
    let page = corpus::read("docs/diagnostics.md");
    let begin = page.find("| name |").expect("the table");
    let mut table = "| name | severity | what it says |\n|---|---|---|\n".to_string();
    for entry in catalogue::ALL {
        let _ = writeln!(table, "| `{}` | {} | {} |", entry.name, entry.severity.text(), entry.summary());
    }
    let mut wrong = Vec::new();
    let old: String = page[begin..].split_inclusive('\n').take_while(|l| l.starts_with('|')).collect();
    generated("docs/diagnostics.md", &old, &table, &mut wrong, 1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rows of all tables of a page, each as its cells.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let lines = page.lines().filter(|line| line.starts_with("| ") && line.ends_with('|'));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn the_truth_battery_is_shown_as_it_came_out() {
    let stored = corpus::read("tests/truth/prometheus-3.md");
    let table = stored.split_once("\n\n").expect("a table below its title").1;
    let page = corpus::read("docs/rules.md");
    let begin = page.find("| world |").expect("the table");
    let old: String = page[begin..].split_inclusive('\n').take_while(|l| l.starts_with('|')).collect();
    let mut wrong = Vec::new();
    generated("docs/rules.md", &old, table, &mut wrong, 1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // world, truth and what three kinds of rules show
    let measured = rows(table);
    let readme = corpus::read("README.md");
    let shown: Vec<Vec<&str>> = rows(&readme).into_iter().filter(|r| r.len() == 5 && r[1].contains('%')).collect();
    assert!(shown.len() >= 5, "README.md shows {} worlds", shown.len());
    for row in shown {
        let found = measured.iter().find(|m| m[0] == row[0]).unwrap_or_else(|| panic!("{}: measured nowhere", row[0]));
        assert_eq!(row[1..], [found[3], found[4], found[5], found[6]], "{} in README.md", row[0]);
    }
}

#[test]
fn commands_that_are_shown_exist() {
    let mut seen = 0;
    for page in pages() {
        for block in blocks(&corpus::read(&page)).into_iter().filter(|b| b.language == "sh") {
            for line in block.text.lines() {
                let line =
                    line.split(" #").next().unwrap_or("").split([';', '|', '>', '<', '&']).next().unwrap_or("").trim();
                let arguments = match (line.strip_prefix("tabi "), line.split_once(" -- ")) {
                    (Some(arguments), _) => arguments,
                    (None, Some((cargo, arguments))) if cargo.starts_with("cargo run") => arguments,
                    _ => continue,
                };
                let words = std::iter::once("tabi").chain(arguments.split_whitespace());
                if let Err(e) = tabi::cli::Cli::command().try_get_matches_from(words) {
                    panic!("{page}:{}: `{line}`: {e}", block.line);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "only {seen} commands were found");
}

#[test]
fn links_lead_to_files_of_the_repository() {
    for page in pages() {
        let text = corpus::read(&page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let whole = if file.is_empty() { path(&page) } else { path(&page).parent().expect("a folder").join(file) };
            assert!(whole.exists(), "{page}: {target} leads nowhere");
            if !anchor.is_empty() {
                let text = std::fs::read_to_string(&whole).expect("read");
                let found = text.lines().filter(|l| l.starts_with('#')).any(|l| slug(l) == anchor);
                assert!(found, "{page}: {target} has no such heading");
            }
        }
    }
}

/// The anchor of a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().replace(' ', "-")
}
