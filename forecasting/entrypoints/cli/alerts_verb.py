"""The verb that says what is open in a shop, who is told, and tries whether it arrives."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from forecasting.entrypoints.cli.output import tell

STATES: Final = {"never": "never tried", "sending": "being sent", "arrived": "arrived", "no answer": "did not arrive"}


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    text = "say what somebody should know of, who is told once a day, and whether it arrives"
    verb = verbs.add_parser("alerts", help=text, description=text)
    verb.set_defaults(verb=run["alerts"])
    verb.add_argument("--try", action="store_true", dest="trial", help="send what is open to everybody now, and wait for the answers")
    verb.add_argument("--json", action="store_true", help="print all of it as JSON")


def alerts(args: argparse.Namespace) -> int:
    """Says what is open; its exit code, 1 where a try did not reach somebody."""
    from forecasting.services import workspaces
    from forecasting.services.alerts import watch

    ws = workspaces.workspace()
    tried = watch.try_now(ws) if args.trial else []
    facts = watch.facts(ws)
    if args.json:
        tell(json.dumps(facts, ensure_ascii=False))
    else:
        _say(facts)
    return int(any(each["state"] != "arrived" for each in tried))


def _say(facts: Mapping[str, Any]) -> None:
    for alert in facts["alerts"]:
        tell(f"{alert['kind']}{' (told)' if alert['told'] else ''}  {alert['text']}")
    if not facts["alerts"]:
        tell("Nothing is open.")
    for each in facts["receivers"]:
        note = f": {each['note']}" if each["note"] else ""
        tell(f"{each['way']}  {each['name']}  {STATES[each['state']]}{note}")
    tell(f"Next digest: {facts['next']}." if facts["next"] else "Nobody is told: settings --set alerts.emails=me@example.com")
