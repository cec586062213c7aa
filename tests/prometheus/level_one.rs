//! Level 1: bad and total events of every measure.

use super::{BAD, Case, TOTAL, case, events, id, id_by};

/// A journey of one step with one SLI.
fn one(measure: &str) -> Case {
    case(&format!("user journey j {{\n step s {{\n sli x {{\n{measure}\ntarget 99%\n}}\n}}\n}}"))
}

const BAD_TOTAL: &str = "bad x_total{job=\"a\", code=\"500\"}\ntotal x_total{job=\"a\"}";
const GOOD_TOTAL: &str = "good x_total{job=\"a\", code!=\"500\"}\ntotal x_total{job=\"a\"}";
const GOOD_BAD: &str = "good ok_total{job=\"a\"}\nbad ko_total{job=\"a\"}";
const LATENCY: &str = "latency d_seconds{job=\"a\"} under 1s";

fn x(code: &str) -> String {
    format!("x_total{{job=\"a\",instance=\"a\",code=\"{code}\"}}")
}

fn bucket(le: &str) -> String {
    format!("d_seconds_bucket{{job=\"a\",instance=\"a\",le=\"{le}\"}}")
}

const COUNT: &str = "d_seconds_count{job=\"a\",instance=\"a\"}";
const OK: &str = "ok_total{job=\"a\",instance=\"a\"}";
const KO: &str = "ko_total{job=\"a\",instance=\"a\"}";

fn rate(case: Case, at: &str, total: f64, bad: f64) -> Case {
    case.gives(TOTAL, at, &[(id("s", "x"), total)]).gives(BAD, at, &[(id("s", "x"), bad)])
}

#[test]
fn a_series_that_is_born_counts_in_full() {
    let case = one(BAD_TOTAL).up("a").series(&x("200"), "0+5x200").series(&x("500"), "_x60 3+0x140");
    let case = rate(case, "20m", 10.0 / 60.0, 0.0).gives(&events(BAD, "39m30s"), "60m", &[(id("s", "x"), 3.0)]).gives(
        &events(TOTAL, "39m30s"),
        "60m",
        &[(id("s", "x"), 403.0)],
    );
    // in two evaluations, each half of it
    case.gives(BAD, "29m", &[(id("s", "x"), 0.0)])
        .gives(BAD, "30m", &[(id("s", "x"), 3.0 / 120.0)])
        .gives(BAD, "31m", &[(id("s", "x"), 3.0 / 120.0)])
        .gives(BAD, "32m", &[(id("s", "x"), 0.0)])
        .run();
}

#[test]
fn no_series_is_no_data_and_an_idle_one_is_zero_without_a_burn_rate() {
    one(BAD_TOTAL)
        .up("a")
        .gives_nothing(TOTAL, "20m")
        .gives_nothing(BAD, "20m")
        .gives_nothing("tabi:slo_burn:rate1h", "20m")
        .run();
    let idle = one(BAD_TOTAL).up("a").series(&x("200"), "7x200");
    rate(idle, "20m", 0.0, 0.0).gives_nothing("tabi:slo_burn:rate1h", "20m").run();
}

#[test]
fn good_and_total() {
    let case = one(GOOD_TOTAL).up("a").series(&x("200"), "0+5x200").series(&x("500"), "0+1x200");
    rate(case, "60m", 12.0 / 60.0, 2.0 / 60.0).run();
    let without_good = one(GOOD_TOTAL).up("a").series(&x("500"), "0+1x200");
    rate(without_good, "60m", 2.0 / 60.0, 2.0 / 60.0).run();
}

#[test]
fn good_ahead_of_total_is_not_less_than_no_bad_event() {
    let case = one("good ok_total{job=\"a\"}\ntotal all_total{job=\"a\"}").up("a");
    let case = case.series(OK, "0+6x200").series("all_total{job=\"a\",instance=\"a\"}", "0+5x200");
    rate(case, "60m", 10.0 / 60.0, 0.0).run();
}

#[test]
fn good_and_bad_of_two_metrics_with_the_same_labels() {
    let case = one(GOOD_BAD).up("a").series(OK, "0+5x200").series(KO, "0+1x200");
    rate(case, "60m", 12.0 / 60.0, 2.0 / 60.0).run();
}

#[test]
fn good_and_bad_before_the_first_bad_event() {
    let case = one(GOOD_BAD).up("a").series(OK, "0+5x200").series(KO, "_x60 3+0x140");
    rate(case, "20m", 10.0 / 60.0, 0.0)
        .gives(&events(TOTAL, "39m30s"), "60m", &[(id("s", "x"), 403.0)])
        .gives(&events(BAD, "39m30s"), "60m", &[(id("s", "x"), 3.0)])
        .run();
}

