"""Pushes a till's sales to Shelfcast and has it learn from them. Run it again whenever it fails: what is done already is not done twice.
Call, e.g. from cron: SHELFCAST_URL=https://shop.example FORECASTING_API_TOKEN=... python nightly_push.py sales.csv
A file that can be read in more than one way is not guessed at: the questions are printed with the words that answer them, e.g. duplicates=sum; put
those behind the file's name, for this night and all others.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from client import FOR_NOW, LOST, Client, Problem, choices_of, explained, shown

T = TypeVar("T")
TRIES, SECONDS = 20, 15
"""How often something is tried that cannot be done for now, and how long it waits where the server does not say."""


def patiently(ask: Callable[[], T]) -> T:
    """What a question that may be asked twice is answered with; waits as long as the server asks for, or until it is back."""
    for left in reversed(range(TRIES)):
        try:
            return ask()
        except (*LOST, Problem) as error:
            if left == 0 or (isinstance(error, Problem) and error.status not in FOR_NOW) or isinstance(error, FileNotFoundError):
                raise
            wait = getattr(error, "retry_after", None) or SECONDS
            print(f"{error} Trying again in {wait:.0f} s.", file=sys.stderr)
            time.sleep(wait)
    raise AssertionError("The last try returns or raises.")


def learned(client: Client, sales: int) -> bool:
    """Whether what serves has learned from these sales, by the number of their version, or from later ones."""
    return any(version["live"] and version["sales_version"] >= sales for version in patiently(client.versions) if "sales_version" in version)


def push(client: Client, path: Path, choices: Mapping[str, Any]) -> int:
    """Merges the file, read as the choices say, and sees to it that a version is live that has learned from it; 0 once that is so."""
    merged: dict[str, Any] = patiently(lambda: client.upload(path, **choices))
    print(merged["text"])
    for _ in range(TRIES):
        if learned(client, merged["version"]):
            return 0
        try:
            return shown(client.retrain())
        except Problem as problem:
            if problem.status != 409:
                raise
            print(f"{problem} Following that one first.", file=sys.stderr)  # it may have begun before these sales came
            shown(client.follow(int(problem.members["job"].rpartition("/")[2])))
    return 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        sys.exit(push(Client(), Path(sys.argv[1]), choices_of(sys.argv[2:])))
    except Problem as problem:
        sys.exit(explained(problem))
    except LOST as error:
        sys.exit(str(error))
