//! How a session begins and ends, and what the server says to what is no proper session.

use crate::client::{Kind, PLAIN, RICH, TestServer};
use serde_json::{Value, json};
use tabi::lsp::End;

#[test]
fn the_server_says_what_it_can_do() {
    let server = TestServer::new(RICH, &[]);
    insta::assert_snapshot!("capabilities", server.show(&server.capabilities));
    assert_eq!(server.asked.len(), 0);
    assert_eq!(server.shutdown(), End::Orderly);
}

#[test]
fn columns_are_counted_as_both_sides_can() {
    let encoding = |encodings| {
        let server = TestServer::new(Kind { encodings, ..RICH }, &[]);
        server.capabilities["positionEncoding"].as_str().expect("one").to_string()
    };
    assert_eq!(encoding(&[]), "utf-16");
    assert_eq!(encoding(&["utf-16"]), "utf-16");
    assert_eq!(encoding(&["utf-16", "utf-8", "utf-32"]), "utf-8");
    assert_eq!(encoding(&["utf-32", "utf-16"]), "utf-32");
    assert_eq!(encoding(&["utf-7"]), "utf-16");
}

#[test]
fn who_exits_without_shutdown_is_told() {
    assert_eq!(TestServer::new(PLAIN, &[]).exit(), End::Abrupt);
    assert_eq!(TestServer::silent(&[]).exit(), End::Abrupt);
    assert_eq!(TestServer::new(PLAIN, &[]).shutdown(), End::Orderly);
}

#[test]
fn what_comes_out_of_order_is_refused() {
    let mut server = TestServer::silent(&[]);
    let (code, message) = server.request("textDocument/hover", json!({})).expect_err("too early");
    assert_eq!((code, message.as_str()), (-32002, "the first request is `initialize`"));
    server.notify("textDocument/didOpen", json!({ "textDocument": 1 }));
    assert!(server.request("shutdown", Value::Null).is_err_and(|e| e.0 == -32002));
    server.request("initialize", json!({ "capabilities": {} })).expect("an answer");
    assert!(server.request("initialize", json!({})).is_err_and(|e| e.0 == -32600));
    server.request("shutdown", Value::Null).expect("an answer");
    assert!(server.request("workspace/symbol", json!({ "query": "" })).is_err_and(|e| e.0 == -32600));
    assert_eq!(server.exit(), End::Orderly);
}

#[test]
fn odd_capabilities_are_none() {
    let mut server = TestServer::silent(&[]);
    let odd = json!({ "processId": "x", "capabilities": { "textDocument": [], "general": { "positionEncodings": 8 } }, "workspaceFolders": [1] });
    let result = server.request("initialize", odd).expect("an answer");
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    server.notify("initialized", json!({}));
    server.settle();
}

#[test]
fn unknown_methods_and_bad_parameters_are_errors_of_one_request() {
    let mut server = TestServer::new(RICH, &[("a.tabi", "")]);
    assert!(server.request("textDocument/unheardOf", json!({})).is_err_and(|e| e.0 == -32601));
    assert!(server.request("textDocument/hover", json!({ "position": [] })).is_err_and(|e| e.0 == -32602));
    assert!(server.request("workspace/executeCommand", json!({ "command": "rm" })).is_err_and(|e| e.0 == -32602));
    server.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": server.uri("a.tabi"), "version": 2 }, "contentChanges": [] }),
    );
    server.notify("textDocument/unheardOf", json!(null));
    server.notify("textDocument/didOpen", json!({}));
    server.settle();
    let log: Vec<&str> = server
        .told
        .iter()
        .filter(|n| n.method == "window/logMessage")
        .filter_map(|n| n.params["message"].as_str())
        .collect();
    assert!(log.iter().any(|line| line.contains("was not opened")), "{log:?}");
    assert!(log.iter().any(|line| line.starts_with("textDocument/didOpen: missing field")), "{log:?}");
}

#[test]
fn what_is_cancelled_before_its_turn_is_not_answered() {
    let mut server = TestServer::new(RICH, &[]);
    // the first keeps the server busy only as long as it reads; so many are sent that the last is still waiting when it is cancelled
    let ids: Vec<_> = (0..2000).map(|_| server.ask("workspace/symbol", json!({ "query": "a" }))).collect();
    let last = ids.last().expect("some").clone();
    server.notify("$/cancelRequest", json!({ "id": 2001 }));
    for id in &ids {
        match server.answer(id) {
            Ok(_) => {}
            Err((code, _)) => assert!(code == -32800 && *id == last),
        }
    }
    server.settle();
}

#[test]
fn files_are_watched_by_clients_that_can() {
    let mut server = TestServer::new(RICH, &[]);
    server.settle();
    assert_eq!(server.asked.len(), 1);
    let watchers = &server.asked[0].params["registrations"][0];
    assert_eq!(watchers["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(watchers["registerOptions"]["watchers"][1]["globPattern"], "**/tabi.toml");
    // directories that come and go, and not each file that is written
    assert_eq!(watchers["registerOptions"]["watchers"][2], json!({ "globPattern": "**/*", "kind": 5 }));
    let mut plain = TestServer::new(PLAIN, &[]);
    plain.settle();
    assert!(plain.asked.is_empty());
}
