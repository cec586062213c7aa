//! Alerts: when they come, when they go, what they say.

use super::{BAD, Case, case};
use serde_json::json;
use std::fmt::Write as _;

const SLO_PAGE: &str = "alertname=\"SLOBudgetBurn\",severity=\"page\"";

/// One row only: a page for 2 % in 1h, a burn rate of 13.44.
const ONE_ROW: &str = "alerts {\npage 2% in 1h\nticket off\nno_data off\nleft off\n}\n";

fn sli(metric: &str, name: &str, more: &str) -> String {
    format!(
        "sli {name} {{\nbad {metric}_total{{job=\"a\", code=\"500\"}}\ntotal {metric}_total{{job=\"a\"}}\n{more}\n}}\n"
    )
}

/// A user journey of `me` with a step `a` that has the SLI `x`.
fn one(settings: &str, more: &str) -> Case {
    let sli = sli("a", "x", more);
    case(&format!("user journey j {{\nowner me\n{settings}\nstep a {{\n{sli}}}\n}}")).up("a")
}

fn requests(metric: &str, code: &str) -> String {
    format!("{metric}_total{{job=\"a\",instance=\"a\",code=\"{code}\"}}")
}

/// 20 requests a minute, of which every fifth is bad from 120m to 200m.
fn outage(case: Case) -> Case {
    case.series(&requests("a", "200"), "0+10x240 2408+8x159 3688+10x400")
        .series(&requests("a", "500"), "0x240 2+2x159 320x400")
}

#[test]
fn a_page_comes_and_goes_by_the_minute() {
    // 20 % bad are 20 budgets; 13.44 of them in the hour after 42 minutes, none in five minutes three minutes after the end
    outage(one(ONE_ROW, "target 99%")).fires(SLO_PAGE, 162, 203).run_on(&[2]);
    // the hour of Prometheus 3 is a minute shorter
    outage(one(ONE_ROW, "target 99%")).fires(SLO_PAGE, 161, 203).run_on(&[3]);
}

#[test]
fn an_alert_has_the_labels_of_its_sli_and_says_what_matters() {
    let source = "defaults {\nrunbook \"https://runbooks.example.com/$journey/$step/$sli\"\n}\n\
        user journey checkout \"Checkout\" {\nowner payments\nlabels { tier \"gold\" }\n\
        alerts {\npage 2% in 1h\nticket off\nno_data 15m ticket\n}\n\
        step pay \"Pay by card\" {\n sli fast {\nlatency d_seconds{job=\"a\"} under 300ms\ntarget 99%\n}\n}\n}\n\
        developer journey delivery {\ndelivers checkout\nstep b {\n\
        sli x {\nbad b_total{job=\"a\", code=\"500\"}\ntotal b_total{job=\"a\"}\ntarget 90%\n}\n}\n}";
    let labels = json!({
        "audience": "user", "journey": "checkout", "step": "pay", "sli": "fast",
        "severity": "page", "long": "1h", "short": "5m", "burn": "13.44", "owner": "payments", "tier": "gold",
    });
    for (generation, minute, burn, left) in [(2, 162, 13.6, -371), (3, 161, 13.5, -366)] {
        let annotations = json!({
            "summary": format!("Checkout / Pay by card / fast: budget burns {burn} times too fast"),
            "description": format!("slower than 300ms counts as bad. {burn}× over 1h and 5m (limit 13.44×), since 02:05 UTC. Left of 28d: {left} %. \
                Ends by itself 6m after it stops being bad. Delivered by: delivery (can ship)."),
            "runbook_url": "https://runbooks.example.com/checkout/pay/fast",
        });
        case(source)
            .up("a")
            .series("d_seconds_count{job=\"a\",instance=\"a\"}", "0+10x800")
            .series("d_seconds_bucket{job=\"a\",instance=\"a\",le=\"0.3\"}", "0+10x240 2408+8x159 3688+10x400")
            .series(&requests("b", "200"), "0+1x800")
            .alerts("SLOBudgetBurn", &format!("{}m", minute - 1), &[])
            .alerts("SLOBudgetBurn", &format!("{minute}m"), &[(labels.clone(), annotations)])
            .alerts("SLONoData", "162m", &[])
            .run_on(&[generation]);
    }
}

