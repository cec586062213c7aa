//! What a project means: journeys, steps and SLIs with every setting resolved, each value with the place that it comes from.

use crate::measure::Measure;
use crate::source::Place;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value and where it was said; `None` where it is built in.
#[derive(Clone, Debug, PartialEq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// Where it was said.
    pub place: Option<Place>,
}

impl<T> Given<T> {
    /// A value that a file says.
    pub fn at(value: T, place: Place) -> Self {
        Given { value, place: Some(place) }
    }
    /// A value that nobody said.
    pub fn built_in(value: T) -> Self {
        Given { value, place: None }
    }
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// Whose journey it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// People who use the system.
    User,
    /// People who build it.
    Developer,
    /// People who are on call for it.
    Operator,
}

impl Audience {
    /// The word, as in the label `audience`.
    pub fn text(self) -> &'static str {
        match self {
            Audience::User => "user",
            Audience::Developer => "developer",
            Audience::Operator => "operator",
        }
    }
}

/// A percentage, kept exactly as it was written: no number of a budget may carry float noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent {
    digits: u64,
    decimals: u32,
}

impl Percent {
    /// From the text before the `%`; `None` beyond 12 decimals or 15 digits.
    pub fn parse(text: &str) -> Option<Percent> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 12 || whole.len() + fraction.len() > 15 {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Percent { digits, decimals: fraction.len() as u32 })
    }
    /// The share that may fail: `1 - P / 100`, the nearest float to the exact decimal.
    pub fn budget(self) -> f64 {
        let hundred = 100 * 10u64.pow(self.decimals);
        hundred.saturating_sub(self.digits) as f64 / hundred as f64
    }
    /// The share: `P / 100`.
    pub fn share(self) -> f64 {
        self.digits as f64 / (100 * 10u64.pow(self.decimals)) as f64
    }
    /// How many digits stand after the dot.
    pub fn decimals(self) -> u32 {
        self.decimals
    }
    /// How it is written, with the sign.
    pub fn text(self) -> String {
        let scale = 10u64.pow(self.decimals);
        let (whole, rest) = (self.digits / scale, self.digits % scale);
        if self.decimals == 0 {
            format!("{whole}%")
        } else {
            format!("{whole}.{rest:0width$}%", width = self.decimals as usize)
        }
    }
}

/// How steps make the journey's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compose {
    /// A buyer gets through every step: the product.
    All,
    /// The minimum.
    Weakest,
    /// The mean by weight.
    Weighted,
}

/// Who is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Somebody is woken.
    Page,
    /// Somebody works on it tomorrow.
    Ticket,
}

impl Urgency {
    /// The word of the language.
    pub fn text(self) -> &'static str {
        match self {
            Urgency::Page => "page",
            Urgency::Ticket => "ticket",
        }
    }
}

/// One row of `page` or `ticket`, before the cap.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Who is told.
    pub urgency: Urgency,
    /// The long window in minutes.
    pub long: u64,
    /// The burn rate: 1 lasts exactly the period (SRE workbook, chapter 5).
    pub burn: f64,
    /// The share of the budget as it was written; `None` for a built-in row.
    pub share: Option<Percent>,
    /// Where it was written.
    pub place: Option<Place>,
}

/// The alerts of an SLI or of a journey, all kinds resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Alerts {
    /// The rows of `page`, then those of `ticket`.
    pub rows: Vec<Row>,
    /// Bad events in the long window, at least.
    pub need: Given<u32>,
    /// After how many minutes without data who is told.
    pub no_data: Option<(u64, Urgency)>,
    /// Below which share of the budget who is told.
    pub left: Option<(Percent, Urgency)>,
    /// Who is told when delivery is blocked.
    pub blocked: Option<Urgency>,
    /// Whether a file says `alerts off` here and nothing on top of it.
    pub all_off: bool,
}

/// How counters reach Prometheus.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Counters {
    /// Scraped: `up` tells when a target was there.
    Scraped,
    /// Pushed: there is no `up`.
    Pushed,
}

/// A site: one Prometheus and what it scrapes.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub name: Named,
    /// Its title.
    pub title: Option<String>,
    /// The labels that it adds to what it sends away, in order of their names.
    pub external_labels: BTreeMap<String, Given<String>>,
}

/// An index into [`Model::sites`].
pub type SiteIndex = usize;

