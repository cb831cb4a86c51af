"""What becomes of files as shops export them: right at once, asked about, refused, or wrong without a word.

    python benchmarks/files.py FOLDER [--csv OUT] [NAME ...]

FOLDER holds the files and `expected.json`: file -> `units`, `series`, `first`, `last` (each may be absent) and `expect`, for a person. A file is
right if it is accepted with these units and series. Where questions are open every printed flag is tried, up to four questions deep; the file
is asked well if one of the answers gives what is expected. Exit code 1 if any file is wrong without a word.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

DEPTH = 4
"""Questions that are answered one after the other, at most."""
TOLERANCE = 0.5
"""Units by which a total may differ: prices and weights are rounded."""
RIGHT, ASKED, ROWS, REFUSED, WRONG = "right at once", "asked, answer right", "rows named, rest right", "asked or refused", "WRONG WITHOUT A WORD"


@dataclass(frozen=True)
class Outcome:
    """What became of a file: the verdict, and what was said."""

    verdict: str
    text: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="only files whose names begin so")
    parser.add_argument("--csv", type=Path, help="write the table there")
    args = parser.parse_args()
    expected = json.loads((args.folder / "expected.json").read_text())
    outcomes = {
        name: outcome(args.folder / name, wanted)
        for name, wanted in expected.items()
        if not args.names or any(name.startswith(begin) for begin in args.names)
    }
    for name, made in outcomes.items():
        print(f"{made.verdict:24} {name:36} {made.text[:220]}")
    if args.csv:
        lines = [",".join([name, made.verdict, json.dumps(made.text)]) for name, made in outcomes.items()]
        args.csv.write_text("\n".join(["file,verdict,text", *lines]))
    counts = Counter(made.verdict for made in outcomes.values())
    for verdict in (RIGHT, ASKED, ROWS, REFUSED, WRONG):
        print(f"{verdict:24} {counts[verdict]:4} of {len(outcomes)}")
    return 1 if counts[WRONG] else 0


def outcome(file: Path, wanted: Mapping[str, Any]) -> Outcome:
    """One file, as the command line has it."""
    code, understood, text = uploaded(file, [])
    if code == 0:
        fits = is_right(understood, wanted)
        return Outcome(
            RIGHT if fits else WRONG, f"{understood['units']['kept']:,.0f} units, {understood['series']} series; {'; '.join(understood['notes'])}"
        )
    for flags, reached in answered(file, [], DEPTH):
        if is_right(reached, wanted):
            return Outcome(ROWS if flags == ["--drop-problems"] else ASKED, f"{shlex.join(flags)} | {text}")
    return Outcome(REFUSED, text)


def is_right(understood: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether units, series and days are those that are expected, as far as they are."""
    days = all(wanted.get(name) in (None, understood[name]) for name in ("first", "last"))
    series = wanted.get("series") in (None, understood["series"])
    return days and series and (wanted.get("units") is None or abs(understood["units"]["kept"] - wanted["units"]) <= TOLERANCE)


def answered(file: Path, flags: list[str], depth: int) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """Every way through the questions to an accepted file: the flags, and what was understood."""
    code, understood, _ = uploaded(file, flags)
    if code == 0:
        yield flags, understood
    elif depth and understood["questions"]:
        for choice in understood["questions"][0]["choices"]:
            yield from answered(file, [*flags, *shlex.split(choice["flag"])], depth - 1)
    elif depth and understood["problems"] and "--drop-problems" not in flags:
        yield from answered(file, [*flags, "--drop-problems"], depth - 1)


def uploaded(file: Path, flags: list[str]) -> tuple[int, dict[str, Any], str]:
    """Exit code, standard output as JSON, and what was said, of `upload FILE --dry-run --json` with these flags; in this process."""
    import contextlib
    import io
    import os

    from forecasting.entrypoints.cli.verbs import main as run

    answer, said = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as home, contextlib.redirect_stdout(answer), contextlib.redirect_stderr(said):
        os.environ["FORECASTING_HOME"] = home
        code = run(["upload", str(file), "--dry-run", "--json", *flags])
    return code, json.loads(answer.getvalue()), " ".join(said.getvalue().split())


if __name__ == "__main__":
    sys.exit(main())
