"""The tools' own example specifications: imported, built, checked by promtool, and their thresholds beside those of Sloth's and Pyrra's rules."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
import numbers_of_queries as numbers  # noqa: E402

TABI, OSLO, JUDGE, SLOTH, NEW, OLD, SDK, PYRRA = (Path(p).resolve() for p in sys.argv[1:9])
FAILED = []
COUNTS = {}


def fail(what, why):
    FAILED.append(f"{what}: {why}")
    print(f"test-import: {what}: {why}", file=sys.stderr)


def count(what, n=1):
    COUNTS[what] = COUNTS.get(what, 0) + n


def run(*args, cwd=None, stdin=None):
    return subprocess.run([str(a) for a in args], cwd=cwd, input=stdin, capture_output=True, text=True, check=False)


def build(what, tool, files, work, options=()):
    """Imports files into a project and builds it; the directory of the project, or nothing where nothing was made."""
    made = run(TABI, "import", tool, *files, "-o", work / "slo", *options)
    if "internal error" in made.stderr or made.returncode not in (0, 1):
        fail(what, f"exit code {made.returncode}\n{made.stderr}")
        return None
    if "nothing was written" in made.stderr:
        return None
    texts = [p.read_text() for p in sorted((work / "slo").glob("*.tabi"))]
    lost = sum(text.count("LEFT OUT") for text in texts)
    if (made.returncode == 1) != (lost > 0):
        fail(what, f"exit code {made.returncode} with {lost} SLOs left out\n{made.stderr}")
    count("SLOs left out", lost)
    if not any("journey " in text for text in texts):
        return work
    formatted = run(TABI, "fmt", "--check", work / "slo")
    if formatted.returncode:
        fail(what, f"not in the one style\n{formatted.stderr}")
    (work / "tabi.toml").write_text('output = "generated"\n')
    built = run(TABI, "build", cwd=work)
    if built.returncode:
        fail(what, f"does not build\n{built.stderr}")
        return None
    rules = sorted((work / "generated" / "rules").glob("*.yml"))
    checked = run("promtool", "check", "rules", *rules)
    if checked.returncode:
        fail(what, f"promtool\n{checked.stdout}{checked.stderr}")
    count("rule files that promtool accepts", len(rules))
    count("SLIs", sum(len(re.findall(r"^    sli ", text, re.M)) for text in texts))
    return work


def addresses(work):
    """The SLIs of a project: what Sloth may have called each, and its address and text."""
    found = {}
    for path in sorted((work / "slo").glob("*.tabi")):
        text = path.read_text()
        journey = step = None
        comments = []
        for line in text.splitlines():
            stripped = line.strip()
            if stripped.startswith("#"):
                comments.append(stripped)
                continue
            if match := re.match(r"(?:user|developer|operator) journey (\w+)", line):
                journey = match[1]
            elif match := re.match(r"  step (\w+)", line):
                step = match[1]
            elif match := re.match(r"    sli (\w+)", line):
                was = [c.removeprefix("# was ") for c in comments if c.startswith("# was ")]
                names = [was[0]] if was else [f"{step}_{match[1]}", step]
                for name in names:
                    key = (journey, re.sub(r"\W", "_", name))
                    found.setdefault(key, (f"{journey}.{step}.{match[1]}", "\n".join(comments) + text.split("journey")[0]))
            if stripped:
                comments = []
    return found


ROW = re.compile(r"ratio_rate(\w+)\{sloth_id=\"([^\"]+)\", sloth_service=\"([^\"]+)\", sloth_slo=\"([^\"]+)\"\} > \(([\d.e+-]+) \* ([\d.e+-]+)\)")


def of_sloth(text):
    """The rows of Sloth's rules: by service and SLO, who is told, the windows, the share of errors and the budget."""
    rows = {}
    for block in re.split(r"^\s*- alert: ", text, flags=re.M)[1:]:
        severity = re.search(r"sloth_severity: (\w+)", block)
        parts = ROW.findall(block)
        for short, long in zip(parts[::2], parts[1::2]):
            burn, budget = float(long[4]), float(long[5])
            row = (severity[1], short[0], long[0], burn * budget, budget)
            rows.setdefault((long[2], long[3]), []).append(row)
    return rows


def of_tabi(work, address):
    shown = run(TABI, "show", address, cwd=work).stdout
    rows = re.findall(r"^\s+(page|ticket) (\w+)/(\w+) ([\d.]+)×\s+([\d.]+)% errors", shown, re.M)
    return [(severity, short, long, float(share) / 100) for severity, long, short, _, share in rows]


