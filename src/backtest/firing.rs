//! When a condition of an alert held, and when the alert fired for it.

use super::samples::Time;

/// A time in which an alert fired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Firing {
    /// Since when its condition held.
    pub since: Time,
    /// When it began to fire.
    pub from: Time,
    /// The first evaluation at which it did not any more; none where it still fires at the end.
    pub until: Option<Time>,
}

impl Firing {
    /// Seconds for which it fired, up to an end.
    pub fn length(&self, end: Time) -> i64 {
        self.until.unwrap_or(end) - self.from
    }
}

/// Firings by the times of evaluation, each with whether the condition holds then, and for how many seconds it must.
pub fn firings(evaluations: impl Iterator<Item = (Time, bool)>, hold: i64) -> Vec<Firing> {
    let mut found: Vec<Firing> = Vec::new();
    let (mut since, mut fires): (Option<Time>, bool) = (None, false);
    for (time, holds) in evaluations {
        if !holds {
            if let Some(last) = found.last_mut().filter(|_| fires) {
                last.until = Some(time);
            }
            (since, fires) = (None, false);
            continue;
        }
        let begun = *since.get_or_insert(time);
        if !fires && time - begun >= hold {
            found.push(Firing { since: begun, from: time, until: None });
            fires = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_fires_after_it_has_held() {
        let held = [false, true, true, true, false, true, false, true, true];
        let found = |hold| firings((0..).map(|i: Time| 60 * i).zip(held.iter().copied()), hold);
        let shown = |f: &Firing| (f.since, f.from, f.until);
        assert_eq!(
            found(0).iter().map(shown).collect::<Vec<_>>(),
            [(60, 60, Some(240)), (300, 300, Some(360)), (420, 420, None)]
        );
        assert_eq!(found(120).iter().map(shown).collect::<Vec<_>>(), [(60, 180, Some(240))]);
        assert_eq!(found(0)[2].length(600), 180);
    }
}
