//! A subquery whose step is not written takes that of the server.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::SUBQUERY_STEP;
use crate::measure::{Measure, Query, Raw};
use crate::model::{Journey, Sli};
use crate::promql::ast::Expr;
use crate::promql::{self, ParamType, walk};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &SUBQUERY_STEP, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        for raw in raws(sli) {
            if !seen.contains(&raw.place) {
                seen.push(raw.place);
                of(raw, found);
            }
        }
    }
}

fn raws(sli: &Sli) -> Vec<&Raw> {
    if let Measure::Holds(holds) = &sli.measure {
        return vec![&holds.expr];
    }
    let queries = sli.measure.queries().into_iter();
    queries.filter_map(|query| if let Query::Raw(raw) = query { Some(raw) } else { None }).collect()
}

fn of(raw: &Raw, found: &mut Vec<Diagnostic>) {
    let window = |name: &str| (name == "window").then_some(ParamType::Duration);
    // with parameters the text is another one than what stands there
    let Ok(expr) = promql::parse(&raw.inside, &window) else { return };
    walk(&expr, &mut |expr| {
        let Expr::Subquery(node) = expr else { return };
        if node.step.is_some() {
            return;
        }
        let range = node.range.span;
        let Some(colon) = raw.inside.get(range.end as usize..).and_then(|rest| rest.find(':')) else { return };
        let behind = 1 + range.end + colon as u32 + 1;
        let part = |start, end| Place { file: raw.place.file, span: raw.place.span.part(start, end) };
        found.push(
            Diagnostic::new(
                &SUBQUERY_STEP,
                "how often this looks is not written: it depends on how often the server evaluates rules by itself",
                part(1 + range.start, behind),
                "no step",
            )
            .help("rules look once a minute: `:1m`")
            .fix("look once a minute", part(behind, behind), "1m"),
        );
    });
}
