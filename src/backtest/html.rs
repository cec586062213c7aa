//! The past as a page that needs nothing else: no scripts, no fonts, nothing from elsewhere.

use super::alerts::Alert;
use super::chart;
use super::table::{Asked, alert_name, label, left, rows};
use super::targets::{Tried, best};
use super::{BudgetPast, Counts, JourneyPast, SliPast, day};
use crate::model::{Percent, Urgency};
use crate::plan::minutes;
use crate::show::{grouped, percent, percent_short, time};
use std::fmt::Write as _;

/// Colours for light and dark; the same meaning in both.
const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2126; --soft: #5b6670; --line: #d6dbe0; --ground: #fff; --left: #1a6fb5; --burn: #7a5cc0;
  --page: #c0392b; --ticket: #b7791f; --good: #23794a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8eb; --soft: #9aa5ae; --line: #39424a; --ground: #15191d; --left: #6cb2eb;
  --burn: #b39ae8; --page: #ef7767; --ticket: #e0aa4e; --good: #6cc994; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; } p { margin: .25rem 0; } .soft { color: var(--soft); } .wrong { color: var(--page); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { text-align: right; padding: .15rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, td.text, th.text { text-align: left; } th { font-weight: 600; color: var(--soft); }
svg { width: 100%; min-width: 42rem; height: auto; display: block; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.axis { stroke: var(--line); } .zero { stroke: var(--soft); } .left { fill: none; stroke: var(--left); stroke-width: 1.5; }
.burn { fill: none; stroke: var(--burn); stroke-width: 1.2; } .limit { stroke: var(--page); stroke-dasharray: 4 3; }
.page { fill: var(--page); } .ticket { fill: var(--ticket); } .kept { color: var(--good); font-weight: 600; }
";

/// A text between tags or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(sign),
        }
    }
    out
}

