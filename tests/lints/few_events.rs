//! The lints of few events: what each offers leaves nothing for the others.

use tabi::project::{Options, in_memory};

/// `chance-alert`, `alert-fires-late` and `alert-cannot-fire` never contradict each other: at most one of them speaks of an SLI, and after
/// each of the ways out that it names none does, and no row is within the budget.
#[test]
fn lints_of_few_events_agree() {
    let said = |alerts: &str, target: &str, traffic: &str, window: &str| {
        let text = format!(
            "developer journey j {{\n  window {window}\n  step s {{\n    sli x {{\n      bad b_total{{job=\"x\"}}\n      total a_total{{job=\"x\"}}\n      \
             traffic {traffic}\n      {alerts}\n      target {target}\n    }}\n  }}\n}}\n"
        );
        let (mut sources, units, mut found) = in_memory(&[("test.tabi".to_string(), text.clone())]);
        found.extend(tabi::compile(&mut sources, &units, &Options::default(), false).1);
        assert!(found.iter().all(|d| d.entry.lint), "{text}: {found:?}");
        let of_alerts = ["chance-alert", "alert-fires-late", "alert-cannot-fire", "alert-within-budget"];
        found.retain(|d| of_alerts.contains(&d.name()));
        found
    };
    // a kind of the new block takes the place of the same kind
    let merged = |old: &str, new: &str| {
        let kinds = |block: &str| {
            let inside = block.trim_start_matches("alerts {").trim_end_matches('}').to_string();
            let mut all: Vec<(String, String)> = Vec::new();
            for word in inside.split_whitespace() {
                match all.last_mut() {
                    Some((_, rest)) if !["page", "ticket", "need"].contains(&word) => rest.extend([" ", word]),
                    _ => all.push((word.to_string(), String::new())),
                }
            }
            all
        };
        let mut all = kinds(old);
        let new = kinds(new);
        all.retain(|(kind, _)| !new.iter().any(|(other, _)| other == kind));
        all.extend(new);
        let all: Vec<String> = all.into_iter().map(|(kind, rest)| kind + &rest).collect();
        format!("alerts {{ {} }}", all.join(" "))
    };
    let (mut spoke, mut ways, mut names) = (0, 0, std::collections::BTreeSet::new());
    let alerts = [
        "",
        "alerts { need 1 }",
        "alerts { need 12 }",
        "alerts { need 100 }",
        "alerts { page off }",
        "alerts { ticket off }",
        "alerts { page 2% in 2h, 5% in 6h ticket 12% in 3d }",
    ];
    let grid = ["99.9%", "99%", "95%", "90%", "80%", "70%", "50%"].into_iter().flat_map(|target| {
        let traffic = ["2/day", "20/day", "60/day", "300/day", "1k/day", "10k/day"];
        traffic.into_iter().flat_map(move |traffic| alerts.map(|alerts| (target, traffic, alerts)))
    });
    for ((target, traffic, alerts), window) in grid.flat_map(|case| ["28d", "7d", "30d"].map(|window| (case, window))) {
        let has_rows = alerts.contains('%');
        if window != "28d" && (has_rows || alerts.contains("off") || alerts.contains("100")) {
            continue;
        }
        let found = said(alerts, target, traffic, window);
        let case = format!("{target} {traffic} {alerts} {window}");
        // a row that no budget fits is another matter
        if has_rows && found.len() > 1 || found.first().is_some_and(|d| has_rows && d.name() == "alert-cannot-fire") {
            continue;
        }
        assert!(found.len() <= 1, "{case}: {found:?}");
        let Some(d) = found.first() else { continue };
        names.insert(d.name());
        spoke += 1;
        let help = d.help.clone().unwrap_or_default();
        assert!(!help.is_empty(), "{d:?}");
        for way in help.split(", or ").map(|way| way.rsplit(": `").next().unwrap_or(way)) {
            let copied: Vec<&str> =
                way.split('`').filter(|p| p.starts_with("alerts {") || p.starts_with("target ")).collect();
            let lines = |word: &str| copied.iter().find(|c| c.starts_with(word)).copied();
            let target = lines("target ").map_or(target, |t| &t["target ".len()..]);
            let more = way.split("from ").nth(1).and_then(|rest| rest.split(' ').next());
            let more = more.map(|n| format!("{}/day", n.replace(',', "")));
            if copied.is_empty() && more.is_none() {
                continue;
            }
            let alerts = lines("alerts {").map_or(alerts.to_string(), |new| merged(alerts, new));
            ways += 1;
            let left = said(&alerts, target, more.as_deref().unwrap_or(traffic), window);
            assert!(left.is_empty(), "{d:?}\nafter {way}: {alerts} {target} {more:?} {window}: {left:?}");
        }
    }
    assert!(spoke > 200 && ways > 200, "{spoke} {ways}");
    assert_eq!(names.len(), 3, "{names:?}");
}
