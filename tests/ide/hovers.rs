//! What hovering says: each snapshot holds the project, the line with the cursor and the Markdown.

use super::corpus::editor::Editor;
use super::{line, place, shop};
use std::fmt::Write;
use tabi::ide::hover;
use tabi::source::Place;

const ALERTS: &str = r#"
# file: x.tabi
use std.http

defaults {
  owner  shop
  window 30d
  alerts { page 2% in 1h, 5% in 6h }
  labels { product "shop" }
}

## The way to a receipt.
user journey checkout "Checkout" {
  target 99.5%
  labels { tier "gold" }
  # tabi: allow(chance-alert) known
  step pay "Pay by card" {
    traffic 50k/day
    alerts { ticket 10% in 1d need 5 }

    sli answered "Answered" {
      bad   requests_total{job="pay", code=~"5.."}
      total requests_total{job="pay"}
      by    zone
      target 99.95%
      alerts { page 2% in 1h, 90% in 1h left off }
      runbook "https://r.example.com/$journey/$sli"
    }
    sli fast = http.fast(job: "pay", limit: 250ms) { target 99% owner cards }
    sli lenient { up probe_success{job="pay"} target 20% alerts { page 50% in 12h } }
  }
}

developer journey delivery "To users" {
  compose  weakest
  delivers checkout
  step build { weight 0 sli green { holds `max by (job) (queue_age_seconds) < 60` target 90% } }
  step ship { sli recent { age deployed_timestamp_seconds{job="cd"} under 26h target 99% } }
}
"#;

fn hovered(out: &mut String, editor: &Editor) {
    let (file, offset) = editor.at();
    let _ = writeln!(out, "═══ {}", line(editor));
    match hover::hover(&editor.project(), file, offset) {
        Some(found) => {
            let at = place(editor, Place { file, span: found.span });
            let _ = writeln!(out, "── {at}\n{}", found.text.trim_end());
        }
        None => out.push_str("nothing\n"),
    }
}

#[test]
fn hovers_need_no_model() {
    let mut out = String::new();
    for (text, nth) in [
        ("tokyo\n", 0),
        ("\"Tokyo", 0),
        ("answered(service: \"pay", 0),
        ("service: string", 0),
        ("regex", 0),
        ("$limit", 0),
        ("5m", 0),
        ("./templates", 1),
        ("as gha", 1),
        ("gha.", 0),
        ("runbook", 0),
    ] {
        hovered(&mut out, &shop(text, nth));
    }
    for broken in [
        "## The way.\nuser journey a‸ \"A\" {\n  step b { sli c { target 99% } }\n",
        "## The way.\nuser journey a \"A\" {\n  step b { ## Fast.\n sli c‸ { target 99% } }\n",
        "user journey a {\n  window‸\n  step b { sli c { bad x_total{ total y_total } } }\n",
        "user journey a {\n  step b { sli c { bad x_total‸{ total y_total target 99%\n",
        "usr journey a‸ \"A\" {\n  step b { sli c { up x target 99% } }\n}\n",
        "site tokyo‸ {",
        "defaults { alerts { page 2%‸ in 1h } }",
        "defaults { alerts { page 2% in‸",
    ] {
        hovered(&mut out, &Editor::new(broken));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn hovers_say_what_it_means() {
    let mut out = String::new();
    for (text, nth) in [
        // rows
        ("2% in 1h", 0),
        ("2% in 1h", 1),
        ("1h, 90%", 0),
        ("90% in 1h", 0),
        ("50% in 12h", 0),
        ("10% in 1d", 0),
        // numbers
        ("target 99.95%", 0),
        ("99.5%", 0),
        ("50k/day", 0),
        // declarations
        ("checkout\n", 0),
        ("\"Pay by", 0),
        ("answered \"", 0),
        ("fast = ", 0),
        ("recent", 0),
        ("delivery \"", 0),
        // what is read
        ("requests_total", 0),
        ("code=~", 0),
        ("queue_age", 0),
        ("under 26h", 0),
        ("holds", 0),
        // templates
        ("fast(job", 0),
        ("http.fast", 0),
        ("http\n", 0),
        ("limit: 250ms", 0),
        ("250ms", 0),
        // settings
        ("owner  shop", 0),
        ("window 30d", 0),
        ("page 2%", 0),
        ("need 5", 0),
        ("left off", 0),
        ("alerts { page 50%", 0),
        ("zone", 0),
        ("https://r.", 0),
        ("$sli", 0),
        ("weight 0", 0),
        ("compose", 0),
        // words
        ("user", 0),
        ("journey checkout", 0),
        ("step build", 0),
        ("sli green", 0),
        ("use std", 0),
        ("defaults", 0),
        ("chance-alert", 0),
        ("{ age", 0),
        ("labels { product", 0),
        ("labels { tier", 0),
        ("alerts { ticket", 0),
    ] {
        let (at, _) = ALERTS.match_indices(text).nth(nth).unwrap_or_else(|| panic!("{text} {nth}"));
        let mut with = ALERTS.to_string();
        with.insert(at, '‸');
        let editor = Editor::new(&with);
        assert_eq!(editor.errors(), Vec::<&str>::new());
        hovered(&mut out, &editor);
    }
    insta::assert_snapshot!(format!("{ALERTS}\n{out}"));
}
