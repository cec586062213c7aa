//! What alerts say at 3 a.m.: templates over the info series, so that a change of words changes no rule's identity.

use super::alerts::{JOURNEY_BURN, SLO_BURN};
use super::sites::Scope;
use super::states::DELIVERY;
use super::{Plan, label, minutes};
use crate::model::{Journey, Urgency};
use crate::project::Dashboards;
use crate::promql::write::number;
use crate::reckon::thresholds::Threshold;

use std::fmt::Write;

type Annotations = Vec<(String, String)>;

/// Text that stands in a template as it is.
pub(super) fn literal(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// What a page says of those who would ship the fix, where nothing is recorded of them.
pub const NOBODY_KNOWS: &str = "no data";

impl Plan<'_> {
    /// `{journey='checkout',step=%q,sli=%q}` and the arguments for it, with all labels of `by` where they matter.
    fn queried(&self, with_by: bool) -> (String, String) {
        let mut matchers = format!("journey='{}',step=%q,sli=%q", self.journey.name.text);
        let mut arguments = "$labels.step $labels.sli".to_string();
        if with_by {
            let sites = if self.scope() == Scope::Central { self.site_keys() } else { Vec::new() };
            for by in self.journey.by_labels().into_iter().chain(sites) {
                let _ = write!(matchers, ",{by}=%q");
                let _ = write!(arguments, " $labels.{by}");
            }
        }
        (self.own(&format!("{{{matchers}}}")).replace('"', "'"), arguments)
    }

    /// A template that queries `expr`, which has the matchers of this alert's SLI at `$$`.
    fn query(&self, expr: &str, of_journey: bool, with_by: bool) -> String {
        if of_journey {
            let matchers = self.selector().replace('"', "'");
            return format!("query \"{}\"", expr.replace("$$", &matchers));
        }
        let (matchers, arguments) = self.queried(with_by);
        format!("printf \"{}\" {arguments} | query", expr.replace('%', "%%").replace("$$", &matchers))
    }

    /// The title of the SLI, or its names while the info series is not there.
    fn title(&self) -> String {
        format!(
            "{{{{ with {} }}}}{{{{ . | first | label \"title\" }}}}{{{{ else }}}}{{{{ $labels.journey }}}}/{{{{ $labels.step }}}}/{{{{ $labels.sli }}}}{{{{ end }}}}{}",
            self.query("tabi_slo_info$$", false, false),
            self.by_values()
        )
    }

    /// ` (dest_server https://…)` for the labels of `by` and of sites.
    fn by_values(&self) -> String {
        let values = |by: &str| format!("{{{{ with $labels.{by} }}}} ({by} {{{{ . }}}}){{{{ end }}}}");
        self.journey.by_labels().into_iter().chain(self.site_keys()).map(values).collect::<Vec<_>>().concat()
    }

    fn left(&self, of_journey: bool) -> String {
        let name = if of_journey { "tabi:journey_budget:remaining_ratio" } else { "tabi:slo_budget:remaining_ratio" };
        // `round`: a template would print -0
        let query = self.query(&format!("round(100 * last_over_time({name}$$[15m]))"), of_journey, true);
        format!(
            "{{{{ with {query} }}}} Left of {}: {{{{ . | first | value | printf \"%.0f\" }}}} %.{{{{ end }}}}",
            minutes(self.journey.window.value)
        )
    }

    fn since(&self, t: &Threshold, of_journey: bool) -> String {
        let name = if of_journey { "tabi:journey_burn:rate" } else { "tabi:slo_burn:rate" };
        let short = minutes(t.short);
        let reach = (t.short / 30).max(6);
        let expr = format!("min_over_time(timestamp({name}{short}$$ > {})[{reach}h:5m])", number(t.burn));
        format!(
            "{{{{ with {} }}}}, since {{{{ (. | first | value | toTime).Format \"15:04\" }}}} UTC{{{{ end }}}}",
            self.query(&expr, of_journey, true)
        )
    }

    fn burning(&self, t: &Threshold, ends_after: u64, of_journey: bool) -> String {
        format!(
            "{{{{ $value | printf \"%.1f\" }}}}× over {} and {} (limit {}×){}.{} Ends by itself {} after it stops being bad.{}",
            minutes(t.long),
            minutes(t.short),
            number(t.burn),
            self.since(t, of_journey),
            self.left(of_journey),
            minutes(ends_after),
            self.delivered_by(t.urgency)
        )
    }

    /// Whether those who would ship the fix can: asked as `DeliveryBlocked` asks, because the ticket of a pipeline that broke just now comes
    /// hours later.
    fn delivered_by(&self, urgency: Urgency) -> String {
        if urgency != Urgency::Page {
            return String::new();
        }
        let by: Vec<String> = self
            .journey
            .delivered_by
            .iter()
            .map(|j| {
                let j = &self.model.journeys[*j];
                let name = &j.name.text;
                let mut burning = Plan { journey: j, ..*self }.burning_now();
                burning.push(format!(
                    "ALERTS{{alertname=~'{SLO_BURN}|{JOURNEY_BURN}',alertstate='firing',journey='{name}'}}"
                ));
                let query = burning.join(" or ").replace('"', "'");
                let known = format!("{DELIVERY}{} >= 0", self.own(&format!("{{journey='{name}'}}"))).replace('"', "'");
                format!("{name} ({{{{ with query \"{query}\" }}}}burns itself{{{{ else }}}}{{{{ with query \"{known}\" }}}}can ship{{{{ else }}}}{NOBODY_KNOWS}{{{{ end }}}}{{{{ end }}}})")
            })
            .collect();
        if by.is_empty() { String::new() } else { format!(" Delivered by: {}.", by.join(", ")) }
    }

    /// Links: the runbook of the SLI or the journey, and the dashboard: that of `tabi.toml`, else the journey's own in the Grafana that it
    /// names.
    fn links(&self, annotations: &mut Annotations, of_journey: bool) {
        let journey = self.journey;
        if of_journey {
            annotations.extend(journey.runbook.iter().map(|r| label("runbook_url", &literal(&r.value))));
        } else if journey.all_slis().any(|(_, sli)| sli.runbook.is_some()) {
            let query = self.query("tabi_slo_info$$", false, false);
            let text = format!("{{{{ with {query} }}}}{{{{ . | first | label \"runbook\" }}}}{{{{ end }}}}");
            annotations.push(label("runbook_url", &text));
        }
        let name = &journey.name.text;
        let grafana = &self.options.grafana;
        let own = || Some(format!("{}/d/{}", grafana.url.as_ref()?, grafana.journey_uid(name)));
        let own = own().filter(|_| grafana.dashboards != Dashboards::None);
        if let Some(url) = self.options.dashboard_url.as_ref().or(own.as_ref()) {
            // no brace of the link may meet one of a template
            let url = url.replace('{', "{{ \"{\" }}");
            let url = if of_journey {
                crate::model::fill(&url, name, None, None)
            } else {
                crate::model::fill(&url, name, Some("{{ $labels.step }}"), Some("{{ $labels.sli }}"))
            };
            annotations.push(label("dashboard_url", &url));
        }
    }

    fn annotated(&self, summary: &str, description: &str, of_journey: bool) -> Annotations {
        let mut annotations = vec![label("summary", summary), label("description", description)];
        self.links(&mut annotations, of_journey);
        annotations
    }

    /// For `SLOBudgetBurn`; `ends_after` is in minutes.
    pub fn slo_burn_annotations(&self, t: &Threshold, ends_after: u64) -> Annotations {
        let summary = format!("{}: budget burns {{{{ $value | printf \"%.1f\" }}}} times too fast", self.title());
        let bad_when = format!(
            "{{{{ with {} }}}}{{{{ . | first | label \"bad_when\" }}}} counts as bad. {{{{ end }}}}",
            self.query("tabi_slo_info$$", false, false)
        );
        self.annotated(&summary, &format!("{bad_when}{}", self.burning(t, ends_after, false)), false)
    }

    /// For `JourneyBudgetBurn`; `ends_after` is in minutes.
    pub fn journey_burn_annotations(&self, t: &Threshold, ends_after: u64) -> Annotations {
        let title = literal(self.journey.shown());
        let summary = format!("{title}: the journey's budget burns {{{{ $value | printf \"%.1f\" }}}} times too fast");
        self.annotated(&summary, &self.burning(t, ends_after, true), true)
    }

    /// For `SLONoData`.
    pub fn no_data_annotations(&self, after: u64, own: bool, of_sites: bool) -> Annotations {
        let summary = format!("{}: no data for {}", self.title(), minutes(after));
        let here = "Its metrics are not there, so nobody would be told of an outage. Is the target scraped, is the exporter up, \
             were metrics or labels renamed?";
        let site = "Nothing arrives from this site. Does its Prometheus run, does it have the rules, does it send what they record? \
             While it does, its own alerts go on.";
        let description = match self.site_keys().first().filter(|_| of_sites && self.scope() == Scope::Global) {
            None => here.to_string(),
            Some(_) if !own => site.to_string(),
            Some(key) => format!("{{{{ if $labels.{key} }}}}{site}{{{{ else }}}}{here}{{{{ end }}}}"),
        };
        self.annotated(&summary, &description, false)
    }

    /// For `SLOBudgetLow` and `JourneyBudgetLow`.
    pub fn low_annotations(&self, of_journey: bool) -> Annotations {
        let title = if of_journey { literal(self.journey.shown()) } else { self.title() };
        let window = minutes(self.journey.window.value);
        let summary = format!("{title}: little is left of the error budget of {window}");
        let query = if of_journey {
            self.query("100 * last_over_time(tabi:journey_budget:remaining_ratio$$[15m])", true, true)
        } else {
            self.query("100 * last_over_time(tabi:slo_budget:remaining_ratio$$[15m])", false, true)
        };
        let description = format!(
            "{{{{ with {query} }}}}{{{{ . | first | value | printf \"%.1f\" }}}} % is left; below 0 it is overspent. {{{{ end }}}}\
             It recovers as old failures leave the window of {window}."
        );
        self.annotated(&summary, &description, of_journey)
    }

    /// For `DeliveryBlocked`.
    pub fn delivery_annotations(&self, user: &Journey) -> Annotations {
        let (own, user) = (literal(self.journey.shown()), literal(user.shown()));
        let summary = format!("{own} burns while {user} burns: a fix may not get through");
        let description = format!(
            "{user} pages, and {own}, which delivers its fixes, burns its own budget {{{{ $value | printf \"%.1f\" }}}} times too fast. \
             Mend the way out first, or ship by hand."
        );
        self.annotated(&summary, &description, true)
    }
}
