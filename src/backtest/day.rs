//! Times as people and programs write them, all in UTC.

use super::samples::Time;

/// Days since 1970 of a date, and back: the Gregorian calendar in years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// `2026-11-26 19:43`
pub fn minute(time: Time) -> String {
    let (year, month, day) = date(time.div_euclid(86_400));
    let second = time.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", second / 3600, second / 60 % 60)
}

/// `2026-11-26T19:43:30Z`
pub fn iso(time: Time) -> String {
    let minute = minute(time).replace(' ', "T");
    format!("{minute}:{:02}Z", time.rem_euclid(60))
}

/// A time as one of these, as a date alone, or in seconds since 1970.
pub fn parse(text: &str) -> Option<Time> {
    if let Ok(seconds) = text.parse::<Time>() {
        return (0..=253_402_300_799).contains(&seconds).then_some(seconds);
    }
    let (day, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00Z"));
    let numbers = |text: &str, sign: char, lengths: &[usize]| -> Option<Vec<i64>> {
        let parts: Vec<&str> = text.split(sign).collect();
        let fits = parts.len() <= lengths.len() && parts.iter().zip(lengths).all(|(p, l)| p.len() == *l);
        let all_digits = parts.iter().all(|p| p.bytes().all(|b| b.is_ascii_digit()));
        (fits && all_digits).then(|| parts.iter().filter_map(|p| p.parse().ok()).collect())
    };
    let [year, month, of_month] = numbers(day, '-', &[4, 2, 2])?[..] else { return None };
    let (hour, minute, second) = match numbers(clock.trim_end_matches('Z'), ':', &[2, 2, 2])?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let whole = days(year, month, of_month);
    let real = date(whole) == (year, month, of_month) && hour < 24 && minute < 60 && second < 60;
    real.then_some(whole * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(minute(1_709_164_800), "2024-02-29 00:00");
        for time in [0, 951_782_399, 1_709_164_800, 1_700_006_400, 4_102_444_799] {
            assert_eq!(parse(&iso(time)), Some(time));
            assert_eq!(parse(&time.to_string()), Some(time));
        }
        assert_eq!(parse("2024-02-29"), Some(1_709_164_800));
        assert_eq!(parse("2024-02-29 00:01"), Some(1_709_164_860));
        for wrong in
            ["2023-02-29", "2024-13-01", "yesterday", "2024-02-29 25:00", "-5", "2024-2-29", "99999999999999", ""]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
