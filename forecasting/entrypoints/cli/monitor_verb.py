"""The verb that says whether the forecast that serves keeps its promise."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from forecasting.entrypoints.cli.output import tell

if TYPE_CHECKING:
    from forecasting.analysis.monitoring.monitor import Monitor


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    text = "say whether the forecast that served keeps what the past check promised, and what differs"
    verb = verbs.add_parser("monitor", help=text, description=text)
    verb.set_defaults(verb=run["monitor"])
    verb.add_argument("--acknowledge", metavar="ID", help="a finding that you know of: it is silent until it ends and comes again, or for 28 days")
    verb.add_argument("--by", metavar="NAME", help="who says so (local)")
    verb.add_argument("--json", action="store_true", help="print all of it as JSON")


def monitor(args: argparse.Namespace) -> int:
    """Grades the forecast that served; its exit code."""
    from forecasting.services import monitoring, serving_record, workspaces

    ws = workspaces.workspace()
    if args.acknowledge is not None:
        monitoring.acknowledge(ws, args.acknowledge, serving_record.named(args.by))
    found = monitoring.monitor(ws)
    if args.json:
        tell(json.dumps(found.to_json(), ensure_ascii=False))
        return 0
    _say(found)
    return 0


def _say(found: Monitor) -> None:
    from forecasting.core import formatting  # NumPy, which a server is started without

    tell(f"{found.sentence}.".replace("..", "."))
    if found.days:
        counted = found.graded.period.count(found.days)
        tell(f"In {counted}: error {formatting.percent(found.wape)}, promised {formatting.percent(found.promised)}.")
        held = f"80 % ranges held {formatting.percent(found.coverage)}, in the past check {formatting.percent(found.promised_coverage)}."
        tell(f"{held} Sold {formatting.headline(found.sold)}, forecast {formatting.headline(found.forecast)}.")
    for finding in found.findings:
        known = " (known)" if finding.acknowledged else ""
        tell(f"{finding.loudness}{known}  {finding.id}\n    {finding.text}")
