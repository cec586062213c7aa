"""Asks real shells what they complete.

    completions.py DIRECTORY-OF-TABI

Shells run on a terminal of their own, and a key is a key: the line is typed, with the tab that a person would press.
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TABI = Path(sys.argv[1]).resolve()
PATIENCE = 60
failures = []

# what is typed before the tab, and what must be offered, or must not be
CASES = [
    ("tabi che", ["check"], ["build"]),
    ("tabi ", ["check", "build", "completions"], ["--deny-warnings"]),
    ("tabi build --dash", ["--dashboards"], ["--check"]),
    ("tabi completions ", ["bash", "zsh", "fish"], []),
    ("tabi check --color ", ["auto", "always", "never"], []),
    ("tabi explain blind", ["blind-spot"], ["unknown-name"]),
    ("tabi check sh", ["shop.tabi"], ["other.txt"]),
]


class Shell:
    """An interactive shell."""

    def __init__(self, command, directory, env):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=directory, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self.said = ""

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, pattern):
        """Reads until a pattern is there; what was said up to it."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.said)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise TimeoutError(f"no {pattern!r} in:\n{self.said}")
            self.said += os.read(self.master, 65536).decode(errors="replace")
        text, self.said = self.said[: found.end()], self.said[found.end() :]
        return text

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def bash(home, work, env):
    """What bash has in COMPREPLY, asked through the loader of bash-completion."""
    folder = home / ".local/share/bash-completion/completions"
    folder.mkdir(parents=True)
    (folder / "tabi").write_text(script("bash"))
    ask = r"""
. /usr/share/bash-completion/bash_completion
_completion_loader tabi 2>/dev/null || __load_completion tabi
spec=$(complete -p tabi)
function=$(sed 's/.* -F \([^ ]*\).*/\1/' <<<"$spec")
read -ra COMP_WORDS <<<"$1"
[[ $1 != *" " ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
"$function" tabi "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""
    for typed, wanted, _ in CASES:
        if wanted == ["shop.tabi"]:
            # bash completes files by itself where the function has nothing to say
            yield wanted
            continue
        yield subprocess.run(["bash", "-c", ask, "ask", typed], cwd=work, env=env, capture_output=True, text=True).stdout.split()


def fish(home, work, env):
    """What `complete -C` prints."""
    folder = home / ".config/fish/completions"
    folder.mkdir(parents=True)
    (folder / "tabi.fish").write_text(script("fish"))
    for typed, *_ in CASES:
        done = subprocess.run(["fish", "-c", "complete -C $argv[1]", typed], cwd=work, env=env, capture_output=True, text=True)
        yield [line.split("\t")[0] for line in done.stdout.splitlines()]


def zsh(home, work, env):
    """What an interactive zsh lists when tab is pressed: zsh has no way to ask it otherwise."""
    folder = home / ".zfunc"
    folder.mkdir()
    (folder / "_tabi").write_text(script("zsh"))
    (home / ".zshrc").write_text(
        "fpath=(~/.zfunc $fpath)\nautoload -Uz compinit && compinit -u\nPROMPT='READY> '\nLISTMAX=10000\n"
        # a list of all that matches, always, and a line that says where it ends
        "zmodload zsh/complist\nunsetopt menu_complete auto_menu always_to_end\nsetopt list_ambiguous no_list_beep\n"
        "zstyle ':completion:*' list-prompt ''\nbindkey '^I' list-choices\n"
    )
    shell = Shell(["zsh", "-i"], work, env | {"TERM": "xterm", "COLUMNS": "200", "LINES": "100", "ZDOTDIR": str(home)})
    try:
        shell.wait("READY> ")
        for typed, wanted, _ in CASES:
            shell.type(typed + "\t")
            shell.wait(re.escape(typed.rstrip()))
            text = "".join(shell.wait(re.escape(word)) for word in wanted[-1:])
            # an empty line, and a new prompt
            shell.type("\x15\r")
            text += shell.wait("READY> ")
            yield re.findall(r"[\w.-]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", text))
    finally:
        shell.end()


def script(shell):
    return subprocess.check_output([TABI / "tabi", "completions", shell], text=True)


for ask in (bash, fish, zsh):
    with tempfile.TemporaryDirectory(prefix="tabi-completions-") as scratch:
        home, work = Path(scratch, "home"), Path(scratch, "work")
        home.mkdir()
        work.mkdir()
        (work / "shop.tabi").touch()
        (work / "other.txt").touch()
        env = {"HOME": str(home), "PATH": f"{TABI}:{os.environ['PATH']}", "LANG": "C.UTF-8", "TERM": "dumb"}
        answers = []
        try:
            answers = list(ask(home, work, env))
        except TimeoutError as late:
            failures.append(f"{ask.__name__}: {late}")
        for (typed, wanted, unwanted), offered in zip(CASES, answers):
            missing = [word for word in wanted if word not in offered]
            wrong = [word for word in unwanted if word in offered]
            if missing or wrong:
                failures.append(f"{ask.__name__}, after {typed!r}: no {missing}, and {wrong}; it offers {offered}")
        print(f"{ask.__name__}: {len(answers)} of {len(CASES)} lines asked")
if failures:
    sys.exit("FAILED:\n" + "\n".join(failures))
