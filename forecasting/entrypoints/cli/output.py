"""What the command line prints: answers on stdout, messages on stderr, files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from forecasting.core import unseen
from forecasting.core.errors import InputError, ProblemsFound
from forecasting.core.json_values import jsonable

SHOWN = 20
"""Problems that the command line prints at most."""


def report(args: argparse.Namespace, members: dict[str, Any], text: str) -> None:
    """Prints an answer: its members as JSON where that is asked for, else its text."""
    tell(json.dumps(jsonable(members)) if args.json else text)


def tell(text: str) -> None:
    """Prints an answer, with escapes for what would change the terminal and for what it cannot show."""
    encoding = sys.stdout.encoding or "utf-8"
    print(unseen.escaped_lines(text).encode(encoding, "backslashreplace").decode(encoding))


def problem_lines(error: ProblemsFound) -> str:
    """The first problems of a file as a table, and how many more there are."""
    shown = unseen.legible(error.problems.head(SHOWN)).to_string(index=False)
    more = len(error.problems) - SHOWN
    return f"{shown}\n... and {more:,} more." if more > 0 else shown


def write(content: bytes, out: Path | None) -> None:
    """Writes bytes to a file, or to stdout; raises InputError where that cannot be done."""
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.") from error


def say(text: str) -> None:
    """Prints a message for a person, with escapes for what would change the terminal."""
    print(unseen.escaped_lines(text), file=sys.stderr)
