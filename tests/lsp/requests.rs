//! Every request once, as a snapshot: what was asked, the text with a mark where the cursor was, and what was answered.

use crate::client::{Kind, PLAIN, RICH, TestServer};
use serde_json::{Value, json};

/// The cursor.
const MARK: char = '▮';

const LIB: &str = "## Answers that are no errors of the server.\ntemplate answered(job: string, limit: duration = 1s) {\n  good   http_requests_total{job=$job, code!~\"5..\"}\n  total  http_requests_total{job=$job}\n}\n";

const SHOP: &str = "use std.http
use \"lib.tabi\"

# the shop
# has one journey
user journey shop \"Shop\" {
  owner   web
  runbook \"https://runbooks.example.com/shop\"

  step pay \"Pay\" {
    sli ok = answered(job: \"pay\") {
      target 99.9%
    }
    sli fast = http.fast(job: \"pay\", limit: 250ms) {
      target 99%
      alerts {
        page 2% in 1h
      }
    }
  }

  target 99%
}
";

struct Asked {
    server: TestServer,
    out: String,
}

impl Asked {
    fn new(kind: Kind) -> Self {
        let files = [("tabi.toml", ""), ("lib.tabi", LIB), ("shop.tabi", SHOP)];
        Asked { server: TestServer::new(kind, &files), out: String::new() }
    }

    /// Asks at the cursor of a text.
    fn at(&mut self, method: &str, marked: &str, more: Value) -> Value {
        let (line, character) = place(marked);
        let mut params = json!({ "position": { "line": line, "character": character } });
        if let (Some(params), Value::Object(more)) = (params.as_object_mut(), more) {
            params.extend(more);
        }
        self.server.open("shop.tabi", &marked.replace(MARK, ""));
        let answer = self.server.of(method, "shop.tabi", params.clone());
        let shown = match &answer {
            Ok(value) => self.server.show(value),
            Err((code, message)) => format!("error {code}: {message}"),
        };
        let line = marked.lines().nth(line as usize).unwrap_or_default();
        self.out.push_str(&format!("== {method}\n{line}\n{shown}\n"));
        answer.unwrap_or_default()
    }

    /// Asks about a whole document.
    fn of(&mut self, method: &str, text: &str, more: Value) -> Value {
        self.server.open("shop.tabi", text);
        let answer = self.server.of(method, "shop.tabi", more.clone()).unwrap_or_else(|e| json!({ "error": e.1 }));
        let shown = self.server.show(&answer);
        let numbered: Vec<String> = text.lines().enumerate().map(|(i, line)| format!("{i:>3} {line}")).collect();
        self.out.push_str(&format!("== {method} {more}\n{}\n{shown}\n", numbered.join("\n")));
        answer
    }
}

fn place(marked: &str) -> (u32, u32) {
    let at = marked.find(MARK).expect("a mark");
    let start = marked[..at].rfind('\n').map_or(0, |n| n + 1);
    (marked[..at].matches('\n').count() as u32, marked[start..at].encode_utf16().count() as u32)
}

/// The shop with the cursor in front of a part.
fn before(part: &str) -> String {
    assert!(SHOP.contains(part), "{part}");
    SHOP.replacen(part, &format!("{MARK}{part}"), 1)
}

macro_rules! snapshot {
    ($name:literal, $asked:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots", omit_expression => true }, {
            insta::assert_snapshot!(concat!("lsp__", $name), $asked)
        })
    };
}

#[test]
fn hover() {
    let mut asked = Asked::new(RICH);
    asked.at("hover", &before("answered(job"), json!({}));
    asked.at("hover", &before("fast(job"), json!({}));
    asked.at("hover", &before("2% in"), json!({}));
    asked.at("hover", &before("# the shop"), json!({}));
    snapshot!("hover", asked.out);
    let mut plain = Asked::new(PLAIN);
    let answer = plain.at("hover", &before("answered(job"), json!({}));
    assert_eq!(answer["contents"]["kind"], "plaintext");
}