#[test]
fn three_bad_events_page_and_two_do_not() {
    // a busy hour with nothing bad, then one slow request a minute
    let latency = |slow: usize| {
        let (mut total, mut good) = (String::new(), String::new());
        for half in 0..360_usize {
            let base = 3501 * half.min(119);
            let extra = half.saturating_sub(238).div_ceil(2).min(slow);
            let _ = write!(total, "{} ", base + extra);
            let _ = write!(good, "{base} ");
        }
        let source = format!(
            "user journey j {{\n{ONE_ROW}step a {{\nsli x {{\nlatency d_seconds{{job=\"a\"}} under 1s\ntarget 99%\n}}\n}}\n}}"
        );
        case(&source)
            .up("a")
            .series("d_seconds_count{job=\"a\",instance=\"a\"}", &total)
            .series("d_seconds_bucket{job=\"a\",instance=\"a\",le=\"1\"}", &good)
    };
    let minutes = 118..178;
    latency(3).gives(&format!("count_over_time(ALERTS{{{SLO_PAGE}}}[1h]) > bool 10"), "175m", &[("{alertname=\"SLOBudgetBurn\",alertstate=\"firing\",audience=\"user\",burn=\"13.44\",journey=\"j\",long=\"1h\",severity=\"page\",short=\"5m\",sli=\"x\",step=\"a\"}", 1.0)]).run();
    minutes.step_by(3).fold(latency(2), |case, minute| case.firing(SLO_PAGE, minute, 0)).run();
}

/// Total minus good of large numbers is never quite 3.
#[test]
fn the_third_bad_event_is_not_lost_in_float_noise() {
    for seed in 1..=4_u64 {
        let mut random = seed;
        let (mut total, mut good, mut now, mut slow) = (String::new(), String::new(), 0, 0);
        for half in 0..360 {
            if half >= 2 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                now += 100 + (random >> 33) % 8900;
            }
            slow += u64::from([242, 244, 246].contains(&half));
            let _ = write!(total, "{} ", now + slow);
            let _ = write!(good, "{now} ");
        }
        let page = "alerts {\npage 0.01% in 1h\nticket off\nno_data off\nleft off\n}\n";
        let source = format!(
            "user journey j {{\n{page}step a {{\nsli x {{\nlatency d_seconds{{job=\"a\"}} under 1s\ntarget 99.9999%\n}}\n}}\n}}"
        );
        case(&source)
            .up("a")
            .series("d_seconds_count{job=\"a\",instance=\"a\"}", &total)
            .series("d_seconds_bucket{job=\"a\",instance=\"a\",le=\"1\"}", &good)
            .firing(SLO_PAGE, 123, 0)
            .firing(SLO_PAGE, 124, 1)
            .firing(SLO_PAGE, 126, 1)
            .run();
    }
}

#[test]
fn slis_need_their_own_number_of_bad_events() {
    let few = sli("a", "x", "target 99%\nalerts { need 30 }");
    let source = format!(
        "user journey j {{\n{ONE_ROW}step a {{\n{few}}}\nstep b {{\n{}}}\n}}",
        sli("b", "x", "target 99%\nalerts { need 2 }")
    );
    ["a", "b"]
        .iter()
        .fold(case(&source).up("a"), |case, m| {
            // one request a minute, and two bad ones after two hours
            case.series(&requests(m, "200"), "0x400").series(&requests(m, "500"), "0x240 2x160")
        })
        .firing(&format!("{SLO_PAGE},step=\"a\""), 124, 0)
        .firing(&format!("{SLO_PAGE},step=\"b\""), 124, 1)
        .run();
}

#[test]
fn rows_are_of_the_slis_that_have_them() {
    let source = format!(
        "user journey j {{\n{ONE_ROW}step a {{\n{}}}\nstep b {{\n{}{}}}\n}}",
        sli("a", "x", "target 99%"),
        sli("b", "x", "target 99%"),
        sli("by", "y", "target 99%\nalerts {\npage off\nticket 10% in 1d\n}")
    );
    ["a", "b", "by"]
        .iter()
        .fold(case(&source).up("a"), |case, m| case.series(&requests(m, "500"), "0+10x400"))
        .firing(&format!("{SLO_PAGE},step=\"a\",sli=\"x\""), 180, 1)
        .firing(&format!("{SLO_PAGE},step=\"b\",sli=\"x\""), 180, 1)
        .firing(&format!("{SLO_PAGE},sli=\"y\""), 180, 0)
        .firing("alertname=\"SLOBudgetBurn\",severity=\"ticket\",sli=\"y\"", 180, 1)
        .firing("alertname=\"SLOBudgetBurn\"", 180, 3)
        .run();
}

