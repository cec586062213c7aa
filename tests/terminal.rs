//! How the program behaves towards terminals and people who wait: colours, links and progress, with a terminal and without, and
//! `tabi check --watch`.

#![cfg(unix)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests prepare and look at files")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const TABI: &str = env!("CARGO_BIN_EXE_tabi");
const GOOD: &str = "";
const BAD: &str = "?\n";
const LINK: &str = "\u{1b}]8;;https://docs.example.com/syntax\u{1b}\\syntax\u{1b}]8;;\u{1b}\\";

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

/// A command without what the environment of the tests may say.
fn plain(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).stdin(Stdio::null()).env("TERM", "xterm-256color");
    let ours =
        ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "FORCE_HYPERLINK", "COLORTERM", "TERM_PROGRAM", "VTE_VERSION"];
    for name in
        ours.iter().chain(&["TABI_OUTPUT_FORMAT", "TABI_EXPLAIN_URL", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM"])
    {
        command.env_remove(name);
    }
    command
}

/// What comes out, both streams, on a terminal or into pipes.
fn said(dir: &Path, terminal: bool, arguments: &str, variables: &[(&str, &str)]) -> String {
    let mut command = if terminal {
        // `script` gives it a terminal
        let mut command = plain("script", dir);
        command.args(["-q", "-e", "-c", &format!("'{TABI}' {arguments}"), "/dev/null"]);
        command
    } else {
        let mut command = plain(TABI, dir);
        command.args(arguments.split(' '));
        command
    };
    let output = command.envs(variables.iter().copied()).output().expect("`script` is there; it belongs to util-linux");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn colours_follow_the_terminal_the_option_and_the_variables() {
    let dir = directory(&[("a.tabi", BAD)]);
    let colored = |terminal, arguments: &str, variables: &[(&str, &str)]| {
        let out = said(dir.path(), terminal, arguments, variables);
        assert!(out.contains("error"), "{out}");
        out.contains("\u{1b}[")
    };
    for command in ["check", "check --output-format concise", "fmt", "build -o out", "test"] {
        assert!(colored(true, command, &[]), "{command}");
        assert!(!colored(true, command, &[("NO_COLOR", "1")]), "{command}");
        assert!(!colored(true, command, &[("TERM", "dumb")]), "{command}");
        assert!(!colored(true, &format!("{command} --color never"), &[]), "{command}");
        assert!(!colored(false, command, &[]), "{command}");
        assert!(colored(false, &format!("{command} --color always"), &[("NO_COLOR", "1")]), "{command}");
        assert!(colored(false, command, &[("CLICOLOR_FORCE", "1")]), "{command}");
        assert!(!colored(false, command, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "{command}");
    }
    for format in ["json", "github", "gitlab", "sarif", "junit", "rdjson"] {
        let out = said(dir.path(), true, &format!("check --color always --output-format {format}"), &[]);
        assert!(!out.contains('\u{1b}'), "{format}: {out:?}");
    }
    // clap's own words, which nobody has parsed an option for yet
    assert!(said(dir.path(), true, "check --help", &[]).contains("\u{1b}["));
    for arguments in ["check --help --color never", "check --color=never --nothing"] {
        assert!(!said(dir.path(), true, arguments, &[]).contains("\u{1b}["), "{arguments}");
    }
}

#[test]
fn names_are_links_where_the_terminal_shows_links() {
    let dir = directory(&[("a.tabi", BAD)]);
    let pages = ("TABI_EXPLAIN_URL", "https://docs.example.com/$name");
    let linked = |terminal, arguments: &str, variables: &[(&str, &str)]| {
        let out = said(dir.path(), terminal, arguments, &[&[pages], variables].concat());
        assert_eq!(out.contains(LINK), out.contains("\u{1b}]8"), "{out:?}");
        out.contains(LINK)
    };
    let able = ("TERM_PROGRAM", "WezTerm");
    for command in ["check", "check --output-format concise", "fmt", "build -o out"] {
        assert!(linked(true, command, &[able]), "{command}");
        assert!(!linked(true, command, &[]), "{command}: a terminal that nothing is known of");
        assert!(!linked(true, command, &[able, ("CI", "true")]), "{command}: a log");
        assert!(!linked(true, command, &[able, ("TERM", "dumb")]), "{command}");
        assert!(!linked(true, command, &[able, ("NO_COLOR", "1")]), "{command}");
        assert!(!linked(false, command, &[able]), "{command}");
        assert!(linked(false, command, &[("FORCE_HYPERLINK", "1")]), "{command}");
        assert!(!linked(true, command, &[able, ("FORCE_HYPERLINK", "0")]), "{command}");
    }
    assert!(!said(dir.path(), true, "check", &[able]).contains("\u{1b}]8;;\u{1b}\\syntax"), "an empty link");
}

#[test]
fn progress_is_for_terminals_and_for_those_who_wait() {
    let journey =
        "user journey a {\n  step pay {\n    sli up {\n      up     up{job=\"a\"}\n      target 99%\n    }\n  }\n}\n";
    let dir = directory(&[("a.tabi", journey)]);
    // one test takes long enough to be waited for
    let promtool = |name: &str, seconds: &str| {
        let path = dir.path().join(name);
        let script = format!(
            "#!/bin/sh\ncase \"$1\" in --version) echo 'promtool, version 3.5.0 (branch: x)';; *) sleep {seconds}; echo '  SUCCESS';; esac\n"
        );
        std::fs::write(&path, script).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("made to run");
    };
    promtool("slow", "0.7");
    let shows = |terminal, arguments: &str, variables: &[(&str, &str)]| {
        let out = said(dir.path(), terminal, arguments, variables);
        assert!(out.contains("alerts: "), "{out}");
        out.contains("\r\u{1b}[K")
    };
    let slow = "test --promtool ./slow --jobs 16";
    assert!(shows(true, slow, &[]));
    assert!(!shows(false, slow, &[]));
    assert!(!shows(true, slow, &[("TERM", "dumb")]));
}

/// `tabi check --watch`, ended when the test ends.
struct Watch {
    child: Child,
    dir: tempfile::TempDir,
    said: Arc<Mutex<String>>,
    seen: usize,
}

impl Watch {
    fn start(dir: tempfile::TempDir, arguments: &[&str]) -> Self {
        let mut command = plain(TABI, dir.path());
        command.args(["check", "--watch"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let said = Arc::new(Mutex::new(String::new()));
        let (out, err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        follow(out, &said);
        follow(err, &said);
        Watch { child, dir, said, seen: 0 }
    }
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }
    fn text(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Waits until something new is said and it watches again.
    #[track_caller]
    fn says(&mut self, part: &str) {
        let begun = Instant::now();
        loop {
            let text = self.text();
            let new = &text[self.seen..];
            // both streams are read side by side, so their order is not known
            if new.contains(part) && new.contains("Ctrl-C ends it") {
                self.seen = text.len();
                return;
            }
            let ended = self.child.try_wait().expect("its state");
            assert!(ended.is_none() && begun.elapsed() < Duration::from_secs(120), "no {part:?} ({ended:?}) in\n{new}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    /// Interrupts it as Ctrl-C does; its exit code.
    fn interrupted(&mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().expect("kill is there");
        assert!(kill.success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status.code();
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "it goes on:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(mut stream: impl std::io::Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut bytes) {
            said.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
    });
}

#[test]
fn a_watch_follows_what_editors_do() {
    let mut watch = Watch::start(directory(&[("a.tabi", BAD)]), &["--output-format", "concise"]);
    watch.says("a.tabi:1:1: error[syntax]");
    watch.write("a.tabi", GOOD);
    watch.says("1 file read, nothing to say");
    // as most editors save: beside, then renamed
    watch.write(".a.tabi.swp", BAD);
    std::fs::rename(watch.path(".a.tabi.swp"), watch.path("a.tabi")).expect("renamed");
    watch.says("a.tabi:1:1: error[syntax]");
    std::fs::remove_file(watch.path("a.tabi")).expect("removed");
    watch.says("no .tabi file in this directory");
    std::fs::create_dir(watch.path("new")).expect("made");
    watch.write("new/b.tabi", GOOD);
    watch.says("1 file read, nothing to say");
    watch.write("tabi.toml", "outptu = \"x\"\n");
    watch.says("tabi.toml:1:1: error[unknown-setting]");
    watch.write("tabi.toml", "outptu = \n");
    watch.says("tabi.toml:1:10: error[syntax]");
    watch.write("tabi.toml", "output = \"x\"\n");
    watch.says("1 file read, nothing to say");
    // what is used and not there yet, and is no file of the project by its name
    watch.write("new/b.tabi", "use \"../lib.txt\"\n");
    watch.says("error[missing-file]");
    watch.write("lib.txt", BAD);
    watch.says("lib.txt:1:1: error[syntax]");
    watch.write("lib.txt", GOOD);
    watch.says("checking again: lib.txt changed");
    std::fs::rename(watch.path("new"), watch.path("newer")).expect("renamed");
    watch.says("checking again: new/b.tabi, newer/b.tabi changed");
    std::fs::remove_dir_all(watch.path("newer")).expect("removed");
    watch.says("no .tabi file");
    assert_eq!(watch.interrupted(), Some(0));
    assert!(!watch.text().contains('\u{1b}'), "nothing moves the cursor of a pipe");
}

#[test]
fn a_watch_writes_its_file_anew() {
    let dir = directory(&[("a.tabi", BAD)]);
    let mut watch = Watch::start(dir, &["a.tabi", "--output-format", "gitlab", "--output-file", "out.json"]);
    watch.says("error[syntax]");
    let read = |watch: &Watch| std::fs::read_to_string(watch.path("out.json")).expect("written");
    assert!(read(&watch).contains("fingerprint"));
    watch.write("a.tabi", GOOD);
    watch.says("nothing to say");
    assert_eq!(read(&watch), "[]\n");
    std::fs::remove_file(watch.path("a.tabi")).expect("removed");
    watch.says("a.tabi: there is no such file");
    watch.write("a.tabi", BAD);
    watch.says("error[syntax]");
    assert_eq!(watch.interrupted(), Some(0));
}

#[test]
fn a_watch_ends_when_nobody_reads_it_and_writes_no_stream_of_documents() {
    let dir = directory(&[("a.tabi", BAD)]);
    let mut command = plain("bash", dir.path());
    // the reader goes after the first line, and then there is something to say again
    let script =
        "timeout 300 \"$0\" check --watch | { read -r line; exec 0<&-; echo '??' >a.tabi; }; exit ${PIPESTATUS[0]}";
    command.args(["-c", script, TABI]);
    let output = command.output().expect("bash runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let out = said(dir.path(), false, "check --watch --output-format json", &[]);
    assert!(out.contains("--output-file FILE"), "{out}");
}
