//! Which files belong together, and whose text holds: unsaved buffers before files, also across `use`, for files that are not on the
//! disk yet, and for `tabi.toml`.

use crate::client::{Kind, PLAIN, RICH, TestServer};
use serde_json::{Value, json};

const SHOP: &str = "use \"lib.tabi\"\nuser journey shop \"Shop\" {\n  owner a\n  runbook \"https://r\"\n  step pay \"Pay\" {\n    sli ok = answered(job: \"pay\") { target 99% }\n  }\n  target 99%\n}\n";
const LIB: &str = "template answered(job: string) {\n  good http_requests_total{job=$job, code!~\"5..\"}\n  total http_requests_total{job=$job}\n}\n";

fn has(messages: &[String], part: &str) -> bool {
    messages.iter().any(|m| m.contains(part))
}

#[test]
fn an_unsaved_buffer_holds_across_use() {
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("shop.tabi", SHOP), ("lib.tabi", LIB)]);
    server.open_file("shop.tabi");
    assert!(!has(&server.messages("shop.tabi"), "answered"), "{:?}", server.messages("shop.tabi"));
    server.open_file("lib.tabi");
    server.replace("lib.tabi", &LIB.replace("answered", "served"));
    assert!(has(&server.messages("shop.tabi"), "answered"), "{:?}", server.messages("shop.tabi"));
    // once it is closed without being saved, the file holds again
    let uri = server.uri("lib.tabi");
    server.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert!(!has(&server.messages("shop.tabi"), "answered"));
}

#[test]
fn a_file_that_is_not_on_the_disk_yet_can_be_used() {
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("shop.tabi", SHOP)]);
    server.open_file("shop.tabi");
    assert!(has(&server.messages("shop.tabi"), "there is no such file"), "{:?}", server.messages("shop.tabi"));
    server.open("lib.tabi", LIB);
    let after = server.messages("shop.tabi");
    assert!(!has(&after, "there is no such file") && !has(&after, "answered"), "{after:?}");
}

#[test]
fn what_a_new_use_names_is_read() {
    let mut server =
        TestServer::new(RICH, &[("tabi.toml", "sources = [\"shop.tabi\"]\n"), ("shop.tabi", SHOP), ("lib.tabi", LIB)]);
    server.open("shop.tabi", &SHOP.replacen("use \"lib.tabi\"\n", "", 1));
    assert!(has(&server.messages("shop.tabi"), "answered"));
    server.change("shop.tabi", json!([{ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": "use \"lib.tabi\"\n" }]));
    assert!(!has(&server.messages("shop.tabi"), "answered"), "{:?}", server.messages("shop.tabi"));
}

#[test]
fn a_tabi_toml_in_a_buffer_holds_and_has_its_own_diagnostics() {
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("shop.tabi", SHOP), ("lib.tabi", LIB)]);
    server.open("tabi.toml", "sorces = []\n[lint]\nunused = \"of\"\n");
    let said = server.messages("tabi.toml");
    assert!(has(&said, "there is no `sorces`") && has(&said, "a lint is"), "{said:?}");
    let warnings = server.diagnostics("shop.tabi");
    let uri = server.uri("tabi.toml");
    server.change("tabi.toml", json!([{ "text": "[lint]\nmissing-owner = \"error\"\n" }]));
    assert_eq!(server.messages("tabi.toml"), Vec::<String>::new());
    server.open("shop.tabi", &SHOP.replacen("  owner a\n", "", 1));
    let owner = server.diagnostics("shop.tabi").into_iter().find(|d| d["code"] == "missing-owner").expect("said");
    assert_eq!(owner["severity"], 1, "{warnings:?} {uri}");
    server.change("tabi.toml", json!([{ "text": "[lint]\nmissing-owner = \"off\"\n" }]));
    assert!(!server.diagnostics("shop.tabi").iter().any(|d| d["code"] == "missing-owner"));
}

