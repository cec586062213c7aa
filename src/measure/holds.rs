//! `holds EXPR`: an event is one minute of one series that is there, bad while the comparison is false.

use super::{Frame, Lowered, Raw, Series};

/// A comparison that yields 0 or 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Holds {
    /// The comparison, its top with `bool`.
    pub expr: Raw,
}

impl Holds {
    /// Minutes as events per second: one a minute is 1 / 60, however often the rule runs.
    pub fn lower(&self, frame: &Frame) -> Lowered {
        let bad = format!("{} == bool 0", self.expr.operand());
        [
            (Series::Total, format!("{} / 60", frame.aggregate("count", &self.expr.text))),
            (Series::Bad, format!("{} / 60", frame.aggregate("sum", &bad))),
        ]
    }

    /// "not" and the comparison, as people wrote it but for the values of parameters.
    pub fn bad_when(&self) -> String {
        format!("not {}", self.expr.written)
    }
}
