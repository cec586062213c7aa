//! Which alert fires later or sooner, comes or goes, or tells somebody else.

use super::pairs::{Member, Pairs, change};
use super::{Alert, Burns, Change, Kind, Other, Row, Side, Subject, Times, Told};
use crate::adapt::times::Timing;
use crate::model::{Alerts, Journey, Percent, Sli, Urgency};
use crate::plan::alerts::no_data_minutes;
use crate::plan::{Plan, minutes};
use crate::reckon::thresholds::{self, Threshold};
use crate::reckon::timing::Situation;
use std::collections::BTreeMap;

/// Finds all changes of alerts.
pub fn find(pairs: &Pairs<'_>, failing: Percent, changes: &mut Vec<Change>) {
    let times = |side: Side<'_>| -> Vec<Timing> {
        (0..side.model.journeys.len()).map(|index| Timing::of(side.model, side.options, index)).collect()
    };
    let (before, after) = (times(pairs.old), times(pairs.new));
    for (i, j) in pairs.journeys.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let (old, new) = (pairs.old.journey(i), pairs.new.journey(j));
        let subject = || Pairs::journey(Some(old), Some(new));
        burns(subject(), of_journey(before[i], old, failing), of_journey(after[j], new, failing), changes);
        let low = |j: &Journey| {
            let has = j.target.is_some() && j.counted_slis().next().is_some();
            low(&j.alerts).filter(|_| has)
        };
        other(subject(), Other::Low, low(old), low(new), changes);
    }
    for (old, new) in pairs.both_slis() {
        let subject = || pairs.sli(Some(old), Some(new));
        let rows = |times: &[Timing], side: Side<'_>, m: Member<'_>| {
            of_sli(times[m.journey], side.journey(m.journey), m.sli, failing)
        };
        burns(subject(), rows(&before, pairs.old, old), rows(&after, pairs.new, new), changes);
        other(subject(), Other::NoData, no_data(old.sli), no_data(new.sli), changes);
        other(subject(), Other::Low, low(&old.sli.alerts), low(&new.sli.alerts), changes);
    }
    for (i, j) in pairs.journeys.iter().filter_map(|(i, j)| Some(((*i)?, (*j)?))) {
        let now: BTreeMap<&str, Urgency> = blocked(pairs.new, j);
        // under the names of today
        let name = |old: &str| {
            let index = pairs.old.model.journeys.iter().position(|j| j.name.text == old);
            index.and_then(|i| pairs.now(i)).map_or(old, |j| &pairs.new.journey(j).name.text).to_string()
        };
        let before: BTreeMap<String, Urgency> =
            blocked(pairs.old, i).into_iter().map(|(user, urgency)| (name(user), urgency)).collect();
        let users: std::collections::BTreeSet<&str> =
            now.keys().copied().chain(before.keys().map(String::as_str)).collect();
        for user in users {
            let told = |urgency: &Urgency| Told { urgency: *urgency, when: format!("while {user} pages") };
            let subject = Pairs::journey(Some(pairs.old.journey(i)), Some(pairs.new.journey(j)));
            let alert = Other::Blocked(user.to_string());
            other(subject, alert, before.get(user).map(told), now.get(user).map(told), changes);
        }
    }
}

/// The user journeys for which a journey has the alert that a fix may not get through.
fn blocked(side: Side<'_>, index: usize) -> BTreeMap<&str, Urgency> {
    let journey = side.journey(index);
    let plan = Plan { model: side.model, options: side.options, journey };
    let rules = plan.delivery_alerts(index);
    let Some(urgency) = journey.alerts.blocked else { return BTreeMap::new() };
    let users = journey.delivers.iter().map(|(user, _)| side.journey(*user).name.text.as_str());
    let has = |user: &&str| rules.iter().any(|r| r.labels.iter().any(|(k, v)| k == "blocks" && v == user));
    users.filter(has).map(|user| (user, urgency)).collect()
}

fn no_data(sli: &Sli) -> Option<Told> {
    let (after, urgency) = sli.alerts.no_data?;
    let after = no_data_minutes(after, sli.traffic.as_ref().map(|t| t.value));
    Some(Told { urgency, when: format!("after {}", minutes(after)) })
}

fn low(alerts: &Alerts) -> Option<Told> {
    let (left, urgency) = alerts.left?;
    Some(Told { urgency, when: format!("below {}", left.text()) })
}

fn other(subject: Subject, alert: Other, old: Option<Told>, new: Option<Told>, changes: &mut Vec<Change>) {
    if old != new {
        changes.push(change(subject, Kind::Alert { alert, old, new }));
    }
}

fn of_sli(times: Timing, journey: &Journey, sli: &Sli, failing: Percent) -> Vec<Alert> {
    timed(&thresholds::of_sli(journey, sli), times.of_sli(journey, sli), failing)
}

fn of_journey(times: Timing, journey: &Journey, failing: Percent) -> Vec<Alert> {
    let rows = thresholds::of_journey(journey);
    times.of_journey(journey).map(|situation| timed(&rows, situation, failing)).unwrap_or_default()
}

fn timed(rows: &[Threshold], situation: Situation, failing: Percent) -> Vec<Alert> {
    let after = |row: &Threshold, share: f64| situation.predict(row, share).map(|p| p.fires_after);
    rows.iter()
        .map(|row| Alert {
            urgency: row.urgency,
            long: row.long,
            short: row.short,
            burn: row.burn,
            errors: row.burn * situation.budget,
            need: row.need,
            after: [after(row, 1.0), after(row, failing.share())],
        })
        .collect()
}

/// When the first row of an urgency fires.
fn first(rows: &[Alert], urgency: Urgency) -> Times {
    [0, 1].map(|i| rows.iter().filter(|r| r.urgency == urgency).filter_map(|r| r.after[i]).min())
}

fn burns(subject: Subject, old: Vec<Alert>, new: Vec<Alert>, changes: &mut Vec<Change>) {
    let (of_page, of_ticket) =
        ([&old, &new].map(|r| first(r, Urgency::Page)), [&old, &new].map(|r| first(r, Urgency::Ticket)));
    let mut rows = paired(old, new);
    rows.retain(|row| row.old != row.new);
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|row| row.new.or(row.old).map(|a| (a.urgency, a.long)));
    let kind = Kind::Burns(Burns { rows, page: (of_page[0], of_page[1]), ticket: (of_ticket[0], of_ticket[1]) });
    changes.push(change(subject, kind));
}

/// Which row is which: of one urgency and window; the same threshold for somebody else; of one urgency, in their order; of one window. What is
/// left came or went.
fn paired(mut old: Vec<Alert>, mut new: Vec<Alert>) -> Vec<Row> {
    let mut rows = Vec::new();
    let same: [fn(&Alert, &Alert) -> bool; 4] = [
        |a, b| (a.urgency, a.long) == (b.urgency, b.long),
        |a, b| (a.long, a.burn.to_bits()) == (b.long, b.burn.to_bits()),
        |a, b| a.urgency == b.urgency,
        |a, b| a.long == b.long,
    ];
    for same in same {
        new.retain(|b| match old.iter().position(|a| same(a, b)) {
            Some(at) => {
                rows.push(Row { old: Some(old.remove(at)), new: Some(*b) });
                false
            }
            None => true,
        });
    }
    rows.extend(old.into_iter().map(|a| Row { old: Some(a), new: None }));
    rows.extend(new.into_iter().map(|b| Row { old: None, new: Some(b) }));
    rows
}
