//! A timeline as SVG: what is left of a budget, the burn rate, and bars where alerts fired.

use super::alerts::Alert;
use super::clock::Clock;
use super::html::{class, escaped};
use super::samples::Time;
use super::table::{alert_name, left as left_text};
use super::{Point, day};
use crate::promql::write::number;
use crate::reckon::thresholds::four_digits;
use std::fmt::Write as _;

/// The width of the whole and of the margin for words.
const WIDTH: f64 = 960.0;
const MARGIN: f64 = 150.0;
/// The heights of the two curves and of a bar.
const LEFT: f64 = 110.0;
const BURN: f64 = 70.0;
const BAR: f64 = 16.0;
/// What is below this is drawn here: a budget may be overspent many times.
const LEAST: f64 = -1.0;

struct Scale {
    from: Time,
    until: Time,
}

impl Scale {
    fn x(&self, at: Time) -> f64 {
        let share = (at - self.from) as f64 / (self.until - self.from).max(1) as f64;
        MARGIN + (WIDTH - MARGIN - 4.0) * share.clamp(0.0, 1.0)
    }
}

/// A path through what is known; what is not makes a gap.
fn path(points: &[Point], scale: &Scale, y: impl Fn(&Point) -> Option<f64>) -> String {
    let mut out = String::new();
    let mut pen = false;
    for point in points {
        match y(point) {
            Some(y) => {
                let _ = write!(out, "{}{:.1} {y:.1}", if pen { 'L' } else { 'M' }, scale.x(point.at));
                if !pen {
                    // one point alone is seen as well
                    out.push_str("h1");
                }
                pen = true;
            }
            None => pen = false,
        }
    }
    out
}

/// The timeline of a budget; `limit` is the burn rate of its fastest alert.
pub fn draw(clock: Clock, points: &[Point], fired: &[&Alert], limit: Option<f64>, words: &str) -> String {
    let scale = Scale { from: clock.from, until: clock.until };
    let burn_top = LEFT + 24.0;
    let bars_top = burn_top + BURN + 14.0;
    let height = bars_top + BAR * fired.len() as f64 + 22.0;
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\">\n", escaped(words));
    left(&mut out, points, &scale);
    burn(&mut out, points, &scale, limit, burn_top);
    for (i, alert) in fired.iter().enumerate() {
        let y = bars_top + BAR * i as f64;
        let name = escaped(&alert_name(alert));
        let _ = writeln!(out, "<text x=\"0\" y=\"{:.1}\">{name}</text>", y + BAR - 5.0);
        for firing in &alert.firings {
            let (begin, end) = (scale.x(firing.from), scale.x(firing.until.unwrap_or(clock.until)));
            let until = firing.until.map_or("still".to_string(), day::minute);
            let _ = writeln!(
                out,
                "<rect class=\"{}\" x=\"{begin:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{name}: {} – {until}</title></rect>",
                class(alert),
                y + 2.0,
                (end - begin).max(1.5),
                BAR - 4.0,
                day::minute(firing.from)
            );
        }
    }
    days(&mut out, &scale, height);
    out.push_str("</svg>\n");
    out
}

fn line(out: &mut String, class: &str, y: f64, words: &str) {
    let _ = writeln!(out, "<line class=\"{class}\" x1=\"{MARGIN}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
    let _ = writeln!(out, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{words}</text>", MARGIN - 6.0, y + 4.0);
}

fn left(out: &mut String, points: &[Point], scale: &Scale) {
    let lowest = points.iter().filter_map(|p| p.left).fold(0.0, f64::min).max(LEAST);
    let y = |share: f64| 8.0 + (LEFT - 8.0) * (1.0 - share.max(LEAST)) / (1.0 - lowest);
    line(out, "axis", y(1.0), "budget left 100%");
    line(out, "zero", y(0.0), "0%");
    if lowest < -0.2 {
        let words = if lowest <= LEAST { "−100% or less".to_string() } else { left_text(lowest) };
        line(out, "axis", y(lowest), &words);
    }
    let _ = writeln!(out, "<path class=\"left\" d=\"{}\"/>", path(points, scale, |p| p.left.map(y)));
}

/// Burn rates are drawn by their logarithm, from a tenth on: what matters lies between 1 and 1000.
fn burn(out: &mut String, points: &[Point], scale: &Scale, limit: Option<f64>, top: f64) {
    let most = points.iter().filter_map(|p| p.burn).chain(limit).fold(10.0, f64::max);
    let of = |burn: f64| (burn.max(0.1) * 10.0).log10();
    let y = |burn: f64| top + BURN * (1.0 - of(burn) / of(most));
    line(out, "axis", y(0.1), "burn rate 0.1×");
    line(out, "zero", y(1.0), "1×");
    if let Some(limit) = limit {
        line(out, "limit", y(limit), &format!("{}×", number(four_digits(limit))));
    }
    let _ = writeln!(out, "<path class=\"burn\" d=\"{}\"/>", path(points, scale, |p| p.burn.map(y)));
}

/// A mark at some midnights, or at hours where the past is short.
fn days(out: &mut String, scale: &Scale, height: f64) {
    let length = scale.until - scale.from;
    let step = [3600, 3 * 3600, 6 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 28 * 86_400]
        .into_iter()
        .find(|step| length / step <= 9)
        .unwrap_or(90 * 86_400);
    let mut at = scale.from - scale.from.rem_euclid(step) + step;
    while at < scale.until {
        let x = scale.x(at);
        let text = day::minute(at);
        let words = if step < 86_400 { &text[5..] } else { &text[5..10] };
        let _ =
            writeln!(out, "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"8\" y2=\"{:.1}\"/>", height - 16.0);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{words}</text>", height - 4.0);
        at += step;
    }
}
