"""Checks what CI systems read, and runs it: action.yml, templates/check.yml, and the workflows of docs/ci.md.

    judge.py DIRECTORY-OF-JUDGES DIRECTORY-OF-TABI

The shell steps of the action and of the component are run with bash, as the runners do, in repositories made for it.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
JUDGES = Path(sys.argv[1]).resolve()
TABI = Path(sys.argv[2]).resolve()
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}")


def read(text):
    return YAML(typ="safe", pure=True).load(text)


def judge(*command):
    done = subprocess.run([str(JUDGES / command[0]), *map(str, command[1:])], capture_output=True, text=True)
    check(done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


# ── what stands in the pages ──────────────────────────────────────────────────────────────────────────────────────────


def blocks(page):
    """The YAML blocks of a page that say which file they are."""
    for text in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S):
        name = re.match(r"# (\S+)\n", text)
        check(name, f"a block of docs/ci.md does not say which file it is:\n{text}")
        if name:
            yield name[1], text


def gitlab(path):
    judge("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", path)


def strings(value, inside=False):
    """The scripts in a document: all that stands below `run`, `script` and `before_script`."""
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, inside)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, inside or key in ("run", "script", "before_script"))


def commands_exist(name, document):
    """Whether tabi knows each command that stands by itself on a line."""
    seen = 0
    for script in strings(document):
        for line in script.splitlines():
            words = shlex.split(line, comments=True) if line.strip().startswith("tabi ") else []
            words = [w for w in words if "[@]" not in w]
            for end, word in enumerate(words):
                if word in ("||", "&&", "|", ";", "--") or word.startswith(">"):
                    words = words[:end]
                    break
            if len(words) < 2 or words[1] == "--version":
                continue
            done = subprocess.run([str(TABI / "tabi"), *words[1:], "--help"], cwd=tempfile.gettempdir(), capture_output=True, text=True)
            check(done.returncode == 0, f"{name}: `{line.strip()}`: {done.stderr}")
            seen += 1
    return seen


def pages():
    with tempfile.TemporaryDirectory() as directory:
        found = dict(blocks((ROOT / "docs/ci.md").read_text()))
        seen = 0
        for name, text in found.items():
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if name.startswith(".github/"):
                judge("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
                judge("zizmor", "--offline", "--quiet", path)
            else:
                gitlab(path)
                same_pipelines(f"docs/ci.md: {name}", read(text))
            seen += commands_exist(name, read(text))
        check(len(found) >= 5 and seen >= 6, f"docs/ci.md has {len(found)} workflows with {seen} commands of tabi")
        inputs_exist(found)
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        judge("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
        judge("zizmor", "--offline", "--quiet", path)


PIPELINES = {
    "merge request": {"CI_PIPELINE_SOURCE": "merge_request_event"},
    "branch": {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"},
    "branch with an open merge request": {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_BRANCH": "topic",
        "CI_OPEN_MERGE_REQUESTS": "example/tabi!1",
    },
}


def runs_in(document, job):
    """The kinds of pipelines that have a job, by its rules."""
    rules = job.get("rules", document.get(job.get("extends"), {}).get("rules"))
    kinds = set()
    for kind, variables in PIPELINES.items():
        if rules is None:
            # what GitLab takes for granted: branches and tags
            if "CI_COMMIT_BRANCH" in variables:
                kinds.add(kind)
            continue
        for rule in rules:
            holds = re.sub(r"\$(\w+)", lambda m: repr(variables.get(m[1], "")), rule["if"]).replace("&&", "and")
            if eval(holds):
                if rule.get("when") != "never":
                    kinds.add(kind)
                break
    return kinds


def same_pipelines(name, document):
    """Where one job makes a pipeline for merge requests, all jobs are in it, and no other one runs for the same commit."""
    jobs = {key: job for key, job in document.items() if isinstance(job, dict) and "script" in job and key[0] != "."}
    kinds = {key: runs_in(document, job) for key, job in jobs.items()}
    if any("merge request" in found for found in kinds.values()):
        for key, found in kinds.items():
            check("merge request" in found, f"{name}: {key} does not run for merge requests")
            check("branch with an open merge request" not in found, f"{name}: {key} runs twice for a merge request")
        check(any("branch" in found for found in kinds.values()), f"{name}: nothing runs for branches")
    return len(jobs)


def inputs_exist(found):
    """What the workflows give to the action and the component is what these take, and the page lists all of it."""
    action, header = read((ROOT / "action.yml").read_text()), component()[0]
    given, page = [], (ROOT / "docs/ci.md").read_text()
    for text in found.values():
        document = read(text)
        for job in document.get("jobs", {}).values():
            steps = [s for s in job["steps"] if s.get("uses", "").startswith("example/tabi@")]
            given += [(key, action["inputs"]) for step in steps for key in step.get("with", {})]
        for one in document.get("include", []):
            given += [(key, header["spec"]["inputs"]) for key in one.get("inputs", {})]
    check(given, "no workflow of docs/ci.md gives an input")
    for key, known in given:
        check(key in known, f"docs/ci.md gives the input {key}, which there is not")
    for key in [*action["inputs"], *action["outputs"], *header["spec"]["inputs"]]:
        check(f"`{key}`" in page, f"docs/ci.md does not say what {key} is")


# ── real repositories ─────────────────────────────────────────────────────────────────────────────────────────────────

PROJECT = """defaults {
  owner   shop
  runbook "https://r.example/$journey"
}

