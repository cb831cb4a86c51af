"""Code blocks of the documentation that a test runs: marked `run`, what they print `output`, and `server` for what asks a server."""

from __future__ import annotations

import re
from dataclasses import dataclass

BLOCK = re.compile(r"^```(\w+) (run|output|server)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block that is marked.

    Args:
        language: `sh`, `python` or `text`.
        mark: `run`, `output` (of the block before it) or `server`.
        text: What stands in it.
        line: Where it begins on its page, from 1.
    """

    language: str
    mark: str
    text: str
    line: int


def blocks(page):
    """The marked blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(*match.groups(), text.count("\n", 0, match.start()) + 1) for match in BLOCK.finditer(text)]


def unprinted(expected, printed):
    """The first line of a page that was not printed, in the order of the page; None if all were. `...` stands for anything."""
    lines = iter(re.split(r"[\r\n]+", printed))
    for line in expected.splitlines():
        pattern = re.compile(".*".join(map(re.escape, line.split("..."))))
        if not any(pattern.fullmatch(found) for found in lines):
            return line
    return None
