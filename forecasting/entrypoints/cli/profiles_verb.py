"""The verb of what is remembered of files: list it, or forget it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from forecasting.entrypoints.cli.output import report

if TYPE_CHECKING:
    from forecasting.intake.profile import Profile

SAYS: Final = "list the files whose answers are remembered for the next one with the same header, or forget them"


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb and its arguments to a parser."""
    verb = verbs.add_parser("profiles", help=SAYS, description=SAYS)
    verb.set_defaults(verb=run["profiles"])
    verb.add_argument("--forget", metavar="ID", help="forget the answers of the file that the list gives this name: the next one is asked again")
    verb.add_argument("--by", metavar="NAME", help="who says so (local)")
    verb.add_argument("--json", action="store_true", help="print it as JSON")


def profiles(args: argparse.Namespace) -> int:
    """Lists what is remembered, or forgets it; its exit code."""
    from forecasting.services import profiles as remembered
    from forecasting.services import serving_record, workspaces

    ws = workspaces.workspace()
    if args.forget is not None:
        gone = remembered.forget(ws, args.forget, serving_record.named(args.by))
        report(args, remembered.facts(gone), f"Forgotten: how {gone.name} was read. The next file with its header is asked again.")
        return 0
    known = remembered.profiles(ws)
    lines = [_line(profile) for profile in known]
    report(args, {"profiles": [remembered.facts(profile) for profile in known]}, "\n".join(lines) or "Nothing is remembered of files yet.")
    return 0


def _line(profile: Profile) -> str:
    """What is remembered, with the flags that would say the same."""
    from forecasting.intake.answers import flags
    from forecasting.services import profiles as remembered

    said = flags({"mapping": profile.mapping, **remembered.said(profile)})
    return f"{profile.id}  {profile.when.astimezone():%Y-%m-%d %H:%M}  {shlex.quote(profile.name)}  {said}"
