//! The past as a page that needs nothing else: no scripts, no fonts, nothing from elsewhere.

use super::alerts::Alert;
use super::chart;
use super::hints::{hints, listed, without_numbers};
use super::table::{Asked, Row, alert_name, label, left, rows};
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
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 66rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1, h2, h3, p, li { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.75rem 0 .25rem; } p { margin: .25rem 0; } .soft { color: var(--soft); } .wrong { color: var(--page); }
h2 .soft, h3 .soft { font-weight: 400; } code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
ul { margin: .25rem 0; padding-left: 1.25rem; } summary { cursor: pointer; margin: .5rem 0; width: fit-content; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td.text, th.text { text-align: left; } th { font-weight: 600; color: var(--soft); }
tbody th { font-weight: inherit; color: inherit; } tr.own { font-weight: 600; }
.all th:first-child { position: sticky; left: 0; background: var(--ground); padding-left: 0; white-space: normal; overflow-wrap: anywhere;
  min-width: 14rem; max-width: 24rem; }
.chart { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); column-gap: .5rem; margin: .5rem 0; font-size: 12px; line-height: 18px;
  color: var(--soft); }
.chart svg { width: 100%; display: block; } .levels { position: relative; }
.levels span { position: absolute; right: 0; transform: translateY(-50%); white-space: nowrap; }
.name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.days { grid-column: 2; position: relative; height: 18px; overflow: hidden; }
.days span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
line, path { vector-effect: non-scaling-stroke; }
.axis { stroke: var(--line); } .zero { stroke: var(--soft); } .left { fill: none; stroke: var(--left); stroke-width: 1.5; }
.burn { fill: none; stroke: var(--burn); stroke-width: 1.2; } .limit { stroke: var(--page); stroke-dasharray: 4 3; }
.page { fill: var(--page); } .ticket { fill: var(--ticket); } .kept { color: var(--good); font-weight: 600; }
@media (max-width: 60rem) { .odd { display: none; } th, td { padding: .2rem .4rem; } .all { font-size: .93rem; } .all th:first-child { min-width: 12rem; } }
@media (max-width: 40rem) { body { padding: 1rem .75rem; } .some { display: none; }
  .all th:first-child { min-width: 8.5rem; max-width: 9.5rem; }
  .chart { grid-template-columns: 5.5rem minmax(0, 1fr); } .levels span { white-space: normal; text-align: right; line-height: 12px; }
  .name { grid-column: 1 / -1; } .name + svg { grid-column: 2; } }
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

/// So many budgets are all shown with their timelines; of more, only those of which there is something to see.
const OPEN: usize = 12;

