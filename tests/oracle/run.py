"""Answers which events Sigma rules match, with pySigma's SQLite backend, an engine that shares nothing with ours.

    python run.py < lines.jsonl

Each line of standard input is one JSON object.

`{"name", "rule", "events": [event]}`: a rule as text and flat events. Out comes `{"name", "found": [true or false for
each event]}`.

`{"name", "rules", "events": [event]}`: a correlation with its rules as text; each event has its `time` in seconds. Out
comes `{"name", "found": [[seconds, {field: value of the group}]]}`: every instant at which the condition holds.

Whatever cannot be answered comes out as `{"name", "error"}`, for the caller to judge.
"""

import json
import re
import sqlite3
import sys
import warnings

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.rule import SigmaRule


def regexp(expression, value):
    """SQLite has the operator and no meaning for it."""
    if value is None:
        return False
    return re.search(expression, str(value)) is not None


def database(events):
    """A table without types, so that numbers stay numbers and texts stay texts."""
    base = sqlite3.connect(":memory:")
    base.create_function("REGEXP", 2, regexp, deterministic=True)
    fields = sorted({field for event in events for field in event})
    columns = ", ".join(f'"{field}"' for field in [*fields, "alltext"])
    base.execute(f"CREATE TABLE logs ({columns})")
    for event in events:
        # What keywords are looked for in: every text of the event.
        texts = "\n".join(value for value in event.values() if isinstance(value, str))
        row = [event.get(field) for field in fields]
        base.execute(f"INSERT INTO logs VALUES ({', '.join('?' * (len(row) + 1))})", [*row, texts])
    return base, set(fields)


BASES = {}


def opened(events):
    """Most rules ask about the same events."""
    key = json.dumps(events)
    if key not in BASES:
        BASES.clear()
        BASES[key] = database(events)
    return BASES[key]


def matched(case):
    base, _ = opened(case["events"])
    backend = sqliteBackend(collate_nocase=True, fulltext_field="alltext")
    found = [False] * len(case["events"])
    # A list of conditions becomes a query for each.
    for query in backend.convert_rule(SigmaRule.from_yaml(case["rule"])):
        query = query.replace("SELECT *", "SELECT rowid", 1)
        for (row,) in base.execute(query):
            found[row - 1] = True
    return found


def correlated(case):
    base, _ = opened(case["events"])
    backend = sqliteBackend(collate_nocase=True, timestamp_field="time", timestamp_format="unix")
    (query,) = backend.convert(SigmaCollection.from_yaml(case["rules"]))
    rows = base.execute(f"SELECT occurrence_time, group_keys FROM ({query})")
    return [[time, json.loads(group)] for time, group in rows]


warnings.simplefilter("ignore")
for line in sys.stdin:
    case = json.loads(line)
    answer = {"name": case["name"]}
    try:
        answer["found"] = matched(case) if "rule" in case else correlated(case)
    except Exception as error:  # What the engine cannot do is for the caller to judge.
        answer["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(answer))
