"""The code blocks of knowledge pages, with the lines on which they stand."""

import os
import re
import textwrap
from dataclasses import dataclass

# Whether these are all pages: then nothing of a kind, and a reviewed call that is not made, is trouble too.
ALL = os.environ.get("ALL_PAGES") == "1"

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.S | re.M)


@dataclass
class Block:
    """A block between two fences; `line` is that of its first line of code, from 1."""

    page: str
    line: int
    language: str
    text: str


def blocks(pages, *languages):
    """Every block of the pages in one of the languages. Blocks in lists are moved to the left."""
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for fence in FENCE.finditer(text):
            if fence[2] in languages:
                line = text.count("\n", 0, fence.start(3)) + 1
                yield Block(page, line, fence[2], textwrap.dedent(fence[3]))


class Report:
    """Counts what was looked at, and says what is wrong: page, line, reason."""

    def __init__(self, what):
        self.what = what
        self.looked_at = 0
        self.wrong = 0

    def trouble(self, page, line, reason):
        self.wrong += 1
        print(f"{page}:{line}: {reason}")

    def end(self):
        """Says the count; whether that is to fail the check."""
        print(f"{self.what}: {self.looked_at} looked at, {self.wrong} wrong")
        return self.wrong > 0 or ALL and self.looked_at == 0
