//! `up Q`: an event is one minute of one 0/1 gauge series, bad while the gauge is 0.

use super::{Frame, Lowered, Query, Series};

/// A 0/1 gauge.
#[derive(Clone, Debug, PartialEq)]
pub struct Up {
    /// The gauge.
    pub query: Query,
}

impl Up {
    /// Minutes as events per second: one a minute is 1 / 60, however often the rule runs.
    pub fn lower(&self, frame: &Frame) -> Lowered {
        let bad = format!("{} == bool 0", self.query.operand());
        [
            (Series::Total, format!("{} / 60", frame.aggregate("count", &self.query.text()))),
            (Series::Bad, format!("{} / 60", frame.aggregate("sum", &bad))),
        ]
    }

    /// The gauge, "at 0".
    pub fn bad_when(&self) -> String {
        format!("{} at 0", self.query.text())
    }
}
