//! One journey: what is left, its steps from left to right, how fast it burns, and what it is.

use super::layout::Section;
use super::make::DATASOURCE;
use super::model::{Dashboard, Variable};
use super::panels::{
    budget_left, burn_down, burn_now, burn_rates, by_labels, by_sites, definition, deliveries, event_rates, events,
    runs_out, sli, sli_over_time, spent, states, steps,
};
use super::{Page, alerts, dashboard, link, query, title, to_overview};

/// The dashboard of a journey.
pub fn journey(page: &Page<'_>) -> Dashboard {
    let sections = vec![
        Section::of(
            "row/now",
            "Now",
            false,
            [
                budget_left::panels(page),
                sli::panels(page),
                burn_now::panels(page),
                runs_out::panels(page),
                events::panels(page),
            ],
        ),
        Section::of("row/steps", "Steps, in the order in which they are taken", false, [steps::panels(page)]),
        Section::of(
            "row/when",
            "When",
            false,
            [
                burn_down::panels(page),
                burn_rates::panels(page),
                event_rates::panels(page),
                sli_over_time::panels(page),
                states::panels(page),
                spent::panels(page),
            ],
        ),
        Section::of("row/by", "One budget for each", false, [by_labels::panels(page)]),
        Section::of("row/sites", "Sites", false, [by_sites::panels(page)]),
        Section::of("row/delivery", "Delivery", true, [deliveries::panels(page)]),
        Section::of("row/definition", "Definition", true, [definition::panels(page)]),
    ];
    let (plan, options) = (&page.plan, page.plan.options);
    let name = &plan.journey.name.text;
    let grafana = &options.grafana;
    let from = format!(" from {}", page.source());
    let mut made = dashboard(options, grafana.journey_uid(name), title(page, ""), &from, sections);
    made.links.push(to_overview(options));
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
