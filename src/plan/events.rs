//! Level 1: constants, the info series, bad and total events, and their coarser copies.

use super::members::Member;
use super::sites::{Scope, labels_of};
use super::{Plan, Rule, label, minutes};
use crate::measure::query::{at_site, matchers};
use crate::measure::{Frame, Measure, Series};
use crate::model::{Counters, Given, Journey, Site};
use crate::promql::write::number;
use std::collections::BTreeMap;

/// The labels that say which SLI a series is of.
fn identity(journey: &Journey, member: &Member<'_>) -> Vec<(String, String)> {
    let mut labels = vec![label("audience", journey.audience.text()), label("journey", &journey.name.text)];
    labels.extend(member.0.map(|step| label("step", &step.name.text)));
    labels.push(label("sli", &member.1.name.text));
    labels
}

/// `{journey="checkout",step="pay",sli="fast"}`
pub fn identity_selector(journey: &Journey, member: &Member<'_>) -> String {
    let step = member.0.map_or("", |s| s.name.text.as_str());
    format!("{{journey=\"{}\",step=\"{step}\",sli=\"{}\"}}", journey.name.text, member.1.name.text)
}

/// `Checkout / Pay by card / fast`
pub fn full_title(journey: &Journey, member: &Member<'_>) -> String {
    let step = member.0.map(|s| format!("{} / ", s.shown())).unwrap_or_default();
    format!("{} / {step}{}", journey.shown(), member.1.shown())
}

fn owner_and_labels(
    out: &mut Vec<(String, String)>,
    owner: Option<&Given<String>>,
    runbook: Option<&Given<String>>,
    labels: &BTreeMap<String, Given<String>>,
) {
    out.extend(owner.map(|o| label("owner", &o.value)));
    out.extend(runbook.map(|r| label("runbook", &r.value)));
    out.extend(labels.iter().map(|(k, v)| label(k, &v.value)));
}

