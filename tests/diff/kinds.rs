//! Each kind of change: the old text, what is other in the new one, and what is said.

use super::{Project, between, said};
use tabi::diff::{Kind, json, markdown, text};

pub const SHOP: &str = r#"defaults {
  owner   shop
  runbook "https://r.example/$journey/$step"
}

## A buyer.
user journey checkout "Checkout" {
  step cart {
    sli available {
      good    http_requests_total{job="cart", code!~"5.."}
      total   http_requests_total{job="cart"}
      traffic 50k/day
      target  99.9%
    }
  }

  step pay {
    sli fast {
      latency http_request_duration_seconds{job="pay"} under 500ms
      target  99%
    }
  }

  target 98.5%
}

developer journey delivery {
  delivers checkout

  step build {
    sli green {
      bad    runs_total{result="failed"}
      total  runs_total
      target 95%
    }
  }
}
"#;

/// The shop with some texts replaced.
pub fn shop(edits: &[(&str, &str)]) -> String {
    let mut text = SHOP.to_string();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} is not in the text");
        text = text.replace(from, to);
    }
    text
}

/// Every change that is shown, by its name.
pub const CASES: &[(&str, &[(&str, &str)])] = &[
    ("targets", &[("target  99.9%", "target  99.5%"), ("target 98.5%", "target 98%")]),
    ("a_target_goes", &[("  target 98.5%\n", "")]),
    ("windows", &[("  step cart {", "  window 30d\n  step cart {")]),
    ("windows_beyond_a_month", &[("  step cart {", "  window 90d\n  step cart {")]),
    ("rows", &[("  step pay {", "  step pay {\n    alerts { page 5% in 2h need 10 ticket 3% in 6h, 10% in 3d }\n")]),
    ("no_alerts", &[("  step pay {", "  step pay {\n    alerts off\n")]),
    ("severities", &[("  step pay {", "  step pay {\n    alerts { page off ticket 2% in 1h, 5% in 6h }\n")]),
    (
        "other_alerts",
        &[
            ("  step pay {", "  step pay {\n    alerts { no_data 1h page left off }\n"),
            ("  delivers checkout", "  delivers checkout\n  alerts { blocked off }"),
        ],
    ),
    ("a_journey_renamed", &[("journey checkout", "journey purchase"), ("delivers checkout", "delivers purchase")]),
    ("a_step_renamed", &[("step pay", "step payment")]),
    ("an_sli_renamed", &[("sli fast", "sli quick"), ("500ms", "250ms")]),
    ("another_audience", &[("developer journey", "operator journey")]),
    ("budgets_by_label", &[("      target  99.9%", "      target  99.9%\n      by      zone")]),
    ("another_bound", &[("500ms", "250ms")]),
    ("another_selector", &[("code!~\"5..\"", "code!~\"5..|429\"")]),
    ("another_measure", &[("bad    runs_total{result=\"failed\"}", "good   runs_total{result=\"passed\"}")]),
    ("composition", &[("  step pay {", "  compose weighted\n\n  step pay {\n    weight 3")]),
    ("what_counts", &[("      target  99%", "      target  99%\n      weight  0")]),
    ("a_delivery_goes", &[("  delivers checkout\n", "")]),
    (
        "people",
        &[
            ("  owner   shop", "  owner   buyers\n  labels  { tier \"gold\" }"),
            ("r.example", "run.example"),
            ("\"Checkout\"", "\"Buy\""),
        ],
    ),
    (
        "other_settings",
        &[
            ("traffic 50k/day", "traffic 5k/day\n      exclude `maintenance == 1`"),
            ("  owner   shop", "  owner    shop\n  evaluate 2m"),
        ],
    ),
    (
        "an_sli_more",
        &[("  step pay {", "  step pay {\n    sli up {\n      up     probe_success\n      target 99.9%\n    }\n")],
    ),
    (
        "a_journey_more",
        &[(
            "developer journey",
            "operator journey shift {\n  sli quiet {\n    holds `pages < 3`\n    target 90%\n  }\n}\n\ndeveloper journey",
        )],
    ),
    (
        "the_order_of_steps",
        &[("  step cart {", "  step c {"), ("step pay {", "step cart {"), ("step c {", "step pay {")],
    ),
];

#[test]
fn every_kind_of_change_is_said() {
    let old = Project::text(SHOP);
    for (name, edits) in CASES {
        let new = Project::text(&shop(edits));
        let edits: Vec<String> = edits.iter().map(|(from, to)| format!("{from}\n⇒\n{to}\n")).collect();
        let text = format!("{}────\n{}", edits.join("\n"), said(&old, &new, text::text));
        insta::assert_snapshot!(format!("said_{name}"), text);
    }
}

#[test]
fn an_sli_that_moves_takes_its_names_with_it() {
    let fast = &SHOP[SHOP.find("    sli fast").expect("there")..SHOP.find("  target 98.5%").expect("there") - 5];
    let text = SHOP.replace(fast, "    sli up { up probe_success target 99% }\n");
    let new = text.replace("  step build {\n", &format!("  step build {{\n{fast}"));
    insta::assert_snapshot!(said(&Project::text(SHOP), &Project::text(&new), text::text));
}

