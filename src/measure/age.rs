//! `age Q under D`: an event is one minute, bad while the newest timestamp is older than D.

use super::latency::Unit;
use super::{Frame, Lowered, Query, Series};
use crate::promql::write::{duration, seconds};

/// A timestamp gauge and its bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Age {
    /// The timestamp.
    pub query: Query,
    /// Older is bad; in milliseconds.
    pub bound: u64,
    /// What the timestamp counts in.
    pub unit: Unit,
}

impl Age {
    /// The last value known within a day counts, so that an exporter's restart is not bad; a day without one is no data.
    pub fn lower(&self, frame: &Frame) -> Lowered {
        let last = match &self.query {
            Query::Selector(s) => format!("last_over_time({}[1d])", s.text()),
            // now, or the last of the steps of a day: a subquery alone would be up to a step late
            Query::Raw(raw) => format!("{} or last_over_time(({})[1d:5m])", raw.operand(), raw.text),
        };
        let newest = frame.aggregate("max", &last);
        let newest = if self.unit == Unit::Seconds { newest } else { format!("{newest} / {}", self.unit.per_second()) };
        [
            (Series::Total, format!("{} / 60", frame.aggregate("group", &last))),
            (Series::Bad, format!("(time() - {newest} > bool {}) / 60", seconds(self.bound))),
        ]
    }

    /// "older than 5m"
    pub fn bad_when(&self) -> String {
        format!("older than {}", duration(self.bound))
    }
}
