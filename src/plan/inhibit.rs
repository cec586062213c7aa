//! What silences what, for Alertmanager. Every matcher names our alerts and the journey: labels that are missing on both sides count
//! as equal there, and a careless rule would silence strangers.

use super::alerts::{JOURNEY_BURN, JOURNEY_LOW, SLO_BURN, SLO_LOW};
use super::{Plan, minutes};
use crate::model::{Model, Urgency};
use crate::project::Options;
use crate::promql::write::{number, quote};
use crate::reckon::thresholds::Threshold;
use std::collections::BTreeSet;

/// While an alert that the sources match fires, those that the targets match and whose `equal` labels are the same are silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibition {
    /// Why, for a comment.
    pub why: &'static str,
    /// Matchers of the alert that silences.
    pub source: Vec<String>,
    /// Matchers of the alert that is silenced.
    pub target: Vec<String>,
    /// Labels that must be the same on both.
    pub equal: Vec<String>,
}

/// All inhibitions of a project, by journey.
pub fn inhibitions(model: &Model, options: &Options) -> Vec<(String, Vec<Inhibition>)> {
    model
        .journeys
        .iter()
        .map(|journey| (journey.name.text.clone(), Plan { model, options, journey }.inhibitions()))
        .filter(|(_, all)| !all.is_empty())
        .collect()
}

/// What tells a row apart from the others of its urgency.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RowKey {
    urgency: Urgency,
    long: u64,
}

/// Whether some row pages.
fn pages(rows: &[Vec<Threshold>]) -> bool {
    rows.iter().flatten().any(|t| t.urgency == Urgency::Page)
}

impl Plan<'_> {
    fn inhibitions(&self) -> Vec<Inhibition> {
        let of_slis: Vec<Vec<Threshold>> = self.journey.members().iter().map(|m| self.thresholds_of(m)).collect();
        let of_journey = [self.journey_thresholds()];
        let identity: Vec<String> = ["audience", "step", "sli"]
            .into_iter()
            .map(String::from)
            .chain(self.journey.by_labels().into_iter().chain(self.site_keys()).map(String::from))
            .collect();
        let journey_identity = vec!["audience".to_string()];
        let mut all = Vec::new();
        self.of_rows(&of_slis, [SLO_BURN, SLO_LOW], &identity, &mut all);
        if pages(&of_slis) && pages(&of_journey) {
            // of an SLI that counts: one that is no part of the journey's number says nothing of it
            for selector in self.counted_anywhere(&self.journey.counted()) {
                let matchers: Vec<String> =
                    selector.trim_matches(['{', '}']).split(',').skip(1).map(ToString::to_string).collect();
                all.push(Inhibition {
                    why: "the page of an SLI silences the page of its journey",
                    source: self.matchers(SLO_BURN, Urgency::Page, &matchers),
                    target: self.matchers(JOURNEY_BURN, Urgency::Page, &[]),
                    equal: journey_identity.clone(),
                });
            }
        }
        self.of_rows(&of_journey, [JOURNEY_BURN, JOURNEY_LOW], &journey_identity, &mut all);
        for inhibition in &mut all {
            inhibition.equal.insert(1, "journey".to_string());
        }
        all
    }

    fn matchers(&self, alert: &str, urgency: Urgency, more: &[String]) -> Vec<String> {
        let mut matchers = vec![
            format!("alertname=\"{alert}\""),
            format!("journey=\"{}\"", self.journey.name.text),
            format!("severity={}", quote(&self.severity(urgency))),
        ];
        matchers.extend(more.iter().cloned());
        matchers
    }

    /// Faster rows silence slower ones of their urgency, and a page its tickets.
    fn of_rows(&self, rows: &[Vec<Threshold>], [burn, low]: [&str; 2], equal: &[String], all: &mut Vec<Inhibition>) {
        let keys: BTreeSet<RowKey> =
            rows.iter().flatten().map(|t| RowKey { urgency: t.urgency, long: t.long }).collect();
        for urgency in [Urgency::Page, Urgency::Ticket] {
            let longs: Vec<u64> = keys.iter().filter(|k| k.urgency == urgency).map(|k| k.long).collect();
            for (i, long) in longs.iter().enumerate() {
                let slower: Vec<String> = longs[i + 1..].iter().map(|l| minutes(*l)).collect();
                if slower.is_empty() {
                    break;
                }
                let target = if let [one] = slower.as_slice() {
                    format!("long=\"{one}\"")
                } else {
                    format!("long=~\"{}\"", slower.join("|"))
                };
                all.push(Inhibition {
                    why: "a faster row silences slower ones",
                    source: self.matchers(burn, urgency, &[format!("long=\"{}\"", minutes(*long))]),
                    target: self.matchers(burn, urgency, &[target]),
                    equal: equal.to_vec(),
                });
            }
            // rows of one window differ by their burn
            let mut pairs: Vec<(u64, f64, f64)> = Vec::new();
            for own in rows {
                for fast in own.iter().filter(|t| t.urgency == urgency) {
                    for slow in own.iter().filter(|t| t.urgency == urgency && t.long == fast.long && t.burn < fast.burn)
                    {
                        if !pairs.contains(&(fast.long, fast.burn, slow.burn)) {
                            pairs.push((fast.long, fast.burn, slow.burn));
                        }
                    }
                }
            }
            for (long, fast, slow) in pairs {
                let of = |b: f64| [format!("long=\"{}\"", minutes(long)), format!("burn=\"{}\"", number(b))];
                all.push(Inhibition {
                    why: "a faster row silences a slower one of the same window",
                    source: self.matchers(burn, urgency, &of(fast)),
                    target: self.matchers(burn, urgency, &of(slow)),
                    equal: equal.to_vec(),
                });
            }
        }
        let has = |urgency| keys.iter().any(|k| k.urgency == urgency);
        if has(Urgency::Page) {
            let mut target = self.matchers(burn, Urgency::Ticket, &[]);
            target[0] = format!("alertname=~\"{burn}|{low}\"");
            all.push(Inhibition {
                why: "a page silences its tickets",
                source: self.matchers(burn, Urgency::Page, &[]),
                target,
                equal: equal.to_vec(),
            });
        }
    }
}
