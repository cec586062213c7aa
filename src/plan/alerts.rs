//! Alerts: one rule for each row and journey; SLIs whose threshold differs are listed in the long operand of a rule of their own.

use super::annotations::literal;
use super::members::{Member, selectors, union};
use super::sites::Scope;
use super::windows::{DAY, JOIN};
use super::{Lates, Plan, Rule, RuleKind, label, minutes};
use crate::measure::Series;
use crate::model::{Audience, Given, Urgency};
use crate::promql::write::{number, quote};
use crate::reckon::thresholds::Threshold;
use crate::reckon::timing::{Late, Situation};
use std::collections::{BTreeMap, BTreeSet};

/// The alerts' names; not those of other tools, so that both can run side by side while people move.
pub const SLO_BURN: &str = "SLOBudgetBurn";
/// A budget is nearly spent.
pub const SLO_LOW: &str = "SLOBudgetLow";
/// The numbers of an SLI stopped coming.
pub const SLO_NO_DATA: &str = "SLONoData";
/// The journey as a whole burns.
pub const JOURNEY_BURN: &str = "JourneyBudgetBurn";
/// The journey's budget is nearly spent.
pub const JOURNEY_LOW: &str = "JourneyBudgetLow";
/// A developer journey burns while a user journey that it delivers burns.
pub const DELIVERY_BLOCKED: &str = "DeliveryBlocked";

/// Rows that are equal in all but the SLI, with their SLIs.
pub struct Class<'m, K> {
    /// What they share.
    pub key: K,
    /// Whose they are.
    pub members: Vec<Member<'m>>,
}

/// Groups members by a key, in order of their first appearance.
pub fn classes<'m, K: PartialEq>(keyed: impl IntoIterator<Item = (K, Member<'m>)>) -> Vec<Class<'m, K>> {
    let mut found: Vec<Class<'m, K>> = Vec::new();
    for (key, member) in keyed {
        match found.iter_mut().find(|c| c.key == key) {
            Some(class) => class.members.push(member),
            None => found.push(Class { key, members: vec![member] }),
        }
    }
    found
}

/// Minutes until a row ends when everything was bad; of one that needs more events than come, as if they did.
fn ends_after(t: &Threshold, situations: impl IntoIterator<Item = Situation>) -> u64 {
    let each = situations.into_iter().filter_map(|s| Situation { traffic: None, ..s }.predict(t, 1.0));
    each.map(|prediction| prediction.resolves_after).max().unwrap_or(t.short)
}

