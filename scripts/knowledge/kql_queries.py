"""Parses every `kql` block of the knowledge pages with Microsoft's own parser, with the tables declared.

    kql_queries.py PARSER COLUMNS.csv... -- PAGE.md...

PARSER is the folder into which the packages of tests/kusto were installed; COLUMNS are lists of table, column, type. So a column
that a table does not have is an error, and so is a table that nobody declared. What is inside a column that holds JSON the
parser does not know.

scripts/knowledge/kusto_columns.csv has the tables that pages ask and rules do not: names and types from MicrosoftDocs/azure-reference-other,
azure-monitor-ref/tables (CC-BY-4.0). Of AzureDiagnostics, which gets a column for whatever a service writes, it has those of a key vault
(https://learn.microsoft.com/azure/key-vault/general/logging).
"""

import csv
import json
import re
import subprocess
import sys

from pages import Report, blocks


def main():
    border = sys.argv.index("--")
    (parser, *lists), pages = sys.argv[1:border], sys.argv[border + 1 :]
    tables = {}
    for path in lists:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                # A question mark stands where not every workspace has the column: a page may still name it.
                columns = tables.setdefault(row["table"], [])
                columns.append({"name": row["column"], "type": row["type"].rstrip("?")})
    report = Report("kql queries")
    queries = list(blocks(pages, "kql"))
    lines = [json.dumps({"tables": [{"name": name, "columns": columns} for name, columns in tables.items()]})]
    lines += [json.dumps({"name": str(place), "query": block.text}) for place, block in enumerate(queries)]
    run = subprocess.run(["node", "tests/kusto/check.mjs", parser], input="\n".join(lines), capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"kql queries: the parser did not run: {run.stderr.strip()}")
    for answer in map(json.loads, run.stdout.splitlines()):
        block = queries[int(answer["name"])]
        report.looked_at += 1
        for diagnostic in answer["diagnostics"]:
            severity, place, message = re.fullmatch(r"(\w+) at (\d+): (.*)", diagnostic, re.S).groups()
            if severity != "Suggestion":
                line = block.line + block.text.count("\n", 0, int(place))
                report.trouble(block.page, line, message.replace("\n", " "))
    sys.exit(report.end())


main()
