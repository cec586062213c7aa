//! The real binary, with the files that people really have.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests prepare and look at files")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const JOURNEY: &str = "## A buyer.\nuser journey NAME \"Kauf\" {\n  owner   shop\n  runbook \"https://r.example/$journey\"\n  \
    step pay {\n    sli available {\n      good   http_requests_total{job=\"NAME\", code!~\"5..\"}\n      \
    total  http_requests_total{job=\"NAME\"}\n      target 99%\n    }\n  }\n  target 98%\n}\n";

fn journey(name: &str) -> String {
    JOURNEY.replace("NAME", name)
}

struct Dir(TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = Dir(tempfile::tempdir().expect("a directory"));
        for (name, text) in files {
            dir.write(name, text.as_bytes());
        }
        dir
    }
    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("read")
    }
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tabi"));
        command.current_dir(self.0.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }
    fn tabi(&self, args: &[&str]) -> Run {
        Run::of(&self.command().args(args).output().expect("it runs"))
    }
    /// All files below a directory with their text, to see that nothing changed.
    fn all(&self, below: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut todo = vec![self.path(below)];
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                todo.extend(std::fs::read_dir(&path).expect("read").map(|e| e.expect("an entry").path()));
                found.push((path, Vec::new()));
            } else if let Ok(bytes) = std::fs::read(&path) {
                found.push((path, bytes));
            }
        }
        found.sort();
        found
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("internal error"), "{}", self.err);
        self
    }
    #[track_caller]
    fn says(self, part: &str) -> Self {
        assert!(self.out.contains(part) || self.err.contains(part), "no {part:?} in\n{}\n{}", self.out, self.err);
        self
    }
}

fn modified(path: &Path) -> std::time::SystemTime {
    std::fs::metadata(path).and_then(|m| m.modified()).expect("a time")
}

#[test]
fn bytes_that_are_not_utf8_are_shown_where_they_are() {
    let dir = Dir::new(&[]);
    dir.write("a.tabi", b"# aaaaaa\n# \xe9 b\n");
    dir.tabi(&["check"]).ends(1).says("not UTF-8: byte 0xE9 at offset 11").says("a.tabi:2:3");
    dir.write("a.tabi", b"\xef\xbb\xbf# \xe9\n");
    dir.tabi(&["check"]).ends(1).says("byte 0xE9 at offset 5").says("a.tabi:1:3");
    dir.write("a.tabi", b"\xff\xfeu\0s\0e\0\n\0");
    let run = dir.tabi(&["check"]).ends(1).says("UTF-16");
    assert!(run.out.contains("1 error;"), "{}", run.out);
    dir.tabi(&["fmt"]).ends(1).says("not UTF-8");
}

#[test]
fn marks_and_line_ends_of_windows_empty_and_large_files_are_fine() {
    let dir = Dir::new(&[("empty.tabi", ""), ("crlf.tabi", &journey("crlf").replace('\n', "\r\n"))]);
    dir.write("bom.tabi", format!("\u{feff}{}", journey("bom")).as_bytes());
    let mut large = journey("large");
    large.push_str(&"# a comment that makes the file large\n".repeat(280_000));
    dir.write("large.tabi", large.as_bytes());
    assert!(large.len() > 10_000_000);
    let run = dir.tabi(&["check"]);
    assert!(!run.out.contains("error["), "{}", run.out);
    let file = std::fs::File::create(dir.path("huge.tabi")).expect("made");
    file.set_len(65 << 20).expect("a hole");
    dir.tabi(&["check"]).ends(2).says("huge.tabi: it is larger than 64 MiB");
}

