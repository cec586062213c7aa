//! One engine for all sites: one of them plays, as if it were one value of `by`; of the others there is data, and nothing happens there.

use super::track::series_text;
use super::{Collector, Test};
use crate::measure::Series;
use crate::measure::query::at_site;
use crate::model::{Model, Named, Sli};
use crate::plan::sites::labels_of;
use crate::promql::evaluate::Labels;
use std::sync::Arc;

/// What is recorded of all events of an SLI at a site that does not play: the journey, and the series.
pub(super) type Other = (usize, Labels);

/// The model with the first site of every SLI only, as the rules of one engine see it.
pub(super) fn seen_from_one(model: &Model) -> Model {
    let mut seen = model.clone();
    for journey in seen.journeys.iter_mut().map(Arc::make_mut) {
        let of_steps = journey.steps.iter_mut().flat_map(|step| &mut step.slis);
        of_steps.chain(&mut journey.slis).for_each(|sli| narrow(sli, model));
    }
    seen
}

fn narrow(sli: &mut Sli, model: &Model) {
    sli.at.truncate(1);
    let Some(site) = sli.at.first().map(|site| &model.sites[*site]) else { return };
    let labels = labels_of(site);
    sli.measure = sli.measure.at(&labels);
    if let Some(exclude) = &mut sli.exclude {
        exclude.value = at_site(&exclude.value, &labels);
    }
    sli.by.extend(labels.into_iter().map(|(text, _)| Named { text, place: sli.place }));
}

/// The series of all other sites.
pub(super) fn others(model: &Model) -> Vec<Other> {
    let mut found = Vec::new();
    for (index, journey) in model.journeys.iter().enumerate() {
        for (step, sli) in journey.all_slis() {
            for site in sli.at.iter().skip(1) {
                let mut labels = Labels::from([
                    ("__name__".to_string(), Series::Total.name().to_string()),
                    ("audience".to_string(), journey.audience.text().to_string()),
                    ("journey".to_string(), journey.name.text.clone()),
                    ("sli".to_string(), sli.name.text.clone()),
                ]);
                labels.extend(step.map(|s| ("step".to_string(), s.name.text.clone())));
                labels.extend(labels_of(&model.sites[*site]));
                found.push((index, labels));
            }
        }
    }
    found
}

impl Collector<'_> {
    /// A test with what is there of sites that do not play.
    pub(super) fn beside_others(&self, test: &Test, journeys: &[usize]) -> Test {
        let mut test = test.clone();
        let last = test.claims.iter().map(|c| c.minute).max().unwrap_or(0);
        let samples = last * 60 / test.interval.max(1) + 2;
        let others = self.others.iter().filter(|(journey, _)| journeys.contains(journey));
        let more: Vec<_> = others.map(|(_, labels)| (series_text(labels), format!("0x{samples}"))).collect();
        if !more.is_empty() {
            test.series.extend(more);
            test.series.sort();
        }
        test
    }
}