def compare(what, work, golden):
    known = addresses(work)
    rows = of_sloth(golden)
    if not rows:
        fail(what, "no alerts in Sloth's rules")
    for (service, slo), wanted in rows.items():
        key = tuple(re.sub(r"\W", "_", n) for n in (service, slo))
        if key not in known:
            fail(what, f"{service}/{slo} is not there")
            continue
        address, comments = known[key]
        ours = of_tabi(work, address)
        if len(ours) != len(wanted):
            fail(what, f"{address} has {ours}, Sloth {wanted}")
            continue
        for severity, short, long, share, budget in wanted:
            mine = [r for r in ours if r[0] == severity and r[2] == long]
            if not mine:
                fail(what, f"{address} has no {severity} over {long}")
                continue
            _, our_short, _, our_share = mine[0]
            same = abs(our_share - share) <= 0.002 * share
            why = "asks for" in comments or ("0.9333" in comments and long == "3d")
            if not same and not why:
                fail(what, f"{address}: {severity} over {long} at {our_share}, Sloth at {share}, and no comment says why")
            if our_short != short and "twelfth" not in comments:
                fail(what, f"{address}: {severity} over {long} and {our_short}, Sloth {short}")
            count("thresholds as Sloth has them" if same else "thresholds that differ, with a comment")


def each(what, tool, files, golden=None, options=()):
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        done = build(what, tool, files, work, options)
        if done is None:
            fail(what, "was accepted by its tool, and is not imported")
        elif golden:
            compare(what, work, golden.read_text())
        count(f"{tool}: files")


def sloth():
    examples = SLOTH / "examples"
    for path in sorted(examples.glob("*.y*ml")):
        tool = "openslo" if path.name.startswith("openslo") else "sloth"
        golden = examples / "_gen" / path.name
        alerts = "sloth_severity" in golden.read_text()
        # its queries are those of another engine
        foreign = path.name == "victoria-metrics.yml"
        each(path.name, tool, [path], golden if tool == "sloth" and alerts and not foreign else None)
    data = SLOTH / "test" / "integration" / "prometheus" / "testdata"
    plain = [("base", []), ("base-k8s", []), ("multifile", []), ("multifile-k8s", [])]
    for name, options in plain:
        each(f"in-{name}", "sloth", [data / f"in-{name}.yaml"], data / f"out-{name}.yaml.tpl", options)
    base = data / "in-base.yaml"
    each("in-base at 28d", "sloth", [base], data / "out-base-28d.yaml.tpl", ["--window", "28d"])
    each("in-base at 7d", "sloth", [base, examples / "windows" / "7d.yaml"], data / "out-base-custom-windows-7d.yaml.tpl")
    for path in sorted((data / "validate" / "good").glob("*.yaml")):
        each(path.name, "openslo" if "openslo" in path.name else "sloth", [path])


def judged(paths):
    """What Pyrra says of specifications: whether it accepts them, and the rows of its alerts."""
    said = run(JUDGE, *paths)
    if said.returncode:
        sys.exit(f"test-import: {said.stderr}")
    return [json.loads(line) for line in said.stdout.splitlines()]


def minutes(text):
    """Of a duration such as 1h30m."""
    return sum(int(n) * {"m": 1, "h": 60, "d": 1440, "w": 10080}[unit] for n, unit in re.findall(r"(\d+)([mhdw])", text))


def rows_of_pyrra(what, work, name, wanted):
    known = {address for address, _ in addresses(work).values()}
    # a file of several has the names of Pyrra in its addresses
    if len(known) > 1:
        known = {address for address in known if address.replace(".", "_") == re.sub(r"\W", "_", name)}
    if len(known) != 1:
        fail(what, f"not one SLI is {name}")
        return
    (address,) = known
    comments = " ".join(p.read_text() for p in (work / "slo").glob("*.tabi"))
    ours = {(row[0], minutes(row[2])): row for row in of_tabi(work, address)}
    if len(ours) != len(wanted):
        fail(what, f"{address} has {ours}, Pyrra {wanted}")
    for row in wanted:
        severity = {"critical": "page", "warning": "ticket"}[row["severity"]]
        mine = ours.get((severity, minutes(row["long"])))
        if mine is None:
            fail(what, f"{address} has no {severity} over {row['long']}, but {sorted(ours)}")
            continue
        same = abs(mine[3] - row["share"]) <= 0.002 * row["share"]
        if not same and not (mine[3] < min(row["share"], 1) and "asks for at most" in comments):
            fail(what, f"{address}: {severity} over {row['long']} at {mine[3]}, Pyrra at {row['share']}, and no comment says why")
        if minutes(mine[1]) != minutes(row["short"]) and "twelfth" not in comments:
            fail(what, f"{address}: {severity} over {row['long']} and {mine[1]}, Pyrra {row['short']}")
        count("pyrra: thresholds as Pyrra has them" if same else "pyrra: thresholds that are lower, with a comment")