/// One measure and its target.
#[derive(Clone, Debug)]
pub struct Sli {
    /// Its name.
    pub name: Named,
    /// Its title.
    pub title: Option<String>,
    /// Its doc comment, or that of its template.
    pub doc: Option<String>,
    /// The whole declaration.
    pub place: Place,
    /// What is measured.
    pub measure: Measure,
    /// Where the parts of the measure are written: `good …`, `total …`.
    pub parts: Vec<Place>,
    /// The share of events that must be good.
    pub target: Given<Percent>,
    /// One budget for each value of these labels.
    pub by: Vec<Named>,
    /// Whether it is part of the journey's number.
    pub counts: bool,
    /// Who answers for it.
    pub owner: Option<Given<String>>,
    /// Labels of its alerts.
    pub labels: BTreeMap<String, Given<String>>,
    /// The link, with `$journey`, `$step` and `$sli` filled in.
    pub runbook: Option<Given<String>>,
    /// While this PromQL yields anything, nothing is counted.
    pub exclude: Option<Given<String>>,
    /// Expected events per second.
    pub traffic: Option<Given<f64>>,
    /// Its alerts.
    pub alerts: Alerts,
    /// How its counters arrive: pushed, if they are so at one of its sites.
    pub counters: Counters,
    /// The sites at which they are scraped though they are pushed at others.
    pub scraped_at: Vec<SiteIndex>,
    /// The longest scrape interval of its metrics, in milliseconds.
    pub scrape: u64,
    /// Where it is measured; empty: the one Prometheus that loads the file.
    pub at: Vec<SiteIndex>,
}

/// A stage of a journey.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: Named,
    /// Its title.
    pub title: Option<String>,
    /// Its doc comment.
    pub doc: Option<String>,
    /// The whole declaration.
    pub place: Place,
    /// Its part in a weighted journey; 0 leaves it out of every composition.
    pub weight: Given<f64>,
    /// Its measures.
    pub slis: Vec<Sli>,
}

/// A path that people take.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Whose it is.
    pub audience: Audience,
    /// Its name.
    pub name: Named,
    /// Its title.
    pub title: Option<String>,
    /// Its doc comment.
    pub doc: Option<String>,
    /// The whole declaration.
    pub place: Place,
    /// Its stages in order.
    pub steps: Vec<Step>,
    /// Measures of the journey itself, outside the composition.
    pub slis: Vec<Sli>,
    /// The period of all its budgets, in minutes.
    pub window: Given<u64>,
    /// The share of walks that must succeed.
    pub target: Option<Given<Percent>>,
    /// How steps make its number.
    pub compose: Given<Compose>,
    /// The user journeys that it ships fixes for: indexes into [`Model::journeys`].
    pub delivers: Vec<(usize, Place)>,
    /// The journeys that ship fixes for it: indexes into [`Model::journeys`].
    pub delivered_by: Vec<usize>,
    /// Who answers for it.
    pub owner: Option<Given<String>>,
    /// Labels of its alerts.
    pub labels: BTreeMap<String, Given<String>>,
    /// The link of its own alerts.
    pub runbook: Option<Given<String>>,
    /// The alerts of its own target.
    pub alerts: Alerts,
    /// How often its rules run, in minutes.
    pub evaluate: u64,
    /// Where it is measured.
    pub at: Vec<SiteIndex>,
}

impl Journey {
    /// All SLIs with their steps: those of the steps in order, then the journey's own.
    pub fn all_slis(&self) -> impl Iterator<Item = (Option<&Step>, &Sli)> {
        let of_steps = self.steps.iter().flat_map(|step| step.slis.iter().map(move |sli| (Some(step), sli)));
        of_steps.chain(self.slis.iter().map(|sli| (None, sli)))
    }
    /// The SLIs that make the journey's number, with their steps.
    pub fn counted_slis(&self) -> impl Iterator<Item = (&Step, &Sli)> {
        self.steps
            .iter()
            .filter(|step| step.weight.value > 0.0)
            .flat_map(|step| step.slis.iter().filter(|sli| sli.counts).map(move |sli| (step, sli)))
    }
    /// What people call it.
    pub fn shown(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name.text)
    }
}

impl Step {
    /// What people call it.
    pub fn shown(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name.text)
    }
}

impl Sli {
    /// What people call it.
    pub fn shown(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name.text)
    }

    /// How its counters arrive at one of its sites.
    pub fn counters_at(&self, site: SiteIndex) -> Counters {
        if self.scraped_at.contains(&site) { Counters::Scraped } else { self.counters }
    }
}

/// `checkout.pay.fast`, as `tabi show` and messages call an SLI.
pub fn address(journey: &Journey, step: Option<&Step>, sli: &Sli) -> String {
    match step {
        Some(step) => format!("{}.{}.{}", journey.name.text, step.name.text, sli.name.text),
        None => format!("{}.{}", journey.name.text, sli.name.text),
    }
}

/// A whole project.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Sites in the order of their declarations.
    pub sites: Vec<Site>,
    /// Journeys in the order of their declarations.
    pub journeys: Vec<Arc<Journey>>,
}

