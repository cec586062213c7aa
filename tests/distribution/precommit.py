"""Uses the hooks as people do: with pre-commit and with prek, built from source and installed as a wheel.

    precommit.py DIRECTORY-OF-TOOLS TABI DIRECTORY-OF-THE-WHEEL

The configurations are those of docs/pre-commit.md. `UPDATE_DOCS=1` writes what a refused commit looks like into that page.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS, TABI, WHEEL = (Path(argument).resolve() for argument in sys.argv[1:4])
PAGE = ROOT / "docs/pre-commit.md"
SOURCE, MIRROR = "https://github.com/example/tabi", "https://github.com/example/tabi-pre-commit"

GOOD = """\
## A buyer pays for the cart.
user journey checkout "Checkout" {
  owner   shop
  runbook "https://runbooks.example.com/$journey/$step"

  step pay "Pay by card" {
    sli fast {
      latency http_request_duration_seconds{job="pay"} under 250ms
      buckets 100ms, 250ms, 500ms, 1s
      target  99%
    }
  }

  target 98.8%
}
"""
# knows `checkout` only when the whole project is read
DELIVERY = """\
## A merged change reaches production.
developer journey delivery "Merge to production" {
  owner    shop
  runbook  "https://runbooks.example.com/$journey/$step"
  delivers checkout

  step build {
    sli green {
      bad    ci_pipelines_total{job="ci", result="failed"}
      total  ci_pipelines_total{job="ci"}
      target 95%
    }
  }
}
"""
BAD = GOOD.replace("under 250ms", "under 300ms")
UNTIDY = GOOD.replace("  step pay", "step   pay")


class Failed(Exception):
    pass


def check(holds, what, output=""):
    if not holds:
        raise Failed(f"{what}\n{output}")


def run(*command, cwd, code=0, env=None):
    """Runs something that ends with a code, or `None` for any but 0, and returns all that it says."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=env or os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    fine = done.returncode != 0 if code is None else done.returncode == code
    check(fine, f"{' '.join(map(str, command))} ended with {done.returncode}", done.stdout)
    return done.stdout


def prepare(scratch):
    """A home with nothing in it: no configuration, no caches and no other tabi of this machine."""
    home = scratch / "home"
    home.mkdir()
    real = Path(os.environ.get("HOME", "/root"))
    (home / ".gitconfig").write_text(
        "[user]\nname = Somebody\nemail = somebody@example.com\n[init]\ndefaultBranch = main\n[safe]\ndirectory = *\n[advice]\ndetachedHead = false\n"
    )
    # pip may have to know where packages are
    for name in (".config/pip", ".pip", ".config/uv"):
        if (real / name).exists():
            shutil.copytree(real / name, home / name)
    for name in [n for n in os.environ if n.startswith(("GIT_", "PRE_COMMIT", "PREK_"))]:
        del os.environ[name]
    os.environ.setdefault("CARGO_HOME", str(real / ".cargo"))
    os.environ.setdefault("RUSTUP_HOME", str(real / ".rustup"))
    os.environ.update(
        HOME=str(home),
        XDG_CONFIG_HOME=str(home / ".config"),
        XDG_CACHE_HOME=str(home / ".cache"),
        PATH=f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
        PIP_FIND_LINKS=str(WHEEL),
        UV_FIND_LINKS=str(WHEEL),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        NO_COLOR="1",
        TERM="dumb",
    )


def committed(directory):
    run("git", "init", "--quiet", cwd=directory)
    run("git", "add", "--all", cwd=directory)
    run("git", "commit", "--quiet", "--no-verify", "-m", "Begin", cwd=directory)
    return directory


def configuration(begin):
    """The configuration of the page whose first repository this is."""
    blocks = re.findall(r"^```yaml\n(# \.pre-commit-config\.yaml\n.*?)^```", PAGE.read_text(), re.M | re.S)
    return next(block for block in blocks if f"repo: {begin}\n" in block)


