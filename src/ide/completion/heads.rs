//! What follows within an entry of a block: behind the words that declare, behind `use`, `=`, measures and settings.

use super::{Asked, CompletionKind as Offer, Offers, calls, selectors, values};
use crate::ide::spot::{Next, has_bound};
use crate::schema::Block;
use crate::schema::kind::Kind;
use crate::source::FileId;
use crate::stdlib;

/// What may follow the words of the entry that is being written.
pub fn offer(asked: &Asked<'_>, offers: &mut Offers) {
    match asked.spot.next {
        // the name of what is declared is the writer's own
        Next::Entry
        | Next::Lost
        | Next::Name(_)
        | Next::Params
        | Next::Alias
        | Next::Called
        | Next::Body(_)
        | Next::Valued(_)
        | Next::Item => {}
        Next::Title(block) if block != Block::Sli => {}
        Next::Title(_) => {
            offers.snippet("= template", Offer::Snippet, "what a template measures", "", "= $0");
            offers.snippet(
                "{ measure }",
                Offer::Snippet,
                "a measure of its own",
                "",
                "{\n  $1\n  target ${2:99.9%}\n}$0",
            );
        }
        Next::Journey => offers.add("journey", Offer::Keyword, "a path that people take", ""),
        Next::Used => {
            for module in stdlib::ALL {
                offers.add(&format!("std.{}", module.name), Offer::Module, "ships with tabi", &module.doc());
            }
            for path in files(asked) {
                let text = format!("\"{path}\"");
                offers.add(&text, Offer::File, "a file of the project", "");
            }
        }
        Next::Path => path(asked, offers),
        Next::PathName => {
            let root = asked.back(2).map(|t| t.span.of(asked.text));
            let deeper = asked.back(3).is_some_and(|t| t.kind == Kind::Dot);
            if root == Some("std") && !deeper {
                for module in stdlib::ALL {
                    offers.add(module.name, Offer::Module, "ships with tabi", &module.doc());
                }
            }
        }
        Next::Defaults => {
            for (word, of) in [
                ("user", "those who use the system"),
                ("developer", "those who build it"),
                ("operator", "those on call for it"),
            ] {
                offers.add(word, Offer::Keyword, &format!("only journeys of {of}"), "");
            }
        }
        Next::Callee => calls::callees(asked, offers),
        Next::Query(measure) => selectors::query(asked, measure, offers),
        Next::Metric(measure) | Next::Queried(measure) => {
            if has_bound(measure) {
                let detail = if measure == Kind::Latency { "slower is bad" } else { "older is bad" };
                offers.add("under", Offer::Keyword, detail, "The bound: a duration.");
            }
        }
        Next::Bound(measure) => values::bound(asked, measure, offers),
        Next::Value(setting, nth) => values::first(asked, setting, nth == 0, offers),
        Next::Second(_) => values::severity(offers),
        Next::In(_) => offers.add("in", Offer::Keyword, "the time in which it burns", ""),
        Next::Time(_) => values::times(asked, offers),
    }
}

/// Behind a whole path only `as` may follow.
fn path(asked: &Asked<'_>, offers: &mut Offers) {
    if asked.back(2).is_some_and(|t| t.kind == Kind::Dot) && asked.back(1).is_some_and(|t| t.kind.is_name()) {
        offers.add(
            "as",
            Offer::Keyword,
            "another prefix",
            "The prefix of its templates in this file: `use std.http as h`.",
        );
    }
}

/// The files of the project as this one would `use` them, without those that it uses already.
pub fn files(asked: &Asked<'_>) -> Vec<String> {
    let sources = asked.files.project.sources;
    let own = &sources.file(asked.file).name;
    let unit = asked.files.project.unit(asked.file);
    let used = |file: FileId| {
        unit.is_some_and(|u| {
            u.uses.iter().any(|(span, target)| {
                let written = (span.start..=span.end).contains(&asked.offset);
                !written && *target == crate::project::Target::File(file)
            })
        })
    };
    let others = asked.files.project.units.iter().map(|u| u.file).filter(|f| *f != asked.file && !used(*f));
    others.map(|file| relative(own, &sources.file(file).name)).collect()
}

/// A path as a file beside `own` writes it: `./sites.tabi`, `../common/sites.tabi`.
fn relative(own: &str, path: &str) -> String {
    let mut from: Vec<&str> = own.split('/').collect();
    from.pop();
    let to: Vec<&str> = path.split('/').collect();
    let shared = from.iter().zip(&to[..to.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = from.len() - shared;
    let lead = if up == 0 { "./".to_string() } else { "../".repeat(up) };
    format!("{lead}{}", to[shared..].join("/"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_are_relative_to_the_file() {
        assert_eq!(super::relative("a.tabi", "b.tabi"), "./b.tabi");
        assert_eq!(super::relative("x/a.tabi", "b.tabi"), "../b.tabi");
        assert_eq!(super::relative("x/a.tabi", "x/y/b.tabi"), "./y/b.tabi");
        assert_eq!(super::relative("x/a.tabi", "y/b.tabi"), "../y/b.tabi");
    }
}
