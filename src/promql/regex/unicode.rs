//! Unicode properties and case, as far as the standard library knows them.
//!
//! General categories are exact for ASCII and near for the rest; scripts are
//! taken from their main blocks, and those not listed here match nothing.
//! This decides whether a value matches, never whether a regex is accepted.

use super::unicode_names::{CATEGORIES, SCRIPTS};

/// A general category or script, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Property(&'static str);

impl Property {
    pub(super) fn of(name: &str) -> Option<Property> {
        CATEGORIES.iter().chain(SCRIPTS).find(|known| **known == name).map(|known| Property(known))
    }

    pub(super) fn has(self, found: char) -> bool {
        category(self.0, found).unwrap_or_else(|| script(self.0, found))
    }
}

fn category(name: &str, found: char) -> Option<bool> {
    let code = u32::from(found);
    Some(match name {
        "Any" => true,
        "L" => is_letter(found),
        "Lu" => found.is_uppercase(),
        "Ll" => found.is_lowercase() && !matches!(found, 'ª' | 'º'),
        "Lt" => matches!(code, 0x1C5 | 0x1C8 | 0x1CB | 0x1F2),
        "Lm" => matches!(code, 0x2B0..=0x2C1 | 0x3005 | 0x3031..=0x3035 | 0x30FC..=0x30FE),
        "Lo" => matches!(found, 'ª' | 'º') || (is_letter(found) && !found.is_uppercase() && !found.is_lowercase()),
        "M" | "Mn" => is_mark(code),
        "Me" => matches!(code, 0x20DD..=0x20E0),
        "N" => found.is_numeric(),
        "Nd" => {
            found.is_numeric()
                && (found.is_ascii() || matches!(code, 0x660..=0x669 | 0x6F0..=0x6F9 | 0x966..=0x96F | 0xFF10..=0xFF19))
        }
        "Nl" => matches!(code, 0x2160..=0x2188 | 0x3007),
        "No" => {
            matches!(code, 0xB2 | 0xB3 | 0xB9 | 0xBC..=0xBE | 0x2070..=0x2089 | 0x2150..=0x215F | 0x2460..=0x249B)
        }
        "P" => is_punctuation(found),
        "Pc" => matches!(found, '_' | '‿' | '⁀'),
        "Pd" => found == '-' || matches!(code, 0x2010..=0x2015),
        "Ps" => matches!(found, '(' | '[' | '{'),
        "Pe" => matches!(found, ')' | ']' | '}'),
        "Pi" => matches!(found, '«' | '‘' | '“' | '‹'),
        "Pf" => matches!(found, '»' | '’' | '”' | '›'),
        "Po" => {
            is_punctuation(found)
                && !["Pc", "Pd", "Ps", "Pe", "Pi", "Pf"].iter().any(|other| category(other, found) == Some(true))
        }
        "S" => is_symbol(found),
        "Sc" => matches!(found, '$' | '¢'..='¥' | '₠'..='⃀'),
        "Sk" => matches!(found, '^' | '`' | '¨' | '¯' | '´' | '¸'),
        "Sm" => matches!(found, '+' | '<'..='>' | '|' | '~' | '¬' | '±' | '×' | '÷' | '∀'..='⋿'),
        "So" => is_symbol(found) && !["Sc", "Sk", "Sm"].iter().any(|other| category(other, found) == Some(true)),
        "Z" => found.is_whitespace() && !found.is_control(),
        "Zs" => found.is_whitespace() && !found.is_control() && !matches!(code, 0x2028 | 0x2029),
        "Zl" => code == 0x2028,
        "Zp" => code == 0x2029,
        "C" => found.is_control() || is_format(code) || is_private(code) || code & 0xFFFE == 0xFFFE,
        "Cc" => found.is_control(),
        "Cf" => is_format(code),
        "Co" => is_private(code),
        "Cs" | "Mc" => false,
        _ => return None,
    })
}

fn is_letter(found: char) -> bool {
    found.is_alphabetic() && !found.is_numeric() && !is_mark(u32::from(found))
}

