//! Numbers with and without a unit, and the forms in which people write them instead.

use super::{Found, Lex, ProblemKind, is_word, split};
use crate::schema::kind::Kind;
use crate::syntax::leaf::RATE_UNITS;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{alpha1, char, digit1, one_of, space0};
use nom::combinator::{opt, recognize, value};
use nom::multi::many1_count;

/// 3, 99.95%, 60/day, 300ms, 1h30m; and what people write instead: 0.3s, 99.9 %, 99,9%, 60 / day, 300 ms.
pub fn number(i: &str) -> (&str, Found) {
    let decimal = || (digit1::<_, ()>, opt((char('.'), digit1)));
    let unit = || alt((tag::<_, _, ()>("ms"), tag("s"), tag("m"), tag("h"), tag("d"), tag("w"), tag("y")));
    let well_formed: Lex<Kind> = alt((
        value(Kind::Percent, (decimal(), char('%'))),
        value(Kind::Rate, (decimal(), opt(one_of("kM")), char('/'), alpha1)),
        value(Kind::Duration, many1_count((digit1, unit()))),
        value(Kind::Number, decimal()),
    ))
    .parse(i);
    if let Ok((rest, kind)) = well_formed {
        let tail = split(rest, take_while::<_, _, ()>(|c| is_word(c) || c == '.').parse(rest));
        let unit = (kind == Kind::Rate).then(|| i[..i.len() - rest.len()].rsplit('/').next()).flatten();
        if let Some(unit) = unit
            && tail.1.is_empty()
            && !RATE_UNITS.iter().any(|(known, _)| *known == unit)
        {
            let number = &i[..i.len() - rest.len() - unit.len()];
            let problem =
                rate_unit(unit).map_or(ProblemKind::RateUnit, |u| ProblemKind::Number(Some(format!("{number}{u}"))));
            return (rest, (Some(kind), Some(problem)));
        }
        if tail.1.is_empty() && (kind != Kind::Number || !is_spaced_out(rest)) {
            return (rest, (Some(kind), None));
        }
    }
    misshapen(i)
}

/// Whether a plain number goes on in a way that no other construct begins with: ` %`, ` / day`, ` ms`, `,9%`.
fn is_spaced_out(rest: &str) -> bool {
    let percent: Lex<()> = value((), (space0, char('%'))).parse(rest);
    let comma: Lex<()> = value((), (char(','), digit1, space0, char('%'))).parse(rest);
    let rate: Lex<()> = value((), (opt(one_of("kM")), space0, char('/'), space0, alpha1)).parse(rest);
    percent.is_ok() || comma.is_ok() || rate.is_ok() || spaced_unit(rest).is_some()
}

/// A unit of time after blanks: the rest after it and the unit.
fn spaced_unit(rest: &str) -> Option<(&str, &str)> {
    let (after, unit) =
        (take_while1::<_, _, ()>(|c| c == ' ' || c == '\t'), alpha1).parse(rest).ok().map(|(r, (_, u))| (r, u))?;
    let known = matches!(
        unit,
        "ms" | "s" | "m" | "h" | "d" | "w" | "y" | "min" | "sec" | "hours" | "days" | "minutes" | "seconds"
    );
    (known && !after.starts_with(is_word)).then_some((after, unit))
}

/// The longest piece of text that was meant as one number, with the right form where it is clear.
fn misshapen(i: &str) -> (&str, Found) {
    let bad = |rest, kind, fix: Option<String>| (rest, (Some(kind), Some(ProblemKind::Number(fix))));
    // 99,9%  99.9 %  99,9 %
    let percent: Lex<(&str, Option<(char, &str)>)> =
        (digit1, opt((one_of(".,"), digit1)), space0, char('%')).map(|(w, f, _, _)| (w, f)).parse(i);
    if let Ok((rest, (whole, fraction))) = percent {
        let fraction = fraction.map_or(String::new(), |(_, f)| format!(".{f}"));
        return bad(rest, Kind::Percent, Some(format!("{whole}{fraction}%")));
    }
    let decimal = || recognize((digit1::<_, ()>, opt((char('.'), digit1))));
    // 60 / day
    if let Ok((rest, (n, scale, _, _, _, unit))) =
        (decimal(), opt(one_of("kM")), space0, char('/'), space0, alpha1::<_, ()>).parse(i)
    {
        let scale = scale.map_or(String::new(), |c| c.to_string());
        let fix = rate_unit(unit).map(|unit| format!("{n}{scale}/{unit}"));
        return bad(rest, Kind::Rate, fix);
    }
    if let Ok((rest, n)) = decimal().parse(i) {
        // 300 ms, 0.3 s
        if let Some((after, unit)) = spaced_unit(rest) {
            return bad(after, Kind::Duration, whole_duration(n, unit));
        }
        // 10rps
        let counted = ["rps", "qps", "rpm"].into_iter().find_map(|word| Some((word, rest.strip_prefix(word)?)));
        if let Some((word, after)) = counted.filter(|(_, after)| !after.starts_with(|c| is_word(c) || c == '.')) {
            let unit = if word == "rpm" { "min" } else { "s" };
            return bad(after, Kind::Rate, Some(format!("{n}/{unit}")));
        }
        // 0.3s, 5min
        if let Ok((after, unit)) = alpha1::<_, ()>.parse(rest)
            && !after.starts_with(|c| is_word(c) || c == '.')
            && let Some(fix) = whole_duration(n, unit)
        {
            return bad(after, Kind::Duration, Some(fix));
        }
    }
    let rest = split(i, take_while::<_, _, ()>(|c| is_word(c) || c == '.' || c == '%').parse(i)).0;
    bad(rest, Kind::BadNumber, None)
}

/// The unit of a rate that was meant.
pub fn rate_unit(unit: &str) -> Option<&str> {
    let meant = match unit {
        "sec" | "second" => "s",
        "m" | "minute" => "min",
        "hr" | "hour" => "h",
        "d" => "day",
        "w" => "week",
        other => other,
    };
    RATE_UNITS.iter().any(|(known, _)| *known == meant).then_some(meant)
}

/// `0.3` and `s` as `300ms`: whole numbers of the largest unit that fits.
pub fn whole_duration(number: &str, unit: &str) -> Option<String> {
    const UNITS: [(&str, f64); 7] = [
        ("w", 604_800_000.0),
        ("d", 86_400_000.0),
        ("h", 3_600_000.0),
        ("m", 60_000.0),
        ("s", 1000.0),
        ("ms", 1.0),
        ("y", 31_536_000_000.0),
    ];
    let unit = match unit {
        "min" | "minutes" => "m",
        "sec" | "seconds" => "s",
        "hours" => "h",
        "days" => "d",
        other => other,
    };
    let ms = UNITS.iter().find(|u| u.0 == unit)?.1;
    if !number.contains('.') {
        return Some(format!("{number}{unit}"));
    }
    let value = number.parse::<f64>().ok()? * ms;
    let rounded = value.round();
    if rounded < 1.0 || (value - rounded).abs() > 1e-6 || rounded > 1e15 {
        return None;
    }
    UNITS[..6].iter().find(|(_, size)| rounded % size == 0.0).map(|(name, size)| format!("{}{name}", rounded / size))
}
