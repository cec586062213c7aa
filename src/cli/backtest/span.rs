//! The past as it is said on the command line.

use crate::backtest::day;

/// Seconds of a length of time such as `28d`, `36h` or `1h30m`. Whole minutes: the rules run once in each.
pub(super) fn length(text: &str) -> Result<u64, String> {
    let wrong = || "write it as 28d, 36h or 1h30m: at least 5m, up to 400d".to_string();
    let (mut minutes, mut number, mut last) = (0u64, String::new(), u64::MAX);
    for sign in text.chars() {
        if sign.is_ascii_digit() {
            number.push(sign);
            continue;
        }
        let of = match sign {
            'w' => 7 * 1440,
            'd' => 1440,
            'h' => 60,
            'm' => 1,
            _ => return Err(wrong()),
        };
        if of >= last {
            return Err("units fall and stand once each: 1h30m and not 30m1h".to_string());
        }
        last = of;
        let count: u64 = number.parse().map_err(|_| wrong())?;
        minutes = count.checked_mul(of).and_then(|m| minutes.checked_add(m)).ok_or_else(wrong)?;
        number.clear();
    }
    if number.is_empty() && (5..=400 * 1440).contains(&minutes) { Ok(minutes * 60) } else { Err(wrong()) }
}

/// A moment in seconds since 1970.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    day::parse(text).ok_or_else(|| "write it as 2026-11-26T12:00:00Z, or in seconds since 1970".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_whole_minutes() {
        assert_eq!((length("28d"), length("1d12h"), length("2w")), (Ok(2_419_200), Ok(129_600), Ok(1_209_600)));
        assert_eq!((length("90m"), length("1h30m"), length("5m")), (Ok(5400), Ok(5400), Ok(300)));
        for wrong in [
            "",
            "28",
            "0h",
            "4m",
            "90s",
            "h30m",
            "30m1h",
            "1h1h",
            "1d2w",
            "1h30",
            "d",
            "500d",
            "-1d",
            "1.5d",
            "99999999999999999999d",
            "184467440737095517h",
        ] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
