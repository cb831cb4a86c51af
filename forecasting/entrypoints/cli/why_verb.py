"""The verb that says why a forecast changed between two versions."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.core import schema
from forecasting.entrypoints.cli.output import report, write
from forecasting.entrypoints.cli.reading import version

if TYPE_CHECKING:
    from forecasting.analysis.change_explanation.split_causes import Causes
    from forecasting.storage.workspace import Workspace


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    text = "say why a forecast changed between two versions, in parts that add up to the change"
    verb = verbs.add_parser("why", help=text, description=text)
    verb.set_defaults(verb=run["why"])
    verb.add_argument("before", type=version, metavar="A", help="the version before")
    verb.add_argument("after", type=version, metavar="B", help="the version after")
    verb.add_argument(
        "--days", type=int, help="days ahead of each; of weekly and monthly sales whole weeks or months (28, or as far as both forecast)"
    )
    verb.add_argument("--same-days", action="store_true", help="only days that both forecast (the next days of each)")
    for name in schema.FILTERS:
        verb.add_argument(f"--{name.replace('_', '-')}", dest=name, help=f"only this {name}")
    text = "also tell new sales from corrected ones, which trains what lies between, once a pair; as long as a retrain or two"
    verb.add_argument("--split", action="store_true", help=text)
    verb.add_argument("--json", action="store_true", help="print it as JSON")
    verb.add_argument("--out", type=Path, metavar="FILE", help="also as CSV, a row a series, with amounts that are not rounded")


def why(args: argparse.Namespace) -> int:
    """Says why a forecast changed; its exit code."""
    from forecasting.services import change_explanation, change_split, workspaces

    ws = workspaces.workspace()
    chosen = {name: getattr(args, name) for name in schema.FILTERS if getattr(args, name) is not None}
    of = change_explanation.why(ws, args.before, args.after, args.days, same_days=args.same_days)
    told = change_explanation.answer(of, chosen)
    if args.out is not None:
        write(change_explanation.table_csv(of, chosen), args.out)
    notes = (*filter(None, [told["chance"]]), *of.certain) if told["parts"] else ()
    split = _split(ws, args) if args.split else None
    text = [told["text"], *change_explanation.lines(of, chosen), *notes]
    if split is not None:
        told["causes"] = change_split.answer(split, chosen)
        text += ["What made them move, corrections given the new sales:", *change_split.lines(split, chosen)]
    report(args, told, "\n".join(text))
    return 0


def _split(ws: Workspace, args: argparse.Namespace) -> Causes | None:
    """The causes, which are trained if nobody asked for them before."""
    from forecasting.entrypoints.cli import progress_bar
    from forecasting.services import change_split

    number = change_split.start(ws, args.before, args.after)
    progress_bar.follow(ws, number, change_split.outcome)
    return change_split.causes(ws, args.before, args.after, args.days, same_days=args.same_days)
