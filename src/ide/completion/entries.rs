//! What may begin an entry: declarations at the level of the file; steps, SLIs, measures and settings in blocks.

use super::{Asked, CompletionKind as Offer, Offers};
use crate::ide::spot::Holds;
use crate::schema::kind::Kind;
use crate::schema::{self, Block, Setting, Shape};
use crate::syntax::ast::{self, Entry, Item};

/// Word, detail, documentation and snippet of each declaration.
type Declaration = (&'static str, &'static str, &'static str, &'static str);

const JOURNEYS: [Declaration; 3] = [
    (
        "user journey",
        "a path of those who use the system",
        "What people do with the system, in steps, and how good each has to be.\n\nA journey has its own target: the share of walks in which every step succeeds.",
        "user journey ${1:name} \"${2:Title}\" {\n  owner ${3:team}\n\n  step ${4:step} {\n    sli ${5:available} {\n      good   ${6:http_requests_total}{code!~\"5..\"}\n      total  ${6:http_requests_total}\n      target ${7:99.9%}\n    }\n  }\n\n  target ${8:99.5%}\n}$0",
    ),
    (
        "developer journey",
        "a path of those who build the system",
        "The way on which a change reaches people. `delivers` says which user journeys it ships fixes for.",
        "developer journey ${1:name} \"${2:Title}\" {\n  owner    ${3:team}\n  delivers ${4:journey}\n\n  step ${5:build} {\n    sli ${6:green} {\n      $7\n      target ${8:95%}\n    }\n  }\n\n  target ${9:90%}\n}$0",
    ),
    (
        "operator journey",
        "a path of those on call",
        "What those on call go through: pages in a shift, the time until it works again.",
        "operator journey ${1:name} \"${2:Title}\" {\n  owner ${3:team}\n\n  step ${4:step} {\n    sli ${5:name} {\n      $6\n      target ${7:95%}\n    }\n  }\n}$0",
    ),
];

const OTHERS: [Declaration; 6] = [
    (
        "template",
        "a measure with holes",
        "A measure with parameters, to be called by SLIs: `sli fast = name(…) { target 99% }`. The comment `## …` above it is its documentation.",
        "template ${1:name}(${2:job}: string) {\n  bad   ${3:http_requests_total}{job=\\$${2:job}, code=~\"5..\"}\n  total ${3:http_requests_total}{job=\\$${2:job}}\n}$0",
    ),
    (
        "defaults",
        "what every journey starts from",
        "Settings that journeys of this file, and of files that `use` it, start from.",
        "defaults {\n  window  ${1:28d}\n  runbook \"${2:https://runbooks.example.com/\\$journey/\\$step}\"\n}$0",
    ),
    (
        "site",
        "one Prometheus and what it scrapes",
        "One Prometheus: an account, a cluster, a region. Journeys are measured `at` sites.",
        "site ${1:name} \"${2:Title}\" {\n  external_labels { ${3:cluster} \"${4:name}\" }\n}$0",
    ),
    ("use std.", "a module that ships", "Templates that ship with the program.", "use std.$0"),
    ("use \"./\"", "a file of the project", "The sites, templates and `defaults` of another file.", "use \"./$1\"$0"),
    (
        "defaults developer",
        "what developer journeys start from",
        "Settings that journeys of one audience start from.",
        "defaults ${1:developer} {\n  $0\n}",
    ),
];

/// Word, what follows it, documentation.
const MEASURES: [(Kind, &str, &str); 7] = [
    (Kind::Good, "counter of good events", "Events that went well. With `total`, or with `bad`."),
    (Kind::Bad, "counter of bad events", "Events that failed. With `total`, or with `good`."),
    (Kind::Total, "counter of all events", "All events, good and bad."),
    (
        Kind::Latency,
        "histogram under a bound",
        "Observations of a histogram; slower than the bound is bad.\n\n```tabi\nlatency http_request_duration_seconds{job=\"pay\"} under 300ms\n```",
    ),
    (Kind::Up, "gauge of 0 and 1", "Minutes of each series; a minute is bad when the gauge is 0."),
    (
        Kind::Age,
        "timestamp under a bound",
        "Minutes; one is bad when the timestamp lies further back than the bound.\n\n```tabi\nage backup_last_success_timestamp_seconds under 26h\n```",
    ),
    (
        Kind::Holds,
        "PromQL that is true or false",
        "Minutes of each series; a minute is bad when the comparison is false.",
    ),
];

/// What may begin an entry of a block.
pub fn offer(asked: &Asked<'_>, block: Block, offers: &mut Offers) {
    if block == Block::File {
        return declarations(asked, offers);
    }
    let here = here(asked);
    let has = |kind: Kind| here.contains(&kind);
    for kind in first(asked, block) {
        match kind {
            Kind::Step | Kind::Sli => part(*kind, offers),
            kind if !has(*kind) => setting(asked, *kind, block, offers),
            _ => {}
        }
    }
    if matches!(block, Block::Sli | Block::Template) {
        measures(&here, offers);
    }
    if block == Block::Sli && !has(Kind::Target) {
        setting(asked, Kind::Target, block, offers);
    }
    for known in schema::SETTINGS.iter().filter(|s| !has(s.key)) {
        setting(asked, known.key, block, offers);
    }
}

