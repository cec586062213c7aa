//! What delivers this journey, or what it delivers, with a way there.

use crate::dashboard::model::Panel;
use crate::dashboard::panels::journeys::table;
use crate::dashboard::{All, Page};
use crate::model::Journey;

/// A table of the journeys that deliver this one, and one of those that it delivers.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let named = |indexes: Vec<usize>| -> Vec<&Journey> {
        let mut found: Vec<&Journey> = indexes.into_iter().map(|i| &*plan.model.journeys[i]).collect();
        found.sort_by_key(|j| &j.name.text);
        found.dedup_by_key(|j| &j.name.text);
        found
    };
    let by = named(plan.journey.delivered_by.clone());
    let delivers = named(plan.journey.delivers.iter().map(|(i, _)| *i).collect());
    let of = |key, title: &str, description: &str, journeys: Vec<&Journey>| {
        (!journeys.is_empty()).then(|| {
            let names: Vec<&str> = journeys.iter().map(|j| j.name.text.as_str()).collect();
            let all = All { model: plan.model, options: plan.options };
            let matchers = all.matching(&format!("journey=~\"{}\"", names.join("|")));
            table(key, title, description, &matchers, &journeys, plan.options).size(12, 7)
        })
    };
    let found = [
        of("delivered-by", "Delivered by", "On these journeys fixes and features reach this one.", by),
        of("delivers", "Delivers", "What this journey ships fixes and features for.", delivers),
    ];
    found.into_iter().flatten().collect()
}