# tabi: allow(blind-spot) this is a test
## A buyer.
user journey checkout {
  step pay {
    sli available {
      good   http_requests_total{job="pay", code!~"5.."}
      total  http_requests_total{job="pay"}
      target 99%
    }
  }
}
"""


class Repository:
    """A repository as a runner checks it out: the merge of a pull request that lowers a target."""

    def __init__(self, root, change=("target 99%", "target 98%"), depth=None, build=False):
        self.root, self.work = root, root / "work"
        origin = root / "origin"
        (origin / "slo dir").mkdir(parents=True)
        self.env = {
            "PATH": f"{TABI}:{os.environ['PATH']}",
            "HOME": str(root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": "x@example.com",
            "GIT_COMMITTER_NAME": "x",
            "GIT_COMMITTER_EMAIL": "x@example.com",
        }
        self.git(origin, "init", "--quiet", "--initial-branch", "main")
        (origin / "slo dir/tabi.toml").write_text('output = "generated"\n')
        source = origin / "slo dir/-odd $(touch hacked).tabi"
        source.write_text(PROJECT)
        if build:
            subprocess.run([TABI / "tabi", "build"], cwd=origin / "slo dir", check=True, capture_output=True)
        self.git(origin, "add", "--all")
        self.git(origin, "commit", "--quiet", "--message", "first")
        self.base = self.git(origin, "rev-parse", "HEAD")
        self.git(origin, "switch", "--quiet", "--create", "topic")
        if change:
            source.write_text(PROJECT.replace(*change))
            self.git(origin, "commit", "--quiet", "--all", "--message", "topic")
        self.git(origin, "switch", "--quiet", "main")
        self.git(origin, "commit", "--quiet", "--allow-empty", "--message", "main went on")
        self.git(origin, "merge", "--quiet", "--no-ff", "--message", "merge", "topic")
        more = ["--depth", str(depth)] if depth else []
        self.git(root, "clone", "--quiet", *more, f"file://{origin}", self.work)

    def git(self, directory, *args):
        done = subprocess.run(["git", *args], cwd=directory, env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"git {args}: {done.stderr}")
        return done.stdout.strip()

    def bash(self, script, directory, env):
        # as the runners do
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=directory, env={**self.env, **env}, capture_output=True, text=True)


def action(repository, given=None, event="pull_request", edit=lambda script: script, only=None):
    """Runs the steps of the action. Returns each step's end by its name, the outputs and the summary."""
    document = read((ROOT / "action.yml").read_text())
    inputs = {name: one["default"] for name, one in document["inputs"].items()} | {"working-directory": "slo dir"}
    inputs |= given or {}
    files = {name: repository.root / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    head = repository.git(repository.work, "rev-parse", "HEAD")
    around = {name: str(path) for name, path in files.items()} | {
        "RUNNER_TEMP": str(repository.root),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_SHA": head,
        "GITHUB_BASE_REF": "main",
    }

    def filled(text):
        return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: inputs[m[1]], str(text))

    ends, failed = {}, False
    for step in document["runs"]["steps"]:
        condition = str(step.get("if", "")).removeprefix("${{").removesuffix("}}").strip()
        holds = condition.replace("!cancelled()", "True").replace("&&", "and").replace("||", "or")
        holds = holds.replace("github.event_name", repr(event))
        holds = re.sub(r"inputs\.([a-z-]+)", lambda m: repr(inputs[m[1]]), holds)
        if (only and step["name"] not in only) or (failed and not condition) or (condition and not eval(holds)):
            continue
        check("${{" not in step["run"], f"{step['name']}: an expression in a script")
        env = {key: filled(value) for key, value in step.get("env", {}).items()}
        directory = repository.work / filled(step.get("working-directory", "."))
        done = repository.bash(edit(step["run"]), directory, around | env)
        ends[step["name"]] = done
        failed = failed or done.returncode != 0
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return ends, outputs, files["GITHUB_STEP_SUMMARY"].read_text()


