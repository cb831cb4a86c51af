"""The verbs that save a workspace in one file, and bring it back."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from forecasting.entrypoints.cli.output import report
from forecasting.services import workspaces


def backup(args: argparse.Namespace) -> int:
    """Saves the workspace; its exit code."""
    from forecasting.services import backup

    saved = backup.backup(workspaces.workspace(), args.file)
    report(args, {**asdict(saved), "file": str(saved.file)}, str(saved))
    return 0


def start_over(args: argparse.Namespace) -> int:
    """Saves the workspace and empties it; its exit code."""
    from forecasting.core.errors import InputError
    from forecasting.services import start_over

    if not args.yes:
        raise InputError(
            "Starting over saves a backup, then takes sales, uploads, stock and versions out of the shop. Nothing was changed. Add --yes to do it."
        )
    saved = start_over.start_over(workspaces.workspace(), args.backup)
    report(
        args,
        {**asdict(saved), "file": str(saved.file)},
        f"{saved}\nThe shop is empty now. To bring the old one back: restore {saved.file} --home DIR.",
    )
    return 0


def restore(args: argparse.Namespace) -> int:
    """Brings a workspace back; its exit code."""
    from forecasting.services import backup

    restored = backup.restore(args.file, workspaces.workspace().home if args.home is None else args.home)
    report(args, {**asdict(restored), "home": str(restored.home)}, str(restored))
    return 0
