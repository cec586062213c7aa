//! Colours, texts and limits. Blue, yellow and red, which people with either common colour blindness tell apart, and always with words:
//! a colour alone says nothing.

use super::model::{Color, Mapping, Shown, Step, Thresholds};
use crate::model::Percent;
use crate::plan::states::severity;
use serde_json::Value;
use std::collections::BTreeMap;

/// All is well.
pub const BLUE: &str = "#5794F2";
/// Look at it.
pub const YELLOW: &str = "#F2CC0C";
/// Act.
pub const RED: &str = "#E02F44";
/// Nothing is left; told from red by how dark it is.
pub const DARK_RED: &str = "#7A1526";
/// Nobody knows.
pub const GREY: &str = "#808080";
/// That of Grafana's own text, so black or white: none of the palette is like it.
pub const TEXT: &str = "text";
/// What is said where there is no value.
pub const NO_DATA: &str = "no data";

/// Texts of severities.
pub fn severities() -> Vec<Mapping> {
    states(&[
        (severity::NO_DATA, NO_DATA, GREY),
        (severity::FINE, "fine", BLUE),
        (severity::TICKET, "ticket", YELLOW),
        (severity::SPENT, "spent", DARK_RED),
        (severity::PAGE, "page", RED),
    ])
}

/// Texts of the decision.
pub fn decisions() -> Vec<Mapping> {
    states(&[(-1, NO_DATA, GREY), (0, "SHIP", BLUE), (1, "CAREFUL", YELLOW), (2, "FREEZE", RED)])
}

/// Texts of whether a fix gets through.
pub fn deliveries() -> Vec<Mapping> {
    states(&[(-1, "unknown: no data", GREY), (0, "yes", BLUE), (1, "maybe not: delivery burns", RED)])
}

/// Texts and colours of some numbers, and of what is no number.
pub fn states(shown: &[(i8, &str, &'static str)]) -> Vec<Mapping> {
    let texts: BTreeMap<String, Shown> = shown
        .iter()
        .enumerate()
        .map(|(index, (value, text, color))| (value.to_string(), Shown { text: (*text).to_string(), color, index }))
        .collect();
    let index = texts.len();
    vec![Mapping::Value(texts), no_number(index)]
}

/// What is missing or no number has a text and a colour of its own: Grafana would print `NaN` in the colour of the worst.
pub fn missing() -> Vec<Mapping> {
    vec![no_number(0)]
}

/// What stands in a column of words where there is none.
pub fn none(text: &str) -> (&'static str, Value) {
    ("noValue", Value::from(text))
}

fn no_number(index: usize) -> Mapping {
    Mapping::Special { r#match: "null+nan", result: Shown { text: NO_DATA.to_string(), color: GREY, index } }
}

/// Limits from below: the first colour is that of everything below the second.
pub fn limits(base: &'static str, above: &[(f64, &'static str)]) -> Thresholds {
    let mut steps = vec![Step { value: None, color: base }];
    let mut above = above.to_vec();
    above.sort_by(|a, b| a.0.total_cmp(&b.0));
    // of equal limits only the last could be seen
    above.dedup_by(|next, kept| {
        let same = crate::reckon::thresholds::same(next.0, kept.0);
        if same {
            kept.1 = next.1;
        }
        same
    });
    steps.extend(above.into_iter().map(|(value, color)| Step { value: Some(value), color }));
    Thresholds { mode: "absolute", steps }
}

/// Of what is left of a budget: spent, little, enough.
pub fn left() -> Thresholds {
    limits(RED, &[(0.000_001, YELLOW), (0.25, BLUE)])
}

/// Of the share of good events beside its target.
pub fn target(target: Percent) -> Thresholds {
    limits(RED, &[(target.share(), BLUE)])
}

/// Digits after the dot of a share: one more than the target has, so that 99.95 % does not look like 100 %.
pub fn decimals(target: Percent) -> u32 {
    target.decimals() + 1
}

/// Values take the colour of their limit.
pub fn by_limits() -> Color {
    Color { mode: "thresholds", fixed_color: None }
}

/// Each series has a colour of its own.
pub fn by_series() -> Color {
    Color { mode: "palette-classic", fixed_color: None }
}

/// One colour.
pub fn fixed(color: &'static str) -> Color {
    Color { mode: "fixed", fixed_color: Some(color) }
}