def shown(ends):
    return "\n".join(f"{name}: {e.returncode}\n{e.stdout}{e.stderr}" for name, e in ends.items())


def codes(ends):
    return [end.returncode for end in ends.values()]


def run_action():
    def scenario(name):
        print(f"action: {name}")
        return tempfile.TemporaryDirectory()

    with scenario("a pull request that changes a target") as d:
        repository = Repository(Path(d), depth=2)
        ends, outputs, summary = action(repository)
        check(codes(ends) == [0, 0, 0], shown(ends))
        check(outputs.get("changed") == "true" and Path(outputs["file"]).read_text() == summary, str(outputs))
        check("99% in 28d" in summary and "98% in 28d" in summary, summary)
        # a script with a mistake is noticed
        ends, _, _ = action(repository, edit=lambda script: script.replace("tabi diff ", "tabi dif "))
        check(codes(ends)[-1] not in (0, 1), "a broken script passes")
        ends, outputs, summary = action(repository, event="push")
        check(codes(ends) == [0, 0] and not outputs and not summary, shown(ends))
        ends, outputs, _ = action(repository, {"base": "HEAD^2"}, event="push")
        check(codes(ends) == [0, 0, 0] and outputs.get("changed") == "false", shown(ends))
        odd = "-odd $(touch hacked).tabi"
        ends, outputs, _ = action(repository, {"paths": f"\n{odd}\n"})
        check(codes(ends) == [0, 0, 0] and outputs.get("changed") == "true", shown(ends))
        ends, _, _ = action(repository, {"paths": "none.tabi", "diff": "false"})
        check(codes(ends) == [0, 2], shown(ends))
        check(not list(Path(d).rglob("hacked")), "a name of a file was run")

    with scenario("nothing changes") as d:
        ends, outputs, summary = action(Repository(Path(d), change=None))
        check(codes(ends) == [0, 0, 0] and outputs.get("changed") == "false", shown(ends))
        check("nothing changes for people" in summary, summary)

    with scenario("the head of the pull request is checked out, and not the merge") as d:
        repository = Repository(Path(d))
        repository.git(repository.work, "reset", "--quiet", "--hard", "HEAD^2")
        repository.git(repository.work, "update-ref", "refs/remotes/origin/main", "HEAD^1")
        ends, outputs, _ = action(repository, edit=lambda script: f"GITHUB_SHA=other\n{script}")
        check(codes(ends) == [0, 0, 0] and outputs.get("changed") == "true", shown(ends))

    with scenario("a mistake") as d:
        ends, outputs, summary = action(Repository(Path(d), change=("target 99%", "target 101%")))
        check(codes(ends) == [0, 1, 0], shown(ends))
        check("::error" in ends["Look for mistakes"].stdout, shown(ends))
        check(outputs.get("changed") == "unknown" and "bad-target" in summary, f"{outputs}\n{summary}")

    with scenario("a mistake that is mended") as d:
        repository = Repository(Path(d), change=("target 99%", "target 101%"))
        repository.git(repository.work, "checkout", "--quiet", "HEAD^1", "--", ".")
        ends, outputs, summary = action(repository, {"base": "HEAD"}, event="push")
        check(codes(ends) == [0, 0, 0], shown(ends))
        check(outputs.get("changed") == "unknown" and "bad-target" in summary, f"{outputs}\n{summary}")

    with scenario("warnings") as d:
        repository = Repository(Path(d), change=("# tabi: allow(blind-spot) this is a test\n", ""))
        check(codes(action(repository)[0]) == [0, 0, 0], "warnings fail although nobody wants that")
        ends, _, _ = action(repository, {"deny-warnings": "true", "diff": "false"})
        check(codes(ends) == [0, 1], shown(ends))

    with scenario("a clone without the commit before") as d:
        ends, _, _ = action(Repository(Path(d), depth=1))
        check(codes(ends) == [0, 0, 2] and "fetch-depth: 2" in ends["What changes for people"].stdout, shown(ends))

    with scenario("generated files") as d:
        repository = Repository(Path(d), build=True)
        ends, _, _ = action(repository, {"build-check": "true"})
        check(codes(ends) == [0, 0, 1, 0], shown(ends))
        subprocess.run([TABI / "tabi", "build", "-o", "other"], cwd=repository.work / "slo dir", check=True, capture_output=True)
        ends, _, _ = action(repository, {"build-check": "true", "output": "other"})
        check(codes(ends) == [0, 0, 0, 0], shown(ends))

    with scenario("installing") as d:
        repository = Repository(Path(d))
        programs = Path(d) / "programs"
        programs.mkdir()
        for name in ("bash", "sh"):
            (programs / name).symlink_to(Path("/bin") / name)
        # what builds is not built here: it says how it was called, and puts tabi where cargo does
        cargo = programs / "cargo"
        cargo.write_text(f'#!/bin/sh\necho "cargo $*"\n/bin/ln -s "{TABI}/tabi" "{programs}/tabi"\n')
        cargo.chmod(0o755)
        repository.env["PATH"] = str(programs)
        git = subprocess.run(["which", "git"], capture_output=True, text=True).stdout.strip()
        (programs / "git").symlink_to(git)
        ends, _, _ = action(repository, only=["Install tabi"])
        said = ends["Install tabi"].stdout
        check(f"cargo install --locked --quiet --path {ROOT}\ntabi " in said, shown(ends))
        ends, _, _ = action(repository, only=["Install tabi"])
        check("cargo" not in ends["Install tabi"].stdout, shown(ends))


