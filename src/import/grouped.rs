//! What is the same of many places, said once: a directory with hundreds of resources says the same of each of them.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use std::collections::HashMap;

/// So many places are said one by one.
const FEW: usize = 2;
/// So many of the other places are named.
const NAMED: usize = 3;

/// The diagnostics, with one for all that say the same; it names how many there are, and the first of their places. Errors stay as they
/// are: each of them has to be mended.
pub fn grouped(sources: &Sources, all: &[Diagnostic]) -> Vec<Diagnostic> {
    let key = |d: &Diagnostic| (d.name(), d.severity, d.message.clone(), d.help.clone());
    let mut groups: HashMap<_, Vec<&Diagnostic>> = HashMap::new();
    for diagnostic in all.iter().filter(|d| d.severity != Severity::Error) {
        groups.entry(key(diagnostic)).or_default().push(diagnostic);
    }
    let mut kept = Vec::new();
    for diagnostic in all {
        match groups.get(&key(diagnostic)) {
            Some(same) if same.len() > FEW => {
                let is_first = same.first().is_some_and(|first| std::ptr::eq(*first, diagnostic));
                kept.extend(is_first.then(|| said(sources, same)).flatten());
            }
            _ => kept.push(diagnostic.clone()),
        }
    }
    kept
}

fn said(sources: &Sources, same: &[&Diagnostic]) -> Option<Diagnostic> {
    let (first, others) = same.split_first()?;
    let named: Vec<String> = others.iter().take(NAMED).map(|d| sources.name_and_line(d.place())).collect();
    let rest = others.len() - named.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let places =
        format!("the same at {} other places: {}{more}; `--each` shows them all", others.len(), named.join(", "));
    let help = match &first.help {
        Some(help) => format!("{help}\n{places}"),
        None => places,
    };
    Some((*first).clone().help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::catalogue::NOT_IMPORTED;
    use crate::source::{Place, SourceFile, Span};

    #[test]
    fn what_is_the_same_is_said_once_with_its_places() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.yml", "a\nb\nc\nd\ne\nf\n"));
        let of = |message: &str, line: u32, severity| {
            let place = Place { file, span: Span { start: 2 * line, end: 2 * line + 1 } };
            let mut d = Diagnostic::new(&NOT_IMPORTED, message, place, "");
            d.severity = severity;
            d
        };
        let all = [
            of("often", 0, Severity::Hint),
            of("twice", 0, Severity::Hint),
            of("wrong", 1, Severity::Error),
            of("often", 1, Severity::Hint),
            of("often", 2, Severity::Hint),
            of("twice", 2, Severity::Hint),
            of("wrong", 2, Severity::Error),
            of("often", 3, Severity::Hint),
            of("wrong", 3, Severity::Error),
            of("often", 4, Severity::Hint),
            // of another weight it is another thing
            of("often", 5, Severity::Warning),
        ];
        let said = grouped(&sources, &all);
        let messages: Vec<&str> = said.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["often", "twice", "wrong", "twice", "wrong", "wrong", "often"]);
        let help = "the same at 4 other places: a.yml:2, a.yml:3, a.yml:4 and 1 more; `--each` shows them all";
        assert_eq!(said[0].help.as_deref(), Some(help));
        assert!(said[1..].iter().all(|d| d.help.is_none()));
    }
}