/// The page.
pub fn page(asked: &Asked, journeys: &[JourneyPast]) -> String {
    let (from, until) = asked.span;
    let version = asked.version.as_ref().map(|v| format!(" ({})", escaped(v))).unwrap_or_default();
    let site = asked.site.as_ref().map(|s| format!(", rules of the site {}", escaped(s))).unwrap_or_default();
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Budgets of the past</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>Budgets of the past</h1>\n\
         <p class=\"soft\">{}{version}{site}, {} to {} UTC</p>\n",
        escaped(&asked.url),
        day::minute(from),
        day::minute(until)
    );
    for warning in &asked.warnings {
        let _ = writeln!(out, "<p class=\"wrong\">It warns: {}</p>", escaped(warning));
    }
    for note in &asked.notes {
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", escaped(note));
    }
    summary(&mut out, journeys);
    for journey in journeys {
        of_journey(&mut out, journey);
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// All budgets at a glance.
fn summary(out: &mut String, journeys: &[JourneyPast]) {
    out.push_str(
        "<div class=\"scroll\"><table>\n<tr><th></th><th class=\"text\" colspan=\"6\">in this time</th>\
         <th class=\"text\" colspan=\"6\">in the window of the budget, at the end</th><th></th></tr>\n\
         <tr><th>budget</th><th>data</th><th>events</th><th>bad</th><th>errors</th><th>pages</th><th>tickets</th>\
         <th>events</th><th>bad</th><th>errors</th><th>target</th><th>left</th><th>lowest</th><th>best kept</th></tr>\n",
    );
    for journey in journeys {
        for (name, target, budget, told) in rows(journey) {
            let of_sli = journey.slis.iter().find(|s| s.budgets.iter().any(|b| std::ptr::eq(b, budget)));
            let tried = of_sli.map_or(&journey.tried, |s| &s.tried);
            summed(out, (&name, target, budget), told, tried);
        }
    }
    out.push_str("</table></div>\n");
}

fn summed(out: &mut String, (name, target, budget): (&str, Percent, &BudgetPast), told: [usize; 2], tried: &[Tried]) {
    let text = |text: Option<String>| text.unwrap_or("–".to_string());
    let counts = |counts: Counts| {
        [counts.events.map(grouped), counts.bad.map(grouped), counts.errors.map(percent)]
            .map(|cell| format!("<td>{}</td>", text(cell)))
            .concat()
    };
    let share = |v: Option<f64>| {
        let class = if v.is_some_and(|v| v < 0.0) { " class=\"wrong\"" } else { "" };
        format!("<td{class}>{}</td>", text(v.map(left)))
    };
    let _ = writeln!(
        out,
        "<tr><td>{}</td><td>{}</td>{}<td>{}</td><td>{}</td>{}<td>{}</td>{}{}<td>{}</td></tr>",
        escaped(name),
        percent_short(budget.coverage),
        counts(budget.reported),
        told[0],
        told[1],
        counts(budget.window),
        target.text(),
        share(budget.left),
        share(budget.least.map(|(v, _)| v)),
        text(best(tried).map(|t| t.target.text()))
    );
}

fn of_journey(out: &mut String, journey: &JourneyPast) {
    let target = journey.target.map(|t| format!("{} in ", t.text())).unwrap_or_default();
    let _ = writeln!(
        out,
        "<h2>{} <span class=\"soft\">{}{target}{}</span></h2>",
        escaped(&journey.title),
        if journey.title == journey.name { String::new() } else { format!("{} · ", escaped(&journey.name)) },
        minutes(journey.period)
    );
    if let (Some(budget), Some(target)) = (&journey.budget, journey.target) {
        let alerts: Vec<&Alert> = budget.alerts.iter().chain(&journey.blocked).collect();
        of_budget(out, journey, "the whole journey", budget, target, &alerts);
        of_targets(out, target, &journey.tried);
    } else if !journey.whole && journey.target.is_some() {
        out.push_str("<p class=\"soft\">Only some of its SLIs were read, so its own number is not reckoned.</p>\n");
    }
    for sli in &journey.slis {
        of_sli(out, journey, sli);
    }
}

fn of_sli(out: &mut String, journey: &JourneyPast, sli: &SliPast) {
    for budget in &sli.budgets {
        let alerts: Vec<&Alert> = budget.alerts.iter().chain(&sli.no_data).collect();
        of_budget(out, journey, &label(&sli.name(), &budget.by), budget, sli.target, &alerts);
    }
    if sli.budgets.is_empty() {
        let _ = writeln!(out, "<h3>{}</h3>\n<p class=\"wrong\">There are no numbers of it.</p>", escaped(&sli.name()));
    }
    for looked in sli.looked.iter().filter(|l| !l.matches) {
        let class = if looked.is_wrong() { "wrong" } else { "soft" };
        let more: Vec<&str> = looked.why.iter().chain(&looked.help).map(String::as_str).collect();
        let _ = writeln!(
            out,
            "<p class=\"{class}\">{} <code>{}</code> matches nothing: {}</p>",
            looked.role.text(),
            escaped(&looked.selector),
            escaped(&more.join("; "))
        );
    }
    of_targets(out, sli.target, &sli.tried);
}

fn of_budget(
    out: &mut String,
    journey: &JourneyPast,
    name: &str,
    budget: &BudgetPast,
    target: Percent,
    alerts: &[&Alert],
) {
    let share = |v: Option<f64>| v.map_or("unknown".to_string(), left);
    let counts = |counts: Counts| {
        let of = counts.events.zip(counts.bad).filter(|(events, _)| *events > 0.0);
        let of = of.map(|(events, bad)| format!("{} of {} bad, ", grouped(bad), grouped(events))).unwrap_or_default();
        format!("{of}{}", counts.errors.map_or("no events".to_string(), |r| format!("{} errors", percent(r))))
    };
    let window = budget.window;
    let sentence = format!(
        "{}, data for {} of the time. In the {} of the budget, counted from {} to {}: {}, left {}; at its lowest {}{}",
        counts(budget.reported),
        percent_short(budget.coverage),
        minutes(journey.period),
        day::minute(window.from),
        day::minute(window.until),
        counts(window),
        share(budget.left),
        share(budget.least.map(|(v, _)| v)),
        budget.least.map(|(_, at)| format!(" at {}", day::minute(at))).unwrap_or_default()
    );
    let _ =
        writeln!(out, "<h3>{} <span class=\"soft\">{}</span></h3>\n<p>{sentence}</p>", escaped(name), target.text());
    let fired: Vec<&Alert> = alerts.iter().copied().filter(|a| !a.firings.is_empty()).collect();
    let limit = alerts.iter().filter_map(|a| a.row.as_ref()).min_by_key(|r| r.long).map(|r| r.burn);
    let chart = chart::draw(journey.clock, &budget.timeline, &fired, limit, &format!("{name}: {sentence}"));
    let _ = writeln!(out, "<div class=\"scroll\">{chart}</div>");
    if fired.is_empty() {
        out.push_str("<p class=\"soft\">No alert would have fired.</p>\n");
        return;
    }
    out.push_str("<details><summary>When alerts would have fired</summary><div class=\"scroll\"><table>\n");
    out.push_str("<tr><th>alert</th><th class=\"text\">from</th><th class=\"text\">until</th><th>for</th></tr>\n");
    for alert in fired {
        for firing in &alert.firings {
            let end = firing.until.map_or("still fires".to_string(), day::minute);
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{end}</td><td>{}</td></tr>",
                escaped(&alert_name(alert)),
                day::minute(firing.from),
                time(firing.length(journey.clock.until) as f64 / 60.0)
            );
        }
    }
    out.push_str("</table></div></details>\n");
}

fn of_targets(out: &mut String, own: Percent, tried: &[Tried]) {
    if tried.is_empty() {
        return;
    }
    let best = best(tried);
    out.push_str("<div class=\"scroll\"><table>\n<tr><th>target</th><th>spent</th><th>pages</th><th>tickets</th><th class=\"text\"></th></tr>\n");
    for one in tried {
        let mut words: Vec<&str> = Vec::new();
        words.extend((one.target == own).then_some("promised"));
        words.extend((best == Some(one)).then_some("<span class=\"kept\">the best that was kept</span>"));
        words.extend(one.too_fine.then_some("fewer events than it takes for one to fail"));
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
            one.target.text(),
            percent_short(one.spent),
            one.pages,
            one.tickets,
            words.join(", ")
        );
    }
    out.push_str("</table></div>\n");
}

/// The class of what is drawn for an alert.
pub(super) fn class(alert: &Alert) -> &'static str {
    match alert.urgency {
        Urgency::Page => "page",
        Urgency::Ticket => "ticket",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_of_a_name_becomes_markup() {
        assert_eq!(super::escaped("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }
}
