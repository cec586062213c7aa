//! Sites: which rules each of them evaluates by itself, and what is different where the numbers of all come together.
//!
//! A Prometheus does not see its own external labels, so the rules of a site are those of a project that has no other: [`at`] makes it.
//! What the whole model is planned for then is the one place that all sites send their numbers to: it adds up what they recorded
//! ([`Scope::Global`]), or has their raw series too and evaluates for all of them ([`Scope::Central`]).

use super::members::{Member, union};
use super::windows::JOIN;
use super::{Plan, Rule, label, minutes};
use crate::measure::Series;
use crate::model::{Journey, Model, Site, SiteIndex};
use crate::project::Options;
use std::borrow::Cow;
use std::sync::Arc;

/// One for each site at which an SLI is measured, with the site's labels: what must be there, whatever arrives.
pub const EXPECTED: &str = "tabi_slo_site_info";

/// How far behind sites that evaluate in time the global place reads, in minutes.
pub const LAG: u64 = 1;
/// Prometheus looks back so many minutes for the sample of an instant.
const LOOKBACK: u64 = 5;

/// How far behind its sites the global place reads each level of counts, in minutes: what they recorded is sent one after the other, and a
/// window that tumbles over the newest samples would see bad ones without their total.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Behind {
    /// Events per second.
    pub rate: u64,
    /// Counts of five minutes.
    pub five: u64,
    /// Counts of an hour.
    pub hour: u64,
}

impl Behind {
    fn of(self, name: &str) -> u64 {
        match name.rsplit(':').next() {
            Some("count5m") => self.five,
            Some("count1h") => self.hour,
            _ => self.rate,
        }
    }
}

/// A minute; where the engine of a site evaluates up to an interval after the time of what it records, two intervals, as the windows of such an engine wait.
pub fn behind(options: &Options, evaluate: u64) -> Behind {
    if options_at(options).engine.sees_late() {
        Behind { rate: 2 * evaluate, five: 2 * 5, hour: 2 * 60 }
    } else {
        Behind { rate: LAG, five: LAG, hour: LAG }
    }
}

/// Whose series a plan reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Those of one Prometheus: nothing of sites shows.
    One,
    /// What the sites recorded themselves, beside its own.
    Global,
    /// The raw series of all sites.
    Central,
}

/// Which journeys each site evaluates itself: none where one engine does it for all.
pub fn local(model: &Model, options: &Options) -> Vec<(SiteIndex, usize)> {
    if !model.has_sites() || options.central {
        return Vec::new();
    }
    let measured = |site: SiteIndex, journey: &Journey| journey.all_slis().any(|(_, sli)| sli.at.contains(&site));
    (0..model.sites.len())
        .flat_map(|site| (0..model.journeys.len()).map(move |journey| (site, journey)))
        .filter(|(site, journey)| measured(*site, &model.journeys[*journey]))
        .collect()
}

/// A journey as one site sees it: only what is measured there, and no target of the journey as a whole, which is a matter of all sites. It
/// has a number there if all that counts is measured there.
pub fn at(model: &Model, journey: usize, site: SiteIndex) -> Model {
    let mut journey = Journey::clone(&model.journeys[journey]);
    let whole = journey.counted_slis().all(|(_, sli)| sli.at.contains(&site));
    journey.target = None;
    journey.delivers.clear();
    journey.delivered_by.clear();
    journey.at.clear();
    let slis = |slis: &mut Vec<crate::model::Sli>| {
        slis.retain(|sli| sli.at.contains(&site));
        for sli in slis {
            sli.counters = sli.counters_at(site);
            sli.at.clear();
            sli.scraped_at.clear();
            sli.counts &= whole;
        }
    };
    journey.steps.iter_mut().for_each(|step| slis(&mut step.slis));
    journey.steps.retain(|step| !step.slis.is_empty());
    slis(&mut journey.slis);
    Model { sites: Vec::new(), journeys: vec![Arc::new(journey)] }
}

/// What holds for the rules of a site: they may be for another engine than what adds up the sites, and then the limits of that one are
/// not those of the sites.
pub fn options_at(options: &Options) -> Cow<'_, Options> {
    match options.engine_of_sites() {
        None => Cow::Borrowed(options),
        Some(engine) => Cow::Owned(Options { engine, ..options.clone() }),
    }
}

