//! Words that people bring from other tools and languages, and what they are called here. What fits depends on what may stand there.

use super::{Here, syntax};
use crate::diagnostic::Diagnostic;
use crate::schema::kind::{Kind, Set};

/// Words of other tools for a word of ours; the first that may stand there is meant.
const WORDS: &[(Kind, &[&str])] = &[
    (Kind::Use, &["import", "include", "require", "from", "load"]),
    (Kind::Template, &["macro", "function", "func", "fn", "def"]),
    (Kind::Site, &["cluster", "region", "datacenter", "environment"]),
    (Kind::Defaults, &["default", "global", "globals", "settings", "config"]),
    (Kind::Journey, &["service", "flow", "workflow", "slo", "slos"]),
    (Kind::Step, &["stage", "phase", "action", "task"]),
    (Kind::Sli, &["slo", "indicator", "metric", "objective", "check", "slos", "slis"]),
    (Kind::Target, &["objective", "goal", "slo", "availability", "threshold"]),
    (Kind::Window, &["period", "rolling", "time_window", "timeWindow", "budget"]),
    (Kind::Owner, &["team", "service_owner"]),
    (Kind::Alerts, &["alerting", "burnrates", "alert"]),
    (Kind::Good, &["success", "successes", "ok"]),
    (Kind::Bad, &["error", "errors", "failure", "failures", "error_query", "errorQuery"]),
    (Kind::Total, &["valid", "events", "total_query", "totalQuery"]),
    (Kind::Age, &["freshness", "staleness"]),
    (Kind::Holds, &["expr", "query", "condition", "promql", "raw", "threshold"]),
    (Kind::Up, &["uptime", "probe", "bool_gauge"]),
    (Kind::Runbook, &["runbook_url", "playbook"]),
    (Kind::By, &["grouping", "group_by"]),
    (Kind::At, &["sites"]),
    (Kind::Traffic, &["requests", "volume", "rps", "qps"]),
    (Kind::Delivers, &["deploys", "ships"]),
    (Kind::Scrape, &["scrape_interval"]),
    (Kind::Evaluate, &["evaluation_interval", "eval_interval"]),
    (Kind::ExternalLabels, &["externalLabels"]),
    (Kind::NoData, &["nodata", "noData", "absent", "missing"]),
    (Kind::Need, &["min_events", "minimum", "at_least"]),
    (Kind::Left, &["remaining", "budget_left"]),
    (Kind::Page, &["critical", "pager", "paging"]),
    (Kind::Ticket, &["warning", "warn", "notify"]),
    (Kind::Under, &["below", "within", "less", "lower", "faster", "beneath", "lt", "lte", "le"]),
    (Kind::In, &["within", "over", "for", "per", "during", "of"]),
    (Kind::Off, &["false", "no", "none", "disabled", "disable", "never", "null"]),
];

/// What a word of other tools is called here, of what may stand there.
pub fn called_here(word: &str, among: Set) -> Option<Kind> {
    WORDS.iter().find(|(kind, words)| among.has(*kind) && words.contains(&word)).map(|(kind, _)| *kind)
}

/// The operators that other languages have in place of PromQL's four. The first of a row is PromQL's.
const OPERATORS: &[(&str, &[&str])] = &[
    ("=", &["=>", "==", "===", ":", ":=", "=="]),
    ("!=", &["=!", "<>", "!==", "!:", "!"]),
    ("=~", &["~", "~=", "~~", "=~=", "==~", ":~"]),
    ("!~", &["!=~", "=!~", "!~=", "~!"]),
];

/// `job=>"shop"`, `code=!"500"`: between a label and its value.
pub(super) fn foreign_operator(here: &Here) -> Option<Diagnostic> {
    let is_sign = |i: usize| {
        let token = here.tokens[i];
        let known = matches!(token.kind, Kind::Eq | Kind::Ne | Kind::Re | Kind::Nre | Kind::Colon);
        !token.first_on_line && (known || matches!(token.span.of(here.text), "<" | ">" | "!" | "~"))
    };
    if !is_sign(here.index) || !(here.expected.has(Kind::Operator) || here.expected.has(Kind::Raw)) {
        return None;
    }
    let joined = |i: usize| here.tokens[i].span.end == here.tokens[i + 1].span.start && is_sign(i);
    let (mut from, mut to) = (here.index, here.index);
    while from > 0 && here.index - from < 4 && joined(from - 1) {
        from -= 1;
    }
    while to - from < 4 && joined(to) && is_sign(to + 1) {
        to += 1;
    }
    let opens = here.tokens[from.checked_sub(2)?].kind;
    if !here.tokens[from - 1].kind.is_name() || !matches!(opens, Kind::LBrace | Kind::Comma) {
        return None;
    }
    let at = here.at(here.tokens[from].span.to(here.tokens[to].span));
    let written = at.span.of(here.text);
    let Some((right, _)) = OPERATORS.iter().find(|(_, others)| others.contains(&written)) else {
        let compares = written.starts_with(['<', '>']);
        return compares.then(|| {
            syntax(format!("a selector compares text, and has no `{written}`"), at, "expected `=`, `!=`, `=~` or `!~`")
                .help("a range of numbers is a regular expression: `code=~\"5..\"`")
        });
    };
    let d = syntax(format!("`{written}` is written `{right}`, as in PromQL's selectors"), at, "no operator of PromQL");
    Some(d.fix(format!("write `{right}`"), at, *right))
}

