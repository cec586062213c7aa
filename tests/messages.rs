//! What typical mistakes in syntax are told: each snapshot holds the text and the message; each fix is applied and must help.

mod corpus;

use corpus::parsed;
use std::fmt::Write;
use tabi::diagnostic::{Diagnostic, Severity};
use tabi::project::{Options, in_memory};
use tabi::source::SourceFile;

/// The text after a fix.
fn fixed(text: &str, diagnostic: &Diagnostic) -> Option<String> {
    let mut edits = diagnostic.fixes.first()?.edits.clone();
    edits.sort_by_key(|e| std::cmp::Reverse(e.place.span.start));
    let mut text = text.to_string();
    for edit in edits {
        text.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
    }
    Some(text)
}

fn shown(text: &str) -> String {
    let file = SourceFile::new("x.tabi", text);
    let mut out = format!("{}\n----\n", text.trim_end());
    for d in parsed(text).1 {
        let _ = writeln!(out, "{}[{}]: {}", d.severity.text(), d.name(), d.message);
        for label in &d.labels {
            let at = file.line_column(label.place.span.start);
            let _ = writeln!(out, "  {}:{} `{}` {}", at.line, at.column, label.place.span.of(text), label.text);
        }
        out.extend(d.help.iter().map(|h| format!("  help: {h}\n")));
        for fix in &d.fixes {
            let _ = writeln!(out, "  fix: {}", fix.title);
        }
    }
    out
}

/// All first fixes applied, last first; the messages that are left.
fn repaired(text: &str) -> (String, Vec<String>) {
    let mut text = text.to_string();
    // a fix may bring to light what stood behind it
    for _ in 0..5 {
        let complaints = parsed(&text).1;
        match complaints.iter().rev().find_map(|d| fixed(&text, d)) {
            Some(better) => text = better,
            None => break,
        }
    }
    let left = parsed(&text).1.into_iter().map(|d| d.message).collect();
    (text, left)
}

macro_rules! mistakes {
    ($($name:ident $repairs:ident $text:literal)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(shown($text));
            let (text, left) = repaired($text);
            match stringify!($repairs) {
                "repaired" => assert!(left.is_empty(), "{text}\n{left:?}"),
                _ => assert!(!left.is_empty(), "a fix helps, which is worth noting: {text}"),
            }
        }
    )*};
}

