//! The fragment for Alertmanager: what silences what. It is to be put into the `inhibit_rules` of a whole configuration.

use super::HEADER;
use super::yaml::Document;
use crate::plan::inhibit::Inhibition;

/// The fragment of a project.
pub fn file(journeys: &[(String, Vec<Inhibition>)]) -> String {
    let mut document = Document::new(&[
        &format!("{HEADER}. These rules belong into `inhibit_rules` of alertmanager.yml."),
        "Each names the alerts of one journey, so that it can silence no others.",
    ]);
    document.map(|file| {
        file.list("inhibit_rules", |rules| {
            for (journey, inhibitions) in journeys {
                for inhibition in inhibitions {
                    rules.comment(&format!("{journey}: {}", inhibition.why));
                    rules.map(|map| {
                        for (key, values) in [
                            ("source_matchers", &inhibition.source),
                            ("target_matchers", &inhibition.target),
                            ("equal", &inhibition.equal),
                        ] {
                            map.list(key, |list| values.iter().for_each(|v| list.string(v)));
                        }
                    });
                }
            }
        });
    });
    document.finish()
}
