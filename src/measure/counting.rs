//! `D(x)`: how many events a counter selector saw within `R`, series by series.
//!
//! The difference of two instant values telescopes: over time every event is counted the same number of times, without extrapolation
//! and the same on Prometheus 2 and 3 (`increase` weighs an event by where it falls between scrapes). What is born since is new in
//! full, if its target was up `R` ago; a target that returns brings its history back and is not counted. The guard stands inside the
//! expression: read from another group it could be a minute late.

use super::{Frame, indent};
use crate::promql::write::duration;

/// The three terms of `D(x)` for a counter, each on a line. No parentheses are needed around any of them inside `sum (…)`:
/// `and` and `unless` bind equally and to the left, `or` weaker, arithmetic and comparisons stronger.
pub fn counter(x: &str, up: &str, frame: &Frame) -> String {
    let r = duration(frame.range * 1000);
    format!(
        "{}\nor {x} - {x} offset {r} >= 0 unless resets({x}[{r}]) > 0\nor increase({x}[{r}])",
        birth(x, x, &format!("{x} offset {r}"), up, frame)
    )
}

/// `D(x)` of a native histogram; `of` makes floats of a histogram vector. An idle series is NaN and is dropped by `>= 0`.
pub fn histogram(x: &str, up: &str, frame: &Frame, of: &dyn Fn(&str) -> String) -> String {
    let r = duration(frame.range * 1000);
    let (now, before) = (of(x), of(&format!("{x} offset {r}")));
    let terms = format!(
        "{}\nor {now} - {before} >= 0\nor {}",
        birth(&now, x, &before, up, frame),
        of(&format!("increase({x}[{r}])"))
    );
    format!("(\n{}\n) >= 0", indent(&terms))
}

/// What is born within `R`: all of it is new.
fn birth(now: &str, x: &str, before: &str, up: &str, frame: &Frame) -> String {
    let r = duration(frame.range * 1000);
    if frame.pushed {
        // there is no `up`: a birth counts only if the series was nowhere within the last hour
        format!("{now} unless last_over_time({x}[1h] offset {r})")
    } else {
        format!("{now} unless {before} and on (job, instance) {up} offset {r} == 1")
    }
}
