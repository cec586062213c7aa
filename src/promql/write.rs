//! Writing of `PromQL` literals.

use std::fmt::Write as _;

/// The text as a double-quoted string literal.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for found in text.chars() {
        match found {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Other control characters would be invisible in the rules, and
            // some YAML readers refuse them.
            control if control.is_control() => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Milliseconds as a Prometheus duration: days, hours, minutes, seconds and
/// milliseconds, never weeks or years.
#[must_use]
pub fn duration(milliseconds: u64) -> String {
    if milliseconds == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    let mut rest = milliseconds;
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            // Writing to a string does not fail.
            let _ = write!(text, "{count}{unit}");
        }
    }
    text
}

/// Milliseconds as a decimal number of seconds, exactly.
#[must_use]
pub fn seconds(milliseconds: u64) -> String {
    let whole = milliseconds / 1000;
    let part = milliseconds % 1000;
    if part == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{part:03}");
    text.trim_end_matches('0').to_owned()
}

/// The shortest decimal notation of a number, rounded to 12 significant
/// digits so that noise from arithmetic does not show.
#[must_use]
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let rounded: f64 = format!("{value:.11e}").parse().unwrap_or(value);
    // Also turns the negative zero into zero.
    if rounded == 0.0 {
        return "0".to_owned();
    }
    let size = rounded.abs();
    if (1e-9..1e15).contains(&size) { rounded.to_string() } else { format!("{rounded:e}") }
}

/// Whether a label name needs no quotes.
#[must_use]
pub fn label_name_is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(super::token::starts_name) && bytes.all(super::token::continues_name)
}
