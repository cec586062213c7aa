//! The block `alerts`: its lines, the cascade of its kinds, and the built-in rows.

use super::Resolver;
use super::messages as say;
use crate::model::{Alerts, Given, Percent, Row, Urgency};
use crate::schema::kind::Kind;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Entry, Setting, Word};

/// What one block says about alerts, kind by kind. `Some(None)` is `off`.
#[derive(Clone, Debug, Default)]
pub struct AlertsLayer {
    /// `alerts off`: everything that is farther away is switched off.
    pub off: bool,
    /// The rows of `page` as written.
    pub page: Option<Option<Vec<WrittenRow>>>,
    /// The rows of `ticket` as written.
    pub ticket: Option<Option<Vec<WrittenRow>>>,
    /// `need`
    pub need: Option<Given<u32>>,
    /// `no_data`: minutes and who is told.
    pub no_data: Option<Option<(u64, Urgency)>>,
    /// `left`: share and who is told.
    pub left: Option<Option<(Percent, Urgency)>>,
    /// `blocked`: who is told.
    pub blocked: Option<Option<Urgency>>,
}

/// `2% in 1h`
#[derive(Clone, Debug)]
pub struct WrittenRow {
    share: Percent,
    long: u64,
    place: Place,
}

impl Resolver<'_> {
    /// `blocked` speaks of the whole journey: in a step or an SLI it would change nothing.
    pub fn refuse_blocked(&mut self, file: FileId, setting: &Setting) {
        for entry in setting.body.iter().flat_map(|b| &b.items) {
            if let Entry::Setting(line) = entry
                && line.key == Kind::Blocked
            {
                self.found.push(say::blocked_inside(Place { file, span: line.key_span }));
            }
        }
    }

    /// Reads `alerts off` or `alerts { … }`.
    pub fn read_alerts(&mut self, file: FileId, setting: &Setting, layer: &mut AlertsLayer) {
        layer.off = setting.values.first().is_some_and(|v| v.kind == Kind::Off);
        let mut seen: Vec<(Kind, Place)> = Vec::new();
        for entry in setting.body.iter().flat_map(|b| &b.items) {
            let Entry::Setting(line) = entry else { continue };
            let place = Place { file, span: line.key_span };
            if let Some((_, first)) = seen.iter().find(|(key, _)| *key == line.key) {
                self.found.push(say::duplicate_setting(place, *first, line.key.text()));
                continue;
            }
            seen.push((line.key, place));
            self.read_line(file, line, layer);
        }
    }

    fn read_line(&mut self, file: FileId, line: &Setting, layer: &mut AlertsLayer) {
        let Some(first) = line.values.first() else { return };
        let at = Place { file, span: first.span };
        let off = first.kind == Kind::Off;
        let urgency =
            |word: Option<&Word>| word.map(|w| if w.kind == Kind::Page { Urgency::Page } else { Urgency::Ticket });
        match line.key {
            Kind::Page => layer.page = Some((!off).then(|| self.read_rows(file, line))),
            Kind::Ticket => layer.ticket = Some((!off).then(|| self.read_rows(file, line))),
            Kind::Need => {
                let text = self.text(at);
                let need = text.parse::<u32>().ok().filter(|n| (1..=1_000_000).contains(n));
                if need.is_none() {
                    self.found.push(say::bad_need(at, text));
                }
                layer.need = need.map(|n| Given::at(n, Place { file, span: line.span }));
            }
            Kind::NoData if off => layer.no_data = Some(None),
            Kind::NoData => {
                let (duration, urgency) = (self.read_duration(at), urgency(line.values.get(1)));
                if duration.is_some_and(|ms| ms % 60_000 != 0) {
                    self.found.push(say::out_of_bounds(at, "alerts count in whole minutes"));
                    return;
                }
                if duration.is_some_and(|ms| ms > 365 * 86_400_000) {
                    self.found.push(say::out_of_bounds(at, "data is missed within a year, or never"));
                    return;
                }
                layer.no_data = duration.zip(urgency).map(|(ms, urgency)| Some((ms / 60_000, urgency)));
            }
            Kind::Left if off => layer.left = Some(None),
            Kind::Left => {
                // without it that was said
                let Some(urgency) = urgency(line.values.get(1)) else { return };
                let values = line.values.iter().map(|v| v.span).reduce(Span::to).unwrap_or(first.span);
                let text = self.text(at);
                let share = text.strip_suffix('%').and_then(Percent::parse);
                let share = share.filter(|p| p.share() > 0.0 && p.budget() > 0.0);
                if share.is_none() && !self.has_syntax_problem(at) {
                    self.found.push(say::bad_left(at, Place { file, span: values }, text));
                }
                layer.left = share.map(|share| Some((share, urgency)));
            }
            Kind::Blocked if off => layer.blocked = Some(None),
            Kind::Blocked => layer.blocked = urgency(Some(first)).map(Some),
            _ => {}
        }
    }

    fn read_rows(&mut self, file: FileId, line: &Setting) -> Vec<WrittenRow> {
        let mut rows = Vec::new();
        for pair in line.values.chunks(2) {
            let [share, long] = pair else { continue };
            let share_at = Place { file, span: share.span };
            let long_at = Place { file, span: long.span };
            let text = self.text(share_at);
            let parsed =
                text.strip_suffix('%').and_then(Percent::parse).filter(|p| p.share() > 0.0 && p.share() <= 1.0);
            if parsed.is_none() && !self.has_syntax_problem(share_at) {
                self.found.push(say::bad_share(share_at, text));
            }
            let minutes = self.read_duration(long_at);
            if minutes.is_some_and(|ms| ms % 60_000 != 0) {
                self.found.push(say::out_of_bounds(long_at, "alert windows are whole minutes"));
                continue;
            }
            if let (Some(share), Some(ms)) = (parsed, minutes) {
                let (long, place) = (ms / 60_000, Place { file, span: share_at.span.to(long_at.span) });
                let same = |row: &&WrittenRow| row.long == long && row.share.text() == share.text();
                if let Some(first) = rows.iter().find(same) {
                    self.found.push(say::duplicate_setting(place, first.place, self.text(place)));
                    continue;
                }
                rows.push(WrittenRow { share, long, place });
            }
        }
        rows
    }

    /// The alerts that hold for something whose layers are given from far to near. `window` and the shortest long window are in minutes.
    pub fn cascade_alerts<'l>(
        &mut self,
        layers: impl Iterator<Item = &'l AlertsLayer>,
        window: u64,
        shortest: u64,
    ) -> Alerts {
        let mut page: Option<Vec<WrittenRow>> = None;
        let mut ticket: Option<Vec<WrittenRow>> = None;
        let (mut page_built_in, mut ticket_built_in) = (true, true);
        let mut alerts = Alerts {
            rows: Vec::new(),
            need: Given::built_in(3),
            no_data: Some((15, Urgency::Ticket)),
            left: Percent::parse("25").map(|p| (p, Urgency::Ticket)),
            blocked: Some(Urgency::Page),
            all_off: false,
        };
        for layer in layers {
            if layer.off {
                (page, ticket, page_built_in, ticket_built_in) = (None, None, false, false);
                (alerts.no_data, alerts.left, alerts.blocked) = (None, None, None);
                alerts.all_off = true;
            }
            if let Some(rows) = &layer.page {
                (page, page_built_in) = (rows.clone(), false);
                alerts.all_off &= rows.is_none();
            }
            if let Some(rows) = &layer.ticket {
                (ticket, ticket_built_in) = (rows.clone(), false);
                alerts.all_off &= rows.is_none();
            }
            if let Some(need) = &layer.need {
                alerts.need = need.clone();
            }
            alerts.no_data = layer.no_data.unwrap_or(alerts.no_data);
            alerts.left = layer.left.unwrap_or(alerts.left);
            alerts.blocked = layer.blocked.unwrap_or(alerts.blocked);
        }
        if page_built_in {
            alerts.rows.extend(built_in_rows(Urgency::Page, window));
        }
        alerts.rows.extend(self.written_rows(Urgency::Page, page.unwrap_or_default(), window, shortest));
        if ticket_built_in {
            alerts.rows.extend(built_in_rows(Urgency::Ticket, window));
        }
        alerts.rows.extend(self.written_rows(Urgency::Ticket, ticket.unwrap_or_default(), window, shortest));
        alerts.rows = without_repeats(std::mem::take(&mut alerts.rows));
        alerts
    }

    fn written_rows(&mut self, urgency: Urgency, rows: Vec<WrittenRow>, window: u64, shortest: u64) -> Vec<Row> {
        let mut kept = Vec::new();
        for WrittenRow { share, long, place } in rows {
            if long > window || long < shortest {
                self.found.push(say::row_out_of_window(place, long, window, shortest));
                continue;
            }
            let burn = share.share() * window as f64 / long as f64;
            kept.push(Row { urgency, long, burn, share: Some(share), place: Some(place) });
        }
        kept
    }
}