/// The page.
pub fn page(asked: &Asked, journeys: &[JourneyPast]) -> String {
    let (from, until) = asked.span;
    let version = asked.version.as_ref().map(|v| format!(" ({})", escaped(v))).unwrap_or_default();
    let site = asked.site.as_ref().map(|s| format!(", rules of the site {}", escaped(s))).unwrap_or_default();
    let of = match journeys {
        [one] => format!(": {}", escaped(&one.title)),
        _ => String::new(),
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Budgets of the past{of}, {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>Budgets of the past</h1>\n\
         <p class=\"soft\">{}{version}{site}, {} to {} UTC: {}</p>\n",
        &day::minute(until)[..10],
        escaped(&asked.url),
        day::minute(from),
        day::minute(until),
        minutes(u64::try_from((until - from) / 60).unwrap_or(0))
    );
    for warning in &asked.warnings {
        let _ = writeln!(out, "<p class=\"wrong\">It warns: {}</p>", escaped(warning));
    }
    for note in &asked.notes {
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", escaped(note));
    }
    let budgets = summary(&mut out, journeys);
    nothing(&mut out, journeys);
    for journey in journeys {
        of_journey(&mut out, journey, budgets <= OPEN);
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// All budgets at a glance, what matters most first; how many there are.
fn summary(out: &mut String, journeys: &[JourneyPast]) -> usize {
    let all: Vec<(&JourneyPast, Row<'_>)> =
        journeys.iter().flat_map(|j| rows(j).into_iter().map(move |r| (j, r))).collect();
    if all.is_empty() {
        out.push_str("<p>There is nothing to be measured.</p>\n");
        return 0;
    }
    out.push_str(
        "<p class=\"soft\">What is left at the end, and the least in this time; pages, tickets, errors and data are of this time.</p>\n\
         <div class=\"scroll\" role=\"region\" aria-label=\"All budgets\" tabindex=\"0\"><table class=\"all\">\n<thead><tr><th scope=\"col\">budget</th>",
    );
    for heading in ["left", "lowest", "target", "best kept", "pages", "tickets", "errors", "data"] {
        let _ = write!(out, "<th scope=\"col\">{heading}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (journey, row) in &all {
        summed(out, row, row.name == journey.name);
    }
    out.push_str("</tbody>\n</table></div>\n");
    all.len()
}

fn summed(out: &mut String, row: &Row<'_>, own: bool) {
    let Row { name, target, budget, told, tried } = row;
    let text = |text: Option<String>| text.unwrap_or("–".to_string());
    let share = |v: Option<f64>| {
        let class = if v.is_some_and(|v| v < 0.0) { " class=\"wrong\"" } else { "" };
        format!("<td{class}>{}</td>", text(v.map(left)))
    };
    let _ = writeln!(
        out,
        "<tr{}><th scope=\"row\">{}</th>{}{}<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        if own { " class=\"own\"" } else { "" },
        // a line ends between the parts of an address
        escaped(name).replace('.', ".<wbr>").replace('_', "_<wbr>").replace('{', "<wbr>{"),
        share(budget.and_then(|b| b.left)),
        share(budget.and_then(|b| b.least).map(|(v, _)| v)),
        target.text(),
        text(best(tried).map(|t| t.target.text())),
        told[0],
        told[1],
        text(budget.and_then(|b| b.reported.errors).map(percent)),
        text(budget.map(|b| percent_short(b.coverage))),
    );
}

/// What matches nothing, each once.
fn nothing(out: &mut String, journeys: &[JourneyPast]) {
    let (hints, without) = (hints(journeys), without_numbers(journeys));
    if hints.is_empty() && without.is_empty() {
        return;
    }
    out.push_str("<h2>What matches nothing</h2>\n<ul>\n");
    if !without.is_empty() {
        let _ =
            writeln!(out, "<li>{}: selectors match series, but there are no numbers</li>", escaped(&listed(&without)));
    }
    for hint in &hints {
        let class = if hint.looked.is_wrong() { "wrong" } else { "soft" };
        let mut more: Vec<&str> = hint.looked.why.iter().chain(&hint.looked.help).map(String::as_str).collect();
        more.extend(
            hint.may_be_well().then_some("where that never happened there is no series of it, and all is well"),
        );
        let _ = writeln!(
            out,
            "<li>{}: <span class=\"{class}\">{}</span>: {} <code>{}</code> matches nothing: {}</li>",
            escaped(&listed(&hint.names)),
            hint.verdict(),
            hint.looked.role.text(),
            escaped(&hint.looked.selector),
            escaped(&more.join("; "))
        );
    }
    out.push_str("</ul>\n");
}

fn of_journey(out: &mut String, journey: &JourneyPast, open: bool) {
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
        of_budget(out, journey, "The whole journey", budget, target, &alerts, true);
        of_targets(out, target, &journey.tried);
    } else if !journey.whole && journey.target.is_some() {
        out.push_str("<p class=\"soft\">Only some of its SLIs were read, so its own number is not reckoned.</p>\n");
    }
    for sli in &journey.slis {
        of_sli(out, journey, sli, open);
    }
}

fn of_sli(out: &mut String, journey: &JourneyPast, sli: &SliPast, open: bool) {
    for budget in &sli.budgets {
        let alerts: Vec<&Alert> = budget.alerts.iter().chain(&sli.no_data).collect();
        let name = titled(journey, sli, &label(&sli.name(), &budget.by));
        of_budget(out, journey, &name, budget, sli.target, &alerts, open);
    }
    if sli.budgets.is_empty() {
        let name = titled(journey, sli, &sli.name());
        let _ = writeln!(out, "<h3>{name}</h3>\n<p class=\"wrong\">There are no numbers of it.</p>");
    }
    of_targets(out, sli.target, &sli.tried);
}

/// What people call it within the journey, and its address.
fn titled(journey: &JourneyPast, sli: &SliPast, address: &str) -> String {
    let shown = escaped(address);
    let title = sli.title.strip_prefix(&format!("{} / ", journey.title)).unwrap_or(&sli.title);
    // without titles of their own steps and SLIs are called by their names
    let names = sli.address.strip_prefix(&format!("{}.", journey.name)).unwrap_or(&sli.address);
    if names == title.replace(" / ", ".") {
        shown
    } else {
        format!("{} <span class=\"soft\">{shown}</span>", escaped(title))
    }
}

/// A budget; the name is written for the page already.
fn of_budget(
    out: &mut String,
    journey: &JourneyPast,
    name: &str,
    budget: &BudgetPast,
    target: Percent,
    alerts: &[&Alert],
    open: bool,
) {
    let share = |v: Option<f64>| v.map_or("unknown".to_string(), left);
    let counts = |counts: Counts| {
        let of = match (counts.events.filter(|events| *events > 0.0), counts.bad) {
            (Some(events), Some(bad)) => format!("{} of {} bad, ", grouped(bad), grouped(events)),
            (Some(events), None) => return format!("{} events, and it is not known which are bad", grouped(events)),
            (None, _) if counts.errors.is_none() => return "no numbers".to_string(),
            _ => String::new(),
        };
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
    let _ = writeln!(out, "<h3>{name} <span class=\"soft\">· {}</span></h3>\n<p>{sentence}</p>", target.text());
    let fired: Vec<&Alert> = alerts.iter().copied().filter(|a| !a.firings.is_empty()).collect();
    if budget.timeline.iter().any(|p| p.left.is_some() || p.burn.is_some()) {
        let limit = alerts.iter().filter_map(|a| a.row.as_ref()).min_by_key(|r| r.long).map(|r| r.burn);
        let words = format!("What is left, burn rate and alerts: {sentence}");
        let chart = chart::draw(journey.clock, &budget.timeline, &fired, limit, &words);
        let open = open || !fired.is_empty() || budget.least.is_some_and(|(least, _)| least < 0.0);
        let _ =
            writeln!(out, "<details{}><summary>Timeline</summary>\n{chart}</details>", if open { " open" } else { "" });
    }
    if fired.is_empty() {
        out.push_str("<p class=\"soft\">No alert would have fired.</p>\n");
        return;
    }
    out.push_str("<details><summary>When alerts would have fired</summary><div class=\"scroll\"><table>\n");
    out.push_str("<thead><tr><th scope=\"col\">alert</th><th class=\"text\" scope=\"col\">from</th>");
    out.push_str("<th class=\"text\" scope=\"col\">until</th><th scope=\"col\">for</th></tr></thead>\n<tbody>\n");
    for alert in fired {
        for firing in &alert.firings {
            let end = firing.until.map_or("still fires".to_string(), day::minute);
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td class=\"text\">{}</td><td class=\"text\">{end}</td><td>{}</td></tr>",
                escaped(&alert_name(alert)),
                day::minute(firing.from),
                time(firing.length(journey.clock.until) as f64 / 60.0)
            );
        }
    }
    out.push_str("</tbody>\n</table></div></details>\n");
}

fn of_targets(out: &mut String, own: Percent, tried: &[Tried]) {
    if tried.is_empty() {
        return;
    }
    let best = best(tried);
    out.push_str(
        "<details><summary>Which target the past would have supported</summary><div class=\"scroll\"><table>\n",
    );
    out.push_str("<thead><tr><th scope=\"col\">target</th><th scope=\"col\">spent</th><th scope=\"col\">pages</th><th scope=\"col\">tickets</th><th class=\"text\" scope=\"col\"></th></tr></thead>\n<tbody>\n");
    for one in tried {
        let mut words: Vec<&str> = Vec::new();
        words.extend((one.target == own).then_some("promised"));
        words.extend((best == Some(one)).then_some("<span class=\"kept\">the strictest that was kept</span>"));
        words.extend(one.too_fine.then_some("fewer events than it takes for one to fail"));
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
            one.target.text(),
            percent_short(one.spent),
            one.pages,
            one.tickets,
            words.join(", ")
        );
    }
    out.push_str("</tbody>\n</table></div></details>\n");
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
