//! What budgets are counted from.

use tabi::adapt::{Lag, late};
use tabi::backtest::budget::{Budget, Level1, counted};
use tabi::backtest::clock::{Clock, Turns};
use tabi::backtest::samples::Track;
use tabi::backtest::waits::Waits;

/// An event a second: as many as there are seconds are counted between the two moments, whatever the window, the copies and the engine.
#[test]
fn a_period_is_of_the_time_that_is_said() {
    let until = 1_700_006_400 + 23 * 3600 + 17 * 60;
    for (days, long) in [(7, true), (28, true), (40, true), (40, false), (7, false)] {
        for (closed, evaluate, lag) in [
            (false, 60, Lag::default()),
            (true, 60, Lag::default()),
            (false, 300, Lag::default()),
            (true, 60, late::lag(1)),
        ] {
            let period = days * 1440_u64;
            let length = period.cast_signed() * 60 + 86_400;
            let read_from = if long { until - length } else { until - 3 * 86_400 };
            let read_from = read_from - read_from.rem_euclid(3600);
            let clock =
                Clock { read_from, from: until - 86_400, until, evaluate, turns: Turns::FULL, closed, lookback: 300 };
            let ones = Track { values: clock.fast().map(|_| Some(1.0)).collect(), ..clock.unknown() };
            let level1 = Level1 { total: ones.clone(), bad: ones };
            let waits = Waits::of_engine(lag, period);
            let budget = Budget::of(&level1, clock, period, waits);
            let (from, to) = counted(clock, period, waits);
            let (_, events) = budget.recorded_period(clock.slow_before(until)).unwrap_or_default();
            let what = (days, long, closed, evaluate, lag);
            assert!((events - (to - from) as f64).abs() < 1e-6, "{what:?}: {events} in {}", to - from);
            let most = if days > 31 { 3 * 3600 } else { 900 } + waits.period + waits.copy + waits.hour;
            assert!(to < until && until - to <= most, "{what:?}: {}", until - to);
        }
    }
}
