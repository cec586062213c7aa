//! Each kind of change: the old text, what is other in the new one, and what is said.

use super::{Project, between, said};
use tabi::diff::{Afresh, Kind, json, markdown, text};

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

/// The entries of budgets that start afresh.
fn afresh(old: &Project, new: &Project) -> Vec<Afresh> {
    let changes = between(old, new).changes.into_iter();
    changes.filter_map(|change| if let Kind::Afresh(found) = change.kind { Some(found) } else { None }).collect()
}

#[test]
fn a_budget_starts_afresh_in_one_place_only() {
    let old = Project::text(SHOP);
    let journey = [("journey checkout", "journey purchase"), ("delivers checkout", "delivers purchase")];
    let both = Project::text(&shop(&[journey[0], journey[1], ("step pay", "step payment"), ("sli fast", "sli quick")]));
    let found = afresh(&old, &both);
    let names: Vec<(&str, Option<&str>)> = found.iter().map(|e| (e.new.as_str(), e.with.as_deref())).collect();
    let with = Some("purchase");
    assert_eq!(names, [("purchase", None), ("purchase.payment", with), ("purchase.payment.quick", with)]);
    assert_eq!(found[0].budgets, ["purchase", "purchase.cart.available", "purchase.payment.quick"]);
    // what is with another one has none of its own, and takes nothing from a journey that has lost everything
    assert!(found[1..].iter().all(|e| e.budgets.is_empty() && e.forgets.is_none()), "{found:?}");
    insta::assert_snapshot!(said(&old, &both, text::text));

    let found = afresh(&old, &Project::text(&shop(&[("step pay", "step payment"), ("sli fast", "sli quick")])));
    assert_eq!(found[0].budgets, ["checkout.payment.quick"]);
    assert_eq!((found[0].forgets.as_deref(), found[1].with.as_deref()), (Some("checkout"), Some("checkout.payment")));
    assert!(found[1].budgets.is_empty(), "{found:?}");
}

#[test]
fn a_measure_mixes_with_what_was_counted_before_unless_all_starts_afresh() {
    let old = Project::text(SHOP);
    let mixed = |edits: &[(&str, &str)]| -> Vec<Option<u64>> {
        let of = |change: tabi::diff::Change| match change.kind {
            Kind::Measure { mixed, .. } => Some(mixed),
            _ => None,
        };
        between(&old, &Project::text(&shop(edits))).changes.into_iter().filter_map(of).collect()
    };
    // the series that are recorded are called as before, and are of other raw series
    let selector = ("code!~\"5..\"", "code!~\"5..|429\"");
    assert_eq!(mixed(&[selector]), [Some(28 * 1440)]);
    assert_eq!(mixed(&[selector, ("  step cart {", "  window 30d\n  step cart {")]), [Some(30 * 1440)]);
    assert_eq!(mixed(&[selector, ("step cart", "step basket")]), [None]);
    // a target leaves what was counted as it was
    assert_eq!(mixed(&[("target  99.9%", "target  99.5%")]), []);
}

#[test]
fn a_row_is_paired_with_one_of_its_own_kind() {
    let rows = |page: &str, ticket: &str| {
        Project::text(&shop(&[(
            "  step pay {",
            &format!("  step pay {{\n    alerts {{ page {page} ticket {ticket} }}\n"),
        )]))
    };
    let pairs = |old: &Project, new: &Project| -> Vec<(Option<String>, Option<String>)> {
        let name = |alert: Option<tabi::diff::Alert>| alert.as_ref().map(tabi::diff::words::row_name);
        let of = |change: tabi::diff::Change| match change.kind {
            Kind::Burns(burns) => burns.rows,
            _ => Vec::new(),
        };
        let rows = between(old, new).changes.into_iter().flat_map(of);
        rows.map(|row| (name(row.old), name(row.new))).collect()
    };
    let both = |old: &str, new: &str| (Some(old.to_string()), Some(new.to_string()));
    // the page has the window that the ticket had: each is what it was, in another window
    let (old, new) = (rows("2% in 1h", "5% in 6h"), rows("3% in 6h", "10% in 1d"));
    assert_eq!(pairs(&old, &new), [both("page 1h/5m", "page 6h/30m"), both("ticket 6h/30m", "ticket 1d/2h")]);
    // the same row for somebody else, also where there are others of its kind
    let (old, new) = (rows("2% in 1h, 5% in 6h", "10% in 3d"), rows("2% in 1h", "5% in 6h, 10% in 3d"));
    assert_eq!(pairs(&old, &new), [both("page 6h/30m", "ticket 6h/30m")]);
    let (old, new) = (rows("2% in 1h", "10% in 1d"), rows("off", "2% in 1h"));
    assert_eq!(pairs(&old, &new), [both("page 1h/5m", "ticket 1h/5m"), (Some("ticket 1d/2h".to_string()), None)]);
}

#[test]
fn labels_of_sites_are_compared() {
    let of = |region: &str, more: &str| {
        Project::text(&SHOP.replace(
            "defaults {",
            &format!(
                "site east \"East\" {{ external_labels {{ region \"{region}\" {more} }} }}\n\
                 site west \"West\" {{ external_labels {{ region \"west\" {more} }} }}\n\ndefaults {{\n  at east, west"
            ),
        ))
    };
    insta::assert_snapshot!(said(&of("east", ""), &of("asia", ""), text::text));
    let more = said(&of("east", ""), &of("east", ", cloud \"a\""), text::text);
    assert!(more.contains("external label cloud: – → a"), "{more}");
}

#[test]
fn what_a_thing_is_said_to_be_is_compared() {
    let old = Project::text(SHOP);
    let new = said(&old, &Project::text(&shop(&[("## A buyer.", "## Who buys.")])), text::text);
    assert!(new.contains("documentation: A buyer. → Who buys."), "{new}");
    let new = said(&old, &Project::text(&shop(&[("  step pay {", "  ## With a card.\n  step pay {")])), text::text);
    assert!(new.contains("documentation: – → With a card.") && !new.contains("rules that differ"), "{new}");
    let new = said(&old, &Project::text(&shop(&[("    sli fast {", "    ## Soon.\n    sli fast {")])), text::text);
    assert!(new.contains("documentation: – → Soon."), "{new}");
}

#[test]
fn what_matters_to_the_engine_is_compared() {
    let of = |toml: &str| Project::of(&[("shop.tabi".to_string(), SHOP.to_string())], toml);
    let change = |old: &str, new: &str| said(&of(old), &of(new), text::text);
    let target = |word: &str| format!("[build]\ntarget = \"{word}\"\n");
    assert!(change("", &target("victoriametrics")).contains("build.target: prometheus → victoriametrics"));
    let azure = |group: &str| format!("{}[build.azure]\npage_action_group = \"{group}\"\n", target("azure"));
    assert!(change(&azure("a"), &azure("b")).contains("build.azure.page_action_group: a → b; other people are paged"));
    // what says nothing to this engine is no change
    assert!(between(&of(""), &of("[build]\nprefix = \"x\"\n")).is_empty());
    assert!(
        change(&target("mimir"), &format!("{}prefix = \"x\"\n", target("mimir"))).contains("build.prefix: tabi → x")
    );
    // one site is no matter of who evaluates
    assert!(between(&of(""), &of("[sites]\nevaluate = \"central\"\n")).is_empty());
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
        &[("## A buyer.", "# Somebody else.\n## A buyer.")],
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
