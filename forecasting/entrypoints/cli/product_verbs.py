"""The verb of products that replace others."""

from __future__ import annotations

import argparse

from forecasting.core.errors import InputError
from forecasting.entrypoints.cli.output import report
from forecasting.services import workspaces


def products(args: argparse.Namespace) -> int:
    """Lists, makes and undoes links between products; its exit code."""
    from forecasting.services import product_links

    ws, done = workspaces.workspace(), ""
    if args.day is not None and args.replace is None:
        raise InputError("--day says from when on a product is replaced: give --replace OLD NEW too.")
    if args.undo:
        done = f"Taken back: {product_links.undo(ws).said}."
    elif args.separate is not None:
        done = f"{product_links.separate(ws, args.separate).said}."
    elif args.replace is not None:
        old, new = args.replace
        done = f"{product_links.replace(ws, old, new, args.day).said}."
    state = product_links.links(ws)
    holds = [f"{link}." for link in state.links] or ["No product replaces another."]
    waits = [product_links.NEXT] if product_links.waiting(ws) else []
    report(
        args,
        {"state": state.number, "links": [link.facts() for link in state.links], "waiting": bool(waits)},
        "\n".join([*([done] if done else holds), *waits]),
    )
    return 0
