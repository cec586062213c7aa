//! What was read of any tool, before it is Tabi: services with their SLOs, and the lines of each.

use super::fields::Pair;
use super::query::Measured;
use crate::source::Place;

/// SLOs that become one journey.
#[derive(Debug, Clone)]
pub struct Service {
    /// As the tool calls it.
    pub name: String,
    /// A title for people.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// The period of the budgets.
    pub window: String,
    /// What people should know of all of it.
    pub notes: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Labels of all its alerts.
    pub labels: Vec<Pair>,
    /// What all its alerts have.
    pub alerts: Alerts,
    /// `compose weighted`: the parts stand beside each other.
    pub weighted: bool,
    /// Its SLOs.
    pub slos: Vec<Slo>,
    /// SLOs that could not be read, as comments.
    pub lost: Vec<String>,
}

impl Service {
    /// What all its SLOs have stands once, so that the alerts of the journey itself have it too.
    pub fn lift(&mut self) {
        let Some((first, others)) = self.slos.split_first() else { return };
        let in_all = |pair: &&Pair| {
            let same = |own: &Pair| own.key == pair.key && own.value == pair.value;
            others.iter().all(|slo| slo.labels.iter().any(same)) && !self.labels.iter().any(|far| far.key == pair.key)
        };
        let shared: Vec<Pair> = first.labels.iter().filter(in_all).cloned().collect();
        let owner = first.owner.clone().filter(|owner| others.iter().all(|slo| slo.owner.as_ref() == Some(owner)));
        for slo in &mut self.slos {
            slo.labels.retain(|own| !shared.iter().any(|far| far.key == own.key));
            if self.owner.is_none() && owner.is_some() {
                slo.owner = None;
            }
        }
        self.labels.extend(shared);
        self.owner = self.owner.take().or(owner);
    }
}

/// One SLO.
#[derive(Debug, Clone)]
pub struct Slo {
    /// As the tool calls it.
    pub name: String,
    /// Where the name stands.
    pub at: Place,
    /// Its step and its name there, where they are not those that the name says.
    pub step: Option<(String, Option<String>)>,
    /// A title for people.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// How it is measured.
    pub measured: Measured,
    /// `histogram native` and the like.
    pub settings: Vec<(&'static str, String)>,
    /// In percent, without the sign.
    pub target: String,
    /// The part of its step, where parts weigh differently.
    pub weight: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Labels of its alerts.
    pub labels: Vec<Pair>,
    /// A link for those who are called.
    pub runbook: Option<String>,
    /// What its alerts have apart from those of the service.
    pub alerts: Alerts,
    /// Labels of its pages and of its tickets alone.
    pub severity_labels: [Vec<Pair>; 2],
    /// What people should know.
    pub notes: Vec<String>,
}

/// The lines of an `alerts` block; `None` where nothing is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Alerts {
    /// Everything is off.
    pub off: bool,
    /// What follows `page`.
    pub page: Option<String>,
    /// What follows `ticket`.
    pub ticket: Option<String>,
    /// What follows `no_data`.
    pub no_data: Option<String>,
    /// What follows `left`.
    pub left: Option<String>,
    /// A comment above the lines.
    pub notes: Vec<String>,
}

impl Alerts {
    /// Whether there are pages (0) or tickets (1) of budgets that burn.
    pub fn tells(&self, of: usize) -> bool {
        !self.off && [&self.page, &self.ticket][of].as_deref() != Some("off")
    }

    /// Its lines, in the order of the language guide.
    pub fn lines(&self) -> Vec<(&'static str, &str)> {
        let all = [("page", &self.page), ("ticket", &self.ticket), ("no_data", &self.no_data), ("left", &self.left)];
        all.into_iter().filter_map(|(word, text)| text.as_deref().map(|text| (word, text))).collect()
    }
}

/// Labels that nobody would call anything but the owner.
const OWNERS: [&str; 2] = ["owner", "team"];

/// Takes the owner out of labels.
pub fn owner_of(labels: &mut Vec<Pair>) -> Option<String> {
    let at = OWNERS.iter().find_map(|name| labels.iter().position(|p| p.key == *name && !p.value.trim().is_empty()))?;
    Some(labels.remove(at).value)
}
