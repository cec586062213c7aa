//! Names that a file declares are `[a-z][a-z0-9_]*`: they become parts of rule names and labels, and are said aloud.

use super::ast::{Entry, File, Item, Name};
use crate::schema::kind::Kind;
use crate::source::Span;

/// A declared name that has not the right form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misnamed {
    /// Where it is declared.
    pub span: Span,
    /// The name that was probably meant, where there is one.
    pub right: Option<String>,
}

/// All declared names that have not the right form, in the order of the text.
pub fn check(text: &str, file: &File) -> Vec<Misnamed> {
    let mut names = declared(file);
    names.sort_unstable_by_key(|n| n.span.start);
    names
        .into_iter()
        .filter(|n| !is_name(n.span.of(text)))
        .map(|n| Misnamed { span: n.span, right: corrected(n.span.of(text)) })
        .collect()
}

/// Whether a text is a name that may be declared.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `Checkout-Flow`, `checkoutFlow`, `checkout:flow` as `checkout_flow`.
pub fn corrected(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|b| letters[b]);
        let after = letters.get(at + 1);
        let in_word = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            || (before.is_some_and(|b| b.is_ascii_uppercase()) && after.is_some_and(char::is_ascii_lowercase));
        let hump = c.is_ascii_uppercase() && in_word;
        let part = if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        if (hump || part == '_') && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if part != '_' {
            out.push(part);
        }
    }
    let name = out.trim_end_matches('_');
    // a word of another script has no ASCII spelling that could be guessed
    (is_name(name) && text.is_ascii()).then(|| name.to_string())
}

/// Every name that a file declares.
fn declared(file: &File) -> Vec<Name> {
    let mut names: Vec<Option<Name>> = Vec::new();
    let mut entries: Vec<&Entry> = Vec::new();
    for item in &file.items {
        entries.extend(item.body().map(|b| b.items.as_slice()).unwrap_or_default());
        match item {
            Item::Use(u) => names.push(u.alias),
            Item::Site(s) => names.push(s.name),
            Item::Template(t) => {
                names.push(t.name);
                names.extend(t.params.iter().flat_map(|p| &p.items).map(|p| Some(p.name)));
            }
            Item::Journey(j) => names.push(j.name),
            Item::Defaults(_) | Item::Error(_) => {}
        }
    }
    while let Some(entry) = entries.pop() {
        entries.extend(entry.body().map(|b| b.items.as_slice()).unwrap_or_default());
        match entry {
            Entry::Step(s) => names.push(s.name),
            Entry::Sli(s) => names.push(s.name),
            Entry::Setting(_) | Entry::Measure(_) | Entry::Error(_) => {}
        }
    }
    names.into_iter().flatten().collect()
}

/// The names of owners, in order; they may be quoted instead of corrected.
pub fn owners(file: &File) -> Vec<Span> {
    let mut found = Vec::new();
    let mut entries: Vec<&Entry> = file.items.iter().filter_map(Item::body).flat_map(|b| b.items.as_slice()).collect();
    while let Some(entry) = entries.pop() {
        entries.extend(entry.body().map(|b| b.items.as_slice()).unwrap_or_default());
        if let Entry::Setting(s) = entry
            && s.key == Kind::Owner
        {
            found.extend(s.values.iter().map(|v| v.span));
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_corrected() {
        for (written, right) in [
            ("Checkout-Flow", Some("checkout_flow")),
            ("checkoutFlow", Some("checkout_flow")),
            ("HTTPServer", Some("http_server")),
            ("a:b", Some("a_b")),
            ("_x", Some("x")),
            ("Step2", Some("step2")),
            ("_", None),
            ("予約", None),
        ] {
            assert_eq!(corrected(written).as_deref(), right, "{written}");
        }
        assert!(is_name("checkout_2") && !is_name("2nd") && !is_name("") && !is_name("a-b"));
    }
}
