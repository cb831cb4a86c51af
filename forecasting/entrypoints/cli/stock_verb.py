"""The verb that says what is on the shelves now, and how counts came out against what was expected."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forecasting.entrypoints.cli.output import say, tell, write


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    text = "print what is on hand now: the last count, less what was sold since, and what came since"
    verb = verbs.add_parser("stock", help=text, description=text)
    verb.set_defaults(verb=run["stock"])
    verb.add_argument("--counts", action="store_true", help="print instead how each count came out against what was expected, in units and money")
    verb.add_argument("--out", type=Path, metavar="FILE", help="write the CSV to a file (stdout)")
    verb.add_argument("--json", action="store_true", help="print it as JSON")


def stock(args: argparse.Namespace) -> int:
    """Prints the stock as it is now, or the graded counts; its exit code."""
    from forecasting.core import json_values
    from forecasting.services import cache, stock_tables, workspaces

    ws = workspaces.workspace()
    ensemble = cache.live(ws).ensemble
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
