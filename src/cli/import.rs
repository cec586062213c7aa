//! `tabi import`: specifications of other tools as Tabi.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are read and written"
)]

use super::terminal::Terminal;
use super::{Outcome, fmt, output};
use crate::diagnostic::render::{Counts, plural};
use crate::import::{self, Imported, Tool};
use crate::load::read;
use crate::load::walk::reason;
use crate::project::{Options, in_memory};
use crate::source::Sources;
use crate::syntax::leaf;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Make Tabi files of the specifications of Sloth, Pyrra or `OpenSLO`
///
/// Many SLOs of one service become one journey. What has no counterpart is said, and stands as a comment in what is made; what begins with
/// "check" there is a guess. Without -o everything goes to stdout, as one file; with it each service has a file of its own.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  tabi import sloth slos.yml                 look at it
  tabi import sloth slos.yml -o slo          a file for each service, in slo/
  tabi import pyrra manifests/ -o slo        all YAML below a directory
  tabi import sloth --window 28d slos.yml    Sloth was run with --default-slo-period 28d
  tabi import pyrra --each manifests/        say everything at each of its places
  helm template chart | tabi import pyrra -  from stdin

docs/coming-from-sloth.md and docs/coming-from-pyrra.md go through it construct by construct.

Exit codes: 0 all was carried over, or is a warning, 1 something is wrong or was left out, 2 it could not be looked for.")]
pub struct Args {
    /// Whose specifications they are
    #[arg(value_enum, value_name = "TOOL")]
    tool: From,
    /// Files, directories with *.yaml, *.yml and *.json, or `-` for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The directory for a file of each service; without it everything goes to stdout
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Overwrite files that exist
    #[arg(long, requires = "output")]
    force: bool,
    /// Say what is the same of many places at each of them, not once with the number of them
    #[arg(long)]
    each: bool,
    /// The period of Sloth's budgets, which its specifications do not say; 30d without it
    #[arg(long, value_name = "DURATION")]
    window: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum From {
    /// `prometheus/v1` and `PrometheusServiceLevel`
    Sloth,
    /// `ServiceLevelObjective`
    Pyrra,
    /// `openslo/v1` and `openslo/v1alpha`
    Openslo,
}

pub(super) fn run(args: &Args, terminal: Terminal) -> Result<Outcome, String> {
    let tool = match args.tool {
        From::Sloth => Tool::Sloth,
        From::Pyrra => Tool::Pyrra,
        From::Openslo => Tool::OpenSlo,
    };
    let window = window(args, tool)?;
    let mut sources = Sources::default();
    let mut broken = Vec::new();
    let mut ids = Vec::new();
    for (name, text) in texts(&args.files)? {
        let (file, encoding) = text.into_file(name);
        let id = sources.add(file);
        match encoding.diagnostic(id) {
            Some(d) => broken.push(d),
            None => ids.push(id),
        }
    }
    let imported = import::import(tool, &sources, &ids, window);
    for note in &imported.notes {
        terminal.note_line(&format!("note: {note}"));
    }
    let is_broken = imported.is_broken() || !broken.is_empty();
    broken.extend(imported.diagnostics.iter().cloned());
    if args.each {
        terminal.note_diagnostics(&sources, &broken);
    } else {
        terminal.note_diagnostics(&sources, &import::grouped::grouped(&sources, &broken));
    }
    if is_broken {
        terminal.note_line("nothing was written: there are errors");
        return Ok(Outcome::Found);
    }
    let left_out = Counts::of(&broken).errors > 0;
    let names: Vec<&str> = ids.iter().map(|id| sources.file(*id).name.as_str()).collect();
    let files = import::files(&imported, tool, &names, args.output.is_some());
    let builds = said(&files, terminal);
    match &args.output {
        None => terminal.result(&files.iter().map(|(_, text)| text.as_str()).collect::<String>())?,
        Some(dir) => write(dir, &files, args.force, terminal)?,
    }
    advise(args, &imported, terminal);
    Ok(if left_out || !builds { Outcome::Found } else { Outcome::Fine })
}

/// The window of the command line, which only Sloth's specifications leave open.
fn window(args: &Args, tool: Tool) -> Result<Option<&str>, String> {
    const DAY: u64 = 86_400_000;
    let Some(text) = args.window.as_deref() else { return Ok(None) };
    if tool != Tool::Sloth {
        return Err(format!("--window is for Sloth; specifications of {} have their windows", tool.name()));
    }
    match leaf::duration(text) {
        Some(ms) if (DAY..=365 * DAY).contains(&ms) && ms % 60_000 == 0 => Ok(Some(text)),
        _ => Err(format!("--window {text}: a window is between 1d and 365d, such as 28d")),
    }
}

/// The texts of the command line with their names.
fn texts(paths: &[PathBuf]) -> Result<Vec<(String, read::Text)>, String> {
    let mut found = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| format!("stdin: {e}"))?;
            found.push(("<stdin>".to_string(), read::decode(bytes).map_err(|why| format!("stdin: {why}"))?));
            continue;
        }
        let mut files = Vec::new();
        if path.is_dir() {
            below(path, &mut files, 0)?;
            if files.is_empty() {
                return Err(format!("{}: no *.yaml, *.yml or *.json below it", path.display()));
            }
        } else {
            files.push(path.clone());
        }
        for file in files {
            let text = read::read(&file).map_err(|why| format!("{}: {why}", file.display()))?;
            found.push((fmt::shown(&file).replace('\\', "/"), text));
        }
    }
    Ok(found)
}

