"""How a sales file is to be read, as the command line is told."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.entrypoints.file_answers import answers_of
from forecasting.intake.answers import DUPLICATES, PERIODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecasting.services.submissions import Submission


def version(text: str) -> int:
    """The number of a version: "7", or "v7" as pages write it; raises ValueError."""
    return int(text.removeprefix("v").removeprefix("V"))


def add_reading(verb: argparse.ArgumentParser) -> None:
    """Adds what can be said of a sales file, and how the answer is printed."""
    columns = "what each column means, e.g. date=Day; price= for no price"
    verb.add_argument("--map", nargs="+", action="extend", default=[], metavar="ROLE=COLUMN", help=columns)
    verb.add_argument("--duplicates", choices=DUPLICATES, help="add rows of one series and day up, or use the last of them (asked where in doubt)")
    order = verb.add_mutually_exclusive_group()
    order.add_argument("--day-first", action="store_true", default=None, help="03/04/05 is 3 April 2005")
    order.add_argument("--month-first", action="store_true", help="03/04/05 is 4 March 2005")
    order.add_argument("--year-first", action="store_true", help="03/04/05 is 5 April 2003")
    verb.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook to read")
    verb.add_argument("--encoding", metavar="NAME", help="the encoding of a text, e.g. cp1250")
    verb.add_argument("--header-line", type=int, metavar="N", help="the line that names the columns, from 1; 0 if none does")
    verb.add_argument("--count-rows", action="store_true", help="each row is one unit sold")
    verb.add_argument(
        "--leave-out", action="append", default=[], metavar="COLUMN=VALUE", help="leave out rows with this text, e.g. Status=Cancelled; repeatable"
    )
    verb.add_argument("--start-date", metavar="D", help="the first day of a file whose dates have no year or only count, e.g. 2026-03-01")
    verb.add_argument("--period", choices=PERIODS, help="what a row stands for (found from the dates)")
    verb.add_argument("--accept", action="append", default=[], metavar="KIND", help="the file is right in spite of this doubt; repeatable")
    verb.add_argument("--drop-problems", action="store_true", help="leave out the rows that cannot be used")
    verb.add_argument("--anew", action="store_true", help="use no answers that are remembered of earlier files with these columns")
    verb.add_argument("--json", action="store_true", help="print what came of it as JSON")


def day(text: str) -> date:
    """The day of an argument; raises ArgumentTypeError for a text that is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a day is written like 2026-11-25, not {text!r}") from error


def mapping(pairs: Sequence[str], roles: Sequence[str] = schema.ROLES) -> dict[str, str]:
    """Role -> column of texts ROLE=COLUMN; raises InputError."""
    columns = {}
    for pair in pairs:
        role, separator, column = pair.partition("=")
        if not separator or role not in roles:
            raise InputError(f"--map takes ROLE=COLUMN with a role of {', '.join(roles)}, not {pair!r}.")
        columns[role] = column
    return columns


def submission(args: argparse.Namespace) -> Submission:
    """The file that the arguments name, and what they say of it; raises InputError."""
    from forecasting.entrypoints.cli.output import say
    from forecasting.services import sales
    from forecasting.services.submissions import Submission

    return Submission(
        mapping=mapping(args.map),
        answers=answers_of(vars(args)),
        content=sales.read_file(args.file),
        name=args.file.name,
        drop_problems=args.drop_problems,
        anew=args.anew,
        alone=True,
        on_wait=say,
    )