#[test]
fn completion() {
    let mut asked = Asked::new(RICH);
    asked.at("completion", &SHOP.replacen("  target 99%\n}", "  tar▮\n}", 1), json!({}));
    asked.at("completion", &SHOP.replacen("http.fast(job: \"pay\", limit: 250ms)", "http.▮", 1), json!({}));
    snapshot!("completion", asked.out);
    let mut plain = Asked::new(PLAIN);
    let text = format!("{SHOP}\n▮");
    let answers = [asked.at("completion", &text, json!({})), plain.at("completion", &text, json!({}))];
    let snippets = answers.map(|answer| answer.to_string().contains("\"insertTextFormat\":2"));
    assert_eq!(snippets, [true, false], "tab stops only for who has them");
    assert!(!plain.out.contains("${"), "{}", plain.out);
}

#[test]
fn definitions() {
    let mut asked = Asked::new(RICH);
    asked.at("definition", &before("answered(job"), json!({}));
    asked.at("declaration", &before("\"lib.tabi\""), json!({}));
    let into_std = asked.at("definition", &before("fast(job"), json!({}));
    snapshot!("definition", asked.out.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    // the module is a file that the client can open, and it answers there too
    let uri = into_std[0]["targetUri"].as_str().expect("a file").to_string();
    let path = uri.trim_start_matches("file://");
    let text = std::fs::read_to_string(path).expect("readable");
    assert_eq!(text, tabi::stdlib::find("http").expect("it ships").text);
    let item = json!({ "uri": uri, "languageId": "tabi", "version": 1, "text": text });
    asked.server.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let position = into_std[0]["targetSelectionRange"]["start"].clone();
    let params = json!({ "textDocument": { "uri": uri }, "position": position });
    let hover = asked.server.request("textDocument/hover", params).expect("an answer");
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("fast")), "{hover}");
    asked.server.settle();
    let told = asked.server.told.iter().filter(|n| n.method == "textDocument/publishDiagnostics");
    assert!(told.filter(|n| n.params["uri"] == uri.as_str()).all(|n| n.params["diagnostics"] == json!([])));
    // who knows no links has a list of places
    let mut plain = Asked::new(PLAIN);
    let answer = plain.at("definition", &before("answered(job"), json!({}));
    assert_eq!(answer[0]["range"]["start"], json!({ "line": 1, "character": 9 }), "{answer}");
}

#[test]
fn references() {
    let mut asked = Asked::new(RICH);
    asked.at("references", &before("answered(job"), json!({ "context": { "includeDeclaration": true } }));
    asked.at("references", &before("answered(job"), json!({ "context": { "includeDeclaration": false } }));
    asked.at("documentHighlight", &before("http.fast"), json!({}));
    snapshot!("references", asked.out);
}

#[test]
fn rename() {
    let mut asked = Asked::new(RICH);
    asked.at("prepareRename", &before("answered(job"), json!({}));
    asked.at("rename", &before("answered(job"), json!({ "newName": "served" }));
    asked.at("rename", &before("answered(job"), json!({ "newName": "not a name" }));
    asked.at("prepareRename", &before("fast(job"), json!({}));
    asked.at("prepareRename", &before("99.9%"), json!({}));
    snapshot!("rename", asked.out);
    let mut plain = Asked::new(PLAIN);
    let answer = plain.at("rename", &before("answered(job"), json!({ "newName": "served" }));
    assert_eq!(answer["changes"].as_object().map(serde_json::Map::len), Some(2), "{answer}");
}

#[test]
fn symbols() {
    let mut asked = Asked::new(RICH);
    asked.of("documentSymbol", SHOP, json!({}));
    let all = asked.server.request("workspace/symbol", json!({ "query": "fst" })).expect("an answer");
    asked.out.push_str(&format!("== workspace/symbol fst\n{}\n", asked.server.show(&all)));
    snapshot!("symbols", asked.out);
    let mut plain = Asked::new(PLAIN);
    let flat = plain.of("documentSymbol", SHOP, json!({}));
    assert!(flat.as_array().is_some_and(|all| all.iter().any(|s| s["containerName"] == "pay")), "{flat}");
}

