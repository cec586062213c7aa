//! A measure that comes to the same whatever happens: a condition that is never 0, two counters that are one, the age of an age.

use super::{Check, Lint, not_a_condition};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::ALWAYS_THE_SAME;
use crate::measure::age::Age;
use crate::measure::events::Events;
use crate::measure::{Measure, Query, Raw};
use crate::model::{Journey, Sli};
use crate::promql::ast::{BinaryOp, Expr};
use crate::promql::values::{Why, is_never_zero, why_never_zero};
use crate::promql::write::seconds;
use crate::promql::{self, ParamType, Range, walk};
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &ALWAYS_THE_SAME, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let said = match &sli.measure {
            Measure::Holds(holds) => never_bad(&holds.expr, "holds"),
            Measure::Up(up) => match &up.query {
                Query::Raw(raw) => never_bad(raw, "up"),
                Query::Selector(_) => None,
            },
            Measure::Events(events) => one_counter(events, sli),
            Measure::Age(age) => of_an_age(age),
            Measure::Latency(_) => None,
        };
        let Some(d) = said.filter(|d| !seen.contains(&d.place())) else { continue };
        seen.push(d.place());
        found.push(d);
    }
}

/// What stands between backticks, read as it stands there; with parameters the text is another one.
fn as_written(raw: &Raw) -> Option<Expr> {
    let window = |name: &str| (name == "window").then_some(ParamType::Duration);
    promql::parse(&raw.inside, &window).ok()
}

/// A condition that is 1, another number or nothing, and never 0.
fn never_bad(raw: &Raw, word: &str) -> Option<Diagnostic> {
    let evaluated = promql::parse(&raw.text, &|_| None).ok()?;
    // of a number it is said how to compare it
    if !is_never_zero(&evaluated) || not_a_condition::speaks(raw, word) {
        return None;
    }
    let written = as_written(raw);
    let is_as_written = written.is_some();
    let expr = written.or_else(|| promql::parse(&raw.written, &|_| None).ok())?;
    let text = if is_as_written { &raw.inside } else { &raw.written };
    let shown = |range: Range| {
        let part = range.of(text);
        if part.chars().count() > 60 || part.contains('\n') { "…" } else { part }
    };
    // the comparison at the top of `holds` gets `bool`
    let compares = |expr: &&Expr| matches!(expr, Expr::Binary(node) if node.op.is_comparison());
    let top = Some(expr.without_parens()).filter(|top| word == "holds" && compares(top));
    let says = |why: &str| {
        let message = format!("`{word}` is bad while its value is 0, and this is never 0: {why}");
        Diagnostic::new(&ALWAYS_THE_SAME, message, raw.place, "never bad")
    };
    let holds = if word == "holds" { "" } else { "`holds` and " };
    Some(match why_never_zero(&expr, top) {
        Why::Filter(node) => {
            let at = node.op_span.end;
            let part = node.left.span().to(node.right.span());
            let gap = if text[at as usize..].starts_with([' ', '\n', '\t']) { "" } else { " " };
            let (left, right) = (Range::new(part.start, at).of(text), Range::new(at, part.end).of(text));
            let better = format!("{left} bool{gap}{right}");
            let better = if shown(part) == "…" { "…".to_string() } else { better };
            let d = says(&format!("`{}` without `bool` drops what is false", shown(part)))
                .help(format!("`{better}` is 0 while it is false"));
            if !is_as_written {
                return Some(d);
            }
            let insert = Place { span: raw.place.span.part(1 + at, 1 + at), ..raw.place };
            d.fix("write `bool`", insert, format!(" bool{gap}"))
        }
        Why::Absent(node) => {
            let name = &node.function.text;
            let of = node.args.first().map_or("…", |arg| shown(arg.span()));
            let there = if name == "absent" { of.to_string() } else { format!("present_over_time({of})") };
            says(&format!("`{name}` gives 1 or nothing")).help(format!(
                "what is there can be counted: {holds}`(count({there}) or vector(0)) == 0` where it must not be there"
            ))
        }
        Why::Count(part) => {
            let Expr::Aggregate(node) = part else { return None };
            if node.op.text == "group" {
                says("`group` is 1 whatever it groups").help("`min` or `max` of what is 0 or 1")
            } else if node.grouping.is_some() {
                says("where there is nothing, `count` gives no 0")
                    .help(format!("a 0 for what is always there: `{} or 0 * …`", shown(node.span)))
            } else {
                says("where there is nothing, `count` gives no 0")
                    .help(format!("a 0 for nothing: {holds}`({} or vector(0)) > 0`", shown(node.span)))
            }
        }
        Why::Numbers => {
            says("none of its values can be").help("a comparison of what may go wrong is 0 while it is false")
        }
    })
}