#[test]
fn the_nearest_tabi_toml_makes_the_project() {
    let other = SHOP.replace("journey shop", "journey other");
    let files = [
        ("a/tabi.toml", "[lint]\nmissing-owner = \"error\"\n"),
        ("a/shop.tabi", SHOP),
        ("a/lib.tabi", LIB),
        ("b/tabi.toml", ""),
        ("b/shop.tabi", SHOP),
        ("b/lib.tabi", LIB),
        ("loose/one.tabi", "site x \"X\" { }\n"),
        ("loose/deeper/two.tabi", &other),
    ];
    let mut server = TestServer::new(RICH, &files);
    // two journeys of one name are two projects' own matter
    let names = server.diagnostics("a/shop.tabi");
    assert!(!names.iter().any(|d| d["code"] == "duplicate-name"), "{names:?}");
    server.open("a/shop.tabi", &SHOP.replacen("  owner a\n", "", 1));
    server.open("b/shop.tabi", &SHOP.replacen("  owner a\n", "", 1));
    let severity = |server: &mut TestServer, name: &str| -> Value {
        let all = server.diagnostics(name);
        all.into_iter().find(|d| d["code"] == "missing-owner").map(|d| d["severity"].clone()).unwrap_or_default()
    };
    assert_eq!(severity(&mut server, "a/shop.tabi"), 1);
    assert_ne!(severity(&mut server, "b/shop.tabi"), 1);
    // without a project a directory is one, and what it uses may lie beside it
    assert!(has(&server.messages("loose/deeper/two.tabi"), "there is no such file"));
    server.write("loose/deeper/lib.tabi", LIB);
    let uri = server.uri("loose/deeper/lib.tabi");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 1 }] }));
    assert!(!has(&server.messages("loose/deeper/two.tabi"), "there is no such file"));
}

#[test]
fn a_project_that_appears_is_found_and_one_that_goes_is_left() {
    let mut server = TestServer::new(RICH, &[("a/shop.tabi", SHOP), ("a/lib.tabi", LIB)]);
    server.open("a/shop.tabi", &SHOP.replacen("  owner a\n", "", 1));
    let severity = |server: &mut TestServer| -> Value {
        let all = server.diagnostics("a/shop.tabi");
        all.into_iter().find(|d| d["code"] == "missing-owner").map(|d| d["severity"].clone()).unwrap_or_default()
    };
    let before = severity(&mut server);
    assert_ne!(before, 1);
    server.write("a/tabi.toml", "[lint]\nmissing-owner = \"error\"\n");
    let uri = server.uri("a/tabi.toml");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 1 }] }));
    assert_eq!(severity(&mut server), 1);
    std::fs::remove_file(server.path("a/tabi.toml")).expect("removed");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 3 }] }));
    assert_eq!(severity(&mut server), before);
}

#[test]
fn a_file_that_vanishes_takes_its_diagnostics_along() {
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("bad.tabi", "user journey {\n"), ("lib.tabi", LIB)]);
    assert!(!server.diagnostics("bad.tabi").is_empty());
    std::fs::remove_file(server.path("bad.tabi")).expect("removed");
    let uri = server.uri("bad.tabi");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 3 }] }));
    assert!(server.diagnostics("bad.tabi").is_empty());
}

#[test]
fn what_a_file_outside_of_the_sources_says_is_still_checked() {
    let files = [("tabi.toml", "sources = [\"slo\"]\n"), ("slo/lib.tabi", LIB), ("draft/x.tabi", "user journey {\n")];
    let mut server = TestServer::new(RICH, &files);
    assert!(server.diagnostics("draft/x.tabi").is_empty());
    server.open_file("draft/x.tabi");
    assert!(!server.diagnostics("draft/x.tabi").is_empty());
}

#[test]
fn folders_come_and_go() {
    let mut server = TestServer::new(RICH, &[("a/tabi.toml", ""), ("a/bad.tabi", "user journey {\n")]);
    assert!(!server.diagnostics("a/bad.tabi").is_empty());
    let whole = server.uri("").trim_end_matches('/').to_string();
    let change = json!({ "event": { "removed": [{ "uri": whole, "name": "ws" }], "added": [] } });
    server.notify("workspace/didChangeWorkspaceFolders", change);
    assert!(server.diagnostics("a/bad.tabi").is_empty());
    let folder = server.uri("a");
    let change = json!({ "event": { "removed": [], "added": [{ "uri": folder, "name": "a" }] } });
    server.notify("workspace/didChangeWorkspaceFolders", change);
    assert!(!server.diagnostics("a/bad.tabi").is_empty());
}