fn declarations(asked: &Asked<'_>, offers: &mut Offers) {
    let word = asked.spot.word.start;
    let before = |item: &Item| item.span().start < word && matches!(item, Item::Use(_));
    // where the `use`s of a file stand, one more of them is the most likely
    let uses = asked.parsed.ast.items.iter().take_while(|i| i.span().start < word).all(before);
    let (modules, others): (Vec<_>, Vec<_>) = OTHERS.iter().partition(|d| d.0.starts_with("use"));
    let mut all: Vec<&Declaration> = JOURNEYS.iter().collect();
    if uses {
        all.splice(0..0, modules);
        all.extend(others);
    } else {
        all.extend(others);
        all.extend(modules);
    }
    for (label, detail, doc, text) in all {
        offers.snippet(label, Offer::Snippet, detail, doc, text);
    }
}

/// The words that begin the other entries of the innermost block: each may stand there once.
fn here(asked: &Asked<'_>) -> Vec<Kind> {
    let of = |entry: &Entry| match entry {
        Entry::Setting(ast::Setting { key, key_span, .. }) | Entry::Measure(ast::Measure { key, key_span, .. }) => {
            (*key_span != asked.spot.word).then_some(*key)
        }
        _ => None,
    };
    asked.entries(asked.spot.frame()).iter().filter_map(of).collect()
}

/// What is most needed in a block, in this order.
fn first(asked: &Asked<'_>, block: Block) -> &'static [Kind] {
    match block {
        Block::Journey if is_user(asked) => &[Kind::Owner, Kind::Step, Kind::Sli, Kind::Target],
        Block::Journey => &[Kind::Owner, Kind::Delivers, Kind::Step, Kind::Sli, Kind::Target],
        Block::Step => &[Kind::Sli],
        Block::Call => &[Kind::Target],
        Block::Site => &[Kind::ExternalLabels],
        Block::Defaults => &[Kind::Window, Kind::Runbook, Kind::Owner, Kind::Alerts],
        Block::Alerts => &[Kind::Page, Kind::Ticket],
        Block::Sli | Block::Template | Block::File => &[],
    }
}

fn is_user(asked: &Asked<'_>) -> bool {
    let frame = asked.spot.frame();
    asked.spot.tokens.get(frame.head).is_some_and(|t| t.kind == Kind::User)
}

fn part(kind: Kind, offers: &mut Offers) {
    if kind == Kind::Step {
        let doc = "A stage of the journey, with at least one SLI.";
        offers.snippet("step", Offer::Step, "a stage of the journey", doc, "step ${1:name} {\n  $0\n}");
        return;
    }
    let doc = "What is measured, and how good it has to be.";
    let text = "sli ${1:name} {\n  $2\n  target ${3:99.9%}\n}$0";
    offers.snippet("sli", Offer::Sli, "a measure with its target", doc, text);
    let text = "sli ${1:name} = $0";
    offers.snippet("sli =", Offer::Sli, "a template with a target", "An SLI that a template measures.", text);
}

fn measures(here: &[Kind], offers: &mut Offers) {
    let pair = [Kind::Good, Kind::Bad, Kind::Total];
    let counted: Vec<Kind> = here.iter().copied().filter(|k| pair.contains(k)).collect();
    let wanted: &[Kind] = match counted.as_slice() {
        [] if here.iter().any(|k| schema::MEASURES.has(*k)) => &[],
        [] => &[Kind::Good, Kind::Bad, Kind::Total, Kind::Latency, Kind::Up, Kind::Age, Kind::Holds],
        [Kind::Good] => &[Kind::Total, Kind::Bad],
        [Kind::Bad] => &[Kind::Total, Kind::Good],
        [Kind::Total] => &[Kind::Good, Kind::Bad],
        _ => &[],
    };
    for (kind, detail, doc) in wanted.iter().filter_map(|kind| MEASURES.iter().find(|m| m.0 == *kind)) {
        offers.add(kind.text(), Offer::Keyword, detail, doc);
    }
}

fn setting(asked: &Asked<'_>, key: Kind, block: Block, offers: &mut Offers) {
    let Some(setting) = schema::find(key).filter(|s| s.places.contains(&block)) else { return };
    let frames = &asked.spot.frames;
    let around = frames.len().checked_sub(2).and_then(|i| frames.get(i)).map(|f| f.holds);
    let refused = match key {
        Kind::Delivers => block == Block::Journey && is_user(asked),
        // only a journey is blocked
        Kind::Blocked => !matches!(around, Some(Holds::Entries(Block::Defaults | Block::Journey))),
        _ => false,
    };
    if refused {
        return;
    }
    let detail = match setting.default {
        "none" | "unknown" => String::new(),
        _ if key == Kind::Target && block == Block::Journey => "without one there is no budget".to_string(),
        default if default.starts_with("required") => default.to_string(),
        default => format!("default: {default}"),
    };
    let text = match setting.shape {
        Shape::Alerts => Some("alerts {\n  $0\n}".to_string()),
        Shape::Pairs => Some(format!("{} {{ ${{1:name}} \"$2\" }}$0", key.text())),
        _ => match key {
            Kind::Runbook => Some("runbook \"$1\"$0".to_string()),
            Kind::Exclude => Some("exclude `$1`$0".to_string()),
            _ => None,
        },
    };
    match text.filter(|_| asked.behind().is_empty() || asked.behind().starts_with('}')) {
        Some(text) => offers.snippet(key.text(), Offer::Setting, &detail, &doc(setting), &text),
        None => offers.add(key.text(), Offer::Setting, &detail, &doc(setting)),
    }
}

/// What a setting means, as Markdown.
fn doc(setting: &Setting) -> String {
    let off = if setting.off { " `off` switches it off." } else { "" };
    format!("{}{off}\n\nDefault: {}.", setting.doc, setting.default)
}