/// A row is left out only if window and burn are both equal to another's of its urgency: a 6h row with the burn of a 1h row still
/// catches sparse failures.
fn without_repeats(rows: Vec<Row>) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::new();
    for row in rows {
        let same = |r: &Row| r.urgency == row.urgency && r.long == row.long && (r.burn - row.burn).abs() < 1e-9;
        if !kept.iter().any(same) {
            kept.push(row);
        }
    }
    kept
}

/// The rows that hold where no file has any. They keep the burn rates of 28d (at 30d those of 30d), none below 1, and these times:
/// 28d and more 1h 6h 1d 3d; below, in proportion, in whole hours, at least one.
fn built_in_rows(urgency: Urgency, window: u64) -> Vec<Row> {
    const DAY: u64 = 1440;
    let burn_window = if window == 30 * DAY { 30 * DAY } else { 28 * DAY };
    let rows: [(f64, u64); 2] = match urgency {
        Urgency::Page => [(0.02, 60), (0.05, 360)],
        Urgency::Ticket => [(0.10, DAY), (0.10, 3 * DAY)],
    };
    rows.map(|(share, long)| {
        let hours = (long as f64 * (window.min(28 * DAY) as f64 / (28 * DAY) as f64) / 60.0).round().max(1.0);
        let burn = (share * burn_window as f64 / long as f64).max(1.0);
        Row { urgency, long: crate::reckon::whole(hours) * 60, burn, share: None, place: None }
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(days: u64) -> Vec<(u64, String)> {
        let rows = [built_in_rows(Urgency::Page, days * 1440), built_in_rows(Urgency::Ticket, days * 1440)].concat();
        rows.iter().map(|r| (r.long / 60, format!("{:.4}", r.burn))).collect()
    }

    #[test]
    fn built_in_rows_keep_their_burn_rates() {
        let of = |hours: [u64; 4], burns: [&str; 4]| hours.into_iter().zip(burns.map(String::from)).collect::<Vec<_>>();
        let burns = ["13.4400", "5.6000", "2.8000", "1.0000"];
        assert_eq!(rows(28), of([1, 6, 24, 72], burns));
        assert_eq!(rows(90), of([1, 6, 24, 72], burns));
        assert_eq!(rows(14), of([1, 3, 12, 36], burns));
        assert_eq!(rows(7), of([1, 2, 6, 18], burns));
        assert_eq!(rows(30), of([1, 6, 24, 72], ["14.4000", "6.0000", "3.0000", "1.0000"]));
        assert_eq!(rows(1), of([1, 1, 1, 3], burns));
    }
}
