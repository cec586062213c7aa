//! What `tabi check` writes for programs: a snapshot of each format, what their readers rely on, and exit codes. Others judge the same
//! formats in `scripts/test-formats`.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests prepare and look at files")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

const FORMATS: [&str; 8] = ["human", "concise", "json", "github", "gitlab", "sarif", "junit", "rdjson"];

/// One of each severity, labels in another file and in `std`, fixes, other scripts, and what the formats have to escape.
const PROJECT: [(&str, &str); 3] = [
    ("slo/tabi.toml", "sources = [\".\"]\noutptu = \"x\"\n"),
    (
        "slo/予約 100%.tabi",
        "use \"./b.tabi\"\nuser journey a \"🦀 <旅> & \\\"x\\\"\" {\n  step 予 \"🦀\" {}\n  taget 99%\n  target 99,5%, target 1%\n}\n",
    ),
    (
        "slo/b.tabi",
        "use std.http\nsite tokyo { labels { region = \"x\" } }\nsite tokyo {\n}\ntemplate t(a: duration) {\n}\n",
    ),
];

/// Nothing is wrong here but what lints say.
const WARNED: &str =
    "user journey a {\n  step pay {\n    sli up {\n      up     up{job=\"a\"}\n      target 99%\n    }\n  }\n}\n";

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

struct Dir(tempfile::TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = Dir(tempfile::tempdir().expect("a directory"));
        for (name, text) in files {
            dir.write(name, text);
        }
        dir
    }
    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    fn command(&self, below: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tabi"));
        command.current_dir(self.0.path().join(below)).stdin(Stdio::null());
        for name in
            ["TABI_OUTPUT_FORMAT", "TABI_EXPLAIN_URL", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "CI", "FORCE_HYPERLINK"]
        {
            command.env_remove(name);
        }
        command
    }
    fn run(command: &mut Command) -> Run {
        let output = command.output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
    fn tabi(&self, below: &str, args: &[&str]) -> Run {
        Self::run(self.command(below).args(args))
    }
    /// What a format says of the project in `slo`, in a checkout whose root is above it.
    fn check(&self, format: &str) -> Run {
        self.tabi("slo", &["check", "--output-format", format])
    }
}