#[test]
fn good_and_bad_before_the_first_good_event() {
    let case = one(GOOD_BAD).up("a").series(KO, "0+5x200");
    rate(case, "20m", 10.0 / 60.0, 10.0 / 60.0).run();
}

#[test]
fn latency_finds_its_bucket_in_both_spellings() {
    for le in ["1", "1.0"] {
        let case = one(LATENCY).up("a").series(&bucket(le), "0+4x200").series(&bucket("+Inf"), "0+5x200");
        let case = case.series(&bucket("10"), "0+5x200").series(COUNT, "0+5x200");
        rate(case, "60m", 10.0 / 60.0, 2.0 / 60.0).run();
    }
    let case = one("latency d_seconds{job=\"a\"} under 300ms").up("a");
    let case = case.series(&bucket("0.3"), "0+4x200").series(COUNT, "0+5x200");
    rate(case, "60m", 10.0 / 60.0, 2.0 / 60.0).run();
    let case = one("latency d_milliseconds{job=\"a\"} under 300ms").up("a");
    let case = case
        .series("d_milliseconds_bucket{job=\"a\",instance=\"a\",le=\"300\"}", "0+4x200")
        .series("d_milliseconds_count{job=\"a\",instance=\"a\"}", "0+5x200");
    rate(case, "60m", 10.0 / 60.0, 2.0 / 60.0).run();
}

/// Prometheus 2 is replaced by 3 while the target runs on: the bucket changes its name.
#[test]
fn a_bucket_that_changes_its_spelling_makes_nothing_bad_and_nothing_negative() {
    one(LATENCY)
        .up("a")
        .series(&bucket("1"), "0+4x59 stale")
        .series(&bucket("1.0"), "_x60 240+4x140")
        .series(COUNT, "0+5x200")
        .gives(&format!("max_over_time({BAD}[10m])"), "36m", &[(id("s", "x"), 2.0 / 60.0)])
        .gives(&format!("min_over_time({BAD}[10m])"), "36m", &[(id("s", "x"), 0.0)])
        .run();
}

#[test]
fn a_reset_that_is_regrown_at_once_does_not_hide() {
    // 10 until the restart, 30 half a minute after it: a difference alone would be 20. `increase` stretches three scrapes of 30s to two minutes where
    // the range does not hold its left end.
    for (generation, events) in [(2, 30.0), (3, 40.0)] {
        one(BAD_TOTAL)
            .up("a")
            .series(&x("200"), "10+0x58 0 30+0x140")
            .gives(&format!("max_over_time({TOTAL}[20m])"), "40m", &[(id("s", "x"), events / 120.0)])
            .run_on(&[generation]);
    }
}

/// A life of 90 seconds with 200 events that are ever scraped: 8,000 in an hour, 8,133 in that of Prometheus 2.
#[test]
fn a_crash_loop_loses_little_that_was_scraped() {
    let crashes = format!("1000+100x39 {}", "0 100 200 ".repeat(60));
    // FIXME: where no scrape is at the left end of the range, as here on 3 and mostly on 2, `increase` does not reach to that end if the counter
    // began there at 0, and 9 % are lost.
    for (generation, events_of_an_hour) in [(2, 8200.0), (3, 7300.0)] {
        one(BAD_TOTAL)
            .up("a")
            .series(&x("500"), &crashes)
            .gives(&format!("round({}, 100)", events(BAD, "1h")), "90m", &[(id("s", "x"), events_of_an_hour)])
            .run_on(&[generation]);
    }
}

#[test]
fn a_target_that_returns_does_not_count_its_history_again() {
    let away = |instance: &str| {
        one(BAD_TOTAL)
            .series("up{job=\"a\",instance=\"a\"}", "1x39 0x19 1x140")
            .series(
                &format!("x_total{{job=\"a\",instance=\"{instance}\",code=\"200\"}}"),
                "1000000+5x39 stale _x19 1000300+5x140",
            )
            .series(
                &format!("x_total{{job=\"a\",instance=\"{instance}\",code=\"500\"}}"),
                "500000+0x39 stale _x19 500010+0x140",
            )
            .gives(&format!("max_over_time({TOTAL}[40m])"), "60m", &[(id("s", "x"), 10.0 / 60.0)])
            .gives(&format!("max_over_time({BAD}[40m])"), "60m", &[(id("s", "x"), 0.0)])
    };
    away("a").run();
    // where `up` has other labels (honor_labels, federation) births are not counted at all
    away("foreign").run();
}