#[test]
fn an_sli_that_moves_explains_the_rules_of_where_it_was() {
    let fast = &SHOP[SHOP.find("    sli fast").expect("there")..SHOP.find("  target 98.5%").expect("there") - 5];
    let text = SHOP.replace("  delivers checkout\n", "");
    let old = text.replace("  step pay {\n", "  step pay {\n    sli up { up probe_success target 99% }\n");
    let new = old.replace(fast, "").replace("  step build {\n", &format!("  step build {{\n{fast}"));
    let (old, new) = (Project::text(&old), Project::text(&new));
    let found = between(&old, &new);
    assert!(found.changes.iter().any(|c| matches!(c.kind, Kind::Afresh(_))), "{found:#?}");
    assert!(!found.changes.iter().any(|c| matches!(c.kind, Kind::Rules(_))), "{}", said(&old, &new, text::text));
}

#[test]
fn what_only_looks_alike_is_not_taken_for_renamed() {
    let of = |name: &str| {
        let text = SHOP
            .replace("journey checkout", &format!("journey {name}"))
            .replace("delivers checkout", &format!("delivers {name}"));
        Project::text(
            &text
                .replace("job=\"cart\"", &format!("job=\"{name}\""))
                .replace("job=\"pay\"", &format!("job=\"{name}2\""))
                .replace("\"Checkout\"", ""),
        )
    };
    let said = said(&of("books"), &of("music"), text::text);
    assert!(!said.contains("history is lost"), "{said}");
    assert!(said.contains("Gone\n  books  shop.tabi:7") && said.contains("New\n  music  shop.tabi:7"), "{said}");
}

#[test]
fn what_the_project_file_says_is_compared() {
    let files = [("shop.tabi".to_string(), SHOP.to_string())];
    let old = Project::of(&files, "");
    let new = Project::of(
        &files,
        "[alerts.page]\nlabels = { severity = \"critical\", channel = \"pager\" }\n[grafana]\nurl = \"https://g.example\"\nuid_prefix = \"slo\"\n",
    );
    insta::assert_snapshot!(said(&old, &new, text::text));
}

#[test]
fn layout_comments_and_the_order_of_matchers_are_no_change() {
    let old = Project::text(SHOP);
    for edits in [
        &[("  step", "\n\n    step")][..],
        &[("## A buyer.", "# Somebody else.\n## Who buys.")],
        &[("job=\"cart\", code!~\"5..\"", "code!~\"5..\", job=\"cart\"")],
        &[("99.9%", "99.90%"), ("50k/day", "50000/day")],
    ] {
        let new = Project::text(&shop(edits));
        assert!(between(&old, &new).is_empty(), "{edits:?}: {}", said(&old, &new, text::text));
    }
    let of = |holds: &str| {
        Project::text(&format!(
            "operator journey shift {{\n  sli quiet {{\n    holds `{holds}`\n    target 90%\n  }}\n}}\n"
        ))
    };
    let (old, new) = (of("sum(pages{team=\"a\"}) < 3"), of("sum( pages{ team=\"a\" } )<3"));
    assert!(between(&old, &new).is_empty(), "{}", said(&old, &new, text::text));
    assert!(!between(&old, &of("sum(pages{team=\"a\"}) < 4")).is_empty());
}

fn much() -> (Project, Project) {
    let edits = [
        ("journey checkout \"Checkout\"", "journey purchase \"Pay | <b>@all</b> `x`\""),
        ("delivers checkout", "delivers purchase"),
        ("500ms", "250ms"),
        ("code!~\"5..\"", "code!~\"5..|429\""),
        ("target 98.5%", "target 98%"),
    ];
    (Project::text(SHOP), Project::text(&shop(&edits)))
}

#[test]
fn a_comment_has_a_short_table_first() {
    let (old, new) = much();
    insta::assert_snapshot!(said(&old, &new, markdown::markdown));
    insta::assert_snapshot!("markdown_nothing", said(&old, &old, markdown::markdown));
}

#[test]
fn programs_get_a_document() {
    let (old, new) = much();
    insta::assert_snapshot!(said(&old, &new, json::document));
}

#[test]
fn long_comments_fit_where_they_are_put() {
    let many = |bound: fn(usize) -> usize| {
        let step = |n: usize| {
            let (bound, target) = (bound(n), 90.0 + n as f64 / 100.0);
            format!(
                "  step s{n} {{\n    sli fast {{\n      latency d_seconds{{job=\"j{n}\"}} under {bound}ms\n      target {target}%\n    }}\n  }}\n"
            )
        };
        Project::text(&format!("user journey long {{\n{}}}\n", (0..600).map(step).collect::<String>()))
    };
    let (old, new) = (many(|n| n + 1), many(|n| n + 2));
    let text = said(&old, &new, markdown::markdown);
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    assert!(text.contains("580 changes more below") && text.contains("450 rows more"), "{text}");
    let text = said(&many(|_| 1), &many(|_| 2), markdown::markdown);
    assert!(text.contains("and 597 more") && text.contains("and 580 more"), "{text}");
    let grown = said(&Project::text(SHOP), &new, markdown::markdown);
    assert!(grown.chars().count() < 65_536, "{}", grown.chars().count());
}
