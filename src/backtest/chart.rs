//! A timeline: what is left of a budget, the burn rate, and bars where alerts fired. Curves and bars are SVG that stretches; words stand beside
//! them, so that they are as large on a phone as on a wide screen.

use super::alerts::Alert;
use super::clock::Clock;
use super::html::{class, escaped};
use super::samples::Time;
use super::table::{alert_name, left as left_text};
use super::{Point, day};
use crate::promql::write::number;
use crate::reckon::thresholds::four_digits;
use std::fmt::Write as _;

/// The width of a plot in its own units; it is stretched to what there is.
const WIDTH: f64 = 1000.0;
/// The heights of the two curves, with room for half a word above and below, and of a bar, in pixels.
const LEFT: f64 = 120.0;
const BURN: f64 = 86.0;
const BAR: f64 = 18.0;
const ROOM: f64 = 8.0;
/// Words closer to each other than this cannot be read.
const WORD: f64 = 13.0;
/// What is below this is drawn here: a budget may be overspent many times.
const LEAST: f64 = -1.0;

struct Scale {
    from: Time,
    until: Time,
}

impl Scale {
    fn x(&self, at: Time) -> f64 {
        let share = (at - self.from) as f64 / (self.until - self.from).max(1) as f64;
        WIDTH * share.clamp(0.0, 1.0)
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

/// A level with its class and its words.
struct Level {
    class: &'static str,
    y: f64,
    words: String,
}

/// The timeline of a budget; `limit` is the burn rate of its fastest alert.
pub fn draw(clock: Clock, points: &[Point], fired: &[&Alert], limit: Option<f64>, words: &str) -> String {
    let scale = Scale { from: clock.from, until: clock.until };
    let days = days(&scale);
    let mut out = format!("<div class=\"chart\" role=\"img\" aria-label=\"{}\">\n", escaped(words));
    left(&mut out, points, &scale, &days);
    burn(&mut out, points, &scale, limit, &days);
    for alert in fired {
        let name = escaped(&alert_name(alert));
        let mut bars = String::new();
        for firing in &alert.firings {
            let (begin, end) = (scale.x(firing.from), scale.x(firing.until.unwrap_or(clock.until)));
            // what is short is seen as well
            let width = (end - begin).max(2.0);
            let (from, until) = (day::minute(firing.from), firing.until.map_or("still".to_string(), day::minute));
            let _ = writeln!(
                bars,
                "<rect class=\"{}\" x=\"{:.1}\" y=\"3\" width=\"{width:.1}\" height=\"{:.0}\"><title>{name}: {from} – {until}</title></rect>",
                class(alert),
                begin.min(WIDTH - width),
                BAR - 6.0
            );
        }
        let _ = writeln!(out, "<div class=\"name\">{name}</div>");
        plot(&mut out, BAR, &days, &bars);
    }
    out.push_str("<div class=\"days\">");
    for (i, (x, words)) in days.iter().enumerate() {
        // where there is less room, some are left out
        let class = match i % 4 {
            0 => "",
            2 => " class=\"some\"",
            _ => " class=\"odd\"",
        };
        let _ = write!(out, "<span{class} style=\"left:{:.1}%\">{words}</span>", x / WIDTH * 100.0);
    }
    out.push_str("</div>\n</div>\n");
    out
}

/// A plot with the marks of days behind it.
fn plot(out: &mut String, height: f64, days: &[(f64, String)], inside: &str) {
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" height=\"{height}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    );
    for (x, _) in days {
        let _ = writeln!(out, "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{height}\"/>");
    }
    let _ = writeln!(out, "{inside}</svg>");
}

/// A curve with its levels; of words that would stand on others the later ones are left out.
fn curve(out: &mut String, height: f64, levels: &[Level], days: &[(f64, String)], class: &str, path: &str) {
    let _ = write!(out, "<div class=\"levels\" style=\"height:{height}px\">");
    let mut taken: Vec<f64> = Vec::new();
    let mut lines = String::new();
    for Level { class, y, words } in levels {
        let _ = writeln!(lines, "<line class=\"{class}\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        if taken.iter().all(|other| (other - y).abs() >= WORD) {
            let _ = write!(out, "<span style=\"top:{y:.1}px\">{words}</span>");
            taken.push(*y);
        }
    }
    out.push_str("</div>\n");
    plot(out, height, days, &format!("{lines}<path class=\"{class}\" d=\"{path}\"/>\n"));
}

fn left(out: &mut String, points: &[Point], scale: &Scale, days: &[(f64, String)]) {
    let lowest = points.iter().filter_map(|p| p.left).fold(0.0, f64::min).max(LEAST);
    let y = |share: f64| ROOM + (LEFT - 2.0 * ROOM) * (1.0 - share.clamp(LEAST, 1.0)) / (1.0 - lowest);
    let level = |class, share, words| Level { class, y: y(share), words };
    let mut levels = vec![level("axis", 1.0, "budget left 100%".to_string()), level("zero", 0.0, "0%".to_string())];
    if lowest < 0.0 {
        let words = if lowest <= LEAST { "−100% or less".to_string() } else { left_text(lowest) };
        levels.push(level("axis", lowest, words));
    }
    curve(out, LEFT, &levels, days, "left", &path(points, scale, |p| p.left.map(y)));
}

/// Burn rates are drawn by their logarithm, from a tenth on: what matters lies between 1 and 1000.
fn burn(out: &mut String, points: &[Point], scale: &Scale, limit: Option<f64>, days: &[(f64, String)]) {
    let most = points.iter().filter_map(|p| p.burn).filter(|b| b.is_finite()).chain(limit).fold(10.0, f64::max);
    let of = |burn: f64| (burn.clamp(0.1, most) * 10.0).log10();
    let y = |burn: f64| ROOM + (BURN - 2.0 * ROOM) * (1.0 - of(burn) / of(most));
    let mut levels = vec![Level { class: "axis", y: y(0.1), words: "burn rate 0.1×".to_string() }];
    if let Some(limit) = limit {
        levels.push(Level { class: "limit", y: y(limit), words: format!("{}×", number(four_digits(limit))) });
    }
    levels.push(Level { class: "zero", y: y(1.0), words: "1×".to_string() });
    curve(out, BURN, &levels, days, "burn", &path(points, scale, |p| p.burn.map(y)));
}

/// Where some midnights are, or hours where the past is short, and their words.
fn days(scale: &Scale) -> Vec<(f64, String)> {
    let length = scale.until - scale.from;
    let step = [60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 28 * 86_400]
        .into_iter()
        .find(|step| length / step <= 9)
        .unwrap_or(90 * 86_400);
    let (mut at, mut found) = (scale.from - scale.from.rem_euclid(step) + step, Vec::new());
    while at < scale.until {
        let text = day::minute(at);
        // the year and, of whole days, the hour say nothing
        let words = if step < 86_400 { &text[5..] } else { &text[5..10] };
        found.push((scale.x(at), words.to_string()));
        at += step;
    }
    found
}