#[test]
fn what_cannot_be_read_is_in_the_log_and_all_else_works() {
    let mut server = TestServer::new(PLAIN, &[("tabi.toml", ""), ("bad.tabi", "user journey {\n")]);
    std::os::unix::fs::symlink("nowhere.tabi", server.path("broken.tabi")).expect("linked");
    std::fs::create_dir(server.path("folder.tabi")).expect("made");
    let uri = server.uri("broken.tabi");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 1 }] }));
    assert!(!server.diagnostics("bad.tabi").is_empty());
    let log: Vec<_> = server.told.iter().filter(|n| n.method == "window/logMessage").collect();
    assert!(log.iter().any(|n| n.params.to_string().contains("broken.tabi")), "{log:?}");
}

#[test]
fn documents_that_are_no_files_are_checked_too() {
    let mut server = TestServer::new(RICH, &[]);
    let item = json!({ "uri": "untitled:Untitled-1", "languageId": "tabi", "version": 1, "text": "user journey {\n" });
    server.notify("textDocument/didOpen", json!({ "textDocument": item }));
    server.settle();
    let published = server.told.iter().find(|n| n.method == "textDocument/publishDiagnostics").expect("said");
    assert_eq!(published.params["uri"], "untitled:Untitled-1");
    assert_ne!(published.params["diagnostics"], json!([]));
}

#[test]
fn a_client_that_asks_is_not_told() {
    let bad = "user journey {\n";
    let mut server =
        TestServer::new(Kind { pulls: true, ..RICH }, &[("tabi.toml", ""), ("bad.tabi", bad), ("lib.tabi", LIB)]);
    server.open_file("bad.tabi");
    let report = server.of("diagnostic", "bad.tabi", json!({})).expect("an answer");
    assert_eq!(report["kind"], "full");
    assert_eq!(report["items"][0]["source"], "tabi");
    let id = report["resultId"].clone();
    let again = server.of("diagnostic", "bad.tabi", json!({ "previousResultId": id })).expect("an answer");
    assert_eq!(again["kind"], "unchanged");
    server.replace("bad.tabi", "");
    let now = server.of("diagnostic", "bad.tabi", json!({ "previousResultId": id })).expect("an answer");
    assert_eq!((now["kind"].as_str(), &now["items"]), (Some("full"), &json!([])));
    let all = server.request("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("an answer");
    assert_eq!(all["items"].as_array().map(Vec::len), Some(3), "{all:#}");
    // other files on the disk: it is asked to ask again
    server.write("new.tabi", bad);
    let uri = server.uri("new.tabi");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 1 }] }));
    server.settle();
    assert!(server.asked.iter().any(|r| r.method == "workspace/diagnostic/refresh"));
    assert!(!server.told.iter().any(|n| n.method == "textDocument/publishDiagnostics"));
}

#[test]
fn many_diagnostics_are_capped_and_counted() {
    let bad = "user journey a { step b { sli c { up x target 99,9% } } }\n".repeat(1500);
    let mut server = TestServer::new(RICH, &[]);
    server.open("bad.tabi", &bad);
    let all = server.diagnostics("bad.tabi");
    assert_eq!(all.len(), 201);
    let last = all.last().expect("some")["message"].as_str().unwrap_or_default().to_string();
    assert!(last.ends_with("more in this file; `tabi check` says all of them"), "{last}");
}

#[test]
fn a_burst_of_changes_costs_one_answer() {
    let mut server = TestServer::new(RICH, &[]);
    server.open("a.tabi", "");
    server.settle();
    let before = server.told.len();
    // the server is kept busy by what comes first, so the rest waits together
    server.open("big.tabi", &"user journey a { step b { sli c { up x target 99,9% } } }\n".repeat(3000));
    for i in 0..200 {
        server.replace("a.tabi", &format!("user journey a{i} {{\n"));
    }
    server.settle();
    let uri = server.uri("a.tabi");
    let of_a = server.told[before..].iter().filter(|n| n.params["uri"] == uri.as_str()).count();
    assert!((1..200).contains(&of_a), "published {of_a} times for 200 changes");
}

