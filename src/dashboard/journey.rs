//! One journey: what is left, its steps from left to right, how fast it burns, and what it is.

use super::layout::Section;
use super::make::DATASOURCE;
use super::model::{Dashboard, Panel, Variable};
use super::panels::{
    budget_left, burn_down, burn_now, burn_rates, by_labels, by_sites, definition, deliveries, event_rates, events,
    runs_out, sli, sli_over_time, spent, states, steps,
};
use super::{Page, alerts, dashboard, link, query, title};

/// A panel file of a journey.
type Make = fn(&Page<'_>) -> Vec<Panel>;

/// The dashboard of a journey.
pub fn journey(page: &Page<'_>) -> Dashboard {
    let section = |key, title: &str, folded, makes: &[Make]| Section {
        key,
        title: title.to_string(),
        folded,
        panels: makes.iter().flat_map(|make| make(page)).collect(),
    };
    let sections = vec![
        section(
            "row/now",
            "Now",
            false,
            &[budget_left::panels, sli::panels, burn_now::panels, runs_out::panels, events::panels],
        ),
        section("row/steps", "Steps, in the order in which they are taken", false, &[steps::panels]),
        section(
            "row/when",
            "When",
            false,
            &[
                burn_down::panels,
                burn_rates::panels,
                event_rates::panels,
                sli_over_time::panels,
                states::panels,
                spent::panels,
            ],
        ),
        section("row/by", "One budget for each", false, &[by_labels::panels]),
        section("row/sites", "Sites", false, &[by_sites::panels]),
        section("row/delivery", "Delivery", true, &[deliveries::panels]),
        section("row/definition", "Definition", true, &[definition::panels]),
    ];
    let (plan, options) = (&page.plan, page.plan.options);
    let name = &plan.journey.name.text;
    let grafana = &options.grafana;
    let from = format!(" from {}", page.source());
    let mut made = dashboard(options, grafana.journey_uid(name), title(page, ""), &from, sections);
    made.links.push(link(
        "All journeys",
        &grafana.overview_uid(),
        "User, developer and operator journeys side by side",
    ));
    if !plan.journey.delivered_by.is_empty() {
        made.links.push(link(
            "Can we ship?",
            &grafana.coexistence_uid(name),
            "This journey beside those that deliver it",
        ));
    }
    made.templating.list.extend(plan.journey.by_labels().into_iter().map(|label| by(page, label)));
    made.annotations.list.push(alerts(plan.anywhere().trim_matches(['{', '}'])));
    made
}

/// A variable with the values of a label of `by`.
fn by(page: &Page<'_>, label: &str) -> Variable {
    Variable {
        kind: "query",
        name: label.to_string(),
        label: None,
        query: format!("label_values(tabi:slo_budget:remaining_ratio{{{}}}, {label})", query::of(&page.plan)),
        hide: 0,
        datasource: Some(DATASOURCE),
        refresh: Some(2),
        multi: Some(true),
        include_all: Some(true),
        all_value: Some(".*".to_string()),
        sort: Some(1),
        current: None,
    }
}
