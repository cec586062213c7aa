//! `latency SELECTOR under D`: an event is one observation of a histogram.

use super::events::bad_from_good;
use super::{Frame, Lowered, Selector, Series, counting};
use crate::promql::write::duration;

/// What the histogram counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

impl Unit {
    /// From the word of the language.
    pub fn from_word(word: &str) -> Option<Unit> {
        Some(match word {
            "s" => Unit::Seconds,
            "ms" => Unit::Milliseconds,
            "us" => Unit::Microseconds,
            "ns" => Unit::Nanoseconds,
            _ => return None,
        })
    }
    /// From a metric's name: `_milliseconds` and `_ms` are milliseconds, all else seconds.
    pub fn of_metric(name: &str) -> Unit {
        if name.ends_with("_milliseconds") || name.ends_with("_ms") { Unit::Milliseconds } else { Unit::Seconds }
    }
    /// A duration in this unit, exact, as a decimal.
    pub fn of_duration(self, milliseconds: u64) -> String {
        match self {
            Unit::Seconds => crate::promql::write::seconds(milliseconds),
            Unit::Milliseconds => milliseconds.to_string(),
            Unit::Microseconds => (u128::from(milliseconds) * 1_000).to_string(),
            Unit::Nanoseconds => (u128::from(milliseconds) * 1_000_000).to_string(),
        }
    }
    /// How many of it make a second.
    pub fn per_second(self) -> u64 {
        match self {
            Unit::Seconds => 1,
            Unit::Milliseconds => 1_000,
            Unit::Microseconds => 1_000_000,
            Unit::Nanoseconds => 1_000_000_000,
        }
    }
}

/// A histogram and its bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// The histogram, its name without `_bucket`.
    pub selector: Selector,
    /// Slower is bad; in milliseconds.
    pub bound: u64,
    /// What the histogram counts in.
    pub unit: Unit,
    /// Whether it is a native histogram.
    pub native: bool,
}

impl Latency {
    /// Total is `_count`, good the bucket at the bound.
    pub fn lower(&self, frame: &Frame) -> Lowered {
        let up = self.selector.up(&frame.site);
        let bound = self.unit.of_duration(self.bound);
        let (total, good) = if self.native {
            let x = self.selector.text();
            let count = |h: &str| format!("histogram_count({h})");
            let fraction = |h: &str| format!("histogram_fraction(0, {bound}, {h}) * histogram_count({h})");
            (counting::histogram(&x, &up, frame, &count), counting::histogram(&x, &up, frame, &fraction))
        } else {
            let le = bucket_matcher(&bound);
            (
                counting::counter(&self.selector.with_suffix("_count", None), &up, frame),
                counting::counter(&self.selector.with_suffix("_bucket", Some(&le)), &up, frame),
            )
        };
        [
            (Series::Total, format!("{} / {}", frame.aggregate("sum", &total), frame.range)),
            (Series::Bad, bad_from_good(&good, true, frame)),
        ]
    }

    /// "slower than 300ms"
    pub fn bad_when(&self) -> String {
        format!("slower than {}", duration(self.bound))
    }
}

/// The bucket at a bound in all its spellings: Prometheus 3 writes `le="1.0"` where 2 wrote `le="1"`, and from a million on exporters write
/// exponents: Go and Python `1e+06`, Java `1.0E7`.
pub fn bucket_matcher(bound: &str) -> String {
    if bound.contains('.') {
        return format!("le=\"{bound}\"");
    }
    let mut spellings = format!("{bound}([.]0)?");
    if bound.len() > 6 {
        let exponent = bound.len() - 1;
        let rest = bound[1..].trim_end_matches('0');
        let first = &bound[..1];
        let short = if rest.is_empty() { first.to_string() } else { format!("{first}[.]{rest}") };
        let long = if rest.is_empty() { format!("{first}[.]0") } else { short.clone() };
        spellings = format!("{spellings}|{short}e[+]{exponent:02}|{long}E{exponent}");
    }
    format!("le=~\"{spellings}\"")
}

#[cfg(test)]
mod tests {
    use super::bucket_matcher;

    #[test]
    fn bounds_are_found_in_every_spelling() {
        assert_eq!(bucket_matcher("0.3"), "le=\"0.3\"");
        assert_eq!(bucket_matcher("300"), "le=~\"300([.]0)?\"");
        assert_eq!(bucket_matcher("1000000"), "le=~\"1000000([.]0)?|1e[+]06|1[.]0E6\"");
        assert_eq!(bucket_matcher("2500000000"), "le=~\"2500000000([.]0)?|2[.]5e[+]09|2[.]5E9\"");
    }
}