#[test]
fn two_servers_work_on_one_project() {
    let mut one = TestServer::new(RICH, &[("tabi.toml", ""), ("bad.tabi", "user journey {\n")]);
    let mut two = TestServer::silent(&[]);
    let folders = json!([{ "uri": one.uri("").trim_end_matches('/'), "name": "ws" }]);
    two.request("initialize", json!({ "capabilities": {}, "workspaceFolders": folders })).expect("an answer");
    two.notify("initialized", json!({}));
    one.open_file("bad.tabi");
    one.settle();
    two.settle();
    let told = two.told.iter().any(|n| n.params["uri"] == one.uri("bad.tabi").as_str());
    assert!(told && !one.diagnostics("bad.tabi").is_empty());
}

#[test]
fn a_project_that_is_opened_again_says_what_its_new_text_says() {
    let mut server = TestServer::silent(&[]);
    server.request("initialize", json!({ "capabilities": {} })).expect("an answer");
    server.notify("initialized", json!({}));
    server.open("a/a.tabi", "user journey {\n");
    assert!(!server.diagnostics("a/a.tabi").is_empty());
    // the server is kept busy by what comes first, so the rest waits together
    server.open("b/big.tabi", &"user journey a { step b { sli c { up x target 99,9% } } }\n".repeat(3000));
    let busy = server.ask("workspace/symbol", json!({ "query": "no such name" }));
    let uri = server.uri("a/a.tabi");
    server.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    server.open("a/a.tabi", "");
    server.answer(&busy).expect("an answer");
    assert_eq!(server.messages("a/a.tabi"), Vec::<String>::new());
}

#[test]
fn a_client_that_asks_is_told_that_a_file_is_gone() {
    let files = [("tabi.toml", ""), ("gone.tabi", "site x \"X\" { }\n"), ("lib.tabi", LIB)];
    let mut server = TestServer::new(Kind { pulls: true, ..RICH }, &files);
    let all = server.request("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("an answer");
    // a client may write the same URI in another way
    let ids = all["items"].as_array().expect("a list").iter().map(|item| {
        let uri = item["uri"].as_str().expect("a URI").replace("lib.tabi", "li%62.tabi");
        json!({ "uri": uri, "value": item["resultId"] })
    });
    let ids: Vec<Value> = ids.collect();
    std::fs::remove_file(server.path("gone.tabi")).expect("removed");
    let uri = server.uri("gone.tabi");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 3 }] }));
    let now = server.request("workspace/diagnostic", json!({ "previousResultIds": ids })).expect("an answer");
    let items = now["items"].as_array().expect("a list");
    let gone = items.iter().find(|item| item["uri"] == uri.as_str()).expect("it is told");
    assert_eq!((&gone["kind"], &gone["items"]), (&json!("full"), &json!([])), "{now:#}");
    assert_eq!(items.len(), 3, "{now:#}");
    assert!(items.iter().all(|item| item["uri"] == uri.as_str() || item["kind"] == "unchanged"), "{now:#}");
}

#[test]
fn a_file_behind_a_link_out_of_the_folder_is_read_again() {
    let outside = tempfile::tempdir().expect("a directory");
    let file = outside.path().join("lib.tabi");
    std::fs::write(&file, LIB).expect("written");
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("shop.tabi", SHOP)]);
    std::os::unix::fs::symlink(&file, server.path("lib.tabi")).expect("linked");
    server.open_file("shop.tabi");
    assert!(!has(&server.messages("shop.tabi"), "answered"), "{:?}", server.messages("shop.tabi"));
    std::fs::write(&file, LIB.replace("answered", "served")).expect("written");
    let uri = server.uri("lib.tabi");
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    assert!(has(&server.messages("shop.tabi"), "answered"), "{:?}", server.messages("shop.tabi"));
}

