"""Runs proofs of alerts, as tabi writes them for promtool, in VictoriaMetrics' own engine: vmalert-tool unittest.

    proofs.py VMALERT_TOOL FILE.test.yml

Its tests name queries otherwise, and alerts have a label for their group. Long tests would take it minutes, so only those run that are over
within an hour and a half; the file must have some of every kind that matters here.
"""

import os
import re
import subprocess
import sys
import tempfile

import yaml

MINUTES = 100
WANTED = ["series that are new", "returns with its history", "targets restart", "recorded numbers are given", "the series end"]


def minutes(text):
    units = {"d": 1440, "h": 60, "m": 1, "s": 0}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([dhms])", text))


def main():
    tool, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        tests = yaml.safe_load(file)
    directory = os.path.dirname(os.path.abspath(path))
    # the engine's own files, not those that promtool can read
    tests["rule_files"] = [os.path.join(directory, "..", rules) for rules in tests["rule_files"]]
    chosen = []
    for test in tests["tests"]:
        claims = test.pop("promql_expr_test")
        if max(minutes(claim["eval_time"]) for claim in claims) > MINUTES:
            continue
        for claim in claims:
            claim["expr"] = f"max without (alertgroup) ({claim['expr']})"
            for sample in claim["exp_samples"]:
                sample["labels"] = sample["labels"][sample["labels"].index("{"):]
        test["metricsql_expr_test"] = claims
        chosen.append(test)
    for kind in WANTED:
        if not any(kind in test["name"] for test in chosen):
            sys.exit(f"proofs.py: no test of the kind `{kind}` in {path}")
    tests["tests"] = chosen
    with tempfile.TemporaryDirectory() as scratch:
        own = os.path.join(scratch, "own.test.yml")
        with open(own, "w", encoding="utf-8") as file:
            yaml.safe_dump(tests, file)
        ran = subprocess.run([tool, "unittest", "--files", own], cwd=scratch, capture_output=True, text=True, timeout=900, check=False)
    if ran.returncode:
        sys.exit(f"{ran.stdout[-4000:]}{ran.stderr[-4000:]}")
    print(f"vmalert-tool: {sum(len(test['metricsql_expr_test']) for test in chosen)} claims of {len(chosen)} tests")


if __name__ == "__main__":
    main()
