//! What the journey is: what is measured, what is promised, whom to ask, and the text that says so.

use crate::dashboard::Page;
use crate::dashboard::model::Panel;
use crate::dashboard::text::{html, link};
use crate::plan::minutes;
use std::fmt::Write as _;

/// Words.
pub fn panels(page: &Page<'_>) -> Vec<Panel> {
    let plan = &page.plan;
    let journey = plan.journey;
    let mut out = String::new();
    if let Some(doc) = &journey.doc {
        let _ = write!(out, "<p>{}</p>", html(doc));
    }
    let target = journey.target.as_ref().map_or_else(|| "none".to_string(), |t| t.value.text());
    let _ = write!(out, "<p><b>Target</b> {target} in {}", minutes(journey.window.value));
    if let Some(owner) = &journey.owner {
        let _ = write!(out, " · <b>Owner</b> {}", html(&owner.value));
    }
    if let Some(runbook) = &journey.runbook {
        let _ = write!(out, " · <b>Runbook</b> {}", link(&runbook.value));
    }
    let _ = write!(
        out,
        " · <b>Rules</b> rules/{}{}.yml</p><table><tr><th>Step</th><th>Measure</th><th>Target</th><th>Bad when</th><th>Owner</th><th>Runbook</th></tr>",
        crate::plan::sites::place(plan.model, plan.options),
        html(&journey.name.text)
    );
    for (step, sli) in journey.all_slis() {
        let owner = sli.owner.as_ref().map(|o| html(&o.value)).unwrap_or_default();
        let runbook = sli.runbook.as_ref().map(|r| link(&r.value)).unwrap_or_default();
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{owner}</td><td>{runbook}</td></tr>",
            step.map(|s| html(s.shown())).unwrap_or_default(),
            html(sli.shown()),
            sli.target.value.text(),
            html(&sli.measure.bad_when()),
        );
    }
    let source = html(page.sources.text(journey.place));
    let _ = write!(out, "</table><p>From {}:</p><pre>{source}</pre>", html(page.source()));
    vec![Panel::words("definition", "Definition", &out).size(24, 16)]
}
