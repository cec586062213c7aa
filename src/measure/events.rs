//! `good` + `total`, `bad` + `total`, `good` + `bad`: an event is what the counter counts.

use super::{Frame, Lowered, Query, Series, counting, indent};

/// Two of the three.
#[derive(Clone, Debug, PartialEq)]
pub enum Events {
    /// Bad is what is not good.
    GoodTotal {
        /// The good ones.
        good: Query,
        /// All.
        total: Query,
    },
    /// Bad as counted.
    BadTotal {
        /// The bad ones.
        bad: Query,
        /// All.
        total: Query,
    },
    /// All is good and bad together.
    GoodBad {
        /// The good ones.
        good: Query,
        /// The bad ones.
        bad: Query,
    },
}

/// Events within `R` of a counter (to be divided by `R`), or per second of PromQL.
enum Counted {
    PerRange(String),
    PerSecond(String),
}

fn counted(query: &Query, frame: &Frame) -> Counted {
    match query {
        Query::Selector(s) => Counted::PerRange(counting::counter(&s.text(), &s.up(&frame.site), frame)),
        Query::Raw(raw) => Counted::PerSecond(raw.text.clone()),
    }
}

/// `sum by (L) (D(x)) / R`; PromQL as it is written where it already has just the labels of `by`.
fn all(query: &Query, frame: &Frame) -> String {
    match counted(query, frame) {
        Counted::PerRange(d) => format!("{} / {}", frame.aggregate("sum", &d), frame.range),
        Counted::PerSecond(text) => match query {
            Query::Raw(raw) if same_labels(raw.labels.as_deref(), &frame.by) => text,
            _ => frame.aggregate("sum", &text),
        },
    }
}

fn same_labels(have: Option<&[String]>, want: &[String]) -> bool {
    have.is_some_and(|have| have.len() == want.len() && have.iter().all(|l| want.contains(l)))
}

/// The events of a query together with zeros (or more) from a recorded series: `sum by (L) (D(x) or <more>) / R`.
fn all_or(query: &Query, frame: &Frame, per_range: &str, per_second: &str) -> String {
    match counted(query, frame) {
        Counted::PerRange(d) => {
            format!("{} / {}", frame.aggregate("sum", &format!("{d}\nor {per_range}")), frame.range)
        }
        Counted::PerSecond(text) => frame.aggregate("sum", &format!("{text}\nor {per_second}")),
    }
}

/// `total - good`, never below 0: where the two are scraped at different moments good may be ahead.
pub fn bad_from_good(good: &str, per_range: bool, frame: &Frame) -> String {
    let total = frame.recorded(Series::Total);
    let negative =
        if per_range { format!("or (\n{}\n) / -{}", indent(good), frame.range) } else { format!("or {good} * -1") };
    format!("clamp_min({}, 0)", frame.aggregate("sum", &format!("{total}\n{negative}")))
}

impl Events {
    /// See the table of level 1 in the design of the rules.
    pub fn lower(&self, frame: &Frame) -> Lowered {
        let total_rate = frame.recorded(Series::Total);
        let bad_rate = frame.recorded(Series::Bad);
        match self {
            Events::BadTotal { bad, total } => {
                let zero = format!("0 * {total_rate}");
                [(Series::Total, all(total, frame)), (Series::Bad, all_or(bad, frame, &zero, &zero))]
            }
            Events::GoodTotal { good, total } => {
                let bad = match counted(good, frame) {
                    Counted::PerRange(d) => bad_from_good(&d, true, frame),
                    Counted::PerSecond(_) => bad_from_good(&good.operand(), false, frame),
                };
                [(Series::Total, all(total, frame)), (Series::Bad, bad)]
            }
            Events::GoodBad { good, bad } => {
                let zero = format!("0 * {}", good.operand());
                let scaled = format!("{} * {bad_rate}", frame.range);
                [
                    (Series::Bad, all_or(bad, frame, &zero, &zero)),
                    (Series::Total, all_or(good, frame, &scaled, &bad_rate)),
                ]
            }
        }
    }

    /// The same of one site only.
    pub fn at(&self, site: &[(String, String)]) -> Events {
        match self {
            Events::GoodTotal { good, total } => Events::GoodTotal { good: good.at(site), total: total.at(site) },
            Events::BadTotal { bad, total } => Events::BadTotal { bad: bad.at(site), total: total.at(site) },
            Events::GoodBad { good, bad } => Events::GoodBad { good: good.at(site), bad: bad.at(site) },
        }
    }

    /// The bad selector, or that it is everything but the good one.
    pub fn bad_when(&self) -> String {
        match self {
            Events::GoodTotal { good, .. } => format!("everything but {}", good.text()),
            Events::BadTotal { bad, .. } | Events::GoodBad { bad, .. } => bad.text(),
        }
    }

    /// In the order good, bad, total.
    pub fn queries(&self) -> Vec<&Query> {
        match self {
            Events::GoodTotal { good, total } => vec![good, total],
            Events::BadTotal { bad, total } => vec![bad, total],
            Events::GoodBad { good, bad } => vec![good, bad],
        }
    }

    /// See [`super::Measure::canonical`].
    pub fn canonical(&self) -> String {
        let [a, b] = match self {
            Events::GoodTotal { good, total } => [("good", good), ("total", total)],
            Events::BadTotal { bad, total } => [("bad", bad), ("total", total)],
            Events::GoodBad { good, bad } => [("good", good), ("bad", bad)],
        };
        format!("{} {} {} {}", a.0, a.1.canonical(), b.0, b.1.canonical())
    }
}