/// All that one site evaluates itself, as a project of its own.
pub fn alone(model: &Model, options: &Options, site: SiteIndex) -> Model {
    let here = local(model, options).into_iter().filter(|(at, _)| *at == site);
    Model { sites: Vec::new(), journeys: here.flat_map(|(_, journey)| at(model, journey, site).journeys).collect() }
}

/// `,region=""` after other matchers: what is recorded here, not by a site. Only where both are found together.
pub fn here(model: &Model, options: &Options, operator: &str) -> String {
    if !model.has_sites() || options.central {
        return String::new();
    }
    let keys = model.sites.first().into_iter().flat_map(|site| site.external_labels.keys());
    keys.map(|key| format!(",{key}{operator}\"\"")).collect::<Vec<_>>().concat()
}

/// The directory, below that of all rules and tests, of what is not evaluated by a site itself; with a `/`.
pub fn place(model: &Model, options: &Options) -> &'static str {
    if model.has_sites() && !options.central { "global/" } else { "" }
}

/// The directory of what a site evaluates itself.
pub fn place_of(site: &Site) -> String {
    format!("sites/{}/", site.name.text)
}

/// The labels of a site in order of their names.
pub fn labels_of(site: &Site) -> Vec<(String, String)> {
    site.external_labels.iter().map(|(name, value)| label(name, &value.value)).collect()
}

impl<'m> Plan<'m> {
    /// Whose series it reads.
    pub fn scope(&self) -> Scope {
        match (self.model.has_sites(), self.options.central) {
            (false, _) => Scope::One,
            (true, false) => Scope::Global,
            (true, true) => Scope::Central,
        }
    }

    /// The names of the labels that tell sites apart; none where nothing of sites shows.
    pub fn site_keys(&self) -> Vec<&'m str> {
        let first = self.model.sites.first().filter(|_| self.scope() != Scope::One);
        first.map(|site| site.external_labels.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Whether a site measures it, and not the place that the plan is for.
    pub fn is_sited(&self, member: &Member<'_>) -> bool {
        self.scope() != Scope::One && !member.1.at.is_empty()
    }

    /// Whether its alerts are a matter of the sites, which evaluate them by themselves.
    pub fn alerts_elsewhere(&self, member: &Member<'_>) -> bool {
        self.scope() == Scope::Global && self.is_sited(member)
    }

    fn here(&self, operator: &str) -> String {
        here(self.model, self.options, operator)
    }

    /// `{journey="checkout"}`: of what is recorded here and of what sites send.
    pub fn anywhere(&self) -> String {
        format!("{{journey=\"{}\"}}", self.journey.name.text)
    }

    /// A selector of what is recorded here.
    pub fn own(&self, selector: &str) -> String {
        format!("{}{}}}", selector.trim_end_matches('}'), self.here("="))
    }

    /// The same selector of what the sites recorded.
    pub fn theirs(&self, own: &str) -> String {
        own.replace(&self.here("="), "").trim_end_matches('}').to_string() + &self.here("!=") + "}"
    }

    /// The labels of an SLI's series: all that may be on one of the journey, without those of sites.
    fn identity_labels(&self) -> String {
        let by = self.journey.by_labels().into_iter();
        ["audience", "journey", "step", "sli"].into_iter().chain(by).collect::<Vec<_>>().join(", ")
    }

    /// What sites recorded, added up. `max` before it makes one of what arrives twice, from two replicas of a Prometheus, and drops what the
    /// way here adds, such as the `job` of a federation.
    fn added_up(&self, inside: &str) -> String {
        let (identity, keys) = (self.identity_labels(), self.site_keys().join(", "));
        format!("sum by ({identity}) (max by ({identity}, {keys}) ({inside}))")
    }

    /// What joins the events of sites, which are added up, to what is recorded of them here; nothing where they are not. See [`BOTH`](super::windows::BOTH).
    pub fn on_identity(&self) -> String {
        let added_up = self.scope() == Scope::Global && self.journey.members().iter().any(|m| self.is_sited(m));
        if added_up { format!("on ({}) ", self.identity_labels()) } else { String::new() }
    }

    /// What was recorded of events over a range, from `selector`: where sites send it, added up over them.
    pub fn events_over(&self, name: &str, selector: &str, range: &str) -> String {
        let here = format!("sum_over_time({name}{selector}[{range}])");
        let members = self.journey.members();
        if self.scope() != Scope::Global || !members.iter().any(|m| self.is_sited(m)) {
            return here;
        }
        let sited = self.added_up(&self.sited_events_over(name, selector, range));
        if members.iter().all(|m| self.is_sited(m)) { sited } else { format!("({sited} or {here})") }
    }

    /// The same for each site by itself.
    pub fn sited_events_over(&self, name: &str, selector: &str, range: &str) -> String {
        if self.scope() == Scope::Global {
            let behind = minutes(behind(self.options, self.journey.evaluate).of(name));
            format!("sum_over_time({name}{}[{range}] offset {behind})", self.theirs(selector))
        } else {
            format!("sum_over_time({name}{selector}[{range}])")
        }
    }

    /// Level 1 of all sites together, for dashboards and people: windows are summed from what each site recorded, so that what arrives
    /// late is counted in the end.
    pub fn sums(&self) -> Vec<Rule> {
        if self.scope() != Scope::Global || !self.journey.members().iter().any(|m| self.is_sited(m)) {
            return Vec::new();
        }
        let theirs = self.theirs(&self.selector());
        let behind = minutes(behind(self.options, self.journey.evaluate).rate);
        [Series::Total, Series::Bad]
            .map(|series| {
                let sum = self.added_up(&format!("{}{theirs} offset {behind}", series.name()));
                Rule::record(series.name(), sum, self.journey_label())
            })
            .into()
    }

    /// What each site has to send, as constants: that nothing arrives is not that nothing happened.
    pub fn expected(&self) -> Vec<Rule> {
        let members = self.journey.members();
        let at = |site: SiteIndex| -> Vec<Member<'m>> {
            members.iter().filter(|m| self.is_sited(m) && m.1.at.contains(&site)).copied().collect()
        };
        let sites = self.model.sites.iter().enumerate().map(|(i, site)| (site, at(i)));
        sites
            .filter(|(_, members)| !members.is_empty())
            .map(|(site, members)| {
                let budgets = union(&self.member_selectors(&members), |s| format!("tabi:slo_budget:ratio{s}"));
                let mut labels = self.journey_label();
                labels.extend(labels_of(site));
                Rule::record(EXPECTED, format!("group by (audience, journey, step, sli) ({budgets})"), labels)
            })
            .collect()
    }

