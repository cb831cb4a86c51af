"""`orders sheet`: an order as its supplier gets it, as a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.entrypoints.cli.output import say, write

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace


def add_arguments(steps: Any) -> None:
    """Adds the step and its arguments to those of `orders`."""
    text = "write an order as its supplier gets it"
    step = steps.add_parser("sheet", help=text, description=text)
    step.add_argument("id", metavar="ID", help="the order")
    kinds = "pdf, xlsx, csv, html (to print), txt (of an e-mail) or json (for programs)"
    step.add_argument("--format", default="pdf", metavar="F", help=f"{kinds} (pdf)")
    step.add_argument("--out", type=Path, metavar="FILE", help="where to write it (stdout)")


def write_sheet(ws: Workspace, args: argparse.Namespace) -> int:
    """Writes the sheet of an order; its exit code."""
    from forecasting.services import order_sheets

    write(order_sheets.file(ws, args.id, args.format).content, args.out)
    if args.format == "pdf" and (warning := order_sheets.undrawn(ws, args.id)):
        say(warning)
    return 0