impl Plan<'_> {
    /// Matchers for some of the journey's SLIs.
    pub fn member_selectors(&self, members: &[Member<'_>]) -> Vec<String> {
        let base = format!("journey=\"{}\"", self.journey.name.text);
        selectors(&base, members, &self.journey.members()).iter().map(|s| self.own(s)).collect()
    }

    /// The labels that alerts take over from the info series: `owner`, and the keys of `labels`.
    fn info_labels(&self, of_journey: bool) -> BTreeSet<&str> {
        let mut labels: BTreeSet<&str> = BTreeSet::new();
        if of_journey {
            labels.extend(self.journey.owner.iter().map(|_| "owner"));
            labels.extend(self.journey.labels.keys().map(String::as_str));
        } else {
            for (_, sli) in self.journey.all_slis() {
                labels.extend(sli.owner.iter().map(|_| "owner"));
                labels.extend(sli.labels.keys().map(String::as_str));
            }
        }
        labels
    }

    /// An expression with the labels of the info series. `topk` and not a plain join: for five minutes after an owner changed with a
    /// restart there are two info series, and a plain join fails, and with it every alert of the journey.
    fn with_info(&self, expr: &str, of_journey: bool) -> String {
        let labels = self.info_labels(of_journey);
        if labels.is_empty() {
            return expr.to_string();
        }
        let (on, name) =
            if of_journey { ("journey", "tabi_journey_info") } else { ("journey, step, sli", "tabi_slo_info") };
        let labels = labels.into_iter().collect::<Vec<_>>().join(", ");
        format!(
            "(\n{}\n) * on ({on}) group_left ({labels}) topk by ({on}) (1, {name}{})",
            crate::measure::indent(expr),
            self.selector()
        )
    }

    /// The SLIs whose budgets are watched here.
    fn alerting(&self) -> impl Iterator<Item = Member<'_>> {
        self.journey.members().into_iter().filter(|m| !self.alerts_elsewhere(m))
    }

    /// An alert of the journey, or of its SLIs, with the labels of the info series.
    fn alert(
        &self,
        name: &'static str,
        (expr, of_journey): (&str, bool),
        urgency: Urgency,
        more: Vec<(String, String)>,
    ) -> Rule {
        let mut labels = self.journey_label();
        labels.push(label("severity", &literal(&self.severity(urgency))));
        labels.extend(more);
        let own = match urgency {
            Urgency::Page => &self.options.page_labels,
            Urgency::Ticket => &self.options.ticket_labels,
        };
        let own = own.iter().filter(|(k, _)| *k != "severity");
        labels.extend(own.filter_map(|(k, v)| Some((k.clone(), self.unless_nearer(k, &literal(v), of_journey)?))));
        let expr = self.with_info(expr, of_journey);
        Rule { kind: RuleKind::Alert(name), expr, hold: None, labels, annotations: Vec::new() }
    }

    /// A label that `tabi.toml` gives to all pages or tickets: a journey or an SLI that has one of that name keeps its own, also where `by`
    /// names it. A label of a rule would be put over it, and alerts of several values would be one.
    fn unless_nearer(&self, name: &str, value: &str, of_journey: bool) -> Option<String> {
        // one that is empty is none
        let has = |labels: &BTreeMap<String, Given<String>>| labels.get(name).is_some_and(|v| !v.value.is_empty());
        let declared: Vec<bool> = if of_journey {
            vec![has(&self.journey.labels)]
        } else {
            let slis = self.journey.all_slis();
            slis.map(|(_, sli)| has(&sli.labels) || sli.by.iter().any(|by| by.text == name)).collect()
        };
        if !declared.contains(&true) {
            return Some(value.to_string());
        }
        // what some of its SLIs have only is asked for in each alert
        let asked = || format!("{{{{ with $labels.{name} }}}}{{{{ . }}}}{{{{ else }}}}{value}{{{{ end }}}}");
        declared.contains(&false).then(asked)
    }

    /// Burns: those whose long window is below a day are evaluated with the fast group, the others every 5m.
    pub fn burn_alerts(&self, slow: bool, lates: Lates) -> Vec<Rule> {
        let rows = self.alerting().flat_map(|m| self.thresholds_of(&m).into_iter().map(move |t| (t, m)));
        // `need` and what the row asked for before the cap make no rule of its own
        let rows = rows.map(|(t, m)| (Threshold { need: 0, asked: 0.0, ..t }, m));
        let mut classes = classes(rows.filter(|(t, _)| (t.long >= DAY) == slow));
        // pages before tickets, fast before slow
        classes.sort_by_key(|class| (class.key.urgency, class.key.long));
        let mut rules: Vec<Rule> = classes.iter().map(|class| self.slo_burn(class, lates.slis)).collect();
        let own = self.journey_thresholds();
        rules.extend(own.iter().filter(|t| (t.long >= DAY) == slow).map(|t| self.journey_burn(t, lates.journey)));
        rules
    }

    fn slo_burn(&self, class: &Class<'_, Threshold>, late: Late) -> Rule {
        let t = &class.key;
        let all = self.selector();
        let burn = number(t.burn);
        let long =
            union(&self.member_selectors(&class.members), |s| format!("tabi:slo_burn:rate{}{s}", minutes(t.long)));
        // `unless … <=` and not `and … >`: traffic that stops during an outage is no recovery
        let expr = format!(
            "{long} > {burn}\nunless tabi:slo_burn:rate{}{all} <= {burn}\nand {}",
            minutes(t.short),
            self.enough_bad_events(t.long, &class.members)
        );
        let mut rule = self.alert(SLO_BURN, (&expr, false), t.urgency, row_labels(t));
        // the last of its SLIs, after all of its events were bad
        let situations = class.members.iter().map(|m| Situation { late, ..Situation::of_sli(self.journey, m.1) });
        rule.annotations = self.slo_burn_annotations(t, ends_after(t, situations));
        rule
    }

    /// Bad events within a window, at least as many as each SLI needs.
    fn enough_bad_events(&self, long: u64, members: &[Member<'_>]) -> String {
        let needs = classes(members.iter().map(|m| (m.1.alerts.need.value, *m)));
        let bad = |s: &str| {
            format!("{} * sum_over_time({}{s}[{}])", self.evaluate_seconds(), Series::Bad.name(), minutes(long))
        };
        if let [one] = needs.as_slice() {
            return format!("{} > {}", bad(&self.selector()), at_least(one.key));
        }
        let parts: Vec<String> = needs
            .iter()
            .flat_map(|class| self.member_selectors(&class.members).into_iter().map(move |s| (s, class.key)))
            .map(|(s, need)| format!("{} > {}", bad(&s), at_least(need)))
            .collect();
        format!("({})", parts.join(" or "))
    }

    fn journey_burn(&self, t: &Threshold, late: Late) -> Rule {
        let all = self.selector();
        let burn = number(t.burn);
        let name = |w| format!("tabi:journey_burn:rate{}{all}", minutes(w));
        let bad: Vec<String> = self
            .counted_selectors(&self.journey.counted())
            .iter()
            .map(|s| self.events_over(Series::Bad.name(), s, &minutes(t.long)))
            .collect();
        let expr = format!(
            "{} > {burn}\nunless {} <= {burn}\nand on (journey) {} * sum by (audience, journey) ({}) > {}",
            name(t.long),
            name(t.short),
            self.evaluate_seconds(),
            bad.join(" or "),
            at_least(t.need)
        );
        let mut rule = self.alert(JOURNEY_BURN, (&expr, true), t.urgency, row_labels(t));
        let situation = Situation::of_journey(self.journey).map(|situation| Situation { late, ..situation });
        rule.annotations = self.journey_burn_annotations(t, ends_after(t, situation));
        rule
    }

    /// The numbers of an SLI stopped coming. Idle is data, and so is what is excluded.
    pub fn no_data_alerts(&self) -> Vec<Rule> {
        let keyed = self.journey.members().into_iter().filter_map(|m| {
            let (after, urgency) = m.1.alerts.no_data?;
            Some(((no_data_minutes(after, m.1.traffic.as_ref().map(|t| t.value)), urgency), m))
        });
        classes(keyed)
            .iter()
            .map(|class| {
                let (after, urgency) = class.key;
                let (sited, own): (Vec<Member<'_>>, Vec<Member<'_>>) =
                    class.members.iter().copied().partition(|m| self.is_sited(m));
                let mut parts = Vec::new();
                if !own.is_empty() {
                    let budgets = union(&self.member_selectors(&own), |s| format!("tabi:slo_budget:ratio{s}"));
                    parts.push(format!("{budgets}\nunless {JOIN} {}{}", Series::Total.name(), self.selector()));
                }
                if !sited.is_empty() {
                    // a site that lives says by itself that an SLI has no data; here it must be missed as a whole, by what it always sends
                    let sent =
                        if self.scope() == Scope::Global { "tabi:slo_budget:ratio" } else { Series::Total.name() };
                    let sent = self.newest(format!("{sent}{}", self.theirs(&self.selector())));
                    parts.push(self.dark_sites(&self.member_selectors(&sited), &sent));
                }
                let expr = parts.join("\nor ");
                let mut rule = self.alert(SLO_NO_DATA, (&expr, false), urgency, Vec::new());
                rule.hold = Some(after);
                rule.labels.push(label("long", &minutes(after)));
                rule.annotations = self.no_data_annotations(after, !own.is_empty(), !sited.is_empty());
                rule
            })
            .collect()
    }

    /// Little is left of a budget. The second operand keeps the first days of an SLO silent: they say nothing.
    pub fn low_alerts(&self) -> Vec<Rule> {
        let keyed = self.alerting().filter_map(|m| {
            let (left, urgency) = m.1.alerts.left?;
            let longest = self.thresholds_of(&m).iter().map(|t| t.long).max();
            Some(((left, urgency, longest.unwrap_or(self.quiet_days())), m))
        });
        let all = classes(keyed);
        let mut rules = Vec::new();
        for urgency in [Urgency::Page, Urgency::Ticket] {
            let parts: Vec<String> = all
                .iter()
                .filter(|class| class.key.1 == urgency)
                .map(|class| {
                    let (share, offset) = (number(class.key.0.share()), minutes(class.key.2));
                    let selectors = self.member_selectors(&class.members);
                    let remaining =
                        |more: &str| union(&selectors, |s| format!("tabi:slo_budget:remaining_ratio{s}{more}"));
                    format!("{} < {share}\nand {}", remaining(""), remaining(&format!(" offset {offset}")))
                })
                .collect();
            if parts.is_empty() {
                continue;
            }
            let expr = if let [one] = parts.as_slice() { one.clone() } else { format!("({})", parts.join(")\nor (")) };
            let mut rule = self.alert(SLO_LOW, (&expr, false), urgency, Vec::new());
            rule.hold = Some(60);
            rule.annotations = self.low_annotations(false);
            rules.push(rule);
        }
        let counted = self.journey.counted_slis().next().is_some();
        if let (Some((left, urgency)), Some(_), true) = (self.journey.alerts.left, &self.journey.target, counted) {
            let longest = self.journey_thresholds().iter().map(|t| t.long).max().unwrap_or(self.quiet_days());
            let remaining = format!("tabi:journey_budget:remaining_ratio{}", self.selector());
            let expr = format!("{remaining} < {}\nand {remaining} offset {}", number(left.share()), minutes(longest));
            let mut rule = self.alert(JOURNEY_LOW, (&expr, true), urgency, Vec::new());
            rule.hold = Some(60);
            rule.annotations = self.low_annotations(true);
            rules.push(rule);
        }
        rules
    }

    /// Without rows: the time that the built-in rows would look back, a tenth of the period at most.
    pub fn quiet_days(&self) -> u64 {
        (self.journey.window.value / 10 / 60 * 60).clamp(60, 3 * DAY)
    }

    /// What yields something while an SLI burns over the short window of its fastest ticket row, or of its fastest page where it has no
    /// ticket: one expression for each class of SLIs.
    pub fn burning_now(&self) -> Vec<String> {
        let keyed = self.journey.members().into_iter().filter_map(|m| {
            let rows = self.thresholds_of(&m);
            let fastest = |urgency| rows.iter().filter(|t: &&Threshold| t.urgency == urgency).min_by_key(|t| t.long);
            let row = fastest(Urgency::Ticket).or_else(|| fastest(Urgency::Page))?;
            Some(((row.short, row.burn), m))
        });
        let rows = self.journey_thresholds();
        let fastest = |urgency| rows.iter().filter(|t: &&Threshold| t.urgency == urgency).min_by_key(|t| t.long);
        let own = fastest(Urgency::Ticket).or_else(|| fastest(Urgency::Page)).map(|row| {
            format!("tabi:journey_burn:rate{}{} > {}", minutes(row.short), self.selector(), number(row.burn))
        });
        let of_slis: Vec<Class<'_, (u64, f64)>> = classes(keyed);
        if of_slis.is_empty() {
            // its SLIs are silent: the journey as a whole speaks for them
            return own.into_iter().collect();
        }
        of_slis
            .iter()
            .map(|class| {
                let (short, burn) = class.key;
                let name = format!("tabi:slo_burn:rate{}", minutes(short));
                format!(
                    "{} > {}",
                    union(&self.member_selectors(&class.members), |s| format!("{name}{s}")),
                    number(burn)
                )
            })
            .collect()
    }

    /// The user journey's page is firing while this developer journey burns over the short window of its fastest ticket row: its own
    /// ticket would come hours later.
    pub fn delivery_alerts(&self, index: usize) -> Vec<Rule> {
        if self.model.journeys[index].audience == Audience::User {
            return Vec::new();
        }
        let Some(urgency) = self.journey.alerts.blocked else { return Vec::new() };
        let burning = self.burning_now();
        if burning.is_empty() {
            return Vec::new();
        }
        let mut rules = Vec::new();
        for (user, _) in &self.journey.delivers {
            let user = Plan { journey: &self.model.journeys[*user], ..*self };
            if !user.pages() {
                continue;
            }
            let name = &user.journey.name.text;
            let firing = format!(
                "ALERTS{{alertname=~\"{SLO_BURN}|{JOURNEY_BURN}\",alertstate=\"firing\",severity={},journey=\"{name}\"}}",
                quote(&self.severity(Urgency::Page))
            );
            let expr = format!("max by (audience, journey) ({})\nand on () {firing}", burning.join(" or "));
            let mut rule = self.alert(DELIVERY_BLOCKED, (&expr, true), urgency, vec![label("blocks", name)]);
            rule.annotations = self.delivery_annotations(user.journey);
            rules.push(rule);
        }
        rules
    }

    /// Whether anything of the journey can page for a burn.
    pub fn pages(&self) -> bool {
        let of_slis = self.journey.members().into_iter().flat_map(|m| self.thresholds_of(&m));
        of_slis.chain(self.journey_thresholds()).any(|t| t.urgency == Urgency::Page)
    }
}

/// `> need - 0.1`: float noise would hide the last event otherwise.
fn at_least(need: u32) -> String {
    number(f64::from(need) - 0.1)
}

fn row_labels(t: &Threshold) -> Vec<(String, String)> {
    vec![label("long", &minutes(t.long)), label("short", &minutes(t.short)), label("burn", &number(t.burn))]
}

/// `for` longer than this says nothing, and Prometheus refuses what is much longer.
const YEAR: u64 = 365 * 1440;

/// For how many minutes data must be missing: never below the time in which 200 events are expected, in whole hours from one on.
pub fn no_data_minutes(after: u64, events_per_second: Option<f64>) -> u64 {
    let Some(rate) = events_per_second else { return after };
    let expected = crate::reckon::whole((200.0 / rate / 60.0).ceil().min(YEAR as f64));
    let expected = if expected > 60 { expected.div_ceil(60) * 60 } else { expected };
    after.max(expected)
}