def pyrra():
    paths = [p for p in sorted(PYRRA.glob("examples/**/*.yaml")) if re.search(r"^kind: ServiceLevelObjective$", p.read_text(), re.M)]
    with tempfile.TemporaryDirectory() as directory:
        # what it refuses must be refused, or it judges nothing
        bad = Path(directory) / "bad.yaml"
        bad.write_text(paths[0].read_text().replace("target:", "goal:"))
        if not judged([bad])[0].get("error"):
            fail("pyrra", "an unknown field was accepted")
    for path in paths:
        what = str(path.relative_to(PYRRA))
        said = judged([path])
        wrong = [one["error"] for one in said if one.get("error")]
        if wrong:
            print(f"test-import: Pyrra itself refuses {what}: {wrong[0]}")
            count("pyrra: files that it does not accept itself")
            continue
        with tempfile.TemporaryDirectory() as directory:
            work = Path(directory)
            done = build(what, "pyrra", [path], work)
            if done is None:
                fail(what, "was accepted by its tool, and is not imported")
                continue
            for one in said:
                rows_of_pyrra(what, work, one["name"], one["rows"])
            count("pyrra: files")
    with tempfile.TemporaryDirectory() as directory:
        # all of a cluster at once, as people have them
        manifests = sorted((PYRRA / "examples" / "kubernetes" / "manifests" / "slos").glob("*.yaml"))
        build("pyrra: a directory", "pyrra", manifests, Path(directory))


def openslo():
    paths = [*NEW.glob("test/inputs/validate/**/*.yaml"), *OLD.glob("test/v1/**/*.yaml"), *SDK.glob("pkg/openslo/v1*/examples/*.yaml")]
    paths += SDK.glob("pkg/openslosdk/test_data/*/**/*.yaml")
    for path in sorted(paths):
        text = path.read_text()
        has_slo = re.search(r"kind: SLO\s*$", text, re.M) and "openslo/v1" in text and "v2alpha" not in text
        if not has_slo or run(OSLO, "validate", "-f", path).returncode:
            continue
        with tempfile.TemporaryDirectory() as directory:
            made = build(path.name, "openslo", [path], Path(directory))
            if made is None:
                fail(path.name, "oslo accepts it, and it is not imported")
            count("openslo: files that oslo accepts")


def export():
    root = Path(__file__).resolve().parents[2]
    for project in sorted((root / "examples").iterdir()):
        with tempfile.TemporaryDirectory() as directory:
            out = Path(directory) / "openslo.yaml"
            exported = run(TABI, "export", "openslo", project, "-o", out)
            if exported.returncode:
                fail(project.name, exported.stderr)
                continue
            judged = run(OSLO, "validate", "-f", out)
            if judged.returncode:
                fail(project.name, f"oslo does not accept what is exported\n{judged.stdout}{judged.stderr}")
            count("exports that oslo accepts")


def own():
    """Specifications of our own, also those of Pyrra, through promtool."""
    for path in sorted((Path(__file__).resolve().parent).glob("*.yaml")):
        each(path.name, path.name.split("-")[0], [path])


def many():
    document = """version: prometheus/v1
service: service-{0}
labels: {{owner: team-{1}}}
slos:
  - name: requests-availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{{job="s{0}",code=~"5.."}}[{{{{.window}}}}]))
        total_query: sum(rate(http_requests_total{{job="s{0}"}}[{{{{.window}}}}]))
    alerting: {{name: Alert{0}}}
"""
    text = "---\n".join(document.format(i, i % 7) for i in range(10_000))
    with tempfile.TemporaryDirectory() as directory:
        begun = time.monotonic()
        made = run(TABI, "import", "sloth", "-", "-o", directory, stdin=text)
        seconds = time.monotonic() - begun
        files = len(os.listdir(directory))
        if made.returncode or files != 10_000:
            fail("10,000 documents", f"{files} files, {made.stderr[-500:]}")
        print(f"test-import: 10,000 documents in {seconds:.1f} s")


def same_numbers():
    """What is counted is the same, not only when an alert fires."""
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        (work / "same.yaml").write_text(numbers.specification())
        done = build("the same numbers", "sloth", [work / "same.yaml"], work)
        if done is None:
            fail("the same numbers", "nothing was made")
            return
        rules = sorted(str(p) for p in (work / "generated" / "rules").glob("*.yml"))
        (work / "numbers.yml").write_text(numbers.tests(rules))
        judged = run("promtool", "test", "rules", work / "numbers.yml")
        if judged.returncode:
            fail("the same numbers", judged.stdout + judged.stderr)
        count("shares of errors as Sloth's queries have them", len(numbers.CASES))


sloth()
pyrra()
openslo()
export()
own()
same_numbers()
many()
for what, n in sorted(COUNTS.items()):
    print(f"test-import: {n} {what}")
if FAILED:
    sys.exit(f"test-import: {len(FAILED)} failures")
