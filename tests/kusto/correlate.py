"""Runs queries over whole tables with streaming-kql: those of correlations, whose rows are matches.

    python correlate.py < lines.jsonl

Each line of standard input is `{"name", "query", "columns": {table: {name: type}}, "rows": {table: [row]}}`; for each comes out
`{"name", "rows": [row]}`, or `{"name", "error"}`. With `"now"`, a time, the query is run as if it were then: it sees the rows that have
arrived, each when its `TimeGenerated` says.

The evaluator knows no tables, no functions over tables and no `scan`. So each `let` becomes a run of its own whose rows the next one sees, and `scan` with one
step, which is all that the queries have, is done here as Microsoft describes it
(https://learn.microsoft.com/kusto/query/scan-operator).
"""

import datetime
import functools
import json
import re
import sys

import run
import streaming_kql as kql
from streaming_kql import evaluator, parser

EPOCH = datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)


@kql.function("array_sort_asc")
def array_sort_asc(values):
    return sorted(values)


@kql.function("bin")
def to_bin(value, length):
    """The evaluator's is for numbers."""
    if isinstance(value, datetime.datetime):
        return value - (value - EPOCH) % length
    return value // length * length


NOW = []


@kql.function("run_at")
def run_at():
    return datetime.datetime.fromisoformat(NOW[0][:19] + "+00:00")


def outside(text, wanted, start=0):
    """The place of a letter that stands in no bracket and no string; the end where there is none."""
    depth, at, quote = 0, start, None
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = None
        elif depth == 0 and letter in wanted:
            return at
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        at += 1
    return at


def statements(text):
    while text.strip():
        end = outside(text, ";")
        yield text[:end].strip()
        text = text[end + 1 :]


# Reading takes the evaluator longer than running, and each query is asked of several sets of rows.
parsed = functools.cache(parser.parse)


@functools.cache
def compiled(text, columns=None):
    return kql.compile(text, schema=columns and kql.Schema(dict(columns)))


def readable(text):
    """What the evaluator does not read, in other words; its `dcount` is exact."""
    text = text.replace("count_distinct(", "dcount(").replace(" to typeof(datetime)", "")
    return re.sub(r"\bdatetime\(([0-9-]+)\)", r'todatetime("\1T00:00:00Z")', text)