/// A row that asked for more errors than there can be would never fire.
#[test]
fn every_row_of_a_low_target_is_reachable_and_none_fires_within_the_target() {
    for target in [90, 80, 50, 40] {
        let target = format!("target {target}%");
        one("", &target).series(&requests("a", "500"), "0+10x400").firing("alertname=\"SLOBudgetBurn\"", 190, 4).run();
        // a little better than promised
        let bad = 95 - target[7..9].parse::<u32>().expect("a number");
        one("", &target)
            .series(&requests("a", "200"), &format!("0+{}x400", 100 - bad))
            .series(&requests("a", "500"), &format!("0+{bad}x400"))
            .firing("alertname=\"SLOBudgetBurn\"", 190, 0)
            .run();
    }
}

#[test]
fn traffic_that_stops_during_an_outage_is_no_recovery() {
    one(ONE_ROW, "target 99%")
        .series(&requests("a", "200"), "0+10x240 2400x400")
        .series(&requests("a", "500"), "0x240 10+10x60 600x400")
        .firing(SLO_PAGE, 149, 1)
        .firing(SLO_PAGE, 165, 1)
        .run();
}

/// 40 builds a day that all fail from the first day's end on: a page that comes once and stays.
#[test]
fn a_sparse_outage_pages_and_does_not_flap() {
    let builds = |halves: &dyn Fn(usize) -> usize| -> String {
        (0..4320).map(|k| halves(k).to_string()).collect::<Vec<_>>().join(" ")
    };
    let page = "alerts {\npage 2% in 1h, 5% in 6h\nticket off\nno_data off\nleft off\n}";
    let firing = format!("(count(ALERTS{{{SLO_PAGE},alertstate=\"firing\"}}) or vector(0))[11h:1m]");
    one(page, "target 90%")
        .series(&requests("a", "200"), &builds(&|k| 1 + k.min(2880) / 72))
        .series(&requests("a", "500"), &builds(&|k| k.saturating_sub(2880) / 72))
        .gives(&format!("max_over_time({firing})"), "35h", &[("{}", 1.0)])
        .gives(&format!("changes({firing})"), "35h", &[("{}", 1.0)])
        .run();
}

#[test]
fn no_data_speaks_after_its_time_and_only_of_what_is_missing() {
    let source = format!(
        "user journey j {{\nowner me\nalerts {{\npage off\nticket off\nleft off\n}}\n{}{}{}}}",
        format_args!("step a {{\n{}}}\n", sli("a", "x", "target 99%")),
        format_args!("step b {{\n{}}}\n", sli("b", "x", "target 99%")),
        format_args!("step c {{\n{}}}\n", sli("c", "x", "target 99%\nby z")),
    );
    let labels = json!({
        "audience": "user", "journey": "j", "step": "b", "sli": "x", "severity": "ticket", "long": "15m", "owner": "me",
    });
    let annotations = json!({
        "summary": "j / b / x: no data for 15m",
        "description": "Its metrics are not there, so nobody would be told of an outage. Is the target scraped, is the exporter up, \
            were metrics or labels renamed?",
    });
    case(&source)
        .up("a")
        .series(&requests("a", "200"), "0+10x500")
        .series(&requests("b", "200"), "0+10x120 stale _x120 2400+10x200")
        .series("c_total{job=\"a\",instance=\"a\",code=\"200\",z=\"1\"}", "0+10x120 stale")
        .series("c_total{job=\"a\",instance=\"a\",code=\"200\",z=\"2\"}", "0+10x500")
        .alerts("SLONoData", "0m", &[])
        .alerts("SLONoData", "76m", &[])
        .alerts("SLONoData", "77m", &[(labels.clone(), annotations.clone())])
        .alerts("SLONoData", "120m", &[(labels, annotations)])
        .alerts("SLONoData", "123m", &[])
        .run();
}

#[test]
fn a_low_budget_is_told_after_the_longest_window_and_an_hour() {
    // spent within the first hour; a period of a week looks back 18 hours at most
    one("window 7d\nalerts {\npage off\nticket off\n}", "target 99.9%\nalerts { ticket 10% in 18h }")
        .series(&requests("a", "200"), "0+5x3000")
        .series(&requests("a", "500"), "0x60 60+0x3000")
        .gives("tabi:slo_budget:remaining_ratio < bool 0.25", "2h", &[(super::id("a", "x"), 1.0)])
        .firing("alertname=\"SLOBudgetLow\"", 18 * 60 + 59, 0)
        .firing("alertname=\"SLOBudgetLow\"", 19 * 60 + 5, 1)
        .run();
}

