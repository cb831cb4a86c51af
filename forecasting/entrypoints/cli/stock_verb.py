"""The verb that saves the stock in a file, and says what is on the shelves now and how counts came out against what was expected."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.core.errors import InputError
from forecasting.entrypoints.cli import stock_file
from forecasting.entrypoints.cli.output import say, tell, write
from forecasting.entrypoints.cli.reading import day

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    text = "save the stock in a file, or print what is on hand now: the last count, less what was sold since, and what came since"
    verb = verbs.add_parser("stock", help=text, description=text)
    verb.set_defaults(verb=run["stock"])
    first = verb.add_mutually_exclusive_group()
    first.add_argument("--save", type=Path, metavar="FILE", help="first save the stock in this file; what it leaves out stays as it was saved")
    first.add_argument("--undo", action="store_true", help="first take the stock that was saved last back")
    verb.add_argument("--counted", type=day, metavar="DATE", help="the day on which the shelves in the file were counted, at closing (now)")
    verb.add_argument("--opening", action="store_true", help="they were counted at opening, before the sales and deliveries of that day")
    stock_file.add_reading(verb)
    verb.add_argument("--counts", action="store_true", help="print instead how each count came out against what was expected, in units and money")
    verb.add_argument("--out", type=Path, metavar="FILE", help="write the CSV to a file (stdout)")
    verb.add_argument("--json", action="store_true", help="print it as JSON")


def stock(args: argparse.Namespace) -> int:
    """Saves the stock in a file or takes it back, where that is asked for; prints the stock as it is now, or the graded counts; its exit code."""
    from forecasting.core import json_values
    from forecasting.services import cache, stock_tables, workspaces

    ws = workspaces.workspace()
    ensemble = cache.live(ws).ensemble
    _change(ws, ensemble, args)
    facts = stock_tables.facts(ws, ensemble)
    table = stock_tables.counts(ws, ensemble) if args.counts else stock_tables.shelves(ws, ensemble)
    total = stock_tables.graded(table)._asdict() if args.counts else {}
    if args.json:
        name = "graded" if args.counts else "shelves"
        tell(json_values.joined(facts | total, **{name: json_values.array(json_values.of_table(table))}).decode())
        return 0
    write(stock_tables.csv(table), args.out)
    say(" ".join(filter(None, [_total(total) if args.counts else "", facts["certainty"], facts["problem"]])))
    return 0


def _change(ws: Workspace, ensemble: Ensemble, args: argparse.Namespace) -> None:
    """Saves the file, or takes the stock that was saved last back; nothing where neither is asked for. Raises InputError."""
    from forecasting.services import ordering, stock_files
    from forecasting.services.stock_files import Counted

    if args.save is None and (args.counted is not None or args.opening):
        raise InputError("--counted and --opening say when the shelves in a stock file were counted. Name the file with --save FILE.")
    if args.undo:
        say(stock_files.taken_back(ordering.undo_stock(ws)))
    if args.save is not None:
        checked = stock_file.read(args.save, args, ensemble)
        saved = stock_files.save(ws, checked, ensemble, args.save.name, Counted(args.counted, args.opening))
        say(" ".join(filter(None, [stock_files.text(checked, is_saved=True), *checked.notes, saved.refusal])))


def _total(total: Mapping[str, float]) -> str:
    """What all graded counts say together."""
    from forecasting.core import formatting

    if not total["counts"] + total["waiting"] + total["unbooked"]:
        return "No shelf was counted twice yet."
    money = "" if total["value"] != total["value"] else f", {total['value']:,.2f} at cost"
    text = (
        f"{formatting.count(int(total['counts']), 'count')} graded: {formatting.signed(total['difference'])} units against what was expected{money}."
    )
    waiting = f" {total['waiting']:,} wait for sales that are not saved yet." if total["waiting"] else ""
    unbooked = f" {total['unbooked']:,} of shelves that sold more than there was: book what came as received." if total["unbooked"] else ""
    return f"{text}{waiting}{unbooked}"
