//! Classes in brackets, and escapes.

use super::RegexError;
use super::node::{Class, Item};
use super::parse::Parser;
use super::unicode::Property;

type Ranges = &'static [(u8, u8)];

const DIGITS: Ranges = &[(b'0', b'9')];
const SPACES: Ranges = &[(b'\t', b'\n'), (12, b'\r'), (b' ', b' ')];
const WORDS: Ranges = &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];

/// The ranges of a class such as `[:alpha:]`.
fn posix(name: &str) -> Option<Ranges> {
    Some(match name {
        "alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        "alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        "ascii" => &[(0, 127)],
        "blank" => &[(b'\t', b'\t'), (b' ', b' ')],
        "cntrl" => &[(0, 31), (127, 127)],
        "digit" => DIGITS,
        "graph" => &[(b'!', b'~')],
        "lower" => &[(b'a', b'z')],
        "print" => &[(b' ', b'~')],
        "punct" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        "space" => &[(b'\t', b'\r'), (b' ', b' ')],
        "upper" => &[(b'A', b'Z')],
        "word" => WORDS,
        "xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        _ => return None,
    })
}

fn add(class: &mut Class, ranges: Ranges, negated: bool) {
    if negated {
        class.items.push(Item::Except(ranges));
    } else {
        class.items.extend(ranges.iter().map(|(first, last)| Item::Range(u32::from(*first), u32::from(*last))));
    }
}

impl Parser<'_> {
    /// Reads a class after its `[`.
    pub(super) fn bracket_class(&mut self, start: usize) -> Result<Class, RegexError> {
        let mut class = Class { negated: self.pass("^"), ..Class::default() };
        let mut first = true;
        while first || !self.rest().starts_with(']') {
            first = false;
            if self.named_class(&mut class)? {
                continue;
            }
            let at = self.at;
            if self.pass("\\") {
                if self.escaped_class(at, &mut class)? {
                    continue;
                }
                self.at = at;
            }
            let low = self.class_char(start)?;
            let mut high = low;
            // A `-` before the closing bracket is itself.
            if self.rest().starts_with('-') && self.rest().len() > 1 && !self.rest().starts_with("-]") {
                self.at += 1;
                high = self.class_char(start)?;
                if high < low {
                    return self.error(at, "the ends of the range are swapped");
                }
            }
            class.items.push(Item::Range(low, high));
        }
        self.at += 1;
        Ok(class)
    }

    fn class_char(&mut self, start: usize) -> Result<u32, RegexError> {
        let at = self.at;
        match self.next() {
            None => Err(RegexError::new(start, start + 1, "`[` without `]`")),
            Some('\\') => self.escaped_char(at),
            Some(found) => Ok(u32::from(found)),
        }
    }

    /// Reads a class such as `[:alpha:]`; whether there was one.
    fn named_class(&mut self, class: &mut Class) -> Result<bool, RegexError> {
        let start = self.at;
        let Some(inner) = self.rest().strip_prefix("[:") else {
            return Ok(false);
        };
        let Some(end) = inner.find(":]") else {
            return Ok(false);
        };
        let name = inner.get(..end).unwrap_or("");
        self.at += end + 4;
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let Some(ranges) = posix(name) else {
            return self.error(start, format!("unknown class `[:{name}:]`"));
        };
        add(class, ranges, negated);
        Ok(true)
    }

    /// Reads `d`, `W`, `pL`, `p{Greek}` … after a backslash; whether there
    /// was one.
    pub(super) fn escaped_class(&mut self, start: usize, class: &mut Class) -> Result<bool, RegexError> {
        let back = self.at;
        let (ranges, negated) = match self.next() {
            Some('d') => (DIGITS, false),
            Some('D') => (DIGITS, true),
            Some('s') => (SPACES, false),
            Some('S') => (SPACES, true),
            Some('w') => (WORDS, false),
            Some('W') => (WORDS, true),
            Some(letter @ ('p' | 'P')) => {
                let item = self.property(start, letter == 'P')?;
                class.items.push(item);
                return Ok(true);
            }
            _ => {
                self.at = back;
                return Ok(false);
            }
        };
        add(class, ranges, negated);
        Ok(true)
    }

    fn property(&mut self, start: usize, mut negated: bool) -> Result<Item, RegexError> {
        let begin = self.at;
        let mut name = match self.next() {
            Some('{') => {
                let rest = self.rest();
                let Some(end) = rest.find('}') else {
                    self.at = self.text.len();
                    return self.error(start, "`\\p{` without `}`");
                };
                self.at += end + 1;
                rest.get(..end).unwrap_or("")
            }
            _ => self.text.get(begin..self.at).unwrap_or(""),
        };
        if let Some(inner) = name.strip_prefix('^') {
            negated = !negated;
            name = inner;
        }
        match Property::of(name) {
            Some(property) => Ok(Item::Property(property, negated)),
            None => self.error(start, format!("unknown property `{name}`")),
        }
    }

    /// Reads the character that follows a backslash.
    pub(super) fn escaped_char(&mut self, start: usize) -> Result<u32, RegexError> {
        let Some(found) = self.next() else {
            return self.error(start, "the regex ends in a backslash");
        };
        let code = match found {
            '0' => Some(self.octal(0)),
            '1'..='7' if self.rest().starts_with(|c: char| c.is_digit(8)) => {
                Some(self.octal(found.to_digit(8).unwrap_or(0)))
            }
            '1'..='9' => return self.error(start, "backreferences are not supported"),
            'x' => self.hex(),
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Some(u32::from(other)),
            other => return self.error(start, format!("unknown escape `\\{other}`")),
        };
        match code {
            Some(code) => Ok(code),
            None => self.error(start, "bad hexadecimal escape"),
        }
    }

    /// Up to two more octal digits.
    fn octal(&mut self, mut code: u32) -> u32 {
        for _ in 0..2 {
            let Some(digit) = self.rest().chars().next().and_then(|c| c.to_digit(8)) else {
                break;
            };
            self.at += 1;
            code = code * 8 + digit;
        }
        code
    }

    fn hex(&mut self) -> Option<u32> {
        let first = self.next()?;
        if first != '{' {
            let second = self.next()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let mut code = 0;
        let mut digits = 0;
        loop {
            let found = self.next()?;
            if found == '}' {
                return (digits > 0).then_some(code);
            }
            code = code * 16 + found.to_digit(16)?;
            digits += 1;
            if code > 0x0010_FFFF {
                return None;
            }
        }
    }
}
