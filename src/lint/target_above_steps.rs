//! A journey promises more than its steps do together.

use super::Lint;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::TARGET_ABOVE_STEPS;
use crate::model::{Compose, Journey, Sli, Step};
use crate::resolve::Resolved;

pub const LINT: Lint = Lint { entry: &TARGET_ABOVE_STEPS, of_project: false, check };

/// The SLI of a step that allows the most failures.
fn weakest(step: &Step) -> Option<&Sli> {
    step.slis.iter().filter(|s| s.counts).min_by(|a, b| a.target.value.share().total_cmp(&b.target.value.share()))
}

/// What the targets of the steps promise together, each kept to the letter.
fn promised(journey: &Journey) -> Option<f64> {
    let steps = journey.steps.iter().filter(|s| s.weight.value > 0.0).filter_map(|s| weakest(s).map(|sli| (s, sli)));
    let shares: Vec<(f64, f64)> = steps.map(|(step, sli)| (step.weight.value, sli.target.value.share())).collect();
    if shares.is_empty() {
        return None;
    }
    Some(match journey.compose.value {
        Compose::All => shares.iter().map(|(_, share)| share).product(),
        Compose::Weakest => shares.iter().map(|(_, share)| *share).fold(1.0, f64::min),
        Compose::Weighted => {
            shares.iter().map(|(w, share)| w * share).sum::<f64>() / shares.iter().map(|(w, _)| w).sum::<f64>()
        }
    })
}

fn check(resolved: &Resolved, found: &mut Vec<Diagnostic>) {
    for journey in &resolved.model.journeys {
        let (Some(target), Some(promised)) = (&journey.target, promised(journey)) else { continue };
        if target.value.share() <= promised + 1e-12 {
            continue;
        }
        let down = (promised * 100_000.0).floor() / 1000.0;
        let lower = crate::promql::write::number(down);
        let mut d = Diagnostic::new(
            &TARGET_ABOVE_STEPS,
            format!(
                "the targets of {}'s steps together promise {lower} %, its own target is {}",
                journey.name.text,
                target.value.text().replace('%', " %")
            ),
            target.place.unwrap_or(journey.place),
            "asked for here",
        );
        let counted =
            journey.counted_slis().min_by(|a, b| a.1.target.value.share().total_cmp(&b.1.target.value.share()));
        let mut help = format!("lower this target to {lower} %");
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
        if let Some(place) = target.place {
            d = d.fix(format!("write `target {lower}%`"), place, format!("target {lower}%"));
        }
        found.push(d);
    }
}
