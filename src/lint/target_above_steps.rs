//! A journey promises more than its steps do together.

use super::{Check, Lint, target};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::TARGET_ABOVE_STEPS;
use crate::model::{Compose, Journey, Percent, Sli, Step};
use crate::promql::write::number;

pub const LINT: Lint = Lint { entry: &TARGET_ABOVE_STEPS, of_project: false, check: Check::Journey(check) };

/// The SLI of a step that allows the most failures.
fn weakest(step: &Step) -> Option<&Sli> {
    step.slis.iter().filter(|s| s.counts).min_by(|a, b| a.target.value.share().total_cmp(&b.target.value.share()))
}

/// What the targets of the steps promise together, each kept to the letter, and how that is reckoned.
fn promised(journey: &Journey) -> Option<(f64, String)> {
    let steps: Vec<(f64, Percent)> = journey
        .steps
        .iter()
        .filter(|s| s.weight.value > 0.0)
        .filter_map(|step| weakest(step).map(|sli| (step.weight.value, sli.target.value)))
        .collect();
    if steps.is_empty() {
        return None;
    }
    let shares = || steps.iter().map(|(_, target)| target.share());
    let written = |of: &dyn Fn(&(f64, Percent)) -> String, between: &str| {
        let mut all: Vec<String> = steps.iter().map(of).collect();
        if all.len() > MOST {
            all.splice(MOST - 1..all.len() - 1, ["…".to_string()]);
        }
        all.join(between)
    };
    let plain = |step: &(f64, Percent)| target(step.1);
    Some(match journey.compose.value {
        Compose::All => (shares().product(), written(&plain, " × ")),
        Compose::Weakest => (shares().fold(1.0, f64::min), format!("the lowest of {}", written(&plain, ", "))),
        Compose::Weighted => {
            let weights: f64 = steps.iter().map(|(w, _)| w).sum();
            let sum = steps.iter().map(|(w, target)| w * target.share()).sum::<f64>();
            let weighed = |step: &(f64, Percent)| format!("{} × {}", number(step.0), target(step.1));
            (sum / weights, format!("({}) / {}", written(&weighed, " + "), number(weights)))
        }
    })
}

/// More targets than this are not written out.
const MOST: usize = 6;

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let (Some(asked), Some((promised, how))) = (&journey.target, promised(journey)) else { return };
    if asked.value.share() <= promised + 1e-12 {
        return;
    }
    let down = (promised * 100_000.0).floor() / 1000.0;
    let lower = number(down);
    let mut d = Diagnostic::new(
        &TARGET_ABOVE_STEPS,
        format!(
            "the targets of {}'s steps together promise {lower} % ({how}), its own target is {}",
            journey.name.text,
            target(asked.value)
        ),
        asked.place.unwrap_or(journey.place),
        "asked for here",
    );
    let counted = journey.counted_slis().min_by(|a, b| a.1.target.value.share().total_cmp(&b.1.target.value.share()));
    let mut help = format!("lower this target to `{lower}%`");
    if let Some((step, sli)) = counted {
        let name = format!("{}.{}", step.name.text, sli.name.text);
        let allowed = super::percent(sli.target.value.budget());
        d = d.and(
            sli.target.place.unwrap_or(sli.place),
            format!("step {} allows the most failures: {name}, {allowed}", step.name.text),
        );
        help = format!("{help}, raise {name}, or leave it out of the journey's number with `weight 0`");
    }
    d = d.help(help);
    if let Some(place) = asked.place {
        d = d.fix(format!("write `target {lower}%`"), place, format!("target {lower}%"));
    }
    found.push(d);
}
