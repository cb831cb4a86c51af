"""The verb that says why a forecast changed between two versions."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forecasting.core import schema
from forecasting.entrypoints.cli.output import report, write


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    text = "say why a forecast changed between two versions, in parts that add up to the change"
    verb = verbs.add_parser("why", help=text, description=text)
    verb.set_defaults(verb=run["why"])
    verb.add_argument("before", type=int, metavar="A", help="the version before")
    verb.add_argument("after", type=int, metavar="B", help="the version after")
    verb.add_argument(
        "--days", type=int, help="days ahead of each; of weekly and monthly sales whole weeks or months (28, or as far as both forecast)"
    )
    verb.add_argument("--same-days", action="store_true", help="only days that both forecast (the next days of each)")
    for name in schema.FILTERS:
        verb.add_argument(f"--{name.replace('_', '-')}", dest=name, help=f"only this {name}")
    verb.add_argument("--json", action="store_true", help="print it as JSON")
    verb.add_argument("--out", type=Path, metavar="FILE", help="also as CSV, a row a series, with amounts that are not rounded")


def why(args: argparse.Namespace) -> int:
    """Says why a forecast changed; its exit code."""
    from forecasting.services import change_explanation, workspaces

    chosen = {name: getattr(args, name) for name in schema.FILTERS if getattr(args, name) is not None}
    of = change_explanation.why(workspaces.workspace(), args.before, args.after, args.days, same_days=args.same_days)
    told = change_explanation.answer(of, chosen)
    if args.out is not None:
        write(change_explanation.table_csv(of, chosen), args.out)
    notes = (*filter(None, [told["chance"]]), *of.certain) if told["parts"] else ()
    report(args, told, "\n".join([told["text"], *change_explanation.lines(of, chosen), *notes]))
    return 0