#[test]
fn paths_that_cannot_be_read_are_said() {
    let dir = Dir::new(&[("a.tabi", ""), ("sub/x.txt", "")]);
    dir.tabi(&["check", "none.tabi"]).ends(2).says("none.tabi: there is no such file or directory");
    // Permissions do not stop root, so a path below a file stands in for an unreadable directory.
    dir.tabi(&["check", "a.tabi/b.tabi"]).ends(2).says("a part of the path is a file");
    dir.tabi(&["check", "sub"]).ends(2).says("no .tabi file in sub").says("tabi init");
    dir.tabi(&["check", "--colour"]).ends(2);
    dir.tabi(&["frobnicate"]).ends(2);
    dir.tabi(&[]).ends(2);
}

#[test]
fn use_is_followed_and_stays_in_the_project() {
    let outer = Dir::new(&[
        ("out.tabi", ""),
        ("p/tabi.toml", "sources = [\"slo\"]\n"),
        ("p/slo/a.tabi", "use \"./b.tabi\"\nuse \"../../out.tabi\"\nuse \"../lib/c.tabi\"\n"),
        ("p/slo/b.tabi", "use \"./a.tabi\"\n"),
        ("p/lib/c.tabi", "use \"./gone.tabi\"\nuse \"../slo\"\n?\n"),
        ("p/lib/unread.tabi", "?\n"),
    ]);
    let run = outer.tabi(&["check", "p"]).ends(1).says("the path leaves the project").says("lib/c.tabi:3:1");
    let run = run.says("there is no such file").says("it is a directory");
    assert!(!run.out.contains("unread.tabi"), "{}", run.out);
    // c is reported for a, which uses it; for b as well, since b uses a
    outer.tabi(&["check", "p/slo/b.tabi"]).ends(1).says("lib/c.tabi:3:1");
    outer.tabi(&["check", "p/lib/unread.tabi"]).ends(2).says("has no file of the project");
}

#[test]
fn paths_choose_what_is_reported_and_every_error_stops_the_build() {
    let dir = Dir::new(&[("tabi.toml", ""), ("a.tabi", &journey("a")), ("b.tabi", "?\n")]);
    let run = dir.tabi(&["check", "a.tabi"]).ends(0).says("1 error in other files");
    assert!(!run.out.contains("b.tabi"), "{}", run.out);
    dir.tabi(&["build", "a.tabi", "-o", "out"]).ends(1).says("nothing was written");
    assert!(!dir.path("out").exists());
    dir.tabi(&["show"]).ends(1);
}

#[test]
fn paths_of_several_projects_are_each_checked_in_their_own() {
    let dir = Dir::new(&[
        ("a/tabi.toml", ""),
        ("a/uses.tabi", &journey("a").replace("  step pay", "  delivers b\n  step pay").replace("user", "developer")),
        ("a/b.tabi", &journey("b")),
        ("c/tabi.toml", ""),
        ("c/uses.tabi", &journey("c").replace("99%", "199%")),
        ("loose.tabi", &journey("d").replace("  step pay", "  delivers e\n  step pay").replace("user", "developer")),
        ("-e.tabi", &journey("e")),
    ]);
    // `b` is known from the disk, though its file is not given
    dir.tabi(&["check", "a/uses.tabi"]).ends(0);
    let run = dir.tabi(&["check", "a/uses.tabi", "c/uses.tabi", "a/tabi.toml"]).ends(1).says("uses.tabi:");
    assert!(run.out.starts_with("c:\nerror["), "{}", run.out);
    dir.tabi(&["check", "--format", "json", "a", "c"]).ends(2).says("the paths belong to 2 projects");
    // without a tabi.toml nothing says what else is to be read
    dir.tabi(&["check", "loose.tabi"]).ends(1).says("there is no user journey `e`").says("there is no tabi.toml");
    let run = dir.tabi(&["check", "a/b.tabi", "--", "loose.tabi", "-e.tabi"]).ends(0);
    assert!(!run.err.contains("there is no tabi.toml"), "{}", run.err);
}

