//! Asks the real `git` for what a project was at a revision.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where programs are run and files are written"
)]

use crate::diagnostic::did_you_mean;
use crate::load;
use crate::load::config::FILE_NAME;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A working tree of git.
#[derive(Debug)]
pub struct Repository {
    /// The directory in which git is asked.
    here: PathBuf,
    /// The top of the working tree, canonical.
    pub top: PathBuf,
}

/// A file of a tree, as `git ls-tree` lists it.
struct Entry {
    mode: String,
    object: String,
    path: PathBuf,
}

fn run(here: &Path, args: &[&str], input: Option<&str>) -> Result<Output, String> {
    let mut command = Command::new("git");
    // messages in one language, nobody is asked for a password, nothing is written
    command
        .args(args)
        .current_dir(here)
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0");
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            "git was not found in PATH\n  help: without it two directories can be compared, `tabi diff OLD NEW`"
                .to_string()
        }
        _ => format!("git cannot be run: {e}"),
    })?;
    std::thread::scope(|scope| {
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // beside reading, so that neither pipe fills up; a git that has gone says why itself
            scope.spawn(move || drop(stdin.write_all(input.as_bytes())));
        }
        child.wait_with_output().map_err(|e| format!("git cannot be run: {e}"))
    })
}

/// What git answers, without the line end; `None` where it says no.
fn answer(here: &Path, args: &[&str]) -> Result<Option<String>, String> {
    let output = run(here, args, None)?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_string();
    Ok(output.status.success().then_some(text))
}

fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let text = text.trim();
    if text.is_empty() { "git failed and says no reason".to_string() } else { format!("git says: {text}") }
}

impl Repository {
    /// The repository of a directory.
    ///
    /// # Errors
    /// In words: there is none, or git does not want to.
    pub fn of(here: &Path) -> Result<Repository, String> {
        let output = run(here, &["rev-parse", "--show-toplevel"], None)?;
        if !output.status.success() {
            let why = complaint(&output);
            if why.contains("not a git repository") {
                return Err("there is no git repository here, and so no revision to compare with\n  help: two directories or files can \
                     be compared as well, `tabi diff OLD NEW`"
                    .to_string());
            }
            if why.contains("must be run in a work tree") {
                return Err("this is a directory of git's own, without a working tree\n  help: run it in a checkout; two directories or \
                     files can be compared anywhere, `tabi diff OLD NEW`"
                    .to_string());
            }
            return Err(why);
        }
        let said = output.stdout.as_slice();
        let said = said.strip_suffix(b"\n").unwrap_or(said);
        let top = path_of(said.strip_suffix(b"\r").unwrap_or(said));
        let top = top.canonicalize().unwrap_or(top);
        Ok(Repository { here: here.to_path_buf(), top })
    }

    /// The commit of a revision, `None` where there is none.
    ///
    /// # Errors
    /// In words, when git cannot be run.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, String> {
        if revision.is_empty() || revision.starts_with('-') {
            return Ok(None);
        }
        answer(&self.here, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
    }

    /// Why there is no such revision, and what to do.
    pub fn unknown(&self, revision: &str) -> String {
        let no_commit = matches!(self.commit("HEAD"), Ok(None));
        let branches =
            answer(&self.here, &["for-each-ref", "--format=%(refname:short)"]).ok().flatten().unwrap_or_default();
        let with_path = revision.split_once(':').filter(|(before, _)| matches!(self.commit(before), Ok(Some(_))));
        let help = if let Some((before, path)) = with_path {
            format!("a path stands by itself: `tabi diff {before} --path {path}`")
        } else if no_commit {
            "there is no commit yet".to_string()
        } else if let Some(meant) = did_you_mean(revision, branches.lines()) {
            format!("did you mean `{meant}`?")
        } else if self.is_shallow() {
            format!("{DEEPEN}; `fetch-depth: 0` does in GitHub Actions, `GIT_DEPTH: 0` in GitLab")
        } else if let Some((remote, branch)) = revision.split_once('/') {
            format!("`git fetch {remote} {branch}` fetches it, if it is there")
        } else {
            "`git branch --all` lists branches, `git tag` tags".to_string()
        };
        format!("`{revision}` is no file, no directory and no revision of this repository\n  help: {help}")
    }

    fn is_shallow(&self) -> bool {
        matches!(answer(&self.here, &["rev-parse", "--is-shallow-repository"]), Ok(Some(said)) if said == "true")
    }