// `repaired`: the fixes make a valid text of it. `told`: only a person can know what was meant.
mistakes! {
    a_file_under_another_name repaired "use \"./sites.tabi\" as sites\nuse std.http as web\nuse './more.tabi' as\n"
    forgotten_closing_brace repaired "user journey a {\n  step b {\n    sli c = t() { target 99% }\n  target 98%\n}\n"
    forgotten_closing_brace_before_a_declaration repaired "user journey a {\n  target 98%\n\nuser journey b {\n  target 98%\n}\n"
    forgotten_opening_brace repaired "user journey a\n  target 98%\n}\n"
    one_brace_too_many repaired "user journey a {\n  target 98%\n}\n}\n"
    forgotten_parenthesis repaired "user journey a {\n  sli b = t(1s { target 99% }\n}\n"
    forgotten_quotes_of_a_title repaired "user journey checkout Checkout {\n  target 98%\n}\n"
    forgotten_quotes_of_a_value repaired "template t() {\n  good x_total{job=cart}\n  total x_total\n}\n"
    forgotten_closing_quote repaired "user journey a \"A {\n  target 98%\n}\n"
    forgotten_quotes_of_a_runbook repaired "defaults {\n  runbook https://example.com/x\n}\n"
    forgotten_backtick repaired "template t() {\n  holds `a < 5\n}\n"
    forgotten_backticks repaired "template t() {\n  holds a < 5\n}\n"
    promql_without_backticks repaired "template t() {\n  good sum(rate(x_total[5m]))\n  total y_total\n}\n"
    decimal_comma repaired "user journey a {\n  target 99,9%\n}\n"
    blank_before_percent repaired "user journey a {\n  target 99.9 %\n}\n"
    percent_forgotten repaired "user journey a {\n  target 99.9\n}\n"
    fraction_of_a_second repaired "template t() {\n  latency x_seconds under 0.3s\n}\n"
    blank_in_a_duration repaired "template t() {\n  latency x_seconds under 300 ms\n}\n"
    duration_without_a_unit told "template t() {\n  latency x_seconds under 300\n}\n"
    blanks_in_a_rate repaired "user journey a {\n  traffic 60 / day\n}\n"
    rate_per_what told "user journey a {\n  traffic 60/month\n}\n"
    rate_in_words repaired "user journey a {\n  traffic 60 per day\n}\n"
    full_width repaired "user journey a ｛\n  target ９９％\n｝\n"
    full_width_quotes repaired "user journey a “予約” {\n  target 99%\n}\n"
    misspelt_setting repaired "user journey a {\n  tarket 99%\n}\n"
    invented_setting told "user journey a {\n  frobnicate 99%\n  target 98%\n}\n"
    misspelt_declaration repaired "defalts {\n  window 28d\n}\n"
    misspelt_word repaired "template t() {\n  latency x_seconds udner 300ms\n}\n"
    whose_journey repaired "journey a {\n  target 99%\n}\n"
    misspelt_audience repaired "usr journey a {\n  target 99 %\n}\n\ndevelper journey b {\n  delivers a\n}\n\noperater journey c \"C\" {\n}\n\nops journey d {\n}\n"
    audience_of_another_language repaired "customer journey a {\n  target 99%\n}\n"
    equals_after_a_setting repaired "user journey a {\n  target = 99%\n  owner = payments\n}\n"
    colon_after_a_setting repaired "user journey a {\n  target: 99%\n  owner: payments\n}\n"
    semicolons repaired "user journey a {\n  target 99%;\n  owner payments;\n}\n"
    commas_between_settings repaired "user journey a {\n  target 99%,\n  owner payments,\n}\n"
    yaml told "user:\n  journey: checkout\n  target: 99.9%\n"
    keyword_as_a_name_on_its_line told "user journey a {\n  owner\n  target 99%\n}\n"
    missing_comma_between_matchers repaired "template t() {\n  good x_total{a=\"1\" b=\"2\"}\n  total x_total\n}\n"
    missing_comma_between_arguments repaired "user journey a {\n  sli b = t(1s 2s) { target 99% }\n}\n"
    double_equals repaired "template t() {\n  good x_total{a==\"1\"}\n  total x_total\n}\n"
    comma_at_the_end_of_a_list repaired "defaults {\n  at tokyo, osaka,\n  window 28d\n}\n"
    under_missing repaired "template t() {\n  latency x_seconds 300ms\n}\n"
    under_as_a_sign repaired "template t() {\n  latency x_seconds < 300ms\n}\n"
    journey_in_a_journey repaired "user journey a {\n  user journey b {\n    target 99%\n  }\n}\n"
    step_in_a_step repaired "user journey a {\n  step b {\n    step c {\n    }\n  }\n}\n"
    name_in_capitals repaired "user journey Checkout-Flow \"Checkout\" {\n  step payByCard { sli Fast = t() { target 9% } }\n}\n"
    hyphen_in_a_reference repaired "developer journey a {\n  delivers check-out\n  owner platform-team\n}\n"
    name_in_another_script told "user journey 予約 {\n  target 99%\n}\n"
    name_forgotten told "user journey {\n  target 99%\n}\n"
    call_without_parentheses repaired "user journey a {\n  sli b = t { target 99% }\n}\n"
    call_without_a_block told "user journey a {\n  sli b = t()\n}\n"
    in_missing repaired "defaults {\n  alerts { page 2% 1h }\n}\n"
    regex_escape repaired "template t() {\n  good x_total{a=~\"\\d+\"}\n  total x_total\n}\n"
    comment_of_another_language repaired "// shop\nuser journey a {\n  target 99%\n}\n"
    use_with_quotes_forgotten repaired "use ./sites.tabi\n"
    declaration_of_another_tool repaired "user journey a {\n  stage b {\n    slo c {\n      target 99%\n    }\n  }\n}\n"
    misspelt_journey repaired "user jorney a \"A\" {\n  target 99%\n}\n\nuser b {\n  target 99%\n}\n"
    quotes_around_names_and_values repaired "user journey \"Pay now\" {\n  step \"pay\" {\n    sli fast = t() { target \"99%\" }\n  }\n}\n"
    typographic_quotes repaired "user journey a “The customer’s way” {\n  owner “team a\"\n  target 99%\n}\n"
    two_words_without_quotes repaired "user journey a {\n  owner team a\n  target 99%\n}\n"
    lines_of_yaml repaired "user journey a {\n  team: payments\n  objective: 99.9\n}\n"
    signs_in_alerts repaired "defaults {\n  alerts { page = off, ticket: off }\n}\n"
    signs_in_labels repaired "defaults {\n  labels {\n    tier: \"1\"\n    team = pay\n  }\n  window 28d\n}\n"
    specification_of_another_tool told "version: \"prometheus/v1\"\nslos:\n  - name: a\n    objective: 99.9\n"
    operators_of_other_languages repaired "template t() {\n  good x_total{a=>\"1\", b=!\"2\", c ~ \"3\", d: \"4\", e<>\"5\"}\n  total x_total\n}\n"
    operator_that_compares told "template t() {\n  good x_total{code<\"500\"}\n  total x_total\n}\n"
    lists_in_other_forms repaired "user journey a {\n  at tokyo osaka nagoya\n  delivers [b, \"c\"]\n  buckets 100ms 500ms\n  by \"repo\"\n}\n"
    rows_without_a_comma repaired "defaults {\n  alerts {\n    page 2% in 1h 5% over 6h\n  }\n}\n"
    burn_rates told "defaults {\n  alerts {\n    page 14.4x in 1h\n  }\n}\n"
    who_is_told repaired "defaults {\n  alerts {\n    page false\n    no_data ticket 15m\n    left 10%\n  }\n}\n"
    nobody_is_told repaired "defaults {\n  alerts { left 0% }\n}\n"
    a_word_too_many repaired "defaults {\n  alerts { no_data for 15m page }\n}\n"
    call_without_equals repaired "user journey a {\n  sli b http.fast(job: \"pay\") { target 99% }\n}\n"
    call_in_braces repaired "user journey a {\n  sli b { use http.fast(job: \"pay\")\n    target 99% }\n  sli c { http.fast(job: \"pay\")\n    target 99% }\n}\n"
    arguments_in_other_forms repaired "user journey a {\n  sli b = http.fast(job = \"pay\") { target 99% }\n  sli c = http.fast{job=\"pay\", limit=\"1s\"} { target 99% }\n}\n"
    slash_in_a_module repaired "use std/http\n"
    promql_behind_a_colon repaired "template t() {\n  good: sum(rate(x_total[{{.window}}]))\n  total: sum(rate(x_total[$__rate_interval]))\n}\n"
    words_for_under repaired "template a() {\n  latency x_seconds below 300ms\n}\ntemplate b() {\n  latency x_seconds less than 300ms\n}\n"
    parameters_without_types told "template t(job, limit) {\n  up x\n}\n"
    rates_in_other_words repaired "user journey a {\n  traffic 10 req/s\n}\nuser journey b {\n  traffic 10rps\n}\n"
    type_of_a_parameter_forgotten repaired "template t(limit = 1s) {\n  up x\n}\n"
}

