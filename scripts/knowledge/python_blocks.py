"""Imports and type-checks every `python` block of the knowledge pages.

    python_blocks.py PYTHON... -- PAGE.md...

Each PYTHON is an interpreter that has one version of the packages that the blocks use; mypy belongs to the one that runs this.
A block is not run: only its imports are, and each imported name is looked up.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile

from pages import Report, blocks


def imports(text):
    """The import statements of a block, each with its line from 1."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node.lineno, ast.unparse(node)


def version(python):
    """What the interpreter has of the package whose versions differ."""
    ask = "import importlib.metadata as m; print(m.version('azure-mgmt-authorization'))"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def main():
    border = sys.argv.index("--")
    pythons, pages = sys.argv[1:border], sys.argv[border + 1 :]
    report = Report("python blocks")
    found = list(blocks(pages, "python"))
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for place, block in enumerate(found):
            report.looked_at += 1
            path = os.path.join(folder, f"block_{place}.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write(block.text)
            try:
                list(imports(block.text))
                files[path] = block
            except SyntaxError as error:
                report.trouble(block.page, block.line + (error.lineno or 1) - 1, f"no Python: {error.msg}")
        for python in pythons:
            label = f"with azure-mgmt-authorization {version(python)}"
            for block in files.values():
                for line, statement in imports(block.text):
                    run = subprocess.run([python, "-c", statement], capture_output=True, text=True, cwd=folder)
                    if run.returncode != 0:
                        reason = run.stderr.strip().splitlines()[-1]
                        report.trouble(block.page, block.line + line - 1, f"{label}: {reason}")
            mypy = [sys.executable, "-m", "mypy", "--python-executable", python, "--check-untyped-defs"]
            mypy += ["--no-error-summary", "--hide-error-context", "--cache-dir", os.path.join(folder, "cache")]
            # A file at a time: two blocks may give one name to different things.
            for path, block in files.items():
                run = subprocess.run([*mypy, path], capture_output=True, text=True, cwd=folder)
                said = (run.stdout + run.stderr).splitlines()
                for line in said:
                    place = re.match(rf"(?:.*/)?{re.escape(os.path.basename(path))}:(\d+): (error: .*)", line)
                    if place:
                        report.trouble(block.page, block.line + int(place[1]) - 1, f"{label}: {place[2]}")
                if run.returncode not in (0, 1):
                    report.trouble(block.page, block.line, f"mypy ended with {run.returncode}: {' '.join(said)}")
    sys.exit(report.end())


main()
