"""Judges templates for Azure by Microsoft's own client of rule groups: the fields that its types have and no others, durations as its models read
them, the version that it speaks, and the bounds that it writes of them. Expressions of the template are reckoned first, as Azure does.

usage: microsoft.py TEMPLATE...
"""

import json
import re
import sys
from datetime import timedelta

from azure.mgmt.prometheusrulegroups import models, types
from azure.mgmt.prometheusrulegroups._configuration import PrometheusRuleGroupsMgmtClientConfiguration
from pydantic import ConfigDict, TypeAdapter

TYPE = "Microsoft.AlertsManagement/prometheusRuleGroups"
# the pattern of the API's description; the client does not have it
NAME = re.compile(r"[^:@/#{}%&+*<>?]+")
# https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits
RULES = 20

# its types name it for type checkers only
types.CreatedByType = models.CreatedByType
for shape in list(vars(types).values()):
    if isinstance(shape, type) and hasattr(shape, "__required_keys__"):
        shape.__pydantic_config__ = ConfigDict(strict=True, extra="forbid")
RESOURCE = TypeAdapter(types.PrometheusRuleGroupResource)
VERSION = PrometheusRuleGroupsMgmtClientConfiguration(credential=object(), subscription_id="s").api_version


def bounds(shape, field, words):
    """What the client's documentation says a field may be."""
    text = re.sub(r"\s+", " ", shape.__doc__)
    found = re.search(rf":ivar {field}: [^:]*?be between (\d+) and (\d+){words}", text)
    if not found:
        raise SystemExit(f"azure: the client no longer says what {field} may be")
    return int(found[1]), int(found[2])


SEVERITY = bounds(models.PrometheusRule, "severity", r"\.")
INTERVAL = [timedelta(minutes=n) for n in bounds(models.PrometheusRuleGroupProperties, "interval", " minutes")]
if "limited to creating with one scope" not in re.sub(r"\s+", " ", models.PrometheusRuleGroupProperties.__doc__):
    raise SystemExit("azure: the client no longer says how many scopes there may be")

TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|([A-Za-z]+)|([(),.]))")


class Expression:
    """An expression of a template; the functions that ours have, and no others."""

    def __init__(self, text, parameters):
        self.parameters = parameters
        self.tokens = []
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                raise ValueError(f"cannot read {text[at:]!r}")
            self.tokens.append(("text", token[1].replace("''", "'")) if token[1] is not None else ("word", token[2] or token[3]))
            at = token.end()
        self.value = self.read()
        if self.tokens:
            raise ValueError(f"more than one expression: {text}")

    def take(self, word):
        if not self.tokens or self.tokens[0] != ("word", word):
            return False
        self.tokens.pop(0)
        return True

    def read(self):
        kind, text = self.tokens.pop(0)
        if kind == "text":
            return text
        if not self.take("("):
            raise ValueError(f"{text} is no function")
        arguments = []
        while not self.take(")"):
            arguments.append(self.read())
            if not self.take(",") and self.tokens[:1] != [("word", ")")]:
                raise ValueError("a comma is missing")
        value = self.call(text, arguments)
        while self.take("."):
            value = value[self.tokens.pop(0)[1]]
        return value

    def call(self, name, arguments):
        match name, arguments:
            case "parameters", [which]:
                return self.parameters[which]
            case "resourceGroup", []:
                return {"location": "westeurope"}
            case "if", [condition, yes, no] if isinstance(condition, bool):
                return yes if condition else no
            case "empty", [value]:
                return not value
            case "createArray", values:
                return values
            case "createObject", pairs if len(pairs) % 2 == 0:
                return dict(zip(pairs[::2], pairs[1::2]))
        raise ValueError(f"there is no {name} with {len(arguments)} arguments here")


def reckoned(value, parameters):
    """A part of a template as Azure hands it to the service."""
    if isinstance(value, dict):
        return {key: reckoned(part, parameters) for key, part in value.items()}
    if isinstance(value, list):
        return [reckoned(part, parameters) for part in value]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return value[1:] if value.startswith("[[") else Expression(value[1:-1], parameters).value
    return value


def require(holds, said):
    if not holds:
        raise ValueError(said)


def group(resource):
    require(resource.pop("type") == TYPE, "another type")
    require(resource.pop("apiVersion") == VERSION, f"the client speaks {VERSION}")
    name = resource.pop("name")
    require(NAME.fullmatch(name), f"{name!r} cannot be a name")
    # its types take tags for required, its models and the API do not
    RESOURCE.validate_python({"tags": {}} | resource)
    properties = models.PrometheusRuleGroupResource(resource).properties
    require(len(properties.scopes) == 1, "not one scope")
    require(re.fullmatch(r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.monitor/accounts/[^/]+", properties.scopes[0], re.I), properties.scopes[0])
    # the client hands on what is no duration as it is
    require(isinstance(properties.interval, timedelta) and INTERVAL[0] <= properties.interval <= INTERVAL[1], f"interval {properties.interval}")
    require(1 <= len(properties.rules) <= RULES, f"{len(properties.rules)} rules")
    for rule in properties.rules:
        require((rule.record is None) != (rule.alert is None), "not one of record and alert")
        require(not rule.expression.startswith("["), rule.expression)
        if rule.alert is None:
            only = [rule.severity, rule.for_property, rule.annotations, rule.actions, rule.resolve_configuration]
            require(only == [None] * len(only), f"{rule.record} has what only alerts have")
            continue
        require(SEVERITY[0] <= rule.severity <= SEVERITY[1], f"severity {rule.severity}")
        for duration in (rule.for_property, rule.resolve_configuration.time_to_resolve):
            require(duration is None or isinstance(duration, timedelta), f"{rule.alert}: {duration} is no duration")
    return name.lower()


def judge(path):
    with open(path, encoding="utf-8") as file:
        template = json.load(file)
    require(set(template) == {"metadata", "$schema", "contentVersion", "parameters", "resources"}, f"has {sorted(template)}")
    workspace = "/subscriptions/s/resourceGroups/r/providers/microsoft.monitor/accounts/a"
    count = 0
    # without action groups, and with them
    for own in ({}, {"pageActionGroup": "/p", "ticketActionGroup": "/t"}):
        parameters = {}
        for name, parameter in template["parameters"].items():
            require(set(parameter) <= {"type", "defaultValue"} and parameter["type"] == "string", f"parameter {name}")
            parameters[name] = reckoned(parameter.get("defaultValue"), {})
        parameters["workspace"] = parameters["workspace"] or workspace
        parameters |= own
        names = [group(resource) for resource in reckoned(template["resources"], parameters)]
        require(names and len(set(names)) == len(names), "no groups, or two of one name")
        count = len(names)
    return count


def main():
    failed, groups = len(sys.argv) < 2, 0
    for path in sys.argv[1:]:
        try:
            groups += judge(path)
        except Exception as error:  # noqa: BLE001 the client has errors of many kinds
            print(f"{path}: {type(error).__name__}: {error}")
            failed = True
    if failed:
        sys.exit(1)
    print(f"azure: {groups} groups in {len(sys.argv) - 1} templates, version {VERSION}")


if __name__ == "__main__":
    main()
