//! Values of settings, and bounds: the words of their shape, usual numbers, and what the project already says.

use super::{Asked, CompletionKind as Offer, Offers};
use crate::ide::spot::Holds;
use crate::schema::kind::Kind;
use crate::schema::{Block, Setting, Shape};
use crate::syntax::ast::{Entry, Item};
use crate::syntax::leaf;

const WINDOWS: [(&str, &str); 5] = [
    ("28d", "four weeks: each weekday counts alike"),
    ("30d", "about a month"),
    ("7d", "a week"),
    ("14d", "two weeks"),
    ("90d", "about a quarter"),
];
const TARGETS: [(&str, &str); 7] = [
    ("99.9%", "one in a thousand may fail"),
    ("99.5%", "one in two hundred may fail"),
    ("99%", "one in a hundred may fail"),
    ("99.95%", "one in two thousand may fail"),
    ("99.99%", "one in ten thousand may fail"),
    ("95%", "one in twenty may fail"),
    ("90%", "one in ten may fail"),
];
const RATES: [&str; 7] = ["60/day", "1k/day", "1k/h", "10/min", "5/s", "1M/day", "20/week"];
const ROWS: [(&str, &str); 4] = [
    ("2% in 1h", "fast: built in for pages"),
    ("5% in 6h", "slower: built in for pages"),
    ("10% in 1d", "slow: built in for tickets"),
    ("10% in 3d", "slowest: built in for tickets"),
];
const LATENCIES: [&str; 8] = ["100ms", "250ms", "500ms", "1s", "2500ms", "5s", "10s", "50ms"];
const AGES: [&str; 7] = ["5m", "15m", "1h", "6h", "26h", "1d", "1w"];

const fn words(key: Kind) -> &'static [(&'static str, &'static str)] {
    match key {
        Kind::Compose => &[
            ("all", "the product: a walk succeeds if every step does"),
            ("weakest", "the minimum of the steps"),
            ("weighted", "the mean of the steps by `weight`"),
        ],
        Kind::Histogram => &[("classic", "buckets with `le`"), ("native", "one series, every bound")],
        Kind::Unit => &[("s", "seconds"), ("ms", "milliseconds"), ("us", "microseconds"), ("ns", "nanoseconds")],
        Kind::Counters => &[
            ("scraped", "`up` tells when the target was there"),
            ("pushed", "there is no `up`: remote write, OTLP, a gateway"),
        ],
        _ => &[],
    }
}

/// The value of a setting, or one more of its list.
pub fn first(asked: &Asked<'_>, setting: &'static Setting, nothing_yet: bool, offers: &mut Offers) {
    match setting.key {
        Kind::Owner => owners(asked, offers),
        Kind::Window => {
            pairs(&WINDOWS, offers);
            if let Some(number) = digits(asked).filter(|d| !d.contains('.')) {
                for (unit, name) in [("d", "days"), ("w", "weeks")] {
                    offers.add(&format!("{number}{unit}"), Offer::Value, name, "");
                }
            }
        }
        Kind::Target => pairs(&TARGETS, offers),
        Kind::Weight => weights(asked, offers),
        Kind::Delivers => named(asked, &asked.seen().user_journeys, Offer::Journey, offers),
        Kind::At => named(asked, &asked.seen().sites, Offer::Site, offers),
        Kind::By => labels(asked, offers),
        Kind::Traffic => rates(asked, offers),
        Kind::Buckets => durations(asked, &LATENCIES, offers),
        Kind::Scrape => durations(asked, &["15s", "30s", "1m", "10s", "5m"], offers),
        Kind::Evaluate => durations(asked, &["1m", "2m", "5m"], offers),
        Kind::NoData => durations(asked, &["15m", "30m", "1h"], offers),
        Kind::Need => numbers(&["3", "5", "10"], offers),
        Kind::Left => pairs(&[("25%", "built in"), ("50%", "half of the budget"), ("10%", "a tenth")], offers),
        Kind::Blocked => severity(offers),
        Kind::Page | Kind::Ticket => rows(asked, setting.key, offers),
        Kind::Alerts if nothing_yet => {
            offers.snippet("{ … }", Offer::Snippet, "lines of alerts", setting.doc, "{\n  $0\n}");
        }
        Kind::Labels | Kind::ExternalLabels => {
            offers.snippet("{ … }", Offer::Snippet, "names and values", setting.doc, "{ ${1:name} \"$2\" }$0");
        }
        Kind::Runbook => {
            for runbook in &asked.seen().runbooks {
                offers.add(runbook, Offer::Value, "used in the project", "");
            }
            let doc = "`$journey`, `$step` and `$sli` are filled in.";
            let text = "\"${1:https://runbooks.example.com/\\$journey/\\$step}\"$0";
            offers.snippet("\"https://…\"", Offer::Snippet, "a link", doc, text);
        }
        Kind::Exclude => offers.snippet("`…`", Offer::Snippet, "PromQL", setting.doc, "`$1`$0"),
        key => {
            for (word, meaning) in words(key) {
                let detail =
                    if setting.default == *word { format!("{meaning} (default)") } else { (*meaning).to_string() };
                offers.add(word, Offer::Value, &detail, setting.doc);
            }
        }
    }
    let units = match setting.shape {
        Shape::Rows => true,
        Shape::One(of) | Shape::List(of) | Shape::Then(of, _) => of.has(Kind::Percent),
        _ => false,
    };
    if units && let Some(number) = digits(asked) {
        offers.add(&format!("{number}%"), Offer::Value, "", "");
    }
    if setting.off && nothing_yet {
        offers.add("off", Offer::Keyword, &format!("no {}", setting.key.text()), setting.doc);
    }
}