/// The errors of a text when it is built.
fn errors(text: &str) -> Vec<Diagnostic> {
    let (mut sources, units, mut found) = in_memory(&[("x.tabi".to_string(), text.to_string())]);
    let broken = !found.is_empty();
    found.extend(tabi::compile(&mut sources, &units, &Options::default(), broken).1);
    found.retain(|d| d.severity == Severity::Error);
    found
}

/// Who copies what a message offers has what builds: each error has a fix, the words show the same text, and one round of fixes is enough.
#[test]
fn what_a_message_offers_builds() {
    offered(&[
        ("latency x_seconds under 100ms\nbuckets 0.1\n", "latency x_seconds under 100ms\nbuckets 100ms\n"),
        (
            "latency x_seconds under 100ms\nbuckets 0.005, 0.1, 1, 2.5\n",
            "latency x_seconds under 100ms\nbuckets 5ms, 100ms, 1s, 2500ms\n",
        ),
        ("latency x_seconds under 0.25\n", "latency x_seconds under 250ms\n"),
        ("latency x_seconds{a=\"b\"}[5m] under 1s\n", "latency x_seconds{a=\"b\"} under 1s\n"),
        ("latency x_seconds_bucket{a=\"b\", le=\"0.5\"} under 1s\n", "latency x_seconds{a=\"b\"} under 1s\n"),
        ("latency x_seconds_bucket{le=\"0.5\", a=\"b\"} under 1s\n", "latency x_seconds{a=\"b\"} under 1s\n"),
        ("latency x_seconds_bucket{le=\"0.5\"} under 1s\n", "latency x_seconds under 1s\n"),
        ("latency x_seconds{a=\"b\" under 1s\n", "latency x_seconds{a=\"b\"} under 1s\n"),
        ("latency x_seconds < 1s\n", "latency x_seconds under 1s\n"),
        ("up x{a=\"b\"}[5m]\n", "up x{a=\"b\"}\n"),
        ("up `x{a=\"b\"}[5m]`\n", "up x{a=\"b\"}\n"),
        (
            "latency x_seconds{a=\"b\", # one, two,\nle=\"0.5\", c=\"d\"} under 1s\n",
            "latency x_seconds{a=\"b\", c=\"d\"} under 1s\n",
        ),
        ("latency x_seconds{# one,\nle=\"0.5\"} under 1s\n", "latency x_seconds under 1s\n"),
        ("up max(x)\n", "up `max(x)`\n"),
        ("up x == 1\n", "holds `x == 1`\n"),
        ("up max by (a) (x{b=\"c\"}) > 0.5\n", "holds `max by (a) (x{b=\"c\"}) > 0.5`\n"),
        ("up x > bool 1\n", "up `x > bool 1`\n"),
        ("up `x == 1`\n", "holds `x == 1`\n"),
        (
            "good sum(rate(x_total[5m])) by (pod)\ntotal y_total\n",
            "good `sum(rate(x_total[$window])) by (pod)`\ntotal y_total\n",
        ),
        ("holds avg(x) < 5\n", "holds `avg(x) < 5`\n"),
        ("good x_total{code=\"1\"}[5m]\ntotal x_total[5m]\n", "good x_total{code=\"1\"}\ntotal x_total\n"),
        ("good `x_total{a=\"b\"}[5m]`\ntotal x_total\n", "good x_total{a=\"b\"}\ntotal x_total\n"),
        (
            "good sum(rate(x_total{code=\"1\"}[5m]))\ntotal sum(rate(x_total[5m]))\n",
            "good x_total{code=\"1\"}\ntotal x_total\n",
        ),
        ("bad increase(x_total{a=\"b\"}[1h])\ntotal rate(x_total[5m])\n", "bad x_total{a=\"b\"}\ntotal x_total\n"),
        (
            "bad sum by (a) (rate(x_total[5m]))\ntotal sum(rate(y_total[5m])) + sum(rate(z_total[10m]))\n",
            "bad `sum by (a) (rate(x_total[$window]))`\ntotal `sum(rate(y_total[$window])) + sum(rate(z_total[$window]))`\n",
        ),
        (
            "bad `rate(x_total[5m])`\ntotal `rate(y_total[$window])`\n",
            "bad `rate(x_total[$window])`\ntotal `rate(y_total[$window])`\n",
        ),
        ("up x\ntarget 99,95\n", "up x\ntarget 99.95%\n"),
        ("up x\nobjective 99.5%\n", "up x\ntarget 99.5%\n"),
    ]);
}