class Repository:
    """A repository of a user: the project slo/, which is built, another, and one at the root."""

    def __init__(self, directory, config):
        self.dir = directory
        self.write("slo/tabi.toml", 'output = "generated"\n')
        self.write("slo/checkout.tabi", GOOD)
        self.write("slo/delivery.tabi", DELIVERY)
        self.write(".pre-commit-config.yaml", config)
        run(TABI, "build", "slo", cwd=directory)
        committed(directory)

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.dir / name).read_text()

    def git(self, *words, code=0):
        return run("git", *words, cwd=self.dir, code=code)

    def head(self):
        return self.git("rev-parse", "HEAD")

    def accepts(self, what):
        before = self.head()
        said = self.git("commit", "-m", what)
        check(self.head() != before, f"nothing was committed: {what}", said)
        return said

    def refuses(self, what, *words):
        before = self.head()
        said = self.git("commit", "-m", what, code=None)
        check(self.head() == before, f"it was committed: {what}", said)
        for word in words:
            check(word in said, f"{what}: the message has no {word!r}", said)
        return said


def story(repository):
    """What happens to a commit, from the first to the one that drifts. Returns what is said to a bad one."""
    repository.write("README", "Nothing for the hooks.\n")
    repository.git("add", "--all")
    repository.accepts("Say hello")

    # one file of three: the journey that it delivers is in another
    repository.write("slo/delivery.tabi", DELIVERY.replace("95%", "96%"))
    run(TABI, "build", "slo", cwd=repository.dir)
    repository.git("add", "--all")
    repository.accepts("Want more of the pipeline")

    # a mistake, in a file that is not laid out either
    repository.write("slo/checkout.tabi", BAD.replace("  step pay", "step   pay"))
    repository.git("add", "--all")
    refused = repository.refuses("Pay faster", "error[no-such-bucket]", "the nearest is 250ms", "help: ", "checkout.tabi:8:", "files were modified by this hook")
    check(repository.read("slo/checkout.tabi") == BAD, "tabi-fmt lays the file out", repository.read("slo/checkout.tabi"))
    repository.write("slo/checkout.tabi", UNTIDY)
    repository.git("add", "--all")
    repository.refuses("Write it anyhow", "files were modified by this hook", "1 file changed")
    repository.git("add", "--all")
    # laid out, it is what was committed before
    check(repository.git("status", "--porcelain") == "", "the layout is the one there is")

    # drift: the target changes, the rules do not
    repository.write("slo/checkout.tabi", GOOD.replace("99%", "99.5%"))
    repository.git("add", "--all")
    repository.refuses("Want more", "rules/checkout.yml", "rules that differ", "not up to date; run `tabi build slo`")
    run(TABI, "build", "slo", cwd=repository.dir)
    repository.git("add", "--all")
    repository.accepts("Want more, and build")
    # a generated file that was changed by hand: no Tabi file is in the commit
    rules = repository.read("slo/generated/rules/checkout.yml")
    repository.write("slo/generated/rules/checkout.yml", rules.replace("0.005", "0.5"))
    repository.git("add", "--all")
    repository.refuses("Be quiet", "rules/checkout.yml")
    repository.git("reset", "--quiet", "--hard")

    # what is staged counts, not what lies about
    repository.write("README", "Staged.\n")
    repository.git("add", "README")
    repository.write("slo/checkout.tabi", BAD)
    repository.accepts("Say more")
    check(repository.read("slo/checkout.tabi") == BAD, "what was not staged is back")
    repository.git("checkout", "--quiet", "slo/checkout.tabi")

    # three projects in one commit, and names that a shell would stumble over
    repository.write("tabi.toml", 'sources = ["-x.tabi"]\n')
    repository.write("-x.tabi", GOOD.replace("checkout", "first"))
    repository.write("teams/a b/tabi.toml", "")
    repository.write("teams/a b/ü $(touch oops) 'q' \"d\".tabi", GOOD.replace("checkout", "second"))
    repository.write("slo/notes.tabi", "# Nothing yet.\n")
    repository.git("add", "--all")
    repository.accepts("Add two projects")
    repository.write("teams/a b/more.tabi", BAD.replace("checkout", "third"))
    repository.write("-x.tabi", GOOD.replace("checkout", "first").replace("99%", "98%"))
    repository.git("add", "--all")
    said = repository.refuses("Add a bad one", "teams/a b:", "more.tabi:8:", "no-such-bucket")
    check("checkout.tabi" not in said and not (repository.dir / "oops").exists(), "only what the commit touches is named", said)
    return refused


