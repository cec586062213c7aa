"""Queries of Sloth beside what is made of them: over an hour of the same series both have the same share of errors."""

import json

HOUR = "1h"
SAMPLES = 200


def counter(series, each_minute):
    return {"series": series, "values": f"0+{each_minute}x{SAMPLES}"}


def gauge(series, values):
    return {"series": series, "values": " ".join(values.split() * (SAMPLES // len(values.split())))}


def rate(series, by=""):
    return f"sum{by}(rate({series}[{{{{.window}}}}]))"


def sampled(series):
    return f"sum_over_time(({rate(series).replace('{{.window}}', '5m')})[{{{{.window}}}}:5m])"


def histogram(name, labels, count, fast, bound):
    up = gauge(f'up{{job="{name}",instance="i"}}', "1")
    each = f'job="{name}",instance="i"{labels}'
    return [counter(f"{name}_seconds_count{{{each}}}", count), counter(f'{name}_seconds_bucket{{{each},le="{bound}"}}', fast), up]


BY_SITE = " by (site) "
BILLS = 'sum(increase(bill_total{}[{{{{.window}}}}]) or on() vector(0))'
SCANS = 'over_time(up{job="scan"}[{{.window}}])'
ALL, FAST = sampled("track_seconds_count"), sampled('track_seconds_bucket{le="0.5"}')
LOST, FOUND = rate("lost_total"), rate("found_total")
GATES_UP = 'clamp_min(0 - sum by (site) (up{job="gate"}), '

# a name, the errors and all events (or the ratio alone), the label that parts them, and series
CASES = [
    (
        "clamped",
        [
            "clamp_min(" + rate("quote_seconds_count", BY_SITE) + " - " + rate('quote_seconds_bucket{le="0.5"}', BY_SITE) + ", 0)",
            rate("quote_seconds_count", BY_SITE),
        ],
        "site",
        histogram("quote", ',site="north"', 60, 54, "0.5") + histogram("quote", ',site="south"', 30, 15, "0.5"),
    ),
    ("sampled", [ALL + " - " + FAST, ALL + " > 0"], "", histogram("track", "", 60, 48, "0.5")),
    ("fast", [rate('pick_seconds_bucket{le="0.5"}'), rate("pick_seconds_count")], "", histogram("pick", "", 60, 45, "0.5")),
    (
        "away",
        ["sum by (site) (count_" + SCANS + " - sum_" + SCANS + ")", "sum by (site) (count_" + SCANS + ")"],
        "site",
        [gauge('up{job="scan",instance="a",site="n"}', "1 1 1 0"), gauge('up{job="scan",instance="b",site="n"}', "1")],
    ),
    (
        "zero",
        [BILLS.format('{state="failed"}'), BILLS.format("")],
        "",
        [
            counter('bill_total{job="bill",instance="i",state="failed"}', 2),
            counter('bill_total{job="bill",instance="i",state="ok"}', 38),
            gauge('up{job="bill",instance="i"}', "1"),
        ],
    ),
    (
        "sum",
        ["clamp_max(" + LOST + " / (" + LOST + " + " + FOUND + "), 1) or vector(0)"],
        "",
        [
            counter('lost_total{job="lost",instance="i"}', 3),
            counter('found_total{job="lost",instance="i"}', 57),
            gauge('up{job="lost",instance="i"}', "1"),
        ],
    ),
    (
        "below",
        [
            rate('gate_total{code="500"}', BY_SITE) + " or " + GATES_UP + "0)",
            rate("gate_total", BY_SITE) + " or " + GATES_UP + "0.01)",
        ],
        "site",
        [
            counter('gate_total{job="gate",instance="i",site="n",code="500"}', 5),
            counter('gate_total{job="gate",instance="i",site="n",code="200"}', 15),
            gauge('up{job="gate",instance="i",site="n"}', "1"),
        ],
    ),
]


def specification():
    """All cases as one specification; JSON is YAML."""
    slos = []
    for name, queries, _, _ in CASES:
        raw = {"raw": {"error_ratio_query": queries[0]}}
        sli = raw if len(queries) == 1 else {"events": {"error_query": queries[0], "total_query": queries[1]}}
        slos.append({"name": f"{name}-errors", "objective": 99, "sli": sli, "alerting": {"name": "A"}})
    return json.dumps({"version": "prometheus/v1", "service": "same", "slos": slos})


def tests(rules):
    """A test for promtool: every set of labels has the same number on both sides, and some errors."""
    wanted = []
    for name, queries, by, series in CASES:
        theirs = " / ".join(f"({query})" for query in queries).replace("{{.window}}", HOUR)
        which = f'{{journey="same",step="{name}"}}'
        kinds = [f"sum by ({by}) (sum_over_time(tabi:slo_{kind}_events:rate{which}[{HOUR}]))" for kind in ("bad", "total")]
        ours = " / ".join(kinds)
        sets = {one["series"].split('site="')[1].split('"')[0] for one in series if 'site="' in one["series"]} or {""}
        expr = f"count(abs(({theirs}) - on ({by}) ({ours})) < 0.000001 and on ({by}) ({ours}) > 0.01)"
        wanted.append({"expr": expr, "eval_time": "3h", "exp_samples": [{"labels": "{}", "value": len(sets)}]})
    once = {one["series"]: one for case in CASES for one in case[3]}
    test = {"interval": "1m", "input_series": list(once.values()), "promql_expr_test": wanted}
    return json.dumps({"rule_files": rules, "evaluation_interval": "1m", "tests": [test]})