/// The same for what people bring from other tools.
#[test]
fn what_is_offered_for_other_forms_builds() {
    offered(&[
        ("up x\nobjective: 99.5%\n", "up x\ntarget 99.5%\n"),
        ("up x\ntarget \"99%\"\n", "up x\ntarget 99%\n"),
        ("bad x_total{code=>\"1\"}\ntotal x_total\n", "bad x_total{code=\"1\"}\ntotal x_total\n"),
        ("bad x_total{code=!\"1\"}\ntotal x_total\n", "bad x_total{code!=\"1\"}\ntotal x_total\n"),
        ("up x\nby \"repo\"\n", "up x\nby repo\n"),
        ("up x\nby [repo, \"branch\"]\n", "up x\nby repo, branch\n"),
        ("up x\nby repo branch\n", "up x\nby repo, branch\n"),
        ("latency x_seconds below 1s\n", "latency x_seconds under 1s\n"),
        ("latency x_seconds less than 1s\n", "latency x_seconds under 1s\n"),
        (
            "latency x_seconds under 1s\nbuckets 100ms 500ms 1s\n",
            "latency x_seconds under 1s\nbuckets 100ms, 500ms, 1s\n",
        ),
        ("up x\nalerts { page = off }\n", "up x\nalerts { page off }\n"),
        ("up x\nalerts { page none }\n", "up x\nalerts { page off }\n"),
        ("up x\nalerts { no_data ticket 15m }\n", "up x\nalerts { no_data 15m ticket }\n"),
        ("up x\nalerts { no_data page }\n", "up x\nalerts { no_data 15m page }\n"),
        ("up x\nalerts { left 10% }\n", "up x\nalerts { left 10% ticket }\n"),
        ("up x\nalerts { left 0% }\n", "up x\nalerts { left off }\n"),
        ("up x\nalerts { left 0% page }\n", "up x\nalerts { left off }\n"),
        ("up x\nscrape 0.5m\n", "up x\nscrape 30s\n"),
        (
            "bad x_total{a=\"b\"}\ntotal x_total\ntraffic 1000/d\n",
            "bad x_total{a=\"b\"}\ntotal x_total\ntraffic 1000/day\n",
        ),
        (
            "bad x_total{a=\"b\"}\ntotal x_total\ntraffic 9 per day\n",
            "bad x_total{a=\"b\"}\ntotal x_total\ntraffic 9/day\n",
        ),
        (
            "bad `rate(x_total[{{.window}}])`\ntotal `rate(y_total[$__rate_interval])`\n",
            "bad `rate(x_total[$window])`\ntotal `rate(y_total[$window])`\n",
        ),
        ("bad: rate(x_total[{{.window}}])\ntotal y_total\n", "bad x_total\ntotal y_total\n"),
    ]);
}

