//! The four cases, with what to do.

use crate::dashboard::Page;
use crate::dashboard::model::Panel;

/// Words.
pub fn panels(_: &Page<'_>) -> Vec<Panel> {
    let content = "<table><tr><th></th><th>Delivery is fine</th><th>Delivery burns</th></tr>\
                   <tr><th>Users are fine</th><td><b>Ship.</b></td>\
                   <td><b>Repair the pipeline; features may wait.</b> The next outage would have no quick fix.</td></tr>\
                   <tr><th>Users' budget burns</th><td><b>Freeze features, roll back or fix.</b> The way to users works.</td>\
                   <td><b>Repair delivery first, or ship by hand.</b> No fix is sure to reach users.</td></tr></table>";
    vec![Panel::words("cases", "The four cases", content).size(24, 7)]
}
