//! What is not written but holds, shown between the words: the target and window that an SLI has, the burn rate behind `2% in 1h`.

use super::Project;
use crate::measure::Measure;
use crate::measure::latency::Unit;
use crate::model::{Alerts, Given, Journey, Percent, Sli};
use crate::plan::minutes;
use crate::promql::write::number;
use crate::reckon::thresholds::{Threshold, four_digits, same, thresholds};
use crate::reckon::{range_of, traffic_of};
use crate::schema::kind::Kind;
use crate::show;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Block, Entry, Item};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A few words between others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The byte before which it is shown.
    pub at: u32,
    /// The words; they stand behind what is written, with a blank between.
    pub text: String,
    /// Markdown: where it comes from.
    pub tooltip: String,
}

/// The hints in a part of a file, in order.
pub fn hints(project: &Project<'_>, file: FileId, range: Span) -> Vec<Hint> {
    let Some(unit) = project.unit(file) else { return Vec::new() };
    let mut found = Vec::new();
    let mut rows: BTreeMap<Span, Burns> = BTreeMap::new();
    for journey in &project.model.journeys {
        if journey.place.file == file && touches(journey.place.span, range) {
            let item = unit.parsed.ast.items.iter().find(|i| i.span() == journey.place.span);
            if let Some(Item::Journey(written)) = item {
                of_journey(project, journey, written, &mut found);
            }
        }
        for (sli, alerts, target, seconds) in budgets(journey) {
            for row in &alerts.rows {
                let Some(place) = row.place.filter(|p| p.file == file && touches(p.span, range)) else { continue };
                // the reckoning of the rules, for this row alone
                let alone = Alerts { rows: vec![row.clone()], ..alerts.clone() };
                for threshold in thresholds(&alone, target, seconds) {
                    rows.entry(place.span).or_default().add(&threshold, target, journey.window.value, sli);
                }
            }
        }
    }
    found.extend(rows.into_iter().map(|(span, burns)| burns.hint(span.end)));
    found.retain(|hint| (range.start..=range.end).contains(&hint.at));
    found.sort_by_key(|hint| hint.at);
    found
}