#[test]
fn an_open_file_that_is_no_longer_used_still_has_answers() {
    let mut server =
        TestServer::new(RICH, &[("tabi.toml", "sources = [\"shop.tabi\"]\n"), ("shop.tabi", SHOP), ("lib.tabi", LIB)]);
    server.open_file("shop.tabi");
    server.open_file("lib.tabi");
    let before = server.of("documentSymbol", "lib.tabi", json!({})).expect("an answer");
    assert_eq!(before[0]["name"], "answered");
    server.replace("shop.tabi", &SHOP.replacen("use \"lib.tabi\"\n", "", 1));
    let after = server.of("documentSymbol", "lib.tabi", json!({})).expect("an answer");
    assert_eq!(after, before);
    // and it is still said what is wrong with it
    server.replace("shop.tabi", SHOP);
    assert_eq!(server.of("documentSymbol", "lib.tabi", json!({})).expect("an answer"), before);
    server.replace("lib.tabi", "template {\n");
    server.replace("shop.tabi", &SHOP.replacen("use \"lib.tabi\"\n", "", 1));
    assert!(!server.diagnostics("lib.tabi").is_empty());
}

#[test]
fn a_symbol_of_two_projects_is_listed_once() {
    let shop = SHOP.replace("lib.tabi", "../b/lib.tabi");
    let mut server = TestServer::new(RICH, &[("a/shop.tabi", &shop), ("b/lib.tabi", LIB)]);
    assert!(!has(&server.messages("a/shop.tabi"), "there is no such file"));
    let all = server.request("workspace/symbol", json!({ "query": "answered" })).expect("an answer");
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all:#}");
}

#[test]
fn a_link_and_its_file_are_two_documents_of_one_text() {
    let (good, bad) = ("site x \"X\" { }\n", "user journey {\n");
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("a.tabi", good)]);
    std::os::unix::fs::symlink("a.tabi", server.path("link.tabi")).expect("linked");
    let broken = |server: &mut TestServer, name: &str| has(&server.messages(name), "expected a name");
    server.open("a.tabi", good);
    server.open("link.tabi", bad);
    assert!(broken(&mut server, "link.tabi"));
    // what was changed last holds
    server.replace("a.tabi", &format!("{good}# more\n"));
    assert!(!broken(&mut server, "a.tabi") && !broken(&mut server, "link.tabi"));
    server.replace("link.tabi", bad);
    assert!(broken(&mut server, "link.tabi"));
    // once one is closed, the other does
    let uri = server.uri("link.tabi");
    server.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert!(!broken(&mut server, "a.tabi") && !broken(&mut server, "link.tabi"));
    server.change("a.tabi", json!([{ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } }, "text": bad }]));
    assert!(broken(&mut server, "a.tabi"));
}

/// What clients send of a directory: one event for it, and none for what is in it.
fn told(server: &mut TestServer, name: &str, kind: u32) {
    let uri = server.uri(name);
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": kind }] }));
}

const BAD: &str = "user journey {\n";

#[test]
fn a_directory_that_goes_takes_its_files_along() {
    // one of a project, a project of its own, and one without a tabi.toml
    let files = [
        ("a/tabi.toml", ""),
        ("a/one.tabi", SHOP),
        ("a/lib.tabi", LIB),
        ("a/deep/er/bad.tabi", BAD),
        ("b/tabi.toml", ""),
        ("b/bad.tabi", BAD),
        ("c/bad.tabi", BAD),
    ];
    let gone = [("a/deep", "a/deep/er/bad.tabi"), ("b", "b/bad.tabi"), ("c", "c/bad.tabi")];
    let mut server = TestServer::new(RICH, &files);
    for (directory, bad) in gone {
        assert!(!server.diagnostics(bad).is_empty(), "{bad}");
        std::fs::remove_dir_all(server.path(directory)).expect("removed");
        told(&mut server, directory, 3);
        assert!(server.diagnostics(bad).is_empty(), "{bad}");
    }
    assert!(!has(&server.messages("a/one.tabi"), "answered"), "{:?}", server.messages("a/one.tabi"));
}

#[test]
fn a_directory_that_comes_brings_its_files() {
    let mut server = TestServer::new(RICH, &[("a/tabi.toml", ""), ("a/lib.tabi", LIB), ("b/empty.txt", "")]);
    for (directory, bad) in [("a/new", "a/new/er/bad.tabi"), ("c", "c/bad.tabi")] {
        server.write(bad, BAD);
        told(&mut server, directory, 1);
        assert!(!server.diagnostics(bad).is_empty(), "{bad}");
    }
    server.write("d/tabi.toml", "sorces = []\n");
    told(&mut server, "d", 1);
    assert!(!server.diagnostics("d/tabi.toml").is_empty());
}