    /// The commit at which two parted.
    ///
    /// # Errors
    /// In words: they have none in common here.
    pub fn merge_base(&self, a: &str, b: &str) -> Result<String, String> {
        if let Some(base) = answer(&self.here, &["merge-base", a, b])? {
            return Ok(base);
        }
        let help = if self.is_shallow() { DEEPEN } else { "name the revision to compare with: `tabi diff OLD`" };
        Err(format!("`{a}` and `{b}` have no commit in common here\n  help: {help}"))
    }

    /// The branch that others start from: what the remote says, else one of the usual names. `None` where there is none of them.
    ///
    /// # Errors
    /// In words, when git cannot be run.
    pub fn default_branch(&self) -> Result<Option<String>, String> {
        let said = answer(&self.here, &["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])?;
        for branch in said.as_deref().into_iter().chain(["origin/main", "origin/master", "main", "master"]) {
            if self.commit(branch)?.is_some() {
                return Ok(Some(branch.to_string()));
            }
        }
        Ok(None)
    }

    /// Writes what a loader may ask for into an empty directory: the `.tabi` files, `tabi.toml`, the files of other names that these
    /// or the paths name, and symbolic links that do not leave the tree. Returns what people should know.
    ///
    /// # Errors
    /// In words.
    pub fn extract(&self, commit: &str, into: &Path, paths: &[PathBuf]) -> Result<Vec<String>, String> {
        let output = run(&self.here, &["ls-tree", "-r", "-z", "--full-tree", commit], None)?;
        if !output.status.success() {
            return Err(complaint(&output));
        }
        let (mut files, mut links, mut others, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in entries(&output.stdout) {
            match entry.mode.as_str() {
                "120000" => links.push(entry),
                "160000" => notes.push(format!("{} is a submodule: it is not read", entry.path.display())),
                _ if is_ours(&entry.path) => files.push(entry),
                _ => others.push(entry),
            }
        }
        let in_tree: BTreeSet<PathBuf> = files.iter().chain(&others).chain(&links).map(|e| e.path.clone()).collect();
        let mut texts = self.objects(files.iter().chain(&links))?;
        // by the last word of its path: whatever links are on the way there, the file is found
        let mut named: BTreeSet<OsString> = paths.iter().filter_map(|p| p.file_name().map(OsString::from)).collect();
        let mut read = 0;
        loop {
            for entry in &files[read..] {
                let is_config = entry.path.extension().is_some_and(|e| e == "toml");
                let found = load::leads_to(is_config, texts.get(&entry.object).cloned().unwrap_or_default());
                named.extend(found.iter().filter_map(|path| Path::new(path).file_name().map(OsString::from)));
            }
            read = files.len();
            let before = named.len();
            for link in &links {
                let is_named = link.path.file_name().is_some_and(|name| named.contains(name));
                let target = path_of(texts.get(&link.object).map(Vec::as_slice).unwrap_or_default());
                if is_named || is_ours(&link.path) {
                    named.extend(target.file_name().map(OsString::from));
                }
            }
            let more: Vec<Entry>;
            (more, others) =
                others.into_iter().partition(|e| e.path.file_name().is_some_and(|name| named.contains(name)));
            if more.is_empty() && named.len() == before {
                break;
            }
            texts.extend(self.objects(more.iter())?);
            files.extend(more);
        }
        let text = |entry: &Entry| texts.get(&entry.object).map(Vec::as_slice).unwrap_or_default();
        for entry in &files {
            let path = into.join(&entry.path);
            let wrong = |e: std::io::Error| format!("{}: {e}", path.display());
            std::fs::create_dir_all(path.parent().unwrap_or(into)).map_err(wrong)?;
            std::fs::write(&path, text(entry)).map_err(wrong)?;
        }
        // links come last, so that no file is written through one
        for left in link(into, &links, text)? {
            let whole = load::normalize(&into.join(&left.path).parent().unwrap_or(into).join(path_of(text(left))));
            let there = whole.strip_prefix(into).ok();
            // one to a file that no project reads, such as a page, is nobody's loss
            let is_other =
                there.is_some_and(|t| in_tree.range(t.to_path_buf()..).next().is_some_and(|p| p.starts_with(t)));
            if cfg!(unix) && is_other && !is_ours(&left.path) {
                continue;
            }
            let why = match there {
                None => "it leads out of the repository",
                Some(_) if cfg!(unix) => "it leads to nothing that could be read",
                Some(_) => "links are not made on this system",
            };
            notes.push(format!("{} is a symbolic link that is left out: {why}", left.path.display()));
        }
        Ok(notes)
    }

    /// The contents of objects.
    fn objects<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> Result<HashMap<String, Vec<u8>>, String> {
        let mut names: Vec<&str> = entries.map(|e| e.object.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut found = HashMap::new();
        if names.is_empty() {
            return Ok(found);
        }
        let output = run(&self.here, &["cat-file", "--batch"], Some(&format!("{}\n", names.join("\n"))))?;
        let missing = || {
            if output.status.success() {
                format!("git has not all files of this revision\n  help: {DEEPEN}")
            } else {
                complaint(&output)
            }
        };
        // `NAME blob SIZE\n`, the bytes, `\n`
        let mut rest = output.stdout.as_slice();
        for name in names {
            let line = rest.iter().position(|b| *b == b'\n').ok_or_else(missing)?;
            let head = String::from_utf8_lossy(&rest[..line]);
            let size: usize = head.rsplit(' ').next().and_then(|n| n.parse().ok()).ok_or_else(missing)?;
            let bytes = rest.get(line + 1..line + 1 + size).ok_or_else(missing)?;
            found.insert(name.to_string(), bytes.to_vec());
            rest = rest.get(line + 2 + size..).unwrap_or_default();
        }
        Ok(found)
    }
}

/// The way out of a clone that has not all commits.
const DEEPEN: &str = "this clone has not all commits; `git fetch --unshallow` fetches them";

/// `MODE TYPE OBJECT\tPATH\0`, of paths that stay where they are put.
fn entries(listed: &[u8]) -> impl Iterator<Item = Entry> + '_ {
    listed.split(|b| *b == 0).filter_map(|line| {
        let (head, path) = line.split_at(line.iter().position(|b| *b == b'\t')?);
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ');
        let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
        let path = path_of(&path[1..]);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        inside.then(|| Entry { mode: mode.to_string(), object: object.to_string(), path })
    })
}

/// Whether a file is read wherever it is.
fn is_ours(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "tabi") || path.file_name().is_some_and(|n| n == FILE_NAME)
}

/// A path as git writes it, or a link has it: bytes, which need not be UTF-8.
fn path_of(text: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(text));
    #[cfg(not(unix))]
    return PathBuf::from(String::from_utf8_lossy(text).into_owned());
}

/// Makes symbolic links, and takes away again those that lead out of the directory or nowhere; these are returned.
#[cfg(unix)]
fn link<'e, 't>(into: &Path, links: &'e [Entry], text: impl Fn(&Entry) -> &'t [u8]) -> Result<Vec<&'e Entry>, String> {
    let root = into.canonicalize().map_err(|e| format!("{}: {e}", into.display()))?;
    let (mut made, mut left) = (Vec::new(), Vec::new());
    for entry in links {
        let parent = into.join(&entry.path);
        std::fs::create_dir_all(parent.parent().unwrap_or(into)).map_err(|e| format!("{}: {e}", parent.display()))?;
    }
    for entry in links {
        let target = path_of(text(entry));
        let path = into.join(&entry.path);
        let parent = path.parent().unwrap_or(into);
        // what stands behind another link is that link's
        let is_free = parent.canonicalize().is_ok_and(|p| p == root.join(entry.path.parent().unwrap_or(Path::new(""))));
        if target.is_relative() && is_free && std::os::unix::fs::symlink(target, &path).is_ok() {
            made.push((path, entry));
        } else {
            left.push(entry);
        }
    }
    // one that is gone may have held another one
    loop {
        let before = made.len();
        made.retain(|(path, entry)| {
            let inside = path.canonicalize().is_ok_and(|p| p.starts_with(&root));
            let stays = inside || std::fs::remove_file(path).is_err();
            if !stays {
                left.push(entry);
            }
            stays
        });
        if made.len() == before {
            left.sort_by(|a, b| a.path.cmp(&b.path));
            return Ok(left);
        }
    }
}

/// Where links need rights that few have, they are left out.
#[cfg(not(unix))]
fn link<'e, 't>(_: &Path, links: &'e [Entry], _: impl Fn(&Entry) -> &'t [u8]) -> Result<Vec<&'e Entry>, String> {
    Ok(links.iter().collect())
}