fn touches(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Everything of a journey that has a budget: whether it is an SLI, its alerts, its target and the range of its level 1 in seconds.
fn budgets(journey: &Journey) -> impl Iterator<Item = (bool, &Alerts, Percent, u64)> {
    let own = journey.target.as_ref().zip(journey.counted_slis().map(|(_, sli)| range_of(journey, sli)).max());
    let own = own.map(|(target, seconds)| (false, &journey.alerts, target.value, seconds));
    let slis = journey.all_slis().map(|(_, sli)| (true, &sli.alerts, sli.target.value, range_of(journey, sli)));
    own.into_iter().chain(slis)
}

/// What the budgets that a row is for make of it.
#[derive(Default)]
struct Burns {
    /// The burn rates above which it fires, four digits.
    fires: Vec<f64>,
    /// Those that were asked for, before the cap.
    asked: Vec<f64>,
    /// A target whose cap holds, with what it makes of the row.
    capped: Option<(Percent, f64)>,
    windows: Vec<String>,
    slis: usize,
}

impl Burns {
    fn add(&mut self, threshold: &Threshold, target: Percent, window: u64, sli: bool) {
        let asked = four_digits(threshold.asked);
        let new = |all: &[f64], value: f64| !all.iter().any(|known| same(*known, value));
        if new(&self.fires, threshold.burn) {
            self.fires.push(threshold.burn);
        }
        if new(&self.asked, asked) {
            self.asked.push(asked);
        }
        if threshold.burn < asked {
            self.capped = Some((target, threshold.burn));
        }
        let window = minutes(window);
        if !self.windows.contains(&window) {
            self.windows.push(window);
        }
        self.slis += usize::from(sli);
    }

    fn hint(mut self, at: u32) -> Hint {
        let all = |values: &mut Vec<f64>| {
            values.sort_by(f64::total_cmp);
            match values.as_slice() {
                [one] => format!("{}×", number(*one)),
                [first, .., last] => format!("{}×–{}×", number(*first), number(*last)),
                [] => String::new(),
            }
        };
        let (asked, fires) = (all(&mut self.asked), all(&mut self.fires));
        let text = if self.capped.is_some() { format!("{asked}, capped: {fires}") } else { fires };
        let mut tooltip = format!(
            "Above this burn rate the row fires: the budget burns {asked} as fast as it would to last exactly its window ({}).",
            self.windows.join(", ")
        );
        if let Some((target, burn)) = self.capped {
            let _ = write!(
                tooltip,
                "\n\nA row asks for at most halfway between the budget and everything failing: with target {}, {}× is the most.",
                target.text(),
                number(burn)
            );
        }
        if self.slis > 1 {
            let _ = write!(tooltip, "\n\nThis row holds for {} SLIs.", self.slis);
        }
        Hint { at, text, tooltip }
    }
}

fn of_journey(project: &Project<'_>, journey: &Journey, written: &ast::Journey, found: &mut Vec<Hint>) {
    let window = minutes(journey.window.value);
    let from = match journey.window.place {
        None => "built in, because no file says `window`".to_string(),
        Some(place) => format!("from `window` at {}", project.sources.name_and_line(place)),
    };
    let own = journey.window.place.is_some_and(|p| {
        p.file == journey.place.file && journey.place.span.start <= p.span.start && p.span.end <= journey.place.span.end
    });
    let inherited = |target: &Given<Percent>| {
        let at = target.place.filter(|p| p.file == journey.place.file)?.span.end;
        (!own).then(|| Hint {
            at,
            text: format!("in {window}"),
            tooltip: format!("The target holds over {window}: {from}."),
        })
    };
    match &journey.target {
        Some(target) => found.extend(inherited(target)),
        None if !own => {
            if let Some(at) = written.title.or(written.name.map(|n| n.span)).map(|span| span.end) {
                found.push(Hint {
                    at,
                    text: format!("window {window}"),
                    tooltip: format!("The window of its budgets: {from}."),
                });
            }
        }
        None => {}
    }
    for (_, sli) in journey.all_slis() {
        let known = traffic_of(sli).filter(|_| !sli.measure.counts_minutes());
        match (known, sli.target.place.filter(|p| p.file == journey.place.file)) {
            (Some(_), Some(place)) => {
                let (events, fail) = show::events(journey, sli);
                let each = if sli.by.is_empty() { "" } else { " for each value of `by`" };
                let traffic = sli.traffic.as_ref().and_then(|t| t.place);
                let traffic = traffic.map_or(String::new(), |p| format!(" at {}", project.sources.name_and_line(p)));
                found.push(Hint {
                    at: place.span.end,
                    text: format!("{fail} of {events} in {window}"),
                    tooltip: format!(
                        "The budget: {fail} of {events} may fail in {window}{each}. The events are from `traffic`{traffic}, the window is {from}."
                    ),
                });
            }
            _ => found.extend(inherited(&sli.target)),
        }
    }
    let slis: Vec<&Sli> = journey.all_slis().map(|(_, sli)| sli).collect();
    bounds(written.body.as_ref(), &slis, found);
}

/// The bound of a latency where the histogram counts in something else than seconds: that number is what the bucket is called.
fn bounds(body: Option<&Block<Entry>>, slis: &[&Sli], found: &mut Vec<Hint>) {
    for entry in body.into_iter().flat_map(|b| &b.items) {
        if let Entry::Measure(measure) = entry
            && let Some(under) = measure.under.filter(|w| w.kind == Kind::Duration)
            && let Some(sli) = slis.iter().find(|s| touches(s.place.span, measure.span))
            && let Measure::Latency(latency) = &sli.measure
            && latency.unit != Unit::Seconds
        {
            let bound = latency.unit.of_duration(latency.bound);
            let metric = &latency.selector.name;
            let (text, tooltip) = if latency.native {
                (bound.clone(), format!("`{metric}` counts in another unit than seconds: the bound is {bound} in it."))
            } else {
                let why = "the unit is from `unit`, or else from the metric's name";
                (format!("le=\"{bound}\""), format!("The bucket of `{metric}` that is read: {why}."))
            };
            found.push(Hint { at: under.span.end, text, tooltip });
        }
        bounds(entry.body(), slis, found);
    }
}
