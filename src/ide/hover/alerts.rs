//! Alerts in minutes and events: when a row fires, what is spent by then, when it ends. The same reckoning as `tabi show`.

use super::{At, Member, table};
use crate::adapt::times::Timing;
use crate::model::{Journey, Percent, Row, Urgency, address};
use crate::plan::minutes;
use crate::promql::write::number;
use crate::reckon::thresholds::{self, Threshold};
use crate::reckon::timing::Situation;
use crate::show::table::Table;
use crate::show::{alert, not_steadily, other_alerts, percent, percent_short};
use crate::source::{Place, Span};
use crate::syntax::ast::Word;
use crate::syntax::leaf;
use std::fmt::Write;

/// The shares of failing events for which times are said.
const SHARES: [(f64, &str); 3] = [(1.0, "100%"), (0.5, "50%"), (0.1, "10%")];
/// How many SLIs are listed.
const MOST: usize = 8;

/// The alerts of an SLI.
pub(super) fn of_sli(at: &At<'_, '_>, out: &mut String, member: &Member<'_>) {
    let sli = member.2;
    rows(out, &thresholds::of_sli(member.0, sli), times(at, member.0).of_sli(member.0, sli));
    let others = other_alerts(sli);
    if !others.is_empty() {
        let _ = write!(out, "\n{}.\n", capital(&others.join("; ")));
    }
}

fn times(at: &At<'_, '_>, journey: &Journey) -> Timing {
    Timing::of_journey_in(at.project.model, at.project.options, journey)
}

/// Where each kind of alerts of an SLI is from.
pub(super) fn origins(at: &At<'_, '_>, member: &Member<'_>) -> String {
    let alerts = &member.2.alerts;
    let from = |place: Option<Place>| place.map_or_else(|| "built in".to_string(), |p| at.where_is(p));
    let mut found: Vec<String> = Vec::new();
    for urgency in [Urgency::Page, Urgency::Ticket] {
        if let Some(row) = alerts.rows.iter().find(|r| r.urgency == urgency) {
            found.push(format!("{}: {}", urgency.text(), from(row.place)));
        }
    }
    found.push(format!("need {}: {}", alerts.need.value, from(alerts.need.place)));
    found.join(" · ")
}

/// The alerts of a journey's own target.
pub(super) fn of_journey(at: &At<'_, '_>, out: &mut String, journey: &Journey) {
    if let Some(situation) = times(at, journey).of_journey(journey) {
        rows(out, &thresholds::of_journey(journey), situation);
    }
}

fn rows(out: &mut String, rows: &[Threshold], situation: Situation) {
    if rows.is_empty() {
        out.push_str("\nNo burn alerts.\n");
        return;
    }
    let mut found = Table::new(&["alert", "above", "100% fail", "10% fail", "ends after"]);
    for row in rows {
        let [name, above, all, _, tenth, ends] = alert(row, situation);
        found.row(vec![name, above, all, tenth, ends]);
    }
    table(out, &found);
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What a written row became.
struct Became {
    address: String,
    target: Percent,
    row: Threshold,
    situation: Situation,
}

/// The row of these alerts that was written at a place, as it is evaluated.
fn became(rows: &[Row], thresholds: &[Threshold], place: Place) -> Option<Threshold> {
    let written = rows.iter().find(|r| r.place == Some(place))?;
    let same = |t: &&Threshold| {
        t.urgency == written.urgency && t.long == written.long && t.burn <= thresholds::four_digits(written.burn) + 1e-9
    };
    // the cap may have made one of two; the nearest below is it
    let threshold = thresholds.iter().filter(same).max_by(|a, b| a.burn.total_cmp(&b.burn))?;
    Some(Threshold { asked: written.burn, ..threshold.clone() })
}

/// One row of `page` or `ticket`.
pub(super) fn row(at: &At<'_, '_>, span: Span, share: Word, long: Word) -> Option<String> {
    let place = at.place(span);
    let mut all: Vec<Became> = Vec::new();
    for journey in &at.project.model.journeys {
        if let Some(target) = &journey.target
            && let Some(row) = became(&journey.alerts.rows, &thresholds::of_journey(journey), place)
            && let Some(situation) = times(at, journey).of_journey(journey)
        {
            all.push(Became { address: journey.name.text.clone(), target: target.value, row, situation });
        }
    }
    for member in at.slis() {
        let (journey, step, sli) = member;
        if let Some(row) = became(&sli.alerts.rows, &thresholds::of_sli(journey, sli), place) {
            let (address, situation) = (address(journey, step, sli), times(at, journey).of_sli(journey, sli));
            all.push(Became { address, target: sli.target.value, row, situation });
        }
    }
    let (share, long) = (at.text(share.span), at.text(long.span));
    let mut out = format!("**{share} of the budget in {long}**");
    let Some(first) = all.first() else {
        leaf::duration(long)?;
        out.push_str(
            "\n\nNothing has this row: nearer blocks say something else, or there are errors in what has it.\n",
        );
        return Some(out);
    };
    let urgency = match first.row.urgency {
        Urgency::Page => "wakes somebody",
        Urgency::Ticket => "opens a ticket",
    };
    let _ = write!(out, " {urgency}");
    if all.iter().all(|b| thresholds::same(b.row.asked, first.row.asked)) {
        let _ = write!(out, ": a burn rate of {}", number(thresholds::four_digits(first.row.asked)));
    }
    out.push('\n');
    let alike = |b: &Became| {
        b.row == first.row
            && b.target == first.target
            && b.situation.traffic == first.situation.traffic
            && b.situation.late == first.situation.late
    };
    if all.iter().all(alike) {
        one(&mut out, first);
    } else {
        many(&mut out, &all);
    }
    if all.len() > 1 {
        let _ = write!(out, "\nHolds for {} journeys and SLIs.\n", all.len());
    } else {
        let _ = write!(out, "\nHolds for `{}`, target {}.\n", first.address, first.target.text());
    }
    Some(out)
}

fn one(out: &mut String, became: &Became) {
    let Became { row, situation, .. } = became;
    let _ = write!(
        out,
        "\nFires while more than {} of all events fail, over {} and over {}, with {} bad events or more.\n",
        percent(row.burn * situation.budget),
        minutes(row.long),
        minutes(row.short),
        row.need
    );
    if row.asked > row.burn + 1e-3 {
        let _ = write!(
            out,
            "\nThat burn rate would be {} errors: it is capped at {}, halfway between the budget and everything.\n",
            percent(thresholds::four_digits(row.asked) * situation.budget),
            number(row.burn)
        );
    }
    let mut found = Table::new(&["if so many fail", "fires after", "budget spent", "ends after"]);
    for (failing, name) in SHARES {
        let cells = if let Some(p) = situation.predict(row, failing) {
            vec![name.to_string(), minutes(p.fires_after), percent_short(p.spent), minutes(p.resolves_after)]
        } else {
            let when = not_steadily(row, situation, failing).to_string();
            vec![name.to_string(), when, "–".to_string(), "–".to_string()]
        };
        found.row(cells);
    }
    table(out, &found);
}

fn many(out: &mut String, all: &[Became]) {
    let mut found = Table::new(&["for", "target", "above", "100% fail", "10% fail", "ends after"]);
    for became in all.iter().take(MOST) {
        let [_, above, total, _, tenth, ends] = alert(&became.row, became.situation);
        found.row(vec![became.address.clone(), became.target.text(), above, total, tenth, ends]);
    }
    table(out, &found);
    if all.len() > MOST {
        let _ = write!(out, "\nand {} more\n", all.len() - MOST);
    }
}