#[test]
fn tokens_folds_and_selections() {
    let mut asked = Asked::new(RICH);
    let full = asked.of("semanticTokens/full", SHOP, json!({}));
    let range = json!({ "range": { "start": { "line": 9, "character": 0 }, "end": { "line": 11, "character": 0 } } });
    let part = asked.of("semanticTokens/range", SHOP, range);
    let count = |value: &Value| value["data"].as_array().map_or(0, |data| data.len() / 5);
    assert!(count(&part) > 3 && count(&part) < count(&full), "{part}");
    let legend = asked.server.capabilities["semanticTokensProvider"]["legend"].clone();
    let mut out = String::from("== semanticTokens/full\n");
    let (mut line, mut character) = (0, 0);
    let number = |v: &Value| v.as_u64().expect("a number") as usize;
    for token in full["data"].as_array().expect("a list").chunks(5) {
        let [delta_line, delta, length, kind, modifiers] = [0, 1, 2, 3, 4].map(|i| number(&token[i]));
        line += delta_line;
        character = if delta_line == 0 { character + delta } else { delta };
        let text: String = SHOP.lines().nth(line).expect("a line").chars().skip(character).take(length).collect();
        let kind = legend["tokenTypes"][kind].as_str().expect("a kind");
        out.push_str(&format!("{line:>3} {kind}{} {text}\n", if modifiers > 0 { "*" } else { "" }));
    }
    asked.out = out;
    asked.of("foldingRange", SHOP, json!({}));
    let (line, character) = place(&before("answered(job"));
    asked.of(
        "selectionRange",
        SHOP,
        json!({ "positions": [{ "line": line, "character": character }, { "line": 999, "character": 0 }] }),
    );
    snapshot!("tokens", asked.out);
}

#[test]
fn links_hints_and_signatures() {
    let mut asked = Asked::new(RICH);
    asked.of("documentLink", SHOP, json!({}));
    asked.of(
        "inlayHint",
        SHOP,
        json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } } }),
    );
    asked.at("signatureHelp", &SHOP.replacen("job: \"pay\", limit", "job: \"pay\", ▮limit", 1), json!({}));
    asked.at("signatureHelp", &before("target 99.9%"), json!({}));
    snapshot!("links", asked.out.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn formatting() {
    let options = json!({ "options": { "tabSize": 8, "insertSpaces": false } });
    let crooked = SHOP.replacen("  owner   web", "owner web", 1).replacen("      target 99.9%", "  target  99.9%", 1);
    let mut asked = Asked::new(RICH);
    let edits = asked.of("formatting", &crooked, options.clone());
    assert_eq!(apply(&crooked, &edits), SHOP);
    let mut ranged = options.clone();
    ranged["range"] = json!({ "start": { "line": 6, "character": 0 }, "end": { "line": 6, "character": 3 } });
    let edits = asked.of("rangeFormatting", &crooked, ranged);
    assert_eq!(apply(&crooked, &edits), crooked.replacen("owner web", "  owner   web", 1));
    assert_eq!(asked.of("formatting", SHOP, options.clone()), json!([]));
    assert_eq!(asked.of("formatting", "user journey {", options.clone()), Value::Null);
    // line ends are the editor's
    let crlf = crooked.replace('\n', "\r\n");
    let edits = asked.of("formatting", &crlf, options);
    assert_eq!(apply(&crlf, &edits), SHOP.replace('\n', "\r\n"));
    assert_eq!(edits.as_array().map(Vec::len), Some(2), "only lines that differ: {edits}");
}

/// A text after edits, as a client applies them.
fn apply(text: &str, edits: &Value) -> String {
    let at = |position: &Value| {
        let number = |key: &str| position[key].as_u64().expect("a number") as usize;
        let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
        start + number("character")
    };
    let mut all: Vec<(usize, usize, String)> = edits
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| (at(&e["range"]["start"]), at(&e["range"]["end"]), e["newText"].as_str().expect("text").to_string()))
        .collect();
    all.sort();
    let mut text = text.to_string();
    for (start, end, new) in all.into_iter().rev() {
        text.replace_range(start..end, &new);
    }
    text
}

