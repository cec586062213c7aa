//! States in one number: severities, whether fixes get through, the decision, and when budgets run out.

use super::{Case, case};

const OF_USERS: &str = "{audience=\"user\",journey=\"shop\"}";
const OF_DELIVERY: &str = "{audience=\"developer\",journey=\"ship\"}";
const DECISION: &str = "tabi:journey_ship:decision";
const DELIVERY: &str = "tabi:journey_delivery:state";
const SEVERITY: &str = "tabi:journey_severity:state";

/// A user journey and one that delivers it. Each has a request every 30 seconds, of which so many are bad, as `promtool` writes values.
fn world(users: &str, delivery: &str) -> Case {
    let step = |metric: &str| {
        format!(
            "step s {{ sli x {{ bad {metric}_total{{job=\"a\", code=\"500\"}} total {metric}_total{{job=\"a\"}} target 99% }} }}"
        )
    };
    let source = format!(
        "user journey shop {{ {} }}\ndeveloper journey ship {{ delivers shop alerts {{ page off }} {} }}",
        step("buy"),
        step("build")
    );
    let series = |metric: &str, code: &str| format!("{metric}_total{{job=\"a\",instance=\"a\",code=\"{code}\"}}");
    let mut case = case(&source).up("a");
    for (metric, values) in [("buy", users), ("build", delivery)] {
        if values == "gone" {
            continue;
        }
        case = case.series(&series(metric, "200"), "0+10x2000").series(&series(metric, "500"), values);
    }
    case
}

const FINE: &str = "0x2000";
/// Fine for 2 hours, then a third fails.
const BREAKS: &str = "0x240 5+5x600 3000x1000";

fn all(case: Case, at: &str, users: f64, delivery: f64, decision: f64) {
    case.gives(SEVERITY, at, &[(OF_USERS, users), (OF_DELIVERY, if delivery < 0.0 { -1.0 } else { 0.0 })])
        .gives(DELIVERY, at, &[(OF_DELIVERY, delivery)])
        .gives(DECISION, at, &[(OF_USERS, decision)])
        .run();
}

#[test]
fn both_are_fine() {
    all(world(FINE, FINE), "1h", 0.0, 0.0, 0.0);
}

#[test]
fn users_without_data_are_no_reason_to_ship() {
    all(world("gone", FINE), "1h", -1.0, 0.0, -1.0);
}

#[test]
fn delivery_without_data_asks_for_care() {
    all(world(FINE, "gone"), "1h", 0.0, -1.0, 1.0);
}

#[test]
fn a_page_freezes_and_ends() {
    let at = |case: Case, minute: &str, decision: f64| case.gives(DECISION, minute, &[(OF_USERS, decision)]);
    let case = world(BREAKS, FINE);
    let case = at(case, "1h58m", 0.0);
    // nothing is left of the budget either, which goes on after the page has ended
    let case =
        at(case, "3h30m", 2.0).gives("max(tabi:journey_severity:state{journey=\"shop\"})", "3h30m", &[("{}", 3.0)]);
    at(case, "14h", 2.0).gives("max(tabi:journey_severity:state{journey=\"shop\"})", "14h", &[("{}", 2.0)]).run();
}

#[test]
fn delivery_that_burns_asks_for_care_before_its_own_ticket() {
    world(FINE, BREAKS)
        .gives(DELIVERY, "1h58m", &[(OF_DELIVERY, 0.0)])
        .gives(DELIVERY, "2h30m", &[(OF_DELIVERY, 1.0)])
        .gives(DECISION, "2h30m", &[(OF_USERS, 1.0)])
        .run();
}

#[test]
fn budgets_run_out_at_the_present_pace() {
    let source = "user journey j { step s { sli x { bad y_total{job=\"a\", code=\"500\"} total y_total{job=\"a\"} target 90% } } }";
    let id = "{audience=\"user\",journey=\"j\",step=\"s\",sli=\"x\"}";
    let with = |bad: u32, seconds: f64| {
        let mut case = case(source)
            .up("a")
            .series("y_total{job=\"a\",instance=\"a\",code=\"200\"}", &format!("0+{}x400", 100 - bad));
        if bad > 0 {
            case = case.series("y_total{job=\"a\",instance=\"a\",code=\"500\"}", &format!("0+{bad}x400"));
        }
        case.gives("tabi:slo_budget:runs_out_seconds", "3h", &[(id, seconds)]).run();
    };
    let window = 28.0 * 86_400.0;
    // half of the budget is left, and it burns at half of what it may: the window at most
    with(5, window);
    // overspent twice
    with(20, 0.0);
    with(0, window);
}