fn offered(cases: &[(&str, &str)]) {
    let target = "target 99%";
    for (body, wanted) in cases {
        let whole = |body: &str| {
            let target = if body.contains("target") || body.contains("objective") { "" } else { target };
            format!("user journey j {{\nstep s {{\nsli x {{\n{body}{target}\n}}\n}}\n}}\n")
        };
        let text = whole(body);
        let found = errors(&text);
        assert!(!found.is_empty(), "{text}");
        let mut edits = Vec::new();
        for d in &found {
            let fix = d.fixes.first().unwrap_or_else(|| panic!("{text}: {d:?}"));
            let words = format!("{} {}", d.message, d.help.clone().unwrap_or_default());
            for edit in &fix.edits {
                assert!(words.contains(edit.text.trim()), "the words do not show {:?}: {words}", edit.text);
            }
            edits.extend(fix.edits.clone());
        }
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span.start));
        let mut mended = text.clone();
        for edit in edits {
            mended.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
        }
        assert_eq!(mended, whole(wanted), "{found:?}");
        assert!(errors(&mended).is_empty(), "{mended}: {:?}", errors(&mended));
    }
}

/// What is said of an SLI in a journey with these lines before it: each message with its help.
fn told(head: &str, sli: &str) -> Vec<String> {
    let text = format!("{head}user journey j {{\nowner a\nstep s {{\nsli x {sli}\n}}\n}}\n");
    let (mut sources, units, mut found) = in_memory(&[("x.tabi".to_string(), text)]);
    let broken = !found.is_empty();
    found.extend(tabi::compile(&mut sources, &units, &Options::default(), broken).1);
    found.retain(|d| !matches!(d.name(), "blind-spot" | "unused"));
    found.into_iter().map(|d| format!("{} | {}", d.message, d.help.unwrap_or_default())).collect()
}

