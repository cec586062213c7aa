//! All journeys, those of users, developers and operators side by side, the worst first.

use super::layout::Section;
use super::model::{Dashboard, Variable};
use super::panels::{firing, how_to_read, journeys, left_over_time, severity_over_time, totals};
use super::{All, alerts, dashboard};

/// The dashboard of all journeys.
pub fn overview(all: &All<'_>) -> Dashboard {
    let sections = vec![
        Section::of("row/now", "Now", false, [totals::panels(all)]),
        Section::of("row/journeys", "Journeys, the worst first", false, [journeys::panels(all)]),
        Section::of(
            "row/when",
            "When",
            false,
            [severity_over_time::panels(all), left_over_time::panels(all), firing::panels(all)],
        ),
        Section::of("row/how", "How to read this", true, [how_to_read::panels(all)]),
    ];
    let options = all.options;
    let uid = options.grafana.overview_uid();
    let mut made = dashboard(options, uid, "Journeys".to_string(), " from all .tabi files", sections);
    made.templating.list.push(journeys_variable(all));
    made.annotations.list.push(alerts("journey=~\"$journeys\",severity!=\"\""));
    made
}

/// The journeys of this project, in one place: other projects may record series of the same names.
fn journeys_variable(all: &All<'_>) -> Variable {
    let mut names: Vec<&str> = all.model.journeys.iter().map(|j| j.name.text.as_str()).collect();
    names.sort_unstable();
    Variable {
        kind: "constant",
        name: "journeys".to_string(),
        label: None,
        query: names.join("|"),
        hide: 2,
        datasource: None,
        refresh: None,
        multi: None,
        include_all: None,
        all_value: None,
        sort: None,
        current: None,
    }
}