#[test]
fn a_change_that_is_a_mistake_elsewhere_is_refused_for_whole_projects() {
    let dir = Dir::new(&[
        ("tabi.toml", ""),
        ("uses.tabi", &journey("a").replace("  step pay", "  delivers b\n  step pay").replace("user", "developer")),
        ("renamed.tabi", &journey("c")),
    ]);
    dir.tabi(&["check", "renamed.tabi"]).ends(0).says("1 error in other files");
    for path in ["renamed.tabi", "tabi.toml"] {
        let run = dir.tabi(&["check", "--whole-projects", "--", path]).ends(1).says("there is no user journey `b`");
        assert!(!run.err.contains("other files"), "{}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    use std::os::unix::fs::symlink;
    let outer =
        Dir::new(&[("out.tabi", ""), ("p/a.tabi", "use \"./link.tabi\"\nuse \"./self.txt\"\n"), ("p/sub/b.tabi", "")]);
    symlink("..", outer.path("p/sub/up")).expect("linked");
    symlink("self.txt", outer.path("p/self.txt")).expect("linked");
    symlink("../out.tabi", outer.path("p/link.txt")).expect("linked");
    outer.write("p/a.tabi", b"use \"./link.txt\"\nuse \"./self.txt\"\n");
    let mut command = outer.command();
    command.current_dir(outer.path("p")).arg("check");
    let run = Run::of(&command.output().expect("it runs")).ends(1);
    let run = run.says("sub/up leads back to a directory above it").says("lead in a circle");
    run.says("the path leaves the project");
}

#[test]
fn a_build_touches_only_what_changed_and_removes_what_is_gone() {
    let dir = Dir::new(&[("a.tabi", &journey("a")), ("b.tabi", &journey("b"))]);
    dir.tabi(&["build"]).ends(2).says("tabi build -o generated");
    dir.tabi(&["build", "-o", "out", "--check"]).ends(1).says("new      rules/a.yml");
    assert!(!dir.path("out").exists());
    dir.tabi(&["build", "-o", "out"]).ends(0);
    let (a, before) = (dir.path("out/rules/a.yml"), dir.all("out"));
    let time = modified(&a);
    dir.tabi(&["build", "-o", "out", "--check"]).ends(0);
    dir.tabi(&["build", "-o", "out"]).ends(0).says(" 0 written");
    assert_eq!((modified(&a), dir.all("out")), (time, before.clone()));
    dir.write("b.tabi", journey("c").as_bytes());
    let drift = dir.tabi(&["build", "-o", "out", "--check"]).ends(1);
    drift.says("gone     rules/b.yml").says("new      rules/c.yml").says("run `tabi build -o out`");
    assert_eq!(dir.all("out"), before);
    dir.write("out/rules/hand.yml", b"groups: []\n");
    dir.tabi(&["build", "-o", "out"]).ends(0).says("4 removed");
    assert!(!dir.path("out/rules/b.yml").exists() && dir.path("out/rules/c.yml").exists());
    assert_eq!(dir.read("out/rules/hand.yml"), "groups: []\n");
}

#[test]
fn dashboards_are_written_and_not_over_those_of_others() {
    let dir = Dir::new(&[("a.tabi", &journey("a"))]);
    dir.tabi(&["build", "-o", "out"]).ends(0);
    let (path, manifest) = ("out/dashboards/journeys/a.json", dir.path("out/.tabi-manifest.json"));
    let ours = dir.read(path);
    // without the manifest ours is known by its first field, and nobody else's is
    std::fs::remove_file(&manifest).expect("removed");
    dir.write(path, ours.replace("\"1m\"", "\"5m\"").as_bytes());
    dir.tabi(&["build", "-o", "out"]).ends(0).says("1 written");
    assert_eq!(dir.read(path), ours);
    std::fs::remove_file(&manifest).expect("removed");
    let other = "{\n  \"title\": \"mine\",\n  \"description\": \"Generated by tabi\"\n}\n";
    dir.write(path, other.as_bytes());
    dir.tabi(&["build", "-o", "out"]).ends(2).says("was not written by tabi");
    assert_eq!(dir.read(path), other);
    std::fs::remove_file(dir.path(path)).expect("removed");
    dir.tabi(&["build", "-o", "out", "--dashboards", "configmap"]).ends(0);
    assert!(dir.path("out/dashboards/overview.yml").exists() && !dir.path(path).exists());
    dir.tabi(&["build", "-o", "out", "--dashboards", "none"]).ends(0).says("2 removed");
    assert!(!dir.path("out/dashboards/overview.yml").exists());
    dir.tabi(&["build", "-o", "out", "--dashboards", "yaml"]).ends(2).says("json, configmap, grafana-operator, none");
}

#[test]
fn alerts_lead_to_the_dashboard_of_their_journey() {
    let dir = Dir::new(&[
        ("a.tabi", &journey("a")),
        ("tabi.toml", "output = \"out\"\n[grafana]\nurl = \"https://g.example.com/\"\n"),
    ]);
    let url =
        || dir.read("out/rules/a.yml").lines().find(|l| l.contains("dashboard_url")).map(|l| l.trim().to_string());
    dir.tabi(&["build"]).ends(0);
    assert_eq!(url().as_deref(), Some("dashboard_url: 'https://g.example.com/d/tabi-j-a'"));
    dir.tabi(&["build", "--dashboards", "none"]).ends(0);
    assert_eq!(url(), None);
}

#[test]
fn drift_names_the_rules() {
    let dir = Dir::new(&[("a.tabi", &journey("a"))]);
    dir.tabi(&["build", "-o", "out"]).ends(0);
    let text = dir.read("out/rules/a.yml");
    let at = text.find("expr: ").expect("an expression");
    dir.write(
        "out/rules/a.yml",
        text.replacen(&text[at..], &format!("# by hand\n        {}", &text[at..]), 1).as_bytes(),
    );
    dir.tabi(&["build", "-o", "out", "--check"]).ends(1).says("differs  rules/a.yml").says("-        # by hand");
    let out = dir.path("out");
    let here = format!("run `tabi build -o {} a.tabi`", out.display());
    dir.tabi(&["build", "-o", &out.display().to_string(), "--check", "a.tabi"]).ends(1).says(&here);
    dir.tabi(&["build", "-o", "out"]).ends(0);
    assert_eq!(dir.read("out/rules/a.yml"), text);
}

#[test]
fn files_of_others_are_kept() {
    let dir = Dir::new(&[("a.tabi", &journey("a")), ("out/rules/a.yml", "groups: []\n")]);
    let before = dir.all("out");
    dir.tabi(&["build", "-o", "out"]).ends(2).says("rules/a.yml was not written by tabi");
    dir.tabi(&["build", "-o", "out", "--check"]).ends(2);
    assert_eq!(dir.all("out"), before);
    for (text, why) in [
        ("{\"version\":1,\"files\":[\"../a.tabi\"]}", "no path in this directory"),
        ("{\"version\":1,\"files\":[\"/etc/passwd\"]}", "no path in this directory"),
        ("{\"version\":2,\"files\":[]}", "newer tabi"),
        ("<<<<<<< HEAD", "manifest.json"),
    ] {
        dir.write("out2/.tabi-manifest.json", text.as_bytes());
        dir.tabi(&["build", "-o", "out2"]).ends(2).says(why);
    }
    assert!(dir.path("a.tabi").exists());
}

#[test]
fn a_build_that_fails_changes_nothing() {
    let dir = Dir::new(&[("a.tabi", &journey("a")), ("b.tabi", &journey("b")), ("file", "")]);
    // As root nothing is read-only, so the output lies below a file.
    dir.tabi(&["build", "-o", "file/out"]).ends(2).says("a part of the path is a file");
    dir.tabi(&["build", "-o", "out"]).ends(0);
    std::fs::remove_file(dir.path("out/rules/b.yml")).expect("removed");
    dir.write("out/rules/b.yml/x", b"");
    dir.write("a.tabi", journey("c").as_bytes());
    let before = dir.all("out");
    dir.tabi(&["build", "-o", "out"]).ends(2).says("b.yml: it is a directory");
    assert_eq!(dir.all("out"), before);
}

#[cfg(unix)]
#[test]
fn what_an_interrupted_build_has_left_goes() {
    let dir = Dir::new(&[("a.tabi", &journey("a"))]);
    // it was stopped before there was a manifest, and the next one has other paths
    let left = ["out/rules/sites/tokyo/.b.yml.tabi-tmp", "out/.index.yml.tabi-tmp"];
    for path in left {
        dir.write(path, b"groups:");
    }
    dir.write("out/notes/.b.yml.tabi-tmp", b"no directory of a build");
    dir.tabi(&["build", "--check", "-o", "out"]).ends(1);
    assert!(left.iter().all(|path| dir.path(path).exists()));
    dir.tabi(&["build", "-o", "out"]).ends(0);
    assert!(!dir.path("out/rules/sites").exists() && !dir.path(left[1]).exists());
    assert!(dir.path("out/notes/.b.yml.tabi-tmp").exists());
    dir.tabi(&["build", "--check", "-o", "out"]).ends(0);
}

#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let dir = Dir::new(&[("a.tabi", &journey("a"))]);
    // The kernel refuses to write more than 1 KiB into a file, as it does when a disk is full.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" build -o out";
    let run = |dir: &Dir| {
        let mut bash = Command::new("bash");
        bash.current_dir(dir.0.path()).args(["-c", script, env!("CARGO_BIN_EXE_tabi")]);
        Run::of(&bash.output().expect("bash runs"))
    };
    run(&dir).ends(2).says("tabi-tmp");
    assert!(!dir.path("out").exists());
    dir.tabi(&["build", "-o", "out"]).ends(0);
    dir.write("a.tabi", journey("b").as_bytes());
    let before = dir.all("out");
    run(&dir).ends(2);
    assert_eq!(dir.all("out"), before);
}

#[cfg(target_os = "linux")]
#[test]
fn readers_that_go_away_and_full_devices_are_no_panic() {
    let dir = Dir::new(&[]);
    let run = |script: &str| {
        let mut bash = Command::new("bash");
        bash.args(["-c", script, env!("CARGO_BIN_EXE_tabi")]).current_dir(dir.0.path());
        Run::of(&bash.output().expect("bash runs"))
    };
    run("set -o pipefail; for i in 1 2 3; do \"$0\" completions bash | true; done").ends(0);
    run("\"$0\" explain > /dev/full").ends(2).says("cannot be written");
}

#[test]
fn many_files_are_read_at_once() {
    let dir = Dir::new(&[("tabi.toml", "")]);
    std::fs::create_dir(dir.path("slo")).expect("made");
    for n in 0..10_000 {
        let text = format!("use \"./f{}.tabi\"\n", (n + 1) % 10_000);
        std::fs::write(dir.path(&format!("slo/f{n}.tabi")), text).expect("written");
    }
    // that it ends is the test: a ring of 10,000 files, each using the next
    dir.tabi(&["fmt", "--check"]);
    dir.tabi(&["check", "--format", "json"]).ends(1);
}

const BROKEN: &str = "user journey 予約 \"旅の予約\" {\n  target 99,5%\n  step a {\n    sli b { targt 99% }\n";

#[test]
fn people_see_where_it_is_wrong() {
    let dir = Dir::new(&[("旅.tabi", BROKEN), ("z.tabi", "tepm x() {}\n")]);
    insta::assert_snapshot!(dir.tabi(&["check"]).ends(1).out);
    let colored = dir.tabi(&["check", "--color", "always"]).ends(1);
    assert!(colored.out.contains("\u{1b}[1;31merror"), "{}", colored.out);
    assert!(!dir.tabi(&["check", "--color", "never"]).out.contains('\u{1b}'));
}

#[test]
fn programs_get_json() {
    let dir = Dir::new(&[("a.tabi", "user journey a {\n  予 = ９９%\n}\n")]);
    insta::assert_snapshot!(dir.tabi(&["check", "--format", "json"]).ends(1).out);
    dir.write("a.tabi", b"");
    let run = dir.tabi(&["check", "--format", "json"]).ends(0);
    let read: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(read["diagnostics"], serde_json::json!([]));
    assert_eq!(read["version"], 1);
}

#[test]
fn tabi_toml_is_checked_and_used() {
    let dir =
        Dir::new(&[("slo/a.tabi", &journey("a")), ("tabi.toml", "outptu = \"x\"\nsources = [\"slo\", \"none\"]\n")]);
    let run = dir.tabi(&["check", "slo/a.tabi"]).ends(1).says("did you mean `output`?").says("tabi.toml:2:19");
    run.says("`none` is no source: there is no such file");
    dir.write("tabi.toml", b"output = \"gen\"\n[alerts.page]\nlabels.severity = \"ticket\"\n");
    dir.tabi(&["build"]).ends(1).says("nobody could tell them apart");
    dir.write("tabi.toml", b"output = \"gen\"\n");
    let mut command = dir.command();
    command.current_dir(dir.path("slo")).arg("build");
    Run::of(&command.output().expect("it runs")).ends(0);
    assert!(dir.path("gen/rules/a.yml").exists());
}

#[test]
fn fmt_leaves_broken_files_alone() {
    let loose = journey("a").replace("  step", "  \n  step   ").replace("target 98%", "target 98%   ");
    let dir = Dir::new(&[("a.tabi", &loose), ("b.tabi", BROKEN)]);
    dir.tabi(&["fmt", "--check", "a.tabi"]).ends(1).says("a.tabi\n");
    dir.tabi(&["fmt", "--diff"]).ends(1).says("+++ b/a.tabi").says("1 left alone");
    assert_eq!(dir.read("a.tabi"), loose);
    dir.tabi(&["fmt"]).ends(1).says("error[syntax]");
    assert_eq!(dir.read("b.tabi"), BROKEN);
    assert_ne!(dir.read("a.tabi"), loose);
    dir.tabi(&["fmt", "--check", "a.tabi"]).ends(0);
    let mut command = dir.command();
    let run = command.args(["fmt", "-"]).stdin(std::fs::File::open(dir.path("a.tabi")).expect("open")).output();
    assert_eq!(Run::of(&run.expect("it runs")).ends(0).out, dir.read("a.tabi"));
}

#[test]
fn a_first_project_builds_and_is_never_overwritten() {
    let dir = Dir::new(&[]);
    dir.tabi(&["check"]).ends(2).says("tabi init");
    dir.tabi(&["init", "p"]).ends(0);
    dir.tabi(&["check", "p", "--deny-warnings"]).ends(0);
    dir.tabi(&["fmt", "p", "--check"]).ends(0);
    dir.tabi(&["build", "p"]).ends(0);
    assert!(dir.path("p/generated/rules/purchase.yml").exists());
    dir.tabi(&["init", "p"]).ends(2).says("p/slo.tabi exists already");
    dir.tabi(&["show", "--path", "p"]).ends(0).says("purchase");
    let late = "victoriametrics sees its own numbers late";
    assert!(!dir.tabi(&["show", "purchase", "--path", "p"]).ends(0).out.contains(late));
    dir.write("p/tabi.toml", b"[build]\ntarget = \"victoriametrics\"\n");
    dir.tabi(&["show", "purchase", "--path", "p"])
        .ends(0)
        .says(late)
        .says("up to 2m later")
        .says("windows end 2m earlier");
    dir.tabi(&["show", "nobody", "--path", "p"]).ends(2).says("nobody");
}

/// What an engine does not take is shown where it stands, not at the journey.
#[test]
fn what_an_engine_refuses_is_shown_at_its_cause() {
    let journey = "user journey checkout {\n  window 90d\n  step pay {\n    sli paid {\n      good a_total{job=\"a\", cluster=\"b\", code=\"200\"}\n      \
                   total a_total{job=\"a\", cluster=\"b\"}\n      target 99%\n    }\n    sli fast {\n      latency a_seconds{job=\"a\"} under 300ms\n      \
                   histogram native\n      target 99%\n    }\n    sli there {\n      up {__name__=~\"a_.*\"}\n      target 99%\n    }\n  }\n}\n";
    let dir = Dir::new(&[("shop.tabi", journey)]);
    for (target, cause) in [
        ("gmp", "[shop.tabi:5:29]"),
        ("gmp", "[shop.tabi:15:10]"),
        ("victoriametrics", "[shop.tabi:10:7]"),
        ("azure", "[shop.tabi:2:10]"),
        ("amp", "[shop.tabi:2:10]"),
    ] {
        let said = dir.tabi(&["build", "shop.tabi", "-o", "out", "--target", target]).ends(1);
        said.says("error: checkout ").says(cause).says("nothing was written");
    }
}

/// Some commands take addresses and others files; who gives the one for the other is told which command was meant.
#[test]
fn addresses_and_paths_are_told_apart() {
    let journey = "user journey checkout {\n  step pay {\n    sli paid {\n      up a{job=\"a\"}\n      target 99%\n    }\n  }\n}\n";
    let dir = Dir::new(&[("slo/shop.tabi", journey), ("tabi.toml", "")]);
    dir.tabi(&["show", "slo"]).ends(2).says("`tabi show --path slo`");
    dir.tabi(&["show", "--path", "slo"]).ends(0);
    for command in ["test", "check", "build"] {
        dir.tabi(&[command, "checkout.pay.paid"])
            .ends(2)
            .says("`slo/shop.tabi` has the journey")
            .says("`tabi show checkout.pay.paid`");
        let found = dir.tabi(&[command, "a.b.c"]).ends(2);
        assert!(!found.out.contains("address"), "{}", found.out);
    }
    for (wrong, right) in [
        ("checkout.paid", "`checkout.pay.paid`"),
        ("checkout.pay.pad", "`checkout.pay.paid`"),
        ("checkout.pey", "`checkout.pay`"),
        ("paid", "`checkout.pay.paid`"),
    ] {
        dir.tabi(&["show", wrong]).ends(2).says(&format!("did you mean {right}?"));
    }
    dir.write("tabi.toml", b"[build]\ntarget = \"vmalert\"\n");
    dir.tabi(&["check"]).ends(1).says("did you mean \"victoriametrics\"?");
    dir.write("tabi.toml", b"");
    dir.tabi(&["show", "checkout.zzzzz"]).ends(2).says("there are checkout.pay");
}

#[test]
fn help_explanations_completions_and_pages_are_there() {
    let dir = Dir::new(&[]);
    dir.tabi(&["--version"]).ends(0).says(concat!("tabi ", env!("CARGO_PKG_VERSION")));
    dir.tabi(&["explain"]).ends(0).says("blind-spot");
    dir.tabi(&["explain", "blind-spot"]).ends(0).says("tabi: allow(blind-spot)");
    dir.tabi(&["explain", "blindspot"]).ends(2).says("did you mean `tabi explain blind-spot`?");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(dir.tabi(&["completions", shell]).ends(0).out.len() > 500);
    }
    dir.tabi(&["man"]).ends(0).says(".TH TABI 1");
    dir.tabi(&["man", "pages"]).ends(0);
    let page = dir.read("pages/tabi-build.1");
    assert!(page.contains("tabi build \\-\\-check") && page.contains("\ntabi\\-build \\- Write the"), "{page}");
}