/// One mistake is one message, and it says the way out.
#[test]
fn one_mistake_is_one_message_with_a_way_out() {
    let up = |rest: &str| format!("{{\nup a{{job=\"a\"}}\nrunbook \"https://a.example.com\"\n{rest}\n}}");
    let latency = |bound: &str| format!("{{\nlatency a under {bound}\nbuckets 100ms, 500ms, 1s\ntarget 99%\n}}");
    let called = |call: &str| format!("= {call} {{\ntarget 99%\n}}");
    for (head, sli, words) in [
        ("", "{\nlatency x{job=\"a\" under 300ms\ntarget 99%\n}".to_string(), "found `under`"),
        ("", "{\nlatency x{job=\"a\", under 300ms\ntarget 99%\n}".to_string(), "found `under`"),
        ("", "{\nlatency x{ under 300ms\ntarget 99%\n}".to_string(), "found `under`"),
        (
            "use std.http\n",
            called("http.available(\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\")"),
            "takes 2 arguments, not 9 | it takes `job`, `errors`",
        ),
        ("use std.http\n", called("std.http.available(job: \"a\")"), "did you mean `http.available`?"),
        ("use std.http as h\n", called("std.http.availabel(job: \"a\")"), "did you mean `h.available`?"),
        (
            "",
            called("std.http.available(job: \"a\")"),
            "`use std.http` at the top of the file, and `http.available` here",
        ),
        ("", called("pipelines_succeed()"), "there is no template `pipelines_succeed`"),
        ("use std.http\n", called("http.available(job = \"a\")"), "follows its name and `:`"),
        ("use std.http\n", called("http.available{job=\"a\"}"), "`(job: \"a\")`"),
        ("use \"std.http\"\n", called("http.available(job: \"a\")"), "`use std.http`"),
        ("use http\n", called("http.available(job: \"a\")"), "`use std.http`"),
        ("use std/http\n", called("http.available(job: \"a\")"), "expected `.`, found `/`"),
        ("import std.http\n", called("http.available(job: \"a\")"), "did you mean `use`?"),
        ("use std.http\n", "{\nuse http.available(job: \"a\")\ntarget 99%\n}".to_string(), "behind `=`"),
        ("use std.http\n", "= http.\n".to_string(), "expected a name, found `}`"),
        ("use std.http\n", "= http.available(\n".to_string(), "expected `)`, found `}`"),
        ("", up("target 99%\nalerts { page 2% in 1h, 2% in 1h }"), "`2% in 1h` is said twice"),
        ("", up("target 99%\nalerts { left 100% ticket }"), "such as `left 25% ticket`"),
        ("", up("target 99%\ncompose average"), "`compose` does not belong"),
        ("", "{\nexpr: up == 1\ntarget 99%\n}".to_string(), "did you mean `holds`?"),
        ("template t(job: str) {\nup x{job=$job}\n}\n", called("t(job: \"a\")"), "did you mean `string`?"),
        ("", latency("500s"), "no bucket at 500s, which are 8m20s; it has one at 500ms | did you mean `500ms`?"),
        ("", latency("400ms"), "no bucket at 400ms; the nearest is 500ms"),
        ("", "{\nage x under 1.5\ntarget 99%\n}".to_string(), "one and a half hours are `90m`"),
        ("", up("target 99%\nat tokyo"), "a site is declared at the top of a file: `site tokyo { external_labels {"),
        (
            "site osaka { external_labels { region \"osaka\" } }\n",
            up("target 99%\nat tokyo"),
            "no site `tokyo` | the only site here is `osaka`",
        ),
        ("", up("target 101%"), "more than all events cannot be good"),
        ("", up("target 0%"), "0 % promises nothing"),
        ("", up("target 99.1234567890123%"), "at most 12 decimals"),
        ("defaults {\nwindow 12h\n}\n", up("target 99%"), "`window 1d` is the shortest"),
        ("defaults {\nwindow 2y\n}\n", up("target 99%"), "`window 1y` is the longest"),
        ("defaults {\nwindow 1d30s\n}\n", up("target 99%"), "`window 1d`, or `window 28d`"),
    ] {
        let said = told(head, &sli);
        assert!(said.len() == 1 && said[0].contains(words), "{sli}: {said:#?}");
    }
    let without = |alerts: &str| told("", &format!("{{\nup a{{job=\"a\"}}\ntarget 99%\nalerts {{ {alerts} }}\n}}"));
    assert!(without("")[0].starts_with("whoever is woken for 1 sli of j is not told"), "{:?}", without(""));
    assert!(without("page off")[0].starts_with("whoever gets the tickets of 1 sli of j is not told"));
    assert!(without("page off ticket off no_data off left off").is_empty());
}