fn pairs(all: &[(&str, &str)], offers: &mut Offers) {
    for (word, meaning) in all {
        offers.add(word, Offer::Value, meaning, "");
    }
}

fn numbers(all: &[&str], offers: &mut Offers) {
    for word in all {
        offers.add(word, Offer::Value, "", "");
    }
}

/// `page` or `ticket`.
pub fn severity(offers: &mut Offers) {
    offers.add("page", Offer::Keyword, "wakes somebody", "");
    offers.add("ticket", Offer::Keyword, "for the next working day", "");
}

/// The digits that were typed, with a fraction.
fn digits<'a>(asked: &Asked<'a>) -> Option<&'a str> {
    let typed = asked.typed();
    let len = typed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(typed.len());
    Some(&typed[..len]).filter(|d| d.starts_with(|c: char| c.is_ascii_digit()) && !d.ends_with('.'))
}

/// Durations: with the digits that were typed, or usual ones.
fn durations(asked: &Asked<'_>, usual: &[&str], offers: &mut Offers) {
    if asked.typed().starts_with('$') {
        return;
    }
    numbers(usual, offers);
    let Some(number) = digits(asked).filter(|d| !d.contains('.')) else { return };
    for (unit, name) in
        [("ms", "milliseconds"), ("s", "seconds"), ("m", "minutes"), ("h", "hours"), ("d", "days"), ("w", "weeks")]
    {
        offers.add(&format!("{number}{unit}"), Offer::Value, name, "");
    }
}

/// The times of rows.
pub fn times(asked: &Asked<'_>, offers: &mut Offers) {
    durations(asked, &["1h", "6h", "1d", "3d"], offers);
}

fn rates(asked: &Asked<'_>, offers: &mut Offers) {
    let typed = asked.typed();
    let number = typed.split('/').next().unwrap_or_default();
    if number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.') {
        for (unit, _) in leaf::RATE_UNITS {
            offers.add(&format!("{number}/{unit}"), Offer::Value, &format!("for each {unit}"), "");
        }
    }
    numbers(&RATES, offers);
}

fn weights(asked: &Asked<'_>, offers: &mut Offers) {
    offers.add("0", Offer::Value, "left out of the journey's number", "");
    offers.add("1", Offer::Value, "default", "");
    if asked.spot.frame().holds == Holds::Entries(Block::Step) {
        numbers(&["2", "3", "5"], offers);
    }
}

fn owners(asked: &Asked<'_>, offers: &mut Offers) {
    let mut owners: Vec<(&str, usize)> = asked.seen().owners.iter().map(|(name, n)| (*name, *n)).collect();
    owners.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
    for (name, n) in owners {
        let detail = if n == 1 { "owner of one thing".to_string() } else { format!("owner of {n} things") };
        offers.add(name, Offer::Value, &detail, "");
    }
}

