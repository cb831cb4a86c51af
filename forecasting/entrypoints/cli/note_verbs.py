"""The verbs of what people say of versions: notes, and pins."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from forecasting.entrypoints.cli.output import tell
from forecasting.entrypoints.cli.reading import version


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds these verbs and their arguments to a parser."""
    note = _add(verbs, "note", run, "add a note to a version")
    note.add_argument("number", type=version, metavar="N", help="the version")
    note.add_argument("text", nargs="+", metavar="TEXT", help="the note")
    pin = _add(verbs, "pin", run, "keep a version: it is never deleted, and while it is live new ones wait until somebody makes one live")
    pin.add_argument("number", type=version, metavar="N", help="the version")
    unpin = _add(verbs, "unpin", run, "take the pin off a version")
    unpin.add_argument("number", type=version, nargs="?", metavar="N", help="the version (the only one that is pinned)")
    for verb in (note, pin, unpin):
        verb.add_argument("--by", metavar="NAME", help="who says so (local)")


def note(args: argparse.Namespace) -> int:
    """Adds a note to a version; its exit code."""
    from forecasting.services import serving_record, version_notes, workspaces

    version_notes.note(workspaces.workspace(), args.number, " ".join(args.text), serving_record.named(args.by))
    tell(f"Noted of version {args.number}.")
    return 0


def pin(args: argparse.Namespace) -> int:
    """Pins a version; its exit code."""
    from forecasting.services import serving_record, version_notes, workspaces

    version_notes.pin(workspaces.workspace(), args.number, serving_record.named(args.by))
    tell(f"Version {args.number} is pinned. {version_notes.PIN_MEANS}")
    return 0


def unpin(args: argparse.Namespace) -> int:
    """Takes the pin off a version; its exit code."""
    from forecasting.services import serving_record, version_notes, workspaces

    number = version_notes.unpin(workspaces.workspace(), args.number, serving_record.named(args.by))
    tell(f"Version {number} is not pinned any more.")
    return 0


def _add(verbs: Any, name: str, run: Mapping[str, Callable[[argparse.Namespace], int]], text: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(verb=run[name])
    return verb
