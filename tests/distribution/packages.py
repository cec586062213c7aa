"""Looks into the packages that scripts/package made, and installs each in an empty place.

    packages.py DIRECTORY-OF-TOOLS DIRECTORY-OF-PACKAGES
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS, PACKAGES = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
VERSION = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
TARGET = re.search(r"^host: (.*)$", subprocess.check_output(["rustc", "-vV"], text=True), re.M)[1]
PAGES = ["tabi", *(f"tabi-{name}" for name in ("build", "check", "completions", "explain", "fmt", "init", "man", "show", "test"))]
COMMANDS = {"build", "check", "fmt", "show", "test"}
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}", flush=True)


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    check(done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def one(pattern):
    found = list(PACKAGES.glob(pattern))
    check(len(found) == 1, f"one {pattern} in {PACKAGES}, not {[p.name for p in found]}")
    return found[0]


def works(tabi, scratch):
    """The program that was installed makes a first project, and builds it."""
    with tempfile.TemporaryDirectory(dir=scratch) as project:
        check(run(tabi, "--version").split() == ["tabi", VERSION], f"{tabi} is version {VERSION}")
        for words in (["init"], ["check"], ["build"], ["build", "--check"]):
            run(tabi, *words, cwd=project)


def crate(scratch):
    """What would go to the registry of crates: sources and what people read; and `cargo install` of this directory."""
    files = run("cargo", "package", "--list", "--allow-dirty", "--quiet", cwd=ROOT).split()
    expected = r"(src/.*\.(rs|md|tabi|toml|txt)|docs/[\w-]+\.md|examples/.*\.(tabi|toml)|grammar/tabi\.ebnf|Cargo\..*|[A-Z-]+(\.md)?|\.cargo_vcs_info\.json)"
    odd = [name for name in files if not re.fullmatch(expected, name)]
    check(not odd and "src/main.rs" in files and len(files) > 100, f"the crate has {len(files)} files, and among them {odd}")
    run("cargo", "install", "--path", ".", "--locked", "--quiet", "--root", scratch / "cargo", cwd=ROOT)
    works(scratch / "cargo/bin/tabi", scratch)


def archive(scratch):
    """`cargo binstall` looks for NAME-TARGET-vVERSION.tar.gz, with the program in a directory of that name."""
    name = f"tabi-{TARGET}-v{VERSION}"
    with tarfile.open(one("*.tar.gz")) as tar:
        names = set(tar.getnames())
        tar.extractall(scratch / "archive", filter="data")
    check(one("*.tar.gz").name == f"{name}.tar.gz", f"the archive is {name}.tar.gz")
    wanted = ["tabi", "LICENSE-MIT", "LICENSE-APACHE", "README.md", "third-party-licences", "completions/_tabi", "man/tabi-check.1"]
    missing = [file for file in wanted if f"{name}/{file}" not in names]
    check(not missing, f"the archive has no {missing}")
    works(scratch / "archive" / name / "tabi", scratch)


def wheel(scratch):
    with zipfile.ZipFile(one("*.whl")) as file:
        names = file.namelist()
        metadata = file.read(next(n for n in names if n.endswith(".dist-info/METADATA"))).decode()
    check(any(n.endswith(".data/scripts/tabi") for n in names), f"the wheel has the program: {names}")
    check(not any(n.endswith(".py") for n in names), f"the wheel has nothing but the program: {names}")
    for line in ("Name: tabi", f"Version: {VERSION}", "License-Expression: Apache-2.0 OR MIT"):
        check(f"{line}\n" in metadata, f"the wheel says {line}:\n{metadata[:1000]}")
    check(any(n.endswith("LICENSE-MIT") for n in names), "the wheel has its licences")
    run(sys.executable, "-m", "venv", scratch / "venv")
    run(scratch / "venv/bin/pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", one("*.whl"))
    works(scratch / "venv/bin/tabi", scratch)


def debian(scratch):
    deb = one("*.deb")
    allowed = {
        # it closes a report that somebody wants a package in Debian, and this is no package of Debian
        "initial-upload-closes-no-bugs",
        # not the library, but a port of it to Rust, with the same strings in it
        "embedded-library libyaml",
    }
    said = subprocess.run(["lintian", "--no-tag-display-limit", "--allow-root", str(deb)], capture_output=True, text=True).stdout
    found = [line for line in said.splitlines() if line[:2] in ("E:", "W:")]
    odd = [line for line in found if not any(line.split(": ", 2)[2].startswith(tag) for tag in allowed)]
    check(not odd, "lintian says\n" + "\n".join(odd))

    # a system with nothing in it
    root = scratch / "root"
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates"):
        (root / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    # its dependencies are those of this machine
    command = ["dpkg", "--root", root, "--force-depends", "--force-not-root", "--log", os.devnull, "--install", deb]
    run(*command, env=os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"})
    depends = run("dpkg-deb", "--field", deb, "Depends")
    check("libc6 (" in depends, f"it depends on libc6, and not on {depends}")
    works(root / "usr/bin/tabi", scratch)

    share = root / "usr/share"
    for page in PAGES:
        path = share / f"man/man1/{page}.1.gz"
        check(path.is_file(), f"there is no {path.relative_to(root)}")
        if path.is_file():
            # bold letters are struck twice
            said = re.sub(".\b", "", run("sh", "-c", 'zcat "$1" | mandoc -T utf8', "sh", path))
            check(page.upper() in said and "EXAMPLES" in said, f"{page} says what it is:\n{said[:500]}")
            lint = subprocess.run(["sh", "-c", 'zcat "$1" | mandoc -T lint -W style', "sh", path], capture_output=True, text=True).stdout
            # a page without a date is the same whenever it is written, and sentences are not broken
            odd = [line for line in lint.splitlines() if "missing date" not in line and "longer than 80 bytes" not in line]
            check(not odd, f"mandoc says of {page}\n" + "\n".join(odd))
    for file in ("doc/tabi/copyright", "doc/tabi/changelog.Debian.gz", "doc/tabi/changelog.gz", "doc/tabi/README.md", "doc/tabi/docs/guide.md"):
        check((share / file).is_file(), f"there is no {file}; doc has {sorted(p.name for p in (share / 'doc/tabi').rglob('*'))}")
    run(root / "usr/bin/tabi", "check", share / "doc/tabi/examples/shop")

    # shells find the completions where they look for those of packages
    asked = {
        "bash": ["bash", "-c", ". /usr/share/bash-completion/bash_completion; _completion_loader tabi || __load_completion tabi; COMP_WORDS=(tabi ''); COMP_CWORD=1; _tabi tabi '' tabi; echo ${COMPREPLY[@]}"],
        "fish": ["fish", "-c", f"set -p fish_complete_path {share}/fish/vendor_completions.d; complete -C 'tabi '"],
        "zsh": ["zsh", "-c", f"fpath=({share}/zsh/vendor-completions $fpath); autoload -Uz compinit; compinit -u -D; echo $_comps[tabi]; autoload +X _tabi; functions _tabi _tabi_commands; cat {share}/zsh/vendor-completions/_tabi"],
    }
    for shell, command in asked.items():
        env = {"HOME": str(scratch), "PATH": f"{root}/usr/bin:{os.environ['PATH']}", "XDG_DATA_DIRS": str(share)}
        words = set(re.findall(r"[\w-]+", run(*command, env=env)))
        check(COMMANDS <= words, f"{shell} offers {sorted(words)}")


with tempfile.TemporaryDirectory(prefix="tabi-packages-") as scratch:
    for part in (crate, archive, wheel, debian):
        print(part.__name__, flush=True)
        part(Path(scratch))
sys.exit("FAILED" if failures else 0)