fn is_mark(code: u32) -> bool {
    matches!(code, 0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x64B..=0x65F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

fn is_format(code: u32) -> bool {
    matches!(code, 0xAD | 0x600..=0x605 | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0xFEFF)
}

fn is_private(code: u32) -> bool {
    matches!(code, 0xE000..=0xF8FF | 0xF_0000..=0xF_FFFD | 0x10_0000..=0x10_FFFD)
}

fn is_punctuation(found: char) -> bool {
    if found.is_ascii() {
        return found.is_ascii_punctuation() && !matches!(found, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~');
    }
    matches!(u32::from(found), 0xA1 | 0xA7 | 0xAB | 0xB6 | 0xB7 | 0xBB | 0xBF | 0x2010..=0x2027 | 0x2030..=0x2043 | 0x2045..=0x2051 | 0x2053..=0x205E | 0x3001..=0x3003 | 0x3008..=0x3011)
}

fn is_symbol(found: char) -> bool {
    let code = u32::from(found);
    if found.is_ascii() {
        return found.is_ascii_punctuation() && !is_punctuation(found);
    }
    let other = is_punctuation(found) || is_mark(code) || is_format(code) || is_private(code);
    let assigned = code & 0xFFFE != 0xFFFE;
    assigned && !found.is_alphanumeric() && !found.is_whitespace() && !found.is_control() && !other
}

fn script(name: &str, found: char) -> bool {
    let code = u32::from(found);
    match name {
        "Latin" => {
            is_letter(found)
                && matches!(code, 0..=0x24F | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA722..=0xA787)
                && code != 0xB5
        }
        "Greek" => is_letter(found) && matches!(code, 0x370..=0x3E1 | 0x3F0..=0x3FF | 0x1F00..=0x1FFF),
        "Cyrillic" => matches!(code, 0x400..=0x52F | 0x1C80..=0x1C88),
        "Armenian" => is_letter(found) && matches!(code, 0x531..=0x58A),
        "Hebrew" => matches!(code, 0x591..=0x5F4),
        "Arabic" => is_letter(found) && matches!(code, 0x620..=0x6FF | 0x750..=0x77F),
        "Devanagari" => matches!(code, 0x900..=0x950 | 0x955..=0x963 | 0x966..=0x97F),
        "Thai" => matches!(code, 0xE01..=0xE3A | 0xE40..=0xE5B),
        "Georgian" => is_letter(found) && matches!(code, 0x10A0..=0x10FF | 0x1C90..=0x1CBF),
        "Hangul" => matches!(code, 0x1100..=0x11FF | 0x3131..=0x318E | 0xAC00..=0xD7A3),
        "Hiragana" => matches!(code, 0x3041..=0x3096 | 0x309D..=0x309F),
        "Katakana" => matches!(code, 0x30A1..=0x30FA | 0x30FD..=0x30FF),
        "Han" => {
            matches!(code, 0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAD9 | 0x2_0000..=0x3_23AF)
        }
        "Braille" => matches!(code, 0x2800..=0x28FF),
        "Inherited" => is_mark(code),
        "Common" => !is_letter(found) && !is_mark(code) && code < 0x3000,
        _ => false,
    }
}

/// Characters whose case variants the plain conversions do not find.
const ODD_FOLDS: [(char, char); 14] = [
    ('k', '\u{212A}'),
    ('s', 'ſ'),
    ('å', '\u{212B}'),
    ('ß', 'ẞ'),
    ('ω', '\u{2126}'),
    ('θ', 'ϑ'),
    ('σ', 'ς'),
    ('μ', 'µ'),
    ('β', 'ϐ'),
    ('ε', 'ϵ'),
    ('κ', 'ϰ'),
    ('π', 'ϖ'),
    ('ρ', 'ϱ'),
    ('φ', 'ϕ'),
];

/// The character itself, then those that differ from it in case only.
pub(super) fn fold_variants(found: char) -> impl Iterator<Item = char> {
    let upper = single(found.to_uppercase()).unwrap_or(found);
    let lower = single(upper.to_lowercase()).unwrap_or(upper);
    let base = if found == 'ı' {
        // Go keeps the dotless i apart.
        found
    } else {
        ODD_FOLDS.iter().find(|(_, odd)| *odd == found).map_or(lower, |(base, _)| *base)
    };
    let capital = if base == 'ı' { base } else { single(base.to_uppercase()).unwrap_or(base) };
    let odd = ODD_FOLDS.iter().find(|(known, _)| *known == base).map_or(base, |(_, odd)| *odd);
    let all = [found, base, capital, odd];
    (0..all.len()).filter_map(move |index| {
        let candidate = *all.get(index)?;
        let fresh = !all.iter().take(index).any(|earlier| *earlier == candidate);
        fresh.then_some(candidate)
    })
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    match (chars.next(), chars.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
