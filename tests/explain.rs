//! The texts behind `tabi explain`: each example shows what it says it shows. Those of `tabi import` are tried in `tests/import.rs`.

mod corpus;

use corpus::project::compile;
use tabi::diagnostic::catalogue::ALL;
use tabi::source::{FileId, SourceFile};
use tabi::syntax::format::format_checked;

#[test]
fn every_text_has_a_title_a_sentence_and_examples() {
    for entry in ALL {
        let name = entry.name;
        assert!(entry.text.starts_with(&format!("# {name}\n\n")), "{name}: the title is the name");
        let summary = entry.summary();
        assert!(summary.ends_with('.') && summary.len() > 15, "{name}: a sentence, not {summary:?}");
        assert!(!summary.contains('\n') && summary.len() < 130, "{name}: the sentence fits a line of a list");
        for heading in ["Wrong", "Right"] {
            assert!(!entry.examples(heading).is_empty(), "{name} has nothing under {heading}");
        }
        assert!(entry.text.ends_with("```\n"), "{name}: the examples are the end");
    }
}

#[test]
fn wrong_examples_provoke_what_they_explain_and_no_other_error() {
    let mut wrong = Vec::new();
    for entry in ALL.iter().filter(|entry| !entry.import) {
        for (i, files) in entry.examples("Wrong").iter().enumerate() {
            let compiled = compile(files);
            let others: Vec<&str> = compiled.errors().into_iter().filter(|name| *name != entry.name).collect();
            if !compiled.says(entry.name) || !others.is_empty() {
                let said = compiled.rendered(|_| true);
                wrong.push(format!("{} {i}: others {others:?}, says\n{said}\n", entry.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn right_examples_have_no_error_and_not_what_they_explain() {
    let mut wrong = Vec::new();
    for entry in ALL.iter().filter(|entry| !entry.import) {
        for (i, files) in entry.examples("Right").iter().enumerate() {
            let compiled = compile(files);
            if compiled.says(entry.name) || !compiled.errors().is_empty() {
                wrong.push(format!("{} {i} says\n{}\n", entry.name, compiled.rendered(|_| true)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn examples_are_in_the_one_style() {
    let mut wrong = Vec::new();
    for sample in corpus::catalogue() {
        // what is broken is left as it is
        let file = SourceFile::new(sample.name.as_str(), sample.text.as_str());
        match format_checked(FileId(0), &file) {
            Ok(formatted) if formatted != sample.text => {
                wrong.push(format!("{}\n{}", sample.name, formatted));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
