//! Text of people on its way into Grafana: through its variables everywhere, and through HTML in panels with words.

use std::fmt::Write as _;

/// Grafana puts variables in where a text has `$name`, `${…}` or `[[…]]`. An invisible character of no width between keeps the text.
const WORD_JOINER: char = '\u{2060}';

/// Longer titles do not fit into Grafana's database.
const LONGEST_TITLE: usize = 120;

/// A text that is shown as it is, on one line.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().map(|c| if c.is_control() { ' ' } else { c }).peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let variable = c == '$' && rest.peek().is_some_and(|n| n.is_alphanumeric() || matches!(n, '_' | '{'));
        // in a legend `{{name}}` is a label
        let doubled = matches!(c, '[' | '{') && rest.peek() == Some(&c);
        if variable || doubled {
            out.push(WORD_JOINER);
        }
    }
    out
}

/// The same, cut where it is too long for a title.
pub fn title(text: &str) -> String {
    let text = plain(text);
    if text.chars().count() <= LONGEST_TITLE {
        return text;
    }
    text.chars().take(LONGEST_TITLE - 1).chain(['…']).collect()
}

/// A text inside HTML. What Grafana takes for a variable is written as a number of its character.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' | '$' | '[' | ']' | '{' | '}' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A link, where a text is one that a browser should follow; else the text.
pub fn link(url: &str) -> String {
    let shown = html(url);
    if url.starts_with("https://") || url.starts_with("http://") {
        format!("<a href=\"{shown}\" target=\"_blank\">{shown}</a>")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_a_variable_or_a_label() {
        let shown = |text: &str| plain(text).replace(WORD_JOINER, "|");
        assert_eq!(shown("$name ${x} [[y]] {{z}} 5 $ \"q\" 🛒\nb"), "$|name $|{x} [|[y]] {|{z}} 5 $ \"q\" 🛒 b");
        assert_eq!(title(&"題".repeat(200)).chars().count(), LONGEST_TITLE);
    }

    #[test]
    fn html_has_no_tags_of_people() {
        assert_eq!(html("<b>$x[[y]]"), "&#60;b&#62;&#36;x&#91;&#91;y&#93;&#93;");
        assert_eq!(link("javascript:alert(1)"), "javascript:alert(1)");
    }
}
