"""The verbs about versions: which there are, which one serves, and which one served."""

from __future__ import annotations

import argparse
import json
from typing import Any

from forecasting.entrypoints.cli.output import report, tell


def versions(args: argparse.Namespace) -> int:
    """Lists the published versions, pruned ones too; its exit code."""
    from forecasting.services import serving_record, workspaces

    listed = serving_record.listed(workspaces.workspace())
    if args.json:
        tell(json.dumps(listed))
        return 0
    for version in listed:
        tell(f"{version['version']:>5} {_state(version):<10} {version.get('trained', '')} {_facts(version)}")
    return 0


def live(args: argparse.Namespace) -> int:
    """Serves a version from now on; its exit code."""
    from forecasting.services import serving_record, workspaces
    from forecasting.services import versions as versions_service

    versions_service.set_live(workspaces.workspace(), args.number, serving_record.named(args.by))
    tell(f"Version {args.number} is live.")
    return 0


def served(args: argparse.Namespace) -> int:
    """Says which version served at a moment, or serves now; its exit code."""
    from forecasting.services import serving_record, workspaces

    answer = serving_record.served(workspaces.workspace(), args.at)
    until = f"until {answer['until']}" if answer["until"] else "and serves still"
    report(args, answer, f"Version {answer['version']}: since {answer['since']} ({answer['why'].replace('_', ' ')}, by {answer['by']}), {until}.")
    return 0


def shadow(args: argparse.Namespace) -> int:
    """Says how the live version does beside others, on the same days; its exit code."""
    from forecasting.services import shadow as shadow_service
    from forecasting.services import workspaces

    answer = shadow_service.told(workspaces.workspace())
    lines = [f"{each['sentence']} To do that: shelfcast live {each['other']}" if each["advised"] else each["sentence"] for each in answer["shadows"]]
    report(args, answer, "\n".join(lines) or answer["note"] or "Nothing is graded beside the live version yet.")
    return 0


def _state(version: dict[str, Any]) -> str:
    """What the list says of a version; nothing of one that only served."""
    return "" if version["state"] == "served" else str(version["state"])


def _facts(version: dict[str, Any]) -> str:
    damage = version.get("damaged")
    return str(damage) if damage else f"sales to {version['sales_to']}, {version['series']} series, WAPE {version['metrics']['wape']}"
