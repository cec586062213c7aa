//! A user journey beside the journeys that deliver it: may features be shipped, and does a fix get through?

use super::layout::Section;
use super::model::Dashboard;
use super::panels::{
    burns_together, cases, decision, delivery_states, fix, left_tiles, left_together, severities_together, what_to_do,
};
use super::{Page, alerts, dashboard, link, title, to_overview};

/// The dashboard of a user journey and what delivers it; none where nothing does.
pub fn coexistence(page: &Page<'_>) -> Option<Dashboard> {
    let plan = &page.plan;
    let delivering = page.delivering();
    if delivering.is_empty() {
        return None;
    }
    let sections = vec![
        Section::of(
            "row/ship",
            "Can we ship?",
            false,
            [decision::panels(page), fix::panels(page), left_tiles::panels(page), what_to_do::panels(page)],
        ),
        Section::of(
            "row/together",
            "Users and delivery on one time axis",
            false,
            [
                severities_together::panels(page),
                left_together::panels(page),
                burns_together::panels(page),
                delivery_states::panels(page),
            ],
        ),
        Section::of("row/cases", "The four cases", false, [cases::panels(page)]),
    ];
    let options = plan.options;
    let grafana = &options.grafana;
    let name = &plan.journey.name.text;
    let from = format!(" from {}", page.source());
    let mut made = dashboard(options, grafana.coexistence_uid(name), title(page, ": can we ship?"), &from, sections);
    made.links.push(to_overview(options));
    for journey in std::iter::once(plan.journey).chain(delivering.iter().map(|p| p.plan.journey)) {
        let uid = grafana.journey_uid(&journey.name.text);
        made.links.push(link(&super::text::title(journey.shown()), &uid, "The journey and its steps"));
    }
    let names: Vec<&str> =
        std::iter::once(name.as_str()).chain(delivering.iter().map(|p| p.plan.journey.name.text.as_str())).collect();
    made.annotations.list.push(alerts(&format!("journey=~\"{}\"", names.join("|"))));
    Some(made)
}
