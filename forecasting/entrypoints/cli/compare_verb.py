"""The verb that puts two versions side by side."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forecasting.entrypoints.cli.output import report
from forecasting.entrypoints.cli.reading import version


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds this verb and its arguments to a parser."""
    text = "put two versions side by side: errors on the same past days, units on the same days ahead, settings"
    verb = verbs.add_parser("compare", help=text, description=text)
    verb.set_defaults(verb=run["compare"])
    verb.add_argument("a", type=version, metavar="A", help="a version")
    verb.add_argument("b", type=version, metavar="B", help="the other one; differences are its amounts less those of A")
    verb.add_argument("--json", action="store_true", help="print it as JSON")


def compare(args: argparse.Namespace) -> int:
    """Compares two versions; its exit code."""
    from forecasting.services import version_comparison, workspaces

    answer = version_comparison.compare(workspaces.workspace(), args.a, args.b)
    report(args, answer, "\n".join(_lines(answer)))
    return 0


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """The answer for a person."""
    from forecasting.core import formatting
    from forecasting.services import models

    a, b = answer["a"]["version"], answer["b"]["version"]
    if answer["reason"]:
        yield answer["reason"]
    if answer["errors"]:
        yield f"Error on single days, versions {a} and {b}, at {formatting.count(len(answer['cutoffs']), 'past date')}:"
        yield from _errors({models.label(each["name"]): each for each in answer["errors"]})
    if answer["categories"]:
        yield "By category:"
        yield from _errors({each["name"]: each for each in answer["categories"]})
    if answer["total"] is not None:
        total = answer["total"]
        change = formatting.signed(total["difference"])
        yield f"Units from {answer['first']} to {answer['last']}: {formatting.units(total['a'])} and {formatting.units(total['b'])} ({change}):"
        yield from (f"  {each['unique_id']:<24} {formatting.signed(each['difference']):>10}" for each in answer["series"])
        if answer["others"]["series"]:
            yield f"  {answer['others']['series']:,} others {formatting.signed(answer['others']['difference']):>10}"
    if answer["settings"]:
        apart = [f"{each['label']}: {each['a']}, {each['b']}" for each in answer["settings"] if each["differs"]]
        yield f"Settings that differ: {'; '.join(apart) or 'none'}."


def _errors(of: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, each in of.items():
        yield f"  {name:<24} {_percent(each['a']):>8} {_percent(each['b']):>8}"


def _percent(share: float | None) -> str:
    return "-" if share is None or share != share else f"{100 * share:.1f} %"
