//! The values of literals: numbers, durations and strings.

use super::Range;

/// The value of a number literal without sign, or `None`.
/// A leading `0` makes an octal number, as in Prometheus, where it can.
pub(super) fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let value = i64::from_str_radix(digits, 16).ok()?;
        return Some(to_float(value));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let octal = text.len() > 1 && text.starts_with('0');
    if octal
        && text.bytes().all(|b| matches!(b, b'0'..=b'7'))
        && let Ok(value) = i64::from_str_radix(text, 8)
    {
        return Some(to_float(value));
    }
    // Rust reads the same decimal notations as Go once words and
    // separators are out.
    let plain = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let value = if plain {
        text.parse().ok()?
    } else {
        return None;
    };
    // Go reports a range error where Rust gives infinity.
    f64::is_finite(value).then_some(value)
}

// A PromQL number is a float, whatever its notation: large integers lose
// digits in Prometheus too.
#[allow(clippy::cast_precision_loss)]
fn to_float(value: i64) -> f64 {
    value as f64
}

const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The milliseconds of a duration literal, or why it is none.
pub(super) fn duration(text: &str) -> Result<u64, String> {
    const LARGEST: u64 = (i64::MAX / 1_000_000).unsigned_abs();
    let bad = || format!("bad number or duration `{text}`; durations look like `5m` or `1h30m`");
    let mut rest = text;
    let mut total: u64 = 0;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, tail) = rest.split_at_checked(digits).ok_or_else(bad)?;
        let letters = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, tail) = tail.split_at_checked(letters).ok_or_else(bad)?;
        if count.is_empty() || unit.is_empty() {
            return Err(if text.contains('_') && text.bytes().all(|b| b == b'_' || b.is_ascii_digit()) {
                "digit separators are not known to every Prometheus; digits stand without `_`".to_owned()
            } else {
                bad()
            });
        }
        let index = UNITS.iter().position(|(name, _)| *name == unit).ok_or_else(bad)?;
        if index < next_unit {
            return Err(format!("bad duration `{text}`; the units go from large to small, each once: y w d h m s ms"));
        }
        next_unit = index + 1;
        let factor = UNITS.get(index).map_or(0, |(_, factor)| *factor);
        total = count
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(factor))
            .and_then(|part| total.checked_add(part))
            .filter(|sum| *sum <= LARGEST)
            .ok_or_else(|| format!("the duration `{text}` is out of range"))?;
        rest = tail;
    }
    Ok(total)
}

/// The text a string literal (with its quotes) stands for, or the part of
/// the literal that is wrong and why. Ranges are relative to the literal.
pub(super) fn string(literal: &str) -> Result<String, (Range, String)> {
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or("");
    if !inner.contains('\\') {
        return Ok(inner.to_owned());
    }
    let quote = literal.chars().next().unwrap_or('"');
    let mut bytes: Vec<u8> = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(found) = inner.get(at..).and_then(|rest| rest.chars().next()) {
        if found != '\\' {
            let mut buffer = [0; 4];
            bytes.extend_from_slice(found.encode_utf8(&mut buffer).as_bytes());
            at += found.len_utf8();
            continue;
        }
        let rest = inner.get(at + 1..).unwrap_or("");
        let (length, value) = escape(rest, quote).map_err(|(length, why)| {
            // One more for the backslash, one for the opening quote.
            (Range::at(at + 1, at + 2 + length), why)
        })?;
        match value {
            Escaped::Byte(byte) => bytes.push(byte),
            Escaped::Char(value) => {
                let mut buffer = [0; 4];
                bytes.extend_from_slice(value.encode_utf8(&mut buffer).as_bytes());
            }
        }
        at += 1 + length;
    }
    String::from_utf8(bytes)
        .map_err(|_| (Range::at(0, literal.len()), "the escapes of this string are not UTF-8".to_owned()))
}

enum Escaped {
    Byte(u8),
    Char(char),
}

/// Reads what follows a backslash: its length and value.
fn escape(rest: &str, quote: char) -> Result<(usize, Escaped), (usize, String)> {
    let Some(kind) = rest.chars().next() else {
        return Err((0, "the escape is not finished".to_owned()));
    };
    let simple = |byte| Ok((1, Escaped::Byte(byte)));
    match kind {
        'a' => simple(7),
        'b' => simple(8),
        'f' => simple(12),
        'n' => simple(b'\n'),
        'r' => simple(b'\r'),
        't' => simple(b'\t'),
        'v' => simple(11),
        '\\' => simple(b'\\'),
        '\'' if quote == '\'' => simple(b'\''),
        '"' if quote == '"' => simple(b'"'),
        'x' => coded(rest, 1, 2, 16),
        'u' => coded(rest, 1, 4, 16),
        'U' => coded(rest, 1, 8, 16),
        '0'..='7' => coded(rest, 0, 3, 8),
        '.' | 'd' | 'w' | 's' | '-' | '+' | '*' | '/' | '(' | ')' | '[' | ']' | '|' | '{' | '}' => {
            Err((1, format!("unknown escape `\\{kind}`; a backslash for the regex is written twice: `\\\\{kind}`")))
        }
        _ => Err((kind.len_utf8(), format!("unknown escape `\\{kind}`"))),
    }
}

fn coded(rest: &str, skip: usize, digits: usize, radix: u32) -> Result<(usize, Escaped), (usize, String)> {
    let length = skip + digits;
    let code = rest
        .get(skip..length)
        .filter(|part| part.chars().all(|c| c.is_digit(radix)))
        .and_then(|part| u32::from_str_radix(part, radix).ok());
    let Some(code) = code else {
        return Err((1, format!("the escape needs {digits} digits of base {radix}")));
    };
    // \x and octal escapes are bytes, \u and \U are characters.
    let value =
        if digits <= 3 { u8::try_from(code).ok().map(Escaped::Byte) } else { char::from_u32(code).map(Escaped::Char) };
    value.map(|value| (length, value)).ok_or((length, "the escape is not a character of Unicode".to_owned()))
}