impl Plan<'_> {
    /// The frame in which a measure lowers itself.
    pub fn frame(&self, member: &Member<'_>) -> Frame {
        let identity = identity_selector(self.journey, member);
        Frame {
            // what a site records has no labels of sites there
            identity: if self.is_sited(member) { identity } else { self.own(&identity) },
            site: String::new(),
            by: member.1.by.iter().map(|b| b.text.clone()).collect(),
            range: crate::reckon::range_of(self.journey, member.1),
            pushed: member.1.counters == Counters::Pushed,
            exclude: member.1.exclude.as_ref().map(|e| e.value.clone()),
        }
    }

    /// Budgets and info series: constants, one for each SLI and for the journey.
    pub fn constants(&self) -> Vec<Rule> {
        let journey = self.journey;
        let window = minutes(journey.window.value);
        let mut rules = Vec::new();
        for member in journey.members() {
            let sli = member.1;
            let identity = identity(journey, &member);
            let budget = format!("vector({})", number(sli.target.value.budget()));
            rules.push(Rule::record("tabi:slo_budget:ratio", budget, identity.clone()));
            let mut info = identity;
            info.push(label("title", &full_title(journey, &member)));
            info.push(label("target", &sli.target.value.text()));
            info.push(label("window", &window));
            info.push(label("bad_when", &sli.measure.bad_when()));
            owner_and_labels(&mut info, sli.owner.as_ref(), sli.runbook.as_ref(), &sli.labels);
            rules.push(Rule::record("tabi_slo_info", "vector(1)", info));
        }
        let identity = vec![label("audience", journey.audience.text()), label("journey", &journey.name.text)];
        let mut info = identity.clone();
        info.push(label("title", journey.shown()));
        if let Some(target) = journey.target.as_ref().filter(|_| journey.counted_slis().next().is_some()) {
            let budget = format!("vector({})", number(target.value.budget()));
            rules.push(Rule::record("tabi:journey_budget:ratio", budget, identity));
            info.push(label("target", &target.value.text()));
        }
        info.push(label("window", &window));
        owner_and_labels(&mut info, journey.owner.as_ref(), journey.runbook.as_ref(), &journey.labels);
        rules.push(Rule::record("tabi_journey_info", "vector(1)", info));
        for (user, _) in &journey.delivers {
            let labels = vec![
                label("developer_journey", &journey.name.text),
                label("user_journey", &self.model.journeys[*user].name.text),
            ];
            rules.push(Rule::record("tabi_delivers_info", "vector(1)", labels));
        }
        rules
    }

    /// Bad and total events per second, two rules for each SLI.
    pub fn level_one(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for member in self.journey.members() {
            match self.scope() {
                Scope::Global if self.is_sited(&member) => {}
                Scope::Central if self.is_sited(&member) => rules.extend(self.level_one_of_sites(&member)),
                _ => {
                    let lowered = member.1.measure.lower(&self.frame(&member));
                    let rule = |(series, expr): (Series, String)| {
                        Rule::record(series.name(), expr, identity(self.journey, &member))
                    };
                    rules.extend(lowered.map(rule));
                }
            }
        }
        rules
    }

    /// The measure of one site among the series of all, and the frame in which it lowers itself.
    pub fn of_site(&self, member: &Member<'_>, site: &Site) -> (Measure, Frame) {
        let labels = labels_of(site);
        let mut frame = self.frame(member);
        frame.site = matchers(&labels);
        let mut at = member.1.at.iter().filter(|at| self.model.sites[**at].name.text == site.name.text);
        frame.pushed = at.next().map_or(frame.pushed, |at| member.1.counters_at(*at) == Counters::Pushed);
        frame.identity = format!("{},{}}}", frame.identity.trim_end_matches('}'), frame.site);
        frame.exclude = frame.exclude.map(|text| at_site(&text, &labels));
        (member.1.measure.at(&labels), frame)
    }

    /// The same of each site from its own series, which carry its labels: two rules for each.
    fn level_one_of_sites(&self, member: &Member<'_>) -> Vec<Rule> {
        let mut rules = Vec::new();
        for site in &member.1.at {
            let site = &self.model.sites[*site];
            let (measure, frame) = self.of_site(member, site);
            for (series, expr) in measure.lower(&frame) {
                let identity = identity(self.journey, member).into_iter().chain(labels_of(site)).collect();
                rules.push(Rule::record(series.name(), expr, identity));
            }
        }
        rules
    }

    /// Counts of five minutes: a sum, not a mean (the mean of a series that was there for two of five minutes counts twice). The offset
    /// is needed: a window that tumbles over a faster group misses the newest sample while that group is still being evaluated.
    pub fn copies(&self) -> Vec<Rule> {
        if self.journey.members().iter().all(|m| self.alerts_elsewhere(m)) {
            return Vec::new();
        }
        let (selector, seconds) = (self.selector(), self.evaluate_seconds());
        let offset = minutes(self.journey.evaluate);
        self.both("count5m", |series| {
            format!("sum_over_time({}{selector}[5m] offset {offset}) * {seconds}", series.name())
        })
    }

    /// Counts of an hour, for periods beyond 31 days.
    pub fn hourly_copies(&self) -> Vec<Rule> {
        if self.journey.members().iter().all(|m| self.alerts_elsewhere(m)) {
            return Vec::new();
        }
        let selector = self.selector();
        self.both("count1h", |series| {
            format!("sum_over_time({}{selector}[1h] offset 5m)", count_name(series, "count5m"))
        })
    }

    fn both(&self, copy: &str, expr: impl Fn(Series) -> String) -> Vec<Rule> {
        [Series::Total, Series::Bad]
            .map(|series| Rule::record(count_name(series, copy), expr(series), self.journey_label()))
            .into()
    }
}

/// `tabi:slo_bad_events:count5m`
pub fn count_name(series: Series, copy: &str) -> String {
    series.name().replace("rate", copy)
}