#[test]
fn the_library_is_listed_and_shown() {
    let dir = Dir::new(&[]);
    let list = dir.tabi(&["std"]).ends(0).out;
    assert!(list.contains("std.http"), "{list}");
    let one = dir.tabi(&["std", "http.fast"]).ends(0).out;
    assert!(one.starts_with("http.fast(") && one.contains("\ntemplate fast("), "{one}");
    let json: serde_json::Value =
        serde_json::from_str(&dir.tabi(&["std", "std.http.fast", "--format", "json"]).ends(0).out).expect("JSON");
    assert_eq!(json["modules"][0]["templates"][0]["parameters"][1]["name"], "limit");
    assert_eq!(json["modules"][0]["templates"][0]["buckets"][0], "5ms");
    assert!(json["modules"][0]["templates"][1].is_null());
    let wrong = dir.tabi(&["std", "htp"]).ends(2).err;
    assert!(wrong.contains("did you mean `tabi std http`?"), "{wrong}");
}

/// A bound that comes as an argument is held to the buckets of the template.
#[test]
fn a_template_that_ships_names_the_nearest_bucket() {
    let text = "use std.http\n\nuser journey j {\n  step s {\n    sli fast = http.fast(job: \"pay\", limit: 300ms) {\n      \
        target 99%\n    }\n  }\n}\n";
    let said = Dir::new(&[("a.tabi", text)]).tabi(&["check"]).ends(1);
    let said = format!("{}{}", said.out, said.err);
    assert!(said.contains("error[no-such-bucket]") && said.contains("the nearest is 250ms"), "{said}");
    assert!(said.contains("a.tabi:5:"), "at the argument: {said}");
}

