"""Judges rule files for Amazon by cfn-lint, with the published schema of a rule groups namespace. What stands in the files is the business of
promtool and of mimirtool's parser: the service is made of Cortex, and Mimir is too.

usage: amazon.py CFN_LINT FILE... [--name NAME]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

# a quota of the service, which the schema does not have
BYTES = 1_000_000


def name_of(path):
    """The name of a namespace, as docs/engines.md has it: what two places load into one workspace must differ."""
    parts = Path(path).parts
    return f"tabi.{parts[-2]}-{Path(path).stem}" if parts[-3] == "sites" else f"tabi-{Path(path).stem}"


def namespace(path, name):
    """What `aws amp create-rule-groups-namespace` would make of a file."""
    data = Path(path).read_text(encoding="utf-8")
    if len(data.encode()) > BYTES:
        raise SystemExit(f"{path}: more than {BYTES} bytes")
    workspace = "arn:aws:aps:eu-central-1:123456789012:workspace/ws-1234"
    return {"Type": "AWS::APS::RuleGroupsNamespace", "Properties": {"Workspace": workspace, "Name": name, "Data": data}}


def main():
    lint, *files = sys.argv[1:]
    own = None
    if "--name" in files:
        at = files.index("--name")
        own = files[at + 1]
        del files[at : at + 2]
    resources = {f"File{i}": namespace(path, own or name_of(path)) for i, path in enumerate(files)}
    if not resources:
        raise SystemExit("amazon: no files")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"Resources": resources}, file)
        file.flush()
        run = subprocess.run([lint, "--non-zero-exit-code", "informational", "--include-checks", "I", "--", file.name], capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(run.stdout + run.stderr)
    print(f"amazon: {len(resources)} namespaces")


if __name__ == "__main__":
    main()