fn project() -> Dir {
    let dir = Dir::new(&PROJECT);
    std::fs::create_dir(dir.0.path().join(".git")).expect("made");
    dir
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn each_format_is_stable() {
    let dir = project();
    for format in FORMATS.iter().filter(|f| !["human", "json"].contains(f)) {
        let mut command = dir.command("slo");
        command.args(["check", "--output-format", format]).env("TABI_EXPLAIN_URL", "https://docs.example.com/$name");
        let run = Dir::run(&mut command);
        assert_eq!(run.code, Some(1), "{}", run.err);
        // the texts of `tabi explain` are held by other tests
        let out = if *format == "sarif" {
            let mut value = json(&run.out);
            for rule in value["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
                assert!(rule["help"]["markdown"].as_str().is_some_and(|text| text.contains("## Right")));
                rule["help"] = Value::Null;
                rule["fullDescription"] = Value::Null;
            }
            format!("{value:#}")
        } else {
            run.out
        };
        insta::assert_snapshot!(*format, out);
    }
}

#[test]
fn all_formats_have_all_findings_and_only_data_on_stdout() {
    let dir = project();
    let lines = |format: &str| dir.check(format).out.lines().count();
    let count = lines("concise");
    assert!(count >= 5, "{}", dir.check("concise").out);
    assert_eq!(lines("github"), count);
    let list = |format: &str, pointer: &str| {
        json(&dir.check(format).out).pointer(pointer).and_then(Value::as_array).map(Vec::len)
    };
    assert_eq!(list("json", "/diagnostics"), Some(count));
    assert_eq!(list("gitlab", ""), Some(count));
    assert_eq!(list("sarif", "/runs/0/results"), Some(count));
    assert_eq!(list("rdjson", "/diagnostics"), Some(count));
    let junit = dir.check("junit").out;
    assert_eq!(junit.matches("<failure").count() + junit.matches("<skipped>").count(), count);
    for format in FORMATS {
        let run = dir.check(format);
        assert_eq!(run.code, Some(1), "{format}");
        assert!(format == "human" || run.err.contains(" errors"), "{format}: {}", run.err);
        assert_eq!(run.out, dir.check(format).out, "{format}: twice the same");
    }
}

#[test]
fn where_nothing_is_found_there_is_an_empty_document() {
    let dir = Dir::new(&[("a.tabi", "")]);
    let out = |format: &str| {
        let run = dir.tabi("", &["check", "--output-format", format]);
        assert_eq!(run.code, Some(0), "{format}: {}", run.err);
        run.out
    };
    for format in ["human", "concise", "github"] {
        assert_eq!(out(format), "", "{format}");
    }
    assert_eq!(json(&out("gitlab")), serde_json::json!([]));
    assert_eq!(json(&out("sarif"))["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(json(&out("rdjson"))["diagnostics"], serde_json::json!([]));
    assert_eq!(json(&out("json"))["diagnostics"], serde_json::json!([]));
    // a reader of tests takes a report without any for a mistake
    assert!(out("junit").contains("tests=\"1\" failures=\"0\" errors=\"0\"") && out("junit").contains("<testcase"));
}

#[test]
fn paths_begin_where_the_reader_is() {
    let dir = Dir::new(&[("repo/sub/slo/tabi.toml", ""), ("repo/sub/slo/x/a.tabi", "?\n"), ("repo/other/b.txt", "")]);
    let path = |below: &str, format: &str, pointer: &str, variable: Option<&str>| {
        let mut command = dir.command(below);
        command.args(["check", "--output-format", format]);
        if below == "repo/other" {
            command.arg("../sub/slo");
        }
        if let Some(name) = variable {
            command.env(name, dir.0.path().join("repo"));
        }
        let out = Dir::run(&mut command).out;
        match pointer {
            "" => out
                .split("file=")
                .nth(1)
                .map_or(out.as_str(), |rest| rest)
                .split([',', ':'])
                .next()
                .unwrap_or("")
                .to_string(),
            _ => json(&out).pointer(pointer).and_then(Value::as_str).unwrap_or("").to_string(),
        }
    };
    let (sarif, gitlab, rdjson) = (
        "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
        "/0/location/path",
        "/diagnostics/0/location/path",
    );
    // without a checkout: from the current directory, unless CI says where the checkout is
    assert_eq!(path("repo/sub", "github", "", None), "slo/x/a.tabi");
    assert_eq!(path("repo/sub", "github", "", Some("GITHUB_WORKSPACE")), "sub/slo/x/a.tabi");
    assert_eq!(path("repo/sub/slo/x", "gitlab", gitlab, Some("CI_PROJECT_DIR")), "sub/slo/x/a.tabi");
    std::fs::create_dir(dir.0.path().join("repo/.git")).expect("made");
    for below in ["repo", "repo/sub/slo", "repo/sub/slo/x", "repo/other"] {
        let below = if below == "repo" { "repo/sub/slo" } else { below };
        assert_eq!(path(below, "github", "", None), "sub/slo/x/a.tabi", "{below}");
        assert_eq!(path(below, "sarif", sarif, None), "sub/slo/x/a.tabi", "{below}");
        assert_eq!(path(below, "gitlab", gitlab, None), "sub/slo/x/a.tabi", "{below}");
    }
    // reviewdog and editors start from where they are
    assert_eq!(path("repo/sub/slo/x", "rdjson", rdjson, None), "a.tabi");
    assert_eq!(path("repo/other", "rdjson", rdjson, None), "../sub/slo/x/a.tabi");
    assert_eq!(path("repo/other", "concise", "", None), "../sub/slo/x/a.tabi");
    assert_eq!(path("repo/sub/slo/x", "json", "/diagnostics/0/file", None), "x/a.tabi");
}

/// Reads a command as the runner of GitHub does.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let decoded = |text: &str| text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
    let (head, data) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("a command");
    let (name, properties) = head.split_once(' ').expect("properties");
    let property = |text: &str| {
        let (key, value) = text.split_once('=').expect("a value");
        (key.to_string(), decoded(&value.replace("%3A", ":").replace("%2C", ",")))
    };
    (name.to_string(), properties.split(',').map(property).collect(), decoded(data))
}

#[test]
fn github_reads_what_was_said() {
    let dir =
        Dir::new(&[("a,b:c%0A.tabi", "user journey a {\n  holds `a`\n  taget 99% # 100%0A\n  target 99,5%\n}\n")]);
    let run = dir.tabi("", &["check", "--output-format", "github"]);
    let commands: Vec<_> = run.out.lines().map(command).collect();
    let found = json(&dir.tabi("", &["check", "--output-format", "json"]).out);
    let found = found["diagnostics"].as_array().expect("a list");
    assert_eq!(commands.len(), found.len());
    for ((name, properties, data), expected) in commands.iter().zip(found) {
        let get = |key: &str| properties.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        assert_eq!(name, expected["severity"].as_str().expect("a word"));
        assert_eq!(get("file"), Some("a,b:c%0A.tabi"));
        assert_eq!(get("line"), Some(expected["range"]["start"]["line"].to_string().as_str()));
        assert_eq!(get("col"), Some(expected["range"]["start"]["column"].to_string().as_str()));
        assert!(data.starts_with(expected["message"].as_str().expect("a text")), "{data}");
        assert!(data.ends_with(expected["explain"].as_str().expect("a text")), "{data}");
    }
}

#[test]
fn fingerprints_are_unique_and_stay_when_lines_move() {
    let prints = |text: &str, format: &str, pointer: &str| -> Vec<String> {
        let dir = Dir::new(&[("a.tabi", text)]);
        let value = json(&dir.tabi("", &["check", "--output-format", format]).out);
        let list = if format == "gitlab" { value } else { value["runs"][0]["results"].clone() };
        let of = |finding: &Value| finding.pointer(pointer).and_then(Value::as_str).expect("a fingerprint").to_string();
        list.as_array().expect("a list").iter().map(of).collect()
    };
    let text = "defaults {\n  target 99,5%\n  target 99,5%\n  taget 99%\n}\n";
    for (format, pointer) in [("gitlab", "/fingerprint"), ("sarif", "/partialFingerprints/tabiPlace~1v1")] {
        let found = prints(text, format, pointer);
        assert!(found.len() >= 3 && found.iter().collect::<BTreeSet<_>>().len() == found.len(), "{found:?}");
        assert_eq!(prints(&format!("# a comment\n\n{}", text.replace("  taget", "    taget")), format, pointer), found);
        assert_ne!(prints(&text.replace("99%", "98%"), format, pointer), found);
    }
}

#[test]
fn fixes_of_reviewdog_and_sarif_mend_the_text() {
    let text = "# 予約🦀\nuser journey a \"予約🦀\" { target 99,5% }\n";
    let dir = Dir::new(&[("a.tabi", text)]);
    let line = text.lines().nth(1).expect("a line");
    let first = |format: &str, list: &str, pointer: &str| {
        let found = json(&dir.tabi("", &["check", "--output-format", format]).out);
        let list = found.pointer(list).and_then(Value::as_array).cloned().expect("a list");
        list.iter().find_map(|one| one.pointer(pointer).cloned()).expect("a fix")
    };
    let suggestion = first("rdjson", "/diagnostics", "/suggestions/0");
    let column = |range: &Value, end: &str| range[end]["column"].as_u64().expect("a column") as usize - 1;
    let range = &suggestion["range"];
    assert_eq!(range["start"]["line"], 2);
    let mended = format!(
        "{}{}{}",
        &line[..column(range, "start")],
        suggestion["text"].as_str().expect("a text"),
        &line[column(range, "end")..]
    );
    let right = line.replace(',', ".");
    assert_eq!(mended, right);
    let fix = first("sarif", "/runs/0/results", "/fixes/0");
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    let units: Vec<u16> = line.encode_utf16().collect();
    let at = |key: &str| replacement["deletedRegion"][key].as_u64().expect("a column") as usize - 1;
    let mended = [
        String::from_utf16_lossy(&units[..at("startColumn")]),
        replacement["insertedContent"]["text"].as_str().expect("a text").to_string(),
        String::from_utf16_lossy(&units[at("endColumn")..]),
    ];
    assert_eq!(mended.concat(), right);
}

#[test]
fn junit_fails_where_the_run_fails() {
    let dir = Dir::new(&[("a.tabi", WARNED)]);
    let run = |args: &[&str]| {
        let run = dir.tabi("", &[&["check", "--output-format", "junit"], args].concat());
        (run.code, run.out.contains("<failure"), run.out.contains("<skipped>"))
    };
    let plain = run(&[]);
    assert_eq!(plain, (Some(0), false, true), "this has warnings only");
    assert_eq!(run(&["--deny-warnings"]), (Some(1), true, false));
}

#[test]
fn formats_are_chosen_by_option_and_environment() {
    let dir = Dir::new(&[("a.tabi", "?\n")]);
    let with =
        |value: &str, args: &[&str]| Dir::run(dir.command("").arg("check").args(args).env("TABI_OUTPUT_FORMAT", value));
    assert!(with("gitlab", &[]).out.starts_with('['));
    assert!(with("gitlab", &["--output-format", "concise"]).out.starts_with("a.tabi:1:1: error[syntax]: "));
    assert!(with("", &[]).out.starts_with("error[syntax]"));
    // the name that the option had at first
    assert!(with("", &["--format", "json"]).out.starts_with('{'));
    let wrong = with("xml", &[]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("TABI_OUTPUT_FORMAT is `xml`") && wrong.err.contains("sarif, junit"), "{}", wrong.err);
    let wrong = with("", &["--output-format", "xml"]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn a_file_gets_the_document_and_people_still_see_what_is_wrong() {
    let dir = Dir::new(&[("a.tabi", "?\n")]);
    let args = ["check", "--output-format", "gitlab", "--output-file", "out/new/report.json"];
    let run = dir.tabi("", &args);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(run.err.contains("error[syntax]") && run.err.contains("1 error"), "{}", run.err);
    let path = dir.0.path().join("out/new/report.json");
    let read = || std::fs::read_to_string(&path).expect("written");
    assert_eq!(json(&read()).as_array().map(Vec::len), Some(1));
    dir.write("a.tabi", "");
    let run = dir.tabi("", &args);
    assert_eq!((run.code, run.out.as_str(), read().as_str()), (Some(0), "", "[]\n"));
    let names = |dir: &Path| {
        std::fs::read_dir(dir).expect("read").map(|e| e.expect("an entry").file_name()).collect::<Vec<_>>()
    };
    assert_eq!(names(path.parent().expect("a directory")), ["report.json"]);
    // a file for people has no colours of a terminal, `-` is stdout, and what cannot be written is said
    let run = dir.tabi("", &["check", "--output-format", "gitlab", "--output-file", "-"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), "[]\n"));
    let run = dir.tabi("", &["check", "--output-file", "out"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("out: it is a directory"), "{}", run.err);
    let run = dir.tabi("", &["check", "--output-file", "a.tabi/x"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_written_to_and_not_replaced() {
    let dir = Dir::new(&[("a.tabi", "")]);
    let script = "exec \"$0\" check --output-format gitlab --output-file /dev/stdout | cat";
    let mut bash = Command::new("bash");
    bash.args(["-c", script, env!("CARGO_BIN_EXE_tabi")]).current_dir(dir.0.path());
    let run = Dir::run(&mut bash);
    assert_eq!((run.code, run.out.as_str()), (Some(0), "[]\n"), "{}", run.err);
}

#[test]
fn exit_codes_are_those_of_the_pages() {
    let dir = Dir::new(&[("good/a.tabi", ""), ("warn/a.tabi", WARNED), ("bad/a.tabi", "?\n"), ("none/x", "")]);
    for format in FORMATS {
        let code =
            |below: &str, args: &[&str]| dir.tabi(below, &[&["check", "--output-format", format], args].concat()).code;
        assert_eq!(code("good", &["--deny-warnings"]), Some(0), "{format}");
        assert_eq!(code("warn", &[]), Some(0), "{format}");
        assert_eq!(code("warn", &["--deny-warnings"]), Some(1), "{format}");
        assert_eq!(code("bad", &[]), Some(1), "{format}");
        assert_eq!(code("none", &[]), Some(2), "{format}");
        assert_eq!(code("good", &["no.tabi"]), Some(2), "{format}");
        assert_eq!(code("good", &["--no-such-option"]), Some(2), "{format}");
        let nothing = dir.tabi("none", &["check", "--output-format", format]);
        assert_eq!(nothing.out, "", "{format}: no document where nothing was looked at");
    }
}