#[test]
fn pushed_counters_count_births_without_an_up() {
    one(&format!("{BAD_TOTAL}\ncounters pushed"))
        .series(&x("200"), "0+5x300")
        .series(&x("500"), "_x60 3+0x60 stale _x40 3+0x140")
        .gives(&events(BAD, "39m30s"), "60m", &[(id("s", "x"), 3.0)])
        .gives(&events(TOTAL, "39m30s"), "60m", &[(id("s", "x"), 403.0)])
        // the same series was there within the last hour: what comes back is not new
        .gives(&events(BAD, "80m"), "100m", &[(id("s", "x"), 3.0)])
        .run();
}

#[test]
fn scraped_counters_without_an_up_do_not_count_births() {
    one(BAD_TOTAL)
        .series(&x("200"), "0+5x200")
        .series(&x("500"), "_x60 3+0x140")
        .gives(&events(BAD, "39m30s"), "60m", &[(id("s", "x"), 0.0)])
        .run();
}

#[test]
fn by_keeps_a_budget_for_each_value() {
    let y = |code: &str, d: &str| format!("x_total{{job=\"a\",instance=\"a\",code=\"{code}\",d=\"{d}\"}}");
    let by = |d: &str| id_by("s", "x", &format!(",d=\"{d}\""));
    one(&format!("{BAD_TOTAL}\nby d"))
        .up("a")
        .series(&y("200", "a"), "0+5x300")
        .series(&y("200", "b"), "_x60 2+5x240")
        .series(&y("500", "b"), "_x60 1+1x240")
        .series(&y("200", "c"), "0+5x59 stale")
        .gives(BAD, "20m", &[(by("a"), 0.0), (by("c"), 0.0)])
        .gives(BAD, "60m", &[(by("a"), 0.0), (by("b"), 2.0 / 60.0)])
        .gives("tabi:slo_burn:rate1h", "62m", &[(by("a"), 0.0), (by("b"), 64.0 / 381.0 / 0.01), (by("c"), 0.0)])
        .gives("tabi:slo_burn:rate5m", "62m", &[(by("a"), 0.0), (by("b"), 2.0 / 12.0 / 0.01)])
        .run();
    one(&format!("{GOOD_TOTAL}\nby d"))
        .up("a")
        .series(&y("200", "a"), "0+5x300")
        .series(&y("500", "b"), "_x60 1+1x240")
        .gives(TOTAL, "60m", &[(by("a"), 10.0 / 60.0), (by("b"), 2.0 / 60.0)])
        .gives(BAD, "60m", &[(by("a"), 0.0), (by("b"), 2.0 / 60.0)])
        .run();
}

#[test]
fn what_is_excluded_is_zero_and_neither_leaks_nor_looks_like_no_data() {
    let maintenance = "0x39 1x20 0x140";
    let case = one(&format!("{BAD_TOTAL}\nexclude `maintenance == 1`"))
        .up("a")
        .series(&x("200"), "0+5x200")
        .series(&x("500"), "0x39 0+5x20 100x140")
        .series("maintenance{where=\"x\"}", maintenance)
        .series("maintenance{where=\"y\"}", maintenance);
    let case = rate(case, "19m", 10.0 / 60.0, 0.0);
    let case = rate(case, "25m", 0.0, 0.0);
    rate(case, "35m", 10.0 / 60.0, 0.0)
        .gives(&events(BAD, "1h"), "60m", &[(id("s", "x"), 0.0)])
        .gives(&format!("count_over_time({TOTAL}[39m30s])"), "60m", &[(id("s", "x"), 40.0)])
        .gives_nothing("ALERTS{alertname=\"SLONoData\"}", "45m")
        .run();
}

#[test]
fn up_counts_a_minute_of_each_series() {
    let case = one("up up{job=\"a\"}")
        .series("up{job=\"a\",instance=\"a\"}", "1x99 0x100")
        .series("up{job=\"a\",instance=\"b\"}", "1x200");
    let case = rate(case, "40m", 2.0 / 60.0, 0.0);
    rate(case, "60m", 2.0 / 60.0, 1.0 / 60.0).run();
}

#[test]
fn holds_counts_a_minute_of_each_series_and_nan_is_bad() {
    let case = one("holds `lag{job=\"a\"} < 100`")
        .series("lag{job=\"a\",p=\"1\"}", "10x200")
        .series("lag{job=\"a\",p=\"2\"}", "10x99 500x100")
        .series("lag{job=\"a\",p=\"3\"}", &"NaN ".repeat(200));
    let case = rate(case, "40m", 3.0 / 60.0, 1.0 / 60.0);
    rate(case, "60m", 3.0 / 60.0, 2.0 / 60.0).run();
}

