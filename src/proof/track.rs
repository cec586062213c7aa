//! Series with a sample a minute, and how `promtool` writes them.

use crate::promql::evaluate::{Labels, Sample};
use crate::promql::write::{label_name_is_plain, quote};
use std::fmt::Write as _;

/// `up{instance="a",job="cart"}`
pub fn series_text(labels: &Labels) -> String {
    let mut out = labels.get("__name__").cloned().unwrap_or_default();
    let mut open = false;
    for (name, value) in labels.iter().filter(|(name, _)| *name != "__name__") {
        out.push(if open { ',' } else { '{' });
        open = true;
        let name = if label_name_is_plain(name) { name.clone() } else { quote(name) };
        let _ = write!(out, "{name}={}", quote(value));
    }
    if open {
        out.push('}');
    }
    out
}

/// A number as `promtool` reads it: without an exponent where that is exact.
fn number(value: f64) -> String {
    if value.is_nan() { "NaN".to_string() } else { value.to_string() }
}

/// The notation of `promtool`: `0+10x5` is 0 10 20 30 40 50, `1x5` six times 1, `_x5` five gaps, `stale` a stale marker.
pub fn values_text(samples: &[Sample]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut i = 0;
    while i < samples.len() {
        let same = samples[i..].iter().take_while(|s| **s == samples[i]).count();
        match samples[i] {
            Sample::Missing => {
                parts.push(if same == 1 { "_".into() } else { format!("_x{same}") });
                i += same;
            }
            Sample::Stale => {
                // one marker is enough; what follows is as good as missing
                parts.push("stale".into());
                if same > 1 {
                    parts.push(format!("_x{}", same - 1));
                }
                i += same;
            }
            Sample::Value(first) => {
                let value = |k: usize| match samples.get(k) {
                    Some(Sample::Value(v)) => Some(*v),
                    _ => None,
                };
                let step = value(i + 1).map(|v| v - first);
                let mut n = 1;
                while let (Some(step), Some(next)) = (step, value(i + n)) {
                    #[allow(clippy::float_cmp, reason = "the notation is exact for the whole numbers written here")]
                    if next != first + step * n as f64 {
                        break;
                    }
                    n += 1;
                }
                let text = match step {
                    Some(step) if n > 1 && step > 0.0 => format!("{}+{}x{}", number(first), number(step), n - 1),
                    Some(step) if n > 1 && step < 0.0 => format!("{}-{}x{}", number(first), number(-step), n - 1),
                    Some(_) if n > 1 => format!("{}x{}", number(first), n - 1),
                    _ => number(first),
                };
                parts.push(text);
                i += n;
            }
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sample::{Missing, Stale, Value};

    #[test]
    fn runs_are_written_short() {
        let samples = [
            Missing,
            Missing,
            Value(0.0),
            Value(10.0),
            Value(20.0),
            Value(21.0),
            Value(21.0),
            Stale,
            Missing,
            Value(7.0),
        ];
        assert_eq!(values_text(&samples), "_x2 0+10x2 21x1 stale _ 7");
    }
}