#[test]
fn built_in_rows_fit_the_period() {
    for (window, longs) in
        [("7d", ["1h", "2h", "6h", "18h"]), ("14d", ["1h", "3h", "12h", "36h"]), ("28d", ["1h", "6h", "1d", "3d"])]
    {
        let burns = ["13.44", "5.6", "2.8", "1"];
        let case = one(&format!("window {window}"), "target 99%").series(&requests("a", "500"), "0+10x400");
        longs
            .iter()
            .zip(burns)
            .fold(case, |case, (long, burn)| {
                case.firing(&format!("alertname=\"SLOBudgetBurn\",long=\"{long}\",burn=\"{burn}\""), 190, 1)
            })
            .firing("alertname=\"SLOBudgetBurn\"", 190, 4)
            .run();
    }
}

#[test]
fn a_ticket_of_a_day_comes_when_a_tenth_is_burnt() {
    // after 26 healthy hours all builds fail: 2.8 budgets of 10 % within a day after 28 % of it
    let healthy = 26 * 120;
    one("alerts {\npage off\nticket 10% in 1d\nno_data off\nleft off\n}", "target 90%")
        .series(&requests("a", "200"), &format!("0+2x{healthy} {}x1000", 2 * healthy))
        .series(&requests("a", "500"), &format!("0x{healthy} 2+2x1000"))
        .firing("alertname=\"SLOBudgetBurn\",long=\"1d\"", 26 * 60 + 402, 0)
        .firing("alertname=\"SLOBudgetBurn\",long=\"1d\"", 26 * 60 + 409, 1)
        .run();
}

#[test]
fn the_journey_burns_where_no_step_does_alone() {
    let ticket = "target 99%\nalerts {\npage off\n}";
    let source = format!(
        "user journey j \"Whole\" {{\nowner me\ntarget 98%\nrunbook \"https://r.example.com/$journey/$step\"\n{ONE_ROW}step a {{\n{}}}\nstep b {{\n{}}}\n}}",
        sli("a", "x", ticket),
        sli("b", "x", ticket)
    );
    let labels = json!({
        "audience": "user", "journey": "j", "severity": "page", "long": "1h", "short": "5m", "burn": "13.44", "owner": "me",
    });
    for (generation, minute, burn, left) in [(2, 165, "13.8", -396), (3, 164, "14.0", -401)] {
        let annotations = json!({
            "summary": format!("Whole: the journey's budget burns {burn} times too fast"),
            "description": format!("{burn}× over 1h and 5m (limit 13.44×), since 02:05 UTC. Left of 28d: {left} %. Ends by itself 5m after it stops being bad."),
            "runbook_url": "https://r.example.com/j",
        });
        ["a", "b"]
            .iter()
            .fold(case(&source).up("a"), |case, m| {
                case.series(&requests(m, "200"), "0+10x240 2408+8x400").series(&requests(m, "500"), "0x240 2+2x400")
            })
            .firing("alertname=\"JourneyBudgetBurn\",step=\"\",sli=\"\"", minute - 1, 0)
            .firing("alertname=\"JourneyBudgetBurn\",step=\"\",sli=\"\"", minute, 1)
            .alerts("JourneyBudgetBurn", "166m", &[(labels.clone(), annotations)])
            .firing(SLO_PAGE, 180, 0)
            .run_on(&[generation]);
    }
}

