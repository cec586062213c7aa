//! The window of a query, which each tool writes in its own way.

use super::Refused;

/// The names that dashboards and specifications have for the window of a query.
const WINDOWS: [&str; 4] = ["$__rate_interval", "$__interval", "$__range", "${window}"];

/// A text without the signs by which Jinja, and so Ansible, leaves what stands between them alone.
fn without_raw(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{%") {
        out.push_str(before);
        match after.split_once("%}") {
            Some((inside, behind)) if ["raw", "endraw"].contains(&inside.trim_matches(['-', '+', ' '])) => {
                rest = behind;
            }
            _ => {
                out.push_str("{%");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// What a chart makes of a text that it only quotes: `{{ "{{.window}}" }}` stands for `{{.window}}` there.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let inside = rest[at + 2..].trim_start_matches('-').trim_start();
        let quoted = inside.chars().next().filter(|c| ['"', '`'].contains(c)).and_then(|quote| {
            let (value, after) = inside[1..].split_once(quote)?;
            let after = after.trim_start().trim_start_matches('-').strip_prefix("}}")?;
            (!value.contains('\\') || quote == '`').then_some((value, after))
        });
        out.push_str(&rest[..at]);
        let (value, after) = quoted.unwrap_or(("{{", &rest[at + 2..]));
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Puts `$window` in the place of `{{ .window }}` and of what means the same.
pub fn with_window(text: &str) -> Result<String, Refused> {
    let text = unquoted(&without_raw(text));
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let refused = |part: &str, why: String| Refused { why, part: part.to_string() };
        let Some(end) = after.find("}}") else {
            return Err(refused("{{", "`{{` has no `}}`".into()));
        };
        let inside = after[..end].trim_matches('-').trim();
        if inside != ".window" {
            let whole = &rest[at..at + 2 + end + 2];
            let why =
                format!("`{whole}` is filled in by a program that Tabi does not have; only `{{{{.window}}}}` is known");
            return Err(refused(whole, why));
        }
        out.push_str("$window");
        rest = &after[end + 2..];
    }
    out.push_str(rest);
    for name in WINDOWS {
        out = out.replace(name, "$window");
    }
    Ok(out)
}

/// What a shell, kustomize or a dashboard would fill in: `$name` or `${name}`.
pub fn placeholder(text: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices('$').find_map(|(at, _)| {
        let name = text[at + 1..].strip_prefix('{').unwrap_or(&text[at + 1..]);
        let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
        let braced = text[at + 1..].starts_with('{');
        let closed = !braced || name[length..].starts_with('}');
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        (begins && closed).then(|| &text[at..at + 1 + length + if braced { 2 } else { 0 }])
    })
}
