//! The pieces of a text for colours and completion: what each word is by its place. Works on broken text, up to where it breaks.

use super::Range;
use super::functions;
use super::token::{Token, TokenKind, tokens};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A function or an aggregation.
    Function,
    /// `by`, `on`, `and`, `bool`, `offset`, …
    Keyword,
    /// A metric's name.
    Metric,
    /// A label's name.
    Label,
    /// A string.
    Text,
    /// A string behind `=~` or `!~`.
    Regex,
    /// A number or a duration.
    Number,
    /// `$name`
    Param,
    /// An operator, also of a matcher.
    Operator,
    /// A bracket, a comma or a colon.
    Punctuation,
}

const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
const WORDS: [&str; 6] = ["and", "or", "unless", "atan2", "bool", "offset"];

/// The words that stand between operands and after aggregations.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    GROUPINGS.into_iter().chain(WORDS)
}

/// The functions, and whether each is an aggregation.
pub fn callables() -> impl Iterator<Item = (&'static str, bool)> {
    functions::all_names().map(|name| (name, functions::aggregation(name).is_some()))
}

fn among(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The pieces in order; what cannot be read ends them.
pub fn pieces(text: &str) -> Vec<(Range, Piece)> {
    let list = tokens(text).list;
    let (mut in_braces, mut in_labels, mut after_grouping) = (false, false, false);
    let mut before = TokenKind::End;
    let mut found = Vec::with_capacity(list.len());
    for (index, Token { kind, range }) in list.iter().copied().enumerate() {
        let next = list.get(index + 1).map(|t| t.kind);
        let piece = match kind {
            TokenKind::End | TokenKind::Broken => break,
            TokenKind::Word if in_braces || in_labels => Piece::Label,
            TokenKind::Word if among(&GROUPINGS, range.of(text)) && next != Some(TokenKind::LeftBrace) => {
                after_grouping = true;
                Piece::Keyword
            }
            TokenKind::Word if among(&WORDS, range.of(text)) => Piece::Keyword,
            TokenKind::Word if next == Some(TokenKind::LeftParen) => Piece::Function,
            TokenKind::Word if functions::aggregation(range.of(text)).is_some() && is_grouped(text, &list, index) => {
                Piece::Function
            }
            TokenKind::Word => Piece::Metric,
            TokenKind::Number | TokenKind::Duration => Piece::Number,
            TokenKind::Text if matches!(before, TokenKind::Match | TokenKind::NotMatch) => Piece::Regex,
            TokenKind::Text => Piece::Text,
            TokenKind::Param => Piece::Param,
            TokenKind::LeftParen => {
                (in_labels, after_grouping) = (after_grouping, false);
                Piece::Punctuation
            }
            TokenKind::RightParen => {
                in_labels = false;
                Piece::Punctuation
            }
            TokenKind::LeftBrace => {
                in_braces = true;
                Piece::Punctuation
            }
            TokenKind::RightBrace => {
                in_braces = false;
                Piece::Punctuation
            }
            TokenKind::LeftBracket | TokenKind::RightBracket | TokenKind::Comma | TokenKind::Colon => {
                Piece::Punctuation
            }
            _ => Piece::Operator,
        };
        before = kind;
        found.push((range, piece));
    }
    found
}

/// `sum by (…) (…)`: the word after an aggregation is a grouping.
fn is_grouped(text: &str, list: &[Token], index: usize) -> bool {
    list.get(index + 1).is_some_and(|t| t.kind == TokenKind::Word && among(&GROUPINGS[..2], t.range.of(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(&str, Piece)> {
        pieces(text).into_iter().filter(|(_, p)| *p != Piece::Punctuation).map(|(r, p)| (r.of(text), p)).collect()
    }

    #[test]
    fn words_are_what_their_place_says() {
        use Piece::{Function, Keyword, Label, Metric, Number, Operator, Param, Regex, Text};
        assert_eq!(
            shown("sum by (sum) (rate(rate{on=~\"a\", by='b'}[$window])) / on (x) up offset 5m"),
            [
                ("sum", Function),
                ("by", Keyword),
                ("sum", Label),
                ("rate", Function),
                ("rate", Metric),
                ("on", Label),
                ("=~", Operator),
                ("\"a\"", Regex),
                ("by", Label),
                ("=", Operator),
                ("'b'", Text),
                ("$window", Param),
                ("/", Operator),
                ("on", Keyword),
                ("x", Label),
                ("up", Metric),
                ("offset", Keyword),
                ("5m", Number),
            ]
        );
    }

    #[test]
    fn broken_text_has_pieces_up_to_the_break() {
        assert_eq!(shown("sum(x{a=\"").len(), 4);
        assert_eq!(shown("").len(), 0);
    }
}