#[test]
fn costs_are_those_of_the_chosen_files() {
    let dir =
        Dir::new(&[("tabi.toml", "sources = [\".\"]\n"), ("a.tabi", &journey("one")), ("b.tabi", &journey("two"))]);
    let total = |args: &[&str]| {
        let run = dir.tabi(args).ends(0);
        let json: serde_json::Value = serde_json::from_str(&run.out).expect("a document");
        assert_eq!(json["version"], 1);
        json
    };
    let all = total(&["cost", "--format", "json"]);
    let one = total(&["cost", "a.tabi", "--format", "json"]);
    assert_eq!(all["journeys"].as_array().map(Vec::len), Some(2));
    assert_eq!(one["journeys"][0]["journey"], "one");
    assert_eq!(all["journeys"][0], one["journeys"][0]);
    let more = total(&["cost", "a.tabi", "--series", "2000", "--format", "json"]);
    let samples =
        |json: &serde_json::Value, of: &str| json["total"]["samples_per_minute"][of].as_f64().expect("a number");
    assert!((samples(&more, "raw") - 100.0 * samples(&one, "raw")).abs() < 1.0, "{more}");
    assert!((samples(&more, "recorded") - samples(&one, "recorded")).abs() < 1.0, "{more}");

    dir.write("b.tabi", b"user journey two {\n  tarket 99%\n}\n");
    let broken = dir.tabi(&["cost"]).ends(1);
    assert!(broken.out.is_empty() && broken.err.contains("unknown-setting"), "{}", broken.err);
    dir.tabi(&["cost", "--series", "many"]).ends(2);
    dir.tabi(&["cost", "--timeout", "5"]).ends(2);
}

/// A file that names a pipe would have the program wait for ever for somebody who writes.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_a_file_names_is_not_waited_for() {
    let dir = Dir::new(&[("a.tabi", &format!("use \"pipe\"\n{}", journey("a")))]);
    assert!(Command::new("mkfifo").arg(dir.path("pipe")).status().expect("mkfifo runs").success());
    let check = || {
        let mut timeout = Command::new("timeout");
        timeout.current_dir(dir.0.path()).args(["60", env!("CARGO_BIN_EXE_tabi"), "check"]).stdin(Stdio::null());
        Run::of(&timeout.output().expect("timeout runs"))
    };
    check().ends(1).says("it is a pipe or a device, no file");
    dir.write("a.tabi", journey("a").as_bytes());
    dir.write("tabi.toml", b"sources = [\"pipe\", \"a.tabi\"]\n");
    check().ends(1).says("`pipe` is no source: it is a pipe or a device, no file");
}