const WRONG: &str = "user journey shop \"Shop\" {
  step pay \"Pay\" {
    sli ok {
      good   http_requests_total{job=\"pay\", code!~\"5..\"}
      total  http_requests_total{job=\"pay\"}
      target 99,9%
    }
    sli fast {
      latency http_request_duration_seconds{job=\"pay\"} under 0.3s
      target 99 %
    }
  }
  target 99%
}
";

#[test]
fn diagnostics_and_what_can_be_done_about_them() {
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let mut asked = Asked::new(RICH);
    asked.server.open("shop.tabi", WRONG);
    let said = json!(asked.server.diagnostics("shop.tabi"));
    asked.out.push_str(&format!("== publishDiagnostics\n{WRONG}\n{}\n", asked.server.show(&said)));
    let quick = json!({ "range": { "start": { "line": 5, "character": 14 }, "end": { "line": 5, "character": 14 } }, "context": { "diagnostics": [] } });
    asked.of("codeAction", WRONG, quick);
    let every = asked.of(
        "codeAction",
        WRONG,
        json!({ "range": all, "context": { "diagnostics": [], "only": ["source.fixAll"] } }),
    );
    let edits = &every[0]["edit"]["documentChanges"][0]["edits"];
    let fixed = apply(WRONG, edits);
    assert!(fixed.contains("99.9%") && fixed.contains("under 300ms") && fixed.contains("target 99%\n    }"), "{fixed}");
    snapshot!("diagnostics", asked.out);
}

#[test]
fn a_lint_can_be_allowed_where_it_speaks() {
    let text = SHOP.replacen("  owner   web\n", "", 1);
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let mut asked = Asked::new(RICH);
    asked.server.open("shop.tabi", &text);
    let actions = asked
        .server
        .of("codeAction", "shop.tabi", json!({ "range": all, "context": { "diagnostics": [] } }))
        .expect("an answer");
    let allow =
        actions.as_array().expect("a list").iter().find(|a| a["title"] == "allow `missing-owner` here, and say why");
    let allow = allow.unwrap_or_else(|| panic!("{actions:#}"));
    let allowed = apply(&text, &allow["edit"]["documentChanges"][0]["edits"]);
    assert!(allowed.contains("\n# tabi: allow(missing-owner) because …\nuser journey shop"), "{allowed}");
    asked.server.replace("shop.tabi", &allowed);
    assert!(!asked.server.diagnostics("shop.tabi").iter().any(|d| d["code"] == "missing-owner"));
}

#[test]
fn commands() {
    let mut asked = Asked::new(RICH);
    asked.server.open("shop.tabi", SHOP);
    let uri = asked.server.uri("shop.tabi");
    for command in ["tabi.showRules", "tabi.showAlerts"] {
        let arguments = json!([uri, { "line": 12, "character": 3 }]);
        let answer = asked
            .server
            .request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
            .expect("an answer");
        asked.out.push_str(&format!(
            "== {command}\n{} ({})\n{}\n",
            answer["title"],
            answer["language"],
            answer["text"].as_str().expect("a text")
        ));
    }
    snapshot!("commands", asked.out);
    let explain = json!({ "command": "tabi.explain", "arguments": ["unused"] });
    let answer = asked.server.request("workspace/executeCommand", explain).expect("an answer");
    assert_eq!(answer["language"], "markdown");
    assert!(asked.server.asked.iter().any(|r| r.method == "window/showDocument"), "who can show documents is asked to");
    let unknown = json!({ "command": "tabi.explain", "arguments": ["nothing"] });
    assert!(asked.server.request("workspace/executeCommand", unknown).is_err());
    let nowhere = json!({ "command": "tabi.showRules", "arguments": [asked.server.uri("lib.tabi")] });
    assert!(asked.server.request("workspace/executeCommand", nowhere).is_err_and(|e| e.1.contains("no journey")));
}