class Tables:
    def __init__(self, case):
        self.case = case
        self.named = {}
        self.functions = {}

    def over_rows(self, text):
        """A part of a union: lines over the rows of tables, one row after the other."""
        first, _, lines = text.partition("\n")
        found = []
        for table in first.removeprefix("union isfuzzy=true ").split(", "):
            if table not in self.case["rows"]:
                continue
            columns = self.case["columns"][table]
            present = lambda match: match.group(1) if match.group(1) in columns else '""'
            lines = lines.replace("ingestion_time()", "TimeGenerated")
            own = re.sub(r'column_ifexists\("(\w+)", ""\)', present, run.rewritten(f"source\n{lines}"))
            query = compiled(own.replace("pack_all()", "Whole"), tuple(columns.items()))
            now = self.case.get("now")
            for row in self.case["rows"][table]:
                if now and row["TimeGenerated"] > now:
                    continue
                found.extend(query.transform({**row, "Whole": json.dumps(row, sort_keys=True)}))
        return found

    def events(self, text):
        if not text.startswith("union isfuzzy=true\n"):
            return self.over_rows(text)
        return self.united(text.removeprefix("union isfuzzy=true\n"), self.over_rows)

    def united(self, text, part):
        """Parts in brackets, and lines over all of them."""
        found = []
        while text.startswith("("):
            end = outside(text, ",|\n", 0)
            found.extend(part(text[1 : end - 1]))
            text = text[end:].removeprefix(",").lstrip()
        return self.piped(found, text)

    def named_part(self, text):
        """Lines over a table with a name, or over what a function makes of one."""
        source, lines = re.fullmatch(r"([\w()]+)\s*(\|.*)?", text, re.DOTALL).groups()
        if call := re.fullmatch(r"(\w+)\((\w+)\)", source):
            inner = Tables(self.case)
            inner.named["Rows"] = self.named[call.group(2)]
            rows = [inner.said(statement) for statement in statements(self.functions[call.group(1)])][-1]
        else:
            rows = self.named[source]
        return self.piped([dict(row) for row in rows], lines or "")

    def piped(self, rows, text):
        """Lines over all rows together."""
        while (at := text.find("| scan declare ")) >= 0:
            rows = self.operated(rows, text[:at])
            declared, end = run.arguments(text, at + len("| scan declare "))
            steps, end = run.arguments(text, text.index("(", end))
            rows = scanned(rows, declared, ", ".join(steps))
            text = text[end:].lstrip("\n")
        return self.operated(rows, text)

    def operated(self, rows, text):
        if not text.strip():
            return rows
        options = kql.Options()
        options._tables.update(self.named)
        text = re.sub(r"\bago\((\w+)\)", r"(run_at() - \1)", text)
        NOW[:] = [self.case.get("now")]
        text = run.rewritten(readable(text))
        operators = parsed(f"source\n{text}").operators
        return evaluator._run_steps(evaluator._compile_steps(operators, options), rows, evaluator._Ctx({}))

    def said(self, statement):
        if match := re.fullmatch(r"let (\w+) = materialize\((.*)\)", statement, re.DOTALL):
            self.named[match.group(1)] = self.events(match.group(2))
            return None
        if match := re.fullmatch(r"let (\w+) = \(Rows: \(.*?\)\) \{(.*)\}", statement, re.DOTALL):
            self.functions[match.group(1)] = re.sub(r"^    ", "", match.group(2).strip(), flags=re.MULTILINE)
            return None
        name = re.match(r"let (\w+) = ", statement)
        text = statement[name.end() if name else 0 :]
        united = text.startswith("union (")
        rows = self.united(text.removeprefix("union "), self.named_part) if united else self.named_part(text)
        if name:
            self.named[name.group(1)] = rows
        return rows


def scanned(rows, declared, step):
    """`scan` with one step that every row matches: the step's name stands for the row before, and for the defaults at first."""
    name, meanings = re.fullmatch(r"\s*step (\w+): true =>\s*(.*?);?\s*", step, re.DOTALL).groups()
    defaults = {}
    for column in declared:
        column, value = re.fullmatch(r"\s*(\w+): datetime = (.*)", column).groups()
        defaults[column] = compiled(f"source | extend it = {readable(value)}").transform({})[0]["it"]
    text = "source | extend " + re.sub(r"(\w+) = case\(", r"New_\1 = case(", meanings)
    query = compiled(readable(text).replace(f"{name}.", "Before_"))
    out, before = [], {**{column: None for column in (rows[0] if rows else {})}, **defaults}
    for row in rows:
        state = {f"Before_{column}": value for column, value in before.items()}
        found = query.transform({**row, **defaults, **state})[0]
        row = {**row, **{column: found[f"New_{column}"] for column in defaults}}
        out.append(row)
        before = row
    return out


def answered(case):
    lines = [line for line in run.without_verbatim(case["query"]).split("\n") if not line.startswith("//")]
    while function := re.fullmatch(r"let (\w+) = \((\w+): \w+\) \{ (.*) \};", lines[0]):
        run.define(*function.groups())
        lines.pop(0)
    tables = Tables(case)
    rows = None
    for statement in statements("\n".join(lines)):
        rows = tables.said(statement)
    return rows


def main():
    for line in sys.stdin:
        case = json.loads(line)
        answer = {"name": case["name"]}
        try:
            answer["rows"] = answered(case)
        except Exception as error:  # What the evaluator cannot do is for the caller to judge.
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer, default=lambda value: value.isoformat()))


if __name__ == "__main__":
    main()