#[test]
fn a_directory_with_another_name_is_the_same_files_elsewhere() {
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("a/bad.tabi", BAD), ("lib.tabi", LIB)]);
    assert!(!server.diagnostics("a/bad.tabi").is_empty());
    std::fs::rename(server.path("a"), server.path("b")).expect("renamed");
    let (old, new) = (server.uri("a"), server.uri("b"));
    let changes = json!([{ "uri": new, "type": 1 }, { "uri": old, "type": 3 }]);
    server.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    assert!(server.diagnostics("a/bad.tabi").is_empty() && !server.diagnostics("b/bad.tabi").is_empty());
    // a client that watches nothing tells of what is done in it
    let mut server = TestServer::new(PLAIN, &[("tabi.toml", ""), ("a/bad.tabi", BAD), ("lib.tabi", LIB)]);
    assert!(!server.diagnostics("a/bad.tabi").is_empty());
    std::fs::rename(server.path("a"), server.path("b")).expect("renamed");
    let (old, new) = (server.uri("a"), server.uri("b"));
    server.notify("workspace/didRenameFiles", json!({ "files": [{ "oldUri": old, "newUri": new }] }));
    assert!(server.diagnostics("a/bad.tabi").is_empty() && !server.diagnostics("b/bad.tabi").is_empty());
    std::fs::remove_dir_all(server.path("b")).expect("removed");
    server.notify("workspace/didDeleteFiles", json!({ "files": [{ "uri": new }] }));
    assert!(server.diagnostics("b/bad.tabi").is_empty());
    server.write("c/bad.tabi", BAD);
    let uri = server.uri("c");
    server.notify("workspace/didCreateFiles", json!({ "files": [{ "uri": uri }] }));
    assert!(!server.diagnostics("c/bad.tabi").is_empty());
}

#[test]
fn what_is_built_beside_a_project_costs_no_run() {
    let kind = Kind { pulls: true, ..RICH };
    let mut server = TestServer::new(kind, &[("tabi.toml", ""), ("bad.tabi", BAD), ("target/debug/x/y.tabi", BAD)]);
    server.write("out/a/b.txt", "");
    server.settle();
    let before = server.asked.len();
    for name in ["target/debug/x", "target", "out", "out/a/b.txt", "gone", "node_modules/a", ".git"] {
        told(&mut server, name, 1);
        told(&mut server, name, 3);
    }
    server.settle();
    assert_eq!(server.asked.len(), before, "{:?}", server.asked);
    // a file of another name that is used is a file of the project
    server.write("tabi.toml", "sources = [\"list.txt\"]\n");
    server.write("list.txt", BAD);
    told(&mut server, "tabi.toml", 2);
    assert!(server.of("diagnostic", "list.txt", json!({})).expect("an answer")["items"] != json!([]));
    server.write("list.txt", "");
    told(&mut server, "list.txt", 2);
    assert_eq!(server.of("diagnostic", "list.txt", json!({})).expect("an answer")["items"], json!([]));
    std::fs::remove_file(server.path("list.txt")).expect("removed");
    told(&mut server, "list.txt", 3);
    server.settle();
    let said = server.of("diagnostic", "tabi.toml", json!({})).expect("an answer");
    assert!(said["items"].to_string().contains("no source"), "{said}");
}

#[test]
fn an_open_file_in_a_directory_that_is_gone_is_still_checked() {
    let mut server = TestServer::new(RICH, &[("tabi.toml", ""), ("a/b/bad.tabi", BAD), ("lib.tabi", LIB)]);
    server.open_file("a/b/bad.tabi");
    assert!(!server.diagnostics("a/b/bad.tabi").is_empty());
    std::fs::remove_dir_all(server.path("a")).expect("removed");
    told(&mut server, "a", 3);
    assert!(!server.diagnostics("a/b/bad.tabi").is_empty());
    server.replace("a/b/bad.tabi", "");
    assert!(server.diagnostics("a/b/bad.tabi").is_empty());
    server.replace("a/b/bad.tabi", BAD);
    assert!(!server.diagnostics("a/b/bad.tabi").is_empty());
    let uri = server.uri("a/b/bad.tabi");
    server.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert!(server.diagnostics("a/b/bad.tabi").is_empty());
}
