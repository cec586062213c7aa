//! A journey's number from its steps, and the numbers of the period.

use super::{Case, JOURNEY, case, id};

const BURN: &str = "tabi:journey_burn:rate1h";

/// An SLI that counts requests of a metric of its step's name.
fn sli(metric: &str, name: &str, target: &str, more: &str) -> String {
    format!(
        "sli {name} {{\nbad {metric}_total{{job=\"a\", code=\"500\"}}\ntotal {metric}_total{{job=\"a\"}}\ntarget {target}\n{more}\n}}\n"
    )
}

fn step(name: &str, target: &str, more: &str) -> String {
    format!("step {name} {{\n{more}\n{}}}\n", sli(name, "x", target, ""))
}

/// A user journey `j` with the target 80 %.
fn journey(body: &str) -> Case {
    case(&format!("user journey j {{\ntarget 80%\n{body}}}")).up("a")
}

trait Requests {
    /// Good and bad requests in half a minute.
    fn requests(self, metric: &str, good: u32, bad: u32) -> Self;
}

impl Requests for Case {
    fn requests(mut self, metric: &str, good: u32, bad: u32) -> Case {
        for (code, n) in [("200", good), ("500", bad)] {
            if n > 0 {
                let series = format!("{metric}_total{{job=\"a\",instance=\"a\",code=\"{code}\"}}");
                self = self.series(&series, &format!("0+{n}x300"));
            }
        }
        self
    }
}

/// The burn rate of the journey `j`: its share of bad walks over its budget of 20 %.
fn burns(case: Case, share: f64) {
    case.gives(BURN, "2h", &[(JOURNEY, share / 0.2)]).run();
}

#[test]
fn all_is_the_product_of_the_steps() {
    let steps = [step("a", "95%", ""), step("b", "90%", "")].concat();
    burns(journey(&steps).requests("a", 9, 1).requests("b", 8, 2), 1.0 - 0.9 * 0.8);
}

#[test]
fn a_step_that_is_idle_counts_as_nothing_bad() {
    let idle = |compose: &str| {
        let steps = [step("a", "95%", ""), step("b", "90%", "")].concat();
        journey(&format!("compose {compose}\n{steps}"))
            .requests("a", 9, 1)
            .series("b_total{job=\"a\",instance=\"a\",code=\"200\"}", "5x300")
    };
    burns(idle("all"), 0.1);
    burns(idle("weakest"), 0.1);
    burns(idle("weighted"), 0.05);
}

#[test]
fn a_step_without_data_silences_the_journey() {
    for compose in ["all", "weakest", "weighted"] {
        let steps = [step("a", "95%", ""), step("b", "90%", "")].concat();
        journey(&format!("compose {compose}\n{steps}"))
            .requests("a", 0, 10)
            .gives_nothing(BURN, "2h")
            .gives_nothing("tabi:journey_errors:ratio_period", "2h")
            .firing("alertname=\"SLONoData\",step=\"b\"", 120, 1)
            .firing("alertname=\"SLONoData\",step=\"a\"", 120, 0)
            .run();
    }
}

#[test]
fn one_step_all_bad_is_a_journey_all_bad() {
    let steps = [step("a", "99.7%", ""), step("b", "90%", "")].concat();
    burns(journey(&steps).requests("a", 0, 1).requests("b", 8, 2), 1.0);
}

/// Where bad is not inside total, or counted a scrape earlier, a share may be above 1: its logarithm would be NaN.
#[test]
fn a_share_above_one_is_one() {
    let a = "step a {\nsli x {\nbad b_total{job=\"a\", which=\"bad\"}\ntotal t_total{job=\"a\"}\ntarget 90%\n}\n}\n";
    for (compose, share) in [("all", 1.0), ("weakest", 1.0), ("weighted", 0.6)] {
        let case = journey(&format!("compose {compose}\n{a}{}", step("b", "90%", "")))
            .series("t_total{job=\"a\",instance=\"a\"}", "0+10x300")
            .series("b_total{job=\"a\",instance=\"a\",which=\"bad\"}", "0+11x300")
            .series("b_total{job=\"a\",instance=\"a\",code=\"200\"}", "0+33x300")
            .series("b_total{job=\"a\",instance=\"a\",code=\"500\"}", "0+11x300");
        burns(case, share);
    }
}

#[test]
fn a_step_is_as_bad_as_its_worst_sli_and_the_journeys_own_sli_is_no_step() {
    let step = format!("step a {{\n{}{}}}\n", sli("a", "x", "95%", ""), sli("ay", "y", "95%", ""));
    let case = journey(&format!("{step}{}", sli("own", "arrived", "80%", "")))
        .requests("a", 9, 1)
        .requests("ay", 7, 3)
        .requests("own", 5, 5)
        .gives("tabi:slo_burn:rate1h{sli=\"arrived\"}", "2h", &[(id("", "arrived"), 0.5 / 0.2)]);
    burns(case, 0.3);
}

