//! The number of a journey and its alerts, from numbers whose outcome is reckoned by hand.

use super::common::compile_text;
use std::collections::BTreeMap;
use tabi::backtest::budget::Level1;
use tabi::backtest::clock::{Clock, Turns};
use tabi::backtest::samples::{Time, Track};
use tabi::backtest::{By, JourneyPast, Read};
use tabi::engine::Target;
use tabi::plan::Plan;
use tabi::project::Options;

const BEGIN: Time = 1_700_006_400;
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// All and bad events of a minute.
type Minute = fn(minute: i64) -> (f64, f64);

/// A journey over two days, of SLIs with so many events.
fn played(text: &str, options: &Options, slis: &[Minute]) -> JourneyPast {
    let model = compile_text(text).model;
    let plan = Plan { model: &model, options, journey: &model.journeys[0] };
    let until = BEGIN + 48 * HOUR;
    let clock = Clock {
        read_from: BEGIN,
        from: BEGIN,
        until,
        evaluate: MINUTE,
        turns: Turns::FULL,
        closed: false,
        lookback: 300,
    };
    let read = plan.journey.members().into_iter().zip(slis).map(|(member, of)| {
        let track = |number: fn((f64, f64)) -> f64| Track {
            values: clock.fast().map(|at| Some(number(of((at - BEGIN) / MINUTE)) / 60.0)).collect(),
            ..clock.unknown()
        };
        let level1 = BTreeMap::from([(By::new(), Level1 { total: track(|n| n.0), bad: track(|n| n.1) })]);
        (member, Read { site: None, looked: Vec::new(), level1 })
    });
    let read = read.collect();
    tabi::backtest::journey(&plan, read, clock, &|_| None)
}

fn shop(compose: &str, steps: &[&str]) -> String {
    let of = |name: &&str| {
        format!(
            "  step {name} {{\n    sli answers {{\n      bad {name}_bad_total\n      total {name}_total\n      target 90%\n    }}\n  }}\n"
        )
    };
    let steps: String = steps.iter().map(of).collect();
    format!("user journey shop {{\n  window 7d\n  target 90%\n  {compose}\n{steps}}}\n")
}

/// Nobody comes until a moment; then one event a minute, and each fails. The share of errors is 100% at once, so an alert waits for as many bad
/// events as it needs: those that its engine counts then.
#[test]
fn an_alert_waits_for_the_bad_events_that_its_engine_counts() {
    const MOMENT: i64 = 36 * 60;
    let sparse: Minute = |minute| if minute < MOMENT { (0.0, 0.0) } else { (1.0, 1.0) };
    let mut late = Options::default();
    late.engine.target = Target::VictoriaMetrics;
    for (options, lag) in [(Options::default(), 0), (late, 2)] {
        let past = played(&shop("", &["pay"]), &options, &[sparse]);
        let of_sli = &past.slis[0].budgets[0].alerts;
        let of_journey = &past.budget.as_ref().expect("a budget").alerts;
        for (alerts, of) in [(of_sli, "the SLI"), (of_journey, "the journey")] {
            let mut rows = 0;
            for alert in alerts {
                let Some(row) = alert.row.as_ref().filter(|row| row.long < 1440) else { continue };
                // the last of them happens so many minutes after the first
                assert!(row.need > 1, "{row:?}");
                let from = BEGIN + (MOMENT + i64::from(row.need) - 1 + lag) * MINUTE;
                let fired: Vec<Time> = alert.firings.iter().map(|f| f.from).collect();
                assert_eq!(fired, [from], "{of}, {lag} minutes late: {row:?}");
                rows += 1;
            }
            assert!(rows > 1, "{of}: {alerts:?}");
        }
    }
}

/// Counters of two exporters do not agree: twice as many bad events as there are events at all. No more than all of a step can fail.
#[test]
fn a_step_that_counts_more_bad_events_than_events_fails_and_no_more() {
    let twice: Minute = |_| (10.0, 20.0);
    let well: Minute = |_| (10.0, 0.0);
    for (compose, errors) in [("", 1.0), ("compose weakest", 1.0), ("compose weighted", 0.5)] {
        let past = played(&shop(compose, &["pay", "ship"]), &Options::default(), &[twice, well]);
        let budget = past.budget.as_ref().expect("a budget");
        let of = |share: Option<f64>| share.unwrap_or(f64::NAN);
        // a tenth may fail
        let left = 1.0 - errors / 0.1;
        for (what, have, want) in [
            ("in the time", of(budget.reported.errors), errors),
            ("in the window", of(budget.window.errors), errors),
            ("left", of(budget.left), left),
            ("the least", of(budget.least.map(|(least, _)| least)), left),
            ("the burn rate", of(budget.timeline.last().and_then(|p| p.burn)), errors / 0.1),
        ] {
            assert!((have - want).abs() < 1e-9, "{compose}, {what}: {have}, not {want}");
        }
        // the SLI itself says what was counted
        assert!((of(past.slis[0].budgets[0].reported.errors) - 2.0).abs() < 1e-9);
        // 5.5 is the most that a row asks for: halfway between a tenth and all
        let pages = budget.alerts.iter().any(|a| a.is_burn_page() && !a.firings.is_empty());
        assert_eq!(pages, errors > 0.55, "{compose}");
    }
}
