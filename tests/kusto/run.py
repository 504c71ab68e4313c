"""Runs queries on single rows with streaming-kql, an evaluator of Kusto's language that has nothing to do with Microsoft's.

    python run.py < lines.jsonl

Each line of standard input is `{"name", "query", "table", "columns": {name: type}, "rows": [row]}`; for each comes out
`{"name", "found": [true or false for each row]}`, or `{"name", "error"}`.

The evaluator has no functions of the user's and some gaps. So each function that a query defines becomes a query of its
own, which tests what it says, and what is missing is given here in a few words.
"""

import json
import re
import sys

import streaming_kql as kql
from streaming_kql import evaluator


@kql.function("bag_pack")
def bag_pack(*parts):
    return dict(zip(parts[::2], parts[1::2]))


@kql.function("tostring")
def tostring(value):
    """The evaluator writes objects as Python does."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@kql.function("parse_json")
def parse_json(text):
    """What is no JSON stays the text that it is (https://learn.microsoft.com/kusto/query/parse-json-function)."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text or None


@kql.function("not")
def negation(value):
    return None if value is None else not value


def compile_mv_apply(operator, options):
    """`mv-apply` whose rows see the other columns of the record too, as Microsoft's parser says."""
    columns = [(name, evaluator.compile_expr(source, options)) for name, source in operator.columns]
    run = evaluator._compile_subpipeline(operator.operators, options)

    def mv_apply(rows, context):
        for row in rows:
            ((name, expression),) = columns
            inner = [{**row, name: element} for element in evaluator._mv_elements(expression(row))]
            yield from ({**row, **result} for result in run(inner, context))

    return lambda rows, context: list(mv_apply(rows, context))


evaluator._compile_mvapply = compile_mv_apply


def without_verbatim(text):
    """The text with `@"…"` in the other way of quoting, and expressions as Python has them."""

    def plain(match):
        quote, inside = match.group(1), match.group(2)
        inside = inside.replace(quote * 2, quote)
        inside = re.sub(r"\\x\{([0-9A-F]+)\}", lambda code: "\\u" + code.group(1).rjust(4, "0"), inside)
        inside = inside.replace(r"\pZ", r"\u00a0\u2003").replace(r"\p{Lu}", "[A-Z]")
        return json.dumps(inside, ensure_ascii=False)

    return re.sub(r"@([\"'])((?:(?!\1).|\1\1)*)\1", plain, text)


def arguments(text, start):
    """The arguments of the call whose bracket stands at `start`, and where it ends."""
    depth, at, quote, begin, found = 0, start, None, start + 1, []
    while True:
        letter = text[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = None
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth == 0:
                found.append(text[begin:at])
                return found, at + 1
        elif letter == "," and depth == 1:
            found.append(text[begin:at])
            begin = at + 1
        at += 1


DEFINED = set()


def define(name, parameter, body):
    """Makes a function out of a query of its own, which says what the function says."""
    if (name, body) in DEFINED:
        return
    DEFINED.add((name, body))
    text = "source"
    if local := re.match(r"let (\w+) = (.*?); (.*)", body):
        inner, meaning, body = local.groups()
        text += f" | extend {inner} = {meaning}"
    text = rewritten(f"{text} | project result = {body}")
    query = kql.compile(text)
    kql.function(name)(lambda value: query.transform({parameter: value})[0]["result"])


def without_lists(text):
    """The evaluator has no `in~`; an expression takes its place."""
    while match := re.search(r" in~ \(", text):
        words, end = arguments(text, match.end() - 1)
        words = "|".join(re.escape(json.loads(word)) for word in words)
        text = f"{text[:match.start()]} matches regex {json.dumps(f'(?i)^(?:{words})$')}{text[end:]}"
    return text


def rewritten(text):
    """The text without what the evaluator does not read."""
    return re.sub(r"dynamic\((\[.*?\])\)", lambda literal: f"parse_json({json.dumps(literal.group(1))})", without_lists(text))


def prepared(query, table, columns):
    lines = [line for line in without_verbatim(query).split("\n") if not line.startswith("//")]
    while lines[0].startswith("let "):
        define(*re.fullmatch(r"let (\w+) = \((\w+): \w+\) \{ (.*) \};", lines.pop(0)).groups())
    text = "\n".join(lines)
    if text.startswith("union"):
        text = branch(text, table)
    text = rewritten(text.replace(table, "source", 1))
    present = lambda match: match.group(1) if match.group(1) in columns else '""'
    return re.sub(r'column_ifexists\("(\w+)", ""\)', present, text)


def branch(text, table):
    """The part of a union that is about the table."""
    head, _, rest = text.partition("\n")
    if head != "union isfuzzy=true":
        return f"{table}\n{rest}"
    for part in rest.removesuffix(")").split("),\n"):
        part = part.removeprefix("(")
        first, _, lines = part.partition("\n")
        if table in first.removeprefix("union isfuzzy=true ").split(", "):
            return f"{table}\n{lines}"
    return f"{table}\n| where false"


def main():
    for line in sys.stdin:
        case = json.loads(line)
        answer = {"name": case["name"]}
        try:
            text = prepared(case["query"], case["table"], case["columns"])
            query = kql.compile(text, schema=kql.Schema(case["columns"]))
            answer["found"] = [bool(query.transform(row)) for row in case["rows"]]
        except Exception as error:  # What the evaluator cannot do is for the caller to judge.
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
