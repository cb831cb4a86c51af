"""The verb of products that replace others, and of those to be launched."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from forecasting.core.errors import InputError
from forecasting.entrypoints.cli.output import report
from forecasting.services import workspaces

if TYPE_CHECKING:
    from forecasting.services.planned_products import Outlook
    from forecasting.storage.workspace import Workspace


def products(args: argparse.Namespace) -> int:
    """Lists, makes and undoes links between products and planned launches; its exit code."""
    from forecasting.services import planned_products, product_links

    ws = workspaces.workspace()
    done = _change(ws, args)
    state, planned = product_links.links(ws), planned_products.planned(ws)
    holds = [f"{link}." for link in state.links] or ["No product replaces another."]
    waits = product_links.waiting(ws)
    lines = [*([done] if done else holds), *([] if done else map(_outlook, planned)), *([product_links.NEXT] if waits else [])]
    facts = {"links": [{**link.facts(), "factor": link.factor} for link in state.links], "launches": [_facts(each) for each in planned]}
    report(args, {"state": state.number, **facts, "waiting": waits}, "\n".join(lines))
    return 0


def _change(ws: Workspace, args: argparse.Namespace) -> str:
    """Does what the flags say; what was done, for a person, empty for nothing."""
    from forecasting.services import planned_products, product_links

    if args.factor is not None and args.replace is None:
        raise InputError("--factor says how many units of the new product stand for one of the old: give --replace OLD NEW too.")
    if args.launch is not None:
        return _launch(ws, args)
    if args.category or args.price is not None or args.like:
        raise InputError("--category, --price and --like are of a product to be launched: give --launch PRODUCT too.")
    if args.replace is not None:
        old, new = args.replace
        return f"{product_links.replace(ws, old, new, args.day, 1.0 if args.factor is None else args.factor).said}."
    if args.day is not None:
        raise InputError("--day says from when on a product is sold: give --replace OLD NEW or --launch PRODUCT too.")
    if args.undo:
        return f"Taken back: {product_links.undo(ws).said}."
    if args.separate is not None:
        return f"{product_links.separate(ws, args.separate).said}."
    return f"{planned_products.cancel(ws, args.cancel).said}." if args.cancel is not None else ""


def _launch(ws: Workspace, args: argparse.Namespace) -> str:
    from forecasting.services import planned_products
    from forecasting.services.planned_products import PlannedLaunch

    if args.day is None:
        raise InputError("--launch needs --day, the first day on which the product will be sold.")
    return _outlook(planned_products.plan(ws, PlannedLaunch(args.launch.strip(), args.day, args.category, args.price, args.like)))


def _outlook(outlook: Outlook) -> str:
    from forecasting.core import formatting

    if outlook.units is None:
        return f"{outlook.launch}. No earlier launch is known."
    like = formatting.listing([twin.product for twin in outlook.twins])
    ends = (outlook.lower_80, outlook.upper_80)
    span = f", 80 % range {formatting.span(ends[0], ends[1])}" if ends[0] is not None and ends[1] is not None else ""
    return f"{outlook.launch}. Expected in its first 28 days: {formatting.units(outlook.units)}{span}, like {like}."


def _facts(outlook: Outlook) -> dict[str, Any]:
    expected = {"units": outlook.units, "lower_80": outlook.lower_80, "upper_80": outlook.upper_80}
    return {**outlook.launch.facts(), **expected, "twins": [twin.product for twin in outlook.twins]}