#[test]
fn delivery_is_blocked_while_both_journeys_burn() {
    let source = format!(
        "user journey checkout \"Checkout\" {{\nowner pay\n{ONE_ROW}step a {{\n{}}}\n}}\n\
         developer journey delivery \"Merge to production\" {{\nowner plat\ndelivers checkout\n\
         alerts {{\npage off\nticket 10% in 1d\nneed 10000\nno_data off\nleft off\nblocked page\n}}\nstep b {{\n{}}}\n}}",
        sli("a", "x", "target 99%"),
        sli("b", "y", "target 90%"),
    );
    let labels = json!({
        "audience": "developer", "journey": "delivery", "blocks": "checkout", "severity": "page", "owner": "plat",
    });
    let annotations = json!({
        "summary": "Merge to production burns while Checkout burns: a fix may not get through",
        "description": "Checkout pages, and Merge to production, which delivers its fixes, burns its own budget 9.2 times too fast. \
            Mend the way out first, or ship by hand.",
    });
    let page = json!({
        "audience": "user", "journey": "checkout", "step": "a", "sli": "x", "severity": "page", "owner": "pay",
        "long": "1h", "short": "5m", "burn": "13.44",
    });
    let burning = |case: Case| {
        case.series(&requests("a", "200"), "0+10x240 2408+8x900").series(&requests("a", "500"), "0x240 2+2x900")
    };
    for (generation, minute, burn, left) in [(2, 162, 13.6, -371), (3, 161, 13.5, -366)] {
        let page_says = json!({
            "summary": format!("Checkout / a / x: budget burns {burn} times too fast"),
            "description": format!("a_total{{job=\"a\",code=\"500\"}} counts as bad. {burn}× over 1h and 5m (limit 13.44×), since 02:05 UTC. \
                Left of 28d: {left} %. Ends by itself 6m after it stops being bad. Delivered by: delivery (burns itself)."),
        });
        burning(case(&source).up("a"))
            .series(&requests("b", "200"), "0+10x100 1000x900")
            .series(&requests("b", "500"), "0x100 10+10x900")
            .alerts("DeliveryBlocked", &format!("{}m", minute - 1), &[])
            .alerts("DeliveryBlocked", &format!("{minute}m"), &[(labels.clone(), annotations.clone())])
            // the ticket of the pipeline needs more bad events, and yet nobody is told that a fix can be shipped
            .firing("alertname=\"SLOBudgetBurn\",journey=\"delivery\"", minute, 0)
            .alerts("SLOBudgetBurn", &format!("{minute}m"), &[(page.clone(), page_says)])
            .run_on(&[generation]);
    }
    // a pipeline in order, and one that burns alone
    burning(case(&source).up("a"))
        .series(&requests("b", "200"), "0+10x1000")
        .alerts("DeliveryBlocked", "200m", &[])
        .run();
    case(&source)
        .up("a")
        .series(&requests("a", "200"), "0+10x1000")
        .series(&requests("b", "500"), "0+10x1000")
        .alerts("DeliveryBlocked", "200m", &[])
        .run();
}

/// For five minutes after an owner changed with a restart there are two info series.
#[test]
fn two_info_series_do_not_silence_the_alert() {
    outage(one(ONE_ROW, "target 99%"))
        .series("tabi_slo_info{audience=\"user\",journey=\"j\",step=\"a\",sli=\"x\",owner=\"old\"}", "1x1000")
        .firing(SLO_PAGE, 180, 1)
        .run();
}

#[test]
fn every_value_of_by_pages_by_itself() {
    let z = |code: &str, z: &str| format!("a_total{{job=\"a\",instance=\"a\",code=\"{code}\",z=\"{z}\"}}");
    one(ONE_ROW, "target 99%\nby z")
        .series(&z("500", "1"), "0+1x400")
        .series(&z("500", "2"), "0+1x400")
        .series(&z("200", "3"), "0+1x400")
        .firing(&format!("{SLO_PAGE},z=\"1\""), 180, 1)
        .firing(&format!("{SLO_PAGE},z=\"2\""), 180, 1)
        .firing(SLO_PAGE, 180, 2)
        .run();
}

#[test]
fn an_sli_of_the_journey_itself_has_its_own_alerts() {
    let source = format!(
        "user journey j {{\nalerts {{\npage 2% in 1h\nticket off\n}}\nstep a {{\n{}}}\n{}{}}}",
        sli("a", "x", "target 99%"),
        sli("own", "arrived", "target 99%"),
        sli("gone", "missing", "target 99%"),
    );
    case(&source)
        .up("a")
        .series(&requests("a", "200"), "0+10x400")
        .series(&requests("own", "500"), "0+10x400")
        .gives(&format!("{BAD}{{sli=\"arrived\"}}"), "3h", &[(super::id("", "arrived"), 20.0 / 60.0)])
        .firing(&format!("{SLO_PAGE},step=\"\",sli=\"arrived\""), 180, 1)
        .firing(SLO_PAGE, 180, 1)
        .firing("alertname=\"SLONoData\",step=\"\",sli=\"missing\"", 180, 1)
        .firing("alertname=\"SLONoData\"", 180, 1)
        .run();
}