#[test]
fn age_is_one_minute_of_the_newest_timestamp() {
    let case = one("age ts_seconds under 5m").series("ts_seconds{instance=\"a\"}", "0+30x60 1800x100");
    let case = rate(case, "20m", 1.0 / 60.0, 0.0);
    let case = rate(case, "35m", 1.0 / 60.0, 0.0);
    rate(case, "36m", 1.0 / 60.0, 1.0 / 60.0).run();
    // a pod is replaced
    let case = one("age ts_seconds under 5m")
        .series("ts_seconds{instance=\"a\"}", "0+30x40 stale")
        .series("ts_seconds{instance=\"b\"}", "_x41 1230+30x200");
    rate(case, "40m", 1.0 / 60.0, 0.0).run();
    // of PromQL in backticks
    let case = one("age `max(ts_seconds)` under 5m").series("ts_seconds{instance=\"a\"}", "0+30x60 1800x100");
    let case = rate(case, "35m", 1.0 / 60.0, 0.0);
    rate(case, "36m", 1.0 / 60.0, 1.0 / 60.0).run();
}

#[test]
fn age_outlives_its_exporter_for_a_day() {
    let case = one("age ts_seconds under 5m").series("ts_seconds{instance=\"a\"}", "0+30x40 stale");
    let case = rate(case, "23m", 1.0 / 60.0, 0.0);
    let case = rate(case, "40m", 1.0 / 60.0, 1.0 / 60.0);
    rate(case, "1430m", 1.0 / 60.0, 1.0 / 60.0).gives_nothing(TOTAL, "1462m").run();
}

#[test]
fn a_timestamp_in_milliseconds_is_converted() {
    let case = one("age ts_milliseconds under 5m\nunit ms").series("ts_milliseconds", "0+30000x60 1800000x100");
    let case = rate(case, "35m", 1.0 / 60.0, 0.0);
    rate(case, "36m", 1.0 / 60.0, 1.0 / 60.0).run();
}

#[test]
fn promql_in_backticks_is_taken_as_events_per_second() {
    let case = one(
        "bad `sum(rate(x_total{job=\"a\",code=\"500\"}[$window]))`\ntotal `sum(rate(x_total{job=\"a\"}[$window]))`",
    );
    let case = case.series(&x("200"), "0+5x200");
    rate(case, "60m", 10.0 / 60.0, 0.0).run();
    let case = one(
        "good `sum(rate(x_total{job=\"a\",code=\"200\"}[$window]))`\nbad `sum(rate(x_total{job=\"a\",code=\"500\"}[$window]))`",
    );
    let case = case.series(&x("200"), "0+5x200").series(&x("500"), "0+1x200");
    rate(case, "60m", 12.0 / 60.0, 2.0 / 60.0).run();
}

#[test]
fn a_slow_scrape_widens_the_window_of_level_one() {
    let every_two_minutes = |values: &dyn Fn(u32) -> u32| -> String {
        (0..60).map(|k| values(k).to_string()).collect::<Vec<_>>().join(" _ _ _ ")
    };
    one(&format!("{BAD_TOTAL}\nscrape 2m"))
        .series("up{job=\"a\",instance=\"a\"}", &every_two_minutes(&|_| 1))
        .series(&x("200"), &every_two_minutes(&|k| 1000 + 40 * k))
        .series(&x("500"), &every_two_minutes(&|k| if k < 30 { 0 } else { 6 }))
        .gives(&format!("min_over_time({TOTAL}[40m])"), "59m", &[(id("s", "x"), 1.0 / 3.0)])
        .gives(&format!("max_over_time({TOTAL}[40m])"), "59m", &[(id("s", "x"), 1.0 / 3.0)])
        .gives(&events(BAD, "39m30s"), "80m", &[(id("s", "x"), 6.0)])
        .run();
}

#[test]
fn rules_that_run_every_two_minutes_count_as_much() {
    // an hour of evaluations, on Prometheus 2 with its left end
    for (generation, evaluations) in [(2, 31.0), (3, 30.0)] {
        case(
            "defaults { evaluate 2m }\nuser journey j {\n step s {\n sli x {\nbad x_total{job=\"a\", code=\"500\"}\n\
         total x_total{job=\"a\"}\ntarget 99%\n}\n}\n}",
        )
        .evaluated_every("2m")
        .up("a")
        .series(&x("200"), "0+5x600")
        .series(&x("500"), "_x60 12+0x140")
        .gives(&format!("120 * sum_over_time({BAD}[40m])"), "60m", &[(id("s", "x"), 12.0)])
        .gives(TOTAL, "60m", &[(id("s", "x"), 10.0 / 60.0)])
        .gives("tabi:slo_burn:rate1h", "80m", &[(id("s", "x"), 12.0 / (evaluations * 20.0 + 12.0) / 0.01)])
        .run_on(&[generation]);
    }
}
