"""The verb that checks everything on disk."""

from __future__ import annotations

import argparse

from forecasting.entrypoints.cli.output import report
from forecasting.services import workspaces


def verify(args: argparse.Namespace) -> int:
    """Checks the workspace, and repairs it where that is asked for; its exit code: 0 if everything is whole, 1 if not."""
    from forecasting.services.verification.verify import verify as verified

    checked = verified(workspaces.workspace(), repair=args.repair)
    report(args, checked.to_dict(), str(checked))
    return 0 if checked.is_whole else 1