#[test]
fn what_has_no_weight_is_left_out() {
    for compose in ["all", "weakest", "weighted"] {
        let a = format!("step a {{\n{}{}}}\n", sli("a", "x", "95%", ""), sli("ay", "y", "95%", "weight 0"));
        let steps = [a, step("b", "90%", "weight 0"), step("c", "90%", "")].concat();
        let case = journey(&format!("compose {compose}\n{steps}"))
            .requests("a", 9, 1)
            .requests("ay", 0, 1)
            .requests("b", 0, 1)
            .requests("c", 1, 0);
        burns(case, if compose == "weighted" { 0.05 } else { 0.1 });
    }
}

/// A value with one event, which is bad, is not a step that failed.
#[test]
fn the_values_of_by_are_summed_before_they_are_compared() {
    let a = format!("step a {{\n{}}}\n", sli("a", "x", "95%", "by z"));
    for compose in ["all", "weakest"] {
        let case = journey(&format!("compose {compose}\n{a}{}", step("b", "90%", "")))
            .series("a_total{job=\"a\",instance=\"a\",code=\"200\",z=\"1\"}", "0+99x300")
            .series("a_total{job=\"a\",instance=\"a\",code=\"500\",z=\"2\"}", "0+1x300")
            .requests("b", 10, 0)
            .gives("tabi:journey_errors:ratio_period", "2h", &[(JOURNEY, 0.01)]);
        burns(case, 0.01);
    }
}

#[test]
fn weakest_is_the_worst_step() {
    let steps = [step("a", "95%", ""), step("b", "90%", "")].concat();
    burns(journey(&format!("compose weakest\n{steps}")).requests("a", 9, 1).requests("b", 8, 2), 0.2);
}

#[test]
fn weighted_is_the_mean_by_weight() {
    let steps = [step("a", "95%", "weight 3"), step("b", "90%", "weight 1"), step("c", "90%", "weight 0.5")].concat();
    let case =
        journey(&format!("compose weighted\n{steps}")).requests("a", 9, 1).requests("b", 8, 2).requests("c", 1, 1);
    burns(case, (3.0 * 0.1 + 0.2 + 0.5 * 0.5) / 4.5);
}

#[test]
fn one_rule_serves_all_slis_of_a_journey() {
    let d = format!("step d {{\n{}}}\n", sli("d", "x", "99%", "by z"));
    let steps = [step("a", "99%", ""), step("b", "99%", ""), step("c", "99.9%", ""), d].concat();
    let z = |value: &str| super::id_by("d", "x", &format!(",z=\"{value}\""));
    journey(&steps)
        .requests("a", 9, 1)
        .series("b_total{job=\"a\",instance=\"a\",code=\"200\"}", "5x300")
        .requests("c", 999, 1)
        .series("d_total{job=\"a\",instance=\"a\",code=\"200\",z=\"1\"}", "0+9x300")
        .series("d_total{job=\"a\",instance=\"a\",code=\"500\",z=\"1\"}", "0+1x300")
        .series("d_total{job=\"a\",instance=\"a\",code=\"200\",z=\"2\"}", "0+5x300")
        .gives(
            "tabi:slo_burn:rate1h",
            "2h",
            &[(id("a", "x"), 10.0), (id("c", "x"), 1.0), (z("1"), 10.0), (z("2"), 0.0)],
        )
        .run();
}

#[test]
fn the_period_has_counts_errors_and_what_is_left() {
    let steps = [step("a", "99%", ""), step("b", "99%", "")].concat();
    journey(&steps)
        .requests("a", 995, 5)
        .series("b_total{job=\"a\",instance=\"a\",code=\"200\"}", "5x300")
        .gives("tabi:slo_errors:ratio_period", "2h", &[(id("a", "x"), 0.005)])
        .gives("tabi:slo_budget:remaining_ratio", "2h", &[(id("a", "x"), 0.5)])
        .gives("tabi:journey_errors:ratio_period", "2h", &[(JOURNEY, 0.005)])
        .gives("tabi:journey_budget:remaining_ratio", "2h", &[(JOURNEY, 0.975)])
        .gives("tabi:slo_events:count_period{step=\"b\"}", "2h", &[(id("b", "x"), 0.0)])
        .run();
}

#[test]
fn a_period_of_a_quarter_is_summed_from_hours() {
    let steps = format!("window 90d\n{}", step("a", "99%", ""));
    journey(&steps)
        .requests("a", 995, 5)
        .gives("tabi:slo_errors:ratio_period", "2h30m", &[(id("a", "x"), 0.005)])
        .gives("tabi:journey_budget:remaining_ratio", "2h30m", &[(JOURNEY, 0.975)])
        .run();
}
