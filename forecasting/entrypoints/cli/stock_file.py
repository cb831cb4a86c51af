"""A stock file as the command line reads it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.entrypoints.cli.output import say
from forecasting.entrypoints.cli.reading import mapping

if TYPE_CHECKING:
    from forecasting.inventory.stock.file import StockFile
    from forecasting.training.ensemble import Ensemble


def add_reading(verb: argparse.ArgumentParser) -> None:
    """Adds what can be said of a stock file."""
    verb.add_argument(
        "--map", nargs="+", action="extend", default=[], metavar="ROLE=COLUMN", help="what each column of the stock file means, e.g. on_hand=Stock"
    )
    order = verb.add_mutually_exclusive_group()
    order.add_argument("--day-first", dest="day_first", action="store_true", default=None, help="03/04 is 3 April")
    order.add_argument("--month-first", dest="day_first", action="store_false", help="03/04 is 4 March")
    verb.add_argument("--drop-problems", action="store_true", help="leave out the rows that cannot be used")


def read(path: Path, args: argparse.Namespace, ensemble: Ensemble) -> StockFile:
    """What a stock file says of a version's series, where it may be used; columns that nobody understood are named. Raises InputError."""
    from forecasting.services import ordering, sales, stock_files

    table = sales.inspect(sales.read_file(path), path.name, contents="stock", alone=True, on_wait=say)
    roles = stock_files.roles(table, mapping(args.map, ordering.STOCK_ROLES))
    if unused := ordering.unused_columns(table, roles):
        say(f"Columns of {path.name} left out: {', '.join(unused)}. --map ROLE=COLUMN uses one; roles are {', '.join(ordering.STOCK_ROLES)}.")
    checked = ordering.check_stock(table, roles, ensemble, day_first=args.day_first)
    checked.accept(drop_problems=args.drop_problems)
    return checked
