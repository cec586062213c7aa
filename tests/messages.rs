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
    rate_in_words told "user journey a {\n  traffic 60 per day\n}\n"
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
    let target = "target 99%";
    for (body, wanted) in [
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
    ] {
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