def installed(tool, directory, config):
    repository = Repository(directory, config)
    run(tool, "install", cwd=directory)
    return story(repository)


def tried(tool, repository, hooks):
    """`try-repo` on a repository that has no configuration, with a good and a bad file."""
    repository.mkdir()
    for file, content in [("tabi.toml", ""), ("bad.tabi", BAD), ("good.tabi", GOOD.replace("checkout", "purchase"))]:
        (repository / file).write_text(content)
    committed(repository)
    said = run(tool, "try-repo", hooks, "tabi-check", "--all-files", cwd=repository, code=1)
    check("bad.tabi:8:" in said and "error[no-such-bucket]" in said and "[good.tabi" not in said, "try-repo names the bad one", said)
    check(run("git", "status", "--porcelain", cwd=repository) == "", "try-repo leaves nothing behind")


def picture(said):
    """The page shows what is really said."""
    # the lines of dots are as wide as the terminal of pre-commit
    new = "$ git commit -m \"Pay faster\"\n" + said.strip() + "\n"
    page = PAGE.read_text()
    old = re.search(r"^```console\n(\$ git commit .*?)^```", page, re.M | re.S)[1]
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page.replace(old, new))
    else:
        check(old == new, f"{PAGE.relative_to(ROOT)} should show (UPDATE_DOCS=1 scripts/test-precommit writes it)", new)


def main(scratch):
    prepare(scratch)
    pre_commit, prek = TOOLS / "pre-commit", TOOLS / "prek"
    for manifest in (ROOT / ".pre-commit-hooks.yaml", ROOT / "packaging/pre-commit/.pre-commit-hooks.yaml"):
        run(pre_commit, "validate-manifest", manifest, cwd=scratch)
        run(prek, "validate-manifest", manifest, cwd=scratch)
    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    mirrored = (ROOT / "packaging/pre-commit/pyproject.toml").read_text()
    check(f'version = "{version}"' in mirrored and f"tabi=={version}" in mirrored, f"packaging/pre-commit is for {version}")

    # what is committed is what others get
    source = scratch / "tabi"
    run("git", "clone", "--quiet", "--no-local", "--no-tags", ROOT, source, cwd=scratch)
    mirror = scratch / "tabi-pre-commit"
    shutil.copytree(ROOT / "packaging/pre-commit", mirror)
    committed(mirror)
    for hooks in (source, mirror):
        run("git", "tag", f"v{version}", cwd=hooks)

    def config(name, hooks):
        text = configuration(name).replace(f"repo: {name}\n", f"repo: {hooks}\n")
        check(f"rev: v{version}\n" in text, f"docs/pre-commit.md is for {version}")
        return text

    local = configuration("local")
    system = re.sub(r"id: (\S+)", r"id: \1-system", config(SOURCE, source))
    for name, tool in [("pre-commit", pre_commit), ("prek", prek)]:
        for way, text in [("wheel", config(MIRROR, mirror)), ("system", system), ("source", config(SOURCE, source))]:
            print(f"{name}, {way}", flush=True)
            directory = scratch / f"{name}-{way}"
            directory.mkdir()
            path = os.environ["PATH"]
            if way == "system":
                os.environ["PATH"] = f"{TABI.parent}{os.pathsep}{path}"
            said = installed(tool, directory, text)
            os.environ["PATH"] = path
            if (name, way) == ("pre-commit", "wheel"):
                picture(said)
        print(f"{name} try-repo, wheel", flush=True)
        tried(tool, scratch / f"{name}-try-wheel", mirror)

        print(f"{name}, local hook", flush=True)
        directory = scratch / f"{name}-local"
        directory.mkdir()
        repository = Repository(directory, local)
        run(tool, "install", cwd=directory)
        repository.write("slo/checkout.tabi", BAD)
        repository.git("add", "--all")
        repository.refuses("Pay faster", "error[no-such-bucket]")
    print("pre-commit try-repo, source", flush=True)
    tried(pre_commit, scratch / "try-source", source)


with tempfile.TemporaryDirectory(prefix="tabi-hooks-", ignore_cleanup_errors=True) as scratch:
    try:
        main(Path(scratch).resolve())
    except Failed as failed:
        sys.exit(f"FAILED: {textwrap.indent(str(failed), '  ').strip()}")
