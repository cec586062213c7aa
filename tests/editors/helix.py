"""A real Helix with the set-up of docs/editors.md, in tmux: keys go in, and the screen is read.

Usage: helix.py DIRECTORY BIN. The project is DIRECTORY/project, the set-up DIRECTORY/home; BIN has `tabi`. Runs scripts/in-forky.
"""

import os
import pathlib
import re
import subprocess
import sys
import time

LIMIT = 60
directory = pathlib.Path(sys.argv[1])
project = directory / "project"
repository = pathlib.Path(__file__).resolve().parent.parent.parent
inside = [str(repository / "scripts/in-forky"), "env", f"PATH={sys.argv[2]}:/usr/local/bin:/usr/bin:/bin",
          f"TABI_LOG={os.environ['TABI_LOG']}", "TERM=tmux-256color", "COLORTERM=truecolor"]


def tmux(*words):
    # a server of its own, without the person's settings
    return subprocess.run(["tmux", "-S", directory / "tmux", "-f", "/dev/null", *words], check=True, capture_output=True, text=True).stdout


def screen():
    return tmux("capture-pane", "-p")


def keys(*names):
    for name in names:
        tmux("send-keys", name)


def write(text):
    tmux("send-keys", "-l", text)


def attempt(ask):
    """A file that is being written is not there for a moment."""
    try:
        return ask()
    except FileNotFoundError:
        return None


def wait_for(what, ask):
    end = time.monotonic() + LIMIT
    while not (answer := attempt(ask)):
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain: {what}")
        time.sleep(0.05)
    return answer


def shows(text):
    return wait_for(f"{text!r} on the screen", lambda: text in screen())


def file(name):
    return (project / name).read_text()


def normal():
    """Sees that the mode is the normal one. An Escape that changes nothing would become one key with the next: Alt and that key."""
    def shown():
        return re.search(r"^ NOR ", screen(), re.M)
    if not shown():
        keys("Escape")
        wait_for("normal mode", shown)


def command(text):
    normal()
    write(f":{text}")
    shows(f":{text}")
    keys("Enter")


def find(pattern, seen):
    """Searches from the top; SEEN is the line and column of the last sign found, where Helix then is, as it says below."""
    normal()
    write("gg/" + pattern)
    shows("search:" + pattern)
    keys("Enter")
    wait_for(f"the cursor at {seen}", lambda: re.search(rf"\b{seen} *$", screen(), re.M))


def saved(name, wanted, what):
    def ask():
        command("wa")
        return wanted(file(name))
    wait_for(what, ask)


def proved(what):
    print(f"helix: {what}", flush=True)


def health():
    said = subprocess.run([*inside, "hx", "--health", "tabi"], check=True, capture_output=True, text=True).stdout
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    for line in ("Tree-sitter parser: ✓", "Highlight queries: ✓"):
        assert line in plain, plain
    assert re.search(r"✓ tabi: .*/tabi", plain), plain
    proved("its own report finds server, parser and queries")


def main():
    health()
    os.chdir(project)
    # no -e: the terminal shall stay open when Helix ends badly, with what it said
    line = " ".join(f"'{word}'" for word in [*inside, "hx", "checkout.tabi"])
    tmux("new-session", "-d", "-x", "140", "-y", "40", f"{line}; echo helix ended with $?; sleep 600")
    shows("journey checkout")

    shows("●")
    normal()
    write("]d")
    shows("`99,9%` is written `99.9%`")
    proved("a diagnostic")

    write(" a")
    shows("99.9%`")
    wait_for("the menu of fixes", lambda: re.search(r"^.*[Ww]rite|Replace|99\.9%.*$", screen(), re.M))
    keys("Enter")
    saved("checkout.tabi", lambda text: "{ target 99.9%" in text, "the fix")
    proved("a quick fix")

    find("target", "10:38")
    write(" k")
    wait_for("a hover", lambda: screen().count("99.9") > 1)
    proved("hover")

    before = file("checkout.tabi")
    find("sli available", "10:17")
    keys("O")
    write("traff")
    wait_for("the menu of words", lambda: re.search(r"\btraffic\b", screen()))
    keys("Tab", "Enter")
    saved("checkout.tabi", lambda text: re.search(r"^ *traffic\b", text, re.M), "the completed word")
    proved("completion")

    # not with undo, which would take the fix back too when it is pressed once too often
    normal()
    write("xd")
    saved("checkout.tabi", lambda text: text == before, "the text of before")

    find("journey checkout", "8:21")
    write(" r")
    shows("rename-to:")
    keys("C-u")
    write("purchase")
    shows("rename-to:purchase")
    keys("Enter")
    saved("delivery.tabi", lambda text: "delivers purchase" in text and "journey purchase" in file("checkout.tabi"), "renamed over files")
    proved("rename, over files")

    def formatted():
        command("format")
        command("wa")
        return "\n      target 99.9%" in file("checkout.tabi")
    wait_for("formatted", formatted)
    proved("formatting")

    # a colour is `38;2;r;g;b`; keyword, string and comment have three
    def colours():
        drawn = tmux("capture-pane", "-p", "-e")
        found = []
        for text in ("user", '"Checkout', "mistake"):
            before_it = re.search(rf"\x1b\[([0-9;]*)m[^\x1b]*{re.escape(text)}", drawn)
            if not before_it:
                return False
            found.append(before_it.group(1))
        return len(set(found)) == 3
    wait_for("three colours", colours)
    proved("colours")
    command("qa!")


code = 1
try:
    main()
    code = 0
except Exception as problem:  # whatever it was, what was on the screen tells
    print(f"helix: {problem!r}")
    try:
        print(screen())
    except subprocess.CalledProcessError:
        pass
    for log in (directory / "home/.cache/helix").glob("*.log"):
        print(f"-- {log.name}:", log.read_text()[-4000:], sep="\n")
finally:
    subprocess.run(["tmux", "-S", directory / "tmux", "kill-server"], check=False, capture_output=True)
sys.exit(code)
