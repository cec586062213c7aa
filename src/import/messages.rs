//! What reading a specification says, in one place.

use crate::diagnostic::catalogue as c;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::source::Place;

/// A key that the specification does not have.
pub fn unknown_field(at: Place, key: &str, what: &str, known: &[&str]) -> Diagnostic {
    let d = Diagnostic::new(&c::UNKNOWN_SETTING, format!("{what} has no field `{key}`"), at, "unknown");
    match did_you_mean(key, known.iter().copied()) {
        Some(meant) => d.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), at, meant),
        None => d.help(format!("it has {}", listed(known))),
    }
}

/// `pageAlert` where the field is `page_alert`.
pub fn other_spelling(at: Place, key: &str, known: &str, what: &str) -> Diagnostic {
    let message = format!("the field is `{known}` in {what}; `{key}` is passed over there, and read as `{known}` here");
    let mut d = Diagnostic::new(&c::UNKNOWN_SETTING, message, at, "has had no effect so far");
    d.severity = Severity::Warning;
    d
}

/// A key for the second time.
pub fn duplicate_field(at: Place, first: Place, key: &str) -> Diagnostic {
    Diagnostic::new(&c::DUPLICATE_SETTING, format!("`{key}` stands here twice"), at, "the second")
        .and(first, "the first")
}

/// A value of another kind.
pub fn wrong_kind(at: Place, key: &str, wanted: &str, found: &str) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, format!("`{key}` is {wanted}, not {found}"), at, "of another kind")
}

/// A field that has to be there.
pub fn missing_field(at: Place, key: &str, what: &str) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, format!("{what} needs `{key}`"), at, format!("`{key}` is missing"))
}

/// Several where one is asked for.
pub fn only_one(at: Place, what: &str, keys: &[&str]) -> Diagnostic {
    Diagnostic::new(
        &c::SYNTAX,
        format!("{what} has exactly one of {}", listed(keys)),
        at,
        "not one of them, or several",
    )
}

/// A value that is none of the words that may stand there.
pub fn unknown_word(at: Place, key: &str, word: &str, known: &[&str]) -> Diagnostic {
    let d = Diagnostic::new(&c::SYNTAX, format!("`{key}` is {}, not `{word}`", listed(known)), at, "unknown");
    match did_you_mean(word, known.iter().copied()) {
        Some(meant) => d.help(format!("did you mean `{meant}`?")),
        None => d,
    }
}

/// A number out of its bounds.
pub fn bad_number(at: Place, key: &str, text: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(&c::BAD_TARGET, format!("`{key}` is {wanted}, not `{text}`"), at, "out of bounds")
}

/// A duration that is none.
pub fn bad_duration(at: Place, key: &str, text: &str) -> Diagnostic {
    let example = if key == "latency" { "300ms" } else { "28d" };
    Diagnostic::new(
        &c::BAD_WINDOW,
        format!("`{key}` is a duration such as {example}, not `{text}`"),
        at,
        "not a duration",
    )
}

/// A name that leads nowhere.
pub fn unknown_reference(at: Place, kind: &str, name: &str, known: &[&str], needed: bool) -> Diagnostic {
    let message = format!("no {kind} `{name}` is in the files that are imported");
    let mut d = Diagnostic::new(&c::NOT_IMPORTED, message, at, "leads nowhere");
    if needed {
        d.severity = Severity::Error;
    }
    match did_you_mean(name, known.iter().copied()) {
        Some(meant) => d.help(format!("did you mean `{meant}`?")),
        None => d.help("name the file that has it too: all files are read together"),
    }
}

/// A document that is none of the tool's.
pub fn nothing_to_import(at: Place, tool: &str) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, format!("nothing here is a specification of {tool}"), at, "read from here")
}

/// Documents of the tool, but no SLO among them.
pub fn no_slo(at: Place) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, "there is no SLO in the files that are imported", at, "read from here")
        .help("name the files that have the SLOs too: all files are read together")
}

/// What has no counterpart, with what to do about it.
pub fn dropped(at: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&c::NOT_IMPORTED, message, at, "no counterpart")
}

/// What has no counterpart and changes no number and no alert.
pub fn lost_words(at: Place, message: impl Into<String>) -> Diagnostic {
    let mut d = dropped(at, message);
    d.severity = Severity::Hint;
    d
}

/// What was read in another way than it is written.
pub fn changed(at: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&c::NOT_IMPORTED, message, at, "not as it stands here")
}

/// An SLO that is only a comment in the output.
pub fn left_out(at: Place, message: impl Into<String>) -> Diagnostic {
    let mut d = Diagnostic::new(&c::NOT_IMPORTED, message, at, "left out");
    d.severity = Severity::Error;
    d
}

/// Two of three that make each other.
pub fn two_of(at: Place, what: &str, keys: &[&str]) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, format!("{what} has exactly two of {}", listed(keys)), at, "not two of them")
}

/// What is said twice.
pub fn described_twice(at: Place, first: Place, kind: &str, name: &str) -> Diagnostic {
    let message = format!("the {kind} `{name}` is described twice; the first holds, and this one is left out");
    Diagnostic::new(&c::NOT_IMPORTED, message, at, "the second").and(first, "the first")
}

/// "a, b and c"
pub fn and(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// "`a`, `b` or `c`"
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
