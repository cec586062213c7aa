//! What the text of a leaf token means. nom over `&str`; `None` where the text is not of that form.

use nom::branch::alt;
use nom::character::complete::{alpha1, char, digit1, u64 as whole};
use nom::combinator::{all_consuming, map_opt, opt, recognize, value};
use nom::multi::many1;
use nom::sequence::preceded;
use nom::{IResult, Parser};

type Leaf<'a, T> = IResult<&'a str, T, ()>;

/// A duration in milliseconds: whole numbers with units that fall, each at most once (`1h30m`).
/// A year has 365 days, as in PromQL.
pub fn duration(text: &str) -> Option<u64> {
    const UNITS: &[(&str, u64)] = &[
        ("y", 31_536_000_000),
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let unit = map_opt(alpha1, |u: &str| UNITS.iter().position(|known| known.0 == u));
    let (_, parts): (_, Vec<(u64, usize)>) = all_consuming(many1((whole::<_, ()>, unit))).parse(text).ok()?;
    if !parts.windows(2).all(|w| w[0].1 < w[1].1) {
        return None;
    }
    parts.iter().try_fold(0u64, |sum, (n, unit)| sum.checked_add(n.checked_mul(UNITS[*unit].1)?))
}

fn decimal_text(i: &str) -> Leaf<'_, &str> {
    recognize((digit1, opt((char('.'), digit1)))).parse(i)
}

fn decimal(i: &str) -> Leaf<'_, f64> {
    map_opt(decimal_text, |t: &str| t.parse().ok()).parse(i)
}

/// A number without a unit.
pub fn number(text: &str) -> Option<f64> {
    all_consuming(decimal).parse(text).ok().map(|(_, n)| n)
}

/// A rate in events per second: `60/day`, `5/s`, `1k/h`, `/min`, `/week`.
pub fn rate(text: &str) -> Option<f64> {
    let scale = opt(alt((value(1e3, char('k')), value(1e6, char('M'))))).map(|s| s.unwrap_or(1.0));
    let unit =
        map_opt(preceded(char('/'), alpha1), |u| RATE_UNITS.iter().find(|known| known.0 == u).map(|known| known.1));
    all_consuming((decimal, scale, unit)).parse(text).ok().map(|(_, (n, k, u))| n * k / u)
}

/// The units of rates, with their seconds.
pub const RATE_UNITS: [(&str, f64); 5] =
    [("s", 1.0), ("min", 60.0), ("h", 3600.0), ("day", 86_400.0), ("week", 604_800.0)];

/// The text between the quotes with PromQL's escapes resolved (those of Go's strings). Wrong escapes were reported by the
/// lexer and are kept as they are.
pub fn string(text: &str) -> String {
    let quote = text.chars().next().unwrap_or('"');
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    if quote == '`' || !inner.contains('\\') {
        return inner.to_string();
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        if let Some((len, bytes)) = escape(&rest[at..]) {
            out.extend_from_slice(&bytes);
            rest = &rest[at + len..];
        } else {
            out.push(b'\\');
            rest = &rest[at + 1..];
        }
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// One escape at the start of the text: how long it is and what it stands for.
pub fn escape(text: &str) -> Option<(usize, Vec<u8>)> {
    let mut chars = text.char_indices().skip(1);
    let (_, c) = chars.next()?;
    let simple = match c {
        'a' => Some(7),
        'b' => Some(8),
        'f' => Some(12),
        'n' => Some(10),
        'r' => Some(13),
        't' => Some(9),
        'v' => Some(11),
        '\\' => Some(b'\\'),
        '"' => Some(b'"'),
        '\'' => Some(b'\''),
        _ => None,
    };
    if let Some(byte) = simple {
        return Some((2, vec![byte]));
    }
    let (from, digits, radix) = match c {
        'x' => (2, 2, 16),
        'u' => (2, 4, 16),
        'U' => (2, 8, 16),
        '0'..='7' => (1, 3, 8),
        _ => return None,
    };
    let body = text.get(from..from + digits)?;
    if !body.bytes().all(|b| (b as char).is_digit(radix)) {
        return None;
    }
    let number = u32::from_str_radix(body, radix).ok()?;
    let bytes = match c {
        'u' | 'U' => char::from_u32(number)?.to_string().into_bytes(),
        _ => vec![u8::try_from(number).ok()?],
    };
    Some((from + digits, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves() {
        assert_eq!(duration("300ms"), Some(300));
        assert_eq!(duration("1h30m"), Some(5_400_000));
        assert_eq!(duration("30m1h"), None);
        assert_eq!(duration("1h1h"), None);
        assert_eq!(duration("99999999999999y"), None);
        assert_eq!(rate("2k/h").map(|r| r * 3600.0), Some(2000.0));
        assert_eq!(rate("2/month"), None);
        assert_eq!(string(r#""a\"b\n\u65e5\x41""#), "a\"b\n日A");
        assert_eq!(string(r"'it\'s'"), "it's");
        assert_eq!(string(r"`a\d`"), r"a\d");
        assert_eq!(escape(r"\d"), None);
        assert_eq!(escape(r"\x4"), None);
    }
}
