"""The command line: `shelfcast VERB`, or `python -m forecasting VERB`."""

from __future__ import annotations

import logging
import sys

from forecasting.core import log_lines
from forecasting.entrypoints.cli.verbs import main


def run() -> int:
    """Runs the verb that the command line names; its exit code."""
    logging.basicConfig(handlers=[log_lines.to_stderr("%(message)s")])
    return main()


if __name__ == "__main__":
    sys.exit(run())
