"""What the command line prints: answers on stdout, messages on stderr, files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from forecasting.core.errors import InputError, ProblemsFound
from forecasting.core.json_values import jsonable

SHOWN = 20
"""Problems that the command line prints at most."""


def report(args: argparse.Namespace, members: dict[str, Any], text: str) -> None:
    """Prints an answer: its members as JSON where that is asked for, else its text, with escapes for what the terminal cannot show."""
    shown = json.dumps(jsonable(members)) if args.json else text
    print(shown.encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))


def problem_lines(error: ProblemsFound) -> str:
    """The first problems of a file as a table, and how many more there are."""
    shown = error.problems.head(SHOWN).to_string(index=False)
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
    """Prints a message for a person."""
    print(text, file=sys.stderr)