# ── GitLab ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def component():
    """The header and the body of the component, and its body as text."""
    header, body = (ROOT / "templates/check.yml").read_text().split("\n---\n")
    return read(header), body


def interpolated(body, header, given):
    """As GitLab does: text for text, before the YAML is read."""
    values = {name: one.get("default") for name, one in header["spec"]["inputs"].items()} | given
    word = lambda value: str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda m: word(values[m[1]]), body)


def job(repository, name, given, env=None):
    header, body = component()
    document = read(interpolated(body, header, {"directory": "slo dir"} | given))
    own, base = document[name], document[document[name]["extends"]]
    variables = base.get("variables", {}) | own.get("variables", {}) | {
        "CI_PROJECT_DIR": str(repository.work),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": repository.base,
    }
    script = "\n".join([*base["before_script"], *own["script"]])
    return repository.bash(script, repository.work, variables | (env or {}))


def run_component():
    header, body = component()
    seen = commands_exist("templates/check.yml", read(interpolated(body, header, {})))
    check(seen >= 5, f"templates/check.yml has {seen} commands of tabi")
    jobs = same_pipelines("templates/check.yml", read(interpolated(body, header, {})))
    check(jobs == 2, f"templates/check.yml has {jobs} jobs")
    with tempfile.TemporaryDirectory() as directory:
        for name, text in [("header.yml", yaml_text(header)), ("body.yml", interpolated(body, header, {}))]:
            path = Path(directory) / name
            path.write_text(text)
            gitlab(path)

    def end(done):
        return f"{done.returncode}\n{done.stdout}{done.stderr}"

    print("component")
    with tempfile.TemporaryDirectory() as d:
        repository = Repository(Path(d), build=True)
        done = job(repository, "tabi-check", {})
        check(done.returncode == 0 and (repository.work / "gl-code-quality-report.json").exists(), end(done))
        check(job(repository, "tabi-check", {"build-check": True}).returncode == 1, "drift passes")
        done = job(repository, "tabi-diff", {})
        check(done.returncode == 0 and "98% in 28d" in done.stdout, end(done))
        check("98% in 28d" in (repository.work / "tabi-diff.md").read_text(), "no Markdown")
    with tempfile.TemporaryDirectory() as d:
        repository = Repository(Path(d), change=("target 99%", "target 101%"))
        done = job(repository, "tabi-check", {})
        check(done.returncode == 1 and "bad-target" in done.stdout, end(done))
        report = (repository.work / "gl-code-quality-report.json").read_text()
        check("bad-target" in report, report)
        done = job(repository, "tabi-diff", {})
        check(done.returncode == 1 and "what changes is not known" in done.stdout, end(done))
        markdown = (repository.work / "tabi-diff.md").read_text()
        check("bad-target" in markdown, f"with errors there is no Markdown: {markdown}")
    print("the jobs of docs/ci.md without the component")
    text = dict(blocks((ROOT / "docs/ci.md").read_text()))["slo/.gitlab-ci.yml"]
    script = "\n".join(read(text)["diff"]["script"])
    for change, code, said in [(("target 99%", "target 98%"), 0, "98% in 28d"), (("target 99%", "target 101%"), 1, "bad-target")]:
        with tempfile.TemporaryDirectory() as d:
            repository = Repository(Path(d), change=change)
            around = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": repository.base}
            done = repository.bash(script, repository.work / "slo dir", around)
            check(done.returncode == code and said in done.stdout, end(done))


def yaml_text(value):
    from io import StringIO

    out = StringIO()
    YAML(typ="safe", pure=True).dump(value, out)
    return out.getvalue()


judge("check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")
judge("zizmor", "--offline", "--quiet", ROOT / "action.yml")
pages()
run_action()
run_component()
print(f"{len(failures)} failures" if failures else "all of it holds")
sys.exit(1 if failures else 0)
