"""Tries every `az` line of the knowledge pages with the parser of the real azure-cli.

    az_lines.py PAGE.md...

Nothing is sent: the command table is loaded, options are matched without abbreviations, `--query` is compiled and
`--body` read as JSON. What parsing cannot see (whether a path or property exists) stays unchecked.
"""

import contextlib
import io
import json
import os
import shlex
import sys

os.environ.update(
    AZURE_CONFIG_DIR=os.environ.get("AZURE_CONFIG_DIR", "az-config"),
    AZURE_CORE_COLLECT_TELEMETRY="false",
    AZURE_CORE_ERROR_RECOMMENDATION="off",
    AZURE_EXTENSION_USE_DYNAMIC_INSTALL="no",
    AZURE_CORE_NO_COLOR="true",
)

import jmespath
from azure.cli.core import get_default_cli

from pages import Report, blocks


def options_of(parser):
    """Every option that a parser and its subparsers know, as it is spelt."""
    known = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(getattr(action, "choices", None), dict):
            for below in action.choices.values():
                known |= options_of(below)
    return known


def parse(words):
    """Raises SystemExit or ValueError where azure-cli would refuse the words behind `az`."""
    cli = get_default_cli()
    run = cli.invocation_cls(
        cli_ctx=cli, parser_cls=cli.parser_cls, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls
    )
    cli.invocation = run
    run.data["command_string"] = ""
    table = run.commands_loader.load_command_table(words)
    plain = []
    for word in words:
        if word.startswith("-"):
            break
        plain.append(word)
    heads = (" ".join(plain[:length]) for length in range(len(plain), 0, -1))
    name = next((head for head in heads if head in table), None)
    if name is None:
        raise ValueError("no such command")
    # Options are registered for the command that is named here.
    run.data["command_string"] = name
    run.commands_loader.command_table = {name: table[name]}
    run.commands_loader.load_arguments(name)
    run.parser.cli_ctx = cli
    run.parser.load_command_table(run.commands_loader)
    known = options_of(run.parser)
    for word in words:
        if word.startswith("--") and word.split("=", 1)[0] not in known:
            raise ValueError(f"unknown or abbreviated option {word}")
    run.parser.parse_args(words)


def trouble_with(line):
    """What is wrong with a line; empty where nothing is."""
    words = shlex.split(line)[1:]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parse(words)
        value = dict(zip(words, words[1:]))
        if "--query" in value:
            jmespath.compile(value["--query"])
        if "--body" in value and not value["--body"].startswith("@"):
            json.loads(value["--body"])
    except SystemExit:
        return said.getvalue().strip().split("\n")[0] or "refused"
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0]
    return ""


def main():
    report = Report("az lines")
    for block in blocks(sys.argv[1:], "az"):
        for number, line in enumerate(block.text.splitlines(), block.line):
            if not line.strip():
                continue
            report.looked_at += 1
            trouble = trouble_with(line)
            if trouble:
                report.trouble(block.page, number, f"{trouble}\n    {line}")
    sys.exit(report.end())


main()
