//! Words of the language that are no settings, in a line each.

use crate::schema::kind::Kind;

/// What a word means.
pub(super) fn keyword(kind: Kind, text: &str) -> Option<&'static str> {
    Some(match kind {
        Kind::Use => {
            "**use** takes templates from a module that ships (`use std.http as h`), or templates, sites and defaults from a file (`use \"./sites.tabi\"`)."
        }
        Kind::As => "**as** gives a module another prefix in this file.",
        Kind::Defaults => {
            "**defaults** holds settings for all journeys of this file and of those that use it; with `user`, `developer` or `operator` for theirs only."
        }
        Kind::Site => "**site** is one Prometheus and what it scrapes. Journeys are `at` sites.",
        Kind::Template => {
            "**template** is a measure with parameters, for SLIs that are alike: `sli fast = t(300ms) { target 99% }`."
        }
        Kind::User => "**user** journeys are those of people who use the system.",
        Kind::Developer => {
            "**developer** journeys are those of people who build it: from a change to where users have it."
        }
        Kind::Operator_ => "**operator** journeys are those of people who are on call for it.",
        Kind::Journey => "**journey** is a path that people take, in steps. Its number says how many get to its end.",
        Kind::Step => "**step** is a stage of a journey, with the SLIs that say whether it works.",
        Kind::Sli => "**sli** is one measure and its target: bad events out of all events.",
        Kind::Good => "**good** counts the events that are as they should be; beside `total` or `bad`.",
        Kind::Bad => "**bad** counts the events that are not as they should be; beside `total` or `good`.",
        Kind::Total => "**total** counts all events; beside `good` or `bad`.",
        Kind::Latency => {
            "**latency** takes a histogram: an event is bad when it is slower than the bound after `under`."
        }
        Kind::Under => {
            "**under** is the bound: what takes longer, or is older, is bad. In a classic histogram it must be one of the buckets."
        }
        Kind::Up => {
            "**up** takes gauges that are 1 while it works: each minute of each series is an event, bad while it is 0."
        }
        Kind::Age => {
            "**age** takes a timestamp: a minute is bad when the newest one is older than the bound after `under`."
        }
        Kind::Holds => {
            "**holds** takes PromQL with a comparison: each minute of each series is an event, bad when the comparison is false."
        }
        _ => match text {
            "string" => "**string** a text in quotes, matched as it is.",
            "regex" => "**regex** a regular expression in quotes, matched against the whole value.",
            "duration" => "**duration** as `300ms` or `1h30m`.",
            "number" => "**number** without a unit.",
            _ => return None,
        },
    })
}

/// What is filled in.
pub(super) fn placeholder(name: &str) -> &'static str {
    match name {
        "journey" => "**$journey** is the name of the journey.",
        "step" => "**$step** is the name of the step; where there is none it goes with the `/` before it.",
        "sli" => "**$sli** is the name of the SLI; in alerts of the journey itself it goes with the `/` before it.",
        _ => {
            "**$window** is the range over which rates are taken: twice the time between two evaluations, never below twice the scrape interval."
        }
    }
}