/// `{ team: "shop" }`, `{ team = "shop" }` where pairs stand.
pub(super) fn sign_in_pairs(here: &Here) -> Option<Diagnostic> {
    let before = here.before().filter(|t| t.kind.is_name())?;
    let value = here.after();
    let is_pair = matches!(here.found.kind, Kind::Eq | Kind::Colon) && !value.first_on_line;
    let is_pair = is_pair && (value.kind == Kind::Str || value.kind.is_name());
    if !is_pair || !here.expected.has(Kind::Str) || here.expected.len() > 1 {
        return None;
    }
    let key = before.span.of(here.text);
    let written = value.span.of(here.text);
    let written = if value.kind == Kind::Str { written.to_string() } else { format!("\"{written}\"") };
    let all = here.at(crate::source::Span { start: before.span.end, end: value.span.end });
    let message = format!("the value follows `{key}` without `{}`", here.word);
    let d = syntax(message, here.place(), "not expected here").help(format!("`{key} {written}`"));
    Some(d.fix(format!("remove `{}`", here.word), all, format!(" {written}")))
}

/// `sli x { http.available(job: "shop") … }`
pub(super) fn call_in_braces(here: &Here) -> Option<Diagnostic> {
    let begins = here.found.kind.is_name() && matches!(here.after().kind, Kind::Dot | Kind::LParen | Kind::Name);
    if !begins || !here.expected.has(Kind::Measure) || here.report.entry.is_some() {
        return None;
    }
    let first = here.index + usize::from(here.found.kind == Kind::Use);
    let rest = &here.tokens[first..];
    let end = first + rest.iter().position(|t| matches!(t.kind, Kind::RParen | Kind::Eof | Kind::RBrace))?;
    let closed = here.tokens[end].kind == Kind::RParen;
    let call = here.tokens[first].span.to(here.tokens[end].span);
    let d = syntax("a template is called before the braces, behind `=`", here.at(call), "not a measure");
    let opener = here.before().filter(|t| t.kind == Kind::LBrace);
    Some(match opener {
        Some(opener) if closed => {
            let right = format!("= {} {{", call.of(here.text));
            d.help(format!("`sli NAME {right} target 99% }}`")).fix(
                format!("write `{right}`"),
                here.at(opener.span.to(call)),
                right,
            )
        }
        _ => d.help("`sli NAME = template(…) { target 99% }`"),
    })
}

/// `=` between the name of an argument and its value, or braces around both.
pub(super) fn argument_in_another_form(here: &Here) -> Option<Diagnostic> {
    let form = "an argument is written `job: \"shop\"`";
    if here.found.kind == Kind::LBrace && here.expected.has(Kind::LParen) {
        let signs = Set::of(&[Kind::Eq, Kind::Ne, Kind::Re, Kind::Nre, Kind::Colon]);
        let second = here.tokens.get(here.index + 2)?;
        if !here.after().kind.is_name() || !signs.has(second.kind) {
            return None;
        }
        let rest = &here.tokens[here.index + 1..];
        let close = here.index + 1 + rest.iter().position(|t| matches!(t.kind, Kind::RBrace | Kind::Eof))?;
        let inside = &here.tokens[here.index + 1..close];
        let mut text = String::from("(");
        for token in inside {
            match token.kind {
                kind if signs.has(kind) => text.push_str(": "),
                Kind::Comma => text.push_str(", "),
                _ => text.push_str(token.span.of(here.text)),
            }
        }
        text.push(')');
        let at = here.at(here.found.span.to(here.tokens[close].span));
        let d = syntax("the arguments of a template stand in parentheses", at, "not a selector");
        return Some(d.help(format!("so it is called: `{text}`")).fix("write parentheses", at, text));
    }
    if here.found.kind != Kind::Eq || !here.expected.has(Kind::Colon) {
        return None;
    }
    // that of a template's own parameter has another meaning
    let opener = here.tokens[..here.index].iter().rposition(|t| t.kind == Kind::LParen)?;
    if opener.checked_sub(2).is_some_and(|i| here.tokens[i].kind == Kind::Template) {
        return None;
    }
    let gap = here.at(crate::source::Span { start: here.report.before, end: here.after().span.start });
    let message = "the value of an argument follows its name and `:`";
    Some(syntax(message, here.place(), "not expected here").help(form).fix("write `:`", gap, ": "))
}

/// `60 per day`, `10 req/s`, `10 rps`: the rate, and where it ends.
pub(super) fn rate_in_words(here: &Here) -> Option<(String, crate::source::Span)> {
    let word = |n: usize| here.tokens.get(here.index + n).filter(|t| !t.first_on_line).map(|t| t.span.of(here.text));
    let short = match word(1)? {
        "rps" | "qps" => Some((1, "s")),
        "rpm" => Some((1, "min")),
        _ => None,
    };
    let long = || {
        let counted = usize::from(matches!(word(1)?, "req" | "reqs" | "requests" | "request" | "events" | "calls"));
        matches!(word(1 + counted)?, "per" | "/" | "a" | "each").then_some(())?;
        let unit = crate::syntax::lexer::number::rate_unit(word(2 + counted)?)?;
        Some((2 + counted, unit))
    };
    let (last, unit) = short.or_else(long)?;
    Some((format!("{}/{unit}", here.word), here.found.span.to(here.tokens[here.index + last].span)))
}
