//! Revisions of real repositories, read with the real git.

use super::kinds::{SHOP, shop};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

struct Dir {
    _root: TempDir,
    path: PathBuf,
}

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
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
    #[track_caller]
    fn says_not(self, part: &str) -> Self {
        assert!(!self.out.contains(part) && !self.err.contains(part), "{part:?} in\n{}\n{}", self.out, self.err);
        self
    }
}

impl Dir {
    fn new() -> Dir {
        let root = tempfile::tempdir().expect("a directory");
        let path = root.path().join("work");
        std::fs::create_dir(&path).expect("made");
        Dir { _root: root, path }
    }

    /// A repository with a first commit of these files.
    fn repository(files: &[(&str, &str)]) -> Dir {
        let dir = Dir::new();
        dir.git(&["init", "--quiet", "--initial-branch", "main"]);
        for (name, text) in files {
            dir.write(name, text);
        }
        dir.commit("first");
        dir
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    /// A command that no setting of this machine reaches.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).stdin(Stdio::null()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CEILING_DIRECTORIES", self.path.parent().expect("a parent"));
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Somebody").env(format!("GIT_{who}_EMAIL"), "somebody@example.com");
        }
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command
    }

    fn git(&self, args: &[&str]) -> String {
        let output = self.command("git").args(args).output().expect("git runs; ./scripts/install-tools installs it");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    fn diff(&self, args: &[&str]) -> Run {
        Self::run(self.command(env!("CARGO_BIN_EXE_tabi")).arg("diff").args(args))
    }

    fn run(command: &mut Command) -> Run {
        let output = command.output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

const TARGET: (&str, &str) = ("target 98.5%", "target 98%");
const OWNER: (&str, &str) = ("owner   shop", "owner   buyers");

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let dir = Dir::repository(&[("shop.tabi", SHOP), ("tabi.toml", "")]);
    dir.diff(&[]).ends(0).says("main (").says("→ the working tree: nothing changes for people");
    dir.diff(&["--exit-code"]).ends(0);
    dir.git(&["switch", "--quiet", "--create", "topic"]);
    dir.write("shop.tabi", &shop(&[TARGET]));
    dir.commit("lower");
    // what happens on main meanwhile is not this branch's change
    dir.git(&["switch", "--quiet", "main"]);
    dir.write("shop.tabi", &shop(&[OWNER]));
    dir.commit("owner");
    dir.git(&["tag", "v1.2"]);
    dir.git(&["switch", "--quiet", "topic"]);
    dir.diff(&[]).ends(0).says("98.5% in 28d → 98% in 28d").says_not("buyers");
    dir.diff(&["--exit-code"]).ends(1);
    dir.diff(&["main...topic"]).ends(0).says("98.5% in 28d → 98% in 28d").says_not("buyers");
    dir.diff(&["main..."]).ends(0).says_not("buyers");
    dir.diff(&["main..topic"]).ends(0).says("owner: buyers → shop");
    dir.diff(&["v1.2", "HEAD"]).ends(0).says("owner: buyers → shop").says("v1.2 (");
    dir.diff(&["HEAD~1"]).ends(0).says("98.5% in 28d → 98% in 28d").says_not("buyers");
    // what is not committed counts, and so does a new file
    dir.write("more.tabi", "operator journey shift {\n  sli quiet {\n    holds `pages < 3`\n    target 90%\n  }\n}\n");
    dir.diff(&[]).ends(0).says("shift.quiet  more.tabi:2");
    dir.diff(&["HEAD", "--format", "json"]).ends(0).says("\"file\": \"more.tabi\"");
}

#[test]
fn a_project_may_be_anywhere_and_may_be_new() {
    let dir = Dir::repository(&[("README.md", "nothing yet")]);
    dir.write("slo/tabi.toml", "sources = [\"files\"]\n[alerts.page]\nlabels = { severity = \"critical\" }\n");
    dir.write("slo/files/予約 b.tabi", SHOP);
    dir.diff(&["HEAD", "--path", "slo"])
        .ends(0)
        .says("(nothing there)")
        .says("checkout  files/予約 b.tabi:7")
        .says_not("severity");
    dir.diff(&["HEAD", "slo"]).ends(0).says("(nothing there)");
    dir.commit("slo");
    dir.write("slo/files/予約 b.tabi", &shop(&[TARGET]));
    dir.diff(&["HEAD", "--path", "slo"]).ends(0).says("98.5% in 28d → 98% in 28d").says("files/予約 b.tabi");
    dir.diff(&["HEAD", "--path", "slo/files"]).ends(0).says("98.5% in 28d → 98% in 28d");
    let below = |args: &[&str]| {
        let mut command = dir.command(env!("CARGO_BIN_EXE_tabi"));
        Dir::run(command.current_dir(dir.path.join("slo/files")).arg("diff").args(args))
    };
    below(&["HEAD"]).ends(0).says("98.5% in 28d → 98% in 28d").says_not("nothing there");
    below(&["HEAD", "../files"]).ends(0).says("98.5% in 28d → 98% in 28d");
    // a file that is gone
    dir.git(&["mv", "slo/files/予約 b.tabi", "slo/files/c.tabi"]);
    dir.diff(&["HEAD", "--path", "slo"]).ends(0).says("98.5% in 28d → 98% in 28d");
    std::fs::remove_dir_all(dir.path.join("slo")).expect("removed");
    dir.diff(&["HEAD", "--path", "slo"]).ends(0).says("Gone").says("the working tree (nothing there)");
    dir.diff(&["HEAD", "--path", "none"]).ends(2).says("none: there is no .tabi file in HEAD");
    dir.diff(&["HEAD", "--path", "../elsewhere"]).ends(2).says("is not in the repository of HEAD");
}

#[test]
fn a_path_counts_where_it_has_files_of_the_project() {
    let more = "operator journey shift {\n  sli quiet {\n    holds `pages < 3`\n    target 90%\n  }\n}\n";
    let files = [("tabi.toml", ""), ("slo/shop.tabi", SHOP), ("slo/README.md", "a page"), ("more/shift.tabi", more)];
    let dir = Dir::repository(&files);
    // a mistyped path beside a right one
    let run = dir.diff(&["HEAD", "--path", "slo", "--path", "mroe", "--path", "slo/README.md"]).ends(2);
    run.says("mroe, slo/README.md: there is no .tabi file in HEAD").says_not("slo,");
    // what is not a file of the project stays
    std::fs::remove_file(dir.path.join("slo/shop.tabi")).expect("removed");
    dir.diff(&["HEAD", "--path", "slo"]).ends(0).says("Gone").says("the working tree (nothing there)");
    let run = dir.diff(&["HEAD", "--path", "slo", "--path", "more"]).ends(0).says("Gone").says("checkout");
    run.says_not("shift").says_not("nothing there");
    dir.commit("gone");
    dir.diff(&["HEAD~1", "HEAD", "--path", "slo"]).ends(0).says("Gone");
    dir.diff(&["HEAD", "HEAD", "--path", "slo"]).ends(2).says("slo: there is no .tabi file in HEAD");
}

#[test]
fn one_file_of_a_project_is_compared_by_itself() {
    // its journeys deliver what another file has
    let (shop, delivery) = SHOP.split_once("\ndeveloper").expect("two journeys");
    let delivery = format!("developer{delivery}");
    let dir = Dir::repository(&[("tabi.toml", ""), ("shop.tabi", shop), ("delivery.tabi", &delivery)]);
    dir.write("shop.tabi", &shop.replace(TARGET.0, TARGET.1));
    dir.diff(&["HEAD", "--path", "delivery.tabi"]).ends(0).says("nothing changes for people");
    dir.diff(&["HEAD", "delivery.tabi"]).ends(0).says("nothing changes for people");
    dir.diff(&["HEAD", "--path", "shop.tabi"]).ends(0).says("98.5% in 28d → 98% in 28d");
}

#[test]
fn a_tabi_toml_above_the_repository_is_not_that_of_a_revision() {
    let dir = Dir::repository(&[("shop.tabi", SHOP)]);
    dir.write("../tabi.toml", "what is this?");
    dir.diff(&["HEAD", "HEAD"]).ends(0).says("nothing changes for people");
}

#[test]
fn what_is_no_revision_is_said_with_a_way_out() {
    let dir = Dir::new();
    dir.write("shop.tabi", SHOP);
    dir.diff(&[]).ends(2).says("there is no git repository here").says("tabi diff OLD NEW");
    dir.diff(&["main"]).ends(2).says("main: there is no such file or directory").says("no git repository");
    let bare = Dir::new();
    bare.git(&["init", "--quiet", "--bare", "."]);
    bare.diff(&[]).ends(2).says("without a working tree").says("run it in a checkout");
    dir.git(&["init", "--quiet", "--initial-branch", "main"]);
    dir.diff(&[]).ends(2).says("there is no commit yet");
    dir.commit("first");
    dir.git(&["branch", "release"]);
    dir.diff(&["relaese"]).ends(2).says("did you mean `release`?");
    dir.diff(&["origin/topic"]).ends(2).says("`git fetch origin topic` fetches it");
    dir.diff(&["nonsense..main"]).ends(2).says("`nonsense` is no file, no directory and no revision");
    dir.diff(&["release:shop.tabi"]).ends(2).says("a path stands by itself: `tabi diff release --path shop.tabi`");
    dir.diff(&["--failing", "0%"]).ends(2).says("a share above 0%");
    dir.diff(&["--failing", "2.5%"]).ends(0);
    // a directory of the name of a branch
    dir.git(&["branch", "slo"]);
    dir.write("slo/shop.tabi", SHOP);
    dir.diff(&["slo", "shop.tabi"]).ends(0).says("`slo` is read as the path; refs/heads/slo is the branch");
    dir.diff(&["refs/heads/slo", "main"]).ends(0).says("nothing changes for people");
    let mut command = dir.command(env!("CARGO_BIN_EXE_tabi"));
    let run = Dir::run(command.args(["diff", "main"]).env("PATH", "/nonexistent"));
    run.ends(2).says("git was not found in PATH");
}

#[test]
fn a_shallow_clone_says_what_mends_it() {
    let origin = Dir::repository(&[("shop.tabi", SHOP)]);
    origin.write("shop.tabi", &shop(&[TARGET]));
    origin.commit("lower");
    let url = format!("file://{}", origin.path.display());
    let dir = Dir::new();
    dir.git(&["clone", "--quiet", "--depth", "1", &url, "."]);
    dir.diff(&["HEAD~1"]).ends(2).says("`git fetch --unshallow` fetches them").says("fetch-depth: 0");
    dir.diff(&["HEAD"]).ends(0);
    dir.git(&["fetch", "--quiet", "--unshallow"]);
    dir.diff(&["HEAD~1"]).ends(0).says("98.5% in 28d → 98% in 28d");
    dir.diff(&[]).ends(0).says("origin/main (");
}

#[test]
fn errors_of_one_side_are_said_and_the_other_side_is_shown() {
    let broken = shop(&[("target 98.5%", "target 101%")]);
    let dir = Dir::repository(&[("shop.tabi", &broken)]);
    dir.write("shop.tabi", SHOP);
    // who mends an error fails nothing
    let run = dir.diff(&["HEAD"]).ends(0).says("in HEAD (").says("error[bad-target]").says("what changes is not known");
    assert!(run.out.contains("user journeys") && run.out.contains("checkout"), "{}", run.out);
    dir.diff(&["HEAD", "--exit-code"]).ends(1);
    let markdown = dir.diff(&["HEAD", "--format", "markdown"]).ends(0);
    assert!(markdown.out.contains("bad-target") && markdown.out.contains("checkout"), "{}", markdown.out);
    let json = dir.diff(&["HEAD", "--format", "json"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("a document");
    assert!(
        json["changes"].is_null() && json["old"]["errors"][0].as_str().is_some_and(|e| e.starts_with("shop.tabi:"))
    );
    assert_eq!(json["new"]["journeys"][0], "checkout");
    dir.commit("mended");
    dir.write("shop.tabi", &broken);
    dir.diff(&["HEAD"]).ends(1).says("in the working tree:").says("error[bad-target]");
    dir.diff(&["HEAD~1"]).ends(1).says("and the working tree has 1 error");
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_not_followed_out() {
    use std::os::unix::fs::symlink;
    let dir = Dir::repository(&[("slo/shop.tabi", "use \"./common.tabi\"\n"), ("shared/common.tabi", SHOP)]);
    let outside = dir.path.parent().expect("a parent").join("secret.tabi");
    std::fs::write(&outside, "user journey secret {\n  sli x {\n    up     x_up\n    target 99%\n  }\n}\n")
        .expect("written");
    symlink("../shared/common.tabi", dir.path.join("slo/common.tabi")).expect("linked");
    symlink(&outside, dir.path.join("slo/absolute.tabi")).expect("linked");
    symlink("../../secret.tabi", dir.path.join("slo/relative.tabi")).expect("linked");
    symlink("../..", dir.path.join("slo/up")).expect("linked");
    symlink("up/secret.tabi", dir.path.join("slo/through.tabi")).expect("linked");
    symlink("shared", dir.path.join("again")).expect("linked");
    dir.commit("links");
    let head = dir.git(&["rev-parse", "HEAD"]);
    dir.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},slo/vendor")]);
    dir.git(&["commit", "--quiet", "--message", "a submodule"]);
    let run = dir.diff(&["HEAD", "HEAD", "--path", "slo"]).ends(0);
    let run = run.says("slo/vendor is a submodule: it is not read").says("nothing changes");
    assert!(!run.err.contains("secret"), "{}", run.err);
    // each that is left out is said, and why
    let run = run.says("slo/absolute.tabi is a symbolic link that is left out: it leads out of the repository");
    let run = run.says("slo/relative.tabi is a symbolic link that is left out: it leads out of the repository");
    let run = run.says("slo/up is a symbolic link").says("slo/through.tabi is a symbolic link");
    run.says_not("slo/common.tabi is").says_not("again is");
    // the link within the tree leads to its file
    dir.diff(&["HEAD~2", "HEAD", "--path", "slo"]).ends(0).says("checkout").says_not("secret");
    dir.diff(&["HEAD", "HEAD", "--path", "again"]).ends(0).says("nothing changes");
}

#[test]
fn files_of_other_names_are_read_where_they_are_named() {
    let using = |text: &str| format!("use \"./parts/shared.slo\"\n\n{text}");
    let dir = Dir::repository(&[
        ("slo/tabi.toml", "sources = [\"slo.conf\"]\n"),
        ("slo/slo.conf", &using(SHOP)),
        ("slo/parts/shared.slo", "use \"../deep.slo\"\n"),
        ("slo/deep.slo", "# nothing yet\n"),
        ("slo/other.conf", "what is this?"),
    ]);
    dir.write("slo/slo.conf", &using(&shop(&[TARGET])));
    let run = dir.diff(&["HEAD", "--path", "slo"]).ends(0).says("98.5% in 28d → 98% in 28d");
    run.says_not("missing-file").says_not("note:");
    let dir = Dir::repository(&[("slo.conf", SHOP)]);
    dir.write("slo.conf", &shop(&[TARGET]));
    dir.diff(&["HEAD", "slo.conf"]).ends(0).says("98.5% in 28d → 98% in 28d");
    dir.diff(&["HEAD", "--path", "slo.conf"]).ends(0).says("98.5% in 28d → 98% in 28d");
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_a_file_of_another_name() {
    use std::os::unix::fs::symlink;
    let dir = Dir::repository(&[("slo/shop.tabi", "use \"./common.slo\"\n"), ("shared/real.txt", SHOP)]);
    symlink("../shared/real.txt", dir.path.join("slo/common.slo")).expect("linked");
    symlink("shared/real.txt", dir.path.join("all.tabi")).expect("linked");
    symlink("slo/README.md", dir.path.join("README.md")).expect("linked");
    dir.write("slo/README.md", "a page");
    dir.commit("links");
    dir.diff(&["HEAD", "HEAD"]).ends(0).says("nothing changes").says_not("note:");
    dir.write("shared/real.txt", &shop(&[TARGET]));
    dir.diff(&["HEAD"]).ends(0).says("98.5% in 28d → 98% in 28d").says_not("note:");
}

#[test]
fn directories_and_files_need_no_git() {
    let dir = Dir::new();
    dir.write("old/shop.tabi", SHOP);
    dir.write("new/shop.tabi", &shop(&[TARGET]));
    // one file above both makes them no one project
    dir.write("tabi.toml", "");
    let diff = |args: &[&str]| {
        let mut command = dir.command(env!("CARGO_BIN_EXE_tabi"));
        Dir::run(command.arg("diff").args(args).env("PATH", "/nonexistent"))
    };
    diff(&["old", "new"]).ends(0).says("old → new: ").says("98.5% in 28d → 98% in 28d");
    diff(&["old/shop.tabi", "new/shop.tabi"]).ends(0).says("98.5% in 28d → 98% in 28d");
    diff(&["old/shop.tabi", "old"]).ends(0).says("nothing changes for people");
    std::fs::create_dir(dir.path.join("none")).expect("made");
    diff(&["old", "none"]).ends(0).says("Gone").says("none (nothing there)");
    diff(&["old", "missing"]).ends(2).says("missing: there is no such file or directory");
    assert!(Path::new(&dir.path.join("old/shop.tabi")).exists());
}

/// What two repositories or directories say of their engines, and of where the rules go.
#[test]
fn the_engine_and_the_output_are_compared() {
    let dir = Dir::repository(&[("shop.tabi", SHOP), ("tabi.toml", "output = \"generated\"\n")]);
    dir.write("tabi.toml", "output = \"./generated/\"\n");
    dir.diff(&["--exit-code"]).ends(0).says("nothing changes for people");
    dir.write("tabi.toml", "output = \"out\"\n");
    dir.diff(&["--exit-code"]).ends(1).says("output: generated → out; what is loaded from the old directory");
    dir.write("tabi.toml", "output = \"generated\"\n[build]\ntarget = \"mimir\"\n");
    dir.diff(&["--exit-code"]).ends(1).says("build.target: prometheus → mimir").says_not("build.prefix");
    // both are built for another one
    dir.diff(&["--exit-code", "--target", "thanos"]).ends(0).says("nothing changes for people");
    dir.diff(&["--target", "prometeus"]).ends(2).says("it is one of prometheus, ");
    dir.write("tabi.toml", "output = \"generated\"\n[build.limits]\nrules_per_group = 10\n");
    dir.diff(&["--exit-code"]).ends(1).says("rules that differ");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf_8_are_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new();
    let name = |bytes: &'static [u8]| dir.path.join(OsStr::from_bytes(bytes));
    let repository = name(b"caf\xe9");
    let write = |path: PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let renamed = shop(&[("checkout", "purchase"), ("delivery", "shipping")]);
    // as lossy text the two are one file
    write(repository.join("slo").join(OsStr::from_bytes(b"a\xfe.tabi")), SHOP);
    write(repository.join("slo").join(OsStr::from_bytes(b"a\xff.tabi")), &renamed);
    write(repository.join("other.tabi"), "user journey {\n");
    let at = |inside: &str, program: &str| {
        let mut command = dir.command(program);
        command.current_dir(repository.join(inside));
        command
    };
    for args in [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-q", "-m", "first"]] {
        assert!(at("", "git").args(args).status().expect("git runs").success());
    }
    let diff = |inside: &str| at(inside, env!("CARGO_BIN_EXE_tabi"));
    // the directory in which it is run is found in the revision, too
    Dir::run(diff("slo").args(["diff", "HEAD", "--exit-code"])).ends(0).says("nothing changes for people");
    let path = OsStr::from_bytes(b"slo/a\xff.tabi");
    Dir::run(diff("").args(["diff", "HEAD", "--exit-code", "--path"]).arg(path)).ends(0).says("nothing changes");
    write(repository.join(path), &renamed.replace("target  99.9%", "target  99.5%"));
    Dir::run(diff("slo").args(["diff", "HEAD", "--exit-code"])).ends(1).says("99.9% in 28d → 99.5% in 28d");
}