    /// `on (journey, step, sli, region)`
    fn on_site(&self) -> String {
        format!("{}, {})", JOIN.trim_end_matches(')'), self.site_keys().join(", "))
    }

    /// For how many minutes the newest of what a site sent is found.
    pub fn found_for(&self) -> u64 {
        // a sample comes some seconds after it was recorded, or up to an interval where the engine of a site is late
        let age = behind(self.options, self.journey.evaluate).rate.max(self.journey.evaluate + LAG);
        if self.scope() != Scope::Global || age <= LOOKBACK { LOOKBACK } else { age + LAG }
    }

    /// The newest of what sites send. Where that may be as old as Prometheus looks back, it is looked for over a while.
    pub fn newest(&self, series: String) -> String {
        match self.found_for() {
            LOOKBACK => series,
            longer => format!("last_over_time({series}[{}])", minutes(longer)),
        }
    }

    /// The sites and SLIs, chosen by selectors of what is recorded here, of which there is none of `data`.
    pub fn dark_sites(&self, selectors: &[String], data: &str) -> String {
        let expected = union(selectors, |s| format!("{EXPECTED}{}", self.theirs(s)));
        format!("{expected} unless {} {data}", self.on_site())
    }

    /// Level 1 of all SLIs that have data at every site.
    pub fn total_now(&self) -> String {
        let (total, selector) = (Series::Total.name(), self.selector());
        if !self.journey.members().iter().any(|m| self.is_sited(m)) {
            return format!("{total}{selector}");
        }
        let theirs = self.newest(format!("{total}{}", self.theirs(&selector)));
        let all = if self.scope() == Scope::Global {
            self.newest(format!("{total}{}", self.anywhere()))
        } else {
            theirs.clone()
        };
        format!("({all} unless {JOIN} ({}))", self.dark_sites(&[selector], &theirs))
    }
}
