//! The same measure in two SLIs: both page for one failure.

use super::{Address, Check, Lint, slis};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::DUPLICATE_MEASURE;
use crate::model::Sli;
use crate::resolve::Resolved;
use std::collections::HashMap;

pub const LINT: Lint = Lint { entry: &DUPLICATE_MEASURE, of_project: false, check: Check::Project(check) };

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(String, Vec<String>), (&Sli, Address<'_>)> = HashMap::new();
    let all = resolved.model.journeys.iter().flat_map(|journey| slis(journey));
    for (sli, address) in all.filter(|(sli, _)| !sli.alerts.all_off) {
        let sites = sli.at.iter().map(|i| resolved.model.sites[*i].name.text.clone()).collect();
        let key = (sli.measure.canonical(), sites);
        let Some((first, first_address)) = seen.get(&key) else {
            seen.insert(key, (sli, address));
            continue;
        };
        found.push(
            Diagnostic::new(
                &DUPLICATE_MEASURE,
                format!("{address} measures the same as {first_address}: one failure alerts twice"),
                sli.name.place,
                "the copy",
            )
            .and(first.name.place, "the first")
            .help("`alerts off` in the copy: it counts in its journey and is silent"),
        );
    }
}
