//! What typical mistakes in syntax are told: each snapshot holds the text and the message; each fix is applied and must help.

mod corpus;

use corpus::parsed;
use std::fmt::Write;
use tabi::diagnostic::Diagnostic;
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