/// What stands around a mistake is one mistake too, and what is declared behind it is still known.
#[test]
fn what_is_broken_is_said_once() {
    let sli = "sli x { up a{job=\"a\"}\ntarget 99% }";
    let whole = |name: &str| format!("user journey {name} {{\nowner a\n{sli}\n}}\n");
    for (text, words) in [
        (format!("user jorney a {{\nowner a\n{sli}\n}}\n"), "did `journey` stand here?"),
        (format!("user checkout \"A\" {{\nowner a\n{sli}\n}}\n"), "expected `journey`"),
        ("user journey a {\nowner a\nstep s {\nslo x { up a\ntarget 99% }\n}\n}\n".to_string(), "did you mean `sli`?"),
        (format!("user journey a {{\nowner a\nstage s {{\n{sli}\n}}\n}}\n"), "did you mean `step`?"),
        (format!("sit tokyo {{\n}}\nuser journey a {{\nowner a\nat tokyo\n{sli}\n}}\n"), "did you mean `site`?"),
        (
            format!("{}developer journey d {{\nowner a\ndelivers a b\n{sli}\n}}\n{}", whole("a"), whole("b")),
            "`delivers a, b`",
        ),
        (
            format!("{}developer journey d {{\nowner a\ndelivers check_out\n{sli}\n}}\n", whole("check-out")),
            "is written `check_out`",
        ),
    ] {
        let found = errors(&text);
        let said: Vec<String> =
            found.iter().map(|d| format!("{} | {}", d.message, d.help.clone().unwrap_or_default())).collect();
        assert!(said.len() == 1 && said[0].contains(words), "{text}: {said:#?}");
    }
}

/// An editor asks while people write: what is half written loses nothing of the rest.
#[test]
fn half_written_text_keeps_the_rest() {
    for half in [
        "sli x = http.",
        "sli x = http.available(",
        "sli x = http.available(job: ",
        "sli x = http.available(job: \"a\") {",
        "sli x {",
        "sli x { latency a{job=\"a\"} under",
        "sli x { latency a{job=",
        "sli x { good a_total{",
        "sli x { alerts { page 2% in",
        "sli x { alerts {",
        "slo x {",
        "step s",
        "step s {",
        "owner",
        "by [",
        "labels { team",
        "at tokyo,",
    ] {
        let text = format!("use std.http\nuser journey a {{\n{half}\n}}\nuser journey b {{\ntarget 99%\n}}\n");
        let (parsed, said) = parsed(&text);
        let last = parsed.ast.items.last().map(|item| item.span().of(&text));
        assert!(last.is_some_and(|b| b.starts_with("user journey b") && b.ends_with('}')), "{text}: {last:?}");
        assert!(said.len() <= 2, "{text}: {said:#?}");
    }
}