/// Journeys or sites, without those that the list has already.
fn named(asked: &Asked<'_>, all: &std::collections::BTreeMap<&str, Option<&str>>, kind: Offer, offers: &mut Offers) {
    let listed = asked.spot.tokens.get(asked.spot.entry + 1..asked.spot.before).unwrap_or_default();
    let listed: Vec<&str> = listed.iter().map(|t| t.span.of(asked.text)).collect();
    for (name, title) in all.iter().filter(|(name, _)| !listed.contains(name)) {
        offers.add(name, kind, title.unwrap_or_default().trim_matches('"'), "");
    }
}

/// Labels for `by`: those of the metrics that the SLI or the template reads first.
fn labels(asked: &Asked<'_>, offers: &mut Offers) {
    let frame = asked.spot.frame();
    let mut metrics: Vec<&str> = metrics(asked.entries(frame), asked.text);
    let item = asked.spot.tokens.get(frame.head).map_or(0, |t| t.span.start);
    if let Some(callable) = super::calls::called(asked, item) {
        metrics.extend(self::metrics(callable.template.body.as_ref().map_or(&[], |b| &b.items), callable.text));
    }
    for metric in metrics.iter().filter_map(|m| asked.seen().metrics.get(m).map(|seen| (m, seen))) {
        for label in metric.1.labels.keys() {
            offers.add(label, Offer::Label, metric.0, "");
        }
    }
    for label in &asked.seen().by {
        offers.add(label, Offer::Label, "used in the project", "");
    }
    for label in asked.seen().metrics.values().filter(|m| m.own).flat_map(|m| m.labels.keys()) {
        offers.add(label, Offer::Label, "", "");
    }
}

fn metrics<'a>(entries: &[Entry], text: &'a str) -> Vec<&'a str> {
    let of = |entry: &Entry| match entry {
        Entry::Measure(measure) => match &measure.query {
            Some(crate::syntax::ast::Query::Selector(s)) => s.name.map(|n| n.span.of(text)),
            _ => None,
        },
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}

fn rows(asked: &Asked<'_>, key: Kind, offers: &mut Offers) {
    let fast = key == Kind::Page;
    let (of_kind, others): (Vec<_>, Vec<_>) = ROWS.iter().partition(|row| row.1.contains("pages") == fast);
    for (row, meaning) in of_kind.into_iter().chain(others) {
        offers.add(row, Offer::Value, meaning, "This share of the budget, burnt in this time.");
    }
    if let Some(number) = digits(asked) {
        offers.snippet(&format!("{number}% in"), Offer::Snippet, "", "", &format!("{number}% in ${{1:1h}}"));
    }
}

/// What stands behind `under`: parameters, the buckets that hold here, else usual bounds.
pub fn bound(asked: &Asked<'_>, measure: Kind, offers: &mut Offers) {
    asked.offer_parameters(&["duration"], offers);
    if measure == Kind::Age {
        return durations(asked, &AGES, offers);
    }
    let buckets = buckets_here(asked);
    for bucket in &buckets {
        offers.add(bucket, Offer::Value, "a bucket", "");
    }
    // with `buckets` any other bound is an error
    if buckets.is_empty() {
        durations(asked, &LATENCIES, offers);
    }
}

/// The nearest `buckets` around the cursor.
fn buckets_here<'a>(asked: &Asked<'a>) -> Vec<&'a str> {
    let blocks = asked.spot.frames.iter().rev().filter(|f| matches!(f.holds, Holds::Entries(_)));
    let near = blocks.map(|frame| buckets(asked.entries(frame), asked.text)).find(|b| !b.is_empty());
    let defaults = || {
        let items = asked.parsed.ast.items.iter().filter_map(|item| match item {
            Item::Defaults(defaults) => defaults.body.as_ref(),
            _ => None,
        });
        items.map(|body| buckets(&body.items, asked.text)).find(|b| !b.is_empty()).unwrap_or_default()
    };
    near.unwrap_or_else(defaults)
}

/// The `buckets` of a block.
pub fn buckets<'a>(entries: &[Entry], text: &'a str) -> Vec<&'a str> {
    let found = entries.iter().find_map(|entry| match entry {
        Entry::Setting(s) if s.key == Kind::Buckets => Some(s.values.iter().map(|v| v.span.of(text)).collect()),
        _ => None,
    });
    found.unwrap_or_default()
}

/// Arguments of type duration.
pub fn duration_argument(asked: &Asked<'_>, offers: &mut Offers) {
    durations(asked, &LATENCIES, offers);
}