impl Model {
    /// Whether several sites measure: each then has rules of its own, and others add their numbers up.
    pub fn has_sites(&self) -> bool {
        self.sites.len() > 1 && self.journeys.iter().any(|j| j.all_slis().any(|(_, sli)| !sli.at.is_empty()))
    }
}

/// Labels that the rules use themselves.
const RESERVED: [&str; 17] = [
    "audience",
    "journey",
    "step",
    "sli",
    "severity",
    "owner",
    "title",
    "target",
    "window",
    "long",
    "short",
    "burn",
    "blocks",
    "bad_when",
    "alertname",
    "le",
    "runbook",
];

/// Why a label may not be declared.
pub fn reserved(label: &str) -> Option<&'static str> {
    if RESERVED.contains(&label) {
        Some("the rules use it themselves")
    } else if matches!(label.to_ascii_lowercase().as_str(), "inf" | "nan") {
        Some("PromQL reads it as a number")
    } else if label.starts_with("__") {
        Some("names that begin with `__` are Prometheus' own")
    } else {
        None
    }
}

/// Fills `$journey`, `$step` and `$sli`; where there is none: nothing, and the `/` before it goes.
pub fn fill(text: &str, journey: &str, step: Option<&str>, sli: Option<&str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let len = after.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(after.len());
        let value = match &after[..len] {
            "journey" => Some(Some(journey)),
            "step" => Some(step),
            "sli" => Some(sli),
            _ => None,
        };
        match value {
            Some(Some(value)) => out.push_str(value),
            Some(None) => {
                if out.ends_with('/') {
                    out.pop();
                }
            }
            None => out.push_str(&rest[at..=at + len]),
        }
        rest = &after[len..];
    }
    out.push_str(rest);
    out
}

/// What [`fill`] knows.
pub const PLACEHOLDERS: [&str; 3] = ["journey", "step", "sli"];

/// What looks like a placeholder and is none: `$jorney`, `${step}`. Each with its bytes in the text, and its name in small letters. What
/// stands in `{{ … }}` is Prometheus' own.
pub fn unknown_placeholders(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(['$', '{']) {
        let start = at + next;
        let rest = &text[start..];
        if rest.starts_with("{{") {
            at = start + rest.find("}}").map_or(rest.len(), |end| end + 2);
            continue;
        }
        at = start + 1;
        let Some(after) = rest.strip_prefix('$') else { continue };
        let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}')).map(|(name, _)| name);
        let is_word = |c: char| c.is_ascii_alphabetic() || c == '_';
        let name = braced.unwrap_or(&after[..after.find(|c| !is_word(c)).unwrap_or(after.len())]);
        let is_known = braced.is_none() && PLACEHOLDERS.contains(&name);
        if !is_known && !name.is_empty() && name.chars().all(is_word) {
            let length = name.len() + if braced.is_some() { 3 } else { 1 };
            found.push((start..start + length, name.to_ascii_lowercase()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_or_go_with_their_slash() {
        let fill = |text| super::fill(text, "checkout", None, Some("fast"));
        assert_eq!(fill("https://r/$journey/$step/$sli"), "https://r/checkout/fast");
        assert_eq!(fill("$journey-$step-$cost $"), "checkout--$cost $");
    }

    #[test]
    fn what_is_no_placeholder_is_found() {
        let found = |text: &str| {
            let all = unknown_placeholders(text).into_iter();
            all.map(|(at, name)| format!("{} {name}", &text[at])).collect::<Vec<_>>()
        };
        assert!(found("https://r/$journey/$step/$sli?a=$1&b=$").is_empty());
        assert_eq!(found("$jorney/${step}/$SLI"), ["$jorney jorney", "${step} step", "$SLI sli"]);
        assert_eq!(found("{{ $labels.stp }} {{ $x"), [""; 0]);
        assert_eq!(found("{$stp} ${a b} ${"), ["$stp stp"]);
    }

    #[test]
    fn percentages_stay_exact() {
        for (text, budget, shown) in [
            ("99.9", "0.001", "99.9%"),
            ("99.95", "0.0005", "99.95%"),
            ("99.99999", "0.0000001", "99.99999%"),
            ("88", "0.12", "88%"),
            ("33.3", "0.667", "33.3%"),
            ("99.90", "0.001", "99.9%"),
            ("0.05", "0.9995", "0.05%"),
        ] {
            let percent = Percent::parse(text).expect(text);
            assert_eq!(percent.budget().to_string(), budget);
            assert_eq!(percent.text(), shown);
        }
        assert_eq!(Percent::parse("1.1234567890123"), None);
    }
}
