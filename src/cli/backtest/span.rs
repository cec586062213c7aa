//! The past as it is said on the command line.

use crate::backtest::day;

/// Seconds of a length of time such as `28d`, `36h` or `1d12h`.
pub(super) fn length(text: &str) -> Result<u64, String> {
    let wrong = || "write it as 28d, 36h or 1d12h: whole hours, up to 400d".to_string();
    let (mut hours, mut number) = (0u64, String::new());
    for sign in text.chars() {
        if sign.is_ascii_digit() {
            number.push(sign);
            continue;
        }
        let of = match sign {
            'w' => 168,
            'd' => 24,
            'h' => 1,
            _ => return Err(wrong()),
        };
        let count: u64 = number.parse().map_err(|_| wrong())?;
        hours = count.checked_mul(of).and_then(|h| hours.checked_add(h)).ok_or_else(wrong)?;
        number.clear();
    }
    if number.is_empty() && (1..=400 * 24).contains(&hours) { Ok(hours * 3600) } else { Err(wrong()) }
}

/// A moment in seconds since 1970.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    day::parse(text).ok_or_else(|| "write it as 2026-11-26T12:00:00Z, or in seconds since 1970".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_whole_hours() {
        assert_eq!((length("28d"), length("1d12h"), length("2w")), (Ok(2_419_200), Ok(129_600), Ok(1_209_600)));
        for wrong in ["", "28", "0h", "5m", "d", "500d", "-1d", "1.5d", "99999999999999999999d", "184467440737095517h"]
        {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
