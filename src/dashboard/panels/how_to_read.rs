//! The words of the dashboards, for somebody who sees them for the first time.

use crate::dashboard::All;
use crate::dashboard::model::Panel;

/// Words.
pub fn panels(_: &All<'_>) -> Vec<Panel> {
    let content = "<p>A <b>journey</b> is a path that people take: a buyer pays, a change reaches production. Its <b>target</b> says which share of \
                   walks must succeed; the rest is its <b>budget</b>. A budget that <b>burns</b> at 1 × lasts exactly its window.</p>\
                   <table><tr><th>State</th><th>Means</th><th>Do</th></tr>\
                   <tr><td>fine</td><td>no alert fires, something is left</td><td>ship</td></tr>\
                   <tr><td>ticket</td><td>it burns slowly, or little is left</td><td>work on it this week</td></tr>\
                   <tr><td>spent</td><td>more has failed than was promised</td><td>freeze features</td></tr>\
                   <tr><td>page</td><td>it burns fast</td><td>somebody is at it; open the journey</td></tr>\
                   <tr><td>no data</td><td>something is not measured</td><td>find out why: an outage would not be seen</td></tr></table>\
                   <p>Users' journeys stand beside those of developers because a fix reaches users only on a journey that works.</p>";
    vec![Panel::words("how-to-read", "How to read this", content).size(24, 9)]
}