/// The files below a directory, in order; links to directories are not followed.
fn below(dir: &Path, files: &mut Vec<PathBuf>, depth: usize) -> Result<(), String> {
    let wrong = |e: &std::io::Error| format!("{}: {}", dir.display(), reason(e));
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| wrong(&e))? {
        entries.push(entry.map_err(|e| wrong(&e))?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            if !hidden && depth < 32 {
                below(&path, files, depth + 1)?;
            }
        } else if !hidden
            && path.is_file()
            && path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Compiles what was made, and says where it has errors: it was turned, but is wrong in itself.
fn said(files: &[(String, String)], terminal: Terminal) -> bool {
    let (mut sources, units, mut found) = in_memory(files);
    let (_, more) = crate::compile(&mut sources, &units, &Options::default(), Counts::of(&found).errors > 0);
    found.extend(more);
    found.retain(|d| d.severity == crate::diagnostic::Severity::Error);
    crate::diagnostic::sort(&mut found);
    terminal.note_diagnostics(&sources, &found);
    if !found.is_empty() {
        terminal.note_line(&format!(
            "what was made has {}: the specification was carried over as it is, and is wrong in itself",
            plural(found.len(), "error")
        ));
    }
    found.is_empty()
}

fn write(dir: &Path, files: &[(String, String)], force: bool, terminal: Terminal) -> Result<(), String> {
    if !force {
        let there = files.iter().map(|(name, _)| dir.join(name)).find(|path| path.symlink_metadata().is_ok());
        if let Some(path) = there {
            return Err(format!(
                "{} exists already, and nothing was written\n  help: `--force` overwrites it; another `-o` leaves it alone",
                path.display()
            ));
        }
    }
    for (name, text) in files {
        output::put(&dir.join(name), text)?;
    }
    terminal.note_line(&format!("{}: {} written", dir.display(), plural(files.len(), "file")));
    Ok(())
}

/// What to do next.
fn advise(args: &Args, imported: &Imported, terminal: Terminal) {
    let dir = args.output.as_deref().unwrap_or(Path::new("."));
    let full = dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf());
    if !full.ancestors().any(|above| above.join("tabi.toml").is_file()) {
        let toml = imported.toml.as_ref().map(|t| format!("\n{t}")).unwrap_or_default();
        terminal.note_line("note: there is no tabi.toml yet. This one is enough:");
        terminal.note(&format!("\n{}\n", indented(&format!("output = \"generated\"\n{toml}"))));
    }
    if args.output.is_some() {
        terminal.note_line("next: look for `check` in the files, then `tabi check` and `tabi build`");
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_string() } else { format!("  {line}\n") }).collect()
}