/// Two of the three that count the same.
fn one_counter(events: &Events, sli: &Sli) -> Option<Diagnostic> {
    let (part, word, other, so) = match events {
        Events::GoodTotal { good, total } if good.canonical() == total.canonical() => {
            (good, "good", (total, "total"), "no event is ever bad")
        }
        Events::BadTotal { bad, total } if bad.canonical() == total.canonical() => {
            (bad, "bad", (total, "total"), "every event is bad")
        }
        Events::GoodBad { good, bad } if good.canonical() == bad.canonical() => {
            (bad, "bad", (good, "good"), "half of all events are bad at any time")
        }
        _ => return None,
    };
    // what a template counts is so by what the call gives it
    let place = if part.place().file == sli.place.file { part.place() } else { sli.name.place };
    let d = Diagnostic::new(
        &ALWAYS_THE_SAME,
        format!("`{word}` and `{}` count the same: {so}", other.1),
        place,
        "the same events",
    );
    let d = if other.0.place().file == place.file { d.and(other.0.place(), "as these") } else { d };
    let op = if word == "good" { "!~" } else { "=~" };
    Some(d.help(format!(
        "`{word}` asks for what became of an event, as in `code{op}\"5..\"`; `=~\".*\"` asks for nothing"
    )))
}

/// An age where a time is asked for: now minus it is some fifty years.
fn of_an_age(age: &Age) -> Option<Diagnostic> {
    let says = |place: Place, what: &str| {
        let message = format!(
            "`age` takes a time and reckons the age itself; {what} is an age already, so that every minute is bad"
        );
        Diagnostic::new(&ALWAYS_THE_SAME, message, place, "always bad")
    };
    match &age.query {
        Query::Selector(selector) => {
            let name = &selector.name;
            let is_age = name.ends_with("_age") || name.ends_with("_age_seconds");
            is_age.then(|| {
                says(selector.place, &format!("`{name}`")).help(format!(
                    "`holds` compares it: `` holds `{} <= {}` ``",
                    selector.text(),
                    seconds(age.bound)
                ))
            })
        }
        Query::Raw(raw) => {
            let expr = promql::parse(&raw.written, &|_| None).ok()?;
            let Expr::Binary(node) = expr.without_parens() else { return None };
            let is_now = matches!(node.left.without_parens(), Expr::Call(call) if call.function.text == "time");
            if node.op != BinaryOp::Sub || !is_now || !is_a_time(&node.right) {
                return None;
            }
            let d = says(raw.place, "`time() - …`");
            // the same place in the text as it stands, without parameters
            let (Some(Expr::Binary(written)), false) = (as_written(raw), raw.inside.contains('\n')) else {
                return Some(d.help("without `time() -`"));
            };
            let time = written.right.span().of(&raw.inside);
            let time = if matches!(&written.right, Expr::Selector(s) if s.offset.is_none() && s.at.is_none()) {
                time.to_string()
            } else {
                format!("`{time}`")
            };
            Some(d.help("the time alone, without `time() -`").fix("remove `time() -`", raw.place, time))
        }
    }
}

/// Whether what is read is a time by its name: an age in seconds may well be taken from `time()` to get one.
fn is_a_time(expr: &Expr) -> bool {
    let mut names = Vec::new();
    let mut asks = false;
    walk(expr, &mut |part| match part {
        Expr::Selector(node) => names.extend(node.name.as_ref().map(|name| name.text.as_str())),
        Expr::Range(node) => names.extend(node.selector.name.as_ref().map(|name| name.text.as_str())),
        Expr::Call(node) => asks |= node.function.text == "timestamp",
        _ => {}
    });
    let ends = ["_timestamp", "_timestamp_seconds", "_time_seconds", "_created"];
    let is_plain =
        |expr: &Expr| matches!(expr.without_parens(), Expr::Selector(_) | Expr::Call(_) | Expr::Aggregate(_));
    is_plain(expr) && (asks || !names.is_empty() && names.iter().all(|name| ends.iter().any(|end| name.ends_with(end))))
}
